"""Does ``--allocation`` bring live what it brings in replay? Recorded votes through the real scheduler, many in flight.

The samples of a file of recorded votes are drawn as if an engine wrote them: each takes as long as its tokens, the
scheduler sees it when it comes. ``lead:3`` runs first; the allocation then gets as many tokens as that took. With one
sample in flight this is the replay of ``harness board``; with hundreds the allocation knows less when it asks.

    python -m bench.allocation_live bench/results/votes/qwen2.5-coder-1.5b-reason-contest-train-16.jsonl.gz
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from math import log
from pathlib import Path
from random import Random

from bench.tables import Column, can_be_saved, save, table_of
from harness.board.vote_sets import VoteSet, read_sets
from solver.base.intervals import paired_difference
from solver.problems.prompt import load_template
from solver.problems.question import Question, question_of
from solver.sampling.sample import Request, Sample
from solver.scheduling.scheduler import Scheduler
from solver.scheduling.settings import SamplingSettings
from tests.support.scripted_sampler import AtOnce, Memory, a_sample

SECONDS_A_TOKEN = 2e-5
COLUMNS = (
    Column("votes", "{votes}", "left"),
    Column("allocation", "{allocation}", "left"),
    Column("in flight", "{slots}"),
    Column("samples a question", "{samples:.2f}"),
    Column("tokens, against lead:3", "{tokens:.3f}"),
    Column("accuracy", "{accuracy:.2%}"),
    Column("points against lead:3", "{points}"),
)


class Recorded(AtOnce):
    """A ``Sampler`` of recorded votes, in an order of the seed's."""

    def __init__(self, votes: VoteSet, order: int) -> None:
        self.votes, self.tokens = votes, 0
        self.orders = [
            Random(f"{order}/{place}").sample(range(len(one.votes)), len(one.votes))
            for place, one in enumerate(votes.questions)
        ]

    async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
        """See ``AtOnce``."""
        found = [self._one(request) for request in requests]
        await asyncio.sleep(SECONDS_A_TOKEN * max(one.completion_tokens for one in found))
        self.tokens += sum(one.completion_tokens for one in found)
        return tuple(found)

    def _one(self, request: Request) -> Sample:
        place = int(request.question.problem_id)
        question, at = self.votes.questions[place], self.orders[place][request.index]
        sure = question.confidences[at] if question.confidences else None
        return replace(
            a_sample(request, question.votes[at], tokens=int(question.tokens[at]) if question.tokens else 1),
            letter_logprob=None if sure is None else log(max(sure, 1e-9)),
        )


def questions_of(votes: VoteSet) -> tuple[Question, ...]:
    """Make a question of every recorded one, with as many options as its answers need; the right one is the first."""
    return tuple(
        question_of(
            f"{place}#0",
            problem="",
            text="",
            options=tuple(
                f"option {at}"
                for at in range(max(one.n_options or 2, 2, *(vote + 1 for vote in one.votes if vote is not None)))
            ),
            gold_letter="A",
        )
        for place, one in enumerate(votes.questions)
    )


def one_run(votes: VoteSet, order: int, **settings: object) -> tuple[list[bool], int, int]:
    """Return which questions were right, samples, and tokens."""
    how = SamplingSettings.of(**{"models": ("m",), "max_samples": votes.samples, **settings})
    sampler, memory = Recorded(votes, order), Memory()
    scheduler = Scheduler(questions_of(votes), how, load_template("cot"), sampler, memory.keep)
    verdicts = asyncio.run(scheduler.run())
    return [verdict.answer == 0 for verdict in verdicts], len(memory.samples), sampler.tokens


def measured(votes: VoteSet, allocation: str, slots: int, orders: int) -> dict[str, object]:
    """Run an allocation against ``lead:3`` at equal tokens, on several orders."""
    right, samples, tokens, differences = 0.0, 0.0, 0.0, [0.0] * len(votes.questions)
    for order in range(orders):
        lead, _, spent = one_run(votes, order, rule="lead:3", slots=slots)
        found, drawn, used = one_run(votes, order, allocation=allocation, token_budget=spent, slots=slots)
        right += sum(found) / len(found) / orders
        samples += drawn / len(found) / orders
        tokens += used / spent / orders
        differences = [old + (a - b) / orders for old, a, b in zip(differences, found, lead, strict=True)]
    points = paired_difference(differences, [one.cluster for one in votes.questions])
    return {
        "votes": votes.name,
        "allocation": allocation,
        "slots": slots,
        "samples": samples,
        "tokens": tokens,
        "accuracy": right,
        "points": f"{100 * points.value:+.2f} ({100 * points.low:+.2f} to {100 * points.high:+.2f})",
    }


def main(argv: Sequence[str]) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--allocation", action="append", help="may be repeated (default: gain)")
    parser.add_argument("--slots", action="append", type=int, help="may be repeated (default: 1, 64, 512)")
    parser.add_argument("--orders", type=int, default=4)
    can_be_saved(parser)
    options = parser.parse_args(argv)
    rows = [
        measured(votes, allocation, slots, options.orders)
        for votes in read_sets(options.files, 8)
        for allocation in options.allocation or ("gain",)
        for slots in options.slots or (1, 64, 512)
    ]
    print(table_of(COLUMNS, rows), end="")
    save(options.save, COLUMNS, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
