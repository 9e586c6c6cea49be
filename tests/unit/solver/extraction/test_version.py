"""The version of the rules is bound to the letters that they read: other letters under the same number are a fault."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from solver.extraction.extract import extract
from solver.extraction.version import RULES_VERSION
from tests.support.checkout import SHARED_DATA

HERE = Path(__file__).parent
TEXTS = HERE / "version_texts.jsonl"
"""Texts of the tests beside this one: text, number of options, options, question. Those of later tests are added with a
version, which only binds what is here: its digest alone is then noted anew, and those of older versions stay."""
DIGESTS = HERE / "version_digests.json"
"""Version -> digests of the letters of these texts, and of real outputs beside the project."""


def digest(letters: Iterable[str | None]) -> str:
    return hashlib.sha256("".join(letter or "-" for letter in letters).encode()).hexdigest()[:16]


def check(part: str, letters: list[str | None]) -> None:
    noted = json.loads(DIGESTS.read_text(encoding="utf-8"))
    assert [int(name) for name in noted] == list(range(1, RULES_VERSION + 1)), "a line a version, the newest one last"
    assert noted[str(RULES_VERSION)][part] == digest(letters), (
        f"the rules read other letters than version {RULES_VERSION} did: raise RULES_VERSION in "
        f'solver/extraction/version.py, and note it in {DIGESTS.name}: "{part}": "{digest(letters)}"'
    )


def test_other_letters_are_another_version() -> None:
    rows = [json.loads(line) for line in TEXTS.read_text(encoding="utf-8").splitlines()]
    assert len(rows) > 2500
    check("texts", [extract(text, n, options, question).letter for text, n, options, question in rows])


@pytest.mark.data
def test_other_letters_of_real_outputs_are_another_version() -> None:
    path = SHARED_DATA / "outputs" / "unlabelled_dev.jsonl.gz"
    if not path.exists():
        pytest.skip(f"{path} is not there: real outputs lie beside the project and are not part of it")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["options"]]
    assert len(rows) > 500
    read = [extract(row["output"], len(row["options"]), row["options"], row["question"]).letter for row in rows]
    check("outputs", read)
