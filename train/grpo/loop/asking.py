"""The trainer's side of the sampler: questions become asks, and draws come back as groups or as measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from solver.problems.option_order import permutation
from solver.problems.question import Question
from solver.training_rows.reward import RewardPlan
from train.grpo import questions as question_files
from train.grpo.grpo import PreparedPractice
from train.grpo.loop.sampler import Ask, Draw, Sampler
from train.grpo.loop.source import Source, Turn

POLL_S = 0.5


class Ready(NamedTuple):
    """A group that can be learnt from."""

    turn: Turn
    ask: Ask
    draw: Draw


class Measured(NamedTuple):
    """What came of asking questions that are not practised on."""

    right: dict[str, float]
    """Question id -> share of right answers."""
    tokens: float
    """Mean length of an answer."""
    cut_off: float
    """Share of answers that hit the bound."""

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return fmean(self.right.values())


class Asking:
    """Keeps what was asked apart from what came back.

    Args:
        source: of the questions that are practised on.
    """

    def __init__(self, ready: PreparedPractice, sampler: Sampler, source: Source) -> None:
        self._ready, self._sampler, self._source = ready, sampler, source
        self._count = 0
        self._turns: dict[int, tuple[Turn, Ask]] = {}
        self._groups: list[Ready] = []
        self._measured: dict[int, Draw] = {}

    def keep(self, groups: int) -> None:
        """Ask until so many groups are drawn, or being drawn.

        Args:
            groups: those that wait for the trainer included.
        """
        while len(self._turns) + len(self._groups) < groups:
            self.practise(self._source.next())

    def practise(self, turn: Turn) -> None:
        """Ask a question that is practised on."""
        data, loop = self._ready.recipe.data, self._ready.recipe.loop
        is_moved = data.shuffle_options or (loop.turns and turn.draw % 2 == 0)
        order = permutation(turn.question, run_seed=self._ready.recipe.run.seed, index=turn.draw, is_on=is_moved)
        sampling = self._ready.recipe.sampling
        ask = self._ask(
            turn.question,
            order,
            count=sampling.group,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            reward=self._ready.recipe.reward,
        )
        self._turns[ask.number] = turn, ask
        self._sampler.ask(ask)

    def groups(self, most: int, wait_s: float = POLL_S) -> list[Ready]:
        """Return groups that are drawn, in the order in which they came.

        Args:
            most: how many of them.
            wait_s: for a first one.
        """
        if not self._groups:
            self._hear(wait_s)
        self._hear(0.0 if self._sampler.is_beside else None)
        found, self._groups = self._groups[:most], self._groups[most:]
        return found

    def open(self) -> list[str]:
        """Return the ids of questions that are asked, or drawn and not given out."""
        return [turn.question.id for turn, _ in self._turns.values()] + [one.turn.question.id for one in self._groups]

    def measure(self, questions: Sequence[Question], *, index: int) -> Measured:
        """Ask questions that are not practised on, in the file's order of options, and wait for all answers.

        Args:
            index: of this measurement.
        """
        held, sampling = self._ready.recipe.held_out, self._ready.recipe.sampling
        asks = {}
        for question in questions:
            ask = self._ask(
                question,
                range(len(question.options)),
                count=sampling.eval_group,
                temperature=held.temperature,
                top_p=held.top_p,
                # What is measured is whether it is right, however it is told.
                reward=RewardPlan(),
            )
            asks[ask.number] = question
            self._sampler.ask(ask)
        while not asks.keys() <= self._measured.keys():
            self._hear(POLL_S)
        draws = {question.id: self._measured.pop(number) for number, question in asks.items()}
        answers = [one for draw in draws.values() for one in draw.completions]
        return Measured(
            right={
                name: fmean(one.scored.outcome == "right" for one in draw.completions) for name, draw in draws.items()
            },
            tokens=fmean(len(one.ids) for one in answers),
            cut_off=fmean(one.scored.outcome == "cut_off" for one in answers),
        )

    def _hear(self, wait_s: float | None) -> None:
        if wait_s is None:
            return
        for draw in self._sampler.hear(wait_s):
            if draw.number in self._turns:
                self._groups.append(Ready(*self._turns.pop(draw.number), draw))
            else:
                self._measured[draw.number] = draw

    def _ask(self, question: Question, order: Sequence[int], **manner: Any) -> Ask:
        self._count += 1
        shown = question_files.show(question, self._ready.template, order)
        return Ask(
            number=self._count,
            prompt=tuple(question_files.prompt_ids(shown, self._ready.tokenizer)),
            question=shown.question,
            options=tuple(shown.options),
            right=tuple(shown.right),
            max_tokens=self._ready.recipe.sampling.max_tokens,
            **manner,
        )


def paired(before: Mapping[str, float], after: Mapping[str, float], problem_of: Mapping[str, str]) -> dict[str, Any]:
    """Compare two measurements of the same questions, clustered by problem; shares with 95 % intervals."""
    from solver.base.intervals import paired_difference, share_interval

    names = [name for name in before if name in after]
    clusters = [problem_of[name] for name in names]
    told: dict[str, Any] = {"questions": len(names)}
    for label, values in (("before", before), ("after", after)):
        found = share_interval([values[name] for name in names], clusters)
        told[label] = [round(one, 4) for one in (found.value, found.low, found.high)]
    gap = paired_difference([after[name] - before[name] for name in names], clusters)
    told["difference"] = [round(one, 4) for one in (gap.value, gap.low, gap.high)]
    return told
