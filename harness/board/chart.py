"""The board's charts: accuracy against tokens, as SVG files that stand by themselves.

Drawn as the report draws (``harness.report.charts``); what the page's style sheet would colour is coloured here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.bilingual import Bilingual
from harness.board.board import Entry
from harness.report.charts.drawing import AXIS_ACCURACY, Sheet, drawn
from harness.report.charts.svg import SERIES
from solver.voting.allocation import ALLOCATIONS
from solver.voting.rules import RULES

_COLOURS = {
    "ink": "#16191d", "muted": "#59616b", "grid": "#dde1e6", "paper": "#ffffff", "good": "#1a7f37", "bad": "#b42318",
    "series-0": "#0072b2", "series-1": "#d55e00", "series-2": "#009e73", "series-3": "#b0588f", "series-4": "#7a6a00",
}  # fmt: skip
"""Those of the report's light page (``harness/report/templates/page.css``)."""
_TOKENS = Bilingual("generated tokens, share of those of ten samples a question", "生成词元数（与每题十个样本之比）")


def chart(entries: Sequence[Entry], name: str, about: str) -> str:
    """Draw accuracy against tokens, one line a kind of rule and one an allocation.

    Args:
        name: a name of its own, fit for an id.
        about: what it shows, for those who do not see it.
    """
    return standalone(drawn(lambda found, label: _draw(found, label, about), tuple(entries), name))


def _draw(entries: tuple[Entry, ...], name: str, about: str) -> str:
    sheet = Sheet(name, height_in=4.6)
    plot = sheet.axes[0]
    kinds = [(kind.name, kind.mark, False) for kind in RULES] + [(kind.name, kind.mark, True) for kind in ALLOCATIONS]
    for place, (label, mark, is_allocation) in enumerate(kinds):
        colour = SERIES[place % len(SERIES)]
        own = sorted(
            (one for one in entries if one.is_allocation == is_allocation and _kind(one.name) == label),
            key=lambda one: one.share_of_ten,
        )
        if not own:
            continue
        xs, ys = [one.share_of_ten for one in own], [100 * one.accuracy.value for one in own]
        # Allocations are drawn fuller than rules: the marks of the two come from the same few.
        plot.plot(xs, ys, mark.line or "none", color=colour, lw=2 if is_allocation else 1)
        plot.plot(
            [], [], mark.line or "none", marker=mark.marker, ms=mark.size, color=colour,
            mfc=colour if is_allocation else "none", label=sheet.text(Bilingual(label, label)),
        )  # fmt: skip
        for one, x, y in zip(own, xs, ys, strict=True):
            tip = f"{one.name}: {y:.1f} %, {one.samples:.2f} samples, {one.share_of_ten:.2f} of ten's tokens"
            plot.plot(
                [x], [y], mark.marker, ms=mark.size, mec=colour, mfc=colour if is_allocation else "none",
                gid=sheet.tip(tip),
            )  # fmt: skip
    plot.set_xlim(left=0)
    plot.set_xlabel(sheet.text(_TOKENS))
    plot.set_ylabel(sheet.text(AXIS_ACCURACY))
    sheet.figure.legend(loc="outside upper left", ncols=6, handlelength=2.6, columnspacing=1.4)
    return sheet.done(Bilingual(about, about))


def _kind(name: str) -> str:
    return name.split(" ")[0].split(":")[0]


def standalone(svg: str) -> str:
    """Make of a fragment of the report's page a file of its own.

    >>> standalone('<svg viewBox="0 0 9 9"><desc class="zh">…</desc><path stroke="var(--ink)"/></svg>')
    '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" viewBox="0 0 9 9"><path stroke="#16191d"/></svg>'
    """
    svg = re.sub(r'<(desc|tspan)[^>]*class="zh"[^>]*>.*?</\1>', "", svg, flags=re.DOTALL)
    svg = re.sub(r"var\(--([\w-]+)\)", lambda match: _COLOURS[match[1]], svg)
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" ', 1)
