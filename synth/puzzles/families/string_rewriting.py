"""A short string of letters or signs, changed by given rules one after the other: what becomes of it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import cut, near_misses, swapped
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, worked_out, yes_or_no
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.voice import Voice

_LONGEST = 9
_YES, _NO = "+", "-"
_RULES = tuple(
    (
        "all first delete after drop_first drop_last double_first double_last "
        "reverse append prepend left right if_append if_drop"
    ).split()
)


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

    @property
    def scene(self) -> int:
        """Whether sentences speak of letters or of signs."""
        return 0 if self.is_letters else 1


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


def _final(world: World, args: Args) -> str:
    """Prover: what a start becomes."""
    return _prove(world, world.starts[args[0]], args[1])


def _near(world: World, start: str, final: str, count: int, rng: Random) -> tuple[str, ...]:
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


Near = tuple[str, ...]


def _result(world: World, rng: Random, args: Args, final: str, near: Near) -> Ask[str] | None:
    return Ask("result", args, final, near) if near else None


def _is(world: World, rng: Random, args: Args, final: str, near: Near) -> Ask[str] | None:
    if not near:
        return None
    right, wrong = (_YES, _NO) if rng.random() < 0.5 else (_NO, _YES)
    return Ask("is", (*args, int("1" + (final if right == _YES else near[0]))), right, (wrong,))


def _at(world: World, rng: Random, args: Args, final: str, near: Near) -> Ask[str] | None:
    if len(set(final)) < 2:
        return None
    place = rng.randrange(len(final))
    signs = [sign for sign in dict.fromkeys(final + world.starts[args[0]]) if sign != final[place]]
    rng.shuffle(signs)
    return Ask("at", (*args, place), final[place], tuple(signs[:4]))


def _count(world: World, rng: Random, args: Args, final: str, near: Near) -> Ask[str]:
    start = world.starts[args[0]]
    counts = {sign: final.count(sign) for sign in sorted({*final, *start})}
    number = rng.choice(sorted(set(counts.values())))
    sign = rng.choice([sign for sign, count in counts.items() if count == number])
    high = max(3, *counts.values())
    numbers = near_misses(rng, number, [start.count(sign)], high=high)
    return Ask("count", (*args, int(sign)), str(number), tuple(map(str, numbers)))


def _length(world: World, rng: Random, args: Args, final: str, near: Near) -> Ask[str]:
    numbers = near_misses(rng, len(final), [len(world.starts[args[0]])], low=2, high=_LONGEST)
    return Ask("length", args, str(len(final)), tuple(map(str, numbers)))


def _which(world: World, rng: Random, args: Args, final: str, near: Near) -> Ask[str] | None:
    start = world.starts[args[0]]
    goal = _states(world, start)[-1]
    others = [text for text in world.starts if _states(world, text)[-1] != goal]
    if len(others) < 2:
        return None
    rng.shuffle(others)
    return Ask("which", (int("1" + goal),), start, tuple(others[:2]))


def written(text: str, cast: Cast) -> str:
    """Write a string as the problem does."""
    return cast.gap.join(cast.signs[int(sign)] for sign in text)


def _when(args: Args, told: Telling[Cast]) -> dict[str, object]:
    is_all = args[1] == len(told.world.rules)
    start = written(told.world.starts[args[0]], told.cast)
    return {"when": told.say("when.all" if is_all else "when.some", start=start, count=args[1])}


def _spaced(text: str, told: Telling[Cast]) -> str:
    """Letters stand apart in chains, so that each is a token of its own."""
    return (" " if told.cast.is_letters else "").join(told.cast.signs[int(sign)] for sign in text)


def _run(world: World, start: str, count: int, told: Telling[Cast]) -> list[str]:
    """Apply the rules, one line each: number, rule in short, result."""
    states, signs, lines = _states(world, start), told.cast.signs, [_spaced(start, told)]
    for number, rule in enumerate(world.rules[:count], 1):
        before, made = states[number - 1], [states[number]]
        short = told.say(f"short.{rule.kind}", x=signs[int(rule.x)], y=signs[int(rule.y)])
        if rule.kind == "reverse":
            made = [before[at::-1] for at in range(len(before))]
        lines.append(f"{number} {short}{told.say('colon')}" + ",".join(_spaced(text, told) for text in made))
    return lines


def _runs(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    goal, lines = str(ask.args[0])[1:], []
    for place, start in enumerate(shown[: shown.index(ask.right) + 1]):
        run = _run(world, start, len(world.rules), told)
        sign, verdict = ("=", "chain.fits") if start == ask.right else ("≠", "chain.fails")
        lines += [f"{letter_of(place)} {run[0]}", *run[1:], f"{sign}{_spaced(goal, told)}{told.say(verdict)}"]
    return "\n".join(lines)


def _ran(world: World, ask: Ask[Any], told: Telling[Cast]) -> tuple[str, str]:
    """Apply the rules to the start asked about: the lines and the result."""
    start, count = world.starts[ask.args[0]], ask.args[1]
    return "\n".join(_run(world, start, count, told)), _states(world, start)[count]


def _compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    (lines, final), claim = _ran(world, ask, told), str(ask.args[2])[1:]
    sign, verdict = ("=", "chain.yes") if claim == final else ("≠", "chain.no")
    return f"{lines}\n{_spaced(final, told)}{sign}{_spaced(claim, told)}{told.say(verdict)}"


def _numbered(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    lines, final = _ran(world, ask, told)
    upto = final[: ask.args[2] + 1] if len(ask.args) > 2 else final
    cells = [f"{number}{told.say('colon')}{told.cast.signs[int(sign)]}" for number, sign in enumerate(upto, 1)]
    return f"{lines}\n{told.say('comma').join(cells)}{told.say('stop')}"


def _counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    (lines, final), number, cells = _ran(world, ask, told), 0, []
    for sign in map(int, final):
        number += sign == ask.args[2]
        cells.append(told.cast.signs[sign] + (f"({number})" if sign == ask.args[2] else ""))
    return f"{lines}\n{told.say('comma').join(cells)}{told.say('chain.count', number=number)}"


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "result",
        _result,
        answer=_final,
        option=lambda value, told: written(value, told.cast),
        chain=lambda world, ask, told, shown: _ran(world, ask, told)[0],
        slots=_when,
    ),
    Kind(
        "is",
        _is,
        holds=lambda world, args, value: (value == _YES) == (_final(world, args) == str(args[2])[1:]),
        option=lambda value, told: yes_or_no(value == _YES, told),
        is_two_valued=True,
        chain=_compared,
        slots=lambda args, told: {**_when(args, told), "claim": written(str(args[2])[1:], told.cast)},
    ),
    Kind(
        "at",
        _at,
        holds=lambda world, args, value: _final(world, args)[args[2] :].startswith(value),
        option=lambda value, told: written(value, told.cast),
        chain=_numbered,
        slots=lambda args, told: {**_when(args, told), "place": args[2] + 1},
    ),
    worked_out(
        "count",
        _count,
        answer=lambda world, args: str(_final(world, args).count(str(args[2]))),
        chain=_counted,
        slots=lambda args, told: {**_when(args, told), "sign": told.cast.signs[args[2]]},
    ),
    worked_out(
        "length", _length, answer=lambda world, args: str(len(_final(world, args))), chain=_numbered, slots=_when
    ),
    Kind(
        "which",
        _which,
        holds=lambda world, args, value: _prove(world, value, len(world.rules)) == str(args[0])[1:],
        option=lambda value, told: written(value, told.cast),
        chain=_runs,
        slots=lambda args, told: {"goal": written(str(args[0])[1:], told.cast)},
    ),
)


class StringRewriting(Family[World, Cast]):
    """Values: a string, a sign or a number as text, or ``+`` and ``-`` for yes and no."""

    name = "string_rewriting"
    title = "strings changed by rules in order"
    facts = ("rules",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        length, count = 3 + level // 3, 1 + (level + 1) // 2
        size = 3 + (level > 2)
        while True:
            rules: list[Rewriting] = []
            for kind in rng.sample(_RULES, min(count, len(_RULES))):
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

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        last, asks = len(world.rules), []
        names = ("result", "result", "is", "at", "count", "length", "which")
        for which, name in enumerate(self.drawn(names, rng, may_be_two)):
            count = last if rng.random() < 0.7 else rng.randrange(2, last + 1)
            final = _states(world, world.starts[which])[count]
            near = _near(world, world.starts[which], final, count, rng)
            asks += self.made(name, world, rng, (which, count), final, near)
        if not asks:
            asks = self.made("length", world, rng, (0, last), _states(world, world.starts[0])[last], ())
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def cast(self, world: World, voice: Voice) -> Cast:
        form = int(voice.rng.random() * 8)
        pool = ("ABCDEFGH", "XYZWUVRS", "PQRSTUVW", "abcdefgh", "12345678", "#@*%&$^")[min(form, 5)]
        if voice.zh and form >= 6:
            pool = ("甲乙丙丁戊己庚辛", "红黄蓝绿白黑紫灰")[form - 6]
        signs = tuple(voice.rng.sample(pool, 7))
        is_letters = pool[0].isascii() and pool[0].isalpha()
        gap = (" ", " ", "-", "")[int(voice.rng.random() * 4)] if is_letters else ""
        cast = Cast(signs, gap, is_letters, ())
        told = self.told(cast, voice)
        rules = [told.pick(f"rule.{rule.kind}", x=signs[int(rule.x)], y=signs[int(rule.y)]) for rule in world.rules]
        return cast._replace(rules=tuple(rules))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        head, numbered = told.pick("tell.head"), list(enumerate(cast.rules, 1))
        if voice.rng.random() < 0.25:
            return "\n".join([head, *(told.say("tell.step", number=number, rule=rule) for number, rule in numbered)])
        return "\n".join([head, *(f"{number}. {rule}" for number, rule in numbered)])
