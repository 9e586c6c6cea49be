"""Streamed chains: the same samples as without a stream, told piece by piece, and asked for again when cut off."""

from __future__ import annotations

import asyncio

from solver.problems.prompt import Template, render
from solver.sampling.completion import completion_in
from solver.sampling.endpoint import ClientConfig
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Request, Sample, Status
from solver.sampling.streaming import Gathered, Watched
from tests.support.command import until
from tests.support.sampling_client import client_of
from tests.support.scripted_sampler import a_question
from tests.support.streaming_server import StreamingServer, streaming

TEMPLATE = Template(name="t", text="{problem}{question}{options}")


class Told:
    """Keeps what a watcher is told."""

    def __init__(self) -> None:
        self.text: dict[int, str] = {}
        self.openings: list[int] = []
        self.ends: list[int] = []

    def opened(self, request: Request) -> None:
        self.openings.append(request.index)
        self.text[request.index] = ""

    def grew(self, request: Request, text: str) -> None:
        self.text[request.index] = self.text.get(request.index, "") + text

    def ended(self, request: Request) -> None:
        self.ends.append(request.index)


def requests_of(count: int) -> list[Request]:
    question = a_question()
    sampling = Sampling(temperature=1.0, top_p=1.0, max_tokens=50)
    prompt = render(TEMPLATE, question)
    return [
        Request(
            question=question,
            model="scripted",
            prompt=prompt,
            sampling=sampling,
            permutation=(0, 1, 2, 3),
            index=index,
            seed=7 + index,
        )
        for index in range(count)
    ]


def drawn(server: StreamingServer, count: int) -> tuple[tuple[Sample, ...], Told]:
    told = Told()

    async def draw() -> tuple[Sample, ...]:
        async with client_of(ClientConfig(endpoints=(server.url,)), told) as sampler:
            return await sampler.sample(requests_of(count))

    return asyncio.run(draw()), told


def test_streamed_chains_become_samples_and_are_told_piece_by_piece() -> None:
    with streaming(lambda number, index: f"想。答案是：{'AB'[index]}") as server:
        samples, told = drawn(server, 2)
    assert [sample.option_class for sample in samples] == [0, 1]
    assert [sample.text for sample in samples] == [told.text[0], told.text[1]]
    assert samples[0].completion_tokens == len(samples[0].text)
    assert samples[0].mean_logprob == -0.5
    assert samples[0].letter_logprob == -0.5
    assert sorted(told.ends) == [0, 1]
    assert server.requests[0]["n"] == 2
    assert server.requests[0]["stream_options"] == {"include_usage": True}


def test_a_stream_that_breaks_off_is_asked_for_again_from_its_beginning() -> None:
    with streaming(lambda number, index: "答案是：C", cut_after=3) as server:
        samples, told = drawn(server, 1)
    assert [sample.status for sample in samples] == [Status.ANSWERED]
    assert told.openings == [0, 0]
    assert told.text[0] == "答案是：C"
    assert samples[0].retries == 1


def test_a_chain_without_an_answer_is_closed() -> None:
    with streaming(lambda number, index: "想不出来") as server:
        samples, _ = drawn(server, 1)
    assert samples[0].is_closed
    assert samples[0].option_class == 0


def test_cancelling_closes_the_connection() -> None:
    with streaming(lambda number, index: "想" * 500, delay_s=0.02) as server:

        async def cancel() -> None:
            async with client_of(ClientConfig(endpoints=(server.url,)), Told()) as sampler:
                task = asyncio.create_task(sampler.sample(requests_of(2)))
                while server.open_streams == 0:  # noqa: ASYNC110 (the server lives in another thread)
                    await asyncio.sleep(0.01)
                task.cancel()
                await asyncio.wait([task])
                await until(lambda: server.abandoned > 0)

        asyncio.run(cancel())
        assert server.abandoned == 1
        assert server.open_streams == 0


def test_chunks_that_are_none_are_left_out() -> None:
    told = Told()
    gathered = Gathered(Watched(told, requests_of(1)), 1)
    odd: tuple[object, ...] = (
        None,
        [],
        {"choices": None},
        {"choices": [7, {"index": 5, "delta": {"content": "x"}}, {"index": True}]},
        {"choices": [{"index": 0, "delta": None}]},
        {"choices": [{"index": 0, "delta": {"reasoning": "r", "content": "c"}, "finish_reason": "stop"}]},
    )
    for chunk in odd:
        gathered.add(chunk)
    completion = completion_in(gathered.reply(is_whole=True), 1)
    assert completion.choices[0].text == "<think>\nr\n</think>\n\nc"
    assert told.text == {0: completion.choices[0].text}


def test_a_thought_of_its_own_field_is_told_in_tags_however_often_it_comes_back() -> None:
    told = Told()
    gathered = Gathered(Watched(told, requests_of(1)), 1)
    for name, piece in (("content", "先"), ("reasoning", "r"), ("reasoning", "s"), ("content", "B"), ("refusal", "!")):
        gathered.add({"choices": [{"index": 0, "delta": {name: piece}}]})
    assert told.text == {0: "先\n<think>\nrs\n</think>\n\nB!"}


def test_half_a_chain_is_no_choice() -> None:
    gathered = Gathered(Watched(Told(), requests_of(1)), 1)
    gathered.add({"choices": [{"index": 0, "delta": {"content": "half"}}]})
    assert gathered.reply(is_whole=False)["choices"] == []
