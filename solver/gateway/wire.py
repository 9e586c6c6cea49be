"""OpenAI's JSON shapes: completions, chunks of a stream, model cards, errors. Pure; nothing here knows a question.

>>> error_body(RequestRefused("no", status=404, code="model_not_found", param="model"))["error"]["type"]
'invalid_request_error'
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from solver.base.errors import RequestRefused

Json = Mapping[str, object]

DONE = b"data: [DONE]\n\n"
KEEP_ALIVE = b": still voting\n\n"
"""A comment: clients skip it, proxies see traffic."""
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
# A stream hands the finished text on in pieces of about this many characters.
_PIECE_CHARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What all parts of one reply share."""

    id: str
    created: int
    """Unix time, seconds."""
    model: str
    """The model's name as the client gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A finished answer, ready to be sent whole or in pieces."""

    content: str
    reasoning: str | None = None
    """What a reasoning model thought, where it marks that."""
    prompt_tokens: int
    completion_tokens: int
    vote: Json | None
    """The gateway's own field; None where the upstream model answered by itself."""
    finish_reason: str = "stop"

    @property
    def usage(self) -> Json:
        """Tokens of all samples together."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
        }


def completion(head: Head, reply: Reply) -> Json:
    """Return the body of a reply that is not streamed."""
    message = {"role": "assistant", "content": reply.content}
    if reply.reasoning is not None:
        message["reasoning"] = reply.reasoning
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish_reason}
    body = {
        "id": head.id,
        "object": "chat.completion",
        "created": head.created,
        "model": head.model,
        "choices": [choice],
        "usage": reply.usage,
    }
    return body if reply.vote is None else {**body, "vote": reply.vote}


def chunk(head: Head, delta: Json | None, *, finish_reason: str | None = None, **extra: object) -> bytes:
    """Return one event of a stream.

    Args:
        delta: what is added to the message; None for an event without a choice (usage).
        extra: further fields of the event.
    """
    choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}]
    body = {
        "id": head.id,
        "object": "chat.completion.chunk",
        "created": head.created,
        "model": head.model,
        "choices": choices,
        **extra,
    }
    return event(body)


def event(body: Json) -> bytes:
    """Return one server-sent event."""
    return b"data: " + encoded(body) + b"\n\n"


def closing_events(head: Head, reply: Reply, *, has_usage: bool) -> Iterator[bytes]:
    """Yield the events that carry a finished reply, ``[DONE]`` included.

    Args:
        has_usage: the client asked for usage (``stream_options.include_usage``).
    """
    for piece in _pieces(reply.reasoning or ""):
        yield chunk(head, {"reasoning": piece})
    for piece in _pieces(reply.content):
        yield chunk(head, {"content": piece})
    extra = {} if reply.vote is None else {"vote": reply.vote}
    yield chunk(head, {}, finish_reason=reply.finish_reason, **extra)
    if has_usage:
        yield chunk(head, None, usage=reply.usage)
    yield DONE


def _pieces(text: str) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        for start in range(0, len(line), _PIECE_CHARS):
            yield line[start : start + _PIECE_CHARS]


def error_body(refused: RequestRefused) -> Json:
    """Return an error in OpenAI's form."""
    kind = _TYPES.get(refused.status, "server_error" if refused.status >= 500 else "invalid_request_error")
    error = {"message": str(refused), "type": kind, "param": refused.param, "code": refused.code}
    return {"error": error}


def model_card(name: str, *, created: int, context: int | None, **extra: object) -> Json:
    """Return one entry of ``/v1/models``.

    Args:
        context: the model's window in tokens; None where unknown.
    """
    card = {"id": name, "object": "model", "created": created, "owned_by": "logic-vote", **extra}
    return card if context is None else {**card, "max_model_len": context}


def model_list(cards: Sequence[Json]) -> Json:
    """Return the body of ``/v1/models``."""
    return {"object": "list", "data": list(cards)}


def encoded(body: Json) -> bytes:
    """Return JSON in UTF-8. Half a surrogate pair, which a model may write, is replaced."""
    return json.dumps(body, ensure_ascii=False).encode(errors="replace")
