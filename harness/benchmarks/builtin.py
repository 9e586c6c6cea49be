"""The benchmarks that come along, by name: all of one, and the third that ``harness eval`` takes where none is named.

``builtin`` and ``builtin-third`` are the newest one's; configurations, run folders and cards hold only ``settled``
names, which never mean another benchmark. Folders and cards from before benchmark 2 hold the plain names, or the path
of benchmark 1 (``as_noted``).

The third is chosen once and for all from what the problems are, never from what a model made of them: of every split,
family, language and number of questions a third of the problems, as nearly as whole problems allow. So its accuracy is
an estimate of the whole one's; the interval, clustered by problem, does not count the strata, and so is wide rather
than narrow.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from solver.base.places import BENCHMARK_1, BENCHMARK_2
from solver.problems.jsonl import Loaded, questions_of
from solver.problems.prompt import has_chinese
from solver.problems.question import Problem
from solver.problems.shapes.load import load_inputs

WHOLE, THIRD = "builtin-2", "builtin-2-third"
"""The newest, and what ``eval`` takes where no data is named."""
FIRST, FIRST_THIRD = "builtin-1", "builtin-1-third"
NAMES = {
    "builtin": BENCHMARK_2,
    "builtin-third": BENCHMARK_2,
    WHOLE: BENCHMARK_2,
    THIRD: BENCHMARK_2,
    FIRST: BENCHMARK_1,
    FIRST_THIRD: BENCHMARK_1,
}
"""Their files: 300 generated puzzles with proven answers each, those of benchmark 2 not answered without being read."""
_MEANT = {"builtin": WHOLE, "builtin-third": THIRD}
_MEANT_AT_FIRST = {"builtin": FIRST, "builtin-third": FIRST_THIRD}
_PLACE_OF_FIRST = BENCHMARK_1.parts[-3:]
_PARTS = 3
_BYTES = "file:"
"""What stands before a name that is written by its bytes."""


def load_builtin(name: str, tell: Callable[[str], None] = lambda text: None) -> Loaded:
    """Return the problems of one of ``NAMES``."""
    loaded = load_inputs([str(NAMES[name])], tell=tell)
    if not name.endswith("-third"):
        return loaded
    part = part_of(loaded.problems, _PARTS)
    chosen = {question.id for question in questions_of(part)}
    return loaded._replace(problems=part, rows=tuple(row for row in loaded.rows if row.question_ids[0] in chosen))


def settled(word: str) -> str:
    """Return what a user names, with names that will mean the same when there is a newer benchmark.

    >>> settled("builtin,logiqa-zh")
    'builtin-2,logiqa-zh'
    """
    return word if os.path.exists(word) else ",".join(_MEANT.get(name, name) for name in word.split(","))


def as_noted(name: str) -> str:
    """Return the settled name of what a run folder or a card holds, whenever it was written.

    >>> as_noted("builtin-third"), as_noted("/opt/project/harness/benchmarks/builtin.jsonl"), as_noted("mine.jsonl")
    ('builtin-1-third', 'builtin-1', 'mine.jsonl')
    """
    if Path(name).parts[-3:] == _PLACE_OF_FIRST:
        return FIRST
    if name.startswith(_BYTES):
        told = os.fsdecode(unquote_to_bytes(name.removeprefix(_BYTES)))
        # Nothing else is noted so: a card of somebody else's would hide a name from those who look at it.
        return told if noted(told) == name else name
    return _MEANT_AT_FIRST.get(name, name)


def noted(name: str) -> str:
    """Return the name of an input as run folders and cards hold it, which are UTF-8: ``as_noted`` gives it back.

    A file from an archive of Chinese Windows may have a name that is no UTF-8: its bytes are written as in a URL.

    >>> noted("mine.jsonl"), noted("\\udccc\\udce2.jsonl"), as_noted("file:%CC%E2.jsonl") == "\\udccc\\udce2.jsonl"
    ('mine.jsonl', 'file:%CC%E2.jsonl', True)
    >>> as_noted("file:hf%3Aorg/set")
    'file:hf%3Aorg/set'
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        return f"{_BYTES}{quote(os.fsencode(name))}"
    return name


def part_of(problems: Sequence[Problem], parts: int) -> tuple[Problem, ...]:
    """Return one of so many equal parts of some problems, in their order: always the same ones.

    One by one that problem is taken whose kinds are furthest from their share; of several alike, the one whose id has
    the smallest digest.
    """
    kinds = {problem.id: _kinds(problem) for problem in problems}
    totals = Counter(kind for found in kinds.values() for kind in found)
    taken: Counter[Hashable] = Counter()
    rest = sorted(kinds, key=lambda name: sha256(name.encode()).hexdigest())
    chosen: set[str] = set()
    for _ in range(round(len(rest) / parts)):
        best = max(rest, key=lambda name: round(sum(1 - taken[kind] * parts / totals[kind] for kind in kinds[name]), 9))
        rest.remove(best)
        chosen.add(best)
        taken.update(kinds[best])
    return tuple(problem for problem in problems if problem.id in chosen)


def _kinds(problem: Problem) -> tuple[Hashable, ...]:
    first = problem.questions[0]
    language = "zh" if has_chinese(problem.text) else "en"
    return (
        ("split", first.split),
        ("family", first.family),
        ("language", language),
        ("split, language", first.split, language),
        ("questions", len(problem.questions)),
    )
