"""Look-ups in a table: filter rows by conditions, count them, find the greatest or the least, compare two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, Plan, claimed, sign_of, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


@dataclass(frozen=True, slots=True)
class World:
    """A table of rows with a class and two numbers each."""

    rows: tuple[tuple[int, int, int], ...]
    """For each entity: class (0, 1 or 2), first number, second number; numbers differ within a column."""
    scene: int
    """What the table is about (index of ``SCENES``)."""


SCENES = (
    ("person", ((31, 59), (1, 9))),
    ("person", ((50, 99), (50, 99))),
    ("thing", ((5, 80), (2, 99))),
    ("city", ((3, 39), (20, 95))),
    ("person", ((4, 60), (0, 15))),
)
"""For each setting the kind of names (for ``draw``) and the ranges of the two numbers."""
WHO_MAX, WHO_MIN = 1, 0


class Cast(NamedTuple):
    """Names of rows, columns and classes."""

    names: tuple[str, ...]
    classes: tuple[str, ...]
    columns: tuple[str, str, str, str]
    units: tuple[str, str]
    scene: int


def _meets(row: tuple[int, int, int], args: Args) -> bool:
    """Condition (column, sign, limit, class): number above (sign 1) or below (sign 0) the limit; class -1 is any."""
    column, sign, limit, kind = args
    number = row[column]
    return (number > limit if sign else number < limit) and kind in (-1, row[0])


def _others(world: World, inside: set[int], rng: Random) -> tuple[int, ...]:
    outside = [row for row in range(len(world.rows)) if row not in inside]
    rng.shuffle(outside)
    return tuple(outside[:4])


def _best(world: World, rng: Random, is_in_class: bool = False) -> Ask[int] | None:
    column, sign = rng.choice((1, 2)), rng.choice((WHO_MAX, WHO_MIN))
    kind = rng.choice([row[0] for row in world.rows]) if is_in_class else -1
    order = sorted(range(len(world.rows)), key=lambda row: world.rows[row][column], reverse=bool(sign))
    if not is_in_class:
        return Ask("best", (column, sign, -1), order[0], (order[1], order[-1], *order[2:-1])[:4])
    inside = [row for row in order if world.rows[row][0] == kind]
    if len(inside) < 2:
        return None
    wrong = dict.fromkeys((*inside[1:2], order[0], *inside[2:], *order))
    return Ask("best", (column, sign, kind), inside[0], tuple(row for row in wrong if row != inside[0])[:4])


def _condition(world: World, rng: Random) -> tuple[int, ...]:
    column, sign = rng.choice((1, 2)), rng.choice((0, 1))
    numbers = sorted(row[column] for row in world.rows)
    limit = rng.choice(numbers[1:-1]) + rng.choice((-1, 0, 1))
    return column, sign, limit, rng.choice((-1, world.rows[0][0], world.rows[1][0]))


def _count(world: World, rng: Random) -> Ask[int]:
    args = _condition(world, rng)
    right = sum(_meets(row, args) for row in world.rows)
    wrong = around(right, 0, len(world.rows))
    return Ask("count", args, right, wrong)


def _which(world: World, rng: Random) -> Ask[int] | None:
    args = _condition(world, rng)
    inside = {place for place, row in enumerate(world.rows) if _meets(row, args)}
    if not inside or len(inside) == len(world.rows):
        return None
    return Ask("which", args, rng.choice(sorted(inside)), _others(world, inside, rng))


def _value(world: World, rng: Random) -> Ask[int] | None:
    """Ask for the one number of the row that the other number or the class picks out."""
    best = _best(world, rng, rng.random() < 0.5)
    if best is None:
        return None
    (ranked, sign, kind), column = best.args, 3 - best.args[0]
    right = world.rows[best.right][column]
    wrong = [world.rows[best.right][ranked], *rng.sample([row[column] for row in world.rows], 3)]
    return Ask("value", (ranked, sign, kind, column), right, tuple(one for one in dict.fromkeys(wrong) if one != right))


def _more(world: World, rng: Random) -> Ask[bool]:
    one, two = rng.sample(range(len(world.rows)), 2)
    column, sign = rng.choice((1, 2)), rng.choice((0, 1))
    return claimed("more", (one, two, column, sign), (world.rows[one][column] > world.rows[two][column]) == bool(sign))


def _difference(world: World, rng: Random) -> Ask[int]:
    one, two = sorted(rng.sample(range(len(world.rows)), 2))
    column = rng.choice((1, 2))
    right = abs(world.rows[one][column] - world.rows[two][column])
    wrong = [right + 10, right - 10, *around(right)]
    return Ask("difference", (one, two, column), right, tuple(number for number in wrong if number >= 0))


def _is_best(world: World, args: Args, value: int) -> bool:
    (column, sign, kind), rows = args, world.rows
    rivals = [row for row in rows if kind in (-1, row[0])]
    mine = rows[value][column]
    return rows[value] in rivals and all(row[column] <= mine if sign else row[column] >= mine for row in rivals)


def _is_value(world: World, args: Args, value: int) -> bool:
    (best,) = (row for row in range(len(world.rows)) if _is_best(world, args[:3], row))
    return world.rows[best][args[3]] == value


def _inside(world: World, args: Args) -> list[int]:
    """Prover: the rows that meet a condition."""
    (column, sign, limit, kind), rows = args, world.rows
    keys, bound = [row[column] if sign else -row[column] for row in rows], limit if sign else -limit
    return [place for place, key in enumerate(keys) if key >= bound + 1 and (kind < 0 or rows[place][0] == kind)]


def _is_more(world: World, args: Args) -> bool:
    one, two, column, sign = args
    ranked = sorted((one, two), key=lambda row: world.rows[row][column])
    return ranked[1 if sign else 0] == one


def _differ(world: World, args: Args, value: int) -> bool:
    one, two = (world.rows[row][args[2]] for row in args[:2])
    return value >= 0 and (one + value == two or two + value == one)


def _row(value: int, told: Telling[Cast]) -> str:
    return told.cast.names[value]


def _with_unit(value: int, told: Telling[Cast]) -> str:
    return f"{value}{told.cast.units[told.args[-1] - 1]}"


def _named(told: Telling[Cast]) -> dict[str, object]:
    row, column, first, second = told.cast.columns
    return {"row": row, "column": column, "first": first, "second": second}


def _conditioned(args: Args, told: Telling[Cast]) -> dict[str, object]:
    """``技术部中年龄大于30岁的`` or ``in sales with an age above 30``."""
    column, sign, limit, kind = args
    entries = ("condition.below", "condition.above") if kind < 0 else ("condition.class_below", "condition.class_above")
    cast, named = told.cast, _named(told)
    about = {"name": cast.columns[column + 1], "class": cast.classes[kind], "unit": cast.units[column - 1]}
    return {**named, "condition": told.say(entries[sign], limit=limit, **about, **named)}


def _ranked(args: Args, told: Telling[Cast]) -> dict[str, object]:
    (column, sign, kind), named = args, _named(told)
    inside = told.say("condition.inside", **{"class": told.cast.classes[kind]}, **named) if kind >= 0 else ""
    most = told.say(f"most.{'greatest' if sign else 'least'}.{('first', 'second')[column - 1]}")
    return {**named, "name": told.cast.columns[column + 1], "inside": inside, "most": most}


def _about(args: Args, column: int, told: Telling[Cast]) -> dict[str, object]:
    names = told.cast.names
    return {"one": names[args[0]], "two": names[args[1]], "name": told.cast.columns[column + 1]}


def _looked_up(world: World, rows: Sequence[int], column: int, told: Telling[Cast]) -> str:
    cells = [f"{told.cast.names[row]}{told.say('space')}{world.rows[row][column]}" for row in rows]
    return told.cast.columns[column + 1] + told.say("colon") + told.say("comma").join(cells)


def _subtracted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    *rows, column = ask.args
    low, high = sorted(world.rows[row][column] for row in rows)
    return f"{_looked_up(world, rows, column, told)}{told.say('semicolon')}{high}-{low}={high - low}{told.say('stop')}"


def _compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    *rows, column, sign = ask.args
    one, two = (world.rows[row][column] for row in rows)
    wanted, found = (told.say("relation.greater" if is_more else "relation.less") for is_more in (sign, one > two))
    entry = "relation.as_asked" if found == wanted else "relation.not_as_asked"
    verdict = told.say(entry, name=told.cast.names[rows[0]], found=found, wanted=wanted)
    text = _looked_up(world, rows, column, told) + told.say("semicolon")
    return f"{text}{one}{'>' if one > two else '<'}{two}{verdict}"


def _best_found(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    """Go down the rows; behind each comparison stands who is best so far."""
    (column, sign, kind), names, space = ask.args, told.cast.names, told.say("space")
    best, parts = -1, []
    for row, (klass, *_) in enumerate(world.rows):
        number = world.rows[row][column]
        text = names[row] + space + (f"{told.cast.classes[klass]}{space}" if kind >= 0 else "")
        if kind not in (-1, klass):
            parts.append(text.strip())
            continue
        text += str(number)
        if best >= 0:
            had = world.rows[best][column]
            text += f"{'>' if number > had else '<'}{had}"
            best = row if (number > had) == bool(sign) else best
        else:
            best = row
        parts.append(text + told.say("chain.so_far", name=names[best]))
    return told.say("semicolon").join(parts) + told.say("chain.greatest" if sign else "chain.least", name=names[best])


def _value_read(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    best = next(row for row in range(len(world.rows)) if _is_best(world, ask.args[:3], row))
    found = _best_found(world, replace(ask, args=ask.args[:3]), told, shown)
    return f"{found}\n{_looked_up(world, [best], ask.args[3], told)}{told.say('stop')}"


def _judged(row: int, world: World, args: Args, told: Telling[Cast]) -> str:
    """``甲技术部，45>30``: what decides about a row, up to the first condition that fails."""
    column, _, limit, kind = args
    klass, number = world.rows[row][0], world.rows[row][column]
    text = told.cast.names[row] + told.say("space")
    if kind >= 0:
        text += told.cast.classes[klass]
        if klass != kind:
            return text
        text += told.say("comma")
    return f"{text}{number}{sign_of(number, limit)}{limit}"


def _counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    parts, count = [], 0
    for row, cells in enumerate(world.rows):
        meets = _meets(cells, ask.args)
        count += meets
        parts.append(_judged(row, world, ask.args, told) + (f"({count})" if meets else ""))
    return told.say("semicolon").join(parts) + told.say("chain.count", count=count)


def _all_judged(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    def meets(row: int) -> bool:
        return _meets(world.rows[row], ask.args)

    def line(row: int) -> str:
        return _judged(row, world, ask.args, told) + told.say("chain.fits" if meets(row) else "chain.fails")

    return "\n".join(tried(shown, meets, line, told))


KINDS: tuple[Kind[World, Cast], ...] = (
    Kind(
        "best",
        _best,
        holds=_is_best,
        option=_row,
        chain=_best_found,
        variant=lambda args, told: "greatest" if args[1] else "least",
        slots=_ranked,
    ),
    worked_out(
        "count",
        _count,
        answer=lambda world, args: len(_inside(world, args)),
        chain=_counted,
        slots=_conditioned,
    ),
    Kind(
        "which",
        _which,
        holds=lambda world, args, value: value in _inside(world, args),
        option=_row,
        chain=_all_judged,
        slots=_conditioned,
    ),
    Kind(
        "value",
        _value,
        holds=_is_value,
        option=_with_unit,
        chain=_value_read,
        slots=lambda args, told: {
            **_ranked(args[:3], told),
            "ranked": told.cast.columns[args[0] + 1],
            "name": told.cast.columns[args[3] + 1],
        },
    ),
    whether(
        "more",
        _more,
        is_so=_is_more,
        chain=_compared,
        variant=lambda args, told: "greater" if args[3] else "less",
        slots=lambda args, told: _about(args, args[2], told),
    ),
    Kind(
        "difference",
        _difference,
        holds=_differ,
        option=_with_unit,
        chain=_subtracted,
        slots=lambda args, told: _about(args, args[2], told),
    ),
)


class TableLookup(Family[World, Cast]):
    """Values: a row, a number, or True/False."""

    name = "table_lookup"
    title = "look-ups in a table"
    figures = ("rows",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = 3 + (level + 1) // 2
        scene = rng.randrange(len(SCENES))
        columns = [rng.sample(range(low, high + 1), size) for low, high in SCENES[scene][1]]
        classes = [rng.randrange(2 + (level > 3)) for _ in range(size)]
        classes[0], classes[1] = 0, 1
        rng.shuffle(classes)
        return World(tuple(zip(classes, *columns, strict=True)), scene)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        plans: list[Plan] = [("best",), ("best", True), *((kind.name,) for kind in KINDS[1:])]
        return self.first(plans, world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        told = self.told(Cast((), (), ("", "", "", ""), ("", ""), world.scene), voice)
        names = draw(voice, SCENES[world.scene][0], len(world.rows))
        classes = voice.rng.sample(told.all("classes"), 3)
        row, column, first, second = told.all("columns")
        units = told.say("unit.first"), told.say("unit.second")
        return Cast(names, tuple(classes), (row, column, first, second), units, world.scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice, world)
        head, form = told.pick("tell.head", **_named(told)), voice.rng.random()
        cells = [
            (name, cast.classes[kind], f"{first}{cast.units[0]}", f"{second}{cast.units[1]}")
            for name, (kind, first, second) in zip(cast.names, world.rows, strict=True)
        ]
        if form < 0.3:
            lines = [cast.columns, ("---",) * 4, *cells]
            return head + "\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines)
        if form < 0.4:
            return head + "\n" + "\n".join(",".join(line) for line in [cast.columns, *cells])
        row = told.pick("tell.row", **_named(told))
        return head + "\n" + voice.listing([told.capital(row.format(*line)) for line in cells])
