"""``harness eval``: problems in, samples drawn and kept, verdicts, scores and a run folder out.

The run folder holds ``config.json`` (resolved, with hash), ``samples.sqlite`` (every sample), ``attempts.jsonl`` (one
line for each time the command ran), ``results.jsonl``, ``submission.jsonl``, ``summary.json``, ``engine.log`` and,
with ``--skip-bad``, ``rejects.jsonl``. The same command continues a run; a finished one is only scored again, without
starting an engine.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from harness.config import EvalConfig, check_folder, write_atomically
from harness.results import RESULTS, Result, line_of, result_of
from harness.running import Running
from harness.score import Prices, Score, Timing, score
from harness.serving import Serving
from harness.view import Mode, Wire, mode_of, say, shown
from solver.ballot import Verdict
from solver.ensemble import parse_ensemble
from solver.errors import SolverError, UsageError
from solver.letters import letter_of
from solver.problems import Loaded, digest_of, load_problems, questions_of, require_good, submission_line
from solver.prompt import load_template
from solver.puzzle import Problem, Question
from solver.rules import parse_rule
from solver.sample import Sample, Sampling
from solver.schedule import Plan, Scheduler, landed_of
from solver.store import Store, read_samples

SUMMARY, SUBMISSION, ATTEMPTS, REJECTS = "summary.json", "submission.jsonl", "attempts.jsonl", "rejects.jsonl"
RESERVE_S = 5.0
"""Seconds kept back from a deadline for deciding and writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an evaluation came to."""

    folder: Path
    score: Score
    stop: str | None
    """Why it ended early: ``interrupted``, ``deadline`` or ``token budget``; None where it did not."""
    warnings: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """True where every question was decided by its rule."""
        return self.score.is_complete


async def evaluate(config: EvalConfig, *, process_started: float) -> Outcome:
    """Run an evaluation to its end, or as far as it gets.

    Args:
        process_started: ``time.monotonic()`` at the start of the process; a deadline counts from there.

    Raises:
        SolverError: the input, the configuration, the folder, the engine or the endpoints cannot be used.
    """
    mode = mode_of(config.display)
    loaded = load_problems([Path(name) for name in config.data])
    if not config.skip_bad:
        require_good(loaded)
    questions = questions_of(loaded.problems)[: config.limit]
    if not questions:
        raise UsageError("no usable question is left; mend the lines that cannot be used")
    template, rule, ensemble = load_template(config.prompt), parse_rule(config.rule), parse_ensemble(config.ensemble)
    prices = _prices(config)
    folder = config.folder
    with Store(folder) as store:
        data_digest = digest_of(questions)
        check_folder(folder, config, {"data_sha256": data_digest, "prompt_sha256": template.digest})
        _report_input(loaded, folder, mode)
        stored = {sample.key: landed_of(sample) for sample in store.samples()}
        attempt = _Attempt(folder)
        async with AsyncExitStack() as stack:
            sampler = await stack.enter_async_context(Serving(config, folder, lambda text: say(text, mode)))
            models = await sampler.models()
            plan = Plan(
                models=models,
                rule=rule,
                max_samples=config.max_samples,
                template=template,
                sampling=Sampling(
                    temperature=config.temperature,
                    top_p=config.top_p,
                    max_tokens=config.max_tokens,
                    logprobs=config.logprobs,
                    close=config.close,
                ),
                run_seed=config.seed,
                is_seeded=config.is_seeded,
                shuffle_options=config.shuffle_options,
                slots=config.slots,
                over_launch=config.over_launch,
                token_budget=config.token_budget,
                deadline=_deadline(config, process_started),
            )
            running = Running(ballots=len(questions) * len(models), started_at=time.monotonic())
            finished = {key: landed for key, landed in stored.items() if not landed.is_failed}
            scheduler = Scheduler(plan, questions, sampler, store.append, stored=finished, listener=running.on)
            say(f"{len(questions)} questions, {len(models)} model(s), rule {rule.spec}, run folder {folder}", mode)
            with _signals(scheduler, lambda: say("stopping: what has landed is kept; once more leaves at once", mode)):
                async with shown(running, lambda: Wire(sampler.in_flight, sampler.retries), mode):
                    verdicts = await scheduler.run()
            attempt.finish(running, engine_start_s=sampler.engine_start_s)
        decided = [
            ensemble.combine(verdicts[place : place + len(models)]) if len(models) > 1 else verdicts[place]
            for place in range(0, len(verdicts), len(models))
        ]
    return _write(config, loaded, questions, decided, attempt, prices, data_digest, running)


def _write(
    config: EvalConfig,
    loaded: Loaded,
    questions: Sequence[Question],
    verdicts: Sequence[Verdict],
    attempt: _Attempt,
    prices: Prices | None,
    data_digest: str,
    running: Running,
) -> Outcome:
    """Score and write the run folder's results."""
    folder = attempt.folder
    samples: dict[str, list[Sample]] = {question.id: [] for question in questions}
    for sample in read_samples(folder):
        if sample.question_id in samples:
            samples[sample.question_id].append(sample)
    per_question = [tuple(samples[question.id]) for question in questions]
    reasons = {reason for verdict in verdicts for reason in verdict.stop_reason.split(" + ")}
    stop = next((reason for reason in ("interrupted", "deadline", "token budget", "budget") if reason in reasons), None)
    total = score(
        questions,
        per_question,
        verdicts,
        timing=Timing(wall_s=attempt.total_wall_s, sampling_s=attempt.total_sampling_s),
        prices=prices,
        is_complete=stop is None and "failed" not in reasons,
    )
    results = [
        result_of(question, verdict, found)
        for question, verdict, found in zip(questions, verdicts, per_question, strict=True)
    ]
    write_atomically(folder / RESULTS, "".join(line_of(result) for result in results))
    write_atomically(folder / SUBMISSION, submission(loaded.problems, results))
    summary = {
        **total.to_json(),
        "run": str(folder),
        "models": list(dict.fromkeys(sample.model for found in per_question for sample in found)),
        "rule": config.rule,
        "prompt": config.prompt,
        "config_hash": config.digest,
        "data": [Path(name).name for name in config.data],
        "data_sha256": data_digest,
        "n_lines": loaded.lines,
        "n_rejected_lines": len(loaded.bad),
        "stopped_by": stop,
        "engine_start_s": attempt.engine_start_s,
        "attempts": attempt.count,
    }
    write_atomically(folder / SUMMARY, json.dumps(summary, ensure_ascii=False, indent=1, default=str) + "\n")
    return Outcome(folder=folder, score=total, stop=stop, warnings=tuple(_warnings(config, per_question, running)))


def submission(problems: Sequence[Problem], results: Sequence[Result], *, fill: str | None = None) -> str:
    """Return the submission file: every problem, ``answer`` null where there is none.

    Args:
        fill: a letter for questions without an answer, or None to leave them null.
    """
    answers = {result.question_id: result.answer for result in results}
    letters = {name: fill if answer is None else letter_of(answer) for name, answer in answers.items()}
    return "".join(submission_line(problem, letters) + "\n" for problem in problems)


class _Attempt:
    """The times of this attempt and, through ``attempts.jsonl``, of all earlier ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine_start_s: float | None = None
        self._began = time.monotonic()
        self._began_at = time.time()

    def finish(self, running: Running, *, engine_start_s: float | None) -> None:
        """Write this attempt's line; an attempt that drew nothing costs nothing and is not written."""
        self.engine_start_s = engine_start_s
        now = time.monotonic()
        record = {
            "started_at": self._began_at,
            "wall_s": now - self._began,
            "sampling_s": now - running.started_at - (engine_start_s or 0.0),
            "engine_start_s": engine_start_s,
            "samples": running.samples,
            "completion_tokens": running.tokens,
        }
        if running.samples or not self._lines():
            with (self.folder / ATTEMPTS).open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
                file.flush()
                os.fsync(file.fileno())

    def _lines(self) -> list[dict[str, float | None]]:
        path = self.folder / ATTEMPTS
        found = []
        for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            # A kill can leave half a line; its attempt's time is lost, its samples are not.
            try:
                found.append(json.loads(text))
            except ValueError:
                continue
        return found

    @property
    def count(self) -> int:
        """Attempts that drew samples."""
        return len(self._lines())

    @property
    def total_wall_s(self) -> float:
        """Seconds over all attempts."""
        return sum(float(line.get("wall_s") or 0.0) for line in self._lines())

    @property
    def total_sampling_s(self) -> float:
        """Seconds over all attempts, engine starts aside."""
        return sum(float(line.get("sampling_s") or 0.0) for line in self._lines())


@contextmanager
def _signals(scheduler: Scheduler, announce: Callable[[], None]) -> Iterator[None]:
    """First Ctrl-C or SIGTERM: stop issuing and finish; second: leave at once."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    asked = 0

    def on_signal() -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            announce()
            scheduler.stop("interrupted")
        elif task is not None:
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _deadline(config: EvalConfig, process_started: float) -> float | None:
    if config.deadline_s is None:
        return None
    # The loop's clock is time.monotonic() on every platform that vLLM runs on.
    return process_started + max(config.deadline_s - RESERVE_S, config.deadline_s / 2)


def _prices(config: EvalConfig) -> Prices | None:
    if config.price_prompt is None and config.price_completion is None:
        return None
    try:
        return Prices(
            prompt_per_million=Decimal(config.price_prompt or "0"),
            completion_per_million=Decimal(config.price_completion or "0"),
            currency=config.currency,
        )
    except InvalidOperation as error:
        raise UsageError("prices are decimal numbers for a million tokens, for example 0.15") from error


def _report_input(loaded: Loaded, folder: Path, mode: Mode) -> None:
    for fault in loaded.odd:
        say(f"note: {fault}", mode)
    if loaded.bad:
        lines = [json.dumps({**dataclasses.asdict(fault)}, ensure_ascii=False) + "\n" for fault in loaded.bad]
        write_atomically(folder / REJECTS, "".join(lines))
        say(f"{len(loaded.bad)} of {loaded.lines} lines rejected, see {folder / REJECTS}", mode)


def _warnings(config: EvalConfig, samples: Sequence[Sequence[Sample]], running: Running) -> Iterator[str]:
    several = [found for found in samples if len(found) > 1]
    same = sum(len({sample.text for sample in found}) == 1 for found in several)
    if several and same > len(several) / 2 and config.temperature > 0:
        yield (
            f"all samples of {same} of {len(several)} questions are identical: the server seems to use one fixed seed, "
            "so voting buys nothing"
        )
    if running.failed:
        first = next((sample.error for found in samples for sample in found if sample.error), "no reason given")
        yield f"{running.failed} samples failed in this attempt; the first said: {first}"


def load_summary(folder: Path) -> Mapping[str, object]:
    """Read a run folder's summary.

    Raises:
        SolverError: it is missing or unreadable.
    """
    try:
        found: Mapping[str, object] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SolverError(f"{folder}: holds no readable {SUMMARY} ({error}); has the run finished?") from error
    return found
