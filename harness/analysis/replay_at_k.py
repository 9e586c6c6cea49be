"""``harness replay --at-k``: majority@k, pass@k and difficulty of recorded votes (``harness.scoring.at_k``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from rich.console import Group, RenderableType

from harness.analysis.replay import ReplayArgs, questions_of
from harness.errors import RecordError
from harness.scoring.at_k import AtK, LabelledVotes, Stratum, curve, strata
from harness.scoring.tables import table
from solver.base.display.figures import counted, percent, with_interval


@dataclass(frozen=True, slots=True)
class Found:
    """What recorded votes say about k."""

    curve: tuple[AtK, ...]
    strata: tuple[Stratum, ...]


def run(args: ReplayArgs) -> Found:
    """Measure the questions that have a key.

    Raises:
        RunFolderError: a file cannot be opened.
        RecordError: a line cannot be used, or no question has a key.
    """
    questions = [
        LabelledVotes(one.gold, one.votes[: args.cap], one.cluster)
        for one in questions_of(args)
        if one.gold is not None
    ]
    if not questions:
        raise RecordError(f"{', '.join(map(str, args.files))}: no question has a key, which --at-k needs")
    return Found(curve(questions), strata(questions))


def to_json(found: Found) -> Iterator[dict[str, object]]:
    """Yield one object a k and one a stratum."""
    yield from (asdict(one) for one in found.curve)
    yield from ({"stratum": one.name, **asdict(one)} for one in found.strata)


def render(found: Found) -> RenderableType:
    """Return the tables for the terminal."""
    rows = [
        (
            str(one.k),
            with_interval(one.majority, one.majority_low, one.majority_high),
            with_interval(one.any_correct, one.any_correct_low, one.any_correct_high),
        )
        for one in found.curve
    ]
    caption = (
        f"Means over all choices of k from {counted(found.curve[-1].samples, 'sample')} of "
        f"{counted(found.curve[-1].n, 'question')}."
        if found.curve
        else "Some question has no sample."
    )
    tables = [table("any k samples", ("k", "majority", "any correct"), rows, caption=caption)]
    if found.strata:
        parts = [(one.name, f"{one.n:,}", percent(one.single), percent(one.majority)) for one in found.strata]
        headings = ("of the first half", "n", "one sample", "vote of the second half")
        tables.append(table("difficulty", headings, parts))
    return Group(*tables)
