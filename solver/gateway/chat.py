"""``POST /v1/chat/completions``: reading the request, solving it, sending the answer whole or as a stream.

A client that leaves cancels its samples: whatever waits here runs beside a watch on the connection.

A stream's headers are sent with its first event, a sample or ten seconds of waiting, so that a request that fails
early still gets its own HTTP status. A failure after that is an event with an ``error`` in it.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Coroutine, Mapping
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from solver.base.errors import RequestRefused
from solver.gateway.access.front import ClientGone
from solver.gateway.answer import reply_of, tally_field
from solver.gateway.ask import Ask, parse_ask, parse_json
from solver.gateway.gateway import Gateway
from solver.gateway.message import NO_OPTIONS, problem_of
from solver.gateway.solve import Running
from solver.gateway.wire import KEEP_ALIVE, Head, Reply, chunk, closing_events, completion, encoded, error_body, event
from solver.problems.question import Problem
from solver.sampling.sample import Status
from solver.sampling.servers.line import PARTY
from solver.scheduling.events import Arrived
from solver.scheduling.solve import SolveEvent

T = TypeVar("T")

KEEP_ALIVE_S = 10.0
"""A stream without an event gets a comment after so long."""


class Chat:
    """The page; an ASGI application."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification.

        Raises:
            RequestRefused: before the response has begun.
            ClientGone: the client left.
        """
        gateway = self._gateway
        if gateway.is_draining:
            raise RequestRefused("the gateway shuts down", status=503, code="shutting_down", retry_after_s=5)
        request = Request(scope, receive)
        _require_json(request)
        client = scope["state"]["client"]
        # Of this request's own task, and what it starts: its samples wait in this client's place in the line.
        PARTY.set(client)
        async with gateway.limits.admitted(client):
            body, ask = await self._read(request, client)
            head = Head(id=f"chatcmpl-{secrets.token_hex(12)}", created=int(time.time()), model=ask.model)
            try:
                async with gateway.turns.of(client):
                    problem = problem_of(ask.text, gateway.templates, name=ask.how.id)
            except RequestRefused as refused:
                if refused.code != NO_OPTIONS or gateway.pass_through is None:
                    raise
                work = self._whole(head, gateway.pass_through.reply(body, ask), ask, send, scope, receive)
            else:
                work = self._voted(head, problem, ask, send, scope, receive)
            await unless_gone(work, receive)

    async def _read(self, request: Request, client: str) -> tuple[Mapping[str, object], Ask]:
        gateway = self._gateway
        raw = await read_body(request, gateway.config.body_limit, gateway.config.receive_timeout_s)
        async with gateway.turns.of(client):
            body = parse_json(raw)
        served = await gateway.served_for(body)
        async with gateway.turns.of(client):
            return body, parse_ask(body, config=gateway.config, defaults=gateway.defaults, served=served)

    async def _voted(self, head: Head, problem: Problem, ask: Ask, send: Send, scope: Scope, receive: Receive) -> None:
        if ask.is_stream:
            await _Stream(self._gateway, head, ask, send).run(problem)
        else:
            await self._whole(head, self._solved(problem, ask), ask, send, scope, receive)

    async def _solved(self, problem: Problem, ask: Ask) -> Reply:
        with self._gateway.solving(problem, ask.how) as running:
            return await _reply(self._gateway, running, ask)

    async def _whole(
        self, head: Head, work: Coroutine[object, object, Reply], ask: Ask, send: Send, scope: Scope, receive: Receive
    ) -> None:
        """Send a reply that comes all at once, as one body or as the events of a stream."""
        reply = await work
        if ask.is_stream:
            stream = _Stream(self._gateway, head, ask, send)
            await stream.begin()
            await stream.end(reply)
        else:
            response = Response(encoded(completion(head, reply)), media_type="application/json")
            await response(scope, receive, send)


async def _reply(gateway: Gateway, running: Running, ask: Ask) -> Reply:
    solved = await running.solve()
    gateway.metrics.solved(solved)
    return reply_of(ask, solved)


class _Stream:
    """A reply as server-sent events."""

    def __init__(self, gateway: Gateway, head: Head, ask: Ask, send: Send) -> None:
        self._gateway, self._head, self._ask, self._send = gateway, head, ask, send
        self._is_begun = False

    async def run(self, problem: Problem) -> None:
        """Solve, telling of every sample that lands.

        Raises:
            RequestRefused: it failed before the stream began.
        """
        queue: asyncio.Queue[bytes | Reply | RequestRefused] = asyncio.Queue()
        votes: list[int | None] = []
        told = 0

        def tell() -> None:
            nonlocal told
            if told < len(votes):
                told = len(votes)
                queue.put_nowait(chunk(self._head, {}, vote={"samples": told, "counts": tally_field(votes)}))

        def on(happening: SolveEvent) -> None:
            # A failed sample is no progress, and the refusal that follows shall have a status of its own.
            if isinstance(happening, Arrived) and happening.sample.status is not Status.FAILED:
                votes.append(happening.sample.option_class)
                # Samples of one call land in one step of the loop and are told together after it.
                asyncio.get_running_loop().call_soon(tell)

        async def work() -> None:
            try:
                with self._gateway.solving(problem, self._ask.how, on) as running:
                    queue.put_nowait(await _reply(self._gateway, running, self._ask))
            except RequestRefused as refused:
                queue.put_nowait(refused)

        async with asyncio.TaskGroup() as group:
            group.create_task(work())
            end = await self._relay(queue)
        if isinstance(end, Reply):
            await self.end(end)
        elif not self._is_begun:
            raise end
        else:
            await self._write(event(error_body(end)), is_last=True)

    async def _relay(self, queue: asyncio.Queue[bytes | Reply | RequestRefused]) -> Reply | RequestRefused:
        """Send events as they come, until the outcome does."""
        while True:
            try:
                async with asyncio.timeout(KEEP_ALIVE_S):
                    item = await queue.get()
            except TimeoutError:
                item = KEEP_ALIVE
            if isinstance(item, RequestRefused):
                return item
            await self.begin()
            if isinstance(item, Reply):
                return item
            await self._write(item)

    async def begin(self) -> None:
        """Send the headers and the first event, once."""
        if not self._is_begun:
            self._is_begun = True
            headers = [
                (b"content-type", b"text/event-stream; charset=utf-8"),
                (b"cache-control", b"no-cache"),
                (b"x-accel-buffering", b"no"),
            ]
            await self._send({"type": "http.response.start", "status": 200, "headers": headers})
            await self._write(chunk(self._head, {"role": "assistant", "content": ""}))

    async def end(self, reply: Reply) -> None:
        """Send the answer."""
        for part in closing_events(self._head, reply, has_usage=self._ask.has_usage):
            await self._write(part)
        await self._write(b"", is_last=True)

    async def _write(self, part: bytes, *, is_last: bool = False) -> None:
        try:
            async with asyncio.timeout(self._gateway.config.send_timeout_s):
                await self._send({"type": "http.response.body", "body": part, "more_body": not is_last})
        except TimeoutError:
            raise ClientGone from None


# ---- reading ---------------------------------------------------------------------------------------------------


def _require_json(request: Request) -> None:
    """Refuse other content types: a form in somebody's browser can send those here without asking first."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RequestRefused("send Content-Type: application/json", status=415, code="unsupported_media_type")


async def read_body(request: Request, limit: int, timeout_s: float) -> bytes:
    """Read a request's body.

    Raises:
        RequestRefused: it is larger than ``limit`` bytes (413), or takes too long to come (408).
        ClientGone: the client left in the middle.
    """
    too_large = RequestRefused(f"the body is larger than {limit} bytes", status=413, code="body_too_large")
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:18]) > limit:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for part in request.stream():
                body += part
                if len(body) > limit:
                    raise too_large
    except TimeoutError:
        raise RequestRefused(f"the body did not come within {timeout_s:g} s", status=408, code="slow_body") from None
    except ClientDisconnect:
        raise ClientGone from None
    return bytes(body)


async def unless_gone(work: Coroutine[object, object, T], receive: Receive) -> T:
    """Do some work beside a watch on the connection, and give it up when the client leaves.

    Raises:
        RequestRefused: the work's own.
        ClientGone: the client left; the work is cancelled and over.
    """

    async def kept() -> T | RequestRefused | ClientGone:
        # As values, since a task group would wrap them.
        try:
            return await work
        except (RequestRefused, ClientGone) as refused:
            return refused

    async with asyncio.TaskGroup() as group:
        working = group.create_task(kept())
        watching = group.create_task(_gone(receive))
        await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
        is_gone = not working.done()
        (working if is_gone else watching).cancel()
    if is_gone:
        raise ClientGone
    outcome = working.result()
    if isinstance(outcome, RequestRefused | ClientGone):
        raise outcome
    return outcome


async def _gone(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
