"""Whatever a server sends: no exception for the user, and never a letter out of a thought."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import string
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from solver.sampling.completion import Choice, Completion, Malformed, completion_in, parse_completion
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import HttpTransport
from solver.sampling.reading import sample_of
from solver.sampling.sample import Sample
from solver.sampling.streaming import Gathered
from solver.sampling.transport import Fault, Refusal
from solver.sampling.wire.event_stream import EventStream
from solver.sampling.wire.server_words import failure_of, parsed
from tests.unit.solver.sampling.test_client import requests_of

CALM = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
"""A busy machine makes the first examples slow."""
NAMES = st.sampled_from(
    ["choices", "message", "delta", "content", "reasoning", "reasoning_content", "index", "finish_reason", "logprobs",
     "usage", "completion_tokens", "prompt_tokens", "error", "code", "refusal", "type", "text", "thinking", "detail",
     "token", "logprob", "bytes", "x"]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["stop", "答案是：A", ""]),
)
ANY = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
LIKELY = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "index": ANY | st.just(0),
                    "message": ANY,
                    "delta": ANY,
                    "finish_reason": ANY,
                    "logprobs": ANY,
                },
            ),
            max_size=3,
        ),
        "usage": ANY,
        "error": ANY,
    },
)
REPLIES = ANY | LIKELY


class Unheard:
    def grew(self, index: int, text: str) -> None:
        text.encode()

    def ended(self, index: int) -> None:
        pass


def read_out(completion: Completion) -> None:
    """Use everything of a completion, as the client does."""
    for choice in completion.choices.values():
        choice.text.encode()
        assert choice.finish_reason != ""
        read(choice)


@CALM
@given(REPLIES, st.integers(1, 3))
def test_any_json_is_a_completion_or_malformed(reply: object, asked: int) -> None:
    with contextlib.suppress(Malformed):
        read_out(completion_in(reply, asked))
    with contextlib.suppress(Malformed):
        read_out(parse_completion(json.dumps(reply).encode(), asked))


@CALM
@given(st.lists(REPLIES, max_size=6), st.booleans())
def test_any_chunks_in_any_order_are_a_completion_or_malformed(chunks: list[object], is_whole: bool) -> None:
    gathered = Gathered(Unheard(), 2)
    with contextlib.suppress(Malformed):
        for chunk in chunks:
            gathered.add(chunk)
        read_out(completion_in(gathered.reply(is_whole=is_whole), 2))


@CALM
@given(st.integers(0, 599), ANY | st.binary(max_size=60).map(parsed), st.none() | st.floats(0, 100))
def test_any_error_is_a_fault_or_a_refusal(status: int, body: object, wait_s: float | None) -> None:
    failure = failure_of(status, body, name="u", wait_s=wait_s)
    assert str(failure)
    assert not isinstance(failure, Refusal) or failure.sort in ("field", "all", "length", "prompt", "unknown")


@CALM
@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
@example(b"data: a\r\n\r\ndata: b\r\n", [9])
def test_the_parts_in_which_a_stream_comes_change_nothing(body: bytes, cuts: list[int]) -> None:
    def events(*parts: bytes) -> list[bytes]:
        stream = EventStream()
        return [event for part in parts for event in stream.feed(part)] + list(stream.end())

    places = [0, *sorted(cuts), len(body)]
    parts = [body[start:end] for start, end in itertools.pairwise(places)]
    assert events(*parts) == events(body)


FIELDS = st.sampled_from(["reasoning", "reasoning_content", "parts", "nested"])
DRAFTS = st.lists(
    st.sampled_from(
        ["答案是：B", "答案是：C。", "选D", "不对", "\n", "再想想，", "The answer is C.", "**B**", "因此正确答案是B。"]
    ),
    min_size=1,
    max_size=6,
).map("".join)
SAID = st.sampled_from([("所以\n答案是：A", "A"), ("这题没有答案。", None), ("我说不上来", None)])


def pieces_of(text: str, cuts: list[int]) -> list[str]:
    places = [0, *sorted({cut for cut in cuts if cut < len(text)}), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(places)]


def carried(field: str, thought: str) -> dict[str, Any]:
    """Return a message or delta that carries a thought in one of the forms of servers."""
    if field == "parts":
        return {"content": [{"type": "thinking", "thinking": thought}]}
    if field == "nested":
        return {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": thought}]}]}
    return {field: thought, "content": None}


def read(choice: Choice) -> Sample:
    return sample_of(requests_of()[0], choice, prompt_tokens=0, launched_at=0.0, finished_at=1.0, retries=0)


def letter_of(completion: Completion) -> str | None:
    choice = completion.choices[0]
    return read(choice).shown_letter


@CALM
@given(FIELDS, DRAFTS, SAID, st.lists(st.integers(1, 40), max_size=4))
def test_no_letter_comes_out_of_a_thought_however_it_is_sent(
    field: str, thought: str, said: tuple[str, str | None], cuts: list[int]
) -> None:
    text, letter = said
    whole = {**carried(field, thought)}
    content = whole.get("content")
    whole["content"] = [*content, {"type": "text", "text": text}] if isinstance(content, list) else text
    reply = {"choices": [{"index": 0, "message": whole, "finish_reason": "stop"}]}
    assert letter_of(completion_in(reply, 1)) == letter
    gathered = Gathered(Unheard(), 1)
    for piece in pieces_of(thought, cuts):
        gathered.add({"choices": [{"index": 0, "delta": carried(field, piece), "finish_reason": ""}]})
    for piece in pieces_of(text, cuts):
        gathered.add({"choices": [{"index": 0, "delta": {"content": piece}}]})
    assert letter_of(completion_in(gathered.reply(is_whole=True), 1)) == letter


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["Content-Type", "Retry-After", "Location", "Content-Encoding", "Set-Cookie", "X-Request-Id"]),
        st.text(
            alphabet=string.printable.replace("\r", "").replace("\n", "").replace("\x0b", "").replace("\x0c", ""),
            max_size=30,
        )
        | st.sampled_from(
            ["application/json; charset=utf-16", "text/event-stream; charset=zlib", "text/plain; charset=idna"]
        ),
    ),
    max_size=3,
)
BODIES = (
    st.binary(max_size=80)
    | REPLIES.map(lambda value: json.dumps(value).encode())
    | st.lists(REPLIES, max_size=4).map(
        lambda chunks: b"".join(f"data: {json.dumps(one)}\n\n".encode() for one in chunks)
    )
    | st.sampled_from([b"", b"data: [DONE]\n\n", b"{" * 20_000, b"data: " + b"[" * 20_000 + b"\n\n"])
)


class Server:
    """Sends whatever it is told to, one reply a connection; in a loop of its own that lasts for all examples."""

    def __init__(self) -> None:
        self.reply: tuple[int, list[tuple[str, str]], bytes, bool] = (200, [], b"", False)
        self.runner = asyncio.Runner()
        self.transport = self.runner.run(self._start())

    async def _start(self) -> HttpTransport:
        self._server = await asyncio.start_server(self._handle, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        return HttpTransport(url, ClientConfig(endpoints=(url,), request_timeout_s=5))

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            lines = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
            await reader.readexactly(next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0))
            status, headers, body, is_cut = self.reply
            head = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers), "Connection: close"]
            head += [] if is_cut else [f"Content-Length: {len(body)}"]
            writer.write("\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body)
            await writer.drain()
        writer.close()

    def ask(self, growth: Unheard | None) -> None:
        """Ask once; whatever comes is a completion, a fault or a refusal."""
        body = {"model": "m", "messages": [{"role": "user", "content": "?"}], "max_tokens": 9, "n": 2}
        told = ""
        try:
            read_out(self.runner.run(self.transport.complete(body, growth)))
        except (Fault, Refusal) as failure:
            told = str(failure)
        assert "\x1b" not in told
        assert len(told) < 600

    def close(self) -> None:
        """End it."""

        async def end() -> None:
            await self.transport.close()
            self._server.close()

        self.runner.run(end())
        self.runner.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@CALM
@given(st.integers(200, 599), HEADERS, BODIES, st.booleans(), st.booleans())
def test_any_bytes_of_a_server_are_a_completion_or_one_clear_failure(
    server: Server, status: int, headers: list[tuple[str, str]], body: bytes, is_cut: bool, is_streamed: bool
) -> None:
    server.reply = (status, headers, body, is_cut)
    server.ask(Unheard() if is_streamed else None)


@CALM
@given(HEADERS, BODIES, st.booleans())
def test_any_body_of_a_good_status_is_read_or_refused(
    server: Server, headers: list[tuple[str, str]], body: bytes, is_streamed: bool
) -> None:
    server.reply = (200, headers, body, False)
    server.ask(Unheard() if is_streamed else None)
