"""Inspect reads an exported log: its own reader, its index of a folder, one sample, and its command line."""

import importlib
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

# This file's own name hides the standard module of that name, which half of the world imports.
sys.path.pop(0)
log = importlib.import_module("inspect_ai.log")

(path,) = Path("logs").glob("*.json")
found = log.read_eval_log(str(path))
scores = {one.name: one.metrics["accuracy"].value for one in found.results.scores}
one = log.read_eval_log_sample(str(path), id="p1#1", epoch=2)
(listed,) = log.list_eval_logs("logs")
dumped = subprocess.run(
    [sys.executable, "-m", "inspect_ai", "log", "dump", str(path)], capture_output=True, text=True, check=True
)
samples = json.loads(dumped.stdout)["samples"]
read = {
    "`read_eval_log`": f"{found.status}, {len(found.samples)} samples, accuracy {scores}",
    "`read_eval_log_sample`": f"{one.id}, epoch {one.epoch}: {one.scores['choice'].value}",
    "`list_eval_logs`": f"task {listed.task}",
    "`inspect log dump`": f"{len(samples)} samples",
}
print(json.dumps({"version": version("inspect_ai"), "read": read}))
