"""How full an engine is kept when chains differ in length: simulated, step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

import pytest

from solver.problems.prompt import load_template
from solver.sampling.sample import Request, Told
from solver.scheduling import scheduler
from solver.scheduling.scheduler import Scheduler
from solver.scheduling.settings import SamplingSettings
from tests.support.command import until
from tests.support.scripted_sampler import Memory, a_question, a_sample

PLACES = 32


class Engine:
    """Computes a token of each chain a step; notes how many chains it had at each.

    Args:
        way: ``by one``, ``streamed`` or ``at once``.
    """

    def __init__(self, way: str) -> None:
        self.way, self.is_by_one = way, way == "by one"
        self.places: int | None = None
        self.left: dict[tuple[str, int], int] = {}
        self.running: list[int] = []

    async def draw(self, requests: Sequence[Request], told: Told) -> None:
        """See ``solver.sampling.sample.Sampler``."""
        if not self.is_by_one:
            await self._whole(requests, told)
            return
        async with asyncio.TaskGroup() as group:
            for request in requests:
                group.create_task(self._whole([request], told))

    async def _whole(self, requests: Sequence[Request], told: Told) -> None:
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
                    if self.way == "streamed":
                        told.ended(request)
        for request in requests:
            told.landed(a_sample(request, request.index % 2))

    async def compute(self) -> None:
        """Compute until cancelled."""
        while True:
            for _ in range(8):  # what has ended is taken, and what is next is sent, between two steps
                await asyncio.sleep(0)
            self.running.append(len(self.left))
            for key in list(self.left):
                self.left[key] -= 1
                if self.left[key] == 0:
                    del self.left[key]


def share_of_places_filled(way: str, rule: str, until: float = 0.9) -> float:
    """Return the mean share of places that were filled until a share of the questions was decided."""

    async def main() -> float:
        engine, decided = Engine(way), 0
        questions = [a_question(f"p{number}#0") for number in range(150)]
        settings = SamplingSettings.of(models=("m",), rule=rule, max_samples=8, max_concurrency=PLACES)
        steps = 0

        def hear(event: object) -> None:
            nonlocal decided, steps
            decided += type(event).__name__ == "Decided"
            if decided <= until * len(questions):
                steps = len(engine.running)

        computing = asyncio.create_task(engine.compute())
        await Scheduler(questions, settings, load_template("cot"), engine, Memory().keep, listener=hear).run()
        computing.cancel()
        return sum(engine.running[1:steps]) / (steps - 1) / PLACES

    return asyncio.run(main())


@pytest.mark.parametrize("rule", ["fixed:5", "lead:3", "esc:3"])
def test_no_place_stays_empty_while_the_longest_chain_of_a_group_runs(rule: str) -> None:
    assert share_of_places_filled("by one", rule) > 0.97
    assert share_of_places_filled("streamed", rule) > 0.85
    assert share_of_places_filled("at once", rule) < 0.8


def test_more_places_are_used_although_nothing_lands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "PLACES_LOOK_S", 0.01)

    async def main() -> list[int]:
        engine, seen = Engine("by one"), []
        engine.places = 3
        settings = SamplingSettings.of(models=("m",), rule="fixed:1", max_samples=1, max_concurrency=PLACES)
        questions = [a_question(f"p{number}#0") for number in range(20)]
        running = Scheduler(questions, settings, load_template("cot"), engine, Memory().keep)
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
