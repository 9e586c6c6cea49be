"""Finding out how a server is told to think: a few tiny requests at the first need, none without one.

Each way is tried on and off; the first one with thoughts on and none off is it. A way that is refused is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from solver.sampling.completion import Completion
from solver.sampling.transport import Fault, Refusal
from solver.sampling.wire.thinking import BUDGETS, PROBE_TOKENS, QUESTION, WAYS, Manner, thought
from solver.sampling.wire.token_estimate import estimated

Ask = Callable[[Mapping[str, Any]], Awaitable[Completion]]
"""Completes a chat given its fields but the model."""
_BUDGET = 16
"""Tokens of a thought in the probe of a budget; one that is kept leaves less than thrice as much."""
_ROOM = 256


async def found_manner(ask: Ask, *, budget: int | None = None) -> Manner:
    """Ask a few times and return how thinking is turned on and off, and bounded where that is wanted.

    Raises:
        Fault, Refusal: the server fails, or refuses even a plain question.
    """
    thinks = thought(await ask(_question(PROBE_TOKENS)))
    way = None
    for name in WAYS:
        if await _works(ask, name):
            way = name
            break
    kept = None if budget is None else await _kept_budget(ask, way)
    return Manner(way=way, thinks=thinks, budget=kept)


async def _works(ask: Ask, name: str) -> bool:
    asked = [{**_question(PROBE_TOKENS), **WAYS[name](on)} for on in (True, False)]
    replies = await asyncio.gather(*map(ask, asked), return_exceptions=True)
    for place, reply in enumerate(replies):
        if isinstance(reply, Fault) and reply.cause == "5xx":
            # Some fall over a field that they do not know, each time.
            replies[place] = await _again(ask, asked[place])
        elif isinstance(reply, BaseException) and not isinstance(reply, Refusal):
            raise reply
    on, off = replies
    return not isinstance(on, BaseException) and not isinstance(off, BaseException) and thought(on) and not thought(off)


async def _again(ask: Ask, fields: Mapping[str, Any]) -> Completion | Fault:
    try:
        return await ask(fields)
    except Fault as fault:
        if fault.cause != "5xx":
            raise
        return fault


async def _kept_budget(ask: Ask, way: str | None) -> str | None:
    """Return the field that a server keeps a budget by; only a thought that was longer without it proves that."""
    on = WAYS[way](True) if way is not None else {}
    free = await ask({**_question(_ROOM), **on})
    if _thought_tokens(free) < 4 * _BUDGET:
        return None
    for name, fields in BUDGETS.items():
        try:
            reply = await ask({**_question(_ROOM), **on, **fields(_BUDGET)})
        except Refusal:
            continue
        if 0 < _thought_tokens(reply) < 3 * _BUDGET:
            return name
    return None


def _thought_tokens(completion: Completion) -> int:
    if not thought(completion):
        return 0
    return max((estimated(choice.text.partition("</think>")[0]) for choice in completion.choices.values()), default=0)


def _question(tokens: int) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": QUESTION}], "temperature": 0.0, "max_tokens": tokens}
