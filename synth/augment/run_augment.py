"""One run of ``augment`` from its arguments to its files: the journal, the asker, the window of slots, the report.

Slots are worked on several at a time and settled in their order, one by one. When questions are counted, only as many
slots are under way as are likely to be needed (by the share accepted so far), so that little is paid in vain.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import hashlib
import json
import math
import sys
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from solver.base.errors import SolverError
from solver.problems.jsonl import digest_of, load_problems, questions_of, require_good
from solver.problems.letters import letter_of
from solver.problems.question import Problem, Question
from synth.augment.accept import Ask, Solver
from synth.augment.augment_config import Plan, plan_of
from synth.augment.screen import Screen
from synth.augment.shots import Shots
from synth.augment.slots import (
    Desk,
    Outcome,
    Slot,
    aside_row,
    call_of,
    load_template,
    problem_row,
    row_of,
    settle,
    slots,
    work,
)
from synth.distill.report import usage
from synth.distill.run_distill import Signals
from synth.errors import SettingsError, SynthError
from synth.llm.asker import Asker, check_prices
from synth.llm.budget import Budget, amount_of
from synth.llm.journal import Journal
from synth.llm.plan_file import load_section
from synth.llm.price import cost, shown, total_of
from synth.training_rows import write_lines, write_rows

JOURNAL = "journal.sqlite"
DEV_SHARE = 0.1
_WINDOW = 32
"""Slots under way at most; a slot keeps several requests in flight."""
_CHARS_PER_TOKEN = 1.5
"""As in ``synth.distill.forecast``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one run of the command is to do."""

    plan: Plan
    problems: tuple[Problem, ...]
    desk: Desk
    out: Path
    budget: Budget
    is_dry: bool
    as_json: bool

    @property
    def binding(self) -> dict[str, object]:
        """What the journal belongs to; how many questions are wanted may change."""
        templates = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in self.desk.templates.items()}
        data = digest_of(questions_of(self.problems))
        return {"command": "augment", **self.plan.binding, "templates": templates, "data_sha256": data}


@dataclass(slots=True)
class Result:
    """What has been settled so far, in the slots' order."""

    accepted: list[Outcome] = field(default_factory=list)
    malformed: list[Outcome] = field(default_factory=list)
    rejected: list[tuple[Outcome, str]] = field(default_factory=list)
    failed: list[Outcome] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    settled: int = 0
    halt: Exception | None = None
    """Why nothing more was asked, where something else than the end stopped it."""

    def add(self, outcome: Outcome, reason: str) -> None:
        """Book a settled slot."""
        self.settled += 1
        self.reasons[reason] += 1
        if reason == "accepted":
            self.accepted.append(outcome)
        elif reason.startswith("malformed"):
            self.malformed.append(outcome)
        elif reason == "failed" or reason == "panel: failed":
            self.failed.append(outcome)
        else:
            self.rejected.append((outcome, reason))


def job_of(arguments: argparse.Namespace) -> Job:
    """Resolve the arguments.

    Raises:
        SettingsError: the configuration or a flag cannot be used.
        InputError: a file of problems cannot be used.
    """
    for name in ("accept", "limit", "max_requests"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise SettingsError(f"--{name.replace('_', '-')} {value}: at least 1 is wanted")
    plan = plan_of(load_section(arguments.config), endpoints=arguments.endpoint, served=arguments.model)
    if arguments.accept is not None:
        plan = dataclasses.replace(plan, count=arguments.accept)
    budget = Budget(max_cost=amount_of(arguments.max_cost), max_requests=arguments.max_requests)
    check_prices(plan.models, budget)
    paths = tuple(arguments.data) or tuple(Path(name) for name in plan.problems)
    if not paths:
        raise SettingsError("no data: name files of problems on the command line, or as problems: in the configuration")
    loaded = load_problems(paths)
    require_good(loaded)
    examples = loaded.problems
    if plan.examples:
        more = load_problems([Path(name) for name in plan.examples])
        require_good(more)
        examples = more.problems
    desk = Desk(
        plan=plan,
        screen=Screen(questions_of((*examples, *loaded.problems)), near=plan.near, grounded=plan.grounded),
        shots=Shots(examples),
        templates={name: load_template(name) for name in {plan.writer.prompt, plan.writer.english}},
    )
    return Job(
        plan=plan,
        problems=loaded.problems[: arguments.limit],
        desk=desk,
        out=arguments.out,
        budget=budget,
        is_dry=arguments.dry_run,
        as_json=arguments.json,
    )


def augment(job: Job) -> int:
    """Run a job; returns the exit code."""
    if job.is_dry:
        print(forecast(job))
        return 0
    return asyncio.run(_augment(job))


async def _augment(job: Job) -> int:
    began = time.monotonic()
    stopping = "stopping: what is in flight is finished and kept; once more leaves at once"
    with Journal(job.out / JOURNAL, job.binding) as journal, Signals(lambda: _talk(stopping)) as signals:
        async with Asker(job.plan.models, journal, job.budget, talk=_talk) as asker:
            signals.asker = asker
            result = Result()
            await settle_all(job.problems, job.desk, asker.ask, result, on_full=asker.stop)
            report = report_of(job, result, time.monotonic() - began) | {"usage": usage(asker.ledger)}
            write(job, result, report)
    print(json.dumps(report, ensure_ascii=False) if job.as_json else text_of(report))
    if isinstance(result.halt, SolverError):
        raise result.halt
    if not _is_complete(job.plan.count, result):
        _talk(_why(job, result))
        return 130 if signals.asked else 1
    return 0


async def settle_all(
    problems: tuple[Problem, ...],
    desk: Desk,
    ask: Ask,
    result: Result,
    *,
    on_full: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Work on slots until enough questions are accepted, or none are left, or nothing more may be asked.

    Args:
        result: filled as slots are settled.
        on_full: awaited once enough are accepted, so that nothing more goes out.
    """
    from synth.augment.progress_line import tally_bar

    wanted = desk.plan.count
    waiting = slots(problems, desk.plan.writer.attempts)
    running: deque[asyncio.Task[Outcome]] = deque()
    new: dict[str, list[Question]] = {}
    total = len(problems) * desk.plan.writer.attempts
    with tally_bar(wanted or total, is_counted=wanted is not None) as tick:
        try:
            while True:
                _fill(running, waiting, desk, ask, window(wanted, result))
                if not running:
                    return
                outcome = await running[0]
                running.popleft()
                siblings = new.setdefault(outcome.slot.problem.id, [])
                reason = settle(outcome, siblings, desk.screen)
                result.add(outcome, reason)
                if reason == "accepted" and outcome.question is not None:
                    siblings.append(outcome.question)
                tick(result)
                if wanted is not None and len(result.accepted) >= wanted:
                    if on_full is not None:
                        await on_full()
                    return
        except (SynthError, SolverError) as halt:
            result.halt = halt
        finally:
            # What is in flight comes back and is kept; nothing new goes out for it.
            await asyncio.gather(*running, return_exceptions=True)


def window(wanted: int | None, result: Result) -> int:
    """Return how many slots should be under way.

    >>> window(None, Result()), window(5, Result())
    (32, 10)
    """
    if wanted is None:
        return _WINDOW
    # One success and one failure imagined beforehand (Laplace), so that the first guess is one half.
    rate = (len(result.accepted) + 1) / (result.settled + 2)
    return max(1, min(_WINDOW, math.ceil((wanted - len(result.accepted)) / rate)))


def _fill(running: deque[asyncio.Task[Outcome]], waiting: Iterator[Slot], desk: Desk, ask: Ask, most: int) -> None:
    while len(running) < most:
        slot = next(waiting, None)
        if slot is None:
            return
        running.append(asyncio.get_running_loop().create_task(work(slot, desk, ask)))


def _is_complete(wanted: int | None, result: Result) -> bool:
    if wanted is not None:
        return len(result.accepted) == wanted
    return result.halt is None and not result.failed


def _why(job: Job, result: Result) -> str:
    if result.halt is not None:
        return f"incomplete: {result.halt}; the same command goes on where this ended"
    if result.failed:
        return f"incomplete: {len(result.failed)} attempts had requests that failed; the same command asks again"
    return (
        f"exhausted: {job.plan.count} questions were asked for, {result.settled} attempts at {len(job.problems)} "
        f"problems gave {len(result.accepted)}; give more problems or raise writer.attempts"
    )


def write(job: Job, result: Result, report: dict[str, object]) -> None:
    """Write the files of what was settled, each whole or not at all."""
    hashes = {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in job.desk.templates.items()}
    template = ",".join(f"{name}:{digest}" for name, digest in sorted(hashes.items()))
    rows = [row_of(one, cost=None, prompt_hash=template) for one in result.accepted]
    write_rows(job.out, rows, dev_share=DEV_SHARE)
    write_lines(job.out / "accepted.jsonl", map(problem_row, result.accepted))
    write_lines(job.out / "malformed.jsonl", (aside_row(one, one.reason) for one in result.malformed))
    write_lines(job.out / "rejected.jsonl", (aside_row(one, reason) for one, reason in result.rejected))
    write_lines(job.out / "report.json", [{**report, "binding": job.binding}])


def report_of(job: Job, result: Result, seconds: float) -> dict[str, object]:
    """Return the counts of a run."""
    return {
        "problems": len(job.problems),
        "wanted": job.plan.count,
        "accepted": len(result.accepted),
        "settled": result.settled,
        "malformed": len(result.malformed),
        "rejected": len(result.rejected),
        "failed": len(result.failed),
        "reasons": dict(result.reasons.most_common()),
        "claims_confirmed": sum(
            one.finding is not None and one.finding.answer is not None and one.claimed == letter_of(one.finding.answer)
            for one in result.accepted
        ),
        "seconds": round(seconds, 1),
    }


def text_of(report: dict[str, object]) -> str:
    """Return the report for people."""
    settled, accepted = report["settled"], report["accepted"]
    wanted = "" if report["wanted"] is None else f" of {report['wanted']} wanted"
    lines = [f"{settled} attempts at {report['problems']} problems: {accepted} questions accepted{wanted}"]
    reasons = report["reasons"]
    if isinstance(reasons, dict):
        lines += [f"  {count:6}  {reason}" for reason, count in reasons.items()]
    listed = report["usage"]
    for one in listed if isinstance(listed, list) else ():
        lines.append("  " + ", ".join(f"{name} {value}" for name, value in one.items() if value not in (0, None)))
    lines.append(f"{report['seconds']} s")
    return "\n".join(lines)


def forecast(job: Job) -> str:
    """Return what the run may ask for and cost at most, stage by stage; asks nothing."""
    plan = job.plan
    calls = [call_of(slot, job.desk) for slot in slots(job.problems, plan.writer.attempts)]
    rows = [("writer", len(calls), sum(len(one.prompt) for one in calls), plan.writer.max_tokens, plan.writer.models)]
    text = sum(len(one.text) for one in job.problems) * plan.writer.attempts + 300 * len(calls)
    for place, solver in enumerate(plan.panel.solvers):
        rows.append((f"solver{place + 1}", *_judging(solver, len(calls) * solver.samples, text * solver.samples)))
    if plan.panel.duels:
        most = 4 * plan.panel.duels
        rows.append(("duels", *_judging(plan.panel.solvers[0], len(calls) * most, text * most)))
    lines = ["| stage | samples at most | prompt tokens, about | generated tokens at most | cost at most |"]
    lines.append("|---|---:|---:|---:|---:|")
    costs: list[Decimal | None] = []
    for stage, count, characters, longest, models in rows:
        prompt = round(characters / _CHARS_PER_TOKEN)
        # The dearest of several writers: at most is at most.
        prices = [
            cost(plan.models[name].price, prompt_tokens=prompt, completion_tokens=count * longest) for name in models
        ]
        dearest = None if None in prices else max(price for price in prices if price is not None)
        costs.append(dearest)
        lines.append(f"| {stage} | {count:,} | {prompt:,} | {count * longest:,} | {shown(dearest)} |")
    lines.append(f"\nat most {shown(total_of(costs))} for {len(calls)} attempts at {len(job.problems)} problems; ")
    lines[-1] += "nothing was asked. " + (
        "It ends sooner, once enough questions are accepted." if plan.count else "Bad questions cost less."
    )
    return "\n".join(lines)


def _judging(solver: Solver, count: int, characters: int) -> tuple[int, int, int, tuple[str, ...]]:
    return count, characters, solver.max_tokens, (solver.model,)


def _talk(line: str) -> None:
    print(f"synth: {line}", file=sys.stderr)
