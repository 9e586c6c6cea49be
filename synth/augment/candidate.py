"""New questions on known problems: one candidate is one attempt at one problem, from a writer's call to a verdict.

It goes through: few-shot prompt -> one call -> strict form -> filter -> panel. Everything that is decided about
it depends on its replies alone; only whether it repeats another *new* question depends on the candidates before it, and
those are settled in a fixed order. So a resumed run, fed from the journal, decides as the first one did.

``candidates`` and ``settle`` are pure; ``work`` asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from solver.problems.letters import index_of, letter_of
from solver.problems.option_order import seed_of
from solver.problems.prompt import has_chinese
from solver.problems.question import Problem, Question, question_id_of, question_of
from solver.training_rows import Message, TrainingRow
from synth.augment.augment_config import AugmentPlan
from synth.augment.few_shot import FewShots
from synth.augment.panel import Ask, Finding, examine
from synth.augment.question_filter import QuestionFilter
from synth.augment.question_json import Draft, Malformed, parse
from synth.augment.writer_prompt import writer_prompt
from synth.llm.call import Call, Reply
from synth.train_dev_files import group_of


class Candidate(NamedTuple):
    """One attempt at one problem."""

    problem: Problem
    attempt: int

    @property
    def id(self) -> str:
        """Id of the question that may come of it."""
        return question_id_of(f"{self.problem.id}-aug{self.attempt}", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a candidate."""

    candidate: Candidate
    reply: Reply
    """The writer's."""
    prompt: str
    """What the writer was shown."""
    question: Question | None = None
    """None where the output is malformed, or none came."""
    claimed: str | None = None
    """The letter that the writer holds for right."""
    finding: Finding | None = None
    """None where the question did not get as far as the panel."""
    reason: str
    """``accepted``; or why not: ``failed``, ``malformed: …``, ``screen: …``, ``panel: …``, ``claim``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingContext:
    """What a candidate needs besides its replies."""

    plan: AugmentPlan
    screen: QuestionFilter
    shots: FewShots
    templates: Mapping[str, str]
    """Name -> text, of the writer's two templates."""


def candidates(problems: Sequence[Problem], attempts: int) -> Iterator[Candidate]:
    """Yield all candidates: every problem once, then every problem again."""
    for attempt in range(attempts):
        for problem in problems:
            yield Candidate(problem, attempt)


def call_of(candidate: Candidate, context: WritingContext) -> Call:
    """Return the writer's call."""
    writer = context.plan.writer
    model = writer.model[candidate.attempt % len(writer.model)]
    name = writer.prompt if has_chinese(candidate.problem.text) else writer.english
    examples = context.shots.like(candidate.problem, writer.shots, attempt=candidate.attempt)
    return Call(
        model=model,
        prompt=writer_prompt(context.templates[name], candidate.problem, examples),
        index=candidate.attempt,
        sampling=writer,
        seed=seed_of(context.plan.seed, candidate.problem.id, model, candidate.attempt),
        stage="writer",
    )


async def work(candidate: Candidate, context: WritingContext, ask: Ask) -> Outcome:
    """Take one candidate from the writer's call to the panel's verdict.

    Raises:
        Stopped, BudgetSpent: nothing more may be asked.
    """
    call = call_of(candidate, context)
    (reply,) = await ask([call])
    if reply.error is not None:
        return Outcome(candidate=candidate, reply=reply, prompt=call.prompt, reason="failed")
    draft = Malformed("cut off") if reply.finish_reason == "length" else parse(reply.text)
    if isinstance(draft, Malformed):
        return Outcome(candidate=candidate, reply=reply, prompt=call.prompt, reason=f"malformed: {draft.reason}")
    question = question_of(candidate.id, problem=candidate.problem.text, text=draft.question, options=draft.options)
    fault = context.screen.fault(question, candidate.problem.questions)
    finding = None if fault else await examine(question, context.plan.panel, ask)
    return Outcome(
        candidate=candidate,
        reply=reply,
        prompt=call.prompt,
        question=question,
        claimed=draft.answer,
        finding=finding,
        reason=_reason(fault, finding, draft, context.plan),
    )


def settle(outcome: Outcome, siblings: Sequence[Question], screen: QuestionFilter) -> str:
    """Return an outcome's final reason, given the new questions on the same problem that were accepted before."""
    if outcome.reason != "accepted" or outcome.question is None:
        return outcome.reason
    fault = screen.fault(outcome.question, siblings)
    return f"screen: {fault}" if fault else "accepted"


def row_of(outcome: Outcome, *, cost: str | None, prompt_hash: str) -> TrainingRow:
    """Return the training row of an accepted question: the options as the witness saw them, with the witness's chain.

    Args:
        cost: of all its requests, as text; None where unknown.
        prompt_hash: of the writer's template.
    """
    question, finding = outcome.question, outcome.finding
    if question is None or finding is None or finding.witness is None:
        raise ValueError(f"{outcome.candidate.id} was not accepted")
    witness = finding.witness
    return TrainingRow(
        id=question.id,
        problem_id=question.problem_id,
        problem=question.problem,
        question=question.text,
        options=tuple(question.options[place] for place in witness.order),
        letter=witness.letter,
        answer=witness.text,
        prompt=(Message("user", witness.prompt),),
        group=group_of(outcome.candidate.problem.text, outcome.candidate.problem.id),
        meta={
            "stage": "augment",
            "of": outcome.candidate.problem.id,
            "attempt": outcome.candidate.attempt,
            "writer": outcome.reply.model,
            "claimed": outcome.claimed,
            "permutation": list(witness.order),
            "evidence": finding.to_json(question),
            "cost": cost,
            "template": prompt_hash,
        },
    )


def problem_row(outcome: Outcome) -> dict[str, object]:
    """Return an accepted question in the contest's form, options as its writer gave them."""
    question, finding = outcome.question, outcome.finding
    if question is None or finding is None or finding.answer is None:
        raise ValueError(f"{outcome.candidate.id} was not accepted")
    asked = {"question": question.text, "options": list(question.options), "answer": letter_of(finding.answer)}
    return {
        "id": question.problem_id,
        "problem": question.problem,
        "questions": [asked],
        "meta": {
            "of": outcome.candidate.problem.id,
            "attempt": outcome.candidate.attempt,
            "writer": outcome.reply.model,
        },
    }


def aside_row(outcome: Outcome, reason: str) -> dict[str, object]:
    """Return what is kept of a candidate that brought no question, for ``malformed.jsonl`` and ``rejected.jsonl``."""
    row: dict[str, object] = {
        "id": outcome.candidate.id,
        "of": outcome.candidate.problem.id,
        "attempt": outcome.candidate.attempt,
        "writer": outcome.reply.model,
        "reason": reason,
        "text": outcome.reply.text,
        "error": outcome.reply.error,
    }
    if outcome.question is not None and outcome.finding is not None:
        row["evidence"] = outcome.finding.to_json(outcome.question)
    return row


def _reason(fault: str | None, finding: Finding | None, draft: Draft, plan: AugmentPlan) -> str:
    if fault is not None:
        return f"screen: {fault}"
    if finding is None or finding.answer is None:
        return f"panel: {finding.reason if finding else 'not asked'}"
    is_claim_wrong = draft.answer is not None and index_of(draft.answer) != finding.answer
    return "claim" if plan.must_agree and is_claim_wrong else "accepted"
