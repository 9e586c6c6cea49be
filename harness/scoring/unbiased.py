"""What k samples of a question are worth, from n of them: averages over all choices of k, not the first k alone.

``pass_at_k`` is how often at least one of k is right (Chen et al., "Evaluating Large Language Models Trained on Code",
arXiv 2107.03374, section 2.1); ``maj_at_k`` how often their plurality is, ties broken as the vote breaks them
(``solver.voting.tally``: the class that reached the count first). Samples of a question are exchangeable, so of t
classes that tie each came first in one order of t.

Both are unbiased only where n does not depend on what the samples say. A stopping rule draws more where they disagree:
there take the samples that every question got before the rule looked.

>>> round(pass_at_k(4, 1, 2), 3), round(maj_at_k([0, 0, 1], 0, 3), 3), maj_at_k([0, 1], 0, 2)
(0.5, 1.0, 0.5)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import comb


def pass_at_k(n: int, right: int, k: int) -> float:
    """Return the probability that k of n samples, drawn without putting back, hold a right one.

    Args:
        right: right samples among the n.

    Raises:
        ValueError: k is not between 1 and n.
    """
    _check(k, n)
    return 1.0 - comb(n - right, k) / comb(n, k)


def maj_at_k(votes: Sequence[int | None], gold: int, k: int) -> float:
    """Return the probability that the plurality of k of the votes is the key, a tie of t counting 1/t.

    Args:
        votes: answer classes; None is a sample without an answer, which is drawn and casts no vote.

    Raises:
        ValueError: k is not between 1 and the number of votes.
    """
    _check(k, len(votes))
    counts = Counter(votes)
    silent, right = counts.pop(None, 0), counts.pop(gold, 0)
    others = tuple(counts.values())
    ways = 0.0
    for most in range(1, min(right, k) + 1):
        for ties, number in enumerate(_rivals(others, silent, k - most, most)):
            ways += comb(right, most) * number / (ties + 1)
    return ways / comb(len(votes), k)


def _rivals(others: Sequence[int], silent: int, drawn: int, most: int) -> list[int]:
    """Count the ways to draw samples of the other classes, none above ``most``, by how many classes reach it."""
    # ways[ties][n]: over the classes so far, n samples drawn, so many classes at ``most``.
    ways = [[1] + [0] * drawn, *([0] * (drawn + 1) for _ in others)]
    for size in others:
        after = [[0] * (drawn + 1) for _ in ways]
        for ties, row in enumerate(ways):
            for n, number in enumerate(row):
                for more in range(min(size, most, drawn - n) + 1) if number else ():
                    after[ties + (more == most)][n + more] += number * comb(size, more)
        ways = after
    return [sum(number * comb(silent, drawn - n) for n, number in enumerate(row)) for row in ways]


def _check(k: int, n: int) -> None:
    if not 1 <= k <= n:
        raise ValueError(f"k must be from 1 to the {n} samples there are, not {k}")
