"""The questions of the comparison: part of each benchmark, with ids that no other one has, as one file each."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from harness.run.data import load_data
from solver.problems.jsonl import load_problems, questions_of
from solver.problems.letters import letter_of
from solver.problems.question import Problem, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One of the benchmarks, as all harnesses get it."""

    name: str
    """Of letters, digits and ``_``; the ids of its problems begin with it."""
    data: Path
    """The file of problems in our form."""
    questions: tuple[Question, ...]


def benchmark_of(source: str, folder: Path, limit: int) -> Benchmark:
    """Take part of a benchmark: whole problems, chosen by the digests of their ids, until there are enough questions.

    Args:
        source: a file of any shape, or a benchmark's name.
        folder: gets the file.
        limit: questions, about; 0 takes all.

    Raises:
        InputError: it cannot be read.
    """
    name = re.sub(r"\W+", "_", Path(source).name.split(".")[0])
    problems = [one for one in load_data([source]).problems if all(q.gold is not None for q in one.questions)]
    chosen = part(problems, limit)
    path = folder / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = (json.dumps(_row(name, place, one), ensure_ascii=False) + "\n" for place, one in enumerate(chosen))
    path.write_text("".join(rows), encoding="utf-8")
    return Benchmark(name=name, data=path, questions=questions_of(load_problems([path]).problems))


def part(problems: Sequence[Problem], limit: int) -> tuple[Problem, ...]:
    """Return whole problems with about so many questions, always the same ones, in their order."""
    if not limit:
        return tuple(problems)
    chosen: set[str] = set()
    count = 0
    for one in sorted(problems, key=lambda one: sha256(one.id.encode()).hexdigest()):
        if count >= limit:
            break
        chosen.add(one.id)
        count += len(one.questions)
    return tuple(one for one in problems if one.id in chosen)


def _row(name: str, place: int, problem: Problem) -> dict[str, object]:
    questions = [
        {"question": one.text, "options": list(one.options), "answer": letter_of(one.gold or 0)}
        for one in problem.questions
    ]
    return {"id": f"{name}.{place:04d}", "problem": problem.text, "questions": questions}
