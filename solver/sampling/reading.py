"""From a choice that came back to the sample it becomes: extraction, the letter behind the permutation, the record.

Pure: no network; the time comes in. What happens where nothing can be read is ``solver.sampling.answer_forcing``.
"""

from __future__ import annotations

from dataclasses import dataclass

from solver.extraction.extract import ExtractionRule, extract
from solver.problems.letters import ALPHABET
from solver.sampling.completion import Choice
from solver.sampling.sample import Request, Sample, Status

# Readings that are trusted in a chain that was cut off: it said its answer and then went on. The weaker ones look at
# the last line, which is no last line there.
_FIRM = (ExtractionRule.DECLARED, ExtractionRule.DECLARED_TEXT, ExtractionRule.BARE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A choice that came back for a request."""

    request: Request
    choice: Choice
    prompt_tokens: int
    launched_at: float
    """Unix time, seconds."""
    retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read from a chain, or from its forced answer."""

    letter: str | None = None
    rule: str | None = None
    span: tuple[int, int] | None = None
    letter_logprob: float | None = None
    is_closed: bool = False
    closing_tokens: int = 0
    error: str | None = None


def read(drawn: Drawn) -> Reading:
    """Extract the answer from a chain."""
    request, choice = drawn.request, drawn.choice
    if choice.is_refusal:
        return Reading(rule="refusal")
    options = [request.question.options[index] for index in request.permutation]
    letter, rule, span = extract(choice.text, len(options), options)
    if choice.finish_reason == "length" and rule not in _FIRM:
        letter = None
    if letter is None:
        return Reading(rule=str(rule), span=span)
    position = max(choice.text.rfind(form, *span) for form in (letter, letter.lower())) if span is not None else -1
    return Reading(
        letter=letter,
        rule=str(rule),
        span=span,
        letter_logprob=choice.logprob_at(position) if position >= 0 else None,
    )


def sample_of(drawn: Drawn, reading: Reading, finished_at: float) -> Sample:
    """Make the record of a chain that came back.

    Args:
        finished_at: Unix time, seconds.
    """
    request, choice = drawn.request, drawn.choice
    if reading.letter is not None:
        status = Status.ANSWERED
    elif choice.finish_reason == "length":
        status = Status.TRUNCATED
    else:
        status = Status.NO_ANSWER
    return Sample(
        key=request.key,
        question_id=request.question.id,
        model=request.model,
        index=request.index,
        status=status,
        text=choice.text,
        shown_letter=reading.letter,
        option_class=None if reading.letter is None else _class_of(request, reading.letter),
        rule=reading.rule,
        span=reading.span,
        finish_reason=choice.finish_reason,
        is_closed=reading.is_closed,
        prompt_tokens=drawn.prompt_tokens,
        completion_tokens=choice.tokens + reading.closing_tokens,
        mean_logprob=choice.mean_logprob,
        letter_logprob=reading.letter_logprob,
        launched_at=drawn.launched_at,
        finished_at=finished_at,
        retries=drawn.retries,
        error=reading.error,
    )


def failed_sample(request: Request, error: str, *, launched_at: float, finished_at: float, retries: int) -> Sample:
    """Make the record of a request that brought nothing."""
    return Sample(
        key=request.key,
        question_id=request.question.id,
        model=request.model,
        index=request.index,
        status=Status.FAILED,
        text="",
        shown_letter=None,
        option_class=None,
        rule=None,
        span=None,
        finish_reason=None,
        is_closed=False,
        prompt_tokens=0,
        completion_tokens=0,
        mean_logprob=None,
        letter_logprob=None,
        launched_at=launched_at,
        finished_at=finished_at,
        retries=retries,
        error=error,
    )


def _class_of(request: Request, letter: str) -> int:
    """Return the answer class behind a shown letter."""
    return request.question.classes[request.permutation[ALPHABET.index(letter)]]
