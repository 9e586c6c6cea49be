"""Muon for the layers' matrices, AdamW for everything else.

Muon (Keller Jordan, 2024, https://kellerjordan.github.io/posts/muon/) replaces a matrix's momentum by the nearest
semi-orthogonal matrix, found by five Newton-Schulz steps. Updates are scaled by 0.2 * sqrt(larger side) as in
Moonlight (arXiv:2502.16982), so that their size matches AdamW's. Matrices of one shape are done as one stack.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from train.pretrain.recipe import OptimPlan

_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
"""Coefficients of the quintic iteration, from Muon's reference implementation."""


def orthogonalized(stack: Tensor) -> Tensor:
    """Return for each matrix of a stack (n, rows, columns) roughly its nearest semi-orthogonal matrix."""
    a, b, c = _NEWTON_SCHULZ
    x = stack.bfloat16() if stack.is_cuda else stack.float()
    is_tall = x.shape[1] > x.shape[2]
    if is_tall:
        x = x.mT
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if is_tall else x


class Muon:
    """Muon over matrices, grouped by shape."""

    def __init__(self, matrices: Iterable[nn.Parameter], *, momentum: float, weight_decay: float) -> None:
        groups: dict[tuple[int, ...], list[nn.Parameter]] = {}
        for matrix in matrices:
            groups.setdefault(tuple(matrix.shape), []).append(matrix)
        self.groups = list(groups.values())
        self.momentum, self.weight_decay = momentum, weight_decay
        self.momenta = [torch.zeros_like(torch.stack(list(group))) for group in self.groups]

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def step(self, lr: float) -> None:
        """Update the matrices from their gradients."""
        for group, momentum in zip(self.groups, self.momenta, strict=True):
            gradient = torch.stack([matrix.grad for matrix in group])
            momentum.lerp_(gradient, 1 - self.momentum)
            update = orthogonalized(gradient.lerp_(momentum, self.momentum)).float()
            scale = 0.2 * max(group[0].shape) ** 0.5
            torch._foreach_mul_(group, 1 - lr * self.weight_decay)
            torch._foreach_add_(group, list(update.unbind(0)), alpha=-lr * scale)


class Optimizer:
    """Both optimisers of a run behind one ``step``."""

    def __init__(self, model: nn.Module, plan: OptimPlan) -> None:
        self.plan = plan
        named = list(model.named_parameters())
        matrices = [parameter for name, parameter in named if parameter.ndim == 2 and "embed" not in name]
        others = [parameter for name, parameter in named if parameter.ndim != 2 or "embed" in name]
        self.parameters = [parameter for _, parameter in named]
        self.muon: Muon | None = None
        groups = [{"params": others, "weight_decay": 0.0}]
        if plan.kind == "muon":
            self.muon = Muon(matrices, momentum=plan.momentum, weight_decay=plan.weight_decay)
        else:
            groups.append({"params": matrices, "weight_decay": plan.weight_decay})
        self.adam = torch.optim.AdamW(
            groups, lr=plan.lr, betas=(plan.beta1, plan.beta2), eps=1e-8, fused=others[0].is_cuda
        )

    def clip(self) -> Tensor:
        """Clip the gradients; return their norm before that, on the device."""
        norm: Tensor = nn.utils.clip_grad_norm_(self.parameters, self.plan.clip)
        return norm

    def step(self, rate: float) -> None:
        """Update.

        Args:
            rate: share of the peak learning rates.
        """
        for group in self.adam.param_groups:
            group["lr"] = self.plan.lr * rate
        self.adam.step()
        if self.muon is not None:
            self.muon.step(self.plan.matrix_lr * rate)

    def clear(self) -> None:
        """Drop the gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    def state(self) -> dict[str, Any]:
        """Return everything that a resumed run needs."""
        return {"adam": self.adam.state_dict(), "momenta": [] if self.muon is None else self.muon.momenta}

    def load(self, state: dict[str, Any]) -> None:
        """Take over a state made by ``state``."""
        self.adam.load_state_dict(state["adam"])
        if self.muon is not None:
            for mine, saved in zip(self.muon.momenta, state["momenta"], strict=True):
                mine.copy_(saved)
