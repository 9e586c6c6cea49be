"""The options of a row, in whichever form: a list, a mapping, labels and texts, one string, or inside the question.

>>> options_in({"label": ["A", "B"], "text": ["yes", "no"]})
Options(texts=('yes', 'no'), labels=('A', 'B'), is_bared=False, flags=())
>>> options_in("A. yes\\nB. no").texts, options_in(["(A) yes", "(B) no"]).texts
(('yes', 'no'), ('yes', 'no'))
"""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from solver.problems.inline_options import parted_inline
from solver.problems.labels import LabelContradiction, bare_options, is_labelled, wide_as_plain
from solver.problems.letters import ALPHABET
from solver.problems.shapes.fields import option_runs, simple

_OPTIONS_LINE = re.compile(r"\n[^\S\n]{0,40}(?:options|choices|选项)\s*[:：]?\s*$", re.IGNORECASE)
_BULLETS = re.compile(
    r"\n[^\S\n]{0,40}(?:options|choices|选项)\s*[:：][^\S\n]{0,40}((?:\n\s*[-*•]\s*\S.*)+)\s*$", re.IGNORECASE
)
_BREAK = re.compile(r"<br\s*/?>|\$;\$|\\n(?=\s{0,4}[（(]?[A-ZＡ-Ｚ]\s{0,4}[.．、:：)）])", re.IGNORECASE)
"""What parts lines in a cell of HTML, and options in the cells of some makers of tests."""
_MARKS_BREAK = re.compile(r"[#@|]{2,9}(?=\s{0,4}[（(]?[A-ZＡ-Ｚ]\s{0,4}[.．、:：)）])")
_MARKED_HEAD = re.compile(r"(?:^|(?<=[\s#@|]))[（(]?[A-ZＡ-Ｚ]\s{0,4}[.．、:：)）]")
"""Marks of others part options where they stand before each letter but the first; else they are text: C##."""
_NUMBERED = re.compile(r"([①-⑳])|(?<![^\s;；])([0-9]{1,2})[.、)）．](?=\s|[^\x00-\x7f])")
_LETTERED = re.compile(r"[（(]([A-Z])[)）]|(?<![A-Za-z0-9（(])([A-Z])[.．、:：]")
_LOWERED = re.compile(r"(?:^|(?<=[\s,;，；]))[（(]?([a-z])\s?[)）]")
_MARKS = " \n;；|,，"
_COMBINED = re.compile(r"(?:[A-Z](?:\s?[、,，和与及&+]\s?[A-Z])*|[甲乙丙丁戊](?:\s?[、,，和与及]\s?[甲乙丙丁戊])*)")
"""Statements or people that an option names together."""
_GLUED = re.compile(r"(?<=[？?。．.：:）)\s_])[（(]?A[.．、:：)）]")
_CUE = re.compile(
    r"\s{0,40}[*_【\[]{0,3}(?:(?:正确|参考)?答案|答|(?:the )?(?:correct )?answer)[】\]]?"
    r"\s?(?:是|为|is)?\s?[:：]?\s?[*_]{0,2}"
    r"\s?[（(]?([A-Z]?)(?![A-Za-z])[)）]?[*_]{0,2}"
    r"(?:[.。;；,，]?\s{0,40}$|[.。;；,，\s]\s{0,40}[【\[（(]?(?:解|分析|because|explanation))",
    re.IGNORECASE,
)
_SOLUTION = re.compile(r"\s{0,40}[*_【\[（(]{0,3}(?:试题|答案)?(?:解|分析|because|explanation|solution)", re.IGNORECASE)
_HEADS_A = re.compile(r"\n\s{0,40}[（(]?[AＡ]\s?[.．、:：)）]")
_LINE_OF_CUE = re.compile(r"\n[^\n]*(?:答|answer)", re.IGNORECASE)
_BULLET_HEAD = re.compile(r"^[^\S\n]{0,40}[-*•][^\S\n]{1,4}(?=[（(]?[A-ZＡ-Ｚ]\s?[.．、:：)）])", re.MULTILINE)
"""The line at which an answer is to be written, or stands."""
_FIRST = re.compile(r"①|[（(]A[)）]|A[.．、:：]|1[.、)）．](?=\s|[^\x00-\x7f])")
_BY_NUMBER = re.compile(r"[①-⑳]|[0-9]{1,2}[.、)）．]")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_LABELS = ("label", "labels", "key", "id", "letter", "name")
_TEXTS = ("text", "texts", "value", "content", "option", "choices", "answer", "choice", "output", "description")
_FLAGS = (
    "iscorrect",
    "correct",
    "isanswer",
    "isright",
    "right",
    "istrue",
    "tags",
    "label",
    "labels",
    "score",
    "是否正确",
)
"""What tells of an option whether it is right, as ``flags_of`` reads it."""
_TRUE, _FALSE = (True, 1, 1.0, "1", "true", "yes", "是", "√"), (False, 0, 0.0, "0", "false", "no", "否", "", "×", None)
# Lists as NumPy writes them into a cell: ``['a' 'b']``, ``array(['a', 'b'], dtype=object)``.
_NUMPY = re.compile(r"\[\s*(?:'[^'\n]*'|\"[^\"\n]*\")(?:\s+(?:'[^'\n]*'|\"[^\"\n]*\"))+\s*\]")
_QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"")
_ARRAY = re.compile(r"array\((\[[^\[\]]*\])(?:,\s*dtype=\w+)?\)")


class Options(NamedTuple):
    """What there is to choose from."""

    texts: tuple[str, ...]
    labels: tuple[str, ...] = ()
    """What the file calls them; empty where it does not say."""
    is_bared: bool = False
    """The texts carried the labels in the file."""
    flags: tuple[bool, ...] = ()
    """Whether each is right, where the file says it of the options themselves."""


def flags_of(values: object) -> tuple[bool, ...]:
    """Read a list of flags, one for each option; empty where it is none.

    >>> flags_of([0, 1, 0]), flags_of(["true", "false"]), flags_of([["correct"], []]), flags_of([0, 1, 2])
    ((False, True, False), (True, False), (True, False), ())
    """
    if not isinstance(values, (list, tuple)) or len(values) < 2:
        return ()
    found = []
    for value in values:
        one: object = value.strip().lower() if isinstance(value, str) else value
        if isinstance(one, list):
            one = "correct" in one
        if isinstance(one, dict) or one not in (*_TRUE, *_FALSE):
            return ()
        found.append(one in _TRUE)
    return tuple(found)


def _bare_flags_of(values: object) -> tuple[bool, ...]:
    """Read a list of flags that stands where labels or texts may stand: of those, words and strings are no flags.

    >>> _bare_flags_of([0, 1, 0]), _bare_flags_of([True, False]), _bare_flags_of(["yes", "no"])
    ((False, True, False), (True, False), ())
    """
    is_bare = isinstance(values, (list, tuple)) and all(isinstance(one, (bool, int, float)) for one in values)
    return flags_of(values) if is_bare else ()


def are_flags(labels: Sequence[str]) -> bool:
    """Tell whether labels may be flags, as ``text_of`` writes them."""
    return bool(labels) and all(label in ("0", "1", "True", "False") for label in labels)


def options_in(value: object) -> Options | None:
    """Read the options in a field; None where there are none."""
    if isinstance(value, str):
        return _of_string(value)
    if isinstance(value, Mapping):
        return _of_mapping(value)
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping):
        return _of_mapping(value[0])
    if not isinstance(value, Sequence) or len(value) < 2:
        return None
    if all(isinstance(item, Mapping) for item in value):
        return _of_records([item for item in value if isinstance(item, Mapping)])
    if all(isinstance(item, list) and len(item) == 2 and isinstance(item[0], str) for item in value):
        # Pairs of a letter and a text.
        pairs = {item[0]: item[1] for item in value}
        return _of_mapping(pairs) if len(pairs) == len(value) else None
    if any(isinstance(item, (Mapping, list)) for item in value):
        return None
    return without_heads(_without_empty_end(text_of(item) for item in value))


def _without_empty_end(texts: Iterable[str]) -> tuple[str, ...]:
    """Take off what fills the list up: tables give every row as many options as any row has."""
    kept = list(texts)
    while len(kept) > 2 and not kept[-1].strip():
        kept.pop()
    return tuple(kept)


def inside(text: str) -> tuple[str, Options] | None:
    """Part a question from the options that stand behind it; None where there are none."""
    if bullets := _BULLETS.search(text):
        options = tuple(line.strip().lstrip("-*•").strip() for line in bullets[1].strip().split("\n"))
        return text[: bullets.start()].rstrip(), Options(options)
    text, key = _without_cue(text)
    question, options, is_sure = parted_inline(_BULLET_HEAD.sub("", text))
    if len(options) < 2:
        question, options = _glued(text)
    if len(options) < 2 or not is_sure:
        return None
    found = _with_key(Options(options, tuple(ALPHABET[: len(options)])), key)
    return _OPTIONS_LINE.sub("", f"\n{question}").strip(), found


def _without_cue(text: str) -> tuple[str, str]:
    """Cut a text at its last line that asks for an answer or tells it; returns the letter, too, where one is told.

    >>> [_without_cue(f"A. x\\nB. y{below}") for below in ("\\n【答案】B\\n【解析】…", "\\nAnswer:", "")]
    [('A. x\\nB. y', 'B'), ('A. x\\nB. y', ''), ('A. x\\nB. y', '')]
    """
    for line in reversed(list(_LINE_OF_CUE.finditer(text))):
        end = text.find("\n", line.start() + 1)
        cue = _CUE.match(text[line.start() + 1 : end if end >= 0 else len(text)])
        if cue is not None:
            above, below = text[: line.start()].rstrip(), text[end:] if end >= 0 else ""
            # Options stand above; a solution below may go through them.
            is_above = _SOLUTION.match(below) or len(parted_inline(above).options) > 1
            has_options = _HEADS_A.search(below) or (not is_above and len(parted_inline(below).options) > 1)
            return (text, "") if has_options else (above, cue[1].upper())
    return text, ""


def _with_key(options: Options, key: str) -> Options:
    """Mark the option whose letter is told below the options."""
    flags = tuple(letter == key for letter in ALPHABET[: len(options.texts)])
    return options._replace(flags=flags) if any(flags) else options


def _glued(text: str) -> tuple[str, tuple[str, ...]]:
    """Part a question from options whose letters stand right behind what is before them.

    >>> _glued("谁最高？A.甲B.乙"), _glued("维生素A.在哪里")
    (('谁最高？', ('甲', '乙')), ('维生素A.在哪里', ()))
    """
    head = next(iter(_GLUED.finditer(wide_as_plain(text))), None)
    parts = () if head is None else _lettered(text[head.start() :])
    if head is None or not parts:
        return text, ()
    return text[: head.start()].rstrip(), without_heads(parts).texts


def without_heads(texts: tuple[str, ...]) -> Options:
    """Take letters off that head all options in order: ``A. yes``, ``(B) no``.

    Letters in another order are left for whoever checks the row, who refuses them.
    """
    try:
        bare = bare_options(texts)
    except LabelContradiction:
        return Options(texts)
    if bare.note is None:
        return Options(texts)
    labels = tuple(ALPHABET[: len(texts)]) if is_labelled(wide_as_plain(texts[0])) else _numbers(texts)
    return Options(bare.texts, labels, is_bared=True)


def _numbers(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the numbers that head texts, as they stand: ``①``, or ``1``."""
    return tuple(
        text.lstrip()[0] if text.lstrip()[0] in _CIRCLED else str(place) for place, text in enumerate(texts, 1)
    )


def text_of(value: object) -> str:
    """Return a cell as text; a list (of premises) one a line."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return "\n".join(text_of(item) for item in value)
    if isinstance(value, dict) and (names := [name for name in ("text", "value") if name in value]):
        return text_of(value[names[0]])
    return str(value)


def _of_string(value: str) -> Options | None:
    value = value.strip()
    if len(_MARKS_BREAK.findall(value)) == len(_MARKED_HEAD.findall(value)) - 1:
        value = _MARKS_BREAK.sub("\n", value)
    text, key = _without_cue(_BREAK.sub("\n", value).strip())
    if key:
        below = _of_string(text)
        return None if below is None else _with_key(below, key)
    if text[:1] in ("[", "{") and text[-1:] in ("]", "}"):
        if _NUMPY.fullmatch(text):
            return without_heads(tuple(one or other for one, other in _QUOTED.findall(text)))
        text = _ARRAY.sub(r"\1", text)
        for read in (json.loads, ast.literal_eval):
            try:
                return options_in(_no_string(read(text)))
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                continue
        # Cut within its brackets it would be options that are none.
        parts = _parts(text)
        return without_heads(parts) if parts and all(map(_is_bracketed, parts)) else None
    parts = _parts(text)
    if len(parts) > 1 and any(len(part) > 1 for part in parts) and all(map(_COMBINED.fullmatch, parts)):
        # A、B；B、C may be two pairs, or options A and B that name another one.
        is_open = "".join(part[0] for part in parts) == ALPHABET[: len(parts)]
        return None if is_open else Options(parts)
    question, options, is_sure = parted_inline(text)
    if len(options) > 1 and not question.strip() and is_sure:
        return Options(options, tuple(ALPHABET[: len(options)]))
    parts = _numbered(text) or _lettered(text) or _lowered(text) or parts
    found = without_heads(parts) if parts else None
    if found is None or found.is_bared or not _FIRST.match(wide_as_plain(text)):
        return found
    # What begins with a number or letter, and is not parted at these, would be parted within its options, except where
    # each begins with a number: it is told by the numbers of statements.
    return found if all(map(_BY_NUMBER.match, parts)) else None


def _numbered(text: str) -> tuple[str, ...]:
    """Cut a text at the numbers from 1 on that it begins with and goes on with; empty where it does not.

    >>> _numbered("1. x 2. y|z"), _numbered("①x②y"), _numbered("1. x"), _numbered("1.5 2.5")
    (('1. x', '2. y|z'), ('①x', '②y'), (), ())
    """
    heads = [(match.start(), unicodedata.normalize("NFKC", match[1] or match[2])) for match in _NUMBERED.finditer(text)]
    places: list[int] = []
    for place, number in heads:
        if number == str(len(places) + 1):
            places.append(place)
    is_odd = len(heads) > len(places) and heads[0][0] == 0 and text[0] in _CIRCLED  # ①和②；①和③
    if len(places) < 2 or places[0] != 0 or is_odd:
        return ()
    return tuple(text[start:end].strip(_MARKS) for start, end in zip(places, [*places[1:], len(text)], strict=True))


def _lettered(text: str) -> tuple[str, ...]:
    """Cut a text at letters that stand right behind the option before; empty where one may be an option's own.

    >>> _lettered("A.甲B.乙；丙C.丁"), _lettered("（A）甲（B）乙"), _lettered("A.甲、B、C B.乙")
    (('A.甲', 'B.乙；丙', 'C.丁'), ('（A）甲', '（B）乙'), ())
    """
    found = list(_LETTERED.finditer(wide_as_plain(text)))
    heads = [(match.start(), match[1] or match[2]) for match in found]
    letters = "".join(letter for _, letter in heads)
    if len(heads) < 2 or heads[0][0] != 0 or letters != ALPHABET[: len(letters)]:
        return ()
    if len({match[0][-1] for match in found}) > 1:
        return ()  # B、 in an option behind A. is a word of its own
    ends = [*(start for start, _ in heads[1:]), len(text)]
    return tuple(text[start:end].strip(_MARKS) for (start, _), end in zip(heads, ends, strict=True))


def _lowered(text: str) -> tuple[str, ...]:
    """Cut a text at small letters with a bracket, from a on, each of which stands there once.

    >>> _lowered("a ) 38 , b ) 1 , 000 , c ) 9"), _lowered("a) x a) y")
    (('a ) 38', 'b ) 1 , 000', 'c ) 9'), ())
    """
    heads = list(_LOWERED.finditer(text))
    letters = "".join(head[1] for head in heads)
    if len(heads) < 2 or heads[0].start() != 0 or letters != ALPHABET[: len(letters)].lower():
        return ()
    ends = [*(head.start() for head in heads[1:]), len(text)]
    return tuple(text[head.start() : end].strip(_MARKS) for head, end in zip(heads, ends, strict=True))


def _parts(text: str) -> tuple[str, ...]:
    """Return what a text holds between marks, those that part it first; empty where none does."""
    for mark in ("\n", "|", ";", "；"):
        parts = tuple(part.strip() for part in text.split(mark) if part.strip())
        if len(parts) > 1:
            return parts
    return ()


def _is_bracketed(text: str) -> bool:
    """Tell whether a text's first bracket opens it and closes at its end; a half-open range does, too.

    >>> [_is_bracketed(text) for text in ("{1, 2}", "[0, 1)", "[[0]", "[0] [1]")]
    [True, True, False, False]
    """
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "[({") - (sign in "])}")
        if depth <= 0 and place < len(text) - 1:
            return False
    return depth == 0 and len(text) > 1


def _no_string(value: object) -> object:
    return None if isinstance(value, str) else value


def _of_mapping(value: Mapping[object, object]) -> Options | None:
    labels = next((value[name] for name in _LABELS if isinstance(value.get(name), (list, tuple))), None)
    texts = next((value[name] for name in _TEXTS if isinstance(value.get(name), (list, tuple))), None)
    if isinstance(texts, (list, tuple)):
        shown = tuple(map(text_of, texts))
        named = tuple(map(text_of, labels)) if isinstance(labels, (list, tuple)) and len(labels) == len(shown) else ()
        return _flagged(shown, named, labels) if len(shown) > 1 else None
    # Parquet gives every row all the letters that any row has, empty where it has none.
    kept = {
        str(key): text
        for key, one in value.items()
        if (not isinstance(one, Mapping) or "text" in one) and (text := text_of(one).strip())
    }
    runs = option_runs(tuple(kept))
    if len(runs) != 1 or len(runs[0].names) < len(kept):
        # Texts with whether they are right: ``{"cat": 0, "dog": 1}``.
        flags = _bare_flags_of(list(value.values()))
        return Options(tuple(map(str, value)), flags=flags) if any(flags) else None
    return Options(tuple(kept[key] for key in runs[0].names), runs[0].names)


def _flagged(texts: tuple[str, ...], labels: tuple[str, ...], values: object) -> Options:
    """Return options whose labels may be flags: 1 where one is right, 0 else; 0 and 1 in order number two options."""
    flags = _bare_flags_of(values)
    if flags and len(flags) == len(texts) and labels != ("0", "1"):
        return Options(texts, _distinct(labels), flags=flags)
    return Options(texts, labels)


def _distinct(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return labels that tell options apart, else none."""
    return labels if len(set(labels)) == len(labels) else ()


def _of_records(items: Sequence[Mapping[object, object]]) -> Options | None:
    if all(len(item) == 1 for item in items):
        # A letter and a text in each: ``[{"A": "yes"}, {"B": "no"}]``.
        pairs = {key: text for item in items for key, text in item.items()}
        if len(pairs) == len(items):
            return _of_mapping(pairs)
    text = next((name for name in _TEXTS if all(name in item for item in items)), None)
    label = next((name for name in _LABELS if all(name in item for item in items)), None)
    if text is None:
        return None
    labels = tuple(text_of(item[label]) for item in items) if label is not None else ()
    texts = tuple(text_of(item[text]) for item in items)
    for name in items[0]:
        if isinstance(name, str) and name != text and simple(name) in _FLAGS:
            values = [item.get(name) for item in items]
            flags = _bare_flags_of(values) if name in _LABELS else flags_of(values)
            if flags and (name != label or labels != ("0", "1")):
                return Options(texts, labels if name != label else _distinct(labels), flags=flags)
    return Options(texts, labels)
