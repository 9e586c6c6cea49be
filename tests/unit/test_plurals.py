"""One of something is told of in the singular: counts in messages are written by ``counted``."""

from __future__ import annotations

import re

import pytest

from solver.base.display.figures import counted
from tests.support.checkout import ROOT

NOUNS = (
    *("questions", "samples", "rows", "problems", "attempts", "requests", "lines", "files", "steps", "runs", "votes"),
    *("models", "retries", "families", "voters", "arms", "shards", "rounds", "chains", "tasks", "layers"),
)
COUNTED = re.compile(
    rf"\{{(?P<count>(?:len\([^{{}}]*\)|[a-z_.\[\]0-9]*(?:\bn_|count|number|questions|samples|attempts)[a-z_.()\[\]0-9]*))"
    rf"(?::,|:d|:,\.0f)?\}} (?:{'|'.join(NOUNS)})\b"
)


@pytest.mark.parametrize("package", ["solver", "harness", "synth", "train"])
def test_no_count_stands_before_a_word_that_is_always_a_plural(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in sorted((ROOT / package).rglob("*.py"))
        if not {"families", "reasoning"} & {*path.parts}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for match in COUNTED.finditer(line)
    ]
    assert found == []


MADE_BY_HAND = re.compile(r"""\{(['"])(?:s|es|ies)\1 (?:\*|if) """)


def test_no_plural_is_made_by_hand() -> None:
    """Words for people get theirs from ``counted``; puzzles speak for themselves, in two languages."""
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for package in ("solver", "harness", "synth", "train")
        for path in sorted((ROOT / package).rglob("*.py"))
        if "puzzles" not in path.parts
        for match in MADE_BY_HAND.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
    assert MADE_BY_HAND.search("{n} degree{'s' * (n != 1)} of freedom")
    assert MADE_BY_HAND.search("{n} box{'es' if n != 1 else ''}")


@pytest.mark.parametrize(
    ("count", "one", "several", "told"),
    [
        (1, "row", None, "1 row"),
        (0, "row", None, "0 rows"),
        (12345, "key", None, "12,345 keys"),
        (2, "retry", None, "2 retries"),
        (1, "question of a is", "questions of a are", "1 question of a is"),
        (3, "question of a is", "questions of a are", "3 questions of a are"),
    ],
)
def test_one_is_singular_and_none_is_not(count: int, one: str, several: str | None, told: str) -> None:
    assert counted(count, one, several) == told
