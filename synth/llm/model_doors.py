"""Where each model of a plan is asked: its backend, started once, and its endpoints, met at the first call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack

from solver.backends.backend import OpenBackend, open_backend
from solver.backends.protocol import Listener, each_once
from solver.backends.settings import BackendSettings
from solver.base.errors import EndpointError
from solver.hub.model_folder import model_folder
from solver.sampling.endpoint import ClientConfig
from solver.sampling.pool import EndpointPool
from solver.sampling.stats import Stats
from synth.llm.plan_file import ModelPlan


class ModelDoors:
    """The places where models are asked.

    Args:
        models: entry name -> plan.
        wire: counters of the connections, shared by all.
        talk: prints a line for the user.
    """

    def __init__(self, models: Mapping[str, ModelPlan], wire: Stats, talk: Callable[[str], None]) -> None:
        self.models, self.wire, self._talk = models, wire, talk
        self._stack = AsyncExitStack()
        self._pools: dict[str, EndpointPool] = {}
        self._backends: dict[BackendSettings, OpenBackend] = {}
        self._unusable: dict[str, EndpointError] = {}
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        """Close connections, and stop what was started here."""
        await self._stack.aclose()

    async def pool_of(self, name: str) -> EndpointPool:
        """Return the places where a model is asked; opened, met and checked at the first call.

        Raises:
            EndpointError: nothing listens, or the model is not served there.
        """
        if name in self._pools:
            return self._pools[name]
        async with self._opening:
            if name not in self._pools:
                plan = self.models[name]
                limits = ClientConfig(
                    slots_per_endpoint=plan.concurrency,
                    request_timeout_s=plan.request_timeout_s,
                    requests_per_minute=plan.requests_per_minute,
                    tokens_per_minute=plan.tokens_per_minute,
                    api_key_env=plan.api_key_env,
                )
                if name in self._unusable:
                    raise self._unusable[name]
                pool = (await self._backend(plan)).pool(limits, self.wire)
                self._stack.push_async_callback(pool.close)
                try:
                    await pool.refresh()
                    pool.check([plan.served_name])
                except EndpointError as error:
                    # Told once, and not looked for again by everything that waits here.
                    self._unusable[name] = error
                    raise
                self._pools[name] = pool
        return self._pools[name]

    async def _backend(self, plan: ModelPlan) -> OpenBackend:
        """Start what answers for a model, once for all entries that mean the same."""
        wanted = settings = plan.backend
        if wanted not in self._backends:
            if settings.is_own:
                folder = await asyncio.to_thread(model_folder, settings.serve, self._talk)
                settings = settings.replaced(serve=folder)
            listener = Listener(say=self._talk, progress=each_once(self._talk))
            backend = open_backend(settings, slots=plan.concurrency, listener=listener)
            await self._stack.enter_async_context(backend)
            await backend.start()
            self._backends[wanted] = backend
        return self._backends[wanted]

    def check_engines(self) -> None:
        """Do nothing while the engines that were started here live.

        Raises:
            EngineFailed: one is gone, and with it what it was asked for.
        """
        for backend in self._backends.values():
            if (failure := backend.failure()) is not None:
                raise failure
