"""Commands where an optional package is missing: each says in one line which, and how it comes here."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from solver.base.extras import EXTRA_OF, Extra, how_to_install
from tests.support.checkout import ROOT
from tests.support.run_folders import a_run

BARE = """
import runpy, sys
from importlib.machinery import PathFinder
from solver.base.extras import EXTRA_OF

class Bare(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in EXTRA_OF else super().find_spec(name, path, target)

sys.meta_path[:] = [Bare if finder is PathFinder else finder for finder in sys.meta_path]
_, package, *words = sys.argv
sys.argv = [package, *words]
runpy.run_module(package, run_name="__main__")
"""
"""A process to which nothing is installed but what every command stands on."""
COMMANDS: dict[str, str] = {
    "synth check rows.jsonl": "numpy datasketch",
    "synth giveaways run/problems.jsonl": "numpy",
    "harness board run -o rules.md": "numpy",
    "harness eval run/problems.jsonl": "vllm",
    "harness eval rows.parquet": "pyarrow",
    "harness eval rows.xlsx": "openpyxl",
    "harness eval hf:org/set": "datasets huggingface_hub",
    "harness eval run/problems.jsonl --track wandb": "wandb",
    "harness eval run/problems.jsonl --track mlflow": "mlflow",
    "harness eval run/problems.jsonl --track swanlab": "swanlab",
    "harness eval run/problems.jsonl --track tensorboard": "tensorboard",
    "harness fetch org/model": "huggingface_hub",
    "harness fetch modelscope:org/model": "modelscope",
    "harness report run -o page.html": "jinja2 markupsafe matplotlib",
    "solver serve": "starlette uvicorn prometheus_client",
    "synth distill embedded run/problems.jsonl --out ladder --ray 2 --endpoint http://127.0.0.1:9/v1 --model m": "ray",
    "train tokenizer --out tokens --items 2": "tokenizers",
    "train pretrain --recipe embedded --out base": "torch",
    "train sft embedded-lora data.train=rows.jsonl --out adapter": "transformers torch trl peft",
    "train dpo embedded-dpo data.train=rows.jsonl --out adapter": "transformers torch trl peft",
    "train grpo embedded-grpo data.train=run/problems.jsonl --out adapter": "transformers torch trl peft",
    "train quantize MODEL --out int4": "gptqmodel",
}
"""Words -> modules, of which the first that is missed is told."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare")
    a_run(folder / "run", n=2, text="三人排队。")
    row = '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n'
    (folder / "rows.jsonl").write_text(row)
    (folder / "rows.parquet").write_bytes(b"PAR1")
    with zipfile.ZipFile(folder / "rows.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    return folder


def bare(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BARE, *line.replace("MODEL", str(ROOT / "models/embedded")).split()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_says_which_package_it_lacks_and_how_it_comes_here(line: str, folder: Path) -> None:
    told, package = bare(line, folder), line.split()[0]
    last = told.stderr.splitlines()[-1]
    assert told.returncode == 1, told.stderr
    assert last.startswith(f"{package}: "), told.stderr
    missed = [module for module in COMMANDS[line].split() if module in last.lower()]
    assert missed, last
    with contextlib.chdir(folder):
        how = how_to_install(*dict.fromkeys(EXTRA_OF[module] for module in missed))
    assert f": {how}" in last, last


@pytest.mark.parametrize("words", ["generate --count 2", "benchmark --number 3"])
def test_what_is_made_without_a_look_at_it_says_so(words: str, folder: Path) -> None:
    told = bare(f"synth {words} --out made.jsonl", folder)
    assert told.returncode == 0, told.stderr
    assert "synth: not held against attacks that do not read: numpy is not installed; install " in told.stderr


def test_every_part_that_is_installed_on_demand_is_missed_by_a_command() -> None:
    missed: set[Extra] = {EXTRA_OF[module] for modules in COMMANDS.values() for module in modules.split()}
    assert missed == set(EXTRA_OF.values())
