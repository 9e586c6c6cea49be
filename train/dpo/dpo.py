"""Direct preference optimisation: trl's DPOTrainer over pairs of chains; the run around it is ``train.lora.run``'s.

The reference is the base itself (the adapter switched off), or, with ``--init-adapter``, a frozen copy of that adapter.

Example: ``python -m train dpo embedded-dpo data.train=pairs.jsonl --out runs/dpo``
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, ClassVar

from train.dpo import pairs as pair_files
from train.dpo.pairs import Pair
from train.dpo.recipe import DpoRecipe
from train.errors import RowsError
from train.lora.preparation import first_bar, look_at
from train.lora.prepared import Prepared
from train.lora.report import Panel, Work, points
from train.lora.row_selection import select
from train.lora.sound_steps import SoundSteps
from train.sft.row_files import size_of

_RIGHT, _EVAL_RIGHT = "rewards/accuracies", "eval_rewards/accuracies"
"""trl's names for the share of pairs whose chosen answer is preferred over the reference's view of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPairs(Prepared[Pair]):
    """A run on preferences."""

    recipe: DpoRecipe

    panels: ClassVar[tuple[Panel, ...]] = (
        Panel("loss", {"training": "loss", "held out": "eval_loss"}),
        Panel("share of pairs put right", {"training": _RIGHT, "held out": _EVAL_RIGHT}),
        Panel("log-probability (nats)", {"chosen": "logps/chosen", "rejected": "logps/rejected"}),
    )
    told: ClassVar[Mapping[str, str]] = {
        "loss": "loss",
        _RIGHT: "pairs put right",
        "eval_loss": "held-out loss",
        _EVAL_RIGHT: "held-out pairs put right",
    }

    def counts(self) -> dict[str, Any]:
        """Describe the pairs."""
        work = self.work()
        return {
            "longest": max(one.longest for one in self.rows.train),
            "tokens": work.tokens,
            "answer_tokens": work.answer_tokens,
            "mean_tokens": {
                "chosen": round(fmean(len(one.chosen) for one in self.rows.train), 1),
                "rejected": round(fmean(len(one.rejected) for one in self.rows.train), 1),
            },
        }

    def work(self) -> Work:
        """Return the work of one epoch."""
        lengths = [len(one.prompt) + len(side) for one in self.rows.train for side in (one.chosen, one.rejected)]
        return Work(
            tokens=sum(lengths),
            answer_tokens=sum(len(one.chosen) + len(one.rejected) for one in self.rows.train),
            squared_lengths=sum(length**2 for length in lengths),
            reference=True,
        )

    def arguments(self, shared: dict[str, Any]) -> Any:
        """Return trl's arguments."""
        from trl import DPOConfig

        loss = self.recipe.loss
        return DPOConfig(
            **shared,
            # None is longer: trl's truncation, which it does without a word, never finds anything to cut.
            max_length=self.rows.max_length,
            beta=loss.beta,
            label_smoothing=loss.label_smoothing,
            loss_type=[loss.kind, "sft"] if loss.sft_weight else [loss.kind],
            loss_weights=[1.0, loss.sft_weight] if loss.sft_weight else None,
            # The pairs come in their order: batches of about one length, the same after a kill.
            train_sampling_strategy="sequential",
        )

    def columns(self, rows: Sequence[Pair]) -> dict[str, list[Any]]:
        """Return the tokens of both sides."""
        return {
            "prompt_ids": [one.prompt for one in rows],
            "chosen_ids": [one.chosen for one in rows],
            "rejected_ids": [one.rejected for one in rows],
        }

    def make_trainer(self, model: Any, **shared: Any) -> Any:
        """Return trl's trainer."""
        return _trainer_class()(model, **shared)

    def findings(self, history: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return how many pairs are put right, before and after."""
        found: dict[str, Any] = {}
        for name, key in (("pairs_right", _RIGHT), ("eval_pairs_right", _EVAL_RIGHT)):
            curve = points(history, key)
            found[f"{name}_first"] = curve[0][1] if curve else None
            found[f"{name}_last"] = curve[-1][1] if curve else None
        return found


def prepare(recipe: DpoRecipe, out: Path, *, init_adapter: Path | None = None, processes: int = 1) -> PreparedPairs:
    """Read and check pairs, base, tokenizer, adapter and disk. Loads no weights.

    Raises:
        TrainError: something would have gone wrong later.
    """
    data = recipe.data
    if not data.train:
        raise RowsError(f"no pairs to train on; give data.train=FILE, made with: {pair_files.made_by()}")
    with first_bar("reading pairs", size_of(data.train)) as tick:
        train = pair_files.load_pairs(data.train, tick=tick)
    held = pair_files.load_pairs(data.eval) if data.eval else []
    ground = look_at(recipe, init_adapter)
    with first_bar("cutting pairs into tokens", 4 * len(train)) as tick:
        examples = pair_files.encode(train, ground.tokenizer, tick=tick)
    chosen = select(recipe, examples, pair_files.encode(held, ground.tokenizer))
    # In the order of training.
    ordered = pair_files.by_length(chosen.train, batch=recipe.optim.batch, seed=recipe.run.seed)
    return PreparedPairs.of(
        recipe,
        out,
        ground,
        chosen._replace(train=ordered),
        sequences=[one.prompt + side for one in chosen.all for side in (one.chosen, one.rejected)],
        digest=pair_files.digest(chosen.all),
        processes=processes,
    )


def _trainer_class() -> Any:
    from trl import DPOTrainer

    class OwnTokens(SoundSteps, DPOTrainer):  # type: ignore[misc]  # trl is untyped here
        """trl's trainer over pairs that are tokens already; its own learns what templates write behind a turn."""

        def _prepare_dataset(self, dataset: Any, *unused: Any, **also_unused: Any) -> Any:
            return dataset

    return OwnTokens
