"""LLaMA-Factory reads exported runs: its argument parser, and its own loader of both data sets, with rows encoded."""

import importlib
import json
import os
import sys
from importlib.machinery import ModuleSpec
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

sys.path.pop(0)
# Everything is here; nothing is asked of a hub.
os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "WANDB_DISABLED": "true", "CUDA_VISIBLE_DEVICES": ""}
# There is no build for CPUs that fits, and rows hold no sound: it is imported, and never used.
sys.modules["torchaudio"] = sound = ModuleType("torchaudio")
sound.__spec__ = ModuleSpec("torchaudio", None)
yaml, data_of, hparams, models = map(
    importlib.import_module, ("yaml", "llamafactory.data", "llamafactory.hparams", "llamafactory.model")
)

top, read = Path.cwd(), {}
for config in sorted(top.glob("*/sft.yaml")):
    os.chdir(config.parent)
    values = yaml.safe_load(config.read_text(encoding="utf-8"))
    # A CPU has no bfloat16 for its trainer, which is no fault of the file.
    model, data, training, finetuning, _ = hparams.get_train_args({**values, "bf16": False, "use_cpu": True})
    told = f"{finetuning.finetuning_type}, rank {finetuning.lora_rank}, alpha {finetuning.lora_alpha}"
    read[f"`get_train_args`, {config.parent.name}"] = f"{told}, template {data.template}, cutoff {data.cutoff_len}"
    if not Path(model.model_name_or_path).is_dir():
        continue
    tokenizer = models.load_tokenizer(model)
    template = data_of.get_template_and_fix_tokenizer(tokenizer["tokenizer"], data)
    for name in json.loads(Path("dataset_info.json").read_text(encoding="utf-8")):
        data.dataset, data.packing, data.neat_packing, data.val_size = [name], False, False, 0.0
        found = data_of.get_dataset(template, model, data, training, stage="sft", **tokenizer)["train_dataset"]
        learned = [label for label in found[0]["labels"] if label >= 0]
        answer = tokenizer["tokenizer"].decode(learned)
        read[f"`get_dataset`, {name}"] = (
            f"{len(found)} rows; the first: {len(learned)} tokens learnt, to …{answer[-12:]!r}"
        )
print(json.dumps({"version": version("llamafactory"), "read": read}))
