"""Meetings with a beginning and an end on the hour: overlaps, durations, what is on at a time, the first free hour.

Whether the moment of the end still counts is a rule that changes from puzzle to puzzle.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

OPEN, CLOSE = 8, 20


@dataclass(frozen=True, slots=True)
class World:
    """Meetings of one day."""

    spans: tuple[tuple[int, int], ...]
    """(start, end) of each meeting, in full hours, in the order they are told."""
    is_closed: bool
    """True where the moment of the end belongs to a meeting, so that two that touch share it."""

    def has(self, span: tuple[int, int], hour: int) -> bool:
        """Whether a span takes an hour."""
        return span[0] <= hour < span[1] + self.is_closed

    def meet(self, one: tuple[int, int], two: tuple[int, int]) -> bool:
        """Whether two spans have a moment in common."""
        return max(one[0], two[0]) < min(one[1], two[1]) + self.is_closed


class Cast(NamedTuple):
    """Names of the meetings and how times are written."""

    names: tuple[str, ...]
    clock: int
    """0: 9点; 1: 9:00."""
    scene: int
    form: int
    """0 sentences, 1 a compact list."""


def _first_free(world: World) -> int:
    """The first hour from OPEN on at which nothing is on."""
    hour = OPEN
    while any(world.has(span, hour) for span in world.spans):
        hour = next(span[1] for span in world.spans if world.has(span, hour)) + world.is_closed
    return hour


class Intervals(Family[World, int, Cast]):
    """Values: a meeting, an hour, a number, or a truth value."""

    name = "intervals"
    title = "time intervals"
    changes = {"is_closed": "flip"}

    def world(self, rng: Random, level: int) -> World:
        size = min(7, 3 + (level + rng.randrange(2)) // 2)
        spans: list[tuple[int, int]] = []
        while len(spans) < size:
            start = rng.choice((OPEN, rng.randrange(OPEN, CLOSE - 3), rng.randrange(OPEN, CLOSE - 3)))
            span = (start, start + rng.randrange(1, 5))
            if span not in spans and sum(one[0] == span[0] for one in spans) < 2:
                spans.append(span)
        return World(tuple(spans), rng.random() < 0.4)

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        spans, size = world.spans, len(world.spans)
        asks: list[Ask[int]] = []
        kinds = ["overlap", "which", "long", "first", "last", "longest", "on_at", "is_on", "free", "span"]
        for kind in rng.sample(kinds, 10):
            who = rng.randrange(size)
            others = [one for one in rng.sample(range(size), size) if one != who]
            if kind == "overlap":
                want = rng.random() < 0.5
                good = [one for one in others if world.meet(spans[one], spans[who]) == want] or others
                right = world.meet(spans[who], spans[good[0]])
                asks.append(Ask(kind, (who, good[0]), right, (not right,)))
            elif kind == "which":
                good = [one for one in others if world.meet(spans[one], spans[who])]
                bad = [one for one in others if one not in good]
                if len(good) == 1 and bad:
                    asks.append(Ask(kind, (who,), good[0], tuple(bad)))
            elif kind == "long":
                hours = spans[who][1] - spans[who][0]
                asks.append(Ask(kind, (who,), hours, around(hours, 1)))
            elif kind in ("first", "last", "longest"):
                keys = [{"first": -start, "last": end, "longest": end - start}[kind] for start, end in spans]
                if keys.count(max(keys)) == 1:
                    ranked = sorted(range(size), key=keys.__getitem__, reverse=True)
                    asks.append(Ask(kind, (), ranked[0], tuple(ranked[1:])))
            elif kind == "on_at":
                hour = rng.choice([hour for span in spans for hour in span if hour < CLOSE])
                number = sum(world.has(span, hour) for span in spans)
                asks.append(Ask(kind, (hour,), number, around(number, 0, size)))
            elif kind == "is_on":
                start, end = spans[who]
                hour = rng.choice((start, end, end - 1, start - 1, end, start))
                right = world.has(spans[who], hour)
                asks.append(Ask(kind, (who, hour), right, (not right,)))
            elif kind == "free":
                hour = _first_free(world)
                if hour < CLOSE:
                    near = [
                        one for one in (*sorted({end for _, end in spans}), hour - 1, hour + 1) if OPEN <= one != hour
                    ]
                    asks.append(Ask(kind, (), hour, tuple(dict.fromkeys(near))))
            else:
                hours = max(end for _, end in spans) - min(start for start, _ in spans)
                asks.append(Ask(kind, (), hours, around(hours, 1)))
        return asks[:3]

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        # Each meeting as the set of half hours it takes, counted from midnight, the end with or without its own moment.
        halves = [set(range(2 * start, 2 * end + world.is_closed)) for start, end in world.spans]
        # Full hours only.
        hours = [{half // 2 for half in one if half % 2 == 0} for one in halves]
        first = ask.args[0] if ask.args else 0
        if ask.kind == "overlap":
            return bool(halves[first] & halves[ask.args[1]]) == bool(value)
        if ask.kind == "which":
            return bool(halves[first] & halves[value])
        if ask.kind == "long":
            return len(halves[first]) // 2 == value
        if ask.kind == "first":
            return all(min(hours[value]) < min(other) for other in hours if other is not hours[value])
        if ask.kind == "last":
            return all(max(hours[value]) > max(other) for other in hours if other is not hours[value])
        if ask.kind == "longest":
            return all(len(hours[value]) > len(other) for other in hours if other is not hours[value])
        if ask.kind == "on_at":
            return sum(first in one for one in hours) == value
        if ask.kind == "is_on":
            return (ask.args[1] in hours[first]) == bool(value)
        taken = set().union(*hours)
        if ask.kind == "free":
            return value == min(hour for hour in range(OPEN, CLOSE + 8) if hour not in taken)
        return max(taken) + (not world.is_closed) - min(taken) == value

    def cast(self, world: World, voice: Voice) -> Cast:
        scene, size = voice.rng.randrange(3), len(world.spans)
        letters = voice.rng.sample("ABCDEFGHKLMNPQRST", size)
        if scene == 0:
            names = tuple(voice.say(f"会议{one}", f"meeting {one}") for one in letters)
        elif scene == 1:
            names = draw(voice, "person", size)
        else:
            names = tuple(voice.say(f"课程{one}", f"class {one}") for one in letters)
        return Cast(names, voice.rng.randrange(2), scene, voice.rng.randrange(2))

    @staticmethod
    def _time(hour: int, cast: Cast, voice: Voice) -> str:
        return f"{hour}:00" if cast.clock or not voice.zh else f"{hour}点"

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        scene = cast.scene
        head = voice.pick(
            (
                [
                    "某天的会议安排如下（24小时制）：",
                    "一家公司今天要开这些会，时间用24小时制表示：",
                    "会议日程（24小时制）：",
                ],
                [
                    "下面是几个人今天在办公室的时间（24小时制）：",
                    "图书馆记录了每个人到馆和离馆的时间（24小时制）：",
                    "值班时间表（24小时制）如下：",
                ],
                [
                    "今天的课程时间（24小时制）为：",
                    "培训班一天的课程安排如下，采用24小时制：",
                    "几门课程分别在这些时间进行（24小时制）：",
                ],
            )[scene],
            (
                ["Today's meetings:", "These meetings are planned for one day:"],
                ["These people are in the office at these times:"],
                ["Today's classes:"],
            )[scene],
        )
        said = []
        for name, (start, end) in zip(cast.names, world.spans, strict=True):
            a, b = self._time(start, cast, voice), self._time(end, cast, voice)
            if cast.form:
                said.append(f"{name}{voice.say('：', ': ')}{a}-{b}")
            else:
                said.append(
                    voice.pick(
                        [f"{name}从{a}到{b}", f"{name}在{a}开始，{b}结束", f"{name}的时间是{a}至{b}"],
                        [f"{name} is from {a} to {b}", f"{name} starts at {a} and ends at {b}"],
                    )
                )
        if world.is_closed:
            rule = voice.pick(
                [
                    "开始和结束的那一刻都算在内；一个结束时另一个刚好开始，也算重叠。",
                    "约定：每段时间包含开始时刻，也包含结束时刻，首尾相接算冲突。",
                    "说明：到结束时刻仍算进行中，所以前后刚好衔接的两段算重叠。",
                ],
                [
                    "Beginnings count and endings count too: if one ends just when another begins, they overlap.",
                    "At its end time a thing is still running, so two that only touch do overlap.",
                ],
            )
        else:
            rule = voice.pick(
                [
                    "开始的那一刻算在内，结束的那一刻不算；一个结束时另一个刚好开始，不算重叠。",
                    "约定：每段时间包含开始时刻，不包含结束时刻，首尾相接不算冲突。",
                    "说明：到结束时刻就已经结束，所以前后刚好衔接的两段不重叠。",
                ],
                [
                    "Beginnings count, endings do not: if one ends just when another begins, they do not overlap.",
                    "At its end time a thing is already over, so two that only touch do not overlap.",
                ],
            )
        return f"{head}\n{voice.listing(said)}\n{rule}"

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        if ask.kind in ("overlap", "which", "long", "is_on"):
            x = cast.names[ask.args[0]]
            if ask.kind == "which":
                return voice.pick(
                    [f"哪一个的时间和{x}有重叠？", f"下面哪个与{x}时间冲突？", f"和{x}有共同时间的是："],
                    [f"Which one overlaps with {x}?", f"Which one shares time with {x}?"],
                )
            if ask.kind == "long":
                return voice.pick(
                    [f"{x}从开始到结束有几个小时？", f"{x}从开始到结束相隔多少小时？"],
                    [f"How many hours lie between the start and the end of {x}?"],
                )
            if ask.kind == "is_on":
                hour = self._time(ask.args[1], cast, voice)
                return voice.pick(
                    [
                        f"{hour}这一刻，{x}的时间段正在进行吗？",
                        f"{hour}是否在{x}的时间之内？",
                        f"{x}的时间包含{hour}，对吗？",
                    ],
                    [f"Does the time of {x} include {hour}?", f"At {hour}, is the time of {x} running?"],
                )
            y = cast.names[ask.args[1]]
            return voice.pick(
                [f"{x}和{y}的时间有重叠吗？", f"{x}与{y}是否冲突？", f"{x}和{y}在时间上有交集，对吗？"],
                [f"Do {x} and {y} overlap?", f"Is there a time shared by {x} and {y}?"],
            )
        if ask.kind == "on_at":
            hour = self._time(ask.args[0], cast, voice)
            return voice.pick(
                [f"{hour}这一刻有几段正在进行？", f"在{hour}，同时进行的有几个？", f"有多少个的时间包含{hour}？"],
                [f"How many are running at {hour}?", f"How many of them include {hour}?"],
            )
        open_at = self._time(OPEN, cast, voice)
        zh, en = {
            "first": (
                ["最早开始的是哪一个？", "哪一个开始得最早？", "谁的开始时间排在最前？"],
                ["Which one starts first?", "Which one has the earliest start?"],
            ),
            "last": (
                ["最晚结束的是哪一个？", "哪一个结束得最晚？", "谁的结束时间最靠后？"],
                ["Which one ends last?", "Which one has the latest end?"],
            ),
            "longest": (
                ["持续时间最长的是哪一个？", "哪一个用时最多？", "时间最长的是哪一个？"],
                ["Which one is the longest?", "Which one takes the most hours?"],
            ),
            "free": (
                [
                    f"从{open_at}算起，第一个没有任何安排的整点是？",
                    f"{open_at}及以后，最早哪个整点没有任何一段在进行？",
                    f"从{open_at}开始逐个整点看，最先空闲的是几点？",
                ],
                [f"From {open_at} on, what is the first full hour at which nothing is running?"],
            ),
            "span": (
                [
                    "从最早的开始到最晚的结束，共几个小时？",
                    "最晚的结束时间比最早的开始时间晚几小时？",
                    "整个安排从头到尾跨越多少小时？",
                ],
                ["How many hours lie between the first start and the last end?"],
            ),
        }[ask.kind]
        return voice.pick(zh, en)

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind in ("overlap", "is_on"):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind in ("which", "first", "last", "longest"):
            return cast.names[value]
        if ask.kind == "free":
            return self._time(value, cast, voice)
        if ask.kind in ("long", "span"):
            return voice.say(f"{value}小时", f"{value} h")
        return str(value)

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        spans, names = world.spans, cast.names
        if ask.kind == "overlap":
            return self._pair(ask.args[0], ask.args[1], world, cast, voice)
        if ask.kind == "which":
            x = ask.args[0]
            lines = [f"{names[x]} {spans[x][0]}-{spans[x][1]}"]
            for place, one in enumerate(shown):
                lines.append(f"{letter_of(place)} {self._against(one, x, world, cast, voice)}")
                if world.meet(spans[one], spans[x]):
                    break
            return "\n".join(lines)
        if ask.kind == "long":
            start, end = spans[ask.args[0]]
            return f"{names[ask.args[0]]} {start}-{end}{voice.say('：', ': ')}{end}-{start}={end - start}"
        if ask.kind == "is_on":
            return self._at(ask.args[0], ask.args[1], world, cast, voice)[0]
        if ask.kind == "on_at":
            lines, count = [], 0
            for one in range(len(spans)):
                text, is_on = self._at(one, ask.args[0], world, cast, voice)
                count += is_on
                lines.append(f"{text} {count}" if is_on else text)
            return "\n".join([*lines, voice.say(f"共{count}", f"{count} in all")])
        if ask.kind == "free":
            return self._free(world, cast, voice)
        return self._extreme(world, ask, cast, voice)

    @staticmethod
    def _ends(world: World, voice: Voice) -> str:
        """The rule, where an hour is just the end of a span."""
        zh, en = ("结束算", "ends count") if world.is_closed else ("结束不算", "ends do not count")
        return voice.say(f"，{zh}", f", {en}")

    @classmethod
    def _pair(cls, one: int, two: int, world: World, cast: Cast, voice: Voice) -> str:
        """Compare the later start with the earlier end."""
        (a, b), (c, d) = world.spans[one], world.spans[two]
        late, early = max(a, c), min(b, d)
        sign = "<" if late < early else "=" if late == early else ">"
        rule = cls._ends(world, voice) if late == early else ""
        x, y = cast.names[one], cast.names[two]
        is_shared = world.meet(world.spans[one], world.spans[two])
        word = voice.say("重叠", "overlap") if is_shared else voice.say("不重叠", "no overlap")
        if not voice.full:
            return voice.say(
                f"{x} {a}-{b}，{y} {c}-{d}：{late}{sign}{early}{rule}，{word}",
                f"{x} {a}-{b}, {y} {c}-{d}: {late}{sign}{early}{rule}, {word}",
            )
        return voice.say(
            f"{x} {a}-{b}，{y} {c}-{d}\n晚开始{late}，早结束{early}，{late}{sign}{early}{rule}，{word}",
            f"{x} {a}-{b}, {y} {c}-{d}\nlater start {late}, earlier end {early}, {late}{sign}{early}{rule}, {word}",
        )

    @classmethod
    def _against(cls, one: int, two: int, world: World, cast: Cast, voice: Voice) -> str:
        """Whether an option overlaps with the given one: two comparisons, the second only where the first holds."""
        (a, b), (c, d) = world.spans[one], world.spans[two]
        parts = []
        is_shared = True
        for start, end in ((a, d), (c, b)):
            rule = cls._ends(world, voice) if start == end else ""
            parts.append(f"{start}{'<' if start < end else '=' if start == end else '>'}{end}{rule}")
            is_shared = start < end + world.is_closed
            if not is_shared:
                break
        parts.append(voice.say("重叠", "overlap") if is_shared else voice.say("不重叠", "no overlap"))
        return f"{cast.names[one]} {a}-{b}{voice.say('：', ': ')}{voice.say('，', ', ').join(parts)}"

    @classmethod
    def _at(cls, one: int, hour: int, world: World, cast: Cast, voice: Voice) -> tuple[str, bool]:
        """Whether an hour lies in a span, in words and as a truth value."""
        start, end = world.spans[one]
        head, comma = f"{cast.names[one]} {start}-{end}{voice.say('：', ': ')}", voice.say("，", ", ")
        is_on = world.has(world.spans[one], hour)
        word = voice.say("在", "yes") if is_on else voice.say("不在", "no")
        if hour < start:
            return f"{head}{hour}<{start}{comma}{word}", is_on
        if hour == end:
            return f"{head}{hour}={end}{cls._ends(world, voice)}{comma}{word}", is_on
        if hour > end:
            return f"{head}{hour}>{end}{comma}{word}", is_on
        return f"{head}{hour}{'=' if hour == start else '>'}{start}{comma}{hour}<{end}{comma}{word}", is_on

    @classmethod
    def _free(cls, world: World, cast: Cast, voice: Voice) -> str:
        """Go through the spans as told, again and again, and jump past the one that is running."""
        colon, comma = voice.say("：", ": "), voice.say("，", ", ")
        head = comma.join(f"{name} {start}-{end}" for name, (start, end) in zip(cast.names, world.spans, strict=True))
        lines, hour = [head + cls._ends(world, voice)], OPEN
        while True:
            one = next((n for n, span in enumerate(world.spans) if world.has(span, hour)), None)
            if one is None:
                break
            start, end = world.spans[one]
            lines.append(f"{hour}{colon}{cast.names[one]} {start}-{end}→")
            lines[-1] += f"{end}+1={end + 1}" if world.is_closed else str(end)
            hour = end + world.is_closed
        return "\n".join([*lines, voice.say(f"{hour}：无，空闲", f"{hour}: none, free")])

    @staticmethod
    def _extreme(world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        """Carry the best one so far, by name, through the list as told; the first and last hour for ``span``."""
        colon, semi = voice.say("：", ": "), voice.say("，", ", ")
        lines, best, low, high = [], 0, world.spans[0][0], world.spans[0][1]
        for one, (name, (start, end)) in enumerate(zip(cast.names, world.spans, strict=True)):
            if ask.kind == "span":
                low, high = min(low, start), max(high, end)
                lines.append(
                    f"{name} {start}-{end}{colon}{voice.say('早', 'first ')}{low}{semi}{voice.say('晚', 'last ')}{high}"
                )
                continue
            keys = [{"first": -a, "last": b, "longest": b - a}[ask.kind] for a, b in world.spans]
            if keys[one] > keys[best]:
                best = one
            value = {"first": str(start), "last": str(end), "longest": f"{end}-{start}={end - start}"}[ask.kind]
            lines.append(f"{name} {value}{colon}{cast.names[best]} {abs(keys[best])}")
        if ask.kind == "span":
            return "\n".join([*lines, f"{high}-{low}={high - low}"])
        top = {"first": ("最早", "first"), "last": ("最晚", "last"), "longest": ("最长", "longest")}[ask.kind]
        lines.append(f"{voice.say(*top)}{colon}{cast.names[best]}")
        return "\n".join(lines)
