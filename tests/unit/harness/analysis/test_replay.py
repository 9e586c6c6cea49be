"""Replay, by hand and on the recorded data."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from harness.analysis.recorded_votes import QuestionVotes
from harness.analysis.replay import Outcome, ReplayArgs, cheapest, render, replay_question, run, to_json
from harness.errors import RecordError
from solver.base.display.figures import percent
from solver.base.errors import UsageError
from solver.voting.rules import parse_rule
from tests.support.checkout import SHARED_DATA


def replay(tmp_path: Path, answers: list[str], *rules: str, **changes: object) -> tuple[Outcome, ...]:
    """Replay questions whose right answer is A; ``-`` is no answer."""
    path = tmp_path / "r.jsonl"
    rows = [
        {
            "dataset": "d",
            "model": "m",
            "question_id": f"q{n}",
            "gold": "A",
            "n_options": 4,
            "answers": [None if letter == "-" else letter for letter in letters],
        }
        for n, letters in enumerate(answers)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return run(ReplayArgs(files=(path,), rules=rules, **changes))  # type: ignore[arg-type]


def test_rules_draw_recorded_samples_in_their_order(tmp_path: Path) -> None:
    lead, fixed = replay(tmp_path, ["B-BABAAAA", "AAAAA"], "lead:2", "fixed:5")
    assert (lead.rule, lead.samples, lead.accuracy, lead.full_accuracy) == ("lead:2", 2.5, 0.5, 1.0)
    assert lead.delta_vs_full == -0.5
    assert (fixed.samples, fixed.accuracy, fixed.full_samples) == (5.0, 0.5, 7.0)
    assert fixed.n_questions == 2


def test_the_cap_binds_rule_and_full_vote(tmp_path: Path) -> None:
    (found,) = replay(tmp_path, ["ABBBBB"], "fixed:3", cap=1)
    assert (found.samples, found.full_samples, found.accuracy, found.delta_vs_full) == (1.0, 1.0, 1.0, 0.0)


def test_a_record_that_ends_before_the_rule_is_told(tmp_path: Path) -> None:
    """What ``fixed:16`` says on eight samples is what eight samples say."""
    answers = ["AAAAA", "ABABA"]
    lead, fixed, whole, esc = replay(tmp_path, answers, "lead:3", "fixed:16", "fixed:5", "esc:3", permutations=2000)
    assert (fixed.run_out, whole.run_out, fixed.longest) == (1.0, 0.0, 5)
    # AAAAA is settled; so are three A's in front, one order of ABABA in ten.
    assert [lead.run_out, esc.run_out] == pytest.approx([0.45, 0.45], abs=0.03)
    out = Console(width=200, record=True, file=io.StringIO())
    out.print(render([lead, fixed]))
    said = " ".join(out.export_text().split())
    assert "The longest record has 5 samples." in said
    assert f"lead:3 on {percent(lead.run_out)} of them, fixed:16 on 100.0 % of them" in said
    assert to_json([fixed])[0]["run_out"] == 1.0
    (capped,) = replay(tmp_path, answers, "fixed:16", cap=5)
    assert (capped.run_out, capped.longest) == (0.0, 5)


def test_no_answer_at_all_is_wrong_and_equal_to_the_full_vote(tmp_path: Path) -> None:
    (found,) = replay(tmp_path, ["----"], "lead:3", permutations=3)
    assert (found.samples, found.accuracy, found.same_as_full) == (4.0, 0.0, 1.0)


def test_questions_without_a_key_count_for_samples_only(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    row = {"question_id": "q", "gold": None, "n_options": 4, "answers": ["A", "B", "B"]}
    path.write_text(json.dumps(row), encoding="utf-8")
    (found,) = run(ReplayArgs(files=(path,), rules=("fixed:1",)))
    assert (found.accuracy, found.delta_vs_full, found.n_labelled, found.samples) == (None, None, 0, 1.0)
    assert found.same_as_full == 0.0
    Console(quiet=True).print(render([found]))


def test_one_sample_in_random_order_is_right_as_often_as_samples_are(tmp_path: Path) -> None:
    (found,) = replay(tmp_path, ["AAAB"] * 5, "fixed:1", permutations=400)
    assert found.accuracy == pytest.approx(0.75, abs=0.05)


def test_permutations_repeat_with_the_seed_and_do_not_depend_on_the_other_rules(tmp_path: Path) -> None:
    answers = ["AABBAB", "ABBAAC", "CCAABA"]
    (alone,) = replay(tmp_path, answers, "lead:2", permutations=20, seed=1)
    _, beside = replay(tmp_path, answers, "fixed:3", "lead:2", permutations=20, seed=1)
    (other,) = replay(tmp_path, answers, "lead:2", permutations=20, seed=2)
    assert alone == beside
    assert alone != other


def test_shuffles_hang_on_what_a_file_holds_and_not_on_where_it_lies(tmp_path: Path) -> None:
    answers = ["AABBAB", "ABBAAC", "CCAABA"]
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    here, there = (replay(tmp_path / name, answers, "lead:2", permutations=20) for name in ("here", "there"))
    assert here == there


@given(st.lists(st.sampled_from([None, 0, 1, 2]), min_size=1, max_size=12), st.integers(1, 12))
def test_exact_is_the_full_vote_for_less(votes: list[int | None], cap: int) -> None:
    question = QuestionVotes(key=("q",), cluster="q", gold=0, votes=tuple(votes))
    found = replay_question(question, [parse_rule("exact")], cap, 10, seed=0)
    assert found.same == (1.0,)
    assert found.right == (found.full_right,)
    assert found.samples[0] <= found.full_samples


def test_small_questions_can_be_left_out(tmp_path: Path) -> None:
    (found,) = replay(tmp_path, ["A", "BBB"], "fixed:1", min_samples=2)
    assert (found.n_questions, found.accuracy) == (1, 0.0)


def test_what_cannot_be_replayed_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no question"):
        replay(tmp_path, [], "fixed:1")
    with pytest.raises(UsageError, match="--cap must be at least 1"):
        replay(tmp_path, ["A"], "fixed:1", cap=0)
    with pytest.raises(UsageError, match="needs a rule"):
        replay(tmp_path, ["A"])
    with pytest.raises(UsageError, match="did you mean"):
        replay(tmp_path, ["A"], "leed:3")


def test_the_json_speaks_of_fractions_and_of_points(tmp_path: Path) -> None:
    (found,) = to_json(replay(tmp_path, ["BAA", "AAA"], "fixed:1"))
    assert (found["rule"], found["delta_vs_full"], found["delta_points"]) == ("fixed:1", -0.5, -50.0)
    json.dumps(found, allow_nan=False)


@pytest.mark.data
@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="needs ../shared/data")
def test_pooled_recordings_of_four_prompts() -> None:
    path = SHARED_DATA / "replay" / "jhu_concise_cot.jsonl.gz"
    args = ReplayArgs(
        files=(path,), rules=("lead:4", "fixed:5"), permutations=1, pool_by=("dataset", "model", "question_id")
    )
    lead, fixed = run(args)
    assert lead.n_questions == 2200
    assert math.isclose(lead.full_samples, (2100 * 40 + 100 * 30) / 2200)
    assert 8.5 < lead.samples < 9.5
    assert lead.delta_vs_full is not None
    assert abs(lead.delta_vs_full) < 0.01
    assert fixed.delta_vs_full is not None
    assert -0.035 < fixed.delta_vs_full < -0.01


def test_what_goes_on_is_the_cheapest_rule_that_is_not_surely_worse_than_the_full_vote(tmp_path: Path) -> None:
    # The first sample is wrong in every question: one alone is surely worse, three are as good as all.
    found = replay(tmp_path, ["BAAAA"] * 40, "fixed:1", "fixed:5", "fixed:3")
    assert cheapest(found).rule == "fixed:3"
    assert cheapest(found[:1]).rule == "fixed:1"
