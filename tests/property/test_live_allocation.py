"""Allocations in a live run: one at a time they draw what a plain loop draws; many at once keep to its bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from math import exp, log
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.base.errors import UsageError
from solver.problems.prompt import load_template
from solver.problems.question import Question
from solver.sampling.answer_forcing import most_tokens
from solver.sampling.sample import Request, Sample
from solver.scheduling.guide import LEARN_EVERY
from solver.scheduling.open_question import turns
from solver.scheduling.scheduler import Scheduler
from solver.scheduling.settings import SamplingSettings
from solver.voting.allocation import ALLOCATIONS, State, parse_policy
from solver.voting.tally import Verdict
from tests.property.test_deadline_property import contest
from tests.support.scripted_sampler import AtOnce, Memory, a_question, a_sample

SPECS = tuple(text for kind in ALLOCATIONS for text in dict.fromkeys((kind.example, *kind.grid)))
specs = st.sampled_from(SPECS)
MOST = 40


def voice(request: Request, seed: int) -> Sample:
    """A fixed sample for every question and index: a vote or none, a confidence or none, a length."""
    rng = Random(f"{seed}/{request.question.id}/{request.index}")
    vote = None if rng.random() < 1 / 8 else rng.randrange(1 + int(request.question.id[1]) % 4)
    sure = None if seed % 2 or rng.random() < 1 / 8 else log(rng.uniform(0.2, 1))
    return replace(a_sample(request, vote, tokens=rng.randrange(1, MOST)), letter_logprob=sure)


class Voices(AtOnce):
    """Answers after some turns of the event loop, in an order of the seed's choosing."""

    def __init__(self, seed: int, shuffle: int = 0) -> None:
        self.seed, self.rng = seed, Random(shuffle)
        self.drawn: list[tuple[str, int]] = []
        self.in_flight = self.peak = 0

    async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
        self.drawn += [(request.question.id, request.index) for request in requests]
        self.in_flight += len(requests)
        self.peak = max(self.peak, self.in_flight)
        try:
            for _ in range(self.rng.randrange(6)):
                await asyncio.sleep(0)
        finally:
            self.in_flight -= len(requests)
        return tuple(voice(request, self.seed) for request in requests)


def plan_of(spec: str, **changes: object) -> SamplingSettings:
    values = {"models": ("m",), "allocation": spec, "max_samples": 7, "max_tokens": MOST, "slots": 6}
    return SamplingSettings.of(**{**values, **changes})


QUESTIONS = tuple(a_question(f"p{number}#0") for number in range(6))


def run_of(
    plan: SamplingSettings, sampler: Voices, memory: Memory, questions: Sequence[Question] = QUESTIONS
) -> tuple[Verdict, ...]:
    scheduler = Scheduler(questions, plan, load_template("cot"), sampler, memory.keep, stored=dict(memory.samples))
    return asyncio.run(scheduler.run())


def one_by_one(
    plan: SamplingSettings, seed: int
) -> tuple[list[tuple[str, int]], list[tuple[int | None, ...]], list[int | None]]:
    """The reference: a loop that always asks for the sample that is worth most, as long as it can be paid."""
    policy, turn = parse_policy(plan.allocation), turns([one.problem_id for one in QUESTIONS], plan.seed)
    landed: list[list[Sample]] = [[] for _ in QUESTIONS]

    def state(place: int) -> State:
        sure = [None if one.letter_logprob is None else exp(one.letter_logprob) for one in landed[place]]
        return State(
            votes=tuple(one.option_class for one in landed[place]),
            confidences=() if all(value is None for value in sure) else tuple(sure),
            tokens=sum(one.completion_tokens for one in landed[place]),
            left=plan.max_samples - len(landed[place]),
            n_options=4,
        )

    def states() -> list[State]:
        return [state(place) for place in range(len(QUESTIONS))]

    judge, learn_at, order = policy.learn(states()), float(len(QUESTIONS)), []
    while True:
        wanted = []
        for place, question in enumerate(QUESTIONS):
            worth = float("inf") if not landed[place] else judge.priority(state(place))
            if worth is not None and len(landed[place]) < plan.max_samples:
                wanted.append((-worth, turn[question.problem_id], place))
        spent, drawn = sum(one.completion_tokens for own in landed for one in own), sum(map(len, landed))
        mean = spent / drawn if drawn else plan.max_tokens
        if not wanted or (plan.token_budget is not None and spent + mean > plan.token_budget):
            break
        place = min(wanted)[-1]
        question = QUESTIONS[place]
        index = len(landed[place])
        order.append((question.id, index))
        asked = Request(
            question=question, model="m", prompt="", sampling=plan, permutation=(), index=index, seed=None
        )  # fmt: skip
        landed[place].append(voice(asked, seed))
        if sum(map(len, landed)) >= learn_at:
            judge, learn_at = policy.learn(states()), max(len(QUESTIONS), sum(map(len, landed)) * LEARN_EVERY)
    judge = policy.learn(states())
    return order, [one.votes for one in states()], [judge.answer(one) for one in states()]


@given(spec=specs, seed=st.integers(0, 999), budget=st.one_of(st.none(), st.integers(1, 900)))
@settings(max_examples=60, deadline=None)
def test_one_at_a_time_it_draws_and_answers_as_a_plain_loop_does(spec: str, seed: int, budget: int | None) -> None:
    plan = plan_of(spec, slots=1, token_budget=budget)
    sampler = Voices(seed)
    verdicts = run_of(plan, sampler, Memory())
    order, votes, answers = one_by_one(plan, seed)
    assert sampler.drawn == order
    assert [verdict.votes for verdict in verdicts] == votes
    assert [verdict.answer for verdict in verdicts] == answers


@given(
    spec=specs,
    seed=st.integers(0, 999),
    budget=st.integers(40, 900),
    shuffle=st.integers(0, 99),
    slots=st.integers(1, 20),
)
@settings(max_examples=60, deadline=None)
def test_many_at_once_keep_to_the_budget_the_places_and_breadth(
    spec: str, seed: int, budget: int, shuffle: int, slots: int
) -> None:
    plan, sampler, memory = plan_of(spec, slots=slots, token_budget=budget), Voices(seed, shuffle), Memory()
    verdicts = run_of(plan, sampler, memory)
    drawn = [len(verdict.votes) for verdict in verdicts]
    assert sampler.peak <= slots
    assert len(sampler.drawn) == len(set(sampler.drawn)) == len(memory.samples) == sum(drawn)
    # The last sample may be longer than the mean; all others are reserved with their bound.
    assert sum(one.completion_tokens for one in memory.samples.values()) < budget + most_tokens(plan)
    assert max(drawn) <= 1 or min(drawn) >= 1, "nobody has two samples while another has none"
    assert {verdict.stop_reason for verdict in verdicts} <= {parse_policy(spec).spec, "cap"}


@given(spec=specs, seed=st.integers(0, 999), budget=st.one_of(st.none(), st.integers(40, 900)), stop=st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_a_killed_run_goes_on_from_what_was_paid_and_ends_where_it_would_have_ended(
    spec: str, seed: int, budget: int | None, stop: int
) -> None:
    plan = plan_of(spec, slots=1, token_budget=budget)
    whole = run_of(plan, Voices(seed), Memory())
    memory = Memory()

    async def killed() -> None:
        scheduler = Scheduler(QUESTIONS, plan, load_template("cot"), Voices(seed), memory.keep)
        async with asyncio.TaskGroup() as group:
            group.create_task(scheduler.run())
            for _ in range(stop * 5):
                await asyncio.sleep(0)
            scheduler.stop("interrupted")

    asyncio.run(killed())
    paid = set(memory.samples)
    again = Voices(seed)
    verdicts = run_of(plan, again, memory)
    assert len(memory.samples) == len(paid) + len(again.drawn)
    is_learned, stops_itself = spec not in ("even", "ppr"), spec.startswith(("cges", "dirichlet"))
    if not is_learned or (budget is None and not stops_itself):
        # What was learned half way is learned anew from more: only then may it go another way to the same bounds.
        assert verdicts == whole
    spent = sum(one.completion_tokens for one in memory.samples.values())
    assert budget is None or spent <= budget + MOST


def test_a_continued_run_does_not_spend_its_budget_twice() -> None:
    plan, memory = plan_of("gain", token_budget=400), Memory()
    first = run_of(plan, Voices(4), memory)
    again = Voices(4)
    assert run_of(plan, again, memory) == first
    assert again.drawn == []


def test_a_mean_budget_is_the_budget_of_all_questions_and_models() -> None:
    plan = plan_of("even", mean_tokens=50, slots=1)
    assert plan.mean_budget(6) == 300
    found = run_of(plan, Voices(1), Memory())
    assert found == run_of(plan_of("even", token_budget=300, slots=1), Voices(1), Memory())
    both = run_of(plan_of("even", mean_tokens=50, token_budget=200, slots=1), Voices(1), Memory())
    assert both == run_of(plan_of("even", token_budget=200, slots=1), Voices(1), Memory()) != found


def test_votes_weigh_by_learned_confidence_in_the_answer() -> None:
    """Sure samples agree with each other, unsure ones with nobody: two of the sure ones outweigh three others."""

    class Sure(Voices):
        async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
            found = []
            for request in requests:
                is_sure = request.index < 4 if request.question.id != "p0#0" else request.index < 2
                vote = 0 if is_sure else 1 if request.question.id == "p0#0" else 1 + request.index % 3
                found.append(replace(a_sample(request, vote), letter_logprob=log(0.99 if is_sure else 0.35)))
            return tuple(found)

    questions = tuple(a_question(f"p{number}#0") for number in range(30))
    weighed = run_of(plan_of("gain", max_samples=5), Sure(0), Memory(), questions)
    counted = run_of(plan_of("gain:votes", max_samples=5), Sure(0), Memory(), questions)
    assert weighed[0].votes == counted[0].votes == (0, 0, 1, 1, 1)
    assert (weighed[0].answer, counted[0].answer) == (0, 1)
    assert weighed[0].vote_share == pytest.approx(2 / 5)


def test_an_allocation_keeps_a_deadline_and_leaves_no_question_without_an_answer() -> None:
    verdicts, ended, _ = contest(lambda _: 400, questions=300, deadline=1200.0, allocation="gain")
    assert ended <= 1200
    assert all(verdict.answer is not None for verdict in verdicts)
    verdicts, ended, _ = contest(lambda _: 4289, questions=300, deadline=3600.0, allocation="dirichlet:.9")
    assert ended < 3600
    assert {verdict.stop_reason for verdict in verdicts} <= {"dirichlet:0.9", "cap"}


def test_questions_that_wait_for_each_other_cannot_be_decided_at_the_end() -> None:
    with pytest.raises(UsageError, match="leave out --context answers"):
        SamplingSettings.of(allocation="gain", context="answers")


def test_an_allocation_that_is_not_there_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match="did you mean 'gain'"):
        SamplingSettings.of(allocation="gian")
