"""What an option looks like to somebody who does not read the problem: the numbers that an attack learns from.

Each look goes from a question (and its siblings) to one row of numbers per option, in parts of which any can be left
out. They see the options, the question's own words, how often the text mentions an option, or the siblings; none of
them reasons. Every attack sees the options, and at most one of the others beside them.

>>> from solver.problems.question import question_of
>>> q = question_of("p#0", problem="Ann has 3 pens.", text="How many?", options=("2", "3", "9"), gold_letter="B")
>>> [row["lowest"] for row in options_look(q)]
[1.0, 0.0, 0.0]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, Protocol

Row = dict[str, float]
"""Name of a number -> its value for one option; a name that is absent is 0."""

_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)")
_PIECE = re.compile(r"[A-Za-z]+|\d+|[^\W\d_]|[^\w\s]")
_YES = re.compile(r"^(?:是|对|能|会|可以|正确|真|成立|可能|yes|true|correct|possible)\b|^(?:是的|对的)", re.IGNORECASE)
_NO = re.compile(r"^(?:不|否|非|没|假|错|no\b|not\b|false\b|incorrect\b|impossible\b)", re.IGNORECASE)
_OPEN = re.compile(r"无法|不能确定|未知|不确定|cannot|can't|unknown|uncertain|undetermined", re.IGNORECASE)
_NEGATION = re.compile(r"不|没|非|无|未|\bnot?\b|\bnever\b|n't", re.IGNORECASE)


class Seen(Protocol):
    """What is seen of a question."""

    @property
    def problem(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def options(self) -> tuple[str, ...]: ...


Values = Callable[[Sequence[str], Seen, Sequence[Seen]], Sequence[float]]
"""Options, the question, its siblings -> one number an option."""


class Part(NamedTuple):
    """Numbers of a look that are found together."""

    names: str
    """A pattern of their names."""
    see: Callable[[Sequence[Row], Sequence[str], Seen, Sequence[Seen]], None]
    """Adds to the rows of options: ``see(rows, options, question, siblings)``."""


class Look(NamedTuple):
    """Question and siblings (the other questions of its problem) -> one row per option."""

    parts: tuple[Part, ...]

    def __call__(self, question: Seen, siblings: Sequence[Seen] = ()) -> list[Row]:
        options = [option.strip() for option in question.options]
        rows: list[Row] = [{} for _ in options]
        for part in self.parts:
            part.see(rows, options, question, siblings)
        return rows

    def narrowed(self, names: Collection[str]) -> Look:
        """Leave out the parts in which none of these names is."""
        return Look(tuple(part for part in self.parts if any(re.fullmatch(part.names, name) for name in names)))


def _each(name: str, values: Values) -> Part:
    """Give every option a number."""

    def see(rows: Sequence[Row], options: Sequence[str], question: Seen, siblings: Sequence[Seen]) -> None:
        for row, value in zip(rows, values(options, question, siblings), strict=True):
            row[name] = float(value)

    return Part(name, see)


def _extremes(most: str, least: str, values: Values) -> Part:
    """Mark where the greatest and the least value stand."""

    def see(rows: Sequence[Row], options: Sequence[str], question: Seen, siblings: Sequence[Seen]) -> None:
        _mark(rows, values(options, question, siblings), most, least)

    return Part(f"{most}|{least}", see)


def _mark(rows: Sequence[Row], values: Sequence[float], most: str, least: str) -> None:
    """Mark where the greatest and the least value stand; a shared one counts in parts."""
    high, low = max(values), min(values)
    if high == low:
        return
    for row, value in zip(rows, values, strict=True):
        if value == high:
            row[most] = 1 / values.count(high)
        elif value == low:
            row[least] = 1 / values.count(low)


def _see_polarity(rows: Sequence[Row], options: Sequence[str], *_: object) -> None:
    for row, option in zip(rows, options, strict=True):
        row |= _polarity(option, len(options))


def _see_negated(rows: Sequence[Row], options: Sequence[str], question: Seen, _: Sequence[Seen]) -> None:
    if _NEGATION.search(question.text):
        for row, option in zip(rows, options, strict=True):
            row |= {f"{name}, negated": 1.0 for name in _polarity(option, len(options))}


def _see_said(rows: Sequence[Row], options: Sequence[str], question: Seen, _: Sequence[Seen]) -> None:
    is_negated = _NEGATION.search(question.text)
    for row, option in zip(rows, options, strict=True):
        row[f"says {option}"] = 1.0
        if is_negated:
            row[f"says {option}, negated"] = 1.0


@lru_cache(maxsize=4096)
def _polarity(option: str, count: int) -> Mapping[str, float]:
    found: Row = {}
    for name, pattern in (("open", _OPEN), ("no", _NO), ("yes", _YES)):
        if pattern.search(option):
            found |= {name: 1.0, f"{name} of {count}": 1.0}
            break
    if _NEGATION.search(option):
        found["negation"] = 1.0
    return found


class Number(NamedTuple):
    """A text that says one number."""

    frame: str
    """What else it says."""
    value: float


@lru_cache(maxsize=4096)
def number_of(text: str) -> Number | None:
    """Return what a text says as a number; None where it says none, or several.

    >>> number_of("3 pens")
    Number(frame=' pens', value=3.0)
    """
    parts = _NUMBER.split(text)
    return Number(parts[0] + parts[2], float(parts[1])) if len(parts) == 3 else None


def _see_ranks(rows: Sequence[Row], options: Sequence[str], *_: object) -> None:
    """Give every option its rank, where the options are numbers and differ in nothing else."""
    values, first = [], number_of(options[0])
    for option in options:
        found = number_of(option)
        if first is None or found is None or found.frame != first.frame:
            return
        values.append(found.value)
    if len(set(values)) < len(values):
        return
    ranked, count = sorted(values), len(values)
    middle = sum(values) / count
    rests = [value % 2 for value in values]
    for row, value, rest in zip(rows, values, rests, strict=True):
        rank, neighbours = ranked.index(value), [abs(value - other) for other in values].count(1)
        row[f"rank {rank + 1} of {count}"] = 1.0
        row["lowest"], row["highest"] = float(rank == 0), float(rank == count - 1)
        row["inner"] = float(0 < rank < count - 1)
        row["odd one"] = float(rests.count(rest) == 1)
        row["has a neighbour"], row["two neighbours"] = float(neighbours > 0), float(neighbours == 2)
    _mark(rows, [-abs(value - middle) for value in values], "nearest the mean", "farthest from the mean")


def _likeness(options: Sequence[str]) -> list[float]:
    """Return the mean overlap of each option with the others."""
    pairs = [_pairs(option) for option in options]
    sizes = [len(one) for one in pairs]
    if len(pairs[0].union(*pairs)) == sum(sizes):
        # Nothing is shared: names, numbers.
        return [0.0] * len(pairs)
    alike: list[list[float]] = [[] for _ in pairs]
    for at, one in enumerate(pairs):
        for place in range(at + 1, len(pairs)):
            shared = len(one & pairs[place])
            overlap = shared / (sizes[at] + sizes[place] - shared)
            alike[at].append(overlap)
            alike[place].append(overlap)
    return [sum(overlaps) / len(overlaps) for overlaps in alike]


def _agreement(options: Sequence[str]) -> list[float]:
    """Return how often the pieces of each option are those that most options have in that place."""
    pieces = [_pieces(option) for option in options]
    width = min(map(len, pieces))
    if len({len(one) for one in pieces}) > 1 or width < 2:
        return [0.0] * len(options)
    columns = list(zip(*pieces, strict=True))
    return [float(sum(column.count(piece) for column, piece in zip(columns, one, strict=True))) for one in pieces]


@lru_cache(maxsize=4096)
def _pieces(text: str) -> Sequence[str]:
    return tuple(_PIECE.findall(text))


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[tuple[str, str]]:
    """Return the pairs of neighbouring pieces, with the text's ends as pieces."""
    return frozenset(pairwise(["", *_PIECE.findall(text.lower()), ""]))


def _shared(options: Sequence[str], text: str) -> list[float]:
    """Return the part of each option's pairs that a text has too."""
    pairs = _pairs(text)
    return [len(one & pairs) / len(one) for one in map(_pairs, options)]


def _numbers_asked(options: Sequence[str], question: Seen, _: Sequence[Seen]) -> list[bool]:
    asked = set(_NUMBER.findall(question.text))
    return [bool(asked) and not asked.isdisjoint(_NUMBER.findall(option)) for option in options]


def _numbers_mentioned(options: Sequence[str], question: Seen, _: Sequence[Seen]) -> list[float]:
    found = [_NUMBER.findall(option) for option in options]
    return [sum(one in question.problem for one in numbers) / len(numbers) if numbers else 0.0 for numbers in found]


def _offered(options: Sequence[str], _: Seen, siblings: Sequence[Seen]) -> list[int]:
    offered = [option.strip() for sibling in siblings for option in sibling.options]
    return [offered.count(option) for option in options]


def _asked(siblings: Sequence[Seen]) -> str:
    return "\n".join(sibling.text for sibling in siblings)


contents_look = Look(
    (
        Part(r"(open|no|yes)( of \d+)?|negation", _see_polarity),
        _extremes("longest", "shortest", lambda options, *_: list(map(len, options))),
        Part(r"rank .*|lowest|highest|inner|odd one|.* neighbours?|(nearest|farthest from) the mean", _see_ranks),
        _extremes("most alike", "least alike", lambda options, *_: _likeness(options)),
        _extremes("centre", "outlier", lambda options, *_: _agreement(options)),
    )
)
"""The options alone, wherever they stand: polarity, length, rank among numbers, likeness."""
question_look = Look(
    (
        _extremes("most asked", "least asked", lambda options, q, _: _shared(options, q.text)),
        _each("named in question", lambda options, q, _: [one in q.text for one in options]),
        _each("number in question", _numbers_asked),
        Part(".*, negated", _see_negated),
    )
)
"""The question's own words."""
mentions_look = Look(
    (
        _extremes("mentioned most", "mentioned least", lambda options, q, _: list(map(q.problem.count, options))),
        _extremes("mentioned last", "last mention first", lambda options, q, _: list(map(q.problem.rfind, options))),
        _extremes("mentioned first", "first mention last", lambda options, q, _: [-q.problem.find(o) for o in options]),
        _each("mentioned", lambda options, q, _: [one in q.problem for one in options]),
        _each("numbers mentioned", _numbers_mentioned),
    )
)
"""How often, how early and how late the text mentions the options."""
siblings_look = Look(
    (
        _extremes("offered most", "offered least", _offered),
        _extremes("asked most", "asked least", lambda options, _, others: _shared(options, _asked(others))),
        _each("offered by a sibling", lambda *seen: [count > 0 for count in _offered(*seen)]),
        _each("asked by a sibling", lambda options, _, others: list(map(_asked(others).__contains__, options))),
    )
)
"""What the other questions of the problem say."""
said_look = Look((Part("says .*", _see_said),))
"""What each option says, word for word. No attack sees it, what is rare would be learnt by heart; but in another
language the same may look otherwise: “True” says yes to anybody, 必然真 to nobody."""


def options_look(question: Seen, _: Sequence[Seen] = ()) -> list[Row]:
    """Look at the options alone: place, and what ``contents_look`` sees."""
    rows, count = contents_look(question), len(question.options)
    return [{f"place {place} of {count}": 1.0, **row} for place, row in enumerate(rows)]


LOOKS: dict[str, Look | None] = {
    "options": None,
    "question": question_look,
    "mentions": mentions_look,
    "siblings": siblings_look,
}
"""What an attack looks at beside the options."""
