"""Recipes of pre-training: what a run does, read from YAML and ``key=value`` overrides (``train.recipe_file``).

The resolved recipe and its digest are written beside every result. No torch here.

>>> recipe = Recipe.load("tiny", ["optim.lr=0.002", "model.layers=1"])
>>> recipe.optim.lr, recipe.model.layers
(0.002, 1)
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from solver.base.config import Config
from solver.base.errors import UsageError
from solver.base.places import PRETRAIN_RECIPES, from_place_in_project
from train.recipe_file import RecipeConfig, Seed


class ModelShape(Config):
    """Size of a Qwen2 model."""

    hidden: int = 384
    layers: int = 10
    heads: int = 6
    kv_heads: int = 2
    intermediate: int = 1152
    """A multiple of 128, the group size of GPTQ."""
    vocab: int = Field(default=4096, le=65535)
    """Tokens, special ones included; the feed keeps them in 16 bits."""
    rope_theta: float = 10000.0
    max_positions: int = 4096
    norm_eps: float = 1e-6

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if self.hidden % self.heads or self.heads % self.kv_heads or self.head_dim % 2:
            raise UsageError(f"hidden {self.hidden}, heads {self.heads} and kv_heads {self.kv_heads} do not divide")
        return self

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.hidden // self.heads


class DataPlan(Config):
    """Where documents come from and how they are weighed."""

    tokenizer: Annotated[str, AfterValidator(from_place_in_project)] = "models/embedded"
    """Folder that holds ``tokenizer.json``."""
    source: Literal["synth", "toy"] = "synth"
    """``toy`` is a small made-up source for tests."""
    seed: Seed = 1
    max_length: int = 1536
    """Longest document in tokens; longer ones are dropped and counted."""
    direct_share: float = 0.1
    """Share of Chinese questions asked with the ``direct`` prompt, answered by the last line alone."""
    prompt_weight: float = 0.1
    """Loss weight of prompt tokens; answer tokens weigh 1."""
    reuse: int = 2
    """How often a document may be trained on when generators fall behind; 1 never repeats one."""
    reservoir: int = 60000
    """Documents kept for reuse."""
    workers: int = 0
    """Generator processes; 0 means cores - 2 (at least 1), -1 generates in the training process."""
    chunk: int = 32
    """Problems that a worker sends at once."""


class OptimPlan(Config):
    """Optimiser and learning-rate schedule."""

    kind: Literal["muon", "adamw"] = "muon"
    """``muon``: Muon for the layers' matrices, AdamW for embeddings, norms and biases."""
    lr: float = 3e-3
    """Peak rate of AdamW."""
    matrix_lr: float = 5e-3
    """Peak rate of Muon, in the RMS-matched scaling of Moonlight (arXiv:2502.16982)."""
    weight_decay: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.95
    momentum: float = 0.95
    clip: float = 1.0
    """Largest global gradient norm."""
    warmup_steps: int = 100
    decay_fraction: float = 0.4
    """Last part of the budget, over which the rate falls linearly to zero."""


class RunPlan(Config):
    """How long and in which pieces."""

    seed: Seed = 1
    minutes: float = 16.0
    """Training time over all calls, compiling aside."""
    steps: int = 0
    """Optimiser steps over all calls; 0 means that ``minutes`` rules."""
    micro_tokens: int = 131072
    """Tokens of one forward pass (static shape)."""
    shortest_mean: int = 128
    """A batch has room for micro_tokens / shortest_mean documents."""
    accumulate: int = 2
    """Forward passes per optimiser step."""
    compile: bool = True
    """Use torch.compile (ignored on the CPU)."""
    log_every: int = 20
    holdout_every: int = 500
    checkpoint_every_s: float = 120.0
    peak_tflops: float = 989.0
    """Dense bf16 peak of the device (H100 and H200 SXM data sheets), for model FLOPs use."""


class JudgePlan(Config):
    """The greedy accuracy measured at the end of a run."""

    questions: int = 2000
    """0 measures nothing."""
    new_tokens: int = 768
    batch: int = 512


class Recipe(RecipeConfig):
    """Everything that decides a pre-training run."""

    folder = PRETRAIN_RECIPES
    name: str = "embedded"
    model: ModelShape = ModelShape()
    data: DataPlan = DataPlan()
    optim: OptimPlan = OptimPlan()
    run: RunPlan = RunPlan()
    judge: JudgePlan = JudgePlan()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.data.max_length > min(self.run.micro_tokens, self.model.max_positions):
            raise UsageError(
                f"data.max_length {self.data.max_length} exceeds run.micro_tokens or model.max_positions; lower it"
            )
        return self
