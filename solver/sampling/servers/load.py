"""What a server tells of its load. Pure.

vLLM's ``/metrics`` say how many completions it computes, how many wait, and how many have ended so far: of a group that
is one request some have ended long before its reply comes.

>>> parse_load('vllm:num_requests_running{engine="0"} 256.0\\nvllm:num_requests_waiting{engine="0"} 64.0\\n')
Load(running=256, waiting=64, preemptions=0, ended=None, tokens=0, engines=1)
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

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
    ended: int | None = None
    """Completions that came to their end so far; None where it does not tell."""
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
        """Return how many have ended at most, surely but for what others had ended in the meantime where that is told.

        Args:
            load: as it was just told.
            over_before: ``over`` when it was asked for: what came since may be in its count or not.
        """
        if load.ended is None:
            return self._siblings
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
    return Load(running, waiting, preemptions, ended if found[3] else None, tokens, engines=len(found[0]))
