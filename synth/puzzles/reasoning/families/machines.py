"""Machines that go step by step: lists and strings that rules change, states, walks on a grid, turns in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from synth.puzzles.families import grid_walk, list_operations, rotation, string_rewriting
from synth.puzzles.families.grid_walk import command, way_of
from synth.puzzles.families.list_operations import item_of, list_of
from synth.puzzles.reasoning.arithmetic import division, equation
from synth.puzzles.reasoning.computed import Computed, Told
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.steps import Claim, Deduce, Given, Step


class Lists(Computed):
    """A list after each function; groups of equal elements; what stands opposite in a palindrome."""

    family = "list_operations"
    told = frozenset(("rule", "items"))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right = p.ask.kind, p.ask.args, p.ask.right
        if kind == "palindrome":
            yield Given(Claim("items", (args,)))
            yield Deduce(Claim("turned", (args, args[::-1])), (Claim("items", (args,)),))
            yield Deduce(Claim("same" if right else "differs", (args,)), (Claim("turned", (args, args[::-1])),))
            return
        if kind in ("flatten", "pack"):
            yield Given(Claim("items", (args,)))
            yield Deduce(Claim("opened" if kind == "flatten" else "packed", (args, right)), (Claim("items", (args,)),))
            return
        which, count = args[0], args[2]
        functions, claimed = args[3 : 3 + count], args[3 + count :]
        items = p.world.lists[which]
        known = Claim("start", (which, items))
        yield Deduce(known)
        for at in range(count):
            items = list_operations._do(p.world.functions[functions[at]], items)
            now = Claim("after", (which, functions[: at + 1], items))
            yield Deduce(now, (known, Claim("rule", (functions[at],))))
            known = now
        if kind == "is":
            yield Deduce(Claim("matches" if right else "unlike", (items, claimed)), (known,))
        elif kind == "length":
            yield Deduce(Claim("length", (items, right)), (known,))
        elif kind == "nth":
            yield Deduce(Claim("nth", (items, args[1], right)), (known,))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        match kind:
            case "rule":
                return 0 <= int(args[0]) < len(p.world.functions)
            case "items":
                return bool(args[0] == p.ask.args)
            case "start":
                return bool(p.world.lists[args[0]] == args[1])
            case "after":
                which, functions, items = args
                return p.proves("apply", (which, 0, len(functions), *functions), items)
            case "turned":
                return bool(args[0] == args[1][::-1])
            case "same" | "differs":
                return p.proves("palindrome", args[0], kind == "same")
            case "opened":
                return p.proves("flatten", *args)
            case "packed":
                return p.proves("pack", *args)
            case "matches" | "unlike":
                return bool((args[0] == args[1]) == (kind == "matches"))
            case "length":
                return bool(len(args[0]) == args[1])
        return bool(args[0][args[1]] == args[2])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "list":
            return list_of(p.world, value, p.cast)
        if kind == "function":
            return str(p.cast.functions[value])
        if kind == "rule":
            return str(p.cast.rules[value])
        if kind == "last":
            return str(p.cast.functions[value[-1]])
        if kind == "number":
            return str(value + 1)
        return item_of(p.world, value)


class Strings(Computed):
    """A string after each rule."""

    family = "string_rewriting"
    told = frozenset(("rule",))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        text = right if kind == "which" else world.starts[args[0]]
        count = len(world.rules) if kind == "which" else args[1]
        known = yield from self._run(p, text, count)
        final = known.args[-1]
        if kind == "is":
            claimed = str(args[2])[1:]
            yield Deduce(Claim("same" if final == claimed else "unlike", (final, claimed)), (known,))
        elif kind == "at":
            yield Deduce(Claim("at", (final, args[2], right)), (known,))
        elif kind == "count":
            yield Deduce(Claim("count", (final, str(args[2]), int(right))), (known,))
        elif kind == "length":
            yield Deduce(Claim("length", (final, int(right))), (known,))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind != "which":
            return None
        count = len(p.world.rules)
        return Claim("becomes", (value, count, string_rewriting._states(p.world, value)[count]))

    def _run(self, p: Puzzle, start: str, count: int) -> Told:
        text, known = start, Claim("start", (start,))
        yield Deduce(known)
        for at in range(count):
            new = string_rewriting._step(p.world.rules[at], text)
            now = Claim("after" if new != text else "stays", (start, at + 1, new))
            yield Deduce(now, (known, Claim("rule", (at,))))
            text, known = new, now
        return known

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        match kind:
            case "rule":
                return 0 <= int(args[0]) < len(p.world.rules)
            case "start":
                return bool(args[0] in p.world.starts)
            case "after" | "stays" | "becomes":
                start, count, text = args
                starts = {"starts": (start,)}
                is_so = p.proves("result", (0, count), text, **starts)
                return is_so and (kind != "stays" or p.proves("result", (0, count - 1), text, **starts))
            case "same" | "unlike":
                return bool((args[0] == args[1]) == (kind == "same"))
            case "at":
                return bool(args[0][args[1]] == args[2])
            case "count":
                return bool(args[0].count(args[1]) == args[2])
        return bool(len(args[0]) == args[1])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "text":
            return string_rewriting.written(value, p.cast)
        if kind == "rule":
            return str(p.cast.rules[value])
        return str(value + 1)


class Machine(Computed):
    """A state after each symbol."""

    family = "state_machine"
    told = frozenset(("starts", "move", "good", "bad"))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind != "which":
            return None
        state = next(one for one in range(len(p.world.moves)) if p.proves("end", value, one))
        return Claim("endsAt", (value, state))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        word = right if kind == "which" else args[1:] if kind == "visits" else args
        known = Claim("starts", (0,))
        yield Given(known)
        state, states = 0, []
        for at, symbol in enumerate(word):
            new = world.moves[state][symbol]
            now = Claim("at", (word[: at + 1], new))
            yield Deduce(now, (known, Claim("move", (state, symbol, new))))
            known, state = now, new
            states.append(now)
        if kind in ("accepts", "which"):
            is_good = state in world.accepting
            yield Deduce(
                Claim("accepted" if is_good else "rejected", (word,)),
                (known, Claim("good" if is_good else "bad", (state,))),
            )
        elif kind == "visits":
            yield Deduce(Claim("visits", (args[0], word, right)), tuple(states))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        match kind:
            case "starts":
                return bool(args[0] == 0)
            case "move":
                return bool(p.world.moves[args[0]][args[1]] == args[2])
            case "good" | "bad":
                return bool((args[0] in p.world.accepting) == (kind == "good"))
            case "at" | "endsAt":
                return p.proves("end", args[0], args[1])
            case "visits":
                return p.proves("visits", (args[0], *args[1]), args[2])
        return p.proves("accepts", args[0], kind == "accepted")

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "state":
            return str(p.cast.states[value])
        if kind == "last":
            return str(len(value))
        if kind == "goal":
            return (
                p.say("接受状态", "an accepting state") if p.cast.scene == 0 else p.say("要求的终点", "what is wanted")
            )
        return str(p.cast.symbols[value])


class Walk(Computed):
    """A cell after each command."""

    family = "grid_walk"
    told = frozenset(("starts", "command", "wall", "edge", "looks"))
    answers = {"end": "facing", "number": "blocked", "axis": "axis", "distance": "distance"}

    def _stops(self, p: Puzzle, count: int) -> list[tuple[tuple[int, int], int, bool]]:
        return [(stop.cell, stop.facing, stop.is_blocked) for stop in grid_walk._trace(p.world)[:count]]

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        if kind == "valid":
            outside = not all(one in range(world.side) for one in args)
            yield Deduce(Claim("free" if right else "outside" if outside else "walled", args))
            return
        count = args[0] if kind == "after" else len(world.commands)
        stops = self._stops(p, count)
        cell, facing = world.start, world.facing
        known: list[Claim] = [Claim("starts", cell)]
        if kind != "facing":
            yield Given(known[0])
        if world.mode == 1:
            yield Given(looks := Claim("looks", (facing,)))
            known.append(looks)
        blocked = []
        for at, (new, turned, is_blocked) in enumerate(stops):
            command = Claim("command", (at,))
            if world.mode == 1 and world.commands[at][0] >= 0:
                now = Claim("faces", (at + 1, turned))
                yield Deduce(now, (known[-1], command))
                known = [known[0], now]
            elif kind == "facing":
                continue
            elif is_blocked:
                now = Claim("blocked", (at + 1, *new))
                yield Deduce(now, (known[0], command))
                blocked.append(now)
            else:
                figures = tuple(
                    equation(f"{a}{'+' if b > a else '-'}{abs(b - a)}", b)
                    for a, b in zip(cell, new, strict=True)
                    if a != b
                )
                now = Claim("at", (at + 1, *new))
                yield Deduce(now, (*known, command, *figures))
                known = [now, *known[1:]]
            cell, facing = new, turned
            if kind == "visit" and cell == args:
                yield Deduce(Claim("visited", args), (known[0],))
                return
        if kind == "visit":
            yield Deduce(Claim("visited" if right else "missed", args))
        elif kind == "facing":
            yield Deduce(Claim("end", (right,)), (known[-1],))
        elif kind == "axis":
            yield Deduce(Claim("axis", (args[0], right)), (known[0],))
        elif kind == "blocked":
            yield Deduce(Claim("number", (right,)), tuple(blocked))
        elif kind == "distance":
            gaps = [(max(a, b), min(a, b)) for a, b in zip(cell, world.start, strict=True)]
            figures = tuple(equation(f"{a}-{b}", a - b) for a, b in gaps)
            parts = "+".join(str(a - b) for a, b in gaps)
            yield Deduce(Claim("distance", (right,)), (known[0], *figures, equation(parts, right)))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "starts":
                return bool(world.start == args)
            case "looks":
                return bool(world.facing == args[0])
            case "command":
                return 0 <= int(args[0]) < len(world.commands)
            case "at" | "blocked":
                is_there = p.proves("after", args[:1], args[1:])
                before = world.start if args[0] == 1 else None
                if kind == "blocked" and before is None:
                    return is_there and p.proves("after", (args[0] - 1,), args[1:])
                return is_there and (kind == "at" or before == args[1:])
            case "faces":
                return p.proves("facing", (), args[1], commands=world.commands[: args[0]])
            case "visited" | "missed":
                # To stand there at first is no visit after a command, but it is one of the walk.
                return p.proves("visit", args, kind == "visited") or (kind == "visited" and world.start == args)
        return p.proves("valid", args, kind == "free") and (kind == "walled") == (args in world.walls)

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "way":
            return way_of(value, p.told)
        if kind == "command":
            way, steps = p.world.commands[value]
            return command(p.world, way, steps, p.told)
        if kind == "number":
            return str(value + 1)
        if kind == "axis":
            return "xy"[value]
        cell = value if len(value) == 2 else value[1:]
        return f"({cell[0]}, {cell[1]})"


class Turns(Computed):
    """Who is next in a circle."""

    family = "rotation"
    told = frozenset(("starts", "pass", "dayOne", "ring"))
    answers = {
        "further": "place",
        "holds": "holder",
        "times": "held",
        "duty": "duty",
        "when": "when",
        "number": "times",
    }
    verdicts = {"notHeld": ("holder_is", False), "never": ("ever", False), "notDuty": ("duty_is", False)}

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        ring = rotation._ring(world)
        size = len(ring)
        yield Given(circle := Claim("ring", (tuple(ring),)))
        if kind == "place":
            who, far = args
            figures = (division(abs(far), size),) if abs(far) >= size else ()
            yield Deduce(Claim("further", (who, far, right)), (circle, *figures))
        elif world.is_rota:
            yield from self._rota(p, circle)
        else:
            holder = world.first
            known = Claim("starts", (holder,))
            yield Given(known)
            held = []
            for at, move in enumerate(world.moves[: args[0] if kind in ("holder", "holder_is") else None]):
                holder = ring[(ring.index(holder) + move) % size]
                now = Claim("holds", (at + 1, holder))
                yield Deduce(now, (known, Claim("pass", (at, move))))
                known = now
                held.append(now)
                if kind == "ever" and holder == args[0]:
                    return
            if kind == "holder_is" and not right:
                yield Deduce(Claim("notHeld", args), (known,))
            elif kind == "ever":
                yield Deduce(Claim("never", args), tuple(held))
            elif kind == "held":
                yield Deduce(Claim("times", (args[0], right)), tuple(held))

    def _rota(self, p: Puzzle, circle: Claim) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        yield Given(first := Claim("dayOne", (world.first,)))
        last = {"duty": args[0], "duty_is": args[0], "which_day": right, "when": right}.get(kind, args[-1])
        period, shown = len(rotation._ring(world)) * world.block, last
        if last > period and kind in ("duty", "duty_is", "which_day"):
            # The turns begin again after everybody had one.
            shown = (last - 1) % period + 1
            yield Deduce(Claim("sameDay", (last, shown)), (division(last - 1, period),))
        people = tuple(rotation._on_duty(world, day) for day in range(1, shown + 1))
        roster = Claim("roster", (people,))
        yield Deduce(roster, (first,))
        who = people[shown - 1]
        if kind in ("duty", "duty_is", "which_day", "when"):
            yield Deduce(
                Claim("duty", (last, who)), (roster, *([Claim("sameDay", (last, shown))] if shown < last else []))
            )
        if kind == "duty_is" and not right:
            yield Deduce(Claim("notDuty", args), (Claim("duty", (args[0], who)),))
        elif kind == "when":
            yield Deduce(Claim("when", (*args, right)), (roster,))
        elif kind == "times":
            yield Deduce(Claim("number", (*args, right)), (roster,))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind != "which_day":
            return None
        return next(
            (Claim("duty", (value, who)) for who in rotation._ring(p.world) if p.proves("duty", (value,), who)), None
        )

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "starts" | "dayOne":
                return bool(world.first == args[0])
            case "ring":
                return bool(args[0] == tuple(who for who in range(world.size) if who != world.out))
            case "pass":
                return bool(world.moves[args[0]] == args[1])
            case "roster":
                return all(p.proves("duty", (day,), who) for day, who in enumerate(args[0], 1))
        return any(all(p.proves("duty", (day,), who) for day in args) for who in range(world.size))

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        zh, names = p.voice.zh, p.cast.names
        if kind in ("ring", "roster"):
            return p.voice.join([names[one] for one in value])
        if kind == "way":
            return ("顺时针" if value > 0 else "逆时针") if zh else ("clockwise" if value > 0 else "anticlockwise")
        if kind == "toward":
            if p.world.is_rota:
                return ("往后" if value > 0 else "往前") if zh else ("on" if value > 0 else "back")
            return self.word(p, "way", value)
        if kind == "far":
            return str(abs(value))
        if kind == "number":
            return str(value + 1)
        return str(names[value])
