"""GPTQ's packed tensors: back to plain weights, for measuring without any engine's kernels.

A layer [out, in] is stored as ``qweight`` [in * bits / 32, out], ``qzeros`` [groups, out * bits / 32], ``scales``
[groups, out] and ``g_idx`` [in] (the group of each input). Integers lie lowest bits first; stored zeros are one too
small, a habit of the first GPTQ code that the format keeps (``checkpoint_format`` ``gptq_v2`` does not).
"""

from __future__ import annotations

from typing import Any

PARTS = ("qweight", "qzeros", "scales", "g_idx")
"""Suffixes of a packed layer's tensors."""


def packed_layers(names: Any) -> tuple[str, ...]:
    """Return the names of the packed layers among tensor names, in order.

    >>> packed_layers(["a.q.qweight", "a.q.scales", "a.norm.weight"])
    ('a.q',)
    """
    return tuple(name.removesuffix(".qweight") for name in names if name.endswith(".qweight"))


def unpacked(packed: Any, bits: int, *, along: int) -> Any:
    """Spread the integers of int32 words along a dimension, lowest bits first.

    Args:
        packed: int32 tensor [rows, columns].
        along: 0 or 1, the dimension that grows by 32 / bits.
    """
    import torch

    shifts = torch.arange(0, 32, bits, dtype=torch.int32, device=packed.device)
    if along == 0:
        spread = packed.unsqueeze(1) >> shifts.view(1, -1, 1)
        return (spread & (2**bits - 1)).reshape(-1, packed.shape[1])
    spread = packed.unsqueeze(2) >> shifts.view(1, 1, -1)
    return (spread & (2**bits - 1)).reshape(packed.shape[0], -1)


def weight_of(parts: dict[str, Any], *, bits: int, is_v2: bool = False) -> Any:
    """Return a layer's weight [out, in] in float32.

    Args:
        parts: the layer's tensors by the names in ``PARTS``.
        is_v2: zeros are stored as they are.
    """
    whole = unpacked(parts["qweight"], bits, along=0)
    zeros = unpacked(parts["qzeros"], bits, along=1) + (0 if is_v2 else 1)
    groups = parts["g_idx"].long()
    return ((whole - zeros[groups]).float() * parts["scales"].float()[groups]).T.contiguous()
