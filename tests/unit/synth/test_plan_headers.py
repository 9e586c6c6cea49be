"""Plans show how they are used; tests/integration/test_documented_commands.py runs what they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.base.places import SYNTH_PLANS


@pytest.mark.parametrize("path", sorted(SYNTH_PLANS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_plan_shows_a_command(path: Path) -> None:
    assert "#   python -m synth " in path.read_text(encoding="utf-8").replace("# python", "#   python")
