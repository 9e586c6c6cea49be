"""What holds rows: a container is known by its name or its first bytes, and gives its rows with their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from solver.problems.jsonl import Line


class Input(NamedTuple):
    """One input, opened."""

    name: str
    """As in messages, for example ``data.zip/test.csv``."""
    data: bytes
    """All of it; empty where the name says it all (``hf:…``)."""

    @property
    def ending(self) -> str:
        """The name's last ending, small, with its dot; empty where there is none."""
        head, dot, ending = self.name.rpartition(".")
        return f".{ending.lower()}" if dot and head and "/" not in ending else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A way to hold rows."""

    name: str
    help: str
    is_mine: Callable[[Input], bool]
    """Told by name or first bytes; the first container that says yes reads the input."""
    rows: Callable[[Input], Iterable[Line]]
    """The rows in order; may raise ``InputError``."""
