"""Whether a LoRA adapter was made for a base: told from headers alone, before anything is loaded."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from solver.base.errors import InputError
from solver.base.foreign_files import object_of
from solver.base.inputs import adapter_inside
from train.errors import AdapterError
from train.model_files import (
    Tensor,
    config_of,
    fingerprint,
    header_of,
    tensors_of,
)

FINGERPRINT_FILE = "base.json"
"""In an adapter's folder, optional: ``{"fingerprint": …}`` of the base that it was trained on."""
_LORA = re.compile(r"^base_model\.model\.(?P<module>.+)\.lora_(?P<side>A|B|embedding_A|embedding_B)(?:\.weight)?$")
_SAVED = re.compile(r"^base_model\.model\.(?P<name>.+)$")


def adapter_config(adapter: Path) -> dict[str, Any]:
    """Read an adapter's configuration.

    Raises:
        AdapterError: the folder holds no LoRA adapter.
    """
    path = adapter / "adapter_config.json"
    try:
        config = object_of(path)
    except InputError as error:
        hint = adapter_inside(adapter) or "; give the folder that training saved the adapter in"
        raise AdapterError(f"{error}{hint}") from None
    if config.get("peft_type") != "LORA":
        raise AdapterError(f"{adapter} holds an adapter of type {config.get('peft_type')}; only LORA can be merged")
    if not (adapter / "adapter_model.safetensors").is_file():
        raise AdapterError(
            f"{adapter} has no adapter_model.safetensors; did training end? Older .bin files: save again"
        )
    return config


def check_fit(adapter: Path, config: dict[str, Any], base: Path) -> None:
    """Make sure, from headers alone, that an adapter was made for this base.

    Raises:
        AdapterError: a part of it has no place in the base, another shape, or the base is another model of that shape.
    """
    weights, tensors = header_of(adapter / "adapter_model.safetensors"), tensors_of(base)
    if not any(_LORA.match(name) for name in weights):
        raise AdapterError(f"{adapter} holds no LoRA weights; its first tensors: {', '.join(list(weights)[:3])}")
    for name, tensor in weights.items():
        _check_tensor(name, tensor, weights, tensors, base)
    tied = config_of(base).get("tie_word_embeddings", False)
    for name in weights:
        if tied and re.search(r"\.(lm_head|embed_tokens)\.", name):
            raise AdapterError(
                f"the adapter changes {name}, and {base} ties its input and output embeddings: merging would change "
                "both; train without lm_head and embed_tokens, or save the base untied first"
            )
    _check_same(adapter, config, base)


def _check_tensor(
    name: str, tensor: Tensor, weights: dict[str, Tensor], tensors: dict[str, Tensor], base: Path
) -> None:
    match = _LORA.match(name)
    if match is None:
        saved = _SAVED.match(name)
        place = tensors.get(saved["name"]) if saved else None
        if place is not None and place.shape != tensor.shape and "lora_" not in name:
            raise AdapterError(
                f"the adapter's {name} has shape {tensor.shape}, in {base} it is {place.shape}: it was trained on "
                "another base, or with added tokens; name the right one with --base"
            )
        return
    module, side = match["module"], match["side"]
    weight = tensors.get(f"{module}.weight")
    if weight is None:
        if module == "lm_head":
            return
        raise AdapterError(
            f"the adapter has a part for {module}, and {base} has no such layer: it was trained on another base; "
            "name that one with --base"
        )
    if side in ("A", "B") and len(tensor.shape) == 2:
        got = tensor.shape[1] if side == "A" else tensor.shape[0]
        want = weight.shape[1] if side == "A" else weight.shape[0]
        if got != want:
            raise AdapterError(
                f"the adapter's part for {module} is {got} wide where {base} has {want}: it was trained on another "
                "base; name that one with --base"
            )


def _check_same(adapter: Path, config: dict[str, Any], base: Path) -> None:
    """Compare fingerprints where the adapter left one, or where the base that it names still lies there."""
    wanted, whence = None, ""
    if (adapter / FINGERPRINT_FILE).is_file():
        wanted = object_of(adapter / FINGERPRINT_FILE, error=AdapterError).get("fingerprint")
        whence = str(adapter / FINGERPRINT_FILE)
    # os.path, which takes a text that is no path for one that is not there: it is the adapter's.
    elif os.path.isdir(text := str(config.get("base_model_name_or_path"))) and not base.samefile(named := Path(text)):
        wanted, whence = fingerprint(named), str(named)
    if wanted and wanted != fingerprint(base):
        raise AdapterError(
            f"{base} has the shape of the adapter's base but is another model ({whence} says {wanted}, this is "
            f"{fingerprint(base)}); merge into the base that the adapter was trained on"
        )
