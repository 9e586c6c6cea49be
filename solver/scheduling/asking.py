"""What is sent for a sample: the question under its option order, the prompt's own system message, the seed. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from solver.problems.option_order import permutation, seed_of
from solver.problems.prompt import Template, render
from solver.problems.question import Question
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Request
from solver.scheduling.settings import SamplingSettings


class Asking:
    """Makes the requests of a run.

    Args:
        template: of the settings' prompt.
    """

    def __init__(self, settings: SamplingSettings, template: Template) -> None:
        self._settings, self._template = settings, template
        self._with_system: dict[tuple[int, str], Sampling] = {}
        """Parameters with a template's system message, made once each."""

    def request(
        self,
        question: Question,
        model: str,
        index: int,
        template: Template | None = None,
        sampling: Sampling | None = None,
        shown: Question | None = None,
    ) -> Request:
        """Return the request of one sample.

        Args:
            index: which sample of the question and model, from 0.
            template: another than the run's.
            sampling: others than the run's parameters.
            shown: the question as it is told, where more is told than it says.
        """
        settings, template = self._settings, template or self._template
        order = permutation(question, run_seed=settings.seed, index=index, is_on=settings.shuffle_options)
        return Request(
            question=question,
            model=model,
            prompt=render(template, shown or question, order),
            sampling=self._said_with(template, sampling or settings, question),
            permutation=order,
            index=index,
            seed=seed_of(settings.seed, question.id, model, index) if settings.is_seeded else None,
        )

    def _said_with(self, template: Template, sampling: Sampling, question: Question) -> Sampling:
        """Return the parameters with the template's own system message, where nobody set another."""
        system = template.in_language_of(question).system
        if system is None or sampling.system is not None:
            return sampling
        known = (id(sampling), system)
        if known not in self._with_system:
            self._with_system[known] = sampling.replaced(system=system)
        return self._with_system[known]


def in_calls(requests: Sequence[Request]) -> list[list[Request]]:
    """Split requests of one question into calls: one where all share a prompt and follow each other."""
    if len({request.prompt for request in requests}) > 1:
        return [[request] for request in requests]
    calls: list[list[Request]] = []
    for request in requests:
        # The engine seeds the choices of a call one after the other: a gap (a sample that the store had already)
        # would give the next choice the seed of another sample.
        if calls and calls[-1][-1].index + 1 == request.index:
            calls[-1].append(request)
        else:
            calls.append([request])
    return calls
