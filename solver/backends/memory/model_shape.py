"""What of a model decides its memory, read from its folder; no torch, no GPU."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from solver.base.errors import UsageError
from solver.base.foreign_files import object_of

KvDtype = Literal["auto", "fp8"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    """What of a model decides its memory."""

    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    head_dim: int
    vocab: int
    window: int
    """Longest context, tokens."""
    weight_bytes: int
    """Of the tensors, as they are loaded."""
    is_exact: bool = False
    """The weights' size is that of files; else it was computed from the shape."""

    def kv_bytes(self, dtype: KvDtype) -> int:
        """Return the bytes of KV cache that a token takes."""
        return 2 * self.layers * self.kv_heads * self.head_dim * (1 if dtype == "fp8" else 2)

    def adapter_bytes(self, rank: int) -> int:
        """Return the bytes that an engine sets aside for one LoRA adapter: both sides of all seven linears, 16 bits."""
        query, kv = self.heads * self.head_dim, self.kv_heads * self.head_dim
        attention = 4 * self.hidden + 2 * query + 2 * kv
        mlp = 3 * (self.hidden + self.intermediate)
        return 2 * rank * self.layers * (attention + mlp)


def shape_of(folder: Path) -> ModelShape:
    """Read a model's shape from its ``config.json`` and the sizes of its ``*.safetensors``.

    Raises:
        UsageError: there is no readable ``config.json``, or it lacks what is needed.
    """
    path = folder / "config.json"
    if not path.exists():
        raise UsageError(f"--vram-gb needs a model folder with a config.json; {path} is not there")
    config = object_of(path, error=UsageError)
    inner = config.get("text_config")
    config = inner if isinstance(inner, dict) else config
    try:
        heads = int(config["num_attention_heads"])
        bare = ModelShape(
            layers=int(config["num_hidden_layers"]),
            hidden=int(config["hidden_size"]),
            intermediate=int(config["intermediate_size"]),
            heads=heads,
            kv_heads=int(config.get("num_key_value_heads") or heads),
            head_dim=int(config.get("head_dim") or int(config["hidden_size"]) // heads),
            vocab=int(config["vocab_size"]),
            window=int(config.get("max_position_embeddings") or 4096),
            weight_bytes=0,
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise UsageError(f"{path}: {error!r} is missing or no number; --vram-gb cannot plan for this model") from error
    on_disk = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    if on_disk and str(config.get("dtype") or config.get("torch_dtype")).endswith("float32"):
        on_disk //= 2  # vLLM serves fp32 checkpoints in 16 bits.
    return replace(bare, weight_bytes=on_disk or _computed_weights(bare, config), is_exact=bool(on_disk))


def _computed_weights(shape: ModelShape, config: dict[str, Any]) -> int:
    """Return the bytes of a Llama-like decoder's tensors, quantised as its configuration says."""
    query, kv = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    linears = shape.layers * (
        shape.hidden * (query + 2 * kv) + query * shape.hidden + 3 * shape.hidden * shape.intermediate
    )
    others = shape.layers * (2 * shape.hidden + query + 2 * kv) + shape.hidden
    embeddings = shape.vocab * shape.hidden * (1 if config.get("tie_word_embeddings") else 2)
    quantisation = config.get("quantization_config") or {}
    bits = 16.0
    if quantisation.get("bits"):
        # A scale of 16 bits and a zero of ``bits`` for each group.
        group = max(1, int(quantisation.get("group_size") or 128))
        bits = int(quantisation["bits"]) + (16 + int(quantisation["bits"])) / group
    elif quantisation.get("quant_method") == "fp8":
        bits = 8.0
    return int(linears * bits / 8 + 2 * (others + embeddings))
