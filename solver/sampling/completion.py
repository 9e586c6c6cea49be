"""Reading a chat completion's JSON: the choices in it that can be used, and nothing invented for the rest.

The bytes are parsed by ``solver.base.quick_json`` and not into the SDK's models: with log-probabilities on, building
one object a token costs more than everything else the client does (``bench/client_overhead.py``).

>>> body = b'{"choices": [{"index": 0, "message": {"content": "B"}, "finish_reason": "stop"}]}'
>>> parse_completion(body, 1).choices[0].text
'B'
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from solver.base import quick_json
from solver.base.text_safety import one_line
from solver.sampling.logprobs import ListedLogprobs, Logprobs, mean_of
from solver.sampling.servers.envelopes import breaks_off, unwrapped
from solver.sampling.wire.token_estimate import estimated, is_plausible

# vLLM ends a request that its core gave up on with these; such a choice is no sample.
BROKEN_ENDS = ("error", "abort")
# A chain that ended so has not come to its end by itself: at the limit, where vLLM saw it run in circles, or at a
# filter that took the rest away.
LIMIT, CIRCLES, FILTERED = "length", "repetition", "content_filter"
CUT_ENDS = (LIMIT, CIRCLES, FILTERED)
# No request has more tokens; a larger count is nonsense, and sums of such no longer fit a float.
_MAX_COUNT = 10**9
# So many tokens are doubted of no reply: nothing hangs on them.
_FEW = 1024
# How deep a list of parts may hold lists of parts.
_MOST_NESTED = 3
_THOUGHTS = ("thinking", "reasoning", "thought", "reasoning_content", "reasoning.text", "reasoning.summary")
"""Kinds of parts that hold a thought."""
_TEXTS = ("text", "content", "value")
"""Fields of a part that hold what it says."""
_PLAIN = "text_completion"
"""What a reply calls itself whose choices have a ``text`` for a message: a plain completion."""
_FIELDS = ("reasoning", "reasoning_content", "thinking", "reasoning_details", "thinking_blocks")
"""Fields of a message that hold its thought."""
_ERRORS = ("error", "error_msg", "error_code", "detail")
"""Fields by which an error is known, in a reply or in one piece of a stream."""
ERROR_WORDS = ("message", "msg", "error_msg", "status_msg", "errmsg", "errors", "error_description")
"""Fields by which a reply without choices is one, though a piece of a stream is none."""
_MOST_END = 40
"""Characters of a finish reason."""
_CUT = re.compile(r"max_?(?:\w{1,16}_)?tokens?|length|token_?limit|context_window|incomplete|truncated")
"""What makers call ``length``: Gemini, TGI, Zhipu (``model_context_window_exceeded``), relays."""
_BROKEN = ("insufficient_system_resource", "network_error", "engine_overloaded", "cancelled", "failed")
"""What some makers call ``error``: DeepSeek, Zhipu, and relays."""
_FILTERS = (
    *("sensitive", "safety", "recitation", "prohibited_content", "blocklist", "spii", "refusal", "content_filtered"),
    "guardrail_intervened",
)
"""What some makers call ``content_filter``: Zhipu, Gemini, Anthropic, Bedrock."""
_REPEATED = re.compile(r"\s{0,8}<think>\s{0,8}(.{1,200000}?)\s{0,8}</think>", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


Usage = Literal["told", "absent", "implausible"]
"""Told by the server; estimated from the text, since it told none; estimated, since what it told cannot be."""


class Malformed(ValueError):
    """A reply with status 200 that is no chat completion."""


class BrokenOff(Malformed):
    """A completion that its server gave up."""

    def __init__(self) -> None:
        super().__init__("the server broke its completion off")


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
    thought_tokens: int | None = None
    """Of its tokens those of the thought, as the server tells; None where it does not."""
    is_refusal: bool = False
    """The model would not answer, by the server's own field: its words are no answer."""

    @property
    def is_thought_alone(self) -> bool:
        """A thought came in a field of its own and nothing with it: it holds no answer, whatever its last line is."""
        return self.content_start > 0 and not self.text[self.content_start :].strip()

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
        reply = _parsed(body)
    except (ValueError, RecursionError) as error:
        what = f"reply is no JSON ({error})" if body.strip() else "the reply is empty"
        raise Malformed(what) from error
    return completion_in(reply, asked)


def _parsed(body: bytes) -> object:
    """Parse JSON, where some write line feeds into texts as they are.

    Raises:
        ValueError, RecursionError: it is none.
    """
    try:
        return quick_json.loads(body)
    except ValueError as error:
        if "control character" not in str(error):
            raise
        return json.loads(body, strict=False)


def completion_in(reply: object, asked: int) -> Completion:
    """Read a chat completion from JSON that is parsed already; see ``parse_completion``."""
    if breaks_off(reply):
        raise Malformed("the reply broke off")
    reply = unwrapped(reply)
    listed = reply.get("choices") if isinstance(reply, dict) else None
    if isinstance(listed, dict):
        listed = [*listed.values()]
    if is_error(reply) or (not listed and isinstance(reply, dict) and error_inside(reply) is not None):
        raise Reported(reply)
    if not isinstance(reply, dict) or not isinstance(listed, list):
        raise Malformed(_other_form(reply))
    if reply.get("object") == _PLAIN:
        listed = [{"message": raw.get("text"), **raw} if isinstance(raw, dict) else raw for raw in listed]
    usable: dict[int, Mapping[str, Any]] = {}
    for place, raw in zip(_places(listed, asked), listed, strict=True):
        if isinstance(raw, dict) and _message_of(raw) is not None and not raw.get("error") and place is not None:
            usable.setdefault(place, raw)
    broken = next((raw for raw in listed if isinstance(raw, dict) and raw.get("error")), None)
    if broken is not None and not usable:
        raise Reported(broken)
    usage = reply.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    details = usage.get("completion_tokens_details")
    details = details if isinstance(details, dict) else {}
    told = _count(usage.get("completion_tokens"))
    read = {index: _choice(raw) for index, raw in usable.items()}
    choices = {index: choice for index, choice in read.items() if choice.finish_reason not in BROKEN_ENDS}
    if read and not choices:
        raise BrokenOff
    counted = sum(choice.tokens for choice in choices.values())
    estimate = sum(estimated(choice.text) for choice in choices.values())
    if counted and not is_plausible(counted, estimate):
        # Log-probabilities of some tokens are no count of all.
        counted, choices = 0, {index: replace(choice, tokens=0) for index, choice in choices.items()}
    total = told or counted
    source: Usage = "told"
    if not is_plausible(total, estimate):
        total, source = estimate, "implausible" if total else "absent"
        choices = {index: replace(choice, tokens=estimated(choice.text)) for index, choice in choices.items()}
    thoughts = min(_count(details.get("reasoning_tokens")), total)
    choices = _shared(choices, total)
    return Completion(
        choices=_with_thoughts(choices, thoughts) if thoughts else choices,
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=total,
        usage=source,
        thought_tokens=thoughts,
    )


def within(completion: Completion, most: int) -> Completion:
    """Return a completion with its tokens estimated where it tells of far more than there can be.

    Args:
        most: tokens asked for, all choices together.
    """
    if is_plausible(max(most, _FEW), completion.completion_tokens):
        return completion
    choices = {
        index: replace(choice, tokens=estimated(choice.text), thought_tokens=None)
        for index, choice in completion.choices.items()
    }
    total = sum(choice.tokens for choice in choices.values())
    return replace(completion, choices=choices, completion_tokens=total, usage="implausible", thought_tokens=0)


def _other_form(reply: object) -> str:
    """Return what a reply is that is JSON, and neither a completion nor an error."""
    names = ", ".join(one_line(str(name)[:_MOST_END]) for name in list(reply)[:6]) if isinstance(reply, dict) else ""
    form = f"has the fields {names}" if names else f"is a JSON {type(reply).__name__}"
    return (
        f"the reply {form} and is no chat completion of OpenAI's form: check the address, which as a rule ends in /v1"
    )


def error_inside(reply: Mapping[str, Any], depth: int = 0) -> Mapping[str, Any] | None:
    """Return the object of a reply that says in words what is wrong, names in small letters; None where none does.

    Some makers put it into an envelope of their own.

    >>> error_inside({"Response": {"Error": {"Code": "x", "Message": "no funds"}}})
    {'code': 'x', 'message': 'no funds'}
    """
    named = {str(name).lower(): value for name, value in reply.items()}
    if any(named.get(name) for name in ERROR_WORDS):
        return named
    deeper = (one for one in named.values() if isinstance(one, dict) and depth < _MOST_NESTED)
    return next((found for one in deeper if (found := error_inside(one, depth + 1)) is not None), None)


def is_error(reply: object) -> bool:
    """Tell whether a reply, or a piece of a stream, is an error and no part of a completion.

    >>> is_error({"error": "no such model"}), is_error({"choices": [], "error": None}), is_error([{"error": {}}])
    (True, False, True)
    """
    if isinstance(reply, list):
        # One maker wraps its errors into a list.
        return bool(reply) and isinstance(reply[0], dict) and "error" in reply[0]
    if not isinstance(reply, dict) or reply.get("choices"):
        return False
    return "error" in (reply.get("object"), reply.get("type")) or any(reply.get(name) for name in _ERRORS)


def _places(listed: Sequence[object], asked: int) -> list[int | None]:
    """Return which of the choices asked for each one is, None where it is none of them.

    Some servers count from one.
    """
    told = [_index_of(raw.get("index")) if isinstance(raw, dict) else None for raw in listed]
    # Each was paid for: of several that call themselves the same one none is lost.
    if told == [*range(1, asked + 1)] or (len(told) == asked and told in ([0] * asked, [1] * asked)):
        return [*range(asked)]
    return [place_of(index, asked, otherwise=place) for place, index in enumerate(told)]


def place_of(index: object, asked: int, *, otherwise: int = 0) -> int | None:
    """Return the place that a choice says it has, None where none was asked for there.

    Args:
        otherwise: its place where it says nothing.
    """
    found = _index_of(index)
    place = otherwise if found is None else found
    return place if type(place) is int and 0 <= place < asked else None


def _index_of(index: object) -> object:
    return int(index) if isinstance(index, str) and index.isdecimal() and len(index) < 4 else index


def _message_of(raw: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return a choice's message; one that is a text alone is its content."""
    message = raw.get("message", raw.get("messages", raw.get("delta")))
    if isinstance(message, list) and message:
        message = message[-1]
    if isinstance(message, dict):
        return message
    return {"content": message} if isinstance(message, str) else None


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
    if isinstance(content, dict):
        content = [content]
    thoughts: list[str] = []
    rest: list[str] = []
    for part in content if isinstance(content, list) and depth < _MOST_NESTED else ():
        if isinstance(part, str):
            rest.append(_text(part))
        elif isinstance(part, list):
            for gathered, said in zip((thoughts, rest), said_in(part, depth + 1), strict=True):
                gathered.append(said)
        elif isinstance(part, dict):
            kind = part.get("type")
            if kind in _THOUGHTS or part.get("thought") is True:
                names = (*((kind,) if kind in _THOUGHTS else ()), "thinking", *_TEXTS, "summary")
                inner = next((part[name] for name in names if part.get(name)), None)
                thoughts.append("".join(said_in(inner, depth + 1)))
            else:
                inner = next((part[name] for name in _TEXTS if part.get(name)), None)
                thought, said = said_in(inner, depth + 1)
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


def without_repeated(thought: str, said: str) -> str:
    """Return a content without the thought that stands in a field of its own already.

    >>> without_repeated("hm", "<think>\\nhm\\n</think>\\n\\nB"), without_repeated("hm", "<think>no</think>B")
    ('\\n\\nB', '<think>no</think>B')
    """
    found = _REPEATED.match(said) if thought else None
    return said[found.end() :] if found is not None and found[1] == thought.strip() else said


def _choice(raw: Mapping[str, Any]) -> Choice:
    message = _message_of(raw) or {}
    thought, said = said_in(message.get("content"))
    refusal = "" if said else _text(message.get("refusal"))
    end = end_of(raw.get("finish_reason"))
    apart = thought_in(message) or thought
    text, start = joined(apart, without_repeated(apart, said) or refusal)
    logprobs = raw.get("logprobs")
    found = logprobs.get("content") if isinstance(logprobs, dict) else None
    entries: list[Any] = found if isinstance(found, list) else []
    mean = mean_of(entries)
    return Choice(
        text=text,
        content_start=start,
        finish_reason=end,
        tokens=0 if mean is None else len(entries),
        logprobs=None if mean is None else ListedLogprobs(entries),
        mean_logprob=mean,
        is_refusal=bool(refusal) or (end == FILTERED and not said),
    )


def end_of(finish_reason: object) -> str | None:
    """Return why a choice ended, cleaned; None where it has not, or nobody says.

    >>> end_of("stop"), end_of(""), end_of("null"), end_of("MAX_TOKENS"), end_of("SAFETY"), end_of({"type": "length"})
    ('stop', None, None, 'length', 'content_filter', 'length')
    """
    if isinstance(finish_reason, dict):
        finish_reason = finish_reason.get("type")  # SGLang's own form
    text = one_line(_text(finish_reason)[:_MOST_END])
    plain = text.lower()
    for one, names in ((FILTERED, _FILTERS), (BROKEN_ENDS[0], _BROKEN)):
        if plain in (one, *names):
            return one
    if _CUT.search(plain):
        return LIMIT
    return None if plain in ("", "null", "none") else text


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


def _with_thoughts(choices: Mapping[int, Choice], total: int) -> dict[int, Choice]:
    """Split the tokens of all thoughts by their lengths; where none is shown, by the choices' tokens."""
    weights = {index: choice.content_start for index, choice in choices.items()}
    if not any(weights.values()):
        weights = {index: choice.tokens for index, choice in choices.items()}
    left, weight = total, sum(weights.values())
    result = {}
    for index, choice in choices.items():
        tokens = left * weights[index] // weight if weight else 0
        left, weight = left - tokens, weight - weights[index]
        result[index] = replace(choice, thought_tokens=min(tokens, choice.tokens))
    return result
