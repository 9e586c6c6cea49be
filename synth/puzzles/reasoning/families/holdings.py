"""Who has, holds or contains what after events, told event by event for those that matter to the question."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any

from synth.puzzles.families import accounts, block_world
from synth.puzzles.families.moving_objects import BOTH, CARRY, MOVE, OUT, POUR, ROOMS, event_of, in_place
from synth.puzzles.reasoning.arithmetic import compared, comparison, equation
from synth.puzzles.reasoning.computed import Computed, Told, each
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.steps import Claim, Deduce, Given, Step


class Balances(Computed):
    """What accounts and counting share: numbers of people that events change."""

    facts = ("has",)

    def start(self, p: Puzzle, who: int) -> int:
        """Return how much somebody has at first."""
        return int(p.world.start[who])

    def events(self, p: Puzzle) -> Sequence[Claim]:
        """Return the events as claims; their first part is their place in the order."""
        raise NotImplementedError

    def changed(self, p: Puzzle, event: Claim, who: int, had: int) -> tuple[tuple[Claim, ...], int] | None:
        """Return the figures by which an event changes what somebody has, and how much it is then."""
        raise NotImplementedError

    def has(self, p: Puzzle, who: int, after: int, number: int) -> bool:
        """Prove how much somebody has after some events."""
        raise NotImplementedError

    def followed(self, p: Puzzle, who: int, until: int | None = None, below: int = -1) -> Told:
        """Follow one person's number, up to an event, or until it falls below a bound."""
        had = self.start(p, who)
        known = Claim("starts", (who, had))
        yield Given(known)
        for event in self.events(p)[:until]:
            if had < below:
                break
            change = self.changed(p, event, who, had)
            if change is None:
                continue
            figures, had = change
            now = Claim("has", (who, event.args[0] + 1, had))
            yield Deduce(now, (known, self.seen(p, event, who), *figures))
            known = now
        return known

    def seen(self, p: Puzzle, event: Claim, who: int) -> Claim:
        """Return as much of an event as bears on what somebody has."""
        return event

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        if kind == "starts":
            return bool(self.start(p, args[0]) == args[1])
        if kind == "has":
            return self.has(p, *args)
        if kind in ("most", "least", "total", "gap"):
            *ask, value = args
            return self.final(p, kind, tuple(ask), value)
        return bool(Claim(kind, args) == self.events(p)[args[0]])

    def final(self, p: Puzzle, kind: str, args: tuple[Any, ...], value: Any) -> bool:
        """Prove a claim about the end."""
        return p.proves(kind, args, value)

    def numbers(self, p: Puzzle, people: Iterable[int]) -> Generator[Step, None, list[Claim]]:
        """Follow several people to the end."""
        return (yield from each(self.followed(p, who) for who in people))

    def ends(self, p: Puzzle, kind: str, args: tuple[int, ...], right: int) -> Iterable[Step]:
        """Answer questions about the end that compare or add up."""
        if kind in ("most", "least"):
            found = yield from self.numbers(p, range(len(p.world.start)))
            yield Deduce(Claim(kind, (right,)), tuple(found))
        elif kind == "total":
            found = yield from self.numbers(p, range(len(p.world.start)))
            yield Deduce(Claim(kind, (right,)), (*found, equation("+".join(str(c.args[-1]) for c in found), right)))
        else:
            found = yield from self.numbers(p, args[:2])
            one, two = (claim.args[-1] for claim in found)
            if kind == "gap":
                yield Deduce(Claim(kind, (*args, right)), (*found, equation(f"{one}-{two}", right)))
            else:
                yield Deduce(Claim("exceeds" if one > two else "exceedsNot", args), tuple(found))

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        unit = p.cast.unit
        if kind == "unit":
            return f"{value}{p.say('', ' ')}{unit}"
        if kind == "things":
            return str(unit)
        return str(p.cast[0][value])


class Accounts(Balances):
    family = "accounts"
    told = frozenset(("starts", *accounts.NAMES, "giveFee"))

    def events(self, p: Puzzle) -> Sequence[Claim]:
        world = p.world
        return [
            Claim("giveFee", (at, step.who, step.other, step.amount, world.fee))
            if step.kind == 2 and world.fee
            else Claim(
                accounts.NAMES[step.kind], (at, step.who, step.other, step.amount, step.bound, world.consolation)
            )
            for at, step in enumerate(world.steps)
        ]

    def changed(self, p: Puzzle, event: Claim, who: int, had: int) -> tuple[tuple[Claim, ...], int] | None:
        _, one, other, amount, *rest = event.args
        kind, terms = event.kind, list[Claim]()
        if kind == "each" or (kind in ("give", "giveFee") and who == other):
            kind = "gain"
        elif who != one:
            return None
        elif kind == "atleast":
            terms.append(compared(had, "≥" if had >= rest[0] else "<", rest[0]))
            kind, amount = ("spend", amount) if had >= rest[0] else ("gain", rest[1])
        elif kind == "below":
            terms.append(compared(had, "<" if had < rest[0] else "≥", rest[0]))
            kind = "double" if had < rest[0] else "spend"
        now = {
            "gain": had + amount,
            "double": had * 2,
            "halve": had // 2,
            "giveFee": had - amount - (rest[0] if kind == "giveFee" else 0),
        }.get(kind, had - amount)
        sign = {"gain": f"+{amount}", "double": "×2", "halve": "÷2"}.get(kind, f"-{amount}")
        if kind == "giveFee":
            sign += f"-{rest[0]}"
        return (*terms, equation(f"{had}{sign}", now)), now

    def has(self, p: Puzzle, who: int, after: int, number: int) -> bool:
        return p.proves("final", (after, who), number)

    def final(self, p: Puzzle, kind: str, args: tuple[Any, ...], value: Any) -> bool:
        return p.proves(kind, args, value)

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right = p.ask.kind, p.ask.args, p.ask.right
        if kind == "final":
            yield from self.followed(p, args[1], args[0])
        elif kind == "ever":
            who, bound = args
            known = yield from self.followed(p, who, below=bound)
            yield Deduce(Claim("dropped" if right else "stayed", (who, bound)), (known,))
        elif kind == "enough":
            known = yield from self.followed(p, args[0])
            yield Deduce(compared(known.args[-1], "≥" if right else "<", args[1]), (known,))
        elif kind == "true":
            known = yield from self.followed(p, right[0])
            if known.args[-1] != right[1]:
                yield Deduce(compared(known.args[-1], "≠", right[1]), (known,))
        else:
            yield from self.ends(p, kind, args, right)

    def asks_for_false(self, p: Puzzle) -> bool:
        return p.ask.kind == "true" and not p.ask.args[0]

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind == "true":
            last = len(p.world.steps)
            number = next(n for n in range(10**4) if p.proves("final", (last, value[0]), n))
            return Claim("has", (value[0], last, number))
        return super().against(p, value, known) if p.ask.kind in ("most", "least") else None

    def seen(self, p: Puzzle, event: Claim, who: int) -> Claim:
        _, one, other, *_ = event.args
        # The fee is none of the receiver's.
        is_received = event.kind == "giveFee" and who == other != one
        return Claim("give", (*event.args[:4], 0, 0)) if is_received else event

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        if kind == "give" and p.world.fee:
            return bool(self.events(p)[args[0]] == Claim("giveFee", (*args[:4], p.world.fee)))
        if kind in ("dropped", "stayed"):
            return p.proves("ever", args, kind == "dropped")
        return super().proven(p, kind, args)


class Counting(Balances):
    family = "counting"
    told = frozenset(("starts", "gain", "lose", "give", "times"))
    verdicts = {"exceeds": ("more", True), "exceedsNot": ("more", False)}

    def events(self, p: Puzzle) -> Sequence[Claim]:
        return [Claim(kind, (at, who, other, many)) for at, (kind, who, other, many) in enumerate(p.world.events)]

    def changed(self, p: Puzzle, event: Claim, who: int, had: int) -> tuple[tuple[Claim, ...], int] | None:
        _, one, other, many = event.args
        if event.kind == "gain" and who == one or event.kind == "give" and who == other:
            return (equation(f"{had}+{many}", had + many),), had + many
        if who != one:
            return None
        if event.kind == "times":
            return (equation(f"{had}×{many}", had * many),), had * many
        return (equation(f"{had}-{many}", had - many),), had - many

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        return super().against(p, value, known) if p.ask.kind in ("most", "least") else None

    def has(self, p: Puzzle, who: int, after: int, number: int) -> bool:
        return p.proves("final", (who,), number, events=p.world.events[:after])

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right = p.ask.kind, p.ask.args, p.ask.right
        if kind == "final":
            yield from self.followed(p, args[0])
        elif kind == "final_is":
            known = yield from self.followed(p, args[0])
            yield Deduce(compared(known.args[-1], "=" if right else "≠", args[1]), (known,))
        elif kind == "reach":
            known = yield from self.followed(p, args[0])
            yield Deduce(comparison(known.args[-1], args[1]), (known,))
        else:
            yield from self.ends(p, kind, args, right)


class Cups(Computed):
    """Follow a thing from hand to hand, or go back from the owner asked about."""

    family = "cups"
    told = frozenset(("starts", "swap"))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right = p.ask.kind, p.ask.args, p.ask.right
        if kind == "thing":
            yield from self._back(p, args[0], right)
            return
        thing = right[1] if kind == "true" else args[-1]
        owner = thing
        yield Given(known := Claim("starts", (thing, thing)))
        for at, (a, b) in enumerate(p.world.swaps):
            if owner in (a, b):
                owner = b if owner == a else a
                now = Claim("holds", (owner, at + 1, thing))
                yield Deduce(now, (known, Claim("swap", (at, a, b))))
                known = now
        if kind in ("has", "kept") and not right:
            yield Deduce(Claim("lacks", (args[0], thing, owner)), (known,))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind != "true":
            return None
        thing = next(one for one in range(p.world.size) if p.proves("thing", value[:1], one))
        return Claim("ends", (value[0], thing))

    def _back(self, p: Puzzle, asked: int, thing: int) -> Iterable[Step]:
        owner, known = asked, list[Claim]()
        for at in range(len(p.world.swaps) - 1, -1, -1):
            a, b = p.world.swaps[at]
            if owner in (a, b):
                owner = b if owner == a else a
                now = Claim("was", (owner, at, asked))
                yield Deduce(now, (*known, Claim("swap", (at, a, b))))
                known = [now]
        yield Deduce(Claim("ends", (asked, thing)), (*known, Claim("starts", (owner, thing))))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        if kind == "starts":
            return bool(args[0] == args[1])
        if kind == "swap":
            return bool(world.swaps[args[0]] == args[1:])
        if kind == "holds":
            return p.proves("thing", (args[0],), args[2], swaps=world.swaps[: args[1]])
        if kind == "was":
            held = (one for one in range(world.size) if p.proves("thing", (args[2],), one))
            return any(p.proves("thing", (args[0],), one, swaps=world.swaps[: args[1]]) for one in held)
        if kind == "lacks":
            return p.proves("thing", (args[2],), args[1]) and args[0] != args[2]
        return p.proves("thing", (args[0],), args[1])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "number":
            return str(value + 1)
        name = str((p.cast.things if kind == "thing" else p.cast.owners)[value])
        return name if p.voice.zh or kind != "thing" else f"the {name}"


class StackQueue(Computed):
    """What is inside, and what comes out, move by move."""

    family = "stack_queue"
    told = frozenset(("put", "take"))
    answers = {"order": "out_order", "next": "next", "size": "size"}
    verdicts = {"within": ("inside", True), "gone": ("inside", False)}

    def steps(self, p: Puzzle) -> Iterable[Step]:
        world, kind, args = p.world, p.ask.kind, p.ask.args
        inside: tuple[int, ...] = ()
        known: list[Claim] = []
        waiting: list[Claim] = []
        leaves: list[Claim] = []
        for at, move in enumerate(world.moves):
            if move >= 0:
                waiting.append(Claim("put", (at, move)))
                inside = (*inside, move)
                is_last = at + 1 == len(world.moves) or world.moves[at + 1] < 0
                if is_last:
                    now = Claim("line", (at + 1, inside))
                    yield Deduce(now, (*known, *waiting))
                    known, waiting = [now], []
                continue
            out, inside = (inside[-1], inside[:-1]) if world.is_stack else (inside[0], inside[1:])
            now = Claim("leaves", (at, out, inside))
            yield Deduce(now, (*known, Claim("take", (at,))))
            known = [now]
            leaves.append(now)
            if kind == "out" and len(leaves) > args[0]:
                return
            if kind == "before" and out in args:
                yield Deduce(Claim("first", (out, *(one for one in args if one != out))), (now,))
                return
        if kind in ("next", "size"):
            yield Deduce(Claim(kind, (p.ask.right,)), tuple(known))
        elif kind == "inside":
            yield Deduce(Claim("within" if p.ask.right else "gone", args), tuple(known))
        elif kind == "out_order":
            yield Deduce(Claim("order", (p.ask.right,)), tuple(leaves))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        moves = p.world.moves
        if kind == "put":
            return bool(moves[args[0]] == args[1])
        if kind == "take":
            return bool(moves[args[0]] < 0)
        if kind in ("line", "leaves"):
            some = moves[: args[0] + (kind == "leaves")]
            cut = {"moves": some, "count": sum(move >= 0 for move in some)}
            taken = sum(move < 0 for move in some)
            is_so = p.proves("contents", (), args[-1], **cut)
            return is_so and (kind == "line" or p.proves("out", (taken - 1,), args[1], **cut))
        out = [one for one in range(p.world.count) if p.proves("inside", (one,), False)]
        return args[0] in out and (args[1] not in out or p.proves("before", args, True))

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        names = p.cast.names
        if kind == "list":
            if not value:
                return p.say("空的", "empty")
            return p.voice.join([names[one] for one in value])
        if kind == "sideways":
            return p.say("从底到顶", "from the bottom up") if p.world.is_stack else p.say("从前到后", "from the front")
        if kind == "rule":
            return p.say("后进先出", "the last one in") if p.world.is_stack else p.say("先进先出", "the first one in")
        if kind == "number":
            return str(value + 1)
        return str(names[value])


class Moving(Computed):
    """Follow a thing from place to place, or what is in a place."""

    family = "moving_objects"
    told = frozenset(("starts", "holds", "event", "stands"))
    facts = ("at",)

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right = p.ask.kind, p.ask.args, p.ask.right
        last = args[0]
        if kind in ("where", "is"):
            known = yield from self._thing(p, args[1], last)
            if kind == "is" and not right:
                yield Deduce(Claim("away", (args[1], last, args[2])), (known,))
        elif kind == "true":
            known = yield from self._thing(p, right[0], last)
            if not args[1]:
                yield Deduce(Claim("away", (right[0], last, right[1])), (known,))
        elif kind == "which":
            yield from self._thing(p, right, last)
        elif kind == "room":
            known = yield from self._thing(p, args[1], last)
            box = known.args[-1]
            room = p.world.standing[box]
            yield Given(stands := Claim("stands", (box, room)))
            for at, step in enumerate(p.world.steps[:last]):
                if step.kind == CARRY and step.what == box:
                    now = Claim("carried", (box, at + 1, step.to))
                    yield Deduce(now, (stands, Claim("event", (at,))))
                    stands = now
            yield Deduce(Claim("room", (args[1], last, right)), (known, stands))
        else:
            known = yield from self._place(p, args[1], last)
            if kind == "count":
                yield Deduce(Claim("count", (args[1], last, right)), (known,))

    def _thing(self, p: Puzzle, thing: int, last: int) -> Told:
        place = p.world.start[thing]
        yield Given(known := Claim("starts", (thing, place)))
        for at, step in enumerate(p.world.steps[:last]):
            to = step.to
            if (
                step.kind == POUR
                and step.what == place
                or step.kind in (MOVE, OUT, BOTH)
                and thing in self._moved(step)
            ):
                event = Claim("event", (at,))
                now = Claim("at", (thing, at + 1, to))
                if p.proves("where", (at + 1, thing), to):
                    if to != place:
                        yield Deduce(now, (known, event))
                        known, place = now, to
                else:
                    yield Deduce(Claim("full", (at, to, p.world.capacity)))
                    now = Claim("at", (thing, at + 1, place))
                    yield Deduce(now, (Claim("full", (at, to, p.world.capacity)), event))
                    known = now
        return known

    def asks_for_false(self, p: Puzzle) -> bool:
        return p.ask.kind == "true" and not p.ask.args[1]

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        last = p.ask.args[0]
        if p.ask.kind in ("which", "true"):
            places = range(p.world.places + 1)
            thing = value if p.ask.kind == "which" else value[0]
            return next(Claim("at", (thing, last, at)) for at in places if p.proves("where", (last, thing), at))
        return None

    @staticmethod
    def _moved(step: Any) -> tuple[int, ...]:
        return (step.what, step.source) if step.kind == BOTH else (step.what,)

    def _inside(self, p: Puzzle, place: int, after: int) -> tuple[int, ...]:
        return tuple(one for one in range(len(p.world.start)) if p.proves("where", (after, one), place))

    def _place(self, p: Puzzle, place: int, last: int) -> Told:
        held = self._inside(p, place, 0)
        yield Given(known := Claim("holds", (place, 0, held)))
        for at, step in enumerate(p.world.steps[:last]):
            now = self._inside(p, place, at + 1)
            if now == held:
                if step.kind in (MOVE, BOTH) and step.to == place and not set(self._moved(step)) <= set(held):
                    yield Deduce(Claim("full", (at, place, p.world.capacity)), (known,))
                continue
            grounds = [known, Claim("event", (at,))]
            others = [one for one in now if one not in held]
            if step.kind == POUR and others:
                source = Claim("holds", (step.what, at, self._inside(p, step.what, at)))
                if at or not p.world.start:
                    yield Deduce(source)
                grounds.append(source)
            claim = Claim("holds", (place, at + 1, now))
            yield Deduce(claim, tuple(grounds))
            known, held = claim, now
        return known

    def states(self, p: Puzzle, claim: Claim) -> bool:
        return super().states(p, claim) and (claim.kind != "holds" or claim.args[1] == 0)

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "starts":
                return bool(world.start[args[0]] == args[1])
            case "event":
                return bool(0 <= args[0] < len(world.steps))
            case "stands":
                return bool(world.standing[args[0]] == args[1])
            case "at":
                return p.proves("where", (args[1], args[0]), args[2])
            case "away":
                return p.proves("is", (args[1], args[0], args[2]), False)
            case "holds":
                return p.proves("contents", (args[1], args[0]), args[2])
            case "full":
                return p.proves("count", (args[0], args[1]), args[2]) and args[2] == world.capacity > 0
            case "count":
                return p.proves("count", (args[1], args[0]), args[2])
            case "carried":
                rooms = [step.to for step in world.steps[: args[1]] if step.kind == CARRY and step.what == args[0]]
                return bool(rooms) and bool(rooms[-1] == args[2])
        return p.proves("room", (args[1], args[0]), args[2])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        cast, world, zh, told = p.cast, p.world, p.voice.zh, p.told
        if kind == "place":
            return in_place(value, told)
        if kind == "room":
            return str(cast.rooms[value])
        if kind == "name":
            return str(cast.places[value])
        if kind == "when":
            return p.say("一开始", "at first") if not value else p.say(f"第{value}步之后", f"after step {value}")
        if kind == "sayBefore":
            return p.say(f"第{value + 1}步之前", f"before step {value + 1}")
        if kind == "sayEvent":
            if world.scene == ROOMS:
                forms = ("{0}走到{2}", "{0}走到{2}", "{0}走出{1}，到了{2}")
                english = ("{0} goes to {2}", "{0} goes to {2}", "{0} leaves {1} for {2}")
            else:
                forms = ("把{0}移到{2}", "把{0}移到{2}", "把{0}从{1}取出，放到{2}")
                english = ("{0} is moved to {2}", "{0} is moved to {2}", "{0} is taken out of {1} to {2}")
            said = event_of(world, world.steps[value], forms if zh else english, told)
            return f"第{value + 1}步{said}" if zh else f"in step {value + 1} {said}"
        if kind == "things":
            if not value:
                if zh:
                    return "没有人" if world.scene == ROOMS else "什么也没有"
                return "nobody" if world.scene == ROOMS else "nothing"
            names = [cast.things[one] for one in value]
            return p.voice.join(names) if zh or len(names) < 2 else f"{', '.join(names[:-1])} and {names[-1]}"
        if kind == "has":
            return p.say("" if not value else "有", "is" if len(value) < 2 else "are")
        return str(cast.things[value])


class Blocks(Computed):
    """Stacks, told bottom first, after each move."""

    family = "block_world"
    told = frozenset(("starts", "move"))
    answers = {"on": "under", "where": "where", "count": "count", "stack": "stack"}
    verdicts = {"above": ("above", True), "beside": ("above", False)}

    def _stacks(self, p: Puzzle, after: int) -> list[tuple[int, ...]]:
        return [tuple(stack) for stack in block_world._run(p.world, after)]

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args = p.ask.kind, p.ask.args
        last = self._stacks(p, len(p.world.moves))
        where = {block: number for number, stack in enumerate(last) for block in stack}
        number = args[0] if kind in ("top", "count", "stack") else where[args[0]]
        ground = yield from self._followed(p, number)
        stack = last[number]
        if kind == "under":
            claim = Claim("on", (args[0], p.ask.right)) if p.ask.right >= 0 else Claim("bottom", args)
        elif kind == "above":
            claim = Claim("above" if p.ask.right else "beside", args)
        elif kind == "is_top":
            claim = Claim("top" if p.ask.right else "covered", (number, args[0]))
        elif kind == "where":
            claim = Claim("where", (args[0], number))
        elif kind == "count":
            claim = Claim("count", (number, len(stack)))
        elif kind == "top":
            claim = Claim("top", (number, stack[-1]))
        else:
            claim = Claim("stack", (number, stack))
        yield Deduce(claim, (ground,))

    def _followed(self, p: Puzzle, asked: int) -> Told:
        """Follow a stack, and others as long as what moves on depends on them."""
        moves = p.world.moves
        until = {asked: len(moves)}
        for at in range(len(moves) - 1, -1, -1):
            start, end = moves[at]
            if at < until.get(end, 0):
                until[start] = max(until.get(start, 0), at)
        known = {one: Claim("starts", (one, stack)) for one, stack in enumerate(p.world.stacks)}
        for at, (start, end) in enumerate(moves):
            move = Claim("move", (at, start, end, self._stacks(p, at)[start][-1]))
            for one in (start, end):
                if known[one].kind == "starts" and at <= until.get(one, -1):
                    yield Given(known[one])
                if at < until.get(one, 0):
                    # Each stack has a line of its own, so that what is cited later is its newest state and no other.
                    now = Claim("held", (one, at + 1, self._stacks(p, at + 1)[one]))
                    yield Deduce(now, (known[one], move))
                    known[one] = now
        return known[asked]

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "starts":
                return bool(world.stacks[args[0]] == args[1])
            case "move":
                moves = world.moves[: args[0]]
                return bool(world.moves[args[0]] == args[1:3]) and p.proves("top", args[1:2], args[3], moves=moves)
            case "held":
                return p.proves("stack", args[:1], args[2], moves=world.moves[: args[1]])
            case "bottom":
                return p.proves("under", args, block_world.GROUND)
            case "covered":
                return p.proves("is_top", args[1:], False)
        return p.proves("is_top", args[1:], True) and p.proves("where", args[1:], args[0])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "list":
            return p.voice.join([p.cast.names[one] for one in value])
        if kind in ("is", "becomes"):
            listed = self.word(p, "list", value)
            if not value:
                return p.say(
                    "空了" if kind == "becomes" else "是空的", "is now empty" if kind == "becomes" else "is empty"
                )
            return p.say(
                f"从下到上{'变为' if kind == 'becomes' else '是'}{listed}",
                f"is {'now' if kind == 'becomes' else 'at first'}, from the bottom up, {listed}",
            )
        if kind == "number":
            return str(value + 1)
        return str(p.cast.names[value])
