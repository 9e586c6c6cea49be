"""``harness eval``: problems in, samples drawn and kept, verdicts, scores and a run folder out.

What the run folder holds: ``harness.run.folder``. The same command continues a run; a finished one is only scored
again, without starting an engine.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from harness.run.attempt_log import Attempt
from harness.run.config import EvalConfig
from harness.run.live.state import Running
from harness.run.live.view import shown
from harness.run.outputs import Evaluation, check_that_something_came, write_outputs
from harness.run.partial_submission import kept_up_to_date
from harness.run.pilot import pilot_samples
from harness.run.run import run_of
from harness.run.serving import backend_of
from solver.base.display.figures import counted
from solver.base.display.live import Screen
from solver.base.signals import Interrupts
from solver.sampling.sample import Sample, lean
from solver.scheduling.solve import Solving
from solver.scheduling.store import Store

_STOPPING = "stopping: what has landed is kept; once more leaves at once"


async def evaluate(config: EvalConfig, *, process_started: float) -> Evaluation:
    """Run an evaluation to its end, or as far as it gets.

    Args:
        process_started: ``time.monotonic()`` at the start of the process; a deadline counts from there.

    Raises:
        SolverError: the input, the configuration, the folder, the engine or the endpoints cannot be used.
    """
    screen = Screen(config.display)
    with Interrupts(lambda: screen.say(_STOPPING)) as interrupts:
        run = run_of(config, screen, process_started=process_started)
        with Store(run.folder.path) as store:
            run.claim(has_samples=not store.is_empty)
            if config.from_forecast is not None:
                await store.append(pilot_samples(Path(config.from_forecast), run.folder.path))
            attempt, running = Attempt(run.folder), Running()
            async with backend_of(run, running) as backend:
                settings = await run.settings_for(backend)

                async def keep(samples: Sequence[Sample]) -> None:
                    attempt.begin(engine_start_s=backend.start_s)
                    await store.append(samples)

                solving = Solving(
                    run.questions,
                    settings,
                    backend,
                    template=run.template,
                    stored=store.samples(is_ordered=False),
                    keep=keep,
                    held=lean if settings.policy is None else _lean_with_confidence,
                    listener=running.on,
                    deadline=run.deadline,
                    failure=backend.failure,
                )
                interrupts.finish = lambda: solving.stop("interrupted")
                running.begin(len(run.questions) * len(settings.models), backend.stats)
                counts = f"{counted(len(run.questions), 'question')}, {counted(len(settings.models), 'model')}"
                screen.say(f"{counts}, {settings.what_decides}, run folder {run.folder.path}")
                if run.limits:
                    screen.say(run.limits)
                if run.other_rules:
                    screen.say(run.other_rules)
                async with shown(running, screen), kept_up_to_date(run, solving.verdicts_now):
                    with _long_lived():
                        outcomes = await solving.run()
                    check_that_something_came(outcomes)
                if solving.failed is not None:
                    screen.say(str(solving.failed))
                attempt.finish(samples=running.samples, completion_tokens=running.tokens)
                # Before the engine is stopped, which takes seconds that a deadline may not have.
                return write_outputs(run, outcomes, n_failed=running.failed, engine_start_s=backend.start_s)


def _lean_with_confidence(sample: Sample) -> Sample:
    """Make a sample small but for what an allocation weighs it by."""
    return replace(lean(sample), letter_logprob=sample.letter_logprob)


@contextmanager
def _long_lived() -> Iterator[None]:
    """Take what is there now, above all the questions and their votes, out of the garbage collector's sight.

    It looks at old objects only once they have grown by a quarter. With 144,000 questions that let the remains of
    failed requests (exceptions and frames that refer to each other) pile up: 12 MiB in four minutes, and now 2.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
