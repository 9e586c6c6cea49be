"""Every command says alike what is not there and what may have been meant, and takes nothing twice."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from solver.base.errors import UsageError
from solver.base.inputs import check_once, meant
from tests.golden.command import INPUTS, ROOT, good, ran
from tests.support.command import serving

MISSING: dict[str, tuple[tuple[str, ...], str]] = {
    "eval": (("harness", "eval", "p.jsonx"), "did you mean p.jsonl?"),
    "answer": (("solver", "answer", "p.jsonx"), "did you mean p.jsonl?"),
    "prompt": (("harness", "eval", "p.jsonl", "--prompt", "mine.txx"), "did you mean mine.txt?"),
    "system": (("harness", "eval", "p.jsonl", "--system", "mind.txt"), "did you mean mine.txt?"),
    "config": (("harness", "eval", "--config", "c.yamll"), "did you mean c.yaml?"),
    "compare": (("harness", "compare", "runs/aa", "runs/b"), "did you mean runs/a"),
    "combine": (("harness", "combine", "runs/aa", "runs/b"), "did you mean runs/a"),
    "report": (("harness", "report", "runs/aa"), "did you mean runs/a"),
    "submit": (("harness", "submit", "runs/aa", "-o", "s.jsonl"), "did you mean runs/a"),
    "replay": (("harness", "replay", "runs/aa", "--rule", "lead:3"), "did you mean runs/a"),
    "board": (("harness", "board", "runs/aa"), "did you mean runs/a"),
    "audit": (("harness", "audit", "runs/aa"), "did you mean runs/a"),
    "apply": (
        ("harness", "audit", "--apply", "d.jsonl", "p.jsonl", "-o", "m.jsonl"),
        "d.jsonl: cannot be read: no such",
    ),
    "import": (("harness", "import", "run"), "did you mean runs?"),
    "export": (("harness", "export", "runs/aa", "--to", "votes"), "did you mean runs/a"),
    "leaderboard": (("harness", "leaderboard", "run"), "did you mean runs?"),
    "reproduce": (("harness", "reproduce", "runs/aa"), "did you mean runs/a"),
    "submit of a folder of runs": (("harness", "submit", "runs", "-o", "s.jsonl"), "did you mean runs/a or runs/b?"),
    "harvest": (("synth", "harvest", "runs/aa", "--data", "p.jsonl", "--out", "x"), "did you mean runs/a"),
    "check": (("synth", "check", "p.jsonx"), "did you mean p.jsonl?"),
    "mix": (("synth", "mix", "p.jsonx", "--out", "m.jsonl"), "did you mean p.jsonl?"),
    "giveaways": (("synth", "giveaways", "p.jsonx"), "did you mean p.jsonl?"),
    "perturb": (("synth", "perturb", "p.jsonx", "--out", "x"), "did you mean p.jsonl?"),
    "distill": (("synth", "distill", "c.yamll", "p.jsonl", "--out", "x"), "did you mean c.yaml?"),
    "sft": (("train", "sft", "data.train=p.jsonx", "--out", "x"), "did you mean p.jsonl?"),
    "dpo": (("train", "dpo", "data.train=p.jsonx", "--out", "x"), "did you mean p.jsonl?"),
    "merge": (("train", "merge", "x/adapter", "--out", "y"), "x/adapter/adapter_config.json: cannot be read: no such"),
    "plan": (("train", "plan", "nosuch"), "embedded-dpo, embedded-grpo, embedded-lora"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("named")
    (folder / "p.jsonl").write_bytes((ROOT / INPUTS / "generated.jsonl").read_bytes())
    (folder / "mine.txt").write_text("{question}", encoding="utf-8")
    (folder / "c.yaml").write_text("{}\n", encoding="utf-8")
    with serving() as server:
        for name, seed in (("a", 1), ("b", 2)):
            words = ("p.jsonl", "--limit", 4, "--seed", seed, "--endpoint", server.url, "--run", f"runs/{name}")
            good("harness", "eval", *words, folder=folder)
    return folder


@pytest.mark.parametrize("case", MISSING)
def test_what_is_not_there_is_told_with_what_may_have_been_meant(folder: Path, case: str) -> None:
    words, then = MISSING[case]
    # Half a minute of imports is nothing that a slip in a name waits for.
    barred = {"train.lora.run": None} if words[1] in ("sft", "dpo") else {}
    with mock.patch.dict(sys.modules, barred) if barred else contextlib.nullcontext():
        told = ran(*words, folder=folder)
    assert told.code == 2, told
    assert then in told.err
    assert "Errno" not in told.err
    assert told.err.count("cannot be read") <= 1


TWICE = {
    "compare": ("harness", "compare", "runs/a", "runs/a/"),
    "combine": ("harness", "combine", "runs/a", "runs/b", "runs/../runs/a"),
    "report": ("harness", "report", "runs/a", "runs/a"),
    "replay": ("harness", "replay", "runs/a", "runs/a", "--rule", "lead:3"),
    "board": ("harness", "board", "runs/a", "runs/a"),
    "audit": ("harness", "audit", "runs/a", "./runs/a"),
    "harvest": ("synth", "harvest", "runs/a", "runs/a", "--data", "p.jsonl", "--out", "x"),
}


@pytest.mark.parametrize("command", TWICE)
def test_a_run_that_is_named_twice_does_not_count_twice(folder: Path, command: str) -> None:
    told = ran(*TWICE[command], folder=folder)
    assert told.code == 2
    assert f"{command} was given the same" in told.err


def test_two_runs_over_the_same_data_have_the_same_problems(folder: Path) -> None:
    (one,) = good("harness", "replay", "runs/a", "--rule", "lead:1", "--json", folder=folder).rows
    (both,) = good("harness", "replay", "runs/a", "runs/b", "--rule", "lead:1", "--json", folder=folder).rows
    assert both["n_questions"] == 2 * one["n_questions"]
    assert both["n_clusters"] == one["n_clusters"]


@pytest.mark.parametrize("package", ["distill", "augment"])
def test_what_was_only_reckoned_says_how_it_is_done(folder: Path, package: str) -> None:
    words = (package, "embedded" if package == "distill" else "augment", "p.jsonl", "--out", f"dry-{package}")
    told = good("synth", *words, "--dry-run", folder=folder).err
    assert told.splitlines()[-1] == f"synth: next: python -m synth {' '.join(words)}"


@pytest.mark.parametrize("words", [("solver", "extract"), ("solver", "answer"), ("harness", "eval", "-")])
def test_who_waits_for_the_keyboard_says_so(words: tuple[str, ...]) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, b"\x04")
    done = subprocess.run([sys.executable, "-m", *words], stdin=theirs, capture_output=True, text=True, cwd=ROOT)
    os.close(ours)
    os.close(theirs)
    told = [
        line for line in done.stderr.splitlines() if line.startswith("reading from the keyboard; end it with Ctrl-D")
    ]
    assert len(told) == 1, done


def test_a_system_message_of_one_word_is_still_one() -> None:
    from solver.sampling.parameters import Parameters

    assert Parameters(system="/no_think").system == "/no_think"
    with pytest.raises(UsageError, match="no such file"):
        Parameters(system="prompts/mine.txt")


def test_names_are_near_only_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").touch()
    assert meant(tmp_path / "trian.jsonl") == f"; did you mean {tmp_path / 'train.jsonl'}?"
    assert meant(tmp_path / "other.csv") == meant(tmp_path / "no" / "train.jsonl") == ""
    check_once([tmp_path / "a", tmp_path / "b"], "compare")
    with pytest.raises(UsageError, match="compare was given the same run twice"):
        check_once([tmp_path / "a", tmp_path / "b" / ".." / "a"], "compare")


def test_a_plan_says_what_is_held_out(folder: Path) -> None:
    (folder / "rows.jsonl").write_bytes((ROOT / INPUTS / "rows.jsonl").read_bytes())
    words = ("plan", "embedded-lora", "data.train=rows.jsonl")
    told = good("train", *words, "data.eval_share=0.25", folder=folder).out
    assert " tokens; 25% of them held out\n" in told
    assert " step, less than a minute (" in told or " steps, less than a minute (" in told
    given = good("train", *words, "data.eval_share=0", folder=folder).out
    assert "held out" not in given
