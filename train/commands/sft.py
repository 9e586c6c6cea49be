"""``python -m train sft``: LoRA fine-tuning with trl and peft."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from train.commands import trainer_command

RESUMES = True
HELP = "Fine-tune a LoRA adapter on rows of prompts and answers."
_RECIPE = "embedded-lora"


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "Examples:\n"
        "  python -m train sft embedded-lora data.train=data/rows.jsonl --out runs/sft\n"
        "  python -m train sft champion-qwen2.5-32b data.train=[a.jsonl,b.jsonl] --out runs/champion --check\n"
        "  python -m train sft champion-qwen2.5-32b data.train=a.jsonl run.accelerate=fsdp --out runs/champion "
        "--print-launch\n"
        "The same command again goes on from the last checkpoint; exit code 130 means that a signal stopped it."
    )
    trainer_command.declare(parser, recipe=_RECIPE)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from train.sft.recipe import SftRecipe

    return trainer_command.run(arguments, trainer_command.Way(recipe=_RECIPE, load=SftRecipe.load, prepare=_prepare))


def _prepare(recipe: Any, out: Path, **more: Any) -> Any:
    from train.sft.sft import prepare

    return prepare(recipe, out, **more)
