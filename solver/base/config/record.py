"""The base of configuration records, how one is made of layers of values, and what a run folder belongs to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.fields import FieldInfo

from solver.base.config.complaints import Given, complaint, entry_called
from solver.base.config.fields import entries, facts_of, kinds_of, words_of

Layer = Mapping[str, object]
"""Values by the setting's name, each plain or ``Given``."""
ConfigT = TypeVar("ConfigT", bound="Config")


if TYPE_CHECKING:
    # The type checker knows the arguments from the fields.
    from pydantic._internal._model_construction import ModelMetaclass as _Checked
else:

    class _Checked(type(BaseModel)):
        """Makes a wrong value in ``Model(name=value)`` a ``UsageError``, as everywhere else."""

        def __call__(cls, *args: object, **values: object) -> object:
            try:
                return super().__call__(*args, **values)
            except ValidationError as error:
                raise complaint(cls, error, {}) from None


class Config(BaseModel, metaclass=_Checked):
    """Base of all configuration records: frozen, unknown names refused, a truth value never taken for a number.

    Raises:
        UsageError: on making one; a value cannot be used. (Another ``LogicVoteError`` of a validator comes as it is.)
    """

    # Built when a record is first made: ``--help`` makes none.
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, coerce_numbers_to_str=True, defer_build=True
    )

    @classmethod
    def of(cls, **values: object) -> Self:
        """Make one from settings by name, those of inline parts included."""
        return build(cls, values)

    def replaced(self, **changes: object) -> Self:
        """Return one with other values, checked like a new one.

        Raises:
            UsageError: a value cannot be used.
        """
        return build(type(self), told(self), changes)

    @model_validator(mode="before")
    @classmethod
    def _prepared(cls, values: object) -> object:
        """Give earlier names their present one, and put values in the form that pydantic takes."""
        if not isinstance(values, Mapping):
            return values
        now = {old: name for name, info in cls.model_fields.items() for old in facts_of(info).was}
        found: dict[object, object] = {}
        for given, value in values.items():
            name = now.get(given, given)
            info = cls.model_fields.get(str(name))
            found[name] = value if info is None else _prepared(value, info)
        return found


def _prepared(value: object, info: FieldInfo) -> object:
    kinds = kinds_of(info.annotation)
    if isinstance(value, bool) and bool not in kinds:
        # Pydantic takes True for 1; and YAML 1.1 reads ``on`` as a truth value where a word is meant.
        words = ("on", "off") if "on" in words_of(info.annotation) else ("true", "false")
        return words[0] if value else words[1]
    if tuple in kinds and isinstance(value, str | int | float):
        return (value,)
    return value


def build(model: type[ConfigT], *layers: Layer, is_strict: bool | None = None) -> ConfigT:
    """Make a record out of layers of values; later ones win, and what none names has its default.

    Args:
        is_strict: True takes no text for a number, as JSON means it.

    Raises:
        UsageError: an unknown name (with the nearest known one) or a value that cannot be used.
    """
    values: dict[str, object] = {}
    for layer in layers:
        for name, value in layer.items():
            values[entry_called(model, name).name] = value
    tree: dict[str, Any] = {}
    given: dict[tuple[str | int, ...], Given] = {}
    for entry in entries(model).values():
        # Every inline part and section is made, so that what is missing in it is found here.
        node = tree
        for name in entry.path[:-1]:
            node = node.setdefault(name, {})
        if entry.name in values:
            value = values[entry.name]
            if isinstance(value, Given):
                given[entry.path] = value
                value = value.value
            node[entry.path[-1]] = value
    try:
        return model.model_validate(tree, strict=is_strict)
    except ValidationError as error:
        raise complaint(model, error, given) from None


def told(config: Config) -> dict[str, object]:
    """Return the settings that were given a value when a record was made, by name; the others have their default."""
    return {name: entry.of(config) for name, entry in entries(type(config)).items() if entry.is_told(config)}


def values_of(config: Config) -> dict[str, object]:
    """Return the value of every setting by its earliest name, as run folders have it."""
    return {entry.bound_name: entry.of(config) for entry in entries(type(config)).values()}


def binding(config: Config) -> dict[str, object]:
    """Return what a run folder belongs to: the settings that decide its content, by their earliest name."""
    found: dict[str, object] = {}
    for entry in entries(type(config)).values():
        value, binds = entry.of(config), entry.facts.binds
        if binds == "always" or (binds == "changed" and value != entry.default):
            found[entry.bound_name] = value
    return found


def digest_of(values: Mapping[str, object]) -> str:
    """Return the first 12 hex digits of the SHA-256 over values as JSON."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=_as_json).encode()).hexdigest()[:12]


def _as_json(value: object) -> object:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)
