"""Folding a LoRA adapter into its base, checked by what the models compute.

The base is read in float32, so that the sum of base and adapter is rounded once, when it is saved. Before anything is
written, the merged model must give the logits that base and adapter give, on real prompts with their answers. The saved
folder is then loaded again in its own type and compared with the same reference: rounding may move logits a little, a
lost or doubled part moves them a lot. On any failure nothing is left behind.

::

    python -m train merge runs/sft/adapter --out models/merged

``merge.json`` in the folder says what was merged and how far the logits moved.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from train.errors import AdapterError, BaseError, MergeError
from train.model_files import (
    Tensor,
    check_room,
    check_unquantised,
    config_of,
    copy_tokenizer,
    fingerprint,
    header_of,
    local_folder,
    new_folder,
    tensors_of,
    write_json,
)
from train.quantize.calibration import Source, mix
from train.quiet_imports import hushed

TOLERANCE = 1e-3
"""Largest difference of a logit in float32. Measured: 8e-5 and 1e-4 (rank 16, embedded model, CPU, 2026-11)."""
SAVED_TOLERANCE = 0.05
"""Largest mean difference of the saved model's logits, as a share of their standard deviation over the vocabulary.
Rounding the merged embedded model to bfloat16 gave 0.009 and 0.011 (CPU, 2026-11)."""
FINGERPRINT_FILE = "base.json"
"""In an adapter's folder, optional: ``{"fingerprint": …}`` of the base that it was trained on."""
_LORA = re.compile(r"^base_model\.model\.(?P<module>.+)\.lora_(?P<side>A|B|embedding_A|embedding_B)(?:\.weight)?$")
_SAVED = re.compile(r"^base_model\.model\.(?P<name>.+)$")
DTYPES = {"bfloat16": 2, "float16": 2, "float32": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePlan:
    """What to merge and how closely to look."""

    adapter: Path
    out: Path
    base: str | None = None
    """Folder or cached name; None takes the one that the adapter names."""
    tolerance: float = TOLERANCE
    saved_tolerance: float = SAVED_TOLERANCE
    prompts: Path | None = None
    """JSON lines (messages or alpaca) to compare on; None takes generated problems."""
    n_prompts: int = 8
    """Rows of tokens to compare on."""
    dtype: str | None = None
    """Type to save; None takes the base's."""
    device: str = "auto"
    seed: int = 1


class Difference(NamedTuple):
    """How far two sets of logits are apart."""

    largest: float
    """Largest absolute difference of a logit."""
    mean_share: float
    """Mean absolute difference over the mean standard deviation of the reference's logits."""
    agreement: float
    """Share of positions with the same most likely token."""
    n_tokens: int


def adapter_config(adapter: Path) -> dict[str, Any]:
    """Read an adapter's configuration.

    Raises:
        AdapterError: the folder holds no LoRA adapter.
    """
    path = adapter / "adapter_config.json"
    try:
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AdapterError(
            f"{path} cannot be read ({error}); give the folder that training saved the adapter in"
        ) from None
    if config.get("peft_type") != "LORA":
        raise AdapterError(f"{adapter} holds an adapter of type {config.get('peft_type')}; only LORA can be merged")
    if not (adapter / "adapter_model.safetensors").is_file():
        raise AdapterError(
            f"{adapter} has no adapter_model.safetensors; did training end? Older .bin files: save again"
        )
    return config


def base_of(plan: MergePlan, config: dict[str, Any]) -> Path:
    """Find the base's folder.

    Raises:
        BaseError: it cannot be found.
    """
    name = plan.base or config.get("base_model_name_or_path")
    if not name:
        raise BaseError(f"{plan.adapter} does not say what its base is; name it with --base")
    try:
        return local_folder(str(name))
    except BaseError as error:
        if plan.base is None:
            raise BaseError(
                f"the adapter was trained on {name}, which is not here; name it with --base ({error})"
            ) from None
        raise


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
        wanted = json.loads((adapter / FINGERPRINT_FILE).read_text(encoding="utf-8")).get("fingerprint")
        whence = str(adapter / FINGERPRINT_FILE)
    elif (named := Path(str(config.get("base_model_name_or_path")))).is_dir() and named.resolve() != base.resolve():
        wanted, whence = fingerprint(named), str(named)
    if wanted and wanted != fingerprint(base):
        raise AdapterError(
            f"{base} has the shape of the adapter's base but is another model ({whence} says {wanted}, this is "
            f"{fingerprint(base)}); merge into the base that the adapter was trained on"
        )


def needed_memory(base: Path) -> int:
    """Return the bytes of the float32 copy in which merging is computed, with a tenth for activations."""
    return int(4.4 * sum(prod(one.shape) for one in tensors_of(base).values()))


def available_memory() -> int | None:
    """Return the free bytes of memory, None where the system does not say."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"MemAvailable:\s+(\d+) kB", text)
    return int(found.group(1)) * 1024 if found else None


def merge(plan: MergePlan, tick: Callable[[str], None] = lambda step: None) -> dict[str, Any]:
    """Merge an adapter into its base and write the folder.

    Args:
        tick: told the step that begins.

    Returns:
        What ``merge.json`` holds.

    Raises:
        AdapterError, BaseError: they do not fit, or cannot be merged.
        DiskError: not enough disk.
        MergeError: the merged model computes something else; nothing is left.
    """
    config = adapter_config(plan.adapter)
    base = base_of(plan, config)
    check_unquantised(base, doing="merging into")
    check_fit(plan.adapter, config, base)
    dtype = plan.dtype or str(config_of(base).get("dtype") or config_of(base).get("torch_dtype") or "bfloat16")
    if dtype not in DTYPES:
        raise BaseError(f"{base} is of type {dtype}; choose the type to save with --dtype {'|'.join(DTYPES)}")
    n_numbers = sum(prod(one.shape) for one in tensors_of(base).values())
    check_room(plan.out, DTYPES[dtype] * n_numbers, what="the merged model")
    free = available_memory()
    if plan.device != "cuda" and free is not None and needed_memory(base) > free:
        raise MergeError(
            f"merging is computed in float32 and needs {needed_memory(base) / 1e9:.0f} GB of memory; "
            f"{free / 1e9:.0f} GB are available: use a larger machine"
        )
    with new_folder(plan.out) as folder:
        report = _merged(plan, base, dtype, folder, tick)
        write_json(folder / "merge.json", report)
    return report


def _merged(plan: MergePlan, base: Path, dtype: str, folder: Path, tick: Callable[[str], None]) -> dict[str, Any]:
    with hushed():
        import torch
        from peft import PeftModel
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    device = plan.device if plan.device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(plan.seed)
    tick("reading prompts")
    speaker = plan.adapter if (plan.adapter / "tokenizer.json").is_file() else base
    tokenizer = AutoTokenizer.from_pretrained(str(speaker))
    longest = min(1024, int(config_of(base).get("max_position_embeddings", 1024)))
    source = Source("prompts", plan.prompts, 1.0) if plan.prompts else Source("synth", None, 1.0)
    rows = mix([source], tokenizer, rows=plan.n_prompts, held_out=0, seed=plan.seed, shortest=1, longest=longest).rows

    tick("loading base and adapter")
    model = AutoModelForCausalLM.from_pretrained(str(base), dtype=torch.float32).to(device).eval()
    with hushed():
        adapted = PeftModel.from_pretrained(model, str(plan.adapter), is_trainable=False).eval()
    tick("computing the adapter's logits")
    wanted = logits_of(adapted, rows)
    with adapted.disable_adapter():
        moved = difference(logits_of(adapted, rows), wanted)
    tick("merging")
    merged = adapted.merge_and_unload(safe_merge=True)
    before = difference(logits_of(merged, rows), wanted)
    # A NaN must fail as well.
    if not before.largest <= plan.tolerance:
        raise MergeError(
            f"the merged model's logits differ by up to {before.largest:.3g} from the adapter's (tolerance "
            f"{plan.tolerance:g}, float32, {before.n_tokens} tokens); nothing was written. An adapter with dropout, "
            "tied or shared layers may not be mergeable; raise --tolerance only if you know why it differs"
        )
    tick("writing")
    merged.to(getattr(torch, dtype))
    merged.save_pretrained(str(folder), max_shard_size="5GB")
    copy_tokenizer(speaker, folder)
    if not (folder / "generation_config.json").is_file() and (base / "generation_config.json").is_file():
        shutil.copyfile(base / "generation_config.json", folder / "generation_config.json")
    tick("checking what was written")
    saved = AutoModelForCausalLM.from_pretrained(str(folder), dtype="auto").to(device).eval()
    AutoTokenizer.from_pretrained(str(folder))
    # By weights, not by logits: casting a model rounds its rotary frequencies too, loading one does not.
    written = saved.state_dict()
    lost = [name for name, value in merged.state_dict().items() if not torch.equal(value, written[name])]
    if lost:
        raise MergeError(
            f"{len(lost)} tensors read back otherwise than they were written, {lost[0]} the first; nothing was kept. "
            "Try again, and look at the disk"
        )
    del merged, adapted, model
    after = difference(logits_of(saved, rows), wanted)
    if not after.mean_share <= plan.saved_tolerance:
        raise MergeError(
            f"the saved model's logits ({dtype}) differ by {after.mean_share:.1%} of their spread from the adapter's "
            f"(tolerance {plan.saved_tolerance:.1%}, {after.n_tokens} tokens); nothing was kept. Try --dtype float32 "
            "to see whether rounding is the cause"
        )
    return {
        "adapter": str(plan.adapter),
        "base": str(base),
        "base_fingerprint": fingerprint(base),
        "dtype": dtype,
        "seed": plan.seed,
        "tolerance": plan.tolerance,
        "saved_tolerance": plan.saved_tolerance,
        "adapter_against_base": moved._asdict(),
        "merged_against_adapter_float32": before._asdict(),
        "saved_against_adapter": after._asdict(),
        "plan": {key: str(value) for key, value in asdict(plan).items()},
    }


def logits_of(model: Any, rows: Sequence[Sequence[int]]) -> list[Any]:
    """Compute a model's logits, a float32 tensor [tokens, vocabulary] on the CPU for each row."""
    import torch

    found = []
    with torch.inference_mode():
        for row in rows:
            out = model(input_ids=torch.tensor([row], device=model.device), use_cache=False)
            found.append(out.logits[0].float().cpu())
    return found


def difference(ours: Sequence[Any], theirs: Sequence[Any]) -> Difference:
    """Compare logits with reference logits, row by row.

    Args:
        ours: tensors [tokens, vocabulary].
        theirs: the reference, of the same shapes.
    """
    import torch

    gaps = [(one - other).abs() for one, other in zip(ours, theirs, strict=True)]
    n_tokens = sum(len(gap) for gap in gaps)
    spread = sum(float(other.std(dim=-1).sum()) for other in theirs) / n_tokens
    mean = sum(float(gap.mean(dim=-1).sum()) for gap in gaps) / n_tokens
    same = sum(int((one.argmax(-1) == other.argmax(-1)).sum()) for one, other in zip(ours, theirs, strict=True))
    largest = float(torch.stack([gap.max() for gap in gaps]).max())
    return Difference(largest, mean / spread if spread else float("inf"), same / n_tokens, n_tokens)
