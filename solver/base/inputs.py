"""What a command is given to read: nothing twice, and why it cannot be read, with what may have been meant.

>>> reason_of(FileNotFoundError(2, "No such file or directory"), Path("no such folder/a.jsonl"))
'no such file'
>>> reason_of(PermissionError(13, "Permission denied"), Path("a.jsonl"))
'Permission denied; set its permissions right, or name another place'
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from solver.base.display.printing import tell
from solver.base.errors import UsageError, advice_on


def reason_of(error: Exception, path: Path) -> str:
    """Return why a file cannot be read, in words and without the system's number, and what to do about it."""
    return f"no such file{meant(path)}" if isinstance(error, FileNotFoundError) else advice_on(error)


def meant(path: Path) -> str:
    """Return what may have been meant by a path that is not there, as the end of a message, or nothing."""
    try:
        beside = sorted(one.name for one in path.parent.iterdir())
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, beside, n=2)
    return f"; did you mean {' or '.join(str(path.parent / one) for one in near)}?" if near else ""


def adapter_inside(folder: Path) -> str:
    """Return where a training run keeps its adapter, as the end of a message on a folder that is none, or nothing."""
    inside = folder / "adapter"
    return f"; did you mean {inside}?" if (inside / "adapter_config.json").is_file() else ""


def tell_if_typed() -> None:
    """Say that stdin is read from the keyboard, where it is: who waits without a word looks dead."""
    if sys.stdin.isatty():
        tell("reading from the keyboard; end it with Ctrl-D on a line of its own")


def check_once(paths: Sequence[Path], who: str, what: str = "run") -> None:
    """Check that nothing is named twice, by whatever words: it would count twice.

    Args:
        who: the command.
        what: what is named.

    Raises:
        UsageError: something is.
    """
    if len({path.resolve() for path in paths}) < len(paths):
        raise UsageError(f"{who} was given the same {what} twice; it would count twice, so name it once")
