"""``python -m harness forecast``: what every stopping rule and cap would bring and cost, from a small pilot."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.config.bounds import MOST, MOST_SAMPLES
from solver.base.typed_numbers import Real, Whole

RESUMES = True
HELP = "from a small pilot: accuracy, tokens, price and time of every stopping rule, with bands"
_PILOTS = 200
_TOLD_OF = ("rule",)
"""What a forecast is there to choose."""
_OF_RECORDED = {"command", "words", "recorded", "n_pilot", "pilots", "is_json"}
"""What ``--recorded`` reads; ``command`` is the parser's own."""
_EXAMPLES = """examples:
  python -m harness forecast problems.jsonl --endpoint http://127.0.0.1:8000/v1 --pilot 16 --deadline 2h
  python -m harness eval --from-forecast runs/…/forecast.json          goes on from the pilot's samples
  python -m harness forecast votes.jsonl.gz --recorded --pilots 200    are the bands honest on recorded votes?
"""


def declare(parser: argparse.ArgumentParser) -> None:
    from harness.run.config import EvalConfig
    from solver.commands import options

    parser.epilog = _EXAMPLES
    add = parser.add_argument
    add(
        "--pilot",
        dest="n_pilot",
        type=Whole(2, MOST),
        default=16,
        metavar="N",
        help="questions of the pilot (default 16)",
    )
    add("--target-accuracy", type=Real(0, 1), metavar="SHARE", help="0 to 1; the cheapest rule that reaches it")
    add("--price-limit", type=Real(0, MOST), metavar="X", help="of the whole run, in the currency of the prices")
    add("--recorded", action="store_true", help="DATA is recorded votes: draw pilots from them and count what held")
    add("--pilots", type=Whole(1, MOST_SAMPLES), metavar="N", help=f"with --recorded, how many (default {_PILOTS})")
    words = "files of any shape, -, hf:org/set, benchmarks (default: a third of the built-in one); key=value"
    # Every rule is told of, and one of them chosen.
    options.declare(parser, EvalConfig, words="DATA", help=words, leave_out=_TOLD_OF)


def run(arguments: argparse.Namespace) -> int:
    import asyncio

    from harness.forecast import forecast_files
    from harness.forecast.forecast import Wishes, forecast_of
    from harness.forecast.predict import LEAST_SAMPLES
    from harness.forecast.table import render
    from harness.run.config import EvalConfig, as_begun
    from harness.run.evaluate import evaluate
    from harness.run.folder import RunFolder
    from harness.run.process_start import process_started
    from solver.base.display.printing import print_json, print_table, tell_end
    from solver.base.errors import Interrupted, UsageError
    from solver.base.outputs import Output, check_outputs
    from solver.commands import options

    _check_idle(arguments)
    if arguments.recorded:
        return _recorded(arguments)
    asked = as_begun(options.read(EvalConfig, arguments, files="data"))
    if asked.sampling.max_samples < LEAST_SAMPLES:
        raise UsageError(
            f"--max-samples {asked.sampling.max_samples}: a forecast tells rules apart from {LEAST_SAMPLES} on"
        )
    rule = f"fixed:{asked.sampling.max_samples}"
    pilot = asked.replaced(pilot=arguments.n_pilot, deadline_s=None, rule=rule)
    check_outputs([Output("--run", pilot.folder, names=RunFolder(pilot.folder).written)], reads=pilot.inputs)
    try:
        outcome = asyncio.run(evaluate(pilot, process_started=process_started()))
    except asyncio.CancelledError:
        raise Interrupted(f"continue with the same command and --run {pilot.folder}") from None
    if outcome.stop == "interrupted":
        raise Interrupted(f"continue with the same command and --run {pilot.folder}")
    wishes = Wishes(
        deadline_s=asked.deadline_s, price_limit=arguments.price_limit, target_accuracy=arguments.target_accuracy
    )
    found = forecast_of(pilot, wishes)
    path = forecast_files.write(asked, pilot, found)
    if asked.is_json:
        print_json(forecast_files.to_json(found))
    else:
        print_table(render(found))
    tell_end("harness", path, then=("harness", "eval", "--from-forecast", path))
    return 0


def _check_idle(arguments: argparse.Namespace) -> None:
    """Refuse what would be taken and do nothing.

    Raises:
        UsageError: naming it.
    """
    from solver.base.errors import UsageError

    pairs = {word.partition("=")[0] for word in [*arguments.words, *arguments.set] if "=" in word}
    if idle := sorted(pairs & set(_TOLD_OF)):
        raise UsageError(
            f"{idle[0]}=… does nothing here: a forecast tells of every rule, and chooses one; leave it out"
        )
    if not arguments.recorded:
        if arguments.pilots is not None:
            raise UsageError("--pilots is how many pilots --recorded draws; add that, or leave it out")
        return
    told = {name for name, value in vars(arguments).items() if value not in (None, [])}
    if idle := sorted((told | pairs) - _OF_RECORDED):
        raise UsageError(
            f"--recorded asks no model, so {', '.join(idle)} would do nothing; it takes --pilot, --pilots and --json"
        )


def _recorded(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    from harness.board.vote_sets import read_sets
    from harness.forecast.calibration import coverage
    from harness.forecast.table import render_coverage
    from solver.base.display.printing import print_json, print_table
    from solver.base.display.progress import bar

    for one in read_sets([Path(word) for word in arguments.words], 8):
        pilots = arguments.pilots or _PILOTS
        with bar(f"pilots of {one.name}", pilots) as tick:
            found = coverage(one.questions, arguments.n_pilot, pilots, min(8, one.samples), tick=tick)
        if getattr(arguments, "is_json", False):
            for row in found:
                print_json({"votes": one.name, "pilot": arguments.n_pilot, **asdict(row)})
        else:
            print_table(render_coverage(one.name, found))
    return 0
