"""New weights in the engine's own tensors: made from base and adapter every time, every layer in its place."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch")

# ruff: noqa: E402  the skip above must come first
from train.grpo.loop.engine.weights import sides_of, write

STEM = "model.layers.0.self_attn"


class Linear:
    """A layer of the engine: a weight, and on a CPU one that is packed and dropped."""

    def __init__(self, weight: Any, *, is_packed: bool = False) -> None:
        self.weight = weight if not is_packed else torch.empty(0)
        self.packed = weight.clone() if is_packed else None
        self.quant_method = SimpleNamespace(process_weights_after_loading=self._pack)

    def _pack(self, module: Linear) -> None:
        module.packed, module.weight = module.weight.detach().clone(), torch.empty(0)

    def serves(self) -> Any:
        return self.weight if self.packed is None else self.packed


def adapter(seed: int, *names: str, rows: int = 4, dtype: Any = None) -> dict[str, tuple[Any, Any]]:
    torch.manual_seed(seed)
    return {name: (torch.randn(2, 6, dtype=dtype), torch.randn(rows, 2, dtype=dtype)) for name in names}


def parts(*letters: str) -> list[str]:
    return [f"{STEM}.{letter}_proj" for letter in letters]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_stacked_layers_get_each_part_in_its_rows_however_often(dtype: Any, tmp_path: Path) -> None:
    base = torch.randn(12, 6).to(dtype)
    modules = {f"{STEM}.qkv_proj": Linear(base.clone())}
    kept: dict[str, Any] = {}
    for seed in (1, 2, 1):
        sides = adapter(seed, *parts("q", "k", "v"))
        assert write(modules, sides, kept, 0.5, tmp_path) == 3
        delta = torch.cat([wide @ narrow for narrow, wide in sides.values()])
        assert torch.equal(modules[f"{STEM}.qkv_proj"].serves(), (base.float() + 0.5 * delta).to(dtype))
    assert torch.equal(kept[f"{STEM}.qkv_proj"], base)


def test_a_layer_whose_weights_are_packed_is_read_from_the_files_and_packed_anew(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    bases = {name: torch.randn(4, 6) for name in parts("q", "k", "v")}
    save_file({f"{name}.weight": value for name, value in bases.items()}, str(tmp_path / "model.safetensors"))
    layer = Linear(torch.cat(list(bases.values())), is_packed=True)
    # Of the three only one is adapted: the others stay the base's.
    sides = adapter(3, *parts("k"))
    for _ in range(2):
        write({f"{STEM}.qkv_proj": layer}, sides, {}, 2.0, tmp_path)
        ((narrow, wide),) = sides.values()
        q, k, v = bases.values()
        assert torch.allclose(layer.serves(), torch.cat([q, k + 2.0 * wide @ narrow, v]))


def test_an_adapted_layer_without_a_place_is_an_error_and_not_left_out(tmp_path: Path) -> None:
    modules = {f"{STEM}.o_proj": Linear(torch.randn(4, 6))}
    with pytest.raises(LookupError, match="no place in the engine, such as other"):
        write(modules, adapter(1, f"{STEM}.o_proj", "other.thing"), {}, 1.0, tmp_path)
    with pytest.raises(LookupError, match="has 4 rows"):
        write(modules, adapter(1, f"{STEM}.o_proj", rows=3), {}, 1.0, tmp_path)


def test_the_two_sides_of_a_layer_are_found_by_peft_s_names() -> None:
    names = [f"base_model.model.{STEM}.q_proj.lora_{side}.weight" for side in "AB"]
    found = sides_of({names[0]: "a", names[1]: "b"})
    assert found == {f"{STEM}.q_proj": ("a", "b")}
