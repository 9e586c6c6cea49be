"""Numbers by rules: sequences, recursion, digits, calendars, remainders and dials, reckoned step by step."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any

from synth.puzzles.families import calendar_days, digits, modular, recursion, sequences
from synth.puzzles.reasoning.arithmetic import both, compared, division, equation
from synth.puzzles.reasoning.computed import Computed, Told, each
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.steps import Claim, Deduce, Given, Step


class Sequences(Computed):
    """Term after term."""

    family = "sequences"
    told = frozenset(("start", "even", "odd", "last"))
    answers = {"term": "nth", "sum": "sum", "all": "first"}
    verdicts = {"absent": ("member", False)}

    def _figures(self, p: Puzzle, terms: Sequence[int], at: int) -> tuple[Claim, ...]:
        world, last, now = p.world, terms[at - 1], terms[at]
        a, b = world.a, world.b
        match world.rule:
            case "step":
                return (equation(f"{last}+{a}", now),)
            case "times":
                return (equation(f"{last}×2-{b}" if b else f"{last}×2", now),)
            case "swing":
                return (equation(f"{last}+{a}" if at % 2 else f"{last}-{b}", now),)
            case "growing":
                return (equation(f"{last}+{a * at}", now),)
            case "two":
                return (equation(f"{terms[at - 2]}+{last}", now),)
            case "parity":
                if last % 2:
                    return (Claim("odd", (last,)), equation(f"{last}+{a}", now))
                return (Claim("even", (last,)), equation(f"{last}÷2", now))
            case "digits":
                return (Claim("last", (last, last % 10)), equation(f"{last}+{last % 10}+{a}", now))
        sign = ">" if last > world.limit else "≤"
        return (compared(last, sign, world.limit), equation(f"{last}-{b}" if sign == ">" else f"{last}+{a}", now))

    def _through(self, p: Puzzle, count: int) -> Generator[Step, None, list[Claim]]:
        terms, found = sequences._items(p.world, count), list[Claim]()
        for at, term in enumerate(terms):
            if at < len(p.world.start):
                found.append(Claim("start", (at + 1, term)))
                if at == 0 or p.world.rule == "two":
                    yield Given(found[-1])
                continue
            now = Claim("term", (at + 1, term))
            yield Deduce(now, (found[-1], *self._figures(p, terms, at)))
            found.append(now)
        return found

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right = p.ask.kind, p.ask.args, p.ask.right
        if kind == "past":
            found = yield from self._through(p, right)
            before, last = (claim.args[1] for claim in found[-2:])
            more, less = (">", "≤") if args[1] else ("≥", "<")
            bounds = (compared(before, less, args[0]), compared(last, more, args[0]))
            yield Deduce(Claim("past", (right, *args)), bounds)
            return
        if kind == "member":
            terms = sequences._items(p.world, p.world.length)
            found = yield from self._through(p, terms.index(args[0]) + 1 if right else len(terms))
            if not right:
                yield Deduce(Claim("absent", args), tuple(found))
            return
        found = yield from self._through(p, args[0])
        terms = [claim.args[1] for claim in found]
        if kind == "nth_is":
            yield Deduce(compared(terms[-1], "=" if right else "≠", args[1]), (found[-1],))
        elif kind == "sum":
            yield Deduce(Claim("sum", (args[0], right)), (equation("+".join(map(str, terms)), right),))
        elif kind == "evens":
            some = tuple(term for term in terms if term % 2 == args[1])
            yield Deduce(Claim("odds" if args[1] else "evens", (args[0], some, right)), tuple(found))
        elif kind == "first":
            yield Deduce(Claim("all", (args[0], right)), tuple(found))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        match kind:
            case "start":
                return bool(p.world.start[args[0] - 1] == args[1])
            case "even" | "odd":
                return bool(args[0] % 2 == (kind == "odd"))
            case "last":
                return str(args[0]).endswith(str(args[1]))
            case "past":
                return p.proves("past", args[1:], args[0])
        parity = int(kind == "odds")
        return p.proves("evens", (args[0], parity), args[2]) and len(args[1]) == args[2]

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "more":
            return p.say("大于" if value else "不小于", "greater than" if value else "at least")
        return p.voice.join([str(one) for one in value]) or p.say("没有", "none")


class Recursion(Computed):
    """From the base upwards, or along the path of changes."""

    family = "recursion"
    told = frozenset(("base", "even", "odd"))
    answers = {
        "value": "value",
        "gap": "difference",
        "calls": "calls",
        "goes": "at",
        "item": "at",
        "prints": "path",
        "path": "path",
        "steps": "length",
        "printed": "length",
    }
    verdicts = {"passes": ("visits", True), "misses": ("visits", False)}

    def _values(self, p: Puzzle, top: int) -> Generator[Step, None, dict[int, Claim]]:
        world, found, values = p.world, dict[int, Claim](), recursion._table(p.world, top)
        for n, value in values.items():
            if n < world.first + len(world.base):
                found[n] = Claim("base", (n, value))
                if n <= top:
                    yield Given(found[n])
                continue
            term = recursion._term(world, n, (values.get(n - 2), values[n - 1]), is_odd=n % 2 == 1).replace(" ", "")
            more = (Claim("odd" if n % 2 else "even", (n,)),) if world.kind == "parity" else ()
            grounds = (found[n - 2], found[n - 1]) if world.kind == "fib" else (found[n - 1],)
            found[n] = Claim("value", (n, value))
            yield Deduce(found[n], (*grounds, *more, equation(term, value)))
        return found

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        if world.kind in ("halve", "count"):
            yield from self._path(p)
            return
        if kind == "calls":
            called = tuple(range(args[0], world.first - 1, -1))
            yield Deduce(Claim("called", (args[0], called)))
            yield Deduce(Claim("calls", (args[0], right)), (Claim("called", (args[0], called)),))
            return
        top = {"value": args[0], "is": args[0], "difference": args[0], "first": right}.get(kind, world.depth)
        if kind == "equation":
            top = right[0]
        found = yield from self._values(p, top)
        if kind == "is":
            yield Deduce(compared(found[top].args[1], "=" if right else "≠", args[1]), (found[top],))
        elif kind == "difference":
            one, other = found[args[0]], found[args[1]]
            yield Deduce(Claim("gap", (*args, right)), (one, other, equation(f"{one.args[1]}-{other.args[1]}", right)))
        elif kind == "first":
            more, less = (">", "≤") if args[1] else ("≥", "<")
            bounds = [compared(found[right].args[1], more, args[0])]
            if right - 1 in found:
                bounds.insert(0, compared(found[right - 1].args[1], less, args[0]))
            yield Deduce(Claim("first", (right, *args)), tuple(bounds))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind != "equation":
            return None
        return Claim("value", (value[0], recursion._call(p.world, value[0])))

    def _path(self, p: Puzzle) -> Iterable[Step]:
        world, kind, args, right = p.world, p.ask.kind, p.ask.args, p.ask.right
        start = args[0]
        path = [start]
        if world.kind == "halve":
            while path[-1] != 1 and not (kind == "at" and len(path) > args[1]):
                old = path[-1]
                now = old // 2 if old % 2 == 0 else old + world.a
                figure = equation(f"{old}÷2" if old % 2 == 0 else f"{old}+{world.a}", now)
                path.append(now)
                yield Deduce(
                    Claim("goes", (start, len(path) - 1, now)), (Claim("odd" if old % 2 else "even", (old,)), figure)
                )
        else:
            while path[-1] - world.a > world.first:
                path.append(path[-1] - world.a)
            end = path[-1] - world.a
            yield Deduce(
                Claim("runs", (start, tuple(path))),
                (*(equation(f"{x}-{world.a}", y) for x, y in zip(path, [*path[1:], end], strict=True)),),
            )
            yield Deduce(Claim("stops", (end, world.first)), (compared(end, "≤", world.first),))
            path = path[::-1] if world.b else path
            yield Deduce(
                Claim("prints", (start, tuple(path))), (Claim("runs", (start, tuple(path[:: -1 if world.b else 1]))),)
            )
        if kind == "length":
            yield Deduce(Claim("steps" if world.kind == "halve" else "printed", (start, right)))
        elif kind == "visits":
            yield Deduce(Claim("passes" if right else "misses", args))
        elif kind == "path" and world.kind == "halve":
            yield Deduce(Claim("path", (start, right)))
        elif kind == "at" and world.kind != "halve":
            yield Deduce(Claim("item", (start, args[1], right)))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "base":
                return bool(world.base[args[0] - world.first] == args[1])
            case "even" | "odd":
                return bool(args[0] % 2 == (kind == "odd"))
            case "first":
                return p.proves("first", args[1:], args[0])
            case "stops":
                return bool(args[0] <= args[1] == world.first)
            case "called":
                return bool(args[1] == tuple(range(args[0], world.first - 1, -1)))
        return p.proves("path", args[:1], args[1][::-1] if world.b else args[1])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "call":
            return f"{p.cast.f}({value})"
        if kind == "calls":
            return p.voice.join([f"{p.cast.f}({one})" for one in value])
        if kind == "next":
            return str(value + 1)
        if kind == "more":
            return p.say("大于" if value else "不小于", "greater than" if value else "at least")
        return p.voice.join([str(one) for one in value])


class Digits(Computed):
    """A number's digits, picked and reckoned with."""

    family = "digits"
    facts = ("value",)

    def _value(self, p: Puzzle, op: int, which: int) -> Told:
        name, number = p.world.ops[op], p.world.numbers[which]
        parts = [int(c) for c in str(number)]
        some = self._picked(p, name, parts)
        figures: tuple[Claim, ...]
        value = len(some)
        if name in ("sum", "ends", "even_sum", "odd_sum"):
            value = sum(some)
            figures = (equation("+".join(map(str, some)), value),) if len(some) > 1 else ()
        elif name == "root":
            figures, value = (), number
            while value > 9:
                each = [int(c) for c in str(value)]
                figures += (equation("+".join(map(str, each)), sum(each)),)
                value = sum(each)
        elif name == "range":
            value, figures = some[0] - some[1], (equation(f"{some[0]}-{some[1]}", some[0] - some[1]),)
        elif name == "reverse":
            value, figures = int(str(number)[::-1]), ()
        elif name in ("largest", "smallest"):
            value, figures = some[0], ()
        else:
            figures = ()
        claim = Claim("value", (which, op, value))
        picked = (Claim(name, (which, tuple(some))),) if name not in ("root", "reverse") else ()
        yield from (Deduce(one) for one in picked)
        yield Deduce(claim, (*picked, *figures))
        return claim

    @staticmethod
    def _picked(p: Puzzle, name: str, every: Sequence[int]) -> list[int]:
        limit = p.world.limit
        tests = {
            "evens": lambda d: d % 2 == 0,
            "even_sum": lambda d: d % 2 == 0,
            "odds": lambda d: d % 2,
            "odd_sum": lambda d: d % 2,
            "over": lambda d: d > limit,
            "least_of": lambda d: d >= limit,
        }
        if name in tests:
            return [digit for digit in every if tests[name](digit)]
        return {
            "largest": [max(every)],
            "smallest": [min(every)],
            "range": [max(every), min(every)],
            "ends": [every[0], every[-1]],
        }.get(name, list(every))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        if kind in ("divides", "divisible"):
            which = args[0] if kind == "divides" else right
            number = world.numbers[which]
            figure = division(number, world.divisor)
            is_fit = number % world.divisor == 0
            yield Deduce(Claim("divides" if is_fit else "leaves", (which, world.divisor)), (figure,))
            return
        if kind == "most":
            found = yield from each(self._value(p, args[0], which) for which in range(len(world.numbers)))
            yield Deduce(Claim("greatest" if args[1] > 0 else "least", (right, args[0])), tuple(found))
            return
        which = right if kind == "which" else args[1]
        claim = yield from self._value(p, args[0], which)
        if kind == "is":
            yield Deduce(compared(claim.args[2], "=" if right else "≠", args[2]), (claim,))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind == "divisible":
            return Claim("leaves", (value, p.world.divisor))
        if p.ask.kind == "which":
            op = p.ask.args[0]
            return Claim("value", (value, op, digits._value(p.world, p.world.ops[op], p.world.numbers[value])))
        return super().against(p, value, known) if p.ask.kind == "most" else None

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        if kind == "value":
            return p.proves("value", (args[1], args[0]), args[2])
        if kind in ("divides", "leaves"):
            return args[1] == p.world.divisor and p.proves("divides", args[:1], kind == "divides")
        if kind in ("greatest", "least"):
            return p.proves("most", (args[1], 1 if kind == "greatest" else -1), args[0])
        number = p.world.numbers[args[0]]
        return list(args[1]) == self._picked(p, kind, [int(c) for c in str(number)])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "number":
            return str(p.world.numbers[value])
        if kind == "call":
            which, op, _ = value
            return f"{p.cast.names[op]}({p.world.numbers[which]})"
        if kind == "name":
            return str(p.cast.names[value])
        if kind == "limit":
            return str(p.world.limit)
        if kind == "first":
            return str(value[0])
        if kind == "second":
            return str(value[1])
        return p.voice.join([str(one) for one in value]) or p.say("没有", "none")


class Calendar(Computed):
    """Days counted on, by weeks, months or a roster."""

    family = "calendar_days"
    told = frozenset(("today", "firstDay", "month", "firstDuty"))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        plain, named = kind.removesuffix("_is"), None
        if kind.endswith("_is"):
            *head, named = args
            args = tuple(head)
        value = self._answer(world, plain, args)
        claim = Claim(plain, (*args, value))
        match plain:
            case "after" | "before":
                yield Given(Claim("today", (world.first,)))
                yield Deduce(claim, (Claim("today", (world.first,)), *self._rest(args[0], 7)))
            case "weekday":
                yield Given(Claim("firstDay", (world.first,)))
                days = args[0] - 1
                yield Deduce(
                    claim, (Claim("firstDay", (world.first,)), equation(f"{args[0]}-1", days), *self._rest(days, 7))
                )
            case "nth" | "count":
                first = 1 + (args[0] - world.first) % 7
                yield Given(Claim("firstDay", (world.first,)))
                start = Claim("nth", (args[0], 1, first))
                yield Deduce(start, (Claim("firstDay", (world.first,)),))
                if plain == "nth":
                    term = f"{first}+7×{args[1] - 1}"
                    yield Deduce(claim, (start, equation(term, value)))
                else:
                    dates = tuple(range(first, world.length + 1, 7))
                    yield Deduce(Claim("dates", (args[0], dates)), (start,))
                    yield Deduce(claim, (Claim("dates", (args[0], dates)),))
            case "later":
                left = world.length - args[0]
                month = Claim("month", (world.length,))
                if args[1] <= left:
                    yield Deduce(claim, (equation(f"{args[0]}+{args[1]}", value),))
                else:
                    figures = (
                        equation(f"{world.length}-{args[0]}", left),
                        equation(f"{args[1]}-{left}", args[1] - left),
                    )
                    yield Deduce(claim, (month, *figures))
            case "gap":
                left = world.length - args[0]
                figures = (equation(f"{world.length}-{args[0]}", left), equation(f"{left}+{args[1]}", value))
                yield Deduce(claim, (Claim("month", (world.length,)), *figures))
            case "duty":
                yield Given(Claim("firstDuty", (world.first,)))
                days = args[0] - 1
                counted: tuple[Claim, ...] = (equation(f"{args[0]}-1", days), *self._rest(days, world.length))
                yield Deduce(claim, (Claim("firstDuty", (world.first,)), *counted))
            case _:
                offset = (args[0] - world.first) % world.length
                turns = tuple(range(offset + 1, args[1] + 1, world.length))
                yield Given(Claim("firstDuty", (world.first,)))
                yield Deduce(Claim("dutyDays", (*args, turns)), (Claim("firstDuty", (world.first,)),))
                yield Deduce(claim, (Claim("dutyDays", (*args, turns)),))
        if named is not None and not right:
            yield Deduce(Claim("other", (plain, value, named)), (claim,))

    @staticmethod
    def _answer(world: Any, kind: str, args: tuple[int, ...]) -> int:
        """Return the answer by reckoning in cycles."""
        first, length = world.first, world.length
        if kind == "nth":
            return int(1 + (args[0] - first) % 7 + 7 * (args[1] - 1))
        if kind == "count":
            return int((length - 1 - (args[0] - first) % 7) // 7 + 1)
        if kind == "later":
            return args[0] + args[1]
        if kind == "gap":
            return int(length - args[0] + args[1])
        if kind == "turns":
            offset = (args[0] - first) % length
            return int((args[1] - 1 - offset) // length + 1) if args[1] > offset else 0
        step = {"after": args[0], "before": -args[0]}.get(kind, args[0] - 1)
        return int((first + step) % (length if world.theme == "roster" else 7))

    @staticmethod
    def _rest(days: int, by: int) -> tuple[Claim, ...]:
        return (division(days, by),) if days >= by else ()

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "today" | "firstDay" | "firstDuty":
                return bool(world.first == args[0])
            case "month":
                return bool(world.length == args[0])
            case "dates":
                return all(p.proves("nth", (args[0], at + 1), one) for at, one in enumerate(args[1])) and p.proves(
                    "count", args[:1], len(args[1])
                )
            case "dutyDays":
                days = args[2]
                return all(p.proves("duty", (day,), args[0]) for day in days) and p.proves("turns", args[:2], len(days))
            case "other":
                return bool(args[1] != args[2])
        return p.proves(kind, args[:-1], args[-1])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "week":
            return calendar_days.weekday(value, p.told)
        if kind == "date":
            return calendar_days.day_and_month(value, p.told)
        if kind == "next":
            return calendar_days.day_and_month(p.world.length + value, p.told)
        if kind == "who":
            return str(p.cast[value])
        if kind == "days":
            return p.voice.join([str(one) for one in value]) or p.say("没有", "none")
        if kind == "onDuty":
            who, days = p.cast[value[0]], p.voice.join([str(one) for one in value[2]])
            if not days:
                return p.say(f"没有轮到{who}", f"{who} has none")
            return p.say(
                f"轮到{who}的是第{days}天",
                f"{who} has day {days}" if len(value[2]) == 1 else f"{who} has the days {days}",
            )
        plain, one, other = value
        how = {"later": "date", "duty": "who"}.get(plain, "week")
        return p.say(
            f"是{self.word(p, how, one)}，不是{self.word(p, how, other)}",
            f"it is {self.word(p, how, one)} and not {self.word(p, how, other)}",
        )


class Remainders(Computed):
    """Common divisors, leap years, dials and groups."""

    family = "modular"
    told = frozenset(("start", "move"))
    answers = {"gcd": "gcd", "steps": "steps", "leaps": "leaps", "place": "place", "left": "left"}
    verdicts = {
        "coprime": ("coprime", True),
        "shared": ("coprime", False),
        "leap": ("leap", True),
        "common": ("leap", False),
        "missed": ("crossed", False),
    }

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        if world.theme in ("subtract", "euclid"):
            yield from self._common(p)
        elif world.theme == "leap":
            years = range(len(world.numbers)) if kind == "leaps" else (args or (right,))
            found = yield from each(self._leap(p, which) for which in years)
            if kind == "leaps":
                yield Deduce(Claim("leaps", (right,)), tuple(found))
        elif world.theme == "dial":
            yield from self._dial(p)
        else:
            yield from self._groups(p)

    def _common(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, theme = p.ask.kind, p.ask.args, p.ask.right, p.world.theme
        x, y = max(args[:2]), min(args[:2])
        count, one, two = 0, x, y
        while two and one != two:
            count += 1
            if theme == "subtract":
                figure, (one, two) = equation(f"{one}-{two}", one - two), sorted((one - two, two), reverse=True)
                pair = Claim("pair", (x, y, one, two))
            else:
                figure, (one, two) = division(one, two), (two, one % two)
                pair = Claim("pair", (x, y, one, two)) if two else Claim("ends", (x, y, one))
            yield Deduce(pair, (figure,))
        yield Deduce(Claim("gcd", (x, y, one)))
        if kind == "gcd_is":
            yield Deduce(compared(one, "=" if right else "≠", args[2]), (Claim("gcd", (x, y, one)),))
        elif kind == "coprime":
            yield Deduce(Claim("coprime" if right else "shared", (x, y)), (Claim("gcd", (x, y, one)),))
        elif kind == "steps":
            yield Deduce(Claim("steps", (x, y, right)))

    def _leap(self, p: Puzzle, which: int) -> Told:
        year = p.world.numbers[which]
        a, b, c = p.world.rule
        figures = [division(year, c)]
        is_leap = year % c == 0
        if not is_leap:
            figures.append(division(year, a))
            is_leap = year % a == 0
            if is_leap:
                figures.append(division(year, b))
                is_leap = year % b != 0
        claim = Claim("leap" if is_leap else "common", (which,))
        yield Deduce(claim, tuple(figures))
        return claim

    def _dial(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        size, base = world.rule
        place, last = world.numbers[0], len(world.numbers) - 1 if kind == "crossed" else args[0]
        known = Claim("start", (place,))
        yield Given(known)
        passed = []
        for at, move in enumerate(world.numbers[1 : last + 1], 1):
            total = place + move
            now = (total - base) % size + base
            figures = [equation(f"{place}{'+' if move > 0 else '-'}{abs(move)}", total)]
            turns = (now - total) // size
            if turns:
                sign, times = ("+" if turns > 0 else "-"), abs(turns)
                figures.append(equation(f"{total}{sign}{size}" + (f"×{times}" if times > 1 else ""), now))
            claim = Claim("place", (at, now))
            yield Deduce(claim, (known, Claim("move", (at, move)), *figures))
            known, place = claim, now
            passed.append(claim)
            if kind == "crossed" and now == args[0]:
                return
        if kind == "place_is":
            yield Deduce(compared(place, "=" if right else "≠", args[1]), (known,))
        elif kind == "crossed":
            yield Deduce(Claim("missed", args), tuple(passed))

    def _groups(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        if kind == "same":
            pairs = [(args[0], args[2]), (args[1], args[2])]
        else:
            pairs = [(right, args[0]) if kind == "which_left" else (args[0], args[1])]
        found = []
        for which, size in pairs:
            number = world.numbers[which]
            found.append(Claim("left", (which, size, number % size)))
            yield Deduce(found[-1], (division(number, size),))
        one = found[0].args[2]
        if kind == "left_is":
            yield Deduce(compared(one, "=" if right else "≠", args[2]), (found[0],))
        elif kind == "same":
            yield Deduce(both(one, found[1].args[2], "≠=≠"), tuple(found))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        world = p.world
        if p.ask.kind == "which_left":
            return Claim("left", (value, p.ask.args[0], world.numbers[value] % p.ask.args[0]))
        return Claim("common", (value,)) if p.ask.kind == "which_leap" else None

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "start":
                return bool(world.numbers[0] == args[0])
            case "move":
                return bool(world.numbers[args[0]] == args[1])
        x, y, *rest = args
        common = next(d for d in range(min(x, y), 0, -1) if x % d == 0 and y % d == 0)
        one, other = rest if len(rest) == 2 else (rest[0], 0)
        both = next(d for d in range(max(one, other), 0, -1) if one % d == 0 and other % d == 0)
        return common == both

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "item":
            return modular.item(value, p.told)
        if kind == "way":
            return p.say("顺时针" if value > 0 else "逆时针", "clockwise" if value > 0 else "anticlockwise")
        return str(abs(value))
