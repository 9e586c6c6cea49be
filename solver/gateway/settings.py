"""The gateway's configuration: where it listens, whom it lets in, what a request may ask for.

Keys are not here: they come from the environment (``keys_from``) and never enter a record, a log or a reply.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from solver.base.errors import UsageError
from solver.base.places import EMBEDDED_MODEL
from solver.problems.prompt import built_in_names

KEYS_VARIABLE = "GATEWAY_API_KEY"
"""Environment variable with the keys that let clients in, separated by commas."""
_SHORTEST_KEY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """What ``serve`` was told to do."""

    host: str = "127.0.0.1"
    port: int = 8080
    """0 takes a free one."""
    endpoints: tuple[str, ...] = ()
    """Base URLs of running servers; none starts a server."""
    serve: str = str(EMBEDDED_MODEL)
    """Folder of the model to serve where no endpoint is given."""
    models: tuple[str, ...] = ()
    """What ``vote`` stands for, the best first; none takes the first model that the endpoint serves."""
    ensemble: str = "plurality"
    """How several models' verdicts become one."""
    rule: str = "lead:3"
    max_samples: int = 16
    """Cap on samples of a question and model, where the request names none."""
    prompt: str = "cot"
    """Built-in name or path of the prompt template."""
    temperature: float = 0.7
    top_p: float = 1.0
    max_tokens: int = 1024
    """Bound on the tokens of one chain; a request may ask for less."""
    close: bool = True
    """Close chains without a readable answer."""
    seed: int = 0
    is_seeded: bool = True
    """False sends no seed to the engine."""
    shuffle_options: bool = False
    slots: int = 128
    """Samples in flight at each endpoint."""
    request_limit_s: float = 300.0
    """Sampling for one request ends after so long, with the votes at hand."""
    body_limit: int = 1 << 20
    """Largest request body, bytes."""
    text_limit: int = 32_000
    """Longest question, characters."""
    samples_limit: int = 64
    """Most samples of a question and model that a request may ask for."""
    in_flight_limit: int = 256
    """Requests worked on at once; more are turned away."""
    client_in_flight: int = 64
    """As above, of one client."""
    client_per_minute: float | None = None
    """Requests a minute of one client, or None."""
    receive_timeout_s: float = 15.0
    """Bound on the arrival of a request's head, and again of its body."""
    grace_s: float = 30.0
    """How long a shutdown waits for requests in flight."""
    is_open: bool = False
    """Serve other machines without a key."""
    passes_through: bool = False
    """Hand messages without options on to the model, instead of refusing them."""
    hosts: tuple[str, ...] = ()
    """Further names under which clients may call (the Host header); looked at only where there is no key."""
    is_quiet: bool = False
    """No line a request on stderr."""

    def __post_init__(self) -> None:
        checks = {
            "port": 0 <= self.port <= 65535,
            "max_samples": 1 <= self.max_samples <= self.samples_limit,
            "samples_limit": 1 <= self.samples_limit <= 10_000,
            "temperature": 0 <= self.temperature <= 5,
            "top_p": 0 < self.top_p <= 1,
            "max_tokens": self.max_tokens >= 1,
            "slots": self.slots >= 1,
            "request_limit_s": self.request_limit_s > 0,
            "body_limit": self.body_limit >= 1024,
            "text_limit": self.text_limit >= 1,
            "in_flight_limit": self.in_flight_limit >= 1,
            "client_in_flight": self.client_in_flight >= 1,
            "client_per_minute": self.client_per_minute is None or self.client_per_minute >= 1,
            "receive_timeout_s": self.receive_timeout_s > 0,
            "grace_s": self.grace_s >= 0,
            "models": len(set(self.models)) == len(self.models),
        }
        wrong = [name for name, is_good in checks.items() if not is_good]
        if wrong:
            raise UsageError("; ".join(f"{name} cannot be {getattr(self, name)!r}" for name in wrong))

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
        return tuple(dict.fromkeys((self.prompt, *built_in_names())))


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
