"""A Qwen2 language model for training from scratch on packed documents.

Parameters carry the names that transformers' ``Qwen2ForCausalLM`` gives them, so that a state dict is a checkpoint of
that class, bit for bit. It is written anew because packed attention, a static shape and one cast of weights per step
are what makes training fast; it does not generate (``train.pretrain.greedy_accuracy`` loads the exported folder for
that).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train.pretrain.attention import KERNELS
from train.pretrain.packing import ANSWER, PROMPT
from train.pretrain.recipe import ModelShape

_INIT_STD = 0.02
"""Standard deviation of fresh weights, as in Qwen2Config.initializer_range."""


class Norm(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Root-mean-square norm, computed in float32."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
        return (self.weight * wide).to(x.dtype)


def _turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = x.shape[-1] // 2
    back = torch.cat((-x[..., half:], x[..., :half]), dim=-1)
    return (x * cos + back * sin).to(x.dtype)


class Attention(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Grouped-query attention with rotary positions, inside documents only."""

    def __init__(self, shape: ModelShape, kernel: str) -> None:
        super().__init__()
        self.shape, self.kernel = shape, KERNELS[kernel]
        width = shape.head_dim
        self.q_proj = nn.Linear(shape.hidden, shape.heads * width)
        self.k_proj = nn.Linear(shape.hidden, shape.kv_heads * width)
        self.v_proj = nn.Linear(shape.hidden, shape.kv_heads * width)
        self.o_proj = nn.Linear(shape.heads * width, shape.hidden, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, cu_seqlens: Tensor, mask: Any, longest: int) -> Tensor:
        shape, dtype = self.shape, x.dtype
        projections = (self.q_proj, self.k_proj, self.v_proj)
        # One product instead of three narrow ones; joining the small weights costs next to nothing.
        weight = torch.cat([projection.weight for projection in projections]).to(dtype)
        bias = torch.cat([projection.bias for projection in projections]).to(dtype)
        joint = F.linear(x, weight, bias).view(x.shape[0], -1, shape.head_dim)
        q, k, v = joint.split((shape.heads, shape.kv_heads, shape.kv_heads), dim=1)
        out = self.kernel(
            _turned(q, cos, sin).contiguous(),
            _turned(k, cos, sin).contiguous(),
            v.contiguous(),
            cu_seqlens,
            mask,
            longest,
        )
        projected: Tensor = F.linear(out.reshape(x.shape[0], -1), self.o_proj.weight.to(dtype))
        return projected


class Gated(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """The SwiGLU feed-forward layer."""

    def __init__(self, shape: ModelShape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(shape.hidden, shape.intermediate, bias=False)
        self.up_proj = nn.Linear(shape.hidden, shape.intermediate, bias=False)
        self.down_proj = nn.Linear(shape.intermediate, shape.hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        joint = F.linear(x, torch.cat((self.gate_proj.weight, self.up_proj.weight)).to(x.dtype))
        gate, up = joint.chunk(2, dim=-1)
        return F.linear(F.silu(gate) * up, self.down_proj.weight.to(x.dtype))


class Layer(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """One transformer layer."""

    def __init__(self, shape: ModelShape, kernel: str) -> None:
        super().__init__()
        self.self_attn = Attention(shape, kernel)
        self.mlp = Gated(shape)
        self.input_layernorm = Norm(shape.hidden, shape.norm_eps)
        self.post_attention_layernorm = Norm(shape.hidden, shape.norm_eps)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, cu_seqlens: Tensor, mask: Any, longest: int) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, cu_seqlens, mask, longest)
        return x + self.mlp(self.post_attention_layernorm(x))


class Trunk(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Embedding, layers and last norm."""

    def __init__(self, shape: ModelShape, kernel: str) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocab, shape.hidden)
        self.layers = nn.ModuleList(Layer(shape, kernel) for _ in range(shape.layers))
        self.norm = Norm(shape.hidden, shape.norm_eps)


class Losses(NamedTuple):
    """What one forward pass tells."""

    loss: Tensor
    """Weighted mean cross-entropy in nats per token; the one to differentiate."""
    answer: Tensor
    """Mean over answer tokens, detached."""
    prompt: Tensor
    """Mean over prompt tokens, detached."""


class PackedQwen2(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Qwen2 with tied embeddings over packed documents.

    Args:
        shape: the model's size.
        kernel: a key of ``train.pretrain.attention.KERNELS``.
        longest: longest document.
        dtype: type of activations and of the matrix products; parameters stay float32.
    """

    def __init__(self, shape: ModelShape, *, kernel: str, longest: int, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.shape, self.longest, self.dtype = shape, longest, dtype
        self.model = Trunk(shape, kernel)
        steps = torch.arange(0, shape.head_dim, 2, dtype=torch.float32) / shape.head_dim
        angles = torch.outer(torch.arange(longest, dtype=torch.float32), shape.rope_theta**-steps)
        angles = torch.cat((angles, angles), dim=-1)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def initialize(self, seed: int) -> None:
        """Draw fresh weights; those written to the residual stream are smaller by sqrt(2 x layers), as in GPT-2."""
        generator = torch.Generator().manual_seed(seed)
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                is_output = name.endswith(("o_proj.weight", "down_proj.weight"))
                std = _INIT_STD / math.sqrt(2 * self.shape.layers) if is_output else _INIT_STD
                with torch.no_grad():
                    parameter.copy_(torch.empty(parameter.shape).normal_(0, std, generator=generator))
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def logits(self, tokens: Tensor, positions: Tensor, cu_seqlens: Tensor, mask: Any) -> Tensor:
        """Return logits, shape (tokens, vocab)."""
        x = F.embedding(tokens, self.model.embed_tokens.weight).to(self.dtype)
        cos, sin = self.cos[positions][:, None], self.sin[positions][:, None]
        for layer in self.model.layers:
            x = layer(x, cos, sin, cu_seqlens, mask, self.longest)
        return F.linear(self.model.norm(x), self.model.embed_tokens.weight.to(self.dtype))

    def forward(
        self,
        tokens: Tensor,
        targets: Tensor,
        positions: Tensor,
        kinds: Tensor,
        cu_seqlens: Tensor,
        mask: Any,
        prompt_weight: float,
    ) -> Losses:
        """Return the losses of a packed batch (see ``train.pretrain.packing.Batch`` for the arrays)."""
        logits = self.logits(tokens, positions, cu_seqlens, mask).float()
        nats = F.cross_entropy(logits, targets.long(), reduction="none")
        answer, prompt = (kinds == ANSWER).float(), (kinds == PROMPT).float()
        weights = answer + prompt_weight * prompt
        loss = (nats * weights).sum() / weights.sum().clamp_min(1.0)
        told = nats.detach()
        return Losses(
            loss,
            (told * answer).sum() / answer.sum().clamp_min(1.0),
            (told * prompt).sum() / prompt.sum().clamp_min(1.0),
        )
