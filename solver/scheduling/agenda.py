"""Which question gets the next sample, and when one is decided: the scheduler's rules without its tasks. Pure.

One priority queue over all open questions. While a limit on tokens or time presses, the key is ``lead + on their way +
samples / 16``: breadth first, and then to the questions whose answer is least settled. Without one every question will
be finished, and those that have begun go before new ones: a question that takes many rounds takes them beside the
others, not after them, and finds its prompt still in the engine's prefix cache. A limit presses until the speed seen so
far would bring every open question to its cap in half of what is left. Equal keys go problem by problem, so the
questions of one problem start together and share that cache too. Problems come in an order of the run's seed, not of
the file: files put what is hard at their end, where it would be a tail of its own, and what a run has answered so far,
or has answered when it is ended early, is a fair sample.

A question launches as many samples at once as its rule is sure to need (``solver.voting.rules.launch``), so nothing is
wasted and the samples are those that one-by-one sampling would have drawn. With ``over_launch`` places that nothing
else waits for, most of all near the end, take a few samples ahead of need; then a question is decided in launch order
(deciding in order of completion would favour short chains).

Under an allocation (``solver.scheduling.guide``) the key is what one more sample is worth, one sample goes out at a
time, and nothing is decided before the end, when all that could be learned is.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from solver.problems.question import Question
from solver.sampling.sample import Sample
from solver.scheduling.guide import Guide
from solver.scheduling.open_question import OpenQuestion, turns, up_to_deciding
from solver.scheduling.pace import Pace
from solver.scheduling.settings import SamplingSettings
from solver.voting.rules import Vote, launch, may_go_ahead
from solver.voting.tally import Verdict, tally, verdict_of

SAMPLES_WEIGHT = 1 / 16
"""Weight of the samples already drawn in the priority key: less than one vote of lead up to a cap of 16."""
FALLBACK_SHARE = 4
"""Letters alone are asked for in 1/4 of the places: few at a time are answered sooner, and the rest not later."""
AHEAD_SHARE = 4
"""Samples ahead of need are launched while less than 1/4 of the places are taken: more would slow what is needed."""
GROUP_SHARE = 4
"""A group of samples waits for enough free places only while it is at most 1/4 of all places."""
SPENT = ("token budget", "budget")
"""Reasons for the end of a run under an allocation that are its own."""


class Launch(NamedTuple):
    """What to send next."""

    question: OpenQuestion
    samples: int


class Agenda:
    """The open questions of a run.

    Args:
        settings: with the models to ask; each question is open once for each of them.
        pace: the run's limits.
    """

    def __init__(self, questions: Sequence[Question], settings: SamplingSettings, pace: Pace) -> None:
        self._settings, self._pace, self._rule = settings, pace, settings.stopping_rule
        self._ahead = 0 if settings.policy else settings.over_launch or 0
        """Samples of an undecided question on their way beyond those surely needed, at most, in places nobody wants."""
        self._in_order = self._rule.is_ordered or self._ahead > 0
        turn_of = turns([question.problem_id for question in questions], settings.seed)
        pairs = [(question, model) for question in questions for model in settings.models]
        self.all = [
            OpenQuestion(question, model, place, turn_of[question.problem_id])
            for place, (question, model) in enumerate(pairs)
        ]
        """All questions under all models, the decided ones too: all models of the first question, of the second …"""
        self._guide = None if settings.policy is None else Guide(settings.policy, settings.max_samples, self.all)
        self._keys: dict[int, float] = {}
        """Under an allocation: the key of each queued place; entries of the queue with another one are stale."""
        self.in_flight = 0
        """Samples that have been sent and are not settled."""
        self.ended = 0
        """Those of them whose completion has ended, so that they hold no place."""
        self._queue: list[tuple[float, int, int]] = []
        """Key, turn and place of the questions that want samples."""
        self._is_pressed = pace.is_limited
        """Whether a limit might be reached."""
        self._open = self._unvoted = len(self.all)
        """Questions without a verdict; those of them without a vote."""
        self._to_fall_back: list[OpenQuestion] | None = None
        """Questions to be asked for their letter alone; None before that begins."""

    # ---- what is decided ---------------------------------------------------------------------------------------

    def consider(self, one: OpenQuestion) -> Verdict | None:
        """Close a question if its rule says so, and return the verdict; else queue it if it wants samples."""
        if one.is_decided:
            return None
        if self._guide is not None:
            self._enqueue_by_worth(self._guide, one)
            return None
        cap, votes = self._settings.max_samples, one.votes(in_order=self._in_order)
        if self._ahead > 0:
            votes = up_to_deciding(self._rule, votes, cap)
        reason = self._rule.reason(votes, cap)
        # A failure behind the sample that decided (over-launched) was never needed, like a vote there.
        read = len(votes) if self._in_order and reason is not None else None
        if one.has_failed(read):
            return None if one.on_their_way else self._decide(one, votes, "failed")
        if reason is not None:
            return self._decide(one, votes, reason)
        if not one.is_queued and self._wanted(one, votes) > 0:
            self._enqueue(one, votes)
        return None

    def decide_at_last(self, one: OpenQuestion, reason: str) -> Verdict:
        """Close a question whose run has ended, with what has landed."""
        votes = one.votes_at_last(in_order=self._in_order)
        if self._guide is None:
            return self._decide(one, votes, reason)
        if one.has_failed():
            reason = "failed"
        elif len(votes) >= self._settings.max_samples:
            reason = "cap"
        elif reason in SPENT or self._guide.wants_no_more(one):
            reason = self._guide.spec
        return self._decide(one, votes, reason, self._guide.answer(one))

    def end(self) -> None:
        """Learn a last time, from all that came, before what is open is decided."""
        if self._guide is not None:
            self._guide.learn()

    def verdict_now(self, one: OpenQuestion) -> Verdict:
        """Return what would be decided of an open question if the run ended now; changes nothing."""
        votes = one.votes_at_last(in_order=self._in_order)
        weighed = self._guide.answer(one) if self._guide else None
        return verdict_of(one.question.id, votes, stop_reason="open", model=one.model, weighed=weighed)

    def _decide(self, one: OpenQuestion, votes: Sequence[Vote], reason: str, weighed: int | None = None) -> Verdict:
        self._unvoted -= not one.has_vote
        self._open -= 1
        one.is_decided = True
        one.landed.clear()
        return verdict_of(one.question.id, votes, stop_reason=reason, model=one.model, weighed=weighed)

    def land(self, one: OpenQuestion, index: int, sample: Sample, *, is_stored: bool) -> None:
        """Count a sample; ``consider`` follows."""
        if not one.is_decided:
            one.landed[index] = sample
        if sample.option_class is not None and not one.has_vote:
            one.has_vote = True
            # A question that is closed has left the count already.
            self._unvoted -= not one.is_decided
        if not is_stored:
            self._pace.finished += 1
            self._pace.spent_tokens += sample.completion_tokens
        if self._guide is not None:
            self._guide.heard()
            if is_stored:
                # A run that is continued ends where it would have ended: what was paid before counts.
                self._pace.earlier += 1
                self._pace.earlier_tokens += sample.completion_tokens

    # ---- which sample next -------------------------------------------------------------------------------------

    def taken(self) -> int:
        """Return the places that are taken."""
        return self.in_flight - self.ended

    def next(self, places: int, *, by_one: bool) -> Launch | None:
        """Take what is to be sent next out of the queue; None where nothing is wanted or can be.

        Args:
            places: for completions, in all.
            by_one: a sample need not wait for places for its siblings.
        """
        while self._queue:
            one = self.all[self._queue[0][-1]]
            if self._guide is not None and self._keys.get(one.place) != self._queue[0][0]:
                heapq.heappop(self._queue)
                continue
            wanted = 0 if one.is_decided else self._wanted(one, one.votes(in_order=self._in_order))
            free = places - self.taken()
            if wanted > free:
                if free <= 0 or (not by_one and wanted <= places // GROUP_SHARE):
                    return None
                # One by one they need not be streamed to give their places back: less work for both sides.
                wanted = 1 if by_one else free
            if wanted > 0 and (wanted := self._pace.affordable(wanted, self.in_flight)) == 0:
                return None
            heapq.heappop(self._queue)
            one.is_queued = False
            self._keys.pop(one.place, None)
            if wanted > 0:
                return Launch(one, wanted)
        return None

    @property
    def is_spent(self) -> bool:
        """Something is wanted, nothing is on its way, and the budget has no room for it."""
        return bool(self._queue if self._guide is None else self._keys) and self.in_flight == 0

    def ahead(self, places: int) -> Iterator[OpenQuestion]:
        """Yield questions to send one sample more of, ahead of need, in places that nobody waits for.

        First those with fewest on their way; only those whose first samples have come and did not decide: most others
        need no more than these. What is yielded must be sent before the next is asked for.
        """
        most = places // AHEAD_SHARE
        if self._ahead == 0 or self._queue or self.taken() >= most:
            return
        waiting = [
            (one.on_their_way, one.turn, one.place)
            for one in self.all
            if one.landed and not one.is_decided and not one.has_failed()
        ]
        heapq.heapify(waiting)
        while waiting and self.taken() < most and self._pace.affordable(1, self.in_flight):
            _, turn, place = heapq.heappop(waiting)
            one = self.all[place]
            votes, cap = one.votes(in_order=self._in_order), self._settings.max_samples
            in_flight = one.launched - len(votes)
            if not one.is_decided and may_go_ahead(self._rule, votes, in_flight, cap, self._ahead):
                yield one
                heapq.heappush(waiting, (one.on_their_way, turn, place))

    def weigh_limits(self, now: float) -> None:
        """Change the order of the queue where a limit begins or ceases to press, or where enough has been learned."""
        if self._guide is not None:
            if self._guide.is_due:
                self._guide.learn()
                self._queue.clear()
                self._keys.clear()
                for one in self.all:
                    self._enqueue_by_worth(self._guide, one)
            return
        if not self._pace.is_limited:
            return
        most_samples = self._open * self._settings.max_samples
        presses = self._pace.presses(most_samples, now, has_pressed=self._is_pressed)
        if presses == self._is_pressed:
            return
        self._is_pressed = presses
        self._queue.clear()
        for one in self.all:
            if one.is_queued:
                self._enqueue(one, one.votes(in_order=self._in_order))

    def _enqueue(self, one: OpenQuestion, votes: Sequence[Vote]) -> None:
        key = tally(votes).lead + one.on_their_way + len(one.landed) * SAMPLES_WEIGHT
        if not self._is_pressed and one.launched == 0:
            key = float("inf")
        one.is_queued = True
        heapq.heappush(self._queue, (key, one.turn, one.place))

    def _enqueue_by_worth(self, guide: Guide, one: OpenQuestion) -> None:
        worth = None if one.is_decided or one.has_failed() else guide.worth(one)
        one.is_queued = worth is not None
        if worth is None:
            self._keys.pop(one.place, None)
        elif self._keys.get(one.place) != -worth:
            self._keys[one.place] = -worth
            heapq.heappush(self._queue, (-worth, one.turn, one.place))

    def _wanted(self, one: OpenQuestion, votes: Sequence[Vote]) -> int:
        if self._guide is not None:
            return int(self._guide.worth(one) is not None)
        wanted = launch(self._rule, votes, one.launched - len(votes), self._settings.max_samples)
        # Where a limit presses every question gets its first sample before any gets a second.
        return min(wanted, 1) if self._is_pressed and one.launched == 0 else wanted

    # ---- the last stretch before a deadline --------------------------------------------------------------------

    @property
    def is_falling_back(self) -> bool:
        """Questions without a vote are asked for their letter alone."""
        return self._to_fall_back is not None

    def fallback_at(self, now: float) -> float | None:
        """Return when that must begin; None where nobody must be asked so."""
        if self.is_falling_back or self._unvoted == 0:
            return None
        return self._pace.fallback_at(self._unvoted, self.in_flight, now)

    def begin_fallback(self) -> None:
        """Line up the questions without a vote, the first one last."""
        self._to_fall_back = [one for one in reversed(self.all) if not (one.is_decided or one.has_vote)]

    def next_fallback(self, places: int) -> OpenQuestion | None:
        """Take out the next question to be asked for its letter alone; None while there is no place, or no more."""
        while (
            self._to_fall_back
            and self.taken() < max(1, places // FALLBACK_SHARE)
            and self._pace.affordable(1, self.in_flight)
        ):
            one = self._to_fall_back.pop()
            # What had come when the fallback began has landed meanwhile, or is about to.
            if not (one.has_vote or one.is_decided or one.landing):
                return one
        return None
