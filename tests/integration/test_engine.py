"""Engine and client against a real vLLM server on the CPU."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from solver.backends.vllm import Engine, EngineConfig
from solver.base.errors import EngineFailed
from solver.problems.prompt import load_template, render
from solver.problems.question import question_of
from solver.sampling.client import SamplingClient
from solver.sampling.endpoint import ClientConfig
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Request, Sample, Status
from tests.support.checkout import ROOT
from tests.support.sampling_client import client_of
from tests.support.tiny_model import tiny_model

pytestmark = pytest.mark.engine

Result = TypeVar("Result")
QUESTION = question_of("p#0", problem="小明说真话。", text="谁说谎？", options=("小明", "小红", "小刚", "小李"))
ORDER = (1, 0, 2, 3)


def requests_of(count: int, *, max_tokens: int = 24, temperature: float = 1.0, seed: int = 7) -> list[Request]:
    prompt = render(load_template("direct"), QUESTION, ORDER)
    sampling = Sampling(temperature=temperature, top_p=1.0, max_tokens=max_tokens)
    return [
        Request(
            question=QUESTION,
            model="tiny",
            prompt=prompt,
            sampling=sampling,
            permutation=ORDER,
            index=index,
            seed=seed + index,
        )
        for index in range(count)
    ]


def with_sampler(engine: Engine, use: Callable[[SamplingClient], Awaitable[Result]]) -> Result:
    """Run ``use`` with a sampler on the engine."""

    async def run() -> Result:
        async with client_of(ClientConfig(endpoints=(engine.url,))) as sampler:
            return await asyncio.wait_for(use(sampler), 120)

    return asyncio.run(run())


def running(engine: Engine) -> int:
    """Chains that the engine computes now, from its metrics."""
    with urllib.request.urlopen(engine.url.removesuffix("/v1") + "/metrics", timeout=10) as reply:
        text = reply.read().decode()
    (count,) = re.findall(r"^vllm:num_requests_running\S* ([\d.]+)", text, re.MULTILINE)
    return int(float(count))


def test_one_request_with_n_gives_what_single_requests_with_counted_seeds_give(engine: Engine) -> None:
    async def use(sampler: SamplingClient) -> tuple[tuple[Sample, ...], list[Sample], int]:
        together = await sampler.sample(requests_of(4))
        sent = sampler.stats.requests - sampler.stats.closings
        return together, [(await sampler.sample([request]))[0] for request in requests_of(4)], sent

    together, alone, sent = with_sampler(engine, use)
    assert sent == 1
    assert len({sample.text for sample in together}) == 4
    assert [sample.text for sample in together] == [sample.text for sample in alone]
    for sample in together:
        assert sample.prompt_tokens > 20
        assert sample.mean_logprob is not None
        assert sample.mean_logprob < 0


def test_a_truncated_chain_is_closed_by_structured_choice(engine: Engine) -> None:
    samples = with_sampler(engine, lambda sampler: sampler.sample(requests_of(6)))
    closed = [sample for sample in samples if sample.is_closed]
    assert closed
    for sample in closed:
        assert sample.status is Status.ANSWERED
        assert sample.shown_letter in tuple("ABCD")
        assert sample.option_class == ORDER["ABCD".index(sample.shown_letter or "")]
        assert sample.letter_logprob is not None
        assert sample.completion_tokens > 24


def test_chains_that_fill_the_window_are_closed_all_the_same(engine: Engine) -> None:
    # Forbid the end of turn by asking for more than the window holds; what ends early is no matter here.
    samples = with_sampler(engine, lambda sampler: sampler.sample(requests_of(4, max_tokens=10_000)))
    assert all(sample.status is Status.ANSWERED for sample in samples), [sample.error for sample in samples]


def test_greedy_samples_of_one_call_work(engine: Engine) -> None:
    samples = with_sampler(engine, lambda sampler: sampler.sample(requests_of(2, temperature=0.0)))
    assert samples[0].text == samples[1].text


def test_an_unknown_model_fails_that_sample_only(engine: Engine) -> None:
    request = replace(requests_of(1)[0], model="tinny")
    (sample,) = with_sampler(engine, lambda sampler: sampler.sample([request]))
    assert sample.status is Status.FAILED
    assert "did you mean tiny?" in (sample.error or "")


def test_cancelling_frees_the_engines_slots_within_a_second(engine: Engine) -> None:
    async def use(sampler: SamplingClient) -> float:
        await sampler.check(["tiny"])
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(sampler.sample(requests_of(4, max_tokens=400, seed=100 * place)))
                for place in range(4)
            ]
            deadline = time.monotonic() + 20
            while await asyncio.to_thread(running, engine) < 8:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()
            start = time.monotonic()
        while await asyncio.to_thread(running, engine):
            assert time.monotonic() - start < 10
        return time.monotonic() - start

    freed_s = with_sampler(engine, use)
    print(f"slots free after {freed_s * 1e3:.0f} ms")
    assert freed_s < 1.0


def test_a_model_that_cannot_be_loaded_is_reported_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "no_such_thing", "architectures": ["Nothing"]}')

    async def start() -> None:
        async with Engine(EngineConfig(model=str(tmp_path), log_path=tmp_path / "engine.log", is_eager=True)):
            pass

    with pytest.raises(EngineFailed, match="no_such_thing"):
        asyncio.run(start())


def test_killing_our_process_leaves_no_engine_behind(tmp_path: Path) -> None:
    code = f"""
import asyncio
from pathlib import Path
from solver.backends.vllm import Engine, EngineConfig
async def main():
    config = EngineConfig(model={str(tiny_model())!r}, log_path=Path({str(tmp_path / "engine.log")!r}), is_eager=True)
    async with Engine(config, lambda phase, elapsed_s: print(engine._group, flush=True)):
        pass
engine = None
class Told(Engine):
    def __init__(self, *args):
        global engine
        super().__init__(*args)
        engine = self
Engine = Told
asyncio.run(main())
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    group = int(process.stdout.readline())
    # Not before the engine core is there, which would outlive its parent.
    deadline = time.monotonic() + 120
    while not any("EngineCore" in _command(pid) for pid in _members(group)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    members = _members(group)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    start = time.monotonic()
    while _members(group):
        assert time.monotonic() - start < 15, f"still there: {_members(group)}"
        time.sleep(0.05)
    print(f"{len(members)} processes gone after {time.monotonic() - start:.1f} s")


def _command(pid: int) -> str:
    """Return the command line of a process, empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def _members(group: int) -> list[int]:
    """Return the living processes of a process group."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, own_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(own_group) == group and state != "Z":
            members.append(int(stat.parent.name))
    return members
