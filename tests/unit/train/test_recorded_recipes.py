"""Recipes are read to the values that the version before the one configuration base read, digests included.

``recorded_recipes.json`` was made by that version. Digests tell whether a run may go on: they must not move.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from train.errors import RecipeError
from train.pretrain.recipe import Recipe
from train.sft.recipe import SftRecipe

RECORDED = json.loads(Path(__file__).with_name("recorded_recipes.json").read_text(encoding="utf-8"))
OVERRIDES = (
    *("data.train=[a, b]", "lora.targets=q_proj", "optim.lr=1e-3", "run.bf16=on", "data.eval_share=0"),
    *("data.eval=e.jsonl", "lora.alpha=3"),
)


def _recipe(name: str) -> Recipe | SftRecipe:
    if name == "sft/with overrides":
        return SftRecipe.load("embedded-lora", OVERRIDES)
    return SftRecipe.load(name.removeprefix("sft/")) if name.startswith("sft/") else Recipe.load(name)


@pytest.mark.parametrize("name", RECORDED)
def test_a_recipe_is_read_to_the_values_and_digests_of_before(name: str) -> None:
    then, now = RECORDED[name], _recipe(name)
    assert json.loads(now.as_json()) == then["json"]
    assert now.digest == then["digest"]
    if isinstance(now, SftRecipe):
        assert now.former_resume_digest == then["resume"]
    else:
        pytest.importorskip("torch")
        from train.pretrain.pretrain import resume_digest

        assert resume_digest(now) == then["resume"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("lora:\n  ranks: 8\n", ":2: no setting is called 'lora.ranks'; did you mean 'lora.rank'?"),
        ("name: x\nlora:\n  rank: 0\n", ":3: lora.rank cannot be 0"),
        ("name: x\nname: y\n", ":2: name stands here twice"),
        ("lora: [\n", ":2: no YAML"),
    ],
)
def test_a_fault_in_a_recipe_file_is_named_with_line_and_key(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        SftRecipe.load(str(path))
    assert str(path) + told in str(caught.value)


def test_a_recipe_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(RecipeError, match="use one of baseline-qwen2-7b, champion"):
        SftRecipe.load("nowhere")
