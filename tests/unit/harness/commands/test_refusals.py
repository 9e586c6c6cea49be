"""What a command would take and not look at is refused before anything is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.golden.command import ran
from tests.support.command import serving


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [{"id": f"p{n}", "problem": "P", "questions": [{"question": "?", "options": ["x", "y"]}]} for n in range(4)]
    path = tmp_path / "problems.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(("words", "told"), [
    (("--rule", "lead:2"), "--rule"),
    (("rule=lead:2",), "chooses one"),
    (("--recorded", "--deadline", "4h"), "deadline_s would do nothing"),
    (("--recorded", "--endpoint", "http://127.0.0.1:9/v1"), "asks no model"),
    (("--recorded", "--price-limit", "1"), "price_limit would do nothing"),
    (("--pilots", "9"), "--recorded draws"),
])  # fmt: skip
def test_a_forecast_refuses_what_it_would_not_look_at(data: Path, words: tuple[str, ...], told: str) -> None:
    ending = ran("harness", "forecast", data, *words, folder=data.parent)
    assert (ending.code, told in ending.err) == (2, True), ending.err


def test_a_forecast_of_two_samples_is_refused_before_its_pilot_is_asked(data: Path) -> None:
    with serving() as server:
        words = ("--endpoint", server.url, "--max-samples", 2, "--pilot", 3, "--run", "pilot")
        ending = ran("harness", "forecast", data, *words, folder=data.parent)
        assert not server.calls
    assert (ending.code, "from 3 on" in ending.err) == (2, True), ending.err
    assert not (data.parent / "pilot").exists()


def test_a_run_is_not_reproduced_by_a_server_and_an_engine_at_once(tmp_path: Path) -> None:
    ending = ran("harness", "reproduce", tmp_path, "--endpoint", "http://127.0.0.1:9/v1", "--serve", "m")
    assert (ending.code, "give one of the two" in ending.err) == (2, True), ending.err
