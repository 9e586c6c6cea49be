"""Several endpoints as one: who gets the next request, who is left alone, who waits.

A request takes a *lease*: room for its chains at the endpoint with the least outstanding work that serves its model,
given back as its chains end.
Without room it waits in line (one line a model, the parties that ask in turn). An endpoint that fails is left out, for
longer each time, and must answer ``/v1/models`` before it gets work again. All are asked for it at the first contact.
"""

from __future__ import annotations

import asyncio
import difflib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager

from solver.base.errors import EndpointError, EndpointRefused
from solver.base.text_safety import one_line
from solver.sampling.endpoint import ClientConfig, Endpoint
from solver.sampling.servers.line import PARTY, Line
from solver.sampling.stats import Stats
from solver.sampling.transport import Fault, Refusal, Transport
from solver.sampling.wire.advice import refused_for_all

_FOLLOWING_S = 0.25
"""Between two looks at a load: chains end, and places with them, long before the request that asked for them does."""
_FOLLOWING_CAP_S = 8.0
"""Between two looks where far less is in flight than might be."""
_BUSY_SHARE = 1 / 2
"""From this share of its slots on an endpoint is looked at often."""
_MOST_LOST, _MOST_LOST_LATER = 3, 8
"""Upon so many prompts given up with nothing in between a run ends, since what fails for one may be about that, or upon
so many requests; at a server that has completed something upon both, and after ``_SILENT_S`` without another."""
_SILENT_S = 20.0
_MOST_TRIALS = 4
"""Requests that tried, one at a time, whether a server is well again, at least, before a run ends."""
_Waiter = tuple[asyncio.Future[Endpoint], int]


class Room:
    """Places for some chains at one endpoint.

    Args:
        give: gives places back.
    """

    def __init__(self, endpoint: Endpoint, chains: int, give: Callable[[Endpoint, int], None]) -> None:
        self.endpoint = endpoint
        self._held, self._give = chains, give

    def give(self, chains: int) -> None:
        """Give places back before the rest."""
        chains = min(chains, self._held)
        self._held -= chains
        if chains:
            self._give(self.endpoint, chains)

    @asynccontextmanager
    async def share(self) -> AsyncIterator[Room]:
        """Use one place of it for a block, which gives it back."""
        try:
            yield self
        finally:
            self.give(1)


class EndpointPool:
    """Some endpoints.

    Args:
        transports: one an endpoint; closed with the pool.
        config: limits; the same for each.
        stats: live counters of all of them.
    """

    def __init__(self, transports: Sequence[Transport], config: ClientConfig, stats: Stats) -> None:
        self.endpoints = tuple(Endpoint(transport, config, stats) for transport in transports)
        self.config = config
        self.stats = stats
        self._lines: dict[str, Line[_Waiter]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._following: asyncio.Task[None] | None = None
        self._is_met = False
        self._meeting = asyncio.Lock()
        self._lost: dict[str, Counter[str]] = {}
        """Requests by model and prompt that every retry failed, since something last came."""
        self._lost_at: dict[str, float] = {}
        """When the last of them was given up (loop time)."""

    async def close(self) -> None:
        """Close all connections."""
        if self._timer is not None:
            self._timer.cancel()
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])
        for endpoint in self.endpoints:
            await endpoint.close()

    @property
    def followed_slots(self) -> int | None:
        """Chains in flight at most, at all endpoints together; None where no load is followed."""
        return None if self._following is None else sum(endpoint.slots for endpoint in self.endpoints)

    @property
    def _most_followed(self) -> int | None:
        """Chains wanted at one endpoint."""
        most = self.config.most_followed
        return None if most is None else max(1, most // len(self.endpoints))

    async def _follow(self) -> None:
        """Let the endpoints' slots follow what they tell of their load."""
        most, period_s = self._most_followed, _FOLLOWING_S
        assert most is not None
        told = [endpoint for endpoint in self.endpoints if endpoint.tells_load]
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(period_s)
            has_changed = [await endpoint.follow(most, clock()) for endpoint in told if not endpoint.health.needs_probe]
            # Looking costs the server a page of some hundred lines: seldom where more places would not be used.
            is_busy = any(endpoint.outstanding >= endpoint.slots * _BUSY_SHARE for endpoint in told)
            period_s = _FOLLOWING_S if any(has_changed) or is_busy else min(2 * period_s, _FOLLOWING_CAP_S)
            if any(has_changed):
                self._dispatch()

    def has_room(self, model: str, chains: int) -> bool:
        """Tell whether a lease would be had at once.

        Raises:
            Fault, Refusal, EndpointRefused: it never would; see ``lease``.
        """
        is_first = not self._lines.get(model)
        return is_first and self._choose(model, chains, asyncio.get_running_loop().time()) is not None

    @asynccontextmanager
    async def lease(self, model: str, chains: int, *, is_again: bool = False) -> AsyncIterator[Room]:
        """Hold room for some chains at one endpoint; what is left of it is given back at the end.

        Args:
            chains: how many; more than an endpoint's slots are let in when it is idle.
            is_again: for a request that is sent again. Where all that have room wait for it, it needs none.

        Raises:
            Fault: every endpoint of the model has been down for ``patience_s``.
            Refusal: no endpoint serves the model.
            EndpointRefused: those that do refuse every request.
        """
        if not self._is_met:
            async with self._meeting:
                if not self._is_met:
                    await self._meet()
        room = Room(await self._take(model, chains, is_again=is_again), chains, self._give)
        try:
            yield room
        finally:
            room.give(chains)

    async def refresh(self) -> None:
        """Ask every endpoint for its models.

        Raises:
            EndpointError: none of them answers.
        """
        await self._meet()
        if all(endpoint.health.needs_probe for endpoint in self.endpoints):
            faults = "; ".join(endpoint.health.last_fault for endpoint in self.endpoints)
            raise EndpointError(
                f"no endpoint answers: {faults}. Check the address, wait until its server has started, or leave it out "
                "where a command serves a model itself (--serve MODEL)"
            )

    async def _meet(self) -> None:
        """Probe all endpoints at once: otherwise the first to answer would get all the work that waits."""

        async def ask(endpoint: Endpoint) -> None:
            try:
                await endpoint.probe()
            except Fault as fault:
                endpoint.note(fault, asyncio.get_running_loop().time())
            else:
                if self._most_followed is not None:
                    await endpoint.follow(self._most_followed, asyncio.get_running_loop().time())

        async with asyncio.TaskGroup() as group:
            for endpoint in self.endpoints:
                group.create_task(ask(endpoint))
        if self._following is None and any(endpoint.tells_load for endpoint in self.endpoints):
            # A task of its own, ended by ``close``: whoever met them first may be given up.
            self._following = asyncio.create_task(self._follow())
        self._is_met = True
        self._dispatch()

    def lost(self, model: str, prompt: str, fault: Fault) -> None:
        """Take note that a request was given up after its retries.

        Raises:
            EndpointRefused: so were several, and nothing came in between: nothing will.
        """
        now = asyncio.get_running_loop().time()
        heard = [at for endpoint in self.endpoints if (at := endpoint.heard_at(model)) is not None]
        prompts = self._lost.setdefault(model, Counter())
        if heard and max(heard) >= self._lost_at.get(model, now):
            prompts.clear()
        # Where nothing listens, or a quota is spent, no prompt matters.
        prompts[str(prompts.total()) if fault.cause in ("connect", "429") else prompt] += 1
        self._lost_at[model] = now
        is_varied, is_often = len(prompts) >= _MOST_LOST, prompts.total() >= _MOST_LOST_LATER
        is_over = is_varied or is_often
        if heard:
            is_over = is_varied and is_often and now - max(heard) >= _SILENT_S
        if is_over:
            raise EndpointRefused(
                one_line(f"model {model!r}: no completion comes{' any more' if heard else ''}: {fault}")
            )

    def tried(self, model: str, fault: Fault) -> None:
        """Take note that a request failed which tried whether an endpoint is well again: its prompt is not given up.

        Raises:
            EndpointRefused: none has been well for long.
        """
        now = asyncio.get_running_loop().time()
        healths = [endpoint.health for endpoint in self.endpoints if endpoint.serves(model)]
        if all(
            health.trials >= _MOST_TRIALS
            and health.doubted_since is not None
            and now - health.doubted_since >= _SILENT_S
            for health in healths
        ):
            raise EndpointRefused(one_line(f"model {model!r}: no completion comes any more: {fault}"))

    def check(self, models: Iterable[str]) -> None:
        """Make sure that every model is served, as far as the endpoints told; call ``refresh`` first.

        Raises:
            EndpointError: one is not; the message lists what is.
        """
        for model in models:
            if not any(endpoint.serves(model) for endpoint in self.endpoints):
                raise EndpointError(self._not_served(model))

    def _not_served(self, model: str) -> str:
        known = sorted({name for endpoint in self.endpoints for name in endpoint.models or ()})
        near = difflib.get_close_matches(model, known, n=3, cutoff=0.4)
        where = ", ".join(endpoint.name for endpoint in self.endpoints)
        hint = f"did you mean {' or '.join(near)}?" if near else "use one of these, or load it with --serve MODEL"
        return one_line(f"model {model!r} is not served by {where}; served: {', '.join(known[:20])}; {hint}")

    async def _take(self, model: str, chains: int, *, is_again: bool) -> Endpoint:
        while True:
            endpoint = await self._next(model, chains, is_again=is_again)
            if not endpoint.health.needs_probe:
                return endpoint
            try:
                await endpoint.probe()
            except Fault as fault:
                endpoint.note(fault, asyncio.get_running_loop().time())
                self._give(endpoint, chains)
            except BaseException:
                self._give(endpoint, chains)
                raise
            else:
                if endpoint.serves(model):
                    endpoint.health.booked(asyncio.get_running_loop().time())
                    self._dispatch()
                    return endpoint
                self._give(endpoint, chains)

    async def _next(self, model: str, chains: int, *, is_again: bool) -> Endpoint:
        """Wait for an endpoint with room; it may need a probe. Its room is already booked on return."""
        line, party = self._lines.setdefault(model, Line()), PARTY.get()
        now = asyncio.get_running_loop().time()
        is_kept = is_again and any(endpoint.is_kept(model) for endpoint in self.endpoints)
        if (is_kept or not line) and (endpoint := self._choose(model, chains, now, is_kept=is_kept)) is not None:
            return self._book(endpoint, chains)
        future: asyncio.Future[Endpoint] = asyncio.get_running_loop().create_future()
        waiter = (future, chains)
        line.append(party, waiter)
        self.stats.waiting += 1
        self._dispatch()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                endpoint = future.result()
                endpoint.health.is_probing = False
                self._give(endpoint, chains)
            raise
        finally:
            self.stats.waiting -= 1
            line.discard(party, waiter)

    def _choose(self, model: str, chains: int, now: float, *, is_kept: bool = False) -> Endpoint | None:
        """Return the endpoint for the next request, or None if it must wait.

        Args:
            is_kept: one that waits for it has room for it.

        Raises:
            Fault, Refusal, EndpointRefused: waiting is of no use.
        """
        found = [endpoint for endpoint in self.endpoints if endpoint.serves(model)]
        if not found:
            raise Refusal(self._not_served(model), sort="all")
        serving = [endpoint for endpoint in found if endpoint.refusal_of(model, now) is None]
        if not serving:
            refusals = [refusal for one in found if (refusal := one.refusal_of(model, now)) is not None]
            raise EndpointRefused(refused_for_all(model, refusals, self.config.api_key_env))
        ready = [
            endpoint
            for endpoint in serving
            if endpoint.health.resume_at <= now
            and not (endpoint.health.needs_probe and endpoint.health.is_probing)
            and (endpoint.has_room(chains) or (is_kept and endpoint.is_kept(model)))
        ]
        if ready:
            # A probe that is due comes first, or a dead endpoint would never be tried again.
            return min(
                ready, key=lambda endpoint: (not endpoint.health.needs_probe, endpoint.outstanding / endpoint.slots)
            )
        downs = [endpoint.health.down_since for endpoint in serving if endpoint.health.down_since is not None]
        if len(downs) == len(serving) and now - max(downs) >= self.config.patience_s:
            faults = "; ".join(endpoint.health.last_fault for endpoint in serving)
            raise Fault("connect", f"every endpoint of {model!r} has been down for {now - max(downs):.0f} s: {faults}")
        return None

    def _book(self, endpoint: Endpoint, chains: int) -> Endpoint:
        endpoint.outstanding += chains
        # Set here already and not in the probe, so that nobody else is sent to it in between.
        endpoint.health.is_probing |= endpoint.health.needs_probe
        endpoint.health.booked(asyncio.get_running_loop().time())
        return endpoint

    def _give(self, endpoint: Endpoint, chains: int) -> None:
        endpoint.outstanding -= chains
        self._dispatch()

    def _dispatch(self) -> None:
        """Serve the heads of all lines as far as there is room, and set the timer for the rest."""
        now = asyncio.get_running_loop().time()
        is_waiting = False
        for model, line in self._lines.items():
            while line:
                future, chains = line.first
                if not future.done():
                    try:
                        endpoint = self._choose(model, chains, now)
                    except (Fault, Refusal, EndpointRefused) as error:
                        future.set_exception(error)
                    else:
                        if endpoint is None:
                            is_waiting = True
                            break
                        future.set_result(self._book(endpoint, chains))
                line.popleft()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if is_waiting:
            due = [endpoint.health.resume_at for endpoint in self.endpoints if endpoint.health.resume_at > now]
            due += [
                endpoint.health.down_since + self.config.patience_s
                for endpoint in self.endpoints
                if endpoint.health.down_since is not None and endpoint.health.down_since + self.config.patience_s > now
            ]
            if due:
                self._timer = asyncio.get_running_loop().call_at(min(due) + 1e-3, self._dispatch)
