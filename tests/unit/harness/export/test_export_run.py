"""Runs in the form of other tools: what stands in the files, checked without those tools."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.analysis.recorded_votes import read_recordings
from harness.analysis.run_data import RunData, gather
from harness.cli import main
from harness.export import votes_file
from harness.export.inspect_log import log_of
from harness.export.lm_eval_files import files_of
from solver.problems.question import question_of
from tests.support.run_folders import a_run


@pytest.fixture
def run(tmp_path: Path) -> RunData:
    return gather([a_run(tmp_path / "run", n=10, text="甲")])[0]


def as_json(value: object) -> Any:
    return json.loads(json.dumps(value))


def test_the_inspect_log_has_every_sample_as_an_epoch_with_both_scores(run: RunData) -> None:
    log = as_json(log_of(run))
    assert (log["version"], log["status"], len(log["samples"])) == (2, "success", 40)
    first = [one for one in log["samples"] if one["id"] == "p1#1"]
    assert [one["epoch"] for one in first] == [1, 2, 3, 4]
    assert [one["scores"]["choice"]["value"] for one in first] == ["C", "I", "C", "I"]
    assert {one["scores"]["vote"]["value"] for one in first} == {"C"}
    assert first[0]["target"] == "A"
    assert first[0]["scores"]["choice"]["explanation"] == "答案是：A"
    assert "A. 甲\nB. 乙" in first[0]["input"][0]["content"]
    silent = [one for one in log["samples"] if one["id"] == "p2#0"][1]
    assert (silent["scores"]["choice"]["value"], silent["scores"]["choice"]["answer"]) == ("N", None)


def test_the_inspect_results_are_those_of_the_run(run: RunData) -> None:
    log = as_json(log_of(run))
    vote = next(score for score in log["results"]["scores"] if score["name"] == "vote")
    assert vote["metrics"]["accuracy"]["value"] == run.summary["accuracy"] == 0.6
    assert vote["metrics"]["stderr"]["value"] == run.summary["se"]
    reduced = log["reductions"][0]["samples"]
    assert sum(one["value"] for one in reduced) / len(reduced) == 0.6
    usage = log["stats"]["model_usage"]["vllm/m"]
    assert usage["input_tokens"] + usage["output_tokens"] == usage["total_tokens"]


def test_the_lm_eval_files_agree_with_the_run_and_with_each_other(run: RunData) -> None:
    files = files_of(run)
    assert [name.split("/")[1].split("_")[0] for name in files] == ["results", "samples"]
    results, samples = (text for text in files.values())
    found = json.loads(results)["results"]["problems"]
    assert found["exact_match,vote"] == run.summary["accuracy"]
    assert found["exact_match_stderr,vote"] == run.summary["se"]
    assert found["exact_match,first-sample"] == run.summary["single_sample_accuracy"]
    rows = [json.loads(line) for line in samples.splitlines()]
    for name in ("vote", "first-sample"):
        own = [row["exact_match"] for row in rows if row["filter"] == name]
        assert sum(own) / len(own) == found[f"exact_match,{name}"]
    assert [len(row["resps"][0]) for row in rows] == [4] * 20


def test_a_shuffled_run_is_written_as_it_was_shown(run: RunData) -> None:
    shuffled = replace(run, settings={**run.settings, "shuffle_options": True})
    samples = as_json(log_of(shuffled))["samples"]
    assert len({tuple(one["choices"]) for one in samples}) > 3
    for one in samples:
        assert one["choices"]["ABCD".index(one["target"])] == "甲"


def test_equal_options_are_both_targets(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", n=2, text="甲")
    (found,) = gather([folder])
    twin = question_of("p0#0", problem="P", text="?", options=("x", "y", "x"), gold_letter="C")
    log = as_json(log_of(replace(found, questions={**found.questions, "p0#0": twin})))
    assert log["samples"][0]["target"] == ["A", "C"]


def test_the_command_writes_files_and_refuses_a_run_whose_problems_have_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_run(tmp_path / "run", n=4, text="甲")
    assert main(["export", str(folder), "--to", "lm-eval"]) == 0
    written = capsys.readouterr().out.split()
    assert len(written) == 2
    assert all(Path(name).is_file() and folder in Path(name).parents for name in written)
    data = folder / "problems.jsonl"
    data.write_text(data.read_text(encoding="utf-8").replace("最前", "最后"), encoding="utf-8")
    assert main(["export", str(folder), "--to", "inspect"]) == 1
    assert "--data FILE" in capsys.readouterr().err


HOSTILE = (
    "..",
    ".",
    "",
    "/etc",
    "../../a",
    "m\x1b]0;owned\x07",
    "a\x00b",
    "\u202e",
    "x" * 400,
    "~",
    "-o",
    "con\nfig",
    "\ud800",
)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("tool", ["lm-eval", "inspect"])
def test_whatever_a_model_or_a_file_is_called_an_export_stays_in_its_folder(
    name: str, tool: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_run(tmp_path / "run", n=4, text="甲")
    for file, key in (("config.json", "models"), ("summary.json", "models"), ("summary.json", "data")):
        held = json.loads((folder / file).read_text())
        if key in held:
            held[key] = [name]
            (folder / file).write_text(json.dumps(held))
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    out = tmp_path / "out" / "inner"
    assert main(["export", str(folder), "--to", tool, "-o", str(out)]) == 0
    made = [path for path in tmp_path.rglob("*") if path.is_file() and path not in before]
    assert made
    assert all(path.is_relative_to(out) for path in made)
    said = capsys.readouterr()
    assert not any(ord(letter) < 32 and letter != "\n" for letter in said.out + said.err)


def test_recorded_votes_of_a_run_are_read_back_as_they_were_drawn(run: RunData, tmp_path: Path) -> None:
    files = votes_file.files_of(run)
    (tmp_path / "votes.jsonl").write_text(files["votes.jsonl"], encoding="utf-8")
    rows = [json.loads(line) for line in files["votes.jsonl"].splitlines()]
    assert {row["format"] for row in rows} == {votes_file.FORMAT}
    read = list(read_recordings(tmp_path / "votes.jsonl"))
    assert len(read) == len(run.results)
    for one, result in zip(read, run.results, strict=True):
        samples = run.samples[result.question_id]
        assert one.gold == "A"
        assert [None if letter is None else "ABCDEFGH".index(letter) for letter in one.answers] == [
            sample.option_class for sample in samples
        ]
        assert one.tokens == tuple(sample.completion_tokens for sample in samples)
        assert one.confidences == pytest.approx((math.exp(-0.01),) * len(samples))
    assert "甲" not in files["votes.jsonl"]
    assert "harness board" in files["README.md"]


def test_votes_are_exported_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = a_run(tmp_path / "run", n=3, text="x")
    assert main(["export", str(folder), "--to", "votes"]) == 0
    assert [Path(line).name for line in capsys.readouterr().out.split()] == ["votes.jsonl", "README.md"]


@pytest.mark.parametrize(("to", "name"), [("votes", "v.jsonl"), ("inspect", "log.json")])
def test_a_form_of_one_file_is_written_to_the_file_that_is_named(
    to: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, out = a_run(tmp_path / "run", n=10, text="甲"), tmp_path / "out" / name
    assert main(["export", str(run), "--to", to, "-o", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert [path.name for path in out.parent.iterdir()] == [name]
    if to == "votes":
        assert main(["replay", str(out), "--rule", "fixed:2"]) == 0


@pytest.mark.parametrize(("to", "name"), [("votes", "v.json"), ("lm-eval", "x.json"), ("evalscope", "x.jsonl")])
def test_a_file_named_for_a_form_of_several_is_refused(
    to: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = a_run(tmp_path / "run", n=10, text="甲")
    assert main(["export", str(run), "--to", to, "-o", str(tmp_path / name)]) == 2
    assert f"{name}: what is written for {to} is a folder" in capsys.readouterr().err
    assert not (tmp_path / name).exists()
