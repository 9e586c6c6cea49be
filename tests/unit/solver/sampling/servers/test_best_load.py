"""A server is asked for fewer completions at once where that is faster by its own count, and only there."""

from __future__ import annotations

import asyncio
import json
import math
from collections import deque
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest

from solver.sampling import pool
from solver.sampling.capabilities import UNKNOWN
from solver.sampling.client import SamplingClient
from solver.sampling.completion import Completion, parse_completion
from solver.sampling.endpoint import ClientConfig, Endpoint
from solver.sampling.pool import EndpointPool
from solver.sampling.servers.best_load import BestLoad
from solver.sampling.servers.following import Following
from solver.sampling.servers.load import Load
from solver.sampling.stats import Stats
from solver.sampling.transport import Growth
from tests.support.loops import in_loop
from tests.support.scripted_server import choice_of, completion_of
from tests.unit.solver.sampling.test_client import requests_of

LOOK_S = 0.25


def _small(running: int) -> float:
    """Tokens a second of a small model on a GPU: a step of more than 512 tokens waits for the processor."""
    return running / (0.0115 if running <= 448 else 0.028)


def _large(running: int) -> float:
    return 10 * math.pow(running, 0.7)


def in_flight(
    speed: Callable[[int], float], *, places: int, most: int = 1024, others: int = 0, seconds: float = 60, seed: int = 0
) -> tuple[list[int], float]:
    """Ask a server of some speed for all that it takes; how many it computed at each look, and all tokens."""
    rng, best, slots, tokens, computed = Random(seed), BestLoad(), 64, 1.0, []
    running, following = 0, Following()
    for look in range(int(seconds / LOOK_S)):
        # A completion has 250 tokens: so many end until the next look, and only those places can change hands.
        ending = int(speed(max(1, running)) * LOOK_S / 250)
        wanted = slots + others
        running = min(places, wanted, running + 200) if wanted >= running else max(wanted, running - ending)
        tokens += speed(running) * LOOK_S * rng.uniform(0.97, 1.03)
        load = Load(running=running, waiting=max(0, wanted - running), tokens=int(tokens))
        # What is on its way cannot be called back.
        ours = load.running + load.waiting - others
        bound = best.look(load, outstanding=ours, now=look * LOOK_S)
        slots = following.look(slots, load, outstanding=ours, most=min(most, bound or most))
        computed.append(running)
    return computed, tokens


@pytest.mark.parametrize("seed", range(5))
def test_a_small_model_is_asked_for_what_its_engine_has_recorded(seed: int) -> None:
    computed, tokens = in_flight(_small, places=512, seed=seed)
    assert 290 <= min(computed[80:]) <= max(computed[80:]) <= 340
    assert tokens > 1.2 * 60 * _small(512)


@pytest.mark.parametrize(("speed", "places"), [(_large, 512), (_large, 1024), (_small, 1024), (_small, 256)])
def test_where_more_is_faster_more_is_asked_for(speed: Callable[[int], float], places: int) -> None:
    computed, tokens = in_flight(speed, places=places, seconds=120)
    assert min(computed[100:]) >= 0.9 * places
    assert tokens > 0.95 * 120 * speed(places)


def test_where_others_ask_too_nothing_is_timed() -> None:
    computed, _ = in_flight(_small, places=512, others=120)
    assert min(computed[40:]) >= 0.9 * 512


def test_a_server_that_tells_no_tokens_is_kept_full() -> None:
    best, load = BestLoad(), Load(running=512, waiting=9)
    assert {best.look(load, outstanding=521, now=0.25 * look) for look in range(100)} == {None}


def test_what_is_timed_while_the_work_runs_out_counts_for_nothing() -> None:
    best, tokens = BestLoad(), 1
    for look in range(200):
        running = max(0, 512 - 12 * max(0, look - 16))
        tokens += int(_small(max(1, running)) / 4)
        best.look(Load(running=running, waiting=0, tokens=tokens), outstanding=running, now=look / 4)
    assert best.rates is None


class Engine:
    """A transport to a vLLM of 512 places whose time passes by a look at a time."""

    name, capabilities, bills_prompts = "engine", UNKNOWN, False

    def __init__(self, speed: Callable[[int], float]) -> None:
        self.speed, self.looks, self.tokens = speed, 0, 1
        self.there: deque[asyncio.Future[None]] = deque()
        self.computed: list[int] = []
        self.is_over = asyncio.Event()

    async def complete(self, body: Mapping[str, Any], growth: Growth | None = None) -> Completion:
        future = asyncio.get_running_loop().create_future()
        self.there.append(future)
        await future
        return parse_completion(json.dumps(completion_of(choice_of("答案是：A"))).encode(), 1)

    async def load(self) -> Load:
        for _ in range(40):  # those whose completions have ended send the next
            await asyncio.sleep(0)
        self.looks += 1
        if self.looks == 160:
            self.is_over.set()
        running = min(512, len(self.there))
        self.computed.append(running)
        made = self.speed(max(1, running)) * LOOK_S
        self.tokens += int(made)
        for _ in range(min(running, int(made / 250))):
            self.there.popleft().set_result(None)
        return Load(running=running, waiting=max(0, len(self.there) - running), tokens=self.tokens)

    async def models(self) -> Mapping[str, int | None]:
        return {"scripted": None}

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(("speed", "is_fewer"), [(_small, True), (_large, False)])
@in_loop
async def test_the_slots_of_an_endpoint_follow_what_is_faster_and_it_is_said_once(
    speed: Callable[[int], float], is_fewer: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, stats = Engine(speed), Stats()
    monkeypatch.setattr(pool, "_FOLLOWING_S", 0)
    follow = Endpoint.follow
    monkeypatch.setattr(Endpoint, "follow", lambda self, most, now: follow(self, most, server.looks * LOOK_S))
    config = ClientConfig(endpoints=("engine",), most_followed=1024, seeks_best_load=True)

    async def ask(sampler: SamplingClient) -> None:
        while not server.is_over.is_set():
            await sampler.sample(requests_of())

    async with SamplingClient(EndpointPool([server], config, stats)) as sampler:
        asking = [asyncio.create_task(ask(sampler)) for _ in range(900)]
        await server.is_over.wait()
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    late = server.computed[110:150]
    if is_fewer:
        assert max(late) <= 345
    else:
        assert min(late) >= 480
    assert ["--max-cudagraph-capture-size" in note for note in stats.notes] == [True] * is_fewer


def test_a_server_that_stood_still_is_not_timed() -> None:
    best, now, tokens = BestLoad(), 0.0, 1000
    most = 500
    while now < 40:
        # It makes nothing for the first ten seconds (a prompt of its own, a pause), then as much with few as with many.
        tokens += 0 if now < 10 else 10_000
        most = best.look(Load(running=most, waiting=0, tokens=tokens), outstanding=most, now=now) or 500
        now += 0.5
    assert best.rates is not None
    assert best.rates[0] > 10_000
    assert not best.is_fewer
