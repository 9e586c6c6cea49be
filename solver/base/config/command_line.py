"""Settings from the command line: a flag for each, and ``key=value`` words."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from solver.base.config.complaints import LONGEST_SHOWN, entry_called
from solver.base.config.fields import Entry, entries, is_read_from_text, kinds_of, words_of
from solver.base.config.yaml_file import value_of
from solver.base.errors import UsageError

_OFF = "--no-"


def declare(
    parser: argparse.ArgumentParser,
    model: type[BaseModel],
    *,
    leave_out: Collection[str] = (),
    presets: Mapping[str, Mapping[str, object]] = MappingProxyType({}),
) -> None:
    """Add a flag for every setting that has one. A flag that is not given leaves nothing in the namespace.

    Args:
        leave_out: settings without a flag here.
        presets: other defaults by the name of what has them, for the help: ``(default: 0.7; embedded model: 1)``.
    """
    for entry in entries(model).values():
        flags = entry.facts.flags
        if flags is None:
            flags = (f"--{entry.name.replace('_', '-').replace('.', '-')}",)
        if flags and entry.name not in leave_out:
            how = _how(entry, flags)
            parser.add_argument(*flags, dest=entry.name, default=argparse.SUPPRESS, help=_help(entry, presets), **how)


def from_arguments(model: type[BaseModel], arguments: argparse.Namespace) -> dict[str, object]:
    """Return what the flags of ``declare`` were given."""
    return {name: getattr(arguments, name) for name in entries(model) if hasattr(arguments, name)}


def from_pairs(model: type[BaseModel], words: Sequence[str]) -> dict[str, object]:
    """Read ``key=value`` words; a value is YAML.

    Raises:
        UsageError: no ``=``, an unknown name, or a value that is no YAML.
    """
    found: dict[str, object] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals:
            raise UsageError(f"{word[:LONGEST_SHOWN]!r}: write it as key=value")
        found[entry_called(model, key, "the command line: ").name] = value_of(text)
    return found


def _how(entry: Entry, flags: Sequence[str]) -> dict[str, Any]:
    """Return how argparse reads a flag; what the value must be is the model's to say, apart from numbers."""
    kinds, metavar = kinds_of(entry.info.annotation), entry.facts.metavar
    if bool in kinds:
        if type(None) in kinds:
            return {"action": argparse.BooleanOptionalAction}
        if len({flag.startswith(_OFF) for flag in flags}) > 1:
            return {"action": _OnOrOff}
        return {"action": "store_false" if flags[0].startswith(_OFF) else "store_true"}
    if Literal in kinds:
        return {"choices": words_of(entry.info.annotation)}
    name = metavar or entry.name.rpartition(".")[2].upper()
    if tuple in kinds:
        return {"action": "append", "metavar": name}
    kind: type = str if is_read_from_text(entry.info) else int if int in kinds else float if float in kinds else str
    return {"type": kind, "metavar": name}


class _OnOrOff(argparse.Action):
    """A truth value with flags of both kinds: ``--seeded``, ``--no-seed``."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(nargs=0, **facts)

    def __call__(self, parser: object, namespace: argparse.Namespace, values: object, flag: str | None = None) -> None:
        setattr(namespace, self.dest, not (flag or "").startswith(_OFF))


def _help(entry: Entry, presets: Mapping[str, Mapping[str, object]]) -> str:
    """Return the line of ``--help``, the defaults in it."""
    line = entry.facts.help if isinstance(entry.facts.help, str) else entry.facts.help()
    defaults = [_shown(entry.default) if entry.facts.shown is None else entry.facts.shown]
    defaults += [f"{name}: {_shown(values[entry.name])}" for name, values in presets.items() if entry.name in values]
    told = "; ".join(filter(None, defaults))
    return (f"{line} (default: {told})" if told else line).replace("%", "%%")


def _shown(value: object) -> str:
    """Return a default as it is told, empty where it says nothing."""
    if isinstance(value, bool) or value in (None, (), "", PydanticUndefined):
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
