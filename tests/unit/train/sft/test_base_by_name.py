"""A base by its name on a hub: fetched like a model to serve, kept by name in the recipe, refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from solver.base.errors import ModelUnavailable, UsageError
from solver.hub.model_name import folder_of, parse_model_name
from train.errors import BaseError
from train.lora.base_folder import base_of
from train.lora.recipe import BasePlan
from train.model_files import local_folder
from train.planning.base_shapes import base_shape

CONFIG = {
    "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": 32,
}  # fmt: skip


def test_a_name_becomes_a_folder_at_the_revision_that_the_recipe_says(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def fetched(text: str, tell: object) -> str:
        asked.append(text)
        return "/cache/toy"

    monkeypatch.setattr("train.lora.base_folder.model_folder", fetched)
    assert base_of(BasePlan(model="org/toy", revision="v1")) == ("/cache/toy", None)
    assert base_of(BasePlan(model="modelscope:org/toy")) == ("/cache/toy", None)
    assert asked == ["org/toy@v1", "modelscope:org/toy"]


def test_a_folder_stays_as_it_is(tmp_path: Path) -> None:
    assert base_of(BasePlan(model=str(tmp_path))) == (str(tmp_path), None)


@pytest.mark.parametrize("revision", ["", "v1"])
def test_what_the_hub_refuses_is_one_line_that_says_what_to_do(revision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(text: str, tell: object) -> str:
        raise UsageError(f"{text} is gated: accept its terms, then set HF_TOKEN")

    monkeypatch.setattr("train.lora.base_folder.model_folder", refused)
    with pytest.raises(BaseError, match=r"gated: accept its terms, then set HF_TOKEN; or give the folder") as error:
        base_of(BasePlan(model="org/no-such-toy", revision=revision))
    assert "\n" not in str(error.value)


def test_a_plan_knows_the_shape_of_what_was_fetched_and_says_why_the_rest_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(name: object) -> Path:
        raise ModelUnavailable("the hub cannot be reached")

    monkeypatch.setenv("LOGIC_VOTE_CACHE", str(tmp_path))
    monkeypatch.setattr("solver.hub.huggingface.fetch_config", refused)
    with pytest.raises(BaseError, match=r"shape of 'Qwen/Qwen2.5-8B' .* cannot be reached; did you mean Qwen/Qwen2.5-"):
        base_shape("Qwen/Qwen2.5-8B")
    name = parse_model_name("org/toy@abc")
    assert name is not None
    folder = folder_of(tmp_path / "models", name, "abc")
    folder.mkdir(parents=True)
    (folder.parent / ".complete").touch()
    (tmp_path / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    (folder / "config.json").symlink_to(tmp_path / "config.json")
    assert base_shape("org/toy@abc").layers == 2
    # What merge and quantize read; where it was not fetched they say what fetches it.
    assert local_folder("org/toy@abc") == folder
    with pytest.raises(BaseError, match=r"fetch it with: python -m harness fetch org/other$"):
        local_folder("org/other")
