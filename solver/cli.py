"""The commands of ``python -m solver``; adding one is a module of ``solver.commands`` and its name here."""

from __future__ import annotations

from collections.abc import Sequence

from solver.base import cli

PROGRAM = cli.Program(
    package="solver",
    description="Solve logical multiple-choice questions with language models.",
    commands=("terminal", "answer", "serve", "extract"),
    default="terminal",
    epilog="""examples:
  python -m solver                                  the interactive terminal
  python -m solver answer problems.jsonl --json > answers.jsonl
  python -m solver extract < outputs.jsonl > letters.jsonl""",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return cli.main(PROGRAM, argv)
