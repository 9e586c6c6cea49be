"""The engine's side of new weights: base plus the adapter's product, written into the engine's own tensors.

Runs in the engine's worker, as an extension class of vLLM. The base's weights are kept and every version is made from
them, so nothing adds up. vLLM stacks what reads the same input (queries, keys and values; gate and up); every layer of
the adapter must find its place, else the engine would draw with other weights than those that train.

On a CPU vLLM packs weights for its kernels and drops the plain ones: there they are read from the model's files, and
packed again each time.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from solver.base.display.figures import counted

STACKED = {
    "qkv_proj": ("q_proj", "k_proj", "v_proj"),
    "gate_up_proj": ("gate_proj", "up_proj"),
}
"""The engine's layer -> the checkpoint's, in order."""
_PREFIX, _SIDES = "base_model.model.", (".lora_A.weight", ".lora_B.weight")


class TakesWeights:
    """What the engine's worker can do besides; the names must not collide with vLLM's."""

    def lv_take(self, folder: str, scale: float) -> tuple[int, float]:
        """Serve base plus adapter from now on.

        Args:
            folder: the adapter, in peft's form.
            scale: of its product.

        Returns:
            Layers written, and seconds.

        Raises:
            LookupError: a layer of the adapter has no place in the engine.
        """
        from safetensors.torch import load_file

        began = time.monotonic()
        model = self.get_model()  # type: ignore[attr-defined]
        kept: dict[str, Any] = self.__dict__.setdefault("lv_kept", {})
        base = Path(self.vllm_config.model_config.model)  # type: ignore[attr-defined]
        state = load_file(str(Path(folder) / "adapter_model.safetensors"))
        count = write(dict(model.named_modules()), sides_of(state), kept, scale, base)
        return count, time.monotonic() - began


def sides_of(state: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the two sides of each adapted layer, by the base's name of it."""
    names = [name.removeprefix(_PREFIX).removesuffix(_SIDES[0]) for name in state if name.endswith(_SIDES[0])]
    return {name: (state[f"{_PREFIX}{name}{_SIDES[0]}"], state[f"{_PREFIX}{name}{_SIDES[1]}"]) for name in names}


def write(
    modules: Mapping[str, Any], sides: Mapping[str, tuple[Any, Any]], kept: dict[str, Any], scale: float, base: Path
) -> int:
    """Write base plus adapter into the modules that have a place for it.

    Args:
        modules: the engine's, by name.
        sides: the adapter's, by the base's names.
        kept: the base's weights by the engine's names; filled at first.
        base: the model's folder, for weights that the engine no longer has.

    Returns:
        Adapted layers written.

    Raises:
        LookupError: an adapted layer has no place.
    """
    import torch

    left = set(sides)
    with torch.inference_mode():
        for name, module in modules.items():
            stem, _, last = name.rpartition(".")
            parts = [f"{stem}.{part}" for part in STACKED.get(last, (last,))]
            here = left.intersection(parts)
            if not here or not hasattr(module, "weight"):
                continue
            if name not in kept:
                kept[name] = _base_of(module, parts, base)
            _put(module, _summed(kept[name], parts, sides, scale, base))
            left -= here
    if left:
        raise LookupError(
            f"{counted(len(left), 'layer of the adapter has', 'layers of the adapter have')} no place in the "
            f"engine, such as {min(left)}"
        )
    return len(sides)


def _base_of(module: Any, parts: list[str], base: Path) -> Any:
    """Return the base's weights of a layer: a copy of the engine's, or from the files where those are packed."""
    weight = module.weight
    if weight.dim() == 2 and weight.numel():
        return weight.detach().clone()
    import torch

    return torch.cat([_from_files(base, f"{part}.weight") for part in parts]).to(weight.dtype)


def _from_files(base: Path, name: str) -> Any:
    from safetensors import safe_open

    for path in sorted(base.glob("*.safetensors")):
        with safe_open(str(path), framework="pt") as file:
            if name in file.keys():  # noqa: SIM118 (no container)
                return file.get_tensor(name)
    raise LookupError(f"{base} holds no {name}")


def _summed(whole: Any, parts: list[str], sides: Mapping[str, tuple[Any, Any]], scale: float, base: Path) -> Any:
    """Return base plus adapter, rounded once."""
    import torch

    # A copy, also where it is fp32 already: what is kept must stay.
    found = whole.to(torch.float32, copy=True)
    rows = _rows_of(whole, parts, sides, base)
    for part, start, end in zip(parts, (0, *rows), rows, strict=False):
        if part in sides:
            narrow, wide = (side.to(whole.device, torch.float32) for side in sides[part])
            found[start:end] += scale * (wide @ narrow)
    return found.to(whole.dtype)


def _rows_of(whole: Any, parts: list[str], sides: Mapping[str, tuple[Any, Any]], base: Path) -> list[int]:
    """Return where each part of a stacked layer ends."""
    ends, end = [], 0
    for part in parts:
        known = sides[part][1] if part in sides else _from_files(base, f"{part}.weight") if len(parts) > 1 else whole
        end += known.shape[0]
        ends.append(end)
    if end != whole.shape[0]:
        raise LookupError(f"the engine's {parts[0]} has {counted(whole.shape[0], 'row')}, the adapter's {end}")
    return ends


def _put(module: Any, weight: Any) -> None:
    """Give a layer its weights, in place, or packed anew."""
    import torch

    if module.weight.dim() == 2 and module.weight.numel():
        module.weight.copy_(weight)
        return
    module.weight = torch.nn.Parameter(weight, requires_grad=False)
    module.quant_method.process_weights_after_loading(module)
