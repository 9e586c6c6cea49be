"""Finished runs as one ensemble."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from harness.analysis.ensemble_runs import combine, render
from harness.cli import main
from harness.errors import NothingToCompare
from harness.run.results import line_of
from solver.problems.question import question_of
from solver.scheduling.outcome import Outcome, outcome_of
from solver.voting.ensemble import parse_ensemble
from solver.voting.tally import verdict_of


def results(answers: str, gold: str | None = "A") -> list[Outcome]:
    """One result for each letter; ``-`` is no answer; small letters won two of their three votes."""
    found = []
    for n, letter in enumerate(answers):
        asked = question_of(f"p{n}#0", problem="P", text="?", options=("x", "y", "z"), gold_letter=gold)
        own = None if letter == "-" else "ABC".index(letter.upper())
        other = 2 if own != 2 else 1
        votes = [own, own, other] if letter.islower() else [own]
        found.append(outcome_of(asked, verdict_of(asked.id, votes, stop_reason="cap"), []))
    return found


def answers_of(spec: str, *runs: str) -> str:
    found = combine([(str(n), results(run)) for n, run in enumerate(runs)], [parse_ensemble(spec)])
    return "".join("-" if one.answer is None else "ABC"[one.answer] for one in found.verdicts[0])


def test_each_rule_reads_the_runs_verdicts() -> None:
    runs = ("AAbB-", "ABAA-", "ABAC-")
    assert answers_of("plurality", *runs) == "ABAB-"  # the last but one: three different, the best model's
    assert answers_of("champion", *runs) == "ABAB-"
    assert (
        answers_of("gated:0.6", *runs) == "AABB-"
    )  # the best model is sure of all but the third, and of that by 2 of 3
    assert answers_of("gated:0.7", *runs) == "AAAB-"


def test_members_and_ensembles_are_scored_and_paired_with_the_first() -> None:
    found = combine(
        [("a", results("AABB")), ("b", results("ABAB")), ("c", results("BAAB"))], [parse_ensemble("plurality")]
    )
    (ensemble,) = found.ensembles
    assert [one.accuracy.value for one in found.members if one.accuracy] == [0.5, 0.5, 0.5]
    assert ensemble.accuracy is not None
    assert ensemble.accuracy.value == 0.75
    assert ensemble.against_first is not None
    assert ensemble.against_first.value == 0.25
    assert (ensemble.samples, found.n_questions, found.n_keyed, found.n_problems) == (3.0, 4, 4, 4)


def test_without_keys_there_are_answers_and_no_score() -> None:
    found = combine([("a", results("AB", None)), ("b", results("AA", None))], [parse_ensemble("plurality")])
    assert found.ensembles[0].accuracy is None
    assert found.n_keyed == 0
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(render(found))
    assert "plurality" in console.export_text()


def test_questions_that_a_run_lacks_are_told_and_other_keys_refused() -> None:
    found = combine([("a", results("AAA")), ("b", results("AA"))], [parse_ensemble("plurality")])
    assert found.n_questions == 2
    assert "1 question of a" in found.warnings[0]
    with pytest.raises(NothingToCompare, match="other keys"):
        combine([("a", results("A")), ("b", results("A", "B"))], [])


def test_the_command_writes_the_contests_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, letters in (("a", "AB"), ("b", "BB"), ("c", "B-")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "results.jsonl").write_text("".join(map(line_of, results(letters))))
        rows = [
            {
                "id": f"p{n}",
                "problem": "P",
                "questions": [{"question": "?", "options": ["x", "y", "z"], "answer": None}],
            }
            # The third was not asked: a run over part of the data is a run.
            for n in range(3)
        ]
        (folder / "submission.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    out = tmp_path / "out.jsonl"
    runs = [str(tmp_path / name) for name in "abc"]
    assert main(["combine", *runs, "--ensemble", "plurality", "-o", str(out), "--json"]) == 0
    shown = capsys.readouterr()
    told = json.loads(shown.out)
    assert "3 questions, 1 of them null (1 not asked (--limit))" in shown.err
    assert f"wrote {out}" in shown.err
    assert [one["accuracy"] for one in told["members"]] == [0.5, 0.0, 0.0]
    assert told["ensembles"][0]["name"] == "plurality"
    written = [json.loads(line)["questions"][0]["answer"] for line in out.read_text().splitlines()]
    assert written == ["B", "B", None]
    assert main(["combine", runs[0], runs[0]]) == 2
    assert main(["combine", runs[0], str(tmp_path / "nowhere")]) == 2
