"""What draws completions beside the trainer: what it is asked, what it gives back, and the seam between the two.

Completions come judged: whoever draws them has time while the trainer computes. ``train.grpo.loop.engine.sampler`` has
vLLM in a process of its own, ``train.grpo.loop.plain_sampler`` the trainer's own model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from solver.training_rows.reward import RewardPlan, Scored, score


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question to be answered several times."""

    number: int
    """Its name between trainer and sampler."""
    prompt: tuple[int, ...]
    """Tokens."""
    question: str
    """Its text alone."""
    options: tuple[str, ...]
    """As shown."""
    right: tuple[str, ...]
    """Letters of the right answer, as shown."""
    count: int
    """Completions."""
    temperature: float
    top_p: float
    max_tokens: int
    reward: RewardPlan


class Completion(NamedTuple):
    """One answer."""

    ids: Any
    """Tokens, int32 (tokens,); the one that ended it is the last."""
    logprobs: Any
    """Of each token under the weights that drew it, at the temperature that drew it; float32 (tokens,)."""
    scored: Scored


class Draw(NamedTuple):
    """All answers to an ask."""

    number: int
    version: int
    """Of the weights when it was begun."""
    completions: tuple[Completion, ...]


class Weights(NamedTuple):
    """An adapter, for whoever draws."""

    folder: Path
    """In peft's form."""
    scale: float
    """What the product of its two sides is multiplied by."""
    version: int


class Sampler(Protocol):
    """Draws completions."""

    @property
    def is_beside(self) -> bool:
        """Whether it draws while the trainer trains, so that asks should always be waiting."""
        ...

    def ask(self, ask: Ask) -> None:
        """Take a question; returns at once."""
        ...

    def hear(self, wait_s: float) -> Sequence[Draw]:
        """Return what is done.

        Args:
            wait_s: for a first one, at most.

        Raises:
            EngineFailed: it is gone.
        """
        ...

    def take(self, weights: Weights) -> None:
        """Draw with other weights from now on; what is half done goes on with them."""
        ...

    def close(self) -> None:
        """Stop it; safe to call twice."""
        ...


def judged(ask: Ask, text: str, *, n_tokens: int, is_ended: bool) -> Scored:
    """Return what a completion is paid."""
    return score(
        text,
        ask.options,
        ask.right,
        n_tokens=n_tokens,
        is_ended=is_ended,
        plan=ask.reward,
        max_tokens=ask.max_tokens,
        question=ask.question,
    )
