"""Scoring, by hand."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from rich.console import Console

from harness.scoring.metrics import first_k
from harness.scoring.metrics.metric import Summary
from harness.scoring.score import Prices, Score, Timing, score
from harness.scoring.score_table import render_score
from solver.problems.question import Question, question_of
from solver.sampling.sample import Sample, Status
from solver.scheduling.outcome import outcome_of
from solver.voting.ensemble import parse_ensemble
from solver.voting.tally import Verdict, verdict_of


def question(name: str, gold: str | None = "A", options: int = 4, **known: object) -> Question:
    texts = tuple(f"option {n}" for n in range(options))
    return question_of(name, problem="P", text="?", options=texts, gold_letter=gold, **known)  # type: ignore[arg-type]


def sample(name: str, index: int, vote: int | None, model: str = "m", **changes: object) -> Sample:
    values: dict[str, object] = {
        "key": f"{name}{model}{index}",
        "question_id": name,
        "model": model,
        "index": index,
        "status": Status.NO_ANSWER if vote is None else Status.ANSWERED,
        "text": "",
        "shown_letter": None if vote is None else "A",
        "option_class": vote,
        "rule": None,
        "span": None,
        "finish_reason": "stop",
        "is_closed": False,
        "prompt_tokens": 10,
        "completion_tokens": 100,
        "mean_logprob": None,
        "letter_logprob": None,
        "launched_at": 0.0,
        "finished_at": 1.0,
        "retries": 0,
        "error": None,
    }
    return Sample(**{**values, **changes})  # type: ignore[arg-type]


def scored(votes: dict[str, list[int | None]], questions: list[Question], **more: object) -> Score:
    samples = [[sample(one.id, n, vote) for n, vote in enumerate(votes[one.id])] for one in questions]
    verdicts = [verdict_of(one.id, votes[one.id], stop_reason="cap") for one in questions]
    return score([*map(outcome_of, questions, verdicts, samples)], **more)  # type: ignore[arg-type]


def test_no_answer_is_wrong_and_no_key_is_left_out() -> None:
    questions = [question("p#0"), question("p#1"), question("q#0"), question("r#0", gold=None)]
    found = scored({"p#0": [0, 1, 0], "p#1": [None, None], "q#0": [1], "r#0": [0]}, questions)
    assert found.accuracy == pytest.approx(1 / 3)
    assert found.accuracy_answered == 0.5
    assert (found.n_questions, found.n_problems, found.n_labelled, found.n_unlabelled) == (4, 3, 3, 1)
    assert found.samples_per_question == 7 / 4
    assert found.no_answer_rate == pytest.approx(2 / 7)
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert 0 < found.ci_low < 1 / 3 < found.ci_high < 1


def test_the_single_sample_is_the_first_launched() -> None:
    questions = [question("p#0"), question("q#0")]
    samples = [[sample("p#0", 2, 1), sample("p#0", 0, 0), sample("p#0", 1, 1)], [sample("q#0", 0, 1)]]
    verdicts = [verdict_of("p#0", [0, 1, 1], stop_reason="cap"), verdict_of("q#0", [1], stop_reason="cap")]
    assert score([*map(outcome_of, questions, verdicts, samples)]).single_sample_accuracy == 0.5


def test_the_gain_of_voting_is_over_as_many_samples_as_every_question_has() -> None:
    questions = [question("p#0"), question("q#0"), question("r#0")]
    found = scored({"p#0": [0, 1, 0], "q#0": [1, 0, 0, 0], "r#0": [0, 0, 0]}, questions).voting_gain
    assert found is not None
    assert (found.k, found.n) == (3, 3)
    # Voted 3 of 3; single samples 2/3, 2/3 and 1.
    assert found.single == pytest.approx(7 / 9)
    assert found.value == pytest.approx(2 / 9)
    assert found.ci_low < found.value < found.ci_high
    nothing = scored({"p#0": [], "q#0": [1]}, [question("p#0"), question("q#0")])
    assert nothing.voting_gain is None
    assert scored({"p#0": [0], "q#0": [1]}, [question("p#0"), question("q#0")]).voting_gain is None


def test_majority_and_any_correct_stand_side_by_side_with_their_n() -> None:
    questions = [question("p#0"), question("q#0")]
    found = scored({"p#0": [1, 0, 1, 0, 0], "q#0": [0, 1]}, questions)
    assert [(at.k, at.majority, at.any_correct, at.n) for at in found.by_k] == [
        (1, 0.5, 0.5, 2),
        (3, 0.0, 1.0, 1),
        (5, 1.0, 1.0, 1),
    ]


def test_baselines() -> None:
    questions = [question("a#0", "B", 2), question("b#0", "B", 4), question("c#0", "D", 4)]
    found = scored({"a#0": [0], "b#0": [0], "c#0": [0]}, questions)
    assert found.random_baseline == pytest.approx((0.5 + 0.25 + 0.25) / 3)
    assert found.best_letter == "B"
    assert found.letter_baseline == pytest.approx(2 / 3)


def test_twin_options_are_right_by_either_letter() -> None:
    twin = question_of("t#0", problem="P", text="?", options=("x", "y", "x"), gold_letter="C")
    other = question_of("u#0", problem="P", text="?", options=("x", "y", "z"), gold_letter="C")
    found = scored({"t#0": [0], "u#0": [2]}, [twin, other])
    assert (found.accuracy, found.best_letter, found.letter_baseline) == (1.0, "C", 1.0)


def test_slices_are_sorted_and_say_what_is_unknown() -> None:
    questions = [
        question("a#0", level=10, family="x", options=2),
        question("b#0", level=2, family="y", options=3),
        question("c#0", level=None, family="y", options=3),
    ]
    found = scored({"a#0": [0], "b#0": [1], "c#0": [0]}, questions)
    assert list(found.slices) == ["n_options", "family", "level"]
    assert list(found.slices["level"]) == ["2", "10", "unknown"]
    assert found.slices["family"]["y"].accuracy == 0.5
    assert found.slices["family"]["y"].n == 2
    # Two questions of three options.
    assert found.slices["family"]["y"].random == pytest.approx(1 / 3)
    assert [one.random for one in found.slices["n_options"].values()] == pytest.approx([1 / 2, 1 / 3])


def test_rates_tell_rescued_truncation_from_lost_samples() -> None:
    samples = [
        sample("p#0", 0, 0),
        sample("p#0", 1, 0, finish_reason="length", is_closed=True),
        sample("p#0", 2, None, status=Status.TRUNCATED, finish_reason="length"),
        sample("p#0", 3, None, status=Status.FAILED, finish_reason=None, completion_tokens=0, retries=3),
    ]
    found = score([outcome_of(question("p#0"), verdict_of("p#0", [0, 0, None, None], stop_reason="cap"), samples)])
    assert (found.truncated_rate, found.closed_rate, found.no_answer_rate) == (0.5, 0.25, 0.25)
    assert (found.failed, found.failed_rate, found.retries) == (1, 0.25, 3)


def test_calibration_compares_vote_share_and_accuracy() -> None:
    questions = [question(f"p{n}#0") for n in range(4)]
    votes: dict[str, list[int | None]] = {
        "p0#0": [0, 0, 0],
        "p1#0": [1, 1],
        "p2#0": [0, 0, 0, 1, 1],
        "p3#0": [None],
    }
    found = scored(votes, questions)
    assert [(part.low, part.high, part.n, part.accuracy) for part in found.calibration] == [
        (0.5, 0.6, 1, 1.0),
        (0.9, 1.0, 2, 0.5),
    ]
    assert found.ece == pytest.approx((0.4 * 1 + 0.5 * 2) / 3)
    assert found.agreement == pytest.approx((1 + 1 + 0.6) / 3)


def test_money_is_exact_and_time_gives_a_rate() -> None:
    prices = Prices(prompt_per_million=Decimal("0.15"), completion_per_million=Decimal("0.6"), currency="CNY")
    found = scored({"p#0": [0, 0]}, [question("p#0")], prices=prices, timing=Timing(wall_s=50.0, sampling_s=40.0))
    assert found.cost == (Decimal("0.15") * 20 + Decimal("0.6") * 200) / 1_000_000
    assert (found.currency, found.wall_s, found.tokens_per_s) == ("CNY", 50.0, 5.0)
    assert found.to_json()["cost"] == "0.000123"


def test_members_of_an_ensemble_are_scored_too_and_the_best_is_first() -> None:
    asked = question("p#0")
    weak = verdict_of("p#0", [0], stop_reason="cap", model="a-weak")
    best = verdict_of("p#0", [1, 1], stop_reason="cap", model="best")
    samples = [sample("p#0", 0, 0, "a-weak"), sample("p#0", 0, 1, "best"), sample("p#0", 1, 1, "best")]
    combined: Verdict = parse_ensemble("champion").combine([best, weak])
    found = score([outcome_of(asked, combined, samples)])
    assert {model: share.accuracy for model, share in found.models.items()} == {"best": 0.0, "a-weak": 1.0}
    assert found.single_sample_accuracy == 0.0


def test_an_empty_run_has_no_numbers_and_still_renders() -> None:
    found = scored({"p#0": []}, [question("p#0", gold=None)])
    assert (found.accuracy, found.ci_low, found.samples_per_question, found.n_unasked) == (None, None, None, 1)
    console = Console(width=100, record=True, quiet=True)
    console.print(render_score(found))


def test_the_json_has_the_keys_that_others_rely_on_and_no_nan() -> None:
    row = scored({"p#0": [0, 0], "q#0": [1]}, [question("p#0"), question("q#0")]).to_json()
    keys = (
        "accuracy ci_low ci_high n_questions n_problems single_sample_accuracy samples_per_question completion_tokens"
    )
    assert {*keys.split(), "no_answer_rate", "truncated_rate", "failed", "wall_s", "complete"} <= row.keys()
    json.dumps(row, allow_nan=False)


def test_a_rule_that_draws_more_on_the_hard_questions_does_not_bend_the_curve() -> None:
    # Easy ones stop at two samples; the hard ones are drawn six times and mostly wrong.
    easy, hard = [question(f"e{n}#0") for n in range(8)], [question(f"h{n}#0") for n in range(4)]
    votes: dict[str, list[int | None]] = {one.id: [1, 1] for one in easy}
    votes.update({one.id: [1, 0, 0, 1, 0, 0] for one in hard})
    found = scored(votes, [*easy, *hard])
    (shown,) = first_k.breakdowns(Summary(found.to_json()))
    assert [row[0] for row in shown.rows] == ["1", "2", "over 2"]
    assert shown.rows[-1][1:] == ("only the hard questions", "have more: --rule fixed:K", "")
    assert first_k.breakdowns(Summary(scored({"e0#0": [], "e1#0": [1]}, easy[:2]).to_json())) == []


def test_the_first_screen_is_short_and_the_details_have_everything() -> None:
    questions = [question(f"{name}#0", family=name, level=n % 3) for n, name in enumerate("abcdefghijkl")]
    votes: dict[str, list[int | None]] = {one.id: [0, 1, 0] for one in questions}
    found = scored(votes, questions, timing=Timing(wall_s=71.0, sampling_s=60.0))
    screens = []
    for is_detailed in (False, True):
        console = Console(width=80)
        with console.capture() as captured:
            console.print(render_score(found, is_detailed=is_detailed, notes=("families: --details",)))
        screens.append(captured.get())
    brief, whole = screens
    assert len(brief.rstrip().splitlines()) <= 20
    for words in ("accuracy", "one sample", "gain of voting", "generated tokens a question", "71.0 s", "--details"):
        assert words in brief
    assert "by family" in whole
    assert "by family" not in brief


def test_markup_in_names_is_shown_as_it_is() -> None:
    questions = [question("a#0", family="[red]x[/red]"), question("b#0", family="[/]")]
    console = Console(width=120, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as captured:
        console.print(render_score(scored({"a#0": [0], "b#0": [1]}, questions), is_detailed=True))
    assert "[red]x[/red]" in captured.get()


def test_a_run_is_complete_where_every_question_was_decided_by_its_rule() -> None:
    decided, cut = (verdict_of("p#0", [0], stop_reason=reason) for reason in ("cap", "token budget"))
    assert score([outcome_of(question("p#0"), decided, [])]).is_complete
    assert not score([outcome_of(question("p#0"), cut, [])]).is_complete


@pytest.mark.parametrize(("is_told", "line"), [(True, "75 (25%)"), (False, "75 (25%, estimated from the texts)")])
def test_tokens_of_thoughts_are_counted_apart_and_an_estimate_is_called_one(is_told: bool, line: str) -> None:
    one = question("p#0")
    drawn = [sample("p#0", n, 0, thought_tokens=25, are_thoughts_told=is_told) for n in range(3)]
    outcome = outcome_of(one, verdict_of("p#0", [0, 0, 0], stop_reason="cap"), drawn)
    prices = Prices(prompt_per_million=Decimal(0), completion_per_million=Decimal(2))
    total = score([outcome], prices=prices)
    assert (total.thought_tokens, total.thoughts_estimated) == (75, not is_told)
    assert total.cost_of_thoughts == Decimal("0.00015")
    console = Console(width=120)
    with console.capture() as shown:
        console.print(render_score(total, is_detailed=True))
    assert line in shown.get()
    assert "of it thoughts" in shown.get()
