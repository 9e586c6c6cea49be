"""How things look: colours, vote bars, widths. Pure; draws nothing itself (harmless text: ``solver.base.text_safety``).

One visual language for the terminal, ``answer``, the live view of ``eval`` and the report. Meaning never hangs on a
colour alone: a letter always stands beside it. Widths are in terminal cells, of which a Chinese character takes two.

>>> bar(3, 4, 8), cropped("三人排队", 5)
('██████░░', '三人…')
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size

LETTER_COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#f0e442")
"""Okabe and Ito's colours for the colour-blind (jfly.uni-koeln.de/color, 2008), in an order that parts neighbours."""
GOOD, BAD, QUIET, STRONG = "#009e73", "#d55e00", "dim", "bold"
"""Styles of what is right or done, wrong or failed, secondary, and most important."""

# No line may begin with one of these (the short list of GB/T 15834 and JIS X 4051).
_NO_START = frozenset("，。、；：？！）】》」』〉”’…,.;:?!)]}%")
_CARRIED = 8
"""Characters that go to the next line at most, so that a mark need not begin it."""
_WORD = re.compile(r"[!-~]+|[ \u00a0]+|.", re.DOTALL)


class Glyphs(NamedTuple):
    """The characters that pictures are made of."""

    full: str = "█"
    rest: str = "░"
    across: str = "─"
    down: str = "│"
    corners: str = "┌┐└┘"
    dots: str = "…"
    between: str = "·"
    here: str = "▸"
    yes: str = "✓"
    arrows: str = "↑↓←→"


PLAIN_GLYPHS = Glyphs(
    full="#", rest="-", across="-", down="|", corners="++++", dots="~", between="-", here=">", yes="*", arrows="^v<>"
)
"""For terminals that know ASCII only."""


def glyphs_of(environ: Mapping[str, str]) -> Glyphs:
    """Choose the characters by the locale in the environment.

    Python itself sets ``LC_CTYPE=C.UTF-8`` where the locale is C (PEP 538), so that value says nothing.

    >>> glyphs_of({"LANG": "C", "LC_CTYPE": "C.UTF-8"}).full, glyphs_of({"LANG": "zh_CN.UTF-8"}).full
    ('#', '█')
    """
    ctype = environ.get("LC_CTYPE", "")
    locale = environ.get("LC_ALL") or (ctype if ctype != "C.UTF-8" else "") or environ.get("LANG") or ""
    return Glyphs() if "utf" in locale.lower() else PLAIN_GLYPHS


def letter_colour(index: int) -> str:
    """Return the colour of an option, by its place in the file."""
    return LETTER_COLOURS[index % len(LETTER_COLOURS)]


def bar(count: float, total: float, width: int, glyphs: Glyphs = Glyphs()) -> str:  # noqa: B008 (frozen)
    """Draw a share as a bar ``width`` cells long; any share above nothing shows one cell at least.

    >>> bar(1, 100, 5), bar(0, 0, 3)
    ('█░░░░', '░░░')
    """
    share = min(max(count / total, 0.0), 1.0) if total > 0 else 0.0
    filled = max(round(share * width), 1 if share > 0 else 0)
    return glyphs.full * filled + glyphs.rest * (width - filled)


def seconds(value: float) -> str:
    """Return a duration as people read it.

    >>> seconds(3.24), seconds(75), seconds(3700)
    ('3.2 s', '1m15s', '1h01m')
    """
    whole = int(value)
    if whole >= 3600:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 60}m{whole % 60:02d}s" if whole >= 60 else f"{value:.1f} s"


def clock(value: float) -> str:
    """Return the seconds of a long run as people read them.

    >>> clock(12.9), clock(75), clock(3700)
    ('12s', '1m15s', '1h01m')
    """
    return f"{int(value)}s" if value < 60 else seconds(value)


def width_of(text: str) -> int:
    """Return the width of one line of text in terminal cells."""
    return cell_len(text)


def cropped(text: str, width: int, dots: str = "…") -> str:
    """Return one line of text, cut with dots where it is wider than ``width`` cells."""
    if cell_len(text) <= width:
        return text
    if width <= cell_len(dots) and dots:
        return dots[: max(width, 0)]
    room, kept = width - cell_len(dots), 0
    for place, char in enumerate(text):
        kept += get_character_cell_size(char)
        if kept > room:
            return text[:place] + dots
    return text


def padded(text: str, width: int, dots: str = "…") -> str:
    """Return one line of text exactly ``width`` cells wide."""
    text = cropped(text, width, dots)
    return text + " " * (width - cell_len(text))


def wrapped(text: str, width: int) -> list[str]:
    """Break text into lines of at most ``width`` cells: Chinese anywhere, other words whole, no mark at a line start.

    >>> wrapped("甲在乙前。", 8), wrapped("all men are mortal", 8)
    (['甲在乙', '前。'], ['all men', 'are', 'mortal'])
    """
    width = max(width, 2)
    return [line for paragraph in text.split("\n") for line in _wrapped(paragraph, width)]


def _wrapped(paragraph: str, width: int) -> list[str]:
    lines: list[str] = []
    line, used = "", 0
    for match in _WORD.finditer(paragraph):
        word = match.group()
        size = cell_len(word)
        if used + size > width and word.isspace():
            continue
        if used + size > width and line:
            carried = _carried(line) if word[0] in _NO_START else ""
            if cell_len(carried) + size > width:
                carried = ""
            lines.append(line[: len(line) - len(carried)].rstrip())
            line, used = carried, cell_len(carried)
        while size > width:
            # A word longer than a line is cut.
            room = _fitting(word, width)
            lines.append(word[:room])
            word = word[room:]
            size = cell_len(word)
        line, used = line + word, used + size
    return [*lines, line.rstrip()]


def _carried(line: str) -> str:
    """Return the end of a line that goes to the next one together with a mark that may not begin it."""
    tail = len(line) - 1
    while tail > 0 and line[tail] in _NO_START and len(line) - tail < 4:
        tail -= 1
    while tail > 0 and "!" <= line[tail] <= "~" and "!" <= line[tail - 1] <= "~":
        tail -= 1
    # A line is not emptied for it, nor broken far from its end.
    return line[tail:] if tail > 0 and not line[tail].isspace() and len(line) - tail <= _CARRIED else ""


def _fitting(word: str, width: int) -> int:
    """Return how many characters of a word fit into ``width`` cells."""
    used = 0
    for place, char in enumerate(word):
        used += get_character_cell_size(char)
        if used > width:
            return place
    return len(word)
