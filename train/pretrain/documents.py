"""From generated puzzles to training documents: (prompt, answer) as text.

The prompt is the whole chat text up to the place where the assistant begins to write, so that training and serving see
the same bytes; the answer ends in ``<|im_end|>``. English items use the ``english`` prompt, brief chains the
``concise`` one, a share of the Chinese ones ``direct`` with the last line alone, all others ``cot``.

>>> prompt, answer = next(documents("toy", seed=1, start=0, stride=1, direct_share=0.0)).pairs[0]
>>> prompt.startswith("<|im_start|>user"), answer.endswith("<|im_end|>")
(True, True)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from solver.problems.prompt import Template, load_template, render
from solver.problems.question import Question, question_id_of, question_of
from train.errors import FeedError

HOLDOUT_SEED = 1_000_000
"""Added to a run's seed for the loss on held-out problems (streams end at 2**20 - 1)."""
JUDGE_SEED = 1_010_000
"""Added to a run's seed for the greedy accuracy at its end."""


class Told(NamedTuple):
    """One question with its proven answer, as the feed needs it."""

    question: Question
    gold_letter: str
    chain: str
    lang: str
    is_brief: bool


class Problem(NamedTuple):
    """The documents of one problem."""

    number: int
    """Its place in the stream."""
    pairs: list[tuple[str, str]]
    """(prompt, answer) for each question."""


def chat_prompt(user: str) -> str:
    """Return the chat text up to where the assistant begins, as the chat template writes it."""
    return f"<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n"


@cache
def _template(name: str) -> Template:
    return load_template(name)


def template_name(lang: str, *, is_brief: bool, is_direct: bool = False) -> str:
    """Name the built-in prompt that goes with a chain."""
    if lang == "en":
        return "english"
    if is_direct:
        return "direct"
    return "concise" if is_brief else "cot"


def documents(source: str, *, seed: int, start: int, stride: int, direct_share: float) -> Iterator[Problem]:
    """Yield problems ``start``, ``start + stride``, … of a stream, for ever.

    Args:
        source: ``synth`` or ``toy``.
        direct_share: share of the Chinese questions that are asked for the letter alone.
    """
    index = start
    while True:
        rng = Random(f"documents/{seed}/{index}")
        pairs = []
        for told in problem(source, seed, index):
            is_direct = told.lang == "zh" and rng.random() < direct_share
            name = template_name(told.lang, is_brief=told.is_brief, is_direct=is_direct)
            answer = f"答案是：{told.gold_letter}" if is_direct else told.chain
            pairs.append((chat_prompt(render(_template(name), told.question)), f"{answer}<|im_end|>"))
        yield Problem(index, pairs)
        index += stride


def problem(source: str, seed: int, index: int) -> list[Told]:
    """Make one problem's questions.

    Raises:
        FeedError: there is no such source.
    """
    if source == "toy":
        return [_toy(seed, index)]
    if source != "synth":
        raise FeedError(f"no source of documents is called {source!r}; use synth or toy")
    from synth.puzzles.stream import training_problem

    item = training_problem(seed, index)
    return [Told(one.question, one.gold_letter, one.chain, item.lang, item.style == "brief") for one in item.questions]


def _toy(seed: int, index: int) -> Told:
    """Make a question that a tiny model learns in seconds: which of two numbers is larger."""
    rng = Random(f"toy/{seed}/{index}")
    low, high = sorted(rng.sample(range(10), 2))
    pair = [low, high] if rng.random() < 0.5 else [high, low]
    letter = letter_of(pair.index(high))
    question = question_of(
        question_id_of(f"toy-{seed}-{index}", 0),
        problem=f"小明有{pair[0]}个苹果，小红有{pair[1]}个苹果。",
        text="谁的苹果多？",
        options=("小明", "小红"),
        gold_letter=letter,
        family="toy",
        level=1,
    )
    return Told(question, letter, f"{high}大于{low}。\n答案是：{letter}", "zh", False)
