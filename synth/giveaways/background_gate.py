"""The gate beside the making: a core that has nothing to make does not wait for it, nor it for the last problem.

::

    with GateBeside() as beside:
        make(with_first=beside.begin)
        passed = beside.passed()
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from solver.base.display.progress import Tick, bar
from solver.problems.question import Problem

if TYPE_CHECKING:
    from synth.giveaways.gate import Passed


class GateBeside:
    """The gate in a thread of its own."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._found: Future[Passed | None] | None = None
        self._fits = 0
        self._tick: Tick | None = None
        self._is_left = False

    def __enter__(self) -> GateBeside:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_left = True
        self._thread.shutdown()

    def begin(self, problems: Sequence[Problem]) -> None:
        """Hold problems against all attacks. Needs numpy, and that no process is forked any more: a fork would have a
        part of the thread."""
        from synth.giveaways.gate import gate
        from synth.giveaways.measure import fits

        self._fits = fits(problems)
        self._found = self._thread.submit(gate, problems, self._told)

    def passed(self) -> Passed | None:
        """Wait for what was found, with a bar; None where nothing was begun, or too few problems were there."""
        if self._found is None:
            return None
        with bar("gate", self._fits) as self._tick:
            return self._found.result()

    def _told(self, done: int) -> None:
        if self._is_left:
            raise CancelledError
        if self._tick is not None:
            self._tick(done)
