"""One run of ``augment`` from its arguments to its files: the journal, the asker, the report."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from solver.base.cli import words_typed
from solver.base.display.figures import counted
from solver.base.display.printing import print_json, print_text, tell, tell_end
from solver.base.display.progress import bar
from solver.base.errors import SolverError, UsageError
from solver.base.outputs import Output, check_outputs
from solver.base.signals import Interrupts, leave_now
from solver.problems.jsonl import digest_of, questions_of
from solver.problems.load import load_good
from solver.problems.question import Problem
from synth.augment.accept_loop import Result, settle_all
from synth.augment.augment_config import AugmentPlan
from synth.augment.candidate import WritingContext, aside_row, problem_row, row_of
from synth.augment.few_shot import FewShots
from synth.augment.forecast import forecast
from synth.augment.question_filter import QuestionFilter
from synth.augment.report import report_of, text_of
from synth.augment.writer_prompt import load_template
from synth.distill.job import STOPPING
from synth.llm.asker import Asker, check_prices
from synth.llm.budget import Budget, amount_of
from synth.llm.call import why_most
from synth.llm.journal import Journal
from synth.llm.plan_file import load
from synth.train_dev_files import WRITTEN, check_of, write_lines, write_rows

JOURNAL = "journal.sqlite"
DEV_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one run of the command is to do."""

    plan: AugmentPlan
    problems: tuple[Problem, ...]
    context: WritingContext
    out: Path
    budget: Budget
    is_dry: bool
    as_json: bool

    @property
    def binding(self) -> dict[str, object]:
        """What the journal belongs to; how many questions are wanted may change."""
        templates = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in self.context.templates.items()}
        data = digest_of(questions_of(self.problems))
        return {"command": "augment", **self.plan.binding, "templates": templates, "data_sha256": data}


def job_of(arguments: argparse.Namespace) -> Job:
    """Resolve the arguments.

    Raises:
        UsageError: the configuration or a flag cannot be used.
        InputError: a file of problems cannot be used.
    """
    for name in ("accept", "limit", "max_requests"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise UsageError(f"--{name.replace('_', '-')} {value}: at least 1 is wanted")
    plan = load(AugmentPlan, arguments.config).overridden(endpoints=arguments.endpoint, served=arguments.model)
    if arguments.accept is not None:
        plan = plan.replaced(count=arguments.accept)
    budget = Budget(max_cost=amount_of(arguments.max_cost), max_requests=arguments.max_requests)
    check_prices(plan.models, budget)
    paths = tuple(arguments.data) or tuple(Path(name) for name in plan.problems)
    if not paths:
        raise UsageError("no data: name files of problems on the command line, or as problems: in the configuration")
    check_outputs([Output("--out", arguments.out, names=WRITTEN)], reads=[arguments.config, *paths, *plan.examples])
    loaded = load_good(paths, mapping=arguments.map)
    examples = loaded.problems
    if plan.examples:
        examples = load_good([Path(name) for name in plan.examples]).problems
    context = WritingContext(
        plan=plan,
        screen=QuestionFilter(questions_of((*examples, *loaded.problems)), near=plan.near, grounded=plan.grounded),
        shots=FewShots(examples),
        templates={name: load_template(name) for name in {plan.writer.prompt, plan.writer.english}},
    )
    return Job(
        plan=plan,
        problems=loaded.problems[: arguments.limit],
        context=context,
        out=arguments.out,
        budget=budget,
        is_dry=arguments.dry_run,
        as_json=arguments.json,
    )


def augment(job: Job) -> int:
    """Run a job; returns the exit code."""
    if job.is_dry:
        print_text(forecast(job.problems, job.context))
        tell_end("synth", then=("synth", *words_typed("synth", without="--dry-run")))
        return 0
    return asyncio.run(_augment(job))


async def _augment(job: Job) -> int:
    began = time.monotonic()
    wanted = job.plan.count
    total = wanted or len(job.problems) * job.plan.writer.attempts

    def show(result: Result) -> None:
        others = f"{len(result.malformed)} malformed, {len(result.rejected)} rejected"
        tick(result.settled if wanted is None else len(result.accepted), f"{result.settled} tried, {others}")

    with Journal(job.out / JOURNAL, job.binding) as journal, Interrupts(lambda: _talk(STOPPING)) as interrupts:
        async with Asker(job.plan.models, journal, job.budget, talk=_talk) as asker:
            interrupts.finish, interrupts.leave = asker.stop, leave_now
            result = Result()
            with bar("attempts" if wanted is None else "accepted", total) as tick:
                await settle_all(job.problems, job.context, asker.ask, result, on_full=asker.stop, tick=show)
            report = report_of(job.plan, len(job.problems), result, time.monotonic() - began) | {
                "usage": asker.ledger.usage()
            }
            written = write(job, result, report)
    if job.as_json:
        print_json(report)
    else:
        print_text(text_of(report))
    if isinstance(result.halt, SolverError):
        raise result.halt
    is_whole = _is_complete(job.plan.count, result)
    tell_end("synth", *(job.out / name for name in written), then=check_of(job.out, written) if is_whole else ())
    if not is_whole:
        _talk(_why(job, result))
        return 130 if interrupts.count else 1
    return 0


def _is_complete(wanted: int | None, result: Result) -> bool:
    if wanted is not None:
        return len(result.accepted) == wanted
    return result.halt is None and not result.failed


def _why(job: Job, result: Result) -> str:
    if result.halt is not None:
        return f"incomplete: {result.halt}; the same command goes on where this ended"
    if result.failed:
        why = why_most(one.reply.error for one in result.failed)
        failed = counted(len(result.failed), "attempt")
        return f"incomplete: {failed} had requests that failed{why}; the same command asks again"
    return (
        f"exhausted: {counted(job.plan.count or 0, 'question was', 'questions were')} asked for, "
        f"{counted(result.settled, 'attempt')} at {counted(len(job.problems), 'problem')} gave "
        f"{len(result.accepted)}; give more problems or raise writer.attempts"
    )


def write(job: Job, result: Result, report: dict[str, object]) -> dict[str, int]:
    """Write the files of what was settled, each whole or not at all; returns file name -> lines."""
    hashes = {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in job.context.templates.items()}
    template = ",".join(f"{name}:{digest}" for name, digest in sorted(hashes.items()))
    rows = [row_of(one, cost=None, prompt_hash=template) for one in result.accepted]
    written = write_rows(job.out, rows, dev_share=DEV_SHARE)
    others = {
        "accepted.jsonl": [problem_row(one) for one in result.accepted],
        "malformed.jsonl": [aside_row(one, one.reason) for one in result.malformed],
        "rejected.jsonl": [aside_row(one, reason) for one, reason in result.rejected],
        "report.json": [{**report, "binding": job.binding}],
    }
    for name, lines in others.items():
        write_lines(job.out / name, lines)
        written[name] = len(lines)
    return written


def _talk(line: str) -> None:
    tell(f"synth: {line}")
