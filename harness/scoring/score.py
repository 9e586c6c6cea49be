"""Scoring a run: a pure function from questions, samples and verdicts to one ``Score`` record.

Definitions
    *accuracy* is strict: a question without an answer is wrong, also where a run was cut short before it was asked
    (``n_unasked``). It is over the questions that have a key (``n_labelled``); its interval is clustered by problem
    (``solver.base.intervals``). *accuracy_answered* leaves out the questions without an answer.

    *single_sample_accuracy* is that of the first sample of each question. The mean over all samples would be biased:
    adaptive stopping draws more samples on the hard questions.

    *voting_gain* is the accuracy less that of one sample, paired and clustered by problem. One sample is measured here
    by the mean over the first k, k being the fewest that any question has: unbiased too, less noisy than the first.

    *by_k* sets majority@k (plurality of the first k samples) beside any_correct@k (one of them is right), only over
    questions with at least k samples; under adaptive stopping those are the harder ones, so read each with its own n.

    *rates* are over samples. ``no_answer``: text came, but no letter, not even by closing it. ``truncated``: hit the
    length limit, rescued by closing or not. ``closed``: the letter came from closing. ``failed``: no text came.

    *calibration* compares the vote share with how often such verdicts are right; *ece* is the expected calibration
    error, the mean distance between the two weighed by questions (Guo et al., arXiv 1706.04599).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from solver.base.intervals import Interval, paired_difference, share_interval
from solver.problems.letters import letter_of
from solver.problems.question import MAX_OPTIONS, Question
from solver.sampling.sample import Sample, Status
from solver.voting.tally import Verdict, plurality

N_BINS = 10
MAX_K = 41
"""majority@k is told for k = 1, 3, 5 … up to this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What tokens cost."""

    prompt_per_million: Decimal
    """Price of a million prompt tokens."""
    completion_per_million: Decimal
    """Price of a million generated tokens."""
    currency: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a run took, all its attempts together."""

    wall_s: float
    """Wall-clock time, seconds."""
    sampling_s: float
    """The part of it in which samples were drawn, engine starts aside, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """An accuracy with its interval."""

    accuracy: float
    """0 to 1."""
    ci_low: float
    ci_high: float
    n: int
    """Questions."""
    n_problems: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AtK:
    """The first k samples of every question that has as many."""

    k: int
    majority: float
    """Accuracy of their plurality, 0 to 1."""
    any_correct: float
    """How often at least one of them is right, 0 to 1."""
    n: int
    """Questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Verdicts with about the same vote share."""

    low: float
    """Smallest vote share of the bin; its largest is ``high``, included."""
    high: float
    n: int
    mean_share: float
    accuracy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What voting adds to a single sample; shares, 0 to 1."""

    value: float
    ci_low: float
    ci_high: float
    single: float
    """Mean accuracy of the first ``k`` samples of each question."""
    k: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a run achieved and what it cost. Shares and rates are 0 to 1; None where there is nothing to divide by."""

    accuracy: float | None
    ci_low: float | None
    ci_high: float | None
    se: float | None
    """Clustered standard error of the accuracy."""
    accuracy_answered: float | None
    """Over the answered questions only."""
    single_sample_accuracy: float | None
    voting_gain: Gain | None
    random_baseline: float | None
    """Mean of 1 / number of options."""
    letter_baseline: float | None
    """Always naming the one letter that is right most often."""
    best_letter: str | None
    n_questions: int
    """All questions of the run."""
    n_problems: int
    n_labelled: int
    n_unlabelled: int
    n_unasked: int
    """Questions without any sample."""
    n_answered: int
    """Questions with a key and an answer."""
    n_correct: int
    is_complete: bool
    """Every question was decided by its rule."""
    slices: Mapping[str, Mapping[str, Share]]
    """By ``n_options``, ``family``, ``level`` and ``split``, then by value; only what is known."""
    models: Mapping[str, Share]
    """Accuracy of each member of an ensemble."""
    by_k: tuple[AtK, ...]
    calibration: tuple[Bin, ...]
    ece: float | None
    agreement: float | None
    """Mean vote share over questions with at least two votes."""
    n_samples: int
    samples_per_question: float | None
    """Over questions with at least one sample."""
    prompt_tokens: int
    completion_tokens: int
    tokens_per_question: float | None
    """Generated tokens, over questions with at least one sample."""
    no_answer_rate: float | None
    truncated_rate: float | None
    closed_rate: float | None
    failed_rate: float | None
    failed: int
    """Failed samples."""
    retries: int
    wall_s: float | None
    """Wall-clock time of the run, seconds."""
    tokens_per_s: float | None
    """Generated tokens per second of the time in which samples were drawn."""
    cost: Decimal | None
    """None where no prices were given."""
    currency: str | None

    def to_json(self) -> dict[str, object]:
        """Return the score as it stands in ``summary.json``; money is a string, so that no cent is rounded away."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            **{("complete" if name == "is_complete" else name): value for name, value in plain.items()},
            "slices": {
                name: {value: asdict(share) for value, share in parts.items()} for name, parts in self.slices.items()
            },
            "voting_gain": None if self.voting_gain is None else asdict(self.voting_gain),
            "models": {model: asdict(share) for model, share in self.models.items()},
            "by_k": [asdict(part) for part in self.by_k],
            "calibration": [asdict(part) for part in self.calibration],
            "cost": None if self.cost is None else str(self.cost),
        }


def score(
    questions: Sequence[Question],
    samples: Sequence[Sequence[Sample]],
    verdicts: Sequence[Verdict],
    *,
    timing: Timing | None = None,
    prices: Prices | None = None,
    is_complete: bool = True,
) -> Score:
    """Score a run.

    Args:
        questions: all questions that were to be asked.
        samples: each question's samples, in any order.
        verdicts: each question's verdict.
        timing: how long it took, where known.
        prices: what tokens cost, where known.
        is_complete: whether every question was decided by its rule.

    Raises:
        ValueError: the three sequences do not belong together.
    """
    asked = [
        _Asked(question, verdict, in_launch_order(found, verdict))
        for question, found, verdict in zip(questions, samples, verdicts, strict=True)
    ]
    if any(one.question.id != one.verdict.question_id for one in asked):
        raise ValueError("questions and verdicts are not in the same order")
    labelled = [one for one in asked if one.question.gold is not None]
    answered = [one for one in labelled if one.verdict.answer is not None]
    drawn = [sample for one in asked for sample in one.samples]
    n_sampled = sum(1 for one in asked if one.samples)
    n_correct = sum(map(_is_right, labelled))
    whole = _interval(labelled, _is_right)
    letter, letter_share = best_letter([one.question for one in labelled])
    prompt_tokens = sum(sample.prompt_tokens for sample in drawn)
    completion_tokens = sum(sample.completion_tokens for sample in drawn)
    failed = sum(sample.status is Status.FAILED for sample in drawn)
    bins = _calibration(labelled)
    return Score(
        accuracy=whole and whole.value,
        ci_low=whole and whole.low,
        ci_high=whole and whole.high,
        se=whole and whole.se,
        accuracy_answered=_ratio(n_correct, len(answered)),
        single_sample_accuracy=_single_sample(labelled),
        voting_gain=_voting_gain(labelled),
        random_baseline=_ratio(sum(Fraction(1, len(one.question.options)) for one in labelled), len(labelled)),
        letter_baseline=letter_share,
        best_letter=letter,
        n_questions=len(questions),
        n_problems=len({question.problem_id for question in questions}),
        n_labelled=len(labelled),
        n_unlabelled=len(questions) - len(labelled),
        n_unasked=len(questions) - n_sampled,
        n_answered=len(answered),
        n_correct=n_correct,
        is_complete=is_complete,
        slices=_slices(labelled),
        models=_models(labelled),
        by_k=_at_k(labelled),
        calibration=bins,
        ece=_ratio(sum(part.n * abs(part.accuracy - part.mean_share) for part in bins), sum(part.n for part in bins)),
        agreement=_agreement(verdicts),
        n_samples=len(drawn),
        samples_per_question=_ratio(len(drawn), n_sampled),
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        tokens_per_question=_ratio(completion_tokens, n_sampled),
        no_answer_rate=_ratio(sum(map(_has_no_answer, drawn)), len(drawn)),
        truncated_rate=_ratio(sum(map(_is_truncated, drawn)), len(drawn)),
        closed_rate=_ratio(sum(sample.is_closed for sample in drawn), len(drawn)),
        failed_rate=_ratio(failed, len(drawn)),
        failed=failed,
        retries=sum(sample.retries for sample in drawn),
        wall_s=timing.wall_s if timing else None,
        tokens_per_s=_ratio(completion_tokens, max(0.0, timing.sampling_s)) if timing else None,
        cost=cost_of(prompt_tokens, completion_tokens, prices) if prices else None,
        currency=prices.currency if prices else None,
    )


class _Asked(NamedTuple):
    """A question with all that came of it."""

    question: Question
    verdict: Verdict
    samples: tuple[Sample, ...]


def in_launch_order(samples: Sequence[Sample], verdict: Verdict) -> tuple[Sample, ...]:
    """Sort a question's samples: the best model's first, and by index."""
    models = [member.model for member in verdict.members]
    place = {model: models.index(model) for model in models}
    return tuple(sorted(samples, key=lambda sample: (place.get(sample.model, len(models)), sample.model, sample.index)))


def _is_right(one: _Asked) -> bool:
    return one.verdict.answer == one.question.gold


def _ratio(part: float | Fraction, whole: float) -> float | None:
    return float(part) / whole if whole else None


def _interval(asked: Sequence[_Asked], is_right: Callable[[_Asked], bool]) -> Interval | None:
    hits = [float(is_right(one)) for one in asked]
    return share_interval(hits, [one.question.problem_id for one in asked]) if hits else None


def _share(asked: Sequence[_Asked]) -> Share:
    interval = _interval(asked, _is_right)
    assert interval is not None, "callers group questions, so no group is empty"
    return Share(
        accuracy=interval.value,
        ci_low=interval.low,
        ci_high=interval.high,
        n=interval.n,
        n_problems=interval.n_clusters,
    )


_SLICES: dict[str, Callable[[Question], int | str | None]] = {
    "n_options": lambda question: len(question.options),
    "family": lambda question: question.family,
    "level": lambda question: question.level,
    "split": lambda question: question.split,
}


def _slices(labelled: Sequence[_Asked]) -> dict[str, dict[str, Share]]:
    slices: dict[str, dict[str, Share]] = {}
    for name, value_of in _SLICES.items():
        groups: dict[int | str | None, list[_Asked]] = {}
        for one in labelled:
            groups.setdefault(value_of(one.question), []).append(one)
        if set(groups) - {None}:
            # Numbers by size, names by alphabet, the unknown last.
            ordered = sorted(
                groups, key=lambda value: (value is None, f"{value:9}" if type(value) is int else str(value))
            )
            slices[name] = {"unknown" if value is None else str(value): _share(groups[value]) for value in ordered}
    return slices


def _models(labelled: Sequence[_Asked]) -> dict[str, Share]:
    own: dict[str, list[_Asked]] = {}
    for one in labelled:
        for member in one.verdict.members:
            own.setdefault(member.model or "?", []).append(one._replace(verdict=member))
    return {model: _share(asked) for model, asked in own.items()}


def _single_sample(labelled: Sequence[_Asked]) -> float | None:
    firsts = [one.samples[0].option_class == one.question.gold for one in labelled if one.samples]
    return _ratio(sum(firsts), len(firsts))


def _voting_gain(labelled: Sequence[_Asked]) -> Gain | None:
    # Of several models the best one's samples, which come first.
    own = [[sample for sample in one.samples if sample.model == one.samples[0].model] for one in labelled]
    k = min(map(len, own), default=0)
    if k == 0 or max(len(one.samples) for one in labelled) == 1:
        return None
    golds = [one.question.gold for one in labelled]
    singles = [
        sum(sample.option_class == gold for sample in samples[:k]) / k for samples, gold in zip(own, golds, strict=True)
    ]
    gains = [_is_right(one) - single for one, single in zip(labelled, singles, strict=True)]
    found = paired_difference(gains, [one.question.problem_id for one in labelled])
    single = sum(singles) / len(singles)
    return Gain(value=found.value, ci_low=found.low, ci_high=found.high, single=single, k=k, n=found.n)


def _at_k(labelled: Sequence[_Asked]) -> tuple[AtK, ...]:
    votes = [(one.question.gold, [sample.option_class for sample in one.samples]) for one in labelled if one.samples]
    told = []
    for k in range(1, MAX_K + 1, 2):
        having = [(gold, ballot[:k]) for gold, ballot in votes if len(ballot) >= k]
        if having:
            majority = sum(plurality(ballot) == gold for gold, ballot in having) / len(having)
            any_correct = sum(gold in ballot for gold, ballot in having) / len(having)
            told.append(AtK(k=k, majority=majority, any_correct=any_correct, n=len(having)))
    return tuple(told)


def _calibration(labelled: Sequence[_Asked]) -> tuple[Bin, ...]:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for one in labelled:
        share = one.verdict.vote_share
        if share is not None:
            # The upper end belongs to the bin: 1.0 is in (0.9, 1.0]. Rounding keeps 0.6 out of (0.6, 0.7].
            bins.setdefault(max(0, math.ceil(round(share * N_BINS, 9)) - 1), []).append((share, _is_right(one)))
    return tuple(
        Bin(
            low=place / N_BINS,
            high=(place + 1) / N_BINS,
            n=len(inside),
            mean_share=sum(share for share, _ in inside) / len(inside),
            accuracy=sum(is_right for _, is_right in inside) / len(inside),
        )
        for place, inside in sorted(bins.items())
    )


def _agreement(verdicts: Iterable[Verdict]) -> float | None:
    shares = [
        verdict.vote_share
        for verdict in verdicts
        if verdict.vote_share is not None and sum(vote is not None for vote in verdict.votes) >= 2
    ]
    return _ratio(sum(shares), len(shares))


def best_letter(labelled: Sequence[Question]) -> tuple[str | None, float | None]:
    """Return the letter that is right most often, and how often; a letter that a question lacks is wrong there."""
    if not labelled:
        return None, None
    hits = [
        sum(place < len(question.classes) and question.classes[place] == question.gold for question in labelled)
        for place in range(MAX_OPTIONS)
    ]
    best = hits.index(max(hits))
    return letter_of(best), hits[best] / len(labelled)


def _has_no_answer(sample: Sample) -> bool:
    return sample.status in (Status.NO_ANSWER, Status.TRUNCATED)


def _is_truncated(sample: Sample) -> bool:
    return sample.status is Status.TRUNCATED or sample.finish_reason == "length"


def cost_of(prompt_tokens: int, completion_tokens: int, prices: Prices) -> Decimal:
    """Return what tokens cost, exactly."""
    return (prices.prompt_per_million * prompt_tokens + prices.completion_per_million * completion_tokens) / Decimal(
        1_000_000
    )
