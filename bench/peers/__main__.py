"""Compare our harness with lm-evaluation-harness, evalscope and inspect_ai: same endpoint, questions and samples.

    python -m bench.peers                                       # 150 questions x 5 samples, 2 rounds and the faults
    python -m bench.peers --questions 30 --repeats 3 --rounds 1 --scenario speed
    python -m bench.peers --tables WORK/outcomes.jsonl          # several files: their rounds together
    python -m bench.peers --endpoint http://127.0.0.1:8000/v1 --model NAME --scenario speed --scenario kill

Each peer is installed from the default index into an environment of its own under ``--envs``. A round runs every
contestant once, one after the other, and the next round begins with another one; a short run of each comes first and
is not counted. Results: a Markdown table on stdout, and one JSON line a run in ``WORK/outcomes.jsonl``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.tables import can_be_saved, save
from tests.support.checkout import ROOT

from .contestant import Contestant
from .environments import install
from .evalscope import EvalScope
from .inspect_ai import InspectAi
from .lm_eval import LmEval
from .ours import Ours
from .outcomes import line_of, read_outcomes
from .questions import make_questions
from .report import SPEED, speed_rows, tables
from .scenarios import SCENARIOS, Outcome, Scenario, Setup, play
from .server import canonical, chain_of

CONTESTANTS: dict[str, Contestant] = {
    one.name: one
    for one in (
        Ours(),
        Ours(name="ours-default", is_default=True),
        Ours(name="ours-double-slots", slots_factor=2),
        LmEval(),
        LmEval(name="lm-eval-10-tries", max_retries=10),
        LmEval(name="lm-eval-cached", is_cached=True),
        EvalScope(),
        InspectAi(),
        InspectAi(name="inspect_ai-continuing", continues=True),
    )
}
"""By name; the longer names are variants, each made for one scenario (their classes say what they change)."""
STANDARD = ("ours", "lm-eval", "evalscope", "inspect_ai")


def main() -> None:
    """Install, run, print."""
    args = _arguments()
    if args.tables:
        print(tables(read_outcomes(args.tables)))
        return
    work = Path(args.work or tempfile.mkdtemp(prefix="peers-")).absolute()
    work.mkdir(parents=True, exist_ok=True)
    contestants = [CONTESTANTS[name] for name in args.contestant or STANDARD]
    versions = {one.name: install(one, args.envs) for one in contestants}
    setup = Setup(
        questions=make_questions(args.questions, args.seed, work),
        repeats=args.repeats,
        slots=args.slots,
        ms_per_token=args.ms_per_token,
        max_tokens=args.max_tokens,
        context=16384,
        storm_s=args.storm_s,
        endpoint=args.endpoint,
        model=args.model,
        envs=args.envs,
        work=work,
        limit_s=args.limit_s,
        is_spread=args.spread,
        tells_load=args.tells_load,
    )
    outcomes: list[Outcome] = []
    with (work / "outcomes.jsonl").open("a", encoding="utf-8") as file:
        plan = _plan(contestants, args.scenario or _scenarios(args), args.rounds)
        for scenario, number, contestant in plan[len(contestants) * args.no_warm_up :]:
            is_counted = number > 0
            used = setup if is_counted else replace(setup, questions=setup.questions[:8], work=work / "warm")
            outcome = play(used, scenario, contestant, number)
            _tell(outcome, is_counted)
            if is_counted:
                outcomes.append(outcome)
                file.write(line_of(outcome, versions[contestant.name]))
                file.flush()
    print(_heading(setup, versions))
    print(tables(outcomes))
    save(args.save, SPEED, speed_rows(outcomes))


def _plan(
    contestants: list[Contestant], scenarios: list[Scenario], rounds: int
) -> list[tuple[Scenario, int, Contestant]]:
    """Return all runs in order: the warm-up is round 0; the faults are played once, ``speed`` in every round."""
    plan: list[tuple[Scenario, int, Contestant]] = [("speed", 0, one) for one in contestants]
    for scenario in scenarios:
        for number in range(1, (rounds if scenario == "speed" else 1) + 1):
            turn = (number - 1) % len(contestants)
            plan += [(scenario, number, one) for one in contestants[turn:] + contestants[:turn]]
    return plan


def _scenarios(args: argparse.Namespace) -> list[Scenario]:
    # A real server can be neither made to refuse nor to be stormed.
    return list(SCENARIOS) if args.endpoint is None else ["speed", "kill"]


def _tell(outcome: Outcome, is_counted: bool) -> None:
    name = outcome.scenario if is_counted else "warm-up"
    ran, ledger = outcome.ran, outcome.ledger
    print(
        f"peers: {name} {outcome.round} {outcome.contestant}: exit {ran.code} ({ran.end}), {ran.wall_s:.1f} s, "
        f"{ran.cpu_s:.1f} s CPU, {ledger.requests} requests, {ledger.chains} samples drawn, "
        f"{outcome.found.answered} answered, load {outcome.load:.1f}",
        file=sys.stderr,
        flush=True,
    )


def _heading(setup: Setup, versions: dict[str, str]) -> str:
    names = ", ".join(f"{name} {version}" for name, version in versions.items())
    text = f"{len(setup.questions)} questions × {setup.repeats} samples, {setup.slots} in flight; {names}; "
    text += f"{os.cpu_count()} cores"
    if setup.endpoint is None:
        tokens = sum(
            chain_of(canonical(one.prompt), number, is_spread=setup.is_spread)[1]
            for one in setup.questions
            for number in range(setup.repeats)
        )
        floor_s = tokens * setup.ms_per_token / 1e3 / setup.slots
        text += f"; the server alone needs {floor_s:.1f} s"
    return text + ".\n"


def _arguments() -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__, formatter_class=raw)
    parser.add_argument("--questions", type=int, default=150)
    parser.add_argument("--repeats", type=int, default=5, help="samples a question")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--slots", type=int, default=32, help="samples in flight, at the clients and at the server")
    parser.add_argument("--ms-per-token", type=float, default=5.0, help="of the scripted server; chains have 60 to 180")
    parser.add_argument("--spread", action="store_true", help="its chains' lengths as real models have them")
    parser.add_argument("--tells-load", action="store_true", help="it has vLLM's metrics")
    parser.add_argument("--max-tokens", type=int, default=1024)
    parser.add_argument("--storm-s", type=float, default=8.0, help="length of the storm of 429")
    parser.add_argument("--seed", type=int, default=7, help="of the questions")
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="may be repeated; default: all")
    parser.add_argument("--contestant", action="append", choices=tuple(CONTESTANTS), help="may be repeated")
    parser.add_argument("--endpoint", help="a real server's base URL (http) instead of the scripted one")
    parser.add_argument("--model", default="scripted", help="the model's name there")
    parser.add_argument("--envs", type=Path, default=ROOT / ".peers", help="where the peers are installed")
    parser.add_argument("--work", help="where runs are kept; default: a new temporary folder")
    parser.add_argument("--tables", type=Path, nargs="+", help="run nothing; print the tables of outcomes.jsonl files")
    parser.add_argument("--no-warm-up", action="store_true", help="leave out the runs that are not counted")
    parser.add_argument("--limit-s", type=float, default=300.0, help="a run that takes longer is killed")
    can_be_saved(parser)
    return parser.parse_args()


if __name__ == "__main__":
    main()
