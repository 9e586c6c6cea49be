"""Comparing runs, by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from harness.analysis.compare import CompareArgs, compare, render, run, to_json
from harness.errors import NothingToCompare, RunFolderError
from harness.scoring.results import Outcome, line_of, outcome_of
from solver.problems.question import question_of
from solver.voting.tally import verdict_of


def results(answers: str, *, per_problem: int = 1, gold: str | None = "A", first: int = 0) -> list[Outcome]:
    """One result for each letter; all keys are A unless told otherwise; ``-`` is no answer."""
    found = []
    for n, letter in enumerate(answers, start=first):
        asked = question_of(
            f"p{n // per_problem}#{n % per_problem}", problem="P", text="?", options=("x", "y"), gold_letter=gold
        )
        votes = [None if letter == "-" else "AB".index(letter)]
        found.append(outcome_of(asked, verdict_of(asked.id, votes, stop_reason="cap"), []))
    return found


def test_wins_losses_and_the_difference() -> None:
    found = compare(results("AAAABB"), results("AAB-AB"), "a", "b")
    assert (found.wins, found.losses, found.ties, found.n_questions) == (2, 1, 3, 6)
    assert found.difference == pytest.approx(1 / 6)
    assert found.accuracy_a == pytest.approx(4 / 6)
    assert found.ci_low < found.difference < found.ci_high
    assert found.p_value > 0.5
    assert found.smallest_detectable == pytest.approx(2.8016 * found.se, rel=1e-3)


def test_swapping_the_runs_mirrors_the_comparison() -> None:
    one, other = results("AAAABBAB"), results("AABBAAAA")
    forth, back = compare(one, other, "a", "b"), compare(other, one, "b", "a")
    assert forth.difference == -back.difference
    assert (forth.ci_low, forth.p_value, forth.wins) == (-back.ci_high, back.p_value, back.losses)


def test_clusters_widen_the_interval() -> None:
    a, b = "AAABBBAAABBB", "BBBBBBAAAAAA"
    alone = compare(results(a), results(b), "a", "b")
    clustered = compare(results(a, per_problem=3), results(b, per_problem=3), "a", "b")
    assert clustered.n_problems == 4
    assert clustered.se > alone.se


def test_missing_questions_and_differing_keys_are_warned_of() -> None:
    unkeyed = results("A", gold=None, first=8)
    rekeyed = results("A", gold="B", first=9)
    a = [*results("AAAA"), *unkeyed, *results("A", first=9)]
    b = [*results("AAA"), *unkeyed, *rekeyed, *results("AB", first=20)]
    found = compare(a, b, "a", "b")
    assert found.n_questions == 3
    assert found.warnings == (
        "1 questions of a are missing in b and left out",
        "2 questions of b are missing in a and left out",
        "1 common questions have no key and are left out",
        "1 common questions have different keys in the two runs and are left out",
    )
    assert (found.p_value, found.smallest_detectable) == (1.0, None)
    Console(quiet=True).print(render(found))


def test_run_folders_are_compared(tmp_path: Path) -> None:
    for name, answers in (("a", "AAB"), ("b", "ABB")):
        (tmp_path / name).mkdir()
        text = "".join(map(line_of, results(answers)))
        (tmp_path / name / "results.jsonl").write_text(text, encoding="utf-8")
    row = to_json(run(CompareArgs(run_a=tmp_path / "a", run_b=tmp_path / "b")))
    assert row["wins"] == 1
    json.dumps(row, allow_nan=False)
    with pytest.raises(RunFolderError):
        run(CompareArgs(run_a=tmp_path / "a", run_b=tmp_path / "c"))


def test_runs_without_common_questions_cannot_be_compared() -> None:
    with pytest.raises(NothingToCompare, match="same file of problems"):
        compare(results("A"), results("A", first=5), "a", "b")
