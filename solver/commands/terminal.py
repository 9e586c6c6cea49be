"""``python -m solver`` without a command: the interactive terminal, or plain text where there is no terminal."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from typing import TYPE_CHECKING

from solver.base.display.printing import print_text, tell

if TYPE_CHECKING:
    from solver.commands.options import TerminalConfig
HELP = "Solve problems at the terminal: paste or open one, watch the chains, ask on. The default command."


def declare(parser: argparse.ArgumentParser) -> None:
    from solver.commands import options

    parser.epilog = (
        "Examples:\n"
        "  python -m solver                                         with the embedded model, started here\n"
        "  python -m solver --open problems.jsonl --endpoint http://127.0.0.1:8000/v1 --model NAME --rule lead:4\n"
        "  python -m solver < puzzle.txt | less                     plain text where there is no terminal\n"
        "Keys are shown at the foot of the screen. Ctrl-C cancels a question, twice leaves."
    )
    options.declare(parser, options.TerminalConfig)


def run(arguments: argparse.Namespace) -> int:
    from solver.commands import options

    config = options.read(options.TerminalConfig, arguments)
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    if not is_terminal:
        return _plain(config)
    import asyncio

    from solver.scheduling.wording import plain
    from solver.terminal.session import Session

    async def sit() -> tuple[int, Session]:
        session = Session(config.sampling, config.backend, config.open, mapping=config.map)
        return await session.run(sys.stdin.fileno(), sys.stdout.fileno()), session

    code, session = asyncio.run(sit())
    # The screen is gone; what was found out stays, where there is still a terminal to show it.
    with contextlib.suppress(OSError):
        for watch in session.state.watches.values():
            if watch.outcome is not None:
                print_text(plain(watch.outcome, has_chains=False) + "\n")
        sys.stdout.flush()
    if session.failure is not None:
        raise session.failure
    return code


def _plain(config: TerminalConfig) -> int:
    """Answer a file or stdin as plain text, for pipes."""
    import asyncio

    from solver.commands.answering import answer_all
    from solver.problems.jsonl import questions_of
    from solver.problems.load import STDIN, read_problems
    from solver.scheduling.wording import plain, summary

    questions = questions_of(read_problems(config.open or STDIN, mapping=config.map))
    found = asyncio.run(answer_all(config, questions))
    for place, outcome in enumerate(found.outcomes):
        print_text(("\n" if place else "") + plain(outcome))
    sys.stdout.flush()
    tell(f"solver: {summary(found.outcomes)}")
    return found.checked()
