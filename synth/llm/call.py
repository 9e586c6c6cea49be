"""What is asked of a model and what comes back: the records between the stages of synth and their ``Asker``.

>>> call = Call(model="base", prompt="?", index=0, sampling=Parameters(), seed=5, stage="easy")
>>> [len(group) for group in grouped([call, call.at(1), call.at(3)], most=16)]
[2, 1]
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from solver.base.foreign_files import parsed_json
from solver.extraction.thoughts import has_thoughts, says_anything
from solver.sampling.parameters import Parameters

LONGEST_REASON = 200
"""Characters of a foreign error in a line of our own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One sample to be asked for."""

    model: str
    """Name of an entry of the configuration's ``models``."""
    prompt: str
    """The rendered user message."""
    index: int
    """Which sample of this prompt it is, from 0."""
    sampling: Parameters
    """How it is sampled; the same object for all samples of a prompt."""
    seed: int | None
    """Sent to the engine, or None for its own randomness."""
    stage: str
    """What it is for, in the counts; no part of the key."""

    @property
    def key(self) -> str:
        """SHA-256 over all fields but ``stage``."""
        sampling, later = self.sampling, self.sampling.later
        parts: list[object] = [
            *(self.model, self.prompt, sampling.temperature, sampling.top_p, sampling.max_tokens, self.seed, self.index)
        ]
        parts += [later] if later else []
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()

    def at(self, index: int) -> Call:
        """Return the call for another sample of the same prompt; its seed moves along."""
        seed = None if self.seed is None else self.seed + index - self.index
        return dataclasses.replace(self, index=index, seed=seed)

    def to_json(self) -> dict[str, object]:
        """Return the call as a JSON object."""
        own = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "sampling"}
        return {**own, **self.sampling.bound}

    @staticmethod
    def from_json(row: Mapping[str, Any]) -> Call:
        """Read what ``to_json`` made."""
        own = {field.name for field in dataclasses.fields(Call)}
        sampling = Parameters.of(**{name: value for name, value in row.items() if name not in own})
        return Call(sampling=sampling, **{name: value for name, value in row.items() if name in own})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back for a call."""

    key: str
    """Of the call."""
    model: str
    text: str
    finish_reason: str | None
    """``stop``, ``length`` …"""
    prompt_tokens: int
    """0 for all but the first of the calls that went out as one request, so that sums are what was paid."""
    completion_tokens: int
    cost: Decimal | None
    """Share of the request's cost, None where unknown; sums are what was paid."""
    error: str | None
    """Why there is no text; None for a good reply."""
    stage: str
    is_refused: bool = False
    """True where the server refused this prompt for good; it is not asked again."""
    logprob: float | None = None
    """Mean log-probability of its tokens (nats), where the engine told."""

    is_thought_alone: bool = False
    """Its text is a thought that came in a field of its own, and nothing was said."""

    @property
    def said(self) -> str:
        """What letters and drafts are read from: its text, nothing where that is a thought alone."""
        return "" if self.is_thought_alone else self.text

    def to_json(self) -> str:
        """Write the reply as JSON."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return json.dumps({**fields, "cost": None if self.cost is None else str(self.cost)}, ensure_ascii=False)

    @staticmethod
    def from_json(body: str) -> Reply:
        """Read what ``to_json`` wrote; of older ones a thought without a word may have come in a field of its own.

        Raises:
            ValueError, TypeError, KeyError, ArithmeticError: something else is there.
        """
        fields = parsed_json(body)
        reply = Reply(**{**fields, "cost": None if fields["cost"] is None else Decimal(fields["cost"])})
        is_counted = all(type(one) is int and one >= 0 for one in (reply.prompt_tokens, reply.completion_tokens))
        if not is_counted or not all(isinstance(one, str) for one in (reply.key, reply.model, reply.text, reply.stage)):
            raise ValueError("a field is of another kind")
        if "is_thought_alone" not in fields and has_thoughts(reply.text) and not says_anything(reply.text):
            return dataclasses.replace(reply, is_thought_alone=True)
        return reply


def why_most(errors: Iterable[str | None]) -> str:
    """Say in brackets what most requests failed of, for the last line of a run; nothing where nobody knows.

    >>> why_most(["no route", None, "no route", "busy"])
    ' (most: no route)'
    """
    counted = Counter(error for error in errors if error)
    return f" (most: {counted.most_common(1)[0][0][:LONGEST_REASON]})" if counted else ""


def failed(call: Call, error: str, *, is_refused: bool = False) -> Reply:
    """Return the reply of a call that brought nothing."""
    return Reply(
        key=call.key,
        model=call.model,
        text="",
        finish_reason=None,
        prompt_tokens=0,
        completion_tokens=0,
        cost=Decimal(0),
        error=error,
        stage=call.stage,
        is_refused=is_refused,
    )


def grouped(calls: Sequence[Call], *, most: int) -> list[list[Call]]:
    """Split calls into those that can go out as one request with ``n`` choices.

    vLLM gives choice i the request's seed plus i, so only calls whose indices and seeds count up by one belong
    together; it refuses several choices at temperature 0.

    Args:
        most: largest ``n``.
    """
    groups: list[list[Call]] = []
    for call in calls:
        group = groups[-1] if groups else []
        if (
            group
            and len(group) < most
            and call.sampling.temperature > 0
            and call == group[0].at(group[0].index + len(group))
        ):
            group.append(call)
        else:
            groups.append([call])
    return groups


def body_of(group: Sequence[Call], *, model: str, extra: Mapping[str, object]) -> dict[str, object]:
    """Return the JSON body of a chat completion request for calls that belong together.

    Args:
        model: the name that the endpoint knows.
        extra: further fields; they win.
    """
    first = group[0]
    body: dict[str, object] = {
        "model": model,
        "messages": first.sampling.messages(first.prompt),
        **first.sampling.body,
    }
    if len(group) > 1:
        body["n"] = len(group)
    if first.seed is not None:
        body["seed"] = first.seed
    return {**body, **extra}
