"""The sampling client: draws samples through the endpoints of a pool, whatever carries the requests to them.

Limits, choice of endpoint and health are in ``solver.sampling.pool`` and ``solver.sampling.endpoint``; how a request
travels in a ``solver.sampling.transport.Transport``; reading what came back in ``solver.sampling.reading``; what is
asked where nothing can be read in ``solver.sampling.answer_forcing``. Here is what happens to one group of requests:
one call with ``n=k``, retries with back-off, asking again for choices that did not come, forced answers, records.

Requests of one group go out as one call with the first one's seed: vLLM gives choice *i* the seed plus *i*
(``vllm/v1/engine/parallel_sampling.py``), so with seeds that count up by one each choice has its own request's seed.

::

    async with SamplingClient(http_pool(ClientConfig(endpoints=("http://127.0.0.1:8000/v1",)))) as sampler:
        await sampler.check(["my-model"])
        samples = await sampler.sample(requests)
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Self

from solver.base.display.figures import counted
from solver.problems.letters import ALPHABET
from solver.sampling.answer_forcing import closing_body, closing_letter, fitted, went_on
from solver.sampling.completion import CUT_ENDS
from solver.sampling.endpoint import Endpoint
from solver.sampling.pool import EndpointPool, Room
from solver.sampling.reading import REFUSAL, closed, failed_sample, sample_of
from solver.sampling.retry import Retries, RetryPolicy
from solver.sampling.sample import Request, Sample, Status, Told, drawn
from solver.sampling.streaming import Watched, Watcher
from solver.sampling.transport import Fault, Growth, Refusal

__all__ = ["SamplingClient"]

CIRCLES = {"min_pattern_size": 24, "max_pattern_size": 200, "min_count": 4}
"""What is a circle: the last 24 to 200 tokens four times over (vLLM's ``repetition_detection``). On 22,736 recorded
chains of two real models that finds 42 and 28 % of those that ran into the limit, and 0.05 and 0.03 % of those that
would have ended by themselves; shorter patterns and fewer repeats find tables and lists (docs/log.md)."""
_FORCING = RetryPolicy(max_retries=2)
_Found = tuple[Request, Sample]
"""What was asked for, and what came."""


class SamplingClient:
    """A ``solver.sampling.sample.Sampler`` over the endpoints of a pool; an async context manager.

    Args:
        pool: closed with the client.
        watcher: given, completions are streamed, and it is told of every chain.
        rng: for the jitter of back-offs only.
    """

    def __init__(self, pool: EndpointPool, watcher: Watcher | None = None, rng: random.Random | None = None) -> None:
        self.stats = pool.stats
        """Live counters."""
        self._pool = pool
        self._watcher = watcher
        self._rng = rng or random.Random()
        self._policy = RetryPolicy(max_retries=pool.config.max_retries, patience_s=pool.config.patience_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.close()

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The endpoints with their health."""
        return self._pool.endpoints

    async def models(self) -> dict[str, tuple[str, ...]]:
        """Ask the endpoints what they serve.

        Returns:
            Model name -> names of the endpoints that serve it; endpoints that do not tell are left out.

        Raises:
            EndpointError: no endpoint answers; the message says what to do.
        """
        await self._pool.refresh()
        served: dict[str, tuple[str, ...]] = {}
        for endpoint in self._pool.endpoints:
            for model in endpoint.models or ():
                served[model] = (*served.get(model, ()), endpoint.name)
        return served

    async def check(self, models: Iterable[str]) -> None:
        """Make sure, before a run, that something listens and that every model is served.

        Raises:
            EndpointError: nothing listens, or a model is not served; the message lists near matches.
        """
        await self._pool.refresh()
        self._pool.check(models)

    @property
    def is_by_one(self) -> bool:
        """See ``Sampler``; what the endpoints can do is known once they have been met."""
        return all(endpoint.is_by_one(model) for endpoint in self._pool.endpoints for model in endpoint.models or ("",))

    @property
    def places(self) -> int | None:
        """See ``Sampler``."""
        return self._pool.followed_slots

    async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
        """Draw samples and return them all; see ``draw``."""
        return await drawn(self, requests)

    async def draw(self, requests: Sequence[Request], told: Told) -> None:
        """Draw samples of one question under one prompt; see ``solver.sampling.sample.Sampler.draw``.

        Raises:
            ValueError: the requests differ in more than index and seed.
        """
        if not requests:
            return
        first = requests[0]
        for request in requests:
            if (request.prompt, request.model, request.permutation, request.sampling) != (
                first.prompt,
                first.model,
                first.permutation,
                first.sampling,
            ):
                raise ValueError("requests of one call may differ in index and seed only")
        await self._draw(_Drawing(requests, told, self._policy, self._rng))

    async def _draw(self, drawing: _Drawing) -> None:
        """Draw until every request has its sample, or has failed."""
        while drawing.pending:
            wanted = _first_run(drawing.pending)
            try:
                if len(wanted) > 1 and self.is_by_one and self._are_rooms_apart(wanted[0].model, len(wanted)):
                    await self._draw_apart(drawing.taken(wanted))
                    continue
                async with self._pool.lease(wanted[0].model, len(wanted), is_again=drawing.retries.count > 0) as room:
                    if len(wanted) > 1 and _goes_by_one(room.endpoint, wanted[0]):
                        await self._draw_each(drawing.taken(wanted), room)
                    else:
                        await self._attempt(drawing, wanted, room)
            except (Fault, Refusal) as failure:
                await self._wait_after(drawing, failure)

    def _are_rooms_apart(self, model: str, chains: int) -> bool:
        """Tell whether there is room, but for all of a group nowhere: waiting for it would leave a place empty."""
        return not self._pool.has_room(model, chains) and self._pool.has_room(model, 1)

    async def _draw_apart(self, drawings: Sequence[_Drawing]) -> None:
        """Draw samples side by side, each as soon as any endpoint has a place for it."""
        async with asyncio.TaskGroup() as group:
            for drawing in drawings:
                group.create_task(self._draw(drawing))

    async def _draw_each(self, drawings: Sequence[_Drawing], room: Room) -> None:
        """Draw samples side by side, each by itself: all at one endpoint, which then reads their prompt once."""

        async def draw(drawing: _Drawing) -> None:
            try:
                async with room.share():
                    await self._attempt(drawing, drawing.pending, room)
            except (Fault, Refusal) as failure:
                await self._wait_after(drawing, failure)
            await self._draw(drawing)

        async with asyncio.TaskGroup() as group:
            for drawing in drawings:
                group.create_task(draw(drawing))

    async def _wait_after(self, drawing: _Drawing, failure: Fault | Refusal) -> None:
        """Wait until the next try, or give up what is pending."""
        wait_s, error = None, str(failure)
        if isinstance(failure, Fault) and failure.is_trial:
            self._pool.tried(drawing.pending[0].model, failure)
            wait_s = 0.0
        elif isinstance(failure, Fault):
            wait_s = drawing.retries.after(failure, asyncio.get_running_loop().time())
            error = f"{failure} (after {counted(drawing.retries.count, 'retry')})"
        elif (
            isinstance(failure, Refusal) and failure.sort == "all" and drawing.retries.count < self._policy.max_retries
        ):
            # Another endpoint may take it; where there is none, the next lease says so.
            drawing.retries.count += 1
            wait_s = 0.0
        if wait_s is None:
            first = drawing.pending[0]
            self.stats.samples.update({Status.FAILED: len(drawing.pending)})
            drawing.fail(error)
            if isinstance(failure, Fault):
                self._pool.lost(first.model, first.prompt, failure)
            return
        self.stats.retries += 1
        await asyncio.sleep(wait_s)

    async def _attempt(self, drawing: _Drawing, wanted: Sequence[Request], room: Room) -> None:
        """Ask once; what comes lands, and what does not stays pending.

        Raises:
            Fault, Refusal: nothing came.
        """
        found = await self._ask_once(room, wanted, drawing)
        missing = len(wanted) - len(found)
        # A server may give fewer choices than asked for. Each round gives one at least, so this ends.
        drawing.retries.count += bool(missing)
        self.stats.retries += bool(missing)
        await self._finish_all(room.endpoint, found, drawing)

    async def _ask_once(self, room: Room, wanted: Sequence[Request], drawing: _Drawing) -> list[_Found]:
        """Send the requests as one call and return what came.

        Raises:
            Fault, Refusal: nothing came.
        """
        launched_at, endpoint = time.time(), room.endpoint
        body = _body(wanted, endpoint)
        growth = self._growth(room, wanted, drawing)
        is_streamed = endpoint.capabilities_of(wanted[0].model).streaming is not False
        try:
            completion = await endpoint.complete(body, growth if is_streamed else None)
        except Fault as fault:
            endpoint.note(fault, asyncio.get_running_loop().time())
            raise
        if len(completion.choices) == 1 < len(wanted):
            endpoint.found(wanted[0].model, n=False)
        if growth is not None and not is_streamed:
            for index, choice in completion.choices.items():
                growth.grew(index, choice.text)
                growth.ended(index)
        return [
            (
                wanted[index],
                sample_of(
                    wanted[index],
                    choice,
                    prompt_tokens=completion.prompt_tokens,
                    launched_at=launched_at,
                    finished_at=time.time(),
                    retries=drawing.retries.count,
                ),
            )
            for index, choice in completion.choices.items()
        ]

    def _growth(self, room: Room, wanted: Sequence[Request], drawing: _Drawing) -> Growth | None:
        """Return who is told how a call's chains grow, None where nobody is.

        Chains of one call end at different times: streamed, each gives its place back when it does. A server that tells
        its load need not stream for that (a piece a token costs it more than its chains): its slots follow the load.
        """
        is_own = room.endpoint.capabilities_of(wanted[0].model).is_own
        streams = len(wanted) > 1 and (is_own or not room.endpoint.tells_load)
        ends = _Ends(room, wanted, drawing.told) if streams else None
        return ends if self._watcher is None else Watched(self._watcher, wanted, ends)

    async def _finish_all(self, endpoint: Endpoint, found: Sequence[_Found], drawing: _Drawing) -> None:
        """Hand the samples over; answers that cannot be read are forced, side by side, where the chains are cached."""
        unread: list[_Found] = []
        for request, sample in found:
            is_wanted = request.sampling.answer_forcing and sample.rule != REFUSAL
            can = endpoint.capabilities_of(request.model).can_force_answers
            if sample.shown_letter is None and is_wanted and can:
                unread.append((request, sample))
            else:
                self._land(request, sample, drawing)

        async def force(request: Request, sample: Sample) -> None:
            forced = await self._force_answer(endpoint, request, sample)
            self._land(request, replace(forced, finished_at=time.time()), drawing)

        if len(unread) == 1:
            await force(*unread[0])
        elif unread:
            async with asyncio.TaskGroup() as group:
                for one in unread:
                    group.create_task(force(*one))

    def _land(self, request: Request, sample: Sample, drawing: _Drawing) -> None:
        self.stats.samples[sample.status] += 1
        drawing.land(request, sample)

    async def _force_answer(self, endpoint: Endpoint, request: Request, sample: Sample) -> Sample:
        """Ask for the letter; returns the sample as it is, or with an error, where none can be had."""
        known = endpoint.capabilities_of(request.model)
        chain = fitted(
            sample.text,
            chain_tokens=sample.completion_tokens,
            prompt_tokens=sample.prompt_tokens,
            context=known.max_context,
        )
        letters = ALPHABET[: len(request.permutation)]
        clock = asyncio.get_running_loop().time
        retries, cuts = Retries(policy=_FORCING, rng=self._rng, began=clock()), 0
        while chain is not None:
            is_cut = sample.finish_reason in CUT_ENDS or len(chain) < len(sample.text)
            self.stats.closings += 1
            body = closing_body(request, chain, is_truncated=is_cut)
            held_by = endpoint.dialect_of(request.model).held_by
            try:
                completion = await endpoint.complete(body)
            except Refusal as refusal:
                if refusal.is_about_length and cuts < _FORCING.max_retries:
                    # The window is smaller than the endpoint told, or it told none.
                    cuts += 1
                    chain = chain[: int(len(chain) * 0.7)]
                    continue
                # The first one ever decides whether answers can be forced here at all.
                if endpoint.capabilities_of(request.model).continuation is None:
                    endpoint.found(request.model, forces_answers=False)
                return replace(sample, error=f"closing refused: {refusal}")
            except Fault as fault:
                endpoint.note(fault, clock())
                wait_s = retries.after(fault, clock())
                if wait_s is None:
                    return replace(sample, error=f"closing failed: {fault}")
                self.stats.retries += 1
                await asyncio.sleep(wait_s)
                continue
            if endpoint.capabilities_of(request.model).continuation is None:
                endpoint.found(request.model, forces_answers=True)
            sample = replace(sample, completion_tokens=sample.completion_tokens + completion.completion_tokens)
            answer = went_on(completion.choices[0], body["messages"][-1]["content"])
            letter = closing_letter(answer, letters)
            if endpoint.holds_otherwise(request.model, held_by, is_held=letter is not None):
                continue
            return sample if letter is None else closed(sample, request, answer, letter)
        return sample


class _Drawing:
    """The requests of a call that have no sample yet, with their tries.

    Args:
        requests: those to draw.
        rng: for the jitter of back-offs.
    """

    def __init__(self, requests: Sequence[Request], told: Told, policy: RetryPolicy, rng: random.Random) -> None:
        self.pending = list(requests)
        self.told = told
        self.retries = Retries(policy=policy, rng=rng, began=asyncio.get_running_loop().time())
        self._policy, self._rng = policy, rng
        self._began = time.time()

    def taken(self, requests: Sequence[Request]) -> list[_Drawing]:
        """Take requests out, to be drawn each by itself."""
        self.pending = [request for request in self.pending if request not in requests]
        alone = [_Drawing([request], self.told, self._policy, self._rng) for request in requests]
        for drawing in alone:
            drawing.retries.began, drawing.retries.count = self.retries.began, self.retries.count
        return alone

    def land(self, request: Request, sample: Sample) -> None:
        """Hand a sample over."""
        self.pending.remove(request)
        self.told.landed(sample)

    def fail(self, error: str) -> None:
        """Give up what is pending."""
        failed, self.pending = self.pending, []
        for request in failed:
            self.told.landed(
                failed_sample(
                    request, error, launched_at=self._began, finished_at=time.time(), retries=self.retries.count
                )
            )


class _Ends:
    """Gives the place of each of a call's chains back when the chain ends (a ``Growth``)."""

    def __init__(self, room: Room, wanted: Sequence[Request], told: Told) -> None:
        self._room, self._wanted, self._told = room, wanted, told

    def grew(self, index: int, text: str) -> None:
        """See ``Growth``."""

    def ended(self, index: int) -> None:
        """See ``Growth``."""
        self._room.give(1)
        self._told.ended(self._wanted[index])


def _goes_by_one(endpoint: Endpoint, request: Request) -> bool:
    known = endpoint.capabilities_of(request.model)
    return known.is_by_one or (request.sampling.temperature <= 0 and not known.greedy_n)


def _body(wanted: Sequence[Request], endpoint: Endpoint) -> dict[str, Any]:
    """Return the JSON body of a completion request for some samples."""
    first = wanted[0]
    known = endpoint.capabilities_of(first.model)
    body: dict[str, Any] = {
        "model": first.model,
        "messages": first.sampling.messages(first.prompt),
        **first.sampling.body,
    }
    if len(wanted) > 1:
        body["n"] = len(wanted)
    if known.logprobs is False:
        body.pop("logprobs", None)
    if known.ends_circles:
        body.setdefault("repetition_detection", CIRCLES)
    if first.seed is not None and known.seeds is not False:
        body["seed"] = first.seed
    return body


def _first_run(requests: Sequence[Request]) -> Sequence[Request]:
    """Return the leading requests whose indices count up by one: one call gives just these their own seeds."""
    for place in range(1, len(requests)):
        if requests[place].index != requests[place - 1].index + 1:
            return requests[:place]
    return requests
