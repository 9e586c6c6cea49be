"""The generators give the same bytes for the same seed as an earlier version did."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden import puzzles
from tests.golden.command import PACKAGES, ROOT, good
from tests.golden.fields import check, recorded


def test_benchmark_2_is_the_file_that_version_4_of_the_generators_made(tmp_path: Path) -> None:
    then = recorded("benchmark")["sha256"]
    assert puzzles.benchmark(tmp_path) == then
    shipped = [path for package in PACKAGES for path in (ROOT / package).rglob("builtin-2.jsonl")]
    assert [puzzles.digest(path) for path in shipped] == [then]


def test_benchmark_1_is_the_file_that_it_always_was(tmp_path: Path) -> None:
    shipped = [path for package in PACKAGES for path in (ROOT / package).rglob("builtin.jsonl")]
    assert [puzzles.digest(path)[:16] for path in shipped] == [puzzles.FIRST]
    good("synth", "benchmark", "--number", 1, "--out", tmp_path / "first.jsonl")
    assert puzzles.digest(tmp_path / "first.jsonl")[:16] == puzzles.FIRST


def test_no_family_is_gone_or_has_another_title_or_place() -> None:
    then, now = recorded("benchmark")["families"], good("synth", "families").out
    assert set(then.splitlines()) <= set(now.splitlines())
    assert len(then.splitlines()) == 45


@pytest.mark.parametrize("name", recorded("families"))
def test_a_family_gives_the_same_problems_answers_and_chains_in_both_languages(name: str, tmp_path: Path) -> None:
    assert puzzles.family(name, tmp_path) == recorded("families")[name]


@pytest.mark.parametrize("name", puzzles.ORDERS)
def test_generated_files_are_the_same_byte_for_byte_and_their_card_says_the_same(name: str, tmp_path: Path) -> None:
    check(recorded("orders")[name], puzzles.order(name, tmp_path))


def test_the_number_of_processes_changes_no_byte() -> None:
    then = recorded("orders")
    assert then["contest"]["sha256"] == then["two-processes"]["sha256"]
