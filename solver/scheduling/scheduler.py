"""The orchestrator: which question gets the next sample, until every question's rule is satisfied.

One priority queue over all (question, model) ballots feeds a fixed number of slots. While a limit on tokens or time
presses, the key of a ballot is ``lead + in flight + samples / 16``: breadth first, and then to the ballots whose answer
is least settled. Without one every ballot will be finished, and those that have begun go before new ones: a question
that takes many rounds takes them beside the others, not after them, and finds its prompt still in the engine's prefix
cache. A limit presses until the speed seen so far would bring every open ballot to its cap in half of what is left.
Ballots with equal keys go problem by problem, so the questions of one problem start together and share that cache too.
Problems come in an order of the run's seed, not of the file: files put what is hard at their end, where it would be a
tail of its own, and what a run has answered so far, or has answered when it is ended early, is a fair sample.

A ballot launches as many samples at once as its rule is sure to need (``solver.voting.rules.launch``), in one
request where
they share a prompt, so nothing is wasted and the samples are those that one-by-one sampling would have drawn. With
``over_launch`` slots that nothing else waits for, most of all near the end, take a few samples ahead of need; then a
ballot is decided in launch order (deciding in order of completion would favour short chains) and what is still in
flight behind the deciding sample is cancelled.

Limits on tokens or time end the run early but well: where they press every question gets one sample before any gets a
second, and whatever has landed is decided. Where a deadline would leave questions without any vote, they are asked for
their letter alone in the last stretch (``solver.scheduling.direct_fallback``).

Nothing here knows a network, a disk or a terminal: they come in as ``Sampler``, ``Keep`` and ``Listener``. There is no
lock: everything runs on one event loop, and every change of state happens between two awaits.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from solver.problems.option_order import permutation, seed_of
from solver.problems.prompt import Template, render
from solver.problems.question import Question
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Request, Sample, Sampler, Status
from solver.scheduling.direct_fallback import DirectFallback, lead_s
from solver.scheduling.settings import SamplingSettings
from solver.voting.rules import Rule, Vote, launch, may_go_ahead, without_gaps
from solver.voting.tally import Verdict, tally, verdict_of

SAMPLES_WEIGHT = 1 / 16
"""Weight of the samples already drawn in the priority key: less than one vote of lead up to the default cap of 16."""
FALLBACK_SHARE = 4
"""Letters alone are asked for in 1/4 of the slots: few at a time are answered sooner, and the rest not later."""
FALLBACK_LOOK_S = 0.5
"""How long at least, while nothing lands, between two looks at whether letters alone are due."""
LANDING_GRACE_S = 2.0
"""How long, once the run is to end, samples that have come are waited for to be made durable."""
AHEAD_SHARE = 4
"""Samples ahead of need are launched while less than 1/4 of the slots are taken: more would slow what is needed."""
AMPLE_SHARE = 0.5
"""A limit presses no more once every open ballot could be sampled to its cap in this part of what is left of it; it
presses again when that would take all that is left."""
AMPLE_AFTER = 32
"""Finished samples from which on the speed seen so far is believed."""
GROUP_SHARE = 4
"""A group of samples waits for enough free slots only while it is at most 1/4 of all slots."""


@dataclass(frozen=True, slots=True)
class Launched:
    """Event: samples were sent to the engine."""

    question: Question
    count: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """Event: a sample is finished and durable (or was handed in, when ``is_stored``)."""

    question: Question
    sample: Sample
    is_stored: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """Event: a question is decided for one model."""

    question: Question
    verdict: Verdict


Event = Launched | Arrived | Decided
Listener = Callable[[Event], None]
Keep = Callable[[Sequence[Sample]], Awaitable[None]]
"""Makes samples durable; returns when they are."""


@dataclass(slots=True, eq=False)
class _Ballot:
    """One question under one model, while it is open."""

    question: Question
    model: str
    place: int
    """Among all ballots, in file order."""
    turn: int
    """When its problem comes, where nothing else decides."""
    landed: dict[int, Sample] = field(default_factory=dict)
    flights: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    launched: int = 0
    """Next sample index."""
    is_queued: bool = False
    has_vote: bool = False
    verdict: Verdict | None = None


class Scheduler:
    """Draws samples for all questions until every ballot is closed."""

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
    ) -> None:
        """Prepare a run.

        Args:
            settings: with the models to ask; each gets a ballot of its own for every question.
            template: of the settings' prompt.
            keep: makes samples durable before they count.
            stored: finished samples of an earlier attempt, by request key; they are not drawn again. What is asked for
                is taken out of it.
            held: makes of a sample what is held of it in memory.
            deadline: on the event loop's clock (seconds), or None.
            fallback: how questions that the deadline would leave without a vote are asked; None leaves them.
        """
        self._settings, self._template, self._rule = settings, template, settings.stopping_rule
        self._with_system: dict[tuple[int, str], Sampling] = {}
        """Parameters with a template's system message, made once each."""
        self._sampler, self._keep, self._listener = sampler, keep, listener
        self._deadline, self._fallback, self._held = deadline, fallback, held
        self._ahead = settings.over_launch or 0
        """Samples of an undecided ballot in flight beyond those surely needed, at most, while no slot is wanted."""
        self._stored = {} if stored is None else stored
        pairs = [(question, model) for question in questions for model in settings.models]
        turns = _turns([question.problem_id for question in questions], settings.seed)
        self._ballots = [
            _Ballot(question, model, place, turns[question.problem_id]) for place, (question, model) in enumerate(pairs)
        ]
        self._queue: list[tuple[float, int, int]] = []
        """Key, turn and place of the ballots that want samples."""
        self._in_flight = 0
        self._spent_tokens = 0
        self._finished = 0
        self._stop_reason: str | None = None
        self._wake = asyncio.Event()
        self._in_order = self._rule.is_ordered or self._ahead > 0
        self._is_limited = settings.token_budget is not None or deadline is not None
        self._is_pressed = self._is_limited
        """Whether a limit might be reached."""
        self._open = len(self._ballots)
        """Ballots without a verdict."""
        self._began = 0.0
        self._flowing_since: float | None = None
        """When the first sample that landed was sent: before, an engine may have been starting."""
        self._landing: set[asyncio.Task[None]] = set()
        """Calls whose samples have come and are being made durable."""
        self._grace_until: float | None = None
        """Set once the run is to end: until when those are waited for."""
        self._unvoted = len(self._ballots)
        """Open ballots without a vote."""
        self._to_fall_back: list[_Ballot] | None = None
        """Ballots to be asked for their letter alone; None before that begins."""

    async def run(self) -> tuple[Verdict, ...]:
        """Run to the end, the budget, the deadline or ``stop``.

        Returns:
            One verdict per question and model: all models of the first question, of the second …

        Raises:
            ExceptionGroup: the sampler or the store gave up; everything that landed is kept.
        """
        self._began = asyncio.get_running_loop().time()
        for ballot in self._ballots:
            self._consider(ballot)
        async with asyncio.TaskGroup() as group:
            while True:
                self._fill(group)
                if self._in_flight == 0:
                    break
                self._wake.clear()
                await self._sleep()
                if self._stop_reason is not None:
                    if self._grace_until is None:
                        self._grace_until = asyncio.get_running_loop().time() + LANDING_GRACE_S
                    for ballot in self._ballots:
                        self._cancel_flights(ballot)
                elif (due := self._fallback_at()) is not None and asyncio.get_running_loop().time() >= due:
                    self._begin_fallback()
        reason = self._stop_reason or ("budget" if self._to_fall_back is None else "deadline")
        for ballot in self._ballots:
            if ballot.verdict is None:
                self._decide(ballot, self._votes_at_last(ballot), reason)
        return tuple(ballot.verdict for ballot in self._ballots if ballot.verdict is not None)

    def stop(self, reason: str) -> None:
        """Launch nothing more, give up what is in flight, and let ``run`` return with what has landed."""
        self._stop_reason = self._stop_reason or reason
        self._wake.set()

    def verdicts_now(self) -> tuple[Verdict, ...]:
        """Return what ``run`` would return if it ended now; changes nothing."""
        return tuple(
            ballot.verdict
            or verdict_of(ballot.question.id, self._votes_at_last(ballot), stop_reason="open", model=ballot.model)
            for ballot in self._ballots
        )

    async def _sleep(self) -> None:
        """Wait until something lands, the fallback is due, or the deadline."""
        fallback_at = None if self._stop_reason else self._fallback_at()
        limit = self._grace_until if self._stop_reason else self._deadline
        if fallback_at is not None:
            # While nothing lands the speed seen so far falls, and the fallback must begin sooner than it seemed.
            now = asyncio.get_running_loop().time()
            limit = min(fallback_at, now + max(FALLBACK_LOOK_S, (fallback_at - now) / 8))
        try:
            async with asyncio.timeout_at(limit):
                await self._wake.wait()
        except TimeoutError:
            if self._stop_reason:
                # The disk hangs: what is not durable by now is given up, and there is nothing more to wait for.
                self._landing.clear()
                self._grace_until = float("inf")
            elif fallback_at is None:
                self.stop("deadline")

    # ---- which sample next -------------------------------------------------------------------------------------

    def _votes(self, ballot: _Ballot) -> tuple[Vote, ...]:
        votes = {index: sample.option_class for index, sample in ballot.landed.items()}
        return without_gaps(votes) if self._in_order else tuple(votes[index] for index in sorted(votes))

    def _votes_at_last(self, ballot: _Ballot) -> tuple[Vote, ...]:
        """Return the votes that decide where the run ends early: those behind a gap too, where there are no others."""
        votes = self._votes(ballot)
        if any(vote is not None for vote in votes):
            return votes
        return tuple(ballot.landed[index].option_class for index in sorted(ballot.landed))

    def _consider(self, ballot: _Ballot) -> None:
        """Close the ballot if its rule says so, else queue it if it wants samples."""
        if ballot.verdict is not None:
            return
        cap, votes = self._settings.max_samples, self._votes(ballot)
        if self._ahead > 0:
            votes = _up_to_deciding(self._rule, votes, cap)
        reason = self._rule.reason(votes, cap)
        # A failure behind the sample that decided (over-launched) was never needed, like a vote there.
        read = len(votes) if self._in_order and reason is not None else max(ballot.landed, default=0) + 1
        if any(sample.status is Status.FAILED and index < read for index, sample in ballot.landed.items()):
            if not ballot.flights:
                self._decide(ballot, votes, "failed")
        elif reason is not None:
            self._decide(ballot, votes, reason)
        elif not ballot.is_queued and self._wanted(ballot, votes) > 0:
            key = tally(votes).lead + len(ballot.flights) + len(ballot.landed) * SAMPLES_WEIGHT
            if not self._is_pressed and ballot.launched == 0:
                key = float("inf")
            ballot.is_queued = True
            heapq.heappush(self._queue, (key, ballot.turn, ballot.place))

    def _wanted(self, ballot: _Ballot, votes: Sequence[Vote]) -> int:
        wanted = launch(self._rule, votes, ballot.launched - len(votes), self._settings.max_samples)
        # Where a limit presses every question gets its first sample before any gets a second.
        return min(wanted, 1) if self._is_pressed and ballot.launched == 0 else wanted

    def _weigh_limits(self) -> None:
        """Change the order of the queue where a limit begins or ceases to press."""
        if self._is_limited and self._is_pressed != (presses := self._presses()):
            self._is_pressed = presses
            self._queue.clear()
            for ballot in self._ballots:
                if ballot.is_queued:
                    ballot.is_queued = False
                    self._consider(ballot)

    def _presses(self) -> bool:
        """Tell whether a limit might be reached before every ballot is finished."""
        budget, deadline = self._settings.token_budget, self._deadline
        if self._finished < AMPLE_AFTER or self._spent_tokens == 0 or self._flowing_since is None:
            return True
        most_tokens = self._open * self._settings.max_samples * self._spent_tokens / self._finished
        share = AMPLE_SHARE if self._is_pressed else 1.0
        if budget is not None and most_tokens > share * (budget - self._spent_tokens):
            return True
        if deadline is None:
            return False
        now = asyncio.get_running_loop().time()
        return most_tokens * (now - self._flowing_since) / self._spent_tokens > share * (deadline - now)

    def _fill(self, group: asyncio.TaskGroup) -> None:
        """Launch samples while there are slots, wishes and budget."""
        self._weigh_limits()
        if self._to_fall_back is not None:
            self._fill_fallback(self._to_fall_back, group)
            return
        while self._queue and self._stop_reason is None:
            ballot = self._ballots[self._queue[0][-1]]
            wanted = 0 if ballot.verdict is not None else self._wanted(ballot, self._votes(ballot))
            free = self._settings.max_concurrency - self._in_flight
            if wanted > free:
                if free == 0 or wanted <= self._settings.max_concurrency // GROUP_SHARE:
                    return
                wanted = free
            if wanted > 0 and not self._affordable(wanted):
                if self._in_flight == 0:
                    self.stop("token budget")
                return
            heapq.heappop(self._queue)
            ballot.is_queued = False
            if wanted > 0:
                self._launch(ballot, wanted, group)
        if self._ahead > 0 and not self._queue and self._stop_reason is None:
            self._fill_ahead(group)

    def _fill_ahead(self, group: asyncio.TaskGroup) -> None:
        """Use slots that nobody waits for: samples ahead of need, first for the ballots with fewest on their way.

        Only for ballots whose first samples have come and did not decide: most others need no more than these.
        """
        most = self._settings.max_concurrency // AHEAD_SHARE
        if self._in_flight >= most:
            return
        waiting = [
            (len(ballot.flights), ballot.turn, ballot.place)
            for ballot in self._ballots
            if ballot.landed
            and ballot.verdict is None
            and not any(sample.status is Status.FAILED for sample in ballot.landed.values())
        ]
        heapq.heapify(waiting)
        while waiting and self._in_flight < most and self._affordable(1):
            _, turn, place = heapq.heappop(waiting)
            ballot = self._ballots[place]
            votes, cap = self._votes(ballot), self._settings.max_samples
            in_flight = ballot.launched - len(votes)
            if ballot.verdict is None and may_go_ahead(self._rule, votes, in_flight, cap, self._ahead):
                self._launch(ballot, 1, group)
                heapq.heappush(waiting, (len(ballot.flights), turn, place))

    def _affordable(self, count: int) -> bool:
        budget = self._settings.token_budget
        if budget is None:
            return True
        mean = self._spent_tokens / self._finished if self._finished else self._settings.max_tokens
        return self._spent_tokens + mean * (self._in_flight + count) <= budget

    # ---- the last stretch before a deadline --------------------------------------------------------------------

    def _fallback_at(self) -> float | None:
        """Return when the questions without a vote must be asked for their letter alone; None where nobody must."""
        deadline = self._deadline
        if deadline is None or self._fallback is None or self._to_fall_back is not None or self._unvoted == 0:
            return None
        # Chains in flight are half written on average; without them the speed would seem low until the first land. The
        # nearer the deadline, the less they count: an engine that died has lost them.
        mean = self._spent_tokens / self._finished if self._finished else 0.0
        elapsed_s, window_s = asyncio.get_running_loop().time() - self._began, deadline - self._began
        credit = max(0.0, 1 - elapsed_s / window_s) if window_s > 0 else 0.0
        lead = lead_s(
            self._unvoted,
            tokens=self._spent_tokens + int(credit * self._in_flight * mean / 2),
            elapsed_s=elapsed_s,
            window_s=window_s,
        )
        return deadline - lead

    def _begin_fallback(self) -> None:
        """Give up the chains in flight and line up the ballots without a vote, the first one last."""
        self._to_fall_back = [ballot for ballot in reversed(self._ballots) if not (ballot.verdict or ballot.has_vote)]
        for ballot in self._ballots:
            self._cancel_flights(ballot)

    def _fill_fallback(self, to_fall_back: list[_Ballot], group: asyncio.TaskGroup) -> None:
        """Ask for letters while there are slots."""
        fallback = self._fallback
        assert fallback is not None
        slots = max(1, self._settings.max_concurrency // FALLBACK_SHARE)
        while to_fall_back and self._in_flight < slots and self._stop_reason is None:
            ballot = to_fall_back.pop()
            if ballot.has_vote or ballot.verdict or any(task in self._landing for task in ballot.flights.values()):
                # What had come when the fallback began has landed meanwhile, or is about to.
                continue
            # The first index without a sample: a gap before it would hide the vote from rules that want their order.
            index = next(index for index in range(len(ballot.landed) + 1) if index not in ballot.landed)
            self._send(ballot, [self._request(ballot, index, fallback.template, fallback.sampling)], group)

    # ---- samples out and in ------------------------------------------------------------------------------------

    def _launch(self, ballot: _Ballot, count: int, group: asyncio.TaskGroup) -> None:
        fresh: list[Request] = []
        for _ in range(count):
            request = self._request(ballot, ballot.launched)
            ballot.launched += 1
            # The key is a hash over the whole question: not made where nothing is stored.
            found = self._stored.pop(request.key, None) if self._stored else None
            if found is None:
                fresh.append(request)
            else:
                self._land(ballot, request.index, found, is_stored=True)
        for requests in self._grouped(fresh):
            self._send(ballot, requests, group)
        self._consider(ballot)

    def _send(self, ballot: _Ballot, requests: list[Request], group: asyncio.TaskGroup) -> None:
        """Put one call in flight."""
        task = group.create_task(self._draw(ballot, requests))
        indices = [request.index for request in requests]
        ballot.flights.update(dict.fromkeys(indices, task))
        # Not a ``finally`` inside the task: a task that is cancelled before its first step never runs one.
        task.add_done_callback(partial(self._settle, ballot, indices))
        self._in_flight += len(requests)
        self._listener(Launched(ballot.question, len(requests)))

    def _grouped(self, requests: list[Request]) -> list[list[Request]]:
        """Split requests into calls: one where all share a prompt and follow each other."""
        if len({request.prompt for request in requests}) > 1:
            return [[request] for request in requests]
        calls: list[list[Request]] = []
        for request in requests:
            # The engine seeds the choices of a call one after the other: a gap (a sample that the store had already)
            # would give the next choice the seed of another sample.
            if calls and calls[-1][-1].index + 1 == request.index:
                calls[-1].append(request)
            else:
                calls.append([request])
        return calls

    def _request(
        self, ballot: _Ballot, index: int, template: Template | None = None, sampling: Sampling | None = None
    ) -> Request:
        settings, question = self._settings, ballot.question
        order = permutation(question, run_seed=settings.seed, index=index, is_on=settings.shuffle_options)
        return Request(
            question=question,
            model=ballot.model,
            prompt=render(template or self._template, question, order),
            sampling=self._said_with(template or self._template, sampling or settings, question),
            permutation=order,
            index=index,
            seed=seed_of(settings.seed, question.id, ballot.model, index) if settings.is_seeded else None,
        )

    def _said_with(self, template: Template, sampling: Sampling, question: Question) -> Sampling:
        """Return the parameters with the template's own system message, where nobody set another."""
        system = template.in_language_of(question).system
        if system is None or sampling.system is not None:
            return sampling
        known = (id(sampling), system)
        if known not in self._with_system:
            self._with_system[known] = sampling.replaced(system=system)
        return self._with_system[known]

    async def _draw(self, ballot: _Ballot, requests: Sequence[Request]) -> None:
        """Draw one group of samples, make them durable, count them."""
        samples = await self._sampler.sample(requests)
        # What has come is not given up any more, however slow the disk is.
        task = asyncio.current_task()
        assert task is not None
        self._landing.add(task)
        if self._flowing_since is None:
            took_s = max(sample.finished_at - sample.launched_at for sample in samples)
            self._flowing_since = asyncio.get_running_loop().time() - took_s
        await self._keep(samples)
        for sample in samples:
            ballot.flights.pop(sample.index, None)
            self._land(ballot, sample.index, self._held(sample), is_stored=False)
        self._consider(ballot)

    def _settle(self, ballot: _Ballot, indices: Sequence[int], task: asyncio.Task[None]) -> None:
        """Free the slots of a call that is over: landed, failed or cancelled, perhaps before it began."""
        self._in_flight -= len(indices)
        self._landing.discard(task)
        for index in indices:
            # A fallback may have taken the place of what it cancelled.
            if ballot.flights.get(index) is task:
                del ballot.flights[index]
        self._wake.set()

    def _land(self, ballot: _Ballot, index: int, sample: Sample, *, is_stored: bool) -> None:
        ballot.landed[index] = sample
        if sample.option_class is not None and not ballot.has_vote:
            ballot.has_vote = True
            # A ballot that is closed has left the count already.
            self._unvoted -= ballot.verdict is None
        if not is_stored:
            self._finished += 1
            self._spent_tokens += sample.completion_tokens
        self._listener(Arrived(ballot.question, sample, is_stored))

    def _decide(self, ballot: _Ballot, votes: Sequence[Vote], reason: str) -> None:
        self._unvoted -= not ballot.has_vote
        self._open -= 1
        ballot.verdict = verdict_of(ballot.question.id, votes, stop_reason=reason, model=ballot.model)
        ballot.landed.clear()
        self._cancel_flights(ballot)
        self._listener(Decided(ballot.question, ballot.verdict))

    def _cancel_flights(self, ballot: _Ballot) -> None:
        """Give up what is still in flight; closing the connection frees the engine's slot."""
        for task in set(ballot.flights.values()):
            if task is not asyncio.current_task() and task not in self._landing:
                task.cancel()


def _turns(problem_ids: Sequence[str], run_seed: int) -> dict[str, int]:
    """Return when each problem has its turn: an order without order, the same for a seed.

    >>> _turns(["p1", "p1", "p2", "p3"], 0)
    {'p3': 0, 'p2': 1, 'p1': 2}
    """
    mixed = sorted(set(problem_ids), key=lambda name: hashlib.sha256(f"{run_seed}/{name}".encode()).digest())
    return {name: turn for turn, name in enumerate(mixed)}


def _up_to_deciding(rule: Rule, votes: Sequence[Vote], cap: int) -> tuple[Vote, ...]:
    """Drop what landed behind the sample that decided: it was never needed and has no vote."""
    for drawn in range(len(votes)):
        if rule.needed(votes[:drawn], cap) == 0:
            return tuple(votes[:drawn])
    return tuple(votes)
