"""Who gets in."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from solver.base.errors import RequestRefused
from solver.gateway.access.limits import MOST_CLIENTS, Limits, client_name
from tests.support.loops import in_loop


def limits(**changes: float | None) -> Limits:
    return Limits(**{"in_flight": 3, "client_in_flight": 2, "client_per_minute": None, **changes})  # type: ignore[arg-type]


@in_loop
async def test_the_bounds_on_requests_at_once_hold_and_are_given_back() -> None:
    bounds = limits()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(bounds.admitted("a"))
        await stack.enter_async_context(bounds.admitted("a"))
        with pytest.raises(RequestRefused) as caught:
            await stack.enter_async_context(bounds.admitted("a"))
        assert (caught.value.status, caught.value.code, caught.value.retry_after_s) == (429, "too_many_at_once", 1)
        await stack.enter_async_context(bounds.admitted("b"))
        with pytest.raises(RequestRefused) as caught:
            await stack.enter_async_context(bounds.admitted("c"))
        assert caught.value.code == "overloaded"
    assert bounds.in_flight == 0
    async with bounds.admitted("a"):
        assert bounds.in_flight == 1


@in_loop
async def test_a_request_that_fails_gives_its_place_back() -> None:
    bounds = limits(client_in_flight=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with bounds.admitted("a"):
                raise ZeroDivisionError
    assert bounds.in_flight == 0


@in_loop
async def test_the_rate_is_each_client_s_own_and_refused_requests_cost_none() -> None:
    bounds = limits(client_per_minute=2)
    for name in ("a", "b"):
        for _ in range(2):
            async with bounds.admitted(name):
                pass
        for _ in range(3):
            with pytest.raises(RequestRefused, match="2 requests a minute") as caught:
                async with bounds.admitted(name):
                    pass
            assert caught.value.retry_after_s == 30


@in_loop
async def test_idle_clients_are_forgotten_and_busy_ones_are_not() -> None:
    bounds = limits()
    async with bounds.admitted("busy"):
        for number in range(MOST_CLIENTS + 50):
            async with bounds.admitted(f"client {number}"):
                pass
        assert bounds.clients == MOST_CLIENTS
        async with bounds.admitted("busy"):
            with pytest.raises(RequestRefused):
                async with bounds.admitted("busy"):
                    pass


@pytest.mark.parametrize(
    ("host", "key", "name"),
    [
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", 0, "key 0"),
        ("2001:db8:1:2:3::4", None, "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", None, "::ffff:a00:1"),
        (None, None, "unknown"),
        ("x", None, "unknown"),
    ],
)
def test_a_client_is_a_key_or_an_address(host: str | None, key: int | None, name: str) -> None:
    assert client_name(host, key) == name
