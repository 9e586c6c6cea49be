"""How full an engine is kept when chains differ in length, and that it is never asked for more: simulated, by steps."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.problems.prompt import load_template
from solver.sampling.sample import Request, Sample, Told
from solver.scheduling import scheduler
from solver.scheduling.scheduler import Scheduler
from solver.scheduling.settings import SamplingSettings
from tests.support.command import until
from tests.support.scripted_sampler import Memory, a_question, a_sample

PLACES = 32


class Engine:
    """Computes a token of each chain a step; notes how many chains it had at each.

    Args:
        way: ``by one``, ``cut`` (groups are, where places are short, and streamed), ``streamed`` or ``at once``.
    """

    def __init__(self, way: str) -> None:
        self.way, self.is_by_one = way, way in ("by one", "cut")
        self.places: int | None = None
        self.left: dict[tuple[str, int], int] = {}
        self.running: list[int] = []
        self.asked: list[tuple[str, int]] = []
        """Every sample that was asked for."""
        self.asked_before: list[int] = []
        """How many had been, at each step."""
        self.calls: Counter[str] = Counter()
        """Calls for each question's samples."""

    async def draw(self, requests: Sequence[Request], told: Told) -> None:
        """See ``solver.sampling.sample.Sampler``."""
        self.calls[requests[0].question.id] += 1
        if self.way != "by one":
            await self._whole(requests, told)
            return
        async with asyncio.TaskGroup() as group:
            for request in requests:
                group.create_task(self._whole([request], told))

    async def _whole(self, requests: Sequence[Request], told: Told) -> None:
        self.asked += [(request.question.id, request.index) for request in requests]
        for request in requests:
            # Most chains are short, one in twelve runs to the limit: what real models do.
            rng = Random(f"{request.question.id}/{request.index}")
            length = 100 if rng.random() < 1 / 12 else rng.randint(2, 30)
            self.left[request.question.id, request.index] = length
        open_ones = list(requests)
        while open_ones:
            await asyncio.sleep(0)
            for request in open_ones[:]:
                if (request.question.id, request.index) not in self.left:
                    open_ones.remove(request)
                    if self.way == "streamed" or (self.way == "cut" and len(requests) > 1):
                        told.ended(request)
        for request in requests:
            told.landed(a_sample(request, request.index % 2))

    async def compute(self) -> None:
        """Compute until cancelled."""
        while True:
            for _ in range(8):  # what has ended is taken, and what is next is sent, between two steps
                await asyncio.sleep(0)
            self.running.append(len(self.left))
            self.asked_before.append(len(self.asked))
            for key in list(self.left):
                self.left[key] -= 1
                if self.left[key] == 0:
                    del self.left[key]


def share_of_places_filled(way: str, rule: str, until: float = 0.9) -> float:
    """Return the mean share of places that were filled until a share of the questions was decided."""

    async def main() -> float:
        engine, decided = Engine(way), 0
        questions = [a_question(f"p{number}#0") for number in range(150)]
        plan = SamplingSettings.of(models=("m",), rule=rule, max_samples=8, max_concurrency=PLACES)
        steps = 0

        def hear(event: object) -> None:
            nonlocal decided, steps
            decided += type(event).__name__ == "Decided"
            if decided <= until * len(questions):
                steps = len(engine.running)

        computing = asyncio.create_task(engine.compute())
        await Scheduler(questions, plan, load_template("cot"), engine, Memory().keep, listener=hear).run()
        computing.cancel()
        return sum(engine.running[1:steps]) / (steps - 1) / PLACES

    return asyncio.run(main())


@pytest.mark.parametrize("rule", ["fixed:5", "lead:3", "esc:3"])
def test_no_place_stays_empty_while_the_longest_chain_of_a_group_runs(rule: str) -> None:
    assert share_of_places_filled("by one", rule) > 0.97
    assert share_of_places_filled("cut", rule) > 0.97
    assert share_of_places_filled("streamed", rule) > 0.85
    assert share_of_places_filled("at once", rule) < 0.8


@given(size=st.integers(1, 7), n_questions=st.integers(1, 12), places=st.integers(1, 16))
@settings(max_examples=60, deadline=None)
def test_where_groups_are_cut_every_place_is_filled_while_there_is_work_and_none_is_taken_twice(
    size: int, n_questions: int, places: int
) -> None:
    async def main() -> Engine:
        engine = Engine("cut")
        rule = {"rule": f"fixed:{size}", "max_samples": size, "temperature": 1.0}
        plan = SamplingSettings.of(models=("m",), max_concurrency=places, **rule)
        computing = asyncio.create_task(engine.compute())
        await Scheduler(questions, plan, load_template("cot"), engine, Memory().keep).run()
        computing.cancel()
        return engine

    questions = [a_question(f"p{number}#0") for number in range(n_questions)]
    engine = asyncio.run(main())
    every = sorted((one.id, index) for one in questions for index in range(size))
    assert sorted(engine.asked) == every, "each sample is asked for once"
    assert max(engine.running) <= places
    steps = zip(engine.running, engine.asked_before, strict=True)
    assert all(running == places for running, asked in steps if asked < len(every))
    if places >= len(every):
        assert set(engine.calls.values()) == {1}, "nothing is cut where there are places"


@pytest.mark.parametrize(("rule", "most", "asked"), [("fixed:2", 2, 8), ("lead:3", 8, 6)])
def test_a_place_waits_for_the_disk_only_where_what_landed_may_ask_for_more(rule: str, most: int, asked: int) -> None:
    async def main() -> list[tuple[str, int]]:
        engine, memory, is_there = Engine("by one"), Memory(), asyncio.Event()
        plan = SamplingSettings.of(models=("m",), rule=rule, max_samples=most, temperature=1.0, max_concurrency=4)
        questions = [a_question(f"p{number}#0") for number in range(20)]

        async def keep(samples: Sequence[Sample]) -> None:
            await is_there.wait()
            await memory.keep(samples)

        run = asyncio.create_task(Scheduler(questions, plan, load_template("cot"), engine, keep).run())
        computing = asyncio.create_task(engine.compute())
        await until(lambda: len(engine.running) > 1000)
        seen = engine.asked.copy()
        is_there.set()
        verdicts = await run
        computing.cancel()
        assert [verdict.stop_reason for verdict in verdicts].count("open") == 0
        assert len(engine.asked) == len(set(engine.asked)) == sum(len(verdict.votes) for verdict in verdicts)
        assert max(engine.running) <= 4
        return seen

    # All of fixed:2 is known beforehand: as many again as there are places go out while the disk hangs. Of lead:3 the
    # first three of a question are: two questions' go out, and what is third depends on them.
    assert len(asyncio.run(main())) == asked


def test_more_places_are_used_although_nothing_lands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "PLACES_LOOK_S", 0.01)

    async def main() -> list[int]:
        engine, seen = Engine("by one"), []
        engine.places = 3
        plan = SamplingSettings.of(models=("m",), rule="fixed:1", max_samples=1, max_concurrency=PLACES)
        questions = [a_question(f"p{number}#0") for number in range(20)]
        running = Scheduler(questions, plan, load_template("cot"), engine, Memory().keep)
        task = asyncio.create_task(running.run())
        for places in (3, 8, 5):
            engine.places = places
            await until(lambda places=places: len(engine.left) >= places)  # type: ignore[misc]
            # Some looks more: whether it goes too far.
            await asyncio.sleep(0.05)
            seen.append(len(engine.left))
        running.stop("enough")
        await task
        return seen

    assert asyncio.run(main()) == [3, 8, 8], "nothing computes, and what is on its way stays"
