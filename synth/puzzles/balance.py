"""Questions kept so that none is likelier to be right for how its options look.

``balance.json`` holds for every family what an attack of ``synth.giveaways`` has learnt from questions made without
this: a weight for each look of an option. A question whose right option the attack finds with probability p, of n, is
kept with probability ``KEPT`` / (n p), at most 1. Among the questions kept, the right option is then each of the n
with the same chance, as far as the attack can tell: it has nothing left to go by.

The weights are learnt by ``python -m synth.giveaways.rebalance``, whenever a family changes; ``synth giveaways``
measures with other questions, and fits anew, whether it was enough.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import exp
from pathlib import Path

from solver.problems.question import Question
from synth.giveaways.looks import LOOKS, Row, contents_look

TABLE = Path(__file__).with_name("balance.json")
KEPT = 0.45
"""Questions of which an attack knows nothing are kept with this probability. Lower is more even, and slower."""


def rows_of(question: Question, siblings: Sequence[Question]) -> list[Row]:
    """Return all that attacks see of a question but the options' places, which are drawn: one row an option."""
    rows = contents_look(question)
    for look in LOOKS.values():
        if look is not None:
            for row, more in zip(rows, look(question, siblings), strict=True):
                row |= more
    return rows


@cache
def weights() -> Mapping[str, Mapping[str, float]]:
    """Return the table: family, look, weight."""
    if not TABLE.exists():
        return {}
    found: dict[str, dict[str, float]] = json.loads(TABLE.read_text(encoding="utf-8"))
    return found


def is_kept(
    family: str, options: int, look: Callable[[], tuple[Question, Sequence[Question]]], right: int, chance: float
) -> bool:
    """Decide whether a question is kept.

    Args:
        options: how many it has.
        look: returns it and the others of its problem; asked only where the answer hangs on them.
        right: place of the right option.
        chance: drawn evenly between 0 and 1.
    """
    # With no smaller probability is any question kept; of a family that is not in the table, all are.
    if chance < KEPT / options or family not in weights():
        return True
    return chance < share_of(*look(), right)


def share_of(question: Question, siblings: Sequence[Question], right: int) -> float:
    """Return the probability with which a question is kept, given the others of its problem."""
    table = weights().get(question.family or "")
    if not table:
        return 1.0
    scores = [
        sum(value * table[name] for name, value in row.items() if name in table) for row in rows_of(question, siblings)
    ]
    likelihood = sum(exp(score - scores[right]) for score in scores)
    return min(1.0, KEPT * likelihood / len(scores))
