"""What a journal says was sent, paid and answered, and the counts that the view and the report read.

Every request is a ``sent`` record, durable before it leaves, and a ``done`` record, written in one transaction with the
replies it brought. A ``sent`` without its ``done`` is *in doubt*: the process was killed, or the connection lost, and
the server may have charged for it. It counts as a request, and at the most it may have cost.
"""

from __future__ import annotations

import dataclasses
import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from solver.base.foreign_files import parsed_json
from solver.sampling.transport import Refusal
from synth.llm.call import Call, Reply
from synth.llm.journal import Journal, Record

SENT, DONE, REPLY = "sent", "done", "reply"


@dataclass(slots=True)
class StageCounts:
    """Counts of one model in one stage, over the journal's whole life where nothing else is said."""

    requests: int = 0
    """Sent, those sent again included."""
    fresh: int = 0
    """Of these, by this process."""
    in_doubt: int = 0
    """Sent, and nothing known of their end."""
    replies: int = 0
    """Samples that came back."""
    replayed: int = 0
    """Samples that this process took from the journal."""
    retries: int = 0
    """Requests of this process that were sent again."""
    refused: int = 0
    """429s that this process met."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: Decimal | None = Decimal(0)
    """What was paid, None once a price was unknown; requests in doubt are left out."""
    doubtful_cost: Decimal = Decimal(0)
    """What the requests in doubt may have cost at most."""

    def pay(self, cost: Decimal | None) -> None:
        """Add a request's cost."""
        self.cost = None if self.cost is None or cost is None else self.cost + cost


Stats = dict[tuple[str, str], StageCounts]
"""(model, stage) -> counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRequest:
    """A request that is out."""

    id: str
    model: str
    stage: str
    estimate: Decimal | None
    """What it may cost at most, None where unknown."""


class SpendCounts:
    """Counts by model and stage, and their sums."""

    def __init__(self) -> None:
        self.stats: Stats = {}

    def of(self, model: str, stage: str) -> StageCounts:
        """Return the counts of a model in a stage."""
        return self.stats.setdefault((model, stage), StageCounts())

    @property
    def requests(self) -> int:
        """All requests ever sent."""
        return sum(tally.requests for tally in self.stats.values())

    @property
    def cost(self) -> Decimal | None:
        """What was paid, None where a price was unknown."""
        costs = [tally.cost for tally in self.stats.values()]
        return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))

    @property
    def cost_at_most(self) -> Decimal:
        """What was paid as far as known, and what requests in doubt may have cost."""
        return sum(((tally.cost or Decimal(0)) + tally.doubtful_cost for tally in self.stats.values()), Decimal(0))

    @property
    def in_doubt(self) -> int:
        """Requests of which nobody knows whether they were charged."""
        return sum(tally.in_doubt for tally in self.stats.values())

    def usage(self) -> list[dict[str, object]]:
        """Return what each model cost in each stage, as JSON values."""
        return [
            {
                "model": model,
                "stage": stage,
                "requests": tally.requests,
                "of_this_attempt": tally.fresh,
                "in_doubt": tally.in_doubt,
                "retries": tally.retries,
                "replies": tally.replies,
                "replayed": tally.replayed,
                "prompt_tokens": tally.prompt_tokens,
                "completion_tokens": tally.completion_tokens,
                "cost": None if tally.cost is None else str(tally.cost),
            }
            for (model, stage), tally in self.stats.items()
        ]

    def add(self, stats: Stats) -> None:
        """Take in the counts of another journal."""
        for (model, stage), other in stats.items():
            tally = self.of(model, stage)
            for field in dataclasses.fields(StageCounts):
                if field.name != "cost":
                    setattr(tally, field.name, getattr(tally, field.name) + getattr(other, field.name))
            tally.pay(other.cost)


def _money(value: object) -> Decimal | None:
    """Read an amount of a journal.

    Raises:
        ValueError: it is none.
    """
    found = None if value is None else Decimal(str(value))
    if found is not None and not (found.is_finite() and found >= 0):
        raise ValueError(f"no amount of money: {value!r:.40}")
    return found


def _sent(key: str, body: str) -> SentRequest:
    found = parsed_json(body)
    return SentRequest(id=key, model=str(found["model"]), stage=str(found["stage"]), estimate=_money(found["estimate"]))


class Ledger(SpendCounts):
    """The books of a journal."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal
        self.open_tickets: dict[str, SentRequest] = {}
        """Requests whose end is not noted, by id."""
        for record in journal.records(SENT):
            ticket = journal.understood(record, partial(_sent, record.key))
            tally = self.of(ticket.model, ticket.stage)
            tally.requests += 1
            tally.in_doubt += 1
            tally.doubtful_cost += ticket.estimate or Decimal(0)
            self.open_tickets[record.key] = ticket
        for record in journal.records(DONE):
            journal.understood(record, partial(self._note_done, record.key))
        self.found_open = frozenset(self.open_tickets)
        """Those that an earlier process left open."""

    def _note_done(self, key: str, body: str) -> None:
        done = parsed_json(body)
        replies, *tokens = (int(done[name]) for name in ("replies", "prompt_tokens", "completion_tokens"))
        was_sent = done.get("was_sent") is not False
        self._close(key, replies, tokens[0], tokens[1], _money(done["cost"]), was_sent=was_sent)

    async def send(self, calls: Sequence[Call], estimate: Decimal | None) -> SentRequest:
        """Note durably that a request goes out now."""
        ticket = SentRequest(id=uuid.uuid4().hex, model=calls[0].model, stage=calls[0].stage, estimate=estimate)
        await self.send_all([(ticket, calls)])
        return ticket

    async def send_all(
        self, tickets: Sequence[tuple[SentRequest, Sequence[Call]]], also: Sequence[Record] = ()
    ) -> None:
        """Note durably, in one transaction, that some requests go out now, with the calls of each.

        Args:
            also: further records of the same transaction.
        """
        records = list(also)
        for ticket, calls in tickets:
            body = {
                "model": ticket.model,
                "stage": ticket.stage,
                "keys": [call.key for call in calls],
                "estimate": None if ticket.estimate is None else str(ticket.estimate),
                "at": round(time.time(), 3),
            }
            records.append(Record(SENT, ticket.id, json.dumps(body)))
            tally = self.of(ticket.model, ticket.stage)
            tally.requests += 1
            tally.fresh += 1
            tally.in_doubt += 1
            tally.doubtful_cost += ticket.estimate or Decimal(0)
            self.open_tickets[ticket.id] = ticket
        await self._journal.append(records)

    async def done(
        self,
        ticket: SentRequest,
        replies: Sequence[Reply],
        *,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
        cost: Decimal | None = Decimal(0),
        fault: str | None = None,
        was_sent: bool = True,
    ) -> None:
        """Note durably how a request ended, with the replies it brought.

        Args:
            cost: None where unknown.
            fault: why it brought nothing, for the record.
            was_sent: False where it never left, and is no request.
        """
        body = {
            "replies": len(replies),
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "cost": None if cost is None else str(cost),
            "fault": fault,
            **({} if was_sent else {"was_sent": False}),
        }
        records = [Record(REPLY, reply.key, reply.to_json()) for reply in replies]
        await self._journal.append([Record(DONE, ticket.id, json.dumps(body)), *records])
        if not was_sent:
            self.of(ticket.model, ticket.stage).fresh -= 1
        self._close(ticket.id, len(replies), prompt_tokens, completion_tokens, cost, was_sent=was_sent)

    def _close(
        self,
        ticket_id: str,
        replies: int,
        prompt_tokens: int,
        completion_tokens: int,
        cost: Decimal | None,
        *,
        was_sent: bool,
    ) -> None:
        ticket = self.open_tickets.pop(ticket_id)
        tally = self.of(ticket.model, ticket.stage)
        tally.requests -= not was_sent
        tally.in_doubt -= 1
        tally.doubtful_cost -= ticket.estimate or Decimal(0)
        tally.replies += replies
        tally.prompt_tokens += prompt_tokens
        tally.completion_tokens += completion_tokens
        tally.pay(cost)

    def reply(self, call: Call) -> Reply | None:
        """Return the stored reply of a call, None where there is none."""
        body = self._journal.get(REPLY, call.key)
        found = None if body is None else self._journal.understood(Record(REPLY, call.key, body), Reply.from_json)
        # Journals of earlier versions hold refusals that say nothing of the prompt: it is asked again.
        is_moot = found is not None and found.is_refused and not Refusal(found.error or "", 400).is_about_the_prompt
        return None if is_moot else found
