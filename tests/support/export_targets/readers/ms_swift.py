"""ms-swift reads exported runs: its own way from YAML to arguments, its loader, its chat template."""

import importlib
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.pop(0)
# Everything is here; nothing is asked of a hub.
os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", "SWIFT_UI_LANG": "en"}
SftArguments = importlib.import_module("swift.arguments").SftArguments
parse_yaml_args = importlib.import_module("swift.cli.main").parse_yaml_args
parser = importlib.import_module("transformers").HfArgumentParser([SftArguments])

top, read = Path.cwd(), {}
for config in sorted(top.glob("*/sft.yaml")):
    os.chdir(config.parent)
    words = [config.name]
    parse_yaml_args(words)
    # Names and types of all; what a model's folder would be needed for comes after.
    known = {f"--{one}" for one in SftArguments.__dataclass_fields__}
    unknown = [word for word in words if word.startswith("--") and word not in known]
    assert not unknown, unknown
    model = words[words.index("--model") + 1]
    if not Path(model).is_dir():
        read[f"`SftArguments`, names of {config.parent.name}"] = f"{sum(word.startswith('--') for word in words)} known"
        continue
    # A CPU has no bfloat16 for its trainer and no flash attention, which is no fault of the file.
    words += ["--bf16", "false", "--packing", "false", "--attn_impl", "sdpa"]
    (args,) = parser.parse_args_into_dataclasses(words)
    told = f"{args.tuner_type}, rank {args.lora_rank}, alpha {args.lora_alpha}, template {args.template}"
    read[f"`SftArguments`, {config.parent.name}"] = f"{told}, max_length {args.max_length}"
    train, held = args.load_dataset()
    _, processor = args.get_model_processor(load_model=False)
    template = args.get_template(processor)
    template.set_mode("train")
    encoded = template.encode(dict(train[0]))
    learned = [label for label in encoded["labels"] if label >= 0]
    answer = template.tokenizer.decode(learned)
    counts = f"{len(train)} and {len(held or [])} rows"
    read["`load_dataset`, `Template.encode`"] = (
        f"{counts}; the first learns {len(learned)} tokens, to …{answer[-12:]!r}"
    )
print(json.dumps({"version": version("ms_swift"), "read": read}))
