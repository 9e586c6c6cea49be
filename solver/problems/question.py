"""Problems and questions as records, and the answer classes behind their options.

A *problem* is a text with one or more *questions*; a question has 2 to 26 *options*. Two options with the same
text are one *answer class*: votes, gold and verdicts are over classes, a letter is only a view of one
(see ``solver.problems.option_order``). Reading files of problems is the job of ``solver.problems.jsonl``.

>>> q = question_of("p0#0", problem="…", text="?", options=("yes", "no", "yes"), gold_letter="C")
>>> q.classes, q.gold
((0, 1, 0), 0)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from solver.problems.letters import index_of

MIN_OPTIONS = 2
MAX_OPTIONS = 26

# Options that speak about other options lose their meaning when moved: 以上都不对, 选项A和B, A和C, all of the above.
_REFERS = re.compile(
    r"以上|上述(?:选项|答案|都|均|全)|前述(?:选项|答案)|下列(?:都|均)|其他选项|其它选项|选项\s*[A-Za-z]"
    r"|^(?-i:[（(]?[A-H][)）]?\s*(?:[、，,/和与及或&]|and|or)\s*[（(]?[A-H][)）]?(?:\s*(?:[、，,和与及]|and)\s*[A-H])*\s*)"
    r"(?:都|均|皆|both|are|is|都是|都对|正确|$)"
    r"|(?:all|none|both|any|either|neither) of (?:the )?(?:above|these|them|other|others)"
    r"|(?:options?|choices?|answers?)\s+\(?[A-H]\)?(?:\s|$|,|\.)"
    r"|^(?:都对|都不对|都正确|都不正确|全部正确|皆是|皆非|都是|都不是)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a problem, ready to be asked."""

    id: str
    """As ``question_id_of`` makes it."""
    problem_id: str
    problem: str
    """The problem's text, shared by all its questions."""
    text: str
    options: tuple[str, ...]
    """Option texts in the file's order, without letters."""
    classes: tuple[int, ...]
    """For each option, the index of the first option with the same text."""
    gold: int | None
    """The right answer class, or None where the file has no answer."""
    pinned: tuple[bool, ...]
    """True for options that refer to other options and so must keep their place."""
    family: str | None = None
    """The puzzle family, where known."""
    level: int | None = None
    """How hard it is, where known; in files that say it of a whole problem, what was asked for."""
    split: str | None = None
    """Which part of a benchmark it belongs to (for example ``seen``), where known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem text with its questions."""

    id: str
    text: str
    questions: tuple[Question, ...]


def question_id_of(problem_id: str, place: int) -> str:
    """Return the id of a problem's question, by its place in the problem from 0.

    >>> question_id_of("p#1", 0), problem_id_of("p#1#0")
    ('p#1#0', 'p#1')
    """
    return f"{problem_id}#{place}"


def problem_id_of(question_id: str) -> str:
    """Return the id of the problem that a question belongs to."""
    return question_id.rsplit("#", 1)[0]


def classes_of(options: tuple[str, ...]) -> tuple[int, ...]:
    """Map each option to the index of the first option with the same text, outer white space aside."""
    first: dict[str, int] = {}
    return tuple(first.setdefault(option.strip(), index) for index, option in enumerate(options))


@lru_cache(maxsize=8192)
def refers_to_others(option: str) -> bool:
    """Tell whether an option speaks about other options and so must not be moved.

    >>> refers_to_others("以上都不对"), refers_to_others("选项A和B"), refers_to_others("小明")
    (True, True, False)
    """
    return _REFERS.search(option.strip()) is not None


def question_of(
    question_id: str,
    *,
    problem: str,
    text: str,
    options: tuple[str, ...],
    gold_letter: str | None = None,
    family: str | None = None,
    level: int | None = None,
    split: str | None = None,
) -> Question:
    """Build a question, deriving classes, gold class and pinned options.

    Args:
        question_id: ``<problem id>#<position>``.
        gold_letter: the right option's letter, or None.

    Raises:
        ValueError: the gold letter names no option.
    """
    classes = classes_of(options)
    gold = None
    if gold_letter is not None:
        index = index_of(gold_letter)
        if index >= len(options):
            raise ValueError(f"answer {gold_letter!r} names none of the {len(options)} options")
        gold = classes[index]
    return Question(
        id=question_id,
        problem_id=problem_id_of(question_id),
        problem=problem,
        text=text,
        options=options,
        classes=classes,
        gold=gold,
        pinned=tuple(refers_to_others(option) for option in options),
        family=family,
        level=level,
        split=split,
    )
