"""``python -m synth check``: what is wrong with a data set, and its card."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.display.figures import counted
from solver.base.errors import advice_on
from solver.base.typed_numbers import Whole

_LONGEST_HEAD = 2**20
"""Bytes of a first line that are looked at."""
HELP = "Check rows of training data: duplicates, benchmark overlap, leaks, balance, chains against labels."


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Examples:\n"
        "  python -m synth check data/train.jsonl data/dev.jsonl -o data/card.md\n"
        "  python -m synth check rows.jsonl.gz --against benchmark.jsonl --findings findings.jsonl --json\n"
        "  python -m synth check rows.jsonl --allow near_duplicate=0.3 --source sais='none stated: evaluation only'\n"
        "Rows: messages, alpaca (instruction, input, output), contest form (problem, questions),\n"
        "pairs (dpo), answers with labels (kto), also .gz.\n"
        "Exit code 1: something serious was found."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="several are checked against each other")
    parser.add_argument(
        "--against", action="append", type=Path, metavar="FILE", help="a benchmark (default: the built-in ones)"
    )
    parser.add_argument("--no-builtin", action="store_true", help="leave the built-in benchmarks out")
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="write the card there instead of to stdout")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the card")
    parser.add_argument("--findings", type=Path, metavar="FILE", help="list every finding there, one JSON line each")
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="KIND[=SHARE]",
        help="tolerate a kind of finding, in all rows or in a share (0 to 1)",
    )
    parser.add_argument(
        "--source", action="append", default=[], metavar="NAME=LICENCE", help="licence of a source, for the card"
    )
    parser.add_argument(
        "--rejected", action="append", default=[], type=Path, metavar="FILE", help="rejected rows, each with a reason"
    )
    parser.add_argument("--processes", type=Whole(1, 4096), metavar="P", help="default: all cores")


def run(arguments: argparse.Namespace) -> int:
    from solver.base.display.printing import print_json, print_text, tell, tell_end
    from solver.base.display.progress import bar
    from solver.base.files import write_atomically
    from solver.base.outputs import Output, begins, check_outputs, holds_rows
    from synth.errors import CheckError

    allowed = tuple(_share(word) for word in arguments.allow)
    licences = tuple(_pair(word) for word in arguments.source)
    from synth.check.card import card, to_json
    from synth.check.data_set import CheckArgs, check
    from synth.puzzles.benchmark_overlap import built_in

    against = tuple(arguments.against or ())
    if not arguments.no_builtin:
        against = (*built_in(), *against)
    outputs = [
        Output("-o", arguments.out, begins("# Data card")),
        Output("--findings", arguments.findings, holds_rows("file", "line", "kind")),
    ]
    check_outputs(outputs, reads=[*arguments.files, *against, *arguments.rejected])
    args = CheckArgs(
        files=tuple(arguments.files),
        against=against,
        rejected=tuple(arguments.rejected),
        licences=licences,
        allowed=allowed,
        findings=arguments.findings,
        processes=arguments.processes,
    )
    with bar("checking, per mille", 1000, is_forking=True) as tick:
        # In shares: how many lines there are is known only once the files were surveyed.
        report = check(args, tick=lambda done, total: tick(1000 * done // total))
    for name, _ in licences:
        if name not in report.traits["source"]:
            there = ", ".join(sorted(report.traits["source"])) or "none"
            tell(f"synth: note: --source {name}: no row is of that source; there are: {there}")
    text = card(report)
    if arguments.out is not None:
        try:
            write_atomically(arguments.out, text)
        except OSError as error:
            raise CheckError(f"-o {arguments.out}: cannot be written ({advice_on(error)})") from error
    if arguments.json:
        print_json(to_json(report))
    elif arguments.out is None:
        print_text(text, end="")
    serious = [one.kind for one in report.problems if one.is_serious] + [
        note.name for note in report.notes if note.is_serious
    ]
    rate = report.rows / max(report.seconds, 1e-9)
    tell(
        f"synth: {counted(report.rows, 'row')} in {report.seconds:.1f} s ({rate:,.0f} a second); "
        + (f"serious: {', '.join(serious)}" if serious else "nothing serious")
    )
    wrote = [path for path in (arguments.out, arguments.findings) if path is not None]
    tell_end("synth", *wrote, then=_learning(arguments.files[0]) if report.with_chain and not serious else ())
    return 1 if serious else 0


def _learning(file: Path) -> tuple[object, ...]:
    """Return the words of the command that learns from such rows; answers with labels are for other trainers."""
    from solver.base.outputs import holds_rows

    with file.open(encoding="utf-8", errors="replace") as lines:
        first = lines.readline(_LONGEST_HEAD)
    if holds_rows("completion")(first):
        return ()
    way = "dpo" if holds_rows("chosen")(first) else "sft"
    recipe = "embedded-dpo" if way == "dpo" else "embedded-lora"
    return ("train", way, recipe, f"data.train={file}", "--out", f"runs/{way}")


def _pair(word: str) -> tuple[str, str]:
    from synth.errors import CheckError

    name, mark, value = word.partition("=")
    if not (name and mark and value):
        raise CheckError(f"--source {word}: write NAME=LICENCE")
    return name, value


def _share(word: str) -> tuple[str, float]:
    from synth.errors import CheckError

    kind, mark, value = word.partition("=")
    try:
        share = float(value) if mark else 1.0
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise CheckError(f"--allow {word}: write KIND or KIND=SHARE, with a share from 0 to 1")
    return kind, share
