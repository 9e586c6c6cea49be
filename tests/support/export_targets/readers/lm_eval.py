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
read = {
    "`get_results_filenames`, `make_table`": "; ".join(" ".join(row.split()).strip("| ") for row in rows).replace(
        "|", "/"
    ),
    "`get_sample_results_filenames`, `get_file_task_name`": utils.get_file_task_name(Path(samples).name),
    "`hash_string` of every document": f"{len(told)} alike",
}
print(json.dumps({"version": version("lm_eval"), "read": read}))
