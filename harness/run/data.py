"""The data of an evaluation, by the names that a user gives: files of any shape, ``-``, ``hf:…``, benchmarks."""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from harness.benchmarks import builtin
from harness.benchmarks.download import cached
from harness.benchmarks.load import load_benchmark
from harness.benchmarks.registry import BENCHMARKS
from solver.base.display.printing import command_line
from solver.base.errors import InputError, words_of
from solver.problems.jsonl import Loaded, questions_of
from solver.problems.question import Question
from solver.problems.shapes.hub_data_set import PREFIX, copy_of
from solver.problems.shapes.load import load_inputs
from solver.problems.shapes.opening import STDIN


def load_data(
    names: Sequence[str], *, mapping: str | None = None, tell: Callable[[str], None] = lambda text: None
) -> Loaded:
    """Read all problems of what is named.

    Args:
        names: inputs and names of benchmarks; several benchmarks may stand in one word, with commas between.
        mapping: as ``--map`` takes it, for inputs.
        tell: told what was found, a line an input.

    Raises:
        InputError: something cannot be opened or understood, or two parts use one id.
        DownloadError: a benchmark cannot be had.
    """
    parts: list[Loaded] = []
    for is_benchmark, group in groupby(parted(names), _is_benchmark):
        if is_benchmark:
            parts += [_by_name(name, tell) for name in group]
        else:
            parts.append(load_inputs(list(group), mapping=mapping, tell=tell))
    problems = tuple(problem for part in parts for problem in part.problems)
    if again := next((name for name, count in Counter(one.id for one in problems).items() if count > 1), None):
        raise InputError(f"two of the inputs use the id {again!r} for a problem; evaluate them one by one")
    return Loaded(
        problems,
        tuple(fault for part in parts for fault in part.bad),
        tuple(fault for part in parts for fault in part.odd),
        sum(part.lines for part in parts),
        tuple(row for part in parts for row in part.rows),
        tuple(name for part in parts for name in part.names),
    )


def questions_of_run(noted: Mapping[str, object]) -> tuple[Question, ...]:
    """Return the questions that a run was made from, by what its folder notes, where they can still be had.

    Args:
        noted: the run's settings or its binding, with ``data``, ``map`` and ``limit``.

    Raises:
        InputError: a part cannot be read again.
        DownloadError: a benchmark of it cannot be had.
    """
    found, mapping, limit = noted.get("data"), noted.get("map"), noted.get("limit")
    names = [builtin.as_noted(str(name)) for name in found] if isinstance(found, list | tuple) else []
    if not names or STDIN in names:
        raise InputError("the run's questions came from stdin, or it does not tell from where")
    for name in parted(names):
        # A run folder may be somebody else's: a pipe or a device that it names would be waited for.
        try:
            is_odd = Path(name).exists() and not Path(name).is_file() and not Path(name).is_dir()
        except (OSError, ValueError) as error:
            raise InputError(f"{name[:80]!r}: no name of a file ({words_of(error)})") from error
        if is_odd:
            raise InputError(f"{name}: is neither a file nor a folder")
        if not _is_here(name):
            fetch = command_line("harness", "fetch", name)
            raise InputError(f"{name}: is not on this machine; fetch it first: {fetch}")
    loaded = load_data(names, mapping=mapping if isinstance(mapping, str) else None)
    return questions_of(loaded.problems)[: limit if isinstance(limit, int) else None]


def _is_here(name: str) -> bool:
    """Tell whether reading a name asks nobody: whoever made a run folder has no say in what is fetched."""
    if name.startswith(PREFIX):
        return copy_of(name).is_file()
    return name not in BENCHMARKS or all(cached(source).is_file() for source in BENCHMARKS[name].files)


def parted(names: Sequence[str]) -> list[str]:
    """Take apart words that name several benchmarks; a file of that name wins.

    Raises:
        InputError: a word that is no path looks like a benchmark's name and is none.
    """
    found: list[str] = []
    for name in names:
        # Not ``Path.exists``, which raises where a name is no name of a file, for its length for example.
        if name == STDIN or name.startswith(PREFIX) or os.path.exists(name):
            found.append(name)
            continue
        words = name.split(",")
        if len(words) > 1 and not any(map(_is_benchmark, words)):
            words = [name]
        for word in words:
            if not _is_benchmark(word) and not {"/", "."} & set(word):
                raise InputError(f"{word[:200]}: no such file, and no benchmark of that name{_near(word)}")
        found += words
    return found


def _is_benchmark(name: str) -> bool:
    return name in BENCHMARKS or name in builtin.NAMES


def _by_name(name: str, tell: Callable[[str], None]) -> Loaded:
    return builtin.load_builtin(name) if name in builtin.NAMES else load_benchmark(BENCHMARKS[name], tell)


def _near(word: str) -> str:
    # LogiQA_zh is logiqa-zh.
    plain = word.casefold().replace("_", "-").replace(" ", "-")
    begun = [name for name in (*builtin.NAMES, *BENCHMARKS.names) if name.startswith(plain)]
    near = difflib.get_close_matches(plain, (*builtin.NAMES, *BENCHMARKS.names), n=1)
    names = [plain] if _is_benchmark(plain) else begun or near
    hint = f"; did you mean {' or '.join(names[:4])}?" if names else "."
    return f"{hint} All: {command_line('harness', 'benchmarks')}"
