"""The slots of an endpoint follow what its server tells of its load."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from solver.sampling import pool
from solver.sampling.client import SamplingClient
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_pool
from tests.support.scripted_server import ScriptedServer
from tests.unit.solver.sampling.test_client import requests_of


class Loaded(ScriptedServer):
    """A vLLM with some places, as it seems: what is more waits."""

    def __init__(self, places: int, *, owned_by: str | None = "vllm") -> None:
        super().__init__(latency_s=0.1, owned_by=owned_by, metrics=self.page)
        self.places, self.looks = places, 0
        self.others = 0
        """Completions that somebody else waits for."""
        self.peak_while_asked = 0
        """The most in flight before a test ends; a server goes on with what is given up then."""

    def page(self) -> str:
        """Return the page of metrics; the request for it is in flight itself."""
        self.looks += 1
        there = self.in_flight - 1 + self.others
        running = min(self.places, there)
        return f"vllm:num_requests_running {running}.0\nvllm:num_requests_waiting {there - running}.0\n"


def comes_to(
    server: Loaded,
    monkeypatch: pytest.MonkeyPatch,
    claim: Callable[[int], bool],
    *,
    slots: int,
    most: int | None,
    within_s: float = 8.0,
) -> bool:
    """Ask as much as the slots allow; tells whether a claim about their number comes to hold, and holds for a while."""
    monkeypatch.setattr(pool, "_FOLLOWING_S", 0.03)
    monkeypatch.setattr(pool, "_FOLLOWING_CAP_S", 0.06)

    async def main() -> bool:
        held = 0
        async with server:
            config = ClientConfig(endpoints=(server.url,), slots_per_endpoint=slots, most_followed=most)
            async with SamplingClient(http_pool(config)) as sampler, asyncio.TaskGroup() as group:
                for _ in range(150):
                    group.create_task(ask(sampler))
                for _ in range(int(within_s / 0.05)):
                    await asyncio.sleep(0.05)
                    held = held + 1 if claim(sampler.places or 0) else 0
                    if held == 4:
                        break
                server.peak_while_asked = server.peak_in_flight
                # All end by themselves, at once: one given up while it connects leaves its socket to the collector.
                server.latency_s = 0.0
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
    assert comes_to(server, monkeypatch, lambda slots: server.peak_in_flight >= 30, slots=8, most=60, within_s=20)


def test_slots_shrink_where_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert comes_to(Loaded(places=20), monkeypatch, lambda slots: 10 <= slots <= 60, slots=200, most=200)


def test_no_more_is_in_flight_than_the_user_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Loaded(places=300)
    assert comes_to(server, monkeypatch, lambda slots: slots >= 32, slots=32, most=32)
    assert server.peak_while_asked <= 45


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
