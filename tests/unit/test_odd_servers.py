"""Servers that write HTTP and streams in odd ways: what is whole is read and paid once, what passes is waited for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import harness.cli
from tests.support.dialect_servers import right_answer
from tests.support.raw_server import RawScript, chunked, raw_serving, whole
from tests.support.scripted_server import Call
from tests.unit.test_dialects import data
from tests.unit.test_odd_replies import Body, completion

_STREAM = "text/event-stream"
_INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"


def found_in(call: Call) -> Body:
    found = completion(call)
    return {**found, "choices": [{**choice, "index": place} for place, choice in enumerate(found["choices"])]}


def packed(call: Call) -> bytes:
    return json.dumps(found_in(call)).encode()


def event(value: object) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def piece(index: int, end: str | None = None, **choice: object) -> bytes:
    return event({"choices": [{"index": index, "finish_reason": end, **choice}]})


def events(call: Call) -> list[bytes]:
    text = right_answer(call.body)
    cuts = [text[start : start + 7] for start in range(0, len(text), 7)]
    found = [piece(index, delta={"content": cut}) for index in range(call.n) for cut in cuts]
    ends = [piece(index, "stop", delta={}) for index in range(call.n)]
    usage = event({"choices": [], "usage": {"prompt_tokens": 40, "completion_tokens": 30 * call.n}})
    return [*found, *ends, usage, b"data: [DONE]\n\n"]


def streamed(before: Sequence[object] = (), *, behind: Any = None, each: int = 0) -> RawScript:
    """Make a script that streams where it is asked to.

    Args:
        before: chunks ahead of all others.
        behind: (index, text) -> a piece behind the ends.
        each: bytes a chunk; 0 sends an event a chunk.
    """

    def script(call: Call) -> list[bytes | None]:
        if not call.body.get("stream"):
            return [whole(found_in(call))]
        *parts, last = events(call)
        more = [] if behind is None else [behind(index, right_answer(call.body)) for index in range(call.n)]
        parts = [*map(event, before), *parts, *more, last]
        if each:
            text = b"".join(parts)
            parts = [text[start : start + each] for start in range(0, len(text), each)]
        return [chunked(parts, kind=_STREAM)]

    return script


def once(bad: RawScript, times: int = 1) -> RawScript:
    """Make a script whose first replies are bad ones."""
    return lambda call: bad(call) if call.number < times else [whole(found_in(call))]


def slowed(value: str) -> RawScript:
    return once(lambda call: [whole({"error": {"message": "slow down"}}, f"Retry-After: {value}", status=429)], 2)


_ODD = [
    {"choices": None},
    {"choices": []},
    {"choices": [{"index": 0, "delta": None}]},
    {"choices": [None]},
    [],
    None,
    5,
]
RIGHT: dict[str, RawScript] = {
    "HTTP/1.0 without a length": lambda call: [whole(found_in(call), length=False).replace(b"/1.1", b"/1.0", 1), None],
    "no length, closed": lambda call: [whole(found_in(call), "Connection: close", length=False), None],
    "extensions of chunks, and trailers": lambda call: [
        chunked([packed(call)], extension=b";a=b", end=b"0\r\nX-Sum: 1\r\n\r\n")
    ],
    "a content type of pages": lambda call: [whole(found_in(call), kind="text/html")],
    "no content type": lambda call: [whole(found_in(call), kind=None)],
    "two content types": lambda call: [whole(found_in(call), "Content-Type: text/plain; charset=gbk")],
    "two lengths": lambda call: [whole(found_in(call), f"Content-Length: {len(packed(call))}")],
    "interim replies": lambda call: [_INTERIM, whole(found_in(call))],
    "a status of its own": lambda call: [whole(found_in(call), status=299)],
    "UTF-16": lambda call: [whole(json.dumps(found_in(call)).encode("utf-16"))],
    "choices backwards": lambda call: [whole({**found_in(call), "choices": found_in(call)["choices"][::-1]})],
    "empty errors": lambda call: [whole({**found_in(call), "error": {}, "detail": None, "message": ""})],
    "a stream": streamed(),
    "a stream a byte a chunk": streamed(each=1),
    "odd chunks in a stream": streamed(_ODD),
    "an end told twice": streamed(behind=lambda index, text: piece(index, "stop", delta={})),
    "the whole message behind its pieces": streamed(
        behind=lambda index, text: piece(index, "stop", message={"content": text})
    ),
}
PASSING: dict[str, RawScript] = {
    "a chunk without a size": once(lambda call: [chunked([packed(call)[:40]], end=b"zz\r\n"), None]),
    "a stream that breaks off": once(lambda call: [chunked(events(call)[:4], kind=_STREAM, end=b""), None]),
    "no HTTP": once(lambda call: [b"SSH-2.0-OpenSSH_9.6\r\n", None]),
    "a length that is too long": once(lambda call: [whole(found_in(call)).replace(b"Length: ", b"Length: 9"), None]),
    **{f"Retry-After: {value}": slowed(value) for value in ("-5", "soon", "1e-2", "NaN", "inf", "", "0, 1", "0x1")},
}


def eval_of(script: RawScript, folder: Path) -> tuple[int, int, float]:
    """Return the exit code, how many requests there were, and the accuracy."""
    with raw_serving(script) as server:
        words = ["--endpoint", server.url, "--rule", "fixed:3", "--run", str(folder / "run"), "--display", "none"]
        code = harness.cli.main(["eval", data(folder), *words])
    return code, len(server.calls), float(json.loads((folder / "run" / "summary.json").read_text())["accuracy"])


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_whole_is_read_and_paid_once(name: str, tmp_path: Path) -> None:
    assert eval_of(RIGHT[name], tmp_path) == (0, 6, 1.0)


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_asked_again(name: str, tmp_path: Path) -> None:
    code, requests, accuracy = eval_of(PASSING[name], tmp_path)
    assert (code, accuracy) == (0, 1.0)
    assert requests <= 9


def test_what_a_tool_is_called_with_is_no_answer(tmp_path: Path) -> None:
    tool = {"id": "1", "type": "function", "function": {"name": "answer", "arguments": '{"answer": "A"}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [tool]}

    def script(call: Call) -> list[bytes | None]:
        if call.is_closing:
            return [whole({"error": "no"}, status=400)]
        return [whole(completion(call, message, "tool_calls"))]

    code, _, accuracy = eval_of(script, tmp_path)
    assert (code, accuracy) == (1, 0.0)
