"""The questions of the comparison: generated puzzles, each with the prompt that all contestants send.

``make_questions`` calls ``python -m synth generate`` and keeps the first ``count`` questions with different prompts.
Our harness reads them as a problem file; the others get the rendered prompt, so that all send the same words.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from solver.problems.jsonl import load_problems, questions_of
from solver.problems.letters import letter_of
from solver.problems.prompt import lettered, load_template, render
from solver.problems.question import question_of
from tests.support.checkout import ROOT

TEMPLATE = "cot"
MAX_OPTIONS = 10
"""evalscope's general_mcq reads options A to J."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as the contestants get it."""

    id: str
    problem: str
    text: str
    options: tuple[str, ...]
    gold: str
    """Letter."""

    @property
    def prompt(self) -> str:
        """The whole user message."""
        question = question_of(self.id, problem=self.problem, text=self.text, options=self.options)
        return render(load_template(TEMPLATE), question)

    @property
    def stem(self) -> str:
        """The message without its options, for a contestant that writes those itself."""
        return self.prompt.removesuffix(lettered(self.options)).rstrip("\n")


def make_questions(count: int, seed: int, folder: Path) -> list[Asked]:
    """Generate questions; ``folder`` gets the generator's file.

    Raises:
        RuntimeError: too few different ones came.
    """
    out = folder / "generated.jsonl"
    command = [sys.executable, "-m", "synth", "generate", "--count", str(count), "--seed", str(seed)]
    subprocess.run([*command, "--out", str(out), "--no-check"], cwd=ROOT, check=True, capture_output=True)
    asked: dict[str, Asked] = {}
    for found in questions_of(load_problems([out]).problems):
        if found.gold is None or len(found.options) > MAX_OPTIONS:
            continue
        one = Asked(
            id=f"q{len(asked):04d}",
            problem=found.problem.strip(),
            text=found.text.strip(),
            options=tuple(option.strip() for option in found.options),
            gold=letter_of(found.gold),
        )
        asked.setdefault(one.prompt, one)
    if len(asked) < count:
        raise RuntimeError(f"{len(asked)} different questions came of {count} problems; try another --seed")
    return list(asked.values())[:count]


def with_long_one(questions: Sequence[Asked], characters: int) -> list[Asked]:
    """Return the questions with one in the middle blown up to more than so many characters."""
    place = len(questions) // 2
    one = questions[place]
    long = replace(one, problem=one.problem * (characters // len(one.problem) + 2))
    return [*questions[:place], long, *questions[place + 1 :]]


def write_lines(path: Path, rows: Sequence[object]) -> Path:
    """Write JSON lines; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
