"""Commands say on small inputs what an earlier version said: every field of then is there, with the same value."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden import small
from tests.golden.fields import check, recorded


@pytest.mark.parametrize("name", small.NAMES)
def test_a_command_says_on_small_inputs_what_it_said_then(name: str, tmp_path: Path) -> None:
    check(recorded(f"small/{name}"), small.of(name, tmp_path))
