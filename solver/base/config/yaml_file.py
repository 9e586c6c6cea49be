"""Settings from YAML: by name, each with the line where it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from solver.base.config.complaints import Given, Way, entry_called
from solver.base.config.fields import entries, facts_of
from solver.base.errors import UsageError
from solver.base.foreign_files import MOST_OF_SETTINGS, text_of

_DEEPEST = 100
_MOST_PARTS = 20_000
"""Of one setting, aliases counted as often as they are used."""

if TYPE_CHECKING:
    import yaml
    from pydantic import BaseModel


def from_yaml(model: type[BaseModel], path: Path) -> dict[str, Given]:
    """Read a YAML file.

    Raises:
        UsageError: it cannot be read, is no mapping, or has an unknown or repeated name.
    """
    return from_yaml_text(model, text_of(path, error=UsageError, most=MOST_OF_SETTINGS), str(path))


def from_yaml_text(model: type[BaseModel], text: str, file: str) -> dict[str, Given]:
    """Read the text of a YAML file.

    Args:
        file: its name, for messages.

    Raises:
        UsageError: as ``from_yaml``.
    """
    import yaml

    node = _composed(text, file)
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(f"{file}: a mapping of names to values is wanted")
    found: dict[str, Given] = {}
    _read(model, node, file, "", found)
    return found


def value_of(text: str) -> object:
    """Read one YAML value.

    Raises:
        UsageError: it is none.
    """
    node = _composed(text, text[:80])
    return None if node is None else _value(node, text[:80], (), {})


def _read(model: type[BaseModel], node: yaml.MappingNode, file: str, prefix: str, found: dict[str, Given]) -> None:
    """Note what a mapping of the file holds: settings, and sections with settings of their own."""
    import yaml

    sections = {entry.name.rpartition(".")[0] for entry in entries(model).values()} - {""}
    inlined = {name for name, info in model.model_fields.items() if facts_of(info).is_inline}
    for key, value in node.value:
        name, line = f"{prefix}{key.value}", key.start_mark.line + 1
        if isinstance(value, yaml.MappingNode) and name in sections | inlined:
            _read(model, value, file, "" if name in inlined else f"{name}.", found)
            continue
        if name in sections and value.tag == "tag:yaml.org,2002:null":
            # A section's name with nothing below it.
            continue
        entry = entry_called(model, name, f"{file}:{line}: ")
        if entry.name in found:
            raise UsageError(f"{file}:{line}: {name} stands here twice; keep one")
        lines: dict[Way, int] = {(): line}
        found[entry.name] = Given(_value(value, file, (), lines), file, lines)


def _value(node: yaml.Node, file: str, way: Way, lines: dict[Way, int]) -> object:
    """Return a node's plain value and note the line of every part; a name that stands twice is refused."""
    import yaml

    if len(way) > _DEEPEST or len(lines) > _MOST_PARTS:
        # An alias within itself, or aliases of aliases: a line each, and nine times as many parts with every one.
        raise UsageError(f"{file}:{node.start_mark.line + 1}: too many parts, or nested too deeply; write it plainly")
    if isinstance(node, yaml.MappingNode):
        built: dict[str, object] = {}
        for key, value in node.value:
            name = str(key.value)
            lines[(*way, name)] = line = key.start_mark.line + 1
            if name in built:
                raise UsageError(f"{file}:{line}: {name} stands here twice; keep one")
            built[name] = _value(value, file, (*way, name), lines)
        return built
    if isinstance(node, yaml.SequenceNode):
        for place, part in enumerate(node.value):
            lines[(*way, place)] = part.start_mark.line + 1
        return [_value(part, file, (*way, place), lines) for place, part in enumerate(node.value)]
    try:
        return _loader()("").construct_document(node)
    except (yaml.YAMLError, ValueError) as error:
        raise UsageError(f"{file}:{node.start_mark.line + 1}: no plain YAML value ({_in_one_line(error)})") from None


def _composed(text: str, file: str) -> yaml.Node | None:
    import yaml

    try:
        return yaml.compose(text, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UsageError(f"{file}:{line}: no YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{file}: no YAML: {_in_one_line(error)}") from None


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _loader() -> type[yaml.SafeLoader]:
    """Return PyYAML's safe loader, which also reads 3e-4 as the number that it is in YAML 1.2."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    number = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+")
    Loader.add_implicit_resolver("tag:yaml.org,2002:float", number, list("-+.0123456789"))
    return Loader
