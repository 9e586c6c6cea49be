"""Rows that teach to write questions: the next commands take them, and only real overlap with a benchmark is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synth.augment.question_rows import rows_of
from synth.augment.writer_prompt import problems_shown
from synth.check.data_set import CheckArgs, check
from synth.generate.order import Order, items
from synth.puzzles.compose import compose
from synth.puzzles.families import FAMILIES
from train.sft.row_files import load_rows


def _written(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "index",
    [
        # People called A and B speak in the problem, and the new question's right letter is D: train sft refused it.
        6108,
        # The derivation names a letter that is none of the options in the prompt: check found no conclusion.
        128,
    ],
)
def test_what_the_documented_command_makes_is_taken_by_sft_and_check(tmp_path: Path, index: int) -> None:
    order = Order(count=index + 1, seed=901, format="questions")
    (item,) = items(order, range(index, index + 1))
    rows = rows_of(item)
    path = _written(tmp_path / "write.jsonl", *rows)
    assert len(load_rows([path])) == len(rows) > 0
    assert not check(CheckArgs(files=(path,), processes=1)).problems


def test_a_prompt_is_split_into_the_problems_that_it_shows() -> None:
    item = compose(FAMILIES["seating"], seed=5, level=2, lang="zh", style="full", item_id="x").item
    prompt = rows_of(item)[0]["messages"][0]["content"]
    shown = problems_shown(prompt)
    assert 2 <= len(shown) <= 3
    assert all(part.startswith("### 题目\n") for part in shown)
    assert item.problem_text.strip() in shown[-1]


BENCHMARK = {
    "id": "b",
    "problem": "一周按星期一、星期二、星期三、星期四、星期五、星期六、星期日的顺序循环，共7天。"
    "这个月的1日是星期四，全月31天。",
    "questions": [{"question": "这个月的26日是一周中的哪一天？", "options": ["星期一", "星期二"], "answer": "A"}],
}
PIECES = (
    "### 题目\n一周按星期一、星期二、星期三、星期四、星期五、星期六、星期日的顺序循环，共7天。"
    "这个月的1日是星期四，全月30天。\n\n### 新问题\n{}\n\n",
    "### 题目\n一周七天。这个月的1日是星期五，全月31天。\n\n"
    "### 已有问题\n- 这个月的26日是一周中的哪一天？\n\n### 新问题",
)


def _row(prompt: str, question: str) -> object:
    answer = json.dumps({"question": question, "options": ["星期一", "星期二"], "answer": "A"}, ensure_ascii=False)
    return {"messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]}


def test_a_benchmarks_question_must_stand_in_one_of_the_problems_shown(tmp_path: Path) -> None:
    against = _written(tmp_path / "benchmark.jsonl", BENCHMARK)
    apart = _written(tmp_path / "apart.jsonl", _row("".join(PIECES), "这个月有几个星期五？"))
    report = check(CheckArgs(files=(apart,), against=(against,), processes=1))
    assert "benchmark_overlap" not in [one.kind for one in report.problems]
    question = BENCHMARK["questions"][0]["question"]  # type: ignore[index]
    own = f"### 题目\n{BENCHMARK['problem']}\n\n### 已有问题\n（无）\n\n### 新问题"
    whole = _written(tmp_path / "whole.jsonl", _row(PIECES[0] + own, question))
    report = check(CheckArgs(files=(whole,), against=(against,), processes=1))
    assert [one.kind for one in report.problems if one.is_serious] == ["benchmark_overlap"]


@pytest.mark.parametrize("form", ["contest", "messages", "questions"])
def test_the_card_says_what_overlap_was_found_whatever_the_form(tmp_path: Path, form: str) -> None:
    from synth.cli import main

    out = tmp_path / "made.jsonl"
    arguments = ["generate", "--count", "4", "--processes", "1", "--out", str(out), "--format", form]
    assert main(arguments) == 0
    card = out.with_name("made.jsonl.card.md").read_text(encoding="utf-8")
    assert "none by the measure of `synth check`, against 597 problem texts; " in card
    assert main([*arguments, "--no-check"]) == 0
    assert "not checked" in out.with_name("made.jsonl.card.md").read_text(encoding="utf-8")
