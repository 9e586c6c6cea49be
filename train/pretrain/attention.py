"""Attention over packed documents: three kernels for one function, and the test that picks one.

* ``varlen``: PyTorch's binding of FlashAttention (``torch.nn.attention.varlen``, torch 2.10 on, CUDA, 16-bit floats).
* ``flex``: ``torch.nn.attention.flex_attention`` with a block mask; compiled; the fallback on CUDA.
* ``dense``: one boolean mask over the whole batch; the reference, and what the CPU uses on small batches.

A kernel is chosen by running it, forward and backward, against ``dense`` in float32 (``choose``).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from solver.base.display.printing import tell
from train.errors import KernelError

Kernel = Callable[[Tensor, Tensor, Tensor, Tensor, Any, int], Tensor]
"""(q, k, v, cu_seqlens, mask, longest) -> output; q (tokens, heads, width), k and v (tokens, kv_heads, width)."""
try:
    from torch.nn.attention.varlen import varlen_attn as _VARLEN
except ImportError:
    _VARLEN = None
_KEYWORDS = frozenset(inspect.signature(_VARLEN).parameters) if _VARLEN is not None else frozenset()
_TOLERANCE = 2e-2
"""Relative error allowed to bf16 kernels (bf16 operands land between 1e-3 and 1e-2)."""


def _grouped(q: Tensor, kv: Tensor) -> Tensor:
    return kv.repeat_interleave(q.shape[1] // kv.shape[1], dim=1)


def dense(q: Tensor, k: Tensor, v: Tensor, cu_seqlens: Tensor, mask: Any, longest: int) -> Tensor:
    """Attend through a boolean mask of shape (tokens, tokens); memory grows with tokens squared."""
    k, v = _grouped(q, k), _grouped(q, v)
    out = F.scaled_dot_product_attention(
        q.transpose(0, 1)[None], k.transpose(0, 1)[None], v.transpose(0, 1)[None], attn_mask=mask
    )
    return out[0].transpose(0, 1)


def varlen(q: Tensor, k: Tensor, v: Tensor, cu_seqlens: Tensor, mask: Any, longest: int) -> Tensor:
    """Attend with FlashAttention, grouped heads done by the kernel."""
    if _VARLEN is None:
        raise NotImplementedError("this torch has no torch.nn.attention.varlen")
    return _VARLEN(q, k, v, cu_seqlens, cu_seqlens, longest, longest, **_causal(q.shape[1] != k.shape[1]))


def varlen_expanded(q: Tensor, k: Tensor, v: Tensor, cu_seqlens: Tensor, mask: Any, longest: int) -> Tensor:
    """Attend with FlashAttention, keys and values repeated for each query head first."""
    return varlen(q, _grouped(q, k).contiguous(), _grouped(q, v).contiguous(), cu_seqlens, mask, longest)


def _causal(is_grouped: bool) -> dict[str, Any]:
    # torch 2.10 has is_causal; 2.11 has window_size instead; 2.12 adds enable_gqa and insists on it.
    keywords: dict[str, Any] = {"window_size": (-1, 0)} if "window_size" in _KEYWORDS else {"is_causal": True}
    if is_grouped and "enable_gqa" in _KEYWORDS:
        keywords["enable_gqa"] = True
    return keywords


def flex(q: Tensor, k: Tensor, v: Tensor, cu_seqlens: Tensor, mask: Any, longest: int) -> Tensor:
    """Attend with flex_attention; ``mask`` is its block mask."""
    from torch.nn.attention.flex_attention import flex_attention

    out = flex_attention(
        q.transpose(0, 1)[None], k.transpose(0, 1)[None], v.transpose(0, 1)[None], block_mask=mask, enable_gqa=True
    )
    return out[0].transpose(0, 1)


KERNELS: dict[str, Kernel] = {
    "varlen": varlen,
    "varlen_expanded": varlen_expanded,
    "flex": flex,
    "dense": dense,
}


def document_of(cu_seqlens: Tensor, tokens: int) -> Tensor:
    """Return for each place the index of its document, shape (tokens,)."""
    places = torch.arange(tokens, device=cu_seqlens.device, dtype=cu_seqlens.dtype)
    return torch.searchsorted(cu_seqlens, places, right=True)


def mask_for(kernel: str, cu_seqlens: Tensor, tokens: int) -> Any:
    """Return the mask that a kernel needs: None for FlashAttention, which reads ``cu_seqlens``."""
    if kernel.startswith("varlen"):
        return None
    document = document_of(cu_seqlens, tokens)
    if kernel == "dense":
        places = torch.arange(tokens, device=cu_seqlens.device)
        return (document[:, None] == document[None, :]) & (places[:, None] >= places[None, :])
    from torch.nn.attention.flex_attention import create_block_mask

    def is_seen(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return (document[query] == document[key]) & (query >= key)

    # Compiled, because otherwise it writes out all tokens x tokens pairs.
    return create_block_mask(is_seen, None, None, tokens, tokens, device=str(cu_seqlens.device), _compile=True)


def disagreement(kernel: str, *, heads: int, kv_heads: int, width: int, device: str, seed: int = 0) -> float:
    """Run a kernel forward and backward on random data and return its largest relative error against ``dense``.

    Documents of length zero are among the data, as they are at the end of every packed batch.
    """
    generator = torch.Generator(device=device).manual_seed(seed)
    ends = [0, 37, 165, 166, 500, 767, 1024, 1024, 1024]
    cu_seqlens = torch.tensor(ends, dtype=torch.int32, device=device)
    tokens, longest = ends[-1], 512
    shapes = [(tokens, heads, width), (tokens, kv_heads, width), (tokens, kv_heads, width), (tokens, heads, width)]
    data = [torch.randn(shape, generator=generator, device=device).to(torch.bfloat16) for shape in shapes]

    def run(name: str, dtype: torch.dtype) -> list[Tensor]:
        q, k, v = (x.to(dtype).clone().requires_grad_() for x in data[:3])
        mask = mask_for(name, cu_seqlens, tokens)
        function = KERNELS[name]
        if name == "flex":
            function = torch.compile(function, dynamic=False)
        out = function(q, k, v, cu_seqlens, mask, longest)
        out.backward(data[3].to(dtype))
        return [x.detach().float() for x in (out, q.grad, k.grad, v.grad)]

    want, got = run("dense", torch.float32), run(kernel, torch.bfloat16)
    errors = [float((a - b).norm() / b.norm()) for a, b in zip(got, want, strict=True)]
    # NaN must never pass, and max() can lose it.
    return max(errors) if all(error == error for error in errors) else float("inf")


def choose(*, heads: int, kv_heads: int, width: int, device: str) -> str:
    """Return the first kernel that agrees with the reference on this device.

    Raises:
        KernelError: none does.
    """
    if device == "cpu":
        return "dense"
    for name in ("varlen", "varlen_expanded", "flex"):
        try:
            error = disagreement(name, heads=heads, kv_heads=kv_heads, width=width, device=device)
        except Exception as failure:  # noqa: BLE001  any failure of a kernel means: try the next one
            tell(f"attention kernel {name} failed: {type(failure).__name__}: {failure}")
            continue
        tell(f"attention kernel {name}: relative error {error:.1e} against float32")
        if error < _TOLERANCE:
            return name
    raise KernelError(f"no attention kernel works on {device}; see the messages above, or use --device cpu")
