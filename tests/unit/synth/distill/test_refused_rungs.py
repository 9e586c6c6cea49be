"""A ladder whose servers refuse: it says so, does not exit 0, and the same command asks again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from synth.cli import main
from tests.support.command import serving
from tests.support.dialect_servers import dialect_script
from tests.support.scripted_server import Call, Reply, Script
from tests.support.strict_servers import FOR_ALL, error
from tests.unit.test_dialects import PLAN, data
from tests.unit.test_odd_replies import NONSENSE


def distilled(folder: Path, script: Script) -> tuple[int, int]:
    """Run ``distill``; returns exit code and requests."""
    plan = folder / "plan.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    with serving(script) as server:
        words = ["--out", str(folder / "out"), "--endpoint", server.url, "--display", "plain"]
        return main(["distill", str(plan), data(folder), *words]), server.number


def test_an_empty_account_ends_it_within_a_handful_of_requests_and_the_same_command_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, requests = distilled(tmp_path, lambda call: FOR_ALL["no balance"])
    assert (code, requests) == (1, 1)
    err = " ".join(capsys.readouterr().err.split())
    assert "Insufficient Balance" in err
    assert "the same command goes on" in err
    assert distilled(tmp_path, dialect_script("vLLM"))[0] == 0


def test_a_rung_of_which_every_sample_was_refused_is_said_and_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert distilled(tmp_path, lambda call: error("Content Exists Risk"))[0] == 1
    assert "every sample of one was refused" in " ".join(capsys.readouterr().err.split())


def test_questions_that_a_server_refuses_are_told_with_its_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = dialect_script("vLLM")

    def script(call: Call) -> Reply | None:
        return error("Content Exists Risk") if "第4队" in call.prompt else good(call)

    assert distilled(tmp_path, script)[0] == 0
    told = " ".join(capsys.readouterr().out.split())
    assert re.search(r"1 question had samples that a server refused for good \(most: .*Content Exists Risk", told)


def test_refusals_that_nothing_sorts_are_asked_again_by_the_same_command(tmp_path: Path) -> None:
    good = dialect_script("vLLM")

    def script(call: Call) -> Reply | None:
        return error("Bad Request") if "第4队" in call.prompt else good(call)

    assert distilled(tmp_path, script)[0] == 1
    assert distilled(tmp_path, good)[0] == 0


@pytest.mark.parametrize("name", NONSENSE)
def test_what_every_request_gets_ends_it_within_as_many_requests_as_any_run(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reply, words = NONSENSE[name]
    assert distilled(tmp_path, lambda call: reply) == (1, 5)
    assert words in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("reply", [NONSENSE["a page"][0], NONSENSE["nothing"][0], FOR_ALL["no balance"]])
def test_requests_that_never_left_are_not_counted(
    reply: Reply, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = 0
    for _ in range(2):
        sent += distilled(tmp_path, lambda call: reply)[1]
        counted = json.loads((tmp_path / "out" / "report.json").read_text())["requests"]
        assert counted == sent
    usage = json.loads((tmp_path / "out" / "report.json").read_text())["usage"]
    assert sum(stage["of_this_attempt"] for stage in usage) == sent / 2
