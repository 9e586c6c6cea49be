"""Whatever the order in which replies come back: exactly N rows, nothing paid in vain, the same outcomes."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from synth.distill.concurrent_climbs import Climbed, Progress, climb_all
from synth.distill.ladder_config import Ladder
from synth.llm.call import Call, Reply, failed
from tests.support.scripted_sampler import a_question
from tests.unit.synth.distill.test_ladder import rung

LADDER = Ladder(rungs=(rung("easy", 1, 1), rung("hard", 2, 2)))
CHAIN = "think about it for long enough, then say"


class Scripted:
    """Answers rightly from a given rung on, after a random number of turns."""

    def __init__(self, opens_at: Sequence[int], rng: Random) -> None:
        self.opens_at, self.rng = opens_at, rng
        self.asked: list[tuple[int, str]] = []

    async def ask(self, calls: Sequence[Call]) -> tuple[Reply, ...]:
        for _ in range(self.rng.randrange(9)):
            await asyncio.sleep(0)
        return tuple(self._reply(call) for call in calls)

    async def stop(self) -> None:
        return None

    def _reply(self, call: Call) -> Reply:
        place = int(call.prompt.split("problem of p")[1].split("#")[0])
        self.asked.append((place, call.stage))
        is_right = self.opens_at[place] <= ("easy", "hard").index(call.stage)
        wanted = "option 0" if is_right else "option 1"
        letter = next(line[0] for line in call.prompt.splitlines() if line[1:] == f". {wanted}")
        text = f"{CHAIN}\nThe answer is: {letter}"
        return dataclasses.replace(failed(call, ""), error=None, text=text, finish_reason="stop")


def climbed(opens_at: Sequence[int], rng: Random, width: int, accept: int | None) -> tuple[Climbed, Scripted]:
    questions = [a_question(f"p{place}#0") for place in range(len(opens_at))]
    asker = Scripted(opens_at, rng)
    progress = Progress(questions=len(questions), wanted=accept)
    result = asyncio.run(climb_all(questions, LADDER, asker, progress, width=width, accept=accept))
    assert progress.running == 0
    return result, asker


@settings(max_examples=150, deadline=None)
@given(
    opens_at=st.lists(st.integers(0, 2), max_size=14),
    seed=st.integers(0, 1000),
    width=st.integers(1, 6),
    accept=st.none() | st.integers(1, 8),
)
def test_exactly_n_rows_from_the_shortest_prefix_whatever_comes_back_first(
    opens_at: list[int], seed: int, width: int, accept: int | None
) -> None:
    result, asker = climbed(opens_at, Random(seed), width, accept)
    acceptable = [place for place, opens in enumerate(opens_at) if opens < 2]
    is_enough = accept is not None and len(acceptable) >= accept
    prefix = acceptable[(accept or 0) - 1] + 1 if is_enough else len(opens_at)
    assert result.started == len(result.outcomes) == prefix
    accepted = [one for one in result.outcomes if one.status == "accepted"]
    assert len(accepted) == len([place for place in acceptable if place < prefix])
    assert accept is None or len(accepted) <= accept
    # Nobody was asked about a question beyond the prefix.
    assert {place for place, _ in asker.asked} == set(range(prefix))


@settings(max_examples=50, deadline=None)
@given(opens_at=st.lists(st.integers(0, 2), max_size=10), seeds=st.tuples(st.integers(0, 99), st.integers(100, 199)))
def test_the_order_of_arrival_changes_no_outcome(opens_at: list[int], seeds: tuple[int, int]) -> None:
    one, _ = climbed(opens_at, Random(seeds[0]), 3, None)
    other, _ = climbed(opens_at, Random(seeds[1]), 7, None)
    assert one.outcomes == other.outcomes
