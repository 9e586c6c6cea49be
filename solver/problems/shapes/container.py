"""What holds rows: a container is known by its name or its first bytes, and gives its rows with their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from solver.base.errors import InputError
from solver.problems.jsonl import Line

Tell = Callable[[str], None]


class Input(NamedTuple):
    """One input, opened."""

    name: str
    """As in messages, for example ``data.zip/test.csv``."""
    data: bytes
    """All of it; empty where the name says it all (``hf:…``)."""

    def text(self) -> str:
        """Return what it holds as text.

        Raises:
            InputError: it is neither UTF-8 nor, by its mark, UTF-16.
        """
        try:
            return self.data.decode("utf-16" if self.data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.data[: error.start].count(b"\n") + 1
            how = "save it as UTF-8 (of Chinese Windows: iconv -f GB18030 -t UTF-8)"
            raise InputError(f"{self.name}:{line}: not UTF-8 ({error.reason}); {how}") from error

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
    rows: Callable[[Input, Tell], Iterable[Line]]
    """The rows in order, told what of the input is not read; may raise ``InputError``."""
