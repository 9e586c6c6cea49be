"""Ordering by comparison: who is taller, faster, older; the whole line follows from comparisons and a few given ranks.

Questions count from either end. The chain takes the answer from a clue that says it; otherwise it follows the
comparisons from one to the next and puts the pieces together, then fills in the given ranks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around, nearest, swapped
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, in_all, yes_or_no
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

Line = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class World:
    """A line of entities, known to the reader only through comparisons and given ranks."""

    line: tuple[int, ...]
    """The hidden order, front (highest) first."""
    clues: tuple[tuple[int, int, int], ...]
    """(0, a, b): a is in front of b; (1, a, rank): a has this rank from 0; in the order they are told."""


COMPARED = {"zh": ("person", "person", "person", "thing", "animal"), "en": ("person", "person", "person")}
"""What is compared in the settings of the table that a language has: height, a race, age, price, weight."""


class Cast(NamedTuple):
    """Names and setting."""

    names: tuple[str, ...]
    scene: int


Told = Telling[Cast]


@lru_cache(maxsize=64)
def _lines(size: int, clues: tuple[tuple[int, int, int], ...]) -> tuple[tuple[int, ...], ...]:
    """All orders that satisfy the clues, by trying every entity at every place."""
    before = [0] * size
    fixed: dict[int, int] = {}
    for kind, a, b in clues:
        if kind == 0:
            before[b] |= 1 << a
        else:
            fixed[a] = b
    found: list[tuple[int, ...]] = []

    def place(prefix: list[int], used: int) -> None:
        if len(prefix) == size:
            found.append(tuple(prefix))
            return
        for entity in range(size):
            if used >> entity & 1 or before[entity] & ~used or fixed.get(entity, len(prefix)) != len(prefix):
                continue
            place([*prefix, entity], used | 1 << entity)

    place([], 0)
    return tuple(found)


def _orders(world: World) -> Sequence[Line]:
    return _lines(len(world.line), world.clues)


def _holds(read: Callable[[Line, Args], Any]) -> Callable[[World, Args, Any], bool]:
    """Prove an answer, which ``read(line, args)`` reads off a line as it is counted, in every order."""
    return in_all(_orders, lambda line, args: read(_counted(line, args[-1]), args))


def _counted(line: Line, back: int) -> Line:
    """The line as a question counts it: from the other end where its last argument is 1."""
    return line[::-1] if back else line


def _drawn_line(world: World, rng: Random) -> tuple[int, Line]:
    """Draw from which end a question counts."""
    back = int(rng.random() < 0.3)
    return back, _counted(world.line, back)


def _who_at(world: World, rng: Random) -> Ask[int]:
    (back, line), size = _drawn_line(world, rng), len(world.line)
    place = rng.choice((0, size - 1, rng.randrange(size)))
    if place in (0, size - 1):
        # The ends have names of their own, which do not say from where to count.
        back, line = 0, world.line
    return Ask("who_at", (place, back), line[place], tuple(line[p] for p in nearest(place, size)))


def _compare(world: World, rng: Random) -> Ask[bool]:
    a, b = sorted(rng.sample(range(len(world.line)), 2))
    right = rng.random() < 0.5
    return claimed("compare", (world.line[a], world.line[b]) if right else (world.line[b], world.line[a]), right)


def _whole_line(world: World, rng: Random) -> Ask[Line]:
    back, line = _drawn_line(world, rng)
    return Ask("line", (back,), line, (line[::-1], *swapped(line, rng)))


def _next(world: World, rng: Random) -> Ask[int]:
    back, line = _drawn_line(world, rng)
    place = rng.randrange(len(line) - 1)
    others = tuple(line[one] for one in nearest(place, len(line)) if one != place + 1)
    return Ask("next", (line[place], back), line[place + 1], others)


def _rank_of(world: World, rng: Random) -> Ask[int]:
    back, line = _drawn_line(world, rng)
    place = rng.randrange(len(line))
    return Ask("rank_of", (line[place], back), place + 1, around(place + 1, 1, len(line)))


def _count(world: World, rng: Random) -> Ask[int]:
    back, line = _drawn_line(world, rng)
    place = rng.randrange(len(line))
    behind = len(line) - 1 - place
    return Ask("count", (line[place], back), behind, around(behind, 0, len(line) - 1))


@dataclass(frozen=True, slots=True)
class Filling:
    """How the chain of a kind goes: places are filled from the front until the answer is known, then it is read off."""

    is_known: Callable[[Args, Line, int], bool]
    """``is_known(args, line, size)``: whether the places of ``line`` say the answer; ``size`` is that of all."""
    end: Callable[[Args, Line, int, Told], str]
    """``end(args, line, size, told)``: the answer."""
    clue: Callable[[World, Args, Told], str | None] = lambda world, args, told: None
    """The answer where a comparison says it."""
    is_given: Callable[[Args, int, int, int], bool] = lambda args, rank, entity, size: False
    """``is_given(args, rank, entity, size)``: whether a given rank says it."""

    def chain(self, world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
        """Look for a clue that says the answer, else put the line together."""
        if (said := self.clue(world, ask.args, told)) is not None:
            return said
        names, size = told.cast.names, len(world.line)
        pairs = [(a, b) for kind, a, b in world.clues if kind == 0]
        fixed = {rank: entity for kind, entity, rank in world.clues if kind == 1}
        given = {rank: told.say("chain.rank", rank=rank + 1, name=names[entity]) for rank, entity in fixed.items()}
        for rank, entity in fixed.items():
            if self.is_given(ask.args, rank, entity, size):
                end = self.end(ask.args, world.line[: rank + 1], size, told)
                return f"{told.say('chain.clue', clue=given[rank])}\n{end}"
        cells = [_in_front(a, b, told) for a, b in pairs] + [given[rank] for rank in sorted(fixed)]
        lines = [told.say("comma").join(cells)]
        free, line = _follow(pairs, lines, told), list[int]()
        for rank in range(size):
            line.append(fixed[rank] if rank in fixed else free.pop(0))
            if self.is_known(ask.args, tuple(line), size):
                break
        space = told.say("space")
        lines.append(told.say("chain.between").join(f"{rank}{space}{names[one]}" for rank, one in enumerate(line, 1)))
        return "\n".join([*lines, self.end(ask.args, tuple(line), size, told)])


def _in_front(a: int, b: int, told: Told) -> str:
    return f"{told.cast.names[a]}{told.say('chain.more')}{told.cast.names[b]}"


def _follow(pairs: list[tuple[int, int]], lines: list[str], told: Told) -> list[int]:
    """Follow "is in front of" from the first name not yet reached; set each piece in front of the one it meets."""
    names, line = told.cast.names, list[int]()
    for start, _ in pairs:
        if start in line:
            continue
        piece = [start]
        while piece[-1] not in line:
            behind = [b for a, b in pairs if a == piece[-1]]
            if not behind:
                break
            if len(behind) == 2:
                # The nearer one of two is itself in front of the other.
                near, far = behind if (behind[0], behind[1]) in pairs else behind[::-1]
                one, two = (names[other] for other in behind)
                order = _in_front(near, far, told)
                lines.append(
                    told.say("chain.fork", x=names[piece[-1]], one=one, two=two, order=order, near=names[near])
                )
                behind = [near]
            piece.append(behind[0])
        lines.append(told.say("chain.more").join(names[one] for one in piece))
        line = [*piece[: -1 if piece[-1] in line else None], *line]
    return line


def _compared_by(world: World, args: Args, told: Told) -> str | None:
    for kind, a, b in world.clues:
        if kind == 0 and {a, b} == set(args):
            return told.say("chain.clue_true" if a == args[0] else "chain.clue_false", clue=_in_front(a, b, told))
    return None


def _end_compare(args: Args, line: Line, size: int, told: Told) -> str:
    front, behind = args if line[-1] == args[0] else args[::-1]
    entry = "chain.in_front" if line[-1] == args[0] else "chain.not_in_front"
    return told.say(entry, front=told.cast.names[front], order=_in_front(front, behind, told))


def _back(text: str, told: Told) -> str:
    """Count the other way round."""
    return told.say("chain.back", text=text)


def _numbered(rank: int, entity: int, told: Told) -> str:
    return f"{rank}{told.say('space')}{told.cast.names[entity]}"


def _end_line(args: Args, line: Line, size: int, told: Told) -> str:
    if not args[-1]:
        return told.say("chain.order", order=told.voice.join([told.cast.names[one] for one in line]))
    return _back(told.say("comma").join(_numbered(rank, line[rank - 1], told) for rank in range(size, 0, -1)), told)


def _end_who_at(args: Args, line: Line, size: int, told: Told) -> str:
    rank, at = args[0] + 1, len(line)
    if not args[-1]:
        return told.cast.names[line[-1]]
    sums = (f"{size}-{rank}={size - rank}", f"{size - rank}+1={at}", _numbered(at, line[-1], told))
    return _back(told.say("comma").join(sums), told)


def _end_rank_of(args: Args, line: Line, size: int, told: Told) -> str:
    at = len(line)
    if not args[-1]:
        return f"{told.cast.names[line[-1]]}{told.say('space')}{at}"
    return _back(f"{size}-{at}={size - at}{told.say('comma')}{size - at}+1={size - at + 1}", told)


def _end_count(args: Args, line: Line, size: int, told: Told) -> str:
    at = len(line)
    return _back(f"{at}-1={at - 1}", told) if args[-1] else f"{size}-{at}={size - at}"


def _end_next(args: Args, line: Line, size: int, told: Told) -> str:
    at = len(line) - 1
    if not args[-1]:
        return told.cast.names[line[-1]]
    return _back(f"{at + 1}-1={at}{told.say('comma')}{_numbered(at, line[-2], told)}", told)


def _way(args: Args, told: Told) -> str:
    return told.word("back" if args[-1] else "way")


def _end_word(args: Args, told: Told) -> str | None:
    """What the one at an end of the line is called."""
    ends = ("bottom", "top") if args[-1] else ("top", "bottom")
    name = {0: ends[0], len(told.cast.names) - 1: ends[1]}.get(args[0])
    return name and told.word(name)


def _named(args: Args, told: Told) -> dict[str, object]:
    return {"way_asked": _way(args, told), "name": told.cast.names[args[0]]}


KINDS: tuple[Kind[World, Cast], ...] = (
    Kind(
        "who_at",
        _who_at,
        holds=_holds(lambda line, args: line[args[0]]),
        option=lambda value, told: told.cast.names[value],
        chain=Filling(
            lambda args, line, size: len(line) == (size - args[0] if args[-1] else args[0] + 1),
            _end_who_at,
            is_given=lambda args, rank, entity, size: rank == (size - 1 - args[0] if args[-1] else args[0]),
        ).chain,
        slots=lambda args, told: {
            "way_asked": _way(args, told),
            "rank": args[0] + 1,
            "end": _end_word(args, told),
        },
        variant=lambda args, told: "end" if _end_word(args, told) and told.voice.rng.random() < 0.7 else "place",
    ),
    Kind(
        "rank_of",
        _rank_of,
        holds=_holds(lambda line, args: line.index(args[0]) + 1),
        option=lambda value, told: told.say("option.rank", rank=value),
        chain=Filling(
            lambda args, line, size: args[0] in line,
            _end_rank_of,
            is_given=lambda args, rank, entity, size: entity == args[0],
        ).chain,
        slots=_named,
    ),
    Kind(
        "compare",
        _compare,
        holds=in_all(_orders, lambda line, args: line.index(args[0]) < line.index(args[1])),
        option=yes_or_no,
        is_two_valued=True,
        chain=Filling(lambda args, line, size: args[0] in line or args[1] in line, _end_compare, _compared_by).chain,
        slots=lambda args, told: {
            "claim": told.form("tell.more", 0, a=told.cast.names[args[0]], b=told.cast.names[args[1]])
        },
    ),
    Kind(
        "line",
        _whole_line,
        holds=_holds(lambda line, args: line),
        option=lambda value, told: told.voice.join([told.cast.names[entity] for entity in value]),
        chain=Filling(lambda args, line, size: len(line) == size, _end_line).chain,
        slots=lambda args, told: {"way_asked": _way(args, told)},
    ),
    Kind(
        "count",
        _count,
        holds=_holds(lambda line, args: len(line) - 1 - line.index(args[0])),
        option=lambda value, told: str(value),
        chain=Filling(
            lambda args, line, size: args[0] in line,
            _end_count,
            is_given=lambda args, rank, entity, size: entity == args[0],
        ).chain,
        slots=_named,
    ),
    Kind(
        "next",
        _next,
        holds=_holds(lambda line, args: line[line.index(args[0]) + 1]),
        option=lambda value, told: told.cast.names[value],
        chain=Filling(
            lambda args, line, size: args[0] in (line if args[-1] else line[:-1]),
            _end_next,
        ).chain,
        slots=_named,
    ),
)


class Ordering(Family[World, Cast]):
    """Values: an entity, a rank or count, a truth value, or a whole line."""

    name = "ordering"
    title = "ordering by comparison"
    order_free = ("clues",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = min(8, 3 + (level + rng.randrange(2)) // 2)
        line = rng.sample(range(size), size)
        pinned = rng.sample(range(size), (0, 1, 1, 2)[rng.randrange(4)] if size > 4 else rng.randrange(2))
        free = [entity for place, entity in enumerate(line) if place not in pinned]
        clues = [(0, a, b) for a, b in pairwise(free)]
        clues += [(1, line[place], place) for place in pinned]
        if len(free) > 2 and rng.random() < 0.3:
            # One comparison more than needed: over one place, so that it makes a triangle with two others.
            place = rng.randrange(len(free) - 2)
            clues.append((0, free[place], free[place + 2]))
        rng.shuffle(clues)
        return World(tuple(line), tuple(clues))

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        names = ("who_at", "rank_of", "compare", "compare", "line", "count", "next")
        asks = self.some(names, world, rng, may_be_two=may_be_two)
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = voice.rng.randrange(len(COMPARED[voice.lang]))
        return Cast(draw(voice, COMPARED[voice.lang][scene], len(world.line)), scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, names, rng = self.told(cast, voice), cast.names, voice.rng
        head, said = told.fill(rng.choice(told.all("tell.head")), who=voice.join(names), n=len(names)), []
        for kind, a, b in world.clues:
            if kind == 0:
                said.append(told.fill(rng.choice(told.all("tell.more")), a=names[a], b=names[b]))
            elif b in (0, len(names) - 1) and rng.random() < 0.5:
                said.append(told.pick("tell.end", name=names[a], end=told.word("top" if b == 0 else "bottom")))
            else:
                said.append(told.pick("tell.rank", name=names[a], rank=b + 1))
        return f"{head}\n{voice.listing(said)}"
