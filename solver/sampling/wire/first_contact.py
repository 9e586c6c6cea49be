"""The first requests to a stranger go one by one, so that what it refuses is refused once and not a hundred times.

A refusal comes before a token is generated, so a server that has said nothing for a while is taking what it got: after
``FIRST_CONTACT_S`` all go, as they do after the first piece of a completion, and after a fault, which says nothing of
the rest. But a reply that is none (a page, foreign JSON) lets the same prompt go again first: what every prompt
gets is found out by few.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from solver.sampling.transport import Fault, Growth, Refusal

FIRST_CONTACT_S = 2.0
"""How long a server may take to refuse, seconds; a paid API does so in some tenths."""
_TRIES = 3
"""How often the first prompt is asked before others are, where what comes is no completion."""


class FirstContact:
    """The gate of one model at one server."""

    def __init__(self) -> None:
        self.is_over = False
        """True once requests go side by side."""
        self._is_out = False
        self._until: float | None = None
        self._came_back = asyncio.Event()
        self._kept_for: int | None = None
        """The prompt that alone may go: it is asked again."""
        self._tries_left = _TRIES

    @property
    def is_kept(self) -> bool:
        """Only a prompt that is asked again may go, and it is not out."""
        return self._kept_for is not None and not self.is_over

    @asynccontextmanager
    async def turn(self, prompt: int = 0) -> AsyncIterator[None]:
        """Hold the turn of one request, where turns are still taken.

        Args:
            prompt: tells a request that is sent again from others.
        """
        while not self.is_over and (self._is_out or self._kept_for not in (None, prompt)):
            try:
                async with asyncio.timeout_at(self._until):
                    await self._came_back.wait()
            except TimeoutError:
                # What is no completion is a word of the server's too: since the last one it has to be silent.
                self.is_over = self._until is None or asyncio.get_running_loop().time() >= self._until
        if self.is_over:
            yield
            return
        now = asyncio.get_running_loop().time()
        if self._came_back.is_set():
            self._came_back = asyncio.Event()
        if self._until is None or self._kept_for is not None:
            self._until = now + FIRST_CONTACT_S
        self._is_out, self._kept_for = True, None
        try:
            yield
            self.is_over = True
        except Refusal:
            raise
        except Exception as error:
            if isinstance(error, Fault) and error.cause == "malformed":
                self._tries_left -= 1
                self._kept_for = prompt if self._tries_left > 0 else None
                self._until = asyncio.get_running_loop().time() + FIRST_CONTACT_S
            else:
                self.is_over = True
            raise
        finally:
            self._is_out = False
            if self._kept_for is None:
                self._came_back.set()

    def over_with(self, growth: Growth) -> Growth:
        """Return what passes a stream on, and takes its first piece for what it is: the request was taken."""
        return growth if self.is_over else _Heard(self, growth)

    def heard(self) -> None:
        """A piece of a completion came: all go."""
        self.is_over = True
        self._came_back.set()


class _Heard:
    """A ``Growth`` before another one."""

    def __init__(self, contact: FirstContact, growth: Growth) -> None:
        self._contact, self._growth = contact, growth

    def grew(self, index: int, text: str) -> None:
        self._contact.heard()
        self._growth.grew(index, text)

    def ended(self, index: int) -> None:
        self._growth.ended(index)
