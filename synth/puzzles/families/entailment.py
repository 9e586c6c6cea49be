"""Propositional entailment: if-then rules, either-or statements and facts. Is a proposition true, false or open?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Family, Kind, Plan, claimed, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

TRUE, FALSE, OPEN = range(3)
IF, OR = range(2)
Literal = tuple[int, bool]
"""A proposition and its sign."""


class Premise(NamedTuple):
    """``IF``: when all of ``body`` hold, ``head`` holds. ``OR``: the one of ``body`` or ``head`` holds (or both)."""

    form: int
    body: tuple[Literal, ...]
    head: Literal


@dataclass(frozen=True, slots=True)
class World:
    """Facts and rules."""

    size: int
    """Number of propositions."""
    facts: tuple[Literal, ...]
    """Given literals."""
    rules: tuple[Premise, ...]
    """In the order they are told."""


class Cast(NamedTuple):
    """Names of the propositions and their wording."""

    names: tuple[str, ...]
    scene: int
    """The setting."""
    rule: str
    """A wording with places for condition and consequence."""


def _clause(rule: Premise) -> list[Literal]:
    """The rule as a disjunction."""
    return [(place, sign != (rule.form == IF)) for place, sign in rule.body] + [rule.head]


def _derive(world: World) -> tuple[dict[int, bool], list[tuple[Premise, Literal]]]:
    """Unit propagation: known signs, and the steps (rule, new literal), always the first rule that gives something."""
    known, steps, moved = dict(world.facts), [], True
    clauses = [(rule, _clause(rule)) for rule in world.rules]
    while moved:
        moved = False
        for rule, clause in clauses:
            if any(known.get(place) == sign for place, sign in clause):
                continue
            free = [literal for literal in clause if literal[0] not in known]
            if len(free) == 1:
                known[free[0][0]] = free[0][1]
                steps.append((rule, free[0]))
                moved = True
                break
    return known, steps


@lru_cache(maxsize=64)
def _models(world: World) -> tuple[int, ...]:
    """All assignments (bit masks of true propositions) that fit facts and rules, by brute force."""
    masks = [mask for mask in range(1 << world.size) if all((mask >> place & 1) == sign for place, sign in world.facts)]
    for form, body, head in world.rules:
        if form == IF:
            masks = [
                mask
                for mask in masks
                if (mask >> head[0] & 1) == head[1] or not all((mask >> place & 1) == sign for place, sign in body)
            ]
        else:
            one = body[0]
            masks = [mask for mask in masks if (mask >> one[0] & 1) == one[1] or (mask >> head[0] & 1) == head[1]]
    return tuple(masks)


def _status(world: World, place: int) -> int:
    bits = {mask >> place & 1 for mask in _models(world)}
    return -1 if not bits else OPEN if len(bits) == 2 else TRUE if bits == {1} else FALSE


Pools = dict[int, list[int]]
"""The propositions of each status that are not given."""


def _status_ask(world: World, rng: Random, pools: Pools, used: set[int]) -> Ask[int]:
    status = rng.choice([status for status, pool in pools.items() if set(pool) - used])
    place = rng.choice([place for place in pools[status] if place not in used])
    used.add(place)
    return Ask("status", (place,), status, tuple(other for other in (TRUE, FALSE, OPEN) if other != status))


def _must(world: World, rng: Random, pools: Pools, known: dict[int, bool], derived: list[int]) -> Ask[bool]:
    sign, right = rng.random() < 0.5, rng.random() < 0.53
    pool = pools[TRUE if sign else FALSE] if right else pools[FALSE if sign else TRUE] + pools[OPEN]
    place = rng.choice(pool or derived)
    return claimed("must", (place, int(sign)), known.get(place) == sign)


def _which(world: World, rng: Random, pools: Pools, known: dict[int, bool], derived: list[int]) -> Ask[int] | None:
    place = rng.choice(derived)
    literals = [2 * other + (not known[other]) for other in derived if other != place]
    literals += [2 * other + int(rng.random() < 0.5) for other in pools[OPEN]]
    rng.shuffle(literals)
    # Its denial is no option: of two that contradict each other one is likelier than all others.
    return Ask("which", (), 2 * place + known[place], tuple(literals[:4])) if literals else None


def _count(world: World, rng: Random, pools: Pools, known: dict[int, bool], derived: list[int]) -> Ask[int]:
    count = sum(known.values())
    return Ask("count", (), count, around(count, 0, world.size))


def _literal(value: int) -> Literal:
    return value // 2, bool(value % 2)


def statement(literal: Literal, told: Telling[Cast]) -> str:
    """Tell a literal."""
    return told.say("literal.holds" if literal[1] else "literal.fails", name=told.cast.names[literal[0]])


def sentence(rule: Premise, told: Telling[Cast]) -> str:
    """Tell a rule."""
    body, head = [statement(literal, told) for literal in rule.body], statement(rule.head, told)
    if rule.form == OR:
        return told.say("rule.or", one=body[0], other=head)
    return told.fill(told.cast.rule, told.say("and").join(body), head)


def _word(sign: bool, told: Telling[Cast]) -> str:
    return told.say("true" if sign else "false")


def _sign(literal: Literal, told: Telling[Cast]) -> str:
    """What is known, in short: ``甲=真``."""
    return f"{told.cast.names[literal[0]]}={_word(literal[1], told)}"


def _short(rule: Premise, told: Telling[Cast]) -> str:
    """A rule in short: ``甲真、乙假→丙真``, ``甲真或乙真``."""
    body, head = ([_asked(literal, told) for literal in literals] for literals in (rule.body, [rule.head]))
    if rule.form == OR:
        return body[0] + told.say("or") + head[0]
    return f"{told.voice.join(body)}→{head[0]}"


def _asked(literal: Literal, told: Telling[Cast]) -> str:
    """A literal in short: ``甲真``."""
    return f"{told.cast.names[literal[0]]}{told.say('space')}{_word(literal[1], told)}"


def _passes(world: World, goal: int, told: Telling[Cast], is_counted: bool = False) -> list[str]:
    """Go through the rules as told, again and again through those put off, until ``goal`` is known or none moves.

    A line a rule: ``甲真→乙假：甲=真→乙=假``. One that says nothing yet is put off (``？``) and not said again
    when its turn comes (``甲=真→乙=假``); one that is met anyway is dropped (``无``).
    """
    comma, colon = told.say("comma"), told.say("colon")
    known, count, lines = dict(world.facts), sum(sign for _, sign in world.facts), []
    given = comma.join(_sign(literal, told) for literal in world.facts)
    lines.append(given + (told.say("chain.so_far", count=count) if is_counted else ""))
    left, is_first, moved = list(world.rules), True, True
    while left and moved and goal not in known:
        waiting, moved = [], is_first
        for rule in left:
            clause = _clause(rule)
            said = _short(rule, told) + colon if is_first else ""
            free = [literal for literal in clause if literal[0] not in known]
            if any(known.get(place) == sign for place, sign in clause):
                if is_first:
                    lines.append(said + told.say("none"))
            elif len(free) > 1:
                waiting.append(rule)
                if is_first:
                    lines.append(said + told.say("unknown"))
            else:
                new, sign = free[0]
                why = comma.join(_sign((one, not was), told) for one, was in clause if one != new)
                known[new], moved = sign, True
                count += sign
                tail = told.say("chain.so_far", count=count) if is_counted and sign else ""
                lines.append(f"{said}{why}→{_sign(free[0], told)}{tail}")
                if new == goal:
                    break
        left, is_first = waiting, False
    if goal >= 0 and goal not in known:
        # Nothing moves any more: the rules left that speak of the goal all have another unknown.
        for rule in left:
            if any(place == goal for place, _ in _clause(rule)):
                other = next(place for place, _ in _clause(rule) if place != goal and place not in known)
                said = _short(rule, told) + colon
                lines.append(said + f"{told.cast.names[other]}={told.say('unknown')}")
    return lines


def _state(place: int, known: dict[int, bool], told: Telling[Cast]) -> str:
    if place in known:
        return _sign((place, known[place]), told)
    return f"{told.cast.names[place]}={told.say('unknown')}"


def _compare(wanted: Literal, known: dict[int, bool], told: Telling[Cast]) -> str:
    """``甲真：甲=假，不符。``"""
    verdict = told.say("chain.fits" if known.get(wanted[0]) == wanted[1] else "chain.fails")
    return f"{_asked(wanted, told)}{told.say('colon')}{_state(wanted[0], known, told)}{verdict}"


def _stated(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    goal = ask.args[0]
    return "\n".join([*_passes(world, goal, told), _state(goal, _derive(world)[0], told) + told.say("stop")])


def _compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    goal, sign = ask.args
    return "\n".join([*_passes(world, goal, told), _compare((goal, bool(sign)), _derive(world)[0], told)])


def _all_compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    known = _derive(world)[0]

    def fits(value: int) -> bool:
        return known.get(value // 2) == bool(value % 2)

    lines = tried(shown, fits, lambda value: _compare(_literal(value), known, told), told, " ")
    return "\n".join([*_passes(world, -1, told), *lines])


def _counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    count = told.say("chain.count", count=sum(_derive(world)[0].values()))
    return "\n".join([*_passes(world, -1, told, is_counted=True), count])


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "status",
        _status_ask,
        answer=lambda world, args: _status(world, args[0]),
        option=lambda value, told: told.say(("option.true", "option.false", "option.open")[value]),
        chain=_stated,
        slots=lambda args, told: {"said": statement((args[0], True), told)},
    ),
    whether(
        "must",
        _must,
        is_so=lambda world, args: _status(world, args[0]) == (TRUE if args[1] else FALSE),
        chain=_compared,
        slots=lambda args, told: {"said": statement((args[0], bool(args[1])), told)},
    ),
    Kind(
        "which",
        _which,
        holds=lambda world, args, value: _status(world, value // 2) == (TRUE if value % 2 else FALSE),
        option=lambda value, told: statement(_literal(value), told),
        chain=_all_compared,
    ),
    worked_out(
        "count",
        _count,
        answer=lambda world, args: sum(_status(world, place) == TRUE for place in range(world.size)),
        chain=_counted,
        slots=lambda args, told: {"names": ", ".join(told.cast.names)},
    ),
)


class Entailment(Family[World, Cast]):
    """Values: True/False, a status, a count, or a literal (2 * proposition + sign)."""

    name = "entailment"
    title = "propositional rules and what follows"
    order_free = ("facts", "rules")
    changes = {"facts": "flip"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = 4 + level // 2
        while True:
            truth = [rng.random() < 0.5 for _ in range(size)]
            order = rng.sample(range(size), size)
            rules: list[Premise] = []
            for place in range(1, size):
                new, old = order[place], order[place - 1 if rng.random() < 0.7 else rng.randrange(place)]
                one, other = (old, truth[old]), (new, truth[new])
                form = rng.random()
                if form < 0.35:
                    rules.append(Premise(IF, (one,), other))
                elif form < 0.5:
                    rules.append(Premise(IF, ((new, not truth[new]),), (old, not truth[old])))
                elif form < 0.65:
                    pair = [(old, not truth[old]), other]
                    rng.shuffle(pair)
                    rules.append(Premise(OR, (pair[0],), pair[1]))
                elif form < 0.8 and place > 1:
                    third = rng.choice([had for had in order[:place] if had != old])
                    rules.append(Premise(IF, (one, (third, truth[third])), other))
                else:
                    # A rule that only runs backwards (a fallacy if used): the new one stays open.
                    rules.append(Premise(IF, (other,), one))
            rng.shuffle(rules)
            facts = [(order[0], truth[order[0]])]
            world = World(size, tuple(facts), tuple(rules))
            known = _derive(world)[0]
            if len(known) >= max(3, size // 2) and all(
                (_status(world, place) == OPEN) == (place not in known) for place in range(size)
            ):
                return world

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        known, steps = _derive(world)
        derived = [literal[0] for _, literal in steps]
        pools = {
            TRUE: [place for place in derived if known[place]],
            FALSE: [place for place in derived if not known[place]],
            OPEN: [place for place in range(world.size) if place not in known],
        }
        used: set[int] = set()
        plans: list[Plan] = [("status", pools, used)] * 2
        plans += [(name, pools, known, derived) for name in ("must", "which", "count")]
        return self.first(plans, world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 5)
        names = draw(voice, "person", world.size) if scene in (1, 3) else tuple("ABCDEFGHJK"[: world.size])
        if scene in (0, 2, 4):
            names = tuple(voice.rng.sample(names if voice.rng.random() < 0.5 else tuple("PQRSTUVWXYZ"), world.size))
        return Cast(names, scene, self.told(Cast((), scene, ""), voice).draw("rule.if"))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        head = told.pick("tell.head")
        facts = [statement(literal, told) for literal in world.facts]
        rules = [sentence(rule, told) for rule in world.rules]
        form = int(voice.rng.random() * 3)
        said = [*rules, *facts] if form == 0 else [*facts, *rules] if form == 1 else rules
        text = f"{head}\n{voice.listing([told.capital(line) for line in said])}"
        if form == 2:
            text += told.pick("tell.given", facts=told.say("comma").join(facts))
        if any(rule.form == OR for rule in world.rules) and told.say("tell.or") not in head:
            text += told.say("tell.or_note")
        return text
