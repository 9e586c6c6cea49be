"""Servers that fall over an optional field without a word about it: every face finds that out with a few requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

import harness.cli
import solver.cli
import synth.cli
from solver.sampling.sample import Status
from tests.support.command import rows_of, serving
from tests.support.dialect_servers import right_answer
from tests.support.running_gateway import QUESTION, ask_of, gateway_over
from tests.support.sampling_client import client_of
from tests.support.scripted_server import Call, Reply, Script, ScriptedServer, choice_of, completion_of
from tests.unit.solver.sampling.test_client import SAMPLING, config_of, requests_of
from tests.unit.solver.sampling.test_streaming import Told
from tests.unit.test_dialects import PLAN, data

BARE = Reply(status=500, body=b"Internal Server Error", content_type="text/plain")
Falls = Callable[[Call], bool]
HANDFUL = 12
"""Requests to find it, the first one that fell among them; all but one or two are tiny."""


def falling(falls: Falls, fault: Reply = BARE) -> Script:
    def script(call: Call) -> Reply:
        if falls(call):
            return fault
        text = right_answer(call.body)
        choices = [choice_of(text, index=place, logprobs=False) for place in range(call.n)]
        return Reply(body=completion_of(*choices, completion_tokens=30 * call.n))

    return script


def tiny(server: ScriptedServer) -> list[Call]:
    return [call for call in server.calls if call.body["messages"][-1]["content"] == "1+1=?"]


FALLS: dict[str, tuple[Falls, tuple[str, ...], str]] = {
    "n": (lambda call: call.n > 1, (), "n is left out: samples are asked one by one"),
    "seed": (lambda call: "seed" in call.body, ("--seeded",), "seed is left out"),
    "logprobs": (lambda call: "logprobs" in call.body, ("--logprobs",), "logprobs is left out"),
    "temperature": (lambda call: "temperature" in call.body, (), "temperature is left out"),
    "top_p": (lambda call: "top_p" in call.body, (), "top_p is left out"),
    "max_tokens": (lambda call: "max_tokens" in call.body, (), "max_completion_tokens bounds the tokens"),
    "a system message": (
        lambda call: call.body["messages"][0]["role"] == "system",
        ("--system", "be brief"),
        "system is left out",
    ),
    "streams": (lambda call: bool(call.body.get("stream")), (), "it answers without streams"),
    "stream_options": (lambda call: "stream_options" in call.body, (), "stream_options is left out"),
    "two fields": (
        lambda call: call.n > 1 or "seed" in call.body,
        ("--seeded",),
        "samples are not reproducible",
    ),
    "two that exclude each other": (
        lambda call: {"temperature", "top_p"} <= call.body.keys(),
        (),
        "top_p is left out",
    ),
}  # fmt: skip


@pytest.mark.parametrize("slots", [3, 64])
@pytest.mark.parametrize("name", FALLS)
def test_eval_finds_it_and_leaves_it_out(
    name: str, slots: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    falls, further, note = FALLS[name]
    with serving(falling(falls)) as server:
        words = ["--endpoint", server.url, "--rule", "fixed:3", "--run", str(tmp_path / "run"), "--slots", str(slots)]
        assert harness.cli.main(["eval", data(tmp_path), *words, *further]) == 0
        # No search but the first one, and a bound on the tokens in every request.
        assert len(tiny(server)) < HANDFUL
        assert all({"max_tokens", "max_completion_tokens"} & call.body.keys() for call in server.calls)
        assert len(server.calls) - len(tiny(server)) <= 1 + 18
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert (summary["accuracy"], summary["n_samples"]) == (1.0, 18)
    assert capsys.readouterr().err.count(note) == 1


@pytest.mark.parametrize(
    ("field", "further"),
    [
        ("top_k", ("--top-k", "5")),
        ("stop", ("--stop", "###")),
        ("repetition_penalty", ("--repetition-penalty", "1.1")),
        ("ignore_eos", ("--extra-body", '{"ignore_eos": false}')),
    ],
)
def test_what_the_user_set_is_named_and_never_dropped(
    field: str, further: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(falling(lambda call: field in call.body)) as server:
        words = ["--endpoint", server.url, "--run", str(tmp_path / "run"), "--display", "none"]
        assert harness.cli.main(["eval", data(tmp_path), *words, *further]) == 1
        assert len(server.calls) <= HANDFUL
    told = capsys.readouterr()
    assert f"it does not take {field}" in told.err
    assert "the same command continues" in told.err
    assert "0.0 %" not in told.out


def test_answer_finds_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(falling(lambda call: call.n > 1)) as server:
        words = ["--endpoint", server.url, "--model", "scripted", "--rule", "fixed:3"]
        assert solver.cli.main(["answer", data(tmp_path), *words]) == 0
        assert len(server.calls) <= HANDFUL + 18
    assert "samples are asked one by one" in capsys.readouterr().err


@pytest.mark.parametrize("field", ["n", "temperature", "max_tokens"])
def test_the_ladder_finds_it(field: str, tmp_path: Path) -> None:
    falls, _, _ = FALLS[field]
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    with serving(falling(falls)) as server:
        words = ["--out", str(tmp_path / "out"), "--endpoint", server.url, "--display", "none"]
        assert synth.cli.main(["distill", str(plan), data(tmp_path), *words]) == 0
        assert len(tiny(server)) < HANDFUL
    files = [tmp_path / "out" / f"{part}.messages.jsonl" for part in ("train", "dev")]
    assert len([row for path in files for row in rows_of(path)]) == 6


@pytest.mark.parametrize("field", ["n", "temperature", "max_tokens"])
def test_the_gateway_finds_it_for_all_its_clients(field: str) -> None:
    falls, _, _ = FALLS[field]

    async def ask() -> None:
        async with ScriptedServer(falling(falls)) as server, gateway_over(server.url) as running:
            asked = [running.post(ask_of(f"第{number}天。K=甲。{QUESTION}")) for number in range(4)]
            assert {code for code, _ in await asyncio.gather(*asked)} == {200}
            assert len(tiny(server)) < HANDFUL

    asyncio.run(ask())


@pytest.mark.parametrize("field", ["n", "streams", "stream_options", "max_tokens"])
def test_whoever_watches_sees_every_chain(field: str) -> None:
    falls, _, _ = FALLS[field]

    async def ask() -> None:
        told = Told()
        async with ScriptedServer(falling(falls)) as server, client_of(config_of(server), told) as sampler:
            samples = await sampler.sample(
                requests_of(3, sampling=SAMPLING.replaced(temperature=0.7, answer_forcing=False))
            )
            assert {sample.status for sample in samples} == {Status.NO_ANSWER}
            assert {told.text[sample.index] for sample in samples} == {"你好。"}
            assert len(tiny(server)) < HANDFUL

    asyncio.run(ask())


@pytest.mark.parametrize("field", ["structured_outputs", "continue_final_message", "add_generation_prompt"])
def test_forced_answers_are_given_up_or_asked_otherwise_once_for_all(field: str) -> None:
    def script(call: Call) -> Reply:
        if field in call.body:
            return BARE
        text = "A" if call.is_closing else "我不知道。"
        return Reply(body=completion_of(choice_of(text, logprobs=False), completion_tokens=3))

    async def ask() -> None:
        async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
            samples = [sample for _ in range(8) for sample in await sampler.sample(requests_of())]
            is_held = field == "structured_outputs"
            assert {sample.is_closed for sample in samples} == {is_held}
            assert len([call for call in server.calls if field in call.body]) <= HANDFUL

    asyncio.run(ask())


def test_an_outage_at_the_start_teaches_nothing(tmp_path: Path) -> None:
    with serving(lambda call: BARE if call.number < 8 else falling(lambda call: False)(call)) as server:
        words = ["--endpoint", server.url, "--rule", "fixed:3", "--run", str(tmp_path / "run"), "--display", "none"]
        assert harness.cli.main(["eval", data(tmp_path), *words]) == 0
        late = [call for call in server.calls[8:] if call not in tiny(server)]
        assert [call.n for call in late] == [3] * 6
        assert all({"temperature", "top_p", "max_tokens"} <= call.body.keys() for call in late)


@pytest.mark.parametrize("first", range(1, 6))
def test_faults_of_the_moment_teach_nothing(first: int, tmp_path: Path) -> None:
    # Whichever of the first requests an outage ends with, and one more fault a little later.
    script = falling(lambda call: call.number < first or call.number == first + 1)
    with serving(script) as server:
        words = ["--endpoint", server.url, "--rule", "fixed:3", "--run", str(tmp_path / "run"), "--display", "none"]
        assert harness.cli.main(["eval", data(tmp_path), *words]) == 0
        assert [call.n for call in server.calls if call not in tiny(server)][-6:] == [3] * 6


def test_a_field_is_not_doubted_once_it_was_answered_with(tmp_path: Path) -> None:
    seen: set[str] = set()

    def falls(call: Call) -> bool:
        is_new = call.prompt not in seen
        seen.add(call.prompt)
        return is_new and len(seen) > 1

    with serving(falling(falls)) as server:
        words = ["--endpoint", server.url, "--rule", "fixed:3", "--run", str(tmp_path / "run"), "--display", "none"]
        assert harness.cli.main(["eval", data(tmp_path), *words]) == 0
        assert not tiny(server)
        assert len(server.calls) == 6 + 5


def test_a_prompt_that_alone_gets_faults_costs_two_tiny_requests_more() -> None:
    async def ask() -> None:
        async with ScriptedServer(falling(lambda call: call.prompt != "1+1=?")) as server:
            async with client_of(config_of(server, max_retries=1)) as sampler:
                samples = [sample for _ in range(3) for sample in await sampler.sample(requests_of(3))]
            assert {sample.status for sample in samples} == {Status.FAILED}
            # The plainest form, and all of it.
            assert len(tiny(server)) == 2

    asyncio.run(ask())


@pytest.mark.parametrize("field", ["chat_template_kwargs", "enable_thinking", "reasoning_effort"])
def test_a_way_to_turn_thinking_off_that_a_server_falls_over_is_none(field: str, tmp_path: Path) -> None:
    with serving(falling(lambda call: field in call.body)) as server:
        words = ["--endpoint", server.url, "--thinking", "off", "--run", str(tmp_path / "run"), "--display", "none"]
        assert harness.cli.main(["eval", data(tmp_path), *words]) == 0
