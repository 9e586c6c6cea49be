"""Who is served first: priority by several rules in order, with stated directions and ties broken by the next rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import near_misses, swapped
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, sign_of, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


@dataclass(frozen=True, slots=True)
class World:
    """People with a class and numbers, and how these order them."""

    scene: int
    """Setting of the table of sentences, and index of ``RANGES``."""
    ranks: tuple[int, ...]
    """For each class its rank, 0 first."""
    is_up: tuple[bool, ...]
    """For each number whether the smaller goes first."""
    people: tuple[tuple[int, ...], ...]
    """For each person: class, then the numbers. Nobody ties with another in all of them."""


RANGES = (
    ((20, 80), (1, 30)),
    ((1, 40), (1, 30)),
    ((0, 12), (1, 30)),
    ((60, 99), (30, 90)),
    ((1, 9), (1, 50)),
)
"""For each setting, from where to where its first and its last number go; the last is different for everyone."""


class Cast(NamedTuple):
    """Names and wording."""

    names: tuple[str, ...]
    scene: int
    classes: tuple[str, ...]
    form: int


Told = Telling[Cast]


def _key(world: World, who: int) -> tuple[int, ...]:
    kind, *numbers = world.people[who]
    signed = [number if is_up else -number for number, is_up in zip(numbers, world.is_up, strict=True)]
    return (world.ranks[kind], *signed)


def _sorted(world: World) -> list[int]:
    return sorted(range(len(world.people)), key=lambda who: _key(world, who))


def _precedes(world: World, one: int, two: int) -> bool:
    """Prover: go through the rules one by one until the two differ."""
    first, second = world.people[one], world.people[two]
    if first[0] != second[0]:
        return world.ranks.index(min(world.ranks[first[0]], world.ranks[second[0]])) == first[0]
    for is_up, left, right in zip(world.is_up, first[1:], second[1:], strict=True):
        if left != right:
            return (left < right) is is_up
    return False


def _ahead_of(world: World, who: int) -> int:
    """Prover: how many go before someone."""
    return sum(other != who and _precedes(world, other, who) for other in range(len(world.people)))


def _kth(world: World, rng: Random, order: list[int]) -> Ask[int]:
    place = rng.randrange(len(order) - 1)
    near = [order[at] for at in (place + 1, place - 1, place + 2, place - 2, place + 3) if 0 <= at < len(order)]
    return Ask("kth", (place,), order[place], tuple(near[:4]))


def _last(world: World, rng: Random, order: list[int]) -> Ask[int]:
    return Ask("last", (), order[-1], (order[-2], *rng.sample(order[:-2], min(3, len(order) - 2))))


def _before(world: World, rng: Random, order: list[int]) -> Ask[bool]:
    one, two = rng.sample(range(len(order)), 2)
    if rng.random() < 0.6:
        at = rng.randrange(len(order) - 1)
        one, two = rng.sample(order[at : at + 2], 2)
    return claimed("before", (one, two), order.index(one) < order.index(two))


def _ahead(world: World, rng: Random, order: list[int]) -> Ask[int]:
    who, top = rng.randrange(len(order)), len(order) - 1
    ahead = order.index(who)
    return Ask("ahead", (who,), ahead, near_misses(rng, ahead, [top - ahead], low=0, high=top))


def _quota(world: World, rng: Random, order: list[int]) -> Ask[bool]:
    quota = rng.randrange(2, len(order))
    who = rng.choice(order[max(0, quota - 1) : quota + 1] if rng.random() < 0.6 else order)
    return claimed("quota", (who, quota), order.index(who) < quota)


def _order(world: World, rng: Random, order: list[int]) -> Ask[tuple[int, ...]] | None:
    if len(order) > 6:
        return None
    wrong = [tuple(sorted(order, key=lambda who: world.people[who][-1])), *swapped(tuple(order), rng)]
    return Ask("order", (), tuple(order), tuple(other for other in dict.fromkeys(wrong) if other != tuple(order)))


def _is_order(world: World, args: Args, value: tuple[int, ...]) -> bool:
    people = list(range(len(world.people)))
    return sorted(value) == people and all(_precedes(world, one, two) for one, two in pairwise(value))


def columns(world: World) -> tuple[str, ...]:
    """The numbers that people have, as the table calls them."""
    return ("first", "last")[-len(world.is_up) :]


def row(world: World, who: int, told: Told) -> list[str]:
    """What is said of someone: class and numbers."""
    kind, *numbers = world.people[who]
    cells = zip(columns(world), numbers, strict=True)
    return [told.cast.classes[kind], *(told.say(f"cell.{column}", n=n) for column, n in cells)]


def first_word(column: str, is_up: bool, told: Told) -> str:
    """What is said of the number that goes first."""
    return told.say(f"{'smaller' if is_up else 'greater'}.{column}")


def _versus(world: World, one: int, two: int, told: Told) -> str:
    """Compare two people rule by rule until they differ."""
    (first, *lefts), (second, *rights) = world.people[one], world.people[two]
    cast, comma = told.cast, told.say("comma")
    front = told.say("chain.first", name=cast.names[one if _key(world, one) < _key(world, two) else two])
    if first != second:
        return f"{told.say('chain.classes', one=cast.classes[first], two=cast.classes[second])}{comma}{front}"
    cells = [told.say("chain.same", kind=cast.classes[first])]
    for column, left, right in zip(columns(world), lefts, rights, strict=True):
        cells.append(f"{told.say(f'name.{column}')}{told.say('space')}{left}{sign_of(left, right)}{right}")
        if left != right:
            cells.append(front)
            break
    return comma.join(cells)


def _counted(world: World, me: int, told: Told) -> tuple[list[str], int]:
    """Compare someone with everyone else, counting those who go before."""
    lines, count = [], 0
    for who, name in enumerate(told.cast.names):
        if who != me:
            count += _key(world, who) < _key(world, me)
            lines.append(told.say("chain.count", name=name, versus=_versus(world, who, me, told), count=count))
    return lines, count


def _within(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (who, quota), stop = ask.args, told.say("stop")
    lines, count = _counted(world, who, told)
    return "\n".join([*lines, f"{count}{'<' if count < quota else '≥'}{quota}{stop}"])


def _ranked(until: Callable[[Args], int | None]) -> Callable[[World, Ask[Any], Told, Sequence[Any]], str]:
    """Hand everyone to his class, then order each class, up to the place that ``until`` says."""

    def chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
        names, classes, end = told.cast.names, told.cast.classes, until(ask.args)
        people, order, stop, space, comma = (
            range(len(names)),
            _sorted(world),
            *map(told.say, ("stop", "space", "comma")),
        )
        lines = [comma.join(f"{names[who]}{space}{classes[world.people[who][0]]}" for who in people) + stop]
        count = 0
        for kind in sorted(range(3), key=lambda kind: world.ranks[kind]):
            inside = [who for who in people if world.people[who][0] == kind]
            done = [who for who in order if who in inside]
            numbered = comma.join([f"{count + place}{space}{names[who]}" for place, who in enumerate(done, 1)])
            sorted_in = _insert(world, inside, told, numbered) if inside else told.say("none")
            lines.append(f"{classes[kind]}{told.say('colon')}{sorted_in}{stop}")
            count += len(done)
            if inside and end is not None and count > end:
                break
        return "\n".join(lines)

    return chain


def _insert(world: World, inside: list[int], told: Told, numbered: str) -> str:
    """Sort one class by insertion: after each newcomer from the second on, the order so far."""
    if len(inside) == 1:
        return numbered
    names, text = told.cast.names, ""
    for place, who in enumerate(inside):
        row = f"{names[who]}{told.say('space')}{'/'.join(map(str, world.people[who][1:]))}"
        text += (told.say("semicolon") if place > 1 else told.say("comma") if place else "") + row
        if 0 < place < len(inside) - 1:
            so_far = sorted(inside[: place + 1], key=lambda one: _key(world, one))
            text += told.say("chain.then") + told.voice.join([names[one] for one in so_far])
    return text + told.say("chain.then") + numbered


KINDS: tuple[Kind[World, Cast], ...] = (
    Kind(
        "kth",
        _kth,
        holds=lambda world, args, value: _ahead_of(world, value) == args[0],
        option=lambda value, told: told.cast.names[value],
        chain=_ranked(lambda args: args[0]),
        slots=lambda args, told: {"place": args[0] + 1},
        operations=lambda world, args: len(world.people) - 1,
    ),
    Kind(
        "last",
        _last,
        holds=lambda world, args, value: _ahead_of(world, value) == len(world.people) - 1,
        option=lambda value, told: told.cast.names[value],
        chain=_ranked(lambda args: None),
        operations=lambda world, args: len(world.people) - 1,
    ),
    whether(
        "before",
        _before,
        is_so=lambda world, args: _precedes(world, *args),
        chain=lambda world, ask, told, shown: _versus(world, ask.args[0], ask.args[1], told) + told.say("stop"),
        slots=lambda args, told: {"one": told.cast.names[args[0]], "two": told.cast.names[args[1]]},
        operations=lambda world, args: 2,
    ),
    worked_out(
        "ahead",
        _ahead,
        answer=lambda world, args: _ahead_of(world, args[0]),
        chain=lambda world, ask, told, shown: "\n".join(_counted(world, ask.args[0], told)[0]),
        slots=lambda args, told: {"name": told.cast.names[args[0]]},
        operations=lambda world, args: len(world.people) - 1,
    ),
    whether(
        "quota",
        _quota,
        is_so=lambda world, args: _ahead_of(world, args[0]) < args[1],
        chain=_within,
        slots=lambda args, told: {"name": told.cast.names[args[0]], "quota": args[1]},
        operations=lambda world, args: len(world.people) - 1,
    ),
    Kind(
        "order",
        _order,
        holds=_is_order,
        option=lambda value, told: told.voice.join([told.cast.names[who] for who in value]),
        chain=_ranked(lambda args: None),
        operations=lambda world, args: len(world.people) - 1,
    ),
)


class SortingRules(Family[World, Cast]):
    """Values: a person, a number, an order of people, or yes/no."""

    name = "sorting_rules"
    title = "priority by several rules in order"
    figures = ("people", "is_up")
    changes = {"is_up": "flip"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size, scene = 4 + level // 2, rng.randrange(len(RANGES))
        kinds = 2 if level < 4 else 3
        ranks = list(range(3))
        if rng.random() < 0.6:
            rng.shuffle(ranks)
        # Even classes, so that none is long to sort.
        classes = [kind for kind in rng.sample(range(3), kinds) for _ in range(1 + (size - 1) // kinds)]
        rng.shuffle(classes)
        depth = 1 if level < 3 and rng.random() < 0.6 else 2
        low, high = RANGES[scene][0]
        middle = [rng.randrange(low, high + 1) for _ in range(size // 2 + 1)]
        least, most = RANGES[scene][1]
        last = rng.sample(range(least, most + 1), size)
        people = []
        for who in range(size):
            numbers = (last[who],) if depth == 1 else (rng.choice(middle), last[who])
            people.append((classes[who], *numbers))
        is_up = tuple(rng.random() < 0.5 for _ in range(depth - 1))
        is_up = (*is_up, rng.random() < 0.8)
        order = sorted(range(3), key=lambda kind: ranks[kind])
        # Ranks of the classes that nobody has are told too: a reader has to skip them.
        return World(scene, tuple(order.index(kind) for kind in range(3)), is_up, tuple(people))

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        return self.mixed(world, rng, _sorted(world), may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        names = draw(voice, "person", len(world.people))
        blank = Cast(names, world.scene, (), voice.rng.randrange(4))
        return blank._replace(classes=tuple(self.told(blank, voice).say("classes").split()))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, names = self.told(cast, voice), columns(world)
        first, second, third = (cast.classes[kind] for kind in sorted(range(3), key=lambda kind: world.ranks[kind]))
        rules = [told.pick("tell.classes", first=first, second=second, third=third)]
        for column, is_up in zip(names, world.is_up, strict=True):
            word = first_word(column, is_up, told)
            rules.append(told.pick("tell.equal") + told.pick("tell.rule", name=told.say(f"name.{column}"), word=word))
        if cast.form == 0:
            titles = [told.say("tell.title"), told.word("column"), *(told.say(f"name.{column}") for column in names)]
            lines = [titles, ["---"] * len(titles)]
            for name, (kind, *numbers) in zip(cast.names, world.people, strict=True):
                lines.append([name, cast.classes[kind], *map(str, numbers)])
            table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        else:
            mark, comma = told.say("colon" if cast.form < 3 else "tell.is"), told.say("comma")
            rows = [f"{name}{mark}{comma.join(row(world, who, told))}" for who, name in enumerate(cast.names)]
            table = voice.listing(rows)
        middle, rules = told.pick("tell.people"), [rule[0].upper() + rule[1:] for rule in rules]
        return f"{told.say('tell.head')}\n{voice.listing(rules)}\n{middle}\n{table}"
