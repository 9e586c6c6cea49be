"""What stands in tables, sets, time tables, price lists, circuits and ciphers, looked up and reckoned."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any

from synth.puzzles.families import circuits, pricing, set_operations
from synth.puzzles.families.circuits import NOT, form
from synth.puzzles.families.intervals import OPEN, time_of
from synth.puzzles.reasoning.arithmetic import compared, comparison, equation
from synth.puzzles.reasoning.computed import Computed, Told, each
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.steps import Claim, Deduce, Given, Step


class Table(Computed):
    """Rows are read one after the other."""

    family = "table_lookup"
    told = frozenset(("cell", "belongs"))
    answers = {"gap": "difference"}
    verdicts = {"greater": ("more", True), "lesser": ("more", True)}

    def _cell(self, p: Puzzle, row: int, column: int) -> Claim:
        return Claim("cell", (row, column, p.world.rows[row][column]))

    def _class(self, p: Puzzle, row: int) -> Claim:
        return Claim("belongs", (row, p.world.rows[row][0]))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, rows = p.ask.kind, p.ask.args, p.ask.right, p.world.rows
        if kind in ("more", "difference"):
            one, two = self._cell(p, args[0], args[2]), self._cell(p, args[1], args[2])
            if kind == "more":
                is_greater = one.args[2] > two.args[2]
                claim = Claim("greater" if is_greater else "lesser", (*args[:3], int(is_greater)))
                yield Deduce(claim, (one, two))
            else:
                high, low = max(one.args[2], two.args[2]), min(one.args[2], two.args[2])
                yield Deduce(Claim("gap", (*args, right)), (one, two, equation(f"{high}-{low}", right)))
        elif kind in ("best", "value"):
            column, sign, group = args[:3]
            best = next(row for row in range(len(rows)) if p.proves("best", args[:3], row))
            rivals = [row for row in range(len(rows)) if group in (-1, rows[row][0])]
            if group >= 0:
                yield Deduce(Claim("group", (group, tuple(rivals))))
            cells = tuple(self._cell(p, row, column) for row in rivals)
            yield Deduce(Claim("most" if sign else "least", (best, column, group)), cells)
            if kind == "value":
                yield Given(self._cell(p, best, args[3]))
        else:
            column, sign, limit, group = args
            rivals = [row for row in range(len(rows)) if group in (-1, rows[row][0])]
            if kind == "which":
                cell = self._cell(p, right, column)
                more = (self._class(p, right),) if group >= 0 else ()
                yield Deduce(compared(cell.args[2], ">" if sign else "<", limit), (*more, cell))
                return
            if group >= 0:
                yield Deduce(Claim("group", (group, tuple(rivals))))
            found = [row for row in rivals if (rows[row][column] > limit) == bool(sign) and rows[row][column] != limit]
            cells = tuple(self._cell(p, row, column) for row in rivals)
            yield Deduce(Claim("above" if sign else "below", (column, limit, group, tuple(found), right)), cells)

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        rows, args = p.world.rows, p.ask.args
        if p.ask.kind == "value":
            # A number of another row or column.
            column, best = args[3], next(row for row in range(len(rows)) if p.proves("best", args[:3], row))
            cells = [(row, column) for row in range(len(rows))] + [(best, args[0])]
            return next((self._cell(p, *cell) for cell in cells if rows[cell[0]][cell[1]] == value), None)
        if p.ask.kind == "which":
            column, _sign, _limit, group = args
            if group >= 0 and rows[value][0] != group:
                return self._class(p, value)
            return self._cell(p, value, column)
        if p.ask.kind == "best":
            column, _, group = args
            return self._class(p, value) if group not in (-1, rows[value][0]) else self._cell(p, value, column)
        return None

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        rows = p.world.rows
        match kind:
            case "cell":
                return bool(rows[args[0]][args[1]] == args[2])
            case "belongs":
                return bool(rows[args[0]][0] == args[1])
            case "group":
                return bool(args[1] == tuple(row for row in range(len(rows)) if rows[row][0] == args[0]))
            case "most" | "least":
                return p.proves("best", (args[1], int(kind == "most"), args[2]), args[0])
        column, limit, group, found, count = args
        asked = (column, int(kind == "above"), limit, group)
        is_so = all(p.proves("which", asked, row) for row in found)
        return is_so and len(found) == count and p.proves("count", asked, count)

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        cast = p.cast
        if kind == "row":
            return str(cast.names[value])
        if kind == "class":
            return str(cast.classes[value])
        if kind == "rows":
            return p.voice.join([cast.names[row] for row in value]) or p.say("没有", "none")
        if kind == "column":
            return str(cast.columns[value + 1])
        if kind == "classes":
            return str(cast.columns[1])
        if kind == "value":
            return f"{value[-1]}{cast.units[value[-2] - 1]}"
        if kind == "limit":
            return f"{value[1]}{cast.units[value[0] - 1]}"
        return f"{value[3]}{cast.units[value[2] - 1]}"


class Sets(Computed):
    """One operation after the other."""

    family = "set_operations"
    told = frozenset(("holds", "every"))
    verdicts = {"missing": ("subset", False)}

    def _value(self, p: Puzzle, args: tuple[int, ...]) -> tuple[int, ...]:
        """Return the elements of an expression, as the prover finds them."""
        if len(args) == 1:
            return tuple(sorted(p.world.sets[args[0]]))
        return tuple(item for item in range(p.world.size) if p.proves("member", (*args, item), True))

    def _worked(self, p: Puzzle, args: tuple[int, ...]) -> Told:
        sets = [
            Claim("holds", (at, p.world.sets[at]))
            for at in dict.fromkeys((args[1], *args[2::2]) if args[0] >= 0 else args[1:])
        ]
        if args[0] < 0:
            claim = Claim("value", (args, self._value(p, args)))
            yield Deduce(claim, (Claim("every", (p.world.size,)), *sets))
            return claim
        first = Claim("value", (args[:3], self._value(p, args[:3])))
        used = [one for one in sets if one.args[0] in args[1:3]]
        yield Deduce(first, tuple(used))
        if len(args) == 3:
            return first
        third = Claim("holds", (args[4], p.world.sets[args[4]]))
        claim = Claim("value", (args, self._value(p, args)))
        yield Deduce(claim, (first, third))
        return claim

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right = p.ask.kind, p.ask.args, p.ask.right
        if kind == "subset":
            at, *part = args
            whole = Claim("holds", (at, p.world.sets[at]))
            missing = tuple(item for item in part if item not in p.world.sets[at])
            if right:
                yield Deduce(Claim("inside", (at, tuple(part))), (whole,))
            else:
                yield Deduce(Claim("missing", (at, missing[0])), (whole,))
            return
        expression = args[:-1] if kind == "member" else args
        known = yield from self._worked(p, expression)
        if kind == "count":
            yield Deduce(Claim("count", (expression, right)), (known,))
        elif kind in ("member", "which"):
            item = right if kind == "which" else args[-1]
            yield Deduce(Claim("in" if kind == "which" or right else "out", (expression, item)), (known,))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        return Claim("out", (p.ask.args, value)) if p.ask.kind == "which" else None

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        match kind:
            case "holds":
                return bool(p.world.sets[args[0]] == args[1])
            case "every":
                return bool(p.world.size == args[0])
            case "value":
                return p.proves("value", args[0], sum(1 << item for item in args[1]))
            case "count":
                return p.proves("count", *args)
            case "in" | "out":
                return p.proves("member", (*args[0], args[1]), kind == "in")
        return p.proves("subset", (args[0], *args[1]), True)

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "name":
            return str(p.cast.names[value])
        if kind == "set":
            return set_operations.listed(value, p.told) if value else p.say("空集", "the empty set")
        if kind == "every":
            return set_operations.listed(range(value), p.told)
        if kind == "expression":
            return set_operations.expression(value, p.told)
        return str(p.cast.elements[value])


class Gates(Computed):
    """One gate after the other, of those that matter."""

    family = "circuits"
    told = frozenset(("input", "gate"))
    verdicts = {"isnt": ("is", False)}

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        width, wires = len(world.inputs), len(world.inputs) + len(world.gates)
        flipped = args[1] if kind == "flip" else -1
        wanted = set(range(width, wires))
        if kind in ("bit", "is", "flip"):
            wanted = set(circuits._cone(world, args[0]))
        elif kind == "which":
            wanted = set(circuits._cone(world, right))
        bits = {wire: bit ^ (wire == flipped) for wire, bit in enumerate(world.inputs)}
        known = {wire: Claim("input", (wire, bit)) for wire, bit in bits.items()}
        if flipped >= 0:
            known[flipped] = Claim("flipped", (flipped, bits[flipped]))
            yield Deduce(known[flipped])
        for wire in sorted(wanted):
            op, one, two = world.gates[wire - width]
            bits[wire] = circuits._TABLES[op][bits[one] if op == NOT else 2 * bits[one] + bits[two]]
            grounds = (known[one],) if op == NOT else (known[one], known[two])
            known[wire] = Claim("wire", (wire, bits[wire], flipped))
            yield Deduce(known[wire], (Claim("gate", (wire,)), *dict.fromkeys(grounds)))
        if kind == "count":
            ones = tuple(wire for wire in sorted(wanted) if bits[wire])
            yield Deduce(Claim("count", (ones, right)), tuple(known[wire] for wire in sorted(wanted)))
        elif kind == "is" and not right:
            yield Deduce(Claim("isnt", args), (known[args[0]],))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        return Claim("wire", (value, 1 - p.ask.args[0], -1)) if p.ask.kind == "which" else None

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "input":
                return bool(world.inputs[args[0]] == args[1])
            case "flipped":
                return bool(world.inputs[args[0]] == 1 - args[1] and p.ask.args[1] == args[0])
            case "gate":
                return bool(args[0] >= len(world.inputs))
            case "wire":
                return p.proves("flip", (args[0], args[2]), args[1])
        return len(args[0]) == args[1] and p.proves("count", (), args[1])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "gate":
            op, one, two = p.world.gates[value - len(p.world.inputs)]
            wires = p.cast.wires
            return form(op, wires[one], wires[two] if two >= 0 else "", p.cast)
        if kind == "bit":
            return str(p.cast.bits[value])
        if kind == "one":
            return str(p.cast.bits[1])
        if kind == "wires":
            return p.voice.join([p.cast.wires[wire] for wire in value]) or p.say("没有", "none")
        return str(p.cast.wires[value])


class Letters(Computed):
    """Letter by letter."""

    family = "ciphers"
    told = frozenset(("order",))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        word = "".join(map(chr, args))
        plain = word[: world.length] if kind == "check" else right if kind == "decode" else word
        pairs = [(letter, self._code(p, letter)) for letter in plain]
        cipher = "".join(two for _, two in pairs)
        if kind == "decode":
            if world.is_reversed:
                yield Deduce(Claim("turned", (word, word[::-1])), (Claim("order", ()),))
            yield Deduce(Claim("letters", (tuple((two, one) for one, two in pairs), "back")))
            yield Deduce(
                Claim("decoded", (word, plain)), (Claim("letters", (tuple((two, one) for one, two in pairs), "back")),)
            )
            return
        letters = Claim("letters", (tuple(pairs), ""))
        yield Deduce(letters)
        made = cipher[::-1] if world.is_reversed else cipher
        if world.is_reversed:
            yield Deduce(Claim("turned", (cipher, made)), (letters, Claim("order", ())))
        yield Deduce(Claim("encoded", (plain, made)), (letters,))
        if kind == "check" and right == "0":
            yield Deduce(Claim("unlike", (made, word[world.length :])))

    def _code(self, p: Puzzle, letter: str) -> str:
        """Find what a letter becomes by asking the prover of a word of one."""
        alphabet = [two for _, two in p.world.table] or list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return str(next(two for two in alphabet if p.proves("encode", (ord(letter),), two, length=1)))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        match kind:
            case "order":
                return bool(p.world.is_reversed)
            case "letters":
                pairs = [pair[::-1] if args[1] else pair for pair in args[0]]
                return all(p.proves("encode", (ord(one),), two, length=1) for one, two in pairs)
            case "turned":
                return bool(args[0] == args[1][::-1])
            case "decoded":
                return p.proves("decode", tuple(map(ord, args[0])), args[1])
            case "encoded":
                return p.proves("encode", tuple(map(ord, args[0])), args[1])
        return bool(args[0] != args[1])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        def case(text: str) -> str:
            return text if p.cast.is_upper else text.lower()

        if kind == "pairs":
            pairs = dict.fromkeys(value)
            return p.voice.join(
                [p.say(f"{case(one)}变成{case(two)}", f"{case(one)} becomes {case(two)}") for one, two in pairs]
            )
        return case(value)


class Spans(Computed):
    """Starts and ends compared."""

    family = "intervals"
    told = frozenset(("span", "touch"))
    answers = {"long": "long", "whole": "span", "first": "first", "last": "last", "longest": "longest", "free": "free"}
    verdicts = {
        "meet": ("overlap", True),
        "apart": ("overlap", False),
        "on": ("is_on", True),
        "off": ("is_on", False),
    }

    def _span(self, p: Puzzle, who: int) -> Claim:
        return Claim("span", (who, *p.world.spans[who]))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, spans = p.ask.kind, p.ask.args, p.ask.right, p.world.spans
        everyone = range(len(spans))
        if kind in ("overlap", "which"):
            who, other = args if kind == "overlap" else (args[0], right)
            yield from self._meet(p, who, other)
        elif kind == "long":
            start, end = spans[args[0]]
            yield Deduce(Claim("long", (args[0], right)), (self._span(p, args[0]), equation(f"{end}-{start}", right)))
        elif kind in ("first", "last"):
            yield Deduce(Claim(kind, (right,)), tuple(self._span(p, who) for who in everyone))
        elif kind == "longest":
            found = []
            for who in everyone:
                start, end = spans[who]
                found.append(Claim("long", (who, end - start)))
                yield Deduce(found[-1], (self._span(p, who), equation(f"{end}-{start}", end - start)))
            yield Deduce(Claim("longest", (right,)), tuple(found))
        elif kind == "is_on":
            yield from self._on(p, *args)
        elif kind == "on_at":
            found = yield from each(self._on(p, who, args[0]) for who in everyone)
            running = tuple(claim.args[0] for claim in found if claim.kind == "on")
            yield Deduce(Claim("running", (args[0], running, right)), tuple(found))
        elif kind == "free":
            hour = OPEN
            while busy := [who for who in everyone if p.proves("is_on", (who, hour), True)]:
                yield Deduce(Claim("on", (busy[0], hour)), (self._span(p, busy[0]), *self._touch(p, busy[0], hour)))
                hour = spans[busy[0]][1] + (1 if p.world.is_closed else 0)
            yield Deduce(Claim("free", (hour,)))
        else:
            start, end = min(one for one, _ in spans), max(one for _, one in spans)
            yield Deduce(
                Claim("begins", (start,)), tuple(self._span(p, who) for who in everyone if spans[who][0] == start)
            )
            yield Deduce(Claim("ends", (end,)), tuple(self._span(p, who) for who in everyone if spans[who][1] == end))
            yield Deduce(
                Claim("whole", (right,)),
                (Claim("begins", (start,)), Claim("ends", (end,)), equation(f"{end}-{start}", right)),
            )

    def _touch(self, p: Puzzle, who: int, hour: int) -> tuple[Claim, ...]:
        return (Claim("touch", (int(p.world.is_closed),)),) if p.world.spans[who][1] == hour else ()

    def _on(self, p: Puzzle, who: int, hour: int) -> Told:
        is_on = p.proves("is_on", (who, hour), True)
        claim = Claim("on" if is_on else "off", (who, hour))
        yield Deduce(claim, (self._span(p, who), *self._touch(p, who, hour)))
        return claim

    def _meet(self, p: Puzzle, who: int, other: int) -> Iterable[Step]:
        spans = p.world.spans
        first, second = sorted((who, other), key=lambda one: spans[one])
        end, start = spans[first][1], spans[second][0]
        is_met = p.proves("overlap", (who, other), True)
        more = (Claim("touch", (int(p.world.is_closed),)),) if end == start else ()
        yield Deduce(
            Claim("meet" if is_met else "apart", (who, other)),
            (self._span(p, first), self._span(p, second), *more, comparison(start, end)),
        )

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind == "which":
            return Claim("apart", (p.ask.args[0], value))
        return self._span(p, value) if p.ask.kind in ("first", "last") else None

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        match kind:
            case "span":
                return bool(p.world.spans[args[0]] == args[1:])
            case "touch":
                return bool(p.world.is_closed == bool(args[0]))
            case "running":
                return p.proves("on_at", args[:1], args[2]) and len(args[1]) == args[2]
            case "begins":
                return bool(min(one for one, _ in p.world.spans) == args[0])
        return bool(max(one for _, one in p.world.spans) == args[0])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "time":
            return time_of(value, p.told)
        if kind in ("touch", "sayTouch"):
            zh = "结束时刻仍算在内" if value else "结束时刻不算在内"
            return p.say(zh, f"the moment of the end {'counts' if value else 'does not count'}")
        if kind == "names":
            return p.voice.join([p.cast.names[one] for one in value]) or p.say("没有", "none")
        return str(p.cast.names[value])


class Prices(Computed):
    """From the goods by cuts and other rules to the price."""

    family = "pricing"
    told = frozenset(("bought", "member", "stranger", "day", "otherDay"))
    answers = {"saved": "saved", "larger": "saved", "freeCount": "how_many_free", "gap": "gap", "pay": "pay"}
    verdicts = {
        "free": ("free", True),
        "postage": ("free", False),
        "exceeds": ("more", True),
        "exceedsNot": ("more", False),
    }

    def _price(self, p: Puzzle, who: int, until: str = "pay") -> Told:
        """Lead to what somebody pays, or only to what is off (``saved``) or whether the post is free (``free``)."""
        world, order = p.world, p.world.orders[who]
        known = yield from self._base(p, who)
        base = known.args[1]
        saved = pricing._off(world, order, base)
        why = yield from self._saved(p, who, base, saved, is_wanted=until == "saved")
        if until == "saved":
            return why[0]
        now = base - saved
        if saved:
            after = Claim("now", (who, now))
            yield Deduce(after, (known, *why, equation(f"{base}-{saved}", now)))
            known = after
        if world.change and order.day == world.day:
            new = now + world.change
            term = f"{now}{'+' if world.change > 0 else '-'}{abs(world.change)}"
            after = Claim("now", (who, new))
            yield Deduce(after, (Claim("day", (who, world.day, world.change)), equation(term, new)))
            known, now = after, new
        elif world.change:
            yield Given(Claim("otherDay", (who, order.day)))
        if not world.post_fee:
            claim = Claim("pay", (who, now))
            yield Deduce(claim, (known,))
            return claim
        is_free = pricing._reaches(world, now, world.post_from)
        post = Claim("free" if is_free else "postage", (who,))
        yield Deduce(post, (compared(now, self._sign(p, is_free), world.post_from),))
        if until == "free":
            return post
        total = now if is_free else now + world.post_fee
        claim = Claim("pay", (who, total))
        yield Deduce(claim, (known, post, *(() if is_free else (equation(f"{now}+{world.post_fee}", total),))))
        return claim

    def _base(self, p: Puzzle, who: int) -> Told:
        """Lead to the price of the goods."""
        world, count = p.world, p.world.orders[who].pieces
        one, bound, two = world.prices
        if world.base == pricing.FLAT:
            figures: tuple[Claim, ...] = (equation(f"{one}×{count}", one * count),)
        elif world.base == pricing.TIER:
            each, sign = (two, "≥") if count >= bound else (one, "<")
            figures = (compared(count, sign, bound), equation(f"{each}×{count}", each * count))
        elif count <= bound:
            figures = (compared(count, "≤", bound),)
        else:
            more = count - bound
            figures = (equation(f"{count}-{bound}", more), equation(f"{one}+{two}×{more}", one + two * more))
        claim = Claim("base", (who, pricing._base(world, count)))
        yield Deduce(claim, (Claim("bought", (who, count)), *figures))
        return claim

    def _saved(
        self, p: Puzzle, who: int, base: int, saved: int, *, is_wanted: bool
    ) -> Generator[Step, None, tuple[Claim, ...]]:
        """Tell which cuts there are; return why so much is off: the cut, or the sum that was told of."""
        world, grounds = p.world, list[Claim]()
        for threshold, off in world.cuts:
            is_cut = pricing._reaches(world, base, threshold)
            cut = Claim("cut" if is_cut else "noCut", (base, threshold, off))
            yield Deduce(cut, (compared(base, self._sign(p, is_cut), threshold),))
            grounds.append(cut)
            if is_cut:
                break
        if world.member:
            grounds.append(Claim("member" if world.orders[who].is_member else "stranger", (who, world.member)))
        if is_wanted or (world.member and saved):
            offs = [one for one in grounds if one.kind in ("cut", "member")]
            is_choice = len(offs) > 1 and world.combine != pricing.BOTH
            claim = Claim("larger" if is_choice else "saved", (who, saved))
            yield Deduce(claim, tuple(grounds))
            return (claim,)
        yield from (Given(one) for one in grounds if one.kind == "stranger")
        return tuple(one for one in grounds if one.kind == "cut")

    @staticmethod
    def _sign(p: Puzzle, is_reached: bool) -> str:
        """Return how a sum stands to a bound that it reaches, or does not."""
        return ("≥" if is_reached else "<") if p.world.is_inclusive else (">" if is_reached else "≤")

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right = p.ask.kind, p.ask.args, p.ask.right
        if kind in ("saved", "free"):
            yield from self._price(p, args[0], kind)
        elif kind == "pay":
            yield from self._price(p, args[0])
        elif kind == "is":
            known = yield from self._price(p, args[0])
            yield Deduce(compared(known.args[1], "=" if right else "≠", args[1]), (known,))
        else:
            people = args if kind in ("more", "gap") else range(len(p.world.orders))
            until = "free" if kind == "how_many_free" else "pay"
            found = yield from each(self._price(p, who, until) for who in people)
            if kind == "how_many_free":
                yield Deduce(Claim("freeCount", (right,)), tuple(found))
            elif kind == "best":
                yield Deduce(Claim("most" if args[0] else "least", (right,)), tuple(found))
            else:
                one, two = (claim.args[1] for claim in found)
                if kind == "more":
                    yield Deduce(Claim("exceeds" if one > two else "exceedsNot", args), tuple(found))
                else:
                    yield Deduce(
                        Claim("gap", (*args, right)), (*found, equation(f"{max(one, two)}-{min(one, two)}", right))
                    )

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        plain = {"cuts": (), "member": 0, "change": 0, "post_fee": 0, "post_from": 0}
        match kind:
            case "bought":
                return bool(world.orders[args[0]].pieces == args[1])
            case "member" | "stranger":
                return bool(world.orders[args[0]].is_member == (kind == "member") and world.member == args[1])
            case "day":
                return bool(world.orders[args[0]].day == world.day == args[1] and world.change == args[2])
            case "otherDay":
                return bool(world.orders[args[0]].day == args[1] != world.day)
            case "base":
                return p.proves("pay", args[:1], args[1], **plain)
            case "cut" | "noCut":
                base, threshold, off = args
                is_cut = base >= threshold if world.is_inclusive else base > threshold
                return (threshold, off) in world.cuts and is_cut == (kind == "cut")
            case "now":
                late = {"post_fee": 0, "post_from": 0}
                early = {**late, "change": 0}
                return p.proves("pay", args[:1], args[1], **late) or p.proves("pay", args[:1], args[1], **early)
        return p.proves("best", (int(kind == "most"),), args[0])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        told, zh = p.told, p.voice.zh
        if kind == "who":
            return str(p.cast.names[value])
        if kind == "bought":
            one = "" if zh or value == 1 else "s"
            gap = "" if zh else " "
            return f"{told.word('verb')}{gap}{value}{gap}{told.word('unit')}{one}"
        if kind == "day":
            return told.form("day", value)
        if kind == "change":
            return p.say(
                f"{'加' if value > 0 else '减'}{abs(value)}元", f"{abs(value)} yuan {'more' if value > 0 else 'less'}"
            )
        return p.say(f"{value}元", f"{value} yuan")
