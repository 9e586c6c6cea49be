"""The kinds of backend, one line each, in the order in which they are told; a new one is a file of its own.

Nothing of an engine is imported before it is asked for: a mere ``--help`` lists them.
"""

from __future__ import annotations

from dataclasses import dataclass

from solver.base.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendKind:
    """An entry."""

    name: str
    """As ``--engine`` takes it."""
    help: str
    module: str
    """Has ``make(wanted)``, which returns a ``solver.backends.protocol.Backend`` that is not yet open."""
    is_served_here: bool = True
    """An engine of our own; else servers that somebody else runs."""


def _kind(name: str, help: str, module: str, *, is_served_here: bool = True) -> BackendKind:
    return BackendKind(name=name, help=help, module=f"solver.backends.{module}", is_served_here=is_served_here)


BACKENDS = Registry(
    "engine",
    (
        _kind("endpoints", "running servers, named with --endpoint", "endpoints", is_served_here=False),
        _kind("server", "vLLM's server in a process of its own, asked over HTTP", "vllm"),
        _kind("inprocess", "vLLM in a process of its own without HTTP: sooner up, faster on few cores", "inprocess"),
    ),
)
