"""When a run did what: requests in flight and generated tokens per second, from the times of its samples.

A run may have been stopped and continued, hours later. Stretches without anything in flight that are longer than
``GAP_S`` are cut out of the time axis; where they were is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.bilingual import Bilingual
from harness.report.charts.chart import Chart
from harness.report.charts.drawing import Sheet
from harness.report.charts.svg import INK, SERIES
from solver.base.display.theme import clock
from solver.sampling.sample import Sample

GAP_S = 60.0
BINS = 160
"""Steps of the time axis: two pixels each in a chart half a page wide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Equal steps of time; the sequences have one entry a step."""

    step_s: float
    in_flight: tuple[float, ...]
    """Samples in flight, mean over the step."""
    tokens_per_s: tuple[float, ...]
    """Generated tokens per second; a sample's tokens are spread evenly over its time in flight."""
    resumed_s: tuple[float, ...]
    """Places on the axis where a gap was cut out, seconds."""
    cut_s: float
    """Length of all that was cut out, seconds."""

    @property
    def length_s(self) -> float:
        """Length of the axis, seconds."""
        return self.step_s * len(self.in_flight)


def timeline_of(samples: Sequence[Sample], *, bins: int = BINS) -> Timeline | None:
    """Draw up the timeline; None where no sample took any time."""
    spans = sorted((sample.launched_at, sample.finished_at, sample.completion_tokens) for sample in samples)
    spans = [span for span in spans if span[1] > span[0]]
    if not spans:
        return None
    gaps = _gaps(spans)
    shifted = [(_shift(begin, gaps), _shift(end, gaps), tokens) for begin, end, tokens in spans]
    first = shifted[0][0]
    length = max(end for _, end, _ in shifted) - first
    step = length / bins
    flight, tokens_done = [0.0] * bins, [0.0] * bins
    for begin, end, tokens in shifted:
        rate = tokens / (end - begin)
        low, high = (begin - first) / step, (end - first) / step
        for place in range(min(int(low), bins - 1), min(int(high), bins - 1) + 1):
            part = max(0.0, min(high, place + 1) - max(low, place))
            flight[place] += part
            tokens_done[place] += part * rate
    return Timeline(
        step_s=step,
        in_flight=tuple(flight),
        tokens_per_s=tuple(tokens_done),
        resumed_s=tuple(_shift(end, gaps) - first for _, end in gaps),
        cut_s=sum(end - begin for begin, end in gaps),
    )


def _gaps(spans: Sequence[tuple[float, float, int]]) -> tuple[tuple[float, float], ...]:
    """Return the long stretches (begin, end) in which nothing was in flight."""
    busy: list[list[float]] = []
    for begin, end, _ in spans:
        if busy and begin <= busy[-1][1]:
            busy[-1][1] = max(busy[-1][1], end)
        else:
            busy.append([begin, end])
    return tuple((left[1], right[0]) for left, right in pairwise(busy) if right[0] - left[1] > GAP_S)


def _shift(moment: float, gaps: Sequence[tuple[float, float]]) -> float:
    return moment - sum(end - begin for begin, end in gaps if end <= moment)


def draw(found: Timeline, name: str) -> str:
    """Draw both over the time of the run."""
    sheet = Sheet(f"{name}-timeline", 2, height_in=3.6, sharex=True)
    is_long = found.length_s > 300
    unit = 60.0 if is_long else 1.0
    xs = [found.step_s * (place + 0.5) / unit for place in range(len(found.in_flight))]
    for plot, values, label, colour in (
        (sheet.axes[0], found.in_flight, Bilingual("in flight", "并发请求"), SERIES[0]),
        (sheet.axes[1], found.tokens_per_s, Bilingual("tokens / s", "词元/秒"), SERIES[1]),
    ):
        plot.fill_between(xs, values, step="mid", color=colour, alpha=0.25, lw=0)
        plot.step(xs, values, where="mid", color=colour, lw=1.3)
        for moment in found.resumed_s:
            plot.axvline(moment / unit, color=INK, lw=1, ls=":")
        plot.set_ylim(bottom=0)
        plot.set_ylabel(sheet.text(label))
    sheet.axes[1].set_xlim(0, found.length_s / unit)
    sheet.axes[1].set_xlabel(sheet.text(Bilingual("minutes", "分钟") if is_long else Bilingual("seconds", "秒")))
    return sheet.done(
        Bilingual(
            "Chart: samples in flight and generated tokens per second over the time of the run.",
            "图：运行期间的并发请求数与每秒生成词元数。",
        )
    )


NOTE = Bilingual("A sample's tokens are spread evenly over its time in flight.", "每个样本的词元均匀分摊到其请求时段。")
CUT = Bilingual("Dotted: here the run was continued; {} idle were cut out.", "点线处为续跑；已略去空闲 {}。")
CHART = Chart(
    name="timeline",
    title=Bilingual("Requests in flight and speed", "并发请求与速度"),
    figures=lambda run: timeline_of([sample for samples in run.samples.values() for sample in samples]),
    draw=draw,
    notes=lambda found: [NOTE, *([CUT.filled(clock(found.cut_s))] if found.resumed_s else ())],
)
