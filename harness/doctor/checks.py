"""The questions that ``harness doctor`` puts to a server, one function each; what they find is a value.

Nothing is concluded from a silence: a field that is taken without a sign of it is "ignored", and what only larger
models would show is "unknown". A new check is a function and a line of ``CHECKS``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from solver.base.display.figures import counted
from solver.sampling.answer_forcing import went_on
from solver.sampling.completion import Completion
from solver.sampling.endpoint import Endpoint
from solver.sampling.servers import held_choice
from solver.sampling.wire.dialect import FREE
from solver.sampling.wire.thinking_probe import found_manner

Verdict = Literal["yes", "no", "ignored", "unknown"]
_TOKENS, _FEW = 24, 4
_SPEED_TOKENS = 64
_MANY = 32
_FILLER = "甲、乙、丙、丁四人排成一列，甲不在最前，乙在丙之前，丁不在最后。"
_CACHED_SHARE = 0.6
"""A second reading of a long prompt in less of the first one's time was spared most of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found."""

    name: str
    verdict: Verdict
    detail: str = ""
    figures: Mapping[str, float] | None = None
    """For machines, units in the names."""


@dataclass(frozen=True, slots=True)
class Patient:
    """The server and the model that are looked at."""

    endpoint: Endpoint
    model: str

    async def greet(self) -> None:
        """Ask for a few tokens, as a run would: what is refused of it holds for all.

        Raises:
            Fault, Refusal: none came.
        """
        chat = [{"role": "user", "content": "数到五。"}]
        body = {"model": self.model, "messages": chat, "temperature": 1.0, "max_tokens": _FEW}
        await self.endpoint.complete(body)

    async def ask(self, prompt: str = "数到五。", *, tokens: int = _TOKENS, **fields: Any) -> Completion:
        """Ask for a short completion.

        Raises:
            Fault, Refusal: none came.
        """
        body = {"model": self.model, "messages": [{"role": "user", "content": prompt}], "temperature": 1.0}
        return await self.endpoint.probed({**body, "max_tokens": tokens, **fields})

    @property
    def held_by(self) -> str | None:
        """The field by which a completion is held to some texts, as far as it was found out."""
        return self.endpoint.dialect_of(self.model).held_by

    def leaves_out(self, field: str) -> bool:
        """Tell whether the server was found to refuse a field."""
        return field in self.endpoint.dialect_of(self.model).left_out


def _texts(completion: Completion) -> list[str]:
    return [choice.text for _, choice in sorted(completion.choices.items())]


async def choices(patient: Patient) -> Finding:
    """Look whether several completions of a prompt come in one request."""
    found = await patient.ask(n=2)
    if patient.leaves_out("n"):
        return Finding(name="n", verdict="no", detail="refused; samples are asked one by one")
    if len(found.choices) < 2:
        return Finding(name="n", verdict="ignored", detail="one came of two; samples are asked one by one")
    return Finding(name="n", verdict="yes")


async def seeds(patient: Patient) -> Finding:
    """Look whether the same seed gives the same completion, and another one another."""
    one, again, other = await asyncio.gather(*(patient.ask(seed=seed) for seed in (7, 7, 8)))
    if patient.leaves_out("seed"):
        return Finding(name="seeds", verdict="no", detail="refused")
    if _texts(one) != _texts(again):
        return Finding(name="seeds", verdict="ignored", detail="the same seed gave two texts")
    if _texts(one) == _texts(other):
        return Finding(
            name="seeds", verdict="unknown", detail="all seeds gave one text: a sure model, or one fixed seed"
        )
    return Finding(name="seeds", verdict="yes")


async def logprobs(patient: Patient) -> Finding:
    """Look whether log-probabilities of the tokens come."""
    found = await patient.ask(logprobs=True)
    if patient.leaves_out("logprobs"):
        return Finding(name="logprobs", verdict="no", detail="refused")
    is_there = any(choice.mean_logprob is not None for choice in found.choices.values())
    return Finding(name="logprobs", verdict="yes" if is_there else "ignored")


async def choice(patient: Patient) -> Finding:
    """Look whether a completion is held to one of some texts."""
    names, way = ["X7", "Q3"], patient.held_by
    while way is not None:
        found = await patient.ask(**held_choice.wanted(names))
        if patient.leaves_out(held_choice.FIELD):
            return Finding(name="choice", verdict="no", detail=f"refused; {FREE}")
        # A thinking model may be held from its first token on, which is its thought's.
        if all(text.removeprefix("<think>").strip() in names for text in _texts(found)):
            return Finding(name="choice", verdict="yes", detail="" if way == held_choice.FIELD else f"by {way}")
        patient.endpoint.holds_otherwise(patient.model, way, is_held=False)
        way = patient.held_by
    return Finding(name="choice", verdict="ignored", detail=FREE)


async def continuation(patient: Patient) -> Finding:
    """Look whether an unfinished assistant message is taken, which forced answers need."""
    chat = [{"role": "user", "content": "数到五。"}, {"role": "assistant", "content": "一、二、三、"}]
    fields: dict[str, Any] = {"messages": chat, "continue_final_message": True, "add_generation_prompt": False}
    found = await patient.ask(**fields, tokens=4)
    text = "".join(went_on(one, chat[-1]["content"]).text for one in found.choices.values()).strip()
    # Whatever model it is: who goes on comes to four or repeats the beginning, who begins anew does neither.
    is_seen = text.startswith(("四", "4")) or text != "".join(_texts(found)).strip()
    verdict: Verdict = "yes" if is_seen else "unknown"
    return Finding(name="continuation", verdict=verdict, detail=f"went on with {text[:12]!r}")


async def streaming(patient: Patient) -> Finding:
    """Look whether a completion comes in pieces."""

    class Pieces:
        count = 0

        def grew(self, index: int, text: str) -> None:
            self.count += 1

        def ended(self, index: int) -> None:
            pass

    pieces = Pieces()
    body = {"model": patient.model, "messages": [{"role": "user", "content": "数到五。"}], "max_tokens": _TOKENS}
    await patient.endpoint.complete(body, pieces)
    dialect = patient.endpoint.dialect_of(patient.model)
    if dialect.is_streamed is False:
        return Finding(name="streaming", verdict="no", detail="refused")
    return Finding(
        name="streaming", verdict="yes" if pieces.count > 1 else "ignored", detail=f"{counted(pieces.count, 'piece')}"
    )


async def prefix_cache(patient: Patient) -> Finding:
    """Look whether a long prompt is read faster the second time."""
    prompt = f"{time.time_ns()} " + _FILLER * 40
    times = []
    for _ in range(2):
        began = time.monotonic()
        await patient.ask(prompt, tokens=1)
        times.append(time.monotonic() - began)
    detail = f"{times[0]:.2f} s, then {times[1]:.2f} s"
    is_seen = times[1] < _CACHED_SHARE * times[0]
    return Finding(name="prefix cache", verdict="yes" if is_seen else "unknown", detail=detail)


async def thinking(patient: Patient) -> Finding:
    """Look whether the model thinks, and how that is turned on and off."""

    async def ask(fields: Mapping[str, Any]) -> Completion:
        return await patient.endpoint.probed({"model": patient.model, **fields})

    manner = await found_manner(ask)
    by_itself = "on by itself" if manner.thinks else "off by itself"
    if manner.way is not None:
        return Finding(name="thinking", verdict="yes", detail=f"turned on and off by {manner.way}; {by_itself}")
    return Finding(name="thinking", verdict="yes" if manner.thinks else "no", detail=f"{by_itself}; nothing turns it")


async def context(patient: Patient) -> Finding:
    """Say how long prompt and completion may be together, where the server tells."""
    window = patient.endpoint.capabilities_of(patient.model).max_context
    if window is None:
        return Finding(name="context", verdict="unknown", detail="/v1/models does not tell")
    return Finding(name="context", verdict="yes", detail=f"{window} tokens", figures={"tokens": window})


async def speed(patient: Patient) -> Finding:
    """Measure generated tokens a second, for one request and for 32 at once."""
    figures: dict[str, float] = {}
    for count in (1, _MANY):
        began = time.monotonic()
        # Each its own prompt, as in a run.
        asked = (patient.ask(f"第{number}题：{_FILLER}谁在最前？", tokens=_SPEED_TOKENS) for number in range(count))
        found = await asyncio.gather(*asked)
        tokens = sum(completion.completion_tokens for completion in found)
        figures[f"tokens_per_s_at_{count}"] = round(tokens / max(time.monotonic() - began, 1e-3), 1)
    detail = (
        f"{figures['tokens_per_s_at_1']:g} tokens/s alone, {figures[f'tokens_per_s_at_{_MANY}']:g} at {_MANY} at once"
    )
    return Finding(name="speed", verdict="yes", detail=detail, figures=figures)


CHECKS: Mapping[str, Callable[[Patient], Awaitable[Finding]]] = {
    "n": choices,
    "seeds": seeds,
    "logprobs": logprobs,
    "choice": choice,
    "continuation": continuation,
    "streaming": streaming,
    "thinking": thinking,
    "prefix cache": prefix_cache,
    "context": context,
    "speed": speed,
}
"""In the order in which they are asked and shown."""
