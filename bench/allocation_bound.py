"""What could an allocation reach with plain votes? One that is told every question's true shares, against ten samples.

The shares are those of all recorded samples of a question, sorted: how far they are apart, not which answer is right.
With them the allocation knows how often a question would still change its mind, which a real one learns from the few
votes that it has bought. It looks five samples ahead and takes where most is gained for a token.

    python -m bench.allocation_bound bench/results/votes/qwen2.5-coder-1.5b-reason-contest-train-16.jsonl.gz
"""

from __future__ import annotations

import argparse
import heapq
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import permutations
from pathlib import Path

from bench.tables import Column, can_be_saved, save, table_of
from harness.analysis.recorded_votes import QuestionVotes
from harness.board.orders import Orders, shuffled
from harness.board.vote_sets import VoteSet, read_sets
from solver.base.intervals import paired_difference

AHEAD, MOST_ANSWERS, TEN = 5, 5, 10
SHARES = (0.25, 0.35, 0.45, 0.55)
COLUMNS = (
    Column("votes", "{votes}", "left"),
    Column("tokens, share of ten", "{share:.2f}"),
    Column("samples a question", "{samples:.2f}"),
    Column("points against ten", "{points}"),
)
Counts = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A question whose shares are known, up to which answer has which."""

    shares: tuple[float, ...]
    """The largest first."""
    silent: float
    """Share of samples without an answer."""
    _worth: dict[tuple[Counts, int], float] = field(default_factory=dict, compare=False)

    def worth(self, counts: Counts, ahead: int) -> float:
        """Return the probability that the leader after so many further samples is the answer with the largest share."""
        known = self._worth.get((counts, ahead))
        if known is None:
            known = self._worth[counts, ahead] = self._look(counts, ahead)
        return known

    def _look(self, counts: Counts, ahead: int) -> float:
        likely = [(_likelihood(counts, order), order) for order in set(permutations(self.shares))]
        total = sum(weight for weight, _ in likely) or 1.0
        if ahead == 0:
            return sum(weight for weight, order in likely if counts[0] and order[0] == self.shares[0]) / total
        expected = self.silent * self.worth(counts, ahead - 1)
        for place in range(len(counts)):
            vote = sum(weight * order[place] for weight, order in likely) / total
            if vote:
                expected += vote * self.worth(_after(counts, place), ahead - 1)
        return expected

    def gain(self, counts: Counts, left: int) -> float:
        """Return the largest gain per sample."""
        now = self.worth(counts, 0)
        return max((self.worth(counts, ahead) - now) / ahead for ahead in range(1, min(left, AHEAD) + 1))


def _likelihood(counts: Counts, order: Sequence[float]) -> float:
    product = 1.0
    for count, share in zip(counts, order, strict=True):
        product *= share**count
    return product


def _after(counts: Counts, place: int) -> Counts:
    """Count a vote; who draws level with others stands behind them, as the vote breaks ties."""
    more, rest = counts[place] + 1, (*counts[:place], *counts[place + 1 :])
    at = sum(count >= more for count in rest)
    return (*rest[:at], more, *rest[at:])


@cache
def _known(shares: tuple[float, ...], silent: float) -> Known:
    return Known(shares, silent)


def known_of(question: QuestionVotes) -> Known:
    """Return what the allocation is told of a question."""
    counts = Counter(vote for vote in question.votes if vote is not None)
    n, size = len(question.votes), min(MOST_ANSWERS, max(2, question.n_options or 4, len(counts)))
    shares = sorted((count / n for count in counts.values()), reverse=True)[:size]
    return _known((*shares, *(0.0,) * (size - len(shares))), round(1 - sum(shares), 9))


def spent(votes: VoteSet, orders: Orders, order: int, budgets: Sequence[float], cap: int) -> Iterator[list[int]]:
    """Spend growing budgets; yield how many samples each question has at the end of each."""
    known, cost = [known_of(one) for one in votes.questions], [sum(one.tokens) for one in votes.questions]
    recorded, tokens = orders.votes[:, order].tolist(), orders.tokens[:, order].tolist()
    counts: list[Counter[int]] = [Counter() for _ in known]
    drawn, everything = [0] * len(known), 0.0

    def key(place: int) -> float:
        size = len(known[place].shares)
        ranked = sorted(counts[place].values(), reverse=True)[:size]
        whole = (*ranked, *(0,) * (size - len(ranked)))
        return -known[place].gain(whole, cap - drawn[place]) / max(cost[place], 1.0)

    queue = [(key(place), place) for place in range(len(known))]
    heapq.heapify(queue)
    for budget in budgets:
        while queue and everything < budget:
            place = heapq.heappop(queue)[1]
            vote = recorded[place][drawn[place]]
            everything += tokens[place][drawn[place]]
            drawn[place] += 1
            if vote >= 0:
                counts[place][vote] += 1
            if drawn[place] < cap:
                heapq.heappush(queue, (key(place), place))
        yield list(drawn)


def measured(votes: VoteSet, n_orders: int) -> Iterator[dict[str, object]]:
    """Replay one set."""
    cap = min(16, votes.samples)
    orders, ten = shuffled(votes, n_orders, cap), min(TEN, cap)
    found: dict[float, list[tuple[float, list[float]]]] = {}
    for order in range(n_orders):
        whole, right = float(orders.spent[:, order, ten].sum()), orders.right[:, order].tolist()
        states = spent(votes, orders, order, [share * whole for share in SHARES], cap)
        for share, drawn in zip(SHARES, states, strict=True):
            gains = [float(row[stop]) - float(row[ten]) for row, stop in zip(right, drawn, strict=True)]
            found.setdefault(share, []).append((sum(drawn) / len(drawn), gains))
    for share, runs in found.items():
        means = [sum(values) / n_orders for values in zip(*(gains for _, gains in runs), strict=True)]
        points = paired_difference(means, orders.clusters)
        yield {
            "votes": votes.name,
            "share": share,
            "samples": sum(samples for samples, _ in runs) / n_orders,
            "points": f"{100 * points.value:+.2f} ({100 * points.low:+.2f} to {100 * points.high:+.2f})",
        }


def main(argv: Sequence[str]) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--orders", type=int, default=4)
    can_be_saved(parser)
    options = parser.parse_args(argv)
    rows = [row for votes in read_sets(options.files, 8) for row in measured(votes, options.orders)]
    print(table_of(COLUMNS, rows), end="")
    save(options.save, COLUMNS, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
