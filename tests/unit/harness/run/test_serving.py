"""How an evaluation gets its endpoints: opened once, whoever waits for it or gives up."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from harness.run.config import EvalConfig
from harness.run.serving import Serving
from solver.base.errors import EngineFailed
from solver.sampling.client import SamplingClient
from solver.sampling.sample import Status
from tests.support.scripted_server import ScriptedServer
from tests.unit.solver.sampling.test_client import requests_of


class Slow(Serving):
    """Opens when it is let."""

    def __init__(self, config: EvalConfig, folder: Path) -> None:
        super().__init__(config, folder, lambda text: None)
        self.may_open = asyncio.Event()
        self.begun = 0
        self.cancelled = 0
        self.error: Exception | None = None

    async def _open(self) -> SamplingClient:
        self.begun += 1
        try:
            await self.may_open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        return await super()._open()


def test_a_start_goes_on_when_those_who_waited_for_it_are_given_up(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with ScriptedServer() as server, Slow(EvalConfig.of(endpoints=(server.url,)), tmp_path) as serving:
            first = asyncio.create_task(serving.sample(requests_of()))
            await asyncio.sleep(0.01)
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            second = asyncio.create_task(serving.sample(requests_of()))
            await asyncio.sleep(0.01)
            serving.may_open.set()
            (sample,) = await second
            assert sample.status is Status.ANSWERED
            assert (serving.begun, serving.cancelled) == (1, 0)

    asyncio.run(scenario())


def test_a_start_ends_with_the_evaluation(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Slow(EvalConfig(), tmp_path) as serving:
            waiting = asyncio.create_task(serving.sample(requests_of()))
            await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert (serving.begun, serving.cancelled) == (1, 1)

    asyncio.run(scenario())


def test_a_start_that_failed_is_told_to_all_and_not_tried_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Slow(EvalConfig(), tmp_path) as serving:
            serving.error = EngineFailed("no memory")
            serving.may_open.set()
            for _ in range(2):
                with pytest.raises(EngineFailed, match="no memory"):
                    await serving.sample(requests_of())
            assert serving.begun == 1

    asyncio.run(scenario())
