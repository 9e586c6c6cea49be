"""Reading problems from wherever a user has them: rows of any shape, a text file with one problem, or stdin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from solver.base.display.figures import counted
from solver.base.display.printing import tell
from solver.problems.free_text import is_pasted_object, problems_of
from solver.problems.jsonl import Loaded, require_good
from solver.problems.question import Problem
from solver.problems.shapes.container import Input
from solver.problems.shapes.load import container_of, load_inputs, load_opened
from solver.problems.shapes.opening import STDIN, open_input

__all__ = ["STDIN", "load_good", "read_problems"]


def read_problems(
    name: str, *, skip_bad: bool = False, mapping: str | None = None, say: Callable[[str], None] = tell
) -> tuple[Problem, ...]:
    """Read all problems of one input; what is no container of rows is one problem as text.

    Args:
        name: a path, or ``-`` for stdin.
        skip_bad: leave out rows that cannot be used, and say how many.
        mapping: as ``--map`` takes it.
        say: told how rows were read, and what had to be made sense of.

    Raises:
        InputError: it cannot be read or used; the message names file, line and field.
    """
    opened = list(open_input(name))
    if len(opened) == 1 and not _is_rows(opened[0]):
        return problems_of(opened[0].text(), "stdin" if name == STDIN else Path(name).stem)
    loaded = load_opened(opened, mapping=mapping, tell=say)
    if not skip_bad:
        require_good(loaded, is_skipping=True)
    elif loaded.bad:
        say(f"{len(loaded.bad)} of {counted(loaded.lines, 'line')} left out")
    return _with_notes(loaded, say).problems


def load_good(paths: Sequence[Path], say: Callable[[str], None] = tell, *, mapping: str | None = None) -> Loaded:
    """Read files of any shape all of whose rows must be good.

    Args:
        mapping: as ``--map`` takes it.
        say: told how rows were read, and what had to be made sense of.

    Raises:
        InputError: naming every line that is not.
    """
    loaded = load_inputs(list(map(str, paths)), mapping=mapping, tell=say)
    require_good(loaded)
    return _with_notes(loaded, say)


def _is_rows(found: Input) -> bool:
    if container_of(found) is None:
        return False
    return found.ending == ".jsonl" or not is_pasted_object(found.data)


def _with_notes(loaded: Loaded, say: Callable[[str], None]) -> Loaded:
    for fault in loaded.odd:
        say(f"note: {fault}")
    return loaded
