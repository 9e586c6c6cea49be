"""The commands of ``python -m train``; adding one is a module of ``train.commands`` and its name here."""

from __future__ import annotations

from collections.abc import Sequence

from solver.base import cli

PROGRAM = cli.Program(
    package="train",
    description="Train the embedded model from scratch; fine-tune, merge and quantise Qwen2.5.",
    commands=("tokenizer", "pretrain", "sft", "dpo", "grpo", "merge", "quantize", "export", "plan"),
    epilog="example: python -m train pretrain --recipe embedded --out runs/pre --minutes 16",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return cli.main(PROGRAM, argv)
