"""The gateway's configuration: where it listens, whom it lets in, what a request may ask for.

Keys are not here: they come from the environment (``keys_from``) and never enter a record, a log or a reply.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from typing import Self

from pydantic import field_validator, model_validator

from solver.backends.settings import AskedOrServed
from solver.base.config import inline, setting
from solver.base.config.bounds import MOST, MOST_SECONDS
from solver.base.errors import UsageError
from solver.presets.choice import PresetChoice
from solver.problems.prompt import built_in_names
from solver.scheduling.settings import SamplingSettings

KEYS_VARIABLE = "GATEWAY_API_KEY"
"""Environment variable with the keys that let clients in, separated by commas."""
_SHORTEST_KEY = 8


class GatewayConfig(PresetChoice):
    """What ``serve`` was told to do."""

    host: str = setting("127.0.0.1", "address to listen at; the default is for this machine only", metavar="HOST")
    port: int = setting(8080, "0 takes a free one", metavar="PORT", ge=0, le=65535)
    backend: AskedOrServed = inline(AskedOrServed)
    sampling: SamplingSettings = inline(SamplingSettings)
    """What holds where a request says nothing; ``max_tokens`` is also the most that one may ask for."""
    request_limit_s: float = setting(
        300.0, "sampling for one request ends after S seconds", flag="--time-limit", metavar="S", gt=0, le=MOST_SECONDS
    )
    body_limit: int = setting(1 << 20, "largest request body", metavar="BYTES", ge=1024, le=MOST)
    text_limit: int = setting(32_000, "longest question", metavar="CHARS", ge=1, le=MOST)
    samples_limit: int = setting(64, "most samples that a request may ask for", metavar="N", ge=1, le=10_000)
    in_flight_limit: int = setting(
        256, "requests worked on at once; more are turned away", flag="--in-flight", metavar="N", ge=1, le=MOST
    )
    client_in_flight: int = setting(64, "as above, of one client", metavar="N", ge=1, le=MOST)
    client_per_minute: float | None = setting(
        None, "requests a minute of one client", metavar="N", shown="no bound", ge=1, le=MOST
    )
    connections: int = setting(1024, "open connections, as far as the system allows", metavar="N", ge=1, le=MOST)
    client_connections: int = setting(512, "as above, of one address", metavar="N", ge=1, le=MOST)
    receive_timeout_s: float = setting(
        15.0, "bound on the arrival of a request's head, and again of its body, seconds", flag=(), gt=0, le=MOST_SECONDS
    )
    send_timeout_s: float = setting(
        30.0, "a client that reads nothing for so long is cut off, seconds", flag=(), gt=0, le=MOST_SECONDS
    )
    grace_s: float = setting(
        30.0, "a shutdown waits S seconds for requests in flight", flag="--grace", metavar="S", ge=0, le=MOST_SECONDS
    )
    is_open: bool = setting(False, "serve other machines without a key", flag="--open")
    passes_through: bool = setting(False, "hand messages without options on to the model", flag="--pass-through")
    hosts: tuple[str, ...] = setting(
        (), "a further name that clients without a key may call by", flag="--host-name", metavar="NAME"
    )
    is_quiet: bool = setting(False, "no line a request on stderr", flag="--quiet")

    @field_validator("hosts")
    @classmethod
    def _are_lower(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name.lower() for name in hosts)

    @model_validator(mode="after")
    def _is_within_its_own_limit(self) -> Self:
        if self.sampling.max_samples > self.samples_limit:
            raise UsageError(
                f"max_samples cannot be {self.sampling.max_samples}: samples_limit is {self.samples_limit}"
            )
        return self

    @property
    def is_loopback(self) -> bool:
        """True where only this machine can reach the gateway."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def prompts(self) -> tuple[str, ...]:
        """Prompts that a request may choose: built-in names and the configured one, never another path."""
        return tuple(dict.fromkeys((self.sampling.prompt, *built_in_names())))


class Keys:
    """The keys that let clients in; holds digests only, so that no dump of its memory or ``repr`` shows one."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._digests = tuple(hashlib.sha256(key.encode()).digest() for key in keys)

    def __len__(self) -> int:
        return len(self._digests)

    def place(self, given: str) -> int | None:
        """Return which key it is, from 0, or None; takes the same time for every wrong one."""
        digest = hashlib.sha256(given.encode(errors="replace")).digest()
        found = [hmac.compare_digest(digest, known) for known in self._digests]
        return found.index(True) if any(found) else None


def keys_from(environment: Mapping[str, str]) -> Keys:
    """Read the keys.

    Raises:
        UsageError: a key is too short to be one.
    """
    keys = tuple(key.strip() for key in environment.get(KEYS_VARIABLE, "").split(",") if key.strip())
    if any(len(key) < _SHORTEST_KEY for key in keys):
        raise UsageError(
            f"a key in {KEYS_VARIABLE} has fewer than {_SHORTEST_KEY} characters; "
            "make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return Keys(keys)


def check_exposure(config: GatewayConfig, keys: Keys) -> None:
    """Refuse to serve other machines without a key, unless told to.

    Raises:
        UsageError: that would happen.
    """
    if not config.is_loopback and not len(keys) and not config.is_open:
        raise UsageError(
            f"--host {config.host} lets other machines in: put a key into {KEYS_VARIABLE}, or say --open to serve "
            "them without one"
        )
