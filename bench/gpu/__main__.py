"""Serving on one GPU without network, many variants in one call: tokens a second, busy share, seconds to submission.

A machine with one card, vLLM and this folder are enough: the model's configuration is made here and its weights are
dummies (``inputs.py``), answers have recorded lengths and votes (``recorded_eval.py``). Every variant is a
process of its own with a time limit; rows are appended to the file as they come, a failed one is a row with its error,
and no variant starts that the total time would not let finish.

    python -m bench.gpu --model 32b --variants offline,serve --out gpu.jsonl           # some 430 s on an H200
    python -m bench.gpu --model 7b --questions 300 --out gpu.jsonl                      # all other variants
    python -m bench.gpu --model tiny --questions 12 --vram-gb 3 --eager --out /tmp/gpu.jsonl    # a trial on a CPU
    python -m bench.gpu --table gpu.jsonl                                               # rows as a table

Variants:

* ``offline``   ``LLM.chat``, one call for everything: the floor. One sample with seeds, without, and without
                log-probabilities either; five
* ``serve``     ``harness eval --serve --vram-gb``: from process start to submission, the engine's start included
* ``bare``      the same without seeds and log-probabilities
* ``contest``   the same command with ``--deadline 4h --rule lead:3``
* ``base``      one server, many evals: one sample grouped and shuffled, without seeds, without log-probabilities;
                fixed:5 and lead:3; fixed:5 as five requests
* ``nocache``   the same without prefix caching
* ``fp8``       8-bit KV cache
* ``fronts``    two of vLLM's front ends instead of one
* ``lora``      four adapters asked at once, and in four runs
* ``eager``     without CUDA graphs and compilation
* ``replicas``  fixed:5 on one card and on all visible ones: a server each, then vLLM's own data parallelism
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from bench.gpu.inputs import SHAPES, make_adapters, make_data, make_model
from bench.gpu.watch import GpuWatch
from bench.tables import Column, can_be_saved, save, table_of
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

VARIANTS = ("offline", "serve", "bare", "contest", "base", "nocache", "fp8", "fronts", "lora", "eager", "replicas")
ADAPTERS, ADAPTER_RANK = 4, 16
STARTING_S = 260.0
"""Longest start of an engine; 100 s were measured for the 32b shape with cold caches."""
SLOTS = {"32b": 128, "7b": 256, "tiny": 16}
COLUMNS = (
    Column("model", "{model}", "left"),
    Column("variant", "{variant}", "left"),
    Column("measure", "{measure}", "left"),
    Column("samples", "{samples:,}"),
    Column("tokens", "{tokens:,}"),
    Column("seconds of sampling", "{sampling_s}"),
    Column("tokens a second", "{tokens_per_s:,}"),
    Column("process, s", "{wall_s}"),
    Column("submission after, s", "{submission_s}"),
    Column("engine's start, s", "{engine_start_s}"),
    Column("GPU busy", "{gpu_busy}"),
    Column("peak, GiB", "{peak_gib}"),
    Column("error", "{error}", "left"),
)
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


async def offline(bench: Bench) -> None:
    """Measure ``LLM.chat``."""
    config, profile = bench.settings()
    limit_s = min(bench.args.offline_s, bench.left_s - 15)
    if limit_s < LEAST_START_S:
        bench.put("offline", "engine", error=f"skipped: {bench.left_s:.0f} s left")
        return
    few = min(bench.args.questions, 300)
    passes = {
        "32b": [(1, how, bench.args.questions) for how in ("seeded", "no seed", "bare")],
        "7b": [(1, "seeded", few), (1, "no seed", few), (1, "bare", few), (5, "seeded", few)],
        "tiny": [(1, "seeded", few), (2, "bare", few)],
    }[bench.args.model]
    rows = bench.folder / "offline.jsonl"
    spec = {
        "model": str(bench.model),
        "data": str(bench.grouped),
        "passes": passes,
        "rows": str(rows),
        "started": time.time(),
        "is_gpu": bench.is_gpu,
        "settings": {
            "enforce_eager": bool(config.is_eager),
            "max_num_seqs": config.max_num_seqs,
            "max_model_len": config.max_model_len,
            **({"max_num_batched_tokens": config.max_num_batched_tokens} if config.max_num_batched_tokens else {}),
            **({"gpu_memory_utilization": config.gpu_memory_utilization} if bench.is_gpu else {"block_size": 32}),
            # The same cache as the engine's of `harness eval`, or one side has more room.
            **({"kv_cache_memory_bytes": config.kv_cache_bytes} if bench.is_gpu and config.kv_cache_bytes else {}),
        },
    }
    log = bench.logs / f"{bench.args.model}-offline.log"
    environment = {"VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    code = await process([sys.executable, "-m", "bench.gpu.offline", json.dumps(spec)], limit_s, log, environment)
    for line in rows.read_text(encoding="utf-8").splitlines() if rows.exists() else ():
        row = json.loads(line)
        watched = bench.watch.between(row.pop("from"), row.pop("to"))
        bench.put("offline", row.pop("measure"), **row, **watched)
    text = log.read_text(encoding="utf-8", errors="replace")
    report = parse_report(text)
    told = [*plan_lines(profile), *check_lines(profile, report)]
    error = {} if code == 0 else {"error": f"exit {code}", "lines": text.splitlines()[-12:]}
    bench.put("offline", "engine", told=told, report=dataclasses.asdict(report), **error)


async def serve(bench: Bench, variant: str = "serve", *flags: str) -> None:
    """Measure the one command of the contest, engine and all, with the slots that it takes by itself."""
    where = ["--serve", str(bench.model), "--vram-gb", str(bench.args.vram_gb), *flags]
    where += ["--engine-arg=--load-format=dummy", *(["--eager"] if bench.args.eager else [])]
    limits: dict[str, Any] = {"limit_s": bench.args.serve_s, "least_s": LEAST_START_S, "slots": None}
    await evaluated(bench, variant, "fixed:1", where, **limits)


async def contest(bench: Bench) -> None:
    """Measure the contest's own command: engine and all, four hours, lead:3."""
    where = ["--serve", str(bench.model), "--vram-gb", str(bench.args.vram_gb), "--deadline", "4h"]
    where += ["--engine-arg=--load-format=dummy", *(["--eager"] if bench.args.eager else [])]
    limits: dict[str, Any] = {"limit_s": bench.args.total_s, "least_s": LEAST_START_S, "slots": None}
    await evaluated(bench, "contest", "lead:3, 4h", where, rule="lead:3", **limits)


async def bare(bench: Bench) -> None:
    """Measure the one command without what costs the engine time."""
    await serve(bench, "bare", "--no-seed", "--no-logprobs")


async def base(bench: Bench) -> None:
    """Measure many evals on one server."""
    async with serving(bench, "base", *bench.settings()) as url:
        if url is None:
            return
        where = ["--endpoint", url]
        await evaluated(bench, "base", "warm-up", [*where, "--limit", "8"])
        await evaluated(bench, "base", "fixed:1 grouped", where)
        await evaluated(bench, "base", "fixed:1 shuffled", where, data=bench.shuffled)
        await evaluated(bench, "base", "fixed:5", where, rule="fixed:5")
        await evaluated(bench, "base", "lead:3", where, rule="lead:3")
        split = {"GPU_BENCH_SPLIT": "1"}
        await evaluated(bench, "base", "fixed:5 as 5 requests", where, rule="fixed:5", environment=split)
        await evaluated(bench, "base", "fixed:1 no seed", [*where, "--no-seed"])
        await evaluated(bench, "base", "fixed:1 no logprobs", [*where, "--no-logprobs"])


async def fixed_five(bench: Bench, variant: str, config: EngineConfig, profile: Any) -> None:
    """Measure fixed:5 and one sample on a server of its own."""
    async with serving(bench, variant, config, profile) as url:
        if url is not None:
            await evaluated(bench, variant, "warm-up", ["--endpoint", url, "--limit", "8"])
            await evaluated(bench, variant, "fixed:5", ["--endpoint", url], rule="fixed:5")
            await evaluated(bench, variant, "fixed:1 grouped", ["--endpoint", url])


async def nocache(bench: Bench) -> None:
    """Measure without prefix caching."""
    config, profile = bench.settings()
    config = dataclasses.replace(config, extra_args=(*config.extra_args, "--no-enable-prefix-caching"))
    await fixed_five(bench, "nocache", config, profile)


async def fp8(bench: Bench) -> None:
    """Measure an 8-bit KV cache."""
    await fixed_five(bench, "fp8", *bench.settings(fp8=True))


async def fronts(bench: Bench) -> None:
    """Measure two front ends: what a fast card with a small model waits for may be one of them."""
    config, profile = bench.settings()
    config = dataclasses.replace(config, extra_args=(*config.extra_args, "--api-server-count=2"))
    await fixed_five(bench, "fronts", config, profile)


async def eager(bench: Bench) -> None:
    """Measure without graphs."""
    await fixed_five(bench, "eager", *bench.settings(eager=True))


async def lora(bench: Bench) -> None:
    """Measure four adapters asked in one run, and in four."""
    adapters = await asyncio.to_thread(make_adapters, bench.args.model, bench.folder / "adapters", ADAPTERS)
    config, profile = bench.settings(adapters=ADAPTERS)
    config = dataclasses.replace(config, adapters=adapters, max_lora_rank=ADAPTER_RANK)
    async with serving(bench, "lora", config, profile) as url:
        if url is None:
            return
        names = [word for name, _ in adapters for word in ("--model", name)]
        await evaluated(bench, "lora", "warm-up", ["--endpoint", url, *names, "--limit", "4"])
        await evaluated(bench, "lora", "4 adapters in one run", ["--endpoint", url, *names])
        began = time.monotonic()
        took = [
            await evaluated(bench, "lora", f"run of {name} alone", ["--endpoint", url, "--model", name])
            for name, _ in adapters
        ]
        if None not in took:
            total = sum(seconds for seconds in took if seconds is not None)
            bench.put(
                "lora",
                "4 runs, added up",
                sampling_s=round(total, 2),
                wall_s=round(time.monotonic() - began, 2),
                note="on one server; each of four servers would start on top",
            )


async def replicas(bench: Bench) -> None:
    """Measure one card against all visible ones."""
    cards = os.environ.get("CUDA_VISIBLE_DEVICES", "0,1").split(",")
    config, profile = bench.settings()
    together = bench.args.slots * len(cards)
    async with contextlib.AsyncExitStack() as stack:
        starting = [
            stack.enter_async_context(
                serving(
                    bench,
                    "replicas",
                    dataclasses.replace(config, card=card, log_path=bench.logs / f"replica-{card}.log"),
                    profile,
                )
            )
            for card in cards
        ]
        urls = [url for url in await asyncio.gather(*starting) if url is not None]
        if len(urls) < len(cards):
            return
        every = [word for url in urls for word in ("--endpoint", url)]
        await evaluated(bench, "replicas", "warm-up", [*every, "--limit", "40"], slots=together)
        await evaluated(bench, "replicas", "fixed:5, one server", every[:2], rule="fixed:5")
        what = f"fixed:5, {len(cards)} servers"
        await evaluated(bench, "replicas", what, every, rule="fixed:5", slots=together)
    parallel = (*config.extra_args, f"--data-parallel-size={len(cards)}")
    config = dataclasses.replace(config, extra_args=parallel, card=",".join(cards))
    async with serving(bench, "replicas", config, profile) as url:
        if url is not None:
            await evaluated(bench, "replicas", "warm-up", ["--endpoint", url, "--limit", "40"], slots=together)
            what = f"fixed:5, data-parallel {len(cards)}"
            await evaluated(bench, "replicas", what, ["--endpoint", url], rule="fixed:5", slots=together)


MEASURES: dict[str, Callable[[Bench], Any]] = {
    "offline": offline,
    "serve": serve,
    "bare": bare,
    "contest": contest,
    "base": base,
    "nocache": nocache,
    "fp8": fp8,
    "fronts": fronts,
    "lora": lora,
    "eager": eager,
    "replicas": replicas,
}


async def run(args: argparse.Namespace) -> None:
    """Measure what was asked for, one after the other."""
    args.out.parent.mkdir(parents=True, exist_ok=True)
    task = asyncio.current_task()
    assert task is not None
    # Cancelled, everything that was started is stopped on the way out.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with tempfile.TemporaryDirectory(prefix="gpu-bench-") as folder:
        bench = Bench(args, Path(folder))
        bench.logs.mkdir(parents=True, exist_ok=True)
        with bench.watch:
            bench.put("machine", "card", card=bench.watch.card, device="cuda" if bench.is_gpu else "cpu")
            for name in args.variants:
                began = time.monotonic()
                try:
                    await MEASURES[name](bench)
                except Exception as error:  # noqa: BLE001 (one variant's bug must not cost the others)
                    bench.put(name, "bench", error=f"{type(error).__name__}: {error}"[:1500])
                bench.put(name, "took", wall_s=round(time.monotonic() - began, 1), left_s=round(bench.left_s, 1))


def table(path: Path, name: str | None) -> None:
    """Print rows as a Markdown table, and keep them under a name."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    card = next((row["card"] for row in rows if row.get("card")), "")
    measured = [row for row in rows if row["variant"] != "machine"]
    for row in measured:
        row["error"] = str(row["error"]).split("\n")[0][:60] if "error" in row else None
    print(table_of(COLUMNS, measured), end="")
    for row in measured:
        print(*(f"{row['variant']}: {told}" for told in row.get("told", ())), sep="\n")
    shown = {name for column in COLUMNS for name in re.findall(r"\w+", column.cell)}
    kept = [{key: value for key, value in row.items() if key in shown and value is not None} for row in measured]
    save(name, COLUMNS, kept, where=str(card))


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="serving on one GPU, many variants in one call")
    parser.add_argument("--model", choices=tuple(SHAPES), default="32b")
    parser.add_argument("--variants", default=",".join(VARIANTS), help=f"of {', '.join(VARIANTS)} (default: all)")
    parser.add_argument("--questions", type=int, default=1328, help="questions (default: the contest's 1,328)")
    parser.add_argument("--vram-gb", type=float, default=32.0, help="memory limit, GiB")
    parser.add_argument("--only", default="", help="only these measures, separated by semicolons")
    parser.add_argument("--slots", type=int, help=f"samples in flight (default {SLOTS})")
    parser.add_argument("--total-s", type=float, default=530.0, help="everything is over by then")
    parser.add_argument("--offline-s", type=float, default=330.0, help="limit of the offline side")
    parser.add_argument("--serve-s", type=float, default=330.0, help="limit of the serve variant")
    parser.add_argument("--eager", action="store_true", help="no compilation anywhere (for a trial)")
    parser.add_argument("--out", type=Path, default=Path("gpu.jsonl"), help="rows are appended here, logs beside it")
    parser.add_argument("--logs", type=Path, help="folder for logs (default: gpu-logs beside the rows)")
    can_be_saved(parser)
    parser.add_argument(
        "--table", type=Path, metavar="FILE", help="only print a file of rows as a table; with --save keep it"
    )
    args = parser.parse_args()
    if args.table:
        table(args.table, args.save)
        return
    args.variants = tuple(args.variants.split(","))
    args.only = tuple(args.only.split(";")) if args.only else ()
    args.slots = args.slots or SLOTS[args.model]
    # FlashInfer is not needed and may be missing; without it vLLM's sampler must be told so.
    os.environ.setdefault("VLLM_USE_FLASHINFER_SAMPLER", "0")
    unknown = set(args.variants) - set(VARIANTS)
    if unknown:
        parser.error(f"no such variant: {', '.join(sorted(unknown))}; there are {', '.join(VARIANTS)}")
    asyncio.run(run(args))


if __name__ == "__main__":
    main()
