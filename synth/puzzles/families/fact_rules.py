"""Facts and rules with variables, as in Prolog: what follows, for whom, how often, and which statement is true?

Facts are about people and things (``认识(小明, 小红)``, ``喜欢(小红, 苹果)``); two or three rules of changing
shape derive new relations from them; whatever cannot be derived is false. Told in words or in a Prolog-like notation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from random import Random
from typing import Any, NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around, coset
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

X, Y, Z = -1, -2, -3
NONE = -9
"""The second argument of a property."""


class Derived(NamedTuple):
    """One derived predicate."""

    shape: str
    """Which form the rule has, see ``_clauses``."""
    head: int
    parts: tuple[int, ...]
    """Predicates of the body; for ``const`` a predicate and two things."""
    sign: bool
    """False where the last condition is negated."""


class Literal(NamedTuple):
    """A condition of a rule."""

    predicate: int
    terms: tuple[int, ...]
    """Variables (negative) or entities."""
    sign: bool


class Clause(NamedTuple):
    """Head and conditions; with ``apart``, X and Y must differ."""

    head: Literal
    body: tuple[Literal, ...]
    apart: bool


@dataclass(frozen=True, slots=True)
class World:
    """People 0 to people - 1, then things; predicates with their kinds; facts and rules."""

    people: int
    things: int
    kinds: tuple[str, ...]
    """PP, PT, P (property of people) or T (property of things) for each predicate."""
    facts: tuple[tuple[int, int, int], ...]
    """(predicate, first, second or NONE) in the order told."""
    rules: tuple[Derived, ...]


class Cast(NamedTuple):
    """Names and notation."""

    names: tuple[str, ...]
    predicates: tuple[str, ...]
    notation: int
    """0 words, 1 Prolog, 2 logic arrows."""

    @property
    def scene(self) -> int:
        """The notation is the setting."""
        return self.notation


Told = Telling[Cast]


@lru_cache(maxsize=256)
def _clauses(rule: Derived) -> list[Clause]:
    """Spell a rule's shape out."""
    head, parts, sign = rule.head, rule.parts, rule.sign
    pair, one = Literal(head, (X, Y), True), Literal(head, (X,), True)
    if rule.shape == "join":
        body = (Literal(parts[0], (X, Y), True), Literal(parts[1], (Y, Z), True))
        return [Clause(Literal(head, (X, Z), True), body, False)]
    if rule.shape in ("first", "second"):
        who = X if rule.shape == "first" else Y
        return [Clause(pair, (Literal(parts[0], (X, Y), True), Literal(parts[1], (who,), sign)), False)]
    if rule.shape == "minus":
        return [Clause(pair, (Literal(parts[0], (X, Y), True), Literal(parts[1], (X, Y), sign)), False)]
    if rule.shape == "symmetric":
        return [Clause(pair, (Literal(parts[0], terms, True),), False) for terms in ((X, Y), (Y, X))]
    if rule.shape == "inverse":
        return [Clause(pair, (Literal(parts[0], (Y, X), True),), False)]
    if rule.shape == "mutual":
        return [Clause(pair, (Literal(parts[0], (X, Y), True), Literal(parts[0], (Y, X), True)), False)]
    if rule.shape == "shared":
        return [Clause(pair, (Literal(parts[0], (X, Z), True), Literal(parts[0], (Y, Z), True)), True)]
    if rule.shape == "has":
        return [Clause(one, (Literal(parts[0], (X, Y), True), Literal(parts[1], (Y,), True)), False)]
    if rule.shape == "both":
        return [Clause(one, (Literal(parts[0], (X,), True), Literal(parts[1], (X,), sign)), False)]
    body = (Literal(parts[0], (X, parts[1]), True), Literal(parts[0], (X, parts[2]), sign))
    return [Clause(one, body, False)]


@lru_cache(maxsize=64)
def _model(world: World) -> frozenset[tuple[int, ...]]:
    """Prover: all true atoms, rule after rule: what fits the first condition, and every entity for what it leaves open.

    A rule's first condition is affirmed.
    """
    true: set[tuple[int, ...]] = {
        (predicate, first) if second == NONE else (predicate, first, second) for predicate, first, second in world.facts
    }
    entities = range(world.people + world.things)
    for clause in (clause for rule in world.rules for clause in _clauses(rule)):
        first, *rest = clause.body
        open_terms = sorted({term for part in rest for term in part.terms if term < 0} - set(first.terms))
        for atom in [atom for atom in true if atom[0] == first.predicate]:
            # A name stands for itself.
            if any(term not in (value, X, Y, Z) for term, value in zip(first.terms, atom[1:], strict=True)):
                continue
            bound = dict(zip(first.terms, atom[1:], strict=True))
            for values in product(entities, repeat=len(open_terms)):
                put = {**bound, **dict(zip(open_terms, values, strict=True))}
                if clause.apart and put[X] == put[Y]:
                    continue
                if all(
                    ((part.predicate, *[put.get(term, term) for term in part.terms]) in true) == part.sign
                    for part in rest
                ):
                    true.add((clause.head.predicate, *[put[term] for term in clause.head.terms]))
    return frozenset(true)


class Trace:
    """Goal-directed derivation that writes its steps down; independent of ``_model``."""

    def __init__(self, world: World, told: Told | None = None) -> None:
        self.world, self.told = world, told
        self.rules = {rule.head: rule for rule in world.rules}
        self.lines: list[str] = []
        self.steps = 0

    def _note(self, told: Told, who: int, predicate: int, found: list[int]) -> None:
        names = told.voice.join([told.cast.names[one] for one in found]) or told.say("none")
        name, predicate_name = told.cast.names[who], told.cast.predicates[predicate]
        self.lines.append(f"{name}{told.say('space')}{predicate_name}{told.say('colon')}{names}")

    def _mark(self, who: int, predicate: int, is_so: bool) -> bool:
        if self.told is not None:
            cast = self.told.cast
            self.lines.append(f"{cast.predicates[predicate]}({cast.names[who]}){'✓' if is_so else '✗'}")
        return is_so

    def all_of(self, predicate: int, who: int) -> list[int]:
        """All second arguments for one first argument."""
        self.steps += 1
        rule = self.rules.get(predicate)
        if rule is None:
            found = [second for one, first, second in self.world.facts if one == predicate and first == who]
        else:
            found = list(dict.fromkeys(self._derive(rule, who)))
        if self.told is not None:
            self._note(self.told, who, predicate, found)
        return found

    def _derive(self, rule: Derived, who: int) -> list[int]:
        base, parts = rule.parts[0], rule.parts
        if rule.shape in ("inverse", "symmetric"):
            found = self.all_of(base, who) if rule.shape == "symmetric" else []
            return found + [one for one in range(self.world.people) if one != who and who in self.all_of(base, one)]
        if rule.shape == "shared":
            mine = self.all_of(base, who)
            others = [one for one in range(self.world.people) if one != who] if mine else []
            return [one for one in others if set(mine) & set(self.all_of(base, one))]
        found = self.all_of(base, who)
        if not found:
            return []
        if rule.shape == "join":
            return [last for middle in found for last in self.all_of(parts[1], middle)]
        if rule.shape == "first":
            return found if self.is_so(parts[1], who) == rule.sign else []
        if rule.shape == "second":
            return [one for one in found if self.is_so(parts[1], one) == rule.sign]
        if rule.shape == "minus":
            other = self.all_of(parts[1], who)
            return [one for one in found if (one in other) == rule.sign]
        return [one for one in found if who in self.all_of(base, one)]  # mutual

    def is_so(self, predicate: int, who: int) -> bool:
        """Decide a property of one person or thing."""
        self.steps += 1
        rule = self.rules.get(predicate)
        if rule is None:
            return self._mark(who, predicate, (predicate, who, NONE) in self.world.facts)
        first = rule.parts[0]
        if rule.shape == "both":
            result = self.is_so(first, who) and self.is_so(rule.parts[1], who) == rule.sign
        elif rule.shape == "has":
            result = any(self.is_so(rule.parts[1], one) for one in self.all_of(first, who))
        else:
            found = self.all_of(first, who)
            result = rule.parts[1] in found and (rule.parts[2] in found) == rule.sign
        return self._mark(who, predicate, result)

    def pair(self, predicate: int, first: int, second: int) -> bool:
        """Decide whether a relation holds, the shortest way that its rule allows."""
        rule = self.rules.get(predicate)
        if rule is not None and rule.shape == "inverse":
            return first in self.all_of(rule.parts[0], second)
        if rule is not None and rule.shape == "symmetric":
            return second in self.all_of(rule.parts[0], first) or first in self.all_of(rule.parts[0], second)
        if rule is not None and rule.shape == "shared":
            mine = self.all_of(rule.parts[0], first)
            return bool(set(mine) & set(self.all_of(rule.parts[0], second)))
        if rule is not None and rule.shape == "join":
            return any(second in self.all_of(rule.parts[1], middle) for middle in self.all_of(rule.parts[0], first))
        return second in self.all_of(predicate, first)

    def decide(self, atom: Args) -> bool:
        """Decide a property or a relation."""
        return self.is_so(atom[0], atom[1]) if len(atom) == 2 else self.pair(atom[0], atom[1], atom[2])


_SHAPES: tuple[tuple[str, str], ...] = (
    ("join", "PT"), ("join", "PP"), ("first", "PT"), ("first", "PP"), ("second", "PP"), ("second", "PT"),
    ("minus", "PT"), ("symmetric", "PP"), ("inverse", "PP"), ("mutual", "PP"), ("shared", "PP"),
    ("has", "P"), ("has", "P"), ("both", "P"), ("const", "P"), ("const", "P"),
)  # fmt: skip


def _parts(
    shape: str, kind: str, kinds: list[str], depth: list[int], people: int, things: int, rng: Random
) -> tuple[int, ...]:
    """Choose the predicates of a rule's body: a derived one where that keeps the derivation short."""

    def choose(want: str, is_base: bool = False, but: int = -1) -> int:
        fits = [one for one, have in enumerate(kinds) if have == want and one != but and depth[one] < 2]
        fits = [one for one in fits if not (is_base and depth[one])]
        derived = [one for one in fits if depth[one]]
        return rng.choice(derived) if derived and rng.random() < 0.8 else rng.choice(fits)

    if shape == "join":
        first = choose("PP")
        return first, choose(kind, depth[first] > 0)
    if shape in ("first", "second"):
        first = choose(kind)
        return first, choose("P" if shape == "first" else kind[1], depth[first] > 0)
    if shape == "minus":
        first = choose(kind)
        return first, choose(kind, depth[first] > 0, first)
    if shape == "both":
        first = choose("P")
        return first, choose("P", depth[first] > 0, first)
    if shape == "has":
        want = rng.choice("PT")
        first = choose("P" + want)
        return first, choose(want, depth[first] > 0)
    if shape == "const":
        return (choose("PT"), *(people + one for one in rng.sample(range(things), 2)))
    return (choose("PT" if shape == "shared" else "PP", True),)


def _facts(
    kinds: list[str], used: set[int], people: int, things: int, level: int, rng: Random
) -> list[tuple[int, int, int]]:
    facts: list[tuple[int, int, int]] = []
    for predicate in sorted(one for one in used if one < len(kinds)):
        kind = kinds[predicate]
        if len(kind) == 1:
            pool = range(people) if kind == "P" else range(people, people + things)
            chosen = rng.sample(pool, rng.randrange(1, len(pool)))
            facts += [(predicate, one, NONE) for one in sorted(chosen)]
            continue
        ends = range(people) if kind == "PP" else range(people, people + things)
        pairs = [(one, end) for one in range(people) for end in ends if one != end]
        chosen_pairs = rng.sample(pairs, min(len(pairs), people + rng.randrange(2) + level // 5))
        if rng.random() < 0.6:
            chosen_pairs.sort()
        facts += [(predicate, *pair) for pair in chosen_pairs]
    if rng.random() < 0.3:
        rng.shuffle(facts)
    return facts


def _ends(world: World, predicate: int) -> range:
    """What can stand second in a relation."""
    is_people = world.kinds[predicate] == "PP"
    return range(world.people) if is_people else range(world.people, world.people + world.things)


def _atoms(world: World, predicate: int) -> list[Args]:
    if len(world.kinds[predicate]) == 1:
        return [(predicate, one) for one in range(world.people)]
    ends = _ends(world, predicate)
    return [(predicate, one, end) for one in range(world.people) for end in ends if one != end]


def _holds(world: World, rng: Random, goal: int) -> Ask[bool]:
    atoms = _atoms(world, goal)
    rng.shuffle(atoms)
    others = [atom for rule in world.rules for atom in _atoms(world, rule.head) if rule.head != goal]
    trace, want = Trace(world), rng.random() < 0.54
    atom = next((atom for atom in [*atoms, *others] if trace.decide(atom) == want), atoms[0])
    return claimed("holds", atom, trace.decide(atom))


def _who(world: World, rng: Random, goal: int) -> Ask[int] | None:
    """Which of these people (has the property; stands in the relation to an entity), or which second argument."""
    trace, people = Trace(world), range(world.people)
    args: Args = (goal,)
    if len(world.kinds[goal]) == 1:
        have, pool = [one for one in people if trace.is_so(goal, one)], people
    elif rng.random() < 0.6:
        who, pool = rng.randrange(world.people), _ends(world, goal)
        args, have = (goal, who, NONE), trace.all_of(goal, who)
    else:
        end, pool = rng.choice(_ends(world, goal)), people
        args, have = (goal, NONE, end), [one for one in people if one != end and trace.pair(goal, one, end)]
    lack = [one for one in pool if one not in have and one not in args[1:]]
    have = [one for one in have if one not in args[1:]]
    if not have or not lack:
        return None
    rng.shuffle(lack)
    return Ask("who", args, rng.choice(have), tuple(lack[:4]))


_LONGEST = 14
"""Steps of a derivation that are not too many to write down."""
_MANY = 3
"""More are hardly ever there: nobody would take them for right."""


def _every(world: World, rng: Random, goal: int) -> Ask[Any] | None:
    """Ask how many there are (the kind ``count``), or which (``all``)."""
    trace, pool = Trace(world), range(world.people)
    args: Args = (goal,)
    if len(world.kinds[goal]) == 1:
        have = [one for one in pool if trace.is_so(goal, one)]
        if trace.steps > _LONGEST:
            return None
    else:
        # Any number is as likely as the next: of most people there is none.
        found: dict[int, list[tuple[int, list[int]]]] = {}
        for who in rng.sample(pool, len(pool)):
            trace.steps = 0
            all_of = sorted(trace.all_of(goal, who))
            if trace.steps <= _LONGEST:
                found.setdefault(len(all_of), []).append((who, all_of))
        if not found:
            return None
        who, have = found[rng.choice(sorted(found))][0]
        args, pool = (goal, who, NONE), _ends(world, goal)
    if rng.random() < 0.5:
        if len(have) > _MANY:
            return None
        return Ask("count", args, len(have), tuple(around(len(have), 0, _MANY)))
    wrong = coset(sum(1 << one for one in have), [1 << one for one in rng.sample(pool, min(3, len(pool)))])
    return Ask("all", args, tuple(have), tuple(tuple(one for one in pool if value >> one & 1) for value in wrong))


def _true(world: World, rng: Random, goal: int) -> Ask[Args] | None:
    """Which of these statements is true (or false)?"""
    atoms = [atom for rule in world.rules for atom in _atoms(world, rule.head)]
    rng.shuffle(atoms)
    trace, sign = Trace(world), int(rng.random() < 0.65)
    right: Args | None = None
    no: list[Args] = []
    for atom in atoms[:24]:
        # Slips of an option are made in its places, which mean the same in statements of the same length.
        if right is not None and len(atom) != len(right):
            continue
        trace.steps = 0
        is_right = trace.decide(atom) == bool(sign)
        if trace.steps > 5:
            continue
        if not is_right:
            no.append(atom)
        elif right is None:
            right = atom
            no = [atom for atom in no if len(atom) == len(right)]
        if right is not None and len(no) >= 3:
            break
    return Ask("true", (sign,), right, tuple(no[:3])) if right is not None and no else None


def _filled(args: Args, value: int) -> Args:
    """Put a value into an open statement."""
    return (args[0], *(value if one == NONE else one for one in args[1:] or (NONE,)))


def _answers(world: World, args: Args) -> Args:
    """Prover: all that makes an open statement true."""
    told = args[: max(1, len(args) - 1)]
    return tuple(sorted(atom[-1] for atom in _model(world) if atom[: len(told)] == told))


def _literal(literal: Literal, told: Told) -> str:
    name = told.cast.predicates[literal.predicate]
    x, *more = ("XYZ"[-1 - term] if term < 0 else told.cast.names[term] for term in literal.terms)
    if more:
        return told.say("literal.pair" if literal.sign else "literal.not_pair", x=x, name=name, y=more[0])
    article = "an" if name[0] in "ae" else "a"
    return told.say(f"literal.{article}" if literal.sign else f"literal.not_{article}", x=x, name=name)


def atom_of(atom: Args, told: Told) -> str:
    """Word a statement."""
    return _literal(Literal(atom[0], atom[1:], True), told)


def rule_of(clause: Clause, form: str, told: Told) -> str:
    """Word a rule; ``form`` joins its condition and its conclusion."""
    body = [_literal(part, told) for part in clause.body]
    if clause.apart:
        body.append(told.say("rule.apart"))
    return told.fill(form, told.say("rule.and").join(body), _literal(clause.head, told))


def what_of(args: Args, told: Told) -> str:
    """An open statement such as 小明喜欢□ or 会员(□)."""
    name, blank = told.cast.predicates[args[0]], told.say("blank")
    x, *more = (blank if one == NONE else told.cast.names[one] for one in args[1:] or (NONE,))
    if more:
        return told.say("literal.pair", x=x, name=name, y=more[0])
    return told.say("literal.a", x=x, name=name)


def _verdict(is_so: bool, told: Told) -> str:
    return told.say("chain.so" if is_so else "chain.not_so")


def _decided(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    trace = Trace(world, told)
    result = trace.decide(ask.args)
    if len(ask.args) > 2:
        trace.lines.append(f"{atom_of(ask.args, told)}{told.say('colon')}{_verdict(result, told)}")
    return "\n".join(trace.lines)


def _tried(world: World, told: Told, atoms: Sequence[Args], want: bool) -> str:
    """Decide the statements that the options make, up to the first that is as wanted."""
    trace = Trace(world, told)
    for place, atom in enumerate(atoms):
        trace.lines.append(told.say("chain.option", letter=letter_of(place), atom=atom_of(atom, told)))
        result = trace.decide(atom)
        if len(atom) > 2:
            trace.lines.append(_verdict(result, told))
        if result == want:
            break
    return "\n".join(trace.lines)


def _who_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[int]) -> str:
    if len(ask.args) == 1 or ask.args[1] == NONE:
        return _tried(world, told, [_filled(ask.args, value) for value in shown], True)
    trace = Trace(world, told)
    have = trace.all_of(ask.args[0], ask.args[1])

    def line(value: int) -> str:
        return f"{told.cast.names[value]}{'✓' if value in have else '✗'}"

    return "\n".join([*trace.lines, *tried(shown, have.__contains__, line, told, mark=" ")])


def _found(world: World, args: Args, told: Told) -> tuple[list[str], list[int]]:
    """Look for all that makes an open statement true."""
    trace = Trace(world, told)
    if len(args) == 1:
        return trace.lines, [one for one in range(world.people) if trace.is_so(args[0], one)]
    return trace.lines, trace.all_of(args[0], args[1])


def _counted(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    lines, have = _found(world, ask.args, told)
    cells = told.say("comma").join(f"{number} {told.cast.names[one]}" for number, one in enumerate(have, 1))
    return "\n".join([*lines, told.say("chain.count", cells=cells or told.say("option.none"), count=len(have))])


def _listed(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    lines, have = _found(world, ask.args, told)
    cells = told.say("comma").join(told.cast.names[one] for one in sorted(have))
    return "\n".join([*lines, cells or told.say("option.none")])


def _open(args: Args, told: Told) -> dict[str, object]:
    return {"said": what_of(args, told), "blank": told.say("blank")}


def _names(value: Args, told: Told) -> str:
    return told.voice.join([told.cast.names[one] for one in value]) or told.say("option.none")


KINDS: tuple[Kind[World, Cast], ...] = (
    whether(
        "holds",
        _holds,
        is_so=lambda world, args: args in _model(world),
        chain=_decided,
        slots=lambda args, told: {"said": atom_of(args, told)},
    ),
    Kind(
        "who",
        _who,
        holds=lambda world, args, value: _filled(args, value) in _model(world),
        option=lambda value, told: told.cast.names[value],
        chain=_who_chain,
        slots=_open,
    ),
    worked_out(
        "count",
        _every,
        answer=lambda world, args: len(_answers(world, args)),
        chain=_counted,
        slots=_open,
    ),
    worked_out("all", _every, answer=_answers, option=_names, chain=_listed, slots=_open),
    Kind(
        "true",
        _true,
        holds=lambda world, args, value: (value in _model(world)) == bool(args[0]),
        option=atom_of,
        chain=lambda world, ask, told, shown: _tried(world, told, shown, bool(ask.args[0])),
        variant=lambda args, told: "right" if args[0] else "wrong",
    ),
)


class FactRules(Family[World, Cast]):
    """Values: True/False, an entity, a count, sorted entities, or an atom (predicate, first, …)."""

    name = "fact_rules"
    title = "facts and rules with variables, closed world"
    facts = ("rules",)
    order_free = ("facts",)
    changes = {"facts": "other"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        people, things = 3 + level // 3, 3 + level // 5
        # Base predicates: two relations among people, two to things, two properties of people, one of things.
        kinds = ["PP", "PP", "PT", "PT", "P", "P", "T"]
        base = len(kinds)
        rules: list[Derived] = []
        depth = [0] * base
        for _ in range(2 if level < 4 else 3):
            shape, kind = rng.choice(_SHAPES)
            parts = _parts(shape, kind, kinds, depth, people, things, rng)
            rules.append(Derived(shape, len(kinds), parts, rng.random() < 0.4))
            depth.append(1 + max(depth[part] for part in (parts[:1] if shape == "const" else parts)))
            kinds.append(kind)
        used = {part for rule in rules for part in (rule.parts[:1] if rule.shape == "const" else rule.parts)}
        facts = _facts(kinds[:base], used, people, things, level, rng)
        # Drop the predicates that occur nowhere.
        kept = [one for one in range(len(kinds)) if one >= base or one in used]
        place = {old: new for new, old in enumerate(kept)}
        return World(
            people,
            things,
            tuple(kinds[one] for one in kept),
            tuple((place[one], first, second) for one, first, second in facts),
            tuple(
                Derived(
                    rule.shape,
                    place[rule.head],
                    tuple(part if rule.shape == "const" and at else place[part] for at, part in enumerate(rule.parts)),
                    rule.sign,
                )
                for rule in rules
            ),
        )

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        heads = [rule.head for rule in world.rules]
        weights = [1 + 2 * place for place in range(len(heads))]
        found: dict[tuple[str, Args], Ask[Any]] = {}
        for name in self.drawn(["holds", "who", "who", "all", "true"], rng, may_be_two, most=5):
            if len(found) == 3:
                break
            for ask in self.made(name, world, rng, rng.choices(heads, weights)[0]):
                found.setdefault((ask.kind, ask.args), ask)
        return list(found.values())

    def cast(self, world: World, voice: Voice) -> Cast:
        rng, told = voice.rng, self.told(Cast((), (), 0), voice)
        people = draw(voice, "person", world.people)
        while set(people) & {"X", "Y", "Z"}:
            people = draw(voice, "person", world.people)
        names = people + draw(voice, "thing", world.things)
        if rng.random() < 0.25:
            made_up = zip(draw(voice, "coinage", len(world.kinds)), world.kinds, strict=True)
            verbs = [told.say("verb" if len(kind) == 2 else "noun", word=word) for word, kind in made_up]
            return Cast(names, tuple(verbs), int(rng.random() * 3))
        bags = {kind: told.say(f"predicates.{kind.lower()}").split() for kind in ("PP", "PT", "P", "T")}
        bags = {kind: rng.sample(words, len(words)) for kind, words in bags.items()}
        return Cast(names, tuple(bags[kind].pop() for kind in world.kinds), int(rng.random() * 3))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        # Words and arrows each have a draw of their own, so that the notation moves none of the other wordings.
        chances, forms = (voice.rng.random(), voice.rng.random()), told.all("rule.form")
        form = forms[int(chances[cast.notation // 2] * len(forms))]
        rules = [rule_of(clause, form, told) for rule in world.rules for clause in _clauses(rule)]
        atoms = [(one, first) if second == NONE else (one, first, second) for one, first, second in world.facts]
        facts = [atom_of(atom, told) for atom in atoms]
        head, closed = told.pick("tell.head"), told.pick("tell.closed")
        is_running = voice.rng.random() < 0.25 and cast.notation
        if not cast.notation:
            facts, rules = [told.capital(one) for one in facts], [told.capital(one) for one in rules]
        listed = told.say("comma").join(facts) + told.say("stop") if is_running else voice.listing(facts)
        parts = [f"{told.pick('tell.facts')}\n{listed}"]
        rules_head = told.pick("tell.rules")
        parts.append(f"{rules_head}\n{voice.listing(rules)}")
        if voice.rng.random() < 0.3:
            parts.reverse()
        space = told.say("space")
        return f"{head}{space}{told.say('tell.signs')}{space}{closed}\n" + "\n".join(parts)
