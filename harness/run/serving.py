"""What an evaluation keeps of the engine that serves it: its log, and the plan of its memory beside its own report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.run.live.state import Running
from harness.run.run import Run
from solver.backends.backend import OpenBackend, open_backend
from solver.backends.protocol import Listener, each_once
from solver.base.errors import ConfigMismatch
from solver.base.files import write_json


def backend_of(run: Run, running: Running) -> OpenBackend:
    """Return the door for a run; a run whose samples are all in the store opens nothing.

    Args:
        running: told what goes on: the engine's start, then sampling.
    """
    config, folder, say = run.config, run.folder, run.screen.say

    def progress(line: str) -> None:
        say(line)
        running.enter(line.rpartition(" (")[0])

    def keep(report: Mapping[str, object]) -> None:
        write_json(folder.serving, report, follows=False)

    def check(served: Sequence[str]) -> None:
        """A continued run asks for what the endpoints served; is it served still?"""
        is_named = config.backend.is_own or config.sampling.models
        if served and not is_named and backend.expected and backend.expected[0] not in served:
            raise ConfigMismatch(
                f"{folder.path} holds a run with another configuration:\n"
                f"  asked_models: {list(backend.expected)!r} there, {list(served)[:1]!r} now\nuse another --run folder"
            )
        running.enter("sampling")

    backend = open_backend(
        config.backend,
        slots=config.sampling.places,
        on_served=check,
        listener=Listener(say=say, progress=each_once(progress), memory=keep),
        log_path=folder.engine_log,
        # Under a deadline there is nothing better to do than to wait for a server that may come back.
        patience_s=max(120.0, config.deadline_s or 0.0),
    )
    return backend
