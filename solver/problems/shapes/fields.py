"""What fields of rows are called: for each part of a question the names that people give it, the surest first.

>>> part_named(("qid", "Question_Stem", "passage"), "question"), simple("answer_idx") == simple("answerIdx")
(('Question_Stem',), True)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

FIELDS = "question=Q,options=A+B,…"
FIELDS_HELP = "the fields of rows: problem, question, options, answer, id"
"""Of the flag ``--map``."""
PARTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "id": (
        ("id", "qid", "questionid", "uid", "uuid", "exampleid", "idstring", "编号", "序号"),
        ("index", "idx", "number"),
    ),
    "options": (
        ("options", "choices", "candidates", "选项", "备选答案", "候选答案", "选项内容"),
        ("option", "choice", "endings", "alternatives", "multiplechoicetargets", "mc1targets", "targetscores"),
        ("references", "answers"),
    ),
    "answer": (
        (
            "answer",
            "label",
            "gold",
            "answerkey",
            "answeridx",
            "answerindex",
            "correct",
            "correctanswer",
            "goldlabel",
            "answerletter",
            "answertext",
            "correctanswertext",
            "correctoptiontext",
            "correctoption",
            "correctchoice",
            "goldindex",
            "goldanswer",
            "rightanswer",
            "答案",
            "正确答案",
        ),
        ("target", "ideal", "key", "ans", "output", "solution", "cop", "labelidx", "correctidx", "correctindex"),
        ("labels", "multiplechoicescores", "answers"),
    ),
    "question": (
        ("question", "questionstem", "stem", "query", "questiontext", "ask", "问题", "提问"),
        ("题目", "题目内容", "试题", "conclusion", "hypothesis", "statement"),
        ("prompt", "input", "inputs", "sentence", "ctx", "goal", "题干"),
        ("text", "instruction", "problem", "claim", "content", "q"),
    ),
    "problem": (
        ("problem", "context", "passage", "premises", "article", "题干", "材料", "背景"),
        ("premise", "background", "story", "facts", "theory", "puzzle", "scenario", "题目"),
        ("narrative", "paragraph", "dialogue", "document"),
        ("text", "content", "instruction"),
    ),
}
"""Part -> tiers of names, in small letters and without marks. A later tier counts only where an earlier one is not
there; two names of one tier are a question to the user. From the fields of 43 public benchmarks."""

# A, option_a, choice1, ending0, 选项A, 选项一, A选项: one option in each field.
_STEMS = "option|choice|opt|op|ans|answer|ending|sol|solution|选项"
_LETTERED = re.compile(rf"(?i:({_STEMS})?)[\s_-]*([A-Za-z]|\d{{1,2}}|[一二三四五六七八九])|([A-Za-z])(选项)")
_NUMERALS = {numeral: str(place) for place, numeral in enumerate("一二三四五六七八九", 1)}
# Options that are wrong, beside a field with the right one: GPQA, SciQ, Open Trivia.
_WRONG = re.compile(
    r"(?:incorrect|wrong|distractor|false)(?:answer|option|choice)?s?\d{0,2}|(?:错误|干扰)(?:答案|选项|项)\d{0,2}"
)
_RIGHT = re.compile(r"(?:correct|right|true|best|gold)(?:answer|option|choice)s?|正确(?:答案|选项|项)")
_ZH_END = re.compile(r"(?:答案|选项|题干|题目)$")
_SEVERAL_RIGHT = "mc2targets"
"""A field of options several of which are right, beside one with a single right one (TruthfulQA)."""

_SIMPLIFIED = str.maketrans(
    "題選項號問幹確錯誤標準參內擇備編試預測學驗考", "题选项号问干确错误标准参内择备编试预测学验考"
)
"""Traditional characters in names of fields."""

# standard_question, Standard-Question, standardQuestion.
_WORD = re.compile(r"[\s_\-]+|(?<=[a-z])(?=[A-Z])")


_REMARK = re.compile(
    r"^\s{0,4}\*|\s[-\u2013\u2014]\s.{0,200}$|\s{0,4}(?:\([^()]*\)|\[[^\[\]]*\]|[*:]){1,4}\s{0,4}$", re.DOTALL
)
_NEED = re.compile(r"optional|if any|required|\bmax\b|\bmin\b|可选|选填|可不填|必填|必选|最多", re.IGNORECASE)
"""In a remark behind a name: whether a cell must be filled, and how far."""
_CLOCK = re.compile(r"\btime limit\b|\btime in seconds\b|\bseconds\b", re.IGNORECASE)
_GIVEN = re.compile(
    r"(?<![a-z])(?:student|user|your|my|model|preds?|predict(?:ed|ions?)|submitted|submissions?|selected|chosen|candidate|llm|gpt"
    r"|baseline|deepseek|qwen|claude|gemini|gemma|llama|mistral|glm|chatglm|kimi|doubao|ernie|grok|generated|guess"
    r"|wrong|incorrect)(?![a-z])|错误|学生|考生|用户|我的|你的|模型|预测|作答",
    re.IGNORECASE,
)


_OF_ELSE = re.compile(
    r"(?<![a-z])(?:difficulty|hardness|topic|category|subject|domain|quality|level|language|split|source|sentiment)(?![a-z])"
    r"|难度|类别|分类|主题|题型|科目|学科|知识点",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"expl|rational|reason|analys|(?<![a-z])(?:cot|exp|thought|solution|support|hint|comment|note|feedback|proof|url|link"
    r"|source|src|meta|path|file)(?![a-z])|解析|解释|分析|说明|备注|来源|提示",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"(?:^|[^a-z])(?:student|user|annotator|worker|participant|name)|姓名|学生|学号|考生|用户", re.IGNORECASE
)


class Run(NamedTuple):
    """Fields that hold one option each."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    """What tells them apart: letters or numbers."""


def simple(name: str) -> str:
    """Return a name in small letters and without marks.

    >>> simple("Correct_Answer"), simple("Ｏｐｔｉｏｎ Ａ")
    ('correctanswer', 'optiona')
    """
    return re.sub(r"[\s_.\-\u200b\ufeff]+", "", _normal(name)).casefold()


def _normal(name: str) -> str:
    """Return a name in half width and in simplified characters."""
    return unicodedata.normalize("NFKC", name).translate(_SIMPLIFIED)


def part_named(names: Sequence[str], part: str) -> tuple[str, ...]:
    """Return the fields that a part may be, all of one tier; the last part of a nested name counts, too.

    Where no field is called so, the last word of a name counts: ``standard_answer`` is an answer.
    """
    for ending in (_last_part, _without_remark, _last_word):
        for tier in PARTS[part]:
            found = tuple(name for name in names if simple(name) in tier or ending(name) in tier)
            if found:
                return found
    return ()


def all_named(names: Sequence[str], part: str) -> tuple[str, ...]:
    """Return the fields that a part may be, of all tiers, the surest first."""
    for ending in (_last_part, _without_remark, _last_word):
        found = [name for tier in PARTS[part] for name in names if ending(name) in tier]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _last_part(name: str) -> str:
    return simple(name.rpartition(".")[2])


def _without_remark(name: str) -> str:
    """Return a name without what forms put around it: ``*题干（必填）``, ``Correct answer(s):``."""
    return simple(_bare(_normal(name)))


def _bare(name: str) -> str:
    """Take remarks off, at most one behind the other: ``Correct answer(s) - choose one``."""
    for _ in range(3):
        name = _REMARK.sub("", name)
    return name


def _last_word(name: str) -> str:
    if zh := _ZH_END.search(name):
        return zh[0]
    return simple(_WORD.split(name.rpartition(".")[2])[-1])


def option_runs(names: Sequence[str]) -> tuple[Run, ...]:
    """Return every run of fields that hold one option each: A B C …, choice1 choice2 …, from their beginning on.

    >>> option_runs(("q", "A", "B", "C", "ending0", "ending1"))[1].names
    ('ending0', 'ending1')
    """
    plain = [_normal(name) for name in names]
    bare = [_bare(name) for name in plain]
    inner = [name.rpartition(".")[2] for name in plain]
    found = [_runs(names, shown) if shown is plain or len(set(shown)) == len(shown) else () for shown in (plain, bare)]
    more = {name for run in found[1] for name in run.names} - {name for run in found[0] for name in run.names}
    if found[0] and more:
        # Answer 1, Answer 2, Answer 3 (optional): of other remarks it is not known whether these are options, too.
        return found[1] if all(map(_NEED.search, more)) else (*found[0], *found[1])
    return found[0] or found[1] or (_runs(names, inner) if len(set(inner)) == len(inner) else ())


def _runs(names: Sequence[str], shown: Sequence[str]) -> tuple[Run, ...]:
    by_stem: dict[str, dict[str, str]] = {}
    for name, one in zip(names, shown, strict=True):
        if match := _LETTERED.fullmatch(one.strip()):
            label = _NUMERALS.get(match[2] or "", match[2] or match[3])
            by_stem.setdefault((match[1] or match[4] or "").casefold(), {})[label.upper().lstrip("0") or "0"] = name
    runs = []
    for found in by_stem.values():
        for start in ("A", "0", "1"):
            labels = []
            label = start
            while label in found:
                labels.append(label)
                label = chr(ord(label) + 1) if label.isalpha() else str(int(label) + 1)
            if len(labels) > 1:
                runs.append(Run(tuple(found[one] for one in labels), tuple(labels)))
                break
    return tuple(runs)


def flat(row: Mapping[str, object]) -> dict[str, object]:
    """Bring what is nested in a field to the surface: ``question: {stem, choices}`` as ``question.stem``.

    A field that holds options is left as it is. What holds a whole question is that question, whatever it is called,
    where no other field holds one.
    """
    found: dict[str, object] = {}
    options = (*(one for tier in PARTS["options"] for one in tier), _SEVERAL_RIGHT)
    wholes = sum(isinstance(value, dict) and _is_question(value) for value in row.values())
    for name, value in row.items():
        if isinstance(value, dict) and simple(name) not in options and not (is_lettered(value) or is_scored(value)):
            is_whole = wholes == 1 and _is_question(value) and not set(value) & set(row)
            head = "" if is_whole else f"{name}."
            found |= {f"{head}{inner}": one for inner, one in value.items() if isinstance(inner, str)}
        else:
            found[name] = value
    return found


def _is_question(value: Mapping[object, object]) -> bool:
    names = [name for name in value if isinstance(name, str)]
    sure = {one for tier in PARTS["question"][:2] for one in tier}
    return any(simple(name) in sure for name in names) and bool(option_runs(names) or all_named(names, "options"))


def is_scored(value: object) -> bool:
    """Tell whether a value maps texts to whether they are right: ``{"cat": 0, "dog": 1}``."""
    scores = list(value.values()) if isinstance(value, dict) else []
    return len(scores) > 1 and any(scores) and all(type(one) in (int, float, bool) and one in (0, 1) for one in scores)


def head_named(name: str, part: str) -> bool:
    """Tell of a nested name whether what it is nested in is a part: ``answer.text`` is no text of the question.

    >>> head_named("correct_answer.text", "answer"), head_named("question.text", "answer")
    (True, False)
    """
    head, dot, _ = name.partition(".")
    return bool(dot) and bool(part_named((head,), part))


def wrong_named(names: Sequence[str]) -> tuple[str, ...]:
    """Return the fields that hold wrong options: ``Incorrect Answer 1``, ``distractors``."""
    return tuple(name for name in names if _WRONG.fullmatch(simple(name)) or _WRONG.fullmatch(_without_remark(name)))


def is_given(name: str) -> bool:
    """Tell whether a name is that of an answer which somebody gave, of a wrong one, or of another label, and no key.

    >>> is_given("student_answer"), is_given("答案（错误）"), is_given("difficulty_label"), is_given("gold_answer")
    (True, True, True, False)
    >>> is_given("题型答案"), is_given("答案（单选题型）"), is_given("answer (source: book)")
    (True, False, False)
    """
    words = name.replace("_", " ")
    return _GIVEN.search(words) is not None or _OF_ELSE.search(_bare(_normal(words))) is not None


def tells_why(name: str) -> bool:
    """Tell whether a field says why an answer is right, or where a row is from, which no question needs.

    >>> tells_why("cot_content"), tells_why("答案解析"), tells_why("report")
    (True, True, False)
    """
    return _WHY.search(name.replace("_", " ")) is not None


def are_of_people(names: Sequence[str]) -> bool:
    """Tell whether a table says who did something: its answers are no keys.

    >>> are_of_people(("id", "student_id", "answer")), are_of_people(("id", "答案"))
    (True, False)
    """
    return any(map(_PEOPLE.search, names))


def right_named(names: Sequence[str]) -> tuple[str, ...]:
    """Return the fields that hold what is right alone: ``Correct Answer``, ``correct_options``."""
    return tuple(name for name in names if _RIGHT.fullmatch(simple(name)) or _RIGHT.fullmatch(_without_remark(name)))


def tells_answer(name: str) -> bool:
    """Tell whether a name's first word is an answer's: ``answer_text`` is no text of a problem.

    >>> tells_answer("answer_text"), tells_answer("label-text"), tells_answer("question_text"), tells_answer("answer")
    (True, True, False, False)
    """
    words = [simple(word) for word in _WORD.split(name.rpartition(".")[2])]
    return any(word in tier for word in words[:-1] for tier in PARTS["answer"][:2])


def are_of_a_quiz(names: Sequence[str]) -> bool:
    """Tell whether a table is a quiz against the clock: such sheets number their answers from 1, as their fields.

    >>> are_of_a_quiz(("Question", "Answer 1", "Answer 2", "Time limit (sec)", "Correct answer(s)"))
    True
    """
    return any(map(_CLOCK.search, names))


def is_lettered(value: object) -> bool:
    """Tell whether a value maps letters or numbers to texts."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(key, str) and len(key) == 1 and key.isalnum() for key in value)
    )
