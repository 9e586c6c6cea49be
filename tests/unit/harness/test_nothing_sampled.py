"""What nobody has measured is no figure: a run that a deadline ended before its first sample, wherever it is shown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from harness.analysis.reproduction import agreement_of
from harness.analysis.run_data import gather
from harness.cli import main
from harness.errors import NOTHING_SAMPLED, NothingToCompare
from harness.report.page import page_of
from harness.run.results import read_results
from harness.scoring.group_accuracy import paired_groups
from harness.scoring.score import score
from harness.scoring.score_table import render_score
from harness.track.tracker import tracked
from solver.problems.jsonl import load_problems, questions_of
from solver.scheduling.outcome import outcome_of
from solver.voting.tally import verdict_of
from tests.support.run_folders import a_run

NOUGHT = re.compile(r"(?<![\d.])0(\.0+)?\s?%")


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    code = main([str(word) for word in words])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_the_table_of_the_score_has_a_dash_and_says_why(tmp_path: Path) -> None:
    questions = questions_of(load_problems([a_run(tmp_path / "run", n=6, text="x") / "problems.jsonl"]).problems)
    result = score([outcome_of(one, verdict_of(one.id, [], stop_reason="deadline"), []) for one in questions])
    console = Console(width=100)
    with console.capture() as captured:
        console.print(render_score(result, is_detailed=True))
    text = captured.get()
    assert "(INCOMPLETE)" in text
    assert re.search(r"accuracy +- \(nothing sampled yet\)", text)
    assert NOUGHT.search(text) is None, text
    assert (result.accuracy, result.ci_low, result.se) == (None, None, None)


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_the_leaderboard_has_a_dash(tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: list[str]) -> None:
    a_run(tmp_path / "runs" / "none", n=6, text="x", sampled=0)
    code, text = said(capsys, "leaderboard", tmp_path / "runs", *flags)
    assert code == 0
    assert "none" in text
    assert NOUGHT.search(text) is None, text
    if flags:
        (entry,) = json.loads(text.splitlines()[0])["entries"]
        assert (entry["accuracy"], entry["ci_high"]) == (None, None)


@pytest.mark.parametrize("order", [("none", "all"), ("all", "none")])
@pytest.mark.parametrize("command", ["compare", "combine"])
def test_a_run_without_a_sample_is_held_against_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, order: tuple[str, str]
) -> None:
    runs = {"none": a_run(tmp_path / "none", n=6, text="x", sampled=0), "all": a_run(tmp_path / "all", n=6, text="x")}
    more = ["--ensemble", "plurality"] if command == "combine" else []
    code, text = said(capsys, command, *(runs[name] for name in order), *more)
    assert code == 2
    assert f"{runs['none']}: {NOTHING_SAMPLED}" in text
    assert NOUGHT.search(text) is None, text


def test_replay_refuses_records_without_a_sample_and_leaves_out_questions_without_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    none, some = a_run(tmp_path / "none", n=6, text="x", sampled=0), a_run(tmp_path / "some", n=6, text="x", sampled=1)
    assert said(capsys, "replay", none, "--rule", "fixed:1")[0] == 2
    code, text = said(capsys, "replay", some, "--rule", "fixed:1", "--json")
    found = json.loads(text.splitlines()[0])
    assert (code, found["n_questions"], found["accuracy"], found["samples"]) == (0, 1, 1.0, 1.0)


def test_the_report_says_that_nothing_is_sampled(tmp_path: Path) -> None:
    runs = gather([a_run(tmp_path / "none", n=6, text="x", sampled=0), a_run(tmp_path / "all", n=6, text="x")])
    page = page_of(runs[:1], made_on="2026-01-01")
    assert "Nothing is sampled yet: there is no accuracy." in page
    assert "No question has a key" not in page
    assert NOUGHT.search(re.sub(r"<(style|script).*?</\1>", "", page, flags=re.S)) is None
    # Beside another run it stands without a comparison.
    assert "Nothing is sampled yet" in page_of(runs, made_on="2026-01-01")


def test_a_group_without_a_sample_has_no_accuracy_where_the_whole_has_one(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "some", n=6, text="x", sampled=2)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    families = summary["slices"]["family"]
    assert {name: share["accuracy"] for name, share in families.items()} == {
        "family0": 0.5, "family1": None, "family2": None
    }  # fmt: skip
    assert {share["n"] for share in families.values()} == {2}
    assert summary["accuracy"] == pytest.approx(1 / 6)
    figures = tracked("some", {}, summary, folder).figures
    assert "family/family0" in figures
    assert "family/family1" not in figures
    both = read_results(folder), read_results(a_run(tmp_path / "all", n=6, text="x"))
    assert [one.name for one in paired_groups(*both, "family")] == ["family0"]


def test_a_card_without_a_sample_agrees_with_nothing() -> None:
    card = {"answers": {"p#0": "A"}, "keys": {"p#0": "A"}, "result": {"samples_per_question": 2.0}}
    none = {"answers": {"p#0": None}, "keys": {"p#0": "A"}, "result": {"samples_per_question": None}}
    assert agreement_of(card, card).accuracy_then == 1.0
    for then, now, name in ((none, card, "then"), (card, none, "now")):
        with pytest.raises(NothingToCompare, match=f"the run {name}: {NOTHING_SAMPLED}"):
            agreement_of(then, now)
