"""The records that cross the sampling seam: ``Request`` goes to a ``Sampler``, ``Sample`` comes back.

What a request asks of the engine is in ``solver.sampling.parameters``.

A sample is finished for good: answered, without an answer, truncated or failed. Failure is a value here, never an
exception and never a default letter.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from solver.problems.question import Question
from solver.sampling.parameters import Sampling


class Status(StrEnum):
    """How a sample ended."""

    ANSWERED = "answered"
    """A letter of the question's own range was read from it (perhaps after closing it, see ``Sample.is_closed``)."""
    NO_ANSWER = "no_answer"
    """It ended by itself, and neither it nor its closing gave a letter."""
    TRUNCATED = "truncated"
    """It hit the length limit, and closing it gave no letter."""
    FAILED = "failed"
    """No text came back; ``Sample.error`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One sample to be drawn."""

    question: Question
    model: str
    """Model or adapter name as the endpoint knows it."""
    prompt: str
    """The rendered user message."""
    sampling: Sampling
    permutation: tuple[int, ...]
    """Shown position -> original option index."""
    index: int
    """Which sample of this question and model it is, from 0."""
    seed: int | None
    """Seed sent to the engine, or None for the engine's own randomness."""

    @property
    def key(self) -> str:
        """SHA-256 over question id and content, model, prompt, sampling parameters, permutation, seed and index."""
        parts = [
            self.question.id,
            self.question.problem,
            self.question.text,
            self.question.options,
            self.model,
            self.prompt,
            self.sampling.key_parts,
            self.permutation,
            self.seed,
            self.index,
        ]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One finished sample."""

    key: str
    """The key of its request."""
    question_id: str
    model: str
    index: int
    status: Status
    text: str
    """What the model wrote, without the closing."""
    shown_letter: str | None
    """The letter as the model saw it."""
    option_class: int | None
    """The answer class behind that letter; the vote."""
    rule: str | None
    """The extraction rule that fired, or ``closing``."""
    span: tuple[int, int] | None
    """Where in ``text`` the answer was read (characters)."""
    finish_reason: str | None
    """The engine's own word: ``stop``, ``length`` …"""
    is_closed: bool
    """True where the letter came from the closing continuation."""
    prompt_tokens: int
    completion_tokens: int
    """Generated tokens, closing included."""
    mean_logprob: float | None
    """Mean log-probability of the generated tokens (nats)."""
    letter_logprob: float | None
    """Log-probability of the token that holds the answer letter (nats)."""
    launched_at: float
    """Unix time, seconds."""
    finished_at: float
    """Unix time, seconds."""
    retries: int
    """How often the request was sent again."""
    error: str | None
    """Why it failed; never model text."""
    thought_tokens: int = 0
    """Of the generated tokens those of thoughts."""
    are_thoughts_told: bool = False
    """The server counted them; else they are estimated from the thoughts' share of the text."""


def lean(sample: Sample) -> Sample:
    """Make a sample small, for holding a million of them: 0.3 kB instead of several.

    Its text becomes 12 characters of a digest (equal texts stay equal), names that recur are one object, and what only
    a reader of the text would want is left out.
    """
    return replace(
        sample,
        key="",
        text=_digest_of(sample.text),
        question_id=sys.intern(sample.question_id),
        model=sys.intern(sample.model),
        rule=None,
        finish_reason=None if sample.finish_reason is None else sys.intern(sample.finish_reason),
        span=None,
        mean_logprob=None,
        letter_logprob=None,
    )


class Told(Protocol):
    """Is told how the samples of a call come; its calls must be quick."""

    def ended(self, request: Request) -> None:
        """A completion is at its end, so its place is free, though its sample is not there yet."""
        ...

    def landed(self, sample: Sample) -> None:
        """A sample is there, finished for good."""
        ...


def _digest_of(text: str) -> str:
    return base64.b64encode(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=9).digest()).decode()


_NOTHING = ("", _digest_of(""))


def says_nothing(sample: Sample) -> bool:
    """Tell of a sample, lean or not, whether its model wrote nothing at all."""
    return sample.text in _NOTHING


class Sampler(Protocol):
    """Whatever can draw samples: the vLLM client, or a scripted one in tests."""

    @property
    def is_by_one(self) -> bool:
        """True where completions asked for one by one cost no more than together, so that none need wait for others.

        A group is then cut where places are short. Where there are places for all it may still be one request.
        """
        ...

    @property
    def places(self) -> int | None:
        """How many completions it takes at once now; None leaves that to the settings."""
        ...

    async def draw(self, requests: Sequence[Request], told: Told) -> None:
        """Draw samples of *one* question under *one* prompt, and tell of each as soon as it is there.

        Args:
            requests: requests that differ at most in index and seed.
            told: hears ``landed`` once for every request before this returns. Failures are samples with status
                ``failed``.

        Raises:
            asyncio.CancelledError: the caller gave up; the connections are closed, so that the engine frees its places.
        """
        ...


class _Collected:
    """Keeps what lands."""

    def __init__(self) -> None:
        self.samples: dict[int, Sample] = {}

    def ended(self, request: Request) -> None:
        """See ``Told``."""

    def landed(self, sample: Sample) -> None:
        """See ``Told``."""
        self.samples[sample.index] = sample


async def drawn(sampler: Sampler, requests: Sequence[Request]) -> tuple[Sample, ...]:
    """Draw samples and return them all, in the order of their requests; see ``Sampler.draw``."""
    collected = _Collected()
    await sampler.draw(requests, collected)
    return tuple(collected.samples[request.index] for request in requests)
