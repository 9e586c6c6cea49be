"""From a choice that came back to the sample it becomes: extraction, the letter behind the permutation, the record.

Pure: no network; the time comes in. What happens where nothing can be read is ``solver.sampling.answer_forcing``.
"""

from __future__ import annotations

from dataclasses import replace

from solver.extraction import thoughts
from solver.extraction.extract import ExtractionRule, extract
from solver.problems.letters import ALPHABET
from solver.sampling.completion import CUT_ENDS, Choice
from solver.sampling.sample import Request, Sample, Status
from solver.sampling.wire.token_estimate import estimated

# Readings that are trusted in a chain that was cut off: it said its answer and then went on. The weaker ones look at
# the last line, which is no last line there.
_FIRM = (ExtractionRule.DECLARED, ExtractionRule.DECLARED_TEXT, ExtractionRule.BARE)
REFUSAL = "refusal"
"""Rule of a sample whose model refused to answer, by the reply's own word: it is not asked again for a letter."""


def sample_of(
    request: Request, choice: Choice, *, prompt_tokens: int, launched_at: float, finished_at: float, retries: int
) -> Sample:
    """Read a choice that came back for a request, and make its record.

    Args:
        launched_at, finished_at: Unix time, seconds.
    """
    letter, rule, span = _read_choice(request, choice)
    position = -1
    if letter is not None and span is not None:
        position = max(choice.text.rfind(form, *span) for form in (letter, letter.lower()))
    return Sample(
        key=request.key,
        question_id=request.question.id,
        model=request.model,
        index=request.index,
        status=_status(letter, choice.finish_reason),
        text=choice.text,
        shown_letter=letter,
        option_class=None if letter is None else class_of(request, letter),
        rule=rule,
        span=span,
        finish_reason=choice.finish_reason,
        is_closed=False,
        prompt_tokens=prompt_tokens,
        completion_tokens=choice.tokens,
        thought_tokens=thought_tokens(choice),
        are_thoughts_told=choice.thought_tokens is not None,
        mean_logprob=choice.mean_logprob,
        letter_logprob=choice.logprob_at(position) if position >= 0 else None,
        launched_at=launched_at,
        finished_at=finished_at,
        retries=retries,
        error=None,
    )


def closed(sample: Sample, request: Request, answer: Choice, letter: str) -> Sample:
    """Return a sample with the letter that it was forced to give.

    Args:
        answer: what the closing brought.
    """
    return replace(
        sample,
        status=Status.ANSWERED,
        shown_letter=letter,
        option_class=class_of(request, letter),
        rule="closing",
        span=None,
        letter_logprob=answer.logprob_at(answer.text.index(letter)),
        is_closed=True,
    )


def read_again(sample: Sample, request: Request) -> Sample:
    """Return a stored sample as the present rules read its text.

    A letter that was forced stays where they still read none. No letter stays none, and a forced one as it is, where
    there is no text, where the reply's own word was a refusal, and where a thought alone is there: it may have come in
    a field of its own.

    Args:
        request: the sample's own.
    """
    if sample.status is Status.FAILED or sample.rule == REFUSAL:
        return sample
    if (sample.shown_letter is None or sample.is_closed) and not thoughts.says_anything(sample.text):
        return sample
    letter, rule, span = _read(request, sample.text, sample.finish_reason)
    if letter is None and sample.is_closed:
        return sample
    return replace(
        sample,
        status=_status(letter, sample.finish_reason),
        shown_letter=letter,
        option_class=None if letter is None else class_of(request, letter),
        rule=rule,
        span=span,
        letter_logprob=sample.letter_logprob if (letter, span) == (sample.shown_letter, sample.span) else None,
        is_closed=False,
    )


def _read_choice(request: Request, choice: Choice) -> tuple[str | None, str, tuple[int, int] | None]:
    """Read a choice: letter, rule, place; of a refusal, and where nothing is said, no letter."""
    if choice.is_refusal:
        return None, REFUSAL, None
    if choice.is_thought_alone:
        return None, str(ExtractionRule.NOTHING), None
    return _read(request, choice.text, choice.finish_reason)


def _status(letter: str | None, finish_reason: str | None) -> Status:
    if letter is not None:
        return Status.ANSWERED
    return Status.TRUNCATED if finish_reason in CUT_ENDS else Status.NO_ANSWER


def _read(request: Request, text: str, finish_reason: str | None) -> tuple[str | None, str, tuple[int, int] | None]:
    """Extract the answer from a chain: letter, rule, place."""
    options = [request.question.options[index] for index in request.permutation]
    letter, rule, span = extract(text, len(options), options, request.question.text)
    is_doubtful = finish_reason in CUT_ENDS and rule not in _FIRM
    return None if is_doubtful else letter, str(rule), span


def thought_tokens(choice: Choice) -> int:
    """Return how many of a choice's tokens are its thought's: as told, else by the thought's share of the text."""
    if choice.thought_tokens is not None or not thoughts.has_thoughts(choice.text):
        return choice.thought_tokens or 0
    said = _said(choice.text)
    whole = estimated(choice.text)
    return choice.tokens * max(0, whole - estimated(said)) // whole if whole else 0


def _said(text: str) -> str:
    """Return what stands outside of thoughts."""
    return "".join(text[start:end] for start, end in thoughts.find(text).stretches)


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


def class_of(request: Request, letter: str) -> int:
    """Return the answer class behind a shown letter."""
    return request.question.classes[request.permutation[ALPHABET.index(letter)]]
