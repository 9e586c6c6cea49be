"""Durations as they are written: ``90``, ``90s``, ``15m``, ``4h``, ``1h30m``."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

from solver.base.errors import UsageError


def parse_duration(text: str) -> float:
    """Read a duration; seconds.

    >>> parse_duration("1h30m")
    5400.0

    Raises:
        UsageError: it is none of these.
    """
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    parts = re.fullmatch(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?", text)
    if not text or parts is None or not any(parts.groups()):
        raise UsageError(f"{text!r} is no duration; write it like 90s, 15m, 4h or 1h30m")
    hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds


Seconds = Annotated[float, BeforeValidator(lambda value: parse_duration(value) if isinstance(value, str) else value)]
"""The type of a setting in seconds that may also be written as text."""
