"""``harness eval``: problems in, samples drawn and kept, verdicts, scores and a run folder out.

What the run folder holds: ``harness.run.folder``. The same command continues a run; a finished one is only scored
again, without starting an engine.
"""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from harness.run.config import EvalConfig, asked_models, check_folder
from harness.run.data import load_data
from harness.run.elapsed import Attempt, spent
from harness.run.folder import RunFolder
from harness.run.live.state import Running
from harness.run.live.view import Wire, line, render
from harness.run.partial_submission import Letters, letters_of, period_s, write_submission
from harness.run.serving import backend_of
from harness.scoring.results import line_of
from harness.scoring.score import Prices, Score, Timing, score
from solver.backends.backend import OpenBackend
from solver.base.display.live import Mode, mode_of, say, shown
from solver.base.display.theme import glyphs_of
from solver.base.errors import UsageError
from solver.base.files import write_atomically, write_json, write_json_lines
from solver.base.signals import Interrupts
from solver.problems.jsonl import Loaded, digest_of, questions_of, require_good
from solver.problems.prompt import load_template
from solver.problems.question import Question
from solver.sampling.sample import Sample, Status, lean
from solver.scheduling.direct_fallback import DirectFallback
from solver.scheduling.outcome import EARLY_STOPS, Outcome
from solver.scheduling.solve import Solving
from solver.scheduling.store import Store

_NAMED = 5
"""Questions named in a warning."""
SUSPICIOUS_SHARE = 0.95
"""Share of questions whose samples are all the same from which the user is warned. A sure model repeats itself on many
questions (6 % for the embedded one at temperature 0.7, 889 questions), a server with one fixed seed on all."""
RESERVE_S = 5.0
"""Seconds kept back from a deadline for deciding and writing."""
RESERVE_PER_QUESTION_S = 0.002
"""As above; scoring and writing took 0.4 ms a question with three samples on a loaded core (5,000 questions)."""
RESERVE_ENGINE_S = 6.0
"""As above, for stopping an engine of our own: the process is over by then, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What an evaluation came to."""

    folder: Path
    score: Score
    stop: str | None
    """Why it ended early, one of ``EARLY_STOPS``; None where it did not."""
    warnings: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """True where every question was decided by its rule."""
        return self.score.is_complete


async def evaluate(config: EvalConfig, *, process_started: float) -> Evaluation:
    """Run an evaluation to its end, or as far as it gets.

    Args:
        process_started: ``time.monotonic()`` at the start of the process; a deadline counts from there.

    Raises:
        SolverError: the input, the configuration, the folder, the engine or the endpoints cannot be used.
    """
    mode = mode_of(config.display)
    with Interrupts(lambda: say("stopping: what has landed is kept; once more leaves at once", mode)) as interrupts:
        loaded = load_data(config.data, mapping=config.map, tell=lambda text: say(text, mode))
        if not config.skip_bad:
            require_good(loaded)
        questions = questions_of(loaded.problems)[: config.limit]
        if not questions:
            raise UsageError("no usable question is left; mend the lines that cannot be used")
        prices, folder = _prices(config), config.folder
        template = load_template(config.sampling.prompt)
        with Store(folder) as store:
            facts = {"data_sha256": digest_of(questions), "prompt_sha256": template.digest}
            check_folder(folder, config, facts)
            _report_input(loaded, folder, mode)
            attempt = Attempt(folder)
            running = Running(ballots=0, started_at=time.monotonic())

            def enter(phase: str) -> None:
                running.enter(phase, time.monotonic())

            async with backend_of(config, folder, lambda text: say(text, mode), enter) as sampler:
                # A run that asks for what the endpoint serves stays with what that was at its beginning.
                models = asked_models(folder) or config.sampling.models or await sampler.default_models()
                check_folder(folder, config, {**facts, "asked_models": models})
                sampler.expected = models
                settings = config.sampling.replaced(models=models, over_launch=config.ahead)
                deadline = _deadline(config, process_started, len(questions))
                running.ballots = len(questions) * len(models)

                async def keep(samples: Sequence[Sample]) -> None:
                    attempt.begin(engine_start_s=sampler.start_s)
                    await store.append(samples)

                solving = Solving(
                    questions,
                    settings,
                    sampler,
                    template=template,
                    stored=store.samples(is_ordered=False),
                    keep=keep,
                    held=lean,
                    listener=running.on,
                    deadline=deadline,
                    fallback=None if deadline is None else DirectFallback.of(settings),
                    failure=sampler.failure,
                )
                interrupts.finish = lambda: solving.stop("interrupted")
                rule = settings.stopping_rule.spec
                say(f"{len(questions)} questions, {len(models)} model(s), rule {rule}, run folder {folder}", mode)

                def wire() -> Wire:
                    return Wire(sampler.stats.in_flight, sampler.stats.retries)

                def write_interim() -> None:
                    letters = letters_of(questions, solving.verdicts_now(), is_filled=config.is_filled)
                    write_submission(RunFolder(folder).submission, loaded.problems, letters)

                async with (
                    shown(
                        mode,
                        line=lambda now: line(running, wire(), now),
                        panel=lambda now, width: render(running, wire(), now, width, glyphs_of(os.environ)),
                    ),
                    _repeated(write_interim, config.deadline_s),
                ):
                    with _long_lived():
                        outcomes = await solving.run()
                if solving.failed is not None:
                    say(str(solving.failed), mode)
                attempt.finish(samples=running.samples, completion_tokens=running.tokens)
                # Before the engine is stopped, which takes seconds that a deadline may not have.
                return _write(config, loaded, questions, outcomes, folder, prices, models, running, sampler)


def _write(
    config: EvalConfig,
    loaded: Loaded,
    questions: Sequence[Question],
    outcomes: Sequence[Outcome],
    folder: Path,
    prices: Prices | None,
    models: Sequence[str],
    running: Running,
    sampler: OpenBackend,
) -> Evaluation:
    """Score and write the run folder's results."""
    verdicts = [outcome.verdict for outcome in outcomes]
    reasons = frozenset[str]().union(*(outcome.stop_reasons for outcome in outcomes))
    stop = next((reason for reason in EARLY_STOPS if reason in reasons), None)
    time_spent = spent(folder, (sample.finished_at for outcome in outcomes for sample in outcome.samples))
    total = score(
        questions,
        [outcome.samples for outcome in outcomes],
        verdicts,
        timing=Timing(wall_s=time_spent.wall_s, sampling_s=time_spent.sampling_s),
        prices=prices,
        is_complete=all(outcome.is_complete for outcome in outcomes),
    )
    write_atomically(RunFolder(folder).results, "".join(map(line_of, outcomes)))
    letters = letters_of(questions, verdicts, is_filled=config.is_filled)
    write_submission(RunFolder(folder).submission, loaded.problems, letters)
    summary = {
        **total.to_json(),
        "run": str(folder),
        "models": list(models),
        "rule": config.sampling.rule,
        "prompt": config.sampling.prompt,
        "config_hash": config.digest,
        "data": [Path(name).name for name in config.data],
        "data_sha256": digest_of(questions),
        "n_lines": loaded.lines,
        "n_rejected_lines": len(loaded.bad),
        "distinct_per_question": sum(outcome.distinct for outcome in outcomes) / len(outcomes),
        "stopped_by": stop,
        "n_filled": letters.filled,
        "engine_start_s": sampler.start_s,
        "attempts": time_spent.attempts,
    }
    write_json(RunFolder(folder).summary, summary)
    warnings = (*_warnings(config, outcomes, running), *_guesses(letters))
    return Evaluation(folder=folder, score=total, stop=stop, warnings=warnings)


@contextmanager
def _long_lived() -> Iterator[None]:
    """Take what is there now, above all the questions and their ballots, out of the garbage collector's sight.

    It looks at old objects only once they have grown by a quarter. With 144,000 questions that let the remains of
    failed requests (exceptions and frames that refer to each other) pile up: 12 MiB in four minutes, and now 2.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@asynccontextmanager
async def _repeated(write: Callable[[], None], deadline_s: float | None) -> AsyncIterator[None]:
    """Write the submission now and again while the block lasts, where there is a deadline."""
    if deadline_s is None:
        yield
        return

    async def again() -> None:
        while True:
            write()
            await asyncio.sleep(period_s(deadline_s))

    async with asyncio.TaskGroup() as group:
        task = group.create_task(again())
        try:
            yield
        finally:
            task.cancel()


def _deadline(config: EvalConfig, process_started: float, n_questions: int) -> float | None:
    if config.deadline_s is None:
        return None
    reserve_s = RESERVE_S + RESERVE_PER_QUESTION_S * n_questions + (0 if config.backend.endpoints else RESERVE_ENGINE_S)
    # The loop's clock is time.monotonic() on every platform that vLLM runs on.
    return process_started + max(config.deadline_s - reserve_s, config.deadline_s / 2)


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
        write_json_lines(RunFolder(folder).rejects, map(dataclasses.asdict, loaded.bad))
        say(f"{len(loaded.bad)} of {loaded.lines} lines rejected, see {RunFolder(folder).rejects}", mode)


def _guesses(letters: Letters) -> Iterator[str]:
    if letters.filled:
        yield f"{letters.filled} questions have no answer; the submission guesses theirs (--no-fill leaves null)"


def _warnings(config: EvalConfig, outcomes: Sequence[Outcome], running: Running) -> Iterator[str]:
    several = [outcome for outcome in outcomes if len(outcome.samples) > 1]
    same = sum(outcome.distinct == 1 for outcome in several)
    if several and same >= SUSPICIOUS_SHARE * len(several) and config.sampling.temperature > 0:
        yield (
            f"all samples of {same} of {len(several)} questions are identical: the server seems to use one fixed seed, "
            "so voting buys nothing"
        )
    if running.failed:
        failed = [one for outcome in outcomes for one in outcome.samples if one.status is Status.FAILED]
        ids = list(dict.fromkeys(one.question_id for one in failed))
        names = ", ".join(ids[:_NAMED]) + (" …" if len(ids) > _NAMED else "")
        first = next((one.error for one in failed if one.error), "no reason given")
        yield f"{running.failed} samples failed in this attempt, of {names}; the first said: {first}"
