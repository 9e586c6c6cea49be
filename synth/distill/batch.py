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
import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from solver.base.errors import EndpointError, LogicVoteError, UsageError
from solver.sampling.completion import Malformed, completion_in
from solver.sampling.transport import Refusal
from solver.sampling.wire.address import base_and_query, key_of, normalized_url
from solver.sampling.wire.server_words import failure_of
from solver.sampling.wire.thinking_wanted import MARK
from synth.errors import Stopped, SynthError
from synth.llm.asker import Asker, at_most, replies_of
from synth.llm.budget import Budget
from synth.llm.call import Call, Reply, body_of, failed, grouped
from synth.llm.journal import Journal, Record
from synth.llm.plan_file import ModelPlan
from synth.llm.price import BATCH_FACTOR
from synth.llm.spend_ledger import SentRequest

if TYPE_CHECKING:
    import openai

PLANNED, JOB, ENDED = "batch", "batch-job", "batch-done"
"""Kinds of record: the lines, the server's id, the end; all under the batch's mark."""
_MARK = "logic_vote_batch"
"""Key in a batch's metadata."""
_ENDS = ("completed", "failed", "expired", "cancelled")
_LISTED_PAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One request of a batch."""

    id: str
    """Its ``custom_id``, and the id of its ticket in the ledger."""
    calls: tuple[Call, ...]
    """Those that it answers, by choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One batch."""

    mark: str
    """A random name: what it is found by in the journal and on the server."""
    model: str
    """Entry of ``models``."""
    stage: str
    lines: tuple[Line, ...]

    def to_json(self) -> str:
        """Write the part for the journal."""
        lines = [{"id": line.id, "calls": [call.to_json() for call in line.calls]} for line in self.lines]
        return json.dumps({"model": self.model, "stage": self.stage, "lines": lines}, ensure_ascii=False)

    @staticmethod
    def from_json(mark: str, body: str) -> Part:
        """Read what ``to_json`` wrote."""
        found = json.loads(body)
        lines = tuple(
            Line(id=line["id"], calls=tuple(Call.from_json(call) for call in line["calls"])) for line in found["lines"]
        )
        return Part(mark=mark, model=found["model"], stage=found["stage"], lines=lines)


def part_of(model: str, stage: str, groups: Sequence[Sequence[Call]]) -> Part:
    """Make the batch for some groups of calls."""
    mark = uuid.uuid4().hex
    lines = tuple(Line(id=f"{mark}-{place:06d}", calls=tuple(group)) for place, group in enumerate(groups))
    return Part(mark=mark, model=model, stage=stage, lines=lines)


def file_of(part: Part, plan: ModelPlan) -> bytes:
    """Return the batch's input file: JSON lines."""
    lines = [
        {
            "custom_id": line.id,
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": _without_mark(body_of(line.calls, model=plan.served_name, extra=plan.extra)),
        }
        for line in part.lines
    ]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode("utf-8", "replace")


def _without_mark(body: dict[str, object]) -> dict[str, object]:
    """Refuse what needs a probe, which a batch cannot make.

    Raises:
        UsageError: thinking is to be turned on, off or bounded.
    """
    if MARK in body:
        raise UsageError("thinking and thinking_budget do not go with --batch; write the server's own field as extra:")
    return body


def answers_of(text: str) -> dict[str, dict[str, Any]]:
    """Read an output or error file: custom id -> its line. What is no JSON object with an id is left out."""
    found: dict[str, dict[str, Any]] = {}
    for raw in text.split("\n"):
        try:
            line = json.loads(raw)
        except ValueError:
            continue
        if isinstance(line, dict) and isinstance(line.get("custom_id"), str):
            found[line["custom_id"]] = line
    return found


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
        self._clients: dict[str, openai.AsyncOpenAI] = {}
        self._halt = asyncio.Event()

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        loop = asyncio.get_running_loop()
        for record in list(self._journal.records(PLANNED)):
            if self._journal.get(ENDED, record.key) is None:
                part = Part.from_json(record.key, record.body)
                # Lines whose end is noted have their replies in the journal, or are to be asked again.
                left = [line for line in part.lines if line.id in self.ledger.open_tickets]
                for line in left:
                    for call in line.calls:
                        self._pending[call.key] = loop.create_future()
                self._talk(f"batch {part.mark[:8]}: taken up again, {len(left)} lines")
                self._begin(dataclasses.replace(part, lines=tuple(left)), is_new=False)
        return self

    async def __aexit__(self, *details: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for task in self._jobs:
            task.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        for client in self._clients.values():
            await client.close()
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
            await self._finish(part, await self._awaited(part, job))
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
        client = await self._client(part.model)
        job = await self._found(client, part) if may_exist else None
        if job is None:
            content = file_of(part, self.models[part.model])
            upload = await self._asked(client.files.create(file=(f"{part.mark}.jsonl", content), purpose="batch"), part)
            try:
                # Not sent again by the SDK: a batch whose making was answered by a lost reply would be made twice.
                made = await self._asked(
                    client.with_options(max_retries=0).batches.create(
                        input_file_id=upload.id,
                        endpoint="/v1/chat/completions",
                        completion_window="24h",
                        metadata={_MARK: part.mark},
                    ),
                    part,
                )
                job = made.id
            except EndpointError:
                job = await self._found(client, part)
                if job is None:
                    raise
        await self._journal.append([Record(JOB, part.mark, job)])
        self._talk(f"batch {part.mark[:8]}: {len(part.lines)} lines of {part.stage}/{part.model} as {job}")
        return job

    async def _found(self, client: openai.AsyncOpenAI, part: Part) -> str | None:
        """Look for the batch in the server's list by our mark."""
        page = await self._asked(client.batches.list(limit=100), part)
        for _ in range(_LISTED_PAGES):
            for batch in page.data:
                if (batch.metadata or {}).get(_MARK) == part.mark:
                    return str(batch.id)
            if not page.has_next_page():
                return None
            page = await self._asked(page.get_next_page(), part)
        raise EndpointError(
            f"batch {part.mark[:8]}: not among the server's last {100 * _LISTED_PAGES} batches, and it may still be "
            "there; look for it by its metadata before anything is paid twice"
        )

    async def _awaited(self, part: Part, job: str) -> openai.types.Batch:
        """Wait for the end of a batch.

        Raises:
            Stopped: we were told to stop; the batch goes on without us.
        """
        client = await self._client(part.model)
        while True:
            batch: openai.types.Batch = await self._asked(client.batches.retrieve(job), part)
            if batch.status in _ENDS:
                return batch
            try:
                async with asyncio.timeout(self._poll_s):
                    await self._halt.wait()
                raise Stopped(f"batch {job} is still {batch.status} on the server; the same command waits for it again")
            except TimeoutError:
                continue

    async def _finish(self, part: Part, batch: openai.types.Batch) -> None:
        """Note a batch's replies, and that it is done, and hand the replies out."""
        from solver.sampling.wire.reply_limit import LIMIT, file_limit

        client = await self._client(part.model)
        answers: dict[str, dict[str, Any]] = {}
        n_tokens = sum(call.sampling.max_tokens for line in part.lines for call in line.calls)
        LIMIT.set(file_limit(lines=len(part.lines), tokens=n_tokens))
        for file_id in (batch.error_file_id, batch.output_file_id):
            if file_id:
                content = await self._asked(client.files.content(file_id), part)
                answers |= answers_of(content.text)
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

    async def _client(self, name: str) -> openai.AsyncOpenAI:
        import openai

        from solver.sampling.wire.reply_limit import limited_client

        if name not in self._clients:
            plan = self.models[name]
            if plan.is_own:
                raise UsageError(f"--batch: model {name!r} has no endpoint; give one that offers /v1/batches")
            url, query = base_and_query(normalized_url(plan.endpoints[0]))
            key = key_of(os.environ, plan.api_key_env) or "EMPTY"
            self._clients[name] = openai.AsyncOpenAI(
                base_url=url,
                default_query=query,
                api_key=key,
                max_retries=5,
                timeout=plan.request_timeout_s,
                http_client=limited_client(timeout=plan.request_timeout_s),
            )
        return self._clients[name]

    async def _asked(self, request: Any, part: Part) -> Any:
        """Await one request of the SDK and give its failures the project's form."""
        import openai

        try:
            return await request
        except openai.OpenAIError as error:
            key = os.environ.get(self.models[part.model].api_key_env)
            text = str(error)[:400]
            raise EndpointError(
                f"batch {part.mark[:8]} of {part.model!r}: {text.replace(key, '***') if key else text}; "
                "does this endpoint offer /v1/batches?"
            ) from error
