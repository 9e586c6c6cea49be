"""lm-evaluation-harness reads exported results: its finders of files, its table, its names of tasks."""

import importlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

# This file's own name hides the package that it looks at.
sys.path.pop(0)
utils = importlib.import_module("lm_eval.utils")

files = [str(path) for path in Path("out").rglob("*.json*")]
results = utils.get_latest_filename(utils.get_results_filenames(files))
samples = utils.get_latest_filename(utils.get_sample_results_filenames(files))
table = utils.make_table(json.loads(Path(results).read_text(encoding="utf-8")))
rows = [line for line in table.splitlines() if "exact_match" in line]
lines = Path(samples).read_text(encoding="utf-8").splitlines()
hashes = {utils.hash_string(json.dumps(json.loads(line)["doc"], ensure_ascii=False)) for line in lines}
told = {json.loads(line)["doc_hash"] for line in lines}
assert hashes == told, "its own hash of a document is another"


def asked(folder: str) -> str:
    """Load the one task of a folder as its runner does; tell what it would send, and what it makes of right replies."""
    tasks = importlib.import_module("lm_eval.tasks")
    manager = tasks.TaskManager(include_path=folder, include_defaults=False)
    (task,) = tasks.get_task_dict(["problems"], manager).values()
    documents = list(task.test_docs())
    prompts = [task.doc_to_text(document) for document in documents]
    targets = [task.doc_to_target(document) for document in documents]
    task.build_all_requests(limit=None, rank=0, world_size=1)
    for request, target in zip(task.instances, targets, strict=True):
        request.resps = [f"So it is clear.\nThe answer is {target}."]
    task.apply_filters()
    hits = [
        task.process_results(document, [request.filtered_resps["flexible-extract"]])["exact_match"]
        for document, request in zip(documents, task.instances, strict=True)
    ]
    return f"{len(documents)} questions, {len(set(prompts))} prompts, {sum(hits):g} of their right replies known"


read = {
    "`TaskManager`, the task in its own wording": asked("tasks/theirs"),
    "`TaskManager`, the task with a prompt of ours": asked("tasks/ours"),
    "`get_results_filenames`, `make_table`": "; ".join(" ".join(row.split()).strip("| ") for row in rows).replace(
        "|", "/"
    ),
    "`get_sample_results_filenames`, `get_file_task_name`": utils.get_file_task_name(Path(samples).name),
    "`hash_string` of every document": f"{len(told)} alike",
}
print(json.dumps({"version": version("lm_eval"), "read": read}))
