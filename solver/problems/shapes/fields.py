"""What fields of rows are called: for each part of a question the names that people give it, the surest first.

>>> part_named(("qid", "Question_Stem", "passage"), "question"), simple("answer_idx") == simple("answerIdx")
(('Question_Stem',), True)
"""

from __future__ import annotations

import re
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
        ("options", "choices", "candidates", "选项"),
        ("option", "choice", "endings", "alternatives", "multiplechoicetargets", "answers"),
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
            "correctoption",
            "correctchoice",
            "goldindex",
            "goldanswer",
            "rightanswer",
            "答案",
            "正确答案",
        ),
        ("target", "key", "output", "solution", "cop", "labelidx", "correctidx", "correctindex"),
    ),
    "question": (
        ("question", "questionstem", "stem", "query", "questiontext", "ask", "问题", "提问"),
        ("题目", "conclusion", "hypothesis", "statement"),
        ("prompt", "input", "sentence", "ctx", "题干"),
        ("text", "instruction", "problem", "claim", "content"),
    ),
    "problem": (
        ("problem", "context", "passage", "premises", "article", "题干", "材料", "背景"),
        ("premise", "background", "story", "facts", "theory", "puzzle", "scenario", "题目"),
        ("text", "content", "instruction"),
    ),
}
"""Part -> tiers of names, in small letters and without marks. A later tier counts only where an earlier one is not
there; two names of one tier are a question to the user. From the fields of 43 public benchmarks."""

# A, option_a, choice1, ending0, 选项A: one option in each field.
_LETTERED = re.compile(r"(?i:(option|choice|opt|op|ans|answer|ending|sol|solution|选项)?)[\s_-]*([A-Za-z]|\d{1,2})")

# standard_question, Standard-Question, standardQuestion.
_WORD = re.compile(r"[\s_\-]+|(?<=[a-z])(?=[A-Z])")


class Run(NamedTuple):
    """Fields that hold one option each."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    """What tells them apart: letters or numbers."""


def simple(name: str) -> str:
    """Return a name in small letters and without marks."""
    return re.sub(r"[\s_.\-]+", "", name).casefold()


def part_named(names: Sequence[str], part: str) -> tuple[str, ...]:
    """Return the fields that a part may be, all of one tier; the last part of a nested name counts, too.

    Where no field is called so, the last word of a name counts: ``standard_answer`` is an answer.
    """
    for ending in (_last_part, _last_word):
        for tier in PARTS[part]:
            found = tuple(name for name in names if simple(name) in tier or ending(name) in tier)
            if found:
                return found
    return ()


def all_named(names: Sequence[str], part: str) -> tuple[str, ...]:
    """Return the fields that a part may be, of all tiers, the surest first."""
    for ending in (_last_part, _last_word):
        found = [name for tier in PARTS[part] for name in names if ending(name) in tier]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _last_part(name: str) -> str:
    return simple(name.rpartition(".")[2])


def _last_word(name: str) -> str:
    return simple(_WORD.split(name.rpartition(".")[2])[-1])


def option_runs(names: Sequence[str]) -> tuple[Run, ...]:
    """Return every run of fields that hold one option each: A B C …, choice1 choice2 …, from their beginning on.

    >>> option_runs(("q", "A", "B", "C", "ending0", "ending1"))[1].names
    ('ending0', 'ending1')
    """
    by_stem: dict[str, dict[str, str]] = {}
    for name in names:
        if match := _LETTERED.fullmatch(name.strip()):
            by_stem.setdefault((match[1] or "").casefold(), {})[match[2].upper().lstrip("0") or "0"] = name
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

    A field that holds options is left as it is.
    """
    found: dict[str, object] = {}
    options = PARTS["options"][0] + PARTS["options"][1]
    for name, value in row.items():
        if isinstance(value, dict) and simple(name) not in options and not is_lettered(value):
            found |= {f"{name}.{inner}": one for inner, one in value.items() if isinstance(inner, str)}
        else:
            found[name] = value
    return found


def is_lettered(value: object) -> bool:
    """Tell whether a value maps letters or numbers to texts."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(key, str) and len(key) == 1 and key.isalnum() for key in value)
    )
