"""What a client counts while it draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stats:
    """Live counters of a sampler, for the view; read them at any time."""

    requests: int = 0
    """Completion requests sent, closings and retries included."""
    retries: int = 0
    """Requests sent again."""
    causes: Counter[str] = field(default_factory=Counter)
    """Faults by cause (see ``Cause``)."""
    refusals: int = 0
    """Requests that an endpoint refused for good (4xx)."""
    in_flight: int = 0
    """Requests on the wire now."""
    waiting: int = 0
    """Requests waiting for a slot now."""
    closings: int = 0
    """Closing requests sent."""
    samples: Counter[str] = field(default_factory=Counter)
    """Finished samples by status."""
    prompt_tokens: int = 0
    """As the endpoints count them: once a request."""
    completion_tokens: int = 0
    """Generated tokens."""
    notes: list[str] = field(default_factory=list)
    """What was found out about the endpoints, each once."""
    hear: Callable[[str], None] = lambda text: None
    """Told of every note."""

    def note(self, text: str) -> None:
        """Say something of an endpoint, once."""
        if text not in self.notes:
            self.notes.append(text)
            self.hear(f"note: {text}")
