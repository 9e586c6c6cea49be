"""Forecasts: honest bands, a pilot of every kind of question, and a run that goes on from its samples."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness import cli
from harness.analysis.recorded_votes import QuestionVotes
from harness.forecast.bands import Band, mean_band, share_band
from harness.forecast.calibration import coverage
from harness.forecast.forecast import Forecast, Wishes, choose
from harness.forecast.predict import Line, PilotQuestion, helpless, predict
from harness.forecast.rare_length import token_band
from harness.run.pilot import stratified
from solver.base.errors import UsageError
from tests.support.scripted_server import ScriptedServer


def a_set(n: int, seed: int) -> list[QuestionVotes]:
    """Questions of all difficulties; the right answer is class 0."""
    rng = random.Random(seed)
    found = []
    for place in range(n):
        ease, length = rng.random(), rng.lognormvariate(5, 0.6)
        votes = tuple(0 if rng.random() < ease else rng.randrange(1, 4) for _ in range(8))
        tokens = tuple(length * rng.uniform(0.5, 1.5) for _ in votes)
        found.append(
            QuestionVotes(key=(str(place),), cluster=str(place), gold=0, votes=votes, n_options=4, tokens=tokens)
        )
    return found


def test_bands_of_ninety_percent_hold_the_truth_about_as_often() -> None:
    for one in coverage(a_set(300, 1), pilot=16, pilots=150, samples=8, rules=("lead:3",)):
        # 150 pilots tell a share of .9 to within five points; the caps share their pilots.
        assert 0.84 <= one.inside <= 0.96, one


def test_the_tokens_of_answers_with_rare_ramblings_are_in_their_bands() -> None:
    """A fiftieth of the questions takes half of all tokens: of sixteen questions three pilots in four see none."""
    rng = random.Random(7)
    made = a_set(400, 3)
    found = [
        replace(one, tokens=tuple(6.0 * (rng.uniform(20, 80) if place % 50 == 0 else 1) for _ in one.votes))
        for place, one in enumerate(made)
    ]
    (tokens,) = [one for one in coverage(found, 16, 60, 5, rules=("fixed:5",)) if one.quantity == "tokens"]
    assert tokens.inside >= 0.85
    values = [[30.0] * 4] * 16
    assert mean_band(values, 400) == Band(30, 30, 30), "the usual band knows of nothing that was not seen"
    seen = token_band(values, 6, 400)
    assert seen.value == seen.low == 30
    assert 1.2 * 30 < seen.high < 4 * 30
    assert token_band(values, 6, 16) == Band(30, 30, 30), "nothing is left to be forecast"


def test_where_samples_are_long_tokens_have_the_usual_band() -> None:
    values = [[300.0 + place, 280.0] for place in range(16)]
    assert token_band(values, 290, 400) == mean_band(values, 400)


def test_a_pilot_that_is_the_whole_run_knows_all_but_the_order() -> None:
    assert share_band([[1.0], [0.0]], 2) == pytest.approx((0.5, 0.5, 0.5))
    assert mean_band([[3.0], [5.0]], 2) == pytest.approx((4.0, 4.0, 4.0))
    low, high = share_band([[1.0], [0.0]], 1000)[1:]
    assert low < 0.2
    assert high > 0.8


def test_every_kind_of_question_is_in_the_pilot_by_its_share() -> None:
    strata = [["a"] * 60, ["b"] * 30, ["c"] * 10]
    for seed in range(20):
        drawn = stratified(strata, 10, random.Random(seed))
        assert [drawn.count(name) for name in "abc"] in (
            [6, 3, 1],
            [6, 2, 2],
            [5, 3, 2],
            [6, 4, 0],
            [7, 3, 0],
            [7, 2, 1],
        )
        assert len(drawn) == 10


def test_what_voting_cannot_help_is_counted() -> None:
    pilot = [PilotQuestion(votes=votes, tokens=(1.0,) * 4, gold=0) for votes in ((1,) * 4, (0,) * 4, (0, 1, 0, 0))]
    found = helpless(pilot, 3)
    assert found is not None
    assert (found.never.value, found.always.value) == pytest.approx((1 / 3, 1 / 3))
    assert helpless([replace(pilot[0], gold=None)], 3) is None


def test_without_a_key_everything_but_accuracy_is_told() -> None:
    pilot = [PilotQuestion(votes=(0, 1, 0), tokens=(5.0, 6.0, 7.0), gold=None) for _ in range(3)]
    for line in predict(pilot, 10):
        assert line.accuracy is None
        assert 0 <= line.settled <= 1
        assert line.tokens.low <= line.tokens.value <= line.tokens.high


def a_line(rule: str, accuracy: float, tokens: float) -> Line:
    band = Band(accuracy, accuracy - 0.1, accuracy + 0.1)
    spent = Band(tokens, 0.8 * tokens, 1.2 * tokens)
    return Line(rule=rule, cap=8, samples=Band(1, 1, 1), tokens=spent, accuracy=band, settled=1.0)


def a_forecast(*lines: Line) -> Forecast:
    return Forecast(
        n_questions=100, n_pilot=16, samples=8, tokens_per_s=10.0, price_per_token=0.001, price_of_prompts=0.0,
        lines=lines, helpless=None, hopeless_ids=(), chosen=lines[0], why="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wishes", "rule", "why"),
    [
        (Wishes(), "lead:3", "most right"),
        (Wishes(target_accuracy=0.6), "lead:2", "fewest tokens"),
        (Wishes(deadline_s=130), "lead:2", "most right"),
        (Wishes(price_limit=1.3), "lead:2", "most right"),
        (Wishes(deadline_s=130, target_accuracy=0.69), "lead:2", "comes nearest"),
        (Wishes(deadline_s=1), "fixed:1", "comes nearest"),
    ],
)
def test_the_rule_is_chosen_by_what_is_wished_for(wishes: Wishes, rule: str, why: str) -> None:
    # Within half a point of the best the cheaper one is taken: lead:3, not exact.
    lines = (a_line("fixed:1", 0.5, 500), a_line("lead:2", 0.62, 1000), a_line("lead:3", 0.7, 2000))
    found = choose(a_forecast(*lines, a_line("exact", 0.703, 4000)), wishes)
    assert found.chosen.rule == rule
    assert why in found.why


def test_what_a_few_questions_happen_to_favour_is_not_the_most_accurate_rule() -> None:
    lucky, firm, dear = a_line("lead:1", 0.60, 10), a_line("lead:3", 0.58, 50), a_line("fixed:8", 0.58, 80)
    chosen = choose(a_forecast(replace(lucky, settled=0.8), replace(firm, settled=0.96), dear), Wishes()).chosen
    assert chosen.rule == "lead:3"
    # Where nothing in reach is settled, what is so most; and who names an accuracy gets the cheapest that has it.
    tight = choose(a_forecast(replace(lucky, settled=0.8), firm, dear), Wishes(deadline_s=2.0)).chosen
    assert tight.rule == "lead:1"
    named = choose(a_forecast(replace(lucky, settled=0.8), firm, dear), Wishes(target_accuracy=0.58)).chosen
    assert named.rule == "lead:1"


def test_a_price_limit_needs_a_price() -> None:
    with pytest.raises(UsageError, match="--price-completion"):
        choose(replace(a_forecast(a_line("lead:3", 0.7, 1)), price_per_token=None), Wishes(price_limit=1))


@contextlib.contextmanager
def served() -> Iterator[ScriptedServer]:
    """A server on a thread of its own: commands want the main one, for signals."""
    loop, server = asyncio.new_event_loop(), ScriptedServer()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
        yield server
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_a_run_goes_on_from_the_samples_of_its_pilot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problems = tmp_path / "problems.jsonl"
    row = {"problem": "p", "questions": [{"question": "q?", "options": ["x", "y"], "answer": "A"}]}
    lines = [json.dumps({**row, "problem": f"Problem {n}.", "id": f"p{n}"}) for n in range(12)]
    problems.write_text("\n".join(lines), encoding="utf-8")

    def asked(*words: object) -> int:
        with served() as server:
            told = [*map(str, words), "--endpoint", server.url, "--display", "none"]
            assert cli.main(told) == 0
            return sum(call.body.get("n", 1) for call in server.calls)

    always = ("--model", "scripted", "--max-samples", 4, "--no-close", "--max-tokens", 64)
    pilot = tmp_path / "pilot"
    assert asked("forecast", problems, "--pilot", 5, "--run", pilot, *always) == 20
    said = capsys.readouterr()
    assert "chosen:" in said.out
    assert "eval --from-forecast" in said.err
    found = json.loads((pilot / "forecast.json").read_text(encoding="utf-8"))
    assert (found["n_questions"], found["n_pilot"]) == (12, 5)
    settings = json.loads((pilot / "eval.yaml").read_text(encoding="utf-8"))
    assert settings["rule"] == found["chosen"]["rule"]
    run = tmp_path / "run"
    flags = ("--run", run, "--rule", "fixed:4", "--max-samples", 4)
    # Seven questions are left, and the five of the pilot have all they need.
    assert asked("eval", "--from-forecast", pilot / "forecast.json", *flags) == 28
    # Without a forecast nothing is taken over.
    assert asked("eval", problems, "--run", tmp_path / "other", "--rule", "fixed:4", *always) == 48


def test_a_forecast_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["eval", "--from-forecast", str(tmp_path / "forecast.json")]) == 2
    assert "harness forecast writes both" in capsys.readouterr().err


def test_a_forecast_is_of_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["forecast", "--allocation", "gain", "--run", str(tmp_path / "run")]) == 2
    assert "leave out --allocation gain" in capsys.readouterr().err


def test_bands_are_checked_on_recorded_votes_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"dataset": "d", "model": "m", "question_id": f"p{n}", "gold": "A", "n_options": 2, "answers": list("AABABAAB")}
        for n in range(50)
    ]
    file = tmp_path / "votes.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    words = ["forecast", str(file), "--recorded", "--pilots", "2", "--pilot", "4"]
    assert cli.main(words) == 0
    assert "90 % bands" in capsys.readouterr().out
    assert cli.main([*words, "--json"]) == 0
    assert [json.loads(line)["quantity"] for line in capsys.readouterr().out.splitlines()] == [
        "accuracy", "samples", "tokens"
    ]  # fmt: skip


def test_a_pilot_of_one_question_is_refused_before_it_is_paid_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "one.jsonl"
    data.write_text('{"question": "x?", "options": ["a", "b"]}\n', encoding="utf-8")
    with served() as server:
        assert cli.main(["forecast", str(data), "--endpoint", server.url, "--run", str(tmp_path / "run")]) == 2
        assert server.number == 0
    assert f"{data}: 1 question, where a forecast needs 2 at least" in capsys.readouterr().err
