"""New questions: strict reading, examples, screening, settling in order; no network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from solver.base.errors import UsageError
from solver.problems.question import Problem, question_of
from synth.augment.accept_loop import Result, settle_all
from synth.augment.augment_config import AugmentPlan, Panel, Solver, Writer
from synth.augment.candidate import Outcome, WritingContext, candidates, work
from synth.augment.few_shot import FewShots
from synth.augment.question_filter import QuestionFilter, is_near
from synth.augment.question_json import Draft, Malformed, parse, written
from synth.augment.writer_prompt import load_template, writer_prompt
from synth.errors import BudgetSpent
from synth.llm.call import Call, Reply
from synth.llm.plan_file import ModelPlan, load, read

GOOD = '{"question": "谁最高？", "options": ["甲", "乙"], "answer": "B"}'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        (GOOD + "\n解释：……", "not JSON"),
        (GOOD[:-2], "not JSON"),
        ("[1]", "not an object"),
        (
            '{"question": "谁？", "options": ["甲", "乙"], "analysis": "x"}',
            "other fields than question, options, answer",
        ),
        ('{"question": "谁？"}', "other fields than question, options, answer"),
        ('{"question": "谁？", "question": "几？", "options": ["甲", "乙"]}', "a field stands twice"),
        ('{"question": " ", "options": ["甲", "乙"]}', "question is no text of reasonable length"),
        ('{"question": "谁？", "options": ["甲", 2]}', "options are no texts of reasonable length"),
        ('{"question": "谁？", "options": ["甲"]}', "not 2 to 5 options"),
        ('{"question": "谁？", "options": ["甲", "乙", "丙", "丁", "戊", "己"]}', "not 2 to 5 options"),
        ('{"question": "谁？", "options": ["甲", "甲 "]}', "two equal options"),
        ('{"question": "谁？", "options": ["A. 甲", "B. 乙"]}', "options with letters of their own"),
        ('{"question": "谁？", "options": ["甲", "乙"], "answer": "C"}', "answer names no option"),
        ('{"question": "谁？", "options": ["甲", "乙"], "answer": "AB"}', "answer names no option"),
    ],
)
def test_what_is_not_in_the_published_form_is_malformed_and_not_mended(text: str, reason: str) -> None:
    assert parse(text) == Malformed(reason)


@pytest.mark.parametrize("text", [GOOD, f"```json\n{GOOD}\n```", f"<think>乙高{{}}</think>\n{GOOD}\n"])
def test_one_object_alone_or_fenced_or_behind_scratch_paper_is_read(text: str) -> None:
    draft = parse(text)
    assert draft == Draft("谁最高？", ("甲", "乙"), "B")
    assert parse(written(draft)) == draft


def _problem(name: str, text: str, *asked: str) -> Problem:
    questions = tuple(
        question_of(f"{name}#{place}", problem=text, text=one, options=("甲", "乙"), gold_letter="A")
        for place, one in enumerate(asked or ("谁最高？",))
    )
    return Problem(id=name, text=text, questions=questions)


def test_examples_are_of_other_problems_like_this_one_and_change_with_the_attempt() -> None:
    problems = [_problem(f"p{n}", f"甲比乙高，丙比丁矮，第{n}种情形。", "谁高？", "谁矮？") for n in range(4)]
    problems += [_problem(f"q{n}", f"x = {n}; y = x + 1; print(y)") for n in range(9)]
    shots = FewShots(problems)
    first, second = shots.like(problems[0], 2), shots.like(problems[0], 2, attempt=1)
    assert {one.problem_id for one in first} <= {"p1", "p2", "p3"}
    assert {one.id for one in first}.isdisjoint(one.id for one in second)
    assert not [one for one in shots.like(_problem("new", problems[1].text), 12) if one.problem == problems[1].text]
    assert shots.like(problems[0], 0) == ()


def test_the_prompt_shows_examples_in_the_form_that_is_wanted_and_takes_braces_in_data_for_data() -> None:
    problem = _problem("p", "集合{existing}与{problem}", "谁？")
    prompt = writer_prompt(load_template("augment"), problem, [_problem("q", "甲乙").questions[0]])
    assert '{"question": "谁最高？", "options": ["甲", "乙"], "answer": "A"}' in prompt
    assert "集合{existing}与{problem}" in prompt
    assert "- 谁？" in prompt
    assert prompt.endswith("### 新问题")


def test_near_duplicates_are_told_from_questions_with_one_other_word() -> None:
    def question(text: str, *options: str) -> object:
        return question_of("p#0", problem="P", text=text, options=options)

    first = question("选择题 1：\n从高到矮排列，排在第二位的是谁？", "甲", "乙", "丙")
    assert is_near(question("从高到矮排列，排在第二位的是谁？", "丙", "甲", "乙"), first, 0.7)  # type: ignore[arg-type]
    assert is_near(question("从高到矮排列，排在第二位的是谁？", "甲", "丁"), first, 0.7)  # type: ignore[arg-type]
    assert not is_near(question("谁最前？", "甲", "乙"), question("谁最后？", "甲", "乙"), 0.7)  # type: ignore[arg-type]


def test_a_configuration_is_read_and_its_faults_are_named_with_their_line() -> None:
    plan = load(AugmentPlan, "augment")
    assert plan.count is None
    assert len(plan.panel.solvers) == 2
    text = "models: {m: {}}\nwriter: {model: m}\npanel:\n  solvers:\n    - {model: m, prompt: nope}\n"
    with pytest.raises(UsageError, match=r"x\.yaml:5: panel\.solvers\[0\]\.prompt: is 'nope'"):
        read(AugmentPlan, text, "x.yaml")
    with pytest.raises(UsageError, match="several samples"):
        read(AugmentPlan, text.replace("prompt: nope", "samples: 1"), "x.yaml")


class Bench:
    """Answers writers and solvers by script, and counts what it was asked."""

    def __init__(self, *, stops_after: int | None = None) -> None:
        self.asked: list[Call] = []
        self.stops_after = stops_after

    async def __call__(self, calls: Sequence[Call]) -> tuple[Reply, ...]:
        if self.stops_after is not None and len(self.asked) >= self.stops_after:
            raise BudgetSpent("--max-requests reached")
        self.asked += calls
        await asyncio.sleep(0)
        return tuple(self._reply(call) for call in calls)

    def _reply(self, call: Call) -> Reply:
        if call.stage == "writer":
            text = (
                "好的"
                if call.index == 1
                else f'{{"question": "第{call.index}人比谁高？", "options": ["甲", "乙", "丙"]}}'
            )
        else:
            lines = call.prompt.splitlines()
            right = next(line[0] for line in lines if line.endswith(". 乙"))
            text = f"乙高。\n“乙”是选项{right}。\n答案是：{right}"
        return Reply(
            key=call.key,
            model=call.model,
            text=text,
            finish_reason="stop",
            prompt_tokens=1,
            completion_tokens=5,
            cost=None,
            error=None,
            stage=call.stage,
        )


def _context(*, count: int | None, attempts: int = 4, problems: Sequence[Problem]) -> WritingContext:
    writer = Writer(model=("m",), shots=1, attempts=attempts)
    panel = Panel(solvers=(Solver(model="m", samples=2), Solver(model="m", prompt="concise", samples=2)))
    plan = AugmentPlan(
        models={"m": ModelPlan(name="m")},
        problems=(),
        examples=(),
        count=count,
        writer=writer,
        panel=panel,
        near=0.7,
        grounded=False,
        must_agree=False,
        seed=0,
    )
    questions = [one for problem in problems for one in problem.questions]
    templates = {name: load_template(name) for name in ("augment", "augment_english")}
    return WritingContext(
        plan=plan,
        screen=QuestionFilter(questions, near=0.7, grounded=False),
        shots=FewShots(problems),
        templates=templates,
    )


PROBLEMS = tuple(_problem(f"p{n}", f"第{n}题：乙比甲高，乙比丙高。") for n in range(6))


def test_exactly_as_many_are_accepted_as_were_asked_for_and_no_more_is_asked() -> None:
    bench, result = Bench(), Result()
    asyncio.run(settle_all(PROBLEMS, _context(count=7, problems=PROBLEMS), bench, result))
    assert len(result.accepted) == 7
    assert result.halt is None
    # Every accepted question is another one, and holds what its votes were for.
    assert len({one.candidate.id for one in result.accepted}) == 7
    assert all(one.finding is not None and one.finding.answer == 1 for one in result.accepted)
    assert len(result.malformed) == 6  # the second attempts
    assert all(one.reply.text == "好的" for one in result.malformed)


def test_a_new_question_that_was_accepted_before_is_a_duplicate_later() -> None:
    class Same(Bench):
        def _reply(self, call: Call) -> Reply:
            return super()._reply(call.at(0) if call.stage == "writer" else call)

    bench, result = Same(), Result()
    asyncio.run(settle_all(PROBLEMS[:2], _context(count=None, problems=PROBLEMS), bench, result))
    assert result.reasons == {"accepted": 2, "screen: duplicate": 6}


def test_a_spent_budget_ends_the_run_with_what_was_settled() -> None:
    bench, result = Bench(stops_after=20), Result()
    asyncio.run(settle_all(PROBLEMS, _context(count=None, problems=PROBLEMS), bench, result))
    assert isinstance(result.halt, BudgetSpent)
    assert result.settled < 24


def test_decisions_do_not_depend_on_the_order_in_which_replies_come() -> None:
    class Late(Bench):
        async def __call__(self, calls: Sequence[Call]) -> tuple[Reply, ...]:
            await asyncio.sleep(0.001 * (hash(calls[0].key) % 7))
            return await super().__call__(calls)

    runs = []
    for bench in (Bench(), Late()):
        result = Result()
        asyncio.run(settle_all(PROBLEMS, _context(count=9, problems=PROBLEMS), bench, result))
        runs.append([one.candidate.id for one in result.accepted])
    assert runs[0] == runs[1]


def test_an_output_that_was_cut_off_is_malformed_even_if_it_parses() -> None:
    class Cut(Bench):
        def _reply(self, call: Call) -> Reply:
            import dataclasses

            return dataclasses.replace(super()._reply(call), finish_reason="length")

    candidate = next(candidates(PROBLEMS, 1))
    outcome: Outcome = asyncio.run(work(candidate, _context(count=None, problems=PROBLEMS), Cut()))
    assert outcome.reason == "malformed: cut off"


def test_rows_that_teach_writing_hold_questions_in_the_published_form(tmp_path: Path) -> None:
    from synth.generate.bulk import generate
    from synth.generate.order import Order
    from train.sft.row_files import load_rows

    path = tmp_path / "rows.jsonl"
    generate(Order(count=20, seed=3, format="questions"), path, processes=1)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(load_rows([path])) == len(rows) > 20
    for row in rows:
        user, assistant = (message["content"] for message in row["messages"])
        draft = parse(assistant)
        assert isinstance(draft, Draft)
        assert draft.answer is not None
        assert f"- {draft.question}\n" not in user
