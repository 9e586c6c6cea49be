"""The server of batch jobs: one model's ``/v1/batches``, through the SDK, with failures in the project's form."""

from __future__ import annotations

import asyncio
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from solver.base.errors import EndpointError, UsageError
from solver.sampling.wire.address import base_and_query, key_of, normalized_url
from synth.distill.batch.lines import Part, answers_of, file_of
from synth.errors import Stopped
from synth.llm.plan_file import ModelPlan

if TYPE_CHECKING:
    import openai

_MARK = "logic_vote_batch"
"""Key in a batch's metadata."""
_ENDS = ("completed", "failed", "expired", "cancelled")
_LISTED_PAGES = 20


class BatchServer:
    """Batch jobs of one model.

    Args:
        name: entry of ``models``, for messages.

    Raises:
        UsageError: the model has no endpoint.
    """

    def __init__(self, name: str, plan: ModelPlan) -> None:
        if plan.is_own:
            raise UsageError(f"--batch: model {name!r} has no endpoint; give one that offers /v1/batches")
        self._name, self._plan = name, plan

    async def make(self, part: Part) -> str:
        """Upload a batch's lines and make it; returns the server's id."""
        batches = self._client.with_options(max_retries=0).batches
        content = file_of(part, self._plan)
        upload = await self._asked(
            self._client.files.create(file=(f"{part.mark}.jsonl", content), purpose="batch"), part
        )
        try:
            # Not sent again by the SDK: a batch whose making was answered by a lost reply would be made twice.
            made = await self._asked(
                batches.create(
                    input_file_id=upload.id,
                    endpoint="/v1/chat/completions",
                    completion_window="24h",
                    metadata={_MARK: part.mark},
                ),
                part,
            )
            return str(made.id)
        except EndpointError:
            job = await self.find(part)
            if job is None:
                raise
            return job

    async def find(self, part: Part) -> str | None:
        """Look for a batch in the server's list by our mark."""
        page = await self._asked(self._client.batches.list(limit=100), part)
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

    async def ended(self, part: Part, job: str, *, halt: asyncio.Event, poll_s: float) -> openai.types.Batch:
        """Wait for the end of a batch.

        Raises:
            Stopped: we were told to stop; the batch goes on without us.
        """
        while True:
            batch: openai.types.Batch = await self._asked(self._client.batches.retrieve(job), part)
            if batch.status in _ENDS:
                return batch
            try:
                async with asyncio.timeout(poll_s):
                    await halt.wait()
                raise Stopped(f"batch {job} is still {batch.status} on the server; the same command waits for it again")
            except TimeoutError:
                continue

    async def answers(self, part: Part, batch: openai.types.Batch) -> dict[str, dict[str, Any]]:
        """Return the lines of a batch's output and error files, by our ids."""
        from solver.sampling.wire.reply_limit import LIMIT, file_limit

        found: dict[str, dict[str, Any]] = {}
        n_tokens = sum(call.sampling.max_tokens for line in part.lines for call in line.calls)
        LIMIT.set(file_limit(lines=len(part.lines), tokens=n_tokens))
        for file_id in (batch.error_file_id, batch.output_file_id):
            if file_id:
                content = await self._asked(self._client.files.content(file_id), part)
                found |= answers_of(content.text)
        return found

    async def close(self) -> None:
        """Close its connections."""
        await self._client.close()

    @cached_property
    def _client(self) -> openai.AsyncOpenAI:
        import openai

        from solver.sampling.wire.reply_limit import limited_client

        plan = self._plan
        url, query = base_and_query(normalized_url(plan.endpoints[0]))
        return openai.AsyncOpenAI(
            base_url=url,
            default_query=query,
            api_key=key_of(os.environ, plan.api_key_env) or "EMPTY",
            max_retries=5,
            timeout=plan.request_timeout_s,
            http_client=limited_client(timeout=plan.request_timeout_s),
        )

    async def _asked(self, request: Any, part: Part) -> Any:
        """Await one request of the SDK and give its failures the project's form."""
        import openai

        try:
            return await request
        except openai.OpenAIError as error:
            key = os.environ.get(self._plan.api_key_env)
            text = str(error)[:400]
            raise EndpointError(
                f"batch {part.mark[:8]} of {self._name!r}: {text.replace(key, '***') if key else text}; "
                "does this endpoint offer /v1/batches?"
            ) from error
