"""What a contestant is: how it is installed, what command runs it, and how its results are read.

A contestant never measures itself. It turns a ``Job`` into input files and a command, and afterwards reads which
samples its result files hold; time, CPU and requests are taken from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from .questions import Asked

ANSWER = "答案是：([A-Z])"
"""The answer line that the prompt asks for, as a regular expression for contestants that want one."""
REFUSAL = "maximum context length"
"""Words of the server's refusal of an over-long prompt: a kept sample with them is an error taken for an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one run has to do."""

    folder: Path
    """The run's own folder; the same one when a killed run is started again."""
    cache: Path
    """Where downloads and the like of all runs may lie."""
    url: str
    """Base URL with ``/v1``."""
    model: str
    questions: Sequence[Asked]
    repeats: int
    """Samples a question."""
    concurrency: int
    """Samples in flight at most."""
    max_tokens: int
    is_resumable: bool = False
    """True where the command is to keep what it needs to go on after a kill."""
    is_restart: bool = False
    """True for the start after the kill, where a contestant needs another command for it."""


class Command(NamedTuple):
    """A command line, the folder it runs in, and what its environment has beyond ours."""

    words: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


class Kept(NamedTuple):
    """A sample in a contestant's result files."""

    question_id: str
    text: str
    letter: str | None
    """What the contestant itself read; None where it read nothing."""


class Contestant(Protocol):
    """One harness in one configuration."""

    @property
    def name(self) -> str:
        """As in the tables."""

    @property
    def environment(self) -> str | None:
        """Name of its virtual environment; None runs in ours."""

    @property
    def requirements(self) -> tuple[str, ...]:
        """What pip installs there, pinned; the first one is the harness itself."""

    def command(self, job: Job, python: Path) -> Command:
        """Write the job's input files and return the command."""

    def kept(self, job: Job, python: Path) -> Iterable[Kept]:
        """Read the samples of a run that is over; nothing where it left no result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a result holds, held against the questions."""

    questions: int
    """Questions with a sample that was not lost."""
    samples: int
    distinct: int
    """Different texts, question by question."""
    answered: int
    """Samples with a letter, refusals' words aside."""
    right: int
    refusals: int
    """Samples whose text is the server's refusal."""
    refusals_read: int
    """Those of them from which a letter was read."""


def found_of(questions: Sequence[Asked], kept: Iterable[Kept]) -> Found:
    """Sum up a result."""
    gold = {one.id: one.gold for one in questions}
    samples = [sample for sample in kept if sample.question_id in gold]
    good = [sample for sample in samples if REFUSAL not in sample.text]
    return Found(
        questions=len({sample.question_id for sample in good}),
        samples=len(good),
        distinct=len({(sample.question_id, sample.text) for sample in good}),
        answered=sum(sample.letter is not None for sample in good),
        right=sum(sample.letter == gold[sample.question_id] for sample in good),
        refusals=len(samples) - len(good),
        refusals_read=sum(sample.letter is not None and REFUSAL in sample.text for sample in samples),
    )
