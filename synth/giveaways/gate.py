"""The gate that generated puzzles pass before they are good for anything: nobody answers them without reading.

It is ``synth.giveaways.measure``, in words: which families fail, by which attack, and the plainest habit that shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from solver.base.display.figures import counted
from solver.problems.question import Problem
from synth.giveaways.measure import ALL, BOUND, Attack, Giveaways, giveaways

FEWEST = 1000
"""Questions below which intervals are so wide that the gate could see nothing: it is left out."""


class Passed(NamedTuple):
    """What the gate found."""

    found: Giveaways
    faults: tuple[str, ...]
    """One line a family that gives its answers away."""

    @property
    def line(self) -> str:
        """Say it in one line."""
        worst = max((one for one in self.found.attacks if one.family == ALL), key=lambda one: one.excess.value)
        # Where all is of one family, or of none, there is nothing to count.
        families = f"{counted(len(self.found.families), 'family')}, " if self.found.families else ""
        return (
            f"{families}{counted(self.found.questions, 'question')}; answered without reading "
            f"{100 * worst.excess.value:+.1f} points over chance ({100 * worst.excess.low:+.1f} to "
            f"{100 * worst.excess.high:+.1f}); {len(self.faults)} surely over {BOUND:.0%}"
        )


def gate(
    problems: Sequence[Problem], tick: Callable[[int], None] = lambda done: None, *, fewest: int = FEWEST
) -> Passed | None:
    """Hold problems against all attacks; None where they are too few.

    Args:
        tick: as of ``giveaways``.
        fewest: questions that there must be.
    """
    if sum(len(problem.questions) for problem in problems) < fewest:
        return None
    found = giveaways(problems, tick=tick, with_habits=False)
    return Passed(found, tuple(_fault(attack, problems) for attack in _worst(found)))


def _worst(found: Giveaways) -> list[Attack]:
    """Return the strongest attack on each family that gives itself away."""
    worst: dict[str, Attack] = {}
    for one in found.attacks:
        if one.is_giveaway and (one.family not in worst or one.excess.low > worst[one.family].excess.low):
            worst[one.family] = one
    return list(worst.values())


def _fault(attack: Attack, problems: Sequence[Problem]) -> str:
    mine = [one for one in problems if attack.family in (ALL, one.questions[0].family)]
    habits = [habit for habit in giveaways(mine).habits if habit.excess.low > 0 or habit.excess.high < 0]
    shown = (
        f"; the option that is “{habits[0].name}” is right in {habits[0].right:.0%}, by chance {habits[0].chance:.0%}"
        if habits
        else ""
    )
    return (
        f"{attack.family}: {attack.look} alone, {100 * attack.excess.value:+.0f} points over chance "
        f"({100 * attack.excess.low:+.0f} to {100 * attack.excess.high:+.0f}){shown}"
    )
