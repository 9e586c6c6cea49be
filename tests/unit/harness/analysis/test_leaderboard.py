"""Ranks of runs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from harness.analysis.leaderboard import LeaderboardArgs, render, run, to_json
from harness.errors import RunFolderError


def write(folder: Path, accuracy: float, half: float = 0.02, *, complete: bool = True, digest: str = "d1") -> None:
    folder.mkdir(parents=True)
    summary = {"accuracy": accuracy, "ci_low": accuracy - half, "ci_high": accuracy + half, "n_questions": 100}
    (folder / "summary.json").write_text(json.dumps({**summary, "complete": complete, "models": ["m", "n"]}))
    binding = {"data": ["bench.jsonl"], "data_sha256": digest, "rule": "lead:3", "models": []}
    (folder / "config.json").write_text(json.dumps({"binding": binding, "hash": "h"}))


def test_overlapping_runs_share_a_rank(tmp_path: Path) -> None:
    write(tmp_path / "low", 0.5)
    write(tmp_path / "top", 0.8)
    write(tmp_path / "deep" / "near", 0.77)
    board = run(LeaderboardArgs(folder=tmp_path))
    assert [(entry.run, entry.rank) for entry in board.entries] == [("top", 1), ("deep/near", 1), ("low", 3)]
    assert board.entries[0].model == "m + n"


def test_incomplete_runs_have_no_rank_and_push_nobody_down(tmp_path: Path) -> None:
    write(tmp_path / "half", 0.95, complete=False)
    write(tmp_path / "whole", 0.5)
    board = run(LeaderboardArgs(folder=tmp_path))
    assert [(entry.run, entry.rank, entry.is_complete) for entry in board.entries] == [
        ("whole", 1, True),
        ("half", None, False),
    ]


def test_benchmarks_are_ranked_apart(tmp_path: Path) -> None:
    write(tmp_path / "a", 0.9)
    write(tmp_path / "b", 0.2, digest="d2")
    assert [entry.rank for entry in run(LeaderboardArgs(folder=tmp_path)).entries] == [1, 1]


def test_broken_runs_are_skipped_and_named(tmp_path: Path) -> None:
    write(tmp_path / "good", 0.9)
    write(tmp_path / "bad", 0.9)
    (tmp_path / "bad" / "summary.json").write_text("{")
    write(tmp_path / "running", 0.9)
    (tmp_path / "running" / "summary.json").unlink()
    (tmp_path / "running" / "results.jsonl").write_text("")
    board = run(LeaderboardArgs(folder=tmp_path))
    assert [entry.run for entry in board.entries] == ["good"]
    assert [Path(reason.split(":")[0]).name for reason in board.skipped] == ["bad", "running"]
    json.dumps(to_json(board), allow_nan=False)
    Console(quiet=True).print(render(board))


def test_an_empty_folder_says_so_and_a_missing_one_is_an_error(tmp_path: Path) -> None:
    board = run(LeaderboardArgs(folder=tmp_path))
    assert board.entries == ()
    Console(quiet=True).print(render(board))
    with pytest.raises(RunFolderError):
        run(LeaderboardArgs(folder=tmp_path / "none"))


def test_runs_that_differ_show_in_what(tmp_path: Path) -> None:
    for name, prompt, context in (("a", "cot", 400), ("b", "reason", 400)):
        write(tmp_path / name, 0.9)
        path = tmp_path / name / "config.json"
        config = json.loads(path.read_text(encoding="utf-8"))
        config["binding"] |= {"prompt": prompt, "max_tokens": context, "ensemble": "champion"}
        path.write_text(json.dumps(config | {"all": {"preset": name}}), encoding="utf-8")
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(render(run(LeaderboardArgs(folder=tmp_path))))
    said = console.export_text()
    assert "preset=a, prompt=cot" in said
    assert "preset=b, prompt=reason" in said
    assert "max_tokens" not in said
