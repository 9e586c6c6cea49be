"""The configuration of ``harness eval``: one frozen record, from defaults, a YAML file, and flags, in that order.

The resolved record and its hash are written beside every result. Fields that decide which samples are drawn and how
they are counted bind a run folder to one value of each; the others (concurrency, time limits, display …) may change
when a run is continued.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, Self

from pydantic import field_validator, model_validator

from harness.benchmarks.builtin import FIRST, FIRST_THIRD, THIRD, WHOLE, as_noted, noted, settled
from harness.run.folder import RunFolder
from harness.track.registry import TRACKERS
from solver.backends.settings import BackendSettings
from solver.base.config import Given, Layer, Seconds, binding, digest_of, inline, setting, values_of
from solver.base.config.bounds import MOST, MOST_SECONDS
from solver.base.errors import ConfigMismatch, InputError, UsageError
from solver.base.files import write_json
from solver.base.foreign_files import object_of
from solver.base.places import place_in_project
from solver.hub.model_name import named_by
from solver.presets.choice import PresetChoice
from solver.problems.shapes.fields import FIELDS, FIELDS_HELP
from solver.scheduling.settings import MOST_AHEAD, SamplingSettings, check_members

Display = Literal["auto", "live", "plain", "log", "none"]


class FolderConfig(PresetChoice):
    """What a command was told that keeps its samples in a run folder."""

    data: tuple[str, ...] = setting(
        (WHOLE,), "files of problems of any shape, -, hf:org/set", flag=(), binds="always", min_length=1
    )
    map: str | None = setting(None, FIELDS_HELP, metavar=FIELDS, binds="changed", shown="found by looking at the rows")
    backend: BackendSettings = inline(BackendSettings)
    sampling: SamplingSettings = inline(SamplingSettings)
    limit: int | None = setting(None, "only the first N questions", metavar="N", ge=1, le=MOST, binds="always")
    run: str | None = setting(None, "run folder", metavar="DIR", shown="derived from the settings, under runs/")
    skip_bad: bool = setting(False, "continue without unusable lines")
    display: Display = setting("auto", "how the run is shown on stderr")
    is_json: bool = setting(False, "the result as one JSON object", flag="--json", was="json")

    @field_validator("data")
    @classmethod
    def _are_settled(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(settled, names))

    @property
    def inputs(self) -> tuple[str, ...]:
        """What is read."""
        return self.data

    @property
    def binding(self) -> dict[str, object]:
        """What the folder belongs to; a model of the project by its place in it, one of a hub by name and commit."""
        serve = named_by(self.backend.serve) or place_in_project(self.backend.serve)
        return {**binding(self), "data": self.inputs, "serve": serve}

    @property
    def folder(self) -> Path:
        """The folder: as named, or derived, so that the same command finds its samples again."""
        if self.run is not None:
            return Path(self.run)
        served = Path(self.backend.serve).resolve().name
        if self.sampling.models or not self.backend.endpoints:
            return self._derived("+".join(self.sampling.models) or served)
        # Of a run at an endpoint that began before 2026-12 the folder is named after the model that is not served.
        former = self._derived(served)
        return former if _noted(RunFolder(former).config).get("endpoints") else self._derived("endpoint")

    def _derived(self, model: str) -> Path:
        data = "+".join(Path(name).name.split(".")[0] for name in self.inputs)
        name = re.sub(r"[^\w.+-]", "_", self._name(f"{data}-{model}"))
        return Path("runs") / f"{name[:80]}-{self.digest}"

    def _name(self, of_what: str) -> str:
        """Return what a derived folder is called, but for the digest."""
        return of_what

    @property
    def digest(self) -> str:
        """First 12 hex digits of the SHA-256 over the binding fields."""
        return digest_of(self.binding)


class EvalConfig(FolderConfig):
    """What ``harness eval`` was told to do."""

    pilot: int | None = setting(
        None, "only so many of these, chosen for a forecast", flag=(), ge=2, le=MOST, binds="changed"
    )
    from_forecast: str | None = setting(
        None, "go on from a forecast (harness forecast): its settings, rule and samples", metavar="FILE"
    )
    data: tuple[str, ...] = setting(
        (),
        "files of problems of any shape, -, hf:org/set, benchmarks by name",
        flag=(),
        binds="always",
        shown="a third of the built-in benchmark",
    )
    full: bool = setting(False, "all of the built-in benchmark, not a third of it")
    deadline_s: Seconds | None = setting(
        None, "90s, 15m, 4h: from the start of the process", flag="--deadline", metavar="TIME", gt=0, le=MOST_SECONDS
    )
    price_prompt: str | None = setting(None, "price of a million prompt tokens, a decimal number", metavar="X")
    price_completion: str | None = setting(None, "price of a million generated tokens, a decimal number", metavar="X")
    currency: str = setting("USD", "of the prices", flag=())
    fill: bool | None = setting(
        None,
        "a letter for unanswered questions in the submission, not in the score",
        shown="with --deadline",
    )
    skip_bad: bool = setting(False, "continue without unusable lines; they go to rejects.jsonl")
    track: tuple[str, ...] = setting(
        (),
        lambda: f"tell a tracker of the finished run: {', '.join(TRACKERS.names)}; may be repeated",
        flag="--track",
        metavar="NAME",
    )
    details: bool = setting(False, "the whole score: families, levels, splits, k samples, rates")

    @model_validator(mode="after")
    def _has_members(self) -> Self:
        check_members(self.sampling)
        return self

    @classmethod
    def kept(cls, given: Mapping[str, object]) -> Layer | None:
        """See ``PresetChoice``: what the run in the folder that is named was begun with."""
        run = given.get("run")
        folder = run.value if isinstance(run, Given) else run
        noted = {} if folder is None else _noted(RunFolder(Path(str(folder))).config)
        if noted and "preset_values" not in noted:
            # Begun before there were presets, but for the embedded model where nothing else was named.
            return {} if {"endpoints", "serve"} & given.keys() else None
        found = noted.get("preset_values")
        return found if isinstance(found, dict) else None

    @field_validator("price_prompt", "price_completion")
    @classmethod
    def _is_a_price(cls, price: str | None) -> str | None:
        try:
            Decimal(price or "0")
        except InvalidOperation as error:
            raise UsageError("prices are decimal numbers for a million tokens, for example 0.15") from error
        return price

    @field_validator("track")
    @classmethod
    def _are_trackers(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in TRACKERS:
                raise UsageError(f"--track {name}: it is one of {', '.join(TRACKERS.names)}")
        return names

    @model_validator(mode="after")
    def _is_full_of_something(self) -> Self:
        if self.full and self.data:
            raise UsageError("--full is all of the built-in benchmark; where data is named, all of it is taken anyway")
        return self

    @model_validator(mode="after")
    def _is_forecast_of_rules(self) -> Self:
        if self.pilot is not None and self.sampling.allocation:
            raise UsageError(
                f"a forecast is of stopping rules: leave out --allocation {self.sampling.allocation}, and give it to "
                "eval with as many --mean-tokens as the rule of your choice takes"
            )
        return self

    @property
    def is_filled(self) -> bool:
        """The submission gets a letter for every question."""
        return self.deadline_s is not None if self.fill is None else self.fill

    @property
    def inputs(self) -> tuple[str, ...]:
        """What is read: what was named, or the built-in benchmark: a third, or all with ``full`` or a ``limit``."""
        if self.data:
            return self.data
        return (WHOLE,) if self.full or self.limit is not None else (THIRD,)

    @property
    def ahead(self) -> int:
        """Samples of a question ahead of need: idle slots of our own engine cost nothing, elsewhere tokens may."""
        if self.sampling.over_launch is not None:
            return self.sampling.over_launch
        return 0 if self.backend.endpoints or self.sampling.token_budget is not None else MOST_AHEAD

    def _name(self, of_what: str) -> str:
        return f"{of_what}-{(self.sampling.allocation or self.sampling.rule).replace(':', '')}"


def as_begun(config: EvalConfig) -> EvalConfig:
    """Return a configuration that names no data with what its run or its pilot was begun on, where that is benchmark 1.

    Until benchmark 2 was made, that was what a command took which named none.
    """
    begun = config.run or (config.from_forecast and os.path.dirname(config.from_forecast))
    if config.data or begun is None:
        return config
    former = FIRST if config.full or config.limit is not None else FIRST_THIRD
    if _noted_data(_binding_of(RunFolder(Path(begun)).config)) != [former.encode()]:
        return config
    return config.replaced(data=(former,), full=False)


def check_folder(
    folder: Path, config: FolderConfig, facts: Mapping[str, object], *, has_begun: bool = True
) -> Sequence[str]:
    """Write ``config.json`` into a new run folder, or hold it against the one that is there.

    Args:
        facts: further things that a run belongs to (digests of data and prompt).
        has_begun: the folder holds something that its configuration decided; one that does not takes another.

    Returns:
        What differed in a folder that had not begun, a line a field.

    Raises:
        ConfigMismatch: naming every field that differs.
    """
    path = RunFolder(folder).config
    # As it is written.
    told = json.dumps(_with_names({**config.binding, **facts}), ensure_ascii=False).encode("utf-8", "replace")
    now: dict[str, object] = json.loads(told)
    then = _binding_of(path)
    if _noted_data(then) == _noted_data(now):
        # Another word for the same benchmark.
        then = {**then, "data": now["data"]}
    # A fact that only one side knows is not settled yet.
    names = [name for name in sorted({*now, *then}) if name in config.binding or (name in now and name in then)]
    lines = [
        f"  {name}: {then.get(name)!r} there, {now.get(name)!r} now"
        for name in names
        if then.get(name) != now.get(name)
    ]
    if then and lines and has_begun:
        text = "\n".join(lines)
        raise ConfigMismatch(f"{folder} holds a run with another configuration:\n{text}\nuse another --run folder")
    kept = then if has_begun else {}
    full = {"binding": {**kept, **now}, "hash": config.digest, "all": _with_names(values_of(config))}
    write_json(path, full, follows=False)
    return lines if then else ()


def asked_models(folder: Path) -> tuple[str, ...]:
    """Return the models that the run in a folder asks, as ``check_folder`` noted them; empty where it did not."""
    found = _binding_of(RunFolder(folder).config).get("asked_models")
    return tuple(str(name) for name in found) if isinstance(found, list) else ()


def _with_names(values: Mapping[str, object]) -> dict[str, object]:
    """Return settings whose names of data can be written as UTF-8."""
    names = values.get("data")
    return {**values, "data": [noted(str(name)) for name in names]} if isinstance(names, (list, tuple)) else {**values}


def _noted_data(found: Mapping[str, object]) -> list[bytes] | None:
    """Return the settled names of the data that a binding holds; older ones keep the length alone of other bytes."""
    names = found.get("data")
    return [as_noted(str(name)).encode("utf-8", "replace") for name in names] if isinstance(names, list) else None


def _noted(path: Path) -> Mapping[str, object]:
    """Return all settings that a run folder was last used with; empty where none can be read."""
    try:
        found = object_of(path).get("all")
    except InputError:
        return {}
    return found if isinstance(found, dict) else {}


def _binding_of(path: Path) -> dict[str, object]:
    """Read what a run folder belongs to; empty where nothing stands yet.

    Raises:
        ConfigMismatch: the file is unreadable.
    """
    if not os.path.lexists(path):
        return {}
    found = object_of(path, error=ConfigMismatch).get("binding")
    if not isinstance(found, dict):
        raise ConfigMismatch(f"{path}: holds no 'binding'; use another --run folder")
    return found
