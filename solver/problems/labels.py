"""Letters printed inside data: keys and recorded votes in any spelling, and options that carry their own labels.

Nothing is changed in silence: what was done comes back as a note, and what says two things at once is refused. Which
letter an index means must be told (``base``); it is never guessed.

>>> letter_in("(b)", ("cat", "dog"))
Reading(letter='B', note="'(b)' is read as B")
>>> bare_options(("(A)cat", "(B) dog")).texts
('cat', 'dog')
>>> letter_in("N/A", ("cat", "dog")).letter is None, letter_in("②", ("cat", "dog"), base=1).letter
(True, 'B')
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal, NamedTuple

from solver.problems.letters import ALPHABET

PLACEHOLDERS = frozenset(
    ("", "?", "？", "-", "–", "—", "n/a", "na", "null", "nan", "tbd", "略", "待定", "暂无", "暂无答案", "无答案")
)
"""What recorders write where there is no answer, in lower case."""
_LETTER = re.compile(
    r"(?:(?:option|choice|answer)(?:\s{0,4}[:：]\s{0,4}|\s{1,4})|【?(?:(?:故|应)?选项?|(?:正确|参考|标准)?答案(?:是|为)?)】?\s{0,4}[:：]?\s{0,4})?"
    r"[*_]{0,2}[（(\[【]?\s{0,4}([A-Za-z])\s{0,4}[)）\]】]?\s{0,4}[.．、:：]?[*_]{0,2}",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"\s*(?:选项\s{0,2}|[Oo]ption\s)?"
    r"(?:[（(\[【]\s{0,4}([A-Za-z])\s{0,4}[)）\]】]|([A-Za-z])(?:\s{0,4}[.．、:：)）]|\t))\s*(?=\S)"
)
_NUMBER_HEAD = re.compile(
    r"\s*(?:([①-⑳])|[（(]\s?([0-9]{1,2})\s?[)）]|([0-9]{1,2})(?:[、)）．]|\.(?=\s|[^\x00-\x7f])))\s*(?=[^\s\d])"
)
_NAMES_NUMBERS = re.compile(r"^[和与或、，,及;；]|[①-⑳]|[（(]\s?[0-9]{1,2}\s?[)）]|^(?:and|or)\b")
_WIDE = {0xFF21 + case * 32 + place: chr(65 + case * 32 + place) for case in (0, 1) for place in range(26)}
"""Letters in full width -> the plain ones."""
BLANKS = "".join(map(chr, (*range(9, 14), 32, 0xA0, 0x3000, 0x200B, 0xFEFF)))
"""What stands around a key without being seen."""
_INDEX = re.compile(r"[0-9]{1,3}")
_NUMBER = re.compile(r"[（(]?\s?([0-9]{1,2})\s?[)）.．、]?")
_MARKED = re.compile(r"\s*(?:(\*\*|__)(.{1,400}?)\1|<(b|strong)>(.{1,400}?)</\3>)", re.IGNORECASE | re.DOTALL)
"""A text that begins in bold face."""


class LabelContradiction(ValueError):
    """A key, vote or list of options that says two things at once, or nothing that can be an option."""


class Reading(NamedTuple):
    """What a key or a vote means."""

    letter: str | None
    """The option's letter; None for a placeholder: no answer."""
    note: str | None = None
    """What was done to read it; None for a plain capital letter."""


class BareOptions(NamedTuple):
    """Options without the labels of their own places."""

    texts: tuple[str, ...]
    note: str | None = None
    """What was done; None where nothing was."""
    base: Literal[1] | None = None
    """1 where the labels were numbers, which a key may name; else None."""


def _without_mark(text: str) -> str:
    found = _MARKED.match(text)
    return text if found is None else (found[2] or found[4]) + text[found.end() :]


def bare_options(options: Sequence[str]) -> BareOptions:
    """Take labels off options that all carry those of their own places, in order: ``A. 甲``, ``(B)乙``, ``**C.** 丙``.

    Options of which only some begin like a label keep their texts (``C. elegans``), as do those whose letters are no
    labels (``J. Smith``, ``K. Lee``).

    Raises:
        LabelContradiction: all carry labels, but of other places.
    """
    if (numbered := _without_numbers(options)) is not None:
        return numbered
    plain = [_without_mark(option) for option in options]
    heads = [_HEAD.match(option.translate(_WIDE)) for option in plain]
    labels = [(head[1] or head[2]).upper() for head in heads if head is not None]
    own = list(ALPHABET[: len(options)])
    # One left out (A, B, D) is a label all the same: the key D would be nobody's, or another one's.
    has_gap = len(labels) > 2 and labels[:2] == own[:2] and labels == sorted(set(labels))
    if not options or len(labels) < len(options) or not (sorted(labels) == own or has_gap):
        return BareOptions(tuple(options))
    if labels != own:
        place = next(place for place, label in enumerate(labels) if label != own[place])
        raise LabelContradiction(
            f"option {own[place]} carries the label of {labels[place]} ({options[place][:40]!r}): "
            "put the options in the order of their labels, or take the labels off"
        )
    texts = tuple(option[head.end() :].strip() for option, head in zip(plain, heads, strict=True) if head is not None)
    return BareOptions(texts, f"the options carry their own labels ({own[0]} to {own[-1]}), which are taken off")


def _without_numbers(options: Sequence[str]) -> BareOptions | None:
    """Take off numbers that head all options and count from 1: ``①甲``, ``1. 甲``, ``（1）甲``; None where they do not.

    >>> _without_numbers(("①甲", "②乙")).texts, _without_numbers(("1.5", "2.5")), _without_numbers(("2. x", "1. y"))
    (('甲', '乙'), None, None)
    """
    heads = [_NUMBER_HEAD.match(option) for option in options]
    found = [head for head in heads if head is not None]
    if len(options) < 2 or [int(unicodedata.normalize("NFKC", head[1] or head[2] or head[3])) for head in found] != [
        *range(1, len(options) + 1)
    ]:
        return None
    texts = tuple(option[head.end() :].strip() for option, head in zip(options, found, strict=True))
    # ``①②`` and ``(1) and (2)`` name statements.
    if any(_NAMES_NUMBERS.search(text) for text in texts):
        return None
    return BareOptions(texts, f"the options carry their own numbers (1 to {len(options)}), which are taken off", 1)


def letter_in(value: object, options: Sequence[str], *, base: Literal[0, 1] | None = None) -> Reading:
    """Read the letter of a key or a recorded vote.

    Args:
        value: a letter in any spelling, a letter with its option's text, an option's text, or an index.
        options: the options' texts, without labels.
        base: what the first option's index is; None where the data holds no indices.

    Raises:
        LabelContradiction: it names a letter and another option's text, has two readings, or names no option.
    """
    shown = _shown(value)
    if base is not None and (index := _index_in(shown)) is not None:
        place = index - base
        if not 0 <= place < len(options):
            raise LabelContradiction(f"index {shown} is none of the {len(options)} options, counted from {base}")
        return Reading(ALPHABET[place], f"{shown} is read as {ALPHABET[place]}, counted from {base}")
    by_text = _place_of(shown, options)
    if by_text is None:
        shown = shown.translate(_WIDE)
    if by_text is None and shown.lower() in PLACEHOLDERS:
        return Reading(None, f"{shown!r} is no answer" if shown else None)
    match = _LETTER.fullmatch(shown)
    if match is not None:
        return _by_letter(shown, match[1], by_text, options)
    head = _HEAD.match(shown)
    if head is not None and by_text is None:
        return _by_both(shown, (head[1] or head[2]).upper(), shown[head.end() :], options)
    if by_text is None:
        hint = ": say whether indices count from 0 or 1 (--map answer=FIELD:0)" if _INDEX.fullmatch(shown) else ""
        raise LabelContradiction(f"{shown[:80]!r} names none of the {len(options)} options{hint}")
    return Reading(ALPHABET[by_text], f"{shown[:80]!r} is read as {ALPHABET[by_text]}, whose text it is")


def letter_alone(value: object, n_options: int) -> Reading:
    """Read the letter of a key or a recorded vote where the options' texts are not known.

    >>> letter_alone("(b)", 2).letter, letter_alone("B. dog", 2).letter, letter_alone("N/A", 2).letter
    ('B', 'B', None)

    Raises:
        LabelContradiction: it is no letter of an option.
    """
    shown = _shown(value)
    if shown.lower() in PLACEHOLDERS:
        return Reading(None, f"{shown!r} is no answer" if shown else None)
    match = _LETTER.fullmatch(shown) or _HEAD.match(shown)
    letter = next(filter(None, match.groups())).upper() if match is not None else ""
    if not letter or letter not in ALPHABET[:n_options]:
        raise LabelContradiction(f"{shown[:80]!r} is none of {'/'.join(ALPHABET[:n_options])}")
    return Reading(letter, None if shown == letter else f"{shown[:80]!r} is read as {letter}")


def wide_as_plain(text: str) -> str:
    """Return a text with letters in full width as plain ones."""
    return text.translate(_WIDE)


def is_labelled(text: str) -> bool:
    """Tell whether a text is, or begins with, a letter as options are labelled.

    >>> is_labelled("(b)"), is_labelled("B. dog"), is_labelled("dog")
    (True, True, False)
    """
    shown = text.strip()
    return _LETTER.fullmatch(shown) is not None or _HEAD.match(shown) is not None


def _index_in(shown: str) -> int | None:
    """Return a number in the ways in which options are numbered, None where it is none.

    >>> _index_in("②"), _index_in("（2）"), _index_in("2."), _index_in("12"), _index_in("2 x")
    (2, 2, 2, 12, None)
    """
    if "①" <= shown <= "⑳" and len(shown) == 1:
        shown = unicodedata.normalize("NFKC", shown)
    found = _NUMBER.fullmatch(shown)
    return int(found[1]) if found is not None else None


def _by_letter(shown: str, letter: str, by_text: int | None, options: Sequence[str]) -> Reading:
    place = ALPHABET.index(letter.upper())
    if place >= len(options) and by_text is not None:
        return Reading(ALPHABET[by_text], f"{shown!r} is read as {ALPHABET[by_text]}, whose text it is")
    # A lone capital is a letter, whatever the options say; a small one may be an option's text.
    if by_text is not None and by_text != place and not (len(shown) == 1 and shown.isupper()):
        raise LabelContradiction(
            f"{shown!r} is option {ALPHABET[by_text]}'s text, and the letter of option {letter.upper()}: "
            "write the letter as a capital"
        )
    if place >= len(options):
        raise LabelContradiction(f"{shown!r} is none of {'/'.join(ALPHABET[: len(options)])}")
    return Reading(ALPHABET[place], None if shown == ALPHABET[place] else f"{shown!r} is read as {ALPHABET[place]}")


def _by_both(shown: str, letter: str, text: str, options: Sequence[str]) -> Reading:
    place, named = ALPHABET.index(letter), _place_of(text, options)
    if place < len(options) and _plain(options[place]) == _plain(text):
        return Reading(letter, f"{shown[:80]!r} is read as {letter}")
    if named is None:
        raise LabelContradiction(f"{shown[:80]!r} names {letter}, and a text that no option has")
    raise LabelContradiction(f"{shown[:80]!r} names {letter}, and the text of {ALPHABET[named]}")


def _shown(value: object) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]  # of a key for several choices that has one
    if isinstance(value, bool):
        return str(value)
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip(BLANKS)


def _place_of(text: str, options: Sequence[str]) -> int | None:
    """Return the first option of this text; exactly, or else in any case."""
    for form in (str.strip, _plain):
        wanted = form(text)
        for place, option in enumerate(options[: len(ALPHABET)]):
            if wanted and form(option) == wanted:
                return place
    return None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".。")
