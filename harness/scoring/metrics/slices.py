"""Accuracy within parts of the questions, and of each member of an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.scoring.group_accuracy import GROUPINGS, in_order
from harness.scoring.metrics.metric import Breakdown, Metric, Summary
from harness.scoring.metrics.scored import Scored, Share, share_of
from solver.base.display.figures import percent, with_interval
from solver.scheduling.outcome import Outcome


def fields(run: Scored) -> dict[str, object]:
    """Return accuracies by part and value (only what is known), and by model."""
    return {"slices": slices_of(run.labelled), "models": models_of(run.labelled)}


def slices_of(labelled: Sequence[Outcome]) -> dict[str, dict[str, Share]]:
    """Return the accuracy of each slice; the unknown value is last."""
    slices: dict[str, dict[str, Share]] = {}
    for name, value_of in GROUPINGS.items():
        groups: dict[int | str | None, list[Outcome]] = {}
        for one in labelled:
            groups.setdefault(value_of(one), []).append(one)
        if set(groups) - {None}:
            slices[name] = {
                "unknown" if value is None else str(value): share_of(groups[value]) for value in in_order(groups)
            }
    return slices


def models_of(labelled: Sequence[Outcome]) -> dict[str, Share]:
    """Return the accuracy of each member of an ensemble."""
    own: dict[str, list[Outcome]] = {}
    for one in labelled:
        for member in one.verdict.members:
            own.setdefault(member.model or "?", []).append(replace(one, verdict=member))
    return {model: share_of(asked) for model, asked in own.items()}


def breakdowns(summary: Summary) -> list[Breakdown]:
    """Return a table for each slice of more than one value, and one of the models."""
    slices, models = summary.part("slices"), summary.part("models")
    parts = [(f"by {name}", part) for name, part in slices.objects()] if slices else []
    if models is not None:
        parts.append(("models", models))
    return [
        Breakdown(title.replace("n_options", "number of options"), ("", "accuracy", "random guess", "n"), rows)
        for title, part in parts
        if len(rows := [_row(value, share) for value, share in part.objects()]) > 1
    ]


def _row(value: str, share: Summary) -> tuple[str, str, str, str]:
    accuracy = with_interval(share.number("accuracy"), share.number("ci_low"), share.number("ci_high"))
    return value, accuracy, percent(share.number("random")), f"{share.number('n') or 0:,.0f}"


METRIC = Metric(
    name="slices",
    help="accuracy by number of options, family, level and split, and of each model, beside a random guess",
    fields=fields,
    breakdowns=breakdowns,
)
