"""From the JSON of a chat completion request to an ``Ask``: what to solve, how, and what to send back. Pure.

The gateway is a solver and not a bare model: of OpenAI's sampling parameters none reaches the chains, because clients
send values that suit one greedy answer (lm-evaluation-harness: ``temperature: 0``), which would make a vote of copies.
They are named in ``vote.ignored``. What is meant for the solver stands in the request's ``vote`` object.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from solver.base.errors import PromptError, RequestRefused, UsageError
from solver.gateway.model_name import parse_model
from solver.gateway.settings import GatewayConfig
from solver.problems.prompt import Template, load_template
from solver.sampling.sample import Sampling
from solver.voting.ensemble import Ensemble, parse_ensemble
from solver.voting.rules import Rule, parse_rule
from solver.voting.tally import verdict_of

_USED = frozenset({"model", "messages", "stream", "stream_options", "n", "vote"})
_LONGEST_LINE = 200
_LETTER = "{letter}"


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a question is solved and answered."""

    models: tuple[str, ...]
    """The best first; each gets a ballot of its own."""
    ensemble: Ensemble
    rule: Rule
    max_samples: int
    template: Template
    sampling: Sampling
    seed: int
    is_seeded: bool
    shuffle_options: bool
    time_limit_s: float
    token_budget: int | None
    reply: Literal["chain", "short"] = "chain"
    """The winning chain and the answer line, or the answer line alone."""
    answer_line: str | None = None
    """Its form, with ``{letter}`` in it; None takes the form that the message asks for."""
    has_chains: bool = False
    """Send all chains back."""
    id: str | None = None
    """The question's id, on which seeds hang; None derives it from the content."""


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
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        place = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise RequestRefused(
            f"the body is no JSON in UTF-8{place}; send one JSON object", code="invalid_json"
        ) from None
    if not isinstance(value, dict):
        raise RequestRefused(f"the body is a JSON {type(value).__name__}; send one JSON object", code="invalid_json")
    return value


def defaults_of(config: GatewayConfig, models: tuple[str, ...]) -> How:
    """Return what is done where a request says nothing.

    Args:
        models: what ``vote`` stands for.

    Raises:
        SolverError: the configuration names no such rule, prompt or ensemble.
    """
    return How(
        models=models,
        ensemble=parse_ensemble(config.ensemble),
        rule=parse_rule(config.rule),
        max_samples=config.max_samples,
        template=load_template(config.prompt),
        sampling=Sampling(
            temperature=config.temperature,
            top_p=config.top_p,
            max_tokens=config.max_tokens,
            close=config.close,
        ),
        seed=config.seed,
        is_seeded=config.is_seeded,
        shuffle_options=config.shuffle_options,
        time_limit_s=config.request_limit_s,
        token_budget=None,
    )


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
    asked = parse_model(model, served=served, own=defaults.models)
    how = replace(
        defaults,
        models=asked.models,
        rule=asked.rule or defaults.rule,
        max_samples=asked.max_samples or defaults.max_samples,
    )
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
        raise RequestRefused("half of a surrogate pair: mend the \\ud… escapes", param=f"{where}.content")
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


def _told(how: How, vote: object, config: GatewayConfig, served: Sequence[str]) -> How:
    """Apply the request's ``vote`` object."""
    if vote is None:
        return how
    if not isinstance(vote, dict):
        raise RequestRefused("vote must be an object of settings", param="vote")
    for name, value in vote.items():
        if name not in _SETTINGS:
            near = difflib.get_close_matches(name[:40], _SETTINGS, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise RequestRefused(
                f"no setting of vote: {hint}there are {', '.join(_SETTINGS)}", param=f"vote.{name[:40]}"
            )
        try:
            how = _SETTINGS[name](how, value, config, served)
        except (UsageError, PromptError) as error:
            raise RequestRefused(str(error), param=f"vote.{name}") from error
    return how


def _within(how: How, config: GatewayConfig) -> How:
    """Hold what was asked for against the gateway's limits."""
    for name, value, limit in (
        ("max_samples", how.max_samples, config.samples_limit),
        ("max_tokens", how.sampling.max_tokens, config.max_tokens),
        ("time_limit_s", how.time_limit_s, config.request_limit_s),
    ):
        if value > limit:
            raise RequestRefused(f"{name} is {value:g}, this gateway allows {limit:g}", param=f"vote.{name}")
    try:
        check_ensemble(how)
    except UsageError as error:
        raise RequestRefused(str(error), param="vote.ensemble") from error
    return how


def check_ensemble(how: How) -> None:
    """Make sure, before anything is drawn, that the ensemble fits the number of models.

    Raises:
        UsageError: it does not.
    """
    if len(how.models) > 1:
        how.ensemble.combine([verdict_of("trial#0", (), stop_reason="trial")] * len(how.models))


_Setting = Callable[[How, Any, GatewayConfig, Sequence[str]], How]


def _wrong(value: object, wanted: str) -> UsageError:
    return UsageError(f"{json.dumps(value, ensure_ascii=True, default=str)[:80]} will not do; {wanted} is wanted")


def _whole(value: object, *, least: int = 1) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 1 << 53:
        raise _wrong(value, f"a whole number of at least {least}")
    return value


def _number(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(value, "a number")
    if not low <= value <= high:
        raise _wrong(value, f"a number from {low:g} to {high:g}")
    return float(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(value, "true or false")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > _LONGEST_LINE:
        raise _wrong(value, f"a text of at most {_LONGEST_LINE} characters")
    return value


def _models(how: How, value: object, _: GatewayConfig, served: Sequence[str]) -> How:
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise _wrong(value, "a list of model names")
    unserved = [name for name in value if name not in served]
    if unserved or len(set(value)) < len(value):
        raise _wrong(value, f"each model once, out of {', '.join(served[:8])},")
    return replace(how, models=tuple(value))


def _prompt(how: How, value: object, config: GatewayConfig, _: Sequence[str]) -> How:
    # By name only: a path from a request must never open a file.
    if value not in config.prompts:
        raise _wrong(value, f"one of {', '.join(config.prompts)}")
    return replace(how, template=load_template(str(value)))


def _sampled(how: How, **changes: Any) -> How:
    return replace(how, sampling=replace(how.sampling, **changes))


def _seed(how: How, value: object, _: GatewayConfig, __: Sequence[str]) -> How:
    if value is None:
        return replace(how, is_seeded=False)
    return replace(how, seed=_whole(value, least=0), is_seeded=True)


def _reply(how: How, value: object, _: GatewayConfig, __: Sequence[str]) -> How:
    if value == "chain":
        return replace(how, reply="chain")
    if value == "short":
        return replace(how, reply="short")
    raise _wrong(value, "chain or short")


def _answer_line(how: How, value: object, _: GatewayConfig, __: Sequence[str]) -> How:
    if _LETTER not in _text(value):
        raise _wrong(value, f"a text with {_LETTER} in it")
    return replace(how, answer_line=str(value))


_SETTINGS: dict[str, _Setting] = {
    "rule": lambda how, value, *_: replace(how, rule=parse_rule(_text(value))),
    "max_samples": lambda how, value, *_: replace(how, max_samples=_whole(value)),
    "models": _models,
    "ensemble": lambda how, value, *_: replace(how, ensemble=parse_ensemble(_text(value))),
    "prompt": _prompt,
    "temperature": lambda how, value, *_: _sampled(how, temperature=_number(value, 0, 5)),
    "top_p": lambda how, value, *_: _sampled(how, top_p=_number(value, 1e-3, 1)),
    "max_tokens": lambda how, value, *_: _sampled(how, max_tokens=_whole(value)),
    "close": lambda how, value, *_: _sampled(how, close=_flag(value)),
    "seed": _seed,
    "shuffle_options": lambda how, value, *_: replace(how, shuffle_options=_flag(value)),
    "time_limit_s": lambda how, value, *_: replace(how, time_limit_s=_number(value, 0.01, 1e6)),
    "token_budget": lambda how, value, *_: replace(how, token_budget=_whole(value)),
    "reply": _reply,
    "answer_line": _answer_line,
    "chains": lambda how, value, *_: replace(how, has_chains=_flag(value)),
    "id": lambda how, value, *_: replace(how, id=_text(value)),
}
"""What a request's ``vote`` object may hold."""
