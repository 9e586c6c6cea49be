"""Examples for the writer: questions on training problems that read like this one (character n-grams, tf-idf, cosine).

>>> from solver.problems.question import Problem, question_of
>>> def problem(name, text):
...     question = question_of(f"{name}#0", problem=text, text="?", options=("a", "b"))
...     return Problem(id=name, text=text, questions=(question,))
>>> shots = FewShots([problem("p", "甲比乙高"), problem("q", "乙比丙高"), problem("r", "x=1, y=2")])
>>> [one.problem_id for one in shots.like(problem("p", "甲比乙高"), 1)]
['q']
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from solver.problems.question import Problem, Question

_GRAM = 3
"""Characters; 2 finds mostly function words, 5 (as for duplicates) only near-copies."""
_COMMON_SHARE = 0.3
"""Grams in more than this share of the problems tell nothing; their lists would be the longest."""
_FEW = 20
"""Below so many problems every gram counts."""


class FewShots:
    """Training problems, indexed for likeness.

    Args:
        problems: only those with an answered question are ever shown.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self._problems = [one for one in problems if one.questions]
        counts = [grams(one.text) for one in self._problems]
        seen: Counter[str] = Counter()
        for found in counts:
            seen.update(found.keys())
        total = len(self._problems)
        limit = total if total < _FEW else total * _COMMON_SHARE
        self._weight = {gram: math.log((1 + total) / count) for gram, count in seen.items() if count <= limit}
        self._lists: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, found in enumerate(counts):
            for gram, weight in self._weighed(found).items():
                self._lists[gram].append((place, weight))

    def like(self, problem: Problem, count: int, *, attempt: int = 0) -> tuple[Question, ...]:
        """Return questions of the most similar other problems, the most similar last, next to where it is to be used.

        Args:
            count: how many.
            attempt: later attempts are shown other questions, and problems further down.
        """
        if count <= 0:
            return ()
        scores: dict[int, float] = defaultdict(float)
        for gram, weight in self._weighed(grams(problem.text)).items():
            for place, other in self._lists.get(gram, ()):
                scores[place] += weight * other
        own = "".join(problem.text.split())
        ranked = [
            place
            for place in sorted(range(len(self._problems)), key=lambda place: (-scores.get(place, 0.0), place))
            if self._problems[place].id != problem.id and "".join(self._problems[place].text.split()) != own
        ]
        if not ranked:
            return ()
        start = attempt * count % len(ranked)
        chosen = (ranked[start:] + ranked[:start])[:count]
        found = [self._problems[place] for place in reversed(chosen)]
        return tuple(one.questions[attempt % len(one.questions)] for one in found)

    def _weighed(self, found: Counter[str]) -> dict[str, float]:
        weights = {gram: count * self._weight[gram] for gram, count in found.items() if gram in self._weight}
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {gram: weight / norm for gram, weight in weights.items()}


def grams(text: str) -> Counter[str]:
    """Count the character 3-grams of a text, white space aside."""
    dense = "".join(text.split())
    return Counter(dense[start : start + _GRAM] for start in range(max(len(dense) - _GRAM + 1, 1)))
