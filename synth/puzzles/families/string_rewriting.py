"""A short string of letters or signs, changed by given rules one after the other: what becomes of it?"""

# ruff: noqa: E501 - Chinese sentences stay whole (ruff counts wide characters twice)
from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import cut, near_misses, swapped
from synth.puzzles.family import Ask, Family
from synth.puzzles.voice import Voice

_LONGEST = 9
_YES, _NO = "+", "-"
_RULES: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, str]]] = {
    "all": (
        ("把每个{x}都换成{y}", "所有的{x}改成{y}", "用{y}替换全部{x}"),
        ("replace every {x} by {y}", "change each {x} into {y}"),
        ("{x}→{y}", "{x}→{y}"),
    ),
    "first": (
        ("把最左边的一个{x}换成{y}，没有{x}就不变", "如果有{x}，只把第一个{x}改成{y}"),
        ("replace only the leftmost {x}, if any, by {y}",),
        ("左{x}→{y}", "left {x}→{y}"),
    ),
    "delete": (
        ("删去所有的{x}", "去掉每一个{x}"),
        ("delete every {x}", "remove all {x}"),
        ("删{x}", "no {x}"),
    ),
    "after": (
        ("在每个{x}后面插入一个{y}", "每个{x}的右边紧接着添一个{y}"),
        ("insert {y} after every {x}", "put {y} right after each {x}"),
        ("{x}→{x}{y}", "{x}→{x} {y}"),
    ),
    "drop_first": (
        ("删去第一个{unit}", "去掉最左端的{unit}"),
        ("drop the first {unit}", "remove the leftmost {unit}"),
        ("去首", "drop first"),
    ),
    "drop_last": (
        ("删去最后一个{unit}", "去掉最右端的{unit}"),
        ("drop the last {unit}", "remove the rightmost {unit}"),
        ("去尾", "drop last"),
    ),
    "double_first": (
        ("把第一个{unit}重复一次（写成两个）", "最左端的{unit}变成相同的两个"),
        ("double the first {unit}", "write the first {unit} twice"),
        ("首双写", "double first"),
    ),
    "double_last": (
        ("把最后一个{unit}重复一次（写成两个）", "最右端的{unit}变成相同的两个"),
        ("double the last {unit}", "write the last {unit} twice"),
        ("尾双写", "double last"),
    ),
    "reverse": (
        ("把整个串左右颠倒", "将整串倒过来写", "反转整个串"),
        ("reverse the whole string", "write the string backwards"),
        ("倒", "reverse"),
    ),
    "append": (
        ("在末尾加上{y}", "最右边添一个{y}"),
        ("append {y} at the end", "put {y} on the right end"),
        ("尾加{y}", "end {y}"),
    ),
    "prepend": (
        ("在开头加上{y}", "最左边添一个{y}"),
        ("put {y} in front", "add {y} at the left end"),
        ("首加{y}", "front {y}"),
    ),
    "left": (
        ("把第一个{unit}移到最后", "最左端的{unit}搬到最右端"),
        ("move the first {unit} to the end", "take the leftmost {unit} to the right end"),
        ("首到尾", "first to end"),
    ),
    "right": (
        ("把最后一个{unit}移到最前面", "最右端的{unit}搬到最左端"),
        ("move the last {unit} to the front", "take the rightmost {unit} to the left end"),
        ("尾到首", "last to front"),
    ),
    "if_append": (
        ("如果第一个{unit}是{x}，就在末尾加上{y}，否则不变", "仅当以{x}开头时，在最右边添一个{y}"),
        ("if the first {unit} is {x}, append {y} at the end, else change nothing",),
        ("首{x}则尾加{y}", "first {x}? end {y}"),
    ),
    "if_drop": (
        ("如果最后一个{unit}是{x}，就删去它，否则不变", "仅当以{x}结尾时，去掉最后一个{unit}"),
        ("if the last {unit} is {x}, drop it, else change nothing",),
        ("尾{x}则去尾", "last {x}? drop last"),
    ),
}
"""For each kind of rule its wordings and its short forms in chains."""
_KINDS = tuple(_RULES)


class Rewriting(NamedTuple):
    """One change of the string."""

    kind: str
    x: str
    """Sign looked for (a digit standing for a sign), where the kind has one."""
    y: str
    """Sign written, where the kind has one."""


@dataclass(frozen=True, slots=True)
class World:
    """The rules in order and the strings they are used on; the digits of a string stand for its signs."""

    rules: tuple[Rewriting, ...]
    starts: tuple[str, ...]


class Cast(NamedTuple):
    """How the signs are written."""

    signs: tuple[str, ...]
    gap: str
    """What stands between the signs of a string in the text."""
    is_letters: bool
    rules: tuple[str, ...]
    """The rules as told."""


def _step(rule: Rewriting, text: str) -> str:
    """Apply one rule, sign by sign. An empty string stays empty: no world comes to one."""
    if not text:
        return ""
    signs, (kind, x, y) = list(text), rule
    if kind in ("all", "delete", "after"):
        new = {"all": y, "delete": "", "after": x + y}[kind]
        return "".join(new if sign == x else sign for sign in signs)
    if kind == "first":
        if x in signs:
            signs[signs.index(x)] = y
    elif kind in ("drop_first", "drop_last"):
        signs.pop(0 if kind == "drop_first" else -1)
    elif kind == "double_first":
        signs.insert(0, signs[0])
    elif kind == "double_last":
        signs.append(signs[-1])
    elif kind == "reverse":
        signs.reverse()
    elif kind == "append" or kind == "if_append" and signs[0] == x:
        signs.append(y)
    elif kind == "prepend":
        signs.insert(0, y)
    elif kind == "left":
        signs.append(signs.pop(0))
    elif kind == "right":
        signs.insert(0, signs.pop())
    elif kind == "if_drop" and signs[-1] == x:
        signs.pop()
    return "".join(signs)


def _states(world: World, text: str) -> list[str]:
    states = [text]
    for rule in world.rules:
        states.append(_step(rule, states[-1]))
    return states


def _prove(world: World, text: str, count: int) -> str:
    """Apply rules by cutting and joining text (independent of ``_step``)."""
    for kind, x, y in world.rules[:count]:
        table = {
            "all": y.join(text.split(x)) if x else text,
            "first": text.replace(x, y, 1) if x else text,
            "delete": "".join(text.split(x)) if x else text,
            "after": (x + y).join(text.split(x)) if x else text,
            "drop_first": text[1:],
            "drop_last": text[:-1],
            "double_first": text[:1] + text,
            "double_last": text + text[-1:],
            "reverse": text[::-1],
            "append": text + y,
            "prepend": y + text,
            "left": text[1:] + text[:1],
            "right": text[-1:] + text[:-1],
            "if_append": text + y * text.startswith(x),
            "if_drop": text.removesuffix(x),
        }
        text = table[kind]
    return text


class StringRewriting(Family[World, str, Cast]):
    """Values: a string, a sign or a number as text, or ``+`` and ``-`` for yes and no."""

    name = "string_rewriting"
    title = "strings changed by rules in order"
    facts = ("rules",)

    def world(self, rng: Random, level: int) -> World:
        length, count = 3 + level // 3, 1 + (level + 1) // 2
        size = 3 + (level > 2)
        while True:
            rules: list[Rewriting] = []
            for kind in rng.sample(_KINDS, min(count, len(_KINDS))):
                x = rng.choice("0123"[:size])
                y = rng.choice([sign for sign in "01234"[: size + 1] if sign != x])
                rules.append(Rewriting(kind, x, y))
            starts: list[str] = []
            for _ in range(12):
                text = "".join(rng.choice("0123"[:size]) for _ in range(length))
                world = World(tuple(rules), ())
                if text not in starts and all(2 <= len(state) <= _LONGEST for state in _states(world, text)):
                    starts.append(text)
            # Rules that hardly ever do anything would make a dull problem.
            moved = sum(_step(rule, text) != text for rule in rules for text in starts[:4])
            if len(starts) >= 4 and moved >= 2 * len(rules):
                return World(tuple(rules), tuple(starts[:4]))

    def asks(self, world: World, rng: Random) -> list[Ask[str]]:
        asks: list[Ask[str]] = []
        last = len(world.rules)
        for which, kind in enumerate(rng.sample(["result", "result", "is", "at", "count", "length", "which"], 3)):
            count = last if rng.random() < 0.7 else rng.randrange(2, last + 1)
            states = _states(world, world.starts[which])
            final = states[count]
            near = self._near(world, world.starts[which], final, count, rng)
            if kind == "result" and near:
                asks.append(Ask(kind, (which, count), final, near))
            elif kind == "is" and near:
                is_right = rng.random() < 0.5
                claim = final if is_right else near[0]
                right, wrong = (_YES, _NO) if is_right else (_NO, _YES)
                asks.append(Ask(kind, (which, count, int("1" + claim)), right, (wrong,)))
            elif kind == "at" and len(set(final)) > 1:
                place = rng.randrange(len(final))
                signs = [sign for sign in dict.fromkeys(final + world.starts[which]) if sign != final[place]]
                rng.shuffle(signs)
                asks.append(Ask(kind, (which, count, place), final[place], tuple(signs[:4])))
            elif kind in ("count", "length"):
                sign = rng.choice(final + world.starts[which]) if kind == "count" else ""
                number = final.count(sign) if sign else len(final)
                slips = [world.starts[which].count(sign) if sign else len(world.starts[which])]
                wrong_numbers = near_misses(rng, number, slips, low=0 if sign else 1)
                args = (which, count, int(sign)) if sign else (which, count)
                asks.append(Ask(kind, args, str(number), tuple(map(str, wrong_numbers))))
            elif kind == "which":
                goal = _states(world, world.starts[which])[last]
                others = [text for text in world.starts if _states(world, text)[last] != goal]
                if len(others) > 1:
                    rng.shuffle(others)
                    asks.append(Ask(kind, (int("1" + goal),), world.starts[which], tuple(others[:2])))
        if not asks:
            final = _states(world, world.starts[0])[last]
            numbers = near_misses(rng, len(final), [len(world.starts[0])], low=1)
            asks.append(Ask("length", (0, last), str(len(final)), tuple(map(str, numbers))))
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def _near(self, world: World, start: str, final: str, count: int, rng: Random) -> tuple[str, ...]:
        """Results with one rule left out, or with two letters swapped."""
        rules, near = world.rules[:count], []
        for skipped in rng.sample(range(count), count):
            other = World(rules[:skipped] + rules[skipped + 1 :], ())
            near.append(_states(other, start)[-1])
        place = rng.randrange(len(final) - 1)
        near.insert(rng.randrange(3), final[:place] + final[place + 1] + final[place] + final[place + 2 :])
        near.append(final[::-1])
        near += ["".join(text) for text in (*swapped(tuple(final), rng), *cut(tuple(final), rng))]
        return tuple(text for text in dict.fromkeys(near) if text and text != final)

    def holds(self, world: World, ask: Ask[str], value: str) -> bool:
        if ask.kind == "which":
            return _prove(world, value, len(world.rules)) == str(ask.args[0])[1:]
        final = _prove(world, world.starts[ask.args[0]], ask.args[1])
        if ask.kind == "result":
            return value == final
        if ask.kind == "is":
            return (value == _YES) == (final == str(ask.args[2])[1:])
        if ask.kind == "at":
            return final[ask.args[2] :].startswith(value)
        if ask.kind == "count":
            return len(final) - len(final.replace(str(ask.args[2]), "")) == int(value)
        return len(final) == int(value)

    def cast(self, world: World, voice: Voice) -> Cast:
        form = int(voice.rng.random() * 8)
        pool = ("ABCDEFGH", "XYZWUVRS", "PQRSTUVW", "abcdefgh", "12345678", "#@*%&$^")[min(form, 5)]
        if voice.zh and form >= 6:
            pool = ("甲乙丙丁戊己庚辛", "红黄蓝绿白黑紫灰")[form - 6]
        signs = tuple(voice.rng.sample(pool, 7))
        is_letters = pool[0].isascii() and pool[0].isalpha()
        gap = ""
        if is_letters:
            gap = (" ", " ", "-", "")[int(voice.rng.random() * 4)]
        unit = voice.say("字母" if is_letters else "符号", "letter" if is_letters else "sign")
        rules = []
        for rule in world.rules:
            zh, en, _ = _RULES[rule.kind]
            x, y = (signs[int(sign)] for sign in (rule.x, rule.y))
            rules.append(voice.pick(zh, en).format(x=x, y=y, unit=unit))
        return Cast(signs, gap, is_letters, tuple(rules))

    def _text(self, text: str, cast: Cast) -> str:
        return cast.gap.join(cast.signs[int(sign)] for sign in text)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        unit = voice.say("字母" if cast.is_letters else "符号", "letters" if cast.is_letters else "signs")
        head = voice.pick(
            [
                f"一台机器读入一串{unit}，从第1条起依次执行下面的规则，每条执行一次，后一条作用于前一条的结果：",
                f"把一个{unit}串按顺序用以下规则各改写一次，每条规则都用在上一条得到的串上：",
                f"**改写规则**（对{unit}串从上到下各做一次，每次都接着上一次的结果）：",
            ],
            [
                f"A machine reads a string of {unit} and applies these rules in order, once each, always to the result so far:",
                f"A string of {unit} is changed step by step; each rule is used once, on the result of the rule before:",
            ],
        )
        if voice.rng.random() < 0.25:
            rules = [
                voice.say(f"第{number}步：{rule}", f"step {number}: {rule}")
                for number, rule in enumerate(cast.rules, 1)
            ]
            return head + "\n" + "\n".join(rules)
        return head + "\n" + "\n".join(f"{number}. {rule}" for number, rule in enumerate(cast.rules, 1))

    def question(self, world: World, ask: Ask[str], cast: Cast, voice: Voice) -> str:
        if ask.kind == "which":
            goal = self._text(str(ask.args[0])[1:], cast)
            return voice.pick(
                [f"下面哪个串经过全部规则后变成 {goal} ？", f"读入哪一串，最后会得到 {goal} ？"],
                [f"Which of these strings turns into {goal} ?", f"Which string ends up as {goal} ?"],
            )
        start, count = self._text(world.starts[ask.args[0]], cast), ask.args[1]
        is_all = count == len(world.rules)
        when = voice.say(
            f"串 {start} 经过{'全部规则' if is_all else f'前{count}条规则'}后",
            f"Start with {start} and apply {'all rules' if is_all else f'the first {count} rules'}. ",
        )
        unit = voice.say("字母" if cast.is_letters else "符号", "letter" if cast.is_letters else "sign")
        if ask.kind == "result":
            return when + voice.pick(
                ["变成什么？", "得到的串是：", "结果是哪一个？"], ["What is the result?", "The string becomes:"]
            )
        if ask.kind == "is":
            claim = self._text(str(ask.args[2])[1:], cast)
            return when + voice.pick([f"是不是 {claim} ？", f"变成 {claim} ，对吗？"], [f"Is the result {claim} ?"])
        if ask.kind == "at":
            place = ask.args[2] + 1
            return when + voice.pick(
                [f"，从左数第{place}个{unit}是什么？", f"，左起第{place}个{unit}是："],
                [f"What is {unit} number {place} of the result, from the left?"],
            )
        if ask.kind == "count":
            sign = cast.signs[ask.args[2]]
            return when + voice.pick(
                [f"，里面有几个{sign}？", f"，{sign}一共出现几次？"], [f"How often is {sign} in the result?"]
            )
        return when + voice.pick(
            [f"，一共有几个{unit}？", f"，串的长度（{unit}个数）是多少？"], [f"How many {unit}s has the result?"]
        )

    def option(self, world: World, ask: Ask[str], value: str, cast: Cast, voice: Voice) -> str:
        if ask.kind == "is":
            return voice.say("是" if value == _YES else "否", "Yes" if value == _YES else "No")
        if ask.kind in ("count", "length"):
            return value
        return self._text(value, cast)

    def _spaced(self, text: str, cast: Cast) -> str:
        """Letters stand apart in chains, so that each is a token of its own."""
        return (" " if cast.is_letters else "").join(cast.signs[int(sign)] for sign in text)

    def _run(self, world: World, start: str, count: int, cast: Cast, voice: Voice) -> list[str]:
        """Apply the rules, one line each: number, rule in short, result."""
        states = _states(world, start)
        colon = voice.say("：", ": ")
        lines = [self._spaced(start, cast)]
        for number, rule in enumerate(world.rules[:count], 1):
            before = states[number - 1]
            short = voice.say(*_RULES[rule.kind][2]).format(x=cast.signs[int(rule.x)], y=cast.signs[int(rule.y)])
            made = [states[number]]
            if rule.kind == "reverse":
                made = [before[at::-1] for at in range(len(before))]
            lines.append(f"{number} {short}{colon}" + ",".join(self._spaced(text, cast) for text in made))
        return lines

    def chain(self, world: World, ask: Ask[str], cast: Cast, voice: Voice, shown: tuple[str, ...]) -> str:
        if ask.kind == "which":
            goal = str(ask.args[0])[1:]
            lines = []
            for place, start in enumerate(shown[: shown.index(ask.right) + 1]):
                run = self._run(world, start, len(world.rules), cast, voice)
                fits = start == ask.right
                verdict = voice.say("符合。" if fits else "不符。", "It fits." if fits else "No.")
                lines += [f"{letter_of(place)} {run[0]}", *run[1:], f"{'=' if fits else '≠'}{self._spaced(goal, cast)}"]
                lines[-1] += voice.say("，", ": ") + verdict
            return "\n".join(lines)
        lines = self._run(world, world.starts[ask.args[0]], ask.args[1], cast, voice)
        final = _states(world, world.starts[ask.args[0]])[ask.args[1]]
        gap = voice.say("，", ", ")
        if ask.kind == "is":
            claim = str(ask.args[2])[1:]
            same = voice.say("，是。" if claim == final else "，否。", ": yes." if claim == final else ": no.")
            lines.append(
                f"{self._spaced(final, cast)}{'=' if claim == final else '≠'}{self._spaced(claim, cast)}{same}"
            )
        elif ask.kind in ("at", "length"):
            upto = ask.args[2] + 1 if ask.kind == "at" else len(final)
            numbered = [
                f"{number}{voice.say('：', ': ')}{cast.signs[int(sign)]}" for number, sign in enumerate(final[:upto], 1)
            ]
            lines.append(gap.join(numbered) + voice.say("。", "."))
        elif ask.kind == "count":
            number, parts = 0, []
            for sign in final:
                number += sign == str(ask.args[2])
                parts.append(cast.signs[int(sign)] + (f"({number})" if sign == str(ask.args[2]) else ""))
            lines.append(gap.join(parts) + gap + voice.say(f"共{number}个。", f"{number} in all."))
        return "\n".join(lines)
