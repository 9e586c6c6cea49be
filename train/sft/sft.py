"""LoRA fine-tuning: trl's SFTTrainer over rows of messages; the run around it is ``train.lora.run``'s.

Example: ``python -m train sft embedded-lora data.train=data/rows.jsonl --out runs/sft``
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.errors import RowsError
from train.lora import base_checks
from train.lora.preparation import check_ids, first_bar, look_at
from train.lora.report import Work
from train.lora.row_selection import select
from train.lora.run import Prepared
from train.sft import tokens
from train.sft.recipe import SftRecipe
from train.sft.row_files import load_rows, size_of
from train.sft.tokens import Example


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRows(Prepared):
    """A run of fine-tuning."""

    train: list[Example]
    eval: list[Example]

    @property
    def has_eval(self) -> bool:
        """Whether rows are held out."""
        return bool(self.eval)

    def counts(self) -> dict[str, Any]:
        """Describe the rows."""
        work = self.work()
        return {
            "rows": {"train": len(self.train), "eval": len(self.eval), "over_length": len(self.over)},
            "longest": max(len(one.ids) for one in self.train),
            "tokens": work.tokens,
            "answer_tokens": work.answer_tokens,
        }

    def work(self) -> Work:
        """Return the work of one epoch."""
        return Work(
            tokens=sum(len(one.ids) for one in self.train),
            answer_tokens=sum(len(one.ids) - one.prompt_length for one in self.train),
            squared_lengths=sum(len(one.ids) ** 2 for one in self.train),
        )

    def arguments(self, shared: dict[str, Any]) -> Any:
        """Return trl's arguments."""
        from trl import SFTConfig

        return SFTConfig(
            **shared,
            # Rows come as tokens and labels, and none is longer: trl's truncation never finds anything to cut.
            max_length=self.max_length,
            packing=self.recipe.data.is_packed,
            completion_only_loss=False,
        )

    def trainer(self, model: Any, arguments: Any, lora: Any) -> Any:
        """Return trl's trainer."""
        from trl import SFTTrainer

        return SFTTrainer(
            model=model,
            args=arguments,
            train_dataset=_dataset(self.train),
            eval_dataset=_dataset(self.eval) if self.eval else None,
            processing_class=self.tokenizer,
            peft_config=lora,
        )


def prepare(recipe: SftRecipe, out: Path, *, init_adapter: Path | None = None, processes: int = 1) -> PreparedRows:
    """Read and check rows, base, tokenizer, adapter and disk. Loads no weights.

    Raises:
        TrainError: something would have gone wrong later.
    """
    data = recipe.data
    if not data.train:
        raise RowsError(
            "no rows to train on; give data.train=FILE, made with: python -m synth generate --format messages"
        )
    with first_bar("reading rows", size_of(data.train)) as tick:
        rows = load_rows(data.train, prompt=data.prompt, tick=tick)
    eval_rows = load_rows(data.eval, prompt=data.prompt) if data.eval else []
    ground = look_at(recipe, init_adapter)
    with first_bar("cutting rows into tokens", 2 * len(rows)) as tick:
        examples = tokens.encode(rows, ground.tokenizer, tick=tick)
    chosen = select(
        examples,
        tokens.encode(eval_rows, ground.tokenizer),
        max_length=data.max_length,
        choice=data.over_length,
        eval_share=data.eval_share,
        seed=recipe.run.seed,
    )
    everything = [*chosen.train, *chosen.eval]
    check_ids(ground.config, [one.ids for one in everything], chosen.max_length, recipe.base.model)
    return PreparedRows(
        recipe=recipe,
        out=out,
        init_adapter=init_adapter,
        config=ground.config,
        tokenizer=ground.tokenizer,
        train=chosen.train,
        eval=chosen.eval,
        over=chosen.over,
        max_length=chosen.max_length,
        shape=ground.shape(),
        stamp=ground.stamp(recipe, tokens.digest(everything), processes),
        disk_bytes=base_checks.check_disk(out, ground.adapter),
    )


def _dataset(examples: list[Example]) -> Any:
    from datasets import Dataset

    columns = {
        "input_ids": [one.ids for one in examples],
        "labels": [tokens.labels_of(one) for one in examples],
    }
    return Dataset.from_dict(columns)
