"""How long a reply may be: what a server sends beyond that never gets into memory.

Replies are asked for as they are (``Accept-Encoding: identity``). Some proxies compress all the same: what zlib reads
is unpacked here, piece by piece and never beyond the limit, so that no small reply becomes a large one; the rest is
refused.
A reply whose ``Content-Length`` is within the limit costs nothing, since the HTTP parser holds the server to it; of
others the bytes are counted as they come.

Importing this imports the SDK, which takes a second.

::

    client = openai.AsyncOpenAI(http_client=limited_client(), …)
    LIMIT.set(reply_limit(chains=4, max_tokens=2048))      # for the requests of this task
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from contextvars import ContextVar
from typing import Any

import httpx2
import openai

_MEBIBYTE = 2**20
BASE_BYTES = 4 * _MEBIBYTE
"""For what does not grow with the tokens: envelopes, errors, lists of models."""
TOKEN_BYTES = 1024
"""For one token. In vLLM's form, with its log-probability, a Chinese one takes 110 bytes, streamed 370."""
UNKNOWN_BYTES = 64 * _MEBIBYTE
"""Where the server alone decides how many tokens it generates."""
_LINE_BYTES, _LINE_TOKEN_BYTES = 4096, 32
"""In a batch's file, which has no log-probabilities: a line's envelope, and a token (Chinese, escaped: 9)."""

_ZLIB = ("gzip", "x-gzip", "deflate")
"""Compressions that are read though they were not asked for."""
_GZIP = b"\x1f\x8b"
_TEXTS = (b'{"', b"{\n", b"{ ", b"[{", b"da")
"""Beginnings of replies that are not compressed."""
_OTHERS = ("br", "zstd", "compress", "x-compress", "dcb", "dcz", "xz", "lzma", "bzip2", "snappy", "lz4")
"""Compressions that are not read. Any other name (``none``, ``utf-8``, nothing) says nothing of the bytes."""

LIMIT: ContextVar[int] = ContextVar("reply_limit_bytes", default=UNKNOWN_BYTES)
"""Most bytes of a reply to a request of this task."""


class ReplyRefused(openai.OpenAIError, httpx2.DecodingError):
    """A reply is too long, or compressed in a way that is not read.

    An error of the SDK, which it does not retry by itself, and one of the HTTP library, which it expects while reading.
    """


def reply_limit(*, chains: int, max_tokens: int | None) -> int:
    """Return how many bytes a completion may have, headers aside.

    >>> reply_limit(chains=1, max_tokens=2048) // 2**20, reply_limit(chains=16, max_tokens=8192) // 2**20
    (6, 132)

    Args:
        chains: choices asked for.
        max_tokens: bound on each, or None.
    """
    return UNKNOWN_BYTES if max_tokens is None else BASE_BYTES + TOKEN_BYTES * chains * max_tokens


def file_limit(*, lines: int, tokens: int) -> int:
    """Return how many bytes a batch's file of results may have.

    Args:
        tokens: bound on the generated tokens of all lines together.
    """
    return UNKNOWN_BYTES + _LINE_BYTES * lines + _LINE_TOKEN_BYTES * tokens


def limited_client(**settings: Any) -> httpx2.AsyncClient:
    """Make an HTTP client for the SDK that keeps to ``LIMIT``.

    Args:
        settings: as ``openai.DefaultAsyncHttpxClient`` takes them.
    """
    # What is asked is meant for one host: a redirect would take prompts and heads to another.
    return openai.DefaultAsyncHttpxClient(
        follow_redirects=False, headers={"Accept-Encoding": "identity"}, event_hooks={"response": [_check]}, **settings
    )


async def _check(response: httpx2.Response) -> None:
    """Look at a reply's head, and count its body where the head does not bound it.

    Raises:
        ReplyRefused: it is compressed otherwise than by zlib, or longer than ``LIMIT``.
    """
    headers, limit = response.headers, LIMIT.get()
    # The SDK decodes errors as their head says: an odd charset there is an exception, or takes quadratic time.
    headers["content-type"] = headers.get("content-type", "").partition(";")[0] + "; charset=utf-8"
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in _OTHERS or "," in encoding:
        why = "though none was asked for; a proxy before the server compresses: turn that off, or ask the server itself"
        raise ReplyRefused(f"a compressed reply ({encoding[:20]}), {why}")
    if encoding in _ZLIB:
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Unpacked(response.stream, limit, encoding)
        del headers["content-encoding"]
        return
    headers.pop("content-encoding", None)
    length = headers.get("content-length", "")
    if not length.isdecimal() or "transfer-encoding" in headers:
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Counted(response.stream, limit)
    elif int(length[:18]) > limit:
        raise _too_long(limit)


class _Counted(httpx2.AsyncByteStream):
    """A body that ends with an error where it gets too long."""

    def __init__(self, stream: httpx2.AsyncByteStream, limit: int) -> None:
        self._stream, self._limit = stream, limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._limit
        async for part in self._stream:
            left -= len(part)
            if left < 0:
                raise _too_long(self._limit)
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Unpacked(_Counted):
    """A compressed body as what it holds, which ends with an error where that gets too long."""

    def __init__(self, stream: httpx2.AsyncByteStream, limit: int, encoding: str) -> None:
        super().__init__(stream, limit)
        self._encoding = encoding

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left, opened, held = self._limit, None, b""
        try:
            async for part in self._stream:
                held += part
                while len(held) > 1 or (opened is not None and held):
                    if opened is None:
                        opened = _opener(self._encoding, held)
                    said = opened.decompress(held, left + 1)
                    left -= len(said)
                    if left < 0:
                        raise _too_long(self._limit)
                    if said:
                        yield said
                    held = opened.unused_data if opened.unused_data.startswith(_GZIP) else b""
                    # Several packed pieces, one behind the other, are one.
                    opened = None if held else opened
        except zlib.error as error:
            raise ReplyRefused(f"a compressed reply that cannot be unpacked ({error})") from error


class _AsItIs:
    """What is called compressed, and is not."""

    unused_data = b""

    def decompress(self, data: bytes, most: int) -> bytes:
        """Return the data, up to a length."""
        return data[:most]


def _opener(encoding: str, head: bytes) -> _AsItIs | zlib._Decompress:
    """Return what unpacks a body by its first bytes, which tell more than its name."""
    if head.startswith(_GZIP):
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    if head[0] % 16 == zlib.DEFLATED and int.from_bytes(head[:2]) % 31 == 0:
        return zlib.decompressobj()
    is_text = encoding != "deflate" or head.startswith(_TEXTS)
    # Some leave out the head that ``deflate`` has.
    return _AsItIs() if is_text else zlib.decompressobj(-zlib.MAX_WBITS)


def _too_long(limit: int) -> ReplyRefused:
    return ReplyRefused(f"a reply of more than {limit / _MEBIBYTE:.0f} MiB, which what was asked for cannot fill")
