from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from solver.backends.backend import OpenBackend
from solver.base.errors import EndpointError, EngineFailed, UsageError
from solver.sampling.endpoint import ClientConfig
from solver.sampling.parameters import Parameters
from solver.sampling.retry import RetryPolicy
from synth.errors import BudgetSpent, Stopped
from synth.llm import model_doors
from synth.llm.asker import Asker
from synth.llm.budget import Budget
from synth.llm.call import Call, failed
from synth.llm.concurrency import ConcurrencyLimit
from synth.llm.journal import Journal, Record
from synth.llm.plan_file import ModelPlan
from synth.llm.price import Price
from synth.llm.spend_ledger import REPLY
from tests.support.command import until
from tests.support.memory_backend import MemoryBackend
from tests.support.scripted_server import Call as Seen
from tests.support.scripted_server import MadeUp, Reply, Script, ScriptedServer, choice_of, completion_of

CALL = Call(
    model="base",
    prompt="甲乙\nA. x\nB. y",
    index=0,
    sampling=Parameters(temperature=1.0, top_p=1.0, max_tokens=50),
    seed=100,
    stage="easy",
)
PRICE = Price(prompt=Decimal(1), completion=Decimal(2))


def plan(server: ScriptedServer, price: Price = PRICE, **changes: object) -> dict[str, ModelPlan]:
    fields = {"name": "base", "endpoint": (server.url,), "model": "scripted", "price": price, **changes}
    return {"base": ModelPlan(**fields)}  # type: ignore[arg-type]


def calls(n: int, prompt: str = CALL.prompt) -> list[Call]:
    first = Call(**{name: getattr(CALL, name) for name in CALL.__slots__} | {"prompt": prompt})
    return [first.at(index) for index in range(n)]


async def asked(
    folder: Path, server: ScriptedServer, wanted: Sequence[Call], budget: Budget | None = None, **changes: object
) -> tuple[list[str], Asker]:
    with Journal(folder / "j.sqlite", {}) as journal:
        async with Asker(plan(server, **changes), journal, budget) as asker:  # type: ignore[arg-type]
            replies = await asker.ask(wanted)
            return [reply.error or reply.text[-1] for reply in replies], asker


def test_calls_that_differ_in_index_and_seed_are_one_request_with_a_seed_for_each_choice(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with ScriptedServer() as server:
            _, asker = await asked(tmp_path, server, [*calls(3), CALL.at(7)])
            assert sorted((call.n, call.body["seed"]) for call in server.calls) == [(1, 107), (3, 100)]
            assert asker.stats["base", "easy"].replies == 4

    asyncio.run(scenario())


def test_what_is_in_the_journal_is_never_asked_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with ScriptedServer() as server:
            first, _ = await asked(tmp_path, server, calls(2))
            before = server.number
            second, asker = await asked(tmp_path, server, calls(2))
            assert (second, server.number) == (first, before)
            tally = asker.stats["base", "easy"]
            assert (tally.replayed, tally.fresh, tally.requests) == (2, 0, 1)
            await asked(tmp_path, server, calls(3))
            assert [call.n for call in server.calls] == [2, 1]

    asyncio.run(scenario())


def test_the_same_call_asked_twice_at_once_is_paid_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with ScriptedServer(latency_s=0.05) as server:
            with Journal(tmp_path / "j", {}) as journal:
                async with Asker(plan(server), journal) as asker:
                    one, other = await asyncio.gather(asker.ask([CALL]), asker.ask([CALL, CALL]))
            assert one[0] == other[0] == other[1]
            assert server.number == 1

    asyncio.run(scenario())


def test_shares_of_the_cost_add_up_to_what_the_server_charged(tmp_path: Path) -> None:
    async def scenario() -> None:
        made_up = MadeUp(tokens=31)
        async with ScriptedServer(made_up=made_up) as server:
            with Journal(tmp_path / "j", {}) as journal:
                async with Asker(plan(server), journal) as asker:
                    replies = await asker.ask(calls(3))
            # 50 prompt tokens at 1, 93 generated at 2, a million each.
            assert sum(reply.cost or 0 for reply in replies) == Decimal("0.000236")
            assert asker.ledger.cost == Decimal("0.000236")
            assert [reply.prompt_tokens for reply in replies] == [50, 0, 0]

    asyncio.run(scenario())


def test_no_more_requests_than_allowed_reach_the_server_over_all_attempts(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with ScriptedServer(latency_s=0.01) as server:
            wanted = [calls(1, f"{number}\nA. x\nB. y")[0] for number in range(9)]
            for limit, total in ((4, 4), (4, 4), (6, 6)):
                with pytest.raises(BudgetSpent, match=f"--max-requests {limit} reached"):
                    await asked(tmp_path, server, wanted, Budget(max_requests=limit))
                assert server.number == total
            answers, _ = await asked(tmp_path, server, wanted, Budget(max_requests=9))
            assert len(answers) == server.number == 9

    asyncio.run(scenario())


def test_the_cost_never_passes_its_limit_and_comes_close_to_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        # 50 prompt tokens and 40 generated ones: 0.00013 a request; at most 14 + 64 and 50: 0.000178.
        async with ScriptedServer(latency_s=0.01) as server:
            wanted = [calls(1, f"{number:02d}{CALL.prompt}")[0] for number in range(40)]
            limit = Decimal("0.002")
            with pytest.raises(BudgetSpent, match=r"--max-cost 0.002 reached: 0\.00\d+ spent"):
                await asked(tmp_path, server, wanted, Budget(max_cost=limit))
            paid = server.number * Decimal("0.00013")
            assert limit - Decimal("0.0002") < paid <= limit

    asyncio.run(scenario())


def test_a_limit_on_the_cost_needs_all_prices(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with ScriptedServer() as server:
            with pytest.raises(UsageError, match="the price of base is unknown"):
                await asked(tmp_path, server, calls(1), Budget(max_cost=Decimal(1)), price=Price())
            _, asker = await asked(tmp_path, server, calls(1), price=Price())
            assert asker.ledger.cost is None

    asyncio.run(scenario())


def refuse_first(times: int, reply: Reply) -> Script:
    return lambda call: reply if call.number < times else None


def test_after_a_429_the_server_is_given_the_time_it_asks_for_and_less_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        busy = Reply(status=429, body={"error": {"message": "slow down"}}, headers=(("Retry-After", "0.2"),))
        async with ScriptedServer(refuse_first(8, busy), latency_s=0.02) as server:
            server.least_at_once = 8
            wanted = [calls(1, f"{number}{CALL.prompt}")[0] for number in range(16)]
            with Journal(tmp_path / "j", {}) as journal:
                async with Asker(plan(server, concurrency=8), journal) as asker:
                    replies = await asker.ask(wanted)
                    assert all(reply.error is None for reply in replies)
                    tally = asker.stats["base", "easy"]
                    assert (tally.refused, tally.retries, tally.requests) == (8, 8, 24)
                    assert asker.gate.requests == 24
                    # Eight at once were refused together: halved once, to four, and grown again by some.
                    assert all(4 <= pace.limit < 8 for pace in asker._limits.values())
            assert server.peak_in_flight == 8

    asyncio.run(scenario())


def test_a_burst_of_429_halves_once_and_success_grows_by_one_each_round() -> None:
    pace = ConcurrencyLimit(16)
    for _ in range(10):
        pace.refused(sent_at=1.0, now=2.0)
    assert pace.limit == 8
    for _ in range(8):
        pace.landed(1)
    assert pace.limit == 9
    for _ in range(400):
        pace.landed(1)
    assert pace.limit == 16


def test_a_prompt_that_is_refused_is_a_stored_failure_of_this_prompt_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        def script(call: Seen) -> Reply | None:
            return (
                Reply(status=400, body={"error": {"message": "Content Exists Risk"}}) if "bad" in call.prompt else None
            )

        async with ScriptedServer(script) as server:
            wanted = [CALL, calls(1, "bad")[0]]
            answers, _ = await asked(tmp_path, server, wanted)
            assert answers[0] in "AB"
            assert "Content Exists Risk" in answers[1]
            before = server.number
            again, _ = await asked(tmp_path, server, wanted)
            assert (again, server.number) == (answers, before)

    asyncio.run(scenario())


def test_a_refusal_that_says_nothing_of_the_prompt_is_asked_again_by_the_next_run(tmp_path: Path) -> None:
    async def scenario() -> None:
        refuses = [True]

        def script(call: Seen) -> Reply | None:
            is_bad = refuses[0] and "bad" in call.prompt
            return Reply(status=400, body={"error": {"message": "Bad Request"}}) if is_bad else None

        async with ScriptedServer(script) as server:
            wanted = [CALL, calls(1, "bad")[0]]
            answers, _ = await asked(tmp_path, server, wanted)
            assert "Bad Request" in answers[1]
            refuses[0] = False
            again, _ = await asked(tmp_path, server, wanted)
            assert again[0] == answers[0]
            assert again[1] in "AB"

    asyncio.run(scenario())


def test_refusals_that_an_earlier_version_stored_without_reason_are_asked_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with ScriptedServer() as server:
            with Journal(tmp_path / "j.sqlite", {}) as journal:
                old = failed(CALL, f"{server.url}: Error code: 400 - n is too large", is_refused=True)
                await journal.append([Record(REPLY, old.key, old.to_json())])
            answers, _ = await asked(tmp_path, server, [CALL])
            assert answers[0] in "AB"

    asyncio.run(scenario())


def test_a_wrong_key_stops_everything_with_the_variable_named(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with ScriptedServer(lambda call: Reply(status=401, body={"error": {"message": "no"}})) as server:
            with pytest.raises(EndpointError, match="the key in MY_KEY"):
                await asked(tmp_path, server, calls(1), api_key_env="MY_KEY")

    asyncio.run(scenario())


def test_the_key_comes_from_the_models_own_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "k-123")

    async def scenario() -> None:
        async with ScriptedServer() as server:
            await asked(tmp_path, server, calls(1), api_key_env="MY_KEY")
            assert server.calls[0].headers["authorization"] == "Bearer k-123"

    asyncio.run(scenario())
    assert b"k-123" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_failures_that_may_heal_are_not_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synth.llm.asker._RETRIES", RetryPolicy(first_back_off_s=0.001))

    async def scenario() -> None:
        async with ScriptedServer(lambda call: Reply(status=500, body={}), latency_s=0) as server:
            server.script = lambda call: Reply(body={"choices": "?"})
            answers, asker = await asked(tmp_path, server, calls(1))
            assert "after 2 retries" in answers[0]
            # Whoever answers nonsense may have charged for it.
            assert asker.ledger.in_doubt == 3
            assert asker.ledger.cost_at_most > 0
            server.script = None
            answers, asker = await asked(tmp_path, server, calls(1))
            assert answers[0] in "AB"
            assert asker.ledger.requests == 4

    asyncio.run(scenario())


def test_a_server_that_gives_fewer_choices_is_asked_for_the_rest_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        def script(call: Seen) -> Reply:
            text = f"想。\n答案是：{'AB'[call.body['seed'] % 2]}"
            return Reply(body=completion_of(choice_of(text, logprobs=False), completion_tokens=9))

        async with ScriptedServer(script) as server:
            answers, _ = await asked(tmp_path, server, calls(4))
            assert answers == ["A", "B", "A", "B"]
            assert [call.n for call in server.calls] == [4, 1, 1, 1]

    asyncio.run(scenario())


def test_stopping_lets_what_is_in_flight_land_and_lets_nothing_out(tmp_path: Path) -> None:
    async def scenario() -> None:
        is_stopping = False
        async with ScriptedServer() as server:
            server.script = lambda call: replace(server.made_up(call), may_go=lambda: is_stopping)
            with Journal(tmp_path / "j", {}) as journal:
                async with Asker(plan(server, concurrency=2), journal) as asker:
                    wanted = [calls(1, f"{number}{CALL.prompt}")[0] for number in range(6)]
                    asking = asyncio.create_task(asker.ask(wanted))
                    await until(lambda: server.number == 2)
                    is_stopping = True
                    await asker.stop()
                    with pytest.raises(Stopped):
                        await asking
                    assert asker.ledger.in_doubt == 0
                    assert journal.count("reply") == server.number == 2

    asyncio.run(scenario())


def test_an_engine_that_dies_ends_the_work_and_is_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = MemoryBackend()

    def opened(*_: object, **__: object) -> OpenBackend:
        return OpenBackend([engine], ClientConfig(), named="memory")

    monkeypatch.setattr(model_doors, "open_backend", opened)
    monkeypatch.setattr(model_doors, "model_folder", lambda serve, _: serve)
    plans = {"base": ModelPlan(name="base", serve="memory", model="memory", price=PRICE)}

    async def scenario() -> None:
        with Journal(tmp_path / "j.sqlite", {}) as journal:
            async with Asker(plans, journal) as asker:
                await asker.ask(calls(1))
                engine.is_dead = True
                with pytest.raises(EngineFailed, match="it died"):
                    await asker.ask(calls(1, prompt="丙丁\nA. x\nB. y"))

    asyncio.run(asyncio.wait_for(scenario(), 60))
    assert len(engine.bodies) == 2
