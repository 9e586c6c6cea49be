"""All that commands print: results on stdout, talk on stderr. Nothing that is printed here can steer a terminal.

A stream that cannot say a character shows its number instead (``prepare_streams``); JSON stays JSON in any encoding.
Whether colours are wanted is decided here alone, for every console of rich's.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from solver.base.display.narrow import fitting
from solver.base.text_safety import cleaned, json_text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

_PIPE_CELLS = 120
"""Width of tables where stdout is no terminal: piped output must not be folded at 80 columns."""


def prepare_streams() -> None:
    """Make stdout and stderr take any text, and be there at all (``>&-`` leaves None)."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="backslashreplace")


def tell(text: str) -> None:
    """Print a message for people on stderr; where nobody can take it, the work goes on."""
    with contextlib.suppress(OSError):
        print(cleaned(text), file=sys.stderr, flush=True)


def tell_soon(text: str) -> None:
    """Print a message from a thread of its own, for handlers of signals.

    What they interrupt may be printing: a bar's locks, taken in another order, would wait for each other for ever.
    """
    threading.Thread(target=tell, args=(text,), daemon=True).start()


def tell_end(who: str, *wrote: object, then: Sequence[object] | str) -> None:
    """Print, as a command's last words on stderr, what it wrote and what comes next.

    Args:
        who: begins every line; the package.
        wrote: files and folders.
        then: the words of a command that goes on with them, after ``PYTHON -m``, or a line for the shell; empty where
            nothing does.
    """
    if wrote:
        tell(f"{who}: wrote {', '.join(map(str, wrote))}")
    if then:
        tell(f"{who}: next: {then if isinstance(then, str) else command_line(*then)}")


def command_line(*words: object) -> str:
    """Return a command of the project as a shell here takes it: the package, the command's name, its words."""
    return f"{python()} -m {shlex.join(map(str, words))}"


def python() -> str:
    """Return how a shell here calls the Python that runs: by its name, or by its place where that names another one.

    So it is where a command ran as ``.venv/bin/python -m …`` and the environment was not activated.
    """
    found = shutil.which("python")
    runs = Path(sys.executable)
    if not sys.executable or (found is not None and Path(found).parent.resolve() == runs.parent.resolve()):
        return "python"
    here = Path.cwd()
    return shlex.quote(str(runs.relative_to(here) if runs.is_relative_to(here) else runs))


def print_text(text: str, *, end: str = "\n") -> None:
    """Print a result for people on stdout."""
    print(cleaned(text), end=end)


def print_json(value: object, *, flush: bool = False) -> None:
    """Print a result for machines on stdout: one line of JSON.

    Args:
        flush: hand it on at once, for readers that follow a run.
    """
    encoding = (sys.stdout.encoding or "ascii").lower()
    print(json_text(value, is_ascii=not encoding.startswith("utf")), flush=flush)


def print_result(result: Mapping[str, object]) -> None:
    """Print a command's result: a line a part where people read stdout, else one line of JSON."""
    if sys.stdout.isatty():
        print_text("\n".join(f"{name.replace('_', ' ')}: {in_words(part)}" for name, part in result.items()))
    else:
        print_json(result)


def in_words(value: object) -> str:
    """Return a part of a result as people read it.

    >>> in_words({"a_b": 1234, "c": ["d", None]})
    'a b 1,234, c d, none'
    """
    if isinstance(value, Mapping):
        return ", ".join(f"{str(name).replace('_', ' ')} {in_words(part)}" for name, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(in_words, value))
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def print_table(what: RenderableType) -> None:
    """Print a renderable on stdout, tables as the terminal has room for them; no text in it steers a terminal."""
    out = console(width=None if sys.stdout.isatty() else _PIPE_CELLS)
    out.print(_Harmless(fitting(what, out.width)))


class _Harmless:
    """A renderable whose text is cleaned after it was laid out; colours and the like stay."""

    def __init__(self, what: RenderableType) -> None:
        self._what = what

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        from rich.segment import Segment

        for segment in console.render(self._what, options):
            yield segment if segment.control else Segment(cleaned(segment.text), segment.style)


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """Return a console for one of the standard streams."""
    from rich.console import Console

    return Console(stderr=stderr, width=width, no_color=is_colourless(os.environ) or None, highlight=False)


def is_colourless(environ: Mapping[str, str]) -> bool:
    """Tell whether colours are unwanted (no-color.org: set and not empty), or the terminal knows none."""
    return bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"


def is_live(environ: Mapping[str, str]) -> bool:
    """Tell whether stderr can be drawn on again and again: a capable terminal, and nobody's CI."""
    return sys.stderr.isatty() and environ.get("TERM") not in (None, "", "dumb") and not environ.get("CI")
