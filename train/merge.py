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

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from typing import Any

from solver.base.display.figures import counted
from solver.base.display.printing import tell
from solver.base.files import new_folder
from train.adapter_fit import adapter_config, check_fit
from train.errors import BaseError, MergeError
from train.foreign_tokenizer import load_tokenizer_of
from train.logits import Difference, difference, logits_of
from train.model_files import (
    available_memory,
    check_room,
    check_unquantised,
    config_of,
    copy_tokenizer,
    fingerprint,
    local_folder,
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


def needed_memory(base: Path) -> int:
    """Return the bytes of the float32 copy in which merging is computed, with a tenth for activations."""
    return int(4.4 * sum(prod(one.shape) for one in tensors_of(base).values()))


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
    # It takes seconds, and what can be refused without it has been.
    tell("importing torch and transformers")
    with hushed():
        import torch
        from peft import PeftModel
        from transformers import AutoModelForCausalLM
        from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    device = plan.device if plan.device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(plan.seed)
    tick("reading prompts")
    speaker = plan.adapter if (plan.adapter / "tokenizer.json").is_file() else base
    tokenizer = load_tokenizer_of(str(speaker))
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
    _check_merged(before, plan.tolerance)
    tick("writing")
    merged.to(getattr(torch, dtype))
    _save(merged, folder, base=base, speaker=speaker)
    tick("checking what was written")
    saved = _read_back(merged, folder)
    del merged, adapted, model
    after = difference(logits_of(saved, rows), wanted)
    _check_saved(after, plan.saved_tolerance, dtype)
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


def _check_merged(found: Difference, tolerance: float) -> None:
    # A NaN must fail as well, here and below.
    if not found.largest <= tolerance:
        raise MergeError(
            f"the merged model's logits differ by up to {found.largest:.3g} from the adapter's (tolerance "
            f"{tolerance:g}, float32, {found.n_tokens} tokens); nothing was written. An adapter with dropout, "
            "tied or shared layers may not be mergeable; raise --tolerance only if you know why it differs"
        )


def _check_saved(found: Difference, tolerance: float, dtype: str) -> None:
    if not found.mean_share <= tolerance:
        raise MergeError(
            f"the saved model's logits ({dtype}) differ by {found.mean_share:.1%} of their spread from the adapter's "
            f"(tolerance {tolerance:.1%}, {found.n_tokens} tokens); nothing was kept. Try --dtype float32 "
            "to see whether rounding is the cause"
        )


def _save(merged: Any, folder: Path, *, base: Path, speaker: Path) -> None:
    """Write a model, its tokenizer, and the base's way of generating where the model has none."""
    merged.save_pretrained(str(folder), max_shard_size="5GB")
    copy_tokenizer(speaker, folder)
    if not (folder / "generation_config.json").is_file() and (base / "generation_config.json").is_file():
        shutil.copyfile(base / "generation_config.json", folder / "generation_config.json")


def _read_back(merged: Any, folder: Path) -> Any:
    """Load what was written, on the device of what it was written from.

    Raises:
        MergeError: a tensor is another one.
    """
    import torch
    from transformers import AutoModelForCausalLM

    saved = AutoModelForCausalLM.from_pretrained(str(folder), dtype="auto").to(merged.device).eval()
    load_tokenizer_of(str(folder))
    # By weights, not by logits: casting a model rounds its rotary frequencies too, loading one does not.
    written = saved.state_dict()
    lost = [name for name, value in merged.state_dict().items() if not torch.equal(value, written[name])]
    if lost:
        raise MergeError(
            f"{counted(len(lost), 'tensor')} read back otherwise than they were written, {lost[0]} the first; "
            "nothing was kept. Try again, and look at the disk"
        )
    return saved
