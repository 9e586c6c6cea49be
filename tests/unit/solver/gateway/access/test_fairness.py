"""A client with hundreds of requests does not keep another one's from being next."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from solver.sampling.servers.line import Line
from tests.support.command import until
from tests.support.loops import in_loop
from tests.support.running_gateway import ask_of, gateway_over
from tests.support.scripted_server import ScriptedServer

GREEDY, MODEST = "a-greedy-key-of-enough-letters", "a-modest-key-of-enough-letters"


@given(st.lists(st.sampled_from("aaabc"), max_size=60))
def test_nobody_is_passed_by_twice_by_the_same_party(parties: list[str]) -> None:
    line = Line[tuple[str, int]]()
    for place, party in enumerate(parties):
        line.append(party, (party, place))
    order = []
    while line:
        first = line.first
        order.append(line.popleft())
        assert order[-1] == first
    assert sorted(place for _, place in order) == list(range(len(parties)))
    for party in set(parties):
        turns = [at for at, (name, _) in enumerate(order) if name == party]
        assert [place for name, place in order if name == party] == sorted(p for n, p in order if n == party)
        for before, after in zip([-1, *turns], turns, strict=False):
            between = [name for name, _ in order[before + 1 : after]]
            assert len(between) == len(set(between))


@in_loop
async def test_one_client_with_sixty_requests_does_not_starve_another() -> None:
    async with (
        ScriptedServer(latency_s=0.05) as server,
        gateway_over(server.url, GREEDY, MODEST, max_concurrency=4, rule="fixed:4") as running,
    ):
        done = 0

        async def ask(number: int) -> None:
            nonlocal done
            body = ask_of(vote={"id": f"greedy-{number}"})
            status, _ = await running.post(body, authorization=f"Bearer {GREEDY}")
            assert status == 200
            done += 1

        async with asyncio.TaskGroup() as group:
            for number in range(60):
                group.create_task(ask(number))
            await until(lambda: running.gateway.limits.in_flight + done >= 60 and done > 1)
            before = done
            status, _ = await running.post(ask_of(vote={"id": "modest"}), authorization=f"Bearer {MODEST}")
            assert status == 200
            # First come, first served would let all the others go before it.
            assert done - before <= 10
    assert done == 60
