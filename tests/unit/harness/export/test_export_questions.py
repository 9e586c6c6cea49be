"""Questions as tasks of other tools: what stands in the files, checked without those tools."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.cli import main
from harness.export import evalscope_data, lm_eval_task
from solver.problems.prompt import load_template, render
from solver.problems.question import Question, question_of


def a_question(name: str = "p1", *, options: tuple[str, ...] = ("甲", "乙"), gold: str | None = "B") -> Question:
    return question_of(f"{name}#0", problem="题目{x}", text="问？", options=options, gold_letter=gold)


def rows_of(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_task_of_lm_eval_names_its_data_and_asks_in_its_own_words(tmp_path: Path) -> None:
    files = lm_eval_task.files_of([a_question()], "my set,1", tmp_path)
    assert list(files) == ["my_set_1.yaml", "my_set_1.jsonl"]
    task = yaml.safe_load(files["my_set_1.yaml"])
    assert task["dataset_kwargs"]["data_files"]["test"] == str(tmp_path / "my_set_1.jsonl")
    assert [one["name"] for one in task["filter_list"]] == ["flexible-extract", "strict-match"]
    (row,) = rows_of(files["my_set_1.jsonl"])
    assert row == {"question_id": "p1#0", "question": "题目{x}\n问？", "choices": ["甲", "乙"], "answer": "(B)"}


def test_a_task_with_our_prompt_sends_it_to_the_last_character(tmp_path: Path) -> None:
    template = load_template("reason")
    files = lm_eval_task.files_of([a_question()], "t", tmp_path, template=template)
    task = yaml.safe_load(files["t.yaml"])
    assert task["doc_to_text"] == "{{prompt}}"
    assert task["filter_list"][0]["name"] == "answer-line"
    assert rows_of(files["t.jsonl"])[0]["prompt"] == render(template, a_question())


@pytest.mark.parametrize("prompt", ["reason", "reason-en", "cot"])
def test_evalscope_with_our_prompt_sends_all_of_it_but_for_the_heads_of_options(prompt: str) -> None:
    template = load_template(prompt)
    (text,) = evalscope_data.files_of([a_question()], "t", template=template).values()
    (row,) = rows_of(text)
    # As evalscope does it.
    choices = "\n".join(f"{letter}) {row[letter]}" for letter in "AB")
    sent = evalscope_data.AROUND.format(question=row["question"], choices=choices)
    assert sent.replace("\nA) ", "\nA. ").replace("\nB) ", "\nB. ") == render(template, a_question())


def test_evalscope_gets_what_it_can_ask() -> None:
    eleven = a_question("p2", options=tuple("abcdefghijk"), gold="K")
    files = evalscope_data.files_of([a_question(), eleven, a_question("p3", gold=None)], "t")
    assert [row["id"] for row in rows_of(files["t_val.jsonl"])] == ["p1#0"]


def data_file(folder: Path) -> Path:
    rows = [
        {"id": "p1", "question": "Q?", "options": ["x", "y"], "answer": "B"},
        {"id": "p2", "question": "Q?", "options": list("abcdefghijk"), "answer": "K"},
    ]
    path = folder / "mine.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_export_writes_questions_and_tells_what_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["export", str(data_file(tmp_path)), "--to", "evalscope", "-o", str(out)]) == 0
    assert [path.name for path in out.iterdir()] == ["mine_val.jsonl"]
    assert "1 of 2 questions left out" in capsys.readouterr().err
    # The same command again writes the same files anew.
    assert main(["export", str(data_file(tmp_path)), "--to", "evalscope", "-o", str(out)]) == 0
    assert main(["export", str(data_file(tmp_path)), "--to", "lm-eval-task", "-o", str(tmp_path / "tasks")]) == 0
    assert sorted(path.name for path in (tmp_path / "tasks").iterdir()) == ["mine.jsonl", "mine.yaml"]


def test_a_prompt_is_for_questions_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path), "--to", "votes", "--prompt", "cot"]) == 2
    assert "--prompt is for a task" in capsys.readouterr().err


def test_what_is_to_be_typed_next_names_what_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = data_file(tmp_path).rename(tmp_path / "our-own questions.jsonl")
    for prompt, wording in (((), {}), (("--prompt", "reason"), {"prompt_template": "{question}\n{choices}"})):
        assert main(["export", str(data), "--to", "evalscope", *prompt, "-o", str(tmp_path / "out")]) == 0
        words = shlex.split(capsys.readouterr().err.partition("next: ")[2])
        told = json.loads(words[words.index("--dataset-args") + 1])["general_mcq"]
        assert told == {"local_path": str(tmp_path / "out"), "subset_list": ["our_own_questions"], **wording}
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["our_own_questions_val.jsonl"]
    assert main(["export", str(data), "--to", "lm-eval-task", "-o", str(tmp_path / "tasks")]) == 0
    assert "--tasks our_own_questions" in capsys.readouterr().err
    assert "task: our_own_questions" in (tmp_path / "tasks" / "our_own_questions.yaml").read_text(encoding="utf-8")
