"""The command line of ``python -m synth``."""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from synth.errors import FamilyError, SynthError

EPILOG = """examples:
  python -m synth generate --count 1000 --seed 1 --out data/train.jsonl
  python -m synth generate --count 200 --seed 7 --family seating --difficulty 3 --lang en --out data/seats.jsonl
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of all subcommands."""
    top = argparse.ArgumentParser(
        prog="python -m synth",
        description="Make training data.",
        epilog=EPILOG,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True)
    make = commands.add_parser(
        "generate",
        help="puzzles with proven answers",
        epilog=EPILOG,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    make.add_argument("--count", type=int, required=True, metavar="N", help="problems to make (about 3 questions each)")
    make.add_argument("--seed", type=int, default=0, metavar="S", help="same seed and version, same bytes (default 0)")
    make.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="JSON lines; FILE.card.md is written beside it"
    )
    make.add_argument("--family", action="append", metavar="NAME", help="only this family; may be repeated")
    make.add_argument("--lang", choices=("zh", "en"), help="only this language (default: three quarters Chinese)")
    make.add_argument("--difficulty", type=int, metavar="D", help="1 to 9 (default: a mix of 1 to 5)")
    make.add_argument("--format", choices=("contest", "messages"), default="contest", help="default: contest")
    make.add_argument("--processes", type=int, metavar="P", help="default: all cores")
    make.add_argument("--no-check", action="store_true", help="skip the check against the built-in benchmark")
    commands.add_parser("families", help="list the puzzle families")
    bench = commands.add_parser("benchmark", help="write the built-in benchmark again")
    bench.add_argument("--out", type=Path, default=_built_in())
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit code."""
    options = parser().parse_args(arguments)
    try:
        if options.command == "generate":
            return _generate(options)
        if options.command == "benchmark":
            from synth import benchmark

            options.out.parent.mkdir(parents=True, exist_ok=True)
            options.out.write_text(benchmark.text(), encoding="utf-8")
            print(options.out)
            return 0
        return _families()
    except FamilyError as error:
        print(f"synth: {error}", file=sys.stderr)
        return 2
    except SynthError as error:
        print(f"synth: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("synth: interrupted; nothing was written", file=sys.stderr)
        return 130


def _generate(options: argparse.Namespace) -> int:
    from synth import overlap
    from synth.bar import bar
    from synth.card import card
    from synth.families import TRAINED
    from synth.generate import Order, generate

    if options.count < 1:
        raise FamilyError(f"--count {options.count}: make at least one problem")
    order = Order(
        count=options.count,
        seed=options.seed,
        families=tuple(options.family or (family.name for family in TRAINED)),
        langs=(options.lang,) if options.lang else ("zh", "zh", "zh", "en"),
        level=options.difficulty,
        format=options.format,
    )
    began = time.perf_counter()
    with bar("generating", options.count) as tick:
        written = generate(order, options.out, processes=options.processes, tick=tick)
    seconds = time.perf_counter() - began
    found = None
    if not options.no_check and overlap.is_available() and options.format == "contest" and _built_in().exists():
        with bar("checking", written.problems) as tick, options.out.open(encoding="utf-8") as lines:
            found = overlap.check(lines, overlap.benchmark_lines(_built_in()), tick=tick)
    digest = hashlib.sha256(options.out.read_bytes()).hexdigest()
    text = card(order, written, sha256=digest, overlap=found, seconds=seconds)
    options.out.with_name(f"{options.out.name}.card.md").write_text(text, encoding="utf-8")
    rate = written.questions / seconds
    print(f"{written.problems} problems, {written.questions} questions, {rate:,.0f} questions/s -> {options.out}")
    if found is not None and found.over:
        print(f"synth: {len(found.over)} problems are too close to the benchmark; see the card", file=sys.stderr)
    return 0


def _families() -> int:
    from synth.families import FAMILIES, TRAINED

    trained = {family.name for family in TRAINED}
    for name, family in sorted(FAMILIES.items()):
        print(f"{name:20} {'' if name in trained else '(never trained on) '}{family.title}")
    return 0


def _built_in() -> Path:
    return Path(__file__).resolve().parents[1] / "harness" / "benchmarks" / "builtin.jsonl"
