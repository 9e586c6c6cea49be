"""Questions answered to the end without interaction: backend, Ctrl-C and progress bar around
``solver.scheduling.solve``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from solver.backends.backend import Backend
from solver.base.display.printing import tell
from solver.base.display.progress import bar
from solver.base.signals import Interrupts
from solver.commands.options import Asking
from solver.problems.question import Question
from solver.scheduling.solve import CANCELLED, Concluded, Solved, SolveEvent, Solving


async def answer_all(
    config: Asking,
    questions: Sequence[Question],
    concluded: Callable[[Solved], bool],
) -> tuple[tuple[Solved, ...], bool]:
    """Solve all questions.

    Args:
        config: where samples come from, and how they are drawn.
        concluded: told of every outcome as it comes; returns False where nothing more is wanted.

    Returns:
        The outcomes in the order of the questions, and whether the user cut it short.

    Raises:
        SolverError: there is no model to ask.
        asyncio.CancelledError: the user left before there was anything to decide on.
    """
    told, concluded_so_far = "", 0

    def talk(phase: str, elapsed_s: float) -> None:
        nonlocal told
        if phase != told:
            told = phase
            tell(f"engine: {phase} ({elapsed_s:.0f} s)")

    with Interrupts() as interrupts, bar("questions", len(questions)) as tick:
        async with Backend(config.source, talk=talk) as backend:
            settings = config.sampling.asking(backend.models[:1])

            def on(event: SolveEvent) -> None:
                nonlocal concluded_so_far
                if isinstance(event, Concluded):
                    concluded_so_far += 1
                    tick(concluded_so_far)
                    if not concluded(event.solved):
                        solving.stop()

            solving = Solving(questions, settings, backend.sampler, listener=on)
            interrupts.finish = solving.stop
            found = await solving.run()
    return found, any(solved.verdict.stop_reason == CANCELLED for solved in found)
