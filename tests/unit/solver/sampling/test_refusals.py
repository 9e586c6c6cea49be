"""Refusals and the client: a field is learnt once, what holds for all ends it, a prompt's own is its own."""

# A server and a client in one ``with`` line would often be too long.
# ruff: noqa: SIM117

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from solver.base.errors import EndpointRefused
from solver.sampling.client import SamplingClient
from solver.sampling.sample import Sample, Status
from solver.sampling.transport import UNWATCHED
from solver.sampling.wire.dialect import OPTIONAL
from solver.sampling.wire.first_contact import FirstContact
from tests.support.command import until
from tests.support.loops import in_loop
from tests.support.sampling_client import client_of
from tests.support.scripted_server import Call, MadeUp, Reply, ScriptedServer
from tests.support.strict_servers import FOR_ALL, error, refusing
from tests.unit.solver.sampling.test_client import SAMPLING, config_of, requests_of

TAKES = {
    "n": "n",
    "n as a fault": "n",
    "max_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "logprobs": "logprobs",
    "seed": "seed",
    "structured_outputs": "structured_outputs",
}


async def three_questions(sampler: SamplingClient, count: int = 3) -> list[Sample]:
    """Ask three questions at once, as a run does."""
    warm = SAMPLING.replaced(temperature=0.7)
    drawn = await asyncio.gather(*(sampler.sample(requests_of(count, sampling=warm)) for _ in range(3)))
    return [sample for samples in drawn for sample in samples]


@pytest.mark.parametrize("name", [name for name in TAKES if name != "structured_outputs"])
@in_loop
async def test_a_field_that_is_not_taken_is_refused_once_and_left_out(name: str) -> None:
    async with ScriptedServer(refusing(name)) as server, client_of(config_of(server)) as sampler:
        samples = await three_questions(sampler)
        assert {sample.status for sample in samples} == {Status.ANSWERED}
        assert sampler.stats.refusals == 1
        assert len(sampler.stats.notes) == 1
        # A bound on the tokens is in every request.
        assert all({"max_tokens", "max_completion_tokens"} & call.body.keys() for call in server.calls)
        assert TAKES[name] not in server.calls[-1].body


@in_loop
async def test_of_several_fields_that_one_refusal_names_each_is_left_out() -> None:
    both = error("x does not support parameters: ['n', 'top_p'], for model=m")

    def script(call: Call) -> Reply:
        return both if {"n", "top_p"} & call.body.keys() else MadeUp()(call)

    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        samples = await three_questions(sampler)
        assert {sample.status for sample in samples} == {Status.ANSWERED}
        assert sampler.stats.refusals == 2


@pytest.mark.parametrize("words", ["max_tokens must be between 2 and 64", "max_tokens 不能大于64"])
@in_loop
async def test_a_bound_that_is_too_large_is_made_smaller_in_the_same_field(words: str) -> None:
    def script(call: Call) -> Reply:
        return error(words) if call.body.get("max_tokens", 0) > 64 else MadeUp()(call)

    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        samples = await three_questions(sampler)
        assert {sample.status for sample in samples} == {Status.ANSWERED}
        # A server that does not know the other field would generate without a bound.
        assert all("max_tokens" in call.body for call in server.calls)
        assert sum(call.body["max_tokens"] > 64 for call in server.calls) == 1


@in_loop
async def test_several_fields_are_learnt_one_after_the_other() -> None:
    names = ("max_tokens", "temperature", "top_p", "logprobs", "seed", "n")
    async with ScriptedServer(refusing(*names)) as server, client_of(config_of(server)) as sampler:
        samples = await three_questions(sampler)
        assert {sample.status for sample in samples} == {Status.ANSWERED}
        assert sampler.stats.refusals == len(names)
        assert server.calls[-1].body["max_completion_tokens"] == SAMPLING.max_tokens


@in_loop
async def test_a_server_that_streams_only_is_asked_by_stream() -> None:
    async with ScriptedServer(refusing("whole replies")) as server, client_of(config_of(server)) as sampler:
        samples = await three_questions(sampler, count=1)
        assert {sample.status for sample in samples} == {Status.ANSWERED}
        assert [call.body.get("stream", False) for call in server.calls] == [False, True, True, True]


@in_loop
async def test_a_choice_that_cannot_be_held_is_forced_as_free_text() -> None:
    def script(call: Call) -> Reply | None:
        if call.is_closing:
            return refusing("structured_outputs")(call)
        return Reply(body={"choices": [{"index": 0, "message": {"content": "我不知道。"}, "finish_reason": "stop"}]})

    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        (sample,) = await sampler.sample(requests_of())
        assert sample.is_closed
        assert "structured_outputs" not in server.calls[-1].body


@in_loop
async def test_a_setting_of_the_user_is_never_dropped_silently() -> None:
    sampling = SAMPLING.replaced(top_k=20)
    async with ScriptedServer(refusing("top_k")) as server, client_of(config_of(server)) as sampler:
        with pytest.raises(EndpointRefused, match="no --top-k"):
            await sampler.sample(requests_of(sampling=sampling))
        assert server.number == 1


@pytest.mark.parametrize("name", FOR_ALL)
@in_loop
async def test_what_holds_for_all_ends_the_run_within_a_handful_of_requests(name: str) -> None:
    async with ScriptedServer(lambda call: FOR_ALL[name]) as server:
        async with client_of(config_of(server)) as sampler:
            tries = await asyncio.gather(*(sampler.sample(requests_of(3)) for _ in range(40)), return_exceptions=True)
            assert any(isinstance(one, EndpointRefused) for one in tries)
            assert server.number <= 3


@in_loop
async def test_a_system_message_that_is_not_taken_stands_at_the_head_of_the_question() -> None:
    def script(call: Call) -> Reply | None:
        if call.body["messages"][0]["role"] == "system":
            return error("System role not supported")
        assert call.body["messages"][0]["content"].startswith("你是专家\n\n")
        return None

    sampling = SAMPLING.replaced(system="你是专家")
    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        (sample,) = await sampler.sample(requests_of(sampling=sampling))
        assert sample.status is Status.ANSWERED
        assert sampler.stats.notes == [f"{server.url}: system is left out: {OPTIONAL['system']}"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b""),
        Reply(body=b"<html><title>UI</title>"),
        Reply(body={"code": 11200, "message": "AppIdNoAuthError"}),
        Reply(body=b"OK"),
        Reply(status=500),
    ],
)
@in_loop
async def test_a_run_ends_where_nothing_has_come_after_the_retries_of_the_first_few(reply: Reply) -> None:
    async with ScriptedServer(lambda call: reply) as server:
        async with client_of(config_of(server, max_retries=1)) as sampler:
            asked = [
                [replace(request, prompt=f"{place}. {request.prompt}") for request in requests_of()]
                for place in range(9)
            ]
            tries = await asyncio.gather(*map(sampler.sample, asked), return_exceptions=True)
            assert any(isinstance(one, EndpointRefused) for one in tries)


@in_loop
async def test_a_prompt_that_got_nonsense_from_a_stranger_three_times_is_not_asked_for_its_other_samples() -> None:
    async with ScriptedServer(lambda call: Reply(body=b"OK")) as server, client_of(config_of(server)) as sampler:
        samples = [(await sampler.sample(requests_of()))[0] for _ in range(9)]
        assert {sample.status for sample in samples} == {Status.FAILED}
        assert all("no JSON" in (sample.error or "") for sample in samples)
        assert len(server.calls) == 3


@in_loop
async def test_faults_of_the_server_for_one_prompt_alone_end_a_run_after_more_of_them() -> None:
    async with ScriptedServer(lambda call: Reply(status=500)) as server:
        async with client_of(config_of(server, max_retries=0)) as sampler:
            for _ in range(7):
                assert (await sampler.sample(requests_of()))[0].status is Status.FAILED
            with pytest.raises(EndpointRefused):
                await sampler.sample(requests_of())


@in_loop
async def test_faults_after_a_completion_are_of_their_questions_alone() -> None:
    async with ScriptedServer(lambda call: Reply(status=500) if call.number else None) as server:
        async with client_of(config_of(server, max_retries=0)) as sampler:
            samples = [(await sampler.sample(requests_of()))[0] for _ in range(6)]
            assert [sample.status for sample in samples] == [Status.ANSWERED, *[Status.FAILED] * 5]


@pytest.mark.parametrize(
    ("cards", "served"),
    [
        ([{"id": None}, {"id": "scripted"}, {"id": "scripted"}, 5, None, {}, ["x"]], {"scripted": None}),
        (["scripted", "other"], {"scripted": None, "other": None}),
        (
            [{"id": "scripted", "max_model_len": -1}, {"id": "other", "max_model_len": 64}],
            {"scripted": None, "other": 64},
        ),
        ([{"name": "scripted", "max_model_len": "4096"}], {"scripted": None}),
    ],
)
@in_loop
async def test_of_a_list_of_models_what_can_be_read_is(cards: list[object], served: dict[str, int | None]) -> None:
    async with ScriptedServer() as server, client_of(config_of(server)) as sampler:
        server._route = lambda method, path, headers, body: Reply(body={"data": cards})  # type: ignore[method-assign]
        await sampler.check(["scripted"])
        (endpoint,) = sampler.endpoints
        assert endpoint.models == served


@in_loop
async def test_a_list_of_models_that_is_broken_stops_nothing() -> None:
    async with ScriptedServer() as server, client_of(config_of(server)) as sampler:
        page = server._route

        def route(method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
            return Reply(status=500, body=b"boom") if path.endswith("/models") else page(method, path, headers, body)

        server._route = route  # type: ignore[method-assign]
        await sampler.check(["scripted"])
        assert await sampler.models() == {}
        (sample,) = await sampler.sample(requests_of())
        assert sample.status is Status.ANSWERED


@in_loop
async def test_another_endpoint_goes_on_where_one_refuses_everything() -> None:
    async with ScriptedServer(lambda call: FOR_ALL["no balance"]) as spent, ScriptedServer() as good:
        async with client_of(config_of(spent, good)) as sampler:
            samples = [sample for _ in range(4) for sample in await sampler.sample(requests_of(2))]
            assert {sample.status for sample in samples} == {Status.ANSWERED}
            assert spent.number <= 1


@in_loop
async def test_a_prompt_that_is_not_wanted_costs_this_question_alone() -> None:
    def script(call: Call) -> Reply | None:
        return error("Content Exists Risk") if call.number == 0 else None

    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        (bad,) = await sampler.sample(requests_of())
        (good,) = await sampler.sample(requests_of())
        assert (bad.status, good.status) == (Status.FAILED, Status.ANSWERED)
        assert "Content Exists Risk" in (bad.error or "")


@in_loop
async def test_refusals_that_nothing_sorts_are_of_one_question_once_another_was_answered() -> None:
    def script(call: Call) -> Reply | None:
        return None if call.number == 0 else error("Bad Request")

    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        samples = [(await sampler.sample(requests_of()))[0] for _ in range(6)]
        assert [sample.status for sample in samples] == [Status.ANSWERED, *[Status.FAILED] * 5]


@in_loop
async def test_the_largest_bound_that_a_server_takes_is_learnt() -> None:
    def script(call: Call) -> Reply | None:
        is_large = call.body["max_tokens"] > 64
        return error("Invalid max_tokens value, the valid range of max_tokens is [1, 64]") if is_large else None

    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        samples = await three_questions(sampler)
        assert {sample.status for sample in samples} == {Status.ANSWERED}
        assert [call.body["max_tokens"] for call in server.calls if not call.is_closing] == [100, 64, 64, 64]


@in_loop
async def test_a_slow_first_reply_does_not_hold_the_others_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.sampling.wire.first_contact.FIRST_CONTACT_S", 0.05)
    contact, out = FirstContact(), list[float]()

    async def one() -> None:
        async with contact.turn():
            out.append(time.monotonic())
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(one()) for _ in range(5)]
    await until(lambda: len(out) == 5)
    assert out[1] - out[0] > 0.04
    for task in tasks:
        task.cancel()


@in_loop
async def test_all_go_with_the_first_piece_of_the_first_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.sampling.wire.first_contact.FIRST_CONTACT_S", 600.0)
    contact, out = FirstContact(), list[int]()

    async def one(number: int) -> None:
        async with contact.turn():
            out.append(number)
            growth = contact.over_with(UNWATCHED)
            if number == 0:
                await asyncio.sleep(0.01)
                assert out == [0]
                growth.grew(0, "因")
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(one(number)) for number in range(5)]
    await until(lambda: len(out) == 5)
    assert contact.over_with(UNWATCHED) is UNWATCHED
    for task in tasks:
        task.cancel()


@in_loop
async def test_a_stream_that_is_one_body_of_json_is_read_as_such() -> None:
    from tests.unit.solver.sampling.test_streaming import Told

    async with ScriptedServer() as server, client_of(config_of(server), Told()) as sampler:
        (sample,) = await sampler.sample(requests_of())
        assert server.calls[0].body["stream"] is True
        assert sample.status is Status.ANSWERED
