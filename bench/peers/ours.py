"""Our harness as a contestant: ``python -m harness eval`` with ``fixed:K``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from solver.sampling.sample import Status
from solver.scheduling.store import read_samples
from tests.support.checkout import ROOT

from .contestant import Command, Job, Kept
from .questions import TEMPLATE, Asked, write_lines


def problem_line(one: Asked) -> object:
    """Return a line of our problem file."""
    question = {"question": one.text, "options": list(one.options), "answer": one.gold}
    return {"id": one.id, "problem": one.problem, "questions": [question]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """``python -m harness eval``.

    The others neither ask for log-probabilities nor ask again for a letter, so the like-for-like form does not either.
    """

    name: str = "ours"
    is_default: bool = False
    """True leaves log-probabilities and closing on."""
    slots_factor: int = 1
    """Slots as a multiple of the job's concurrency."""
    environment: None = None
    requirements: tuple[str, ...] = ()

    def command(self, job: Job, python: Path) -> Command:
        """Write the problem file and return the command."""
        data = write_lines(job.folder / "problems.jsonl", [problem_line(one) for one in job.questions])
        words = [str(python), "-m", "harness", "eval", str(data), "--endpoint", job.url, "--model", job.model]
        words += ["--rule", f"fixed:{job.repeats}", "--max-samples", str(job.repeats), "--prompt", TEMPLATE]
        words += ["--slots", str(job.concurrency * self.slots_factor), "--temperature", "1"]
        words += ["--max-tokens", str(job.max_tokens), "--run", str(job.folder / "run"), "--display", "none", "--json"]
        return Command(words if self.is_default else [*words, "--no-logprobs", "--no-close"], ROOT, {})

    def kept(self, job: Job, python: Path) -> Iterable[Kept]:
        """Read the store."""
        by_id = {f"{one.id}#0": one.id for one in job.questions}
        store = job.folder / "run" / "samples.sqlite"
        if not store.exists():
            return
        for sample in read_samples(job.folder / "run"):
            if sample.status is not Status.FAILED:
                yield Kept(by_id[sample.question_id], sample.text, sample.shown_letter)
