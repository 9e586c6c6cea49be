"""Other tools' logs as run folders; rows as lm_eval 0.4.13, inspect_ai 0.3.285 and evalscope 1.14.1 wrote them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.imports.foreign import letter_in, options_in
from harness.run.results import read_results
from solver.problems.letters import letter_or_none
from solver.scheduling.store import read_samples
from tests.support.run_folders import a_run

ROWS: tuple[dict[str, Any], ...] = (
    {"id": "p1#0", "question": "A is left of B. Who is left?", "choices": ["A", "B", "nobody"], "answer": 0},
    {"id": "p1#1", "question": "A is left of B. Who is right?", "choices": ["A", "B", "nobody"], "answer": 1},
    {"id": "p3#0", "question": "Three doors, two are shut. How many are open?", "choices": ["0", "1"], "answer": 1},
)
LETTERS = (("B", "A", "A"), ("C", None, "A"), ("B", "B", "B"))
VOTES = [(1, 0, 0), (2, None, 0), (1, 1, 1)]
RIGHT = [True, False, True]


def lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def said(letter: str | None) -> str:
    return "I do not know." if letter is None else f"Let me think. The answer is {letter}."


def lm_eval_row(place: int, name: str, filtered: list[object]) -> dict[str, Any]:
    doc = ROWS[place]
    return {
        "doc_id": place, "doc": doc, "target": "AB"[doc["answer"]],
        "arguments": {"gen_args_0": {"arg_0": ["[]"], "arg_1": {"until": []}}},
        "resps": [[said(letter) for letter in LETTERS[place]]], "filtered_resps": filtered, "filter": name,
        "metrics": ["exact_match"], "exact_match": 0.5,
    }  # fmt: skip


def lm_eval(folder: Path) -> Path:
    # A filter that has voted comes first; the one with an answer for each sample is taken all the same.
    rows = [lm_eval_row(place, "vote", ["A"]) for place in range(3)]
    rows += [lm_eval_row(place, "each", [[letter or "[invalid]" for letter in LETTERS[place]]]) for place in range(3)]
    lines(folder / "toy" / "samples_gen_2026-11-28T10-00-00.000000.jsonl", [{"doc": {}, "old": True}])
    lines(folder / "toy" / "samples_gen_2026-11-29T10-00-00.000000.jsonl", rows)
    results = {"config": {"model_args": {"model": "org/toy"}}}
    (folder / "toy" / "results_2026-11-29T10-00-00.000000.json").write_text(json.dumps(results), encoding="utf-8")
    return folder


def inspect(folder: Path) -> Path:
    samples = [
        {
            "id": row["id"], "epoch": epoch, "input": row["question"], "choices": row["choices"],
            "target": "AB"[row["answer"]],
            "output": {"completion": said(letter), "usage": {"input_tokens": 50, "output_tokens": 20}, "time": 0.5},
            "scores": {"vote": {"answer": "A"}, "choice": {"value": "I", "answer": letter or ""}},
            "started_at": "2026-11-29T20:17:06+00:00", "total_time": 0.5,
        }
        for row, letters in zip(ROWS, LETTERS, strict=True)
        for epoch, letter in enumerate(letters, start=1)
    ]  # fmt: skip
    facts = {"task": "gen", "model": "openai-api/peers/toy", "dataset": {"sample_ids": [row["id"] for row in ROWS]}}
    scores = [{"name": "choice", "metrics": {"accuracy": {"value": 0.5}}}]
    log = {"version": 2, "status": "success", "eval": facts, "results": {"scores": scores}, "samples": samples}
    folder.mkdir(parents=True)
    (folder / "log.json").write_text(json.dumps(log), encoding="utf-8")
    (folder / "other.json").write_text("{}", encoding="utf-8")
    return folder


def evalscope(folder: Path) -> Path:
    rows = []
    for group, (row, letters) in enumerate(zip(ROWS, LETTERS, strict=True)):
        options = "\n".join(f"{'ABC'[n]}) {text}" for n, text in enumerate(row["choices"]))
        for repeat, letter in enumerate(letters):
            reply = {
                "role": "assistant",
                "content": said(letter),
                "perf_metrics": {"output_tokens": 20, "latency": 0.5},
            }
            score = {"value": {"accuracy": 0.0}, "extracted_prediction": letter or "", "prediction": said(letter),
                     "main_score_name": "accuracy"}  # fmt: skip
            rows.append({
                "index": 3 * group + repeat, "target": ["AB"[row["answer"]]],
                "messages": [{"role": "user", "content": f"{row['question']}\n{options}\n"}, reply],
                "sample_score": {"score": score, "group_id": group, "generation_index": repeat,
                                 "sample_metadata": {"id": row["id"]}},
            })  # fmt: skip
    # Repeats land in any order.
    lines(folder / "reviews" / "toy" / "general_mcq_gen.jsonl", rows[::-1])
    return folder


@pytest.mark.parametrize("written", [lm_eval, inspect, evalscope])
def test_a_log_becomes_a_run_that_all_commands_take(
    written: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    assert main(["import", str(written(tmp_path / "logs")), "-o", str(folder)]) == 0
    results = read_results(folder)
    assert [result.question_id for result in results] == [row["id"] for row in ROWS]
    assert [result.votes for result in results] == VOTES
    assert [result.is_correct for result in results] == RIGHT
    assert [sample.text for sample in read_samples(folder)][:2] == [said("B"), said("A")]
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert (summary["n_samples"], summary["models"][0].rpartition("/")[2]) == (9, "toy")
    assert summary["told_accuracy"] == (0.0 if written is evalscope else 0.5)
    assert "3 questions, 9 samples, accuracy of the votes 66.7 %" in capsys.readouterr().err
    other = str(shutil.copytree(folder, tmp_path / "other"))
    for words in (
        ["compare", str(folder), other],
        ["replay", str(folder), "--rule", "fixed:3"],
        ["report", str(folder)],
        ["audit", str(folder), "-o", str(tmp_path / "disputed.jsonl")],
        ["submit", str(folder), "-o", str(tmp_path / "submission.jsonl")],
        ["combine", str(folder), other, "-o", str(tmp_path / "combined.jsonl")],
        ["export", str(folder), "--to", "votes", "-o", str(tmp_path / "votes")],
    ):
        assert main(words) == 0, words
    rows = map(json.loads, (tmp_path / "submission.jsonl").read_text(encoding="utf-8").splitlines())
    letters = [one["answer"] for row in rows for one in row["questions"]]
    assert letters == [letter_or_none(one.answer) for one in results]
    capsys.readouterr()
    assert main(["export", str(folder), "--to", "inspect"]) == 1
    assert "does not tell the whole prompt" in capsys.readouterr().err


def test_a_folder_with_logs_of_several_tools_gives_the_runs_of_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs, runs = tmp_path / "logs", tmp_path / "runs"
    inspect(logs / "later")
    evalscope(lm_eval(logs))
    assert main(["import", str(logs), "-o", str(runs)]) == 0
    assert (
        f"{logs}: logs of lm-eval and inspect and evalscope; --from TOOL reads those of one" in capsys.readouterr().err
    )
    assert sorted(folder.name.rpartition("-")[2] for folder in runs.iterdir()) == ["eval", "evalscope", "inspect"]
    assert [[one.votes for one in read_results(folder)] for folder in runs.iterdir()] == [VOTES] * 3
    assert main(["import", str(logs), "--from", "inspect", "-o", str(tmp_path / "one")]) == 0
    assert "logs of" not in capsys.readouterr().err
    assert [one.votes for one in read_results(tmp_path / "one")] == VOTES


def test_log_likelihoods_of_the_options_are_one_sample(tmp_path: Path) -> None:
    rows = [
        {
            "doc_id": 0, "doc": {"question": "?", "choices": ["x", "y"]}, "target": "1", "filter": "none",
            "arguments": {}, "resps": [[["-2.5", "False"]], [["-0.5", "False"]]],
            "filtered_resps": [["-2.5", "False"], ["-0.5", "False"]], "metrics": ["acc"], "acc": 1.0,
        }
    ]  # fmt: skip
    file = lines(tmp_path / "samples_mc_2026-11-29T10-00-00.0.jsonl", rows)
    assert main(["import", str(file), "-o", str(tmp_path / "run")]) == 0
    (result,) = read_results(tmp_path / "run")
    assert (result.question_id, result.votes, result.is_correct) == ("0#0", (1,), True)


def test_a_run_of_ours_comes_back_from_its_log_with_the_same_votes(tmp_path: Path) -> None:
    ours = a_run(tmp_path / "ours", n=6, text="x")
    assert main(["export", str(ours), "--to", "inspect", "-o", str(tmp_path / "log")]) == 0
    assert main(["import", str(tmp_path / "log"), "-o", str(tmp_path / "back")]) == 0
    before, after = read_results(ours), read_results(tmp_path / "back")
    assert {one.question_id: one.votes for one in before} == {one.question_id: one.votes for one in after}
    assert [one.gold for one in before] == [one.gold for one in after]


def test_a_letter_is_of_the_order_that_its_own_sample_showed(tmp_path: Path) -> None:
    log = json.loads((inspect(tmp_path / "logs") / "log.json").read_text(encoding="utf-8"))
    for sample in log["samples"]:
        if sample["epoch"] == 2:
            sample["choices"] = sample["choices"][::-1]
    (tmp_path / "logs" / "log.json").write_text(json.dumps(log), encoding="utf-8")
    assert main(["import", str(tmp_path / "logs"), "-o", str(tmp_path / "run")]) == 0
    assert [one.votes for one in read_results(tmp_path / "run")] == [(1, 2, 0), (2, None, 0), (1, 0, 1)]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("samples_gen_2026-11-29T10-00-00.0.jsonl", '{"doc": {}}\n', "field 'resps'"),
        ("samples_gen_2026-11-29T10-00-00.0.jsonl", "\n", "holds no sample"),
        (
            "log.json",
            '{"version": 2, "status": "success", "eval": {}, "samples": [{"id": 1, "output": 3}]}',
            "log.json",
        ),
        ("log.json", '{"version": 2, "status": "success", "eval": {}}', "holds no samples"),
        ("log.eval", "PK", "inspect log convert"),
        ("other.txt", "x", "no log that is known"),
    ],
)
def test_what_cannot_be_read_is_one_line_that_names_it(
    name: str, text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert main(["import", str(tmp_path / name), "-o", str(tmp_path / "run")]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("x", encoding="utf-8")
    assert main(["import", str(inspect(tmp_path / "logs")), "-o", str(tmp_path / "run")]) == 2
    assert "run exists already; give another -o" in capsys.readouterr().err
    assert main(["import", str(tmp_path / "logs"), "--from", "helm", "-o", str(tmp_path / "run")]) == 2
    assert "--from helm: it is one of lm-eval, inspect, evalscope" in capsys.readouterr().err


def test_options_and_answers_are_found_in_the_usual_shapes() -> None:
    assert options_in({"choices": [{"text": "x"}, {"text": "y"}]}) == ("x", "y")
    assert options_in({"options": {"B": "y", "A": "x"}}) == ("x", "y")
    assert options_in({"A": "x", "C": "z"}) == () == options_in({"choices": ["x"]})
    assert [letter_in(answer, ("x", "y")) for answer in ("A.", "C", True, None, 5, "y")] == [
        "A",
        None,
        None,
        None,
        None,
        "B",
    ]
