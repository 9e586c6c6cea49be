"""How many extractions a second one core makes, and that hostile megabytes take linear time.

    python -m bench.extract_speed [../shared/data/outputs/plain_dev.jsonl.gz]

Prints one JSON line: extractions a second (best of five passes, process time, so that other load counts little), and
for each hostile text the seconds for it and the ratio to half of it (2 is linear).
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from pathlib import Path

from bench.tables import Column, can_be_saved, save
from solver.extraction.extract import extract
from tests.support.checkout import SHARED_DATA

DEFAULT = SHARED_DATA / "outputs" / "plain_dev.jsonl.gz"
PASSES = 5
HOSTILE = {
    "label": "答案是",
    "bracket": "(",
    "think": "<think>",
    "double bracket": "[[",
    "english": "answer is ",
    "hypothesis": "如果答案是A",
    "weak": "选A，",
    "run-on": "答案\n选择题 2：",
    "lines": "A. x\n",
}


def spent(text: str) -> float:
    """Return the process seconds of one extraction."""
    started = time.process_time()
    extract(text, 4, ("甲", "乙", "甲乙", "丙丁"))
    return time.process_time() - started


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.extract_speed", description="extractions a second")
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT, help="recorded outputs")
    can_be_saved(parser)
    args = parser.parse_args()
    path: Path = args.file
    if not path.exists():
        print(f"error: {path} is not there; give a file of recorded outputs", file=sys.stderr)
        return 2
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    calls = [(row["output"], len(row["options"] or "ABCD"), row["options"]) for row in rows]
    best = float("inf")
    for _ in range(PASSES):
        started = time.process_time()
        for output, n_options, options in calls:
            extract(output, n_options, options)
        best = min(best, time.process_time() - started)
    hostile = {}
    for name, piece in HOSTILE.items():
        whole = piece * (10**6 // len(piece))
        half = spent(whole[: len(whole) // 2])
        full = spent(whole)
        hostile[name] = {"seconds": round(full, 3), "ratio": round(full / max(half, 1e-4), 2)}
    columns = [Column("text", "{text}", "left"), Column("seconds for 1 MB", "{seconds:.3f}")]
    columns += [Column("against half of it", "{ratio:.2f}"), Column("real outputs a second", "{per_second:,}")]
    rows = [{"text": "real outputs", "per_second": round(len(calls) / best)}]
    save(args.save, columns, [*rows, *({"text": name, **found} for name, found in hostile.items())])
    print(json.dumps({"per_second": round(len(calls) / best), "rows": len(calls), "hostile": hostile}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
