"""Ranks of runs."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from harness.analysis.leaderboard import LeaderboardArgs, render, run, to_json
from harness.errors import RunFolderError
from harness.run.config import EvalConfig, check_folder
from solver.base.config import Entry, entries
from solver.base.config.fields import kinds_of, words_of
from solver.base.errors import UsageError
from tests.golden.command import good, ran
from tests.support.run_folders import a_run


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
    board = run(LeaderboardArgs(places=(tmp_path,)))
    assert [(entry.run, entry.rank) for entry in board.entries] == [("top", 1), ("deep/near", 1), ("low", 3)]
    assert board.entries[0].model == "m + n"


def test_incomplete_runs_have_no_rank_and_push_nobody_down(tmp_path: Path) -> None:
    write(tmp_path / "half", 0.95, complete=False)
    write(tmp_path / "whole", 0.5)
    board = run(LeaderboardArgs(places=(tmp_path,)))
    assert [(entry.run, entry.rank, entry.is_complete) for entry in board.entries] == [
        ("whole", 1, True),
        ("half", None, False),
    ]


def test_benchmarks_are_ranked_apart(tmp_path: Path) -> None:
    write(tmp_path / "a", 0.9)
    write(tmp_path / "b", 0.2, digest="d2")
    assert [entry.rank for entry in run(LeaderboardArgs(places=(tmp_path,))).entries] == [1, 1]


def test_broken_runs_are_skipped_and_named(tmp_path: Path) -> None:
    write(tmp_path / "good", 0.9)
    write(tmp_path / "bad", 0.9)
    (tmp_path / "bad" / "summary.json").write_text("{")
    write(tmp_path / "running", 0.9)
    (tmp_path / "running" / "summary.json").unlink()
    (tmp_path / "running" / "results.jsonl").write_text("")
    board = run(LeaderboardArgs(places=(tmp_path,)))
    assert [entry.run for entry in board.entries] == ["good"]
    assert [Path(reason.split(":")[0]).name for reason in board.skipped] == ["bad", "running"]
    json.dumps(to_json(board), allow_nan=False)
    Console(quiet=True).print(render(board))


def test_an_empty_folder_says_so_and_a_missing_one_is_an_error(tmp_path: Path) -> None:
    board = run(LeaderboardArgs(places=(tmp_path,)))
    assert board.entries == ()
    Console(quiet=True).print(render(board))
    with pytest.raises(RunFolderError):
        run(LeaderboardArgs(places=(tmp_path / "none",)))


def test_runs_that_differ_show_in_what(tmp_path: Path) -> None:
    for name, prompt, context in (("a", "cot", 400), ("b", "reason", 400)):
        write(tmp_path / name, 0.9)
        path = tmp_path / name / "config.json"
        config = json.loads(path.read_text(encoding="utf-8"))
        config["binding"] |= {"prompt": prompt, "max_tokens": context, "ensemble": "champion"}
        path.write_text(json.dumps(config | {"all": {"preset": name}}), encoding="utf-8")
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(render(run(LeaderboardArgs(places=(tmp_path,)))))
    said = console.export_text()
    assert "preset=a, prompt=cot" in said
    assert "preset=b, prompt=reason" in said
    assert "max_tokens" not in said


def said_of(*places: Path | str) -> str:
    console = Console(width=400, record=True, file=io.StringIO())
    console.print(render(run(LeaderboardArgs(places=tuple(map(Path, places))))))
    return console.export_text()


def test_several_runs_folders_of_runs_and_patterns_are_taken_and_each_run_counts_once(tmp_path: Path) -> None:
    for name in ("runs/a", "runs/b", "other/deep/c", "more/d-x", "more/e-y"):
        write(tmp_path / name, 0.9)
    (tmp_path / "more/notes.txt").write_text("")
    (tmp_path / "empty").mkdir()
    places = [tmp_path / name for name in ("runs/a", "runs", "other", "more/*-x", "runs/b", "empty")]
    board = run(LeaderboardArgs(places=tuple(places)))
    names = [Path(entry.run).relative_to(tmp_path).as_posix() for entry in board.entries]
    assert names == ["more/d-x", "other/deep/c", "runs/a", "runs/b"]
    assert board.skipped == (f"{tmp_path / 'empty'}: no run",)
    assert [entry.run for entry in run(LeaderboardArgs(places=(tmp_path / "runs/a",))).entries] == [
        str(tmp_path / "runs/a")
    ]


def test_two_runs_are_typed_as_everywhere_else(tmp_path: Path) -> None:
    runs = [a_run(tmp_path / name, n=6, text="x", rule=rule) for name, rule in (("a", "fixed:4"), ("b", "lead:2"))]
    table = good("harness", "leaderboard", *runs).out
    assert all(rule in table for rule in ("fixed:4", "lead:2"))
    assert len(json.loads(good("harness", "leaderboard", *runs, "--json").out)["entries"]) == 2
    refused = ran("harness", "leaderboard", runs[0] / "summary.json")
    assert (refused.code, "a file; give runs" in refused.err) == (2, True)
    assert ran("harness", "leaderboard", runs[0], tmp_path / "c").code == 2


# Where a run was kept and how it was shown; the last two are told by what they chose.
_SAME_RESULT = {
    "run",
    "display",
    "json",
    "track",
    "details",
    "skip_bad",
    "fill",
    "full",
    "from_forecast",
    "preset_values",
    "data",
}
_SETTINGS = [entry for entry in entries(EvalConfig).values() if entry.bound_name not in _SAME_RESULT]
_OTHER: dict[str, object] = {
    "models": ("x", "y"),
    "adapters": ("a=models/embedded",),
    "endpoints": ("http://127.0.0.1:9/v1",),
    "engine_args": ("--x=1",),
    "ensemble": "weighted:.6,.4",
    "extra_body": '{"a": 1}',
    "allocation": "even",
    "deadline_s": 90.0,
    "min_p": 0.5,
    "top_p": 0.5,
    "price_prompt": "0.5",
    "price_completion": "0.5",
    "pilot": 4,
    "preset": "none",
    "prompt": "short",
    "rule": "fixed:2",
    "serve": "models/mine",
    "max_num_batched_tokens": 512,
    "stop": ("\n\n",),
    "kv_cache_dtype": "fp8",
    "engine": "server",
}


def _two_runs(folder: Path, one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """Write two runs as ``eval`` does, and return their rows on the leaderboard, without their names."""
    for name, changes in (("one", one), ("two", other)):
        shutil.rmtree(folder / name, ignore_errors=True)
        write(folder / name, 0.9)
        (folder / name / "config.json").unlink()
        summary = json.loads((folder / name / "summary.json").read_text(encoding="utf-8"))
        models = list(changes.get("models") or ["m"])  # type: ignore[call-overload]
        (folder / name / "summary.json").write_text(json.dumps({**summary, "models": models}))
        given = {**changes, "rule": changes.get("rule", "lead:3")}
        facts = {"data_sha256": "d1", "prompt_sha256": f"p-{changes.get('prompt')}"}
        check_folder(folder / name, EvalConfig.of(**given), facts)
    rows = [line for line in said_of(folder).splitlines() if re.search(r"\b(one|two)\b", line)]
    assert len(rows) == 2
    return [re.sub(r"\s+", " ", row.replace("one", "").replace("two", "")) for row in rows]


@pytest.mark.parametrize("entry", _SETTINGS, ids=lambda entry: entry.name)
def test_two_runs_that_differ_in_one_setting_show_it(tmp_path: Path, entry: Entry) -> None:
    words = [word for word in words_of(entry.info.annotation) if word != entry.default]
    fallback: object = not entry.default if bool in kinds_of(entry.info.annotation) else (words or ["2"])[0]
    value = _OTHER.get(entry.name, fallback)
    needs: dict[str, object] = {}
    for needed in ({}, {"models": ("a", "b")}, {"allocation": "even"}, {"endpoints": ("http://127.0.0.1:9/v1",)}):
        with contextlib.suppress(UsageError):
            EvalConfig.of(**{**needed, entry.name: value})
            needs = {name: one for name, one in needed.items() if name != entry.name}
            break
    one, two = _two_runs(tmp_path, needs, {**needs, entry.name: value})
    assert one != two, f"{entry.name}: {one}"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["system", "stop"]),
    texts=st.lists(st.text(min_size=1, max_size=90), min_size=2, max_size=2, unique=True),
)
def test_two_texts_of_a_setting_are_told_apart(tmp_path: Path, name: str, texts: list[str]) -> None:
    one, two = ({name: (text,) if name == "stop" else text} for text in texts)
    assert len(set(_two_runs(tmp_path, one, two))) == 2


def test_text_that_changed_under_one_name_is_told_by_its_digest(tmp_path: Path) -> None:
    for name, prompt, weights in (("a", "aaaa", "w1"), ("b", "bbbb", "w1"), ("c", "bbbb", "w2")):
        write(tmp_path / name, 0.9)
        config = json.loads((tmp_path / name / "config.json").read_text(encoding="utf-8"))
        config["binding"] |= {"prompt": "mine.txt", "prompt_sha256": prompt, "serve": "models/mine"}
        (tmp_path / name / "config.json").write_text(json.dumps(config))
        (tmp_path / name / "card.json").write_text(json.dumps({"model": {"weights_sha256": weights}}))
    said = said_of(tmp_path)
    assert "prompt_sha256=aaaa, weights_sha256=w1" in said
    assert "prompt_sha256=bbbb, weights_sha256=w2" in said
