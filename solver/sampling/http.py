"""OpenAI-compatible servers over HTTP, through ``AsyncOpenAI``.

The SDK's own retries are off (``max_retries=0``): the client retries, so that it can count, bound, and go elsewhere.
The key comes from the environment and goes to every endpoint; it is in no record or message.

::

    pool = http_pool(ClientConfig(endpoints=("http://127.0.0.1:8000/v1",)))
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from solver.base.errors import UsageError
from solver.base.text_safety import one_line
from solver.sampling.capabilities import UNKNOWN, Capabilities
from solver.sampling.completion import BrokenOff, Completion, Malformed, Reported, completion_in, within
from solver.sampling.endpoint import ClientConfig
from solver.sampling.pool import EndpointPool
from solver.sampling.servers.load import Load, is_vllm, parse_load
from solver.sampling.servers.names import own_names, passes_on
from solver.sampling.servers.way import certificate_fault, check_key_log, check_way, is_direct, proxy_of, through
from solver.sampling.stats import Stats
from solver.sampling.streaming import Gathered
from solver.sampling.transport import Fault, Growth, Refusal
from solver.sampling.wire.address import base_and_query, is_azure, is_private, key_of, normalized_url
from solver.sampling.wire.event_stream import EventStream
from solver.sampling.wire.server_words import error_in, failure_of, parsed, words_of
from solver.sampling.wire.whole_reply import is_stream, read, without_comments

if TYPE_CHECKING:
    import httpx2
    import openai

_OF_PROXIES = (403, 407, 502, 503, 504)
"""Statuses by which a proxy may have answered, and not the server behind it."""
_FOREVER_S = 1e9
_FOLLOWED_SHARE = 2
"""Connections at most where a load is followed, as a multiple of the chains wanted."""
_OTHER_FILES = 128
"""Files that a process needs for other things than connections."""
_FACTS = ("code", "error_code", "status", "type", "param")
"""What is kept of an error beside its words."""
_MOST_COMMENT = 4096
"""Bytes of a comment before a reply; what is longer is read as the stream that it seems to be."""
_NO_KEY = "EMPTY"
_MOST_WORDS, _MOST_NAME = 400, 200
"""Characters of a server's words, and of a name."""


def http_pool(config: ClientConfig, stats: Stats | None = None, capabilities: Capabilities = UNKNOWN) -> EndpointPool:
    """Return the servers of a configuration as a pool; nothing is connected yet.

    Args:
        capabilities: what is known of all of them.

    Raises:
        UsageError: there is no endpoint, or one is no URL.
    """
    return EndpointPool(http_transports(config, capabilities), config, stats or Stats())


def http_transports(config: ClientConfig, capabilities: Capabilities = UNKNOWN) -> Sequence[HttpTransport]:
    """Return one transport a server; see ``http_pool``."""
    urls = dict.fromkeys(normalized_url(url) for url in config.endpoints)
    if not urls:
        raise UsageError("no endpoint given; name one, or serve a model here with --serve MODEL")
    return [HttpTransport(url, config, capabilities) for url in urls]


async def import_sdk() -> None:
    """Import the SDK in a thread: it takes a second or more, for which a screen and its keys need not wait.

    Raises:
        UsageError: the environment lets no TLS library be imported.
    """
    check_key_log(os.environ)
    await asyncio.to_thread(import_module, "openai")


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read ``Retry-After`` (seconds or a date), or ``retry-after-ms``, which some send beside it.

    Args:
        now: Unix time, seconds.

    Returns:
        Seconds to wait; None where the header is absent or unreadable.
    """
    if (exact := headers.get("retry-after-ms", "")).isdecimal():
        return float(exact[:12]) / 1000
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except (ValueError, OverflowError, OSError):
            return None
    # Neither NaN nor infinity gets through.
    return min(seconds, _FOREVER_S) if 0 <= seconds < math.inf else None


def most_connections(config: ClientConfig, files: int) -> int:
    """Return how many connections to hold at most: none of the slots may wait for one, nor a look at the load.

    Slots that follow a load come to more than are wanted, since chains end before their requests do.

    Args:
        files: that the process may open, ``RLIM_INFINITY`` for any number.

    >>> most_connections(ClientConfig(slots_per_endpoint=192), 20000)
    193
    >>> most_connections(ClientConfig(slots_per_endpoint=192, most_followed=1024), 20000)
    2049
    >>> most_connections(ClientConfig(slots_per_endpoint=192, most_followed=1024), 1024)
    896
    """
    # One more than the slots, so that asking for the models never waits.
    wanted = max(config.slots_per_endpoint, _FOLLOWED_SHARE * (config.most_followed or 0)) + 1
    return wanted if files == resource.RLIM_INFINITY else min(wanted, max(1, files - _OTHER_FILES))


class HttpTransport:
    """A ``solver.sampling.transport.Transport`` to one server.

    Args:
        url: its normalized base URL.
        config: time-outs, and room for connections.
    """

    def __init__(self, url: str, config: ClientConfig, capabilities: Capabilities = UNKNOWN) -> None:
        self.name = url
        """For messages."""
        self.capabilities = capabilities
        self._url = url
        self._config = config
        self._key = key_of(os.environ, config.api_key_env) or _NO_KEY
        check_way(os.environ, url)
        self._proxy = proxy_of(os.environ, url)
        self._is_vllm = self._has_models = False
        self._names: Mapping[str, str] = {}
        host = urlsplit(url).hostname or ""
        self._is_private, self._passes_on = is_private(host), False
        self._client = self._connect(host)

    def _connect(self, host: str) -> openai.AsyncOpenAI:
        # Imported here: the SDK takes a second, and `--help` reads this module's records.
        import httpx2
        import openai

        from solver.sampling.wire.reply_limit import limited_client

        config = self._config
        room = most_connections(config, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        limits = httpx2.Limits(max_connections=room, max_keepalive_connections=room)
        timeout = httpx2.Timeout(config.request_timeout_s, connect=config.connect_timeout_s)
        # A transport of its own takes no proxy from the environment, which is never meant for this machine, but its
        # certificates where there is TLS.
        is_tls = self._url.startswith("https")
        own = httpx2.AsyncHTTPTransport(limits=limits, trust_env=is_tls) if is_direct(os.environ, self._url) else None
        http = limited_client(limits=limits, timeout=timeout, transport=own)
        base, query = base_and_query(self._url)
        return openai.AsyncOpenAI(
            base_url=base,
            api_key=self._key,
            max_retries=0,
            timeout=timeout,
            http_client=http,
            default_query=query,
            default_headers={"api-key": self._key} if is_azure(host) else {},
        )

    @property
    def bills_prompts(self) -> bool:
        """See ``Transport``: on this machine and in a private network nobody does, but by a proxy to a paid API."""
        return self._passes_on or not self._is_private

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def complete(self, body: Mapping[str, Any], growth: Growth | None = None) -> Completion:
        """See ``Transport``."""
        chains = int(body.get("n", 1))
        gathered = None if growth is None else Gathered(growth, chains)
        body = {self._names.get(name, name): value for name, value in body.items()}
        try:
            reply = await self._send("/chat/completions", body, self._config.request_timeout_s, gathered)
        except Fault as fault:
            fault.was_taken = gathered is not None and gathered.has_begun
            raise
        try:
            completion = read(reply, chains) if isinstance(reply, bytes) else completion_in(reply, chains)
        except Malformed as error:
            raise self._failure(error) from error
        if isinstance(reply, dict) and not completion.choices and not (gathered is not None and gathered.is_done):
            broken = Fault("reset", self._told("the stream broke off"))
            broken.was_taken = gathered is not None and gathered.has_begun
            raise broken
        if growth is not None and isinstance(reply, bytes):
            # Not streamed, though it was asked for: whoever watches is told of it at once.
            for index, choice in completion.choices.items():
                growth.grew(index, choice.text)
                growth.ended(index)
        most = _most_tokens(body)
        return self._without_key(completion if most is None else within(completion, chains * most))

    async def models(self) -> Mapping[str, int | None] | None:
        """See ``Transport``."""
        try:
            reply = await self._send("/models", None, self._config.probe_timeout_s)
        except Refusal:
            # Not every server has this page; what it serves shows when it is asked to.
            return None
        except Fault as fault:
            # Nor is it well everywhere that completions are: only a page that was there can be missed.
            if fault.cause in ("5xx", "429") and not self._has_models:
                return None
            raise
        if not isinstance(reply, bytes):
            return None
        # Nobody else is asked for a page of metrics.
        self._is_vllm, self._names, self._passes_on = is_vllm(reply), own_names(reply), passes_on(reply)
        found = _models_of(reply)
        self._has_models |= found is not None
        return found

    async def load(self) -> Load | None:
        """See ``Transport``."""
        if not self._is_vllm:
            return None
        page = f"{self._url.removesuffix('/v1')}/metrics"
        try:
            reply = await self._send(page, None, self._config.probe_timeout_s)
        except Refusal:
            return None
        return parse_load(reply.decode("utf-8", "replace")) if isinstance(reply, bytes) else None

    async def _send(
        self, path: str, body: Mapping[str, Any] | None, timeout_s: float, gathered: Gathered | None = None
    ) -> bytes | dict[str, Any]:
        """Send one request, with a bound on its whole duration and on the reply, and sort what can go wrong.

        Returns:
            The reply's bytes; of a stream what it comes to.
        """
        import httpx2
        import openai

        from solver.sampling.wire.reply_limit import BASE_BYTES, LIMIT, ReplyRefused

        LIMIT.set(BASE_BYTES if body is None else _limit_of(body))
        try:
            async with asyncio.timeout(timeout_s):
                if body is not None and gathered is not None:
                    return await self._stream(path, body, gathered)
                if body is None:
                    # Not within the time of a completion, which may be much less.
                    patient = httpx2.Timeout(timeout_s, connect=self._config.connect_timeout_s)
                    response = await self._client.get(path, cast_to=httpx2.Response, options={"timeout": patient})
                else:
                    # The undocumented-endpoint door of the SDK: same connection, headers and errors, but no
                    # rebuilding of the body and no model objects from the reply.
                    asked = {name: value for name, value in body.items() if name != "stream_options"}
                    response = await self._client.post(path, cast_to=httpx2.Response, body=asked)
            return bytes(response.content)
        except Malformed as error:
            raise self._failure(error) from error
        except (TimeoutError, openai.APITimeoutError) as error:
            if isinstance(error.__cause__, httpx2.ConnectTimeout):
                raise Fault("connect", self._told("does not accept connections")) from error
            raise Fault("timeout", self._told(f"no reply within {timeout_s:g} s")) from error
        except openai.APIStatusError as error:
            raise self._sorted(error.response) from error
        except Exception as error:
            # The SDK lets the HTTP library's own through where it reads an error that is sent instead of a stream.
            cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
            if isinstance(cause, ReplyRefused):
                raise Fault("malformed", self._told(str(cause))) from error
            if isinstance(cause, httpx2.ConnectError):
                why = certificate_fault(str(cause)) or f"nothing listens ({cause}){through(self._proxy)}"
                raise Fault("connect", self._told(why)) from error
            if isinstance(cause, httpx2.RequestError):
                raise Fault("reset", self._told(f"connection lost ({type(cause).__name__})")) from error
            # Whatever a server sends, it is a fault of this request: no reply may end the run, however it is read.
            what = f"reply cannot be read ({type(cause).__name__})"
            raise Fault("malformed", self._told(what)) from error

    async def _stream(self, path: str, body: Mapping[str, Any], gathered: Gathered) -> bytes | dict[str, Any]:
        """Send a request whose reply comes in pieces; leaving, cancelled or not, closes the connection.

        Returns:
            What the stream comes to, or the bytes of a reply that is none.
        """
        import openai

        options = body.get("stream_options", {"include_usage": True})
        asked = {**body, "stream": True, "stream_options": options}
        if options is None:
            del asked["stream_options"]
        stream = await self._client.post(
            path, cast_to=object, body=asked, stream=True, stream_cls=openai.AsyncStream[object]
        )
        events, whole = EventStream(), bytearray()
        is_whole: bool | None = None
        held = b""
        async with stream:
            async for part in stream.response.aiter_raw():
                if is_whole is None:
                    # A comment says nothing of what follows.
                    held = without_comments(held + part)
                    if not held or (held.startswith(b":") and len(held) < _MOST_COMMENT):
                        continue
                    is_whole, part = not is_stream(held), held
                if is_whole:
                    whole += part
                elif any([gathered.take(event) for event in events.feed(part)]):
                    return gathered.reply(is_whole=True)
                elif gathered.runs_in_circles:
                    # Leaving closes the connection, upon which servers stop.
                    return gathered.left()
            if is_whole:
                return bytes(whole)
            if is_whole is None:
                raise Malformed("the reply is empty")
            is_done = any([gathered.take(event) for event in events.end()])
        return gathered.reply(is_whole=is_done)

    def _failure(self, error: Malformed) -> Fault | Refusal:
        """Sort what came with status 200 and is no completion."""
        if isinstance(error, Reported):
            return failure_of(0, self._clean(error.reply), name=self.name)
        if isinstance(error, BrokenOff):
            broken = Fault("5xx", self._told(str(error)))
            broken.was_taken = True
            return broken
        return Fault("malformed", self._told(str(error)))

    def _sorted(self, response: httpx2.Response) -> Fault | Refusal:
        wait_s = retry_after(response.headers, time.time())
        # A redirect is not followed: prompt and key were meant for this host.
        location = self._text(response.headers.get("location", ""))
        body = self._clean(parsed(response.content))
        if response.status_code in _OF_PROXIES:
            body["message"] = (body["message"] or "no reason given") + through(self._proxy)
        return failure_of(response.status_code, body, name=self.name, wait_s=wait_s, location=location)

    def _clean(self, body: object) -> dict[str, str]:
        """Return an error with its words cleaned: nothing in them may steer a terminal or tell the key."""
        found = error_in(body)
        facts = {name: self._text(str(found[name])) for name in _FACTS if name in found}
        return {**facts, "message": self._text(words_of(body))}

    def _text(self, text: str) -> str:
        return one_line(self._redacted(text)[:_MOST_WORDS])

    def _redacted(self, text: str) -> str:
        """Take out the key, which some servers repeat."""
        return text.replace(self._key, "***") if self._key != _NO_KEY else text

    def _without_key(self, completion: Completion) -> Completion:
        """Take the key out of what came, as a model or a hostile server may write it: it would be stored."""
        if self._key == _NO_KEY or not any(self._key in choice.text for choice in completion.choices.values()):
            return completion
        choices = {
            index: replace(choice, text=self._redacted(choice.text), logprobs=None, content_start=0)
            for index, choice in completion.choices.items()
        }
        return replace(completion, choices=choices)

    def _told(self, text: str) -> str:
        """Name the endpoint, shorten, clean."""
        return f"{self.name}: {self._text(text)}"


def _limit_of(body: Mapping[str, Any]) -> int:
    """Return how many bytes the reply to a request may have."""
    from solver.sampling.wire.reply_limit import reply_limit

    chains = body.get("n")
    return reply_limit(chains=chains if type(chains) is int else 1, max_tokens=_most_tokens(body))


def _most_tokens(body: Mapping[str, Any]) -> int | None:
    """Return the bound on the tokens of each choice, None where there is none."""
    # A configuration may give fields of its own, in any form.
    limits = (body.get(name) for name in ("max_tokens", "max_completion_tokens"))
    return max((limit for limit in limits if type(limit) is int), default=None)


def _models_of(raw: bytes) -> dict[str, int | None] | None:
    """Read ``/v1/models``: name -> context window; None where the page is not of that kind."""
    try:
        page = json.loads(raw)
        # Some list their models without an envelope, or in one of their own.
        cards = page if isinstance(page, list) else page.get("data") or page.get("models")
        models: dict[str, int | None] = {}
        for listed in cards:
            # Some list names alone; what is neither spoils no other.
            card = {"id": listed} if isinstance(listed, str) else listed
            if not isinstance(card, dict):
                continue
            # llama.cpp tells the window of one of its places beside other facts.
            meta = card.get("meta")
            length = card.get("max_model_len") or (meta.get("n_ctx") if isinstance(meta, dict) else None)
            name = next((card[key] for key in ("id", "name", "model") if isinstance(card.get(key), str)), None)
            if name is not None:
                # Cleaned at the door: names end up in terminals, files and messages.
                models[one_line(name[:_MOST_NAME])] = length if type(length) is int and length > 0 else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return models or None
