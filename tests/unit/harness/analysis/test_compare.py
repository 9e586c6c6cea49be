"""Comparing runs, by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from harness.analysis.compare import CompareArgs, compare, render, run, to_json
from harness.analysis.question_filter import Where
from harness.errors import NothingToCompare, RunFolderError
from harness.run.results import line_of
from solver.base.intervals import paired_difference
from solver.problems.question import question_of
from solver.scheduling.outcome import Outcome, outcome_of
from solver.voting.tally import verdict_of
from tests.golden.command import good, ran


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
        "1 question of a is missing in b and left out",
        "2 questions of b are missing in a and left out",
        "1 common question has no key and is left out",
        "1 common question has different keys in the two runs and is left out",
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


def voted(votes: str, n: int, *, split: str | None = None, family: str = "f") -> Outcome:
    """A question whose key is A with these votes, a letter each; ``-`` is no answer."""
    asked = question_of(
        f"p{n}#0", problem="P", text="?", options=("x", "y"), gold_letter="A", family=family, level=n % 3, split=split
    )
    places = [None if letter == "-" else "AB".index(letter) for letter in votes]
    return outcome_of(asked, verdict_of(asked.id, places, stop_reason="cap"), [])


def test_one_sample_is_compared_by_the_mean_of_each_questions_samples() -> None:
    a = [voted("AAB", 0), voted("ABB", 1), voted("BBB", 2)]
    b = [voted("ABB", 0), voted("A-B", 1), voted("BBA", 2)]
    single = compare(a, b, "a", "b").singles
    assert single is not None
    assert (single.samples_a, single.samples_b) == (3, 3)
    assert single.accuracy_a == pytest.approx((2 + 1 + 0) / 9)
    assert single.accuracy_b == pytest.approx((1 + 1 + 1) / 9)
    by_hand = paired_difference([1 / 3, 0, -1 / 3], ["p0", "p1", "p2"])
    assert single.difference.value == pytest.approx(0, abs=1e-12)
    assert single.difference.se == pytest.approx(by_hand.se)
    row = to_json(compare(a, b, "a", "b"))
    assert row["single_accuracy_a"] == pytest.approx(1 / 3)
    console = Console(width=100)
    with console.capture() as said:
        console.print(render(compare(a, b, "a", "b")))
    assert "one sample of A / of B, mean of the first 3 / 3" in said.get()


def test_under_adaptive_stopping_one_sample_is_measured_on_as_many_of_every_question() -> None:
    # Whatever the rule draws beyond the fewest is the wavering questions' alone.
    a = [voted("AA", 0), voted("ABBBBBBB", 1)]
    single = compare(a, [voted("A", 0), voted("B", 1)], "a", "b").singles
    assert single is not None
    assert (single.samples_a, single.samples_b, single.accuracy_a, single.accuracy_b) == (2, 1, 0.75, 0.5)


def test_a_question_without_samples_is_wrong_and_where_all_have_one_nothing_is_added() -> None:
    single = compare([voted("AA", 0), voted("", 1)], [voted("AB", 0), voted("AB", 1)], "a", "b").singles
    assert single is not None
    assert (single.accuracy_a, single.accuracy_b) == (0.5, 0.5)
    assert compare(results("AB"), results("BB"), "a", "b").singles is None
    assert "single_se" not in to_json(compare(results("AB"), results("BB"), "a", "b"))


def _written(folder: Path, run: list[Outcome]) -> Path:
    folder.mkdir()
    (folder / "results.jsonl").write_text("".join(map(line_of, run)), encoding="utf-8")
    return folder


def test_a_part_of_the_questions_is_compared_and_named_in_the_first_line(tmp_path: Path) -> None:
    seen = [voted("AA", n, split="seen") for n in range(4)]
    a = _written(tmp_path / "a", seen + [voted("AA", n, split="unseen", family="fg"[n % 2]) for n in range(4, 8)])
    # An imported run says nothing of splits.
    b = _written(tmp_path / "b", [voted("AB" if n < 4 else "BB", n) for n in range(8)])
    ended = good("harness", "compare", a, b, "--where", "split=unseen")
    assert "A against B, split=unseen" in ended.out.splitlines()[0]
    assert "4 common questions" in ended.out
    rows = good("harness", "compare", a, b, "--where", "split=unseen", "--where", "family=f", "--json").summary
    assert (rows["n_questions"], rows["wins"], rows["where"]) == (2, 2, "split=unseen, family=f")
    assert rows["warnings"] == []
    both = good("harness", "compare", a, b, "--where", "level=0", "--where", "level=1", "--json").summary
    assert (both["n_questions"], both["where"]) == (6, "level=0 or 1")
    assert good("harness", "compare", a, b, "--json").summary["where"] == ""


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("splt=x", "did you mean split"),
        ("split", "write it as split=unseen. There are"),
        ("split=", "write it as split=unseen. There are"),
        ("level = 12", "no question has level=12; there are level: 2, 10\n"),
        ("split=x", "split: seen, unseen"),
    ],
)
def test_a_condition_that_finds_nothing_says_what_there_is(tmp_path: Path, condition: str, said: str) -> None:
    rows = [
        replace(voted("A", 0, split="seen"), level=10),
        replace(voted("A", 1, split="unseen"), level=2),
    ]
    a, b = (_written(tmp_path / name, rows) for name in "ab")
    ended = ran("harness", "compare", a, b, "--where", condition)
    assert ended.code != 0
    assert said in ended.err


def test_a_field_that_no_question_has_is_told_of() -> None:
    with pytest.raises(NothingToCompare, match="no question has split=seen; there are none with a split"):
        compare(results("A"), results("B"), "a", "b", where=Where.of(["split=seen"]))


def test_runs_without_common_questions_cannot_be_compared() -> None:
    with pytest.raises(NothingToCompare, match="same file of problems"):
        compare(results("A"), results("A", first=5), "a", "b")
