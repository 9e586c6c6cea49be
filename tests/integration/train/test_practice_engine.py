"""A real vLLM beside the trainer on the CPU: it draws with the very weights that train, and leaves nothing behind."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.lora_runs import needs_trl

torch = needs_trl()
pytest.importorskip("vllm")

# ruff: noqa: E402  the skips above must come first
from solver.training_rows.reward import RewardPlan
from tests.support.practice_place import LORA, practice_place
from train.grpo import grpo
from train.grpo.loop.engine.sampler import EngineSampler
from train.grpo.loop.policy import Policy, Row
from train.grpo.loop.practice import Practice, sampler_of
from train.grpo.loop.sampler import Ask, Draw, Weights
from train.grpo.recipe import GrpoRecipe

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore")]
PROMPT = tuple(range(40, 60))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return practice_place(tmp_path_factory.mktemp("practice"))


def _prepared(place: Path, out: Path, *words: str) -> grpo.PreparedPractice:
    given = [
        *(
            f"base.model={place / 'tiny'}",
            f"data.train={place / 'questions.jsonl'}",
            f"data.prompt={place / 'ask.txt'}",
        ),
        *("data.eval_share=0.15", "data.max_length=200", "sampling.max_tokens=12", "sampling.temperature=0.1", *LORA),
        *("optim.batch=16", "optim.accumulation=2", "optim.lr=0.003", "run.max_steps=3", "run.eval_steps=10"),
    ]
    recipe = GrpoRecipe.load("embedded-grpo", [*given, *words])
    return grpo.prepare(recipe, out, init_adapter=place / "sft" / "adapter")


def _drawn(sampler: EngineSampler, number: int) -> Draw:
    sampler.ask(
        Ask(
            number=number,
            prompt=PROMPT,
            question="谁在说谎？",
            options=("甲", "乙"),
            right=("A",),
            count=2,
            temperature=0.8,
            top_p=1.0,
            max_tokens=10,
            reward=RewardPlan(),
        )
    )
    found: list[Draw] = []
    while not found:
        found += sampler.hear(1.0)
    return found[0]


def _distance(policy: Policy, draw: Draw, **which: Any) -> float:
    """The largest difference between the engine's log-probabilities and the trainer's."""
    rows = [Row([*PROMPT, *one.ids.tolist()], len(PROMPT)) for one in draw.completions]
    with torch.no_grad():
        ours = policy.logprobs(rows, 0.8, **which)
    theirs = torch.cat([torch.as_tensor(one.logprobs) for one in draw.completions])
    return float((ours - theirs).abs().max())


@pytest.mark.parametrize("way", ["in_place", "adapter"])
def test_the_engine_draws_with_the_weights_that_train_and_ends_with_the_trainer(
    way: str, place: Path, tmp_path: Path
) -> None:
    torch.set_num_threads(1)
    ready = _prepared(place, tmp_path / "run", f"loop.weights={way}")
    (tmp_path / "run").mkdir()
    policy = Policy(ready.recipe, ready.ground, use_cpu=True)
    sampler = sampler_of(ready, policy)
    assert isinstance(sampler, EngineSampler)
    with closing(sampler):
        before = _drawn(sampler, 10_001)
        assert _distance(policy, before, is_reference=True) < 1e-3
        assert _distance(policy, before) > 0.05
        policy.save(tmp_path / "v1", dtype=policy.dtype)
        sampler.take(Weights(tmp_path / "v1", policy.scale, 1))
        after = _drawn(sampler, 10_002)
        assert (before.version, after.version) == (0, 1)
        assert _distance(policy, after) < 1e-3
        if way == "in_place":
            assert sampler.taken[-1].layers == 14
            report = Practice(ready, policy, sampler, handed=tmp_path / "handed", minutes=None).run()
            assert report["steps"] == 3
            assert report["completions_drawn"] >= 3 * 32
            assert 0 < report["right_first"] < 1
        # As when the trainer is killed: its end of the pipe is gone. A thread reads from it, so closing is not enough.
        socket.socket(fileno=os.dup(sampler._pipe.fileno())).shutdown(socket.SHUT_RDWR)
        sampler._process.join(20)
        assert not sampler._process.is_alive()
