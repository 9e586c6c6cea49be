"""What a step minimises: better answers likelier, worse ones less likely, and neither by more than a little."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from train.grpo.recipe import GrpoLoss

DUAL_CLIP = 3.0
"""A bad answer's token that has become much likelier since then pulls no harder than this (arXiv:1912.09729)."""
LARGEST_LOG_RATIO = 8.0
"""Beyond it the exponential says nothing; it is clipped anyway."""


class Loss(NamedTuple):
    """A pass's share of a step."""

    value: Tensor
    clipped: Tensor
    """Weighed share of tokens that the clip holds back."""
    distance: Tensor
    """Weighed KL divergence from the weights that drew (Schulman's k3)."""


def clipped_loss(
    now: Tensor, drawn: Tensor, advantage: Tensor, weight: Tensor, plan: GrpoLoss, reference: Tensor | None = None
) -> Loss:
    """Return the clipped surrogate (PPO's, arXiv:1707.06347, clip higher as in DAPO, arXiv:2503.14476).

    Args:
        now: log-probabilities of tokens under the weights that train, (tokens,).
        drawn: the same under the weights that drew them.
        advantage: of each token's answer.
        weight: of each token in the step.
        reference: the same under the reference, where ``plan.beta`` is above 0.
    """
    ratio = (now - drawn).clamp(-LARGEST_LOG_RATIO, LARGEST_LOG_RATIO).exp()
    free = ratio * advantage
    gain = torch.minimum(free, ratio.clamp(1 - plan.epsilon, 1 + plan.epsilon_high) * advantage)
    gain = torch.where(advantage < 0, torch.maximum(gain, DUAL_CLIP * advantage), gain)
    value = -(gain * weight).sum()
    if reference is not None:
        away = reference - now
        value = value + plan.beta * ((away.exp() - away - 1) * weight).sum()
    with torch.no_grad():
        clipped = (((gain - free).abs() > 1e-9).float() * weight).sum()
        distance = ((ratio - 1 - (now - drawn)) * weight).sum()
    return Loss(value, clipped, distance)
