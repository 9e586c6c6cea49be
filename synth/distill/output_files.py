"""What ``distill`` writes of its outcomes: rows, decisions, disputes, rejections and explanations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from solver.problems.letters import letter_of, letter_or_none
from solver.problems.question import Question
from solver.training_rows import FORMS, PREFERENCE_FORMS, Message, TrainingRow, messages_row
from solver.training_rows.thoughts import in_fixed_form
from solver.voting.decisions import with_decisions
from solver.voting.label_errors import Dispute, excerpt_of, to_json, voter
from synth.distill.ladder import Outcome
from synth.distill.ladder_config import Output
from synth.distill.preferences import Balanced, balanced, lengths_of, pairs_of
from synth.distill.selection import Kept
from synth.distill.vote import Vote
from synth.llm.prompt_templates import blind, digest_of
from synth.train_dev_files import group_of, write_lines, write_preferences, write_rows

_NOTE = "the strong models agree on another letter than the answer key; read the problem and decide who is right"


def asked_with(output: Output, question: Question, permutation: Sequence[int]) -> tuple[Message, ...]:
    """Return the turns that a row begins with: the template's own system message, where it has one, and the user's."""
    system = output.prompt.of(question).in_language_of(question).system
    user = Message("user", output.prompt.render(blind(question), permutation))
    return (user,) if system is None else (Message("system", system), user)


def learnt(output: Output, text: str) -> str:
    """Return what a row learns of a chain: its thought in the fixed form, or without it."""
    return in_fixed_form(text.strip(), is_kept=output.thoughts == "keep")


def row_of(
    outcome: Outcome, kept: Kept, output: Output, number: int = 0, *, samples_several: bool = False
) -> TrainingRow:
    """Return the row of a kept chain.

    Args:
        number: which of the question's rows it is, from 0.
        samples_several: rejection sampling: the row says what its answer rests on.
    """
    question, vote = outcome.question, kept.vote
    prompt = asked_with(output, question, vote.permutation)
    labels = {"family": question.family, "level": question.level, "split": question.split}
    return TrainingRow(
        id=question.id if number == 0 else f"{question.id}/{number + 1}",
        problem_id=question.problem_id,
        problem=question.problem,
        question=question.text,
        options=tuple(question.options[index].strip() for index in vote.permutation),
        letter=kept.letter,
        answer=learnt(output, vote.text),
        prompt=prompt,
        group=group_of(question.problem, question.problem_id),
        meta={
            "rung": vote.rung,
            "model": vote.model,
            "permutation": list(vote.permutation),
            "votes": [vote_facts(one) for one in outcome.votes],
            "prompt_tokens": sum(one.prompt_tokens for one in outcome.votes),
            "completion_tokens": sum(one.completion_tokens for one in outcome.votes),
            "cost": outcome.cost,
            "key": vote.key,
            "asked_with_sha256": vote.prompt_digest,
            "prompt_sha256": digest_of(prompt[-1].content),
            **({"verified_by": verified_by(outcome)} if samples_several else {}),
            **{name: value for name, value in labels.items() if value is not None},
        },
    )


def verified_by(outcome: Outcome) -> str:
    """Tell what a row's answer rests on: a prover, an answer key, or the models' agreement alone."""
    question = outcome.question
    if question.gold is None or question.gold != outcome.answer:
        return "agreement"
    return "key" if question.family is None else "prover"


def vote_facts(vote: Vote) -> dict[str, object]:
    """Return a vote as JSON values, without its text, which the journal has under its key."""
    return {
        "rung": vote.rung,
        "model": vote.model,
        "index": vote.index,
        "permutation": list(vote.permutation),
        "shown_letter": vote.shown_letter,
        "letter": letter_or_none(vote.choice),
        "cast": vote.cast,
        "prompt_tokens": vote.prompt_tokens,
        "completion_tokens": vote.completion_tokens,
        "cost": vote.cost,
        "key": vote.key,
    }


def decision(outcome: Outcome) -> dict[str, object]:
    """Return what became of a question, as JSON values; letters are those of the file's own order."""
    question = outcome.question
    return {
        "id": question.id,
        "status": outcome.status,
        "rung": outcome.rung,
        "gold": letter_or_none(question.gold),
        "answer": letter_or_none(outcome.answer),
        "reasons": [{"rung": rung, "reason": reason} for rung, reason in outcome.reasons],
        "cost": outcome.cost,
        "votes": [vote_facts(vote) for vote in outcome.votes],
    }


def dispute(outcome: Outcome) -> dict[str, object]:
    """Return a disputed question with all evidence, for a person."""
    question = outcome.question
    assert question.gold is not None
    assert outcome.answer is not None
    gold, proposed = letter_of(question.gold), letter_of(outcome.answer)
    letters: dict[str, list[str | None]] = {}
    for vote in outcome.votes:
        letters.setdefault(f"{vote.rung}/{vote.model}", []).append(letter_or_none(vote.choice))
    winning = next((vote for vote in reversed(outcome.votes) if vote.choice == outcome.answer), None)
    record = Dispute(
        question_id=question.id,
        source=f"distill, rung {outcome.rung}",
        gold=gold,
        proposed=proposed,
        voters=tuple(voter(name, said) for name, said in letters.items()),
        problem=question.problem,
        question=question.text,
        options=question.options,
        excerpt=None if winning is None else excerpt_of(winning.text),
        excerpt_by=None if winning is None else f"{winning.rung}/{winning.model}",
        excerpt_order=None if winning is None else tuple(winning.permutation),
    )
    return {
        **to_json(record),
        "id": question.id,
        "models_say": proposed,
        "rung": outcome.rung,
        "note": _NOTE,
        "votes": [{**vote_facts(vote), "text": vote.text} for vote in outcome.votes],
    }


def rejection(outcome: Outcome) -> dict[str, object]:
    """Return a rejected question with the reason of every rung."""
    question = outcome.question
    return {
        "id": question.id,
        "problem": question.problem,
        "question": question.text,
        "options": list(question.options),
        "gold": letter_or_none(question.gold),
        "status": outcome.status,
        "reasons": [{"rung": rung, "reason": reason} for rung, reason in outcome.reasons],
    }


def explanation(outcome: Outcome, output: Output) -> dict[str, object]:
    """Return a row of the explaining rung, labelled as what it is."""
    assert outcome.explained is not None
    return {**messages_row(row_of(outcome, outcome.explained, output)), "explained": True, "knew_the_answer": True}


def rows_of(outcomes: Sequence[Outcome], output: Output, *, samples_several: bool = False) -> Iterator[TrainingRow]:
    """Yield the rows of accepted questions."""
    for outcome in outcomes:
        for number, kept in enumerate(outcome.kept):
            yield row_of(outcome, kept, output, number, samples_several=samples_several)


def rejected_chains(outcomes: Sequence[Outcome]) -> Iterator[dict[str, object]]:
    """Yield every chain that became no row, with its text and the reason."""
    for outcome in outcomes:
        reasons = {vote.key: reason for vote, reason in outcome.left}
        used = {kept.vote.key for kept in (*outcome.kept, *([outcome.explained] if outcome.explained else []))}
        for vote in outcome.votes:
            if vote.key not in used and vote.text.strip():
                reason = reasons.get(vote.key) or _why_not(outcome, vote)
                yield {"id": outcome.question.id, "reason": reason, **vote_facts(vote), "text": vote.text}


def _why_not(outcome: Outcome, vote: Vote) -> str:
    if vote.cast != "answered" or vote.choice is None:
        return vote.cast
    wanted = outcome.question.gold if outcome.answer is None or outcome.status == "disputed" else outcome.answer
    if wanted is None:
        return "nothing is known to be right"
    if vote.choice != wanted:
        return f"wrong: says {letter_of(vote.choice)}, the answer is {letter_of(wanted)}"
    return "right, but its rung did not accept the question"


def balanced_pairs(outcomes: Sequence[Outcome], output: Output) -> Balanced:
    """Pair right and wrong chains of every accepted question, and balance the lengths over all of them."""
    pairs = [
        pair
        for outcome in outcomes
        if outcome.status == "accepted"
        for pair in pairs_of(
            outcome, ask=partial(asked_with, output), learnt=partial(learnt, output), most=output.pairs_per_question
        )
    ]
    return balanced(pairs)


def learnt_from(outcomes: Sequence[Outcome], output: Output) -> dict[str, object]:
    """Count the chains that became rows, by questions with so many, and describe the pairs, where there are any."""
    kept = Counter(len(outcome.kept) for outcome in outcomes if outcome.kept)
    found: dict[str, object] = {"chains_kept": {str(number): kept[number] for number in sorted(kept)}}
    if set(output.forms) & set(PREFERENCE_FORMS):
        pairs = balanced_pairs(outcomes, output)
        found["pairs"] = {**lengths_of(pairs.pairs), "left_out_for_balance": pairs.left}
    return found


def write(
    folder: Path, outcomes: Sequence[Outcome], output: Output, *, explains: bool, samples_several: bool = False
) -> dict[str, int]:
    """Write all files, each whole or not at all.

    Args:
        explains: True where the ladder has an explaining rung.
        samples_several: rejection sampling: the chains that became no row are written too, with the reason.

    Returns:
        File name -> lines.

    Raises:
        OutputError: one cannot be written.
    """
    rows = list(rows_of(outcomes, output, samples_several=samples_several))
    forms = [form for form in FORMS if form in output.forms]
    written = write_rows(folder, rows, forms=forms, dev_share=output.dev_share, salt=output.salt)
    if preferences := [form for form in PREFERENCE_FORMS if form in output.forms]:
        pairs = balanced_pairs(outcomes, output).pairs
        written |= write_preferences(folder, pairs, forms=preferences, dev_share=output.dev_share, salt=output.salt)
    others: dict[str, Sequence[Mapping[str, object]]] = {
        "decisions.jsonl": [decision(one) for one in outcomes],
        "disputed.jsonl": [dispute(one) for one in outcomes if one.status == "disputed"],
        "rejected.jsonl": [rejection(one) for one in outcomes if one.status == "rejected"],
    }
    if samples_several:
        others["rejected_chains.jsonl"] = list(rejected_chains(outcomes))
    if explains:
        others["explained.jsonl"] = [explanation(one, output) for one in outcomes if one.explained is not None]
    others["disputed.jsonl"] = with_decisions(others["disputed.jsonl"], folder / "disputed.jsonl")
    for name, lines in others.items():
        write_lines(folder / name, lines)
        written[name] = len(lines)
    return written
