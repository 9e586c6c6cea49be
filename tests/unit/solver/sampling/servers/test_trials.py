"""A server that fails for several prompts in mid-run: one request at a time tries it, and no prompt is given up."""

# A server and a client in one ``with`` line would often be too long.
# ruff: noqa: SIM117

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from solver.base.errors import EndpointRefused
from solver.sampling import pool
from solver.sampling.client import SamplingClient
from solver.sampling.sample import Sample, Status
from solver.sampling.servers import health as health_module
from solver.sampling.servers.health import Health
from solver.sampling.transport import Fault
from tests.support.loops import in_loop
from tests.support.sampling_client import client_of
from tests.support.scripted_server import Call, Reply, ScriptedServer
from tests.unit.solver.sampling.test_client import config_of, requests_of

BAD = {
    "pages": Reply(body=b"<html><title>Log in</title></html>", content_type="text/html"),
    "502": Reply(status=502, body=b"Bad Gateway"),
    "resets": Reply(fault="reset"),
}
GOOD = 2
"""Requests that are answered before it fails."""


async def many(sampler: SamplingClient, count: int = 32) -> list[Sample]:
    (first,) = requests_of()
    await sampler.sample([first])
    asked = [[replace(first, prompt=f"{place}. {first.prompt}")] for place in range(count)]
    return [sample for samples in await asyncio.gather(*map(sampler.sample, asked)) for sample in samples]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_module, "_FIRST_BACK_OFF_S", 0.02)
    monkeypatch.setattr(health_module, "_BACK_OFF_CAP_S", 0.16)


@pytest.mark.parametrize("name", BAD)
@in_loop
async def test_a_spell_of_faults_costs_no_sample_and_few_requests(name: str) -> None:
    # Three times as many as one prompt is asked again after pages.
    script = lambda call: BAD[name] if GOOD <= call.number < GOOD + 32 + 6 else None  # noqa: E731
    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        samples = await many(sampler)
        assert {sample.error for sample in samples} == {None}
        assert server.number == 1 + 32 + 32 + 6


@pytest.mark.parametrize("name", BAD)
@in_loop
async def test_faults_without_an_end_end_the_run_after_few_requests(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_SILENT_S", 0.1)
    async with ScriptedServer(lambda call: BAD[name] if call.number >= GOOD else None) as server:
        async with client_of(config_of(server)) as sampler:
            with pytest.raises(EndpointRefused, match="no completion comes any more"):
                await many(sampler)
            assert server.number <= GOOD + 32 + 8


@in_loop
async def test_what_one_prompt_gets_stops_no_other() -> None:
    def script(call: Call) -> Reply | None:
        return BAD["pages"] if call.prompt.startswith("5. ") else None

    async with ScriptedServer(script) as server, client_of(config_of(server)) as sampler:
        statuses = [sample.status for sample in await many(sampler)]
        assert statuses == [Status.FAILED if place == 5 else Status.ANSWERED for place in range(32)]


def test_one_that_is_silent_for_long_enough_lets_the_others_go() -> None:
    health = Health()
    health.probed()
    health.doubted_since = 0.0
    health.booked(10.0)
    assert health.resume_at == 12.0
    health.booked(12.0)
    assert [health.doubted_since, health.resume_at] == [None, 12.0]


def test_a_trial_that_fails_makes_the_next_one_wait_longer() -> None:
    health, now, waits = Health(), 0.0, list[float]()
    health.probed()
    health.doubted_since = 0.0
    for _ in range(4):
        health.booked(now)
        fault = Fault("malformed", "a page")
        health.failed(fault, now + 0.1)
        assert fault.is_trial
        waits.append(health.resume_at - now - 0.1)
        now = health.resume_at
        health.probed()
    assert waits == pytest.approx([0.02, 0.04, 0.08, 0.16])
    assert health.trials == 4
    health.replied()
    assert [health.trials, health.doubted_since] == [0, None]
