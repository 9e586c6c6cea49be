"""What a request's ``model`` asks for: which models, which stopping rule, how many samples at most.

======================  ==========================================================================
``vote``                the gateway's models under its default rule
``vote:lead:3``         the same under another rule
``NAME``                one model that the endpoint serves
``NAME@fixed:5``        one model under a rule
``NAME@lead:3/8``       and with at most 8 samples; ``vote:lead:3/8`` likewise
======================  ==========================================================================

A served model whose own name looks like one of these is taken for what it is: exact names go first.

>>> found = parse_model("m@lead:3/8", served=("m",), own=("m",))
>>> found.models, found.rule, found.max_samples
(('m',), 'lead:3', 8)
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import NamedTuple

from solver.base.errors import RequestRefused, UsageError
from solver.voting.rules import parse_rule

VOTE = "vote"
"""The name of the gateway's own model."""
MAX_CHARS = 256
"""Longest model name that is looked at."""


class Asked(NamedTuple):
    """A model name, taken apart."""

    models: tuple[str, ...]
    """Names as the endpoint knows them."""
    rule: str | None
    """None leaves it to the gateway's default."""
    max_samples: int | None
    """None leaves it to the gateway's default."""


def parse_model(name: str, *, served: Sequence[str], own: tuple[str, ...]) -> Asked:
    """Take a model name apart.

    Args:
        served: what the endpoint serves.
        own: the models that ``vote`` stands for.

    Raises:
        RequestRefused: no such model (404), or the rule cannot be read (400).
    """
    if len(name) > MAX_CHARS:
        raise RequestRefused(f"the model name has {len(name)} characters, at most {MAX_CHARS} are read", param="model")
    if name in served:
        return Asked((name,), None, None)
    if name == VOTE:
        return Asked(own, None, None)
    if name.startswith(f"{VOTE}:"):
        return Asked(own, *parse_limits(name.removeprefix(f"{VOTE}:")))
    head, at, limits = name.rpartition("@")
    if at and (head == VOTE or head in served):
        return Asked(own if head == VOTE else (head,), *parse_limits(limits))
    raise RequestRefused(unknown(name, served), status=404, code="model_not_found", param="model")


def parse_limits(text: str) -> tuple[str, int | None]:
    """Read ``RULE`` or ``RULE/SAMPLES``.

    Raises:
        RequestRefused: it is neither.
    """
    spec, slash, cap = text.partition("/")
    try:
        rule = parse_rule(spec).spec
    except UsageError as error:
        raise RequestRefused(str(error), param="model") from error
    if not slash:
        return rule, None
    if not (cap.isascii() and cap.isdigit() and len(cap) <= 6 and int(cap) >= 1):
        raise RequestRefused(f"{cap!r} after the slash is no number of samples; write it like lead:3/8", param="model")
    return rule, int(cap)


def unknown(name: str, served: Sequence[str]) -> str:
    """Say that a model is not there, and what is."""
    near = difflib.get_close_matches(name, [VOTE, *served], n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    known = ", ".join([VOTE, *served[:8]])
    return f"no model {name!r} here: {hint}there are {known}; a rule is added like {VOTE}:lead:3 or NAME@fixed:5"
