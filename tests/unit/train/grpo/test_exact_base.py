"""The base's weights are the same after they were handed to the engine, as often as that happens."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("peft")


def adapted(dtype: object) -> tuple[object, object]:
    """A layer in 16 bits with an adapter that changes it a little."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    inner = torch.nn.Sequential(torch.nn.Linear(64, 64, bias=False)).to(dtype)
    torch.nn.init.normal_(inner[0].weight, std=0.02)
    model = get_peft_model(inner, LoraConfig(r=4, lora_alpha=8, target_modules=["0"]))
    layer = model.base_model.model[0]
    torch.nn.init.normal_(layer.lora_B["default"].weight, std=1e-3)
    return model, layer


def rounds(model: object, layer: object, times: int) -> tuple[object, object]:
    before = layer.base_layer.weight.detach().clone()  # type: ignore[attr-defined]
    for _ in range(times):
        model.merge_adapter()  # type: ignore[attr-defined]
        assert not torch.equal(layer.base_layer.weight, before)  # type: ignore[attr-defined]
        model.unmerge_adapter()  # type: ignore[attr-defined]
        with torch.no_grad():
            layer.lora_B["default"].weight.mul_(1.1)  # type: ignore[attr-defined]
    return before, layer.base_layer.weight  # type: ignore[attr-defined]


def test_peft_alone_leaves_rounding_behind() -> None:
    before, after = rounds(*adapted(torch.bfloat16), times=10)
    assert not torch.equal(before, after)


def test_the_base_is_put_back_bit_for_bit() -> None:
    from train.grpo.exact_base import keep_base

    model, layer = adapted(torch.bfloat16)
    keep_base(model)
    before, after = rounds(model, layer, times=10)
    assert torch.equal(before, after)
