"""``python -m harness reproduce``: a run again, from its card, and how far the two agree."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.base.display.figures import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.analysis.reproduction import Agreement

RESUMES = True
HELP = "run again what a run's card says, and state how far the two agree"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "examples:\n"
        "  python -m harness reproduce runs/mine/card.json\n"
        "  python -m harness reproduce card.json --serve models/mine   the model lies elsewhere\n"
        "  python -m harness reproduce card.json --endpoint http://127.0.0.1:8000/v1 --run runs/again\n"
        "Exit code 0: the difference is within noise: its 95 % interval, paired and clustered by problem, holds zero;\n"
        "1: it is not, or data or prompt are others. The same command again goes on."
    )
    add = parser.add_argument
    add("card", type=Path, metavar="CARD", help="card.json, or the run folder that holds it")
    add("--endpoint", action="append", metavar="URL", help="ask this server instead; may be repeated")
    add("--serve", metavar="MODEL", help="serve this instead: folder, org/name[@revision]")
    add("--data", action="append", default=[], metavar="FILE", help="the data lie here; may be repeated")
    add(
        "--trust-card",
        action="store_true",
        help="let the card name other machines to ask, engine arguments, files to read and what to fetch",
    )
    add("--run", metavar="DIR", help="run folder (default: beside the card's, with -again)")
    shown = "how the run is shown on stderr (default: auto)"
    add("--display", choices=("auto", "live", "plain", "log", "none"), default="auto", help=shown)
    add("--json", action="store_true", help="the agreement as one JSON object")


def run(options: argparse.Namespace) -> int:
    import asyncio

    from harness.analysis.reproduction import agreement_of, at_its_word, config_of, differences, read_card
    from harness.run.evaluate import evaluate
    from harness.run.folder import RunFolder
    from harness.run.process_start import process_started
    from solver.base.display.printing import tell, tell_end
    from solver.base.errors import Interrupted, UsageError
    from solver.base.outputs import Output, check_outputs
    from solver.hub.model_folder import model_folder

    if options.endpoint and options.serve:
        raise UsageError("--endpoint asks a running server and --serve starts one: give one of the two")
    then = read_card(options.card)
    folder = options.card if options.card.is_dir() else options.card.parent
    overrides: dict[str, object] = {"display": options.display, "run": options.run or f"{folder.resolve()}-again"}
    overrides |= {"data": tuple(options.data)} if options.data else {}
    overrides |= {"endpoints": tuple(options.endpoint)} if options.endpoint else {}
    overrides |= {"serve": options.serve} if options.serve else {}
    if not options.trust_card and (own := at_its_word(then, overrides)):
        raise UsageError(
            f"the card would {'; '.join(own)[:1000]}. Name server, model or data yourself (--endpoint, --serve, "
            "--data), or, where you know who made it, pass --trust-card"
        )
    config = config_of(then, overrides)
    check_outputs([Output("--run", config.folder, names=RunFolder(config.folder).written)], reads=config.inputs)
    if not config.backend.endpoints:
        config = config.replaced(serve=model_folder(config.backend.serve, tell))
    try:
        outcome = asyncio.run(evaluate(config, process_started=process_started()))
    except asyncio.CancelledError:
        raise Interrupted(f"continue with the same command and --run {config.folder}") from None
    if not outcome.is_complete:
        why = outcome.stop or "samples failed"
        tell(f"harness: incomplete ({why}); nothing is compared; the same command goes on: {outcome.folder}")
        return 1
    now = read_card(outcome.folder)
    notes = list(differences(then, now))
    found = agreement_of(then, now)
    is_same_thing = not any(note.startswith(("data sha256", "prompt sha256")) for note in notes)
    _report(found, notes, as_json=options.json, is_same_thing=is_same_thing)
    is_comparable = RunFolder(folder).results.exists()
    following = ("compare", folder, outcome.folder) if is_comparable else ("report", outcome.folder)
    tell_end("harness", outcome.folder, then=("harness", *following))
    return 0 if found.is_within_noise and is_same_thing else 1


def _report(found: Agreement, notes: Sequence[str], *, as_json: bool, is_same_thing: bool) -> None:
    from harness.scoring.tables import table
    from solver.base.display.figures import percent, points, with_interval
    from solver.base.display.printing import print_json, print_table, tell

    gap, same = found.difference, found.same
    if as_json:
        row: dict[str, Any] = {"accuracy_then": found.accuracy_then, "accuracy_now": found.accuracy_now}
        row |= {"difference": gap.value, "ci_low": gap.low, "ci_high": gap.high, "p_value": gap.p_value, "n": gap.n}
        row |= {"same": same.value, "same_low": same.low, "same_high": same.high, "differences": list(notes)}
        print_json({**row, "is_within_noise": found.is_within_noise, "is_same_thing": is_same_thing})
        return
    for note in notes:
        tell(f"harness: not alike: {note}")
    rows = [
        ("accuracy then", percent(found.accuracy_then)),
        ("accuracy now", percent(found.accuracy_now)),
        ("now less then, points (95 % interval)", f"{points(gap.value)} ({points(gap.low)} to {points(gap.high)})"),
        ("the same answer", with_interval(same.value, same.low, same.high)),
    ]
    verdict = "within noise" if found.is_within_noise else "NOT within noise"
    verdict = verdict if is_same_thing else "not a run of the same data and prompt"
    print_table(
        table(
            f"Again: {verdict}",
            ("", ""),
            rows,
            caption=f"{counted(gap.n, 'question')} of {counted(gap.n_clusters, 'problem')}",
        )
    )
