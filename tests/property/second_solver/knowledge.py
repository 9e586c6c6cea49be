"""What facts, rules and definitions make of people and kinds: closed worlds, relations, exceptions, careful reading."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from synth.puzzles.family import Ask


def closed_world(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Asked backwards from the property wanted: given, or the head of a rule whose conditions hold."""

    @cache
    def has(who: int, trait: int) -> bool:
        if (who, trait) in world.facts:
            return True
        return any(
            all(has(who, part) == sign for part, sign in rule.body) for rule in world.rules if rule.head == trait
        )

    args = ask.args
    if ask.kind == "has":
        return lambda value: has(*args) == value
    if ask.kind == "who":
        return lambda value: has(value, args[0]) == bool(args[1])
    if ask.kind == "what":
        return lambda value: has(args[0], value)
    assert ask.kind == "count", ask.kind
    return lambda value: [has(who, args[0]) for who in range(world.people)].count(True) == value


def fact_rules(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Every predicate as a whole relation, rules as set comprehensions."""
    rules = {rule.head: rule for rule in world.rules}
    none = -9

    @cache
    def ones(predicate: int) -> frozenset[int]:
        """Those that a property belongs to."""
        if predicate not in rules:
            return frozenset(first for one, first, second in world.facts if one == predicate and second == none)
        rule = rules[predicate]
        if rule.shape == "has":
            return frozenset(x for x, y in pairs(rule.parts[0]) if y in ones(rule.parts[1]))
        if rule.shape == "both":
            return frozenset(x for x in ones(rule.parts[0]) if (x in ones(rule.parts[1])) == rule.sign)
        assert rule.shape == "const", rule.shape
        base, one, two = rule.parts
        return frozenset(x for x, y in pairs(base) if y == one and ((x, two) in pairs(base)) == rule.sign)

    @cache
    def pairs(predicate: int) -> frozenset[tuple[int, int]]:
        """Those that a relation holds between."""
        if predicate not in rules:
            return frozenset((first, second) for one, first, second in world.facts if one == predicate)
        rule = rules[predicate]
        shape, sign = rule.shape, rule.sign
        base = pairs(rule.parts[0])
        if shape == "join":
            return frozenset((x, z) for x, y in base for middle, z in pairs(rule.parts[1]) if y == middle)
        if shape == "first":
            return frozenset((x, y) for x, y in base if (x in ones(rule.parts[1])) == sign)
        if shape == "second":
            return frozenset((x, y) for x, y in base if (y in ones(rule.parts[1])) == sign)
        if shape == "minus":
            return frozenset((x, y) for x, y in base if ((x, y) in pairs(rule.parts[1])) == sign)
        if shape == "symmetric":
            return base | frozenset((y, x) for x, y in base)
        if shape == "inverse":
            return frozenset((y, x) for x, y in base)
        if shape == "mutual":
            return base & frozenset((y, x) for x, y in base)
        assert shape == "shared", shape
        return frozenset((x, y) for x, one in base for y, two in base if one == two and x != y)

    def holds(atom: tuple[int, ...]) -> bool:
        return atom[1] in ones(atom[0]) if len(atom) == 2 else atom[1:] in pairs(atom[0])

    args = ask.args
    if ask.kind == "holds":
        return lambda value: holds(tuple(args)) == bool(value)
    if ask.kind == "true":
        return lambda value: holds(value) == bool(args[0])
    pattern = args[1:] or (none,)
    assert pattern.count(none) == 1
    everything = range(world.people + world.things)
    answers = {one for one in everything if holds((args[0], *(one if term == none else term for term in pattern)))}
    if ask.kind == "who":
        return lambda value: value in answers
    if ask.kind == "count":
        return lambda value: len(answers) == value
    assert ask.kind == "all", ask.kind
    return lambda value: len(value) == len(answers) and set(value) == answers


def taxonomy(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Statements on a creature's kinds, from the one that counts least to the one that counts most."""

    def line(kind: int) -> list[int]:
        """A kind and all above it, the highest first."""
        return [] if kind < 0 else [*line(world.parents[kind]), kind]

    def has(member: int, trait: int) -> bool:
        said = {kind: has_it for kind, one, has_it in world.told if one == trait}
        order = line(world.members[member])
        if world.is_highest_first:
            order.reverse()
        result = bool(world.default)
        for kind in order:  # the last one that says something wins
            result = said.get(kind, result)
        return result

    args = ask.args
    if ask.kind == "has":
        return lambda value: has(*args) == value
    if ask.kind == "is_a":
        return lambda value: (args[1] in line(world.members[args[0]])) == value
    if ask.kind == "which":
        return lambda value: has(args[0], value)
    if ask.kind == "who":
        return lambda value: has(value, args[0])
    assert ask.kind == "count", ask.kind
    return lambda value: sum(has(member, args[0]) for member in range(len(world.members))) == value


def kinship(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """The definitions of the text as relations between all pairs of people."""
    everyone = range(len(world.male))
    father = {(pair[0], child) for child, pair in enumerate(world.parents) if pair[0] >= 0}
    mother = {(pair[1], child) for child, pair in enumerate(world.parents) if pair[1] >= 0}
    assert all(world.male[one] for one, _ in father)
    assert not any(world.male[one] for one, _ in mother)
    parent = father | mother

    def after(outer: set[tuple[int, int]], inner: set[tuple[int, int]]) -> set[tuple[int, int]]:
        """(x, z): x is the outer relative of an inner relative of z."""
        return {(x, z) for x, y in outer for middle, z in inner if y == middle}

    parents = {who: {one for one, two in parent if two == who} for who in everyone}
    sibling = {
        (x, y) for x in everyone for y in everyone if x != y and len(parents[x]) == 2 and parents[x] == parents[y]
    }
    brother = {(x, y) for x, y in sibling if world.male[x]}
    child = {(y, x) for x, y in parent}
    kin = (
        lambda: after(father, father),
        lambda: after(mother, father),
        lambda: after(father, mother),
        lambda: after(mother, mother),
        lambda: after(brother, father),
        lambda: after(sibling - brother, father),
        lambda: after(brother, mother),
        lambda: after(sibling - brother, mother),
        lambda: sibling,
        lambda: after(child, after(sibling, parent)),
        lambda: after(child, child),
    )
    args = ask.args
    if ask.kind == "who":
        return lambda value: (value, args[1]) in kin[args[0]]()
    if ask.kind == "is":
        return lambda value: ((args[2], args[1]) in kin[args[0]]()) == value
    if ask.kind == "kin":
        return lambda value: (args[1], args[0]) in kin[value]()
    assert ask.kind == "count", ask.kind
    return lambda value: len({x for x, z in kin[args[0]]() if z == args[1]}) == value


def reading(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """What the text says, and the possible cases that it leaves: home, job and age are one for each person."""
    said = {(who, relation, value): sign for who, relation, value, sign in world.facts}
    assert len(said) == len(world.facts), "the same thing is said twice"

    def can_be(who: int, relation: int, value: int, wanted: bool) -> bool:
        """Whether the text leaves it possible that a person has (has not) a value."""
        if world.is_closed:
            return said.get((who, relation, value), False) == wanted
        if (who, relation, value) in said:
            return said[who, relation, value] == wanted
        other = any(said.get((who, relation, one)) for one in range(world.width) if one != value)
        return not (relation in (0, 1, 2) and other and wanted)

    def status(who: int, relation: int, value: int, sign: bool) -> int:
        """0 must be so, 1 cannot be so, 2 open."""
        is_possible, is_avoidable = can_be(who, relation, value, sign), can_be(who, relation, value, not sign)
        assert is_possible or is_avoidable
        return 1 if not is_possible else 0 if not is_avoidable else 2

    args = ask.args
    if ask.kind == "true":
        assert world.is_closed
        return lambda value: (status(args[0], args[1], args[2], bool(args[3])) == 0) == value
    if ask.kind == "status":
        assert not world.is_closed
        return lambda value: status(args[0], args[1], args[2], bool(args[3])) == value
    if ask.kind == "which":
        return lambda value: status(*value) == args[0]
    if ask.kind == "count":
        relation, one, sign = args
        number = sum(status(who, relation, one, bool(sign)) == 0 for who in range(world.people))
        literal = sum(said.get((who, relation, one)) == bool(sign) for who in range(world.people))
        assert world.is_closed or number == literal, "what is said and what follows from it differ in number"
        return lambda value: number == value
    if ask.kind == "both":
        return lambda value: status(value, args[0], args[1], True) == status(value, args[2], args[3], True) == 0
    if ask.kind == "value":
        (alone,) = [who for who in range(world.people) if said.get((who, args[0], args[1]))]
        return lambda value: status(alone, args[2], value, True) == 0
    assert ask.kind == "size", ask.kind
    return lambda value: sum(said.get((args[0], args[1], one), False) for one in range(world.width)) == value
