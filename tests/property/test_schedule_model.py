"""A stateful model of the orchestrator: a scripted world acts on it step by step, a simple reference judges it.

The rules are what can happen to a run: a call comes back with all its samples, a call fails for good, a call times out
and is drawn later, the run is stopped, cut off by its deadline, killed, and started again on what was stored. After
every step and at every end the same things must hold: in flight never above the bound, samples never above the cap, no
finished sample drawn twice, and whoever was decided got just the votes and the answer of one-by-one sampling.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from solver.sampling.sample import Request, Sample, Status, Told
from solver.voting.rules import launch, without_gaps
from solver.voting.tally import Verdict
from tests.property.test_schedule_property import one_by_one, plan_of, scheduler_of, script_of
from tests.support.scripted_sampler import Script, a_question, a_sample

RULES = ("lead:1", "lead:2", "lead:3", "beta:.9", "esc:3", "fixed:5", "exact")
EARLY = ("interrupted", "deadline", "failed", "budget")


def most_voted(votes: Sequence[int | None]) -> int | None:
    """The answer: most votes; among equals the class that reached that number first."""
    counts, best = Counter[int](), None
    for vote in votes:
        if vote is not None:
            counts[vote] += 1
            if best is None or counts[vote] > counts[best]:
                best = vote
    return best


class World:
    """A sampler whose every call waits until the test lets it go, whole or sample by sample."""

    def __init__(self, script: Script, is_by_one: bool) -> None:
        self.script, self.is_by_one = script, is_by_one
        self.places: int | None = None
        self.waiting: dict[int, tuple[Sequence[Request], asyncio.Future[str]]] = {}
        """What ends together: a call, or one sample where they come one by one."""
        self.drawn: list[str] = []
        self.cancelled = 0
        self._number = 0

    @property
    def in_flight(self) -> int:
        """Samples on their way."""
        return sum(len(requests) for requests, _ in self.waiting.values())

    async def draw(self, requests: Sequence[Request], told: Told) -> None:
        """See ``solver.sampling.sample.Sampler``."""
        async with asyncio.TaskGroup() as group:
            for part in [[request] for request in requests] if self.is_by_one else [requests]:
                group.create_task(self._come(part, told))

    async def _come(self, requests: Sequence[Request], told: Told) -> None:
        self._number += 1
        number, future = self._number, asyncio.get_running_loop().create_future()
        self.waiting[number] = (requests, future)
        try:
            how = await future
        except asyncio.CancelledError:
            self.cancelled += len(requests)
            raise
        finally:
            del self.waiting[number]
        for request in requests:
            if how == "fail":
                told.landed(a_sample(request, None, status=Status.FAILED, tokens=0))
            else:
                self.drawn.append(request.key)
                told.landed(a_sample(request, self.script(request)))


class OrchestratorMachine(RuleBasedStateMachine):
    """The orchestrator, driven from outside on a loop that stands still between two steps."""

    @initialize(
        rule_name=st.sampled_from(RULES),
        seed=st.integers(0, 999),
        slots=st.integers(1, 9),
        cap=st.integers(1, 9),
        over=st.integers(0, 3),
        questions=st.integers(1, 5),
        models=st.sampled_from([("m",), ("m", "n")]),
        is_by_one=st.booleans(),
    )
    def begin(
        self,
        rule_name: str,
        seed: int,
        slots: int,
        cap: int,
        over: int,
        questions: int,
        models: tuple[str, ...],
        is_by_one: bool,
    ) -> None:
        """Start the first attempt."""
        self.plan = plan_of(rule_name, slots=slots, max_samples=cap, over_launch=over, models=models)
        self.script, self.is_by_one = script_of(seed, 3), is_by_one
        self.questions = [a_question(f"p{number}#0") for number in range(questions)]
        self.store: dict[str, Sample] = {}
        self.loop = asyncio.new_event_loop()
        self.ever_drawn: Counter[str] = Counter()
        self.start()

    def start(self, deadline: float | None = None) -> None:
        """Start an attempt on what is stored, as the same command would."""
        self.world = World(self.script, self.is_by_one)
        stored = {key: sample for key, sample in self.store.items() if sample.status is not Status.FAILED}
        self.scheduler = scheduler_of(
            self.plan, self.questions, self.world, self.keep, stored=stored, deadline=deadline
        )
        self.run: asyncio.Task[tuple[Verdict, ...]] | None = self.loop.create_task(self.scheduler.run())
        self.turn()

    async def keep(self, samples: Sequence[Sample]) -> None:
        """Store samples as ``solver.scheduling.store`` does: what is finished stays."""
        await asyncio.sleep(0)
        for sample in samples:
            there = self.store.get(sample.key)
            assert there is None or there.status is Status.FAILED, "a finished sample was drawn again"
            self.store[sample.key] = sample

    def turn(self, turns: int = 12) -> None:
        """Let the loop do what it can without the world, and look whether the run has ended."""

        async def idle() -> None:
            for _ in range(turns):
                await asyncio.sleep(0)

        self.loop.run_until_complete(idle())
        if self.run is not None and self.run.done():
            self.finished(self.run.result())
            self.run = None

    def finished(self, verdicts: tuple[Verdict, ...]) -> None:
        """Hold the verdicts of an attempt that has ended against the reference."""
        pairs = [(question.id, model) for question in self.questions for model in self.plan.models]
        assert [(verdict.question_id, verdict.model) for verdict in verdicts] == pairs
        for verdict in verdicts:
            votes = one_by_one(self.plan, verdict.question_id, verdict.model or "", self.script)
            assert len(verdict.votes) <= self.plan.max_samples
            assert verdict.answer == most_voted(verdict.votes)
            if verdict.stop_reason in EARLY:
                own = [
                    sample for sample in self.store.values() if sample.question_id == verdict.question_id
                ]  # every vote is one that was drawn
                assert Counter(verdict.votes) - Counter(sample.option_class for sample in own) == Counter()
            else:
                assert list(verdict.votes) == votes
        self.ever_drawn.update(self.world.drawn)

    @precondition(lambda self: self.run is not None and self.world.waiting)
    @rule(data=st.data(), how=st.sampled_from(["complete", "complete", "complete", "fail"]))
    def a_call_ends(self, data: st.DataObject, how: str) -> None:
        """A call comes back, whole or failed for good; any of those on their way."""
        number = data.draw(st.sampled_from(sorted(self.world.waiting)))
        self.world.waiting[number][1].set_result(how)
        self.turn()

    @precondition(lambda self: self.run is not None and self.world.waiting)
    @rule(seed=st.integers(0, 99))
    def all_calls_end_at_once(self, seed: int) -> None:
        """Everything on its way lands in the same turn of the loop, in any order."""
        order = sorted(self.world.waiting)
        Random(seed).shuffle(order)
        for number in order:
            self.world.waiting[number][1].set_result("complete")
        self.turn(40)

    @precondition(lambda self: self.run is not None)
    @rule()
    def the_user_stops_it(self) -> None:
        """Ctrl-C: nothing more is launched, what is on its way is given up, every question gets its verdict."""
        self.scheduler.stop("interrupted")
        self.turn(40)
        assert self.run is None, "a stopped run must end without the world"

    @precondition(lambda self: self.run is not None)
    @rule(turns=st.integers(0, 6), lands=st.booleans())
    def it_is_killed(self, turns: int, lands: bool) -> None:
        """SIGKILL: whatever was not stored is gone; perhaps between a sample's arrival and its storing."""
        if lands and self.world.waiting:
            self.world.waiting[min(self.world.waiting)][1].set_result("complete")
            self.turn(turns)
        if self.run is not None:
            self.run.cancel()
            self.loop.run_until_complete(asyncio.gather(self.run, return_exceptions=True))
            self.run = None

    @precondition(lambda self: self.run is not None)
    @rule()
    def the_deadline_passes(self) -> None:
        """The clock runs out (the run is begun again with a deadline that is over at once)."""
        self.it_is_killed(0, False)
        self.start(deadline=self.loop.time() - 1)
        self.turn(60)
        if self.run is not None:
            self.loop.run_until_complete(asyncio.sleep(0.002))
            self.turn(60)
        assert self.run is None, "a run past its deadline must end without the world"

    @precondition(lambda self: self.run is None)
    @rule()
    def it_is_resumed(self) -> None:
        """The same command again."""
        self.start()

    @invariant()
    def it_stays_within_its_limits(self) -> None:
        """What must hold at any moment."""
        if not hasattr(self, "plan"):
            return
        assert self.world.in_flight <= self.plan.max_concurrency
        own = Counter((sample.question_id, sample.model) for sample in self.store.values())
        # Over-launching may draw beyond the deciding sample, never beyond the cap.
        assert max(own.values(), default=0) <= self.plan.max_samples
        assert all(sample.index < self.plan.max_samples for sample in self.store.values())

    @invariant()
    def no_place_is_empty_while_a_sample_is_wanted(self) -> None:
        """Where samples come one by one none waits for places for its siblings."""
        if not hasattr(self, "plan") or self.run is None or not self.is_by_one:
            return
        if self.world.in_flight == self.plan.max_concurrency:
            return
        coming = Counter(
            (request.question.id, request.model) for requests, _ in self.world.waiting.values() for request in requests
        )
        for question in self.questions:
            for model in self.plan.models:
                own = {
                    sample.index: sample
                    for sample in self.store.values()
                    if (sample.question_id, sample.model) == (question.id, model)
                }
                if any(sample.status is Status.FAILED for sample in own.values()):
                    continue
                is_ordered = self.plan.stopping_rule.is_ordered or self.plan.over_launch
                votes = {index: sample.option_class for index, sample in own.items()}
                counted = without_gaps(votes) if is_ordered else tuple(votes[index] for index in sorted(votes))
                on_their_way = coming[question.id, model] + len(own) - len(counted)
                assert launch(self.plan.stopping_rule, counted, on_their_way, self.plan.max_samples) == 0

    def teardown(self) -> None:
        """Run to the end on a world that works: the result must be that of an undisturbed run."""
        if not hasattr(self, "plan"):
            return
        try:
            self.it_ends_as_if_undisturbed()
        finally:
            self.loop.close()

    def it_ends_as_if_undisturbed(self) -> None:
        """Start it once more, let every call come back, and hold what is stored against one-by-one sampling."""
        if self.run is not None:
            self.it_is_killed(0, False)
        self.start()
        for _ in range(2_000):
            if self.run is None:
                break
            for _, future in list(self.world.waiting.values()):
                if not future.done():
                    future.set_result("complete")
            self.turn()
        assert self.run is None, "the run does not end"
        needed = {
            (question.id, model): len(one_by_one(self.plan, question.id, model, self.script))
            for question in self.questions
            for model in self.plan.models
        }
        failed = [
            sample
            for sample in self.store.values()
            if sample.status is Status.FAILED and sample.index < needed[sample.question_id, sample.model]
        ]  # one that failed behind the deciding sample (over-launched) was never needed
        assert not failed, "a failed sample was not drawn again"
        if self.plan.over_launch == 0:
            assert len(self.store) == sum(needed.values()), "samples beyond those that one-by-one sampling draws"


TestOrchestrator = OrchestratorMachine.TestCase
TestOrchestrator.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
