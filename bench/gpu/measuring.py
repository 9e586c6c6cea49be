"""What all variants share: inputs and clock, an eval as a process with its row, and an engine to ask."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from bench.gpu.inputs import make_data, make_model
from bench.gpu.watch import GpuWatch
from solver.backends.cards import card_bytes
from solver.backends.engine_config import EngineConfig, installed_device
from solver.backends.engine_plan import fitted
from solver.backends.memory.engine_report import check_lines, parse_report, plan_lines
from solver.backends.memory.model_shape import shape_of
from solver.backends.memory.plan import GIB, Limits, profile_of
from solver.backends.vllm import VllmServer
from solver.base.errors import SolverError
from solver.scheduling.store import read_samples
from tests.support.checkout import ROOT

ADAPTER_RANK = 16
STARTING_S = 260.0
"""Longest start of an engine; 100 s were measured for the 32b shape with cold caches."""
LEAST_S = 25.0
"""Time that must be left for another eval to begin."""
LEAST_START_S = 75.0
"""Time that must be left for another engine to start."""


class Bench:
    """What all variants share: the inputs, the clock, the card's watch and the file of rows."""

    def __init__(self, args: argparse.Namespace, folder: Path) -> None:
        self.args, self.folder = args, folder
        self.began = time.monotonic()
        self.model = make_model(args.model, folder / args.model)
        self.grouped, self.shuffled = make_data(folder, args.questions)
        self.is_gpu = installed_device() == "cuda"
        self.watch = GpuWatch()
        self.logs: Path = args.logs or args.out.parent / "gpu-logs"

    @property
    def left_s(self) -> float:
        """Seconds until everything must be over."""
        return float(self.args.total_s) - (time.monotonic() - self.began)

    def put(self, variant: str, measure: str, **values: object) -> None:
        """Append a row."""
        row = {"model": self.args.model, "variant": variant, "measure": measure, **values}
        with self.args.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        shown = {name: value for name, value in row.items() if name not in ("plan", "report", "lines")}
        print(json.dumps(shown, ensure_ascii=False), flush=True)

    def settings(self, *, fp8: bool = False, eager: bool = False, adapters: int = 0) -> tuple[EngineConfig, Any]:
        """Return the engine's settings for the memory limit, and their profile."""
        limits = Limits(
            limit_bytes=int(self.args.vram_gb * GIB),
            card_bytes=card_bytes() if self.is_gpu else None,
            max_num_seqs=self.args.slots,
            kv_dtype="fp8" if fp8 else "auto",
            is_eager=eager,
            adapters=adapters,
            adapter_rank=ADAPTER_RANK,
        )
        profile = profile_of(shape_of(self.model), limits)
        config = EngineConfig(
            model=str(self.model),
            is_eager=eager or self.args.eager,
            kv_cache_dtype="fp8" if fp8 else "auto",
            extra_args=("--load-format", "dummy"),
            log_path=self.logs / f"{self.args.model}.log",
            start_timeout_s=STARTING_S,
        )
        return fitted(config, profile), profile


async def process(command: list[str], limit_s: float, log: Path, environment: dict[str, str]) -> int | None:
    """Run a process with a time limit; returns its exit code, None where it was stopped.

    It is asked to stop first, so that an eval writes what it has; its whole group is killed ten seconds later.
    """
    with log.open("ab") as out:
        child = await asyncio.create_subprocess_exec(
            *command, stdout=out, stderr=out, start_new_session=True, cwd=ROOT, env={**os.environ, **environment}
        )
    stopped = False
    try:
        async with asyncio.timeout(limit_s):
            await child.wait()
    except TimeoutError:
        stopped = True
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await child.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
    return None if stopped else child.returncode


async def evaluated(
    bench: Bench,
    variant: str,
    measure: str,
    where: list[str],
    *,
    rule: str = "fixed:1",
    data: Path | None = None,
    environment: dict[str, str] | None = None,
    limit_s: float = 900.0,
    least_s: float = LEAST_S,
    slots: int | None = -1,
) -> float | None:
    """Run one eval and append its row; returns the sampling's seconds, None where it did not finish.

    Args:
        slots: samples in flight; -1 takes the bench's, None the command's own default.
    """
    if bench.args.only and measure not in (*bench.args.only, "warm-up"):
        return None
    slots = bench.args.slots if slots == -1 else slots
    if bench.left_s < least_s:
        bench.put(variant, measure, error=f"skipped: {bench.left_s:.0f} s left")
        return None
    run = Path(tempfile.mkdtemp(prefix="run-", dir=bench.folder))
    command = [sys.executable, "-m", "bench.gpu.recorded_eval", "eval", str(data or bench.grouped)]
    command += ["--rule", rule, "--max-samples", "16", "--max-tokens", "2048"]
    command += ["--slots", str(slots)] if slots else []
    command += ["--run", str(run), "--display", "none", "--json", *where]
    began, began_unix = time.monotonic(), time.time()
    log = bench.logs / f"{bench.args.model}-{variant}-{measure.replace(':', '').replace(' ', '_')}.log"
    code = await process(command, min(limit_s, bench.left_s - 12), log, environment or {})
    wall_s = time.monotonic() - began
    row: dict[str, Any] = {"wall_s": round(wall_s, 2), "exit": code}
    samples = list(read_samples(run)) if (run / "samples.sqlite").exists() else []
    if samples:
        first, last = min(s.launched_at for s in samples), max(s.finished_at for s in samples)
        tokens = sum(sample.completion_tokens for sample in samples)
        row |= {
            "questions": len({sample.question_id for sample in samples}),
            "samples": len(samples),
            "failed": sum(sample.status == "failed" for sample in samples),
            "tokens": tokens,
            "prompt_tokens": sum(sample.prompt_tokens for sample in samples),
            "sampling_s": round(last - first, 2),
            "tokens_per_s": round(tokens / max(1e-3, last - first), 1),
            "first_sample_s": round(first - began_unix, 2),
            **bench.watch.between(first, last),
        }
    with contextlib.suppress(OSError, ValueError):
        summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
        answers = [q["answer"] for line in (run / "submission.jsonl").open() for q in json.loads(line)["questions"]]
        row |= {
            "stopped_by": summary["stopped_by"],
            "engine_start_s": summary["engine_start_s"],
            "submission_s": round((run / "submission.jsonl").stat().st_mtime - began_unix, 2),
            "answers": sum(answer is not None for answer in answers),
        }
    with contextlib.suppress(OSError, ValueError):
        row |= json.loads((run / "serving.json").read_text(encoding="utf-8"))
    if code != 0:
        row["error"] = f"exit {code}" if code is not None else "stopped at its time limit"
        row["lines"] = log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
    bench.put(variant, measure, **row)
    return row.get("sampling_s") if code == 0 else None


@contextlib.asynccontextmanager
async def serving(bench: Bench, variant: str, config: EngineConfig, profile: Any) -> AsyncIterator[str | None]:
    """Start an engine; yields its URL, or None where there was no time or it failed (then that is a row)."""
    if bench.left_s < LEAST_START_S:
        bench.put(variant, "engine", error=f"skipped: {bench.left_s:.0f} s left")
        yield None
        return
    began = time.monotonic()
    config = dataclasses.replace(config, start_timeout_s=min(STARTING_S, bench.left_s - 20))
    engine = VllmServer(config)
    try:
        await engine.open()
    except SolverError as failure:
        bench.put(variant, "engine", error=str(failure)[-1500:])
        yield None
        return
    try:
        report = parse_report(engine.log)
        bench.put(
            variant,
            "engine",
            engine_start_s=round(time.monotonic() - began, 2),
            told=[*plan_lines(profile), *check_lines(profile, report)],
            plan=dataclasses.asdict(profile),
            report=dataclasses.asdict(report),
        )
        yield engine.url
    finally:
        await engine.close()
