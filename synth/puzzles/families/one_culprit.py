"""One culprit: exactly one of the suspects did it, and exactly so many of their statements are true. Who was it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, tried, worked_out, yes_or_no
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice


class Claim(NamedTuple):
    """What a suspect says about who did it."""

    is_denial: bool
    """True for "it was not …"."""
    first: int
    second: int
    """A second person ("it was X or Y", "it was neither X nor Y"), or -1."""


@dataclass(frozen=True, slots=True)
class World:
    """One claim a suspect, and how many of the claims are true."""

    claims: tuple[Claim, ...]
    """Claim of each suspect, by index."""
    true_count: int
    """How many claims are true."""


class Cast(NamedTuple):
    """Names and the deed."""

    names: tuple[str, ...]
    deed: int
    """Index into the deeds of the table."""
    is_false_counted: bool
    """True where the text gives the number of false claims instead of that of true ones."""


def _truths(world: World, culprit: int) -> list[bool]:
    """Which claims are true if ``culprit`` did it."""
    return [(culprit in (claim.first, claim.second)) != claim.is_denial for claim in world.claims]


def _culprits(world: World) -> list[int]:
    """Prover: vote counting. Start from the number of denials and add or take away where a claim names somebody."""
    scores = [sum(claim.is_denial for claim in world.claims)] * len(world.claims)
    for claim in world.claims:
        for named in {claim.first, claim.second} - {-1}:
            scores[named] += -1 if claim.is_denial else 1
    return [person for person, score in enumerate(scores) if score == world.true_count]


def _count_if(world: World, args: Args) -> int:
    """Prover: how many claims are true if somebody did it."""
    return sum(not claim.is_denial if args[0] in claim[1:] else claim.is_denial for claim in world.claims)


def _is_speaker(world: World, args: Args, value: int) -> bool:
    culprits, claim = _culprits(world), world.claims[value]
    return len(culprits) == 1 and args[0] == int(claim.is_denial ^ (culprits[0] in claim[1:]))


def _who(world: World, rng: Random, culprit: int, others: list[int]) -> Ask[int]:
    def farness(who: int) -> int:
        return abs(sum(_truths(world, who)) - world.true_count)

    return Ask("who", (), culprit, tuple(sorted(others, key=farness)[:4]))


def _is(world: World, rng: Random, culprit: int, others: list[int]) -> Ask[bool]:
    suspect = culprit if rng.random() < 0.5 else others[0]
    return claimed("is", (suspect,), suspect == culprit)


def _speaker(world: World, rng: Random, culprit: int, others: list[int]) -> Ask[int]:
    truths, want = _truths(world, culprit), int(rng.random() < 0.5)
    fits = [person for person, is_true in enumerate(truths) if is_true == want]
    fails = [person for person, is_true in enumerate(truths) if is_true != want]
    return Ask("speaker", (want,), rng.choice(fits), tuple(rng.sample(fails, min(4, len(fails)))))


def _count(world: World, rng: Random, culprit: int, others: list[int]) -> Ask[int]:
    person = rng.randrange(len(world.claims))
    count = sum(_truths(world, person))
    return Ask("count", (person,), count, around(count, 0, len(world.claims)))


def _deed(told: Telling[Cast], args: Args = ()) -> dict[str, str]:
    """What the deed is called in sentences, and the suspect asked about."""
    deed = {name: told.all(f"deed.{name}")[told.cast.deed] for name in ("what", "deed", "who")}
    return {**deed, "name": told.cast.names[args[0]]} if args else deed


def _sentence(claim: Claim, speaker: int, deed: str, told: Telling[Cast]) -> str:
    """What a suspect says."""
    if claim.first == speaker:
        return told.say("claim.not_me", deed=deed)
    names = {"one": told.cast.names[claim.first], "two": told.cast.names[claim.second]}
    if claim.second < 0:
        return told.say("claim.not" if claim.is_denial else "claim.is", deed=deed, **names)
    return told.say("claim.neither" if claim.is_denial else "claim.either", deed=deed, **names)


def _said(claim: Claim, told: Telling[Cast]) -> str:
    """A claim in short: ``非甲``, ``是甲或乙``."""
    names = {"one": told.cast.names[claim.first], "two": told.cast.names[claim.second]}
    if claim.second < 0:
        return told.say("short.not" if claim.is_denial else "short.is", **names)
    return told.say("short.neither" if claim.is_denial else "short.either", **names)


def _trial(culprit: int, world: World, counted: bool, limit: int, told: Telling[Cast]) -> str:
    """Judge the claims in order if ``culprit`` did it, count those that are ``counted``, stop above ``limit``."""
    cells, total = [], 0
    for speaker, (claim, is_true) in enumerate(zip(world.claims, _truths(world, culprit), strict=True)):
        total += is_true == counted
        cell = told.say(
            "trial.full" if told.voice.full else "trial.brief",
            name=told.cast.names[speaker],
            said=_said(claim, told),
            truth=told.say("true" if is_true else "false"),
        )
        cells.append(f"{cell}{told.say('space')}{total}" if is_true == counted else cell)
        if total > limit:
            break
    return told.say("trial.head", name=told.cast.names[culprit]) + told.say("semicolon").join(cells)


def _need(world: World, told: Telling[Cast]) -> int:
    """How many claims of the kind told there are."""
    return len(world.claims) - world.true_count if told.cast.is_false_counted else world.true_count


def _test(culprit: int, world: World, told: Telling[Cast]) -> tuple[str, bool]:
    """A trial against the number told, and whether the suspect passes."""
    counted, need = not told.cast.is_false_counted, _need(world, told)
    trial = _trial(culprit, world, counted, need, told)
    total = sum(is_true == counted for is_true in _truths(world, culprit))
    if total == need:
        return trial + told.say("trial.passes", need=need), True
    # A trial that is cut off has counted one too many.
    return trial + told.say("trial.fails", sign=f"{need + 1}>{need}" if total > need else f"{total}<{need}"), False


def _goal(world: World, told: Telling[Cast]) -> str:
    word = told.say("false" if told.cast.is_false_counted else "true")
    return told.say("chain.goal", need=_need(world, told), word=word)


def _found(world: World, told: Telling[Cast]) -> tuple[list[str], int]:
    """Try the suspects in order up to the one that passes."""
    lines = [_goal(world, told)]
    for culprit in range(len(world.claims)):
        trial, passes = _test(culprit, world, told)
        lines.append(trial)
        if passes:
            break
    return lines, culprit


def _one_counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    total = sum(_truths(world, ask.args[0]))
    return _trial(ask.args[0], world, True, len(world.claims), told) + told.say("chain.count", total=total)


def _one_tested(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    # Only one suspect passes, so it is enough to try this one.
    trial, passes = _test(ask.args[0], world, told)
    end = told.say("chain.is" if passes else "chain.not", name=told.cast.names[ask.args[0]])
    return "\n".join([_goal(world, told), trial, end])


def _all_tested(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    lines, culprit = _found(world, told)
    return "\n".join([*lines, told.say("chain.is", name=told.cast.names[culprit])])


def _speakers(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    lines, culprit = _found(world, told)
    truths = _truths(world, culprit)

    def cell(speaker: int) -> str:
        return f"{told.cast.names[speaker]}{told.say('space')}{told.say('true' if truths[speaker] else 'false')}"

    cells = tried(shown, lambda speaker: truths[speaker] == ask.args[0], cell, told, " ")
    return "\n".join([*lines, told.say("semicolon").join(cells) + told.say("stop")])


def _size(world: World, args: Args) -> int:
    return len(world.claims)


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "who",
        _who,
        answer=lambda world, args: culprits[0] if len(culprits := _culprits(world)) == 1 else None,
        option=lambda value, told: told.cast.names[value],
        chain=_all_tested,
        slots=lambda args, told: _deed(told),
        operations=_size,
    ),
    Kind(
        "is",
        _is,
        holds=lambda world, args, value: len(culprits := _culprits(world)) == 1 and value == (args[0] == culprits[0]),
        option=yes_or_no,
        is_two_valued=True,
        chain=_one_tested,
        slots=lambda args, told: _deed(told, args),
        operations=_size,
    ),
    Kind(
        "speaker",
        _speaker,
        holds=_is_speaker,
        option=lambda value, told: told.cast.names[value],
        chain=_speakers,
        slots=lambda args, told: {"truth": told.say("asked.true" if args[0] else "asked.false")},
        operations=_size,
    ),
    worked_out(
        "count",
        _count,
        answer=_count_if,
        chain=_one_counted,
        slots=lambda args, told: _deed(told, args),
        operations=lambda world, args: 1,
    ),
)


class OneCulprit(Family[World, Cast]):
    """Values: True/False, a person, or a count."""

    name = "one_culprit"
    title = "one culprit and a given number of true statements"
    figures = ("claims",)
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        size = 3 + (level + 1) // 3
        while True:
            claims = []
            for person in range(size):
                form, others = rng.random(), [other for other in range(size) if other != person]
                if form < 0.25:
                    claims.append(Claim(True, person, -1))
                elif form < 0.75 or size == 3:
                    claims.append(Claim(rng.random() < 0.4, rng.choice(others), -1))
                else:
                    claims.append(Claim(rng.random() < 0.4, *rng.sample(others, 2)))
            world = World(tuple(claims), 0)
            counts = [sum(_truths(world, person)) for person in range(size)]
            unique = [count for count in counts if counts.count(count) == 1 and 0 < count < size]
            if unique:
                ends = [count for count in unique if count in (1, size - 1)]
                return World(world.claims, rng.choice(ends if ends and rng.random() < 0.7 else unique))

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        (culprit,), size = _culprits(world), len(world.claims)
        others = rng.sample([person for person in range(size) if person != culprit], size - 1)
        return self.mixed(world, rng, culprit, others, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        deeds = len(self.told(Cast((), 0, False), voice).all("deed.what"))
        # Usually the smaller number is told: trials against it end sooner.
        is_mostly_true = 2 * world.true_count > len(world.claims)
        is_false_counted = is_mostly_true == (voice.rng.random() < 0.85)
        return Cast(draw(voice, "person", len(world.claims)), int(voice.rng.random() * deeds), is_false_counted)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        deed, need = _deed(told), _need(world, told)
        head, form = told.pick("tell.head", names=voice.join(cast.names), **deed), told.draw("tell.said")
        said = [
            told.fill(form, cast.names[speaker], _sentence(claim, speaker, deed["deed"], told))
            for speaker, claim in enumerate(world.claims)
        ]
        listed = voice.listing(said)
        one, many = ("tell.one_false", "tell.false") if cast.is_false_counted else ("tell.one_true", "tell.true")
        return f"{head}\n{listed}\n{told.pick(one if need == 1 else many, need=need)}"
