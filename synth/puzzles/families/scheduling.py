"""Scheduling: one task or person a day, fixed by before/after, not-on and on clues.

The chain looks for a clue that says the answer; otherwise it fills the days in order: on each day every waiting task
but one is ruled out by a clue.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import NamedTuple

from synth.puzzles.distractors import swapped
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

Value = int | tuple[int, ...]
Clue = tuple[str, int, int]
"""(kind, a, b): ``on`` a is on day b; ``not`` a is not on day b; ``before`` a is on an earlier day than b."""


@dataclass(frozen=True, slots=True)
class World:
    """Which task is on which day, known to the reader only through clues."""

    plan: tuple[int, ...]
    """The hidden task of each day."""
    clues: tuple[Clue, ...]
    """The clues in the order they are told."""


class Cast(NamedTuple):
    """Names of tasks and days; scene 0 people on duty, 1 subjects, 2 jobs to do, 3 talks."""

    names: tuple[str, ...]
    days: tuple[str, ...]
    scene: int


_ZH_SUBJECTS = "语文 数学 英语 物理 化学 生物 历史 地理 政治 音乐 美术 体育".split()
_ZH_JOBS = "浇花 洗车 买菜 理发 体检 打扫 修灯 取款 写信 做饭 擦窗 洗衣".split()
_EN_SUBJECTS = "history physics music biology chemistry geography art Latin maths sports".split()
_EN_JOBS = "cleaning shopping painting cooking gardening ironing reading running fishing sewing".split()


def _bars(clues: tuple[Clue, ...], task: int, day: int, waiting: list[int]) -> Clue | None:
    """The first clue (given day, then the rest as told) that keeps a waiting task off a day."""
    for clue in clues:
        # Either this task has another day, or this day has another task.
        if clue[0] == "on" and (clue[1] == task) != (clue[2] == day):
            return clue
    for clue in clues:
        kind, a, b = clue
        if (kind == "not" and (a, b) == (task, day)) or (kind == "before" and b == task and a in waiting):
            return clue
    return None


@lru_cache(maxsize=64)
def _plans(size: int, clues: tuple[Clue, ...]) -> tuple[tuple[int, ...], ...]:
    """The day of each task in every plan that satisfies the clues, by backtracking over tasks."""
    domains = [set(range(size)) for _ in range(size)]
    for kind, a, b in clues:
        if kind == "on":
            domains[a] &= {b}
        elif kind == "not":
            domains[a].discard(b)
    found: list[tuple[int, ...]] = []
    order = sorted(range(size), key=lambda task: len(domains[task]))
    day_of = [-1] * size
    pairs = [(a, b) for kind, a, b in clues if kind == "before"]

    def place(depth: int) -> None:
        if depth == size:
            found.append(tuple(day_of))
            return
        task = order[depth]
        for day in domains[task]:
            if day in day_of:
                continue
            day_of[task] = day
            if all(day_of[a] < 0 or day_of[b] < 0 or day_of[a] < day_of[b] for a, b in pairs):
                place(depth + 1)
            day_of[task] = -1

    place(0)
    return tuple(found)


def _read(day_of: tuple[int, ...], ask: Ask[Value]) -> Value:
    if ask.kind == "plan":
        return tuple(sorted(range(len(day_of)), key=lambda task: day_of[task]))
    first = ask.args[0]
    if ask.kind == "who_on":
        return day_of.index(first)
    if ask.kind == "is_on":
        return day_of[first] == ask.args[1]
    if ask.kind == "is_before":
        return day_of[first] < day_of[ask.args[1]]
    if ask.kind == "next":
        return day_of.index(day_of[first] + 1)
    return day_of[first]


def _around(middle: int, size: int) -> list[int]:
    """All other places below ``size``, nearest first."""
    return sorted((one for one in range(size) if one != middle), key=lambda one: (abs(one - middle), one))


class Scheduling(Family[World, Value, Cast]):
    """Values: a task, a day, a count, a truth value, or the whole plan."""

    name = "scheduling"
    title = "tasks on days"
    order_free = ("clues",)

    def world(self, rng: Random, level: int) -> World:
        size = min(7, 3 + level // 2)
        plan = rng.sample(range(size), size)
        clues: list[Clue] = []
        if size > 3:
            for day in rng.sample(range(size), rng.choice((0, 1, 1) if size == 4 else (0, 1, 1, 2, 2))):
                clues.append(("on", plan[day], day))
        for _ in range(rng.randrange(1, size - 1)):
            a, b = sorted(rng.sample(range(size), 2))
            clues.append(("before", plan[a], plan[b]))
        rng.shuffle(clues)
        clues = list(dict.fromkeys(clues))
        for day in range(size - 1):
            waiting = plan[day:]
            for task in rng.sample(waiting[1:], len(waiting) - 1):
                if _bars(tuple(clues), task, day, waiting) is None:
                    lead = rng.choice(waiting[: waiting.index(task)])
                    clues.append(("not", task, day) if rng.random() < 0.5 else ("before", lead, task))
        clues = self._thin(clues, plan, rng)
        rng.shuffle(clues)
        return World(tuple(plan), tuple(clues))

    @staticmethod
    def _thin(clues: list[Clue], plan: list[int], rng: Random) -> list[Clue]:
        """Drop clues that the day-by-day derivation does not need."""
        size = len(plan)
        for clue in rng.sample(clues, len(clues)):
            less = tuple(one for one in clues if one != clue)
            if all(_bars(less, task, day, plan[day:]) for day in range(size) for task in plan[day + 1 :]):
                clues = list(less)
        return clues

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        plan, size = world.plan, len(world.plan)
        asks: list[Ask[Value]] = []
        for kind in rng.sample(("who_on", "when", "is_on", "is_before", "next", "earlier", "plan"), 3):
            day = rng.randrange(size)
            task = plan[day]
            near = _around(day, size)
            if kind == "who_on":
                asks.append(Ask(kind, (day,), task, tuple(plan[d] for d in near)))
            elif kind in ("when", "earlier"):
                asks.append(Ask(kind, (task,), day, tuple(near)))
            elif kind == "is_on":
                right = rng.random() < 0.5
                asks.append(Ask(kind, (task, day if right else near[0]), right, (not right,)))
            elif kind == "is_before":
                other = rng.choice(near)
                right = day < other
                asks.append(Ask(kind, (task, plan[other]), right, (not right,)))
            elif kind == "next":
                day = min(day, size - 2)
                wrong = [plan[d] for d in near if d != day + 1 and plan[d] != plan[day]]
                asks.append(Ask(kind, (plan[day],), plan[day + 1], tuple(wrong)))
            else:
                asks.append(Ask(kind, (), plan, (*swapped(plan, rng), plan[::-1])))
        return asks

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        plans = _plans(len(world.plan), world.clues)
        return bool(plans) and all(_read(day_of, ask) == value for day_of in plans)

    def cast(self, world: World, voice: Voice) -> Cast:
        size, scene = len(world.plan), voice.rng.randrange(4)
        if scene == 1:
            names = tuple(voice.rng.sample(_ZH_SUBJECTS if voice.zh else _EN_SUBJECTS, size))
        elif scene == 2:
            names = tuple(voice.rng.sample(_ZH_JOBS if voice.zh else _EN_JOBS, size))
        else:
            names = draw(voice, "person", size)
        form = voice.rng.randrange(3)
        if voice.zh:
            days = tuple(
                (f"周{'一二三四五六日'[d]}", f"第{d + 1}天", f"星期{'一二三四五六日'[d]}")[form] for d in range(size)
            )
        else:
            week = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
            days = tuple((week[d], f"day {d + 1}", week[d])[form] for d in range(size))
        return Cast(names, days, scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        names, days = cast.names, cast.days
        who, first, last, size = voice.join(names), days[0], days[-1], len(names)
        head = voice.pick(
            (
                [
                    f"{who}从{first}到{last}轮流值班，每天一人，每人一天。",
                    f"{size}名员工{who}要在{first}至{last}值班，每人恰好值一天，每天恰好一人。",
                    f"值班表：{first}到{last}每天安排一个人，人选是{who}，各值一天。",
                ],
                [
                    f"{who}这{size}门考试安排在{first}到{last}，每天考一门。",
                    f"期末考试从{first}考到{last}，每天一门，科目有{who}。",
                    f"学校要把{who}排在{first}至{last}，每天只上一门，每门只上一天。",
                ],
                [
                    f"小李{first}到{last}每天做一件事，要做的有：{who}。",
                    f"计划表上有{size}件事：{who}。从{first}到{last}，每天恰好完成一件。",
                    f"有{size}项任务（{who}），分别安排在{first}至{last}，一天一项。",
                ],
                [
                    f"{who}将在{first}到{last}作报告，每天一场，每人一场。",
                    f"系列讲座从{first}持续到{last}，每天一位主讲人：{who}。",
                    f"讲座安排如下：{size}位主讲人{who}，{first}至{last}每天一位。",
                ],
            )[cast.scene],
            (
                [f"{who} are on duty from {first} to {last}, one a day, each on one day."],
                [f"The exams in {who} take place from {first} to {last}, one a day."],
                [f"A to-do list for {first} to {last}, one task a day: {who}."],
                [f"{who} give one talk each from {first} to {last}, one talk a day."],
            )[cast.scene],
        )
        said = []
        for kind, a, b in world.clues:
            x = names[a]
            if kind == "on":
                said.append(
                    voice.pick([f"{x}在{days[b]}", f"{days[b]}是{x}", f"{x}安排在{days[b]}"], [f"{x} is on {days[b]}"])
                )
            elif kind == "not":
                said.append(
                    voice.pick(
                        [f"{x}不在{days[b]}", f"{days[b]}不是{x}", f"{x}没有排在{days[b]}"],
                        [f"{x} is not on {days[b]}", f"{days[b]} is not for {x}"],
                    )
                )
            else:
                y = names[b]
                said.append(
                    voice.pick(
                        [f"{x}在{y}之前", f"{y}比{x}晚", f"{x}排得比{y}早", f"{y}在{x}之后"],
                        [f"{x} comes before {y}", f"{y} comes later than {x}"],
                    )
                )
        lead = voice.pick(["已知：", "要求如下：", "有这些条件："], ["It is known that:", "Conditions:"])
        return f"{head}{voice.say('', ' ')}{lead}\n{voice.listing(said)}"

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        names, days = cast.names, cast.days
        if ask.kind == "plan":
            return voice.pick(
                [f"从{days[0]}到{days[-1]}的顺序是？", "正确的先后顺序是下面哪一个？", "按日期先后，安排依次是："],
                [f"What is the order from {days[0]} to {days[-1]}?", "Which is the right order, earliest first?"],
            )
        if ask.kind == "who_on":
            day = days[ask.args[0]]
            return voice.pick(
                [f"{day}安排的是？", f"{day}是哪一个？", f"排在{day}的是："],
                [f"Which one is on {day}?", f"Which one is planned for {day}?"],
            )
        x = names[ask.args[0]]
        if ask.kind == "when":
            return voice.pick(
                [f"{x}在哪一天？", f"{x}安排在什么时候？", f"{x}是哪天？"], [f"On which day is {x}?", f"When is {x}?"]
            )
        if ask.kind == "is_on":
            day = days[ask.args[1]]
            return voice.pick(
                [f"{x}在{day}吗？", f"{x}是否安排在{day}？", f"{day}是{x}，对不对？"], [f"Is {x} on {day}?"]
            )
        if ask.kind == "is_before":
            y = names[ask.args[1]]
            return voice.pick(
                [f"{x}比{y}早吗？", f"{x}是否排在{y}之前？", f"{x}在{y}前面，对吗？"],
                [f"Is {x} earlier than {y}?", f"Does {x} come before {y}?"],
            )
        if ask.kind == "next":
            return voice.pick(
                [f"{x}的后一天是哪一个？", f"紧接在{x}之后一天的是？", f"排在{x}后面那一天的是："],
                [f"Which one is on the day after {x}?", f"Which one follows {x} directly?"],
            )
        return voice.pick(
            [f"有几个排在{x}之前？", f"{x}之前已经安排了几个？", f"比{x}早的一共有多少个？"],
            [f"How many come before {x}?", f"How many are earlier than {x}?"],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if isinstance(value, tuple):
            return voice.join([cast.names[task] for task in value])
        if ask.kind in ("is_on", "is_before"):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind == "earlier":
            return str(value)
        return cast.days[value] if ask.kind == "when" else cast.names[value]

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        names, days, plan = cast.names, cast.days, world.plan
        said = self._said(ask, world.clues, cast, voice)
        if said is not None:
            return said
        comma, gap = voice.say("，", ", "), voice.say("", " ")
        given = {b: a for kind, a, b in world.clues if kind == "on"}
        lines = [comma.join(f"{days[day]}{gap}={gap}{names[given[day]]}" for day in sorted(given))] if given else []
        for day, task in enumerate(plan):
            result = f"{days[day]}{gap}={gap}{names[task]}"
            if day not in given:
                waiting = [one for one in range(len(plan)) if one in plan[day:]]
                cells = []
                for one in waiting:
                    if one not in given.values():
                        clue = _bars(world.clues, one, day, waiting)
                        cells.append(self._cell(clue, names[one], names, voice))
                lines.append(f"{days[day]}{voice.say('：', ': ')}{comma.join(cells)}{comma}{result}")
            if self._is_known(ask, plan, day):
                if day in given:
                    lines.append(result)
                break
        return "\n".join([*lines, self._end(ask, plan, day, cast, voice)])

    @staticmethod
    def _said(ask: Ask[Value], clues: tuple[Clue, ...], cast: Cast, voice: Voice) -> str | None:
        """The answer where one clue says it."""
        names, days, head = cast.names, cast.days, voice.say("线索：", "Clue: ")
        x = ask.args[0] if ask.args else -1
        for kind, a, b in clues:
            if kind == "on":
                is_on = voice.say(f"{head}{names[a]}在{days[b]}", f"{head}{names[a]} is on {days[b]}")
                if (ask.kind == "who_on" and b == x) or (ask.kind == "when" and a == x):
                    return is_on
                if ask.kind == "earlier" and a == x:
                    return f"{is_on}\n{Scheduling._before(b, days, voice)}"
                if ask.kind == "is_on" and (a == x or b == ask.args[1]):
                    return is_on + (voice.say("，对", ", yes") if (a, b) == ask.args else voice.say("，不对", ", no"))
            elif ask.kind == "is_on" and kind == "not" and (a, b) == ask.args:
                return voice.say(f"{head}{names[a]}不在{days[b]}，不对", f"{head}{names[a]} is not on {days[b]}, no")
            elif ask.kind == "is_before" and kind == "before" and {a, b} == set(ask.args):
                word = voice.say("对", "yes") if a == x else voice.say("不对", "no")
                return voice.say(
                    f"{head}{names[a]}早于{names[b]}，{word}", f"{head}{names[a]} before {names[b]}, {word}"
                )
        return None

    @staticmethod
    def _cell(clue: Clue | None, name: str, names: tuple[str, ...], voice: Voice) -> str:
        """Why a waiting task cannot be on the day, or that it can."""
        if clue is None:
            return voice.say(f"{name}可", f"{name} can")
        if clue[0] == "not":
            return voice.say(f"{name}不在", f"{name} not")
        return voice.say(f"{name}等{names[clue[1]]}", f"{name} after {names[clue[1]]}")

    @staticmethod
    def _is_known(ask: Ask[Value], plan: tuple[int, ...], day: int) -> bool:
        if ask.kind == "plan":
            return False
        if ask.kind == "who_on":
            return day == ask.args[0]
        if ask.kind == "is_on":
            return plan[day] == ask.args[0] or day == ask.args[1]
        if ask.kind == "next":
            return day > 0 and plan[day - 1] == ask.args[0]
        if ask.kind == "is_before":
            return plan[day] in ask.args
        return plan[day] == ask.args[0]

    @staticmethod
    def _before(day: int, days: tuple[str, ...], voice: Voice) -> str:
        """Count the days before a day."""
        if day == 0:
            return voice.say(f"{days[0]}是第一天，前面0个", f"{days[0]} is the first, 0 before")
        cells = voice.join([f"{one}{voice.say('', ' ')}{number}" for number, one in enumerate(days[:day], 1)])
        return voice.say(f"前面：{cells}，共{day}", f"before: {cells}, in all {day}")

    @staticmethod
    def _end(ask: Ask[Value], plan: tuple[int, ...], day: int, cast: Cast, voice: Voice) -> str:
        """Read the answer off the days filled so far, the last of them being ``day``."""
        names, days = cast.names, cast.days
        here, now = names[plan[day]], days[day]
        if ask.kind == "plan":
            return voice.say("顺序：", "Order: ") + voice.join([names[task] for task in plan])
        if ask.kind == "who_on":
            return voice.say(f"{now}是{here}", f"{now} has {here}")
        if ask.kind == "when":
            return voice.say(f"{here}在{now}", f"{here} is on {now}")
        if ask.kind == "next":
            return voice.say(f"{names[ask.args[0]]}后一天是{here}", f"The day after {names[ask.args[0]]} has {here}")
        if ask.kind == "earlier":
            return Scheduling._before(day, days, voice)
        x = names[ask.args[0]]
        if ask.kind == "is_before":
            y = names[ask.args[1]]
            if here == x:
                return voice.say(f"{x}先到，早于{y}，对", f"{x} comes first, before {y}, yes")
            return voice.say(f"{y}先到，早于{x}，不对", f"{y} comes first, before {x}, no")
        goal = days[ask.args[1]]
        if here == x:
            if now == goal:
                return voice.say(f"{x}在{now}，对", f"{x} is on {now}, yes")
            return voice.say(f"{x}在{now}，不在{goal}，不对", f"{x} is on {now}, not on {goal}, no")
        return voice.say(f"{goal}是{here}，不是{x}，不对", f"{goal} has {here}, not {x}, no")
