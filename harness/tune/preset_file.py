"""The preset that a search writes: its settings, and above them what they were measured on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.tune.search import Found
from solver.base.config import Layer
from solver.base.display.figures import counted, points_with_interval, with_interval
from solver.presets.matching import Model, facts_of
from solver.problems.prompt import built_in_names
from solver.scheduling.settings import SamplingSettings

ALWAYS = ("prompt", "temperature", "top_p", "max_tokens", "rule", "max_samples")
"""Settings that stand in every preset, so that later defaults do not change what it means."""
_NEVER = (
    "models",
    "seed",
    "is_seeded",
    "max_concurrency",
    "over_launch",
    "token_budget",
    "mean_tokens",
    "ensemble",
    "logprobs",
)


def preset_text(found: Found, *, model: str, data: str, day: str, known: Model | None, folder: Path) -> str:
    """Return the YAML.

    Args:
        model: as it was asked.
        data: what it was measured on, for people.
        day: when.
        known: what is known of the model, so that the preset says which models it is for.
        folder: where the file will lie; a prompt below it is named from there.
    """
    import yaml

    top: dict[str, object] = {"help": f"{model}, by harness tune", "measured": _measured(found, data, day)}
    if known is not None and known.config is not None:
        top["match"] = {"config": dict(facts_of(known.config))}
    return yaml.safe_dump({**top, **layer_of(found, folder)}, allow_unicode=True, sort_keys=False, width=110)


def layer_of(found: Found, folder: Path) -> Layer:
    """Return the settings of the preset by name."""
    settings = found.advised.settings
    usual = SamplingSettings()
    names = [name for name in SamplingSettings.model_fields if name not in _NEVER]
    layer = {name: getattr(settings, name) for name in names if getattr(settings, name) != getattr(usual, name)}
    first: Mapping[str, object] = {name: getattr(settings, name) for name in ALWAYS}
    prompt = settings.prompt if settings.prompt in built_in_names() else _named_from(Path(settings.prompt), folder)
    values = {**first, **layer, "prompt": prompt}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _named_from(prompt: Path, folder: Path) -> str:
    path, base = prompt.absolute(), folder.absolute()
    return str(path.relative_to(base)) if path.is_relative_to(base) else str(path)


def _measured(found: Found, data: str, day: str) -> str:
    if found.stated is None:
        return f"{data}, {day}: the budget ended before the half that chose nothing could be asked"
    point = found.stated.start if found.is_behind else found.stated.winner
    accuracy = point.accuracy
    behind = (
        f"; these are the settings where the search began: what it chose ({found.arm.name}; {found.stop.rule}) came to "
        f"{points_with_interval(found.stated.gain)} points against them there"
    )
    return (
        f"{data}, {day}: {with_interval(accuracy.value, accuracy.low, accuracy.high)} on "
        f"{counted(accuracy.n, 'question')} in {counted(accuracy.n_clusters, 'problem')} that took no part in "
        "choosing, "
        f"{point.samples:.1f} samples and {point.tokens:,.0f} tokens a question" + (behind if found.is_behind else "")
    )
