"""Matching people with one or two attributes by elimination; everyone has a different one.

Clues are made so that crossing out in a table always leaves somebody with a single possibility.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from random import Random
from typing import NamedTuple

from synth.family import Ask, Family
from synth.names import draw
from synth.voice import Voice

Clue = tuple[str, int, tuple[int, ...]]
"""(kind, subject, values): ``is``/``in``/``out`` say what a person's first attribute is, may be, is not; ``link`` says
which second attribute goes with a first attribute, ``own`` which one a person has."""


@dataclass(frozen=True, slots=True)
class World:
    """Who has which value, known to the reader only through clues."""

    first: tuple[int, ...]
    """The hidden first attribute of each person."""
    second: tuple[int, ...]
    """The hidden second attribute of each person; empty where the puzzle has only one."""
    clues: tuple[Clue, ...]
    """The clues in the order they are told."""


class Theme(NamedTuple):
    """Words of one attribute."""

    kind: str
    title: str
    """What the attribute is called."""
    has: str
    """Verb phrase, ``{}`` is the value: 喜欢{}."""
    lacks: str
    """Its negation."""


class Cast(NamedTuple):
    """Names of people and of the values of both attributes."""

    names: tuple[str, ...]
    values: tuple[str, ...]
    others: tuple[str, ...]
    theme: Theme
    other: Theme


_ZH = (
    Theme("color", "颜色", "喜欢{}色", "不喜欢{}色"),
    Theme("animal", "宠物", "养{}", "没有养{}"),
    Theme("job", "职业", "当{}", "不当{}"),
    Theme("food", "食物", "点了{}", "没有点{}"),
    Theme("place", "目的地", "去了{}", "没有去{}"),
    Theme("city", "家乡", "来自{}", "不是来自{}"),
)
_EN = (
    Theme("color", "colours", "likes {}", "does not like {}"),
    Theme("animal", "pets", "keeps the {}", "does not keep the {}"),
    Theme("job", "jobs", "is the {}", "is not the {}"),
    Theme("place", "places", "went to the {}", "did not go to the {}"),
    Theme("city", "home towns", "comes from {}", "does not come from {}"),
)


@lru_cache(maxsize=64)
def _tables(
    size: int, has_second: bool, clues: tuple[Clue, ...]
) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """All tables that satisfy the clues."""
    allowed = [set(range(size)) for _ in range(size)]
    for kind, who, values in clues:
        if kind in ("is", "in"):
            allowed[who] &= set(values)
        elif kind == "out":
            allowed[who] -= set(values)
    firsts: list[tuple[int, ...]] = [()]
    for who in range(size):
        firsts = [(*row, value) for row in firsts for value in allowed[who] if value not in row]
    if not has_second:
        return tuple((row, ()) for row in firsts)
    return tuple(
        (row, second)
        for row in firsts
        for second in permutations(range(size))
        if all(
            second[row.index(a) if kind == "link" else a] == values[0]
            for kind, a, values in clues
            if kind in ("link", "own")
        )
    )


def _read(first: tuple[int, ...], second: tuple[int, ...], ask: Ask[int]) -> int:
    a = ask.args[0]
    if ask.kind == "what":
        return first[a]
    if ask.kind == "who":
        return first.index(a)
    if ask.kind == "is":
        return first[a] == ask.args[1]
    if ask.kind == "what_other":
        return second[a]
    if ask.kind == "who_other":
        return second.index(a)
    if ask.kind == "is_other":
        return second[a] == ask.args[1]
    return first[second.index(a)]


class Matching(Family[World, int, Cast]):
    """Values: a person, a value of an attribute, a truth value, or ``person * 10 + value`` for a pair."""

    name = "matching"
    title = "matching by elimination"

    def world(self, rng: Random, level: int) -> World:
        has_second = level > 1 and rng.random() < 0.4
        size = min(7, 3 + (level + rng.randrange(2)) // 2)
        if has_second:
            size = max(3, size - 1)
        first = tuple(rng.sample(range(size), size))
        clues: list[Clue] = []
        order = rng.sample(range(size), size)
        for step, who in enumerate(order[:-1]):
            # The values of people placed earlier are crossed out by then, so any of them may stay possible here.
            earlier = [first[one] for one in order[:step]]
            open_values = rng.sample(earlier, min(len(earlier), rng.choice((0, 1, 1, 2, 2, 3)))) if step else []
            inside = (first[who], *open_values)
            outside = tuple(value for value in range(size) if value not in inside)
            if len(inside) == 1 and rng.random() < 0.7:
                clues.append(("is", who, inside))
            elif len(inside) <= len(outside) and len(inside) > 1:
                clues.append(("in", who, tuple(sorted(inside))))
            elif outside:
                clues.append(("out", who, outside))
        second: tuple[int, ...] = ()
        if has_second:
            second = tuple(rng.sample(range(size), size))
            for who in rng.sample(range(size), size - 1):
                is_link = rng.random() < 0.7
                clues.append(("link", first[who], (second[who],)) if is_link else ("own", who, (second[who],)))
        rng.shuffle(clues)
        return World(first, second, tuple(clues))

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        first, second, size = world.first, world.second, len(world.first)
        kinds = ["what", "who", "is", "pair"]
        if second:
            kinds = ["what", "is", "what_other", "who_other", "is_other", "cross"]
        asks: list[Ask[int]] = []
        for kind in rng.sample(kinds, 3):
            who = rng.randrange(size)
            others = [one for one in rng.sample(range(size), size) if one != who]
            table = second if kind in ("what_other", "who_other", "is_other", "cross") else first
            if kind in ("what", "what_other"):
                asks.append(Ask(kind, (who,), table[who], tuple(table[one] for one in others)))
            elif kind in ("who", "who_other"):
                asks.append(Ask(kind, (table[who],), who, tuple(others)))
            elif kind == "cross":
                asks.append(Ask(kind, (second[who],), first[who], tuple(first[one] for one in others)))
            elif kind == "pair":
                wrong = [who * 10 + first[others[0]], *(one * 10 + first[who] for one in others)]
                asks.append(Ask(kind, (who,), who * 10 + first[who], tuple(wrong)))
            else:
                right = rng.random() < 0.5
                value = table[who] if right else table[others[0]]
                asks.append(Ask(kind, (who, value), right, (not right,), is_fixed_order=True))
        return asks

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        tables = _tables(len(world.first), bool(world.second), world.clues)
        if ask.kind == "pair":
            who, what = divmod(value, 10)
            return bool(tables) and all(first[who] == what for first, _ in tables)
        return bool(tables) and all(_read(first, second, ask) == value for first, second in tables)

    def cast(self, world: World, voice: Voice) -> Cast:
        size = len(world.first)
        theme, other = voice.rng.sample(_ZH if voice.zh else _EN, 2)
        names = draw(voice, "person", size)
        values = tuple(value for value in draw(voice, theme.kind, size + 4) if value not in names)[:size]
        others = tuple(v for v in draw(voice, other.kind, size + 4) if v not in names and v not in values)[:size]
        if len(values) < size or len(others) < size:
            return self.cast(world, voice)
        return Cast(names, values, others, theme, other)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        names, values = cast.names, cast.values
        who, what, size = voice.join(names), voice.join(values), len(names)
        title, other = cast.theme.title, cast.other.title
        head = voice.pick(
            [
                f"{who}各对应一种{title}，互不重复。可能的{title}：{what}。",
                f"有{size}个人：{who}。每人的{title}都不同，分别是{what}中的一个。",
                f"下面要把{who}与{title}（{what}）一一配对。",
            ],
            [
                f"{who} are matched one to one with these {title}: {what}.",
                f"There are {size} people: {who}. Each has a different one of these {title}: {what}.",
            ],
        )
        if world.second:
            more = voice.join(cast.others)
            head += voice.pick(
                [f"每人的{other}也各不相同：{more}。", f"他们的{other}也互不重复，有{more}。"],
                [f" They also have different {other}: {more}.", f" The {other} differ as well: {more}."],
            )
        said = [self._say(clue, cast, voice) for clue in world.clues]
        lead = voice.pick(["已知：", "线索：", "并且有以下条件："], ["Clues:", "It is known that:"])
        if not voice.zh:
            said = [one[0].upper() + one[1:] for one in said]
        return f"{head}{voice.say('', ' ')}{lead}\n{voice.listing(said)}"

    @staticmethod
    def _say(clue: Clue, cast: Cast, voice: Voice) -> str:
        kind, a, found = clue
        theme = cast.theme
        if kind == "link":
            has, other = theme.has.format(cast.values[a]), cast.other.has.format(cast.others[found[0]])
            return voice.pick(
                [f"{has}的人{other}", f"{other}的人{has}", f"{other}的就是{has}的那个人"],
                [f"the one who {has} also {other}", f"the one who {other} also {has}"],
            )
        name = cast.names[a]
        if kind == "own":
            has = cast.other.has.format(cast.others[found[0]])
            return voice.pick([f"{name}{has}", f"{has}的是{name}"], [f"{name} {has}"])
        listed = [cast.values[value] for value in found]
        if kind == "is":
            has = theme.has.format(listed[0])
            return voice.pick([f"{name}{has}", f"{has}的是{name}", f"{has}的人是{name}"], [f"{name} {has}"])
        if kind == "in":
            parts = [theme.has.format(value) for value in listed]
            return voice.pick(
                [
                    f"{name}{'或者'.join(parts)}",
                    f"{name}要么{'，要么'.join(parts)}",
                    f"{name}的{theme.title}是{'或'.join(listed)}",
                ],
                [f"{name} {' or '.join(parts)}"],
            )
        parts = [theme.lacks.format(value) for value in listed]
        return voice.pick(
            [
                f"{name}{'，也'.join(parts)}",
                f"{'、'.join(listed)}都不是{name}的{theme.title}" if len(listed) > 1 else f"{name}{parts[0]}",
            ],
            [f"{name} {' and '.join(parts)}"],
        )

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        theme = cast.other if ask.kind.endswith("other") else cast.theme
        values = cast.others if ask.kind.endswith("other") else cast.values
        if ask.kind == "pair":
            return voice.pick(
                ["下列哪一项配对是正确的？", "以下哪个说法成立？", "哪一项符合全部条件？"],
                ["Which of these matches is right?", "Which of these is true?"],
            )
        if ask.kind.startswith("what"):
            name = cast.names[ask.args[0]]
            return voice.pick(
                [
                    f"{name}的{theme.title}是什么？",
                    f"{name}对应的{theme.title}是？",
                    f"关于{theme.title}，{name}应该是：",
                ],
                [
                    f"Of the {theme.title}, which one belongs to {name}?",
                    f"Which of the {theme.title} is {name} matched with?",
                ],
            )
        if ask.kind.startswith("who"):
            has = theme.has.format(values[ask.args[0]])
            return voice.pick(
                [f"谁{has}？", f"{has}的人是谁？", f"下面哪一位{has}？"], [f"Who {has}?", f"Which person {has}?"]
            )
        if ask.kind == "cross":
            has = cast.other.has.format(cast.others[ask.args[0]])
            return voice.pick(
                [
                    f"{has}的人，{theme.title}是什么？",
                    f"{has}的那个人对应的{theme.title}是？",
                    f"{has}者的{theme.title}是哪一个？",
                ],
                [f"Of the {theme.title}, which one belongs to the one who {has}?"],
            )
        name, has = cast.names[ask.args[0]], theme.has.format(values[ask.args[1]])
        return voice.pick(
            [f"{name}{has}，对吗？", f"是不是{name}{has}？", f"能推出{name}{has}吗？"],
            [f"Is it true that {name} {has}?"],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind.startswith("is"):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind == "pair":
            who, what = divmod(value, 10)
            return voice.say("{}{}", "{} {}").format(cast.names[who], cast.theme.has.format(cast.values[what]))
        if ask.kind.startswith("who"):
            return cast.names[value]
        return (cast.others if ask.kind == "what_other" else cast.values)[value]

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        size, names, values = len(cast.names), cast.names, cast.values
        open_values = [list(range(size)) for _ in range(size)]
        lines = []
        for kind, a, found in world.clues:
            if kind in ("is", "in", "out"):
                open_values[a] = [v for v in open_values[a] if (v in found) != (kind == "out")]
                if voice.full:
                    listed = ("/" if kind == "in" else voice.say("、", ", ")).join(values[value] for value in found)
                    word = voice.say(
                        {"is": "是", "in": "可能是", "out": "不是"}[kind],
                        {"is": "is ", "in": "may be ", "out": "is not "}[kind],
                    )
                    left = "/".join(values[value] for value in open_values[a])
                    rest = voice.say(f"，剩{left}", f", left {left}") if kind == "out" else ""
                    gap = voice.say("", " ")
                    lines.append(f"{names[a]}{gap}{word}{listed}{rest}{voice.say('。', '.')}")
        found_first = [-1] * size

        def state() -> str:
            cells = [
                f"{names[who]}={values[found_first[who]]}"
                if found_first[who] >= 0
                else f"{names[who]}:{'/'.join(values[value] for value in open_values[who])}"
                for who in range(size)
            ]
            return voice.say("表：", "Table: ") + voice.say("，", ", ").join(cells)

        if not self._needs_first(world, ask):
            lines = []
        else:
            lines += self._aim(world, ask, cast, voice)
            lines.append(state())
            for _ in range(size):
                who = next(one for one in range(size) if found_first[one] < 0 and len(open_values[one]) == 1)
                value = open_values[who][0]
                found_first[who] = value
                for one in range(size):
                    if one != who and value in open_values[one]:
                        open_values[one].remove(value)
                only = values[value]
                lines.append(
                    voice.say(
                        f"{names[who]}只剩{only}，别人去掉{only}。", f"{names[who]} has only {only}; cross {only} out."
                    )
                )
                lines.append(state())
                if self._is_known(world, ask, found_first):
                    break
        return "\n".join([*lines, *self._end(world, ask, cast, voice)])

    @staticmethod
    def _own(world: World, who: int) -> str:
        """How the second attribute of a person is known: ``own``, ``link`` or ``rest`` (the one left over)."""
        for kind, a, _ in world.clues:
            if kind == "own" and a == who:
                return "own"
            if kind == "link" and a == world.first[who]:
                return "link"
        return "rest"

    def _person(self, world: World, ask: Ask[int]) -> int:
        """The person that a question on the second attribute is about."""
        return world.second.index(ask.args[0]) if ask.kind in ("who_other", "cross") else ask.args[0]

    def _needs_first(self, world: World, ask: Ask[int]) -> bool:
        """Whether the answer needs the table of the first attribute (or stands in a clue)."""
        if not ask.kind.endswith("other") and ask.kind != "cross":
            return True
        return self._own(world, self._person(world, ask)) != ("link" if ask.kind == "cross" else "own")

    def _aim(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> list[str]:
        """Say whom or what to look for in the table, where the question names a second attribute."""
        if ask.kind not in ("who_other", "cross"):
            return []
        who = self._person(world, ask)
        other, value, name = cast.others[ask.args[0]], cast.values[world.first[who]], cast.names[who]
        how = self._own(world, who)
        if how == "link":
            return [voice.say(f"{value}→{other}，先找谁是{value}。", f"{value}->{other}: look for {value}.")]
        if how == "own":
            return [voice.say(f"{name}={other}，先找{name}。", f"{name}={other}: look for {name}.")]
        return [voice.say(f"没有线索直接说{other}，最后剩下。", f"No clue names {other}: it is left to the end.")]

    def _is_known(self, world: World, ask: Ask[int], found: list[int]) -> bool:
        if ask.kind == "who":
            return ask.args[0] in found
        if ask.kind in ("what", "is", "pair"):
            return found[ask.args[0]] >= 0
        who = self._person(world, ask)
        if self._own(world, who) == "rest":
            return -1 not in found
        return found[who] >= 0

    def _end(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> list[str]:
        names = cast.names
        if not ask.kind.endswith("other") and ask.kind != "cross":
            who = world.first.index(ask.args[0]) if ask.kind == "who" else ask.args[0]
            name, has = names[who], cast.theme.has.format(cast.values[world.first[who]])
            fact = voice.say(f"{name}{has}", f"{name} {has}")
            if ask.kind != "is":
                return [voice.say(f"{fact}。", f"{fact}.")]
            wanted = cast.theme.has.format(cast.values[ask.args[1]])
            return [self._verdict(fact, wanted, bool(ask.right), voice)]
        who = self._person(world, ask)
        if ask.kind == "cross" and self._own(world, who) == "link":
            value, other = cast.values[world.first[who]], cast.others[world.second[who]]
            return [
                voice.say(
                    f"线索：{value}→{other}，所以{other}对应{value}。",
                    f"Clue: {value}->{other}, so {other} means {value}.",
                )
            ]
        lines = self._second(world, who, cast, voice)
        name, value, other = names[who], cast.values[world.first[who]], cast.others[world.second[who]]
        if ask.kind == "cross":
            return [*lines, voice.say(f"{name}={other}，{name}={value}。", f"{name}={other} and {name}={value}.")]
        fact = voice.say(f"{name}{cast.other.has.format(other)}", f"{name} {cast.other.has.format(other)}")
        if ask.kind == "is_other":
            wanted = cast.other.has.format(cast.others[ask.args[1]])
            return [*lines, self._verdict(fact, wanted, bool(ask.right), voice)]
        return [*lines, voice.say(f"{fact}。", f"{fact}.")]

    def _second(self, world: World, who: int, cast: Cast, voice: Voice) -> list[str]:
        """Lines that find a person's second attribute."""
        shown = range(len(cast.names)) if self._own(world, who) == "rest" else (who,)
        lines = []
        for one in shown:
            name, value, other = cast.names[one], cast.values[world.first[one]], cast.others[world.second[one]]
            how = self._own(world, one)
            if how == "own":
                lines.append(voice.say(f"线索：{name}={other}。", f"Clue: {name}={other}."))
            elif how == "link":
                lines.append(
                    voice.say(
                        f"{value}→{other}，{name}={value}，{name}={other}。",
                        f"{value}->{other}, {name}={value}, so {name}={other}.",
                    )
                )
        if len(shown) > 1:
            other = cast.others[world.second[who]]
            lines.append(
                voice.say(
                    f"剩下{cast.names[who]}和{other}，{cast.names[who]}={other}。",
                    f"Left are {cast.names[who]} and {other}.",
                )
            )
        return lines

    @staticmethod
    def _verdict(fact: str, wanted: str, is_right: bool, voice: Voice) -> str:
        word = voice.say("一致" if is_right else "不一致", "agrees" if is_right else "does not agree")
        return voice.say(f"{fact}，与“{wanted}”{word}。", f'{fact}: that {word} with "{wanted}".')
