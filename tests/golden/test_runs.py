"""Run folders of an earlier version: continued, scored again, and drawn again from nothing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.golden import runs
from tests.golden.command import INPUTS, RECORDED, ROOT
from tests.golden.fields import check, lines_of, recorded, without
from tests.golden.folders import brought
from tests.golden.runs import KINDS, NOWHERE, PLACES, TIMES, evaluated, model

WRITTEN = ("results.jsonl", "submission.jsonl")
KIND = pytest.mark.parametrize("name", KINDS)


def whole(name: str, file: str) -> Path:
    """Return a file of the finished run."""
    return ROOT / RECORDED / "evals" / "whole" / name / file


def submission(name: str) -> bytes:
    """Return the submission of the finished run; then flat rows became contest rows, and now they come back as flat."""
    *contest, joined = whole(name, "submission.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    flat = lines_of(ROOT / INPUTS / "flat.jsonl")
    answers = [one["answer"] for one in json.loads(joined)["questions"]]
    rows = [{**row, "output": answer} for row, answer in zip(flat, answers, strict=True)]
    return "".join([*contest, *(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)]).encode()


def summary(folder: Path) -> Any:
    """Return a summary without times and places."""
    return without(json.loads((folder / "summary.json").read_text(encoding="utf-8")), TIMES | PLACES)


def same_results(name: str, folder: Path) -> None:
    """Hold a folder against the finished run, field by field."""
    check(lines_of(whole(name, "results.jsonl")), lines_of(folder / "results.jsonl"))
    assert (folder / "submission.jsonl").read_bytes() == submission(name)
    check(summary(whole(name, "")), summary(folder))


@KIND
def test_a_half_finished_run_of_an_earlier_version_ends_as_its_finished_one_and_pays_for_nothing_twice(
    name: str, tmp_path: Path
) -> None:
    folder = brought(f"evals/half/{name}", tmp_path)
    then = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    with model(KINDS[name]) as (server, answers):
        ending = evaluated(KINDS[name], folder, server.url)
    assert ending.code == 0, ending.err
    same_results(name, folder)
    # What the server had refused is asked again.
    landed = then["n_samples"] - then["failed"]
    assert len(answers.asked) == ending.rows[-1]["n_samples"] - landed
    assert ending.rows[-1]["attempts"] == 2


@KIND
def test_a_finished_run_of_an_earlier_version_is_scored_again_without_a_server(name: str, tmp_path: Path) -> None:
    folder = brought(f"evals/whole/{name}", tmp_path)
    for file in (*WRITTEN, "summary.json"):
        (folder / file).unlink()
    ending = evaluated(KINDS[name], folder, NOWHERE)
    assert ending.code == 0, ending.err
    same_results(name, folder)
    check(summary(whole(name, "")), without(ending.rows[-1], TIMES | PLACES))
    assert ending.rows[-1]["attempts"] == 1


@KIND
def test_the_same_command_in_a_new_folder_asks_for_the_same_and_ends_the_same(name: str, tmp_path: Path) -> None:
    with model(KINDS[name]) as (server, answers):
        ending = evaluated(KINDS[name], tmp_path / name, server.url)
    assert ending.code == 0, ending.err
    same_results(name, tmp_path / name)
    # In no order: how many are in flight at once is free to change.
    check(recorded("requests")[name], runs.in_order(answers.asked))


@KIND
def test_submission_and_the_names_of_then_in_results_are_the_same_byte_for_byte(name: str, tmp_path: Path) -> None:
    folder = brought(f"evals/half/{name}", tmp_path)
    with model(KINDS[name]) as (server, _):
        assert evaluated(KINDS[name], folder, server.url).code == 0
    assert (folder / "submission.jsonl").read_bytes() == submission(name)
    # Names that were added since stand behind the old ones.
    now = (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    then = whole(name, "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert [line[: len(old) - 1] for line, old in zip(now, then, strict=True)] == [old[:-1] for old in then]


def test_a_changed_setting_is_refused_by_a_folder_of_an_earlier_version(tmp_path: Path) -> None:
    folder = brought("evals/half/lead", tmp_path)
    ending = evaluated(KINDS["lead"], folder, NOWHERE, "--temperature", 0.9, "--seed", 8)
    assert ending.code == 2
    assert "temperature: 0.8 there, 0.9 now" in ending.err
    assert "seed: 7 there, 8 now" in ending.err


def test_no_golden_run_is_without_what_makes_runs_hard() -> None:
    rows = lines_of(whole("lead", "results.jsonl"))
    assert {row["stop_reason"] for row in rows} >= {"lead 3", "cap"}
    assert any(row["gold"] is None for row in rows)
    assert any(None in row["votes"] for name in KINDS for row in lines_of(whole(name, "results.jsonl")))
    deep, wide = (summary(ROOT / RECORDED / "evals" / "half" / name) for name in ("lead", "fixed"))
    assert deep["failed"] > 0
    assert deep["samples_per_question"] > 2
    assert 0 < wide["n_unasked"] < wide["n_questions"]
    asked = Counter(request["model"] for request in recorded("requests")["several"])
    assert set(asked) == {"one", "two"}
