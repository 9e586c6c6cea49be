"""A model's linear layers in 4 bits with GPTQ, written so that vLLM loads it on GPU and CPU, and measured.

What the backends write differs in types and companions, so the folder is put together here: packed tensors from the
backend, everything else bit for bit from the source, the source's ``config.json`` with ``quantization_config`` added,
its tokenizer and generation settings. Then it is compared with the source on documents that were not calibrated on
(``quantize.json``). On a failure of quantising nothing is left behind; when only the measuring is cut off, the folder
stays, whole, and its ``quantize.json`` has the settings alone.

::

    python -m train quantize models/merged --out models/merged-gptq --calibration sft=data/rows.jsonl:3 \\
        --calibration synth:1
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from solver.base.display.figures import counted
from solver.base.display.printing import tell
from solver.base.files import new_folder
from train.errors import BackendError, BaseError
from train.foreign_tokenizer import load_tokenizer_of
from train.model_files import (
    check_room,
    check_unquantised,
    config_of,
    copy_tokenizer,
    fingerprint,
    local_folder,
    tensors_of,
    write_json,
)
from train.planning.base_shapes import LINEARS
from train.quantize.calibration import MIN_TOKENS, Mixed, Source, mix
from train.quantize.gptq_backends import DEFAULT_QUANTISER, Job, run_worker
from train.quantize.gptq_backends.job import interpreter_of
from train.quantize.gptq_tensors import PARTS, packed_layers
from train.quantize.report import measure

SHARD_BYTES = 5_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantizePlan:
    """What to quantise and how."""

    model: str
    """Folder, or name in the local cache."""
    out: Path
    bits: int = 4
    group_size: int = 128
    desc_act: bool = False
    damp: float = 0.05
    """Share of the Hessian's mean diagonal that is added to it."""
    backend: str = DEFAULT_QUANTISER
    """One of ``QUANTISERS``."""
    environment: Path | None = None
    """Of a backend that has one of its own; None takes its default."""
    sources: tuple[Source, ...] = (Source("synth", None, 1.0),)
    rows: int = 256
    """Calibration rows."""
    min_tokens: int = MIN_TOKENS
    max_tokens: int = 2048
    held_out: int = 64
    """Documents to measure on."""
    seed: int = 1
    device: str = "auto"


def check_plan(plan: QuantizePlan, folder: Path) -> None:
    """Refuse, before minutes of work, what engines would refuse after it.

    Raises:
        BaseError: the source is quantised or of another family, its layers do not divide, or engines refuse the wish.
        DiskError: not enough disk.
    """
    if plan.desc_act:
        raise BaseError(
            "desc_act: vLLM 0.32 refuses GPTQ checkpoints with activation reordering on, so the result could not be "
            "served; leave --desc-act off (group 128 without it is what was measured)"
        )
    if plan.held_out < 2:
        raise BaseError(
            f"{counted(plan.held_out, 'held-out document measures', 'held-out documents measure')} nothing; give "
            "--held-out at least 2"
        )
    check_unquantised(folder, doing="quantising")
    config = config_of(folder)
    if config.get("model_type") != "qwen2":
        raise BaseError(f"{folder} is of type {config.get('model_type')}; only qwen2 (Qwen2 and Qwen2.5) is supported")
    numbers = 0
    for name, tensor in (tensors := tensors_of(folder)).items():
        if name.endswith(tuple(f"{layer}.weight" for layer in LINEARS)):
            n_out, n_in = tensor.shape
            numbers += n_out * n_in
            if n_in % plan.group_size or n_in % 32 or n_out % 32:
                fitting = [size for size in (128, 64, 32) if n_in % size == 0]
                raise BaseError(
                    f"{name} is {n_out} x {n_in}: inputs must divide by the group size {plan.group_size}, both by 32; "
                    + (f"use --group-size {fitting[0]}" if fitting and n_out % 32 == 0 else "no group size fits it")
                )
    plain = sum(one.n_bytes for one in tensors.values())
    # The worker's own checkpoint and ours exist side by side for a while.
    after = plain - 2 * numbers + numbers * (plan.bits / 8 + 4 / plan.group_size)
    check_room(plan.out, int(2.2 * after), what="the quantised model")


def quantize(
    plan: QuantizePlan, tick: Callable[[str, int, int], None] = lambda step, done, total: None
) -> dict[str, Any]:
    """Quantise a model, write the folder and return the report.

    Args:
        tick: told the step, how much of it is done and how much there is.

    Raises:
        BaseError, CalibrationError, TokenizerError, NotInstalled, DiskError: before anything is computed.
        BackendError: the backend failed, or wrote something that does not belong to the source.
    """
    folder = local_folder(plan.model)
    check_plan(plan, folder)
    python = interpreter_of(plan.backend, plan.environment)
    # It takes seconds, and what can be refused without it has been.
    tell("importing torch and transformers")
    import torch
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    device = plan.device if plan.device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = load_tokenizer_of(str(folder))
    mixed = mix(
        plan.sources,
        tokenizer,
        rows=plan.rows,
        held_out=plan.held_out,
        seed=plan.seed,
        shortest=plan.min_tokens,
        longest=min(plan.max_tokens, int(config_of(folder).get("max_position_embeddings", plan.max_tokens))),
        tick=lambda done: tick("mixing rows", done, plan.rows),
    )
    with new_folder(plan.out) as out:
        work = out / "work"
        work.mkdir()
        raw = work / "raw"
        job = Job(
            model=str(folder.absolute()),
            out=str(raw.absolute()),
            rows=mixed.rows,
            bits=plan.bits,
            group_size=plan.group_size,
            damp=plan.damp,
            seed=plan.seed,
            device=device,
        )
        began = time.monotonic()
        tick("quantising", 0, int(config_of(folder)["num_hidden_layers"]))
        run_worker(
            plan.backend,
            job,
            python=python,
            log=work / "worker.log",
            tick=lambda done, total: tick("quantising", done, total),
        )
        seconds = time.monotonic() - began
        assemble(folder, raw, out, plan)
        shutil.rmtree(work)
        settings = {**_settings(plan, folder, mixed), "seconds": round(seconds, 1)}
        write_json(out / "quantize.json", settings)
    measured = measure(
        folder, plan.out, mixed.held_out, device=device, tick=lambda done, total: tick("measuring", done, total)
    )
    report = {**settings, **measured}
    write_json(plan.out / "quantize.json", report)
    return report


def _settings(plan: QuantizePlan, folder: Path, mixed: Mixed) -> dict[str, Any]:
    lengths = [len(row) for row in mixed.rows]
    return {
        "source": str(folder),
        "source_fingerprint": fingerprint(folder),
        "backend": plan.backend,
        "bits": plan.bits,
        "group_size": plan.group_size,
        "seed": plan.seed,
        "calibration": {
            "rows": mixed.by_source,
            "tokens": sum(lengths),
            "shortest": min(lengths),
            "longest": max(lengths),
            "cut": mixed.n_cut,
            "digest": mixed.digest,
        },
        "plan": {key: value if isinstance(value, int | float) else str(value) for key, value in asdict(plan).items()},
    }


def assemble(source: Path, raw: Path, out: Path, plan: QuantizePlan) -> None:
    """Put the folder together from a backend's checkpoint and the source.

    Raises:
        BackendError: a layer is missing from the checkpoint, or has an unknown tensor.
    """
    from safetensors import safe_open
    from safetensors.torch import save_file

    plain, packed = tensors_of(source), tensors_of(raw)
    layers = packed_layers(packed)
    wanted = {name.removesuffix(".weight") for name in plain if name.endswith(tuple(f"{k}.weight" for k in LINEARS))}
    if set(layers) != wanted:
        odd = sorted(set(layers) ^ wanted)
        raise BackendError(f"{plan.backend} left out or added {', '.join(odd[:5])}; look at its version")
    replaced = {f"{layer}.weight" for layer in layers}
    origin = {name: plain[name].file for name in plain if name not in replaced}
    origin |= {f"{layer}.{part}": packed[f"{layer}.{part}"].file for layer in layers for part in PARTS}
    n_bytes = {name: (packed if name not in plain else plain)[name].n_bytes for name in origin}
    shards: list[list[str]] = [[]]
    for name in sorted(origin):
        if shards[-1] and sum(n_bytes[one] for one in shards[-1]) + n_bytes[name] > SHARD_BYTES:
            shards.append([])
        shards[-1].append(name)
    weight_map = {}
    for number, names in enumerate(shards, 1):
        file = "model.safetensors" if len(shards) == 1 else f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        tensors = {}
        for name in names:
            with safe_open(str(origin[name]), framework="pt") as opened:
                tensors[name] = opened.get_tensor(name)
        save_file(tensors, str(out / file), metadata={"format": "pt"})
        weight_map.update(dict.fromkeys(names, file))
    if len(shards) > 1:
        index = {"metadata": {"total_size": sum(n_bytes.values())}, "weight_map": weight_map}
        write_json(out / "model.safetensors.index.json", index)
    settings = {
        "quant_method": "gptq",
        "bits": plan.bits,
        "group_size": plan.group_size,
        "sym": True,
        "desc_act": False,
        "damp_percent": plan.damp,
        "true_sequential": True,
        "lm_head": False,
        "checkpoint_format": _raw_format(raw),
        "meta": {"quantizer": plan.backend},
    }
    write_json(out / "config.json", config_of(source) | {"quantization_config": settings})
    copy_tokenizer(source, out)
    if (source / "generation_config.json").is_file():
        shutil.copyfile(source / "generation_config.json", out / "generation_config.json")


def _raw_format(raw: Path) -> str:
    """Tell whether stored zeros are one too small (``gptq``) or as they are (``gptq_v2``)."""
    return str(config_of(raw).get("quantization_config", {}).get("checkpoint_format") or "gptq")
