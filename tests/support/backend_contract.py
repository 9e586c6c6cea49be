"""What every backend keeps to, as tests: a class for each kind takes them over and says how one is made.

::

    class TestMine(BackendContract):
        @pytest.fixture(scope="class")
        def subject(self): …                 # yields a ``Subject``
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import pytest

from solver.backends.backend import OpenBackend
from solver.backends.protocol import Backend
from solver.problems.prompt import load_template, render
from solver.problems.question import question_of
from solver.sampling.endpoint import ClientConfig
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Request, Status
from solver.sampling.streaming import Watcher

T = TypeVar("T")
QUESTION = question_of("p#0", problem="小明说真话。", text="谁说谎？", options=("小明", "小红", "小刚", "小李"))
ORDER = (1, 0, 2, 3)
LIMIT_S = 300
"""Bound on one test; the machine may be busy."""


class Borrowed:
    """A backend that is opened and closed by somebody else.

    Args:
        backend: open.
    """

    def __init__(self, backend: Backend) -> None:
        self.capabilities, self.transports, self.failure = backend.capabilities, backend.transports, backend.failure

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""


@dataclass(slots=True, kw_only=True)
class Subject:
    """An open backend that is looked at."""

    backend: Backend
    model: str
    runner: asyncio.Runner
    """In whose loop it was opened."""
    in_flight: Callable[[], int]
    """Completions that it works on."""
    slow: Sampling
    """Parameters that keep it busy for a while."""
    cut: Sampling
    """Parameters under which a chain ends before its answer."""

    def run(self, use: Callable[[OpenBackend], Awaitable[T]], watcher: Watcher | None = None) -> T:
        """Use it through a door."""

        async def within() -> T:
            async with OpenBackend([Borrowed(self.backend)], ClientConfig(patience_s=1.0), watcher=watcher) as door:
                async with asyncio.timeout(LIMIT_S):
                    return await use(door)

        return self.runner.run(within())

    def requests(self, count: int = 1, *, sampling: Sampling | None = None, seed: int = 7) -> list[Request]:
        """Return requests of one question."""
        return requests_of(self.model, count, sampling=sampling, seed=seed)


def requests_of(model: str, count: int = 1, *, sampling: Sampling | None = None, seed: int = 7) -> list[Request]:
    """Return requests of one question."""
    prompt = render(load_template("direct"), QUESTION, ORDER)
    return [
        Request(
            question=QUESTION,
            model=model,
            prompt=prompt,
            sampling=sampling or Sampling(logprobs=True, temperature=1.0, top_p=1.0, max_tokens=24),
            permutation=ORDER,
            index=index,
            seed=seed + index,
        )
        for index in range(count)
    ]


class Told:
    """Keeps what a watcher is told, in order."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int, str]] = []

    def opened(self, request: Request) -> None:
        self.events.append(("opened", request.index, ""))

    def grew(self, request: Request, text: str) -> None:
        self.events.append(("grew", request.index, text))

    def ended(self, request: Request) -> None:
        self.events.append(("ended", request.index, ""))


class BackendContract:
    """The tests; ``subject`` is a fixture of the class that takes them over."""

    streams = True
    """False where the stand-in behind it cannot."""

    def test_it_tells_what_it_serves_and_how_much_fits(self, subject: Subject) -> None:
        async def use(door: OpenBackend) -> tuple[tuple[str, ...], int | None]:
            return await door.models(), door.endpoints[0].capabilities_of(subject.model).max_context

        models, window = subject.run(use)
        assert subject.model in models
        assert window is not None
        assert window >= 128
        assert subject.backend.failure() is None

    def test_a_sample_has_its_tokens_and_log_probabilities(self, subject: Subject) -> None:
        (sample,) = subject.run(lambda door: door.sample(subject.requests()))
        assert sample.status is not Status.FAILED, sample.error
        assert sample.prompt_tokens > 20
        assert sample.completion_tokens > 0
        assert sample.mean_logprob is not None
        assert sample.mean_logprob < 0

    def test_one_request_with_n_gives_what_single_requests_with_counted_seeds_give(self, subject: Subject) -> None:
        async def use(door: OpenBackend) -> tuple[list[str], list[str], int]:
            together = await door.sample(subject.requests(4))
            sent = door.stats.requests - door.stats.closings
            alone = [(await door.sample([request]))[0].text for request in subject.requests(4)]
            return [sample.text for sample in together], alone, sent

        together, alone, sent = subject.run(use)
        assert sent == (4 if subject.backend.capabilities.is_by_one else 1)
        assert len(set(together)) > 1
        assert together == alone

    def test_a_seed_gives_the_same_chain_again(self, subject: Subject) -> None:
        texts = [subject.run(lambda door: door.sample(subject.requests(3)))[2].text for _ in range(2)]
        assert texts[0] == texts[1]

    def test_greedy_samples_of_one_call_are_alike(self, subject: Subject) -> None:
        sampling = Sampling(logprobs=True, temperature=0.0, top_p=1.0, max_tokens=24)
        samples = subject.run(lambda door: door.sample(subject.requests(2, sampling=sampling)))
        assert samples[0].text == samples[1].text
        assert samples[0].status is not Status.FAILED

    def test_an_answer_is_forced_where_none_can_be_read(self, subject: Subject) -> None:
        samples = subject.run(lambda door: door.sample(subject.requests(6, sampling=subject.cut)))
        forced = [sample for sample in samples if sample.is_closed]
        assert forced
        for sample in forced:
            assert sample.status is Status.ANSWERED
            assert sample.shown_letter in tuple("ABCD")
            assert sample.option_class == ORDER["ABCD".index(sample.shown_letter or "")]
            assert sample.letter_logprob is not None

    def test_chains_that_would_fill_more_than_the_window_are_answered_all_the_same(self, subject: Subject) -> None:
        sampling = Sampling(logprobs=True, temperature=1.0, top_p=1.0, max_tokens=10_000)
        samples = subject.run(lambda door: door.sample(subject.requests(2, sampling=sampling)))
        assert all(sample.status is Status.ANSWERED for sample in samples), [sample.error for sample in samples]

    def test_a_failure_is_a_value(self, subject: Subject) -> None:
        requests = [replace(request, model=f"{subject.model}x") for request in subject.requests(2)]
        samples = subject.run(lambda door: door.sample(requests))
        assert [sample.status for sample in samples] == [Status.FAILED] * 2
        assert all(subject.model in (sample.error or "") for sample in samples)

    def test_chains_are_shown_in_order_while_they_grow(self, subject: Subject) -> None:
        if not self.streams:
            pytest.skip("what stands behind it here does not stream")
        told = Told()
        samples = subject.run(lambda door: door.sample(subject.requests(3)), told)
        for sample in samples:
            mine = [(what, text) for what, index, text in told.events if index == sample.index]
            assert [what for what, _ in mine] == ["opened", *["grew"] * (len(mine) - 2), "ended"]
            assert "".join(text for _, text in mine) == sample.text

    def test_cancelling_frees_its_places(self, subject: Subject) -> None:
        async def drawing(door: OpenBackend, seed: int) -> None:
            # Again and again: a quick machine ends a round between two looks.
            for round_number in itertools.count():
                await door.sample(subject.requests(2, sampling=subject.slow, seed=seed + 10 * round_number))

        async def use(door: OpenBackend) -> float:
            await door.open()
            tasks = [asyncio.create_task(drawing(door, 100_000 * place)) for place in range(3)]
            while await asyncio.to_thread(subject.in_flight) < 4:  # noqa: ASYNC110 (no event tells of it)
                await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            began = time.monotonic()
            while await asyncio.to_thread(subject.in_flight):  # noqa: ASYNC110 (no event tells of it)
                await asyncio.sleep(0.01)
            assert (door.stats.in_flight, door.stats.waiting) == (0, 0)
            return time.monotonic() - began

        print(f"free after {subject.run(use) * 1e3:.0f} ms")
        (sample,) = subject.run(lambda door: door.sample(subject.requests()))
        assert sample.status is not Status.FAILED
