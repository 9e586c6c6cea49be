"""Plans of ``distill``, ``augment`` and ``perturb``: YAML files with a ``models`` section that is the same for all.

::

    models:
      base:
        endpoint: http://127.0.0.1:8000/v1   # or a list; none serves a model here
        model: my-model                      # the name that the endpoint knows
        price: {prompt: 0.5, completion: 1.5}  # a million tokens; absent means unknown, 0 means free
        requests_per_minute: 600
        tokens_per_minute: 200000
        concurrency: 32
        api_key_env: MY_KEY                  # the name of the environment variable, never the key
      ours:
        serve: models/my-32b-int4            # a folder, served here, with whatever ``BackendSettings`` has
        vram_gb: 32

The records are models of ``solver.base.config``, whose errors name file, line and field. A field that is null has its
default.

>>> plan = read(Plan, "models: {base: {endpoint: http://h}}", "x.yaml")
>>> plan.models["base"].served_name
'base'
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, field_validator, model_validator

from solver.backends.settings import BackendSettings
from solver.base.config import Config, Given, Misfit, build, from_yaml_text, other_default, setting
from solver.base.config.bounds import MOST_AT_ONCE, MOST_SAMPLES
from solver.base.config.complaints import near
from solver.base.errors import InputError, UsageError
from solver.base.foreign_files import MOST_OF_SETTINGS, text_of
from solver.base.places import SYNTH_PLANS
from solver.sampling.parameters import Parameters
from synth.llm.price import Price

PlanT = TypeVar("PlanT", bound="Plan")
_KEY_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


class PlanConfig(Config):
    """Base of all records of a plan: what is null has its default."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, values: object) -> object:
        if not isinstance(values, Mapping):
            return values
        return {name: value for name, value in values.items() if value is not None}


class AskingConfig(PlanConfig, Parameters):
    """Base of the records that ask a model, with its sampling parameters among their fields."""

    # What plans of before the general default was another one mean.
    top_p: float = other_default(Parameters, "top_p", 1.0)

    @property
    def own(self) -> dict[str, object]:
        """The fields beside the sampling parameters."""
        return self.model_dump(exclude=set(Parameters.model_fields))


class ModelPlan(PlanConfig, BackendSettings):
    """One entry of ``models``: where it answers, and how it is asked."""

    name: str = ""
    """The entry's name, by which rungs and stages refer to it."""
    endpoints: tuple[str, ...] = setting((), "base URLs; none serves a model on this machine", was="endpoint")
    model: str = ""
    """The name that the endpoint knows; empty takes the entry's name where there is an endpoint, else the folder's."""
    price: Price = Price()
    """Of a million tokens."""
    concurrency: int = Field(default=32, ge=1, le=MOST_AT_ONCE)
    """Samples in flight at each endpoint at most; less after a 429."""
    choices: int = Field(default=16, ge=1, le=MOST_SAMPLES)
    """Largest ``n`` of one request; 1 for servers that know no ``n``."""
    api_key_env: str = "OPENAI_API_KEY"
    """Environment variable that holds the key."""
    extra: dict[str, JsonValue] = Field(default={})
    """Further fields of every request's body."""

    @field_validator("api_key_env", mode="before")
    @classmethod
    def _is_a_name(cls, name: object) -> object:
        if not isinstance(name, str) or not _KEY_NAME.fullmatch(name):
            # The value is not repeated: it may be the key itself.
            raise UsageError("is no name of an environment variable; put the key there, its name here")
        return name

    @property
    def served_name(self) -> str:
        """The name under which the endpoint is asked for the model."""
        return self.model or (Path(self.serve).name if self.is_own else self.name)

    @property
    def backend(self) -> BackendSettings:
        """Where it answers."""
        found = {name: getattr(self, name) for name in BackendSettings.model_fields}
        return BackendSettings(**found | ({"serve_as": self.served_name} if self.is_own else {}))

    @property
    def binding(self) -> dict[str, object]:
        """What replies depend on: the model and the request's further fields, not where and how fast."""
        return {"model": self.served_name, "extra": self.extra}


def _named(listed: object) -> object:
    """Give every entry its name; one without fields is the embedded model."""
    if not isinstance(listed, Mapping):
        return listed
    return {
        name: {**(entry or {}), "name": name} if entry is None or isinstance(entry, Mapping) else entry
        for name, entry in listed.items()
    }


def _different(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise UsageError("is missing; name a model")
    if len(set(names)) < len(names):
        raise UsageError("names a model twice; take more samples of it instead")
    return names


Names = Annotated[tuple[str, ...], AfterValidator(_different)]
"""Entries of ``models``, one or several, each once."""


class Plan(PlanConfig):
    """A whole file: the models, and in derived records what is done with them."""

    models: Annotated[dict[str, ModelPlan], BeforeValidator(_named)] = Field(default={}, validate_default=True)
    """Entry name -> model, in the file's order."""

    @field_validator("models")
    @classmethod
    def _are_some(cls, models: dict[str, ModelPlan]) -> dict[str, ModelPlan]:
        if not models:
            raise UsageError("is missing; name at least one model")
        return models

    @model_validator(mode="after")
    def _are_known(self) -> Self:
        for name, way in self.named():
            if name not in self.models:
                raise Misfit(
                    f"{name!r} is no entry of models ({', '.join(self.models)}){near(name, self.models)}", *way
                )
        return self

    def named(self) -> Sequence[tuple[str, tuple[str | int, ...]]]:
        """Return the entries that the plan asks, each with the way to where it is named."""
        return ()

    def overridden(self, *, endpoints: Sequence[str] = (), served: str | None = None) -> Self:
        """Return the plan with ``--endpoint`` and ``--model`` in place of every entry's own."""
        changes: dict[str, object] = {"endpoints": tuple(endpoints)} if endpoints else {}
        if served:
            changes["model"] = served
        models = {name: model.replaced(**changes) for name, model in self.models.items()}
        return self.model_copy(update={"models": models})


def read(model: type[PlanT], text: str, file: str) -> PlanT:
    """Read the text of a plan.

    Args:
        file: its name, for messages.

    Raises:
        UsageError: it cannot be used; names file, line and field.
    """
    return build(model, from_yaml_text(model, text, file))


def load(model: type[PlanT], name: str) -> PlanT:
    """Read a plan by path, or one that comes with the project by its bare name (``embedded``).

    Raises:
        UsageError: it cannot be read or used; names file, line and field.
    """
    return build(model, layer_of(model, name)[0])


def layer_of(model: type[Plan], name: str) -> tuple[dict[str, Given], Path]:
    """Return what a plan's file says, and where the file lies.

    Raises:
        UsageError: it cannot be read, or is no YAML mapping of known names.
    """
    shipped = sorted(path.stem for path in SYNTH_PLANS.glob("*.yaml"))
    path = SYNTH_PLANS / f"{name}.yaml" if name in shipped else Path(name)
    try:
        text = text_of(path, most=MOST_OF_SETTINGS)
    except InputError as error:
        raise UsageError(f"{error}; give a YAML file or one of {', '.join(shipped)}") from None
    return from_yaml_text(model, text, path.name if path.parent == SYNTH_PLANS else name), path
