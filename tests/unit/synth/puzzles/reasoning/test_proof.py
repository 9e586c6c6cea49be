"""A wrong sentence cannot be written: planted claims are refused before a word is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from synth.errors import ProofError
from synth.puzzles.families import FAMILIES
from synth.puzzles.families.ordering import World
from synth.puzzles.family import Ask
from synth.puzzles.reasoning.arithmetic import compared, equation
from synth.puzzles.reasoning.proof import check
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.registry import reasoner_of
from synth.puzzles.reasoning.steps import (
    Claim,
    Conclusion,
    Contradiction,
    Deduce,
    Eliminated,
    Given,
    Rejected,
    Step,
    Suppose,
)
from synth.puzzles.voice import Voice

FIRST, LAST = Claim("before", (0, 1)), Claim("before", (1, 2))
BOTH = Claim("order", ((0, 1, 2),))
TWO_FIRST, TWO_SECOND = Claim("is", (2, (0,))), Claim("is", (2, (1,)))


def _check(steps: Sequence[Step], mistakes: Sequence[str | None] = (None, "the opposite")) -> None:
    """Check steps about three in a line, 0 before 1 before 2, and the question whether 0 is before 2."""
    family = FAMILIES["ordering"]
    world = World((0, 1, 2), ((0, 0, 1), (0, 1, 2)))
    voice = Voice("en", "full", Random(1))
    told = reasoner_of("ordering")
    assert told is not None
    ask = Ask("compare", (0, 2), True, (False,))
    p = Puzzle(family=family, world=world, ask=ask, shown=(True, False), cast=family.cast(world, voice), voice=voice)
    check(told.reasoner, p, steps, mistakes)


def test_a_proof_in_small_steps_is_accepted() -> None:
    refuted: list[Step] = [Suppose(TWO_FIRST), Contradiction((TWO_FIRST, LAST), Claim("out", (2, (0,))))]
    _check([Given(FIRST), Deduce(BOTH, (FIRST, LAST)), *refuted, Rejected(1, "the opposite"), Conclusion(0)])


@pytest.mark.parametrize(
    "step",
    [
        Given(Claim("before", (0, 2))),  # true, but not told
        Given(Claim("before", (1, 0))),  # false
        Deduce(BOTH, (FIRST,)),  # true, but not for this reason alone
        Deduce(Claim("order", ((2, 1, 0),)), (FIRST, LAST)),
        Deduce(LAST, (Claim("before", (0, 2)), FIRST)),  # from what was not deduced yet
        Deduce(FIRST, (FIRST, equation("1+1", 3))),
        Deduce(FIRST, (FIRST, compared(2, "<", 1))),
        Eliminated(0, FIRST),  # the option is right
        Eliminated(1, Claim("before", (2, 0))),
        Rejected(0, "the opposite"),
        Rejected(1, "two swapped"),
        Conclusion(1),
    ],
)
def test_a_step_that_is_not_proven_is_refused(step: Step) -> None:
    with pytest.raises(ProofError, match="not proven"):
        _check([step])


def test_a_case_that_is_not_contradictory_is_refused() -> None:
    with pytest.raises(ProofError, match="not proven"):
        _check([Suppose(TWO_SECOND), Contradiction((TWO_SECOND, LAST), Claim("out", (2, (1,))))])


def test_what_a_refuted_case_leaves_is_no_more_than_that_it_fails() -> None:
    with pytest.raises(ProofError, match="not proven"):
        _check([Suppose(TWO_FIRST), Contradiction((TWO_FIRST, LAST), Claim("out", (2, (0, 1))))])


def test_what_was_deduced_in_a_case_is_forgotten_with_it() -> None:
    inside = Claim("in", (1, (1, 2)))
    steps: list[Step] = [Suppose(TWO_FIRST), Deduce(inside, (TWO_FIRST,))]
    steps.append(Contradiction((TWO_FIRST, LAST), Claim("out", (2, (0,)))))
    _check(steps)
    with pytest.raises(ProofError, match="not proven"):
        _check([*steps, Deduce(Claim("out", (1, (0,))), (inside,))])


def test_a_case_must_be_closed() -> None:
    with pytest.raises(ProofError, match="left open"):
        _check([Suppose(TWO_FIRST)])
