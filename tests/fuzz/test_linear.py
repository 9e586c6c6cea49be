"""No input takes super-linear time: a megabyte against 250 kB (``tests.support.linear_time``).

All combinations of starts and glues, at a megabyte each, by command (twenty minutes)::

    python -m tests.fuzz.test_linear
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from solver.base.errors import SolverError
from solver.extraction.extract import extract
from solver.problems.jsonl import load_problems
from solver.sampling.completion import Malformed, parse_completion
from tests.fuzz.hostile import GLUES, OPTIONS, PROBLEMS, STARTS, completions, repeated
from tests.support.linear_time import is_linear, spent

CHARS = int(os.environ.get("LINEAR_CHARS", "30000"))
"""Of a text for each start of the extractor; every night with more."""


def texts() -> Iterator[tuple[str, str]]:
    """Yield (name, piece) of every combination for the extractor."""
    for start in STARTS:
        for glue in GLUES:
            yield f"{start!r} + {glue!r}", start + glue


def extraction(piece: str, options: tuple[str, ...] | None, tail: str) -> Callable[[int], Callable[[], object]]:
    """Make the call for a size."""

    def make(size: int) -> Callable[[], object]:
        text = repeated(piece, size) + tail
        return lambda: extract(text, 4, options, text)

    return make


def test_every_start_of_the_extractor_takes_linear_time() -> None:
    """At 30 kB, where the command tries a megabyte, with one glue each, drawn anew from a fixed seed."""
    rng, slow = random.Random(3), []
    for start in STARTS:
        piece, kind = start + rng.choice(GLUES), rng.choice(list(OPTIONS))
        good, times = is_linear(extraction(piece, OPTIONS[kind], rng.choice(["", "\n完"])), CHARS)
        if not good:
            slow.append((piece, kind, times))
    assert not slow


@pytest.mark.parametrize("start", ["答案是", "<think>", "A. x\n", "("])
def test_a_megabyte_takes_the_extractor_linear_time_and_no_minute(start: str) -> None:
    good, times = is_linear(extraction(start, OPTIONS["short"], "\n完"), 1_000_000)
    assert good, times
    assert times[-1] < 60


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_hostile_problem_file_takes_linear_time(name: str, tmp_path: Path) -> None:
    def make(size: int) -> Callable[[], object]:
        path = tmp_path / f"{size}.jsonl"
        path.write_bytes(PROBLEMS[name](size))

        def load() -> None:
            try:
                load_problems([path])
            except SolverError:
                return

        return load

    good, times = is_linear(make, 1_000_000)
    assert good, times


@pytest.mark.parametrize("name", completions(1))
def test_a_hostile_reply_takes_linear_time(name: str) -> None:
    def make(size: int) -> Callable[[], object]:
        body = completions(size)[name]

        def parse() -> None:
            try:
                for choice in parse_completion(body, 4).choices.values():
                    choice.logprob_at(len(choice.text) - 1)
            except Malformed:
                return

        return parse

    good, times = is_linear(make, 1_000_000)
    assert good, times


def main() -> int:
    """Try every combination at a megabyte, and print what is slowest."""
    worst: list[tuple[float, str]] = []
    failed = 0
    for name, piece in texts():
        for kind, options in OPTIONS.items():
            for tail in ("", "\n完"):
                make = extraction(piece, options, tail)
                took = spent(make(125_000))
                worst.append((took, f"{name}, options {kind}, tail {tail!r}"))
                if took < 0.05:
                    continue  # less than a second for a megabyte even if quadratic steps were hidden in it
                good, times = is_linear(make, 1_000_000)
                if not good:
                    failed += 1
                    print(f"super-linear: {name}, options {kind}, tail {tail!r}: {times}", flush=True)
    for took, what in sorted(worst, reverse=True)[:10]:
        print(f"{took:.3f} s for 125 kB: {what}")
    print(f"{len(worst)} texts, {failed} super-linear")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
