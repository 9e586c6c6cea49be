"""The scripted server of the comparison: answers fixed by prompt and sample number, time fixed by tokens and slots.

A chain's text and length follow from its prompt and its number alone. Requests without a seed count up their prompt's
number; a seed that was seen for a prompt gets its number again, as from a real engine. So every contestant that asks
for K different samples of a question gets the same K, and one that repeats a seed gets the same text K times.

Time is made up too: each chain occupies one of ``--slots`` slots for its tokens times ``--ms-per-token``, first come,
first served. A client that asks for a stream gets its chains as they grow, an event a chain every ``--stream-interval``
tokens, as servers do; ``--tells-load`` gives it vLLM's metrics. Every request is written to a ledger
(``bench.peers.ledger``) when it comes and when its answer leaves.

Faults: prompts above ``--context`` characters are refused as vLLM refuses them, and once ``--storm-after`` chains were
asked for, everything is 429 with ``Retry-After: 2`` for ``--storm-s`` seconds.

    python -m bench.peers.server --ledger ledger.jsonl          # prints its URL; serves until killed
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import heapq
import json
import random
import re
import time
import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from tests.support.scripted_server import (
    Call,
    Reply,
    ScriptedServer,
    _Connection,
    choice_of,
    completion_of,
    serve,
    shown_letters,
)

RETRY_AFTER_S = 2
TOKENS = (60, 180)
"""Shortest and longest chain, tokens."""
_WORDS = ("因为", "所以", "不是", "如果", "那么", "第一", "房间", "假设", "矛盾", "，", "。")
_HEAD = re.compile(r"^([A-Z])[).、．] ", re.MULTILINE)


def canonical(prompt: str) -> str:
    """Return a prompt with its options headed in one way: evalscope writes ``A) x`` where the others write ``A. x``.

    >>> canonical("Q\\nA) x\\nB) y")
    'Q\\nA. x\\nB. y'
    """
    return _HEAD.sub(r"\1. ", prompt).strip()


def chain_of(prompt: str, number: int, *, is_spread: bool = False) -> tuple[str, int]:
    """Return the text and the tokens of a prompt's chain; its last line names one of the shown letters.

    Args:
        is_spread: lengths as real models have them: half below a hundred tokens, one in twenty above three hundred.
    """
    rng = random.Random(f"{zlib.crc32(prompt.encode())}/{number}")
    letters = shown_letters(prompt)
    favourite = letters[zlib.crc32(prompt.encode()) // 7 % len(letters)]
    letter = favourite if rng.random() < 0.6 else rng.choice(letters)
    tokens = min(1000, max(8, int(100 * rng.lognormvariate(0, 0.7)))) if is_spread else rng.randint(*TOKENS)
    words = "".join(rng.choice(_WORDS) for _ in range(tokens - 6))
    return f"{number}{words}\n答案是：{letter}", tokens


class Slots:
    """When chains would end on a server that works on so many at once."""

    def __init__(self, count: int) -> None:
        self._free_at = [0.0] * count

    def end(self, now: float, seconds: float) -> float:
        """Book the slot that is free first; returns when the chain ends."""
        start = max(now, heapq.heappop(self._free_at))
        heapq.heappush(self._free_at, start + seconds)
        return start + seconds


class _BookedConnection(_Connection):
    """Tells the ledger when an answer was sent, not only when it was asked for: the base server has no such hook."""

    def _send(self, reply: Reply) -> None:
        if isinstance(reply, _Streamed):
            self._write(_STREAM_HEAD)
            self._grow(reply, [0] * len(reply.chains))
            return
        if isinstance(reply, _Booked) and isinstance(self.server, PeersServer):
            self.server.write(reply.ticket, "sent")
        super()._send(reply)

    def _write(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(data)

    def _grow(self, reply: _Streamed, sent: list[int]) -> None:
        """Send what has come of every chain, and look again when there may be more.

        Args:
            sent: characters of each chain.
        """
        now, events = time.monotonic(), b""
        for place, chain in enumerate(reply.chains):
            there = chain.grown(now)
            if there > sent[place] or (there == len(chain.text) and sent[place] == 0):
                events += _event(place, chain.text[sent[place] : there], is_last=there == len(chain.text))
                sent[place] = there
        if all(count == len(chain.text) for count, chain in zip(sent, reply.chains, strict=True)):
            usage = completion_of(completion_tokens=sum(chain.tokens for chain in reply.chains))
            last = json.dumps({**usage, "object": "chat.completion.chunk"})
            self._write(_framed(events + f"data: {last}\n\ndata: [DONE]\n\n".encode()) + b"0\r\n\r\n")
            if isinstance(self.server, PeersServer):
                self.server.write(reply.ticket, "sent")
            self._done()
            return
        if events:
            self._write(_framed(events))
        self.waiting = asyncio.get_running_loop().call_later(reply.period_s, self._grow, reply, sent)


@dataclass(frozen=True, kw_only=True)
class _Booked(Reply):
    """A reply that knows its line in the ledger."""

    ticket: int = 0


class _Chain(NamedTuple):
    """A chain that is streamed."""

    text: str
    tokens: int
    start: float
    end: float

    def grown(self, now: float) -> int:
        """Return the characters that are there."""
        share = 1.0 if now >= self.end else max(0.0, (now - self.start) / (self.end - self.start))
        return int(len(self.text) * share)


@dataclass(frozen=True, kw_only=True)
class _Streamed(_Booked):
    """Chains that are sent as they grow."""

    chains: tuple[_Chain, ...]
    period_s: float
    """Between two events of a chain."""


_STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def _framed(data: bytes) -> bytes:
    """Return a piece of a body whose length nobody knows beforehand."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _event(place: int, text: str, *, is_last: bool) -> bytes:
    choice = {"index": place, "delta": {"content": text}, "finish_reason": "stop" if is_last else None}
    chunk = {"id": "chatcmpl-scripted", "object": "chat.completion.chunk", "model": "scripted", "choices": [choice]}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()


@dataclass(slots=True)
class Numbers:
    """Which number the next chain of a prompt has."""

    _seeded: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    _count: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def of(self, key: str, seed: int | None) -> int:
        """Return the number for a seed, the same as before where it was seen before."""
        known = self._seeded[key]
        if seed is not None and seed in known:
            return known[seed]
        number = self._count[key]
        self._count[key] += 1
        if seed is not None:
            known[seed] = number
        return number


class PeersServer(ScriptedServer):
    """A ``ScriptedServer`` with the ledger, the slots and the faults; arguments as in ``main``."""

    def __init__(
        self,
        *,
        ledger: TextIO,
        slots: int,
        ms_per_token: float,
        context: int,
        storm_after: int,
        storm_s: float,
        stream_interval: int = 1,
        is_spread: bool = False,
        tells_load: bool = False,
    ) -> None:
        super().__init__(script=self._answer, max_model_len=context)
        if tells_load:
            self.owned_by, self.metrics = "vllm", self._load
        self.keeps_calls = False
        self._ledger, self._context, self._ms_per_token = ledger, context, ms_per_token
        self._stream_interval, self._is_spread = stream_interval, is_spread
        self._booked: list[tuple[float, float]] = []
        self._ended = 0
        """End and start of the chains that were asked for, the first to end first."""
        self._storm_after, self._storm_s, self._storm_end = storm_after, storm_s, 0.0
        self._asked = 0
        self._slots, self._numbers = Slots(slots), Numbers()

    async def start(self) -> PeersServer:
        """Listen; as the base class, with connections that keep the ledger."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _BookedConnection(self), "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def write(self, ticket: int, event: str, **more: object) -> None:
        """Write a line of the ledger."""
        self._ledger.write(json.dumps({"id": ticket, "event": event, "t": time.time(), **more}) + "\n")
        self._ledger.flush()

    def _answer(self, call: Call) -> Reply:
        prompt = canonical(call.prompt)
        key = f"{zlib.crc32(prompt.encode()):08x}"
        status = self._status(prompt, call.n)
        seed = call.body.get("seed")
        numbers = [self._numbers.of(key, None if seed is None else seed + place) for place in range(call.n)]
        self.write(call.number, "asked", key=key, numbers=numbers if status == 200 else [], n=call.n, status=status)
        if status != 200:
            return self._refusal(status, prompt, call.number)
        now = time.monotonic()
        chains = [chain_of(prompt, number, is_spread=self._is_spread) for number in numbers]
        seconds = [tokens * self._ms_per_token / 1e3 for _, tokens in chains]
        ends = [self._slots.end(now, each) for each in seconds]
        for each, ends_at in zip(seconds, ends, strict=True):
            heapq.heappush(self._booked, (ends_at, ends_at - each))
        if call.body.get("stream"):
            timed = zip(chains, ends, seconds, strict=True)
            return _Streamed(
                ticket=call.number,
                chains=tuple(_Chain(text, tokens, end - each, end) for (text, tokens), end, each in timed),
                period_s=self._stream_interval * self._ms_per_token / 1e3,
            )
        end = max(ends)
        is_wanted = bool(call.body.get("logprobs"))
        choices = [
            choice_of(text, index=place, logprobs=is_wanted, tokens=tokens)
            for place, (text, tokens) in enumerate(chains)
        ]
        body = completion_of(*choices, completion_tokens=sum(tokens for _, tokens in chains))
        return _Booked(body=body, delay_s=end - now, ticket=call.number)

    def _load(self) -> str:
        """Return what it computes and what waits, in the words of vLLM's metrics."""
        now = time.monotonic()
        while self._booked and self._booked[0][0] <= now:
            heapq.heappop(self._booked)
            self._ended += 1
        running = sum(start <= now for _, start in self._booked)
        told = {"running": running, "waiting": len(self._booked) - running}
        lines = [f"vllm:num_requests_{name} {count}.0\n" for name, count in told.items()]
        return "".join([*lines, f'vllm:request_success_total{{finished_reason="stop"}} {self._ended}.0\n'])

    def _status(self, prompt: str, n: int) -> int:
        if len(prompt) > self._context:
            return 400
        self._asked += n
        if self._storm_after and self._asked > self._storm_after:
            if not self._storm_end:
                self._storm_end = time.monotonic() + self._storm_s
            if time.monotonic() < self._storm_end:
                return 429
        return 200

    def _refusal(self, status: int, prompt: str, ticket: int) -> Reply:
        if status == 429:
            body = _error("Rate limit reached, try again later.", "rate_limit_exceeded", status)
            return _Booked(status=429, body=body, headers=(("Retry-After", str(RETRY_AFTER_S)),), ticket=ticket)
        # The words are vLLM 0.32's (vllm/renderers/params.py).
        text = (
            f"This model's maximum context length is {self._context} tokens. However, your prompt contains "
            f"{len(prompt)} input tokens, which exceeds this limit even without any output tokens. "
            "Please reduce the length of the input prompt. (parameter=input_tokens, value=" + str(len(prompt)) + ")"
        )
        return _Booked(status=400, body=_error(text, "BadRequestError", status), ticket=ticket)


def _error(message: str, kind: str, code: int) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def main() -> None:
    """Run as a process of its own."""
    parser = argparse.ArgumentParser(description="scripted server with a ledger")
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--slots", type=int, default=32, help="chains worked on at once")
    parser.add_argument("--ms-per-token", type=float, default=5.0)
    parser.add_argument("--stream-interval", type=int, default=1, help="tokens between two events of a stream")
    parser.add_argument("--spread", action="store_true", help="lengths as real models have them")
    parser.add_argument("--tells-load", action="store_true", help="has vLLM's metrics")
    parser.add_argument("--context", type=int, default=16384, help="characters that a prompt may have")
    parser.add_argument("--storm-after", type=int, default=0, help="chains asked for before the storm; 0: none")
    parser.add_argument("--storm-s", type=float, default=0.0)
    args = parser.parse_args()
    with args.ledger.open("a", encoding="utf-8") as ledger, contextlib.suppress(KeyboardInterrupt):
        server = PeersServer(
            ledger=ledger,
            slots=args.slots,
            ms_per_token=args.ms_per_token,
            context=args.context,
            storm_after=args.storm_after,
            storm_s=args.storm_s,
            stream_interval=args.stream_interval,
            is_spread=args.spread,
            tells_load=args.tells_load,
        )
        asyncio.run(serve(server))


if __name__ == "__main__":
    main()
