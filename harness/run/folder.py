"""A run's folder: what its files are called, and how those that several commands read are read.

::

    config.json        the resolved settings, what the run belongs to (its binding), and the hash of that
    samples.sqlite     every sample (``solver.scheduling.store``), with ``lock`` beside it while the run goes on
    attempts.jsonl     a line for each beginning and end of the command (``harness.run.attempt_log``)
    results.jsonl      a line a question (``harness.run.results``)
    submission.jsonl   the data's rows, in their order and form, with the answers in them
    submission.ids.json    the ids of each row's questions, where not all rows are in the contest's form
    summary.json       scores and facts of the whole run
    card.json          what the run was made of, for ``harness reproduce`` (``harness.run.card``)
    rejects.jsonl      lines of the data that could not be used, with ``--skip-bad``
    engine.log, serving.json    what the engine said, and the plan of its memory
    report.html, export/        written by ``harness report`` and ``harness export``

>>> RunFolder(Path("runs/a")).summary.as_posix()
'runs/a/summary.json'
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import RunFolderError
from solver.base.display.figures import counted
from solver.base.foreign_files import json_lines_of, json_of, object_of
from solver.base.inputs import meant
from solver.problems.forms.form import UnusableLine
from solver.problems.forms.given_row import GivenRow
from solver.problems.forms.registry import FORMS, form_of
from solver.problems.question import question_id_of
from solver.scheduling.store import FILE as SAMPLES


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The places of a run's files."""

    path: Path
    """The folder."""

    @property
    def config(self) -> Path:
        return self.path / "config.json"

    @property
    def attempts(self) -> Path:
        return self.path / "attempts.jsonl"

    @property
    def results(self) -> Path:
        return self.path / "results.jsonl"

    @property
    def submission(self) -> Path:
        return self.path / "submission.jsonl"

    @property
    def submission_ids(self) -> Path:
        return self.path / "submission.ids.json"

    @property
    def summary(self) -> Path:
        return self.path / "summary.json"

    @property
    def card(self) -> Path:
        return self.path / "card.json"

    @property
    def rejects(self) -> Path:
        return self.path / "rejects.jsonl"

    @property
    def engine_log(self) -> Path:
        return self.path / "engine.log"

    @property
    def serving(self) -> Path:
        return self.path / "serving.json"

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    @property
    def is_undecided(self) -> bool:
        """Whether it holds samples of a run and no results: these are written at its end."""
        return self.config.exists() and (self.path / SAMPLES).exists() and not self.results.exists()

    @property
    def written(self) -> tuple[str, ...]:
        """Patterns of the names of what ``harness eval`` writes."""
        results = (self.results, self.submission, self.submission_ids, self.summary, self.card, self.rejects)
        files = (self.config, self.attempts, *results, self.serving)
        return (*(file.name for file in files), f"{SAMPLES}*", "engine*.log", "lock")

    def reads(self) -> tuple[Path, ...]:
        """What a command reads that is given the run: the folder, its submission, and the data that it names."""
        named = self.read_binding().get("data")
        data = [Path(str(name)) for name in named] if isinstance(named, list) else []
        return (self.path, self.submission, *data)

    def export(self, tool: str) -> Path:
        """Return the folder of a run in another tool's form."""
        return self.path / "export" / tool

    def read_config(self) -> dict[str, Any]:
        """Read the settings.

        Raises:
            RunFolderError: they are missing or unreadable.
        """
        return _object_of(self.config)

    def read_summary(self) -> dict[str, Any]:
        """Read the summary.

        Raises:
            RunFolderError: it is missing or unreadable.
        """
        return _object_of(self.summary)

    def read_binding(self) -> Mapping[str, Any]:
        """Read what the run belongs to; empty for a folder of another kind, or recorded votes in a file."""
        try:
            binding = self.read_config().get("binding")
        except RunFolderError:
            return {}
        return binding if isinstance(binding, dict) else {}

    def read_submission(self) -> tuple[GivenRow, ...]:
        """Read the submission: the data's rows with the answers in them.

        Raises:
            RunFolderError: it is missing or unreadable.
        """
        check_is_run(self.path)
        if not self.submission.exists():
            raise missing(self.submission)
        rows, ids = list(json_lines_of(self.submission, error=RunFolderError)), self.submission_ids
        known = json_of(ids, error=RunFolderError) if ids.exists() else [None] * len(rows)
        if not isinstance(known, list) or len(known) != len(rows):
            raise RunFolderError(f"{ids}: belongs to another submission; run 'harness eval' again")
        return tuple(
            _submission_row(row, own, f"{self.submission}:{number}")
            for (number, row), own in zip(rows, known, strict=True)
        )


def runs_below(folder: Path) -> Iterator[RunFolder]:
    """Yield the run folders below a folder that hold samples or what came of them, by their paths.

    Raises:
        OSError: the folder cannot be read.
    """
    # The search below finds nothing in a folder that cannot be read, and says nothing.
    os.scandir(folder).close()
    for path in sorted(folder.rglob("config.json")):
        run = RunFolder(path.parent)
        if run.summary.exists() or run.results.exists() or run.is_undecided:
            yield run


def _submission_row(values: Any, ids: Any, where: str) -> GivenRow:
    """Take a line of a submission; those of the contest's form alone, as all were once, need no ids beside them."""
    try:
        form = FORMS["contest"] if ids is None else form_of(values)
        if ids is None:
            ids = [question_id_of(values["id"], place) for place in range(len(values["questions"]))]
        if form is None or not all(isinstance(name, str) for name in ids):
            raise ValueError(f"no form of rows: {values!r:.80}")
        row = GivenRow(form, values, tuple(ids))
        if len(row.questions()) != len(ids):
            raise ValueError(f"{counted(len(ids), 'question is', 'questions are')} wanted in {values!r:.80}")
    except (ValueError, KeyError, TypeError, AttributeError, UnusableLine) as error:
        raise RunFolderError(f"{where}: cannot be read ({error!r}); run 'harness eval' first") from error
    return row


def check_is_run(path: Path) -> None:
    """Check that a path is the folder of a run.

    Raises:
        RunFolderError: it is not; names those that may have been meant.
    """
    if path.is_file():
        raise RunFolderError(f"{path}: a file; give the folder of a run")
    if not path.exists():
        raise RunFolderError(f"{path}: no such run folder{meant(path)}")


def missing(path: Path) -> RunFolderError:
    """Return what to say of a file that a folder lacks: of a folder of runs, those that may have been meant."""
    if RunFolder(path.parent).is_undecided:
        return RunFolderError(undecided(path.parent))
    below = [run.path for run in map(RunFolder, sorted(path.parent.glob("*/"))) if run.config.exists()]
    hint = (
        f"did you mean {' or '.join(map(str, below[:2]))}?"
        if below
        else "has the run finished? if not, give the folder of a run that has"
    )
    return RunFolderError(f"{path}: is not there; {hint}")


def undecided(folder: Path) -> str:
    """Say what a folder is that holds samples of a run and no results, and what to do."""
    return (
        f"{folder}: a run that is not decided: it still goes on, was cut off, or was read again (harness reread); "
        f"unless it goes on, decide it by the command that made it with --run {shlex.quote(str(folder))}"
    )


def _object_of(path: Path) -> dict[str, Any]:
    check_is_run(path.parent)
    if not path.exists():
        raise missing(path)
    return object_of(path, error=RunFolderError)
