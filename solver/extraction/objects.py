"""The one option among the values of a JSON object that an output is, or ends on, under whatever key.

``{"conclusion": "B. Lima"}``, ``{"city": "Lima"}``. Objects that name two options, or list them, answer nothing, nor do
values of a key that denies; ``answer`` and its like are announcements already.

>>> object_value('```json\\n{"city": "Lima"}\\n```', OptionTexts(2, ("Oslo", "Lima"))).letter
'B'
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from solver.extraction.options import OptionTexts
from solver.extraction.outcome import NOTHING, Extraction, ExtractionRule
from solver.extraction.unannounced.polar import polarity
from solver.problems.letters import ALPHABET

_LONGEST = 2000  # characters; a longer object is no answer
_OBJECT = re.compile(r"\s*(?:[^{}\n]{0,80}\n\s*)?(?:```(?:json|JSON)?\s*)?(?P<json>\{.*\})\s*(?:```)?\s*\Z", re.DOTALL)
_DENIES = re.compile(r"wrong|incorrect|false|excluded|eliminated|other|not_|错|排除|不", re.IGNORECASE)
_LABELLED = re.compile(r"[(（]?([A-Z])(?:[)）.．、:：]\s?(.*))?", re.DOTALL)


def object_value(text: str, options: OptionTexts) -> Extraction | None:
    """Read the one option that the values of an output's only object name; None where the output is no object."""
    if len(text) > _LONGEST or "{" not in text:
        return None
    match = _OBJECT.fullmatch(text)
    if match is None:
        return None
    try:
        told = json.loads(match["json"])
    except ValueError:
        return None
    values = list(_values("", told))
    found = {_meant(value, options, is_only=len(values) == 1) for key, value in values if not _DENIES.search(key)}
    letters = found - {None}
    if len(letters) != 1:
        return NOTHING
    return Extraction(letters.pop(), ExtractionRule.DECLARED, match.span("json"))


def _values(key: str, told: object) -> Iterator[tuple[str, object]]:
    """Yield the values of an object and of those inside it, each with its key."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield from _values(str(name), value)
    elif isinstance(told, list):
        for value in told:
            yield from _values(key, value)
    else:
        yield key, told


def _meant(value: object, options: OptionTexts, *, is_only: bool) -> str | None:
    """Return the letter of the option that a value is: its letter, with its text or alone, its text, or yes or no."""
    if isinstance(value, bool):
        poles = polarity.poles(options) if is_only else None
        return None if poles is None else ALPHABET[poles.yes if value else poles.no]
    if not isinstance(value, str) or not value.strip():
        return None
    index = options.exact(value)
    if index is not None:
        return ALPHABET[index]
    label = _LABELLED.fullmatch(value.strip())
    if label is None or ALPHABET.index(label[1]) >= options.count:
        return None
    if not (label[2] or "").strip():
        return label[1]
    index = options.exact(label[2])
    return None if index is None else ALPHABET[index]
