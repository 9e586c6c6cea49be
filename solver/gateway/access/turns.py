"""Turns at the event loop, so that who sends much does not keep others waiting.

What the gateway does itself (reading a head or a body, parsing it, making a page) holds its one event loop. A client
with hundreds of requests in a row would have all of them done before the loop comes to another's. So one of a client's
requests is worked on at a time, and then the client rests for as long as that took, times ``_REST``: it has a third
of the loop at most, whatever it sends. Waiting for a model holds no turn.

::

    async with turns.of("key 1"):
        page = made()                  # nothing here waits for a model
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_REST = 2.0
"""Pause after a turn, in lengths of it."""
_LONGEST_REST_S = 1.0
_SHORTEST_REST_S = 0.001
"""A shorter one is not worth a timer, which epoll rounds up to this."""
TURN_S = 0.005
"""What a connection may hold the loop for, while what it sent is read."""


class Turns:
    """Whose turn it is.

    Args:
        clock: seconds of the processor: on a busy machine a turn is not longer than what its client cost.
    """

    def __init__(self, clock: Callable[[], float] = time.thread_time) -> None:
        self._clock = clock
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        """Clients whose turn it is, or who rest after it, each with its further requests in their order."""

    def __len__(self) -> int:
        return len(self._waiting)

    @asynccontextmanager
    async def of(self, client: str) -> AsyncIterator[None]:
        """Wait for a client's next turn, and hold it for the time of the block; the client's rest is not waited for."""
        loop = asyncio.get_running_loop()
        if client in self._waiting:
            called = loop.create_future()
            self._waiting[client].append(called)
            try:
                await called
            except asyncio.CancelledError:
                if called.cancelled():
                    self._waiting[client].remove(called)
                else:
                    self._call_next(client)
                raise
        else:
            self._waiting[client] = deque()
        began = self._clock()
        try:
            yield
        finally:
            rest_s = min(_LONGEST_REST_S, _REST * (self._clock() - began))
            if rest_s < _SHORTEST_REST_S:
                loop.call_soon(self._call_next, client)
            else:
                loop.call_later(rest_s, self._call_next, client)

    def _call_next(self, client: str) -> None:
        waiting = self._waiting[client]
        while waiting and (called := waiting.popleft()):
            if not called.done():
                called.set_result(None)
                return
        del self._waiting[client]


class Relay:
    """Work of several connections, cut into pieces of ``TURN_S``: one piece, a rest, and the next connection's."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], bool]] = deque()
        self._is_running = False

    def add(self, piece: Callable[[], bool]) -> None:
        """Have a piece done in its turn, and again for as long as it returns that there is more."""
        self._waiting.append(piece)
        if not self._is_running:
            self._is_running = True
            asyncio.get_running_loop().call_later(_REST * TURN_S, self._next)

    def _next(self) -> None:
        piece = self._waiting.popleft()
        began = time.thread_time()
        try:
            if piece():
                self._waiting.append(piece)
        finally:
            self._is_running = bool(self._waiting)
            if self._is_running:
                asyncio.get_running_loop().call_later(_REST * (time.thread_time() - began), self._next)
