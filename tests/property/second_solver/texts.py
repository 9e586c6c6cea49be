"""Lists, strings and words: functions and rules applied one after the other, ciphers, word lists."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import groupby
from typing import Any

from synth.puzzles.family import Ask


def _nested(coded: tuple[int, ...]) -> list[Any]:
    """A list told with -1 for [ and -2 for ] as nested lists."""
    levels: list[list[Any]] = [[]]
    for item in coded:
        if item == -1:
            levels.append([])
        elif item == -2:
            inner = levels.pop()
            levels[-1].append(inner)
        else:
            levels[-1].append(item)
    assert len(levels) == 1
    return levels[0]


def _changed(items: list[int], code: str, first: int, second: int) -> list[int]:
    size = len(items)
    if code in ("left", "right"):
        assert first <= size, "more elements are to be moved than there are"
        turned = deque(items)
        turned.rotate(-first if code == "left" else first)
        return list(turned)
    if code == "ends":
        return items if size < 2 else [items[-1], *items[1:-1], items[0]]
    return {
        "reverse": lambda: [items[size - 1 - at] for at in range(size)],
        "up": lambda: sorted(items),
        "down": lambda: sorted(items, key=lambda item: -item),
        "unique": lambda: list(dict.fromkeys(items)),
        "drop": lambda: [item for at, item in enumerate(items) if at >= first],
        "chop": lambda: [item for at, item in enumerate(items) if at < size - first],
        "replace": lambda: [second if item == first else item for item in items],
        "remove": lambda: [item for item in items if item != first],
        "append": lambda: [*items, first],
        "prepend": lambda: [first, *items],
        "alternate": lambda: [item for at, item in enumerate(items, 1) if at % 2 == 1],
        "even": lambda: [item for item in items if item % 2 == 0],
        "odd": lambda: [item for item in items if item % 2 == 1],
        "add": lambda: [item + first for item in items],
    }[code]()


def list_operations(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Functions by name on plain lists."""
    args = ask.args
    if ask.kind == "palindrome":
        return lambda value: all(one == two for one, two in zip(args, reversed(args), strict=True)) == value
    if ask.kind == "pack":
        return lambda value: _nested(value) == [list(run) for _, run in groupby(args)]
    if ask.kind == "flatten":
        flat: list[Any] = []
        for item in _nested(args):
            flat += item if isinstance(item, list) else [item]
        return lambda value: _nested(value) == flat
    which, at, count, *rest = args
    items = list(world.lists[which])
    for function in rest[:count]:
        items = _changed(items, *world.functions[function])
    if ask.kind == "apply":
        return lambda value: list(value) == items
    if ask.kind == "is":
        return lambda value: (rest[count:] == items) == value
    if ask.kind == "length":
        return lambda value: len(items) == value
    assert ask.kind == "nth", ask.kind
    return lambda value: at < len(items) and items[at] == value


def _rewritten(text: str, kind: str, x: str, y: str) -> str:
    signs = list(text)
    if kind == "all":
        return "".join(y if sign == x else sign for sign in signs)
    if kind == "first":
        before, found, behind = text.partition(x)
        return before + y + behind if found else text
    if kind == "delete":
        return "".join(text.split(x))
    if kind == "after":
        return "".join(sign + y if sign == x else sign for sign in signs)
    if kind == "append":
        return text + y
    if kind == "prepend":
        return y + text
    if kind == "if_append":
        return text + y if text.startswith(x) else text
    if kind == "if_drop":
        return text.removesuffix(x)
    if kind == "reverse":
        return "".join(reversed(signs))
    assert text, f"{kind} on an empty string"
    return "".join(
        {
            "drop_first": signs[1:],
            "drop_last": signs[:-1],
            "double_first": [signs[0], *signs],
            "double_last": [*signs, signs[-1]],
            "left": [*signs[1:], signs[0]],
            "right": [signs[-1], *signs[:-1]],
        }[kind]
    )


def string_rewriting(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """The rules one after the other."""

    def run(text: str, count: int) -> str:
        for rule in world.rules[:count]:
            text = _rewritten(text, rule.kind, rule.x, rule.y)
        return text

    args = ask.args
    if ask.kind == "which":
        return lambda value: run(value, len(world.rules)) == str(args[0])[1:]
    result = run(world.starts[args[0]], args[1])
    if ask.kind == "result":
        return lambda value: result == value
    if ask.kind == "is":
        return lambda value: (result == str(args[2])[1:]) == (value == "+")
    if ask.kind == "at":
        return lambda value: args[2] < len(result) and result[args[2]] == value
    if ask.kind == "count":
        return lambda value: sum(sign == str(args[2]) for sign in result) == int(value)
    assert ask.kind == "length", ask.kind
    return lambda value: len(result) == int(value)


def ciphers(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Words encoded letter by letter; a decoded word is right if it encodes back."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if world.kind == 0:
        code = {letter: (alphabet * 3)[26 + at + world.shift] for at, letter in enumerate(alphabet)}
    elif world.kind == 1:
        code = dict(world.table)
        assert len(code) == len(world.table)
    else:
        code = dict(zip(alphabet, reversed(alphabet), strict=True))

    def encode(word: str) -> str | None:
        if not set(word) <= code.keys():
            return None
        letters = [code[letter] for letter in word]
        return "".join(reversed(letters) if world.is_reversed else letters)

    word = "".join(chr(letter) for letter in ask.args)
    if ask.kind == "encode":
        return lambda value: encode(word) == value
    if ask.kind == "decode":
        return lambda value: encode(value) == word
    assert ask.kind == "check", ask.kind
    is_so = encode(word[: world.length]) == word[world.length :]
    return lambda value: is_so == (value == "1")


def translation(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Words by their numbers; the same number in both languages."""
    noun, verb, adjective = range(3)

    def kinds(sentence: tuple[int, ...]) -> str:
        return "".join("nva"[world.classes[word]] for word in sentence)

    def translate(sentence: tuple[int, ...]) -> tuple[int, ...]:
        words = list(sentence)
        if world.order == 1:
            words.reverse()
        elif world.order in (2, 3):
            acts = [word for word in words if world.classes[word] == verb]
            rest = [word for word in words if world.classes[word] != verb]
            words = rest + acts if world.order == 2 else acts + rest
        elif world.order == 4:
            assert "aa" not in kinds(sentence), "the order of two adjectives behind a noun is not told"
            for at in range(len(words) - 1):
                one, two = sentence[at], sentence[at + 1]
                if (world.classes[one], world.classes[two]) == (adjective, noun):
                    words[at], words[at + 1] = two, one
        return tuple(words)

    def is_sentence(sentence: tuple[int, ...]) -> bool:
        """Subject, verb, object, with adjectives before their nouns, where the text speaks of grammar."""
        if world.order < 2:
            return True
        parts = kinds(sentence).split("v")
        return len(parts) == 2 and all(part.lstrip("a") == "n" for part in parts)

    args = ask.args
    if ask.kind == "forward":
        return lambda value: translate(args) == value
    if ask.kind == "backward":
        return lambda value: is_sentence(value) and translate(value) == args
    if ask.kind == "check":
        half = len(args) // 2
        return lambda value: (translate(args[:half]) == args[half:]) == bool(value)
    assert ask.kind in ("word", "word_back"), ask.kind
    return lambda value: value == args
