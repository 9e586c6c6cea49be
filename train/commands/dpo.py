"""``python -m train dpo``: preferences between a right and a wrong chain, with trl and peft."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from train.commands import trainer_command

RESUMES = True
HELP = "Train a LoRA adapter on pairs of a right and a wrong answer (DPO)."
_RECIPE = "embedded-dpo"


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "Examples:\n"
        "  python -m train dpo embedded-dpo data.train=pairs.jsonl --out runs/dpo\n"
        "  python -m train dpo qwen2.5-1.5b-dpo data.train=pairs.jsonl --init-adapter runs/sft/adapter --out runs/d\n"
        "  python -m train dpo qwen2.5-1.5b-dpo data.train=pairs.jsonl --plan --gpu h200\n"
        "Pairs come of synth distill --format dpo, or of synth harvest. With --init-adapter the reference is that "
        "adapter, without it the base.\n"
        "The same command again goes on from the last checkpoint; exit code 130 means that a signal stopped it."
    )
    trainer_command.declare(parser, recipe=_RECIPE)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from train.dpo.recipe import DpoRecipe

    return trainer_command.run(arguments, trainer_command.Way(recipe=_RECIPE, load=DpoRecipe.load, prepare=_prepare))


def _prepare(recipe: Any, out: Path, **more: Any) -> Any:
    from train.dpo.dpo import prepare

    return prepare(recipe, out, **more)
