"""Decision rules over attributes: final marks, discounts, grades and ticket prices with thresholds and conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, Plan, claimed, is_greatest, sign_of, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

EXAM, SHOP, AWARD, TICKET = range(4)


@dataclass(frozen=True, slots=True)
class World:
    """The rules' numbers and a row of attributes for each person."""

    kind: int
    """Which rules: EXAM, SHOP, AWARD or TICKET."""
    rules: tuple[int, ...]
    """EXAM: cap, pass mark. SHOP: (threshold, off) pairs from the highest down, then the member's extra. AWARD: sum
    thresholds from the highest down, then the least single mark. TICKET: child's age, senior's age, full price,
    extra at the weekend."""
    rows: tuple[tuple[int, ...], ...]
    """EXAM: mid-term, resit. SHOP: price, is member. AWARD: two marks. TICKET: age, is student, is weekend."""
    flags: tuple[bool, bool, bool]
    """Turns of the rules. EXAM: the lower mark counts, the cap is a floor, only marks above the pass mark pass.
    SHOP: totals must be above the threshold, tiers are told from the lowest up. AWARD: sums must be above the
    threshold, a mark equal to the least one is out too. TICKET: the child's age itself is free, the senior's is not."""


class Cast(NamedTuple):
    """Names of the people, and which rules they are under."""

    names: tuple[str, ...]
    scene: int


Told = Telling[Cast]


def _base(world: World, row: tuple[int, ...]) -> int:
    """The mark of the two that counts."""
    return min(row) if world.flags[0] else max(row)


def _reached(world: World, total: int, least: int) -> bool:
    """Whether a total reaches a threshold of SHOP or AWARD."""
    return total > least if world.flags[0] else total >= least


def _is_out(world: World, mark: int) -> bool:
    """Whether a single mark of AWARD rules a prize out."""
    return mark <= world.rules[-1] if world.flags[1] else mark < world.rules[-1]


def _is_child(world: World, age: int) -> bool:
    return age <= world.rules[0] if world.flags[0] else age < world.rules[0]


def _is_senior(world: World, age: int) -> bool:
    return age > world.rules[1] if world.flags[1] else age >= world.rules[1]


def _passes(world: World, mark: int) -> bool:
    return mark > world.rules[1] if world.flags[2] else mark >= world.rules[1]


def _result(world: World, row: tuple[int, ...]) -> int:
    """The final mark, the price to pay, the tier (0 best) or the ticket price."""
    rules = world.rules
    if world.kind == EXAM:
        base = _base(world, row)
        return max(base, rules[0]) if world.flags[1] else min(base, rules[0])
    if world.kind == SHOP:
        off = next((rules[at + 1] for at in range(0, len(rules) - 1, 2) if _reached(world, row[0], rules[at])), 0)
        return row[0] - off - (rules[-1] if row[1] else 0)
    if world.kind == AWARD:
        if _is_out(world, row[0]) or _is_out(world, row[1]):
            return len(rules) - 1
        return next((tier for tier, least in enumerate(rules[:-1]) if _reached(world, sum(row), least)), len(rules) - 1)
    price, extra = rules[2:]
    age, student, weekend = row
    base = 0 if _is_child(world, age) else price // 2 if _is_senior(world, age) or student else price
    return base + (extra if weekend and base else 0)


def _proved(world: World, row: tuple[int, ...]) -> int:
    """Prover: the same rules the other way round; "above t" is "at least t + 1", as all numbers are whole."""
    rules, (one, two, _) = world.rules, map(int, world.flags)
    if world.kind == EXAM:
        marks = sorted(row)
        return sorted((marks[1 - one], rules[0]))[two]
    if world.kind == SHOP:
        steps = sorted((rules[at] + one, rules[at + 1]) for at in range(0, len(rules) - 1, 2))
        off = 0
        for least, amount in steps:
            if not row[0] < least:
                off = amount
        return row[0] - (off + row[1] * rules[-1])
    if world.kind == AWARD:
        is_out = any(mark < rules[-1] + two for mark in row)
        return len(rules) - 1 if is_out else sum(least + one > row[0] + row[1] for least in rules[:-1])
    child, senior, price, extra = rules
    if row[0] < child + one:
        return 0
    is_half = (row[0] < senior + two, row[1]) != (True, 0)
    return (price // 2 if is_half else price) + row[2] * extra


def _tiers_told(world: World) -> range:
    """Where the (threshold, off) pairs of SHOP lie, in the order told."""
    pairs = range(0, len(world.rules) - 1, 2)
    return pairs[::-1] if world.flags[1] else pairs


def _fits(world: World, result: int, bound: int) -> bool:
    return _passes(world, result) if world.kind == EXAM else result == bound


def _is_proved(world: World, who: int, bound: int) -> bool:
    """Prover: whether a person passes, or comes to a price or tier."""
    result = _proved(world, world.rows[who])
    return result >= bound + int(world.flags[2]) if world.kind == EXAM else result == bound


def _is_best(world: World, args: Args, value: int) -> bool:
    sign = 1 if world.kind in (EXAM, TICKET) else -1
    return is_greatest([sign * _proved(world, row) for row in world.rows], value)


def _value(world: World, rng: Random, who: int) -> Ask[int]:
    """Ask for one person's result; wrong values come from rules misapplied."""
    row, rules = world.rows[who], world.rules
    right = _result(world, row)
    if world.kind == AWARD:
        wrong = list(range(len(rules)))
    elif world.kind == EXAM:
        wrong = [*row, rules[0], rules[1], min(row), sum(row) // 2, right + 5]
    elif world.kind == SHOP:
        cut = [row[0] - off for off in rules[1:-1:2]]
        wrong = [right - rules[-1], right + rules[-1], *cut, row[0], right + 10, right - 10]
    else:
        wrong = [0, rules[2], rules[2] // 2, rules[2] + rules[3], rules[2] // 2 + rules[3]]
        rng.shuffle(wrong)
    return Ask("value", (who,), right, tuple(value for value in dict.fromkeys(wrong) if value != right and value >= 0))


def _is(world: World, rng: Random, bound: int, fits: list[int], fails: list[int]) -> Ask[bool] | None:
    fails = [who for who in fails if _can_be(world, who, bound)]
    pool = fits if fits and (rng.random() < 0.52 or not fails) else fails
    if not pool:
        return None
    who = rng.choice(pool)
    return claimed("is", (who, bound), who in fits)


def _can_be(world: World, who: int, bound: int) -> bool:
    """Tell whether a price is one that somebody could pay: no more than the total, and no less than all cuts leave."""
    if world.kind != SHOP:
        return True
    total, *offs = world.rows[who][0], *world.rules[1:-1:2]
    return total - max(offs) - world.rules[-1] <= bound <= total


def _who(world: World, rng: Random, bound: int, fits: list[int], fails: list[int]) -> Ask[int] | None:
    return Ask("who", (bound,), fits[0], tuple(fails[:4])) if fits and fails else None


def _count(world: World, rng: Random, bound: int, fits: list[int], fails: list[int]) -> Ask[int] | None:
    is_asked, count = rng.random() < 0.6, len(fits)
    return Ask("count", (bound,), count, around(count, 0, len(world.rows))) if is_asked else None


def _best(world: World, rng: Random, people: list[int]) -> Ask[int] | None:
    results = [_result(world, row) for row in world.rows]
    best = max(results) if world.kind in (EXAM, TICKET) else min(results)
    if results.count(best) > 1 or world.kind == AWARD:
        return None
    return Ask("best", (), results.index(best), tuple(who for who in people if results[who] != best)[:4])


def shown(world: World, value: int, told: Told) -> str:
    """Word what a person comes to."""
    if world.kind != AWARD:
        return told.say("shown", n=value)
    return told.say("no_prize") if value == len(world.rules) - 1 else told.form("prize", value)


def _rules(world: World, told: Told) -> Iterator[str]:
    rules, (one, two, three) = world.rules, world.flags
    if world.kind == EXAM:
        yield told.pick("exam.lower" if one else "exam.higher")
        yield told.pick("exam.floor" if two else "exam.cap", n=rules[0])
        yield told.pick("exam.above" if three else "exam.from", n=rules[1])
    elif world.kind == SHOP:
        for at in _tiers_told(world):
            yield told.pick("shop.above" if one else "shop.from", n=rules[at], off=rules[at + 1])
        yield told.pick("shop.member", off=rules[-1])
    elif world.kind == AWARD:
        yield told.pick("award.out_to" if two else "award.out_below", n=rules[-1])
        for tier, least in enumerate(rules[:-1]):
            yield told.pick("award.above" if one else "award.from", n=least, prize=shown(world, tier, told))
        yield told.pick("award.else")
    else:
        yield told.pick("ticket.price", n=rules[2])
        yield told.pick("ticket.child_to" if one else "ticket.child_below", n=rules[0])
        yield told.pick("ticket.above" if two else "ticket.from", n=rules[1])
        yield told.pick("ticket.weekend", n=rules[3])


def _row(world: World, who: int, told: Told) -> str:
    row = world.rows[who]
    is_so, day = told.say("is_so" if row[1] else "is_not_so"), told.say("weekend" if row[-1] else "weekday")
    return told.say("row", name=told.cast.names[who], a=row[0], b=row[1], is_so=is_so, day=day)


def _at_least(number: int, least: int, *, is_so: bool, is_strict: bool) -> str:
    """Compare with a threshold that is to be reached, or where it is strict, passed."""
    sign = (">" if is_so else "≤") if is_strict else ("≥" if is_so else "<")
    return f"{number}{sign}{least}"


def _reaching(world: World, total: int, thresholds: Sequence[int]) -> Iterator[str]:
    """Compare with thresholds from the highest down, up to the first that is reached."""
    for least in thresholds:
        is_reached = _reached(world, total, least)
        yield _at_least(total, least, is_so=is_reached, is_strict=world.flags[0])
        if is_reached:
            return


def _work(world: World, who: int, told: Told) -> list[str]:
    """Apply the rules to one person, one comparison or sum at a time."""
    return list((_exam_cells, _shop_cells, _award_cells, _ticket_cells)[world.kind](world, world.rows[who], told))


def _exam_cells(world: World, row: tuple[int, ...], told: Told) -> Iterator[str]:
    lower, floor, _ = world.flags
    base, cap = _base(world, row), world.rules[0]
    yield f"{row[0]}{sign_of(*row)}{row[1]}{told.say('chain.lower' if lower else 'chain.higher')}{base}"
    side = told.say("chain.floor" if floor else "chain.cap")
    yield f"{base}{sign_of(base, cap)}{cap}{side}{_result(world, row)}"


def _shop_cells(world: World, row: tuple[int, ...], told: Told) -> Iterator[str]:
    """Go through the tiers in the order told, then cut, then the member's extra."""
    rules, (rest, member), off = world.rules, row, 0
    for at in _tiers_told(world):
        is_reached = _reached(world, rest, rules[at])
        if is_reached:
            off = rules[at + 1]
        said = told.say("chain.off", off=off) if is_reached else ""
        yield _at_least(rest, rules[at], is_so=is_reached, is_strict=world.flags[0]) + said
        # From the lowest up the last tier reached counts, from the highest down the first.
        if is_reached != world.flags[1]:
            break
    if off:
        yield f"{rest}-{off}={rest - off}"
    rest -= off
    less = f"{rest}-{rules[-1]}={rest - rules[-1]}"
    yield told.say("chain.member") + less if member else f"{told.say('chain.stranger')}{rest}"


def _award_cells(world: World, row: tuple[int, ...], told: Told) -> Iterator[str]:
    *thresholds, least = world.rules
    for mark in row:
        is_out = _is_out(world, mark)
        yield _at_least(mark, least, is_so=not is_out, is_strict=world.flags[1])
        if is_out:
            break
    else:
        yield f"{row[0]}+{row[1]}={sum(row)}"
        yield from _reaching(world, sum(row), thresholds)
    yield shown(world, _result(world, row), told)


def _ticket_cells(world: World, row: tuple[int, ...], told: Told) -> Iterator[str]:
    child, senior, price, extra = world.rules
    age, student, weekend = row
    is_child, is_senior = _is_child(world, age), _is_senior(world, age)
    compared = _at_least(age, child, is_so=not is_child, is_strict=world.flags[0])
    if is_child:
        yield f"{compared}{told.say('chain.free')}0"
        return
    yield compared
    compared = _at_least(age, senior, is_so=is_senior, is_strict=world.flags[1])
    base = price // 2 if is_senior or student else price
    half = f"{price}÷2={price // 2}"
    if is_senior:
        yield f"{compared}{told.say('chain.half')}{half}"
    else:
        yield compared
        yield told.say("chain.student") + half if student else f"{told.say('chain.full')}{price}"
    more = f"{base}+{extra}={base + extra}"
    yield told.say("chain.weekend") + more if weekend else f"{told.say('chain.weekday')}{base}"


def _line(who: int, cells: Sequence[str], told: Told) -> str:
    return told.cast.names[who] + told.say("colon") + told.say("comma").join(cells)


def _tested(world: World, who: int, bound: int, told: Told) -> list[str]:
    """Work a person's case out and compare it with what is asked for."""
    result = _result(world, world.rows[who])
    fits = _fits(world, result, bound)
    said, test = told.say("chain.fits" if fits else "chain.fails"), f"{result}{'=' if fits else '≠'}{bound}"
    if world.kind == EXAM:
        test = _at_least(result, bound, is_so=fits, is_strict=world.flags[2])
    return [*_work(world, who, told), said.strip() if world.kind == AWARD else test + said]


def _is_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    who, bound = ask.args
    return _line(who, [*_tested(world, who, bound, told), told.say("chain.yes" if ask.right else "chain.no")], told)


def _who_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[int]) -> str:
    (bound,) = ask.args

    def line(who: int) -> str:
        return _line(who, _tested(world, who, bound, told), told)

    return "\n".join(tried(shown, lambda who: _fits(world, _result(world, world.rows[who]), bound), line, told, " "))


def _count_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[int]) -> str:
    lines, count, (bound,) = [], 0, ask.args
    for who, row in enumerate(world.rows):
        cells = _tested(world, who, bound, told)
        if _fits(world, _result(world, row), bound):
            count += 1
            cells.append(told.say("chain.number", count=count))
        lines.append(_line(who, cells, told))
    return "\n".join([*lines, told.say("chain.count", count=count)])


def _best_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[int]) -> str:
    """Work everyone out and carry the best so far along with the name."""
    is_high, lines, best, mark = world.kind in (EXAM, TICKET), [], 0, 0
    for who, row in enumerate(world.rows):
        cells, result = _work(world, who, told), _result(world, row)
        if who:
            cells.append(f"{result}{sign_of(result, mark)}{mark}")
        if not who or (result > mark if is_high else result < mark):
            best, mark = who, result
        lines.append(_line(who, [*cells, told.say("chain.best", name=told.cast.names[best], mark=mark)], told))
    return "\n".join(lines)


def _case(world: World, bound: int) -> str:
    """What is worded apart: that there is no prize, and a ticket that costs nothing."""
    if world.kind == AWARD and bound == len(world.rules) - 1:
        return ".without"
    return ".free" if world.kind == TICKET and bound == 0 else ""


def _said(entry: str, bound: int, told: Told) -> str:
    """What ``bound`` stands for, as a predicate."""
    return told.say(entry + _case(told.world, bound), shown=shown(told.world, bound, told))


def _name(value: int, told: Told) -> str:
    return told.cast.names[value]


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "value",
        _value,
        lambda world, args: _proved(world, world.rows[args[0]]),
        chain=lambda world, ask, told, shown: _line(ask.args[0], _work(world, ask.args[0], told), told),
        option=lambda value, told: shown(told.world, value, told),
        slots=lambda args, told: {"name": told.cast.names[args[0]]},
    ),
    whether(
        "is",
        _is,
        lambda world, args: _is_proved(world, *args),
        _is_chain,
        slots=lambda args, told: {"name": told.cast.names[args[0]], "is_so": _said("one", args[1], told)},
        variant=lambda args, told: "without" if _case(told.world, args[1]) == ".without" else "",
    ),
    Kind(
        "who",
        _who,
        holds=lambda world, args, value: _is_proved(world, value, args[0]),
        option=_name,
        chain=_who_chain,
        slots=lambda args, told: {"is_so": _said("one", args[0], told)},
    ),
    worked_out(
        "count",
        _count,
        lambda world, args: sum(_is_proved(world, who, args[0]) for who in range(len(world.rows))),
        _count_chain,
        slots=lambda args, told: {"are_so": _said("many", args[0], told)},
    ),
    Kind("best", _best, holds=_is_best, option=_name, chain=_best_chain),
)


class Eligibility(Family[World, Cast]):
    """Values: yes/no, a person, or a number (mark, price, tier, count)."""

    name = "eligibility"
    title = "decision rules with thresholds and conditions"
    changes = {"flags": "flip"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        kind, size = rng.randrange(4), 3 + (level - 1) // 3
        flags = (rng.random() < 0.4, rng.random() < 0.4, rng.random() < 0.4)
        if kind == SHOP and size > 3:  # the longest chains a person
            size -= 1
        rules: tuple[int, ...]
        rows: list[tuple[int, ...]]
        if kind == EXAM:
            cap = rng.choice([60, 65, 70, 75, 80, 85, 90])
            slack = rng.choice([0, 5, 10, 15])
            rules = (cap, min(95, cap + slack) if flags[1] else cap - slack)
            rows = [tuple(min(100, max(0, cap + rng.randrange(-40, 26))) for _ in range(2)) for _ in range(size)]
        elif kind == SHOP:
            count = 1 + (level + 1) // 4
            base, step = rng.choice([50, 80, 100, 120]), rng.choice([50, 80, 100])
            unit = rng.choice([5, 10])
            pairs = [(base + step * place, unit * (place + 1) + 5 * place) for place in range(count)][::-1]
            rules = (*(number for pair in pairs for number in pair), rng.choice([3, 5, 8, 10]))
            rows = [
                (rng.choice(pairs)[0] + rng.choice([-5, -20, -10, 0, 0, 5, 15, 30]), rng.randrange(2))
                for _ in range(size)
            ]
        elif kind == AWARD:
            top, step = rng.choice([160, 165, 170, 180]), rng.choice([10, 15, 20])
            tiers = 2 + level // 6
            rules = (*(top - step * place for place in range(tiers)), rng.choice([60, 65, 70, 75]))
            middle = (top - step * (tiers // 2)) // 2
            rows = [tuple(min(100, middle + rng.randrange(-16, 17)) for _ in range(2)) for _ in range(size)]
        else:
            rules = (
                rng.choice([3, 6, 7]),
                rng.choice([60, 65, 70]),
                2 * rng.randrange(10, 61),
                rng.choice([5, 8, 10, 20]),
            )
            ages = [
                rng.choice(
                    [
                        rules[0] - 1,
                        rules[0],
                        rng.randrange(8, 24),
                        rng.randrange(8, 26),
                        rng.randrange(26, 60),
                        rules[1] - 1,
                        rules[1],
                    ]
                )
                for _ in range(size)
            ]
            rows = [(age, int(8 <= age < 26 and rng.random() < 0.6), rng.randrange(2)) for age in ages]
        return World(kind, rules, tuple(rows), flags)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        results = [_result(world, row) for row in world.rows]
        people = rng.sample(range(len(results)), len(results))
        if world.kind == EXAM:
            bound = world.rules[1]
        else:
            bound = results[people[1]] if rng.random() < 0.8 else _value(world, rng, people[1]).wrong[0]
        fits = [who for who in people if _fits(world, results[who], bound)]
        fails = [who for who in people if who not in fits]
        plans: list[Plan] = [(name, bound, fits, fails) for name in ("is", "who", "count")]
        plans += [("value", people[0]), ("value", people[2]), ("best", people)]
        return self.first(plans, world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        return Cast(draw(voice, "person", len(world.rows)), world.kind)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        several = told.say("tell.several") if world.kind == SHOP and len(world.rules) > 3 else ""
        head, rules = told.pick("tell.head", several=several), [told.capital(rule) for rule in _rules(world, told)]
        if world.kind == TICKET:
            voice.rng.shuffle(rules)
        listed = voice.listing(rules)
        rows = voice.listing([_row(world, who, told) for who in range(len(world.rows))])
        data = told.pick("tell.data")
        return "\n".join([data, rows, head, listed] if voice.rng.random() < 0.25 else [head, listed, data, rows])
