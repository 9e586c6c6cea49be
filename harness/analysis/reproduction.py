"""A run again, from its card: the configuration that it says, what differs beforehand, and how far the two agree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness.benchmarks.builtin import as_noted
from harness.errors import NOTHING_SAMPLED, NothingToCompare, RunFolderError
from harness.run.card.card import VERSION
from harness.run.config import EvalConfig
from harness.run.folder import RunFolder, missing
from solver.base.config import Layer, build
from solver.base.foreign_files import object_of
from solver.base.intervals import Difference, Interval, paired_difference, share_interval
from solver.base.places import from_place_in_project
from solver.hub.model_name import is_on_hub
from solver.problems.question import problem_id_of
from solver.problems.shapes.hub_data_set import PREFIX
from solver.sampling.wire.address import is_loopback

_MUST = ("model", "data", "prompt", "settings", "answers", "keys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A second run beside the first, over the questions with a key that both have."""

    accuracy_then: float
    accuracy_now: float
    difference: Difference
    """Now less then, paired, clustered by problem."""
    same: Interval
    """Share of questions with the same letter (or none both times)."""

    @property
    def is_within_noise(self) -> bool:
        """The interval of the difference holds zero."""
        return self.difference.low <= 0 <= self.difference.high


def read_card(path: Path) -> dict[str, Any]:
    """Read a card, or that of a run folder.

    Raises:
        RunFolderError: it is missing, damaged, or of a later version.
    """
    file = RunFolder(path).card if path.is_dir() else path
    if path.is_dir() and not file.exists():
        raise missing(file)
    card = object_of(file, error=RunFolderError)
    lacking = next((name for name in _MUST if not isinstance(card.get(name), dict)), None)
    if lacking is not None:
        raise RunFolderError(f"{file}: no card of a run: field {lacking!r} must be an object")
    if card.get("card") != VERSION:
        raise RunFolderError(f"{file}: a card of version {card.get('card')!r}; this program knows {VERSION}")
    for name, is_right in (
        ("data.inputs", _are_texts(card["data"].get("inputs"))),
        ("model.endpoints", card["model"].get("endpoints") is None or _are_texts(card["model"]["endpoints"])),
        ("versions", isinstance(card.get("versions") or {}, dict)),
        *((name, _are_texts([one or "" for one in card[name].values()])) for name in ("answers", "keys")),
    ):
        if not is_right:
            raise RunFolderError(f"{file}: no card of a run: field {name!r} is of another kind")
    return card


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def at_its_word(card: Mapping[str, Any], overrides: Layer) -> list[str]:
    """Return what a card, which may be somebody else's, would have this machine do beside asking its questions here.

    Args:
        overrides: what the user says, which the card then does not decide.
    """
    model, settings = card["model"], card["settings"]
    found = []
    if "endpoints" not in overrides and "serve" not in overrides:
        # They would get the questions, and the user's key.
        found += [f"ask {url}" for url in model.get("endpoints") or () if not is_loopback(urlsplit(url).hostname or "")]
        if model.get("serve") and is_on_hub(from_place_in_project(str(model["serve"]))):
            found.append(f"fetch the model {model['serve']}")
    if "data" not in overrides:
        found += [f"fetch {name}" for name in card["data"]["inputs"] if name.startswith(PREFIX)]
    if settings.get("engine_args"):
        found.append(f"start the engine with {settings['engine_args']}")
    files = {name: settings.get(name) for name in ("system", "prompt", "from_forecast", "pilot")}
    return found + [f"read {value} as {name}" for name, value in files.items() if _is_file(value)]


def _is_file(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) < 1000 and Path(value).is_file()
    except (OSError, ValueError):
        return False


def config_of(card: Mapping[str, Any], overrides: Layer) -> EvalConfig:
    """Return the configuration that a card says.

    Args:
        overrides: what is to be otherwise: another endpoint, another folder of the model.

    Raises:
        UsageError: a setting is not known any more.
    """
    model, settings = card["model"], dict(card["settings"])
    settings.pop("endpoints", None)
    if "endpoints" not in overrides and "serve" not in overrides:
        if model.get("serve"):
            settings["serve"] = from_place_in_project(str(model["serve"]))
        else:
            settings["endpoints"] = tuple(model.get("endpoints") or ())
    tuples = {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
    return build(EvalConfig, tuples, {"data": tuple(map(as_noted, card["data"]["inputs"]))}, overrides)


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the two runs were not alike in, one line each: first what makes them runs of different things."""
    for part, fields in (("data", ("sha256", "n")), ("prompt", ("sha256",)), ("model", ("weights_sha256", "names"))):
        for name in fields:
            before, after = then[part].get(name), now[part].get(name)
            if before != after and before is not None:
                yield f"{part} {name}: {_short(before)} then, {_short(after)} now"
    for part in ("engine", "device"):
        if then.get(part) != now.get(part):
            yield f"{part}: {_short(then.get(part))} then, {_short(now.get(part))} now"
    before, after = then.get("versions") or {}, now.get("versions") or {}
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"{name}: {before.get(name, 'none')} then, {after.get(name, 'none')} now"


def agreement_of(then: Mapping[str, Any], now: Mapping[str, Any]) -> Agreement:
    """Hold a run's answers against those of its card.

    Raises:
        NothingToCompare: they share no question with the same key, or one has no sample.
    """
    for card, when in ((then, "then"), (now, "now")):
        if (card.get("result") or {}).get("samples_per_question", 1) is None:
            raise NothingToCompare(f"the run {when}: {NOTHING_SAMPLED}")
    shared = [name for name in then["answers"] if name in now["answers"]]
    keyed = [name for name in shared if then["keys"].get(name) and then["keys"][name] == now["keys"].get(name)]
    if not keyed:
        raise NothingToCompare("the two runs share no question with the same key")
    problems = [problem_id_of(name) for name in keyed]
    right_then, right_now = (_right(card, keyed) for card in (then, now))
    same = [float(then["answers"][name] == now["answers"][name]) for name in keyed]
    return Agreement(
        accuracy_then=sum(right_then) / len(keyed),
        accuracy_now=sum(right_now) / len(keyed),
        difference=paired_difference([b - a for a, b in zip(right_then, right_now, strict=True)], problems),
        same=share_interval(same, problems),
    )


def _right(card: Mapping[str, Any], names: Sequence[str]) -> list[float]:
    return [float(card["answers"][name] == card["keys"][name]) for name in names]


def _short(value: object) -> str:
    text = (
        str(value) if isinstance(value, str | int | float) or value is None else json.dumps(value, ensure_ascii=False)
    )
    return text if len(text) <= 60 else f"{text[:60]}…"
