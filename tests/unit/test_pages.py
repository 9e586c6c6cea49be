"""A server of pages for browsers: every face asks it a handful of times at most, however many may go side by side."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

import harness.cli
import solver.cli
import synth.cli
from solver.sampling import pool
from solver.sampling.servers.nonsense import Nonsense
from solver.sampling.transport import Fault
from tests.support.command import serving
from tests.support.running_gateway import QUESTION, ask_of, gateway_over
from tests.support.scripted_server import Reply, ScriptedServer
from tests.unit.test_dialects import PLAN, data
from tests.unit.test_odd_replies import completion

PAGE = b"<!doctype html><html><head><title>Log in</title></head></html>"
HANDFUL = 5
STATUSES = (200, 403, 404)


def page(status: int = 200) -> Reply:
    return Reply(status=status, body=PAGE, content_type="text/html")


def eval_words(folder: Path, url: str, slots: int, rule: str = "fixed:3") -> list[str]:
    words = ["--endpoint", url, "--rule", rule, "--slots", str(slots), "--run", str(folder / "run")]
    return ["eval", data(folder), *words, "--display", "none"]


@pytest.mark.parametrize("slots", [1, 2, 3, 4, 5, 64])
@pytest.mark.parametrize("status", STATUSES)
def test_eval_asks_a_handful_of_times(
    status: int, slots: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(lambda call: page(status)) as server:
        assert harness.cli.main(eval_words(tmp_path, server.url, slots)) == 1
        assert len(server.calls) <= HANDFUL
    told = capsys.readouterr()
    assert "Log in" in told.err
    assert "the same command continues" in told.err
    assert "0.0 %" not in told.out


@pytest.mark.parametrize("slots", [1, 3, 64])
@pytest.mark.parametrize("status", STATUSES)
def test_answer_asks_a_handful_of_times(
    status: int, slots: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(lambda call: page(status)) as server:
        words = ["--endpoint", server.url, "--model", "scripted", "--slots", str(slots)]
        assert solver.cli.main(["answer", data(tmp_path), *words]) == 1
        assert len(server.calls) <= HANDFUL
    assert "Log in" in capsys.readouterr().err


@pytest.mark.parametrize("concurrency", [1, 3, 16])
@pytest.mark.parametrize("status", STATUSES)
def test_the_ladder_asks_a_handful_of_times(
    status: int, concurrency: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN.replace("concurrency: 4", f"concurrency: {concurrency}"), encoding="utf-8")
    with serving(lambda call: page(status)) as server:
        words = ["--out", str(tmp_path / "out"), "--endpoint", server.url, "--display", "none"]
        assert synth.cli.main(["distill", str(plan), data(tmp_path), *words]) == 1
        assert len(server.calls) <= HANDFUL
    assert "Log in" in capsys.readouterr().err


@pytest.mark.parametrize("concurrency", [1, 3, 16])
@pytest.mark.parametrize("status", STATUSES)
def test_the_gateway_asks_a_handful_of_times_for_all_its_clients(status: int, concurrency: int) -> None:
    async def ask() -> None:
        async with ScriptedServer(lambda call: page(status)) as server:
            async with gateway_over(server.url, max_concurrency=concurrency) as running:
                for number in range(6):
                    code, told = await running.post(ask_of(f"第{number}天。{QUESTION}"))
                    assert code in (502, 503)
                    assert "Log in" not in json.dumps(told)
            assert len(server.calls) <= HANDFUL

    asyncio.run(ask())


@pytest.mark.parametrize("slots", [1, 2, 3, 64])
def test_a_page_that_the_first_prompt_alone_gets_leaves_that_question_open(slots: int, tmp_path: Path) -> None:
    script = lambda call: page() if "第1队" in call.prompt else Reply(body=completion(call))  # noqa: E731
    with serving(script) as server:
        assert harness.cli.main(eval_words(tmp_path, server.url, slots)) == 1
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["accuracy"] == pytest.approx(5 / 6)


@pytest.mark.parametrize("slots", [1, 3, 64])
def test_what_is_no_completion_in_mid_run_ends_it_before_every_question_has_failed(
    slots: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pool, "_SILENT_S", 0.0)
    monkeypatch.setattr(pool, "_MOST_LOST_LATER", 3)
    with serving(lambda call: Reply(body=completion(call)) if call.number < 2 else page()) as server:
        words = eval_words(tmp_path, server.url, slots, "fixed:1")
        assert harness.cli.main(words) == 1
        told = capsys.readouterr()
        assert "no completion comes any more" in told.err
        assert "the same command continues" in told.err
        server.script = lambda call: Reply(body=completion(call))
        assert harness.cli.main(words) == 0
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert (summary["accuracy"], summary["n_samples"]) == (1.0, 6)


def test_replies_that_are_none_tell_of_their_prompt_before_they_tell_of_all() -> None:
    fault, nonsense = Fault("malformed", "a page"), Nonsense()
    assert [nonsense.came(1, fault, 0.0) for _ in range(6)] == [False] * 6
    assert nonsense.refusal_of(1, 9.0) is not None
    assert nonsense.refusal_of(1, 11.0) is None
    assert nonsense.refusal_of(2, 9.0) is None
    assert nonsense.came(2, fault, 9.0)


def test_prompts_that_got_one_such_reply_each_end_nothing() -> None:
    fault, nonsense = Fault("malformed", "a page"), Nonsense()
    assert not any([nonsense.came(prompt, fault, 0.0) for prompt in range(100)])
