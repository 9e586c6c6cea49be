"""Recipes of LoRA fine-tuning: YAML in ``train/recipes/sft`` and ``key=value`` overrides (``train.recipe_file``).

>>> recipe = SftRecipe.load("embedded-lora", ["lora.rank=8", "data.train=[a.jsonl, b.jsonl]"])
>>> recipe.lora.rank, recipe.lora.targets, recipe.data.train
(8, ('all-linear',), ('a.jsonl', 'b.jsonl'))
"""

from __future__ import annotations

from solver.base.places import SFT_RECIPES
from train.lora.recipe import LoraRecipe, RowData


class SftData(RowData):
    """Rows (``solver.training_rows`` says in which forms) and what becomes of them."""

    packing: bool = True
    """Put several rows behind each other; each attends to itself alone."""
    prompt: str = "cot"
    """Prompt template (``solver.problems.prompt``) for rows in the contest's form, which hold no prompt of their
    own."""

    @property
    def is_packed(self) -> bool:
        """Whether several rows are put behind each other."""
        return self.packing


class SftRecipe(LoraRecipe):
    """Everything that decides a fine-tuning run."""

    folder = SFT_RECIPES
    name: str = "sft"
    data: SftData = SftData()

    @property
    def is_cut_freely(self) -> bool:
        """The loss is a mean over a step's tokens, and the order of rows knows of no batch."""
        return True
