"""``python -m harness report``: one HTML file about one or several runs."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from harness.commands.moved_data import declare_moved_data

HELP = "one self-contained HTML file about runs: charts, and every question with its chains"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "examples:\n"
        "  python -m harness report runs/mine                      writes runs/mine/report.html\n"
        "  python -m harness report runs/a runs/b -o a-b.html      two runs side by side, paired\n"
    )
    add = parser.add_argument
    add("runs", nargs="+", type=Path, metavar="RUN", help="run folder; others are compared with the first")
    add("-o", "--output", type=Path, metavar="FILE", help="the file to write (default: report.html in the first RUN)")
    declare_moved_data(parser)
    add("--no-chains", action="store_true", help="leave the samples' texts out: a smaller file, fit to be passed on")


def run(options: argparse.Namespace) -> int:
    from harness.analysis.run_data import MOST_RUNS, gather
    from harness.run.folder import RunFolder, check_is_run
    from solver.base.display.printing import print_text, tell, tell_end
    from solver.base.display.progress import bar
    from solver.base.errors import UsageError
    from solver.base.files import write_atomically
    from solver.base.inputs import check_once
    from solver.base.outputs import Output, check_outputs

    if len(options.runs) > MOST_RUNS:
        raise UsageError(f"report shows up to {MOST_RUNS} runs, found {len(options.runs)}; name fewer")
    check_once(options.runs, "report")
    for folder in options.runs:
        check_is_run(folder)
    output: Path = options.output or RunFolder(options.runs[0]).report
    reads = [read for folder in options.runs for read in RunFolder(folder).reads()]
    is_ours = Output("-o", output, lambda text: "· logic-vote</title>" in text)
    check_outputs([is_ours], reads=[*reads, *options.data])
    runs = gather(options.runs, options.data)
    from harness.report.page import page_of

    with bar("drawing", 100) as show:
        page = page_of(
            runs,
            made_on=time.strftime("%Y-%m-%d"),
            with_chains=not options.no_chains,
            show=lambda done, total: show(100 * done // total),
        )
    write_atomically(output, page)
    for one in runs:
        if one.texts_missing:
            tell(f"note: {one.name}: no texts of questions ({one.texts_missing}); --data names the file")
    print_text(f"{output} ({len(page.encode()) / 1e6:.1f} MB)")
    submission = RunFolder(options.runs[0]).submission.name
    tell_end("harness", output, then=("harness", "submit", options.runs[0], "-o", submission))
    return 0
