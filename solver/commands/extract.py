"""``python -m solver extract``: answer letters out of any model's outputs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from solver.base.cli import PRINTED
from solver.base.display.figures import counted
from solver.base.display.printing import print_json, tell
from solver.base.errors import InputError

INTERRUPTED = PRINTED
HELP = "read answer letters out of model outputs (JSON lines on stdin)"
_DESCRIPTION = """Read the answer letter out of model outputs, one JSON line each.

stdin:  {"output": "...", "options": ["...", "..."]}   or   {"output": "...", "n_options": 4}
        "question": "..." may stand beside them, the question that the output answers: what a last sentence without a
        letter says is held against it (is it yes or no; whom does it name as the answer)
stdout: {"letter": "C", "rule": "declared", "span": [12, 17]}, in the same order

Where nothing can be read the letter is null and the rule says why (ambiguous, out_of_range, no_option, off_list,
refusal, nothing). The span counts characters of the output. Other fields are ignored, blank lines are skipped."""
_EXAMPLES = """examples:
  python -m solver extract < outputs.jsonl > letters.jsonl
  echo '{"output": "答案是：C", "n_options": 4}' | python -m solver extract
"""


class _Row(NamedTuple):
    output: str
    n_options: int
    options: tuple[str, ...] | None
    question: str | None


def declare(parser: argparse.ArgumentParser) -> None:
    parser.description, parser.epilog = _DESCRIPTION, _EXAMPLES


def run(_: argparse.Namespace) -> int:
    """Stream stdin to stdout, one extraction a line."""
    from solver.base.inputs import tell_if_typed
    from solver.extraction.extract import extract

    tell_if_typed()
    letters: list[str | None] = []
    for row in _rows(sys.stdin.buffer):
        found = extract(row.output, row.n_options, row.options, row.question)
        print_json({"letter": found.letter, "rule": found.rule, "span": found.span})
        letters.append(found.letter)
    without = letters.count(None)
    why = ": the rule says why" if without else ""
    tell(f"solver: {counted(len(letters), 'output')}, {without} without a letter{why}")
    return 0


def _rows(lines: Iterable[bytes]) -> Iterator[_Row]:
    """Parse rows as they come.

    Raises:
        InputError: a line is no such row; the message names line and field.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _row(line, f"stdin, line {number}")


def _row(line: bytes, where: str) -> _Row:
    """Parse one row.

    Raises:
        InputError: it is not what ``extract --help`` describes.
    """
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not a JSON object in UTF-8 ({error})") from error
    if not isinstance(row, dict):
        raise InputError(f"{where}: expected a JSON object, got {type(row).__name__}")
    output, options, n_options = row.get("output"), row.get("options"), row.get("n_options")
    if not isinstance(output, str):
        raise InputError(f"{where}, field output: expected the model's text, got {_shown(row, 'output')}")
    question = row.get("question")
    if question is not None and not isinstance(question, str):
        raise InputError(f"{where}, field question: expected its text, got {_shown(row, 'question')}")
    if options is None and n_options is None:
        raise InputError(f"{where}, field options: missing; give the options' texts, or their number as n_options")
    if options is not None and not _are_texts(options):
        raise InputError(f"{where}, field options: expected 2 to 26 texts, got {_shown(row, 'options')}")
    if n_options is None and options is not None:
        n_options = len(options)
    if not isinstance(n_options, int) or isinstance(n_options, bool) or not 2 <= n_options <= 26:
        raise InputError(f"{where}, field n_options: expected a number from 2 to 26, got {_shown(row, 'n_options')}")
    if options is not None and n_options != len(options):
        raise InputError(f"{where}, field n_options: {n_options}, but there are {len(options)} options")
    return _Row(output, n_options, None if options is None else tuple(options), question)


def _are_texts(options: object) -> bool:
    """Tell whether a value is a list of 2 to 26 texts."""
    return isinstance(options, list) and 2 <= len(options) <= 26 and all(isinstance(text, str) for text in options)


def _shown(row: dict[str, object], field: str) -> str:
    """Return a field's value as JSON, shortened, for a message."""
    if field not in row:
        return "nothing"
    text = json.dumps(row[field], ensure_ascii=True)
    return text if len(text) <= 60 else text[:57] + "..."
