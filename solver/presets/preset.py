"""Presets: settings that were measured to suit a model, each a YAML file that says on what.

A preset is a mapping of settings of ``SamplingSettings``; above them it may say what it is (``help``), what it was
measured on (``measured``) and which models it is for (``match``). The files beside this module come along, and
``--preset`` takes the name of one or the path of any other. ``harness tune`` writes such files::

    help: my model
    measured: my questions, n = 400, 71.0 % (66.2 to 75.4)
    prompt: reason
    temperature: 0.8

>>> load_preset("embedded").layer["prompt"]
'cot'
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import field_validator

from solver.base.config import Config, Layer, build, from_yaml, inline, setting, told
from solver.base.config.bounds import MOST_TOKENS
from solver.base.errors import UsageError
from solver.base.places import SOLVER_PRESETS
from solver.base.registry import Registry
from solver.problems.prompt import built_in_names
from solver.scheduling.settings import SamplingSettings

NONE = "none"
"""What turns presets off."""


class Match(Config):
    """Which models a preset is for."""

    config: dict[str, int | float | str] = setting({}, "what config.json must say")
    names: tuple[str, ...] = setting((), "patterns of whole names, where only the name of what is served is known")
    longest_context: int | None = setting(
        None, "tokens; a model that is served with more is another one", ge=1, le=MOST_TOKENS
    )

    @field_validator("names")
    @classmethod
    def _are_patterns(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            try:
                re.compile(name)
            except re.error as error:
                raise UsageError(f"match.names: {name!r} is no regular expression ({error})") from None
        return names


class Preset(Config):
    """One preset."""

    name: str = setting("", "the file's name without its ending", flag=())
    help: str = setting("", "what it is for, in a few words")
    measured: str = setting("", "on what, on how many questions, with which interval")
    match: Match = Match()
    sampling: SamplingSettings = inline(SamplingSettings)

    @property
    def layer(self) -> Layer:
        """The settings that it has a value for."""
        return told(self.sampling)


class Title(NamedTuple):
    """What a preset that comes along is called, and what it is for."""

    name: str
    help: str


def preset_titles() -> Registry[Title]:
    """Return the presets that come along by their first lines, which say what they are for: a help needs no more."""
    firsts = ((path, path.read_text(encoding="utf-8").partition("\n")[0]) for path in _files())
    return Registry("preset", (Title(path.stem, first.removeprefix("help: ")) for path, first in firsts))


@cache
def presets() -> Registry[Preset]:
    """Return the presets that come along."""
    return Registry("preset", map(_read, _files()))


def load_preset(name: str) -> Preset:
    """Return a preset by name or by path.

    Raises:
        UsageError: there is none, or its file cannot be used.
    """
    titles = preset_titles()
    path = SOLVER_PRESETS / f"{name}.yaml" if name in titles else Path(name)
    if not path.is_file():
        near = titles.near(name)
        hint = f"; did you mean {near.name}?" if near else ""
        raise UsageError(f"preset {name!r}: no such preset or file; there are {', '.join(titles.names)}{hint}")
    return _read(path)


def _files() -> list[Path]:
    return sorted(SOLVER_PRESETS.glob("*.yaml"))


def _read(path: Path) -> Preset:
    layer = dict(from_yaml(Preset, path))
    for name in ("prompt", "system"):
        given = layer.get(name)
        beside = path.parent / str(given.value) if given is not None else path
        # A file that lies beside the preset is named from there; a built-in prompt never is one.
        if given is not None and given.value not in built_in_names() and len(str(beside)) < 255 and beside.is_file():
            layer[name] = type(given)(str(beside), given.file, given.lines)
    return build(Preset, {"name": path.stem}, layer)
