"""What an option looks like to somebody who does not read the problem: the numbers that an attack learns from.

Each look is a function from a question (and its siblings) to one row of numbers per option. They see the options, the
question's own words, how often the text mentions an option, or the siblings; none of them reasons. Every attack sees
the options, and at most one of the others beside them.

>>> from solver.problems.question import question_of
>>> q = question_of("p#0", problem="Ann has 3 pens.", text="How many?", options=("2", "3", "9"), gold_letter="B")
>>> [row["lowest"] for row in options_look(q)]
[1.0, 0.0, 0.0]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from solver.problems.question import Question

Row = dict[str, float]
"""Name of a number -> its value for one option; a name that is absent is 0."""
Look = Callable[[Question, Sequence[Question]], list[Row]]
"""Question and its siblings (the other questions of its problem) -> one row per option, beyond ``options_look``."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PIECE = re.compile(r"[A-Za-z]+|\d+|[^\W\d_]|[^\w\s]")
_YES = re.compile(r"^(?:是|对|能|会|可以|正确|真|成立|可能|yes|true|correct|possible)\b|^(?:是的|对的)", re.IGNORECASE)
_NO = re.compile(r"^(?:不|否|非|没|假|错|no\b|not\b|false\b|incorrect\b|impossible\b)", re.IGNORECASE)
_OPEN = re.compile(r"无法|不能确定|未知|不确定|cannot|can't|unknown|uncertain|undetermined", re.IGNORECASE)
_NEGATION = re.compile(r"不|没|非|无|未|\bnot?\b|\bnever\b|n't", re.IGNORECASE)


def options_look(question: Question, _: Sequence[Question] = ()) -> list[Row]:
    """Look at the options alone: place, and what ``contents_look`` sees."""
    rows, count = contents_look(question), len(question.options)
    return [{f"place {place} of {count}": 1.0, **row} for place, row in enumerate(rows)]


def contents_look(question: Question) -> list[Row]:
    """Look at the options alone, wherever they stand: length, rank among numbers, polarity, likeness."""
    options = [option.strip() for option in question.options]
    rows: list[Row] = [{**_polarity(option, len(options))} for option in options]
    _extremes(rows, [len(option) for option in options], "longest", "shortest")
    _numbers(rows, options)
    _extremes(rows, _likeness([_pairs(option) for option in options]), "most alike", "least alike")
    _extremes(rows, _agreement(options), "centre", "outlier")
    return rows


def question_look(question: Question, _: Sequence[Question]) -> list[Row]:
    """Look at the question's own words."""
    rows: list[Row] = [{} for _ in question.options]
    asked = _pairs(question.text)
    shared = [_part(_pairs(option), asked) for option in question.options]
    _extremes(rows, shared, "most asked", "least asked")
    numbers = set(_NUMBER.findall(question.text))
    negated = bool(_NEGATION.search(question.text))
    for row, option in zip(rows, question.options, strict=True):
        row["named in question"] = float(option.strip() in question.text)
        row["number in question"] = float(bool(numbers) and not numbers.isdisjoint(_NUMBER.findall(option)))
        if negated:
            row |= {f"{name}, negated": 1.0 for name in _polarity(option.strip(), len(rows))}
    return rows


def mentions_look(question: Question, _: Sequence[Question]) -> list[Row]:
    """Look at how often, how early and how late the text mentions the options."""
    rows: list[Row] = [{} for _ in question.options]
    text = question.problem
    options = [option.strip() for option in question.options]
    _extremes(rows, [text.count(option) for option in options], "mentioned most", "mentioned least")
    _extremes(rows, [text.rfind(option) for option in options], "mentioned last", "last mention first")
    _extremes(rows, [-text.find(option) for option in options], "mentioned first", "first mention last")
    for row, option in zip(rows, options, strict=True):
        row["mentioned"] = float(option in text)
        numbers = _NUMBER.findall(option)
        row["numbers mentioned"] = sum(number in text for number in numbers) / len(numbers) if numbers else 0.0
    return rows


def siblings_look(question: Question, siblings: Sequence[Question]) -> list[Row]:
    """Look at what the other questions of the problem say."""
    rows: list[Row] = [{} for _ in question.options]
    offered = [option.strip() for sibling in siblings for option in sibling.options]
    asked = "\n".join(sibling.text for sibling in siblings)
    pairs = _pairs(asked)
    options = [option.strip() for option in question.options]
    _extremes(rows, [offered.count(option) for option in options], "offered most", "offered least")
    _extremes(rows, [_part(_pairs(option), pairs) for option in options], "asked most", "asked least")
    for row, option in zip(rows, options, strict=True):
        row["offered by a sibling"] = float(option in offered)
        row["asked by a sibling"] = float(option in asked)
    return rows


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


def _numbers(rows: list[Row], options: Sequence[str]) -> None:
    """Give every option its rank, where the options are numbers and differ in nothing else."""
    found = [_NUMBER.findall(option) for option in options]
    if any(len(numbers) != 1 for numbers in found) or len({_NUMBER.sub("", option) for option in options}) > 1:
        return
    values = [float(numbers[0]) for numbers in found]
    if len(set(values)) < len(values):
        return
    ranked, count = sorted(values), len(values)
    middle = sum(values) / count
    rests = [value % 2 for value in values]
    for row, value, rest in zip(rows, values, rests, strict=True):
        rank, neighbours = ranked.index(value), sum(abs(value - other) == 1 for other in values)
        row[f"rank {rank + 1} of {count}"] = 1.0
        row["lowest"], row["highest"] = float(rank == 0), float(rank == count - 1)
        row["inner"] = float(0 < rank < count - 1)
        row["odd one"] = float(rests.count(rest) == 1)
        row["has a neighbour"], row["two neighbours"] = float(neighbours > 0), float(neighbours == 2)
    _extremes(rows, [-abs(value - middle) for value in values], "nearest the mean", "farthest from the mean")


def _likeness(pairs: Sequence[frozenset[tuple[str, str]]]) -> list[float]:
    """Return the mean overlap of each option with the others."""
    alike: list[list[float]] = [[] for _ in pairs]
    sizes = [len(one) for one in pairs]
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


def _extremes(rows: list[Row], values: Sequence[float], most: str, least: str) -> None:
    """Mark where the greatest and the least value stand; a shared one counts in parts."""
    high, low = max(values), min(values)
    if high == low:
        return
    for row, value in zip(rows, values, strict=True):
        if value == high:
            row[most] = 1 / values.count(high)
        if value == low:
            row[least] = 1 / values.count(low)


@lru_cache(maxsize=4096)
def _pieces(text: str) -> Sequence[str]:
    return tuple(_PIECE.findall(text))


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[tuple[str, str]]:
    """Return the pairs of neighbouring pieces, with the text's ends as pieces."""
    return frozenset(pairwise(["", *_PIECE.findall(text.lower()), ""]))


def _part(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> float:
    """Return the part of the first's pairs that the other has too."""
    return len(one & other) / len(one)


LOOKS: dict[str, Look | None] = {
    "options": None,
    "question": question_look,
    "mentions": mentions_look,
    "siblings": siblings_look,
}
"""What an attack looks at beside the options."""
