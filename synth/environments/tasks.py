"""What every environment is made of: puzzle ``index`` of a stream, one question of it, its right letters, its pay.

A task is the same on every machine for a version, seed and index, and no two indices share a problem. Of a problem's
questions the one with the most options is taken, where guessing pays least.

>>> from synth.generate.order import Order
>>> task = task_at(Order(count=1, seed=3, families=("reachability",), langs=("en",), difficulty=2), 0)
>>> [pay(text, task.options, task.right) for text in (f"So:\\nThe answer is: {task.right[0]}", "No idea.")]
[1.0, 0.0]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solver.problems.prompt import DEFAULT_PROMPT, load_template, render
from solver.training_rows.reward import RewardPlan, right_letters, score
from synth.generate.order import Order, items

__all__ = ["Task", "pay", "task_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One question as it is asked, and what is right."""

    id: str
    prompt: str
    """The user's turn."""
    system: str | None
    """The system's turn, where the prompt has one."""
    question: str
    """The question alone."""
    options: tuple[str, ...]
    """As shown."""
    right: tuple[str, ...]
    """Letters that stand for the proven answer; twin options are each right."""
    family: str
    level: int
    """How hard it is (``synth.puzzles.hardness.level``)."""
    lang: str

    def messages(self) -> list[dict[str, str]]:
        """Return the conversation that is to be answered."""
        system = [] if self.system is None else [{"role": "system", "content": self.system}]
        return [*system, {"role": "user", "content": self.prompt}]


def task_at(order: Order, index: int, *, prompt: str = DEFAULT_PROMPT) -> Task:
    """Make task ``index`` of a stream.

    Args:
        order: families, languages and difficulty; its count does not matter.
        prompt: a template's name or file.
    """
    (item,) = items(order, range(index, index + 1))
    asked = max(item.questions, key=lambda one: len(one.question.options))
    question = asked.question
    said = load_template(prompt).in_language_of(question)
    return Task(
        id=question.id,
        prompt=render(said, question),
        system=said.system,
        question=question.text,
        options=tuple(option.strip() for option in question.options),
        right=right_letters(question, tuple(range(len(question.options)))),
        family=item.family,
        level=asked.level,
        lang=item.lang,
    )


def pay(
    text: str,
    options: Sequence[str],
    right: Sequence[str],
    *,
    question: str | None = None,
    is_ended: bool = True,
    min_chars: int = 0,
) -> float:
    """Pay a completion: 1 where its final answer, read as everywhere in this project, is right, else 0.

    Args:
        question: its text, where known.
        is_ended: False where it hit the bound on tokens, if the trainer tells.
        min_chars: shorter texts are paid nothing.
    """
    plan = RewardPlan(min_chars=min_chars)
    return score(text, options, right, n_tokens=0, is_ended=is_ended, plan=plan, question=question).reward
