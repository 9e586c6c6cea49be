"""The batch back end: the same calls as files for ``/v1/batches`` (OpenAI's form), slow and at half the price.

``BatchAsker`` is an ``Asker`` whose calls wait until no more come in, and then go out as one batch a model and stage.
Steps, each durable before the next: the batch's lines are noted in the journal; the file is uploaded; the batch is made
with our mark in its metadata; its id is noted; only then is anything waited for; its replies are noted, and that it is
done. A process that is killed anywhere finds its batches again: by their id, or, where it died between making one and
noting the id, by our mark in the server's list. So no line is paid twice.

A line is a request; its cost is booked at ``BATCH_FACTOR`` of the price. Lines that the batch reports as failed may be
asked again by the next run; a batch that expires has its unfinished lines asked again in the same way.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from solver.base.display.figures import counted
from solver.base.errors import LogicVoteError
from solver.sampling.completion import Malformed, completion_in
from solver.sampling.transport import Refusal
from solver.sampling.wire.server_words import failure_of
from synth.distill.batch.lines import Line, Part, part_of
from synth.distill.batch.server import BatchServer
from synth.errors import Stopped, SynthError
from synth.llm.asker import Asker, at_most, replies_of
from synth.llm.budget import Budget
from synth.llm.call import Call, Reply, failed, grouped
from synth.llm.journal import Journal, Record
from synth.llm.plan_file import ModelPlan
from synth.llm.price import BATCH_FACTOR
from synth.llm.spend_ledger import SentRequest

if TYPE_CHECKING:
    import openai

PLANNED, JOB, ENDED = "batch", "batch-job", "batch-done"
"""Kinds of record: the lines, the server's id, the end; all under the batch's mark."""


class BatchAsker(Asker):
    """An ``Asker`` that asks through batch jobs.

    Args:
        linger_s: how long no further call must come before what waits goes out.
        poll_s: how often a job's state is asked for.
        lines_per_batch: largest batch (OpenAI allows 50,000 lines and 200 MB).
    """

    def __init__(
        self,
        models: Mapping[str, ModelPlan],
        journal: Journal,
        budget: Budget | None = None,
        *,
        talk: Callable[[str], None] = lambda line: None,
        linger_s: float = 1.0,
        poll_s: float = 30.0,
        lines_per_batch: int = 20_000,
    ) -> None:
        super().__init__(models, journal, budget, talk=talk)
        self._journal = journal
        self._linger_s, self._poll_s, self._lines_per_batch = linger_s, poll_s, lines_per_batch
        self._waiting: list[list[Call]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._jobs: set[asyncio.Task[None]] = set()
        self._servers: dict[str, BatchServer] = {}
        self._halt = asyncio.Event()

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        loop = asyncio.get_running_loop()
        for record in list(self._journal.records(PLANNED)):
            if self._journal.get(ENDED, record.key) is None:
                part = self._journal.understood(record, partial(Part.from_json, record.key))
                # Lines whose end is noted have their replies in the journal, or are to be asked again.
                left = [line for line in part.lines if line.id in self.ledger.open_tickets]
                for line in left:
                    for call in line.calls:
                        self._pending[call.key] = loop.create_future()
                self._talk(f"batch {part.mark[:8]}: taken up again, {counted(len(left), 'line')}")
                self._begin(dataclasses.replace(part, lines=tuple(left)), is_new=False)
        return self

    async def __aexit__(self, *details: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for task in self._jobs:
            task.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        for server in self._servers.values():
            await server.close()
        await super().__aexit__(*details)

    async def stop(self) -> None:
        """Make no further batch and wait for none: those that run on the server are taken up again by the next run."""
        await super().stop()
        self._halt.set()
        self._flush()

    async def _fetch(self, calls: Sequence[Call]) -> None:
        """Put the calls in line; their futures are resolved by the batch that they go out with."""
        for group in grouped(calls, most=min(self.models[call.model].choices for call in calls)):
            self._waiting.append(group)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._linger_s, self._flush)

    def _flush(self) -> None:
        """Send what waits, a batch for each model and stage."""
        waiting, self._waiting = self._waiting, []
        kinds: dict[tuple[str, str], list[list[Call]]] = {}
        for group in waiting:
            kinds.setdefault((group[0].model, group[0].stage), []).append(group)
        for (model, stage), groups in kinds.items():
            for start in range(0, len(groups), self._lines_per_batch):
                self._begin(part_of(model, stage, groups[start : start + self._lines_per_batch]), is_new=True)

    def _begin(self, part: Part, *, is_new: bool) -> None:
        task = asyncio.get_running_loop().create_task(self._run(part, is_new=is_new))
        self._jobs.add(task)
        task.add_done_callback(lambda ended: self._on_end(ended, part))

    def _on_end(self, task: asyncio.Task[None], part: Part) -> None:
        """Let nobody wait for a batch whose task broke down in a way that nobody foresaw."""
        self._jobs.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(part, SynthError(f"batch {part.mark[:8]}: {error!r}"))

    async def _run(self, part: Part, *, is_new: bool) -> None:
        """Take one batch to its end and resolve its futures."""
        try:
            if is_new:
                part = self._admitted(part)
                if not part.lines:
                    return
                await self._note_planned(part)
            if not part.lines:
                await self._journal.append([Record(ENDED, part.mark, "all lines were noted before")])
                return
            job = await self._job(part, may_exist=not is_new)
            batch = await self._server(part.model).ended(part, job, halt=self._halt, poll_s=self._poll_s)
            await self._finish(part, batch)
        except LogicVoteError as error:
            self._fail(part, error)

    def _admitted(self, part: Part) -> Part:
        """Return the batch with the lines that the budget lets out; those that it does not fail at once."""
        lines = []
        for line in part.lines:
            try:
                # Lines of one batch come back together, so there is no waiting for one of them to cost less.
                self.gate.take_now(self._estimate(part, line) or Decimal(0))
                lines.append(line)
            except Stopped as stopped:
                self._fail(dataclasses.replace(part, lines=(line,)), stopped)
        return dataclasses.replace(part, lines=tuple(lines))

    def _estimate(self, part: Part, line: Line) -> Decimal | None:
        return at_most(self.models[part.model], line.calls, factor=BATCH_FACTOR)

    async def _note_planned(self, part: Part) -> None:
        """Note the batch and its lines' tickets in one transaction."""
        tickets = [
            (
                SentRequest(id=line.id, model=part.model, stage=part.stage, estimate=self._estimate(part, line)),
                line.calls,
            )
            for line in part.lines
        ]
        await self.ledger.send_all(tickets, [Record(PLANNED, part.mark, part.to_json())])

    async def _job(self, part: Part, *, may_exist: bool) -> str:
        """Return the server's id of the batch; made now where there is none yet."""
        noted = self._journal.get(JOB, part.mark)
        if noted is not None:
            return noted
        server = self._server(part.model)
        job = (await server.find(part) if may_exist else None) or await server.make(part)
        await self._journal.append([Record(JOB, part.mark, job)])
        self._talk(f"batch {part.mark[:8]}: {counted(len(part.lines), 'line')} of {part.stage}/{part.model} as {job}")
        return job

    async def _finish(self, part: Part, batch: openai.types.Batch) -> None:
        """Note a batch's replies, and that it is done, and hand the replies out."""
        answers = await self._server(part.model).answers(part, batch)
        plan = self.models[part.model]
        async with asyncio.TaskGroup() as group:
            for line in part.lines:
                group.create_task(self._finish_line(line, plan, answers.get(line.id), batch.status))
        await self._journal.append([Record(ENDED, part.mark, batch.status)])
        self._talk(f"batch {part.mark[:8]}: {batch.status}")

    async def _finish_line(self, line: Line, plan: ModelPlan, answer: dict[str, Any] | None, status: str) -> None:
        ticket = self.ledger.open_tickets[line.id]
        response = (answer or {}).get("response") or {}
        code = int(response.get("status_code") or 0)
        stored: list[Reply] = []
        total: Decimal | None = Decimal(0)
        prompt_tokens = completion_tokens = 0
        fault: str | None = None
        if code == 200:
            try:
                completion = completion_in(response.get("body"), len(line.calls))
                prompt_tokens, completion_tokens = completion.prompt_tokens, completion.completion_tokens
                stored, total = replies_of(line.calls, completion, plan, factor=BATCH_FACTOR)
            except Malformed as error:
                fault, total = str(error), None
        elif answer is None:
            fault = f"no line in the batch's files; the batch {status}"
        else:
            fault = json.dumps(answer.get("error") or response.get("body") or code, ensure_ascii=False)[:400]
            failure = failure_of(code, answer.get("error") or response.get("body"), name=plan.name)
            if isinstance(failure, Refusal) and failure.is_about_the_prompt:
                stored = [failed(call, fault, is_refused=True) for call in line.calls]
        await self.ledger.done(
            ticket,
            stored,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            cost=total,
            fault=fault,
        )
        await self.gate.settle(ticket.estimate or Decimal(0), total or Decimal(0), was_taken=self._was_taken(ticket))
        found = {reply.key: reply for reply in stored}
        self._resolve(line, [found.get(call.key) or failed(call, fault or "no such choice") for call in line.calls])

    def _was_taken(self, ticket: SentRequest) -> bool:
        """Tell whether this process let the line out; else its estimate is in what was spent before."""
        return ticket.id not in self.ledger.found_open

    def _resolve(self, line: Line, replies: Sequence[Reply]) -> None:
        for reply in replies:
            future = self._pending.pop(reply.key, None)
            if future is not None and not future.done():
                future.set_result(reply)

    def _fail(self, part: Part, error: LogicVoteError) -> None:
        for line in part.lines:
            for call in line.calls:
                future = self._pending.pop(call.key, None)
                if future is not None and not future.done():
                    future.set_exception(error)
                    # Nobody may be waiting for it (a batch of an earlier run).
                    future.exception()

    def _server(self, name: str) -> BatchServer:
        if name not in self._servers:
            self._servers[name] = BatchServer(name, self.models[name])
        return self._servers[name]
