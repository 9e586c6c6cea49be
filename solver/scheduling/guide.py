"""An allocation in a live run: what the next sample of a question is worth, by all that has landed. Pure.

``solver.voting.allocation`` says what an allocation is; here it meets a run. It learns anew each time a third more
samples have landed; between two such moments a question's worth hangs on its own votes alone, so the queue stays right
while only one of them changes. What is on its way counts as if it said what leads now, and of a question there is never
more on its way than has landed, so that its second sample waits for the first and eight come in four steps.

Answers are given at the very end, by what has been learned until then: a run that is replayed, or continued from its
samples, comes to the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp

from solver.scheduling.open_question import OpenQuestion
from solver.voting.allocation import Judge, Policy, State

LEARN_EVERY = 4 / 3
"""Samples, against those there were, after which it learns anew."""


class Guide:
    """A policy and what it has learned of each model.

    Args:
        policy: decides where the next sample goes.
        max_samples: a question and model at most.
        everything: all questions under all models.
    """

    def __init__(self, policy: Policy, max_samples: int, everything: Sequence[OpenQuestion]) -> None:
        self._policy, self._max_samples, self._all = policy, max_samples, everything
        self._landed = 0
        self._learn_at = 1.0
        self._judges: Mapping[str, Judge] = {}
        self.learn()

    @property
    def spec(self) -> str:
        """The policy as it is named on the command line."""
        return self._policy.spec

    def heard(self) -> None:
        """Count a sample that has landed."""
        self._landed += 1

    @property
    def is_due(self) -> bool:
        """Enough has landed to learn anew."""
        return self._landed >= self._learn_at

    def learn(self) -> None:
        """Learn from all that has landed; every model for itself."""
        by_model: dict[str, list[State]] = {}
        for one in self._all:
            by_model.setdefault(one.model, []).append(self._state(one))
        self._judges = {model: self._policy.learn(states) for model, states in by_model.items()}
        self._learn_at = max(float(len(self._all)), self._landed * LEARN_EVERY)

    def worth(self, one: OpenQuestion) -> float | None:
        """Return what one more sample is worth beside those on their way; None where none is wanted now."""
        on_their_way, landed = one.on_their_way, len(one.landed)
        if landed + on_their_way >= self._max_samples or on_their_way >= max(1, landed):
            return None
        if landed == 0:
            return float("inf")
        return self._judges[one.model].priority(self._state(one).expecting(on_their_way))

    def wants_no_more(self, one: OpenQuestion) -> bool:
        """Tell whether the policy itself, and not the cap, has stopped a question."""
        return len(one.landed) < self._max_samples and self._judges[one.model].priority(self._state(one)) is None

    def answer(self, one: OpenQuestion) -> int | None:
        """Return the answer by what has been learned."""
        return self._judges[one.model].answer(self._state(one))

    def _state(self, one: OpenQuestion) -> State:
        samples = [one.landed[index] for index in sorted(one.landed)]
        sure = [None if one.letter_logprob is None else exp(min(0.0, one.letter_logprob)) for one in samples]
        return State(
            votes=tuple(sample.option_class for sample in samples),
            confidences=() if all(value is None for value in sure) else tuple(sure),
            tokens=sum(sample.completion_tokens for sample in samples),
            left=self._max_samples - len(samples),
            n_options=len(set(one.question.classes)),
        )
