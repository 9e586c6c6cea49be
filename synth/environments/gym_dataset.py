"""The puzzles as a dataset of reasoning-gym; importing this module registers it as ``logic_vote``.

>>> import reasoning_gym, synth.environments.gym_dataset                      # doctest: +SKIP
>>> data = reasoning_gym.create_dataset("logic_vote", size=100, seed=3)       # doctest: +SKIP
>>> data.score_answer("…\\n答案是：B", data[0])                                # doctest: +SKIP
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reasoning_gym.dataset import ProceduralDataset
from reasoning_gym.factory import DATASETS, register_dataset

from solver.problems.prompt import DEFAULT_PROMPT
from synth.environments.tasks import pay, task_at
from synth.generate.order import MAX_LEVEL, Order, check_families
from synth.puzzles.families import trained

NAME = "logic_vote"


@dataclass
class LogicVoteConfig:
    """What reasoning-gym's ``create_dataset`` takes."""

    size: int = 500
    seed: int | None = None
    families: tuple[str, ...] = ()
    """Names of families; none takes all that training may see."""
    langs: tuple[str, ...] = ("zh", "zh", "zh", "en")
    level: int = 0
    """Difficulty, 1 to 9; 0 mixes those of training."""
    prompt: str = DEFAULT_PROMPT

    def validate(self) -> None:
        """Refuse what cannot be made."""
        check_families(tuple(self.families))
        assert self.size > 0, f"size is {self.size}; it must be above 0"
        assert 0 <= self.level <= MAX_LEVEL, f"level is {self.level}; use 1 to {MAX_LEVEL}, or 0 for a mix"


class LogicVoteDataset(ProceduralDataset):  # type: ignore[misc]  # reasoning-gym is untyped here
    """Proven multiple-choice puzzles; a text is paid by its final answer."""

    def __init__(self, config: LogicVoteConfig) -> None:
        super().__init__(config=config, seed=config.seed, size=config.size)

    def __getitem__(self, idx: int) -> dict[str, Any]:
        """Return item ``idx`` as reasoning-gym wants it."""
        config = self.config
        order = Order(
            count=self.size,
            # Streams are numbered; reasoning-gym draws seeds up to 2**32.
            seed=self.seed % 2**20,
            families=tuple(config.families) or tuple(family.name for family in trained()),
            langs=tuple(config.langs),
            difficulty=config.level or None,
        )
        task = task_at(order, idx, prompt=config.prompt)
        return {
            "question": task.prompt if task.system is None else f"{task.system}\n\n{task.prompt}",
            "answer": task.right[0],
            "metadata": {
                "source_dataset": NAME,
                "source_index": idx,
                "id": task.id,
                "asked": task.question,
                "options": list(task.options),
                "right": list(task.right),
                "family": task.family,
                "difficulty": {"level": task.level},
            },
        }

    def score_answer(self, answer: str | None, entry: dict[str, Any]) -> float:
        """Pay a completion, or a bare letter."""
        if answer is None:
            return 0.0
        known = entry["metadata"]
        return pay(answer, known["options"], known["right"], question=known.get("asked"))


if NAME not in DATASETS:
    register_dataset(NAME, LogicVoteDataset, LogicVoteConfig)
