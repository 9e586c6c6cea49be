"""Comparing two runs on the questions they share.

    python -m harness compare runs/a runs/b
    python -m harness compare runs/a runs/b --where split=unseen

The comparison is paired: for every common question with a key, A's 0 or 1 minus B's; mean, standard error and test are
clustered by problem (``solver.base.intervals``; Miller, arXiv 2411.00640, section 4.2). Pairing takes the
questions' difficulty out of the comparison. One sample is compared the same way: of every question the mean over a
run's first k samples, k being the fewest that any of the common questions has in that run: under adaptive stopping the
later ones are those of the wavering questions. The *smallest detectable difference* says what these questions could
have shown at all: a true difference of that size is found with 80 % power by the two-sided 5 % test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Group, RenderableType

from harness.analysis.question_filter import Where, present
from harness.errors import NOTHING_SAMPLED, NothingToCompare
from harness.run.results import read_results
from harness.scoring.metrics.metric import PerQuestion
from harness.scoring.metrics.registry import listed
from harness.scoring.tables import table
from solver.base.display.figures import counted, percent, points
from solver.base.inputs import check_once
from solver.base.intervals import Difference, clustered_mean, paired_difference, smallest_detectable
from solver.scheduling.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareArgs:
    """What to compare."""

    run_a: Path
    """Run folder, or its ``results.jsonl``."""
    run_b: Path
    where: Where = field(default_factory=Where)
    """Which of their questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Singles:
    """One sample of A against one of B; shares and differences are 0 to 1."""

    accuracy_a: float
    accuracy_b: float
    difference: Difference
    """A minus B."""
    samples_a: int
    """Samples of each question, from the first on, that A's mean is over."""
    samples_b: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A against B; shares and differences are 0 to 1."""

    run_a: str
    run_b: str
    accuracy_a: float
    accuracy_b: float
    difference: float
    """A minus B."""
    se: float
    """Clustered standard error of the difference."""
    ci_low: float
    ci_high: float
    p_value: float
    """Two-sided."""
    test: str
    wins: int
    """Questions that A alone has right."""
    losses: int
    """Questions that B alone has right."""
    ties: int
    smallest_detectable: float | None
    """At 80 % power; None where the differences do not vary."""
    n_questions: int
    """Common questions with a key."""
    n_problems: int
    singles: Singles | None
    """None where neither run has a question with more than one sample, or a run has none at all."""
    where: str
    """Which questions, in words; empty for all."""
    means: Mapping[str, tuple[float, float]]
    """What the metrics tell of a question, A's mean and B's, by name."""
    warnings: tuple[str, ...]


def run(args: CompareArgs) -> Comparison:
    """Read and compare two runs.

    Raises:
        RunFolderError: a run has no results.
        RecordError: a line of them cannot be used.
        NothingToCompare: they share no question with a key, or none that is asked for, or one has no sample of them.
        UsageError: they are one.
    """
    check_once([args.run_a, args.run_b], "compare")
    return compare(
        read_results(args.run_a), read_results(args.run_b), str(args.run_a), str(args.run_b), where=args.where
    )


def compare(
    results_a: Sequence[Outcome],
    results_b: Sequence[Outcome],
    name_a: str,
    name_b: str,
    *,
    where: Where | None = None,
) -> Comparison:
    """Compare two runs' results; see ``run``."""
    where = Where() if where is None else where
    results_a, results_b = _asked_for(results_a, results_b, where)
    by_id = {result.question_id: result for result in results_b}
    pairs = [(result, by_id[result.question_id]) for result in results_a if result.question_id in by_id]
    keyed = [(a, b) for a, b in pairs if a.gold is not None and a.gold == b.gold]
    if not keyed:
        raise NothingToCompare(
            f"{name_a} ({counted(len(results_a), 'question')}) and {name_b} ({len(results_b)}) share no question "
            "with the same key; compare runs over the same file of problems"
        )
    for name, side in ((name_a, [a for a, _ in keyed]), (name_b, [b for _, b in keyed])):
        if not any(one.is_sampled for one in side):
            raise NothingToCompare(f"{name}: {NOTHING_SAMPLED}")
    right_a = [float(a.is_correct is True) for a, _ in keyed]
    right_b = [float(b.is_correct is True) for _, b in keyed]
    clusters = [a.problem_id for a, _ in keyed]
    deltas = [a - b for a, b in zip(right_a, right_b, strict=True)]
    difference = paired_difference(deltas, clusters)
    return Comparison(
        run_a=name_a,
        run_b=name_b,
        accuracy_a=clustered_mean(right_a, clusters).value,
        accuracy_b=clustered_mean(right_b, clusters).value,
        difference=difference.value,
        se=difference.se,
        ci_low=difference.low,
        ci_high=difference.high,
        p_value=difference.p_value,
        test=difference.test,
        wins=deltas.count(1.0),
        losses=deltas.count(-1.0),
        ties=deltas.count(0.0),
        smallest_detectable=smallest_detectable(difference.se) if difference.se > 0 else None,
        n_questions=difference.n,
        n_problems=difference.n_clusters,
        singles=_singles(keyed),
        where=where.told,
        means={
            one.name: (sum(one.of(a) for a, _ in keyed) / len(keyed), sum(one.of(b) for _, b in keyed) / len(keyed))
            for one in _per_question()
        },
        warnings=tuple(_warnings(results_a, results_b, pairs, name_a, name_b)),
    )


def _asked_for(
    results_a: Sequence[Outcome], results_b: Sequence[Outcome], where: Where
) -> tuple[Sequence[Outcome], Sequence[Outcome]]:
    """Return both runs' results on the questions that are asked for; what A does not say of a question, B may.

    Raises:
        NothingToCompare: there are none.
    """
    if not where.values:
        return results_a, results_b
    by_id = {one.question_id: one for one in results_b}
    kept = {one.question_id for one in results_a if where.keeps(one, by_id.get(one.question_id))}
    alone = by_id.keys() - {one.question_id for one in results_a}
    kept |= {name for name in alone if where.keeps(by_id[name])}
    if not kept:
        raise NothingToCompare(f"no question has {where.told}; there are {present([*results_a, *results_b], where)}")
    a, b = ([one for one in side if one.question_id in kept] for side in (results_a, results_b))
    return a, b


def _singles(pairs: Sequence[tuple[Outcome, Outcome]]) -> Singles | None:
    """Compare one sample of each run, of several models the best one's."""
    own = [[next(iter(one.votes_by_model.values())) for one in side] for side in zip(*pairs, strict=True)]
    # Where nothing was drawn there is no answer, which is wrong, as it is for the vote.
    least = [min((len(votes) for votes in side if votes), default=0) for side in own]
    if not all(least) or max(len(votes) for side in own for votes in side) == 1:
        return None
    golds, clusters = [a.gold for a, _ in pairs], [a.problem_id for a, _ in pairs]
    right_a, right_b = (
        [sum(vote == gold for vote in votes[:k]) / k for votes, gold in zip(side, golds, strict=True)]
        for side, k in zip(own, least, strict=True)
    )
    return Singles(
        accuracy_a=clustered_mean(right_a, clusters).value,
        accuracy_b=clustered_mean(right_b, clusters).value,
        difference=paired_difference([a - b for a, b in zip(right_a, right_b, strict=True)], clusters),
        samples_a=least[0],
        samples_b=least[1],
    )


def _per_question() -> list[PerQuestion]:
    return [one for metric in listed() for one in metric.per_question]


def _warnings(
    results_a: Sequence[Outcome],
    results_b: Sequence[Outcome],
    pairs: Sequence[tuple[Outcome, Outcome]],
    name_a: str,
    name_b: str,
) -> list[str]:
    warnings = []
    only_a, only_b = len(results_a) - len(pairs), len(results_b) - len(pairs)
    if only_a:
        warnings.append(
            f"{counted(only_a, f'question of {name_a} is', f'questions of {name_a} are')} missing in {name_b} "
            "and left out"
        )
    if only_b:
        warnings.append(
            f"{counted(only_b, f'question of {name_b} is', f'questions of {name_b} are')} missing in {name_a} "
            "and left out"
        )
    unkeyed = sum(a.gold is None and b.gold is None for a, b in pairs)
    if unkeyed:
        warnings.append(
            f"{counted(unkeyed, 'common question has no key and is', 'common questions have no key and are')} left out"
        )
    differing = sum(a.gold != b.gold for a, b in pairs)
    if differing:
        keys = "different keys in the two runs and"
        told = counted(differing, f"common question has {keys} is", f"common questions have {keys} are")
        warnings.append(f"{told} left out")
    return warnings


def to_json(comparison: Comparison) -> dict[str, object]:
    """Return the comparison as one object."""
    plain: dict[str, object] = {name: getattr(comparison, name) for name in Comparison.__dataclass_fields__}
    # The means and those of one sample are fields of their own, and the warnings come last.
    del plain["means"], plain["singles"], plain["warnings"]
    if (single := comparison.singles) is not None:
        plain |= {
            "single_accuracy_a": single.accuracy_a,
            "single_accuracy_b": single.accuracy_b,
            "single_difference": single.difference.value,
            "single_se": single.difference.se,
            "single_ci_low": single.difference.low,
            "single_ci_high": single.difference.high,
            "single_p_value": single.difference.p_value,
            "single_samples_a": single.samples_a,
            "single_samples_b": single.samples_b,
        }
    for name, pair in comparison.means.items():
        plain |= {f"{name}_a": pair[0], f"{name}_b": pair[1]}
    return {**plain, "warnings": list(comparison.warnings)}


def render(comparison: Comparison) -> RenderableType:
    """Return the table for the terminal."""
    detectable = comparison.smallest_detectable
    rows = [
        (f"accuracy of A ({comparison.run_a})", percent(comparison.accuracy_a)),
        (f"accuracy of B ({comparison.run_b})", percent(comparison.accuracy_b)),
        ("A minus B, points", f"{points(comparison.difference)} ± {100 * comparison.se:.2f}"),
        ("95 % interval, points", f"{points(comparison.ci_low)} to {points(comparison.ci_high)}"),
        ("p, two-sided", f"{comparison.p_value:.4f}"),
        ("A alone right / B alone right / same", f"{comparison.wins} / {comparison.losses} / {comparison.ties}"),
        (
            "smallest detectable difference, points",
            "unknown" if detectable is None else f"{100 * detectable:.2f}",
        ),
        *_single_rows(comparison.singles),
        *((f"{one.title}, A / B", "{:.2f} / {:.2f}".format(*comparison.means[one.name])) for one in _per_question()),
    ]
    lines = [
        f"{counted(comparison.n_questions, 'common question')} in {counted(comparison.n_problems, 'problem')}; "
        f"{comparison.test}.",
        *(f"Warning: {warning}." for warning in comparison.warnings),
    ]
    title = f"A against B, {comparison.where}" if comparison.where else "A against B"
    return Group(table(title, ("", ""), rows, caption="\n".join(lines)))


def _single_rows(single: Singles | None) -> list[tuple[str, str]]:
    if single is None:
        return []
    gap = single.difference
    return [
        (
            f"one sample of A / of B, mean of the first {single.samples_a} / {single.samples_b}",
            f"{percent(single.accuracy_a)} / {percent(single.accuracy_b)}",
        ),
        ("one sample, A minus B, points", f"{points(gap.value)} ± {100 * gap.se:.2f}"),
        ("one sample, 95 % interval, points", f"{points(gap.low)} to {points(gap.high)}"),
        ("one sample, p, two-sided", f"{gap.p_value:.4f}"),
    ]
