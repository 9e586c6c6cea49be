"""How each harness is told to ask the same questions at the same endpoint: greedy, so many in flight, so long at most.

Two wordings: ``own`` is each harness's own one for multiple choice with reasoning, ``same`` gives the others ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.export import evalscope_data, lm_eval_task
from solver.problems.prompt import load_template
from tests.support.checkout import ROOT

from .asked import Benchmark

Wording = Literal["own", "same"]
WORDINGS: tuple[Wording, ...] = ("own", "same")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What every harness has to do."""

    benchmarks: Sequence[Benchmark]
    endpoint: str
    """Base URL with ``/v1``."""
    model: str
    prompt: str
    """Ours."""
    concurrency: int
    max_tokens: int
    limit_s: float
    """A harness that takes longer is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a harness is installed."""

    python: Path
    environment: Mapping[str, str]
    """What its process has beyond ours."""


Command = Callable[[Job, Path, Wording, Place], list[str]]
"""Writes a harness's input files into a folder and returns its command."""


def ours(job: Job, folder: Path) -> list[str]:
    """Return our command; the run is ``folder/run``."""
    words = [sys.executable, "-m", "harness", "eval", *(str(one.data) for one in job.benchmarks)]
    words += ["--endpoint", job.endpoint, "--model", job.model, "--preset", "none", "--prompt", job.prompt]
    words += ["--rule", "fixed:1", "--max-samples", "1", "--temperature", "0", "--top-p", "1"]
    words += ["--max-tokens", str(job.max_tokens), "--slots", str(job.concurrency)]
    return [*words, "--run", str(folder / "run"), "--display", "none", "--json"]


def lm_eval(job: Job, folder: Path, wording: Wording, place: Place) -> list[str]:
    """Write its tasks and return its command; the samples are below ``folder/out``."""
    template = load_template(job.prompt) if wording == "same" else None
    generation = {"until": [], "do_sample": False, "temperature": 0.0, "max_gen_toks": job.max_tokens}
    for one in job.benchmarks:
        files = lm_eval_task.files_of(
            one.questions, one.name, folder / "tasks", template=template, generation=generation
        )
        _write(folder / "tasks", files)
    model = {
        "model": job.model,
        "base_url": f"{job.endpoint}/chat/completions",
        "num_concurrent": job.concurrency,
        "max_retries": 3,
    }
    words = [str(place.python), "-m", "lm_eval", "run", "--model", "local-chat-completions"]
    words += ["--tasks", ",".join(one.name for one in job.benchmarks), "--include_path", str(folder / "tasks")]
    words += ["--apply_chat_template", "--log_samples", "--output_path", str(folder / "out")]
    return [*words, "--model_args", ",".join(f"{name}={value}" for name, value in model.items())]


def evalscope(job: Job, folder: Path, wording: Wording, place: Place) -> list[str]:
    """Write its data and return its command; the reviews are below ``folder/out``."""
    template = load_template(job.prompt) if wording == "same" else None
    for one in job.benchmarks:
        _write(folder / "data", evalscope_data.files_of(one.questions, one.name, template=template))
    task: dict[str, object] = {
        "local_path": str(folder / "data"),
        "subset_list": [one.name for one in job.benchmarks],
        # Its wording without reasoning is the default; ours and lm-eval's ask for reasoning.
        "extra_params": {"use_cot": True},
    }
    if template is not None:
        task["prompt_template"] = evalscope_data.AROUND
    generation = {"temperature": 0.0, "max_tokens": job.max_tokens, "stream": False}
    words = [str(place.python), "-m", "evalscope.cli.cli", "eval", "--model", job.model, "--eval-type", "openai_api"]
    words += ["--api-url", job.endpoint, "--datasets", "general_mcq", "--eval-batch-size", str(job.concurrency)]
    words += ["--dataset-args", json.dumps({"general_mcq": task}), "--generation-config", json.dumps(generation)]
    return [*words, "--work-dir", str(folder / "out"), "--no-timestamp"]


def run(words: Sequence[str], folder: Path, environment: Mapping[str, str], limit_s: float) -> float:
    """Run a command to its end, with what it says in ``folder/log.txt``, or not again where it is over already.

    Returns:
        The seconds that it took.

    Raises:
        RuntimeError: it failed or took too long; with the end of what it said.
    """
    is_over = folder / "seconds.txt"
    if is_over.exists():
        return float(is_over.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    caches = {"HF_HOME": str(folder / "hf"), "MODELSCOPE_CACHE": str(folder / "modelscope")}
    key = os.environ.get("OPENAI_API_KEY", "none")
    keys = {"OPENAI_API_KEY": key, "EVALSCOPE_API_KEY": key}
    began, log = time.monotonic(), folder / "log.txt"
    with log.open("ab") as out:
        try:
            done = subprocess.run(
                words,
                cwd=ROOT if "harness" in words[:3] else folder,
                env={**os.environ, **offline, **caches, **keys, **environment},
                stdout=out,
                stderr=out,
                timeout=limit_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{' '.join(words[:4])} took more than {limit_s:.0f} s; see {log}") from None
    if done.returncode:
        end = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
        raise RuntimeError(f"{' '.join(words[:4])} ended with {done.returncode}; the end of {log}:\n{end}")
    is_over.write_text(f"{time.monotonic() - began:.2f}\n", encoding="utf-8")
    return time.monotonic() - began


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
