"""The plain run of ``distill``, in one process: the journal, the asker, signals, the view."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable

from solver.base.cli import words_typed
from solver.base.display.figures import counted
from solver.base.display.live import Screen
from solver.base.display.printing import print_json, print_text, tell_end
from solver.base.signals import Interrupts, leave_now
from synth.distill.concurrent_climbs import Progress, climb_all
from synth.distill.forecast import forecast, table
from synth.distill.job import JOURNAL, STOPPING, Job, finish
from synth.distill.live_view import line, render
from synth.llm.asker import Asker
from synth.llm.journal import Journal


def distill(job: Job) -> int:
    """Run a job; returns the exit code."""
    if job.is_dry:
        found = forecast(job.questions, job.plan.cascade, job.plan.models, use_gold=job.use_gold)
        if job.as_json:
            print_json([dataclasses.asdict(one) for one in found])
        else:
            print_text(f"{counted(len(job.questions), 'question')}; at most, and as expected; nothing was asked\n")
            print_text(table(found, job.plan.currency))
        tell_end("synth", then=("synth", *words_typed("synth", without="--dry-run")))
        return 0
    if job.ray_workers is not None:
        from synth.distill.ray_data import distill_on_ray

        return distill_on_ray(job)
    return asyncio.run(_distill(job))


async def _distill(job: Job) -> int:
    screen = Screen(job.display)
    plan, began, talk = job.plan, time.monotonic(), screen.say
    with Journal(job.out / JOURNAL, job.binding) as journal, Interrupts(lambda: talk(STOPPING)) as interrupts:
        async with _asker(job, journal, talk) as asker:
            interrupts.finish, interrupts.leave = asker.stop, leave_now
            progress = Progress(questions=len(job.questions), wanted=job.accept)
            talk(f"{counted(len(job.questions), 'question')}, {counted(len(plan.cascade.rungs), 'rung')}, {job.out}")
            rungs = tuple(rung.name for rung in plan.cascade.rungs)
            rungs += (plan.cascade.explain.name,) if plan.cascade.explain else ()
            async with screen.showing(
                line=lambda now: line(progress, asker.ledger, plan.currency, now),
                panel=lambda now, width: render(progress, asker.ledger, rungs, plan.currency, now, width),
            ):
                climbed = await climb_all(
                    job.questions,
                    plan.cascade,
                    asker,
                    progress,
                    width=job.width,
                    use_gold=job.use_gold,
                    accept=job.accept,
                )
            return finish(job, climbed, asker.ledger, began, talk, is_interrupted=interrupts.count > 0)


def _asker(job: Job, journal: Journal, talk: Callable[[str], None]) -> Asker:
    if job.is_batch:
        from synth.distill.batch.asker import BatchAsker

        return BatchAsker(job.plan.models, journal, job.budget, talk=talk)
    return Asker(job.plan.models, journal, job.budget, talk=talk)
