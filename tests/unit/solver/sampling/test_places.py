"""Places by completion: each sample of a call lands, and gives its place back, when its own chain ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from solver.sampling.capabilities import UNKNOWN, Capabilities
from solver.sampling.client import SamplingClient
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_pool
from solver.sampling.sample import Request, Sample, Status
from tests.support.command import until
from tests.support.scripted_server import Call, Reply, Script, ScriptedServer
from tests.support.streaming_server import streaming
from tests.unit.solver.sampling.test_client import config_of, fails_first, requests_of

BY_ONE = replace(UNKNOWN, is_cheap_by_one=True, is_own=True)
STREAMS = replace(UNKNOWN, streaming=True)


class Told:
    """Keeps what it is told, in order."""

    def __init__(self, sampler: SamplingClient | None = None) -> None:
        self.landed_order: list[int] = []
        self.ended_order: list[int] = []
        self.samples: dict[int, Sample] = {}
        self.outstanding: list[int] = []
        """Places taken, whenever a chain had ended."""
        self._sampler = sampler

    def ended(self, request: Request) -> None:
        self.ended_order.append(request.index)
        if self._sampler is not None:
            self.outstanding.append(self._sampler.endpoints[0].outstanding)

    def landed(self, sample: Sample) -> None:
        self.landed_order.append(sample.index)
        self.samples[sample.index] = sample


def client(config: ClientConfig, capabilities: Capabilities = BY_ONE) -> SamplingClient:
    return SamplingClient(http_pool(config, capabilities=capabilities))


def slow(delays: dict[int, float]) -> Script:
    """Script: the request with the seed ``100 + index`` takes as long as said."""

    def script(call: Call) -> Reply | None:
        if call.is_closing or call.body["seed"] - 100 not in delays:
            return None
        made = server_made(call)
        return Reply(body=made.body, delay_s=delays[call.body["seed"] - 100])

    return script


def server_made(call: Call) -> Reply:
    return ScriptedServer().made_up(call)


def run(script: Script | None, ask: Callable[[SamplingClient, ScriptedServer], Awaitable[None]]) -> None:
    async def main() -> None:
        async with ScriptedServer(script) as server, client(config_of(server)) as sampler:
            await ask(sampler, server)

    asyncio.run(asyncio.wait_for(main(), 60))


def test_where_it_costs_no_more_samples_are_asked_for_one_by_one() -> None:
    async def ask(sampler: SamplingClient, server: ScriptedServer) -> None:
        samples = await sampler.sample(requests_of(5))
        assert sampler.is_by_one
        assert [call.n for call in server.calls] == [1] * 5
        assert [call.body["seed"] for call in server.calls] == [100, 101, 102, 103, 104]
        assert [sample.index for sample in samples] == list(range(5))

    run(None, ask)


def test_a_stranger_is_asked_for_all_in_one_request_where_there_are_places() -> None:
    async def main() -> None:
        async with ScriptedServer() as server, client(config_of(server), UNKNOWN) as sampler:
            await sampler.sample(requests_of(5))
            assert [call.n for call in server.calls] == [5]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("owner", "metrics", "is_cut"),
    [
        (None, None, True),
        ("llamacpp", None, True),
        ("openai", None, False),
        ("vllm", None, True),
        ("vllm", "vllm:num_requests_running 0.0\nvllm:num_requests_waiting 0.0\n", False),
    ],
)
def test_on_this_machine_a_group_waits_for_places_at_a_proxy_to_a_paid_api_and_where_slots_follow_the_load(
    owner: str | None, metrics: str | None, *, is_cut: bool
) -> None:
    async def main() -> None:
        page = None if metrics is None else (lambda: metrics)
        async with ScriptedServer(owned_by=owner, metrics=page) as server:
            config = ClientConfig(endpoints=(server.url,), most_followed=64)
            async with client(config, UNKNOWN) as sampler:
                await sampler.check(["scripted"])
                assert sampler.is_by_one == is_cut

    asyncio.run(main())


@pytest.mark.parametrize(
    ("url", "is_cut"), [("http://10.1.2.3:8000", True), ("http://gpu1:8000", True), ("https://api.example.com", False)]
)
def test_whoever_may_bill_prompts_gets_each_once(url: str, *, is_cut: bool) -> None:
    async def main() -> None:
        async with client(ClientConfig(endpoints=(url,)), UNKNOWN) as sampler:
            assert sampler.is_by_one == is_cut
        async with client(ClientConfig(endpoints=(url, "https://other.example.com")), UNKNOWN) as sampler:
            assert not sampler.is_by_one

    asyncio.run(main())


@pytest.mark.parametrize(("owner", "in_flight"), [(None, [3, 3, 1, 1]), ("openai", [3, 3])])
def test_a_group_for_which_no_endpoint_has_room_goes_where_there_is_a_place_for_each(
    owner: str | None, in_flight: list[int]
) -> None:
    async def main() -> None:
        slow = lambda call: Reply(body=server_made(call).body, delay_s=30.0)  # noqa: E731
        async with (
            ScriptedServer(slow, owned_by=owner) as one,
            ScriptedServer(slow, owned_by=owner) as two,
            client(config_of(one, two, slots_per_endpoint=4), STREAMS) as sampler,
        ):
            await sampler.check(["scripted"])
            # Three at each; then two, for which each has one place.
            drawings = [asyncio.create_task(sampler.sample(requests_of(count))) for count in (3, 3, 2)]
            await until(lambda: len(one.calls) + len(two.calls) == len(in_flight))
            # Some turns more: whether more come.
            await asyncio.sleep(0.2)
            assert sorted((call.n for call in [*one.calls, *two.calls]), reverse=True) == in_flight
            assert [endpoint.outstanding for endpoint in sampler.endpoints] == [sum(in_flight) // 2] * 2
            for drawing in drawings:
                drawing.cancel()
            await asyncio.wait(drawings)
            assert [endpoint.outstanding for endpoint in sampler.endpoints] == [0, 0]

    asyncio.run(asyncio.wait_for(main(), 60))


def test_a_sample_lands_when_its_own_chain_ends_and_its_place_is_free_then() -> None:
    async def ask(sampler: SamplingClient, server: ScriptedServer) -> None:
        # The first request to a stranger goes alone.
        await sampler.sample(requests_of(4)[3:])
        told = Told()
        drawing = asyncio.create_task(sampler.draw(requests_of(3), told))
        while 1 not in told.samples:  # noqa: ASYNC110 (the condition is what is tested)
            await asyncio.sleep(0.01)
        assert told.landed_order == [1]
        assert sampler.endpoints[0].outstanding == 2
        await drawing
        assert told.landed_order == [1, 2, 0]
        assert sampler.endpoints[0].outstanding == 0

    run(slow({0: 2.0, 1: 0.0, 2: 1.0}), ask)


def test_siblings_go_to_one_endpoint_which_reads_their_prompt_once() -> None:
    async def main() -> None:
        async with ScriptedServer() as one, ScriptedServer() as two:
            async with client(config_of(one, two)) as sampler:
                await asyncio.gather(*(sampler.sample(requests_of(4)) for _ in range(2)))
            assert (len(one.calls), len(two.calls)) == (4, 4)

    asyncio.run(main())


def test_only_the_sibling_that_failed_is_asked_for_again_and_the_others_do_not_wait() -> None:
    async def ask(sampler: SamplingClient, server: ScriptedServer) -> None:
        told = Told()
        await sampler.draw(requests_of(4), told)
        assert len(server.calls) == 5
        assert sorted(told.landed_order) == [0, 1, 2, 3]
        assert sum(sample.retries for sample in told.samples.values()) == 1
        assert all(sample.status is Status.ANSWERED for sample in told.samples.values())
        assert sampler.endpoints[0].outstanding == 0

    run(fails_first(1, Reply(status=503)), ask)


def test_a_sibling_that_is_refused_fails_alone() -> None:
    def script(call: Call) -> Reply | None:
        return Reply(status=422, body={"error": {"message": "no"}}) if call.body.get("seed") == 102 else None

    async def ask(sampler: SamplingClient, server: ScriptedServer) -> None:
        samples = await sampler.sample(requests_of(4))
        assert [sample.status is Status.FAILED for sample in samples] == [False, False, True, False]
        assert sampler.stats.samples[Status.FAILED] == 1

    run(script, ask)


def test_giving_a_call_up_gives_all_its_places_back() -> None:
    async def ask(sampler: SamplingClient, server: ScriptedServer) -> None:
        told = Told()
        drawing = asyncio.create_task(sampler.draw(requests_of(4), told))
        while not told.samples:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        drawing.cancel()
        await asyncio.wait([drawing])
        assert told.landed_order == [3]
        assert sampler.endpoints[0].outstanding == 0
        never_begun = asyncio.create_task(sampler.draw(requests_of(4), told))
        never_begun.cancel()
        await asyncio.wait([never_begun])
        assert sampler.endpoints[0].outstanding == 0

    run(slow({0: 30.0, 1: 30.0, 2: 30.0}), ask)


def test_a_streamed_call_gives_the_place_of_each_chain_back_when_it_ends() -> None:
    with streaming(lambda number, index: "想" * (40 if index == 1 else 3) + "答案是：B", delay_s=0.002) as server:

        async def main() -> None:
            async with client(ClientConfig(endpoints=(server.url,)), STREAMS) as sampler:
                told = Told(sampler)
                await sampler.draw(requests_of(3), told)
                assert told.ended_order == [0, 2, 1]
                assert told.outstanding == [2, 1, 0]
                assert sorted(told.landed_order) == [0, 1, 2]
                assert sampler.endpoints[0].outstanding == 0

        asyncio.run(main())
    assert [request["n"] for request in server.requests] == [3]


def test_a_streamed_call_that_breaks_off_is_asked_for_again() -> None:
    with streaming(lambda number, index: "答案是：B", cut_after=3) as server:

        async def main() -> None:
            async with client(ClientConfig(endpoints=(server.url,)), STREAMS) as sampler:
                samples = await sampler.sample(requests_of(2))
                assert [sample.status for sample in samples] == [Status.ANSWERED] * 2
                assert sampler.endpoints[0].outstanding == 0

        asyncio.run(main())
