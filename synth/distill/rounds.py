"""Rounds of rejection sampling: draw, let a command learn from the rows, measure held-out questions, go on or stop.

Each round draws with a seed of its own, from the questions whose solve rate in the round before lies in the window: as
the model learns, what it is asked becomes harder by itself. Between rounds a command (training, and whatever brings the
new weights to the server) gets the round's rows. Held-out questions, asked before the first round and after each one,
decide whether another follows. Without a command nothing learns between rounds: then each draws again for the questions
that have no chain yet, and the last is the one that found none.

A round is a folder with everything that one run leaves; ``rounds.json`` says how they went. What is done is not done
again: the same command goes on after a kill.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from solver.base.display.figures import counted
from solver.base.display.printing import print_json, tell
from solver.base.errors import UsageError
from solver.base.files import write_json
from solver.base.intervals import share_interval
from solver.problems.jsonl import questions_of
from solver.problems.load import load_good
from solver.problems.question import Question
from synth.distill.job import REPORT, Job
from synth.distill.ladder_config import DistillPlan
from synth.errors import SynthError

ROUNDS = "rounds.json"
_LEARNT = "learnt.json"
"""In a round's folder, once the command has ended well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many rounds, what happens between them, and when they end."""

    count: int
    """At most."""
    command: str = ""
    """Run after each round; ``{round}``, ``{rows}`` and ``{out}`` stand for its number, file of rows and folder."""
    held_out: tuple[Question, ...] = ()
    patience: int = 1
    """Rounds without a new best on held-out questions that end it."""
    window: tuple[float, float] = (0.0, 1.0)
    """Solve rates in the round before that are drawn again; both ends belong to it."""


class Round(NamedTuple):
    """How a round went."""

    number: int
    """From 1; 0 is the measurement before."""
    questions: int
    accepted: int
    """Questions with a chain."""
    held_out: list[float] | None
    """Share of right samples and its 95 % interval."""


def plan_of(arguments: argparse.Namespace) -> Plan | None:
    """Resolve the arguments; None where no rounds are asked for.

    Raises:
        UsageError: they do not go together.
        InputError: a file of held-out problems cannot be used.
    """
    given = {
        "--each": arguments.each,
        "--held-out": arguments.held_out,
        "--patience": arguments.patience,
        "--window": arguments.window,
    }
    if arguments.rounds is None:
        if stray := next((flag for flag, value in given.items() if value), None):
            raise UsageError(f"{stray} is about rounds; add --rounds N, or leave it out")
        return None
    if arguments.rounds < 1 or (arguments.patience or 1) < 1:
        raise UsageError("--rounds and --patience count rounds; give at least 1")
    if arguments.each is None:
        if stray := next((flag for flag, value in given.items() if value), None):
            raise UsageError(f"{stray} without --each: nothing learns between the rounds; name the command that does")
        return Plan(count=arguments.rounds)
    low, high = arguments.window or (0.0, 1.0)
    if not 0 <= low < high <= 1:
        raise UsageError(f"--window {low:g} {high:g}: give two shares, the lower first")
    held = questions_of(load_good(arguments.held_out, mapping=arguments.map).problems) if arguments.held_out else ()
    if arguments.held_out and not any(one.gold is not None for one in held):
        raise UsageError("--held-out: none of its questions has a known answer")
    return Plan(
        count=arguments.rounds,
        command=command_of(arguments.each),
        held_out=tuple(one for one in held if one.gold is not None),
        patience=arguments.patience or 1,
        window=(low, high),
    )


def run_rounds(job: Job, plan: Plan, distill: Callable[[Job], int]) -> int:
    """Run rounds until they no longer help; return the exit code.

    Args:
        job: of the first round; its folder holds all of them. Its bounds on cost and requests hold for each round.
        distill: runs one.

    Raises:
        SynthError: the command between rounds did.
    """
    done: list[Round] = []
    questions = job.questions
    if plan.held_out:
        done.append(Round(0, 0, 0, _measured(job, plan, 0, distill)))
    why = f"{counted(plan.count, 'round was', 'rounds were')} asked for"
    for number in range(1, plan.count + 1):
        folder = job.out / f"round-{number}"
        here = replace(job, out=folder, questions=questions, plan=_reseeded(job.plan, number), as_json=False)
        if code := distill(here):
            return code
        rates, accepted = rates_of(folder)
        if plan.command:
            _learn(plan.command, number, folder)
        held = _measured(job, plan, number, distill) if plan.held_out else None
        done.append(Round(number, len(questions), len(accepted), held))
        _write(job.out, done, "")
        tell(_line(done[-1]))
        questions = next_questions(questions, rates, accepted, plan)
        if stop := reason_to_stop(done, plan, len(questions)):
            why = stop
            break
    _write(job.out, done, why)
    if job.as_json:
        print_json(_told(done, why))
    tell(f"rounds ended: {why}; {job.out / ROUNDS} says how they went")
    return 0


def reason_to_stop(done: Sequence[Round], plan: Plan, questions: int) -> str:
    """Say why no further round follows; empty where one may.

    Args:
        questions: that it would draw from.

    >>> rounds = [Round(0, 0, 0, [0.5]), Round(1, 9, 5, [0.6]), Round(2, 9, 6, [0.6])]
    >>> reason_to_stop(rounds, Plan(count=9, patience=1), 9), reason_to_stop(rounds, Plan(count=9, patience=2), 9)
    ('held-out accuracy has not risen since round 1', '')
    """
    measured = [(one.number, one.held_out[0]) for one in done if one.held_out is not None]
    if measured:
        best = max(measured, key=lambda one: (one[1], -one[0]))[0]
        if done[-1].number - best >= plan.patience:
            return f"held-out accuracy has not risen since round {best}"
    if not plan.command and not done[-1].accepted:
        return "the last one found no further chain"
    return "" if questions else "no question is left to draw from"


def next_questions(
    questions: Sequence[Question], rates: Mapping[str, float], accepted: frozenset[str], plan: Plan
) -> tuple[Question, ...]:
    """Return what the next round draws from: what lies in the window, or what has no chain where nothing learns."""
    if not plan.command:
        return tuple(one for one in questions if one.id not in accepted)
    low, high = plan.window
    return tuple(one for one in questions if low <= rates.get(one.id, low) <= high)


def rates_of(folder: Path) -> tuple[dict[str, float], frozenset[str]]:
    """Read a round's decisions: the share of the first rung's samples that are right, by question; ids with a chain."""
    rates: dict[str, float] = {}
    accepted = set()
    for line in (folder / "decisions.jsonl").read_text(encoding="utf-8").splitlines():
        found: dict[str, Any] = json.loads(line)
        if found["status"] == "accepted":
            accepted.add(found["id"])
        votes = [vote for vote in found["votes"] if vote["rung"] == found["votes"][0]["rung"]]
        if votes and found["gold"] is not None:
            rates[found["id"]] = sum(vote["letter"] == found["gold"] for vote in votes) / len(votes)
    return rates, frozenset(accepted)


def _reseeded(plan: DistillPlan, number: int) -> DistillPlan:
    """Return the plan of a round: with a seed of its own, or the same model would say the same again."""
    found = plan.model_copy(update={"seed": plan.seed + number - 1})
    # The copy has what was reckoned from the old seed.
    found.__dict__.pop("cascade", None)
    return found


def _measured(job: Job, plan: Plan, number: int, distill: Callable[[Job], int]) -> list[float]:
    """Ask the held-out questions; return share right with its interval."""
    folder = job.out / f"held-out-{number}"
    if not (folder / REPORT).is_file() and (
        distill(replace(job, out=folder, questions=plan.held_out, accept=None, display="none", as_json=False))
    ):
        raise SynthError(f"{folder}: the held-out questions could not be asked; the same command goes on")
    rates, _ = rates_of(folder)
    problem_of = {one.id: one.problem_id for one in plan.held_out}
    found = share_interval(list(rates.values()), [problem_of[name] for name in rates])
    return [round(one, 4) for one in (found.value, found.low, found.high)]


def _learn(command: str, number: int, folder: Path) -> None:
    """Run the command between rounds, once."""
    mark = folder / _LEARNT
    if mark.is_file():
        return
    rows = folder / "train.messages.jsonl"
    words = [word.format(round=number, rows=rows, out=folder) for word in shlex.split(command)]
    tell(f"round {number}: {shlex.join(words)}")
    code = subprocess.run(words).returncode
    if code:
        raise SynthError(f"{shlex.join(words)} ended with code {code}; mend it, and the same command goes on here")
    write_json(mark, {"command": words})


def command_of(text: str) -> str:
    """Check a command's placeholders.

    Raises:
        UsageError: one is not known, or it has no words.
    """
    try:
        words = [word.format(round=1, rows="rows", out="out") for word in shlex.split(text)]
    except (ValueError, KeyError, IndexError) as error:
        raise UsageError(f"--each {text!r}: {error}; {{round}}, {{rows}} and {{out}} can stand in it") from None
    if not words:
        raise UsageError("--each names no command")
    return text


def _write(out: Path, done: Sequence[Round], why: str) -> None:
    write_json(out / ROUNDS, _told(done, why))


def _told(done: Sequence[Round], why: str) -> dict[str, Any]:
    measured = [one for one in done if one.held_out is not None]
    best = max(measured, key=lambda one: (one.held_out or [0.0])[0]).number if measured else None
    return {"rounds": [one._asdict() for one in done], "best_round": best, "ended": why or None}


def _line(one: Round) -> str:
    held = ""
    if one.held_out is not None:
        share, low, high = one.held_out
        held = f", held out {share:.1%} ({low:.1%} to {high:.1%})"
    return f"round {one.number}: {one.accepted} of {counted(one.questions, 'question')} have a chain{held}"
