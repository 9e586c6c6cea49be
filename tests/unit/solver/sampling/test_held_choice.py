"""Forced answers at servers that ignore how others are told to hold a completion to some texts."""

from __future__ import annotations

import json

import pytest

from solver.sampling.answer_forcing import closing_letter, went_on
from solver.sampling.completion import Choice, parse_completion
from solver.sampling.servers import held_choice
from tests.support.dialect_servers import DIALECTS
from tests.support.loops import in_loop
from tests.support.sampling_client import client_of
from tests.support.scripted_server import Call, Reply, ScriptedServer, choice_of, completion_of
from tests.unit.solver.sampling.test_client import config_of, requests_of


def answers(way: str, *, repeats: bool = False) -> ScriptedServer:
    """Return a server that knows one way, or none."""

    def script(call: Call) -> Reply:
        if not call.is_closing:
            return Reply(body=completion_of(choice_of("我不知道。", logprobs=False), completion_tokens=6))
        said = "B" if way in call.body else "B，因为甲"
        head = call.body["messages"][-1]["content"] if repeats else ""
        return Reply(body=completion_of(choice_of(head + said, logprobs=False), completion_tokens=2))

    return ScriptedServer(script)


@pytest.mark.parametrize("way", held_choice.WAYS)
@in_loop
async def test_an_answer_is_forced_in_the_way_that_the_server_knows(way: str) -> None:
    async with answers(way) as server, client_of(config_of(server)) as sampler:
        (first,) = await sampler.sample(requests_of())
        tries = len(server.calls)
        (second,) = await sampler.sample(requests_of())
        assert (first.shown_letter, second.shown_letter) == ("B", "B")
        assert (first.is_closed, second.is_closed) == (True, True)
        # What was learnt is not tried again: a chain, and its closing.
        assert len(server.calls) == tries + 2
        assert all(len(held_choice.WAYS.keys() & call.body.keys()) == 1 for call in server.calls if call.is_closing)


@in_loop
async def test_a_message_that_comes_back_with_its_continuation_is_taken_off() -> None:
    async with answers("grammar", repeats=True) as server, client_of(config_of(server)) as sampler:
        (sample,) = await sampler.sample(requests_of())
        assert (sample.shown_letter, sample.is_closed) == ("B", True)


@in_loop
async def test_a_server_that_holds_nothing_and_goes_on_with_nothing_is_not_asked_for_ever() -> None:
    async with answers("nothing") as server, client_of(config_of(server)) as sampler:
        for _ in range(9):
            (sample,) = await sampler.sample(requests_of())
            assert (sample.shown_letter, sample.error) == (None, None)
        closings = sum(call.is_closing for call in server.calls)
        assert closings == len(held_choice.WAYS) + 4
        assert any("answers are not forced" in note for note in sampler.stats.notes)


@pytest.mark.parametrize("message", ["想。\n答案是：", "<think>\n想\n</think>\n\n嗯…\n答案是：", "答案是："])
def test_what_is_taken_off_is_the_message_and_nothing_else(message: str) -> None:
    def choice(text: str) -> Choice:
        return parse_completion(_body(text), 1).choices[0]

    assert went_on(choice(message + "C"), message).text == "C"
    assert closing_letter(went_on(choice("C"), message), "ABC") == "C"
    # A new turn that happens to use the words is no continuation.
    if message != "答案是：":
        assert went_on(choice("好的，让我想想。\n答案是：C"), message).text != "C"


def _body(text: str) -> bytes:
    return json.dumps(completion_of(choice_of(text, logprobs=False)), ensure_ascii=False).encode()


def test_llama_cpp_answers_in_the_shape_that_was_seen() -> None:
    body = {"messages": [{"role": "assistant", "content": "想。\n答案是："}], "grammar": 'root ::= "A" | "B"'}
    reply = DIALECTS["llama.cpp"].continues(body)
    assert isinstance(reply.body, dict)
    assert reply.body["choices"][0]["message"]["content"] == "想。\n答案是：A"
