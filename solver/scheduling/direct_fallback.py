"""Answers without a chain for the questions that a deadline would leave without any. Pure; used by
``solver.scheduling.scheduler``.

A GPU may be too slow for one chain a question. Then, shortly before the deadline, the chains in flight are given up and
every question that still has no vote is asked for its letter alone, which costs its prompt and a few tokens. How
shortly before follows from the speed seen so far, so that there is time for all of them.

>>> lead_s(100, tokens=30_000, elapsed_s=100, window_s=1000)
65.0
"""

from __future__ import annotations

from dataclasses import dataclass

from solver.problems.prompt import Template, load_template
from solver.sampling.parameters import Sampling
from solver.scheduling.settings import SamplingSettings

DIRECT_TOKENS = 150
"""What an answer without a chain costs, in generated tokens: a contest prompt of 290 tokens is read in the time that
the engine writes some 200 (a 32 B model: 65 GFLOP a token, about 400 TFLOP/s; 4,289 tokens a second measured on an
H200), less where questions share a problem."""
DIRECT_MAX_TOKENS = 16
"""Bound on an answer without a chain."""
SAFETY = 1.3
MOST_SHARE = 0.6
"""Of the time from the first launch to the deadline: never more is kept for such answers."""
LEAST_SHARE = 0.01
LEAST_S = 3.0
"""Kept at least for such answers: the engine must drop the chains in flight first, and an answer has its round trip."""
UNKNOWN_SHARE = 0.3
"""Kept where nothing has landed so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectFallback:
    """How a question is asked for its letter alone."""

    template: Template
    sampling: Sampling

    @classmethod
    def of(cls, settings: SamplingSettings) -> DirectFallback:
        """Return how it is done beside these settings; what they leave unread is forced here."""
        sampling = settings.replaced(max_tokens=min(DIRECT_MAX_TOKENS, settings.max_tokens), answer_forcing=True)
        return cls(template=load_template("direct"), sampling=sampling)


def lead_s(unanswered: int, *, tokens: int, elapsed_s: float, window_s: float) -> float:
    """Return how long before the deadline the answers without a chain must begin, in seconds.

    Args:
        unanswered: questions without a vote.
        tokens: generated so far.
        elapsed_s: since the first launch.
        window_s: from the first launch to the deadline.
    """
    if tokens == 0 or elapsed_s <= 0:
        return UNKNOWN_SHARE * window_s
    needed_s = SAFETY * unanswered * DIRECT_TOKENS * elapsed_s / tokens
    return min(max(needed_s, LEAST_SHARE * window_s, LEAST_S), MOST_SHARE * window_s)
