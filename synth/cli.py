"""The command line of ``python -m synth``.

Every command is a module of ``synth.commands``; adding one is adding a file there and its name here. stdout is the
result, stderr is talk. Exit codes: 0 good, 1 failed or unfinished, 2 bad usage or bad input, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from synth.errors import FamilyError, JournalMismatch, SettingsError, SynthError

COMMANDS = ("generate", "families", "benchmark", "distill", "check", "augment", "perturb")
"""Commands in the order of the help."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="python -m synth",
        description="Make training data.",
        epilog="example: python -m synth generate --count 1000 --seed 1 --out data/train.jsonl",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = import_module(f"synth.commands.{name}")
        command = commands.add_parser(
            name, help=module.HELP, description=module.HELP, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        module.declare(command)
        command.set_defaults(run=module.run)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except (FamilyError, SettingsError, JournalMismatch) as error:
        print(f"synth: {error}", file=sys.stderr)
        return 2
    except SynthError as error:
        print(f"synth: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("synth: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader left (``| head``). Python would complain again when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
