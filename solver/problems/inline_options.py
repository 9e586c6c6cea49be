"""Options that are written behind their question: ``几只？ A: 10; B: 14``."""

from __future__ import annotations

import re

from solver.problems.letters import ALPHABET

# A letter that heads an option: at a line start or after a separator, followed by a mark (A: A. A、 A) （A）).
_HEAD = re.compile(r"(?:^|(?<=[\s;；,，。？?！!：:]))[（(]?([A-Z])\s*(?:[:：.．、)）])\s*")

_COMMAS = ",，、"
"""What parts options where it stands behind each but the last."""


def split_inline_options(text: str) -> tuple[str, tuple[str, ...]]:
    """Split a question from the options written behind it.

    The options are the last run of heads A, B, C … in order.

    >>> split_inline_options("几只？\\nA: 10; B: 14")
    ('几只？', ('10', '14'))
    """
    heads = [(match.group(1), match.start(), match.end()) for match in _HEAD.finditer(text)]
    # The last A that a B follows. (Trying every A from the end took quadratic time on a text of many.)
    last_b = max((place for place, head in enumerate(heads) if head[0] == "B"), default=0)
    start = max((place for place, head in enumerate(heads[:last_b]) if head[0] == "A"), default=None)
    if start is None:
        return text, ()
    run = [heads[start]]
    for head in heads[start + 1 :]:
        if len(run) < len(ALPHABET) and head[0] == ALPHABET[len(run)]:
            run.append(head)
    ends = [head[1] for head in run[1:]] + [len(text)]
    options = [text[begin:end].strip().rstrip(";；").rstrip() for (_, _, begin), end in zip(run, ends, strict=True)]
    if len({option[-1:] for option in options[:-1]} - set(_COMMAS)) == 0:
        options[:-1] = [option.rstrip(_COMMAS).rstrip() for option in options[:-1]]
    return text[: run[0][1]].rstrip(), tuple(options)
