"""The orchestrator against one-by-one sampling: same samples, same votes, bounded flight, whatever the order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.problems.prompt import load_template
from solver.problems.question import Question
from solver.sampling.answer_forcing import most_tokens
from solver.sampling.sample import Request, Sample, Sampler, Status
from solver.scheduling.direct_fallback import DIRECT_MAX_TOKENS, DirectFallback
from solver.scheduling.events import Keep
from solver.scheduling.scheduler import Scheduler
from solver.scheduling.settings import SamplingSettings
from solver.voting.tally import Verdict
from tests.support.scripted_sampler import AtOnce, Memory, Script, ScriptedSampler, a_question, a_sample

Way = dict[str, bool]
WAYS: tuple[Way, ...] = ({}, {"by_one": True}, {"is_streamed": True})
"""How the samples of a call come: at once; each by itself; at once, with each place given back before."""
RULES = ("lead:1", "lead:3", "beta:.9", "esc:3", "fixed:5", "exact")


def plan_of(rule: str, **changes: object) -> SamplingSettings:
    values = {"models": ("m",), "rule": rule, "max_samples": 9, "temperature": 1.0, "max_tokens": 100, "slots": 7}
    return SamplingSettings.of(**{**values, **changes})


def scheduler_of(
    plan: SamplingSettings,
    questions: Sequence[Question],
    sampler: Sampler,
    keep: Keep,
    *,
    stored: dict[str, Sample] | None = None,
    deadline: float | None = None,
) -> Scheduler:
    return Scheduler(questions, plan, load_template("cot"), sampler, keep, stored=stored, deadline=deadline)


def script_of(seed: int, spread: int) -> Script:
    """A fixed answer for every (question, index), None one time in eight."""

    def script(request: Request) -> int | None:
        rng = Random(f"{seed}/{request.question.id}/{request.model}/{request.index}")
        return None if rng.random() < 1 / 8 else rng.randrange(spread)

    return script


def one_by_one(plan: SamplingSettings, question_id: str, model: str, script: Script) -> list[int | None]:
    """The reference: the votes of one-by-one sampling, which draws, asks the rule, and draws again."""
    votes: list[int | None] = []
    while plan.stopping_rule.needed(votes, plan.max_samples):
        request = Request(
            question=a_question(question_id),
            model=model,
            prompt="",
            sampling=plan,
            permutation=(),
            index=len(votes),
            seed=None,
        )
        votes.append(script(request))
    return votes


def all_one_by_one(plan: SamplingSettings, names: Sequence[str], script: Script) -> list[list[int | None]]:
    return [one_by_one(plan, name, model, script) for name in names for model in plan.models]


@given(
    rule=st.sampled_from(RULES),
    seed=st.integers(0, 10_000),
    spread=st.integers(1, 4),
    slots=st.integers(1, 12),
    over=st.integers(0, 4),
    shuffle=st.booleans(),
    models=st.sampled_from([("m",), ("m", "n")]),
    how=st.sampled_from(WAYS),
)
@settings(max_examples=200, deadline=None)
def test_parallel_sampling_decides_as_one_by_one_sampling(
    rule: str, seed: int, spread: int, slots: int, over: int, shuffle: bool, models: tuple[str, ...], how: Way
) -> None:
    plan = plan_of(rule, slots=slots, over_launch=over, shuffle_options=shuffle, models=models)
    script, names = script_of(seed, spread), [f"p{number // 2}#{number % 2}" for number in range(5)]
    sampler, memory = ScriptedSampler(script, Random(seed), **how), Memory()
    scheduler = scheduler_of(plan, [a_question(name) for name in names], sampler, memory.keep)
    verdicts = asyncio.run(scheduler.run())
    expected = all_one_by_one(plan, names, script)
    assert [list(verdict.votes) for verdict in verdicts] == expected
    assert sampler.peak <= slots
    if over == 0:
        # Zero waste: nothing drawn beyond what decided, nothing cancelled.
        assert len(sampler.drawn) == sum(map(len, expected))
        assert sampler.cancelled == 0
    assert len(sampler.drawn) == len(set(sampler.drawn))


@given(
    seed=st.integers(0, 10_000),
    rule=st.sampled_from(RULES),
    turns=st.integers(1, 60),
    over=st.integers(0, 3),
    how=st.sampled_from(WAYS),
)
@settings(max_examples=120, deadline=None)
def test_a_stopped_run_resumes_without_paying_twice(seed: int, rule: str, turns: int, over: int, how: Way) -> None:
    plan = plan_of(rule, over_launch=over)
    script, questions = script_of(seed, 3), [a_question(f"p{number}#0") for number in range(6)]
    memory = Memory()

    async def attempt(turns: int | None) -> tuple[tuple[Verdict, ...], ScriptedSampler]:
        sampler = ScriptedSampler(script, Random(seed + 1), **how)
        stored = dict(memory.samples)
        scheduler = scheduler_of(plan, questions, sampler, memory.keep, stored=stored)
        async with asyncio.TaskGroup() as group:
            run = group.create_task(scheduler.run())
            for _ in range(turns or 0):
                await asyncio.sleep(0)
            if turns is not None:
                scheduler.stop("interrupted")
        return run.result(), sampler

    first, _ = asyncio.run(attempt(turns))
    paid = set(memory.samples)
    second, sampler = asyncio.run(attempt(None))
    assert [list(verdict.votes) for verdict in second] == all_one_by_one(plan, [q.id for q in questions], script)
    again = {key for key in memory.samples if key in paid}
    assert again == paid
    keys_drawn = len(sampler.drawn)
    assert keys_drawn == len(set(sampler.drawn))
    assert len(first) == len(second) == len(questions)


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("budget", [1, 50, 95, 200, 1000])
def test_under_a_budget_every_question_is_asked_once_before_any_is_asked_twice(budget: int, how: Way) -> None:
    plan = plan_of("lead:3", token_budget=budget, max_tokens=10)
    questions = [a_question(f"p{number}#0") for number in range(10)]
    sampler, memory = ScriptedSampler(lambda request: 1, None, **how), Memory()
    verdicts = asyncio.run(scheduler_of(plan, questions, sampler, memory.keep).run())
    drawn = [len(verdict.votes) for verdict in verdicts]
    assert sum(drawn) * 10 <= budget
    assert len(verdicts) == 10
    if budget == 95:
        assert sorted(drawn) == [0] + [1] * 9
    if budget == 200:
        assert min(drawn) >= 1
    if budget == 1000:
        assert drawn == [3] * 10


@pytest.mark.parametrize("seconds", [0.0, 0.01])
@pytest.mark.parametrize("rule", ["fixed:3", "lead:3", "gain"])
def test_no_timing_passes_a_budget_by_a_whole_sample(rule: str, seconds: float) -> None:
    class ShortFirst(AtOnce):
        """The shortest chain ends first, as it does; the others take their bound."""

        calls = 0

        async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
            self.calls += 1
            tokens = 1 if self.calls == 1 else 100
            for _ in range(tokens):
                await asyncio.sleep(0)
            return tuple(a_sample(request, 1, tokens=tokens) for request in requests)

    class SlowDisk(Memory):
        async def keep(self, samples: Sequence[Sample]) -> None:
            await asyncio.sleep(seconds)
            await super().keep(samples)

    how = plan_of("lead:3", allocation=rule) if rule == "gain" else plan_of(rule)
    plan, disk = how.replaced(max_concurrency=50, token_budget=1000), SlowDisk()
    questions = [a_question(f"p{number}#0") for number in range(60)]
    asyncio.run(scheduler_of(plan, questions, ShortFirst(), disk.keep).run())
    spent = sum(one.completion_tokens for one in disk.samples.values())
    assert 800 < spent < 1000 + most_tokens(plan)


def test_letters_alone_are_asked_for_within_the_budget() -> None:
    async def run(memory: Memory) -> None:
        class Hanging(AtOnce):
            """No chain ever ends; a letter comes at once."""

            async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
                if requests[0].sampling.max_tokens > DIRECT_MAX_TOKENS:
                    await asyncio.sleep(60)
                return tuple(a_sample(request, 1, tokens=5) for request in requests)

        plan = plan_of("fixed:1", token_budget=120, slots=4)
        deadline = asyncio.get_running_loop().time() + 0.3
        fallback, questions = DirectFallback.of(plan), [a_question(f"p{number}#0") for number in range(40)]
        await Scheduler(
            questions, plan, load_template("cot"), Hanging(), memory.keep, deadline=deadline, fallback=fallback
        ).run()

    memory = Memory()
    asyncio.run(run(memory))
    assert 60 < sum(one.completion_tokens for one in memory.samples.values()) <= 120


def test_a_deadline_ends_the_run_with_a_verdict_for_every_question() -> None:
    async def run() -> tuple[Verdict, ...]:
        plan, deadline = plan_of("fixed:9", slots=2), asyncio.get_running_loop().time() + 0.05
        sampler = ScriptedSampler(lambda request: 1, max_turns=5000)
        return await scheduler_of(
            plan, [a_question(f"p{n}#0") for n in range(50)], sampler, Memory().keep, deadline=deadline
        ).run()

    verdicts = asyncio.run(run())
    assert len(verdicts) == 50
    assert {"deadline"} <= {verdict.stop_reason for verdict in verdicts}


def test_samples_that_start_together_go_as_one_request() -> None:
    plan = plan_of("fixed:3", slots=30)
    sampler = ScriptedSampler(lambda request: 1)
    asyncio.run(scheduler_of(plan, [a_question(f"p{n}#0") for n in range(10)], sampler, Memory().keep).run())
    assert sampler.calls == [3] * 10


def test_questions_of_a_problem_are_issued_together() -> None:
    plan = plan_of("fixed:1", slots=2)
    sampler = ScriptedSampler(lambda request: 1)
    names = [f"p{n // 3}#{n % 3}" for n in range(12)]
    asyncio.run(scheduler_of(plan, [a_question(name) for name in names], sampler, Memory().keep).run())
    drawn = [name for name, _, _ in sampler.drawn]
    assert [drawn[start].split("#")[0] for start in range(0, 12, 3)] != ["p0", "p1", "p2", "p3"], "not in file order"
    for start in range(0, 12, 3):
        problem = drawn[start].split("#")[0]
        assert drawn[start : start + 3] == [f"{problem}#{n}" for n in range(3)]


def test_a_failure_behind_the_deciding_sample_does_not_fail_the_question() -> None:
    plan = plan_of("lead:1", over_launch=1)

    class SecondFails(AtOnce):
        """Sample 1 fails at once; sample 0 comes later, and decides."""

        async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
            (request,) = requests
            if request.index == 1:
                return (a_sample(request, None, status=Status.FAILED),)
            for _ in range(5):
                await asyncio.sleep(0)
            return (a_sample(request, 2),)

    (verdict,) = asyncio.run(scheduler_of(plan, [a_question()], SecondFails(), Memory().keep).run())
    assert (verdict.answer, verdict.votes) == (2, (2,))
    assert verdict.stop_reason != "failed"


@pytest.mark.parametrize("is_limited", [False, True])
def test_without_a_limit_a_question_that_has_begun_goes_before_new_ones(is_limited: bool) -> None:
    # Every question wants many rounds of one or two samples; two fit in flight.
    plan = plan_of("lead:3", slots=3, token_budget=10**6 if is_limited else None)
    sampler = ScriptedSampler(lambda request: request.index % 2, max_turns=0)
    names = [f"p{number}#0" for number in range(6)]
    asyncio.run(scheduler_of(plan, [a_question(name) for name in names], sampler, Memory().keep).run())
    names = list(dict.fromkeys(name for name, _, _ in sampler.drawn))
    first = [next(place for place, drawn in enumerate(sampler.drawn) if drawn[0] == name) for name in names]
    last = [max(place for place, drawn in enumerate(sampler.drawn) if drawn[0] == name) for name in names]
    if is_limited:
        assert first == list(range(6))
    else:
        assert all(last[number] < first[number + 2] for number in range(4))


def test_samples_ahead_of_need_take_only_slots_that_nobody_waits_for() -> None:
    # Answers 0, 1, 0, 1 …: the lead is never more than one, so a question wants three, then two at a time.
    # A call of one sample is the first sign that something was sent ahead of need.
    names = [f"p{number}#0" for number in range(12)]
    began: dict[int, int] = {}
    for over in (0, 4):
        sampler = ScriptedSampler(lambda request: request.index % 2)
        plan = plan_of("lead:3", over_launch=over, slots=24, max_samples=31)
        verdicts = asyncio.run(scheduler_of(plan, [a_question(name) for name in names], sampler, Memory().keep).run())
        assert [len(verdict.votes) for verdict in verdicts] == [31] * 12
        assert sampler.peak <= 24
        if 1 in sampler.calls:
            drawn_before = sum(sampler.calls[: sampler.calls.index(1)])
            began[over] = len({name for name, _, _ in sampler.drawn[:drawn_before]})
    assert began == {4: 12}, "only with over-launching, and only once every question has begun"


def test_an_early_end_counts_votes_behind_a_gap_where_there_are_no_others() -> None:
    class FirstHangs(AtOnce):
        """Sample 0 never comes."""

        async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
            if requests[0].index == 0:
                await asyncio.Event().wait()
            return tuple(a_sample(request, 2) for request in requests)

    async def run() -> tuple[Verdict, ...]:
        plan, deadline = plan_of("esc:3"), asyncio.get_running_loop().time() + 0.2
        return await scheduler_of(plan, [a_question()], FirstHangs(), Memory().keep, deadline=deadline).run()

    (verdict,) = asyncio.run(run())
    assert (verdict.answer, verdict.stop_reason) == (2, "deadline")
