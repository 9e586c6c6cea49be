"""Quantise with auto-gptq 0.7.1, in its own environment: ``python -P auto_gptq_worker.py JOB.json``.

auto-gptq was archived in 2024. It demands CUDA; on a CPU three things are stood in for while it works: its constant
``CUDA_0``, ``torch.cuda.synchronize``, and ``torch.cuda.is_available`` while it loads the model.
"""

from __future__ import annotations

import json
import logging
import os
import random
import re
import shutil
import sys
from pathlib import Path
from typing import Any

NAME, MODULE, ENVIRONMENT = "auto-gptq", "auto_gptq", ".venv-auto-gptq"
HELP = "auto-gptq 0.7.1, in an environment of its own"

_LAYER = re.compile(r"Start quantizing layer (\d+)/(\d+)")


class _Progress(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        found = _LAYER.search(record.getMessage())
        if found:
            os.write(int(os.environ["LOGIC_VOTE_PROGRESS_FD"]), f"{int(found[1]) - 1} {found[2]}\n".encode())


def readable(model: Path, folder: Path) -> Path:
    """Make a view of a model whose config transformers 4 understands.

    transformers 5 saves ``rope_parameters`` alone, and transformers 4 then takes 10000 for ``rope_theta`` (Qwen2.5 has
    1000000), without a word; it also wants ``torch_dtype`` for ``dtype``.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in model.resolve().iterdir():
        if file.name != "config.json":
            (folder / file.name).symlink_to(file.resolve())
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    rope = config.pop("rope_parameters", None) or {}
    if "rope_theta" in rope:
        config["rope_theta"] = rope["rope_theta"]
    if rope.get("rope_type", "default") != "default":
        config["rope_scaling"] = {key: value for key, value in rope.items() if key != "rope_theta"}
    if "dtype" in config:
        config["torch_dtype"] = config.pop("dtype")
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def main(job: dict[str, Any]) -> None:
    import torch
    from auto_gptq import AutoGPTQForCausalLM, BaseQuantizeConfig
    from auto_gptq.modeling import _base

    random.seed(job["seed"])
    torch.manual_seed(job["seed"])
    real = torch.cuda.is_available
    if job["device"] == "cpu":
        _base.CUDA_0 = torch.device("cpu")
        torch.cuda.synchronize = lambda device=None: None
        torch.cuda.is_available = lambda: True
    config = BaseQuantizeConfig(
        bits=job["bits"], group_size=job["group_size"], damp_percent=job["damp"], desc_act=False, sym=True
    )
    model_folder = readable(Path(job["model"]), Path(job["out"] + "-readable"))
    try:
        # float32 on a CPU: its half precision is slow there, and the sums lose digits.
        dtype = torch.float32 if job["device"] == "cpu" else torch.bfloat16
        model = AutoGPTQForCausalLM.from_pretrained(str(model_folder), config, torch_dtype=dtype)
        torch.cuda.is_available = real
        logging.getLogger("auto_gptq").setLevel(logging.INFO)
        logging.getLogger("auto_gptq").addHandler(_Progress())
        rows = [{"input_ids": torch.tensor([row]), "attention_mask": torch.ones(1, len(row))} for row in job["rows"]]
        model.quantize(rows, batch_size=1, cache_examples_on_gpu=False)
        model.save_quantized(job["out"], use_safetensors=True)
    finally:
        shutil.rmtree(model_folder, ignore_errors=True)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
