"""Several finished runs as one ensemble: models that were served one after the other, combined without a GPU.

    python -m harness combine runs/best runs/b runs/c --ensemble champion --ensemble plurality -o submission.jsonl

The runs come best first, and each is one member: what the ensemble's rule reads is the run's own verdict. That is the
way to an ensemble of models that do not fit into memory together; those that do are combined by ``harness eval`` itself
(several ``--model``). Every ensemble is scored and held against the first run, paired by question and clustered by
problem (``solver.base.intervals``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Group, RenderableType

from harness.errors import NOTHING_SAMPLED, NothingToCompare
from harness.run.results import read_results
from harness.run.submission import Written, write_rows
from harness.scoring.tables import table
from solver.base.display.figures import counted, points, with_interval
from solver.base.errors import UsageError
from solver.base.inputs import check_once
from solver.base.intervals import Difference, Interval, paired_difference, share_interval
from solver.problems.letters import letter_or_none
from solver.problems.question import Question
from solver.scheduling.outcome import Outcome
from solver.voting.ensemble import Ensemble
from solver.voting.tally import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a member or an ensemble does; both figures are None where no question has a key."""

    name: str
    accuracy: Interval | None
    against_first: Difference | None
    """Minus the first run's accuracy; None for the first run itself."""
    samples: float
    """Mean per question; an ensemble pays for all its members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Runs and what was made of them."""

    members: tuple[Standing, ...]
    ensembles: tuple[Standing, ...]
    verdicts: tuple[tuple[Verdict, ...], ...]
    """For each ensemble, one a question, in the first run's order."""
    n_questions: int
    n_keyed: int
    n_problems: int
    warnings: tuple[str, ...]


def run(folders: Sequence[Path], ensembles: Sequence[Ensemble]) -> Combination:
    """Read runs and combine them.

    Args:
        folders: run folders or ``results.jsonl`` files, the best model's first.

    Raises:
        RunFolderError, RecordError: a run cannot be read.
        UsageError: fewer than two runs, or one twice.
        NothingToCompare: the runs share no question, or one has no sample of any.
    """
    if len(folders) < 2:
        raise UsageError("combine needs two or more runs, the best model's first")
    check_once(folders, "combine")
    return combine([(str(folder), read_results(folder)) for folder in folders], ensembles)


def combine(runs: Sequence[tuple[str, Sequence[Outcome]]], ensembles: Sequence[Ensemble]) -> Combination:
    """Combine named results; see ``run``."""
    by_id = [{result.question_id: result for result in results} for _, results in runs]
    shared = [name for name in by_id[0] if all(name in found for found in by_id[1:])]
    if not shared:
        raise NothingToCompare("the runs share no question; combine runs over the same file of problems")
    rows = [[found[name] for found in by_id] for name in shared]
    differing = [row for row in rows if len({(result.gold, result.n_options) for result in row}) > 1]
    if differing:
        raise NothingToCompare(
            f"{counted(len(differing), 'question has', 'questions have')} other keys or options in another run, "
            f"{differing[0][0].question_id!r} "
            "first; combine runs over the same file of problems"
        )
    for place, (name, _) in enumerate(runs):
        if not any(row[place].is_sampled for row in rows):
            raise NothingToCompare(f"{name}: {NOTHING_SAMPLED}")
    chosen = [tuple(one.combine([result.verdict for result in row]) for row in rows) for one in ensembles]
    firsts = [row[0] for row in rows]
    every = sum(len(result.votes) for row in rows for result in row) / len(rows)
    members = [
        _standing(
            name,
            firsts,
            [row[place].answer for row in rows],
            sum(len(row[place].votes) for row in rows) / len(rows),
            is_first=place == 0,
        )
        for place, (name, _) in enumerate(runs)
    ]
    return Combination(
        members=tuple(members),
        ensembles=tuple(
            _standing(one.spec, firsts, [verdict.answer for verdict in verdicts], every)
            for one, verdicts in zip(ensembles, chosen, strict=True)
        ),
        verdicts=tuple(chosen),
        n_questions=len(rows),
        n_keyed=sum(result.gold is not None for result in firsts),
        n_problems=len({result.problem_id for result in firsts}),
        warnings=tuple(
            f"{counted(len(found) - len(rows), f'question of {name} is', f'questions of {name} are')} not in all "
            "runs and left out"
            for (name, _), found in zip(runs, by_id, strict=True)
            if len(found) > len(rows)
        ),
    )


def _standing(
    name: str, firsts: Sequence[Outcome], answers: Sequence[int | None], samples: float, *, is_first: bool = False
) -> Standing:
    keyed = [(result, answer) for result, answer in zip(firsts, answers, strict=True) if result.gold is not None]
    if not keyed:
        return Standing(name=name, accuracy=None, against_first=None, samples=samples)
    clusters = [result.problem_id for result, _ in keyed]
    hits = [float(answer == result.gold) for result, answer in keyed]
    deltas = [hit - float(result.is_correct is True) for hit, (result, _) in zip(hits, keyed, strict=True)]
    return Standing(
        name=name,
        accuracy=share_interval(hits, clusters),
        against_first=None if is_first else paired_difference(deltas, clusters),
        samples=samples,
    )


def write_submission(first_run: Path, verdicts: Sequence[Verdict], out: Path) -> Written:
    """Write answers in the rows of the first run's data.

    Raises:
        RunFolderError: the first run has no submission that can be read.
        UsageError: the runs do not answer all its questions, or ``out`` cannot be written.
    """
    answers = {verdict.question_id: verdict.answer for verdict in verdicts}
    missing = next((one for one in read_results(first_run) if one.question_id not in answers), None)
    if missing is not None:
        raise UsageError(f"-o {out}: not all runs have decided question {missing.question_id!r}; finish them first")

    def letter(question_id: str, question: Question) -> str | None:
        answer = answers.get(question_id)
        return letter_or_none(answer)

    return write_rows(first_run, out, letter)


def to_json(found: Combination) -> dict[str, object]:
    """Return the figures as one object."""

    def plain(one: Standing) -> dict[str, object]:
        accuracy, delta = one.accuracy, one.against_first
        return {
            "name": one.name,
            "accuracy": None if accuracy is None else accuracy.value,
            "ci_low": None if accuracy is None else accuracy.low,
            "ci_high": None if accuracy is None else accuracy.high,
            "delta_vs_first": None if delta is None else delta.value,
            "delta_low": None if delta is None else delta.low,
            "delta_high": None if delta is None else delta.high,
            "samples_per_question": one.samples,
        }

    return {
        "members": [plain(one) for one in found.members],
        "ensembles": [plain(one) for one in found.ensembles],
        "n_questions": found.n_questions,
        "n_keyed": found.n_keyed,
        "n_problems": found.n_problems,
        "warnings": list(found.warnings),
    }


def render(found: Combination) -> RenderableType:
    """Return the table for the terminal."""

    def row(one: Standing) -> tuple[str, str, str, str]:
        accuracy, delta = one.accuracy, one.against_first
        return (
            one.name,
            "-" if accuracy is None else with_interval(accuracy.value, accuracy.low, accuracy.high),
            "-" if delta is None else f"{points(delta.value, 1)} ({points(delta.low, 1)} to {points(delta.high, 1)})",
            f"{one.samples:.1f}",
        )

    lines = [
        f"{counted(found.n_questions, 'question')} in {counted(found.n_problems, 'problem')}, {found.n_keyed:,} "
        "with a key; 95 % intervals clustered by problem, differences paired.",
        *(f"Warning: {warning}." for warning in found.warnings),
    ]
    headings = ("", "accuracy", "against the first, points", "samples counted")
    return Group(
        table("Members", headings, [row(one) for one in found.members]),
        table("Ensembles", headings, [row(one) for one in found.ensembles], caption="\n".join(lines)),
    )
