"""What was found, as Markdown and as plain records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solver.base.intervals import Difference, Interval
from solver.problems.letters import letter_or_none

from .disagreement import KINDS, Disagreement, Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A harness beside ours, on one benchmark or on all."""

    contestant: str
    benchmark: str
    asked: int
    """Questions that there are."""
    parts: Parts | None
    disagreements: tuple[Disagreement, ...]


def markdown(rows: Sequence[Row], seconds: Mapping[str, float]) -> str:
    """Return the tables: accuracies with paired differences, the parts of these, the kinds of disagreements."""
    return "\n\n".join([_accuracy(rows), _parts(rows), _kinds(rows), _seconds(seconds)]) + "\n"


def record(row: Row) -> dict[str, object]:
    """Return a row as one JSON object; shares from 0 to 1, differences theirs minus ours."""
    found: dict[str, object] = {
        "contestant": row.contestant,
        "benchmark": row.benchmark,
        "asked": row.asked,
        "disagreements": counts(row.disagreements),
        "disagreements_that_change_the_score": counts([one for one in row.disagreements if _changes(one)]),
    }
    if row.parts is None:
        return found
    parts = row.parts
    found |= {"common": parts.whole.n, "problems": parts.whole.n_clusters, "same_texts": parts.same_texts}
    found |= {"ours": _interval(parts.ours), "theirs": _interval(parts.theirs)}
    differences = {"difference": parts.whole, "extraction": parts.extraction}
    differences |= {"prompt": parts.prompt, "forcing": parts.forcing}
    return {**found, **{name: _difference(one) for name, one in differences.items()}}


def question_record(contestant: str, one: Disagreement) -> dict[str, object]:
    """Return a disagreement as one JSON object, without a text."""
    letters = {
        name: letter_or_none(value) for name, value in (("ours", one.ours), ("theirs", one.theirs), ("gold", one.gold))
    }
    return {"contestant": contestant, "question_id": one.question_id, "kind": one.kind, **letters}


def counts(found: Sequence[Disagreement]) -> dict[str, int]:
    """Count disagreements by kind."""
    counted = Counter(one.kind for one in found)
    return {kind: counted[kind] for kind in KINDS if counted[kind]}


def _changes(one: Disagreement) -> bool:
    return (one.ours == one.gold) != (one.theirs == one.gold)


def _accuracy(rows: Sequence[Row]) -> str:
    names = list(dict.fromkeys(row.contestant for row in rows))
    lines = [f"| accuracy, % | ours | {' | '.join(names)} |", "|---|" + "---|" * (len(names) + 1)]
    for benchmark in dict.fromkeys(row.benchmark for row in rows):
        found = {row.contestant: row.parts for row in rows if row.benchmark == benchmark and row.parts is not None}
        ours = next((_share(parts.ours) for parts in found.values()), "")
        cells = [_share(found[name].theirs) if name in found else "" for name in names]
        lines.append(f"| {benchmark} | {ours} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _parts(rows: Sequence[Row]) -> str:
    lines = ["| theirs - ours, points | harness | asked | whole | = extraction | + prompt | + forcing | same text |"]
    lines += ["|---|---|---:|---|---|---|---|---:|"]
    for row in rows:
        cells = [row.benchmark, row.contestant]
        if row.parts is None:
            lines.append(f"| {' | '.join([*cells, f'0 of {row.asked}'])} | | | | | |")
            continue
        cells.append(f"{row.parts.whole.n} of {row.asked}")
        cells += map(_points, (row.parts.whole, row.parts.extraction, row.parts.prompt, row.parts.forcing))
        lines.append(f"| {' | '.join(cells)} | {row.parts.same_texts} |")
    return "\n".join(lines)


def _kinds(rows: Sequence[Row]) -> str:
    lines = [f"| why they disagree | harness | disagreements | {' | '.join(KINDS)} | change the score |"]
    lines += ["|---|---|---:|" + "---:|" * (len(KINDS) + 1)]
    for row in rows:
        counted = counts(row.disagreements)
        cells = [row.benchmark, row.contestant, str(len(row.disagreements))]
        cells += [str(counted.get(kind, 0)) for kind in KINDS]
        cells.append(str(sum(map(_changes, row.disagreements))))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _seconds(seconds: Mapping[str, float]) -> str:
    return "Seconds, start included: " + ", ".join(f"{name} {spent:.1f}" for name, spent in seconds.items()) + "."


def _share(found: Interval) -> str:
    return f"{100 * found.value:.1f} ({100 * found.low:.1f} to {100 * found.high:.1f})"


def _points(found: Difference) -> str:
    if found.value == 0 and found.se == 0:
        # Not a question differs: an interval would only tell how many were asked.
        return "0"
    return f"{100 * found.value:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"


def _interval(found: Interval) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high, "se": found.se}


def _difference(found: Difference) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high, "se": found.se, "p": found.p_value}
