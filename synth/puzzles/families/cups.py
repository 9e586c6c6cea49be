"""Who holds what after swaps: each person starts with one thing, then pairs exchange what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

Value = bool | int | tuple[int, int]
"""True/False, an owner or a thing, or a statement (owner, thing)."""


@dataclass(frozen=True, slots=True)
class World:
    """Owners 0 … n-1 start with the things of the same number."""

    size: int
    swaps: tuple[tuple[int, int], ...]


class Cast(NamedTuple):
    """Names of owners and things, and the setting."""

    owners: tuple[str, ...]
    things: tuple[str, ...]
    scene: int


def _states(world: World) -> list[list[int]]:
    """Return what each owner holds, at the start and after each swap."""
    held = list(range(world.size))
    states = [list(held)]
    for a, b in world.swaps:
        held[a], held[b] = held[b], held[a]
        states.append(list(held))
    return states


def _trace(world: World, thing: int) -> int:
    """Follow one thing from hand to hand (independent of ``_states``)."""
    place = thing
    for a, b in world.swaps:
        place = b if place == a else a if place == b else place
    return place


class Cups(Family[World, Value, Cast]):
    """Values: an owner, a thing, a statement, or True/False."""

    name = "cups"
    title = "who holds what after swaps"
    facts = ("swaps",)
    is_trained = False
    changes = {"swaps": "other"}

    def world(self, rng: Random, level: int) -> World:
        size = 3 + level // 4
        swaps: list[tuple[int, int]] = []
        while len(swaps) < 2 + (level + 1) // 2:
            a, b = rng.sample(range(size), 2)
            if not swaps or {a, b} != set(swaps[-1]):
                swaps.append((a, b))
        return World(size, tuple(swaps))

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        final = _states(world)[-1]
        asks: list[Ask[Value]] = []
        owners = rng.sample(range(world.size), 3)
        for owner, kind in zip(owners, rng.sample(["thing", "owner", "has", "true", "kept"], 3), strict=True):
            thing = final[owner]
            if kind == "thing":
                others = [owner, *rng.sample(range(world.size), world.size)]
                asks.append(Ask(kind, (owner,), thing, tuple(x for x in dict.fromkeys(others) if x != thing)[:4]))
            elif kind == "owner":
                others = [thing, *rng.sample(range(world.size), world.size)]
                asks.append(Ask(kind, (thing,), owner, tuple(x for x in dict.fromkeys(others) if x != owner)[:4]))
            elif kind == "has":
                claim = thing if rng.random() < 0.5 else rng.choice([x for x in range(world.size) if x != thing])
                asks.append(Ask(kind, (owner, claim), claim == thing, (claim != thing,)))
            elif kind == "true":
                wrong = [(who, what) for who in range(world.size) for what in range(world.size) if final[who] != what]
                asks.append(Ask(kind, (), (owner, thing), tuple(rng.sample(wrong, 4))))
            else:
                want = rng.random() < 0.65  # often nobody kept their own, so ask for it more
                pool = [who for who in range(world.size) if (final[who] == who) == want]
                owner = rng.choice(pool or [owner])
                right = final[owner] == owner
                asks.append(Ask(kind, (owner,), right, (not right,)))
        return asks

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        if ask.kind == "thing":
            return isinstance(value, int) and _trace(world, value) == ask.args[0]
        if ask.kind == "owner":
            return value == _trace(world, ask.args[0])
        if ask.kind == "has":
            return value == (_trace(world, ask.args[1]) == ask.args[0])
        if ask.kind == "kept":
            return value == (_trace(world, ask.args[0]) == ask.args[0])
        return isinstance(value, tuple) and _trace(world, value[1]) == value[0]

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 3)
        if scene == 2:
            numbers = tuple(voice.say(f"{number}号杯", f"cup {number}") for number in range(1, world.size + 1))
            colors = draw(voice, "color", world.size)
            return Cast(numbers, tuple(voice.say(f"{color}球", f"{color} ball") for color in colors), scene)
        return Cast(draw(voice, "person", world.size), draw(voice, "thing", world.size), scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        start = [
            voice.say(
                (f"{owner}拿着{thing}", f"{owner}分到{thing}", f"{owner}下面是{thing}")[cast.scene],
                (f"{owner} holds the {thing}", f"{owner} gets the {thing}", f"{owner} hides the {thing}")[cast.scene],
            )
            for owner, thing in zip(cast.owners, cast.things, strict=True)
        ]
        form = voice.pick(
            (
                ["{}和{}交换手里的东西", "{}与{}互换各自拿着的东西"],
                ["{}和{}交换礼物", "{}跟{}互换礼物"],
                ["{}和{}交换下面的球", "{}与{}里的球互换"],
            )[cast.scene],
            ["{} and {} exchange what they hold", "{} swaps contents with {}"]
            if cast.scene == 2
            else ["{} and {} exchange what they hold", "{} swaps with {}"],
        )
        head = voice.pick(
            (
                ["开始时", "起初", "游戏开始时"],
                ["分礼物时", "聚会上", "抽签后"],
                ["一开始", "桌上有几只倒扣的杯子，", "最初"],
            )[cast.scene],
            ["At first ", "In the beginning "],
        )
        between = voice.pick(
            ["接着依次发生：", "然后按顺序进行下面的交换：", "之后："], ["Then, in this order:", "After that:"]
        )
        swaps = [form.format(cast.owners[a], cast.owners[b]) for a, b in world.swaps]
        joined = ("，" if voice.zh else ", ").join(start)
        head = head if head.endswith(("，", " ")) else head + "，"
        return f"{head}{joined}{voice.say('。', '. ')}{between}\n{voice.listing(swaps)}"

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        cups = cast.scene == 2
        if ask.kind == "thing":
            owner = cast.owners[ask.args[0]]
            return voice.pick(
                [
                    f"最后{owner}{'里' if cups else '手里'}是什么？",
                    f"全部交换后，{owner}{'下面是' if cups else '拿着'}什么？",
                ],
                [f"What does {owner} hold in the end?"],
            )
        if ask.kind == "owner":
            thing = cast.things[ask.args[0]]
            return voice.pick(
                [
                    f"最后{thing}在{'哪只杯子里' if cups else '谁手里'}？",
                    f"交换结束后，{thing}在{'哪里' if cups else '谁那里'}？",
                ],
                [f"{'Where' if cups else 'Who has'} {'is ' if cups else ''}the {thing} in the end?"],
            )
        owner = cast.owners[ask.args[0]] if ask.args else ""
        if ask.kind == "has":
            thing = cast.things[ask.args[1]]
            return voice.pick(
                [f"最后{owner}{'里是' if cups else '拿着'}{thing}吗？", f"全部交换之后，{owner}的东西是不是{thing}？"],
                [f"Does {owner} hold the {thing} in the end?"],
            )
        if ask.kind == "kept":
            thing = cast.things[ask.args[0]]
            return voice.pick(
                [f"{thing}最后回到（或仍在）{owner}那里吗？", f"最后{owner}的东西和开始时一样吗？"],
                [f"Does {owner} end up with the same thing as at first?"],
            )
        return voice.pick(
            ["全部交换后，下面哪种说法正确？", "关于最后的情况，哪一项是对的？"], ["Which of these is true in the end?"]
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if isinstance(value, bool):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if isinstance(value, tuple):
            owner, thing = cast.owners[value[0]], cast.things[value[1]]
            return voice.say(f"{owner}{'里是' if cast.scene == 2 else '拿着'}{thing}", f"{owner} holds the {thing}")
        return (cast.things if ask.kind == "thing" else cast.owners)[value]

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        states = _states(world)
        comma, colon = voice.say("，", ", "), voice.say("：", ": ")
        # Cups are called by their numbers.
        owners = [str(number) for number in range(1, world.size + 1)] if cast.scene == 2 else list(cast.owners)
        yes, no = voice.say("，是", ": yes"), voice.say("，否", ": no")
        if ask.kind in ("owner", "has", "kept"):  # follow one thing from hand to hand
            thing = ask.args[-1]
            # A thing told by its owner is found forward; else the owners are read in order up to the thing.
            seen = range(thing, thing + 1) if ask.kind == "kept" else range(thing + 1)
            cells = [f"{owners[owner]}:{cast.things[owner]}" for owner in seen]
            place = thing
            for (a, b), state in zip(world.swaps, states[1:], strict=True):
                place = state.index(thing)
                cells.append(f"{owners[a]}/{owners[b]}→{owners[place]}")
            line = comma.join(cells)
            if ask.kind == "owner":
                return line
            owner = ask.args[0]
            same = place == owner
            return f"{line}\n{owners[place]}{'=' if same else '≠'}{owners[owner]}{yes if same else no}"

        def cell(owner: int, state: list[int]) -> str:
            return f"{owners[owner]}:{cast.things[state[owner]]}"

        lines = [comma.join(cell(owner, states[0]) for owner in range(world.size))]
        lines += [
            f"{cell(a, state)}{comma}{cell(b, state)}" for (a, b), state in zip(world.swaps, states[1:], strict=True)
        ]
        if ask.kind == "thing":
            return "\n".join([*lines, voice.say("最后", "End ") + cell(ask.args[0], states[-1])])
        for place, value in enumerate(shown):
            assert isinstance(value, tuple)
            owner, thing = value
            holds = states[-1][owner] == thing
            sign = "=" if holds else "≠"
            lines.append(f"{letter_of(place)}{colon}{cell(owner, states[-1])}{sign}{cast.things[thing]}")
            if holds:
                break
        return "\n".join(lines)
