"""Accepting a question without a key: do independent solvers agree on one option, and does every other one fall?

* **The whole question** is put to every solver of the panel in turn (another model, or another prompt), with the
  options in another order each time. All readable votes must be for one option (``max_elsewhere`` may be for others),
  and every solver must give it a majority of its samples. A sample that names its letter together with another text
  than that option's (``synth.augment.meaning.contradicts``) is *torn*: it found an answer that no option has.
* **Overlap**: no other option may plainly say the same, or name the accepted one among others.
* **Duels**: the option agreed on against each other one, *the other shown first*. If both were right, a solver that
  goes through the options would stop at the first. Any duel lost, and the question has no single answer.

Solvers that fail early end the trial, so that bad questions cost little. Nobody sees what the question's writer holds
for the answer. Why just this rule, and what it lets through: ``bench/augment_gold.py`` and docs/log.md.

``examine`` asks; ``tally`` and ``fault_of_votes`` are pure.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from solver.extraction.extract import extract
from solver.problems.letters import index_of, letter_of, letter_or_none
from solver.problems.option_order import permutation, seed_of
from solver.problems.prompt import Template, has_chinese, load_template, render
from solver.problems.question import Question, question_of
from synth.augment.augment_config import Panel, Solver
from synth.augment.option_meaning import contradicts, overlapping
from synth.llm.call import Call, Reply

Ask = Callable[[Sequence[Call]], Awaitable[tuple[Reply, ...]]]
"""``Asker.ask``."""


class Votes(NamedTuple):
    """What one solver's samples say."""

    counts: tuple[tuple[int, int], ...]
    """(answer class, votes), most first."""
    unread: int
    """Samples without a readable answer, failed ones included."""
    failed: int
    """Of these, samples that brought no reply at all."""
    torn: int
    """Samples that name a letter and another text than that option's: no vote, and a sign that nothing fits."""

    @property
    def total(self) -> int:
        """All samples."""
        return sum(count for _, count in self.counts) + self.unread + self.torn


class Duel(NamedTuple):
    """The option agreed on against one other."""

    other: int
    """Answer class of the other option."""
    won: int
    lost: int


class Witness(NamedTuple):
    """A sample that gave the accepted answer, fit to learn from."""

    order: tuple[int, ...]
    """Shown position -> original option."""
    prompt: str
    letter: str
    """As shown."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a trial found."""

    answer: int | None
    """The answer class that is accepted, None where the question is not."""
    reason: str
    """``accepted``, ``split``, ``torn``, ``unread``, ``overlap``, ``lost_duel`` or ``failed``."""
    votes: tuple[Votes, ...]
    """Of each solver that was asked."""
    duels: tuple[Duel, ...]
    witness: Witness | None = None
    """The first sample with the accepted answer; only with one."""
    samples: int
    """Replies asked for."""
    tokens: int
    """Generated tokens, those from the journal included."""

    def to_json(self, question: Question) -> dict[str, object]:
        """Return the evidence with letters for classes, for files that people read."""
        return {
            "reason": self.reason,
            "answer": letter_or_none(self.answer),
            "votes": [
                {**{letter_of(one): count for one, count in votes.counts}, "unread": votes.unread, "torn": votes.torn}
                for votes in self.votes
            ],
            "duels": [{"other": letter_of(duel.other), "won": duel.won, "lost": duel.lost} for duel in self.duels],
            "samples": self.samples,
            "tokens": self.tokens,
            "options": len(question.options),
        }


def tally(question: Question, shown: Sequence[tuple[tuple[int, ...], Reply]]) -> Votes:
    """Count votes by answer class.

    Args:
        shown: for each sample the permutation (shown position -> original index) and the reply.
    """
    counts: Counter[int] = Counter()
    unread = failures = torn = 0
    for order, reply in shown:
        options = [question.options[place] for place in order]
        letter = None if reply.error else extract(reply.said, len(options), options, question.text).letter
        if letter is None:
            unread += 1
            failures += reply.error is not None
            continue
        if contradicts(reply.text, letter, options):
            torn += 1
            continue
        counts[question.classes[order[index_of(letter)]]] += 1
    # Ties in the order of the options, so that the same votes always read the same.
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return Votes(tuple(ranked), unread, failures, torn)


def fault_of_votes(votes: Sequence[Votes], panel: Panel) -> str | None:
    """Say why the votes so far cannot lead to acceptance any more, None while they can.

    >>> panel = Panel(solvers=(Solver(model="m"),))
    >>> fault_of_votes([Votes(((0, 4),), 0, 0, 0)], panel), fault_of_votes([Votes(((0, 3), (1, 1)), 0, 0, 0)], panel)
    (None, 'split')
    """
    if any(one.failed for one in votes):
        return "failed"
    if sum(one.unread for one in votes) > panel.max_unread:
        return "unread"
    if sum(one.torn for one in votes) > panel.max_torn:
        return "torn"
    total: Counter[int] = Counter()
    for one in votes:
        total.update(dict(one.counts))
    if not total:
        return "unread"
    leader = _leader(votes)
    if sum(total.values()) - total[leader] > panel.max_elsewhere:
        return "split"
    if any(2 * dict(one.counts).get(leader, 0) <= one.total for one in votes):
        return "split"
    return None


def _leader(votes: Sequence[Votes]) -> int:
    total: Counter[int] = Counter()
    for one in votes:
        total.update(dict(one.counts))
    return min(total, key=lambda place: (-total[place], place))


async def examine(question: Question, panel: Panel, ask: Ask) -> Finding:
    """Put a question to the panel.

    Raises:
        Stopped, BudgetSpent: nothing more may be asked; what came is in the journal.
    """
    votes: list[Votes] = []
    samples = tokens = 0
    first: list[tuple[tuple[int, ...], Call, Reply]] = []
    for place, solver in enumerate(panel.solvers):
        drawn = _calls(question, solver, panel.seed, f"solver{place + 1}")
        replies = await ask([call for _, call in drawn])
        samples, tokens = samples + len(replies), tokens + sum(reply.completion_tokens for reply in replies)
        shown = [(order, call, reply) for (order, call), reply in zip(drawn, replies, strict=True)]
        first = first or shown
        votes.append(tally(question, [(order, reply) for order, _, reply in shown]))
        fault = fault_of_votes(votes, panel)
        if fault is not None:
            return _finding(None, fault, votes, (), samples, tokens)
    answer = _leader(votes)
    if overlapping(question.options, answer) is not None:
        return _finding(None, "overlap", votes, (), samples, tokens)
    duels, more, spent = await _fight(question, answer, panel, ask)
    samples, tokens = samples + more, tokens + spent
    is_lost = any(duel.lost or duel.won < panel.duels for duel in duels)
    found = _finding(None if is_lost else answer, "lost_duel" if is_lost else "accepted", votes, duels, samples, tokens)
    return found if is_lost else dataclasses.replace(found, witness=_witness(question, answer, first))


def _finding(
    answer: int | None, reason: str, votes: Sequence[Votes], duels: Sequence[Duel], samples: int, tokens: int
) -> Finding:
    return Finding(answer=answer, reason=reason, votes=tuple(votes), duels=tuple(duels), samples=samples, tokens=tokens)


def _witness(question: Question, answer: int, shown: Sequence[tuple[tuple[int, ...], Call, Reply]]) -> Witness | None:
    for order, call, reply in shown:
        options = [question.options[place] for place in order]
        letter = _said(reply.said, options, question.text)
        if letter is not None and question.classes[order[index_of(letter)]] == answer:
            return Witness(order, call.prompt, letter, reply.text)
    return None


async def _fight(question: Question, answer: int, panel: Panel, ask: Ask) -> tuple[tuple[Duel, ...], int, int]:
    """Set the answer against each other option; returns the duels, the samples and the tokens they took."""
    others = [place for place in dict.fromkeys(question.classes) if place != answer]
    # In a question with two options the panel's votes were the duel.
    if not panel.duels or len(others) < 2:
        return (), 0, 0
    solver = panel.solvers[0].replaced(samples=panel.duels)
    drawn = [(other, call) for other in others for call in _duel_calls(question, answer, other, solver, panel.seed)]
    replies = await ask([call for _, call in drawn])
    duels = []
    for other in others:
        pair = (question.options[other], question.options[answer])
        said = [
            None if reply.error else _said(reply.said, pair, question.text)
            for (one, _), reply in zip(drawn, replies, strict=True)
            if one == other
        ]
        duels.append(Duel(other, said.count("B"), said.count("A")))
    return tuple(duels), len(replies), sum(reply.completion_tokens for reply in replies)


def _said(text: str, options: Sequence[str], question: str) -> str | None:
    """Return the letter of a sample, None where there is none or the sample is torn."""
    letter = extract(text, len(options), options, question).letter
    return None if letter is None or contradicts(text, letter, options) else letter


def _duel_calls(question: Question, answer: int, other: int, solver: Solver, seed: int) -> list[Call]:
    """The question with two options, the one that is not believed in first."""
    duel = question_of(
        f"{question.id}/{letter_of(answer)}{letter_of(other)}",
        problem=question.problem,
        text=question.text,
        options=(question.options[other], question.options[answer]),
    )
    return [call for _, call in _calls(duel, solver, seed, "duels", is_shuffled=False)]


def _calls(
    question: Question, solver: Solver, seed: int, stage: str, *, is_shuffled: bool = True
) -> list[tuple[tuple[int, ...], Call]]:
    """Return the calls of one solver with the order in which each shows the options."""
    template = template_for(question, solver)
    drawn = []
    for index in range(solver.samples):
        order = permutation(question, run_seed=seed, index=index, is_on=is_shuffled)
        call = Call(
            model=solver.model,
            prompt=render(template, question, order),
            index=index,
            sampling=solver,
            seed=seed_of(seed, question.id, f"{solver.model}/{template.name}", index),
            stage=stage,
        )
        drawn.append((order, call))
    return drawn


def template_for(question: Question, solver: Solver) -> Template:
    """Return the template in the problem's language."""
    return _template(solver.prompt if has_chinese(question.problem + question.text) else solver.english)


@lru_cache(maxsize=16)
def _template(name: str) -> Template:
    return load_template(name)
