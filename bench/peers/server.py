"""The scripted server of the comparison: answers fixed by prompt and sample number, time fixed by tokens and slots.

A chain's text and length follow from its prompt and its number alone. Requests without a seed count up their prompt's
number; a seed that was seen for a prompt gets its number again, as from a real engine. So every contestant that asks
for K different samples of a question gets the same K, and one that repeats a seed gets the same text K times.

Time is made up too: each chain occupies one of ``--slots`` slots for its tokens times ``--ms-per-token``, first come,
first served. Every request is written to a ledger (``bench.peers.ledger``) when it comes and when its answer leaves.

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
from typing import Any, TextIO

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


def chain_of(prompt: str, number: int) -> tuple[str, int]:
    """Return the text and the tokens of a prompt's chain; its last line names one of the shown letters."""
    rng = random.Random(f"{zlib.crc32(prompt.encode())}/{number}")
    letters = shown_letters(prompt)
    favourite = letters[zlib.crc32(prompt.encode()) // 7 % len(letters)]
    letter = favourite if rng.random() < 0.6 else rng.choice(letters)
    tokens = rng.randint(*TOKENS)
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
        if isinstance(reply, _Booked) and isinstance(self.server, PeersServer):
            self.server.write(reply.ticket, "sent")
        super()._send(reply)


@dataclass(frozen=True, kw_only=True)
class _Booked(Reply):
    """A reply that knows its line in the ledger."""

    ticket: int = 0


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
        self, *, ledger: TextIO, slots: int, ms_per_token: float, context: int, storm_after: int, storm_s: float
    ) -> None:
        super().__init__(script=self._answer, max_model_len=context)
        self.keeps_calls = False
        self._ledger, self._context, self._ms_per_token = ledger, context, ms_per_token
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
        chains = [chain_of(prompt, number) for number in numbers]
        end = max(self._slots.end(now, tokens * self._ms_per_token / 1e3) for _, tokens in chains)
        is_wanted = bool(call.body.get("logprobs"))
        choices = [
            choice_of(text, index=place, logprobs=is_wanted, tokens=tokens)
            for place, (text, tokens) in enumerate(chains)
        ]
        body = completion_of(*choices, completion_tokens=sum(tokens for _, tokens in chains))
        return _Booked(body=body, delay_s=end - now, ticket=call.number)

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
        )
        asyncio.run(serve(server))


if __name__ == "__main__":
    main()
