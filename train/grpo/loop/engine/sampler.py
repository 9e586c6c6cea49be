"""vLLM beside the trainer, as a ``Sampler``: the process is started, listened to all the time, and always stopped.

A thread empties the pipe, so that the engine never waits for a trainer that is busy.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from solver.backends.engine_config import EngineConfig, environment_of, installed_device
from solver.backends.memory.model_shape import shape_of
from solver.backends.memory.plan import Limits, profile_of
from solver.base.display.printing import tell
from solver.base.errors import EngineFailed
from train.grpo.loop.engine.process import Died, Serving, Started, Taken, serve
from train.grpo.loop.sampler import Ask, Draw, Weights
from train.grpo.recipe import GrpoRecipe

START_TIMEOUT_S = 600.0
_LOG_LINES = 12


def serving_of(
    recipe: GrpoRecipe, base: Path, *, dtype: str, max_length: int, ends: tuple[int, ...], out: Path
) -> Serving:
    """Say how the engine serves a recipe's base.

    Args:
        dtype: of the trainer's base, and so of the engine's.
        max_length: tokens of prompt and answer.
        ends: tokens that end an answer.
        out: the run's folder.

    Raises:
        EngineMissing: no vLLM is installed.
        UsageError: the base does not fit the share of the card.
    """
    device = installed_device()
    config = EngineConfig(model=str(base))
    environment = environment_of(config, device, dict(os.environ))
    arguments: dict[str, Any] = {
        "dtype": dtype,
        "max_model_len": max_length,
        "max_num_seqs": recipe.loop.chains,
        "seed": recipe.run.seed,
    }
    if device == "cpu":
        # One process less, and nothing of it outlives a kill. Not on a GPU: there the engine's core computes while
        # answers are judged.
        environment["VLLM_ENABLE_V1_MULTIPROCESSING"] = "0"
        arguments |= {"enforce_eager": True, "block_size": 32, "max_num_seqs": min(recipe.loop.chains, 64)}
    else:
        arguments |= gpu_memory(recipe, base, max_length=max_length)
    if recipe.loop.weights == "adapter":
        rank = next(size for size in (8, 16, 32, 64, 128, 256, 320, 512) if size >= recipe.lora.rank)
        # The versions that answers are still drawn with, and the newest.
        arguments |= {"enable_lora": True, "max_lora_rank": rank, "max_loras": 4}
    return Serving(
        model=str(base),
        log=out / "engine.log",
        environment=environment,
        arguments=arguments,
        ends=ends,
        is_adapter=recipe.loop.weights == "adapter",
    )


def gpu_memory(recipe: GrpoRecipe, base: Path, *, max_length: int) -> dict[str, Any]:
    """Return vLLM's arguments for the share of the card that is the engine's.

    The cache's size is given: what vLLM finds free depends on what the trainer holds at that moment.
    """
    import torch

    _, card = torch.cuda.mem_get_info()
    limits = Limits(
        limit_bytes=int(recipe.sampling.vllm_memory * card),
        card_bytes=card,
        max_num_seqs=recipe.loop.chains,
        max_model_len=max_length,
    )
    profile = profile_of(shape_of(base), limits)
    return {
        "max_num_seqs": profile.max_num_seqs,
        "max_num_batched_tokens": profile.max_num_batched_tokens,
        "kv_cache_memory_bytes": profile.kv_cache_bytes,
        # Only what must be free at the start.
        "gpu_memory_utilization": min(0.1, recipe.sampling.vllm_memory),
    }


class EngineSampler:
    """The engine; a ``train.grpo.loop.sampler.Sampler``. It starts at once and is waited for with the first hearing."""

    is_beside = True

    def __init__(self, serving: Serving) -> None:
        context = multiprocessing.get_context("spawn")
        self._serving = serving
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, serving))
        self._process.start()
        theirs.close()
        self._heard: queue.Queue[Any] = queue.Queue()
        self._began = time.monotonic()
        self._is_up = self._is_closed = False
        self.taken: list[Taken] = []
        """What became of the weights that it was given."""
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, ask: Ask) -> None:
        """See ``Sampler``."""
        self._send(ask)

    def take(self, weights: Weights) -> None:
        """See ``Sampler``."""
        self._send(weights)

    def hear(self, wait_s: float) -> Sequence[Draw]:
        """See ``Sampler``."""
        found: list[Draw] = []
        end = time.monotonic() + wait_s
        while True:
            try:
                message = self._heard.get(timeout=0 if found else max(0.0, end - time.monotonic()))
            except queue.Empty:
                if not self._is_up and time.monotonic() - self._began > START_TIMEOUT_S:
                    raise self._failure(f"was not ready after {START_TIMEOUT_S:.0f} s") from None
                return found
            if isinstance(message, Draw):
                found.append(message)
            elif isinstance(message, Started):
                self._is_up = True
                tell(f"the engine is up after {message.seconds:.0f} s")
            elif isinstance(message, Taken):
                self.taken.append(message)
            else:
                raise self._failure(message.told)

    def close(self) -> None:
        """See ``Sampler``."""
        if self._is_closed:
            return
        self._is_closed = True
        self._pipe.close()
        if self._process.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                # It is the head of its group; before it has become so, there is only itself.
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.join(10)

    def _send(self, message: Ask | Weights) -> None:
        try:
            self._pipe.send(message)
        except OSError:
            # Why it is gone, it has said.
            self.hear(2.0)
            raise self._failure("is gone") from None

    def _listen(self) -> None:
        try:
            while True:
                self._heard.put(self._pipe.recv())
        except (EOFError, OSError, TypeError):
            # A pipe that is closed while it is read from gives a TypeError.
            self._heard.put(Died("is gone"))

    def _failure(self, told: str) -> EngineFailed:
        try:
            log = self._serving.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            log = []
        return EngineFailed("\n".join([f"the engine beside the trainer: {told}", *log[-_LOG_LINES:]]))
