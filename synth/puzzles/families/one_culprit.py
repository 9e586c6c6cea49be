"""One culprit: exactly one of the suspects did it, and exactly so many of their statements are true. Who was it?"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


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
    is_false_counted: bool
    """True where the text gives the number of false claims instead of that of true ones."""


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
        size = 3 + (level + 1) // 3
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
        asks.append(Ask("is", (suspect,), suspect == culprit, (suspect != culprit,)))
        truths = _truths(world, culprit)
        want = int(rng.random() < 0.5)
        fits = [person for person in range(size) if truths[person] == want]
        fails = [person for person in range(size) if truths[person] != want]
        asks.append(Ask("speaker", (want,), rng.choice(fits), tuple(rng.sample(fails, min(4, len(fails))))))
        person = rng.randrange(size)
        wrong = around(counts[person], 0, size)
        asks.append(Ask("count", (person,), counts[person], wrong))
        rng.shuffle(asks)
        return asks[:3]

    def operations(self, world: World, ask: Ask[int]) -> int:
        return len(world.claims) if ask.kind != "count" else 1

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
        # Usually the smaller number is told: trials against it end sooner.
        is_mostly_true = 2 * world.true_count > len(world.claims)
        is_false_counted = is_mostly_true == (voice.rng.random() < 0.85)
        return Cast(draw(voice, "person", len(world.claims)), int(voice.rng.random() * deeds), is_false_counted)

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
        told = size - count if cast.is_false_counted else count
        kind, verb = ("假", "false") if cast.is_false_counted else ("真", "true")
        deeds = ("are lying", "is lying") if cast.is_false_counted else ("tell the truth", "tells the truth")
        if told == 1:
            zh = [f"这些话里只有一句是{kind}的。", f"其中只有一个人说了{kind}话。", f"已知恰好一人说{kind}话。"]
            en = [f"Only one of these statements is {verb}.", f"Exactly one of them {deeds[1]}."]
        else:
            zh = [
                f"这些话里恰好有{told}句是{kind}的。",
                f"其中恰好{told}个人说了{kind}话。",
                f"已知恰有{told}句{kind}话。",
            ]
            en = [f"Exactly {told} of these statements are {verb}.", f"Exactly {told} of them {deeds[0]}."]
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

    def _said(self, claim: Claim, cast: Cast, voice: Voice) -> str:
        """A claim in short: ``非甲``, ``是甲或乙``."""
        one, two = cast.names[claim.first], cast.names[claim.second]
        no = voice.say("非" if claim.is_denial else "是", "not " if claim.is_denial else "is ")
        if claim.second < 0:
            return f"{no}{one}"
        return f"{no}{one}{voice.say('、' if claim.is_denial else '或', ', ' if claim.is_denial else ' or ')}{two}"

    def _trial(self, culprit: int, world: World, counted: bool, limit: int, cast: Cast, voice: Voice) -> str:
        """Judge the claims in order if ``culprit`` did it, count those that are ``counted``, stop above ``limit``."""
        cells, total = [], 0
        for speaker, (claim, is_true) in enumerate(zip(world.claims, _truths(world, culprit), strict=True)):
            total += is_true == counted
            word = voice.say("真" if is_true else "假", "true" if is_true else "false")
            number = f"{voice.say('', ' ')}{total}" if is_true == counted else ""
            verb = voice.say("", " says " if voice.full else ": ")
            said = self._said(claim, cast, voice)
            cells.append(f"{cast.names[speaker]}{verb}{said}{voice.say('', ', ')}{word}{number}")
            if total > limit:
                break
        return (
            f"{voice.say('若', 'If ')}{cast.names[culprit]}{voice.say('：', ': ')}{voice.say('；', '; ').join(cells)}"
        )

    def _test(self, culprit: int, world: World, cast: Cast, voice: Voice) -> tuple[str, bool]:
        """A trial against the number told, and whether the suspect passes."""
        counted = not cast.is_false_counted
        need = world.true_count if counted else len(world.claims) - world.true_count
        trial = self._trial(culprit, world, counted, need, cast, voice)
        total = sum(is_true == counted for is_true in _truths(world, culprit))
        if total == need:
            return trial + voice.say(f"。{need}={need}，符合。", f". {need}={need}, fits."), True
        # A trial that is cut off has counted one too many.
        sign = f"{need + 1}>{need}" if total > need else f"{total}<{need}"
        return trial + voice.say(f"。{sign}，不符。", f". {sign}, no."), False

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        if ask.kind == "count":
            total = sum(_truths(world, ask.args[0]))
            trial = self._trial(ask.args[0], world, True, len(world.claims), cast, voice)
            return trial + voice.say(f"。共{total}句真。", f". {total} true.")
        word, counted = (voice.say("假", "false"), 0) if cast.is_false_counted else (voice.say("真", "true"), 1)
        need = world.true_count if counted else len(world.claims) - world.true_count
        lines = [voice.say(f"{word}{need}句。", f"{need} {word}.")]
        if ask.kind == "is":
            # Only one suspect passes, so it is enough to try this one.
            trial, passes = self._test(ask.args[0], world, cast, voice)
            name = cast.names[ask.args[0]]
            end = voice.say(f"{'是' if passes else '不是'}{name}。", f"{'It is' if passes else 'Not'} {name}.")
            return "\n".join([*lines, trial, end])
        for culprit in range(len(world.claims)):
            trial, passes = self._test(culprit, world, cast, voice)
            lines.append(trial)
            if passes:
                break
        if ask.kind == "who":
            lines.append(voice.say(f"是{cast.names[culprit]}。", f"It is {cast.names[culprit]}."))
            return "\n".join(lines)
        truths, cells = _truths(world, culprit), []
        for place, speaker in enumerate(shown):
            is_it = voice.say("真" if truths[speaker] else "假", "true" if truths[speaker] else "false")
            cells.append(f"{letter_of(place)} {cast.names[speaker]}{voice.say('', ' ')}{is_it}")
            if truths[speaker] == ask.args[0]:
                break
        lines.append(voice.say("；", "; ").join(cells) + voice.say("。", "."))
        return "\n".join(lines)
