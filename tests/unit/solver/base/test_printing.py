"""What is printed: harmless on any stream, in any encoding, with or without colours."""

from __future__ import annotations

from solver.base.display.printing import is_colourless


def test_no_color_counts_only_when_it_is_not_empty() -> None:
    assert is_colourless({"NO_COLOR": "1"})
    assert not is_colourless({"NO_COLOR": ""})
    assert is_colourless({"TERM": "dumb"})
    assert not is_colourless({})
