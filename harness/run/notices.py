"""What an evaluation notices of its samples that a setting could fix: no reasoning, samples hardly differing. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from solver.base.display.figures import counted
from solver.problems.prompt import DEFAULT_PROMPT, Template
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Sample, Status
from solver.scheduling.outcome import Outcome

ENOUGH = 10
"""Questions from which on something is noticed: a handful may be easy ones."""
SUSPICIOUS_SHARE = 0.95
"""Share of questions whose samples are all the same from which a fixed seed is suspected. A sure model repeats itself
on many questions (6 % for the embedded one at temperature 0.7, 889 questions), a server with one fixed seed on all."""
FEW_DIFFERENT = 0.2
"""Samples hardly differ where so few of those beyond a question's first are new texts. Real models write new ones
nearly always; the embedded model, whose chains are nearly formal, half of the time (44 to 61 % on 40 questions)."""
TRY_TUNE = "harness tune finds what suits it"


def notices_of(outcomes: Sequence[Outcome], template: Template, sampling: Sampling) -> Iterator[str]:
    """Yield a line for each thing noticed, with the setting to try.

    Args:
        template: as the questions were asked.
    """
    by_model: dict[str, list[Sample]] = {}
    for outcome in outcomes:
        # Letters alone, asked for before a deadline, are meant to be short.
        for sample in () if "deadline" in outcome.stop_reasons else outcome.samples:
            if sample.status is not Status.FAILED:
                by_model.setdefault(sample.model, []).append(sample)
    unreasoned = [model for model, samples in by_model.items() if _is_unreasoned(samples, template)]
    for model in unreasoned:
        median = statistics.median(sample.completion_tokens for sample in by_model[model])
        yield (
            f"{template.name} asks for reasoning, and half of the replies of {model} have at most {median:.0f} tokens "
            f"(at least {template.expects} are usual): it answers at once; try {_other(template)}, or {TRY_TUNE}"
        )
    if not unreasoned:
        yield from _repeats(outcomes, template, sampling)


def _is_unreasoned(samples: Sequence[Sample], template: Template) -> bool:
    if template.expects is None or len({sample.question_id for sample in samples}) < ENOUGH:
        return False
    return statistics.median(sample.completion_tokens for sample in samples) < template.expects


def _other(template: Template) -> str:
    return "--prompt reason-system" if template.name == DEFAULT_PROMPT else f"--prompt {DEFAULT_PROMPT}"


def _repeats(outcomes: Sequence[Outcome], template: Template, sampling: Sampling) -> Iterator[str]:
    several = [outcome for outcome in outcomes if len(outcome.samples) > 1]
    if len(several) < ENOUGH:
        return
    same = sum(outcome.distinct == 1 for outcome in several)
    if sampling.temperature == 0:
        if same >= SUSPICIOUS_SHARE * len(several):
            yield "temperature 0 makes all samples alike: voting buys nothing; try --temperature 0.7 or --rule fixed:1"
        return
    # Answers alone are few by nature.
    if template.expects is None:
        return
    if same >= SUSPICIOUS_SHARE * len(several):
        yield (
            f"all samples of {same} of {counted(len(several), 'question')} are identical: the server seems to "
            "use one fixed seed, or to take the likeliest token always, so voting buys nothing"
        )
        return
    new = sum(outcome.distinct - 1 for outcome in several)
    beyond = sum(len(outcome.samples) - 1 for outcome in several)
    if new < FEW_DIFFERENT * beyond:
        hotter = "--temperature 1 --top-p 1" if sampling.temperature < 1 or sampling.top_p < 1 else "--temperature 1.2"
        yield (
            f"samples hardly differ: of those beyond a question's first {new / beyond:.0%} are new texts, so voting "
            f"buys little; try {hotter}, or {TRY_TUNE}"
        )
