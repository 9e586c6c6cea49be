"""Rows, rings, ranks, days and pairings: who is where follows from clues, by what they leave of each one's places."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from synth.puzzles.families import matching
from synth.puzzles.reasoning.deduction import Clues, Part, allowed_by, derive, follows, grounds, kept, place
from synth.puzzles.reasoning.reasoner import Puzzle, Reasoner
from synth.puzzles.reasoning.steps import Claim, Deduce, Given, Step


class OfClues(Reasoner):
    """A family whose facts are clues about things that have values."""

    direct = 2
    """From how many clues the answer is proven at once, where they are enough."""
    kinds_of_things: tuple[str, ...] = ()
    """Kinds of questions whose options are things."""

    @abstractmethod
    def clues(self, p: Puzzle) -> Clues:
        """Return how many things and values there are, and what claims mean."""

    @abstractmethod
    def told(self, p: Puzzle) -> tuple[Claim, ...]:
        """Return the clues as claims, as they are told."""

    @abstractmethod
    def asked(self, p: Puzzle) -> tuple[Sequence[int], Claim | None]:
        """Return the things whose values lead to the answer, and the claim that gives it, where it needs one more."""

    def __init__(self) -> None:
        self._seen: tuple[Puzzle, Clues] | None = None

    def _clues(self, p: Puzzle) -> Clues:
        """Return the clues of a puzzle, made once while it is worked on."""
        if self._seen is None or self._seen[0] is not p:
            self._seen = (p, self.clues(p))
        return self._seen[1]

    def steps(self, p: Puzzle) -> Iterable[Step]:
        clues, told = self._clues(p), self.told(p)
        things, last = self.asked(p)
        if last is not None:
            direct = grounds(clues, told, last, self.direct if len(things) == 2 else 1)
            if direct is not None:
                return [Given(last)] if direct == (last,) else [Deduce(last, direct)]
        found = derive(clues, told, things)
        facts = [fact for thing in things for fact in found.facts[thing]]
        ends: list[Step] = [Deduce(last, tuple(dict.fromkeys(facts)))] if last is not None else []
        if last is None and not found.steps:
            (thing,) = things
            is_said = len(facts) == 1 and self.says_place(facts[0])
            value = next(iter(allowed_by(clues, facts, thing)))
            ends = [Given(facts[0]) if is_said else Deduce(place(thing, {value}, clues.values), tuple(facts))]
        return [*found.steps, *ends]

    def derived(self, p: Puzzle, things: Sequence[int]) -> list[Step]:
        """Find the values of several things."""
        return derive(self._clues(p), self.told(p), things).steps

    def says_place(self, claim: Claim) -> bool:
        """Say whether a clue gives a value in so many words."""
        return claim.kind in ("is", "at", "on", "rank")

    def is_true(self, p: Puzzle, claim: Claim) -> bool:
        return follows(self._clues(p), self.told(p), claim)

    def entails(self, p: Puzzle, because: Sequence[Claim], claim: Claim | None) -> bool:
        return follows(self._clues(p), because, claim)

    def states(self, p: Puzzle, claim: Claim) -> bool:
        return claim in self.told(p)

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind not in self.kinds_of_things:
            return None
        return next((claim for claim in known if claim.kind == "is" and claim.args[0] == value), None)


class Seating(OfClues):
    """Values: seats from 0 at the left."""

    family = "seating"
    kinds_of_things = ("who_at", "right_of")

    def told(self, p: Puzzle) -> tuple[Claim, ...]:
        parts = {"at": "an", "not": "an", "end": "a", "adj": "ab", "off": "abn"}
        return tuple(
            Claim("bar" if kind == "not" else kind, tuple({"a": a, "b": b, "n": n}[part] for part in parts[kind]))
            for kind, a, b, n in p.world.clues
        )

    def clues(self, p: Puzzle) -> Clues:
        size = len(p.world.row)

        def meaning(claim: Claim) -> list[Part]:
            a, *more = claim.args
            match claim.kind:
                case "at":
                    return [Part((a,), lambda x: x == more[0] - 1)]
                case "bar":
                    return [Part((a,), lambda x: x != more[0] - 1)]
                case "end":
                    return [Part((a,), lambda x: x in (0, size - 1))]
                case "off":
                    return [Part((a, more[0]), lambda x, y: x - y == more[1])]
                case "adj":
                    return [Part((a, more[0]), lambda x, y: abs(x - y) == 1)]
                case "apart":
                    return [Part((a, more[0]), lambda x, y: abs(x - y) != 1)]
                case "left":
                    return [Part((a, more[0]), lambda x, y: x < y)]
                case "between":
                    return [Part((a, more[0]), lambda x, y: abs(x - y) - 1 == more[1])]
                case "row":
                    return [Part((x, y), lambda one, two: one + 1 == two) for x, y in pairwise(a)]
            raise KeyError(claim.kind)

        return Clues(size, size, meaning)

    def asked(self, p: Puzzle) -> tuple[Sequence[int], Claim | None]:
        kind, args, row = p.ask.kind, p.ask.args, p.world.row
        if kind == "who_at":
            return [row[args[0] - 1]], None
        if kind == "where":
            return args, None
        if kind == "right_of":
            other = row[row.index(args[0]) + args[1]]
            return [args[0], other], Claim("off", (other, args[0], args[1]))
        if kind == "row":
            return row, Claim("row", (row,))
        a, b = args
        x, y = row.index(a), row.index(b)
        if kind == "adjacent":
            return args, Claim("adj" if abs(x - y) == 1 else "apart", (a, b))
        if kind == "left_of":
            return args, Claim("left", (a, b) if x < y else (b, a))
        return args, Claim("between", (a, b, abs(x - y) - 1))

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        names, zh = p.cast.names, p.voice.zh
        if kind == "who":
            return str(names[value])
        if kind == "row":
            return p.voice.join([names[one] for one in value])
        if kind == "off":
            a, b, gap = value
            zh_side, en_side = ("右边", "right") if gap > 0 else ("左边", "left")
            if zh:
                return (
                    f"{names[a]}紧挨在{names[b]}的{zh_side}"
                    if abs(gap) == 1
                    else f"{names[a]}在{names[b]}{zh_side}第{abs(gap)}个位置"
                )
            far = "directly" if abs(gap) == 1 else f"{abs(gap)} places"
            return f"{names[a]} is {far} to the {en_side} of {names[b]}"
        seats = [value] if isinstance(value, int) else [one + 1 for one in value]
        if zh:
            return ("或" if kind == "either" else "、").join(map(str, seats)) + "号"
        return _listed([f"number {one}" for one in seats], "or")


def _listed(parts: Sequence[str], last: str) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


class Scheduling(OfClues):
    """Values: days from 0."""

    family = "scheduling"
    kinds_of_things = ("who_on", "next")

    def told(self, p: Puzzle) -> tuple[Claim, ...]:
        return tuple(Claim({"not": "bar"}.get(kind, kind), (a, b)) for kind, a, b in p.world.clues)

    def clues(self, p: Puzzle) -> Clues:
        def meaning(claim: Claim) -> list[Part]:
            a, *more = claim.args
            match claim.kind:
                case "on":
                    return [Part((a,), lambda x: x == more[0])]
                case "bar":
                    return [Part((a,), lambda x: x != more[0])]
                case "before":
                    return [Part((a, more[0]), lambda x, y: x < y)]
                case "next":
                    return [Part((a, more[0]), lambda x, y: x + 1 == y)]
                case "plan":
                    return [Part((x, y), lambda one, two: one + 1 == two) for x, y in pairwise(a)]
                case "earlier":
                    return [Part((a,), lambda x: x == more[0])]
            raise KeyError(claim.kind)

        return Clues(len(p.world.plan), len(p.world.plan), meaning)

    def asked(self, p: Puzzle) -> tuple[Sequence[int], Claim | None]:
        kind, args, plan = p.ask.kind, p.ask.args, p.world.plan
        if kind == "who_on":
            return [plan[args[0]]], None
        if kind == "when":
            return args, None
        if kind == "is_on":
            return args[:1], Claim("on" if p.ask.right else "bar", args)
        if kind == "is_before":
            a, b = args if p.ask.right else args[::-1]
            return args, Claim("before", (a, b))
        if kind == "next":
            other = plan[plan.index(args[0]) + 1]
            return [args[0], other], Claim("next", (args[0], other))
        if kind == "earlier":
            return args, Claim("earlier", (args[0], plan.index(args[0])))
        return plan, Claim("plan", (plan,))

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "who":
            return str(p.cast.names[value])
        if kind == "plan":
            return p.voice.join([p.cast.names[one] for one in value])
        days = [p.cast.days[one] for one in ([value] if isinstance(value, int) else value)]
        if p.voice.zh:
            return ("或" if kind == "either" else "、").join(days)
        return _listed(days, "or")


class PairedOff(OfClues):
    """Matching. Things: each person's first attribute, then each one's second."""

    family = "matching"
    direct = 1
    kinds_of_things = ("who",)

    def told(self, p: Puzzle) -> tuple[Claim, ...]:
        return tuple(Claim("clue", clue) for clue in p.world.clues)

    def clues(self, p: Puzzle) -> Clues:
        size, has_second = len(p.world.first), bool(p.world.second)

        def meaning(claim: Claim) -> list[Part]:
            if claim.kind == "goes":
                first, second = claim.args
                return linked(first, second)
            kind, a, values = claim.args
            if kind == "link":
                return linked(a, values[0])
            if kind == "own":
                return [Part((size + a,), lambda x: x == values[0])]
            return [Part((a,), lambda x: (x in values) != (kind == "out"))]

        def linked(first: int, second: int) -> list[Part]:
            return [Part((one, size + one), lambda x, y: (x == first) == (y == second)) for one in range(size)]

        return Clues(size * (1 + has_second), size, meaning, group=lambda thing: thing // size)

    def asked(self, p: Puzzle) -> tuple[Sequence[int], Claim | None]:
        kind, args, world = p.ask.kind, p.ask.args, p.world
        size = len(world.first)
        if kind == "what":
            return args[:1], None
        if kind in ("is", "is_other"):
            thing = args[0] + (size if kind == "is_other" else 0)
            return [thing], None if p.ask.right else Claim("out", (thing, args[1:]))
        if kind == "who":
            return [world.first.index(args[0])], None
        if kind == "pair":
            return [p.ask.right // 10], None
        if kind == "what_other":
            return [size + args[0]], None
        who = world.second.index(args[0])
        if kind == "who_other":
            return [size + who], None
        return [who, size + who], Claim("goes", (world.first[who], world.second[who]))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        _, last = self.asked(p)
        if last is not None and last.kind == "goes":
            link = Claim("clue", ("link", last.args[0], last.args[1:]))
            if link in self.told(p):
                return [Given(link)]
        return super().steps(p)

    def says_place(self, claim: Claim) -> bool:
        return claim.kind == "is" or (claim.kind == "clue" and claim.args[0] in ("is", "own"))

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        cast, size = p.cast, len(p.world.first)
        if kind == "say":
            return matching.sentence(value, p.told)
        if kind in ("goes", "sayGoes"):
            first, second = value
            one, two = cast.theme.has.format(cast.values[first]), cast.other.has.format(cast.others[second])
            return p.say(f"{one}的人{two}", f"the one who {one} also {two}")
        thing, listed = value
        theme, names = (cast.theme, cast.values) if thing < size else (cast.other, cast.others)
        form = theme.lacks if kind == "out" else theme.has
        said = [names[one] for one in listed]
        text = ("、" if kind == "out" else "或").join(said) if p.voice.zh else _listed(said, "or")
        return f"{cast.names[thing % size]}{p.say('', ' ')}{form.format(text)}"


class Ordering(OfClues):
    """Values: ranks from 0 in front; the line is put together from comparisons."""

    family = "ordering"

    def told(self, p: Puzzle) -> tuple[Claim, ...]:
        return tuple(Claim("rank" if kind else "before", (a, b)) for kind, a, b in p.world.clues)

    def clues(self, p: Puzzle) -> Clues:
        size = len(p.world.line)

        def meaning(claim: Claim) -> list[Part]:
            a, *more = claim.args
            match claim.kind:
                case "before":
                    return [Part((a, more[0]), lambda x, y: x < y)]
                case "rank" | "place":
                    return [Part((a,), lambda x: x == more[0])]
                case "line" | "order" | "whole":
                    return [Part((x, y), lambda one, two: one < two) for x, y in pairwise(a)]
                case "behind":
                    return [Part((a,), lambda x: size - 1 - x == more[0])]
                case "ahead":
                    return [Part((a,), lambda x: x == more[0])]
                case "next":
                    return [Part((a, more[0]), lambda x, y: x + 1 == y)]
                case "back":
                    return [Part((a,), lambda x: size - x == more[0])]
            raise KeyError(claim.kind)

        return Clues(size, size, meaning)

    def asked(self, p: Puzzle) -> tuple[Sequence[int], Claim | None]:
        kind, args, line = p.ask.kind, p.ask.args, p.world.line
        size, is_back = len(line), bool(args[-1]) if kind != "compare" else False
        if kind == "line":
            return line, None
        if kind == "who_at":
            who = (line[::-1] if is_back else line)[args[0]]
            return [who], Claim("back", (who, args[0] + 1)) if is_back else Claim("place", (who, args[0]))
        at = line.index(args[0])
        if kind == "rank_of":
            return args[:1], Claim("back", (args[0], size - at)) if is_back else Claim("place", (args[0], at))
        if kind == "count":
            return args[:1], Claim("ahead", (args[0], at)) if is_back else Claim("behind", (args[0], size - 1 - at))
        other = line[at - 1 if is_back else at + 1]
        return [args[0], other], Claim("next", (other, args[0]) if is_back else (args[0], other))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        told, line, clues = self.told(p), p.world.line, self._clues(p)
        if p.ask.kind == "compare":
            a, b = p.ask.args if p.ask.right else p.ask.args[::-1]
            yield from self._compared(p, a, b)
            return
        _, last = self.asked(p)
        direct = grounds(clues, told, last, 1) if last is not None else None
        if last is not None and direct is not None:
            yield Given(direct[0])
            yield Deduce(last, direct)
            return
        pinned = {claim.args[0] for claim in told if claim.kind == "rank"}
        free = [one for one in line if one not in pinned]
        # Up to three comparisons in a sentence.
        whole: Claim | None = None
        pairs = [Claim("before", pair) for pair in pairwise(free)]
        for at in range(0, len(pairs), 3):
            some = pairs[at : at + 3]
            if len(pairs) == 1:
                whole = some[0]
                break
            longer = Claim("order", (tuple(free[: at + len(some) + 1]),))
            yield Deduce(longer, (*([whole] if whole else []), *some))
            whole = longer
        pins = tuple(claim for claim in told if claim.kind == "rank")
        known = (whole,) if whole is not None else ()
        everyone = Claim("whole", (line,))
        if pins or whole is None or whole.kind != "order":
            yield Deduce(everyone, (*known, *pins))
        else:
            everyone = whole
        if last is not None:
            yield Deduce(last, (everyone,))

    def _compared(self, p: Puzzle, a: int, b: int) -> Iterable[Step]:
        """Go from one to the other by comparisons, or by ranks where they do not lead there."""
        told, clues, line = self.told(p), self._clues(p), p.world.line
        goal = Claim("before", (a, b))
        direct = grounds(clues, told, goal, 2)
        if direct is not None:
            yield Given(goal) if direct == (goal,) else Deduce(goal, direct)
            return
        path = line[line.index(a) : line.index(b) + 1]
        pairs = {claim.args for claim in told if claim.kind == "before"}
        ends: dict[int, tuple[int, ...]] = {a: (a,)}
        for one in path[1:]:
            reached = [ends[two] for two in ends if (two, one) in pairs]
            if reached:
                ends[one] = (*min(reached, key=len), one)
        way = ends.get(b, ())
        if way:
            known = Claim("before", (way[0], way[1]))
            for one, two in pairwise(way[1:]):
                longer = Claim("before", (a, two))
                yield Deduce(longer, (known, Claim("before", (one, two))))
                known = longer
            return
        found = derive(clues, told, [a, b])
        yield from found.steps
        yield Deduce(goal, tuple(dict.fromkeys((*found.facts[a], *found.facts[b]))))

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        names, told, zh = p.cast.names, p.told, p.voice.zh
        if kind == "who":
            return str(names[value])
        if kind in ("way", "back"):
            return told.word(kind)
        if kind == "sayMore":
            return told.pick("tell.more", a=names[value[0]], b=names[value[1]])
        if kind == "line":
            return p.voice.join([names[one] for one in value])
        if kind == "rank":
            return p.say(f"第{value + 1}", f"number {value + 1}")
        ranks = [str(one + 1) for one in value]
        if zh:
            return "第" + ("或第" if kind == "either" else "、第").join(ranks)
        return _listed([f"number {one}" for one in ranks], "or")


class Ring(OfClues):
    """A round table. Values: seats clockwise, from 0 at the first one told of."""

    family = "circular_seating"

    def told(self, p: Puzzle) -> tuple[Claim, ...]:
        if not p.world.links:
            size = len(p.world.ring)
            ring = p.world.ring[::-1] if p.world.is_reversed else p.world.ring
            start = ring.index(p.ask.args[0])
            told = tuple(ring[(start + at) % size] for at in range(size))
            return (Claim("against" if p.world.is_reversed else "around", (told,)),)
        return tuple(Claim("link", (a, b, steps)) for a, b, steps in p.world.links)

    def clues(self, p: Puzzle) -> Clues:
        size = len(p.world.ring)

        def meaning(claim: Claim) -> list[Part]:
            if claim.kind in ("around", "against"):
                ring, sign = claim.args[0], 1 if claim.kind == "around" else -1
                return [Part((x, y), lambda one, two: (one + sign - two) % size == 0) for x, y in pairwise(ring)]
            a, b, *more = claim.args
            if claim.kind == "link":
                return [Part((a, b), lambda x, y: (x + more[0] - y) % size == 0)]
            if claim.kind == "opposite":
                return [Part((a, b), lambda x, y: (x + size // 2 - y) % size == 0)]
            near = (1, size - 1)
            if claim.kind == "beside":
                return [Part((a, b), lambda x, y: (x - y) % size in near)]
            if claim.kind == "apart":
                return [Part((a, b), lambda x, y: (x - y) % size not in near)]
            raise KeyError(claim.kind)

        return Clues(size, size, meaning)

    def asked(self, p: Puzzle) -> tuple[Sequence[int], Claim | None]:
        kind, args, ring = p.ask.kind, p.ask.args, p.world.ring
        size, at = len(ring), ring.index(args[0])
        if kind == "step":
            other = ring[(at + args[1]) % size]
            return [args[0], other], Claim("link", (args[0], other, args[1]))
        if kind == "opposite":
            other = ring[(at + size // 2) % size]
            return [args[0], other], Claim("opposite", (args[0], other))
        gap = (ring.index(args[1]) - at) % size
        if kind == "gap":
            return args, Claim("link", (*args, gap))
        return args, Claim("beside" if gap in (1, size - 1) else "apart", args)

    def steps(self, p: Puzzle) -> Iterable[Step]:
        clues, told = self._clues(p), self.told(p)
        (a, b), last = self.asked(p)
        assert last is not None
        if not p.world.links:
            yield Given(told[0])
            yield Deduce(last, told)
            return
        direct = grounds(clues, told, last, 1)
        if direct is not None:
            if direct[0] != last:
                yield Deduce(last, direct)
            else:
                yield Given(last)
            return
        # Go along the links from the one asked about, or from the first one told of; the last one has the seat left.
        size = len(p.world.ring)
        start = a if any(a in link[:2] for link in p.world.links) else p.world.links[0][0]
        seats = {start: 0}
        found: list[Step] = []
        facts: dict[int, Claim] = {}
        while not {a, b} <= {*seats}:
            link = next((one for one in p.world.links if (one[0] in seats) != (one[1] in seats)), None)
            if link is None:
                one = next(one for one in range(size) if one not in seats)
                seat = next(seat for seat in range(size) if seat not in seats.values())
                because = tuple(facts.values())
            else:
                known, one, far = link if link[0] in seats else (link[1], link[0], -link[2])
                seat = (seats[known] + far) % size
                because = ((facts[known],) if known != start else ()) + (Claim("link", link),)
            claim = Claim("link", (start, one, seat))
            if because == (Claim("link", (start, one, seat - size)),):
                claim = because[0]
            seats[one], facts[one] = seat, claim
            if because != (claim,):
                found.append(Deduce(claim, because))
        grounds_of = [facts[one] for one in (a, b) if one != start]
        yield from kept(found, grounds_of)
        if grounds_of != [last]:
            yield Deduce(last, tuple(grounds_of))

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        names, zh = p.cast.names, p.voice.zh
        if kind == "who":
            return str(names[value])
        if kind == "ring":
            return p.voice.join([names[one] for one in value])
        if kind == "far":
            return str(abs(value))
        if p.cast.is_sided:
            return ("左" if value > 0 else "右") if zh else ("to the left" if value > 0 else "to the right")
        return ("顺时针" if value > 0 else "逆时针") if zh else ("clockwise" if value > 0 else "anticlockwise")
