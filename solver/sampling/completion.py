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
from dataclasses import dataclass, replace
from typing import Any, Literal

from solver.base.text_safety import one_line
from solver.sampling.logprobs import ListedLogprobs, Logprobs, mean_of
from solver.sampling.wire.token_estimate import estimated, is_plausible

# vLLM ends a request that its core gave up on with these; such a choice is no sample.
BROKEN_ENDS = ("error", "abort")
# A chain that ended so has not come to its end by itself: at the limit, or where vLLM saw it run in circles.
LIMIT, CIRCLES = "length", "repetition"
CUT_ENDS = (LIMIT, CIRCLES)
# No request has more tokens; a larger count is nonsense, and sums of such no longer fit a float.
_MAX_COUNT = 10**9
# How deep a list of parts may hold lists of parts.
_MOST_NESTED = 3
_THOUGHTS = ("thinking", "reasoning", "thought", "reasoning_content")
"""Kinds of parts that hold a thought."""
_FIELDS = ("reasoning", "reasoning_content")
"""Fields of a message that hold its thought."""
_MOST_END = 40
"""Characters of a finish reason."""
_SURROGATE = re.compile("[\ud800-\udfff]")


Usage = Literal["told", "absent", "implausible"]
"""Told by the server; estimated from the text, since it told none; estimated, since what it told cannot be."""


class Malformed(ValueError):
    """A reply with status 200 that is no chat completion."""


class Reported(Malformed):
    """A reply with status 200 that is an error all the same."""

    def __init__(self, reply: object) -> None:
        """Keep the reply, which says what is wrong."""
        super().__init__("reply is an error")
        self.reply = reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One usable choice of a completion."""

    text: str
    """Reasoning, in ``<think>`` tags (see ``joined``), then content."""
    content_start: int
    """Where in ``text`` the content begins (characters)."""
    finish_reason: str | None
    tokens: int
    """Generated tokens."""
    logprobs: Logprobs | None
    """None where none came."""
    mean_logprob: float | None
    """Mean log-probability of the tokens (nats), None where unknown."""
    is_refusal: bool = False
    """The model would not answer, by the server's own field: its words are no answer."""

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
    """0 where the server told none."""
    completion_tokens: int
    """All choices together."""
    usage: Usage = "told"
    """Where the counts of generated tokens come from."""
    thought_tokens: int = 0
    """Of the generated tokens those of thoughts, as the server tells them; 0 where it does not."""


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
    return completion_in(reply, asked)


def completion_in(reply: object, asked: int) -> Completion:
    """Read a chat completion from JSON that is parsed already; see ``parse_completion``."""
    listed = reply.get("choices") if isinstance(reply, dict) else None
    if isinstance(reply, dict) and reply.get("error") and not listed:
        raise Reported(reply)
    if not isinstance(reply, dict) or not isinstance(listed, list):
        raise Malformed("reply has no list of choices")
    usable: dict[int, Mapping[str, Any]] = {}
    for raw in listed:
        if not isinstance(raw, dict) or not isinstance(raw.get("message"), dict) or raw.get("error"):
            continue
        index = raw.get("index", 0)
        if type(index) is int and 0 <= index < asked and index not in usable:
            usable[index] = raw
    usage = reply.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    details = usage.get("completion_tokens_details")
    details = details if isinstance(details, dict) else {}
    told = _count(usage.get("completion_tokens"))
    choices = {index: _choice(raw) for index, raw in usable.items() if raw.get("finish_reason") not in BROKEN_ENDS}
    counted = sum(choice.tokens for choice in choices.values())
    estimate = sum(estimated(choice.text) for choice in choices.values())
    total = told or counted
    source: Usage = "told"
    if not is_plausible(total, estimate):
        total, source = estimate, "implausible" if total else "absent"
        choices = {index: replace(choice, tokens=estimated(choice.text)) for index, choice in choices.items()}
    return Completion(
        choices=_shared(choices, total),
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=total,
        usage=source,
        thought_tokens=min(_count(details.get("reasoning_tokens")), total),
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


def said_in(content: object, depth: int = 0) -> tuple[str, str]:
    """Return what a message's content says: thought, and the rest. It is a text, a list of parts, or nothing.

    >>> said_in([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "B"}])
    ('hm', 'B')
    """
    if isinstance(content, str):
        return "", _text(content)
    thoughts, rest = [], []
    for part in content if isinstance(content, list) and depth < _MOST_NESTED else ():
        if isinstance(part, str):
            rest.append(_text(part))
        elif isinstance(part, dict):
            kind = part.get("type")
            if kind in _THOUGHTS:
                inner = part.get(kind) or part.get("thinking") or part.get("text") or part.get("content")
                thoughts.append("".join(said_in(inner, depth + 1)))
            else:
                thought, said = said_in(part.get("text"), depth + 1)
                thoughts.append(thought)
                rest.append(said)
    return "".join(thoughts), "".join(rest)


def thought_in(message: Mapping[str, Any]) -> str:
    """Return a message's thought, in whichever field of its own it stands.

    vLLM calls it ``reasoning`` since 0.12, ``reasoning_content`` before, as other servers still do.
    """
    return next((text for name in _FIELDS if (text := "".join(said_in(message.get(name))))), "")


def joined(thought: str, said: str) -> tuple[str, int]:
    """Return one text of a thought and what follows it, in the form that chat templates write, and where that begins.

    >>> joined("hm", "B"), joined("", "B"), joined("cut", "")
    (('<think>\\nhm\\n</think>\\n\\nB', 21), ('B', 0), ('<think>\\ncut', 11))
    """
    if not thought:
        return said, 0
    lines = thought.strip("\n")
    head = f"<think>\n{lines}\n</think>\n\n" if said else f"<think>\n{lines}"
    return head + said.lstrip("\n"), len(head)


def _choice(raw: Mapping[str, Any]) -> Choice:
    message = raw["message"]
    thought, said = said_in(message.get("content"))
    refusal = "" if said else _text(message.get("refusal"))
    text, start = joined(thought_in(message) or thought, said or refusal)
    logprobs = raw.get("logprobs")
    found = logprobs.get("content") if isinstance(logprobs, dict) else None
    entries: list[Any] = found if isinstance(found, list) else []
    mean = mean_of(entries)
    return Choice(
        text=text,
        content_start=start,
        finish_reason=end_of(raw.get("finish_reason")),
        tokens=0 if mean is None else len(entries),
        logprobs=None if mean is None else ListedLogprobs(entries),
        mean_logprob=mean,
        is_refusal=bool(refusal),
    )


def end_of(finish_reason: object) -> str | None:
    """Return why a choice ended, cleaned; None where it has not, or nobody says.

    >>> end_of("stop"), end_of(""), end_of("null")
    ('stop', None, None)
    """
    text = one_line(_text(finish_reason)[:_MOST_END])
    return None if text.lower() in ("", "null", "none") else text


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
        result[index] = replace(choice, tokens=tokens)
    return result
