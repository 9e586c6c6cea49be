"""From the JSON of a chat completion request to an ``Ask``: what to solve, how, and what to send back. Pure.

The gateway is a solver and not a bare model: of OpenAI's sampling parameters none reaches the chains, because clients
send values that suit one greedy answer (lm-evaluation-harness: ``temperature: 0``), which would make a vote of copies.
They are named in ``vote.ignored``. What is meant for the solver stands in the request's ``vote`` object.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import field_validator

from solver.base.config import Config, Entry, Layer, build, entries, inline, near, setting, told
from solver.base.errors import PromptError, RequestRefused, UsageError
from solver.base.foreign_files import finite_number, whole_number
from solver.gateway.model_name import parse_model
from solver.gateway.settings import GatewayConfig
from solver.scheduling.settings import SamplingSettings, check_ensemble

_USED = frozenset({"model", "messages", "stream", "stream_options", "n", "vote"})
_LONGEST_LINE = 200
_LETTER = "{letter}"


class How(Config):
    """How a question is solved and answered: what a request's ``vote`` object may hold."""

    sampling: SamplingSettings = inline(SamplingSettings)
    time_limit_s: float = setting(300.0, "sampling ends after so long", ge=0.01, le=1e6, for_clients=True)
    reply: Literal["chain", "short"] = setting(
        "chain", "the winning chain and the answer line, or that line alone", for_clients=True
    )
    answer_line: str | None = setting(
        None, "its form, with {letter} in it; None takes the form that the message asks for", for_clients=True
    )
    has_chains: bool = setting(False, "send all chains back", was="chains", for_clients=True)
    id: str | None = setting(
        None, "the question's, on which seeds hang; None derives it from the content", min_length=1, for_clients=True
    )

    @field_validator("answer_line")
    @classmethod
    def _has_a_letter(cls, line: str | None) -> str | None:
        if line is not None and _LETTER not in line:
            raise UsageError(f"a text with {_LETTER} in it is wanted")
        return line


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request, understood."""

    model: str
    """As the client wrote it."""
    text: str
    """The last user message."""
    how: How
    is_stream: bool
    has_usage: bool
    """The stream ends with usage."""
    ignored: tuple[str, ...]
    """Fields of the request that changed nothing."""


def parse_json(body: bytes) -> Mapping[str, Any]:
    """Parse a request's body.

    Raises:
        RequestRefused: it is no JSON object.
    """
    try:
        value = json.loads(body, parse_int=whole_number, parse_float=finite_number, parse_constant=finite_number)
    except (ValueError, RecursionError) as error:
        # Of numbers that are none (NaN, 1e999, hundreds of digits) it is told which.
        number = f" ({error})" if "a number" in str(error) else ""
        place = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else number
        raise RequestRefused(
            f"the body is no JSON in UTF-8{place}; send one JSON object", code="invalid_json"
        ) from None
    if not isinstance(value, dict):
        raise RequestRefused(f"the body is a JSON {type(value).__name__}; send one JSON object", code="invalid_json")
    return value


def defaults_of(config: GatewayConfig, models: tuple[str, ...]) -> How:
    """Return what is done where a request says nothing.

    Args:
        models: what ``vote`` stands for where the configuration names no model.
    """
    return How(sampling=config.sampling.asking(models), time_limit_s=config.request_limit_s)


def parse_ask(body: Mapping[str, Any], *, config: GatewayConfig, defaults: How, served: Sequence[str]) -> Ask:
    """Understand a request.

    Args:
        defaults: what holds where the request says nothing.
        served: models that the endpoint serves.

    Raises:
        RequestRefused: naming the field and what to do.
    """
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise RequestRefused("model is missing; GET /v1/models lists the names", param="model")
    _refuse_unservable(body)
    asked = parse_model(model, served=served, own=defaults.sampling.models)
    how = defaults.replaced(**{name: value for name, value in asked._asdict().items() if value is not None})
    text, unread = _last_message(body.get("messages"), config.text_limit)
    options = body.get("stream_options")
    options = options if isinstance(options, dict) else {}
    ignored = sorted(name for name, value in body.items() if name not in _USED and value is not None)
    return Ask(
        model=model,
        text=text,
        how=_within(_told(how, body.get("vote"), config, served), config),
        is_stream=body.get("stream") is True,
        has_usage=options.get("include_usage") is True,
        ignored=(*ignored, *unread),
    )


def _refuse_unservable(body: Mapping[str, Any]) -> None:
    """Refuse what a client would miss in the reply; whatever else is strange is only ignored."""
    if body.get("n") not in (None, 1):
        raise RequestRefused("n must be 1: one voted answer a request; samples are vote.max_samples", param="n")
    if body.get("stream") not in (None, True, False):
        raise RequestRefused("stream must be true or false", param="stream")
    if body.get("logprobs") not in (None, False):
        raise RequestRefused("a voted answer has no logprobs; vote.counts says how sure it is", param="logprobs")
    for name in ("tools", "functions"):
        if body.get(name):
            raise RequestRefused(f"{name} cannot be used by the solver; leave them out", param=name)
    form = body.get("response_format")
    if form is not None and not (isinstance(form, dict) and form.get("type") == "text"):
        raise RequestRefused(
            "only the response format text is there; vote.reply short is terse", param="response_format"
        )


def _last_message(messages: object, limit: int) -> tuple[str, tuple[str, ...]]:
    """Return the question's text, and the names of the messages that are not read."""
    if not isinstance(messages, list) or not messages:
        raise RequestRefused("messages is missing or empty; send the question as a user message", param="messages")
    last = len(messages) - 1
    message, where = messages[last], f"messages[{last}]"
    if not isinstance(message, dict) or message.get("role") != "user":
        raise RequestRefused("the last message must be the user's: it holds the question", param=f"{where}.role")
    text = _text_of(message.get("content"), f"{where}.content")
    if len(text) > limit:
        raise RequestRefused(
            f"the question has {len(text)} characters, at most {limit} are taken",
            code="context_length_exceeded",
            param=f"{where}.content",
        )
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise RequestRefused("half of a surrogate pair: fix the \\ud… escapes", param=f"{where}.content")
    return text, tuple(f"messages[{place}]" for place in range(min(last, 8)))


def _text_of(content: object, where: str) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise RequestRefused("a text is wanted", param=where)
    parts = []
    for part in content:
        if not isinstance(part, dict) or part.get("type") != "text" or not isinstance(part.get("text"), str):
            raise RequestRefused("only parts of type text can be read", param=where)
        parts.append(part["text"])
    return "".join(parts)


# ---- the vote object -------------------------------------------------------------------------------------------


def settings_for_clients() -> Mapping[str, Entry]:
    """Return what a ``vote`` object may hold, by the names that it has there."""
    return {entry.bound_name: entry for entry in entries(How).values() if entry.facts.for_clients}


def _told(how: How, vote: object, config: GatewayConfig, served: Sequence[str]) -> How:
    """Apply the request's ``vote`` object."""
    if vote is None:
        return how
    if not isinstance(vote, dict):
        raise RequestRefused("vote must be an object of settings", param="vote")
    known = settings_for_clients()
    for name, value in vote.items():
        if name not in known:
            raise RequestRefused(
                f"no setting of vote{near(name, known)}: there are {', '.join(known)}", param=f"vote.{name[:40]}"
            )
        try:
            how = build(How, told(how), _usable(name, value, config, served), is_strict=True)
        except (UsageError, PromptError) as error:
            raise RequestRefused(str(error), param=f"vote.{name}") from error
    return how


def _usable(name: str, value: Any, config: GatewayConfig, served: Sequence[str]) -> Layer:
    """Return what a setting of a request comes to; strangers may choose only from what is there.

    Raises:
        UsageError: it cannot be used.
    """
    shown = json.dumps(value, ensure_ascii=True, default=str)[:80]
    if isinstance(value, str) and len(value) > _LONGEST_LINE:
        raise UsageError(f"{shown} will not do; a text of at most {_LONGEST_LINE} characters is wanted")
    if name == "models":
        names = value if isinstance(value, list) else ()
        if not names or any(one not in served for one in names):
            raise UsageError(f"{shown} will not do; each model once, out of {', '.join(served[:8])}, is wanted")
        return {name: tuple(names)}
    if name == "prompt" and value not in config.prompts:
        # By name only: a path from a request must never open a file.
        raise UsageError(f"{shown} will not do; one of {', '.join(config.prompts)} is wanted")
    if name == "seed":
        if value is None:
            return {"is_seeded": False}
        if not isinstance(value, int) or not 0 <= value < 1 << 53:
            raise UsageError(f"{shown} will not do; a whole number of at least 0 is wanted")
        return {name: value, "is_seeded": True}
    return {name: value}


def _within(how: How, config: GatewayConfig) -> How:
    """Hold what was asked for against the gateway's limits."""
    for name, value, limit in (
        ("max_samples", how.sampling.max_samples, config.samples_limit),
        ("max_tokens", how.sampling.max_tokens, config.sampling.max_tokens),
        ("time_limit_s", how.time_limit_s, config.request_limit_s),
    ):
        if value > limit:
            raise RequestRefused(f"{name} is {value:g}, this gateway allows {limit:g}", param=f"vote.{name}")
    try:
        check_ensemble(how.sampling)
    except UsageError as error:
        raise RequestRefused(str(error), param="vote.ensemble") from error
    return how
