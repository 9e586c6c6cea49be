"""``eval`` against every fault that a server can have: the run ends well, and as if nothing had been."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.invariants import Ran, accounted, evaluate, samples_of, votes_of
from tests.support.command import problems_file, serving
from tests.support.fault_server import HEALED, POISON, Flaky, Trouble
from tests.support.loops import in_loop
from tests.support.scripted_server import Call, Reply, ScriptedServer

RULE = ("--rule", "fixed:3")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The votes of a run that nothing disturbs; the server's answers depend on prompt and seed alone."""
    folder = tmp_path_factory.mktemp("undisturbed")
    data, run = problems_file(folder, 4), folder / "run"
    from harness.cli import main
    from tests.chaos.invariants import WORDS

    with serving() as server:
        words = [data, "--endpoint", server.url, "--run", run, *RULE, *WORDS]
        assert main(["eval", *map(str, words)]) == 0
    return votes_of(accounted(run, data))


@pytest.mark.parametrize("fault", HEALED)
def test_a_fault_that_passes_changes_nothing(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: list[Any]
) -> None:
    data, run, trouble = problems_file(tmp_path, 4), tmp_path / "run", Trouble(fault)
    # Short where it is what ends the fault, and long where a busy machine would lose good replies to it.
    timeout_s = 1 if fault == "hang" else 60
    with serving(trouble) as server:
        words = [data, "--endpoint", server.url, "--run", run, *RULE, f"request_timeout_s={timeout_s}"]
        ran = evaluate(capsys, *words)
    assert ran.code == 0, ran.err
    assert trouble.struck
    assert votes_of(accounted(run, data)) == expected
    assert "POISON" not in ran.out + ran.err


# Some need time between retries (2 + 4 + 8 … s): these are enough of each kind.
@pytest.mark.parametrize(
    "fault", ["truncated json", "empty choices", "deep json", "aborted by the engine", "page with status 200"]
)
def test_a_question_that_always_fails_is_told_and_asked_again_later(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: list[Any]
) -> None:
    data, run = problems_file(tmp_path, 4), tmp_path / "run"
    with serving(Trouble(fault, first=None, only="第2题")) as server:
        words = [data, "--endpoint", server.url, "--run", run, *RULE]
        ran = evaluate(capsys, *words)
        results = accounted(run, data)
        assert ran.code == 1
        assert "the same command continues" in ran.err
        failed = [row for row in results if row["stop_reason"] == "failed"]
        assert [row["problem_id"] for row in failed] == ["p002", "p002"]
        assert [row["answer"] for row in failed] == [None, None]
        good = {row["question_id"] for row in results} - {row["question_id"] for row in failed}
        assert [vote for vote in votes_of(results) if vote[0] in good] == [one for one in expected if one[0] in good]
        server.script = None
        server.calls.clear()
        assert evaluate(capsys, *words).code == 0
        assert {call.prompt for call in server.calls} == {
            call.prompt for call in server.calls if "第2题" in call.prompt
        }
    assert votes_of(accounted(run, data)) == expected


@pytest.mark.parametrize("seed", range(4))
def test_all_faults_mixed_change_nothing(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: list[Any]
) -> None:
    data, run, flaky = problems_file(tmp_path, 4), tmp_path / "run", Flaky(seed, 0.4, in_a_row=1)
    with serving(flaky) as server:
        words = [data, "--endpoint", server.url, "--run", run, *RULE, "request_timeout_s=3"]
        for _ in range(4):
            ran = evaluate(capsys, *words)
            if ran.code == 0:
                break
    assert flaky.struck
    assert ran.code == 0, ran.err
    assert votes_of(accounted(run, data)) == expected


def test_a_storm_of_429_is_waited_out(tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: list[Any]) -> None:
    """It lasts longer than a request's retries would; what bounds the wait is the client's patience, two minutes."""
    data, run = problems_file(tmp_path, 4), tmp_path / "run"
    began: list[float] = []

    def storm(call: Call) -> Reply | None:
        began.append(time.monotonic())
        if time.monotonic() < began[0] + 2:
            return Reply(status=429, body={"error": {"message": POISON}}, headers=(("Retry-After", "0.05"),))
        return None

    with serving(storm) as server:
        ran = evaluate(capsys, data, "--endpoint", server.url, "--run", run, *RULE)
    assert ran.code == 0, ran.err
    assert votes_of(accounted(run, data)) == expected


def test_a_server_that_dies_and_comes_back_costs_time_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: list[Any]
) -> None:
    data, run = problems_file(tmp_path, 4), tmp_path / "run"
    with serving(latency_s=0.05) as server:
        undertaker = threading.Thread(target=lambda: die_and_return(server, server.loop, after_calls=3))
        undertaker.start()
        ran = evaluate(capsys, data, "--endpoint", server.url, "--run", run, *RULE)
        undertaker.join()
    assert ran.code == 0, ran.err
    assert votes_of(accounted(run, data)) == expected


@pytest.mark.parametrize("turns", range(6))
@in_loop
async def test_the_server_of_these_tests_loses_no_connection_that_it_has_just_accepted(turns: int) -> None:
    server = await ScriptedServer().start()
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(3)]
        for _ in range(turns):
            await asyncio.sleep(0)
        await server.stop()
        await asyncio.sleep(0)
        # A lost one tells of itself now; one that was cut, or never accepted, tells its client.
        gc.collect()
        for client in clients:
            client.setblocking(False)
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(1) == b""


def die_and_return(server: ScriptedServer, loop: asyncio.AbstractEventLoop, *, after_calls: int) -> None:
    """Stop the server in the middle of its work, and start it again on the same port a moment later."""
    while server.number < after_calls:
        time.sleep(0.005)
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(60)
    time.sleep(0.3)
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(60)


REFUSED: dict[str, Callable[[Call], Reply]] = {
    "400": lambda call: Reply(status=400, body={"error": {"message": "no\x1b[2J\x1b]0;owned\x07 thanks"}}),
    "401": lambda call: Reply(status=401, body={"error": {"message": "bad key canary-4711-key"}}),
    "404": lambda call: Reply(status=404, body=b"<html>canary-4711-key</html>", content_type="text/html"),
    "422": lambda call: Reply(status=422, body=[POISON]),
}


@pytest.mark.parametrize("refusal", REFUSED)
def test_a_server_that_refuses_everything_is_told_without_its_control_codes_or_the_key(
    refusal: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary-4711-key")
    data, run = problems_file(tmp_path, 2), tmp_path / "run"
    with serving(REFUSED[refusal]) as server:
        ran: Ran = evaluate(capsys, data, "--endpoint", server.url, "--run", run, *RULE)
    assert ran.code == 1
    assert "every request is refused" in ran.err
    assert not (run / "results.jsonl").exists()
    told = ran.out + ran.err + json.dumps([sample.error for sample in samples_of(run).values()])
    assert "canary-4711-key" not in told
    assert "\x1b" not in told
    assert "\\u001b" not in told


def test_models_with_steering_names_do_not_steer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = problems_file(tmp_path, 1)
    with serving(models=("x\x1b[2J", "y")) as server:
        ran = evaluate(capsys, data, "--endpoint", server.url, "--run", tmp_path / "run", "--model", "z")
        assert ran.code == 1
        assert "\x1b" not in ran.err
        ran = evaluate(capsys, data, "--endpoint", server.url, "--run", tmp_path / "other", *RULE)
    assert "\x1b" not in ran.out + ran.err
