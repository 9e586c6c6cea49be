"""Recipes of training on preferences: YAML in ``train/recipes/dpo`` and ``key=value`` overrides.

>>> recipe = DpoRecipe.load("embedded-dpo", ["loss.beta=0.3", "data.train=pairs.jsonl"])
>>> recipe.loss.beta, recipe.loss.kind, recipe.data.is_packed
(0.3, 'sigmoid', False)
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from solver.base.config import Config
from solver.base.places import DPO_RECIPES
from train.lora.recipe import LoraRecipe


class DpoLoss(Config):
    """What is minimised; the names are trl's where it has one."""

    kind: Literal["sigmoid", "sigmoid_norm", "ipo", "hinge", "robust", "apo_zero", "apo_down"] = "sigmoid"
    """``sigmoid`` is DPO (arXiv:2305.18290); ``sigmoid_norm`` divides by length, ``ipo`` is arXiv:2310.12036."""
    beta: float = Field(default=0.1, gt=0, le=100)
    """How dearly distance from the reference is paid."""
    sft_weight: float = Field(default=0.0, ge=0, le=100)
    """Weight of the chosen answer's own loss beside it. Without it the right chains become less likely too, only the
    wrong ones more so; for chains of thought 1 was found best (arXiv:2404.19733)."""
    label_smoothing: float = Field(default=0.0, ge=0, lt=0.5)
    """Share of pairs that are thought to be the wrong way round (``robust`` alone)."""


class DpoRecipe(LoraRecipe):
    """Everything that decides a run."""

    folder = DPO_RECIPES
    name: str = "dpo"
    loss: DpoLoss = DpoLoss()

    @property
    def sequences(self) -> int:
        """Sequences that a row of the batch is: the chosen and the rejected one."""
        return 2

    @property
    def has_reference(self) -> bool:
        """Whether a frozen reference reads everything once more."""
        return True
