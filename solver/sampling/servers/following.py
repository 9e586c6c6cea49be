"""How many completions to keep in flight at a server that tells its load, from look to look. Pure.

Wanted is that its places are full and that nothing waits: a step that takes a prompt in is slower than one of chains
alone, and where something always waits every step takes one in. So the number grows until something has to wait from
one look to the next; what was computed then is what the server has places for. No more goes out from then on, but now
and then, to see whether there is room for more by now. What others ask for takes its places too.

A group that is one request holds its slots until the longest ends: its ended siblings are in flight for us and not for
the server, and as many more go out.

>>> following = Following()
>>> following.look(64, Load(running=64, waiting=0), outstanding=64, most=1024)
128
>>> following.look(320, Load(running=256, waiting=64), outstanding=320, most=1024)
320
>>> following.look(320, Load(running=256, waiting=64), outstanding=320, most=1024), following.full_at
(256, 256)
>>> following.look(256, Load(running=250, waiting=0), outstanding=256, most=1024)
256
>>> following.look(256, Load(running=170, waiting=0), outstanding=256, most=1024, ended=80)
320
"""

from __future__ import annotations

from solver.sampling.servers.load import Load

_LEAST = 4
_EARLY = 512
"""Up to so many the number doubles, beyond it grows by a quarter: what goes out for nothing waits for seconds."""
_GROWTH_SHARE = 4
_MORE_SHARE = 8
"""By so much more is tried where the server was full before."""
_AGAIN = 60
"""Looks without a wait until more is tried."""
_PREEMPTED_SHARE = 8
"""Where chains lose their places for want of memory, by so much fewer are kept in flight."""
_STEADY = 17 / 16
"""A server that computes more than so much more than at the last look is still filling up."""


class Following:
    """What was seen of one server."""

    def __init__(self) -> None:
        self.full_at: int | None = None
        """Completions that it computed when others had to wait for longer; None while none had to."""
        self._before: Load | None = None
        self._calm = 0
        self._gave_way: Load | None = None
        """What was told when we began to send less for what waits; None while we do not."""
        self._held_up = 0
        """What waits, and not for a place: it took none that we had left."""

    def look(self, slots: int, load: Load, *, outstanding: int, most: int, ended: int = 0) -> int:
        """Return how many completions to keep in flight from now on.

        Args:
            slots: how many until now.
            outstanding: how many are in flight, as we count.
            most: completions wanted at the server.
            ended: how many of those have ended there (``Endings``); others' are among them where others ask too.
        """
        before, self._before = self._before or Load(0, 0, preemptions=load.preemptions), load
        gave_way = self._gave_way
        if gave_way and load.waiting >= gave_way.waiting and load.running * _STEADY < gave_way.running:
            self._held_up = gave_way.waiting
        self._held_up = min(self._held_up, load.waiting)
        there = load.running + load.waiting - self._held_up
        ended = max(0, min(ended, outstanding - there))
        others = max(0, there - (outstanding - ended))
        waiting = max(0, min(load.waiting, before.waiting) - self._held_up)
        is_filling = load.running > before.running * _STEADY
        self._calm = 0 if waiting else self._calm + 1
        if self.full_at is not None and load.waiting == self._held_up and load.running > self.full_at:
            self._calm = _AGAIN if load.running > self.full_at * _STEADY else self._calm
            self.full_at = load.running
        self._gave_way = None
        if load.preemptions > before.preemptions:
            self.full_at = load.running - load.running // _PREEMPTED_SHARE
            wanted = min(slots, outstanding - load.running // _PREEMPTED_SHARE)
        elif waiting > 0 and not is_filling:
            self.full_at = max(load.running, before.running)
            wanted = min(slots, outstanding - waiting)
            self._gave_way = gave_way or load
        elif there > most:
            wanted = min(slots, outstanding - (there - most))
        elif load.waiting == self._held_up and outstanding >= slots * 7 // 8:
            is_early = self.full_at is None and slots < _EARLY
            wanted = max(
                slots, min(slots + slots // (1 if is_early else _GROWTH_SHARE), self._bound(most) - others + ended)
            )
        else:
            wanted = slots
        return max(min(_LEAST, most), wanted)

    def _bound(self, most: int) -> int:
        if self.full_at is None:
            return most
        if self._calm < _AGAIN:
            return min(most, self.full_at)
        self._calm = 0
        return min(most, self.full_at + max(2, self.full_at // _MORE_SHARE))
