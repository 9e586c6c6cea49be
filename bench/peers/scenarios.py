"""The scenarios: an undisturbed run, an over-long prompt, a storm of 429, a SIGKILL half way and a second start."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from tests.support.checkout import ROOT

from .contestant import Contestant, Found, Job, found_of
from .environments import python_of
from .ledger import Ledger, read_ledger
from .measure import Ran, run
from .questions import Asked, with_long_one

Scenario = Literal["speed", "long", "storm", "kill"]
SCENARIOS: tuple[Scenario, ...] = ("speed", "long", "storm", "kill")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What all runs share."""

    questions: Sequence[Asked]
    repeats: int
    slots: int
    """Samples in flight, at the client and at the scripted server."""
    ms_per_token: float
    max_tokens: int
    context: int
    """Characters that a prompt may have at the scripted server."""
    storm_s: float
    endpoint: str | None
    """A real server's base URL; None starts the scripted one."""
    model: str
    envs: Path
    work: Path
    limit_s: float
    is_spread: bool = False
    """Chains of the scripted server differ in length as those of real models do."""
    tells_load: bool = False
    """It has vLLM's metrics."""

    @property
    def server_words(self) -> list[str]:
        """What kind of server it is, as its own flags say it."""
        return [*(["--spread"] if self.is_spread else []), *(["--tells-load"] if self.tells_load else [])]

    @property
    def samples(self) -> int:
        """How many samples a run has to draw."""
        return len(self.questions) * self.repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run of one contestant."""

    scenario: Scenario
    contestant: str
    round: int
    load: float
    """The machine's load average of the last minute, before the run."""
    samples: int
    """Wanted."""
    questions: int
    ran: Ran
    """The last start."""
    ledger: Ledger
    """Of the last start."""
    found: Found
    first_ran: Ran | None = None
    """``kill`` only: the start that was killed."""
    first_ledger: Ledger | None = None


@contextlib.contextmanager
def server(setup: Setup, scenario: Scenario, ledger: Path) -> Iterator[str]:
    """Start the server of a run as a process of its own; yields its URL."""
    if setup.endpoint is None:
        words = ["bench.peers.server", "--slots", setup.slots, "--ms-per-token", setup.ms_per_token]
        words += ["--context", setup.context, "--ledger", ledger, *setup.server_words]
        if scenario == "storm":
            words += ["--storm-after", setup.samples // 4, "--storm-s", setup.storm_s]
    else:
        words = ["tests.support.counting_proxy", "--upstream", urlsplit(setup.endpoint).netloc, "--log", ledger]
    process = subprocess.Popen([sys.executable, "-m", *map(str, words)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def play(setup: Setup, scenario: Scenario, contestant: Contestant, number: int) -> Outcome:
    """Run one contestant through one scenario.

    Args:
        number: the round.
    """
    folder = setup.work / scenario / f"round{number}" / contestant.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    questions = with_long_one(setup.questions, setup.context) if scenario == "long" else setup.questions
    python, ledger, log = python_of(contestant, setup.envs), folder / "ledger.jsonl", folder / "output.log"
    load, first_ran, first_ledger = os.getloadavg()[0], None, None
    with server(setup, scenario, ledger) as url:
        job = Job(
            folder=folder,
            cache=setup.work / "cache",
            url=url,
            model=setup.model,
            questions=questions,
            repeats=setup.repeats,
            concurrency=setup.slots,
            max_tokens=setup.max_tokens,
            is_resumable=scenario == "kill",
        )
        command = contestant.command(job, python)
        if scenario == "kill":
            half = setup.samples / 2
            first_ran = run(command, log, limit_s=setup.limit_s, stop=lambda: read_ledger(ledger).chains >= half)
            first_ledger = read_ledger(ledger)
            command = contestant.command(replace(job, is_restart=True), python)
        ran = run(command, log, limit_s=setup.limit_s)
        booked = read_ledger(ledger, 0 if first_ledger is None else first_ledger.lines)
    return Outcome(
        scenario=scenario,
        contestant=contestant.name,
        round=number,
        load=load,
        samples=setup.samples,
        questions=len(questions),
        ran=ran,
        ledger=booked,
        found=found_of(questions, contestant.kept(job, python)),
        first_ran=first_ran,
        first_ledger=first_ledger,
    )
