"""Peak memory of LoRA or full fine-tuning, by part, from shapes alone. Pure arithmetic; no torch.

What is counted follows the code that runs (peft 0.21, trl 1.16, transformers 5.19, read and traced):

* peft keeps an adapter's weights in fp32 whatever the base's type, so a parameter costs 4 bytes, its gradient 4 and
  AdamW's two moments 8. Autocast makes a bf16 copy of every adapter weight in the forward pass and holds all of them
  until that pass ends: 2 bytes more a parameter, though not while going back.
* With gradient checkpointing each layer leaves its input behind, and one layer at a time is computed again.
* trl computes the loss in tiles of at most 4096 tokens x 32768 words and keeps no logits. A plain loop keeps them:
  bf16 logits, their fp32 copy, the log-softmax and two gradients, 14 bytes a token and word (``logits="full"``).

A step passes through three phases; the peak is the largest: the end of the *forward* pass, the *loss*, and *backward*
through a layer. Checked without a GPU by running the real libraries on fake tensors (Qwen2.5 7B shape, rank 256, length
4096, batch 1, 2 accumulated passes, 2026-11-22): 26.47 GiB traced, 26.47 estimated; without checkpointing 53.78 and
53.33; length 8192, 28.67 and 28.57.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from train.planning.base_shapes import LINEARS, BaseShape, lora_parameters, targeted

GIB = 2**30
TILE_TOKENS = 4096
"""trl/kernels/chunked_logprob.py, TOKEN_CHUNK_SIZE."""
TILE_WORDS = 32768
"""trl/trainer/utils.py, _CHUNKED_LOGPROB_CHUNK_SIZE."""
CONTEXT_BYTES = int(0.75 * GIB)
"""CUDA context, cuBLAS workspaces and NCCL buffers, which PyTorch does not count as allocated. Assumed."""
FRAGMENTATION = 0.05
"""Of the peak: memory that the caching allocator holds in pieces too small to use. Assumed."""

Sharding = Literal["none", "ddp", "fsdp", "zero3"]
Logits = Literal["tiled", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is trained, and on how much at a time, on one GPU."""

    shape: BaseShape
    rank: int
    """0 trains all weights (in fp32 under autocast)."""
    targets: tuple[str, ...] = ("all-linear",)
    dropout: float = 0.0
    batch: int = 1
    """Rows, or packs, in one forward pass; both sides of a pair."""
    sequences: int = 1
    """Rows that one example is: 2 for pairs."""
    length: int = 4096
    """Tokens of a row."""
    accumulation: int = 8
    has_checkpointing: bool = True
    is_bf16: bool = True
    """Autocast to bf16; False computes in fp32."""
    is_fp32_base: bool = False
    """The base's weights are kept in fp32."""
    attention: str = "auto"
    """``eager`` holds the scores of all pairs of tokens; all others do not."""
    logits: Logits = "tiled"
    head_tokens: int = 0
    """Rows of logits that exist at once, over all words, where the loss is computed row by row; 0 in tiles."""
    sharding: Sharding = "none"
    gpus: int = 1
    has_reference: bool = False
    """A frozen reference reads every row once more; it is the base itself and takes no memory of its own."""

    @property
    def trainable(self) -> int:
        """Parameters that are trained."""
        if self.rank == 0:
            return self.shape.parameters
        return lora_parameters(self.shape, rank=self.rank, targets=self.targets)

    @property
    def weight_bytes(self) -> int:
        """Bytes of a weight of the base that is not quantised, and of a number between layers."""
        return 4 if self.rank == 0 or self.is_fp32_base or not self.is_bf16 else 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Bytes on each GPU; the parts from ``weights`` to ``loss`` add up to ``peak``."""

    weights: int
    """The base: bf16, fp32, or as quantised."""
    adapter: int
    gradients: int
    optimiser: int
    buffers: int
    """Gathered layers and copies of gradients of a multi-GPU run."""
    activations: int
    """Kept for the backward pass, at the peak."""
    working: int
    """Short-lived at the peak: the layer at hand, bf16 copies of the adapter."""
    loss: int
    """Logits or tiles of them, at the peak."""
    phase: Literal["forward", "loss", "backward"]
    """Where in the step the peak is."""
    phases: tuple[tuple[str, int], ...]
    """The peak within each phase."""

    @property
    def peak(self) -> int:
        """What ``torch.cuda.max_memory_allocated`` is to show."""
        return sum(amount for _, amount in self.parts)

    @property
    def reserve(self) -> int:
        """Needed beside the peak: CUDA's context and fragmentation."""
        return CONTEXT_BYTES + int(FRAGMENTATION * self.peak)

    @property
    def total(self) -> int:
        """Peak and reserve."""
        return self.peak + self.reserve

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """Name and bytes of each part of the peak."""
        return (
            ("weights", self.weights),
            ("adapter", self.adapter),
            ("gradients", self.gradients),
            ("optimiser", self.optimiser),
            ("buffers", self.buffers),
            ("activations", self.activations),
            ("working", self.working),
            ("loss", self.loss),
        )


def memory_of(load: Load) -> Memory:
    """Estimate the peak of a training step on each GPU."""
    weights, buffers = _weights(load)
    shards = load.gpus if load.sharding in ("fsdp", "zero3") else 1
    adapter = 0 if load.rank == 0 else 4 * load.trainable
    gradients = 4 * load.trainable
    if load.sharding == "ddp":
        # DDP reduces gradients in buckets of its own (gradient_as_bucket_view is off).
        buffers += gradients
    gradients = gradients // shards
    kept, layer, forward_work, backward_work, copies = _activations(load)
    loss_kept, loss = _loss(load)
    layers = load.shape.layers
    # (name, activations, working, loss, gradients that exist): with accumulation, those of earlier passes do.
    early = gradients if load.accumulation > 1 else 0
    if load.has_checkpointing:
        stack = layers * kept
        phases = (
            ("forward", stack, copies + forward_work, 0, early),
            ("loss", stack + loss_kept, copies, loss, early),
            # All layers' inputs and no new gradients at its start; one input and all gradients at its end.
            *(
                ("backward", inputs + layer, copies // layers + backward_work, 0, grown)
                for inputs, grown in ((stack, early), (kept, gradients))
            ),
        )
    else:
        stack = layers * layer + copies
        phases = (
            ("forward", stack, forward_work, 0, early),
            ("loss", stack + loss_kept, 0, loss, early),
            ("backward", stack, backward_work, 0, early),
        )
    name, activations, working, head, now = max(phases, key=lambda phase: sum(phase[1:]))
    fixed = weights + adapter // shards + 8 * load.trainable // shards + buffers
    return Memory(
        weights=weights,
        adapter=adapter // shards,
        gradients=now,
        optimiser=8 * load.trainable // shards,
        buffers=buffers,
        activations=activations,
        working=working,
        loss=head,
        phase=name,  # type: ignore[arg-type]
        phases=tuple({one[0]: fixed + sum(one[1:]) for one in sorted(phases, key=lambda one: sum(one[1:]))}.items()),
    )


def _weights(load: Load) -> tuple[int, int]:
    """Return bytes of the base's weights, and of whole layers gathered from shards."""
    shape = load.shape
    each = load.weight_bytes
    # A quantised checkpoint keeps all but its linear layers whole, and unpacks one of them at a time to compute.
    linear = each if shape.bits >= 16 else shape.bits / 8
    layer = int(shape.layer_linears * linear) + shape.layer_others * each
    outside = (shape.embeddings + shape.hidden) * each
    unpacked = 0 if shape.bits >= 16 else max(inputs * outputs for inputs, outputs in map(shape.sides, LINEARS)) * 2
    whole = shape.layers * layer + outside
    if load.sharding in ("fsdp", "zero3"):
        # The layer at hand and the one fetched ahead; the embedding and the head stay once gathered.
        return whole // load.gpus, 2 * layer + outside + unpacked
    return whole, unpacked


def _activations(load: Load) -> tuple[int, int, int, int, int]:
    """Return bytes: a layer's input; all that a layer saves; short-lived in forward, in backward; bf16 copies in all.

    A trace of the real libraries shows what is saved (bytes a token; H hidden, I intermediate, r rank, under autocast
    to bf16): the fp32 input of both norms 4 H each, queries, keys, values and the attention's output 2 each with a
    second copy of the first two, gate, activation and up 2 I each, and for every adapted linear layer its own bf16
    copy of the input and the narrow result of A. Working: four I-wide bf16 tensors in the adapted up projection and
    the rounded and unrounded inputs; going back, the same four, two of them as one fp32 gradient.
    """
    shape, tokens = load.shape, load.batch * load.length
    hidden, wide, query, kv = shape.hidden, shape.intermediate, shape.query_width, shape.kv_width
    names = targeted(load.targets) if load.rank else LINEARS
    unit = 2 if load.is_bf16 else 4
    residual = load.weight_bytes
    inputs = sum(shape.sides(name)[0] for name in names)
    if load.rank == 0:
        # Queries, keys and values share an input, as do gate and up.
        inputs = 2 * hidden + query + wide
    saved = 2 * 4 * hidden + unit * (3 * query + 3 * kv + query + 3 * wide) + unit * (inputs + load.rank * len(names))
    saved += 4 * shape.heads + (2 * residual * hidden if load.rank == 0 else 0)
    dropped = 0
    if load.dropout and load.rank:
        # A byte a number for the mask; the fp32 input and its dropped copy live at once.
        saved += inputs
        dropped = 4 * wide
    forward = 4 * unit * wide + (2 * residual + 4) * hidden + unit * load.rank + dropped
    backward = 4 * unit * wide + 2 * hidden + dropped
    if load.attention == "eager":
        # bf16 scores and weights, and the fp32 softmax between them, for each pair of tokens.
        pairs = shape.heads * load.length * (2 * unit + 4)
        saved, forward, backward = saved + shape.heads * load.length * (unit + 4), forward + pairs, backward + pairs
    copies = 2 * load.trainable if load.is_bf16 else 0
    if load.rank == 0:
        copies = 2 * shape.layers * shape.layer_linears if load.is_bf16 else 0
    return tokens * residual * hidden, tokens * saved, tokens * forward, tokens * backward, copies


def _loss(load: Load) -> tuple[int, int]:
    """Return bytes kept for the loss (the final norm's) and at work in it."""
    shape, tokens = load.shape, load.batch * load.length
    unit = 2 if load.is_bf16 else 4
    kept = tokens * (4 + unit) * shape.hidden
    head = 4 * shape.vocab * shape.hidden if load.rank == 0 else 0
    if load.logits == "full":
        return kept, tokens * shape.vocab * (unit + 12) + head
    if load.head_tokens:
        return kept, min(tokens, load.head_tokens) * shape.vocab * (unit + 12) + head
    tile = unit * min(tokens, TILE_TOKENS) * min(shape.vocab, TILE_WORDS)
    return kept, tile + tokens * (4 + unit) * shape.hidden + head


def with_gpus(gpus: int, sharding: str) -> Sharding:
    """Name how weights lie on several GPUs; on one, nothing is shared."""
    known: Sequence[Sharding] = ("ddp", "fsdp", "zero3")
    return "none" if gpus == 1 else next((one for one in known if one == sharding), "ddp")
