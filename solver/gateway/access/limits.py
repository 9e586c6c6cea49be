"""Who gets in: bounds on requests at once, over all and for each client, and on each client's requests a minute.

A client is a key where keys are used, else an address (of IPv6 the /64, which is what one machine can choose from).
What is over a bound is turned away with 429 and a time to come back, never queued: the queue is the client's.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiolimiter import AsyncLimiter

from solver.base.display.figures import counted
from solver.base.errors import RequestRefused

MOST_CLIENTS = 4096
"""Clients that are remembered; beyond, idle ones are forgotten, the longest idle first."""
_MINUTE_S = 60.0


@dataclass(slots=True)
class _Client:
    rate: AsyncLimiter | None
    in_flight: int = 0


class Limits:
    """The bounds, and who is in.

    Args:
        in_flight: requests at once.
        client_in_flight: requests at once of one client.
        client_per_minute: requests a minute of one client; as many may come in one burst.
    """

    def __init__(self, *, in_flight: int, client_in_flight: int, client_per_minute: float | None) -> None:
        self._in_flight_limit = in_flight
        self._client_in_flight = client_in_flight
        self._client_per_minute = client_per_minute
        self._clients: OrderedDict[str, _Client] = OrderedDict()
        self.in_flight = 0
        """Requests that are in."""

    @property
    def clients(self) -> int:
        """Clients that are remembered."""
        return len(self._clients)

    @asynccontextmanager
    async def admitted(self, name: str) -> AsyncIterator[None]:
        """Let a request in for the time of the block.

        Args:
            name: who asks (``client_name``).

        Raises:
            RequestRefused: a bound is reached (429).
        """
        client = self._known(name)
        if self.in_flight >= self._in_flight_limit:
            raise _refusal(f"the gateway works on {self._in_flight_limit} requests, its limit", "overloaded", 1)
        if client.in_flight >= self._client_in_flight:
            raise _refusal(
                f"{counted(self._client_in_flight, 'request')} of yours are in work, the limit", "too_many_at_once", 1
            )
        if client.rate is not None:
            if not client.rate.has_capacity():
                wait_s = math.ceil(_MINUTE_S / client.rate.max_rate)
                raise _refusal(f"at most {client.rate.max_rate:g} requests a minute", "rate_limit_exceeded", wait_s)
            # With capacity there, this does not wait.
            await client.rate.acquire()
        self.in_flight += 1
        client.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1
            client.in_flight -= 1

    def _known(self, name: str) -> _Client:
        client = self._clients.get(name)
        if client is None:
            rate = AsyncLimiter(self._client_per_minute, _MINUTE_S) if self._client_per_minute is not None else None
            client = self._clients[name] = _Client(rate)
            self._forget()
        self._clients.move_to_end(name)
        return client

    def _forget(self) -> None:
        """Drop the longest idle client where there are too many; one that has a request in is idle no time at all."""
        if len(self._clients) > MOST_CLIENTS:
            idle = next((name for name, client in self._clients.items() if client.in_flight == 0), None)
            if idle is not None:
                del self._clients[idle]


def _refusal(message: str, code: str, wait_s: int) -> RequestRefused:
    return RequestRefused(f"{message}; try again in {wait_s} s", status=429, code=code, retry_after_s=wait_s)


def client_name(host: str | None, key: int | None) -> str:
    """Return who asks.

    Args:
        host: the peer's address; None where there is none (a Unix socket).
        key: which key was shown, from 0, or None.

    >>> client_name("2001:db8::1:2", None), client_name("10.0.0.1", 1)
    ('2001:db8::/64', 'key 1')
    """
    if key is not None:
        return f"key {key}"
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
