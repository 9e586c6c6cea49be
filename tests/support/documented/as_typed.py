"""Run one command of the version that PYTHONPATH names, with a server that runs already in the place of its engine.

python as_typed.py URL NOTE PACKAGE WORD ...

Imports nothing of this project at its own top: the version may be an earlier one, with other modules. The file NOTE is
made when an engine was asked for; without a NOTE the command's words are read, and its work is left out. A server of
ours gets its Ctrl-C once it listens.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import runpy
import signal
import sys
import threading
from pathlib import Path
from typing import Any


def _noted(note: str) -> None:
    if note:
        Path(note).touch()


def _stand_in(url: str, note: str) -> contextlib.AbstractContextManager[None]:
    if importlib.util.find_spec("solver.engine") is None:
        from tests.support import stand_in_engine

        make = stand_in_engine.make

        def noted(wanted: Any) -> Any:
            _noted(note)
            return make(wanted)

        stand_in_engine.make = noted
        return stand_in_engine.standing_in(url)
    # The version of 2026-11-22: one class of engines, and one plan of their memory.
    engine: Any = importlib.import_module("solver.engine").Engine
    serving: Any = importlib.import_module("harness.serving").Serving

    async def started(self: Any) -> None:
        _noted(note)

    engine._start = started
    engine.check = lambda self: None
    engine.url = property(lambda self: url)
    serving._profile = lambda self, wanted: None
    return contextlib.nullcontext()


def _interrupted_once_it_listens() -> None:
    server: Any = importlib.import_module("solver.gateway.server").GatewayServer
    startup = server.startup

    async def started(self: Any, *args: Any, **more: Any) -> None:
        await startup(self, *args, **more)
        threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT)).start()

    server.startup = started


def main() -> None:
    """Run the command."""
    # The folder of this file holds modules of a test; ``python -m`` would have the current one there.
    sys.path[0] = os.getcwd()
    _, url, note, package, *words = sys.argv
    sys.argv = [package, *words]
    if not note:
        command: Any = importlib.import_module(f"{package}.commands.{words[0]}")
        command.run = lambda *_: 0
    elif [package, *words[:1]] == ["solver", "serve"]:
        _interrupted_once_it_listens()
    with _stand_in(url, note):
        runpy.run_module(package, run_name="__main__", alter_sys=True)


# Guarded: generator workers are spawned and import this module again.
if __name__ == "__main__":
    main()
