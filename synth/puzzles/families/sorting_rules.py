"""Who is served first: priority by several rules in order, with stated directions and ties broken by the next rule."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import NamedTuple

from synth.puzzles.distractors import near_misses, swapped
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


@dataclass(frozen=True, slots=True)
class World:
    """People with a class and numbers, and how these order them."""

    scene: int
    """Index of ``_SCENES``."""
    ranks: tuple[int, ...]
    """For each class its rank, 0 first."""
    is_up: tuple[bool, ...]
    """For each number whether the smaller goes first."""
    people: tuple[tuple[int, ...], ...]
    """For each person: class, then the numbers. Nobody ties with another in all of them."""


class _Scene(NamedTuple):
    zh: tuple[str, str, str]
    """Heading, what is done, name of the class column."""
    en: tuple[str, str, str]
    zh_classes: tuple[str, ...]
    en_classes: tuple[str, ...]
    zh_numbers: tuple[tuple[str, str], ...]
    """(name, unit) of the first and the last number; the last is unique."""
    en_numbers: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]


_SCENES = (
    _Scene(
        ("医院安排病人看病的顺序", "看病", "病情"),
        ("A clinic decides in which order patients are seen", "seen", "case"),
        ("重症", "急症", "普通"),
        ("severe", "urgent", "normal"),
        (("年龄", "岁"), ("号码", "")),
        ("age", "ticket"),
        ((20, 80), (1, 30)),
    ),
    _Scene(
        ("登机按下面的规定排队", "登机", "舱位"),
        ("Passengers board by these rules", "boarding", "class"),
        ("头等舱", "公务舱", "经济舱"),
        ("first", "business", "economy"),
        (("排数", ""), ("签到号", "")),
        ("seat row", "arrival number"),
        ((1, 40), (1, 30)),
    ),
    _Scene(
        ("图书馆按规则决定预约的人谁先借到书", "借书", "身份"),
        ("A library decides who gets a reserved book first", "served", "status"),
        ("教师", "学生", "访客"),
        ("teacher", "student", "guest"),
        (("已借", "本"), ("预约日期", "日")),
        ("books on loan", "day of booking"),
        ((0, 12), (1, 30)),
    ),
    _Scene(
        ("一次考试的排名办法", "排名", "等级"),
        ("The ranking of an exam is made like this", "ranked", "grade"),
        ("甲等", "乙等", "丙等"),
        ("gold", "silver", "bronze"),
        (("口试", "分"), ("用时", "分钟")),
        ("oral score", "minutes used"),
        ((60, 99), (30, 90)),
    ),
    _Scene(
        ("客服按规则处理顾客的来信", "处理", "会员卡"),
        ("A help desk answers customers in this order", "answered", "card"),
        ("金卡", "银卡", "普卡"),
        ("gold", "silver", "basic"),
        (("等待", "天"), ("编号", "")),
        ("days waiting", "letter number"),
        ((1, 9), (1, 50)),
    ),
)


_WORDS = {
    "已借": ("少", "多"),
    "等待": ("短", "长"),
    "预约日期": ("早", "晚"),
    "口试": ("低", "高"),
    "用时": ("短", "长"),
}
"""What is said of smaller and greater numbers instead of 小 and 大."""


class Cast(NamedTuple):
    """Names and wording."""

    names: tuple[str, ...]
    classes: tuple[str, ...]
    form: int


Value = int | tuple[int, ...]


def _key(world: World, who: int) -> tuple[int, ...]:
    kind, *numbers = world.people[who]
    signed = [number if is_up else -number for number, is_up in zip(numbers, world.is_up, strict=True)]
    return (world.ranks[kind], *signed)


def _sorted(world: World) -> list[int]:
    return sorted(range(len(world.people)), key=lambda who: _key(world, who))


def _precedes(world: World, one: int, two: int) -> bool:
    """Prover: go through the rules one by one until the two differ."""
    first, second = world.people[one], world.people[two]
    if first[0] != second[0]:
        return world.ranks.index(min(world.ranks[first[0]], world.ranks[second[0]])) == first[0]
    for is_up, left, right in zip(world.is_up, first[1:], second[1:], strict=True):
        if left != right:
            return (left < right) is is_up
    return False


class SortingRules(Family[World, Value, Cast]):
    """Values: a person, a number, an order of people, or yes/no."""

    name = "sorting_rules"
    title = "priority by several rules in order"
    changes = {"is_up": "flip"}

    def world(self, rng: Random, level: int) -> World:
        size, scene = 4 + level // 2, rng.randrange(len(_SCENES))
        kinds = 2 if level < 4 else 3
        ranks = list(range(3))
        if rng.random() < 0.6:
            rng.shuffle(ranks)
        # Even classes, so that none is long to sort.
        classes = [kind for kind in rng.sample(range(3), kinds) for _ in range(1 + (size - 1) // kinds)]
        rng.shuffle(classes)
        depth = 1 if level < 3 and rng.random() < 0.6 else 2
        low, high = _SCENES[scene].ranges[0]
        middle = [rng.randrange(low, high + 1) for _ in range(size // 2 + 1)]
        last = rng.sample(range(_SCENES[scene].ranges[1][0], _SCENES[scene].ranges[1][1] + 1), size)
        people = []
        for who in range(size):
            numbers = (last[who],) if depth == 1 else (rng.choice(middle), last[who])
            people.append((classes[who], *numbers))
        is_up = tuple(rng.random() < 0.5 for _ in range(depth - 1))
        is_up = (*is_up, rng.random() < 0.8)
        order = sorted(range(3), key=lambda kind: ranks[kind])
        # Ranks of the classes that nobody has are told too: a reader has to skip them.
        return World(scene, tuple(order.index(kind) for kind in range(3)), is_up, tuple(people))

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        order, size = _sorted(world), len(world.people)
        place = rng.randrange(size - 1)
        near = [order[at] for at in (place + 1, place - 1, place + 2, place - 2, place + 3) if 0 <= at < size]
        asks: list[Ask[Value]] = [Ask("kth", (place,), order[place], tuple(near[:4]))]
        asks.append(Ask("last", (), order[-1], (order[-2], *rng.sample(order[:-2], min(3, size - 2)))))
        one, two = rng.sample(range(size), 2)
        if rng.random() < 0.6:
            at = rng.randrange(size - 1)
            one, two = rng.sample(order[at : at + 2], 2)
        right = order.index(one) < order.index(two)
        asks.append(Ask("before", (one, two), right, (not right,)))
        who = rng.randrange(size)
        ahead = order.index(who)
        asks.append(Ask("ahead", (who,), ahead, near_misses(rng, ahead, [size - 1 - ahead], low=0, high=size - 1)))
        quota = rng.randrange(2, size)
        edge = order[max(0, quota - 1) : quota + 1] if rng.random() < 0.6 else order
        who = rng.choice(edge)
        right = order.index(who) < quota
        asks.append(Ask("quota", (who, quota), right, (not right,)))
        if size <= 6:
            wrong = [tuple(sorted(order, key=lambda who: world.people[who][-1])), *swapped(tuple(order), rng)]
            wrong = [other for other in dict.fromkeys(wrong) if other != tuple(order)]
            asks.append(Ask("order", (), tuple(order), tuple(wrong)))
        rng.shuffle(asks)
        return asks[:3]

    def operations(self, world: World, ask: Ask[Value]) -> int:
        return 2 if ask.kind == "before" else len(world.people) - 1

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        people = range(len(world.people))
        if isinstance(value, tuple):
            return sorted(value) == list(people) and all(_precedes(world, one, two) for one, two in pairwise(value))
        if ask.kind == "before":
            return _precedes(world, ask.args[0], ask.args[1]) == bool(value)
        who = ask.args[0] if ask.kind in ("ahead", "quota") else value
        ahead = len([other for other in people if other != who and _precedes(world, other, who)])
        if ask.kind == "kth":
            return ahead == ask.args[0]
        if ask.kind == "last":
            return ahead == len(people) - 1
        return ahead == value if ask.kind == "ahead" else (ahead < ask.args[1]) == bool(value)

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = _SCENES[world.scene]
        names = draw(voice, "person", len(world.people))
        return Cast(names, scene.zh_classes if voice.zh else scene.en_classes, voice.rng.randrange(4))

    def _numbers(self, world: World, voice: Voice) -> list[tuple[str, str, str]]:
        """For each number of the world: name, unit, and what goes first."""
        scene = _SCENES[world.scene]
        zh, en = scene.zh_numbers, scene.en_numbers
        told = []
        for place, is_up in enumerate(world.is_up):
            at = 1 if place == len(world.is_up) - 1 else 0
            first = voice.say("小" if is_up else "大", "smaller" if is_up else "greater")
            if voice.zh and zh[at][0] in _WORDS:
                first = _WORDS[zh[at][0]][0 if is_up else 1]
            told.append((zh[at][0] if voice.zh else en[at], zh[at][1] if voice.zh else "", first))
        return told

    def _row(self, world: World, who: int, cast: Cast, voice: Voice) -> list[str]:
        kind, *numbers = world.people[who]
        cells = [cast.classes[kind]]
        for (name, unit, _), number in zip(self._numbers(world, voice), numbers, strict=True):
            cells.append(f"{name}{number}{unit}" if voice.zh else f"{name} {number}")
        return cells

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        scene = _SCENES[world.scene]
        head, _, column = scene.zh if voice.zh else scene.en
        order = [cast.classes[kind] for kind in sorted(range(3), key=lambda kind: world.ranks[kind])]
        first, second, third = order
        rules = [
            voice.pick(
                [
                    f"先看{column}：{first}在前，其次{second}，最后{third}",
                    f"{column}为{first}的优先于{second}，{second}优先于{third}",
                    f"按{column}从先到后：{'、'.join(order)}",
                ],
                [
                    f"by {column}: {first} first, then {second}, then {third}",
                    f"{first} goes before {second}, and {second} before {third}",
                ],
            )
        ]
        for name, _, word in self._numbers(world, voice):
            same = voice.pick(["若相同，", "以上相同的，", "还相同时，"], ["if equal, ", "ties: "])
            rules.append(
                same
                + voice.pick(
                    [f"{name}{word}的在前", f"{name}较{word}者优先", f"比{name}，{word}的先"],
                    [f"the {word} {name} goes first", f"{word} {name} before the other"],
                )
            )
        rows = [self._row(world, who, cast, voice) for who in range(len(world.people))]
        comma = voice.say("，", ", ")
        if cast.form == 0:
            titles = [voice.say("姓名", "name"), column, *(name for name, _, _ in self._numbers(world, voice))]
            lines = [titles, ["---"] * len(titles)]
            for name, row, person in zip(cast.names, rows, world.people, strict=True):
                lines.append([name, row[0], *(str(number) for number in person[1:])])
            table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        else:
            mark = voice.say("：" if cast.form < 3 else "是", ": ")
            told = [f"{name}{mark}{comma.join(row)}" for name, row in zip(cast.names, rows, strict=True)]
            table = voice.listing(told)
        middle = voice.pick(["人员情况：", "现在有：", "已知："], ["The people:", "Waiting are:"])
        if not voice.zh:
            rules = [rule[0].upper() + rule[1:] for rule in rules]
        return f"{head}{voice.say('：', ':')}\n{voice.listing(rules)}\n{middle}\n{table}"

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        scene, names = _SCENES[world.scene], cast.names
        act = scene.zh[1] if voice.zh else scene.en[1]
        if ask.kind == "kth":
            place = ask.args[0] + 1
            return voice.pick(
                [f"第{place}个是谁？", f"排在第{place}位的是：", f"谁排第{place}？"], [f"Who is number {place}?"]
            )
        if ask.kind == "last":
            return voice.pick(["谁排在最后？", "最后一位是："], ["Who comes last?", "Who is the last one?"])
        if ask.kind == "before":
            one, two = names[ask.args[0]], names[ask.args[1]]
            return voice.pick(
                [
                    f"{one}排在{two}前面吗？",
                    f"{one}是否比{two}先{act}？" if act != "排名" else f"{one}是否在{two}之前？",
                ],
                [f"Does {one} come before {two}?"],
            )
        if ask.kind == "ahead":
            name = names[ask.args[0]]
            return voice.pick([f"{name}前面有几个人？", f"有几人排在{name}之前？"], [f"How many come before {name}?"])
        if ask.kind == "quota":
            name, quota = names[ask.args[0]], ask.args[1]
            return voice.pick(
                [f"如果只取前{quota}名，{name}在其中吗？", f"今天只有前{quota}位能轮到，{name}能轮到吗？"],
                [f"Only the first {quota} get a turn. Does {name}?"],
            )
        return voice.pick(["正确的先后顺序是：", "从前到后的顺序是哪一个？"], ["Which order is right?"])

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if isinstance(value, tuple):
            return voice.join([cast.names[who] for who in value])
        if ask.kind in ("before", "quota"):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        return str(value) if ask.kind == "ahead" else cast.names[value]

    def _versus(self, world: World, one: int, two: int, cast: Cast, voice: Voice) -> str:
        """Compare two people rule by rule until they differ."""
        first, second = world.people[one], world.people[two]
        wins, comma = cast.names[one if _key(world, one) < _key(world, two) else two], voice.say("，", ", ")
        front = voice.say(f"{wins}先", f"{wins} first")
        if first[0] != second[0]:
            kinds = f"{cast.classes[first[0]]}{voice.say('对', ' and ')}{cast.classes[second[0]]}"
            return f"{kinds}{comma}{front}"
        cells = [voice.say(f"同{cast.classes[first[0]]}", f"both {cast.classes[first[0]]}")]
        for (name, _, _), left, right in zip(self._numbers(world, voice), first[1:], second[1:], strict=True):
            sign = "=" if left == right else ">" if left > right else "<"
            cells.append(f"{name}{voice.say('', ' ')}{left}{sign}{right}")
            if left != right:
                cells.append(front)
                break
        return comma.join(cells)

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        stop, comma, names = voice.say("。", "."), voice.say("，", ", "), cast.names
        if ask.kind == "before":
            return self._versus(world, ask.args[0], ask.args[1], cast, voice) + stop
        people, order = range(len(names)), _sorted(world)
        if ask.kind in ("ahead", "quota"):
            me, lines, count = ask.args[0], [], 0
            for who in people:
                if who != me:
                    count += _key(world, who) < _key(world, me)
                    tail = f"{comma}{voice.say('', 'count ')}{count}"
                    lines.append(
                        f"{names[who]}{voice.say('：', ': ')}{self._versus(world, who, me, cast, voice)}{tail}{stop}"
                    )
            if ask.kind == "quota":
                quota = ask.args[1]
                lines.append(f"{count}{'<' if count < quota else '≥'}{quota}{stop}")
            return "\n".join(lines)
        # Hand everyone to his class, then order each class, up to the place asked for.
        gap, colon = voice.say("", " "), voice.say("：", ": ")
        rows = [f"{names[who]}{gap}{cast.classes[world.people[who][0]]}" for who in people]
        lines = [comma.join(rows) + stop]
        count = 0
        for kind in sorted(range(3), key=lambda kind: world.ranks[kind]):
            inside = [who for who in people if world.people[who][0] == kind]
            text = cast.classes[kind] + colon
            if not inside:
                lines.append(text + voice.say("无", "none") + stop)
                continue
            done = [who for who in order if who in inside]
            numbered = comma.join([f"{count + place}{gap}{names[who]}" for place, who in enumerate(done, 1)])
            text += self._insert(world, inside, cast, voice, numbered)
            lines.append(text + stop)
            count += len(done)
            if ask.kind == "kth" and count > ask.args[0]:
                break
        return "\n".join(lines)

    def _insert(self, world: World, inside: list[int], cast: Cast, voice: Voice, numbered: str) -> str:
        """Sort one class by insertion: after each newcomer from the second on, the order so far."""
        if len(inside) == 1:
            return numbered
        gap, text = voice.say("", " "), ""
        for place, who in enumerate(inside):
            row = f"{cast.names[who]}{gap}{'/'.join(map(str, world.people[who][1:]))}"
            text += (voice.say("；", "; ") if place > 1 else voice.say("，", ", ") if place else "") + row
            if 0 < place < len(inside) - 1:
                so_far = sorted(inside[: place + 1], key=lambda one: _key(world, one))
                text += voice.say("→", " → ") + voice.join([cast.names[one] for one in so_far])
        return text + voice.say("→", " → ") + numbered
