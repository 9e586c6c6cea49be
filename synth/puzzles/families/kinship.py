"""Family relations: from who is whose father and mother, find grandparents, siblings, uncles, aunts and cousins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Family, Kind, claimed, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.voice import Voice

SIBLING, COUSIN, GRANDCHILD = 8, 9, 10
"""Before them 0-3 are grandparents, 4-7 brothers and sisters of a parent; the table names them in this order."""
_RELATIONS = 11
_LETTERS = tuple("ABCDEFGHJKLMNPQRSTUVW")


@dataclass(frozen=True, slots=True)
class World:
    """A family over three generations; what is not told does not exist."""

    male: tuple[bool, ...]
    """For each person, whether male."""
    parents: tuple[tuple[int, int], ...]
    """For each person, father and mother, (-1, -1) where not told."""
    relations: tuple[int, ...]
    """The relations that the text defines and the questions use (0 to 10)."""


class Cast(NamedTuple):
    """Names and the layout of the facts."""

    names: tuple[str, ...]
    layout: int
    """0: one fact a child; 1: one fact a parent, sexes apart."""
    kin: tuple[str, ...]
    """Names of the relations."""
    is_made_up: bool
    """Whether these names are made-up ones that only the definitions explain."""


def _children(world: World, person: int) -> list[int]:
    return [child for child, pair in enumerate(world.parents) if person in pair]


def _siblings(world: World, person: int) -> list[int]:
    pair = world.parents[person]
    return [other for other, theirs in enumerate(world.parents) if theirs == pair and other != person and pair[0] >= 0]


def _find(world: World, relation: int, person: int) -> list[int]:
    """All people who are ``relation`` of ``person``, by walking the tree."""
    if relation == SIBLING:
        return _siblings(world, person)
    if relation == GRANDCHILD:
        return [low for child in _children(world, person) for low in _children(world, child)]
    if relation == COUSIN:
        uncles = [uncle for parent in world.parents[person] if parent >= 0 for uncle in _siblings(world, parent)]
        return [child for uncle in uncles for child in _children(world, uncle)]
    parent = world.parents[person][relation % 4 // 2]
    if parent < 0:
        return []
    if relation < 4:
        return [high for high in (world.parents[parent][relation % 2],) if high >= 0]
    return [other for other in _siblings(world, parent) if world.male[other] == (relation % 2 == 0)]


def _above(world: World, person: int) -> set[int]:
    """Someone's parents, of those who are told."""
    return {high for high in world.parents[person] if 0 <= high < len(world.male)}


def _is(world: World, relation: int, person: int, other: int) -> bool:
    """Prove from the definitions, trying all people in between (independent of ``_find``)."""
    if relation == SIBLING:
        return _are_siblings(world, person, other)
    if relation == GRANDCHILD:
        return any(person in _above(world, mid) for mid in _above(world, other))
    if relation == COUSIN:
        others = _above(world, other)
        return any(_are_siblings(world, one, two) for one in _above(world, person) for two in others)
    if world.male[other] != (relation % 2 == 0):
        return False
    sided = [mid for mid in _above(world, person) if world.male[mid] == (relation % 4 < 2)]
    return any(other in _above(world, mid) if relation < 4 else _are_siblings(world, mid, other) for mid in sided)


def _are_siblings(world: World, one: int, two: int) -> bool:
    return one != two and len(_above(world, one) & _above(world, two)) == 2


Key = tuple[int, int]
"""A relation and whose."""


def _who(world: World, rng: Random, found: dict[Key, list[int]], full: list[Key]) -> Ask[int]:
    inside, person = found[full[0]], full[0][1]
    others = [other for other in range(len(world.male)) if other not in inside and other != person]
    near = {o for k in range(_RELATIONS) for o in _find(world, k, person)} | set(world.parents[person])
    rng.shuffle(others)
    others.sort(key=lambda other: other not in near)
    return Ask("who", full[0], rng.choice(inside), tuple(others[:4]))


def _is_ask(world: World, rng: Random, found: dict[Key, list[int]], full: list[Key]) -> Ask[bool]:
    relation, person = full[1 % len(full)]
    inside, is_so = found[relation, person], rng.random() < 0.5
    outside = [other for other in range(len(world.male)) if other not in inside and other != person]
    return claimed("is", (relation, person, rng.choice(inside if is_so else outside)), is_so)


def _count(world: World, rng: Random, found: dict[Key, list[int]], full: list[Key]) -> Ask[int]:
    # Any number is as likely as the next; nobody is the commonest.
    many = [key for key in found if key[0] >= SIBLING] or full
    number = rng.choice(sorted({len(found[key]) for key in many}))
    key = rng.choice([key for key in many if len(found[key]) == number])
    return Ask("count", key, number, around(number, 0, max(3, *(len(found[key]) for key in many))))


def _kin(world: World, rng: Random, found: dict[Key, list[int]], full: list[Key]) -> Ask[int] | None:
    pairs = [key for key in full if key[0] <= SIBLING]
    if not pairs:
        return None
    relation, person = pairs[-1]
    other = rng.choice(found[relation, person])
    wrong = [k for k in world.relations if other not in found[k, person]]
    rng.shuffle(wrong)
    return Ask("kin", (person, other), relation, tuple(wrong))


def _meaning(relation: int, told: Telling[Cast]) -> str:
    """What a relation is, without its name: ``母亲的父亲``."""
    return told.all("kin.meanings")[relation]


def _related(args: Sequence[int], told: Telling[Cast]) -> dict[str, object]:
    relation, kin = args[0], told.cast.kin[args[0]]
    many = told.say("made_up.many", kin=kin) if told.cast.is_made_up else told.all("kin.many")[relation]
    return {"kin": kin, "many": many, "one": told.cast.names[args[1]], "two": told.cast.names[args[-1]]}


def _facts(world: World, told: Telling[Cast]) -> list[tuple[tuple[int, int], str]]:
    """The facts, each with the couple whose child it names, or (-1, -1)."""
    facts: list[tuple[tuple[int, int], str]] = []
    loose, names = (-1, -1), told.cast.names
    if told.cast.layout == 0:
        form = int(told.voice.rng.random() * len(told.all("fact.son")))
        for child, (father, mother) in enumerate(world.parents):
            if father >= 0:
                slots = {"child": names[child], "father": names[father], "mother": names[mother]}
                entry = "fact.son" if world.male[child] else "fact.daughter"
                facts.append(((father, mother), told.form(entry, form, **slots)))
        couples = dict.fromkeys(pair for pair in world.parents if pair[0] >= 0)
        return facts + [
            (loose, told.say("fact.husband", father=names[father], mother=names[mother])) for father, mother in couples
        ]
    for person, is_male in enumerate(world.male):
        children = [names[child] for child in _children(world, person)]
        if children:
            joined = told.say("and").join(children) if len(children) < 3 else told.voice.join(children)
            text = told.say("fact.father" if is_male else "fact.mother", name=names[person], children=joined)
        else:
            text = told.say("fact.male" if is_male else "fact.female", name=names[person])
        facts.append((loose, text))
    return facts


def _mixed(facts: list[tuple[tuple[int, int], str]], rng: Random) -> list[str]:
    """Shuffle the facts, but keep brothers and sisters in their order, in which chains list them."""
    places = list(range(len(facts)))
    rng.shuffle(places)
    mixed = [facts[place] for place in places]
    kept = {couple: [text for key, text in facts if key == couple] for couple, _ in facts if couple[0] >= 0}
    return [kept[couple].pop(0) if couple in kept else text for couple, text in mixed]


def _people(people: Sequence[int], told: Telling[Cast]) -> str:
    return told.voice.join([told.cast.names[person] for person in people]) or told.say("none")


def _parent(world: World, person: int, side: int, told: Telling[Cast]) -> str:
    parent = world.parents[person][side]
    who = _people([parent] if parent >= 0 else [], told)
    return told.say(("chain.father", "chain.mother")[side], name=told.cast.names[person], who=who)


def _siblings_told(world: World, person: int, told: Telling[Cast]) -> str:
    """Find the siblings through the parents."""
    name, (father, mother) = told.cast.names[person], world.parents[person]
    if father < 0:
        return told.say("chain.parents", name=name, who=told.say("none"))
    high, low = _people([father, mother], told), _people(_children(world, father), told)
    rest = _people(_siblings(world, person), told)
    return told.say("chain.siblings", name=name, parents=high, children=low, rest=rest)


def _children_told(world: World, person: int, told: Telling[Cast]) -> str:
    return told.say("chain.children", name=told.cast.names[person], who=_people(_children(world, person), told))


def _derived(world: World, relation: int, person: int, told: Telling[Cast]) -> list[str]:
    """The steps to everyone who is ``relation`` of ``person``."""
    if relation == SIBLING:
        return [_siblings_told(world, person, told)]
    if relation == GRANDCHILD:
        return [_children_told(world, low, told) for low in (person, *_children(world, person))]
    if relation == COUSIN:
        lines = []
        for side, parent in enumerate(world.parents[person]):
            lines.append(_parent(world, person, side, told))
            if parent >= 0:
                lines.append(_siblings_told(world, parent, told))
                lines += [_children_told(world, uncle, told) for uncle in _siblings(world, parent)]
        return lines
    side = relation % 4 // 2
    parent = world.parents[person][side]
    lines = [_parent(world, person, side, told)]
    if parent < 0:
        return lines
    if relation < 4:
        return [*lines, _parent(world, parent, relation % 2, told)]
    lines.append(_siblings_told(world, parent, told))
    sexes = [
        told.say("chain.male" if world.male[other] else "chain.female", name=told.cast.names[other])
        for other in _siblings(world, parent)
    ]
    return [*lines, told.voice.join(sexes) + told.say("stop")] if sexes else lines


def _searched(world: World, person: int, other: int, told: Telling[Cast]) -> list[str]:
    """Look for ``other`` among the siblings, then the grandparents, then the parents' siblings of ``person``."""
    names, lines = told.cast.names, [_siblings_told(world, person, told)]
    if other in _siblings(world, person):
        return lines
    for parent in world.parents[person]:
        high = [one for one in world.parents[parent] if one >= 0]
        if other in high or not high:
            lines.append(told.say("chain.parents", name=names[parent], who=_people(high, told)))
        else:
            lines.append(_siblings_told(world, parent, told))
        if other in high or other in _siblings(world, parent):
            break
    side = told.say("role.father" if parent == world.parents[person][0] else "role.mother")
    roles = ("role.mother", "role.father") if other in world.parents[parent] else ("role.sister", "role.brother")
    slots = {"parent": names[parent], "name": names[person], "other": names[other]}
    return [*lines, told.say("chain.way", side=side, kind=told.say(roles[world.male[other]]), **slots)]


def _listed(world: World, ask: Ask[Any], told: Telling[Cast]) -> tuple[list[str], str, list[int]]:
    """The steps to everyone asked about, the name of the relation, and the people."""
    relation, person = ask.args[:2]
    kin = told.cast.kin[relation]
    lines = [told.say("chain.means", kin=kin, meaning=_meaning(relation, told))] if told.cast.is_made_up else []
    return [*lines, *_derived(world, relation, person, told)], kin, _find(world, relation, person)


def _found(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    lines, kin, people = _listed(world, ask, told)
    return "\n".join([*lines, f"{kin}{told.say('colon')}{_people(people, told)}{told.say('stop')}"])


def _compared(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    verdict = told.say("chain.there" if ask.right else "chain.not_there", name=told.cast.names[ask.args[2]])
    return f"{_found(world, ask, told, shown)}\n{verdict}"


def _counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    lines, kin, people = _listed(world, ask, told)
    numbered = told.voice.join([f"{number} {told.cast.names[who]}" for number, who in enumerate(people, 1)])
    end = f"{kin}{told.say('colon')}{numbered or told.say('none')}{told.say('chain.count', count=len(people))}"
    return "\n".join([*lines, end])


def _called(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    lines = _searched(world, ask.args[0], ask.args[1], told)

    def line(relation: int) -> str:
        verdict = told.say("chain.fits" if relation == ask.right else "chain.fails")
        return f"{told.cast.kin[relation]}{told.say('colon')}{_meaning(relation, told)}{verdict}"

    if told.cast.is_made_up:
        lines += tried(shown, lambda relation: bool(relation == ask.right), line, told, " ")
    return "\n".join(lines)


KINDS: tuple[Kind[World, Cast], ...] = (
    Kind(
        "who",
        _who,
        holds=lambda world, args, value: _is(world, args[0], args[1], value),
        option=lambda value, told: told.cast.names[value],
        chain=_found,
        slots=_related,
    ),
    whether(
        "is", _is_ask, is_so=lambda world, args: _is(world, args[0], args[1], args[2]), chain=_compared, slots=_related
    ),
    worked_out(
        "count",
        _count,
        answer=lambda world, args: sum(_is(world, args[0], args[1], other) for other in range(len(world.male))),
        chain=_counted,
        variant=lambda args, told: "siblings" if args[0] == SIBLING else "others",
        slots=_related,
    ),
    Kind(
        "kin",
        _kin,
        holds=lambda world, args, value: _is(world, value, args[0], args[1]),
        option=lambda value, told: told.cast.kin[value],
        chain=_called,
        slots=lambda args, told: {"one": told.cast.names[args[0]], "two": told.cast.names[args[1]]},
    ),
)


class Kinship(Family[World, Cast]):
    """Values: a person, a relation, a number, or True/False."""

    name = "kinship"
    title = "family relations"
    figures = ("parents",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        male, parents = [True, False], [(-1, -1), (-1, -1)]

        def add(is_male: bool, pair: tuple[int, int]) -> int:
            male.append(is_male)
            parents.append(pair)
            return len(male) - 1

        children = [add(rng.random() < 0.5, (0, 1)) for _ in range(2 + (level >= 4) + (level >= 8))]
        if level >= 3 and rng.random() < 0.5:  # the second generation's spouse brings parents along
            father, mother = add(True, (-1, -1)), add(False, (-1, -1))
            first_pair = (father, mother)
        else:
            first_pair = (-1, -1)
        for place, child in enumerate(children[: 1 + (level >= 2) + (level >= 7)]):
            spouse = add(not male[child], first_pair if place == 0 else (-1, -1))
            pair = (child, spouse) if male[child] else (spouse, child)
            for _ in range(1 + int(rng.random() * (2 + level // 8))):
                add(rng.random() < 0.5, pair)
        world = World(tuple(male), tuple(parents), ())
        live = [k for k in range(_RELATIONS) if any(_find(world, k, p) for p in range(len(male)))]
        chosen = rng.sample(live, min(3, len(live)))
        rest = [relation for relation in range(_RELATIONS) if relation not in chosen]
        chosen += rng.sample(rest, 5 - len(chosen))
        return World(world.male, world.parents, tuple(sorted(chosen)))

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        found = {(k, p): _find(world, k, p) for k in world.relations for p in range(len(world.male))}
        full = [key for key, people in found.items() if people]
        rng.shuffle(full)
        return self.mixed(world, rng, found, full, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        rng, told = voice.rng, self.told(Cast((), 0, (), False), voice)
        form = int(rng.random() * 3)
        if form == 0 or form == 1 and not voice.zh:
            men, women = rng.sample(told.all("names.men"), 16), rng.sample(told.all("names.women"), 16)
            names = tuple((men if is_male else women).pop() for is_male in world.male)
        else:
            names = tuple(rng.sample(told.all("names.any") if form == 1 else _LETTERS, len(world.male)))
        kin, is_made_up = list(told.all("kin.names")), rng.random() < 0.25
        if is_made_up:
            kin = list(told.all("made_up.names"))
            rng.shuffle(kin)
        return Cast(names, int(rng.random() * 2), tuple(kin), is_made_up)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice, world)
        head = told.pick("tell.head")
        if cast.is_made_up:
            rules = [
                told.say("made_up.rule", kin=cast.kin[one], meaning=_meaning(one, told)) for one in world.relations
            ]
        else:
            rules = [told.all("kin.definitions")[relation] for relation in world.relations]
        tail = told.pick("tell.rules")
        facts = voice.listing(_mixed(_facts(world, told), voice.rng))
        return f"{head}\n{facts}\n\n{tail}\n{voice.listing([*rules, told.say('tell.closed')])}"
