"""A thought in a field of its own and nothing said: no face reads a letter out of it, and none makes a row of it."""

# A server and a gateway in one ``with`` line would be too long.
# ruff: noqa: SIM117

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import harness.cli
import synth.cli
from harness.imports import inspect_log
from solver.problems.question import question_of
from solver.sampling.completion import completion_in
from solver.sampling.parameters import Parameters
from solver.sampling.streaming import Gathered, Watched
from solver.scheduling.store import read_samples
from solver.terminal.watch import Watch
from synth.augment.augment_config import Panel, Solver
from synth.augment.panel import examine
from synth.distill.selection import Keep, sift
from synth.llm.call import Call
from synth.llm.call import Reply as Drawn
from synth.llm.charge import replies_of
from synth.llm.plan_file import ModelPlan
from tests.support.command import rows_of, serving
from tests.support.dialect_servers import right_answer
from tests.support.running_gateway import ask_of, gateway_over
from tests.support.scripted_sampler import a_question, a_request
from tests.support.scripted_server import Call as Seen
from tests.support.scripted_server import Reply, Script, ScriptedServer, completion_of
from tests.unit.solver.sampling.test_streaming import requests_of
from tests.unit.synth.distill import test_selection as selection
from tests.unit.test_dialects import PLAN, data

THOUGHT = "先看甲在不在最前，再排除其余两个人，只剩下他。\n答案是：A"
WORDED: dict[str, Mapping[str, Any]] = {
    "reasoning_content, null": {"reasoning_content": THOUGHT, "content": None},
    "reasoning_content, empty": {"reasoning_content": THOUGHT, "content": ""},
    "reasoning, white space": {"reasoning": THOUGHT, "content": " \n "},
    "reasoning, an answer in tags": {"reasoning": f"{THOUGHT}\n<answer>A</answer>", "content": " "},
    "a part": {"content": [{"type": "thinking", "thinking": THOUGHT}]},
}


def server_of(message: Mapping[str, Any]) -> Script:
    """Every reply is the message; answers are not forced."""

    def script(call: Seen) -> Reply:
        if call.is_closing:
            return Reply(status=400, body={"error": "no"})
        return Reply(
            body=completion_of(
                *({"index": index, "message": message, "finish_reason": "stop"} for index in range(call.n))
            )
        )

    return script


def drawn(call: Call, message: Mapping[str, Any] = WORDED["reasoning_content, null"]) -> Drawn:
    found = completion_in(completion_of({"index": 0, "message": message, "finish_reason": "stop"}), 1)
    (reply,), _ = replies_of([call], found, ModelPlan(name="m"))
    return reply


async def ask(calls: Sequence[Call]) -> tuple[Drawn, ...]:
    return tuple(drawn(call) for call in calls)


CALL = Call(model="m", prompt="?", index=0, sampling=Parameters(), seed=None, stage="s")


@pytest.mark.parametrize("name", WORDED)
def test_the_ladder_counts_none_and_writes_no_row(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    with serving(server_of(WORDED[name])) as server:
        words = ["--out", str(tmp_path / "out"), "--endpoint", server.url, "--display", "plain"]
        assert synth.cli.main(["distill", str(plan), data(tmp_path), *words]) == 1
        # What the journal has is read alike.
        assert synth.cli.main(["distill", str(plan), data(tmp_path), *words]) == 1
    assert [row for part in ("train", "dev") for row in rows_of(tmp_path / "out" / f"{part}.messages.jsonl")] == []
    votes = [one for row in rows_of(tmp_path / "out" / "decisions.jsonl") for one in row["votes"]]
    assert {(one["cast"], one["letter"]) for one in votes} == {("no_answer", None)}
    assert "no sample of one had any content outside thoughts" in capsys.readouterr().err


@pytest.mark.parametrize("name", WORDED)
def test_a_stored_reply_keeps_what_it_is_and_an_older_one_is_doubted(name: str) -> None:
    reply = drawn(CALL, WORDED[name])
    assert (reply.is_thought_alone, reply.said) == (True, "")
    assert Drawn.from_json(reply.to_json()) == reply
    older = {key: value for key, value in json.loads(reply.to_json()).items() if key != "is_thought_alone"}
    assert Drawn.from_json(json.dumps(older)) == reply
    spoken = json.dumps({**older, "text": "答案是：A"})
    assert Drawn.from_json(spoken).said == "答案是：A"


def test_a_chain_that_only_forgot_its_tag_votes_as_before_and_is_no_row() -> None:
    assert drawn(CALL, {"content": f"<think>\n{THOUGHT}"}).said == f"<think>\n{THOUGHT}"
    chain = selection.vote(f"<think>\n{THOUGHT}")
    sifted = sift(selection.QUESTION, [chain], Keep(), min_chars=1)
    assert (sifted.kept, [reason for _, reason in sifted.left]) == ((), ["a thought alone, with no answer behind it"])


def test_a_letter_that_was_forced_behind_a_thought_is_no_row_of_a_harvest(tmp_path: Path) -> None:
    def script(call: Seen) -> Reply | None:
        if call.is_closing:
            return None
        letter = right_answer(call.body)[-1]
        message = {"reasoning_content": THOUGHT[:-1] + letter, "content": None}
        return Reply(body=completion_of({"index": 0, "message": message, "finish_reason": "stop"}))

    run, out = str(tmp_path / "run"), str(tmp_path / "out")
    with serving(script) as server:
        words = ["--endpoint", server.url, "--rule", "fixed:1", "--run", run, "--display", "none"]
        assert harness.cli.main(["eval", data(tmp_path), *words]) == 0
    samples = list(read_samples(tmp_path / "run"))
    assert all(sample.is_closed for sample in samples)
    assert any(sample.text.endswith(f"答案是：{sample.shown_letter}") for sample in samples)
    synth.cli.main(["harvest", run, "--data", data(tmp_path), "--out", out])
    assert [row for path in Path(out).glob("*.messages.jsonl") for row in rows_of(path)] == []


def test_the_panel_reads_none() -> None:
    question = question_of("p#0", problem="甲在前。", text="谁在前？", options=("甲", "乙", "丙"))
    found = asyncio.run(examine(question, Panel(solvers=(Solver(model="m"),)), ask))
    assert (found.answer, found.reason) == (None, "unread")
    assert all(votes.counts == () for votes in found.votes)


@pytest.mark.parametrize("name", WORDED)
def test_the_gateways_vote_counts_none(name: str) -> None:
    question = "第1队只有三个人，排成一列。\n\n谁站在最前？\nA. 甲\nB. 乙\nC. 丙"

    async def asked() -> Mapping[str, Any]:
        async with ScriptedServer(server_of(WORDED[name])) as server:
            async with gateway_over(server.url, models=("scripted",)) as running, running.client() as client:
                found = await client.chat.completions.create(**ask_of(question))
                return dict((found.model_extra or {})["vote"])

    told = asyncio.run(asyncio.wait_for(asked(), 60))
    assert told["answer"] is None
    assert told["samples"] > 0


@pytest.mark.parametrize("name", WORDED)
def test_the_terminal_reads_none_while_it_waits_for_the_sample(name: str) -> None:
    (request,) = requests_of(1)
    watch = Watch(request.question, 0.0)
    watch.opened(request)
    gathered = Gathered(Watched(watch, [request]), 1)
    gathered.add({"choices": [{"index": 0, "delta": WORDED[name], "finish_reason": "stop"}]})
    assert [(chain.is_ended, chain.read) for chain in watch.ordered] == [(True, None)]
    assert "答案是：A" in watch.ordered[0].text


def test_the_terminal_reads_what_is_said_behind_a_thought() -> None:
    request = dataclasses.replace(a_request(a_question()), permutation=(0, 1, 2, 3))
    for text, read in ((f"<think>\n{THOUGHT}\n</think>\n\n答案是：C", 2), (f"<think>\n{THOUGHT}", None)):
        watch = Watch(request.question, 0.0)
        watch.opened(request)
        watch.grew(request, text)
        watch.ended(request)
        assert [chain.read for chain in watch.ordered] == [read]


def test_an_imported_log_reads_none(tmp_path: Path) -> None:
    message = {"role": "assistant", "content": [{"type": "reasoning", "reasoning": THOUGHT}]}
    sample = {
        "id": "q", "epoch": 1, "input": "谁？", "choices": ["甲", "乙"], "target": "A",
        "output": {"completion": "", "choices": [{"message": message}]},
        "scores": {"choice": {"value": "I", "answer": ""}},
    }  # fmt: skip
    log = {"version": 2, "status": "success", "eval": {"task": "t", "model": "m"}, "samples": [sample]}
    (tmp_path / "log.json").write_text(json.dumps(log), encoding="utf-8")
    (run,) = inspect_log.read(tmp_path / "log.json")
    assert [one.letter for one in run.samples] == [None]
