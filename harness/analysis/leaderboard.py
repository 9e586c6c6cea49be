"""The leaderboard: all runs in a folder, ranked benchmark by benchmark.

    python -m harness leaderboard runs

A run is a folder with ``summary.json`` (``harness.scoring.score.to_json``) and ``config.json``; runs are on the same
benchmark
where the digests of their data agree. A run's rank is one more than the number of runs that are surely better, that
is, whose interval lies wholly above its own (as in Chiang et al., arXiv 2403.04132): runs with overlapping intervals
share a rank. Runs that are not complete stand below, marked, without a rank and without pushing others down.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from harness.errors import RunFolderError
from harness.run.folder import RunFolder, runs_below
from harness.scoring.metrics.metric import Column, Summary
from harness.scoring.metrics.registry import METRICS, listed
from harness.scoring.results import Fields
from harness.scoring.tables import MISSING, table

UNKNOWN = "unknown"
_SHOWN = {"data", "data_sha256", "prompt_sha256", "models", "asked_models", "rule"}
"""What columns of their own tell, or what is the same as one of them."""
_ALSO = ("preset", "engine", "kv_cache_dtype", "max_model_len", "vram_gb")
"""Settings that do not bind a run folder and may show in the figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderboardArgs:
    """Where to look."""

    folder: Path = Path("runs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One run."""

    rank: int | None
    """From 1, within its benchmark; None for incomplete runs and runs without an accuracy."""
    run: str
    """Path of the run folder, from the scanned one."""
    benchmark: str
    """Name of the data."""
    digest: str
    """Digest of the data."""
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
    """Scan a folder and all below it for runs.

    Raises:
        RunFolderError: there is no such folder.
    """
    if not args.folder.is_dir():
        raise RunFolderError(f"no folder {args.folder}; give the folder that holds the runs")
    entries: list[Entry] = []
    skipped: list[str] = []
    for run in runs_below(args.folder):
        try:
            entries.append(_read_entry(run, str(run.path.relative_to(args.folder))))
        except (OSError, ValueError) as error:
            skipped.append(f"{run.path}: {error}")
    return Leaderboard(entries=ranked(entries), skipped=tuple(skipped))


def _read_entry(run: RunFolder, name: str) -> Entry:
    if not run.summary.exists():
        raise ValueError(f"no {run.summary.name} yet")
    summary = Fields(run.read_summary(), str(run.summary))
    summary.whole("n_questions")
    config = run.read_config()
    binding = config.get("binding", config)
    settings: dict[str, object] = dict(binding) if isinstance(binding, dict) else {}
    # The summary knows more: the models as the endpoint named them.
    settings.update((name, summary.raw(name)) for name in ("data", "models") if name in summary)
    return Entry(
        rank=None,
        run=name,
        benchmark=_text(settings.get("data")),
        digest=_text(settings.get("data_sha256")),
        model=_text(settings.get("models")),
        rule=_text(settings.get("rule")),
        settings={**_also(config), **{name: settings[name] for name in settings if name not in _SHOWN}},
        accuracy=summary.share_or_none("accuracy"),
        ci_low=summary.share_or_none("ci_low"),
        ci_high=summary.share_or_none("ci_high"),
        figures={
            field: summary.raw(field) for metric in METRICS for column in metric.columns for field in column.fields
        },
        is_complete=summary.raw("complete") is True,
    )


def _also(config: Mapping[str, object]) -> dict[str, object]:
    found = config.get("all")
    return {name: found[name] for name in _ALSO if name in found} if isinstance(found, dict) else {}


def _differing(entries: Sequence[Entry]) -> list[str]:
    """Return the settings in which runs differ; one that not all runs know is left out where those that do agree."""
    names = dict.fromkeys(name for entry in entries for name in entry.settings)
    return [
        name
        for name in names
        if len({json.dumps(entry.settings[name], sort_keys=True) for entry in entries if name in entry.settings}) > 1
    ]


def _settings(entry: Entry, names: Sequence[str]) -> str:
    told = [f"{name}={_text(entry.settings[name])}" for name in names if entry.settings.get(name) not in (None, [])]
    return ", ".join(told)


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
            f"{entries[0].benchmark} ({entries[0].digest[:12]})",
            headings,
            [_row(entry, _differing(entries)) for entry in entries],
            n_text=5,
            caption="Runs whose 95 % intervals overlap share a rank.",
        )
        for entries in groups.values()
    ]
    if not parts:
        parts.append("No runs here yet.")
    return Group(*parts, *(Text(f"Skipped {reason}") for reason in board.skipped))


def _row(entry: Entry, differing: Sequence[str]) -> tuple[str, ...]:
    return (
        MISSING if entry.rank is None else str(entry.rank),
        entry.run if entry.is_complete else f"{entry.run} (incomplete)",
        entry.model,
        entry.rule,
        _settings(entry, differing),
        *(column.cell(Summary(entry.figures)) for column in columns()),
    )
