"""How a server is told to think or not to: the ways there are, and how a probe finds the one that works. Pure.

A server that ignores a field says so as little as one that obeys it. So a way counts only where thoughts come with it
on and none with it off; where none does, what the model does by itself is found, and said.

>>> WAYS["thinking"](True), WAYS["reasoning_effort"](False)
({'thinking': {'type': 'enabled'}}, {'reasoning_effort': 'none'})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solver.sampling.completion import Completion
from solver.sampling.wire.thinking_wanted import Wanted

ANSWER_ROOM = 256
"""Tokens for the answer behind a thought whose budget is kept by a cut."""
QUESTION = "9.11和9.9，哪个大？"
"""Something that hybrid models think about."""
PROBE_TOKENS = 48

Way = Callable[[bool], Mapping[str, Any]]
WAYS: dict[str, Way] = {
    # vLLM, SGLang, llama.cpp: arguments of the chat template, of which models have one of two names.
    "chat_template_kwargs": lambda on: {"chat_template_kwargs": {"enable_thinking": on, "thinking": on}},
    # Qwen's own API, SiliconFlow, LMDeploy.
    "enable_thinking": lambda on: {"enable_thinking": on},
    # DeepSeek, GLM, Kimi, Doubao.
    "thinking": lambda on: {"thinking": {"type": "enabled" if on else "disabled"}},
    # OpenAI's reasoning models, Gemini's compatible endpoint, Ollama's.
    "reasoning_effort": lambda on: {"reasoning_effort": "medium" if on else "none"},
    # OpenRouter.
    "reasoning": lambda on: {"reasoning": {"enabled": on}},
}
"""Name -> the fields that turn thinking on or off."""
BUDGETS: dict[str, Callable[[int], Mapping[str, Any]]] = {
    "thinking_budget": lambda tokens: {"thinking_budget": tokens},
    "thinking_token_budget": lambda tokens: {"thinking_token_budget": tokens},
    "thinking": lambda tokens: {"thinking": {"type": "enabled", "budget_tokens": tokens}},
    "thinking_budget_tokens": lambda tokens: {"thinking_budget_tokens": tokens},
    "reasoning": lambda tokens: {"reasoning": {"max_tokens": tokens}},
}
"""Name -> the fields that bound the tokens of a thought (Qwen's API, vLLM, Anthropic's form, llama.cpp, OpenRouter)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How one model at one server is told, as a probe found it."""

    way: str | None
    """Of ``WAYS``; None where none works."""
    thinks: bool
    """What it does where it is told nothing."""
    budget: str | None = None
    """Of ``BUDGETS``; None where none works."""

    def fields(self, wanted: Wanted) -> dict[str, Any]:
        """Return what to send."""
        found: dict[str, Any] = {}
        if wanted.is_on is not None and self.way is not None:
            found |= WAYS[self.way](wanted.is_on)
        if wanted.budget is not None and self.budget is not None and wanted.is_on is not False:
            found |= BUDGETS[self.budget](wanted.budget)
        return found

    def note(self, wanted: Wanted) -> str:
        """Say what is done, for the user."""
        parts = []
        if wanted.is_on is not None:
            state = "on" if wanted.is_on else "off"
            if self.way is not None:
                parts.append(f"thinking is turned {state} by {self.way}")
            elif self.thinks == wanted.is_on:
                parts.append(f"thinking is {state} by itself")
            else:
                does = "thinks" if self.thinks else "shows no thoughts"
                parts.append(f"thinking cannot be turned {state}: it {does} however it is asked")
        if wanted.budget is not None and wanted.is_on is not False:
            how = f"bounded by {self.budget}" if self.budget else "cut, and an answer forced"
            parts.append(f"thoughts beyond {wanted.budget} tokens are {how}")
        return "; ".join(parts)


def thought(completion: Completion) -> bool:
    """Tell whether a reply to a probe shows that its model thought."""
    return completion.thought_tokens > 0 or any(
        choice.text.lstrip().lower().startswith(("<think", "[think]", "◁think▷")) or "</think>" in choice.text
        for choice in completion.choices.values()
    )


def bounded(body: Mapping[str, Any], wanted: Wanted, manner: Manner) -> dict[str, Any]:
    """Return a body whose answer is cut soon after the budget, where the server has no field for it."""
    if wanted.budget is None or manner.budget is not None or wanted.is_on is False:
        return dict(body)
    limit = wanted.budget + ANSWER_ROOM
    return {**body, "max_tokens": min(int(body.get("max_tokens") or limit), limit)}
