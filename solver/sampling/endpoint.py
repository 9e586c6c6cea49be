"""One endpoint as the client sees it: a transport with its room, its quotas, its health and what it can do.

Which endpoint gets the next request: ``solver.sampling.pool``. Sampling settings that are not about a single request
stand in ``ClientConfig``.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from solver.sampling.capabilities import UNKNOWN, Capabilities
from solver.sampling.completion import Completion
from solver.sampling.servers.best_load import BestLoad
from solver.sampling.servers.following import Following
from solver.sampling.servers.health import Health
from solver.sampling.servers.load import Endings, Load
from solver.sampling.servers.nonsense import Nonsense
from solver.sampling.servers.plainest import FALLS, Plainest
from solver.sampling.servers.throttle import Throttle
from solver.sampling.stats import Stats
from solver.sampling.transport import UNWATCHED, Fault, Growth, Refusal, Transport, Unsent
from solver.sampling.wire.dialect import Dialect
from solver.sampling.wire.first_contact import FirstContact
from solver.sampling.wire.thinking import Manner, bounded
from solver.sampling.wire.thinking_probe import found_manner
from solver.sampling.wire.thinking_wanted import MARK, Wanted

# Refusals that nothing sorts, all alike and with no completion before: after so many none will come.
_ALIKE = 3
_OF_ALL = ("malformed", "5xx", "reset")
"""Causes of faults that are the server's where several prompts in a row have them."""
_UNREAD = 4
"""So many forced answers in free text without one letter: it does not go on with messages, and no more are wanted."""
# How often one request is said anew in a dialect that its refusals taught.
_MOST_LESSONS = 12
_BATCH = 16
"""Places that are filled again together, as a share: with one at a time a 1.5B on an H200 made 14,000 tokens a second,
with some 30 of 512 together 20,600 (docs/log.md)."""
_FIRST_SLOTS = 64
"""Chains in flight at first where a load is followed and nobody said how many; the number grows from look to look until
something waits."""
# How long a model that refuses everything is left alone: a gateway lives longer than an empty account.
_SHUT_S, _SHUT_CAP_S = 10.0, 600.0
_TOO_LARGE = 413
"""The status by which proxies refuse requests of any length worth asking; not by the tokens of their answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """How to talk to the endpoints."""

    endpoints: tuple[str, ...] = ()
    """Base URLs, with or without ``/v1``."""
    slots_per_endpoint: int = 64
    """Chains in flight at each endpoint at most (a request with ``n=4`` is four)."""
    most_followed: int | None = None
    """Chains wanted at all endpoints together: the slots of those that tell their load follow it; None keeps them."""
    seeks_best_load: bool = False
    """Where a load is followed, fewer than wanted are kept in flight if the server is faster so."""
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
class _Shut:
    """A model that refuses everything."""

    refusal: Refusal
    until: float
    """Loop time."""
    times: int = 1


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
        self.tells_load = False
        """It says how many chains it computes and how many wait."""
        self.outstanding = 0
        """Chains leased out."""
        self.models: Mapping[str, int | None] | None = None
        """Served model -> context window in tokens; None where unknown."""
        self.health = Health()
        self._transport = transport
        self._stats = stats
        self._throttle = Throttle(
            requests_per_minute=config.requests_per_minute, tokens_per_minute=config.tokens_per_minute
        )
        self._following: Following | None = None
        self._is_filling = True
        self._endings = Endings()
        self._best_load = BestLoad() if config.seeks_best_load else None
        self._lent = 0
        """Slots above what is wanted, in the place of ended completions whose requests are in flight."""
        self._known: dict[str, Capabilities] = {}
        self._dialects: dict[str, Dialect] = {}
        self._contacts: dict[str, FirstContact] = {}
        self._manners: dict[str, Manner] = {}
        self._probing = asyncio.Lock()
        self._shut: dict[str, _Shut] = {}
        self._alike: Counter[str] = Counter()
        """Unsorted refusals by model and words, while nothing else came."""
        self._nonsense: dict[str, Nonsense] = {}
        """By model, while nothing else came."""
        self._failing: defaultdict[str, set[int]] = defaultdict(set)
        """Prompts by model that failed since something last came."""
        self._plainest: defaultdict[str, Plainest] = defaultdict(Plainest)
        self._unread: Counter[str] = Counter()
        """Forced answers in free text by model that were no letter."""
        self._forced: set[str] = set()
        """Models that gave a forced answer."""
        self._heard: dict[str, float] = {}
        """Models that completed something, and when they last did (loop time)."""

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    def serves(self, model: str) -> bool:
        """Tell whether the model is served here, as far as known."""
        return self.models is None or model in self.models

    def has_room(self, chains: int) -> bool:
        """Tell whether some chains more can go out now.

        A step of an engine that takes a prompt in is slower than one of chains alone, so a server that tells its load
        gets its requests in batches: once it is full, none until one slot in ``_BATCH`` is free.
        """
        free = self.slots - self.outstanding
        if chains > free:
            self._is_filling = not self.tells_load
        elif free >= self.slots // _BATCH:
            self._is_filling = True
        return self.outstanding == 0 or (self._is_filling and chains <= free)

    def capabilities_of(self, model: str) -> Capabilities:
        """Return what can be asked of a model here, as far as it was said or found out."""
        known = self._known.get(model)
        if known is None:
            known = self._known[model] = self._within(self._transport.capabilities, model)
        return known

    def is_by_one(self, model: str) -> bool:
        """Tell whether the samples of a group need not wait for places for all of them: parts cost no more.

        Where the load is told a group stays whole: slots follow the load, so that no place is empty, and requests of
        several chains are less work for both sides.
        """
        return self.capabilities_of(model).is_by_one or not (self._transport.bills_prompts or self.tells_load)

    def _within(self, known: Capabilities, model: str) -> Capabilities:
        context = None if self.models is None else self.models.get(model)
        return replace(known, max_context=context)

    def refusal_of(self, model: str, now: float) -> Refusal | None:
        """Return why a model is left alone here, None while it is not.

        Args:
            now: loop time, seconds.
        """
        shut = self._shut.get(model)
        return None if shut is None or shut.until <= now else shut.refusal

    def heard_at(self, model: str) -> float | None:
        """Return when a model last completed something here (loop time); None where it never did."""
        return self._heard.get(model)

    def is_kept(self, model: str) -> bool:
        """Tell whether all wait for a request that is sent again: see ``solver.sampling.wire.first_contact``."""
        contact = self._contacts.get(model)
        return contact is not None and contact.is_kept

    def dialect_of(self, model: str) -> Dialect:
        """Return what was learnt of how a model is asked here."""
        return self._dialects.get(model, Dialect())

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

    def holds_otherwise(self, model: str, held_by: str | None, *, is_held: bool) -> bool:
        """Learn from a forced answer.

        Args:
            held_by: how it was asked to be one of some texts; None where it was not.
            is_held: it is one of them.

        Returns:
            It is none, and there is another way to ask for it.
        """
        if is_held or self._transport.capabilities.structured_choice:
            self._forced.add(model)
            return False
        if held_by is None:
            self._unread[model] += 1
            if model not in self._forced and self._unread[model] == _UNREAD:
                self.found(model, forces_answers=False)
                self._stats.note(f"{self.name}: answers are not forced: it holds completions to no texts")
            return False
        dialect = self.dialect_of(model)
        if dialect.held_by == held_by:
            self._learn(model, *dialect.after_unheld())
        return True

    async def complete(self, body: Mapping[str, Any], growth: Growth | None = None) -> Completion:
        """Complete a chat within the quotas, said as this endpoint takes it, and book what it took.

        Args:
            body: see ``solver.sampling.transport.Transport.complete``; ``n`` and ``max_tokens`` are looked at.
            growth: told of every piece.

        Returns:
            At least one usable choice; one where several were asked for and it takes no ``n``.

        Raises:
            Fault, Refusal: it failed.
        """
        model = str(body.get("model"))
        contact = self._contacts.get(model)
        if contact is None:
            contact = self._contacts[model] = FirstContact()
            contact.is_over = self.tells_load or self._transport.capabilities != UNKNOWN
        async with contact.turn(_prompt_of(body)):
            now = asyncio.get_running_loop().time()
            nonsense = None if contact.is_over else self._nonsense.get(model)
            if nonsense is not None and (left := nonsense.refusal_of(_prompt_of(body), now)) is not None:
                raise Unsent.like(left)
            heard = None if growth is None else contact.over_with(growth)
            try:
                return await self._adapted(model, await self._thinking(model, body), heard)
            except Fault as fault:
                if model in self._heard and fault.cause in _OF_ALL and not fault.was_taken:
                    self._failing[model].add(_prompt_of(body))
                    if len(self._failing[model]) >= _ALIKE and self.health.doubted_since is None:
                        self.health.doubted_since = asyncio.get_running_loop().time()
                raise self._doubted(model, fault, body) from fault

    async def probed(self, body: Mapping[str, Any]) -> Completion:
        """Complete a chat that is only to find something out: a refusal of it is no sign of the rest.

        Raises:
            Fault, Refusal: it failed.
        """
        return await self._adapted(str(body.get("model")), body, None, is_probe=True)

    async def _thinking(self, model: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a body that says of thinking what it wants in the way that works here, found at the first need."""
        wanted = Wanted.of(body)
        if wanted is None:
            return body
        async with self._probing:
            manner = self._manners.get(model)
            if manner is None:

                async def ask(fields: Mapping[str, Any]) -> Completion:
                    return await self.probed({"model": model, **fields})

                manner = self._manners[model] = await found_manner(ask, budget=wanted.budget)
                self._stats.note(f"{self.name}: {manner.note(wanted)}")
        asked = {name: value for name, value in body.items() if name != MARK}
        return {**bounded(asked, wanted, manner), **manner.fields(wanted)}

    async def _adapted(
        self, model: str, body: Mapping[str, Any], growth: Growth | None, *, is_probe: bool = False
    ) -> Completion:
        """Complete a chat; what is refused of it is learnt, and asked for otherwise.

        Args:
            is_probe: a refusal that nothing is learnt from is no sign of the rest.
        """
        for lessons in range(_MOST_LESSONS):
            if (closed := self.refusal_of(model, asyncio.get_running_loop().time())) is not None:
                raise closed if lessons else Unsent.like(closed)
            dialect = self.dialect_of(model)
            asked = dialect.body(body)
            is_streamed = dialect.is_streamed if dialect.is_streamed is not None else growth is not None
            try:
                completion = await self._send(asked, (growth or UNWATCHED) if is_streamed else None)
            except Refusal as refusal:
                if not self._has_learnt(model, dialect, body, asked):
                    body = self._taught(model, refusal, body, asked, is_streamed=is_streamed, is_probe=is_probe)
                continue
            except Fault as fault:
                if is_probe:
                    raise
                for blamed in await self._fallen_over(model, fault, dialect, asked, is_streamed=is_streamed):
                    body = self._taught(model, blamed, body, asked, is_streamed=is_streamed)
                if fault.cause not in FALLS or not self._has_learnt(model, dialect, body, asked):
                    raise
                continue
            if growth is not None and not is_streamed:
                for index, choice in completion.choices.items():
                    growth.grew(index, choice.text)
                    growth.ended(index)
            self._heard[model] = asyncio.get_running_loop().time()
            self._plainest[model].answered(asked, is_streamed=is_streamed)
            self._nonsense.pop(model, None)
            self._failing.pop(model, None)
            self._shut.pop(model, None)
            return completion
        raise Refusal(f"{self.name}: refused however it is asked", sort="unknown")

    def _has_learnt(self, model: str, dialect: Dialect, body: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
        """Tell whether something was learnt, by another request perhaps, since a body was said as ``asked``."""
        return self.dialect_of(model) != dialect or dialect.body(body) != asked

    def _taught(
        self,
        model: str,
        refusal: Refusal,
        body: Mapping[str, Any],
        asked: Mapping[str, Any],
        *,
        is_streamed: bool,
        is_probe: bool = False,
    ) -> Mapping[str, Any]:
        """Learn from a refusal; returns what to ask next.

        Raises:
            Refusal: it teaches nothing.
        """
        dialect = self.dialect_of(model)
        if (lesson := dialect.after(refusal, asked, is_streamed=is_streamed)) is not None:
            self._learn(model, *lesson)
        elif _is_about_tokens(refusal) and (shorter := dialect.with_smaller_bound(body, refusal)) is not None:
            return shorter
        elif is_probe and refusal.status not in (401, 402, 429):
            raise refusal
        else:
            raise self._judged(model, refusal, asked) from refusal
        return body

    async def _fallen_over(
        self, model: str, fault: Fault, dialect: Dialect, asked: Mapping[str, Any], *, is_streamed: bool
    ) -> Sequence[Refusal]:
        """Return what a fault would have said of optional fields: see ``solver.sampling.servers.plainest``."""
        plainest = self._plainest[model]
        if self._transport.capabilities != UNKNOWN or not plainest.is_doubtful(fault, asked, is_streamed=is_streamed):
            return ()

        async def ask(body: Mapping[str, Any], is_streamed: bool) -> Completion:
            return await self._send(body, UNWATCHED if is_streamed else None)

        async with self._probing:
            now = asyncio.get_running_loop().time()
            if self.dialect_of(model) != dialect or not plainest.is_due(now):
                return ()
            return await plainest.search(ask, fault, asked, now, is_streamed=is_streamed)

    def _learn(self, model: str, dialect: Dialect, note: str) -> None:
        self._dialects[model] = dialect
        self._stats.note(f"{self.name}: {note}")
        known = self.capabilities_of(model)
        self._known[model] = replace(
            known,
            n=False if "n" in dialect.left_out else known.n,
            seeds=False if "seed" in dialect.left_out else known.seeds,
            logprobs=False if "logprobs" in dialect.left_out else known.logprobs,
            streaming=known.streaming if dialect.is_streamed is None else dialect.is_streamed,
        )

    def _judged(self, model: str, refusal: Refusal, asked: Mapping[str, Any]) -> Refusal:
        """Return a refusal as it is to be taken: the same words for every prompt are about all of them."""
        # What is asked for a forced answer is no proof of the rest, but for the account.
        if "continue_final_message" in asked and refusal.status not in (401, 402, 429):
            return refusal
        if refusal.sort == "field":
            if refusal.field is None or (refusal.field != "stream" and refusal.field not in asked):
                refusal = Refusal(str(refusal), refusal.status, sort="unknown")
            else:
                refusal = Refusal(str(refusal), refusal.status, sort="all", field=refusal.field)
        is_vague = refusal.sort == "unknown" or refusal.status == _TOO_LARGE
        if is_vague and model not in self._heard:
            # Numbers and what is quoted may differ from one prompt to the next.
            words = re.sub(r"\d+|(['\"`]).*?\1", "", str(refusal))
            self._alike[f"{model} {words}"] += 1
            if self._alike[f"{model} {words}"] >= _ALIKE:
                refusal = Refusal(str(refusal), refusal.status, sort="all")
        if refusal.sort == "all":
            self._leave_alone(model, refusal)
        return refusal

    def _doubted(self, model: str, fault: Fault, body: Mapping[str, Any]) -> Fault | Refusal:
        """Return what a reply that is none is taken for: see ``solver.sampling.servers.nonsense``."""
        # A server that has completed something is given more time: ``EndpointPool.lost``.
        if fault.cause != "malformed" or model in self._heard or "continue_final_message" in body:
            return fault
        nonsense = self._nonsense.setdefault(model, Nonsense())
        if not nonsense.came(_prompt_of(body), fault, asyncio.get_running_loop().time()):
            return fault
        refusal = Refusal(str(fault), sort="all")
        self._leave_alone(model, refusal)
        return refusal

    def _leave_alone(self, model: str, refusal: Refusal) -> None:
        before = self._shut.get(model)
        times = 1 if before is None else before.times + 1
        wait_s = min(_SHUT_S * 2 ** min(times - 1, 16), _SHUT_CAP_S)
        self._shut[model] = _Shut(refusal, asyncio.get_running_loop().time() + wait_s, times)

    async def _send(self, body: Mapping[str, Any], growth: Growth | None) -> Completion:
        """Send one request within the quotas, and book it."""
        stats, paid = self._stats, 0.0
        chains = int(body.get("n", 1))
        if not self._throttle.is_open:
            chars = sum(len(message["content"]) for message in body["messages"])
            limit = int(body.get("max_tokens") or body.get("max_completion_tokens") or 0)
            paid = await self._throttle.enter(prompt_chars=chars, chains=chains, max_tokens=limit)
        stats.requests += 1
        stats.in_flight += 1
        self._endings.sent(chains)
        try:
            completion = await self._transport.complete(body, growth)
        except Refusal:
            stats.refusals += 1
            raise
        finally:
            stats.in_flight -= 1
            self._endings.came(chains)
            # All of its completions may have been among the ended.
            back = min(self._lent, chains)
            self._lent -= back
            self.slots -= back
        self._settle(completion, paid, chains)
        if not completion.choices:
            raise Fault("malformed", f"{self.name}: reply has no usable choice")
        return completion

    def _settle(self, completion: Completion, paid: float, chains: int) -> None:
        """Book a reply's true cost and the endpoint's good health."""
        prompt, generated = completion.prompt_tokens, completion.completion_tokens
        self._stats.prompt_tokens += prompt
        self._stats.completion_tokens += generated
        self.health.replied()
        if completion.usage != "told":
            how = "no usage" if completion.usage == "absent" else "tokens that its texts cannot have"
            self._stats.note(f"{self.name}: it tells {how}: they are estimated from the text")
        if not self._throttle.is_open:
            self._throttle.settle(paid, prompt_tokens=prompt, completion_tokens=generated, chains=chains)

    async def probe(self) -> None:
        """Ask for the models; success makes the endpoint usable again.

        Raises:
            Fault: it does not answer.
        """
        self.health.is_probing = True
        try:
            self.models = await self._transport.models()
        finally:
            self.health.is_probing = False
        self._known = {model: self._within(known, model) for model, known in self._known.items()}
        self.health.probed()

    async def load(self) -> Load | None:
        """Return what it computes now; None where it does not tell.

        Raises:
            Fault: it does not answer.
        """
        return await self._transport.load()

    async def follow(self, most: int, now: float) -> bool:
        """Look at what it computes now, and let its slots follow; returns whether they changed.

        Args:
            most: chains wanted there.
            now: loop time, seconds.
        """
        over = self._endings.over
        try:
            load = await self.load()
        except Fault:
            return False  # how it is shows in the requests themselves
        self.tells_load = load is not None
        if load is None:
            return False
        if self._following is None:
            self._following = Following()
            self.slots = most if most <= self.slots else min(self.slots, _FIRST_SLOTS)
        before = self.slots
        if self._best_load is not None:
            most = min(most, self._best_load.look(load, outstanding=self.outstanding, now=now) or most)
            if self._best_load.is_fewer:
                self._stats.note(_faster_with_fewer(self.name, self._best_load))
        self.slots = self._following.look(
            before, load, outstanding=self.outstanding, most=most, ended=self._endings.at(load, over)
        )
        self._lent = max(0, self.slots - most)
        return self.slots != before

    def note(self, fault: Fault, now: float) -> None:
        """Count a fault, and take it into account (``Health.failed``).

        Args:
            now: loop time, seconds.
        """
        self._stats.causes[fault.cause] += 1
        self.health.failed(fault, now)


def _faster_with_fewer(name: str, best: BestLoad) -> str:
    assert best.rates is not None
    before, after = best.rates
    return (
        f"{name}: it makes {after:,.0f} tokens a second with fewer samples in flight and {before:,.0f} with more, so "
        "fewer are sent at once from here on (a vLLM started with --max-cudagraph-capture-size 1024 takes more at full "
        "speed)"
    )


def _prompt_of(body: Mapping[str, Any]) -> int:
    return hash(str(body.get("messages")))


def _is_about_tokens(refusal: Refusal) -> bool:
    return refusal.is_about_length and refusal.status != _TOO_LARGE
