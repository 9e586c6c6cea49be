"""LoRA fine-tuning: trl's SFTTrainer over rows of messages; the run around it is ``train.lora.run``'s.

Example: ``python -m train sft embedded-lora data.train=data/rows.jsonl --out runs/sft``
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from train.errors import RowsError
from train.lora.preparation import first_bar, look_at
from train.lora.prepared import Prepared
from train.lora.report import Work
from train.lora.row_selection import select
from train.lora.sound_steps import SoundSteps
from train.sft import tokens
from train.sft.recipe import SftRecipe
from train.sft.row_files import load_rows, made_by, size_of
from train.sft.tokens import Example


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRows(Prepared[Example]):
    """A run of fine-tuning."""

    smaller_advice: ClassVar[str] = (
        "optim.batch lower and optim.accumulation higher by as much, or run.gradient_checkpointing=true; with another "
        "--out also data.max_length lower"
    )

    def counts(self) -> dict[str, Any]:
        """Describe the rows."""
        work = self.work()
        return {
            "longest": max(len(one.ids) for one in self.rows.train),
            "tokens": work.tokens,
            "answer_tokens": work.answer_tokens,
        }

    def work(self) -> Work:
        """Return the work of one epoch."""
        return Work(
            tokens=sum(len(one.ids) for one in self.rows.train),
            answer_tokens=sum(len(one.ids) - one.prompt_length for one in self.rows.train),
            squared_lengths=sum(len(one.ids) ** 2 for one in self.rows.train),
        )

    def arguments(self, shared: dict[str, Any]) -> Any:
        """Return trl's arguments."""
        from trl import SFTConfig

        return SFTConfig(
            **shared,
            # Rows come as tokens and labels, and none is longer: trl's truncation never finds anything to cut.
            max_length=self.rows.max_length,
            packing=self.recipe.data.is_packed,
            completion_only_loss=False,
        )

    def columns(self, rows: Sequence[Example]) -> dict[str, list[Any]]:
        """Return tokens and labels."""
        return {"input_ids": [one.ids for one in rows], "labels": [tokens.labels_of(one) for one in rows]}

    def make_trainer(self, model: Any, **shared: Any) -> Any:
        """Return trl's trainer."""
        from trl import SFTTrainer

        class Sound(SoundSteps, SFTTrainer):  # type: ignore[misc]  # trl is untyped here
            """trl's trainer, whose steps are looked at."""

        return Sound(model, **shared)


def prepare(recipe: SftRecipe, out: Path, *, init_adapter: Path | None = None, processes: int = 1) -> PreparedRows:
    """Read and check rows, base, tokenizer, adapter and disk. Loads no weights.

    Raises:
        TrainError: something would have gone wrong later.
    """
    data = recipe.data
    if not data.train:
        raise RowsError(f"no rows to train on; give data.train=FILE, made with: {made_by()}")
    with first_bar("reading rows", size_of(data.train)) as tick:
        rows = load_rows(data.train, prompt=data.prompt, tick=tick)
    eval_rows = load_rows(data.eval, prompt=data.prompt) if data.eval else []
    ground = look_at(recipe, init_adapter)
    with first_bar("cutting rows into tokens", 2 * len(rows)) as tick:
        examples = tokens.encode(rows, ground.tokenizer, tick=tick)
    chosen = select(recipe, examples, tokens.encode(eval_rows, ground.tokenizer))
    return PreparedRows.of(
        recipe,
        out,
        ground,
        chosen,
        sequences=[one.ids for one in chosen.all],
        digest=tokens.digest(chosen.all),
        processes=processes,
    )
