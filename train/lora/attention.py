"""Which attention fine-tuning uses, and FlashAttention from torch itself where the ``flash-attn`` package is missing.

``torch_varlen`` is ``torch.nn.attention.varlen`` (FlashAttention 2, in torch 2.10 on) under transformers' interface of
attention functions. It reads the borders of packed rows from ``cu_seq_lens_q``, which trl's collator passes, so no mask
of tokens x tokens is ever written.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

from train.errors import RecipeError

VARLEN = "torch_varlen"


class Choice(NamedTuple):
    """An attention implementation, and why."""

    name: str
    """As transformers names it."""
    reason: str


class Surroundings(NamedTuple):
    """What decides the choice."""

    is_cuda: bool
    is_16_bit: bool
    """Attention runs in bfloat16."""
    capability: tuple[int, int]
    """Of the GPU; FlashAttention 2 needs (8, 0)."""
    has_flash_attn: bool
    has_varlen: bool


def surroundings(*, is_cuda: bool, is_16_bit: bool) -> Surroundings:
    """Look at the packages and at the GPU."""
    import torch

    return Surroundings(
        is_cuda=is_cuda,
        is_16_bit=is_16_bit,
        capability=torch.cuda.get_device_capability() if is_cuda else (0, 0),
        has_flash_attn=find_spec("flash_attn") is not None,
        has_varlen=find_spec("torch.nn.attention.varlen") is not None,
    )


def choose(wanted: str, here: Surroundings, *, packing: bool) -> Choice:
    """Choose the attention implementation.

    Raises:
        RecipeError: what is asked for cannot run here.

    >>> here = Surroundings(True, True, (9, 0), False, True)
    >>> choose("auto", here, packing=True).name, choose("auto", here, packing=False).name
    ('torch_varlen', 'sdpa')
    """
    can_flash = here.is_cuda and here.is_16_bit and here.capability >= (8, 0)
    if wanted != "auto":
        is_flash = wanted == VARLEN or "flash" in wanted
        if is_flash and not can_flash:
            raise RecipeError(f"run.attention={wanted} needs bfloat16 on a GPU of capability 8.0; use auto or sdpa")
        if wanted == VARLEN and not (here.has_varlen and packing):
            raise RecipeError(f"run.attention={VARLEN} needs torch 2.10 and data.packing=true; use auto or sdpa")
        return Choice(wanted, "as the recipe says")
    if not here.is_cuda:
        return Choice("sdpa", "there is no GPU")
    if not can_flash:
        return Choice("sdpa", "FlashAttention needs bfloat16 and capability 8.0")
    if here.has_flash_attn:
        return Choice("flash_attention_2", "flash-attn is installed")
    if packing and here.has_varlen:
        return Choice(VARLEN, "FlashAttention of torch itself; flash-attn is not installed")
    why = "without packing sdpa is as good" if here.has_varlen else "neither flash-attn nor torch 2.10 is installed"
    return Choice("sdpa", why)


def settle(choice: Choice) -> None:
    """Make a choice ready for training in this process.

    cuDNN's kernel is left out of ``sdpa``. Where rows are padded, its backward pass gives a gradient that is not a
    number on H100 and H200 when the longest of them has 64 tokens more than a multiple of 128 and one attention is far
    from every key, as in Qwen2.5: https://github.com/pytorch/pytorch/issues/196678, torch 2.11 to 2.13. The other
    kernels take its place. May go with a torch that has it mended.
    """
    import torch

    torch.backends.cuda.enable_cudnn_sdp(False)
    if choice.name == VARLEN:
        register()


def register(name: str = VARLEN, kernel: Callable[..., Any] | None = None) -> None:
    """Make ``kernel`` known to transformers as an attention implementation.

    Args:
        kernel: as in ``train.pretrain.attention.KERNELS``; None takes ``varlen``.
    """
    from transformers import AttentionInterface
    from transformers.masking_utils import AttentionMaskInterface

    from train.pretrain import attention

    AttentionInterface.register(name, forward_with(kernel or attention.varlen))
    AttentionMaskInterface.register(name, lambda *arguments, **keywords: None)


def forward_with(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a kernel over packed documents for transformers."""
    import torch

    from train.pretrain import attention

    def forward(
        module: Any,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any,
        scaling: float | None = None,
        cu_seq_lens_q: Any = None,
        max_length_q: int | None = None,
        **unused: Any,
    ) -> tuple[Any, None]:
        """Attend inside each document; query (1, heads, tokens, width) -> (1, tokens, heads, width)."""
        rows, _, tokens, width = query.shape
        if attention_mask is not None or (scaling is not None and abs(scaling * width**0.5 - 1) > 1e-3):
            raise RecipeError(f"{VARLEN} knows neither masks nor this model's scaling; use run.attention=sdpa")
        if cu_seq_lens_q is None:
            cu_seq_lens_q = torch.arange(0, (rows + 1) * tokens, tokens, dtype=torch.int32, device=query.device)
            max_length_q = tokens
        flat = [x.transpose(1, 2).reshape(rows * tokens, x.shape[1], width) for x in (query, key, value)]
        if kernel is not attention.dense and flat[0].dtype == torch.float32:
            flat = [x.to(torch.bfloat16) for x in flat]
        mask = attention.mask_for("dense", cu_seq_lens_q, rows * tokens) if kernel is attention.dense else None
        out = kernel(*flat, cu_seq_lens_q, mask, int(max_length_q or tokens))
        return out.reshape(rows, tokens, -1, width).to(query.dtype), None

    return forward
