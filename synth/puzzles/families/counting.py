"""Counting what people have: gains, losses and transfers, then totals, differences and comparisons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Family, Kind, asserted, claimed, is_greatest, sign_of, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


@dataclass(frozen=True, slots=True)
class World:
    """Stocks and what happens to them."""

    start: tuple[int, ...]
    """How much each person has at first."""
    events: tuple[tuple[str, int, int, int], ...]
    """(``gain``, ``lose``, ``give`` or ``times``; who; to whom; how many, or which factor)."""


class Cast(NamedTuple):
    """Names of people, and the thing that is counted."""

    people: tuple[str, ...]
    scene: int
    unit: str
    """The thing, in Chinese with its measure word."""


Told = Telling[Cast]
GOODS = 8
"""Settings of the table."""
BOUNDS = (ge, gt, le, lt)
"""How an amount is compared with a bound, as ``bound.0`` … of the table words it."""


def _ledger(world: World) -> list[list[int]]:
    """Return all stocks at first and after each event."""
    stock = list(world.start)
    states = [list(stock)]
    for kind, who, other, many in world.events:
        if kind == "times":
            stock[who] *= many
        else:
            stock[who] += many if kind == "gain" else -many
            if kind == "give":
                stock[other] += many
        states.append(list(stock))
    return states


def _final(world: World, person: int) -> int:
    """Follow one person's stock only (independent of ``_ledger``)."""
    total = world.start[person]
    for kind, who, other, many in world.events:
        if kind == "give" and other == person:
            total += many
        if who == person:
            total = {"gain": total + many, "lose": total - many, "give": total - many, "times": total * many}[kind]
    return total


def _slips(world: World, rng: Random, one: int) -> tuple[int, ...]:
    """Return wrong amounts of one person: one that comes of an event left out or done twice, and that at first."""
    right = _final(world, one)
    touched = [event for event in world.events if one in event[1:3] and event[0] != "times"]
    slips = [right + event[3] * sign for event in touched for sign in (1, -1)]
    rng.shuffle(slips)
    return near_misses(rng, right, [*slips[:1], world.start[one]])


def _amount(world: World, rng: Random, final: list[int], one: int, two: int) -> Ask[int]:
    return Ask("final", (one,), final[one], _slips(world, rng, one))


def _total(world: World, rng: Random, final: list[int], one: int, two: int) -> Ask[int]:
    return Ask("total", (), sum(final), near_misses(rng, sum(final), [sum(world.start)]))


def _extreme(name: str, best_of: Callable[[list[int]], int]) -> Callable[..., Ask[int] | None]:
    def made(world: World, rng: Random, final: list[int], one: int, two: int) -> Ask[int] | None:
        best = best_of(final)
        if final.count(best) > 1:
            return None
        rest = [person for person in range(len(final)) if final[person] != best]
        rng.shuffle(rest)
        return Ask(name, (), final.index(best), tuple(rest[:4]))

    return made


def _gap(world: World, rng: Random, final: list[int], one: int, two: int) -> Ask[int] | None:
    if final[one] == final[two]:
        return None
    one, two = (two, one) if final[one] < final[two] else (one, two)
    gap = final[one] - final[two]
    slips = [final[one], abs(world.start[one] - world.start[two]), final[one] + final[two]]
    rng.shuffle(slips)
    return Ask("gap", (one, two), gap, near_misses(rng, gap, slips[:2], low=1))


def _more(world: World, rng: Random, final: list[int], one: int, two: int) -> Ask[bool]:
    return claimed("more", (one, two), final[one] > final[two])


def _reach(world: World, rng: Random, final: list[int], one: int, two: int) -> Ask[bool]:
    claim = max(1, final[one] + rng.choice((-4, -2, -1, -1, 0, 0, 0, 0, 1, 1, 2, 4)))
    bound = rng.randrange(len(BOUNDS))
    return claimed("reach", (one, claim, bound), BOUNDS[bound](final[one], claim))


def _is_in_reach(amount: int, claim: int, bound: int) -> bool:
    least, most = ((claim, 10**9), (claim + 1, 10**9), (0, claim), (0, claim - 1))[bound]
    return amount in range(least, most + 1)


def _sum(world: World) -> int:
    """Add up what comes in and goes out: gifts do not change the total."""
    total = sum(world.start) + sum({"gain": e[3], "lose": -e[3]}.get(e[0], 0) for e in world.events)
    for at, (kind, who, _, many) in enumerate(world.events):
        if kind == "times":
            total += _final(World(world.start, world.events[:at]), who) * (many - 1)
    return total


def _finals(world: World, way: int = 1) -> list[int]:
    return [way * _final(world, person) for person in range(len(world.start))]


def _follow(world: World, person: int, told: Told, until: int | None = None) -> tuple[str, int]:
    """Follow one person's amount through the first ``until`` events: the line that says it, and the amount."""
    colon, space = told.say("colon"), told.say("space")
    name, amount = told.cast.people[person], world.start[person]
    cells = []
    for number, (kind, who, other, many) in enumerate(world.events[:until], 1):
        if person not in (who, other) or (kind != "give" and who != person):
            cells.append(told.say("chain.untouched", number=number))
            continue
        is_more = kind == "gain" or who != person
        sign, new = (
            ("×", amount * many) if kind == "times" else ("+", amount + many) if is_more else ("-", amount - many)
        )
        cells.append(f"{number}{colon}{amount}{sign}{many}={new}")
        amount = new
    head = f"{name}{space}{world.start[person]}"
    if not cells:
        return head, amount
    return f"{head}{colon}{told.say('comma').join(cells)}{told.say('semicolon')}{name}{space}{amount}", amount


def _so(is_so: bool, told: Told) -> str:
    return told.say("chain.yes" if is_so else "chain.no")


def _judged(sign: Callable[[int, int], str]) -> Callable[[World, Ask[Any], Told, Sequence[Any]], str]:
    """Follow one person's amount and compare it with the number that is asked about."""

    def chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
        line, amount = _follow(world, ask.args[0], told)
        compared = f"{amount}{sign(amount, ask.args[1])}{ask.args[1]}"
        return f"{line}{told.say('semicolon')}{compared}{_so(ask.right, told)}"

    return chain


def _subtracted(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (line, one), (other, two) = (_follow(world, person, told) for person in ask.args)
    return f"{line}\n{other}\n{one}-{two}={one - two}"


def _compared(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (line, one), (other, two) = (_follow(world, person, told) for person in ask.args)
    return f"{line}\n{other}\n{one}{sign_of(one, two)}{two}{_so(one > two, told)}"


def _searched(entry: str, better: str) -> Callable[[World, Ask[Any], Told, Sequence[Any]], str]:
    """Follow everyone, and say after each who is best so far."""

    def chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
        stop, lines, best, held = told.say("semicolon"), [], 0, 0
        for person in range(len(told.cast.people)):
            line, amount = _follow(world, person, told)
            sign = sign_of(amount, held)
            line += f"{stop}{amount}{sign}{held}" if person else ""
            if not person or sign == better:
                best, held = person, amount
            lines.append(line + stop + told.say(entry, name=told.cast.people[best], amount=held))
        return "\n".join(lines)

    return chain


def _added(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    """Add up the start, then go through the events: gifts change nothing."""
    colon, total, parts = told.say("colon"), world.start[0], []
    for amount in world.start[1:]:
        parts.append(f"{total}+{amount}={total + amount}")
        total += amount
    lines = [told.say("chain.start", sums=told.say("comma").join(parts))]
    for number, (kind, who, _, many) in enumerate(world.events, 1):
        if kind == "give":
            lines.append(told.say("chain.gift", number=number, total=total))
            continue
        sign = "-" if kind == "lose" else "+"
        steps, added = [], many
        if kind == "times":  # first what the person has by now, then what that adds
            line, had = _follow(world, who, told, number - 1)
            added = had * (many - 1)
            steps = [line, f"{had}×{many - 1}={added}"] if many > 2 else [line]
        new = total - added if kind == "lose" else total + added
        steps.append(f"{total}{sign}{added}={new}")
        lines.append(f"{number}{colon}{told.say('semicolon').join(steps)}")
        total = new
    return "\n".join(lines)


def _one(args: tuple[int, ...], told: Told) -> dict[str, object]:
    return {"one": told.cast.people[args[0]], "claim": args[-1]}


def _two(args: tuple[int, ...], told: Told) -> dict[str, object]:
    return {"one": told.cast.people[args[0]], "two": told.cast.people[args[1]]}


FINAL: Kind[World, Cast] = worked_out(
    "final",
    _amount,
    answer=lambda world, args: _final(world, args[0]),
    chain=lambda world, ask, told, shown: _follow(world, ask.args[0], told)[0],
    slots=_one,
)
KINDS: tuple[Kind[World, Cast], ...] = (
    FINAL,
    asserted(
        "final_is",
        FINAL,
        among=None,
        chain=_judged(lambda amount, claim: "=" if amount == claim else "≠"),
        slots=_one,
    ),
    worked_out("total", _total, answer=lambda world, args: _sum(world), chain=_added),
    Kind(
        "most",
        _extreme("most", max),
        holds=lambda world, args, value: is_greatest(_finals(world), value),
        option=lambda value, told: told.cast.people[value],
        chain=_searched("chain.most", ">"),
    ),
    Kind(
        "least",
        _extreme("least", min),
        holds=lambda world, args, value: is_greatest(_finals(world, -1), value),
        option=lambda value, told: told.cast.people[value],
        chain=_searched("chain.least", "<"),
    ),
    worked_out(
        "gap",
        _gap,
        answer=lambda world, args: _final(world, args[0]) - _final(world, args[1]),
        chain=_subtracted,
        slots=_two,
    ),
    whether(
        "more",
        _more,
        is_so=lambda world, args: _final(world, args[0]) > _final(world, args[1]),
        chain=_compared,
        slots=_two,
    ),
    whether(
        "reach",
        _reach,
        is_so=lambda world, args: _is_in_reach(_final(world, args[0]), *args[1:]),
        chain=_judged(sign_of),
        slots=lambda args, told: {
            "one": told.cast.people[args[0]],
            "bound": told.say(f"bound.{BOUNDS[args[2]].__name__}", claim=args[1]),
        },
    ),
)


class Counting(Family[World, Cast]):
    """Values: a number, a person, or True/False."""

    name = "counting"
    title = "inventories with gains and transfers"
    facts = ("events",)
    changes = {"start": "more"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        people = 3 + level // 8
        start = [rng.randrange(3, 15 + 3 * level) for _ in range(people)]
        events: list[tuple[str, int, int, int]] = []
        stock = list(start)
        while len(events) < 2 + level // 2:
            kind = rng.choice(("gain", "lose", "give", "give", "give", "times"))
            who, other = rng.sample(range(people), 2)
            if kind == "times" and (stock[who] > 30 or any(event[0] == "times" for event in events)):
                continue
            if kind in ("lose", "give") and stock[who] < 3:
                continue
            many = rng.randrange(2, min(stock[who], 20)) if kind in ("lose", "give") else rng.randrange(2, 15)
            if kind == "times":
                many = 3 if stock[who] < 16 and rng.random() < 0.35 else 2
            events.append((kind, who, other, many))
            stock = _ledger(World(tuple(start), tuple(events)))[-1]
        return World(tuple(start), tuple(events))

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        final, asks = _ledger(world)[-1], list[Ask[Any]]()
        names = ["final", "final_is", "total", "most", "least", "gap", "more", "reach"]
        for name in self.drawn(names, rng, may_be_two):
            asks += self.made(name, world, rng, final, *rng.sample(range(len(final)), 2))
        return asks

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * GOODS)
        unit = self.told(Cast((), scene, ""), voice).word("goods")
        return Cast(draw(voice, "person", len(world.start)), scene, unit)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, people = self.told(cast, voice), cast.people
        form = told.draw("tell.start")
        start = [told.fill(form, name=name, n=n) for name, n in zip(people, world.start, strict=True)]
        forms = {kind: told.draw(f"tell.{kind}") for kind in ("gain", "lose", "give", "double", "triple")}
        events = [
            told.fill(forms[("double", "triple")[n - 2] if kind == "times" else kind], a=people[a], b=people[b], n=n)
            for kind, a, b, n in world.events
        ]
        head, between = told.pick("tell.head"), told.pick("tell.between")
        start_text = told.say("comma").join(start) + told.say("tell.stop")
        return f"{head}{start_text}{between}\n{voice.listing(events)}"
