# ruff: noqa: E501 - Chinese sentences stay whole (ruff counts wide characters twice)
"""Days: weekdays after some days, weekdays and dates of a month, dates across two months, duty rosters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

_ZH = tuple("一二三四五六日")
_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONDAY = date(2001, 1, 1)
"""A Monday, for the prover."""


@dataclass(frozen=True, slots=True)
class World:
    """A theme and its numbers."""

    theme: str
    """``weekday``, ``month``, ``date`` or ``roster``."""
    first: int
    """Weekday of today or of the 1st (0 Monday), number of the month, or who is on duty on day 1."""
    length: int
    """Days of the month, or people on the roster."""
    reach: int
    """Greatest number of days asked about."""


class CalendarDays(Family[World, int, tuple[str, ...]]):
    """Values: a weekday, a day's number, a count, a person, or True/False. The cast are the roster's people."""

    name = "calendar_days"
    title = "weekdays, dates and rosters"

    def world(self, rng: Random, level: int) -> World:
        theme = rng.choice(("weekday", "month", "date", "roster"))
        reach = 8 + 6 * level
        if theme == "weekday":
            return World(theme, rng.randrange(7), 7, reach)
        if theme == "month":
            return World(theme, rng.randrange(7), rng.choice((28, 29, 30, 30, 31, 31)), min(reach, 28))
        if theme == "date":
            return World(theme, rng.randrange(1, 12), rng.choice((28, 29, 30, 30, 31, 31)), min(reach, 28))
        people = 3 + level // 3
        return World(theme, rng.randrange(people), people, reach)

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        kinds = {
            "weekday": ["after", "before", "after_is", "after"],
            "month": ["weekday", "weekday_is", "nth", "count", "weekday"],
            "date": ["later", "later_is", "gap"],
            "roster": ["duty", "duty_is", "turns", "duty"],
        }[world.theme]
        asks: list[Ask[int]] = []
        for kind in rng.sample(kinds, 3):
            days = rng.randrange(3, world.reach + 1)
            args: tuple[int, ...]
            if kind in ("after", "before", "after_is"):
                args = (days,)
            elif kind in ("weekday", "weekday_is"):
                args = (rng.randrange(3, world.length + 1) if world.reach > 20 else days,)
            elif kind == "nth":
                args = (rng.randrange(7), rng.randrange(2, 5))
            elif kind == "count":
                args = (rng.randrange(7),)
            elif kind in ("later", "later_is"):
                start = rng.randrange(max(1, world.length - world.reach), world.length)
                args = (start, rng.randrange(max(1, world.length - start - 3), world.reach + 1))
            elif kind == "gap":
                args = (rng.randrange(world.length - 20, world.length), rng.randrange(1, 28))
            elif kind == "turns":
                args = (rng.randrange(world.length), days)
            else:
                args = (days,)
            right = self._answer(world, kind.removesuffix("_is"), args)
            wrong = self._wrong(world, kind.removesuffix("_is"), args, right, rng)
            if kind.endswith("_is"):
                claim = right if rng.random() < 0.5 else rng.choice(wrong[:2])
                asks.append(Ask(kind, (*args, claim), claim == right, (claim != right,)))
            else:
                asks.append(Ask(kind, args, right, wrong))
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def _answer(self, world: World, kind: str, args: tuple[int, ...]) -> int:
        first, length = world.first, world.length
        if kind == "nth":
            return 1 + (args[0] - first) % 7 + 7 * (args[1] - 1)
        if kind == "count":
            return (length - 1 - (args[0] - first) % 7) // 7 + 1
        if kind == "later":  # days of the next month are numbered on from the first
            return args[0] + args[1]
        if kind == "gap":
            return length - args[0] + args[1]
        if kind == "turns":
            offset = (args[0] - first) % length
            return (args[1] - 1 - offset) // length + 1 if args[1] > offset else 0
        step = {"after": args[0], "before": -args[0], "weekday": args[0] - 1, "duty": args[0] - 1}[kind]
        return (first + step) % length if world.theme == "roster" else (first + step) % 7

    def _wrong(self, world: World, kind: str, args: tuple[int, ...], right: int, rng: Random) -> tuple[int, ...]:
        if kind in ("after", "before", "weekday", "duty"):
            cycle = world.length if world.theme == "roster" else 7
            slips = [(right + 1) % cycle, (right - 1) % cycle]
            rng.shuffle(slips)
            rest = rng.sample(range(cycle), cycle)
            return tuple(value for value in dict.fromkeys([*slips, *rest]) if value != right)[:4]
        if kind == "nth":
            return near_misses(rng, right, [right + 7, right - 7], low=1, high=28)
        if kind == "count":
            return near_misses(rng, right, [4, 5], low=3, high=6)
        if kind == "later":
            return near_misses(rng, right, [right + 1, right - 1], low=args[0] + 1, high=2 * world.length - 1)
        return near_misses(rng, right, [right + 1, right - 1])

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        if ask.kind.endswith("_is"):
            plain: Ask[int] = Ask(ask.kind.removesuffix("_is"), ask.args[:-1], 0, ())
            return bool(value) == self.holds(world, plain, ask.args[-1])
        args, first, length = ask.args, world.first, world.length
        if world.theme == "weekday":
            days = args[0] if ask.kind == "after" else -args[0]
            return value == (_MONDAY + timedelta(days=first + days)).weekday()
        if world.theme == "month":
            days_of = [(_MONDAY + timedelta(days=first + day)).weekday() for day in range(length)]
            if ask.kind == "weekday":
                return value == days_of[args[0] - 1]
            dates = [day for day, weekday in enumerate(days_of, 1) if weekday == args[0]]
            return value == (len(dates) if ask.kind == "count" else dates[args[1] - 1])
        if world.theme == "date":
            dates = [*range(1, length + 1), *range(length + 1, length + 32)]
            if ask.kind == "later":
                return value == dates[dates.index(args[0]) + args[1]]
            return value == dates.index(length + args[1]) - dates.index(args[0])
        people = [who for _ in range(40) for who in range(length)][first:]
        if ask.kind == "duty":
            return value == people[args[0] - 1]
        return value == people[: args[1]].count(args[0])

    def cast(self, world: World, voice: Voice) -> tuple[str, ...]:
        return draw(voice, "person", world.length) if world.theme == "roster" else ()

    def _week(self, day: int, voice: Voice) -> str:
        return voice.say("星期" + _ZH[day % 7], _EN[day % 7])

    def _date(self, world: World, day: int, voice: Voice) -> str:
        month = world.first + (day > world.length)
        day -= world.length if day > world.length else 0
        return voice.say(f"{month}月{day}日", f"{month}/{day}")

    def tell(self, world: World, cast: tuple[str, ...], voice: Voice) -> str:
        week = voice.pick(
            ["一星期七天，从星期一到星期日循环。", "一周按星期一、星期二……星期日的顺序循环，共7天。", ""],
            ["A week has seven days, Monday to Sunday.", ""],
        )
        first = self._week(world.first, voice)
        if world.theme == "weekday":
            return voice.pick(
                [
                    f"{week}已知今天是{first}。",
                    f"{week}设今天是{first}，推算别的日子是星期几。",
                    f"{week}小李看了看日历，今天是{first}。",
                ],
                [f"{week} Today is {first}.".strip(), f"{week} Suppose that today is {first}.".strip()],
            )
        if world.theme == "month":
            days = world.length
            return voice.pick(
                [
                    f"{week}某个月共有{days}天，1日是{first}。",
                    f"{week}这个月的1日是{first}，全月{days}天。",
                    f"{week}翻开日历：本月1日为{first}，一共{days}天。",
                ],
                [
                    f"{week} A month has {days} days and its 1st is a {first}.".strip(),
                    f"{week} The 1st of a month of {days} days is a {first}.".strip(),
                ],
            )
        if world.theme == "date":
            month, days = world.first, world.length
            return voice.pick(
                [
                    f"某年的{month}月有{days}天，{month}月过后是{month + 1}月1日。“n天后”从第二天开始数为1天后。",
                    f"已知这一年{month}月共{days}天，{month}月的最后一天之后就是{month + 1}月1日。第二天算1天后。",
                    f"规定：{month}月有{days}天，接着是{month + 1}月；某日的第二天称为1天后，依此类推。",
                ],
                [
                    f"In some year, month {month} has {days} days and is followed by month {month + 1}. The next day is 1 day later. Dates are written month/day."
                ],
            )
        order = voice.join([*cast[world.first :], *cast[: world.first]])
        return voice.pick(
            [
                f"{len(cast)}个人按 {order} 的顺序轮流值日，每人一天，轮完一遍再从头开始。第1天是{cast[world.first]}。",
                f"值班表如下：每天一人，依次为 {order}，然后循环。第1天由{cast[world.first]}值日。",
                f"宿舍打扫卫生，每天一个人，顺序是 {order}，周而复始，第1天轮到{cast[world.first]}。",
            ],
            [f"{order} take turns in this order, one a day, again and again. Day 1 is {cast[world.first]}'s."],
        )

    def question(self, world: World, ask: Ask[int], cast: tuple[str, ...], voice: Voice) -> str:
        args, kind = ask.args, ask.kind
        if kind in ("after", "before"):
            way = "后" if kind == "after" else "前"
            en = f"{args[0]} days from now" if kind == "after" else f"{args[0]} days ago"
            return voice.pick(
                [
                    f"{args[0]}天{way}是星期几？",
                    f"从今天算起，{args[0]}天{way}是星期几？（{'明天是1天后' if kind == 'after' else '昨天是1天前'}）",
                    f"今天的{args[0]}天{way}是一周中的哪一天？",
                ],
                [f"Which weekday is it {en}?" if kind == "after" else f"Which weekday was it {en}?"],
            )
        if kind == "after_is":
            day = self._week(args[1], voice)
            return voice.pick(
                [f"{args[0]}天后是{day}吗？", f"再过{args[0]}天就是{day}，对吗？"],
                [f"Is it {day} {args[0]} days from now?"],
            )
        if kind == "weekday":
            return voice.pick(
                [f"这个月{args[0]}日是星期几？", f"{args[0]}日是一周中的哪一天？"],
                [f"Which weekday is day {args[0]} of the month?"],
            )
        if kind == "weekday_is":
            day = self._week(args[1], voice)
            return voice.pick(
                [f"这个月{args[0]}日是{day}吗？", f"{args[0]}日是不是{day}？"],
                [f"Is day {args[0]} of the month a {day}?"],
            )
        if kind == "nth":
            day = self._week(args[0], voice)
            return voice.pick(
                [f"这个月第{args[1]}个{day}是几日？", f"当月的第{args[1]}个{day}落在哪一天？"],
                [f"On which day of the month is {day} number {args[1]}?"],
            )
        if kind == "count":
            day = self._week(args[0], voice)
            return voice.pick(
                [f"这个月有几个{day}？", f"全月一共有多少个{day}？"], [f"How many times is it {day} in this month?"]
            )
        if kind in ("later", "later_is", "gap"):
            start = self._date(world, args[0], voice)
            if kind == "gap":
                end = self._date(world, world.length + args[1], voice)
                return voice.pick(
                    [f"{end}是{start}的多少天后？", f"从{start}再过几天是{end}？"],
                    [f"How many days after {start} is {end}?"],
                )
            if kind == "later":
                return voice.pick(
                    [f"{start}的{args[1]}天后是几月几日？", f"从{start}起再过{args[1]}天是哪一天？"],
                    [f"Which date is {args[1]} days after {start}?"],
                )
            goal = self._date(world, args[2], voice)
            return voice.pick(
                [f"{start}的{args[1]}天后是{goal}吗？", f"从{start}再过{args[1]}天，是不是{goal}？"],
                [f"Is {goal} the date {args[1]} days after {start}?"],
            )
        if kind == "duty":
            return voice.pick(
                [f"第{args[0]}天轮到谁？", f"第{args[0]}天是谁值日？"], [f"Whose turn is it on day {args[0]}?"]
            )
        if kind == "duty_is":
            return voice.pick(
                [f"第{args[0]}天是{cast[args[1]]}值日吗？", f"第{args[0]}天轮到的是不是{cast[args[1]]}？"],
                [f"Is it {cast[args[1]]}'s turn on day {args[0]}?"],
            )
        return voice.pick(
            [f"前{args[1]}天里，{cast[args[0]]}一共值日几天？", f"从第1天到第{args[1]}天，{cast[args[0]]}轮到几次？"],
            [f"How many of the first {args[1]} days are {cast[args[0]]}'s?"],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: tuple[str, ...], voice: Voice) -> str:
        if isinstance(value, bool):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind in ("after", "before", "weekday"):
            return self._week(value, voice)
        if ask.kind == "later":
            return self._date(world, value, voice)
        if ask.kind == "duty":
            return cast[value]
        return str(value) + voice.say({"nth": "日", "gap": "天"}.get(ask.kind, ""), "")

    def chain(self, world: World, ask: Ask[int], cast: tuple[str, ...], voice: Voice, shown: tuple[int, ...]) -> str:
        kind, args = ask.kind.removesuffix("_is"), ask.args
        right = self._answer(world, kind, args)
        plain: Ask[int] = Ask(kind, args, right, ())
        lines = self._steps(world, kind, args, cast, voice)
        if ask.kind.endswith("_is"):
            value, claim = (self.option(world, plain, each, cast, voice) for each in (right, args[-1]))
            same = args[-1] == right
            lines.append(
                voice.say(
                    f"{value}{'就是' if same else '不是'}{claim}。",
                    f"{value} {'is' if same else 'is not'} {claim}.",
                )
            )
        return "\n".join(lines)

    def _steps(self, world: World, kind: str, args: tuple[int, ...], cast: tuple[str, ...], voice: Voice) -> list[str]:
        first, length = world.first, world.length
        gap, stop, colon, space = voice.say("，", ", "), voice.say("。", "."), voice.say("：", ": "), voice.say("", " ")
        if kind == "later":
            start, days = args[:2]
            total = start + days
            line = f"{start}+{days}={total}"
            if total > length:
                line += f">{length}{gap}{total}-{length}={total - length}"
            else:
                line += f"≤{length}"
            return [f"{line}{gap}{self._date(world, total, voice)}{stop}"]
        if kind == "gap":
            rest = length - args[0]
            return [f"{length}-{args[0]}={rest}{gap}{rest}+{args[1]}={rest + args[1]}{stop}"]
        if kind in ("nth", "count"):
            walk = [f"{1 + step}{space}{self._short(first + step, voice)}" for step in range((args[0] - first) % 7 + 1)]
            day, number = len(walk), 1
            lines = [voice.join(walk) + stop]
            parts = [f"1{colon}{day}"]
            while number < args[1] if kind == "nth" else day + 7 <= length:
                number, day = number + 1, day + 7
                parts.append(f"{number}{colon}{day - 7}+7={day}")
            if kind == "count":
                parts.append(f"{day}+7={day + 7}>{length}")
            end = voice.say(f"{gap}共{number}个", f": {number} times") if kind == "count" else ""
            return [*lines, gap.join(parts) + end + stop]
        if kind == "turns":
            day = (args[0] - first) % length + 1
            order = [f"{number}{colon}{cast[(first + number - 1) % length]}" for number in range(1, day + 1)]
            if day > args[1]:
                return [gap.join(order) + stop, f"{day}>{args[1]}{gap}0{stop}"]
            parts, number = [f"1{colon}{day}"], 1
            while day + length <= args[1]:
                number, day = number + 1, day + length
                parts.append(f"{number}{colon}{day - length}+{length}={day}")
            parts.append(f"{day}+{length}={day + length}>{args[1]}")
            return [gap.join(order) + stop, gap.join(parts) + voice.say(f"，共{number}次。", f": {number} times.")]
        cycle = length if kind == "duty" else 7
        days = args[0] - (kind in ("weekday", "duty"))
        parts = [f"{args[0]}-1={days}"] if kind in ("weekday", "duty") else []
        rounds, rest = divmod(days, cycle)
        parts.append(f"{days}÷{cycle}={rounds}" + voice.say(f"余{rest}", f" rest {rest}"))
        step = -1 if kind == "before" else 1
        stops = [
            cast[(first + step * n) % cycle] if kind == "duty" else self._short(first + step * n, voice)
            for n in range(rest + 1)
        ]
        way = voice.say("往回" if kind == "before" else "往后", "back" if kind == "before" else "on")
        numbered = [stops[0], *(f"{n}{space}{who}" for n, who in enumerate(stops[1:], 1))]
        return [gap.join(parts) + stop, f"{way}{space}{rest}{colon}" + "→".join(numbered) + stop]

    def _short(self, day: int, voice: Voice) -> str:
        return voice.say(_ZH[day % 7], _EN[day % 7])
