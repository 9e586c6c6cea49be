"""Puzzles that nobody may learn from, since a benchmark holds them: what is made refuses them by the check's measure.

>>> from synth.puzzles.stream import training_problem
>>> refuses_built_in(training_problem(1, 0))
False
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from solver.problems.prompt import Template, built_in_names, load_template, render
from synth.puzzles.benchmark_overlap import Benchmark, benchmark_of, built_in
from synth.puzzles.item import Item


def refuses_built_in(item: Item) -> bool:
    """Tell whether ``synth check`` would find an item in a shipped benchmark, in any of the forms that rows have."""
    return is_held(item, benchmark_of(built_in()))


def is_held(item: Item, benchmark: Benchmark) -> bool:
    """Tell whether a check against a benchmark would find an item, in any of the forms that rows have."""
    said = (text for one in item.questions for text in (one.question.text, *one.question.options))
    return benchmark.holds("\n".join((item.problem_text, *said)), _rows(item))


def _rows(item: Item) -> Iterator[str]:
    """Yield each question as a row in the contest's form shows it, and as every prompt does."""
    for one in item.questions:
        question = one.question
        yield "\n".join((question.problem, question.text, *question.options))
        for prompt in _prompts():
            yield f"{prompt.in_language_of(question).system or ''}\n{render(prompt, question)}"


@cache
def _prompts() -> tuple[Template, ...]:
    return tuple(map(load_template, built_in_names()))
