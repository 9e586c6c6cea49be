"""A device, or the machine, whose memory is full: no bug, but one error that says who has it and what takes less.

>>> Card(total=140 * GIB, free=1 * GIB, own=60 * GIB).told
'of 140.0 GiB of the GPU this process holds 60.0, others hold 79.0, 1.0 are free'
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from solver.base.errors import is_full_memory
from train.errors import FullMemoryError
from train.model_files import available_memory

GIB = 2**30


class Card(NamedTuple):
    """The memory of a GPU now, in bytes."""

    total: int
    free: int
    own: int
    """Held by this process."""

    @property
    def others(self) -> int:
        """Held by other processes."""
        return max(0, self.total - self.free - self.own)

    @property
    def told(self) -> str:
        """Say who holds it."""
        total, free, own, others = (one / GIB for one in (self.total, self.free, self.own, self.others))
        return (
            f"of {total:.1f} GiB of the GPU this process holds {own:.1f}, others hold {others:.1f}, {free:.1f} are free"
        )


def card_now() -> Card | None:
    """Return the memory of the GPU in use; None where there is none."""
    import torch

    if not torch.cuda.is_available():
        return None
    free, total = torch.cuda.mem_get_info()
    return Card(total, free, torch.cuda.memory_reserved())


@contextmanager
def told_where_full(advice: str, kept: Callable[[], Path | None] = lambda: None) -> Iterator[None]:
    """Turn an error of full memory inside the body into ours.

    Args:
        advice: which settings take less.
        kept: returns the checkpoint that the same command goes on from.

    Raises:
        FullMemoryError: memory was full.
    """
    try:
        yield
    except Exception as error:
        if not is_full_memory(error):
            raise
        card = card_now()
        if card is not None and not isinstance(error, MemoryError):
            has = f"the GPU's memory is full: {card.told}"
        else:
            free = available_memory()
            left = "" if free is None else f": {free / GIB:.1f} GiB are available"
            has = f"the machine's memory is full{left} ({str(error).splitlines()[0] if str(error) else 'no more said'})"
        place = kept()
        goes_on = "the same command goes on from there once there is room, or with what takes less"
        left = "" if place is None else f". {place} is kept, and {goes_on}"
        raise FullMemoryError(f"{has}. What takes less: {advice}; or end other processes there{left}") from error
