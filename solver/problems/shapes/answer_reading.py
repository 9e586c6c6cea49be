"""What an answer may mean, and which meaning a whole file bears out: a letter, a label, an index, a text, a truth word.

>>> options = Options(("cat", "dog"))
>>> MEANINGS["letter"]("(B)", options), MEANINGS["1"](2, options), MEANINGS["text"]("Dog ", options)
(1, 1, 1)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Literal

from solver.problems.labels import BLANKS, LabelContradiction, is_labelled, letter_alone, letter_in, wide_as_plain
from solver.problems.letters import ALPHABET
from solver.problems.shapes.option_reading import Options, flags_of, text_of

TRUTH_SETS = (
    ("True", "False"),
    ("Yes", "No"),
    ("True", "False", "Unknown"),
    ("True", "False", "Uncertain"),
    ("valid", "invalid"),
    ("entailment", "neutral", "contradiction"),
    ("entailment", "not-entailment"),
    ("正确", "错误"),
    ("是", "否"),
    ("对", "错"),
    ("√", "×"),
    ("T", "F"),
    ("Y", "N"),
)
"""Answers that are options by themselves, where a file has none; the first set that holds all answers of a file."""
_TRUE, _FALSE = (
    {"true", "yes", "t", "y", "correct", "正确", "是", "对", "√"},
    {"false", "no", "f", "n", "incorrect", "错误", "否", "错", "×"},
)

_NAMED = re.compile(r"^(?:option|choice|answer|选项|答案)\s?(?=[0-9])", re.IGNORECASE)

Meaning = Callable[[object, Options], int | None]


def plain(text: str) -> str:
    """Return a text as it is compared: composed, small, one space for many, without an end mark."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip(".。")


def is_empty(value: object) -> bool:
    """Tell whether there is no answer."""
    if (flags := flags_of(value)) and not any(flags):
        return True
    return value is None or (isinstance(value, float) and value != value) or not text_of(value).strip()


def single(value: object) -> object:
    """Take the one answer out of a list of one, and what is not seen off a text."""
    one = value[0] if isinstance(value, (list, tuple)) and len(value) == 1 else value
    return one.strip(BLANKS) if isinstance(one, str) else one


def _letter(value: object, options: Options) -> int | None:
    if not isinstance(value, str) or not is_labelled(wide_as_plain(value)):
        return None
    labels = [label.upper() for label in options.labels]
    if labels == list(ALPHABET[: len(labels)]) or len(set(labels) & set(ALPHABET)) < len(labels):
        return _place(value, options)
    # Letters in an order of their own, or with one left out: they are what a letter names.
    try:
        letter = letter_alone(wide_as_plain(value), len(ALPHABET)).letter
    except LabelContradiction:
        return None
    return labels.index(letter) if letter in labels else None


def _label(value: object, options: Options) -> int | None:
    shown = text_of(value).strip()
    if shown not in options.labels:
        shown = _NAMED.sub("", shown)  # as the field is called: Option 2
    return options.labels.index(shown) if shown in options.labels else None


def _index(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    shown = text_of(value).strip()
    shown = shown.removesuffix(".0")
    return int(shown) if re.fullmatch(r"[0-9]{1,3}", shown) else None


def _from(base: Literal[0, 1]) -> Meaning:
    def place(value: object, options: Options) -> int | None:
        index = _index(value)
        return None if index is None else _place(index, options, base=base)

    return place


def _place(value: object, options: Options, base: Literal[0, 1] | None = None) -> int | None:
    try:
        letter = letter_in(value, options.texts[: len(ALPHABET)], base=base).letter
    except LabelContradiction:
        return None
    return None if letter is None else ALPHABET.index(letter)


def _text(value: object, options: Options) -> int | None:
    wanted = plain(text_of(value))
    return next((place for place, text in enumerate(options.texts) if plain(text) == wanted), None)


def _truth_of(text: str) -> bool | None:
    return True if plain(text) in _TRUE else False if plain(text) in _FALSE else None


def _truth(value: object, options: Options) -> int | None:
    shown = text_of(value).strip()
    wanted = {"1": True, "0": False}.get(shown, _truth_of(shown))
    places = [place for place, text in enumerate(options.texts) if _truth_of(text) is wanted]
    return places[0] if wanted is not None and len(places) == 1 else None


def _flags(value: object, options: Options) -> int | None:
    flags = flags_of(value)
    return flags.index(True) if len(flags) == len(options.texts) and sum(flags) == 1 else None


MEANINGS: Mapping[str, Meaning] = {
    "letter": _letter,
    "label": _label,
    "0": _from(0),
    "1": _from(1),
    "text": _text,
    "truth": _truth,
    "flags": _flags,
}
"""By the word that ``--map answer=FIELD:WORD`` takes; where two agree on a whole file, the first is told."""
HELP = {
    "letter": "a letter",
    "label": "the option's label",
    "0": "an index from 0",
    "1": "an index from 1",
    "text": "the option's text",
    "truth": "true or false",
    "flags": "one right flag among those",
}


def truth_set(values: list[object]) -> tuple[str, ...] | None:
    """Return the options of a file that has none of its own, from its answers."""
    found = {plain(text_of(value)) for value in values if not is_empty(value)}
    return next((words for words in TRUTH_SETS if found and found <= {plain(word) for word in words}), None)
