"""The commands of ``python -m harness``; adding one is a module of ``harness.commands`` and its name here.

Those over finished runs and recorded votes stand in ``harness.commands.over_runs``, and are named once more.
"""

from __future__ import annotations

from collections.abc import Sequence

from solver.base import cli

PROGRAM = cli.Program(
    package="harness",
    description="Score models on benchmarks.",
    commands=(
        "eval",
        "tune",
        "replay",
        "board",
        "forecast",
        "compare",
        "combine",
        "report",
        "export",
        "import",
        "reproduce",
        "leaderboard",
        "submit",
        "audit",
        "reread",
        "benchmarks",
        "fetch",
        "doctor",
    ),
    shelves={
        "over_runs": (
            "replay",
            "board",
            "compare",
            "combine",
            "report",
            "export",
            "import",
            "leaderboard",
            "submit",
            "audit",
            "reread",
        )
    },
    epilog="""examples:
  python -m harness eval                                   the embedded model on a third of the built-in benchmark
  python -m harness eval problems.jsonl --serve models/my-32b-gptq --rule lead:3 --max-samples 16
  python -m harness eval logiqa-zh,ar-lsat                 public benchmarks by name
  python -m harness tune problems.jsonl --endpoint http://127.0.0.1:8000/v1 --out mine.yaml
  python -m harness replay votes.jsonl.gz --rule lead:3 --rule fixed:5 --permutations 100
  python -m harness board votes.jsonl.gz -o rules.md       every stopping rule on recorded votes
  python -m harness compare runs/a runs/b
  python -m harness leaderboard runs
  python -m harness submit runs/mine -o submission.jsonl""",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return cli.main(PROGRAM, argv)
