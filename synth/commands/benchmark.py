"""``python -m synth benchmark``: the built-in benchmark, written again."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.places import BENCHMARK

HELP = "write the built-in benchmark again"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: python -m synth benchmark --out benchmark.jsonl"
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: where eval finds it")


def run(options: argparse.Namespace) -> int:
    from solver.base.display.printing import print_text, tell_end
    from solver.base.files import write_atomically
    from solver.base.outputs import Output, check_outputs, holds_rows
    from synth.puzzles import benchmark

    out = options.out or BENCHMARK
    check_outputs([Output("--out", out, holds_rows("id", "questions"))])
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, benchmark.text())
    print_text(str(out))
    tell_end("synth", out, then=("harness", "eval", out))
    return 0
