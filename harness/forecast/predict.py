"""From a pilot's samples to a whole run: accuracy, samples and tokens of every rule and cap, with bands.

Every question of the pilot is replayed under every rule, in many orders of its samples; a question's mean over the
orders is one observation. The pilot's questions are a random part of all, so the mean over them forecasts the run.

Bands (``harness.forecast.bands``) are 90 %: over 200 pilots drawn from recorded votes they hold the truth about as
often (docs/rules.md; ``python -m harness forecast VOTES --recorded``).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from harness.forecast.bands import Band, mean_band, share_band
from harness.forecast.rare_length import token_band
from solver.voting.rules import RULES, Rule, parse_rule
from solver.voting.tally import plurality

ORDERS = 16
LEAST_SAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotQuestion:
    """One question of a pilot."""

    votes: tuple[int | None, ...]
    """Answer classes in launch order."""
    tokens: tuple[float, ...]
    """Generated tokens of every sample."""
    gold: int | None
    """Answer class of the key, where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one rule under one cap will bring."""

    rule: str
    cap: int
    samples: Band
    """A question."""
    tokens: Band
    """Generated, over the whole run."""
    accuracy: Band | None
    """0 to 1; None without a key."""
    settled: float
    """How often the answer is that of all the pilot's samples (0 to 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpless:
    """Questions that voting cannot help, as far as the pilot saw; shares of all questions."""

    never: Band
    """No sample was right: only another model or prompt helps."""
    always: Band
    """Every sample was right: one sample is enough."""


def rules_for(cap: int) -> tuple[str, ...]:
    """Return the rules worth forecasting under a cap."""
    return tuple(dict.fromkeys(parse_rule(text).spec for kind in RULES for text in kind.grid(cap)))


def caps_for(samples: int) -> tuple[int, ...]:
    """Return the caps that a pilot of so many samples a question can speak of."""
    return tuple(cap for cap in sorted({3, 5, 8, 16, 32, samples}) if LEAST_SAMPLES <= cap <= samples)


def predict(
    pilot: Sequence[PilotQuestion], n_questions: int, seed: int = 0, rules: Sequence[str] = ()
) -> tuple[Line, ...]:
    """Forecast every rule under every cap.

    Args:
        pilot: at least two questions with the same number of samples.
        n_questions: of the whole run, the pilot's among them.
        seed: of the orders.
        rules: those to forecast; empty for all.
    """
    samples = min(len(one.votes) for one in pilot)
    orders = [_orders(one, samples, random.Random(f"{seed}/{place}")) for place, one in enumerate(pilot)]
    return tuple(
        _line(parse_rule(rule), cap, pilot, orders, n_questions)
        for cap in caps_for(samples)
        for rule in rules_for(cap)
        if not rules or rule in rules
    )


_Order = tuple[list[int | None], list[float]]


def _orders(one: PilotQuestion, samples: int, rng: random.Random) -> list[_Order]:
    places = list(range(len(one.votes)))
    found = []
    for _ in range(ORDERS):
        rng.shuffle(places)
        mixed = places[:samples]
        found.append(([one.votes[at] for at in mixed], [one.tokens[at] for at in mixed]))
    return found


def _line(
    rule: Rule, cap: int, pilot: Sequence[PilotQuestion], orders: Sequence[Sequence[_Order]], n_questions: int
) -> Line:
    drawn: list[list[float]] = []
    spent: list[list[float]] = []
    right: list[list[float]] = []
    same = 0.0
    for one, found in zip(pilot, orders, strict=True):
        stops = [rule.stop_at(votes, cap) for votes, _ in found]
        answers = [plurality(votes[:stop]) for (votes, _), stop in zip(found, stops, strict=True)]
        drawn.append([float(stop) for stop in stops])
        spent.append([sum(tokens[:stop]) for (_, tokens), stop in zip(found, stops, strict=True)])
        right.append([float(answer == one.gold) for answer in answers])
        whole = [plurality(votes) for votes, _ in found]
        same += sum(map(int.__eq__, map(_key, answers), map(_key, whole))) / len(found) / len(pilot)
    tokens = token_band(spent, median(count for one in pilot for count in one.tokens), n_questions)
    has_key = all(one.gold is not None for one in pilot)
    return Line(
        rule=rule.spec,
        cap=cap,
        samples=mean_band(drawn, n_questions),
        tokens=Band(*(n_questions * value for value in tokens)),
        accuracy=share_band(right, n_questions) if has_key else None,
        settled=same,
    )


def _key(answer: int | None) -> int:
    return -1 if answer is None else answer


def helpless(pilot: Sequence[PilotQuestion], n_questions: int) -> Helpless | None:
    """Return the shares of questions that voting cannot help; None without a key."""
    if any(one.gold is None for one in pilot):
        return None
    never = [[float(one.gold not in one.votes)] for one in pilot]
    always = [[float(all(vote == one.gold for vote in one.votes))] for one in pilot]
    return Helpless(never=share_band(never, n_questions), always=share_band(always, n_questions))
