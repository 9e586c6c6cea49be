"""Outcomes as Markdown tables: medians over the rounds, ratios to ours round by round, and what the faults did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan, nan
from statistics import median

from bench.tables import Column, table_of

from .scenarios import Outcome

OURS = "ours"
SPEED = (
    Column("undisturbed", "{contestant}", "left"),
    Column("wall, s", "{wall_s}"),
    Column("× ours", "{wall_ratio}"),
    Column("to first request, s", "{start_s}"),
    Column("sampling, s", "{sampling_s}"),
    Column("× ours", "{sampling_ratio}"),
    Column("after last answer, s", "{end_s}"),
    Column("CPU ms a sample", "{cpu_ms}"),
    Column("× ours", "{cpu_ratio}"),
    Column("peak MiB", "{peak_mib}"),
    Column("requests", "{requests}"),
    Column("samples drawn", "{samples}"),
    Column("distinct", "{distinct}"),
    Column("answered", "{answered}"),
    Column("right", "{right}"),
    Column("exit", "{exit}"),
)
_FIELDS = tuple(column.cell.strip("{}") for column in SPEED)


def tables(outcomes: Sequence[Outcome]) -> str:
    """Return all tables for which there are outcomes."""
    parts = [_speed(outcomes), _fault(outcomes, "long"), _fault(outcomes, "storm"), _kill(outcomes)]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _speed(outcomes: Sequence[Outcome]) -> list[str]:
    runs = [one for one in outcomes if one.scenario == "speed"]
    if not runs:
        return []
    return table_of(SPEED, speed_rows(runs)).splitlines()


def speed_rows(outcomes: Sequence[Outcome]) -> list[dict[str, str]]:
    """Return the rows of the table of undisturbed runs."""
    runs = [one for one in outcomes if one.scenario == "speed"]
    return [dict(zip(_FIELDS, _speed_row(runs, name), strict=True)) for name in _names(runs)]


def _speed_row(runs: Sequence[Outcome], name: str) -> list[str]:
    mine = [one for one in runs if one.contestant == name]
    ours = {one.round: one for one in runs if one.contestant == OURS}
    paired = [(one, ours[one.round]) for one in mine if one.round in ours]
    last = mine[-1]
    times = [_times(one) for one in mine]
    sampling = [_times(one)[1] / _times(other)[1] for one, other in paired]
    return [
        name,
        _spread([one.ran.wall_s for one in mine], 1),
        _spread([one.ran.wall_s / other.ran.wall_s for one, other in paired], 2),
        _spread([start for start, _, _ in times], 1),
        _spread([between for _, between, _ in times], 1),
        _spread(sampling, 2),
        _spread([after for _, _, after in times], 1),
        _spread([one.ran.cpu_s / one.samples * 1e3 for one in mine], 1),
        _spread([one.ran.cpu_s / other.ran.cpu_s for one, other in paired], 2),
        f"{median(one.ran.peak_mib for one in mine):.0f}",
        f"{last.ledger.requests}",
        f"{last.ledger.chains} of {last.samples}",
        f"{last.ledger.distinct if last.ledger.distinct is not None else '?'}, kept {last.found.distinct}",
        f"{last.found.answered} of {last.samples}",
        f"{last.found.right / max(1, last.found.answered):.1%}",
        ", ".join(_end(one) for one in mine),
    ]


def _times(one: Outcome) -> tuple[float, float, float]:
    """Return seconds until the first request, from there to the last answer, and from there to the end; or NaN."""
    first, last = one.ledger.first_s, one.ledger.last_s
    if first is None or last is None:
        return (nan, nan, nan)
    return (first - one.ran.started_at, last - first, one.ran.started_at + one.ran.wall_s - last)


def _fault(outcomes: Sequence[Outcome], scenario: str) -> list[str]:
    runs = [one for one in outcomes if one.scenario == scenario]
    if not runs:
        return []
    status, title = (400, "over-long prompt") if scenario == "long" else (429, "storm of 429")
    heads = [title, "exit", "wall, s", "requests", f"of them {status}", "samples drawn"]
    heads += ["in the result: questions", "samples answered", "refusals kept as answers (read as a letter)"]
    rows = [
        [
            one.contestant,
            _end(one),
            f"{one.ran.wall_s:.1f}",
            f"{one.ledger.requests}",
            f"{one.ledger.statuses.get(status, 0)}",
            f"{one.ledger.chains} of {one.samples}",
            f"{one.found.questions} of {one.questions}",
            f"{one.found.answered}",
            f"{one.found.refusals} ({one.found.refusals_read})",
        ]
        for one in runs
    ]
    return [_line(heads), _rule(heads), *map(_line, rows)]


def _kill(outcomes: Sequence[Outcome]) -> list[str]:
    runs = [one for one in outcomes if one.first_ran is not None]
    if not runs:
        return []
    heads = ["SIGKILL half way", "delivered before", "cut off in flight", "delivered after", "paid twice", "exit"]
    heads += ["wall of the second start, s", "in the result: questions", "samples", "distinct"]
    rows = []
    for one in runs:
        assert one.first_ledger is not None
        before, after = one.first_ledger.chains, one.ledger.chains
        rows.append(
            [
                one.contestant,
                f"{before}",
                f"{one.first_ledger.abandoned}",
                f"{after}",
                f"{max(0, before + after - one.samples)}",
                _end(one),
                f"{one.ran.wall_s:.1f}",
                f"{one.found.questions} of {one.questions}",
                f"{one.found.answered} of {one.samples}",
                f"{one.found.distinct}",
            ]
        )
    return [_line(heads), _rule(heads), *map(_line, rows)]


def _names(runs: Sequence[Outcome]) -> Iterator[str]:
    yield from dict.fromkeys(one.contestant for one in sorted(runs, key=lambda one: one.contestant != OURS))


def _end(one: Outcome) -> str:
    return f"{one.ran.code}" if one.ran.end == "itself" else one.ran.end


def _spread(values: Sequence[float], digits: int) -> str:
    if not values or any(map(isnan, values)):
        return "?"
    middle = f"{median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(heads: Sequence[str]) -> str:
    return f"|{'|'.join('---' if place == 0 else '---:' for place in range(len(heads)))}|"
