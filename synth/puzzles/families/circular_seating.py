"""A round table, given as a full order or by links: who sits opposite, beside, or some seats further on?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from random import Random
from typing import NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


@dataclass(frozen=True, slots=True)
class World:
    """People around a table; everyone faces the middle, so the left-hand neighbour is the next one clockwise."""

    ring: tuple[int, ...]
    """The hidden order, clockwise."""
    links: tuple[tuple[int, int, int], ...]
    """(a, b, steps): b sits ``steps`` seats clockwise from a (negative: anticlockwise); empty: the order is told."""
    is_reversed: bool
    """True where the told order runs anticlockwise."""


class Cast(NamedTuple):
    """Names, and whether sides are called left/right instead of clockwise."""

    names: tuple[str, ...]
    is_sided: bool


@lru_cache(maxsize=64)
def _rings(size: int, links: tuple[tuple[int, int, int], ...]) -> tuple[tuple[int, ...], ...]:
    """The clockwise seat of each person (person 0 at seat 0) in every arrangement that satisfies the links."""
    if size > 7:
        # Propagate first: too many permutations to try.
        seat = {0: 0}
        for _ in range(size):
            for a, b, steps in links:
                if a in seat:
                    seat[b] = (seat[a] + steps) % size
                elif b in seat:
                    seat[a] = (seat[b] - steps) % size
        rest = [one for one in range(size) if one not in seat]
        free = [one for one in range(size) if one not in seat.values()]
        rows = [
            tuple({**seat, **dict(zip(rest, row, strict=True))}[one] for one in range(size))
            for row in permutations(free)
        ]
    else:
        rows = [(0, *row) for row in permutations(range(1, size))]
    return tuple(row for row in rows if all((row[a] + steps - row[b]) % size == 0 for a, b, steps in links))


def _read(seat: tuple[int, ...], ask: Ask[int]) -> int:
    size, first = len(seat), ask.args[0]
    if ask.kind == "step":
        return seat.index((seat[first] + ask.args[1]) % size)
    if ask.kind == "opposite":
        return seat.index((seat[first] + size // 2) % size)
    gap = (seat[ask.args[1]] - seat[first]) % size
    return gap if ask.kind == "gap" else gap in (1, size - 1)


class CircularSeating(Family[World, int, Cast]):
    """Values: a person, a number of seats, or a truth value."""

    name = "circular_seating"
    title = "arrangement around a round table"
    facts = ("links",)
    is_trained = False
    order_free = ("links",)

    def world(self, rng: Random, level: int) -> World:
        size = min(8, 4 + level // 2)
        ring = tuple(rng.sample(range(size), size))
        links: list[tuple[int, int, int]] = []
        if rng.random() < 0.5:
            # Every link joins a new person to one who is already seated; the last person takes the seat left over.
            order = rng.sample(range(size), size)
            for step in range(1, size - 1):
                pairs = [(a, d) for a in order[:step] for d in (1, -1, 2, -2) if self._far(ring, a, d) == order[step]]
                known, steps = rng.choice(pairs) if pairs else (order[0], self._gap(ring, order[0], order[step]))
                links.append((known, order[step], steps) if rng.random() < 0.5 else (order[step], known, -steps))
            rng.shuffle(links)
        return World(ring, tuple(links), not links and rng.random() < 0.4)

    @staticmethod
    def _far(ring: tuple[int, ...], who: int, steps: int) -> int:
        return ring[(ring.index(who) + steps) % len(ring)]

    @staticmethod
    def _gap(ring: tuple[int, ...], a: int, b: int) -> int:
        return (ring.index(b) - ring.index(a)) % len(ring)

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        ring, size = world.ring, len(world.ring)
        kinds = ["step", "step", "gap", "beside", "opposite" if size % 2 == 0 else "step"]
        asks: list[Ask[int]] = []
        for kind in rng.sample(kinds, 3):
            place = rng.randrange(size)
            who = ring[place]
            if kind in ("step", "opposite"):
                steps = rng.choice((1, -1, 2, -2)) if kind == "step" else size // 2
                right = self._far(ring, who, steps)
                near = [self._far(ring, who, d) for d in (-steps, steps + 1, steps - 1, 1, -1, 2, -2)]
                wrong = tuple(one for one in near if one not in (who, right))
                asks.append(Ask(kind, (who, steps) if kind == "step" else (who,), right, wrong))
                continue
            other = self._far(ring, who, rng.choice((1, -1)) if rng.random() < 0.2 else rng.randrange(1, size))
            gap = self._gap(ring, who, other)
            if kind == "gap":
                wrong = around(gap, 1, size - 1)
                asks.append(Ask(kind, (who, other), gap, wrong))
            else:
                right = gap in (1, size - 1)
                asks.append(Ask(kind, (who, other), right, (not right,)))
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        size = len(world.ring)
        if not world.links:
            told = world.ring[::-1] if world.is_reversed else world.ring
            sign = -1 if world.is_reversed else 1
            seat = tuple(sign * told.index(one) % size for one in range(size))
            return _read(seat, ask) == value
        found = _rings(size, world.links)
        return bool(found) and all(_read(seat, ask) == value for seat in found)

    def cast(self, world: World, voice: Voice) -> Cast:
        kind = "animal" if voice.zh and voice.rng.random() < 0.2 else "person"
        return Cast(draw(voice, kind, len(world.ring)), voice.rng.random() < 0.4)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        names, size = cast.names, len(cast.names)
        who = voice.join(names)
        turn = voice.say(
            "逆时针" if world.is_reversed else "顺时针", "anticlockwise" if world.is_reversed else "clockwise"
        )
        rule = ""
        if cast.is_sided:
            rule = voice.pick(
                [
                    "大家都面向圆桌中心，因此每位左手边的邻座就是顺时针方向的下一位，右手边的邻座是逆时针方向的下一位。",
                    "所有人面朝桌子中央坐着：左边的邻座在顺时针方向，右边的邻座在逆时针方向。",
                ],
                ["All face the middle: the left neighbour is the next one clockwise, the right one anticlockwise. "],
            )
        if not world.links:
            shift = voice.rng.randrange(size)
            ring = world.ring[::-1] if world.is_reversed else world.ring
            told = voice.join([names[one] for one in (*ring[shift:], *ring[:shift])])
            return rule + voice.pick(
                [
                    f"{size}位围坐在一张圆桌旁，按{turn}方向依次是：{told}。",
                    f"一张圆桌有{size}个座位，{turn}依次坐着{told}，最后一位又挨着第一位。",
                    f"圆桌会议的座次（{turn}）：{told}，首尾相接，围成一圈。",
                ],
                [
                    f"{size} guests sit at a round table. Going {turn}: {told}.",
                    f"Around a round table sit, {turn}: {told}; the last one is next to the first.",
                ],
            )
        head = voice.pick(
            [
                f"{who}围坐在一张有{size}个座位的圆桌旁。",
                f"{size}位客人{who}坐满了一张圆桌。",
                f"圆桌旁坐着{who}，没有空位。",
            ],
            [f"{who} sit around a round table with {size} seats.", f"A round table has {size} seats, taken by {who}."],
        )
        said = []
        for a, b, steps in world.links:
            word, far = self._way(steps, cast, voice), abs(steps)
            said.append(
                voice.pick(
                    [f"从{names[a]}往{word}数第{far}位是{names[b]}", f"{names[b]}是{names[a]}往{word}数的第{far}位"],
                    [
                        f"{names[b]} is number {far} {word} from {names[a]}",
                        f"going {word} from {names[a]}, number {far} is {names[b]}",
                    ],
                )
            )
        if not voice.zh:
            said = [one[0].upper() + one[1:] for one in said]
        return f"{head}{voice.say('', ' ')}{rule}{voice.say('已知：', 'It is known that:')}\n{voice.listing(said)}"

    @staticmethod
    def _way(steps: int, cast: Cast, voice: Voice) -> str:
        if cast.is_sided:
            return voice.say("左" if steps > 0 else "右", "to the left" if steps > 0 else "to the right")
        return voice.say("顺时针" if steps > 0 else "逆时针", "clockwise" if steps > 0 else "anticlockwise")

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        x = cast.names[ask.args[0]]
        if ask.kind == "opposite":
            return voice.pick(
                [f"坐在{x}正对面的是谁？", f"谁与{x}面对面？", f"{x}的对面是哪一位？"],
                [f"Who sits opposite {x}?", f"Who faces {x} across the table?"],
            )
        if ask.kind == "step":
            word, far = self._way(ask.args[1], cast, voice), abs(ask.args[1])
            return voice.pick(
                [
                    f"从{x}开始往{word}数，第{far}位是谁？（{x}自己不算）",
                    f"{x}往{word}数的第{far}位是？",
                    f"由{x}向{word}数{far}个座位，坐的是谁？",
                ],
                [
                    f"Who is number {far} {word} from {x} (not counting {x})?",
                    f"Going {far} seat{'s' if far > 1 else ''} {word} from {x}, whom do you find?",
                ],
            )
        y = cast.names[ask.args[1]]
        if ask.kind == "beside":
            return voice.pick(
                [f"{x}和{y}是邻座吗？", f"{x}是否紧挨着{y}？", f"{x}与{y}相邻，对吗？"],
                [f"Is {x} next to {y}?", f"Are {x} and {y} neighbours?"],
            )
        return voice.pick(
            [
                f"从{x}往{self._way(1, cast, voice)}要数几个座位才到{y}？",
                f"{y}是{x}往{self._way(1, cast, voice)}数的第几位？",
                f"由{x}沿{self._way(1, cast, voice)}走到{y}，要经过几步（每步一个座位）？",
            ],
            [f"How many seats {self._way(1, cast, voice)} from {x} is {y}?"],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind == "beside":
            return voice.say("是" if value else "否", "Yes" if value else "No")
        return str(value) if ask.kind == "gap" else cast.names[value]

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        lines: list[str] = []
        if not world.links:
            return self._count(world, ask, cast, voice)
        seats = self._fill(world, ask, cast, voice, lines)
        return "\n".join([*lines, self._end(ask, seats, cast.names, voice)])

    @classmethod
    def _count(cls, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        """Count along the told order from the one asked about, who is number 0."""
        names, size, told = cast.names, len(cast.names), world.ring[::-1] if world.is_reversed else world.ring
        steps = {"step": ask.args[-1], "opposite": size // 2}.get(ask.kind, 1)
        turns = voice.say("逆时针", "anticlockwise"), voice.say("顺时针", "clockwise")
        turn, asked = turns[not world.is_reversed], turns[steps > 0]
        comma, equal = voice.say("，", ", "), voice.say("=", " = ")
        is_against = ask.kind in ("step", "gap") and turn != asked
        start = told.index(ask.args[0])
        lines = []
        if ask.kind == "opposite":
            lines.append(f"{size}/2={steps}")
        elif ask.kind in ("step", "gap"):
            # The question may say left or right, and may go against the told order.
            told_way = f"{cls._way(steps, cast, voice)}{equal}{asked}" if cast.is_sided else asked
            number = f"{comma}{size}-{abs(steps)}={size - abs(steps)}"
            lines.append(told_way + (f"{comma}{voice.say('反向', 'reverse')}" if is_against else ""))
            lines[0] += number if is_against and ask.kind == "step" else ""
        if ask.kind in ("step", "opposite"):
            last = size - abs(steps) if is_against else abs(steps)
        else:
            last = (told.index(ask.args[1]) - start) % size
        cells = [f"{n}{voice.say('', ' ')}{names[told[(start + n) % size]]}" for n in range(last + 1)]
        lines.append(f"{turn}{voice.say('：', ': ')}{voice.say(' ', ', ').join(cells)}")
        if ask.kind == "beside":
            near = last in (1, size - 1)
            beside = voice.say(f"邻座是1、{size - 1}，", f"neighbours are 1 and {size - 1}; ")
            lines.append(beside + voice.say("相邻" if near else "不相邻", "yes" if near else "no"))
        elif ask.kind == "gap":
            lines.append(f"{size}-{last}={size - last}" if is_against else str(last))
        else:
            lines.append(names[told[(start + last) % size]])
        return "\n".join(lines)

    @staticmethod
    def _clockwise(text: str, voice: Voice) -> str:
        return voice.say(f"顺时针：{text}", f"Clockwise: {text}")

    @staticmethod
    def _sum(at: int, steps: int, size: int, voice: Voice) -> tuple[str, int]:
        """Go some steps clockwise from a seat, in words and as a seat: ``5+2=7，7-6=1``."""
        total = at + steps
        goal = (total - 1) % size + 1
        text = f"{at}{'+' if steps > 0 else '-'}{abs(steps)}={total}"
        if goal != total:
            text += f"{voice.say('，', ', ')}{total}{'-' if total > size else '+'}{size}={goal}"
        return text, goal

    def _fill(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, lines: list[str]) -> dict[int, int]:
        """Seat people by the links, numbering seats clockwise from the first one told of, until all asked are known."""
        names, size = cast.names, len(cast.names)
        gap, comma = voice.say("", " "), voice.say("，", ", ")
        start = world.links[0][0]
        seats = {start: 1}
        lines.append(self._clockwise(f"1-{size}{comma}{names[start]}{gap}1{comma}1{gap}{names[start]}", voice))
        while not self._is_known(ask, seats, size):
            link = next(((a, b, steps) for a, b, steps in world.links if (a in seats) != (b in seats)), None)
            if link is None:
                one = next(one for one in range(size) if one not in seats)
                seats[one] = next(seat for seat in range(1, size + 1) if seat not in seats.values())
                held = {seat: names[who] for who, seat in seats.items() if who != one}
                cells = [f"{n}{gap}{held.get(n, voice.say('空', 'free'))}" for n in range(1, seats[one] + 1)]
                head = voice.say(f"剩{names[one]}：", f"left {names[one]}: ") + comma.join(cells)
            else:
                a, b, steps = link
                known, one, far = (a, b, steps) if a in seats else (b, a, -steps)
                head, seats[one] = self._sum(seats[known], far, size, voice)
                head = f"{names[known]}→{names[one]}{voice.say('：', ': ')}{head}"
            lines.append(f"{head}{comma}{names[one]}{gap}{seats[one]}{comma}{seats[one]}{gap}{names[one]}")
        return seats

    @staticmethod
    def _is_known(ask: Ask[int], seats: dict[int, int], size: int) -> bool:
        if ask.args[0] not in seats:
            return False
        if ask.kind in ("step", "opposite"):
            steps = ask.args[1] if ask.kind == "step" else size // 2
            return (seats[ask.args[0]] + steps - 1) % size + 1 in seats.values()
        return ask.args[1] in seats

    @classmethod
    def _end(cls, ask: Ask[int], seats: dict[int, int], names: tuple[str, ...], voice: Voice) -> str:
        size = len(names)
        gap, comma = voice.say("", " "), voice.say("，", ", ")
        x, at = names[ask.args[0]], seats[ask.args[0]]
        if ask.kind in ("step", "opposite"):
            steps = ask.args[1] if ask.kind == "step" else size // 2
            half = f"{size}/2={steps}{comma}" if ask.kind == "opposite" else ""
            text, goal = cls._sum(at, steps, size, voice)
            found = next(names[who] for who, seat in seats.items() if seat == goal)
            return f"{half}{x}{gap}{at}{comma}{text}{comma}{goal}{gap}{found}"
        y, other = names[ask.args[1]], seats[ask.args[1]]
        both = f"{x}{gap}{at}{comma}{y}{gap}{other}{comma}"
        if ask.kind == "gap":
            apart = f"{other}-{at}={other - at}"
            return both + (apart if other > at else f"{apart}{comma}{other - at}+{size}={other - at + size}")
        low, high = sorted((at, other))
        word = voice.say("相邻", "neighbours") if high - low in (1, size - 1) else voice.say("不相邻", "not neighbours")
        return f"{both}{high}-{low}={high - low}{comma}{word}"
