"""A run before its weights are loaded: what a way of training (``train.sft``, ``train.dpo``, ``train.grpo``) derives.

It says which trainer of trl runs, over which rows, and what is told of it; ``train.lora.run`` does the rest.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Self

from train.lora import base_checks
from train.lora.callbacks import Stamp
from train.lora.preparation import Ground, check_ids
from train.lora.recipe import LoraRecipe
from train.lora.report import LOSSES, Panel, Work
from train.lora.row_selection import RowT, Selected


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared(ABC, Generic[RowT]):
    """Everything about a run but the weights."""

    recipe: LoraRecipe
    out: Path
    ground: Ground
    rows: Selected[RowT]
    stamp: Stamp
    disk_bytes: int

    panels: ClassVar[tuple[Panel, ...]] = (LOSSES,)
    """Pictures of the run, the losses first."""
    told: ClassVar[Mapping[str, str]] = {
        "loss": "loss",
        "eval_loss": "held-out loss",
        "mean_token_accuracy": "accuracy",
    }
    """Figures of a step that are said while it runs: trl's name -> ours."""
    idle_advice: ClassVar[str] = "raise optim.lr or the steps"
    """What helps where nothing was learned."""
    unsound_advice: ClassVar[str] = (
        "optim.lr lower, run.attention=eager (another kernel), or run.bf16=off, with another --out"
    )
    """What helps where losses or gradients are not finite."""
    smaller_advice: ClassVar[str] = (
        "run.gradient_checkpointing=true; with another --out also data.max_length lower, or optim.batch lower and "
        "optim.accumulation higher by as much"
    )
    """What helps where memory is full."""
    eval_key: ClassVar[str] = "eval_loss"
    """The figure that tells that an evaluation was made."""

    @classmethod
    def of(
        cls,
        recipe: LoraRecipe,
        out: Path,
        ground: Ground,
        rows: Selected[RowT],
        *,
        sequences: Sequence[Sequence[int]],
        digest: str,
        processes: int,
        **further: Any,
    ) -> Self:
        """Check tokens and disk, and put a run together.

        Args:
            sequences: the tokens of all rows, training and held out.
            digest: of all rows.
            further: fields of the way of training.

        Raises:
            TrainError: something would have gone wrong later.
        """
        check_ids(ground.config, sequences, rows.max_length, recipe.base.model)
        stamp = ground.stamp(recipe, digest, processes)
        disk_bytes = base_checks.check_disk(out, ground.adapter)
        return cls(recipe=recipe, out=out, ground=ground, rows=rows, stamp=stamp, disk_bytes=disk_bytes, **further)

    @property
    def tokenizer(self) -> Any:
        """The base's tokenizer."""
        return self.ground.tokenizer

    @property
    def has_eval(self) -> bool:
        """Whether rows are held out."""
        return bool(self.rows.eval)

    @abstractmethod
    def counts(self) -> dict[str, Any]:
        """Describe the rows, beyond how many there are."""

    @abstractmethod
    def work(self) -> Work:
        """Return the work of one epoch; the shares are what counts."""

    @abstractmethod
    def arguments(self, shared: dict[str, Any]) -> Any:
        """Return trl's arguments, with what all trainers share in them."""

    @abstractmethod
    def columns(self, rows: Sequence[RowT]) -> dict[str, list[Any]]:
        """Return rows as the trainer reads them."""

    @abstractmethod
    def make_trainer(self, model: Any, **shared: Any) -> Any:
        """Return trl's trainer, with what all trainers share in its arguments."""

    def trainer(self, model: Any, arguments: Any, lora: Any) -> Any:
        """Return trl's trainer; ``lora`` is None where the model has an adapter."""
        from datasets import Dataset

        return self.make_trainer(
            model,
            args=arguments,
            train_dataset=Dataset.from_dict(self.columns(self.rows.train)),
            eval_dataset=Dataset.from_dict(self.columns(self.rows.eval)) if self.has_eval else None,
            processing_class=self.tokenizer,
            peft_config=lora,
        )

    def findings(self, history: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return what this way of training adds to the report, from the trainer's log."""
        return {}

    def summary(self) -> dict[str, Any]:
        """Describe the rows for people and for the report."""
        rows = self.rows
        return {
            "rows": {"train": len(rows.train), "eval": len(rows.eval), "over_length": len(rows.over)},
            **self.counts(),
            "over_length_choice": self.recipe.data.over_length,
            "max_length": rows.max_length,
            "trainable_parameters": self.ground.adapter,
            "disk_gb": round(self.disk_bytes / 1e9, 3),
        }
