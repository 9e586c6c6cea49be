"""Which preset is for a model, by what is known of it. Pure.

>>> from solver.presets.preset import presets
>>> found = matching(presets(), Model(name="Qwen/Qwen2.5-1.5B-Instruct", context=32768))
>>> found.preset.name, found.why
('qwen2.5-1.5b', 'by its name, Qwen2.5-1.5B-Instruct')
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from solver.presets.preset import Preset

FACTS = ("model_type", "hidden_size", "num_hidden_layers", "vocab_size", "rope_theta")
"""Of a config.json: what tells models apart."""


class Model(NamedTuple):
    """What is known of a model that is to be asked."""

    name: str
    """As it is served, or where it lies."""
    root: str | None = None
    """What the server says that it was loaded from."""
    context: int | None = None
    """Longest prompt and completion together as served, tokens."""
    config: Mapping[str, object] | None = None
    """Its config.json, where that can be read."""
    generation: Mapping[str, object] | None = None
    """Its generation_config.json, where that can be read."""
    can_switch_thinking: bool = False
    """Its chat template can be read and has a switch for thinking."""


class Matching(NamedTuple):
    """A preset for a model."""

    preset: Preset
    why: str
    """For the user."""


def matching(presets: Iterable[Preset], model: Model) -> Matching | None:
    """Return the preset for a model: by its architecture and size where they are known, else by its name."""
    for preset in presets:
        if (why := _why(preset, model)) is not None:
            return Matching(preset, why)
    return None


def facts_of(config: Mapping[str, object]) -> dict[str, object]:
    """Return what of a config.json tells a model's architecture and size, as a preset's ``match`` has it."""
    told = _flat(config)
    return {name: told[name] for name in FACTS if type(told.get(name)) in (int, float, str)}


def _why(preset: Preset, model: Model) -> str | None:
    match = preset.match
    if None not in (match.longest_context, model.context) and model.context > match.longest_context:  # type: ignore[operator]
        return None
    if model.config is not None:
        told = _flat(model.config)
        if not match.config or any(told.get(name) != value for name, value in match.config.items()):
            return None
        return f"by its config.json, {told.get('model_type')} with {told.get('num_hidden_layers')} layers of " + str(
            told.get("hidden_size")
        )
    for name in (model.root, model.name):
        last = re.split(r"[/\\:]", (name or "").rstrip("/\\"))[-1].partition("@")[0]
        if any(re.fullmatch(pattern, last, re.IGNORECASE) for pattern in match.names):
            return f"by its name, {last}"
    return None


def _flat(config: Mapping[str, object]) -> Mapping[str, object]:
    """Return a config.json with the rope parameters where earlier versions of transformers have them."""
    rope = config.get("rope_parameters")
    return {**rope, **config} if isinstance(rope, Mapping) else config
