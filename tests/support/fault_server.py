"""A scripted server that misbehaves on purpose: every fault by name, and scripts that say when it strikes.

The server itself is ``tests.support.scripted_server``; here are its worst replies. All of them carry ``POISON``, a
well-formed answer, where a model's text could be looked for: none of it may ever be counted or stored.

::

    with serving(Trouble("truncated json", first=2)) as server: ...

As a process of its own, misbehaving at random (``bench/soak.py`` starts it so)::

    python -m tests.support.fault_server --port 8300 --rate 0.2 --seed 1
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from tests.support.scripted_server import Call, MadeUp, Reply, ScriptedServer, choice_of, completion_of, serve

POISON = "答案是：Z POISON"
"""Stands in every faulty reply, where a careless client would read it."""
EPOCHS = (0.0, 4e9, 1e9)
"""Times that a server with a jumping clock tells, Unix seconds."""

_BOMB = gzip.compress(POISON.encode() + b" " * 10**7, compresslevel=1)

Fault = Callable[[Call, Reply], Reply]
"""The call and its proper reply -> what is sent instead."""


def _status(status: int, *headers: tuple[str, str]) -> Fault:
    return lambda call, good: Reply(status=status, body={"error": {"message": POISON}}, headers=headers)


def _page(status: int) -> Fault:
    body = f"<html><body>{POISON}</body></html>".encode()
    return lambda call, good: Reply(status=status, body=body, content_type="text/html")


def _body(make: Callable[[dict[str, Any]], object]) -> Fault:
    """Make a fault that changes the proper reply's JSON (a copy of it)."""
    return lambda call, good: replace(good, body=make(json.loads(json.dumps(good.body))))


def _choices(change: Callable[[list[Any]], list[Any]]) -> Fault:
    return _body(lambda body: {**body, "choices": change(body["choices"])})


def _each(**fields: Any) -> Fault:
    return _choices(lambda choices: [{**choice, **fields} for choice in choices])


def _logprobs(content: object) -> Fault:
    return _each(logprobs={"content": content})


def _jumping(call: Call, good: Reply) -> Reply:
    """429 from a server whose clock leaps; a date long gone means "now", one far ahead is capped by the client."""
    when = formatdate(EPOCHS[call.number % 2 * 2], usegmt=True)
    return Reply(status=429, body={"error": {"message": POISON}}, headers=(("Retry-After", when), ("Date", when)))


HEALED: dict[str, Fault] = {
    "500": _status(500),
    "500 page": _page(500),
    "502 page": _page(502),
    "429": _status(429),
    "429 with retry-after": _status(429, ("Retry-After", "0.1")),
    "429 of a jumping clock": _jumping,
    "429 with nonsense": _status(429, ("Retry-After", "-1e999")),
    "408 as 503": _status(503, ("Retry-After", "0")),
    "reset": lambda call, good: replace(good, fault="reset"),
    "reset in mid-body": lambda call, good: replace(good, fault="break"),
    "closed in mid-body": lambda call, good: replace(good, fault="cut"),
    "hang": lambda call, good: replace(good, fault="hang"),
    "slow first byte": lambda call, good: replace(good, delay_s=0.3),
    "truncated json": lambda call, good: replace(good, body=json.dumps(good.body).encode()[:-20]),
    "no json": lambda call, good: Reply(body=POISON.encode()),
    "page with status 200": _page(200),
    "proper json of a wrong type": lambda call, good: replace(good, content_type="text/plain; charset=utf-7"),
    "empty body": lambda call, good: Reply(body=b""),
    "deep json": lambda call, good: Reply(body=b'{"choices":' + b"[" * 200_000),
    "long number": lambda call, good: Reply(body=b'{"choices":' + b"9" * 5_000 + b"}"),
    "not utf-8": lambda call, good: Reply(body=b'{"choices":[{"index":0,"message":{"content":"\xff\xfe"}}]}'),
    "an error with status 200": lambda call, good: Reply(body={"error": {"message": POISON}}),
    "a list": lambda call, good: Reply(body=[POISON]),
    "empty choices": _choices(lambda choices: []),
    "null choices": _body(lambda body: {**body, "choices": None}),
    "choices without message": _choices(lambda choices: [{"index": 0, "text": POISON}]),
    "foreign index": _choices(lambda choices: [choice_of(POISON, index=99)]),
    "aborted by the engine": _each(finish_reason="abort", message={"content": POISON}),
    "missing usage": _body(lambda body: {name: value for name, value in body.items() if name != "usage"}),
    "usage beyond reason": _body(lambda body: {**body, "usage": {"prompt_tokens": -1, "completion_tokens": 10**400}}),
    "fewer than asked": _choices(lambda choices: choices[:1]),
    "all but the first": _choices(lambda choices: choices[1:] or choices),
    "duplicated ids": _choices(
        lambda choices: [*choices, *({**one, "message": {"content": POISON}} for one in choices)]
    ),
    "half a surrogate in a token": _logprobs([{"token": "\ud800", "logprob": -1.0}]),
    "log-probabilities beyond reason": _logprobs([{"token": "A", "logprob": 10**400}]),
    "log-probabilities of another kind": _logprobs(POISON),
    "broken gzip": lambda call, good: Reply(body=b"\x1f\x8b\x08\x00broken", headers=(("Content-Encoding", "gzip"),)),
    "gzip bomb": lambda call, good: Reply(body=_BOMB, headers=(("Content-Encoding", "gzip"),)),
    "longer than can be": lambda call, good: Reply(body=json.dumps(good.body).encode() + b" " * 5 * 2**20),
}
"""Faults that pass: after them the same question gets its proper samples."""


class Trouble:
    """A script: a fault at chosen calls, the made-up answer else.

    Args:
        fault: its name in ``HEALED``.
        first: how many calls about each question are struck, from the first on; None strikes all.
        only: strike only calls whose prompt holds this text.
        made_up: the proper answers.
    """

    def __init__(self, fault: str, *, first: int | None = 1, only: str = "", made_up: MadeUp | None = None) -> None:
        self.struck = 0
        self._fault, self._first, self._only = HEALED[fault], first, only
        self._made_up = made_up or MadeUp()
        self._seen: Counter[str] = Counter()

    def __call__(self, call: Call) -> Reply:
        """Reply to a call."""
        good = self._made_up(call)
        self._seen[call.prompt] += 1
        if self._only not in call.prompt or (self._first is not None and self._seen[call.prompt] > self._first):
            return good
        self.struck += 1
        return self._fault(call, good)


class Flaky:
    """A script: any fault at random.

    Args:
        rate: share of calls that are struck, 0 to 1.
        in_a_row: how many calls about one question may fail one after the other.
    """

    def __init__(self, seed: int, rate: float, *, in_a_row: int = 2, made_up: MadeUp | None = None) -> None:
        self.struck: Counter[str] = Counter()
        self._rng, self._rate, self._in_a_row = random.Random(seed), rate, in_a_row
        self._made_up = made_up or MadeUp()
        self._row: Counter[str] = Counter()

    def __call__(self, call: Call) -> Reply:
        """Reply to a call."""
        good = self._made_up(call)
        if self._row[call.prompt] >= self._in_a_row or self._rng.random() >= self._rate:
            self._row[call.prompt] = 0
            return good
        self._row[call.prompt] += 1
        name = self._rng.choice(list(HEALED))
        self.struck[name] += 1
        return HEALED[name](call, good)


def poisoned(*, status: int) -> Reply:
    """Return a plain error reply with the poison in it."""
    return Reply(status=status, body=completion_of(choice_of(POISON)))


def main() -> None:
    """Run as a process of its own."""
    parser = argparse.ArgumentParser(description="a server that misbehaves at random")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--rate", type=float, default=0.2, help="share of calls that are struck")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=60, help="tokens of a chain")
    parser.add_argument("--latency-ms", type=float, default=10.0, help="wait before each completion")
    args = parser.parse_args()
    made_up = MadeUp(tokens=args.tokens)
    script = Flaky(args.seed, args.rate, made_up=made_up)

    def slowed(call: Call) -> Reply:
        reply = script(call)
        return reply if reply.delay_s else replace(reply, delay_s=args.latency_ms / 1e3)

    server = ScriptedServer(slowed, made_up=made_up, port=args.port)
    server.keeps_calls = False
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(server))


if __name__ == "__main__":
    main()
