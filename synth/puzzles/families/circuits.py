"""Boolean circuits and expressions: AND, OR, NOT, XOR and their kin, evaluated step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around, coset
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, alike, claimed, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.voice import Voice

AND, OR, XOR, NOT, NAND, NOR = range(6)
NAMES = ("and", "or", "xor", "not", "nand", "nor")
"""The operations, as the table of sentences explains them."""
_TABLES = ((0, 0, 0, 1), (0, 1, 1, 1), (0, 1, 1, 0), (1, 0), (1, 1, 1, 0), (1, 0, 0, 0))


class Gate(NamedTuple):
    """``op`` of wires; wires are numbered inputs first, then gates in order."""

    op: int
    one: int
    two: int
    """Second wire, or -1 for NOT."""


@dataclass(frozen=True, slots=True)
class World:
    """Inputs and gates."""

    inputs: tuple[int, ...]
    """Bits of the inputs."""
    gates: tuple[Gate, ...]
    """Each gate reads inputs and earlier gates."""


class Cast(NamedTuple):
    """How wires, gates and bits are written."""

    wires: tuple[str, ...]
    scene: int
    """0 sentences about gates, 1 assignments with words, 2 assignments with symbols, 3 functions."""
    signs: tuple[str, ...]
    """AND, OR, XOR, NOT as they are written in scenes 1 and 2; empty in the others."""
    bits: tuple[str, str]
    words: tuple[str, ...]
    """Names of the six operations in scenes 0 and 3: the usual ones, or made-up ones that only the rules explain."""
    is_made_up: bool


_SYMBOLS = (("∧", "∨", "⊕", "¬"), ("&", "|", "^", "~"), ("AND", "OR", "XOR", "NOT"))
_INPUTS = ([f"x{n}" for n in range(1, 10)], "ABCDEFG", "abcdefg", "pqrstuv", [f"in{n}" for n in range(1, 9)])
Told = Telling[Cast]


def _run(world: World, inputs: tuple[int, ...]) -> list[int]:
    """Bits of all wires, gate by gate from the tables."""
    bits = list(inputs)
    for op, one, two in world.gates:
        bits.append(_TABLES[op][bits[one] if op == NOT else 2 * bits[one] + bits[two]])
    return bits


def _value(world: World, wire: int, flipped: int) -> int:
    """Prover: a wire's bit by arithmetic, from the output back to the inputs."""
    if wire < len(world.inputs):
        return world.inputs[wire] if wire != flipped else 1 - world.inputs[wire]
    op, one, two = world.gates[wire - len(world.inputs)]
    first = _value(world, one, flipped)
    if op == NOT:
        return 1 - first
    second = _value(world, two, flipped)
    both = first * second
    return (both, first + second - both, first + second - 2 * both, 0, 1 - both, 1 - first - second + both)[op]


def _cone(world: World, wire: int) -> list[int]:
    """Gates (as wires) that ``wire`` rests on, itself last."""
    start, wanted = len(world.inputs), {wire}
    for place in range(wire, start - 1, -1):
        if place in wanted:
            _, one, two = world.gates[place - start]
            wanted |= {one, two} - {-1}
    return [place for place in sorted(wanted) if place >= start]


def _bit(world: World, rng: Random, bits: list[int]) -> Ask[int]:
    return Ask("bit", (len(bits) - 1,), bits[-1], (1 - bits[-1],))


def _is(world: World, rng: Random, bits: list[int]) -> Ask[bool]:
    wire = rng.randrange(len(world.inputs) + 1, len(bits))
    want = rng.randrange(2)
    return claimed("is", (wire, want), bits[wire] == want)


def _flip(world: World, rng: Random, bits: list[int]) -> Ask[int]:
    width, last = len(world.inputs), len(bits) - 1
    read = [wire for gate in _cone(world, last) for wire in world.gates[gate - width][1:] if 0 <= wire < width]
    flipped = rng.choice(read or [0])
    after = _flipped(world, flipped)[-1]
    return Ask("flip", (last, flipped), after, (1 - after,))


def _flipped(world: World, flipped: int) -> list[int]:
    return _run(world, tuple(bit ^ (place == flipped) for place, bit in enumerate(world.inputs)))


def _count(world: World, rng: Random, bits: list[int]) -> Ask[int]:
    ones = sum(bits[len(world.inputs) :])
    return Ask("count", (), ones, around(ones, 0, len(world.gates)))


def _last(world: World, rng: Random, bits: list[int]) -> Ask[int]:
    last = bits[-_asked(world) :]
    mask = sum(bit << place for place, bit in enumerate(last))
    return Ask("last", (len(bits) - len(last),), mask, coset(mask, (1 << place for place in range(len(last)))))


def _asked(world: World) -> int:
    """How many of the last gates are asked about together."""
    return 3 if len(world.gates) > 2 else 2


def _which(world: World, rng: Random, bits: list[int]) -> Ask[int] | None:
    want, gates = rng.randrange(2), range(len(world.inputs), len(bits))
    inside = [wire for wire in gates if bits[wire] == want]
    outside = [wire for wire in gates if bits[wire] != want]
    if not inside or not outside:
        return None
    return Ask("which", (want,), rng.choice(inside), tuple(rng.sample(outside, min(4, len(outside)))))


def _is_last(world: World, args: Args, value: int) -> bool:
    wires = range(args[0], len(world.inputs) + len(world.gates))
    return all(_value(world, wire, -1) == value >> wire - args[0] & 1 for wire in wires)


def _ones(world: World) -> int:
    width = len(world.inputs)
    return sum(_value(world, wire, -1) for wire in range(width, width + len(world.gates)))


def form(op: int, one: str, two: str, cast: Cast) -> str:
    """An operation applied to two texts (wire names or bits)."""
    if not cast.signs:
        return f"{cast.words[op]}({one})" if op == NOT else f"{cast.words[op]}({one}, {two})"
    signs = cast.signs
    gap = " " if signs[3] == "NOT" else ""
    if op == NOT:
        return f"{signs[3]}{gap}{one}"
    if op in (NAND, NOR):
        return f"{signs[3]}{gap}({one} {signs[0 if op == NAND else 1]} {two})"
    return f"{one} {signs[op]} {two}"


def _rules(world: World, told: Told) -> str:
    """What each operation in use means."""
    cast, used = told.cast, {gate.op for gate in world.gates}
    if cast.signs:
        used = {op if op < NAND else op - NAND for op in used} | ({NOT} if max(used) >= NAND else set())
    cells = []
    for op in sorted(used):
        word = form(op, "x", "y", cast).replace("(x, y)", "").replace("(x)", "")
        rule = told.say(f"rule.{NAMES[op]}", low=cast.bits[0], high=cast.bits[1])
        cells.append(f"{word}{told.say('colon')}{rule}")
    return told.say("semicolon").join(cells) + told.say("stop")


def _set(wire: int, bits: list[int], cast: Cast) -> str:
    return f"{cast.wires[wire]}={cast.bits[bits[wire]]}"


def _gate(world: World, wire: int, bits: list[int], told: Told) -> str:
    """Work one gate out; a first input that settles AND, OR, NAND or NOR is enough."""
    cast, (op, one, two) = told.cast, world.gates[wire - len(world.inputs)]
    cells = [_set(one, bits, cast)]
    if op != NOT and not (op in (AND, NAND) and not bits[one] or op in (OR, NOR) and bits[one]):
        cells.append(_set(two, bits, cast))
    head = cast.wires[wire] + told.say("colon")
    end = f" {' '.join(cells)}→{cast.bits[bits[wire]]}"
    if not cast.signs:
        plain = f"{cast.words[op]}{told.say('space')}{told.say('plain').split()[op]}"
        return head + (plain if cast.is_made_up else told.say("bare").split()[op]) + end
    if op in (NAND, NOR):
        negated = f"{' '.join(cells)}→{cast.bits[1 - bits[wire]]}→{cast.bits[bits[wire]]}"
        return f"{head}{cast.signs[3]} {cast.signs[op - NAND]} {negated}"
    return head + cast.signs[op] + end


def _worked(world: World, bits: list[int], told: Told, goal: int | None = None) -> list[str]:
    """Work out the gates up to a wire."""
    end = len(bits) if goal is None else goal + 1
    return [_gate(world, wire, bits, told) for wire in range(len(world.inputs), end)]


def _judged(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (goal, want), bits = ask.args, _run(world, world.inputs)
    names = {"wire": told.cast.wires[goal], "bit": told.cast.bits[bits[goal]], "want": told.cast.bits[want]}
    verdict = told.say("chain.is" if bits[goal] == want else "chain.is_not", **names)
    return "\n".join([*_worked(world, bits, told, goal), verdict])


def _changed(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    goal, flipped = ask.args
    bits = _flipped(world, flipped)
    return "\n".join([_set(flipped, bits, told.cast), *_worked(world, bits, told, goal)])


def _counted(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    bits, lines, count = _run(world, world.inputs), [], 0
    for wire, line in enumerate(_worked(world, bits, told), len(world.inputs)):
        count += bits[wire]
        lines.append(told.say("chain.counted", line=line, count=count) if bits[wire] else line)
    return "\n".join([*lines, told.say("chain.count", count=count)])


def _read_off(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    bits = _run(world, world.inputs)
    values = told.say("comma").join(_set(wire, bits, told.cast) for wire in range(ask.args[0], len(bits)))
    return "\n".join([*_worked(world, bits, told), values + told.say("stop")])


def _found(world: World, ask: Ask[Any], told: Told, shown: Sequence[int]) -> str:
    bits = _run(world, world.inputs)

    def fits(wire: int) -> bool:
        return bits[wire] == ask.args[0]

    def line(wire: int) -> str:
        return told.say("chain.fits" if fits(wire) else "chain.fits_not", cell=_set(wire, bits, told.cast))

    return "\n".join([*_worked(world, bits, told), *tried(shown, fits, line, told, mark=" ")])


OF_A_WIRE: tuple[Kind[World, Cast], ...] = alike(
    worked_out(
        "bit",
        _bit,
        answer=lambda world, args: _value(world, args[0], -1),
        option=lambda value, told: told.cast.bits[value],
        is_two_valued=True,
        chain=lambda world, ask, told, shown: "\n".join(_worked(world, _run(world, world.inputs), told, ask.args[0])),
        slots=lambda args, told: {"wire": told.cast.wires[args[0]]},
    ),
    whether(
        "is",
        _is,
        is_so=lambda world, args: _value(world, args[0], -1) == args[1],
        chain=_judged,
        slots=lambda args, told: {"wire": told.cast.wires[args[0]], "bit": told.cast.bits[args[1]]},
    ),
    worked_out(
        "flip",
        _flip,
        answer=lambda world, args: _value(world, *args),
        option=lambda value, told: told.cast.bits[value],
        is_two_valued=True,
        chain=_changed,
        slots=lambda args, told: {
            "wire": told.cast.wires[args[0]],
            "flipped": told.cast.wires[args[1]],
            "bit": told.cast.bits[1 - told.world.inputs[args[1]]],
        },
    ),
    operations=lambda world, args: len(_cone(world, args[0])),
)
OF_ALL: tuple[Kind[World, Cast], ...] = alike(
    worked_out(
        "count",
        _count,
        answer=lambda world, args: _ones(world),
        chain=_counted,
        slots=lambda args, told: {"bit": told.cast.bits[1]},
    ),
    Kind(
        "last",
        _last,
        holds=_is_last,
        option=lambda value, told: ", ".join(told.cast.bits[value >> at & 1] for at in range(_asked(told.world))),
        chain=_read_off,
        slots=lambda args, told: {"wires": told.voice.join(told.cast.wires[args[0] :])},
    ),
    Kind(
        "which",
        _which,
        holds=lambda world, args, value: _value(world, value, -1) == args[0],
        option=lambda value, told: told.cast.wires[value],
        chain=_found,
        slots=lambda args, told: {"bit": told.cast.bits[args[0]]},
    ),
    operations=lambda world, args: len(world.gates),
)
KINDS = (*OF_A_WIRE, *OF_ALL)


class Circuits(Family[World, Cast]):
    """Values: True/False, a bit, a wire, a count, or a bit mask of the last gates."""

    name = "circuits"
    title = "boolean circuits"
    figures = ("inputs", "gates")
    changes = {"inputs": "bit"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        width, depth = 2 + (level + 1) // 3, 2 + (level + 1) // 2
        gates: list[Gate] = []
        ops = [AND, OR, XOR, NOT, NAND, NOR] if rng.random() < 0.35 else [AND, OR, XOR, NOT]
        while len(gates) < depth:
            wires = width + len(gates)
            op = rng.choice(ops)
            # New wires are used more than old ones, so that the circuit is deep.
            one = wires - 1 if rng.random() < 0.5 else rng.randrange(wires)
            two = rng.choice([wire for wire in range(wires) if wire != one])
            gate = Gate(op, one, -1) if op == NOT else Gate(op, min(one, two), max(one, two))
            if gate not in gates:
                gates.append(gate)
        inputs = [0, 1, *(rng.randrange(2) for _ in range(width - 2))]
        rng.shuffle(inputs)
        return World(tuple(inputs), tuple(gates))

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        bits = _run(world, world.inputs)
        return self.mixed(world, rng, bits, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        rng, scene = voice.rng, int(voice.rng.random() * 4)
        told = self.told(Cast((), scene, (), ("0", "1"), (), False), voice)
        inputs, gate = rng.choice(_INPUTS), rng.choice("Gyw")
        if scene == 0 and voice.zh and rng.random() < 0.4:
            gate = told.say("gate")
        gates = [f"{gate}{n}" for n in range(1, len(world.gates) + 1)]
        low, high = "0 1".split() if rng.random() < 0.6 or scene == 0 else told.say("bits").split()
        is_made_up = rng.random() < 0.3
        words = told.say("made_up" if is_made_up else "operations").split()
        if is_made_up:
            rng.shuffle(words)
        signs = (_SYMBOLS[int(rng.random() * 3)] if scene == 2 else _SYMBOLS[2]) if scene in (1, 2) else ()
        wires = (*inputs[: len(world.inputs)], *gates)
        return Cast(wires, scene, signs, (low, high), tuple(words), is_made_up)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, width = self.told(cast, voice), len(world.inputs)
        head, lines = told.pick("tell.head"), []
        for place, (op, one, two) in enumerate(world.gates):
            lines.append(f"{cast.wires[width + place]} = {form(op, cast.wires[one], cast.wires[max(two, 0)], cast)}")
        values = [f"{name} = {cast.bits[bit]}" for name, bit in zip(cast.wires, world.inputs, strict=False)]
        given = told.pick("tell.given", values=told.say("comma").join(values))
        rules = _rules(world, told)
        body = f"{head}\n{voice.listing(lines)}"
        if voice.rng.random() < 0.5:
            return f"{given}{told.say('space')}{body}\n{rules}"
        return f"{rules}\n{body}\n{given}"
