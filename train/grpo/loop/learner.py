"""One optimiser step from a set of answers, in as many forward passes as it takes."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import torch

from solver.base.display.printing import tell
from train.finite_steps import MISSED, FiniteSteps
from train.grpo.loop.groups import Lesson, token_weights
from train.grpo.loop.loss import clipped_loss
from train.grpo.loop.policy import Policy, Row
from train.grpo.loop.schedule import rate_share
from train.grpo.recipe import GrpoRecipe


class Learner:
    """AdamW over the policy's adapter."""

    def __init__(self, recipe: GrpoRecipe, policy: Policy) -> None:
        optim = recipe.optim
        self._recipe, self._policy = recipe, policy
        self.steps = FiniteSteps()
        self.optimizer = torch.optim.AdamW(
            policy.parameters.values(),
            lr=optim.lr,
            betas=(optim.beta1, optim.beta2),
            weight_decay=optim.weight_decay,
            fused=policy.is_cuda,
        )

    def set_rate(self, part: float, step: int, steps: int) -> float:
        """Set the learning rate of the next step, and return it.

        Args:
            part: share of the run that is over.
            step: steps done, of ``steps`` planned.
        """
        optim = self._recipe.optim
        warmup = math.ceil(optim.warmup_ratio * steps)
        share = rate_share(optim.scheduler, part, step, warmup_steps=warmup, cooldown=self._recipe.loop.cooldown)
        for group in self.optimizer.param_groups:
            group["lr"] = optim.lr * share
        return optim.lr * share

    def learn(self, items: Sequence[Lesson], step: int) -> dict[str, Any]:
        """Take one step, unless its loss or gradient is not finite; return its figures.

        Args:
            step: its number, from 1.
        """
        began = time.monotonic()
        recipe, device = self._recipe, self._policy.device
        lengths = [len(one.completion.ids) for one in items]
        weights = token_weights(recipe.loss.kind, lengths, max_tokens=recipe.sampling.max_tokens)
        told = torch.zeros(3, device=device)
        for indices in self._policy.passes([one.length for one in items], recipe.loop.pack):
            told += self._backward([items[index] for index in indices], [weights[index] for index in indices])
        # 0 means no bound, as for transformers.
        bound = recipe.optim.clip or float("inf")
        norm = torch.nn.utils.clip_grad_norm_(self._policy.parameters.values(), bound)
        value, clipped, distance = told.tolist()
        if self.steps.take(step, value, float(norm)):
            self.optimizer.step()
        else:
            tell(self.steps.told)
        self.optimizer.zero_grad(set_to_none=True)
        return {
            "loss": round(value, 6),
            "clip_ratio": round(clipped, 6),
            "kl_to_sampler": round(distance, 6),
            "grad_norm": round(float(norm), 6),
            MISSED: self.steps.missed,
            "train_s": round(time.monotonic() - began, 3),
        }

    def _backward(self, items: Sequence[Lesson], weights: Sequence[float]) -> torch.Tensor:
        """Add a pass's gradient; return its loss, share of clipped tokens, and distance from what drew."""
        loss, temperature, device = self._recipe.loss, self._recipe.sampling.temperature, self._policy.device
        rows = [Row([*one.prompt, *one.completion.ids.tolist()], len(one.prompt)) for one in items]
        sizes = torch.tensor([len(one.completion.ids) for one in items])
        advantage = torch.tensor([one.advantage for one in items]).repeat_interleave(sizes).to(device)
        weight = torch.tensor(list(weights)).repeat_interleave(sizes).to(device)
        drawn = torch.cat([torch.as_tensor(one.completion.logprobs) for one in items]).to(device)
        reference = self._policy.logprobs(rows, temperature, is_reference=True) if loss.beta else None
        found = clipped_loss(self._policy.logprobs(rows, temperature), drawn, advantage, weight, loss, reference)
        found.value.backward()
        return torch.stack([found.value.detach(), found.clipped, found.distance])
