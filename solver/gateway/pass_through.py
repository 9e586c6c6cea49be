"""Messages without options, handed on to the model as they are: only where the operator says so (``--pass-through``).

What goes on is built anew from known fields, to the fixed address of the endpoint: no header, URL or unknown field of
the client's request is forwarded. A reply is sent on when it is complete; a stream gets it in pieces then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from solver.base.errors import EndpointError, RequestRefused, UpstreamFailed
from solver.gateway.ask import Ask
from solver.gateway.settings import GatewayConfig
from solver.gateway.wire import Reply
from solver.sampling.pool import EndpointPool
from solver.sampling.transport import Fault, Refusal

_NUMBERS = {
    "temperature": (0.0, 5.0),
    "top_p": (1e-3, 1.0),
    "presence_penalty": (-2.0, 2.0),
    "frequency_penalty": (-2.0, 2.0),
}
_ROLES = ("system", "developer", "user", "assistant")


class PassThrough:
    """Hands requests on.

    Args:
        pool: connections are its own, so that chats and samples do not wait for each other here; closed with this.
    """

    def __init__(self, pool: EndpointPool, config: GatewayConfig) -> None:
        self._pool = pool
        self._config = config

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

    async def reply(self, body: Mapping[str, Any], ask: Ask) -> Reply:
        """Have the first of the asked models answer by itself.

        Raises:
            RequestRefused: a field cannot be used, or the endpoint refuses it or fails.
        """
        model = ask.how.sampling.models[0]
        request = forwarded(body, model, self._config)
        try:
            async with asyncio.timeout(self._config.request_limit_s), self._pool.lease(model, 1) as room:
                completion = await room.endpoint.complete(request)
        except TimeoutError:
            raise RequestRefused("the model took too long", status=504, code="timeout") from None
        except (Fault, EndpointError) as fault:
            raise UpstreamFailed(str(fault)) from fault
        except Refusal as refusal:
            if refusal.is_about_length:
                raise RequestRefused("the chat is too long for the model", code="context_length_exceeded") from refusal
            raise UpstreamFailed(str(refusal)) from refusal
        choice = completion.choices[0]
        return Reply(
            content=choice.text[choice.content_start :],
            prompt_tokens=completion.prompt_tokens,
            completion_tokens=completion.completion_tokens,
            vote=None,
            finish_reason=choice.finish_reason or "stop",
        )


def forwarded(body: Mapping[str, Any], model: str, config: GatewayConfig) -> dict[str, Any]:
    """Build the request for the endpoint from the known fields of the client's.

    Raises:
        RequestRefused: one of them is not as it should be.
    """
    found = body.get("max_completion_tokens", body.get("max_tokens"))
    is_whole = isinstance(found, int) and not isinstance(found, bool) and found >= 1
    limit = min(found, config.sampling.max_tokens) if is_whole and found is not None else config.sampling.max_tokens
    request: dict[str, Any] = {"model": model, "messages": _messages(body["messages"], config), "max_tokens": limit}
    for name, (low, high) in _NUMBERS.items():
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise RequestRefused(f"{name} must be a number from {low:g} to {high:g}", param=name)
        request[name] = value
    return request


def _messages(messages: list[Any], config: GatewayConfig) -> list[dict[str, str]]:
    kept = []
    for place, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        content = message.get("content") if isinstance(message, dict) else None
        if role not in _ROLES or not isinstance(content, str):
            raise RequestRefused(f"a role out of {', '.join(_ROLES)} and a text are wanted", param=f"messages[{place}]")
        kept.append({"role": role, "content": content.encode(errors="replace").decode()})
    if sum(len(message["content"]) for message in kept) > config.text_limit:
        raise RequestRefused(
            f"the chat has more than {config.text_limit} characters", code="context_length_exceeded", param="messages"
        )
    return kept
