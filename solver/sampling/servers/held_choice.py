"""Holding a completion to one of some texts: each server has a field of its own, and ignores the others'. Pure.

Which one works shows in the first forced answers: one that is none of the texts was not held to them, and is asked for
in the next way. A server that refuses one refuses unknown fields, and is not tried further.

>>> said("grammar", {"max_tokens": 4, **wanted(["A", "B"])})
{'max_tokens': 4, 'grammar': 'root ::= "A" | "B"'}
>>> said(None, {"max_tokens": 4, **wanted(["A", "B"])}), after("structured_outputs"), after("guided_choice")
({'max_tokens': 4}, 'grammar', None)
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

FIELD = "structured_outputs"
"""The field in which requests say it on their way to an endpoint, and vLLM's own."""
WAYS: dict[str, Callable[[Sequence[str]], object]] = {
    FIELD: lambda texts: {"choice": [*texts]},
    # llama.cpp, and what is built around it.
    "grammar": lambda texts: "root ::= " + " | ".join(json.dumps(text, ensure_ascii=False) for text in texts),
    # SGLang.
    "regex": lambda texts: f"({'|'.join(map(re.escape, texts))})",
    # vLLM before 0.12.
    "guided_choice": lambda texts: [*texts],
}
"""Field -> its value, in the order in which they are tried."""


def wanted(texts: Sequence[str]) -> dict[str, Any]:
    """Return what a request says of it."""
    return {FIELD: WAYS[FIELD](texts)}


def said(way: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request's body with what is wanted said in a server's way; None says nothing of it."""
    found = body.get(FIELD)
    if way == FIELD or not isinstance(found, dict) or not isinstance(found.get("choice"), list):
        return dict(body)
    rest = {name: value for name, value in body.items() if name != FIELD}
    return rest if way is None else {**rest, way: WAYS[way](found["choice"])}


def after(way: str) -> str | None:
    """Return the way to try after one that was ignored, None where it was the last."""
    return next(iter([*WAYS][[*WAYS].index(way) + 1 :]), None)
