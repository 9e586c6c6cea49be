"""Asks models for samples, each paid once: answered from the journal where possible, else over the network.

What happens to a call: looked up in the journal; grouped with its like into one ``n=k`` request; let out by the gate
(``synth.llm.budget``); noted as sent; sent through ``solver.sampling.pool`` (limits a minute, Retry-After, several
endpoints,
health); its replies made durable before they are returned. 429s halve the chains in flight (``synth.llm.concurrency``).

A reply that no retry could get has ``error`` and is not stored: the next run asks again, and so is one that was refused
for no clear reason. One that the server refuses for this prompt (its length, a policy) has ``error`` too and is stored,
for it would be refused again. What holds for every request, like a wrong key or model, stops everything at once.

::

    async with Asker(models, journal, Budget(max_requests=1000)) as asker:
        replies = await asker.ask(calls)
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from decimal import Decimal
from typing import Self

from solver.backends.backend import OpenBackend, open_backend
from solver.backends.protocol import Listener, each_once
from solver.backends.settings import BackendSettings
from solver.base.errors import EndpointError, LogicVoteError, UsageError
from solver.hub.model_folder import model_folder
from solver.sampling.completion import Completion
from solver.sampling.endpoint import ClientConfig, Endpoint
from solver.sampling.pool import EndpointPool
from solver.sampling.retry import Retries, RetryPolicy
from solver.sampling.stats import Stats as WireStats
from solver.sampling.transport import Fault, Refusal
from synth.llm.budget import Budget, BudgetGate
from synth.llm.call import Call, Reply, body_of, failed, grouped
from synth.llm.concurrency import ConcurrencyLimit
from synth.llm.journal import Journal
from synth.llm.plan_file import ModelPlan
from synth.llm.price import cost
from synth.llm.spend_ledger import Ledger, SentRequest, StageCounts, Stats

__all__ = ["Asker", "Budget", "Call", "ModelPlan", "Reply", "StageCounts", "Stats"]

# Faults after which nothing can have been charged.
_UNPAID = ("connect", "429", "5xx")
_RETRIES = RetryPolicy(max_retries=6, first_back_off_s=0.5, back_off_cap_s=60.0)
# Tokens that a chat template adds, generously.
_TEMPLATE_TOKENS = 64


class Asker:
    """Asks models, through one journal; an async context manager.

    Args:
        models: entry name -> plan.
        journal: where replies are kept and looked up.
        budget: limits over the journal's whole life.
        talk: prints a line for the user.
        rng: for the jitter of back-offs only.

    Raises:
        UsageError: ``max_cost`` is given, and a model's price is unknown.
    """

    def __init__(
        self,
        models: Mapping[str, ModelPlan],
        journal: Journal,
        budget: Budget | None = None,
        *,
        talk: Callable[[str], None] = lambda line: None,
        rng: random.Random | None = None,
    ) -> None:
        self.models = models
        self.budget = budget or Budget()
        check_prices(models, self.budget)
        self.ledger = Ledger(journal)
        self.gate = BudgetGate(self.budget, spent=self.ledger.cost_at_most, requests=self.ledger.requests)
        self.wire = WireStats(hear=talk)
        """Live counters of the connections."""
        self._talk = talk
        self._rng = rng or random.Random()
        self._stack = AsyncExitStack()
        self._pools: dict[str, EndpointPool] = {}
        self._backends: dict[BackendSettings, OpenBackend] = {}
        self._unusable: dict[str, EndpointError] = {}
        self._opening = asyncio.Lock()
        self._limits: dict[tuple[str, str], ConcurrencyLimit] = {}
        self._pending: dict[str, asyncio.Future[Reply]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def stats(self) -> Stats:
        """Counts by (model, stage)."""
        return self.ledger.stats

    async def stop(self) -> None:
        """Send nothing more; what is in flight comes back and is kept, what waits raises ``Stopped``."""
        await self.gate.stop()

    async def ask(self, calls: Sequence[Call]) -> tuple[Reply, ...]:
        """Return one reply a call, in order; durable before they are returned.

        Raises:
            BudgetSpent, Stopped: some could not be asked for any more; those that came are in the journal.
            EndpointError: a model's endpoint cannot be used at all.
            EngineFailed: an engine that was started here died.
        """
        loop = asyncio.get_running_loop()
        found: dict[str, Reply] = {}
        mine: list[Call] = []
        awaited: dict[str, asyncio.Future[Reply]] = {}
        for call in calls:
            key = call.key
            if key in found or key in awaited:
                continue
            if (stored := self.ledger.reply(call)) is not None:
                found[key] = stored
                self.ledger.of(call.model, call.stage).replayed += 1
            else:
                if key not in self._pending:
                    mine.append(call)
                    self._pending[key] = loop.create_future()
                awaited[key] = self._pending[key]
        if mine:
            await self._fetch(mine)
        for key, future in awaited.items():
            found[key] = await future
        return tuple(found[call.key] for call in calls)

    async def _fetch(self, calls: Sequence[Call]) -> None:
        """Get replies over the network and resolve their futures, with an error where there is no reply."""

        async def fetch(group: list[Call]) -> None:
            try:
                for reply in await self._draw(group):
                    self._pending[reply.key].set_result(reply)
            # Other groups of the same ask must not be torn down: what they have in flight is being paid for.
            except LogicVoteError as error:
                for call in group:
                    future = self._pending[call.key]
                    future.set_exception(error)
                    future.exception()

        try:
            async with asyncio.TaskGroup() as tasks:
                for group in grouped(calls, most=min(self.models[call.model].choices for call in calls)):
                    tasks.create_task(fetch(group))
        finally:
            for call in calls:
                self._pending.pop(call.key).cancel()

    async def _draw(self, group: Sequence[Call]) -> list[Reply]:
        """Ask until every call of a group has its reply, or none can be had."""
        done: dict[str, Reply] = {}
        pool = await self._pool(group[0].model)
        tally = self.ledger.of(group[0].model, group[0].stage)
        clock = asyncio.get_running_loop().time
        retries = Retries(policy=_RETRIES, rng=self._rng, began=clock())
        while len(done) < len(group):
            missing = [call for call in group if call.key not in done]
            # A gap ends what can go out as one request.
            wanted = grouped(missing, most=len(missing))[0]
            try:
                async with pool.lease(self.models[wanted[0].model].served_name, len(wanted)) as room:
                    if room.endpoint.capabilities_of(self.models[wanted[0].model].served_name).n is False:
                        wanted = wanted[:1]
                    replies = await self._ask_once(room.endpoint, wanted)
                done |= {reply.key: reply for reply in replies}
            except Refusal as refusal:
                if refusal.sort == "all" and retries.count < _RETRIES.max_retries:
                    # Another endpoint may take it; where there is none, the next lease says so.
                    retries.count += 1
                    continue
                # Where it is about the prompt it is stored already, by ``_ask_once``.
                is_kept = refusal.is_about_the_prompt
                return [done.get(call.key) or failed(call, str(refusal), is_refused=is_kept) for call in group]
            except Fault as fault:
                self._check_engines()
                tally.refused += fault.cause == "429"
                wait_s = retries.after(fault, clock())
                if wait_s is None:
                    error = f"{fault} (after {retries.count} retries)"
                    pool.lost(self.models[group[0].model].served_name, fault)
                    return [done.get(call.key) or failed(call, error) for call in group]
                tally.retries += 1
                await asyncio.sleep(wait_s)
        return [done[call.key] for call in group]

    async def _ask_once(self, endpoint: Endpoint, wanted: Sequence[Call]) -> list[Reply]:
        """Send one request, book it, and return the durable replies it brought.

        Raises:
            Fault: it brought nothing, which may heal.
            Refusal: it was refused; where that is about this prompt, failed replies are stored.
            Stopped: the gate lets nothing out.
        """
        plan = self.models[wanted[0].model]
        estimate = at_most(plan, wanted)
        reserved = estimate or Decimal(0)
        await self.gate.take(reserved)
        paid = reserved
        try:
            ticket = await self.ledger.send(wanted, estimate)
            body = body_of(wanted, model=plan.served_name, extra=plan.extra)
            try:
                completion = await self._complete(endpoint, plan, body)
            except (Fault, Refusal) as failure:
                if not isinstance(failure, Fault) or failure.cause in _UNPAID:
                    paid = Decimal(0)
                    await self._book_failure(ticket, wanted, failure)
                raise
            replies, total = replies_of(wanted, completion, plan)
            paid = reserved if total is None else total
            await self.ledger.done(
                ticket,
                replies,
                prompt_tokens=completion.prompt_tokens,
                completion_tokens=completion.completion_tokens,
                cost=total,
            )
        finally:
            await self.gate.settle(reserved, paid)
        if len(replies) == 1 < len(wanted):
            endpoint.found(plan.served_name, n=False)
        endpoint.slots = self._limit(plan, endpoint).landed(len(replies))
        return replies

    async def _complete(self, endpoint: Endpoint, plan: ModelPlan, body: dict[str, object]) -> Completion:
        loop = asyncio.get_running_loop()
        sent_at = loop.time()
        try:
            return await endpoint.complete(body)
        except Fault as fault:
            now = loop.time()
            endpoint.note(fault, now)
            if fault.cause == "429":
                endpoint.slots = self._limit(plan, endpoint).refused(sent_at=sent_at, now=now)
            raise

    async def _book_failure(self, ticket: SentRequest, calls: Sequence[Call], failure: Fault | Refusal) -> None:
        """Book a request that cost nothing; store what would be refused again."""
        is_kept = isinstance(failure, Refusal) and failure.is_about_the_prompt
        stored = [failed(call, str(failure), is_refused=True) for call in calls] if is_kept else []
        await self.ledger.done(ticket, stored, fault=str(failure))

    def _limit(self, plan: ModelPlan, endpoint: Endpoint) -> ConcurrencyLimit:
        return self._limits.setdefault((plan.name, endpoint.name), ConcurrencyLimit(plan.concurrency))

    async def _pool(self, name: str) -> EndpointPool:
        """Return the places where a model is asked; opened, met and checked at the first call.

        Raises:
            EndpointError: nothing listens, or the model is not served there.
        """
        if name in self._pools:
            return self._pools[name]
        async with self._opening:
            if name not in self._pools:
                plan = self.models[name]
                limits = ClientConfig(
                    slots_per_endpoint=plan.concurrency,
                    request_timeout_s=plan.request_timeout_s,
                    requests_per_minute=plan.requests_per_minute,
                    tokens_per_minute=plan.tokens_per_minute,
                    api_key_env=plan.api_key_env,
                )
                if name in self._unusable:
                    raise self._unusable[name]
                pool = (await self._backend(plan)).pool(limits, self.wire)
                self._stack.push_async_callback(pool.close)
                try:
                    await pool.refresh()
                    pool.check([plan.served_name])
                except EndpointError as error:
                    # Told once, and not looked for again by everything that waits here.
                    self._unusable[name] = error
                    raise
                self._pools[name] = pool
        return self._pools[name]

    async def _backend(self, plan: ModelPlan) -> OpenBackend:
        """Start what answers for a model, once for all entries that mean the same."""
        wanted = settings = plan.backend
        if wanted not in self._backends:
            if settings.is_own:
                folder = await asyncio.to_thread(model_folder, settings.serve, self._talk)
                settings = settings.replaced(serve=folder)
            listener = Listener(say=self._talk, progress=each_once(self._talk))
            backend = open_backend(settings, slots=plan.concurrency, listener=listener)
            await self._stack.enter_async_context(backend)
            await backend.start()
            self._backends[wanted] = backend
        return self._backends[wanted]

    def _check_engines(self) -> None:
        """Do nothing while the engines that were started here live.

        Raises:
            EngineFailed: one is gone, and with it what it was asked for.
        """
        for backend in self._backends.values():
            if (failure := backend.failure()) is not None:
                raise failure


def check_prices(models: Mapping[str, ModelPlan], budget: Budget) -> None:
    """Make sure that a limit on the cost can be kept.

    Raises:
        UsageError: a model's price is unknown.
    """
    unknown = [name for name, plan in models.items() if not plan.price.is_known]
    if budget.max_cost is not None and unknown:
        raise UsageError(
            f"--max-cost cannot be kept: the price of {', '.join(unknown)} is unknown; write price: {{prompt: …, "
            "completion: …}, 0 for a free model, or limit --max-requests instead"
        )


def at_most(plan: ModelPlan, wanted: Sequence[Call], *, factor: Decimal = Decimal(1)) -> Decimal | None:
    """Return what a request may cost at most: every character a token, every choice as long as allowed."""
    return cost(
        plan.price,
        prompt_tokens=len(wanted[0].prompt) + _TEMPLATE_TOKENS,
        completion_tokens=len(wanted) * wanted[0].sampling.max_tokens,
        factor=factor,
    )


def replies_of(
    wanted: Sequence[Call], completion: Completion, plan: ModelPlan, *, factor: Decimal = Decimal(1)
) -> tuple[list[Reply], Decimal | None]:
    """Turn a completion into replies and the request's whole cost."""
    replies = []
    is_told = bool(completion.prompt_tokens) or completion.usage != "absent"
    total = cost(
        plan.price,
        prompt_tokens=completion.prompt_tokens,
        completion_tokens=completion.completion_tokens,
        factor=factor,
    )
    # A server that tells no usage tells no cost either, unless the model is free.
    if not is_told and (plan.price.prompt or plan.price.completion):
        total = None
    left = total
    places = sorted(completion.choices)
    for place in places:
        choice, call = completion.choices[place], wanted[place]
        prompt_tokens = completion.prompt_tokens if place == places[0] else 0
        share = cost(plan.price, prompt_tokens=prompt_tokens, completion_tokens=choice.tokens, factor=factor)
        if left is not None and share is not None:
            # The last one takes what is left, so that the shares add up to the total exactly.
            share = left if place == places[-1] else min(share, left)
            left -= share
        replies.append(
            Reply(
                key=call.key,
                model=call.model,
                text=choice.text,
                finish_reason=choice.finish_reason,
                prompt_tokens=prompt_tokens,
                completion_tokens=choice.tokens,
                cost=None if total is None else share,
                error=None,
                stage=call.stage,
                logprob=choice.mean_logprob,
            )
        )
    return replies, total
