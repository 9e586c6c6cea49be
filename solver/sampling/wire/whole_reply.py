r"""A reply that came in one piece: a completion's JSON, the events of a stream that nobody asked for, or neither.

By what it is and not by what its head calls it: both are often wrong. Pure.

>>> read(b'\xef\xbb\xbf\n{"choices": [{"message": {"content": "B"}}]}', 1).choices[0].text
'B'
>>> read(b'data: {"choices": [{"delta": {"content": "B"}}]}\n\ndata: [DONE]\n\n', 1).choices[0].text
'B'
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from solver.sampling.completion import BrokenOff, Completion, Malformed, Reported, completion_in, parse_completion
from solver.sampling.streaming import Gathered, SeveralCompletions
from solver.sampling.transport import UNWATCHED
from solver.sampling.wire.event_stream import EventStream
from solver.sampling.wire.server_words import page_title

BLANK = b"\xef\xbb\xbf \t\r\n"
"""What may stand before a reply: a byte order mark, and the blank lines by which some keep a connection alive."""
_EVENT_STARTS = (b":", b"data:", b"event:", b"id:", b"retry:")
_COMMENTS = re.compile(rb"(?:[ \t\r\n]*:[^\r\n]*[\r\n])*[ \t\r\n]*")
_LINES = re.compile(rb"\{[^\n]*\}[ \t]*\r?\n\s*(?:\{|\[DONE\])")
"""Two objects on lines of their own (``application/x-ndjson``): Ollama's own API, relays that leave out ``data:``."""
_MOST_PAGE = 4000
_BLANKS = re.compile(r"\s*")


class PageInstead(Malformed):
    """A page for browsers, as addresses have that are none of an API, or a proxy that wants a login."""

    def __init__(self, title: str) -> None:
        super().__init__(
            f"answers with a page for browsers ({title}), no completion: check the address, which as a rule ends in /v1"
        )


def without_comments(head: bytes) -> bytes:
    r"""Take off the comments of a stream by which relays keep a connection alive, before replies that are none, too.

    >>> without_comments(b": PROCESSING\n\n{}"), without_comments(b"\n: PROC")
    (b'{}', b': PROC')
    """
    found = _COMMENTS.match(head.lstrip(BLANK))
    return head.lstrip(BLANK)[found.end() if found else 0 :]


def is_stream(first: bytes) -> bool:
    """Tell by the first bytes of a reply, blanks aside, whether it may be events.

    Args:
        first: one byte at least.
    """
    return any(start.startswith(first[: len(start)]) for start in _EVENT_STARTS)


def read(reply: bytes, asked: int) -> Completion:
    """Read a reply.

    Args:
        asked: how many choices were asked for.

    Raises:
        Malformed: it is neither JSON nor events; ``PageInstead`` and ``Reported`` say what it is.
    """
    text = reply.lstrip(BLANK)
    if text.startswith(b"<"):
        raise PageInstead(page_title(text[:_MOST_PAGE].decode("utf-8", "replace")))
    if not text.startswith(_EVENT_STARTS):
        return _by_lines(text, asked) if _LINES.match(text) else _of_one_value(text, asked)
    if (behind := without_comments(text)).startswith((b"{", b"[")):
        return _of_one_value(behind, asked)
    events = EventStream()
    return _joined((*events.feed(text), *events.end()), asked)


def _of_one_value(text: bytes, asked: int) -> Completion:
    """Read a reply of one JSON value; where more stands behind it, more objects are read, and anything else is not."""
    try:
        return parse_completion(text, asked)
    except Malformed as error:
        if isinstance(error, Reported) or not isinstance(error.__cause__, ValueError):
            raise
        objects = _objects(text.decode("utf-8", "surrogateescape"))
        if not objects:
            raise
        return _joined(objects, asked) if len(objects) > 1 else parse_completion(objects[0], asked)


def _objects(text: str) -> list[bytes]:
    """Return the JSON objects at the start of a text, one behind the other."""
    found, start, decoder = [], 0, json.JSONDecoder()
    while text.startswith("{", start):
        try:
            _, end = decoder.raw_decode(text, start)
            found.append(text[start:end].encode())
        except (ValueError, RecursionError):
            break
        blank = _BLANKS.match(text, end)
        assert blank is not None
        start = blank.end()
    return found


def _by_lines(text: bytes, asked: int) -> Completion:
    """Read a reply of one object a line: pieces of completions, or completions of some choices each."""
    lines = text.splitlines()
    try:
        return _joined(lines, asked)
    except Malformed as error:
        if isinstance(error, BrokenOff | Reported | SeveralCompletions):
            raise
        return _of_one_value(text, asked)  # one object over several lines


def _joined(pieces: Iterable[bytes], asked: int) -> Completion:
    gathered = Gathered(UNWATCHED, asked)
    is_whole = any([gathered.take(piece) for piece in pieces])
    return completion_in(gathered.reply(is_whole=is_whole), asked)
