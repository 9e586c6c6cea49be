"""The command line of ``python -m harness``.

Every command is a module of ``harness.commands``; adding one is adding a file there and its name here. stdout is the
result, stderr is talk. Exit codes: 0 good, 1 failed or incomplete run, 2 bad usage or bad input, 130 interrupted.
Heavy imports happen inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

COMMANDS = ("eval", "replay", "compare", "combine", "report", "export", "leaderboard", "submit", "audit")
"""Commands in the order of the help."""
EPILOG = """examples:
  python -m harness eval                                   the embedded model on the built-in benchmark
  python -m harness eval problems.jsonl --serve models/my-32b-gptq --rule lead:3 --max-samples 16
  python -m harness replay votes.jsonl.gz --rule lead:3 --rule fixed:5 --permutations 100
  python -m harness compare runs/a runs/b
  python -m harness leaderboard runs
  python -m harness submit runs/mine -o submission.jsonl
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    raw = argparse.RawTextHelpFormatter
    top = argparse.ArgumentParser(
        prog="python -m harness", description="Score models on benchmarks.", epilog=EPILOG, formatter_class=raw
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = import_module(f"harness.commands.{name}")
        command = commands.add_parser(name, help=module.HELP, description=module.HELP, formatter_class=raw)
        module.declare(command)
        command.set_defaults(run_command=module.run)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit code."""
    options, words = parser().parse_known_args(arguments)
    if options.command == "eval" and not any(word.startswith("-") for word in words):
        # argparse takes positional words in one place only; files and settings may stand between flags.
        options.data = [*getattr(options, "data", []), *words]
    elif words:
        parser().error(f"unrecognized arguments: {' '.join(words)}")
    command: Callable[[argparse.Namespace], int] = options.run_command
    from harness.errors import HarnessError, NothingToCompare, RecordError, RunFolderError
    from solver.base.errors import ConfigMismatch, InputError, PromptError, SolverError, UsageError

    bad_input = (InputError, UsageError, PromptError, ConfigMismatch, RecordError, RunFolderError, NothingToCompare)
    try:
        return command(options)
    except bad_input as error:
        _tell(str(error))
        return 2
    except (SolverError, HarnessError) as error:
        _tell(str(error))
        return 1
    except KeyboardInterrupt:
        print("harness: interrupted; the same command continues", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        _tell(str(error))
        return 1
    except Exception as error:  # noqa: BLE001 (the last net: a bug of ours; its trace goes to a file)
        _tell(f"a bug: {type(error).__name__}: {error}; please report {_crash_file()}")
        return 1


def _tell(text: str) -> None:
    """Print a message on stderr; it may quote files and servers, so nothing in it may steer the terminal."""
    from solver.base.text_safety import cleaned

    print(f"harness: {cleaned(text)}", file=sys.stderr)


def _crash_file() -> str:
    """Write the trace of the exception that is being handled to a file; returns its path."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="harness-crash-", suffix=".txt", delete=False) as file:
        traceback.print_exc(file=file)
    return file.name
