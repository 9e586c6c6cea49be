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
from typing import Any, Self

from solver.problems.letters import ALPHABET
from solver.sampling.answer_forcing import closing_body, closing_letter, fitted
from solver.sampling.completion import Completion
from solver.sampling.endpoint import Endpoint
from solver.sampling.pool import EndpointPool
from solver.sampling.reading import Drawn, Reading, failed_sample, read, sample_of
from solver.sampling.retry import Retries, RetryPolicy
from solver.sampling.sample import Request, Sample
from solver.sampling.streaming import Watched, Watcher
from solver.sampling.transport import Fault, Refusal

__all__ = ["SamplingClient"]

_FORCING = RetryPolicy(max_retries=2)


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

    async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
        """Draw samples of one question under one prompt; see ``solver.sampling.sample.Sampler.sample``.

        Raises:
            ValueError: the requests differ in more than index and seed.
        """
        if not requests:
            return ()
        first = requests[0]
        for request in requests:
            if (request.prompt, request.model, request.permutation, request.sampling) != (
                first.prompt,
                first.model,
                first.permutation,
                first.sampling,
            ):
                raise ValueError("requests of one call may differ in index and seed only")
        if len(requests) > 1 and first.sampling.temperature <= 0 and not self._takes_greedy_groups(first.model):
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._draw([request])) for request in requests]
            samples = [sample for task in tasks for sample in task.result()]
        else:
            samples = await self._draw(requests)
        self.stats.samples.update(sample.status for sample in samples)
        return tuple(samples)

    def _takes_greedy_groups(self, model: str) -> bool:
        return all(endpoint.capabilities_of(model).greedy_n for endpoint in self._pool.endpoints)

    async def _draw(self, requests: Sequence[Request]) -> list[Sample]:
        """Draw until every request has its sample, or has failed."""
        started, clock = time.time(), asyncio.get_running_loop().time
        retries = Retries(policy=self._policy, rng=self._rng, began=clock())
        done: dict[int, Sample] = {}
        pending = list(range(len(requests)))
        while pending:
            wanted = _first_run([requests[position] for position in pending])
            try:
                async with self._pool.lease(wanted[0].model, len(wanted)) as endpoint:
                    drawn = await self._ask(endpoint, wanted, retries.count)
                    finished = await self._finish_all(endpoint, list(drawn.values()))
                done |= {pending[index]: sample for index, sample in zip(drawn, finished, strict=True)}
                pending = [position for position in pending if position not in done]
                # A server may give fewer choices than asked for. Each round gives one at least, so this ends.
                retries.count += bool(pending)
                self.stats.retries += bool(pending)
            except Refusal as refusal:
                error = str(refusal)
                break
            except Fault as fault:
                wait_s = retries.after(fault, clock())
                if wait_s is None:
                    error = f"{fault} (after {retries.count} retries)"
                    break
                self.stats.retries += 1
                await asyncio.sleep(wait_s)
        for position in pending:
            done[position] = failed_sample(
                requests[position], error, launched_at=started, finished_at=time.time(), retries=retries.count
            )
        return [done[position] for position in range(len(requests))]

    async def _ask(self, endpoint: Endpoint, wanted: Sequence[Request], retries: int) -> dict[int, Drawn]:
        """Send the requests, as one call where the endpoint can, and return what came, by place in ``wanted``.

        Raises:
            Fault, Refusal: nothing came.
        """
        if len(wanted) == 1 or endpoint.capabilities_of(wanted[0].model).n is not False:
            return await self._ask_once(endpoint, wanted, retries)
        drawn: dict[int, Drawn] = {}
        failures: list[Fault | Refusal] = []

        async def ask_one(place: int) -> None:
            try:
                drawn[place] = (await self._ask_once(endpoint, [wanted[place]], retries))[0]
            except (Fault, Refusal) as failure:
                failures.append(failure)

        async with asyncio.TaskGroup() as group:
            for place in range(len(wanted)):
                group.create_task(ask_one(place))
        if not drawn:
            raise failures[0]
        return drawn

    async def _ask_once(self, endpoint: Endpoint, wanted: Sequence[Request], retries: int) -> dict[int, Drawn]:
        launched_at = time.time()
        body = _body(wanted, endpoint)
        try:
            try:
                completion = await self._complete(endpoint, body, wanted)
            except Refusal as refusal:
                if not refusal.is_about_length:
                    raise
                # Without max_tokens the answer may fill what the prompt leaves of the window, which is less than
                # was asked for; if the prompt alone is too long, this is refused too.
                del body["max_tokens"]
                completion = await self._complete(endpoint, body, wanted)
        except Fault as fault:
            endpoint.note(fault, asyncio.get_running_loop().time())
            raise
        if len(completion.choices) == 1 < len(wanted):
            endpoint.found(wanted[0].model, n=False)
        return {
            index: Drawn(
                request=wanted[index],
                choice=choice,
                prompt_tokens=completion.prompt_tokens,
                launched_at=launched_at,
                retries=retries,
            )
            for index, choice in completion.choices.items()
        }

    async def _complete(self, endpoint: Endpoint, body: dict[str, Any], wanted: Sequence[Request]) -> Completion:
        """Make one call for chains, and show them to the watcher where there is one."""
        if self._watcher is None:
            return await endpoint.complete(body)
        watched = Watched(self._watcher, wanted)
        if endpoint.capabilities_of(wanted[0].model).streaming is False:
            completion = await endpoint.complete(body)
            watched.whole(completion)
            return completion
        return await endpoint.complete(body, watched)

    async def _finish_all(self, endpoint: Endpoint, drawn: Sequence[Drawn]) -> list[Sample]:
        """Read the chains; answers that cannot be read are forced, side by side, where the chains are cached."""
        readings = [read(one) for one in drawn]
        is_open = [
            reading.letter is None
            and one.request.sampling.answer_forcing
            and endpoint.capabilities_of(one.request.model).can_force_answers
            for one, reading in zip(drawn, readings, strict=True)
        ]
        if any(is_open):
            async with asyncio.TaskGroup() as group:
                tasks = {
                    place: group.create_task(self._force_answer(endpoint, drawn[place], readings[place]))
                    for place, needs_answer in enumerate(is_open)
                    if needs_answer
                }
            for place, task in tasks.items():
                readings[place] = task.result()
        return [sample_of(one, reading, time.time()) for one, reading in zip(drawn, readings, strict=True)]

    async def _force_answer(self, endpoint: Endpoint, drawn: Drawn, reading: Reading) -> Reading:
        """Ask for the letter; returns ``reading`` as it is, or with an error, where none can be had."""
        request, choice = drawn.request, drawn.choice
        known = endpoint.capabilities_of(request.model)
        chain = fitted(
            choice.text,
            chain_tokens=choice.tokens,
            prompt_tokens=drawn.prompt_tokens,
            context=known.max_context,
        )
        letters = ALPHABET[: len(request.permutation)]
        clock = asyncio.get_running_loop().time
        retries, spent, cuts = Retries(policy=_FORCING, rng=self._rng, began=clock()), 0, 0
        while chain is not None:
            is_cut = choice.finish_reason == "length" or len(chain) < len(choice.text)
            self.stats.closings += 1
            try:
                completion = await endpoint.complete(closing_body(request, chain, is_truncated=is_cut))
            except Refusal as refusal:
                if refusal.is_about_length and cuts < _FORCING.max_retries:
                    # The window is smaller than the endpoint told, or it told none.
                    cuts += 1
                    chain = chain[: int(len(chain) * 0.7)]
                    continue
                # The first one ever decides whether answers can be forced here at all.
                if endpoint.capabilities_of(request.model).continuation is None:
                    endpoint.found(request.model, forces_answers=False)
                return Reading(rule=reading.rule, span=reading.span, error=f"closing refused: {refusal}")
            except Fault as fault:
                endpoint.note(fault, clock())
                wait_s = retries.after(fault, clock())
                if wait_s is None:
                    return Reading(rule=reading.rule, span=reading.span, error=f"closing failed: {fault}")
                self.stats.retries += 1
                await asyncio.sleep(wait_s)
                continue
            if known.continuation is None:
                endpoint.found(request.model, forces_answers=True)
            spent += completion.completion_tokens
            answer = completion.choices[0]
            letter = closing_letter(answer, letters)
            if letter is None:
                break
            return Reading(
                letter=letter,
                rule="closing",
                letter_logprob=answer.logprob_at(answer.text.index(letter)),
                is_closed=True,
                closing_tokens=spent,
            )
        return Reading(rule=reading.rule, span=reading.span, closing_tokens=spent)


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
    if first.seed is not None and known.seeds is not False:
        body["seed"] = first.seed
    return body


def _first_run(requests: Sequence[Request]) -> Sequence[Request]:
    """Return the leading requests whose indices count up by one: one call gives just these their own seeds."""
    for place in range(1, len(requests)):
        if requests[place].index != requests[place - 1].index + 1:
            return requests[:place]
    return requests
