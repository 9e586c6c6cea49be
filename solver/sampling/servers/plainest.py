"""Which optional field a server falls over, with a bare fault instead of a refusal that names it.

Where the first request of a kind gets such a fault, a tiny question is asked in the plainest form. A server that fails
over that as well is down, and nothing is learnt. One that answers is asked with all the fields, then with fewer, until
those are found without which it answers. Each must fail once more, and in the end all fields fail again and the rest is
answered again: neither a fault of the moment nor a server that fails at random teaches anything. What has been answered
once is never doubted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from solver.sampling.servers import held_choice
from solver.sampling.transport import Fault, Refusal

ASK = "1+1=?"
_TOKENS = 16
"""Of an answer to it at most."""
FALLS = ("5xx", "reset")
"""Causes of faults that a field may be behind."""
_FIRST_WAIT_S, _WAIT_CAP_S = 5.0, 60.0
"""From one search that found nothing to the next, doubled each time: an outage may end in between."""
_BOUNDS = ("max_tokens", "max_completion_tokens")
_PLAIN = ("model", "messages", *_BOUNDS, "stream", "stream_options")
_GROUPS = {
    "top_logprobs": "logprobs",
    "add_generation_prompt": "continue_final_message",
    **dict.fromkeys(held_choice.WAYS, held_choice.FIELD),
}
"""A field that goes with another -> that one."""
_LIKELIEST = ("temperature", "top_p", "stream", "stream_options", "seed", held_choice.FIELD, "logprobs", "n")
"""What servers fall over, the likeliest last, and of those the least missed."""

Ask = Callable[[Mapping[str, Any], bool], Awaitable[object]]
"""Completes a chat given its body and whether as a stream; raises ``Fault`` or ``Refusal``."""


def fields_in(body: Mapping[str, Any], *, is_streamed: bool) -> tuple[str, ...]:
    """Return the optional fields of a request, the likeliest to be fallen over last.

    >>> fields_in({"model": "m", "messages": [], "max_tokens": 9, "n": 2, "top_k": 1, "seed": 0}, is_streamed=True)
    ('top_k', 'stream', 'stream_options', 'seed', 'n')
    """
    found = dict.fromkeys(_GROUPS.get(name, name) for name in body if name not in _PLAIN)
    if any(one.get("role") == "system" for one in body["messages"]):
        found["system"] = None
    if is_streamed:
        found |= dict.fromkeys(["stream"] + ["stream_options"] * (body.get("stream_options", True) is not None))
    return tuple(sorted(found, key=lambda name: _LIKELIEST.index(name) if name in _LIKELIEST else -1))


def with_fields(body: Mapping[str, Any], kept: Collection[str]) -> tuple[dict[str, Any], bool]:
    """Return a tiny request with some of another one's fields, and whether it is to be streamed."""
    asked = {name: value for name, value in body.items() if name not in _PLAIN and _GROUPS.get(name, name) in kept}
    messages = [{"role": "user", "content": ASK}]
    if "system" in kept:
        messages = [one for one in body["messages"] if one.get("role") == "system"] + messages
    if "continue_final_message" in kept:
        messages.append({"role": "assistant", "content": ASK})
    bounds = {name: min(body[name], _TOKENS) for name in _BOUNDS if type(body.get(name)) is int}
    options = {} if "stream_options" in kept else {"stream_options": None}
    return {"model": body.get("model"), "messages": messages, **bounds, **asked, **options}, "stream" in kept


class Plainest:
    """What one model at one server has answered, and when it may be searched for what it falls over."""

    def __init__(self) -> None:
        self._answered: set[frozenset[str]] = set()
        self._due_at, self._wait_s = 0.0, _FIRST_WAIT_S

    def answered(self, body: Mapping[str, Any], *, is_streamed: bool) -> None:
        """Take note of what was answered."""
        self._answered.add(frozenset(fields_in(body, is_streamed=is_streamed)))

    def is_doubtful(self, fault: Fault, body: Mapping[str, Any], *, is_streamed: bool) -> bool:
        """Tell whether a fault may be about a field."""
        if fault.cause not in FALLS or fault.was_taken or fault.retry_after_s is not None:
            return False
        fields = frozenset(fields_in(body, is_streamed=is_streamed))
        return not any(fields <= answered for answered in self._answered)

    def is_due(self, now: float) -> bool:
        """Tell whether to search.

        Args:
            now: loop time, seconds.
        """
        return now >= self._due_at

    async def search(
        self, ask: Ask, fault: Fault, body: Mapping[str, Any], now: float, *, is_streamed: bool
    ) -> Sequence[Refusal]:
        """Return what a server should have said, one refusal a field; empty where it is down, or well again."""
        self._due_at, self._wait_s = now + self._wait_s, min(2 * self._wait_s, _WAIT_CAP_S)
        culprits = await _Search(ask, body, is_streamed=is_streamed).culprits()
        if culprits == ():
            self.answered(body, is_streamed=is_streamed)
        # What else it falls over may show in the next request.
        if culprits:
            self._due_at = now
        words = "it answers with a fault where this field is sent"
        return [Refusal(f"{fault}; {words}: {name}", 500, sort="field", field=name) for name in culprits or ()]


class _Form(NamedTuple):
    """A form that a plain request can take."""

    body: Mapping[str, Any]
    base: tuple[str, ...]
    """Fields that belong to it."""
    blamed: tuple[str, ...]
    """What a server falls over that answers in this form, and not in the first one."""


class _Search:
    """One search."""

    def __init__(self, ask: Ask, body: Mapping[str, Any], *, is_streamed: bool) -> None:
        self._ask = ask
        self._fields = fields_in(body, is_streamed=is_streamed)
        self._forms = [_Form(body, (), ()), _Form(body, ("stream",), () if is_streamed else ("stream",))]
        if _BOUNDS[0] in body:
            other = {_BOUNDS[1] if name == _BOUNDS[0] else name: value for name, value in body.items()}
            self._forms.append(_Form(other, (), (_BOUNDS[0],)))
        self._known: dict[tuple[str, ...], bool] = {}

    async def culprits(self) -> tuple[str, ...] | None:
        """Return the fields that it falls over; empty where it answers with all of them, None where it is down."""
        try:
            form = await self._answered_form()
            if form is None:
                return None
            found, left = [*form.blamed], [name for name in self._fields if name not in form.base]
            while left and await self._falls(form, left):
                place = await self._first_fall(form, left)
                if not await self._fails(form, left[: place + 1]):
                    return None
                found.append(left.pop(place))
            if found and not await self._is_seen_again(form, left, is_one=len(found) == 1):
                return None
        except Fault:
            return None
        return tuple(found)

    async def _is_seen_again(self, form: _Form, left: Sequence[str], *, is_one: bool) -> bool:
        """Tell whether all fields fail again, what is left of them is answered again, and for one field all fail then.

        Of searches at a server that failed half of all requests at random 23 % blame a field without it, 4 % with it.
        """
        if not await self._fails(self._forms[0], self._fields) or await self._fails(form, left):
            return False
        return not is_one or await self._fails(self._forms[0], self._fields)

    async def _answered_form(self) -> _Form | None:
        """Return the first plain form that it answers, None where there is none."""
        first = self._forms[0]
        for form in self._forms:
            if not await self._fails(form, ()):
                return form if form is first or not form.blamed or await self._fails(first, ()) else None
        return None

    async def _first_fall(self, form: _Form, fields: Sequence[str]) -> int:
        """Return the place of the field with which those before it fail; all together do."""
        low, high = 0, len(fields)
        middle = high - 1
        while high - low > 1:
            if await self._falls(form, fields[:middle]):
                high = middle
            else:
                low = middle
            middle = (low + high) // 2
        return high - 1

    async def _falls(self, form: _Form, fields: Sequence[str]) -> bool:
        """Tell whether a request with some fields fails, asking once."""
        key = tuple(fields)
        if key not in self._known:
            self._known[key] = await self._fails(form, key)
        return self._known[key]

    async def _fails(self, form: _Form, fields: Sequence[str]) -> bool:
        """Ask.

        Raises:
            Fault: one that tells nothing of fields.
        """
        try:
            await self._ask(*with_fields(form.body, (*form.base, *fields)))
        except Refusal:
            return False
        except Fault as fault:
            if fault.cause not in FALLS:
                raise
            return True
        return False
