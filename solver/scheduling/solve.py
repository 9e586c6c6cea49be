"""Questions in, outcomes out: the one loop around the scheduler, for every command that asks models.

``solver.scheduling.scheduler`` draws. What is around it stands here once: samples of an earlier call or of a run folder
count and are not drawn again, several models' verdicts become one, an engine that dies ends the run, and of a group of
errors the first comes out. Disk and screen come in as ``keep`` and ``listener``.

::

    solving = Solving(questions, settings, sampler, listener=print)
    for outcome in await solving.run(): print(outcome.answer, outcome.chain(outcome.answer))
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from solver.base.errors import LogicVoteError, one_of
from solver.problems.prompt import Template, load_template
from solver.problems.question import Question
from solver.sampling.sample import Sample, Sampler, Status
from solver.scheduling.direct_fallback import DirectFallback
from solver.scheduling.events import Arrived, Decided, Event, Keep
from solver.scheduling.outcome import CANCELLED, Outcome, outcome_of
from solver.scheduling.scheduler import Scheduler
from solver.scheduling.settings import SamplingSettings
from solver.voting.tally import Verdict

_WATCH_PERIOD_S = 0.5


@dataclass(frozen=True, slots=True)
class Concluded:
    """Event: a question is decided by all its models."""

    outcome: Outcome


SolveEvent = Event | Concluded


def _whole(sample: Sample) -> Sample:
    return sample


class Solving:
    """Solves some questions once.

    Args:
        settings: with the models to ask.
        template: of the settings' prompt; None reads it.
        stored: samples of an earlier call or attempt; finished ones are not drawn again where the settings ask for the
            very same ones.
        keep: makes samples durable before they count. Where there is such a place, all that is stored counts in what a
            question cost, whether its rule asks for it again or not.
        held: makes of a sample what is held of it in memory.
        listener: told of every event, in the event loop.
        deadline: on the event loop's clock (seconds), or None. Questions that it would leave without a vote are asked
            for their letter alone.
        failure: tells why nothing can come any more, None while something can.
        earlier: outcomes of questions of the same problems that were solved before, for ``settings.context``.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        settings: SamplingSettings,
        sampler: Sampler,
        *,
        template: Template | None = None,
        stored: Iterable[Sample] = (),
        keep: Keep | None = None,
        held: Callable[[Sample], Sample] = lambda sample: sample,
        listener: Callable[[SolveEvent], None] = lambda event: None,
        deadline: float | None = None,
        failure: Callable[[], LogicVoteError | None] = lambda: None,
        earlier: Iterable[Outcome] = (),
    ) -> None:
        if settings.context == "chain":
            # Chains are told to the questions behind them: their texts are needed, those of an earlier attempt too.
            held = _whole
        self._questions, self._settings = tuple(questions), settings
        self._keep_them, self._listener, self._failure = keep, listener, failure
        self._drawn: dict[str, list[Sample]] = {question.id: [] for question in questions}
        self._verdicts: dict[str, dict[str | None, Verdict]] = {}
        """Of the questions that some of several models have decided."""
        self._failed: dict[str, Sample] = {}
        """Stored failures by key, while they have not been drawn again."""
        self._stored: dict[str, Sample] = {}
        """Finished samples by key, while they have not been asked for."""
        for sample in stored:
            if sample.question_id in self._drawn:
                (self._failed if sample.status is Status.FAILED else self._stored)[sample.key] = held(sample)
        self._scheduler = Scheduler(
            self._questions,
            settings,
            template or load_template(settings.prompt),
            sampler,
            self._keep,
            stored=self._stored,
            held=held,
            listener=self._on,
            deadline=deadline,
            fallback=None if deadline is None else DirectFallback.of(settings),
            earlier=earlier,
        )
        self.failed: LogicVoteError | None = None
        """Why nothing could come any more, where that ended the run."""

    async def run(self) -> tuple[Outcome, ...]:
        """Solve all questions; returns one outcome each, in the order given.

        Raises:
            LogicVoteError, OSError: the sampler or the disk gave up; all that landed is kept.
        """
        try:
            async with self._watched():
                verdicts = await self._scheduler.run()
        except BaseExceptionGroup as group:
            raise one_of(group) from group
        if self._keep_them is not None:
            for sample in (*self._stored.values(), *self._failed.values()):
                self._drawn[sample.question_id].append(sample)
        return tuple(
            self._outcome(question, verdict)
            for question, verdict in zip(self._questions, self._combined(verdicts), strict=True)
        )

    def stop(self, reason: str = CANCELLED) -> None:
        """Give up what is in flight; ``run`` returns with what has landed."""
        self._scheduler.stop(reason)

    def verdicts_now(self) -> tuple[Verdict, ...]:
        """Return what would be decided if it ended now, one a question; changes nothing."""
        return self._combined(self._scheduler.verdicts_now())

    async def _keep(self, samples: Sequence[Sample]) -> None:
        if self._keep_them is not None:
            await self._keep_them(samples)
            for sample in samples if self._failed else ():
                self._failed.pop(sample.key, None)

    def _on(self, event: Event) -> None:
        if isinstance(event, Arrived):
            self._drawn[event.question.id].append(event.sample)
        self._listener(event)
        if isinstance(event, Decided):
            self._decide(event.question, event.verdict)

    def _decide(self, question: Question, verdict: Verdict) -> None:
        """Conclude the question once all its models have decided."""
        found = self._verdicts.setdefault(question.id, {})
        found[verdict.model] = verdict
        if len(found) == len(self._settings.models):
            (common,) = self._combined([found[model] for model in self._settings.models])
            del self._verdicts[question.id]
            self._listener(Concluded(self._outcome(question, common)))

    def _combined(self, verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
        """Make one verdict a question out of those of its models."""
        size = len(self._settings.models)
        if size == 1:
            return tuple(verdicts)
        combine = self._settings.combination.combine
        return tuple(combine(verdicts[place : place + size]) for place in range(0, len(verdicts), size))

    def _outcome(self, question: Question, verdict: Verdict) -> Outcome:
        return outcome_of(question, verdict, self._drawn[question.id], self._settings)

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        """Stop when nothing can come any more."""

        async def watch() -> None:
            # A process' end is no event of ours.
            while (failure := self._failure()) is None:  # noqa: ASYNC110
                await asyncio.sleep(_WATCH_PERIOD_S)
            self.failed = failure
            self.stop("engine failed")

        async with asyncio.TaskGroup() as group:
            task = group.create_task(watch())
            try:
                yield
            finally:
                task.cancel()


async def solve(
    questions: Sequence[Question],
    settings: SamplingSettings,
    sampler: Sampler,
    *,
    listener: Callable[[SolveEvent], None] = lambda event: None,
) -> tuple[Outcome, ...]:
    """Solve questions and return their outcomes; ``Solving`` can do more, and be stopped.

    Raises:
        LogicVoteError, OSError: the sampler gave up.
    """
    return await Solving(questions, settings, sampler, listener=listener).run()
