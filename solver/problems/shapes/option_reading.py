"""The options of a row, in whichever form: a list, a mapping, labels and texts, one string, or inside the question.

>>> options_in({"label": ["A", "B"], "text": ["yes", "no"]})
Options(texts=('yes', 'no'), labels=('A', 'B'), is_bared=False)
>>> options_in("A. yes\\nB. no").texts, options_in(["(A) yes", "(B) no"]).texts
(('yes', 'no'), ('yes', 'no'))
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from solver.problems.inline_options import split_inline_options
from solver.problems.labels import LabelContradiction, bare_options, is_labelled, wide_as_plain
from solver.problems.letters import ALPHABET
from solver.problems.shapes.fields import option_runs

_OPTIONS_LINE = re.compile(r"\n\s*(?:options|choices|选项)\s*[:：]?\s*$", re.IGNORECASE)
_BULLETS = re.compile(r"\n\s*(?:options|choices|选项)\s*[:：]\s*((?:\n\s*[-*•]\s*\S.*)+)\s*$", re.IGNORECASE)
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_LABELS, _TEXTS = ("label", "labels", "key", "id", "letter"), ("text", "texts", "value", "content", "option")


class Options(NamedTuple):
    """What there is to choose from."""

    texts: tuple[str, ...]
    labels: tuple[str, ...] = ()
    """What the file calls them; empty where it does not say."""
    is_bared: bool = False
    """The texts carried the labels in the file."""


def options_in(value: object) -> Options | None:
    """Read the options in a field; None where there are none."""
    if isinstance(value, str):
        return _of_string(value)
    if isinstance(value, Mapping):
        return _of_mapping(value)
    if not isinstance(value, Sequence) or len(value) < 2:
        return None
    if all(isinstance(item, Mapping) for item in value):
        return _of_records([item for item in value if isinstance(item, Mapping)])
    if any(isinstance(item, (Mapping, list)) for item in value):
        return None
    return without_heads(tuple(text_of(item) for item in value))


def inside(text: str) -> tuple[str, Options] | None:
    """Part a question from the options that stand behind it; None where there are none."""
    if bullets := _BULLETS.search(text):
        options = tuple(line.strip().lstrip("-*•").strip() for line in bullets[1].strip().split("\n"))
        return text[: bullets.start()].rstrip(), Options(options)
    question, options = split_inline_options(text)
    if len(options) < 2:
        return None
    return _OPTIONS_LINE.sub("", f"\n{question}").strip(), Options(options, tuple(ALPHABET[: len(options)]))


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
    if value is None:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return "\n".join(text_of(item) for item in value)
    return str(value)


def _of_string(value: str) -> Options | None:
    text = value.strip()
    if text[:1] in ("[", "{") and text[-1:] in ("]", "}"):
        for read in (json.loads, ast.literal_eval):
            try:
                return options_in(_no_string(read(text)))
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                continue
    question, options = split_inline_options(text)
    if len(options) > 1 and not question.strip():
        return Options(options, tuple(ALPHABET[: len(options)]))
    for mark in ("\n", "|", ";"):
        parts = tuple(part.strip() for part in text.split(mark) if part.strip())
        if len(parts) > 1:
            return without_heads(parts)
    return None


def _no_string(value: object) -> object:
    return None if isinstance(value, str) else value


def _of_mapping(value: Mapping[object, object]) -> Options | None:
    labels = next((value[name] for name in _LABELS if isinstance(value.get(name), (list, tuple))), None)
    texts = next((value[name] for name in _TEXTS if isinstance(value.get(name), (list, tuple))), None)
    if isinstance(texts, (list, tuple)):
        shown = tuple(map(text_of, texts))
        named = tuple(map(text_of, labels)) if isinstance(labels, (list, tuple)) and len(labels) == len(shown) else ()
        return Options(shown, named) if len(shown) > 1 else None
    # Parquet gives every row all the letters that any row has, empty where it has none.
    kept = {
        str(key): text for key, one in value.items() if not isinstance(one, Mapping) and (text := text_of(one).strip())
    }
    runs = option_runs(tuple(kept))
    if len(runs) != 1 or len(runs[0].names) < len(kept):
        return None
    return Options(tuple(kept[key] for key in runs[0].names), runs[0].names)


def _of_records(items: Sequence[Mapping[object, object]]) -> Options | None:
    text = next((name for name in _TEXTS if all(name in item for item in items)), None)
    label = next((name for name in _LABELS if all(name in item for item in items)), None)
    if text is None:
        return None
    labels = tuple(text_of(item[label]) for item in items) if label is not None else ()
    return Options(tuple(text_of(item[text]) for item in items), labels)
