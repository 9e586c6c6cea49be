"""Truth tellers and liars: who is a knight and who a knave, from what they say about each other.

Either one person's kind is given and passed on from claim to claim (a web of lies), or nobody's kind is given and a
closing claim about two people rules out one of the two ways to assign kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around, coset
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, tried, yes_or_no
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


class Claim(NamedTuple):
    """What one person says."""

    speaker: int
    form: int
    """0 first honest, 1 first lies; of two: 2 same kind, 3 different, 4 both honest, 5 both lie, 6/7 at least one."""
    first: int
    second: int
    """The other person spoken of; -1 in forms 0 and 1."""


@dataclass(frozen=True, slots=True)
class World:
    """The claims, and the given kind if there is one."""

    size: int
    """Number of people."""
    claims: tuple[Claim, ...]
    """In the order they are told."""
    anchor: int
    """The person whose kind is given, or -1."""
    is_anchor_honest: bool
    """The given kind; False where there is none."""


class Cast(NamedTuple):
    """Names, setting and the wording of a claim."""

    names: tuple[str, ...]
    scene: int
    """Setting: how the two kinds are called."""
    claim: str
    """A format of speaker and sentence."""


Told = Telling[Cast]
Honest = Mapping[int, bool]
"""person -> is honest."""
FORMS = ("good", "bad", "same", "different", "both_good", "both_bad", "one_good", "one_bad")
"""The forms of claims, as the table of sentences calls them."""


def _is_true(claim: Claim, first: bool, second: bool) -> bool:
    return (
        (first, not first, first == second, first != second, first and second, not (first or second), first or second)[
            claim.form
        ]
        if claim.form < 7
        else not (first and second)
    )


def _spread(world: World, start: int, honest: bool) -> tuple[list[tuple[Claim, int]], dict[int, bool], Claim | None]:
    """Carry a kind from claim to claim: the steps (claim, person found), the kinds, and the claim that contradicts."""
    kinds, steps, moved = {start: honest}, [], True
    while moved:
        moved = False
        for claim in world.claims:
            if claim.form > 1 or (claim.speaker in kinds) == (claim.first in kinds):
                continue
            new, old = (claim.first, claim.speaker) if claim.speaker in kinds else (claim.speaker, claim.first)
            kinds[new] = kinds[old] != bool(claim.form)
            steps.append((claim, new))
            moved = True
            break
    for claim in world.claims:
        if claim.form > 1 and _is_true(claim, kinds[claim.first], kinds[claim.second]) != kinds[claim.speaker]:
            return steps, kinds, claim
    return steps, kinds, None


def _kinds(world: World) -> dict[int, bool]:
    if world.anchor >= 0:
        return _spread(world, world.anchor, world.is_anchor_honest)[1]
    _, kinds, conflict = _spread(world, 0, True)
    return kinds if conflict is None else _spread(world, 0, False)[1]


@lru_cache(maxsize=64)
def _consistent(world: World) -> tuple[int, ...]:
    """All assignments (bit masks of honest people) that fit the claims and the given kind, by brute force."""
    masks = range(1 << world.size)
    if world.anchor >= 0:
        masks = [mask for mask in masks if bool(mask >> world.anchor & 1) == world.is_anchor_honest]  # type: ignore[assignment]
    for claim in world.claims:
        masks = [  # type: ignore[assignment]
            mask
            for mask in masks
            if _is_true(claim, bool(mask >> claim.first & 1), bool(claim.second >= 0 and mask >> claim.second & 1))
            == bool(mask >> claim.speaker & 1)
        ]
    return tuple(masks)


def _holds(fits: Callable[[int, Args, int], bool]) -> Callable[[World, Args, int], bool]:
    """Prove an answer: there is one assignment, and ``fits(mask, args, value)`` says that it is so in it."""

    def holds(world: World, args: Args, value: int) -> bool:
        masks = _consistent(world)
        return len(masks) == 1 and fits(masks[0], args, value)

    return holds


def _is(world: World, rng: Random, kinds: Honest, person: int, taken: Collection[int]) -> Ask[bool] | None:
    want = rng.random() < 0.5
    free = [one for one in range(world.size) if one != world.anchor and one not in taken and kinds[one] == want]
    who = rng.choice(free) if free else person
    return None if who in taken else claimed("is", (who,), kinds[who])


def _count(world: World, rng: Random, kinds: Honest) -> Ask[int]:
    count = sum(kinds.values())
    return Ask("count", (), count, around(count, 0, world.size))


def _who(world: World, rng: Random, kinds: Honest) -> Ask[int] | None:
    want = rng.random() < 0.5
    right = [person for person in range(world.size) if kinds[person] == want and person != world.anchor]
    wrong = [person for person in range(world.size) if kinds[person] != want]
    if not right or not wrong:
        return None
    return Ask("who", (int(want),), rng.choice(right), tuple(rng.sample(wrong, min(4, len(wrong)))))


def _all(world: World, rng: Random, kinds: Honest) -> Ask[int] | None:
    if world.size > 4:
        return None
    mask = sum(1 << person for person in range(world.size) if kinds[person])
    return Ask("all", (), mask, coset(mask, [1 << person for person in rng.sample(range(world.size), 3)]))


def label(person: int, honest: bool, told: Told) -> str:
    """Say of which kind someone is."""
    return told.say("claim.good" if honest else "claim.bad", one=told.cast.names[person])


def sentence(claim: Claim, told: Told) -> str:
    """What a claim says, as a clause."""
    names = told.cast.names
    return told.say(f"claim.{FORMS[claim.form]}", one=names[claim.first], two=names[claim.second])


def _word(honest: bool, told: Told) -> str:
    return told.say("true" if honest else "false")


def _sign(person: int, honest: bool, told: Told) -> str:
    """A kind in short: ``甲=真``."""
    return f"{told.cast.names[person]}={_word(honest, told)}"


@dataclass(frozen=True, slots=True)
class Derived:
    """What a chain has found: lines, kinds, and whether all of these must be turned round."""

    lines: list[str]
    kinds: dict[int, bool]
    is_reversed: bool

    def is_honest(self, person: int) -> bool:
        """Whether a person turns out honest."""
        return self.kinds[person] != self.is_reversed

    def cell(self, person: int, told: Told) -> str:
        """Read a kind off, turned round where the supposition failed: ``甲=真，反=假``."""
        sign = _sign(person, self.kinds[person], told)
        if not self.is_reversed:
            return sign
        return told.say("chain.reversed", sign=sign, word=_word(not self.kinds[person], told))


def _derived(world: World, told: Told, goal: int = -1) -> Derived:
    """Carry the given kind on up to ``goal``, or suppose a kind, carry it on and test it."""
    closing = next((claim for claim in world.claims if claim.form > 1), None)
    if closing is None:
        given = _sign(world.anchor, world.is_anchor_honest, told)
        lines, kinds = _passes(world, world.anchor, world.is_anchor_honest, goal, told)
        return Derived([given, *lines], kinds, False)
    # Suppose that the first one who says something of a single person is honest.
    start = next(claim for claim in world.claims if claim.form < 2).speaker
    lines, kinds = _passes(world, start, True, -1, told)
    is_true = _is_true(closing, kinds[closing.first], kinds[closing.second])
    is_conflict = is_true != kinds[closing.speaker]
    lines = [told.say("chain.suppose", sign=_sign(start, True, told)), *lines, _check(closing, is_true, kinds, told)]
    return Derived([*lines, told.say("chain.turned")] if is_conflict else lines, kinds, is_conflict)


def _passes(world: World, start: int, honest: bool, goal: int, told: Told) -> tuple[list[str], dict[int, bool]]:
    """Go through the claims about one person, again and again through those left, until all or ``goal`` is known.

    One line a claim used: ``甲说乙假：甲=真→乙=假``; between two unknown people it is put off: ``丙说丁真：？``
    and not said again when its turn comes: ``丙=假→丁=假``.
    """
    names, kinds, lines = told.cast.names, {start: honest}, []
    left, is_first = [claim for claim in world.claims if claim.form < 2], True
    while left and goal not in kinds:
        waiting = []
        for claim in left:
            word = _word(claim.form == 0, told)
            said = told.say("chain.says", one=names[claim.speaker], two=names[claim.first], word=word)
            if claim.speaker not in kinds and claim.first not in kinds:
                waiting.append(claim)
                if is_first:
                    lines.append(said + told.say("chain.unknown"))
                continue
            new, old = (claim.first, claim.speaker) if claim.speaker in kinds else (claim.speaker, claim.first)
            kinds[new] = kinds[old] != bool(claim.form)
            lines.append(f"{said if is_first else ''}{_sign(old, kinds[old], told)}→{_sign(new, kinds[new], told)}")
            if new == goal:
                break
        left, is_first = waiting, False
    return lines, kinds


def _check(claim: Claim, is_true: bool, kinds: Honest, told: Told) -> str:
    """Test the closing claim."""
    names = told.cast.names
    said = told.say(f"short.{FORMS[claim.form]}", one=names[claim.first], two=names[claim.second])
    facts = told.say("comma").join(_sign(person, kinds[person], told) for person in (claim.first, claim.second))
    return told.say(
        "chain.fits" if is_true == kinds[claim.speaker] else "chain.conflict",
        speaker=names[claim.speaker],
        said=said,
        found=f"{facts}→{_word(is_true, told)}",
        sign=_sign(claim.speaker, kinds[claim.speaker], told),
    )


def _is_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    derived = _derived(world, told, ask.args[0])
    return "\n".join([*derived.lines, derived.cell(ask.args[0], told) + told.say("stop")])


def _who_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[int]) -> str:
    derived = _derived(world, told)
    cells = tried(
        shown,
        lambda person: derived.is_honest(person) == bool(ask.args[0]),
        lambda person: derived.cell(person, told),
        told,
        mark=" ",
    )
    return "\n".join([*derived.lines, told.say("semicolon").join(cells) + told.say("stop")])


def _all_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    derived = _derived(world, told)
    cells = told.say("semicolon").join(derived.cell(person, told) for person in range(world.size))
    return "\n".join([*derived.lines, cells + told.say("stop")] if derived.is_reversed else derived.lines)


def _count_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    """Number those who turn out honest in the order in which they were found."""
    derived = _derived(world, told)
    found = [told.cast.names[person] for person in derived.kinds if derived.is_honest(person)]
    cells = told.voice.join([f"{name}{told.say('space')}{number}" for number, name in enumerate(found, 1)])
    end = told.say("chain.count_reversed" if derived.is_reversed else "chain.count", cells=cells or 0)
    return "\n".join([*derived.lines, end])


KINDS: tuple[Kind[World, Cast], ...] = (
    Kind(
        "is",
        _is,
        holds=_holds(lambda mask, args, value: bool(mask >> args[0] & 1) == bool(value)),
        option=yes_or_no,
        is_two_valued=True,
        chain=_is_chain,
        slots=lambda args, told: {"who": told.cast.names[args[0]]},
    ),
    Kind(
        "count",
        _count,
        holds=_holds(lambda mask, args, value: mask.bit_count() == value),
        option=lambda value, told: str(value),
        chain=_count_chain,
    ),
    Kind(
        "who",
        _who,
        holds=_holds(lambda mask, args, value: mask >> value & 1 == args[0]),
        option=lambda value, told: told.cast.names[value],
        chain=_who_chain,
        variant=lambda args, told: "good" if args[0] else "bad",
    ),
    Kind(
        "all",
        _all,
        holds=_holds(lambda mask, args, value: mask == value),
        option=lambda value, told: told.say("comma").join(
            label(person, bool(value >> person & 1), told) for person in range(told.world.size)
        ),
        chain=_all_chain,
    ),
)


class TruthTellers(Family[World, Cast]):
    """Values: 1/0 for yes/no, a person, a count, or a bit mask of honest people."""

    name = "truth_tellers"
    title = "knights and knaves"
    order_free = ("claims",)
    changes = {"is_anchor_honest": "flip"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        is_anchored = rng.random() < 0.4
        size = 3 + level // 2 if is_anchored else 3 + (level + 1) // 3
        people = rng.sample(range(size), size)
        claims, silent = [], set(people)
        for place in range(1, size):
            one, other = people[place], people[place - 1 if rng.random() < 0.7 else rng.randrange(place)]
            speaker, target = (other, one) if other in silent and rng.random() < 0.6 else (one, other)
            silent.discard(speaker)
            claims.append(Claim(speaker, rng.randrange(2), target, -1))
        if is_anchored:
            if rng.random() < 0.5:
                rng.shuffle(claims)
            return World(size, tuple(claims), people[0], rng.random() < 0.5)
        speaker = silent.pop()
        while True:
            first, second = rng.sample([person for person in range(size) if person != speaker], 2)
            closing = Claim(speaker, rng.randrange(2, 8), first, second)
            world = World(size, tuple(sorted([*claims, closing])), -1, False)
            if sum(_spread(world, 0, honest)[2] is None for honest in (True, False)) == 1:
                return world

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        kinds, asks = _kinds(world), list[Ask[Any]]()
        if may_be_two:
            for person in rng.sample([person for person in range(world.size) if person != world.anchor], 2):
                asks += self.made("is", world, rng, kinds, person, [ask.args[0] for ask in asks])
        for name in ("count", "who", "all"):
            asks += self.made(name, world, rng, kinds)
        rng.shuffle(asks)
        return asks[:3]

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 4) if world.anchor < 0 else (2, 2, 0, 1)[int(voice.rng.random() * 4)]
        claim = self.told(Cast((), scene, ""), voice).draw("tell.claim")
        return Cast(draw(voice, "person", world.size), scene, claim)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        said = voice.listing(
            [cast.claim.format(cast.names[claim.speaker], sentence(claim, told)) for claim in world.claims]
        )
        lead, head = told.pick("tell.lead"), told.pick("tell.head", names=voice.join(cast.names))
        text = f"{head}{told.say('space')}{lead}\n{said}"
        if world.anchor < 0:
            return f"{text}\n{told.pick('tell.single')}"
        return f"{text}\n{told.pick('tell.given', given=label(world.anchor, world.is_anchor_honest, told))}"
