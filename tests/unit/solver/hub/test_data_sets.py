"""Data sets by name, the real ``datasets`` client against a scripted hub: read once, then without a network."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from solver.base.extras import missing
from solver.problems.shapes.hub_data_set import copy_of
from tests.support.checkout import ROOT
from tests.support.model_hub import ModelHub, model_hub

pytestmark = pytest.mark.skipif(bool(missing(["datasets"])), reason="datasets is not installed")
CARD = b"""---
configs:
- config_name: default
  data_files:
  - split: test
    path: test.jsonl
  - split: train
    path: train.jsonl
---
"""
ROWS = [{"question": f"Q{n}?", "choices": ["x", "y"], "answer": n % 2} for n in range(6)]
FILES = {
    "README.md": CARD,
    "test.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS).encode(),
    "train.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS[:2]).encode(),
}
SCRIPT = """
import sys
from harness.cli import main
from harness.run.data import load_data
from solver.base.errors import LogicVoteError
for name in sys.argv[1:]:
    try:
        print(len(load_data([name]).problems))
    except LogicVoteError as error:
        print(f"{type(error).__name__}: {error}")
"""


def read(
    hub: ModelHub, tmp_path: Path, *names: str, command: tuple[str, ...] = ("-c", SCRIPT)
) -> tuple[list[str], str]:
    """Read data sets in a process of its own; returns a line each, and stderr."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(tmp_path / "hf"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "LOGIC_VOTE_CACHE": str(tmp_path / "cache"),
    }
    words = [sys.executable, *command, *names]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout.splitlines(), done.stderr


def test_a_data_set_is_fetched_once_and_then_read_without_a_hub(tmp_path: Path) -> None:
    with model_hub(ModelHub("org/set", FILES, kind="datasets")) as hub:
        found, talk = read(
            hub, tmp_path, "hf:org/set", "hf:org/set:train", "hf:org/set:default:test", "hf:org/set:nothing"
        )
    assert found[:3] == ["6", "2", "6"]
    assert "no split 'nothing'; there are test, train" in found[3]
    assert "hf:org/set: configuration default, split test" in talk
    found, talk = read(hub, tmp_path, "hf:org/set", "hf:org/set:train")
    assert found == ["6", "2"]
    assert "anew: python -m harness fetch hf:org/set" in talk


def test_what_was_fetched_is_renewed_when_that_is_asked_for(tmp_path: Path) -> None:
    with model_hub(ModelHub("org/set", FILES, kind="datasets")) as hub:
        read(hub, tmp_path, "hf:org/set:train")
        copy = tmp_path / "cache" / "datasets" / copy_of("hf:org/set:train").name
        copy.write_bytes(b"")
        found, _ = read(hub, tmp_path, "hf:org/set:train", command=("-m", "harness", "fetch"))
    assert found == [str(copy)]
    assert copy.stat().st_size > 0


def test_one_that_is_gated_or_misspelt_is_refused_in_one_line(tmp_path: Path) -> None:
    with model_hub(ModelHub("org/set", FILES, kind="datasets", is_gated=True)) as hub:
        found, _ = read(hub, tmp_path, "hf:org/set", "hf:org/sett")
    assert len(found) == 2
    assert "is a gated dataset" in found[0]
    assert "With access, set HF_TOKEN" in found[0]
    assert "doesn't exist on the Hub" in found[1]
    assert "Is it misspelt" in found[1]


@pytest.mark.skipif(bool(missing(["pyarrow"])), reason="pyarrow is not installed")
def test_a_parquet_file_that_breaks_off_is_taken_up_again(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.Table.from_pylist([{**row, "noise": os.urandom(2_000_000)} for row in ROWS])
    data = io.BytesIO()
    pyarrow.parquet.write_table(table, data)
    files = {"data/test-00000-of-00001.parquet": data.getvalue()}
    # The client keeps pieces of 10 MB.
    with model_hub(ModelHub("org/set", files, kind="datasets", cut_at=11_000_000)) as hub:
        found, talk = read(hub, tmp_path, "hf:org/set")
        if found != ["6"]:  # the client may leave it to the next run
            found, talk = read(hub, tmp_path, "hf:org/set")
    assert found == ["6"], talk
    ranges = [wanted for name, wanted in hub.downloads if name.endswith(".parquet")]
    assert any(wanted is not None and not wanted.startswith("bytes=0-") for wanted in ranges)
