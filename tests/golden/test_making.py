"""Folders of ``synth distill``, ``augment`` and ``perturb`` by an earlier version: continued, and written again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.golden import making
from tests.golden.command import INPUTS, ROOT
from tests.golden.fields import check, recorded
from tests.golden.folders import brought
from tests.golden.making import KINDS, made, model, rows_of, texts_of
from tests.golden.runs import NOWHERE

KIND = pytest.mark.parametrize("name", KINDS)


def same(name: str, folder: Path) -> None:
    """Hold a folder's results against the finished one: field by field, and the rows byte for byte."""
    then, now = recorded(f"synth/{name}"), texts_of(folder)
    check(rows_of(then), rows_of(now))
    for file, text in then.items():
        # The report tells times.
        assert file == "report.json" or text == now[file], f"{file} has other bytes, with fields added to it"


def replies(folder: Path) -> int:
    """Return how many chains a journal of the earlier version holds."""
    with closing(sqlite3.connect(folder / "journal.sqlite")) as journal:
        (count,) = journal.execute("SELECT count(*) FROM records WHERE kind = 'reply'").fetchone()
    return int(count)


@KIND
def test_a_half_finished_journal_of_an_earlier_version_gives_the_same_rows_and_nothing_is_paid_twice(
    name: str, tmp_path: Path
) -> None:
    folder, whole = brought(f"synth/half/{name}", tmp_path), brought(f"synth/whole/{name}", tmp_path / "whole")
    then = replies(folder)
    with model(KINDS[name]) as (server, answers):
        ending = made(KINDS[name], folder, server.url)
    assert ending.code == 0, ending.err
    same(name, folder)
    assert 0 < then < replies(whole)
    assert len(answers.asked) == replies(whole) - then


@KIND
def test_a_finished_journal_of_an_earlier_version_gives_the_same_rows_without_a_request(
    name: str, tmp_path: Path
) -> None:
    folder = brought(f"synth/whole/{name}", tmp_path)
    with model(KINDS[name]) as (server, _):
        ending = made(KINDS[name], folder, server.url)
        assert server.number == 0
    assert ending.code == 0, ending.err
    same(name, folder)


@KIND
def test_the_same_command_in_a_new_folder_makes_the_same_rows(name: str, tmp_path: Path) -> None:
    with model(KINDS[name]) as (server, _):
        ending = made(KINDS[name], tmp_path, server.url)
    assert ending.code == 0, ending.err
    same(name, tmp_path)


def test_proven_perturbations_are_the_same_byte_for_byte(tmp_path: Path) -> None:
    assert making.proven(tmp_path) == recorded("synth/proven")


def test_a_changed_plan_is_refused_by_a_journal_of_an_earlier_version(tmp_path: Path) -> None:
    folder = brought("synth/half/ladder", tmp_path)
    inputs = ROOT / INPUTS
    for path in inputs.glob("*.txt"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (inputs / "ladder.yaml").read_text(encoding="utf-8")
    (tmp_path / "ladder.yaml").write_text(text.replace("max_tokens: 120", "max_tokens: 121"), encoding="utf-8")
    kind = KINDS["ladder"]
    changed = kind._replace(words=("distill", tmp_path / "ladder.yaml", *kind.words[2:]))
    ending = made(changed, folder, NOWHERE)
    assert ending.code == 2
    assert "120 there, 121 now" in ending.err


def test_no_golden_ladder_is_without_what_makes_ladders_hard() -> None:
    rows = {name: rows_of(recorded(f"synth/{name}")) for name in KINDS}
    assert {one["rung"] for one in rows["ladder"]["decisions.jsonl"]} >= {"easy", "medium", "hard"}
    for file in ("disputed", "rejected", "explained", "train.messages", "dev.messages"):
        assert rows["ladder"][f"{file}.jsonl"], file
    for file in ("accepted", "rejected", "malformed"):
        assert rows["augment"][f"{file}.jsonl"], file
    assert {one["perturbation"]["proof"] for one in rows["perturb"]["perturbed.jsonl"]} >= {"rule", "votes"}
    assert '"proof": "prover"' in recorded("synth/proven")["perturbed.jsonl"]
