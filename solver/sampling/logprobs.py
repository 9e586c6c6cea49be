"""Log-probabilities of a completion's tokens, in the two forms in which they come."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Logprobs(Protocol):
    """Log-probabilities, one a token."""

    def at(self, byte: int) -> float | None:
        """Return that of the token that covers a byte of the text, None where no token reaches that far."""
        ...


class ListedLogprobs:
    """As OpenAI's API gives them.

    Args:
        entries: one a token with ``token``, ``logprob`` and maybe ``bytes``; not to be trusted.
    """

    __slots__ = ("_entries",)

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self._entries = entries

    def at(self, byte: int) -> float | None:
        """See ``Logprobs``."""
        end = 0
        try:
            for entry in self._entries:
                # In bytes, since a token may hold part of a character.
                raw = entry.get("bytes")
                end += len(raw) if raw is not None else len(entry["token"].encode())
                if end > byte:
                    return float(entry["logprob"])
        except (TypeError, KeyError, AttributeError, ValueError, OverflowError):
            pass
        return None


class FlatLogprobs:
    """As an engine of our own gives them.

    Args:
        values: nats, one a token.
        sizes: bytes of text, one a token.

    >>> FlatLogprobs([-1.0, -2.0], [3, 1]).at(3)
    -2.0
    """

    __slots__ = ("_sizes", "_values")

    def __init__(self, values: Sequence[float], sizes: Sequence[int]) -> None:
        self._values, self._sizes = values, sizes

    def at(self, byte: int) -> float | None:
        """See ``Logprobs``."""
        end = 0
        for value, size in zip(self._values, self._sizes, strict=True):
            end += size
            if end > byte:
                return value
        return None


def mean_of(entries: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the mean over listed entries, None where one is not as it should be (trying is the fastest check)."""
    try:
        mean = sum([entry["logprob"] for entry in entries]) / len(entries)
        return mean if math.isfinite(mean) else None
    except (TypeError, KeyError, ZeroDivisionError, OverflowError):
        return None
