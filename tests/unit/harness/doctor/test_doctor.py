"""What ``harness doctor`` finds of servers that can much, little, and nothing."""

from __future__ import annotations

import json

import pytest

from harness.cli import main
from harness.doctor.checks import CHECKS
from tests.support.command import serving
from tests.support.scripted_server import Script
from tests.support.strict_servers import FOR_ALL, refusing


def found(script: Script | None, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, str], str]:
    """Examine a server; returns exit code, verdicts, what was said."""
    with serving(script) as server:
        code = main(["doctor", "--endpoint", server.url, "--json", *words])
    out, err = capsys.readouterr()
    findings = json.loads(out)["findings"] if out else {}
    return code, {name: one["verdict"] for name, one in findings.items()}, err


def test_a_server_that_takes_everything(capsys: pytest.CaptureFixture[str]) -> None:
    code, verdicts, _ = found(refusing(), capsys)
    assert code == 0
    assert set(verdicts) == set(CHECKS)
    assert {verdicts[name] for name in ("n", "logprobs", "continuation", "streaming", "context", "speed")} == {"yes"}
    # The scripted model does not think, and its chains are one for all seeds.
    assert verdicts["thinking"] == "no"


def test_a_server_that_takes_little_is_told_as_such_and_what_is_done_instead(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = ("n", "seed", "logprobs", "structured_outputs", "max_tokens", "streams")
    code, verdicts, _ = found(refusing(*names), capsys)
    assert code == 0
    assert {verdicts[name] for name in ("n", "seeds", "logprobs", "choice", "streaming")} == {"no"}


def test_a_server_that_refuses_everything_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, verdicts, err = found(lambda call: FOR_ALL["no balance"], capsys)
    assert (code, verdicts) == (1, {})
    assert "Insufficient Balance" in err


def test_the_table_has_a_line_a_check(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(refusing("n")) as server:
        assert main(["doctor", "--endpoint", server.url]) == 0
    out, err = capsys.readouterr()
    assert all(name in out for name in CHECKS)
    assert "n is left out" in err


def test_a_model_that_is_not_served_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = found(None, capsys, "--model", "scriptd")
    assert code == 1
    assert "did you mean scripted" in err
