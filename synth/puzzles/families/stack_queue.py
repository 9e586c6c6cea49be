# ruff: noqa: E501 - Chinese sentences stay whole (ruff counts wide characters twice)
"""Stacks and queues: things are put in and taken out; what is left, in which order did things come out?"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from synth.puzzles.distractors import near_misses, swapped
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

Value = bool | int | tuple[int, ...]
_OUT = -1


@dataclass(frozen=True, slots=True)
class World:
    """A stack or a queue and what is done to it."""

    is_stack: bool
    moves: tuple[int, ...]
    """An item (put in) or ``_OUT`` (take one out)."""
    count: int
    """Number of different items."""


class Cast(NamedTuple):
    """Names of items and the setting."""

    names: tuple[str, ...]
    scene: int


def _run(world: World) -> tuple[list[list[int]], list[int]]:
    """Return the contents after each move (bottom or front first) and what came out."""
    state: list[int] = []
    states, out = [], []
    for move in world.moves:
        if move == _OUT:
            out.append(state.pop(-1 if world.is_stack else 0))
        else:
            state.append(move)
        states.append(list(state))
    return states, out


class StackQueue(Family[World, Value, Cast]):
    """Values: an item, a count, contents, or True/False."""

    name = "stack_queue"
    title = "stacks and queues"
    facts = ("moves",)

    def world(self, rng: Random, level: int) -> World:
        total = 4 + level
        moves: list[int] = []
        held = item = 0
        while len(moves) < total or held == 0:
            if held >= 2 and rng.random() < 0.45:
                moves.append(_OUT)
                held -= 1
            elif item < 10:
                moves.append(item)
                item, held = item + 1, held + 1
            else:
                break
        if _OUT not in moves:
            moves.append(_OUT)
        return World(rng.random() < 0.5, tuple(moves), item)

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        states, out = _run(world)
        last = states[-1]
        asks: list[Ask[Value]] = []
        for kind in rng.sample(["contents", "next", "out", "size", "inside", "out_order", "before"], 3):
            if kind == "contents":
                other = World(not world.is_stack, world.moves, world.count)
                slips = [tuple(_run(other)[0][-1]), tuple(last[::-1]), tuple(last[:-1]), tuple(last[1:])]
                slips += [(*last, out[-1]), (out[0], *last), (*last[:-1], rng.choice(out)), *swapped(tuple(last), rng)]
                wrong = tuple(slip for slip in dict.fromkeys(slips) if slip and slip != tuple(last))
                asks.append(Ask(kind, (), tuple(last), wrong))
            elif kind == "out_order":
                other = World(not world.is_stack, world.moves, world.count)
                slips = [tuple(_run(other)[1]), tuple(out[::-1]), tuple(out[1:]), (*out, last[-1]), tuple(last)]
                slips += [(*out[:-1], last[0]), *swapped(tuple(out), rng)]
                wrong = tuple(slip for slip in dict.fromkeys(slips) if slip and slip != tuple(out))
                asks.append(Ask(kind, (), tuple(out), wrong))
            elif kind == "next":
                right = last[-1 if world.is_stack else 0]
                asks.append(Ask(kind, (), right, self._others(world, right, [last[-1], last[0]], rng)))
            elif kind == "out":
                at = rng.randrange(len(out))
                asks.append(Ask(kind, (at,), out[at], self._others(world, out[at], out[at - 1 : at + 2], rng)))
            elif kind == "size":
                asks.append(Ask(kind, (), len(last), near_misses(rng, len(last), [len(last) + 1, len(out)])))
            elif kind == "inside":
                item = rng.choice(last if rng.random() < 0.5 else out)
                asks.append(Ask(kind, (item,), item in last, (item not in last,)))
            elif len(out) > 1:
                first, second = rng.sample(out, 2)
                right = out.index(first) < out.index(second)
                asks.append(Ask(kind, (first, second), right, (not right,)))
        return asks

    def _others(self, world: World, right: int, slips: list[int], rng: Random) -> tuple[int, ...]:
        rest = rng.sample(range(world.count), world.count)
        return tuple(item for item in dict.fromkeys([*slips, *rest]) if item != right)[:4]

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        line: deque[int] = deque()
        out: list[int] = []
        for move in world.moves:  # the open end is on the left here
            if move != _OUT:
                line.appendleft(move)
            else:
                out.append(line.popleft() if world.is_stack else line.pop())
        left = set(range(world.count)) - set(out)
        if ask.kind == "contents":
            return value == tuple(sorted(left))  # items are numbered as they went in
        if ask.kind == "before":
            first, second = ask.args
            return value == (next(item for item in out if item in (first, second)) == first)
        return {
            "out_order": value == tuple(out),
            "next": value == (max(left) if world.is_stack else min(left)),
            "out": ask.kind == "out" and value == out[ask.args[0]],
            "size": value == len(line),
            "inside": ask.kind == "inside" and value == (ask.args[0] in left),
        }[ask.kind]

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 3)
        if scene == 0:
            names = tuple(str(number) for number in voice.rng.sample(range(1, 30), world.count))
        elif scene == 1 and not world.is_stack:
            names = draw(voice, "person", world.count)
        else:  # names of one token each: the chain repeats them
            letters = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghjkmnpqrstuvwxyz")
            names = tuple(voice.rng.sample(voice.pick([*letters, "甲乙丙丁戊己庚辛壬癸"], letters), world.count))
        return Cast(names, scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        if world.is_stack:
            zh = (
                "栈是后进先出的结构：入栈把元素放到栈顶，出栈取走栈顶元素。一个空栈依次执行：",
                "一摞盘子，只能放在最上面，也只能从最上面拿走。开始时没有盘子，依次：",
                "死胡同停车场只有一个口，后开进去的车要先开出来。开始时是空的，依次：",
            )
            en = (
                "In a stack, push puts an item on top and pop takes the top item away. On an empty stack:",
                "Plates are put only on the top of a pile and taken only from the top. The pile starts empty:",
                "A dead-end lane has one entrance: the last car in must leave first. It starts empty:",
            )
            put = voice.say(
                ("{}入栈", "放上盘子{}", "车{}开进")[cast.scene],
                ("push {}", "put plate {}", "car {} enters")[cast.scene],
            )
            take = voice.say(
                ("出栈一次", "拿走一个盘子", "开出一辆车")[cast.scene],
                ("pop", "take one plate", "one car leaves")[cast.scene],
            )
        else:
            zh = (
                "队列是先进先出的结构：入队把元素放到队尾，出队取走队首元素。一个空队列依次执行：",
                "窗口前排队，新来的人站到队尾，每次为队首的人服务，服务完就离开。开始时没有人，依次：",
                "打印机按提交的先后处理任务，先提交的先打印，打印完的任务离开列表。开始时没有任务，依次：",
            )
            en = (
                "In a queue, enqueue adds an item at the back and dequeue removes the one at the front. On an empty queue:",
                "People join a line at the back; the one at the front is served and leaves. The line starts empty:",
                "A printer prints jobs in the order they are sent; a printed job leaves the list, which starts empty:",
            )
            put = voice.say(
                ("{}入队", "{}来排队", "提交任务{}")[cast.scene],
                ("enqueue {}", "{} joins", "job {} is sent")[cast.scene],
            )
            take = voice.say(
                ("出队一次", "服务一个人", "打印一个任务")[cast.scene],
                ("dequeue", "one person is served", "one job is printed")[cast.scene],
            )
        moves = [take if move == _OUT else put.format(cast.names[move]) for move in world.moves]
        head = voice.say(zh[cast.scene], en[cast.scene])
        if voice.rng.random() < 0.4:
            return head + voice.say("，".join(moves) + "。", " " + ", ".join(moves) + ".")
        return f"{head}\n{voice.listing(moves)}"

    def _list(self, items: list[int] | tuple[int, ...], cast: Cast) -> str:
        return "[" + ", ".join(cast.names[item] for item in items) + "]"

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        names = [cast.names[arg] for arg in ask.args if arg < world.count]
        ends = voice.say(
            "从底到顶" if world.is_stack else "从队首到队尾",
            "from bottom to top" if world.is_stack else "from front to back",
        )
        if ask.kind == "contents":
            return voice.pick(
                [f"全部操作后，{ends}剩下的依次是什么？", f"最后还没离开的有哪些（{ends}）？"],
                [f"What is left in the end, {ends}?"],
            )
        if ask.kind == "out_order":
            return voice.pick(
                ["按离开的先后，依次离开的是哪些？", "离开的先后顺序是什么？"],
                ["Which items left, in this order?"],
            )
        if ask.kind == "next":
            return voice.pick(
                ["这些操作之后，下一个该离开的是哪一个？", "全部做完后，下一个离开的将是谁？"],
                ["After all this, which one would leave next?"],
            )
        if ask.kind == "out":
            at = ask.args[0] + 1
            return voice.pick(
                [f"第{at}个离开的是哪一个？", f"第{at}次离开的是哪个？"], [f"Which one is number {at} to leave?"]
            )
        if ask.kind == "size":
            return voice.pick(["最后还剩几个？", "全部操作结束时还有多少个没离开？"], ["How many are left in the end?"])
        if ask.kind == "inside":
            return voice.pick(
                [f"最后{names[0]}还在吗？", f"全部操作后，{names[0]}是否仍未离开？"],
                [f"Is {names[0]} still there in the end?"],
            )
        return voice.pick(
            [f"{names[0]}比{names[1]}先离开吗？", f"{names[0]}是不是在{names[1]}之前离开的？"],
            [f"Did {names[0]} leave before {names[1]}?"],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if isinstance(value, bool):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if isinstance(value, tuple):
            return self._list(value, cast)
        return str(value) if ask.kind == "size" else cast.names[value]

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        comma, stop, colon = voice.say("，", ", "), voice.say("；", "; "), voice.say("：", ": ")
        states, out = _run(world)
        last, names = states[-1], cast.names
        asked = [names[arg] for arg in ask.args if arg < world.count]
        if ask.kind == "size":
            return self._sizes(world, cast, voice)
        stop_at = ask.args[0] + 1 if ask.kind == "out" else 0
        head = voice.say("后进先出" if world.is_stack else "先进先出", "LIFO" if world.is_stack else "FIFO")
        cells = (
            self._stack_cells(world, stop_at, cast, voice)
            if world.is_stack
            else self._queue_cells(world, stop_at, cast)
        )
        lines = [(head + colon if voice.full else "") + comma.join(cells)]
        if ask.kind == "out":
            return lines[0]
        if ask.kind == "out_order":
            return "\n".join([*lines, voice.say("出：", "Out: ") + comma.join(names[item] for item in out)])
        if ask.kind == "before":
            place = next(place for place, item in enumerate(out) if item in ask.args)
            first = names[out[place]]
            seen = comma.join(names[item] for item in out[: place + 1])
            word = voice.say("是" if ask.right else "否", "yes" if ask.right else "no")
            return "\n".join(
                [*lines, voice.say(f"出：{seen}；{first}先，{word}", f"Out: {seen}; {first} first: {word}")]
            )
        # What is left: a stack is followed from the top down, a queue from the front to the back.
        order = last[::-1] if world.is_stack else last
        if ask.kind == "next":
            if world.is_stack:
                return "\n".join([*lines, voice.say("顶", "top ") + names[order[0]]])
            return "\n".join([*lines, f"{len(out)}+1={len(out) + 1}{stop}+{len(out) + 1}:{names[order[0]]}"])
        if ask.kind == "inside":
            place = order.index(ask.args[0]) if ask.right else len(order)
            order = order[: place + 1]
        if world.is_stack:
            under = {below: above for below, above in zip(last[1:], last, strict=False)}
            ground = voice.say("底", "bottom")
            left = comma.join(f"{names[item]}/{names[under[item]] if item in under else ground}" for item in order)
        else:
            left = comma.join(f"+{len(out) + number}:{names[item]}" for number, item in enumerate(order, 1))
        lines.append(voice.say("剩：", "Left: ") + left)
        if ask.kind == "inside":
            has = voice.say(f"有{asked[0]}，是", f"has {asked[0]}: yes")
            lines[-1] += stop + (has if ask.right else voice.say(f"无{asked[0]}，否", f"no {asked[0]}: no"))
        elif world.is_stack:
            lines[-1] += stop + voice.say("从底到顶：", "bottom to top: ") + comma.join(names[item] for item in last)
        return "\n".join(lines)

    @staticmethod
    def _queue_cells(world: World, stop_at: int, cast: Cast) -> list[str]:
        """Number what goes in and what comes out: number k out is number k in."""
        cells: list[str] = []
        into: list[int] = []
        gone = 0
        for move in world.moves:
            if move == _OUT:
                gone += 1
                cells.append(f"-{gone}:{cast.names[into[gone - 1]]}")
                if gone == stop_at:
                    break
            else:
                into.append(move)
                cells.append(f"+{len(into)}:{cast.names[move]}")
        return cells

    @staticmethod
    def _stack_cells(world: World, stop_at: int, cast: Cast, voice: Voice) -> list[str]:
        """Say what each item is put on (``a/b``), and for each item taken which one is then on top (``-1:a→b``)."""
        ground = voice.say("底", "bottom")
        names = [*cast.names, ground]
        cells: list[str] = []
        pile = [-1]
        gone = 0
        for move in world.moves:
            if move == _OUT:
                gone += 1
                item = pile.pop()
                cells.append(f"-{gone}:{names[item]}→{names[pile[-1]]}")
                if gone == stop_at:
                    break
            else:
                cells.append(f"{names[move]}/{names[pile[-1]]}")
                pile.append(move)
        return cells

    @staticmethod
    def _sizes(world: World, cast: Cast, voice: Voice) -> str:
        """Keep count through all moves."""
        cells, held = [], 0
        space = voice.say("", " ")
        for move in world.moves:
            held += -1 if move == _OUT else 1
            head = voice.say("出", "out") if move == _OUT else cast.names[move] + voice.say("进", " in")
            cells.append(f"{head}{space}{held}")
        return voice.say("，", ", ").join(cells)
