"""An endpoint that dies under a ladder: the wait for it has a bound, what was paid for is kept, the command goes on."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

import synth.llm.asker as asker_module
import synth.llm.model_doors as model_doors
from solver.sampling.endpoint import ClientConfig
from solver.sampling.retry import RetryPolicy
from synth.cli import main
from tests.support.command import rows_of, serving, until
from tests.support.dialect_servers import dialect_script
from tests.support.scripted_server import Call, Reply, ScriptedServer
from tests.unit.test_dialects import PLAN, data

PATIENCE_S = 0.5
GOOD = dialect_script("vLLM")
LIVES = 3
"""Requests that are answered before it dies."""


def distill(folder: Path, server: ScriptedServer) -> int:
    plan = folder / "plan.yaml"
    plan.write_text(PLAN.replace("concurrency: 4", "concurrency: 2"), encoding="utf-8")
    words = ["--out", str(folder / "out"), "--endpoint", server.url, "--display", "plain"]
    return main(["distill", str(plan), data(folder), *words])


def replies_in(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "out" / "journal.sqlite")) as journal:
        return int(journal.execute("SELECT count(*) FROM records WHERE kind = 'reply'").fetchone()[0])


def test_the_wait_for_a_dead_endpoint_is_bounded_and_the_journal_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(model_doors, "ClientConfig", partial(ClientConfig, patience_s=PATIENCE_S))
    monkeypatch.setattr(asker_module, "_RETRIES", RetryPolicy(first_back_off_s=0.01, back_off_cap_s=0.05))
    dying: list[asyncio.Task[None]] = []

    async def die() -> None:
        # Not before what was answered has been read and kept.
        await until(lambda: replies_in(tmp_path) == sum(call.n for call in server.calls if call.number < LIVES))
        await server.stop()

    def script(call: Call) -> Reply | None:
        if call.number < LIVES:
            return GOOD(call)
        if not dying:
            dying.append(asyncio.get_running_loop().create_task(die()))
        return Reply(fault="hang")

    with serving(script) as server:
        port, began = server.port, time.monotonic()
        assert distill(tmp_path, server) == 1
        waited_s = time.monotonic() - began
    assert PATIENCE_S <= waited_s < 20
    err = " ".join(capsys.readouterr().err.split())
    assert "questions had requests that failed (most: " in err
    assert "; the same command asks for them again" in err
    kept = replies_in(tmp_path)
    assert kept == sum(call.n for call in server.calls if call.number < LIVES)
    with serving(GOOD, port=port) as again:
        assert distill(tmp_path, again) == 0
        # Six questions of two samples each; what was paid for is not asked again.
        assert sum(call.n for call in again.calls) == 12 - kept
    assert len([row for part in ("train", "dev") for row in rows_of(tmp_path / "out" / f"{part}.messages.jsonl")]) == 6
