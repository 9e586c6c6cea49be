"""Merging for real: a tiny model, a LoRA adapter of random numbers, all in one process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("peft")

from tests.support.checkout import ROOT

CODE = """
import json, sys
from pathlib import Path
from train.quiet_imports import hushed
with hushed():
    import torch
    from peft import LoraConfig, get_peft_model
    from safetensors.torch import load_file
    from tests.support.tiny_model import tiny_model
    from transformers import AutoModelForCausalLM
    from train.errors import MergeError
    from train import merge as module
place = Path(sys.argv[1])
base = tiny_model()
torch.manual_seed(0)
model = AutoModelForCausalLM.from_pretrained(str(base), dtype=torch.float32)
with hushed():
    adapted = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM"))
for name, value in adapted.named_parameters():
    if "lora_B" in name:
        torch.nn.init.normal_(value, std=0.05)
adapted.save_pretrained(str(place / "adapter"))
plan = dict(adapter=place / "adapter", base=str(base), n_prompts=2)
found = {"report": module.merge(module.MergePlan(out=place / "merged", **plan))}
lora = load_file(place / "adapter" / "adapter_model.safetensors")
layer = "model.layers.0.self_attn.q_proj"
parts = [lora[f"base_model.model.{layer}.lora_{side}.weight"].float() for side in "AB"]
def weight_in(folder):
    return load_file(folder / "model.safetensors")[f"{layer}.weight"].float()
before, after = weight_in(base), weight_in(place / "merged")
found["gap"] = float((after - before - 2 * parts[1] @ parts[0]).abs().max())
found["change"] = float((after - before).abs().max())
def refused(name, **changes):
    try:
        module.merge(module.MergePlan(out=place / name, **(plan | changes)))
    except MergeError as error:
        found[name] = str(error)
refused("float32", tolerance=0.0)
refused("rounded", saved_tolerance=1e-9)
def lossy(source, folder):
    file = folder / "model.safetensors"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
copy = module.copy_tokenizer
module.copy_tokenizer = lambda source, folder: (copy(source, folder), lossy(source, folder))
refused("lost")
found["left"] = sorted(path.name for path in place.iterdir())
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the process saw."""
    place: Path = tmp_path_factory.mktemp("merge")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CODE, str(place)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


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
