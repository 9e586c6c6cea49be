"""Who trains a run of practice: our own loop, or trl's trainer. One seam, one recipe, one run folder, one report."""

from __future__ import annotations

from typing import Any, Protocol

from train.grpo.grpo import PreparedPractice


class Loop(Protocol):
    """Trains, and writes adapter, report and picture; goes on from the last checkpoint in the run's folder."""

    def __call__(
        self, ready: PreparedPractice, *, use_cpu: bool = False, launch: str = "", minutes: float | None = None
    ) -> dict[str, Any]:
        """Train.

        Args:
            use_cpu: also where there is a GPU.
            launch: the command that starts several processes, for an error message.
            minutes: training time over all calls, after which the run ends with the adapter that it has.

        Returns:
            The report; ``done`` is False where a signal ended the run early.

        Raises:
            TrainError: the folder holds another run, or what is asked for cannot run here.
        """
        ...


def loop_of(kind: str) -> Loop:
    """Return the loop that a recipe names; torch is imported here."""
    if kind == "trl":
        from train.lora.run import train_adapter

        return train_adapter
    from train.grpo.loop.practice import practise

    return practise
