"""Replies that are no completion (a page, foreign JSON), while nothing else came: when every prompt gets them. Pure.

What comes once a prompt passes, and what comes for one prompt alone is about that. So a prompt that got such replies
``OFTEN`` is left alone for a while, whichever of its samples asks: another prompt tells more. Where another one gets
them too, ``ENOUGH`` in all, every request would.
"""

from __future__ import annotations

from collections import Counter

from solver.sampling.transport import Fault, Refusal

OFTEN = 3
"""Replies to one prompt from which on it is not asked again."""
ENOUGH = 5
"""Replies to two prompts or more, one of them ``OFTEN``, from which on none is asked: the first prompt three times, and
two others once, or another one twice where only one goes at a time."""
_LEFT_S = 10.0
"""How long a prompt is left alone: a gateway lives longer than a page."""


class Nonsense:
    """What one model at one server said that is none, since it last completed something."""

    def __init__(self) -> None:
        self._replies: Counter[int] = Counter()
        self._words = ""
        self._until = 0.0

    def came(self, prompt: int, fault: Fault, now: float) -> bool:
        """Count a reply; returns whether every request would get one.

        Args:
            now: loop time, seconds.
        """
        self._replies[prompt] += 1
        self._words, self._until = str(fault), now + _LEFT_S
        often = max(self._replies.values()) >= OFTEN
        return often and len(self._replies) > 1 and self._replies.total() >= ENOUGH

    def refusal_of(self, prompt: int, now: float) -> Refusal | None:
        """Return why a prompt is left alone, None where it is asked."""
        if self._replies[prompt] < OFTEN or now >= self._until:
            return None
        return Refusal(self._words, sort="unknown")
