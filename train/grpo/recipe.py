"""Recipes of reinforcement learning: YAML in ``train/recipes/grpo`` and ``key=value`` overrides.

>>> recipe = GrpoRecipe.load("embedded-grpo", ["sampling.group=4", "data.train=puzzles.jsonl"])
>>> recipe.sampling.group, recipe.data.window
(4, (0.1, 0.9))
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from solver.base.config import Config
from solver.base.config.bounds import MOST, MOST_AT_ONCE, MOST_TOKENS
from solver.base.display.figures import counted
from solver.base.errors import UsageError
from solver.base.places import GRPO_RECIPES
from solver.problems.question import MAX_OPTIONS
from solver.training_rows.reward import RewardPlan
from train.lora.recipe import LoraRecipe, RowData, Texts

HEAD_TOKENS = 2048
"""Rows of logits that exist at once in our own loop: 2,048 x 151,936 words in fp32 are 1.2 GB."""


class GrpoData(RowData):
    """Files of problems with answer keys: the contest's, a benchmark's, or puzzles of ``synth generate``."""

    map: str | None = None
    """What the fields of the files' rows are, as ``harness eval --map`` takes it; None finds it."""
    max_length: int = Field(default=2048, ge=2, le=MOST_TOKENS)
    """Longest prompt and completion together, in tokens; longer prompts are dealt with as ``over_length`` says."""
    over_length: Literal["error", "drop", "keep"] = "drop"
    prompt: str = "reason"
    """Prompt template (``solver.problems.prompt``)."""
    min_options: int = Field(default=2, ge=2, le=MAX_OPTIONS)
    """Questions with fewer options are left out: of two, a guess is right half the time."""
    shuffle_options: bool = False
    """Show the options in another order than the file's, by ``run.seed``."""
    solved: Texts = ()
    """Run folders of ``harness eval`` on these problems: what share of samples is right, question by question."""
    window: tuple[float, float] = (0.1, 0.9)
    """The solve rates that are trained on: what is always or never solved teaches nothing. In our own loop it moves
    with the model, and what is outside is asked as often as ``loop.outside`` says; trl's leaves it out for good."""


class GrpoSampling(Config):
    """How completions are drawn."""

    group: int = Field(default=8, ge=2, le=1024)
    """Completions of a question, compared with each other."""
    eval_group: int = Field(default=2, ge=2, le=1024)
    """Completions of a held-out question."""
    temperature: float = Field(default=1.0, gt=0, le=5)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=768, ge=1, le=MOST_TOKENS)
    engine: Literal["auto", "transformers", "vllm"] = "auto"
    """``vllm`` runs beside the trainer on the same GPU; trl 1.16 takes vLLM 0.22 to 0.31, our own loop 0.24 to 0.32.
    ``auto`` is vllm in our own loop where it is installed, transformers elsewhere."""
    vllm_memory: float = Field(default=0.3, gt=0, lt=1)
    """Share of the GPU's memory for vLLM."""


class GrpoLoss(Config):
    """What is minimised; the names are trl's where it has one."""

    kind: Literal["grpo", "dapo", "dr_grpo", "bnpo"] = "dapo"
    """How tokens are weighed: ``dapo`` over the whole batch (arXiv:2503.14476), ``dr_grpo`` arXiv:2503.20783."""
    beta: float = Field(default=0.0, ge=0, le=100)
    """Cost of distance from the reference; 0 needs none."""
    epsilon: float = Field(default=0.2, gt=0, le=1)
    epsilon_high: float = Field(default=0.28, gt=0, le=10)
    """Clip higher (DAPO)."""
    scale: Literal["group", "batch", "none"] = "group"
    """What rewards are divided by: the spread of their group, of the batch, or nothing."""
    learns_cut_off: bool = False
    """Whether completions that hit the bound carry loss."""


class GrpoLoop(Config):
    """Who trains, and how our own loop does. Its numbers are those of the trial that gained 10.6 points
    (docs/learning.md, 2026-11-30)."""

    kind: Literal["own", "trl"] = "own"
    """``own``: groups without spread cost no training, and the engine never waits; 52 completions a second against 12
    through trl on the same GPU. ``trl`` is its GRPOTrainer, for several GPUs and for comparison."""
    ahead: float = Field(default=2.75, ge=1, le=100)
    """Groups that are drawn or being drawn at any time, in steps' worth; answers grow older with it."""
    pack: int = Field(default=14336, ge=1, le=MOST_TOKENS)
    """Tokens of a forward pass."""
    turns: bool = True
    """Show the options in the file's order and in another one in turns; ``data.shuffle_options`` always in another."""
    outside: float = Field(default=0.3, ge=0, le=1)
    """How often a question is asked whose solve rate has left ``data.window``."""
    cooldown: float = Field(default=0.3, ge=0, lt=1)
    """Share of the run, at its end, over which a constant rate falls to a tenth."""
    weights: Literal["in_place", "adapter"] = "in_place"
    """How the engine gets them: written into its own tensors, or as a LoRA adapter that it loads anew."""
    chains: int = Field(default=512, ge=1, le=MOST_AT_ONCE)
    """Completions that the engine computes at once."""


class HeldOut(Config):
    """Questions that are not practised on: how good the model is on the way, and when to stop. Our own loop only."""

    data: Texts = ()
    """Files of problems, in place of ``data.eval_share``; empty takes ``data.eval`` or that share."""
    every: int = Field(default=0, ge=0, le=MOST)
    """Steps between evaluations; 0 takes ``run.eval_steps``."""
    patience: int = Field(default=0, ge=0, le=MOST)
    """Evaluations without a new best that end the run; 0 never does."""
    metric: Literal["accuracy"] = "accuracy"
    """Share of right completions. The adapter that is written is the best by it."""
    temperature: float = Field(default=0.7, gt=0, le=5)
    top_p: float = Field(default=0.8, gt=0, le=1)
    guard: Texts = ()
    """Files of general questions, asked before and after: what was forgotten."""


class GrpoRecipe(LoraRecipe):
    """Everything that decides a run."""

    folder = GRPO_RECIPES
    name: str = "grpo"
    data: GrpoData = GrpoData()
    sampling: GrpoSampling = GrpoSampling()
    reward: RewardPlan = RewardPlan()
    loss: GrpoLoss = GrpoLoss()
    loop: GrpoLoop = GrpoLoop()
    held_out: HeldOut = HeldOut()

    @property
    def is_own(self) -> bool:
        """Whether our own loop trains."""
        return self.loop.kind == "own"

    @property
    def room(self) -> tuple[str, ...]:
        return (*super().room, "sampling.vllm_memory", "loop.pack") if self.is_own else super().room

    @property
    def is_cut_freely(self) -> bool:
        """Our own loop knows their product alone."""
        return self.is_own

    @property
    def has_engine(self) -> bool:
        """Whether vLLM runs beside the trainer, where it is installed."""
        return self.sampling.engine == "vllm" or (self.is_own and self.sampling.engine == "auto")

    @property
    def rows_per_pass(self) -> int:
        return 1 if self.is_own else super().rows_per_pass

    @property
    def row_length(self) -> int:
        return max(self.loop.pack, self.data.max_length) if self.is_own else super().row_length

    @property
    def head_tokens(self) -> int:
        return HEAD_TOKENS if self.is_own else 0

    @property
    def questions_per_step(self) -> int:
        """Questions of one optimiser step in one process."""
        return self.optim.batch * self.optim.accumulation // self.sampling.group

    @model_validator(mode="after")
    def _makes_whole_groups(self) -> Self:
        drawn = self.optim.batch * self.optim.accumulation
        if drawn % self.sampling.group:
            raise UsageError(
                f"optim.batch x optim.accumulation is {counted(drawn, 'completion')} a step, no multiple of "
                f"sampling.group {self.sampling.group}; groups must be whole"
            )
        if self.is_own:
            self._check_own()
        else:
            self._check_trl()
        low, high = self.data.window
        if not 0 <= low < high <= 1:
            raise UsageError(f"data.window is {low} to {high}; give two shares, the lower first")
        return self

    def _check_own(self) -> None:
        if self.sampling.top_p < 1:
            raise UsageError(
                f"sampling.top_p is {self.sampling.top_p}: our own loop compares probabilities with those that drew, "
                "and cut-off ones have none; leave it at 1, or take loop.kind=trl"
            )
        if self.run.accelerate != "none":
            raise UsageError("run.accelerate joins several processes; our own loop is one: take loop.kind=trl")
        if self.held_out.data and self.data.eval:
            raise UsageError("held_out.data and data.eval are both set; keep one of them")

    def _check_trl(self) -> None:
        if self.held_out != HeldOut():
            raise UsageError("held_out belongs to our own loop; with loop.kind=trl give data.eval and run.eval_steps")
        if self.optim.batch % self.sampling.eval_group and (self.data.eval or self.data.eval_share):
            raise UsageError(f"optim.batch {self.optim.batch} is no multiple of sampling.eval_group")
