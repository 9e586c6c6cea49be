"""The sampler of an evaluation: running endpoints, or an engine that starts when the first sample is wanted.

A run whose samples are all in the store needs no engine, so none is started for it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from harness.run.config import EvalConfig
from solver.backends.lora import rank_of, served_rank
from solver.backends.memory_plan import (
    GIB,
    Limits,
    ServingProfile,
    check_lines,
    parse_report,
    plan_lines,
    profile_of,
    shape_of,
    used_line,
)
from solver.backends.settings import ENGINE_SHARE, BackendSettings
from solver.backends.vllm import Engine, EngineConfig, card_bytes, card_used_bytes, check_folders, installed_device
from solver.base.errors import ConfigMismatch, EngineFailed, UsageError
from solver.base.files import write_json
from solver.sampling.client import SamplingClient
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_pool
from solver.sampling.sample import Request, Sample

SERVING = "serving.json"
"""The plan for ``vram_gb`` and what the engine reported, in the run folder."""


class Serving:
    """A ``solver.sampling.sample.Sampler`` for a configuration; an async context manager.

    Args:
        talk: prints a line for the user.
    """

    def __init__(self, config: EvalConfig, folder: Path, talk: Callable[[str], None]) -> None:
        self._config, self._folder, self._talk = config.backend, folder, talk
        self._models, self._slots = config.sampling.models, config.sampling.max_concurrency
        self._deadline_s = config.deadline_s
        self._stack = AsyncExitStack()
        self._opening: asyncio.Task[SamplingClient] | None = None
        self._sampler: SamplingClient | None = None
        self._phase = ""
        self._engine: Engine | None = None
        self._on_card: ServingProfile | None = None
        self.expected: tuple[str, ...] = ()
        """The models that will be asked; whether they are served is checked when the first sample is wanted."""
        self.on_phase: Callable[[str], None] = lambda phase: None
        """Told what goes on: the engine's start, then sampling."""
        self.engine_start_s: float | None = None
        """How long the engine took to come up, or None where none was started."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._engine = None
        if self._on_card is not None:
            await asyncio.to_thread(self._hold, self._on_card)
            self._on_card = None
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        await self._stack.aclose()

    @property
    def in_flight(self) -> int:
        """Requests on the wire now."""
        return self._sampler.stats.in_flight if self._sampler else 0

    @property
    def retries(self) -> int:
        """Requests sent again so far."""
        return self._sampler.stats.retries if self._sampler else 0

    def failure(self) -> EngineFailed | None:
        """Return why the engine is gone, None while it lives or none was started."""
        try:
            if self._engine is not None:
                self._engine.check()
        except EngineFailed as failure:
            return failure
        return None

    async def models(self) -> tuple[str, ...]:
        """Return the models to ask, the best first; endpoints are asked only where the configuration names no model.

        Raises:
            EndpointError: the endpoints do not answer.
            UsageError: they do not tell what they serve.
        """
        if self._models:
            return self._models
        if self._config.endpoints:
            # A server lists its base model first; adapters are asked for by name.
            served = tuple(await (await self._opened()).models())[:1]
            if not served:
                raise UsageError("the endpoints do not tell which models they serve; name one with --model")
            return served
        return (name_of(self._config.serve),)

    async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
        """See ``solver.sampling.sample.Sampler``."""
        return await (await self._opened()).sample(requests)

    async def _opened(self) -> SamplingClient:
        if self._sampler is None:
            if self._opening is None:
                # A task of its own, ended by ``__aexit__``: samples that wait for the engine may be given up (the
                # rescue does so near a deadline), and its start must go on all the same. Who comes after a failure
                # is told of it too.
                self._opening = asyncio.create_task(self._open())
            self._sampler = await asyncio.shield(self._opening)
        return self._sampler

    async def _open(self) -> SamplingClient:
        config = self._config
        urls = config.endpoints or (await self._serve(),)
        client = ClientConfig(
            endpoints=urls,
            slots_per_endpoint=self._slots,
            request_timeout_s=config.request_timeout_s,
            # Under a deadline there is nothing better to do than to wait for a server that may come back.
            patience_s=max(120.0, self._deadline_s or 0.0),
            requests_per_minute=config.requests_per_minute,
            tokens_per_minute=config.tokens_per_minute,
        )
        sampler = await self._stack.enter_async_context(SamplingClient(http_pool(client)))
        if self.expected:
            await self._check(sampler)
        return sampler

    async def _check(self, sampler: SamplingClient) -> None:
        """Make sure that what is to be asked is served.

        Raises:
            ConfigMismatch: a continued run asked for what the endpoints served, which is something else now.
            EndpointError: a model that was named is not served.
        """
        if self._config.endpoints and not self._models:
            served = tuple(await sampler.models())
            if served and self.expected[0] not in served:
                raise ConfigMismatch(
                    f"{self._folder} holds a run with another configuration:\n"
                    f"  asked_models: {list(self.expected)!r} there, {list(served)[:1]!r} now\nuse another --run folder"
                )
        await sampler.check(self.expected)

    async def _serve(self) -> str:
        config = self._config
        began = time.monotonic()
        adapters = adapters_of(config)
        wanted = EngineConfig(
            model=config.serve,
            served_name=name_of(config.serve),
            log_path=self._folder / "engine.log",
            adapters=adapters,
            is_eager=config.eager,
            kv_cache_gib=config.kv_cache_gib,
            kv_cache_dtype=config.kv_cache_dtype,
            max_model_len=config.max_model_len,
            max_num_seqs=max(1, int(self._slots * ENGINE_SHARE)),
            max_num_batched_tokens=config.max_num_batched_tokens,
            extra_args=config.engine_args,
        )
        if adapters:
            check_folders(wanted)
            rank = served_rank(rank_of(Path(folder)) for _, folder in adapters)
            wanted = dataclasses.replace(wanted, max_lora_rank=rank)
        profile = self._profile(wanted)
        if profile is not None:
            for line in plan_lines(profile):
                self._talk(line)
            wanted = fitted(wanted, profile)
        engine = await self._stack.enter_async_context(Engine(wanted, self._on_start))
        if profile is not None:
            self._compare(profile, engine)
            self._on_card = profile if profile.cpu_kv_gib is None else None
        self.on_phase("sampling")
        self._engine = engine
        self.engine_start_s = time.monotonic() - began
        return engine.url

    def _profile(self, wanted: EngineConfig) -> ServingProfile | None:
        """Plan the engine's memory where a limit is given.

        Raises:
            UsageError: the model does not fit, or no card is seen where vLLM is a GPU build.
        """
        limit_gib = self._config.vram_gb
        if limit_gib is None:
            return None
        check_folders(wanted)
        card = card_bytes() if installed_device(wanted.python) == "cuda" else None
        if card is None and installed_device(wanted.python) == "cuda":
            raise UsageError("--vram-gb: nvidia-smi shows no card; check the driver, or leave the limit out")
        limits = Limits(
            limit_bytes=int(limit_gib * GIB),
            card_bytes=card,
            max_num_seqs=wanted.max_num_seqs or 128,
            kv_dtype=wanted.kv_cache_dtype,
            is_eager=bool(wanted.is_eager),
            max_num_batched_tokens=wanted.max_num_batched_tokens,
            max_model_len=wanted.max_model_len,
            adapters=len(wanted.adapters),
            adapter_rank=wanted.max_lora_rank,
        )
        return profile_of(shape_of(Path(wanted.model)), limits)

    def _compare(self, profile: ServingProfile, engine: Engine) -> None:
        """Hold the plan against the engine's own report: one line for the user, all of it in the run folder."""
        report = parse_report(engine.log)
        for line in check_lines(profile, report):
            self._talk(line)
        both = {"plan": dataclasses.asdict(profile), "report": dataclasses.asdict(report)}
        write_json(self._folder / SERVING, both)

    def _hold(self, profile: ServingProfile) -> None:
        """Hold the limit against what the card holds at the end: the engine gives nothing back before it stops."""
        used = card_used_bytes()
        if used is None:
            return
        path = self._folder / SERVING
        write_json(path, {**json.loads(path.read_text()), "card_used_bytes": used})
        self._talk(used_line(profile, used))

    def _on_start(self, phase: str, elapsed_s: float) -> None:
        """Pass on the engine's words about its start, each phase once."""
        if phase != self._phase:
            self._phase = phase
            self._talk(f"engine: {phase} ({elapsed_s:.0f} s)")
            self.on_phase(f"engine: {phase}")


def fitted(wanted: EngineConfig, profile: ServingProfile) -> EngineConfig:
    """Return an engine's settings as a profile plans them."""
    return dataclasses.replace(
        wanted,
        max_model_len=profile.max_model_len,
        max_num_seqs=profile.max_num_seqs,
        max_num_batched_tokens=profile.max_num_batched_tokens,
        gpu_memory_utilization=profile.gpu_memory_utilization,
        # A model that is spread over cards takes less of each than planned: there vLLM finds out what is free.
        kv_cache_bytes=None if profile.cpu_kv_gib or _is_spread(wanted) else profile.kv_cache_bytes,
        kv_cache_gib=profile.cpu_kv_gib or wanted.kv_cache_gib,
    )


def _is_spread(wanted: EngineConfig) -> bool:
    return any(re.match(r"--(tensor|pipeline)[-_]parallel|-tp|-pp", word) for word in wanted.extra_args)


def name_of(model: str) -> str:
    """Return the name under which a model is served here: its folder's, or the last part of its own."""
    return Path(model).resolve().name or model


def adapters_of(config: BackendSettings) -> tuple[tuple[str, str], ...]:
    """Return the adapters as (name, folder).

    Raises:
        UsageError: one is not written ``name=folder``.
    """
    pairs = [adapter.partition("=") for adapter in config.adapters]
    wrong = [config.adapters[place] for place, (name, _, folder) in enumerate(pairs) if not name or not folder]
    if wrong:
        raise UsageError(f"--adapter {wrong[0]!r}: write it as name=folder")
    return tuple((name, folder) for name, _, folder in pairs)
