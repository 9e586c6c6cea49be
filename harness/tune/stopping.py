"""What a stopping rule, a cap and a bound on length would have done on what an arm has drawn. Pure.

A chain longer than a bound is taken for one without an answer that cost the bound: asked for its answer it would often
give one, so a smaller bound looks a little worse here than it is. Orders of a question's samples carry no information,
so every figure is a mean over some.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from solver.base.intervals import Interval, share_interval
from solver.voting.rules import RULES, parse_rule
from solver.voting.tally import plurality

ORDERS = 10
"""Random orders of a question's samples."""
TOLERANCE, TOLERANCE_SE = 0.003, 0.15
"""The cheapest way to stop is taken that is at most so much below the best, as a share or in standard errors of its
accuracy, whichever is more: of hundreds of ways on the same samples the best is the luckiest, too."""
BOUNDS = (256, 384, 512, 640, 768, 1024, 1536, 2048, 3072, 4096, 8192, 16384)
"""Bounds on a chain's length that are tried, where they are below the one that was drawn with, tokens."""


class Record(NamedTuple):
    """What an arm has drawn for a question."""

    question_id: str
    problem: str
    gold: int
    votes: tuple[int | None, ...]
    """In launch order."""
    tokens: tuple[int, ...]
    """Generated tokens of the same samples."""
    bound: int
    """Tokens of a chain at most, as they were drawn."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A way to stop."""

    rule: str
    cap: int
    """Samples of a question at most."""
    max_tokens: int
    """Of a chain."""


@dataclass(frozen=True, slots=True)
class Point:
    """What a way to stop came to."""

    stop: Stop
    accuracy: Interval
    samples: float
    """Mean a question."""
    tokens: float
    """Generated, mean a question."""


class Replayed(NamedTuple):
    """The same, question by question; means over the orders."""

    right: tuple[float, ...]
    samples: tuple[float, ...]
    tokens: tuple[float, ...]


class Replay:
    """Records, put in their orders under one bound on length, for one rule and cap after the other."""

    def __init__(self, records: Sequence[Record], max_tokens: int) -> None:
        self.records, self.max_tokens = tuple(records), max_tokens
        places: dict[tuple[int | None, ...], int] = {}
        self._orders = [
            [_ordered(record, order, max_tokens, places) for order in _orders_of(record)] for record in records
        ]
        self._shapes = tuple(places)

    def by_question(self, rule_text: str, cap: int) -> Replayed:
        """Replay one rule, question by question."""
        rule = parse_rule(rule_text)
        stops = [rule.stop_at(shape, cap) for shape in self._shapes]
        leaders = [plurality(shape[:n]) for shape, n in zip(self._shapes, stops, strict=True)]
        found = []
        for orders in self._orders:
            right = samples = tokens = 0.0
            for shape, gold, spent in orders:
                n = stops[shape]
                right += leaders[shape] == gold
                samples += n
                tokens += spent[n]
            found.append((right / len(orders), samples / len(orders), tokens / len(orders)))
        return Replayed(*zip(*found, strict=True)) if found else Replayed((), (), ())

    def point(self, rule: str, cap: int) -> Point:
        """Replay one rule, and return its means."""
        done, n = self.by_question(rule, cap), len(self.records)
        accuracy = share_interval(done.right, [record.problem for record in self.records])
        return Point(Stop(rule, cap, self.max_tokens), accuracy, sum(done.samples) / n, sum(done.tokens) / n)


def points_of(records: Sequence[Record], stops: Iterable[Stop]) -> list[Point]:
    """Replay many ways to stop, in the order of their bounds."""
    by_bound: dict[int, list[Stop]] = {}
    for stop in stops:
        by_bound.setdefault(stop.max_tokens, []).append(stop)
    replays = ((Replay(records, bound), own) for bound, own in sorted(by_bound.items()))
    return [replay.point(stop.rule, stop.cap) for replay, own in replays for stop in own]


def ways(cap: int, max_tokens: int, rules: Iterable[str] = ()) -> tuple[Stop, ...]:
    """Return the ways to stop that are worth replaying.

    Args:
        cap: samples that there are of a question.
        max_tokens: the bound that chains were drawn with.
        rules: others than the registered rules offer.
    """
    grid = list(rules) or [rule for kind in RULES for rule in kind.grid(cap)]
    caps = [cap] if rules else [size for size in (4, 8, 16, 32) if size < cap] + [cap]
    bounds = [bound for bound in BOUNDS if bound < max_tokens] + [max_tokens]
    found = [
        Stop(rule, size, bound)
        for rule in grid
        for size in (caps if not rule.startswith("fixed") else [int(rule.partition(":")[2])])
        for bound in bounds
    ]
    return tuple(found)


def cheapest(points: Sequence[Point]) -> Point:
    """Return the way to stop that costs least of those that are as good as the best."""
    best = max((point.accuracy for point in points), key=lambda accuracy: accuracy.value)
    least = best.value - max(TOLERANCE, TOLERANCE_SE * best.se)
    good = [point for point in points if point.accuracy.value >= least]
    return min(good, key=lambda point: (point.tokens, -point.accuracy.value))


def frontier(points: Iterable[Point]) -> tuple[Point, ...]:
    """Return the points that no other beats in accuracy at the same cost or less, the cheapest first."""
    found: list[Point] = []
    for point in sorted(points, key=lambda one: (one.tokens, -one.accuracy.value)):
        if not found or point.accuracy.value > found[-1].accuracy.value:
            found.append(point)
    return tuple(found)


def _ordered(
    record: Record, order: Sequence[int], max_tokens: int, places: dict[tuple[int | None, ...], int]
) -> tuple[int, int | None, tuple[int, ...]]:
    """Return the place of the shape of a record's votes, what gold is called in it, and the tokens up to each sample.

    A shape has classes renamed by first appearance: rules do not look at names, and few shapes stand for many votes.
    """
    # A chain that reached the bound it was drawn with was asked for its answer.
    bound = max_tokens if max_tokens < record.bound else max(record.tokens, default=0)
    names: dict[int, int] = {}
    shape: list[int | None] = []
    spent = [0]
    for place in order:
        vote, tokens = record.votes[place], record.tokens[place]
        shape.append(None if vote is None or tokens > bound else names.setdefault(vote, len(names)))
        spent.append(spent[-1] + min(tokens, bound))
    # A class that nobody voted for is called by a number that no leader has.
    return places.setdefault(tuple(shape), len(places)), names.get(record.gold, -1), tuple(spent)


def _orders_of(record: Record) -> tuple[tuple[int, ...], ...]:
    return _orders(record.question_id, len(record.votes))


@lru_cache(maxsize=100_000)
def _orders(question_id: str, n: int) -> tuple[tuple[int, ...], ...]:
    """Return orders of so many samples, the same for all arms and ways to stop."""
    rng = random.Random(f"{question_id}/{n}")
    return tuple(tuple(rng.sample(range(n), n)) for _ in range(ORDERS if n > 1 else 1))
