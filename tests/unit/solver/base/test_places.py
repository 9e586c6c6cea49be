"""Places: every file that comes with the project is there, and only one module works out where."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.base import places
from train.pretrain.recipe import Recipe
from train.sft.recipe import SftRecipe

PLACES = {name: value for name, value in vars(places).items() if name[0].isupper() and isinstance(value, Path)}


@pytest.mark.parametrize("name", sorted(PLACES))
def test_everything_that_comes_with_the_project_is_where_its_name_says(name: str) -> None:
    assert PLACES[name].exists()


def test_no_other_module_climbs_from_its_own_file_to_the_root() -> None:
    sources = [
        path for name in ("solver", "harness", "synth", "train") for path in (places.PACKAGES / name).rglob("*.py")
    ]
    guilty = [
        path for path in sources if path != Path(places.__file__) and "__file__).resolve().parent" in path.read_text()
    ]
    assert guilty == []


def test_a_file_of_the_project_is_named_by_its_place_in_it() -> None:
    assert places.place_in_project(str(places.EMBEDDED_MODEL)) == "models/embedded"
    assert places.place_in_project(str(places.PACKAGES / "data" / "x.jsonl")) == "data/x.jsonl"
    assert places.place_in_project("/elsewhere/model") == "/elsewhere/model"


def test_a_recipe_s_name_of_the_embedded_model_is_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert places.from_place_in_project("models/embedded") == str(places.EMBEDDED_MODEL)
    assert Recipe.load("tiny").data.tokenizer == SftRecipe.load("embedded-lora").base.model
    (tmp_path / "models" / "embedded").mkdir(parents=True)
    for name in ("models/embedded", "models/none", "Qwen/Qwen2.5-7B", "/models/embedded", ""):
        assert places.from_place_in_project(name) == name
