"""What is asked of a model with every sample: the sampling parameters. A new one is one field of ``Parameters``.

A field with ``is_sent`` goes into the body of requests under its own name, unless it is None, False or empty. Fields
that came after the first ones enter keys and bindings only where they are set, so that samples drawn before are still
found. The defaults were chosen on real models (Qwen2.5-Coder-Instruct, 1.5B and 0.5B: docs/log.md, 2026-11-29).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import field_validator

from solver.base.config import Config, setting
from solver.base.config.bounds import MOST_TOKENS
from solver.base.config.fields import entries
from solver.base.errors import UsageError
from solver.base.inputs import meant, reason_of
from solver.sampling.wire.thinking_wanted import Wanted

_PATH = re.compile(r"\S+\.(?:txt|md|text|prompt)")
"""A system message that was meant as a file's path: asked of a model it would be noise."""
_STATES = {"on": True, "off": False, "auto": None}
_FIRST = ("temperature", "top_p", "max_tokens")
"""The parameters whose values always stand in keys and bindings, in this order."""


class Parameters(Config):
    """What a model is asked for: by ``eval`` and the other commands that vote, by the ladder and the panel of synth."""

    temperature: float = setting(
        0.7,
        "spread of the samples; 0 is greedy",
        metavar="T",
        ge=0,
        le=5,
        binds="always",
        is_sent=True,
        for_clients=True,
    )
    top_p: float = setting(
        # A small model's ordinary samples are poor at 1 (the log has both); on a CPU the engine pays a quarter of its
        # time for less than 1, so the embedded model keeps 1.
        0.8,
        "sample from the likeliest tokens that have this share together",
        metavar="P",
        gt=0,
        le=1,
        binds="always",
        is_sent=True,
        for_clients=True,
    )
    max_tokens: int = setting(
        1024,
        "tokens a chain at most",
        metavar="N",
        ge=1,
        le=MOST_TOKENS,
        binds="always",
        is_sent=True,
        for_clients=True,
    )
    system: str | None = setting(
        None,
        "system message, as text or the path of a file",
        metavar="TEXT|FILE",
        binds="changed",
        shown="the prompt's own, if it has one",
    )
    top_k: int | None = setting(
        None,
        "sample from the N likeliest tokens",
        metavar="N",
        ge=1,
        le=MOST_TOKENS,
        binds="changed",
        is_sent=True,
        for_clients=True,
    )
    min_p: float | None = setting(
        None,
        "leave out tokens less likely than P times the likeliest",
        metavar="P",
        ge=0,
        lt=1,
        binds="changed",
        is_sent=True,
        for_clients=True,
    )
    repetition_penalty: float | None = setting(
        None,
        "more than 1 makes tokens that came before less likely",
        metavar="X",
        gt=0,
        le=10,
        binds="changed",
        is_sent=True,
    )
    presence_penalty: float | None = setting(
        None, "the same by subtraction, -2 to 2", metavar="X", ge=-2, le=2, binds="changed", is_sent=True
    )
    stop: tuple[str, ...] = setting(
        (), "text that ends a chain; may be repeated", metavar="TEXT", max_length=16, binds="changed", is_sent=True
    )
    thinking: Literal["on", "off", "auto"] = setting(
        "auto",
        "whether the model thinks first, told in the way that a probe finds; auto leaves it to the model",
        binds="changed",
        for_clients=True,
    )
    thinking_budget: int | None = setting(
        None,
        "tokens of a thought at most: by the server's own field where one works, else cut and the answer forced",
        metavar="N",
        ge=1,
        le=MOST_TOKENS,
        binds="changed",
        for_clients=True,
    )
    extra_body: str | None = setting(
        None, "further fields of every request, as a JSON object", metavar="JSON", binds="changed"
    )

    @field_validator("system")
    @classmethod
    def _is_text(cls, system: str | None) -> str | None:
        """Take the text of a file where a file is named."""
        if system is None or "\n" in system or len(system) > 255:
            return system
        if not Path(system).is_file():
            if _PATH.fullmatch(system):
                raise UsageError(f"--system {system}: no such file{meant(Path(system))}; text is more than one word")
            return system
        try:
            return Path(system).read_text(encoding="utf-8-sig").rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"--system {system}: cannot be read ({reason_of(error, Path(system))})") from error

    @field_validator("extra_body")
    @classmethod
    def _is_an_object(cls, extra_body: str | None) -> str | None:
        """Check the JSON; its form is made one, since samples are known by it."""
        if extra_body is None:
            return None
        try:
            found = json.loads(extra_body)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"--extra-body {extra_body[:60]!r}: no JSON ({error})") from error
        if not isinstance(found, dict):
            raise UsageError(f"--extra-body {extra_body[:60]!r}: a JSON object is wanted, such as '{{\"top_k\": 20}}'")
        if taken := sorted({"model", "messages", "n", "stream", *Sampling.model_fields} & found.keys()):
            raise UsageError(f"--extra-body: {taken[0]} has a setting of its own; leave it out here")
        return json.dumps(found, ensure_ascii=False, sort_keys=True)

    @cached_property
    def later(self) -> dict[str, object]:
        """The parameters that came after the first ones, where they are set."""
        return {
            name: entry.of(self)
            for name, entry in sorted(entries(Parameters).items())
            if name not in _FIRST and entry.of(self) != entry.default
        }

    @property
    def bound(self) -> dict[str, object]:
        """What replies depend on, by name."""
        return {**{name: getattr(self, name) for name in _FIRST}, **self.later}

    @cached_property
    def body(self) -> dict[str, Any]:
        """The fields of a request's body; never changed in place."""
        sent = {name: entry.of(self) for name, entry in entries(type(self)).items() if entry.facts.is_sent}
        further: Mapping[str, Any] = json.loads(self.extra_body) if self.extra_body else {}
        said = {name: value for name, value in sent.items() if value is not None and value is not False and value != ()}
        return {**said, **further, **self._thinking}

    @property
    def _thinking(self) -> dict[str, Any]:
        """What is wanted of the model's thinking, for the endpoint to say in its own words."""
        if self.thinking == "auto" and self.thinking_budget is None:
            return {}
        return Wanted(is_on=_STATES[self.thinking], budget=self.thinking_budget).to_body()

    def messages(self, prompt: str) -> list[dict[str, str]]:
        """Return the chat that a user message begins."""
        head = [] if not self.system else [{"role": "system", "content": self.system}]
        return [*head, {"role": "user", "content": prompt}]


class Sampling(Parameters):
    """The same for samples that vote: what is wanted with a chain, and what is done where it gives no answer."""

    logprobs: bool = setting(
        # They and seeds halve the speed of a small model on a GPU, and no vote here gains from them (docs/log.md).
        False,
        "ask for the log-probabilities of the tokens",
        flag=("--logprobs", "--no-logprobs"),
        binds="always",
        is_sent=True,
    )
    answer_forcing: bool = setting(
        True,
        "do not force an answer out of chains without one",
        flag="--no-close",
        was="close",
        binds="always",
        for_clients=True,
    )

    @cached_property
    def key_parts(self) -> list[object]:
        """What a sample's key has of the parameters."""
        first: list[object] = [*(getattr(self, name) for name in _FIRST), self.logprobs, self.answer_forcing]
        return [*first, self.later] if self.later else first
