"""One question under the user's eyes: its chains as they grow, its votes, what was bought and why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from solver.extraction.extract import extract
from solver.extraction.thoughts import says_anything
from solver.problems.question import Question
from solver.sampling.sample import Request, Sample, Status
from solver.scheduling.events import Arrived, Launched
from solver.scheduling.outcome import Outcome
from solver.scheduling.settings import SamplingSettings
from solver.scheduling.solve import Concluded, SolveEvent
from solver.scheduling.wording import why_more, why_stopped
from solver.voting.tally import Tally, tally


@dataclass(slots=True)
class Chain:
    """One chain, growing or finished."""

    model: str
    index: int
    pieces: list[str] = field(default_factory=list)
    """What came, piece by piece (as a rule a token each)."""
    is_ended: bool = False
    """True between its last piece and its sample."""
    read: int | None = None
    """The answer class read when it ended, before its sample is there; not yet a vote."""
    sample: Sample | None = None

    @property
    def text(self) -> str:
        """What it says so far."""
        return self.sample.text if self.sample is not None else "".join(self.pieces)

    @property
    def tokens(self) -> int:
        """Generated tokens, or pieces so far."""
        return self.sample.completion_tokens if self.sample is not None else len(self.pieces)


@dataclass(slots=True)
class Watch:
    """A question being solved, or solved. It is the ``Watcher`` of the sampler and the listener of ``Solving``."""

    question: Question
    started_at: float
    """On the caller's clock, seconds."""
    settings: SamplingSettings = field(default_factory=SamplingSettings)
    """How it is sampled."""
    waiting: str | None = None
    """What it still waits for before the first sample."""
    chains: dict[tuple[str, int], Chain] = field(default_factory=dict)
    why: str = ""
    """Why samples were last bought, or why it stopped."""
    purchases: list[str] = field(default_factory=list)
    """Every purchase of this call with its reason, the oldest first."""
    bought_before: tuple[str, ...] = ()
    """Those of the calls before it."""
    outcome: Outcome | None = None
    ended_at: float | None = None
    drawn_before: int = 0
    """Samples that an earlier call had drawn already."""
    tokens_before: int = 0
    """Their tokens."""
    error: str | None = None
    """Why it could not be solved at all."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every purchase behind the samples in view; those of earlier calls where their samples count."""
        return (*(self.bought_before if self.drawn_before else ()), *self.purchases)

    def opened(self, request: Request) -> None:
        """See ``solver.sampling.streaming.Watcher``."""
        self.waiting = None
        self.chains[request.model, request.index] = Chain(request.model, request.index)

    def grew(self, request: Request, text: str) -> None:
        """See ``solver.sampling.streaming.Watcher``."""
        self.chains[request.model, request.index].pieces.append(text)

    def ended(self, request: Request) -> None:
        """See ``solver.sampling.streaming.Watcher``; its group's samples come together, so its answer is read
        already here."""
        chain = self.chains[request.model, request.index]
        chain.is_ended = True
        options = [request.question.options[place] for place in request.permutation]
        # What this text does not tell: whether a thought that never closes came in a field of its own.
        said = chain.text if says_anything(chain.text) else ""
        letter = extract(said, len(options), options, request.question.text).letter
        if letter is not None:
            place = request.permutation[ord(letter) - ord("A")]
            chain.read = request.question.classes[place]

    def on(self, event: SolveEvent, now: float) -> None:
        """Take an event of ``Solving``."""
        match event:
            case Launched(_, count):
                self.waiting = None
                votes = [sample.option_class for sample in self.samples]
                self.why = why_more(self.settings, votes)
                self.purchases.append(f"{count} bought: {self.why}")
            case Arrived(_, sample, is_stored):
                self.drawn_before += is_stored
                self.tokens_before += sample.completion_tokens if is_stored else 0
                self._take(sample)
            case Concluded(outcome):
                self.conclude(outcome, now)

    def conclude(self, outcome: Outcome, now: float) -> None:
        """Take the outcome; chains that were given up go."""
        self.waiting = None
        self.outcome, self.ended_at = outcome, now
        self.why = why_stopped(outcome)
        for sample in outcome.samples:
            self._take(sample)
        self.chains = {key: chain for key, chain in self.chains.items() if chain.sample is not None}

    def fail(self, why: str, now: float) -> None:
        """Note that nothing can come any more."""
        self.waiting, self.error, self.ended_at = None, why, now
        self.chains = {key: chain for key, chain in self.chains.items() if chain.sample is not None}

    def _take(self, sample: Sample) -> None:
        key = (sample.model, sample.index)
        chain = self.chains.setdefault(key, Chain(sample.model, sample.index))
        chain.sample, chain.is_ended = sample, True

    @property
    def is_open(self) -> bool:
        """True while samples may still come."""
        return self.ended_at is None

    @property
    def ordered(self) -> list[Chain]:
        """All chains by model and launch order."""
        return [self.chains[key] for key in sorted(self.chains)]

    @property
    def samples(self) -> list[Sample]:
        """What has landed."""
        return [chain.sample for chain in self.ordered if chain.sample is not None]

    @property
    def tally(self) -> Tally:
        """The votes so far."""
        return tally([sample.option_class for sample in self.samples if sample.status is not Status.FAILED])

    @property
    def tokens(self) -> int:
        """Generated tokens so far."""
        return sum(chain.tokens for chain in self.chains.values())

    def tokens_per_s(self, now: float) -> float | None:
        """Return how fast it goes, by what was generated since it was asked; None where nothing was, or all is done."""
        fresh, spent_s = self.tokens - self.tokens_before, self.seconds(now)
        return fresh / spent_s if self.is_open and fresh > 0 and spent_s > 0 else None

    def seconds(self, now: float) -> float:
        """Return how long it has taken."""
        return (now if self.ended_at is None else self.ended_at) - self.started_at


def shown_chains(watch: Watch, count: int) -> Sequence[Chain]:
    """Choose the chains to show where there is room for ``count``: growing ones first, then the latest."""
    chains = watch.ordered
    growing = [chain for chain in chains if chain.sample is None]
    done = [chain for chain in chains if chain.sample is not None]
    room = max(0, count - len(growing))
    chosen = growing[:count] + (done[-room:] if room else [])
    return sorted(chosen, key=lambda chain: (chain.model, chain.index))
