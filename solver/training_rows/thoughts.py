r"""Thoughts inside rows: one fixed form, which the chat templates of reasoning models write and read.

A teacher's thought comes in whatever container its server has, or begins open where a chat template had written the tag
already. What is learnt is ``<think>``, a line feed, the thought, a line feed, ``</think>``, an empty line, the answer.

>>> in_fixed_form("so\n</think>\nB"), in_fixed_form("<think>so</think>B", is_kept=False), in_fixed_form("B")
('<think>\nso\n</think>\n\nB', 'B', 'B')
>>> unpaired("so</think>B"), unpaired("<think>so"), unpaired("<think>so</think>B")
('</think> closes no thought', '<think> is never closed', None)
"""

from __future__ import annotations

import re

from solver.extraction.thoughts import TAG, find, has_thoughts
from solver.sampling.completion import joined

_THINK = re.compile(r"</?think>")


def in_fixed_form(text: str, *, is_kept: bool = True) -> str:
    """Return a model's output with its thought in the fixed form, or without it; as it is where there is no thought.

    An output that is nothing but a thought comes back unchanged: it has no answer to learn.
    """
    if not has_thoughts(text):
        return text
    stretches = find(text).stretches
    if not stretches:
        return text
    start, end = stretches[-1]
    said = text[start:end].strip("\n")
    thought = TAG.sub("", text[:start]).strip()
    return joined(thought, said)[0] if is_kept and thought else said


def unpaired(text: str) -> str | None:
    """Say which tag of a thought has no other half; None where all have."""
    is_open = False
    for tag in _THINK.findall(text):
        if is_open == (tag == "<think>"):
            return "<think> opens a thought inside a thought" if is_open else "</think> closes no thought"
        is_open = not is_open
    return "<think> is never closed" if is_open else None
