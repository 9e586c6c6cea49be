"""The commands of ``python -m synth``; adding one is a module of ``synth.commands`` and its name here."""

from __future__ import annotations

from collections.abc import Sequence

from solver.base import cli

PROGRAM = cli.Program(
    package="synth",
    description="Make training data.",
    commands=(
        "generate",
        "families",
        "benchmark",
        "export",
        "distill",
        "harvest",
        "mix",
        "check",
        "giveaways",
        "augment",
        "perturb",
    ),
    epilog="example: python -m synth generate --count 1000 --seed 1 --out data/train.jsonl",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return cli.main(PROGRAM, argv)
