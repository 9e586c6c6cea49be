"""How full a real engine is kept: share of its places filled until 90 % of the questions are decided, tokens a second.

The same door, client and scheduler as ``harness eval``, without files; what the engine computes is read from its own
account of its load five times a second. A rule that asks for few samples at a time is the hard case, and so is a real
spread of lengths. Until its last question has begun a run has work for every place; behind that it lies with the rule
and the longest chains how many are filled, however well they are kept.

    python -m bench.places questions.jsonl --serve MODEL --rule fixed:5 --slots 544
    python -m bench.places questions.jsonl --endpoint http://127.0.0.1:8000/v1 --places 512 --rule lead:3

    python -m bench.peers.server --ledger /tmp/ledger --slots 512 --ms-per-token 30 --spread --tells-load   # no engine
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import time
from pathlib import Path

from bench.tables import Column, can_be_saved, save
from solver.backends.backend import OpenBackend, open_backend
from solver.backends.settings import ENGINE_SHARE, BackendSettings, slots_for
from solver.problems.jsonl import load_problems, questions_of
from solver.scheduling.events import Arrived, Decided, Launched
from solver.scheduling.settings import SamplingSettings
from solver.scheduling.solve import SolveEvent, Solving

LOOK_S = 0.2
DONE = 0.9


class Watch:
    """What happened in a run, with seconds since its first request."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.decided: list[float] = []
        self.begun: dict[str, float] = {}
        """When the first sample of each question was sent."""
        self.tokens = self.samples = 0
        self.loads: list[tuple[float, int, int]] = []
        """Time, completions computed, completions waiting."""

    def hear(self, event: SolveEvent) -> None:
        """Count."""
        if isinstance(event, Launched):
            self.begun.setdefault(event.question.id, time.monotonic() - self.began)
        elif isinstance(event, Decided):
            self.decided.append(time.monotonic() - self.began)
        elif isinstance(event, Arrived):
            self.tokens += event.sample.completion_tokens
            self.samples += 1

    async def look(self, backend: OpenBackend) -> None:
        """Read the load until cancelled."""
        while True:
            loads = [load for endpoint in backend.endpoints if (load := await endpoint.load()) is not None]
            if loads:
                running, waiting = sum(one.running for one in loads), sum(one.waiting for one in loads)
                self.loads.append((time.monotonic() - self.began, running, waiting))
            await asyncio.sleep(LOOK_S)


async def measured(args: argparse.Namespace) -> dict[str, object]:
    """Run once."""
    where = {"endpoints": (args.endpoint,)} if args.endpoint else {"serve": args.serve}
    backend_settings = BackendSettings.of(**where, **({"engine": args.engine} if args.engine else {}))
    given = {"max_concurrency": args.slots} if args.slots else {}
    sampling = SamplingSettings.of(rule=args.rule, max_tokens=args.max_tokens, temperature=args.temperature, **given)
    questions = questions_of(load_problems([args.data]).problems)[: args.questions]
    async with open_backend(backend_settings, slots=sampling.places) as backend:
        await backend.open()
        settings = sampling.asking(await backend.default_models())
        watch, before = Watch(), resource.getrusage(resource.RUSAGE_SELF)
        solving = Solving(questions, settings, backend, listener=watch.hear, failure=backend.failure)
        looking = asyncio.create_task(watch.look(backend))
        await solving.run()
        seconds, used = time.monotonic() - watch.began, resource.getrusage(resource.RUSAGE_SELF)
        looking.cancel()
    places = args.places or max(1, int((args.slots or slots_for(backend_settings)) * ENGINE_SHARE))
    until = sorted(watch.decided)[min(len(watch.decided) - 1, int(DONE * len(watch.decided)))]
    # The first look may come before the first request.
    inside = [(running, waiting) for at, running, waiting in watch.loads if LOOK_S <= at <= until]
    last_begun = max(watch.begun.values())
    while_there_is_work = [min(running, places) for at, running, _ in watch.loads if LOOK_S <= at <= last_begun]
    return {
        "rule": args.rule,
        "questions": len(questions),
        "samples": watch.samples,
        "places": places,
        "filled": statistics.fmean(min(running, places) for running, _ in inside) / places,
        "filled_until_all_began": statistics.fmean(while_there_is_work or [0]) / places,
        "waiting": statistics.fmean(waiting for _, waiting in inside),
        "tokens_per_s": watch.tokens / seconds,
        "seconds": seconds,
        "until_90_s": until,
        "client_cpu_s": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
    }


def main() -> None:
    """Run and print one line of JSON."""
    parser = argparse.ArgumentParser(description="share of an engine's places that are filled")
    parser.add_argument("data", type=Path)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--serve")
    where.add_argument("--endpoint")
    parser.add_argument("--engine")
    parser.add_argument("--rule", default="fixed:5")
    parser.add_argument("--slots", type=int, help="samples in flight; left out, what the project takes by itself")
    parser.add_argument("--places", type=int, help="completions that the engine computes at once")
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--max-tokens", type=int, default=1024)
    parser.add_argument("--temperature", type=float, default=0.7)
    can_be_saved(parser)
    args = parser.parse_args()
    row = asyncio.run(measured(args))
    print(json.dumps({name: round(value, 3) if isinstance(value, float) else value for name, value in row.items()}))
    columns = [
        Column("rule", "{rule}", "left"),
        Column("places", "{places}"),
        Column("filled until 90 % are decided", "{filled:.1%}"),
        Column("filled until the last question has begun", "{filled_until_all_began:.1%}"),
        Column("waiting", "{waiting:.1f}"),
        Column("tokens a second", "{tokens_per_s:,.0f}"),
        Column("seconds", "{seconds:.1f}"),
        Column("client CPU, s", "{client_cpu_s:.1f}"),
    ]
    save(args.save, columns, [row])


if __name__ == "__main__":
    main()
