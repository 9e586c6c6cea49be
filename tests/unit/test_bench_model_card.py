"""The measured tables of a model's card are made out of run folders, with what the model may not lose."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bench import tables
from bench.model_card import __main__ as model_card
from bench.model_card.__main__ import fresh, main
from bench.model_card.figures import Judged, families, levels, lost, row_of, splits
from harness.run.data import load_data
from harness.run.results import line_of
from solver.problems.question import question_of
from solver.scheduling.outcome import Outcome, outcome_of
from solver.voting.tally import verdict_of
from synth.generate.order import MAX_LEVEL
from synth.giveaways.measure import right_by_options
from synth.puzzles.families import FAMILIES


def outcome(number: int, votes: str, *, split: str = "seen", level: int = 3, family: str = "cups") -> Outcome:
    """Return what came of a question whose answer is B; a letter a sample."""
    question = question_of(
        f"p{number}#0",
        problem="甲",
        text="?",
        options=("x", "y"),
        gold_letter="B",
        split=split,
        level=level,
        family=family,
    )
    return outcome_of(question, verdict_of(question.id, ["AB".index(vote) for vote in votes], stop_reason="x"), [])


def some(right: int, wrong: int, **known: object) -> list[Judged]:
    votes = ["BBB"] * right + ["AAA"] * wrong
    return [Judged(outcome(number, one, **known), 0.5) for number, one in enumerate(votes)]  # type: ignore[arg-type]


def test_a_row_has_accuracy_and_beside_it_one_sample_the_options_and_chance() -> None:
    found = row_of("all", [Judged(outcome(0, "BBA"), 1.0), Judged(outcome(1, "AABBAA"), 0.0)], {})
    assert (found["n"], found["voted"], found["options"], found["chance"]) == (2, 50, 50, 50)
    # Of the first three samples.
    assert found["single"] == pytest.approx(50)
    assert found["samples"] == 4.5
    assert "before" not in found


def test_the_model_before_stands_beside_it_paired_where_it_was_asked_the_same() -> None:
    now = some(3, 1)
    then = {one.outcome.question_id: outcome(number, "AAA") for number, one in enumerate(now)}
    found = row_of("all", now, then)
    assert (found["before"], found["more"]) == (0.0, 75.0)
    assert "before" not in row_of("all", now, {"p0#0": then["p0#0"]})


def test_what_a_model_may_not_lose_is_told() -> None:
    good, bad = splits(some(98, 2), {}), splits(some(96, 4), {})
    assert lost(good, []) == []
    (fault,) = lost(bad, [])
    assert fault.startswith("seen: 96.0 % (")
    assert fault.endswith("is below 97 %")
    (fault,) = lost(splits(some(84, 16, split="harder"), {}), [])
    assert fault.endswith("is below 85 %")


def test_a_level_that_is_surely_easier_than_the_one_below_is_told() -> None:
    easier = levels(some(50, 50, level=1) + some(95, 5, level=2), {})
    assert lost([], easier) == ["level 2 (95.0 %) is easier than 1"]
    assert lost([], levels(some(94, 6, level=1) + some(95, 5, level=2), {})) == []


def test_a_family_has_its_right_answers_by_the_difficulty_of_splits() -> None:
    rows = families(
        some(2, 1, split="unseen") + some(1, 0, split="hardest") + some(0, 1, split="harder", family="digits")
    )
    assert [(row["name"], row["low"], row["seven"], row["nine"]) for row in rows] == [
        ("cups", "2 of 3", "-", "1 of 1"),
        ("digits", "-", "0 of 1", "-"),
    ]


def test_fresh_puzzles_are_one_of_every_family_and_difficulty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_card, "trained", lambda: [FAMILIES[name] for name in ("modular", "pricing")])
    rows = [json.loads(line) for line in fresh(1).splitlines()]
    assert [(row["difficulty"], row["family"]) for row in rows] == [
        (difficulty, name) for difficulty in range(1, MAX_LEVEL + 1) for name in ("modular", "pricing")
    ]
    assert len({row["id"] for row in rows}) == len(rows)


def test_the_tables_are_made_of_a_run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = [one for problem in load_data(["builtin-third"]).problems for one in problem.questions]
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.json").write_text(json.dumps({"binding": {"data": ["builtin-2-third"]}}))
    # All right, but for the hardest.
    votes = {one.id: [0 if one.split == "hardest" and one.gold else one.gold] * 3 for one in questions}
    lines = [line_of(outcome_of(one, verdict_of(one.id, votes[one.id], stop_reason="x"), [])) for one in questions]
    (run / "results.jsonl").write_text("".join(lines), encoding="utf-8")
    # Fitting takes seconds, and is tried below.
    monkeypatch.setattr(model_card, "right_by_options", lambda some: {one.id: 0.25 for one in some})
    monkeypatch.setattr(tables, "RESULTS", tmp_path / "results")
    program = Path(model_card.__file__)
    monkeypatch.setattr(sys, "argv", [str(program), str(run), "--before", str(run), "--save", "new"])
    assert main() == 0
    made = {name: tables.read(tmp_path / "results" / f"new-{name}.json") for name in ("splits", "families")}
    assert next(row["n"] for row in made["splits"].rows) == len(questions)
    assert [row["voted"] for row in made["splits"].rows][1:3] == [100.0, 100.0]
    assert {row["more"] for row in made["splits"].rows} == {0.0}
    assert not (tmp_path / "results" / "new-levels.json").exists()
    assert sum(row["n"] for row in made["families"].rows) == len(questions)
    # The levels alone can be measured anew; the other tables stay.
    monkeypatch.setattr(sys, "argv", [str(program), "--levels", str(run), "--save", "levels-alone"])
    assert main() == 0
    assert [path.name for path in (tmp_path / "results").glob("levels-alone-*")] == ["levels-alone-levels.json"]


def test_what_the_options_alone_give_away_is_told_question_by_question() -> None:
    longest = [("a", "bbbb") if number % 2 else ("bbbb", "a") for number in range(60)]
    given = [
        question_of(f"p{n}#0", problem="甲", text="?", options=two, gold_letter="AB"[two.index("bbbb")])
        for n, two in enumerate(longest)
    ]
    unjudged = question_of("q#0", problem="甲", text="?", options=("x", "y"))
    assert right_by_options([*given, unjudged]) == {one.id: 1.0 for one in given}
