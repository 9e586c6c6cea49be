"""``python -m synth benchmark``: a built-in benchmark, written again."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.places import BENCHMARK_1, BENCHMARK_2

HELP = "write a built-in benchmark again"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "examples:\n"
        "  python -m synth benchmark --out benchmark-2.jsonl\n"
        "  python -m synth benchmark --number 3 --out benchmark-3.jsonl"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: where eval finds it; needed for benchmark 3")
    parser.add_argument(
        "--number",
        type=int,
        choices=(1, 2, 3),
        default=2,
        help="1 and 2: copies of the files, made by versions 3 and 4; 3: made by this version (default: 2)",
    )
    parser.add_argument(
        "--no-gate", action="store_true", help="write benchmark 3 also where it is answered without being read"
    )


def run(options: argparse.Namespace) -> int:
    from solver.base.display.printing import print_text, tell, tell_end
    from solver.base.extras import lacking, missing
    from solver.base.files import write_atomically
    from solver.base.outputs import Output, check_outputs, holds_rows
    from synth.errors import FamilyError
    from synth.puzzles import benchmark

    shipped = {1: BENCHMARK_1, 2: BENCHMARK_2}.get(options.number)
    out = options.out or shipped
    if out is None:
        raise FamilyError("benchmark 3 is no file of the package; say where it goes with --out FILE")
    check_outputs([Output("--out", out, holds_rows("id", "questions"))])
    if shipped is not None:
        text = shipped.read_text(encoding="utf-8")
    else:
        made = list(benchmark.benchmark())
        text = "".join(benchmark.line_of(split, item) for split, item in made)
        if not options.no_gate and missing(["numpy"]):
            tell(f"synth: not held against attacks that do not read: {lacking('numpy')}")
        elif not options.no_gate:
            from synth.giveaways.threads import keep_to_one_thread

            keep_to_one_thread()
            from synth.giveaways.gate import gate

            passed = gate([item.problem for _, item in made], fewest=0)
            for fault in passed.faults if passed else ():
                tell(f"synth: answered without reading: {fault}")
            if passed and passed.faults:
                return 1
    write_atomically(out, text)
    print_text(str(out))
    tell_end("synth", out, then=("harness", "eval", out))
    return 0
