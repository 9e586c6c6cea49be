"""A row of numbered places: clues of position, distance and neighbourhood fix everyone's place one after the other.

Clues are made along a derivation, so that always some clue has one possible place left; often they are told nearly
in that order. The chain goes through them as told, again and again, and places whoever can be placed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import NamedTuple

from synth.puzzles.distractors import around, swapped
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

Value = int | tuple[int, ...]
Clue = tuple[str, int, int, int]
"""(kind, a, b, number): ``at`` a seat; ``off`` a is ``number`` to the right of b; ``adj`` neighbours; ``end`` a is at
an end; ``not`` a is not in seat ``number``. Seats count from 1 at the left; unused fields are 0."""


@dataclass(frozen=True, slots=True)
class World:
    """Who sits where, known to the reader only through clues."""

    row: tuple[int, ...]
    """The hidden arrangement from left to right."""
    clues: tuple[Clue, ...]
    """The clues in the order they are told."""


class Cast(NamedTuple):
    """Names and the setting: 0 chairs, 1 cages, 2 boxes, 3 houses."""

    names: tuple[str, ...]
    scene: int


def _options(clue: Clue, seats: dict[int, int], size: int) -> tuple[int, list[int]]:
    """The entity that a clue can place now and the free seats it allows (none where it does not apply)."""
    kind, a, b, number = clue
    taken = set(seats.values())
    free = [seat for seat in range(1, size + 1) if seat not in taken]
    if kind in ("off", "adj"):
        if (a in seats) == (b in seats):
            return a, []
        one, known = (b, a) if a in seats else (a, b)
        at = seats[known]
        ends = (at - 1, at + 1) if kind == "adj" else (at + number if one == a else at - number,)
        return one, [seat for seat in ends if seat in free]
    if a in seats:
        return a, []
    if kind == "at":
        return a, [number]
    return a, [seat for seat in free if (seat != number if kind == "not" else seat in (1, size))]


@lru_cache(maxsize=64)
def _rows(size: int, clues: tuple[Clue, ...]) -> tuple[tuple[int, ...], ...]:
    """All arrangements that satisfy the clues, as the seat of each entity, by backtracking over all of them."""
    order: list[int] = [a for kind, a, _, _ in clues if kind == "at"]
    while len(order) < size:
        linked = [
            one for kind, a, b, _ in clues if kind in ("off", "adj") for one, two in ((a, b), (b, a)) if two in order
        ]
        order.append(next((one for one in (*linked, *range(size)) if one not in order), 0))
    found: list[tuple[int, ...]] = []
    seat = [0] * size

    def is_fine(entity: int) -> bool:
        for kind, a, b, number in clues:
            if entity not in (a, b) or not seat[a]:
                continue
            if kind == "at" and seat[a] != number or kind == "not" and seat[a] == number:
                return False
            if kind == "end" and seat[a] not in (1, size):
                return False
            if kind in ("off", "adj") and seat[b]:
                gap = seat[a] - seat[b]
                if (gap != number) if kind == "off" else abs(gap) != 1:
                    return False
        return True

    def place(depth: int) -> None:
        if depth == size:
            found.append(tuple(seat))
            return
        entity = order[depth]
        for number in range(1, size + 1):
            if number not in seat:
                seat[entity] = number
                if is_fine(entity):
                    place(depth + 1)
                seat[entity] = 0

    place(0)
    return tuple(found)


def _read(seat: tuple[int, ...], ask: Ask[Value]) -> Value:
    """Read the answer off an arrangement (the seat of each entity)."""
    if ask.kind == "row":
        return tuple(sorted(range(len(seat)), key=lambda entity: seat[entity]))
    first = ask.args[0]
    if ask.kind == "who_at":
        return seat.index(first)
    if ask.kind == "where":
        return seat[first]
    if ask.kind == "right_of":
        return seat.index(seat[first] + ask.args[1])
    gap = seat[ask.args[1]] - seat[first]
    if ask.kind == "adjacent":
        return abs(gap) == 1
    return abs(gap) - 1 if ask.kind == "between" else gap > 0


def _around(middle: int, size: int) -> list[int]:
    """All other places below ``size``, nearest first."""
    return sorted((one for one in range(size) if one != middle), key=lambda one: (abs(one - middle), one))


class Seating(Family[World, Value, Cast]):
    """Values: an entity, a seat or count, a truth value, or the whole row."""

    name = "seating"
    title = "arrangement in a row"
    order_free = ("clues",)

    def world(self, rng: Random, level: int) -> World:
        size = min(8, 3 + (level + rng.randrange(2)) // 2)
        row = rng.sample(range(size), size)
        seats: dict[int, int] = {}
        clues: list[Clue] = []
        rest = rng.sample(range(size), size)
        while len(rest) > 1:
            clue = self._clue(row, seats, rest, rng)
            clues.append(clue)
            one = _options(clue, seats, size)[0]
            seats[one] = row.index(one) + 1
            rest.remove(one)
        if rng.random() < 0.4:
            rng.shuffle(clues)
        else:
            for _ in range(rng.randrange(3)):
                clues.insert(rng.randrange(len(clues)), clues.pop(rng.randrange(len(clues))))
        return World(tuple(row), tuple(clues))

    @staticmethod
    def _clue(row: list[int], seats: dict[int, int], rest: list[int], rng: Random) -> Clue:
        """A clue that leaves exactly one seat for some entity of ``rest``."""
        size = len(row)
        pool: list[Clue] = []
        for one in rest:
            seat = row.index(one) + 1
            for known, at in seats.items():
                gap = seat - at
                if abs(gap) <= 2:
                    pool += [("off", one, known, gap), ("off", known, one, -gap)]
                if abs(gap) == 1:
                    pool += [("adj", one, known, 0), ("adj", known, one, 0)]
            if seats and seat in (1, size):
                pool.append(("end", one, one, 0))
            if len(rest) == 2:
                other = rest[0] if one == rest[1] else rest[1]
                pool += [("not", one, one, row.index(other) + 1)] * 2
        fits = [clue for clue in pool if len(_options(clue, seats, size)[1]) == 1]
        if not fits or rng.random() < 0.1:
            return ("at", rest[0], rest[0], row.index(rest[0]) + 1)
        return rng.choice(fits)

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        row, size = world.row, len(world.row)
        asks: list[Ask[Value]] = []
        for kind in rng.sample(("who_at", "where", "right_of", "adjacent", "left_of", "between", "row"), 3):
            place = rng.randrange(size)
            near = _around(place, size)
            if kind == "who_at":
                asks.append(Ask(kind, (place + 1,), row[place], tuple(row[p] for p in near)))
            elif kind == "where":
                asks.append(Ask(kind, (row[place],), place + 1, tuple(p + 1 for p in near)))
            elif kind == "right_of":
                side = 1 if place == 0 or (place < size - 1 and rng.random() < 0.5) else -1
                wrong = [row[p] for p in near if p != place + side]
                asks.append(Ask(kind, (row[place], side), row[place + side], tuple(wrong)))
            elif kind in ("adjacent", "left_of"):
                other = rng.choice(near[: 2 if rng.random() < 0.5 else 9])
                right = abs(place - other) == 1 if kind == "adjacent" else place < other
                asks.append(Ask(kind, (row[place], row[other]), right, (not right,)))
            elif kind == "between":
                other = rng.choice(near)
                count = abs(place - other) - 1
                wrong = list(around(count, 0, size - 1))
                asks.append(Ask(kind, (row[place], row[other]), count, tuple(wrong)))
            else:
                asks.append(Ask(kind, (), row, (*swapped(row, rng), row[::-1])))
        return asks

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        found = _rows(len(world.row), world.clues)
        return bool(found) and all(_read(seat, ask) == value for seat in found)

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = voice.rng.randrange(4) if voice.zh else 3 * voice.rng.randrange(2)
        return Cast(draw(voice, ("person", "animal", "thing", "person")[scene], len(world.row)), scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        names, size = cast.names, len(cast.names)
        who = voice.join(names)
        head = voice.pick(
            (
                [
                    f"{who}坐在一排{size}个座位上，座位从左到右编号为1到{size}，每座一人。",
                    f"有{size}个座位排成一行（左起依次为1号到{size}号），坐着{who}。",
                ],
                [
                    f"{size}个笼子从左到右排成一排，编号1到{size}，分别关着{who}。",
                    f"{who}分别住在一排笼子里，从左往右是1号到{size}号。",
                ],
                [
                    f"桌上从左到右有{size}个盒子（1号到{size}号），分别放着{who}，每盒一件。",
                    f"{who}被放进排成一行的{size}个盒子，最左边是1号，最右边是{size}号。",
                ],
                [
                    f"一条街上有{size}栋房子，从左到右编号1到{size}，分别住着{who}。",
                    f"{who}住在并排的{size}栋房子里，每人一栋，左起为1号到{size}号。",
                ],
            )[cast.scene],
            (
                [f"{who} sit in a row of {size} seats, numbered 1 to {size} from left to right."],
                [],
                [],
                [f"{who} live in {size} houses in a row, numbered 1 to {size} from left to right."],
            )[cast.scene],
        )
        lead = voice.pick(["已知：", "线索如下：", "并且知道："], ["Clues:", "It is known that:"])
        said = [self._say(clue, names, voice) for clue in world.clues]
        if not voice.zh:
            said = [one[0].upper() + one[1:] for one in said]
        return f"{head}{voice.say('', ' ')}{lead}\n{voice.listing(said)}"

    @staticmethod
    def _say(clue: Clue, names: tuple[str, ...], voice: Voice) -> str:
        kind, a, b, number = clue
        x, y, size = names[a], names[b], len(names)
        if kind == "at":
            if number in (1, size) and voice.rng.random() < 0.5:
                side, en = ("左", "left") if number == 1 else ("右", "right")
                return voice.pick([f"{x}在最{side}边", f"最{side}边的是{x}"], [f"{x} is at the far {en}"])
            return voice.pick(
                [f"{x}在{number}号位置", f"{number}号是{x}", f"{x}的位置是{number}号"],
                [f"{x} is in number {number}", f"number {number} has {x}"],
            )
        if kind == "not":
            return voice.pick(
                [f"{x}不在{number}号位置", f"{number}号不是{x}", f"{x}的位置不是{number}号"],
                [f"{x} is not in number {number}", f"number {number} does not have {x}"],
            )
        if kind == "end":
            return voice.pick(
                [f"{x}在两端之一", f"{x}在某一端", f"{x}不是最左就是最右"], [f"{x} is at one of the ends"]
            )
        if kind == "adj":
            return voice.pick(
                [f"{x}和{y}相邻", f"{x}挨着{y}", f"{x}就在{y}旁边"],
                [f"{x} is next to {y}", f"{x} and {y} are neighbours"],
            )
        side, en, far = ("右", "right", number) if number > 0 else ("左", "left", -number)
        if far == 1:
            return voice.pick(
                [f"{x}紧挨在{y}的{side}边", f"{y}{side}边第1个是{x}", f"{x}就在{y}{side}侧相邻的位置"],
                [f"{x} is directly {en} of {y}", f"directly {en} of {y} is {x}"],
            )
        return voice.pick(
            [f"{x}在{y}{side}边第{far}个位置", f"从{y}往{side}数第{far}个是{x}", f"{y}{side}边第{far}个位置是{x}"],
            [f"{x} is {far} places {en} of {y}", f"counting {far} places {en} from {y} you find {x}"],
        )

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        if ask.kind == "row":
            return voice.pick(
                ["从左到右的顺序是？", "下面哪一个是从左到右的正确排列？", "按从左到右的顺序，依次是："],
                ["What is the order from left to right?", "Which is the right arrangement from left to right?"],
            )
        if ask.kind == "who_at":
            seat = ask.args[0]
            return voice.pick(
                [f"{seat}号位置是哪一个？", f"在{seat}号的是？", f"左起第{seat}个是："],
                [f"Which one is in number {seat}?", f"Which is number {seat} from the left?"],
            )
        x = cast.names[ask.args[0]]
        if ask.kind == "where":
            return voice.pick(
                [f"{x}在几号位置？", f"{x}的位置是几号？", f"{x}是左起第几个？"],
                [f"Which number has {x}?", f"What is the place of {x}, counting from the left?"],
            )
        if ask.kind == "right_of":
            side, en = ("右", "right") if ask.args[1] > 0 else ("左", "left")
            return voice.pick(
                [f"紧挨着{x}{side}边的是？", f"{x}{side}边第1个是哪一个？", f"和{x}相邻并且在{x}{side}侧的是："],
                [f"Which one is directly {en} of {x}?", f"Which neighbour does {x} have on the {en}?"],
            )
        y = cast.names[ask.args[1]]
        if ask.kind == "adjacent":
            return voice.pick(
                [f"{x}和{y}相邻吗？", f"{x}是否挨着{y}？", f"{x}与{y}是邻居，对吗？"], [f"Is {x} next to {y}?"]
            )
        if ask.kind == "left_of":
            return voice.pick(
                [f"{x}在{y}的左边吗（不一定相邻）？", f"{x}的位置是否比{y}更靠左？", f"{x}的编号比{y}小，对吗？"],
                [f"Is {x} further left than {y}?", f"Is {x} somewhere to the left of {y}?"],
            )
        return voice.pick(
            [f"{x}和{y}之间隔着几个位置？", f"{x}与{y}中间有几个位置？", f"夹在{x}和{y}之间的有几个？"],
            [f"How many are between {x} and {y}?", f"How many places lie between {x} and {y}?"],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if isinstance(value, tuple):
            return voice.join([cast.names[entity] for entity in value])
        if ask.kind in ("adjacent", "left_of"):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind == "where":
            return voice.say(f"{value}号", f"number {value}")
        return str(value) if ask.kind == "between" else cast.names[value]

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        names, size = cast.names, len(cast.names)
        seats: dict[int, int] = {}
        lines: list[str] = []
        waiting, turn = list(world.clues), 0
        while len(seats) < size and not self._is_known(ask, seats):
            # A clue that is used up or says nothing yet is passed over; after a full round somebody is left over.
            fitting = [clue for clue in waiting if len(_options(clue, seats, size)[1]) == 1]
            if not fitting:
                one = next(entity for entity in range(size) if entity not in seats)
                seat = next(seat for seat in range(1, size + 1) if seat not in seats.values())
                head = voice.say(f"剩{names[one]}：", f"left {names[one]}: ")
                lines.append(head + self._free(seats, names, 1, voice) + self._put(names[one], seat, voice))
                seats[one] = seat
                continue
            while True:
                clue = waiting[turn % len(waiting)]
                one, fits = _options(clue, seats, size)
                if len(fits) == 1:
                    break
                turn += 1
            turn %= len(waiting)
            waiting.pop(turn)
            lines.append(self._why(clue, one, fits[0], seats, names, voice))
            seats[one] = fits[0]
        return "\n".join([*lines, self._end(ask, seats, cast, voice)])

    @staticmethod
    def _is_known(ask: Ask[Value], seats: dict[int, int]) -> bool:
        if ask.kind == "row":
            return False
        if ask.kind == "who_at":
            return ask.args[0] in seats.values()
        if ask.kind == "right_of":
            return ask.args[0] in seats and seats[ask.args[0]] + ask.args[1] in seats.values()
        return all(entity in seats for entity in ask.args)

    @staticmethod
    def _put(name: str, seat: int, voice: Voice) -> str:
        """Both directions of a placing, so that either can be looked up forwards."""
        return voice.say(f"，{name}{seat}，{seat}{name}", f", {name} {seat}, {seat} {name}")

    @staticmethod
    def _seat(seat: int, seats: dict[int, int], names: tuple[str, ...], voice: Voice) -> str:
        """Who has a seat, or that it is free or does not exist."""
        if not 1 <= seat <= len(names):
            return voice.say(f"{seat}无", f"{seat} none")
        held = {at: names[entity] for entity, at in seats.items()}
        return voice.say(f"{seat}{held.get(seat, '空')}", f"{seat} {held.get(seat, 'free')}")

    @classmethod
    def _free(cls, seats: dict[int, int], names: tuple[str, ...], count: int, voice: Voice) -> str:
        """Go through the seats up to the given number of free ones."""
        cells: list[str] = []
        for seat in range(1, len(names) + 1):
            cells.append(cls._seat(seat, seats, names, voice))
            count -= seat not in seats.values()
            if not count:
                break
        return " ".join(cells) if voice.zh else ", ".join(cells)

    @classmethod
    def _why(cls, clue: Clue, one: int, seat: int, seats: dict[int, int], names: tuple[str, ...], voice: Voice) -> str:
        """Apply a clue that places somebody."""
        kind, a, b, number = clue
        x, size = names[one], len(names)
        gap, comma, colon = voice.say("", " "), voice.say("，", ", "), voice.say("：", ": ")
        put = cls._put(x, seat, voice)
        if kind == "at":
            return put[len(comma) :]
        if kind == "not":
            # Two seats are left.
            head = voice.say(f"{x}非{number}", f"{x} not {number}")
            return f"{head}{colon}{cls._free(seats, names, 2, voice)}{put}"
        if kind == "end":
            ends = comma.join(cls._seat(end, seats, names, voice) for end in (1, size))
            return voice.say(f"{x}在端：", f"{x} at an end: ") + ends + put
        known = b if one == a else a
        at, other = seats[known], names[known]
        if kind == "adj":
            beside = comma.join(cls._seat(side, seats, names, voice) for side in (at - 1, at + 1))
            return voice.say(f"{x}邻{other}{at}：{beside}", f"{x} beside {other} {at}: {beside}") + put
        step = f"{'+' if seat > at else '-'}{abs(number)}"
        return f"{other}{gap}{at}{step}={x}{gap}{seat}{comma}{seat}{gap}{x}"

    @classmethod
    def _end(cls, ask: Ask[Value], seats: dict[int, int], cast: Cast, voice: Voice) -> str:
        names = cast.names
        held = {seat: names[entity] for entity, seat in seats.items()}
        gap, comma = voice.say("", " "), voice.say("，", ", ")
        if ask.kind == "row":
            return comma.join(f"{seat}{gap}{held[seat]}" for seat in sorted(held))
        if ask.kind == "who_at":
            return voice.say(f"{ask.args[0]}号是{held[ask.args[0]]}", f"Number {ask.args[0]} is {held[ask.args[0]]}")
        x, at = names[ask.args[0]], seats[ask.args[0]]
        if ask.kind == "where":
            return voice.say(f"{x}在{at}号", f"{x} is in {at}")
        if ask.kind == "right_of":
            seat = at + ask.args[1]
            return f"{x}{gap}{at}{'+' if ask.args[1] > 0 else '-'}1={seat}{comma}{seat}{gap}{held[seat]}"
        y, other = names[ask.args[1]], seats[ask.args[1]]
        both = f"{x}{gap}{at}{comma}{y}{gap}{other}{comma}"
        if ask.kind == "left_of":
            word = voice.say("对", "true") if at < other else voice.say("不对", "false")
            return f"{both}{at}{'<' if at < other else '>'}{other}{comma}{word}"
        low, high = sorted((at, other))
        apart = f"{both}{high}-{low}={high - low}{comma}"
        if ask.kind == "between":
            return f"{apart}{high - low}-1={high - low - 1}"
        return apart + (voice.say("相邻", "neighbours") if high - low == 1 else voice.say("不相邻", "not neighbours"))
