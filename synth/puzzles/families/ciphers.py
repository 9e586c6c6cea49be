"""Simple ciphers on short words: letter shifts, substitution tables and reversed alphabets, forward and back."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from synth.puzzles.family import Ask, Family
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


class Ciphers(Family[World, str, Cast]):
    """Values: words in capital letters; "1" and "0" for yes and no."""

    name = "ciphers"
    title = "simple letter ciphers"
    is_trained = False

    def world(self, rng: Random, level: int) -> World:
        kind = rng.choice((SHIFT, SHIFT, TABLE, TABLE, MIRROR))
        length = 3 + level // 2
        shift = rng.choice((1, 2, 3, -1, -2)) if level < 5 else rng.choice((1, 2, 3, 4, -1, -2, -3))
        plain = rng.sample(_COMMON, 5 + level)
        cipher = rng.sample(_ALPHABET, len(plain))
        table = tuple(zip(plain, cipher, strict=True)) if kind == TABLE else ()
        return World(kind, shift if kind == SHIFT else 0, table, rng.random() < 0.2, length)

    def _word(self, world: World, rng: Random) -> str:
        letters = [plain for plain, _ in world.table] or _COMMON
        return "".join(rng.choice(letters) for _ in range(world.length))

    def _near(self, world: World, right: str, source: str, sign: int, rng: Random) -> tuple[str, ...]:
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

    def asks(self, world: World, rng: Random) -> list[Ask[str]]:
        asks: list[Ask[str]] = []
        words = [self._word(world, rng) for _ in range(3)]
        args = tuple(map(ord, words[0]))
        right = _apply(world, words[0], 1)
        asks.append(Ask("encode", args, right, self._near(world, right, words[0], 1, rng)))
        cipher = _apply(world, words[1], 1)
        asks.append(Ask("decode", tuple(map(ord, cipher)), words[1], self._near(world, words[1], cipher, -1, rng)))
        right = _apply(world, words[2], 1)
        is_right = rng.random() < 0.5
        claim = right if is_right else self._near(world, right, words[2], 1, rng)[0]
        value = str(int(is_right))
        asks.append(Ask("check", tuple(map(ord, words[2] + claim)), value, (str(1 - int(value)),)))
        rng.shuffle(asks)
        return asks

    def holds(self, world: World, ask: Ask[str], value: str) -> bool:
        word = "".join(map(chr, ask.args))
        if ask.kind == "encode":
            return _matches(world, word, value)
        if ask.kind == "decode":
            return _matches(world, value, word)
        return _matches(world, word[: world.length], word[world.length :]) == (value == "1")

    def cast(self, world: World, voice: Voice) -> Cast:
        return Cast(voice.rng.random() < 0.7)

    def _case(self, text: str, cast: Cast) -> str:
        return text if cast.is_upper else text.lower()

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        head = voice.pick(
            ["有一种加密方法：", "两个朋友用下面的暗号通信：", "某种密码的编码规则如下：", "密信的写法："],
            ["A cipher works like this:", "Two friends use this secret code:"],
        )
        alphabet = self._case(_ALPHABET, cast)
        rules = []
        if world.kind == SHIFT:
            count = abs(world.shift)
            way = voice.say("后" if world.shift > 0 else "前", "forward" if world.shift > 0 else "back")
            rules.append(
                voice.pick(
                    [f"每个字母换成字母表中它{way}面第{count}个字母", f"把每个字母在字母表里向{way}移动{count}位"],
                    [f"each letter moves {count} {'place' if count == 1 else 'places'} {way} in the alphabet"],
                )
            )
            rules.append(
                voice.say(
                    f"字母表是 {alphabet}，首尾相接（{alphabet[-1]}的后面是{alphabet[0]}）",
                    f"the alphabet is {alphabet}, and it wraps around ({alphabet[0]} comes after {alphabet[-1]})",
                )
            )
        elif world.kind == MIRROR:
            rules.append(
                voice.pick(
                    ["每个字母换成字母表中与它对称的字母：第一个换成最后一个，第二个换成倒数第二个，依此类推"],
                    ["each letter is exchanged for its mirror image: A for Z, B for Y, and so on"],
                )
            )
            pairs = [f"{one}{two}" for one, two in zip(alphabet[:13], alphabet[:12:-1], strict=True)]
            rules.append(voice.say("互换的字母对：", "the pairs are: ") + " ".join(pairs))
        else:
            arrow = voice.pick(["{} -> {}", "{}换成{}", "{}={}"], ["{} -> {}", "{} becomes {}", "{}={}"])
            entries = [arrow.format(self._case(one, cast), self._case(two, cast)) for one, two in world.table]
            rules.append(
                voice.say("按对照表替换每个字母：", "each letter is replaced by this table: ") + voice.join(entries)
            )
        if world.is_reversed:
            rules.append(
                voice.pick(
                    ["替换之后，再把整个词倒过来写", "最后把得到的字母从后往前排列"],
                    ["then the whole word is written backwards"],
                )
            )
        if not voice.zh:
            rules = [rule[0].upper() + rule[1:] for rule in rules]
        return f"{head}\n{voice.listing(rules)}"

    def question(self, world: World, ask: Ask[str], cast: Cast, voice: Voice) -> str:
        word = self._case("".join(map(chr, ask.args)), cast)
        if ask.kind == "encode":
            return voice.pick(
                [f"{word} 加密后是：", f"按这种方法，{word} 应写成什么？", f"明文 {word} 对应的密文是哪一个？"],
                [f"What is {word} in this code?", f"Encode the word {word}."],
            )
        if ask.kind == "decode":
            return voice.pick(
                [f"密文 {word} 的原文是：", f"收到 {word}，解密后是什么？", f"哪个词加密后会变成 {word}？"],
                [f"Which word is encoded as {word}?", f"Decode {word}."],
            )
        plain, claim = word[: world.length], word[world.length :]
        return voice.pick(
            [
                f"{plain} 加密后是 {claim}，对吗？",
                f"有人说 {plain} 的密文是 {claim}，他说得对吗？",
                f"“{plain} 的密文是 {claim}”，这个说法对吗？",
            ],
            [f"Is {plain} encoded as {claim}?", f"Is {claim} the right code for {plain}?"],
        )

    def option(self, world: World, ask: Ask[str], value: str, cast: Cast, voice: Voice) -> str:
        if ask.kind == "check":
            return voice.say("对" if value == "1" else "不对", "Yes" if value == "1" else "No")
        return self._case(value, cast)

    def chain(self, world: World, ask: Ask[str], cast: Cast, voice: Voice, shown: tuple[str, ...]) -> str:
        word = "".join(map(chr, ask.args))
        sign = -1 if ask.kind == "decode" else 1
        source = word[: world.length] if ask.kind == "check" else word
        lines = []
        if world.kind == SHIFT:
            count = world.shift * sign
            way = voice.say("后" if count > 0 else "前", "forward" if count > 0 else "back")
            lines.append(voice.say(f"向{way}{abs(count)}位。", f"{abs(count)} {way}."))
        if world.is_reversed and sign < 0:
            lines.append(voice.say("倒：", "reverse: ") + self._case(source[::-1], cast))
            source = source[::-1]
        made, steps = "", []
        for letter in source:
            new = _letter(world, letter, sign)
            made += new
            if world.kind == SHIFT:
                step = 1 if world.shift * sign > 0 else -1
                at = _ALPHABET.index(letter)
                way_letters = [_ALPHABET[(at + step * move) % 26] for move in range(abs(world.shift) + 1)]
                steps.append(self._case("→".join(way_letters), cast))
            else:
                steps.append(self._case(f"{letter}→{new}", cast))
        lines.append(voice.say("，", ", ").join(steps))
        lines.append(voice.say("得", "so ") + self._case(made, cast))
        if world.is_reversed and sign > 0:
            made = made[::-1]
            lines.append(voice.say("倒：", "reverse: ") + self._case(made, cast))
        if ask.kind == "check":
            claim = word[world.length :]
            same = voice.say("，对。" if claim == made else "，不对。", ": yes." if claim == made else ": no.")
            mark = "=" if claim == made else "≠"
            lines[-1] += f"{mark}{self._case(claim, cast)}{same}"
        return "\n".join(lines)
