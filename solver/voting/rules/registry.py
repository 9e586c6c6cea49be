"""The registry of stopping rules: one module a rule, one line here.

Whoever offers, replays or draws rules iterates over ``RULES``.
"""

from __future__ import annotations

from solver.base.errors import UsageError
from solver.base.registry import Registry
from solver.voting.rules.rule_kind import RuleKind
from solver.voting.rules.stopping_rule import Rule

DEFAULT_RULE = "lead:3"
"""In replay over 2,200 questions: 6.4 samples, 0.33 (SE 0.17) points below the vote of 40, and 2.8 above that of three
(docs/log.md)."""

_MODULES = (
    "fixed",
    "lead",
    "beta",
    "esc",
    "exact",
    "msprt",
)
RULES = Registry.of_modules("stopping rule", RuleKind, "solver.voting.rules", _MODULES, "KIND")


def rule_examples() -> str:
    """Return one spelling of each rule, the default first, for help texts."""
    return ", ".join(dict.fromkeys((DEFAULT_RULE, *(kind.example for kind in RULES))))


def parse_rule(text: str) -> Rule:
    """Read a rule as named on the command line.

    Raises:
        UsageError: there is no such rule, or its number is out of range.

    >>> parse_rule("beta:.95").spec
    'beta:0.95'
    """
    name, colon, value = text.strip().partition(":")
    if name not in RULES:
        near = RULES.near(name)
        hint = f"did you mean {near.example!r}? " if near else ""
        known = ", ".join(kind.example for kind in RULES)
        raise UsageError(f"no {RULES.kind} {text!r}: {hint}use one of {known}")
    kind = RULES[name]
    if (":" in kind.example) != bool(colon):
        raise UsageError(f"{RULES.kind} {text!r} is incomplete or has too much: write it like {kind.example!r}")
    try:
        return kind.read(value)
    except ValueError as error:
        raise UsageError(f"{RULES.kind} {text!r}: {value!r} must be {error}, for example {kind.example!r}") from None
