"""Texts whose questions are set apart by blank lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from solver.problems.shapes.container import Input

_HEAD = 1 << 16
"""Bytes that are looked at to tell what a text is."""
_BLANK = re.compile(r"\n(?:[^\S\n]*\n)+")


class Paragraph(NamedTuple):
    """Lines without a blank one among them."""

    number: int
    """Of the first line, from 1."""
    text: str
    """Without line ends around it."""


def paragraphs(text: str) -> Iterator[Paragraph]:
    r"""Yield what stands between blank lines.

    >>> list(paragraphs("\na\nb\n \nc\n"))
    [Paragraph(number=2, text='a\nb'), Paragraph(number=5, text='c')]
    """
    body = text.replace("\r\n", "\n").replace("\r", "\n")
    number, start = 1, 0
    for blank in (*_BLANK.finditer(body), None):
        end = len(body) if blank is None else blank.start()
        piece = body[start:end]
        shown = piece.lstrip("\n")
        if shown.strip():
            yield Paragraph(number + len(piece) - len(shown), shown.rstrip("\n"))
        if blank is not None:
            number += body.count("\n", start, blank.end())
            start = blank.end()


def beginning(found: Input) -> str:
    """Return the beginning of an input as text, whatever it holds."""
    encoding = "utf-16" if found.data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return found.data[:_HEAD].decode(encoding, "replace")
