"""The engine without vLLM: command line, environment, logs, and the guard that stops what it started."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest

from solver.backends.engine_config import (
    EngineConfig,
    check_folders,
    engine_arguments,
    environment_of,
    installed_device,
)
from solver.backends.process import vllm_guard
from solver.backends.process.child import Child, meaningful_lines
from solver.backends.protocol import opened
from solver.backends.vllm import VllmServer, command_of, free_port
from solver.base.errors import EngineFailed, EngineMissing, UsageError

GUARD = Path(vllm_guard.__file__)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_gone(pids: list[int], timeout_s: float = 60.0) -> bool:
    """Wait until none of the processes runs."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if not any(is_alive(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("place", ["model.gguf", "."])
def test_a_gguf_is_refused_with_the_way_to_convert(place: str, tmp_path: Path) -> None:
    (tmp_path / "model.gguf").touch()
    (tmp_path / "config.json").touch()
    with pytest.raises(UsageError, match=r"GGUF is not served here; take the original model, or convert"):
        check_folders(EngineConfig(model=str(tmp_path / place)))


def test_a_file_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "q.csv").touch()
    with pytest.raises(UsageError, match=r"q\.csv: a file, where a model is a folder; give the folder that holds"):
        check_folders(EngineConfig(model=str(tmp_path / "q.csv")))


def test_the_cpu_command_has_small_blocks_and_no_gpu_settings() -> None:
    config = EngineConfig(model="m", gpu_memory_utilization=0.9, max_num_seqs=8, adapters=(("a", "/x"), ("b", "/y")))
    command = command_of(config, 1234, "cpu")
    assert command[1:3] == ["-m", "vllm.entrypoints.openai.api_server"]
    assert command[command.index("--block-size") + 1] == "32"
    assert command[command.index("--port") + 1] == "1234"
    assert command[command.index("--max-num-seqs") + 1] == "8"
    assert command[command.index("--lora-modules") + 1 :] == ["a=/x", "b=/y"]
    assert "--gpu-memory-utilization" not in command
    assert "--enforce-eager" in command
    assert "--enforce-eager" not in command_of(config, 1234, "cuda")
    assert "--enforce-eager" not in command_of(replace(config, is_eager=False), 1234, "cpu")
    assert "--enforce-eager" in command_of(replace(config, is_eager=True), 1234, "cuda")
    assert "--block-size" not in command_of(config, 1234, "cuda")
    assert "--gpu-memory-utilization" in command_of(config, 1234, "cuda")


def test_an_engine_on_a_gpu_records_steps_for_all_its_chains_and_a_prompt() -> None:
    many = EngineConfig(model="m", max_num_seqs=480)
    assert "--max-cudagraph-capture-size 960" in " ".join(engine_arguments(many, "cuda"))
    few, eager = replace(many, max_num_seqs=256), replace(many, is_eager=True)
    chosen = replace(many, extra_args=("--cudagraph-capture-sizes=1,2,512",))
    words = [*engine_arguments(few, "cuda"), *engine_arguments(eager, "cuda"), *engine_arguments(chosen, "cuda")]
    assert "--max-cudagraph-capture-size" not in [*words, *engine_arguments(many, "cpu")]


def test_several_copies_of_a_model_get_a_front_end_each() -> None:
    config = EngineConfig(model="m", served_name="n", extra_args=("--data-parallel-size=2",))
    command = command_of(config, 1234, "cuda")
    assert command[1:5] == ["-m", "vllm.entrypoints.cli.main", "serve", "m"]
    assert "--model" not in command
    assert command[-1] == "--data-parallel-size=2"
    assert "serve" in command_of(replace(config, extra_args=("--api-server-count", "2")), 1234, "cuda")
    assert "serve" not in command_of(replace(config, extra_args=("--tensor-parallel-size=2",)), 1234, "cuda")
    assert "serve" not in command_of(config, 1234, "cpu")


def test_the_environment_is_offline_and_holds_no_key() -> None:
    environment = environment_of(EngineConfig(model="m"), "cpu", {"OPENAI_API_KEY": "sk", "PATH": "/bin"})
    assert "OPENAI_API_KEY" not in environment
    assert environment["PATH"] == "/bin"
    assert environment["HF_HUB_OFFLINE"] == environment["VLLM_NO_USAGE_STATS"] == "1"
    assert environment["VLLM_CPU_KVCACHE_SPACE"] == "1"
    assert environment["OMP_WAIT_POLICY"] == "PASSIVE"
    assert environment_of(EngineConfig(model="m"), "cpu", {"OMP_WAIT_POLICY": "ACTIVE"})["OMP_WAIT_POLICY"] == "ACTIVE"
    assert "VLLM_CPU_KVCACHE_SPACE" not in environment_of(EngineConfig(model="m"), "cuda", {})
    chosen = environment_of(EngineConfig(model="m", card="1"), "cuda", {"CUDA_VISIBLE_DEVICES": "0,1"})
    assert chosen["CUDA_VISIBLE_DEVICES"] == "1"


@pytest.mark.parametrize(("ending", "code"), [("raise SystemExit(3)", 3), ("os.kill(os.getpid(), 15)", 143)])
def test_a_child_that_ends_by_itself_says_how(ending: str, code: int, tmp_path: Path) -> None:
    child = Child(log_path=tmp_path / "log", grace_s=1, name="command")
    command = [sys.executable, "-S", "-c", f"import os; print('said', flush=True); {ending}"]

    async def ended() -> int:
        await child.start(command, {})
        found = await child.wait()
        assert not child.is_running
        await child.stop()
        return found

    assert asyncio.run(ended()) == code
    assert child.log == "said\n"


def test_missing_vllm_is_told_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineMissing, match=r"bootstrap\.py setup|pip install 'logic-vote\[serve-cpu\]'"):
        installed_device()


def test_folders_are_looked_at_before_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"no config\.json"):
        check_folders(EngineConfig(model=str(tmp_path)))
    with pytest.raises(UsageError, match="does not exist"):
        check_folders(EngineConfig(model=str(tmp_path / "none")))
    for name in ("nothere", "nothere/", "models/nothere/", "a/b/c"):
        with pytest.raises(UsageError, match=f"model folder {name} does not exist"):
            check_folders(EngineConfig(model=name))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    (tmp_path / "models--gpt2").mkdir()
    check_folders(EngineConfig(model="gpt2"))
    with pytest.raises(UsageError, match=r"adapter 'a'.*adapter_config\.json"):
        check_folders(EngineConfig(model="name", adapters=(("a", str(tmp_path)),)))
    check_folders(EngineConfig(model="Qwen/Qwen2-0.5B"))


def test_the_name_of_a_folder_is_the_name_of_its_model(tmp_path: Path) -> None:
    assert EngineConfig(model=str(tmp_path)).name == tmp_path.name
    assert EngineConfig(model="Qwen/Qwen2-0.5B").name == "Qwen/Qwen2-0.5B"
    assert EngineConfig(model="x", served_name="y").name == "y"


def test_of_a_log_the_messages_are_kept_and_the_frames_are_not() -> None:
    log = textwrap.dedent(
        """\
        (APIServer pid=1) INFO 11-21 23:54:14 [api_utils.py:347] hello
        (EngineCore pid=2) ERROR 11-21 23:54:14 [core.py:1] EngineCore failed to start.
        (EngineCore pid=2) ERROR 11-21 23:54:14 [core.py:1] Traceback (most recent call last):
        (EngineCore pid=2) ERROR 11-21 23:54:14 [core.py:1]   File "/x/core.py", line 3, in run
        (EngineCore pid=2) ERROR 11-21 23:54:14 [core.py:1]     return fn(*args)
        (EngineCore pid=2) ERROR 11-21 23:54:14 [core.py:1]            ^^^^^^^^^
        (EngineCore pid=2) ERROR 11-21 23:54:14 [core.py:1] ValueError: no room for the KV cache
        (EngineCore pid=2) ERROR 11-21 23:54:14 [core.py:1] ValueError: no room for the KV cache

        RuntimeError: Engine core initialization failed.
        """
    )
    assert meaningful_lines(log) == [
        "EngineCore failed to start.",
        "ValueError: no room for the KV cache",
        "RuntimeError: Engine core initialization failed.",
    ]
    assert meaningful_lines("INFO 11-21 23:54:14 [a.py:1] only this") == ["only this"]
    assert meaningful_lines("") == []


@pytest.mark.parametrize(
    ("last", "helps"),
    [
        ("ValueError: bad model", ""),
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.", "Its memory was full"),
        ("RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED", "Its memory was full"),
        ("ValueError: Free memory on device is less than desired GPU memory utilization", "Its memory was full"),
    ],
)
def test_a_server_that_dies_at_once_is_reported_with_its_log(tmp_path: Path, last: str, helps: str) -> None:
    (tmp_path / "config.json").write_text("{}")
    program = tmp_path / "python"
    # Stands for the interpreter: as guard it is the real one, as server it dies.
    program.write_text(f'#!/bin/sh\nif [ "$1" = -I ]; then exec {sys.executable} "$@"; fi\necho "{last}"; exit 3\n')
    program.chmod(0o755)
    log = tmp_path / "engine.log"

    async def start() -> None:
        async with opened(VllmServer(EngineConfig(model=str(tmp_path), python=str(program), log_path=log))):
            pass

    with pytest.raises(EngineFailed, match=rf"(?s)died.*{re.escape(last)}.*engine\.log.*{helps}") as raised:
        asyncio.run(asyncio.wait_for(start(), 60))
    assert ("memory was full" in str(raised.value)) == bool(helps)


def test_a_server_whose_port_was_taken_meanwhile_gets_another(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    program, starts = tmp_path / "python", tmp_path / "starts"
    # As server it finds its port taken twice, and then dies of something else.
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = -I ]; then exec {sys.executable} "$@"; fi\necho "$@" >> {starts}\n'
        f'if [ $(wc -l < {starts}) -lt 3 ]; then echo "OSError: [Errno 98] Address already in use"; exit 1; fi\n'
        'echo "ValueError: bad model"; exit 3\n'
    )
    program.chmod(0o755)

    async def start() -> None:
        config = EngineConfig(model=str(tmp_path), python=str(program), log_path=tmp_path / "engine.log")
        async with opened(VllmServer(config)):
            pass

    with pytest.raises(EngineFailed, match="bad model"):
        asyncio.run(asyncio.wait_for(start(), 60))
    ports = [line.split("--port ")[1].split()[0] for line in starts.read_text().splitlines()]
    assert len(set(ports)) == 3


# A stand-in for vLLM: a leader with a worker, both deaf to SIGTERM; prints the worker's id to the file given.
FAMILY = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
worker = subprocess.Popen([sys.executable, "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"])
open(sys.argv[1], "w").write(str(worker.pid))
time.sleep(600)
"""


def worker_of(path: Path) -> int:
    """Wait for the worker's id."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if path.exists() and (text := path.read_text()):
            return int(text)
        time.sleep(0.02)
    raise AssertionError("the stand-in did not start")


def test_closing_the_guards_input_ends_the_whole_family(tmp_path: Path) -> None:
    guard = subprocess.Popen(
        [sys.executable, "-I", str(GUARD), "0.3", sys.executable, "-c", FAMILY, str(tmp_path / "pid")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert guard.stdin is not None
    assert guard.stdout is not None
    leader, worker = int(guard.stdout.readline()), worker_of(tmp_path / "pid")
    assert is_alive(leader)
    assert is_alive(worker)
    guard.stdin.close()
    assert guard.wait(30) == 0
    guard.stdout.close()
    assert wait_gone([leader, worker])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_family_dies_with_our_process(tmp_path: Path, number: signal.Signals) -> None:
    ours = textwrap.dedent(
        f"""
        import subprocess, sys, time
        guard = subprocess.Popen({[sys.executable, "-I", str(GUARD), "0.3", sys.executable, "-c", FAMILY]!r}
                                 + [{str(tmp_path / "pid")!r}],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        print(guard.pid, int(guard.stdout.readline()), flush=True)
        time.sleep(60)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", ours], stdout=subprocess.PIPE)
    assert process.stdout is not None
    guard, leader = map(int, process.stdout.readline().split())
    worker = worker_of(tmp_path / "pid")
    os.kill(process.pid, number)
    process.wait()
    process.stdout.close()
    assert wait_gone([guard, leader, worker])


def test_the_guard_hands_on_the_status_of_a_server_that_ends_by_itself() -> None:
    command = [sys.executable, "-I", str(GUARD), "0.1", sys.executable, "-c", "raise SystemExit(7)"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as guard:
        assert guard.wait(30) == 7


def test_a_free_port_can_be_bound() -> None:
    ports = [free_port() for _ in range(20)]
    assert all(1024 < port < 32_768 for port in ports), "systems give those above to outgoing connections"
