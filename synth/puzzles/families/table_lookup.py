"""Look-ups in a table: filter rows by conditions, count them, find the greatest or the least, compare two."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


@dataclass(frozen=True, slots=True)
class World:
    """A table of rows with a class and two numbers each."""

    rows: tuple[tuple[int, int, int], ...]
    """For each entity: class (0, 1 or 2), first number, second number; numbers differ within a column."""
    scene: int
    """What the table is about (index of ``_SCENES``)."""


class _Scene(NamedTuple):
    entity: str
    """Kind of names (for ``draw``), or empty for numbered products."""
    zh: tuple[str, str, str, str]
    """What a row is, the class column, the two number columns."""
    en: tuple[str, str, str, str]
    zh_classes: tuple[str, ...]
    en_classes: tuple[str, ...]
    zh_units: tuple[str, str]
    ranges: tuple[tuple[int, int], tuple[int, int]]


_SCENES = (
    _Scene(
        "person",
        ("员工", "部门", "年龄", "工龄"),
        ("employee", "department", "age", "years of service"),
        ("销售部", "技术部", "财务部", "人事部"),
        ("sales", "engineering", "finance", "law"),
        ("岁", "年"),
        ((31, 59), (1, 9)),
    ),
    _Scene(
        "person",
        ("学生", "班级", "数学成绩", "语文成绩"),
        ("student", "class", "maths score", "reading score"),
        ("一班", "二班", "三班", "四班"),
        ("class one", "class two", "class three"),
        ("分", "分"),
        ((50, 99), (50, 99)),
    ),
    _Scene(
        "thing",
        ("商品", "产地", "价格", "库存"),
        ("product", "origin", "price", "stock"),
        ("广东", "四川", "山东", "云南"),
        ("Spain", "Kenya", "Peru", "India"),
        ("元", "件"),
        ((5, 80), (2, 99)),
    ),
    _Scene(
        "city",
        ("城市", "地区", "气温", "湿度"),
        ("city", "region", "temperature", "humidity"),
        ("东区", "西区", "南区", "北区"),
        ("the east", "the west", "the south", "the north"),
        ("度", "%"),
        ((3, 39), (20, 95)),
    ),
    _Scene(
        "person",
        ("选手", "队伍", "得分", "犯规次数"),
        ("player", "team", "points", "number of fouls"),
        ("红队", "蓝队", "黄队", "绿队"),
        ("the red team", "the blue team", "the green team"),
        ("分", "次"),
        ((4, 60), (0, 15)),
    ),
)
WHO_MAX, WHO_MIN = 1, 0


class Cast(NamedTuple):
    """Names of rows, columns and classes."""

    names: tuple[str, ...]
    classes: tuple[str, ...]
    columns: tuple[str, str, str, str]
    units: tuple[str, str]


def _meets(row: tuple[int, int, int], args: tuple[int, ...]) -> bool:
    """Condition (column, sign, limit, class): number above (sign 1) or below (sign 0) the limit; class -1 is any."""
    column, sign, limit, kind = args
    number = row[column]
    return (number > limit if sign else number < limit) and kind in (-1, row[0])


class TableLookup(Family[World, int, Cast]):
    """Values: a row, a number, or True/False."""

    name = "table_lookup"
    title = "look-ups in a table"

    def world(self, rng: Random, level: int) -> World:
        size = 3 + (level + 1) // 2
        scene = rng.randrange(len(_SCENES))
        columns = [rng.sample(range(low, high + 1), size) for low, high in _SCENES[scene].ranges]
        classes = [rng.randrange(2 + (level > 3)) for _ in range(size)]
        classes[0], classes[1] = 0, 1
        rng.shuffle(classes)
        return World(tuple(zip(classes, *columns, strict=True)), scene)

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        makers = [self._best, self._best_in_class, self._count, self._which, self._value, self._more, self._difference]
        rng.shuffle(makers)
        asks: list[Ask[int]] = []
        for maker in makers:
            ask = maker(world, rng)
            if ask is not None and len(asks) < 3:
                asks.append(ask)
        return asks

    def _others(self, world: World, inside: set[int], rng: Random) -> tuple[int, ...]:
        outside = [row for row in range(len(world.rows)) if row not in inside]
        rng.shuffle(outside)
        return tuple(outside[:4])

    def _best(self, world: World, rng: Random) -> Ask[int]:
        column, sign = rng.choice((1, 2)), rng.choice((WHO_MAX, WHO_MIN))
        order = sorted(range(len(world.rows)), key=lambda row: world.rows[row][column], reverse=bool(sign))
        return Ask("best", (column, sign, -1), order[0], (order[1], order[-1], *order[2:-1])[:4])

    def _best_in_class(self, world: World, rng: Random) -> Ask[int] | None:
        column, sign = rng.choice((1, 2)), rng.choice((WHO_MAX, WHO_MIN))
        kind = rng.choice([row[0] for row in world.rows])
        order = sorted(range(len(world.rows)), key=lambda row: world.rows[row][column], reverse=bool(sign))
        inside = [row for row in order if world.rows[row][0] == kind]
        if len(inside) < 2:
            return None
        wrong = dict.fromkeys((*inside[1:2], order[0], *inside[2:], *order))
        return Ask("best", (column, sign, kind), inside[0], tuple(row for row in wrong if row != inside[0])[:4])

    def _condition(self, world: World, rng: Random) -> tuple[int, ...]:
        column, sign = rng.choice((1, 2)), rng.choice((0, 1))
        numbers = sorted(row[column] for row in world.rows)
        limit = rng.choice(numbers[1:-1]) + rng.choice((-1, 0, 1))
        return column, sign, limit, rng.choice((-1, world.rows[0][0], world.rows[1][0]))

    def _count(self, world: World, rng: Random) -> Ask[int]:
        args = self._condition(world, rng)
        right = sum(_meets(row, args) for row in world.rows)
        wrong = around(right, 0, len(world.rows))
        return Ask("count", args, right, wrong)

    def _which(self, world: World, rng: Random) -> Ask[int] | None:
        args = self._condition(world, rng)
        inside = {place for place, row in enumerate(world.rows) if _meets(row, args)}
        if not inside or len(inside) == len(world.rows):
            return None
        return Ask("which", args, rng.choice(sorted(inside)), self._others(world, inside, rng))

    def _value(self, world: World, rng: Random) -> Ask[int]:
        row, column = rng.randrange(len(world.rows)), rng.choice((1, 2))
        right = world.rows[row][column]
        wrong = [world.rows[row][3 - column], *rng.sample([other[column] for other in world.rows], 3)]
        return Ask("value", (row, column), right, tuple(number for number in dict.fromkeys(wrong) if number != right))

    def _more(self, world: World, rng: Random) -> Ask[int]:
        one, two = rng.sample(range(len(world.rows)), 2)
        column, sign = rng.choice((1, 2)), rng.choice((0, 1))
        right = (world.rows[one][column] > world.rows[two][column]) == bool(sign)
        return Ask("more", (one, two, column, sign), right, (not right,))

    def _difference(self, world: World, rng: Random) -> Ask[int]:
        one, two = rng.sample(range(len(world.rows)), 2)
        column = rng.choice((1, 2))
        right = abs(world.rows[one][column] - world.rows[two][column])
        wrong = [right + 10, right - 10, *around(right)]
        return Ask("difference", (one, two, column), right, tuple(number for number in wrong if number >= 0))

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        rows = world.rows
        if ask.kind == "best":
            column, sign, kind = ask.args
            rivals = [row for row in rows if kind in (-1, row[0])]
            beaten = [
                row
                for row in rivals
                if (row[column] <= rows[value][column] if sign else row[column] >= rows[value][column])
            ]
            return rows[value] in rivals and len(beaten) == len(rivals)
        if ask.kind in ("count", "which"):
            column, sign, limit, kind = ask.args
            keys = [row[column] if sign else -row[column] for row in rows]
            bound = limit if sign else -limit
            inside = [
                place for place, key in enumerate(keys) if key >= bound + 1 and (kind < 0 or rows[place][0] == kind)
            ]
            return len(inside) == value if ask.kind == "count" else value in inside
        if ask.kind == "value":
            return rows[ask.args[0]][ask.args[1]] == value
        one, two, column = rows[ask.args[0]], rows[ask.args[1]], ask.args[2]
        if ask.kind == "more":
            ranked = sorted((one, two), key=lambda row: row[column])
            return (ranked[1 if ask.args[3] else 0] == one) == bool(value)
        return value >= 0 and (one[column] + value == two[column] or two[column] + value == one[column])

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = _SCENES[world.scene]
        names = draw(voice, scene.entity, len(world.rows))
        classes = voice.rng.sample(scene.zh_classes if voice.zh else scene.en_classes, 3)
        return Cast(names, tuple(classes), scene.zh if voice.zh else scene.en, scene.zh_units if voice.zh else ("", ""))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        row_name, kind_name, one, two = cast.columns
        head = voice.pick(
            [
                f"下表列出了各{row_name}的信息：",
                f"现有一份{row_name}资料表：",
                f"已知以下{row_name}的{kind_name}、{one}和{two}：",
                "根据下面的数据回答问题：",
            ],
            [
                f"This is what we know about each {row_name}:",
                f"Here is a table of data, one {row_name} a row:",
                "Answer the questions from these data:",
            ],
        )
        form = voice.rng.random()
        cells = [
            (name, cast.classes[kind], f"{first}{cast.units[0]}", f"{second}{cast.units[1]}")
            for name, (kind, first, second) in zip(cast.names, world.rows, strict=True)
        ]
        if form < 0.3:
            lines = [cast.columns, ("---",) * 4, *cells]
            return head + "\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines)
        if form < 0.4:
            return head + "\n" + "\n".join(",".join(line) for line in [cast.columns, *cells])
        told = voice.pick(
            [
                f"{{}}：{kind_name}{{}}，{one}{{}}，{two}{{}}",
                f"{{}}的{kind_name}是{{}}，{one}是{{}}，{two}是{{}}",
                f"{{}}（{kind_name}：{{}}，{one}：{{}}，{two}：{{}}）",
            ],
            [
                f"{{}}: {kind_name} {{}}, {one} {{}}, {two} {{}}",
                f"{{}} has {kind_name} {{}}, {one} {{}} and {two} {{}}",
            ],
        )
        return head + "\n" + voice.listing([told.format(*line) for line in cells])

    def _condition_text(self, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        """``技术部中年龄大于30岁的`` or ``in sales with an age above 30``."""
        column, sign, limit, kind = ask.args
        name, unit = cast.columns[column + 1], cast.units[column - 1]
        klass = cast.classes[kind]
        than = voice.say("大于" if sign else "小于", "above" if sign else "below")
        if voice.zh:
            return (f"{cast.columns[1]}是{klass}且" if kind >= 0 else "") + f"{name}{than}{limit}{unit}"
        return (f"{cast.columns[1]} {klass} and " if kind >= 0 else "") + f"{name} {than} {limit}"

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        row_name, kind_name = cast.columns[:2]
        if ask.kind in ("count", "which"):
            text = self._condition_text(ask, cast, voice)
            if ask.kind == "count":
                return voice.pick(
                    [
                        f"{text}的{row_name}有几个？",
                        f"有多少个{row_name}满足：{text}？",
                        f"表中{text}的{row_name}一共有多少？",
                    ],
                    [f"How many rows have {text}?", f"Count the rows with {text}. How many are there?"],
                )
            return voice.pick(
                [
                    f"下面哪个{row_name}满足：{text}？",
                    f"以下哪一个是{text}的{row_name}？",
                    f"符合“{text}”的{row_name}是：",
                ],
                [f"Which of these has {text}?", f"Which {row_name} below has {text}?"],
            )
        if ask.kind == "best":
            column, sign, kind = ask.args
            name = cast.columns[column + 1]
            inside = ""
            if kind >= 0:
                inside = voice.say(
                    f"在{kind_name}是{cast.classes[kind]}的{row_name}中，",
                    f" among those with {kind_name} {cast.classes[kind]}",
                )
            top = voice.say("最大" if sign else "最小", "greatest" if sign else "least")
            return voice.pick(
                [
                    f"{inside}{name}{top}的是：",
                    f"{inside}谁的{name}{top}？"
                    if world.scene not in (2, 3)
                    else f"{inside}哪个{row_name}的{name}{top}？",
                    f"{inside}{name}{top}的{row_name}是哪一个？",
                ],
                [f"Which {row_name} has the {top} {name}{inside}?", f"Whose {name} is the {top}{inside}?"],
            )
        one, name = cast.names[ask.args[0]], cast.columns[ask.args[1 if ask.kind == "value" else 2] + 1]
        if ask.kind == "value":
            return voice.pick(
                [f"{one}的{name}是多少？", f"根据资料，{one}的{name}为：", f"查表可知{one}的{name}是："],
                [f"What is the {name} of {one}?", f"The {name} of {one} is:"],
            )
        two = cast.names[ask.args[1]]
        if ask.kind == "more":
            than = voice.say("大" if ask.args[3] else "小", "greater" if ask.args[3] else "less")
            return voice.pick(
                [
                    f"{one}的{name}比{two}的{than}吗？",
                    f"“{one}的{name}比{two}{than}”是否正确？",
                    f"{one}的{name}是否比{two}的更{than}？",
                ],
                [f"Is the {name} of {one} {than} than that of {two}?"],
            )
        return voice.pick(
            [
                f"{one}和{two}的{name}相差多少？",
                f"{one}与{two}的{name}之差（大减小）是：",
                f"{one}的{name}与{two}的{name}相差：",
            ],
            [
                f"By how much do {one} and {two} differ in {name}?",
                f"What is the difference in {name} between {one} and {two}?",
            ],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind == "more":
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind in ("best", "which"):
            return cast.names[value]
        if ask.kind == "count":
            return str(value)
        return f"{value}{cast.units[ask.args[1 if ask.kind == 'value' else 2] - 1]}"

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        rows, names = world.rows, cast.names
        if ask.kind == "count":
            return self._count_chain(world, ask, cast, voice)
        if ask.kind == "which":
            return self._which_chain(world, ask, cast, voice, shown)
        if ask.kind == "best":
            return self._best_chain(world, ask, cast, voice)
        column = ask.args[1 if ask.kind == "value" else 2]
        told = [f"{names[row]}{voice.say('', ' ')}{rows[row][column]}" for row in ask.args[: 1 + (ask.kind != "value")]]
        text = cast.columns[column + 1] + voice.say("：", ": ") + voice.say("，", ", ").join(told)
        stop = voice.say("。", ".")
        if ask.kind == "value":
            return text + stop
        one, two = rows[ask.args[0]][column], rows[ask.args[1]][column]
        text += voice.say("；", "; ")
        if ask.kind == "difference":
            return f"{text}{max(one, two)}-{min(one, two)}={abs(one - two)}{stop}"
        wanted = voice.say("大" if ask.args[3] else "小", "greater" if ask.args[3] else "less")
        found = voice.say("大" if one > two else "小", "greater" if one > two else "less")
        relation = f"{one}{'>' if one > two else '<'}{two}"
        name = names[ask.args[0]]
        if found == wanted:
            return text + voice.say(f"{relation}，{name}{found}，是{wanted}。", f"{relation}, {found}, as asked.")
        return text + voice.say(f"{relation}，{name}{found}，不是{wanted}。", f"{relation}, {found}, not {wanted}.")

    def _best_chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        """Go down the rows; behind each comparison stands who is best so far."""
        column, sign, kind = ask.args
        best = -1
        parts = []
        for row, (klass, *_) in enumerate(world.rows):
            number, name = world.rows[row][column], cast.names[row]
            text = name + voice.say("", " ") + (f"{cast.classes[klass]}{voice.say('', ' ')}" if kind >= 0 else "")
            if kind not in (-1, klass):
                parts.append(text.strip())
                continue
            text += str(number)
            if best >= 0:
                had = world.rows[best][column]
                text += f"{'>' if number > had else '<'}{had}"
                best = row if (number > had) == bool(sign) else best
            else:
                best = row
            parts.append(text + voice.say(f"，{cast.names[best]}", f", {cast.names[best]}"))
        top = voice.say("最大" if sign else "最小", "Greatest" if sign else "Least")
        last = voice.say(f"。{top}：{cast.names[best]}。", f". {top}: {cast.names[best]}.")
        return voice.say("；", "; ").join(parts) + last

    def _judged(self, row: int, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        """``甲技术部，45>30``: what decides about a row, up to the first condition that fails."""
        column, _, limit, kind = ask.args
        klass, number = world.rows[row][0], world.rows[row][column]
        text = cast.names[row] + voice.say("", " ")
        if kind >= 0:
            text += cast.classes[klass]
            if klass != kind:
                return text
            text += voice.say("，", ", ")
        return f"{text}{number}{'>' if number > limit else '<' if number < limit else '='}{limit}"

    def _count_chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        parts, count = [], 0
        for row, cells in enumerate(world.rows):
            meets = _meets(cells, ask.args)
            count += meets
            parts.append(self._judged(row, world, ask, cast, voice) + (f"({count})" if meets else ""))
        return voice.say("；", "; ").join(parts) + voice.say(f"。共{count}个。", f". In all {count}.")

    def _which_chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        lines = []
        for place, row in enumerate(shown):
            meets = _meets(world.rows[row], ask.args)
            text = f"{letter_of(place)}{voice.say('：', ': ')}{self._judged(row, world, ask, cast, voice)}"
            lines.append(text + voice.say("，符合。" if meets else "，不符。", ", fits." if meets else ", no."))
            if meets:
                break
        return "\n".join(lines)
