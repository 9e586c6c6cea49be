"""What voting adds to a single sample.

``single_sample_accuracy`` is that of the first sample of each question. The mean over all samples would be biased:
adaptive stopping draws more samples on the hard questions.

``voting_gain`` is the accuracy less that of one sample, paired and clustered by problem. One sample is measured here by
the mean over the first k, k being the fewest that any question has: unbiased too, less noisy than the first.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.bilingual import Bilingual
from harness.scoring.metrics.metric import Metric, Summary, Tile
from harness.scoring.metrics.scored import Scored, ratio
from solver.base.display.figures import percent
from solver.base.intervals import paired_difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What voting adds to a single sample; shares, 0 to 1."""

    value: float
    ci_low: float
    ci_high: float
    single: float
    """Mean accuracy of the first ``k`` samples of each question."""
    k: int
    n: int


def fields(run: Scored) -> dict[str, object]:
    """Return the first sample's accuracy and the gain over the first few."""
    firsts = [one.samples[0].option_class == one.gold for one in run.labelled if one.samples]
    return {"single_sample_accuracy": ratio(sum(firsts), len(firsts)), "voting_gain": gain_of(run)}


def gain_of(run: Scored) -> Gain | None:
    """Return the gain; None where some question has no sample, or none has more than one."""
    # Of several models the best one's samples, which come first.
    own = [[sample for sample in one.samples if sample.model == one.samples[0].model] for one in run.labelled]
    k = min(map(len, own), default=0)
    if k == 0 or max(len(one.samples) for one in run.labelled) == 1:
        return None
    golds = [one.gold for one in run.labelled]
    singles = [
        sum(sample.option_class == gold for sample in samples[:k]) / k for samples, gold in zip(own, golds, strict=True)
    ]
    gains = [bool(one.is_correct) - single for one, single in zip(run.labelled, singles, strict=True)]
    found = paired_difference(gains, [one.problem_id for one in run.labelled])
    single = sum(singles) / len(singles)
    return Gain(value=found.value, ci_low=found.low, ci_high=found.high, single=single, k=k, n=found.n)


def _points(gain: Summary) -> tuple[str, str, str]:
    """Write value and bounds in percentage points."""
    value, low, high = (f"{100 * (gain.number(name) or 0.0):+.1f}" for name in ("value", "ci_low", "ci_high"))
    return value, low, high


def rows(summary: Summary) -> list[tuple[str, str]]:
    """Return the first sample's row, and where voting was at work its gain."""
    gain = summary.part("voting_gain")
    found = [("first sample alone", percent(summary.number("single_sample_accuracy")))]
    if gain is not None:
        value, low, high = _points(gain)
        found += [
            (f"one sample, mean of the first {gain.text('k')}", percent(gain.number("single"))),
            ("gain of voting over one sample, points", f"{value} ({low} to {high})"),
        ]
    return found


def tiles(summary: Summary) -> list[Tile]:
    """Return the gain, or the first sample where there was no voting."""
    gain = summary.part("voting_gain")
    if gain is not None:
        value, low, high = _points(gain)
        over = Bilingual("points over one sample (mean of the first {})", "个百分点，相对单次采样（前 {} 个的均值）")
        title = Bilingual("gain of voting", "投票增益")
        return [Tile(title, value, over.filled(gain.text("k")), f"[{low}, {high}]")]
    first = summary.number("single_sample_accuracy")
    return [] if first is None else [Tile(Bilingual("first sample", "首个样本"), percent(first))]


METRIC = Metric(
    name="voting_gain",
    help="the accuracy less that of one sample, paired",
    fields=fields,
    rows=rows,
    brief=lambda summary: rows(summary)[1:] or rows(summary),
    tiles=tiles,
)
