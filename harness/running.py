"""The state of a running evaluation, fed by the scheduler's events and drawn by ``harness.view``."""

from __future__ import annotations

from dataclasses import dataclass, field

from solver.ballot import Verdict
from solver.schedule import Arrived, Decided, Event


@dataclass(slots=True)
class Running:
    """Counters of a run; every field is read by the view at any time."""

    ballots: int
    """Ballots to be closed: questions times models."""
    started_at: float
    """When the phase began, on the caller's clock (seconds)."""
    phase: str = "sampling"
    """What is going on, in a word or two."""
    decided: int = 0
    labelled: int = 0
    """Decided ballots of questions with a key."""
    right: int = 0
    unanswered: int = 0
    samples: int = 0
    """Finished samples of this attempt."""
    stored: int = 0
    """Samples found in the store."""
    tokens: int = 0
    """Generated tokens of this attempt."""
    failed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """Stop reasons of decided ballots, counted."""

    def enter(self, phase: str, now: float) -> None:
        """Begin a phase; rates and the time left count from its beginning."""
        self.phase, self.started_at = phase, now

    def on(self, event: Event) -> None:
        """Take in one event of the scheduler."""
        if isinstance(event, Arrived):
            if event.is_stored:
                self.stored += 1
                return
            self.samples += 1
            self.tokens += event.sample.completion_tokens
            self.failed += event.sample.is_failed
        elif isinstance(event, Decided):
            self._decide(event, event.verdict)

    def _decide(self, event: Decided, verdict: Verdict) -> None:
        self.decided += 1
        self.reasons[verdict.stop_reason] = self.reasons.get(verdict.stop_reason, 0) + 1
        if verdict.answer is None:
            self.unanswered += 1
        if event.question.gold is not None:
            self.labelled += 1
            self.right += verdict.answer == event.question.gold
