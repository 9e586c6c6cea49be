"""Nothing is told that is not proven: every step of a chain in words against the puzzle, before a word is made of it.

What is stated must stand in the puzzle; what is deduced must follow from what is stated or was deduced before, as the
reasoner's prover finds without knowing how it was found; a case that fails must be contradictory; an option that is
refused must be wrong, and the last one right, as the family's own prover finds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from synth.errors import ProofError
from synth.puzzles.mistakes import mistake
from synth.puzzles.reasoning import arithmetic
from synth.puzzles.reasoning.reasoner import Puzzle, Reasoner
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
    Upheld,
)

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def check(reasoner: Reasoner, p: Puzzle, steps: Sequence[Step], mistakes: Sequence[str | None] = ()) -> None:
    """Prove all steps.

    Args:
        mistakes: what leads to each option, as recorded with the question.

    Raises:
        ProofError: one is not proven; the message names it. A bug in a reasoner, never written to data.
    """
    known: set[Claim] = set()
    cases: list[tuple[Claim, set[Claim]]] = []
    for step in steps:
        if not _is_proven(reasoner, p, step, known, cases, mistakes):
            raise ProofError(f"{reasoner.family}: {p.ask.kind}{p.ask.args}: not proven: {step}; world {p.world!r}")
        if isinstance(step, (Given, Deduce)):
            known.add(step.claim)
        elif isinstance(step, Suppose):
            cases.append((step.claim, set(known)))
            known.add(step.claim)
        elif isinstance(step, Contradiction):
            known = cases.pop()[1] | {step.so}
    if cases:
        raise ProofError(f"{reasoner.family}: {p.ask.kind}{p.ask.args}: the case {cases[-1][0]} is left open")


def _is_proven(
    reasoner: Reasoner,
    p: Puzzle,
    step: Step,
    known: set[Claim],
    cases: Sequence[tuple[Claim, set[Claim]]],
    mistakes: Sequence[str | None],
) -> bool:
    def is_ground(claim: Claim) -> bool:
        if claim.kind in arithmetic.KINDS:
            return arithmetic.is_true(claim)
        return claim in known or reasoner.states(p, claim)

    def follows(because: Sequence[Claim], claim: Claim | None) -> bool:
        return all(map(is_ground, because)) and reasoner.entails(p, because, claim)

    if isinstance(step, Given):
        return is_ground(step.claim)
    if isinstance(step, Deduce):
        return follows(step.because, step.claim)
    if isinstance(step, Suppose):
        return True
    if isinstance(step, Contradiction):
        # What holds is what the case leaves: the two cannot fail together.
        case = cases[-1][0]
        return follows(step.because, None) and reasoner.entails(p, (Claim("not", (case,)),), step.so)
    is_right = p.family.holds(p.world, p.ask, p.shown[step.place])
    if isinstance(step, Conclusion):
        return is_right
    if isinstance(step, Eliminated):
        return not is_right and (is_ground(step.because) or reasoner.is_true(p, step.because))
    if isinstance(step, Upheld):
        # All options are statements, so those that are not the false one are true.
        return not is_right and reasoner.asks_for_false(p)
    return not is_right and step.mistake == _mistake(p, step, mistakes)


def _mistake(p: Puzzle, step: Rejected, mistakes: Sequence[str | None]) -> str | None:
    """Return what leads to an option, found again."""
    recorded = mistakes[step.place] if mistakes else None
    if recorded is None or " too " not in recorded:
        return mistake(p.ask.right, p.shown[step.place], values=len(p.shown))
    values = (p.ask.right, p.shown[step.place])
    right, wrong = (_NUMBER.findall(p.family.option(p.world, p.ask, value, p.cast, p.voice)) for value in values)
    return mistake(*values, number=float(wrong[0]) - float(right[0])) if len(right) == len(wrong) == 1 else None
