"""From the settings to an engine of vLLM's within a memory limit: adapters and their rank, the plan, its check.

The arithmetic of the plan is in ``solver.backends.memory.plan``. Here the plan is made before the engine starts, told,
held against the engine's own report once it is up, and against what the card holds before it is stopped.
"""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from solver.backends.cards import card_bytes, card_used_bytes, memory_bytes, visible_cards
from solver.backends.engine_config import EngineConfig, check_folders, installed_device
from solver.backends.lora import rank_of, served_rank
from solver.backends.memory.engine_report import check_lines, parse_report, plan_lines, used_line
from solver.backends.memory.model_shape import shape_of
from solver.backends.memory.plan import GIB, Limits, ServingProfile, profile_of
from solver.backends.protocol import Backend, Progress, Wanted
from solver.backends.settings import ENDS_ONLY, ENGINE_SHARE, BackendSettings
from solver.base.display.figures import counted
from solver.base.errors import EngineFailed, UsageError
from solver.sampling.capabilities import Capabilities
from solver.sampling.endpoint import ClientConfig
from solver.sampling.transport import Transport


class Engine(Backend, Protocol):
    """A backend with a log of its own."""

    @property
    def log(self) -> str:
        """What it has written so far."""
        ...


class PlannedEngine:
    """A ``solver.backends.protocol.Backend``: an engine whose settings are planned first.

    Args:
        make: makes the engine, not yet open.
    """

    def __init__(self, wanted: Wanted, make: Callable[[EngineConfig, Progress], Engine]) -> None:
        self._wanted, self._make = wanted, make
        self._engine: Engine | None = None
        self._profile: ServingProfile | None = None
        self._report: dict[str, object] = {}

    @property
    def capabilities(self) -> Capabilities:
        """See ``Backend``; once open."""
        return self._open_engine.capabilities

    @property
    def _open_engine(self) -> Engine:
        assert self._engine is not None, "open it first"
        return self._engine

    async def open(self) -> None:
        """See ``Backend``; tells the plan, and how the engine's own report differs.

        Raises:
            UsageError: the model does not fit, a folder does not hold what it should, or no card is seen.
        """
        listener = self._wanted.listener
        config = config_of(self._wanted)
        profile = _profile_of(config, self._wanted.settings.vram_gb)
        if profile is not None:
            for line in plan_lines(profile):
                listener.say(line)
            config = fitted(config, profile)
        engine = self._make(config, listener.progress)
        await engine.open()
        self._engine, self._profile = engine, profile
        if profile is not None:
            report = parse_report(engine.log)
            for line in check_lines(profile, report):
                listener.say(line)
            self._report = {"plan": dataclasses.asdict(profile), "report": dataclasses.asdict(report)}
            listener.memory(self._report)

    def transports(self, config: ClientConfig) -> Sequence[Transport]:
        """See ``Backend``."""
        return self._open_engine.transports(config)

    def failure(self) -> EngineFailed | None:
        """See ``Backend``."""
        return None if self._engine is None else self._engine.failure()

    async def close(self) -> None:
        """See ``Backend``."""
        engine, profile = self._engine, self._profile
        self._engine = self._profile = None
        if engine is None:
            return
        try:
            # An engine gives nothing back before it stops.
            if profile is not None and profile.cpu_kv_gib is None:
                used = await asyncio.to_thread(card_used_bytes)
                if used is not None:
                    self._wanted.listener.memory({**self._report, "card_used_bytes": used})
                    self._wanted.listener.say(used_line(profile, used))
        finally:
            await engine.close()


def config_of(wanted: Wanted) -> EngineConfig:
    """Return an engine's settings, before any plan of its memory.

    Raises:
        UsageError: an adapter is not written ``name=folder``, its folder holds none, or there are fewer cards than
            engines.
    """
    settings = wanted.settings
    config = EngineConfig(
        model=settings.serve,
        served_name=name_of(settings),
        log_path=_log_of(wanted),
        adapters=adapters_of(settings),
        is_eager=settings.eager,
        kv_cache_gib=settings.kv_cache_gib,
        kv_cache_dtype=settings.kv_cache_dtype,
        max_model_len=settings.max_model_len,
        max_num_seqs=max(1, int(wanted.slots * ENGINE_SHARE / settings.replicas)),
        stream_interval=None if wanted.is_watched else ENDS_ONLY,
        max_num_batched_tokens=settings.max_num_batched_tokens,
        extra_args=settings.engine_args,
        card=_card_of(wanted),
    )
    if config.adapters:
        check_folders(config)
        rank = served_rank(rank_of(Path(folder)) for _, folder in config.adapters)
        config = replace(config, max_lora_rank=rank)
    return config


def name_of(settings: BackendSettings) -> str:
    """Return the name under which the model is served here: as set, its folder's, or the last part of its own."""
    return settings.serve_as or Path(settings.serve).resolve().name or settings.serve


def adapters_of(settings: BackendSettings) -> tuple[tuple[str, str], ...]:
    """Return the adapters as (name, folder).

    Raises:
        UsageError: one is not written ``name=folder``.
    """
    pairs = [adapter.partition("=") for adapter in settings.adapters]
    wrong = [settings.adapters[place] for place, (name, _, folder) in enumerate(pairs) if not name or not folder]
    if wrong:
        raise UsageError(f"--adapter {wrong[0]!r}: write it as name=folder")
    return tuple((name, folder) for name, _, folder in pairs)


def fitted(config: EngineConfig, profile: ServingProfile) -> EngineConfig:
    """Return an engine's settings as a profile plans them."""
    return replace(
        config,
        max_model_len=profile.max_model_len,
        max_num_seqs=profile.max_num_seqs,
        max_num_batched_tokens=profile.max_num_batched_tokens,
        gpu_memory_utilization=profile.gpu_memory_utilization,
        # A model that is spread over cards takes less of each than planned: there vLLM finds out what is free.
        kv_cache_bytes=None if profile.cpu_kv_gib or _is_spread(config) else profile.kv_cache_bytes,
        kv_cache_gib=profile.cpu_kv_gib or config.kv_cache_gib,
    )


def _is_spread(config: EngineConfig) -> bool:
    return any(re.match(r"--(tensor|pipeline)[-_]parallel|-tp|-pp", word) for word in config.extra_args)


def _profile_of(config: EngineConfig, limit_gib: float | None) -> ServingProfile | None:
    """Plan the engine's memory where a limit is given.

    Raises:
        UsageError: the model does not fit, or no card is seen where vLLM is a GPU build.
    """
    if limit_gib is None:
        return None
    check_folders(config)
    is_gpu = installed_device(config.python) == "cuda"
    card = card_bytes() if is_gpu else None
    if is_gpu and card is None:
        raise UsageError("--vram-gb: nvidia-smi shows no card; check the driver, or leave the limit out")
    if not is_gpu and limit_gib * GIB > memory_bytes():
        there = memory_bytes() / GIB
        raise UsageError(f"--vram-gb {limit_gib:g}: this machine has {there:.1f} GiB of memory; give less than that")
    limits = Limits(
        limit_bytes=int(limit_gib * GIB),
        card_bytes=card,
        max_num_seqs=config.max_num_seqs or 128,
        kv_dtype=config.kv_cache_dtype,
        is_eager=bool(config.is_eager),
        max_num_batched_tokens=config.max_num_batched_tokens,
        max_model_len=config.max_model_len,
        adapters=len(config.adapters),
        adapter_rank=config.max_lora_rank,
    )
    return profile_of(shape_of(Path(config.model)), limits)


def _card_of(wanted: Wanted) -> str | None:
    """Return the cards of one of several engines: an equal part of those that are visible.

    Raises:
        UsageError: there are fewer cards than engines.
    """
    copies = wanted.settings.replicas
    if copies == 1 or installed_device() == "cpu":
        return None
    cards = visible_cards()
    share = len(cards) // copies
    if share == 0:
        raise UsageError(
            f"--replicas {copies}: {counted(len(cards), 'card is', 'cards are')} visible; each engine needs one "
            "of its own"
        )
    return ",".join(cards[wanted.copy * share : (wanted.copy + 1) * share])


def _log_of(wanted: Wanted) -> Path | None:
    path = wanted.log_path
    return path if path is None or wanted.copy == 0 else path.with_stem(f"{path.stem}-{wanted.copy + 1}")
