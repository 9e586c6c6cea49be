"""The orchestrator: keeps an engine's places filled until every question's rule is satisfied.

Which sample is next and what is decided is ``solver.scheduling.agenda``; here are the tasks around it. Samples that
start together go out as one call and come one by one: each gives its place back when its completion ends, so that no
place stays empty while the longest of a group runs. What is still in flight when a question is decided is cancelled.

Limits on tokens or time end the run early but well: where they press every question gets one sample before any gets a
second, and whatever has landed is decided. Where a deadline would leave questions without any vote, they are asked for
their letter alone in the last stretch (``solver.scheduling.direct_fallback``).

Nothing here knows a network, a disk or a terminal: they come in as ``Sampler``, ``Keep`` and ``Listener``. There is no
lock: everything runs on one event loop, and every change of state happens between two awaits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from solver.problems.prompt import Template
from solver.problems.question import Question
from solver.sampling.answer_forcing import most_tokens
from solver.sampling.sample import Request, Sample, Sampler
from solver.scheduling.agenda import Agenda
from solver.scheduling.asking import Asking, in_calls
from solver.scheduling.context import Context
from solver.scheduling.direct_fallback import DirectFallback
from solver.scheduling.events import Arrived, Decided, Keep, Launched, Listener
from solver.scheduling.open_question import OpenQuestion
from solver.scheduling.outcome import Outcome
from solver.scheduling.pace import Pace
from solver.scheduling.settings import SamplingSettings
from solver.voting.tally import Verdict

FALLBACK_LOOK_S = 0.5
"""How long at least, while nothing lands, between two looks at whether letters alone are due."""
PLACES_LOOK_S = 0.5
"""How long at most, while nothing lands, between two looks at how many places there are, where that may change."""
LANDING_GRACE_S = 2.0
"""How long, once the run is to end, samples that have come are waited for to be made durable."""


class Scheduler:
    """Draws samples for all questions until every one is decided."""

    def __init__(
        self,
        questions: Sequence[Question],
        settings: SamplingSettings,
        template: Template,
        sampler: Sampler,
        keep: Keep,
        *,
        stored: dict[str, Sample] | None = None,
        held: Callable[[Sample], Sample] = lambda sample: sample,
        listener: Listener = lambda event: None,
        deadline: float | None = None,
        fallback: DirectFallback | None = None,
        earlier: Iterable[Outcome] = (),
    ) -> None:
        """Prepare a run.

        Args:
            settings: with the models to ask; each decides every question for itself.
            template: of the settings' prompt.
            keep: makes samples durable before they count.
            stored: finished samples of an earlier attempt, by request key; they are not drawn again. What is asked for
                is taken out of it.
            held: makes of a sample what is held of it in memory.
            deadline: on the event loop's clock (seconds), or None.
            fallback: how questions that the deadline would leave without a vote are asked; None leaves them.
            earlier: outcomes of questions of the same problems that were solved before, for the context.
        """
        self._settings, self._asking = settings, Asking(settings, template)
        self._sampler, self._keep, self._listener = sampler, keep, listener
        self._deadline, self._fallback, self._held = deadline, fallback, held
        self._stored = {} if stored is None else stored
        self._pace = Pace(
            token_budget=settings.token_budget,
            mean_budget=settings.mean_budget(len(questions) * len(settings.models)),
            deadline=deadline,
            max_tokens=settings.max_tokens,
            most_tokens=most_tokens(settings),
        )
        self._agenda = Agenda(questions, settings, self._pace)
        self._context = Context(settings.context, self._agenda.all, earlier)
        self._verdicts: dict[int, Verdict] = {}
        """By the place of what was decided."""
        self._stop_reason: str | None = None
        self._wake = asyncio.Event()
        self._batch: _Batch | None = None
        """Where samples go that come in this turn of the loop."""
        self._landings: set[asyncio.Task[None]] = set()
        """They make what has come durable."""
        self._landing = 0
        """How many samples have come and are not durable."""
        self._grace_until: float | None = None
        """Set once the run is to end: until when those are waited for."""

    async def run(self) -> tuple[Verdict, ...]:
        """Run to the end, the budget, the deadline or ``stop``.

        Returns:
            One verdict per question and model: all models of the first question, of the second …

        Raises:
            ExceptionGroup: the sampler or the store gave up; everything that landed is kept.
        """
        self._pace.began = _now()
        for one in self._agenda.all:
            if self._settings.policy is not None:
                self._take_stored(one)
            self._consider(one)
        async with asyncio.TaskGroup() as group:
            while True:
                self._fill(group)
                if self._agenda.in_flight == 0:
                    break
                self._wake.clear()
                await self._sleep()
                if self._stop_reason is not None:
                    self._grace_until = self._grace_until or _now() + LANDING_GRACE_S
                    self._cancel_all()
                elif (due := self._fallback_at()) is not None and _now() >= due:
                    self._agenda.begin_fallback()
                    self._cancel_all()
        reason = self._stop_reason or ("deadline" if self._agenda.is_falling_back else "budget")
        self._agenda.end()
        for one in self._agenda.all:
            if not one.is_decided:
                self._close(one, self._agenda.decide_at_last(one, reason))
        return tuple(verdict for _, verdict in sorted(self._verdicts.items()))

    def stop(self, reason: str) -> None:
        """Launch nothing more, give up what is in flight, and let ``run`` return with what has landed."""
        self._stop_reason = self._stop_reason or reason
        self._wake.set()

    def verdicts_now(self) -> tuple[Verdict, ...]:
        """Return what ``run`` would return if it ended now; changes nothing."""
        return tuple(self._verdicts.get(one.place) or self._agenda.verdict_now(one) for one in self._agenda.all)

    async def _sleep(self) -> None:
        """Wait until something lands, the fallback is due, or the deadline."""
        fallback_at = None if self._stop_reason else self._fallback_at()
        limit = self._grace_until if self._stop_reason else self._deadline
        if fallback_at is not None:
            # While nothing lands the speed seen so far falls, and the fallback must begin sooner than it seemed.
            limit = min(fallback_at, _now() + max(FALLBACK_LOOK_S, (fallback_at - _now()) / 8))
        look_at = None if self._sampler.places is None or self._stop_reason else _now() + PLACES_LOOK_S
        is_look = look_at is not None and (limit is None or look_at < limit)
        try:
            async with asyncio.timeout_at(look_at if is_look else limit):
                await self._wake.wait()
        except TimeoutError:
            if is_look:
                return
            if self._stop_reason:
                # The disk hangs: what is not durable by now is given up, and there is nothing more to wait for.
                for task in self._landings:
                    task.cancel()
                self._grace_until = float("inf")
            elif fallback_at is None:
                self.stop("deadline")

    @property
    def _places(self) -> int:
        """For completions, in all; may change."""
        return self._sampler.places or self._settings.max_concurrency

    def _fallback_at(self) -> float | None:
        return None if self._fallback is None else self._agenda.fallback_at(_now())

    # ---- decisions ---------------------------------------------------------------------------------------------

    def _consider(self, one: OpenQuestion) -> None:
        if not self._context.blocks(one) and (verdict := self._agenda.consider(one)) is not None:
            self._close(one, verdict)

    def _close(self, one: OpenQuestion, verdict: Verdict) -> None:
        self._verdicts[one.place] = verdict
        _cancel(one)
        follower = self._context.decided(one, verdict)
        self._listener(Decided(one.question, verdict))
        if follower is not None and self._stop_reason is None:
            self._consider(follower)

    def _cancel_all(self) -> None:
        """Give up what is in flight; what has come is not given up any more, however slow the disk is."""
        for one in self._agenda.all:
            _cancel(one)

    # ---- samples out -------------------------------------------------------------------------------------------

    def _fill(self, group: asyncio.TaskGroup) -> None:
        """Launch samples while there are places, wishes and budget."""
        agenda, places = self._agenda, self._places
        agenda.weigh_limits(_now())
        if agenda.is_falling_back:
            self._fill_fallback(group)
            return
        by_one = self._sampler.is_by_one
        while self._stop_reason is None and (launch := agenda.next(places, by_one=by_one)) is not None:
            self._launch(launch.question, launch.samples, group)
        if self._stop_reason is None and agenda.is_spent:
            self.stop("token budget")
        if self._stop_reason is None:
            for one in agenda.ahead(places):
                self._launch(one, 1, group)

    def _fill_fallback(self, group: asyncio.TaskGroup) -> None:
        """Ask for letters while there are places."""
        fallback = self._fallback
        assert fallback is not None
        while self._stop_reason is None and (one := self._agenda.next_fallback(self._places)) is not None:
            request = self._asking.request(one.question, one.model, one.next_gap, fallback.template, fallback.sampling)
            self._send(one, [request], group)

    def _launch(self, one: OpenQuestion, count: int, group: asyncio.TaskGroup) -> None:
        fresh: list[Request] = []
        for _ in range(count):
            request = self._asking.request(one.question, one.model, one.launched, shown=self._context.of(one))
            one.launched += 1
            # The key is a hash over the whole question: not made where nothing is stored.
            found = self._stored.pop(request.key, None) if self._stored else None
            if found is None:
                fresh.append(request)
            else:
                self._context.heard(one, found)
                self._land(one, request.index, found, is_stored=True)
        for requests in in_calls(fresh):
            self._send(one, requests, group)
        self._consider(one)

    def _take_stored(self, one: OpenQuestion) -> None:
        """Take what an earlier attempt has paid for: an allocation goes on from there, whatever it would ask for."""
        while self._stored:
            request = self._asking.request(one.question, one.model, one.launched, shown=self._context.of(one))
            found = self._stored.pop(request.key, None)
            if found is None:
                return
            one.launched += 1
            self._land(one, request.index, found, is_stored=True)

    def _send(self, one: OpenQuestion, requests: Sequence[Request], group: asyncio.TaskGroup) -> None:
        """Put one call in flight."""
        call = _Call(self, one, group, {request.index for request in requests}, most_tokens(requests[0].sampling))
        one.flights.update(dict.fromkeys(call.waiting, call))
        self._agenda.in_flight += len(requests)
        self._pace.reserved_tokens += call.most_tokens * len(requests)
        call.task = group.create_task(self._sampler.draw(requests, call))
        # Not a ``finally`` inside the task: a task that is cancelled before its first step never runs one.
        call.task.add_done_callback(call.over)
        self._listener(Launched(one.question, len(requests)))

    # ---- samples in --------------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Look again what can be launched."""
        self._wake.set()

    def freed(self) -> None:
        """Take a place back, whose completion has ended."""
        self._agenda.ended += 1
        self.wake()

    def need_not_land(self, one: OpenQuestion) -> bool:
        """Tell whether the place of a sample that has come is free before the sample is durable.

        It is where its question has nothing to ask for that depends on it: else others would go before what that needs.
        Not for more samples than there are places: a disk that hangs ends it.
        """
        settings = self._settings
        is_all_known = settings.policy is None and (one.is_queued or one.launched >= settings.max_samples)
        return is_all_known and self._landing < self._places

    def came(self, call: _Call, sample: Sample) -> None:
        """Take a sample, to be made durable with the others of this turn of the loop."""
        self._landing += 1
        if self._pace.flowing_since is None:
            self._pace.flowing_since = _now() - (sample.finished_at - sample.launched_at)
        if self._batch is None:
            batch = _Batch()
            landing = self._land_all(batch)
            try:
                batch.task = call.group.create_task(landing)
            except RuntimeError:  # the run is failing: nothing lands any more
                landing.close()
                self._landing -= 1
                call.settle(sample.index)
                return
            self._batch = batch
            self._landings.add(batch.task)
            batch.task.add_done_callback(lambda task: self._landed(batch, task))
        self._batch.came.append((call, sample))
        call.question.landing.add(sample.index)

    async def _land_all(self, batch: _Batch) -> None:
        """Make what has come durable and count it."""
        self._batch = None
        await self._keep([sample for _, sample in batch.came])
        for call, sample in batch.came:
            call.question.landing.discard(sample.index)
            self._context.heard(call.question, sample)
            self._land(call.question, sample.index, self._held(sample), is_stored=False)
        for one in dict.fromkeys(call.question for call, _ in batch.came):
            self._consider(one)

    def _landed(self, batch: _Batch, task: asyncio.Task[None]) -> None:
        """Settle what a landing brought, or was to bring."""
        if self._batch is batch:
            self._batch = None
        self._landings.discard(task)
        self._landing -= len(batch.came)
        for call, sample in batch.came:
            call.question.landing.discard(sample.index)
            call.settle(sample.index)

    def settled(self, *, had_ended: bool, most_tokens: int) -> None:
        """Count a sample out that has landed or is given up."""
        self._agenda.in_flight -= 1
        self._pace.reserved_tokens -= most_tokens
        self._agenda.ended -= had_ended
        self.wake()

    def _land(self, one: OpenQuestion, index: int, sample: Sample, *, is_stored: bool) -> None:
        self._agenda.land(one, index, sample, is_stored=is_stored)
        self._listener(Arrived(one.question, sample, is_stored))


@dataclass(slots=True, eq=False)
class _Batch:
    """Samples that came in one turn of the loop."""

    came: list[tuple[_Call, Sample]] = field(default_factory=list)
    task: asyncio.Task[None] | None = None


@dataclass(slots=True, eq=False)
class _Call:
    """One call to the sampler: a ``Flight``, and ``Told`` of its samples."""

    scheduler: Scheduler
    question: OpenQuestion
    group: asyncio.TaskGroup
    waiting: set[int]
    """Samples that have not come."""
    most_tokens: int
    """Bound on each."""
    with_place_back: set[int] = field(default_factory=set)
    """Those not settled whose completion has ended."""
    task: asyncio.Task[None] | None = None

    def cancel(self) -> None:
        """See ``Flight``: closing the connection frees the engine's places."""
        if self.task is not None:
            self.task.cancel()

    def ended(self, request: Request) -> None:
        """See ``Told``."""
        self._give_back(request.index)

    def landed(self, sample: Sample) -> None:
        """See ``Told``."""
        if self.scheduler.need_not_land(self.question):
            self._give_back(sample.index)
        self._leave(sample.index)
        self.scheduler.came(self, sample)

    def over(self, _: asyncio.Task[None]) -> None:
        """Settle what will not come any more: the call failed or was cancelled, perhaps before it began."""
        for index in tuple(self.waiting):
            self._leave(index)
            self.settle(index)

    def _give_back(self, index: int) -> None:
        if index in self.waiting and index not in self.with_place_back:
            self.with_place_back.add(index)
            self.scheduler.freed()

    def settle(self, index: int) -> None:
        """Count one of its samples out."""
        had_ended = index in self.with_place_back
        self.with_place_back.discard(index)
        self.scheduler.settled(had_ended=had_ended, most_tokens=self.most_tokens)

    def _leave(self, index: int) -> None:
        self.waiting.discard(index)
        # A fallback may have taken the place of what it cancelled.
        if self.question.flights.get(index) is self:
            del self.question.flights[index]


def _now() -> float:
    return asyncio.get_running_loop().time()


def _cancel(one: OpenQuestion) -> None:
    """Give up what is still in flight of a question."""
    for flight in set(one.flights.values()):
        flight.cancel()
