"""Configuration files of ``distill``, ``augment`` and ``perturb``: YAML into frozen records, errors with their line.

A ``Section`` is a mapping of the file. It is read field by field; ``done`` then refuses what nobody read, with the
nearest name. The ``models`` section is the same for all commands::

    models:
      base:
        endpoint: http://127.0.0.1:8000/v1   # or a list; none serves a model here
        model: my-model                      # the name that the endpoint knows
        price: {prompt: 0.5, completion: 1.5}  # a million tokens; absent means unknown, 0 means free
        requests_per_minute: 600
        tokens_per_minute: 200000
        concurrency: 32
        api_key_env: MY_KEY                  # the name of the environment variable, never the key

>>> section = section_of("seed: 7", "x.yaml")
>>> section.integer("seed", least=0), section.done()
(7, None)
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from solver.base.places import EMBEDDED_MODEL, SYNTH_PLANS
from synth.errors import SettingsError
from synth.llm.price import UNKNOWN, Price

if TYPE_CHECKING:
    import yaml

_T = TypeVar("_T")
_KEY_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlan:
    """One entry of ``models``."""

    name: str
    """The entry's name, by which rungs and stages refer to it."""
    endpoints: tuple[str, ...] = ()
    """Base URLs; none serves ``serve`` on this machine."""
    model: str = ""
    """The name that the endpoint knows; empty takes the entry's name where there is an endpoint, else the folder's."""
    serve: str = str(EMBEDDED_MODEL)
    """Folder of the model that is served where there is no endpoint."""
    price: Price = UNKNOWN
    """Of a million tokens."""
    requests_per_minute: float | None = None
    """Quota of each endpoint, or None."""
    tokens_per_minute: float | None = None
    """Quota of each endpoint, prompt and completion together, or None."""
    concurrency: int = 32
    """Chains in flight at each endpoint at most; less after a 429."""
    choices: int = 16
    """Largest ``n`` of one request; 1 for servers that know no ``n``."""
    api_key_env: str = "OPENAI_API_KEY"
    """Environment variable that holds the key."""
    request_timeout_s: float = 600.0
    """Bound on one request."""
    extra: str = "{}"
    """Further fields of every request's body, as JSON."""

    @property
    def served_name(self) -> str:
        """The name under which the endpoint is asked for the model."""
        return self.model or (self.name if self.endpoints else Path(self.serve).name)

    @property
    def binding(self) -> dict[str, object]:
        """What replies depend on: the model and the request's further fields, not where and how fast."""
        return {"model": self.served_name, "extra": json.loads(self.extra)}


class Section:
    """A mapping of a configuration file.

    Args:
        node: the YAML mapping.
        file: its name, for messages.
        path: where in the file it is, for example ``ladder[1]``; empty at the top.
    """

    def __init__(self, node: yaml.MappingNode, file: str, path: str = "") -> None:
        self._node, self.file, self.path = node, file, path
        self._values: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        self._read: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            self._lines[name] = key.start_mark.line + 1
            if name in self._values:
                raise self.error(name, "stands here twice; keep one")
            self._values[name] = value

    @property
    def line(self) -> int:
        """The line where the section begins, from 1."""
        return self._node.start_mark.line + 1

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of the section in the file's order."""
        return tuple(self._values)

    def where(self, name: str = "") -> str:
        """Return ``file:line: field`` for messages."""
        field = f"{self.path}.{name}" if self.path and name else self.path or name
        return f"{self.file}:{self._lines.get(name, self.line)}: {field}".rstrip(": ")

    def error(self, name: str, text: str) -> SettingsError:
        """Return an error about a field of this section; raise it."""
        return SettingsError(f"{self.where(name)}: {text}")

    def has(self, name: str) -> bool:
        """Tell whether a field is given and not null."""
        return name in self._values and self._values[name].tag != "tag:yaml.org,2002:null"

    def value(self, name: str) -> object:
        """Return a field's plain YAML value, None where it is absent."""
        import yaml

        self._read.add(name)
        node = self._values.get(name)
        if node is None:
            return None
        loader = yaml.SafeLoader("")
        try:
            return loader.construct_document(node)
        except yaml.YAMLError as error:
            raise self.error(name, f"is no plain YAML ({error})") from None

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; numbers are taken as written."""
        return self._wanted(name, default, str, "a text")

    def optional_text(self, name: str) -> str | None:
        """Return a text, None where it is absent."""
        return self.text(name) if self.has(name) else None

    def integer(self, name: str, default: int | None = None, *, least: int | None = None) -> int:
        """Return a whole number."""
        found = self._wanted(name, default, int, "a whole number")
        if least is not None and found < least:
            raise self.error(name, f"is {found}; at least {least} is wanted")
        return found

    def number(
        self, name: str, default: float | None = None, *, least: float | None = None, most: float | None = None
    ) -> float:
        """Return a number."""
        found = float(self._wanted(name, default, float, "a number"))
        if (least is not None and found < least) or (most is not None and found > most):
            bounds = f"{'' if least is None else f'{least:g} '}to{'' if most is None else f' {most:g}'}"
            raise self.error(name, f"is {found:g}; {bounds} is wanted")
        return found

    def flag(self, name: str, default: bool | None = None) -> bool:
        """Return true or false."""
        return self._wanted(name, default, bool, "true or false")

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """Return one of some words."""
        found = self.text(name, default)
        if found not in choices:
            raise self.error(name, f"is {found!r}; use one of {', '.join(choices)}{_near(found, choices)}")
        return found

    def texts(self, name: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return a list of texts; a single text is a list of one."""
        if not self.has(name) and default is not None:
            self._read.add(name)
            return tuple(default)
        found = self.value(name)
        listed = found if isinstance(found, list) else [found]
        if not listed or not all(isinstance(one, str) for one in listed):
            raise self.error(name, f"is {found!r}; a list of texts is wanted")
        return tuple(str(one) for one in listed)

    def decimal(self, name: str) -> Decimal | None:
        """Return an exact decimal of at least 0, None where it is absent or null."""
        self._read.add(name)
        if not self.has(name):
            return None
        # The text as written: a float would have lost digits.
        raw = self._values[name].value
        try:
            found = Decimal(raw)
        except (InvalidOperation, TypeError, ValueError):
            found = Decimal(-1)
        if not found.is_finite() or found < 0:
            raise self.error(name, f"is {raw!r}; a decimal number of at least 0 is wanted, or nothing where unknown")
        return found

    def section(self, name: str) -> Section:
        """Return a mapping within this one; an empty one where it is absent."""
        import yaml

        self._read.add(name)
        path = f"{self.path}.{name}" if self.path else name
        if not self.has(name):
            return Section(yaml.MappingNode("tag:yaml.org,2002:map", [], self._node.start_mark), self.file, path)
        node = self._values[name]
        if not isinstance(node, yaml.MappingNode):
            raise self.error(name, "a mapping of names to values is wanted")
        return Section(node, self.file, path)

    def sections(self, name: str) -> tuple[Section, ...]:
        """Return a list of mappings within this one; none where it is absent."""
        import yaml

        self._read.add(name)
        if not self.has(name):
            return ()
        node = self._values[name]
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(name, "a list of mappings is wanted")
        path = f"{self.path}.{name}" if self.path else name
        found = []
        for index, item in enumerate(node.value):
            if not isinstance(item, yaml.MappingNode):
                raise self.error(name, f"item {index} is no mapping of names to values")
            found.append(Section(item, self.file, f"{path}[{index}]"))
        return tuple(found)

    def done(self) -> None:
        """Refuse fields that nobody read.

        Raises:
            SettingsError: there are some; the message has the nearest name that is known.
        """
        for name in self._values:
            if name not in self._read:
                known = ", ".join(sorted(self._read)) or "nothing"
                raise self.error(name, f"no such field{_near(name, sorted(self._read))}; known here: {known}")

    def _wanted(self, name: str, default: _T | None, kind: type[_T], words: str) -> _T:
        found = self.value(name)
        if found is None:
            if default is None:
                raise self.error(name, f"is missing; {words} is wanted")
            return default
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        if kind is str and is_number:
            found = str(found)
        if kind is float and is_number:
            found = float(str(found))
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            raise self.error(name, f"is {found!r}; {words} is wanted")
        return found


def section_of(text: str, file: str) -> Section:
    """Parse the text of a configuration file.

    Raises:
        SettingsError: it is no YAML mapping, or a name stands twice; with line.
    """
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError(f"{file}:{line}: no YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{file}: no YAML: {error}") from None
    if not isinstance(node, yaml.MappingNode):
        raise SettingsError(f"{file}:1: a mapping of names to values is wanted; see {SYNTH_PLANS.name}/ for examples")
    return Section(node, file)


def load_section(name: str) -> Section:
    """Read a configuration file, or one that comes with the project by its bare name (``embedded``).

    Raises:
        SettingsError: it cannot be read, or is no YAML mapping.
    """
    shipped = sorted(path.stem for path in SYNTH_PLANS.glob("*.yaml"))
    path = SYNTH_PLANS / f"{name}.yaml" if name in shipped else Path(name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"configuration {name!r} cannot be read ({error}); give a YAML file or one of {', '.join(shipped)}"
        ) from None
    return section_of(text, str(name if path.parent != SYNTH_PLANS else path.name))


def models_of(section: Section, *, endpoints: Sequence[str] = (), served: str | None = None) -> Mapping[str, ModelPlan]:
    """Read the ``models`` section of a configuration.

    Args:
        section: the whole file.
        endpoints: ``--endpoint``; overrides those of every entry.
        served: ``--model``; overrides the name that is asked for in every entry.

    Returns:
        Entry name -> plan, in the file's order.

    Raises:
        SettingsError: a field cannot be used, or there is no model.
    """
    listed = section.section("models")
    if not listed.names:
        raise section.error("models", "is missing; name at least one model")
    plans = {}
    for name in listed.names:
        plan = _model(name, listed.section(name) if listed.has(name) else _empty(listed, name))
        if endpoints:
            plan = dataclasses.replace(plan, endpoints=tuple(endpoints))
        if served:
            plan = dataclasses.replace(plan, model=served)
        plans[name] = plan
    return plans


def known_model(section: Section, name: str, models: Mapping[str, ModelPlan]) -> tuple[str, ...]:
    """Read a field that names one model or a list of them.

    Raises:
        SettingsError: one is no entry of ``models``.
    """
    names = section.texts(name)
    for one in names:
        if one not in models:
            raise section.error(name, f"{one!r} is no entry of models ({', '.join(models)}){_near(one, list(models))}")
    if len(set(names)) < len(names):
        raise section.error(name, "names a model twice; take more samples of it instead")
    return names


def _empty(listed: Section, name: str) -> Section:
    """Return an empty section for a model entry without fields; it is the embedded model."""
    listed.value(name)
    return section_of("{}", listed.file)


def _model(name: str, section: Section) -> ModelPlan:
    price = section.section("price")
    plan = ModelPlan(
        name=name,
        endpoints=section.texts("endpoint", ()),
        model=section.text("model", ""),
        serve=section.text("serve", str(EMBEDDED_MODEL)),
        price=Price(prompt=price.decimal("prompt"), completion=price.decimal("completion")),
        requests_per_minute=_positive(section, "requests_per_minute"),
        tokens_per_minute=_positive(section, "tokens_per_minute"),
        concurrency=section.integer("concurrency", 32, least=1),
        choices=section.integer("choices", 16, least=1),
        api_key_env=section.text("api_key_env", "OPENAI_API_KEY"),
        request_timeout_s=section.number("request_timeout_s", 600.0, least=1),
        extra=json.dumps(section.value("extra") or {}, sort_keys=True),
    )
    price.done()
    section.done()
    if not _KEY_NAME.fullmatch(plan.api_key_env):
        # The value is not repeated: it may be the key itself.
        raise section.error("api_key_env", "is no name of an environment variable; put the key there, its name here")
    if not isinstance(json.loads(plan.extra), dict):
        raise section.error("extra", "a mapping of further request fields is wanted")
    return plan


def _positive(section: Section, name: str) -> float | None:
    return section.number(name, least=0.001) if section.has(name) else section.value(name)  # type: ignore[return-value]


def _near(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
