"""Tokens of thoughts, counted apart: as the server tells, else by the thought's share of the text."""

from __future__ import annotations

from typing import Any

import pytest

from solver.sampling.completion import Completion, completion_in
from solver.sampling.reading import sample_of
from solver.sampling.sample import Sample
from solver.scheduling.store import sample_from_json, sample_to_json
from tests.unit.solver.sampling.test_client import requests_of


def completion(*texts: str, tokens: int = 100, told: int | None = None, **message: str) -> Completion:
    usage: dict[str, Any] = {"prompt_tokens": 9, "completion_tokens": tokens}
    if told is not None:
        usage["completion_tokens_details"] = {"reasoning_tokens": told}
    choices = [{"index": index, "message": {"content": text, **message}} for index, text in enumerate(texts)]
    return completion_in({"choices": choices, "usage": usage}, len(texts))


def samples(found: Completion) -> list[Sample]:
    (request,) = requests_of()
    return [
        sample_of(request, choice, prompt_tokens=9, launched_at=0.0, finished_at=1.0, retries=0)
        for choice in found.choices.values()
    ]


def test_what_the_server_counts_is_believed_and_shared_by_length() -> None:
    first, second = samples(completion("答案是：B", "答案是：B", told=60, reasoning="想" * 30))
    assert (first.thought_tokens, second.thought_tokens) == (30, 30)
    assert first.are_thoughts_told


def test_hidden_thoughts_are_counted_all_the_same() -> None:
    (one,) = samples(completion("答案是：B", told=80))
    assert (one.thought_tokens, one.are_thoughts_told) == (80, True)


@pytest.mark.parametrize(
    "found",
    [
        completion("答案是：B", reasoning="推理" * 40),
        completion("<think>\n" + "推理" * 40 + "\n</think>\n\n答案是：B"),
        completion("推理" * 40 + "\n</think>\n\n答案是：B"),
        completion("[THINK]" + "推理" * 40 + "[/THINK]答案是：B"),
    ],
)
def test_without_a_count_the_share_of_the_text_is_one(found: Completion) -> None:
    (one,) = samples(found)
    assert 85 <= one.thought_tokens <= 97
    assert not one.are_thoughts_told


def test_a_chain_without_thoughts_has_none_and_its_row_says_nothing_of_them() -> None:
    (one,) = samples(completion("先看甲。\n答案是：B"))
    assert one.thought_tokens == 0
    assert "thought" not in sample_to_json(one)


def test_a_thought_that_was_cut_is_all_of_its_chain() -> None:
    (one,) = samples(completion("<think>\n" + "推理" * 40))
    assert one.thought_tokens == 100


def test_the_count_survives_the_store() -> None:
    (one,) = samples(completion("答案是：B", told=80))
    assert sample_from_json(sample_to_json(one)) == one
