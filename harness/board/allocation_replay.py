"""Replaying an allocation: a budget of tokens over all questions of a set, spent sample by sample as the policy says.

The policy learns anew each time as many samples have landed again as there were (after 1, 2, 4 … a question), and once
more where a budget ends, before it answers. Samples are drawn one after the other: with many in flight at once a policy
knows a little less.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.board.orders import Orders
from solver.voting.allocation import Judge, Policy, State


@dataclass(slots=True)
class _Run:
    """Where a replay stands; lists by question."""

    votes: list[list[int | None]]
    confidences: list[list[float | None]]
    costs: list[list[float]]
    n_options: Sequence[int | None]
    cap: int
    drawn: list[int]
    spent: list[float]

    def state(self, place: int) -> State:
        drawn = self.drawn[place]
        confidences = self.confidences[place]
        return State(
            votes=tuple(self.votes[place][:drawn]),
            confidences=tuple(confidences[:drawn]) if confidences else (),
            tokens=int(self.spent[place]),
            left=self.cap - drawn,
            n_options=self.n_options[place],
        )

    def states(self) -> list[State]:
        return [self.state(place) for place in range(len(self.votes))]


@dataclass(frozen=True, slots=True)
class Spent:
    """What a policy had done when a budget ended; by question."""

    samples: NDArray[np.float64]
    tokens: NDArray[np.float64]
    right: NDArray[np.float64]


def replay(policy: Policy, orders: Orders, order: int, budgets: Sequence[float], cap: int) -> Iterator[Spent]:
    """Spend growing budgets on one order of each question's samples.

    Args:
        order: which of the orders.
        budgets: tokens over all questions, the smallest first.
        cap: samples a question at most.

    Yields:
        Where it stood at the end of each budget.
    """
    run = _begun(orders, order, cap)
    rng = random.Random(order)
    judge, learned_at, total = policy.learn(run.states()), 0, 0
    queue = _queue(judge, run, rng)
    everything = 0.0
    for budget in budgets:
        while queue and everything < budget:
            place = heapq.heappop(queue)[2]
            everything += run.costs[place][run.drawn[place]]
            run.spent[place] += run.costs[place][run.drawn[place]]
            run.drawn[place] += 1
            total += 1
            if total >= max(len(run.votes), 2 * learned_at):
                judge, learned_at = policy.learn(run.states()), total
                queue = _queue(judge, run, rng)
            elif run.drawn[place] < cap and (priority := judge.priority(run.state(place))) is not None:
                heapq.heappush(queue, (-priority, rng.random(), place))
        yield _done(policy, run)


def _begun(orders: Orders, order: int, cap: int) -> _Run:
    questions, _, samples = orders.shape
    sure = orders.confidences[:, order].tolist()
    return _Run(
        votes=[[None if vote < 0 else vote for vote in row] for row in orders.votes[:, order].tolist()],
        confidences=[
            [] if all(map(math.isnan, row)) else [None if math.isnan(one) else one for one in row] for row in sure
        ],
        costs=orders.tokens[:, order].tolist(),
        n_options=orders.n_options,
        cap=min(cap, samples),
        drawn=[0] * questions,
        spent=[0.0] * questions,
    )


def _queue(judge: Judge, run: _Run, rng: random.Random) -> list[tuple[float, float, int]]:
    queue = []
    for place, drawn in enumerate(run.drawn):
        if drawn < run.cap and (priority := judge.priority(run.state(place))) is not None:
            queue.append((-priority, rng.random(), place))
    heapq.heapify(queue)
    return queue


def _done(policy: Policy, run: _Run) -> Spent:
    states = run.states()
    judge = policy.learn(states)
    return Spent(
        samples=np.asarray(run.drawn, dtype=np.float64),
        tokens=np.asarray(run.spent, dtype=np.float64),
        right=np.asarray([judge.answer(state) == 0 for state in states], dtype=np.float64),
    )
