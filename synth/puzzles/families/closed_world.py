"""Closed world: facts and rules with "and" and "not"; what cannot be derived counts as false. Who has what?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Family, Kind, claimed, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
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
    """A wording with places for condition and result."""

    @property
    def scene(self) -> int:
        """Which sentences the properties want."""
        return 0 if self.is_adjective else 1


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


Had = list[set[int]]
"""The properties of each person."""


def _heads(world: World) -> list[int]:
    return sorted({rule.head for rule in world.rules}, reverse=True)


def _near_heads(world: World) -> list[int]:
    """Where all people have to be gone through, few rules for each keep the work in bounds."""
    reach, heads = max(1, 8 // world.people), _heads(world)
    last = {rule.head: place for place, rule in enumerate(world.rules, 1)}
    return [head for head in heads if last[head] <= reach] or [min(heads, key=lambda head: last[head])]


def _is_quick(world: World) -> bool:
    """Rules out of order take several passes; for many people that is too long."""
    order = [rule.head for rule in world.rules]
    return world.people < 3 or order == sorted(order)


def _has_ask(world: World, rng: Random, had: Had) -> Ask[bool]:
    want, heads = rng.random() < 0.5, _heads(world)
    pairs = [(who, trait) for who in range(world.people) for trait in heads if (who, trait) not in world.facts]
    who, trait = rng.choice([pair for pair in pairs if (pair[1] in had[pair[0]]) == want] or pairs)
    return claimed("has", (who, trait), trait in had[who])


def _who(world: World, rng: Random, had: Had) -> Ask[int] | None:
    heads = _near_heads(world)
    for trait in rng.sample(heads, len(heads)) if _is_quick(world) else ():
        inside = [trait in of_one for of_one in had]
        if len(set(inside)) == 2 and rng.random() < 0.7:
            # Usually the question is who has it; with one exception it can be who lacks it.
            sign = rng.random() < 0.7
            right, wrong = ([who for who, has in enumerate(inside) if has == want] for want in (sign, not sign))
            return Ask("who", (trait, int(sign)), rng.choice(right), tuple(wrong[:4]))
    return None


def _count(world: World, rng: Random, had: Had) -> Ask[int] | None:
    trait = rng.choice(_near_heads(world))
    count = sum(trait in of_one for of_one in had)
    return Ask("count", (trait,), count, around(count, 0, world.people)) if _is_quick(world) else None


def _what(world: World, rng: Random, had: Had) -> Ask[int] | None:
    who = rng.randrange(world.people)
    absent = [trait for trait in reversed(range(world.traits)) if trait not in had[who]]
    gained = [trait for trait in _heads(world) if trait in had[who] and (who, trait) not in world.facts]
    return Ask("what", (who,), rng.choice(gained), tuple(absent[:4])) if gained and absent else None


def predicate(trait: int, told: Telling[Cast], sign: bool = True) -> str:
    """Tell a predicate such as 很勇敢, 没有门禁卡."""
    return told.say("trait.has" if sign else "trait.lacks", trait=told.cast.traits[trait])


def statement(who: int, trait: int, told: Telling[Cast], sign: bool = True) -> str:
    """Tell of a person that a predicate holds, or does not."""
    return f"{told.cast.names[who]}{told.say('space')}{predicate(trait, told, sign)}"


def sentence(rule: Implication, told: Telling[Cast]) -> str:
    """Tell a rule."""
    body = told.say("and").join(predicate(trait, told, sign) for trait, sign in rule.body)
    return told.fill(told.cast.rule, body, predicate(rule.head, told))


def _sign(trait: int, has: bool, told: Telling[Cast]) -> str:
    """A property in short: ``勇敢=真``."""
    return f"{told.cast.traits[trait]}={told.say('true' if has else 'false')}"


def _block(world: World, who: int, goal: int, told: Telling[Cast]) -> str:
    """Facts of a person, then the rules as told, again and again through those left, until ``goal`` is decided.

    A rule stops at its first condition that fails (``非停车证=真→礼品=假``, or ``礼品=？`` where another rule may
    still give it) and waits where a condition is not decided yet (``礼品=？``). With ``goal`` -1 all rules count.
    """
    comma, no, unknown = told.say("comma"), told.say("not"), told.say("unknown")
    facts = [_sign(trait, True, told) for one, trait in world.facts if one == who]
    given = comma.join(facts) or told.say("none")
    cells = [f"{told.cast.names[who]}{told.say('colon')}{given}"]
    had = {trait for one, trait in world.facts if one == who}
    left = list(world.rules)
    while left and goal not in had and (goal < 0 or any(rule.head == goal for rule in left)):
        waiting: list[Implication] = []
        for place, rule in enumerate(left):
            pending = {other.head for other in (*left[place:], *waiting)} - had
            if rule.head in had:
                cells.append(told.say("chain.known") + _sign(rule.head, True, told))
                continue
            tests, is_met, is_open = [], True, False
            for trait, sign in rule.body:
                if trait in pending:
                    tests.append(f"{'' if sign else no}{told.cast.traits[trait]}={unknown}")
                    is_open = True
                    break
                tests.append(("" if sign else no) + _sign(trait, trait in had, told))
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
            found = _sign(rule.head, is_met, told)
            if not is_met and not is_last:
                found = f"{told.cast.traits[rule.head]}={unknown}"
            cells.append(f"{comma.join(tests)}→{found}")
            if rule.head == goal and (is_met or is_last):
                break
        left = waiting
    return told.say("semicolon").join(cells)


def _decided(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    who, trait = ask.args
    return _block(world, who, trait, told) + told.say("stop")


def _looked_up(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    who, stop = ask.args[0], told.say("stop")
    had = _derive(world, who)
    cells = tried(shown, had.__contains__, lambda trait: _sign(trait, trait in had, told), told, " ")
    return f"{_block(world, who, -1, told)}{stop}\n{told.say('semicolon').join(cells)}{stop}"


def _people_tried(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    goal, sign = ask.args

    def fits(who: int) -> bool:
        return (goal in _derive(world, who)) == bool(sign)

    def line(who: int) -> str:
        return _block(world, who, goal, told) + told.say("chain.fits" if fits(who) else "chain.fails")

    return "\n".join(tried(shown, fits, line, told, " "))


def _people_counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    goal, lines, count = ask.args[0], [], 0
    for who in range(world.people):
        count += goal in _derive(world, who)
        lines.append(_block(world, who, goal, told) + told.say("chain.count", count=count))
    return "\n".join(lines)


KINDS: tuple[Kind[World, Cast], ...] = (
    whether(
        "has",
        _has_ask,
        is_so=lambda world, args: _has(world, *args),
        chain=_decided,
        slots=lambda args, told: {"said": statement(args[0], args[1], told)},
    ),
    Kind(
        "who",
        _who,
        holds=lambda world, args, value: _has(world, value, args[0]) == bool(args[1]),
        option=lambda value, told: told.cast.names[value],
        chain=_people_tried,
        slots=lambda args, told: {"said": predicate(args[0], told, bool(args[1]))},
    ),
    worked_out(
        "count",
        _count,
        answer=lambda world, args: sum(_has(world, who, args[0]) for who in range(world.people)),
        chain=_people_counted,
        slots=lambda args, told: {"said": told.say("trait.several_have", trait=told.cast.traits[args[0]])},
    ),
    Kind(
        "what",
        _what,
        holds=lambda world, args, value: _has(world, args[0], value),
        option=predicate,
        chain=_looked_up,
        slots=lambda args, told: {"name": told.cast.names[args[0]]},
    ),
)


class ClosedWorld(Family[World, Cast]):
    """Values: True/False, a person, a property, or a count."""

    name = "closed_world"
    title = "facts and rules under the closed-world assumption"
    order_free = ("facts", "rules")
    changes = {"facts": "other"}
    kinds = KINDS

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

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        return self.mixed(world, rng, [_derive(world, who) for who in range(world.people)], may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        is_adjective = voice.rng.random() < 0.6
        told = self.told(Cast((), (), is_adjective, ""), voice)
        if is_adjective:
            traits = draw(voice, "trait", world.traits)
        else:
            traits = tuple(voice.rng.sample(told.all("things"), world.traits))
        rule = told.draw("rule")
        return Cast(draw(voice, "person", world.people), traits, is_adjective, rule)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        head, closed = told.pick("tell.head", names=voice.join(cast.names)), told.pick("tell.closed")
        rules = [told.capital(sentence(rule, told)) for rule in world.rules]
        facts = [statement(who, trait, told) for who, trait in world.facts]
        if voice.rng.random() < 0.4:  # facts grouped by person
            had = [[predicate(trait, told) for one, trait in world.facts if one == who] for who in range(world.people)]
            also = told.say("tell.also")
            facts = [
                f"{name}{told.say('space')}{also.join(words)}"
                for name, words in zip(cast.names, had, strict=True)
                if words
            ]
        parts = [
            f"{told.pick('tell.rules')}\n{voice.listing(rules)}",
            f"{told.pick('tell.facts')}\n{voice.listing(facts)}",
        ]
        if voice.rng.random() < 0.5:
            parts.reverse()
        first, last = (closed, "") if voice.rng.random() < 0.5 else ("", f"\n{closed}")
        return f"{head}{told.say('space')}{first}".strip() + "\n" + "\n".join(parts) + last
