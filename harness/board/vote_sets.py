"""Sets of recorded votes: what one model answered under one prompt, question by question.

Files are read as for ``harness replay`` (``harness.analysis.recorded_votes``); every combination of data file, model
and prompt is a set of its own. Questions without a key, or with fewer samples than asked for, are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.analysis.recorded_votes import QuestionVotes, pool, read_recordings
from harness.errors import RecordError
from solver.base.display.figures import counted

LEAST_QUESTIONS = 50
"""Smaller sets are left out: their intervals say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteSet:
    """Recorded votes of one model under one prompt."""

    name: str
    """File, model and prompt, as far as they tell sets apart."""
    questions: tuple[QuestionVotes, ...]
    """With a key, and with as many samples as asked for at least."""
    samples: int
    """Samples that every question has at least."""

    @property
    def has_confidences(self) -> bool:
        """Whether engines gave confidences."""
        return any(question.confidences for question in self.questions)


def read_sets(files: Sequence[Path], least_samples: int) -> tuple[VoteSet, ...]:
    """Read recorded votes.

    Args:
        least_samples: questions with fewer are left out.

    Raises:
        RunFolderError: a file cannot be opened.
        RecordError: a line cannot be used, or no set is left.
    """
    found: dict[tuple[str, str, str], list[QuestionVotes]] = {}
    for path in files:
        for question in pool(tuple(read_recordings(path)), ()):
            if question.gold is not None and len(question.votes) >= least_samples:
                key = (path.name.split(".jsonl")[0], question.keys.get("model", ""), question.keys.get("prompt", ""))
                found.setdefault(key, []).append(question)
    kept = {key: group for key, group in found.items() if len(group) >= LEAST_QUESTIONS}
    if not kept:
        raise RecordError(
            f"{', '.join(map(str, files))}: no set of at least {LEAST_QUESTIONS} questions with a key and "
            f"{counted(least_samples, 'sample')}"
        )
    return tuple(
        VoteSet(name=name, questions=tuple(group), samples=min(len(question.votes) for question in group))
        for name, group in zip(_names(tuple(kept)), kept.values(), strict=True)
    )


def _names(keys: Sequence[tuple[str, str, str]]) -> list[str]:
    """Name sets by their file, and by model and prompt where a file holds several.

    >>> _names([("a", "m", "p"), ("b", "x", "p"), ("b", "y", "p")])
    ['a', 'b, x', 'b, y']
    """
    several: dict[str, tuple[set[str], set[str]]] = {}
    for file, model, prompt in keys:
        models, prompts = several.setdefault(file, (set(), set()))
        models.add(model)
        prompts.add(prompt)
    return [
        ", ".join(
            [file, *([model] if len(several[file][0]) > 1 else []), *([prompt] if len(several[file][1]) > 1 else [])]
        )
        for file, model, prompt in keys
    ]
