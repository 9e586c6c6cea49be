"""From a pilot's samples to a whole run: accuracy, samples and tokens of every rule and cap, with bands.

Every question of the pilot is replayed under every rule, in many orders of its samples; a question's mean over the
orders is one observation. The pilot's questions are a random part of all, so the mean over them forecasts the run:

* a share (accuracy) gets a Wilson band with the effective number of questions (``solver.base.intervals``);
* samples and tokens get Student's band for a mean, on the scale of logarithms (they are skewed, and never negative);
* both are narrower by sqrt(1 - pilot / all), since the pilot's own questions are part of the run, and wider by the
  spread of the one order that a run sees.

Bands are 90 %: over 200 pilots drawn from recorded votes they hold the truth about as often, tokens of rare ramblings
aside (docs/rules.md;
``python -m harness forecast VOTES --recorded``).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from solver.base.intervals import t_quantile, wilson
from solver.voting.rules import RULES, Rule, parse_rule
from solver.voting.tally import plurality

BAND = 0.9
ORDERS = 16
LEAST_SAMPLES = 3


class Band(NamedTuple):
    """A forecast with its 90 % band."""

    value: float
    low: float
    high: float


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
    tokens = mean_band(spent, n_questions)
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


def share_band(values: Sequence[Sequence[float]], n_questions: int) -> Band:
    """Forecast the mean of shares.

    Args:
        values: one list a question of the pilot, one share an order.
    """
    means = [sum(own) / len(own) for own in values]
    n, quantile = len(means), t_quantile((1 + BAND) / 2, max(1, len(means) - 1))
    share = sum(means) / n
    between = sum((mean - share) ** 2 for mean in means) / max(1, n - 1)
    # Means over orders spread less than ones and zeros do, so they can be worth more than n of those. Where all were
    # alike the spread is not known.
    effective = share * (1 - share) / (between / n) if between > 1e-9 else float(n)
    low, high = wilson(share, effective, quantile)
    shrink, noise = _finite(n, n_questions), quantile * math.sqrt(_within(values) / n_questions)
    return Band(
        share,
        max(0.0, share - math.hypot(shrink * (share - low), noise)),
        min(1.0, share + math.hypot(shrink * (high - share), noise)),
    )


def mean_band(values: Sequence[Sequence[float]], n_questions: int) -> Band:
    """Forecast the mean of amounts that are never negative.

    Args:
        values: one list a question of the pilot, one amount an order.
    """
    means = [sum(own) / len(own) for own in values]
    n, quantile = len(means), t_quantile((1 + BAND) / 2, max(1, len(means) - 1))
    mean = sum(means) / n
    if mean == 0:
        return Band(0.0, 0.0, 0.0)
    between = sum((one - mean) ** 2 for one in means) / max(1, n - 1)
    spread = math.hypot(_finite(n, n_questions) * math.sqrt(between / n), math.sqrt(_within(values) / n_questions))
    # By the delta method the logarithm of the mean has the spread relative to the mean.
    factor = math.exp(quantile * spread / mean)
    return Band(mean, mean / factor, mean * factor)


def _finite(n: int, n_questions: int) -> float:
    """The pilot is part of the run: what it saw is known."""
    return math.sqrt(max(0.0, 1 - n / n_questions)) if n_questions > 0 else 0.0


def _within(values: Sequence[Sequence[float]]) -> float:
    """Return the mean spread (variance) of a question's orders; a run sees one of them."""
    total = 0.0
    for own in values:
        mean = sum(own) / len(own)
        total += sum((value - mean) ** 2 for value in own) / len(own)
    return total / len(values)
