"""One real vLLM server on the CPU for all integration tests; it starts when the first test asks for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from solver.backends.engine_config import EngineConfig, installed_device
from solver.backends.vllm import VllmServer
from solver.base.errors import EngineMissing
from tests.support.tiny_model import made_tiny_model


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VllmServer]:
    """A running server of the tiny model, named ``tiny``, with a window of 512 tokens and 16 chains at once.

    It lives in a loop and thread of its own, so that each test may run its own loop.
    """
    try:
        installed_device()
    except EngineMissing as missing:
        pytest.skip(str(missing))
    log_path = tmp_path_factory.mktemp("engine") / "engine.log"
    server = VllmServer(
        EngineConfig(
            model=str(made_tiny_model()), served_name="tiny", log_path=log_path, is_eager=True, max_num_seqs=16
        )
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.open(), loop).result(300)
        try:
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(server.close(), loop).result(60)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
