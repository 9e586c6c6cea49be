"""Reading a run again: letters anew, texts and settings as they are, and the same command then decides."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from harness.cli import PROGRAM
from harness.run.attempt_log import read_with
from harness.run.folder import RunFolder
from harness.run.results import read_results
from solver.extraction.version import RULES_VERSION
from solver.sampling.reading import read_again
from solver.sampling.sample import Sample, Status
from solver.scheduling.store import read_samples, sample_from_json, sample_to_json
from tests.golden.command import INPUTS, ROOT, good, ran
from tests.support.command import serving
from tests.support.scripted_sampler import a_question, a_request, a_sample

OVER_RUNS: dict[str, tuple[str, ...]] = {
    "report": ("runs/a-read", "-o", "a.html"),
    "compare": ("runs/a-read", "runs/a"),
    "combine": ("runs/a", "runs/a-read"),
    "leaderboard": ("runs/a-read",),
    "submit": ("runs/a-read", "-o", "s.jsonl"),
    "audit": ("runs/a-read", "-o", "d.jsonl"),
    "export": ("runs/a-read", "--to", "votes", "-o", "votes"),
    "replay": ("runs/a-read", "--rule", "lead:3"),
    "board": ("runs/a-read", "-o", "rules.md"),
    "reproduce": ("runs/a-read",),
}
"""Words with which each command that takes the folder of a finished run is given one of a run read again."""
WORDS = ("p.jsonl", "--limit", 6, "--rule", "fixed:2", "--max-samples", "2", "--shuffle-options")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p.jsonl").write_bytes((ROOT / INPUTS / "generated.jsonl").read_bytes())
    with serving() as server:
        good("harness", "eval", *WORDS, "--endpoint", server.url, "--run", "runs/a", folder=tmp_path)
    return tmp_path


def samples(run: Path) -> list[Sample]:
    return list(read_samples(run))


def misread(run: Path) -> None:
    """Leave the run as older rules would have: the first sample without a letter, the second with another one."""
    first, second, *_ = samples(run)
    wrong = (second.option_class or 0) + (1 if not second.option_class else -1)
    worse = [
        replace(first, status=Status.NO_ANSWER, shown_letter=None, option_class=None, rule="nothing", span=None),
        replace(second, option_class=wrong),
    ]
    with sqlite3.connect(run / "samples.sqlite") as connection:
        for one in worse:
            connection.execute("UPDATE samples SET body = ? WHERE key = ?", (sample_to_json(one), one.key))
    connection.close()
    path = RunFolder(run).attempts
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("".join(json.dumps({**line, "extraction_rules": 99}) + "\n" for line in lines), encoding="utf-8")


def test_what_was_read_by_these_rules_stays_as_it_was(folder: Path) -> None:
    told = good("harness", "reread", "runs/a", "--json", folder=folder).summary
    assert (told["samples"], told["same"], told["gained"], told["lost"], told["changed"]) == (12, 12, 0, 0, 0)
    assert samples(folder / "runs/a-read") == samples(folder / "runs/a")


def test_letters_are_read_anew_and_the_same_command_decides_without_asking(folder: Path) -> None:
    before = samples(folder / "runs/a"), read_results(folder / "runs/a")
    misread(folder / "runs/a")
    ended = good("harness", "reread", "runs/a", "-o", "runs/b", folder=folder)
    assert "12 samples: 1 with a letter that had none, 0 without, 1 with another, 10 as they were." in " ".join(
        ended.out.split()
    )
    assert "extraction rules" in ended.out
    assert "99" in ended.out
    assert ended.err.endswith("harness: to decide anew: the command that made runs/a, with --run runs/b\n")
    # The log-probability of a letter that was not read then is not known now.
    known = [sample_from_json(sample_to_json(one)) for one in samples(folder / "runs/b")]
    assert [(one.key, one.shown_letter, one.option_class, one.status, one.text) for one in known] == [
        (one.key, one.shown_letter, one.option_class, one.status, one.text) for one in before[0]
    ]
    assert read_with(RunFolder(folder / "runs/b")) == (RULES_VERSION,)
    with serving() as server:
        good("harness", "eval", *WORDS, "--endpoint", server.url, "--run", "runs/b", folder=folder)
        assert not server.calls
    assert read_results(folder / "runs/b") == before[1]
    assert RunFolder(folder / "runs/b").read_summary()["extraction_rules"] == [RULES_VERSION]


def test_what_goes_on_with_runs_says_in_a_line_what_one_read_again_is_and_what_to_do(folder: Path) -> None:
    shelf = {name for names in PROGRAM.shelves.values() for name in names}
    assert shelf - {"import", "reread"} | {"reproduce"} == set(OVER_RUNS)
    good("harness", "reread", "runs/a", folder=folder)
    for name, words in OVER_RUNS.items():
        ended = ran("harness", name, *words, folder=folder)
        if name == "leaderboard":
            assert "Skipped runs/a-read: it is not decided yet" in ended.out
            continue
        assert ended.code == 2, (name, ended.err)
        assert "runs/a-read: a run that is not decided: " in ended.err, (name, ended.err)
        assert ended.err.endswith("by the command that made it with --run runs/a-read\n"), (name, ended.err)
    told = good("harness", "leaderboard", "runs", folder=folder).out
    assert re.search(r"^ +1 +a ", told, re.MULTILINE), told
    assert "Skipped runs/a-read:" in told


def test_a_folder_that_holds_something_and_other_problems_are_refused(folder: Path) -> None:
    (folder / "taken").mkdir()
    (folder / "taken/mine").touch()
    told = ran("harness", "reread", "runs/a", "-o", "taken", folder=folder)
    assert (told.code, "taken exists already; give another -o" in told.err) == (2, True), told.err
    rows = (folder / "p.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "p.jsonl").write_text("".join(rows[1:]), encoding="utf-8")
    told = ran("harness", "reread", "runs/a", folder=folder)
    assert (told.code, "its problems have changed since" in told.err) == (2, True), told.err
    (folder / "old.jsonl").write_text("".join(rows), encoding="utf-8")
    assert good("harness", "reread", "runs/a", "--data", "old.jsonl", "--json", folder=folder).summary["same"] == 12


def test_a_forced_letter_stays_where_none_is_read_and_a_thought_alone_gets_none() -> None:
    question = a_question(gold="A")
    request = a_request(question)
    forced = replace(a_sample(request, 0), text="我想了很久。", rule="closing", is_closed=True, span=None)
    assert read_again(forced, request) is forced
    own = read_again(replace(forced, text="答案是：B"), request)
    assert (own.shown_letter, own.is_closed, own.rule) == ("B", False, "declared")
    thought = replace(forced, text="<think>\n先看B。\n答案是：B")
    assert read_again(thought, request) is thought
    silent = replace(a_sample(request, None), text="<think>先看A。\n答案是：A</think>\n\n", rule="nothing")
    assert read_again(silent, request) is silent
    refused = replace(a_sample(request, None), text="答案是：A", rule="refusal")
    assert read_again(refused, request) is refused
