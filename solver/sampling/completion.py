"""Reading a chat completion's JSON: the choices in it that can be used, and nothing invented for the rest.

The bytes are parsed with ``json.loads`` and not into the SDK's models: with log-probabilities on, building one object
a token costs more than everything else the client does (``bench/client_overhead.py``).

>>> body = b'{"choices": [{"index": 0, "message": {"content": "B"}, "finish_reason": "stop"}]}'
>>> parse_completion(body, 1).choices[0].text
'B'
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solver.sampling.logprobs import ListedLogprobs, Logprobs, mean_of

# vLLM ends a request that its core gave up on with these; such a choice is no sample.
BROKEN_ENDS = ("error", "abort")
# No request has more tokens; a larger count is nonsense, and sums of such no longer fit a float.
_MAX_COUNT = 10**9
_SURROGATE = re.compile("[\ud800-\udfff]")


class Malformed(ValueError):
    """A reply with status 200 that is no chat completion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One usable choice of a completion."""

    text: str
    """Reasoning, in ``<think>`` tags, then content."""
    content_start: int
    """Where in ``text`` the content begins (characters)."""
    finish_reason: str | None
    tokens: int
    """Generated tokens."""
    logprobs: Logprobs | None
    """None where none came."""
    mean_logprob: float | None
    """Mean log-probability of the tokens (nats), None where unknown."""

    def logprob_at(self, position: int) -> float | None:
        """Return the log-probability of the token that covers a character of ``text``.

        Args:
            position: index of the character.

        Returns:
            Nats; None where there are no log-probabilities or no token reaches that far.
        """
        # Where a reasoning parser split the text, positions no longer agree with the tokens: nothing is claimed.
        if self.content_start:
            return None
        return None if self.logprobs is None else self.logprobs.at(len(self.text[:position].encode()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The usable part of a reply."""

    choices: Mapping[int, Choice]
    """By the choice's index; fewer than asked for where the server gave fewer."""
    prompt_tokens: int
    """0 where the server told no usage."""
    completion_tokens: int
    """All choices together; 0 where unknown."""


def parse_completion(body: bytes, asked: int) -> Completion:
    """Parse the body of a chat completion.

    Args:
        asked: how many choices were asked for (``n``). Choices with a repeated or foreign index are left out, and so
            are those that the engine itself marks as broken.

    Raises:
        Malformed: it is no JSON, or has no list of choices.
    """
    try:
        reply = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"reply is no JSON ({error})") from error
    listed = reply.get("choices") if isinstance(reply, dict) else None
    if not isinstance(listed, list):
        raise Malformed("reply has no list of choices")
    usable: dict[int, Mapping[str, Any]] = {}
    for raw in listed:
        if not isinstance(raw, dict) or not isinstance(raw.get("message"), dict):
            continue
        index = raw.get("index", 0)
        if type(index) is int and 0 <= index < asked and index not in usable:
            usable[index] = raw
    usage = reply.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    total = _count(usage.get("completion_tokens"))
    choices = {index: _choice(raw) for index, raw in usable.items() if raw.get("finish_reason") not in BROKEN_ENDS}
    return Completion(
        choices=_shared(choices, total),
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=total or sum(choice.tokens for choice in choices.values()),
    )


def _count(value: object) -> int:
    return value if type(value) is int and 0 <= value <= _MAX_COUNT else 0


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair (JSON can write one): it can neither be sent, stored nor printed.
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
    return value


def _choice(raw: Mapping[str, Any]) -> Choice:
    message = raw["message"]
    # vLLM calls it ``reasoning`` since 0.12, ``reasoning_content`` before, as other servers still do.
    reasoning = _text(message.get("reasoning")) or _text(message.get("reasoning_content"))
    content = _text(message.get("content"))
    head = ""
    if reasoning:
        head = f"<think>{reasoning}" if not content else f"<think>{reasoning}</think>\n"
    logprobs = raw.get("logprobs")
    found = logprobs.get("content") if isinstance(logprobs, dict) else None
    entries: list[Any] = found if isinstance(found, list) else []
    mean = mean_of(entries)
    finish = raw.get("finish_reason")
    return Choice(
        text=head + content,
        content_start=len(head),
        finish_reason=_text(finish) or None,
        tokens=0 if mean is None else len(entries),
        logprobs=None if mean is None else ListedLogprobs(entries),
        mean_logprob=mean,
    )


def _shared(choices: Mapping[int, Choice], total: int) -> dict[int, Choice]:
    """Split the total of generated tokens by length of text where no log-probabilities tell each choice's own."""
    if not total or any(choice.tokens for choice in choices.values()):
        return dict(choices)
    left, weight = total, sum(len(choice.text) for choice in choices.values()) or len(choices)
    result = {}
    for index, choice in choices.items():
        own = len(choice.text) or (1 if weight == len(choices) else 0)
        tokens = left * own // weight if weight else left
        left, weight = left - tokens, weight - own
        result[index] = Choice(
            text=choice.text,
            content_start=choice.content_start,
            finish_reason=choice.finish_reason,
            tokens=tokens,
            logprobs=None,
            mean_logprob=None,
        )
    return result
