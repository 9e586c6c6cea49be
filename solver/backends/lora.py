"""The rank of LoRA adapters: what an engine must be started with, read from their folders.

An engine sets memory aside for as many adapters as it serves, each of the largest rank it is told: too large a rank
costs KV cache (a rank of 64 instead of 16 takes 0.8 GiB more for each adapter of a 32 B model).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from solver.base.display.printing import command_line
from solver.base.errors import UsageError
from solver.base.foreign_files import object_of

RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""What vLLM accepts (``MaxLoRARanks`` in vllm/config/lora.py, 0.24 and 0.32)."""


def rank_of(folder: Path) -> int:
    """Return the largest rank in an adapter, from its ``adapter_config.json``.

    Raises:
        UsageError: the file cannot be read or tells no rank.
    """
    path = folder / "adapter_config.json"
    try:
        config = object_of(path)
        return max(int(config["r"]), *(int(rank) for rank in (config.get("rank_pattern") or {}).values()), 1)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise UsageError(f"{path} tells no rank ({error}); give the folder that training wrote") from error


def served_rank(ranks: Iterable[int]) -> int:
    """Return the smallest rank that an engine can be started with and that holds all of these.

    Raises:
        UsageError: one is larger than vLLM serves.

    >>> served_rank([8, 12])
    16
    """
    largest = max(ranks)
    found = next((rank for rank in RANKS if rank >= largest), None)
    if found is None:
        raise UsageError(
            f"an adapter has rank {largest}, more than the {RANKS[-1]} that vLLM serves; "
            f"merge it first: {command_line('train', 'merge', 'ADAPTER', '--out', 'MODEL')}"
        )
    return found
