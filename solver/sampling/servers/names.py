"""Fields that a server knows under a name of its own, and would ignore under ours without a word. Pure.

>>> own_names(b'{"data": [{"id": "m", "owned_by": "llamacpp"}]}'), own_names(b"[]")
({'repetition_penalty': 'repeat_penalty'}, {})
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


def own_names(models_page: bytes) -> Mapping[str, str]:
    """Tell by ``/v1/models`` what a server calls our fields; empty where it calls them as we do."""
    try:
        owners = [card.get("owned_by") for card in json.loads(models_page)["data"]]
        return next((_NAMES[owner] for owner in owners if owner in _NAMES), {})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
