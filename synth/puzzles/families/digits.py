"""Digits of numbers: digit sums, digital roots, reversals, even digits, and divisibility rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, asserted, claimed, sign_of, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.voice import Voice

_OPS = tuple("sum root reverse evens odds largest smallest range over least_of even_sum odd_sum ends".split())
_DIVISORS = (2, 3, 5, 9)


@dataclass(frozen=True, slots=True)
class World:
    """Numbers and what is asked about their digits."""

    numbers: tuple[int, ...]
    ops: tuple[str, ...]
    divisor: int
    limit: int
    """The digit that some rules compare with."""


class Cast(NamedTuple):
    """Names of the functions, and whether the numbers are told in advance."""

    names: tuple[str, ...]
    is_inline: bool


def _value(world: World, op: str, number: int) -> int:
    """Work on the decimal text of the number."""
    digits = [int(c) for c in str(number)]
    if op == "root":
        total = sum(digits)
        return total if total < 10 else _value(world, "root", total)
    if op == "reverse":
        return int(str(number)[::-1])
    return {
        "sum": sum(digits),
        "evens": sum(digit % 2 == 0 for digit in digits),
        "odds": sum(digit % 2 for digit in digits),
        "largest": max(digits),
        "smallest": min(digits),
        "range": max(digits) - min(digits),
        "ends": digits[0] + digits[-1],
        "over": sum(digit > world.limit for digit in digits),
        "least_of": sum(digit >= world.limit for digit in digits),
        "even_sum": sum(digit for digit in digits if digit % 2 == 0),
        "odd_sum": sum(digit for digit in digits if digit % 2),
    }[op]


def _prove(world: World, op: str, number: int) -> int:
    """Work with divisions by ten only (independent of ``_value``)."""
    if op == "root":
        return 1 + (number - 1) % 9
    total = turned = evens = count = even_sum = over = equal = 0
    high, low, last, digit = 0, 9, number % 10, 0
    while number:
        number, digit = divmod(number, 10)
        total, turned, count = total + digit, turned * 10 + digit, count + 1
        evens += 1 - digit % 2
        even_sum += (1 - digit % 2) * digit
        over, equal = over + (digit > world.limit), equal + (digit == world.limit)
        high, low = (digit if digit > high else high), (digit if digit < low else low)
    results = {"sum": total, "reverse": turned, "evens": evens, "odds": count - evens, "largest": high}
    results |= {"smallest": low, "range": high - low, "ends": digit + last, "over": over, "least_of": over + equal}
    return (results | {"even_sum": even_sum, "odd_sum": total - even_sum})[op]


def _at(world: World, op: int, which: int) -> int:
    return _value(world, world.ops[op], world.numbers[which])


def _value_ask(world: World, rng: Random, which: int, op: int, order: list[int]) -> Ask[int]:
    right = _at(world, op, which)
    return Ask("value", (op, which), right, _wrong(world, world.ops[op], world.numbers[which], right, rng))


def _most(world: World, rng: Random, which: int, op: int, order: list[int]) -> Ask[int] | None:
    sign = rng.choice((1, -1))
    ranked = sorted(order, key=lambda each: -sign * _at(world, op, each))
    if _at(world, op, ranked[0]) == _at(world, op, ranked[1]):
        return None
    return Ask("most", (op, sign), ranked[0], tuple(ranked[1:]))


def _which(world: World, rng: Random, which: int, op: int, order: list[int]) -> Ask[int] | None:
    right = _at(world, op, which)
    others = [each for each in order if _at(world, op, each) != right]
    return Ask("which", (op, right), which, tuple(others)) if others else None


def _divides(world: World, rng: Random, which: int, op: int, order: list[int]) -> Ask[bool]:
    fits = [each for each in order if world.numbers[each] % world.divisor == 0]
    rest = [each for each in order if each not in fits]
    each = rng.choice(fits if fits and (rng.random() < 0.5 or not rest) else rest)
    return claimed("divides", (each,), each in fits)


def _divisible(world: World, rng: Random, which: int, op: int, order: list[int]) -> Ask[int] | None:
    fits = [each for each in order if world.numbers[each] % world.divisor == 0]
    rest = [each for each in order if each not in fits]
    return Ask("divisible", (), fits[0], tuple(rest)) if fits and rest else None


def _wrong(world: World, op: str, number: int, right: int, rng: Random) -> tuple[int, ...]:
    if op == "reverse":
        text = str(right)
        slips = [number, int(text[1:] + text[0]), int(text[-1] + text[:-1]), int(text[1] + text[0] + text[2:])]
        at = rng.randrange(len(text) - 1)
        slips.append(int(text[:at] + text[at + 1] + text[at] + text[at + 2 :]))
        slips += [right + 1, right + 10]
        return tuple(slip for slip in dict.fromkeys(slips) if slip != right)[:4]
    kin = {"root": ["sum"], "evens": ["odds"], "odds": ["evens"], "largest": ["smallest"], "smallest": ["largest"]}
    slips = [_value(world, other, number) for other in kin.get(op, [])]
    if op in ("evens", "odds"):
        return near_misses(rng, right, slips, high=max(3, len(str(number))))
    top = 9 if op in ("root", "largest", "smallest", "range") else None
    return near_misses(rng, right, slips, high=top, low=1 if op in ("root", "sum") else 0)


def _proven(world: World, op: int, which: int) -> int:
    return _prove(world, world.ops[op], world.numbers[which])


def _is_most(world: World, args: Args, value: int) -> bool:
    op, sign = args
    mine = sign * _proven(world, op, value)
    return all(mine >= sign * _proven(world, op, each) for each in range(len(world.numbers)))


def _is_multiple(world: World, which: int) -> bool:
    number = world.numbers[which]
    return number - number // world.divisor * world.divisor == 0


def _call(args: Args, told: Telling[Cast]) -> dict[str, object]:
    return {"call": f"{told.cast.names[args[0]]}({told.world.numbers[args[1]]})"}


def _among(args: Args, told: Telling[Cast]) -> dict[str, object]:
    among = told.say("among", numbers=_listed(told)) if told.cast.is_inline else ""
    return {"name": told.cast.names[args[0]], "among": among}


def _listed(told: Telling[Cast]) -> str:
    return told.voice.join([str(number) for number in told.world.numbers])


def _number(value: int, told: Telling[Cast]) -> str:
    return str(told.world.numbers[value])


def _work(world: World, op: str, number: int, told: Telling[Cast]) -> str:
    """Derive one value digit by digit; the last number written is the value."""
    text = str(number)
    digits = [int(c) for c in text]
    gap = told.say("comma")
    if op in ("sum", "root"):
        sums, total = "", sum(digits)
        while True:
            so_far = 0
            steps: list[str] = []
            for digit in map(int, str(total) if sums else text):
                steps.append(f"+{digit}→{so_far + digit}" if steps else str(digit))
                so_far += digit
            sums += (gap if sums else "") + "".join(steps)
            if op == "sum" or so_far < 10:
                return sums
            total = so_far
    if op == "reverse":
        return "→".join(text[at::-1] for at in range(len(text)))
    if op == "ends":
        return f"{text[0]}…{text[-1]}{gap}{text[0]}+{text[-1]}={digits[0] + digits[-1]}"
    if op in ("largest", "smallest", "range"):
        marks = []
        for at in range(1, len(digits) + 1):
            high, low = max(digits[:at]), min(digits[:at])
            best = {"largest": f"{high}", "smallest": f"{low}", "range": f"{low}~{high}"}[op]
            marks.append(f"{digits[at - 1]}→{best}")
        end = f"{gap}{high}-{low}={high - low}" if op == "range" else ""
        return gap.join(marks) + end
    return _filtered(world, op, digits, told)


def _filtered(world: World, op: str, digits: list[int], told: Telling[Cast]) -> str:
    """Go through the digits: those that count carry the running count or sum, the others are passed over."""
    total, steps = 0, []
    for digit in digits:
        if op in ("over", "least_of"):
            is_in = digit > world.limit if op == "over" else digit >= world.limit
            mark = f"{sign_of(digit, world.limit)}{world.limit}"
        else:
            is_in = digit % 2 == (op in ("odds", "odd_sum"))
            mark = told.say("chain.odd" if digit % 2 else "chain.even")
        total += is_in * (digit if op in ("even_sum", "odd_sum") else 1)
        steps.append(f"{digit}{mark}" + (f"→{total}" if is_in else ""))
    return told.say("comma").join(steps) + told.say("chain.so", total=total)


def _divided(world: World, which: int, told: Telling[Cast]) -> str:
    number, divisor = world.numbers[which], world.divisor
    fits = number % divisor == 0
    if divisor in (2, 5):
        entry = "chain.ends" if divisor == 5 else "chain.ends_even" if fits else "chain.ends_odd"
        text = told.say(entry, number=number, last=number % 10)
    else:
        total, steps = sum(map(int, str(number))), _work(world, "sum", number, told)
        quotient, rest = divmod(total, divisor)
        text = told.say(
            "chain.rest", number=number, steps=steps, total=total, divisor=divisor, quotient=quotient, rest=rest
        )
    return text + told.say("chain.divisible" if fits else "chain.not_divisible") + told.say("stop")


def _worked(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    op, number = world.ops[ask.args[0]], world.numbers[ask.args[1]]
    name, work = told.cast.names[ask.args[0]], _work(world, op, number, told)
    return f"{name}({number}){told.say('colon')}{work}{told.say('stop')}"


def _compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    op, which, claim = ask.args
    value = _at(world, op, which)
    sign, verdict = ("=", "chain.yes") if value == claim else ("≠", "chain.no")
    return f"{_worked(world, ask, told, shown)}\n{value}{sign}{claim}{told.say(verdict)}"


def _ranked(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    """Go through the numbers with the best one so far."""
    op, sign = world.ops[ask.args[0]], ask.args[1]
    best, lines = world.numbers[0], []
    for number in world.numbers:
        value, top = _value(world, op, number), _value(world, op, best)
        text = f"{number}{told.say('colon')}{_work(world, op, number, told)}"
        if number != world.numbers[0]:
            text += f"{sign_of(value, top)}{top}"
        best = number if sign * value > sign * top else best
        entry = "chain.greatest" if sign > 0 else "chain.least"
        lines.append(text + told.say(entry, best=best, top=_value(world, op, best)))
    return "\n".join(lines)


def _all_compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    op, goal = ask.args

    def line(which: int) -> str:
        verdict = told.say("chain.fits") if _at(world, op, which) == goal else f"≠{goal}"
        work = _work(world, world.ops[op], world.numbers[which], told)
        return f"{_number(which, told)}{told.say('colon')}{work}{verdict}{told.say('stop')}"

    return "\n".join(tried(shown, lambda which: bool(which == ask.right), line, told, " "))


def _all_divided(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    lines = tried(shown, lambda which: bool(which == ask.right), lambda which: _divided(world, which, told), told, " ")
    return "\n".join(lines)


VALUE: Kind[World, Cast] = worked_out(
    "value", _value_ask, answer=lambda world, args: _proven(world, *args), chain=_worked, slots=_call
)
KINDS: tuple[Kind[World, Cast], ...] = (
    VALUE,
    asserted(
        "is",
        VALUE,
        among=None,
        chain=_compared,
        slots=lambda args, told: {**_call(args, told), "claim": args[2]},
    ),
    Kind(
        "most",
        _most,
        holds=_is_most,
        option=_number,
        chain=_ranked,
        variant=lambda args, told: "greatest" if args[1] > 0 else "least",
        slots=_among,
    ),
    Kind(
        "which",
        _which,
        holds=lambda world, args, value: _proven(world, args[0], value) == args[1],
        option=_number,
        chain=_all_compared,
        slots=lambda args, told: {"name": told.cast.names[args[0]], "goal": args[1]},
    ),
    whether(
        "divides",
        _divides,
        is_so=lambda world, args: _is_multiple(world, args[0]),
        chain=lambda world, ask, told, shown: _divided(world, ask.args[0], told),
        slots=lambda args, told: {"number": _number(args[0], told), "divisor": told.world.divisor},
    ),
    Kind(
        "divisible",
        _divisible,
        holds=lambda world, args, value: _is_multiple(world, value),
        option=_number,
        chain=_all_divided,
        slots=lambda args, told: {"divisor": told.world.divisor},
    ),
)


class Digits(Family[World, Cast]):
    """Values: a number, the index of a number, or True/False."""

    name = "digits"
    title = "digits of numbers"
    figures = ("numbers", "ops")
    changes = {"numbers": "more"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        length = 3 + level // 3
        divisor = rng.choice(_DIVISORS)
        numbers: list[int] = []
        while len(numbers) < (4 if level > 2 else 3):
            size = max(2, length - rng.randrange(2))
            number = rng.randrange(10 ** (size - 1), 10**size)
            if rng.random() < 0.35:
                number -= number % divisor
            if number % 10 and number > 9 and number not in numbers:
                numbers.append(number)
        return World(tuple(numbers), tuple(rng.sample(_OPS, 3)), divisor, rng.randrange(2, 8))

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        asks: list[Ask[Any]] = []
        order = rng.sample(range(len(world.numbers)), len(world.numbers))
        names = ["value", "value", "is", "most", "which", "divides", "divisible"]
        for name in self.drawn(names, rng, may_be_two):
            asks += self.made(name, world, rng, order[len(asks)], rng.randrange(len(world.ops)), order)
        return asks or self.made("value", world, rng, 0, 0, order)

    def cast(self, world: World, voice: Voice) -> Cast:
        names = self.told(Cast((), False), voice).draw("names")
        return Cast(tuple(names), voice.rng.random() < 0.4)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice, world)
        head = told.pick("tell.head")
        rules = [
            told.pick(f"rule.{op}", name=name, limit=world.limit)
            for name, op in zip(cast.names, world.ops, strict=True)
        ]
        text = f"{head}\n{voice.listing([*rules, told.say(f'divisible.by_{world.divisor}')])}"
        return text if cast.is_inline else text + told.pick("tell.numbers", numbers=_listed(told))
