"""Chains that run in circles: ended by an engine that can, asked for their answer, counted apart."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.sampling.capabilities import UNKNOWN, Capabilities
from solver.sampling.client import CIRCLES, SamplingClient
from solver.sampling.completion import completion_in
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_pool
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Sample, Status
from solver.sampling.streaming import Gathered
from solver.sampling.wire.circles import LONGEST, SHORTEST, TIMES, runs_in_circles
from tests.support.command import wait_until
from tests.support.scripted_server import Call, Script, ScriptedServer
from tests.support.streaming_server import StreamingServer, streaming
from tests.unit.solver.sampling.test_client import SAMPLING, config_of, requests_of, says

ENDS_CIRCLES = replace(UNKNOWN, ends_circles=True, is_own=True)


def drawn(script: Script, capabilities: Capabilities, sampling: Sampling = SAMPLING) -> tuple[Sample, list[Call]]:
    async def main() -> tuple[Sample, list[Call]]:
        async with ScriptedServer(script) as server:
            async with SamplingClient(http_pool(config_of(server), capabilities=capabilities)) as sampler:
                (sample,) = await sampler.sample(requests_of(sampling=sampling))
            return sample, server.calls

    return asyncio.run(main())


@pytest.mark.parametrize("capabilities", [ENDS_CIRCLES, UNKNOWN])
def test_only_an_engine_that_can_is_asked_to_end_circles(capabilities: Capabilities) -> None:
    _, (call,) = drawn(says("答案是：A"), capabilities)
    assert call.body.get("repetition_detection") == (CIRCLES if capabilities.ends_circles else None)


def test_what_the_user_says_of_circles_wins() -> None:
    sampling = SAMPLING.replaced(extra_body='{"repetition_detection": null}')
    _, (call,) = drawn(says("答案是：A"), ENDS_CIRCLES, sampling)
    assert call.body["repetition_detection"] is None


def test_a_chain_that_ran_in_circles_is_asked_for_its_answer() -> None:
    sample, calls = drawn(says("甲在乙左边。" * 9, finish_reason="repetition"), ENDS_CIRCLES)
    assert (sample.status, sample.is_closed, sample.finish_reason) == (Status.ANSWERED, True, "repetition")
    assert [call.is_closing for call in calls] == [False, True]
    assert "…" in calls[1].body["messages"][-1]["content"], "it is told that the chain was cut"


def test_an_answer_that_was_announced_before_the_circles_counts() -> None:
    sample, calls = drawn(says("答案是：B\n" + "甲在乙左边。" * 9, finish_reason="repetition"), ENDS_CIRCLES)
    assert (sample.shown_letter, sample.is_closed, len(calls)) == ("B", False, 1)


def test_a_chain_in_circles_without_any_answer_is_cut_and_not_silent() -> None:
    sampling = SAMPLING.replaced(answer_forcing=False)
    sample, _ = drawn(says("甲在乙左边。" * 9, finish_reason="repetition"), ENDS_CIRCLES, sampling)
    assert (sample.status, sample.shown_letter) == (Status.TRUNCATED, None)


CIRCLE = "甲在乙左边，乙在丙左边，丙在丁左边，丁又在甲左边，这不可能，所以我们重新开始，再看第一句话：" * 4
"""A piece of some 46 characters, four times over."""


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("先看条件。" + CIRCLE, True),
        ("先看条件。" + CIRCLE[:-1], False),
        (CIRCLE + "所以是B。", False),
        ("1. 甲\n2. 乙\n3. 丙\n" * 30, True),
        (
            "".join(
                f"{number}. 甲不在{number}号，乙不在{number + 1}号，丙不在{number + 2}号。\n" for number in range(60)
            ),
            False,
        ),
        ("| 甲 | 1 |\n", False),
        ("", False),
        ("好" * 159, False),
        ("好" * 160, True),
        (("x" * 601) * 4, True),
        ("".join(map(chr, range(0x4E00, 0x4E00 + 601))) * 4, False),
    ],
)
def test_a_circle_is_a_piece_that_is_said_four_times_in_a_row(text: str, turns: bool) -> None:
    assert runs_in_circles(text) == turns


@given(
    st.text(max_size=60),
    st.text(st.sampled_from("甲乙丙 12。\n"), min_size=SHORTEST, max_size=LONGEST),
    st.integers(0, 8),
)
def test_circles_are_those_that_trying_every_length_finds(head: str, piece: str, times: int) -> None:
    text = head + piece * times
    lengths = range(SHORTEST, LONGEST + 1)
    assert runs_in_circles(text) == any(text.endswith(text[-n:] * TIMES) for n in lengths if n * TIMES <= len(text))


class Unheard:
    def __init__(self) -> None:
        self.ends: list[int] = []

    def grew(self, index: int, text: str) -> None: ...

    def ended(self, index: int) -> None:
        self.ends.append(index)


def test_a_stream_is_left_when_only_circles_are_still_to_come() -> None:
    """A stranger's server that ends no circles itself: what it would go on computing is no longer waited for."""
    endless = "答案未定。" + CIRCLE * 40

    async def main(server: StreamingServer) -> tuple[Sample, ...]:
        async with SamplingClient(http_pool(ClientConfig(endpoints=(server.url,)))) as sampler:
            return await sampler.sample([replace(one, model="scripted") for one in requests_of(2)])

    with streaming(lambda _, index: "想一想。答案是：B" if index else endless, delay_s=1e-9) as server:
        turning, ended = asyncio.run(main(server))
        assert (ended.finish_reason, ended.shown_letter, ended.is_closed) == ("stop", "B", False)
        assert (turning.finish_reason, turning.is_closed, turning.shown_letter) == ("repetition", True, "A")
        assert len(turning.text) < len(endless) / 4
        assert turning.completion_tokens > 0
        wait_until(lambda: server.abandoned == 1)


def test_a_chain_in_circles_is_waited_for_while_another_still_thinks() -> None:
    heard = Unheard()
    gathered = Gathered(heard, 2)
    gathered.add({"choices": [{"index": 0, "delta": {"content": CIRCLE * 4}}]})
    assert not gathered.runs_in_circles, "the second has not begun"
    gathered.add({"choices": [{"index": 1, "delta": {"content": "想一想"}}]})
    assert not gathered.runs_in_circles
    gathered.add({"choices": [{"index": 1, "delta": {}, "finish_reason": "stop"}]})
    assert gathered.runs_in_circles
    reply = completion_in(gathered.left(), 2)
    assert [choice.finish_reason for choice in reply.choices.values()] == ["repetition", "stop"]
    assert sorted(heard.ends) == [0, 1]


def test_a_chain_that_leaves_its_circle_is_no_circle() -> None:
    gathered = Gathered(Unheard(), 1)
    gathered.add({"choices": [{"index": 0, "delta": {"content": CIRCLE * 4}}]})
    assert gathered.runs_in_circles
    gathered.add({"choices": [{"index": 0, "delta": {"content": "".join(map(str, range(200)))}}]})
    assert not gathered.runs_in_circles
