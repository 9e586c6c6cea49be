"""What is measured, one function each."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.gpu.inputs import make_adapters
from bench.gpu.measuring import ADAPTER_RANK, LEAST_START_S, Bench, evaluated, process, serving
from solver.backends.engine_config import EngineConfig
from solver.backends.memory.engine_report import check_lines, parse_report, plan_lines

ADAPTERS = 4


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


VARIANTS: dict[str, Callable[[Bench], Any]] = {
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
