"""The sampling client: draws samples from OpenAI-compatible endpoints through ``AsyncOpenAI``.

Limits, choice of endpoint and health are in ``solver.sampling.pool`` and ``solver.sampling.endpoint``; reading
replies in
``solver.sampling.completion``; what a closing asks in ``solver.sampling.answer_forcing``. Here is what happens to
one group of requests: one
call with ``n=k``, retries with back-off, asking again for choices that did not come, extraction, closing, records.

Requests of one group go out as one call with the first one's seed: vLLM gives choice *i* the seed plus *i*
(``vllm/v1/engine/parallel_sampling.py``), so with seeds that count up by one each choice has its own request's seed.

::

    async with OpenAISampler(ClientConfig(endpoints=("http://127.0.0.1:8000/v1",))) as sampler:
        await sampler.check(["my-model"])
        samples = await sampler.sample(requests)

The key comes from ``OPENAI_API_KEY`` in the environment and goes to every endpoint; it is in no record or message.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from solver.extraction.extract import ExtractionRule, extract
from solver.problems.letters import ALPHABET
from solver.sampling.answer_forcing import closing_body, closing_letter, fitted
from solver.sampling.completion import Choice, Completion
from solver.sampling.endpoint import ClientConfig, Endpoint, Fault, Refusal, Stats
from solver.sampling.pool import EndpointPool
from solver.sampling.sample import Request, Sample, Status

__all__ = ["ClientConfig", "OpenAISampler", "Stats"]

# Readings that are trusted in a chain that was cut off: it said its answer and then went on. The weaker ones look at
# the last line, which is no last line there.
_FIRM = (ExtractionRule.DECLARED, ExtractionRule.DECLARED_TEXT, ExtractionRule.BARE)
# A server that talks nonsense seldom stops at once.
_MALFORMED_RETRIES = 2
_CLOSING_RETRIES = 2
_FIRST_BACK_OFF_S = 0.25
_BACK_OFF_CAP_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A choice that came back for a request."""

    request: Request
    choice: Choice
    prompt_tokens: int
    launched_at: float
    retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What was read from a chain, or from its closing."""

    letter: str | None = None
    rule: str | None = None
    span: tuple[int, int] | None = None
    letter_logprob: float | None = None
    is_closed: bool = False
    closing_tokens: int = 0
    error: str | None = None


class OpenAISampler:
    """A ``solver.sampling.sample.Sampler`` over one or several endpoints; an async context manager.

    Args:
        config: endpoints and limits.
        rng: for the jitter of back-offs only.
    """

    def __init__(self, config: ClientConfig, rng: random.Random | None = None) -> None:
        self.config = config
        self.stats = Stats()
        """Live counters."""
        self._rng = rng or random.Random()
        self._pool = EndpointPool(config, self.stats)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.close()

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The endpoints with their health, for the live view."""
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
        # vLLM refuses n > 1 for greedy sampling.
        if len(requests) > 1 and first.sampling.temperature <= 0:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._draw([request])) for request in requests]
            samples = [sample for task in tasks for sample in task.result()]
        else:
            samples = await self._draw(requests)
        self.stats.samples.update(sample.status for sample in samples)
        return tuple(samples)

    async def _draw(self, requests: Sequence[Request]) -> list[Sample]:
        """Draw until every request has its sample, or has failed."""
        started, began = time.time(), asyncio.get_running_loop().time()
        done: dict[int, Sample] = {}
        pending = list(range(len(requests)))
        retries = malformed = 0
        while pending:
            wanted = _first_run([requests[position] for position in pending])
            try:
                async with self._pool.lease(wanted[0].model, len(wanted)) as endpoint:
                    drawn = await self._ask(endpoint, wanted, retries)
                    finished = await self._finish_all(endpoint, list(drawn.values()))
                done |= {pending[index]: sample for index, sample in zip(drawn, finished, strict=True)}
                pending = [position for position in pending if position not in done]
                # A server may give fewer choices than asked for. Each round gives one at least, so this ends.
                retries += bool(pending)
                self.stats.retries += bool(pending)
            except Refusal as refusal:
                error = str(refusal)
                break
            except Fault as fault:
                malformed += fault.cause == "malformed"
                # A server that says "slower" is well: what bounds the wait for it is time, not tries.
                waited_s = asyncio.get_running_loop().time() - began
                is_slowed = fault.cause == "429" and waited_s < self.config.patience_s
                if (retries >= self.config.max_retries and not is_slowed) or malformed > _MALFORMED_RETRIES:
                    error = f"{fault} (after {retries} retries)"
                    break
                wait_s = self._back_off(fault, retries)
                retries += 1
                self.stats.retries += 1
                await asyncio.sleep(wait_s)
        for position in pending:
            done[position] = _failed(requests[position], error, started, retries)
        return [done[position] for position in range(len(requests))]

    def _back_off(self, fault: Fault, retries: int) -> float:
        """Return seconds to wait before the next try: what the server asked for, else doubling, with jitter."""
        if fault.cause == "connect":
            # The pool holds the request back until an endpoint answers.
            return 0.0
        jitter = 0.5 + self._rng.random() / 2
        asked_s = None if fault.retry_after_s is None else fault.retry_after_s + 0.1 * jitter
        # A server that keeps asking for moments, and never means them, is believed less and less.
        doublings = retries if asked_s is None else retries - self.config.max_retries
        if asked_s is not None and doublings < 0:
            return asked_s
        return max(asked_s or 0.0, min(_FIRST_BACK_OFF_S * 2.0 ** min(doublings, 16), _BACK_OFF_CAP_S) * jitter)

    async def _ask(self, endpoint: Endpoint, wanted: Sequence[Request], retries: int) -> dict[int, _Drawn]:
        """Send the requests, as one call where the endpoint can, and return what came, by place in ``wanted``.

        Raises:
            Fault, Refusal: nothing came.
        """
        if len(wanted) == 1 or not endpoint.ignores_n:
            return await self._ask_once(endpoint, wanted, retries)
        drawn: dict[int, _Drawn] = {}
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

    async def _ask_once(self, endpoint: Endpoint, wanted: Sequence[Request], retries: int) -> dict[int, _Drawn]:
        launched_at = time.time()
        body = _body(wanted)
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
            endpoint.ignores_n = True
        return {
            index: _Drawn(
                request=wanted[index],
                choice=choice,
                prompt_tokens=completion.prompt_tokens,
                launched_at=launched_at,
                retries=retries,
            )
            for index, choice in completion.choices.items()
        }

    async def _complete(self, endpoint: Endpoint, body: dict[str, Any], wanted: Sequence[Request]) -> Completion:
        """Make one call for chains; ``solver.sampling.streaming`` does it another way."""
        return await endpoint.complete(body)

    async def _finish_all(self, endpoint: Endpoint, drawn: Sequence[_Drawn]) -> list[Sample]:
        """Read the chains; those without an answer are closed, side by side, at the endpoint that has them cached."""
        readings = [_read(one) for one in drawn]
        is_open = [
            reading.letter is None and one.request.sampling.close and endpoint.closes.get(one.request.model, True)
            for one, reading in zip(drawn, readings, strict=True)
        ]
        if any(is_open):
            async with asyncio.TaskGroup() as group:
                tasks = {
                    place: group.create_task(self._close(endpoint, drawn[place], readings[place]))
                    for place, needs_closing in enumerate(is_open)
                    if needs_closing
                }
            for place, task in tasks.items():
                readings[place] = task.result()
        return [_sample(one, reading) for one, reading in zip(drawn, readings, strict=True)]

    async def _close(self, endpoint: Endpoint, drawn: _Drawn, reading: _Reading) -> _Reading:
        """Ask for the letter; returns ``reading`` as it is, or with an error, where none can be had."""
        request, choice = drawn.request, drawn.choice
        chain = fitted(
            choice.text,
            chain_tokens=choice.tokens,
            prompt_tokens=drawn.prompt_tokens,
            context=endpoint.context_of(request.model),
        )
        letters = ALPHABET[: len(request.permutation)]
        spent = retries = 0
        while chain is not None:
            is_cut = choice.finish_reason == "length" or len(chain) < len(choice.text)
            self.stats.closings += 1
            try:
                completion = await endpoint.complete(closing_body(request, chain, is_truncated=is_cut))
            except Refusal as refusal:
                if refusal.is_about_length and retries < _CLOSING_RETRIES:
                    # The window is smaller than the endpoint told, or it told none.
                    retries += 1
                    chain = chain[: int(len(chain) * 0.7)]
                    continue
                # The first closing ever decides whether this endpoint can close at all.
                endpoint.closes.setdefault(request.model, False)
                return _Reading(rule=reading.rule, span=reading.span, error=f"closing refused: {refusal}")
            except Fault as fault:
                endpoint.note(fault, asyncio.get_running_loop().time())
                if retries >= _CLOSING_RETRIES:
                    return _Reading(rule=reading.rule, span=reading.span, error=f"closing failed: {fault}")
                await asyncio.sleep(self._back_off(fault, retries))
                retries += 1
                self.stats.retries += 1
                continue
            endpoint.closes[request.model] = True
            spent += completion.completion_tokens
            answer = completion.choices[0]
            letter = closing_letter(answer, letters)
            if letter is None:
                break
            return _Reading(
                letter=letter,
                rule="closing",
                letter_logprob=answer.logprob_at(answer.text.index(letter)),
                is_closed=True,
                closing_tokens=spent,
            )
        return _Reading(rule=reading.rule, span=reading.span, closing_tokens=spent)


def _body(wanted: Sequence[Request]) -> dict[str, Any]:
    """Return the JSON body of a completion request for some samples."""
    first = wanted[0]
    sampling = first.sampling
    body: dict[str, Any] = {
        "model": first.model,
        "messages": [{"role": "user", "content": first.prompt}],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
    }
    if len(wanted) > 1:
        body["n"] = len(wanted)
    if sampling.logprobs:
        body["logprobs"] = True
    if first.seed is not None:
        body["seed"] = first.seed
    return body


def _read(drawn: _Drawn) -> _Reading:
    """Extract the answer from a chain."""
    request, choice = drawn.request, drawn.choice
    options = [request.question.options[index] for index in request.permutation]
    letter, rule, span = extract(choice.text, len(options), options)
    if choice.finish_reason == "length" and rule not in _FIRM:
        letter = None
    if letter is None:
        return _Reading(rule=str(rule), span=span)
    position = max(choice.text.rfind(form, *span) for form in (letter, letter.lower())) if span is not None else -1
    return _Reading(
        letter=letter,
        rule=str(rule),
        span=span,
        letter_logprob=choice.logprob_at(position) if position >= 0 else None,
    )


def _sample(drawn: _Drawn, reading: _Reading) -> Sample:
    """Make the record of a chain that came back."""
    request, choice = drawn.request, drawn.choice
    if reading.letter is not None:
        status = Status.ANSWERED
    elif choice.finish_reason == "length":
        status = Status.TRUNCATED
    else:
        status = Status.NO_ANSWER
    return Sample(
        key=request.key,
        question_id=request.question.id,
        model=request.model,
        index=request.index,
        status=status,
        text=choice.text,
        shown_letter=reading.letter,
        option_class=None if reading.letter is None else _class_of(request, reading.letter),
        rule=reading.rule,
        span=reading.span,
        finish_reason=choice.finish_reason,
        is_closed=reading.is_closed,
        prompt_tokens=drawn.prompt_tokens,
        completion_tokens=choice.tokens + reading.closing_tokens,
        mean_logprob=choice.mean_logprob,
        letter_logprob=reading.letter_logprob,
        launched_at=drawn.launched_at,
        finished_at=time.time(),
        retries=drawn.retries,
        error=reading.error,
    )


def _class_of(request: Request, letter: str) -> int:
    """Return the answer class behind a shown letter."""
    return request.question.classes[request.permutation[ALPHABET.index(letter)]]


def _first_run(requests: Sequence[Request]) -> Sequence[Request]:
    """Return the leading requests whose indices count up by one: one call gives just these their own seeds."""
    for place in range(1, len(requests)):
        if requests[place].index != requests[place - 1].index + 1:
            return requests[:place]
    return requests


def _failed(request: Request, error: str, launched_at: float, retries: int) -> Sample:
    """Make the record of a request that brought nothing."""
    return Sample(
        key=request.key,
        question_id=request.question.id,
        model=request.model,
        index=request.index,
        status=Status.FAILED,
        text="",
        shown_letter=None,
        option_class=None,
        rule=None,
        span=None,
        finish_reason=None,
        is_closed=False,
        prompt_tokens=0,
        completion_tokens=0,
        mean_logprob=None,
        letter_logprob=None,
        launched_at=launched_at,
        finished_at=time.time(),
        retries=retries,
        error=error,
    )
