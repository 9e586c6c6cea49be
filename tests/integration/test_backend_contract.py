"""The contract of backends for the engines, and that nothing of them is left, however they end."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from solver.backends.backend import OpenBackend
from solver.backends.engine_config import EngineConfig, installed_device
from solver.backends.inprocess import InProcessEngine
from solver.backends.protocol import opened
from solver.backends.vllm import VllmServer
from solver.backends.vllm_plugin.logic_vote_circles import PERIOD
from solver.base.errors import EngineFailed, EngineMissing
from solver.sampling.completion import CIRCLES, LIMIT
from solver.sampling.endpoint import ClientConfig
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Status
from tests.support.backend_contract import BackendContract, Borrowed, Subject, requests_of
from tests.support.checkout import ROOT
from tests.support.command import until, wait_until
from tests.support.processes import alive_in
from tests.support.tiny_model import made_tiny_model

pytestmark = pytest.mark.engine
ENGINES: dict[str, type[VllmServer] | type[InProcessEngine]] = {"server": VllmServer, "inprocess": InProcessEngine}
CUT = Sampling(logprobs=True, temperature=1.0, top_p=1.0, max_tokens=8)
SLOW = Sampling(
    logprobs=True,
    temperature=1.0,
    top_p=1.0,
    max_tokens=400,
    extra_body='{"ignore_eos": true, "repetition_detection": null}',
)
"""Chains that come to no end of their own."""


@dataclass(frozen=True, slots=True)
class Running:
    """An engine for the tests of one class."""

    engine: VllmServer | InProcessEngine
    runner: asyncio.Runner


def in_flight_of(engine: VllmServer | InProcessEngine) -> Callable[[], int]:
    """Return what counts the completions that an engine works on."""

    def by_metrics() -> int:
        assert isinstance(engine, VllmServer)
        with urllib.request.urlopen(engine.url.removesuffix("/v1") + "/metrics", timeout=60) as reply:
            text = reply.read().decode()
        (count,) = re.findall(r"^vllm:num_requests_running\S* ([\d.]+)", text, re.MULTILINE)
        return int(float(count))

    return by_metrics if isinstance(engine, VllmServer) else lambda: engine.running


@pytest.fixture(scope="module", params=ENGINES)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An engine with the tiny model, named ``tiny``, with a window of 512 tokens and 16 chains at once."""
    try:
        installed_device()
    except EngineMissing as missing:
        pytest.skip(str(missing))
    log_path = tmp_path_factory.mktemp("engine") / "engine.log"
    config = EngineConfig(
        model=str(made_tiny_model()), served_name="tiny", log_path=log_path, is_eager=True, max_num_seqs=16
    )
    engine = ENGINES[request.param](config)
    with asyncio.Runner() as runner:
        runner.run(engine.open())
        try:
            yield Running(engine, runner)
        finally:
            runner.run(engine.close())


class TestEngines(BackendContract):
    """Both engines."""

    @pytest.fixture
    def subject(self, running: Running) -> Subject:
        return Subject(
            backend=running.engine,
            model="tiny",
            runner=running.runner,
            in_flight=in_flight_of(running.engine),
            slow=SLOW,
            cut=CUT,
        )

    def test_a_chain_in_circles_is_ended_where_the_engine_can(self, subject: Subject) -> None:
        # Greedy, and without an end of its own, a model of random weights says the same for ever.
        sampling = Sampling(temperature=0.0, max_tokens=190, answer_forcing=False, extra_body='{"ignore_eos": true}')
        (sample,) = subject.run(lambda door: door.sample(subject.requests(1, sampling=sampling)))
        can = subject.backend.capabilities.ends_circles
        assert sample.finish_reason == (CIRCLES if can else LIMIT)
        assert (sample.completion_tokens < 190) == can
        # Our plugin is there: it is looked for now and then, not after each token.
        assert sample.completion_tokens % PERIOD == 0

    def test_the_load_is_told(self, subject: Subject) -> None:
        async def use(door: OpenBackend) -> set[int]:
            # Four chains at a time, again and again: a quick machine ends a round between two looks.
            await door.open()
            seen: set[int] = set()
            for round_number in itertools.count():
                drawing = asyncio.create_task(
                    door.sample(subject.requests(4, sampling=SLOW, seed=1_000 * round_number))
                )
                while not drawing.done():
                    load = await door.endpoints[0].load()
                    seen.add(0 if load is None else load.running + load.waiting)
                    await asyncio.sleep(0.005)
                if seen & {3, 4}:
                    break
            return seen

        # Bounded by the time limit of ``Subject.run``.
        assert max(subject.run(use)) in (3, 4)

    def test_a_server_counts_every_completion_of_a_group_that_has_ended(self, subject: Subject) -> None:
        is_server = isinstance(subject.backend, VllmServer)

        async def use(door: OpenBackend) -> int:
            await door.open()
            (endpoint,) = door.endpoints
            before, told = await endpoint.load(), 0
            assert before is not None
            sampling = Sampling(temperature=1.0, max_tokens=8, answer_forcing=False)
            await door.sample(subject.requests(4, sampling=sampling))
            while is_server and told < 4:
                load = await endpoint.load()
                assert load is not None
                told = (load.ended or 0) - (before.ended or 0)
            return told

        # In this process each gives its place back itself. Bounded by the time limit of ``Subject.run``.
        assert subject.run(use) == (4 if is_server else 0)


def test_an_engine_that_is_killed_is_told_and_leaves_nothing(running: Running) -> None:
    """The last with these engines."""
    engine, group = running.engine, running.engine.group
    assert group is not None

    async def scenario() -> None:
        async with OpenBackend([Borrowed(engine)], ClientConfig(patience_s=0.5, max_retries=1)) as door:
            await door.sample(requests_of("tiny"))
            drawing = asyncio.create_task(door.sample(requests_of("tiny", 8, sampling=SLOW)))
            # At once: a quick machine has these chains in a fifth of a second.
            await until(lambda: door.stats.in_flight > 0)
            os.killpg(group, signal.SIGKILL)
            samples = await drawing
            # A chain that ended by itself before is kept; the rest is told as failed.
            assert Status.FAILED in {sample.status for sample in samples}
            await until(lambda: door.failure() is not None)
            failure = door.failure()
            assert isinstance(failure, EngineFailed)
            assert "engine.log" in str(failure)
        await engine.close()

    running.runner.run(asyncio.wait_for(scenario(), 300))
    assert alive_in(group) == []


@pytest.mark.parametrize("name", ENGINES)
def test_a_model_that_cannot_be_loaded_is_told_with_the_reason(name: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "no_such_thing", "architectures": ["Nothing"]}')
    config = EngineConfig(model=str(tmp_path), log_path=tmp_path / "engine.log", is_eager=True)

    async def start() -> None:
        async with opened(ENGINES[name](config)):
            pass

    with pytest.raises(EngineFailed, match="no_such_thing"):
        asyncio.run(start())


@pytest.mark.parametrize("name", ENGINES)
def test_killing_our_process_leaves_no_engine_behind(name: str, tmp_path: Path) -> None:
    cls = ENGINES[name]
    code = f"""
import asyncio
from pathlib import Path
from solver.backends.backend import OpenBackend
from solver.backends.engine_config import EngineConfig
from {cls.__module__} import {cls.__name__}
config = EngineConfig(model={str(made_tiny_model())!r}, log_path=Path({str(tmp_path / "engine.log")!r}), is_eager=True)
engine = {cls.__name__}(config, lambda phase, elapsed_s: print(engine.group, flush=True))
async def main():
    await engine.open()
    print("open", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert process.stdout is not None
    group = int(process.stdout.readline())
    # Not before all of it is there: an engine core of vLLM's would outlive its parent.
    assert any(line == "open\n" for line in process.stdout)
    members = alive_in(group)
    assert members
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    wait_until(lambda: not alive_in(group))
