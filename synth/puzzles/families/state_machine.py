"""Finite automata and devices with states: where does an input lead, is it accepted, how often is a state visited?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Family, Kind, Plan, claimed, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.voice import Voice

Value = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class World:
    """A deterministic automaton; state 0 is the start."""

    moves: tuple[tuple[int, ...], ...]
    """For each state, for each symbol, the next state."""
    accepting: tuple[int, ...]
    """The accepting states, at least one and not all."""
    length: int
    """Symbols in an input."""
    is_told_by_rest: bool
    """Whether the text names the states that are not accepting instead."""


class Cast(NamedTuple):
    """Names of states and symbols and the setting."""

    states: tuple[str, ...]
    symbols: tuple[str, ...]
    scene: int
    """0 automaton, 1 device with buttons, 2 rooms with doors."""


def _run(world: World, word: Value) -> list[int]:
    """The states passed, the start first."""
    states = [0]
    for symbol in word:
        states.append(world.moves[states[-1]][symbol])
    return states


def _end(world: World, word: Value) -> int:
    """Where ``word`` leads, by composing the symbols' maps from the last one back (independent of ``_run``)."""
    reach = list(range(len(world.moves)))
    for symbol in reversed(word):
        reach = [reach[row[symbol]] for row in world.moves]
    return reach[0]


def _word(world: World, rng: Random) -> Value:
    return tuple(rng.randrange(len(world.moves[0])) for _ in range(world.length))


def _end_ask(world: World, rng: Random) -> Ask[int]:
    word = _word(world, rng)
    states = _run(world, word)
    near = [states[-2], *rng.sample(range(len(world.moves)), len(world.moves))]
    wrong = tuple(state for state in dict.fromkeys(near) if state != states[-1])
    return Ask("end", word, states[-1], wrong[:4])


def _accepts(world: World, rng: Random, taken: list[Value], left: list[Value]) -> Ask[bool]:
    want = rng.random() < 0.5
    word = (taken if want and taken or not left else left)[0]
    return claimed("accepts", word, word in taken)


def _which(world: World, rng: Random, taken: list[Value], left: list[Value]) -> Ask[Value] | None:
    return Ask("which", (), taken[-1], tuple(left[1:5])) if taken[1:] and left[1:] else None


def _visits(world: World, rng: Random) -> Ask[int]:
    word = _word(world, rng)
    states = _run(world, word)
    state = rng.choice(states[1:]) if rng.random() < 0.8 else rng.randrange(len(world.moves))
    count = states[1:].count(state)
    return Ask("visits", (state, *word), count, tuple(around(count)))


def _visit_count(world: World, args: Value) -> int:
    state, *word = args
    return sum(_end(world, tuple(word[:stop])) == state for stop in range(1, len(word) + 1))


def _show(word: Value, told: Telling[Cast]) -> str:
    return "[" + ", ".join(told.cast.symbols[symbol] for symbol in word) + "]"


def _final(world: World, told: Telling[Cast]) -> str:
    """The accepting states, named one by one or by those that are not."""
    if not world.is_told_by_rest:
        return told.say("or").join(told.cast.states[state] for state in world.accepting)
    rest = [name for state, name in enumerate(told.cast.states) if state not in world.accepting]
    return told.say("final.rest", names=told.say("and").join(rest))


def _passed(world: World, word: Value, told: Telling[Cast], target: int = -1) -> str:
    """``q0，a→q1，b→q2``; each arrival at ``target`` is numbered."""
    parts, count = [told.cast.states[0]], 0
    for symbol, after in zip(word, _run(world, word)[1:], strict=True):
        count += after == target
        number = f"({count})" if after == target else ""
        parts.append(f"{told.cast.symbols[symbol]}→{told.cast.states[after]}{number}")
    return told.say("comma").join(parts)


def _walked(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    return _passed(world, ask.args, told) + told.say("stop")


def _judged(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    last, must = _run(world, ask.args)[-1], told.say("chain.must", final=_final(world, told))
    verdict = told.say("chain.good" if last in world.accepting else "chain.bad", state=told.cast.states[last])
    return f"{_walked(world, ask, told, shown)}\n{must}{told.say('space')}{verdict}"


def _all_judged(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    def is_good(word: Value) -> bool:
        return _run(world, word)[-1] in world.accepting

    def line(word: Value) -> str:
        return _passed(world, word, told) + told.say("chain.fits" if is_good(word) else "chain.fails")

    return "\n".join([told.say("chain.must", final=_final(world, told)), *tried(shown, is_good, line, told)])


def _counted(world: World, ask: Ask[Any], told: Telling[Cast], shown: Sequence[Any]) -> str:
    state, *word = ask.args
    return _passed(world, tuple(word), told, state) + told.say("chain.count", count=ask.right)


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "end",
        _end_ask,
        answer=_end,
        option=lambda value, told: told.cast.states[value],
        chain=_walked,
        slots=lambda args, told: {"word": _show(args, told)},
    ),
    whether(
        "accepts",
        _accepts,
        is_so=lambda world, args: _end(world, args) in world.accepting,
        chain=_judged,
        slots=lambda args, told: {"word": _show(args, told)},
    ),
    Kind(
        "which",
        _which,
        holds=lambda world, args, value: _end(world, value) in world.accepting,
        option=_show,
        chain=_all_judged,
    ),
    worked_out(
        "visits",
        _visits,
        answer=_visit_count,
        chain=_counted,
        slots=lambda args, told: {"word": _show(args[1:], told), "state": told.cast.states[args[0]]},
    ),
)


class StateMachine(Family[World, Cast]):
    """Values: a state, a count, True/False, or an input as a tuple of symbols."""

    name = "state_machine"
    title = "finite automata and devices with states"
    figures = ("moves",)
    changes = {"moves": "digit", "accepting": "other"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        states = 3 + level // 4
        symbols = 2 + (level >= 6 or rng.random() < 0.2)
        moves = [[rng.randrange(states) for _ in range(symbols)] for _ in range(states)]
        for state in range(states):  # every state leads on with some symbol, so that no state is a trap
            if all(end == state for end in moves[state]):
                moves[state][rng.randrange(symbols)] = (state + 1) % states
        moves[0][rng.randrange(symbols)] = 1
        accepting = rng.sample(range(states), 1 + (states > 3 and rng.random() < 0.5))
        return World(
            tuple(map(tuple, moves)), tuple(sorted(accepting)), 3 + level // 2 + (level > 4), rng.random() < 0.3
        )

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        words = list(dict.fromkeys(_word(world, rng) for _ in range(12)))
        taken = [word for word in words if _run(world, word)[-1] in world.accepting]
        left = [word for word in words if word not in taken]
        plans: list[Plan] = [("end",), ("accepts", taken, left), ("which", taken, left), ("visits",)]
        return self.first(plans, world, rng, may_be_two=may_be_two)

    def operations(self, world: World, ask: Ask[Any]) -> int:
        return world.length

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 3)
        told = self.told(Cast((), (), scene), voice)
        states = voice.rng.choice(told.all("states")).split()
        symbols = voice.rng.choice(told.all("symbols")).split()
        kept = states[: len(world.moves)]
        if voice.rng.random() < 0.5:
            voice.rng.shuffle(kept)
        return Cast(tuple(kept), tuple(symbols[: len(world.moves[0])]), scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, states, symbols = self.told(cast, voice), cast.states, cast.symbols
        named = {"states": voice.join(states), "start": states[0], "symbols": voice.join(symbols)}
        head, form = told.pick("tell.head", final=_final(world, told), **named), told.draw("tell.move")
        facts = [
            told.fill(form, states[state], symbols[symbol], states[end])
            for state, row in enumerate(world.moves)
            for symbol, end in enumerate(row)
        ]
        if voice.rng.random() < 0.3:
            voice.rng.shuffle(facts)
        return f"{head}\n{voice.listing(facts)}"
