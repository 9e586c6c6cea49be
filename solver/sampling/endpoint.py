"""One endpoint as the client sees it: a transport with its room, its quotas, its health and what it can do.

Which endpoint gets the next request: ``solver.sampling.pool``. Sampling settings that are not about a single request
stand in ``ClientConfig``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from solver.sampling.capabilities import Capabilities
from solver.sampling.completion import Completion
from solver.sampling.throttle import Throttle
from solver.sampling.transport import Fault, Growth, Refusal, Transport

_FIRST_BACK_OFF_S = 0.5
_BACK_OFF_CAP_S = 30.0
# Failures in a row after which an endpoint that still accepts connections is left alone for a while.
_STREAK = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """How to talk to the endpoints."""

    endpoints: tuple[str, ...] = ()
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


class Endpoint:
    """One endpoint.

    Args:
        transport: talks to it; closed with it.
        config: shared by all endpoints of a pool.
        stats: counters, shared too.
    """

    def __init__(self, transport: Transport, config: ClientConfig, stats: Stats) -> None:
        self.name = transport.name
        """For messages."""
        self.slots = config.slots_per_endpoint
        self.outstanding = 0
        """Chains leased out."""
        self.models: Mapping[str, int | None] | None = None
        """Served model -> context window in tokens; None where unknown."""
        self.needs_probe = True
        """True before the first contact and after a failure."""
        self.is_probing = False
        self.resume_at = 0.0
        """Loop time until which it is left alone."""
        self.down_since: float | None = None
        """Loop time of the failure since which nothing worked."""
        self.last_fault = ""
        self._transport = transport
        self._stats = stats
        self._throttle = Throttle(
            requests_per_minute=config.requests_per_minute, tokens_per_minute=config.tokens_per_minute
        )
        self._streak = 0
        self._downs = 0
        self._known: dict[str, Capabilities] = {}

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    def serves(self, model: str) -> bool:
        """Tell whether the model is served here, as far as known."""
        return self.models is None or model in self.models

    def capabilities_of(self, model: str) -> Capabilities:
        """Return what can be asked of a model here, as far as it was said or found out."""
        known = self._known.get(model)
        if known is None:
            known = self._known[model] = self._within(self._transport.capabilities, model)
        return known

    def _within(self, known: Capabilities, model: str) -> Capabilities:
        context = None if self.models is None else self.models.get(model)
        return replace(known, max_context=context)

    def found(self, model: str, *, n: bool | None = None, forces_answers: bool | None = None) -> None:
        """Note what trying has told of a model here.

        Args:
            n: several completions of one request came, or not.
            forces_answers: a structured continuation was accepted, or refused.
        """
        known = self.capabilities_of(model)
        if n is not None:
            known = replace(known, n=n)
        if forces_answers is not None:
            known = replace(known, structured_choice=forces_answers, continuation=forces_answers)
        self._known[model] = known

    async def complete(self, body: Mapping[str, Any], growth: Growth | None = None) -> Completion:
        """Complete a chat within the quotas, and book what it took.

        Args:
            body: see ``solver.sampling.transport.Transport.complete``; ``n`` and ``max_tokens`` are looked at.
            growth: told of every piece.

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
            completion = await self._transport.complete(body, growth)
        except Refusal:
            stats.refusals += 1
            raise
        finally:
            stats.in_flight -= 1
        self._settle(completion, paid, chains)
        if not completion.choices:
            raise Fault("malformed", f"{self.name}: reply has no usable choice")
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
            self.models = await self._transport.models()
        finally:
            self.is_probing = False
        self._known = {model: self._within(known, model) for model, known in self._known.items()}
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
