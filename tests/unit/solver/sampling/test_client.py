"""The sampling client against the scripted server: what it sends, what it makes of every kind of reply."""

# A server and a client in one ``with`` line would often be too long.
# ruff: noqa: SIM117

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from solver.base.errors import EndpointError, EndpointRefused, UsageError
from solver.problems.prompt import load_template, render
from solver.problems.question import question_of
from solver.sampling.answer_forcing import closing_letter, closing_messages, fitted
from solver.sampling.completion import Malformed, parse_completion
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import HttpTransport, retry_after
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Request, Status
from solver.sampling.servers.throttle import Throttle
from solver.sampling.wire.address import normalized_url
from tests.support.command import until
from tests.support.loops import in_loop
from tests.support.sampling_client import client_of
from tests.support.scripted_server import Call, Reply, Script, ScriptedServer, choice_of, completion_of

QUESTION = question_of("p#0", problem="小明说真话。", text="谁说谎？", options=("小明", "小红", "小刚", "小红"))
ORDER = (3, 0, 1, 2)
SAMPLING = Sampling(temperature=1.0, top_p=1.0, max_tokens=100, logprobs=True)


def requests_of(count: int = 1, *, sampling: Sampling = SAMPLING, model: str = "scripted") -> list[Request]:
    prompt = render(load_template("cot"), QUESTION, ORDER)
    return [
        Request(
            question=QUESTION,
            model=model,
            prompt=prompt,
            sampling=sampling,
            permutation=ORDER,
            index=index,
            seed=100 + index,
        )
        for index in range(count)
    ]


def config_of(*servers: ScriptedServer, **settings: Any) -> ClientConfig:
    return ClientConfig(endpoints=tuple(server.url for server in servers), **{"patience_s": 1.0, **settings})


def says(text: str, **settings: Any) -> Script:
    """Script: every chain is ``text``; closings are left to the server."""

    def script(call: Call) -> Reply | None:
        if call.is_closing:
            return None
        return Reply(body=completion_of(*(choice_of(text, index=index, **settings) for index in range(call.n))))

    return script


def fails_first(count: int, reply: Reply) -> Script:
    """Script: the first ``count`` requests get ``reply``."""
    return lambda call: reply if call.number < count else None


@in_loop
async def test_several_samples_go_out_as_one_request() -> None:
    async with ScriptedServer() as server, client_of(config_of(server)) as sampler:
        samples = await sampler.sample(requests_of(5))
        assert [sample.index for sample in samples] == list(range(5))
        assert all(sample.status is Status.ANSWERED for sample in samples)
        (call,) = server.calls
        assert (call.n, call.body["seed"], call.body["logprobs"]) == (5, 100, True)


@in_loop
async def test_a_shown_letter_becomes_the_class_behind_the_permutation() -> None:
    async with ScriptedServer(says("想。\n答案是：A")) as server, client_of(config_of(server)) as sampler:
        (sample,) = await sampler.sample(requests_of())
        # Shown A is option 3, whose text is that of option 1.
        assert (sample.shown_letter, sample.option_class, sample.rule) == ("A", 1, "declared")
        assert sample.span is not None
        assert sample.text[slice(*sample.span)].endswith("A")
        assert sample.letter_logprob == sample.mean_logprob == -0.25
        assert sample.completion_tokens == len("想。\n答案是：A")
        assert not sample.is_closed


@in_loop
async def test_the_letters_own_logprob_is_found_among_tokens_that_split_characters() -> None:
    choice = choice_of("答案是：B")
    raw = "答案是：B".encode()
    parts = [raw[:4], raw[4:11], raw[11:12], raw[12:]]
    choice["logprobs"] = {
        "content": [{"token": "�", "logprob": -float(i), "bytes": list(part)} for i, part in enumerate(parts)]
    }
    script: Script = lambda call: Reply(body=completion_of(choice))  # noqa: E731
    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        (sample,) = await sampler.sample(requests_of())
        assert sample.letter_logprob == -3.0
        assert sample.mean_logprob == -1.5


@in_loop
async def test_a_chain_without_an_answer_is_closed_by_a_structured_choice() -> None:
    async with ScriptedServer(says("我不知道")) as server, client_of(config_of(server)) as sampler:
        (sample,) = await sampler.sample(requests_of())
        assert (sample.status, sample.rule, sample.is_closed) == (Status.ANSWERED, "closing", True)
        assert (sample.text, sample.completion_tokens) == ("我不知道", 4 + 2)
        body = server.calls[1].body
        assert body["structured_outputs"] == {"choice": ["A", "B", "C", "D"]}
        assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)
        assert body["messages"][1] == {"role": "assistant", "content": "我不知道\n答案是："}


@in_loop
async def test_a_truncated_chain_is_closed_and_one_that_had_announced_its_answer_is_not() -> None:
    async with ScriptedServer(says("因为小", finish_reason="length")) as server:
        async with client_of(config_of(server)) as sampler:
            (sample,) = await sampler.sample(requests_of())
            assert sample.is_closed
            assert server.calls[1].body["messages"][1]["content"] == "因为小…\n答案是："
            server.script = says("答案是：B\n然后", finish_reason="length")
            (sample,) = await sampler.sample(requests_of())
            assert (sample.shown_letter, sample.is_closed) == ("B", False)


@in_loop
async def test_without_closing_a_truncated_chain_stays_truncated() -> None:
    sampling = SAMPLING.replaced(close=False)
    async with ScriptedServer(says("因为小", finish_reason="length")) as server:
        async with client_of(config_of(server)) as sampler:
            (sample,) = await sampler.sample(requests_of(sampling=sampling))
            assert (sample.status, sample.shown_letter, sample.option_class) == (Status.TRUNCATED, None, None)
            assert len(server.calls) == 1


@in_loop
async def test_an_endpoint_that_cannot_close_is_asked_once() -> None:
    def script(call: Call) -> Reply | None:
        return Reply(status=400, body={"error": {"message": "no"}}) if call.is_closing else says("嗯")(call)

    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        for _ in range(3):
            (sample,) = await sampler.sample(requests_of())
            assert sample.status is Status.NO_ANSWER
        assert sum(call.is_closing for call in server.calls) == 1


@in_loop
async def test_a_closing_that_says_anything_but_a_letter_is_not_believed() -> None:
    script: Script = lambda call: says("嗯")(call) or Reply(body=completion_of(choice_of("B or C")))  # noqa: E731
    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        (sample,) = await sampler.sample(requests_of())
        assert (sample.status, sample.shown_letter) == (Status.NO_ANSWER, None)


@in_loop
async def test_a_closing_that_would_exceed_the_window_is_cut_to_fit() -> None:
    async with ScriptedServer(says("因" * 90, finish_reason="length"), max_model_len=140) as server:
        async with client_of(config_of(server)) as sampler:
            (sample,) = await sampler.sample(requests_of())
            assert sample.is_closed
            assert len(server.calls[1].body["messages"][1]["content"]) < 140 - 50 - 20


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (Reply(status=429, headers=(("Retry-After", "0"),), body={}), "429"),
        (Reply(status=503, body={}), "5xx"),
        (Reply(fault="reset"), "reset"),
        (Reply(fault="cut", body={"choices": []}), "reset"),
        (Reply(fault="hang"), "timeout"),
        (Reply(fault="trickle", body={"choices": ["x" * 200]}), "timeout"),
        (Reply(body=b'{"choices": [{'), "malformed"),
        (Reply(body={"error": {"message": "B"}}), "malformed"),
        (Reply(body=completion_of()), "malformed"),
        (Reply(body=completion_of(choice_of("答案是：B", finish_reason="abort"))), "5xx"),
    ],
)
@in_loop
async def test_what_can_heal_is_retried_and_counted(reply: Reply, cause: str) -> None:
    # A busy machine needs its time for the good reply too.
    timeout_s = 2.0 if cause == "timeout" else 60.0
    async with ScriptedServer(fails_first(1, reply)) as server:
        async with client_of(config_of(server, request_timeout_s=timeout_s)) as sampler:
            (sample,) = await sampler.sample(requests_of())
            assert (sample.status, sample.retries) == (Status.ANSWERED, 1)
            assert sampler.stats.causes == {cause: 1}
            assert sampler.stats.retries == 1
            assert sampler.stats.in_flight == 0


@in_loop
async def test_a_4xx_is_final_and_its_text_is_no_model_text() -> None:
    reply = Reply(status=422, body={"error": {"message": "答案是：B"}})
    async with ScriptedServer(lambda call: reply) as server, client_of(config_of(server)) as sampler:
        samples = await sampler.sample(requests_of(2))
        assert len(server.calls) == 1
        for sample in samples:
            assert (sample.status, sample.text, sample.shown_letter) == (Status.FAILED, "", None)
            assert "422" in (sample.error or "")
            assert server.url in (sample.error or "")


@in_loop
async def test_retries_are_bounded() -> None:
    async with ScriptedServer(lambda call: Reply(status=429, headers=(("Retry-After", "0"),), body={})) as server:
        async with client_of(config_of(server, max_retries=3, patience_s=0.0)) as sampler:
            (sample,) = await sampler.sample(requests_of())
            assert (sample.status, sample.retries, len(server.calls)) == (Status.FAILED, 3, 4)


@in_loop
async def test_retry_after_is_waited_for() -> None:
    script = fails_first(1, Reply(status=429, headers=(("Retry-After", "0.6"),), body={}))
    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        start = time.monotonic()
        await sampler.sample(requests_of())
        assert time.monotonic() - start >= 0.6


@in_loop
async def test_missing_choices_are_asked_for_again_and_duplicates_count_once() -> None:
    def script(call: Call) -> Reply:
        given = [choice_of("答案是：A", index=0), choice_of("答案是：B", index=0), choice_of("答案是：C", index=1)]
        stray = [choice_of("答案是：D", index=9)]
        return Reply(body=completion_of(*given[: call.n + 1], *stray))

    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        samples = await sampler.sample(requests_of(4))
        assert [sample.shown_letter for sample in samples] == ["A", "C", "A", "C"]
        assert [call.n for call in server.calls] == [4, 2]
        assert [call.body["seed"] for call in server.calls] == [100, 102]
        assert [sample.retries for sample in samples] == [0, 0, 1, 1]


@in_loop
async def test_a_server_that_ignores_n_is_asked_one_by_one() -> None:
    script: Script = lambda call: Reply(body=completion_of(choice_of("答案是：A")))  # noqa: E731
    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        for _ in range(2):
            samples = await sampler.sample(requests_of(4))
            assert all(sample.status is Status.ANSWERED for sample in samples)
        assert [call.n for call in server.calls] == [4, *[1] * 7]
        assert {call.body["seed"] for call in server.calls[1:4]} == {101, 102, 103}


@in_loop
async def test_greedy_samples_go_out_one_by_one() -> None:
    async with ScriptedServer() as server, client_of(config_of(server)) as sampler:
        await sampler.sample(requests_of(3, sampling=SAMPLING.replaced(temperature=0.0)))
        assert [call.n for call in server.calls] == [1, 1, 1]


@in_loop
async def test_an_answer_too_long_for_the_window_is_asked_for_with_a_smaller_bound_and_never_without() -> None:
    def script(call: Call) -> Reply | None:
        if call.body.get("max_tokens", 10**9) > 30 and not call.is_closing:
            return Reply(status=400, body={"error": {"message": "maximum context length is 512"}})
        return None

    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        (sample,) = await sampler.sample(requests_of())
        assert sample.status is Status.ANSWERED
        assert all("max_tokens" in call.body for call in server.calls)


@in_loop
async def test_work_goes_to_the_endpoint_with_the_least_of_it() -> None:
    async with ScriptedServer(latency_s=0.1) as one, ScriptedServer(latency_s=0.1) as two:
        async with client_of(config_of(one, two)) as sampler:
            await asyncio.gather(*(sampler.sample(requests_of()) for _ in range(20)))
            assert len(one.calls) + len(two.calls) == 20
            assert min(len(one.calls), len(two.calls)) >= 8


@in_loop
async def test_requests_in_flight_stay_within_the_slots() -> None:
    async with ScriptedServer() as server:
        server.least_at_once = 2
        async with client_of(config_of(server, slots_per_endpoint=4)) as sampler:
            await asyncio.gather(*(sampler.sample(requests_of(2)) for _ in range(12)))
            assert server.peak_in_flight == 2
            # More than the slots at once is let in alone.
            samples = await sampler.sample(requests_of(7))
            assert len(samples) == 7


@in_loop
async def test_each_model_is_asked_where_it_is_served() -> None:
    async with ScriptedServer(models=("a",)) as one, ScriptedServer(models=("b",)) as two:
        async with client_of(config_of(one, two)) as sampler:
            await asyncio.gather(*(sampler.sample(requests_of(model=name)) for name in "abab"))
            assert {call.body["model"] for call in one.calls} == {"a"}
            assert {call.body["model"] for call in two.calls} == {"b"}
            assert await sampler.models() == {"a": (one.url,), "b": (two.url,)}
            (sample,) = await sampler.sample(requests_of(model="c"))
            assert sample.status is Status.FAILED


@in_loop
async def test_a_dead_endpoint_is_left_out_and_tried_again_later() -> None:
    async with ScriptedServer() as one, ScriptedServer() as two:
        async with client_of(config_of(one, two)) as sampler:
            await one.stop()
            samples = [(await sampler.sample(requests_of()))[0] for _ in range(6)]
            assert all(sample.status is Status.ANSWERED for sample in samples)
            assert len(two.calls) == 6
            await one.start()
            # How long it is left alone grows with how often it was tried, which a busy machine does more often.
            while not one.calls:
                await asyncio.gather(*(sampler.sample(requests_of()) for _ in range(4)))


@in_loop
async def test_samples_wait_for_the_only_endpoint_to_come_back() -> None:
    async with ScriptedServer(latency_s=0.2) as server:
        async with client_of(config_of(server, patience_s=60.0)) as sampler:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(sampler.sample(requests_of())) for _ in range(10)]
                await until(lambda: bool(server.calls))
                await server.stop()
                await until(lambda: sampler.endpoints[0].health.needs_probe)
                await server.start()
            assert all(task.result()[0].status is Status.ANSWERED for task in tasks)


@in_loop
async def test_patience_with_dead_endpoints_ends() -> None:
    async with client_of(ClientConfig(endpoints=("http://127.0.0.1:9",), patience_s=0.7)) as sampler:
        came = await asyncio.gather(*(sampler.sample(requests_of()) for _ in range(5)), return_exceptions=True)
        failed = [one[0] for one in came if not isinstance(one, BaseException)]
        assert {sample.status for sample in failed} <= {Status.FAILED}
        assert all("127.0.0.1:9" in (sample.error or "") for sample in failed)
        # Nothing has ever come, so after the first few nothing will.
        ends = [one for one in came if isinstance(one, BaseException)]
        assert {type(end) for end in ends} == {EndpointRefused}


@in_loop
async def test_nothing_listening_and_unknown_models_are_told_before_the_run() -> None:
    async with client_of(ClientConfig(endpoints=("http://127.0.0.1:9",))) as sampler:
        with pytest.raises(EndpointError, match=r"127\.0\.0\.1:9/v1.*--serve"):
            await sampler.check(["m"])
    async with ScriptedServer(models=("logic-small",)) as server, client_of(config_of(server)) as sampler:
        await sampler.check(["logic-small"])
        with pytest.raises(EndpointError, match="did you mean logic-small"):
            await sampler.check(["logic-smal"])


@in_loop
async def test_a_server_without_a_model_page_is_believed_to_serve_anything() -> None:
    async with ScriptedServer(models=None) as server, client_of(config_of(server)) as sampler:
        await sampler.check(["whatever"])
        (sample,) = await sampler.sample(requests_of(model="whatever"))
        assert sample.status is Status.ANSWERED


@in_loop
async def test_cancelling_closes_the_connection_at_once_and_frees_the_slots() -> None:
    async with ScriptedServer(latency_s=60) as server:
        async with client_of(config_of(server, slots_per_endpoint=2)) as sampler:
            task = asyncio.create_task(sampler.sample(requests_of(2)))
            queued = asyncio.create_task(sampler.sample(requests_of()))
            await until(lambda: (server.in_flight, sampler.stats.waiting) == (1, 1))
            queued.cancel()
            task.cancel()
            results = await asyncio.gather(task, queued, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in results)
            await until(lambda: (server.in_flight, server.abandoned) == (0, 1))
            assert (sampler.stats.waiting, sampler.stats.in_flight, sampler.endpoints[0].outstanding) == (0, 0, 0)
            server.latency_s = 0
            assert (await sampler.sample(requests_of()))[0].status is Status.ANSWERED


@in_loop
async def test_the_key_is_sent_and_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    reply = Reply(status=401, body={"error": {"message": "bad key sk-very-secret"}})
    async with ScriptedServer(lambda call: reply) as server, client_of(config_of(server)) as sampler:
        with pytest.raises(EndpointRefused) as refused:
            await sampler.sample(requests_of())
        assert server.calls[0].headers["authorization"] == "Bearer sk-very-secret"
        assert "sk-very-secret" not in repr(refused.value) + repr(sampler._pool.config) + repr(sampler.stats)


@in_loop
async def test_without_usage_or_logprobs_only_the_tokens_are_estimated_and_that_is_said() -> None:
    body = completion_of(choice_of("想" * 147 + "答案是：A", logprobs=False))
    for usage in (None, {"prompt_tokens": 7, "completion_tokens": 1}):
        reply = Reply(body={**body, "usage": usage})
        async with ScriptedServer(lambda call, reply=reply: reply) as server:  # type: ignore[misc]
            async with client_of(config_of(server)) as sampler:
                (sample,) = await sampler.sample(requests_of())
                assert (sample.status, sample.completion_tokens) == (Status.ANSWERED, 101)
                assert (sample.mean_logprob, sample.letter_logprob) == (None, None)
                assert len(sampler.stats.notes) == 1
                assert "estimated from the text" in sampler.stats.notes[0]


@in_loop
async def test_requests_of_different_prompts_are_a_mistake() -> None:
    async with client_of(ClientConfig(endpoints=("http://127.0.0.1:9",))) as sampler:
        one, two = requests_of(2)
        with pytest.raises(ValueError, match="index and seed only"):
            await sampler.sample([one, replace(two, prompt="x")])


def test_shared_usage_is_split_without_a_token_lost() -> None:
    choices = [choice_of("x" * length, index=index, logprobs=False) for index, length in enumerate((10, 0, 31))]
    completion = parse_completion(json.dumps(completion_of(*choices, completion_tokens=100)).encode(), 3)
    tokens = [completion.choices[index].tokens for index in range(3)]
    assert sum(tokens) == 100
    assert tokens[2] > tokens[0] > tokens[1] == 0


def test_reasoning_is_kept_in_tags_before_the_content() -> None:
    body = {"choices": [{"index": 0, "message": {"reasoning": "想", "content": "B"}, "finish_reason": "stop"}]}
    choice = parse_completion(json.dumps(body).encode(), 1).choices[0]
    assert choice.text == "<think>\n想\n</think>\n\nB"
    assert choice.text[choice.content_start :] == "B"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"choices": 3}', b"\xff\xfe", b"3", b'{"choices": null}'])
def test_a_body_that_is_no_completion_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_completion(body, 1)


@pytest.mark.parametrize(
    "choice",
    [None, 3, {}, {"index": 0}, {"index": 7, "message": {"content": "B"}}, {"index": True, "message": {}}],
)
def test_a_choice_of_the_wrong_shape_is_left_out(choice: object) -> None:
    assert parse_completion(json.dumps({"choices": [choice]}).encode(), 2).choices == {}


def test_an_unfinished_thought_is_ended_before_the_ask() -> None:
    content = closing_messages("题", "<think>想", is_truncated=True)[1]["content"]
    assert content == "<think>想…\n</think>\n\n答案是："
    assert closing_messages("Q", "", is_truncated=False)[1]["content"] == "The answer is:"


def test_a_chain_is_cut_only_as_far_as_the_window_demands() -> None:
    assert fitted("x" * 90, chain_tokens=90, prompt_tokens=50, context=None) == "x" * 90
    assert fitted("x" * 90, chain_tokens=90, prompt_tokens=50, context=200) == "x" * 90
    cut = fitted("x" * 90, chain_tokens=90, prompt_tokens=50, context=150)
    assert cut is not None
    assert 50 < len(cut) < 68
    assert fitted("x" * 90, chain_tokens=90, prompt_tokens=120, context=150) is None


def test_only_a_shown_letter_closes() -> None:
    def letter(text: str) -> str | None:
        body = json.dumps(completion_of(choice_of(text))).encode()
        return closing_letter(parse_completion(body, 1).choices[0], "ABC")

    assert [letter(text) for text in ("A", " B", "C。", "D", "AB", "", "b")] == ["A", "B", "C", None, None, None, None]


def test_retry_after_reads_seconds_and_dates_within_bounds() -> None:
    now = 1445412480.0
    assert retry_after({"retry-after": "3"}, now) == 3
    assert retry_after({"retry-after": "99999"}, now) == 99999
    assert retry_after({"retry-after": "inf"}, now) is None
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:10 GMT"}, now) == 10
    for value in ("-3", "nan", "soon", ""):
        assert retry_after({"retry-after": value}, now) is None
    assert retry_after({}, now) is None


def test_an_endpoint_must_be_a_url() -> None:
    for url in ("localhost:8000", "ftp://x", "", "http://"):
        with pytest.raises(UsageError, match="http://"):
            normalized_url(url)
    with pytest.raises(UsageError, match="no endpoint"):
        client_of(ClientConfig(endpoints=()))


@in_loop
async def test_the_quota_of_requests_holds_from_the_first_second() -> None:
    throttle = Throttle(requests_per_minute=600, tokens_per_minute=None)
    start = time.monotonic()
    for _ in range(64):
        await throttle.enter(prompt_chars=1, chains=1, max_tokens=1)
    # 60 at once, then nine a second; nine a second from the first on would be seven seconds.
    assert 0.3 < time.monotonic() - start < 5


@in_loop
async def test_the_quota_of_tokens_is_settled_by_true_usage() -> None:
    throttle = Throttle(requests_per_minute=None, tokens_per_minute=60_000)
    start = time.monotonic()
    paid = await throttle.enter(prompt_chars=150, chains=1, max_tokens=5000)
    throttle.settle(paid, prompt_tokens=100, completion_tokens=100, chains=1)
    for _ in range(10):
        paid = await throttle.enter(prompt_chars=150, chains=1, max_tokens=5000)
        throttle.settle(paid, prompt_tokens=100, completion_tokens=100, chains=1)
    # Unsettled, they would take most of a minute.
    assert time.monotonic() - start < 10
    paid = await throttle.enter(prompt_chars=9000, chains=1, max_tokens=5000)
    assert time.monotonic() - start > 0.05


class SlowPages(ScriptedServer):
    """Takes longer over its page of models than over completions."""

    def _route(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        reply = super()._route(method, path, headers, body)
        return reply if method == "POST" else replace(reply, delay_s=0.5)


@in_loop
async def test_the_page_of_models_has_its_own_time_and_not_that_of_a_completion() -> None:
    async with SlowPages(models=("m",)) as server:
        transport = HttpTransport(server.url, ClientConfig(endpoints=(server.url,), request_timeout_s=0.2))
        assert await transport.models() == {"m": server.max_model_len}
        await transport.close()
