"""The registry of allocations: one module a policy, one line here."""

from __future__ import annotations

from solver.base.errors import UsageError
from solver.base.registry import Registry
from solver.voting.allocation.policy import AllocationKind, Policy

_MODULES = (
    "even",
    "ppr",
    "blend",
    "cges",
    "dirichlet",
    "gain",
)
ALLOCATIONS = Registry.of_modules("allocation", AllocationKind, "solver.voting.allocation", _MODULES, "KIND")


def policy_examples() -> str:
    """Return one spelling of each, for help texts."""
    return ", ".join(kind.example for kind in ALLOCATIONS)


def parse_policy(text: str) -> Policy:
    """Read a policy as named on the command line.

    Raises:
        UsageError: there is no such policy, or its argument cannot be used.

    >>> parse_policy("cges:.9").spec
    'cges:0.9'
    """
    name, _, value = text.strip().partition(":")
    if name not in ALLOCATIONS:
        near = ALLOCATIONS.near(name)
        hint = f"did you mean {near.example!r}? " if near else ""
        raise UsageError(f"no allocation {text!r}: {hint}use one of {', '.join(kind.example for kind in ALLOCATIONS)}")
    kind = ALLOCATIONS[name]
    try:
        return kind.read(value)
    except ValueError as error:
        raise UsageError(f"allocation {text!r}: {value!r} must be {error}, for example {kind.example!r}") from None
