r"""What a completion is paid: whether its final answer is the right one, read by the project's own extractor. Pure.

The rule that matters: nothing is paid without a right final answer, whatever else a text says. A completion that was
cut off has none. Twin options share one class, so each of their letters is right.

>>> score("先想一想。\n答案是：B", ("甲", "乙"), ("B",), n_tokens=9, is_ended=True)
Scored(reward=1.0, outcome='right')
>>> score("答案是：B，不对，应该选A", ("甲", "乙"), ("B",), n_tokens=9, is_ended=True).outcome
'wrong'
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pydantic import Field

from solver.base.config import Config
from solver.base.config.bounds import MOST, MOST_TOKENS
from solver.extraction.extract import extract
from solver.problems.letters import letter_of
from solver.problems.question import Question

Outcome = Literal["right", "wrong", "no_answer", "cut_off", "too_short"]
OUTCOMES: tuple[Outcome, ...] = ("right", "wrong", "no_answer", "cut_off", "too_short")


class RewardPlan(Config):
    """How lengths enter the reward; a right answer is 1, everything else 0."""

    min_chars: int = Field(default=0, ge=0, le=MOST)
    """A right answer with less text before it is paid nothing: guessing without reasoning pays as well as any chain on
    an easy question, and a model soon finds that out."""
    soft_tokens: int = Field(default=0, ge=0, le=MOST_TOKENS)
    """From here on a right answer is paid less, down to ``1 - length_cost`` at the bound on tokens (the soft punishment
    of DAPO, arXiv:2503.14476); 0 never."""
    length_cost: float = Field(default=0.5, ge=0, lt=1)


class Scored(NamedTuple):
    """What a completion came to."""

    reward: float
    """0 to 1; above 0 for right answers alone."""
    outcome: Outcome


def right_letters(question: Question, permutation: Sequence[int]) -> tuple[str, ...]:
    """Return the letters that stand for the gold answer under an order of the options.

    Raises:
        ValueError: the question has no answer key.
    """
    if question.gold is None:
        raise ValueError(f"question {question.id!r} has no answer key")
    classes = [question.classes[index] for index in permutation]
    return tuple(letter_of(place) for place, found in enumerate(classes) if found == question.gold)


def score(
    text: str,
    options: Sequence[str],
    right: Sequence[str],
    *,
    n_tokens: int,
    is_ended: bool,
    plan: RewardPlan | None = None,
    max_tokens: int = 0,
    question: str | None = None,
) -> Scored:
    """Pay one completion.

    Args:
        options: as shown.
        right: the letters of the right answer, as shown.
        is_ended: False where it hit the bound on tokens.
        max_tokens: that bound.
        question: its text, where known.
    """
    plan = plan or RewardPlan()
    if not is_ended:
        return Scored(0.0, "cut_off")
    found = extract(text, len(options), options, question)
    if found.letter is None:
        return Scored(0.0, "no_answer")
    if found.letter not in right:
        return Scored(0.0, "wrong")
    if len(text.strip()) < plan.min_chars:
        return Scored(0.0, "too_short")
    return Scored(1.0 - _length_cost(plan, n_tokens, max_tokens), "right")


def _length_cost(plan: RewardPlan, n_tokens: int, max_tokens: int) -> float:
    if not plan.soft_tokens or n_tokens <= plan.soft_tokens or max_tokens <= plan.soft_tokens:
        return 0.0
    over = min(1.0, (n_tokens - plan.soft_tokens) / (max_tokens - plan.soft_tokens))
    return plan.length_cost * over
