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
import json
import os
import re
import signal
import tempfile
import time
from pathlib import Path

from bench.gpu.inputs import SHAPES
from bench.gpu.measuring import Bench
from bench.gpu.variants import VARIANTS
from bench.tables import Column, can_be_saved, save, table_of

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
                    await VARIANTS[name](bench)
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
