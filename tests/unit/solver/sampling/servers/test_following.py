"""The slots of an endpoint follow what its server tells of its load."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from solver.sampling import pool
from solver.sampling.capabilities import UNKNOWN
from solver.sampling.client import SamplingClient
from solver.sampling.completion import Completion, parse_completion
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_pool
from solver.sampling.pool import EndpointPool
from solver.sampling.servers.load import Load
from solver.sampling.stats import Stats
from solver.sampling.transport import Growth
from tests.support.loops import in_loop
from tests.support.scripted_server import Call, Reply, ScriptedServer, choice_of, completion_of
from tests.unit.solver.sampling.test_client import requests_of

_LOOKS = 3
"""A completion lasts so many looks at the load: a busy machine does all of it slowly, and all of it alike."""


class Loaded(ScriptedServer):
    """A vLLM with some places, as it seems: what is more waits."""

    def __init__(self, places: int, *, owned_by: str | None = "vllm") -> None:
        super().__init__(self.reply, owned_by=owned_by, metrics=self.page)
        self.places, self.looks = places, 0
        self.others = 0
        """Completions that somebody else waits for."""
        self.is_over = False

    def reply(self, call: Call) -> Reply:
        """Answer a few looks later; at once where nobody looks, and at the end of a test."""
        due = self.looks + _LOOKS
        return replace(self.made_up(call), may_go=lambda: self.is_over or not self.looks or self.looks >= due)

    def page(self) -> str:
        """Return the page of metrics."""
        self.looks += 1
        there = self.in_flight + self.others
        running = min(self.places, there)
        return f"vllm:num_requests_running {running}.0\nvllm:num_requests_waiting {there - running}.0\n"


def comes_to(
    server: Loaded,
    monkeypatch: pytest.MonkeyPatch,
    claim: Callable[[int], bool],
    *,
    slots: int,
    most: int | None,
) -> bool:
    """Ask as much as the slots allow; tells whether a claim about their number comes to hold, and holds for a while.

    A minute is given to it, which only what never holds needs.
    """
    monkeypatch.setattr(pool, "_FOLLOWING_S", 0.03)
    monkeypatch.setattr(pool, "_FOLLOWING_CAP_S", 0.06)

    async def main() -> bool:
        held = 0
        async with server:
            config = ClientConfig(endpoints=(server.url,), slots_per_endpoint=slots, most_followed=most)
            async with SamplingClient(http_pool(config)) as sampler, asyncio.TaskGroup() as group:
                for _ in range(150):
                    group.create_task(ask(sampler))
                for _ in range(1200):
                    await asyncio.sleep(0.05)
                    held = held + 1 if claim(sampler.places or 0) else 0
                    if held == 4:
                        break
                # All end by themselves, at once: one given up while it connects leaves its socket to the collector.
                server.is_over = True
                is_over.set()
        return held == 4

    async def ask(sampler: SamplingClient) -> None:
        while not is_over.is_set():
            await sampler.sample(requests_of())

    is_over = asyncio.Event()

    return asyncio.run(main())


def test_slots_grow_until_something_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert comes_to(Loaded(places=40), monkeypatch, lambda slots: 34 <= slots <= 80, slots=16, most=400)


def test_what_the_slots_grow_to_is_in_flight_and_waits_for_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """There were as many connections as slots at first: a server of 512 places was asked for 193, its load last."""
    server = Loaded(places=100)
    assert comes_to(server, monkeypatch, lambda slots: server.peak_in_flight >= 30, slots=8, most=60)


def test_slots_shrink_where_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert comes_to(Loaded(places=20), monkeypatch, lambda slots: 10 <= slots <= 60, slots=200, most=200)


def test_no_more_is_in_flight_than_the_user_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Loaded(places=300)
    assert comes_to(server, monkeypatch, lambda slots: server.peak_in_flight >= 32, slots=32, most=32)
    assert server.peak_in_flight == 32


class Turns:
    """A transport to a vLLM where turns of the loop are all the time there is: of ways there and back, and completions.

    The completions of a request are there when it arrives, and end one after the other.
    """

    name, capabilities, bills_prompts = "turns", UNKNOWN, False

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.running = self.peak = self.ended = 0

    async def complete(self, body: Mapping[str, Any], growth: Growth | None = None) -> Completion:
        chains = int(body.get("n", 1))
        await self.turns(0, 30)
        self.running += chains
        self.peak = max(self.peak, self.running)
        for _ in range(chains):
            await self.turns(100, 200)
            self.running -= 1
            self.ended += 1
        await self.turns(0, 30)
        made = completion_of(*(choice_of("答案是：A", index=index) for index in range(chains)))
        return parse_completion(json.dumps(made).encode(), chains)

    async def load(self) -> Load:
        await self.turns(0, 10)
        told = Load(running=self.running, waiting=0, ended=self.ended)
        await self.turns(0, 10)
        return told

    async def models(self) -> Mapping[str, int | None]:
        return {"scripted": None}

    async def close(self) -> None:
        pass

    async def turns(self, least: int, most: int) -> None:
        for _ in range(self.rng.randint(least, most)):
            await asyncio.sleep(0)


@pytest.mark.parametrize("chains", [1, 4, 8])
@pytest.mark.parametrize("slots", [2, 32])
@pytest.mark.parametrize("seed", range(3))
@in_loop
async def test_what_is_on_its_way_is_in_flight_and_ended_siblings_are_not(
    chains: int, slots: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy server had not heard of 15 of 32 requests yet: they passed for ended, and 47 were in flight."""
    monkeypatch.setattr(pool, "_FOLLOWING_S", 0)
    server, most_slots = Turns(seed), 0
    config = ClientConfig(endpoints=("turns",), slots_per_endpoint=slots, most_followed=slots)

    async def ask(sampler: SamplingClient) -> None:
        nonlocal most_slots
        for _ in range(3):
            await sampler.sample(requests_of(chains))
            most_slots = max(most_slots, sampler.places or 0)

    async with SamplingClient(EndpointPool([server], config, Stats())) as sampler, asyncio.TaskGroup() as group:
        for _ in range(40 if slots > 2 else 4):
            group.create_task(ask(sampler))
    # A group that is larger than all the slots goes alone.
    assert server.peak == max(slots, chains)
    assert (most_slots > slots) == (1 < chains <= slots)


@in_loop
async def test_several_endpoints_share_what_the_user_asks_for_from_the_first_request_on() -> None:
    servers = [Turns(0), Turns(1)]
    config = ClientConfig(endpoints=("one", "two"), slots_per_endpoint=32, most_followed=32)
    async with SamplingClient(EndpointPool(servers, config, Stats())) as sampler:
        await asyncio.gather(*(sampler.sample(requests_of()) for _ in range(80)))
    assert [server.peak for server in servers] == [16, 16]


def test_where_others_wait_too_we_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Loaded(places=20)
    server.others = 100
    assert comes_to(server, monkeypatch, lambda slots: slots == 4, slots=64, most=64)


@pytest.mark.parametrize(("owned_by", "most"), [("somebody", 200), ("vllm", None)])
def test_a_stranger_is_not_asked_for_its_load_and_nobody_without_leave(
    owned_by: str, most: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Loaded(places=20, owned_by=owned_by)
    assert comes_to(server, monkeypatch, lambda slots: slots == 0, slots=64, most=most)
    assert server.looks == 0
