"""Shapes of base models: a table of the published Qwen2.5 and Qwen2 ones, or any ``config.json``. No weights, no torch.

>>> shape = base_shape("Qwen/Qwen2.5-7B-Instruct")
>>> shape.parameters, lora_parameters(shape, rank=256)
(7615616512, 645922816)
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from solver.base.display.printing import tell
from solver.base.errors import ModelUnavailable, UsageError
from solver.base.foreign_files import object_of
from solver.hub.model_folder import config_file, fetched_folder
from train.errors import BaseError, RecipeError

LINEARS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""What ``all-linear`` means: every linear layer but the output head (peft's LoraConfig)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseShape:
    """Size of a Qwen2-like decoder."""

    name: str
    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    vocab: int
    is_tied: bool
    """The output head is the embedding."""
    head_dim: int
    has_qkv_bias: bool = True
    bits: float = 16.0
    """Of the linear layers' weights as stored: 16, or what a quantised checkpoint comes to, scales included."""

    @property
    def query_width(self) -> int:
        """Width of all query heads together."""
        return self.heads * self.head_dim

    @property
    def kv_width(self) -> int:
        """Width of all key heads together."""
        return self.kv_heads * self.head_dim

    def sides(self, linear: str) -> tuple[int, int]:
        """Return (inputs, outputs) of one of ``LINEARS``."""
        return {
            "q_proj": (self.hidden, self.query_width),
            "k_proj": (self.hidden, self.kv_width),
            "v_proj": (self.hidden, self.kv_width),
            "o_proj": (self.query_width, self.hidden),
            "gate_proj": (self.hidden, self.intermediate),
            "up_proj": (self.hidden, self.intermediate),
            "down_proj": (self.intermediate, self.hidden),
        }[linear]

    @property
    def layer_linears(self) -> int:
        """Weights of one layer's linear layers, biases left out."""
        return sum(inputs * outputs for inputs, outputs in map(self.sides, LINEARS))

    @property
    def layer_others(self) -> int:
        """Biases and norms of one layer."""
        return 2 * self.hidden + (self.query_width + 2 * self.kv_width if self.has_qkv_bias else 0)

    @property
    def embeddings(self) -> int:
        """Weights of the embedding and, where it is its own, of the output head."""
        return self.vocab * self.hidden * (1 if self.is_tied else 2)

    @property
    def parameters(self) -> int:
        """All parameters."""
        return self.layers * (self.layer_linears + self.layer_others) + self.embeddings + self.hidden


_TABLE = {
    # hidden, intermediate, layers, heads, kv heads, vocab, tied
    "Qwen2.5-0.5B": (896, 4864, 24, 14, 2, 151936, True),
    "Qwen2.5-1.5B": (1536, 8960, 28, 12, 2, 151936, True),
    "Qwen2.5-3B": (2048, 11008, 36, 16, 2, 151936, True),
    "Qwen2.5-7B": (3584, 18944, 28, 28, 4, 152064, False),
    "Qwen2.5-14B": (5120, 13824, 48, 40, 8, 152064, False),
    "Qwen2.5-32B": (5120, 27648, 64, 40, 8, 152064, False),
    "Qwen2.5-72B": (8192, 29568, 80, 64, 8, 152064, False),
    "Qwen2-7B": (3584, 18944, 28, 28, 4, 152064, False),
}
"""From the models' ``config.json`` on the hub. The parameters that follow are, to the last one, half the ``total_size``
of each hub repository's safetensors index (``tests/unit/train/planning/test_plan.py``)."""


def base_names() -> tuple[str, ...]:
    """Return the models whose shape is bundled."""
    return tuple(_TABLE)


def base_shape(model: str) -> BaseShape:
    """Find a model's shape: a folder with a ``config.json``, a hub name of a bundled size, or any other hub name.

    Variants share their size's shape: ``-Instruct``, ``-Coder``, ``-Math``; ``-GPTQ-Int4`` has 4-bit weights. Of other
    models on a hub ``config.json`` is fetched, and nothing else.

    Raises:
        BaseError: none of these; or the config is no Qwen2-like decoder's.
    """
    path = Path(model) / "config.json"
    if not path.is_file() and (here := fetched_folder(model)) is not None:
        path = here / "config.json"
    if path.is_file():
        return _from_config(path)
    size = re.fullmatch(
        r"(?:Qwen/)?(Qwen2(?:\.5)?)(?:-Coder|-Math)?-([\d.]+B)((?:-Instruct|-GPTQ-Int[48]|-AWQ)*)", model
    )
    known = f"{size[1]}-{size[2]}" if size else ""
    if size is None or known not in _TABLE:
        near = difflib.get_close_matches(model.removeprefix("Qwen/"), _TABLE, n=1, cutoff=0.5)
        hint = f"; did you mean Qwen/{near[0]}?" if near else ""
        try:
            config = config_file(model, tell)
        except (UsageError, ModelUnavailable) as error:
            raise BaseError(f"the shape of {model!r} is not known: {error}{hint}") from error
        if config is not None:
            return _from_config(config, model)
        raise BaseError(
            f"the shape of {model!r} is not known: it is no folder with a config.json, and bundled are "
            f"{', '.join(_TABLE)}{hint}"
        )
    hidden, intermediate, layers, heads, kv_heads, vocab, is_tied = _TABLE[known]
    bits = 8 if "Int8" in size[3] else 4 if "Int4" in size[3] or "AWQ" in size[3] else 16
    return BaseShape(
        name=model.removeprefix("Qwen/"),
        hidden=hidden,
        intermediate=intermediate,
        layers=layers,
        heads=heads,
        kv_heads=kv_heads,
        vocab=vocab,
        is_tied=is_tied,
        head_dim=hidden // heads,
        bits=16.0 if bits == 16 else quantised_bits(bits, 128),
    )


def quantised_bits(bits: int, group: int) -> float:
    """Return bits a weight comes to, with a 16-bit scale and a zero point of its own width for each group.

    >>> quantised_bits(4, 128)
    4.15625
    """
    return bits + (16 + bits) / group


def _from_config(path: Path, name: str | None = None) -> BaseShape:
    config = object_of(path, error=BaseError)
    try:
        hidden, heads = int(config["hidden_size"]), int(config["num_attention_heads"])
        quantised = config.get("quantization_config") or {}
        group = int(quantised.get("group_size") or 128)
        return BaseShape(
            name=name or str(path.parent),
            hidden=hidden,
            intermediate=int(config["intermediate_size"]),
            layers=int(config["num_hidden_layers"]),
            heads=heads,
            kv_heads=int(config.get("num_key_value_heads") or heads),
            vocab=int(config["vocab_size"]),
            is_tied=bool(config.get("tie_word_embeddings", False)),
            head_dim=int(config.get("head_dim") or hidden // heads),
            has_qkv_bias=str(config.get("model_type", "")).startswith("qwen2"),
            bits=quantised_bits(int(quantised["bits"]), group if group > 0 else hidden)
            if "bits" in quantised
            else 16.0,
        )
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
        raise BaseError(
            f"{path} gives no shape of a decoder ({type(error).__name__}: {error}); it needs hidden_size, "
            "intermediate_size, num_hidden_layers, num_attention_heads and vocab_size, as transformers writes them"
        ) from error


def targeted(targets: Sequence[str]) -> tuple[str, ...]:
    """Resolve a recipe's ``lora.targets`` to names of ``LINEARS``.

    Raises:
        RecipeError: a name that is none of them.
    """
    if tuple(targets) == ("all-linear",):
        return LINEARS
    for name in targets:
        if name not in LINEARS:
            near = difflib.get_close_matches(name, LINEARS, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise RecipeError(f"lora.targets names {name!r}; known: all-linear, {', '.join(LINEARS)}{hint}")
    return tuple(name for name in LINEARS if name in targets)


def lora_parameters(shape: BaseShape, *, rank: int, targets: Sequence[str] = ("all-linear",)) -> int:
    """Count an adapter's parameters: rank x (inputs + outputs) for each linear layer that it sits on."""
    return shape.layers * rank * sum(sum(shape.sides(name)) for name in targeted(targets))
