"""Divisors and remainders: greatest common divisors, leap-year rules, dials that turn, groups and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, asserted, claimed, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.voice import Voice


@dataclass(frozen=True, slots=True)
class World:
    """A theme and its numbers."""

    theme: str
    """``subtract`` or ``euclid`` (gcd), ``leap``, ``dial`` or ``groups``."""
    numbers: tuple[int, ...]
    """Pairs flattened (gcd); years (leap); start and moves (dial, negative: backwards); items (groups)."""
    rule: tuple[int, ...]
    """Divisors a, b, c (leap), size and least mark of a dial, or group sizes."""


class Cast(NamedTuple):
    """The setting."""

    scene: int


def _subtractions(x: int, y: int) -> list[tuple[int, int]]:
    """List the pairs of the subtraction method."""
    pairs = [(x, y)]
    while x != y:
        x, y = (x - y, y) if x > y else (x, y - x)
        pairs.append((x, y))
    return pairs


def _divisions(x: int, y: int) -> list[tuple[int, int]]:
    """List the pairs of the division method; the last one ends in 0."""
    pairs = [(max(x, y), min(x, y))]
    while pairs[-1][1]:
        pairs.append((pairs[-1][1], pairs[-1][0] % pairs[-1][1]))
    return pairs


def _moves(world: World) -> list[int]:
    """Positions of the dial: at the start and after each move."""
    places = [world.numbers[0]]
    for move in world.numbers[1:]:
        places.append((places[-1] + move - world.rule[1]) % world.rule[0] + world.rule[1])
    return places


def _is_leap(world: World, year: int) -> bool:
    a, b, c = world.rule
    return year % c == 0 or year % a == 0 and year % b != 0


Wrong = tuple[int, ...]


def _gcd(world: World, rng: Random, pair: Args, path: list[tuple[int, int]], wrong: Wrong) -> Ask[int]:
    return Ask("gcd", pair, gcd(*pair), wrong)


def _coprime(world: World, rng: Random, pair: Args, path: list[tuple[int, int]], wrong: Wrong) -> Ask[bool]:
    return claimed("coprime", pair, gcd(*pair) == 1)


def _steps(world: World, rng: Random, pair: Args, path: list[tuple[int, int]], wrong: Wrong) -> Ask[int]:
    count = len(path) - 1
    return Ask("steps", pair, count, near_misses(rng, count, [count + 1, count - 1], low=1))


def _leap(world: World, rng: Random, which: int) -> Ask[bool]:
    return claimed("leap", (which,), _is_leap(world, world.numbers[which]))


def _leaps(world: World, rng: Random, fits: list[int], rest: list[int]) -> Ask[int]:
    return Ask("leaps", (), len(fits), near_misses(rng, len(fits), high=4))


def _which_leap(world: World, rng: Random, fits: list[int], rest: list[int]) -> Ask[int] | None:
    return Ask("which_leap", (), fits[-1], tuple(rest)) if fits and rest else None


def _place(world: World, rng: Random, after: int, wrong: Wrong) -> Ask[int]:
    return Ask("place", (after,), _moves(world)[after], wrong)


def _crossed(world: World, rng: Random, after: int, wrong: Wrong) -> Ask[bool]:
    (size, base), stops = world.rule, _moves(world)[1:]
    others = [place for place in range(base, base + size) if place not in stops]
    goal = rng.choice(stops if rng.random() < 0.5 or not others else others)
    return claimed("crossed", (goal,), goal in stops)


def _left(world: World, rng: Random, which: int, size: int, wrong: Wrong) -> Ask[int]:
    return Ask("left", (which, size), world.numbers[which] % size, wrong)


def _same(world: World, rng: Random, which: int, size: int, wrong: Wrong) -> Ask[bool]:
    pairs = [(x, y) for x in range(4) for y in range(x)]
    alike = [(x, y) for x, y in pairs if (world.numbers[x] - world.numbers[y]) % size == 0]
    pair = rng.choice(alike if alike and rng.random() < 0.6 else pairs)
    return claimed("same", (*pair, size), pair in alike)


def _which_left(world: World, rng: Random, which: int, size: int, wrong: Wrong) -> Ask[int] | None:
    right = world.numbers[which] % size
    others = [other for other in range(4) if world.numbers[other] % size != right]
    return Ask("which_left", (size, right), which, tuple(others)) if others else None


def _common(world: World, args: Args) -> int:
    """Prover: the greatest of all common divisors."""
    return max(d for d in range(1, args[0] + 1) if args[0] % d == 0 and args[1] % d == 0)


def _step_count(world: World, args: Args) -> int:
    """Prover: quotients of the division method count the subtractions."""
    steps, x, y = 0, max(args), min(args)
    while y:
        steps += x // y if world.theme == "subtract" else 1
        x, y = y, x % y
    return steps - (world.theme == "subtract")


def _leap_years(world: World) -> set[int]:
    """Prover: all leap years, as sets of multiples."""
    a, b, c = (set(range(0, max(world.numbers) + 1, divisor)) for divisor in world.rule)
    return (a - b) | c


def _sums(world: World) -> list[int]:
    """Prover: the places of the dial, without turning round."""
    return [sum(world.numbers[: count + 1]) for count in range(len(world.numbers))]


def _is_place(world: World, args: Args, value: int) -> bool:
    size, base = world.rule
    return (_sums(world)[args[0]] - value) % size == 0 and base <= value < base + size


def _is_crossed(world: World, args: Args) -> bool:
    return any((total - args[0]) % world.rule[0] == 0 for total in _sums(world)[1:])


def _rest(world: World, which: int, size: int) -> int:
    """Prover: what is left, by taking away."""
    rest = world.numbers[which]
    while rest >= size:
        rest -= size
    return rest


def item(which: int, told: Telling[Cast]) -> str:
    """Name a year, or a number of things."""
    entry = "item.year" if told.world.theme == "leap" else "item.things"
    return told.say(entry, number=told.world.numbers[which])


def _pair(args: Args, told: Telling[Cast]) -> dict[str, object]:
    return {"x": args[0], "y": args[1], "claim": args[-1]}


def _when(args: Args, told: Telling[Cast]) -> dict[str, object]:
    is_last = args[0] == len(told.world.numbers) - 1
    return {"when": told.say("when.all" if is_last else "when.some", number=args[0]), "claim": args[-1]}


def _grouped(args: Args, told: Telling[Cast]) -> dict[str, object]:
    return {"item": item(args[0], told), "size": args[1], "claim": args[-1]}


def _division(number: int, size: int, told: Telling[Cast]) -> str:
    quotient, rest = divmod(number, size)
    return told.say("chain.division", number=number, size=size, quotient=quotient, rest=rest)


def _compare(value: int, claim: int, told: Telling[Cast]) -> str:
    return f"{value}={claim}{told.say('chain.yes')}" if value == claim else f"{value}≠{claim}{told.say('chain.no')}"


def _reduced(world: World, args: Args, told: Telling[Cast]) -> tuple[list[str], str, int]:
    """The steps of the method, how it ends, and the divisor."""
    if world.theme == "subtract":
        *pairs, (common, _) = _subtractions(args[0], args[1])
        ordered = [(max(pair), min(pair)) for pair in pairs]
        return [f"{high}-{low}={high - low}" for high, low in ordered], f"{common}={common}", common
    divisions = _divisions(args[0], args[1])[:-1]
    return [_division(high, low, told) for high, low in divisions], told.say("chain.no_rest"), divisions[-1][1]


def _steps_counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    steps, end, _ = _reduced(world, ask.args, told)
    numbered = [f"{number}{told.say('colon')}{step}" for number, step in enumerate(steps, 1)]
    return "\n".join([*numbered, end + told.say("chain.steps", count=len(steps))])


def _gcd_found(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    steps, end, common = _reduced(world, ask.args, told)
    return "\n".join([*steps, end + told.say("chain.gcd", common=common)])


def _gcd_compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    claim = ask.args[2] if len(ask.args) > 2 else 1
    return f"{_gcd_found(world, ask, told, shown)}\n{_compare(gcd(*ask.args[:2]), claim, told)}"


def _leap_line(world: World, which: int, told: Telling[Cast]) -> str:
    """Test c, then a, then b, stopping as soon as the rule decides."""
    (a, b, c), year, parts = world.rule, world.numbers[which], []
    for divisor in (c, a, b):
        parts.append(_division(year, divisor, told))
        if (year % divisor == 0) == (divisor in (c, b)) or divisor == a and year % a:
            break
    return told.say("comma").join([*parts, told.say("chain.leap" if _is_leap(world, year) else "chain.common")])


def _leaps_counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    count, lines = 0, []
    for which, year in enumerate(world.numbers):
        count += _is_leap(world, year)
        lines.append(_leap_line(world, which, told) + (str(count) if _is_leap(world, year) else "") + told.say("stop"))
    return "\n".join([*lines, told.say("chain.count", count=count)])


def _leaps_tried(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    stop = told.say("stop")
    return "\n".join(
        tried(
            shown,
            lambda which: bool(which == ask.right),
            lambda which: _leap_line(world, which, told) + stop,
            told,
            " ",
        )
    )


def _one_divided(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    return _division(world.numbers[ask.args[0]], ask.args[1], told) + told.say("stop")


def _rest_compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    which, size, claim = ask.args
    return f"{_one_divided(world, ask, told, shown)}\n{_compare(world.numbers[which] % size, claim, told)}"


def _two_divided(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    *pair, size = ask.args
    lines = [_division(world.numbers[which], size, told) + told.say("stop") for which in pair]
    one, two = (world.numbers[which] % size for which in pair)
    return "\n".join([*lines, _compare(one, two, told)])


def _rests_tried(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    size, rest = ask.args

    def line(which: int) -> str:
        verdict = told.say("chain.fits" if world.numbers[which] % size == rest else "chain.fails")
        return _division(world.numbers[which], size, told) + verdict

    return "\n".join(tried(shown, lambda which: bool(which == ask.right), line, told, " "))


def _turn(world: World, number: int, told: Telling[Cast]) -> str:
    """One move of the dial, and back among its marks."""
    (size, base), move, at = world.rule, world.numbers[number], _moves(world)[number - 1]
    total = at + move
    parts = [f"{number}{told.say('colon')}{at}{'+' if move > 0 else '-'}{abs(move)}={total}"]
    while not base <= total < base + size:
        step = -size if total >= base else size
        parts.append(f"{total}{'+' if step > 0 else '-'}{size}={total + step}")
        total += step
    return told.say("comma").join(parts)


def _turned(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    return "\n".join(_turn(world, number, told) + told.say("stop") for number in range(1, ask.args[0] + 1))


def _turns_compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    after, claim = ask.args
    return f"{_turned(world, ask, told, shown)}\n{_compare(_moves(world)[after], claim, told)}"


def _stops_searched(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    goal, lines = ask.args[0], []
    for number, place in enumerate(_moves(world)[1:], 1):
        sign = "=" if place == goal else "≠"
        lines.append(f"{_turn(world, number, told)}{told.say('comma')}{place}{sign}{goal}{told.say('stop')}")
        if place == goal:
            return "\n".join([*lines, told.say("chain.found")])
    return "\n".join([*lines, told.say("chain.missing")])


GCD: Kind[World, Cast] = worked_out("gcd", _gcd, answer=_common, chain=_gcd_found, slots=_pair)
PLACE: Kind[World, Cast] = Kind(
    "place", _place, holds=_is_place, option=lambda value, told: str(value), chain=_turned, slots=_when
)
LEFT: Kind[World, Cast] = worked_out(
    "left", _left, answer=lambda world, args: _rest(world, *args), chain=_one_divided, slots=_grouped
)
KINDS: tuple[Kind[World, Cast], ...] = (
    GCD,
    asserted("gcd_is", GCD, _gcd_compared, slots=_pair),
    whether("coprime", _coprime, is_so=lambda world, args: _common(world, args) == 1, chain=_gcd_compared, slots=_pair),
    worked_out("steps", _steps, answer=_step_count, chain=_steps_counted, slots=_pair),
    whether(
        "leap",
        _leap,
        is_so=lambda world, args: world.numbers[args[0]] in _leap_years(world),
        chain=lambda world, ask, told, shown: _leap_line(world, ask.args[0], told) + told.say("stop"),
        slots=lambda args, told: {"item": item(args[0], told)},
    ),
    worked_out(
        "leaps",
        _leaps,
        answer=lambda world, args: sum(map(_leap_years(world).__contains__, world.numbers)),
        chain=_leaps_counted,
    ),
    Kind(
        "which_leap",
        _which_leap,
        holds=lambda world, args, value: world.numbers[value] in _leap_years(world),
        option=item,
        chain=_leaps_tried,
    ),
    PLACE,
    asserted("place_is", PLACE, _turns_compared, slots=_when),
    whether("crossed", _crossed, is_so=_is_crossed, chain=_stops_searched, slots=lambda args, told: {"goal": args[0]}),
    LEFT,
    asserted("left_is", LEFT, _rest_compared, slots=_grouped),
    whether(
        "same",
        _same,
        is_so=lambda world, args: _rest(world, args[0], args[2]) == _rest(world, args[1], args[2]),
        chain=_two_divided,
        slots=lambda args, told: {"one": item(args[0], told), "two": item(args[1], told), "size": args[2]},
    ),
    Kind(
        "which_left",
        _which_left,
        holds=lambda world, args, value: _rest(world, value, args[0]) == args[1],
        option=item,
        chain=_rests_tried,
        slots=lambda args, told: {"size": args[0], "rest": args[1]},
    ),
)


class Modular(Family[World, Cast]):
    """Values: a number, the index of a year or an item, or True/False."""

    name = "modular"
    title = "divisors and remainders"
    figures = ("numbers",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        theme = rng.choice(("subtract", "euclid", "leap", "dial", "groups"))
        if theme in ("subtract", "euclid"):
            goal = 2 + (level + 1) // 2
            numbers: list[int] = []
            while len(numbers) < 6:
                factor = rng.choice((1, 1, 2, 3, 4, 5, 6, 7))
                x, y = (factor * rng.randrange(1, 9 + 3 * level) for _ in range(2))
                path = _subtractions(x, y) if theme == "subtract" else _divisions(x, y)
                if len(numbers) == 2 and rng.random() < 0.4 and gcd(x, y) > 1:
                    continue
                if x != y and x < 100 and y < 100 and abs(len(path) - 1 - goal) <= 1:
                    numbers += [x, y]
            return World(theme, tuple(numbers), ())
        if theme == "leap":
            a = rng.randrange(3, 8)
            b = a * rng.randrange(2, 5)
            c = b * rng.randrange(2, 4)
            years = [rng.choice((a, b, c, a, 1)) * rng.randrange(1, 12) + rng.choice((0, 0, 1)) for _ in range(20)]
            chosen = list(dict.fromkeys(year for year in years if a < year < 40 + 40 * level))
            for year in range(a + 1, 40 + a):
                if len(chosen) < 4 and year not in chosen:
                    chosen.append(year)
            return World(theme, tuple(chosen[:4]), (a, b, c))
        if theme == "dial":
            size = rng.choice((5, 6, 7, 8, 9, 10, 12, 12, 24))
            count = 1 + (level + 1) // 2
            moves = [rng.randrange(2, 2 * size - 1) * rng.choice((1, 1, -1)) for _ in range(count)]
            base = rng.choice((0, 0, 1))
            return World(theme, (base + rng.randrange(size), *moves), (size, base))
        sizes = tuple(sorted(rng.sample(range(3, 10), 2)))
        items = rng.sample(range(10, 30 + 8 * level), 4)
        return World(theme, tuple(items), sizes)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        if world.theme in ("subtract", "euclid"):
            return self._of_pairs(world, rng, may_be_two)
        if world.theme == "groups":
            return self._of_groups(world, rng, may_be_two)
        asks = (self._of_years if world.theme == "leap" else self._of_dials)(world, rng, may_be_two)
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def _of_pairs(self, world: World, rng: Random, may_be_two: bool) -> list[Ask[Any]]:
        asks: list[Ask[Any]] = []
        others = self.drawn(["gcd", "gcd_is", "gcd_is", "coprime", "steps"], rng, may_be_two, most=2)
        names = ["gcd", *others]
        for place, name in enumerate(names):
            x, y = world.numbers[2 * place : 2 * place + 2]
            path = _subtractions(x, y) if world.theme == "subtract" else _divisions(x, y)
            slips = [min(x, y), abs(x - y), *[value for value in path[-2] if value]]
            rng.shuffle(slips)
            asks += self.made(name, world, rng, (x, y), path, near_misses(rng, gcd(x, y), slips[:2], low=1))
        return asks

    def _of_years(self, world: World, rng: Random, may_be_two: bool) -> list[Ask[Any]]:
        order, asks = rng.sample(range(4), 4), []
        fits = [which for which in order if _is_leap(world, world.numbers[which])]
        rest = [which for which in order if which not in fits]
        if may_be_two:
            for which in order[:2] if not (fits and rest) else rng.sample([fits[0], rest[0]], 2):
                asks += self.made("leap", world, rng, which)
        return asks + self.made("leaps" if rng.random() < 0.5 else "which_leap", world, rng, fits, rest)

    def _of_dials(self, world: World, rng: Random, may_be_two: bool) -> list[Ask[Any]]:
        places, (size, base), asks = _moves(world), world.rule, []
        last = len(places) - 1
        for name in self.drawn(["place", "place_is", "place", "crossed"], rng, may_be_two):
            after = last if rng.random() < 0.6 else rng.randrange(1, last + 1)
            right = places[after]
            slips = [right + 1, right - 1, places[after - 1] - world.numbers[after]]
            slips = [base + (slip - base) % size for slip in slips]
            rng.shuffle(slips)
            wrong = near_misses(rng, right, slips, low=base, high=base + size - 1)
            asks += self.made(name, world, rng, after, wrong)
        return asks

    def _of_groups(self, world: World, rng: Random, may_be_two: bool) -> list[Ask[Any]]:
        asks = []
        for name in self.drawn(["left", "left_is", "same", "which_left"], rng, may_be_two):
            which, size = rng.randrange(4), rng.choice(world.rule)
            number = world.numbers[which]
            wrong = near_misses(rng, number % size, [number // size], high=size - 1)
            asks += self.made(name, world, rng, which, size, wrong)
        return asks

    def cast(self, world: World, voice: Voice) -> Cast:
        return Cast(int(voice.rng.random() * 3))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice, world)
        if world.theme in ("subtract", "euclid"):
            return told.pick(f"tell.{world.theme}")
        if world.theme == "dial":
            size, base = world.rule
            head = told.pick("tell.dial", size=size, base=base, last=base + size - 1, start=world.numbers[0])
            moves = [
                told.say("tell.on" if move > 0 else "tell.back", number=number, move=abs(move))
                for number, move in enumerate(world.numbers[1:], 1)
            ]
            return f"{head}\n{voice.listing([told.capital(move) for move in moves], has_labels=True)}"
        listed = voice.join([item(which, told) for which in range(len(world.numbers))])
        if world.theme == "leap":
            a, b, c = world.rule
            return told.pick("tell.leap", a=a, b=b, c=c, listed=listed)
        x, y = world.rule
        return told.say("tell.groups", listed=listed, x=x, y=y)
