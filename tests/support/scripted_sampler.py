"""A scripted sampler: answers from a table, lands in an order of the test's choosing. No network, no clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random

from solver.problems.letters import letter_of, letter_or_none
from solver.problems.question import Question, question_of
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Request, Sample, Status, Told

Script = Callable[[Request], int | None]
"""Request -> answer class, or None for no answer."""


def a_question(name: str = "p0#0", n_options: int = 4, gold: str = "A") -> Question:
    """Make a question whose options are all different."""
    options = tuple(f"option {index}" for index in range(n_options))
    return question_of(name, problem=f"problem of {name}", text="which?", options=options, gold_letter=gold)


def a_request(question: Question, model: str = "m") -> Request:
    """Make the request of a question's first sample."""
    order = tuple(range(len(question.options)))
    return Request(question=question, model=model, prompt="", sampling=Sampling(), permutation=order, index=0, seed=0)


def a_sample(request: Request, vote: int | None, *, status: Status | None = None, tokens: int = 10) -> Sample:
    """Make the sample that answers a request."""
    return Sample(
        key=request.key,
        question_id=request.question.id,
        model=request.model,
        index=request.index,
        status=status or (Status.NO_ANSWER if vote is None else Status.ANSWERED),
        text="" if vote is None else f"答案是：{letter_of(vote)}",
        shown_letter=letter_or_none(vote),
        option_class=vote,
        rule=None,
        span=None,
        finish_reason="stop",
        is_closed=False,
        prompt_tokens=5,
        completion_tokens=tokens,
        mean_logprob=None,
        letter_logprob=None,
        launched_at=0.0,
        finished_at=1.0,
        retries=0,
        error=None,
    )


class AtOnce:
    """A ``Sampler`` whose samples of a call all come at once: a subclass has ``sample``, which returns them."""

    is_by_one = False
    places: int | None = None

    async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
        """Return the samples of some requests."""
        raise NotImplementedError

    async def draw(self, requests: Sequence[Request], told: Told) -> None:
        """See ``solver.sampling.sample.Sampler``."""
        for sample in await self.sample(requests):
            told.landed(sample)


class ScriptedSampler(AtOnce):
    """Answers by a script, after a random number of turns of the event loop.

    Args:
        by_one: each sample of a call comes by itself.
        is_streamed: they come together, but each gives its place back before.
    """

    def __init__(
        self,
        script: Script,
        rng: Random | None = None,
        *,
        max_turns: int = 8,
        by_one: bool = False,
        is_streamed: bool = False,
    ) -> None:
        self.is_by_one, self.is_streamed = by_one, is_streamed
        self.script = script
        self.rng = rng or Random(0)
        self.max_turns = max_turns
        self.drawn: list[tuple[str, str, int]] = []
        self.calls: list[int] = []
        self.in_flight = 0
        self.peak = 0
        self.cancelled = 0

    async def draw(self, requests: Sequence[Request], told: Told) -> None:
        """See ``solver.sampling.sample.Sampler``."""
        self.calls.append(len(requests))
        if self.is_by_one:
            async with asyncio.TaskGroup() as group:
                for request in requests:
                    group.create_task(self._come([request], told))
        else:
            await self._come(requests, told)

    async def _come(self, requests: Sequence[Request], told: Told) -> None:
        self.drawn += [(request.question.id, request.model, request.index) for request in requests]
        self.in_flight += len(requests)
        self.peak = max(self.peak, self.in_flight)
        left = list(requests)
        try:
            await self._compute()
            while self.is_streamed and left:
                self.in_flight -= 1
                told.ended(left.pop(self.rng.randrange(len(left))))
                await self._compute()
        except asyncio.CancelledError:
            self.cancelled += len(requests)
            raise
        finally:
            self.in_flight -= len(left)
        for request in requests:
            told.landed(a_sample(request, self.script(request)))

    async def _compute(self) -> None:
        for _ in range(self.rng.randrange(self.max_turns) if self.max_turns else 0):
            await asyncio.sleep(0)


class Memory:
    """A store in memory, with the store's own rule that a failed sample may be replaced."""

    def __init__(self) -> None:
        self.samples: dict[str, Sample] = {}

    async def keep(self, samples: Sequence[Sample]) -> None:
        """Keep samples."""
        await asyncio.sleep(0)
        for sample in samples:
            assert sample.key not in self.samples or self.samples[sample.key].status is Status.FAILED
            self.samples[sample.key] = sample
