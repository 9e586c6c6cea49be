"""The command, against a scripted server that does well with one prompt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.tune.halving import halves_of
from harness.tune.settings import TuneConfig
from solver.base.config import entries
from solver.presets.preset import load_preset
from solver.problems.jsonl import load_problems, questions_of
from tests.support.command import problems_file, serving
from tests.support.scripted_server import Call, Reply, ScriptedServer, choice_of, completion_of

GOOD = "GOOD {problem}\n{question}\n{options}"
POOR = "POOR {problem}\n{question}\n{options}"


def script(call: Call) -> Reply | None:
    """Answer right where the prompt is the good one, and else one time in four."""
    if call.body.get("min_p"):
        return Reply(status=400, body={"error": {"message": "min_p is not known here"}})
    letters = _right(call.prompt)
    wrong = "B" if letters == "A" else "A"
    choices = [
        choice_of(f"推理。答案是：{letters if is_right else wrong}", index=place, logprobs=False)
        for place in range(call.n)
        for is_right in ["GOOD" in call.prompt or (call.number + place) % 4 == 0]
    ]
    return Reply(body=completion_of(*choices, completion_tokens=call.n * (30 if "GOOD" in call.prompt else 10)))


def _place(text: str) -> int:
    return int(text.split("第")[1].split("题")[0])


def _right(prompt: str) -> str:
    return "AB"[_place(prompt) % 2] if "左边" in prompt else "A"


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with serving(script) as found:
        yield found


@pytest.fixture
def words(tmp_path: Path, server: ScriptedServer) -> list[str]:
    (tmp_path / "good.txt").write_text(GOOD)
    (tmp_path / "poor.txt").write_text(POOR)
    prompts = f"{tmp_path / 'good.txt'},{tmp_path / 'poor.txt'}"
    server.calls.clear()
    return [
        *("tune", str(problems_file(tmp_path, 40)), "--endpoint", server.url, "--prompts", prompts),
        *("--out", str(tmp_path / "mine.yaml"), "--run", str(tmp_path / "run"), "--display", "none", "--json"),
        *("--max-samples", "4"),
    ]


def found(words: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(words) == 0
    summary: dict[str, Any] = json.loads(capsys.readouterr().out)
    return summary


def test_the_prompt_that_helps_is_found_and_its_accuracy_stated_on_the_other_half(
    words: list[str], server: ScriptedServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = found(words, capsys)
    assert summary["accuracy"]["value"] == 1.0
    assert summary["start_accuracy"]["value"] < 0.6
    assert summary["gain"]["low"] > 0.2
    assert (summary["is_behind"], summary["arm"]) == (False, str(tmp_path / "good.txt"))
    assert "where the search began" not in (tmp_path / "mine.yaml").read_text() + (tmp_path / "mine.html").read_text()
    assert 16 <= summary["accuracy"]["n"] <= 64
    layer = load_preset(str(tmp_path / "mine.yaml")).layer
    assert layer["prompt"] == str(tmp_path / "good.txt")
    # One right sample is as good as eight.
    assert (layer["rule"], layer["max_samples"]) == ("fixed:1", 1)
    page = (tmp_path / "mine.html").read_text()
    assert "<svg" in page
    assert "§" not in page
    assert "chosen less that" in (tmp_path / "mine.md").read_text()
    # The ways to sample that the server refuses are left out, and the rest goes on.
    assert not any("min-p" in line for line in (tmp_path / "mine.md").read_text().splitlines())


@pytest.mark.parametrize("form", [["--json"], []], ids=["json", "text"])
def test_a_choice_that_is_worse_on_the_half_that_states_is_said_to_be_and_not_advised(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], form: list[str]
) -> None:
    questions = questions_of(load_problems([problems_file(tmp_path, 40)]).problems)
    choosing = {_place(one.problem) for one in halves_of(questions).choosing}

    def luck(call: Call) -> Reply | None:
        """Have the one prompt right on the half that chooses alone, and the other three times in four."""
        is_good = "GOOD" in call.prompt
        right = _right(call.prompt)
        choices = [
            choice_of(f"推理。答案是：{right if is_right else 'AB'[right == 'A']}", index=place, logprobs=False)
            for place in range(call.n)
            for is_right in [_place(call.prompt) in choosing if is_good else (call.number + place) % 4 > 0]
        ]
        return Reply(body=completion_of(*choices, completion_tokens=call.n * 10))

    poor = str(tmp_path / "poor.txt")
    with serving(luck) as lucky:
        place = words.index("--endpoint") + 1
        words[place] = lucky.url
        words.remove("--json")
        assert main([*words, "--prompt", poor, "--rule", "fixed:3", *form]) == 0
    said = capsys.readouterr()
    preset, page = (tmp_path / "mine.yaml").read_text(), (tmp_path / "mine.html").read_text()
    told = "worse here than the settings where the search began"
    if form:
        summary = json.loads(said.out)
        assert (summary["is_behind"], summary["chosen"], summary["arm"]) == (True, str(tmp_path / "good.txt"), poor)
        assert summary["gain"]["value"] < 0
    else:
        assert told in said.out
    assert told in page
    assert told in (tmp_path / "mine.md").read_text()
    assert "where the search began" in " ".join(preset.split())
    layer = load_preset(str(tmp_path / "mine.yaml")).layer
    assert (layer["prompt"], layer["rule"], layer["max_samples"]) == (poor, "fixed:3", 4)


def test_a_search_that_is_run_again_asks_for_nothing_and_finds_the_same(
    words: list[str], server: ScriptedServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = found(words, capsys)
    asked = len([call for call in server.calls if call.body["max_tokens"] > 4])
    preset = (tmp_path / "mine.yaml").read_text()
    again = found(words, capsys)
    assert len([call for call in server.calls if call.body["max_tokens"] > 4]) == asked
    assert {**again, "seconds": 0} == {**first, "seconds": 0}
    assert (tmp_path / "mine.yaml").read_text() == preset


def test_the_budget_is_kept_and_a_larger_one_goes_on_with_what_was_drawn(
    words: list[str], server: ScriptedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    small = found([*words, "--token-budget", "8000", "--slots", "16"], capsys)
    assert 4000 < small["tokens"] <= 8000
    first = len(server.calls)
    large = found([*words, "--token-budget", "30000"], capsys)
    assert large["tokens"] <= 30000
    assert large["accuracy"]["n"] > 16
    # Nothing is drawn twice: all that was ever asked for and answered is in the bill, and little else was asked for.
    answered = [call for call in server.calls if not call.body.get("min_p")]
    assert len(answered) > first > 0
    assert sum(call.n * (30 if "GOOD" in call.prompt else 10) for call in answered) <= large["tokens"] + 40 * 30 * 8


def test_a_budget_too_small_for_anything_is_told_in_one_line(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--token-budget", "40", "--slots", "4"]) == 1
    err = capsys.readouterr().err
    assert "token budget of 40 was gone" in err
    assert err.count("\n") == 1


def test_a_server_that_refuses_everything_is_quoted(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(lambda call: Reply(status=400, body={"error": {"message": "not today"}})) as server:
        words[words.index("--endpoint") + 1] = server.url
        assert main(words) == 1
    assert "not today" in capsys.readouterr().err


def test_an_allocation_is_not_what_is_looked_for(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for more in (["--allocation", "gain"], ["--mean-tokens", "100"]):
        assert main([*words, *more]) == 2
        assert "leave out --allocation" in capsys.readouterr().err


def test_too_little_data_is_refused_before_anything_starts(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words[1] = str(problems_file(tmp_path, 4, name="few.jsonl"))
    assert main(words) == 2
    assert "at least 16 in each" in capsys.readouterr().err


def test_every_setting_of_the_search_has_a_name_of_its_own_among_those_of_sampling() -> None:
    assert set(TuneConfig.model_fields) <= {name.partition(".")[0] for name in entries(TuneConfig)} | {
        "backend",
        "sampling",
    }
