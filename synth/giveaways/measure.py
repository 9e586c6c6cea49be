"""How far each attack gets: cross-validated accuracy without reading, against chance, for the whole and per family.

Every attack is fitted on four fifths of the problems and asked about the rest, five times, so that it is never asked
about a problem that it was fitted on. Chance is drawing among the options, 1 / n. Intervals are clustered by problem
(``solver.base.intervals``).

A family gives itself away where an attack surely gets more than ``BOUND`` points over chance. A mixed set has over 150
cells, an attack on a family each, and some stand high by chance; so each is tested against the bound (Student's, one
side) and the p-values are adjusted by Holm's method (Scandinavian J. Statistics 6, 1979): at most one set in 100 whose
families all keep to the bound has a family called over. What that costs is told too: a cell above the bound whose own
interval lies above chance is a suspicion, to be measured with more questions of that family.

Single habits ("the second lowest", "the one most like the others") need no fitting: where an option has a look alone
(the only longest, the lowest), how often is it right, and how often by chance?
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solver.base.intervals import Difference, paired_difference, t_cdf
from solver.problems.question import Problem, Question
from synth.giveaways.choice_model import Choices, choices_of, fitted, hits
from synth.giveaways.looks import LOOKS, Row, options_look

FOLDS = 5
BOUND = 0.03
"""Excess over chance (a share) that a family may show; more than that, with its whole interval, is a giveaway."""
LEVEL = 0.01
"""Sets of which no family is above the bound that may have one called so, as a share."""
FEWEST = 40
"""Questions that a family needs to be fitted alone."""
HABIT_FEWEST = 30
"""Questions in which a habit must be possible to be listed."""
ALL = "all"
NO_FAMILY = "(no family)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """How far one attack got in one family."""

    look: str
    family: str
    """``all``: over every family at once."""
    chance: float
    excess: Difference
    """Accuracy minus chance."""
    adjusted: float = 1.0
    """The p-value of that it is above the bound, for being one of so many."""

    @property
    def accuracy(self) -> float:
        return self.chance + self.excess.value

    @property
    def is_giveaway(self) -> bool:
        """Tell whether it is above the bound by more than noise."""
        return self.adjusted < LEVEL

    @property
    def is_suspicion(self) -> bool:
        """Tell whether it may be above the bound: only more questions can tell."""
        return self.excess.value > BOUND and self.excess.low > 0 and not self.is_giveaway


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How often the option with one look is right."""

    name: str
    right: float
    chance: float
    excess: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Giveaways:
    """What was found in one data set."""

    problems: int
    questions: int
    attacks: tuple[Attack, ...]
    habits: tuple[Habit, ...]

    @property
    def families(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(attack.family for attack in self.attacks if attack.family != ALL))

    @property
    def is_open(self) -> bool:
        """Tell whether the whole set is answered without reading."""
        return any(one.is_giveaway for one in self.attacks if one.family == ALL)

    @property
    def open_families(self) -> tuple[str, ...]:
        """Families that an attack answers without reading."""
        return tuple(dict.fromkeys(one.family for one in self.attacks if one.is_giveaway and one.family != ALL))

    @property
    def suspected_families(self) -> tuple[str, ...]:
        """Families that an attack may answer without reading, and of which none surely does."""
        suspected = dict.fromkeys(one.family for one in self.attacks if one.is_suspicion and one.family != ALL)
        return tuple(family for family in suspected if family not in self.open_families)


def giveaways(
    problems: Sequence[Problem], *, tick: Callable[[int], None] = lambda done: None, with_habits: bool = True
) -> Giveaways:
    """Measure all attacks and habits.

    Args:
        problems: questions without a known answer, or with one answer class, are left out.
        tick: called with the number of fits done so far, of ``fits(problems)``.
        with_habits: False leaves habits out, which decide nothing.
    """
    asked = [
        (question, tuple(other for other in problem.questions if other.id != question.id))
        for problem in problems
        for question in problem.questions
        if _is_judged(question)
    ]
    questions = [question for question, _ in asked]
    folds = _folds(questions)
    done = 0
    attacks = []
    plain = [options_look(question) for question in questions]
    alone = choices_of(plain, [_right(question) for question in questions])
    for name, look in LOOKS.items():
        seen = alone if look is None else alone.beside([look(question, siblings) for question, siblings in asked])
        for family, places in _groups(questions).items():
            mine = seen.taken(np.array(places)).narrowed()
            attacks.append(_attack(name, family, [questions[at] for at in places], mine, folds[places]))
            tick(done := done + 1)
    habits = _habits(questions, plain) if with_habits else ()
    return Giveaways(problems=len(problems), questions=len(asked), attacks=adjusted(attacks), habits=habits)


def adjusted(attacks: Sequence[Attack]) -> tuple[Attack, ...]:
    """Adjust the p-values of attacks for being so many, by Holm's method."""
    raised, highest = {}, 0.0
    for left, (p_value, at) in zip(
        range(len(attacks), 0, -1), sorted((_p_value(one.excess), at) for at, one in enumerate(attacks)), strict=True
    ):
        highest = max(highest, min(1.0, left * p_value))
        raised[at] = highest
    return tuple(replace(one, adjusted=raised[at]) for at, one in enumerate(attacks))


def _p_value(excess: Difference) -> float:
    """Return how likely so great an excess is where there are ``BOUND`` points, or 0 where nothing varies."""
    if excess.se > 0:
        return 1 - t_cdf((excess.value - BOUND) / excess.se, excess.n_clusters - 1)
    return excess.p_value / 2 if excess.value > BOUND else 1.0


def fits(problems: Sequence[Problem]) -> int:
    """Return how many attacks ``giveaways`` makes; 0 where no question can be judged."""
    questions = [question for problem in problems for question in problem.questions if _is_judged(question)]
    return len(LOOKS) * len(_groups(questions)) if questions else 0


def _is_judged(question: Question) -> bool:
    return question.gold is not None and len(set(question.classes)) > 1


def _groups(questions: Sequence[Question]) -> dict[str, list[int]]:
    """Return the places of every family's questions; of all first. Small families are part of all alone."""
    found: dict[str, list[int]] = defaultdict(list)
    for at, question in enumerate(questions):
        found[question.family or NO_FAMILY].append(at)
    big = {family: places for family, places in sorted(found.items()) if len(places) >= FEWEST}
    return {ALL: list(range(len(questions))), **(big if len(found) > 1 else {})}


def right_by_options(questions: Sequence[Question]) -> dict[str, float]:
    """Return how often the attack that sees the options alone is right, question by question, by its id.

    A share where options are tied; questions that cannot be judged are left out.
    """
    judged = [question for question in questions if _is_judged(question)]
    if not judged:
        return {}
    choices = choices_of([options_look(question) for question in judged], [_right(question) for question in judged])
    found = _hits(choices, _folds(judged))
    return {question.id: hit for question, hit in zip(judged, found, strict=True)}


def _hits(choices: Choices, folds: NDArray[np.int64]) -> list[float]:
    found = np.zeros(len(folds))
    weights = None
    for part in range(FOLDS):
        held, rest = np.flatnonzero(folds == part), np.flatnonzero(folds != part)
        if len(held) and len(rest):
            weights = fitted(choices.taken(rest), weights)
            found[held] = hits(choices.taken(held), weights)
    return [float(hit) for hit in found]


def _folds(questions: Sequence[Question]) -> NDArray[np.int64]:
    return np.array([_fold(question.problem_id) for question in questions], dtype=np.int64)


def _attack(
    look: str, family: str, questions: Sequence[Question], choices: Choices, folds: NDArray[np.int64]
) -> Attack:
    found = _hits(choices, folds)
    chances = [1 / len(question.options) for question in questions]
    excess = paired_difference(
        [hit - chance for hit, chance in zip(found, chances, strict=True)],
        [question.problem_id for question in questions],
    )
    return Attack(look=look, family=family, chance=sum(chances) / len(chances), excess=excess)


def _habits(questions: Sequence[Question], looks: Sequence[Sequence[Row]]) -> tuple[Habit, ...]:
    """Return how often the option that has a look alone is right, the farthest from chance first."""
    seen: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    for question, rows in zip(questions, looks, strict=True):
        having: dict[str, list[int]] = {}
        for place, row in enumerate(rows):
            for name, value in row.items():
                if value > 0:
                    having.setdefault(name, []).append(place)
        right, chance = _right(question), 1 / len(rows)
        for name, places in having.items():
            if len(places) == 1:
                seen[name].append((float(places[0] == right), chance, question.problem_id))
    habits = []
    for name, cases in seen.items():
        if len(cases) < HABIT_FEWEST:
            continue
        chance = sum(by_chance for _, by_chance, _ in cases) / len(cases)
        excess = paired_difference([hit - by_chance for hit, by_chance, _ in cases], [case[2] for case in cases])
        habits.append(Habit(name=name, right=chance + excess.value, chance=chance, excess=excess))
    return tuple(sorted(habits, key=lambda habit: -abs(habit.excess.value)))


def _right(question: Question) -> int:
    assert question.gold is not None
    return question.classes.index(question.gold)


def _fold(problem_id: str) -> int:
    return hashlib.sha256(f"fold/{problem_id}".encode()).digest()[0] % FOLDS
