"""Are the bands honest? Pilots drawn from recorded votes, each forecast held against what the whole set then does."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.analysis.recorded_votes import QuestionVotes
from harness.forecast.bands import Band
from harness.forecast.predict import PilotQuestion, caps_for, predict, rules_for
from harness.run.pilot import stratified
from solver.voting.rules import parse_rule
from solver.voting.tally import plurality


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How often bands held the truth, over pilots, rules and caps."""

    quantity: str
    inside: float
    """Share of the bands (0 to 1)."""
    worst: float
    """Share for the rule and cap where it is lowest."""
    best: float
    width: float
    """Mean width of the band against the truth."""
    n_pilots: int


def coverage(
    questions: Sequence[QuestionVotes],
    pilot: int,
    pilots: int,
    samples: int,
    seed: int = 0,
    rules: Sequence[str] = (),
    tick: Callable[[int], None] = lambda done: None,
) -> tuple[Coverage, ...]:
    """Draw pilots from recorded votes and count.

    Args:
        questions: with a key and at least so many samples.
        pilot: questions of a pilot.
        pilots: how many.
        samples: of each question.
        rules: those to look at; empty for all.
        tick: told the pilots done so far.
    """
    rng = random.Random(seed)
    strata: dict[str, list[QuestionVotes]] = {}
    for one in questions:
        strata.setdefault(f"{one.keys.get('dataset', '')} {one.n_options}", []).append(one)
    truths: list[dict[tuple[str, int], tuple[float, float, float]]] = []
    hits: dict[str, dict[tuple[str, int], list[bool]]] = {"accuracy": {}, "samples": {}, "tokens": {}}
    widths: dict[str, list[float]] = {name: [] for name in hits}
    for number in range(pilots):
        if number % 20 == 0:
            # A run sees one order of every question's samples: another one for every few pilots.
            truths.append(_truth(questions, samples, rng, rules))
        drawn = stratified(list(strata.values()), pilot, rng)
        forecast = predict([_pilot_question(one) for one in drawn], len(questions), number, rules)
        for line in forecast:
            key = (line.rule, line.cap)
            if key not in truths[-1] or line.accuracy is None:
                continue
            accuracy, spent, tokens = truths[-1][key]
            for name, band, truth in (
                ("accuracy", line.accuracy, accuracy),
                ("samples", line.samples, spent),
                ("tokens", line.tokens, tokens * len(questions)),
            ):
                if band.low == band.high:
                    # A fixed number of samples is no forecast.
                    continue
                hits[name].setdefault(key, []).append(_holds(band, truth))
                widths[name].append((band.high - band.low) / max(truth, 1e-9))
        tick(number + 1)
    # Of fixed numbers of samples alone nothing is to be forecast.
    return tuple(_counted(name, found, widths[name], pilots) for name, found in hits.items() if found)


def _holds(band: Band, truth: float) -> bool:
    slack = 1e-9 * max(1.0, abs(truth))
    return band.low - slack <= truth <= band.high + slack


def _counted(name: str, found: dict[tuple[str, int], list[bool]], widths: Sequence[float], pilots: int) -> Coverage:
    shares = [sum(own) / len(own) for own in found.values()]
    return Coverage(
        quantity=name,
        inside=sum(shares) / len(shares),
        worst=min(shares),
        best=max(shares),
        width=sum(widths) / len(widths),
        n_pilots=pilots,
    )


def _pilot_question(one: QuestionVotes) -> PilotQuestion:
    tokens = one.tokens or (1.0,) * len(one.votes)
    return PilotQuestion(votes=one.votes, tokens=tokens, gold=one.gold)


def _truth(
    questions: Sequence[QuestionVotes], samples: int, rng: random.Random, rules: Sequence[str]
) -> dict[tuple[str, int], tuple[float, float, float]]:
    """Return accuracy, samples and tokens a question of every rule and cap, on one order of the samples."""
    orders = []
    for one in questions:
        places = rng.sample(range(len(one.votes)), min(samples, len(one.votes)))
        tokens = one.tokens or (1.0,) * len(one.votes)
        orders.append(([one.votes[at] for at in places], [tokens[at] for at in places], one.gold))
    found = {}
    for cap in caps_for(samples):
        for text in rules_for(cap):
            if rules and text not in rules:
                continue
            rule = parse_rule(text)
            right = drawn = spent = 0.0
            for votes, costs, gold in orders:
                stop = rule.stop_at(votes, cap)
                right += plurality(votes[:stop]) == gold
                drawn += stop
                spent += sum(costs[:stop])
            n = len(questions)
            found[text, cap] = (right / n, drawn / n, spent / n)
    return found
