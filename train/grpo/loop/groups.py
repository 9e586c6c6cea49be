"""What is learnt from a group of answers: which groups carry a gradient, advantages, how much a token weighs. Pure.

>>> has_spread([1.0, 0.0, 1.0]), has_spread([1.0, 1.0])
(True, False)
>>> [round(one, 2) for one in advantages([1.0, 0.0, 0.0, 1.0], deviation([1.0, 0.0, 0.0, 1.0]))]
[0.87, -0.87, -0.87, 0.87]
>>> token_weights("dapo", [2, 6], max_tokens=8), token_weights("grpo", [2, 6], max_tokens=8)
([0.125, 0.125], [0.25, 0.08333333333333333])
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Literal, NamedTuple

from train.grpo.loop.sampler import Completion

LEAST_SPREAD = 1e-4
"""Also what is added to a deviation before it divides, as in trl."""
LossKind = Literal["grpo", "dapo", "dr_grpo", "bnpo"]
Scale = Literal["group", "batch", "none"]


class Lesson(NamedTuple):
    """One answer that is learnt from."""

    prompt: tuple[int, ...]
    completion: Completion
    advantage: float

    @property
    def length(self) -> int:
        """Tokens of prompt and answer."""
        return len(self.prompt) + len(self.completion.ids)


class Group(NamedTuple):
    """The answers to a question."""

    prompt: tuple[int, ...]
    completions: tuple[Completion, ...]

    @property
    def rewards(self) -> list[float]:
        """What each was paid."""
        return [one.scored.reward for one in self.completions]


def deviation(rewards: Sequence[float]) -> float:
    """Return the standard deviation of a sample."""
    return stdev(rewards) if len(rewards) > 1 else 0.0


def has_spread(rewards: Sequence[float]) -> bool:
    """Tell whether answers were paid differently: else there is nothing to compare."""
    return deviation(rewards) >= LEAST_SPREAD


def advantages(rewards: Sequence[float], divisor: float | None) -> list[float]:
    """Return how much better than the group's mean each answer is.

    Args:
        divisor: a deviation; None divides by nothing.
    """
    mean = fmean(rewards)
    return [(one - mean) / (1.0 if divisor is None else divisor + LEAST_SPREAD) for one in rewards]


def lessons(groups: Sequence[Group], *, scale: Scale, learns_cut_off: bool) -> list[Lesson]:
    """Return what a step learns from.

    Args:
        scale: what advantages are divided by: the deviation of the group, of all groups together, or nothing.
        learns_cut_off: whether answers that hit the bound on tokens carry loss; they count in the mean either way.
    """
    together = deviation([reward for group in groups for reward in group.rewards])
    found = []
    for group in groups:
        divisor = {"group": deviation(group.rewards), "batch": together, "none": None}[scale]
        for completion, advantage in zip(group.completions, advantages(group.rewards, divisor), strict=True):
            if len(completion.ids) and (learns_cut_off or completion.scored.outcome != "cut_off"):
                found.append(Lesson(group.prompt, completion, advantage))
    return found


def token_weights(kind: LossKind, lengths: Sequence[int], *, max_tokens: int) -> list[float]:
    """Return what one token of each answer weighs in the loss of a step.

    Args:
        kind: ``dapo`` and ``bnpo`` weigh all tokens of the step alike (arXiv:2503.14476), ``grpo`` all answers alike
            (arXiv:2402.03300), ``dr_grpo`` divides by a constant (arXiv:2503.20783).
        lengths: tokens of each answer.
        max_tokens: the bound on them.
    """
    if kind == "grpo":
        return [1.0 / (length * len(lengths)) for length in lengths]
    whole = len(lengths) * max_tokens if kind == "dr_grpo" else sum(lengths)
    return [1.0 / whole] * len(lengths)
