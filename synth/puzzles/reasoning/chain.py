"""Chains in words: reasoned, proven, told.

The steps of a family's reasoner, why wrong options fail, and the conclusion are proven one by one (``proof``) before
any of it becomes a sentence (``telling``). What is drawn (register, length, wordings) comes from the voice alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.errors import FamilyError
from synth.puzzles.options import Shown
from synth.puzzles.reasoning.proof import check
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.registry import reasoner_of
from synth.puzzles.reasoning.steps import (
    LENGTHS,
    REGISTERS,
    Claim,
    Conclusion,
    Contradiction,
    Deduce,
    Eliminated,
    Given,
    Manner,
    Rejected,
    Step,
    Suppose,
    Telling,
)
from synth.puzzles.reasoning.telling import Teller

_MOST_REJECTED = 3
_MOST_MISTAKES = 2
"""Wrong options of which a chain says no more than what mistake leads there."""
_TEMPTING = (
    "one too many",
    "one too few",
    "two swapped",
    "one place wrong",
    "lost one",
    "one said twice or added",
    "the other direction",
)
"""Mistakes that are made most easily: of the wrong options, a chain of medium length speaks of one of these first."""

_AMOUNT = re.compile(r"(\d+) ?(?!号|日|点|th)[^\d:]{0,8}")


class Chain(NamedTuple):
    """A chain in words."""

    text: str
    """With its answer line."""
    telling: Telling
    steps: tuple[Step, ...]


def chain(p: Puzzle, one: Shown, *, manner: Manner, options: Sequence[str], question: str) -> Chain:
    """Derive an answer and tell it.

    Args:
        p: the question; its voice is used up.
        options: their texts in the order shown.
        question: its text, without a number.

    Raises:
        FamilyError: the family has no chains in words.
        ProofError: a step is not proven (a bug in its reasoner).
    """
    found = reasoner_of(p.family.name)
    if found is None:
        raise FamilyError(f"{p.family.name} has no chains in words")
    rng = p.voice.rng
    telling = Telling(
        register=manner.register or REGISTERS[int(rng.random() * len(REGISTERS))],
        length=manner.length or LENGTHS[int(rng.random() * len(LENGTHS))],
    )
    steps = list(found.reasoner.steps(p))
    known = _known(steps)
    said: list[str] = []
    for place in _refused(one, telling, rng.random()):
        claim = found.reasoner.against(p, one.values[place], known)
        mistake = _said(one.mistakes[place], options[place], one.values[place])
        if claim is not None:
            steps.append(Eliminated(place, claim))
        elif mistake is not None and len(said) < _MOST_MISTAKES and not (mistake == "another one" in said):
            # That it is another one says little: once is enough.
            said.append(mistake)
            steps.append(Rejected(place, mistake))
    steps.append(Conclusion(one.gold))
    check(found.reasoner, p, steps, one.mistakes)
    text = Teller(found.reasoner, p, found.clauses, telling, options, question).tell(steps)
    end = p.say("答案是：", "The answer is: ")
    return Chain(f"{text}\n{end}{letter_of(one.gold)}", telling, tuple(steps))


def _known(steps: Sequence[Step]) -> list[Claim]:
    """Return what is stated or deduced outside of cases."""
    known: list[Claim] = []
    is_case = False
    for step in steps:
        if isinstance(step, Suppose):
            is_case = True
        elif isinstance(step, Contradiction):
            is_case = False
            known.append(step.so)
        elif not is_case and isinstance(step, (Given, Deduce)):
            known += [*(step.because if isinstance(step, Deduce) else ()), step.claim]
    return known


def _refused(one: Shown, telling: Telling, draw: float) -> list[int]:
    """Choose the wrong options that are spoken of, in their order."""
    wrong = [place for place, mistake in enumerate(one.mistakes) if mistake is not None]
    if telling.length == "short" or not wrong or len(one.values) == 2:
        return []
    if telling.length == "long":
        return wrong[:_MOST_REJECTED]
    tempting = [place for place in wrong if one.mistakes[place] in _TEMPTING] or wrong
    return [tempting[int(draw * len(tempting))]]


def _said(mistake: str | None, option: str, value: object) -> str | None:
    """Name a mistake as it can be said of an option in this language: only amounts are too many or too few."""
    if mistake is None or " too " not in mistake:
        return mistake
    number = value[0] if isinstance(value, tuple) and value else value
    amount = _AMOUNT.fullmatch(option)
    # What bears a number as its name is no amount.
    return mistake if amount and isinstance(number, (int, float)) and int(amount[1]) == number else "another one"
