"""What the commands that ask models are told in the same way: flags, a YAML file, ``key=value`` words."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Self, TypeVar

from pydantic import model_validator

from solver.backends.settings import OF_AN_ENGINE, AskedOrServed
from solver.base.config import (
    Config,
    Given,
    Layer,
    build,
    entries,
    from_arguments,
    from_pairs,
    from_yaml,
    inline,
    setting,
)
from solver.base.config import declare as declare_flags
from solver.base.config.bounds import MOST
from solver.base.display.printing import tell
from solver.base.errors import UsageError
from solver.commands.choices import choices
from solver.presets.choice import Choice, PresetChoice, choice
from solver.presets.preset import load_preset
from solver.problems.shapes.fields import FIELDS, FIELDS_HELP
from solver.scheduling.settings import SamplingSettings, check_ensemble, check_members

ConfigT = TypeVar("ConfigT", bound=Config)


class Asking(PresetChoice):
    """What the commands have in common that ask models and keep nothing."""

    backend: AskedOrServed = inline(AskedOrServed)
    sampling: SamplingSettings = inline(SamplingSettings)

    @model_validator(mode="after")
    def _ensemble_fits(self) -> Self:
        check_ensemble(self.sampling)
        return self


class AnswerConfig(Asking):
    """What ``answer`` was told to do."""

    files: tuple[str, ...] = setting((), "files of problems", flag=())
    limit: int | None = setting(None, "only the first N questions", metavar="N", ge=1, le=MOST)
    map: str | None = setting(None, FIELDS_HELP, metavar=FIELDS, shown="found by looking at the rows")
    skip_bad: bool = setting(False, "go on without unusable lines of JSON")
    is_json: bool = setting(False, "JSON lines (the default where stdout is no terminal)", flag="--json")
    has_chains: bool = setting(False, "JSON lines with the text of every sample", flag="--chains")

    @model_validator(mode="after")
    def _has_members(self) -> Self:
        check_members(self.sampling)
        return self


class TerminalConfig(Asking):
    """What the terminal was told to do."""

    open: str | None = setting(None, "begin with this file: JSON lines, or one problem as text", metavar="FILE")
    map: str | None = setting(None, FIELDS_HELP, metavar=FIELDS, shown="found by looking at the rows")


def declare(
    parser: argparse.ArgumentParser,
    model: type[Config],
    *,
    words: str | None = None,
    help: str = "",
    leave_out: Collection[str] = (),
) -> None:
    """Add the flags of a command's record, words, and to the help's end what may be chosen from.

    Args:
        words: how words are called in the help; None takes none.
        help: what they are.
        leave_out: settings without a flag here.
    """
    parser.epilog = f"{parser.epilog or ''}\n\n{choices()}"
    if words is not None:
        parser.add_argument("words", nargs="*", metavar=words, help=help)
    parser.add_argument("--config", type=Path, metavar="YAML", help="settings from a file; flags win")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting as in the file; may be repeated"
    )
    measured = {"embedded model": load_preset("embedded").layer}
    declare_flags(parser, model, leave_out=leave_out, presets=measured)


def read(model: type[ConfigT], arguments: argparse.Namespace, *, files: str | None = None) -> ConfigT:
    """Return what a command was told: the file, then flags, then ``--set`` and words, the later over the earlier.

    Below them stands a preset, where one is named or is for the model (``solver.presets.choice``).

    Args:
        files: the setting that takes words without ``=``, and words that name a file; None where there are no words.

    Raises:
        UsageError: an unknown setting, or a value that cannot be used.
    """
    words = arguments.words if files is not None else []
    names = [word for word in words if "=" not in word or Path(word).exists()]
    layers: list[Layer] = [
        {} if arguments.config is None else from_yaml(model, arguments.config),
        from_arguments(model, arguments),
        from_pairs(model, [*arguments.set, *(word for word in words if word not in names)]),
        {files: names} if files is not None and names else {},
    ]
    given: Layer = {name: value for layer in layers for name, value in layer.items()}
    _check_idle(model, given)
    layers += _fetched(layers)
    if "adapters" in given and "models" not in given:
        # Whoever names an adapter wants it asked; the base beside it is asked for by name.
        layers.append({"models": [str(name).partition("=")[0] for name in _values(given["adapters"])]})
    if not issubclass(model, PresetChoice):
        return build(model, *layers)
    given = {name: value for layer in layers for name, value in layer.items()}
    below, line = _preset(model, given)
    config = build(model, below, *layers, {"preset_values": dict(below)})
    if line is not None and getattr(config, "display", "auto") != "none":
        tell(line)
    return config


def _check_idle(model: type[Config], given: Layer) -> None:
    """Refuse what would be taken and do nothing.

    Raises:
        UsageError: a setting of an engine, where running servers are asked.
    """
    if not _values(given.get("endpoints", ())):
        return
    idle = next((name for name in OF_AN_ENGINE if name in given), None)
    if idle is not None:
        flags = entries(model)[idle].facts.flags
        flag = flags[0] if flags else f"--{idle.replace('_', '-')}" if flags is None else idle
        raise UsageError(
            f"--endpoint asks a running server, and {flag} is about one that is started here: give one of the two"
        )


def _values(given: object) -> tuple[object, ...]:
    """Return what a setting that takes several was given."""
    value = given.value if isinstance(given, Given) else given
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _preset(model: type[PresetChoice], given: Layer) -> Choice:
    """Return the preset below what was given; a run that is continued stays with its own."""
    kept = None if "preset" in given else model.kept(given)
    return choice(given) if kept is None else Choice(kept, None)


def _fetched(layers: Sequence[Layer]) -> list[Layer]:
    """Return a folder in the place of a hub's name for the model to serve; what is not here is fetched now."""
    from solver.hub.model_name import is_on_hub

    name = next((str(layer["serve"]) for layer in reversed(layers) if "serve" in layer), "")
    if any(layer.get("endpoints") for layer in layers) or not is_on_hub(name):
        return []
    from solver.hub.model_folder import model_folder

    return [{"serve": model_folder(name, tell)}]
