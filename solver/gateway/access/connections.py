"""Open connections: how many there may be, which gives way to a new one, and how long a client may hold one.

A connection costs a file of the process before anything is known of it, so it is bounded before any key is read. Where
a bound is reached, the connection that has waited longest without a request in work gives way: a silent one, or one
between two requests, which its client opens again by itself. Requests in work are never cut for new ones; where all
are in work the new connection is closed. uvicorn 0.54 also waits for ever for the first byte of a connection, for the
rest of a head, and for a client that does not read (``bounded_protocol``).

>>> open_ones = Connections(most=2, most_of_client=2)
>>> open_ones.opened("a", "x"), open_ones.opened("b", "x"), open_ones.opened("c", "x")
(None, None, 'a')
>>> open_ones.began("b"); open_ones.began("c")
>>> open_ones.opened("d", "y")
'd'
"""

from __future__ import annotations

import asyncio
import resource
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

from solver.gateway.access.limits import client_name
from solver.gateway.access.turns import TURN_S, Relay

BACKLOG = 64
"""Connections that are taken from the system in one go, each a file before it can be refused."""
_OWN_FILES = 64
"""Files for everything else: libraries, logs, the engine's pipes."""
_FEWEST = 8
PIECE = 4096
"""Bytes that are read at a time."""
_LOG_PERIOD_S = 10.0
"""A fault of the event loop that repeats is said once in so long."""


class Connections:
    """Who is connected.

    Args:
        most: connections at once.
        most_of_client: of one client.
    """

    def __init__(self, *, most: int, most_of_client: int) -> None:
        self._most, self._most_of_client = most, most_of_client
        self._client_of: dict[Hashable, str] = {}
        self._open: Counter[str] = Counter()
        self._waiting: OrderedDict[Hashable, None] = OrderedDict()
        """Those without a request in work, the longest waiting first."""

    def __len__(self) -> int:
        return len(self._client_of)

    def opened(self, connection: Hashable, client: str) -> Hashable | None:
        """Note a new connection; returns the one to close for it: an older one, itself, or none."""
        self._client_of[connection] = client
        self._open[client] += 1
        self._waiting[connection] = None
        if self._open[client] > self._most_of_client:
            given = next((one for one in self._waiting if self._client_of[one] == client), connection)
        elif len(self._client_of) > self._most:
            given = next(iter(self._waiting), connection)
        else:
            return None
        self.closed(given)
        return given

    def began(self, connection: Hashable) -> None:
        """Note that a request of it is in work."""
        self._waiting.pop(connection, None)

    def ended(self, connection: Hashable) -> None:
        """Note that it waits for its next request."""
        if connection in self._client_of:
            self._waiting[connection] = None
            self._waiting.move_to_end(connection)

    def closed(self, connection: Hashable) -> None:
        """Forget it; once more does nothing."""
        client = self._client_of.pop(connection, None)
        self._waiting.pop(connection, None)
        if client is not None:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]


def most_connections(wanted: int, *, upstream: int) -> int:
    """Raise this process' bound on open files as far as it may go, and return how many connections fit under it.

    Args:
        wanted: more than these are never taken.
        upstream: connections that the gateway itself may open.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + upstream + 2 * BACKLOG + _OWN_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    files = needed if soft == resource.RLIM_INFINITY else soft
    # Where there are not enough for everything, clients and the way upstream share what there is.
    left = files - 2 * BACKLOG - _OWN_FILES
    return max(_FEWEST, min(wanted, left - min(upstream, left // 2)))


def told_now_and_then(talk: Callable[[str], None]) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """Return a handler for faults of the event loop: a line for each kind in ten seconds, with how many there were."""
    say = now_and_then(talk)

    def handle(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        what = str(context.get("message") or "a fault of the event loop")
        say(f"{what}: {type(error).__name__}" if error is not None else what)

    return handle


def now_and_then(talk: Callable[[str], None]) -> Callable[[str], None]:
    """Return what says a line of a kind once in ten seconds, with how many there were.

    Args:
        talk: writes a line.
    """
    seen: Counter[str] = Counter()
    told: dict[str, float] = {}

    def say(kind: str) -> None:
        seen[kind] += 1
        if (now := time.monotonic()) - told.get(kind, float("-inf")) >= _LOG_PERIOD_S:
            talk(f"{kind}{f' ({seen[kind]} times)' if seen[kind] > 1 else ''}")
            told[kind] = now
            seen[kind] = 0

    return say


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What all connections of a server share."""

    connections: Connections
    """Those that are open."""
    relay: Relay
    """Whose turn it is to be read."""
    head_timeout_s: float
    """For the head of a request, from the end of the one before."""
    send_timeout_s: float
    """For a client to read what fills its buffer."""
    turn_s: float = TURN_S
    """For which one is read at a time."""


class BoundedProtocol(H11Protocol):
    """One connection, within ``bounds``.

    What it sent is read in pieces: a body in chunks of a byte each takes a second of the processor for every megabyte
    on the wire, and would hold the loop for a quarter of one at a time.
    """

    bounds: ClassVar[Bounds]
    _head_timer: asyncio.TimerHandle | None = None
    _send_timer: asyncio.TimerHandle | None = None
    _unread = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        given_up = self.bounds.connections.opened(self, client_name(self.client[0] if self.client else None, None))
        if isinstance(given_up, BoundedProtocol):
            given_up.transport.abort()
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        if self._unread:
            # Only while its turn is waited for, and from a transport that is paused: not more than one read of it.
            self._unread += data
            return
        self._unread = data
        if self._read_on():
            self.transport.pause_reading()
            self.bounds.relay.add(self._read_on)

    def _read_on(self) -> bool:
        """Read for the time of a turn; returns whether there is more."""
        end = time.monotonic() + self.bounds.turn_s
        while self._unread and not self.transport.is_closing():
            piece, self._unread = self._unread[:PIECE], self._unread[PIECE:]
            super().data_received(piece)
            if self._unread and time.monotonic() >= end:
                return True
        self._unread = b""
        self._watch_head()
        if not self.flow.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()
        return False

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch_head()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._send_timer is None:
            self._send_timer = self.loop.call_later(self.bounds.send_timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_send_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self.bounds.connections.closed(self)
        self._stop_head_timer()
        self._stop_send_timer()
        super().connection_lost(exc)

    def _watch_head(self) -> None:
        is_idle = self.cycle is None or self.cycle.response_complete
        if not is_idle:
            self.bounds.connections.began(self)
            self._stop_head_timer()
        elif self._head_timer is None:
            # Not started anew by further bytes: a head that comes byte by byte has no more time.
            self.bounds.connections.ended(self)
            self._head_timer = self.loop.call_later(self.bounds.head_timeout_s, self.transport.close)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_send_timer(self) -> None:
        if self._send_timer is not None:
            self._send_timer.cancel()
            self._send_timer = None


def bounded_protocol(
    connections: Connections, *, head_timeout_s: float, send_timeout_s: float
) -> type[BoundedProtocol]:
    """Return the protocol's class for a server; arguments as of ``Bounds``."""

    class Bounded(BoundedProtocol):
        bounds = Bounds(
            connections=connections, relay=Relay(), head_timeout_s=head_timeout_s, send_timeout_s=send_timeout_s
        )

    return Bounded
