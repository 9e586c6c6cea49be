"""The benchmark that comes along, by name: all of it, and the third that ``harness eval`` takes where no data is named.

The third is chosen once and for all from what the problems are, never from what a model made of them: of every split,
family, language and number of questions a third of the problems, as nearly as whole problems allow. So its accuracy is
an estimate of the whole one's; the interval, clustered by problem, does not count the strata, and so is wide rather
than narrow.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from hashlib import sha256

from solver.base.places import BENCHMARK, BENCHMARK_2
from solver.problems.jsonl import Loaded, questions_of
from solver.problems.question import Problem
from solver.problems.shapes.load import load_inputs

WHOLE, THIRD, SECOND = "builtin", "builtin-third", "builtin-2"
NAMES = {
    WHOLE: "the built-in benchmark: generated puzzles with proven answers",
    THIRD: "a third of it, stratified: what eval takes where no data is named",
    SECOND: "benchmark 2: 300 other puzzles, none of which is answered without being read",
}
_PARTS = 3
_CHINESE = re.compile("[\u4e00-\u9fff]")


def load_builtin(name: str, tell: Callable[[str], None] = lambda text: None) -> Loaded:
    """Return the problems of one of ``NAMES``."""
    loaded = load_inputs([str(BENCHMARK_2 if name == SECOND else BENCHMARK)], tell=tell)
    if name != THIRD:
        return loaded
    part = part_of(loaded.problems, _PARTS)
    chosen = {question.id for question in questions_of(part)}
    return loaded._replace(problems=part, rows=tuple(row for row in loaded.rows if row.question_ids[0] in chosen))


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
    language = "zh" if _CHINESE.search(problem.text) else "en"
    return (
        ("split", first.split),
        ("family", first.family),
        ("language", language),
        ("split, language", first.split, language),
        ("questions", len(problem.questions)),
    )
