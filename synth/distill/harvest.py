"""Rejection sampling from samples that are there already: the run folders of ``harness eval`` become training rows.

A sample of a run becomes a vote of the ladder, a question an outcome; what is kept, paired and written is then decided
by the same code as for ``synth distill``. Nothing is asked and nothing is paid. The rows' prompt is the run's own, and
every sample is checked against the file of problems: its letter must stand for the answer that the run noted.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from solver.base.display.printing import in_words, print_json, print_text, tell, tell_end
from solver.base.errors import InputError, UsageError
from solver.base.foreign_files import object_of
from solver.base.inputs import check_once, meant
from solver.base.outputs import Output as Destination
from solver.base.outputs import check_outputs
from solver.problems.jsonl import questions_of
from solver.problems.load import load_good
from solver.problems.option_order import class_behind, permutation
from solver.problems.prompt import Template, load_template
from solver.problems.question import Question
from solver.sampling.sample import Sample, Status
from solver.scheduling.store import read_samples
from synth.distill.job import REPORT
from synth.distill.ladder import Outcome
from synth.distill.ladder_config import Output
from synth.distill.output_files import learnt_from, write
from synth.distill.selection import Keep, sift
from synth.distill.vote import Cast, Vote
from synth.llm.prompt_templates import Prompts
from synth.train_dev_files import WRITTEN, check_of, write_lines

_CASTS: Mapping[Status, Cast] = {
    Status.ANSWERED: "answered",
    Status.NO_ANSWER: "no_answer",
    Status.TRUNCATED: "truncated",
    Status.FAILED: "failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """What a run folder says of how its samples were drawn."""

    folder: Path
    prompt: str
    """Name or path of the template."""
    prompt_sha256: str | None
    seed: int
    shuffles: bool


def read_run(folder: Path) -> RecordedRun:
    """Read how a run was made.

    Raises:
        InputError: it is no run folder.
    """
    path = folder / "config.json"
    if not folder.exists():
        raise InputError(f"{folder}: no such run folder{meant(folder)}")
    if folder.is_file():
        raise InputError(f"{folder}: a file; give the folder of a run")
    try:
        binding: Mapping[str, Any] = object_of(path)["binding"]
        if "imported_from" in binding:
            raise InputError(
                f"{folder}: was imported from {binding['imported_from']}, which does not tell the whole prompt; chains "
                "are harvested from runs of 'harness eval'"
            )
        return RecordedRun(
            folder=folder,
            prompt=str(binding["prompt"]),
            prompt_sha256=binding.get("prompt_sha256"),
            seed=int(binding["seed"]),
            shuffles=bool(binding["shuffle_options"]),
        )
    except InputError:
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: cannot be read ({error!r}); name a run folder of 'harness eval'") from error


def template_of(runs: Sequence[RecordedRun], named: str | None) -> Template:
    """Return the prompt that all runs asked with.

    Args:
        named: takes the place of the runs' own, for a file that lies elsewhere now.

    Raises:
        InputError: the runs asked with different prompts, or the template says something else now.
    """
    names = sorted({run.prompt for run in runs})
    if len(names) > 1 and named is None:
        raise InputError(
            f"the runs asked with different prompts ({', '.join(names)}), and right and wrong chains of one question "
            "must answer the same one; harvest them one by one"
        )
    template = load_template(named or names[0])
    for run in runs:
        if run.prompt_sha256 not in (None, template.digest):
            raise InputError(
                f"{run.folder} asked with another wording than {template.name} has now (its hash is "
                f"{run.prompt_sha256}, not {template.digest}); name the old file with --prompt"
            )
    return template


class Wanted(NamedTuple):
    """Which questions' chains are kept, and which of them."""

    keep: Keep
    agree: int = 1
    """Samples that must be right."""
    window: tuple[float, float] = (0.0, 1.0)
    """Shares of right samples: what is solved more seldom or more often is left out."""
    min_chars: int = 20


def outcomes_of(
    runs: Sequence[RecordedRun], data: Sequence[Path], wanted: Wanted, *, mapping: str | None = None
) -> list[Outcome]:
    """Turn recorded samples into outcomes, in the order of the files.

    Args:
        data: the files of problems; questions without an answer key are left out.
        mapping: what their fields are, as ``--map`` takes it.

    Raises:
        InputError: a sample belongs to another version of its question.
    """
    loaded = load_good(data, mapping=mapping)
    questions = {one.id: one for one in questions_of(loaded.problems) if one.gold is not None}
    votes: dict[str, list[Vote]] = {}
    for run in runs:
        for sample in read_samples(run.folder):
            question = questions.get(sample.question_id)
            if question is not None:
                votes.setdefault(question.id, []).append(_vote(run, question, sample))
    return [_outcome(question, votes[name], wanted) for name, question in questions.items() if name in votes]


def output_of(template: Template, **fields: Any) -> Output:
    """Return what is written, with the runs' prompt for both languages: it chooses by itself."""
    return Output(prompt=Prompts(zh=template, en=template), **fields)


def _vote(run: RecordedRun, question: Question, sample: Sample) -> Vote:
    order = permutation(question, run_seed=run.seed, index=sample.index, is_on=run.shuffles)
    letter = sample.shown_letter
    behind = None if letter is None else class_behind(question, order, letter)
    if behind != sample.option_class:
        raise InputError(
            f"{run.folder}: sample {sample.index} of {question.id} chose option class {sample.option_class}, but its "
            f"letter {letter} stands for {behind} in this file of problems; give the file that the run was made with"
        )
    return Vote(
        rung=run.folder.name,
        model=sample.model,
        index=sample.index,
        permutation=order,
        shown_letter=letter,
        choice=sample.option_class,
        cast=_CASTS[sample.status],
        text=sample.text,
        key=sample.key,
        prompt_digest=run.prompt_sha256 or "",
        prompt_tokens=sample.prompt_tokens,
        completion_tokens=sample.completion_tokens,
        cost=None,
        logprob=sample.mean_logprob,
    )


def _outcome(question: Question, votes: Sequence[Vote], wanted: Wanted) -> Outcome:
    # A chain that was cut off and closed has no answer of its own to learn.
    right = [vote for vote in votes if vote.choice == question.gold]
    sifted = sift(question, right, wanted.keep, min_chars=wanted.min_chars)
    rungs = ", ".join(sorted({vote.rung for vote in votes}))
    reason = _why_rejected(len(right), len(votes), wanted) or (
        "" if sifted.kept else "agreed, but no chain can be used"
    )
    if not reason:
        return Outcome(
            question=question,
            status="accepted",
            rung=rungs,
            answer=question.gold,
            kept=sifted.kept,
            left=sifted.left,
            votes=tuple(votes),
            reasons=(),
        )
    return Outcome(
        question=question,
        status="rejected",
        rung=None,
        answer=None,
        kept=(),
        votes=tuple(votes),
        reasons=((rungs, reason),),
    )


def _why_rejected(right: int, drawn: int, wanted: Wanted) -> str:
    low, high = wanted.window
    if right < wanted.agree:
        return f"{right} of {drawn} for the answer key, {wanted.agree} needed"
    if not low <= right / drawn <= high:
        return f"solved too {'often' if right / drawn > high else 'seldom'}: {right} of {drawn}"
    return ""


def solve_rates(outcomes: Sequence[Outcome]) -> Iterator[float]:
    """Yield each question's share of right samples."""
    for outcome in outcomes:
        yield sum(vote.choice == outcome.question.gold for vote in outcome.votes) / len(outcome.votes)


_PAIRS = 2
"""Of a question at most, unless told."""


def harvest(arguments: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    check_outputs([Destination("--out", arguments.out, names=WRITTEN)], reads=arguments.data)
    forms = tuple(dict.fromkeys(arguments.format or ("messages",)))
    if arguments.pairs_per_question is not None and not {"dpo", "kto"} & set(forms):
        raise UsageError(
            "--pairs-per-question is about pairs, which --format dpo and kto write; add one, or leave it out"
        )
    check_once(arguments.runs, "harvest")
    runs = [read_run(folder) for folder in arguments.runs]
    template = template_of(runs, arguments.prompt)
    try:
        keep = Keep(per_question=arguments.per_question, distinct=not arguments.repeats, prefer=arguments.prefer)
        output = output_of(
            template,
            forms=forms,
            pairs_per_question=_PAIRS if arguments.pairs_per_question is None else arguments.pairs_per_question,
            dev_share=arguments.dev_share,
        )
    except ValueError as error:
        raise UsageError(f"--per-question, --pairs-per-question or --dev-share: {error}") from error
    low, high = arguments.window
    wanted = Wanted(keep, arguments.agree, (low, high), arguments.min_chars)
    outcomes = outcomes_of(runs, arguments.data, wanted, mapping=arguments.map)
    written = write(arguments.out, outcomes, output, explains=False, samples_several=True)
    report = {
        "questions": len(outcomes),
        "accepted": sum(outcome.status == "accepted" for outcome in outcomes),
        "samples": sum(len(outcome.votes) for outcome in outcomes),
        "solve_rate": round(fmean(solve_rates(outcomes)), 4) if outcomes else None,
        "prompt": {"name": template.name, "digest": template.digest},
        "runs": [str(run.folder) for run in runs],
        **learnt_from(outcomes, output),
        "files": written,
    }
    write_lines(arguments.out / REPORT, [report])
    if arguments.json:
        print_json(report)
    else:
        print_text("\n".join(f"{name}: {in_words(value)}" for name, value in report.items()))
    tell_end("synth", *(arguments.out / name for name in (*written, REPORT)), then=check_of(arguments.out, written))
    if not outcomes:
        tell(
            f"synth: no question of {', '.join(map(str, arguments.data))} has both a key and a sample in "
            f"{', '.join(map(str, arguments.runs))}: there is nothing to keep"
        )
    return 0 if outcomes else 1
