"""A backend of one file, without any engine: completions made up in memory. The least that a new engine must have.

Its transport answers after ``delay_s`` with a chain that depends on prompt and seed alone, knows the structured choice
that forced answers need, and counts what is in flight.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import Any

from solver.backends.protocol import Wanted
from solver.backends.registry import BackendKind
from solver.base.errors import EngineFailed
from solver.sampling.capabilities import Capabilities
from solver.sampling.completion import Choice, Completion
from solver.sampling.endpoint import ClientConfig
from solver.sampling.logprobs import FlatLogprobs
from solver.sampling.servers.load import Load
from solver.sampling.transport import Fault, Growth, Refusal, Transport

WINDOW = 512
CAPABILITIES = Capabilities(
    n=True, greedy_n=True, seeds=True, structured_choice=True, continuation=True, logprobs=True, streaming=True
)


class MemoryBackend:
    """A ``solver.backends.protocol.Backend``.

    Args:
        text: what chains say; ``{letter}`` is drawn by the seed.
        delay_s: until a chain has grown.
    """

    def __init__(
        self, text: str = "想。\n答案是：{letter}", delay_s: float = 0.0, capabilities: Capabilities = CAPABILITIES
    ) -> None:
        self.capabilities = capabilities
        self.text, self.delay_s = text, delay_s
        self.in_flight = 0
        """Chains being made up."""
        self.bodies: list[Mapping[str, Any]] = []
        """Every request."""
        self.is_open = False
        self.is_dead = False
        """Set it to make the engine die."""

    async def open(self) -> None:
        """See ``Backend``."""
        self.is_open = True

    def transports(self, config: ClientConfig) -> Sequence[Transport]:
        """See ``Backend``."""
        return (_Transport(self),)

    def failure(self) -> EngineFailed | None:
        """See ``Backend``."""
        return EngineFailed("it died") if self.is_dead else None

    async def close(self) -> None:
        """See ``Backend``."""
        self.is_open = False


class _Transport:
    bills_prompts = False

    def __init__(self, backend: MemoryBackend) -> None:
        self.name, self.capabilities = "memory", backend.capabilities
        self._backend = backend

    async def complete(self, body: Mapping[str, Any], growth: Growth | None = None) -> Completion:
        backend = self._backend
        backend.bodies.append(body)
        if backend.is_dead:
            raise Fault("connect", "memory: it died")
        if body["model"] != "memory":
            raise Refusal(f"memory: there is no model {body['model']!r}", 404)
        if body.get("max_tokens", 1) > WINDOW:
            raise Refusal(f"memory: max_tokens is more than the context length of {WINDOW}", 400)
        chains = int(body.get("n", 1))
        backend.in_flight += chains
        try:
            texts = [self._text(body, index) for index in range(chains)]
            for index, text in enumerate(texts):
                for piece in text:
                    if backend.delay_s:
                        await asyncio.sleep(backend.delay_s / len(text))
                    if growth is not None:
                        growth.grew(index, piece)
                if growth is not None:
                    growth.ended(index)
        finally:
            backend.in_flight -= chains
        is_cut = any(len(text) >= body.get("max_tokens", WINDOW) for text in texts)
        choices = {
            index: Choice(
                text=text,
                content_start=0,
                finish_reason="length" if is_cut else "stop",
                tokens=len(text),
                logprobs=FlatLogprobs([-0.5] * len(text), [len(one.encode()) for one in text]),
                mean_logprob=-0.5,
            )
            for index, text in enumerate(texts)
        }
        return Completion(choices=choices, prompt_tokens=50, completion_tokens=sum(map(len, texts)))

    def _text(self, body: Mapping[str, Any], index: int) -> str:
        if allowed := (body.get("structured_outputs") or {}).get("choice"):
            return str(allowed[0])
        seed = None if body.get("seed") is None else body["seed"] + index
        rng = random.Random(f"{body['messages'][0]['content']}/{seed}" if body["temperature"] > 0 else "greedy")
        text = self._backend.text.format(letter=rng.choice("ABCD")) + str(rng.random())[2:6] * (rng.random() < 0.5)
        return text[: body.get("max_tokens")]

    async def load(self) -> Load | None:
        return None

    async def models(self) -> Mapping[str, int | None] | None:
        if self._backend.is_dead:
            raise Fault("connect", "memory: it died")
        return {"memory": WINDOW}

    async def close(self) -> None:
        pass


def make(wanted: Wanted) -> MemoryBackend:
    """See ``solver.backends.registry``."""
    return MemoryBackend()


KIND = BackendKind(name="memory", help="makes answers up", module=__name__)
