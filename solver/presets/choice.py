"""Which preset a command takes: the one that is named, or the one that is for the model which is to be asked.

Over it stands whatever the user sets; below it are the general defaults. Where no preset is for the model, what its
makers say of sampling (generation_config.json) is taken, as far as it can be read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from solver.base.config import Config, Given, Layer, setting
from solver.presets.generation_config import sampling_of
from solver.presets.matching import matching
from solver.presets.preset import NONE, load_preset, preset_titles, presets
from solver.scheduling.settings import SamplingSettings

_TURN_OFF = "--preset none takes the general defaults"


class PresetChoice(Config):
    """What the commands have in common that take presets."""

    preset: str | None = setting(
        None,
        lambda: f"settings measured for a model: {', '.join(preset_titles().names)}, a YAML file, or {NONE}",
        metavar="NAME|FILE",
        shown="the one for the model, if there is one",
    )
    preset_values: dict[str, Any] = setting({}, "what it came to, so that a continued run stays with it", flag=())

    @classmethod
    def kept(cls, given: Mapping[str, object]) -> Layer | None:
        """Return the preset's values of a run that is continued; None where nothing is continued.

        Args:
            given: what the user set.
        """
        return None


class Choice(NamedTuple):
    """Settings that stand below the user's own."""

    layer: Layer
    line: str | None
    """What the user is told of it."""


def choice(given: Layer) -> Choice:
    """Return the preset for what a command was told.

    Raises:
        UsageError: the named one does not exist, or cannot be used.
    """
    plain = {name: value.value if isinstance(value, Given) else value for name, value in given.items()}
    named = plain.get("preset")
    if named == NONE:
        return Choice({}, None)
    if named is not None:
        layer = load_preset(str(named)).layer
        return Choice(layer, f"preset {named}: {_told(layer, plain)}")
    urls, asked, served = _words(plain.get("endpoints")), _words(plain.get("models")), plain.get("serve")
    if not urls and served is None:
        # What help and documents call the default needs no line.
        return Choice(load_preset("embedded").layer, None)
    # The wire is not for those who only want to know what there is to set.
    from solver.presets.served import model_in, models_at

    models = models_at(urls, asked) if urls else (model_in(str(served)),)
    if not models:
        return Choice({}, None)
    found = [matching(presets(), model) for model in models]
    first = found[0]
    if first is not None:
        if any(other is None or other.preset is not first.preset for other in found):
            return Choice({}, None)
        layer, name = first.preset.layer, first.preset.name
        return Choice(layer, f"preset {name}, chosen {first.why}: {_told(layer, plain)}; {_TURN_OFF}")
    makers = sampling_of(models[0].generation or {}) if len(models) == 1 else {}
    if not makers:
        return Choice({}, None)
    return Choice(makers, f"from the model's generation_config.json: {_told(makers, plain)}; {_TURN_OFF}")


def _words(value: object) -> tuple[str, ...]:
    """Return the words of a setting that may be one word."""
    if isinstance(value, list | tuple):
        return tuple(map(str, value))
    return () if value is None else (str(value),)


def _told(layer: Layer, given: Mapping[str, object]) -> str:
    """Return the values that hold and are not the general defaults."""
    usual = SamplingSettings()
    told = [f"{name} {value}" for name, value in layer.items() if name not in given and getattr(usual, name) != value]
    return ", ".join(told) or "nothing but the general defaults"
