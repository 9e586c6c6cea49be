"""One session at the terminal: keys, the screen and the model in one event loop.

A question is solved in a task of its own; giving it up cancels the samples in flight, which closes their connections,
so that the server stops computing them. The backend starts while the user is writing already.
"""

from __future__ import annotations

import asyncio
import os
import signal
import termios
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from solver.backends.backend import OpenBackend, open_backend
from solver.backends.protocol import Listener
from solver.backends.settings import BackendSettings
from solver.base.display.theme import glyphs_of
from solver.base.errors import EndpointError, SolverError
from solver.base.text_safety import one_line
from solver.sampling.sample import Request, Sample
from solver.scheduling.settings import SamplingSettings
from solver.scheduling.solve import SolveEvent, Solving
from solver.terminal.files import complete, open_file, save
from solver.terminal.keys import Decoder
from solver.terminal.paint import Painter
from solver.terminal.pressing import press
from solver.terminal.screen import draw
from solver.terminal.state import Action, State, Todo
from solver.terminal.watch import Watch

INTERRUPTED = 130
_STOPPED_S = 0.1
"""After a stop that did not come, seconds."""
_ESCAPE_S = 0.05
"""How long the rest of an escape sequence may take; tmux and ssh need some."""
_FRAME_S = 0.07
"""Least time between two pictures while chains stream."""
_KEY_S = 0.01
"""Least time between two pictures otherwise: a paste comes in pieces."""
_TICK_S = 0.25
"""How often the clock on the screen goes on."""


class _Job(NamedTuple):
    """A question to be solved."""

    watch: Watch
    earlier: tuple[Sample, ...]
    """What was drawn for it before."""
    more: int
    """Samples to draw beyond those; 0 goes by the rule."""


class Session:
    """A session.

    Args:
        settings: how questions are solved; without models where the backend is to name one.
        backend: where samples come from.
        opened: a file to begin with, or None.
        mapping: what the fields of files' rows are, as ``--map`` takes it; None finds it.
    """

    def __init__(
        self,
        settings: SamplingSettings,
        backend: BackendSettings,
        opened: str | None,
        environ: Mapping[str, str] = os.environ,
        *,
        mapping: str | None = None,
    ) -> None:
        self.state = State(settings=settings, backend="starting")
        self._config, self._environ, self._mapping = backend, environ, mapping
        self._glyphs = glyphs_of(environ)
        self._decoder = Decoder()
        self._changed, self._leaving, self._ready = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._backend: OpenBackend | None = None
        self._solving: Solving | None = None
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue()
        self._escape: asyncio.TimerHandle | None = None
        self._painter: Painter | None = None
        self._code = 0
        self.failure: SolverError | None = None
        """Why there is no model to ask, None while there is or may be one."""
        if opened is not None:
            open_file(self.state, opened, mapping)

    async def run(self, source: int, target: int) -> int:
        """Sit until the user leaves; returns the exit code."""
        loop = asyncio.get_running_loop()
        with Painter(source, target, self._environ) as painter:
            self._painter = painter
            loop.add_reader(source, self._on_input, source)
            handlers: dict[signal.Signals, Callable[[], None]] = {
                signal.SIGWINCH: self._on_resize,
                signal.SIGTERM: self._on_end,
                signal.SIGHUP: self._on_end,
                signal.SIGINT: self._on_end,
                signal.SIGTSTP: self._on_stop,
                signal.SIGCONT: self._on_continue,
            }
            for number, handler in handlers.items():
                loop.add_signal_handler(number, handler)
            try:
                async with asyncio.TaskGroup() as group:
                    works = (self._serve, self._solve_all, self._paint, self._tick)
                    tasks = [group.create_task(work()) for work in works]
                    self._changed.set()
                    await self._leaving.wait()
                    # The screen goes first: an engine takes seconds to stop.
                    loop.remove_reader(source)
                    painter.close()
                    for number in (signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT):
                        loop.remove_signal_handler(number)
                    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                        loop.add_signal_handler(number, os._exit, INTERRUPTED)
                    for task in tasks:
                        task.cancel()
            finally:
                loop.remove_reader(source)
                for number in handlers:
                    loop.remove_signal_handler(number)
        return self._code

    # ---- keys and signals ------------------------------------------------------------------------------------------

    def _on_input(self, source: int) -> None:
        try:
            data = os.read(source, 65536)
        except OSError:
            data = b""
        if not data:
            # The terminal is gone.
            self._leave(INTERRUPTED)
            return
        if self._escape is not None:
            self._escape.cancel()
        for key in self._decoder.feed(data):
            self._do(press(self.state, key, time.monotonic()))
        if self._decoder.is_waiting:
            self._escape = asyncio.get_running_loop().call_later(_ESCAPE_S, self._on_escape)
        self._changed.set()

    def _on_escape(self) -> None:
        for key in self._decoder.flush():
            self._do(press(self.state, key, time.monotonic()))
        self._changed.set()

    def _on_resize(self) -> None:
        if self._painter is not None:
            self._painter.forget()
        self._changed.set()

    def _on_stop(self) -> None:
        """Stop as any program does that is asked to: the terminal as it was, the whole job, until ``fg``."""
        if self._painter is None:
            return
        self._painter.close()
        loop = asyncio.get_running_loop()
        loop.remove_signal_handler(signal.SIGTSTP)
        # The kernel stops no job whose shell is gone: then it goes on here at once.
        loop.call_later(_STOPPED_S, self._on_continue)
        os.kill(0, signal.SIGTSTP)

    def _on_continue(self) -> None:
        """Take the terminal again; a shell that brings a job back may have changed its mode."""
        if self._painter is None or self._leaving.is_set():
            return
        asyncio.get_running_loop().add_signal_handler(signal.SIGTSTP, self._on_stop)
        try:
            self._painter.open()
        except (OSError, termios.error):
            # The terminal is gone.
            self._leave(INTERRUPTED)
        self._changed.set()

    def _on_end(self) -> None:
        self._leave(INTERRUPTED)

    def _leave(self, code: int) -> None:
        self._code = code
        self._leaving.set()

    def _do(self, action: Action | None) -> None:
        if action is None:
            return
        match action.todo:
            case Todo.ASK:
                self._ask(int(action.value or 0))
            case Todo.CANCEL:
                self._cancel()
            case Todo.OPEN:
                open_file(self.state, action.value, self._mapping)
            case Todo.SAVE:
                save(self.state, action.value)
            case Todo.COMPLETE:
                complete(self.state)
            case Todo.REPAINT:
                self._on_resize()
            case Todo.STOP:
                self._on_stop()
            case Todo.LEAVE:
                # Ctrl-C twice is an interruption, the key for leaving is not.
                is_interrupted = time.monotonic() - self.state.interrupted_at < 0.5
                self._leave(INTERRUPTED if is_interrupted else 0)

    # ---- the model -------------------------------------------------------------------------------------------------

    async def _serve(self) -> None:
        """Start the backend, and keep it until the end."""
        sampling = self.state.settings
        try:
            async with open_backend(
                self._config,
                slots=sampling.max_concurrency,
                models=sampling.models,
                watcher=self,
                listener=Listener(say=self.state.say, progress=self._on_start),
            ) as backend:
                served = await backend.models()
                self._backend, self.state.models = backend, tuple(dict.fromkeys((*sampling.models, *served)))
                self.state.settings = self.state.settings.asking(await backend.default_models())
                self._ready.set()
                self._changed.set()
                # The end of an engine is no event of ours.
                while (failure := backend.failure()) is None:  # noqa: ASYNC110
                    await asyncio.sleep(_TICK_S)
                self.failure = failure
        except SolverError as error:
            self.failure = error
        self._backend, self.state.models, self.state.backend = None, (), "no model"
        self.state.say(str(self.failure), is_bad=True)
        if self._solving is not None:
            self._solving.stop("engine failed")
        self._ready.set()
        self._changed.set()

    def _on_start(self, phase: str, elapsed_s: float) -> None:
        self.state.backend = f"engine: {phase}, {elapsed_s:.0f} s"
        self._changed.set()

    def _ask(self, more: int) -> None:
        """Queue the question in view; what was drawn for it before counts where the settings ask for the same."""
        state, question = self.state, self.state.question
        assert question is not None
        before = state.watch
        earlier = tuple(before.samples) if before is not None else ()
        bought = before.reasons if before is not None else ()
        watch = Watch(question, time.monotonic(), waiting="waiting for the model", bought_before=bought)
        state.watches[question] = watch
        self._jobs.put_nowait(_Job(watch, earlier, more))

    def _cancel(self) -> None:
        if self._solving is not None:
            self._solving.stop()
        elif self.state.watch is not None:
            self.state.watch.fail("cancelled", time.monotonic())

    async def _solve_all(self) -> None:
        """Solve what is asked, one question after the other."""
        while True:
            job = await self._jobs.get()
            await self._ready.wait()
            # It may have been given up while it waited.
            if job.watch.is_open:
                try:
                    await self._solve(job)
                except SolverError as error:
                    job.watch.fail(one_line(str(error)), time.monotonic())
            self._changed.set()

    async def _solve(self, job: _Job) -> None:
        backend, watch, settings = self._backend, job.watch, self.state.settings
        if backend is None:
            raise EndpointError(f"there is no model to ask: {self.failure}")
        if job.more:
            drawn = max(sum(one.model == model for one in job.earlier) for model in settings.models)
            settings = settings.with_more(drawn, job.more)

        def on(event: SolveEvent) -> None:
            watch.on(event, time.monotonic())
            self._changed.set()

        watch.waiting, watch.started_at, watch.settings = None, time.monotonic(), settings
        asked = self.state.watches.values()
        before = [one.outcome for one in asked if one.outcome is not None and one.question != watch.question]
        same = [one for one in before if one.problem_id == watch.question.problem_id]
        self._solving = Solving([watch.question], settings, backend, stored=job.earlier, listener=on, earlier=same)
        try:
            (outcome,) = await self._solving.run()
        finally:
            self._solving = None
        watch.conclude(outcome, time.monotonic())

    # ---- a watcher of all chains: the question in view is the only one that is solved --------------------------------

    def opened(self, request: Request) -> None:
        """See ``solver.sampling.streaming.Watcher``."""
        self.state.watches[request.question].opened(request)
        self._changed.set()

    def grew(self, request: Request, text: str) -> None:
        """See ``solver.sampling.streaming.Watcher``."""
        self.state.watches[request.question].grew(request, text)
        self._changed.set()

    def ended(self, request: Request) -> None:
        """See ``solver.sampling.streaming.Watcher``."""
        self.state.watches[request.question].ended(request)
        self._changed.set()

    # ---- the screen ------------------------------------------------------------------------------------------------

    async def _paint(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            painter = self._painter
            assert painter is not None
            width, height = painter.size
            try:
                painter.paint(draw(self.state, width, height, time.monotonic(), self._glyphs))
            except OSError:
                # The terminal is gone.
                self._leave(INTERRUPTED)
            await asyncio.sleep(_FRAME_S if self.state.is_busy else _KEY_S)

    async def _tick(self) -> None:
        """Let the clock on the screen go on while something does."""
        while True:
            if self.state.is_busy or not self._ready.is_set():
                self._changed.set()
            await asyncio.sleep(_TICK_S)
