"""Which extraction rules read a run's samples: noted with each attempt, told where they are not the present ones."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from harness.analysis.leaderboard import LeaderboardArgs, render
from harness.analysis.leaderboard import run as leaderboard
from harness.analysis.run_data import gather
from harness.run.attempt_log import read_with, spent
from harness.run.folder import RunFolder
from solver.extraction.version import RULES_VERSION
from tests.golden.command import INPUTS, ROOT, good
from tests.support.command import serving

OTHER = RULES_VERSION + 1
WORDS = ("p.jsonl", "--limit", 4, "--run", "runs/a", "--rule", "fixed:1")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "p.jsonl").write_bytes((ROOT / INPUTS / "generated.jsonl").read_bytes())
    with serving() as server:
        good("harness", "eval", *WORDS, "--endpoint", server.url, folder=folder)
    return folder


def noted(folder: Path, rules: int | None) -> Path:
    """Return a copy of the run in which its attempts name other rules, or none as those of old runs."""
    path = RunFolder(folder / "runs/a").attempts
    lines: list[Mapping[str, object]] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    kept = [{name: value for name, value in line.items() if name != "extraction_rules"} for line in lines]
    own = {} if rules is None else {"extraction_rules": rules}
    path.write_text("".join(json.dumps({**line, **own}) + "\n" for line in kept), encoding="utf-8")
    return folder


def copied(begun: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(begun, tmp_path / "copy"))


def test_a_run_notes_the_rules_with_its_attempts_and_its_summary(begun: Path) -> None:
    run = RunFolder(begun / "runs/a")
    assert read_with(run) == (RULES_VERSION,)
    assert run.read_summary()["extraction_rules"] == [RULES_VERSION]
    assert spent(run, []).attempts == 1
    assert gather([run.path])[0].settings["extraction_rules"] == str(RULES_VERSION)


@pytest.mark.parametrize(("rules", "told"), [(OTHER, str(OTHER)), (None, "unknown")])
def test_going_on_under_other_rules_is_told_in_a_line(
    begun: Path, tmp_path: Path, rules: int | None, told: str
) -> None:
    folder = noted(copied(begun, tmp_path), rules)
    # Samples are drawn anew, and so read by the present rules.
    (folder / "runs/a/samples.sqlite").unlink()
    with serving() as server:
        ended = good("harness", "eval", *WORDS, "--endpoint", server.url, folder=folder)
    (line,) = [line for line in ended.err.splitlines() if "extraction rules" in line]
    assert line == (
        f"note: its samples were read with extraction rules {told}, new ones are with {RULES_VERSION}; "
        "all anew: python -m harness reread runs/a"
    )
    assert f"letters read with extraction rules {told}, {RULES_VERSION}" in ended.out
    assert RunFolder(folder / "runs/a").read_summary()["extraction_rules"] == [rules, RULES_VERSION]


def test_going_on_under_the_same_rules_says_nothing_of_them(begun: Path, tmp_path: Path) -> None:
    with serving() as server:
        ended = good("harness", "eval", *WORDS, "--endpoint", server.url, folder=copied(begun, tmp_path))
    assert "extraction rules" not in ended.out + ended.err


def test_the_leaderboard_tells_runs_apart_by_their_rules_where_both_are_known(begun: Path, tmp_path: Path) -> None:
    def otherwise(rules: int | None) -> str:
        places = (begun / "runs/a", noted(copied(begun, tmp_path / str(rules)), rules) / "runs/a")
        console = Console(width=250)
        with console.capture() as captured:
            console.print(render(leaderboard(LeaderboardArgs(places=places))))
        return captured.get()

    assert f"extraction_rules={OTHER}" in otherwise(OTHER)
    assert "extraction_rules" not in otherwise(RULES_VERSION)
    # Of an old run nobody knows, and what is not known is no difference.
    assert "extraction_rules" not in otherwise(None)
