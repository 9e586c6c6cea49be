"""What a server tells of its load, and how many completions that makes it worth keeping in flight. Pure.

vLLM's ``/metrics`` say how many completions it computes and how many wait. Kept in flight are as many as it computes
and a few that wait, so that none waits for long and no place is empty. A group that is one request holds its slots
until the longest ends: its ended siblings are in flight for us and not for the server, and as many more go out. The
server says how many have ended: what it does not compute may as well be on its way there.

>>> parse_load('vllm:num_requests_running{engine="0"} 256.0\\nvllm:num_requests_waiting{engine="0"} 64.0\\n')
Load(running=256, waiting=64, preemptions=0, ended=0, tokens=0, engines=1)
>>> followed(320, Load(running=256, waiting=64), outstanding=320, most=1024)
272
>>> followed(272, Load(running=272, waiting=0), outstanding=272, most=1024)
340
>>> followed(64, Load(running=64, waiting=0), outstanding=64, most=1024, has_waited=False)
128
>>> followed(512, Load(running=340, waiting=0), outstanding=512, most=512)
512
>>> followed(512, Load(running=340, waiting=0), outstanding=512, most=512, ended=160)
640
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_LEAST = 4
_WAITING_SHARE = 16
"""One in so many may wait: what comes next is there when a place is free."""
_GROWTH_SHARE = 4
_PREEMPTED_SHARE = 8
"""Where chains lose their places for want of memory, by so much fewer are kept in flight."""
_FIELDS = (
    *("num_requests_running", "num_requests_waiting", "num_preemptions_total", "request_success_total"),
    "generation_tokens_total",
)


@dataclass(frozen=True, slots=True)
class Load:
    """What a server does now, all its engines together, whoever asked for it."""

    running: int
    """Completions that it computes."""
    waiting: int
    """Completions that it has no place for."""
    preemptions: int = 0
    """Completions that lost their place so far."""
    ended: int = 0
    """Completions that came to their end so far."""
    tokens: int = 0
    """Tokens that it has made so far; 0 where it does not tell."""
    engines: int = 1


class Endings:
    """Counts the completions of our requests in flight that the server has ended already."""

    def __init__(self) -> None:
        self._siblings = 0
        self._over = 0
        self._of_others: int | None = None

    @property
    def over(self) -> int:
        """Completions of our requests that are over."""
        return self._over

    def sent(self, chains: int) -> None:
        """Take note that a request goes out."""
        self._siblings += chains - 1

    def came(self, chains: int) -> None:
        """Take note that a request is over."""
        self._siblings -= chains - 1
        self._over += chains

    def at(self, load: Load, over_before: int) -> int:
        """Return how many have surely ended, but for what others had ended in the meantime.

        Args:
            load: as it was just told.
            over_before: ``over`` when it was asked for: what came since may be in its count or not.
        """
        others = load.ended - over_before
        # A count that fell is that of a server started anew; one that lags behind ours left out what was given up.
        self._of_others = others if self._of_others is None else min(self._of_others, others)
        return max(0, min(self._siblings, load.ended - self._of_others - self._over))


def is_vllm(models_page: bytes) -> bool:
    """Tell by ``/v1/models`` whether a server is vLLM.

    >>> is_vllm(b'{"data": [{"id": "m", "owned_by": "vllm"}]}'), is_vllm(b"[]")
    (True, False)
    """
    try:
        return any(card.get("owned_by") == "vllm" for card in json.loads(models_page)["data"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def parse_load(page: str) -> Load | None:
    """Read vLLM's metrics; None where they are not there."""
    found = [re.findall(rf"^vllm:{name}(?:{{[^}}\n]*}})? ([0-9.e+]+)$", page, re.MULTILINE) for name in _FIELDS]
    if not found[0] or not found[1]:
        return None
    try:
        running, waiting, preemptions, ended, tokens = (int(sum(map(float, values))) for values in found)
    except (ValueError, OverflowError):
        return None
    return Load(running, waiting, preemptions, ended, tokens, engines=len(found[0]))


def followed(
    slots: int, load: Load, *, outstanding: int, most: int, ended: int = 0, preempted: int = 0, has_waited: bool = True
) -> int:
    """Return how many completions to keep in flight from now on.

    Args:
        slots: how many until now.
        outstanding: how many are in flight, as we count.
        most: completions wanted at the server.
        ended: how many of those have ended there (``Endings``); others' are among them where others ask too.
        preempted: how many lost their places since the last look.
        has_waited: something has had to wait there already; until then the number doubles.
    """
    there = load.running + load.waiting
    may_wait = max(2, load.running // _WAITING_SHARE)
    ended = max(0, min(ended, outstanding - there))
    if load.waiting > may_wait:
        wanted = min(slots, outstanding - (load.waiting - may_wait))
    elif preempted > 0:
        wanted = min(slots, outstanding - load.running // _PREEMPTED_SHARE)
    elif there > most:
        wanted = min(slots, outstanding - (there - most))
    elif load.waiting == 0 and outstanding >= slots * 7 // 8:
        wanted = max(slots, min(slots + (slots // _GROWTH_SHARE if has_waited else slots), most + ended))
    else:
        wanted = slots
    return max(min(_LEAST, most), wanted)
