"""How long the run took, and how fast it was: generated tokens per second of the time in which samples were drawn."""

from __future__ import annotations

from harness.bilingual import Bilingual
from harness.scoring.metrics.metric import Metric, Section, Summary, Tile
from harness.scoring.metrics.scored import Scored, ratio
from solver.base.display.figures import DASH, MISSING, number
from solver.base.display.theme import clock


def fields(run: Scored) -> dict[str, object]:
    """Return seconds and speed; None where the time is not known."""
    tokens = sum(sample.completion_tokens for sample in run.drawn)
    return {
        "wall_s": run.timing.wall_s if run.timing else None,
        "tokens_per_s": ratio(tokens, max(0.0, run.timing.sampling_s)) if run.timing else None,
    }


def rows(summary: Summary) -> list[tuple[str, str]]:
    """Return both rows."""
    wall_s = summary.number("wall_s")
    return [
        ("wall time", MISSING if wall_s is None else f"{wall_s:,.1f} s"),
        ("generated tokens a second", number(summary.number("tokens_per_s"), 0)),
    ]


METRIC = Metric(
    name="timing",
    help="wall time, and generated tokens a second",
    fields=fields,
    section=Section.TIME,
    rows=rows,
    brief=rows,
    tiles=lambda summary: [
        Tile(Bilingual("tokens a second", "词元/秒"), number(summary.number("tokens_per_s"), 0, missing=DASH)),
        Tile(Bilingual("wall-clock time", "总用时"), clock(summary.number("wall_s") or 0.0)),
    ],
)
