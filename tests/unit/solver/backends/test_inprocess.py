"""The engine in a child process: its end of the socket, and what its threads do while they wait."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from solver.backends.engine_config import EngineConfig
from solver.backends.inprocess import InProcessTransport, environment_for
from solver.backends.inprocess_link import Link
from solver.backends.inprocess_worker import pack
from solver.backends.process.quiet import SPINS, is_quiet

BODY = {"model": "m", "messages": [], "max_tokens": 9}


def test_a_completion_is_in_flight_from_its_request_on_whatever_the_engine_has_told() -> None:
    """What is on its way to the engine would else seem ended, and as much again would be sent after it."""

    async def run() -> None:
        ours, theirs = socket.socketpair()
        _, link = await asyncio.get_running_loop().create_connection(lambda: Link("m"), sock=ours)
        transport = InProcessTransport(link, "m", 9.0)
        calls = [asyncio.create_task(transport.complete({**BODY, "n": count})) for count in (1, 2)]
        await asyncio.sleep(0)
        load = await transport.load()
        assert load is not None
        assert (load.running, load.waiting, link.running) == (3, 0, 0)
        end = {"text": "", "end": "stop", "tokens": 1, "logprobs": 0, "prompt_tokens": 1}
        theirs.sendall(pack([{"running": 3}, {"id": 2, "index": 1, **end}, {"id": 1, "index": 0, **end}]))
        await calls[0]
        load = await transport.load()
        assert load is not None
        assert (load.running, link.running) == (1, 3)
        calls[1].cancel()
        await asyncio.wait(calls)
        link.close()
        theirs.close()

    asyncio.run(run())


def test_threads_wait_awake_for_a_moment_where_nothing_else_runs() -> None:
    config = EngineConfig(model="m")
    quiet = environment_for(config, "cpu", {}, is_quiet=True)
    assert quiet["GOMP_SPINCOUNT"] == SPINS
    assert "OMP_WAIT_POLICY" not in quiet
    busy = environment_for(config, "cpu", {}, is_quiet=False)
    assert busy["OMP_WAIT_POLICY"] == "PASSIVE"
    assert "GOMP_SPINCOUNT" not in busy
    assert "GOMP_SPINCOUNT" not in environment_for(config, "cuda", {}, is_quiet=True)


def test_what_the_environment_says_of_waiting_threads_is_left() -> None:
    config = EngineConfig(model="m")
    for name, value in (("OMP_WAIT_POLICY", "ACTIVE"), ("GOMP_SPINCOUNT", "7")):
        assert environment_for(config, "cpu", {name: value}, is_quiet=True)[name] == value


def test_a_machine_is_quiet_while_its_cores_idle(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    first, idle, busy = "cpu 10 0 0 100 0 0 0 0\n", "cpu 11 0 0 119 0 0 0 0\n", "cpu 20 0 0 110 0 0 0 0\n"

    async def seen(later: str) -> bool:
        stat.write_text(first)
        looking = asyncio.create_task(is_quiet(stat))
        await asyncio.sleep(0.01)
        stat.write_text(later)
        return await looking

    assert asyncio.run(seen(idle))
    assert not asyncio.run(seen(busy))
    assert not asyncio.run(is_quiet(tmp_path / "none"))
