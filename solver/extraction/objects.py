"""The one option that the value of a JSON object is, where an output is an object, or ends on one.

``{"conclusion": "B. Lima"}``, ``{"city": "Lima"}``. Of several values only the one under a key
that says answer or the like counts, of one value any key's that does not deny; true and false under such a key alone.

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
_DENIES = re.compile(
    r"wrong|false|exclu|eliminat|other|(?<![a-z])not(?![ei])|not_|rul\w*?[_ -]?out|reject|discard|dismiss"
    r"|contradict|conflict|inconsist|invalid|impossib|unlikely|incorrect|given|initial|input|错|排除|不|非|矛盾|冲突",
    re.IGNORECASE,
)
"""In a key: its value is no answer."""
_ANSWERS = re.compile(
    r"(?:the[_ -]?)?(?:(?:final|my)[_ -]?)?(?:answer|result|verdict|conclusion|choice|decision|solution)|final"
    r"|(?:最终|最后)?的?(?:答案|结论|结果|选择|判断)",
    re.IGNORECASE,
)
"""A key that says that its value is the answer."""
_IS_TRUE = re.compile(r"(?:is|statement|the)?[_ ]?(?:is)?[_ ]?true(?:[_ /]?(?:or)?[_ /]?false)?", re.IGNORECASE)
"""A key whose value says whether the statement that is asked about is true."""
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
    values = list(_values((), told))
    answers = [(keys, value) for keys, value in values if keys and _ANSWERS.fullmatch(keys[-1])]
    counted = values if len(values) == 1 else answers
    if len(counted) != 1:
        return NOTHING
    ((keys, value),) = counted
    if len(keys) == 1 and _IS_TRUE.fullmatch(keys[0]):
        letter = _meant(value, options, is_answer=True)
    else:
        letter = None if any(map(_DENIES.search, keys)) else _meant(value, options, is_answer=bool(answers))
    return Extraction(letter, ExtractionRule.DECLARED, match.span("json")) if letter else NOTHING


def _values(keys: tuple[str, ...], told: object) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield the values of an object and of those inside it, each with its keys from the outermost on."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield from _values((*keys, str(name)), value)
    elif isinstance(told, list):
        for value in told:
            yield from _values(keys, value)
    else:
        yield keys, told


def _meant(value: object, options: OptionTexts, *, is_answer: bool) -> str | None:
    """Return the letter of the option that a value is: its letter, with its text or alone, its text, or yes or no."""
    if isinstance(value, bool):
        poles = polarity.poles(options) if is_answer else None
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
