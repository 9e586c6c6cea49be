"""Events of a stream, whole whatever the parts in which they come."""

from __future__ import annotations

import time

import pytest

from solver.sampling.wire.event_stream import EventStream
from solver.sampling.wire.token_bound import smaller_bound


def events_of(*parts: bytes) -> list[bytes]:
    stream = EventStream()
    return [event for part in parts for event in stream.feed(part)] + list(stream.end())


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_end_of_line_is_one(end: bytes) -> None:
    body = end.join([b"data: a", b"", b"event: x", b"data:b", b"data: c", b"", b": note", b"", b""])
    assert events_of(body) == [b"a", b"b\nc"]
    assert events_of(*(body[place : place + 1] for place in range(len(body)))) == [b"a", b"b\nc"]


def test_an_event_without_its_empty_line_counts_at_the_end() -> None:
    assert events_of(b"data: a\n\ndata: b") == [b"a", b"b"]


def test_a_long_line_in_small_parts_takes_linear_time() -> None:
    began = time.process_time()
    assert len(events_of(b"data: ", *[b"x"] * 200_000, b"\n\n")[0]) == 200_000
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("tokens", "words", "expected"),
    [
        (1024, "maximum context length is 4096 tokens. You requested 9000 tokens (4000 in the messages)", 96),
        (1024, "This model's maximum context length is 512 tokens and your request has 100 input tokens (1024 > 512 - "
               "100).", 412),
        (1024, "This model's maximum context length is 512 tokens and your request has 600 input tokens", None),
        (5000, "max_tokens is too large: 5000. This model supports at most 4096 completion tokens", 4096),
        (9000, "Range of max_tokens should be [1, 2000]", 2000),
        (100, "too long", 50),
        (20, "too long", None),
    ],
)  # fmt: skip
def test_a_smaller_bound_is_what_the_server_tells_or_half(tokens: int, words: str, expected: int | None) -> None:
    assert smaller_bound(tokens, words) == expected
