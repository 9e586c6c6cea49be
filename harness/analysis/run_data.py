"""What the report, and exports to other tools, know of a run, and reading it from the run's folder.

The texts of the questions are not in a run folder; they are read again from the files of problems that the run names.
Where such a file is gone or no longer the same (its digest tells), the report goes without texts and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.benchmarks.builtin import settled
from harness.errors import DownloadError
from harness.run.attempt_log import Spent, read_with, spent, versions_told
from harness.run.data import questions_of_run
from harness.run.folder import RunFolder
from harness.run.results import read_results
from solver.base.errors import InputError
from solver.problems.jsonl import digest_of
from solver.problems.question import Question
from solver.sampling.sample import Sample
from solver.scheduling.outcome import Outcome
from solver.scheduling.store import read_samples

MOST_RUNS = 6
"""Runs in one report; more side by side cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunData:
    """All that the report knows of a run."""

    name: str
    """The folder's name, made unique among the reported runs."""
    settings: Mapping[str, object]
    """The resolved configuration, as in ``config.json``."""
    summary: Mapping[str, object]
    """As in ``summary.json``."""
    results: tuple[Outcome, ...]
    samples: Mapping[str, tuple[Sample, ...]]
    """By question id, in launch order: model by model as in the results, then by index."""
    questions: Mapping[str, Question] = field(default_factory=dict)
    """By id; empty where the file of problems is gone or has changed."""
    texts_missing: str | None = None
    """Why there are no texts: ``gone``, ``changed``, or None where they are there."""
    time_spent: Spent = field(default_factory=lambda: Spent(0, 0.0, 0.0))

    @property
    def rule(self) -> str:
        """The stopping rule of the run."""
        return str(self.settings.get("rule", "?"))

    @property
    def models(self) -> tuple[str, ...]:
        """The models asked, the best first."""
        found = self.summary.get("models")
        return tuple(str(model) for model in found) if isinstance(found, list) else ()


def gather(folders: Sequence[Path], data: Sequence[Path] = ()) -> tuple[RunData, ...]:
    """Read run folders.

    Args:
        folders: run folders that hold a finished (or cut short, but scored) run.
        data: files of problems to take texts from instead of those that the runs name.

    Raises:
        RunFolderError: a folder is no scored run.
        RecordError: a line of its results cannot be used.
        StoreError: its samples cannot be read.
        InputError, DownloadError: ``data`` cannot be read.
    """
    names = unique_names(folders)
    return tuple(_read(folder, name, data) for folder, name in zip(folders, names, strict=True))


def unique_names(folders: Sequence[Path]) -> list[str]:
    """Name folders by as few of their last parts as tell them apart.

    >>> unique_names([Path("x/run"), Path("y/run")])
    ['x/run', 'y/run']
    """
    wholes = [folder.resolve().parts for folder in folders]
    for depth in range(1, max(map(len, wholes), default=1) + 1):
        names = ["/".join(parts[-depth:]) for parts in wholes]
        if len(set(names)) == len(names):
            return names
    return [f"{name} ({place})" for place, name in enumerate(names, start=1)]


def _read(folder: Path, name: str, data: Sequence[Path]) -> RunData:
    results = read_results(folder)
    run = RunFolder(folder)
    config, summary = run.read_config(), run.read_summary()
    settings = {**_mapping(config.get("all")), **_mapping(config.get("binding"))}
    if versions := read_with(run):
        settings["extraction_rules"] = versions_told(versions)
    by_question: dict[str, list[Sample]] = {result.question_id: [] for result in results}
    for sample in read_samples(folder):
        if sample.question_id in by_question:
            by_question[sample.question_id].append(sample)
    questions, missing = _questions(settings, data)
    models = summary.get("models")
    places = {str(model): place for place, model in enumerate(models)} if isinstance(models, list) else {}

    def launch_order(sample: Sample) -> tuple[int, str, int]:
        return (places.get(sample.model, len(places)), sample.model, sample.index)

    return RunData(
        name=name,
        settings=settings,
        summary=summary,
        results=results,
        samples={name: tuple(sorted(found, key=launch_order)) for name, found in by_question.items()},
        questions=questions,
        texts_missing=missing,
        time_spent=spent(run, (sample.finished_at for found in by_question.values() for sample in found)),
    )


def _questions(settings: Mapping[str, object], data: Sequence[Path]) -> tuple[Mapping[str, Question], str | None]:
    noted = {**settings, "data": [settled(str(name)) for name in data]} if data else settings
    try:
        questions = questions_of_run(noted)
    except (InputError, DownloadError):
        if data:
            raise
        return {}, "gone"
    if digest_of(questions) != settings.get("data_sha256"):
        return {}, "changed"
    return {question.id: question for question in questions}, None


def _mapping(value: object) -> dict[str, object]:
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}
