"""What came of a question: the one record of it, fresh from a run or read from a file.

``solver.scheduling.outcome_json`` writes it, ``solver.scheduling.wording`` says it in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from solver.problems.question import Question
from solver.sampling.sample import Sample, Status
from solver.scheduling.settings import SamplingSettings
from solver.voting.tally import Tally, Verdict, tally

CANCELLED = "cancelled"
"""Stop reason of a question that the user gave up."""
EARLY_STOPS = ("interrupted", "engine failed", "deadline", "token budget", "budget", CANCELLED, "shutdown")
"""Stop reasons of questions whose rule was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a question."""

    question_id: str
    problem_id: str
    family: str | None
    level: int | None
    split: str | None
    n_options: int
    gold: int | None
    """Answer class, or None for a question without a key."""
    verdict: Verdict
    """With several models their common one."""
    prompt_tokens: int
    completion_tokens: int
    """Generated tokens."""
    distinct: int = 0
    """Different texts among its samples; far fewer than samples means that sampling repeats itself."""
    seconds: float | None = field(default=None, compare=False)
    """From the first sample's launch to the last one's end; None where it was read from a file."""
    error: str | None = field(default=None, compare=False)
    """Why the first failed sample failed; None also where it was read from a file."""
    question: Question | None = field(default=None, compare=False, repr=False)
    """None where the outcome was read from a file."""
    samples: tuple[Sample, ...] = field(default=(), compare=False, repr=False)
    """By model, the best first, in launch order; none where the outcome was read from a file."""
    settings: SamplingSettings | None = field(default=None, compare=False, repr=False)
    """How it was sampled, where known."""

    @property
    def asked(self) -> Question:
        """The question, of an outcome that is fresh."""
        assert self.question is not None, "read from a file: its texts are elsewhere"
        return self.question

    @property
    def how(self) -> SamplingSettings:
        """The settings, of an outcome that is fresh."""
        assert self.settings is not None, "read from a file: nobody knows how it was sampled"
        return self.settings

    @property
    def answer(self) -> int | None:
        """Answer class, or None where there was no vote."""
        return self.verdict.answer

    @property
    def votes(self) -> tuple[int | None, ...]:
        """Answer classes in launch order, None for no answer; all models' one after the other."""
        return self.verdict.votes

    @property
    def votes_by_model(self) -> dict[str, tuple[int | None, ...]]:
        """The votes of each model, the best first; of a single model under an empty name."""
        return {member.model or "": member.votes for member in self.verdict.members} or {"": self.votes}

    @property
    def is_sampled(self) -> bool:
        """True where a sample came, with or without an answer: before that nothing is known of the question."""
        return bool(self.votes)

    @property
    def vote_share(self) -> float | None:
        """The answer's share of the votes, 0 to 1."""
        return self.verdict.vote_share

    @property
    def stop_reason(self) -> str:
        """Why sampling stopped; with several models each one's."""
        return self.verdict.stop_reason

    @property
    def stop_reasons(self) -> frozenset[str]:
        """The reasons one by one."""
        return frozenset(self.stop_reason.split(" + "))

    @property
    def is_complete(self) -> bool:
        """True where every model's rule was content, and nothing else ended the sampling."""
        return self.stop_reasons.isdisjoint((*EARLY_STOPS, "failed"))

    @property
    def is_correct(self) -> bool | None:
        """True where the answer is right; no answer is wrong; None without a key."""
        return None if self.gold is None else self.answer == self.gold

    @property
    def tally(self) -> Tally:
        """All samples' votes."""
        return tally([sample.option_class for sample in self.samples])

    @property
    def dissent(self) -> int | None:
        """The answer class with the most votes beside the verdict's, or None where there is none."""
        return next((option for option, _ in self.tally.counts if option != self.answer), None)

    def chain(self, answer: int | None) -> Sample | None:
        """Return the sample that speaks best for an answer class; see ``best_chain``."""
        return None if answer is None else best_chain([one for one in self.samples if one.option_class == answer])


def best_chain(voters: Sequence[Sample]) -> Sample | None:
    """Return the sample that speaks best for the answer that all of these gave: of those whose own text gave it, the
    one that the model found most probable by token; None where there are none."""
    own = [sample for sample in voters if not sample.is_closed] or voters
    # Without log-probabilities the first one in launch order.
    return max(own, key=lambda sample: (sample.mean_logprob or float("-inf"), -sample.index), default=None)


def _under_way_s(samples: Sequence[Sample]) -> float:
    """Return for how many seconds samples were under way: what lies between two calls on one question is no work."""
    total, end = 0.0, float("-inf")
    for one in sorted(samples, key=lambda one: one.launched_at):
        total += max(0.0, one.finished_at - max(one.launched_at, end))
        end = max(end, one.finished_at)
    return total


def outcome_of(
    question: Question, verdict: Verdict, samples: Sequence[Sample], settings: SamplingSettings | None = None
) -> Outcome:
    """Put together what came of a question.

    Args:
        samples: in any order.

    Raises:
        ValueError: the verdict is on another question.
    """
    if verdict.question_id != question.id:
        raise ValueError(f"a verdict on {verdict.question_id!r} is none on {question.id!r}")
    return Outcome(
        question_id=question.id,
        problem_id=question.problem_id,
        family=question.family,
        level=question.level,
        split=question.split,
        n_options=len(question.options),
        gold=question.gold,
        verdict=verdict,
        prompt_tokens=sum(sample.prompt_tokens for sample in samples),
        completion_tokens=sum(sample.completion_tokens for sample in samples),
        distinct=len({sample.text for sample in samples}),
        seconds=round(_under_way_s(samples), 3),
        error=next((sample.error for sample in samples if sample.status is Status.FAILED), None),
        question=question,
        samples=_in_launch_order(samples, verdict),
        settings=settings,
    )


def _in_launch_order(samples: Sequence[Sample], verdict: Verdict) -> tuple[Sample, ...]:
    """Sort samples: the best model's first, those of models that are not asked any more last, and by index."""
    places = {member.model: place for place, member in enumerate(verdict.members or (verdict,))}
    return tuple(sorted(samples, key=lambda one: (places.get(one.model, len(places)), one.model, one.index)))
