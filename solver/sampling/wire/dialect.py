"""What a model at a server takes, learnt from what it refused: fields left out or replaced, whether it streams. Pure.

The bound on the tokens is never left out: it is written in the other field that there is, or made smaller.

>>> refusal = Refusal("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'", 400)
>>> Dialect().after(refusal, {"max_tokens": 9}, is_streamed=False)[0].body({"max_tokens": 9, "seed": 1})
{'seed': 1, 'max_completion_tokens': 9}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from solver.sampling.servers import held_choice
from solver.sampling.transport import Refusal
from solver.sampling.wire.token_bound import smaller_bound, tells_the_most

BOUNDS = ("max_tokens", "max_completion_tokens")
FREE = "forced answers are free text"
OPTIONAL = {
    "n": "samples are asked one by one",
    "logprobs": "no log-probabilities",
    "seed": "samples are not reproducible",
    "temperature": "the server's own applies",
    "top_p": "the server's own applies",
    "system": "the system message stands at the head of the question",
    held_choice.FIELD: FREE,
    "stream_options": "streams tell no usage",
}
"""Fields that go where they are refused, and what that means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one model at one server is asked."""

    left_out: frozenset[str] = frozenset()
    """Fields of ``OPTIONAL`` that it does not take."""
    bound: str = BOUNDS[0]
    """The field that bounds the tokens."""
    most_tokens: int | None = None
    """The largest bound that it takes; None where none was refused."""
    held_by: str | None = held_choice.FIELD
    """The field by which a completion is held to some texts, of ``held_choice.WAYS``; None where none works."""
    is_streamed: bool | None = None
    """True where it answers in streams only, False where it never does, None where it does as it is asked."""

    def body(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return a request's body in this dialect."""
        asked = held_choice.said(self.held_by, body)
        asked = {name: value for name, value in asked.items() if name not in self.left_out}
        if "system" in self.left_out:
            asked["messages"] = _without_system(asked["messages"])
        if "logprobs" in self.left_out:
            asked.pop("top_logprobs", None)
        if "stream_options" in self.left_out:
            asked["stream_options"] = None
        if self.bound != BOUNDS[0] and BOUNDS[0] in asked:
            asked.setdefault(self.bound, asked.pop(BOUNDS[0]))
            asked.pop(BOUNDS[0], None)
        if self.most_tokens is not None and type(asked.get(self.bound)) is int:
            asked[self.bound] = min(asked[self.bound], self.most_tokens)
        return asked

    def after(self, refusal: Refusal, asked: Mapping[str, Any], *, is_streamed: bool) -> tuple[Dialect, str] | None:
        """Return the dialect that a refusal teaches, and what to say of it; None where it teaches nothing.

        Args:
            asked: the body that was refused, in this dialect.
            is_streamed: it was asked as a stream.
        """
        named = self._refused(refusal, asked, is_streamed=is_streamed)
        if refusal.sort == "length":
            return self._with_less(refusal, asked)
        if named == "stream":
            if self.is_streamed is not None:
                return None
            how = "without streams" if is_streamed else "in streams only"
            return replace(self, is_streamed=not is_streamed), f"it answers {how}, and is asked so"
        if named == BOUNDS[0] == self.bound and named in asked:
            return replace(self, bound=BOUNDS[1]), f"{named} is not taken: {BOUNDS[1]} bounds the tokens"
        if named not in OPTIONAL or not self._sends(named, asked, is_streamed=is_streamed):
            return None
        held = self.held_by if named == held_choice.FIELD else None
        learnt = replace(self, left_out=self.left_out | {named}, held_by=None if held else self.held_by)
        return learnt, f"{held or named} is left out: {OPTIONAL[named]}"

    def _refused(self, refusal: Refusal, asked: Mapping[str, Any], *, is_streamed: bool) -> str | None:
        """Return the field that a refusal is about: of several that it names, one that is still sent."""
        if refusal.field not in OPTIONAL:
            return refusal.field
        named = (name for name in (refusal.field, *refusal.named) if name in OPTIONAL)
        return next((name for name in named if self._sends(name, asked, is_streamed=is_streamed)), refusal.field)

    def _sends(self, name: str, asked: Mapping[str, Any], *, is_streamed: bool) -> bool:
        """Tell whether an optional field is sent."""
        if name in self.left_out:
            return False
        if name == "system":
            return any(one.get("role") == "system" for one in asked["messages"])
        held = name == held_choice.FIELD and self.held_by in asked
        return held or name in asked or (name == "stream_options" and is_streamed)

    def after_unheld(self) -> tuple[Dialect, str]:
        """Return the dialect that a completion teaches which was held to none of the texts that it was to be."""
        now = None if self.held_by is None else held_choice.after(self.held_by)
        how = FREE if now is None else f"{now} is tried"
        return replace(self, held_by=now), f"{self.held_by} is ignored: {how}"

    def _with_less(self, refusal: Refusal, asked: Mapping[str, Any]) -> tuple[Dialect, str] | None:
        """Learn the largest bound that holds for every prompt, where the server tells one."""
        tokens = asked.get(self.bound)
        if type(tokens) is not int or not tells_the_most(str(refusal)):
            return None
        most = smaller_bound(tokens, str(refusal))
        if most is None:
            return None
        return replace(self, most_tokens=most), f"it generates {most} tokens at most, fewer than the {tokens} asked for"

    def with_smaller_bound(self, body: Mapping[str, Any], refusal: Refusal) -> dict[str, Any] | None:
        """Return a body for this prompt alone whose answer may be shorter; None where it cannot be."""
        found = next((name for name in BOUNDS if type(body.get(name)) is int), None)
        asked = None if found is None else self.body(body).get(self.bound, body[found])
        fewer = None if asked is None else smaller_bound(asked, str(refusal))
        return None if fewer is None or found is None else {**body, found: fewer}


def _without_system(messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Put the system message before the first other one's text."""
    told = [one["content"] for one in messages if one.get("role") == "system"]
    first, *rest = (one for one in messages if one.get("role") != "system")
    return [{**first, "content": "\n\n".join([*told, first["content"]])}, *rest]
