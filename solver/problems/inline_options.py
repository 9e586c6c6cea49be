"""Options that are written behind their question: ``几只？ A: 10; B: 14``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from solver.problems.labels import wide_as_plain
from solver.problems.letters import ALPHABET

# A letter that heads an option: at a line start or after a separator, followed by a mark (A: A. A、 A) （A）).
_HEAD = re.compile(r"(?:^|(?<=[\s;；,，。？?！!：:]))[（(]?([A-Z])\s*(?:[:：.．、)）])\s*")

_COMMAS = ",，、"
"""What parts options where it stands behind each but the last."""

_INDENT = 200


class _Head(NamedTuple):
    letter: str
    start: int
    end: int


class Inline(NamedTuple):
    """A text parted at the letters of options."""

    question: str
    options: tuple[str, ...]
    """Empty where there are none."""
    is_sure: bool = True
    """No letter heads anything twice from the first option on, unless each option has a line of its own."""


def parted_inline(text: str) -> Inline:
    """Part a question from the options written behind it, which are the last run of heads A, B, C … in order.

    >>> parted_inline("A. w   C. y\\nB. x   D. z").options
    ('w', 'x', 'y', 'z')
    >>> parted_inline("几只？\\nＡ．10　Ｂ．14"), parted_inline("A、B；B、C；A、C").is_sure
    (Inline(question='几只？', options=('10', '14'), is_sure=True), False)
    """
    heads = [_Head(match[1], match.start(), match.end()) for match in _HEAD.finditer(wide_as_plain(text))]
    by_lines = [head for head in heads if _begins_line(text, head.start)]
    run, at_lines = _run(heads), _run(by_lines)
    has_lines = len(at_lines) >= len(run) and (not at_lines or by_lines[-len(at_lines) :] == at_lines)
    run = at_lines if has_lines else run
    if not run:
        return Inline(text, ())
    letters = [head.letter for head in heads if head.start >= run[0].start]
    if len(letters) > len(run) and sorted(letters) == list(ALPHABET[: len(letters)]):
        return _in_columns(text, heads[-len(letters) :])
    ends = [*(head.start for head in run[1:]), len(text)]
    options = [text[head.end : end].strip().rstrip(";；").rstrip() for head, end in zip(run, ends, strict=True)]
    if len({option[-1:] for option in options[:-1]} - set(_COMMAS)) == 0:
        options[:-1] = [option.rstrip(_COMMAS).rstrip() for option in options[:-1]]
    is_sure = has_lines or all(letters.count(head.letter) == 1 for head in run)
    return Inline(text[: run[0].start].rstrip(), tuple(options), is_sure)


def _begins_line(text: str, start: int) -> bool:
    """Tell whether nothing but blanks, not too many to look at, stands before a place on its line."""
    before = text[max(0, start - _INDENT) : start]
    line = before[before.rfind("\n") + 1 :]
    return not line.strip() and (len(line) < len(before) or start <= _INDENT)


def _in_columns(text: str, heads: Sequence[_Head]) -> Inline:
    """Part options that stand in columns, A and C above B and D; where no gap tells columns, it is not sure."""
    ends = [*(head.start for head in heads[1:]), len(text)]
    pieces = [(head.letter, text[head.end : end]) for head, end in zip(heads, ends, strict=True)]
    has_gaps = all(piece.endswith(("\n", "  ", "\t", "\u3000")) for _, piece in pieces[:-1])
    return Inline(text[: heads[0].start].rstrip(), tuple(piece.strip() for _, piece in sorted(pieces)), has_gaps)


def split_inline_options(text: str) -> tuple[str, tuple[str, ...]]:
    """Split a question from the options written behind it.

    >>> split_inline_options("几只？\\nA: 10; B: 14")
    ('几只？', ('10', '14'))
    """
    return parted_inline(text)[:2]


def _run(heads: Sequence[_Head]) -> list[_Head]:
    # The last A that a B follows. (Trying every A from the end took quadratic time on a text of many.)
    last_b = max((place for place, head in enumerate(heads) if head.letter == "B"), default=0)
    start = max((place for place, head in enumerate(heads[:last_b]) if head.letter == "A"), default=None)
    if start is None:
        return []
    run = [heads[start]]
    for head in heads[start + 1 :]:
        if len(run) < len(ALPHABET) and head.letter == ALPHABET[len(run)]:
            run.append(head)
    return run
