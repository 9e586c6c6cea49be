"""``python -m harness replay``: stopping rules on recorded samples."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path

from solver.base.config.bounds import LAST_SEED, MOST, MOST_SAMPLES
from solver.base.display.printing import print_json, print_table, tell, tell_end
from solver.base.typed_numbers import Whole
from solver.problems.shapes.opening import STDIN
from solver.voting.rules import RULES, rule_examples

HELP = "what stopping rules would have done on recorded samples"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        f"stopping rules (a question gets no further samples …)\n{RULES.listing('example')}\n"
        "example: python -m harness replay votes.jsonl.gz --rule lead:3 --rule fixed:5 --pool-by dataset,question_id"
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="recorded votes, or run folders")
    parser.add_argument(
        "--rule", action="append", required=True, metavar="R", help=f"{rule_examples()}; may be repeated"
    )
    parser.add_argument(
        "--cap", type=Whole(1, MOST_SAMPLES), default=40, help="samples a question at most (default 40)"
    )
    parser.add_argument(
        "--permutations",
        type=Whole(0, MOST_SAMPLES),
        default=100,
        help="shuffles of each question's samples (default 100)",
    )
    parser.add_argument("--pool-by", default="", metavar="FIELD,FIELD", help="join rows that share these fields")
    parser.add_argument(
        "--min-samples", type=Whole(0, MOST), default=0, help="leave out questions with fewer recorded samples"
    )
    parser.add_argument(
        "--seed", type=Whole(-LAST_SEED, LAST_SEED), default=0, help="another seed, other shuffles (default 0)"
    )
    parser.add_argument(
        "--at-k", action="store_true", help="also majority@k and pass@k over all choices of k samples, and difficulty"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a rule and line")


def run(options: argparse.Namespace) -> int:
    from harness.analysis import replay, replay_at_k

    fields = tuple(field for field in options.pool_by.split(",") if field)
    args = replay.ReplayArgs(
        files=tuple(options.files),
        rules=tuple(options.rule),
        cap=options.cap,
        permutations=options.permutations,
        pool_by=fields,
        min_samples=options.min_samples,
        seed=options.seed,
    )
    outcomes = replay.run(args)
    found = replay_at_k.run(args) if options.at_k else None
    if options.json:
        for row in replay.to_json(outcomes):
            print_json(row)
        for row in replay_at_k.to_json(found) if found else ():
            print_json(row)
    else:
        print_table(replay.render(outcomes))
        if found:
            print_table(replay_at_k.render(found))
    best = replay.cheapest(outcomes)
    rule = ("--rule", best.rule, "--max-samples", best.longest)
    if asked := _asked(options.files):
        tell_end("harness", then=("harness", "eval", *asked, *rule))
    else:
        # Records name no file of problems, and without one nothing can be asked.
        tell(f"harness: for a run: {shlex.join(map(str, rule))}")
    return 0


def _asked(files: Sequence[Path]) -> tuple[str, ...]:
    """Return the words for what was asked, and where: those of the runs, where all are runs on one file of problems."""
    from harness.benchmarks.builtin import as_noted
    from harness.errors import RunFolderError
    from harness.run.folder import RunFolder

    found: set[tuple[str, ...]] = set()
    for folder in files:
        try:
            config = RunFolder(folder).read_config()
        except RunFolderError:
            return ()
        noted = {**(config.get("all") or {}), "data": (config.get("binding") or {}).get("data")}
        data = [as_noted(str(name)) for name in noted["data"] or ()]
        where = [word for url in noted.get("endpoints") or () for word in ("--endpoint", str(url))]
        words = (*data, *(["--map", str(noted["map"])] if noted.get("map") else []))
        found.add((*words, *(where or ["--serve", str(noted.get("serve"))])) if data and STDIN not in data else ())
    return found.pop() if len(found) == 1 else ()
