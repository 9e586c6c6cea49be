"""Questions whose answer key models dispute: the record, its strength, and ``disputed.jsonl`` for a person to decide.

Whoever finds a question on which models agree on another letter than the key writes the same record: ``synth distill``
from its rungs' votes, ``harness audit`` from stored samples. A person reads the file, sets ``decision`` in its lines
(a letter, ``"keep"`` or ``"drop"``), and ``harness audit --apply`` makes a corrected copy of the data from it. What
this module does not do: decide. A majority of models is wrong often enough (docs/data.md has the measured share).

Strength
    Each voter (a model, or a model under one prompt) splits a weight of one over its own votes; its margin is the share
    for the proposed letter less the share for the key. The strength is the weighted mean of the margins with one
    undecided voter added::

        strength = sum w_v * margin_v / (sum w_v + 1),      w_v = reliability_v * n_v / (n_v + 1)

    so that a lone voter, or a single vote, never makes a strong flag. Equal weights, not equal votes: a model that was
    asked twenty times knows no more than one asked five times, as its samples share its mistakes.

>>> one = Voter(name="m1", votes=(("B", 5),))
>>> two = Voter(name="m2", votes=(("B", 4), ("A", 1)))
>>> round(strength_of((one, two), gold="A", proposed="B"), 3), round(strength_of((one,), gold="A", proposed="B"), 3)
(0.5, 0.455)
>>> proposed_by((one, two), gold="A")
'B'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from solver.base.files import write_json_lines
from solver.voting.decisions import with_decisions

FILE = "disputed.jsonl"
EXCERPT_CHARS = 900
"""How much of a chain stands in the record; the end is kept, where the conclusion is drawn."""
STRONG = 0.6
FAIR = 0.5
"""Strengths from which a flag counts as strong and as fair; one voter alone never reaches either."""

Grade = Literal["strong", "fair", "weak"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voter:
    """What one model answered to one question."""

    name: str
    """The model; with rung or prompt in it where those differ (``medium/gpt-4o``)."""
    votes: tuple[tuple[str, int], ...]
    """(original letter, votes), the most votes first."""
    no_answer: int = 0
    """Samples without a readable answer."""
    reliability: float = 1.0
    """Weight from 0 (no better than guessing) to 1 (the best voter), where it is known; else 1."""

    @property
    def cast(self) -> int:
        """Votes cast."""
        return sum(count for _, count in self.votes)

    def share(self, letter: str) -> float:
        """Return the share of its votes that a letter got (0 to 1; 0 where it cast none)."""
        return dict(self.votes).get(letter, 0) / max(self.cast, 1)

    @property
    def weight(self) -> float:
        """Weight of its votes in the strength."""
        return self.reliability * self.cast / (self.cast + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """One question whose key is disputed, with the evidence."""

    question_id: str
    source: str
    """Benchmark, file or run that it comes from."""
    gold: str
    """The key's letter, in the file's order of options."""
    proposed: str
    """The letter that the models agree on, likewise."""
    voters: tuple[Voter, ...]
    problem: str | None = None
    question: str | None = None
    options: tuple[str, ...] | None = None
    """Texts in the file's order; None where only votes were recorded."""
    excerpt: str | None = None
    """The end of a chain that reaches the proposed letter, as the model wrote it."""
    excerpt_by: str | None = None
    """Which voter wrote it."""
    excerpt_order: tuple[int, ...] | None = None
    """Shown position -> original option index in that chain, where the options were shuffled for it."""

    @property
    def strength(self) -> float:
        """From -1 (all for the key) to 1, see the module."""
        return strength_of(self.voters, gold=self.gold, proposed=self.proposed)

    @property
    def grade(self) -> Grade:
        """The strength in a word."""
        return "strong" if self.strength >= STRONG else "fair" if self.strength >= FAIR else "weak"

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """(letter, votes of all voters), the most votes first."""
        return pooled(self.voters)

    @property
    def vote_share(self) -> float:
        """Share of all votes cast that the proposed letter got, 0 to 1."""
        counts = dict(self.counts)
        return counts.get(self.proposed, 0) / max(sum(counts.values()), 1)


def voter(name: str, letters: Iterable[str | None], *, reliability: float = 1.0) -> Voter:
    """Count a voter's letters; None is a sample without an answer.

    >>> voter("m", ["A", None, "B", "B"]).votes
    (('B', 2), ('A', 1))
    """
    counts: dict[str, int] = {}
    silent = 0
    for letter in letters:
        if letter is None:
            silent += 1
        else:
            counts[letter] = counts.get(letter, 0) + 1
    return Voter(name=name, votes=_ranked(counts), no_answer=silent, reliability=reliability)


def pooled(voters: Sequence[Voter]) -> tuple[tuple[str, int], ...]:
    """Add up the votes of all voters: (letter, votes), the most first."""
    counts: dict[str, int] = {}
    for one in voters:
        for letter, count in one.votes:
            counts[letter] = counts.get(letter, 0) + count
    return _ranked(counts)


def proposed_by(voters: Sequence[Voter], *, gold: str) -> str | None:
    """Return the letter other than the key with the largest weight, or None where nobody named another.

    The first in the alphabet of several with the same weight.
    """
    weights: dict[str, float] = {}
    for one in voters:
        for letter, _ in one.votes:
            weights[letter] = weights.get(letter, 0.0) + one.weight * one.share(letter)
    others = sorted((-weight, letter) for letter, weight in weights.items() if letter != gold and weight > 0)
    return others[0][1] if others else None


def strength_of(voters: Sequence[Voter], *, gold: str, proposed: str) -> float:
    """Return how strongly the voters speak for the proposed letter against the key (see the module)."""
    margins = sum(one.weight * (one.share(proposed) - one.share(gold)) for one in voters)
    return margins / (sum(one.weight for one in voters) + 1)


def excerpt_of(text: str, chars: int = EXCERPT_CHARS) -> str:
    """Return the end of a chain, cut at the start of a line where one is near.

    >>> excerpt_of("第一行\\n第二行\\n答案是：B", chars=12)
    '…第二行\\n答案是：B'
    """
    text = text.strip()
    if len(text) <= chars:
        return text
    cut = len(text) - chars
    line = text.find("\n", cut)
    return "…" + text[line + 1 if 0 <= line < cut + chars // 2 else cut :]


def to_json(dispute: Dispute) -> dict[str, object]:
    """Return the record as it stands in the file."""
    return {
        "question_id": dispute.question_id,
        "source": dispute.source,
        "gold": dispute.gold,
        "proposed": dispute.proposed,
        "strength": round(dispute.strength, 4),
        "grade": dispute.grade,
        "vote_share": round(dispute.vote_share, 4),
        "decision": None,
        "problem": dispute.problem,
        "question": dispute.question,
        "options": None if dispute.options is None else list(dispute.options),
        "counts": dict(dispute.counts),
        "voters": {
            one.name: {
                "votes": dict(one.votes),
                "no_answer": one.no_answer,
                "reliability": round(one.reliability, 4),
            }
            for one in dispute.voters
        },
        "excerpt": dispute.excerpt,
        "excerpt_by": dispute.excerpt_by,
        "excerpt_order": None if dispute.excerpt_order is None else list(dispute.excerpt_order),
    }


def write_disputes(path: Path, disputes: Iterable[Dispute]) -> int:
    """Write the disputes, strongest first, whole or not at all; what a person decided there is kept. Returns how many.

    Raises:
        OSError: the file cannot be written.
        InputError: what stands there cannot be read.
    """
    ranked = sorted(disputes, key=lambda one: (-one.strength, one.question_id))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json_lines(path, with_decisions([to_json(one) for one in ranked], path))
    return len(ranked)


def _ranked(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
