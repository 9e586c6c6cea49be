"""What carries a request body to a model and brings its completion back; one implementation for each way of talking.

``solver.sampling.http`` is the one for OpenAI-compatible servers; an engine without HTTP brings its own, next to its
start-up code (``solver/backends``). Nothing here knows about limits, health or retries: ``solver.sampling.endpoint``
wraps a transport with these, and ``solver.sampling.client`` retries. What goes wrong is one of two exceptions, both
caught by the client and turned into failed samples:

::

    Fault      may heal: 429, 5xx, time-out, reset, nothing listening, malformed reply
    Refusal    will not heal by itself: a field, the account, the prompt (``wire.refusal_sorts``)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from solver.sampling.capabilities import Capabilities
from solver.sampling.completion import Completion
from solver.sampling.servers.load import Load
from solver.sampling.wire.refusal_sorts import Sort, sorted_refusal

Cause = Literal["connect", "reset", "timeout", "429", "5xx", "malformed"]


class Fault(Exception):
    """A request failed in a way that may heal."""

    def __init__(self, cause: Cause, text: str, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.cause = cause
        self.retry_after_s = retry_after_s
        self.was_taken = False
        """A part of the completion came: what was asked for is not at fault."""
        self.is_trial = False
        """It only tried whether a server is well again, and tells nothing of its prompt."""


class Refusal(Exception):
    """A request was refused; what it is about says whether another one would be, too.

    Args:
        text: who refused, and in which words.
        status: HTTP status, 0 where there is none.
        sort: see ``solver.sampling.wire.refusal_sorts.Sort``; None reads it from the words.
        field: the field that is not taken.
        named: all fields that the words call not taken.
    """

    def __init__(
        self,
        text: str,
        status: int = 0,
        *,
        sort: Sort | None = None,
        field: str | None = None,
        named: tuple[str, ...] = (),
    ) -> None:
        super().__init__(text)
        self.status, self.named = status, named
        self.sort, self.field = (sort, field) if sort is not None else sorted_refusal(status, text)

    @property
    def is_about_length(self) -> bool:
        """True where prompt and answer together exceed the context window, by the server's own words."""
        return self.sort == "length"

    @property
    def is_about_the_prompt(self) -> bool:
        """True where the same prompt would be refused again, and another one not."""
        return self.sort in ("length", "prompt")


class Unsent(Refusal):
    """A request that was not sent, since one like it has just been refused."""

    @classmethod
    def like(cls, refusal: Refusal) -> Unsent:
        """Return what another refusal holds for."""
        return cls(str(refusal), refusal.status, sort=refusal.sort, field=refusal.field)


class Growth(Protocol):
    """Is told how the completions of one request grow, by the choice's index; its calls must be quick."""

    def grew(self, index: int, text: str) -> None:
        """A completion has ``text`` more."""

    def ended(self, index: int) -> None:
        """A completion is at its end."""


class _Unwatched:
    """A ``Growth`` for streams that nobody watches."""

    def grew(self, index: int, text: str) -> None:
        pass

    def ended(self, index: int) -> None:
        pass


UNWATCHED: Growth = _Unwatched()


class Transport(Protocol):
    """One place that completes chats."""

    name: str
    """For messages: a URL without any password, or what the engine is called."""
    capabilities: Capabilities
    """What is known of it before the first request."""

    @property
    def bills_prompts(self) -> bool:
        """A prompt that is sent again may be paid again."""
        ...

    async def complete(self, body: Mapping[str, Any], growth: Growth | None = None) -> Completion:
        """Complete a chat.

        Args:
            body: the fields of OpenAI's chat completion request, vLLM's extensions included; ``n`` is looked at.
            growth: given, the completion is streamed and tells it of every piece.

        Returns:
            The choices that came; perhaps none.

        Raises:
            Fault, Refusal: it failed.
            asyncio.CancelledError: the caller gave up; the engine frees the request's places.
        """
        ...

    async def models(self) -> Mapping[str, int | None] | None:
        """Return what is served: name -> context window in tokens, None where unknown; None where it does not tell.

        Raises:
            Fault: it does not answer.
        """
        ...

    async def load(self) -> Load | None:
        """Return what it computes now, whoever asked for it; None where it does not tell.

        Raises:
            Fault: it does not answer.
        """
        ...

    async def close(self) -> None:
        """Close connections; the engine behind them lives on."""
        ...
