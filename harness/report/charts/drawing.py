"""How the report's charts are drawn with matplotlib: a sheet to draw on, and the style that all share.

Every series has a marker, dash or hatch of its own beside its colour, so that the charts read in grey and on paper.
Nothing foreign reaches matplotlib's text parsers: names of families and models go through ``svg.Labels``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import matplotlib as mpl
from matplotlib.figure import Figure

from harness.bilingual import Bilingual
from harness.report.charts.svg import GRID, INK, MUTED, Labels, fragment
from solver.base.display.theme import cropped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH_IN = 6.0
ROW_IN = 0.2
"""Height of a row of ``name_rows``."""
AXIS_ACCURACY = Bilingual("accuracy, %", "正确率（%）")
_LABEL_CELLS = 34
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "text.parse_math": False,
    "font.size": 9,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": GRID,
    "ytick.color": GRID,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "text.color": INK,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "hatch.linewidth": 0.8,
    "figure.constrained_layout.use": True,
}

FiguresT = TypeVar("FiguresT")


def drawn(draw: Callable[[FiguresT, str], str], figures: FiguresT, name: str) -> str:
    """Draw under the report's style, and leave matplotlib's own settings as they were."""
    with mpl.rc_context(_STYLE):
        return draw(figures, name)


class Sheet:
    """A figure being drawn."""

    def __init__(self, name: str, rows: int = 1, *, height_in: float = 3.3, **more: Any) -> None:
        """Begin a figure.

        Args:
            name: a name of its own on the page, fit for an id.
            rows: plots, one above the other.
            more: further arguments of ``Figure.subplots``.
        """
        self.figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
        self.axes: list[Axes] = list(self.figure.subplots(rows, 1, squeeze=False, **more)[:, 0])
        self.name = name
        self.labels = Labels()
        self.tips: dict[str, str] = {}

    def tip(self, text: str) -> str:
        """Return a gid whose element will say ``text`` under the pointer."""
        gid = f"tip{len(self.tips)}"
        self.tips[gid] = text
        return gid

    def text(self, text: Bilingual) -> str:
        """Return what to hand to matplotlib for a text in both languages."""
        return self.labels(*text)

    def name_rows(self, plot: Axes, names: Sequence[str | Bilingual]) -> None:
        """Write names at the left of rows 0, 1, … from the top."""
        both = [name if isinstance(name, Bilingual) else Bilingual(name, name) for name in names]
        texts = [self.labels(*(cropped(text, _LABEL_CELLS) for text in name)) for name in both]
        plot.set_yticks(range(len(texts)), texts)
        plot.set_ylim(len(texts) - 0.4, -0.6)
        plot.tick_params(axis="y", length=0, labelcolor=INK)
        plot.grid(visible=False, axis="y")

    def done(self, about: Bilingual) -> str:
        """Return the figure as SVG.

        Args:
            about: what it shows, for those who do not see it.
        """
        return fragment(self.figure, self.name, self.labels, self.tips, about)
