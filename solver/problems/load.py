"""Reading problems from wherever a user has them: a file of JSON lines, a text file with one problem, or stdin."""

from __future__ import annotations

import sys
from pathlib import Path

from solver.base.display.printing import tell
from solver.base.errors import InputError
from solver.problems.free_text import problems_of
from solver.problems.jsonl import Loaded, load_problems, load_text, require_good
from solver.problems.question import Problem

STDIN = "-"
_JSON_ENDINGS = (".jsonl", ".json", ".gz")


def read_problems(name: str, *, skip_bad: bool = False) -> tuple[Problem, ...]:
    """Read all problems of one input; what begins with ``{`` is JSON lines, anything else one problem as text.

    Args:
        name: a path, or ``-`` for stdin.
        skip_bad: leave out JSON lines that cannot be used, and say how many on stderr.

    Raises:
        InputError: it cannot be read or used; the message names file, line and field.
    """
    path = Path(name)
    if name != STDIN and path.name.endswith(_JSON_ENDINGS):
        return _good(load_problems([path]), skip_bad)
    text = _text(name)
    shown = "stdin" if name == STDIN else path.stem
    if skip_bad and text.lstrip().startswith("{"):
        return _good(load_text(text, shown), skip_bad)
    return problems_of(text, shown)


def _good(loaded: Loaded, skip_bad: bool) -> tuple[Problem, ...]:
    if not skip_bad:
        require_good(loaded)
    elif loaded.bad:
        tell(f"{len(loaded.bad)} of {loaded.lines} lines left out")
    return loaded.problems


def _text(name: str) -> str:
    if name == STDIN:
        if sys.stdin.isatty():
            tell("reading a problem from the keyboard; end it with Ctrl-D on a line of its own")
        data = sys.stdin.buffer.read()
    else:
        try:
            data = Path(name).read_bytes()
        except OSError as error:
            raise InputError(f"{name}: cannot be read: {error}") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{name}:{line}: not UTF-8 ({error.reason}); save it as UTF-8") from error
