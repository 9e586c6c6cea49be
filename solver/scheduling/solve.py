"""Questions in, verdicts with their chains out: what ``answer`` and the terminal do, without a disk or a screen.

The scheduler of ``solver.scheduling.scheduler`` draws; this keeps the samples in memory, and says in words why more
were bought and
why it stopped. Samples of an earlier call on the same question may be handed in: they count and are not drawn again.

::

    solving = Solving(questions, settings, sampler, listener=print)
    for solved in await solving.run(): print(solved.verdict.answer, solved.chain(solved.verdict.answer))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from solver.base.display.theme import NO_ANSWER, vote_letter
from solver.problems.prompt import load_template
from solver.problems.question import Question
from solver.sampling.sample import Sample, Sampler, Status
from solver.scheduling.scheduler import Arrived, Decided, Event, Launched, Scheduler, landed_of
from solver.scheduling.settings import SamplingSettings
from solver.voting.rules import Rule
from solver.voting.tally import Tally, Verdict, tally

CANCELLED = "cancelled"
"""Stop reason of a question that the user gave up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """A question with its verdict and the chains behind it."""

    question: Question
    verdict: Verdict
    samples: tuple[Sample, ...]
    """By model, in launch order."""
    rule: Rule
    max_samples: int

    @property
    def counts(self) -> Tally:
        """All samples' votes."""
        return tally([sample.option_class for sample in self.samples])

    @property
    def completion_tokens(self) -> int:
        """Generated tokens."""
        return sum(sample.completion_tokens for sample in self.samples)

    @property
    def seconds(self) -> float:
        """From the first sample's launch to the last one's end; 0 without samples."""
        if not self.samples:
            return 0.0
        return max(one.finished_at for one in self.samples) - min(one.launched_at for one in self.samples)

    @property
    def error(self) -> str | None:
        """Why the first failed sample failed."""
        return next((sample.error for sample in self.samples if sample.status is Status.FAILED), None)

    @property
    def dissent(self) -> int | None:
        """The answer class with the most votes beside the verdict's, or None where there is none."""
        return next((option for option, _ in self.counts.counts if option != self.verdict.answer), None)

    def chain(self, answer: int | None) -> Sample | None:
        """Return the sample that speaks best for an answer class: of those whose own text gave it, the one that the
        model found most probable by token; None where nobody voted for it."""
        if answer is None:
            return None
        for_it = [sample for sample in self.samples if sample.option_class == answer]
        own = [sample for sample in for_it if not sample.is_closed] or for_it
        # Without log-probabilities the first one in launch order.
        return max(own, key=lambda sample: (sample.mean_logprob or float("-inf"), -sample.index), default=None)


@dataclass(frozen=True, slots=True)
class Finished:
    """Event: a sample is there in full."""

    question: Question
    sample: Sample
    is_earlier: bool = False
    """True where it was handed in and not drawn now."""


@dataclass(frozen=True, slots=True)
class Bought:
    """Event: samples were asked for."""

    question: Question
    count: int
    why: str


@dataclass(frozen=True, slots=True)
class Concluded:
    """Event: a question is decided."""

    solved: Solved


SolveEvent = Finished | Bought | Concluded


@dataclass(slots=True)
class _Open:
    """What is known of a question so far."""

    question: Question
    samples: dict[tuple[str, int], Sample] = field(default_factory=dict)
    verdicts: dict[str | None, Verdict] = field(default_factory=dict)


class Solving:
    """Solves some questions once.

    Args:
        earlier: finished samples that count without being drawn again, where the settings ask for the very same ones.
        listener: told of every event, in the event loop.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        settings: SamplingSettings,
        sampler: Sampler,
        *,
        earlier: Sequence[Sample] = (),
        listener: Callable[[SolveEvent], None] = lambda event: None,
    ) -> None:
        self._settings, self._rule, self._ensemble = settings, settings.stopping_rule, settings.combination
        self._listener = listener
        self._questions = tuple(questions)
        self._open = {question.id: _Open(question) for question in questions}
        known = {sample.key: sample for sample in earlier if sample.status is not Status.FAILED}
        stored = {key: landed_of(sample) for key, sample in known.items()}
        # The scheduler hands back the very records it was given: so it is known which sample it met.
        self._met = {id(landed): (landed, known[key]) for key, landed in stored.items()}
        self._scheduler = Scheduler(
            questions,
            settings,
            load_template(settings.prompt),
            sampler,
            self._keep,
            stored=stored,
            listener=self._on,
        )

    async def run(self) -> tuple[Solved, ...]:
        """Solve all questions; returns them in the order given.

        Raises:
            ExceptionGroup: the sampler gave up.
        """
        await self._scheduler.run()
        return tuple(self._solved(self._open[question.id]) for question in self._questions)

    def stop(self, reason: str = CANCELLED) -> None:
        """Give up what is in flight; ``run`` returns with what has landed."""
        self._scheduler.stop(reason)

    async def _keep(self, samples: Sequence[Sample]) -> None:
        for sample in samples:
            found = self._open[sample.question_id]
            found.samples[sample.model, sample.index] = sample
            self._listener(Finished(found.question, sample))

    def _on(self, event: Event) -> None:
        found = self._open[event.question.id]
        if isinstance(event, Arrived) and event.is_stored:
            _, sample = self._met[id(event.sample)]
            found.samples[sample.model, sample.index] = sample
            self._listener(Finished(found.question, sample, is_earlier=True))
        elif isinstance(event, Launched):
            votes = [sample.option_class for sample in _ordered(found)]
            why = why_more(self._rule, votes, self._settings.max_samples, len(self._settings.models))
            self._listener(Bought(found.question, event.count, why))
        elif isinstance(event, Decided):
            found.verdicts[event.verdict.model] = event.verdict
            if len(found.verdicts) == len(self._settings.models):
                self._listener(Concluded(self._solved(found)))

    def _solved(self, found: _Open) -> Solved:
        members = [found.verdicts[model] for model in self._settings.models]
        return Solved(
            question=found.question,
            verdict=self._ensemble.combine(members) if len(members) > 1 else members[0],
            samples=_ordered(found),
            rule=self._rule,
            max_samples=self._settings.max_samples,
        )


def _ordered(found: _Open) -> tuple[Sample, ...]:
    # By the model's name only to be stable: members are told apart in the verdict.
    return tuple(found.samples[key] for key in sorted(found.samples))


def why_more(rule: Rule, votes: Sequence[int | None], cap: int, models: int = 1) -> str:
    """Say why samples are bought.

    >>> from solver.voting.rules import parse_rule
    >>> why_more(parse_rule("lead:3"), [0, 0, 1], 16)
    'A leads B by 1: rule lead:3 needs at least 2 more'
    """
    if models > 1:
        return f"each of {models} models is asked until rule {rule.spec} is content"
    needed = rule.needed(votes, cap)
    if not votes:
        return f"rule {rule.spec} needs at least {needed}"
    return f"{standing(votes)}: rule {rule.spec} needs at least {needed} more"


def standing(votes: Sequence[int | None]) -> str:
    """Say how a vote stands.

    >>> standing([0, 0, 1]), standing([None]), standing([1, 0]), standing([2])
    ('A leads B by 1', 'no votes', 'A and B are level', 'C is alone with 1')
    """
    counts = tally(votes).counts
    if not counts:
        return "no votes"
    first = vote_letter(counts[0][0])
    if len(counts) == 1:
        return f"{first} is alone with {counts[0][1]}"
    second, lead = vote_letter(counts[1][0]), counts[0][1] - counts[1][1]
    return f"{first} leads {second} by {lead}" if lead else f"{min(first, second)} and {max(first, second)} are level"


def why_stopped(solved: Solved) -> str:
    """Say why sampling stopped."""
    verdict, reason = solved.verdict, solved.verdict.stop_reason
    said = standing(verdict.votes)
    reasons: Mapping[str, str] = {
        "cap": f"{said}; no more than {solved.max_samples} samples are allowed",
        "failed": f"a sample failed: {solved.error or 'no reason given'}",
        CANCELLED: f"cancelled; {said}",
    }
    if verdict.members:
        return f"{len(verdict.members)} models: {reason}"
    return reasons.get(reason, f"{said}: rule {solved.rule.spec} is content")


def letters(votes: Sequence[int | None]) -> str:
    """Return votes as letters in launch order.

    >>> letters([0, None, 1])
    'A?B'
    """
    return "".join(NO_ANSWER if vote is None else vote_letter(vote) for vote in votes)
