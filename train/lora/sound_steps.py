"""What trl's trainers lack: a step whose loss or gradient is not finite is not taken (``train.finite_steps``), and a
run that began with an adapter goes on with what it learned."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from solver.base.display.printing import tell
from train.finite_steps import MISSED, FiniteSteps, gradient_norm
from train.lora.callbacks import any_process


def missed_of(history: Iterable[Mapping[str, Any]]) -> int:
    """Return how many steps were not taken, over all calls of a run."""
    return max((int(line.get(MISSED, 0)) for line in history), default=0)


class SoundSteps:
    """Stands before a trainer's class among the bases of ours.

    transformers counts a loss that is not a number as the mean of those before it
    (``logging_nan_inf_filter``), which shows as a loss of hundreds, then as 0; its log is put right here.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.steps = FiniteSteps()
        self._losses: list[Any] = []
        """Of the passes of this step, as they are."""
        self._counted: list[bool] = []
        """Of the steps since the last line: taken or not."""
        self._norm = 0.0

    def _load_from_checkpoint(self: Any, resume_from_checkpoint: str, model: Any = None) -> None:
        """Load the adapter that trains as well where a frozen one lies in a folder of its own.

        transformers (5.17 to 5.19) then loads what is in folders alone, and a run would go on from its beginning.
        """
        super()._load_from_checkpoint(resume_from_checkpoint, model)  # type: ignore[misc]
        if (Path(resume_from_checkpoint) / "ref").is_dir():
            (self.model if model is None else model).load_adapter(resume_from_checkpoint, "default", is_trainable=True)

    def training_step(self: Any, *args: Any, **more: Any) -> Any:
        """Run a pass; with the last one of a step, drop the gradients where anything is not finite.

        Returns:
            What counts for the mean of the log: 0 in all for a step that is not taken.
        """
        loss = super().training_step(*args, **more)  # type: ignore[misc]  # the trainer's, behind this class
        self._losses.append(loss)
        if not self.accelerator.sync_gradients:
            return loss.nan_to_num(0.0, 0.0, 0.0)
        losses, self._losses = self._losses, []
        model = args[0]
        value, self._norm = float(sum(losses)), gradient_norm(model.parameters())
        is_finite = not any_process(not (math.isfinite(value) and math.isfinite(self._norm)), self.args)
        # Another process's numbers: this one's part goes with them.
        is_taken = self.steps.take(self.state.global_step + 1, value if is_finite else math.nan, self._norm)
        self._counted.append(is_taken)
        if is_taken:
            return loss
        if self.is_world_process_zero():
            tell(self.steps.told)
        model.zero_grad(set_to_none=True)
        self.control.should_log = True
        if self.steps.is_lost:
            self.control.should_training_stop = True
            self.control.should_save = bool(self.steps.taken)
        return -sum(one.nan_to_num(0.0, 0.0, 0.0) for one in losses[:-1]) + loss.new_zeros(())

    def log(self: Any, logs: dict[str, Any], *args: Any, **more: Any) -> None:
        """Write a line; its loss is the mean of the steps that were taken."""
        if "loss" in logs:
            steps, self._counted = self._counted, []
            logs[MISSED] = missed_of(self.state.log_history) + steps.count(False)
            if False in steps:
                logs["loss"] = logs["loss"] * len(steps) / steps.count(True) if True in steps else math.nan
                if not steps[-1] and "grad_norm" in logs:
                    logs["grad_norm"] = self._norm
        super().log(logs, *args, **more)  # type: ignore[misc]  # likewise
