"""``python -m train pretrain``: the embedded model from scratch."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from solver.base.config.bounds import LAST_TORCH_SEED, MOST, MOST_SECONDS
from solver.base.typed_numbers import Real, Whole

RESUMES = True
HELP = "Pre-train the embedded model from scratch."
UNFINISHED = 1
"""Exit code of a call that must be repeated."""
_STARTED = time.monotonic()
"""When the process began, nearly: limits given in seconds count from here."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Example: python -m train pretrain --recipe embedded --out runs/pre --minutes 16\n"
        "With --stop-after-s a call ends with a checkpoint and exit code 1, 130 by a signal; run it again to go on."
    )
    parser.add_argument("overrides", nargs="*", metavar="RECIPE | key=value", help="a recipe, then values on top of it")
    parser.add_argument("--recipe", help="a built-in recipe's name or a YAML file (default: embedded)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--steps", type=Whole(0, MOST), help="optimiser steps over all calls (run.steps)")
    parser.add_argument(
        "--minutes", type=Real(0, MOST_SECONDS / 60), help="training minutes over all calls (run.minutes)"
    )
    parser.add_argument(
        "--stop-after-s", type=Real(0, MOST_SECONDS), help="end this call with a checkpoint after so many seconds"
    )
    parser.add_argument(
        "--finish-by-s", type=Real(0, MOST_SECONDS), help="end the schedule within this call, after so many seconds"
    )
    parser.add_argument(
        "--judge-by-s", type=Real(0, MOST_SECONDS), help="begin no further batch of the judge after so many seconds"
    )
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="auto takes a GPU where there is one (default: auto)",
    )
    parser.add_argument(
        "--seed", type=Whole(0, LAST_TORCH_SEED), help="seed of the weights and of the stream of problems"
    )
    parser.add_argument("--init-from", type=Path, help="exported folder whose weights a fresh run begins with")
    parser.add_argument("--smoke", action="store_true", help="only try kernels, feed and speed for a minute")


def run(arguments: argparse.Namespace) -> int:
    from solver.base.display.printing import print_result, tell, tell_end
    from solver.base.outputs import Output, check_outputs
    from train.pretrain.recipe import Recipe

    words = list(arguments.overrides)
    name = arguments.recipe or (words.pop(0) if words and "=" not in words[0] else "embedded")
    for key, value in (("run.steps", arguments.steps), ("run.minutes", arguments.minutes)):
        if value is not None:
            words.append(f"{key}={value}" if key == "run.steps" else f"{key}={float(value)}")
    if arguments.minutes is not None and arguments.steps is None:
        words.append("run.steps=0")
    if arguments.seed is not None:
        words += [f"run.seed={arguments.seed}", f"data.seed={arguments.seed}"]
    recipe = Recipe.load(name, words)
    written = ("model", "checkpoint*", "recipe.json", "report.json", "loss.*")
    reads = (name, arguments.init_from, recipe.data.tokenizer)
    check_outputs([Output("--out", arguments.out, names=written)], reads=reads)
    tell("importing torch")
    from train.full_memory import told_where_full
    from train.pretrain import pretrain
    from train.pretrain.checkpoint import FILE

    device = pretrain.resolve_device(arguments.device)
    if arguments.smoke:
        from train.pretrain.preflight import smoke

        print_result(smoke(recipe, arguments.out, device=device))
        return 0
    limits = pretrain.Limits(stop_at=_at(arguments.stop_after_s), finish_at=_at(arguments.finish_by_s))
    checkpoint = arguments.out / FILE
    advice = "run.micro_tokens lower and run.accumulate higher by as much"
    with told_where_full(advice, lambda: checkpoint if checkpoint.is_file() else None):
        is_done = pretrain.pretrain(recipe, arguments.out, device=device, limits=limits, init_from=arguments.init_from)
    if not is_done:
        print_result({"done": False, "out": str(arguments.out)})
        return UNFINISHED
    result = pretrain.finish(recipe, arguments.out, device=device, deadline=_at(arguments.judge_by_s))
    judged = {key: value for key, value in result.get("judge", {}).items() if key != "wrong_examples"}
    print_result({"done": True, "progress": result.get("progress"), "judge": judged})
    model = arguments.out / "model"
    tell_end("train", model, arguments.out / "report.json", then=("harness", "eval", "--serve", model))
    return 0


def _at(seconds: float | None) -> float | None:
    return None if seconds is None else _STARTED + seconds
