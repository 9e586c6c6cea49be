"""Going through the rows once: what a worker process makes of a chunk of lines, and how the parts are joined.

Only numbers are kept of a row (digests, a sketch, lengths: some 550 bytes), never its text, so that memory does not
depend on how long the texts are. Files are read line by line, ``.gz`` too; a survey reads them before, for their
digest, their number of lines and a fair sample of rows.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import IO, NamedTuple

import numpy as np
import numpy.typing as npt

from solver.base.display.printing import command_line
from solver.base.inputs import reason_of
from solver.base.signals import left_to_the_parent
from solver.problems.letters import ALPHABET
from solver.training_rows import RowError, read_object
from synth.check.balance import Balance
from synth.check.lenient_rows import NOT_SAID, TRAITS, Row, rows_of
from synth.check.ngrams import Template, grams_of, sketch_of, stacked, template_of, without
from synth.check.overlap import NOTHING, Index
from synth.check.row_faults import Finding, findings_of
from synth.errors import CheckError
from synth.puzzles.benchmark_overlap import Nearest

SAMPLE = 1000
"""Lines that the template is looked for in."""
_TABLES = (".csv", ".tsv", ".parquet", ".xlsx")
LONGEST_LINE = 16 << 20
"""Bytes; a longer line is no row, and must not fill the memory."""
CHUNK_LINES, CHUNK_BYTES = 400, 4 << 20
"""A worker gets as many lines as fit in both: some 0.3 s of work."""
EXAMPLES = 5
"""Findings shown of each kind."""
MOST_VALUES = 10_000
"""Different values kept of a trait (a hash may differ in every row); further ones are counted as ``OTHERS``."""
OTHERS = "(others)"


class Line(NamedTuple):
    """One line of a file."""

    number: int
    """From 1."""
    text: bytes | None
    """None where it is too long to be read."""


class Chunk(NamedTuple):
    """Lines for one worker call."""

    file: int
    """Which of the files they are from."""
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a first reading of a file tells."""

    path: Path
    sha256: str
    """Of the bytes as they lie on the disk."""
    lines: int
    """Non-blank lines."""
    sample: tuple[bytes, ...]
    """Up to SAMPLE lines, each with the same probability."""


@dataclass(frozen=True, slots=True)
class State:
    """What every row is held against."""

    index: Index
    template: Template
    names: tuple[str, ...]
    """The files' names, for messages."""
    is_listing: bool
    """Keep every finding as a line of JSON."""


class Example(NamedTuple):
    """Where something was found."""

    where: str
    """``file:line``, with the row's id where it has one."""
    detail: str


@dataclass(slots=True)
class Part:
    """What was found in some rows; parts add up."""

    rows: int = 0
    with_chain: int = 0
    with_label: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """Kind -> rows that have it."""
    examples: dict[str, list[Example]] = field(default_factory=dict)
    listed: list[str] = field(default_factory=list)
    """Findings as lines of JSON, where they are wanted."""
    traits: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in TRAITS})
    cost: Decimal = Decimal(0)
    """Of the rows that say it."""
    costed: int = 0
    tokens: int = 0
    balance: Balance = field(default_factory=Balance)
    nearest: Nearest = NOTHING
    """The closest to a benchmark's question that any row comes."""
    prompts: array[int] = field(default_factory=lambda: array("Q"))
    """64-bit digests of the rows' prompts, white space aside."""
    wholes: array[int] = field(default_factory=lambda: array("Q"))
    """The same with the chains."""
    groups: array[int] = field(default_factory=lambda: array("Q"))
    """The same of the problems that rows belong to."""
    labels: array[int] = field(default_factory=lambda: array("B"))
    """Index of the label; NO_LABEL for none."""
    files: array[int] = field(default_factory=lambda: array("B"))
    lines: array[int] = field(default_factory=lambda: array("I"))
    prompt_chars: array[int] = field(default_factory=lambda: array("I"))
    chain_chars: array[int] = field(default_factory=lambda: array("I"))
    sketches: list[npt.NDArray[np.uint32]] = field(default_factory=list)

    def note(self, kind: str, example: Example) -> None:
        """Count a finding, and show it if it is among the first."""
        self.counts[kind] += 1
        shown = self.examples.setdefault(kind, [])
        if len(shown) < EXAMPLES:
            shown.append(example)

    def add(self, other: Part) -> None:
        """Add a later part."""
        for name in ("rows", "with_chain", "with_label", "cost", "costed", "tokens"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.counts.update(other.counts)
        for kind, examples in other.examples.items():
            shown = self.examples.setdefault(kind, [])
            shown += examples[: EXAMPLES - len(shown)]
        for name, values in other.traits.items():
            mine = self.traits[name]
            for value, count in values.items():
                mine[value if value in mine or len(mine) < MOST_VALUES else OTHERS] += count
        self.balance.update(other.balance)
        self.nearest = max(self.nearest, other.nearest, key=closeness)
        for name in ("prompts", "wholes", "groups", "labels", "files", "lines", "prompt_chars", "chain_chars"):
            getattr(self, name).extend(getattr(other, name))
        self.sketches += other.sketches


NO_LABEL = 255
_state: State | None = None
"""What every chunk of this process is held against: set once a process by ``ready``."""


def closeness(near: Nearest) -> float:
    """Return the larger of the two similarities, to rank rows by."""
    return max(near.jaccard, near.containment)


def survey(path: Path) -> Survey:
    """Read a file for its digest, its number of lines and a sample of them.

    Raises:
        CheckError: it is a table, cannot be read, or holds nothing.
    """
    if path.suffix.lower() in _TABLES:
        how = "its questions are read by harness eval, and get chains from synth distill"
        raise CheckError(f"{path}: a table, and rows to learn from are JSON lines; {how}")
    rng = Random(0)
    sample: list[bytes] = []
    count = 0
    for _, text in lines_of(path):
        count += 1
        # Reservoir sampling (Vitter 1985, algorithm R).
        place = count - 1 if count <= SAMPLE else rng.randrange(count)
        if place < SAMPLE and text is not None:
            sample[place : place + 1] = [text]
    if not count:
        make = command_line("synth", "generate", "--count", 1000, "--out", "data/problems.jsonl")
        raise CheckError(f"{path} holds no rows; make some with: {make}")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Survey(path=path, sha256=digest, lines=count, sample=tuple(sample))


def lines_of(path: Path) -> Iterator[Line]:
    """Yield the non-blank lines of a file, plain or gzip.

    Raises:
        CheckError: it cannot be read.
    """
    try:
        with _opened(path) as file:
            number = 0
            while text := file.readline(LONGEST_LINE + 1):
                number += 1
                is_long = len(text) > LONGEST_LINE
                while is_long and not text.endswith(b"\n"):
                    text = file.readline(LONGEST_LINE)
                    if not text:
                        break
                if number == 1:
                    text = text.removeprefix(b"\xef\xbb\xbf")
                if is_long or text.strip():
                    yield Line(number, None if is_long else text)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise CheckError(f"{path}: not a whole gzip file ({error}); make it again") from error
    except OSError as error:
        raise CheckError(f"{path}: cannot be read ({reason_of(error, path)})") from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        if file.peek(2)[:2] != b"\x1f\x8b":
            yield file
            return
        # Without a buffer of its own, readline of a gzip file is several times slower.
        with gzip.GzipFile(fileobj=file) as unpacked, io.BufferedReader(unpacked, 1 << 20) as lines:
            yield lines


def chunks_of(paths: Sequence[Path]) -> Iterator[Chunk]:
    """Yield the files' lines in chunks."""
    for index, path in enumerate(paths):
        lines: list[Line] = []
        size = 0
        for line in lines_of(path):
            lines.append(line)
            size += len(line.text or b"")
            if len(lines) >= CHUNK_LINES or size >= CHUNK_BYTES:
                yield Chunk(index, tuple(lines))
                lines, size = [], 0
        if lines:
            yield Chunk(index, tuple(lines))


def sampled_template(surveys: Sequence[Survey]) -> Template:
    """Find what the sampled rows' prompts share."""
    prompts = []
    for one in surveys:
        for text in one.sample:
            try:
                prompts += [row.prompt for row in rows_of(read_object(text))[:1]]
            except RowError:
                # Counted where all rows are gone through.
                continue
    return template_of(prompts)


def ready(state: State) -> None:
    """Set what chunks are held against; comes before the first ``examine`` of a process."""
    global _state
    _state = state


def ready_worker(state: State) -> None:
    """Do the same in a process of its own, which leaves Ctrl-C to its parent."""
    left_to_the_parent()
    ready(state)


def examine(chunk: Chunk) -> Part:
    """Go through a chunk of lines."""
    assert _state is not None, "ready() comes first"
    index, template, names, is_listing = _state.index, _state.template, _state.names, _state.is_listing
    part = Part()
    for number, text in chunk.lines:
        try:
            if text is None:
                raise RowError(f"longer than {LONGEST_LINE >> 20} MiB")
            rows = rows_of(read_object(text), line=number)
        except RowError as error:
            part.rows += 1
            _note(part, [Finding("malformed_row", str(error))], names[chunk.file], number, None, is_listing)
            continue
        for row in rows:
            found = [*findings_of(row, template=template.lines), *_measure(part, row, chunk.file, index, template)]
            _note(part, found, names[chunk.file], number, row.id, is_listing)
            if row.label is not None and row.options and not any(one.kind == "label_out_of_range" for one in found):
                part.balance.add(label=row.label, options=row.options)
    part.sketches = [stacked([sketch[None] for sketch in part.sketches])]
    return part


def _note(part: Part, found: Sequence[Finding], name: str, line: int, row_id: str | None, is_listing: bool) -> None:
    where = f"{name}:{line}" + (f" ({row_id})" if row_id else "")
    for kind, detail in {one.kind: one.detail for one in found}.items():
        part.note(kind, Example(where, detail))
        if is_listing:
            part.listed.append(listed_line(name, line, row_id, kind, detail))


def listed_line(name: str, line: int, row_id: str | None, kind: str, detail: str) -> str:
    """Return a finding as a line of JSON, line end included."""
    found = {"file": name, "line": line, "id": row_id, "kind": kind, "detail": detail}
    return json.dumps(found, ensure_ascii=True) + "\n"


def _measure(part: Part, row: Row, file: int, index: Index, template: Template) -> Iterator[Finding]:
    """Count a row, keep its numbers, and yield its overlap with a benchmark."""
    part.rows += 1
    part.with_chain += row.chain is not None
    part.with_label += row.label is not None
    for name in TRAITS:
        part.traits[name][row.traits.get(name, NOT_SAID)] += 1
    if row.cost is not None:
        part.cost += row.cost
        part.costed += 1
    part.tokens += row.tokens or 0
    dense = "".join(row.prompt.split())
    part.prompts.append(_digest(dense))
    part.wholes.append(_digest(f"{dense}\n{''.join((row.chain or '').split())}"))
    part.groups.append(_digest(row.group))
    is_letter = row.label is not None and len(row.label) == 1 and row.label in ALPHABET
    part.labels.append(ALPHABET.index(row.label) if is_letter and row.label else NO_LABEL)
    part.files.append(file)
    part.lines.append(row.line)
    part.prompt_chars.append(len(row.prompt))
    if row.chain is not None:
        part.chain_chars.append(len(row.chain))
    whole = grams_of(dense)
    own = without(whole, template)
    part.sketches.append(sketch_of(own))
    pieces = [grams_of(piece) for piece in row.pieces] or [whole]
    found = [index.nearest(grams, own if grams is whole else without(grams, template)) for grams in pieces]
    question = max((one for one, _ in found), key=lambda near: (near.holds_question, closeness(near)))
    problem = max((one for _, one in found), key=lambda near: near.containment)
    part.nearest = max(part.nearest, question, key=closeness)
    if question.holds_question:
        told = f"Jaccard {question.jaccard:.2f}, contained {question.containment:.2f}"
        yield Finding("benchmark_overlap", f"{question.name} ({told})")
    elif problem.holds_problem:
        yield Finding("benchmark_problem", f"{problem.name} (contained {problem.containment:.2f})")


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
