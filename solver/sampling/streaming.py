"""Completions that are watched while they grow: what a watcher is told, and how a streamed reply is put together.

Limits, retries, extraction and answer forcing do not differ, and the gathered stream is read like any other reply, so
the samples are the same records. Forced answers are not watched: they are one token. A chain that is asked for again
after a fault begins anew: its ``opened`` is called again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from solver.sampling.sample import Request
from solver.sampling.transport import Growth


class Watcher(Protocol):
    """Is told how chains grow; its calls must be quick, they run between two chunks."""

    def opened(self, request: Request) -> None:
        """A chain is asked for (again): nothing of it is there."""

    def grew(self, request: Request, text: str) -> None:
        """A chain has ``text`` more (model text: clean it before a terminal sees it)."""

    def ended(self, request: Request) -> None:
        """A chain is at its end; its sample follows once it is read, and perhaps its answer forced."""


class Watched:
    """Tells a watcher of the chains of one completion (a ``Growth``).

    Args:
        wanted: the request behind each choice, by the choice's index.
        beside: told the same.
    """

    def __init__(self, watcher: Watcher, wanted: Sequence[Request], beside: Growth | None = None) -> None:
        self._watcher, self._wanted, self._beside = watcher, wanted, beside
        for request in wanted:
            watcher.opened(request)

    def grew(self, index: int, text: str) -> None:
        """See ``Growth``."""
        self._watcher.grew(self._wanted[index], text)
        if self._beside is not None:
            self._beside.grew(index, text)

    def ended(self, index: int) -> None:
        """See ``Growth``."""
        self._watcher.ended(self._wanted[index])
        if self._beside is not None:
            self._beside.ended(index)


@dataclass(slots=True)
class _Growing:
    """One choice of a stream so far."""

    content: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    logprobs: list[Any] = field(default_factory=list)
    finish_reason: str | None = None


class Gathered:
    """Joins the chunks of a completion that a server streams.

    Args:
        growth: told of every piece.
        chains: choices asked for.
    """

    def __init__(self, growth: Growth, chains: int) -> None:
        self._growth, self._chains = growth, chains
        self._choices: dict[int, _Growing] = {}
        self._usage: object = None

    def add(self, chunk: object) -> None:
        """Take one chunk; what is no part of a known choice is left out."""
        if not isinstance(chunk, dict):
            return
        self._usage = chunk.get("usage") or self._usage
        listed = chunk.get("choices")
        for raw in listed if isinstance(listed, list) else ():
            if not isinstance(raw, dict):
                continue
            index = raw.get("index", 0)
            if type(index) is int and 0 <= index < self._chains:
                self._grow(index, raw)

    def _grow(self, index: int, raw: dict[str, Any]) -> None:
        choice = self._choices.setdefault(index, _Growing())
        delta, logprobs, end = raw.get("delta"), raw.get("logprobs"), raw.get("finish_reason")
        if isinstance(delta, dict):
            content = delta.get("content")
            # vLLM calls it ``reasoning`` since 0.12, ``reasoning_content`` before, as other servers still do.
            reasoning = delta.get("reasoning") or delta.get("reasoning_content")
            for piece, pieces in ((reasoning, choice.reasoning), (content, choice.content)):
                if isinstance(piece, str) and piece:
                    pieces.append(piece)
                    self._growth.grew(index, piece)
        if isinstance(logprobs, dict) and isinstance(logprobs.get("content"), list):
            choice.logprobs += logprobs["content"]
        if isinstance(end, str):
            choice.finish_reason = end
            self._growth.ended(index)

    def body(self) -> bytes:
        """Return what came as the body of a reply in one piece.

        A choice without an end is left out: its stream was cut off, and half a chain is no sample.
        """
        choices = [
            {
                "index": index,
                "message": {"content": "".join(choice.content), "reasoning": "".join(choice.reasoning)},
                "finish_reason": choice.finish_reason,
                "logprobs": {"content": choice.logprobs} if choice.logprobs else None,
            }
            for index, choice in sorted(self._choices.items())
            if choice.finish_reason is not None
        ]
        return json.dumps({"choices": choices, "usage": self._usage}).encode()
