"""The one edge of all commands: words in, exit code out.

A command is a module with ``HELP`` (one line), ``declare(parser)`` and ``run(arguments) -> exit code``; a package has a
table of their names (``Program``). Heavy imports happen inside ``run``, so that ``--help`` answers at once. Here alone
stands what ends a command:

- stdout is the result, stderr is talk, and nothing printed can steer a terminal (``solver.base.display.printing``);
- exit codes: 0 good, 1 failed run, 2 bad usage or bad input, 130 interrupted, as the class of the error says
  (``solver.base.errors``); Ctrl-C and SIGTERM are the same;
- a reader that leaves (``| head``) ends the command without a word; a full disk or a missing right is one line;
- anything else is a bug of ours: one line, and its trace in a file that holds no secret of the environment.

::

    PROGRAM = Program(package="synth", description="Make training data.", commands=("generate", "families"))
    sys.exit(main(PROGRAM))                     # python -m synth families
    sys.exit(console([PROGRAM, OTHER]))         # logic-vote families
"""

from __future__ import annotations

import argparse
import asyncio
import atexit
import difflib
import gc
import os
import re
import select
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, Protocol, cast

from solver.base.display.printing import prepare_streams, print_text, tell
from solver.base.errors import Interrupted, LogicVoteError, advice_on, is_full_memory, one_of
from solver.base.extras import lacks
from solver.base.signals import INTERRUPTED, terminating_as_interrupt
from solver.base.text_safety import one_line, redacted
from solver.base.typed_numbers import Real, Whole

CONTINUES = "what is done is kept, and the same command continues"
PRINTED = "what was printed stands, and the same command begins anew"
BEGINS_ANEW = "nothing half-done is left, and the same command begins anew"
_HELP = ("-h", "--help")
_CONSOLE = "logic-vote"
_KINDS: Mapping[object, str] = {Path: "PATH", int: "N", float: "X"}
"""What a value is called in the help that has no name of its own."""


class Command(Protocol):
    """What a command's module holds.

    Beside it ``RESUMES = True`` where the same command goes on after an end, or ``INTERRUPTED``, what is told then; one
    that has neither leaves nothing half-done.
    """

    HELP: str
    """One line."""

    def declare(self, parser: argparse.ArgumentParser) -> None:
        """Add arguments, and examples as the epilog."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do the work; returns the exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The commands of one package."""

    package: str
    """Its name; commands are modules of ``PACKAGE.commands``."""
    description: str
    commands: tuple[str, ...]
    """In the order of the help."""
    shelves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Folders below ``PACKAGE.commands`` -> the commands whose modules stand there."""
    epilog: str = ""
    """Examples."""
    default: str | None = None
    """The command of words that begin with a flag, or of none."""

    def load(self, name: str) -> Command:
        """Import a command's module."""
        shelf = next((f".{shelf}" for shelf, names in self.shelves.items() if name in names), "")
        return cast(Command, import_module(f"{self.package}.commands{shelf}.{name}"))


class Parser(argparse.ArgumentParser):
    """argparse, with positional words anywhere between the flags, and one clean line for bad usage."""

    def parsed(self, words: Sequence[str]) -> argparse.Namespace:
        """Parse a command's words; bad usage leaves with exit code 2."""
        # parse_intermixed_args takes no words with dashes after "--" (gh-59317, open in Python 3.11).
        return self.parse_args(words) if "--" in words else self.parse_intermixed_args(words)

    def add_argument(self, *names: Any, **options: Any) -> argparse.Action:
        """Declare an argument; a value without a name of its own is called by its kind, not by its flag again."""
        action = super().add_argument(*names, **options)
        if action.option_strings and action.nargs != 0 and action.metavar is None and action.choices is None:
            kind = int if isinstance(action.type, Whole) else float if isinstance(action.type, Real) else action.type
            action.metavar = _KINDS.get(cast(object, kind), "NAME")
        return action

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and leave with exit code 2."""
        unknown = re.search(r"^unrecognized arguments: (--[^ =]+)", message)
        known: Iterable[str] = self._option_string_actions
        if (chosen := re.search(r": invalid choice: '(.*)' \(choose from (.*)\)$", message)) is not None:
            unknown, known = chosen, re.findall("'([^']*)'", chosen[2])
        near = difflib.get_close_matches(unknown[1], list(known), n=1) if unknown else ()
        hint = f"; did you mean {near[0]}?" if near else ""
        if re.search("^unrecognized arguments: [^-]", message):
            hint = f"; it takes {' '.join(self._places()) or 'no words but flags'}"
        tell(f"{self.prog}: {one_line(message)}{hint} (see {self.prog} --help)")
        sys.exit(2)

    def _places(self) -> Iterator[str]:
        """Yield the names of the words that stand without a flag."""
        for action in self._get_positional_actions():
            yield str(action.metavar or action.dest)


def main(program: Program, argv: Sequence[str] | None = None, *, prog: str | None = None) -> int:
    """Run a package's command, as ``python -m PACKAGE`` does; returns the exit code.

    Args:
        argv: the words after the program's name; None takes the process'.
        prog: what the user typed to come here, for messages.
    """
    prepare_streams()
    # At its end the interpreter looks for circles among all that was imported, to free what is freed anyway: 0.4 s of
    # an evaluation that has imported openai.
    atexit.register(gc.freeze)
    words = list(sys.argv[1:] if argv is None else argv)
    prog = prog or f"python -m {program.package}"
    if program.default is not None and (not words or (words[0].startswith("-") and words[0] not in _HELP)):
        words.insert(0, program.default)
    if not words or words[0] not in program.commands:
        return _without_command(words, prog, program.commands, lambda: overview([program], prog))
    name, *rest = words
    return guarded(program.package, lambda: _run(program, name, rest, f"{prog} {name}"))


def words_typed(package: str, *, without: str = "") -> list[str]:
    """Return the words of this command, beginning with its name, however the program was called.

    Args:
        without: a flag that is left out: what was only tried is then done.
    """
    return [word for word in (sys.argv[2:] if sys.argv[1:2] == [package] else sys.argv[1:]) if word != without]


def console(programs: Sequence[Program], argv: Sequence[str] | None = None) -> int:
    """Run a command of any package, as ``logic-vote COMMAND`` does; returns the exit code.

    Where two packages have a command of one name, the first has it; ``logic-vote PACKAGE COMMAND`` names any.
    """
    prepare_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    for program in programs:
        if words and words[0] == program.package:
            return main(program, words[1:], prog=f"{_CONSOLE} {program.package}")
    for program in programs:
        if words and words[0] in program.commands:
            return main(program, words, prog=_CONSOLE)
    names = [*dict.fromkeys(name for program in programs for name in program.commands)]
    names += [program.package for program in programs]
    return _without_command(words, _CONSOLE, names, lambda: overview(programs, _CONSOLE))


def _run(program: Program, name: str, words: Sequence[str], prog: str) -> int:
    """Run one command.

    Raises:
        Interrupted: by a signal; says what is kept, and which command goes on.
    """
    command = program.load(name)
    arguments = parser_of(command, prog).parsed(words)
    try:
        return command.run(arguments)
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise Interrupted(told_of_interrupt(command)) from None


def told_of_interrupt(command: Command) -> str:
    """Return what a signal leaves of a command's work, and which command goes on."""
    usual = CONTINUES if getattr(command, "RESUMES", False) else BEGINS_ANEW
    return str(getattr(command, "INTERRUPTED", usual))


def parser_of(command: Command, prog: str) -> Parser:
    """Return a command's parser."""
    parser = Parser(prog=prog, description=command.HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.declare(parser)
    return parser


def overview(programs: Sequence[Program], prog: str) -> str:
    """Return the help of one package or of all: commands, a line each, and examples."""
    parts = [f"usage: {prog} COMMAND ..."]
    seen: set[str] = set()
    for program in programs:
        calls = {name: f"{program.package} {name}" if name in seen else name for name in program.commands}
        lines = [f"  {call:14} {program.load(name).HELP}" for name, call in calls.items()]
        head = f"{program.description}\n\ncommands:" if len(programs) == 1 else program.description
        parts.append("\n".join([head, *lines]))
        seen.update(program.commands)
    parts += [program.epilog.strip() for program in programs if len(programs) == 1 and program.epilog]
    return "\n\n".join(parts)


def guarded(who: str, work: Callable[[], int]) -> int:
    """Do the work of a command; returns the exit code, whatever happens.

    Args:
        who: begins every message.
    """
    try:
        with terminating_as_interrupt():
            code = work()
            sys.stdout.flush()
            return code
    except (KeyboardInterrupt, asyncio.CancelledError):
        return _interrupted(who, "")
    except BaseExceptionGroup as group:
        return _ended(who, one_of(group))
    except Exception as error:  # noqa: BLE001 (the last net)
        return _ended(who, error)


def _ended(who: str, error: BaseException) -> int:
    """Say why a command ended; returns the exit code."""
    if isinstance(error, BrokenPipeError) and _is_unread():
        # Whoever read our output has gone; Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    _flush()
    if isinstance(error, Interrupted):
        return _interrupted(who, str(error))
    if isinstance(error, LogicVoteError):
        tell(f"{who}: {error}")
        return error.exit_code
    if isinstance(error, OSError):
        tell(f"{who}: {_words_of(error)}")
        return 1
    if isinstance(error, ImportError) and (lacking := lacks(error)) is not None:
        tell(f"{who}: {lacking}")
        return 1
    if is_full_memory(error):
        said = _redacted(str(error).splitlines()[0]) if str(error) else "the system gives no more"
        tell(f"{who}: memory is full: {said}; end other processes, or ask for less, then run the same command again")
        return 1
    tell(f"{who}: a bug: {type(error).__name__}: {_redacted(str(error))}; {_reported(who, error)}")
    return 1


def _interrupted(who: str, how_to_go_on: str) -> int:
    _flush()
    tell(f"{who}: interrupted" + (f"; {how_to_go_on}" if how_to_go_on else ""))
    return INTERRUPTED


def _words_of(error: OSError) -> str:
    """Return an error of the system in words: what, why, and what to do."""
    if isinstance(error, FileNotFoundError) and error.filename is None and not _is_somewhere():
        return "the folder that this was started in is gone; go to one that is there, then run the same command again"
    is_named = error.strerror is not None and error.filename is not None
    return f"{error.filename}: {advice_on(error)}" if is_named else advice_on(error)


def _is_somewhere() -> bool:
    """Tell whether the working directory is still there."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True


def _reported(who: str, error: BaseException) -> str:
    """Write the trace of a bug to a file; returns what to do with it."""
    trace = "".join(traceback.format_exception(error))
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix=f"{who}-crash-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(_redacted(trace))
    except OSError:
        # No place for a file: the trace itself, below the line that announces it.
        return f"please report this:\n{_redacted(trace)}"
    return f"please report {file.name}"


def _redacted(text: str) -> str:
    return redacted(text, os.environ)


def _is_unread() -> bool:
    """Tell whether the reader of stdout has gone; another pipe's end is a failure."""
    try:
        watch = select.poll()
        watch.register(sys.stdout.fileno(), 0)
        return any(event & select.POLLERR for _, event in watch.poll(0))
    except (OSError, ValueError):
        return False


def _flush() -> None:
    """Hand on what the command had printed; if nobody takes it, the message on stderr still comes."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _without_command(words: Sequence[str], prog: str, names: Sequence[str], help_text: Callable[[], str]) -> int:
    """Answer words that name no command; returns the exit code."""
    if words and words[0] in _HELP:
        return guarded(prog, lambda: _printed(help_text()))
    if not words:
        tell(f"{prog}: name a command: {', '.join(names)}")
        return 2
    near = difflib.get_close_matches(words[0], names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
    tell(f"{prog}: no command is called {one_line(words[0])!r}; {hint}")
    return 2


def _printed(text: str) -> int:
    print_text(text)
    return 0
