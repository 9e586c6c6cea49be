"""Rejection sampling: which of a question's chains become rows, and why each other one does not. Pure.

A chain is kept where it ended by itself and announces the right answer, also to a reader who does not know how many
options there are; of those, ``Keep`` says how many, whether they must differ, and which go first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from pydantic import Field

from solver.base.config.bounds import MOST_SAMPLES
from solver.extraction.thoughts import says_anything
from solver.problems.question import Question
from solver.training_rows import announced
from synth.distill.vote import Vote
from synth.llm.plan_file import PlanConfig

Preferred = Literal["first", "short", "likely", "varied"]
_GRAM = 5
"""Characters that count as one feature of a chain, as in ``synth.check.ngrams``."""


class Keep(PlanConfig):
    """Which of a question's right chains become rows."""

    per_question: int = Field(default=1, ge=1, le=MOST_SAMPLES)
    """Most rows of one question."""
    distinct: bool = True
    """Leave out a chain that says what another one says, white space and punctuation aside."""
    prefer: Preferred = "first"
    """Which go first: as they were drawn, the shortest, the likeliest (mean log-probability), or those that differ most
    from those that are kept already."""

    @property
    def fact(self) -> object:
        """The value as plans of before wrote it, where they could."""
        if self == Keep():
            return "first"
        return "shortest" if self == Keep(prefer="short") else self.model_dump()


KEEP_ONE = Keep()
"""The first right chain of a question."""


def keep_of(found: object) -> object:
    """Read ``first`` and ``shortest``, the words for keeping one chain."""
    return {"first": {}, "shortest": {"prefer": "short"}}.get(found, found) if isinstance(found, str) else found


class Kept(NamedTuple):
    """A chain that became a row."""

    vote: Vote
    letter: str
    """The right letter as shown."""


class Sifted(NamedTuple):
    """What became of a question's right chains."""

    kept: tuple[Kept, ...]
    """The preferred first."""
    left: tuple[tuple[Vote, str], ...]
    """The others, each with the reason."""


def sift(question: Question, votes: Sequence[Vote], keep: Keep, *, min_chars: int) -> Sifted:
    """Choose among chains that announce the right answer.

    Args:
        votes: samples with the right answer.
        min_chars: a shorter chain is no chain of thought.
    """
    left: list[tuple[Vote, str]] = []
    usable: list[Vote] = []
    for vote in votes:
        reason = unusable(question, vote, min_chars)
        if reason is None:
            usable.append(vote)
        else:
            left.append((vote, reason))
    ordered = _ordered(usable, keep.prefer)
    kept: list[Vote] = []
    said: set[str] = set()
    while ordered and len(kept) < keep.per_question:
        place = _furthest(ordered, kept) if keep.prefer == "varied" and kept else 0
        vote = ordered.pop(place)
        core = _core(vote.text)
        if keep.distinct and core in said:
            left.append((vote, "says what another one says"))
            continue
        said.add(core)
        kept.append(vote)
    left += [(vote, f"{keep.per_question} of the question are kept already") for vote in ordered]
    return Sifted(tuple(Kept(vote, vote.shown_letter or "") for vote in kept), tuple(left))


def unusable(question: Question, vote: Vote, min_chars: int) -> str | None:
    """Say why a chain cannot be learnt from, right or wrong; None where it can."""
    length = len(vote.text.strip())
    if length < min_chars:
        return f"too short: {length} characters of {min_chars}"
    if not says_anything(vote.text):
        return "a thought alone, with no answer behind it"
    options = [question.options[index] for index in vote.permutation]
    said = announced(vote.text, options)
    if said != vote.shown_letter:
        return f"a reader who does not know the options reads {said or 'no letter'}"
    return None


def _ordered(votes: Sequence[Vote], prefer: Preferred) -> list[Vote]:
    if prefer == "first":
        return list(votes)
    if prefer == "likely":
        return sorted(votes, key=lambda one: (math.inf if one.logprob is None else -one.logprob, one.index))
    return sorted(votes, key=lambda one: (len(one.text), one.index))


def _furthest(votes: Sequence[Vote], kept: Sequence[Vote]) -> int:
    """Return the place of the chain whose nearest kept one is furthest away (Jaccard distance of character 5-grams)."""
    known = [_grams(vote.text) for vote in kept]
    nearest = [max(_alike(_grams(vote.text), one) for one in known) for vote in votes]
    return min(range(len(votes)), key=lambda place: (nearest[place], place))


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _grams(text: str) -> frozenset[str]:
    core = _core(text)
    return frozenset(core[at : at + _GRAM] for at in range(max(1, len(core) - _GRAM + 1)))


def _core(text: str) -> str:
    """Return what a chain says: its letters and digits, so that layout makes no difference."""
    return "".join(char for char in text if char.isalnum())
