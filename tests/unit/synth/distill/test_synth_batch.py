from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from solver.base.errors import EndpointError
from synth.distill.batch.asker import BatchAsker
from synth.errors import BudgetSpent, Stopped
from synth.llm.budget import Budget
from synth.llm.call import Call, Reply
from synth.llm.journal import Journal
from tests.support.batch_server import BatchServer
from tests.support.scripted_server import Reply as Answer
from tests.unit.synth.llm.test_asker import CALL, calls, plan

WANTED = [call for number in range(4) for call in calls(2, f"{number}{CALL.prompt}")]


def asker_of(server: BatchServer, journal: Journal, budget: Budget | None = None) -> BatchAsker:
    return BatchAsker(plan(server), journal, budget, linger_s=0.02, poll_s=0.02)


async def asked(
    folder: Path, server: BatchServer, wanted: Sequence[Call], budget: Budget | None = None
) -> tuple[tuple[Reply, ...], BatchAsker]:
    with Journal(folder / "j", {}) as journal:
        async with asker_of(server, journal, budget) as asker:
            return await asker.ask(wanted), asker


def test_waiting_calls_go_out_as_one_batch_at_half_the_price(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with BatchServer() as server:
            with Journal(tmp_path / "j", {}) as journal:
                async with asker_of(server, journal) as asker:
                    pairs = [WANTED[place : place + 2] for place in range(0, 8, 2)]
                    found = await asyncio.gather(*(asker.ask(pair) for pair in pairs))
                    assert all(reply.error is None for replies in found for reply in replies)
                    # Four prompts of 50 tokens at 1, eight chains of 40 at 2, a million each, halved.
                    assert asker.ledger.cost == Decimal("0.00042")
                    assert (asker.ledger.requests, asker.ledger.in_doubt) == (4, 0)
            assert len(server.batches) == 1
            assert len(server.paid) == 4

    asyncio.run(scenario())


def test_the_plain_asker_gives_the_same_replies(tmp_path: Path) -> None:
    from synth.llm.asker import Asker

    async def scenario() -> None:
        async with BatchServer() as server:
            replies, _ = await asked(tmp_path, server, WANTED)
            with Journal(tmp_path / "other", {}) as journal:
                async with Asker(plan(server), journal) as asker:
                    plain = await asker.ask(WANTED)
            assert [reply.text for reply in replies] == [reply.text for reply in plain]
            # … and takes up a journal that batches have filled.
            with Journal(tmp_path / "j", {}) as journal:
                async with Asker(plan(server), journal) as asker:
                    before = server.number
                    assert await asker.ask(WANTED) == replies
                    assert server.number == before

    asyncio.run(scenario())


async def killed_once(folder: Path, server: BatchServer, at: str) -> None:
    """Ask, and drop everything at a given step, as ``kill -9`` would."""

    with Journal(folder / "j", {}) as journal:
        put, dead = journal.append, asyncio.Event()

        async def cut(records: object) -> None:
            if at in {record.kind for record in records}:  # type: ignore[attr-defined]
                dead.set()
            if dead.is_set():
                await asyncio.Event().wait()
            await put(records)  # type: ignore[arg-type]

        journal.append = cut  # type: ignore[method-assign,assignment]
        async with asker_of(server, journal) as asker:
            asking = asyncio.create_task(asker.ask(WANTED))
            async with asyncio.timeout(60):
                await dead.wait()
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)


@pytest.mark.parametrize("at", ["batch-job", "reply", "batch-done"])
def test_a_batch_that_was_left_behind_is_taken_up_and_not_paid_again(tmp_path: Path, at: str) -> None:
    async def scenario() -> None:
        async with BatchServer() as server:
            await killed_once(tmp_path, server, at)
            replies, asker = await asked(tmp_path, server, WANTED)
            assert all(reply.error is None for reply in replies)
            assert len(server.batches) == 1
            assert len(server.paid) == 4
            assert (asker.ledger.requests, asker.ledger.in_doubt) == (4, 0)
            assert asker.ledger.cost == Decimal("0.00042")
            assert asker.gate.spent == Decimal("0.00042")

    asyncio.run(scenario())


def test_a_batch_whose_making_was_answered_by_a_lost_reply_is_found_by_its_mark(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with BatchServer() as server:
            server.lose_next_batch = True
            replies, _ = await asked(tmp_path, server, WANTED)
            assert all(reply.error is None for reply in replies)
            assert len(server.batches) == 1

    asyncio.run(scenario())


def test_lines_of_an_expired_batch_are_asked_again_by_the_next_run_and_only_those(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with BatchServer() as server:
            server.expires = 1
            replies, _ = await asked(tmp_path, server, WANTED)
            assert [reply.error is None for reply in replies] == [True] * 6 + [False] * 2
            assert "expired" in (replies[-1].error or "")
            server.expires = 0
            replies, _ = await asked(tmp_path, server, WANTED)
            assert all(reply.error is None for reply in replies)
            assert len(server.paid) == 4

    asyncio.run(scenario())


def test_a_line_that_is_refused_is_a_stored_failure(tmp_path: Path) -> None:
    async def scenario() -> None:
        def script(call: object) -> Answer | None:
            bad = call.prompt.startswith("2")  # type: ignore[attr-defined]
            return Answer(status=400, body={"error": {"message": "Content Exists Risk"}}) if bad else None

        async with BatchServer(script) as server:
            replies, _ = await asked(tmp_path, server, WANTED)
            assert [reply.is_refused for reply in replies] == [False] * 4 + [True] * 2 + [False] * 2
            again, _ = await asked(tmp_path, server, WANTED)
            assert again == replies
            assert len(server.batches) == 1

    asyncio.run(scenario())


def test_a_budget_cuts_the_batch_and_keeps_the_rest_for_another_day(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with BatchServer() as server:
            with Journal(tmp_path / "j", {}) as journal:
                async with asker_of(server, journal, Budget(max_requests=3)) as asker:
                    pairs = [WANTED[place : place + 2] for place in range(0, 8, 2)]
                    found = await asyncio.gather(*(asker.ask(pair) for pair in pairs), return_exceptions=True)
            assert [isinstance(one, BudgetSpent) for one in found] == [False, False, False, True]
            assert len(server.paid) == 3
            await asked(tmp_path, server, WANTED, Budget(max_requests=4))
            assert len(server.paid) == 4

    asyncio.run(scenario())


def test_stopping_leaves_the_batch_on_the_server_for_the_next_run(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with BatchServer(polls=3) as server:
            with Journal(tmp_path / "j", {}) as journal:
                async with patient(server, journal) as asker:
                    asking = asyncio.create_task(asker.ask(WANTED))
                    while not server.batches:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                    await asker.stop()
                    with pytest.raises(Stopped, match="still in_progress on the server"):
                        await asking
            replies, _ = await asked(tmp_path, server, WANTED)
            assert all(reply.error is None for reply in replies)
            assert len(server.batches) == 1

    asyncio.run(scenario())


def patient(server: BatchServer, journal: Journal) -> BatchAsker:
    """Return an asker that looks at its jobs seldom."""
    return BatchAsker(plan(server), journal, linger_s=0.02, poll_s=30)


def test_an_endpoint_without_batches_is_named(tmp_path: Path) -> None:
    from solver.base.errors import EndpointError
    from tests.support.scripted_server import ScriptedServer

    async def scenario() -> None:
        async with ScriptedServer() as server:
            with Journal(tmp_path / "j", {}) as journal:
                async with BatchAsker(plan(server), journal, linger_s=0.01, poll_s=0.01) as asker:
                    with pytest.raises(EndpointError, match="does this endpoint offer /v1/batches"):
                        await asker.ask(calls(1))

    asyncio.run(scenario())


def test_a_file_of_results_that_would_unpack_to_anything_is_told(tmp_path: Path) -> None:
    class Packed(BatchServer):
        def _route(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
            reply = super()._route(method, path, headers, body)
            return replace(reply, headers=(("Content-Encoding", "br"),)) if path.endswith("/content") else reply

    async def scenario() -> None:
        async with Packed() as server:
            with pytest.raises(EndpointError, match=r"a compressed reply \(br\), though none was asked for"):
                await asked(tmp_path, server, WANTED)

    asyncio.run(scenario())
