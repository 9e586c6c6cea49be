"""Quantise with gptqmodel 7.6. Run by ``train.quantize.gptq_backends.job``: ``python -P gptqmodel_worker.py
JOB.json``."""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path
from typing import Any

NAME, MODULE, ENVIRONMENT = "gptqmodel", "gptqmodel", None
HELP = "gptqmodel 7.6, in this environment"


def main(job: dict[str, Any]) -> None:
    import torch
    from gptqmodel import GPTQModel, QuantizeConfig

    random.seed(job["seed"])
    torch.manual_seed(job["seed"])
    config = QuantizeConfig(
        bits=job["bits"],
        group_size=job["group_size"],
        sym=True,
        # vLLM 0.32 refuses reordered activations.
        desc_act=False,
        damp_percent=job["damp"],
        device=job["device"],
        # Finished layers wait on disk where memory may be short; small models need no such trips.
        offload_to_disk=sum(file.stat().st_size for file in Path(job["model"]).glob("*.safetensors")) > 4e9,
    )
    model = GPTQModel.load(job["model"], config)
    total = int(model.model.config.num_hidden_layers)

    class Layers:
        """Counts finished layers."""

        def layer_complete(self, *, layer_idx: int, submodule_finalized: bool) -> None:
            if submodule_finalized:
                os.write(int(os.environ["LOGIC_VOTE_PROGRESS_FD"]), f"{layer_idx + 1} {total}\n".encode())

    model.layer_callback = Layers()
    rows = [{"input_ids": [row], "attention_mask": [[1] * len(row)]} for row in job["rows"]]
    model.quantize(rows, batch_size=1, calibration_data_min_length=1)
    model.save(job["out"])


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
