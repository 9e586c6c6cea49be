"""Matching people with one or two attributes by elimination; everyone has a different one.

Clues are made so that crossing out always leaves somebody with a single possibility. Often they stand nearly in an
order that can be followed; the chain goes through them as told, again and again, and leaves open what is still open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, in_all, yes_or_no
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

Clue = tuple[str, int, tuple[int, ...]]
"""(kind, subject, values): ``is``/``in``/``out`` say what a person's first attribute is, may be, is not; ``link`` says
which second attribute goes with a first attribute, ``own`` which one a person has."""


@dataclass(frozen=True, slots=True)
class World:
    """Who has which value, known to the reader only through clues."""

    first: tuple[int, ...]
    """The hidden first attribute of each person."""
    second: tuple[int, ...]
    """The hidden second attribute of each person; empty where the puzzle has only one."""
    clues: tuple[Clue, ...]
    """The clues in the order they are told."""


class Theme(NamedTuple):
    """Words of one attribute."""

    kind: str
    title: str
    """What the attribute is called."""
    has: str
    """Verb phrase, ``{}`` is the value: 喜欢{}."""
    lacks: str
    """Its negation."""


class Cast(NamedTuple):
    """Names of people and of the values of both attributes."""

    names: tuple[str, ...]
    values: tuple[str, ...]
    others: tuple[str, ...]
    theme: Theme
    other: Theme


def _tables(world: World) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """All tables that satisfy the clues."""
    for first in _firsts(len(world.first), world.clues):
        seconds = _rows(_allowed_beside(first, world.clues)) if world.second else [()]
        for second in seconds:
            yield first, second


@lru_cache(maxsize=64)
def _firsts(size: int, clues: tuple[Clue, ...]) -> list[tuple[int, ...]]:
    """The first values of everyone in all tables that satisfy the clues."""
    allowed = [set(range(size)) for _ in range(size)]
    for kind, who, values in clues:
        if kind in ("is", "in"):
            allowed[who] &= set(values)
        elif kind == "out":
            allowed[who] -= set(values)
    return _rows(allowed)


def _allowed_beside(first: tuple[int, ...], clues: tuple[Clue, ...]) -> list[set[int]]:
    """The second values that the clues leave each person, by their first ones."""
    allowed = [set(first) for _ in first]
    for kind, a, values in clues:
        if kind in ("link", "own"):
            allowed[first.index(a) if kind == "link" else a] &= set(values[:1])
    return allowed


def _rows(allowed: Sequence[set[int]]) -> list[tuple[int, ...]]:
    """All ways to give each person a value of those allowed, no value twice."""
    rows: list[tuple[int, ...]] = [()]
    for values in allowed:
        rows = [(*row, value) for row in rows for value in values if value not in row]
    return rows


def _own(world: World, who: int) -> str:
    """How the second attribute of a person is known: ``own``, ``link`` or ``rest`` (the one left over)."""
    for kind, a, _ in world.clues:
        if kind == "own" and a == who:
            return "own"
        if kind == "link" and a == world.first[who]:
            return "link"
    return "rest"


class _Table:
    """Who has which first attribute, found clue by clue; lines are written as it goes."""

    def __init__(self, world: World, told: Telling[Cast]) -> None:
        self.size = len(told.cast.names)
        self.clues = [clue for clue in world.clues if clue[0] in ("is", "in", "out")]
        self.told, self.cast, self.join = told, told.cast, told.voice.join
        self.found: dict[int, int] = {}
        self.lines: list[str] = []
        self._next = 0

    def aim(self, who: int | None = None, value: int | None = None) -> None:
        """Place a person or find who has a value: straight from a clue that says it, or by going through all."""
        for kind, a, listed in self.clues:
            if kind == "is" and (a == who or listed[0] == value):
                self._place(a, listed[0], self.told.say("chain.clue"))
                return
        self.until(who, value)

    def until(self, who: int | None = None, value: int | None = None) -> None:
        """Go on through the clues until a person is placed or a value is given."""
        while who not in self.found and value not in self.found.values():
            waiting = [clue for clue in self.clues if clue[1] not in self.found]
            if not waiting:
                self._last()
                continue
            clue = self.clues[self._next % len(self.clues)]
            self._next += 1
            if clue[1] not in self.found:
                self._try(clue)

    def _try(self, clue: Clue) -> None:
        kind, who, listed = clue
        name, values = self.cast.names[who], self.cast.values
        if kind == "is":
            self._place(who, listed[0], "")
            return
        head = name + self.told.say("colon")
        options: tuple[int, ...] = listed
        if kind == "out":
            without = self.told.say("chain.without").join(values[value] for value in listed)
            head = self.told.say("chain.not", name=name, without=without)
            options = tuple(value for value in range(self.size) if value not in listed)
        free: list[int] = []
        cells = []
        for value in options:
            is_taken = value in self.found.values()
            cells.append(values[value] + ("×" if is_taken else ""))
            if not is_taken:
                free.append(value)
            if len(free) == 2:
                self.lines.append(head + self.join(cells) + self.told.say("chain.open"))
                return
        self._place(who, free[0], head + self.join(cells) + self.told.say("so"))

    def _last(self) -> None:
        """Give the one person without a clue the one value left, both found by going through the lists."""
        who = next(one for one in range(self.size) if one not in self.found)
        value = next(one for one in range(self.size) if one not in self.found.values())
        cells = [f"{self.cast.values[one]}×" for one in range(value)] + [self.cast.values[value]]
        head = self.told.say("chain.left", name=self.cast.names[who])
        self._place(who, value, head + self.join(cells) + self.told.say("so"))

    def _place(self, who: int, value: int, head: str) -> None:
        self.found[who] = value
        self.lines.append(f"{head}{self.cast.names[who]}{self.told.say('same')}{self.cast.values[value]}")


def _what(world: World, rng: Random, who: int, others: list[int]) -> Ask[int]:
    return Ask("what", (who,), world.first[who], tuple(world.first[one] for one in others))


def _what_other(world: World, rng: Random, who: int, others: list[int]) -> Ask[int]:
    return Ask("what_other", (who,), world.second[who], tuple(world.second[one] for one in others))


def _who(world: World, rng: Random, who: int, others: list[int]) -> Ask[int]:
    return Ask("who", (world.first[who],), who, tuple(others))


def _who_other(world: World, rng: Random, who: int, others: list[int]) -> Ask[int]:
    return Ask("who_other", (world.second[who],), who, tuple(others))


def _is(world: World, rng: Random, who: int, others: list[int]) -> Ask[bool]:
    right = rng.random() < 0.5
    return claimed("is", (who, world.first[who if right else others[0]]), right)


def _is_other(world: World, rng: Random, who: int, others: list[int]) -> Ask[bool]:
    right = rng.random() < 0.5
    return claimed("is_other", (who, world.second[who if right else others[0]]), right)


def _cross(world: World, rng: Random, who: int, others: list[int]) -> Ask[int]:
    return Ask("cross", (world.second[who],), world.first[who], tuple(world.first[one] for one in others))


def _pair(world: World, rng: Random, who: int, others: list[int]) -> Ask[int]:
    # Everybody with every thing of some, so that no pair is most like the others.
    near = [one * 10 + world.first[two] for one in (who, *others) for two in (who, others[0])]
    wrong = tuple(pair for pair in near[1:] if world.first[pair // 10] != pair % 10)
    return Ask("pair", (who,), near[0], wrong)


def _has(value: int, told: Telling[Cast], is_other: bool = False) -> str:
    """That somebody has a value."""
    cast = told.cast
    return cast.other.has.format(cast.others[value]) if is_other else cast.theme.has.format(cast.values[value])


def sentence(clue: Clue, told: Telling[Cast]) -> str:
    """Tell a clue."""
    (kind, a, found), theme = clue, told.cast.theme
    if kind == "link":
        return told.pick("clue.link", has=_has(a, told), other=_has(found[0], told, True))
    name = told.cast.names[a]
    if kind in ("own", "is"):
        return told.pick(f"clue.{kind}", name=name, has=_has(found[0], told, kind == "own"))
    listed = [told.cast.values[value] for value in found]
    has, lacks = ([words.format(value) for value in listed] for words in (theme.has, theme.lacks))
    joined = {"either": has, "or": has, "neither": lacks}
    slots = {name: told.say(f"join.{name}").join(parts) for name, parts in joined.items()}
    entry = "clue.out_one" if kind == "out" and len(listed) == 1 else f"clue.{kind}"
    return told.pick(entry, name=name, title=theme.title, listed=told.say(f"join.{kind}").join(listed), **slots)


def _of_person(args: Args, told: Telling[Cast]) -> dict[str, object]:
    return {"name": told.cast.names[args[0]], "title": told.cast.theme.title}


def _verdict(found: int, wanted: int, words: Sequence[str], told: Telling[Cast]) -> str:
    return told.say("chain.is" if found == wanted else "chain.is_not", one=words[found], two=words[wanted])


def _placed(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    table = _Table(world, told)
    table.aim(who=ask.args[0])
    return "\n".join(table.lines)


def _compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    verdict = _verdict(world.first[ask.args[0]], ask.args[1], told.cast.values, told)
    return f"{_placed(world, ask, told, shown)}\n{verdict}"


def _holder(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    table, value = _Table(world, told), ask.args[0]
    table.aim(value=value)
    who = world.first.index(value)
    return "\n".join([*table.lines, f"{told.cast.values[value]}{told.say('same')}{told.cast.names[who]}"])


def _other_holder(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    names, goal, table = told.cast.names, told.cast.others[ask.args[0]], _Table(world, told)
    who = world.second.index(ask.args[0])
    value, clue, same = world.first[who], told.say("chain.clue"), told.say("same")
    if _own(world, who) == "own":
        return f"{clue}{goal}{same}{names[who]}"
    table.aim(value=value)
    return "\n".join([f"{clue}{goal}{same}{told.cast.values[value]}", *table.lines, f"{goal}{same}{names[who]}"])


def _crossed(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    names, goal, table = told.cast.names, told.cast.others[ask.args[0]], _Table(world, told)
    who = world.second.index(ask.args[0])
    value, clue, same = told.cast.values[world.first[who]], told.say("chain.clue"), told.say("same")
    if _own(world, who) != "own":
        return f"{clue}{goal}{same}{value}"
    table.aim(who=who)
    return "\n".join([f"{clue}{goal}{same}{names[who]}", *table.lines, f"{goal}{same}{value}"])


def _other_found(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    """Find a person's second attribute: in a clue of his own, by way of his first one, or as the one left over."""
    who, cast, table = ask.args[0], told.cast, _Table(world, told)
    name, value, goal = cast.names[who], cast.values[world.first[who]], cast.others[world.second[who]]
    clue, same, how = told.say("chain.clue"), told.say("same"), _own(world, who)
    if how == "own":
        return f"{clue}{name}{same}{goal}"
    table.aim(who=who)
    if how == "link":
        return "\n".join([*table.lines, f"{clue}{value}{same}{goal}{told.say('comma')}{name}{same}{goal}"])
    cells = told.voice.join([f"{cast.others[one]}×" for one in range(world.second[who])] + [goal])
    none = told.say("chain.no_clue", name=name, value=value)
    return "\n".join([*table.lines, f"{none}{cells}{told.say('so')}{name}{same}{goal}"])


def _other_compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    verdict = _verdict(world.second[ask.args[0]], ask.args[1], told.cast.others, told)
    return f"{_other_found(world, ask, told, shown)}\n{verdict}"


def _pairs_tried(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    table, names, values = _Table(world, told), told.cast.names, told.cast.values
    same, comma = told.say("same"), told.say("comma")
    for place, pair in enumerate(shown):
        who, value = divmod(pair, 10)
        table.lines.append(f"{letter_of(place)} {names[who]}{same}{values[value]}{told.say('chain.asked')}")
        is_known = who in table.found
        table.until(who=who)
        is_right = table.found[who] == value
        word = told.say("chain.holds" if is_right else "chain.fails")
        if is_known:
            table.lines.append(f"{names[who]}{same}{values[table.found[who]]}{comma}{word}")
        else:
            table.lines[-1] += comma + word
        if is_right:
            break
    return "\n".join(table.lines)


def _kind(name: str, made: Any, read: Any, option: Any, chain: Any, **more: Any) -> Kind[World, Cast]:
    """Return a kind whose answer is read off a table: ``read(first, second, args)``."""
    return Kind(name, made, in_all(_tables, lambda table, args: read(*table, args)), option, chain, **more)


def _is_pair(world: World, args: Args, value: int) -> bool:
    who, what = divmod(value, 10)
    found = (first[who] == what for first, _ in _tables(world))
    return next(found, False) and all(found)


KINDS: tuple[Kind[World, Cast], ...] = (
    _kind(
        "what",
        _what,
        read=lambda first, second, args: first[args[0]],
        option=lambda value, told: told.cast.values[value],
        chain=_placed,
        slots=_of_person,
    ),
    _kind(
        "who",
        _who,
        read=lambda first, second, args: first.index(args[0]),
        option=lambda value, told: told.cast.names[value],
        chain=_holder,
        slots=lambda args, told: {"has": _has(args[0], told)},
    ),
    _kind(
        "is",
        _is,
        read=lambda first, second, args: first[args[0]] == args[1],
        option=yes_or_no,
        is_two_valued=True,
        chain=_compared,
        slots=lambda args, told: {"name": told.cast.names[args[0]], "has": _has(args[1], told)},
    ),
    Kind(
        "pair",
        _pair,
        holds=_is_pair,
        option=lambda value, told: told.say(
            "option.pair", name=told.cast.names[value // 10], has=_has(value % 10, told)
        ),
        chain=_pairs_tried,
    ),
    _kind(
        "what_other",
        _what_other,
        read=lambda first, second, args: second[args[0]],
        option=lambda value, told: told.cast.others[value],
        chain=_other_found,
        slots=lambda args, told: {"name": told.cast.names[args[0]], "title": told.cast.other.title},
    ),
    _kind(
        "who_other",
        _who_other,
        read=lambda first, second, args: second.index(args[0]),
        option=lambda value, told: told.cast.names[value],
        chain=_other_holder,
        slots=lambda args, told: {"has": _has(args[0], told, True)},
    ),
    _kind(
        "is_other",
        _is_other,
        read=lambda first, second, args: second[args[0]] == args[1],
        option=yes_or_no,
        is_two_valued=True,
        chain=_other_compared,
        slots=lambda args, told: {"name": told.cast.names[args[0]], "has": _has(args[1], told, True)},
    ),
    _kind(
        "cross",
        _cross,
        read=lambda first, second, args: first[second.index(args[0])],
        option=lambda value, told: told.cast.values[value],
        chain=_crossed,
        slots=lambda args, told: {"has": _has(args[0], told, True), "title": told.cast.theme.title},
    ),
)


class Matching(Family[World, Cast]):
    """Values: a person, a value of an attribute, a truth value, or ``person * 10 + value`` for a pair."""

    name = "matching"
    title = "matching by elimination"
    order_free = ("clues",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        has_second = level > 1 and rng.random() < 0.4
        size = min(7, 3 + (level + rng.randrange(2)) // 2)
        if has_second:
            size = max(3, size - 1)
        first = tuple(rng.sample(range(size), size))
        clues: list[Clue] = []
        order = rng.sample(range(size), size)
        for step, who in enumerate(order[:-1]):
            # The values of people placed earlier are crossed out by then, so any of them may stay possible here.
            earlier = [first[one] for one in order[:step]]
            open_values = rng.sample(earlier, min(len(earlier), rng.choice((0, 1, 1, 2, 2, 3)))) if step else []
            inside = (first[who], *open_values)
            outside = tuple(value for value in range(size) if value not in inside)
            if len(inside) == 1 and rng.random() < 0.7:
                clues.append(("is", who, inside))
            elif len(inside) <= len(outside) and len(inside) > 1:
                clues.append(("in", who, tuple(sorted(inside))))
            elif outside:
                clues.append(("out", who, outside))
        second: tuple[int, ...] = ()
        if has_second:
            second = tuple(rng.sample(range(size), size))
            for who in rng.sample(range(size), size - 1):
                is_link = rng.random() < 0.7
                clues.append(("link", first[who], (second[who],)) if is_link else ("own", who, (second[who],)))
        if rng.random() < 0.3:
            rng.shuffle(clues)
        else:
            for _ in range(rng.randrange(3)):
                clues.insert(rng.randrange(len(clues)), clues.pop(rng.randrange(len(clues))))
        return World(first, second, tuple(clues))

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        size, kinds = len(world.first), ["what", "who", "is", "pair"]
        if world.second:
            kinds = ["what", "is", "what_other", "who_other", "is_other", "cross"]
        asks: list[Ask[Any]] = []
        for name in self.drawn(kinds, rng, may_be_two):
            who = rng.randrange(size)
            if name in ("who_other", "cross"):
                # Whom no clue on the second attribute speaks of needs the whole table: ask about another one.
                who = rng.choice([one for one in range(size) if _own(world, one) != "rest"])
            asks += self.made(name, world, rng, who, [one for one in rng.sample(range(size), size) if one != who])
        return asks

    def cast(self, world: World, voice: Voice) -> Cast:
        none = Theme("", "", "", "")
        told, size = self.told(Cast((), (), (), none, none), voice), len(world.first)
        words = zip(*(told.all(f"theme.{part}") for part in ("kind", "title", "has", "lacks")), strict=True)
        theme, other = voice.rng.sample([Theme(*theme) for theme in words], 2)
        names = draw(voice, "person", size)
        values = tuple(value for value in draw(voice, theme.kind, size + 4) if value not in names)[:size]
        others = tuple(v for v in draw(voice, other.kind, size + 4) if v not in names and v not in values)[:size]
        if len(values) < size or len(others) < size:
            return self.cast(world, voice)
        return Cast(names, values, others, theme, other)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice, world)
        who, what = voice.join(cast.names), voice.join(cast.values)
        head = told.pick("tell.head", who=who, what=what, size=len(cast.names), title=cast.theme.title)
        if world.second:
            head += told.pick("tell.second", other=cast.other.title, more=voice.join(cast.others))
        said = [told.capital(sentence(clue, told)) for clue in world.clues]
        return f"{head}{told.say('space')}{told.pick('tell.lead')}\n{voice.listing(said)}"
