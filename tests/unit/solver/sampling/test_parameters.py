"""What is asked of an engine with every sample: what goes into requests, and by what samples are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.base.config import build
from solver.base.errors import UsageError
from solver.presets.preset import load_preset
from solver.problems.prompt import load_template, render
from solver.problems.question import question_of
from solver.sampling.answer_forcing import closing_messages
from solver.sampling.parameters import Sampling
from solver.scheduling.settings import SamplingSettings


def test_nothing_is_sent_that_nobody_asked_for() -> None:
    assert Sampling().body == {"temperature": 0.7, "top_p": 0.8, "max_tokens": 1024}
    assert Sampling(temperature=0.0).body["temperature"] == 0.0


def test_every_parameter_that_is_set_is_sent_and_makes_other_samples() -> None:
    told = Sampling(top_k=20, min_p=0.0, repetition_penalty=1.05, presence_penalty=0.5, stop=("题",), logprobs=True)
    body = told.body
    assert {name: body[name] for name in ("top_k", "min_p", "repetition_penalty", "presence_penalty", "stop")} == {
        "top_k": 20,
        "min_p": 0.0,
        "repetition_penalty": 1.05,
        "presence_penalty": 0.5,
        "stop": ("题",),
    }
    assert body["logprobs"] is True
    assert told.key_parts != Sampling(logprobs=True).key_parts


def test_samples_drawn_before_a_parameter_existed_keep_their_keys() -> None:
    assert Sampling(temperature=1.0, top_p=1.0, max_tokens=9, logprobs=True).key_parts == [1.0, 1.0, 9, True, True]


def test_further_fields_go_along_and_take_the_place_of_none_that_has_a_setting() -> None:
    told = build(Sampling, {"extra_body": '{"chat_template_kwargs": {"enable_thinking": false}}'})
    assert told.body["chat_template_kwargs"] == {"enable_thinking": False}
    for wrong, words in (("[1]", "a JSON object is wanted"), ("{", "no JSON"), ('{"top_k": 3}', "setting of its own")):
        with pytest.raises(UsageError, match=words):
            build(Sampling, {"extra_body": wrong})


def test_a_system_message_is_text_or_a_file_and_stands_first(tmp_path: Path) -> None:
    file = tmp_path / "system.txt"
    file.write_text("先推理，后作答。\n", encoding="utf-8")
    told = build(Sampling, {"system": str(file)})
    assert told.messages("题") == [
        {"role": "system", "content": "先推理，后作答。"},
        {"role": "user", "content": "题"},
    ]
    assert [one["role"] for one in closing_messages("题", "想", is_truncated=False, system=told.system)] == [
        "system",
        "user",
        "assistant",
    ]
    assert told.key_parts != Sampling().key_parts


def test_the_default_prompt_speaks_the_language_of_the_problem() -> None:
    template = load_template(SamplingSettings().prompt)
    chinese = question_of("p#0", problem="甲在乙前。", text="谁在最前？", options=("甲", "乙"))
    english = question_of("q#0", problem="Ann is before Bob.", text="Who is first?", options=("Ann", "Bob"))
    assert "推理" in render(template, chinese)
    assert "Think step by step" in render(template, english)
    assert "推理" not in render(template, english)


def test_the_embedded_model_keeps_what_it_was_trained_and_measured_with() -> None:
    own = build(SamplingSettings, load_preset("embedded").layer)
    assert (own.prompt, own.temperature, own.top_p, own.max_tokens, own.max_samples) == ("cot", 1.0, 1.0, 400, 16)
