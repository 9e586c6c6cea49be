"""Every target on its kept corpus and on seconds of mutations; hours by command: ``python -m tests.fuzz``."""

from __future__ import annotations

import os

import pytest

from tests.fuzz.__main__ import blind, corpus_of
from tests.fuzz.targets import TARGETS

SECONDS = float(os.environ.get("FUZZ_SECONDS", "1.5"))
"""For each target."""


@pytest.mark.parametrize("target", TARGETS)
def test_what_was_found_once_stays_mended(target: str) -> None:
    for data in corpus_of(target):
        TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_no_bytes_break_a_parser(target: str) -> None:
    assert blind(target, SECONDS, seed=1, is_kept=False) > 10


def test_a_target_that_breaks_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TARGETS, "headers", lambda data: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        blind("headers", 1, seed=1, is_kept=False)
