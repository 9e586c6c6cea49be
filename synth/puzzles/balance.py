"""Questions kept so that none is likelier to be right for how its options look.

``balance.json`` holds for every kind of question of every family what an attack of ``synth.giveaways`` has learnt from
questions made without this: a weight for each look of an option, of which the sum is the option's score. A question is
kept with probability exp(lowest score of its options - score of the right one). Which of its options is right then
says nothing of whether it is kept but what the attack already knows of it: among the questions kept with the same
options, each of them is right with the same chance, so the attack has nothing left to go by.

The weights are learnt by ``python -m synth.puzzles.rebalance``, whenever a family changes; ``synth giveaways``
measures with other questions, and fits anew, whether it was enough.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from math import exp
from pathlib import Path
from typing import NamedTuple

from solver.problems.question import Question
from synth.giveaways.looks import LOOKS, Look, Row, Seen, contents_look, said_look, siblings_look

TABLE = Path(__file__).with_name("balance.json")
_SEEN = Look(
    tuple(part for look in (contents_look, said_look, *LOOKS.values()) if look is not None for part in look.parts)
)
"""All that attacks see but the options' places; and what the options say, which looks otherwise in another language."""


class Draft(NamedTuple):
    """What is judged of a question: nobody has given it an id or a level."""

    family: str | None
    problem: str
    text: str
    options: tuple[str, ...]


def rows_of(question: Seen, siblings: Sequence[Seen]) -> list[Row]:
    """Return all that is judged of a question, one row an option."""
    return _SEEN(question, siblings)


@cache
def weights() -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    """Return the table: family, kind of question, look, weight."""
    if not TABLE.exists():
        return {}
    found: dict[str, dict[str, dict[str, float]]] = json.loads(TABLE.read_text(encoding="utf-8"))
    return found


class Asked(NamedTuple):
    """A question that is judged."""

    kind: str
    """As in ``Ask.kind``."""
    question: Draft | Question
    right: int
    """Place of its right option."""


def share_of(one: Asked, kept: Sequence[Asked]) -> float:
    """Return the probability with which a question is kept beside those of its problem that are kept already.

    They are judged once more too: what it says of their options is new. Of a kind that is not in the table, all are
    kept.
    """
    return exp(sum(_leads(one, kept)))


def is_kept(one: Asked, kept: Sequence[Asked], chance: float) -> bool:
    """Tell whether a chance is below ``share_of``, as soon as that is sure."""
    lead = 0.0
    return all(chance < exp(lead := lead + more) for more in _leads(one, kept))


def _leads(one: Asked, kept: Sequence[Asked]) -> Iterator[float]:
    """Yield how far the lowest score of options is below the right one's, 0 or less: of the question first, then what
    it adds to each of those that are kept already."""
    table = _table(one)
    alone = _scores(table, _looks(tuple(table)).alone(one.question))
    yield _lead(one, alone, _beside(one, kept))
    for place, other in enumerate(kept):
        rest = (*kept[:place], *kept[place + 1 :])
        yield _lead(other, [-score for score in _beside(other, rest)], _beside(other, (*rest, one)))


def _lead(one: Asked, *parts: Sequence[float]) -> float:
    """Return how far the lowest sum of scores is below the right option's: 0 or less."""
    scores: list[float] = [sum(scores) for scores in zip(*parts, strict=True)]
    return min(scores) - scores[one.right]


def _beside(one: Asked, siblings: Sequence[Asked]) -> list[float]:
    """Return the scores that options have for what other questions say; 0 where there are none."""
    table = _table(one)
    look = _looks(tuple(table)).beside
    if not siblings or not look.parts:
        return [0.0] * len(one.question.options)
    return _scores(table, look(one.question, [other.question for other in siblings]))


def _table(one: Asked) -> Mapping[str, float]:
    return weights().get(one.question.family or "", {}).get(one.kind, {})


class _Looks(NamedTuple):
    alone: Look
    beside: Look
    """At siblings."""


@lru_cache(maxsize=1024)
def _looks(names: tuple[str, ...]) -> _Looks:
    """Return what is seen of a question, as far as it has these names."""
    alone = Look(tuple(part for part in _SEEN.narrowed(names).parts if part not in siblings_look.parts))
    return _Looks(alone, siblings_look.narrowed(names))


def _scores(table: Mapping[str, float], rows: Sequence[Row]) -> list[float]:
    return [sum([value * table[name] for name, value in row.items() if name in table]) for row in rows]
