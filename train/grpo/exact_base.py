"""The base stays as it is while its weights, with the adapter added, are handed to the engine.

trl lets peft add the adapter to the base's weights before every drawing, and take it off again. In 16 bits that leaves
rounding behind, and it adds up: with deltas of 1e-4 on weights of 0.02, a tenth of a bf16 base's weights are others
after 27 steps, by a fifth of what the adapter itself changes; after 100 steps by half (2026-11-30). The adapter
would then be trained on a base that nobody else has. ``keep_base`` puts back what was there, bit for bit.
"""

from __future__ import annotations

from typing import Any


def keep_base(model: Any) -> None:
    """Let a peft model's ``unmerge_adapter`` restore the base's weights exactly; costs a copy of them meanwhile."""
    weights = [layer.get_base_layer().weight for layer in model.modules() if hasattr(layer, "get_base_layer")]
    merge, unmerge = model.merge_adapter, model.unmerge_adapter
    kept: list[Any] = []

    def merge_adapter(*arguments: Any, **keywords: Any) -> None:
        kept[:] = [weight.detach().clone() for weight in weights]
        merge(*arguments, **keywords)

    def unmerge_adapter() -> None:
        unmerge()
        for weight, before in zip(weights, kept, strict=True):
            weight.data.copy_(before)
        kept.clear()

    model.merge_adapter, model.unmerge_adapter = merge_adapter, unmerge_adapter
