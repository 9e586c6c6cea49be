"""``python -m harness audit``: answer keys that models dispute, and decisions laid over data."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from solver.base.display.figures import counted
from solver.base.typed_numbers import Real
from solver.commands.field_map import declare_map

HELP = "list answer keys that models dispute; lay a person's decisions over data"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "examples:\n"
        "  python -m harness audit runs/a runs/b -o runs/audit/disputed.jsonl\n"
        "  python -m harness audit votes.jsonl.gz --data problems.jsonl --decisions fixes.jsonl\n"
        "  python -m harness audit --apply disputed.jsonl problems.jsonl -o mended.jsonl\n"
        'To decide, set "decision" in disputed.jsonl to a letter, "keep" or "drop"; then --apply it.'
    )
    parser.add_argument(
        "sources", nargs="+", type=Path, metavar="RUN|VOTES", help="run folders and recorded votes; DATA for --apply"
    )
    parser.add_argument("--data", action="append", type=Path, metavar="FILE", help="problems: texts and keys")
    declare_map(parser)
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="default: disputed.jsonl (not with --json)")
    parser.add_argument(
        "--min-strength", type=Real(-1, 1), metavar="S", help="flag from this strength, 0 to 1 (default 0.2)"
    )
    parser.add_argument("--leave-out", action="append", default=[], metavar="PATTERN", help="voters not to count")
    parser.add_argument("--equal", action="store_true", help="let every voter count the same")
    parser.add_argument(
        "--decisions",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="decisions to hold the flags against; also scores the runs again",
    )
    parser.add_argument(
        "--apply", action="append", default=[], type=Path, metavar="FIXES", help="lay decisions over DATA, to --out"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def run(options: argparse.Namespace) -> int:
    return _apply(options) if options.apply else _audit(options)


def _apply(options: argparse.Namespace) -> int:
    from harness.audit.decisions import apply_fixes, read_fixes
    from solver.base.display.printing import print_json, tell, tell_end
    from solver.base.errors import UsageError
    from solver.base.files import write_atomically
    from solver.base.outputs import Output, check_outputs, holds_rows

    if len(options.sources) != 1 or options.out is None:
        raise UsageError("--apply FIXES takes one DATA file and -o OUT")
    told = {
        "--data": options.data,
        "--min-strength": options.min_strength is not None,
        "--leave-out": options.leave_out,
        "--equal": options.equal,
        "--decisions": options.decisions,
    }
    if idle := next((flag for flag, value in told.items() if value), None):
        raise UsageError(f"{idle} is about finding disputed keys, --apply lays decisions over data; leave one out")
    mended = Output("-o", options.out, holds_rows("questions"))
    check_outputs([mended], reads=[*options.sources, *options.apply])
    fixes = read_fixes(options.apply)
    text, changed, dropped = apply_fixes(options.sources[0], fixes, options.map)
    write_atomically(options.out, text)
    if options.json:
        print_json({"decisions": len(fixes), "changed": changed, "dropped": dropped})
    undecided = "" if fixes else f"; no line of {', '.join(map(str, options.apply))} decides anything yet"
    tell(f"harness: {counted(changed, 'key')} changed, {dropped} dropped{undecided}")
    tell_end("harness", options.out, then=("harness", "eval", options.out))
    return 0


def _audit(options: argparse.Namespace) -> int:
    from harness.audit.decisions import agreement, read_fixes, rescore, undecided
    from harness.audit.label_audit import MIN_STRENGTH, AuditArgs, audit
    from harness.audit.tables import render, to_json
    from harness.run.folder import RunFolder
    from solver.base.display.printing import print_json, print_table, tell, tell_end
    from solver.base.errors import UsageError
    from solver.base.outputs import Output, check_outputs, holds_rows
    from solver.voting.label_errors import FILE, write_disputes

    if options.map is not None and not options.data:
        raise UsageError("--map is about the fields of --data, or of DATA with --apply; a run knows its own")
    least = MIN_STRENGTH if options.min_strength is None else options.min_strength
    if not -1 <= least <= 1:
        raise UsageError(f"--min-strength must be between -1 and 1, found {least}")
    out = options.out
    if out is None and not options.json and not any(_is_same(path, Path(FILE)) for path in options.decisions):
        out = Path(FILE)
    reads = [read for source in options.sources for read in RunFolder(source).reads()]
    reads += [*(options.data or ()), *options.decisions]
    check_outputs([Output("-o", out, holds_rows("question_id", "proposed", "decision"))], reads=reads)
    fixes = read_fixes(options.decisions)
    found = audit(
        AuditArgs(
            sources=tuple(options.sources),
            data=tuple(options.data or ()),
            map=options.map,
            min_strength=least,
            leave_out=tuple(options.leave_out),
            equal=options.equal,
        )
    )
    waiting = undecided(options.decisions)
    compared = agreement(found.disputes, set(found.asked), fixes, waiting) if options.decisions else None
    runs = [source for source in options.sources if source.is_dir()] if options.decisions else []
    rescored = [rescore(folder, fixes) for folder in runs]
    if out is not None:
        write_disputes(out, found.disputes)
        how = "; to decide, set decision in each line" if found.disputes else ""
        tell(f"harness: {counted(len(found.disputes), 'disputed key')}{how}")
    if options.json:
        print_json(to_json(found, compared, rescored))
    else:
        print_table(render(found, compared, rescored))
    data = next((path for path in (*(options.data or ()), *_data_of(options.sources)) if path.is_file()), None)
    if out is not None:
        then = ("harness", "audit", "--apply", out, data, "-o", "mended.jsonl") if found.disputes and data else ()
        tell_end("harness", out, then=then)
    return 0


def _data_of(sources: Sequence[Path]) -> Iterator[Path]:
    """Yield the files that runs were made from; of the built-in benchmark its own."""
    from harness.benchmarks.builtin import NAMES, as_noted
    from harness.run.folder import RunFolder

    for source in sources:
        named = RunFolder(source).read_binding().get("data")
        for name in named if isinstance(named, list) else ():
            yield NAMES.get(as_noted(str(name)), Path(str(name)))


def _is_same(path: Path, other: Path) -> bool:
    return path.resolve() == other.resolve()
