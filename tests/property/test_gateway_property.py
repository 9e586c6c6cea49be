"""Whatever a request holds, it is understood or refused; nothing else is raised."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.base.errors import RequestRefused
from solver.gateway.ask import defaults_of, parse_ask, parse_json, settings_for_clients
from solver.gateway.message import problem_of, unrendered
from solver.gateway.settings import GatewayConfig
from solver.problems.prompt import load_template, render
from solver.problems.question import MIN_OPTIONS, question_of

CONFIG = GatewayConfig.of(endpoints=("http://127.0.0.1:1",))
DEFAULTS = defaults_of(CONFIG, ("m",))
COT = load_template("cot")
WORDS = st.sampled_from(
    [
        "A. ",
        "B. ",
        "\n",
        "\n\n",
        "A) ",
        "（B）",
        "甲",
        "Answer:",
        "答案：B",
        "### 问题\n",
        "问题 1：",
        "{",
        "C:",
        "x",
        " ",
    ]
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
messages = st.fixed_dictionaries({"role": st.sampled_from(["user", "system"]), "content": json_values})
bodies = st.fixed_dictionaries(
    {"model": st.sampled_from(["vote", "m", "m@lead:3", "vote:fixed:2/3"]) | json_values},
    optional={
        "messages": st.lists(messages, max_size=3) | json_values,
        "vote": st.dictionaries(st.sampled_from(sorted(settings_for_clients())), json_values, max_size=4) | json_values,
        "stream": json_values,
        "n": json_values,
        "tools": json_values,
        "response_format": json_values,
        "stream_options": json_values,
    },
)


@given(bodies)
@settings(max_examples=120, deadline=None)
def test_any_body_is_understood_or_refused(body: dict[str, Any]) -> None:
    with suppress(RequestRefused):
        ask = parse_ask(body, config=CONFIG, defaults=DEFAULTS, served=("m",))
        assert ask.how.sampling.max_samples <= CONFIG.samples_limit
        assert ask.how.sampling.max_tokens <= CONFIG.sampling.max_tokens
        assert ask.how.time_limit_s <= CONFIG.request_limit_s


@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    with suppress(RequestRefused):
        assert isinstance(parse_json(body), dict)


@given(st.lists(WORDS, max_size=25).map("".join) | st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_problem_or_refused(text: str) -> None:
    with suppress(RequestRefused):
        problem = problem_of(text, (COT,))
        for place, question in enumerate(problem.questions):
            assert question.id == f"{problem.id}#{place}"
            assert len(question.options) >= MIN_OPTIONS


plain = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12).map(str.strip).filter(bool)


@given(plain, plain, st.lists(plain, min_size=2, max_size=6, unique=True))
@settings(deadline=None)
def test_a_rendered_prompt_gives_its_question_back(problem: str, text: str, options: list[str]) -> None:
    question = question_of("p#0", problem=problem, text=text, options=tuple(options))
    if text.startswith("A. "):
        return
    assert unrendered(COT, render(COT, question)) == (problem, text, tuple(options))
