"""A contest of four hours at its full size, on a clock that jumps: on time and complete at every speed of the engine.

The event loop's time is virtual: where nothing is ready it jumps to the next timer, so four hours take a second.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.problems.prompt import load_template
from solver.sampling.sample import Request, Sample
from solver.scheduling.direct_fallback import MOST_SHARE, DirectFallback, lead_s
from solver.scheduling.scheduler import Scheduler
from solver.scheduling.settings import SamplingSettings
from solver.voting.tally import Verdict
from tests.support.scripted_sampler import AtOnce, Memory, a_question, a_sample

T = TypeVar("T")
HOURS_4 = 4 * 3600.0
CHAIN = 316
LONGEST_TICK_S = 5.0
"""Between two looks of the made-up engine at its work."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__()

    def time(self) -> float:
        """Return the virtual time."""
        return self._now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self._now = max(self._now, self._scheduled[0]._when)  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


def virtually(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine on a virtual clock."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())


@dataclass(slots=True, eq=False)
class Job:
    cost: float
    left: float
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Engine(AtOnce):
    """A ``Sampler`` that computes all its chains at one common speed, and may stand still for a while."""

    def __init__(self, speed: Callable[[float], float], slots: int, tick_s: float) -> None:
        self.speed, self.slots, self.tick_s = speed, slots, tick_s
        self.jobs: list[Job] = []
        self.directs = 0
        self.firsts: list[int] = []
        """Samples in each question's first call, in order."""

    async def run(self) -> None:
        """Compute until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self.tick_s)
            speed = self.speed(loop.time())
            running = self.jobs[: self.slots]
            if speed == 0:
                # It has died: what it had computed is lost.
                for job in running:
                    job.left = job.cost
            spare = speed * self.tick_s
            # A job takes what it needs of its share, the next ones have the rest.
            for place, job in enumerate(running):
                taken = min(job.left, spare / (len(running) - place))
                job.left -= taken
                spare -= taken
                if job.left <= 0:
                    self.jobs.remove(job)
                    job.done.set()

    async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
        """See ``solver.sampling.sample.Sampler``."""
        request = requests[0]
        rng = Random(f"{request.question.id}/{request.index}")
        tokens = [min(request.sampling.max_tokens, int(CHAIN * rng.uniform(0.3, 3))) for _ in requests]
        self.directs += request.sampling.max_tokens < 50
        if request.index == 0 and request.sampling.max_tokens >= 50:
            self.firsts.append(len(requests))
        job = Job(cost := sum(tokens) + 150.0, cost)
        self.jobs.append(job)
        try:
            await job.done.wait()
        finally:
            if job in self.jobs:
                self.jobs.remove(job)
        vote = zlib.crc32(request.question.id.encode()) % 4
        return tuple(
            a_sample(request, vote if rng.random() < 0.8 else rng.randrange(4), tokens=count)
            for request, count in zip(requests, tokens, strict=True)
        )


def contest(
    speed: Callable[[float], float],
    *,
    questions: int = 300,
    deadline: float = HOURS_4,
    rule: str = "lead:3",
    allocation: str = "",
) -> tuple[tuple[Verdict, ...], float, Engine]:
    """Run one; returns the verdicts, the time when it ended, and the engine."""

    async def main() -> tuple[tuple[Verdict, ...], float, Engine]:
        plan = SamplingSettings.of(models=("m",), rule=rule, allocation=allocation, slots=128, max_samples=16)
        fallback = DirectFallback(template=load_template("direct"), sampling=plan.replaced(max_tokens=16))
        engine, memory = Engine(speed, plan.max_concurrency, min(LONGEST_TICK_S, deadline / 300)), Memory()
        asked = [a_question(f"p{number // 3}#{number % 3}") for number in range(questions)]
        computing = asyncio.create_task(engine.run())
        scheduler = Scheduler(
            asked, plan, load_template("cot"), engine, memory.keep, deadline=deadline, fallback=fallback
        )
        verdicts = await scheduler.run()
        ended = asyncio.get_running_loop().time()
        computing.cancel()
        return verdicts, ended, engine

    return virtually(main)


@pytest.mark.parametrize("tokens_per_s", [4289, 400, 100, 50, 35])
def test_four_hours_are_enough_for_an_answer_to_every_question(tokens_per_s: int) -> None:
    verdicts, ended, engine = contest(lambda _: tokens_per_s, questions=1328)
    assert ended <= HOURS_4
    assert all(verdict.answer is not None for verdict in verdicts)
    if tokens_per_s == 4289:
        # The rule was satisfied everywhere, long before the end.
        assert "deadline" not in {verdict.stop_reason for verdict in verdicts}
        assert engine.directs == 0
    if tokens_per_s == 35:
        # 1,328 chains alone would take 4.9 hours.
        assert engine.directs > 0


def test_plenty_of_time_is_sampled_as_if_there_were_no_deadline() -> None:
    _, ended, engine = contest(lambda _: 4289, questions=1328)
    # Until the speed is known every question gets one sample; from then on what its rule is sure to need, in one call.
    assert engine.firsts[:128] == [1] * 128
    assert sum(engine.firsts[200:]) == 3 * (1328 - 200)
    assert ended < 0.06 * HOURS_4
    _, _, scarce = contest(lambda _: 100, questions=1328)
    assert scarce.firsts == [1] * 1328


def test_a_server_that_turns_slow_is_noticed() -> None:
    verdicts, ended, engine = contest(lambda now: 4289 if now < 100 else 60, questions=1328)
    assert ended <= HOURS_4
    assert all(verdict.answer is not None for verdict in verdicts)
    assert 3 in engine.firsts[128:400]
    assert set(engine.firsts[-400:]) == {1}


def test_an_engine_that_starts_late_is_not_taken_for_a_slow_one() -> None:
    _, _, engine = contest(lambda now: 4289 if now > 600 else 0, questions=1328)
    assert sum(engine.firsts[250:]) == 3 * (1328 - 250)


def test_a_server_that_dies_and_comes_back_at_half_speed_costs_no_question() -> None:
    def speed(now: float) -> float:
        return 50 if now < 5000 else 0 if now < 6500 else 25

    verdicts, ended, _ = contest(speed)
    assert ended <= HOURS_4
    assert all(verdict.answer is not None for verdict in verdicts)


def test_a_server_that_dies_for_good_leaves_what_it_answered() -> None:
    verdicts, ended, _ = contest(lambda now: 25 if now < 3600 else 0)
    assert ended <= HOURS_4
    answered = sum(verdict.answer is not None for verdict in verdicts)
    assert 60 < answered < 300


def test_an_engine_that_starts_late_is_counted() -> None:
    verdicts, ended, _ = contest(lambda now: 0 if now < 0.5 * HOURS_4 else 25)
    assert ended <= HOURS_4
    assert all(verdict.answer is not None for verdict in verdicts)


def test_time_that_is_left_goes_to_further_samples() -> None:
    slow, _, _ = contest(lambda _: 50, questions=100, rule="fixed:16")
    fast, _, _ = contest(lambda _: 30, questions=100, rule="fixed:16")
    assert sum(len(verdict.votes) for verdict in slow) > 1.3 * sum(len(verdict.votes) for verdict in fast) > 200


@settings(max_examples=12, deadline=None)
@given(
    speed=st.floats(20, 1000),
    questions=st.integers(1, 120),
    deadline=st.floats(300, 3600),
    dies=st.floats(0.05, 0.6),
    rule=st.sampled_from(("lead:3", "fixed:5", "exact", "esc:3")),
)
@example(speed=761.0, questions=71, deadline=300.0, dies=0.40625, rule="lead:3")
@example(speed=317.0, questions=95, deadline=584.0, dies=0.53125, rule="lead:3")
@example(speed=441.0, questions=40, deadline=300.0, dies=0.31909618, rule="esc:3")
def test_no_run_is_late_and_none_leaves_a_question_that_could_be_answered(
    speed: float, questions: int, deadline: float, dies: float, rule: str
) -> None:
    def now_speed(now: float) -> float:
        return 0 if dies <= now / deadline < dies + 0.1 else speed if now < dies * deadline else speed / 2

    verdicts, ended, _ = contest(now_speed, questions=questions, deadline=deadline, rule=rule)
    assert ended <= deadline
    assert len(verdicts) == questions
    if speed / 2 * deadline * 0.4 > questions * 170 * 3:
        # Answers without a chain alone would fit three times into what is left after the server's return.
        assert sum(verdict.answer is None for verdict in verdicts) == 0


@given(unanswered=st.integers(0, 10**6), tokens=st.integers(0, 10**9), share=st.floats(0, 1), window=st.floats(1, 1e5))
def test_the_last_stretch_is_a_bounded_part_of_the_time(
    unanswered: int, tokens: int, share: float, window: float
) -> None:
    lead = lead_s(unanswered, tokens=tokens, elapsed_s=share * window, window_s=window)
    assert 0 < lead <= MOST_SHARE * window


def test_samples_that_have_come_count_even_where_the_disk_is_slow() -> None:
    """The deadline falls while they are being written: they are waited for, but not for ever."""

    async def main(write_s: float) -> tuple[tuple[Verdict, ...], float]:
        plan = SamplingSettings.of(models=("m",), rule="fixed:1", max_samples=1, slots=8)

        async def keep(samples: Sequence[Sample]) -> None:
            await asyncio.sleep(write_s)

        async def sample(requests: Sequence[Request]) -> tuple[Sample, ...]:
            await asyncio.sleep(9.5)
            return tuple(a_sample(request, 1) for request in requests)

        sampler = Engine(lambda _: 0.0, 1, LONGEST_TICK_S)
        sampler.sample = sample  # type: ignore[method-assign]
        asked = [a_question(f"p#{n}") for n in range(8)]
        verdicts = await Scheduler(asked, plan, load_template("cot"), sampler, keep, deadline=10.0).run()
        return verdicts, asyncio.get_running_loop().time()

    verdicts, ended = virtually(lambda: main(1.0))
    assert [verdict.answer for verdict in verdicts] == [1] * 8
    assert ended == pytest.approx(10.5)
    verdicts, ended = virtually(lambda: main(1e6))
    assert [verdict.answer for verdict in verdicts] == [None] * 8
    assert ended == pytest.approx(12.0)
