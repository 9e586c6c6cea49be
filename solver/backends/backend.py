"""Whatever answers: running endpoints, or an engine started here with the embedded model or another folder.

::

    async with Backend(BackendConfig(), watcher, talk) as backend:
        await backend.sampler.sample(...)        # backend.models: what is served, the base model first
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from solver.backends.settings import ENGINE_SHARE
from solver.backends.vllm import Engine, EngineConfig
from solver.base.errors import EngineFailed, UsageError
from solver.base.places import EMBEDDED_MODEL
from solver.sampling.client import SamplingClient
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_pool
from solver.sampling.pool import EndpointPool
from solver.sampling.streaming import Watcher


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendConfig:
    """Where samples come from."""

    endpoints: tuple[str, ...] = ()
    """Base URLs of running servers; none starts an engine."""
    serve: str = str(EMBEDDED_MODEL)
    """Folder of the model that the engine serves where no endpoint is given."""
    models: tuple[str, ...] = ()
    """Names that must be served; none leaves it to the endpoint."""
    slots: int = 64
    """Chains in flight at each endpoint at most."""


class Backend:
    """The endpoints or the engine, with a sampler over them; an async context manager.

    Args:
        watcher: given, the sampler streams and tells it of every chain.
        talk: told what the engine does while it starts, and the seconds since its start.

    Raises:
        EndpointError: on entering; nothing answers, or a named model is not served.
        EngineMissing, EngineFailed: on entering; the engine does not start.
    """

    def __init__(
        self,
        config: BackendConfig,
        *,
        watcher: Watcher | None = None,
        talk: Callable[[str, float], None] = lambda phase, elapsed_s: None,
    ) -> None:
        self._config, self._watcher, self._talk = config, watcher, talk
        self._stack = AsyncExitStack()
        self._engine: Engine | None = None
        self._sampler: SamplingClient | None = None
        self.models: tuple[str, ...] = ()
        """What is served, a server's base model before its adapters."""

    @property
    def sampler(self) -> SamplingClient:
        """The sampler, once entered."""
        assert self._sampler is not None, "enter the backend first"
        return self._sampler

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._engine = None
        await self._stack.aclose()

    def another_pool(self) -> EndpointPool:
        """Return further room at the same endpoints, with the same counters; whoever asks for it closes it."""
        return http_pool(self._client, self.sampler.stats)

    def failure(self) -> EngineFailed | None:
        """Return why the engine is gone, None while it lives or none was started."""
        try:
            if self._engine is not None:
                self._engine.check()
        except EngineFailed as failure:
            return failure
        return None

    async def _open(self) -> None:
        config = self._config
        urls = config.endpoints
        if not urls:
            most = max(1, int(config.slots * ENGINE_SHARE))
            wanted = EngineConfig(model=config.serve, served_name=_name_of(config.serve), max_num_seqs=most)
            self._engine = await self._stack.enter_async_context(Engine(wanted, self._talk))
            urls = (self._engine.url,)
        self._client = ClientConfig(endpoints=urls, slots_per_endpoint=config.slots)
        sampler = SamplingClient(http_pool(self._client), self._watcher)
        self._sampler = await self._stack.enter_async_context(sampler)
        self.models = tuple(await sampler.models())
        if config.models:
            await sampler.check(config.models)
            self.models = tuple(dict.fromkeys((*config.models, *self.models)))
        if not self.models:
            raise UsageError("the endpoints do not tell which models they serve; name one with --model")


def _name_of(model: str) -> str:
    """Return the name under which a model is served here: its folder's, or the last part of its own."""
    return Path(model).resolve().name or model
