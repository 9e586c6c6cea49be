"""The one door to models: running endpoints, or an engine of our own, with the sampling client over it.

Every face goes through it, so a memory limit, adapters, replicas and a choice of engine work for all of them::

    async with open_backend(settings, slots=64) as backend:
        samples = await backend.sample(requests)     # opens it, if nothing has done so yet
        await backend.models()                       # what is served, a server's base model first

What is behind it is a ``solver.backends.protocol.Backend``, one file an engine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from typing import Self

from solver.backends.engine_plan import name_of
from solver.backends.protocol import Backend, Listener, Wanted
from solver.backends.registry import BACKENDS
from solver.backends.settings import MOST_FOLLOWED, BackendSettings, slots_for
from solver.base.display.figures import counted
from solver.base.errors import EngineFailed, UsageError
from solver.sampling.client import SamplingClient
from solver.sampling.endpoint import ClientConfig, Endpoint
from solver.sampling.pool import EndpointPool
from solver.sampling.sample import Request, Sample, Told, drawn
from solver.sampling.stats import Stats
from solver.sampling.streaming import Watcher

_NAMED = 5
"""Models named in a message."""
_MOST_SERVED = 20
"""Models beyond which a server is a catalogue; vLLM lists a base model and its adapters."""


def open_backend(
    settings: BackendSettings,
    *,
    slots: int | None,
    models: Sequence[str] = (),
    on_served: Callable[[Sequence[str]], None] = lambda served: None,
    watcher: Watcher | None = None,
    listener: Listener = Listener(),  # noqa: B008 (frozen)
    log_path: Path | None = None,
    patience_s: float = 120.0,
) -> OpenBackend:
    """Return the door for some settings, to be entered; an engine starts when it is first needed.

    Args:
        slots: samples in flight at most; None takes what suits an engine of our own, and lets the number follow what
            running servers tell of their load.
        models: names that will be asked for; opening fails where one is not served.
        on_served: told of what is served as soon as that is known; may raise.
        watcher: told of every chain while it grows.
        listener: told what an engine does.
        log_path: where an engine's output goes.
        patience_s: how long samples wait while everything that serves their model is down.
    """
    total = slots or slots_for(settings)
    client = ClientConfig(
        slots_per_endpoint=total,
        most_followed=slots or (total if settings.is_own else MOST_FOLLOWED),
        seeks_best_load=not slots and not settings.is_own,
        request_timeout_s=settings.request_timeout_s,
        patience_s=patience_s,
        requests_per_minute=settings.requests_per_minute,
        tokens_per_minute=settings.tokens_per_minute,
    )
    kind = BACKENDS[settings.kind]
    copies = settings.replicas if kind.is_served_here else 1
    make: Callable[[Wanted], Backend] = import_module(kind.module).make
    backends = [
        make(
            Wanted(
                settings=settings,
                slots=total,
                log_path=log_path,
                is_watched=watcher is not None,
                copy=copy,
                listener=listener,
            )
        )
        for copy in range(copies)
    ]
    named = None if settings.endpoints else name_of(settings)
    return OpenBackend(
        backends,
        client,
        places=total,
        named=named,
        models=models,
        on_served=on_served,
        watcher=watcher,
        hear=listener.say,
    )


class OpenBackend:
    """Backends that serve the same models, with one sampling client; an async context manager and a ``Sampler``.

    Args:
        backends: not yet open; closed with it.
        client: how they are asked.
        places: completions to keep in flight where no load is followed; None leaves that to the settings.
        named: the model that is served, where that is known beforehand.
        models: see ``open_backend``, as the others.
        hear: told of what is found out about them.
    """

    def __init__(
        self,
        backends: Sequence[Backend],
        client: ClientConfig,
        *,
        places: int | None = None,
        named: str | None = None,
        models: Sequence[str] = (),
        on_served: Callable[[Sequence[str]], None] = lambda served: None,
        watcher: Watcher | None = None,
        hear: Callable[[str], None] = lambda note: None,
    ) -> None:
        self.stats = Stats(hear=hear)
        """Live counters of everything that is asked through it."""
        self.start_s: float | None = None
        """How long an engine of our own took to come up, seconds; None where none was started."""
        self.expected = tuple(models)
        """The names that will be asked for; may be set until it opens."""
        self._places = places
        self._backends, self._client, self._named = tuple(backends), client, named
        self._on_served, self._watcher = on_served, watcher
        self._stack = AsyncExitStack()
        self._starting: asyncio.Task[None] | None = None
        self._opening: asyncio.Task[SamplingClient] | None = None
        self._sampler: SamplingClient | None = None
        self._is_started = False
        self._models: tuple[str, ...] = ()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        begun = [task for task in (self._opening, self._starting) if task is not None]
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
        self._sampler, self._is_started = None, False
        await self._stack.aclose()

    async def open(self) -> SamplingClient:
        """Open it, once; whoever comes later waits for the same start, and is told of its failure.

        Raises:
            EndpointError: nothing answers, or an expected model is not served.
            EngineMissing, EngineFailed: the engine does not start.
            UsageError: the settings do not fit, or nothing tells what is served.
        """
        if self._sampler is None:
            if self._opening is None:
                self._opening = asyncio.create_task(self._open())
            self._sampler = await asyncio.shield(self._opening)
        return self._sampler

    @property
    def is_by_one(self) -> bool:
        """See ``solver.sampling.sample.Sampler``."""
        return self._sampler is not None and self._sampler.is_by_one

    @property
    def places(self) -> int | None:
        """See ``solver.sampling.sample.Sampler``."""
        followed = None if self._sampler is None else self._sampler.places
        return followed or self._places

    async def draw(self, requests: Sequence[Request], told: Told) -> None:
        """See ``solver.sampling.sample.Sampler``; opens it first."""
        await (self._sampler or await self.open()).draw(requests, told)

    async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
        """Draw samples and return them all; opens it first."""
        return await drawn(self, requests)

    async def models(self) -> tuple[str, ...]:
        """Ask what is served, a server's base model before its adapters; opens it first.

        Raises:
            EndpointError: nothing answers.
        """
        sampler = await self.open()
        # Endpoints that do not tell what they serve are believed to serve what they did.
        self._models = tuple(await sampler.models()) or self._models
        return self._models

    async def default_models(self) -> tuple[str, ...]:
        """Return what to ask where nothing is named: the base model. An engine need not start for that.

        Raises:
            EndpointError: the endpoints do not answer.
            UsageError: they do not tell what they serve.
        """
        if self._named is not None:
            return (self._named,)
        served = await self.models()
        if not served and self.expected:
            return self.expected[:1]
        if not served:
            raise UsageError("the endpoints do not tell which models they serve; name one with --model")
        if len(served) > 1:
            names = ", ".join(served[:_NAMED]) + (" …" if len(served) > _NAMED else "")
            if len(served) > _MOST_SERVED:
                # A catalogue has no first one that anybody means.
                raise UsageError(
                    f"{counted(len(served), 'model is', 'models are')} served ({names}); name one with --model"
                )
            self.stats.note(
                f"{counted(len(served), 'model is', 'models are')} served, {served[0]} is asked; --model names "
                f"another of {names}"
            )
        return served[:1]

    def pool(self, client: ClientConfig | None = None, stats: Stats | None = None) -> EndpointPool:
        """Return further room at the same places, once started; whoever asks closes it.

        Args:
            client: its limits, where they differ.
            stats: its counters, where they are to be apart.
        """
        limits = client or self._client
        transports = [transport for backend in self._backends for transport in backend.transports(limits)]
        return EndpointPool(transports, limits, stats or self.stats)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The places that complete, with their health and what they can do; none before it is open."""
        return () if self._sampler is None else self._sampler.endpoints

    def failure(self) -> EngineFailed | None:
        """Return why an engine of our own is gone, None while all live or none was started."""
        if not self._is_started:
            return None
        return next((failure for backend in self._backends if (failure := backend.failure()) is not None), None)

    async def start(self) -> None:
        """Start what is behind it, once, and ask nothing yet; ``open`` does this and more.

        Raises:
            EngineMissing, EngineFailed: the engine does not start.
            UsageError: the settings do not fit.
        """
        if self._starting is None:
            # Tasks of their own, ended by ``__aexit__``: samples that wait for the engine may be given up (the
            # direct-answer fallback does so near a deadline), and its start must go on all the same.
            self._starting = asyncio.create_task(self._start())
        await asyncio.shield(self._starting)

    async def _start(self) -> None:
        began = time.monotonic()
        try:
            async with asyncio.TaskGroup() as group:
                for backend in self._backends:
                    group.create_task(self._started(backend))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        self._is_started = True
        if self._named is not None:
            self.start_s = time.monotonic() - began

    async def _open(self) -> SamplingClient:
        await self.start()
        pool = self.pool()
        sampler = await self._stack.enter_async_context(SamplingClient(pool, self._watcher))
        self._models = tuple(await sampler.models())
        self._on_served(self._models)
        pool.check(self.expected)
        return sampler

    async def _started(self, backend: Backend) -> None:
        await backend.open()
        self._stack.push_async_callback(backend.close)
