"""A named benchmark's problems: its files fetched, its known defects set aside and counted, its numbers checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from harness.benchmarks.benchmark import Benchmark
from harness.benchmarks.download import fetched
from harness.errors import DownloadError
from solver.base.display.figures import counted
from solver.problems.jsonl import Line, Loaded, loaded_from, questions_of
from solver.problems.shapes.container import Input
from solver.problems.shapes.load import row_form


def load_benchmark(benchmark: Benchmark, tell: Callable[[str], None]) -> Loaded:
    """Return a benchmark's problems; lines with a known defect are left out and counted.

    Raises:
        DownloadError: a file cannot be had, or the counts are not those that were written down.
    """
    inputs = [Input(Path(one.path).name, fetched(benchmark, one, tell)) for one in benchmark.files]
    lines = _lines if benchmark.load is None else benchmark.load
    names = ((f"{benchmark.name}{name}", found) for name, found in lines(inputs))
    loaded = loaded_from((Path(name), (_named(line, name) for line in found)) for name, found in names)
    questions = questions_of(loaded.problems)
    options = dict(Counter(len(question.options) for question in questions))
    now = (len(questions), options, len(loaded.bad))
    expected = (benchmark.questions, dict(benchmark.options), benchmark.set_aside)
    if now != expected:
        raise DownloadError(
            f"{benchmark.name}: {now} questions, options and lines set aside, where {expected} are expected: "
            "a fault of this program, please report it"
        )
    aside = f", {len(loaded.bad)} set aside for known defects" if loaded.bad else ""
    tell(
        f"{benchmark.name}: {counted(len(questions), 'question')}{aside} ({benchmark.repository}, {benchmark.licence})"
    )
    return loaded._replace(bad=(), odd=())


def _named(line: Line, name: str) -> Line:
    """Give a row the benchmark's name and its place as id: two benchmarks may count from 1."""
    if not isinstance(line.value, Mapping) or "questions" in line.value:
        return line
    return line._replace(given=None, value={**line.value, "id": f"{name}-{line.number:05d}"})


def _lines(inputs: Iterable[Input]) -> Iterable[tuple[str, Iterable[Line]]]:
    several = list(inputs)
    for place, found in enumerate(several):
        name = f"-{found.name.rpartition('.')[0]}" if len(several) > 1 else ""
        yield (f"{name}-{place}" if len({one.name for one in several}) < len(several) else name), row_form(found)
