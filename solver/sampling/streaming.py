"""Completions that are watched while they grow: what a watcher is told, and how a streamed reply is put together.

Limits, retries, extraction and answer forcing do not differ, and the gathered stream is read like any other reply, so
the samples are the same records. Forced answers are not watched: they are one token. A chain that is asked for again
after a fault begins anew: its ``opened`` is called again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

from solver.sampling.completion import CIRCLES, Malformed, Reported, end_of, is_error, place_of, said_in, thought_in
from solver.sampling.sample import Request
from solver.sampling.servers.envelopes import unwrapped
from solver.sampling.transport import Growth
from solver.sampling.wire.circles import LOOK_EVERY, runs_in_circles
from solver.sampling.wire.token_estimate import estimated

_MOST_DONE = 16
"""Bytes of the word that ends a stream, with what may stand around it."""
_FEWEST_GROWN = 3
"""Different pieces, each beginning with the one before, from which on a stream's pieces are taken for the whole text so
far: "a", "aa" may be new text."""


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
    thought: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    logprobs: list[Any] = field(default_factory=list)
    whole: dict[str, Any] = field(default_factory=dict)
    """The message in one piece, which some servers send with the last chunk."""
    finish_reason: str | None = None
    runs_in_circles: bool = False
    unseen: int = 0
    """Characters since the last look whether it does."""
    is_thinking: bool = False
    """The last piece was of a thought in a field of its own."""

    def told(self, piece: str, *, is_thought: bool) -> str:
        """Return a piece as whoever watches gets it: such a thought stands in tags, as in the sample's text."""
        if is_thought == self.is_thinking:
            return piece
        self.is_thinking = is_thought
        opener = "\n<think>\n" if self.content else "<think>\n"
        return (opener if is_thought else "\n</think>\n\n") + piece

    def look(self, more: int) -> None:
        """Look whether it runs in circles, now and then.

        Args:
            more: characters that it has grown by.
        """
        self.unseen += more
        if self.unseen >= LOOK_EVERY:
            self.unseen = 0
            self.runs_in_circles = runs_in_circles("".join(self.content or self.thought))

    @property
    def is_empty(self) -> bool:
        """Nothing was said in it."""
        return not (self.content or self.thought or self.refusal or self.whole)

    @property
    def message(self) -> dict[str, Any]:
        """The whole message."""
        if not self.content and not self.thought and self.whole:
            return self.whole
        parts = (("content", self.content), ("reasoning", self.thought), ("refusal", self.refusal))
        return {name: _whole(pieces) for name, pieces in parts}


def _whole(pieces: Sequence[str]) -> str:
    """Join the pieces of a text; where each holds all before it (a mode of DashScope's, and relays) the last is all.

    >>> _whole(["So", ": B"]), _whole(["So", "So: ", "So: B", "So: B"])
    ('So: B', 'So: B')
    """
    grows = all(after.startswith(before) for before, after in pairwise(pieces))
    return pieces[-1] if grows and len(set(pieces)) >= _FEWEST_GROWN else "".join(pieces)


def _added(one: object, other: object) -> object:
    """Return the usage of two completions in one reply."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return other or one
    counts = {name: (one.get(name), other.get(name)) for name in ("prompt_tokens", "completion_tokens")}
    return {**other, **{name: sum(told) for name, told in counts.items() if all(type(count) is int for count in told)}}


def _stands_alone(line: bytes) -> bool:
    """Tell whether a line may be a chunk by itself, or the end of all."""
    text = line.strip()
    return not text or text == b"[DONE]" or (text.startswith(b"{") and text.endswith(b"}"))


class SeveralCompletions(Malformed):
    """More whole completions than were asked for, and not alike: nothing tells which one is the answer."""

    def __init__(self) -> None:
        super().__init__("the reply holds several completions that differ, more than were asked for")


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
        self._id: object = None
        """Of the last chunk."""
        self.is_done = False
        """The stream said that it is at its end."""

    def take(self, event: bytes) -> bool:
        """Take the data of one event; returns True where it is the last one.

        Raises:
            Malformed: it is no JSON, an error, or one completion more than were asked for.
        """
        if len(event) < _MOST_DONE and event.strip().strip(b'"').upper() == b"[DONE]":
            self.is_done = True
            return True
        if not event.strip():
            return False
        try:
            chunk = json.loads(event)
        except (ValueError, RecursionError) as error:
            # Some end events with one line feed, where a second one is wanted.
            lines = event.split(b"\n")
            if len(lines) > 1 and all(map(_stands_alone, lines)):
                return any([self.take(line) for line in lines])
            raise Malformed(f"stream broken: {error}") from error
        self.add(unwrapped(chunk))
        return False

    def add(self, chunk: object) -> None:
        """Take one chunk; what is no part of a known choice is left out.

        Raises:
            Reported: it is an error.
            SeveralCompletions: it is one more than were asked for.
        """
        # Some put an error beside a last choice that says nothing.
        if is_error(chunk) or (isinstance(chunk, dict) and chunk.get("error")):
            raise Reported(chunk)
        if not isinstance(chunk, dict):
            return
        found = chunk.get("choices")
        listed = found if isinstance(found, list) else []
        usage, is_another = chunk.get("usage"), False
        is_again = self._id is not None and chunk.get("id") == self._id
        self._id = chunk.get("id")
        for raw in listed:
            if not isinstance(raw, dict):
                continue
            # Of one choice that was asked for alone some servers say 1.
            is_first = self._chains == 1 == raw.get("index")
            place = 0 if is_first else place_of(raw.get("index"), self._chains)
            if place is not None and self._has_whole(place, raw):
                place = self._beside(place, raw, is_again=is_again)
                is_another = place is not None
            if place is not None:
                self._grow(place, raw)
        self._usage = _added(self._usage, usage) if is_another else usage or self._usage

    def _has_whole(self, index: int, raw: dict[str, Any]) -> bool:
        """Tell whether a piece is a whole choice where there is one already: of another completion in one reply."""
        known = self._choices.get(index)
        is_whole = isinstance(raw.get("message"), dict) and end_of(raw.get("finish_reason")) is not None
        return is_whole and known is not None and bool(known.whole) and known.finish_reason is not None

    def _beside(self, index: int, raw: dict[str, Any], *, is_again: bool) -> int | None:
        """Return which choice a whole one is beside another of its number, None where it is that one told twice.

        Args:
            is_again: the reply says that it is the same completion.

        Raises:
            SeveralCompletions: so many were not asked for.
        """
        is_same = self._choices[index].whole == raw["message"]
        free = next((place for place in range(self._chains) if place not in self._choices), None)
        if is_same and (is_again or free is None):
            return None
        if free is None:
            raise SeveralCompletions
        return free

    def _grow(self, index: int, raw: dict[str, Any]) -> None:
        choice = self._choices.setdefault(index, _Growing())
        delta, logprobs, whole = raw.get("delta"), raw.get("logprobs"), raw.get("message")
        if delta is None and isinstance(raw.get("text"), str):
            delta = {"content": raw["text"]}  # of a server that streams plain completions
        if isinstance(delta, dict):
            thought, said = said_in(delta.get("content"))
            refusal = "".join(said_in(delta.get("refusal")))
            pieces = ((thought_in(delta) or thought, choice.thought), (said, choice.content), (refusal, choice.refusal))
            for piece, gathered in pieces:
                if piece:
                    gathered.append(piece)
                    self._growth.grew(index, choice.told(piece, is_thought=gathered is choice.thought))
                    choice.look(len(piece))
        if isinstance(whole, dict):
            choice.whole = whole
        if isinstance(logprobs, dict) and isinstance(logprobs.get("content"), list):
            choice.logprobs += logprobs["content"]
        end = end_of(raw.get("finish_reason"))
        if end is not None and choice.finish_reason is None:
            choice.finish_reason = end
            self._growth.ended(index)

    @property
    def has_begun(self) -> bool:
        """True once something was said in one of the choices."""
        return not all(choice.is_empty for choice in self._choices.values())

    @property
    def runs_in_circles(self) -> bool:
        """True where nothing but circles is still to come: they need not be waited for."""
        growing = [choice for choice in self._choices.values() if choice.finish_reason is None]
        return (
            bool(growing) and len(self._choices) == self._chains and all(choice.runs_in_circles for choice in growing)
        )

    def left(self) -> dict[str, Any]:
        """Return what came as a reply in one piece, where the rest runs in circles and is not waited for."""
        for index, choice in self._choices.items():
            if choice.finish_reason is None:
                choice.finish_reason = CIRCLES
                self._growth.ended(index)
        # The server's own count would have come with the last chunk.
        tokens = sum(estimated("".join(choice.thought + choice.content)) for choice in self._choices.values())
        self._usage = self._usage or {"completion_tokens": tokens}
        return self.reply(is_whole=True)

    def reply(self, *, is_whole: bool) -> dict[str, Any]:
        """Return what came as a reply in one piece.

        A choice without an end is left out where the stream was cut off: half a chain is no sample.

        Args:
            is_whole: the stream came to its orderly end, which ends every choice.
        """
        choices = []
        for index, choice in sorted(self._choices.items()):
            if choice.finish_reason is None:
                if not is_whole or choice.is_empty:
                    continue
                self._growth.ended(index)
            logprobs = {"content": choice.logprobs} if choice.logprobs else None
            entry = {"message": choice.message, "finish_reason": choice.finish_reason, "logprobs": logprobs}
            choices.append({"index": index, **entry})
        return {"choices": choices, "usage": self._usage}
