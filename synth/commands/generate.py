"""``python -m synth generate``: puzzles with proven answers, in bulk."""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

from solver.base.config.bounds import LAST_SEED, MOST
from solver.base.display.figures import counted
from solver.base.typed_numbers import Whole
from synth.errors import FamilyError

if TYPE_CHECKING:
    from synth.generate.order import Order
    from synth.puzzles.reasoning.steps import Manner

HELP = "puzzles with proven answers"
_MEASURED = 4000
"""Problems that the gate looks at, the first ones: over 200 questions a family of a mixed set, and 4 s of one core."""
_EXAMPLES = """examples:
  python -m synth generate --count 1000 --seed 1 --out data/train.jsonl
  python -m synth generate --count 1000 --chains words --register plain --format messages --out data/words.jsonl
  python -m synth generate --count 200 --seed 7 --family seating --difficulty 3 --lang en --out data/seats.jsonl
"""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "--count", type=Whole(1, MOST), required=True, metavar="N", help="problems to make (about 3 questions each)"
    )
    parser.add_argument(
        "--seed",
        type=Whole(-LAST_SEED, LAST_SEED),
        default=0,
        metavar="S",
        help="same seed and version, same bytes (default 0)",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="JSON lines; FILE.card.md is written beside it"
    )
    parser.add_argument("--family", action="append", metavar="NAME", help="only this family; may be repeated")
    parser.add_argument("--lang", choices=("zh", "en"), help="only this language (default: three quarters Chinese)")
    parser.add_argument("--difficulty", type=Whole(1, 9), metavar="D", help="1 to 9 (default: a mix of 1 to 5)")
    parser.add_argument(
        "--format",
        choices=("contest", "messages", "questions"),
        default="contest",
        help="contest (default); messages to learn answering; questions to learn writing questions (augment)",
    )
    parser.add_argument(
        "--chains",
        choices=("trace", "words"),
        default="trace",
        help="trace (default): the steps in shorthand, as the embedded model learns them; words: the same reasoning "
        "told as a person would, every sentence proven",
    )
    parser.add_argument(
        "--register",
        choices=("plain", "careful", "terse", "talkative"),
        help="with --chains words: how they are told (default: a mixture)",
    )
    parser.add_argument(
        "--length",
        choices=("short", "medium", "long"),
        help="with --chains words: short gives the steps; medium also what is asked and why one wrong option fails; "
        "long all of them (default: a mixture)",
    )
    parser.add_argument("--processes", type=Whole(1, 4096), metavar="P", help="default: all cores")
    parser.add_argument("--no-check", action="store_true", help="also make problems that stand in a built-in benchmark")
    parser.add_argument(
        "--no-gate",
        action="store_true",
        help="skip the gate: exit code 1 where a family is surely answered without being read (from 1,000 questions)",
    )


def run(options: argparse.Namespace) -> int:
    from solver.base.display.printing import print_text, tell, tell_end
    from solver.base.display.progress import bar
    from solver.base.extras import lacking, missing
    from solver.base.files import write_atomically
    from synth.generate.bulk import collecting_seldom, generate
    from synth.generate.data_card import card
    from synth.giveaways.background_gate import GateBeside
    from synth.giveaways.threads import keep_to_one_thread

    keep_to_one_thread()
    order = _order(options)
    card_path = options.out.with_name(f"{options.out.name}.card.md")
    _check_outputs(options.out, card_path)
    lacks_numpy = bool(missing(["numpy"]))
    is_gated = not options.no_gate and not lacks_numpy
    began = time.perf_counter()
    with collecting_seldom(), GateBeside() as beside:
        with bar("generating", options.count, is_forking=True) as tick:
            written = generate(
                order,
                options.out,
                processes=options.processes,
                first=_MEASURED if is_gated else 0,
                with_first=beside.begin,
                tick=tick,
            )
        passed = beside.passed()
    seconds = time.perf_counter() - began
    digest = hashlib.sha256(options.out.read_bytes()).hexdigest()
    text = card(order, written, sha256=digest, seconds=seconds, gate=passed.line if passed else None)
    write_atomically(card_path, text)
    rate = written.questions / seconds
    made = f"{counted(written.problems, 'problem')}, {counted(written.questions, 'question')}"
    print_text(f"{made}, {rate:,.0f} questions/s -> {options.out}")
    for fault in passed.faults if passed else ():
        tell(f"synth: answered without reading: {fault}")
    if lacks_numpy and not options.no_gate:
        tell(f"synth: not held against attacks that do not read: {lacking('numpy')}")
    tell_end("synth", options.out, f"{options.out}.card.md", then=("synth", "check", options.out))
    return 1 if passed and passed.faults else 0


def _order(options: argparse.Namespace) -> Order:
    from synth.generate.order import Order, check_families
    from synth.puzzles.benchmark_overlap import built_in
    from synth.puzzles.families import trained

    names = check_families(tuple(options.family or (family.name for family in trained())))
    manner = _manner(options)
    if manner is not None:
        names = _with_words(names, is_named=bool(options.family))
    return Order(
        count=options.count,
        seed=options.seed,
        families=names,
        langs=(options.lang,) if options.lang else ("zh", "zh", "zh", "en"),
        difficulty=options.difficulty,
        format=options.format,
        manner=manner,
        apart_from=() if options.no_check else built_in(),
    )


def _check_outputs(out: Path, card: Path) -> None:
    from solver.base.outputs import Output, begins, check_outputs, holds_rows
    from synth.puzzles.benchmark_overlap import built_in

    is_ours = (holds_rows("id", "questions"), holds_rows("messages"))
    rows = Output("--out", out, lambda text: any(one(text) for one in is_ours), beside="a data card")
    check_outputs([rows, Output("--out", card, begins("# Data card"))], reads=built_in())


def _manner(options: argparse.Namespace) -> Manner | None:
    from synth.puzzles.reasoning.steps import Manner

    if options.chains == "words":
        return Manner(register=options.register, length=options.length)
    for flag in ("register", "length"):
        if getattr(options, flag):
            raise FamilyError(f"--{flag} {getattr(options, flag)}: only chains in words have one; add --chains words")
    return None


def _with_words(names: tuple[str, ...], *, is_named: bool) -> tuple[str, ...]:
    """Return the families that have chains in words; one that was asked for and has none is refused."""
    from solver.base.display.printing import tell
    from synth.generate.order import with_words

    found = with_words(names)
    without = [name for name in names if name not in found]
    if without and is_named:
        raise FamilyError(f"--family {without[0]}: it has no chains in words yet; leave it out, or use --chains trace")
    if without:
        tell(f"synth: left out, without chains in words: {len(without)} of {counted(len(names), 'family')}")
    return found
