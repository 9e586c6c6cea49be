"""A finished, proven item: a problem with its questions, gold letters and chains of thought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solver.problems.question import Problem, Question
from synth.puzzles.reasoning.steps import Telling
from synth.puzzles.voice import Lang, Style


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemQuestion:
    """One question with its proven answer and a chain that derives it."""

    question: Question
    gold_letter: str
    chain: str
    """The whole chain of thought, its last line ``答案是：X`` or ``The answer is: X``."""
    mistakes: tuple[str | None, ...] = ()
    """What mistake leads to each option; None for the right one."""
    needed: int | None = None
    """Facts that the answer needs together, where it is known (``synth.puzzles.hardness.needed``)."""
    telling: Telling | None = None
    """How a chain in words is told; None where the chain is a trace."""

    @property
    def level(self) -> int:
        """How hard it is, 1 to 9 (``synth.puzzles.hardness.level``)."""
        assert self.question.level is not None  # ``compose`` measured it
        return self.question.level

    @property
    def told(self) -> dict[str, str]:
        """What a row says of a chain in words; nothing where the chain is a trace."""
        if self.telling is None:
            return {}
        return {"chains": "words", "register": self.telling.register, "length": self.telling.length}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One problem with proven answers."""

    id: str
    family: str
    difficulty: int
    """What was asked for, 1 to 9: the size of the world. How hard each question came out is its own ``level``."""
    lang: Lang
    style: Style
    problem_text: str
    questions: tuple[ItemQuestion, ...]
    facts: int | None = None
    """Facts that the text states, where the family names them (``synth.puzzles.hardness.needed``)."""
    idle: int | None = None
    """Those of them that no answer needs: distractors."""
    refused: int = 0
    """Problems drawn before it and refused, since a benchmark holds them."""

    @property
    def problem(self) -> Problem:
        """It as evaluations see it."""
        return Problem(id=self.id, text=self.problem_text, questions=tuple(one.question for one in self.questions))

    def contest_row(self) -> dict[str, Any]:
        """Return it as a problem in the contest's form, with chains."""
        questions = [
            {
                "question": one.question.text,
                "options": list(one.question.options),
                "answer": one.gold_letter,
                "chain": one.chain,
                "mistakes": list(one.mistakes),
                "needed": one.needed,
                "level": one.level,
                **one.told,
            }
            for one in self.questions
        ]
        return {
            "id": self.id,
            "problem": self.problem_text,
            "questions": questions,
            "family": self.family,
            "difficulty": self.difficulty,
            "lang": self.lang,
            "facts": self.facts,
            "idle": self.idle,
        }
