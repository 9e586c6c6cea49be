"""The configuration of ``harness eval``: one frozen record, from defaults, a YAML file, and flags, in that order.

The resolved record and its hash are written beside every result. Fields fall into two kinds: those that decide which
samples are drawn and how they are counted (a run folder belongs to one value of each), and those that do not (slots,
time limits, display …), which may change when a run is continued.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from solver.backends import embedded
from solver.base.errors import ConfigMismatch, UsageError
from solver.base.places import BENCHMARK, EMBEDDED_MODEL, place_in_project
from solver.sampling.http import normalized_url

Display = Literal["auto", "live", "plain", "log", "none"]
CONFIG = "config.json"
MOST_AHEAD = 8
"""Samples of a question ahead of need: the most, and what an engine started here gets."""

_FREE = frozenset(
    {"endpoints", "slots", "over_launch", "deadline_s", "token_budget", "run", "skip_bad", "display", "json"}
    | {"requests_per_minute", "tokens_per_minute", "request_timeout_s", "price_prompt", "price_completion", "currency"}
    | {"eager", "kv_cache_gib", "max_model_len", "vram_gb", "max_num_batched_tokens", "engine_args", "fill"}
)
"""Fields that may differ when a run is continued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalConfig:
    """What ``harness eval`` was told to do."""

    data: tuple[str, ...] = (str(BENCHMARK),)
    """Files of problems."""
    endpoints: tuple[str, ...] = ()
    """Base URLs of running servers; none starts a server."""
    serve: str = str(EMBEDDED_MODEL)
    """Folder of the model to serve where no endpoint is given."""
    adapters: tuple[str, ...] = ()
    """LoRA adapters to serve beside it, ``name=folder``."""
    models: tuple[str, ...] = ()
    """Names to ask for, the best first; none asks for what the endpoint serves."""
    ensemble: str = "plurality"
    """How several models' verdicts become one."""
    rule: str = "lead:3"
    max_samples: int = 16
    """Cap on samples per question and model."""
    prompt: str = "cot"
    """Built-in name or path of the prompt template."""
    temperature: float = 0.7
    top_p: float = 1.0
    """1 keeps all tokens; less makes the engine sort the vocabulary at every token, a quarter of its time on a CPU."""
    max_tokens: int = 1024
    """Bound on the tokens of one chain."""
    logprobs: bool = True
    close: bool = True
    """Close chains without a readable answer."""
    limit: int | None = None
    """Only the first so many questions."""
    seed: int = 0
    is_seeded: bool = True
    """False sends no seed to the engine."""
    shuffle_options: bool = False
    slots: int = 192
    """Samples in flight at most; an engine started here runs two thirds of them at once (``harness.run.serving``)."""
    over_launch: int | None = None
    """Samples of a question ahead of need where slots are idle; None: ``ahead`` decides."""
    deadline_s: float | None = None
    """Seconds from the start of the process until the result must be written."""
    token_budget: int | None = None
    """Generated tokens at most."""
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    request_timeout_s: float = 600.0
    price_prompt: str | None = None
    """Price of a million prompt tokens, as a decimal number."""
    price_completion: str | None = None
    """Price of a million generated tokens, as a decimal number."""
    currency: str = "USD"
    run: str | None = None
    """Run folder; none derives one from the configuration."""
    fill: bool | None = None
    """Give questions without an answer a letter in the submission; None does so under a deadline only."""
    skip_bad: bool = False
    """Continue without the unusable input lines, and write them to ``rejects.jsonl``."""
    eager: bool | None = None
    """Start the engine without compiling: sooner up, slower after. None compiles for a GPU only."""
    kv_cache_gib: int = 1
    """Memory for the engine's KV cache on the CPU, whole GiB."""
    max_model_len: int | None = None
    vram_gb: float | None = None
    """Memory that the engine may take, GiB: of the card, or on a CPU of the machine. None leaves it to the engine."""
    max_num_batched_tokens: int | None = None
    """Tokens a step of the engine; None plans it with ``vram_gb`` and else leaves it to the engine."""
    kv_cache_dtype: str | None = None
    """``auto`` (as None: 16 bits) or ``fp8``."""
    engine_args: tuple[str, ...] = ()
    """Further arguments for vLLM's server, as they are."""
    display: Display = "auto"
    json: bool = False

    def __post_init__(self) -> None:
        checks = {
            "max_samples": self.max_samples >= 1,
            "temperature": 0 <= self.temperature <= 5,
            "top_p": 0 < self.top_p <= 1,
            "max_tokens": self.max_tokens >= 1,
            "slots": self.slots >= 1,
            "over_launch": self.over_launch is None or 0 <= self.over_launch <= MOST_AHEAD,
            "limit": self.limit is None or self.limit >= 1,
            "deadline_s": self.deadline_s is None or self.deadline_s > 0,
            "token_budget": self.token_budget is None or self.token_budget > 0,
            "requests_per_minute": self.requests_per_minute is None or self.requests_per_minute > 0,
            "tokens_per_minute": self.tokens_per_minute is None or self.tokens_per_minute > 0,
            "request_timeout_s": self.request_timeout_s > 0,
            "kv_cache_gib": self.kv_cache_gib >= 1,
            "max_model_len": self.max_model_len is None or self.max_model_len >= 1,
            "vram_gb": self.vram_gb is None or 0 < self.vram_gb < 1e6,
            "max_num_batched_tokens": self.max_num_batched_tokens is None or self.max_num_batched_tokens >= 16,
            "kv_cache_dtype": self.kv_cache_dtype in (None, "auto", "fp8"),
            "data": bool(self.data),
            "models": len(set(self.models)) == len(self.models),
        }
        wrong = [name for name, is_good in checks.items() if not is_good]
        for url in self.endpoints:
            normalized_url(url)  # before anything is written: a password in it would stand in config.json
        if wrong:
            raise UsageError("; ".join(f"{name} cannot be {getattr(self, name)!r}" for name in wrong))

    @property
    def is_filled(self) -> bool:
        """The submission gets a letter for every question."""
        return self.deadline_s is not None if self.fill is None else self.fill

    @property
    def ahead(self) -> int:
        """Samples of a question ahead of need: idle slots of our own engine cost nothing, elsewhere tokens may."""
        if self.over_launch is not None:
            return self.over_launch
        return 0 if self.endpoints or self.token_budget is not None else MOST_AHEAD

    @property
    def binding(self) -> dict[str, object]:
        """The fields that a run folder belongs to; a model of the project by its place in it, wherever that lies."""
        return {
            name: place_in_project(str(value)) if name == "serve" else value
            for name, value in dataclasses.asdict(self).items()
            # An 8-bit cache draws other samples; without one, folders of older versions stay continuable.
            if name not in _FREE and (name, value) not in (("kv_cache_dtype", None), ("kv_cache_dtype", "auto"))
        }

    @property
    def digest(self) -> str:
        """First 12 hex digits of the SHA-256 over the binding fields."""
        return hashlib.sha256(json.dumps(self.binding, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def folder(self) -> Path:
        """The run folder: as named, or derived, so that the same command finds its run again."""
        if self.run is not None:
            return Path(self.run)
        data = "+".join(Path(name).name.split(".")[0] for name in self.data)
        model = "+".join(self.models) or Path(self.serve).resolve().name
        name = re.sub(r"[^\w.+-]", "_", f"{data}-{model}-{self.rule.replace(':', '')}")
        return Path("runs") / f"{name[:80]}-{self.digest}"


def resolved(file: Path | None, flags: Mapping[str, object]) -> EvalConfig:
    """Merge defaults, a YAML file and flags.

    Args:
        flags: only those that were given.

    Raises:
        UsageError: an unknown or ill-typed key, or a file that is no YAML mapping.
    """
    values: dict[str, Any] = {}
    if file is not None:
        import yaml

        try:
            found = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
            raise UsageError(f"--config {file}: cannot be read: {error}") from error
        if not isinstance(found, dict):
            raise UsageError(f"--config {file}: a mapping of keys to values is wanted")
        values.update({_known(str(key), str(file)): _typed(str(key), value) for key, value in found.items()})
    values.update(flags)
    if not {"endpoints", "serve"} & values.keys():
        own = {"max_tokens": embedded.EMBEDDED_MAX_TOKENS, "temperature": embedded.EMBEDDED_TEMPERATURE}
        values = own | values
    return EvalConfig(**values)


def parse_setting(text: str) -> tuple[str, object]:
    """Read ``key=value`` from the command line; the value is YAML.

    Raises:
        UsageError: no ``=``, an unknown key, or a value of another type.
    """
    import yaml

    key, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r}: write it as key=value")
    try:
        return _known(key, "the command line"), _typed(key, yaml.safe_load(value))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(f"{text[:80]!r}: the value is no YAML: {error}") from error


def check_folder(folder: Path, config: EvalConfig, facts: Mapping[str, object]) -> None:
    """Write ``config.json`` into a new run folder, or hold it against the one that is there.

    Args:
        facts: further things that a run belongs to (digests of data and prompt).

    Raises:
        ConfigMismatch: naming every field that differs.
    """
    path = folder / CONFIG
    now: dict[str, object] = json.loads(json.dumps({**config.binding, **facts}))
    then = _binding_of(path)
    # A fact that only one side knows is not settled yet.
    names = [name for name in sorted({*now, *then}) if name in config.binding or (name in now and name in then)]
    lines = [
        f"  {name}: {then.get(name)!r} there, {now.get(name)!r} now"
        for name in names
        if then.get(name) != now.get(name)
    ]
    if then and lines:
        text = "\n".join(lines)
        raise ConfigMismatch(f"{folder} holds a run with another configuration:\n{text}\nuse another --run folder")
    full = {"binding": {**then, **now}, "hash": config.digest, "all": dataclasses.asdict(config)}
    write_atomically(path, json.dumps(full, ensure_ascii=False, indent=1) + "\n")


def asked_models(folder: Path) -> tuple[str, ...]:
    """Return the models that the run in a folder asks, as ``check_folder`` noted them; empty where it did not."""
    found = _binding_of(folder / CONFIG).get("asked_models")
    return tuple(str(name) for name in found) if isinstance(found, list) else ()


def _binding_of(path: Path) -> dict[str, object]:
    """Read what a run folder belongs to; empty where nothing stands yet.

    Raises:
        ConfigMismatch: the file is unreadable.
    """
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["binding"]
        return {str(name): value for name, value in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise ConfigMismatch(f"{path}: unreadable ({error!r}); use another --run folder") from error


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that a reader, or a power cut, finds the old one or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", errors="replace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def parse_duration(text: str) -> float:
    """Read a duration: ``90``, ``90s``, ``15m``, ``4h``, ``1h30m``; seconds.

    >>> parse_duration("1h30m")
    5400.0

    Raises:
        UsageError: it is none of these.
    """
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    parts = re.fullmatch(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?", text)
    if not text or parts is None or not any(parts.groups()):
        raise UsageError(f"{text!r} is no duration; write it like 90s, 15m, 4h or 1h30m")
    hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds


def _known(key: str, where: str) -> str:
    names = [field.name for field in dataclasses.fields(EvalConfig)]
    if key not in names:
        near = difflib.get_close_matches(key, names, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"{where}: no setting is called {key!r}{hint}")
    return key


def _typed(key: str, value: object) -> object:
    """Check a value against the field's annotation; lists become tuples, whole numbers floats where one is wanted."""
    wanted = {field.name: str(field.type) for field in dataclasses.fields(EvalConfig)}[_known(key, "settings")]
    if value is None and "None" in wanted:
        return None
    if wanted.startswith("tuple") and value is not None:
        values = value if isinstance(value, list) else [value]
        return tuple(str(item) for item in values)
    if wanted.startswith("str") and isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    if wanted == "Display" and value in ("auto", "live", "plain", "log", "none"):
        return value
    if wanted.startswith("bool") and isinstance(value, bool):
        return value
    if key == "deadline_s" and isinstance(value, str):
        return parse_duration(value)
    if wanted.startswith("float") and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if wanted.startswith("int") and isinstance(value, int) and not isinstance(value, bool):
        return value
    raise UsageError(f"setting {key!r} cannot be {value!r}; {wanted} is wanted")
