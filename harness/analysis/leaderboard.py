"""The leaderboard: runs, and all runs in folders, ranked benchmark by benchmark.

    python -m harness leaderboard runs
    python -m harness leaderboard runs/a runs/b elsewhere 'more/*-embedded-*'

A run is a folder with ``summary.json`` (``harness.scoring.score.to_json``) and ``config.json``; runs are on the same
benchmark where the digests of their data agree. A run's rank is one more than the number of runs that are surely
better, that is, whose interval lies wholly above its own (as in Chiang et al., arXiv 2403.04132): runs with overlapping
intervals share a rank. Runs that are not complete stand below, marked, without a rank and without pushing others down.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from harness.analysis.told_apart import OF_COLUMNS, differing, settings_of, told
from harness.errors import RunFolderError
from harness.run.folder import RunFolder, runs_below
from harness.run.results import Fields
from harness.scoring.metrics.metric import Column, Summary
from harness.scoring.metrics.registry import METRICS, listed
from harness.scoring.tables import table
from solver.base.display.figures import MISSING, counted
from solver.base.errors import advice_on
from solver.base.inputs import meant

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderboardArgs:
    """Where to look."""

    places: tuple[Path, ...] = (Path("runs"),)
    """Runs, folders that hold runs, and patterns of both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One run."""

    rank: int | None
    """From 1, within its benchmark; None for incomplete runs and runs without an accuracy."""
    run: str
    """Path of the run folder, from the scanned one where one alone was scanned."""
    benchmark: str
    """Name of the data."""
    digest: str
    """Digest of the data."""
    n_questions: int
    model: str
    rule: str
    settings: Mapping[str, object]
    """Everything else that it was told and that its results hang on."""
    accuracy: float | None
    ci_low: float | None
    ci_high: float | None
    figures: Mapping[str, object]
    """The fields of the summary that the metrics' columns show."""
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaderboard:
    """All runs found."""

    entries: tuple[Entry, ...]
    """By benchmark, then best first."""
    skipped: tuple[str, ...]
    """Folders that look like runs and could not be read, each with the reason."""


def run(args: LeaderboardArgs) -> Leaderboard:
    """Look at all places for runs; a run that is found twice counts once.

    Raises:
        RunFolderError: there is no such place.
    """
    entries: list[Entry] = []
    skipped: list[str] = []
    seen: set[Path] = set()
    places = [found for place in args.places for found in _places(place)]
    for place in places:
        runs = [run for run in runs_below(place) if run.path.resolve() not in seen]
        if not runs and len(places) > 1 and not any(place.resolve() in (one, *one.parents) for one in seen):
            skipped.append(f"{place}: no run")
        for run in runs:
            seen.add(run.path.resolve())
            is_inside = len(places) == 1 and run.path != place
            try:
                entries.append(_read_entry(run, str(run.path.relative_to(place) if is_inside else run.path)))
            except (OSError, ValueError) as error:
                skipped.append(f"{run.path}: {advice_on(error)}")
    return Leaderboard(entries=ranked(entries), skipped=tuple(skipped))


def _places(place: Path) -> Iterator[Path]:
    """Yield what a word stands for: a place, or all that a pattern finds, which a shell left as it was.

    Raises:
        RunFolderError: there is none.
    """
    found = [place] if place.exists() else [Path(name) for name in sorted(glob.glob(str(place)))]
    if not found:
        raise RunFolderError(f"{place}: no such folder{meant(place) or '; give runs, or a folder that holds them'}")
    if place.is_file():
        raise RunFolderError(f"{place}: a file; give runs, or a folder that holds them")
    yield from found


def _read_entry(run: RunFolder, name: str) -> Entry:
    if run.is_undecided:
        raise ValueError("it is not decided yet, see 'harness report' of it")
    if not run.summary.exists():
        raise ValueError(f"no {run.summary.name} yet")
    summary = Fields(run.read_summary(), str(run.summary))
    settings = settings_of(run)
    # The summary knows more: the models as the endpoint named them.
    settings.update((name, summary.raw(name)) for name in ("data", "models") if name in summary)
    return Entry(
        rank=None,
        run=name,
        benchmark=_text(settings.get("data")),
        digest=_text(settings.get("data_sha256")),
        n_questions=summary.whole("n_questions"),
        model=_text(settings.get("models")),
        rule=_text(settings.get("rule")),
        settings={name: value for name, value in settings.items() if name not in OF_COLUMNS},
        accuracy=summary.share_or_none("accuracy"),
        ci_low=summary.share_or_none("ci_low"),
        ci_high=summary.share_or_none("ci_high"),
        figures={
            field: summary.raw(field) for metric in METRICS for column in metric.columns for field in column.fields
        },
        is_complete=summary.raw("complete") is True,
    )


def _text(value: object) -> str:
    if isinstance(value, list):
        return " + ".join(map(str, value)) or UNKNOWN
    return UNKNOWN if value in (None, "") else str(value)


def columns() -> list[Column]:
    """Return the columns of the metrics, in the order in which figures are listed."""
    return [column for metric in listed() for column in metric.columns]


def ranked(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries by benchmark, best first, with their ranks."""
    placed: list[Entry] = []
    for entry in entries:
        rank = None
        if entry.is_complete and entry.ci_high is not None:
            rank = 1 + sum(_is_surely_better(other, entry) for other in entries)
        placed.append(replace(entry, rank=rank))
    return tuple(
        sorted(
            placed,
            key=lambda entry: (
                entry.benchmark,
                entry.digest,
                entry.rank is None,
                -(entry.accuracy or 0.0),
                entry.run,
            ),
        )
    )


def _is_surely_better(other: Entry, entry: Entry) -> bool:
    if not other.is_complete or _benchmark(other) != _benchmark(entry):
        return False
    return other.ci_low is not None and entry.ci_high is not None and other.ci_low > entry.ci_high


def _benchmark(entry: Entry) -> str:
    # The same data under two names is one benchmark; without a digest only the name is left.
    return entry.benchmark if entry.digest == UNKNOWN else entry.digest


def to_json(board: Leaderboard) -> dict[str, object]:
    """Return the leaderboard as one object."""
    return {
        "entries": [
            {
                "rank": entry.rank,
                "run": entry.run,
                "benchmark": entry.benchmark,
                "digest": entry.digest,
                "model": entry.model,
                "rule": entry.rule,
                "settings": dict(entry.settings),
                **entry.figures,
                "complete": entry.is_complete,
            }
            for entry in board.entries
        ],
        "skipped": list(board.skipped),
    }


def render(board: Leaderboard) -> RenderableType:
    """Return one table for each benchmark."""
    groups: dict[str, list[Entry]] = {}
    for entry in board.entries:
        groups.setdefault(_benchmark(entry), []).append(entry)
    headings = ("rank", "run", "model", "rule", "and otherwise", *(column.heading for column in columns()))
    parts: list[RenderableType] = [
        table(
            f"{entries[0].benchmark} ({counted(entries[0].n_questions, 'question')}, {entries[0].digest[:12]})",
            headings,
            [_row(entry, differing([one.settings for one in entries])) for entry in entries],
            n_text=5,
            caption="Runs whose 95 % intervals overlap share a rank.",
        )
        for entries in groups.values()
    ]
    if not parts:
        parts.append("No runs here yet.")
    return Group(*parts, *(Text(f"Skipped {reason}") for reason in board.skipped))


def _row(entry: Entry, differ: Sequence[str]) -> tuple[str, ...]:
    return (
        MISSING if entry.rank is None else str(entry.rank),
        entry.run if entry.is_complete else f"{entry.run} (incomplete)",
        entry.model,
        entry.rule,
        told(entry.settings, differ),
        *(column.cell(Summary(entry.figures)) for column in columns()),
    )
