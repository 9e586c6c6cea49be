"""One real vLLM server on the CPU for all integration tests; it starts when the first test asks for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from solver.backends.vllm import Engine, EngineConfig, installed_device
from solver.base.errors import EngineMissing
from tests.support.checkout import ROOT
from tests.support.tiny_model import tiny_model


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A running server of the tiny model, named ``tiny``, with a window of 512 tokens and 16 chains at once.

    It lives in a loop and thread of its own, so that each test may run its own loop.
    """
    try:
        installed_device()
    except EngineMissing as missing:
        pytest.skip(str(missing))
    log_path = tmp_path_factory.mktemp("engine") / "engine.log"
    server = Engine(
        EngineConfig(model=str(_model()), served_name="tiny", log_path=log_path, is_eager=True, max_num_seqs=16)
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(300)
        try:
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(server.stop(), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _model() -> Path:
    """Make the model in a process of its own: torch's and transformers' imports warn, and warnings are errors here."""
    import subprocess
    import sys

    code = "from tests.support.tiny_model import tiny_model; tiny_model()"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, timeout=120)
    return tiny_model()
