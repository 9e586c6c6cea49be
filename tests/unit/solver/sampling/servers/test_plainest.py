"""What a search for the fields that a server falls over makes of one that fails at random."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from solver.sampling.servers.plainest import Plainest
from solver.sampling.transport import Fault

BODY = {
    "model": "m",
    "messages": [{"role": "user", "content": "Who?"}],
    "max_tokens": 99,
    "temperature": 0.6,
    "top_p": 0.95,
    "seed": 1,
    "n": 8,
    "logprobs": True,
}
FAULT = Fault("5xx", "HTTP 500")


async def blamed(share: float, rng: Random, culprit: str = "") -> list[str | None]:
    async def ask(body: Mapping[str, Any], is_streamed: bool) -> object:
        if culprit in body or rng.random() < share:
            raise FAULT
        return body

    return [one.field for one in await Plainest().search(ask, FAULT, BODY, 0.0, is_streamed=True)]


@pytest.mark.parametrize(("share", "most"), [(0.1, 0.005), (0.3, 0.02), (0.5, 0.07)])
def test_a_server_that_fails_at_random_seldom_teaches_anything(share: float, most: float) -> None:
    async def search() -> float:
        rng = Random(7)
        return sum([bool(await blamed(share, rng)) for _ in range(2000)]) / 2000

    assert asyncio.run(search()) <= most


@pytest.mark.parametrize("field", ["temperature", "top_p", "seed", "n", "logprobs"])
def test_a_field_that_always_fails_is_the_one_that_is_blamed(field: str) -> None:
    assert asyncio.run(blamed(0.0, Random(7), field)) == [field]
