"""One run of ``distill``, plain or on Ray: what it is to do, resolved from its arguments, and how it ends."""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from solver.base.display.figures import counted
from solver.base.display.live import Display
from solver.base.display.printing import print_json, print_text, tell, tell_end
from solver.base.errors import UsageError
from solver.base.outputs import Output, check_outputs
from solver.problems.jsonl import digest_of, questions_of
from solver.problems.load import load_good
from solver.problems.question import Question
from synth.distill.concurrent_climbs import Climbed
from synth.distill.ladder_config import DistillPlan, load_plan
from synth.distill.output_files import learnt_from, write
from synth.distill.report import is_complete, refused_rungs, report_of, silent_rungs, text_of
from synth.llm.asker import check_prices
from synth.llm.budget import Budget, amount_of
from synth.llm.call import why_most
from synth.llm.spend_ledger import SpendCounts
from synth.train_dev_files import WRITTEN, check_of, write_lines

JOURNAL = "journal.sqlite"
REPORT = "report.json"
STOPPING = "stopping: what is in flight is finished and kept; once more leaves at once"
"""Said at the first signal."""
_BATCH_WIDTH = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one run of the command is to do."""

    plan: DistillPlan
    questions: tuple[Question, ...]
    sources: tuple[dict[str, object], ...]
    """Input files with their hashes, for the report."""
    out: Path
    budget: Budget
    accept: int | None = None
    use_gold: bool = True
    is_batch: bool = False
    ray_workers: int | None = None
    shards: int = 16
    is_dry: bool = False
    display: Display = "auto"
    as_json: bool = False

    @property
    def binding(self) -> dict[str, object]:
        """What the journal belongs to."""
        return {**self.plan.binding, "data_sha256": digest_of(self.questions), "gold_used": self.use_gold}

    @property
    def width(self) -> int:
        """Questions under way at once: enough to fill every model's slots, twice over."""
        return _BATCH_WIDTH if self.is_batch else 2 * sum(one.concurrency for one in self.plan.models.values())


def job_of(arguments: argparse.Namespace) -> Job:
    """Resolve the arguments.

    Raises:
        UsageError: the configuration or a flag cannot be used.
        InputError: a file of problems cannot be used.
    """
    for name in ("accept", "limit", "max_requests", "ray", "shards"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise UsageError(f"--{name.replace('_', '-')} {value}: at least 1 is wanted")
    plan = load_plan(arguments.config, endpoints=arguments.endpoint, served=arguments.model, preset=arguments.preset)
    if arguments.format:
        output = plan.output.model_copy(update={"forms": tuple(dict.fromkeys(arguments.format))})
        plan = plan.model_copy(update={"output": output})
    budget = Budget(max_cost=amount_of(arguments.max_cost), max_requests=arguments.max_requests)
    check_prices(plan.models, budget)
    paths = tuple(arguments.data) or tuple(Path(name) for name in plan.data)
    if not paths:
        raise UsageError("no data: name files of problems on the command line, or as data: in the configuration")
    check_outputs([Output("--out", arguments.out, names=WRITTEN)], reads=[arguments.config, *paths])
    loaded = load_good(paths, mapping=arguments.map)
    _check_combination(arguments)
    return Job(
        plan=plan,
        questions=questions_of(loaded.problems)[: arguments.limit],
        sources=tuple({"file": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in paths),
        out=arguments.out,
        budget=budget,
        accept=arguments.accept,
        use_gold=not arguments.blind,
        is_batch=arguments.batch,
        ray_workers=arguments.ray,
        shards=arguments.shards or 16,
        is_dry=arguments.dry_run,
        display=arguments.display,
        as_json=arguments.json,
    )


def finish(
    job: Job, climbed: Climbed, ledger: SpendCounts, began: float, talk: Callable[[str], None], *, is_interrupted: bool
) -> int:
    """Write the files of what was decided, print the report, and return the exit code.

    Args:
        began: when the run began, seconds on the monotonic clock.
    """
    plan = job.plan
    written = write(
        job.out,
        climbed.outcomes,
        plan.output,
        explains=plan.cascade.explain is not None,
        samples_several=plan.keep is not None and plan.keep.per_question > 1,
    )
    report = report_of(
        plan,
        climbed,
        ledger,
        use_gold=job.use_gold,
        accept=job.accept,
        seconds=time.monotonic() - began,
    )
    report |= {"sources": list(job.sources), "files": written, "binding": job.binding}
    report |= learnt_from(climbed.outcomes, plan.output)
    write_lines(job.out / REPORT, [report])
    if job.as_json:
        print_json(report)
    else:
        print_text(text_of(plan, climbed, ledger, report))
    is_whole = is_complete(climbed, job.accept)
    if job.display != "none":
        then = check_of(job.out, written) if is_whole else ()
        tell_end("synth", *(job.out / name for name in (*written, REPORT)), then=then)
    if is_whole:
        return 0
    # Where nothing is shown a failure still says why.
    (tell if job.display == "none" else talk)(_why(job, climbed))
    return 130 if is_interrupted else 1


def _why(job: Job, climbed: Climbed) -> str:
    """Say why a run is incomplete and what to do."""
    accepted = sum(outcome.status == "accepted" for outcome in climbed.outcomes)
    n_open = sum(outcome.status == "open" for outcome in climbed.outcomes)
    if climbed.halt is not None:
        return f"incomplete: {climbed.halt}; the same command goes on where this ended"
    if n_open:
        why = why_most(vote.error for one in climbed.outcomes for vote in one.votes if vote.cast == "failed")
        failed = counted(n_open, "question")
        return f"incomplete: {failed} had requests that failed{why}; the same command asks for them again"
    if refused := refused_rungs(climbed.outcomes):
        which = ", ".join(refused)
        return f"incomplete: every sample of {which} was refused (the journal has the words); fix its model or prompt"
    if silent := silent_rungs(climbed.outcomes):
        which = ", ".join(silent)
        look = "look at its server (harness doctor) and its max_tokens, then use another --out"
        return f"incomplete: no sample of {which} had any content outside thoughts; {look}"
    return (
        f"exhausted: {job.accept} accepted questions were asked for, the input of {climbed.questions} gave {accepted}; "
        "give more problems, or ask for fewer"
    )


def _check_combination(arguments: argparse.Namespace) -> None:
    """Refuse flags that do not go together."""
    if arguments.ray and (arguments.batch or arguments.accept):
        other = "--batch" if arguments.batch else "--accept"
        raise UsageError(f"--ray does not go with {other}; leave one out")
    if arguments.shards and not arguments.ray:
        raise UsageError("--shards is for --ray; leave it out")
