"""Operations on short lists: functions told in words are applied one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask, Family
from synth.puzzles.voice import Voice

Value = bool | int | tuple[int, ...]
"""Yes/no, an element or a count, a list. Nested lists use ``_OPEN`` and ``_CLOSE`` as brackets."""
_OPEN, _CLOSE = -1, -2

# Rules by code; {0} and {1} are parameters. Codes from _NUMERIC on need numbers.
_ZH = {
    "reverse": ("把列表倒过来", "将所有元素的顺序颠倒", "把列表反转"),
    "left": ("把前{0}个元素按原顺序移到末尾", "循环左移{0}位（每移一位，首元素移到末尾）"),
    "right": ("把最后{0}个元素按原顺序移到最前面", "循环右移{0}位（每移一位，末元素移到最前）"),
    "up": ("按从小到大排序", "把元素按升序排列"),
    "down": ("按从大到小排序", "把元素按降序排列"),
    "unique": ("去掉重复的元素，只留每个元素第一次出现的那个", "对重复的元素只保留最先出现的一个"),
    "drop": ("去掉前{0}个元素", "删除列表开头的{0}个元素"),
    "chop": ("去掉最后{0}个元素", "删除列表末尾的{0}个元素"),
    "replace": ("把所有的{0}换成{1}", "将每个等于{0}的元素改为{1}"),
    "remove": ("删去所有等于{0}的元素", "把列表中的{0}全部去掉"),
    "append": ("在末尾添上{0}", "把{0}加到列表的最后"),
    "prepend": ("在最前面添上{0}", "把{0}放到列表的开头"),
    "ends": ("交换第一个和最后一个元素", "让首尾两个元素互换位置"),
    "alternate": ("只留第1、3、5……个元素", "删去第2、4、6……个元素"),
    "even": ("只留下偶数", "删去所有奇数"),
    "odd": ("只留下奇数", "删去所有偶数"),
    "add": ("把每个元素都加{0}", "给所有元素加上{0}"),
}
_EN = {
    "reverse": ("reverse the list", "put the elements in the opposite order"),
    "left": ("move the first {0} element(s), in order, to the end", "rotate the list to the left by {0}"),
    "right": ("move the last {0} element(s), in order, to the front", "rotate the list to the right by {0}"),
    "up": ("sort in ascending order", "sort from smallest to largest"),
    "down": ("sort in descending order", "sort from largest to smallest"),
    "unique": ("remove duplicates, keeping each first occurrence", "keep only the first of equal elements"),
    "drop": ("drop the first {0} element(s)", "delete {0} element(s) at the start"),
    "chop": ("drop the last {0} element(s)", "delete {0} element(s) at the end"),
    "replace": ("replace every {0} by {1}", "change each element equal to {0} into {1}"),
    "remove": ("remove every {0}", "delete all elements equal to {0}"),
    "append": ("append {0} at the end", "add {0} as the last element"),
    "prepend": ("put {0} at the front", "add {0} as the first element"),
    "ends": ("swap the first and the last element", "exchange both end elements"),
    "alternate": ("keep only elements number 1, 3, 5, ...", "delete elements number 2, 4, 6, ..."),
    "even": ("keep only even numbers", "delete all odd numbers"),
    "odd": ("keep only odd numbers", "delete all even numbers"),
    "add": ("add {0} to every element", "increase each element by {0}"),
}
# Short forms for chains.
_SHORT_ZH = {
    "reverse": "倒序",
    "left": "前{0}到末",
    "right": "末{0}到前",
    "up": "升序",
    "down": "降序",
    "unique": "去重",
    "drop": "去前{0}",
    "chop": "去末{0}",
    "replace": "{0}→{1}",
    "remove": "去{0}",
    "append": "末加{0}",
    "prepend": "前加{0}",
    "ends": "首末换",
    "alternate": "留1,3,5",
    "even": "留偶",
    "odd": "留奇",
    "add": "各+{0}",
}
_SHORT_EN = {
    "reverse": "reverse",
    "left": "first {0} to end",
    "right": "last {0} to front",
    "up": "ascending",
    "down": "descending",
    "unique": "unique",
    "drop": "drop first {0}",
    "chop": "drop last {0}",
    "replace": "{0}→{1}",
    "remove": "remove {0}",
    "append": "append {0}",
    "prepend": "prepend {0}",
    "ends": "swap ends",
    "alternate": "keep 1,3,5",
    "even": "keep even",
    "odd": "keep odd",
    "add": "each +{0}",
}
_CODES = tuple(_ZH)
_ANY = 14
"""How many of the codes need no numbers."""


@dataclass(frozen=True, slots=True)
class World:
    """Lists and functions."""

    lists: tuple[tuple[int, ...], ...]
    """Elements as numbers 0 to 9."""
    functions: tuple[tuple[str, int, int], ...]
    """(code, first parameter, second parameter)."""
    is_letters: bool
    """Elements are shown as letters a, b, c …"""
    steps: int
    """How many functions a question applies."""


class Cast(NamedTuple):
    """Names and fixed wordings."""

    lists: tuple[str, ...]
    functions: tuple[str, ...]
    rules: tuple[str, ...]
    comma: str
    is_inline: bool
    """The lists are given in the questions, not in the problem."""


def _do(function: tuple[str, int, int], old: tuple[int, ...]) -> tuple[int, ...]:
    code, x, y = function
    if code in ("left", "right"):
        cut = x if code == "left" else len(old) - x
        return old[cut:] + old[:cut]
    if code in ("up", "down"):
        return tuple(sorted(old, reverse=code == "down"))
    if code in ("even", "odd"):
        return tuple(item for item in old if item % 2 == (code == "odd"))
    return {
        "reverse": old[::-1],
        "unique": tuple(dict.fromkeys(old)),
        "drop": old[x:],
        "chop": old[: len(old) - x],
        "replace": tuple(y if item == x else item for item in old),
        "remove": tuple(item for item in old if item != x),
        "append": (*old, x),
        "prepend": (x, *old),
        "ends": (old[-1:] + old[1:-1] + old[:1]) if len(old) > 1 else old,
        "alternate": old[::2],
        "add": tuple(item + x for item in old),
    }[code]


def _redo(function: tuple[str, int, int], old: list[int]) -> list[int]:
    """Apply a function by moving single elements (independent of ``_do``)."""
    code, x, y = function
    new = list(old)
    if code == "reverse":
        new = []
        for item in old:
            new.insert(0, item)
    elif code in ("left", "right"):
        for _ in range(x):
            if code == "left":
                new.append(new.pop(0))
            else:
                new.insert(0, new.pop())
    elif code in ("up", "down"):
        for end in range(len(new)):
            for at in range(len(new) - 1 - end):
                if (new[at] > new[at + 1]) == (code == "up"):
                    new[at], new[at + 1] = new[at + 1], new[at]
    elif code == "unique":
        new = []
        for item in old:
            if item not in new:
                new.append(item)
    elif code in ("drop", "chop"):
        for _ in range(x):
            new.pop(0 if code == "drop" else -1)
    elif code in ("append", "prepend"):
        new.insert(len(new) if code == "append" else 0, x)
    elif code == "ends":
        new[0], new[-1] = new[-1], new[0]
    else:
        new = []
        for at, item in enumerate(old):
            if code == "replace":
                new.append(y if item == x else item)
            elif code == "add":
                new.append(item + x)
            elif not {
                "remove": item == x,
                "alternate": at & 1,
                "even": item & 1,
                "odd": not item & 1,
            }[code]:
                new.append(item)
    return new


def _trace(world: World, which: int, functions: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the list before and after each function."""
    states = [world.lists[which]]
    for function in functions:
        states.append(_do(world.functions[function], states[-1]))
    return states


def _split(args: tuple[int, ...]) -> tuple[int, int, tuple[int, ...], tuple[int, ...]]:
    """Take arguments apart: list, position, functions, claimed list."""
    return args[0], args[1], args[3 : 3 + args[2]], args[3 + args[2] :]


def _flat(coded: tuple[int, ...]) -> tuple[int, ...]:
    """Open the outer sublists."""
    depth, out = 0, []
    for item in coded:
        depth += (item == _OPEN) - (item == _CLOSE)
        if not (item == _OPEN and depth == 1 or item == _CLOSE and depth == 0):
            out.append(item)
    return tuple(out)


def _pack(items: tuple[int, ...]) -> tuple[int, ...]:
    """Put runs of equal elements into sublists."""
    out: list[int] = []
    for at, item in enumerate(items):
        if at == 0 or items[at - 1] != item:
            out += [_CLOSE, _OPEN] if out else [_OPEN]
        out.append(item)
    return (*out, _CLOSE)


def _parse(coded: tuple[int, ...]) -> list[object]:
    """Turn a coded list into real nested lists, for the prover."""
    stack: list[list[object]] = [[]]
    for item in coded:
        if item == _OPEN:
            stack.append([])
        elif item == _CLOSE:
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(item)
    return stack[0]


class ListOperations(Family[World, Value, Cast]):
    """Values: a list, an element, a count, or True/False."""

    name = "list_operations"
    title = "operations on lists"
    changes = {"lists": "digit"}

    def world(self, rng: Random, level: int) -> World:
        is_letters = rng.random() < 0.35
        length = 4 + level // 3
        lists = tuple(
            tuple(rng.randrange(1, 7 if is_letters else 10) for _ in range(length + rng.randrange(2))) for _ in range(2)
        )
        codes = rng.sample(_CODES[: _ANY if is_letters else None], 3 + level // 4)
        functions = []
        for code in codes:
            item, other = rng.sample(range(1, 7 if is_letters else 10), 2)
            if code in ("replace", "remove"):
                item = rng.choice(lists[0] + lists[1])
                other = other if other != item else item % 6 + 1
            elif code not in ("append", "prepend"):
                item = 1 + rng.randrange(2)
            functions.append((code, item, other))
        return World(lists, tuple(functions), is_letters, 1 + level // 2)

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        kinds = ["apply", *rng.sample(["nth", "is", "is", "length", "palindrome", "pack", "flatten"], 2)]
        asks: list[Ask[Value]] = []
        for kind in kinds:
            if kind == "palindrome":
                asks.append(self._palindrome(world, rng))
            elif kind in ("pack", "flatten"):
                asks.append(self._nested(world, kind, rng))
            else:
                asks.append(self._applied(world, kind, rng))
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def _applied(self, world: World, kind: str, rng: Random) -> Ask[Value]:
        which = rng.randrange(len(world.lists))
        chosen: list[int] = []
        state = world.lists[which]
        order = [rng.randrange(len(world.functions)) for _ in range(world.steps * 3)]
        for function in order:
            new = _do(world.functions[function], state)
            if len(chosen) < world.steps and len(new) >= 3 and (not chosen or function != chosen[-1]):
                chosen.append(function)
                state = new
        if not chosen:  # no function keeps three elements
            chosen, state = [order[0]], _do(world.functions[order[0]], state)
        functions = tuple(chosen)
        wrong = self._slips(world, which, functions, state, rng)
        head = (which, 0, len(functions), *functions)
        if kind == "length":
            slips = near_misses(rng, len(state), [len(world.lists[which])])
            return Ask(kind, head, len(state), slips)
        if kind == "nth" and len(set(state)) > 1:
            at = rng.randrange(len(state))
            others = [item for item in dict.fromkeys([*world.lists[which], *state]) if item != state[at]]
            rng.shuffle(others)
            return Ask(kind, (which, at, len(functions), *functions), state[at], tuple(others[:4]))
        if kind == "is":
            claim = state if rng.random() < 0.5 else wrong[0]
            return Ask(kind, (*head, *claim), claim == state, (claim != state,))
        return Ask("apply", head, state, tuple(wrong))

    def _slips(
        self, world: World, which: int, functions: tuple[int, ...], right: tuple[int, ...], rng: Random
    ) -> list[tuple[int, ...]]:
        """Make wrong lists: a function forgotten, the order turned, neighbours swapped, an element lost."""
        states = _trace(world, which, functions)
        slips = [states[-2], right[::-1]]
        code, x, y = world.functions[functions[-1]]
        twin = {"left": "right", "right": "left", "drop": "chop", "chop": "drop", "up": "down", "down": "up"}
        twin |= {"append": "prepend", "prepend": "append", "even": "odd", "odd": "even"}
        slips.insert(0, _do((twin.get(code, "ends"), x, y), states[-2]))
        for _ in range(4):
            if len(right) > 1:
                at = rng.randrange(len(right) - 1)
                slips.append((*right[:at], right[at + 1], right[at], *right[at + 2 :]))
                slips.append((*right[:at], *right[at + 1 :]))
        slips.append((*right, 1))
        unique = [slip for slip in dict.fromkeys(slips) if slip != right and slip]
        first, rest = unique[:2], unique[2:]
        rng.shuffle(first)
        rng.shuffle(rest)
        return first + rest

    def _palindrome(self, world: World, rng: Random) -> Ask[Value]:
        half = list(rng.choice(world.lists)[: 2 + world.steps // 2])
        items = [*half, *half[::-1][rng.randrange(2) :]]
        if rng.random() < 0.5:
            at = rng.randrange(len(items) // 2)
            items[at] = items[at] % 6 + 1
        right = items == items[::-1]
        return Ask("palindrome", tuple(items), right, (not right,))

    def _nested(self, world: World, kind: str, rng: Random) -> Ask[Value]:
        items = list(rng.choice(world.lists))
        if kind == "pack":
            spread = [item for item in items[:4] for _ in range(1 + rng.randrange(2 + world.steps // 3))]
            right = _pack(tuple(spread))
            full = tuple(sorted(spread))
            slips = [_pack(full), tuple(spread), _pack(tuple(dict.fromkeys(spread))), _pack(tuple(spread[:-1]))]
            slips.append(_pack((*spread, spread[-1])))
            args = tuple(spread)
        else:
            a, b = sorted(rng.sample(range(len(items)), 2))
            coded = [*items[:a], _OPEN, *items[a : b + 1], _CLOSE, *items[b + 1 :]]
            if rng.random() < 0.5 and b > a:
                coded = [*items[:a], _OPEN, items[a], _OPEN, *items[a + 1 : b + 1], _CLOSE, _CLOSE, *items[b + 1 :]]
            args = tuple(coded)
            right = _flat(args)
            plain = [item for item in coded if item >= 0]
            slips = [args, tuple(plain), tuple(plain[::-1]), tuple(plain[1:]), (*plain[1:], plain[0])]
            slips.append((_OPEN, *plain, _CLOSE))
        return Ask(kind, args, right, tuple(slip for slip in dict.fromkeys(slips) if slip != right)[:4])

    def operations(self, world: World, ask: Ask[Value]) -> int | None:
        return ask.args[2] if ask.kind in ("apply", "is", "length", "nth") else None

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        if ask.kind == "palindrome":
            return value == all(ask.args[at] == ask.args[-1 - at] for at in range(len(ask.args)))
        if ask.kind == "flatten":
            out: list[object] = []
            for part in _parse(ask.args):
                out += part if isinstance(part, list) else [part]
            return isinstance(value, tuple) and _parse(value) == out
        if ask.kind == "pack":
            groups: list[list[int]] = []
            for item in ask.args:
                if groups and groups[-1][0] == item:
                    groups[-1].append(item)
                else:
                    groups.append([item])
            return isinstance(value, tuple) and _parse(value) == groups
        which, at, functions, claim = _split(ask.args)
        state = list(world.lists[which])
        for function in functions:
            state = _redo(world.functions[function], state)
        if ask.kind == "is":
            return value == (state == list(claim))
        if ask.kind == "length":
            return value == len(state)
        return value == state[at] if ask.kind == "nth" else value == tuple(state)

    def cast(self, world: World, voice: Voice) -> Cast:
        form = int(voice.rng.random() * 3)
        count = len(world.functions)
        names = (("f", "g", "h", "p", "q"), ("f1", "f2", "f3", "f4", "f5"), ("A", "B", "C", "D", "E"))[form][:count]
        if form == 2:
            names = tuple(voice.say("操作", "operation ") + name for name in names)
        rules = []
        for code, x, y in world.functions:
            rule = voice.pick(_ZH[code], _EN[code])
            is_item = code in ("replace", "remove", "append", "prepend")
            if world.is_letters and code in ("up", "down"):
                rule = voice.say(
                    "按字母表顺序排列" if code == "up" else "按字母表的逆序排列",
                    "sort alphabetically" if code == "up" else "sort in reverse alphabetical order",
                )
            shown = [self._item(world, item) if is_item else str(item) for item in (x, y)]
            rules.append(rule.format(*shown).replace("1 element(s)", "1 element").replace("(s)", "s"))
        lists = (("L", "M"), ("X", "Y"), ("列表1", "列表2"))[int(voice.rng.random() * (3 if voice.zh else 2))]
        comma = ", " if voice.rng.random() < 0.7 else ","
        return Cast(lists, names, tuple(rules), comma, voice.rng.random() < 0.4)

    def _item(self, world: World, item: int) -> str:
        return "_abcdefghijk"[item] if world.is_letters else str(item)

    def _list(self, world: World, coded: tuple[int, ...], cast: Cast) -> str:
        text, glue = "[", ""
        for item in coded:
            if item == _CLOSE:
                text += "]"
            else:
                text += glue + ("[" if item == _OPEN else self._item(world, item))
            glue = "" if item == _OPEN else cast.comma
        return text + "]"

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        head = voice.pick(
            [
                "有几个处理列表的函数，规则如下：",
                "下面定义了一组对列表的操作：",
                "**列表变换**：每一步把旧列表变成新列表。",
            ],
            ["Some functions turn one list into another:", "These operations on lists are defined:"],
        )
        form = voice.pick(["{}：{}", "{}的作用是：{}", "{}表示{}"], ["{}: {}", "{} means: {}"])
        rules = [form.format(name, rule) for name, rule in zip(cast.functions, cast.rules, strict=True)]
        text = f"{head}\n{voice.listing(rules)}"
        if cast.is_inline:
            return text
        given = voice.join(
            [f"{name} = {self._list(world, items, cast)}" for name, items in zip(cast.lists, world.lists, strict=True)]
        )
        return text + voice.pick([f"\n已知 {given}。", f"\n给定列表：{given}。"], [f"\nGiven: {given}."])

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        if ask.kind in ("palindrome", "pack", "flatten"):
            shown = self._list(world, ask.args, cast)
            if ask.kind == "palindrome":
                return voice.pick(
                    [
                        f"倒过来与原来相同的列表叫回文。{shown} 是回文吗？",
                        f"如果一个列表正着读和反着读一样，就称它为回文列表。列表 {shown} 是不是回文列表？",
                        f"把 {shown} 反转以后，是否和原列表相同（即是否为回文）？",
                    ],
                    [f"A list is a palindrome if it equals its reverse. Is {shown} a palindrome?"],
                )
            if ask.kind == "pack":
                return voice.pick(
                    [
                        f"把 {shown} 中相邻且相同的元素归入同一个子列表，得到什么？",
                        f"对列表 {shown} 分组：连续相同的元素放进一个子列表。结果是哪一个？",
                        f"将 {shown} 里每一段连续重复的元素打包成子列表，结果是什么？",
                    ],
                    [f"Put each run of equal neighbours of {shown} into a sublist. What is the result?"],
                )
            return voice.pick(
                [
                    f"把 {shown} 展开一层（去掉最外层子列表的括号，更里面的不动），得到什么？",
                    f"将嵌套列表 {shown} 只展平一层，内层的子列表保持原样，结果是哪个？",
                ],
                [f"Flatten {shown} by one level only (deeper sublists stay). What is the result?"],
            )
        which, at, functions, claim = _split(ask.args)
        names = [cast.functions[function] for function in functions]
        start = self._list(world, world.lists[which], cast) if cast.is_inline else cast.lists[which]
        done = voice.pick(
            [f"对 {start} 依次执行{voice.join(names)}", f"从 {start} 开始，按顺序做{'，再做'.join(names)}"],
            [f"apply {', then '.join(names)} to {start}", f"start with {start} and apply {', then '.join(names)}"],
        )
        if ask.kind == "length":
            tails = ["，最后的列表有几个元素？", "，得到的列表长度是多少？"]
            return voice.pick([done + tail for tail in tails], [f"If you {done}, how long is the final list?"])
        if ask.kind == "nth":
            tails = [f"，结果的第{at + 1}个元素是什么？", f"之后，排在第{at + 1}位的元素是哪个？"]
            return voice.pick(
                [done + tail for tail in tails], [f"If you {done}, what is element number {at + 1} of the result?"]
            )
        if ask.kind == "is":
            shown = self._list(world, claim, cast)
            tails = [f"，结果是 {shown} 吗？", f"，是否得到 {shown}？", f"以后列表变成 {shown}，对吗？"]
            return voice.pick([done + tail for tail in tails], [f"If you {done}, is the result {shown}?"])
        tails = ["，结果是什么？", "，最后得到哪个列表？", "之后的列表是？"]
        return voice.pick([done + tail for tail in tails], [f"If you {done}, what is the result?"])

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if isinstance(value, bool):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if isinstance(value, tuple):
            return self._list(world, value, cast)
        return self._item(world, value) if ask.kind == "nth" else str(value)

    def _bare(self, world: World, coded: tuple[int, ...], cast: Cast) -> str:
        """A list without its outer brackets, for chains."""
        return self._list(world, coded, cast._replace(comma=","))[1:-1]

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        if ask.kind in ("palindrome", "pack", "flatten"):
            return self._special(world, ask, cast, voice)
        comma, colon = voice.say("，", ", "), voice.say("：", ": ")
        which, at, functions, claim = _split(ask.args)
        states = _trace(world, which, functions)
        final = states[-1]
        lines = [self._bare(world, states[0], cast)]
        for function, state in zip(functions, states[1:], strict=True):
            code, x, y = world.functions[function]
            is_item = code in ("replace", "remove", "append", "prepend")
            params = [self._item(world, item) if is_item else str(item) for item in (x, y)]
            rule = voice.say(_SHORT_ZH[code], _SHORT_EN[code]).format(*params)
            lines.append(f"{cast.functions[function]} {rule}{colon}{self._bare(world, state, cast)}")
        if ask.kind in ("length", "nth"):
            told = final if ask.kind == "length" else final[: at + 1]
            lines.append(comma.join(f"{number}:{self._item(world, item)}" for number, item in enumerate(told, 1)))
        elif ask.kind == "is":
            lines.append(self._compare(world, final, claim, max(len(final), len(claim)), voice))
        return "\n".join(lines)

    def _compare(self, world: World, one: tuple[int, ...], two: tuple[int, ...], until: int, voice: Voice) -> str:
        """Compare two lists element by element up to the first difference."""
        cells = []
        for at in range(until):
            pair = [
                self._item(world, items[at]) if at < len(items) else voice.say("无", "none") for items in (one, two)
            ]
            same = pair[0] == pair[1]
            cells.append(f"{pair[0]}{'=' if same else '≠'}{pair[1]}")
            if not same:
                return voice.say("，", ", ").join(cells) + voice.say("，否", ": no")
        return voice.say("，", ", ").join(cells) + voice.say("，是", ": yes")

    def _special(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        args = ask.args
        if ask.kind == "palindrome":
            turned = args[::-1]
            check = self._compare(world, args, turned, (len(args) + 1) // 2, voice)
            back = voice.say("倒 ", "reversed ") + self._bare(world, turned, cast)
            return f"{self._bare(world, args, cast)}\n{back}\n{check}"
        assert isinstance(ask.right, tuple)
        parts: list[str] = []
        if ask.kind == "pack":
            for group in _parse(ask.right):
                assert isinstance(group, list)
                parts.append(",".join(self._item(world, item) for item in group))
            return " | ".join(parts)
        at = 0
        while at < len(args):
            end = at + 1
            while args[at:end].count(_OPEN) > args[at:end].count(_CLOSE):
                end += 1
            part = self._bare(world, args[at:end], cast)
            if args[at] == _OPEN:
                part += f"→{self._bare(world, args[at + 1 : end - 1], cast)}"
            parts.append(part)
            at = end
        return voice.say("；", "; ").join(parts)
