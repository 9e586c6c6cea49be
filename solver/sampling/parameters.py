"""What is asked of an engine with every sample: the sampling parameters. A new one is one field here.

A field with ``is_sent`` goes into the body of requests under its own name, unless it is None or False. Fields that came
after the first five enter keys of samples only where they are set, so that samples drawn before are still found.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from solver.base.config import Config, setting
from solver.base.config.fields import entries

_FIRST = ("temperature", "top_p", "max_tokens", "logprobs", "answer_forcing")
"""The parameters whose values always stand in a sample's key, in this order."""


class Sampling(Config):
    """Sampling parameters."""

    temperature: float = setting(
        0.7,
        "spread of the samples; 0 is greedy",
        metavar="T",
        ge=0,
        le=5,
        binds="always",
        is_sent=True,
        for_clients=True,
    )
    top_p: float = setting(
        # Less than 1 makes the engine sort the vocabulary at every token, a quarter of its time on a CPU.
        1.0,
        "sample from the likeliest tokens that have this share together",
        metavar="P",
        gt=0,
        le=1,
        binds="always",
        is_sent=True,
        for_clients=True,
    )
    max_tokens: int = setting(
        1024, "tokens a chain at most", metavar="N", ge=1, binds="always", is_sent=True, for_clients=True
    )
    logprobs: bool = setting(
        True, "do not ask for log-probabilities", flag="--no-logprobs", binds="always", is_sent=True
    )
    answer_forcing: bool = setting(
        True,
        "do not force an answer out of chains without one",
        flag="--no-close",
        was="close",
        binds="always",
        for_clients=True,
    )

    @cached_property
    def key_parts(self) -> list[object]:
        """What a sample's key has of the parameters."""
        later = {
            name: entry.of(self)
            for name, entry in sorted(entries(Sampling).items())
            if name not in _FIRST and entry.of(self) != entry.default
        }
        first: list[object] = [getattr(self, name) for name in _FIRST]
        return [*first, later] if later else first

    @cached_property
    def body(self) -> dict[str, Any]:
        """The fields of a request's body; never changed in place."""
        sent = {name: entry.of(self) for name, entry in entries(Sampling).items() if entry.facts.is_sent}
        return {name: value for name, value in sent.items() if value is not None and value is not False}
