"""The command line of ``python -m solver``.

Every command is a module of ``solver.commands``; adding one is adding a file there and its name here. stdout is the
result, stderr is talk. Exit codes: 0 good, 1 failed run, 2 bad usage or bad input, 130 interrupted. Heavy imports
happen inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from solver.base.errors import InputError, SolverError, UsageError

COMMANDS = ("terminal", "answer", "serve", "extract")
"""Commands in the order of the help."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="python -m solver",
        description="Solve logical multiple-choice questions with language models.",
        epilog="examples:\n"
        "  python -m solver                                  the interactive terminal\n"
        "  python -m solver answer problems.jsonl --json > answers.jsonl\n"
        "  python -m solver extract < outputs.jsonl > letters.jsonl",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = import_module(f"solver.commands.{name}")
        command = commands.add_parser(
            name, help=module.HELP, description=module.HELP, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        module.declare(command)
        command.set_defaults(run=module.run)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help")):
        words.insert(0, "terminal")
    arguments = parser().parse_args(words)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except SolverError as error:
        sys.stdout.flush()
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, InputError | UsageError) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader left (``| head``). Python would complain again when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
