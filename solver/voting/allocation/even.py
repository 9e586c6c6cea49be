"""``even``: the next sample goes to the question with the smallest lead, breadth first.

The key is lead + samples / 16, as in ``solver.scheduling.scheduler`` while a limit presses. It learns nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solver.voting.allocation.policy import AllocationKind, Judge, Policy, State
from solver.voting.rules.rule_kind import Mark
from solver.voting.rules.stopping_rule import top_two

SAMPLES_WEIGHT = 1 / 16


@dataclass(frozen=True, slots=True)
class Even(Policy, Judge):
    """Smallest lead first."""

    @property
    def spec(self) -> str:
        """See ``Policy.spec``."""
        return "even"

    def learn(self, states: Sequence[State]) -> Judge:
        """See ``Policy.learn``."""
        return self

    def priority(self, state: State) -> float | None:
        """See ``Judge.priority``."""
        leader, runner_up = top_two(state.votes)
        return -(leader - runner_up + len(state.votes) * SAMPLES_WEIGHT)


KIND = AllocationKind(
    name="even",
    help="where the lead is smallest, breadth first",
    example="even",
    read=lambda _: Even(),
    grid=("even",),
    mark=Mark("o", "-", 6),
)
