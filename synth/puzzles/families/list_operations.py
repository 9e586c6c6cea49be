"""Operations on short lists: functions told in words are applied one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, alike, claimed, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.voice import Voice

_OPEN, _CLOSE = -1, -2
"""The brackets of nested lists."""
_CODES = tuple(
    "reverse left right up down unique drop chop replace remove append prepend ends alternate even odd add".split()
)
"""Functions, as the table of sentences calls them."""
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


Told = Telling[Cast]
Chain = Callable[[World, Ask[Any], Told, Sequence[Any]], str]


_DONE: Mapping[str, Callable[[tuple[int, ...], int, int], tuple[int, ...]]] = {
    "left": lambda old, x, y: old[x:] + old[:x],
    "right": lambda old, x, y: old[len(old) - x :] + old[: len(old) - x],
    "up": lambda old, x, y: tuple(sorted(old)),
    "down": lambda old, x, y: tuple(sorted(old, reverse=True)),
    "even": lambda old, x, y: tuple(item for item in old if item % 2 == 0),
    "odd": lambda old, x, y: tuple(item for item in old if item % 2),
    "reverse": lambda old, x, y: old[::-1],
    "unique": lambda old, x, y: tuple(dict.fromkeys(old)),
    "drop": lambda old, x, y: old[x:],
    "chop": lambda old, x, y: old[: len(old) - x],
    "replace": lambda old, x, y: tuple(y if item == x else item for item in old),
    "remove": lambda old, x, y: tuple(item for item in old if item != x),
    "append": lambda old, x, y: (*old, x),
    "prepend": lambda old, x, y: (x, *old),
    "ends": lambda old, x, y: old[-1:] + old[1:-1] + old[:1] if len(old) > 1 else old,
    "alternate": lambda old, x, y: old[::2],
    "add": lambda old, x, y: tuple(item + x for item in old),
}


def _do(function: tuple[str, int, int], old: tuple[int, ...]) -> tuple[int, ...]:
    code, x, y = function
    return _DONE[code](old, x, y)


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


def _split(args: Args) -> tuple[int, int, Args, Args]:
    """Take arguments apart: list, position, functions, claimed list."""
    return args[0], args[1], args[3 : 3 + args[2]], args[3 + args[2] :]


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


class Run(NamedTuple):
    """Functions applied to a list."""

    which: int
    functions: Args
    result: Args
    wrong: list[Args]

    def args(self, at: int = 0, claim: Args = ()) -> Args:
        """As ``_split`` takes them apart."""
        return self.which, at, len(self.functions), *self.functions, *claim


def _run(world: World, rng: Random) -> Run:
    which, chosen = rng.randrange(len(world.lists)), list[int]()
    state = world.lists[which]
    order = [rng.randrange(len(world.functions)) for _ in range(world.steps * 3)]
    for function in order:
        new = _do(world.functions[function], state)
        if len(chosen) < world.steps and len(new) >= 3 and (not chosen or function != chosen[-1]):
            chosen.append(function)
            state = new
    if not chosen:  # no function keeps three elements
        chosen, state = [order[0]], _do(world.functions[order[0]], state)
    return Run(which, tuple(chosen), state, _slips(world, which, tuple(chosen), state, rng))


def _slips(world: World, which: int, functions: Args, right: Args, rng: Random) -> list[Args]:
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


def _apply(world: World, rng: Random) -> Ask[Args]:
    run = _run(world, rng)
    return Ask("apply", run.args(), run.result, tuple(run.wrong))


def _length(world: World, rng: Random) -> Ask[int]:
    run = _run(world, rng)
    size = len(run.result)
    return Ask("length", run.args(), size, near_misses(rng, size, [len(world.lists[run.which])]))


def _nth(world: World, rng: Random) -> Ask[Any]:
    run = _run(world, rng)
    if len(set(run.result)) < 2:
        return Ask("apply", run.args(), run.result, tuple(run.wrong))
    at = rng.randrange(len(run.result))
    right = run.result[at]
    others = [item for item in dict.fromkeys([*world.lists[run.which], *run.result]) if item != right]
    rng.shuffle(others)
    return Ask("nth", run.args(at), right, tuple(others[:4]))


def _is(world: World, rng: Random) -> Ask[bool]:
    run = _run(world, rng)
    claim = run.result if rng.random() < 0.5 else run.wrong[0]
    return claimed("is", run.args(claim=claim), claim == run.result)


def _palindrome(world: World, rng: Random) -> Ask[bool]:
    half = list(rng.choice(world.lists)[: 2 + world.steps // 2])
    items = [*half, *half[::-1][rng.randrange(2) :]]
    if rng.random() < 0.5:
        at = rng.randrange(len(items) // 2)
        items[at] = items[at] % 6 + 1
    return claimed("palindrome", tuple(items), items == items[::-1])


def _packed(world: World, rng: Random) -> Ask[Args]:
    items = rng.choice(world.lists)
    spread = tuple(item for item in items[:4] for _ in range(1 + rng.randrange(2 + world.steps // 3)))
    return _with_slips("pack", spread, _pack(spread), [_pack(slip) for slip in _slipped(spread, rng)], rng)


def _flattened(world: World, rng: Random) -> Ask[Args]:
    """Nest a sublist in a sublist; wrong is to open the inner one, or a bracket of either: all are in the question."""
    items = rng.choice(world.lists)
    start = rng.randrange(len(items) - 2)
    # Something stands beside it: a list of nothing else would have the right one in the question.
    end = rng.randrange(start + 3, len(items) + bool(start))
    inner, close = sorted(rng.sample(range(start + 1, end), 2))

    def nested(*brackets: tuple[int, int]) -> Args:
        """Put brackets before and behind items."""
        coded = list(items)
        for at, bracket in sorted(brackets, key=lambda one: -one[0]):
            coded.insert(at, bracket)
        return tuple(coded)

    opens, closes = ((start, _OPEN), (inner, _OPEN)), ((end, _CLOSE), (close, _CLOSE))
    wrong = [nested(one, other) for one in opens for other in closes if (one, other) != (opens[1], closes[1])]
    rng.shuffle(wrong)
    return Ask("flatten", nested(*opens, *closes), nested(opens[1], closes[1]), tuple(wrong))


def _slipped(items: Args, rng: Random) -> list[Args]:
    """Make slips in one place each: neighbours swapped, an element lost or said twice."""
    pairs = [at for at in range(len(items) - 1) if min(items[at : at + 2]) >= 0]
    swaps = [(*items[:at], items[at + 1], items[at], *items[at + 2 :]) for at in pairs]
    at = rng.choice([at for at, item in enumerate(items) if item >= 0])
    return [*swaps, items[:at] + items[at + 1 :] if rng.random() < 0.5 else (*items[:at], items[at], *items[at:])]


def _with_slips(name: str, args: Args, right: Args, slips: list[Args], rng: Random) -> Ask[Args]:
    """Add slips of the result: as of ``_slipped``, and a pair of inner brackets left out or set too many."""
    slips += _slipped(right, rng)
    if _OPEN in right[1:] and rng.random() < 0.5:
        start = rng.choice([at for at in range(1, len(right)) if right[at] == _OPEN])
        end = right.index(_CLOSE, start)
        slips.append(right[:start] + right[start + 1 : end] + right[end + 1 :])
    else:
        start = rng.choice([at for at, item in enumerate(right) if item >= 0])
        slips.append((*right[:start], _OPEN, right[start], _CLOSE, *right[start + 1 :]))
    rng.shuffle(slips)
    return Ask(name, args, right, tuple(slip for slip in dict.fromkeys(slips) if slip != right and slip))


def _final(world: World, args: Args) -> list[int]:
    """Prover: the list after all functions."""
    which, _, functions, _ = _split(args)
    state = list(world.lists[which])
    for function in functions:
        state = _redo(world.functions[function], state)
    return state


def _groups(items: Args) -> list[list[int]]:
    """Prover: runs of equal elements."""
    groups: list[list[int]] = []
    for item in items:
        if groups and groups[-1][0] == item:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _opened(args: Args) -> list[object]:
    """Prover: the outer sublists opened."""
    out: list[object] = []
    for part in _parse(args):
        out += part if isinstance(part, list) else [part]
    return out


def item_of(world: World, item: int) -> str:
    """Word an element."""
    return "_abcdefghijk"[item] if world.is_letters else str(item)


def list_of(world: World, coded: Args, cast: Cast) -> str:
    """Word a list."""
    text, glue = "[", ""
    for item in coded:
        if item == _CLOSE:
            text += "]"
        else:
            text += glue + ("[" if item == _OPEN else item_of(world, item))
        glue = "" if item == _OPEN else cast.comma
    return text + "]"


def _bare(world: World, coded: Args, told: Told) -> str:
    """A list without its outer brackets, for chains."""
    return list_of(world, coded, told.cast._replace(comma=","))[1:-1]


def _params(world: World, function: tuple[str, int, int], told: Told) -> dict[str, object]:
    """What fills the sentence of a function."""
    code, x, y = function
    if code in ("replace", "remove", "append", "prepend"):
        return {"x": item_of(world, x), "y": item_of(world, y)}
    return {"x": x, "y": y, "elements": told.say("element" if x == 1 else "elements", n=x)}


def _worked(world: World, args: Args, told: Told) -> list[str]:
    """Apply the functions, a line each."""
    which, _, functions, _ = _split(args)
    start, *states = _trace(world, which, functions)
    lines = [_bare(world, start, told)]
    for function, state in zip(functions, states, strict=True):
        code = world.functions[function][0]
        rule = told.say(f"short.{code}", **_params(world, world.functions[function], told))
        lines.append(f"{told.cast.functions[function]} {rule}{told.say('colon')}{_bare(world, state, told)}")
    return lines


def _counted(until: Callable[[Args], int | None]) -> Chain:
    """Apply the functions, and number the elements, up to the one at ``until``."""

    def chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
        which, _, functions, _ = _split(ask.args)
        items = _trace(world, which, functions)[-1][: until(ask.args)]
        cells = told.say("comma").join(f"{number}:{item_of(world, item)}" for number, item in enumerate(items, 1))
        return "\n".join([*_worked(world, ask.args, told), cells])

    return chain


def _checked(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    which, _, functions, claim = _split(ask.args)
    final = _trace(world, which, functions)[-1]
    end = _compare(world, final, claim, max(len(final), len(claim)), told)
    return "\n".join([*_worked(world, ask.args, told), end])


def _compare(world: World, one: Args, two: Args, until: int, told: Told) -> str:
    """Compare two lists element by element up to the first difference."""
    cells, comma = list[str](), told.say("comma")
    for at in range(until):
        first, second = (item_of(world, items[at]) if at < len(items) else told.say("none") for items in (one, two))
        cells.append(f"{first}{'=' if first == second else '≠'}{second}")
        if first != second:
            return told.say("chain.no", cells=comma.join(cells))
    return told.say("chain.yes", cells=comma.join(cells))


def _turned(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    turned = ask.args[::-1]
    back = told.say("chain.reversed", items=_bare(world, turned, told))
    check = _compare(world, ask.args, turned, (len(turned) + 1) // 2, told)
    return f"{_bare(world, ask.args, told)}\n{back}\n{check}"


def _grouped(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    return " | ".join(",".join(item_of(world, item) for item in group) for group in _groups(ask.args))


def _part_by_part(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    args, at, parts = ask.args, 0, list[str]()
    while at < len(args):
        end = at + 1
        while args[at:end].count(_OPEN) > args[at:end].count(_CLOSE):
            end += 1
        part = _bare(world, args[at:end], told)
        parts.append(f"{part}→{_bare(world, args[at + 1 : end - 1], told)}" if args[at] == _OPEN else part)
        at = end
    return told.say("semicolon").join(parts)


def _done(args: Args, told: Told) -> dict[str, object]:
    """Say what is applied to what, and what else the questions about it need."""
    (which, at, functions, claim), cast = _split(args), told.cast
    names = [cast.functions[function] for function in functions]
    start = list_of(told.world, told.world.lists[which], cast) if cast.is_inline else cast.lists[which]
    slots = {"start": start, "names": told.voice.join(names), "then": told.say("then").join(names)}
    done = told.pick("done.several" if len(names) > 1 else "done.one", **slots)
    return {"done": done, "number": at + 1, "items": list_of(told.world, claim, cast)}


def _items(args: Args, told: Told) -> dict[str, object]:
    return {"items": list_of(told.world, args, told.cast)}


def _as_list(value: Args, told: Told) -> str:
    return list_of(told.world, value, told.cast)


OF_RUNS: tuple[Kind[World, Cast], ...] = alike(
    worked_out(
        "apply",
        _apply,
        answer=lambda world, args: tuple(_final(world, args)),
        option=_as_list,
        chain=lambda world, ask, told, shown: "\n".join(_worked(world, ask.args, told)),
    ),
    worked_out(
        "length",
        _length,
        answer=lambda world, args: len(_final(world, args)),
        chain=_counted(lambda args: None),
    ),
    worked_out(
        "nth",
        _nth,
        answer=lambda world, args: _final(world, args)[args[1]],
        option=lambda value, told: item_of(told.world, value),
        chain=_counted(lambda args: args[1] + 1),
    ),
    whether(
        "is",
        _is,
        is_so=lambda world, args: _final(world, args) == list(_split(args)[3]),
        chain=_checked,
    ),
    slots=_done,
    operations=lambda world, args: args[2],
)
KINDS: tuple[Kind[World, Cast], ...] = (
    *OF_RUNS,
    whether(
        "palindrome",
        _palindrome,
        is_so=lambda world, args: all(args[at] == args[-1 - at] for at in range(len(args))),
        chain=_turned,
        slots=_items,
    ),
    Kind(
        "pack",
        _packed,
        holds=lambda world, args, value: _parse(value) == _groups(args),
        option=_as_list,
        chain=_grouped,
        slots=_items,
    ),
    Kind(
        "flatten",
        _flattened,
        holds=lambda world, args, value: _parse(value) == _opened(args),
        option=_as_list,
        chain=_part_by_part,
        slots=_items,
    ),
)


class ListOperations(Family[World, Cast]):
    """Values: a list (nested ones use ``_OPEN`` and ``_CLOSE`` as brackets), an element, a count, or True/False."""

    name = "list_operations"
    title = "operations on lists"
    figures = ("lists", "functions")
    changes = {"lists": "digit"}
    kinds = KINDS

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

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        names = ["nth", "is", "is", "length", "palindrome", "pack", "flatten"]
        names = ["apply", *self.drawn(names, rng, may_be_two, most=2)]
        asks = [ask for name in names for ask in self.made(name, world, rng)]
        return list({(ask.kind, ask.args): ask for ask in asks}.values())

    def cast(self, world: World, voice: Voice) -> Cast:
        told, rng = self.told(Cast((), (), (), ",", False), voice), voice.rng
        form, count = int(rng.random() * 3), len(world.functions)
        names = (("f", "g", "h", "p", "q"), ("f1", "f2", "f3", "f4", "f5"), ("A", "B", "C", "D", "E"))[form][:count]
        if form == 2:
            names = tuple(told.say("operation", name=name) for name in names)
        rules = []
        for function in world.functions:
            rule = told.draw(f"rule.{function[0]}")
            if world.is_letters and function[0] in ("up", "down"):
                rule = told.say(f"letters.{function[0]}")
            rules.append(told.fill(rule, **_params(world, function, told)))
        lists = told.draw("lists").split()
        comma = ", " if rng.random() < 0.7 else ","
        return Cast(tuple(lists), names, tuple(rules), comma, rng.random() < 0.4)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        head, form = told.pick("tell.head"), told.draw("tell.function")
        rules = [told.fill(form, name, rule) for name, rule in zip(cast.functions, cast.rules, strict=True)]
        # A function keeps its small letter.
        lines = [told.capital(rule) if " " in name else rule for name, rule in zip(cast.functions, rules, strict=True)]
        text = f"{head}\n{voice.listing(lines, has_labels=cast.functions[0].endswith('1'))}"
        if cast.is_inline:
            return text
        given = [f"{name} = {list_of(world, items, cast)}" for name, items in zip(cast.lists, world.lists, strict=True)]
        return f"{text}\n{told.pick('tell.given', given=voice.join(given))}"
