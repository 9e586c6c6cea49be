"""Earlier answers as context: who waits for whom, what is said, and that nothing changes without it."""

from __future__ import annotations

import asyncio
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from harness.run.config import EvalConfig
from solver.problems.question import Question, question_of
from solver.sampling.sample import Request, Sample, lean
from solver.scheduling.events import Decided, Launched
from solver.scheduling.outcome import Outcome
from solver.scheduling.settings import SamplingSettings
from solver.scheduling.solve import SolveEvent, Solving
from tests.support.scripted_sampler import Memory, ScriptedSampler


def question(problem: int, place: int) -> Question:
    options = (f"甲{problem}{place}", f"乙{problem}{place}")
    return question_of(f"p{problem}#{place}", problem=f"题目{problem}。", text=f"第{place}问？", options=options)


def settings(kind: str, **changes: object) -> SamplingSettings:
    return SamplingSettings.of(models=("m",), rule="lead:2", max_samples=4, context=kind, **changes)


class Listening(ScriptedSampler):
    """Notes what it was asked."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__(self.answer, Random(seed))
        self.prompts: dict[str, set[str]] = {}

    def answer(self, request: Request) -> int | None:
        self.prompts.setdefault(request.question.id, set()).add(request.prompt)
        return int(request.question.id[1])  # p0 is answered by the first option, p1 by the second


def solve(
    questions: list[Question],
    how: SamplingSettings,
    *,
    seed: int = 0,
    stored: tuple[Sample, ...] = (),
    memory: Memory | None = None,
    earlier: tuple[Outcome, ...] = (),
) -> tuple[tuple[Outcome, ...], Listening, list[SolveEvent]]:
    sampler, events = Listening(seed), list[SolveEvent]()
    keep = memory.keep if memory is not None else None
    solving = Solving(
        questions, how, sampler, listener=events.append, stored=stored, keep=keep, held=lean, earlier=earlier
    )
    return asyncio.run(solving.run()), sampler, events


THREE = [question(problem, place) for problem in range(2) for place in range(3)]


@given(st.integers(0, 10_000), st.sampled_from(["answers", "chain"]), st.integers(1, 9))
def test_a_question_is_asked_only_once_those_before_it_are_decided(seed: int, kind: str, slots: int) -> None:
    outcomes, _, events = solve(THREE, settings(kind, max_concurrency=slots, over_launch=2), seed=seed)
    decided: set[str] = set()
    for event in events:
        if isinstance(event, Decided):
            decided.add(event.question.id)
        elif isinstance(event, Launched):
            problem, place = event.question.id.split("#")
            assert {f"{problem}#{before}" for before in range(int(place))} <= decided
    assert [outcome.answer for outcome in outcomes] == [0, 0, 0, 1, 1, 1]
    assert all(outcome.is_complete for outcome in outcomes)


def test_the_answers_stand_at_the_problems_end_and_those_of_other_problems_do_not() -> None:
    _, sampler, _ = solve(THREE, settings("answers"))
    (first,), (last,) = sampler.prompts["p1#0"], sampler.prompts["p1#2"]
    assert "此前已解答" not in first
    told = "题目1。\n\n此前已解答：\n问题：第0问？\n答案：乙10\n问题：第1问？\n答案：乙11\n"
    assert told in last
    assert last.index("答案：乙11") < last.index("第2问？")
    assert "推理：" not in last.partition("第2问？")[0]


def test_with_chain_a_chain_that_gave_the_answer_is_told_too_and_survives_a_break() -> None:
    memory = Memory()
    _, sampler, _ = solve(THREE, settings("chain"), memory=memory)
    (last,) = sampler.prompts["p1#1"]
    assert "推理：答案是：B\n答案：乙10" in last
    # Samples of an earlier attempt are found again: their prompts are made of the same chains.
    _, again, _ = solve(THREE, settings("chain"), stored=tuple(memory.samples.values()))
    assert again.drawn == []


def test_without_it_all_questions_of_a_problem_start_together_under_the_same_prompts() -> None:
    _, sampler, events = solve(THREE, settings("none"))
    assert [type(event) for event in events[:6]] == [Launched] * 6
    assert all("此前已解答" not in prompt for prompts in sampler.prompts.values() for prompt in prompts)


def test_a_question_without_an_answer_is_passed_over() -> None:
    class Silent(Listening):
        def answer(self, request: Request) -> int | None:
            found = super().answer(request)
            return None if request.question.id == "p1#0" else found

    sampler = Silent()
    asyncio.run(Solving(THREE, settings("answers"), sampler).run())
    (told,) = sampler.prompts["p1#1"]
    assert "此前已解答" not in told


def test_outcomes_of_questions_that_were_solved_before_are_told_as_well() -> None:
    before, _, _ = solve(THREE[3:4], settings("none"))
    _, sampler, _ = solve(THREE[4:5], settings("answers"), earlier=before)
    assert "答案：乙10" in next(iter(sampler.prompts["p1#1"]))


def test_a_run_that_ends_early_decides_the_questions_that_waited_too() -> None:
    outcomes, _, _ = solve(THREE, settings("answers", token_budget=40))
    assert len(outcomes) == 6
    assert any("budget" in reason for outcome in outcomes for reason in outcome.stop_reasons)


def test_it_binds_a_run_where_it_is_on() -> None:
    assert "context" not in EvalConfig().binding
    assert EvalConfig.of(context="chain").binding["context"] == "chain"
