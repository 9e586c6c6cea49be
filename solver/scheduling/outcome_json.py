"""The one JSON form of an outcome: in ``results.jsonl``, in ``answer --json``, and in the gateway's replies.

Answer classes are numbers (the place of the first option with that text), letters are those of the question's own
order. Each of the three places also has the names that it had before there was one form; they go with the next version
but one (``old_…`` below), and nothing new is written by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from solver.problems.letters import letter_of, letter_or_none, vote_letter
from solver.problems.option_order import permutation
from solver.sampling.sample import Sample
from solver.scheduling.outcome import Outcome
from solver.voting.tally import Verdict

Json = dict[str, Any]


def to_json(outcome: Outcome, *, is_lasting: bool = False, has_chains: bool = False) -> Json:
    """Return an outcome as a JSON object.

    Args:
        is_lasting: leaves out the texts, which stand elsewhere, and what another run would not repeat: how long it took
            and what failed on the way.
        has_chains: whether every sample's text goes along.
    """
    verdict = outcome.verdict
    row: Json = {
        "question_id": outcome.question_id,
        "problem_id": outcome.problem_id,
        "family": outcome.family,
        "level": outcome.level,
        "split": outcome.split,
        "n_options": outcome.n_options,
        "gold_class": outcome.gold,
        "gold_letter": letter_or_none(outcome.gold),
        **_of_verdict(verdict),
        "is_correct": outcome.is_correct,
        "counts": {letter_of(option): count for option, count in verdict.counts},
        "distinct": outcome.distinct,
        "prompt_tokens": outcome.prompt_tokens,
        "completion_tokens": outcome.completion_tokens,
        "by_model": {member.model or str(place): _of_verdict(member) for place, member in enumerate(verdict.members)},
    }
    if not is_lasting:
        row["seconds"] = outcome.seconds
        row["error"] = outcome.error
        row["question"] = outcome.asked.text
        row["answer_text"] = None if verdict.answer is None else outcome.asked.options[verdict.answer]
    if has_chains:
        row["chains"] = [_of_sample(outcome, sample) for sample in outcome.samples]
    return row


def answer_json(outcome: Outcome, *, has_chains: bool = False) -> Json:
    """Return what ``answer --json`` prints and the terminal saves."""
    row = to_json(outcome, has_chains=has_chains)
    return {**old_answer_names(row), **row}


def _of_verdict(verdict: Verdict) -> Json:
    return {
        "answer_class": verdict.answer,
        "answer_letter": letter_or_none(verdict.answer),
        "vote_classes": list(verdict.votes),
        "vote_share": verdict.vote_share,
        "stop_reason": verdict.stop_reason,
        "samples": verdict.samples,
    }


def _of_sample(outcome: Outcome, sample: Sample) -> Json:
    order = order_of(outcome, sample)
    return {
        "model": sample.model,
        "index": sample.index,
        "status": str(sample.status),
        "letter": letter_or_none(sample.option_class),
        "shown_letter": sample.shown_letter,
        "order": None if order is None else list(order),
        "is_closed": sample.is_closed,
        "finish_reason": sample.finish_reason,
        "completion_tokens": sample.completion_tokens,
        "thought_tokens": sample.thought_tokens,
        "text": sample.text,
    }


def order_of(outcome: Outcome, sample: Sample) -> tuple[int, ...] | None:
    """Return the order in which a sample was shown the options (shown place -> the question's), None where unknown."""
    question, settings = outcome.question, outcome.settings
    if question is None or settings is None:
        return None
    return permutation(question, run_seed=settings.seed, index=sample.index, is_on=settings.shuffle_options)


def letters(votes: Sequence[int | None]) -> str:
    """Return votes as letters in launch order.

    >>> letters([0, None, 1])
    'A?B'
    """
    return "".join(map(vote_letter, votes))


# ---- names of before there was one form: until version 0.3 ------------------------------------------------------


def old_result_names(row: Mapping[str, Any]) -> Json:
    """Return what a line of ``results.jsonl`` held."""

    def member(found: Mapping[str, Any]) -> Json:
        return {
            "answer": found["answer_class"],
            "votes": found["vote_classes"],
            "stop_reason": found["stop_reason"],
            "vote_share": found["vote_share"],
            "samples": found["samples"],
        }

    return {
        **{name: row[name] for name in ("question_id", "problem_id", "family", "level", "split", "n_options")},
        "gold": row["gold_class"],
        "answer": row["answer_class"],
        "answer_letter": row["answer_letter"],
        "correct": row["is_correct"],
        "votes": row["vote_classes"],
        **{name: row[name] for name in ("stop_reason", "vote_share", "samples", "distinct")},
        **{name: row[name] for name in ("prompt_tokens", "completion_tokens")},
        "members": {name: member(found) for name, found in row["by_model"].items()} or None,
    }


def old_answer_names(row: Mapping[str, Any]) -> Json:
    """Return what a line of ``answer --json`` held."""
    old = {
        "id": row["question_id"],
        "answer": row["answer_letter"],
        "votes": row["counts"],
        "ballot": letters(row["vote_classes"]),
        "stopped_by": row["stop_reason"],
    }
    if row["by_model"]:
        old["members"] = {name: found["answer_letter"] for name, found in row["by_model"].items()}
    if row["gold_letter"] is not None:
        old["key"] = row["gold_letter"]
    return old


def old_reply_names(row: Mapping[str, Any]) -> Json:
    """Return what a question of the gateway's reply held."""
    old = {"id": row["question_id"], "answer": row["answer_letter"], "votes": _letters(row)}
    if row["by_model"]:
        old["members"] = [
            {"model": name, "answer": found["answer_letter"], "votes": _letters(found)}
            for name, found in row["by_model"].items()
        ]
    return old


def _letters(row: Mapping[str, Any]) -> list[str | None]:
    return [letter_or_none(vote) for vote in row["vote_classes"]]
