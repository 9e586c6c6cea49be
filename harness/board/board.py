"""The board's figures: every rule and allocation, on every set, under every cap.

Everything on a set is replayed on the same orders of its samples, so that all differences are paired: question by
question, averaged over the orders, with errors clustered by problem (``solver.base.intervals``). Differences are to
``lead:3`` under the same cap. An allocation is shown at three budgets: the tokens that ``lead:3`` spends, the tokens of
five samples a question, and 0.35 of those of ten (of the cap where that is smaller).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from harness.board.allocation_replay import Spent, replay
from harness.board.orders import Orders, shuffled
from harness.board.vote_sets import VoteSet
from solver.base.intervals import Difference, Interval, paired_difference, share_interval
from solver.voting.allocation import ALLOCATIONS, parse_policy
from solver.voting.rules import RULES, parse_rule

REFERENCE = "lead:3"
TEN = 10
SHARE_OF_TEN = 0.35
FIVE = 5
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One rule, or one allocation at one budget, on one set under one cap."""

    votes: str
    """Name of the set."""
    cap: int
    name: str
    """The rule; for an allocation also ``@`` its budget."""
    is_allocation: bool
    samples: float
    """Mean per question."""
    tokens: float
    """Mean per question; samples where the set has no tokens."""
    share_of_ten: float
    """Tokens against those of ten samples a question (of the cap where that is smaller)."""
    accuracy: Interval
    against_lead: Difference
    """Accuracy minus that of ``lead:3``."""
    against_ten: Difference
    """Accuracy minus that of ten samples a question (of the cap where that is smaller)."""
    is_on_front: bool = False
    """Whether nothing on this set, under this cap, is at least as right for fewer tokens."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One rule's doings on one set; arrays by question, means over the orders."""

    name: str
    is_allocation: bool
    samples: Values
    tokens: Values
    right: Values


@dataclass(frozen=True, slots=True)
class SetBoard:
    """All entries of one set under one cap, with what they were made of."""

    votes: VoteSet
    cap: int
    clusters: tuple[str, ...]
    replayed: tuple[Replayed, ...]
    entries: tuple[Entry, ...]


def rules_of(cap: int) -> tuple[str, ...]:
    """Return the rules that are replayed under a cap, each once."""
    texts = [f"fixed:{min(TEN, cap)}", REFERENCE, *(text for kind in RULES for text in kind.grid(cap))]
    return tuple({parse_rule(text): text for text in reversed(texts)}.values())[::-1]


def policies() -> tuple[str, ...]:
    """Return the allocations that are replayed."""
    return tuple(text for kind in ALLOCATIONS for text in kind.grid)


def set_board(votes: VoteSet, cap: int, orders: int, show: Callable[[], None] = lambda: None) -> SetBoard:
    """Replay everything on one set.

    Args:
        cap: samples a question at most.
        orders: of each question's samples.
        show: is called after every rule and allocation.
    """
    shuffles = shuffled(votes, orders, cap)
    found = []
    for one in (*_rules(shuffles, cap), *_allocations(shuffles, cap)):
        found.append(one)
        show()
    return SetBoard(
        votes,
        cap,
        shuffles.clusters,
        tuple(found),
        entries_of(votes.name, cap, shuffles.clusters, found, _ten(found, cap)),
    )


def _rules(orders: Orders, cap: int) -> Iterator[Replayed]:
    for text in rules_of(cap):
        rule = parse_rule(text)
        stops = orders.stops(rule, cap)
        yield Replayed(
            rule.spec, False, stops.mean(axis=1), orders.at(orders.spent, stops), orders.at(orders.right, stops)
        )


def _allocations(orders: Orders, cap: int) -> Iterator[Replayed]:
    lead = orders.stops(parse_rule(REFERENCE), cap)
    questions = np.arange(len(lead))
    for text in policies():
        done: dict[str, list[Spent]] = {}
        for order in range(orders.shape[1]):
            spent = orders.spent[:, order]
            budgets = {
                REFERENCE: spent[questions, lead[:, order]].sum(),
                "five samples": spent[:, min(FIVE, cap)].sum(),
                f"{SHARE_OF_TEN} of ten": SHARE_OF_TEN * spent[:, min(TEN, cap)].sum(),
            }
            rising = sorted(budgets, key=budgets.__getitem__)
            states = replay(parse_policy(text), orders, order, [budgets[name] for name in rising], cap)
            for name, state in zip(rising, states, strict=True):
                done.setdefault(name, []).append(state)
        for name, all_of in done.items():
            yield Replayed(
                f"{parse_policy(text).spec} @ {name}",
                True,
                np.mean([one.samples for one in all_of], axis=0),
                np.mean([one.tokens for one in all_of], axis=0),
                np.mean([one.right for one in all_of], axis=0),
            )


def entries_of(
    name: str, cap: int, clusters: Sequence[str], replayed: Sequence[Replayed], ten: Replayed
) -> tuple[Entry, ...]:
    """Compare what was replayed with ``lead:3`` and with ten samples, and mark the front."""
    lead = next(one for one in replayed if one.name == REFERENCE)
    entries = [
        Entry(
            votes=name,
            cap=cap,
            name=one.name,
            is_allocation=one.is_allocation,
            samples=float(one.samples.mean()),
            tokens=float(one.tokens.mean()),
            share_of_ten=float(one.tokens.sum() / ten.tokens.sum()),
            accuracy=share_interval(one.right.tolist(), clusters),
            against_lead=paired_difference((one.right - lead.right).tolist(), clusters),
            against_ten=paired_difference((one.right - ten.right).tolist(), clusters),
        )
        for one in replayed
    ]
    return tuple(replace(entry, is_on_front=_on_front(entry, entries)) for entry in entries)


def _on_front(entry: Entry, others: Sequence[Entry]) -> bool:
    here = (entry.tokens, -entry.accuracy.value)
    return not any(
        other.tokens <= here[0] and -other.accuracy.value <= here[1] and (other.tokens, -other.accuracy.value) != here
        for other in others
    )


def joined(boards: Sequence[SetBoard], name: str) -> tuple[Entry, ...]:
    """Put several sets together, each under one cap: what all of them were replayed with.

    Tokens of sets differ in size, so they are counted here in shares of ten samples.
    """
    tens = [_ten(board.replayed, board.cap) for board in boards]
    by_board = [{one.name: one for one in board.replayed} for board in boards]
    common = [text for text in by_board[0] if all(text in found for found in by_board)]
    whole = [_joined(text, [found[text] for found in by_board], tens) for text in common]
    clusters = [cluster for board in boards for cluster in board.clusters]
    ten = _joined("ten", tens, tens)
    return entries_of(name, min(board.cap for board in boards), clusters, whole, ten)


def _joined(name: str, parts: Sequence[Replayed], tens: Sequence[Replayed]) -> Replayed:
    return Replayed(
        name,
        parts[0].is_allocation,
        np.concatenate([part.samples for part in parts]),
        np.concatenate([part.tokens / ten.tokens.mean() for part, ten in zip(parts, tens, strict=True)]),
        np.concatenate([part.right for part in parts]),
    )


def _ten(replayed: Sequence[Replayed], cap: int) -> Replayed:
    name = f"fixed:{min(TEN, cap)}"
    return next(one for one in replayed if one.name == name)
