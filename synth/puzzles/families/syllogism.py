"""Syllogisms over invented classes: all, no and some statements; what must be true, must be false, or is open?

Only asks whose answer is the same with and without the assumption that every class has members are put.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Family, Kind, Plan, claimed, worked_out, yes_or_no
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

ALL, NO, SOME, SOME_NOT = range(4)
TRUE, FALSE, OPEN = range(3)


class Statement(NamedTuple):
    """``form`` of ``subject`` and ``predicate``, for example all S are P."""

    form: int
    subject: int
    """A class; -1 is the named individual (then the form is ALL or NO: it is, or is not, a P)."""
    predicate: int


@dataclass(frozen=True, slots=True)
class World:
    """The premises."""

    size: int
    """Number of classes."""
    premises: tuple[Statement, ...]
    """In the order they are told."""


class Cast(NamedTuple):
    """Names and wording of the statement forms."""

    names: tuple[str, ...]
    """Of the classes."""
    individual: str
    forms: tuple[str, str, str, str]
    """Wordings of the four forms, with places for both classes."""


Literal = tuple[int, bool]
"""A class, and whether a thing is in it."""
Step = tuple[Statement, int, bool]
"""A premise used, and the class that follows with its sign."""


def _close(world: World, start: tuple[tuple[int, bool], ...]) -> tuple[dict[int, bool], list[Step]]:
    """What follows for one thing of which ``start`` holds: signs by class, and the steps."""
    signs, steps = dict(start), []
    universal = [premise for premise in world.premises if premise[0] <= NO and premise[1] >= 0]
    moved = True
    while moved:
        moved = False
        for premise in universal:
            form, one, two = premise
            for old, was, new, now in ((one, True, two, form == ALL), (two, form == NO, one, False)):
                if signs.get(old) == was and new not in signs:
                    signs[new] = now
                    steps.append((premise, new, now))
                    moved = True
    return signs, steps


@lru_cache(maxsize=64)
def _signs(world: World, start: tuple[tuple[int, bool], ...]) -> Mapping[int, bool]:
    """What follows for one thing, by class."""
    return _close(world, start)[0]


@lru_cache(maxsize=64)
def _witnesses(world: World) -> Sequence[tuple[Statement, tuple[tuple[int, bool], ...]]]:
    """The premises that say that something exists, each with what holds of it."""
    found: list[tuple[Statement, tuple[tuple[int, bool], ...]]] = []
    for premise in world.premises:
        form, one, two = premise
        if one < 0:
            found.append((premise, ((two, form == ALL),)))
        elif form >= SOME:
            found.append((premise, ((one, True), (two, form == SOME))))
    return found


def _arrows(premise: Statement) -> tuple[tuple[Literal, Literal], tuple[Literal, Literal]]:
    """A universal premise forwards and turned round."""
    form, one, two = premise
    return ((one, True), (two, form == ALL)), ((two, form == NO), (one, False))


def _decide(world: World, query: Statement) -> tuple[int, Statement | None]:
    """Status of a query, and the witness that settles it (None where the class itself does)."""
    form, one, two = query
    if one < 0:
        premise, start = next(pair for pair in _witnesses(world) if pair[0].subject < 0)
        sign = _signs(world, start).get(two)
        return (OPEN if sign is None else TRUE if sign == (form == ALL) else FALSE), premise
    sign = _signs(world, ((one, True),)).get(two)
    if sign is not None:
        is_universal_true = sign == (form in (ALL, SOME))
        if is_universal_true == (form in (ALL, NO)):
            return (TRUE if is_universal_true else FALSE), None
    for premise, start in _witnesses(world):
        signs = _signs(world, start)
        if signs.get(one) and signs.get(two) == (form in (NO, SOME)):
            return (FALSE if form in (ALL, NO) else TRUE), premise
    return OPEN, None


@lru_cache(maxsize=64)
def _kinds(world: World) -> tuple[int, ...]:
    """All kinds of thing (bit masks of classes) that the universal premises allow."""
    kinds = list(range(1 << world.size))
    for form, one, two in world.premises:
        if one >= 0 and form == ALL:
            kinds = [kind for kind in kinds if not kind >> one & 1 or kind >> two & 1]
        elif one >= 0 and form == NO:
            kinds = [kind for kind in kinds if not (kind >> one & 1 and kind >> two & 1)]
    return tuple(kinds)


@lru_cache(maxsize=64)
def _prove(world: World, query: Statement) -> int:
    """Status by brute force over kinds, under both readings of empty classes; -1 where they differ or clash."""
    kinds = _kinds(world)
    demands, members, individual = [], [], list(kinds)
    for form, one, two in world.premises:
        if one < 0:
            demands.append([kind for kind in kinds if (kind >> two & 1) == (form == ALL)])
            individual = demands[-1]
        elif form >= SOME:
            demands.append([kind for kind in kinds if kind >> one & 1 and (kind >> two & 1) == (form == SOME)])
    members = [[kind for kind in kinds if kind >> one & 1] for one in range(world.size)]
    if not all(demands) or not all(members):
        return -1
    form, one, two = query
    if one < 0:
        truths = {(kind >> two & 1) == (form == ALL) for kind in individual}
        return OPEN if len(truths) == 2 else TRUE if truths == {True} else FALSE
    hits = {kind for kind in kinds if kind >> one & 1 and (kind >> two & 1) == (form in (NO, SOME))}
    if not hits:
        plain = with_members = TRUE if form in (ALL, NO) else FALSE
    else:
        yes = FALSE if form in (ALL, NO) else TRUE
        plain = yes if any(hits.issuperset(demand) for demand in demands) else OPEN
        with_members = yes if plain == yes or any(hits.issuperset(member) for member in members) else OPEN
    return plain if plain == with_members else -1


Found = dict[int, list[Statement]]
"""Statements by their status."""


def _status_ask(world: World, rng: Random, found: Found, used: set[Statement]) -> Ask[int] | None:
    status = rng.choice(list(found))
    if not found[status] or (query := rng.choice(found[status])) in used:
        return None
    used.add(query)
    return Ask("status", query, status, tuple(other for other in (TRUE, FALSE, OPEN) if other != status))


def _follows(world: World, rng: Random, found: Found) -> Ask[bool] | None:
    is_yes = rng.random() < 0.5
    # As many statements that follow as such that do not.
    pool = found[TRUE] if is_yes else found[FALSE][::2] + found[OPEN][1::2]
    return claimed("follows", rng.choice(pool), is_yes) if pool else None


def _which(world: World, rng: Random, found: Found) -> Ask[int] | None:
    if not found[TRUE] or rng.random() >= 0.7:
        return None
    rng.shuffle(others := found[FALSE][:3] + found[OPEN])
    right = rng.choice(found[TRUE])
    return Ask("which", (), _code(right), tuple(map(_code, others[:4]))) if others else None


def _code(query: Statement) -> int:
    return query.form * 100 + (query.subject + 1) * 10 + query.predicate


def _query(code: int) -> Statement:
    return Statement(code // 100, code // 10 % 10 - 1, code % 10)


def _is_following(world: World, args: tuple[int, ...], value: bool) -> bool:
    status = _prove(world, Statement(*args))
    return status >= 0 and (status == TRUE) == bool(value)


def statement(said: Statement, told: Telling[Cast]) -> str:
    """Tell a statement."""
    form, one, two = said
    names = told.cast.names
    if one < 0:
        return told.say(
            "individual.is" if form == ALL else "individual.is_not", thing=told.cast.individual, name=names[two]
        )
    return told.fill(told.cast.forms[form], names[one], names[two])


def _literal(two: int, sign: bool, told: Telling[Cast]) -> str:
    """A class a thing is in or not, in short: ``甲``, ``非甲``."""
    return ("" if sign else told.say("not")) + told.cast.names[two]


def _literals(literals: Sequence[Literal], told: Telling[Cast]) -> str:
    return told.say("comma").join(_literal(*literal, told) for literal in literals)


def _universals(world: World) -> list[tuple[tuple[Literal, Literal], tuple[Literal, Literal]]]:
    """The universal premises as arrows, in the order told."""
    return [_arrows(premise) for premise in world.premises if premise.form <= NO and premise.subject >= 0]


def _table(world: World, told: Telling[Cast]) -> str:
    """The universal premises in the order told, each as two arrows, so that every step reads forwards."""
    comma = told.say("comma")
    return "\n".join(
        comma.join(f"{_literal(*old, told)}→{_literal(*new, told)}" for old, new in arrows)
        for arrows in _universals(world)
    )


def _walk(
    world: World, start: tuple[Literal, ...], wanted: tuple[Literal, ...], told: Telling[Cast]
) -> tuple[str, bool]:
    """Follow the arrows from what holds of one thing, until all that is wanted holds or fails.

    Returns:
        The steps with their outcome, and whether all that is wanted holds.
    """
    arrows = [arrow for pair in _universals(world) for arrow in pair]
    signs, queue, cells = dict(start), list(start), []

    def is_done() -> bool:
        return any(signs.get(two, sign) != sign for two, sign in wanted) or all(two in signs for two, _ in wanted)

    place = 0
    while place < len(queue) and not is_done():
        old, found = queue[place], []
        place += 1
        for source, new in arrows:
            if source == old:
                found.append(_literal(*new, told))
                if new[0] not in signs:
                    signs[new[0]] = new[1]
                    queue.append(new)
                    if is_done():
                        break
        cells.append(f"{_literal(*old, told)}→{told.voice.join(found) or told.say('none')}")
    failed = [(two, not sign) for two, sign in wanted if signs.get(two, sign) != sign]
    holds = not failed and all(two in signs for two, _ in wanted)
    if failed:
        end = told.say("chain.refuted", literal=_literal(*failed[0], told))
    elif holds:
        end = told.say("chain.got", literals=_literals(wanted, told))
    else:
        end = told.say("chain.unknown", name=told.cast.names[next(two for two, _ in wanted if two not in signs)])
    return told.say("semicolon").join([*cells, end]), holds


def _universal(world: World, query: Statement, sign: bool, told: Telling[Cast]) -> tuple[str, bool]:
    """Whether all of the subject are (or are not) in the predicate."""
    steps, holds = _walk(world, ((query.subject, True),), ((query.predicate, sign),), told)
    asked = f"{told.cast.names[query.subject]}→{_literal(query.predicate, sign, told)}"
    return f"{asked}{told.say('chain.asked')}{steps}", holds


def _existence(world: World, query: Statement, sign: bool, told: Telling[Cast]) -> tuple[list[str], bool]:
    """Whether some of the subject are (or are not) in the predicate: try each thing that is told to be."""
    asked = ((query.subject, True), (query.predicate, sign))
    lines = [told.say("chain.some", literals=_literals(asked, told))]
    for _, start in _witnesses(world):
        steps, holds = _walk(world, start, asked, told)
        lines.append(f"{_literals(start, told)}{told.say('colon')}{steps}")
        if holds:
            return lines, True
    return lines, False


def _deduced(world: World, query: Statement, told: Telling[Cast]) -> tuple[list[str], bool]:
    """Lines that decide whether a statement follows."""
    sign = query.form in (ALL, SOME)
    if query.subject < 0:
        _, start = next(pair for pair in _witnesses(world) if pair[0].subject < 0)
        steps, holds = _walk(world, start, ((query.predicate, sign),), told)
        thing, given = told.cast.individual, _literal(*start[0], told)
        asked = f"{thing}→{_literal(query.predicate, sign, told)}{told.say('chain.asked')}"
        return [f"{asked}{thing}→{given}{told.say('semicolon')}{steps}"], holds
    if query.form in (ALL, NO):
        line, holds = _universal(world, query, sign, told)
        return [line], holds
    return _existence(world, query, sign, told)


def _settled(world: World, query: Statement, told: Telling[Cast]) -> tuple[list[str], int]:
    """First what holds of the whole subject, then what holds of something in it."""
    sign = query.form in (ALL, SOME)
    if query.subject < 0:
        return _deduced(world, query, told)[0], _decide(world, query)[0]
    is_universal = query.form in (ALL, NO)
    # All S are P is refuted by an S that is no P; some S are P is refuted where no S is P.
    line, holds = _universal(world, query, sign if is_universal else not sign, told)
    if holds:
        return [line], TRUE if is_universal else FALSE
    found, holds = _existence(world, query, not sign if is_universal else sign, told)
    return [line, *found], (OPEN if not holds else FALSE if is_universal else TRUE)


def _status_chain(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    found, status = _settled(world, Statement(*ask.args), told)
    verdict = told.say(("chain.true", "chain.false", "chain.open")[status])
    return "\n".join([_table(world, told), *found, verdict])


def _follows_chain(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    found, holds = _deduced(world, Statement(*ask.args), told)
    return "\n".join([_table(world, told), *found, told.say("chain.follows" if holds else "chain.not_follows")])


def _which_chain(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    lines = [_table(world, told)]
    for place, value in enumerate(shown):
        found, holds = _deduced(world, _query(value), told)
        end = told.say("chain.follows" if holds else "chain.not_follows")
        lines += [f"{letter_of(place)} {found[0]}", *found[1:], end]
        if holds:
            break
    return "\n".join(lines)


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "status",
        _status_ask,
        answer=lambda world, args: _prove(world, Statement(*args)),
        option=lambda value, told: told.say(("option.true", "option.false", "option.open")[value]),
        chain=_status_chain,
        slots=lambda args, told: {"said": statement(Statement(*args), told)},
    ),
    Kind(
        "follows",
        _follows,
        holds=_is_following,
        option=yes_or_no,
        is_two_valued=True,
        chain=_follows_chain,
        slots=lambda args, told: {"said": statement(Statement(*args), told)},
    ),
    Kind(
        "which",
        _which,
        holds=lambda world, args, value: _prove(world, _query(value)) == TRUE,
        option=lambda value, told: statement(_query(value), told),
        chain=_which_chain,
    ),
)


@lru_cache(maxsize=64)
def _queries(world: World) -> Found:
    """Return statements about a world that may be asked about, by their status."""
    told = {premise for premise in world.premises}
    told |= {Statement(form, two, one) for form, one, two in told if form in (NO, SOME) and one >= 0}
    by_status: Found = {TRUE: [], FALSE: [], OPEN: []}
    subjects = [-1, *range(world.size)] if any(premise[1] < 0 for premise in world.premises) else range(world.size)
    queries = [
        Statement(form, one, two)
        for one in subjects
        for two in range(world.size)
        if one != two
        for form in ((ALL, NO) if one < 0 else (ALL, NO, SOME, SOME_NOT))
    ]
    # The same of a world whenever it is asked about: of what is commoner there would always be others.
    Random(repr(world)).shuffle(queries)
    # A few of each status are enough; the rarest kinds of statement come first where there is a choice.
    queries.sort(key=lambda query: query in told)
    for query in queries:
        if min(len(found) for found in by_status.values()) >= 3:
            break
        status = _decide(world, query)[0]
        if len(by_status[status]) < 5 and (status != OPEN or _prove(world, query) == OPEN):
            by_status[status].append(query)
    return by_status


class Syllogism(Family[World, Cast]):
    """Values: True/False, a status, or a statement as a number."""

    name = "syllogism"
    title = "syllogisms over invented classes"
    order_free = ("premises",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = 3 + (level + 1) // 3
        while True:
            order = rng.sample(range(size), size)
            premises = []
            for place in range(1, size):
                old = order[place - 1 if rng.random() < 0.7 else rng.randrange(place)]
                pair = (order[place], old) if rng.random() < 0.8 else (old, order[place])
                premises.append(Statement(NO if rng.random() < 0.2 else ALL, *pair))
            form = SOME if rng.random() < 0.7 else SOME_NOT
            premises.append(Statement(form, *rng.sample(range(size), 2)))
            if level > 1 or rng.random() < 0.5:
                premises.append(Statement(ALL if rng.random() < 0.85 else NO, -1, rng.randrange(size)))
            rng.shuffle(premises)
            world = World(size, tuple(premises))
            if len({premise[1:] for premise in premises}) < len(premises):
                continue
            # The universal premises form a tree, so they never clash and none follows from the others.
            universal = World(size, tuple(other for other in premises if other[0] <= NO and other[1] >= 0))
            being = [premise for premise in premises if premise[0] >= SOME]
            if all(_decide(universal, premise)[0] == OPEN for premise in being):
                return world

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        by_status = _queries(world)
        few = min(len(found) for found in by_status.values())
        even, used = {status: found[:few] for status, found in by_status.items()}, set[Statement]()
        plans: list[Plan] = [("status", even, used), ("status", even, used), ("follows", even), ("which", by_status)]
        return self.first(plans, world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        told = self.told(Cast((), "", ("", "", "", "")), voice)
        every, no, some, some_not = (told.draw(f"form.{form}") for form in ("all", "no", "some", "some_not"))
        names = draw(voice, "coinage", world.size)
        if not voice.zh and voice.rng.random() < 0.4:
            every, no = told.all("form.of_one")
        elif voice.zh and voice.rng.random() < 0.25:
            names = tuple(voice.rng.sample("ABCDEFGH", world.size))
        return Cast(names, told.draw("individual.names"), (every, no, some, some_not))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        head = told.pick("tell.head")
        return f"{head}\n{voice.listing([told.capital(statement(premise, told)) for premise in world.premises])}"
