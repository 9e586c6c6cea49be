"""Replaying stopping rules over recorded votes: what would a rule have cost, and what would it have answered?

No model is needed, and the rules are the very objects that steer live runs (``solver.voting.rules``).

    python -m harness replay votes.jsonl.gz --rule lead:4 --rule fixed:5 --pool-by dataset,model,question_id

A rule draws a question's recorded samples one after the other, up to the cap or the end of the record. Beside it
stands the *full vote*: the plurality of all recorded samples up to the cap, in the same order. Where a record ends
before both the rule and the cap, what the rule would have drawn on is not known: ``run_out`` says how often. With
permutations the order of each question's samples is shuffled that many times and everything is averaged, question by
question; the shuffles depend on the seed and the names of question, model and prompt (or on what is pooled by) alone:
all rules see the same ones, wherever the file lies.

``delta_vs_full`` is the accuracy of the rule minus that of the full vote, as a fraction (``delta_points``: the same in
percentage points), over paired questions; its standard error is clustered by problem
(``solver.base.intervals``), so that two models' records of one question count as one cluster.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Group, RenderableType

from harness.analysis.recorded_votes import QuestionVotes, Recording, pool, read_recordings
from harness.errors import RecordError
from harness.scoring.tables import table
from solver.base.display.figures import MISSING, counted, number, percent, points, with_interval
from solver.base.display.progress import bar
from solver.base.errors import UsageError
from solver.base.inputs import check_once
from solver.base.intervals import clustered_mean, paired_difference, share_interval
from solver.voting.rules import Rule, parse_rule
from solver.voting.tally import plurality, tally


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayArgs:
    """What to replay."""

    files: tuple[Path, ...]
    """Recorded votes (see ``harness.analysis.recorded_votes``) or run folders."""
    rules: tuple[str, ...]
    """Stopping rules as named on the command line."""
    cap: int = 40
    """Largest number of samples a question."""
    permutations: int = 0
    """How often the order of each question's samples is shuffled; 0 keeps the recorded order."""
    pool_by: tuple[str, ...] = ()
    """Fields by which rows are joined into one question; none keeps every row for itself."""
    min_samples: int = 0
    """Leave out questions with fewer recorded samples, no-answers included; those without one always."""
    seed: int = 0
    """Seed of the shuffles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one rule would have done."""

    rule: str
    """As named by the user."""
    samples: float
    """Mean per question, no-answers included."""
    accuracy: float | None
    """0 to 1; no answer is wrong; None where no question has a key."""
    ci_low: float | None
    ci_high: float | None
    delta_vs_full: float | None
    """Accuracy minus the full vote's, as a fraction."""
    delta_se: float | None
    """Clustered standard error of that, as a fraction."""
    delta_low: float | None
    delta_high: float | None
    same_as_full: float
    """How often the answer is the full vote's (0 to 1); needs no key."""
    full_accuracy: float | None
    full_samples: float
    """Mean per question that the full vote costs."""
    run_out: float
    """How often the record ended before the rule and the cap did (0 to 1)."""
    longest: int
    """Most samples a question has, of those up to the cap."""
    n_questions: int
    n_labelled: int
    n_clusters: int
    """Clusters (problems) among the labelled questions."""


def run(args: ReplayArgs) -> tuple[Outcome, ...]:
    """Replay the rules over the files.

    Returns:
        One outcome per rule, in the given order.

    Raises:
        UsageError: a rule or number cannot be used.
        RunFolderError: a file cannot be opened.
        RecordError: a line cannot be used, or nothing is left to replay.
    """
    rules = [parse_rule(text) for text in args.rules]
    if not rules:
        raise UsageError("replay needs a rule, for example --rule lead:3")
    for name, value, least in (("cap", args.cap, 1), ("permutations", args.permutations, 0)):
        if value < least:
            raise UsageError(f"--{name} must be at least {least}, found {value}")
    questions = questions_of(args)
    with bar("replaying", len(questions)) as show:
        replayed: list[_Replayed] = []
        for done, question in enumerate(questions):
            replayed.append(replay_question(question, rules, args.cap, args.permutations, args.seed))
            show(done)
    return tuple(_outcome(text, place, questions, replayed) for place, text in enumerate(args.rules))


def questions_of(args: ReplayArgs) -> list[QuestionVotes]:
    """Read the questions that are to be replayed.

    Raises:
        RunFolderError: a file cannot be opened.
        RecordError: a line cannot be used, or nothing is left to replay.
    """
    check_once(args.files, "replay", "file")
    recordings: list[Recording] = []
    for path in args.files:
        recordings.extend(read_recordings(path))
    questions = [
        question for question in pool(recordings, args.pool_by) if len(question.votes) >= max(1, args.min_samples)
    ]
    if not questions:
        raise RecordError(f"{', '.join(map(str, args.files))}: no question with recorded samples to replay")
    return questions


@dataclass(frozen=True, slots=True)
class _Replayed:
    """Means over the orders of one question's samples; tuples have one entry a rule."""

    samples: tuple[float, ...]
    right: tuple[float, ...]
    same: tuple[float, ...]
    run_out: tuple[float, ...]
    full_samples: int
    full_right: float


def orders_of(question: QuestionVotes, permutations: int, seed: int) -> Iterator[Sequence[int | None]]:
    """Yield the orders in which a question's samples are replayed."""
    if permutations == 0 or len(set(question.votes)) < 2:
        # All orders of equal votes are one order.
        yield question.votes
        return
    rng = random.Random(f"{seed}\n" + "\n".join(question.key))
    votes = question.votes
    for _ in range(permutations):
        # Sorting by random numbers: three times as fast as random.shuffle.
        keys = [rng.random() for _ in votes]
        yield [votes[place] for place in sorted(range(len(votes)), key=keys.__getitem__)]


def _certain_winner(votes: Sequence[int | None], cap: int) -> int | None:
    """Return the full vote's answer where it is the same in every order; a shortcut for speed."""
    counted = tally(votes)
    return counted.leader if counted.samples <= cap and counted.lead > 0 else None


def replay_question(
    question: QuestionVotes, rules: Sequence[Rule], cap: int, permutations: int, seed: int
) -> _Replayed:
    """Replay all rules over one question."""
    drawn, right, same, run_out = ([0] * len(rules) for _ in range(4))
    # At its end a record says the same in every order, but to rules that look at the order.
    may_run_out = [rule.is_ordered or _is_open(rule, question.votes, cap) for rule in rules]
    full_right = orders = 0
    certain = _certain_winner(question.votes, cap)
    for votes in orders_of(question, permutations, seed):
        orders += 1
        full = plurality(votes[:cap]) if certain is None else certain
        full_right += full == question.gold
        for place, rule in enumerate(rules):
            n = rule.stop_at(votes, cap)
            answer = plurality(votes[:n])
            drawn[place] += n
            right[place] += answer == question.gold
            same[place] += answer == full
            if may_run_out[place] and n == len(votes):
                run_out[place] += not rule.is_ordered or _is_open(rule, votes, cap)
    return _Replayed(
        samples=tuple(total / orders for total in drawn),
        right=tuple(total / orders for total in right),
        same=tuple(total / orders for total in same),
        run_out=tuple(total / orders for total in run_out),
        full_samples=min(cap, len(question.votes)),
        full_right=full_right / orders,
    )


def _is_open(rule: Rule, votes: Sequence[int | None], cap: int) -> bool:
    """Tell whether the rule would draw on behind these votes."""
    return rule.needed(votes, cap) > 0


def _outcome(text: str, place: int, questions: Sequence[QuestionVotes], replayed: Sequence[_Replayed]) -> Outcome:
    labelled = [
        (question.cluster, done)
        for question, done in zip(questions, replayed, strict=True)
        if question.gold is not None
    ]
    clusters = [cluster for cluster, _ in labelled]
    n = len(questions)
    accuracy = share_interval([done.right[place] for _, done in labelled], clusters) if labelled else None
    deltas = [done.right[place] - done.full_right for _, done in labelled]
    delta = paired_difference(deltas, clusters) if labelled else None
    return Outcome(
        rule=text,
        samples=sum(done.samples[place] for done in replayed) / n,
        accuracy=accuracy and accuracy.value,
        ci_low=accuracy and accuracy.low,
        ci_high=accuracy and accuracy.high,
        delta_vs_full=delta and delta.value,
        delta_se=delta and delta.se,
        delta_low=delta and delta.low,
        delta_high=delta and delta.high,
        same_as_full=sum(done.same[place] for done in replayed) / n,
        full_accuracy=clustered_mean([done.full_right for _, done in labelled], clusters).value if labelled else None,
        full_samples=sum(done.full_samples for done in replayed) / n,
        run_out=sum(done.run_out[place] for done in replayed) / n,
        longest=max(done.full_samples for done in replayed),
        n_questions=n,
        n_labelled=len(labelled),
        n_clusters=len(set(clusters)),
    )


def cheapest(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the rule that draws least among those that are not surely worse than the full vote, or among all."""
    good = [one for one in outcomes if one.delta_high is None or one.delta_high >= 0]
    return min(good or outcomes, key=lambda one: one.samples)


def to_json(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    """Return one object per rule."""
    return [
        {
            "rule": outcome.rule,
            "accuracy": outcome.accuracy,
            "ci_low": outcome.ci_low,
            "ci_high": outcome.ci_high,
            "samples": outcome.samples,
            "delta_vs_full": outcome.delta_vs_full,
            "delta_se": outcome.delta_se,
            "delta_low": outcome.delta_low,
            "delta_high": outcome.delta_high,
            "delta_points": None if outcome.delta_vs_full is None else 100 * outcome.delta_vs_full,
            "delta_se_points": None if outcome.delta_se is None else 100 * outcome.delta_se,
            "same_as_full": outcome.same_as_full,
            "full_accuracy": outcome.full_accuracy,
            "full_samples": outcome.full_samples,
            "run_out": outcome.run_out,
            "n_questions": outcome.n_questions,
            "n_labelled": outcome.n_labelled,
            "n_clusters": outcome.n_clusters,
        }
        for outcome in outcomes
    ]


def render(outcomes: Sequence[Outcome]) -> RenderableType:
    """Return the table for the terminal."""
    first = outcomes[0]
    rows = [
        (
            outcome.rule,
            number(outcome.samples),
            with_interval(outcome.accuracy, outcome.ci_low, outcome.ci_high),
            _plus_minus(outcome),
            percent(outcome.same_as_full),
        )
        for outcome in outcomes
    ]
    rows.append(("full vote", number(first.full_samples), percent(first.full_accuracy), "0", percent(1.0)))
    caption = (
        f"{counted(first.n_questions, 'question')} ({first.n_labelled:,} with a key, in "
        f"{counted(first.n_clusters, 'cluster')}). "
        "± is one clustered standard error; intervals are 95 %."
    )
    short = [f"{outcome.rule} on {percent(outcome.run_out)} of them" for outcome in outcomes if outcome.run_out > 0]
    if short:
        caption += (
            f" The longest record has {counted(first.longest, 'sample')}. Records ended before the rule did: "
            f"{', '.join(short)}; what it would have drawn on is not known."
        )
    headings = ("rule", "samples", "accuracy", "points against full", "same as full")
    return Group(table("Replay", headings, rows, caption=caption))


def _plus_minus(outcome: Outcome) -> str:
    if outcome.delta_vs_full is None or outcome.delta_se is None:
        return MISSING
    return f"{points(outcome.delta_vs_full)} ± {100 * outcome.delta_se:.2f}"
