"""``python -m synth mix``: rows of several files in one, by weight."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from solver.base.config.bounds import LAST_SEED, MOST
from solver.base.errors import advice_on
from solver.base.typed_numbers import Whole

_NEXT: Mapping[str, Callable[[Path], tuple[object, ...]]] = {
    "rows": lambda out: ("synth", "check", out),
    "pairs": lambda out: ("train", "dpo", "embedded-dpo", f"data.train={out}", "--out", "runs/dpo"),
    "labelled answers": lambda out: ("synth", "check", out),
    "problems": lambda out: ("train", "grpo", "embedded-grpo", f"data.train={out}", "--out", "runs/grpo"),
}
"""What a mixture holds -> the words of a command that goes on with it."""
HELP = "Mix rows of several files by weight: the task's own, puzzles, general ones against forgetting."


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = """examples:
  python -m synth mix rows.jsonl train.jsonl=0.5 a.jsonl=0.1 --out data/mixed.jsonl
  python -m synth mix rows.jsonl=3 train.jsonl=1 --total 8000 --out data/mixed.jsonl    # three to one
Rows of one problem still stay on one side of data.eval_share in training, however often they come."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE[=WEIGHT]",
        help="JSON lines, and how often their rows come: 2 twice, 0.25 a quarter of them (default: 1)",
    )
    parser.add_argument("--total", type=Whole(1, MOST), metavar="N", help="rows in all; weights are then shares")
    parser.add_argument(
        "--seed", type=Whole(-LAST_SEED, LAST_SEED), default=0, metavar="S", help="another draw and order (default 0)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the mixture, JSON lines")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from solver.base.display.figures import counted, percent
    from solver.base.display.printing import print_text, tell_end
    from solver.base.files import replacing
    from solver.base.inputs import check_once
    from solver.base.outputs import Output, check_outputs, holds_rows
    from synth.errors import CheckError, OutputError
    from synth.mixture import mix, read_part, sizes_of

    named = [_weighed(word) for word in arguments.files]
    check_once([path for path, _ in named], "mix", "file")
    forms = [holds_rows(field) for field in ("messages", "instruction", "questions", "chosen", "completion")]
    output = Output("--out", arguments.out, lambda text: any(form(text) for form in forms))
    check_outputs([output], reads=[path for path, _ in named])
    parts = [read_part(path, weight) for path, weight in named]
    kinds = {part.kind for part in parts}
    if len(kinds) > 1:
        told = ", ".join(f"{part.name} ({part.kind})" for part in parts)
        raise CheckError(f"no trainer takes these together: {told}; mix files of one kind, each for its own trainer")
    lines = mix(parts, seed=arguments.seed, total=arguments.total)
    if kinds == {"problems"} and len(set(lines)) < len(lines):
        raise CheckError(
            "problems would come more than once, and a problem that stands twice in a file is read as one; "
            "lower the weights, and ask more often with optim.epochs"
        )
    if not lines:
        raise CheckError("no row is left; raise the weights")
    try:
        with replacing(arguments.out) as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise OutputError(f"{arguments.out}: cannot be written: {advice_on(error)}") from error
    for (path, _), part, size in zip(named, parts, sizes_of(parts, arguments.total), strict=True):
        share = percent(size / len(lines))
        print_text(f"{path}: {counted(len(part.lines), 'row')}; {size:,} in the mixture, {share} of it")
    tell_end("synth", arguments.out, then=_NEXT[parts[0].kind](arguments.out))
    return 0


def _weighed(word: str) -> tuple[Path, float]:
    from math import isfinite

    from synth.errors import CheckError

    path, equals, weight = word.rpartition("=")
    if not equals:
        return Path(word), 1.0
    try:
        value = float(weight)
    except ValueError:
        value = -1.0
    if not (isfinite(value) and value > 0):
        raise CheckError(f"{word}: {weight!r} is no weight; give a number above 0, as in rows.jsonl=0.5")
    return Path(path), value
