"""Where samples come from: running endpoints, or an engine started here, and how either is treated."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import field_validator, model_validator

from solver.backends.engine_config import installed_device, is_for_server_only
from solver.backends.registry import BACKENDS
from solver.base.config import Config, setting
from solver.base.config.bounds import MOST, MOST_BUDGET, MOST_SECONDS, MOST_TOKENS
from solver.base.errors import EngineMissing, UsageError
from solver.base.places import EMBEDDED_MODEL

ENGINE_SHARE = 15 / 16
"""Chains that an engine started here runs at once, as a share of the slots. The rest waits for its siblings' places or
is on its way: with as many slots as the engine has places, some places would stay empty for a moment."""
GPU_SLOTS, OTHER_SLOTS = 512, 192
"""Samples in flight where nobody says how many: an engine started here on a GPU; one on a CPU, whose speed is the same
from 128 on, and endpoints that do not tell their load (docs/log.md)."""
MOST_FOLLOWED = 1024
"""Samples in flight at most at running servers that tell their load, where nobody says how many."""
ENDS_ONLY = 1000
"""Tokens between two pieces of a stream that nobody looks at: it is there to tell when each of its chains ends. On one
H200 with 512 places a group streamed so took 2.6 s of our CPU time where five single requests took 12.2 s, at the same
speed or better (docs/log.md)."""


OF_AN_ENGINE = (
    *("serve", "engine", "replicas", "adapters", "eager", "vram_gb", "kv_cache_gib", "kv_cache_dtype"),
    *("max_model_len", "max_num_batched_tokens", "engine_args"),
)
"""Settings that do something only where an engine is started here."""


def _engines() -> str:
    return ", ".join(kind.name for kind in BACKENDS if kind.is_served_here)


class BackendSettings(Config):
    """What answers.

    Raises:
        UsageError: a value cannot be used.
    """

    endpoints: tuple[str, ...] = setting(
        (), "a running server; may be repeated", flag="--endpoint", metavar="URL", shown="an engine is started here"
    )
    serve: str = setting(
        str(EMBEDDED_MODEL),
        "a model to serve here: folder, org/name[@revision], modelscope:org/name",
        metavar="MODEL",
        shown="embedded model",
        binds="always",
    )
    engine: str | None = setting(
        None,
        lambda: f"how a model is served here: {_engines()}",
        metavar="NAME",
        shown="inprocess on a CPU, else server",
    )
    serve_as: str | None = setting(None, "name of the model that is served here", flag=(), shown="its folder's")
    replicas: int = setting(1, "copies of the engine, each on an equal part of the cards", metavar="N", ge=1, le=1024)
    adapters: tuple[str, ...] = setting(
        (), "LoRA adapter to serve beside it; may be repeated", flag="--adapter", metavar="NAME=DIR", binds="always"
    )
    requests_per_minute: float | None = setting(None, "requests a minute at each endpoint", metavar="N", gt=0, le=MOST)
    tokens_per_minute: float | None = setting(
        None, "tokens a minute at each endpoint", metavar="N", gt=0, le=MOST_BUDGET
    )
    request_timeout_s: float = setting(600.0, "bound on one request, seconds", flag=(), gt=0, le=MOST_SECONDS)
    eager: bool | None = setting(None, "start the engine without compiling: sooner up, slower after", shown="on a CPU")
    vram_gb: float | None = setting(
        None,
        "memory that --serve may take, GiB: the engine's settings are planned for it and checked",
        metavar="G",
        gt=0,
        lt=1e6,
    )
    kv_cache_gib: int = setting(1, "memory for the engine's KV cache on a CPU, whole GiB", flag=(), ge=1, le=100_000)
    # An 8-bit cache draws other samples.
    kv_cache_dtype: Literal["auto", "fp8"] = setting("auto", "fp8 halves the KV cache on a GPU", binds="changed")
    max_model_len: int | None = setting(
        None, "longest prompt and chain together, tokens", flag=(), ge=1, le=MOST_TOKENS
    )
    max_num_batched_tokens: int | None = setting(
        # None plans it with ``vram_gb`` and else leaves it to the engine.
        None,
        "tokens a step of the engine",
        flag=(),
        ge=16,
        le=MOST_TOKENS,
    )
    engine_args: tuple[str, ...] = setting(
        (),
        "a further argument for vLLM's server, written --engine-arg=--name=value; may be repeated",
        flag="--engine-arg",
        metavar="ARG",
    )

    @field_validator("endpoints")
    @classmethod
    def _have_no_password(cls, endpoints: tuple[str, ...]) -> tuple[str, ...]:
        from solver.sampling.wire.address import normalized_url  # not for a mere --help

        for url in endpoints:
            # Before anything is written: a password in it would stand in a run folder.
            normalized_url(url)
        return endpoints

    @field_validator("engine")
    @classmethod
    def _is_an_engine(cls, engine: str | None) -> str | None:
        if engine is not None and (engine not in BACKENDS or not BACKENDS[engine].is_served_here):
            raise UsageError(f"engine cannot be {engine!r}: it is one of {_engines()}")
        return engine

    @property
    def is_own(self) -> bool:
        """An engine is started here; else somebody else's servers are asked."""
        return not self.endpoints

    @property
    def kind(self) -> str:
        """The entry of ``solver.backends.registry`` that is meant."""
        return "endpoints" if self.endpoints else self.engine or self._fitting_engine()

    def _fitting_engine(self) -> str:
        """Return the engine where none is named.

        On a CPU the one without HTTP: it starts for a third of the CPU time and leaves both cores to the samples.
        """
        if any(map(is_for_server_only, self.engine_args)):
            return "server"
        try:
            return "inprocess" if installed_device() == "cpu" else "server"
        except EngineMissing:
            return "server"

    @field_validator("kv_cache_dtype", mode="before")
    @classmethod
    def _none_is_auto(cls, value: object) -> object:
        return "auto" if value is None else value


class AskedOrServed(BackendSettings):
    """As above, for the commands that refuse to be given both a server and a model to serve.

    Raises:
        UsageError: both are named.
    """

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if self.endpoints and "serve" in self.model_fields_set:
            raise UsageError("--endpoint asks a running server and --serve starts one: give one of the two")
        return self


def slots_for(settings: BackendSettings) -> int:
    """Return how many samples to keep in flight where nobody says it."""
    try:
        return GPU_SLOTS if settings.is_own and installed_device() == "cuda" else OTHER_SLOTS
    except EngineMissing:
        return OTHER_SLOTS
