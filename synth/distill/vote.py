"""One sample of the ladder and what it said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cast = Literal["answered", "no_answer", "truncated", "refused", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One sample and what it said."""

    rung: str
    model: str
    index: int
    """Which sample of the model on this rung, from 0."""
    permutation: tuple[int, ...]
    """Shown position -> original option index."""
    shown_letter: str | None
    """As the model saw it."""
    choice: int | None
    """The answer class; None casts no vote."""
    cast: Cast
    text: str
    key: str
    """Of its call."""
    prompt_digest: str
    prompt_tokens: int
    completion_tokens: int
    cost: str | None
    """Decimal, None where unknown."""
    logprob: float | None = None
    """Mean log-probability of its tokens (nats), where the engine told."""
    error: str | None = None
    """Why its request failed or was refused, in the server's or the client's words."""
