"""The state of a running evaluation, fed by the scheduler's events and drawn by ``harness.run.live.view``."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from solver.base.intervals import Interval, share_interval
from solver.sampling.sample import Status
from solver.sampling.stats import Stats
from solver.scheduling.events import Arrived, Decided
from solver.scheduling.solve import SolveEvent
from solver.voting.tally import Verdict, plurality


@dataclass(slots=True)
class Running:
    """Counters of a run; every field is read by the view at any time."""

    expected: int = 0
    """Verdicts to come: questions times models."""
    started_at: float = field(default_factory=time.monotonic)
    """When the phase began (seconds)."""
    wire: Stats = field(default_factory=Stats)
    """What the client counts."""
    phase: str = "sampling"
    """What is going on, in a word or two."""
    decided: int = 0
    labelled: int = 0
    """Verdicts on questions with a key."""
    sampled: int = 0
    """Those of them that have a sample."""
    answered: int = 0
    """Those of them that have a vote."""
    right: int = 0
    unanswered: int = 0
    open_votes: set[str] = field(default_factory=set)
    """Questions that have a vote and are not decided: with a deadline that is most of them, until its end."""
    samples: int = 0
    """Finished samples of this attempt."""
    stored: int = 0
    """Samples found in the store."""
    tokens: int = 0
    """Generated tokens of this attempt."""
    failed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """Stop reasons of the verdicts, counted."""
    decided_samples: int = 0
    """Samples of the verdicts, stored ones included."""
    hits: list[float] = field(default_factory=list)
    """1 or 0 for each verdict on a question with a key."""
    clusters: list[str] = field(default_factory=list)
    """The problems of the same questions."""
    leading: dict[tuple[str, str], list[int | None]] = field(default_factory=dict)
    """Votes so far where there is no verdict yet, by question and model, where there is a key."""
    _golds: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Key and problem of the questions that are open."""
    _closed: set[tuple[str, str]] = field(default_factory=set)
    _interval: tuple[int, Interval] | None = None
    """The last interval worked out, with the number of events that it knew."""

    def begin(self, expected: int, wire: Stats) -> None:
        """Take in what there is to do, and the counters of the client that does it."""
        self.expected, self.wire = expected, wire

    def enter(self, phase: str) -> None:
        """Begin a phase; rates and the time left count from its beginning."""
        self.phase, self.started_at = phase, time.monotonic()

    @property
    def scored(self) -> int:
        """Questions with a key in the accuracy so far: decided, or sampled; of several models, each on its own."""
        return self.labelled + len(self.leading)

    @property
    def voted(self) -> int:
        """Those of them that have a vote."""
        return self.answered + sum(any(vote is not None for vote in votes) for votes in self.leading.values())

    @property
    def samples_each(self) -> float | None:
        """Mean samples of a verdict, None before the first."""
        return self.decided_samples / self.decided if self.decided else None

    def accuracy(self) -> Interval | None:
        """Return the accuracy so far over all questions that count, clustered by problem; None before the first sample.

        An open question counts with the answer that leads on it. Decided ones alone would be the easy ones, on which
        the samples agree: 89 % after a tenth of a run that ended at 78 %, where this said 81 % (docs/log.md).
        """
        if not self.sampled and not self.leading:
            return None
        news = self.samples + self.stored + self.decided
        # Drawn four times a second, and for 5,000 questions it takes 2 ms: only where there is something new to say.
        if self._interval is None or news > 1.005 * self._interval[0]:
            open_hits = [
                (float(plurality(votes) == self._golds[question][0]), self._golds[question][1])
                for (question, _), votes in self.leading.items()
            ]
            hits = [*self.hits, *(hit for hit, _ in open_hits)]
            self._interval = news, share_interval(hits, [*self.clusters, *(problem for _, problem in open_hits)])
        return self._interval[1]

    def on(self, event: SolveEvent) -> None:
        """Take in one event of the scheduler."""
        if isinstance(event, Arrived):
            if event.sample.option_class is not None:
                self.open_votes.add(event.sample.question_id)
            self._lead(event)
            if event.is_stored:
                self.stored += 1
                return
            self.samples += 1
            self.tokens += event.sample.completion_tokens
            self.failed += event.sample.status is Status.FAILED
        elif isinstance(event, Decided):
            self._decide(event, event.verdict)

    def _lead(self, event: Arrived) -> None:
        """Count a vote on an open question."""
        question = event.question
        voter = question.id, event.sample.model
        if question.gold is not None and event.sample.status is not Status.FAILED and voter not in self._closed:
            self._golds[question.id] = question.gold, question.problem_id
            self.leading.setdefault(voter, []).append(event.sample.option_class)

    def _decide(self, event: Decided, verdict: Verdict) -> None:
        self.decided += 1
        self.open_votes.discard(event.question.id)
        self.decided_samples += len(verdict.votes)
        self.reasons[verdict.stop_reason] = self.reasons.get(verdict.stop_reason, 0) + 1
        if verdict.answer is None:
            self.unanswered += 1
        voter = event.question.id, verdict.model or ""
        self._closed.add(voter)
        self.leading.pop(voter, None)
        if event.question.gold is not None:
            self.labelled += 1
            self.sampled += bool(verdict.votes)
            self.answered += verdict.answer is not None
            is_right = verdict.answer == event.question.gold
            self.right += is_right
            self.hits.append(float(is_right))
            self.clusters.append(event.question.problem_id)
