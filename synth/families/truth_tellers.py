"""Truth tellers and liars: who is a knight and who a knave, from what they say about each other.

Either one person's kind is given and passed on from claim to claim (a web of lies), or nobody's kind is given and a
closing claim about two people rules out one of the two ways to assign kinds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import NamedTuple

from synth.family import Ask, Family
from synth.names import draw
from synth.voice import Voice


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

    def world(self, rng: Random, level: int) -> World:
        is_anchored = rng.random() < 0.4
        size = 3 + level * 2 // 3 if is_anchored else 3 + level // 2
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
                asks.append(Ask("is", (who,), kinds[who], (not kinds[who],), is_fixed_order=True))
        near = [len(honest) + step for step in (1, -1, 2, -2, 3)]
        asks.append(Ask("count", (), len(honest), tuple(number for number in near if 0 <= number <= world.size)))
        want = rng.random() < 0.5
        right, wrong = (honest, liars) if want else (liars, honest)
        right = [person for person in right if person != world.anchor]
        if right and wrong:
            asks.append(Ask("who", (int(want),), rng.choice(right), tuple(rng.sample(wrong, min(4, len(wrong))))))
        if world.size <= 5:
            mask = sum(1 << person for person in honest)
            full = (1 << world.size) - 1
            flips = [mask ^ 1 << person for person in rng.sample(range(world.size), world.size)]
            asks.append(Ask("all", (), mask, (full ^ mask, *flips[:3])))
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

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        lines: list[str] = []
        kinds: dict[int, bool] = {}
        if world.anchor >= 0:
            lines.append(
                voice.say("已知", "Given: ")
                + self._label(world.anchor, world.is_anchor_honest, cast, voice)
                + voice.say("。", ".")
            )
            steps, kinds, _ = _spread(world, world.anchor, world.is_anchor_honest)
            for claim, new in steps:
                lines.append(self._step(claim, new, kinds, cast, voice))
                if ask.kind == "is" and new == ask.args[0]:
                    break
        else:
            for honest in (True, False):
                steps, kinds, conflict = _spread(world, 0, honest)
                start = self._label(0, honest, cast, voice)
                lines.append(voice.say(f"假设{start}。", f"Suppose {start}."))
                lines += [self._step(claim, new, kinds, cast, voice) for claim, new in steps]
                lines.append(self._check(world, conflict, kinds, cast, voice))
                if conflict is None:
                    break
        return "\n".join([*lines, self._end(world, ask, kinds, cast, voice)])

    def _step(self, claim: Claim, new: int, kinds: dict[int, bool], cast: Cast, voice: Voice) -> str:
        """One claim passes a kind on."""
        said, found = self._claim(claim, cast, voice), self._label(new, kinds[new], cast, voice)
        truth = voice.say("真" if kinds[claim.speaker] else "假", "true" if kinds[claim.speaker] else "false")
        old = claim.speaker if new != claim.speaker else claim.first
        why = self._label(old, kinds[old], cast, voice)
        if voice.full:
            return voice.say(
                f"{said}，而{why}，这话为{truth}，所以{found}。", f"{said}; {why}, so this is {truth} and {found}."
            )
        return voice.say(f"{said}，{truth}，{found}。", f"{said}: {truth}, {found}.")

    def _check(self, world: World, conflict: Claim | None, kinds: dict[int, bool], cast: Cast, voice: Voice) -> str:
        """Test the closing claim."""
        claim = next(claim for claim in world.claims if claim.form > 1)
        facts = voice.say("，", ", ").join(
            self._label(person, kinds[person], cast, voice) for person in (claim.first, claim.second)
        )
        is_true = _is_true(claim, kinds[claim.first], kinds[claim.second])
        truth = voice.say("真" if is_true else "假", "true" if is_true else "false")
        speaker = self._label(claim.speaker, kinds[claim.speaker], cast, voice)
        said = self._claim(claim, cast, voice)
        if conflict is None:
            return voice.say(
                f"{said}，而{facts}，这话为{truth}，{speaker}，没有矛盾。",
                f"{said}; {facts}: {truth}; {speaker}: no conflict.",
            )
        return voice.say(
            f"{said}，而{facts}，这话为{truth}，但{speaker}，矛盾。",
            f"{said}; {facts}: {truth}; but {speaker}: a contradiction.",
        )

    def _end(self, world: World, ask: Ask[int], kinds: dict[int, bool], cast: Cast, voice: Voice) -> str:
        if ask.kind == "is":
            who = self._label(ask.args[0], kinds[ask.args[0]], cast, voice)
            yes = kinds[ask.args[0]]
            return voice.say(f"因此{who}，回答{'是' if yes else '否'}。", f"Hence {who}: {'yes' if yes else 'no'}.")
        good, bad = (_ZH if voice.zh else _EN)[cast.scene][:2]
        every = voice.say("，", ", ").join(
            self._label(person, kinds[person], cast, voice) for person in range(world.size)
        )
        if ask.kind == "all":
            return voice.say(f"因此{every}。", f"Hence {every}.")
        want = ask.kind == "count" or bool(ask.args[0])
        found = [cast.names[person] for person in range(world.size) if kinds[person] == want]
        word, listed = good if want else bad, voice.join(found) or voice.say("无", "none")
        tail = voice.say(f"，共{len(found)}个", f", {len(found)} in all") if ask.kind == "count" else ""
        return voice.say(
            f"因此{word}的有：{listed}{tail}。", f"Hence those who {_EN[cast.scene][2 if want else 3]}: {listed}{tail}."
        )
