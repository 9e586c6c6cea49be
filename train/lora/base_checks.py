"""What can be found wrong with base, adapter and disk before a GPU hour is spent. Reads configs and headers only.

The base's *fingerprint* tells one base from another: names do not (a folder may be replaced, or moved).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from solver.base.errors import InputError, words_of
from solver.base.foreign_files import object_of
from train import model_files
from train.errors import AdapterError, BaseError
from train.lora.base_folder import base_of
from train.lora.recipe import BasePlan, LoraPlan
from train.model_files import check_room, check_unquantised, config_of, header_of, local_folder, tensors_of

BASE_FILE = "base.json"
"""Beside an adapter: the base's name and fingerprint; ``train.adapter_fit`` reads it too."""
KEPT_CHECKPOINTS = 2


def read_config(plan: BasePlan) -> Any:
    """Read the base's config and check that it is a base to train on.

    Raises:
        BaseError: it is missing, lacks weights, is an adapter, or is quantised.
    """
    from transformers import AutoConfig

    base = base_of(plan)
    folder = Path(base.model)
    if folder.is_dir():
        if (folder / "adapter_config.json").is_file() and not (folder / "config.json").is_file():
            raise BaseError(
                f"base.model {plan.model!r} is an adapter; go on from it with --init-adapter, and let base.model name "
                "the model that it sits on"
            )
        config_of(folder)
        tensors_of(folder)
        check_unquantised(folder, doing="training on")
    try:
        config = AutoConfig.from_pretrained(base.model, revision=base.revision)
    except (OSError, ValueError) as error:
        first = words_of(error).splitlines()[0]
        raise BaseError(
            f"base.model {plan.model!r} is no folder here and cannot be had from the hub ({first}); "
            "give the folder of a downloaded model: base.model=FOLDER"
        ) from error
    if getattr(config, "quantization_config", None):
        raise BaseError(f"base.model {plan.model!r} is quantised; train on the 16-bit base, merge, then quantise")
    return config


def fingerprint(plan: BasePlan, config: Any) -> str:
    """Return 16 hex digits that tell bases apart: of a folder's tensors, or the commit of a name on the hub."""
    folder = Path(base_of(plan).model)
    if folder.is_dir():
        return model_files.fingerprint(folder)
    try:
        return model_files.fingerprint(local_folder(plan.model))
    except BaseError:
        return str(getattr(config, "_commit_hash", None) or plan.revision or "unknown")[:16]


def write_base(folder: Path, plan: BasePlan, print_: str) -> None:
    """Leave a note beside an adapter of which base it belongs to."""
    text = json.dumps({"model": plan.model, "revision": plan.revision, "fingerprint": print_}, ensure_ascii=False)
    (folder / BASE_FILE).write_text(text + "\n", encoding="utf-8")


def linear_shapes(config: Any) -> dict[str, tuple[int, int]]:
    """Return (inputs, outputs) of every linear layer by name, the output head left out. Builds no weights."""
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    head = model.get_output_embeddings()
    return {
        name: (module.in_features, module.out_features)
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and module is not head
    }


def targeted(shapes: Mapping[str, tuple[int, int]], lora: LoraPlan) -> dict[str, tuple[int, int]]:
    """Return the layers that get LoRA matrices.

    Raises:
        BaseError: a target names no linear layer of the base.
    """
    if lora.targets == ("all-linear",):
        return dict(shapes)
    found: dict[str, tuple[int, int]] = {}
    for target in lora.targets:
        here = {name: shape for name, shape in shapes.items() if name == target or name.endswith(f".{target}")}
        if not here:
            known = ", ".join(sorted({name.rpartition(".")[2] for name in shapes}))
            raise BaseError(f"lora.targets: {target!r} is no linear layer of the base; it has {known}")
        found |= here
    return found


def trainable(shapes: Mapping[str, tuple[int, int]], lora: LoraPlan) -> int:
    """Count the parameters of the adapter: rank x (inputs + outputs) for every layer.

    >>> trainable({"q_proj": (8, 4)}, LoraPlan(rank=2))
    24
    """
    return sum(lora.rank * (inputs + outputs) for inputs, outputs in targeted(shapes, lora).values())


def check_adapter(
    folder: Path, plan: BasePlan, lora: LoraPlan, shapes: Mapping[str, tuple[int, int]], print_: str
) -> None:
    """Check that an adapter was made for this base and with this recipe's rank.

    Raises:
        AdapterError: it was not, or is no LoRA adapter.
    """
    try:
        config = object_of(folder / "adapter_config.json")
    except InputError as error:
        raise AdapterError(f"{folder} is no adapter: {error}") from error
    if config.get("peft_type") != "LORA":
        raise AdapterError(f"{folder} holds a {config.get('peft_type')} adapter; only LORA is trained here")
    _check_shapes(folder, config, plan, shapes)
    _check_origin(folder, config, plan, print_)
    # rank_pattern and its like are not written by this trainer.
    for key, have, want in (("r", config.get("r"), lora.rank), ("alpha", config.get("lora_alpha"), lora.alpha)):
        if have != want:
            name = "rank" if key == "r" else key
            raise AdapterError(f"{folder} has lora.{name} {have}, the recipe {want}; set lora.{name}={have}")


def _check_origin(folder: Path, config: Mapping[str, Any], plan: BasePlan, print_: str) -> None:
    note = folder / BASE_FILE
    if note.is_file():
        made_for = object_of(note, error=AdapterError)
        if made_for.get("fingerprint") != print_:
            raise AdapterError(
                f"{folder} was trained on {made_for.get('model')} with other weights "
                f"(fingerprint {made_for.get('fingerprint')}"
                f") than {plan.model} now holds ({print_}); give the base it was trained on: base.model=…"
            )
        return
    name = str(config.get("base_model_name_or_path") or "")
    if name and Path(name).name.lower() != Path(plan.model).name.lower():
        raise AdapterError(
            f"{folder} was trained on {name}, the recipe's base is {plan.model}; give base.model={name}, or, if "
            "these are the same weights, write the new name into adapter_config.json"
        )


def _check_shapes(
    folder: Path, config: Mapping[str, Any], plan: BasePlan, shapes: Mapping[str, tuple[int, int]]
) -> None:
    try:
        sizes = header_of(folder / "adapter_model.safetensors")
    except BaseError as error:
        raise AdapterError(str(error)) from error
    for name, tensor in sizes.items():
        size = tensor.shape
        stem, _, part = name.removesuffix(".weight").rpartition(".")
        if part not in ("lora_A", "lora_B"):
            continue
        layer = stem.removeprefix("base_model.model.")
        if layer not in shapes:
            raise AdapterError(f"{folder} adapts {layer}, which {plan.model} has not; it belongs to another base")
        inputs, outputs = shapes[layer]
        have, want = (size[1], inputs) if part == "lora_A" else (size[0], outputs)
        if have != want:
            made_for = config.get("base_model_name_or_path")
            raise AdapterError(
                f"{folder} was trained on {made_for}: its {layer} is {have} wide, that of {plan.model} {want}; "
                "give the base it was trained on with base.model=…"
            )


def check_disk(out: Path, parameters: int) -> int:
    """Check that checkpoints and adapter fit on the disk; return the bytes needed.

    Args:
        parameters: of the adapter; each takes 4 bytes, and 8 more for AdamW's moments in a checkpoint.

    Raises:
        DiskError: there is not enough room.
    """
    # The checkpoints kept and the one being written, the adapter, and room for logs and tokenizer files.
    need = (KEPT_CHECKPOINTS + 1) * 12 * parameters + 4 * parameters + (50 << 20)
    check_room(out, need, what=f"fine-tuning ({KEPT_CHECKPOINTS + 1} checkpoints and the adapter)")
    return need


def adapter_digest(folder: Path) -> str:
    """First 16 hex digits of the SHA-256 of an adapter's weights."""
    with (folder / "adapter_model.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def check_trained(folder: Path, advice: str = "raise optim.lr or the steps") -> None:
    """Check an adapter that was just written: every number finite, and not all of LoRA's B still zero.

    Args:
        advice: what helps where nothing was learned.

    Raises:
        AdapterError: it is not fit for use.
    """
    from safetensors.torch import load_file

    weights = load_file(str(folder / "adapter_model.safetensors"))
    broken = [name for name, value in weights.items() if not bool(value.isfinite().all())]
    if broken:
        raise AdapterError(
            f"{folder}: {broken[0]} and {len(broken) - 1} more hold numbers that are not finite; lower optim.lr"
        )
    if not any(bool(value.any()) for name, value in weights.items() if "lora_B" in name):
        raise AdapterError(f"{folder}: nothing was learned, all of lora_B is zero; {advice}")
