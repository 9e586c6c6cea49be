"""What other stopping rules would have cost and answered on a run's stored samples.

A rule draws a question's stored samples in their order until it stops (the very rules of live runs, as in
``harness.analysis.replay``), but never beyond what is stored. Where it wanted more than that it is *cut short*: a
run under
``lead:3`` stored three samples of an easy question, so ``fixed:5`` cannot be had from it. The share of questions cut
short is told with every point, since such a point stands too low in samples.

Where every question has the same number of samples (a run under ``fixed:k``), their order carries no information: the
figures are means over ``ORDERS`` random orders, and k is the cap. Otherwise the recorded order is the only fair one,
because the run's own rule looked at it when it stopped, and the cap is the run's own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from harness.analysis.recorded_votes import QuestionVotes
from solver.base.intervals import Interval, share_interval
from solver.scheduling.outcome import Outcome
from solver.voting.rules import RULES, Rule, parse_rule
from solver.voting.tally import plurality

ORDERS = 20
"""Random orders of a question's samples, where order is free."""
SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePoint:
    """What one rule would have done."""

    rule: str
    samples: float
    """Mean of a question (of several models: of each)."""
    tokens: float
    """Generated tokens, likewise."""
    accuracy: Interval | None
    """None where no question has a key."""
    cut_short: float
    """Share of questions whose record ended before the rule did, 0 to 1."""
    is_own: bool
    """True for the run's own rule."""


def rules_for(longest: int, own: str) -> tuple[str, ...]:
    """Return the rules worth replaying on questions of at most ``longest`` samples.

    >>> rules_for(2, "lead:2")
    ('fixed:1', 'fixed:2', 'lead:1', 'lead:2', 'beta:.8', 'esc:2', 'exact', 'msprt:.5')
    """
    rules = [text for kind in RULES for text in kind.grid(longest)]
    known = {parse_rule(rule).spec for rule in rules}
    return tuple(rules if parse_rule(own).spec in known else [*rules, own])


def replayed(
    questions: Sequence[QuestionVotes], own: str, cap: int, *, show: Callable[[int], None] = lambda done: None
) -> tuple[RulePoint, ...]:
    """Replay all rules.

    Args:
        own: the run's own rule.
        cap: the run's cap on samples a question.
        show: is told after each rule how many are done.
    """
    questions = [one for one in questions if one.votes]
    if not questions:
        return ()
    sizes = {len(one.votes) for one in questions}
    is_free = len(sizes) == 1
    cap = max(sizes) if is_free else max(cap, *sizes)
    orders = [list(_orders(one, place, is_free)) for place, one in enumerate(questions)]
    points = []
    for done, text in enumerate(rules_for(max(sizes), own), start=1):
        points.append(_point(text, questions, orders, cap, is_own=parse_rule(text) == parse_rule(own)))
        show(done)
    return tuple(points)


_Order = tuple[tuple[int | None, ...], tuple[float, ...]]


def _orders(question: QuestionVotes, place: int, is_free: bool) -> Iterator[_Order]:
    if not is_free or len(question.votes) == 1:
        yield question.votes, question.tokens
        return
    rng = random.Random(f"{SEED}\n{place}")
    for _ in range(ORDERS):
        keys = [rng.random() for _ in question.votes]
        order = sorted(range(len(keys)), key=keys.__getitem__)
        yield tuple(question.votes[at] for at in order), tuple(question.tokens[at] for at in order)


def _point(
    text: str, questions: Sequence[QuestionVotes], orders: Sequence[Sequence[_Order]], cap: int, *, is_own: bool
) -> RulePoint:
    rule = parse_rule(text)
    stops: dict[tuple[int | None, ...], tuple[int, bool]] = {}
    samples = tokens = cut = 0.0
    right: list[float] = []
    for question, found in zip(questions, orders, strict=True):
        hits = 0
        for votes, spent in found:
            shape = _shape(votes)
            if shape not in stops:
                stops[shape] = stop_of(rule, shape, cap)
            drawn, is_cut = stops[shape]
            samples += drawn / len(found)
            tokens += sum(spent[:drawn]) / len(found)
            cut += is_cut / len(found)
            hits += question.gold is not None and plurality(votes[:drawn]) == question.gold
        if question.gold is not None:
            right.append(hits / len(found))
    clusters = [one.cluster for one in questions if one.gold is not None]
    n = len(questions)
    return RulePoint(
        rule=rule.spec,
        samples=samples / n,
        tokens=tokens / n,
        accuracy=share_interval(right, clusters) if right else None,
        cut_short=cut / n,
        is_own=is_own,
    )


def _shape(votes: Sequence[int | None]) -> tuple[int | None, ...]:
    """Rename classes by first appearance: votes of one shape stop at the same place.

    >>> _shape((3, None, 3, 1))
    (0, None, 0, 1)
    """
    names: dict[int, int] = {}
    return tuple(None if vote is None else names.setdefault(vote, len(names)) for vote in votes)


def stop_of(rule: Rule, votes: Sequence[int | None], cap: int) -> tuple[int, bool]:
    """Return how many stored samples a rule draws, and whether it wanted more than are stored.

    >>> from solver.voting.rules.lead import Lead
    >>> stop_of(Lead(3), [0, 0, 0, 0], 16), stop_of(Lead(3), [0, 0], 16), stop_of(Lead(3), [0, 0], 2)
    ((3, False), (2, True), (2, False))
    """
    drawn = 0
    while step := rule.needed(votes[:drawn], cap):
        drawn += step
        if drawn > len(votes):
            return len(votes), True
    return drawn, False


def votes_of(
    results: Sequence[Outcome], samples_of: Callable[[str], Sequence[tuple[str, int | None, int]]]
) -> tuple[QuestionVotes, ...]:
    """Sort a run's votes by question and model.

    Args:
        samples_of: (model, vote, generated tokens) of a question's samples in launch order.
    """
    questions = []
    for result in results:
        by_model: dict[str, list[tuple[int | None, int]]] = {}
        for model, vote, spent in samples_of(result.question_id):
            by_model.setdefault(model, []).append((vote, spent))
        questions += [
            QuestionVotes(
                key=(result.question_id, model),
                cluster=result.problem_id,
                gold=result.gold,
                votes=tuple(vote for vote, _ in found),
                tokens=tuple(spent for _, spent in found),
            )
            for model, found in by_model.items()
        ]
    return tuple(questions)
