"""The command line of training: ``python -m train COMMAND``.

Every command is a pair of functions here: one that declares its arguments, one that runs it and does the heavy imports.
stdout is the result, stderr is talk. Exit codes: 0 good, 1 failed or unfinished run, 2 bad usage or bad input,
130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from train.errors import CheckpointError, RecipeError, TokenizerError, TrainError

_STARTED = time.monotonic()
"""When the process began, nearly: limits given in seconds count from here."""
_UNFINISHED = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m train",
        description="Train the embedded model from scratch; fine-tune, merge and quantise Qwen2.5.",
        epilog="Example: python -m train pretrain --recipe embedded --out runs/pre --minutes 16",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (help_text, declare, run) in COMMANDS.items():
        command = commands.add_parser(
            name, help=help_text, description=help_text, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        declare(command)
        command.set_defaults(run=run)
    # argparse gives up on positionals that follow options (bpo-14191); ours are told by having no dash.
    arguments, rest = parser.parse_known_args(argv)
    if rest and (any(word.startswith("-") for word in rest) or not hasattr(arguments, "overrides")):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        arguments.overrides += rest
    try:
        return int(arguments.run(arguments))
    except (RecipeError, CheckpointError, TokenizerError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except TrainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _declare_pretrain(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Example: python -m train pretrain --recipe embedded --out runs/pre --minutes 16 --stop-after-s 540\n"
        "Run it again to go on; exit code 1 means that the schedule is not complete yet."
    )
    parser.add_argument("overrides", nargs="*", metavar="RECIPE | key=value", help="a recipe, then values on top of it")
    parser.add_argument("--recipe", help="a built-in recipe's name or a YAML file (default: embedded)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--steps", type=int, help="optimiser steps over all calls (run.steps)")
    parser.add_argument("--minutes", type=float, help="training minutes over all calls (run.minutes)")
    parser.add_argument("--stop-after-s", type=float, help="end this call with a checkpoint after so many seconds")
    parser.add_argument("--finish-by-s", type=float, help="end the schedule within this call, after so many seconds")
    parser.add_argument("--judge-by-s", type=float, help="begin no further batch of the judge after so many seconds")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--seed", type=int, help="seed of the weights and of the stream of problems")
    parser.add_argument("--init-from", type=Path, help="exported folder whose weights a fresh run begins with")
    parser.add_argument("--bring", type=Path, help="folder for the export in at most 8 files of under 16 MiB")
    parser.add_argument("--smoke", action="store_true", help="only try kernels, feed and speed for a minute")


def _pretrain(arguments: argparse.Namespace) -> int:
    from train.recipe import load_recipe

    words = list(arguments.overrides)
    name = arguments.recipe or (words.pop(0) if words and "=" not in words[0] else "embedded")
    for key, value in (("run.steps", arguments.steps), ("run.minutes", arguments.minutes)):
        if value is not None:
            words.append(f"{key}={value}" if key == "run.steps" else f"{key}={float(value)}")
    if arguments.minutes is not None and arguments.steps is None:
        words.append("run.steps=0")
    if arguments.seed is not None:
        words += [f"run.seed={arguments.seed}", f"data.seed={arguments.seed}"]
    recipe = load_recipe(name, words)
    from train import folder, pretrain

    device = pretrain.resolve_device(arguments.device)
    if arguments.smoke:
        from train.smoke import smoke

        print(json.dumps(smoke(recipe, arguments.out, device=device)))
        return 0
    limits = pretrain.Limits(stop_at=_at(arguments.stop_after_s), finish_at=_at(arguments.finish_by_s))
    is_done = pretrain.pretrain(recipe, arguments.out, device=device, limits=limits, init_from=arguments.init_from)
    extras = [arguments.out / file for file in ("recipe.json", "loss.jsonl", "report.json", "loss.png")]
    if arguments.bring is not None:
        # Before the judge, too: should the call be cut off there, the weights are home.
        folder.bring(arguments.out / "model", extras, arguments.bring)
    if not is_done:
        print(json.dumps({"done": False, "out": str(arguments.out)}))
        return _UNFINISHED
    result = pretrain.finish(recipe, arguments.out, device=device, deadline=_at(arguments.judge_by_s))
    if arguments.bring is not None:
        folder.bring(arguments.out / "model", extras, arguments.bring)
    judged = {key: value for key, value in result.get("judge", {}).items() if key != "wrong_examples"}
    print(json.dumps({"done": True, "progress": result.get("progress"), "judge": judged}, ensure_ascii=False))
    return 0


def _at(seconds: float | None) -> float | None:
    return None if seconds is None else _STARTED + seconds


def _declare_tokenizer(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Example: python -m train tokenizer --out models/embedded --items 12000"
    parser.add_argument("--out", type=Path, required=True, help="folder for tokenizer.json and its companions")
    parser.add_argument("--items", type=int, default=12000, help="generated problems to learn from (default: 12000)")
    parser.add_argument("--vocab", type=int, default=4096, help="tokens, special ones included (default: 4096)")
    parser.add_argument("--seed", type=int, default=1, help="stream of problems (default: 1)")
    parser.add_argument("--source", choices=("synth", "toy"), default="synth")


def _tokenizer(arguments: argparse.Namespace) -> int:
    from train import tokenizer
    from train.documents import documents

    stream = documents(arguments.source, seed=arguments.seed, start=0, stride=1, direct_share=0.1)
    texts = [prompt + answer for problem in islice(stream, arguments.items) for prompt, answer in problem.pairs]
    plain = [text.replace("<|im_start|>", "").replace("<|im_end|>", "") for text in texts]
    learned = tokenizer.learn(tokenizer.chunk_counts(plain), size=arguments.vocab)
    tokenizer.save(learned, arguments.out)
    sample = texts[-2000:]
    encoded = [one.ids for one in tokenizer.load(arguments.out).encode_batch(sample, add_special_tokens=False)]
    tokens = sum(map(len, encoded))
    result: dict[str, Any] = {
        "tokens": len(learned.vocab),
        "documents": len(texts),
        "characters_per_token": round(sum(map(len, sample)) / tokens, 3),
        "tokens_per_document": round(tokens / len(sample), 1),
        "longest_document": max(map(len, encoded)),
    }
    try:
        result["checked_against_transformers"] = tokenizer.check_against_transformers(arguments.out, sample[:200])
    except ImportError:
        print("transformers is not installed: ids were not compared with AutoTokenizer's", file=sys.stderr)
    print(json.dumps(result))
    return 0


Declare = Callable[[argparse.ArgumentParser], None]
Run = Callable[[argparse.Namespace], int]
COMMANDS: dict[str, tuple[str, Declare, Run]] = {
    "tokenizer": ("Learn the embedded model's tokenizer from generated problems.", _declare_tokenizer, _tokenizer),
    "pretrain": ("Pre-train the embedded model from scratch.", _declare_pretrain, _pretrain),
}
"""Command name -> one-line help, declaration of arguments, function."""
