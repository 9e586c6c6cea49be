"""``python -m synth giveaways``: how many questions are answered without reading the problem."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from solver.base.display.figures import counted
from solver.commands.field_map import declare_map

if TYPE_CHECKING:
    from synth.giveaways.measure import Giveaways

HELP = "measure how far questions can be answered without being read"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Examples:\n"
        "  python -m synth giveaways data/train.jsonl\n"
        "  python -m synth giveaways benchmark.jsonl --json > giveaways.json\n"
        "Four attacks look at the options alone, and at the question's words, at mentions in the text and at\n"
        "the problem's other questions beside them; each is fitted on 4/5 of the problems and asked about the rest.\n"
        "Exit code 1: a family is surely answered by more than three points over chance. Each attack on a family is a\n"
        "cell; p-values are adjusted for all cells (Holm), so that of honest sets at most one in 100 fails. Families\n"
        "that only may be over are told: measure each with more questions (synth generate --family NAME --count 900)."
    )
    parser.add_argument("file", metavar="FILE", help="problems with answers, in any form that eval reads")
    declare_map(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def run(arguments: argparse.Namespace) -> int:
    from solver.base.display.printing import print_json, print_table, tell, tell_end
    from solver.base.display.progress import bar
    from solver.base.extras import require
    from solver.problems.load import read_problems
    from synth.errors import CheckError
    from synth.giveaways.threads import keep_to_one_thread

    keep_to_one_thread()
    require("numpy")
    problems = read_problems(arguments.file, mapping=arguments.map)
    from synth.giveaways.measure import BOUND, LEVEL, fits, giveaways
    from synth.giveaways.tables import habits_table, table_of, to_json

    total = fits(problems)
    if not total:
        raise CheckError(f"{arguments.file}: no question has a known answer, so nothing can give one away")
    with bar("attacks", total) as tick:
        found = giveaways(problems, tick=tick)
    if arguments.json:
        print_json(to_json(found))
    else:
        print_table(table_of(found))
        if found.habits:
            print_table(habits_table(found.habits))
    _tell_suspicions(found)
    given = (*(("the whole",) if found.is_open else ()), *found.open_families)
    over = f"answered without reading by more than {100 * BOUND:g} points over chance"
    tell(
        f"synth: {counted(found.questions, 'question')} of {counted(found.problems, 'problem')}; "
        + (f"{over}: {', '.join(given)}" if given else f"nothing is surely {over}")
        + f" ({counted(len(found.attacks), 'cell')}, adjusted for by Holm's method, {LEVEL:.0%})"
    )
    if not given:
        tell_end("synth", then=("harness", "eval", arguments.file))
    return 1 if given else 0


def _tell_suspicions(found: Giveaways) -> None:
    """Say which families more questions would have to tell of."""
    from solver.base.display.printing import tell

    if found.suspected_families:
        tell(
            f"synth: may be over, or stand there by chance: {', '.join(found.suspected_families)} "
            "(more questions tell: synth generate --family NAME --count 900)"
        )
