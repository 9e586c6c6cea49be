"""``python -m train grpo``: reinforcement learning with answers that can be checked."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from train.commands import trainer_command

RESUMES = True
HELP = "Let a model practise on questions with known answers (GRPO); right answers are paid."
_RECIPE = "embedded-grpo"


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "Examples:\n"
        "  python -m train grpo embedded-grpo data.train=problems.jsonl --out runs/grpo\n"
        "  python -m train grpo qwen2.5-1.5b-grpo data.train=problems.jsonl data.solved=runs/a --out runs/rl --check\n"
        "  python -m train grpo qwen2.5-1.5b-grpo data.train=problems.jsonl held_out.data=others.jsonl "
        "held_out.patience=3 --minutes 60 --out runs/rl\n"
        "--check says how often the questions are solved beforehand, by family and level, from a run of harness eval.\n"
        "--loop own draws with an engine beside the trainer that never waits, and trains on groups with spread alone;\n"
        "--loop trl is trl's trainer, for several GPUs. Held-out questions choose the adapter that is written.\n"
        "The same command again goes on from the last checkpoint; exit code 130 means that a signal stopped it."
    )
    trainer_command.declare(parser, recipe=_RECIPE)
    parser.add_argument("--loop", choices=("own", "trl"), help="who trains (loop.kind; default: own)")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from train.grpo.recipe import GrpoRecipe

    if arguments.loop is not None:
        arguments.overrides = [*arguments.overrides, f"loop.kind={arguments.loop}"]
    way = trainer_command.Way(recipe=_RECIPE, load=GrpoRecipe.load, prepare=_prepare, trainer=_trainer)
    return trainer_command.run(arguments, way)


def _prepare(recipe: Any, out: Path, **more: Any) -> Any:
    from train.grpo.grpo import prepare

    return prepare(recipe, out, **more)


def _trainer(ready: Any) -> Any:
    from train.grpo.loops import loop_of

    return loop_of(ready.recipe.loop.kind)
