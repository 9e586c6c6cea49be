"""What became of the samples; rates are over all of them.

``no_answer``: text came, but no letter, not even by answer forcing. ``truncated``: hit the length limit, rescued by
answer forcing or not. ``circles``: ended by the engine because it said the same over and over, rescued or not.
``closed``: the letter came from answer forcing. ``failed``: no text came.
"""

from __future__ import annotations

from harness.bilingual import Bilingual
from harness.scoring.metrics.metric import Metric, Section, Summary, Tile
from harness.scoring.metrics.scored import Scored, ratio
from solver.base.display.figures import DASH, percent
from solver.sampling.completion import CIRCLES, LIMIT
from solver.sampling.sample import Sample, Status


def fields(run: Scored) -> dict[str, object]:
    """Return the rates, failures and repeated requests."""
    n, failed = len(run.drawn), sum(sample.status is Status.FAILED for sample in run.drawn)
    silent = sum(sample.status in (Status.NO_ANSWER, Status.TRUNCATED) for sample in run.drawn)
    return {
        "no_answer_rate": ratio(silent, n),
        "truncated_rate": ratio(sum(map(_is_truncated, run.drawn)), n),
        "circles_rate": ratio(sum(sample.finish_reason == CIRCLES for sample in run.drawn), n),
        "closed_rate": ratio(sum(sample.is_closed for sample in run.drawn), n),
        "failed_rate": ratio(failed, n),
        "failed": failed,
        "retries": sum(sample.retries for sample in run.drawn),
    }


def _is_truncated(sample: Sample) -> bool:
    is_cut = sample.status is Status.TRUNCATED or sample.finish_reason == LIMIT
    return is_cut and sample.finish_reason != CIRCLES


SILENT = Bilingual("samples without an answer", "无答案的样本")


def tiles(summary: Summary) -> list[Tile]:
    """Return samples and, where the page knows, questions without an answer."""
    found = [Tile(SILENT, percent(summary.number("no_answer_rate"), missing=DASH))]
    unanswered = summary.number("n_unanswered")
    if unanswered is not None:
        found.append(Tile(Bilingual("questions without an answer", "无答案的问题"), f"{unanswered:,.0f}"))
    return found


def _brief(summary: Summary) -> list[tuple[str, str]]:
    """Return the failures where there are any, and else how often no answer was read."""
    failed = summary.number("failed")
    found = [(SILENT.english, percent(summary.number("no_answer_rate")))]
    return found + ([("samples failed", f"{failed:,.0f}")] if failed else [])


METRIC = Metric(
    name="rates",
    help="samples without an answer, cut off, closed by answer forcing, and failed",
    fields=fields,
    section=Section.VOTES,
    rows=lambda summary: [
        (SILENT.english, percent(summary.number("no_answer_rate"))),
        ("samples cut at the length limit", percent(summary.number("truncated_rate"))),
        ("samples ended in circles", percent(summary.number("circles_rate"))),
        ("samples closed", percent(summary.number("closed_rate"))),
        ("samples failed", f"{summary.number('failed'):,.0f}"),
    ],
    brief=_brief,
    tiles=tiles,
)
