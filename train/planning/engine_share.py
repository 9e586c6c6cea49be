"""What an engine beside the trainer takes of the card, by part; arithmetic over ``solver.backends.memory.plan``."""

from __future__ import annotations

from typing import NamedTuple

from solver.backends.memory.model_shape import ModelShape
from solver.backends.memory.plan import Limits, profile_of
from solver.base.errors import UsageError
from train.devices import Device
from train.errors import RecipeError
from train.grpo.recipe import GrpoRecipe
from train.lora.recipe import LoraRecipe
from train.planning.base_shapes import BaseShape

_GIB = 2**30


class EngineShare(NamedTuple):
    """Bytes on the card beside the trainer's."""

    parts: tuple[tuple[str, int], ...]
    """Name and bytes."""
    kv_tokens: int
    """Tokens of all completions together that its cache holds."""
    chains: int
    """Completions computed at once."""

    @property
    def total(self) -> int:
        """All of it."""
        return sum(amount for _, amount in self.parts)


def engine_share(recipe: LoraRecipe, shape: BaseShape, device: Device) -> EngineShare | None:
    """Plan the engine of a run of practice; None where no engine runs beside the trainer.

    Raises:
        RecipeError: the base does not fit its share of the card.
    """
    if not isinstance(recipe, GrpoRecipe) or not recipe.has_engine:
        return None
    card = int(device.memory_gib * _GIB)
    served = ModelShape(
        layers=shape.layers,
        hidden=shape.hidden,
        intermediate=shape.intermediate,
        heads=shape.heads,
        kv_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        vocab=shape.vocab,
        window=recipe.data.max_length,
        weight_bytes=2 * shape.parameters,
    )
    limits = Limits(
        limit_bytes=int(recipe.sampling.vllm_memory * card),
        card_bytes=card,
        max_num_seqs=recipe.loop.chains,
        max_model_len=recipe.data.max_length,
    )
    try:
        profile = profile_of(served, limits)
    except UsageError as error:
        raise RecipeError(f"sampling.vllm_memory={recipe.sampling.vllm_memory}: {error}; raise it") from error
    is_in_place = recipe.is_own and recipe.loop.weights == "in_place"
    return EngineShare(
        parts=(
            ("engine: weights", profile.weight_bytes),
            # Every version is made from it.
            ("engine: the base's linear layers once more", 2 * shape.layers * shape.layer_linears * is_in_place),
            ("engine: KV cache", profile.kv_cache_bytes),
            ("engine: context, activations, graphs", profile.context_bytes + profile.work_bytes + profile.graph_bytes),
        ),
        kv_tokens=profile.kv_tokens,
        chains=profile.max_num_seqs,
    )
