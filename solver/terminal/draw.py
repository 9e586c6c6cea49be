"""Pieces of a picture: lines of styled text of a known width. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from solver.base.display import theme
from solver.base.display.theme import Glyphs


def row(*parts: str | tuple[str, str] | Text, width: int, dots: str) -> Text:
    """Join parts to one line, cut at ``width`` cells.

    Args:
        parts: plain text, (text, style), or a line that is styled already.
    """
    line = Text(no_wrap=True, overflow="ignore", end="")
    room = width
    for part in parts:
        if isinstance(part, Text):
            # Cut text that is styled already by cells, not characters.
            piece = part.copy()
            if piece.cell_len > room:
                piece.truncate(room, overflow="crop")
        else:
            text, style = part if isinstance(part, tuple) else (part, "")
            piece = Text(theme.cropped(text, room, dots) if room > 0 else "", style=style, end="")
        line.append_text(piece)
        room -= piece.cell_len
        if room <= 0:
            break
    return line


def rule(title: str, width: int, glyphs: Glyphs, style: str = theme.QUIET) -> Text:
    """Return a line across with a title in it."""
    head = f"{glyphs.across * 2} {theme.cropped(title, width - 6, glyphs.dots)} " if title else ""
    return Text(head + glyphs.across * max(0, width - theme.width_of(head)), style=style, end="", no_wrap=True)


def box(title: Text, lines: Sequence[str], width: int, height: int, glyphs: Glyphs, *, style: str = "") -> list[Text]:
    """Return a frame with a title and the last lines that fit, ``height`` rows in all.

    Args:
        lines: each at most ``width - 4`` cells.
        style: of the frame.
    """
    corners, inner = glyphs.corners, width - 2
    head = Text(corners[0], style=style, end="", no_wrap=True)
    title = _within(title, inner - 3, glyphs)
    head.append(glyphs.across + " ", style=style).append_text(title).append(" ", style=style)
    head.append(glyphs.across * max(0, inner - 3 - title.cell_len) + corners[1], style=style)
    rows = [head]
    room = max(height - 2, 0)
    shown = list(lines[-room:]) if room else []
    if len(lines) > room > 0:
        # Its beginning is out of sight.
        shown[0] = theme.cropped(glyphs.dots + shown[0].lstrip(), width - 4, glyphs.dots)
    for place in range(room):
        text = shown[place] if place < len(shown) else ""
        line = Text(glyphs.down + " ", style=style, end="", no_wrap=True)
        line.append(theme.padded(text, width - 4, glyphs.dots), style="none")
        rows.append(line.append(" " + glyphs.down, style=style))
    foot = corners[2] + glyphs.across * inner + corners[3]
    rows.append(Text(foot, style=style, end="", no_wrap=True))
    return rows[:height] if height < 2 else [*rows[: height - 1], rows[-1]]


def _within(title: Text, width: int, glyphs: Glyphs) -> Text:
    """Return a title that fits: parts are left out at its end, since half a part may read as another one."""
    title = title.copy()
    while title.cell_len > width:
        end = title.plain.rfind(f" {glyphs.between} ")
        if end <= 0:
            title.truncate(max(width, 0), overflow="crop")
            break
        title.right_crop(len(title) - end)
    return title


def beside(boxes: Sequence[Sequence[Text]], gap: int = 0) -> list[Text]:
    """Put blocks of equal height side by side."""
    lines: list[Text] = []
    for parts in zip(*boxes, strict=True):
        line = Text(end="", no_wrap=True)
        for place, part in enumerate(parts):
            line.append(" " * gap if place else "").append_text(part)
        lines.append(line)
    return lines
