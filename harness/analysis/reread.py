"""A run's samples read again by the present extraction rules, into a folder of their own.

    python -m harness reread runs/a -o runs/a-read

Texts and settings stay, letters are read anew (``solver.sampling.reading.read_again``). The new folder is a run that
was interrupted: the command that made the old one decides it, given the new folder as ``--run``, and draws only what
its stopping rule wants beyond what is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import RenderableType

from harness.errors import RecordError
from harness.run.attempt_log import copy_attempts, read_with, versions_told
from harness.run.data import questions_of_run
from harness.run.folder import RunFolder
from harness.scoring.metrics.scored import ratio
from harness.scoring.tables import table
from solver.base.display.figures import counted, percent
from solver.base.display.progress import bar
from solver.base.files import new_folder, write_json
from solver.extraction.version import RULES_VERSION
from solver.problems.jsonl import digest_of
from solver.problems.option_order import permutation
from solver.problems.question import Question
from solver.sampling.parameters import Sampling
from solver.sampling.reading import read_again
from solver.sampling.sample import Request, Sample
from solver.scheduling.store import Store, read_samples

_AT_ONCE = 1000
"""Samples of one write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """What reading again changed."""

    before: str
    """The versions of the rules that had read the samples."""
    now: str
    samples: int
    same: int
    """Samples with the same letter, or none both times."""
    gained: int
    """A letter where there was none."""
    lost: int
    """None where there was a letter."""
    changed: int
    """Another letter."""
    keyed: int
    """Samples of questions with a key."""
    right_before: float | None
    """Share of these that are right, 0 to 1; None where there are none."""
    right_now: float | None


def run(folder: Path, out: Path, data: Sequence[Path] = ()) -> Reread:
    """Read all samples of a run again.

    Args:
        out: the folder to write; a new one.
        data: files of problems, where those that the run names have moved.

    Raises:
        RunFolderError: there is no run.
        RecordError: the questions are not those of the run, or it was imported.
        InputError, DownloadError: they cannot be had.
        StoreError: samples cannot be read or written.
        UsageError: ``out`` holds something already.
    """
    source = RunFolder(folder)
    config = source.read_config()
    settings = {**(config.get("all") or {}), **(config.get("binding") or {})}
    if (tool := settings.get("imported_from")) is not None:
        raise RecordError(f"{folder}: was imported from {tool}; import it again")
    questions = questions_of_run({**settings, "data": [str(path) for path in data]} if data else settings)
    if digest_of(questions) != settings.get("data_sha256"):
        raise RecordError(f"{folder}: its problems have changed since; name those of the run with --data FILE")
    with new_folder(out, "-o") as place:
        samples = list(read_samples(folder))
        with bar("reading again", len(samples)) as show:
            pairs = list(_read(samples, {one.id: one for one in questions}, settings, show))
        write_json(RunFolder(place).config, config)
        asyncio.run(_keep(place, [new for _, new in pairs]))
        copy_attempts(source, RunFolder(place))
    return _compared(pairs, {one.id: one.gold for one in questions}, versions_told(read_with(source)) or "unknown")


async def _keep(out: Path, samples: Sequence[Sample]) -> None:
    with Store(out) as store:
        for begin in range(0, len(samples), _AT_ONCE):
            await store.append(samples[begin : begin + _AT_ONCE])


def _read(
    samples: Sequence[Sample],
    questions: dict[str, Question],
    settings: dict[str, object],
    show: Callable[[int], None],
) -> Iterator[tuple[Sample, Sample]]:
    seed = settings.get("seed")
    for done, sample in enumerate(samples):
        show(done)
        question = questions.get(sample.question_id)
        if question is None:
            continue
        order = permutation(
            question,
            run_seed=seed if isinstance(seed, int) else 0,
            index=sample.index,
            is_on=settings.get("shuffle_options") is True,
        )
        # Only what is read with: what was asked of the model says nothing of its letter.
        request = Request(
            question=question,
            model=sample.model,
            prompt="",
            sampling=Sampling(),
            permutation=tuple(order),
            index=sample.index,
            seed=None,
        )
        yield sample, read_again(sample, request)


def _compared(pairs: Sequence[tuple[Sample, Sample]], golds: dict[str, int | None], before: str) -> Reread:
    votes = [(golds[old.question_id], old.option_class, new.option_class) for old, new in pairs]
    keyed = [(gold, then, now) for gold, then, now in votes if gold is not None]
    return Reread(
        before=before,
        now=str(RULES_VERSION),
        samples=len(votes),
        same=sum(then == now for _, then, now in votes),
        gained=sum(then is None and now is not None for _, then, now in votes),
        lost=sum(then is not None and now is None for _, then, now in votes),
        changed=sum(then is not None and now is not None and then != now for _, then, now in votes),
        keyed=len(keyed),
        right_before=ratio(sum(then == gold for gold, then, _ in keyed), len(keyed)),
        right_now=ratio(sum(now == gold for gold, _, now in keyed), len(keyed)),
    )


def to_json(found: Reread) -> dict[str, object]:
    """Return the figures as one object."""
    return asdict(found)


def render(found: Reread) -> RenderableType:
    """Return the table for the terminal."""
    rows = [
        ("extraction rules", found.before, found.now),
        ("right, of samples with a key", percent(found.right_before), percent(found.right_now)),
    ]
    caption = (
        f"{counted(found.samples, 'sample')}: {found.gained:,} with a letter that had none, {found.lost:,} without, "
        f"{found.changed:,} with another, {found.same:,} as they were."
    )
    return table("Read again", ("", "before", "now"), rows, caption=caption)
