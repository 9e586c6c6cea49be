"""Simple ciphers on short words: letter shifts, substitution tables and reversed alphabets, forward and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, yes_or_no
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.voice import Voice

SHIFT, TABLE, MIRROR = 0, 1, 2
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_COMMON = "AEIOBCDGLMNPRST"


@dataclass(frozen=True, slots=True)
class World:
    """A cipher and whether the word is reversed after it."""

    kind: int
    """0 shift along the alphabet, 1 table, 2 mirrored alphabet (A for Z)."""
    shift: int
    """Places to move each letter on (or back where negative); 0 unless the kind is a shift."""
    table: tuple[tuple[str, str], ...]
    """The table's entries (plain, cipher); empty unless the kind is a table."""
    is_reversed: bool
    """Whether the letters are written from back to front after the exchange."""
    length: int
    """Letters in a word."""


class Cast(NamedTuple):
    """Upper or lower case of the letters."""

    is_upper: bool


def _letter(world: World, letter: str, sign: int) -> str:
    """Encode (sign 1) or decode (sign -1) one letter."""
    if world.kind == SHIFT:
        return _ALPHABET[(_ALPHABET.index(letter) + sign * world.shift) % 26]
    if world.kind == MIRROR:
        return _ALPHABET[25 - _ALPHABET.index(letter)]
    return next(pair[1 if sign > 0 else 0] for pair in world.table if pair[0 if sign > 0 else 1] == letter)


def _apply(world: World, word: str, sign: int) -> str:
    made = "".join(_letter(world, letter, sign) for letter in word)
    return made[::-1] if world.is_reversed else made


def _matches(world: World, plain: str, cipher: str) -> bool:
    """Prove letter by letter that ``plain`` becomes ``cipher`` (by differences, not by making the word)."""
    if len(plain) != len(cipher):
        return False
    back = reversed(cipher) if world.is_reversed else iter(cipher)
    for one, two in zip(plain, back, strict=True):
        if world.kind == SHIFT:
            fits = (ord(two) - ord(one) - world.shift) % 26 == 0
        elif world.kind == MIRROR:
            fits = ord(one) + ord(two) == ord("A") + ord("Z")
        else:
            fits = (one, two) in world.table
        if not fits:
            return False
    return True


def _word(world: World, rng: Random) -> str:
    letters = [plain for plain, _ in world.table] or _COMMON
    return "".join(rng.choice(letters) for _ in range(world.length))


def _near(world: World, right: str, source: str, sign: int, rng: Random) -> tuple[str, ...]:
    """Wrong words near ``right``: the other direction, not reversed, one letter off, two letters swapped."""
    near = []
    if world.kind == SHIFT:
        near.append(_apply(world, source, -sign))
    if world.is_reversed:
        near.append(right[::-1])
    for step in (1, -1):
        place = rng.randrange(len(right))
        letter = _ALPHABET[(_ALPHABET.index(right[place]) + step) % 26]
        near.append(right[:place] + letter + right[place + 1 :])
    place = rng.randrange(len(right) - 1)
    near.append(right[:place] + right[place + 1] + right[place] + right[place + 2 :])
    near.append(right[1:] + right[0])
    rng.shuffle(near)
    return tuple(word for word in dict.fromkeys(near) if word != right)


def _encode(world: World, rng: Random, words: list[str]) -> Ask[str]:
    right = _apply(world, words[0], 1)
    return Ask("encode", tuple(map(ord, words[0])), right, _near(world, right, words[0], 1, rng))


def _decode(world: World, rng: Random, words: list[str]) -> Ask[str]:
    cipher = _apply(world, words[1], 1)
    return Ask("decode", tuple(map(ord, cipher)), words[1], _near(world, words[1], cipher, -1, rng))


def _check(world: World, rng: Random, words: list[str]) -> Ask[str]:
    right = _apply(world, words[2], 1)
    is_right = rng.random() < 0.5
    claim = right if is_right else _near(world, right, words[2], 1, rng)[0]
    return Ask("check", tuple(map(ord, words[2] + claim)), str(int(is_right)), (str(int(not is_right)),))


def _text(args: Args) -> str:
    return "".join(map(chr, args))


def _halves(args: Args) -> tuple[str, str]:
    """A word and what it is claimed to become: as many letters."""
    return _text(args[: len(args) // 2]), _text(args[len(args) // 2 :])


def _case(text: str, told: Telling[Cast]) -> str:
    return text if told.cast.is_upper else text.lower()


def _exchanged(world: World, source: str, sign: int, told: Telling[Cast]) -> tuple[list[str], str]:
    """Exchange letter by letter, and reverse before or after: the lines and the word they end with."""
    lines, made, steps = [], "", []
    if world.kind == SHIFT:
        count = world.shift * sign
        lines.append(told.say("chain.on" if count > 0 else "chain.back", count=abs(count)))
    if world.is_reversed and sign < 0:
        source = source[::-1]
        lines.append(told.say("chain.reversed") + _case(source, told))
    for letter in source:
        new, step = _letter(world, letter, sign), 1 if world.shift * sign > 0 else -1
        at = _ALPHABET.index(letter)
        way = [_ALPHABET[(at + step * move) % 26] for move in range(abs(world.shift) + 1)]
        made += new
        steps.append(_case("→".join(way) if world.kind == SHIFT else f"{letter}→{new}", told))
    lines += [told.say("comma").join(steps), told.say("chain.so") + _case(made, told)]
    if world.is_reversed and sign > 0:
        made = made[::-1]
        lines.append(told.say("chain.reversed") + _case(made, told))
    return lines, made


def _checked(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    source, claim = _halves(ask.args)
    lines, made = _exchanged(world, source, 1, told)
    sign, verdict = ("=", "chain.right") if claim == made else ("≠", "chain.wrong")
    return "\n".join(lines) + f"{sign}{_case(claim, told)}{told.say(verdict)}"


KINDS: tuple[Kind[World, Cast], ...] = (
    Kind(
        "encode",
        _encode,
        holds=lambda world, args, value: _matches(world, _text(args), value),
        option=_case,
        chain=lambda world, ask, told, shown: "\n".join(_exchanged(world, _text(ask.args), 1, told)[0]),
        slots=lambda args, told: {"word": _case(_text(args), told)},
    ),
    Kind(
        "decode",
        _decode,
        holds=lambda world, args, value: _matches(world, value, _text(args)),
        option=_case,
        chain=lambda world, ask, told, shown: "\n".join(_exchanged(world, _text(ask.args), -1, told)[0]),
        slots=lambda args, told: {"word": _case(_text(args), told)},
    ),
    Kind(
        "check",
        _check,
        holds=lambda world, args, value: _matches(world, *_halves(args)) == (value == "1"),
        option=lambda value, told: yes_or_no(value == "1", told),
        is_two_valued=True,
        chain=_checked,
        slots=lambda args, told: dict(
            zip(("word", "claim"), (_case(each, told) for each in _halves(args)), strict=True)
        ),
    ),
)


class Ciphers(Family[World, Cast]):
    """Values: words in capital letters; "1" and "0" for yes and no."""

    name = "ciphers"
    title = "simple letter ciphers"
    is_trained = False
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        kind = rng.choice((SHIFT, SHIFT, TABLE, TABLE, MIRROR))
        length = 3 + level // 2
        shift = rng.choice((1, 2, 3, -1, -2)) if level < 5 else rng.choice((1, 2, 3, 4, -1, -2, -3))
        plain = rng.sample(_COMMON, 5 + level)
        cipher = rng.sample(_ALPHABET, len(plain))
        table = tuple(zip(plain, cipher, strict=True)) if kind == TABLE else ()
        return World(kind, shift if kind == SHIFT else 0, table, rng.random() < 0.2, length)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        return self.mixed(world, rng, [_word(world, rng) for _ in range(3)], may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        return Cast(voice.rng.random() < 0.7)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        head, alphabet = told.pick("tell.head"), _case(_ALPHABET, told)
        if world.kind == SHIFT:
            many, one = ("tell.on", "tell.one_on") if world.shift > 0 else ("tell.back", "tell.one_back")
            rules = [
                told.pick(one if abs(world.shift) == 1 else many, count=abs(world.shift)),
                told.say("tell.alphabet", alphabet=alphabet, first=alphabet[0], last=alphabet[-1]),
            ]
        elif world.kind == MIRROR:
            pairs = [f"{one}{two}" for one, two in zip(alphabet[:13], alphabet[:12:-1], strict=True)]
            rules = [told.pick("tell.mirror"), told.say("tell.pairs", pairs=" ".join(pairs))]
        else:
            arrow = told.draw("tell.entry")
            entries = [told.fill(arrow, _case(one, told), _case(two, told)) for one, two in world.table]
            rules = [told.say("tell.table", entries=voice.join(entries))]
        if world.is_reversed:
            rules.append(told.pick("tell.reversed"))
        return f"{head}\n{voice.listing([told.capital(rule) for rule in rules])}"
