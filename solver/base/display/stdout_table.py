"""Printing tables on stdout."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType


def print_table(what: RenderableType) -> None:
    """Print a renderable; piped output is 120 columns wide."""
    from rich.console import Console

    # Piped output must not be folded at 80 columns.
    Console(width=None if sys.stdout.isatty() else 120, highlight=False).print(what)
    sys.stdout.flush()
