"""Running the stages: children behind a guard, engines that come up for who asks them, and a journal of all of it.

``journal.jsonl`` has a line for every command that ended and every engine that came up. A stage whose result is there
is not done again; a result that was made by other words is refused. Nothing that was begun outlives this process,
however it ends (``solver.backends.process``); what was cut off goes on, or is done again, with the next call.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.champion.plan import Plan
from bench.champion.stages import URL, Layout, Stage, State, blocked, idle_servers, next_stage, without_lost
from bench.line import QUIET
from solver.backends.engine_config import EngineConfig
from solver.backends.memory.engine_report import parse_report
from solver.backends.process.child import Child
from solver.backends.vllm import VllmServer, command_of
from solver.base.display.printing import tell
from solver.base.errors import LogicVoteError, SolverError, UsageError
from solver.base.files import json_line
from solver.base.foreign_files import json_lines_of, object_of
from solver.base.signals import Interrupts

JOURNAL = Path("journal.jsonl")
CPU = "cpu"
"""The device of a machine without a GPU."""
GRACE_S = 30.0
"""From asking a command to stop to killing it: a training writes a checkpoint, an evaluation its results."""
_LOADING_S = 120.0
_ELAPSED = re.compile(r'"elapsed_s": ([\d.]+)')


def journal() -> list[dict[str, Any]]:
    """Return what was noted so far."""
    return [row for _, row in json_lines_of(JOURNAL, error=UsageError)] if JOURNAL.exists() else []


def is_whole(stage: Stage) -> bool:
    """Tell whether a stage's result is there, and all of it."""
    path = Path(stage.result)
    return path.is_file() and (path.name != "summary.json" or object_of(path, error=UsageError)["complete"] is True)


def state_of(layout: Layout, noted: Sequence[Mapping[str, Any]]) -> State:
    """Return how far it is, by what lies in the current folder.

    Raises:
        UsageError: a result was made by other words than the plan now has.
    """
    words = {row["stage"]: row["words"] for row in noted if row.get("code") == 0}
    done = frozenset(stage.name for stage in layout.stages if is_whole(stage))
    for stage in layout.stages:
        if stage.name in done and words.get(stage.name, [*stage.words]) != [*stage.words]:
            raise UsageError(
                f"{stage.result} was made by: {shlex.join(words[stage.name])}\nthe plan now says: "
                f"{shlex.join(stage.words)}\nremove it to make it anew, or give another --out"
            )
    return State(done=done)


def trained_s(stage: Stage) -> float:
    """Return how long a training has run in earlier calls, by its newest checkpoints; seconds."""
    found = Path(stage.result).parent.glob("checkpoints/*/*.json")
    return max((float(one) for path in found for one in _ELAPSED.findall(path.read_text("utf-8"))), default=0.0)


def minutes_of(stage: Stage, left_s: float | None) -> tuple[str, ...]:
    """Return the flag that ends a training in time.

    Args:
        left_s: seconds that training may still take; None where nothing bounds them.
    """
    bounds = [stage.minutes] if stage.minutes is not None else []
    if left_s is not None:
        # A training counts what it did in earlier calls.
        bounds.append((trained_s(stage) + left_s) / 60)
    return ("--minutes", f"{min(bounds):.2f}") if stage.trains and bounds else ()


class Runner:
    """One call: begins what can begin until there is nothing left, or it is told to stop.

    Args:
        devices: as ``CUDA_VISIBLE_DEVICES`` takes them, or ``CPU``.
        minutes: after them nothing begins, and what runs is asked to stop.
        engine: makes a server; tests have another one.
        command: what stands before a stage's words.
    """

    def __init__(
        self,
        plan: Plan,
        layout: Layout,
        state: State,
        devices: Sequence[str],
        *,
        minutes: float | None = None,
        engine: Callable[[EngineConfig], Any] = VllmServer,
        command: Sequence[str] = (sys.executable, "-m"),
    ) -> None:
        self.plan, self.layout, self.state, self.devices = plan, layout, state, devices
        self.is_stopped = False
        """Something was cut short, by time or by a signal."""
        self._ends_at = None if minutes is None else time.monotonic() + 60 * minutes
        self._engine, self._command = engine, command
        self._servers: dict[str, Any] = {}
        self._opening: dict[str, Any] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._children: dict[str, Child] = {}
        self._loaded: set[tuple[str, str]] = set()
        self._group: asyncio.TaskGroup | None = None

    async def run(self) -> State:
        """Run; returns how far it came."""
        clock = None
        if self._ends_at is not None:
            clock = asyncio.get_running_loop().call_later(self._ends_at - time.monotonic(), self._time_is_up)
        try:
            with Interrupts(announce=lambda: tell("champion: stopping; once more leaves at once")) as interrupts:
                interrupts.finish = self.stop
                async with asyncio.TaskGroup() as self._group:
                    self._begin()
        finally:
            if clock is not None:
                clock.cancel()
            for name in [*self._servers]:
                await self._servers.pop(name).close()
        for name, need in blocked(self.layout, self.state.failed).items():
            tell(f"champion: {name} was not begun: {need} is missing")
        return self.state

    def _time_is_up(self) -> None:
        tell("champion: the minutes are over")
        self.stop()

    def stop(self) -> None:
        """Begin nothing more, and ask what runs to end well."""
        self.is_stopped = True
        for name in self._children:
            self._ask_to_stop(name)
        for server in self._opening.values():
            assert self._group is not None
            self._group.create_task(server.close())

    def _ask_to_stop(self, name: str) -> None:
        child = self._children[name]
        if child.group is not None and child.is_running:
            tell(f"champion: {name} is asked to stop")
            os.kill(child.group, signal.SIGTERM)
            asyncio.get_running_loop().call_later(GRACE_S, _kill, child)

    def _begin(self) -> None:
        """Begin all that can begin now."""
        assert self._group is not None
        while not self.is_stopped:
            left_s = self._left_s()
            may_train = left_s is None or left_s > 0
            found = next_stage(self.layout, self.state, self.devices, self.plan.per_device, may_train=may_train)
            if found is None:
                return
            stage, device = found
            servers = {**self.state.servers, **({stage.server: device} if stage.server else {})}
            self.state = replace(self.state, running={**self.state.running, stage.name: device}, servers=servers)
            self._group.create_task(self._one(stage, device))

    def _left_s(self) -> float | None:
        """Seconds that a training may still take."""
        return None if self._ends_at is None else self._ends_at - time.monotonic() - 60 * self.plan.reserve_minutes

    async def _one(self, stage: Stage, device: str) -> None:
        """Run a stage from its server's start to its place in the state, then begin what waited for it."""
        try:
            is_good = await self._ended_well(stage, device)
        except LogicVoteError as error:
            tell(f"champion: {stage.name} failed: {error}")
            is_good = False
        running = {name: at for name, at in self.state.running.items() if name != stage.name}
        self.state = replace(self.state, running=running)
        if is_good:
            self.state = replace(self.state, done=self.state.done | {stage.name})
        elif not self.is_stopped:
            self.state = replace(self.state, failed=self.state.failed | {stage.name})
            self.layout = without_lost(self.layout, self.state.failed)
            there = {one.name for one in self.layout.stages if is_whole(one)}
            self.state = replace(self.state, done=self.state.done | (there - self.state.failed))
        for name in idle_servers(self.layout, self.state):
            left = {one: at for one, at in self.state.servers.items() if one != name}
            self.state = replace(self.state, servers=left)
            if (server := self._servers.pop(name, None)) is not None:
                await server.close()
        self._begin()

    async def _ended_well(self, stage: Stage, device: str) -> bool:
        url = "" if stage.server is None else await self._url(stage, stage.server, device)
        words = [url if word == URL else word for word in stage.words]
        words += minutes_of(stage, self._left_s())
        if self.is_stopped:
            return False
        shown = f"python -m {shlex.join(words)}"
        tell(f"champion: {stage.name} on {device}: {shown}")
        log = Path("logs") / f"{stage.name}.log"
        child = self._children[stage.name] = Child(log_path=log.absolute(), grace_s=GRACE_S, name=stage.name)
        began = time.monotonic()
        try:
            await child.start([*self._command, *words], _environment(device))
            if self.is_stopped:
                # Told so while it started.
                self._ask_to_stop(stage.name)
            code = await child.wait()
        finally:
            await child.stop()
            del self._children[stage.name]
        seconds = round(time.monotonic() - began, 1)
        note(stage=stage.name, words=stage.words, command=shown, device=device, code=code, seconds=seconds)
        if code == 0 and is_whole(stage):
            tell(f"champion: {stage.name} ended after {seconds:.0f} s")
            return True
        if not self.is_stopped:
            what = f"exit code {code}" if code else f"it ended well, but {stage.result} is not there or not whole"
            tell(f"champion: {stage.name} failed after {seconds:.0f} s: {what}; its last words are in {log}:")
            tell("\n".join(f"  {line}" for line in child.log.splitlines()[-4:]))
        return False

    async def _url(self, stage: Stage, name: str, device: str) -> str:
        """Return the address of a server that is up and has the stage's adapters."""
        async with self._locks.setdefault(name, asyncio.Lock()):
            server = self._servers.get(name)
            if server is not None and server.failure() is not None:
                await self._servers.pop(name).close()
                self._loaded -= {one for one in self._loaded if one[0] == name}
                server = None
            if server is None:
                server = self._servers[name] = await self._opened(name, device)
            for adapter, folder in stage.adapters:
                if (name, adapter) not in self._loaded:
                    await asyncio.to_thread(_load, str(server.url), adapter, folder)
                    self._loaded.add((name, adapter))
            return str(server.url)

    async def _opened(self, name: str, device: str) -> Any:
        wanted, began = self.layout.servers[name], time.monotonic()
        config = EngineConfig(
            model=wanted.model,
            served_name=wanted.name,
            log_path=(Path("logs") / f"server-{name}.log").absolute(),
            extra_args=wanted.arguments,
            card=None if device == CPU else device,
        )
        server = self._opening[name] = self._engine(config)
        tell(f"champion: a server of {name} comes up on {device}")
        try:
            await server.open()
        finally:
            del self._opening[name]
        seconds = round(time.monotonic() - began, 1)
        told = parse_report(server.log)
        words = shlex.join(command_of(config, 0, "cpu" if device == CPU else "cuda")[1:])
        memory = {"weight_bytes": told.weight_bytes, "kv_bytes": told.kv_cache_bytes, "kv_tokens": told.kv_tokens}
        note(server=name, command=f"python {words}", device=device, seconds=seconds, **memory)
        tell(f"champion: the server of {name} is up after {seconds:.0f} s")
        return server


def note(**row: object) -> None:
    """Write a line into the journal."""
    with JOURNAL.open("a", encoding="utf-8") as file:
        file.write(json_line({**row, "at": time.strftime("%Y-%m-%dT%H:%M:%S")}))


def _environment(device: str) -> dict[str, str]:
    card = {} if device == CPU else {"CUDA_VISIBLE_DEVICES": device}
    return {**os.environ, **QUIET, "PYTHONUNBUFFERED": "1", **card}


def _kill(child: Child) -> None:
    if child.group is not None and child.is_running:
        os.killpg(child.group, signal.SIGKILL)


def _load(url: str, name: str, folder: str) -> None:
    """Have a server load an adapter.

    Raises:
        SolverError: it will not.
    """
    body = json.dumps({"lora_name": name, "lora_path": os.path.abspath(folder)}).encode()
    request = urllib.request.Request(f"{url}/load_lora_adapter", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=_LOADING_S):
            pass
    except urllib.error.HTTPError as error:
        raise SolverError(
            f"the server does not take adapter {name}: {error.read(500).decode(errors='replace')}"
        ) from None
    except OSError as error:
        raise SolverError(f"the server does not take adapter {name}: {error}") from None
