"""What is printed: harmless on any stream, in any encoding, with or without colours."""

from __future__ import annotations

import io
import json
import sys
import threading

import pytest

from solver.base.display.printing import is_colourless, print_result, tell_soon


def test_no_color_counts_only_when_it_is_not_empty() -> None:
    assert is_colourless({"NO_COLOR": "1"})
    assert not is_colourless({"NO_COLOR": ""})
    assert is_colourless({"TERM": "dumb"})
    assert not is_colourless({})


def test_a_result_is_lines_for_people_and_json_for_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    result = {"rows": {"train": 1200, "over_length": 0}, "loss_last": 0.123456, "done": True, "merged": None}
    print_result(result)
    assert json.loads(capsys.readouterr().out) == result
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_result(result)
    assert capsys.readouterr().out == "rows: train 1,200, over length 0\nloss last: 0.1235\ndone: yes\nmerged: none\n"


def test_a_handler_of_signals_waits_for_no_lock_of_what_it_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    lock, written = threading.Lock(), threading.Event()

    class Guarded(io.StringIO):
        def write(self, text: str) -> int:
            with lock:
                written.set()
                return super().write(text)

    monkeypatch.setattr("sys.stderr", Guarded())
    with lock:
        tell_soon("stopping")
        assert not written.is_set()
    assert written.wait(60)
