"""What is wrong with a configuration, in one line in the user's words: place, setting, value, what is wanted."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args, get_origin

from pydantic import BaseModel, ValidationError

from solver.base.config.fields import Entry, entries, facts_of, range_of
from solver.base.errors import LogicVoteError, UsageError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Way = tuple[str | int, ...]
"""Names and places that lead to a part of a value."""
LONGEST_SHOWN = 80
"""Of a value or name, characters."""


class Misfit(UsageError):
    """What a check of a whole record found, with the setting that it speaks of.

    Args:
        text: what is wrong and what to do, without the setting's name.
        way: names and places that lead to the setting, from the record that is checked.
    """

    def __init__(self, text: str, *way: str | int) -> None:
        super().__init__(text)
        self.way: Way = way


@dataclass(frozen=True, slots=True)
class Given:
    """A value with the place where it was given."""

    value: object
    file: str
    lines: Mapping[Way, int] = field(default_factory=dict)
    """Lines of the file by the way to a part of the value; the empty way is the value itself."""

    def place(self, way: Way = ()) -> str:
        """Return ``file:line: `` of a part, or of what it is in."""
        for end in range(len(way), -1, -1):
            if (line := self.lines.get(way[:end])) is not None:
                return f"{self.file}:{line}: "
        return f"{self.file}: "


def entry_called(model: type[BaseModel], name: str, place: str = "") -> Entry:
    """Return the setting of a present or earlier name.

    Raises:
        UsageError: there is none; names the nearest.
    """
    known = entries(model)
    if name in known:
        return known[name]
    for entry in known.values():
        if name in entry.facts.was:
            return entry
    raise UsageError(f"{place}no setting is called {name[:LONGEST_SHOWN]!r}{near(name, known)}")


def near(name: str, known: Iterable[str]) -> str:
    """Return a hint at the nearest known name, or nothing."""
    found = difflib.get_close_matches(name[:LONGEST_SHOWN], list(known), n=1)
    return f"; did you mean {found[0]!r}?" if found else ""


def complaint(model: type[BaseModel], error: ValidationError, given: Mapping[Way, Given]) -> LogicVoteError:
    """Put what pydantic found in one line.

    Args:
        given: where values came from, by the attributes that lead to them.
    """
    found = error.errors(include_url=False)
    cause = found[0].get("ctx", {}).get("error")
    if len(found) == 1 and isinstance(cause, LogicVoteError) and not isinstance(cause, UsageError):
        # Its class says more: a prompt that is missing has a text and an exit code of its own.
        return cause
    return UsageError("; ".join(_line(model, one, given) for one in found))


def _line(model: type[BaseModel], found: ErrorDetails, given: Mapping[Way, Given]) -> str:
    cause = found.get("ctx", {}).get("error")
    way = (*found["loc"], *cause.way) if isinstance(cause, Misfit) else found["loc"]
    ends = (end for end in range(len(way), 0, -1) if way[:end] in given)
    place = next((given[way[:end]].place(way[end:]) for end in ends), "")
    name = _spelled(_named(model, way)) + ("" if place else _flag_at(model, way))
    if isinstance(cause, LogicVoteError):
        # The check's own words: they may leave the value out on purpose.
        return f"{place}{name}: {cause}" if name else f"{place}{cause}"
    if found["type"] == "missing":
        return f"{place}{name} is missing"
    if found["type"] == "extra_forbidden":
        return f"{place}no setting is called {name!r}{near(str(way[-1]), _model_at(model, way[:-1]).model_fields)}"
    shown = repr(found["input"])
    shown = shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"
    info = _model_at(model, way[:-1]).model_fields.get(str(way[-1])) if way else None
    within = range_of(info) if info is not None and re.match("(greater|less)_than", found["type"]) else None
    said = f"it should be {within}" if within else re.sub(r"^(Input|Value|\w+) should", r"it should", found["msg"])
    why = str(cause) if cause is not None else said
    return f"{place}{name} cannot be {shown}: {why}" if name else f"{place}{why}"


def _spelled(steps: Iterable[str | int]) -> str:
    """Write the way to a value as people do.

    >>> _spelled(["ladder", 0, "samples"])
    'ladder[0].samples'
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def _named(model: type[BaseModel], way: Way) -> Iterator[str | int]:
    """Yield the way to a value as a user knows it: without inline parts."""
    at: type[BaseModel] | None = model
    for step in way:
        info = at.model_fields.get(str(step)) if at is not None else None
        if info is None or not facts_of(info).is_inline:
            yield step
        at = at if info is None else next(_models(info.annotation), None)


def _flag_at(model: type[BaseModel], way: Way) -> str:
    """Return the flag of a setting whose name does not tell it: ``" (--slots)"`` of ``max_concurrency``."""
    info = _model_at(model, way[:-1]).model_fields.get(str(way[-1])) if way else None
    flags = facts_of(info).flags if info is not None else None
    spelt = f"--{way[-1]}".replace("_", "-") if way else ""
    return f" ({flags[0]})" if flags and flags[0] != spelt else ""


def _model_at(model: type[BaseModel], way: Way) -> type[BaseModel]:
    """Return the model that a way leads into."""
    for step in way:
        info = model.model_fields.get(str(step))
        model = model if info is None else next(_models(info.annotation), model)
    return model


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the records within an annotation."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for part in get_args(annotation):
        yield from _models(part)
