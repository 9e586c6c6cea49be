"""Taking turns in a circular order: duty rotas, and things passed round with changes of direction."""

# ruff: noqa: E501 - Chinese sentences stay whole (ruff counts wide characters twice)
from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

_PERSON_KINDS = ("duty", "place", "holder")
"""Kinds of ask whose values are persons."""


@dataclass(frozen=True, slots=True)
class World:
    """People in a circular order, numbered from 0 as they are told."""

    is_rota: bool
    """A rota of days; else a thing passed round."""
    size: int
    out: int
    """Who is passed over all the time, or -1."""
    first: int
    """Who is on duty on day 1, or holds the thing at first."""
    direction: int
    """Of a rota: 1 in the order told, -1 against it."""
    step: int
    """Of a rota: places from one on duty to the next."""
    block: int
    """Of a rota: days that each one does in a row."""
    moves: tuple[int, ...]
    """Of a thing passed round: places on (positive) or back (negative)."""
    is_alternating: bool
    """Whether the moves' directions are told by a rule (on, back, on, …) instead of one by one."""
    reach: int
    """Greatest day asked about."""


class Cast(NamedTuple):
    """Names, and which of the settings is told."""

    names: tuple[str, ...]
    scene: int


def _ring(world: World) -> list[int]:
    return [who for who in range(world.size) if who != world.out]


def _on_duty(world: World, day: int) -> int:
    ring = _ring(world)
    turns = (day - 1) // world.block * world.step * world.direction
    return ring[(ring.index(world.first) + turns) % len(ring)]


def _holders(world: World) -> list[int]:
    """Who holds the thing: at first and after each move."""
    ring = _ring(world)
    at, holders = ring.index(world.first), [world.first]
    for move in world.moves:
        at = (at + move) % len(ring)
        holders.append(ring[at])
    return holders


def _walk(world: World, who: int, places: int) -> int:
    """Go from one to the next, one place at a time (independent of the arithmetic above)."""
    for _ in range(abs(places)):
        while True:
            who += 1 if places > 0 else -1
            who = 0 if who == world.size else world.size - 1 if who < 0 else who
            if who != world.out:
                break
    return who


def _days(world: World, last: int) -> list[int]:
    """Who is on duty on the days 1 to ``last``, day by day."""
    days: list[int] = []
    who = world.first
    while len(days) < last:
        days += [who] * world.block
        who = _walk(world, who, world.step * world.direction)
    return days[:last]


class Rotation(Family[World, int, Cast]):
    """Values: a person, a number, or True/False."""

    name = "rotation"
    title = "taking turns in a circle"
    facts = ("moves",)

    def world(self, rng: Random, level: int) -> World:
        size = 4 + level // 3
        out = rng.randrange(size) if rng.random() < 0.35 else -1
        first = rng.choice([who for who in range(size) if who != out])
        reach = 7 + 2 * level
        if rng.random() < 0.5:
            step, block = rng.choice(((1, 1), (1, 1), (2, 1), (1, 2), (1, 3), (3, 1)))
            direction = rng.choice((1, 1, -1))
            if gcd(step, size - (out >= 0)) > 1:  # else some would never be on duty
                step = 1
            return World(True, size, out, first, direction, step, block, (), False, reach + block * 2)
        is_alternating = rng.random() < 0.3
        moves = []
        for number in range(2 + level // 2):
            sign = (-1) ** number if is_alternating else rng.choice((1, -1))
            moves.append(sign * rng.randrange(1, size + 2))
        return World(False, size, out, first, 1, 1, 1, tuple(moves), is_alternating, reach)

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        if world.is_rota:
            kinds = ["duty", "duty", "duty_is", "which_day", "place"] + ["times", "when"] * (world.step == world.block)
        else:
            kinds = ["holder", "holder", "holder_is", "ever", "place", "held"]
        asks = [self._ask(world, kind, rng) for kind in rng.sample(kinds, 3)]
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def _ask(self, world: World, kind: str, rng: Random) -> Ask[int]:
        ring, size = _ring(world), len(_ring(world))
        who = rng.choice(ring)
        if kind == "place":
            places = rng.randrange(2, size + 2) * rng.choice((1, -1))
            right = ring[(ring.index(who) + places) % size]
            return Ask(kind, (who, places), right, self._others(world, right, rng))
        if kind in ("duty", "duty_is"):
            day = rng.randrange(2, world.reach + 1)
            right = _on_duty(world, day)
            return self._person_ask(world, kind, (day,), right, rng)
        if kind in ("holder", "holder_is"):
            count = len(world.moves) if rng.random() < 0.6 else rng.randrange(1, len(world.moves) + 1)
            return self._person_ask(world, kind, (count,), _holders(world)[count], rng)
        if kind == "which_day":
            day = rng.randrange(1, world.reach + 1)
            who = _on_duty(world, day)
            others = [other for other in range(1, world.reach + 1) if _on_duty(world, other) != who]
            rng.shuffle(others)
            return Ask(kind, (who,), day, tuple(others[:2]))
        if kind == "ever":
            stops = _holders(world)[1:]
            missed = [other for other in ring if other not in stops]
            who = rng.choice(missed if missed and rng.random() < 0.5 else stops)
            return Ask(kind, (who,), who in stops, (who not in stops,))
        if kind == "held":
            number = _holders(world)[1:].count(who)
            return Ask(kind, (who,), number, near_misses(rng, number, high=len(world.moves)))
        # times and when: one day each, one place on
        offset = (ring.index(who) - ring.index(world.first)) * world.direction % size
        if kind == "when":
            number = rng.randrange(1, 4)
            day = offset + 1 + (number - 1) * size
            return Ask(kind, (who, number), day, near_misses(rng, day, [day - 1, day + 1, day + size], low=1))
        last = rng.randrange(size, world.reach + 1)
        number = (last - offset - 1) // size + 1
        return Ask(kind, (who, last), number, near_misses(rng, number, [number + 1, number - 1]))

    def _others(self, world: World, right: int, rng: Random) -> tuple[int, ...]:
        """List the other people: neighbours first."""
        ring = _ring(world)
        at = ring.index(right)
        near = [ring[at - 1], ring[(at + 1) % len(ring)]]
        rng.shuffle(near)
        rest = rng.sample(range(world.size), world.size)
        return tuple(who for who in dict.fromkeys([*near, *rest]) if who != right)[:4]

    def _person_ask(self, world: World, kind: str, args: tuple[int, ...], right: int, rng: Random) -> Ask[int]:
        others = self._others(world, right, rng)
        if kind in _PERSON_KINDS:
            return Ask(kind, args, right, others)
        claim = right if rng.random() < 0.5 else others[0]
        return Ask(kind, (*args, claim), claim == right, (claim != right,))

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        args = ask.args
        if ask.kind == "place":
            return value == _walk(world, *args)
        if world.is_rota:
            days = [-1, *_days(world, max(40, world.reach))]
            if ask.kind == "duty":
                return value == days[args[0]]
            if ask.kind == "duty_is":
                return bool(value) == (days[args[0]] == args[1])
            if ask.kind == "which_day":
                return days[value] == args[0]
            if ask.kind == "times":
                return value == days[: args[1] + 1].count(args[0])
            return days[value] == args[0] and days[: value + 1].count(args[0]) == args[1]
        stops = [world.first]
        for move in world.moves:
            stops.append(_walk(world, stops[-1], move))
        if ask.kind == "holder":
            return value == stops[args[0]]
        if ask.kind == "holder_is":
            return bool(value) == (stops[args[0]] == args[1])
        if ask.kind == "ever":
            return bool(value) == (args[0] in stops[1:])
        return value == sum(stop == args[0] for stop in stops[1:])

    def cast(self, world: World, voice: Voice) -> Cast:
        return Cast(draw(voice, "person", world.size), int(voice.rng.random() * 3))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        return self._tell_rota(world, cast, voice) if world.is_rota else self._tell_pass(world, cast, voice)

    def _tell_rota(self, world: World, cast: Cast, voice: Voice) -> str:
        order, first = voice.join(cast.names), cast.names[world.first]
        scene = voice.say(("值日", "看店", "值夜班")[cast.scene], ("cleaning", "cooking", "guard")[cast.scene])
        parts = [
            voice.pick(
                [
                    f"名单：{order}。名单首尾相接，排完最后一个又接第一个。他们按名单轮流{scene}，每天一人。",
                    f"{order}围成一个循环的顺序（{cast.names[-1]}之后又是{cast.names[0]}），每天由一人{scene}。",
                    f"{scene}的循环名单是：{order}，然后回到{cast.names[0]}。每天一人{scene}。",
                ],
                [
                    f"The {scene} list is {order}, and after {cast.names[-1]} it starts again. One person is on duty each day.",
                    f"{order} take turns at {scene} duty, one a day; the order is a circle, {cast.names[0]} follows {cast.names[-1]}.",
                ],
            )
        ]
        if world.out >= 0:
            out = cast.names[world.out]
            parts.append(
                voice.pick(
                    [f"{out}请了长假，轮到时直接跳过，数位次时也不算。", f"{out}不参加，始终被跳过（不占位置）。"],
                    [f"{out} is away and is always passed over, as if not on the list."],
                )
            )
        if world.direction < 0:
            parts.append(
                voice.pick(
                    ["轮班按名单的倒序进行。", "轮换方向与名单相反，从后往前。"],
                    ["The turns go through the list backwards.", "Turns go against the order of the list."],
                )
            )
        if world.step > 1:
            parts.append(
                voice.say(
                    f"每次换班都跳过{world.step - 1}个人，即换到再往后数第{world.step}个人（顺着轮换方向）。",
                    f"Each change goes {world.step} places on in the direction of the turns, passing over {world.step - 1}.",
                )
            )
        if world.block > 1:
            parts.append(
                voice.pick(
                    [f"每人连续{world.block}天，然后换下一个人。", f"每个人一次连做{world.block}天再交给下一位。"],
                    [f"Everyone does {world.block} days in a row before the next one takes over."],
                )
            )
        parts.append(
            voice.pick(
                [f"第1天是{first}。", f"从{first}开始（第1天）。"], [f"Day 1 is {first}'s.", f"{first} has day 1."]
            )
        )
        return voice.say("", " ").join(parts)

    def _tell_pass(self, world: World, cast: Cast, voice: Voice) -> str:
        order, first = voice.join(cast.names), cast.names[world.first]
        thing = voice.say(("球", "花", "令牌")[cast.scene], ("ball", "flower", "token")[cast.scene])
        head = voice.pick(
            [
                f"{order}按顺时针方向围成一圈，{thing}一开始在{first}手里。",
                f"一圈人按顺时针依次是{order}（再往后又是{cast.names[0]}）。起初{first}拿着{thing}。",
            ],
            [
                f"{order} stand in a circle, clockwise in this order. At first {first} has the {thing}.",
                f"Clockwise round a circle are {order}. The {thing} starts with {first}.",
            ],
        )
        if world.out >= 0:
            out = cast.names[world.out]
            head += voice.pick(
                [f"{out}不参加，传的时候跳过，不算一位。", f"{out}只是旁观，数位数时总跳过{out}。"],
                [f" {out} does not take part and is passed over without being counted."],
            )
        if world.is_alternating:
            head += voice.pick(
                ["第1次按顺时针传，以后每次都换成与上一次相反的方向。", "第1次顺时针，第2次逆时针，如此交替。"],
                [" The first move goes clockwise; each later one goes the other way than the one before."],
            )
        facts = []
        for number, move in enumerate(world.moves, 1):
            way = voice.say("顺时针" if move > 0 else "逆时针", " clockwise" if move > 0 else " anticlockwise")
            way = "" if world.is_alternating else way
            places = voice.say("位", "place" if abs(move) == 1 else "places")
            facts.append(voice.say(f"第{number}次{way}传{abs(move)}位", f"move {number}: {abs(move)} {places}{way}"))
        return f"{head}\n{voice.listing(facts)}"

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        args, names, kind = ask.args, cast.names, ask.kind
        if kind == "place":
            who, places = names[args[0]], abs(args[1])
            order = voice.say("名单顺序" if world.is_rota else "顺时针方向", "list" if world.is_rota else "circle")
            skip = voice.say("（跳过的人不算）", " (those passed over do not count)") if world.out >= 0 else ""
            if args[1] > 0:
                return voice.pick(
                    [
                        f"按{order}，{who}往后数第{places}位是谁{skip}？",
                        f"照{order}，{who}之后的第{places}个人是谁{skip}？",
                    ],
                    [
                        f"Who is {places} places after {who} in the {order}{skip}?"
                        if world.is_rota
                        else f"Who is {places} places clockwise from {who}{skip}?"
                    ],
                )
            return voice.pick(
                [
                    f"按{order}，{who}往前数第{places}位是谁{skip}？",
                    f"照{order}，{who}之前的第{places}个人是谁{skip}？",
                ],
                [
                    f"Who is {places} places before {who} in the {order}{skip}?"
                    if world.is_rota
                    else f"Who is {places} places anticlockwise from {who}{skip}?"
                ],
            )
        if kind == "duty":
            return voice.pick(
                [f"第{args[0]}天轮到谁？", f"第{args[0]}天是谁的班？", f"谁在第{args[0]}天当班？"],
                [f"Who is on duty on day {args[0]}?", f"Whose turn is day {args[0]}?"],
            )
        if kind == "duty_is":
            who = names[args[1]]
            return voice.pick(
                [f"第{args[0]}天轮到{who}吗？", f"第{args[0]}天当班的是不是{who}？"],
                [f"Is {who} on duty on day {args[0]}?"],
            )
        if kind == "which_day":
            who = names[args[0]]
            return voice.pick(
                [f"下面哪一天轮到{who}？", f"{who}在以下哪一天当班？"], [f"On which of these days is {who} on duty?"]
            )
        if kind == "times":
            who = names[args[0]]
            return voice.pick(
                [f"前{args[1]}天里{who}轮到几次？", f"第1天到第{args[1]}天，{who}一共当班几天？"],
                [f"How often is {who} on duty in the first {args[1]} days?"],
            )
        if kind == "when":
            who = names[args[0]]
            return voice.pick(
                [f"{who}第{args[1]}次当班是第几天？", f"{who}第{args[1]}次轮到是在第几天？"],
                [f"Which day is duty number {args[1]} of {who}?"],
            )
        if kind in ("ever", "held"):
            who = names[args[0]]
            if kind == "ever":
                return voice.pick(
                    [f"有没有哪次传完时东西在{who}手里？", f"各次传完后，{who}拿到过吗？"],
                    [f"Does any of the moves end with {who}?"],
                )
            return voice.pick(
                [f"有几次传完时东西在{who}手里？", f"各次传完时，落在{who}手里的共有几次？"],
                [f"How many of the moves end with {who}?"],
            )
        is_last = args[0] == len(world.moves)
        when = voice.say(
            "全部传完后" if is_last else f"第{args[0]}次传完后",
            "after all moves" if is_last else f"after move {args[0]}",
        )
        if kind == "holder":
            return voice.pick([f"{when}东西在谁手里？", f"{when}谁拿着？"], [f"Who has it {when}?"])
        who = names[args[1]]
        return voice.pick([f"{when}是不是在{who}手里？", f"{when}，拿着它的是{who}吗？"], [f"Has {who} got it {when}?"])

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if isinstance(value, bool):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind in _PERSON_KINDS:
            return cast.names[value]
        if ask.kind in ("which_day", "when"):
            return voice.say(f"第{value}天", f"day {value}")
        return str(value)

    def _shift(self, world: World, who: int, places: int, cast: Cast, voice: Voice) -> tuple[str, int]:
        """Count on from someone by numbers; return the work, ending in the number and the name, and who it is."""
        ring = _ring(world)
        at, size = ring.index(who) + 1, len(ring)
        total = at + places
        parts = [f"{at}{'+' if places >= 0 else '-'}{abs(places)}={total}"]
        while not 1 <= total <= size:
            step = -size if total > size else size
            parts.append(f"{total}{'+' if step > 0 else '-'}{size}={total + step}")
            total += step
        end = ring[total - 1]
        return voice.say("，", ", ").join(parts) + voice.say("", " ") + cast.names[end], end

    def _day(self, world: World, day: int, cast: Cast, voice: Voice) -> tuple[str, int]:
        """Find who is on duty on a day, from the number of changes since day 1."""
        size, gap = len(_ring(world)), voice.say("，", ", ")
        parts, changes = [f"{day}-1={day - 1}"], (day - 1) // world.block
        if world.block > 1:
            parts.append(
                f"{day - 1}÷{world.block}={changes}" + voice.say("余", " rest ") + str((day - 1) % world.block)
            )
        places = changes * world.step
        if world.step > 1:
            parts.append(f"{changes}×{world.step}={places}")
        if places > size:
            parts.append(f"{places}÷{size}={places // size}" + voice.say("余", " rest ") + str(places % size))
            places %= size
        work, who = self._shift(world, world.first, places * world.direction, cast, voice)
        return gap.join([*parts, work]), who

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        args, names, kind, ring = ask.args, cast.names, ask.kind, _ring(world)
        gap, stop, colon, space = (voice.say(*pair) for pair in (("，", ", "), ("。", "."), ("：", ": "), ("", " ")))
        # Number, name, number: so that both can be found from the other by looking on.
        lines = [gap.join(f"{number}{space}{names[who]}{space}{number}" for number, who in enumerate(ring, 1)) + stop]
        if kind == "place":
            return "\n".join([*lines, self._shift(world, args[0], args[1], cast, voice)[0] + stop])
        if kind == "which_day":
            for place, day in enumerate(shown[: shown.index(ask.right) + 1]):
                work, who = self._day(world, day, cast, voice)
                verdict = voice.say("，符合", ": it fits") if who == args[0] else f"≠{names[args[0]]}"
                lines.append(f"{letter_of(place)} {work}{verdict}{stop}")
            return "\n".join(lines)
        if kind in ("times", "when"):
            return "\n".join([*lines, *self._turns(world, ask, voice)])
        if world.is_rota:
            work, who = self._day(world, args[0], cast, voice)
            lines.append(work + stop)
        else:
            count = args[0] if kind in ("holder", "holder_is") else len(world.moves)
            who, number = world.first, 0
            for at, move in enumerate(world.moves[:count], 1):
                work, who = self._shift(world, who, move, cast, voice)
                mark = ""
                if kind in ("ever", "held"):
                    number += who == args[0]
                    mark = (
                        f"≠{names[args[0]]}" if who != args[0] else gap + voice.say(f"第{number}次", f"time {number}")
                    )
                    mark = gap + voice.say("有", "yes") if kind == "ever" and who == args[0] else mark
                lines.append(f"{at}{colon}{work}{mark}{stop}")
                if kind == "ever" and who == args[0]:
                    return "\n".join(lines)
            if kind == "ever":
                lines.append(voice.say("没有。", "No."))
            elif kind == "held":
                lines.append(voice.say(f"共{number}次。", f"{number} in all."))
        if kind.endswith("_is"):
            same = who == args[1]
            verdict = voice.say("，是" if same else "，否", ": yes" if same else ": no")
            lines.append(f"{names[who]}{'=' if same else '≠'}{names[args[1]]}{verdict}{stop}")
        return "\n".join(lines)

    def _turns(self, world: World, ask: Ask[int], voice: Voice) -> list[str]:
        """Someone's first day by the distance from who has day 1, then the days by adding the size of the circle."""
        ring, gap, stop, colon = _ring(world), voice.say("，", ", "), voice.say("。", "."), voice.say("：", ": ")
        size, start, goal = len(ring), ring.index(world.first) + 1, ring.index(ask.args[0]) + 1
        one, two = (goal, start) if world.direction > 0 else (start, goal)
        day = one - two
        line = f"{one}-{two}={day}"
        if day < 0:
            line += f"{gap}{day}+{size}={day + size}"
            day += size
        lines = [f"{line}{gap}{day}+1={day + 1}{stop}"]
        day, number, limit = day + 1, 1, ask.args[1]
        if ask.kind == "when":
            parts = [f"1{colon}{day}"]
            for number in range(2, limit + 1):
                parts.append(f"{number}{colon}{day}+{size}={day + size}")
                day += size
            return [*lines, gap.join(parts) + stop]
        parts = [f"1{colon}{day}"]
        while day + size <= limit:
            number += 1
            parts.append(f"{number}{colon}{day}+{size}={day + size}")
            day += size
        parts.append(f"{day}+{size}={day + size}>{limit}")
        return [*lines, gap.join(parts) + gap + voice.say(f"共{number}次", f"{number} in all") + stop]
