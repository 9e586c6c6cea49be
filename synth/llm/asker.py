"""Asks models for samples, each paid once: answered from the journal where possible, else over the network.

What happens to a call: looked up in the journal; grouped with its like into one ``n=k`` request; let out by the gate
(``synth.llm.budget``); noted as sent; sent through ``solver.sampling.pool`` (limits a minute, Retry-After, several
endpoints, health); its replies made durable before they are returned. 429s halve the chains in flight
(``synth.llm.concurrency``).

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
from decimal import Decimal
from typing import Self

from solver.base.display.figures import counted
from solver.base.errors import LogicVoteError
from solver.sampling.completion import Completion
from solver.sampling.endpoint import Endpoint
from solver.sampling.retry import Retries, RetryPolicy
from solver.sampling.stats import Stats as WireStats
from solver.sampling.transport import Fault, Refusal, Unsent
from synth.llm.budget import Budget, BudgetGate
from synth.llm.call import Call, Reply, body_of, failed, grouped
from synth.llm.charge import at_most, check_prices, replies_of
from synth.llm.concurrency import ConcurrencyLimit
from synth.llm.journal import Journal
from synth.llm.model_doors import ModelDoors
from synth.llm.plan_file import ModelPlan
from synth.llm.spend_ledger import Ledger, SentRequest, StageCounts, Stats

__all__ = [
    "Asker",
    "Budget",
    "Call",
    "ModelPlan",
    "Reply",
    "StageCounts",
    "Stats",
    "at_most",
    "check_prices",
    "replies_of",
]

# Faults after which nothing can have been charged.
_UNPAID = ("connect", "429", "5xx")
_RETRIES = RetryPolicy(max_retries=6, first_back_off_s=0.5, back_off_cap_s=60.0)


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
        self._doors = ModelDoors(models, self.wire, talk)
        self._rng = rng or random.Random()
        self._limits: dict[tuple[str, str], ConcurrencyLimit] = {}
        self._pending: dict[str, asyncio.Future[Reply]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._doors.close()

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
        pool = await self._doors.pool_of(group[0].model)
        tally = self.ledger.of(group[0].model, group[0].stage)
        clock = asyncio.get_running_loop().time
        retries = Retries(policy=_RETRIES, rng=self._rng, began=clock())
        while len(done) < len(group):
            missing = [call for call in group if call.key not in done]
            # A gap ends what can go out as one request.
            wanted = grouped(missing, most=len(missing))[0]
            try:
                served, is_again = self.models[wanted[0].model].served_name, retries.count > 0
                async with pool.lease(served, len(wanted), is_again=is_again) as room:
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
                self._doors.check_engines()
                tally.refused += fault.cause == "429"
                if fault.is_trial:
                    pool.tried(self.models[group[0].model].served_name, fault)
                    tally.retries += 1
                    continue
                wait_s = retries.after(fault, clock())
                if wait_s is None:
                    error = f"{fault} (after {counted(retries.count, 'retry')})"
                    pool.lost(self.models[group[0].model].served_name, group[0].prompt, fault)
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
        was_sent = not isinstance(failure, Unsent)
        self.gate.requests -= not was_sent
        await self.ledger.done(ticket, stored, fault=str(failure), was_sent=was_sent)

    def _limit(self, plan: ModelPlan, endpoint: Endpoint) -> ConcurrencyLimit:
        return self._limits.setdefault((plan.name, endpoint.name), ConcurrencyLimit(plan.concurrency))
