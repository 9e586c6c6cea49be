"""What servers put around a completion, or a piece of one, or write instead: taken off, so that one form is read. Pure.

Texts of JSON, lists of one, an object around it (``{"code": 0, "data": …}``), and Ollama's own form, in one piece or a
line a token. What is none of these comes back as it is.

>>> unwrapped({"code": 0, "data": {"choices": []}}), unwrapped([{"choices": []}]), unwrapped('{"choices": []}')
({'choices': []}, {'choices': []}, {'choices': []})
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from solver.base import quick_json


def unwrapped(reply: object) -> object:
    """Take a completion out of what is around it."""
    if isinstance(reply, str):
        reply = _in_text(reply)
    if isinstance(reply, list) and len(reply) == 1 and isinstance(reply[0], dict) and "choices" in reply[0]:
        reply = reply[0]
    if not isinstance(reply, dict) or "choices" in reply:
        return reply
    if isinstance(reply.get("message"), dict) and type(reply.get("done")) is bool:
        return _of_ollama(reply)
    # What functions of a cloud answer with holds the reply as a text.
    values = [_in_text(one) if isinstance(one, str) and one.startswith("{") else one for one in reply.values()]
    inner = [one for one in values if isinstance(one, dict) and isinstance(one.get("choices"), list)]
    return inner[0] if len(inner) == 1 else reply


def _in_text(text: str) -> object:
    try:
        return quick_json.loads(text.encode())
    except (ValueError, RecursionError):
        return text


def breaks_off(reply: object) -> bool:
    """Tell of a reply in one piece whether it says itself that more was to come."""
    return isinstance(reply, dict) and reply.get("done") is False


def _of_ollama(reply: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a reply of Ollama's own API, or one line of it, into the form of a chat completion."""
    end = (reply.get("done_reason") or "stop") if reply["done"] else None
    choice = {"index": 0, "delta": reply["message"], "finish_reason": end}
    usage = {"prompt_tokens": reply.get("prompt_eval_count"), "completion_tokens": reply.get("eval_count")}
    return {"choices": [choice], "usage": usage if reply["done"] else None}
