"""Set operations: union, intersection, difference, symmetric difference and complement of small sets."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around, coset
from synth.puzzles.family import Ask, Family
from synth.puzzles.voice import Voice

UNION, MEET, MINUS, EITHER = range(4)


@dataclass(frozen=True, slots=True)
class World:
    """Sets over elements 0 to ``size - 1``; each set as the order in which its elements are told."""

    size: int
    """Number of elements of the universe."""
    sets: tuple[tuple[int, ...], ...]
    """The named sets."""
    steps: int
    """How many operations the longest expression has: 1 or 2."""


class Cast(NamedTuple):
    """How sets and elements are written."""

    names: tuple[str, ...]
    elements: tuple[str, ...]
    brackets: tuple[str, str]
    signs: tuple[str, str, str, str]


def _apply(op: int, one: list[int], two: list[int]) -> list[int]:
    """The operation on lists, element by element, in the order of the lists."""
    first = [item for item in one if op == UNION or (item in two) == (op == MEET)]
    return first + [item for item in two if op in (UNION, EITHER) and item not in one]


def _mask(items: list[int] | tuple[int, ...]) -> int:
    return sum(1 << item for item in items)


def _bits(op: int, one: int, two: int) -> int:
    return (one | two, one & two, one & ~two, one ^ two)[op]


class SetOperations(Family[World, int, Cast]):
    """Values: 1/0 for yes/no, an element, a count, or a set as a bit mask.

    Expressions are ``(op, left, right)`` or ``(op, left, right, op2, third)``, the first operation in brackets;
    a complement is asked as ``(-1, set)``.
    """

    name = "set_operations"
    title = "operations on small sets"

    def world(self, rng: Random, level: int) -> World:
        size = 6 + level
        count = 2 if level < 3 else 3
        sets = []
        for _ in range(count):
            length = min(size - 2, 3 + rng.randrange(2) + level // 4)
            chosen = rng.sample(range(size), length)
            sets.append(tuple(chosen if rng.random() < 0.4 else sorted(chosen)))
        return World(size, tuple(sets), 1 if level < 3 else 2)

    def _expression(self, world: World, rng: Random) -> tuple[int, ...]:
        places = rng.sample(range(len(world.sets)), len(world.sets))
        op = rng.choice([UNION, UNION, MEET, MEET, MINUS, MINUS, EITHER])
        if world.steps == 1 or rng.random() < 0.4:
            return (op, *places[:2]) if rng.random() < 0.85 else (-1, places[0])
        return (op, *places[:2], rng.choice([UNION, MEET, MINUS]), places[2])

    def _list(self, world: World, args: tuple[int, ...]) -> list[int]:
        """The expression's elements, by lists."""
        if args[0] < 0:
            return [item for item in range(world.size) if item not in world.sets[args[1]]]
        found = _apply(args[0], list(world.sets[args[1]]), list(world.sets[args[2]]))
        return found if len(args) == 3 else _apply(args[3], found, list(world.sets[args[4]]))

    def _masked(self, world: World, args: tuple[int, ...]) -> int:
        """Prover: the expression by bit masks."""
        masks = [_mask(items) for items in world.sets]
        if args[0] < 0:
            return (1 << world.size) - 1 & ~masks[args[1]]
        found = _bits(args[0], masks[args[1]], masks[args[2]])
        return found if len(args) == 3 else _bits(args[3], found, masks[args[4]])

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        asks: list[Ask[int]] = []
        kinds = rng.sample(["value", "value", "count", "member", "which", "subset"], 3)
        for kind in kinds:
            args = self._expression(world, rng)
            found = self._list(world, args)
            if kind == "value":
                right = _mask(found)
                asks.append(Ask("value", args, right, self._near(world, args, right, rng)))
            elif kind == "count":
                count = len(found)
                wrong = around(count)
                asks.append(Ask("count", args, count, wrong))
            elif kind == "member":
                item, want = rng.randrange(world.size), rng.random() < 0.5
                pool = [item for item in range(world.size) if (item in found) == want]
                item = rng.choice(pool) if pool else item
                asks.append(Ask("member", (*args, item), item in found, (item not in found,)))
            elif kind == "which":
                outside = [item for item in range(world.size) if item not in found]
                # Elements of one of the sets are the better distractors.
                used = {item for items in world.sets for item in items}
                rng.shuffle(outside)
                outside.sort(key=lambda item: item not in used)
                if found and outside:
                    asks.append(Ask("which", args, rng.choice(found), tuple(outside[:4])))
            else:
                asks.append(self._subset(world, rng))
        return asks

    def _subset(self, world: World, rng: Random) -> Ask[int]:
        """Is a given list of elements a subset of a set?"""
        place = rng.randrange(len(world.sets))
        inside = list(world.sets[place])
        part = rng.sample(inside, min(len(inside), 2 + rng.randrange(2)))
        if rng.random() < 0.5:
            outside = [item for item in range(world.size) if item not in inside]
            part[rng.randrange(len(part))] = rng.choice(outside)
        right = set(part) <= set(inside)
        return Ask("subset", (place, *part), right, (not right,))

    def _near(self, world: World, args: tuple[int, ...], right: int, rng: Random) -> tuple[int, ...]:
        """Wrong sets: another operation, operands swapped, one element more or less."""
        wrong = []
        if args[0] < 0:
            wrong.append(_mask(world.sets[args[1]]))
        else:
            wrong += [self._masked(world, (op, *args[1:])) for op in rng.sample(range(4), 4)]
            wrong.append(self._masked(world, (args[0], args[2], args[1], *args[3:])))
            if len(args) == 5:
                wrong.append(self._masked(world, args[:3]))
        rng.shuffle(wrong)
        slips = [mask ^ right for mask in wrong if mask != right][:2]
        return coset(right, [*slips, 1 << rng.randrange(world.size)])

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        if ask.kind == "subset":
            return (not _mask(ask.args[1:]) & ~_mask(world.sets[ask.args[0]])) == bool(value)
        args = ask.args[:-1] if ask.kind == "member" else ask.args
        mask = self._masked(world, args)
        if ask.kind == "value":
            return mask == value
        if ask.kind == "count":
            return mask.bit_count() == value
        if ask.kind == "which":
            return bool(mask >> value & 1)
        return bool(mask >> ask.args[-1] & 1) == bool(value)

    def cast(self, world: World, voice: Voice) -> Cast:
        rng = voice.rng
        form, start = int(rng.random() * 5), int(rng.random() * 20)
        if form == 0:
            elements = list("abcdefghijklmnopqrstuvwxyz"[: world.size])
        elif form == 1:
            elements = [str(2 * (start + place)) for place in range(world.size)]
        elif form == 2:
            elements = [str(number) for number in sorted(rng.sample(range(1, 60), world.size))]
        else:
            elements = [str(place + 1) for place in range(world.size)]
        names = rng.choice([("A", "B", "C"), ("P", "Q", "R"), ("S", "T", "U"), ("X", "Y", "Z"), ("S1", "S2", "S3")])
        is_plain = form == 0 or rng.random() < 0.7
        signs = ("∪", "∩", "-", "△") if is_plain else ("|", "&", "-", "^")
        if rng.random() < 0.25:
            names = ("A", "B", "C")
            signs = ("∪", "∩", "\\", "△")
        elif rng.random() < 0.2:  # made-up signs: the rules must be read
            one, two, three, four = rng.sample(["#", "@", "*", "%", "&", "^", "+", "-", "|"], 4)
            signs = (one, two, three, four)
        brackets = ("[", "]") if rng.random() < 0.35 else ("{", "}")
        return Cast(names[: len(world.sets)], tuple(elements), brackets, signs)

    def _set(self, items: list[int] | tuple[int, ...], cast: Cast) -> str:
        low, high = cast.brackets
        return f"{low}{', '.join(cast.elements[item] for item in items)}{high}"

    def _name(self, args: tuple[int, ...], cast: Cast, voice: Voice) -> str:
        """The expression in symbols."""
        if args[0] < 0:
            return voice.say(f"{cast.names[args[1]]}的补集", f"the complement of {cast.names[args[1]]}")
        first = f"{cast.names[args[1]]} {cast.signs[args[0]]} {cast.names[args[2]]}"
        return first if len(args) == 3 else f"({first}) {cast.signs[args[3]]} {cast.names[args[4]]}"

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        everything = self._set(tuple(range(world.size)), cast)
        head = voice.pick(
            [
                f"全集是{everything}，有下列集合：",
                f"给定全集{everything}，并定义以下集合：",
                f"考虑以{everything}为全集的几个集合：",
            ],
            [f"The universe is {everything}. There are these sets:", f"Take the universe {everything} and these sets:"],
        )
        form = voice.pick(["{} = {}", "集合{}为{}", "{}的元素：{}"], ["{} = {}", "set {} is {}"])
        lines = [form.format(name, self._set(items, cast)) for name, items in zip(cast.names, world.sets, strict=True)]
        one, two = "X", "Y"
        if "X" in cast.names:
            one, two = "M", "N"
        union, meet, minus, either = cast.signs
        rules = [
            voice.pick(
                [
                    f"{one} {union} {two}是并集（在{one}或{two}中的所有元素）",
                    f"并集{one} {union} {two}：至少属于其中一个集合的元素",
                ],
                [f"{one} {union} {two} is the union"],
            ),
            voice.pick(
                [
                    f"{one} {meet} {two}是交集（同时在{one}和{two}中的元素）",
                    f"交集{one} {meet} {two}：两个集合共有的元素",
                ],
                [f"{one} {meet} {two} is the intersection"],
            ),
            voice.pick(
                [
                    f"{one} {minus} {two}是差集（在{one}中但不在{two}中的元素）",
                    f"差集{one} {minus} {two}：属于{one}而不属于{two}的元素",
                ],
                [f"{one} {minus} {two} has the elements of {one} that are not in {two}"],
            ),
            voice.pick(
                [
                    f"{one} {either} {two}是对称差（恰好属于其中一个集合的元素）",
                    f"对称差{one} {either} {two}：只在一个集合中的元素",
                ],
                [f"{one} {either} {two} has the elements that are in exactly one of them"],
            ),
            voice.pick(
                [f"{one}的补集是全集中不在{one}里的元素", f"补集：全集里不属于{one}的元素"],
                [f"the complement of {one} has the elements of the universe that are not in {one}"],
            ),
        ]
        note = voice.say("；", "; ").join(rules) + voice.say(
            "。集合中元素的顺序无关紧要。", ". The order of elements does not matter."
        )
        return f"{head}\n{voice.listing(lines)}\n{note}"

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        if ask.kind == "subset":
            part, name = self._set(ask.args[1:], cast), cast.names[ask.args[0]]
            return voice.pick(
                [f"{part}是{name}的子集吗？", f"{part}中的元素是否都在{name}中？", f"{name}是否包含{part}的所有元素？"],
                [f"Is {part} a subset of {name}?", f"Are all elements of {part} in {name}?"],
            )
        args = ask.args[:-1] if ask.kind == "member" else ask.args
        name = self._name(args, cast, voice)
        if ask.kind == "value":
            return voice.pick(
                [f"{name}是哪个集合？", f"{name}等于什么？", f"求{name}。", f"计算{name}的结果是？"],
                [f"What is {name}?", f"Which set is {name}?"],
            )
        if ask.kind == "count":
            return voice.pick(
                [f"{name}有几个元素？", f"{name}中共有多少个元素？", f"{name}的元素个数是多少？"],
                [f"How many elements are in {name}?", f"What is the size of {name}?"],
            )
        if ask.kind == "which":
            return voice.pick(
                [f"下面哪个元素属于{name}？", f"以下哪一个在{name}中？", f"{name}含有下列哪个元素？"],
                [f"Which of these is in {name}?", f"Which element belongs to {name}?"],
            )
        item = cast.elements[ask.args[-1]]
        return voice.pick(
            [f"{item}属于{name}吗？", f"{item}是不是{name}的元素？", f"{name}中有{item}吗？"],
            [f"Is {item} in {name}?", f"Does {item} belong to {name}?"],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind in ("member", "subset"):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind == "count":
            return str(value)
        if ask.kind == "which":
            return cast.elements[value]
        return self._set([item for item in range(world.size) if value >> item & 1], cast)

    def _row(self, name: str, items: list[int] | tuple[int, ...], cast: Cast, voice: Voice) -> str:
        """A named set, copied in short."""
        listed = ",".join(cast.elements[item] for item in items) or voice.say("空", "none")
        return f"{name}{voice.say('：', ': ')}{listed}"

    def _marks(self, items: list[int], other: list[int], cast: Cast, voice: Voice) -> str:
        """Say of each of ``items`` whether ``other`` has it."""
        yes, no = voice.say("有", " in"), voice.say("无", " out")
        return voice.say("，", ", ").join(cast.elements[item] + (yes if item in other else no) for item in items)

    def _step(
        self, op: int, one: list[int], two: list[int], named: tuple[str, str, str], cast: Cast, voice: Voice
    ) -> list[str]:
        """One operation, element by element: the cells up to the result. ``named[0]`` is empty where known already."""
        left, right, name = named
        if op in (MEET, MINUS):
            cells = [self._row(right, two, cast, voice), self._marks(one, two, cast, voice)]
        else:
            cells = [self._row(left, one, cast, voice)] if left else []
            cells.append(self._marks(two, one, cast, voice))
            if op == EITHER:
                cells.append(self._marks(one, two, cast, voice))
        return [*(cell for cell in cells if cell), self._row(name, _apply(op, one, two), cast, voice)]

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        stop = voice.say("；", "; ")
        if ask.kind == "subset":
            return self._subset_chain(world, ask, cast, voice)
        args = ask.args[:-1] if ask.kind == "member" else ask.args
        if ask.kind in ("member", "which"):
            places = [args[1]] if args[0] < 0 else [args[1], args[2], *args[4:]]
            lines = [stop.join(self._row(cast.names[place], world.sets[place], cast, voice) for place in places)]
            if ask.kind == "member":
                said, holds = self._judge(world, args, ask.args[-1], cast, voice)
                word = voice.say("，是" if holds else "，否", ": yes" if holds else ": no")
                return "\n".join([*lines, said + word])
            for place, item in enumerate(shown):
                said, holds = self._judge(world, args, item, cast, voice)
                lines.append(f"{letter_of(place)} {said}")
                if holds:
                    break
            return "\n".join(lines)
        name, found = self._name(args, cast, voice), self._list(world, args)
        if args[0] < 0:
            one = list(world.sets[args[1]])
            whole = list(range(world.size))
            steps = [self._step(MINUS, whole, one, ("", cast.names[args[1]], name), cast, voice)]
        else:
            one, two = (list(world.sets[place]) for place in args[1:3])
            first = self._name(args[:3], cast, voice)
            steps = [self._step(args[0], one, two, (cast.names[args[1]], cast.names[args[2]], first), cast, voice)]
            if len(args) == 5:
                part, third = _apply(args[0], one, two), list(world.sets[args[4]])
                steps.append(self._step(args[3], part, third, ("", cast.names[args[4]], name), cast, voice))
        if ask.kind == "count":
            comma, colon = voice.say("，", ", "), voice.say("：", ": ")
            counted = comma.join(f"{number}:{cast.elements[item]}" for number, item in enumerate(found, 1))
            steps[-1][-1] = f"{name}{colon}{counted or voice.say('空，0', 'none, 0')}"
        return "\n".join(stop.join(step) for step in steps)

    def _judge(self, world: World, args: tuple[int, ...], item: int, cast: Cast, voice: Voice) -> tuple[str, bool]:
        """Is an element in the expression? Said operation by operation."""
        yes, no = voice.say("有", " in"), voice.say("无", " out")
        names, arrow = cast.names, "→" if voice.zh else " →"
        holds = item in world.sets[args[1]]
        said = f"{cast.elements[item]}{voice.say('：', ': ')}{names[args[1]]}{yes if holds else no}"
        if args[0] < 0:
            return f"{said}{arrow}{no if holds else yes}", not holds
        for op, place in ((args[0], args[2]), *([(args[3], args[4])] if len(args) == 5 else [])):
            other = item in world.sets[place]
            said += f" {cast.signs[op]} {names[place]}{yes if other else no}"
            holds = (holds or other, holds and other, holds and not other, holds != other)[op]
            said += f"{arrow}{yes if holds else no}"
        return said, holds

    def _subset_chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        place, part = ask.args[0], list(ask.args[1:])
        items = list(world.sets[place])
        # Up to the first element that is missing.
        until = next((at for at, item in enumerate(part, 1) if item not in items), len(part))
        marks = self._marks(part[:until], items, cast, voice)
        word = voice.say("，是" if ask.right else "，否", ": yes" if ask.right else ": no")
        return f"{self._row(cast.names[place], items, cast, voice)}\n{marks}{word}"
