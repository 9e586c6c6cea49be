"""The puzzles as a taskset of verifiers (``verifiers.v1``): an environment package exports a ``LogicVoteTaskset``."""

from __future__ import annotations

from collections.abc import Iterator

import verifiers.v1 as vf

from solver.problems.prompt import DEFAULT_PROMPT
from synth.environments.tasks import pay, task_at
from synth.generate.order import Order, check_families
from synth.puzzles.families import trained
from synth.puzzles.voice import Lang

__all__ = ["LogicVoteTask", "LogicVoteTaskset", "LogicVoteTasksetConfig", "Puzzles"]


class LogicVoteData(vf.TaskData):  # type: ignore[misc]  # verifiers is no dependency
    """One question and what is right."""

    question: str
    options: tuple[str, ...]
    right: tuple[str, ...]
    family: str
    level: int


class LogicVoteTask(vf.Task[LogicVoteData]):  # type: ignore[misc]
    """Pays a reply by its final answer."""

    @vf.reward(weight=1.0)  # type: ignore[untyped-decorator]
    async def right_answer(self, task: LogicVoteData, trace: vf.Trace) -> float:
        """1 for a right final answer, else 0."""
        return pay(trace.last_reply or "", task.options, task.right, question=task.question)


class LogicVoteTasksetConfig(vf.TasksetConfig):  # type: ignore[misc]
    """Which puzzles."""

    seed: int = 0
    count: int = 1000
    families: tuple[str, ...] = ()
    """Names of families; none takes all that training may see."""
    langs: tuple[Lang, ...] = ("zh", "zh", "zh", "en")
    """Drawn from with equal weight."""
    level: int = 0
    """Difficulty, 1 to 9; 0 mixes those of training."""
    prompt: str = DEFAULT_PROMPT


class Puzzles:
    """Loads the tasks; a package puts it before ``vf.Taskset[LogicVoteTask, …]`` with a configuration of its own."""

    config: LogicVoteTasksetConfig

    def load(self) -> Iterator[LogicVoteTask]:
        """Make the tasks, one after another."""
        config = self.config
        order = Order(
            count=config.count,
            seed=config.seed,
            families=check_families(config.families) or tuple(family.name for family in trained()),
            langs=config.langs,
            difficulty=config.level or None,
        )
        for index in range(config.count):
            task = task_at(order, index, prompt=config.prompt)
            data = LogicVoteData(
                id=task.id,
                prompt=task.prompt,
                system_prompt=task.system,
                question=task.question,
                options=task.options,
                right=task.right,
                family=task.family,
                level=task.level,
            )
            yield LogicVoteTask(data, config.task)


class LogicVoteTaskset(Puzzles, vf.Taskset[LogicVoteTask, LogicVoteTasksetConfig]):  # type: ignore[misc]
    """Proven multiple-choice puzzles."""
