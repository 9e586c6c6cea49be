"""The programs that exports are for: what is installed, what is exported, and who reads it.

A target's reader (``readers/NAME.py``) is run with the target's own Python in the folder of exports, imports nothing of
this project, and prints one line of JSON: ``version``, and by what was read what came of it.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.golden.command import INPUTS, good
from tests.support.checkout import ROOT
from tests.support.run_folders import a_run

READERS = Path(__file__).with_name("readers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A program that reads exports."""

    name: str
    install: tuple[str, ...]
    """What pip installs, at the versions that the exports name."""
    remove: tuple[str, ...] = ()
    """What pip is to take away again."""
    export: Callable[[Path], None]
    """Writes exports below a folder."""

    @property
    def reader(self) -> Path:
        return READERS / f"{self.name.replace('-', '_')}.py"

    def python(self, environments: Path) -> Path:
        """Return the interpreter of the target's environment."""
        return environments / self.name / "bin" / "python"

    def build(self, environments: Path) -> None:
        """Make the environment; where it is there, only what is missing is installed."""
        python = self.python(environments)
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", environments / self.name], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *self.install], check=True)
        if self.remove:
            subprocess.run([python, "-m", "pip", "uninstall", "-q", "-y", *self.remove], check=True)

    def read(self, environments: Path, folder: Path) -> Read:
        """Have the target read what is in a folder.

        Raises:
            RuntimeError: its reader failed, with its words.
        """
        python = self.python(environments).absolute()
        done = subprocess.run(
            [python, self.reader],
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=600,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{self.name} does not read it:\n{done.stderr[-3000:]}")
        found = json.loads(done.stdout.strip().splitlines()[-1])
        return Read(found["version"], found["read"])


class Read(NamedTuple):
    """What a target made of exports."""

    version: str
    read: dict[str, str]
    """By what was read, what came of it."""


def _run(folder: Path) -> Path:
    return a_run(folder / "run", n=10, text="甲")


def _inspect(folder: Path) -> None:
    good("harness", "export", _run(folder), "--to", "inspect", "-o", folder / "logs")


def _lm_eval(folder: Path) -> None:
    run = _run(folder)
    good("harness", "export", run, "--to", "lm-eval", "-o", folder / "out")
    for name, prompt in (("theirs", ()), ("ours", ("--prompt", "reason"))):
        words = (run / "problems.jsonl", "--to", "lm-eval-task", *prompt)
        good("harness", "export", words[0], *words[1:], "-o", folder / "tasks" / name)


def _evalscope(folder: Path) -> None:
    """Export questions in both wordings; what the command says next holds the arguments of the data."""
    # The name cannot stand in a subset's.
    data = (_run(folder) / "problems.jsonl").rename(folder / "some-problems.jsonl")
    for name, prompt in (("theirs", ()), ("ours", ("--prompt", "reason"))):
        told = good("harness", "export", data, "--to", "evalscope", *prompt, "-o", folder / name).err
        words = shlex.split(told[told.index("evalscope eval") :])
        (folder / name / "dataset-args.json").write_text(words[words.index("--dataset-args") + 1], encoding="utf-8")


RECIPES = ("embedded-lora", "champion-qwen2.5-32b", "baseline-qwen2-7b")


def _trainer(to: str) -> Callable[[Path], None]:
    def export(folder: Path) -> None:
        for recipe in RECIPES:
            words = ("export", recipe, f"data.train={ROOT / INPUTS / 'rows.jsonl'}", "--to", to)
            good("train", *words, "--out", folder / recipe)

    return export


TARGETS = {
    one.name: one
    for one in (
        Target(name="inspect", install=("inspect_ai==0.3.285",), export=_inspect),
        Target(name="lm-eval", install=("lm_eval==0.4.13",), export=_lm_eval),
        Target(name="evalscope", install=("evalscope==1.14.1",), export=_evalscope),
        # The CPU build of torch is enough to parse arguments and to encode rows.
        Target(name="ms-swift", install=("torch==2.13.0+cpu", "ms-swift==4.6.0"), export=_trainer("ms-swift")),
        Target(
            name="llama-factory",
            install=("torch==2.13.0+cpu", "llamafactory==0.9.5"),
            # They come as builds for CUDA, with which transformers cannot be imported.
            remove=("torchvision", "torchaudio"),
            export=_trainer("llama-factory"),
        ),
    )
}
