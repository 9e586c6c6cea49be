"""The contract of backends, for those that need no engine: one in memory, and a server over HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from solver.backends.endpoints import Endpoints
from solver.sampling.parameters import Sampling
from tests.support.backend_contract import BackendContract, Subject
from tests.support.memory_backend import MemoryBackend
from tests.support.scripted_server import Call, MadeUp, Reply, ScriptedServer, choice_of, completion_of

SHORT = Sampling(logprobs=True, temperature=1.0, top_p=1.0, max_tokens=3)
LONG = Sampling(logprobs=True, temperature=1.0, top_p=1.0, max_tokens=333)


class TestMemory(BackendContract):
    """A backend of one file."""

    @pytest.fixture
    def subject(self) -> Iterator[Subject]:
        backend = MemoryBackend(delay_s=0.01)
        with asyncio.Runner() as runner:
            runner.run(backend.open())
            yield Subject(
                backend=backend,
                model="memory",
                runner=runner,
                in_flight=lambda: backend.in_flight,
                slow=LONG,
                cut=SHORT,
            )


class TestEndpoints(BackendContract):
    """A running server."""

    streams = False

    @pytest.fixture
    def subject(self) -> Iterator[Subject]:
        made_up = MadeUp(tokens=12, accuracy=0.25)

        def script(call: Call) -> Reply | None:
            if call.body.get("max_tokens", 0) > 4096:
                return Reply(status=400, body={"error": {"message": "maximum context length is 4096"}})
            if call.body.get("max_tokens") == SHORT.max_tokens:
                chains = [choice_of("因为", index=index, finish_reason="length") for index in range(call.n)]
                return Reply(body=completion_of(*chains, completion_tokens=2 * call.n))
            if call.body["temperature"] == 0 and not call.is_closing:
                return Reply(body=completion_of(choice_of("答案是：A")))
            return Reply(body=made_up(call).body, delay_s=5.0 if call.body.get("max_tokens") == LONG.max_tokens else 0)

        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        server = ScriptedServer(script)
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(60)
        try:
            with asyncio.Runner() as runner:
                backend = Endpoints((server.url,))
                runner.run(backend.open())
                yield Subject(
                    backend=backend,
                    model="scripted",
                    runner=runner,
                    # A request of its two chains at a time.
                    in_flight=lambda: 2 * server.in_flight,
                    slow=LONG,
                    cut=SHORT,
                )
        finally:
            asyncio.run_coroutine_threadsafe(server.stop(), loop).result(60)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
