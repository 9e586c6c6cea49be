"""Who waits for room at the servers: parties in turn, those of one party in the order in which they came. Pure.

A party is whoever asks the gateway (a key, an address); a command has one. So a party with hundreds of requests does
not keep another one's first from being next.

>>> line = Line[str]()
>>> for party, waiter in (("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1")):
...     line.append(party, waiter)
>>> [line.popleft() for _ in range(4)]
['a1', 'b1', 'a2', 'a3']
"""

from __future__ import annotations

from collections import OrderedDict, deque
from contextvars import ContextVar
from typing import Generic, TypeVar

PARTY: ContextVar[str] = ContextVar("party", default="")
"""Who the requests of this task are for."""
Waiter = TypeVar("Waiter")


class Line(Generic[Waiter]):
    """A line."""

    def __init__(self) -> None:
        self._parties: OrderedDict[str, deque[Waiter]] = OrderedDict()
        """Those with somebody waiting, the next one's turn first."""

    def __bool__(self) -> bool:
        return bool(self._parties)

    @property
    def first(self) -> Waiter:
        """Whose turn it is."""
        return next(iter(self._parties.values()))[0]

    def append(self, party: str, waiter: Waiter) -> None:
        """Come to wait."""
        self._parties.setdefault(party, deque()).append(waiter)

    def popleft(self) -> Waiter:
        """Take the first away; the party's next turn comes after all others'."""
        party, waiting = next(iter(self._parties.items()))
        waiter = waiting.popleft()
        self._parties.move_to_end(party)
        if not waiting:
            del self._parties[party]
        return waiter

    def discard(self, party: str, waiter: Waiter) -> None:
        """Leave, where one still waits."""
        waiting = self._parties.get(party)
        if waiting is not None and waiter in waiting:
            waiting.remove(waiter)
            if not waiting:
                del self._parties[party]
