"""Speed and memory of ``python -m train sft`` on one GPU, beside a bare peft + transformers loop on the same rows.

A Qwen2.5-shaped model with random weights is made on the spot. Both sides load it, put LoRA on all its linear layers,
pack rows to ``--length`` tokens, checkpoint gradients, and take ``--steps`` optimiser steps in a process of their own;
they take turns. The first step of each is not timed. Memory is ``torch.cuda.max_memory_allocated`` against what
``python -m train plan`` said beforehand.

    python -m bench.sft --shape 7b --work /tmp/sft                # minutes on an 80 GB GPU
    python -m bench.sft --shape tiny --steps 3 --work /tmp/sft    # tries the script, also on a CPU
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.tables import Column, can_be_saved, save
from tests.support.checkout import ROOT

SHAPES: dict[str, dict[str, int]] = {
    # hidden, layers, heads, kv heads, intermediate, words: those of Qwen2.5-7B, and of nothing in particular.
    "7b": {"hidden": 3584, "layers": 28, "heads": 28, "kv": 4, "intermediate": 18944, "vocab": 152064},
    "1.5b": {"hidden": 1536, "layers": 28, "heads": 12, "kv": 2, "intermediate": 8960, "vocab": 151936},
    "tiny": {"hidden": 256, "layers": 2, "heads": 4, "kv": 2, "intermediate": 512, "vocab": 16384},
}
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="sft beside a bare loop")
    parser.add_argument("--shape", choices=tuple(SHAPES), default="7b")
    parser.add_argument("--rank", type=int, default=256)
    parser.add_argument("--length", type=int, default=4096)
    parser.add_argument("--accumulation", type=int, default=8)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--compile", action="store_true", help="our side with run.compile=true")
    parser.add_argument("--gpu", default="h200", help="for the plan")
    parser.add_argument("--work", type=Path, required=True, help="folder for the model and the runs")
    parser.add_argument("--results", type=Path, help="JSON lines, one a run (default: WORK/results.jsonl)")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    can_be_saved(parser)
    return parser.parse_args()


def make_base(folder: Path, shape: dict[str, int]) -> None:
    """Write a model of random weights in bf16, with the embedded model's tokenizer."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    config = Qwen2Config(
        vocab_size=shape["vocab"],
        hidden_size=shape["hidden"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        num_key_value_heads=shape["kv"],
        intermediate_size=shape["intermediate"],
        max_position_embeddings=32768,
        tie_word_embeddings=False,
        dtype="bfloat16",
    )
    torch.manual_seed(1)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        model = Qwen2ForCausalLM(config)
    torch.set_default_dtype(torch.float32)
    model.save_pretrained(folder)
    for name in TOKENIZER_FILES:
        if (ROOT / "models" / "embedded" / name).is_file():
            shutil.copy(ROOT / "models" / "embedded" / name, folder / name)


def bare(options: argparse.Namespace, base: Path, rows: Path) -> dict[str, Any]:
    """Train with peft, transformers and torch alone, as short as such a loop is usually written.

    Returns:
        Tokens a second after the first optimiser step, peak memory in bytes, losses.
    """
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from train.sft import tokens
    from train.sft.row_files import load_rows

    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = AutoTokenizer.from_pretrained(base)
    examples = tokens.encode(load_rows((str(rows),), prompt="cot"), tokenizer)
    ids = [token for one in examples for token in one.ids]
    labels = [label for one in examples for label in tokens.labels_of(one)]
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16).to(device)
    model.config.use_cache = False
    model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    model.enable_input_require_grads()
    model = get_peft_model(
        model,
        LoraConfig(r=options.rank, lora_alpha=2 * options.rank, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    optimiser = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], lr=1e-4, weight_decay=0.0)
    model.train()
    losses, timed, began, place = [], 0, 0.0, 0
    for step in range(options.steps):
        total = 0.0
        for _ in range(options.accumulation):
            place = 0 if place + options.length > len(ids) else place
            batch, target = (torch.tensor([x[place : place + options.length]], device=device) for x in (ids, labels))
            place += options.length
            with torch.autocast(device, dtype=torch.bfloat16):
                loss = model(input_ids=batch, labels=target).loss / options.accumulation
            loss.backward()
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        losses.append(total)
        if device == "cuda":
            torch.cuda.synchronize()
        if step == 0:
            began = time.perf_counter()
        else:
            timed += options.accumulation * options.length
    seconds = time.perf_counter() - began
    peak = torch.cuda.max_memory_allocated() if device == "cuda" else 0
    return {"tokens_per_s": timed / seconds, "peak_bytes": peak, "loss_first": losses[0], "loss_last": losses[-1]}


def overrides(options: argparse.Namespace, base: Path, rows: Path) -> list[str]:
    """Return the settings of our side."""
    return [
        f"base.model={base}",
        f"data.train=[{rows}]",
        f"data.max_length={options.length}",
        "data.packing=true",
        "data.eval_share=0",
        f"lora.rank={options.rank}",
        f"lora.alpha={2 * options.rank}",
        "lora.dropout=0",
        "lora.targets=all-linear",
        "optim.batch=1",
        f"optim.accumulation={options.accumulation}",
        "run.bf16=auto",
        "run.gradient_checkpointing=true",
        f"run.max_steps={options.steps}",
        f"run.compile={str(options.compile).lower()}",
        "run.save_steps=100000",
        "run.log_steps=1",
    ]


def ours(options: argparse.Namespace, base: Path, rows: Path, out: Path) -> dict[str, Any]:
    """Run ``python -m train sft`` and read its report."""
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "train", "sft", "baseline-qwen2-7b", *overrides(options, base, rows)]
    subprocess.run([*command, "--out", str(out)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    shutil.rmtree(out)
    return {
        "tokens_per_s": report["tokens_per_s"],
        "mfu": report["mfu"],
        "peak_bytes": int(report["peak_memory"].get("allocated_gib", 0) * 2**30),
        "loss_first": report["loss_first"],
        "loss_last": report["loss_last"],
        "attention": report["attention"]["name"],
        "device": report["device"],
    }


def main() -> int:
    """Alternate both sides; print one line a run, then ratios."""
    options = arguments()
    base, rows = options.work / f"base-{options.shape}", options.work / "rows.jsonl"
    if options.bare is not None:
        options.bare.write_text(json.dumps(bare(options, base, rows)) + "\n", encoding="utf-8")
        return 0
    options.work.mkdir(parents=True, exist_ok=True)
    results = options.results or options.work / "results.jsonl"
    if not (base / "config.json").is_file():
        # In a process of its own: what it leaves on the GPU would be in the others' way.
        code = "from bench.sft import *; "
        code += f"make_base(Path({str(base)!r}), SHAPES[{options.shape!r}])"
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    if not rows.is_file():
        wanted = options.steps * options.accumulation * options.length
        command = [sys.executable, "-m", "synth", "generate", "--count", str(max(200, wanted // 600)), "--seed", "11"]
        command += ["--format", "messages", "--no-check", "--out", str(rows)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    command = [sys.executable, "-m", "train", "plan", "baseline-qwen2-7b", *overrides(options, base, rows)]
    told = subprocess.run([*command, "--gpu", options.gpu, "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    planned = json.loads(told.stdout)["peak_bytes"]
    sides: dict[str, list[dict[str, Any]]] = {"sft": [], "bare": []}
    for number in range(options.rounds):
        for side in ("sft", "bare") if number % 2 == 0 else ("bare", "sft"):
            if side == "sft":
                found = ours(options, base, rows, options.work / "run")
            else:
                out = options.work / "bare.json"
                command = [sys.executable, "-m", "bench.sft", "--bare", str(out), "--work", str(options.work)]
                for name in ("shape", "rank", "length", "accumulation", "steps"):
                    command += [f"--{name}", str(getattr(options, name))]
                subprocess.run(command, cwd=ROOT, check=True)
                found = json.loads(out.read_text(encoding="utf-8"))
            sides[side].append(found)
            line = json.dumps({"side": side, "shape": options.shape, **found})
            print(line, flush=True)
            with results.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
    speeds = {side: statistics.median(run["tokens_per_s"] for run in runs) for side, runs in sides.items()}
    peak = max(run["peak_bytes"] for run in sides["sft"])
    print(
        f"tokens a second: sft {speeds['sft']:,.0f}, bare {speeds['bare']:,.0f}, {speeds['sft'] / speeds['bare']:.2f}x"
    )
    print(f"peak memory of sft: {peak / 2**30:.2f} GiB, planned {planned / 2**30:.2f} GiB", end="")
    print(f", {planned / peak - 1:+.1%}" if peak else "")
    columns = [Column("side", "{side}", "left"), Column("tokens a second", "{tokens_per_s:,.0f}")]
    columns.append(Column("peak memory, GiB", "{peak_gib:.2f}"))
    kept = [
        {"side": side, **run, "peak_gib": run["peak_bytes"] / 2**30} for side, runs in sides.items() for run in runs
    ]
    save(options.save, columns, kept, where=options.gpu)
    return 0


if __name__ == "__main__":
    sys.exit(main())
