"""A search's budget, under a disk and a server of the test's choosing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from harness.tune.arm_samples import BUDGET, ArmSamples
from harness.tune.arms import prompt_arms
from solver.sampling.sample import Sample
from solver.scheduling.settings import SamplingSettings
from solver.scheduling.store import Store
from tests.support.scripted_sampler import ScriptedSampler, a_question


class SlowDisk(Store):
    """A store whose disk takes its time."""

    async def append(self, samples: Sequence[Sample]) -> None:
        await asyncio.sleep(0.02)
        await super().append(samples)


@pytest.mark.parametrize("disk", [Store, SlowDisk])
@pytest.mark.parametrize("budget", [9, 40, 400])
def test_no_timing_spends_more_than_the_budget(tmp_path: Path, disk: type[Store], budget: int) -> None:
    questions = tuple(a_question(f"p{number}#0") for number in range(40))
    settings = SamplingSettings.of(max_concurrency=16, max_tokens=10, answer_forcing=False)
    arms = prompt_arms(settings, ("cot", "direct"), questions)

    async def spend() -> tuple[str | None, int]:
        with disk(tmp_path) as store:
            sampler = ScriptedSampler(lambda request: 1, Random(1))
            samples = ArmSamples(
                questions, store, sampler, models=("m",), budget=budget, failure=lambda: None
            )  # fmt: skip
            before = samples.kept_tokens()
            await samples.draw_each([(arm, questions, 4) for arm in arms])
            assert samples.kept_tokens() - before == 10 * len(sampler.drawn)
            return samples.stopped, samples.kept_tokens()

    assert asyncio.run(spend()) == (BUDGET, budget // 10 * 10)
    # What was spent counts in a later attempt.
    assert asyncio.run(spend())[1] <= budget
