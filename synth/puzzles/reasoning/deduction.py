"""Puzzles of clues about places: deduced in small steps, each proven by looking for a counterexample.

Things (0, 1, 2 …) have values (places, days, truth values). What any claim says of them is told by ``Clues.meaning``,
as parts that each look at a few things. A claim follows from others if there is no way to give values that fits the
others and not the claim (``follows``).

The steps are found as a person finds them (``derive``): what one clue, together with what is known already, leaves of a
thing's values; where no clue helps, a value is tried, and refuted. Of all steps found, those are kept that lead to what
is asked.

>>> before = lambda a, b: Claim("before", (a, b))
>>> clues = Clues(3, 3, lambda c: [Part(c.args, lambda one, two: one < two)])
>>> follows(clues, [before(0, 1), before(1, 2)], place(0, {0}, 3)), follows(clues, [before(0, 1)], place(0, {0}, 3))
(True, False)
>>> [step.claim.args for step in derive(clues, [before(0, 1), before(1, 2)], [0]).steps]
[(1, (1,)), (0, (0,))]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, product
from typing import Any, NamedTuple

from synth.puzzles.reasoning.steps import Claim, Contradiction, Deduce, Step, Suppose


class Part(NamedTuple):
    """What a claim says about some things together."""

    scope: tuple[int, ...]
    test: Callable[..., bool]
    """Whether it fits, given the values of these things."""


@dataclass(frozen=True, slots=True)
class Clues:
    """A kind of puzzle: how many things and values there are, and what claims mean."""

    things: int
    values: int
    meaning: Callable[[Claim], Sequence[Part]]
    """Of any claim but places, ``not`` and arithmetic: its parts, all of which must fit."""
    is_distinct: bool = True
    """No two things have the same value."""
    group: Callable[[int], int] = field(default=lambda thing: 0)
    """Things of different groups may have the same value all the same."""
    parts: dict[Claim, list[Part]] = field(default_factory=dict, repr=False, compare=False)
    """Meanings that were asked for before."""


@lru_cache(maxsize=4096)
def _place(thing: int, values: frozenset[int], most: int) -> Claim:
    kind = "is" if len(values) == 1 else "in" if len(values) <= max(2, most // 2) else "out"
    return Claim(kind, (thing, tuple(sorted(values if kind != "out" else set(range(most)) - values))))


def place(thing: int, values: Iterable[int], most: int) -> Claim:
    """Claim that a thing has one of these values, in the way that is shortest to say."""
    return _place(thing, frozenset(values), most)


def allowed(claim: Claim, most: int) -> frozenset[int] | None:
    """Return the values that a place claim leaves; None for any other claim."""
    if claim.kind in ("is", "in"):
        return frozenset(claim.args[1])
    return frozenset(range(most)) - frozenset(claim.args[1]) if claim.kind == "out" else None


def _parts(clues: Clues, claim: Claim) -> list[Part]:
    found = clues.parts.get(claim)
    if found is None:
        found = clues.parts[claim] = _meant(clues, claim)
    return found


def _meant(clues: Clues, claim: Claim) -> list[Part]:
    values = allowed(claim, clues.values)
    if values is not None:
        return [Part((claim.args[0],), values.__contains__)]
    if claim.kind == "not":
        return [_negated([part for one in claim.args for part in _parts(clues, one)])]
    return list(clues.meaning(claim))


def _negated(parts: Sequence[Part]) -> Part:
    scope = tuple(dict.fromkeys(thing for part in parts for thing in part.scope))
    places = [tuple(scope.index(thing) for thing in part.scope) for part in parts]

    def test(*values: int) -> bool:
        return not all(part.test(*(values[at] for at in where)) for part, where in zip(parts, places, strict=True))

    return Part(scope, test)


def follows(clues: Clues, because: Sequence[Claim], claim: Claim | None) -> bool:
    """Prove that a claim (or, for None, a contradiction) follows: nothing fits the others and not the claim."""
    parts = [part for one in because for part in _parts(clues, one)]
    if claim is not None:
        parts.append(_negated(_parts(clues, claim)))
    return not _fits(clues, parts)


def _ordered(things: Sequence[int], domains: dict[int, set[int]], parts: Sequence[Part]) -> list[int]:
    """Order things so that what excludes a value is met early: those of one value, then what a part joins to them."""
    left, ordered = set(things), [thing for thing in things if len(domains[thing]) == 1]
    left -= {*ordered}
    linked: dict[int, set[int]] = {thing: set() for thing in things}
    for part in parts:
        if len(part.scope) == 2:
            one, two = part.scope
            linked[one].add(two)
            linked[two].add(one)
    done = {*ordered}
    while left:
        best = min(left, key=lambda thing: (-len(linked[thing] & done), len(domains[thing]), thing))
        ordered.append(best)
        done.add(best)
        left.remove(best)
    return ordered


def _fits(clues: Clues, parts: Sequence[Part]) -> bool:
    """Look for values that fit all parts, by backtracking."""
    things = list(dict.fromkeys(thing for part in parts for thing in part.scope))
    domains = {thing: set(range(clues.values)) for thing in things}
    joint = []
    for part in parts:
        if len(part.scope) == 1:
            domains[part.scope[0]] = {value for value in domains[part.scope[0]] if part.test(value)}
        elif not part.scope:
            if not part.test():
                return False
        else:
            joint.append(part)
    if not all(domains.values()):
        return False
    is_whole = clues.is_distinct and len(things) == clues.values == clues.things
    if is_whole and len(set[int]().union(*domains.values())) < clues.values:
        # Some value is left for nothing.
        return False
    things = _ordered(things, domains, joint)
    rank = {thing: at for at, thing in enumerate(things)}
    due: list[list[Part]] = [[] for _ in things]
    for part in joint:
        due[max(rank[thing] for thing in part.scope)].append(part)
    values: dict[int, int] = {}
    used: set[tuple[int, int]] = set()

    def fill(at: int) -> bool:
        if at == len(things):
            return True
        thing = things[at]
        group = clues.group(thing)
        for value in domains[thing]:
            if clues.is_distinct and (group, value) in used:
                continue
            values[thing] = value
            used.add((group, value))
            if all(part.test(*[values[one] for one in part.scope]) for part in due[at]) and fill(at + 1):
                return True
            used.discard((group, value))
        return False

    return fill(0)


class _Board:
    """What is known of each thing's values, and why."""

    def __init__(self, clues: Clues) -> None:
        self.clues = clues
        self.domains = [frozenset(range(clues.values))] * clues.things
        self.facts: list[list[Claim]] = [[] for _ in range(clues.things)]
        """Claims that together leave of each thing what is in ``domains``."""
        self.joint: list[Claim] = []
        """Clues that look at several things."""
        self.known: set[int] = set()
        """Things of which one fact leaves one value."""

    def add(self, thing: int, values: frozenset[int], claim: Claim) -> None:
        """Note a place claim that was deduced."""
        self.domains[thing] = values
        if claim.kind == "is":
            self.known.add(thing)
        self.facts[thing] = [claim] if claim.kind == "is" else [*self.facts[thing], claim]

    def copy(self) -> _Board:
        """Return a board on which a case can be tried."""
        other = _Board(self.clues)
        other.domains, other.facts = list(self.domains), [list(facts) for facts in self.facts]
        other.joint, other.known = self.joint, set(self.known)
        return other

    def tell(self, claim: Claim) -> None:
        """Take a clue: one about a single thing is known at once."""
        parts = _parts(self.clues, claim)
        if len(parts) == 1 and len(parts[0].scope) == 1:
            thing = parts[0].scope[0]
            values = frozenset(value for value in self.domains[thing] if parts[0].test(value))
            self.domains[thing] = values
            self.facts[thing].append(claim)
            if sum(map(parts[0].test, range(self.clues.values))) == 1:
                self.known.add(thing)
        else:
            self.joint = [*self.joint, claim]

    def free(self, thing: int) -> frozenset[int]:
        """Return the values that no other thing has."""
        taken = self._taken(thing)
        return self.domains[thing] - {next(iter(self.domains[one])) for one in taken}

    def _taken(self, thing: int) -> list[int]:
        if not self.clues.is_distinct:
            return []
        group = self.clues.group
        return [
            one
            for one in range(self.clues.things)
            if one != thing and len(self.domains[one]) == 1 and group(one) == group(thing)
        ]

    def next(self) -> Deduce | Contradiction | None:
        """Return the step that says most: what is left of a thing's values, or that nothing is."""
        found: list[tuple[int, int, int, int, frozenset[int], tuple[int, ...], Claim | None]] = []
        for thing in range(self.clues.things):
            left = self.free(thing)
            if not left or (len(left) == 1 and thing not in self.known):
                found.append((len(left), len(self.facts[thing]), 0, thing, left, (thing,), None))
        if not found or found[0][0]:
            for at, claim in enumerate(self.joint):
                for part in _parts(self.clues, claim):
                    for thing, left in self._revised(part):
                        if left < self.free(thing):
                            weight = sum(len(self.facts[one]) for one in part.scope)
                            found.append((len(left), weight, at + 1, thing, left, part.scope, claim))
        if not found and self.clues.is_distinct and self.clues.things == self.clues.values:
            found += self._only_here()
        if not found:
            return None
        _, _, _, thing, left, scope, clue = min(found, key=lambda one: one[:4])
        grounds = [fact for one in scope for fact in self.facts[one]]
        seen = {*scope}
        for one in [other for member in scope for other in self._taken(member)]:
            if one not in seen:
                seen.add(one)
                grounds += self.facts[one]
        if clue is not None:
            grounds.insert(0, clue)
        goal = place(thing, left, self.clues.values) if left else None
        because = _least(self.clues, tuple(dict.fromkeys(grounds)), goal)
        if goal is None:
            return Contradiction(because, Claim("", ()))
        self.add(thing, left, goal)
        return Deduce(goal, because)

    def _only_here(self) -> list[tuple[int, int, int, int, frozenset[int], tuple[int, ...], Claim | None]]:
        """Return values that only one thing can have."""
        for value in range(self.clues.values):
            able = [thing for thing in range(self.clues.things) if value in self.free(thing)]
            if len(able) == 1 and len(self.domains[able[0]]) > 1:
                others = tuple(one for one in range(self.clues.things) if one != able[0])
                return [(1, 0, 0, able[0], frozenset((value,)), others, None)]
        return []

    def _revised(self, part: Part) -> Iterable[tuple[int, frozenset[int]]]:
        if len(part.scope) > 4:
            return
        domains = [self.free(thing) for thing in part.scope]
        group = self.clues.group
        left: list[set[int]] = [set() for _ in part.scope]
        for values in product(*domains):
            if self.clues.is_distinct and len(set(values)) < len(values):
                pairs = combinations(range(len(values)), 2)
                if any(values[a] == values[b] and group(part.scope[a]) == group(part.scope[b]) for a, b in pairs):
                    continue
            if part.test(*values):
                for at, value in enumerate(values):
                    left[at].add(value)
        for thing, values_left in zip(part.scope, left, strict=True):
            yield thing, frozenset(values_left)


def _least(clues: Clues, because: tuple[Claim, ...], goal: Claim | None) -> tuple[Claim, ...]:
    """Leave out grounds, the last first, as long as the rest is enough."""
    kept = list(because)
    for claim in reversed(because):
        fewer = [one for one in kept if one is not claim]
        if follows(clues, fewer, goal):
            kept = fewer
    return tuple(kept)


class Derived(NamedTuple):
    """How the values asked for are found."""

    steps: list[Step]
    facts: dict[int, tuple[Claim, ...]]
    """The claims that give each thing's value in the end: one that was deduced, or a clue."""


def derive(clues: Clues, told: Sequence[Claim], asked: Sequence[int]) -> Derived:
    """Find steps that lead from the clues to the values of the things that are asked for.

    Raises:
        LookupError: neither a clue nor a case helps.
    """
    board = _Board(clues)
    for claim in told:
        board.tell(claim)
    steps: list[Step] = []
    while not board.known.issuperset(asked):
        step = board.next()
        if step is not None:
            steps.append(step)
            continue
        case = _case(board)
        if case is None:
            raise LookupError("neither a clue nor a case helps")
        steps += case
    facts = {
        thing: _least(clues, tuple(board.facts[thing]), place(thing, board.domains[thing], clues.values))
        for thing in asked
    }
    return Derived(kept(steps, [fact for some in facts.values() for fact in some]), facts)


def _case(board: _Board) -> list[Step] | None:
    """Try a value that turns out to be impossible: of those, the one that is refuted soonest."""
    best: list[Step] | None = None
    for thing in sorted(range(board.clues.things), key=lambda one: (len(board.free(one)), one)):
        left = board.free(thing)
        if len(left) < 2:
            continue
        for value in sorted(left):
            other = board.copy()
            assumed = place(thing, (value,), board.clues.values)
            other.add(thing, frozenset((value,)), assumed)
            steps: list[Step] = []
            while (step := other.next()) is not None:
                steps.append(step)
                if isinstance(step, Contradiction):
                    break
            if not steps or not isinstance(step, Contradiction):
                continue
            inside = kept(steps[:-1], step.because)
            if best is None or len(inside) + 2 < len(best):
                so = place(thing, frozenset(range(board.clues.values)) - {value}, board.clues.values)
                best = [Suppose(assumed), *inside, Contradiction(step.because, so)]
        if best is not None and len(best) <= 4:
            break
    if best is not None:
        end = best[-1]
        assert isinstance(end, Contradiction)
        thing = end.so.args[0]
        values = allowed(end.so, board.clues.values)
        assert values is not None
        board.add(thing, board.domains[thing] & values, end.so)
    return best


def kept(steps: Sequence[Step], wanted: Iterable[Claim]) -> list[Step]:
    """Return the steps that lead to the claims wanted, in their order."""
    needed, found = set(wanted), list[Step]()
    at = len(steps) - 1
    while at >= 0:
        step = steps[at]
        if isinstance(step, Contradiction):
            start = at
            while not isinstance(steps[start], Suppose):
                start -= 1
            if step.so in needed:
                block = steps[start : at + 1]
                found += reversed(block)
                needed |= {
                    ground for one in block if isinstance(one, (Deduce, Contradiction)) for ground in one.because
                }
            at = start
        elif isinstance(step, Deduce) and step.claim in needed:
            found.append(step)
            needed |= set(step.because)
        at -= 1
    return found[::-1]


def allowed_by(clues: Clues, claims: Sequence[Claim], thing: int) -> frozenset[int]:
    """Return the values that claims about one thing alone leave it."""
    tests = [part.test for claim in claims for part in _parts(clues, claim) if part.scope == (thing,)]
    return frozenset(value for value in range(clues.values) if all(test(value) for test in tests))


def grounds(clues: Clues, told: Sequence[Claim], claim: Any, most: int = 2) -> tuple[Claim, ...] | None:
    """Return the fewest clues that prove a claim, up to ``most``; None where more are needed."""
    for size in range(1, most + 1):
        for some in combinations(told, size):
            if follows(clues, some, claim):
                return some
    return None
