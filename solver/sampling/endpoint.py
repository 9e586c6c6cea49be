"""One OpenAI-compatible endpoint: its connections, limits and health. Which endpoint to use: ``solver.sampling.pool``.

The SDK's own retries are off (``max_retries=0``): the sampler retries, so that it can count, bound, and go elsewhere.
What goes wrong is one of two internal exceptions, both caught by the sampler and turned into failed samples:

::

    Fault      may heal: 429, 5xx, time-out, reset, nothing listening, malformed reply
    Refusal    will not: any other status
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import urlsplit

from solver.base.errors import UsageError
from solver.base.text_safety import one_line
from solver.sampling.completion import Completion, Malformed, parse_completion
from solver.sampling.throttle import Throttle

if TYPE_CHECKING:
    import openai

Cause = Literal["connect", "reset", "timeout", "429", "5xx", "malformed"]

# Longest pause that a server may ask for with Retry-After; more is taken for this.
_RETRY_AFTER_CAP_S = 120.0
_FIRST_BACK_OFF_S = 0.5
_BACK_OFF_CAP_S = 30.0
# Failures in a row after which an endpoint that still accepts connections is left alone for a while.
_STREAK = 3
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """How to talk to the endpoints."""

    endpoints: tuple[str, ...]
    """Base URLs, with or without ``/v1``."""
    slots_per_endpoint: int = 64
    """Chains in flight at each endpoint at most (a request with ``n=4`` is four)."""
    request_timeout_s: float = 600.0
    """Bound on one request from sending to the last byte."""
    connect_timeout_s: float = 5.0
    """Bound on opening a connection."""
    probe_timeout_s: float = 20.0
    """Bound on asking an endpoint for its models."""
    patience_s: float = 120.0
    """How long samples wait while every endpoint of their model is down."""
    max_retries: int = 6
    """How often one request is sent again."""
    requests_per_minute: float | None = None
    """Quota of each endpoint, or None."""
    tokens_per_minute: float | None = None
    """Quota of each endpoint, prompt and completion together, or None."""
    api_key_env: str = "OPENAI_API_KEY"
    """Environment variable that holds the key."""


@dataclass(slots=True)
class Stats:
    """Live counters of a sampler, for the view; read them at any time."""

    requests: int = 0
    """Completion requests sent, closings and retries included."""
    retries: int = 0
    """Requests sent again."""
    causes: Counter[str] = field(default_factory=Counter)
    """Faults by cause (see ``Cause``)."""
    refusals: int = 0
    """Requests that an endpoint refused for good (4xx)."""
    in_flight: int = 0
    """Requests on the wire now."""
    waiting: int = 0
    """Requests waiting for a slot now."""
    closings: int = 0
    """Closing requests sent."""
    samples: Counter[str] = field(default_factory=Counter)
    """Finished samples by status."""
    prompt_tokens: int = 0
    """As the endpoints count them: once a request."""
    completion_tokens: int = 0
    """Generated tokens."""


class Fault(Exception):
    """A request failed in a way that may heal."""

    def __init__(self, cause: Cause, text: str, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.cause = cause
        self.retry_after_s = retry_after_s


class Refusal(Exception):
    """A request was refused for good."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status

    @property
    def is_about_length(self) -> bool:
        """True where prompt and answer together exceed the context window, by the server's own words."""
        text = str(self).lower()
        return self.status == 400 and any(word in text for word in ("context length", "max_tokens", "max_model_len"))


class Gather(Protocol):
    """Takes a streamed reply piece by piece (see ``solver.sampling.streaming``)."""

    def add(self, chunk: object) -> None:
        """Take one parsed chunk."""

    def body(self) -> bytes:
        """Return the whole as the body of a reply that was not streamed."""
        ...


def normalized_url(url: str) -> str:
    """Return an endpoint's base URL, with ``/v1`` where it has no path.

    >>> normalized_url("http://gpu1:8000"), normalized_url("HTTPS://host/llm/v1/")
    ('http://gpu1:8000/v1', 'https://host/llm/v1')

    Raises:
        UsageError: it is no http(s) URL.
    """
    try:
        parts = urlsplit(url.strip())
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that enclose no IPv6 address, a port that is no number
        is_url = False
    if not is_url or not url.isprintable():
        raise UsageError(f"endpoint {url!r} is no URL; write it like http://127.0.0.1:8000/v1")
    if parts.username is not None or parts.query or parts.fragment:
        # It would stand in config.json, in logs and in messages. Told without repeating it.
        raise UsageError(
            f"endpoint {parts.scheme}://{parts.hostname} carries a password or a query: leave both out, and put the "
            "key into OPENAI_API_KEY"
        )
    rest = url.strip()[len(parts.scheme) :].rstrip("/")
    return parts.scheme + rest + ("/v1" if parts.path in ("", "/") else "")


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read ``Retry-After`` (seconds or a date).

    Args:
        now: Unix time, seconds.

    Returns:
        Seconds to wait, at most 120; None where the header is absent or unreadable.
    """
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
    # Not ``min(max())`` alone: NaN must not get through.
    return min(seconds, _RETRY_AFTER_CAP_S) if seconds >= 0 else None


class Endpoint:
    """One endpoint.

    Args:
        url: its normalized base URL.
        config: shared by all endpoints of a pool.
        stats: counters, shared too.
    """

    def __init__(self, url: str, config: ClientConfig, stats: Stats) -> None:
        parts = urlsplit(url)
        self.name = url.replace(f"{parts.username}:{parts.password}@", "") if parts.password else url
        """The URL without any password, for messages."""
        self.slots = config.slots_per_endpoint
        self.outstanding = 0
        """Chains leased out."""
        self.models: dict[str, int | None] | None = None
        """Served model -> context window in tokens; None where unknown."""
        self.needs_probe = True
        """True before the first contact and after a failure."""
        self.is_probing = False
        self.resume_at = 0.0
        """Loop time until which it is left alone."""
        self.down_since: float | None = None
        """Loop time of the failure since which nothing worked."""
        self.last_fault = ""
        self.ignores_n = False
        """True once it gave one choice where several were asked for."""
        self.closes: dict[str, bool] = {}
        """Model -> whether it can close chains; absent before the first try."""
        self._url = url
        self._config = config
        self._stats = stats
        self._throttle = Throttle(
            requests_per_minute=config.requests_per_minute, tokens_per_minute=config.tokens_per_minute
        )
        self._streak = 0
        self._downs = 0
        self._key = os.environ.get(config.api_key_env) or "EMPTY"
        self._client = self._connect(parts.hostname or "")

    def _connect(self, host: str) -> openai.AsyncOpenAI:
        # Imported here: the SDK takes a second, and `--help` reads this module's records.
        import httpx2
        import openai

        from solver.sampling.reply_limit import limited_client

        config = self._config
        # One more than the slots, so that asking for the models never waits for a connection.
        limits = httpx2.Limits(max_connections=self.slots + 1, max_keepalive_connections=self.slots + 1)
        timeout = httpx2.Timeout(config.request_timeout_s, connect=config.connect_timeout_s)
        # A proxy from the environment is never meant for this machine.
        http = limited_client(limits=limits, timeout=timeout, trust_env=host not in _LOOPBACK)
        return openai.AsyncOpenAI(
            base_url=self._url, api_key=self._key, max_retries=0, timeout=timeout, http_client=http
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    def serves(self, model: str) -> bool:
        """Tell whether the model is served here, as far as known."""
        return self.models is None or model in self.models

    def context_of(self, model: str) -> int | None:
        """Return the model's context window in tokens, None where unknown."""
        return None if self.models is None else self.models.get(model)

    async def complete(self, body: Mapping[str, Any], gather: Gather | None = None) -> Completion:
        """Send a chat completion request and read the reply.

        Args:
            body: the request's JSON; ``n`` and ``max_tokens`` are looked at.
            gather: given, the reply is asked for as a stream and passes through it.

        Returns:
            At least one usable choice.

        Raises:
            Fault, Refusal: it failed.
        """
        stats, paid = self._stats, 0.0
        chains = int(body.get("n", 1))
        if not self._throttle.is_open:
            chars = sum(len(message["content"]) for message in body["messages"])
            limit = int(body.get("max_tokens", 0))
            paid = await self._throttle.enter(prompt_chars=chars, chains=chains, max_tokens=limit)
        stats.requests += 1
        stats.in_flight += 1
        try:
            reply = await self._send("/chat/completions", body, self._config.request_timeout_s, gather)
        except Refusal:
            stats.refusals += 1
            raise
        finally:
            stats.in_flight -= 1
        try:
            completion = parse_completion(reply, chains)
        except Malformed as error:
            raise Fault("malformed", self._told(str(error))) from error
        self._settle(completion, paid, chains)
        if not completion.choices:
            raise Fault("malformed", self._told("reply has no usable choice"))
        return completion

    def _settle(self, completion: Completion, paid: float, chains: int) -> None:
        """Book a reply's true cost and the endpoint's good health."""
        prompt, generated = completion.prompt_tokens, completion.completion_tokens
        self._stats.prompt_tokens += prompt
        self._stats.completion_tokens += generated
        self._streak = self._downs = 0
        if not self._throttle.is_open:
            self._throttle.settle(paid, prompt_tokens=prompt, completion_tokens=generated, chains=chains)

    async def probe(self) -> None:
        """Ask for the models; success makes the endpoint usable again.

        Raises:
            Fault: it does not answer.
        """
        self.is_probing = True
        try:
            raw = await self._send("/models", None, self._config.probe_timeout_s)
            self.models = _models_of(raw)
        except Refusal:
            # Not every server has this page; what it serves shows when it is asked to.
            self.models = None
        finally:
            self.is_probing = False
        self.needs_probe = False
        self._streak = 0
        self.down_since = None

    def note(self, fault: Fault, now: float) -> None:
        """Take a fault into account: pause after 429, leave alone after connection failures or a streak of others.

        Args:
            now: loop time, seconds.
        """
        self._stats.causes[fault.cause] += 1
        self.last_fault = str(fault)
        # Many requests fail together when a server dies; they count as one failure.
        if self.needs_probe and self.resume_at > now:
            return
        if fault.cause == "429" and not self.needs_probe:
            # Without the header only the request itself backs off: others may be within their quota.
            self.resume_at = max(self.resume_at, now + (fault.retry_after_s or 0.0))
            return
        self._streak += 1
        if fault.cause == "connect" or self._streak >= _STREAK or self.needs_probe:
            self.needs_probe = True
            self.down_since = now if self.down_since is None else self.down_since
            self.resume_at = now + (fault.retry_after_s or min(_FIRST_BACK_OFF_S * 2**self._downs, _BACK_OFF_CAP_S))
            self._downs = min(self._downs + 1, 16)

    async def _send(
        self, path: str, body: Mapping[str, Any] | None, timeout_s: float, gather: Gather | None = None
    ) -> bytes:
        """Send one request, with a bound on its whole duration and on the reply, and sort what can go wrong."""
        import httpx2
        import openai

        from solver.sampling.reply_limit import BASE_BYTES, LIMIT, ReplyRefused

        LIMIT.set(BASE_BYTES if body is None else _limit_of(body))
        try:
            async with asyncio.timeout(timeout_s):
                if body is not None and gather is not None:
                    return await self._stream(path, body, gather)
                if body is None:
                    response = await self._client.get(path, cast_to=httpx2.Response)
                else:
                    # The undocumented-endpoint door of the SDK: same connection, headers and errors, but no
                    # rebuilding of the body and no model objects from the reply.
                    response = await self._client.post(path, cast_to=httpx2.Response, body=body)
            return response.content
        except (TimeoutError, openai.APITimeoutError) as error:
            if isinstance(error.__cause__, httpx2.ConnectTimeout):
                raise Fault("connect", self._told("does not accept connections")) from error
            raise Fault("timeout", self._told(f"no reply within {timeout_s:g} s")) from error
        except (openai.APIConnectionError, httpx2.RequestError) as error:
            # The SDK lets the latter through where it reads the error that is sent instead of a stream.
            cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
            if isinstance(cause, ReplyRefused):
                raise Fault("malformed", self._told(str(cause))) from error
            if isinstance(cause, httpx2.ConnectError):
                raise Fault("connect", self._told(f"nothing listens ({cause})")) from error
            raise Fault("reset", self._told(f"connection lost ({type(cause).__name__})")) from error
        except openai.APIStatusError as error:
            raise self._sorted(error) from error

    async def _stream(self, path: str, body: Mapping[str, Any], gather: Gather) -> bytes:
        """Send a request whose reply comes in pieces; leaving, cancelled or not, closes the connection."""
        import openai

        asked = {**body, "stream": True, "stream_options": {"include_usage": True}}
        stream = await self._client.post(
            path, cast_to=object, body=asked, stream=True, stream_cls=openai.AsyncStream[object]
        )
        try:
            async with stream:
                async for chunk in stream:
                    gather.add(chunk)
        except (openai.APIConnectionError, openai.APIStatusError):
            raise
        except (openai.APIError, ValueError) as error:
            raise Fault("malformed", self._told(f"stream broken: {error}")) from error
        return gather.body()

    def _sorted(self, error: openai.APIStatusError) -> Fault | Refusal:
        text = self._told(str(error.message))
        wait_s = retry_after(error.response.headers, time.time())
        if error.status_code == 429:
            return Fault("429", text, wait_s)
        if error.status_code >= 500:
            return Fault("5xx", text, wait_s)
        return Refusal(text, error.status_code)

    def _told(self, text: str) -> str:
        """Name the endpoint, shorten, and take out the key, which some servers repeat."""
        if self._key != "EMPTY":
            text = text.replace(self._key, "***")
        # A server's words end up in a terminal: nothing in them may steer it.
        return f"{self.name}: {one_line(text[:400])}"


def _limit_of(body: Mapping[str, Any]) -> int:
    """Return how many bytes the reply to a request may have."""
    from solver.sampling.reply_limit import reply_limit

    # A configuration may give fields of its own, in any form.
    chains, *limits = (body.get(name) for name in ("n", "max_tokens", "max_completion_tokens"))
    tokens = [limit for limit in limits if type(limit) is int]
    return reply_limit(chains=chains if type(chains) is int else 1, max_tokens=max(tokens, default=None))


def _models_of(raw: bytes) -> dict[str, int | None] | None:
    """Read ``/v1/models``: name -> context window; None where the page is not of that kind."""
    try:
        cards = json.loads(raw)["data"]
        models: dict[str, int | None] = {}
        for card in cards:
            length = card.get("max_model_len")
            models[str(card["id"])] = length if type(length) is int else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return models or None
