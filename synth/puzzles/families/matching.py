"""Matching people with one or two attributes by elimination; everyone has a different one.

Clues are made so that crossing out always leaves somebody with a single possibility. Often they stand nearly in an
order that can be followed; the chain goes through them as told, again and again, and leaves open what is still open.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

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


def _own(world: World, who: int) -> str:
    """How the second attribute of a person is known: ``own``, ``link`` or ``rest`` (the one left over)."""
    for kind, a, _ in world.clues:
        if kind == "own" and a == who:
            return "own"
        if kind == "link" and a == world.first[who]:
            return "link"
    return "rest"


class _Table:
    """Who has which first attribute, found clue by clue; lines are written as it goes."""

    def __init__(self, world: World, cast: Cast, voice: Voice) -> None:
        self.size = len(cast.names)
        self.clues = [clue for clue in world.clues if clue[0] in ("is", "in", "out")]
        self.cast, self.voice, self.same = cast, voice, voice.say("=", " = ")
        self.found: dict[int, int] = {}
        self.lines: list[str] = []
        self._next = 0

    def aim(self, who: int | None = None, value: int | None = None) -> None:
        """Place a person or find who has a value: straight from a clue that says it, or by going through all."""
        for kind, a, listed in self.clues:
            if kind == "is" and (a == who or listed[0] == value):
                self._place(a, listed[0], self.voice.say("线索：", "Clue: "))
                return
        self.until(who, value)

    def until(self, who: int | None = None, value: int | None = None) -> None:
        """Go on through the clues until a person is placed or a value is given."""
        while who not in self.found and value not in self.found.values():
            waiting = [clue for clue in self.clues if clue[1] not in self.found]
            if not waiting:
                self._last()
                continue
            clue = self.clues[self._next % len(self.clues)]
            self._next += 1
            if clue[1] not in self.found:
                self._try(clue)

    def _try(self, clue: Clue) -> None:
        kind, who, listed = clue
        name, values = self.cast.names[who], self.cast.values
        if kind == "is":
            self._place(who, listed[0], "")
            return
        head = name + self.voice.say("：", ": ")
        options: tuple[int, ...] = listed
        if kind == "out":
            without = self.voice.say("/", " / ").join(values[value] for value in listed)
            head = self.voice.say(f"{name}非{without}：", f"{name} not {without}: ")
            options = tuple(value for value in range(self.size) if value not in listed)
        free: list[int] = []
        cells = []
        for value in options:
            is_taken = value in self.found.values()
            cells.append(values[value] + ("×" if is_taken else ""))
            if not is_taken:
                free.append(value)
            if len(free) == 2:
                self.lines.append(head + self.voice.join(cells) + self.voice.say("，待定", ", open"))
                return
        self._place(who, free[0], head + self.voice.join(cells) + self.voice.say("→", " → "))

    def _last(self) -> None:
        """Give the one person without a clue the one value left, both found by going through the lists."""
        who = next(one for one in range(self.size) if one not in self.found)
        value = next(one for one in range(self.size) if one not in self.found.values())
        cells = [f"{self.cast.values[one]}×" for one in range(value)] + [self.cast.values[value]]
        head = self.voice.say(f"剩{self.cast.names[who]}：", f"left {self.cast.names[who]}: ")
        self._place(who, value, head + self.voice.join(cells) + self.voice.say("→", " → "))

    def _place(self, who: int, value: int, head: str) -> None:
        self.found[who] = value
        self.lines.append(f"{head}{self.cast.names[who]}{self.same}{self.cast.values[value]}")


class Matching(Family[World, int, Cast]):
    """Values: a person, a value of an attribute, a truth value, or ``person * 10 + value`` for a pair."""

    name = "matching"
    title = "matching by elimination"
    order_free = ("clues",)

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
        if rng.random() < 0.3:
            rng.shuffle(clues)
        else:
            for _ in range(rng.randrange(3)):
                clues.insert(rng.randrange(len(clues)), clues.pop(rng.randrange(len(clues))))
        return World(first, second, tuple(clues))

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        first, second, size = world.first, world.second, len(world.first)
        kinds = ["what", "who", "is", "pair"]
        if second:
            kinds = ["what", "is", "what_other", "who_other", "is_other", "cross"]
        asks: list[Ask[int]] = []
        for kind in rng.sample(kinds, 3):
            who = rng.randrange(size)
            if kind in ("who_other", "cross"):
                # Whom no clue on the second attribute speaks of needs the whole table: ask about another one.
                who = rng.choice([one for one in range(size) if _own(world, one) != "rest"])
            others = [one for one in rng.sample(range(size), size) if one != who]
            table = second if kind in ("what_other", "who_other", "is_other", "cross") else first
            if kind in ("what", "what_other"):
                asks.append(Ask(kind, (who,), table[who], tuple(table[one] for one in others)))
            elif kind in ("who", "who_other"):
                asks.append(Ask(kind, (table[who],), who, tuple(others)))
            elif kind == "cross":
                asks.append(Ask(kind, (second[who],), first[who], tuple(first[one] for one in others)))
            elif kind == "pair":
                # Everybody with every thing of some, so that no pair is most like the others.
                near = [one * 10 + first[two] for one in (who, *others) for two in (who, others[0])]
                asks.append(
                    Ask(kind, (who,), near[0], tuple(pair for pair in near[1:] if first[pair // 10] != pair % 10))
                )
            else:
                right = rng.random() < 0.5
                value = table[who] if right else table[others[0]]
                asks.append(Ask(kind, (who, value), right, (not right,)))
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

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        names, values, others, same = cast.names, cast.values, cast.others, voice.say("=", " = ")
        table = _Table(world, cast, voice)
        if ask.kind == "pair":
            for place, pair in enumerate(shown):
                who, value = divmod(pair, 10)
                table.lines.append(f"{letter_of(place)} {names[who]}{same}{values[value]}{voice.say('？', '?')}")
                is_known = who in table.found
                table.until(who=who)
                is_right = table.found[who] == value
                word = voice.say("成立", "holds") if is_right else voice.say("不成立", "fails")
                fact = f"{names[who]}{same}{values[table.found[who]]}{voice.say('，', ', ')}"
                if is_known:
                    table.lines.append(fact + word)
                else:
                    table.lines[-1] += voice.say("，", ", ") + word
                if is_right:
                    break
            return "\n".join(table.lines)
        if ask.kind in ("what", "is"):
            table.aim(who=ask.args[0])
            if ask.kind == "what":
                return "\n".join(table.lines)
            return "\n".join([*table.lines, self._verdict(table.found[ask.args[0]], ask.args[1], values, voice)])
        if ask.kind == "who":
            table.aim(value=ask.args[0])
            who = next(one for one, value in table.found.items() if value == ask.args[0])
            return "\n".join([*table.lines, f"{values[ask.args[0]]}{same}{names[who]}"])
        if ask.kind in ("who_other", "cross"):
            who = world.second.index(ask.args[0])
            value, goal = world.first[who], others[ask.args[0]]
            clue = voice.say("线索：", "Clue: ")
            if _own(world, who) == "own":
                if ask.kind == "who_other":
                    return f"{clue}{goal}{same}{names[who]}"
                table.aim(who=who)
                return "\n".join([f"{clue}{goal}{same}{names[who]}", *table.lines, f"{goal}{same}{values[value]}"])
            if ask.kind == "cross":
                return f"{clue}{goal}{same}{values[value]}"
            table.aim(value=value)
            return "\n".join([f"{clue}{goal}{same}{values[value]}", *table.lines, f"{goal}{same}{names[who]}"])
        lines = self._other(world, ask.args[0], table, cast, voice)
        if ask.kind == "is_other":
            lines.append(self._verdict(world.second[ask.args[0]], ask.args[1], others, voice))
        return "\n".join(lines)

    @staticmethod
    def _other(world: World, who: int, table: _Table, cast: Cast, voice: Voice) -> list[str]:
        """Find a person's second attribute: in a clue of his own, by way of his first one, or as the one left over."""
        name, value, goal = cast.names[who], cast.values[world.first[who]], cast.others[world.second[who]]
        how = _own(world, who)
        if how == "own":
            return [voice.say(f"线索：{name}={goal}", f"Clue: {name} = {goal}")]
        table.aim(who=who)
        if how == "link":
            return [
                *table.lines,
                voice.say(f"线索：{value}={goal}，{name}={goal}", f"Clue: {value} = {goal}, {name} = {goal}"),
            ]
        cells = [f"{cast.others[one]}×" for one in range(world.second[who])] + [goal]
        none = voice.say(f"{name}、{value}无线索，剩：", f"no clue on {name} or {value}, left: ")
        return [*table.lines, f"{none}{voice.join(cells)}{voice.say('→', ' → ')}{name}{voice.say('=', ' = ')}{goal}"]

    @staticmethod
    def _verdict(found: int, wanted: int, words: tuple[str, ...], voice: Voice) -> str:
        if found == wanted:
            return voice.say(f"{words[found]}={words[wanted]}，对", f"{words[found]} = {words[wanted]}, true")
        return voice.say(f"{words[found]}≠{words[wanted]}，不对", f"{words[found]} ≠ {words[wanted]}, false")
