"""Every face at servers of every dialect: all answers right, and nothing lost."""

# A server and a gateway in one ``with`` line would be too long.
# ruff: noqa: SIM117

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

import harness.cli
import solver.cli
import synth.cli
from solver.sampling.sample import Status
from tests.support.checkout import ROOT
from tests.support.command import rows_of, serving
from tests.support.dialect_servers import DIALECTS, dialect_script
from tests.support.running_gateway import ask_of, gateway_over
from tests.support.sampling_client import client_of
from tests.support.scripted_server import Call, Reply, ScriptedServer, completion_of
from tests.unit.solver.sampling.test_client import SAMPLING, config_of, requests_of
from tests.unit.solver.sampling.test_streaming import Told

PLAN = """
models:
  teacher: {model: scripted, price: {prompt: 0, completion: 0}, concurrency: 4}
ladder:
  - {name: one, model: teacher, samples: 2, agree: 2, temperature: 0.7, max_tokens: 400, expect: 0.8}
seed: 0
output: {prompt: {zh: cot, en: english}, dev_share: 0.1}
"""


def data(folder: Path) -> str:
    names = ["甲", "乙", "丙"]
    listed = [
        {
            "id": f"q{place}",
            "problem": f"第{place + 1}队只有三个人，排成一列。K={names[place % 3]}。",
            "questions": [{"question": "谁站在最前？", "options": names, "answer": "ABC"[place % 3]}],
        }
        for place in range(6)
    ]
    path = folder / "problems.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in listed), encoding="utf-8")
    return str(path)


def served(name: str) -> tuple[str, ...] | None:
    return ("scripted",) if DIALECTS[name].has_models else None


@pytest.mark.parametrize("name", DIALECTS)
def test_eval_comes_to_all_answers(name: str, tmp_path: Path) -> None:
    with serving(dialect_script(name), models=served(name)) as server:
        words = ["--endpoint", server.url, "--model", "scripted", "--seeded", "--logprobs", "--rule", "fixed:3"]
        words += ["--run", str(tmp_path / "run"), "--display", "none"]
        assert harness.cli.main(["eval", data(tmp_path), *words]) == 0
        # A bound on the tokens is in every request.
        assert all({"max_tokens", "max_completion_tokens"} & call.body.keys() for call in server.calls)
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert (summary["accuracy"], summary["n_samples"]) == (1.0, 18)


@pytest.mark.parametrize("name", DIALECTS)
def test_the_ladder_keeps_a_chain_of_every_question(name: str, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    with serving(dialect_script(name), models=served(name)) as server:
        words = ["--out", str(tmp_path / "out"), "--endpoint", server.url, "--display", "none"]
        assert synth.cli.main(["distill", str(plan), data(tmp_path), *words]) == 0
    files = [tmp_path / "out" / f"{part}.messages.jsonl" for part in ("train", "dev")]
    rows = [row for path in files for row in rows_of(path)]
    assert len(rows) == 6
    for row in rows:
        said = row["messages"][-1]["content"]
        assert said.count("<think>") == said.count("</think>") <= 1


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"content": ""}, "no sample of one had any content"),
        ({"content": None, "reasoning_content": "先看甲。"}, "no sample of one had any content outside thoughts"),
        ({"content": None, "refusal": "No. Answer: A"}, "every sample of one was refused"),
    ],
)
def test_a_ladder_whose_replies_all_say_nothing_says_so_and_does_not_exit_0(
    message: dict[str, str | None], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def script(call: Call) -> Reply:
        choices = [{"index": index, "message": message, "finish_reason": "stop"} for index in range(call.n)]
        return Reply(body=completion_of(*choices))

    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    with serving(script) as server:
        words = ["--out", str(tmp_path / "out"), "--endpoint", server.url, "--display", "plain"]
        assert synth.cli.main(["distill", str(plan), data(tmp_path), *words]) == 1
    assert why in capsys.readouterr().err


@pytest.mark.parametrize("name", DIALECTS)
def test_answer_prints_them(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(dialect_script(name), models=served(name)) as server:
        words = ["--endpoint", server.url, "--model", "scripted", "--json"]
        assert solver.cli.main(["answer", data(tmp_path), *words]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["answer"] for one in answers] == list("ABCABC")


@pytest.mark.parametrize("name", DIALECTS)
def test_what_the_terminal_watches_are_the_same_samples(name: str) -> None:
    async def ask() -> None:
        told = Told()
        wanted = requests_of(2, sampling=SAMPLING.replaced(answer_forcing=False))
        server = ScriptedServer(dialect_script(name), models=served(name))
        async with server, client_of(config_of(server), told) as sampler:
            samples = await sampler.sample(wanted)
        assert {sample.status for sample in samples} <= {Status.ANSWERED, Status.NO_ANSWER}
        assert all(sample.text for sample in samples)
        assert {sample.index: sample.text for sample in samples} == told.text
        assert sorted(told.ends) == [0, 1]

    asyncio.run(asyncio.wait_for(ask(), 60))


def test_every_dialect_stands_in_the_table() -> None:
    page = (ROOT / "docs" / "dialects.md").read_text(encoding="utf-8")
    assert [name for name in DIALECTS if f"| {name} |" not in page] == []


@pytest.mark.parametrize("name", DIALECTS)
def test_the_gateway_answers_and_streams(name: str) -> None:
    question = "第1队只有三个人，排成一列。K=乙。\n\n谁站在最前？\nA. 甲\nB. 乙\nC. 丙"

    async def ask() -> None:
        async with ScriptedServer(dialect_script(name), models=served(name)) as server:
            async with gateway_over(server.url, models=("scripted",)) as running, running.client() as client:
                found = await client.chat.completions.create(**ask_of(question))
                assert (found.model_extra or {})["vote"]["answer"] == "B"
                stream = await client.chat.completions.create(**ask_of(question), stream=True)
                pieces = [piece async for piece in stream]
                text = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
                assert text.rstrip().endswith("答案是：B")

    asyncio.run(asyncio.wait_for(ask(), 60))
