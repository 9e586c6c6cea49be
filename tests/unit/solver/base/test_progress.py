"""Progress where nothing can be drawn: a line now and then, none for work that is done at once."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest

from solver.base.display import progress
from solver.base.display.progress import bar, line


def test_a_log_gets_a_line_of_long_work_with_the_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = 0.0
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: seconds))
    monkeypatch.setattr(progress, "LINE_PERIOD_S", 10.0)
    # However slow this machine is, nothing is said between the ticks.
    monkeypatch.setattr(progress, "BEAT_S", 600.0)
    with bar("rows", 4) as tick:
        seconds = 10.0
        tick(1, "two bad")
        seconds = 15.0
        tick(2)
        seconds = 20.0
        tick(4)
    told = capsys.readouterr()
    assert told.out == ""
    first, last = told.err.splitlines()
    assert first == "rows: 1 of 4 (25%), 10s, about 30s left; two bad"
    assert last == "rows: 4 of 4 (100%), 20s"


def test_short_work_is_done_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    with bar("rows", 4) as tick:
        tick(4)
    assert capsys.readouterr().err == ""


def test_a_line_of_work_that_has_not_begun_promises_nothing() -> None:
    assert line("steps", 0, 10, 75.0) == "steps: 0 of 10 (0%), 1m15s"
    assert line("steps", 2, 0, 5.0) == "steps: 2 of 0, 5s"


def test_a_log_is_told_of_work_whose_first_piece_takes_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LINE_PERIOD_S", 0.0)
    monkeypatch.setattr(progress, "BEAT_S", 0.01)
    told = ""
    with bar("steps", 29) as tick:
        while not told:
            told = capsys.readouterr().err
            time.sleep(0.01)
        assert told.startswith("steps: 0 of 29 (0%), ")
        tick(1)
    assert not any(thread.name == "progress" for thread in threading.enumerate())


def test_work_that_forks_has_no_thread_beside_it() -> None:
    with bar("rows", 4, is_forking=True):
        assert not any(thread.name == "progress" for thread in threading.enumerate())


def test_a_terminal_shows_the_bar_before_the_first_piece_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = threading.Event()
    monkeypatch.setattr("solver.base.display.printing.is_live", lambda environ: True)
    monkeypatch.setattr(progress, "BEAT_S", 0.01)
    monkeypatch.setattr("rich.progress.Progress.start", lambda self: shown.set())
    with bar("steps", 29, after_s=0.0):
        assert shown.wait(30)


def test_a_run_that_goes_on_promises_nothing_for_what_was_done_before() -> None:
    assert line("steps", 100, 200, 5.0, before=100) == "steps: 100 of 200 (50%), 5s"
    assert line("steps", 101, 200, 10.0, before=100) == "steps: 101 of 200 (50%), 10s, about 16m30s left"
