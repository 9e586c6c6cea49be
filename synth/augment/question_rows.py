"""Rows that teach a model to write questions: the prompt of ``synth augment``, and a proven question as the answer.

``python -m synth generate --format questions`` writes them. A row shows a problem with some of its questions and one or
two examples of the same family, and wants another of its proven questions in the published form. Before the JSON stands
a ``<think>`` block with the question and the derivation of its answer, so that a small model knows the right option
before it writes the options; ``synth.augment.question_json`` takes such a block for scratch paper.

>>> from synth.puzzles.stream import training_problem
>>> row = rows_of(training_problem(1, 0))[0]
>>> [message["role"] for message in row["messages"]], row["messages"][1]["content"].startswith("<think>")
(['user', 'assistant'], True)
"""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

from solver.problems.prompt import has_chinese
from solver.problems.question import Problem, Question
from synth.augment.question_json import MOST_OPTIONS, Draft, written
from synth.augment.writer_prompt import load_template, pieces_shown, writer_prompt
from synth.puzzles.benchmark_overlap import Benchmark
from synth.puzzles.compose import compose
from synth.puzzles.families import FAMILIES
from synth.puzzles.item import Item, ItemQuestion
from synth.puzzles.refusal import is_held

_VERDICT_LINES = 2
"""Lines at the end of a chain that speak of letters; the options do not exist yet when the derivation is written."""


def rows_of(item: Item, benchmark: Benchmark | None = None) -> list[dict[str, Any]]:
    """Return one row for each question of an item, with the others, or some of them, as existing ones.

    Args:
        benchmark: rows that ``synth check`` would find in it are left out.
    """
    rows = []
    for place, target in enumerate(item.questions):
        if len(target.question.options) > MOST_OPTIONS:
            continue  # the published form has no room for it
        rng = Random(f"questions/{item.id}/{place}")
        others = [one.question for at, one in enumerate(item.questions) if at != place]
        shown = tuple(rng.sample(others, rng.randrange(len(others) + 1)))
        problem = Problem(id=item.id, text=item.problem_text, questions=shown)
        name = "augment" if has_chinese(item.problem_text) else "augment_english"
        examples = [_example(item, rng, benchmark) for _ in range(rng.randint(1, 2))]
        prompt, answer = writer_prompt(load_template(name), problem, examples), _answer(target)
        if benchmark is not None and any(map(benchmark.holds, pieces_shown(prompt, answer))):
            continue
        rows.append(
            {
                "id": f"{target.question.id}/write",
                "messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}],
                "family": item.family,
            }
        )
    return rows


def _answer(target: ItemQuestion) -> str:
    question = target.question
    # A chain in words ends in its answer line alone.
    verdict = 1 if target.telling else _VERDICT_LINES
    body = "\n".join(target.chain.splitlines()[:-verdict])
    found = written(Draft(question.text, question.options, target.gold_letter))
    return f"<think>{question.text}\n{body}</think>{found}"


def _example(item: Item, rng: Random, benchmark: Benchmark | None) -> Question:
    """Return a question on another problem of the family."""
    other = compose(
        FAMILIES[item.family],
        # Beside the streams of ``generate`` (from 2**64 up) and ``training_problem`` (below 2**60).
        seed=2**80 + rng.getrandbits(60),
        level=rng.randint(1, item.difficulty),
        lang=item.lang,
        style="full",
        item_id="example",
        refuses=partial(is_held, benchmark=benchmark) if benchmark is not None else None,
    ).item
    return rng.choice(other.questions).question
