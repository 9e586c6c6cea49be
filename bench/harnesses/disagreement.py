"""Why two harnesses disagree: pure functions of what each made of the same questions.

A difference in accuracy is the sum of three parts, each with its own paired interval:

    theirs - ours =  what their reader makes of their texts - what ours makes of the same texts      (extraction)
                   + what our reader makes of their texts   - what it makes of our texts             (prompt)
                   + what our reader makes of our texts     - ours, with the answers that we forced  (forcing)

And each disagreement on a question has one kind, the first of these that holds:

    data         options or key differ, or the harness did not ask the question
    failed       one of them has no text
    extraction   our reader, put to their text, gives our answer
    forcing      our answer was asked for once more, where the text had none
    prompt       the texts say different things; with the same prompt: ``sampling``, the server's own spread
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from solver.base.intervals import Difference, Interval, paired_difference, share_interval
from solver.problems.question import Question

from .readings import Reading

Kind = Literal["data", "failed", "extraction", "forcing", "prompt", "sampling"]
KINDS: tuple[Kind, ...] = ("data", "failed", "extraction", "forcing", "prompt", "sampling")


class Disagreement(NamedTuple):
    """One question on which two harnesses disagree."""

    question_id: str
    kind: Kind
    ours: int | None
    theirs: int | None
    """None where the harness read nothing, or did not ask."""
    gold: int | None


class Parts(NamedTuple):
    """Two harnesses on the questions that both asked; theirs minus ours, 0 to 1."""

    ours: Interval
    theirs: Interval
    whole: Difference
    extraction: Difference
    prompt: Difference
    forcing: Difference
    same_texts: int
    """Questions with the same text, to the last character."""


def kind_of(ours: Reading, theirs: Reading | None, *, is_same_prompt: bool) -> Kind | None:
    """Return why two answers differ; None where they do not."""
    if theirs is None or not theirs.is_same_data:
        return "data"
    if ours.answer == theirs.answer:
        return None
    if ours.is_failed or theirs.is_failed:
        return "failed"
    if theirs.reread == ours.answer:
        return "extraction"
    if ours.is_forced and theirs.reread == ours.reread:
        return "forcing"
    return "sampling" if is_same_prompt else "prompt"


def disagreements(
    questions: Sequence[Question],
    ours: Mapping[str, Reading],
    theirs: Mapping[str, Reading],
    *,
    is_same_prompt: bool,
) -> list[Disagreement]:
    """Return every disagreement, in the questions' order."""
    found = []
    for one in questions:
        mine, other = ours[one.id], theirs.get(one.id)
        kind = kind_of(mine, other, is_same_prompt=is_same_prompt)
        if kind is not None:
            found.append(Disagreement(one.id, kind, mine.answer, None if other is None else other.answer, one.gold))
    return found


def parts_of(questions: Sequence[Question], ours: Mapping[str, Reading], theirs: Mapping[str, Reading]) -> Parts | None:
    """Return the accuracies and the parts of their difference; None where no question was asked by both."""
    common = [one for one in questions if one.id in theirs and theirs[one.id].is_same_data]
    if not common:
        return None
    clusters = [one.problem_id for one in common]

    def hits(readings: Mapping[str, Reading], *, reread: bool) -> list[float]:
        found = [readings[one.id] for one in common]
        answers = [one.reread if reread else one.answer for one in found]
        return [float(answer == one.gold) for answer, one in zip(answers, common, strict=True)]

    def minus(left: Sequence[float], right: Sequence[float]) -> Difference:
        return paired_difference([a - b for a, b in zip(left, right, strict=True)], clusters)

    mine, other = hits(ours, reread=False), hits(theirs, reread=False)
    mine_reread, other_reread = hits(ours, reread=True), hits(theirs, reread=True)
    return Parts(
        ours=share_interval(mine, clusters),
        theirs=share_interval(other, clusters),
        whole=minus(other, mine),
        extraction=minus(other, other_reread),
        prompt=minus(other_reread, mine_reread),
        forcing=minus(mine_reread, mine),
        same_texts=sum(ours[one.id].text == theirs[one.id].text for one in common),
    )
