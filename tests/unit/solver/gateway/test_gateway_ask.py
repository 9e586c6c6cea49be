"""What a request's fields come to, and how unusable ones are refused."""

from __future__ import annotations

from typing import Any

import pytest

from solver.base.errors import RequestRefused, UsageError
from solver.gateway.ask import Ask, defaults_of, parse_ask, parse_json
from solver.gateway.model_name import parse_model
from solver.gateway.settings import GatewayConfig, Keys, check_exposure, keys_from
from tests.support.running_gateway import ask_of

CONFIG = GatewayConfig.of(endpoints=("http://127.0.0.1:1",))
SERVED = ("base", "odd:name@x", "vote-like")


def parsed(body: dict[str, Any], config: GatewayConfig = CONFIG) -> Ask:
    return parse_ask(body, config=config, defaults=defaults_of(config, ("base",)), served=SERVED)


def refused(body: dict[str, Any], config: GatewayConfig = CONFIG) -> RequestRefused:
    with pytest.raises(RequestRefused) as caught:
        parsed(body, config)
    return caught.value


@pytest.mark.parametrize(
    ("name", "models", "rule", "cap"),
    [
        ("vote", ("base",), "lead:3", 8),
        ("vote:fixed:5", ("base",), "fixed:5", 8),
        ("vote:lead:4/8", ("base",), "lead:4", 8),
        ("base@fixed:5/3", ("base",), "fixed:5", 3),
        ("vote@exact", ("base",), "exact", 8),
        ("odd:name@x", ("odd:name@x",), "lead:3", 8),
        ("odd:name@x@lead:2", ("odd:name@x",), "lead:2", 8),
        ("vote-like", ("vote-like",), "lead:3", 8),
    ],
)
def test_a_model_name_says_model_rule_and_cap(name: str, models: tuple[str, ...], rule: str, cap: int) -> None:
    sampling = parsed(ask_of(model=name)).how.sampling
    assert (sampling.models, sampling.rule, sampling.max_samples) == (models, rule, cap)


@pytest.mark.parametrize(
    ("name", "status", "says"),
    [
        ("bas", 404, "did you mean 'base'"),
        ("vote:leed:3", 400, "did you mean 'lead:3'"),
        ("base@lead:3/0", 400, "number of samples"),
        ("base@lead:3/" + "9" * 5000, 400, "at most 256"),
        ("base\r\nHost: evil", 404, "no model"),
        ("../../admin", 404, "no model"),
        ("vote:beta:1e99999999", 400, "probability"),
    ],
)
def test_a_model_that_is_not_there_is_refused_with_a_hint(name: str, status: int, says: str) -> None:
    found = refused(ask_of(model=name))
    assert found.status == status
    assert says in str(found)
    assert found.param == "model"


def test_what_suits_one_greedy_answer_is_ignored_and_said_to_be() -> None:
    ask = parsed(ask_of(temperature=0, max_tokens=5, stop=["\n"], seed=1234, top_k=1, user="u", presence_penalty=None))
    assert ask.how.sampling.temperature == CONFIG.sampling.temperature
    assert ask.how.sampling.seed == 0
    assert ask.ignored == ("max_tokens", "seed", "stop", "temperature", "top_k", "user")


def test_the_vote_object_says_how() -> None:
    vote = {
        "rule": "fixed:3",
        "max_samples": 4,
        "temperature": 1,
        "top_p": 0.5,
        "max_tokens": 9,
        "seed": 7,
        "prompt": "concise",
        "shuffle_options": True,
        "time_limit_s": 2,
        "token_budget": 100,
        "reply": "short",
        "answer_line": "<{letter}>",
        "chains": True,
        "close": False,
        "id": "p1",
        "models": ["vote-like", "base"],
        "ensemble": "pooled",
    }
    how = parsed(ask_of(vote=vote)).how
    sampling = how.sampling
    assert (sampling.rule, sampling.max_samples, sampling.seed, sampling.prompt) == ("fixed:3", 4, 7, "concise")
    assert (sampling.temperature, sampling.top_p, sampling.max_tokens) == (1.0, 0.5, 9)
    assert (sampling.models, sampling.ensemble, how.reply, how.id) == (("vote-like", "base"), "pooled", "short", "p1")
    assert (how.has_chains, sampling.answer_forcing, sampling.shuffle_options) == (True, False, True)
    assert (how.time_limit_s, sampling.token_budget, how.answer_line) == (2.0, 100, "<{letter}>")
    assert not parsed(ask_of(vote={"seed": None})).how.sampling.is_seeded


@pytest.mark.parametrize(
    ("vote", "param"),
    [
        ([], "vote"),
        ({"rul": 1}, "vote.rul"),
        ({"rule": "lead:x"}, "vote.rule"),
        ({"rule": "beta:1e999999999"}, "vote.rule"),
        ({"ensemble": "weighted:1e999999999,1"}, "vote.ensemble"),
        ({"ensemble": "weighted:0.5", "models": ["base", "vote-like"]}, "vote.ensemble"),
        ({"max_samples": 0}, "vote.max_samples"),
        ({"max_samples": 65}, "vote.max_samples"),
        ({"max_samples": True}, "vote.max_samples"),
        ({"max_tokens": 1025}, "vote.max_tokens"),
        ({"time_limit_s": 301}, "vote.time_limit_s"),
        ({"temperature": float("nan")}, "vote.temperature"),
        ({"temperature": "1"}, "vote.temperature"),
        ({"prompt": "/etc/passwd"}, "vote.prompt"),
        ({"prompt": ["cot"]}, "vote.prompt"),
        ({"models": ["other"]}, "vote.models"),
        ({"answer_line": "no field"}, "vote.answer_line"),
        ({"answer_line": "{letter}" * 100}, "vote.answer_line"),
        ({"reply": "long"}, "vote.reply"),
        ({"seed": -1}, "vote.seed"),
        ({"seed": 1 << 60}, "vote.seed"),
    ],
)
def test_an_unusable_setting_is_named(vote: object, param: str) -> None:
    found = refused(ask_of(vote=vote))
    assert (found.status, found.param) == (400, param)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"tools": [{}]}, "tools"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"stream": "yes"}, "stream"),
        ({"messages": []}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 3}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": "\ud800"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": "x" * 32_001}]}, "messages[0].content"),
        ({"messages": [None]}, "messages[0].role"),
    ],
)
def test_a_field_that_a_client_would_miss_is_refused(fields: dict[str, Any], param: str) -> None:
    assert refused({**ask_of(), **fields}).param == param


def test_the_last_user_message_is_the_question_in_parts_or_whole() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    ask = parsed(
        {"model": "vote", "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": parts}]}
    )
    assert (ask.text, ask.ignored) == ("ab", ("messages[0]",))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b"null",
        b'"x"',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": -Infinity}',
        b'{"a": ' + b"1" * 400 + b"}",
    ],
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(RequestRefused) as caught:
        parse_json(body)
    assert caught.value.code == "invalid_json"


def test_keys_are_found_by_digest_and_never_shown() -> None:
    keys = keys_from({"GATEWAY_API_KEY": "first-key-1, second-key-2 ,"})
    assert (keys.place("first-key-1"), keys.place("second-key-2"), keys.place("first-key"), keys.place("")) == (
        0,
        1,
        None,
        None,
    )
    assert "first" not in repr(keys)
    assert "first" not in str(vars(keys))
    with pytest.raises(UsageError, match="fewer than 8"):
        keys_from({"GATEWAY_API_KEY": "short"})


def test_other_machines_are_served_with_a_key_or_on_purpose_only() -> None:
    outside = GatewayConfig.of(host="0.0.0.0")
    with pytest.raises(UsageError, match="GATEWAY_API_KEY"):
        check_exposure(outside, Keys(()))
    check_exposure(outside, Keys(("a-long-key",)))
    check_exposure(GatewayConfig.of(host="0.0.0.0", is_open=True), Keys(()))
    check_exposure(GatewayConfig.of(host="::1"), Keys(()))


def test_models_are_those_of_the_gateway_where_the_name_is_its_own() -> None:
    assert parse_model("vote", served=("a", "b"), own=("b", "a")).models == ("b", "a")
