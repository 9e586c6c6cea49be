"""A server that tells its load gets its requests in batches, any other as soon as there is room."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from solver.sampling.capabilities import UNKNOWN
from solver.sampling.endpoint import ClientConfig, Endpoint
from solver.sampling.stats import Stats


def endpoint_of(slots: int, *, tells_load: bool) -> Endpoint:
    transport: Any = SimpleNamespace(name="engine", capabilities=UNKNOWN)
    endpoint = Endpoint(transport, ClientConfig(slots_per_endpoint=slots), Stats())
    endpoint.tells_load = tells_load
    return endpoint


def sent(endpoint: Endpoint, *, group: int, ends: int = 200) -> list[int]:
    """Keep it as full as it lets us while chains end one by one; how many went out after each end."""
    counts = []
    for _ in range(ends):
        before = endpoint.outstanding
        while endpoint.has_room(group):
            endpoint.outstanding += group
        counts.append(endpoint.outstanding - before)
        endpoint.outstanding -= 1
    return counts


@pytest.mark.parametrize("group", [1, 5])
def test_a_full_server_is_filled_again_where_a_sixteenth_is_free(group: int) -> None:
    counts = sent(endpoint_of(512, tells_load=True), group=group)
    assert 508 <= counts[0] <= 512
    batches = [count for count in counts[1:] if count]
    assert batches
    assert all(28 <= count <= 36 for count in batches)
    assert 5 <= len(batches) <= 7


def test_where_no_load_is_told_every_place_is_filled_at_once() -> None:
    assert sent(endpoint_of(512, tells_load=False), group=1) == [512, *[1] * 199]


@pytest.mark.parametrize("slots", [1, 2, 15])
def test_few_slots_are_filled_at_once(slots: int) -> None:
    assert sent(endpoint_of(slots, tells_load=True), group=1) == [slots, *[1] * 199]


def test_a_group_that_is_larger_than_all_slots_goes_to_an_idle_server() -> None:
    endpoint = endpoint_of(4, tells_load=True)
    assert endpoint.has_room(8)
    endpoint.outstanding += 8
    assert not endpoint.has_room(1)
