"""Whether a server makes more tokens a second with fewer completions at once: tried once, by its own count. Pure.

An engine of vLLM computes a step of up to 512 tokens from CUDA graphs that it recorded at its start, and a larger one
kernel by kernel. A small model waits for the processor then: with 505 completions at once a 1.5B on an H200 made 17,000
tokens a second, with 320, which leave room for the prompts of a step, 26,600 (docs/log.md). With a large model, with
places for far more, or where the engine records larger steps, more at once is faster. No page tells, so both are timed.
"""

from __future__ import annotations

from solver.sampling.servers.load import Load

_FROM = 448
"""Completions at once from which on steps may be larger than what an engine records."""
_FEWER = 320
_SPAN_S = 3.0
"""Tokens are counted for so long."""
_GAIN = 1.05
"""Fewer are kept where they are faster by more than counting is off."""
_PATIENCE_S = 12.0
"""From asking for fewer to knowing: chains have to end first."""
_OTHERS_SHARE = 1 / 8
"""Where others ask for more than that, their coming and going would be timed."""
_DRIFT = 17 / 16


class BestLoad:
    """Finds it out for one server, all its engines together."""

    def __init__(self) -> None:
        self.rates: tuple[float, float] | None = None
        """Tokens a second with as many as wanted and with fewer, once both are known."""
        self._all: float | None = None
        self._ends_at = 0.0
        self._began: tuple[float, Load] | None = None
        self._is_over = False

    @property
    def is_fewer(self) -> bool:
        """Fewer are faster."""
        return self.rates is not None and self.rates[1] > _GAIN * self.rates[0]

    def look(self, load: Load, *, outstanding: int, now: float) -> int | None:
        """Take note of a load.

        Args:
            outstanding: completions that we have in flight.
            now: seconds.

        Returns:
            How many completions to want there at most; None for as many as before.
        """
        fewer, there = _FEWER * load.engines, load.running + load.waiting
        if load.tokens == 0 or there - outstanding > there * _OTHERS_SHARE:
            self._began = None
            return None
        if self._is_over:
            return fewer if self.is_fewer else None
        if self._all is None:
            self._all = self._rate(load, now, is_fit=load.running > _FROM * load.engines)
            self._ends_at = now + _PATIENCE_S
            return None if self._all is None else fewer
        rate = self._rate(load, now, is_fit=fewer / _DRIFT**2 <= load.running <= fewer * _DRIFT)
        if rate is not None:
            self.rates = self._all, rate
        self._is_over = rate is not None or now > self._ends_at
        return fewer if self.is_fewer or not self._is_over else None

    def _rate(self, load: Load, now: float, *, is_fit: bool) -> float | None:
        """Return the tokens a second over a span of alike loads that ends now; None where there is none."""
        began = self._began
        if began is None or not is_fit or load.running > began[1].running * _DRIFT or load.tokens <= began[1].tokens:
            self._began = (now, load) if is_fit else None
            return None
        if now - began[0] < _SPAN_S:
            return None
        self._began = None
        return (load.tokens - began[1].tokens) / (now - began[0])
