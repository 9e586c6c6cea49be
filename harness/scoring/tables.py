"""Result tables on stdout: their building blocks. How numbers are written in them: ``solver.base.display.figures``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from solver.base.text_safety import cleaned


def table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, n_text: int = 1, caption: str | None = None
) -> Table:
    """Build a table.

    Args:
        headings: one a column.
        rows: plain text, never read as markup; where there are none, the headings are left out as well.
        n_text: how many columns at the left are text; the others are numbers and stand right.
        caption: a line below the table.
    """
    # Text, not str, and cleaned: names of models and families come from outside; they may look like markup, or hold
    # codes that a terminal obeys.
    built = Table(
        title=Text(cleaned(title)),
        caption=None if caption is None else Text(cleaned(caption)),
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
        show_header=False,
    )
    for place, heading in enumerate(headings):
        built.add_column(Text(heading), justify="left" if place < n_text else "right", overflow="fold")
    for row in rows:
        built.add_row(*(Text(cleaned(cell)) for cell in row))
        built.show_header = True
    return built
