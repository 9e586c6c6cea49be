"""Careful reading: which statements does a short text state, contradict or leave open, and about how many people?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, Plan, claimed, tried, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

CITY, JOB, AGE, LIKE, OWN, VISIT = range(6)
SINGLE = (CITY, JOB, AGE)
"""Relations with exactly one value a person; of the others one may have several."""
STATED, DENIED, OPEN = range(3)

RELATIONS = ("city", "job", "age", "like", "own", "visit")
STATUSES = ("stated", "denied", "open")
"""As the table of sentences calls them."""
_POOLS = {CITY: "city", JOB: "job", LIKE: "food", OWN: "thing", VISIT: "place"}


class Fact(NamedTuple):
    """One thing said about one person; also a statement to be judged."""

    who: int
    relation: int
    value: int
    """Index of the value among the relation's values."""
    sign: bool
    """False for a denial."""


@dataclass(frozen=True, slots=True)
class World:
    """What the text says."""

    people: int
    """Number of people."""
    width: int
    """Number of values of each relation."""
    relations: tuple[int, ...]
    """Which relations the text is about."""
    facts: tuple[Fact, ...]
    ages: tuple[int, ...]
    """Ages in years, one for each value of AGE."""
    is_closed: bool
    """True where the text says that what is not stated does not hold."""


class Cast(NamedTuple):
    """Names, verbs and the order of telling."""

    names: tuple[str, ...]
    values: dict[int, tuple[str, ...]]
    """For each relation the texts of its values."""
    verbs: dict[int, tuple[str, ...]]
    """For each relation how to affirm and to deny it."""
    by_value: frozenset[int]
    """Relations told as "who has it" for each value; the others are told person by person."""
    answers: tuple[str, ...]
    """The options' texts for stated, contradicted, and not mentioned."""


Told = Telling[Cast]
Held = set[tuple[int, ...]]
"""(person, relation, value) of what is stated."""


def _statuses(world: World, statements: Sequence[Fact]) -> Iterator[int]:
    """Judge statements by looking facts up."""
    facts = frozenset(world.facts)
    decided = {fact[:2] for fact in facts if fact.sign and fact.relation in SINGLE}
    for who, relation, value, sign in statements:
        if (who, relation, value, True) in facts:
            status = STATED
        elif world.is_closed or (who, relation, value, False) in facts or (who, relation) in decided:
            status = DENIED
        else:
            status = OPEN
        yield status if sign or status == OPEN else 1 - status


def _status(world: World, statement: Fact) -> int:
    """Judge one statement."""
    return next(_statuses(world, (statement,)))


def _proved(world: World, statement: Fact) -> int:
    """Prover: judge a statement in all cases that agree with the facts about its person and relation."""
    who, relation, value, sign = statement
    known = tuple([fact[2:] for fact in world.facts if fact[0] == who and fact[1] == relation])
    # One value more stands for everything that the text never names.
    may_have = _may_have(relation in SINGLE, world.is_closed, world.width + 1, known, value)
    return OPEN if len(may_have) == 2 else STATED if sign in may_have else DENIED


@lru_cache(maxsize=4096)
def _may_have(
    is_single: bool, is_closed: bool, width: int, known: tuple[tuple[int, bool], ...], value: int
) -> frozenset[bool]:
    """Return whether someone has a value in the cases that agree with what is known: yes, no, or both."""
    return frozenset(case[value] for case in _cases(is_single, is_closed, width, known))


@lru_cache(maxsize=4096)
def _cases(is_single: bool, is_closed: bool, width: int, known: tuple[tuple[int, bool], ...]) -> list[tuple[bool, ...]]:
    """Return which values someone may have, in all cases that agree with what is known."""
    if is_single:
        cases = [tuple(place == chosen for place in range(width)) for chosen in range(width)]
        if is_closed and not any(sign for _, sign in known):
            cases = [(False,) * width]
    else:
        cases = list(product((False, True), repeat=width))
    cases = [case for case in cases if all(case[value] == sign for value, sign in known)]
    return [min(cases, key=sum)] if is_closed else cases


def _statement(args: Args) -> Fact:
    return Fact(args[0], args[1], args[2], bool(args[3]))


def _holds_of(world: World, who: int, relation: int, value: int) -> bool:
    """Prover: whether it is stated that someone has a value."""
    return _proved(world, Fact(who, relation, value, True)) == STATED


def _count_of(world: World, args: Args) -> int:
    relation, value, sign = args
    wanted = STATED if sign else DENIED
    return sum(_proved(world, Fact(who, relation, value, True)) == wanted for who in range(world.people))


def _drawn(world: World, rng: Random) -> tuple[list[Fact], int, list[Fact]]:
    """Return statements of one status, which it is, and the other statements."""
    cells = product(range(world.people), world.relations, range(world.width))
    statements = [Fact(*cell, rng.random() < 0.8) for cell in cells]
    rng.shuffle(statements)
    statuses = list(_statuses(world, statements))
    wanted = rng.choice(sorted(set(statuses)))
    found: tuple[list[Fact], list[Fact]] = ([], [])
    for statement, status in zip(statements, statuses, strict=True):
        found[status != wanted].append(statement)
    return found[0], wanted, found[1]


def _which(world: World, rng: Random) -> Ask[Fact] | None:
    (right, *_), status, wrong = _drawn(world, rng)
    return Ask("which", (status,), right, tuple(wrong[:4])) if wrong else None


def _true(world: World, rng: Random) -> Ask[bool]:
    (statement, *_), status, _ = _drawn(world, rng)
    return claimed("true", statement, status == STATED)


def _judged(world: World, rng: Random) -> Ask[int]:
    (statement, *_), status, _ = _drawn(world, rng)
    return Ask("status", statement, status, tuple(other for other in range(3) if other != status))


def _count(world: World, rng: Random, held: Held) -> Ask[int]:
    relation, value = rng.choice(world.relations), rng.randrange(world.width)
    sign = not world.is_closed or rng.random() < 0.7
    count = sum(((who, relation, value) in held) == sign for who in range(world.people))
    return Ask("count", (relation, value, int(sign)), count, around(count, 0, world.people))


def _both(world: World, rng: Random, held: Held) -> Ask[int] | None:
    one, two = rng.sample(world.relations, 2)
    pairs = [(rng.randrange(world.width), rng.randrange(world.width)) for _ in range(6)]
    for first, second in pairs:
        counts = [((who, one, first) in held) + ((who, two, second) in held) for who in range(world.people)]
        if counts.count(2) == 1:
            ranked = sorted(range(world.people), key=counts.__getitem__, reverse=True)
            return Ask("both", (one, first, two, second), ranked[0], tuple(ranked[1:5]))
    return None


def _value(world: World, rng: Random, held: Held) -> Ask[int] | None:
    single = [fact for fact in world.facts if fact.relation in SINGLE and fact.sign]
    if not single:
        return None
    fact = rng.choice(single)
    # Who it is has to be found: the only one of whom something else is said.
    others = [one[1:] for one in held if one[0] == fact.who and one[1] != fact.relation]
    alone = sorted(one for one in others if sum((who, *one) in held for who in range(world.people)) == 1)
    # What the text does not name is nobody's.
    wrong = {one.value for one in single if one.relation == fact.relation} - {fact.value}
    if not alone or not wrong:
        return None
    return Ask("value", (*rng.choice(alone), fact.relation), fact.value, tuple(sorted(wrong)[:4]))


def _size(world: World, rng: Random, held: Held) -> Ask[int]:
    many = [relation for relation in world.relations if relation not in SINGLE]
    who, relation = rng.randrange(world.people), rng.choice(many)
    count = sum((who, relation, value) in held for value in range(world.width))
    return Ask("size", (who, relation), count, around(count, 0, world.width))


def _only(world: World, relation: int, value: int) -> int | None:
    """Prover: the only one of whom it is stated; None where there are several or none."""
    found = [who for who in range(world.people) if _holds_of(world, who, relation, value)]
    return found[0] if len(found) == 1 else None


def _is_value(world: World, args: Args, value: int) -> bool:
    who = _only(world, *args[:2])
    return who is not None and _holds_of(world, who, args[2], value)


def say(statement: Fact, cast: Cast) -> str:
    """Word a statement."""
    who, relation, value, sign = statement
    return f"{cast.names[who]}{cast.verbs[relation][0 if sign else 1]}{cast.values[relation][value]}"


def _about(world: World, told: Told, who: int, relation: int) -> list[str]:
    """What the text says about a person and a relation, without the name."""
    parts, cast = [], told.cast
    for sign, verb in zip((True, False), cast.verbs[relation], strict=True):
        facts = [fact for fact in world.facts if (fact.who, fact.relation, fact.sign) == (who, relation, sign)]
        if facts:
            parts.append(verb + told.voice.join([cast.values[relation][fact.value] for fact in facts]))
    return parts


def _in_a_row(name: str, parts: Sequence[str], told: Told) -> str:
    """Say several things of one person; what belongs to the name is said once."""
    first, *rest = parts
    particle = told.say("particle")
    return name + told.say("tell.comma").join([first, *(part.removeprefix(particle) for part in rest)])


def _holders(world: World, cast: Cast, relation: int, value: int, sign: bool = True) -> list[str]:
    return [cast.names[fact.who] for fact in world.facts if fact[1:] == (relation, value, sign)]


def _held_by(told: Told, relation: int, value: int, sign: bool, holders: str) -> str:
    verb, text = told.cast.verbs[relation][0 if sign else 1], told.cast.values[relation][value]
    return told.say("tell.holders", verb=verb.strip(), text=text, holders=holders)


def _quote(world: World, told: Told, who: int, relation: int, value: int) -> str:
    """Copy what the text says that bears on a statement: the person's values, or who has the value."""
    cast, none = told.cast, told.say("none")
    if relation not in cast.by_value:
        parts = _about(world, told, who, relation)
        return _in_a_row(cast.names[who], parts or [cast.verbs[relation][0] + none], told)
    parts = []
    for sign in (True, False):
        holders = _holders(world, cast, relation, value, sign)
        if sign or holders:
            parts.append(_held_by(told, relation, value, sign, told.voice.join(holders) or none))
    return told.say("comma").join(parts)


def _judge(world: World, told: Told, statement: Fact) -> str:
    """Quote and judge."""
    quote = _quote(world, told, *statement[:3])
    return f"{quote}{told.say('comma')}{told.cast.answers[_status(world, statement)]}"


def _numbered(names: Sequence[str], told: Told) -> str:
    space = told.say("space")
    return told.voice.join([f"{name}{space}{number}" for number, name in enumerate(names, 1)]) or told.say("none")


def _judgement(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    return _judge(world, told, _statement(ask.args)) + told.say("stop")


def _which_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Fact]) -> str:
    def line(value: Fact) -> str:
        return f"{say(value, told.cast)}{told.say('colon')}{_judge(world, told, value)}{told.say('stop')}"

    return "\n".join(tried(shown, lambda value: _status(world, value) == ask.args[0], line, told, mark=" "))


def _both_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    args, cast, lines = ask.args, told.cast, []
    for who in range(world.people):
        parts, fits = [], True
        for relation, value in (args[:2], args[2:]):
            fits = Fact(who, relation, value, True) in world.facts
            quote = _quote(world, told, who, relation, value)
            parts.append(told.say("chain.fits" if fits else "chain.fits_not", quote=quote))
            if not fits:
                break
        name = cast.names[who] + told.say("colon") if args[0] in cast.by_value or args[2] in cast.by_value else ""
        lines.append(name + told.say("semicolon").join(parts) + told.say("stop"))
        if fits:
            break
    return "\n".join(lines)


def _size_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (who, relation), cast = ask.args, told.cast
    name, values = cast.names[who], cast.values[relation]
    if relation not in cast.by_value:
        listed = [values[fact.value] for fact in world.facts if (fact.who, fact.relation) == ask.args and fact.sign]
        slots = {"name": name, "verb": cast.verbs[relation][0], "count": len(listed)}
        return told.say("chain.size", listed=_numbered(listed, told), **slots)
    cells, count = [], 0
    for value, text in enumerate(values):
        holders = _holders(world, cast, relation, value)
        count += name in holders
        listed_holders = told.voice.join(holders) or told.say("chain.nobody")
        entry = "chain.among" if name in holders else "chain.not_among"
        cells.append(told.say(entry, text=text, holders=listed_holders, name=name, count=count))
    return told.say("semicolon").join(cells) + told.say("stop")


def _count_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (relation, value, sign), cast = ask.args, told.cast
    if relation in cast.by_value:
        names = _holders(world, cast, relation, value)
        if not sign:
            names = [name for name in cast.names if name not in names]
        counted = told.say("chain.these" if sign else "chain.others", names=_numbered(names, told), count=len(names))
        return f"{_quote(world, told, 0, relation, value)}{told.say('stop')}\n{counted}"
    cells, found = [], 0
    for who in range(world.people):
        fits = (Fact(who, relation, value, True) in world.facts) == bool(sign)
        found += fits
        quote = _quote(world, told, who, relation, value)
        cells.append(told.say("chain.counts" if fits else "chain.counts_not", quote=quote, count=found))
    return told.say("semicolon").join(cells) + told.say("stop")


def _value_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    relation, value, asked = ask.args
    who = next(fact.who for fact in world.facts if fact[1:] == (relation, value, True))
    stop = told.say("stop")
    return f"{_quote(world, told, who, relation, value)}{stop}\n{_quote(world, told, who, asked, ask.right)}{stop}"


def _what(relation: int, value: int, sign: int, told: Told, *, is_whole: bool = False) -> str:
    """What someone has, without the name; a particle that belongs to the name is left out unless ``is_whole``."""
    text = told.cast.verbs[relation][0 if sign else 1] + told.cast.values[relation][value]
    return text if is_whole else text.removeprefix(told.say("particle"))


def _closed(args: Args, told: Told) -> str:
    return "closed" if told.world.is_closed else "open"


def _verb(args: Args, told: Told) -> dict[str, object]:
    name, verb = told.cast.names[args[0]], told.cast.verbs[args[1]][0]
    return {"name": name, "verb": verb, "things": told.say(f"things.{RELATIONS[args[1]]}")}


def _said(args: Args, told: Told) -> dict[str, object]:
    return {"said": say(_statement(args), told.cast)}


def _is_about_cell(ask: Ask[Any], fact: Fact) -> bool:
    """Tell whether a fact is of the person and the relation that the question names first."""
    return fact[:2] == ask.args[:2]


KINDS: tuple[Kind[World, Cast], ...] = (
    Kind(
        "true",
        _true,
        holds=lambda world, args, value: (_proved(world, _statement(args)) == STATED) == value,
        option=lambda value, told: told.cast.answers[0 if value else 1],
        is_two_valued=True,
        chain=_judgement,
        slots=_said,
        about=_is_about_cell,
    ),
    worked_out(
        "status",
        _judged,
        answer=lambda world, args: _proved(world, _statement(args)),
        option=lambda value, told: told.cast.answers[value],
        chain=_judgement,
        slots=_said,
        about=_is_about_cell,
    ),
    Kind(
        "which",
        _which,
        holds=lambda world, args, value: _proved(world, value) == args[0],
        option=lambda value, told: say(value, told.cast),
        chain=_which_chain,
        slots=lambda args, told: {"answer": told.cast.answers[args[0]]},
        variant=lambda args, told: f"{_closed(args, told)}_{STATUSES[args[0]]}",
        about=lambda ask, fact: fact[:2] == ask.right[:2],
    ),
    worked_out(
        "count",
        _count,
        answer=_count_of,
        chain=_count_chain,
        slots=lambda args, told: {"what": _what(args[0], args[1], args[2], told)},
        variant=_closed,
        about=lambda ask, fact: fact[1] == ask.args[0],
    ),
    Kind(
        "both",
        _both,
        holds=lambda world, args, value: all(_holds_of(world, value, *pair) for pair in (args[:2], args[2:])),
        option=lambda value, told: told.cast.names[value],
        chain=_both_chain,
        slots=lambda args, told: {
            "one": _what(args[0], args[1], True, told, is_whole=True),
            "two": _what(args[2], args[3], True, told),
        },
        about=lambda ask, fact: fact[0] == ask.right and fact[1] in (ask.args[0], ask.args[2]),
    ),
    Kind(
        "value",
        _value,
        holds=_is_value,
        option=lambda value, told: told.cast.values[told.args[2]][value],
        chain=_value_chain,
        slots=lambda args, told: {
            "what": _what(args[0], args[1], True, told),
            "verb": told.cast.verbs[args[2]][0].removeprefix(told.say("particle")),
        },
        variant=lambda args, told: RELATIONS[args[2]],
        about=lambda ask, fact: fact[1] in (ask.args[0], ask.args[2]),
    ),
    worked_out(
        "size",
        _size,
        answer=lambda world, args: sum(_holds_of(world, args[0], args[1], what) for what in range(world.width)),
        chain=_size_chain,
        slots=_verb,
        variant=_closed,
        about=_is_about_cell,
    ),
)


class Reading(Family[World, Cast]):
    """Values: a status, yes/no, a person, a number, a value's index, or a statement."""

    name = "reading"
    title = "careful reading of a short text"
    order_free = ("facts",)
    is_layered = True
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        people, width = 3 + level // 3, 3 + (level > 3) + (level > 7)
        relations = [rng.choice(SINGLE), rng.choice((LIKE, OWN, VISIT))]
        if level > 3 or rng.random() < 0.3:
            relations.append(rng.choice([relation for relation in range(6) if relation not in relations]))
        rng.shuffle(relations)
        facts = []
        for relation in relations:
            for who in range(people):
                if relation in SINGLE:
                    if rng.random() < 0.8:
                        facts.append(Fact(who, relation, rng.randrange(width), True))
                    elif rng.random() < 0.3:
                        facts.append(Fact(who, relation, rng.randrange(width), False))
                    continue
                for value in range(width):
                    chance = rng.random()
                    if chance < 0.52:
                        facts.append(Fact(who, relation, value, chance < 0.4))
        facts = facts or [Fact(0, relations[0], 0, True)]
        ages = tuple(rng.sample(range(18, 70), width))
        return World(people, width, tuple(relations), tuple(facts), ages, rng.random() < 0.5)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        name = "true" if world.is_closed else "status"
        held: Held = {fact[:3] for fact in world.facts if fact.sign}
        plans: list[Plan] = [(name,), (name,), ("which",)]
        plans += [(name, held) for name in ("count", "both", "value", "size")]
        return self.first(plans, world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        rng, told = voice.rng, self.told(Cast((), {}, {}, frozenset(), ()), voice)
        values: dict[int, tuple[str, ...]] = {}
        for relation in world.relations:
            if relation == AGE:
                values[AGE] = tuple(told.say("value.age", age=age) for age in world.ages)
                continue
            drawn = draw(voice, _POOLS[relation], world.width)
            if relation == VISIT:
                drawn = tuple(told.say("value.visit", text=text) for text in drawn)
            if relation in (OWN, JOB):
                drawn = tuple(told.say("value.an" if text[0] in "aeiou" else "value.a", text=text) for text in drawn)
            values[relation] = drawn
        verbs = {
            relation: tuple(rng.choice(told.all(f"verb.{RELATIONS[relation]}")).split("|"))
            for relation in world.relations
        }
        by_value = {relation for relation in world.relations if relation not in SINGLE and rng.random() < 0.35}
        names = draw(voice, "person", world.people)
        answers = rng.choice(told.all("answers.closed" if world.is_closed else "answers.open"))
        return Cast(names, values, verbs, frozenset(by_value), tuple(answers.split("|")))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, rng = self.told(cast, voice), voice.rng
        head = told.pick("tell.head", people=voice.join(cast.names), n=world.people)
        form, sentences = rng.random(), list[str]()
        listed = [relation for relation in world.relations if relation not in cast.by_value]
        rows = [[_about(world, told, who, relation) for relation in listed] for who in range(world.people)]
        if form < 0.45:
            for who, row in enumerate(rows):
                if parts := [part for parts in row for part in parts]:
                    sentences.append(_in_a_row(cast.names[who], parts, told))
        else:
            groups = [(who, column) for column in range(len(listed)) for who in range(world.people)]
            if form < 0.7:
                rng.shuffle(groups)
            sentences += [_in_a_row(cast.names[who], rows[who][at], told) for who, at in groups if rows[who][at]]
        for relation in world.relations:
            if relation in cast.by_value:
                for value, sign in product(range(world.width), (True, False)):
                    if holders := _holders(world, cast, relation, value, sign):
                        sentences.append(told.capital(_held_by(told, relation, value, sign, voice.join(holders))))
        text = f"{head}\n{voice.listing(sentences)}\n"
        if world.is_closed:
            return text + told.pick("tell.closed")
        things = [told.say(f"only.{RELATIONS[relation]}") for relation in SINGLE if relation in world.relations]
        only = told.pick("tell.only", things=voice.join(things))
        yes, no, none = cast.answers
        return text + (only if things else "") + told.pick("tell.open", yes=yes, no=no, none=none)
