"""Closed world: facts and rules with "and" and "not"; what cannot be derived counts as false. Who has what?"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


class Implication(NamedTuple):
    """Whoever has (or lacks) all of ``body`` has ``head``."""

    body: tuple[tuple[int, bool], ...]
    """Properties and whether they must be there."""
    head: int


@dataclass(frozen=True, slots=True)
class World:
    """People, given properties and rules. Rules only look at properties with smaller numbers than their head."""

    people: int
    """Number of people."""
    traits: int
    """Number of properties."""
    facts: tuple[tuple[int, int], ...]
    """(person, property) in the order told."""
    rules: tuple[Implication, ...]
    """In the order told; one rule, sometimes two, for a derived property."""


class Cast(NamedTuple):
    """Names of people and properties, and wordings."""

    names: tuple[str, ...]
    traits: tuple[str, ...]
    is_adjective: bool
    """True where the properties are adjectives, False where they are things people have."""
    rule: str
    """A format of condition and result."""


def _derive(world: World, person: int) -> set[int]:
    """Forward chaining in the order of the properties."""
    had = {trait for who, trait in world.facts if who == person}
    for rule in sorted(world.rules, key=lambda rule: rule.head):
        if all((trait in had) == sign for trait, sign in rule.body):
            had.add(rule.head)
    return had


def _has(world: World, person: int, trait: int) -> bool:
    """Prover: backward from the goal; not provable is false."""
    if (person, trait) in world.facts:
        return True
    return any(
        all(_has(world, person, part) == sign for part, sign in rule.body) for rule in world.rules if rule.head == trait
    )


class ClosedWorld(Family[World, int, Cast]):
    """Values: 1/0 for yes/no, a person, a property, or a count."""

    name = "closed_world"
    title = "facts and rules under the closed-world assumption"
    order_free = ("facts", "rules")
    changes = {"facts": "other"}

    def world(self, rng: Random, level: int) -> World:
        people, base, derived = 2 + level // 3, 2 + (level + 2) // 4, 1 + (level + 1) // 2
        rules: list[Implication] = []
        for head in range(base, base + derived):
            size = 1 if rng.random() < 0.3 else 2
            # The newest property is used often, so that derivations are chains.
            body = {head - 1} if head > base and rng.random() < 0.7 else {rng.randrange(head)}
            while len(body) < size:
                body.add(rng.randrange(head))
            rules.append(Implication(tuple((trait, rng.random() < 0.65) for trait in sorted(body)), head))
            if rng.random() < 0.2:
                other = rng.randrange(base)
                if other not in body:
                    rules.append(Implication(((other, True),), head))
        if rng.random() < 0.2:
            rng.shuffle(rules)
        facts = [(who, trait) for who in range(people) for trait in range(base) if rng.random() < 0.5]
        if rng.random() < 0.3:
            facts += [pair for pair in [(rng.randrange(people), base)] if pair not in facts]
        if not facts:
            facts = [(0, 0)]
        if rng.random() < 0.5:
            rng.shuffle(facts)
        return World(people, base + derived, tuple(facts), tuple(rules))

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        had = [_derive(world, who) for who in range(world.people)]
        heads = sorted({rule.head for rule in world.rules}, reverse=True)
        asks: list[Ask[int]] = []
        want = rng.random() < 0.5
        pairs = [(who, trait) for who in range(world.people) for trait in heads if (who, trait) not in world.facts]
        fitting = [pair for pair in pairs if (pair[1] in had[pair[0]]) == want] or pairs
        who, trait = rng.choice(fitting)
        asks.append(Ask("has", (who, trait), trait in had[who], (trait not in had[who],)))
        # Where all people have to be gone through, few rules for each keep the work in bounds.
        reach = max(1, 8 // world.people)
        last = {rule.head: place for place, rule in enumerate(world.rules, 1)}
        near_heads = [head for head in heads if last[head] <= reach] or [min(heads, key=lambda head: last[head])]
        # Rules out of order take several passes; for many people that is too long.
        order = [rule.head for rule in world.rules]
        is_quick = world.people < 3 or order == sorted(order)
        for trait in rng.sample(near_heads, len(near_heads)) if is_quick else ():
            inside = [who for who in range(world.people) if trait in had[who]]
            outside = [who for who in range(world.people) if trait not in had[who]]
            if inside and outside and rng.random() < 0.7:
                # Usually the question is who has it; with one exception it can be who lacks it.
                sign = rng.random() < 0.7
                right, wrong = (inside, outside) if sign else (outside, inside)
                asks.append(Ask("who", (trait, int(sign)), rng.choice(right), tuple(wrong[:4])))
                break
        trait = rng.choice(near_heads)
        count = sum(trait in had[who] for who in range(world.people))
        near = around(count, 0, world.people)
        if is_quick:
            asks.append(Ask("count", (trait,), count, near))
        who = rng.randrange(world.people)
        absent = [trait for trait in range(world.traits) if trait not in had[who]]
        gained = [trait for trait in heads if trait in had[who] and (who, trait) not in world.facts]
        if gained and absent:
            absent.sort(reverse=True)
            asks.append(Ask("what", (who,), rng.choice(gained), tuple(absent[:4])))
        rng.shuffle(asks)
        return asks[:3]

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        if ask.kind == "has":
            return _has(world, *ask.args) == bool(value)
        if ask.kind == "who":
            return _has(world, value, ask.args[0]) == bool(ask.args[1])
        if ask.kind == "what":
            return _has(world, ask.args[0], value)
        return sum(_has(world, who, ask.args[0]) for who in range(world.people)) == value

    def cast(self, world: World, voice: Voice) -> Cast:
        is_adjective = voice.rng.random() < 0.6
        if is_adjective:
            traits = draw(voice, "trait", world.traits)
        else:
            zh = "学生证 图书卡 门禁卡 会员卡 停车证 通行证 优惠券 邀请函 健康证 奖章 工牌 推荐信 许可证 礼品".split()
            en = "ticket badge key permit coupon passport medal licence card voucher visa stamp gift pass".split()
            traits = tuple(voice.rng.sample(zh if voice.zh else en, world.traits))
        rule = voice.pick(
            ["如果一个人{}，那么他{}", "{}的人都{}", "凡是{}的人，一定{}", "某人若{}，则他{}"],
            ["if someone {}, then this person {}", "everyone who {} {}"],
        )
        return Cast(draw(voice, "person", world.people), traits, is_adjective, rule)

    def _trait(self, trait: int, sign: bool, cast: Cast, voice: Voice) -> str:
        """A predicate such as 很勇敢, 没有门禁卡."""
        name = cast.traits[trait]
        if voice.zh:
            if cast.is_adjective:
                return f"{'' if sign else '不'}{name}"
            return f"{'有' if sign else '没有'}{name}"
        if cast.is_adjective:
            return f"is {'' if sign else 'not '}{name}"
        return f"{'has' if sign else 'lacks'} the {name}"

    def _of(self, who: int, trait: int, sign: bool, cast: Cast, voice: Voice) -> str:
        return f"{cast.names[who]}{voice.say('', ' ')}{self._trait(trait, sign, cast, voice)}"

    def _rule(self, rule: Implication, cast: Cast, voice: Voice) -> str:
        body = [self._trait(trait, sign, cast, voice) for trait, sign in rule.body]
        return cast.rule.format(voice.say("而且", " and ").join(body), self._trait(rule.head, True, cast, voice))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        names = voice.join(cast.names)
        head = voice.pick(
            [
                f"关于{names}，有下面的规则和事实。",
                f"某个系统里登记了{names}的情况，并按规则推断。",
                f"考虑{names}这几个人。",
            ],
            [f"Here are rules and facts about {names}.", f"Consider {names}."],
        )
        closed = voice.pick(
            [
                "凡是给出的事实和规则推不出来的，一律视为不成立。",
                "采用封闭世界假设：无法由事实和规则得出的性质，都看作没有。",
                "没有写明、也推不出的情况都当作假。",
            ],
            [
                "Whatever cannot be derived from them counts as false.",
                "Closed world: what is neither given nor derivable is false.",
            ],
        )
        rules = [self._rule(rule, cast, voice) for rule in world.rules]
        facts = [self._of(who, trait, True, cast, voice) for who, trait in world.facts]
        if voice.rng.random() < 0.4:
            # Facts grouped by person.
            facts = []
            for who in range(world.people):
                words = [self._trait(trait, True, cast, voice) for one, trait in world.facts if one == who]
                if words:
                    facts.append(f"{cast.names[who]}{voice.say('', ' ')}{voice.say('，', ' and ').join(words)}")
        parts = [
            voice.pick(["规则：", "规则如下：", "**规则**"], ["Rules:", "These rules hold:"])
            + "\n"
            + voice.listing([line if voice.zh else line[0].upper() + line[1:] for line in rules]),
            voice.pick(["事实：", "已知事实：", "**已知**"], ["Facts:", "Known facts:"]) + "\n" + voice.listing(facts),
        ]
        if voice.rng.random() < 0.5:
            parts.reverse()
        first, last = (f"{closed}", "") if voice.rng.random() < 0.5 else ("", f"\n{closed}")
        return f"{head}{'' if voice.zh else ' '}{first}".strip() + "\n" + "\n".join(parts) + last

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        if ask.kind == "has":
            who, trait = ask.args
            said = self._of(who, trait, True, cast, voice)
            return voice.pick(
                [f"{said}吗？", f"能否推出{said}？", f"“{said}”成立吗？"],
                [f'Is it true that "{said}"?', f'Does "{said}" hold?'],
            )
        if ask.kind == "who":
            word = self._trait(ask.args[0], bool(ask.args[1]), cast, voice)
            return voice.pick(
                [f"下面谁{word}？", f"以下哪个人{word}？", f"哪一位{word}？"],
                [f"Who {word}?", f"Which of these {word}?"],
            )
        if ask.kind == "what":
            name = cast.names[ask.args[0]]
            return voice.pick(
                [f"关于{name}，下面哪一项成立？", f"可以推出{name}怎么样？", f"下列哪一项符合{name}的情况？"],
                [f"Which of these is true of {name}?", f"What can be derived about {name}?"],
            )
        word = self._trait(ask.args[0], True, cast, voice)
        return voice.pick(
            [f"一共有几个人{word}？", f"{word}的有几人？", f"这些人中有多少人{word}？"],
            [f"How many of them {word.replace('is ', 'are ', 1).replace('has ', 'have ', 1)}?"],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind == "has":
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind == "count":
            return str(value)
        return cast.names[value] if ask.kind == "who" else self._trait(value, True, cast, voice)

    def _sign(self, trait: int, has: bool, cast: Cast, voice: Voice) -> str:
        """A property in short: ``勇敢=真``."""
        return f"{cast.traits[trait]}={voice.say('真' if has else '假', 'true' if has else 'false')}"

    def _block(self, world: World, who: int, goal: int, cast: Cast, voice: Voice) -> str:
        """Facts of a person, then the rules as told, again and again through those left, until ``goal`` is decided.

        A rule stops at its first condition that fails (``非停车证=真→礼品=假``, or ``礼品=？`` where another rule may
        still give it) and waits where a condition is not decided yet (``礼品=？``). With ``goal`` -1 all rules count.
        """
        comma, semicolon, no = voice.say("，", ", "), voice.say("；", "; "), voice.say("非", "not ")
        facts = [self._sign(trait, True, cast, voice) for one, trait in world.facts if one == who]
        given = comma.join(facts) or voice.say("无", "none")
        cells = [f"{cast.names[who]}{voice.say('：', ': ')}{given}"]
        had = {trait for one, trait in world.facts if one == who}
        left = list(world.rules)
        while left and goal not in had and (goal < 0 or any(rule.head == goal for rule in left)):
            waiting: list[Implication] = []
            for place, rule in enumerate(left):
                pending = {other.head for other in (*left[place:], *waiting)} - had
                if rule.head in had:
                    cells.append(voice.say("已知", "known: ") + self._sign(rule.head, True, cast, voice))
                    continue
                tests, is_met, is_open = [], True, False
                for trait, sign in rule.body:
                    if trait in pending:
                        tests.append(f"{'' if sign else no}{cast.traits[trait]}={voice.say('？', '?')}")
                        is_open = True
                        break
                    tests.append(("" if sign else no) + self._sign(trait, trait in had, cast, voice))
                    is_met = (trait in had) == sign
                    if not is_met:
                        break
                if is_open:
                    waiting.append(rule)
                    cells.append(comma.join(tests))
                    continue
                if is_met:
                    had.add(rule.head)
                is_last = all(other.head != rule.head for other in (*left[place + 1 :], *waiting))
                found = self._sign(rule.head, is_met, cast, voice)
                if not is_met and not is_last:
                    found = f"{cast.traits[rule.head]}={voice.say('？', '?')}"
                cells.append(f"{comma.join(tests)}→{found}")
                if rule.head == goal and (is_met or is_last):
                    break
            left = waiting
        return semicolon.join(cells)

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        semicolon, stop = voice.say("；", "; "), voice.say("。", ".")
        if ask.kind == "has":
            who, trait = ask.args
            return self._block(world, who, trait, cast, voice) + stop
        if ask.kind == "what":
            who = ask.args[0]
            had, cells = _derive(world, who), []
            for place, trait in enumerate(shown):
                cells.append(f"{letter_of(place)} {self._sign(trait, trait in had, cast, voice)}")
                if trait in had:
                    break
            return f"{self._block(world, who, -1, cast, voice)}{stop}\n{semicolon.join(cells)}{stop}"
        goal, lines, count = ask.args[0], [], 0
        if ask.kind == "who":
            for place, who in enumerate(shown):
                fits = (goal in _derive(world, who)) == bool(ask.args[1])
                end = voice.say("，符合。" if fits else "，不符。", ", fits." if fits else ", no.")
                lines.append(f"{letter_of(place)} {self._block(world, who, goal, cast, voice)}{end}")
                if fits:
                    break
            return "\n".join(lines)
        for who in range(world.people):
            count += goal in _derive(world, who)
            lines.append(f"{self._block(world, who, goal, cast, voice)}{voice.say('，共', ', count ')}{count}{stop}")
        return "\n".join(lines)
