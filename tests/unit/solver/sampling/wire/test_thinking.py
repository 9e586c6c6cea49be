"""Turning thinking on and off: the way that works is found by a probe, said once, and sent with every request."""

# A server and a client in one ``with`` line would often be too long.
# ruff: noqa: SIM117

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from solver.sampling.sample import Status
from solver.sampling.wire.thinking import BUDGETS, WAYS
from tests.support.loops import in_loop
from tests.support.sampling_client import client_of
from tests.support.scripted_server import Call, Reply, Script, ScriptedServer, completion_of
from tests.support.strict_servers import error
from tests.unit.solver.sampling.test_client import SAMPLING, config_of, requests_of

KNOWN = (
    *("model", "messages", "temperature", "top_p", "max_tokens", "n", "seed", "logprobs"),
    *("continue_final_message", "add_generation_prompt", "structured_outputs"),
)
LONG = "先想一想，再想一想。" * 40


def holds(body: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
    return all(body.get(name) == value for name, value in fields.items())


def thinker(way: str | None, *, by_itself: bool, budget: str | None = None, is_strict: bool = False) -> Script:
    """Script of a model that thinks as it is told in one way alone; strictly, others are refused."""

    def script(call: Call) -> Reply:
        known = set(KNOWN)
        known |= set(WAYS[way](True)) if way else set()
        known |= set(BUDGETS[budget](1)) if budget else set()
        if is_strict and (odd := sorted(set(call.body) - known)):
            return error(f"Unrecognized request argument supplied: {odd[0]}")
        thinks = by_itself
        if way is not None:
            thinks = holds(call.body, WAYS[way](True)) or (by_itself and not holds(call.body, WAYS[way](False)))
        thought = LONG
        if budget is not None and holds(call.body, BUDGETS[budget](16)):
            thought = LONG[:20]
        message = {"content": "答案是：A", **({"reasoning_content": thought} if thinks else {})}
        choices = [{"index": index, "message": message, "finish_reason": "stop"} for index in range(call.n)]
        return Reply(body=completion_of(*choices, completion_tokens=300 * call.n))

    return script


@pytest.mark.parametrize("is_strict", [False, True])
@pytest.mark.parametrize("way", WAYS)
@in_loop
async def test_each_way_is_found_and_said_once(way: str, is_strict: bool) -> None:
    script = thinker(way, by_itself=True, is_strict=is_strict)
    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        for _ in range(2):
            (sample,) = await sampler.sample(requests_of(sampling=SAMPLING.replaced(thinking="off")))
            assert sample.status is Status.ANSWERED
            assert "<think>" not in sample.text
            assert holds(server.calls[-1].body, WAYS[way](False))
        assert sampler.stats.notes == [f"{server.url}: thinking is turned off by {way}"]
        assert not any("_thinking" in call.body for call in server.calls)
        assert server.number <= 2 + 1 + 2 * len(WAYS)


@in_loop
async def test_thinking_is_turned_on_where_it_is_off_by_itself() -> None:
    async with ScriptedServer(thinker("thinking", by_itself=False)) as server:
        async with client_of(config_of(server)) as sampler:
            (sample,) = await sampler.sample(requests_of(sampling=SAMPLING.replaced(thinking="on")))
            assert sample.text.startswith("<think>\n")
            assert server.calls[-1].body["thinking"] == {"type": "enabled"}


@pytest.mark.parametrize(
    ("by_itself", "wanted", "words"),
    [
        (True, "off", "thinking cannot be turned off: it thinks however it is asked"),
        (False, "on", "thinking cannot be turned on: it shows no thoughts however it is asked"),
        (True, "on", "thinking is on by itself"),
        (False, "off", "thinking is off by itself"),
    ],
)
@in_loop
async def test_what_no_way_turns_is_said_as_it_is(by_itself: bool, wanted: str, words: str) -> None:
    async with ScriptedServer(thinker(None, by_itself=by_itself)) as server:
        async with client_of(config_of(server)) as sampler:
            await sampler.sample(requests_of(sampling=SAMPLING.replaced(thinking=wanted)))
            assert sampler.stats.notes == [f"{server.url}: {words}"]
            assert not {name for way in WAYS.values() for name in way(True)} & set(server.calls[-1].body)


@in_loop
async def test_nothing_is_probed_where_nothing_is_wanted() -> None:
    async with ScriptedServer(thinker("thinking", by_itself=True)) as server, client_of(config_of(server)) as sampler:
        await sampler.sample(requests_of())
        assert server.number == 1


@in_loop
async def test_a_budget_is_kept_by_the_servers_own_field_where_it_works() -> None:
    sampling = SAMPLING.replaced(thinking="on", thinking_budget=16, max_tokens=900)
    script = thinker("enable_thinking", by_itself=True, budget="thinking_budget")
    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        await sampler.sample(requests_of(sampling=sampling))
        assert server.calls[-1].body["thinking_budget"] == 16
        assert server.calls[-1].body["max_tokens"] == 900
        assert "bounded by thinking_budget" in sampler.stats.notes[0]


@in_loop
async def test_a_budget_that_no_field_keeps_is_kept_by_a_cut_and_the_answer_forced() -> None:
    sampling = SAMPLING.replaced(thinking_budget=100, max_tokens=900)

    def script(call: Call) -> Reply | None:
        if call.is_closing:
            return None
        message = {"content": None, "reasoning_content": LONG}
        return Reply(
            body=completion_of({"index": 0, "message": message, "finish_reason": "length"}, completion_tokens=300)
        )

    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        (sample,) = await sampler.sample(requests_of(sampling=sampling))
        drawn, closing = server.calls[-2:]
        assert drawn.body["max_tokens"] == 356
        assert closing.is_closing
        assert "\n</think>\n" in closing.body["messages"][-1]["content"]
        assert sample.is_closed
        assert "cut, and an answer forced" in sampler.stats.notes[0]


@in_loop
async def test_thoughts_that_are_hidden_show_in_the_usage() -> None:
    def script(call: Call) -> Reply:
        thinks = call.body.get("reasoning_effort") != "none"
        body = completion_of(
            {"index": 0, "message": {"content": "答案是：A"}, "finish_reason": "stop"}, completion_tokens=40
        )
        usage = {**body["usage"], "completion_tokens_details": {"reasoning_tokens": 30 if thinks else 0}}
        return Reply(body={**body, "usage": usage})

    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        await sampler.sample(requests_of(sampling=SAMPLING.replaced(thinking="off")))
        assert server.calls[-1].body["reasoning_effort"] == "none"
