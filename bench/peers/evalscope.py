"""evalscope as a contestant: its ``general_mcq`` with ``--repeats``.

It writes the options itself (``A) x``); the rest of the prompt is the others'. Its reader of answers looks for
``ANSWER:`` under a template of one's own, and else takes the last capital letter, which here is the answer's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from solver.problems.letters import ALPHABET

from .contestant import Command, Job, Kept
from .questions import write_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalScope:
    """``evalscope eval``."""

    name: str = "evalscope"
    environment: str = "evalscope"
    requirements: tuple[str, ...] = ("evalscope==1.14.1",)

    def command(self, job: Job, python: Path) -> Command:
        """Write the data and return the command."""
        rows = [
            {"id": one.id, "question": one.stem, **dict(zip(ALPHABET, one.options, strict=False)), "answer": one.gold}
            for one in job.questions
        ]
        write_lines(job.folder / "data" / "peers_val.jsonl", rows)
        task = {
            "local_path": str(job.folder / "data"),
            "subset_list": ["peers"],
            "prompt_template": "{question}\n{choices}",
        }
        generation = {"temperature": 1.0, "max_tokens": job.max_tokens, "stream": False}
        words = [str(python.with_name("evalscope")), "eval", "--model", job.model, "--eval-type", "openai_api"]
        words += ["--api-url", job.url, "--datasets", "general_mcq", "--repeats", str(job.repeats)]
        words += ["--dataset-args", json.dumps({"general_mcq": task}), "--generation-config", json.dumps(generation)]
        words += ["--eval-batch-size", str(job.concurrency)]
        out = str(job.folder / "out")
        # It refuses --use-cache with a folder that holds no run yet, so the two starts have different commands.
        words += ["--use-cache", out] if job.is_restart else ["--work-dir", out, "--no-timestamp"]
        return Command(words, job.folder, {"MODELSCOPE_CACHE": str(job.cache / "modelscope")})

    def kept(self, job: Job, python: Path) -> Iterable[Kept]:
        """Read the reviews."""
        for path in (job.folder / "out").glob("reviews/*/general_mcq_peers.jsonl"):
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                score = row["sample_score"]["score"]
                name = row["sample_score"]["sample_metadata"]["id"]
                yield Kept(name, score["prediction"], score["extracted_prediction"] or None)
