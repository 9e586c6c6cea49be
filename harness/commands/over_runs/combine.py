"""``python -m harness combine``: finished runs of several models as one ensemble."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.display.printing import print_json, print_table, tell, tell_end
from solver.voting.ensemble import ENSEMBLES, ensemble_examples

HELP = "finished runs of several models as one ensemble"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        f"ensembles:\n{ENSEMBLES.listing('example')}\n"
        "example: python -m harness combine runs/best runs/b runs/c --ensemble champion -o submission.jsonl"
    )
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="run folders, the best model's first")
    parser.add_argument(
        "--ensemble",
        action="append",
        metavar="RULE",
        help=f"{ensemble_examples()}; may be repeated (default: all that can do without numbers of yours)",
    )
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="write the first rule's answers as a submission")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def run(options: argparse.Namespace) -> int:
    from harness.analysis import ensemble_runs
    from harness.analysis.run_data import MOST_RUNS
    from harness.run.folder import RunFolder
    from harness.run.submission import is_submission, told
    from solver.base.outputs import Output, check_outputs
    from solver.voting.ensemble import parse_ensemble

    reads = [read for run in options.runs for read in RunFolder(run).reads()]
    check_outputs([Output("-o", options.out, is_submission)], reads=reads)
    specs = options.ensemble or [kind.spec for kind in ENSEMBLES if kind.spec]
    found = ensemble_runs.run(options.runs, [parse_ensemble(spec) for spec in specs])
    if options.out is not None:
        written = ensemble_runs.write_submission(options.runs[0], found.verdicts[0], options.out)
        tell(f"harness: by {specs[0]}: {told(written)}")
    if options.json:
        print_json(ensemble_runs.to_json(found))
    else:
        print_table(ensemble_runs.render(found))
    if options.out is not None:
        tell_end("harness", options.out, then=("harness", "report", *options.runs[:MOST_RUNS]))
    else:
        then = ("harness", "combine", *options.runs, "--ensemble", specs[0], "-o", RunFolder(Path()).submission)
        tell_end("harness", then=then)
    return 0
