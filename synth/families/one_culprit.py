"""One culprit: exactly one of the suspects did it, and exactly so many of their statements are true. Who was it?"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from synth.family import Ask, Family
from synth.names import draw
from synth.voice import Voice


class Claim(NamedTuple):
    """What a suspect says about who did it."""

    is_denial: bool
    """True for "it was not …"."""
    first: int
    second: int
    """A second person ("it was X or Y", "it was neither X nor Y"), or -1."""


@dataclass(frozen=True, slots=True)
class World:
    """One claim a suspect, and how many of the claims are true."""

    claims: tuple[Claim, ...]
    """Claim of each suspect, by index."""
    true_count: int
    """How many claims are true."""


class Cast(NamedTuple):
    """Names and the deed."""

    names: tuple[str, ...]
    deed: int
    """Index into the deeds below."""


_ZH = (
    ("教室的花瓶被人打碎了", "打碎花瓶的"),
    ("桌上的蛋糕被人偷吃了", "偷吃蛋糕的"),
    ("有人做好事却没有留名，帮老人修好了屋顶", "做好事的"),
    ("一幅名画被盗，警方锁定了嫌疑人", "偷画的"),
    ("比赛只有一个人获得冠军", "冠军"),
    ("班上只有一个人的作文得了满分", "得满分的"),
    ("公司的文件被泄露了", "泄密的"),
)
_EN = (
    ("A vase was broken", "the one who broke the vase"),
    ("The cake on the table was eaten", "the one who ate the cake"),
    ("A painting was stolen", "the thief"),
    ("Only one of a group won the race", "the winner"),
    ("A secret file was leaked", "the leaker"),
)


def _truths(world: World, culprit: int) -> list[bool]:
    """Which claims are true if ``culprit`` did it."""
    return [(culprit in (claim.first, claim.second)) != claim.is_denial for claim in world.claims]


def _culprits(world: World) -> list[int]:
    """Prover: vote counting. Start from the number of denials and add or take away where a claim names somebody."""
    scores = [sum(claim.is_denial for claim in world.claims)] * len(world.claims)
    for claim in world.claims:
        for named in {claim.first, claim.second} - {-1}:
            scores[named] += -1 if claim.is_denial else 1
    return [person for person, score in enumerate(scores) if score == world.true_count]


class OneCulprit(Family[World, int, Cast]):
    """Values: 1/0 for yes/no, a person, or a count."""

    name = "one_culprit"
    title = "one culprit and a given number of true statements"

    def world(self, rng: Random, level: int) -> World:
        size = 3 + level // 2
        while True:
            claims = []
            for person in range(size):
                form, others = rng.random(), [other for other in range(size) if other != person]
                if form < 0.25:
                    claims.append(Claim(True, person, -1))
                elif form < 0.75 or size == 3:
                    claims.append(Claim(rng.random() < 0.4, rng.choice(others), -1))
                else:
                    claims.append(Claim(rng.random() < 0.4, *rng.sample(others, 2)))
            world = World(tuple(claims), 0)
            counts = [sum(_truths(world, person)) for person in range(size)]
            unique = [count for count in counts if counts.count(count) == 1 and 0 < count < size]
            if unique:
                ends = [count for count in unique if count in (1, size - 1)]
                return World(world.claims, rng.choice(ends if ends and rng.random() < 0.7 else unique))

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        size = len(world.claims)
        counts = [sum(_truths(world, person)) for person in range(size)]
        culprit = counts.index(world.true_count)
        others = rng.sample([person for person in range(size) if person != culprit], size - 1)
        asks = [Ask("who", (), culprit, tuple(sorted(others, key=lambda who: abs(counts[who] - world.true_count))[:4]))]
        suspect = culprit if rng.random() < 0.5 else others[0]
        asks.append(Ask("is", (suspect,), suspect == culprit, (suspect != culprit,), is_fixed_order=True))
        truths = _truths(world, culprit)
        want = int(rng.random() < 0.5)
        fits = [person for person in range(size) if truths[person] == want]
        fails = [person for person in range(size) if truths[person] != want]
        asks.append(Ask("speaker", (want,), rng.choice(fits), tuple(rng.sample(fails, min(4, len(fails))))))
        person = rng.randrange(size)
        near = [counts[person] + step for step in (1, -1, 2, -2, 3)]
        wrong = tuple(count for count in near if 0 <= count <= size)
        asks.append(Ask("count", (person,), counts[person], wrong))
        rng.shuffle(asks)
        return asks[:3]

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        if ask.kind == "count":
            person = ask.args[0]
            return value == sum(
                not claim.is_denial if person in claim[1:] else claim.is_denial for claim in world.claims
            )
        culprits = _culprits(world)
        if len(culprits) != 1:
            return False
        if ask.kind == "who":
            return value == culprits[0]
        if ask.kind == "is":
            return bool(value) == (ask.args[0] == culprits[0])
        claim = world.claims[value]
        return ask.args[0] == int(claim.is_denial ^ (culprits[0] in claim[1:]))

    def cast(self, world: World, voice: Voice) -> Cast:
        deeds = len(_ZH) if voice.zh else len(_EN)
        return Cast(draw(voice, "person", len(world.claims)), int(voice.rng.random() * deeds))

    def _sentence(self, claim: Claim, speaker: int, cast: Cast, voice: Voice) -> str:
        """What a suspect says."""
        one, two = cast.names[claim.first], cast.names[claim.second]
        deed = (_ZH if voice.zh else _EN)[cast.deed][1]
        if claim.first == speaker:
            return voice.say(f"{deed}不是我", f"I am not {deed}")
        if claim.second < 0:
            return voice.say(
                f"{deed}{'不' if claim.is_denial else ''}是{one}", f"{one} is {'not ' if claim.is_denial else ''}{deed}"
            )
        if claim.is_denial:
            return voice.say(f"{deed}既不是{one}也不是{two}", f"neither {one} nor {two} is {deed}")
        return voice.say(f"{deed}是{one}或者{two}", f"{one} or {two} is {deed}")

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        names, size, count = voice.join(cast.names), len(cast.names), world.true_count
        what, deed = (_ZH if voice.zh else _EN)[cast.deed]
        head = voice.pick(
            [
                f"{what}。{deed}就在{names}之中，而且只有一个人。他们分别说：",
                f"{what}，已经查明{deed}是{names}中的一位。几个人的说法如下：",
                f"{what}。{deed}是{names}中的某一个人，其他人都不是。每人说了一句话：",
            ],
            [
                f"{what}. Exactly one of {names} is {deed}. They say:",
                f"{what}. We know that {deed} is one of {names}. Their statements:",
            ],
        )
        form = voice.pick(["{}说：“{}”", "{}：{}", "{}说，{}"], ['{} says: "{}"', "{}: {}"])
        said = voice.listing(
            [
                form.format(cast.names[speaker], self._sentence(claim, speaker, cast, voice))
                for speaker, claim in enumerate(world.claims)
            ]
        )
        if count == 1:
            zh = ["这些话里只有一句是真的。", "其中只有一个人说了真话，其余的人都说了假话。", "已知恰好一人说真话。"]
            en = ["Only one of these statements is true.", "Exactly one of them tells the truth."]
        elif count == size - 1:
            zh = ["这些话里只有一句是假的。", "其中只有一个人说了假话，其余的人都说了真话。", "已知恰好一人说假话。"]
            en = ["Only one of these statements is false.", "Exactly one of them is lying."]
        else:
            zh = [f"这些话里恰好有{count}句是真的。", f"其中恰好{count}个人说了真话，另外{size - count}个人说了假话。"]
            en = [f"Exactly {count} of these statements are true.", f"{count} tell the truth, {size - count} lie."]
        return f"{head}\n{said}\n{voice.pick(zh, en)}"

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        deed = (_ZH if voice.zh else _EN)[cast.deed][1]
        if ask.kind == "who":
            return voice.pick(
                [
                    f"{deed}是谁？",
                    f"由此可以推出{deed}是哪一个？",
                    f"谁才是{deed}？" if deed == "冠军" else f"究竟谁是{deed}？",
                ],
                [f"Who is {deed}?", f"Which of these is {deed}?"],
            )
        if ask.kind == "is":
            name = cast.names[ask.args[0]]
            return voice.pick(
                [f"{deed}是{name}吗？", f"“{deed}是{name}”，这个判断正确吗？", f"能否断定{deed}是{name}？"],
                [f"Is {name} {deed}?", f"Does it follow that {name} is {deed}?"],
            )
        if ask.kind == "speaker":
            zh, en = ("真", "the truth") if ask.args[0] else ("假", "a falsehood")
            return voice.pick(
                [f"下面谁说了{zh}话？", f"以下哪一位的话是{zh}的？", f"说{zh}话的是谁？"],
                [f"Who of these told {en}?", f"Which of them told {en}?"],
            )
        name = cast.names[ask.args[0]]
        return voice.pick(
            [
                f"先不管真话的总数：假如{deed}是{name}，上面会有几句真话？",
                f"不考虑“几句为真”这个条件，若{deed}是{name}，有几个人说的是真话？",
                f"假设{deed}是{name}，那么这些话中有几句为真（不考虑题目给的真话数）？",
            ],
            [
                f"Leaving the given number of true statements aside: if {name} were {deed}, how many would be true?",
                f"If {name} were {deed} (whatever was said on how many are true), how many statements would be true?",
            ],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind == "is":
            return voice.say("是" if value else "否", "Yes" if value else "No")
        return str(value) if ask.kind == "count" else cast.names[value]

    def _trial(self, world: World, culprit: int, cast: Cast, voice: Voice) -> str:
        """Count the true claims if ``culprit`` did it."""
        name, truths, cells = cast.names[culprit], _truths(world, culprit), []
        for speaker, claim in enumerate(world.claims):
            word = voice.say("真" if truths[speaker] else "假", "true" if truths[speaker] else "false")
            if voice.full:
                one, two = cast.names[claim.first], cast.names[claim.second]
                no = voice.say("不是" if claim.is_denial else "是", "not " if claim.is_denial else "")
                also = "" if claim.second < 0 else voice.say("或" + two, " or " + two)
                said = (
                    f"{no}{one}{also}"
                    if not (also and claim.is_denial)
                    else voice.say(f"不是{one}和{two}", f"not {one}, {two}")
                )
                cells.append(
                    voice.say(f"{cast.names[speaker]}说{said}，{word}", f"{cast.names[speaker]} says {said}: {word}")
                )
            else:
                cells.append(f"{cast.names[speaker]}{voice.say('', ' ')}{word}")
        total = sum(truths)
        return voice.say(
            f"若是{name}：{'；'.join(cells)}。真话{total}句",
            f"If {name}: {'; '.join(cells)}. {total} true",
        )

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        if ask.kind == "count":
            return self._trial(world, ask.args[0], cast, voice) + voice.say("。", ".")
        deed = (_ZH if voice.zh else _EN)[cast.deed][1]
        need = world.true_count
        lines = [voice.say(f"真话应有{need}句，逐人假设。", f"There must be {need} true; try each.")]
        culprit = -1
        for person in range(len(world.claims)):
            fits = sum(_truths(world, person)) == need
            end = voice.say("，符合。" if fits else "，不符。", ": fits." if fits else ": does not fit.")
            lines.append(self._trial(world, person, cast, voice) + end)
            if fits:
                culprit = person
                break
        name = cast.names[culprit]
        if ask.kind == "speaker":
            truths = _truths(world, culprit)
            tellers = voice.join([cast.names[who] for who in range(len(truths)) if truths[who] == ask.args[0]])
            zh, en = ("真", "the truth") if ask.args[0] else ("假", "a falsehood")
            lines.append(
                voice.say(
                    f"{deed}是{name}，说{zh}话的有：{tellers}。", f"{name} is {deed}; {en} was told by: {tellers}."
                )
            )
        elif ask.kind == "is" and ask.args[0] != culprit:
            other = cast.names[ask.args[0]]
            lines.append(voice.say(f"{deed}是{name}，不是{other}，回答否。", f"{name} is {deed}, not {other}: no."))
        else:
            yes = voice.say("，回答是", ": yes") if ask.kind == "is" else ""
            lines.append(voice.say(f"所以{deed}是{name}{yes}。", f"So {name} is {deed}{yes}."))
        return "\n".join(lines)
