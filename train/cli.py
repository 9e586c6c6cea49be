"""The command line of training: ``python -m train COMMAND``.

Every command is a module of ``train.commands``; adding one is adding a file there and its name here.
stdout is the result, stderr is talk. Exit codes: 0 good, 1 failed or unfinished run, 2 bad usage or bad input,
130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from train.errors import CheckpointError, RecipeError, TokenizerError, TrainError

COMMANDS = ("tokenizer", "pretrain", "sft", "merge", "quantize", "export", "plan")
"""Commands in the order of the help."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m train",
        description="Train the embedded model from scratch; fine-tune, merge and quantise Qwen2.5.",
        epilog="Example: python -m train pretrain --recipe embedded --out runs/pre --minutes 16",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = import_module(f"train.commands.{name}")
        command = commands.add_parser(
            name, help=module.HELP, description=module.HELP, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        module.declare(command)
        command.set_defaults(run=module.run)
    # argparse gives up on positionals that follow options (bpo-14191); ours are told by having no dash.
    arguments, rest = parser.parse_known_args(argv)
    if rest and (any(word.startswith("-") for word in rest) or not hasattr(arguments, "overrides")):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        arguments.overrides += rest
    try:
        return int(arguments.run(arguments))
    except (RecipeError, CheckpointError, TokenizerError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except TrainError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
