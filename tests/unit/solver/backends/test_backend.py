"""The one door: opened once and when it is needed, for whatever is behind it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from solver.backends.backend import OpenBackend, open_backend
from solver.backends.protocol import Listener, each_once
from solver.backends.registry import BACKENDS
from solver.backends.settings import BackendSettings
from solver.base.errors import EndpointError, EngineFailed, EngineMissing, UsageError
from solver.sampling.capabilities import Capabilities
from solver.sampling.endpoint import ClientConfig
from solver.sampling.sample import Status
from tests.support.command import until
from tests.support.loops import in_loop
from tests.support.memory_backend import KIND, MemoryBackend
from tests.support.scripted_server import ScriptedServer
from tests.unit.solver.sampling.test_client import requests_of
from tests.unit.solver.sampling.test_streaming import Told


class Slow(MemoryBackend):
    """Opens when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may_open = asyncio.Event()
        self.begun = 0
        self.cancelled = 0
        self.error: Exception | None = None

    async def open(self) -> None:
        self.begun += 1
        try:
            await self.may_open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        await super().open()


def door(backend: MemoryBackend, **changes: Any) -> OpenBackend:
    return OpenBackend([backend], ClientConfig(), named="memory", **changes)


@in_loop
async def test_a_start_goes_on_when_those_who_waited_for_it_are_given_up() -> None:
    slow = Slow()
    async with door(slow) as backend:
        first = asyncio.create_task(backend.sample(requests_of(model="memory")))
        await until(lambda: slow.begun == 1)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        second = asyncio.create_task(backend.sample(requests_of(model="memory")))
        await asyncio.sleep(0.01)
        slow.may_open.set()
        (sample,) = await second
        assert sample.status is Status.ANSWERED
        assert (slow.begun, slow.cancelled) == (1, 0)
    assert not slow.is_open


@in_loop
async def test_a_start_ends_with_the_block() -> None:
    slow = Slow()
    async with door(slow) as backend:
        waiting = asyncio.create_task(backend.sample(requests_of(model="memory")))
        await until(lambda: slow.begun == 1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert (slow.begun, slow.cancelled) == (1, 1)


@in_loop
async def test_a_start_that_failed_is_told_to_all_and_not_tried_again() -> None:
    slow = Slow()
    async with door(slow) as backend:
        slow.error = EngineFailed("no memory")
        slow.may_open.set()
        for _ in range(2):
            with pytest.raises(EngineFailed, match="no memory"):
                await backend.sample(requests_of(model="memory"))
        assert slow.begun == 1


@in_loop
async def test_nothing_is_started_for_the_name_of_a_model_that_is_served_here() -> None:
    slow = Slow()
    async with door(slow) as backend:
        assert await backend.default_models() == ("memory",)
        assert (backend.failure(), backend.endpoints, backend.start_s) == (None, (), None)
    assert slow.begun == 0


@in_loop
async def test_several_engines_share_the_work_and_one_that_is_gone_is_told() -> None:
    engines = [MemoryBackend(delay_s=0.02), MemoryBackend(delay_s=0.02)]
    async with OpenBackend(engines, ClientConfig(slots_per_endpoint=4), named="memory") as backend:
        await asyncio.gather(*(backend.sample(requests_of(2, model="memory")) for _ in range(8)))
        assert [len(engine.bodies) for engine in engines] == [4, 4]
        assert backend.start_s is not None
        assert backend.failure() is None
        engines[1].is_dead = True
        assert isinstance(backend.failure(), EngineFailed)
    assert not any(engine.is_open for engine in engines)


@in_loop
async def test_what_is_expected_must_be_served() -> None:
    async with door(MemoryBackend(), models=("memry",)) as backend:
        with pytest.raises(EndpointError, match="did you mean memory"):
            await backend.open()


@in_loop
async def test_an_engine_that_cannot_stream_is_shown_when_it_has_answered() -> None:
    told = Told()
    capabilities = Capabilities(n=True, streaming=False, seeds=False, logprobs=False, continuation=False)
    engine = MemoryBackend(text="嗯", capabilities=capabilities)
    async with door(engine, watcher=told) as backend:
        samples = await backend.sample(requests_of(2, model="memory"))
    assert [sample.text for sample in samples] == [told.text[0], told.text[1]]
    assert told.ends == [0, 1]
    # What it cannot do is not asked of it; a chain without an answer stays without.
    assert not {"seed", "logprobs"} & engine.bodies[0].keys()
    assert [sample.status for sample in samples] == [Status.NO_ANSWER] * 2
    assert len(engine.bodies) == 1


@in_loop
async def test_endpoints_are_asked_what_they_serve_where_nothing_is_named() -> None:
    async with ScriptedServer(models=("base", "adapter")) as server:
        settings = BackendSettings.of(endpoints=(server.url,))
        async with open_backend(settings, slots=4) as backend:
            assert await backend.default_models() == ("base",)
            assert await backend.models() == ("base", "adapter")
            assert (backend.failure(), backend.start_s) == (None, None)
            pool = backend.pool()
            async with pool.lease("base", 1) as room:
                assert room.endpoint.capabilities_of("base").max_context == 4096
            await pool.close()


@in_loop
async def test_endpoints_that_do_not_tell_what_they_serve_need_a_name() -> None:
    async with (
        ScriptedServer(models=None) as server,
        open_backend(BackendSettings.of(endpoints=(server.url,)), slots=4) as backend,
    ):
        with pytest.raises(UsageError, match="--model"):
            await backend.default_models()


def test_a_new_engine_is_one_file_and_one_line() -> None:
    with BACKENDS.holding(KIND):
        settings = BackendSettings(engine="memory", serve="some/memory")
        assert settings.kind == "memory"

        async def scenario() -> None:
            async with open_backend(settings, slots=4, listener=Listener(say=print)) as backend:
                (sample,) = await backend.sample(requests_of(model="memory"))
                assert sample.status is Status.ANSWERED

        asyncio.run(scenario())
    with pytest.raises(UsageError, match="'memory': it is one of server, inprocess"):
        BackendSettings(engine="memory")


def test_an_engine_is_no_endpoint() -> None:
    with pytest.raises(UsageError, match="'endpoints'"):
        BackendSettings(engine="endpoints")
    assert BackendSettings.of(endpoints=("http://x",), engine="inprocess").kind == "endpoints"
    assert BACKENDS.names == ("endpoints", "server", "inprocess")


@pytest.mark.parametrize(
    ("device", "arguments", "engine"),
    [("cpu", (), "inprocess"), ("cuda", (), "server"), ("cpu", ("--reasoning-parser=qwen3",), "server")],
)
def test_a_cpu_gets_the_engine_without_http_unless_only_the_server_has_what_is_asked_for(
    device: str, arguments: tuple[str, ...], engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("solver.backends.settings.installed_device", lambda: device)
    assert BackendSettings.of(engine_args=arguments).kind == engine
    assert BackendSettings.of(engine_args=arguments, engine="server").kind == "server"


def test_without_vllm_the_server_is_named_and_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise EngineMissing("no vLLM")

    monkeypatch.setattr("solver.backends.settings.installed_device", missing)
    assert BackendSettings().kind == "server"


def test_each_phase_of_a_start_is_said_once() -> None:
    said: list[str] = []
    progress = each_once(said.append)
    for second, phase in enumerate(("loading", "loading", "warming up")):
        progress(phase, second)
    assert said == ["engine: loading (0 s)", "engine: warming up (2 s)"]
