"""Chains that run in circles: ended by an engine that can, asked for their answer, counted apart."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from solver.sampling.capabilities import UNKNOWN, Capabilities
from solver.sampling.client import CIRCLES, SamplingClient
from solver.sampling.http import http_pool
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Sample, Status
from tests.support.scripted_server import Call, Script, ScriptedServer
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
