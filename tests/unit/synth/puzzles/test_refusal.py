"""What is made passes the check by construction: a puzzle that stands in a benchmark is drawn anew, by one measure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from synth.augment.question_rows import rows_of
from synth.check.data_set import CheckArgs, check
from synth.environments.tasks import task_at
from synth.errors import FamilyError
from synth.generate.bulk import generate
from synth.generate.item_lines import to_lines
from synth.generate.order import Format, Order, items
from synth.perturb.world import KINDS, perturb, rebuild
from synth.puzzles.benchmark_overlap import SEAMS, Benchmark, Entry, benchmark_of, built_in, shingles
from synth.puzzles.compose import REDRAWN, compose
from synth.puzzles.families import FAMILIES
from synth.puzzles.item import Item
from synth.puzzles.refusal import _rows, is_held, refuses_built_in
from synth.puzzles.stream import training_problem
from synth.puzzles.voice import Lang

OFTEN = ("modular", "calendar_days", "recursion", "binary_tree")
"""Families whose texts have few parts that change."""


def found(path: Path, *against: Path) -> dict[str, int]:
    """Return how many rows a check finds in benchmarks, the built-in ones if none is named."""
    report = check(CheckArgs(files=(path,), against=against or built_in(), processes=1))
    return {one.kind: one.rows for one in report.problems if one.kind.startswith("benchmark")}


def written(path: Path, rows: Iterable[object]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def other_question(item: Item) -> object:
    """Return a benchmark's problem with an item's text and a question of its own."""
    asked = {"question": "下面四句话里，哪一句写得最长？", "options": ["第一句话", "第二句话", "第三句话", "第四句话"]}
    return {"id": "stolen", "problem": item.problem_text, "questions": [{**asked, "answer": "A"}]}


@pytest.mark.parametrize("form", ["contest", "messages", "questions"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_generate_writes_passes_the_check(form: Format, lang: Lang, tmp_path: Path) -> None:
    out, refused = tmp_path / "made.jsonl", 0
    for seed, difficulty in ((2, None), (3, 9)):
        order = Order(count=40, seed=seed, families=OFTEN, langs=(lang,), difficulty=difficulty, format=form)
        refused += generate(order, out, processes=1).refused
        assert found(out) == {}
        if seed == 2:
            # The measure is no idle one: without it the same order is found.
            generate(replace(order, apart_from=()), out, processes=1)
            assert found(out) != {}
    assert refused > 0


def test_a_problem_whose_text_alone_stands_in_a_benchmark_is_refused_and_only_that_one(tmp_path: Path) -> None:
    order = Order(count=12, seed=5)
    made = list(items(order, range(12)))
    stolen = made[7]
    benchmark = written(tmp_path / "benchmark.jsonl", [other_question(stolen)])
    assert found(written(tmp_path / "before.jsonl", [one.contest_row() for one in made]), benchmark) == {
        "benchmark_problem": len(stolen.questions)
    }
    apart = replace(order, apart_from=(*built_in(), benchmark))
    anew = list(items(apart, range(12)))
    assert [one.id for one in anew] == [one.id for one in made]
    assert [at for at in range(12) if anew[at] != made[at]] == [7]
    assert (anew[7].refused, anew[7].lang, anew[7].difficulty) == (1, stolen.lang, stolen.difficulty)
    assert found(written(tmp_path / "after.jsonl", [one.contest_row() for one in anew]), benchmark) == {}
    cut = [generate(apart, tmp_path / f"{cores}.jsonl", processes=cores) for cores in (1, 2)]
    assert [one.refused for one in cut] == [1, 1]
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes()


def test_a_question_of_a_benchmark_is_refused_with_its_options_in_another_order() -> None:
    item = next(items(Order(count=1, seed=5), range(1)))
    asked = item.questions[-1].question
    known = Benchmark([Entry("b#0", item.problem_text, (*reversed(asked.options), asked.text))])
    assert is_held(item, known)
    assert not is_held(next(items(Order(count=1, seed=6), range(1))), known)


def test_the_streams_of_training_and_of_environments_pass_the_check(tmp_path: Path) -> None:
    seen = [training_problem(1, index) for index in range(600)]
    assert found(written(tmp_path / "stream.jsonl", [one.contest_row() for one in seen])) == {}
    order = Order(count=60, seed=1, families=OFTEN)
    tasks = [task_at(order, index) for index in range(60)]
    rows = [{"id": one.id, "messages": [*one.messages(), {"role": "assistant", "content": "A"}]} for one in tasks]
    assert found(written(tmp_path / "tasks.jsonl", rows)) == {}
    for made in (seen, list(items(order, range(60)))):
        assert sum(one.refused for one in made) > 0


def test_a_row_that_teaches_to_write_questions_shows_no_problem_of_a_benchmark() -> None:
    item = next(items(Order(count=1, seed=1, families=("modular",)), range(1)))
    rows = rows_of(item)
    shown = rows[0]["messages"][0]["content"]
    assert len(rows_of(item, Benchmark([Entry("none", "甲" * 40)]))) == len(rows) > 0
    assert rows_of(item, Benchmark([Entry("own", item.problem_text)])) == []
    # An example's text, which stands in this row alone.
    example = (
        shown.split("### 题目\n")[1].split("\n\n###")[0] if "### 题目" in shown else shown.split("### Problem\n")[1]
    )
    assert len(shingles(example)) >= 30
    known = Benchmark([Entry("example", example)])
    assert not any(known.holds(row["messages"][0]["content"]) for row in rows_of(item, known))


def test_perturbing_knows_a_problem_that_was_drawn_anew_and_makes_none_that_a_benchmark_holds() -> None:
    (item, *_) = (one for one in items(Order(count=60, seed=1, families=OFTEN), range(60)) if one.refused)
    known = rebuild(json.loads(to_lines(item, "contest")))
    assert known is not None
    assert known.item.problem_text == item.problem_text
    assert known.refuses is refuses_built_in
    (row,) = (to_lines(one, "contest") for one in items(Order(count=1, seed=4, families=("ordering",)), range(1)))
    ordering = rebuild(json.loads(row))
    assert ordering is not None
    assert any(perturb(ordering, kind, 1) for kind in KINDS)
    told = replace(ordering, refuses=lambda item: True)
    assert [perturb(told, kind, 1) for kind in KINDS] == [None] * len(KINDS)


def test_a_family_of_which_every_text_is_refused_is_an_error() -> None:
    asked: list[Item] = []

    def refuses(item: Item) -> bool:
        asked.append(item)
        return True

    with pytest.raises(FamilyError, match=f"modular, difficulty 2: {REDRAWN} problems in a row stand in a benchmark"):
        compose(FAMILIES["modular"], seed=1, level=2, lang="zh", style="full", item_id="x", refuses=refuses)
    assert len({one.problem_text + one.questions[0].question.text for one in asked}) > REDRAWN / 2


def test_what_prompts_add_to_a_text_is_less_than_what_is_looked_at() -> None:
    """Above ``SEAMS`` a row could hold a problem that was not looked at; the most seen is 0.06."""
    known = benchmark_of(built_in())._known
    for item in items(Order(count=40, seed=1), range(40)):
        said = (text for one in item.questions for text in (one.question.text, *one.question.options))
        grams = shingles("\n".join((item.problem_text, *said)))
        for row in _rows(item):
            added = shingles(row) - grams
            for one in known:
                for text in (one.problem, *(one.problem | own for own in one.questions)):
                    assert len(added & text) < SEAMS * len(text)
