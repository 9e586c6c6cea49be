"""Merging for real: a tiny model, and a LoRA adapter of random numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.support.lora_runs import needs_trl
from tests.support.tiny_model import tiny_model
from train import merge as module
from train.errors import MergeError
from train.model_files import copy_tokenizer
from train.quiet_imports import hushed

torch = needs_trl()
# Deprecations inside peft and what it imports are not ours.
pytestmark = pytest.mark.filterwarnings("ignore")
LAYER = "model.layers.0.self_attn.q_proj"


def adapter_of(base: Path, folder: Path) -> Path:
    """Write an adapter that changes something."""
    with hushed():
        from peft import LoraConfig, get_peft_model
        from transformers import AutoModelForCausalLM

        torch.manual_seed(0)
        model = AutoModelForCausalLM.from_pretrained(str(base), dtype=torch.float32)
        config = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM")
        adapted = get_peft_model(model, config)
    for name, value in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(value, std=0.05)
    adapted.save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of merges, good and refused."""
    from safetensors.torch import load_file

    place, base = tmp_path_factory.mktemp("merge"), tiny_model()
    plan: dict[str, Any] = {"adapter": adapter_of(base, place / "adapter"), "base": str(base), "n_prompts": 2}
    found: dict[str, Any] = {"report": module.merge(module.MergePlan(out=place / "merged", **plan))}
    lora = load_file(place / "adapter" / "adapter_model.safetensors")
    a, b = (lora[f"base_model.model.{LAYER}.lora_{side}.weight"].float() for side in "AB")
    before, after = (
        load_file(one / "model.safetensors")[f"{LAYER}.weight"].float() for one in (base, place / "merged")
    )
    found["gap"] = float((after - before - 2 * b @ a).abs().max())
    found["change"] = float((after - before).abs().max())

    def refused(name: str, **changes: float) -> None:
        with pytest.raises(MergeError) as refusal:
            module.merge(module.MergePlan(out=place / name, **(plan | changes)))
        found[name] = str(refusal.value)

    def lossy(source: Path, folder: Path) -> None:
        copied(source, folder)
        file = folder / "model.safetensors"
        data = bytearray(file.read_bytes())
        data[-1] ^= 1
        file.write_bytes(data)

    refused("float32", tolerance=0.0)
    refused("rounded", saved_tolerance=1e-9)
    copied = copy_tokenizer
    with mock.patch.object(module, "copy_tokenizer", lossy):
        refused("lost")
    found["left"] = sorted(path.name for path in place.iterdir())
    return found


def test_merged_logits_are_the_adapters(found: dict[str, Any]) -> None:
    report = found["report"]
    assert report["merged_against_adapter_float32"]["largest"] < 1e-3
    assert report["adapter_against_base"]["largest"] > 10 * report["merged_against_adapter_float32"]["largest"]
    assert report["saved_against_adapter"]["mean_share"] < 0.05


def test_saved_weights_are_base_plus_adapter_rounded_once(found: dict[str, Any]) -> None:
    assert found["change"] > 0.02
    # bfloat16 keeps 8 bits: weights of this model lie below 0.25.
    assert found["gap"] <= 0.25 / 2**8


def test_a_merge_outside_its_tolerance_is_refused(found: dict[str, Any]) -> None:
    assert "tolerance 0, float32" in found["float32"]
    assert "--dtype float32" in found["rounded"]
    assert "read back otherwise" in found["lost"]


def test_a_refused_merge_leaves_nothing(found: dict[str, Any]) -> None:
    assert found["left"] == ["adapter", "merged"]
