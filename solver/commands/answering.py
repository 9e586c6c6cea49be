"""Questions answered to the end without interaction: backend, Ctrl-C and progress bar around
``solver.scheduling.solve``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from solver.backends.backend import open_backend
from solver.backends.protocol import Listener, each_once
from solver.base.cli import PRINTED
from solver.base.display.figures import counted
from solver.base.display.printing import tell
from solver.base.display.progress import bar
from solver.base.errors import Interrupted, LogicVoteError
from solver.base.signals import Interrupts
from solver.commands.options import Asking
from solver.problems.question import Question
from solver.scheduling.outcome import CANCELLED, Outcome
from solver.scheduling.solve import Concluded, SolveEvent, Solving


class Answered(NamedTuple):
    """What came of it."""

    outcomes: tuple[Outcome, ...]
    """In the order of the questions."""
    is_cut_short: bool
    """By the user."""
    failure: LogicVoteError | None
    """Why the engine could not go on, where it could not."""

    def checked(self) -> int:
        """Return the exit code.

        Raises:
            Interrupted: the user cut it short.
            LogicVoteError: the engine died.
        """
        if self.is_cut_short:
            raise Interrupted(PRINTED)
        if self.failure is not None:
            raise self.failure
        failed = [outcome for outcome in self.outcomes if "failed" in outcome.stop_reasons]
        if failed:
            tell(f"solver: {counted(len(failed), 'question')} failed; {failed[0].question_id}: {failed[0].error}")
        return 1 if failed or any(outcome.answer is None for outcome in self.outcomes) else 0


async def answer_all(
    config: Asking,
    questions: Sequence[Question],
    concluded: Callable[[Outcome], bool] = lambda outcome: True,
) -> Answered:
    """Solve all questions.

    Args:
        config: where samples come from, and how they are drawn.
        concluded: told of every outcome as it comes; returns False where nothing more is wanted.

    Raises:
        SolverError: there is no model to ask.
        asyncio.CancelledError: the user left before there was anything to decide on.
    """
    concluded_so_far, sampling = 0, config.sampling
    listener = Listener(say=tell, progress=each_once(tell))
    with Interrupts() as interrupts:
        async with open_backend(
            config.backend, slots=sampling.max_concurrency, models=sampling.models, listener=listener
        ) as backend:
            await backend.open()
            settings = sampling.asking(await backend.default_models())

            def on(event: SolveEvent) -> None:
                nonlocal concluded_so_far
                if isinstance(event, Concluded):
                    concluded_so_far += 1
                    tick(concluded_so_far)
                    if not concluded(event.outcome):
                        solving.stop()

            solving = Solving(questions, settings, backend, listener=on, failure=backend.failure)
            interrupts.finish = solving.stop
            # Only now: the engine's start says nothing of how long the questions take.
            with bar("questions", len(questions)) as tick:
                found = await solving.run()
    return Answered(found, any(CANCELLED in outcome.stop_reasons for outcome in found), solving.failed)
