"""vLLM in a process of its own: answers token for token, judged, with new weights between two of its steps.

The other end of its pipe is ``train.grpo.loop.engine.sampler``. Messages to it are ``Ask`` and ``Weights``; back come
``Draw``, and ``Started``, ``Taken`` or ``Died``. Where the other end is gone, it ends with all of its own processes.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from train.grpo.loop.sampler import Ask, Completion, Draw, Weights, judged

EXTENSION = "train.grpo.loop.engine.weights.TakesWeights"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What the process is to serve, and how."""

    model: str
    """A folder."""
    log: Path
    environment: Mapping[str, str]
    arguments: Mapping[str, Any]
    """vLLM's own, for ``LLM``."""
    ends: tuple[int, ...]
    """Tokens that end an answer."""
    is_adapter: bool
    """New weights come as a LoRA adapter; else they are written in place."""


class Started(NamedTuple):
    """The engine is ready."""

    seconds: float


class Taken(NamedTuple):
    """New weights are in place."""

    version: int
    layers: int
    seconds: float


class Died(NamedTuple):
    """The engine failed."""

    told: str


def serve(pipe: Connection, serving: Serving) -> None:
    """Serve until the other end is gone."""
    set_apart(serving.log)
    os.environ.update(serving.environment)
    try:
        _Engine(pipe, serving).run()
    except (EOFError, ConnectionError):
        pass
    except BaseException as error:  # noqa: BLE001 (whatever it is, the trainer is told)
        traceback.print_exc()
        try:
            pipe.send(Died(f"{type(error).__name__}: {error}"))
        except (OSError, ValueError):
            traceback.print_exc()
    sys.stderr.flush()
    os.killpg(0, signal.SIGKILL)


def set_apart(log: Path) -> None:
    """Make this process, which was spawned, the head of a group that can be killed whole, and let it talk to a file."""
    file = log.open("a", buffering=1, encoding="utf-8")
    os.dup2(file.fileno(), 1)
    os.dup2(file.fileno(), 2)
    # Named semaphores of the killed are taken away by multiprocessing's tracker, which complains of them. The trainer's
    # own, which a spawned process inherits, would do so behind the trainer's last line; this one does in the file. It
    # must outlive the group. There is no public way to let go of an inherited one (Python 3.11, 3.12).
    resource_tracker._resource_tracker._fd = None  # type: ignore[attr-defined]
    resource_tracker._resource_tracker._pid = None  # type: ignore[attr-defined]
    resource_tracker.ensure_running()
    # Ctrl-C is for the trainer.
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Engine:
    def __init__(self, pipe: Connection, serving: Serving) -> None:
        began = time.monotonic()
        from transformers import AutoTokenizer
        from vllm import LLM

        further = {} if serving.is_adapter else {"worker_extension_cls": EXTENSION}
        self._pipe, self._serving = pipe, serving
        self._tokenizer = AutoTokenizer.from_pretrained(serving.model)
        self._engine: Any = LLM(
            model=serving.model,
            skip_tokenizer_init=True,
            generation_config="vllm",
            # At the temperature that draws: what the trainer compares with.
            logprobs_mode="processed_logprobs",
            enable_prefix_caching=True,
            disable_log_stats=True,
            **further,
            **serving.arguments,
        ).llm_engine
        self._open: dict[str, tuple[Ask, int]] = {}
        self._version = 0
        self._lora: Any = None
        pipe.send(Started(time.monotonic() - began))

    def run(self) -> None:
        while True:
            while self._pipe.poll(0 if self._open else None):
                self._take(self._pipe.recv())
            for output in self._engine.step():
                if output.finished:
                    self._tell(output)

    def _take(self, message: Ask | Weights) -> None:
        if isinstance(message, Weights):
            self._take_weights(message)
            return
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        params = SamplingParams(
            n=message.count,
            temperature=message.temperature,
            top_p=message.top_p,
            max_tokens=message.max_tokens,
            stop_token_ids=list(self._serving.ends),
            logprobs=0,
            flat_logprobs=True,
            detokenize=False,
            output_kind=RequestOutputKind.FINAL_ONLY,
        )
        # Salted: what other weights left in the prefix cache is not read.
        prompt = {
            "type": "token",
            "prompt_token_ids": list(message.prompt),
            "cache_salt": f"v{self._version}",
        }
        name = str(message.number)
        self._open[name] = (message, self._version)
        self._engine.add_request(name, prompt, params, lora_request=self._lora)

    def _take_weights(self, weights: Weights) -> None:
        began = time.monotonic()
        layers = 0
        if self._serving.is_adapter:
            from vllm.lora.request import LoRARequest

            self._lora = LoRARequest(f"v{weights.version}", weights.version, str(weights.folder))
            self._engine.add_lora(self._lora)
        else:
            ((layers, _),) = self._engine.collective_rpc("lv_take", args=(str(weights.folder), weights.scale))
        self._version = weights.version
        self._pipe.send(Taken(weights.version, layers, time.monotonic() - began))

    def _tell(self, output: Any) -> None:
        import numpy as np

        # vLLM may add an ending of its own to a name.
        name = output.request_id if output.request_id in self._open else output.request_id.partition("-")[0]
        ask, version = self._open.pop(name)
        texts = self._tokenizer.batch_decode([list(one.token_ids) for one in output.outputs], skip_special_tokens=True)
        completions = tuple(
            Completion(
                np.array(one.token_ids, dtype=np.int32),
                np.array(one.logprobs.logprobs, dtype=np.float32),
                judged(ask, text, n_tokens=len(one.token_ids), is_ended=one.finish_reason == "stop"),
            )
            for one, text in zip(output.outputs, texts, strict=True)
        )
        self._pipe.send(Draw(ask.number, version, completions))
