"""What ``harness doctor`` finds of servers that can much, little, and nothing."""

from __future__ import annotations

import json

import pytest

from harness.cli import main
from harness.doctor.checks import CHECKS
from tests.support.command import serving
from tests.support.scripted_server import Call, Reply, Script, choice_of, completion_of
from tests.support.strict_servers import FOR_ALL, error, refusing


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
    assert {verdicts[name] for name in ("n", "logprobs", "streaming", "context", "speed")} == {"yes"}
    # The scripted model does not think, and its chains are one for all seeds; it goes on with any message by a letter.
    assert (verdicts["thinking"], verdicts["continuation"]) == ("no", "unknown")


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


def test_a_grammar_holds_a_choice_and_a_message_that_comes_back_is_continued(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def script(call: Call) -> Reply:
        if call.is_closing:
            return Reply(body=completion_of(choice_of(call.body["messages"][-1]["content"] + "四、五。")))
        if "grammar" in call.body:
            held = choice_of("", logprobs=False)
            return Reply(body=completion_of({**held, "message": {"content": "", "reasoning_content": "Q3"}}))
        return Reply(body=completion_of(choice_of("一、二、三、四、五。")))

    code, verdicts, _ = found(script, capsys)
    assert (code, verdicts["choice"], verdicts["continuation"]) == (0, "yes", "yes")


def test_ways_to_think_that_are_all_refused_leave_the_later_checks_alone(capsys: pytest.CaptureFixture[str]) -> None:
    known = {"model", "messages", "temperature", "top_p", "max_tokens", "n", "seed", "stop", "stream", "stream_options"}

    def script(call: Call) -> Reply | None:
        # As transformers' server says it.
        more = sorted(call.body.keys() - known)
        return error(f"Unexpected fields in the request: {more}", status=422) if more else None

    code, verdicts, _ = found(script, capsys)
    assert code == 0
    assert {verdicts[name] for name in ("logprobs", "choice", "continuation", "thinking")} == {"no"}
    assert verdicts["speed"] == "yes"


def test_a_server_that_is_too_slow_is_told_with_what_is_known_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, verdicts, err = found(lambda call: Reply(fault="hang"), capsys, "--patience", "0.1")
    assert (code, verdicts) == (1, {})
    assert "it listens and lists scripted (4096 tokens), but is slow or still loading" in err
    assert "--patience" in err


def test_a_slow_check_says_how_to_wait_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    def script(call: Call) -> Reply | None:
        return Reply(fault="hang") if call.body.get("logprobs") else None

    with serving(script) as server:
        assert main(["doctor", "--endpoint", server.url, "--json", "--patience", "1"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert findings["logprobs"]["verdict"] == "unknown"
    assert "--patience 5 waits longer" in findings["logprobs"]["detail"]


@pytest.mark.parametrize("seconds", ["0", "-3", "nan", "inf"])
def test_no_patience_is_refused(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["doctor", "--endpoint", "http://127.0.0.1:9/v1", f"--patience={seconds}"])
    assert "--patience" in capsys.readouterr().err


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
