"""The samples of all arms: drawn by the one loop of ``solver.scheduling.solve``, kept in one store, used again.

The store is a run folder's. A sample is known by all that it depends on, so whatever an earlier attempt or round has
drawn is found there, and a search that was killed goes on where it ended.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from harness.tune.arms import Arm
from harness.tune.halving import Scores, vote_score
from harness.tune.stopping import Record
from harness.tune.token_budget import Metered
from solver.base.errors import EngineFailed, one_of
from solver.problems.question import Question
from solver.sampling.sample import Sample, Sampler, Status
from solver.scheduling.events import Arrived
from solver.scheduling.settings import SamplingSettings
from solver.scheduling.solve import SolveEvent, Solving
from solver.scheduling.store import Store
from solver.voting.tally import Verdict

BUDGET, INTERRUPTED = "token budget", "interrupted"
"""Why nothing more is drawn."""


class Tried(NamedTuple):
    """How a question went by an arm's own rule."""

    problem: str
    is_right: bool
    is_first_right: bool
    """Of its first sample."""
    samples: int
    tokens: int
    """Generated."""


class ArmSamples:
    """Draws and holds samples.

    Args:
        questions: all that the search may ask, each with its right answer.
        models: the one that is asked.
        budget: generated tokens at most over all attempts, None for no bound.
        failure: tells why nothing can come any more, None while something can.
        landed: told of every sample that a round was waiting for.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        store: Store,
        sampler: Sampler,
        *,
        models: tuple[str, ...],
        budget: int | None,
        failure: Callable[[], EngineFailed | None],
        landed: Callable[[], None] = lambda: None,
    ) -> None:
        self.questions = {question.id: question for question in questions}
        self.stopped: str | None = None
        """Why nothing more is drawn: the budget, or the user."""
        self._store, self._models = store, models
        self._failure, self._landed = failure, landed
        self._earlier: dict[str, list[Sample]] = {}
        """Of an earlier attempt, by question; which arm's they are shows when they are asked for."""
        self._own: dict[str, dict[str, dict[int, Sample]]] = {}
        """Arm -> question -> index -> sample, without its text."""
        self._running: set[Solving] = set()
        self.errors: dict[str, str] = {}
        """Arm -> what the server said, where it gave no sample."""
        self.earlier_tokens = 0
        """Generated tokens of all samples of earlier attempts."""
        for sample in store.samples(is_ordered=False):
            self.earlier_tokens += sample.completion_tokens
            if sample.question_id in self.questions and sample.status is not Status.FAILED:
                self._earlier.setdefault(sample.question_id, []).append(dataclasses.replace(sample, text=""))
        self._meter = Metered(sampler, budget=budget, spent=self.earlier_tokens, gone=lambda: self.stop(BUDGET))

    def kept_tokens(self) -> int:
        """Return the generated tokens of all samples in the store: what came as its arm was given up is not there."""
        return sum(sample.completion_tokens for sample in self._store.samples(is_ordered=False))

    @property
    def left(self) -> float:
        """Tokens that may still be spent."""
        return self._meter.left

    async def draw(self, arm: Arm, questions: Iterable[Question], samples: int) -> None:
        """See to it that an arm has so many samples of each question, as far as the budget goes.

        Raises:
            LogicVoteError: the engine is gone.
        """
        own = self._own.setdefault(arm.key, {})
        wanted = [one for one in questions if len(own.get(one.id, {})) < samples]
        if wanted:
            settings = arm.settings.replaced(rule=f"fixed:{samples}", max_samples=samples)
            await self._solve(arm, wanted, settings, is_waited_for=True)

    async def answer(
        self, arm: Arm, questions: Sequence[Question], *, is_waited_for: bool = True, slots: int | None = None
    ) -> dict[str, Tried]:
        """Answer questions by an arm's own rule and cap, as ``eval`` would.

        Args:
            is_waited_for: whether ``landed`` is told.
            slots: in flight at most, where it is not what the arm's settings say.

        Returns:
            By question; without those that the budget left without a sample.

        Raises:
            LogicVoteError: the engine is gone.
        """
        own = self._own.setdefault(arm.key, {})
        settings = arm.settings.replaced(max_concurrency=slots or arm.settings.max_concurrency)
        verdicts = await self._solve(arm, questions, settings, is_waited_for=is_waited_for)
        found = {}
        for question, verdict in zip(questions, verdicts, strict=False):
            drawn = [own[question.id][index] for index in sorted(own.get(question.id, {}))[: verdict.samples]]
            if drawn:
                found[question.id] = Tried(
                    problem=question.problem_id,
                    is_right=verdict.answer == question.gold,
                    is_first_right=drawn[0].option_class == question.gold,
                    samples=len(drawn),
                    tokens=sum(sample.completion_tokens for sample in drawn),
                )
        return found

    async def answer_each(self, wanted: Sequence[tuple[Arm, Sequence[Question]]]) -> list[dict[str, Tried]]:
        """Answer by several arms at once; see ``answer``."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self.answer(arm, questions)) for arm, questions in wanted]
        except BaseExceptionGroup as failures:
            raise one_of(failures) from failures
        return [task.result() for task in tasks]

    async def _solve(
        self, arm: Arm, questions: Sequence[Question], settings: SamplingSettings, *, is_waited_for: bool
    ) -> list[Verdict]:
        """Draw for an arm under some settings; returns the verdicts, none where nothing is drawn any more."""
        if self.stopped is not None:
            return []
        own = self._own.setdefault(arm.key, {})
        stored = [sample for one in questions for sample in self._earlier.get(one.id, ())]
        stored += [sample for one in questions for sample in own.get(one.id, {}).values()]

        def on(event: SolveEvent) -> None:
            if isinstance(event, Arrived):
                self._take(arm, event.sample)
                if is_waited_for:
                    self._landed()

        solving = Solving(
            questions,
            settings.replaced(models=self._models, token_budget=None, over_launch=0),
            self._meter,
            template=arm.template,
            stored=stored,
            keep=self._store.append,
            held=lambda sample: dataclasses.replace(sample, text=""),
            listener=on,
            failure=self._failure,
        )
        self._running.add(solving)
        try:
            outcomes = await solving.run()
        finally:
            self._running.discard(solving)
        if solving.failed is not None:
            raise solving.failed
        return [outcome.verdict for outcome in outcomes]

    async def draw_each(self, wanted: Sequence[tuple[Arm, Sequence[Question], int]]) -> None:
        """Draw for several arms at once, so that the engine is full until the last of them is through.

        Args:
            wanted: arm, its questions, and the samples of each.

        Raises:
            LogicVoteError, OSError: the engine is gone, or the disk gave up.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for arm, questions, samples in wanted:
                    group.create_task(self.draw(arm, questions, samples))
        except BaseExceptionGroup as failures:
            raise one_of(failures) from failures

    def stop(self, reason: str) -> None:
        """Draw nothing more, and give up what is in flight."""
        self.stopped = self.stopped or reason
        for solving in tuple(self._running):
            solving.stop(reason)

    def spent_on(self, questions: Iterable[Question]) -> int:
        """Return the generated tokens of what was drawn for some questions, as far as it has been asked for again.

        What an earlier attempt drew counts when this one comes to it: so the same rounds are made as without a break.
        """
        ids = {question.id for question in questions}
        return sum(
            sample.completion_tokens
            for drawn in self._own.values()
            for question_id in drawn.keys() & ids
            for sample in drawn[question_id].values()
        )

    def missing(self, arm: Arm, questions: Iterable[Question], samples: int) -> int:
        """Return how many samples an arm lacks."""
        own = self._own.get(arm.key, {})
        return sum(max(0, samples - len(own.get(one.id, {}))) for one in questions)

    def records(self, arm: Arm, questions: Iterable[Question], samples: int) -> tuple[Record, ...]:
        """Return what an arm has drawn of the questions of which it has so many samples."""
        own = self._own.get(arm.key, {})
        found = []
        for one in questions:
            drawn = own.get(one.id, {})
            if len(drawn) >= samples and one.gold is not None:
                first = [drawn[index] for index in sorted(drawn)[:samples]]
                votes = tuple(sample.option_class for sample in first)
                tokens = tuple(sample.completion_tokens for sample in first)
                found.append(Record(one.id, one.problem_id, one.gold, votes, tokens, arm.settings.max_tokens))
        return tuple(found)

    def scores(self, arm: Arm, questions: Iterable[Question], samples: int) -> Scores:
        """Return how right an arm's vote of so many samples is, by question."""
        return {one.question_id: vote_score(one.votes, one.gold) for one in self.records(arm, questions, samples)}

    def tokens_a_sample(self, arm: Arm) -> float:
        """Return the mean over what an arm has drawn; before, over all arms; before that, a third of the bound."""
        own = [one for drawn in self._own.get(arm.key, {}).values() for one in drawn.values()]
        every = own or [one for arms in self._own.values() for drawn in arms.values() for one in drawn.values()]
        known = [one.completion_tokens for one in every if one.status is not Status.FAILED]
        return sum(known) / len(known) if known else arm.settings.max_tokens / 3

    def _take(self, arm: Arm, sample: Sample) -> None:
        if sample.status is Status.FAILED:
            self.errors.setdefault(arm.key, sample.error or "no reason given")
            return
        self._own[arm.key].setdefault(sample.question_id, {})[sample.index] = sample
