"""Progress where nothing can be drawn: a line now and then, none for work that is done at once."""

from __future__ import annotations

import pytest

from solver.base.display import progress
from solver.base.display.progress import bar, line


def test_a_log_gets_a_line_of_long_work_with_the_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LINE_PERIOD_S", 0.0)
    with bar("rows", 4) as tick:
        tick(1, "two bad")
        tick(4)
    told = capsys.readouterr()
    assert told.out == ""
    first, last = told.err.splitlines()
    assert first.startswith("rows: 1 of 4 (25%), 0s, about 0s left; two bad")
    assert last == "rows: 4 of 4 (100%), 0s"


def test_short_work_is_done_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    with bar("rows", 4) as tick:
        tick(4)
    assert capsys.readouterr().err == ""


def test_a_line_of_work_that_has_not_begun_promises_nothing() -> None:
    assert line("steps", 0, 10, 75.0) == "steps: 0 of 10 (0%), 1m15s"
    assert line("steps", 2, 0, 5.0) == "steps: 2 of 0, 5s"
