"""When a run did what: requests in flight and generated tokens per second, from the times of its samples.

A run may have been stopped and continued, hours later. Stretches without anything in flight that are longer than
``GAP_S`` are cut out of the time axis; where they were is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

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
