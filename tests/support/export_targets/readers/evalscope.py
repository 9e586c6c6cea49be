"""evalscope asks the questions of an exported folder: ``general_mcq`` from loading to the score of right replies."""

import importlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

# This file's own name hides the package that it looks at.
sys.path.pop(0)
config = importlib.import_module("evalscope.config")
registry = importlib.import_module("evalscope.api.registry")
importlib.import_module("evalscope.benchmarks")
evaluator = importlib.import_module("evalscope.api.evaluator")
model = importlib.import_module("evalscope.api.model")


def asked(folder: str, reply: str) -> str:
    """Load a folder as the exporter's next command says; tell what would be sent, and what right replies score."""
    arguments = json.loads((Path(folder) / "dataset-args.json").read_text(encoding="utf-8"))
    task = config.TaskConfig(model="mock", datasets=["general_mcq"], dataset_args=arguments)
    benchmark = registry.get_benchmark("general_mcq", task)
    (samples,) = benchmark.load_dataset().values()
    prompts = {sample.input[-1].text for sample in samples}
    hits = 0.0
    for sample in samples:
        state = evaluator.TaskState(
            model="mock",
            sample=sample,
            output=model.ModelOutput.from_content(model="mock", content=reply.format(sample.target)),
            completed=True,
        )
        hits += next(iter(benchmark.calculate_metrics(state).score.value.values()))
    return f"{len(samples)} questions, {len(prompts)} prompts, {hits:g} of their right replies known"


read = {
    "`general_mcq`, in its own wording": asked("theirs", "甲在前。\n答案：{}"),
    "`general_mcq`, with a prompt of ours": asked("ours", "So it is clear.\nANSWER: {}"),
}
print(json.dumps({"version": version("evalscope"), "read": read}))
