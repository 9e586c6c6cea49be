"""The commands that read finished runs say about an earlier version's runs what that version said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden import outputs
from tests.golden.fields import check, recorded


@pytest.mark.parametrize("name", outputs.NAMES)
def test_a_command_says_about_an_earlier_run_what_it_said_then(name: str, tmp_path: Path) -> None:
    check(recorded(f"outputs/{name}"), outputs.of(name, tmp_path))
