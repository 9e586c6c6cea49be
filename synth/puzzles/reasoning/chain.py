"""Chains in words: reasoned, proven, told.

The steps of a family's reasoner, why wrong options fail, and the conclusion are proven one by one (``proof``) before
any of it becomes a sentence (``telling``). What is drawn (register, length, wordings) comes from the voice alone.
"""

from __future__ import annotations

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
    Upheld,
)
from synth.puzzles.reasoning.telling import Teller
from synth.puzzles.reasoning.wordings import frames

_MOST_REJECTED = 3
_MOST_MISTAKES = 2
"""Wrong options of which a chain says no more than what mistake leads there."""
_TEMPTING = (
    "one too many",
    "one too few",
    "two swapped",
    "lost one",
    "one said twice or added",
    "the other direction",
)
"""Mistakes that are made most easily: of the wrong options, a chain of medium length speaks of one of these first."""

_COUNTS = frozenset(
    "count size visits number times calls steps printed turns leaps ahead draws won drawn above below running "
    "freeCount levels every evens odds".split()
)
"""Claims that say how many there are: of what was not counted, nothing is counted once too often."""
_LONGER = 2
"""An order has more members than this; a pair is a statement, and nothing in it changes places."""


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
        if found.reasoner.asks_for_false(p):
            steps.append(Upheld(place))
            continue
        claim = found.reasoner.against(p, one.values[place], known)
        mistake = _said(one.mistakes[place], one.values[place], known)
        if claim is not None:
            steps.append(Eliminated(place, claim))
        elif mistake is not None and mistake not in said and len(said) < _MOST_MISTAKES:
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


def _said(mistake: str | None, value: object, known: Sequence[Claim]) -> str | None:
    """Return the mistake that leads to an option; None where it says no more than that the option is wrong."""
    if mistake is None or mistake not in frames()["en"]["rejected"]:
        return None
    if " too " in mistake:
        return mistake if known and known[-1].kind in _COUNTS else None
    return mistake if isinstance(value, (tuple, str)) and len(value) > _LONGER else None
