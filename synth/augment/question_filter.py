"""What is asked of a new question before anyone is paid to solve it: new, about this problem, options that differ.

* ``refers``: an option speaks about other options, so that no order of them, and no duel, means anything;
* ``same_options``: two options plainly say the same;
* ``ungrounded``: it speaks of somebody or something that neither the problem nor questions in general speak of;
* ``duplicate``: a question on the same problem says nearly the same (character 5-grams, white space aside), or asks
  the same with the same right option.

What "questions in general" say is learnt from the training questions: characters and words of a question that are not
in its own problem.

>>> from solver.problems.question import question_of
>>> seen = [question_of(f"p{n}#0", problem="甲乙", text="谁最高？", options=("甲", "乙")) for n in range(2)]
>>> screen = QuestionFilter(seen, near=0.7)
>>> new = question_of("p0#1", problem="甲乙", text="丙最高？", options=("甲", "乙"))
>>> screen.fault(new, ()), screen.fault(seen[0], [seen[1]])
('ungrounded', 'duplicate')
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from solver.problems.question import Question, refers_to_others
from synth.augment.option_meaning import plain, same_meaning
from synth.puzzles.benchmark_overlap import shingles

_WORD = re.compile(r"[^\W\d_]+")
_HAN = re.compile(r"[一-鿿]")
_HEAD = re.compile(r"^\s*(?:选择题|问题|题目|第|Question|Q)\s*\d*\s*[题问]?\s*[:：.、]\s*", re.IGNORECASE)
"""The number that heads a question; no part of what it asks."""


class QuestionFilter:
    """Screens questions.

    Args:
        known: training questions.
        near: Jaccard similarity from which two questions on one problem are the same.
        grounded: whether ungrounded questions are refused. That loses good ones too: 5 % of generated ones, with 1,600
            problems to learn words from, but 29 % of the contest's, with 250; most "alien" ones go with them.
    """

    def __init__(self, known: Iterable[Question], *, near: float, grounded: bool = True) -> None:
        self._near = near
        self._is_grounded_only = grounded
        self._common: set[str] = set()
        for question in known:
            self._common |= words(_said(question)) - words(question.problem)

    def fault(self, question: Question, siblings: Sequence[Question]) -> str | None:
        """Say why a question is not worth a solver, None where nothing speaks against it.

        Args:
            siblings: questions on the same problem that are there already.
        """
        if any(refers_to_others(option) for option in question.options):
            return "refers"
        if len({plain(option) for option in question.options}) < len(question.options):
            return "same_options"
        if self._is_grounded_only and self.ungrounded(question):
            return "ungrounded"
        return "duplicate" if any(is_near(question, one, self._near) for one in siblings) else None

    def ungrounded(self, question: Question) -> set[str]:
        """Return what the question speaks of without cause."""
        return words(_said(question)) - words(question.problem) - self._common


def words(text: str) -> set[str]:
    """Return the Chinese characters, and the words of other scripts, of a text.

    >>> sorted(words("小明 has 2 cats"))
    ['cats', 'has', '小', '明']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    found = set(_HAN.findall(folded))
    found.update(_WORD.findall(_HAN.sub(" ", folded)))
    return found


def is_near(one: Question, other: Question, near: float) -> bool:
    """Tell whether two questions on one problem are the same question."""
    mine, theirs = shingles(_content(one)), shingles(_content(other))
    shared = len(mine & theirs)
    if shared / (len(mine) + len(theirs) - shared) >= near:
        return True
    if plain(_bare(one.text)) != plain(_bare(other.text)):
        return False
    # The same words: another question only if another option can be right.
    return any(same_meaning(mine_, theirs_) for mine_ in one.options for theirs_ in other.options)


def _bare(text: str) -> str:
    return _HEAD.sub("", text)


def _said(question: Question) -> str:
    return "\n".join((_bare(question.text), *question.options))


def _content(question: Question) -> str:
    return "\n".join((_bare(question.text), *sorted(question.options)))
