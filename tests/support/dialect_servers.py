"""Servers by their makers' documents: what each refuses and in which words, and in which shape it answers.

The scripts answer right: they find the option whose text stands behind ``K=`` in the problem. So a face that speaks a
server's dialect comes to 100 %, and everything less is a fault of ours. Real servers are in ``docs/dialects.md``, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.support.scripted_server import Call, Reply, Script
from tests.support.strict_servers import error

_THOUGHT = "先设答案是：Z，不对。再从前往后排一遍。"
Body = Mapping[str, Any]
Message = Callable[[str], dict[str, Any]]


def right_answer(body: Body) -> str:
    """Return what a model that knows the answer says."""
    prompt = next(one["content"] for one in reversed(body["messages"]) if one["role"] == "user")
    name = re.search(r"K=(\w+?)[。\s]", prompt)
    found = re.search(rf"^([A-Z])[.、] ?{name[1]}", prompt, re.MULTILINE) if name else None
    return (
        f"从前往后排一遍，其余的人都在后面，所以站在最前的是{name[1]}。\n答案是：{found[1]}"
        if name and found
        else "你好。"
    )


def _plain(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def _with_field(name: str) -> Message:
    return lambda text: {"role": "assistant", "content": text, name: _THOUGHT}


def _in_parts(text: str) -> dict[str, Any]:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": _THOUGHT}]}
    return {"role": "assistant", "content": [thinking, {"type": "text", "text": text}]}


def _in_tags(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": f"{_THOUGHT}\n</think>\n\n{text}"}


def _unknown(name: str) -> Reply:
    return error(f"Unrecognized request argument supplied: {name}")


def _forbidden(name: str) -> Reply:
    return Reply(
        status=422,
        body={"detail": [{"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted"}]},
    )


def _no_such_name(name: str) -> Reply:
    words = f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
    return Reply(status=400, body=[{"error": {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}}])


def _repeated(body: Body) -> Reply:
    held = re.findall(r'"(\w)"', body.get("grammar", ""))
    message = _plain(body["messages"][-1]["content"] + (held[0] if held else "A. 甲"))
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return Reply(body={"object": "chat.completion", "choices": choices, "usage": {"completion_tokens": 2}})


_STANDARD = {
    *("model", "messages", "temperature", "top_p", "max_tokens", "max_completion_tokens", "n", "seed", "stop"),
    *("stream", "stream_options", "logprobs", "presence_penalty", "reasoning_effort"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One maker's server."""

    source: str
    """What of it is documented, in short."""
    message: Message = _plain
    refuses: Callable[[Body], Reply | None] = lambda body: None
    gives_n: bool = True
    """Several choices come where they are asked for; else one does, without a word."""
    end: object = "stop"
    """The finish reason of a last chunk; those before it have ``chunk_end``."""
    chunk_end: object = None
    first_chunk: Mapping[str, Any] | None = None
    has_models: bool = True
    details: Mapping[str, Any] | None = None
    """Further parts of ``usage``."""
    counts: Literal["all", "first"] = "all"
    """Choices whose tokens ``usage`` counts."""
    continues: Callable[[Body], Reply] = lambda body: error("continue_final_message is not supported")
    """What comes of a request to go on with a message."""


def _strict(
    refused: Callable[[str], Reply], known: set[str], *more: tuple[Callable[[Body], bool], Reply]
) -> Callable[[Body], Reply | None]:
    def refuses(body: Body) -> Reply | None:
        for holds, reply in more:
            if holds(body):
                return reply
        return next((refused(name) for name in sorted(body) if name not in known), None)

    return refuses


def _refusing(*more: tuple[Callable[[Body], bool], Reply]) -> Callable[[Body], Reply | None]:
    return lambda body: next((reply for holds, reply in more if holds(body)), None)


_O_SERIES = (
    (
        lambda body: "max_tokens" in body,
        error("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
              code="unsupported_parameter", param="max_tokens"),
    ),
    (
        lambda body: body.get("temperature", 1) != 1,
        error("Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is "
              "supported.", code="unsupported_value", param="temperature"),
    ),
    (
        lambda body: body.get("top_p", 1) != 1,
        error("Unsupported parameter: 'top_p' is not supported with this model.", param="top_p"),
    ),
    (
        lambda body: bool(body.get("logprobs")),
        error("You are not allowed to request logprobs from this model.", status=403),
    ),
)  # fmt: skip

DIALECTS: dict[str, Dialect] = {
    "vLLM": Dialect(source="takes everything; thoughts in reasoning", message=_with_field("reasoning")),
    "DeepSeek": Dialect(
        source="one choice a request; no logprobs of its reasoner; thoughts in reasoning_content",
        message=_with_field("reasoning_content"),
        refuses=_refusing(
            (lambda body: body.get("n", 1) > 1, error("Invalid n value (currently only n = 1 is supported)")),
            (
                lambda body: bool(body.get("logprobs")),
                error("deepseek-reasoner does not support the parameter `logprobs`"),
            ),
        ),
    ),
    "Qwen's API": Dialect(
        source="thinking models answer in streams only; empty finish reasons before the last chunk",
        message=_with_field("reasoning_content"),
        chunk_end="",
        refuses=_refusing(
            (
                lambda body: not body.get("stream"),
                error("This model only support stream mode, please enable the stream parameter to access the model."),
            ),
            (lambda body: body.get("n", 1) > 1, error("Range of n should be [1, 1]")),
        ),
    ),
    "OpenAI's reasoning models": Dialect(
        source="max_completion_tokens; no temperature, top_p, logprobs; unknown fields refused; thoughts hidden",
        refuses=_strict(_unknown, _STANDARD, *_O_SERIES),
        details={"completion_tokens_details": {"reasoning_tokens": 12}},
    ),
    "Azure": Dialect(
        source="as OpenAI's, with a version in the query, no list of models, and a first chunk without choices",
        refuses=_strict(_unknown, _STANDARD),
        first_chunk={"choices": [], "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]},
        has_models=False,
    ),
    "Mistral": Dialect(
        source="unknown fields forbidden with 422, seed among them; content in parts",
        message=_in_parts,
        refuses=_strict(_forbidden, _STANDARD - {"seed", "logprobs", "stream_options"}),
    ),
    "Gemini's compatible endpoint": Dialect(
        source="errors in a list; seed and logprobs are unknown names",
        refuses=_strict(_no_such_name, _STANDARD - {"seed", "logprobs"}),
    ),
    "SGLang": Dialect(
        source="takes everything; thoughts in reasoning_content", message=_with_field("reasoning_content")
    ),
    "Ollama": Dialect(
        source="ignores n and logprobs; thoughts in reasoning", message=_with_field("reasoning"), gives_n=False
    ),
    "LM Studio": Dialect(source="ignores n; thoughts begin open, in the content", message=_in_tags, gives_n=False),
    "LMDeploy": Dialect(
        source="ignores n; thoughts in reasoning_content", message=_with_field("reasoning_content"), gives_n=False
    ),
    "llama.cpp": Dialect(
        source="as many choices as it has places; a continued message comes back with its beginning; grammars alone",
        message=_with_field("reasoning_content"),
        refuses=_refusing(
            (
                lambda body: body.get("n", 1) > 2,
                error("Field 'n': Value must be between 1 <= value <= 2, but got 3"),
            )
        ),
        counts="first",
        first_chunk={"choices": [{"index": 0, "delta": {"role": "assistant", "content": None}}]},
        continues=_repeated,
    ),
    "llama.cpp of 2024": Dialect(
        source="one choice a request, refused as a server's fault; thoughts in reasoning_content",
        message=_with_field("reasoning_content"),
        refuses=_refusing(
            (lambda body: body.get("n", 1) > 1, error("Only one completion choice is allowed", status=500))
        ),
    ),
    "transformers": Dialect(source="ignores n and logprobs; no finish reason before [DONE]", gives_n=False, end=None),
}
"""By their makers' names, as in ``docs/dialects.md``."""


def dialect_script(name: str) -> Script:
    """Return the script of a server."""
    dialect = DIALECTS[name]

    def script(call: Call) -> Reply:
        body = call.body
        if (refusal := dialect.refuses(body)) is not None:
            return refusal
        count = call.n if dialect.gives_n else 1
        if call.is_closing:
            return dialect.continues(body)
        message = dialect.message(right_answer(body))
        usage = {
            "prompt_tokens": 40,
            "completion_tokens": 30 * (count if dialect.counts == "all" else 1),
            "total_tokens": 40 + 30 * count,
            **(dialect.details or {}),
        }
        if body.get("stream"):
            return Reply(body=_events(dialect, message, count, usage), content_type="text/event-stream")
        choices = [{"index": index, "message": message, "finish_reason": "stop"} for index in range(count)]
        return Reply(body={"object": "chat.completion", "model": "scripted", "choices": choices, "usage": usage})

    return script


def _events(dialect: Dialect, message: Body, count: int, usage: Body) -> bytes:
    """Write a message as the events of a stream."""
    content = message["content"]
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{name: message[name]} for name in ("reasoning", "reasoning_content") if name in message]
    if isinstance(content, list):
        deltas += [{"content": [part]} for part in content]
    else:
        deltas += [{"content": content[start : start + 5]} for start in range(0, len(content), 5)]
    chunks: list[object] = [dialect.first_chunk] if dialect.first_chunk else []
    for index in range(count):
        for place, delta in enumerate(deltas):
            end = dialect.end if place + 1 == len(deltas) else dialect.chunk_end
            chunks.append({"choices": [{"index": index, "delta": delta, "finish_reason": end}]})
    chunks.append({"choices": [], "usage": usage})
    lines = [*(json.dumps(chunk, ensure_ascii=False) for chunk in chunks), "[DONE]"]
    return "".join(f"data: {line}\n\n" for line in lines).encode()
