"""``python -m solver answer``: solve the questions of a file, for scripts."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from solver.base.cli import PRINTED

if TYPE_CHECKING:
    from solver.problems.question import Question
    from solver.scheduling.outcome import Outcome


INTERRUPTED = PRINTED
HELP = "Answer the questions of a file, or of text on stdin, by sampling and voting."


def declare(parser: argparse.ArgumentParser) -> None:
    from solver.commands import options

    parser.epilog = (
        "Examples:\n"
        "  python -m solver answer problems.jsonl                  the embedded model; a table on a terminal\n"
        "  python -m solver answer problems.jsonl --json > answers.jsonl\n"
        "  python -m solver answer puzzle.txt --endpoint http://127.0.0.1:8000/v1 --rule lead:4\n"
        "  cat puzzle.txt | python -m solver answer                free text: problem, question, A. … B. …\n"
        "Exit codes: 0 every question has an answer, 1 some have none, 2 bad usage or input, 130 interrupted."
    )
    words = "rows of any shape (.jsonl, .csv, hf: …) or one problem as text; - or none: stdin; key=value settings"
    options.declare(parser, options.AnswerConfig, words="FILE", help=words)


def run(arguments: argparse.Namespace) -> int:
    import asyncio

    from solver.base.display.printing import print_table, tell
    from solver.base.errors import UsageError
    from solver.commands import options
    from solver.commands.answering import answer_all
    from solver.problems.jsonl import questions_of
    from solver.problems.load import STDIN, read_problems
    from solver.scheduling.wording import summary, table

    config = options.read(options.AnswerConfig, arguments, files="files")
    inputs = [read_problems(name, skip_bad=config.skip_bad, mapping=config.map) for name in config.files or [STDIN]]
    questions = questions_of(problem for problems in inputs for problem in problems)[: config.limit]
    if again := next((name for name, count in Counter(one.id for one in questions).items() if count > 1), None):
        raise UsageError(f"two of the inputs have a question {again!r}; give them one by one")
    is_json = config.is_json or config.has_chains or not sys.stdout.isatty()
    printer = _Printer(questions, has_chains=config.has_chains) if is_json else None
    work = answer_all(config, questions, printer.add) if printer is not None else answer_all(config, questions)
    found = asyncio.run(work)
    if printer is None:
        print_table(table(found.outcomes, os.environ))
    elif printer.is_unread:
        raise BrokenPipeError
    tell(f"solver: {summary(found.outcomes)}")
    return found.checked()


class _Printer:
    """Prints every outcome as a line of JSON as soon as those before it are out, in the order of the file."""

    def __init__(self, questions: Sequence[Question], *, has_chains: bool) -> None:
        self._waiting: dict[str, Outcome | None] = dict.fromkeys(question.id for question in questions)
        self._has_chains = has_chains
        self.is_unread = False
        """True once nobody reads any more."""

    def add(self, outcome: Outcome) -> bool:
        """Take an outcome; returns False once nobody reads any more."""
        from solver.base.display.printing import print_json
        from solver.scheduling.outcome_json import answer_json

        self._waiting[outcome.question_id] = outcome
        try:
            while (first := next(iter(self._waiting), None)) is not None and (due := self._waiting[first]) is not None:
                print_json(answer_json(due, has_chains=self._has_chains), flush=True)
                del self._waiting[first]
        except BrokenPipeError:
            self.is_unread = True
        return not self.is_unread
