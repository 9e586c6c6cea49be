"""The scripted server of the comparison with other harnesses."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

from bench.peers.server import PeersServer
from solver.sampling.completion import Completion
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_transports

BODY: dict[str, Any] = {
    "model": "scripted",
    "messages": [{"role": "user", "content": "Q\nA. x\nB. y"}],
    "n": 5,
    "seed": 1,
}


class _Ends:
    """Remembers which chains have ended, in order (a ``Growth``)."""

    def __init__(self) -> None:
        self.order: list[int] = []
        self.pieces = 0

    def grew(self, index: int, text: str) -> None:
        self.pieces += 1

    def ended(self, index: int) -> None:
        self.order.append(index)


def test_a_stream_brings_the_same_chains_and_tells_of_the_shortest_first() -> None:
    async def run() -> tuple[Completion, Completion, _Ends, str]:
        ledger, ends = io.StringIO(), _Ends()
        async with PeersServer(
            ledger=ledger, slots=5, ms_per_token=0.2, context=999, storm_after=0, storm_s=0.0
        ) as server:
            (transport,) = http_transports(ClientConfig(endpoints=(server.url,)))
            try:
                streamed = await transport.complete(BODY, ends)
                whole = await transport.complete(BODY)
            finally:
                await transport.close()
        return streamed, whole, ends, ledger.getvalue()

    streamed, whole, ends, ledger = asyncio.run(run())
    texts = {index: choice.text for index, choice in whole.choices.items()}
    assert {index: choice.text for index, choice in streamed.choices.items()} == texts
    assert len(texts) == 5
    assert streamed.completion_tokens == whole.completion_tokens
    assert sorted(ends.order) == [0, 1, 2, 3, 4]
    assert len(texts[ends.order[0]]) < len(texts[ends.order[-1]])
    assert ends.pieces > 5
    assert [json.loads(line)["event"] for line in ledger.splitlines()] == ["asked", "sent"] * 2
