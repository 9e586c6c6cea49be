"""``kill -9`` of an evaluation, at random moments: nothing finished is paid twice, the result is the same."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.run.results import read_results
from solver.backends.vllm import VllmServer
from solver.base.errors import StoreError
from solver.problems.jsonl import load_problems, questions_of
from solver.problems.option_order import seed_of
from solver.problems.prompt import load_template
from solver.sampling.sample import Request, Sample
from solver.scheduling.scheduler import Scheduler
from solver.scheduling.settings import SamplingSettings
from solver.scheduling.store import read_samples
from solver.voting.tally import Verdict
from tests.support.checkout import ROOT
from tests.support.command import ended, evaluated, heard_out, problems_file, seeds_of, serving, started, wait_until
from tests.support.engine_counts import finished_on
from tests.support.scripted_sampler import AtOnce

KILLS = 10
SLOTS = 8


def stored(run: Path) -> dict[str, Sample]:
    """Return the durable samples of a run, by key; none before there is a store."""
    try:
        return {sample.key: sample for sample in read_samples(run)}
    except StoreError:
        return {}


class Recorded(AtOnce):
    """A sampler that answers from the samples of a finished run."""

    def __init__(self, samples: dict[str, Sample]) -> None:
        self.left = dict(samples)

    async def sample(self, requests: Sequence[Request]) -> tuple[Sample, ...]:
        """See ``solver.sampling.sample.Sampler``; a sample that was never drawn is a KeyError."""
        return tuple(self.left.pop(request.key) for request in requests)


def uninterrupted(data: Path, samples: dict[str, Sample], plan: SamplingSettings) -> tuple[Verdict, ...]:
    """Decide every question in one go from the samples of a run that was killed; all of them must be wanted."""

    async def keep(_: Sequence[Sample]) -> None:
        return None

    sampler = Recorded(samples)
    questions = questions_of(load_problems([data]).problems)
    verdicts = asyncio.run(Scheduler(questions, plan, load_template(plan.prompt), sampler, keep).run())
    assert not sampler.left, "samples were drawn that an uninterrupted run would not have drawn"
    return verdicts


def plan_of(model: str, rule: str, **sampling: object) -> SamplingSettings:
    return SamplingSettings.of(models=(model,), rule=rule, prompt="direct", is_seeded=True, **sampling)


def check_the_result(run: Path, data: Path, plan: SamplingSettings) -> None:
    results = {result.question_id: result for result in read_results(run)}
    verdicts = uninterrupted(data, stored(run), plan)
    assert len(results) == len(verdicts)
    for verdict in verdicts:
        result = results[verdict.question_id]
        assert (result.votes, result.answer) == (verdict.votes, verdict.answer)
        assert result.stop_reason == verdict.stop_reason


def test_ten_kills_against_a_counting_server_repeat_no_stored_sample(tmp_path: Path) -> None:
    data, run, rng = problems_file(tmp_path, 20), tmp_path / "run", random.Random()
    seeds = {
        seed_of(0, question.id, "scripted", index): (question.id, index)
        for question in questions_of(load_problems([data]).problems)
        for index in range(16)
    }
    with serving(latency_s=0.03) as server:
        words = [data, "--endpoint", server.url, "--run", run, "--rule", "lead:3", "--prompt", "direct"]
        words += ["--slots", SLOTS, "--max-tokens", "50"]
        before: dict[str, Sample] = {}
        repeated = 0
        for _ in range(KILLS):
            server.calls.clear()
            wanted = len(before) + rng.randrange(0, 20)
            process = started(*words, display="none")
            wait_until(lambda wanted=wanted, process=process: len(stored(run)) >= wanted or process.poll() is not None)  # type: ignore[misc]
            process.kill()
            ended(process)
            heard_out(server)
            after = stored(run)
            assert before.items() <= after.items(), "a stored sample is gone or was replaced"
            had = {(sample.question_id, sample.index) for sample in before.values()}
            repeated += len(had & {seeds[seed] for seed in seeds_of(server.calls)})
            before = after
        server.calls.clear()
        final = evaluated(*words, "--json")
        had = {(sample.question_id, sample.index) for sample in before.values()}
        asked = [seeds[seed] for seed in seeds_of(server.calls)]
    assert final.code == 0
    assert repeated == 0
    assert not had & set(asked)
    assert len(asked) == len(set(asked))
    assert len(had) + len(asked) == final.summary["n_samples"] == len(stored(run))
    assert final.summary["complete"] is True
    assert final.summary["attempts"] >= 1
    check_the_result(run, data, plan_of("scripted", "lead:3", max_tokens=50))


@pytest.mark.engine
def test_five_kills_on_a_real_server_give_the_result_of_an_uninterrupted_run(
    tmp_path: Path, engine: VllmServer
) -> None:
    data, run, rng = problems_file(tmp_path, 30), tmp_path / "run", random.Random()
    words = [data, "--endpoint", engine.url, "--run", run, "--rule", "fixed:4", "--prompt", "direct", "--no-close"]
    words += ["--slots", SLOTS, "--max-tokens", "12", "--temperature", "1.0"]
    drawn_before = finished_on(engine)
    before: dict[str, Sample] = {}
    for _ in range(KILLS // 2):
        wanted = len(before) + rng.randrange(0, 48)
        process = started(*words, display="none")
        wait_until(lambda wanted=wanted, process=process: len(stored(run)) >= wanted or process.poll() is not None)  # type: ignore[misc]
        process.kill()
        ended(process)
        after = stored(run)
        assert before.items() <= after.items(), "a stored sample is gone or was replaced"
        before = after
    final = evaluated(*words, "--json")
    assert final.code == 0
    samples = stored(run)
    assert before.items() <= samples.items()
    assert len(samples) == final.summary["n_samples"] == 60 * 4
    # A sample that the server finished and a kill kept from the store may come again: at most the slots, each kill.
    again = finished_on(engine) - drawn_before - len(samples)
    assert 0 <= again <= KILLS // 2 * SLOTS
    check_the_result(
        run,
        data,
        plan_of("tiny", "fixed:4", temperature=1.0, max_tokens=12, close=False),
    )


def test_a_search_for_settings_that_is_killed_goes_on_and_pays_little_twice(tmp_path: Path) -> None:
    data, run, slots = problems_file(tmp_path, 40), tmp_path / "run", 16
    words = ["tune", data, "--out", tmp_path / "mine.yaml", "--run", run, "--prompts", "short", "--max-samples", "2"]
    with serving(latency_s=0.05) as server:
        command = [sys.executable, "-m", "harness", *words, "--endpoint", server.url, "--slots", slots]
        killed = subprocess.Popen([*map(str, command)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until(lambda: len(server.calls) > 40 and bool(stored(run)))
        killed.kill()
        killed.communicate()
        kept = len(stored(run))
        done = subprocess.run([*map(str, command)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert kept > 0
    # A few tokens each tell whether the server takes a field; they are no samples of the search.
    drawn = sum(call.n for call in server.calls if call.body["max_tokens"] > 4)
    assert len(stored(run)) <= drawn <= len(stored(run)) + 2 * slots
    assert (tmp_path / "mine.yaml").is_file()
