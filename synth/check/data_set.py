"""Checking a data set before anybody trains on it: duplicates, overlap, leaks, balance, chains against labels.

    python -m synth check data/train.jsonl data/dev.jsonl --against benchmark.jsonl

Rows go once through all cores (``synth.check.scan``); what needs more than one row is found in arrays afterwards.
What is wrong is a count and five examples of each kind, held against a tolerated share
(``synth.check.row_faults.KINDS``);
the report becomes a data card (``synth.check.card``). Nothing is repaired: ``--findings`` lists every finding for that.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from solver.base.display.figures import counted
from solver.base.errors import InputError, advice_on
from solver.base.files import replacing
from solver.training_rows import RowError, read_object
from synth.check.balance import Note
from synth.check.ngrams import near_duplicates, repeats, stacked
from synth.check.overlap import Index
from synth.check.row_faults import KINDS
from synth.check.scan import (
    NO_LABEL,
    Example,
    Part,
    State,
    Survey,
    chunks_of,
    examine,
    lines_of,
    listed_line,
    ready,
    ready_worker,
    sampled_template,
    survey,
)
from synth.errors import CheckError
from synth.puzzles.benchmark_overlap import THRESHOLD, Entry, Nearest, entries_of

QUANTILES = (0.0, 0.05, 0.5, 0.95, 1.0)
MOST_FILES = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckArgs:
    """What to check, and against what."""

    files: tuple[Path, ...]
    against: tuple[Path, ...] = ()
    """Benchmarks in the contest's or the flat form."""
    rejected: tuple[Path, ...] = ()
    """JSON lines of what was rejected when the data was made, each with a ``reason``."""
    licences: tuple[tuple[str, str], ...] = ()
    """(source, licence), for sources whose rows do not say it."""
    allowed: tuple[tuple[str, float], ...] = ()
    """(kind, share of rows tolerated) in place of the default of ``KINDS``."""
    findings: Path | None = None
    """Where every finding is written, one JSON line each."""
    processes: int | None = None
    """None for all cores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One kind of finding, counted."""

    kind: str
    rows: int
    """Rows that have it."""
    tolerated: float
    """Share of all rows that is tolerated."""
    is_serious: bool
    examples: tuple[Example, ...]


class Spread(NamedTuple):
    """Lengths in characters: least, 5 %, median, 95 %, most."""

    least: int
    low: int
    median: int
    high: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a data set holds and what is wrong with it."""

    files: tuple[Survey, ...]
    rows: int
    with_chain: int
    with_label: int
    problems: tuple[Problem, ...]
    """Kinds that were found, serious ones first."""
    notes: tuple[Note, ...]
    """Imbalances."""
    letters: tuple[tuple[str, int, float, float], ...]
    """(letter, rows, share, share by chance)."""
    longest: tuple[float, float, int] | None
    """How often the longest option is right, by chance, and over how many rows."""
    traits: Mapping[str, Counter[str]]
    rejected: Counter[tuple[str, str]]
    """(rung, reason) -> how many."""
    licences: Mapping[str, str]
    cost: Decimal | None
    """Of all rows, None where a row does not say it."""
    known_cost: Decimal
    """Of the rows that say it."""
    costed: int
    """Rows that say what they cost."""
    tokens: int
    prompt_chars: Spread | None
    chain_chars: Spread | None
    benchmarks: tuple[tuple[str, int], ...]
    """(file, entries looked at: questions and problem texts)."""
    nearest: Nearest
    seconds: float

    @property
    def is_serious(self) -> bool:
        """True where nobody should train on the data as it is."""
        return any(one.is_serious for one in self.problems) or any(note.is_serious for note in self.notes)


def check(args: CheckArgs, *, tick: Callable[[int, int], None] = lambda done, total: None) -> Report:
    """Check files of rows.

    Args:
        tick: called with the number of lines done and their total.

    Raises:
        CheckError: a file cannot be read or holds nothing, or a kind to allow is unknown.
    """
    began = time.perf_counter()
    limits = _limits(args.allowed)
    if len(args.files) > MOST_FILES:
        raise CheckError(f"{counted(len(args.files), 'file')}; check at most {MOST_FILES} at once")
    surveys = [survey(path) for path in args.files]
    texts = _benchmarks(args.against)
    index = Index.build([entry for _, entries in texts for entry in entries])
    total = sum(one.lines for one in surveys)
    rejected = _rejected(args.rejected)
    whole = Part()
    with _listing(args.findings) as listing:
        names = tuple(str(path) for path in args.files)
        state = State(index, sampled_template(surveys), names, listing is not None)
        done = 0
        for count, part in _parts(args.files, state, args.processes or os.cpu_count() or 1):
            if listing is not None:
                listing.writelines(part.listed)
                part.listed.clear()
            whole.add(part)
            done += count
            tick(done, total)
        _of_pairs(whole, names)
        if listing is not None:
            listing.writelines(whole.listed)
    return _report(args, whole, surveys, limits, texts, rejected, time.perf_counter() - began)


def _limits(allowed: Sequence[tuple[str, float]]) -> dict[str, float]:
    limits = {kind: tolerated for kind, (tolerated, _) in KINDS.items()}
    for kind, share in allowed:
        if kind not in limits:
            raise CheckError(f"--allow {kind}: no such kind; it is one of {', '.join(limits)}")
        limits[kind] = share
    return limits


def _benchmarks(paths: Sequence[Path]) -> list[tuple[Path, list[Entry]]]:
    try:
        found = [(path, entries_of(path)) for path in paths]
    except InputError as error:
        raise CheckError(f"--against {error}") from error
    for path, entries in found:
        if not entries:
            raise CheckError(f"--against {path}: holds no question in the contest's or the flat form")
    return found


def _rejected(paths: Sequence[Path]) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for path in paths:
        for number, text in lines_of(path):
            try:
                row = read_object(text or b"")
            except RowError as error:
                raise CheckError(f"{path}:{number}: {error}") from None
            # As distill writes it: the reason of every rung, of which the last ended it.
            reasons = row.get("reasons")
            last = reasons[-1] if isinstance(reasons, list) and reasons else row
            reason = last.get("reason") if isinstance(last, dict) else None
            if not isinstance(reason, str) or not isinstance(last, dict):
                raise CheckError(f"{path}:{number}: field 'reason' is missing; say why it was rejected")
            counts[str(last.get("rung") or last.get("stage") or ""), reason] += 1
    return counts


@contextmanager
def _listing(path: Path | None) -> Iterator[IO[str] | None]:
    """Give the file of findings, which is there once it is whole; None where none is wanted."""
    if path is None:
        yield None
        return
    try:
        with replacing(path) as file:
            yield file
    except OSError as error:
        raise CheckError(f"--findings {path}: cannot be written ({advice_on(error)})") from error


def _parts(paths: Sequence[Path], state: State, processes: int) -> Iterator[tuple[int, Part]]:
    """Yield (lines, what was found in them), in the files' order, with few chunks in memory at a time."""
    chunks = chunks_of(paths)
    if processes == 1:
        ready(state)
        for chunk in chunks:
            yield len(chunk.lines), examine(chunk)
        return
    waiting: deque[tuple[int, Future[Part]]] = deque()
    with ProcessPoolExecutor(processes, initializer=ready_worker, initargs=(state,)) as pool:
        try:
            for chunk in chunks:
                waiting.append((len(chunk.lines), pool.submit(examine, chunk)))
                if len(waiting) > 2 * processes:
                    lines, future = waiting.popleft()
                    yield lines, future.result()
            while waiting:
                lines, future = waiting.popleft()
                yield lines, future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _of_pairs(whole: Part, names: tuple[str, ...]) -> None:
    """Find what needs two rows: repeats, contradictions, near duplicates, the same problem in two files."""
    prompts, wholes, groups = (
        np.frombuffer(column, dtype=np.uint64) for column in (whole.prompts, whole.wholes, whole.groups)
    )
    labels, files = np.frombuffer(whole.labels, dtype=np.uint8), np.frombuffer(whole.files, dtype=np.uint8)

    def where(row: int) -> str:
        return f"{names[whole.files[row]]}:{whole.lines[row]}"

    def note(kind: str, row: int, detail: str) -> None:
        whole.note(kind, Example(where(row), detail))
        whole.listed.append(listed_line(names[whole.files[row]], whole.lines[row], None, kind, detail))

    first_prompt, first_whole, first_group = repeats(prompts), repeats(wholes), repeats(groups)
    own = np.arange(len(prompts))
    across = set()
    for row in np.flatnonzero(first_prompt != own).tolist():
        earlier = int(first_prompt[row])
        is_same = first_whole[row] != row
        note(
            "duplicate" if is_same else "repeated_prompt",
            row,
            f"as {where(int(first_whole[row]) if is_same else earlier)}",
        )
        if labels[row] != labels[earlier] and NO_LABEL not in (labels[row], labels[earlier]):
            note("contradiction", row, f"another label than {where(earlier)}")
        if files[row] != files[earlier]:
            across.add(row)
            note("across_files", row, f"the question of {where(earlier)}")
    for row in np.flatnonzero(files != files[first_group]).tolist():
        if row not in across:
            across.add(row)
            note("across_files", row, f"the problem of {where(int(first_group[row]))}")
    unique = np.flatnonzero(first_prompt == own)
    sketches = stacked(whole.sketches)
    for near in near_duplicates(sketches[unique], groups[unique], threshold=THRESHOLD):
        row, other = int(unique[near.row]), int(unique[near.other])
        note("near_duplicate", row, f"{near.similarity:.2f} like {where(other)}")
        if files[row] != files[other] and row not in across:
            note("across_files", row, f"{near.similarity:.2f} like {where(other)}")


def _report(
    args: CheckArgs,
    whole: Part,
    surveys: Sequence[Survey],
    limits: Mapping[str, float],
    texts: Sequence[tuple[Path, list[Entry]]],
    rejected: Counter[tuple[str, str]],
    seconds: float,
) -> Report:
    problems = [
        Problem(
            kind=kind,
            rows=whole.counts[kind],
            tolerated=tolerated,
            is_serious=whole.counts[kind] > tolerated * whole.rows,
            examples=tuple(whole.examples[kind]),
        )
        for kind, tolerated in limits.items()
        if whole.counts[kind]
    ]
    return Report(
        files=tuple(surveys),
        rows=whole.rows,
        with_chain=whole.with_chain,
        with_label=whole.with_label,
        problems=tuple(sorted(problems, key=lambda one: not one.is_serious)),
        notes=whole.balance.notes(),
        letters=whole.balance.letter_table(),
        longest=whole.balance.longest_share(),
        traits=whole.traits,
        rejected=rejected,
        licences=dict(args.licences),
        cost=whole.cost if whole.costed == whole.rows else None,
        known_cost=whole.cost,
        costed=whole.costed,
        tokens=whole.tokens,
        prompt_chars=_spread(np.frombuffer(whole.prompt_chars, dtype=np.uint32).tolist()),
        chain_chars=_spread(np.frombuffer(whole.chain_chars, dtype=np.uint32).tolist()),
        benchmarks=tuple((path.name, len(entries)) for path, entries in texts),
        nearest=whole.nearest,
        seconds=seconds,
    )


def _spread(lengths: Sequence[int]) -> Spread | None:
    if not lengths:
        return None
    return Spread(*(int(value) for value in np.quantile(lengths, QUANTILES, method="nearest")))
