"""What the owner of a server's models tells: fields that it knows under a name of its own, and would ignore under ours
without a word; whether it only passes requests on. Pure.

>>> own_names(b'{"data": [{"id": "m", "owned_by": "llamacpp"}]}'), own_names(b"[]")
({'repetition_penalty': 'repeat_penalty'}, {})
>>> passes_on(b'{"data": [{"id": "m", "owned_by": "openai"}]}'), passes_on(b"[]")
(True, False)
"""

from __future__ import annotations

import json
from collections.abc import Mapping

_PENALTY = {"repetition_penalty": "repeat_penalty"}
_NAMES: Mapping[str, Mapping[str, str]] = {
    "llamacpp": _PENALTY,
    # LM Studio.
    "organization_owner": _PENALTY,
}
"""Whom ``/v1/models`` calls the owner of a model -> our name of a field -> the server's."""

_PROVIDERS = frozenset(
    ("openai", "azure", "anthropic", "bedrock", "deepseek", "gemini", "groq", "mistral", "openrouter", "vertex_ai")
)
"""Owners of what a proxy passes on to a paid API (LiteLLM's names; ``openai`` where it knows none)."""


def own_names(models_page: bytes) -> Mapping[str, str]:
    """Tell by ``/v1/models`` what a server calls our fields; empty where it calls them as we do."""
    return next((_NAMES[owner] for owner in _owners(models_page) if owner in _NAMES), {})


def passes_on(models_page: bytes) -> bool:
    """Tell by ``/v1/models`` whether requests are passed on to an API that may bill them, wherever it stands."""
    return not _PROVIDERS.isdisjoint(_owners(models_page))


def _owners(models_page: bytes) -> list[str]:
    try:
        owners = [card.get("owned_by") for card in json.loads(models_page)["data"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    return [owner for owner in owners if isinstance(owner, str)]
