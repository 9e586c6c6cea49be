"""One run of ``perturb`` from its arguments to its files."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from solver.base.display.figures import counted
from solver.base.display.printing import print_text, tell, tell_end
from solver.base.display.progress import bar
from solver.base.errors import UsageError
from solver.base.outputs import Output, check_outputs
from solver.base.signals import Interrupts, leave_now
from solver.problems.load import load_good
from solver.problems.question import Problem
from synth.errors import Stopped
from synth.perturb.problems import MODEL_MADE, Made, Missed, perturbed
from synth.perturb.world import KINDS, Kind
from synth.train_dev_files import WRITTEN, write_lines

_AT_ONCE = 32
"""Perturbations that models work on at the same time."""


def perturb_files(arguments: argparse.Namespace) -> int:
    """Run the command; returns the exit code.

    Raises:
        UsageError: a flag or the plan cannot be used.
        InputError: a file of problems cannot be used.
    """
    kinds: tuple[Kind, ...] = tuple(dict.fromkeys(arguments.kind)) if arguments.kind else KINDS
    if arguments.copies < 1 or arguments.seed < 0:
        raise UsageError("--copies must be at least 1, --seed at least 0")
    if not arguments.plan:
        told = ("endpoint", "model", "max_cost", "max_requests")
        if idle := next((name for name in told if getattr(arguments, name)), None):
            flag = f"--{idle.replace('_', '-')}"
            raise UsageError(f"{flag} is about models, which only --plan brings in; add --plan, or leave it out")
    check_outputs([Output("--out", arguments.out, names=WRITTEN)], reads=[*arguments.data, arguments.plan])
    rows = _rows(arguments.data, arguments.limit, arguments.map)
    made: list[Made] = []
    missed: list[tuple[Mapping[str, Any], Missed]] = []
    with bar("perturbing", len(rows)) as tick:
        for number, row in enumerate(rows, 1):
            found = perturbed(row, kinds, copies=arguments.copies, seed=arguments.seed)
            made += found.made
            missed += [(row, one) for one in found.missed]
            tick(number)
    halt = None
    usage: list[dict[str, object]] = []
    if arguments.plan:
        more, missed, halt, usage = asyncio.run(_voted(arguments, missed))
        made += more
    _write(arguments.out, rows, made, missed)
    print_text(text_of(rows, made, missed, usage))
    if halt is not None:
        tell(f"synth: incomplete: {halt}; the same command goes on where this ended")
    is_failed = any(one.reason == "failed" for _, one in missed)
    if is_failed:
        tell("synth: incomplete: some requests failed; the same command asks again")
    told = arguments.out / "perturbed.jsonl"
    tell_end("synth", told, arguments.out / "missed.jsonl", then=("harness", "eval", told) if made else ())
    return 1 if halt is not None or is_failed else 0


async def _voted(
    arguments: argparse.Namespace, missed: Sequence[tuple[Mapping[str, Any], Missed]]
) -> tuple[list[Made], list[tuple[Mapping[str, Any], Missed]], Exception | None, list[dict[str, object]]]:
    """Let models make what is missing; returns what they made and what is still missing."""
    from synth.llm.asker import Asker, check_prices
    from synth.llm.budget import Budget, amount_of
    from synth.llm.journal import Journal
    from synth.llm.plan_file import load
    from synth.perturb.vote import VOTED, PerturbPlan, Vote, vote

    plan = load(PerturbPlan, arguments.plan).overridden(endpoints=arguments.endpoint, served=arguments.model)
    budget = Budget(max_cost=amount_of(arguments.max_cost), max_requests=arguments.max_requests)
    check_prices(plan.models, budget)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in arguments.data)).hexdigest()
    binding = {"command": "perturb", **plan.binding, "data_sha256": digest, "perturb_seed": arguments.seed}
    wanted = [(row, one) for row, one in missed if one.kind in VOTED and one.reason in MODEL_MADE]
    left = [(row, one) for row, one in missed if not (one.kind in VOTED and one.reason in MODEL_MADE)]
    made: list[Made] = []
    halt: Exception | None = None
    gate = asyncio.Semaphore(_AT_ONCE)
    done = 0
    with (
        Journal(arguments.out / "journal.sqlite", binding) as journal,
        Interrupts(lambda: tell("synth: stopping: what is in flight is finished and kept")) as interrupts,
        bar("voting", len(wanted)) as tick,
    ):
        async with Asker(plan.models, journal, budget, talk=tell) as asker:
            interrupts.finish, interrupts.leave = asker.stop, leave_now

            async def one(row: Mapping[str, Any], miss: Missed) -> Vote:
                nonlocal done
                async with gate:
                    found = await vote(row, miss.kind, arguments.seed * 1000 + miss.copy, plan, asker.ask)
                done += 1
                tick(done)
                return found

            votes = await asyncio.gather(*(one(row, miss) for row, miss in wanted), return_exceptions=True)
            counts = asker.ledger.usage()
    for (row, miss), found in zip(wanted, votes, strict=True):
        if isinstance(found, Stopped):
            halt = found
            left.append((row, miss._replace(reason="not asked")))
        elif isinstance(found, BaseException):
            raise found
        elif found.made is not None:
            made.append(found.made)
        else:
            left.append((row, miss._replace(reason=found.reason)))
    return made, left, halt, counts


def _rows(paths: Sequence[Path], limit: int | None, mapping: str | None) -> list[Mapping[str, Any]]:
    """Read problems; those in the contest's form keep the fields that the generator wrote."""
    loaded = load_good(paths, mapping=mapping)
    own = {str(row.values["id"]): row.values for row in loaded.rows if row.form.name == "contest"}
    return [own.get(one.id) or _row_of(one) for one in loaded.problems][:limit]


def _row_of(problem: Problem) -> Mapping[str, Any]:
    from solver.problems.letters import letter_or_none

    questions = [
        {
            "question": one.text,
            "options": list(one.options),
            "answer": letter_or_none(one.gold),
        }
        for one in problem.questions
    ]
    return {"id": problem.id, "problem": problem.text, "questions": questions}


def _write(
    out: Path,
    rows: Sequence[Mapping[str, Any]],
    made: Sequence[Made],
    missed: Sequence[tuple[Mapping[str, Any], Missed]],
) -> None:
    order = {row.get("id"): place for place, row in enumerate(rows)}
    ranked = sorted(made, key=lambda one: (order[one.row["perturbation"]["of"]], KINDS.index(one.kind), one.row["id"]))
    write_lines(out / "perturbed.jsonl", (one.row for one in ranked))
    write_lines(
        out / "missed.jsonl",
        ({"of": row.get("id"), "kind": one.kind, "copy": one.copy, "reason": one.reason} for row, one in missed),
    )


def text_of(
    rows: Sequence[Mapping[str, Any]],
    made: Sequence[Made],
    missed: Sequence[tuple[Mapping[str, Any], Missed]],
    usage: Sequence[Mapping[str, object]],
) -> str:
    """Return the counts for people."""
    lines = [f"{counted(len(rows), 'problem')}, {len(made)} perturbed ones"]
    for (kind, proof), count in sorted(Counter((one.kind, one.proof) for one in made).items()):
        lines.append(f"  {count:6}  {kind}, {proof}")
    for (kind, reason), count in sorted(Counter((one.kind, one.reason) for _, one in missed).items()):
        lines.append(f"  {count:6}  {kind} not made: {reason}")
    for one in usage:
        lines.append("  " + ", ".join(f"{name} {value}" for name, value in one.items() if value not in (0, None)))
    return "\n".join(lines)
