"""Pairs of a right and a wrong chain of the same question, and of about the same length. Pure.

Both chains must have been asked for with the very same prompt, so a question whose samples each show another order of
the options gives few pairs: use ``orders: 1``. Length is balanced twice. Within a question chains of like length are
paired, and none more than ``MOST_RATIO`` times as long as its partner; over the data set pairs are left out until right
and wrong ones are, on average, equally long: else length is what is learnt (arXiv:2403.19159).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import NamedTuple

from solver.problems.question import Question
from solver.training_rows import Message, Preference
from synth.distill.ladder import Outcome
from synth.distill.selection import Kept, unusable
from synth.distill.vote import Vote
from synth.train_dev_files import group_of

MOST_RATIO = 2.0
"""Lengths of a pair's two chains at most."""
MOST_BIAS = 0.01
"""Mean of the logarithms of those ratios over the data set at most, right to wrong."""


class Balanced(NamedTuple):
    """Pairs whose two sides are equally long on average."""

    pairs: tuple[Preference, ...]
    left: int
    """Pairs left out for it."""


def pairs_of(
    outcome: Outcome,
    *,
    ask: Callable[[Question, Sequence[int]], tuple[Message, ...]],
    learnt: Callable[[str], str] = str.strip,
    most: int,
) -> list[Preference]:
    """Pair a question's kept chains with its wrong ones.

    Args:
        ask: the prompt of a question under an order of its options.
        learnt: what is learnt of a chain.
        most: pairs of the question at most; each chain stands in one.
    """
    question = outcome.question
    wrong = [
        vote
        for vote in outcome.votes
        if vote.choice not in (None, outcome.answer) and unusable(question, vote, min_chars=1) is None
    ]
    near = sorted(
        (vote.model != kept.vote.model, abs(_log_ratio(kept.vote.text, vote.text)), right, place)
        for right, kept in enumerate(outcome.kept)
        for place, vote in enumerate(wrong)
        if vote.permutation == kept.vote.permutation
    )
    used: tuple[set[int], set[int]] = set(), set()
    found: list[Preference] = []
    for _, distance, right, place in near:
        if len(found) == most or distance > math.log(MOST_RATIO):
            continue
        if right in used[0] or place in used[1]:
            continue
        used[0].add(right)
        used[1].add(place)
        found.append(_pair(question, outcome.kept[right], wrong[place], len(found), ask, learnt))
    return found


def balanced(pairs: Sequence[Preference]) -> Balanced:
    """Leave out the most lopsided pairs until neither side is longer on average.

    >>> turn = (Message("user", "?"),)
    >>> some = [Preference(prompt=turn, chosen="r" * n, rejected="w" * 10) for n in (10, 10, 19)]
    >>> [len(pair.chosen) for pair in balanced(some).pairs]
    [10, 10]
    """
    ratios = [_log_ratio(pair.chosen, pair.rejected) for pair in pairs]
    rest = sorted(range(len(pairs)), key=lambda place: ratios[place])
    total = math.fsum(ratios)
    while rest and abs(total) > MOST_BIAS * len(rest):
        total -= ratios[rest.pop(-1 if total > 0 else 0)]
    return Balanced(tuple(pairs[place] for place in sorted(rest)), len(pairs) - len(rest))


def lengths_of(pairs: Sequence[Preference]) -> dict[str, object]:
    """Describe the lengths of both sides, in characters."""
    if not pairs:
        return {"pairs": 0}
    return {
        "pairs": len(pairs),
        "mean_chosen": round(fmean(len(pair.chosen) for pair in pairs), 1),
        "mean_rejected": round(fmean(len(pair.rejected) for pair in pairs), 1),
        "chosen_longer": round(fmean(len(pair.chosen) > len(pair.rejected) for pair in pairs), 4),
    }


def _log_ratio(chosen: str, rejected: str) -> float:
    return math.log(max(1, len(chosen.strip())) / max(1, len(rejected.strip())))


def _pair(
    question: Question,
    kept: Kept,
    wrong: Vote,
    number: int,
    ask: Callable[[Question, Sequence[int]], tuple[Message, ...]],
    learnt: Callable[[str], str],
) -> Preference:
    right = kept.vote
    return Preference(
        id=question.id if number == 0 else f"{question.id}/{number + 1}",
        prompt=ask(question, right.permutation),
        chosen=learnt(right.text),
        rejected=learnt(wrong.text),
        letter=kept.letter,
        options=tuple(question.options[index].strip() for index in right.permutation),
        group=group_of(question.problem, question.problem_id),
        meta={
            "chosen": {"rung": right.rung, "model": right.model, "key": right.key},
            "rejected": {"rung": wrong.rung, "model": wrong.model, "key": wrong.key, "letter": wrong.shown_letter},
        },
    )
