r"""Server-sent events from bytes: just what completions need of them, and nothing that can fail.

Lines end with LF, CR LF or CR; ``data:`` with or without a space; comments and other fields are passed over.

>>> events = EventStream()
>>> [*events.feed(b': ping\n\ndata: {"a"'), *events.feed(b":1}\n\ndata:[DONE]\n\n")]
[b'{"a":1}', b'[DONE]']
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(rb"\r\n|\n|\r")


class EventStream:
    """Splits a body into the data of its events; what bounds its length bounds this, too."""

    def __init__(self) -> None:
        self._open: list[bytes] = []
        """Parts of a line that has not ended."""
        self._data: list[bytes] = []
        """Lines of an event that has not ended."""

    def feed(self, part: bytes) -> Iterator[bytes]:
        """Take some bytes; returns the data of the events that they end."""
        if b"\n" not in part and b"\r" not in part:
            # Joined once, when the line ends: a long line in small parts would take quadratic time else.
            self._open.append(part)
            return
        text = b"".join([*self._open, part])
        # The first half of a CR LF must wait for the other.
        held = text.endswith(b"\r")
        *lines, rest = _END.split(text[:-1] if held else text)
        self._open = [rest + b"\r"] if held else [rest] if rest else []
        for line in lines:
            yield from self._take(line)

    def end(self) -> Iterator[bytes]:
        """Take the end of the body; an event that no empty line ended counts all the same."""
        rest = b"".join(self._open).rstrip(b"\r")
        self._open = []
        yield from self._take(rest)
        yield from self._take(b"")

    def _take(self, line: bytes) -> Iterator[bytes]:
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        elif not line and self._data:
            yield b"\n".join(self._data)
            self._data = []
