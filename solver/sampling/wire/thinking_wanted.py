"""What a request asks of a model's thinking, on its way to the endpoint that knows how to say it. Pure.

>>> Wanted.of(Wanted(is_on=False).to_body())
Wanted(is_on=False, budget=None)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MARK = "_thinking"
"""Key of a request's body under which it stands; it is never sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a request asks of a model's thinking."""

    is_on: bool | None = None
    """None leaves it to the model."""
    budget: int | None = None
    """Tokens of a thought at most."""

    def to_body(self) -> dict[str, Any]:
        """Return it as a part of a request's body."""
        return {MARK: (self.is_on, self.budget)}

    @staticmethod
    def of(body: Mapping[str, Any]) -> Wanted | None:
        """Read it from a request's body."""
        found = body.get(MARK)
        return None if found is None else Wanted(is_on=found[0], budget=found[1])
