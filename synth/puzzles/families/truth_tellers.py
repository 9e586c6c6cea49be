"""Truth tellers and liars: who is a knight and who a knave, from what they say about each other.

Either one person's kind is given and passed on from claim to claim (a web of lies), or nobody's kind is given and a
closing claim about two people rules out one of the two ways to assign kinds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around, coset
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


class Claim(NamedTuple):
    """What one person says."""

    speaker: int
    form: int
    """0 first honest, 1 first lies; of two: 2 same kind, 3 different, 4 both honest, 5 both lie, 6/7 at least one."""
    first: int
    second: int
    """The other person spoken of; -1 in forms 0 and 1."""


@dataclass(frozen=True, slots=True)
class World:
    """The claims, and the given kind if there is one."""

    size: int
    """Number of people."""
    claims: tuple[Claim, ...]
    """In the order they are told."""
    anchor: int
    """The person whose kind is given, or -1."""
    is_anchor_honest: bool
    """The given kind; False where there is none."""


class Cast(NamedTuple):
    """Names, labels of the two kinds and the wording of a claim."""

    names: tuple[str, ...]
    scene: int
    """Index into the labels below."""
    claim: str
    """A format of speaker and sentence."""


_ZH = (("是骑士", "是骗子"), ("是老实人", "是撒谎者"), ("说真话", "说谎"), ("是正常机器人", "是故障机器人"))
_EN = (
    ("is a knight", "is a knave", "are knights", "are knaves"),
    ("is a truth-teller", "is a liar", "are truth-tellers", "are liars"),
    ("tells the truth", "lies", "tell the truth", "lie"),
    ("is a sound robot", "is a broken robot", "are sound robots", "are broken robots"),
)


def _is_true(claim: Claim, first: bool, second: bool) -> bool:
    return (
        (first, not first, first == second, first != second, first and second, not (first or second), first or second)[
            claim.form
        ]
        if claim.form < 7
        else not (first and second)
    )


def _spread(world: World, start: int, honest: bool) -> tuple[list[tuple[Claim, int]], dict[int, bool], Claim | None]:
    """Carry a kind from claim to claim: the steps (claim, person found), the kinds, and the claim that contradicts."""
    kinds, steps, moved = {start: honest}, [], True
    while moved:
        moved = False
        for claim in world.claims:
            if claim.form > 1 or (claim.speaker in kinds) == (claim.first in kinds):
                continue
            new, old = (claim.first, claim.speaker) if claim.speaker in kinds else (claim.speaker, claim.first)
            kinds[new] = kinds[old] != bool(claim.form)
            steps.append((claim, new))
            moved = True
            break
    for claim in world.claims:
        if claim.form > 1 and _is_true(claim, kinds[claim.first], kinds[claim.second]) != kinds[claim.speaker]:
            return steps, kinds, claim
    return steps, kinds, None


def _kinds(world: World) -> dict[int, bool]:
    if world.anchor >= 0:
        return _spread(world, world.anchor, world.is_anchor_honest)[1]
    _, kinds, conflict = _spread(world, 0, True)
    return kinds if conflict is None else _spread(world, 0, False)[1]


@lru_cache(maxsize=8)
def _consistent(world: World) -> tuple[int, ...]:
    """All assignments (bit masks of honest people) that fit the claims and the given kind, by brute force."""
    masks = range(1 << world.size)
    if world.anchor >= 0:
        masks = [mask for mask in masks if bool(mask >> world.anchor & 1) == world.is_anchor_honest]  # type: ignore[assignment]
    for claim in world.claims:
        masks = [  # type: ignore[assignment]
            mask
            for mask in masks
            if _is_true(claim, bool(mask >> claim.first & 1), bool(claim.second >= 0 and mask >> claim.second & 1))
            == bool(mask >> claim.speaker & 1)
        ]
    return tuple(masks)


class TruthTellers(Family[World, int, Cast]):
    """Values: 1/0 for yes/no, a person, a count, or a bit mask of honest people."""

    name = "truth_tellers"
    title = "knights and knaves"
    order_free = ("claims",)
    changes = {"is_anchor_honest": "flip"}

    def world(self, rng: Random, level: int) -> World:
        is_anchored = rng.random() < 0.4
        size = 3 + level // 2 if is_anchored else 3 + (level + 1) // 3
        people = rng.sample(range(size), size)
        claims, silent = [], set(people)
        for place in range(1, size):
            one, other = people[place], people[place - 1 if rng.random() < 0.7 else rng.randrange(place)]
            speaker, target = (other, one) if other in silent and rng.random() < 0.6 else (one, other)
            silent.discard(speaker)
            claims.append(Claim(speaker, rng.randrange(2), target, -1))
        if is_anchored:
            if rng.random() < 0.5:
                rng.shuffle(claims)
            return World(size, tuple(claims), people[0], rng.random() < 0.5)
        speaker = silent.pop()
        while True:
            first, second = rng.sample([person for person in range(size) if person != speaker], 2)
            closing = Claim(speaker, rng.randrange(2, 8), first, second)
            world = World(size, tuple(sorted([*claims, closing])), -1, False)
            if sum(_spread(world, 0, honest)[2] is None for honest in (True, False)) == 1:
                return world

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        kinds = _kinds(world)
        honest = [person for person in range(world.size) if kinds[person]]
        liars = [person for person in range(world.size) if not kinds[person]]
        asks: list[Ask[int]] = []
        free = [person for person in range(world.size) if person != world.anchor]
        for person in rng.sample(free, 2):
            want = rng.random() < 0.5
            pool = [other for other in free if kinds[other] == want and all(other != ask.args[0] for ask in asks)]
            who = rng.choice(pool) if pool else person
            if all(who != ask.args[0] for ask in asks):
                asks.append(Ask("is", (who,), kinds[who], (not kinds[who],)))
        asks.append(Ask("count", (), len(honest), around(len(honest), 0, world.size)))
        want = rng.random() < 0.5
        right, wrong = (honest, liars) if want else (liars, honest)
        right = [person for person in right if person != world.anchor]
        if right and wrong:
            asks.append(Ask("who", (int(want),), rng.choice(right), tuple(rng.sample(wrong, min(4, len(wrong))))))
        if world.size <= 4:
            mask = sum(1 << person for person in honest)
            flips = [1 << person for person in rng.sample(range(world.size), min(3, world.size))]
            asks.append(Ask("all", (), mask, coset(mask, flips)))
        rng.shuffle(asks)
        return asks[:3]

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        masks = _consistent(world)
        if ask.kind == "is":
            fits = [bool(mask >> ask.args[0] & 1) == bool(value) for mask in masks]
        elif ask.kind == "count":
            fits = [mask.bit_count() == value for mask in masks]
        elif ask.kind == "who":
            fits = [(mask >> value & 1) == ask.args[0] for mask in masks]
        else:
            fits = [mask == value for mask in masks]
        return len(masks) == 1 and all(fits)

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 4) if world.anchor < 0 else (2, 2, 0, 1)[int(voice.rng.random() * 4)]
        claim = voice.pick(
            ["{}说：“{}”", "{}声称{}", "{}说{}"], ['{} says: "{}"', "{} says that {}", "{} claims that {}"]
        )
        return Cast(draw(voice, "person", world.size), scene, claim)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        names = voice.join(cast.names)
        zh = (
            [
                f"一座岛上住着骑士和骗子，骑士只说真话，骗子只说假话。岛上有{names}。",
                f"骑士说的话都是真的，骗子说的话都是假的。{names}每人不是骑士就是骗子。",
            ],
            [
                f"村里的人分两种：老实人句句是真，撒谎者句句是假。{names}都是村里人。",
                f"{names}每人要么是老实人（永远讲真话），要么是撒谎者（永远讲假话）。",
            ],
            [
                f"{names}这几个人，每人要么总说真话，要么总说谎。",
                f"有{names}。他们中每个人或者一直说真话，或者一直说谎，没有例外。",
            ],
            [
                f"工厂里有机器人{names}。正常机器人说的都对，故障机器人说的都错。",
                f"{names}是几台机器人，每台不是正常的就是故障的：正常机器人只讲真话，故障机器人只讲假话。",
            ],
        )[cast.scene]
        en = (
            [f"On an island knights always tell the truth and knaves always lie. {names} live there."],
            [f"{names}: each is either a truth-teller, who is always right, or a liar, who is always wrong."],
            [f"Each of {names} either always tells the truth or always lies."],
            [f"Robots {names}: a sound robot says only true things, a broken robot only false ones."],
        )[cast.scene]
        said = voice.listing([self._claim(claim, cast, voice) for claim in world.claims])
        head = voice.pick(
            ["他们说了下面的话：", "以下是他们的发言：", "已知："], ["This is what they say:", "They speak:"]
        )
        text = f"{voice.pick(zh, en)}{voice.say('', ' ')}{head}\n{said}"
        if world.anchor < 0:
            note = voice.pick(
                ["符合这些话的情况只有一种。", "已知只有一种情况与上述发言相符。"], ["Only one assignment fits."]
            )
            return f"{text}\n{note}"
        given = self._label(world.anchor, world.is_anchor_honest, cast, voice)
        return f"{text}\n" + voice.pick(
            [f"另外已知：{given}。", f"可以确定的是，{given}。"], [f"It is known that {given}."]
        )

    def _label(self, person: int, honest: bool, cast: Cast, voice: Voice) -> str:
        words = (_ZH if voice.zh else _EN)[cast.scene]
        return f"{cast.names[person]}{voice.say('', ' ')}{words[0 if honest else 1]}"

    def _sentence(self, claim: Claim, cast: Cast, voice: Voice) -> str:
        """What a claim says, as a clause."""
        if claim.form < 2:
            return self._label(claim.first, claim.form == 0, cast, voice)
        one, two = cast.names[claim.first], cast.names[claim.second]
        if voice.zh:
            good, bad = _ZH[cast.scene]
            return (
                f"{one}和{two}是同一类",
                f"{one}和{two}不是同一类",
                f"{one}和{two}都{good}",
                f"{one}和{two}都{bad}",
                f"{one}和{two}中至少有一个{good}",
                f"{one}和{two}中至少有一个{bad}",
            )[claim.form - 2]
        good, bad, goods, bads = _EN[cast.scene]
        return (
            f"{one} and {two} are of the same kind",
            f"{one} and {two} are of different kinds",
            f"{one} and {two} both {goods}",
            f"{one} and {two} both {bads}",
            f"at least one of {one} and {two} {good}",
            f"at least one of {one} and {two} {bad}",
        )[claim.form - 2]

    def _claim(self, claim: Claim, cast: Cast, voice: Voice) -> str:
        return cast.claim.format(cast.names[claim.speaker], self._sentence(claim, cast, voice))

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        good, bad = (_ZH if voice.zh else _EN)[cast.scene][:2]
        if ask.kind == "is":
            who = cast.names[ask.args[0]]
            return voice.pick(
                [f"{who}{good}吗？", f"能否得出{who}{good}？", f"判断：“{who}{good}”，对吗？"],
                [f"Is it true that {who} {good}?", f'Is this right: "{who} {good}"?'],
            )
        if ask.kind == "count":
            return voice.pick(
                [f"这些人中有几个{good}？", f"{good}的一共有几个？", f"其中共有多少个{good}？"],
                [f"How many of them {_EN[cast.scene][2]}?", f"How many {_EN[cast.scene][2]}?"],
            )
        if ask.kind == "who":
            word = good if ask.args[0] else bad
            return voice.pick(
                [f"下面谁{word}？", f"以下哪一个{word}？", f"谁一定{word}？"], [f"Who {word}?", f"Who of these {word}?"]
            )
        return voice.pick(
            ["下面哪种情况符合题意？", "以下哪一项说法完全正确？", "他们的身份分别是什么？"],
            ["Which of these is the case?", "Which of these is entirely right?"],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind == "is":
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind == "count":
            return str(value)
        if ask.kind == "who":
            return cast.names[value]
        labels = [self._label(person, bool(value >> person & 1), cast, voice) for person in range(world.size)]
        return voice.say("，", ", ").join(labels)

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        goal = ask.args[0] if ask.kind == "is" else -1
        closing = next((claim for claim in world.claims if claim.form > 1), None)
        if closing is None:
            given = self._sign(world.anchor, world.is_anchor_honest, cast, voice)
            lines, kinds = self._passes(world, world.anchor, world.is_anchor_honest, goal, cast, voice)
            return "\n".join([given, *lines, self._end(world, ask, kinds, False, shown, cast, voice)])
        # Suppose that the first one who says something of a single person is honest.
        start = next(claim for claim in world.claims if claim.form < 2).speaker
        lines, kinds = self._passes(world, start, True, -1, cast, voice)
        supposed = voice.say("设", "Suppose ") + self._sign(start, True, cast, voice)
        is_true = _is_true(closing, kinds[closing.first], kinds[closing.second])
        is_conflict = is_true != kinds[closing.speaker]
        lines = [supposed, *lines, self._check(closing, is_true, kinds, cast, voice)]
        if is_conflict:
            lines.append(voice.say("所以全反。", "So the reverse."))
        return "\n".join([*lines, self._end(world, ask, kinds, is_conflict, shown, cast, voice)])

    def _word(self, honest: bool, voice: Voice) -> str:
        return voice.say("真" if honest else "假", "true" if honest else "false")

    def _sign(self, person: int, honest: bool, cast: Cast, voice: Voice) -> str:
        """A kind in short: ``甲=真``."""
        return f"{cast.names[person]}={self._word(honest, voice)}"

    def _passes(
        self, world: World, start: int, honest: bool, goal: int, cast: Cast, voice: Voice
    ) -> tuple[list[str], dict[int, bool]]:
        """Go through the claims about one person, again and again through those left, until all or ``goal`` is known.

        One line a claim used: ``甲说乙假：甲=真→乙=假``; between two unknown people it is put off: ``丙说丁真：？``
        and not said again when its turn comes: ``丙=假→丁=假``.
        """
        kinds, lines = {start: honest}, []
        left = [claim for claim in world.claims if claim.form < 2]
        is_first = True
        while left and goal not in kinds:
            waiting = []
            for claim in left:
                one, two, word = cast.names[claim.speaker], cast.names[claim.first], self._word(claim.form == 0, voice)
                said = voice.say(f"{one}说{two}{word}：", f"{one} says {two} {word}: ") if is_first else ""
                if claim.speaker not in kinds and claim.first not in kinds:
                    waiting.append(claim)
                    if is_first:
                        lines.append(said + voice.say("？", "?"))
                    continue
                new, old = (claim.first, claim.speaker) if claim.speaker in kinds else (claim.speaker, claim.first)
                kinds[new] = kinds[old] != bool(claim.form)
                found = self._sign(new, kinds[new], cast, voice)
                lines.append(f"{said}{self._sign(old, kinds[old], cast, voice)}→{found}")
                if new == goal:
                    break
            is_first = False
            left = waiting
        return lines, kinds

    def _check(self, claim: Claim, is_true: bool, kinds: dict[int, bool], cast: Cast, voice: Voice) -> str:
        """Test the closing claim."""
        good, bad = self._word(True, voice), self._word(False, voice)
        one, two = cast.names[claim.first], cast.names[claim.second]
        said = voice.say(
            (
                f"{one}{two}同类",
                f"{one}{two}不同类",
                f"{one}{two}都{good}",
                f"{one}{two}都{bad}",
                f"{one}{two}至少一{good}",
                f"{one}{two}至少一{bad}",
            )[claim.form - 2],
            (
                f"{one}, {two} same",
                f"{one}, {two} different",
                f"{one}, {two} both {good}",
                f"{one}, {two} both {bad}",
                f"{one}, {two} at least one {good}",
                f"{one}, {two} at least one {bad}",
            )[claim.form - 2],
        )
        comma = voice.say("，", ", ")
        facts = comma.join(self._sign(person, kinds[person], cast, voice) for person in (claim.first, claim.second))
        speaker = self._sign(claim.speaker, kinds[claim.speaker], cast, voice)
        end = voice.say(
            "符合" if is_true == kinds[claim.speaker] else "矛盾",
            "fits" if is_true == kinds[claim.speaker] else "contradiction",
        )
        return (
            f"{cast.names[claim.speaker]}{voice.say('说', ' says ')}{said}{voice.say('：', ': ')}{facts}"
            f"→{self._word(is_true, voice)}{voice.say('；', '; ')}{speaker}{comma}{end}"
        )

    def _end(
        self,
        world: World,
        ask: Ask[int],
        kinds: dict[int, bool],
        is_reversed: bool,
        shown: tuple[int, ...],
        cast: Cast,
        voice: Voice,
    ) -> str:
        """Read the kinds off, each turned round where the supposition failed: ``甲=真，反=假``."""

        def cell(person: int) -> str:
            text = self._sign(person, kinds[person], cast, voice)
            if is_reversed:
                text += voice.say("反", ", reversed ") + self._word(not kinds[person], voice)
            return text

        stop, semicolon = voice.say("。", "."), voice.say("；", "; ")
        if ask.kind == "is":
            return cell(ask.args[0]) + stop
        if ask.kind == "who":
            cells = []
            for place, person in enumerate(shown):
                cells.append(f"{letter_of(place)} {cell(person)}")
                if (kinds[person] != is_reversed) == bool(ask.args[0]):
                    break
            return semicolon.join(cells) + stop
        if ask.kind == "all":
            return semicolon.join(cell(person) for person in range(world.size)) + stop if is_reversed else ""
        # Those who turn out honest, numbered in the order in which they were found.
        found = [cast.names[person] for person, honest in kinds.items() if honest != is_reversed]
        cells = [f"{name}{voice.say('', ' ')}{number}" for number, name in enumerate(found, 1)]
        word = self._word(True, voice)
        if is_reversed:
            word = voice.say("假变真", "false becomes true")
        return f"{word}{voice.say('：', ': ')}{voice.join(cells) or 0}{stop}"
