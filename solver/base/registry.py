"""Named things that can be added to, kept in one place: what they are called, their help and their order.

Whoever offers, lists, draws or reads such things iterates over the registry and keeps no list of its own. An entry says
all about itself in its own module; the registry names the modules, one line each::

    RULES = Registry.of_modules("stopping rule", RuleKind, "solver.voting.rules", ("fixed", "lead"), "KIND")

>>> from typing import NamedTuple
>>> Fruit = NamedTuple("Fruit", [("name", str), ("help", str)])
>>> fruits = Registry("fruit", (Fruit("apple", "red or green"), Fruit("fig", "blue")))
>>> fruits.names, fruits.near("appel"), fruits.near("zzz"), fruits["fig"].help
(('apple', 'fig'), Fruit(name='apple', help='red or green'), None, 'blue')
>>> print(fruits.listing())
  apple  red or green
  fig    blue
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Generic, Protocol, TypeVar


class Entry(Protocol):
    """What every entry has."""

    @property
    def name(self) -> str:
        """As users write it."""

    @property
    def help(self) -> str:
        """What it is, in a few words that may stand behind its name."""


EntryT = TypeVar("EntryT", bound=Entry)


class Registry(Generic[EntryT]):
    """Entries of one kind, in their order."""

    def __init__(self, kind: str, entries: Iterable[EntryT]) -> None:
        """Keep entries.

        Args:
            kind: what an entry is called, for messages.

        Raises:
            ValueError: two entries have the same name.
        """
        self.kind = kind
        self._entries: dict[str, EntryT] = {}
        for entry in entries:
            self._add(entry)

    @classmethod
    def of_modules(
        cls, kind: str, entry_type: type[EntryT], package: str, modules: Sequence[str], attribute: str
    ) -> Registry[EntryT]:
        """Collect one attribute of each module of a package, an entry or a tuple of entries, in the order given.

        Raises:
            TypeError: a module's attribute is no such entry.
        """
        found: list[EntryT] = []
        for module in modules:
            value = getattr(import_module(f"{package}.{module}"), attribute, None)
            for entry in value if type(value) is tuple else (value,):
                if not isinstance(entry, entry_type):
                    raise TypeError(f"{package}.{module}.{attribute} must be a {entry_type.__name__}, found {entry!r}")
                found.append(entry)
        return cls(kind, found)

    def __iter__(self) -> Iterator[EntryT]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __getitem__(self, name: str) -> EntryT:
        return self._entries[name]

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(self._entries)

    def near(self, name: str) -> EntryT | None:
        """Return the entry that a mistyped name was meant for, where one is near."""
        found = difflib.get_close_matches(name, self._entries, n=1)
        return self._entries[found[0]] if found else None

    def listing(self, spelt: str = "name") -> str:
        """Return one line for each entry: how it is written, and its help.

        Args:
            spelt: the attribute that says how an entry is written.
        """
        rows = [(str(getattr(entry, spelt)), entry.help) for entry in self]
        width = max((len(name) for name, _ in rows), default=0)
        return "\n".join(f"  {name:{width}}  {text}" for name, text in rows)

    @contextmanager
    def holding(self, entry: EntryT) -> Iterator[EntryT]:
        """Hold one entry more for a while, last in order.

        Raises:
            ValueError: there is one of its name.
        """
        self._add(entry)
        try:
            yield entry
        finally:
            del self._entries[entry.name]

    def _add(self, entry: EntryT) -> None:
        if entry.name in self._entries:
            raise ValueError(f"there is a {self.kind} {entry.name!r} already")
        self._entries[entry.name] = entry
