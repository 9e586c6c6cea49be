"""Closed world: facts and rules with "and" and "not"; what cannot be derived counts as false. Who has what?"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from synth.family import Ask, Family
from synth.names import draw
from synth.voice import Voice


class Rule(NamedTuple):
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
    rules: tuple[Rule, ...]
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

    def world(self, rng: Random, level: int) -> World:
        people, base, derived = 2 + level // 3, 2 + (level + 2) // 4, 1 + (level + 1) // 2
        rules: list[Rule] = []
        for head in range(base, base + derived):
            size = 1 if rng.random() < 0.3 else 2
            # The newest property is used often, so that derivations are chains.
            body = {head - 1} if head > base and rng.random() < 0.7 else {rng.randrange(head)}
            while len(body) < size:
                body.add(rng.randrange(head))
            rules.append(Rule(tuple((trait, rng.random() < 0.65) for trait in sorted(body)), head))
            if rng.random() < 0.2:
                other = rng.randrange(base)
                if other not in body:
                    rules.append(Rule(((other, True),), head))
        if rng.random() < 0.4:
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
        asks.append(Ask("has", (who, trait), trait in had[who], (trait not in had[who],), is_fixed_order=True))
        for trait in rng.sample(heads, len(heads)):
            inside = [who for who in range(world.people) if trait in had[who]]
            outside = [who for who in range(world.people) if trait not in had[who]]
            if inside and outside and rng.random() < 0.7:
                # Usually the question is who has it; with one exception it can be who lacks it.
                sign = rng.random() < 0.7
                right, wrong = (inside, outside) if sign else (outside, inside)
                asks.append(Ask("who", (trait, int(sign)), rng.choice(right), tuple(wrong[:4])))
                break
        trait = rng.choice(heads)
        count = sum(trait in had[who] for who in range(world.people))
        near = [count + step for step in (1, -1, 2, -2, 3) if 0 <= count + step <= world.people]
        asks.append(Ask("count", (trait,), count, tuple(near)))
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

    def _rule(self, rule: Rule, cast: Cast, voice: Voice) -> str:
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

    def _explain(self, world: World, who: int, goal: int, is_quoted: bool, cast: Cast, voice: Voice) -> list[str]:
        """Decide one property of one person, the properties it rests on first."""
        wanted, queue = {goal}, [goal]
        while queue:
            trait = queue.pop()
            if (who, trait) in world.facts:
                continue
            for rule in world.rules:
                if rule.head == trait:
                    new = [part for part, _ in rule.body if part not in wanted]
                    wanted.update(new)
                    queue += new
        lines, had = [], _derive(world, who)
        cells = []
        for trait in sorted(wanted):
            if (who, trait) in world.facts or all(rule.head != trait for rule in world.rules):
                word = self._trait(trait, trait in had, cast, voice)
                cells.append(word + ("" if trait in had else voice.say("（没写）", " (not given)")))
        if cells:
            lines.append(
                f"{cast.names[who]}{voice.say('：', ': ')}{voice.say('，', ', ').join(cells)}{voice.say('。', '.')}"
            )
        for trait in sorted(wanted):
            rules = [rule for rule in world.rules if rule.head == trait]
            found = self._of(who, trait, trait in had, cast, voice)
            if (who, trait) not in world.facts and rules:
                fires = [rule for rule in rules if all((part in had) == sign for part, sign in rule.body)]
                lines += [self._apply(rule, who, had, found, is_quoted, cast, voice) for rule in fires[:1] or rules]
        return lines

    def _apply(self, rule: Rule, who: int, had: set[int], found: str, is_quoted: bool, cast: Cast, voice: Voice) -> str:
        failed = [(part, not sign) for part, sign in rule.body if (part in had) != sign]
        said = self._rule(rule, cast, voice)
        if not failed:
            parts = voice.say("而且", " and ").join(self._trait(part, sign, cast, voice) for part, sign in rule.body)
            full = voice.say(
                f"规则“{said}”：{cast.names[who]}{parts}，满足，{found}。",
                f'"{said}": {cast.names[who]} {parts}: met, {found}.',
            )
            return (
                full
                if voice.full
                else voice.say(f"{cast.names[who]}{parts}，{found}。", f"{cast.names[who]} {parts}: {found}.")
            )
        part, sign = failed[0]
        fact = self._of(who, part, sign, cast, voice)
        full = voice.say(f"规则“{said}”：{fact}，不满足，{found}。", f'"{said}": {fact}: not met, {found}.')
        return full if is_quoted else voice.say(f"{fact}，条件不满足，{found}。", f"{fact}: not met, {found}.")

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        if ask.kind in ("has", "what"):
            who, trait = ask.args if ask.kind == "has" else (ask.args[0], ask.right)
            lines = self._explain(world, who, trait, voice.full, cast, voice)
            found = self._of(who, trait, trait in _derive(world, who), cast, voice)
            yes = voice.say("，回答是" if ask.right else "，回答否", ": yes" if ask.right else ": no")
            lines.append(voice.say("所以", "So ") + found + (yes if ask.kind == "has" else "") + voice.say("。", "."))
            return "\n".join(lines)
        trait = ask.args[0]
        lines = []
        for who in range(world.people):
            lines += self._explain(world, who, trait, False, cast, voice)
        sign = ask.kind == "count" or bool(ask.args[1])
        found_who = [cast.names[who] for who in range(world.people) if (trait in _derive(world, who)) == sign]
        word, listed = self._trait(trait, sign, cast, voice), voice.join(found_who) or voice.say("无", "none")
        tail = voice.say(f"，共{len(found_who)}人", f", {len(found_who)} in all") if ask.kind == "count" else ""
        lines.append(voice.say(f"{word}的人：{listed}{tail}。", f"Who {word}: {listed}{tail}."))
        return "\n".join(lines)
