"""From verdicts and samples to the text and the fields of a reply. Pure.

The text is the winning chain, ending in a line with the answer; letters are those of the question as the client sent
it. Where the options were shown in another order, a chain speaks of other letters: one in the client's order is taken
if there is any, else the order shown is put before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from solver.base.display.figures import counted
from solver.gateway.ask import Ask, How
from solver.gateway.solve import Solved
from solver.gateway.wire import Reply
from solver.problems.letters import letter_of, letter_or_none
from solver.problems.prompt import is_chinese
from solver.problems.question import Question
from solver.sampling.sample import Sample
from solver.scheduling.outcome import Outcome, best_chain
from solver.scheduling.outcome_json import old_reply_names, order_of, to_json

LINE_ZH, LINE_EN, LINE_INSPECT = "答案是：{letter}", "The answer is: {letter}", "ANSWER: {letter}"


def reply_of(ask: Ask, solved: Solved) -> Reply:
    """Make the reply to a request."""
    texts: list[str] = []
    thoughts: list[str] = []
    for outcome in solved.outcomes:
        line = ask.how.answer_line or line_asked_for(ask.text, outcome.asked)
        thought, text = _text_of(outcome, ask.how, line)
        number = f"{len(texts) + 1}. {outcome.asked.text.strip()}\n" if len(solved.outcomes) > 1 else ""
        texts.append(number + text)
        thoughts += [thought] if thought is not None else []
    return Reply(
        content="\n\n".join(texts),
        reasoning="\n\n".join(thoughts) if thoughts else None,
        prompt_tokens=sum(outcome.prompt_tokens for outcome in solved.outcomes),
        completion_tokens=sum(outcome.completion_tokens for outcome in solved.outcomes),
        vote=vote_field(ask, solved),
    )


def line_asked_for(text: str, question: Question) -> str:
    """Return the form of the answer line that a message wants: inspect's, or one in the question's language.

    Args:
        text: the message; JSON in it may hide what language it is in.
    """
    if "ANSWER: $LETTER" in text:
        return LINE_INSPECT
    return LINE_ZH if is_chinese(question) else LINE_EN


def winning(outcome: Outcome) -> Sample | None:
    """Choose the chain that is shown: as ``answer`` does, but one in the client's order of options if there is any."""
    voters = [sample for sample in outcome.samples if sample.option_class == outcome.answer]
    return best_chain([sample for sample in voters if not _is_moved(outcome, sample)] or voters)


def _is_moved(outcome: Outcome, sample: Sample) -> bool:
    return order_of(outcome, sample) != tuple(range(outcome.n_options))


def _text_of(outcome: Outcome, how: How, line: str) -> tuple[str | None, str]:
    """Return the thought, where the model marks it, and the text of the answer to one question."""
    if outcome.answer is None:
        is_chinese, drawn = line == LINE_ZH, len(outcome.samples)
        return None, (
            f"没有得出答案：{drawn} 个样本都没有给出选项。"
            if is_chinese
            else f"No answer: none of {counted(drawn, 'sample')} named an option."
        )
    end = line.replace("{letter}", letter_of(outcome.answer))
    chain = winning(outcome)
    if how.reply == "short" or chain is None:
        return None, end
    thought, text = _split_thought(chain.text)
    if _is_moved(outcome, chain):
        order, options = order_of(outcome, chain) or (), outcome.asked.options
        shown = "; ".join(f"{letter_of(place)}. {options[index]}" for place, index in enumerate(order))
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
    questions = []
    for outcome in solved.outcomes:
        row = to_json(outcome, has_chains=ask.how.has_chains)
        questions.append({**old_reply_names(row), **row})
    answers = [letter_or_none(outcome.answer) for outcome in solved.outcomes]
    return {
        "answer": answers[0] if len(answers) == 1 else None,
        "answers": answers,
        "rule": ask.how.sampling.stopping_rule.spec,
        "max_samples": ask.how.sampling.max_samples,
        "models": list(ask.how.sampling.models),
        "samples": sum(len(outcome.samples) for outcome in solved.outcomes),
        "prompt_tokens": sum(outcome.prompt_tokens for outcome in solved.outcomes),
        "completion_tokens": sum(outcome.completion_tokens for outcome in solved.outcomes),
        "seconds": round(solved.seconds, 3),
        "is_complete": all(outcome.is_complete for outcome in solved.outcomes),
        "questions": questions,
        "ignored": list(ask.ignored),
    }


def tally_field(votes: Sequence[int | None]) -> Mapping[str, int]:
    """Count votes by letter, in order of their first appearance; ``-`` counts samples without an answer."""
    return dict(Counter(letter_or_none(vote) or "-" for vote in votes))
