"""Scripts of servers that refuse what they do not take, in the words and shapes that their makers document.

A script is for ``tests.support.scripted_server.ScriptedServer``; the answer under every refusal is its made-up one.

::

    async with ScriptedServer(refusing("n", "max_tokens")) as server: ...
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.scripted_server import Call, MadeUp, Reply, Script

Refuses = Callable[[Mapping[str, Any]], bool]


def error(words: str, *, status: int = 400, code: str | None = None, param: str | None = None) -> Reply:
    """Return an error in OpenAI's form."""
    fields = {"message": words, "type": "invalid_request_error", "param": param, "code": code}
    return Reply(status=status, body={"error": fields})


def streamed(body: Mapping[str, Any], *, is_done: bool = True, end: object = "stop") -> bytes:
    """Return a completion as the events of a stream, a few characters each.

    Args:
        is_done: it ends with ``[DONE]``.
        end: the last chunk's finish reason; those before have none.
    """
    chunks: list[object] = []
    for choice in body["choices"]:
        text = choice["message"]["content"]
        pieces = [text[start : start + 7] for start in range(0, len(text), 7)]
        for place, piece in enumerate(pieces):
            finish = end if place + 1 == len(pieces) else None
            delta = {"index": choice["index"], "delta": {"content": piece}, "finish_reason": finish}
            chunks.append({"choices": [delta]})
    chunks.append({"choices": [], "usage": body.get("usage")})
    lines = [json.dumps(chunk, ensure_ascii=False) for chunk in chunks] + (["[DONE]"] if is_done else [])
    return "".join(f"data: {line}\n\n" for line in lines).encode()


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is not taken."""

    is_sent: Refuses
    reply: Reply


FIELDS: dict[str, Field] = {
    "n": Field(lambda body: body.get("n", 1) > 1, error("Invalid n value (currently only n = 1 is supported)")),
    "n as a fault": Field(
        lambda body: body.get("n", 1) > 1, error("Only one completion choice is allowed", status=500)
    ),
    "max_tokens": Field(
        lambda body: "max_tokens" in body,
        error(
            "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.",
            code="unsupported_parameter",
            param="max_tokens",
        ),
    ),
    "temperature": Field(
        lambda body: body.get("temperature", 1) != 1,
        error(
            "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is "
            "supported.",
            code="unsupported_value",
            param="temperature",
        ),
    ),
    "top_p": Field(
        lambda body: "top_p" in body,
        error("Unsupported parameter: 'top_p' is not supported with this model.", param="top_p"),
    ),
    "logprobs": Field(lambda body: bool(body.get("logprobs")), error("This model does not support logprobs.")),
    "seed": Field(
        lambda body: "seed" in body,
        Reply(status=422, body={"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}),
    ),
    "structured_outputs": Field(
        lambda body: "structured_outputs" in body, error("structured_outputs is not supported by this server")
    ),
    "whole replies": Field(
        lambda body: not body.get("stream"),
        error("This model only support stream mode, please enable the stream parameter to access the model."),
    ),
    "streams": Field(lambda body: bool(body.get("stream")), error("streaming is not supported by this deployment")),
    "top_k": Field(lambda body: "top_k" in body, error("Unrecognized request argument supplied: top_k")),
}
"""What a server may not take."""

FOR_ALL: dict[str, Reply] = {
    "no key": error("You didn't provide an API key.", status=401),
    "wrong key": error("Incorrect API key provided: sk-***.", status=401, code="invalid_api_key"),
    "no balance": error("Insufficient Balance", status=402),
    "forbidden": error("Country, region, or territory not supported", status=403),
    "no such model": error("The model `scripted` does not exist", status=404, code="model_not_found"),
    "wrong path": Reply(status=404, body={"detail": "Not Found"}),
    "spent quota": error("You exceeded your current quota.", status=429, code="insufficient_quota"),
    "key refused with 400": error("API key not valid. Please pass a valid API key."),
    "arrears with 400": error("Access denied, please make sure your account is in good standing.", code="Arrearage"),
    "error in a good reply": Reply(body={"error": {"message": "Insufficient credits", "code": 402}}),
    "nothing tells": error("Bad Request"),
    "spent for the day": error("Rate limit exceeded: free-models-per-day. Add 10 credits", status=429),
    "spent for hours": error("Rate limit reached on tokens per day (TPD). Please try again in 7h12m0s.", status=429),
    "long wait": Reply(status=429, body={}, headers=(("Retry-After", "7200"),)),
    "spent in Chinese": error("余额不足或无可用资源包,请充值。", status=429, code="1113"),
    "no channel": error("当前分组 default 下对于模型 m 无可用渠道", status=503, code="model_not_found"),
    "flat error in a good reply": Reply(body={"detail": "Invalid API key"}),
    "page not found": Reply(status=404, body=b"<html><head><title>404 Not Found</title></head></html>"),
    "too large for a proxy": Reply(status=413, body=b"<html><title>413 Request Entity Too Large</title></html>"),
    "no chat model": error("This is not a chat model and thus not supported in the v1/chat/completions", status=404),
    "no template": error("default chat template is no longer allowed, so you must provide a chat template"),
    "redirect": Reply(status=307, body=b"", headers=(("Location", "http://127.0.0.1:9/v1/chat/completions"),)),
}
"""Replies to every request that hold for all of them."""


def refusing(*names: str, made_up: MadeUp | None = None) -> Script:
    """Return a script of a server that does not take some of ``FIELDS``, and streams where it is asked to."""
    answer = made_up or MadeUp()

    def script(call: Call) -> Reply:
        for name in names:
            if FIELDS[name].is_sent(call.body):
                return FIELDS[name].reply
        good = answer(call)
        if not call.body.get("stream"):
            return good
        assert isinstance(good.body, dict)
        return Reply(body=streamed(good.body), content_type="text/event-stream")

    return script
