"""``distill`` on Ray Data, for where one process no longer keeps the endpoints busy.

The questions are spread over *shards* by a hash of their id, so a question is in the same shard in every run, however
many workers there are. A shard is one row of a Ray dataset, worked on by the same climbs and the same asker as in the
plain run, with a journal of its own; so a shard that is run again, on whatever machine shares the folder, pays nothing
twice. Quotas and slots are divided by the workers, budgets by the shards. A cluster is used where ``RAY_ADDRESS`` names
one; else one is started here.

Ray is an optional extra and is imported here only.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import pickle
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from solver.base.display.figures import counted
from solver.base.display.live import Screen
from solver.base.errors import LogicVoteError, UsageError
from solver.problems.question import Question
from synth.distill.concurrent_climbs import Climbed, Progress, climb_all
from synth.distill.job import JOURNAL, Job, finish
from synth.distill.ladder import Outcome
from synth.distill.ladder_config import Ladder
from synth.errors import SynthError
from synth.llm.asker import Asker
from synth.llm.budget import Budget
from synth.llm.journal import Journal
from synth.llm.plan_file import ModelPlan
from synth.llm.spend_ledger import SpendCounts, Stats

_OBJECT_STORE_BYTES = 100 * 2**20
"""Of a cluster started here: Ray's own default takes a third of the memory. Questions and outcomes are small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One row of the dataset."""

    name: str
    folder: Path
    places: tuple[int, ...]
    """Where its questions stand in the input."""
    questions: tuple[Question, ...]
    ladder: Ladder
    models: Mapping[str, ModelPlan]
    budget: Budget
    binding: Mapping[str, object]
    use_gold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What came of a shard."""

    name: str
    outcomes: tuple[tuple[int, Outcome], ...]
    """With the questions' places in the input."""
    started: int
    halt: str | None
    error: str | None
    stats: Stats


def shard_of(question_id: str, shards: int) -> int:
    """Return the shard that a question belongs to; the same on every machine."""
    return int.from_bytes(hashlib.sha256(question_id.encode()).digest()[:8], "big") % shards


def shards_of(job: Job) -> list[Shard]:
    """Divide a job; shards without a question are left out.

    Raises:
        UsageError: a model would have to be served by every worker.
    """
    workers = job.ray_workers or 1
    homeless = [name for name, plan in job.plan.models.items() if plan.is_own]
    if homeless:
        raise UsageError(f"--ray: model {homeless[0]!r} has no endpoint; serve it once and give --endpoint URL")
    models = {name: share_of_limits(plan, workers) for name, plan in job.plan.models.items()}
    places: dict[int, list[int]] = {}
    for place, question in enumerate(job.questions):
        places.setdefault(shard_of(question.id, job.shards), []).append(place)
    return [
        Shard(
            name=f"shard-{number:04d}",
            folder=job.out.resolve() / "shards" / f"shard-{number:04d}",
            places=tuple(places[number]),
            questions=tuple(job.questions[place] for place in places[number]),
            ladder=job.plan.cascade,
            models=models,
            budget=share_of_budget(job.budget, rank, len(places)),
            binding={**job.binding, "shards": job.shards},
            use_gold=job.use_gold,
        )
        for rank, number in enumerate(sorted(places))
    ]


def share_of_limits(plan: ModelPlan, workers: int) -> ModelPlan:
    """Divide a model's quotas and slots among the workers."""
    return plan.replaced(
        requests_per_minute=None if plan.requests_per_minute is None else plan.requests_per_minute / workers,
        tokens_per_minute=None if plan.tokens_per_minute is None else plan.tokens_per_minute / workers,
        concurrency=max(1, plan.concurrency // workers),
    )


def share_of_budget(budget: Budget, rank: int, shards: int) -> Budget:
    """Return a shard's part of the budget; the parts never add up to more than the whole.

    >>> [share_of_budget(Budget(max_requests=8), rank, 3).max_requests for rank in range(3)]
    [3, 3, 2]
    """
    requests = budget.max_requests
    return Budget(
        max_cost=None
        if budget.max_cost is None
        else (budget.max_cost / shards).quantize(Decimal("1e-9"), "ROUND_DOWN"),
        max_requests=None if requests is None else requests // shards + (rank < requests % shards),
    )


def work(shard: Shard) -> Worked:
    """Work on a shard to its end, or as far as it gets; what a Ray worker runs."""
    return asyncio.run(_work(shard))


async def _work(shard: Shard) -> Worked:
    progress = Progress(questions=len(shard.questions), wanted=None)
    try:
        with Journal(shard.folder / JOURNAL, shard.binding) as journal:
            async with Asker(shard.models, journal, shard.budget) as asker:
                climbed = await climb_all(
                    shard.questions,
                    shard.ladder,
                    asker,
                    progress,
                    width=2 * sum(plan.concurrency for plan in shard.models.values()),
                    use_gold=shard.use_gold,
                )
                stats = asker.stats
    except LogicVoteError as error:
        return Worked(name=shard.name, outcomes=(), started=0, halt=str(error), error=str(error), stats={})
    by_id = {question.id: place for question, place in zip(shard.questions, shard.places, strict=True)}
    return Worked(
        name=shard.name,
        outcomes=tuple((by_id[outcome.question.id], outcome) for outcome in climbed.outcomes),
        started=climbed.started,
        halt=climbed.halt,
        error=None if climbed.error is None else str(climbed.error),
        stats=stats,
    )


def distill_on_ray(job: Job) -> int:
    """Run a job on Ray Data; returns the exit code.

    Raises:
        UsageError: Ray is not installed, or the job cannot be divided.
        SynthError: a shard could not be worked on at all.
    """
    began, talk = time.monotonic(), Screen(job.display).say
    shards = shards_of(job)
    ray = _ray()
    # The outer journal holds the lock and the binding: one run a folder, plain or on Ray.
    with Journal(job.out / JOURNAL, {**job.binding, "shards": job.shards}):
        _connect(ray, job.ray_workers or 1)
        try:
            talk(
                f"{counted(len(job.questions), 'question')} in {counted(len(shards), 'shard')} on "
                f"{job.ray_workers} Ray workers, {job.out}"
            )
            worked = []
            for one in _rows(ray, shards, job.ray_workers or 1):
                worked.append(one)
                state = one.halt or f"{len(one.outcomes)} decided"
                talk(f"{one.name}: {state} ({len(worked)} of {counted(len(shards), 'shard')})")
        finally:
            ray.shutdown()
        books = SpendCounts()
        for one in worked:
            books.add(one.stats)
        climbed = joined(worked, len(job.questions))
        failures = [one for one in worked if one.error is not None and not one.outcomes]
        if failures and len(failures) == len(worked):
            raise SynthError(f"{failures[0].name}: {failures[0].error}")
        return finish(job, climbed, books, began, talk, is_interrupted=False)


def joined(worked: Sequence[Worked], questions: int) -> Climbed:
    """Put the shards' outcomes back into the input's order."""
    placed = sorted((pair for one in worked for pair in one.outcomes), key=lambda pair: pair[0])
    return Climbed(
        outcomes=tuple(outcome for _, outcome in placed),
        questions=questions,
        started=sum(one.started for one in worked),
        halt=next((one.halt for one in worked if one.halt is not None), None),
        error=None,
    )


def _rows(ray: Any, shards: Sequence[Shard], workers: int) -> Any:
    """Yield what comes of the shards as they end."""
    from ray.data import DataContext

    DataContext.get_current().enable_progress_bars = False
    # Rows are pickled by us: our records are no columns that Arrow would know.
    rows = ray.data.from_items([{"shard": pickle.dumps(shard)} for shard in shards], override_num_blocks=len(shards))
    mapped = rows.map(_work_row, compute=ray.data.TaskPoolStrategy(size=workers), num_cpus=1)
    for row in mapped.iter_rows():
        # Written by our own workers a moment ago.
        yield pickle.loads(row["worked"])


def _work_row(row: dict[str, Any]) -> dict[str, Any]:
    return {"worked": pickle.dumps(work(pickle.loads(row["shard"])))}


def _ray() -> Any:
    import ray
    import ray.data

    return ray


def _connect(ray: Any, workers: int) -> None:
    if os.environ.get("RAY_ADDRESS"):
        ray.init(log_to_driver=False)
        return
    ray.init(
        num_cpus=workers,
        object_store_memory=_OBJECT_STORE_BYTES,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
    )
