"""The questions that are practised on: read with their keys, measured by recorded samples, cut into prompts.

The pre-flight of a run: solve rates by family and level, from the samples of ``harness eval`` on the same problems. A
question that is always or never solved gives groups without spread, which teach nothing and cost as much as others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from solver.base.errors import InputError, StoreError
from solver.problems.jsonl import questions_of
from solver.problems.load import load_good
from solver.problems.option_order import permutation
from solver.problems.prompt import Template, render
from solver.problems.question import Question
from solver.scheduling.store import read_samples
from solver.training_rows.reward import right_letters
from train.errors import RowsError
from train.foreign_tokenizer import prompt_of
from train.grpo.recipe import GrpoData
from train.recipe_file import digest_of_lines


class Practice(NamedTuple):
    """One question as it is asked."""

    messages: list[dict[str, str]]
    question: str
    """Its text alone."""
    options: list[str]
    """As shown."""
    right: list[str]
    """Letters of the right answer, as shown."""
    prompt_length: int
    """Tokens."""
    group: str
    """Its problem."""
    where: str
    """The question's id."""
    longest: int
    """Tokens of prompt and the longest completion."""


class Shown(NamedTuple):
    """One question under an order of its options."""

    messages: list[dict[str, str]]
    question: str
    options: list[str]
    right: list[str]
    """Letters of the right answer."""


class Chosen(NamedTuple):
    """Questions to practise on, and what was left out."""

    questions: list[Question]
    left_out: dict[str, int]
    """Reason -> questions."""
    rates: list[dict[str, Any]]
    """Solve rates by family and level; empty where nothing was measured."""
    measured: dict[str, float]
    """Solve rate by question."""


def choose(paths: Iterable[str], data: GrpoData) -> Chosen:
    """Read files of problems and leave out what teaches nothing.

    Raises:
        RowsError: no question is left, or a file cannot be read.
    """
    try:
        loaded = load_good([Path(path) for path in paths], mapping=data.map)
        votes = recorded_votes([Path(path) for path in data.solved])
    except (InputError, StoreError) as error:
        raise RowsError(str(error).replace("--map ", "data.map=")) from error
    kept: list[Question] = []
    left: dict[str, int] = defaultdict(int)
    measured: list[tuple[Question, float]] = []
    for question in questions_of(loaded.problems):
        drawn = votes.get(question.id, ())
        rate = fmean(vote == question.gold for vote in drawn) if drawn and question.gold is not None else None
        if question.gold is None:
            left["no answer key"] += 1
        elif len(question.options) < data.min_options:
            left[f"fewer than {data.min_options} options"] += 1
        elif data.solved and rate is None:
            left["not measured"] += 1
        elif rate is not None and not data.window[0] <= rate <= data.window[1]:
            left["solved too often" if rate > data.window[1] else "solved too seldom"] += 1
        else:
            kept.append(question)
        if rate is not None:
            measured.append((question, rate))
    if not kept:
        told = ", ".join(f"{count} {reason}" for reason, count in left.items())
        most = max(left, key=lambda reason: left[reason], default="")
        raise RowsError(f"no question is left to practise on ({told or 'the files hold none'}); {_what_helps(most)}")
    return Chosen(kept, dict(left), by_family(measured), {question.id: rate for question, rate in measured})


def _what_helps(reason: str) -> str:
    """Return what to do where most questions were left out for a reason."""
    if reason.startswith("solved too"):
        return "widen data.window"
    if reason.startswith("fewer than"):
        return "lower data.min_options"
    if reason == "not measured":
        return "give data.solved a run on these problems"
    return "give problems with answer keys"


def recorded_votes(runs: Sequence[Path]) -> Mapping[str, Sequence[int | None]]:
    """Return question id -> option classes of its samples, over all runs."""
    votes: dict[str, list[int | None]] = defaultdict(list)
    for run in runs:
        for sample in read_samples(run):
            votes[sample.question_id].append(sample.option_class)
    return votes


def by_family(measured: Sequence[tuple[Question, float]]) -> list[dict[str, Any]]:
    """Return solve rates by family and level, and the share of questions whose groups would have some spread."""
    cells: dict[tuple[str, int], list[float]] = defaultdict(list)
    for question, rate in measured:
        cells[question.family or "(none)", question.level or 0].append(rate)
    return [
        {
            "family": family,
            "level": level,
            "questions": len(rates),
            "solve_rate": round(fmean(rates), 4),
            "mixed": round(fmean(0 < rate < 1 for rate in rates), 4),
        }
        for (family, level), rates in sorted(cells.items())
    ]


def encode(
    questions: Sequence[Question], template: Template, tok: Any, data: GrpoData, *, seed: int, most: int
) -> list[Practice]:
    """Write the prompts and count their tokens.

    Args:
        most: tokens of a completion at most.
    """
    found = []
    for question in questions:
        order = permutation(question, run_seed=seed, index=0, is_on=data.shuffle_options)
        shown = show(question, template, order)
        length = len(prompt_ids(shown, tok))
        found.append(
            Practice(
                **shown._asdict(),
                prompt_length=length,
                group=question.problem_id,
                where=question.id,
                longest=length + most,
            )
        )
    return found


def show(question: Question, template: Template, order: Sequence[int]) -> Shown:
    """Write a question's prompt under an order of its options."""
    said = template.in_language_of(question)
    messages = [] if said.system is None else [{"role": "system", "content": said.system}]
    messages.append({"role": "user", "content": render(template, question, tuple(order))})
    options = [question.options[index].strip() for index in order]
    return Shown(messages, question.text, options, list(right_letters(question, order)))


def prompt_ids(shown: Shown, tok: Any) -> list[int]:
    """Return a prompt's tokens, up to where the answer begins."""
    text = prompt_of(tok, shown.messages, f"the prompt {shown.messages[-1]['content'][:40]!r}")
    ids: list[int] = tok(text, add_special_tokens=False)["input_ids"]
    return ids


def digest(practice: Sequence[Practice]) -> str:
    """Return the digest of prompts and right letters, in order."""
    return digest_of_lines(f"{one.messages}:{one.right}" for one in practice)
