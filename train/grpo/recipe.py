"""Recipes of reinforcement learning: YAML in ``train/recipes/grpo`` and ``key=value`` overrides.

>>> recipe = GrpoRecipe.load("embedded-grpo", ["sampling.group=4", "data.train=puzzles.jsonl"])
>>> recipe.sampling.group, recipe.data.window
(4, (0.1, 0.9))
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from solver.base.config import Config
from solver.base.errors import UsageError
from solver.base.places import GRPO_RECIPES
from solver.training_rows.reward import RewardPlan
from train.lora.recipe import LoraRecipe, RowData, Texts


class GrpoData(RowData):
    """Files of problems with answer keys: the contest's, a benchmark's, or puzzles of ``synth generate``."""

    max_length: int = Field(default=2048, ge=2)
    """Longest prompt and completion together, in tokens; longer prompts are dealt with as ``over_length`` says."""
    over_length: Literal["error", "drop", "keep"] = "drop"
    prompt: str = "reason"
    """Prompt template (``solver.problems.prompt``)."""
    min_options: int = Field(default=2, ge=2)
    """Questions with fewer options are left out: of two, a guess is right half the time."""
    shuffle_options: bool = False
    """Show the options in another order than the file's, by ``run.seed``."""
    solved: Texts = ()
    """Run folders of ``harness eval`` on these problems: what share of samples is right, question by question."""
    window: tuple[float, float] = (0.1, 0.9)
    """With ``solved``: the solve rates that are trained on. What is always or never solved teaches nothing."""


class GrpoSampling(Config):
    """How completions are drawn."""

    group: int = Field(default=8, ge=2)
    """Completions of a question, compared with each other."""
    eval_group: int = Field(default=2, ge=2)
    """Completions of a held-out question."""
    temperature: float = Field(default=1.0, gt=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=768, ge=1)
    engine: Literal["transformers", "vllm"] = "transformers"
    """``vllm`` runs beside the trainer on the same GPU; trl 1.16 takes vLLM 0.22 to 0.31."""
    vllm_memory: float = Field(default=0.3, gt=0, lt=1)
    """Share of the GPU's memory for vLLM."""


class GrpoLoss(Config):
    """What is minimised; the names are trl's where it has one."""

    kind: Literal["grpo", "dapo", "dr_grpo", "bnpo"] = "dapo"
    """How tokens are weighed: ``dapo`` over the whole batch (arXiv:2503.14476), ``dr_grpo`` arXiv:2503.20783."""
    beta: float = Field(default=0.0, ge=0)
    """Cost of distance from the reference; 0 needs none."""
    epsilon: float = Field(default=0.2, gt=0)
    epsilon_high: float = Field(default=0.28, gt=0)
    """Clip higher (DAPO)."""
    scale: Literal["group", "batch", "none"] = "group"
    """What rewards are divided by: the spread of their group, of the batch, or nothing."""
    learns_cut_off: bool = False
    """Whether completions that hit the bound carry loss."""


class GrpoRecipe(LoraRecipe):
    """Everything that decides a run."""

    folder = GRPO_RECIPES
    name: str = "grpo"
    data: GrpoData = GrpoData()
    sampling: GrpoSampling = GrpoSampling()
    reward: RewardPlan = RewardPlan()
    loss: GrpoLoss = GrpoLoss()

    @property
    def questions_per_step(self) -> int:
        """Questions of one optimiser step in one process."""
        return self.optim.batch * self.optim.accumulation // self.sampling.group

    @model_validator(mode="after")
    def _makes_whole_groups(self) -> Self:
        drawn = self.optim.batch * self.optim.accumulation
        if drawn % self.sampling.group:
            raise UsageError(
                f"optim.batch x optim.accumulation is {drawn} completions a step, no multiple of sampling.group "
                f"{self.sampling.group}; groups must be whole"
            )
        if self.optim.batch % self.sampling.eval_group and (self.data.eval or self.data.eval_share):
            raise UsageError(f"optim.batch {self.optim.batch} is no multiple of sampling.eval_group")
        low, high = self.data.window
        if not 0 <= low < high <= 1:
            raise UsageError(f"data.window is {low} to {high}; give two shares, the lower first")
        return self
