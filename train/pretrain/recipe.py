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
from solver.base.config.bounds import MOST, MOST_AT_ONCE, MOST_SECONDS, MOST_TOKENS
from solver.base.errors import UsageError
from solver.base.places import PRETRAIN_RECIPES, from_place_in_project
from train.recipe_file import RecipeConfig, Seed


class ModelShape(Config):
    """Size of a Qwen2 model."""

    hidden: int = Field(default=384, ge=2, le=65_536)
    layers: int = Field(default=10, ge=1, le=1024)
    heads: int = Field(default=6, ge=1, le=1024)
    kv_heads: int = Field(default=2, ge=1, le=1024)
    intermediate: int = Field(default=1152, ge=1, le=MOST_TOKENS)
    """A multiple of 128, the group size of GPTQ."""
    vocab: int = Field(default=4096, ge=2, le=65_535)
    """Tokens, special ones included; the feed keeps them in 16 bits."""
    rope_theta: float = Field(default=10000.0, ge=1, le=MOST)
    max_positions: int = Field(default=4096, ge=2, le=MOST_TOKENS)
    norm_eps: float = Field(default=1e-6, gt=0, le=0.1)

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
    max_length: int = Field(default=1536, ge=2, le=MOST_TOKENS)
    """Longest document in tokens; longer ones are dropped and counted."""
    direct_share: float = Field(default=0.1, ge=0, le=1)
    """Share of Chinese questions asked with the ``direct`` prompt, answered by the last line alone."""
    prompt_weight: float = Field(default=0.1, ge=0, le=1)
    """Loss weight of prompt tokens; answer tokens weigh 1."""
    reuse: int = Field(default=2, ge=1, le=1000)
    """How often a document may be trained on when generators fall behind; 1 never repeats one."""
    reservoir: int = Field(default=60000, ge=1, le=MOST)
    """Documents kept for reuse."""
    workers: int = Field(default=0, ge=-1, le=4096)
    """Generator processes; 0 means cores - 2 (at least 1), -1 generates in the training process."""
    chunk: int = Field(default=32, ge=1, le=MOST_AT_ONCE)
    """Problems that a worker sends at once."""


class OptimPlan(Config):
    """Optimiser and learning-rate schedule."""

    kind: Literal["muon", "adamw"] = "muon"
    """``muon``: Muon for the layers' matrices, AdamW for embeddings, norms and biases."""
    lr: float = Field(default=3e-3, gt=0, le=1)
    """Peak rate of AdamW."""
    matrix_lr: float = Field(default=5e-3, gt=0, le=1)
    """Peak rate of Muon, in the RMS-matched scaling of Moonlight (arXiv:2502.16982)."""
    weight_decay: float = Field(default=0.1, ge=0, le=1)
    beta1: float = Field(default=0.9, ge=0, lt=1)
    beta2: float = Field(default=0.95, ge=0, lt=1)
    momentum: float = Field(default=0.95, ge=0, lt=1)
    clip: float = Field(default=1.0, gt=0, le=10_000)
    """Largest global gradient norm."""
    warmup_steps: int = Field(default=100, ge=0, le=MOST)
    decay_fraction: float = Field(default=0.4, ge=0, le=1)
    """Last part of the budget, over which the rate falls linearly to zero."""


class RunPlan(Config):
    """How long and in which pieces."""

    seed: Seed = 1
    minutes: float = Field(default=16.0, ge=0, le=MOST_SECONDS / 60)
    """Training time over all calls, compiling aside."""
    steps: int = Field(default=0, ge=0, le=MOST)
    """Optimiser steps over all calls; 0 means that ``minutes`` rules."""
    micro_tokens: int = Field(default=131072, ge=1, le=2**30)
    """Tokens of one forward pass (static shape)."""
    shortest_mean: int = Field(default=128, ge=1, le=MOST_TOKENS)
    """A batch has room for micro_tokens / shortest_mean documents."""
    accumulate: int = Field(default=2, ge=1, le=MOST_AT_ONCE)
    """Forward passes per optimiser step."""
    compile: bool = True
    """Use torch.compile (ignored on the CPU)."""
    log_every: int = Field(default=20, ge=1, le=MOST)
    holdout_every: int = Field(default=500, ge=1, le=MOST)
    checkpoint_every_s: float = Field(default=120.0, ge=0, le=MOST_SECONDS)
    peak_tflops: float = Field(default=989.0, gt=0, le=1e6)
    """Dense bf16 peak of the device (H100 and H200 SXM data sheets), for model FLOPs use."""


class JudgePlan(Config):
    """The greedy accuracy measured at the end of a run."""

    questions: int = Field(default=2000, ge=0, le=MOST)
    """0 measures nothing."""
    new_tokens: int = Field(default=768, ge=1, le=MOST_TOKENS)
    batch: int = Field(default=512, ge=1, le=MOST_AT_ONCE)


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
