"""The fields of configuration records: what is known of each beside its type, and all of them by name."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Field

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

Binds = Literal["always", "changed", "never"]
"""Whether a run folder belongs to one value of a setting. ``changed``: only where it is not the default, so that
folders made before there was such a setting stay continuable; a new setting that decides samples takes this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a setting beside its type, default and bounds."""

    help: str | Callable[[], str] = ""
    """One line, or what gives it when it is wanted; the default is added by itself."""
    flags: tuple[str, ...] | None = None
    """Names on the command line; none has no flag, None derives one from the name."""
    metavar: str | None = None
    binds: Binds = "never"
    is_sent: bool = False
    """A part of every request to the engine, under its own name."""
    for_clients: bool = False
    """Whether a request of the gateway's may set it."""
    was: tuple[str, ...] = ()
    """Earlier names, which files may use and run folders do: the first one stands in ``binding``."""
    shown: str | None = None
    """How the default is told, where its value does not say it; empty does not tell it."""
    is_inline: bool = False
    """A model whose settings are named as if they were the outer one's."""


def setting(
    default: Any,
    help: str | Callable[[], str],
    *,
    flag: str | Sequence[str] | None = None,
    metavar: str | None = None,
    binds: Binds = "never",
    is_sent: bool = False,
    for_clients: bool = False,
    was: str | Sequence[str] = (),
    shown: str | None = None,
    **bounds: Any,
) -> Any:
    """Describe a field of a ``Config``.

    Args:
        default: ``...`` where it must be given.
        help: one line, without the default, with the unit where there is one; or a function that gives it.
        flag: name or names on the command line; ``()`` for none. Without it ``max_samples`` becomes ``--max-samples``.
            One that begins with ``--no-`` turns a truth value off; both kinds may stand together.
        binds: see ``Binds``.
        is_sent: whether it goes into requests to the engine (``solver.sampling.parameters``).
        for_clients: whether strangers may set it, through the gateway.
        was: earlier names, see ``Facts``.
        shown: how the default is told, see ``Facts``.
        bounds: ``ge``, ``gt``, ``le``, ``lt``, ``min_length``, ``pattern`` …, as pydantic's ``Field`` takes them.
    """
    facts = Facts(
        help=help,
        flags=flag if flag is None else (flag,) if isinstance(flag, str) else tuple(flag),
        metavar=metavar,
        binds=binds,
        is_sent=is_sent,
        for_clients=for_clients,
        was=(was,) if isinstance(was, str) else tuple(was),
        shown=shown,
    )
    extra: Any = {"facts": facts}
    return Field(default, json_schema_extra=extra, **bounds)


def other_default(model: type[BaseModel], name: str, default: object) -> Any:
    """Take over a field of a base with another default: ``top_p: float = other_default(Parameters, "top_p", 1.0)``."""
    info = copy(model.model_fields[name])
    info.default = default
    return info


def inline(model: type[BaseModel]) -> Any:
    """Take another model's settings in under their own names, with its defaults."""
    extra: Any = {"facts": Facts(is_inline=True)}
    return Field(default_factory=model, json_schema_extra=extra)


class Entry(NamedTuple):
    """One setting, as it is named from outside."""

    name: str
    """``max_samples``, or ``lora.rank`` in a section."""
    path: tuple[str, ...]
    """The attributes that lead to it."""
    info: FieldInfo
    facts: Facts

    @property
    def bound_name(self) -> str:
        """Its name in ``binding``: the earliest, which old run folders have."""
        return self.facts.was[0] if self.facts.was else self.name

    @property
    def default(self) -> object:
        """Its default; pydantic's own mark where it must be given."""
        return self.info.get_default(call_default_factory=True)

    def of(self, config: BaseModel) -> object:
        """Return its value in a record."""
        value: object = config
        for name in self.path:
            value = getattr(value, name)
        return value

    def is_told(self, config: BaseModel) -> bool:
        """Tell whether it was given a value when the record was made."""
        owner: Any = config
        for name in self.path[:-1]:
            owner = getattr(owner, name)
        return self.path[-1] in owner.model_fields_set


def facts_of(info: FieldInfo) -> Facts:
    """Return what is known of a field."""
    extra = info.json_schema_extra
    found: object = extra.get("facts") if isinstance(extra, dict) else None
    return found if isinstance(found, Facts) else Facts(help=info.description or "")


_ENTRIES: dict[type[BaseModel], Mapping[str, Entry]] = {}


def entries(model: type[BaseModel]) -> Mapping[str, Entry]:
    """Return the settings of a model by name, inline parts and sections opened, in the order of the fields.

    Raises:
        TypeError: two settings have one name.
    """
    if model not in _ENTRIES:
        found: dict[str, Entry] = {}
        for entry in _walk(model, (), ""):
            if entry.name in found:
                raise TypeError(f"{model.__name__}: two settings are called {entry.name!r}")
            found[entry.name] = entry
        _ENTRIES[model] = found
    return _ENTRIES[model]


def _walk(model: type[BaseModel], path: tuple[str, ...], prefix: str) -> Iterator[Entry]:
    for name, info in model.model_fields.items():
        facts = facts_of(info)
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from _walk(info.annotation, (*path, name), prefix if facts.is_inline else f"{prefix}{name}.")
        else:
            yield Entry(f"{prefix}{name}", (*path, name), info, facts)


def kinds_of(annotation: object) -> frozenset[object]:
    """Return the plain types that an annotation allows.

    >>> sorted(kind.__name__ for kind in kinds_of(tuple[str, ...] | None))
    ['NoneType', 'tuple']
    """
    origin = get_origin(annotation)
    if origin is Annotated:
        return kinds_of(get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return frozenset().union(*(kinds_of(part) for part in get_args(annotation)))
    if origin is Literal:
        return frozenset({Literal, *(type(word) for word in get_args(annotation))})
    return frozenset({origin or annotation})


def words_of(annotation: object) -> tuple[str, ...]:
    """Return the words of the ``Literal`` in an annotation."""
    if get_origin(annotation) is Literal:
        return tuple(str(word) for word in get_args(annotation))
    return tuple(word for part in get_args(annotation) for word in words_of(part))


def range_of(info: FieldInfo) -> str | None:
    """Say the range of a number in words; None where it is not closed.

    >>> range_of(Field(default=1.0, gt=0, le=5)), range_of(Field(default=8, ge=2, le=1024))
    ('above 0, at most 5', 'from 2 to 1,024')
    """
    ends = {name: value for one in info.metadata for name in ("ge", "gt", "le", "lt") if (value := _end(one, name))}
    low, high = ends.get("ge") or ends.get("gt"), ends.get("le") or ends.get("lt")
    if low is None or high is None:
        return None
    if "ge" in ends and "le" in ends:
        return f"from {low} to {high}"
    return f"{'at least' if 'ge' in ends else 'above'} {low}, {'at most' if 'le' in ends else 'below'} {high}"


def _end(one: object, name: str) -> str | None:
    value = getattr(one, name, None)
    return f"{value:,}" if isinstance(value, int) else f"{value:,g}" if isinstance(value, float) else None


def is_read_from_text(info: FieldInfo) -> bool:
    """Tell whether a field has a reader of its own for text, as durations do."""

    def has_reader(annotation: object) -> bool:
        parts = get_args(annotation)
        return isinstance(annotation, BeforeValidator) or any(has_reader(part) for part in parts)

    return has_reader(info.annotation) or any(isinstance(one, BeforeValidator) for one in info.metadata)
