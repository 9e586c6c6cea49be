"""What the documents promise names the tests that keep it, and these are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS
from tests.support.checkout import ROOT

TABLES = {
    "reliability.md": "test",
    "threat-model.md": "test",
    "attacks.md": "what came of it, and the test that keeps it",
}
"""Documents whose tables promise, and the column that names tests."""


def promises(document: str) -> Iterator[tuple[str, str]]:
    """Yield first cell and tests of every row of the tables that have such a column."""
    place = None
    above = ""
    for line in (ROOT / "docs" / document).read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            place = None
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if place is None:
            place = cells.index(TABLES[document]) if TABLES[document] in cells else None
            if place is None:
                place = -1
        elif place >= 0 and not re.fullmatch(r":?-+:?", cells[0]):
            above = above if cells[place].startswith("as above") else cells[place]
            yield cells[1] if cells[0].isdecimal() else cells[0], above


def missing(cell: str) -> list[str]:
    """Return what a cell names and is not there; several files may share the folder of the first."""
    lost, folder = [], Path()
    for name in re.findall(r"`([\w./-]+)`", cell):
        if not re.search(r"(^|/)(test_\w+\.py|soak\.py|bootstrap\.py)$|^tests/", name):
            continue
        path = Path(name) if "/" in name or (ROOT / name).exists() else folder / name
        folder = path.parent if "/" in name else folder
        found = (ROOT / path).exists() or bool([*(ROOT / "tests").rglob(path.name)]) and "/" not in name
        lost += [] if found else [name]
    for names in re.findall(r"`tests/fuzz`: ([\w, ]+)", cell):
        lost += [target for target in re.split(r",\s*", names.strip()) if target not in TARGETS]
    return lost


@pytest.mark.parametrize("document", TABLES)
def test_each_promise_names_tests_that_exist(document: str) -> None:
    found = list(promises(document))
    assert len(found) > 15
    assert {what: lost for what, cell in found if (lost := missing(cell))} == {}
    if document != "attacks.md":
        assert [what for what, cell in found if not re.search(r"test_\w+\.py|tests/", cell)] == []


def test_a_promise_without_its_test_is_noticed() -> None:
    assert missing("`tests/chaos/test_faults.py`, `test_gateway.py`; `tests/fuzz`: http, nothing") == ["nothing"]
    assert missing("`tests/chaos/test_nowhere.py`") == ["tests/chaos/test_nowhere.py"]


def test_the_fuzzed_targets_are_as_many_as_is_said() -> None:
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    assert f"| {len(TARGETS)} targets," in text
