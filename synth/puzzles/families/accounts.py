"""Several people's balances through incomes, transfers with fees, doubling, halving and conditional steps.

Who has how many at the end or after a step, who has most, who ever fell below a bound, what is the total?
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, Plan, claimed, is_greatest, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

GAIN, SPEND, GIVE, DOUBLE, HALVE, EACH, ATLEAST, BELOW = range(8)
NAMES = ("gain", "spend", "give", "double", "halve", "each", "atleast", "below")
"""The kinds of steps, as the table of sentences calls them."""


class Step(NamedTuple):
    """One event."""

    kind: int
    who: int
    other: int
    """The receiver with GIVE."""
    amount: int
    bound: int
    """ATLEAST: with so many or more pay ``amount``, else gain the consolation. BELOW: with fewer double, else pay."""


@dataclass(frozen=True, slots=True)
class World:
    """Starting balances, the fee for a transfer (0 without) and the steps."""

    start: tuple[int, ...]
    fee: int
    consolation: int
    """What ATLEAST gives to those below the bound."""
    steps: tuple[Step, ...]


class Cast(NamedTuple):
    """Names and the thing counted."""

    names: tuple[str, ...]
    unit: str


Told = Telling[Cast]


def _change(world: World, step: Step, who: int, had: int) -> tuple[str, int]:
    """What a step does to one person's balance: the sum as text (empty when nothing) and the new balance."""
    if step.kind == EACH:
        return f"{had}+{step.amount}", had + step.amount
    if step.kind == GIVE and who == step.other:
        return f"{had}+{step.amount}", had + step.amount
    if who != step.who:
        return "", had
    if step.kind == GAIN:
        return f"{had}+{step.amount}", had + step.amount
    if step.kind == GIVE and world.fee:
        return f"{had}-{step.amount}-{world.fee}", had - step.amount - world.fee
    if step.kind in (SPEND, GIVE):
        return f"{had}-{step.amount}", had - step.amount
    if step.kind == DOUBLE:
        return f"{had}×2", had * 2
    if step.kind == HALVE:
        return f"{had}÷2", had // 2
    if step.kind == ATLEAST:
        if had >= step.bound:
            return f"{had}≥{step.bound} {had}-{step.amount}", had - step.amount
        return f"{had}<{step.bound} {had}+{world.consolation}", had + world.consolation
    if had < step.bound:
        return f"{had}<{step.bound} {had}×2", had * 2
    return f"{had}≥{step.bound} {had}-{step.amount}", had - step.amount


def _states(world: World) -> list[list[int]]:
    """Balances of all at the start and after each step."""
    states = [list(world.start)]
    for step in world.steps:
        states.append([_change(world, step, who, had)[1] for who, had in enumerate(states[-1])])
    return states


def _balance(world: World, who: int, count: int) -> int:
    """Prover: one balance after ``count`` steps, by going back from the last step."""
    if count == 0:
        return world.start[who]
    kind, one, other, amount, bound = world.steps[count - 1]
    before = _balance(world, who, count - 1)
    if kind == EACH:
        return before + amount
    delta = {GAIN: amount, SPEND: -amount, GIVE: -amount - world.fee, DOUBLE: before, HALVE: -(before // 2)}
    delta[ATLEAST] = -amount if before >= bound else world.consolation
    delta[BELOW] = before if before < bound else -amount
    return before + (who == one) * delta[kind] + (kind == GIVE and who == other) * amount


def _end(world: World, who: int) -> int:
    """Prover: a balance after all steps."""
    return _balance(world, who, len(world.steps))


def _ends(world: World, way: int = 1) -> list[int]:
    return [way * _end(world, who) for who in range(len(world.start))]


def _final(world: World, rng: Random, count: int, who: int, slips: list[int]) -> Ask[int]:
    right = _states(world)[count][who]
    return Ask("final", (count, who), right, near_misses(rng, right, slips))


def _extreme(name: str, best_of: Callable[[list[int]], int]) -> Callable[..., Ask[int] | None]:
    def made(world: World, rng: Random, final: list[int], order: list[int]) -> Ask[int] | None:
        best = best_of(final)
        if final.count(best) > 1 or rng.random() >= 0.6:
            return None
        winner = final.index(best)
        return Ask(name, (), winner, tuple(one for one in order if one != winner))

    return made


def _total(world: World, rng: Random, final: list[int], order: list[int]) -> Ask[int] | None:
    if rng.random() >= 0.5:
        return None
    right, fee = sum(final), world.fee or 1
    return Ask("total", (), right, near_misses(rng, right, [sum(world.start), right + fee, right - fee]))


def _gap(world: World, rng: Random, final: list[int], order: list[int]) -> Ask[int] | None:
    high, low = sorted(order[:2], key=lambda one: -final[one])
    gap = final[high] - final[low]
    slips = [gap + (world.fee or 1), final[high], abs(world.start[high] - world.start[low])]
    return Ask("gap", (high, low), gap, near_misses(rng, gap, slips)) if gap else None


def _ever(world: World, rng: Random, who: int) -> Ask[bool] | None:
    lowest = min(state[who] for state in _states(world))
    bound = lowest + rng.choice([1, 2, 3, 0, -1])
    return claimed("ever", (who, bound), lowest < bound) if bound > 0 else None


def _enough(world: World, rng: Random, who: int) -> Ask[bool] | None:
    had = _states(world)[-1][who]
    bound = had + rng.choice([0, 0, -1, -2, 1, 1, 2, 3])
    return claimed("enough", (who, bound), had >= bound) if bound > 0 else None


def _true(world: World, rng: Random, order: list[int]) -> Ask[Args]:
    *_, before, final = _states(world)
    so = [(one, final[one]) for one in order]
    slips = [(one, value) for one in order for value in (final[one] + (world.fee or 1), before[one], world.start[one])]
    not_so = [pair for pair in dict.fromkeys(slips) if final[pair[0]] != pair[1]]
    sign = int(rng.random() < 0.6)
    right, rest = (so, rng.sample(not_so, len(not_so))) if sign else (not_so, so)
    return Ask("true", (sign,), right[0], tuple(rest[:3]))


def _track(world: World, who: int, told: Told, count: int | None = None, bound: int = 0) -> str:
    """One balance through the steps that change it; with a bound, compared each time until it is below."""
    had = world.start[who]

    def compared() -> str:
        return f"{'<' if had < bound else '≥'}{bound}" if bound else ""

    cells = [f"{had}{compared()}"]
    for number, step in enumerate(world.steps[:count], 1):
        if bound and had < bound:
            break
        done, had = _change(world, step, who, had)
        if done:
            cells.append(f"{number} {done}={had}" + (f" {had}{compared()}" if bound else ""))
    return f"{told.cast.names[who]}{told.say('colon')}{told.say('comma').join(cells)}"


def _watched(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    who, bound = ask.args
    said = told.say("chain.was_below" if ask.right else "chain.never_below", bound=bound)
    return f"{_track(world, who, told, bound=bound)}\n{said}"


def _held(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    who, bound = ask.args
    return f"{_track(world, who, told)}\n{_states(world)[-1][who]}{'≥' if ask.right else '<'}{bound}"


def _compared(world: World, ask: Ask[Any], told: Told, shown: Sequence[Args]) -> str:
    final, seen = _states(world)[-1], set[int]()

    def line(value: Args) -> str:
        who, claim = value
        track = told.cast.names[who] if who in seen else _track(world, who, told)
        seen.add(who)
        return f"{track}{told.say('comma')}{final[who]}{'=' if final[who] == claim else '≠'}{claim}"

    return "\n".join(tried(shown, lambda value: (final[value[0]] == value[1]) == bool(ask.args[0]), line, told, " "))


def _subtracted(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    one, two = (_states(world)[-1][who] for who in ask.args)
    return "\n".join([*(_track(world, who, told) for who in ask.args), f"{one}-{two}={one - two}"])


def _added(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    lines, so_far = [], 0
    for who, amount in enumerate(_states(world)[-1]):
        added = f"{so_far}+{amount}={so_far + amount}" if who else str(amount)
        lines.append(told.say("chain.sum", line=_track(world, who, told), sum=added))
        so_far += amount
    return "\n".join(lines)


def _searched(entry: str, better: str) -> Callable[[World, Ask[Any], Told, Sequence[Any]], str]:
    """Follow everyone, and say after each from the second on who is best so far."""

    def chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
        lines, best, final = [_track(world, 0, told)], 0, _states(world)[-1]
        for who, amount in enumerate(final[1:], 1):
            sign = ">" if amount > final[best] else "<" if amount < final[best] else "="
            line = f"{_track(world, who, told)}{told.say('comma')}{amount}{sign}{final[best]}"
            best = who if sign == better else best
            lines.append(told.say(entry, line=line, name=told.cast.names[best], amount=final[best]))
        return "\n".join(lines)

    return chain


def _units(unit: str, n: int) -> str:
    """One of them is said in the singular: English units end in s, which no Chinese one does."""
    return unit.removesuffix("s") if n == 1 else unit


def _asked(args: Args, told: Told) -> dict[str, object]:
    """What fills a question; when it asks of is drawn in any case."""
    names, unit = told.cast.names, told.cast.unit
    slots = {"end": told.pick("end"), "unit": unit, "counter": unit[0]}
    return slots | (
        {"name": names[args[0]], "n": args[1], "other": names[args[1] % len(names)]} if len(args) > 1 else {}
    )


def _asked_after(args: Args, told: Told) -> dict[str, object]:
    slots = _asked((args[1], 0), told)
    return slots | ({"end": told.say("after", count=args[0])} if args[0] < len(told.world.steps) else {})


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "final",
        _final,
        answer=lambda world, args: _balance(world, args[1], args[0]),
        chain=lambda world, ask, told, shown: _track(world, ask.args[1], told, ask.args[0]),
        slots=_asked_after,
    ),
    Kind(
        "most",
        _extreme("most", max),
        holds=lambda world, args, value: is_greatest(_ends(world), value),
        option=lambda value, told: told.cast.names[value],
        chain=_searched("chain.most", ">"),
        slots=_asked,
    ),
    Kind(
        "least",
        _extreme("least", min),
        holds=lambda world, args, value: is_greatest(_ends(world, -1), value),
        option=lambda value, told: told.cast.names[value],
        chain=_searched("chain.least", "<"),
        slots=_asked,
    ),
    worked_out(
        "total",
        _total,
        answer=lambda world, args: sum(_ends(world)),
        chain=_added,
        slots=_asked,
    ),
    worked_out(
        "gap",
        _gap,
        answer=lambda world, args: _end(world, args[0]) - _end(world, args[1]),
        chain=_subtracted,
        slots=_asked,
    ),
    whether(
        "ever",
        _ever,
        is_so=lambda world, args: any(
            _balance(world, args[0], count) < args[1] for count in range(len(world.steps) + 1)
        ),
        chain=_watched,
        slots=_asked,
    ),
    whether(
        "enough",
        _enough,
        is_so=lambda world, args: _end(world, args[0]) >= args[1],
        chain=_held,
        slots=_asked,
    ),
    Kind(
        "true",
        _true,
        holds=lambda world, args, value: (_end(world, value[0]) == value[1]) == bool(args[0]),
        option=lambda value, told: told.say(
            "option.true", name=told.cast.names[value[0]], n=value[1], unit=_units(told.cast.unit, value[1])
        ),
        chain=_compared,
        slots=_asked,
        variant=lambda args, told: "right" if args[0] else "wrong",
    ),
)


class Accounts(Family[World, Cast]):
    """Values: a number, a person, True/False or a statement (person, balance)."""

    name = "accounts"
    title = "balances through transfers, fees and conditions"
    facts = ("steps",)
    changes = {"consolation": "more"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        people = min(4, 2 + (level + 1) // 3)
        start = tuple(rng.randrange(6, 31) for _ in range(people))
        blank = World(start, rng.choice([0, 0, 1, 2]), rng.choice([2, 3, 5]), ())
        held, steps = list(start), list[Step]()
        while len(steps) < 3 + level // 2:
            kind = rng.choice([GAIN, SPEND, GIVE, GIVE, GIVE, DOUBLE, HALVE, EACH, ATLEAST, BELOW])
            who, other = rng.sample(range(people), 2)
            had = held[who]
            if kind == EACH and any(step.kind == EACH for step in steps):
                continue
            bound = max(2, had + rng.choice([-6, -3, -1, 0, 1, 2, 5]))
            top = max(2, min(15, had - 2))
            step = Step(kind, who, other if kind == GIVE else who, rng.randrange(2, top + 1), bound)
            after = [_change(blank, step, one, balance)[1] for one, balance in enumerate(held)]
            if min(after) < 0 or max(after) > 120 or (kind == HALVE and had % 2):
                continue
            steps.append(step)
            held = after
        return World(start, blank.fee, blank.consolation, tuple(steps))

    def is_sound(self, world: World) -> bool:
        """Nobody owes anything, and nobody halves an odd number."""
        states = _states(world)
        halved = [held[step.who] for step, held in zip(world.steps, states, strict=False) if step.kind == HALVE]
        return all(min(held) >= 0 for held in states) and all(had % 2 == 0 for had in halved)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        states, last, people, fee = _states(world), len(world.steps), range(len(world.start)), world.fee or 1
        final, order = states[-1], rng.sample(people, len(people))
        who, other = order[:2]
        slips = [final[who] + fee, final[who] - fee, final[other], world.start[who]]
        count, one = rng.randrange(2, last), rng.choice(order)
        plans: list[Plan] = [
            ("final", last, who, slips),
            ("final", count, other, [states[count - 1][other], final[other]]),
            *((name, final, order) for name in ("most", "least", "total", "gap")),
            ("ever", one),
            ("enough", one),
            ("true", order),
        ]
        return self.first(plans, world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        unit = self.told(Cast((), ""), voice).pick("unit")
        return Cast(draw(voice, "person", len(world.start)), unit)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, names, unit = self.told(cast, voice), cast.names, cast.unit
        holdings = zip(names, world.start, strict=True)
        starts = told.say("comma").join(
            told.say("tell.has", name=name, n=n, unit=_units(unit, n)) for name, n in holdings
        )
        lines = [told.pick("tell.start", starts=starts)]
        if world.fee and any(step.kind == GIVE for step in world.steps):
            lines.append(told.pick("tell.fee", fee=world.fee, unit=_units(unit, world.fee)))
        lines.append(told.pick("tell.then"))
        mark = told.draw("tell.mark")
        for at, (kind, who, other, amount, bound) in enumerate(world.steps, 1):
            slots = {"name": names[who], "other": names[other], "n": amount, "bound": bound}
            form = int(voice.rng.random() * 3)
            step = told.form(f"step.{NAMES[kind]}", form, extra=world.consolation, unit=_units(unit, amount), **slots)
            lines.append(told.fill(mark, at) + step + told.say("stop"))
        return "\n".join(lines)
