"""What every recipe of a LoRA run holds: base, adapter, optimiser, run; and how the loss-free keys are told apart.

The names are peft's and trl's where those have one. No torch here. What a way of training adds (its rows, its loss) is
in its own recipe: ``train.sft.recipe``, ``train.dpo.recipe``, ``train.grpo.recipe``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from solver.base.config import Config
from solver.base.config.bounds import MOST, MOST_AT_ONCE, MOST_TOKENS
from solver.base.errors import UsageError
from solver.base.places import ACCELERATE_CONFIGS, from_place_in_project
from train.errors import RecipeError
from train.recipe_file import RecipeConfig, Seed, digest_of

Texts = tuple[Annotated[str, StringConstraints(min_length=1)], ...]
"""A text, or a list of texts."""
_FREE = ("eval_steps", "log_steps", "save_steps", "accelerate", "compile")
"""Keys of ``run`` that a resumed run may change: they do not touch the weights."""
_ROOM = ("run.gradient_checkpointing",)
"""Settings that say how much memory the same step takes: a run that found memory full goes on with others."""


class BasePlan(Config):
    """The model that the adapter sits on."""

    model: Annotated[str, AfterValidator(from_place_in_project)] = "models/embedded"
    """A folder, or a name on the model hub."""
    revision: str = ""
    """Commit, tag or branch on the hub; empty takes the newest. Not used for a folder."""
    dtype: Literal["auto", "bfloat16", "float32"] = "auto"
    """Of the frozen weights; ``auto`` is bfloat16 where ``run.bf16`` comes out on, float32 elsewhere."""


class LoraPlan(Config):
    """The adapter (peft's LoraConfig)."""

    rank: int = Field(default=16, ge=1, le=4096)
    alpha: float = Field(default=32.0, gt=0, le=65_536)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    targets: Texts = Field(default=("all-linear",), min_length=1)
    """Names of modules; ``all-linear`` means every linear layer but the output head."""
    use_rslora: bool = False
    """Scale by alpha / sqrt(rank) (arXiv:2312.03732) instead of alpha / rank."""


class Optim(Config):
    """AdamW and its schedule."""

    lr: float = Field(default=1e-4, gt=0, le=1)
    epochs: float = Field(default=1.0, ge=0, le=1000)
    batch: int = Field(default=1, ge=1, le=MOST_AT_ONCE)
    """Rows, or packs of rows, on one device in one forward pass."""
    accumulation: int = Field(default=8, ge=1, le=MOST_AT_ONCE)
    """Forward passes per optimiser step."""
    warmup_ratio: float = Field(default=0.03, ge=0, lt=1)
    """Share of the steps over which the rate rises."""
    clip: float = Field(default=1.0, ge=0, le=10_000)
    """Largest global gradient norm."""
    weight_decay: float = Field(default=0.0, ge=0, le=1)
    scheduler: Literal["cosine", "linear", "constant_with_warmup"] = "cosine"
    beta1: float = Field(default=0.9, ge=0, lt=1)
    beta2: float = Field(default=0.999, ge=0, lt=1)


class Run(Config):
    """How the run goes."""

    seed: Seed = 1
    max_steps: int = Field(default=0, ge=0, le=MOST)
    """Optimiser steps in all; 0 means that ``optim.epochs`` rules."""
    bf16: Literal["auto", "on", "off"] = "auto"
    """``auto`` is on where the accelerator has bfloat16, off on the CPU."""
    gradient_checkpointing: bool = False
    """Compute activations again in the backward pass: about a third more work, far less memory."""
    compile: bool = False
    """Compile the feed-forward blocks, norms and projections of every layer: a minute at the start, faster steps."""
    attention: str = "auto"
    """``auto``, or a name that transformers knows (``sdpa``, ``flash_attention_2`` …), or ``torch_varlen``
    (``train.lora.attention``)."""
    save_steps: int = Field(default=100, ge=1, le=MOST)
    """Optimiser steps between checkpoints."""
    eval_steps: int = Field(default=100, ge=1, le=MOST)
    """Optimiser steps between evaluations."""
    log_steps: int = Field(default=10, ge=1, le=MOST)
    accelerate: str = "none"
    """How processes are joined: a file of ``train/recipes/accelerate`` by name, or a path; ``none`` is one process."""


class RowData(Config):
    """Files of rows, and what becomes of rows that are too long."""

    train: Texts = ()
    """Files of rows."""
    eval: Texts = ()
    """Files of rows to evaluate on during training."""
    eval_share: float = Field(default=0.0, ge=0, lt=1)
    """Share of the training rows held out for evaluation, where ``eval`` names no file; 0 holds out none."""
    max_length: int = Field(default=2048, ge=2, le=MOST_TOKENS)
    """Longest row in tokens, prompt and answer together; with packing also the length of a pack."""
    over_length: Literal["error", "drop", "keep"] = "error"
    """What becomes of longer rows. None is ever cut: ``drop`` leaves them out, ``keep`` raises ``max_length``."""

    @property
    def is_packed(self) -> bool:
        """Whether several rows are put behind each other."""
        return False


class LoraRecipe(RecipeConfig):
    """Everything that decides a run, but for what its own way of training adds."""

    name: str = "lora"
    base: BasePlan = BasePlan()
    lora: LoraPlan = LoraPlan()
    data: RowData = RowData()
    optim: Optim = Optim()
    run: Run = Run()

    @property
    def resume_digest(self) -> str:
        """The same over what a run that goes on must share with the one that stopped."""
        tree = self._binding()
        for name in self.room:
            part, _, key = name.partition(".")
            del tree[part][key]
        if self.is_cut_freely:
            tree["optim"]["batch"] *= tree["optim"].pop("accumulation")
        return digest_of(tree)

    @property
    def former_resume_digest(self) -> str:
        """The same as it was before a run could go on with settings that take less memory."""
        return digest_of(self._binding())

    def _binding(self) -> dict[str, Any]:
        tree = self.model_dump()
        for key in _FREE:
            del tree["run"][key]
        return tree

    @property
    def room(self) -> tuple[str, ...]:
        """Settings that only say how much memory the same step takes."""
        return _ROOM

    @property
    def is_cut_freely(self) -> bool:
        """Whether a step is the same however it is cut: ``optim.batch`` x ``optim.accumulation`` rows, in one order."""
        return False

    @property
    def sequences(self) -> int:
        """Sequences that a row of the batch is."""
        return 1

    @property
    def rows_per_pass(self) -> int:
        """Rows, or packs of rows, in one forward pass."""
        return self.optim.batch

    @property
    def row_length(self) -> int:
        """Tokens of a row, or of a pack, at most."""
        return self.data.max_length

    @property
    def head_tokens(self) -> int:
        """Rows of logits that exist at once, over all words; 0 where trl computes the loss in tiles."""
        return 0

    @property
    def has_reference(self) -> bool:
        """Whether a frozen reference reads everything once more."""
        return False

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.optim.epochs <= 0 and not self.run.max_steps:
            raise UsageError(f"optim.epochs is {self.optim.epochs}; it must be above 0, or run.max_steps")
        if self.data.eval and self.data.eval_share:
            raise UsageError("data.eval and data.eval_share are both set; keep one of them")
        return self


def accelerate_config(name: str) -> Path | None:
    """Return the file that ``accelerate launch --config_file`` is to read; None for one process.

    Raises:
        RecipeError: there is no such file.
    """
    if name == "none":
        return None
    path = ACCELERATE_CONFIGS / f"{name}.yaml"
    path = path if path.is_file() else Path(name)
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in ACCELERATE_CONFIGS.glob("*.yaml")))
        raise RecipeError(f"run.accelerate is {name!r}; use none, one of {known}, or a YAML file")
    return path
