"""The command line of ``python -m harness``: parsing and wiring, nothing else.

stdout is the result, stderr is talk. Exit codes: 0 good, 1 failed or incomplete run, 2 bad usage or bad input,
130 interrupted. Heavy imports happen inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

    from harness.config import EvalConfig
    from harness.evaluate import Outcome

STARTED = time.monotonic()
EPILOG = """examples:
  python -m harness eval                                   the embedded model on the built-in benchmark
  python -m harness eval problems.jsonl --serve models/my-32b-gptq --rule lead:3 --max-samples 16
  python -m harness eval problems.jsonl --endpoint http://127.0.0.1:8000/v1 --deadline 4h --run runs/mine
  python -m harness replay votes.jsonl.gz --rule lead:3 --rule fixed:5 --permutations 100
  python -m harness compare runs/a runs/b
  python -m harness leaderboard runs
  python -m harness submit runs/mine -o submission.jsonl
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of all subcommands."""
    raw = argparse.RawTextHelpFormatter
    top = argparse.ArgumentParser(
        prog="python -m harness", description="Score models on benchmarks.", epilog=EPILOG, formatter_class=raw
    )
    commands = top.add_subparsers(dest="command", required=True)
    _add_eval(
        commands.add_parser("eval", help="score a model on files of problems", epilog=EPILOG, formatter_class=raw)
    )

    replay = commands.add_parser("replay", help="what stopping rules would have done on recorded samples")
    replay.add_argument("files", nargs="+", type=Path, metavar="FILE", help="recorded votes, or run folders")
    replay.add_argument(
        "--rule", action="append", required=True, metavar="R", help="lead:3, beta:.95, esc:5, fixed:5, exact"
    )
    replay.add_argument("--cap", type=int, default=40, help="samples a question at most (default 40)")
    replay.add_argument(
        "--permutations", type=int, default=100, help="shuffles of each question's samples (default 100)"
    )
    replay.add_argument("--pool-by", default="", metavar="FIELD,FIELD", help="join rows that share these fields")
    replay.add_argument("--min-samples", type=int, default=0, help="leave out questions with fewer recorded samples")
    replay.add_argument("--seed", type=int, default=0)
    replay.add_argument("--json", action="store_true", help="one JSON object a rule and line")

    compare = commands.add_parser("compare", help="two runs on the same questions, paired")
    compare.add_argument("run_a", type=Path, metavar="RUN_A")
    compare.add_argument("run_b", type=Path, metavar="RUN_B")
    compare.add_argument("--json", action="store_true")

    board = commands.add_parser("leaderboard", help="all runs of a folder, ranked by benchmark")
    board.add_argument("folder", nargs="?", type=Path, default=Path("runs"), metavar="DIR")
    board.add_argument("--json", action="store_true")

    submit = commands.add_parser("submit", help="write a run's answers in the contest's form")
    submit.add_argument("run", type=Path, metavar="RUN")
    submit.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    submit.add_argument("--fill", metavar="LETTER", help="letter for questions without an answer (default: null)")
    return top


def _add_eval(command: argparse.ArgumentParser) -> None:
    """Add the flags of ``eval``. Defaults live in ``EvalConfig``; a flag that is not given is not passed on."""
    add = command.add_argument
    none = argparse.SUPPRESS
    add(
        "data",
        nargs="*",
        default=none,
        metavar="DATA",
        help="problem files (default: the built-in benchmark); key=value settings",
    )
    add("--config", type=Path, metavar="YAML", help="settings from a file; flags win")
    add(
        "--endpoint",
        dest="endpoints",
        action="append",
        default=none,
        metavar="URL",
        help="a running server; may be repeated",
    )
    add("--serve", default=none, metavar="MODEL", help="folder of a model to serve here (default: the embedded model)")
    add(
        "--adapter",
        dest="adapters",
        action="append",
        default=none,
        metavar="NAME=DIR",
        help="LoRA adapter to serve beside it",
    )
    add(
        "--model",
        dest="models",
        action="append",
        default=none,
        metavar="NAME",
        help="model to ask; several make an ensemble, best first",
    )
    add("--ensemble", default=none, help="plurality, pooled, champion, gated:0.6, weighted:0.8,0.7 (default plurality)")
    add("--rule", default=none, help="lead:3, fixed:5, beta:.95, esc:5, exact (default lead:3)")
    add("--max-samples", type=int, default=none, metavar="N", help="cap on samples a question (default 16)")
    add("--prompt", default=none, metavar="NAME|PATH", help="cot, concise, direct, english or a file (default cot)")
    add("--temperature", type=float, default=none, metavar="T", help="default 0.7; embedded model 1.0")
    add("--top-p", type=float, default=none, metavar="P", help="default 1")
    add(
        "--max-tokens",
        type=int,
        default=none,
        metavar="N",
        help="tokens a chain (default 1024; embedded model 400)",
    )
    add("--limit", type=int, default=none, metavar="N", help="only the first N questions")
    add("--seed", type=int, default=none, metavar="N")
    add("--no-seed", dest="is_seeded", action="store_false", default=none, help="send no seed to the engine")
    add("--shuffle-options", action="store_true", default=none, help="another option order for every sample")
    add("--no-close", dest="close", action="store_false", default=none, help="leave chains without an answer open")
    add("--no-logprobs", dest="logprobs", action="store_false", default=none, help="do not ask for log-probabilities")
    add(
        "--deadline",
        dest="deadline_s",
        default=none,
        metavar="TIME",
        help="90s, 15m, 4h: from the start of the process",
    )
    add("--token-budget", type=int, default=none, metavar="N", help="generated tokens at most")
    add("--slots", type=int, default=none, metavar="N", help="samples in flight at most (default 128)")
    add(
        "--over-launch",
        type=int,
        default=none,
        metavar="N",
        help="samples in flight beyond those surely needed, 0 to 8",
    )
    add("--requests-per-minute", type=float, default=none, metavar="N", help="at each endpoint")
    add("--tokens-per-minute", type=float, default=none, metavar="N", help="at each endpoint")
    add("--price-prompt", default=none, metavar="X", help="price of a million prompt tokens")
    add("--price-completion", default=none, metavar="X", help="price of a million generated tokens")
    add("--run", default=none, metavar="DIR", help="run folder (default: derived from the settings, under runs/)")
    add(
        "--skip-bad",
        action="store_true",
        default=none,
        help="continue without unusable lines; they go to rejects.jsonl",
    )
    add(
        "--eager",
        action=argparse.BooleanOptionalAction,
        default=none,
        help="start the engine without compiling: sooner up, slower after (default: on a CPU)",
    )
    add("--display", choices=("auto", "live", "plain", "log", "none"), default=none)
    add("--json", action="store_true", default=none, help="the result as one JSON object")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit code."""
    options, words = parser().parse_known_args(arguments)
    if options.command == "eval" and not any(word.startswith("-") for word in words):
        # argparse takes positional words in one place only; files and settings may stand between flags.
        options.data = [*getattr(options, "data", []), *words]
    elif words:
        parser().error(f"unrecognized arguments: {' '.join(words)}")
    command: Callable[[argparse.Namespace], int] = {
        "eval": _eval,
        "replay": _replay,
        "compare": _compare,
        "leaderboard": _leaderboard,
        "submit": _submit,
    }[options.command]
    from harness.errors import HarnessError, NothingToCompare, RecordError, RunFolderError
    from solver.errors import ConfigMismatch, InputError, PromptError, SolverError, UsageError

    bad_input = (InputError, UsageError, PromptError, ConfigMismatch, RecordError, RunFolderError, NothingToCompare)
    try:
        return command(options)
    except bad_input as error:
        print(f"harness: {error}", file=sys.stderr)
        return 2
    except (SolverError, HarnessError) as error:
        print(f"harness: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("harness: interrupted; the same command continues", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"harness: {error}", file=sys.stderr)
        return 1
    except Exception as error:  # noqa: BLE001 (the last net: a bug of ours; its trace goes to a file)
        print(f"harness: a bug: {type(error).__name__}: {error}; please report {_crash_file()}", file=sys.stderr)
        return 1


def _crash_file() -> str:
    """Write the trace of the exception that is being handled to a file; returns its path."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="harness-crash-", suffix=".txt", delete=False) as file:
        traceback.print_exc(file=file)
    return file.name


def _eval(options: argparse.Namespace) -> int:
    import asyncio

    from harness.config import parse_duration, parse_setting, resolved
    from harness.evaluate import evaluate
    from solver.errors import SolverError

    flags = {name: value for name, value in vars(options).items() if name not in ("command", "config", "data")}
    data = []
    for word in getattr(options, "data", ()):
        if "=" in word and not Path(word).exists():
            key, value = parse_setting(word)
            flags[key] = value
        else:
            data.append(word)
    if data:
        flags["data"] = tuple(data)
    for name in ("endpoints", "adapters", "models"):
        if name in flags:
            flags[name] = tuple(flags[name])
    if isinstance(flags.get("deadline_s"), str):
        flags["deadline_s"] = parse_duration(flags["deadline_s"])
    config = resolved(options.config, flags)
    try:
        outcome = asyncio.run(evaluate(config, process_started=STARTED))
    except BaseExceptionGroup as group:
        # The first of ours tells the user what to do; anything else is a bug.
        ours, other = group.split((SolverError, OSError))
        if other is not None or ours is None:
            raise
        raise _first(ours) from None
    except asyncio.CancelledError:
        print(f"harness: interrupted; continue with the same command and --run {config.folder}", file=sys.stderr)
        return 130
    return _report(config, outcome)


def _report(config: EvalConfig, outcome: Outcome) -> int:
    for warning in outcome.warnings:
        print(f"harness: warning: {warning}", file=sys.stderr)
    if config.json:
        summary = json.loads((outcome.folder / "summary.json").read_text(encoding="utf-8"))
        print(json.dumps(summary, ensure_ascii=False), flush=True)
    else:
        from harness.tables import render_score

        _print(render_score(outcome.score))
    if outcome.stop == "interrupted":
        print(f"harness: interrupted; continue with the same command and --run {outcome.folder}", file=sys.stderr)
        return 130
    if not outcome.is_complete:
        why = f"stopped by: {outcome.stop}" if outcome.stop else "samples failed"
        print(f"harness: incomplete ({why}); the same command continues: --run {outcome.folder}", file=sys.stderr)
        return 1
    return 0


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _replay(options: argparse.Namespace) -> int:
    from harness import replay

    fields = tuple(field for field in options.pool_by.split(",") if field)
    outcomes = replay.run(
        replay.ReplayArgs(
            files=tuple(options.files),
            rules=tuple(options.rule),
            cap=options.cap,
            permutations=options.permutations,
            pool_by=fields,
            min_samples=options.min_samples,
            seed=options.seed,
        )
    )
    if options.json:
        for row in replay.to_json(outcomes):
            print(json.dumps(row, ensure_ascii=False))
    else:
        _print(replay.render(outcomes))
    return 0


def _compare(options: argparse.Namespace) -> int:
    from harness import compare

    comparison = compare.run(compare.CompareArgs(run_a=options.run_a, run_b=options.run_b))
    if options.json:
        print(json.dumps(compare.to_json(comparison), ensure_ascii=False))
    else:
        _print(compare.render(comparison))
    return 0


def _leaderboard(options: argparse.Namespace) -> int:
    from harness import leaderboard

    board = leaderboard.run(leaderboard.LeaderboardArgs(folder=options.folder))
    if options.json:
        print(json.dumps(leaderboard.to_json(board), ensure_ascii=False))
    else:
        _print(leaderboard.render(board))
    return 0


def _submit(options: argparse.Namespace) -> int:
    from harness import submit

    count, empty = submit.write(options.run, options.out, fill=options.fill)
    print(
        f"harness: {count} answers -> {options.out}" + (f", {empty} without an answer" if empty else ""),
        file=sys.stderr,
    )
    return 0


def _print(what: RenderableType) -> None:
    from rich.console import Console

    # Piped output must not be folded at 80 columns.
    Console(width=None if sys.stdout.isatty() else 120, highlight=False).print(what)
    sys.stdout.flush()
