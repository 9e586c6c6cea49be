"""From verdicts and samples to the text and the fields of a reply. Pure.

The text is the winning chain, ending in a line with the answer; letters are those of the question as the client sent
it. Where the options were shown in another order, a chain speaks of other letters: one in the client's order is taken
if there is any, else the order shown is put before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from solver.gateway.ask import Ask, How
from solver.gateway.wire import Reply
from solver.problems.letters import letter_of
from solver.problems.option_order import permutation
from solver.problems.question import Question
from solver.sampling.sample import Sample, Status
from solver.scheduling import solve as one
from solver.voting.tally import Verdict

LINE_ZH, LINE_EN, LINE_INSPECT = "答案是：{letter}", "The answer is: {letter}", "ANSWER: {letter}"
_UNFINISHED = ("deadline", "token budget", "budget", "failed", "shutdown")
"""Stop reasons of ballots that their rule did not close."""


class Solved(NamedTuple):
    """What came of a request."""

    questions: tuple[Question, ...]
    verdicts: tuple[Verdict, ...]
    """One a question; with several models their common one."""
    samples: tuple[Sample, ...]
    """All that landed, in the order of landing."""
    seconds: float


def reply_of(ask: Ask, solved: Solved) -> Reply:
    """Make the reply to a request."""
    texts: list[str] = []
    thoughts: list[str] = []
    for question, verdict in zip(solved.questions, solved.verdicts, strict=True):
        own = [sample for sample in solved.samples if sample.question_id == question.id]
        line = ask.how.answer_line or line_asked_for(ask.text, question)
        thought, text = _text_of(question, verdict, own, ask.how, line)
        number = f"{len(texts) + 1}. {question.text.strip()}\n" if len(solved.questions) > 1 else ""
        texts.append(number + text)
        thoughts += [thought] if thought is not None else []
    return Reply(
        content="\n\n".join(texts),
        reasoning="\n\n".join(thoughts) if thoughts else None,
        prompt_tokens=sum(sample.prompt_tokens for sample in solved.samples),
        completion_tokens=sum(sample.completion_tokens for sample in solved.samples),
        vote=vote_field(ask, solved),
    )


def line_asked_for(text: str, question: Question) -> str:
    """Return the form of the answer line that a message wants: inspect's, or one in the question's language.

    Args:
        text: the message; JSON in it may hide what language it is in.
    """
    if "ANSWER: $LETTER" in text:
        return LINE_INSPECT
    told = "".join((question.problem, question.text, *question.options))
    return LINE_ZH if any("\u4e00" <= char <= "\u9fff" for char in told) else LINE_EN


def winning(question: Question, verdict: Verdict, samples: Sequence[Sample], how: How) -> Sample | None:
    """Choose the chain that is shown: as ``answer`` does, but one in the client's order of options if there is any."""
    plain = tuple(range(len(question.options)))
    voters = [sample for sample in samples if sample.option_class == verdict.answer]
    unmoved = [sample for sample in voters if order_of(question, sample, how) == plain]
    found = one.Solved(
        question=question,
        verdict=verdict,
        samples=tuple(unmoved or voters),
        rule=how.sampling.stopping_rule,
        max_samples=how.sampling.max_samples,
    )
    return found.chain(verdict.answer)


def order_of(question: Question, sample: Sample, how: How) -> tuple[int, ...]:
    """Return the order in which a sample was shown the options (shown position -> the client's)."""
    return permutation(question, run_seed=how.sampling.seed, index=sample.index, is_on=how.sampling.shuffle_options)


def _text_of(
    question: Question, verdict: Verdict, samples: Sequence[Sample], how: How, line: str
) -> tuple[str | None, str]:
    """Return the thought, where the model marks it, and the text of the answer to one question."""
    if verdict.answer is None:
        is_chinese = line == LINE_ZH
        return None, (
            f"没有得出答案：{len(samples)} 个样本都没有给出选项。"
            if is_chinese
            else f"No answer: none of {len(samples)} samples named an option."
        )
    end = line.replace("{letter}", letter_of(verdict.answer))
    chain = winning(question, verdict, samples, how)
    if how.reply == "short" or chain is None:
        return None, end
    thought, text = _split_thought(chain.text)
    order = order_of(question, chain, how)
    if order != tuple(range(len(question.options))):
        shown = "; ".join(f"{letter_of(place)}. {question.options[index]}" for place, index in enumerate(order))
        text = f"[{shown}]\n{text}"
    text = text.rstrip()
    if text.rpartition("\n")[2].strip() == end:
        return thought, text
    return thought, f"{text}\n{end}" if text else end


def _split_thought(text: str) -> tuple[str | None, str]:
    """Split ``<think>…</think>`` off.

    >>> _split_thought("<think>hm</think>\\nB")
    ('hm', 'B')
    """
    if not text.startswith("<think>"):
        return None, text
    thought, _, rest = text.removeprefix("<think>").partition("</think>")
    return thought, rest.lstrip()


# ---- the vote field --------------------------------------------------------------------------------------------


def vote_field(ask: Ask, solved: Solved) -> Mapping[str, object]:
    """Return the reply's ``vote`` object."""
    per_question = [
        _question_field(question, verdict, solved.samples, ask.how)
        for question, verdict in zip(solved.questions, solved.verdicts, strict=True)
    ]
    return {
        "answer": per_question[0]["answer"] if len(per_question) == 1 else None,
        "answers": [field["answer"] for field in per_question],
        "rule": ask.how.sampling.stopping_rule.spec,
        "max_samples": ask.how.sampling.max_samples,
        "models": list(ask.how.sampling.models),
        "samples": len(solved.samples),
        "prompt_tokens": sum(sample.prompt_tokens for sample in solved.samples),
        "completion_tokens": sum(sample.completion_tokens for sample in solved.samples),
        "seconds": round(solved.seconds, 3),
        "is_complete": all(is_complete(verdict) for verdict in solved.verdicts),
        "questions": per_question,
        "ignored": list(ask.ignored),
    }


def is_complete(verdict: Verdict) -> bool:
    """Tell whether a ballot was closed by its rule, and not by a limit or a failure."""
    return not any(reason in _UNFINISHED for reason in verdict.stop_reason.split(" + "))


def tally_field(votes: Sequence[int | None]) -> Mapping[str, int]:
    """Count votes by letter, in order of their first appearance; ``-`` counts samples without an answer."""
    return dict(Counter(_letter(vote) or "-" for vote in votes))


def _question_field(question: Question, verdict: Verdict, samples: Sequence[Sample], how: How) -> dict[str, object]:
    answer = verdict.answer
    field: dict[str, object] = {
        "id": question.id,
        "answer": _letter(answer),
        "answer_text": None if answer is None else question.options[answer],
        "votes": [_letter(vote) for vote in verdict.votes],
        "counts": {letter_of(option): count for option, count in verdict.counts},
        "vote_share": verdict.vote_share,
        "stop_reason": verdict.stop_reason,
        "samples": verdict.samples,
    }
    if verdict.members:
        field["members"] = [
            {"model": member.model, "answer": _letter(member.answer), "votes": [_letter(vote) for vote in member.votes]}
            for member in verdict.members
        ]
    if how.has_chains:
        own = [sample for sample in samples if sample.question_id == question.id]
        own.sort(key=lambda sample: (how.sampling.models.index(sample.model), sample.index))
        field["chains"] = list(_chains(question, own, how))
    return field


def _chains(question: Question, samples: Sequence[Sample], how: How) -> Iterator[Mapping[str, object]]:
    for sample in samples:
        yield {
            "model": sample.model,
            "index": sample.index,
            "status": str(sample.status),
            "letter": _letter(sample.option_class),
            "shown_letter": sample.shown_letter,
            "order": list(order_of(question, sample, how)),
            "text": sample.text if sample.status is not Status.FAILED else "",
            "finish_reason": sample.finish_reason,
            "completion_tokens": sample.completion_tokens,
        }


def _letter(option: int | None) -> str | None:
    return None if option is None else letter_of(option)
