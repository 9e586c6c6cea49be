"""What ``distill`` writes of its outcomes: rows, decisions, disputes, rejections and explanations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from solver.problems.letters import letter_of
from solver.training_rows import Message, TrainingRow, messages_row
from solver.training_rows.thoughts import in_fixed_form
from solver.voting.decisions import with_decisions
from solver.voting.label_errors import Dispute, excerpt_of, to_json, voter
from synth.distill.ladder import Kept, Outcome, Vote
from synth.distill.ladder_config import Output
from synth.llm.prompt_templates import blind, digest_of
from synth.train_dev_files import group_of, write_lines, write_rows

_NOTE = "the strong models agree on another letter than the answer key; read the problem and decide who is right"


def row_of(outcome: Outcome, kept: Kept, output: Output) -> TrainingRow:
    """Return the row of a kept chain."""
    question, vote = outcome.question, kept.vote
    prompt = output.prompt.render(blind(question), vote.permutation)
    labels = {"family": question.family, "level": question.level, "split": question.split}
    return TrainingRow(
        id=question.id,
        problem_id=question.problem_id,
        problem=question.problem,
        question=question.text,
        options=tuple(question.options[index].strip() for index in vote.permutation),
        letter=kept.letter,
        answer=in_fixed_form(vote.text.strip(), is_kept=output.thoughts == "keep"),
        prompt=(Message("user", prompt),),
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
            "prompt_sha256": digest_of(prompt),
            **{name: value for name, value in labels.items() if value is not None},
        },
    )


def vote_facts(vote: Vote) -> dict[str, object]:
    """Return a vote as JSON values, without its text, which the journal has under its key."""
    return {
        "rung": vote.rung,
        "model": vote.model,
        "index": vote.index,
        "permutation": list(vote.permutation),
        "shown_letter": vote.shown_letter,
        "letter": None if vote.choice is None else letter_of(vote.choice),
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
        "gold": None if question.gold is None else letter_of(question.gold),
        "answer": None if outcome.answer is None else letter_of(outcome.answer),
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
        letters.setdefault(f"{vote.rung}/{vote.model}", []).append(
            None if vote.choice is None else letter_of(vote.choice)
        )
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
        "gold": None if question.gold is None else letter_of(question.gold),
        "status": outcome.status,
        "reasons": [{"rung": rung, "reason": reason} for rung, reason in outcome.reasons],
    }


def explanation(outcome: Outcome, output: Output) -> dict[str, object]:
    """Return a row of the explaining rung, labelled as what it is."""
    assert outcome.explained is not None
    return {**messages_row(row_of(outcome, outcome.explained, output)), "explained": True, "knew_the_answer": True}


def rows_of(outcomes: Sequence[Outcome], output: Output) -> Iterator[TrainingRow]:
    """Yield the rows of accepted questions."""
    for outcome in outcomes:
        if outcome.status == "accepted" and outcome.kept is not None:
            yield row_of(outcome, outcome.kept, output)


def write(folder: Path, outcomes: Sequence[Outcome], output: Output, *, explains: bool) -> dict[str, int]:
    """Write all files, each whole or not at all.

    Args:
        explains: True where the ladder has an explaining rung.

    Returns:
        File name -> lines.

    Raises:
        OutputError: one cannot be written.
    """
    rows = list(rows_of(outcomes, output))
    written = write_rows(folder, rows, forms=output.forms, dev_share=output.dev_share, salt=output.salt)
    others: dict[str, Sequence[Mapping[str, object]]] = {
        "decisions.jsonl": [decision(one) for one in outcomes],
        "disputed.jsonl": [dispute(one) for one in outcomes if one.status == "disputed"],
        "rejected.jsonl": [rejection(one) for one in outcomes if one.status == "rejected"],
    }
    if explains:
        others["explained.jsonl"] = [explanation(one, output) for one in outcomes if one.explained is not None]
    others["disputed.jsonl"] = with_decisions(others["disputed.jsonl"], folder / "disputed.jsonl")
    for name, lines in others.items():
        write_lines(folder / name, lines)
        written[name] = len(lines)
    return written
