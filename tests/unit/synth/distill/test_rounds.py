"""Rounds of ``distill``, a scripted server answering: what learns between them, what is drawn next, when they end."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from solver.base.errors import UsageError
from synth.distill.rounds import Plan, Round, command_of, reason_to_stop
from synth.errors import SynthError
from tests.support.scripted_server import Call
from tests.unit.synth.distill.test_distill import distill, problems, right, server, wrong

PLAN = """
models:
  base: {{endpoint: "{url}", model: scripted}}
ladder:
  - {{name: only, model: base, samples: 2, agree: 1, orders: 1, max_tokens: 100}}
output: {{dev_share: 0}}
"""


def rounds(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "out" / "rounds.json").read_text(encoding="utf-8"))
    return found


def learning(folder: Path, *, more: str = "") -> str:
    """A command that notes what it was given; the scripted server knows as many questions as it has notes."""
    script = folder / "learn.py"
    script.write_text(
        "import sys, pathlib\n"
        f"notes = pathlib.Path({str(folder / 'notes.txt')!r})\n"
        "with notes.open('a') as file: file.write(' '.join(sys.argv[1:]) + '\\n')\n" + more,
        encoding="utf-8",
    )
    return f"{sys.executable} {script} {{round}} {{rows}}"


def notes(folder: Path) -> list[str]:
    path = folder / "notes.txt"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def held_out(folder: Path) -> Path:
    (folder / "others").mkdir(exist_ok=True)
    path = problems(folder / "others", 4)
    path.write_text(
        path.read_text(encoding="utf-8").replace('"id": "p', '"id": "h').replace("第", "另"), encoding="utf-8"
    )
    return path


def test_rounds_end_when_held_out_accuracy_no_longer_rises_and_the_command_gets_each_round_s_rows(
    tmp_path: Path,
) -> None:
    def says(call: Call) -> str:
        # A lesson more, a held-out problem more, up to two; training problems are always solved.
        other = re.search(r"另(\d)题", call.prompt)
        is_known = other is None or int(other[1]) < min(2, len(notes(tmp_path)))
        return right(call) if is_known else wrong(call)

    with server(says) as found:
        words = ("--rounds", 9, "--held-out", held_out(tmp_path), "--each", learning(tmp_path))
        assert distill(tmp_path, found.url, *words, plan=PLAN) == 0
    told = rounds(tmp_path)
    assert [one["held_out"][0] for one in told["rounds"]] == [0.0, 0.25, 0.5, 0.5]
    assert (told["best_round"], told["ended"]) == (2, "held-out accuracy has not risen since round 2")
    assert [line.split()[0] for line in notes(tmp_path)] == ["1", "2", "3"]
    rows = Path(notes(tmp_path)[0].split()[1])
    assert rows == tmp_path / "out" / "round-1" / "train.messages.jsonl"
    assert len(rows.read_text(encoding="utf-8").splitlines()) == 12
    # No held-out problem is learnt from.
    assert "另" not in "".join(
        path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("round-*/train.messages.jsonl")
    )


def test_a_round_draws_only_what_lies_in_the_window_and_with_a_seed_of_its_own(tmp_path: Path) -> None:
    asked: list[tuple[str, int | None]] = []

    def says(call: Call) -> str:
        asked.append((call.prompt, call.body.get("seed")))
        return right(call) if "第0题" in call.prompt else wrong(call)

    with server(says) as found:
        words = ("--rounds", 2, "--each", learning(tmp_path), "--window", 0.5, 1)
        assert distill(tmp_path, found.url, *words, plan=PLAN) == 0
    assert [one["questions"] for one in rounds(tmp_path)["rounds"]] == [12, 2]
    seeds: dict[str, set[int | None]] = {}
    for prompt, seed in asked:
        if "第0题" in prompt:
            seeds.setdefault("左" if "左边？" in prompt else "右", set()).add(seed)
    assert all(len(found) >= 2 for found in seeds.values())


def test_without_a_command_each_round_draws_for_what_has_no_chain_and_the_last_finds_none(tmp_path: Path) -> None:
    with server(lambda call: right(call) if "第0题" in call.prompt else wrong(call)) as found:
        assert distill(tmp_path, found.url, "--rounds", 5, plan=PLAN) == 0
    told = rounds(tmp_path)
    assert [(one["questions"], one["accepted"]) for one in told["rounds"]] == [(12, 2), (10, 0)]
    assert told["ended"] == "the last one found no further chain"


def test_the_same_command_goes_on_where_a_command_failed_and_pays_for_nothing_twice(tmp_path: Path) -> None:
    flag = tmp_path / "mended"
    command = learning(tmp_path, more=f"sys.exit(0 if pathlib.Path({str(flag)!r}).exists() else 3)\n")
    calls = 0

    def says(call: Call) -> str:
        nonlocal calls
        calls += 1
        return right(call)

    with server(says) as found:
        words = ("--rounds", 1, "--each", command)
        assert distill(tmp_path, found.url, *words, plan=PLAN) == SynthError.exit_code
        before = calls
        flag.touch()
        assert distill(tmp_path, found.url, *words, plan=PLAN) == 0
        assert distill(tmp_path, found.url, *words, plan=PLAN) == 0
    assert calls == before
    # Twice: once in vain, once well, and not again.
    assert len(notes(tmp_path)) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--each", "true"),
        ("--window", "0.1", "0.9"),
        ("--rounds", "2", "--patience", "2"),
        ("--rounds", "2", "--each", "true", "--window", "0.9", "0.1"),
        ("--rounds", "2", "--each", "learn {row}"),
        ("--rounds", "2", "--each", " "),
    ],
)
def test_flags_that_mean_nothing_together_are_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert distill(tmp_path, "http://127.0.0.1:9/v1", *words, plan=PLAN) == UsageError.exit_code


def test_rounds_go_on_while_something_is_gained() -> None:
    plan = Plan(count=9, command="x")
    assert reason_to_stop([Round(0, 0, 0, [0.5]), Round(1, 5, 5, [0.6])], plan, 5) == ""
    assert "since round 0" in reason_to_stop([Round(0, 0, 0, [0.5]), Round(1, 5, 5, [0.5])], plan, 5)
    assert "no question" in reason_to_stop([Round(1, 5, 5, None)], plan, 0)
    assert command_of("a '{rows}' {round} {out}")
