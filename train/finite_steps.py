"""Steps whose loss or gradient is not finite: they are not taken, they are counted, and several in a row end a run.

One number that is not finite in a gradient makes every weight so for good, since all gradients are scaled by their
common norm. A step that is left out costs its rows; weights and the optimiser's state stay as they were.

>>> steps = FiniteSteps()
>>> steps.take(1, 0.5, 2.0), steps.take(2, 0.5, float("nan")), steps.missed
(True, False, 1)
>>> steps.told
'step 2 is not taken, the weights stay as they were: loss 0.5000, gradient norm nan'
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solver.base.display.figures import counted
from train.errors import DivergedError

MOST_IN_A_ROW = 5
"""So many steps without one that can be taken end a run. A kernel or a row that fails now and then takes single steps:
where it is one step in ten, five in a row are one in 100,000. What stays broken is seen before five steps are lost."""
MISSED = "steps_not_taken"
"""Name of the count in lines of figures and in reports."""


@dataclass(slots=True)
class FiniteSteps:
    """Which steps of a run can be taken."""

    missed: int = 0
    """Steps that were not taken."""
    in_a_row: int = 0
    """Those of them since the last one that was."""
    taken: int = 0
    """Steps that were taken in this call."""
    told: str = ""
    """What is said of the last step that was not taken."""

    def take(self, step: int, loss: float, norm: float) -> bool:
        """Tell whether a step can be taken, and count it.

        Args:
            step: its number, from 1.
            norm: of the gradient, before it is clipped.
        """
        if math.isfinite(loss) and math.isfinite(norm):
            self.in_a_row, self.taken = 0, self.taken + 1
            return True
        self.missed, self.in_a_row = self.missed + 1, self.in_a_row + 1
        self.told = (
            f"step {step} is not taken, the weights stay as they were: loss {loss:.4f}, gradient norm {norm:.4f}"
        )
        return False

    @property
    def is_lost(self) -> bool:
        """Whether the run is to end: no step can be taken any more."""
        return self.in_a_row >= MOST_IN_A_ROW

    def error(self, kept: Path | None, advice: str) -> DivergedError:
        """Return what to raise where a run is lost.

        Args:
            kept: the checkpoint with the weights of the last step that was taken.
            advice: which settings to change.
        """
        left = (
            f"The weights from before are kept in {kept}, and the same command goes on from there"
            if kept is not None
            else "No step could be taken at all, so look at the base and at the first rows too"
        )
        row = counted(self.in_a_row, "step")
        return DivergedError(
            f"{row} in a row gave numbers that are not finite; the last: {self.told}. {left}. Against it: {advice}"
        )


def gradient_norm(parameters: Iterable[Any]) -> float:
    """Return the norm of all gradients together, of this process's part where they are spread over several."""
    import torch

    # A gradient that is spread over processes holds its own part.
    found = [getattr(grad, "_local_tensor", grad) for one in parameters if (grad := one.grad) is not None]
    if not found:
        return 0.0
    return float(torch.linalg.vector_norm(torch.stack([part.float() for part in torch._foreach_norm(found)])))
