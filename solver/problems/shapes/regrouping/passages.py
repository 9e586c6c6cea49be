"""A row that holds a passage with its questions becomes a row for each question.

>>> line = Line(1, "", {"passage": "p", "questions": [{"question": "q1"}, {"question": "q2"}]})
>>> [one.value for one in unfolded(line)]
[{'passage': 'p', 'question': 'q1'}, {'passage': 'p', 'question': 'q2'}]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from solver.problems.jsonl import Line

SEVERAL = ("questions", "qa", "qas", "qa_pairs")
"""Fields that hold the questions of a passage."""


def unfolded(line: Line) -> Iterator[Line]:
    """Give each question of a passage a row of its own, with all that is said of the passage."""
    value = line.value if isinstance(line.value, Mapping) else {}
    asked = value.get("questions")
    if isinstance(asked, list) and asked and all(isinstance(one, str) for one in asked):
        # A passage's questions, options and answers in lists of their own, as RACE has them.
        beside = {name: one for name, one in value.items() if isinstance(one, list) and len(one) == len(asked)}
        if (
            isinstance(value.get("options"), list)
            and "options" in beside
            and all(isinstance(one, list) for one in beside["options"])
        ):
            outer = {name: one for name, one in value.items() if name not in beside}
            names = [name if name == "options" else name.removesuffix("s") for name in beside]
            for cells in zip(*beside.values(), strict=True):
                yield line._replace(value={**outer, **dict(zip(names, cells, strict=True))})
            return
    several = next((name for name in SEVERAL if isinstance(value.get(name), list)), None)
    inner = value[several] if several is not None else None
    if not isinstance(inner, list) or not all(isinstance(one, dict) for one in inner):
        yield line
        return
    outer = {name: one for name, one in value.items() if name != several}
    for one in inner:
        yield line._replace(value={**outer, **one})
