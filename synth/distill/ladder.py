"""The ladder: how a question climbs from cheap models to strong ones, as pure logic.

``climb`` is a generator: it yields the calls that it wants answered and is sent the replies, so that the plain run, the
batch run, Ray workers and tests drive the same code. It never sees a network, a clock or a file. A question climbs only
when the rung below failed.

A rung with gold accepts when enough votes name the gold and, unless told otherwise, more than any other class. Without
gold it accepts on agreement alone, and a rung that could never show agreement (a single sample) is passed over unpaid.
A vote comes from a chain that ended by itself and announces one letter; everything else is counted and casts none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from solver.base.display.figures import counted
from solver.extraction.extract import extract
from solver.problems.option_order import class_behind, permutation, seed_of
from solver.problems.question import Question
from solver.sampling.completion import CUT_ENDS
from solver.voting.tally import tally
from synth.distill.ladder_config import Ladder, Rung
from synth.distill.selection import Kept, sift
from synth.distill.vote import Cast, Vote
from synth.llm.call import Call, Reply
from synth.llm.price import total_of
from synth.llm.prompt_templates import blind, digest_of, render_explain

Status = Literal["accepted", "disputed", "rejected", "open"]
_STRIDE = 1000
"""Sample indices of a rung begin at its number times this, so that no two rungs ask for the same sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a question."""

    question: Question
    """With its gold."""
    status: Status
    rung: str | None
    """The rung that accepted it, or on which strong models disputed the gold."""
    answer: int | None
    """The accepted class, or the class that the disputing models agree on."""
    kept: tuple[Kept, ...]
    """Chains that become rows, the preferred first; empty unless it was accepted."""
    left: tuple[tuple[Vote, str], ...] = ()
    """Chains with the accepted answer that do not, each with the reason."""
    explained: Kept | None = None
    votes: tuple[Vote, ...]
    reasons: tuple[tuple[str, str], ...]
    """(rung, why it did not accept), in order."""

    @property
    def cost(self) -> str | None:
        """What the question cost, None where unknown."""
        total = total_of(None if vote.cost is None else Decimal(vote.cost) for vote in self.votes)
        return None if total is None else str(total)


Climb = Generator[tuple[Call, ...], tuple[Reply, ...], Outcome]


def climb(question: Question, ladder: Ladder, *, use_gold: bool = True) -> Climb:
    """Take one question up the ladder.

    Args:
        question: with its gold, where it has one.
        use_gold: False decides by agreement alone, as if nobody knew the answer.

    Yields:
        Calls; to be sent their replies, in order.

    Returns:
        What became of it. ``open`` where calls failed that may succeed another day.
    """
    gold = question.gold if use_gold else None
    asked = blind(question)
    votes: list[Vote] = []
    reasons: list[tuple[str, str]] = []
    disputed: tuple[str, int] | None = None
    for place, rung in enumerate(ladder.rungs):
        if not rung.may_accept(has_gold=gold is not None):
            reasons.append((rung.name, "passed over: too few samples to agree without an answer key"))
            continue
        needed = rung.votes_needed(has_gold=gold is not None)
        cast = yield from _ask(asked, ladder, rung, place, needed)
        votes += cast
        answer, reason = judged(rung, cast, gold)
        if answer is not None:
            right = [vote for vote in cast if vote.choice == answer]
            sifted = sift(asked, right, ladder.keep, min_chars=ladder.min_chars)
            if sifted.kept:
                return Outcome(
                    question=question,
                    status="accepted",
                    rung=rung.name,
                    answer=answer,
                    kept=sifted.kept,
                    left=sifted.left,
                    votes=tuple(votes),
                    reasons=tuple(reasons),
                )
            reason = "agreed, but no chain can be used"
        reasons.append((rung.name, reason))
        if any(vote.cast == "failed" for vote in cast):
            return _left(question, "open", votes, reasons)
        if rung.strong and gold is not None and (against := against_gold(rung, cast, gold)) is not None:
            disputed = (rung.name, against)
    if disputed is not None:
        return _left(question, "disputed", votes, reasons, rung=disputed[0], answer=disputed[1])
    if ladder.explain is None or gold is None:
        return _left(question, "rejected", votes, reasons)
    explained = yield from _explain(question, ladder, ladder.explain, gold)
    votes.append(explained)
    if explained.cast == "failed":
        return _left(question, "open", votes, reasons)
    told = [explained] if explained.choice == gold else []
    found = sift(asked, told, ladder.keep, min_chars=ladder.min_chars).kept
    return _left(question, "rejected", votes, reasons, explained=found[0] if found else None)


def judged(rung: Rung, votes: Sequence[Vote], gold: int | None) -> tuple[int | None, str]:
    """Decide what a rung makes of its votes.

    Returns:
        The accepted class, or None with the reason.
    """
    found = tally([vote.choice for vote in votes])
    counts = dict(found.counts)
    if gold is not None:
        answer, needed = gold, rung.votes_needed(has_gold=True)
        told = f"{counts.get(gold, 0)} of {len(votes)} for the answer key, {needed} needed"
    else:
        if found.leader is None:
            return None, f"none of {len(votes)} gave an answer"
        answer, needed = found.leader, rung.votes_needed(has_gold=False)
        told = f"{counts[answer]} of {len(votes)} agree, {needed} needed"
    own = counts.get(answer, 0)
    if own < needed:
        return None, told
    if (rung.majority or gold is None) and any(count >= own for one, count in counts.items() if one != answer):
        return None, f"{own} of {len(votes)} for it, no more than for another"
    models = {vote.model for vote in votes if vote.choice == answer}
    if len(models) < rung.agree_models:
        return None, f"{counted(len(models), 'model')} for it, {rung.agree_models} needed"
    return answer, ""


def against_gold(rung: Rung, votes: Sequence[Vote], gold: int) -> int | None:
    """Return the class other than gold on which a rung agrees, None where it does not.

    Agreement is what the rung asks for without a key: enough votes, and more than half of all samples.
    """
    counts = Counter(vote.choice for vote in votes if vote.choice is not None)
    if not counts:
        return None
    leader, own = counts.most_common(1)[0]
    models = {vote.model for vote in votes if vote.choice == leader}
    is_agreed = own >= rung.votes_needed(has_gold=False) and 2 * own > len(votes) and len(models) >= rung.agree_models
    return leader if is_agreed and leader != gold else None


def _left(
    question: Question,
    status: Status,
    votes: Sequence[Vote],
    reasons: Sequence[tuple[str, str]],
    *,
    rung: str | None = None,
    answer: int | None = None,
    explained: Kept | None = None,
) -> Outcome:
    return Outcome(
        question=question,
        status=status,
        rung=rung,
        answer=answer,
        kept=(),
        explained=explained,
        votes=tuple(votes),
        reasons=tuple(reasons),
    )


def _ask(
    question: Question, ladder: Ladder, rung: Rung, place: int, agree: int
) -> Generator[tuple[Call, ...], tuple[Reply, ...], list[Vote]]:
    """Draw a rung's samples; with a stopping rule only as many as it needs, spread evenly over the models.

    A rule that would stop before its leader has ``agree`` votes goes on, by as many as that takes at least.
    """
    votes: list[Vote] = []
    drawn = 0
    while True:
        choices = [vote.choice for vote in votes]
        wanted = rung.most - drawn
        rule = rung.stopping_rule
        if rule is not None and wanted:
            most_voted = max(Counter(choice for choice in choices if choice is not None).values(), default=0)
            wanted = rule.needed(choices, rung.most) or min(wanted, agree - most_voted)
        if wanted <= 0:
            return votes
        planned = [_call(question, ladder, rung, place, number) for number in range(drawn, drawn + wanted)]
        # Neighbours with one prompt can share a request, so the calls of one model go out next to each other.
        ordered = sorted(planned, key=lambda one: (rung.model.index(one[0].model), one[0].index))
        replies = yield tuple(call for call, _ in ordered)
        by_key = {reply.key: reply for reply in replies}
        votes += [_vote(question, rung, place, call, order, by_key[call.key]) for call, order in planned]
        drawn += wanted


def _call(question: Question, ladder: Ladder, rung: Rung, place: int, number: int) -> tuple[Call, tuple[int, ...]]:
    """Return the call for a rung's ``number``-th sample, and the option order that it shows."""
    model = rung.model[number % len(rung.model)]
    index = number // len(rung.model)
    # Blocks of neighbours share an order, so that they can go out as one request.
    block = index * rung.orders_shown // rung.samples
    order = permutation(question, run_seed=ladder.seed, index=place * _STRIDE + block)
    shown_index = place * _STRIDE + index
    call = Call(
        model=model,
        prompt=rung.prompt.render(question, order),
        index=shown_index,
        sampling=rung,
        seed=seed_of(ladder.seed, question.id, model, shown_index) if ladder.is_seeded else None,
        stage=rung.name,
    )
    return call, order


def _explain(
    question: Question, ladder: Ladder, rung: Rung, gold: int
) -> Generator[tuple[Call, ...], tuple[Reply, ...], Vote]:
    place = len(ladder.rungs)
    order = permutation(question, run_seed=ladder.seed, index=place * _STRIDE)
    call = Call(
        model=rung.model[0],
        prompt=render_explain(rung.prompt, question, order, gold),
        index=place * _STRIDE,
        sampling=rung,
        seed=seed_of(ladder.seed, question.id, rung.model[0], place * _STRIDE) if ladder.is_seeded else None,
        stage=rung.name,
    )
    (reply,) = yield (call,)
    return _vote(question, rung, place, call, order, reply)


def _vote(question: Question, rung: Rung, place: int, call: Call, order: tuple[int, ...], reply: Reply) -> Vote:
    """Read a reply."""
    letter: str | None = None
    cast: Cast
    if reply.error is not None:
        cast = "refused" if reply.is_refused else "failed"
    elif reply.finish_reason in CUT_ENDS:
        # Whatever it said on the way, it did not end: not a chain to learn from, and no vote.
        cast = "truncated"
    else:
        options = [question.options[index] for index in order]
        letter = extract(reply.said, len(options), options, question.text).letter
        cast = "no_answer" if letter is None else "answered"
    return Vote(
        rung=rung.name,
        model=call.model,
        index=call.index - place * _STRIDE,
        permutation=order,
        shown_letter=letter,
        choice=None if letter is None else class_behind(question, order, letter),
        cast=cast,
        text=reply.text,
        key=reply.key,
        prompt_digest=digest_of(call.prompt),
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
        cost=None if reply.cost is None else str(reply.cost),
        logprob=reply.logprob,
        error=reply.error,
    )
