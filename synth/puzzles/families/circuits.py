"""Boolean circuits and expressions: AND, OR, NOT, XOR and their kin, evaluated step by step."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around, coset
from synth.puzzles.family import Ask, Family
from synth.puzzles.voice import Voice

AND, OR, XOR, NOT, NAND, NOR = range(6)
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
    bits: tuple[str, str]
    words: tuple[str, ...]
    """Names of the six operations in scenes 0 and 3: the usual ones, or made-up ones that only the rules explain."""


_MADE_UP = frozenset("甲门 乙门 丙门 丁门 戊门 己门 RED BLUE GREEN PINK GOLD GREY foo bar baz qux zip zap".split())
_SYMBOLS = (("∧", "∨", "⊕", "¬"), ("&", "|", "^", "~"), ("AND", "OR", "XOR", "NOT"))


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


class Circuits(Family[World, int, Cast]):
    """Values: 1/0 for yes/no, a bit, a wire, a count, or a bit mask of the last gates."""

    name = "circuits"
    title = "boolean circuits"
    changes = {"inputs": "bit"}

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

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        width, wires = len(world.inputs), len(world.inputs) + len(world.gates)
        bits = _run(world, world.inputs)
        asks = [Ask("bit", (wires - 1,), bits[wires - 1], (1 - bits[wires - 1],))]
        wire = rng.randrange(width + 1, wires)
        want = rng.randrange(2)
        asks.append(Ask("is", (wire, want), bits[wire] == want, (bits[wire] != want,)))
        read = [wire for gate in _cone(world, wires - 1) for wire in world.gates[gate - width][1:] if 0 <= wire < width]
        flipped = rng.choice(read or [0])
        after = _run(world, tuple(bit ^ (place == flipped) for place, bit in enumerate(world.inputs)))
        asks.append(Ask("flip", (wires - 1, flipped), after[-1], (1 - after[-1],)))
        ones = sum(bits[width:])
        near = around(ones, 0, len(world.gates))
        asks.append(Ask("count", (), ones, near))
        last = bits[-3:] if len(world.gates) > 2 else bits[-2:]
        mask = sum(bit << place for place, bit in enumerate(last))
        asks.append(Ask("last", (wires - len(last),), mask, coset(mask, (1 << place for place in range(len(last))))))
        want = rng.randrange(2)
        inside = [wire for wire in range(width, wires) if bits[wire] == want]
        outside = [wire for wire in range(width, wires) if bits[wire] != want]
        if inside and outside:
            asks.append(Ask("which", (want,), rng.choice(inside), tuple(rng.sample(outside, min(4, len(outside))))))
        # The questions with more than two options come more often.
        rng.shuffle(asks)
        asks.sort(key=lambda ask: len(ask.wrong) == 1 and rng.random() < 0.45)
        chosen = asks[:3]
        rng.shuffle(chosen)
        return chosen

    def operations(self, world: World, ask: Ask[int]) -> int:
        return len(_cone(world, ask.args[0])) if ask.kind in ("bit", "is", "flip") else len(world.gates)

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        width, wires = len(world.inputs), len(world.inputs) + len(world.gates)
        if ask.kind == "is":
            return (_value(world, ask.args[0], -1) == ask.args[1]) == bool(value)
        if ask.kind == "count":
            return sum(_value(world, wire, -1) for wire in range(width, wires)) == value
        if ask.kind == "which":
            return _value(world, value, -1) == ask.args[0]
        if ask.kind == "last":
            start = ask.args[0]
            return all(_value(world, wire, -1) == value >> wire - start & 1 for wire in range(start, wires))
        return _value(world, ask.args[0], ask.args[1] if ask.kind == "flip" else -1) == value

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 4)
        width, count = len(world.inputs), len(world.gates)
        inputs = voice.rng.choice(
            [
                [f"x{n}" for n in range(1, 10)],
                list("ABCDEFG"),
                list("abcdefg"),
                list("pqrstuv"),
                [f"in{n}" for n in range(1, 9)],
            ]
        )
        gates = voice.rng.choice(
            [[f"G{n}" for n in range(1, 20)], [f"y{n}" for n in range(1, 20)], [f"w{n}" for n in range(1, 20)]]
        )
        if scene == 0 and voice.zh and voice.rng.random() < 0.4:
            gates = [f"门{n}" for n in range(1, 20)]
        bits = ("0", "1") if voice.rng.random() < 0.6 or scene == 0 else voice.say("假 真", "False True").split()
        if scene == 2 and bits[0] != "0" and not voice.zh:
            bits = ("F", "T")
        if voice.rng.random() < 0.3:
            made_up = "甲门 乙门 丙门 丁门 戊门 己门" if voice.zh else "RED BLUE GREEN PINK GOLD GREY"
            words = (made_up if scene == 0 else "foo bar baz qux zip zap").split()
            voice.rng.shuffle(words)
        elif scene == 0:
            words = ("与门 或门 异或门 非门 与非门 或非门" if voice.zh else "AND OR XOR NOT NAND NOR").split()
        else:
            words = "and or xor not nand nor".split()
        return Cast(
            (*inputs[:width], *gates[:count]),
            scene + (10 * int(voice.rng.random() * 3) if scene == 2 else 0),
            (bits[0], bits[1]),
            tuple(words),
        )

    def _form(self, op: int, one: str, two: str, cast: Cast, voice: Voice) -> str:
        """An operation applied to two texts (wire names or bits)."""
        scene = cast.scene % 10
        if scene in (0, 3):
            return f"{cast.words[op]}({one})" if op == NOT else f"{cast.words[op]}({one}, {two})"
        signs = _SYMBOLS[2] if scene == 1 else _SYMBOLS[cast.scene // 10]
        gap = " " if signs[3] == "NOT" else ""
        if op == NOT:
            return f"{signs[3]}{gap}{one}"
        if op in (NAND, NOR):
            return f"{signs[3]}{gap}({one} {signs[0 if op == NAND else 1]} {two})"
        return f"{one} {signs[op]} {two}"

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        width, scene = len(world.inputs), cast.scene % 10
        low, high = cast.bits
        head = voice.pick(
            *(
                (
                    [
                        "有一个逻辑电路，由下列门组成：",
                        "下面是一个数字电路，各个门的输入如下：",
                        "一块电路板上的逻辑门这样连接：",
                    ],
                    ["A logic circuit has these gates:", "These gates make up a circuit:"],
                )
                if scene == 0
                else (
                    ["依次计算下面的布尔表达式：", "定义以下布尔变量：", "一段程序依次给布尔变量赋值："],
                    ["These boolean variables are computed in turn:", "Boolean variables are defined as follows:"],
                )
            )
        )
        lines = []
        for place, (op, one, two) in enumerate(world.gates):
            first, second, name = cast.wires[one], cast.wires[max(two, 0)], cast.wires[width + place]
            lines.append(f"{name} = {self._form(op, first, second, cast, voice)}")
        values = [f"{name} = {cast.bits[bit]}" for name, bit in zip(cast.wires, world.inputs, strict=False)]
        given = voice.pick(["输入为：", "已知", "输入值："], ["The inputs are ", "Given "]) + voice.say(
            "，", ", "
        ).join(values)
        rules = self._rules(world, cast, voice, low, high)
        stop = voice.say("。", ".")
        body = f"{head}\n{voice.listing(lines)}"
        if voice.rng.random() < 0.5:
            return f"{given}{stop}{'' if voice.zh else ' '}{body}\n{rules}"
        return f"{rules}\n{body}\n{given}{stop}"

    def _rules(self, world: World, cast: Cast, voice: Voice, low: str, high: str) -> str:
        """What each operation in use means."""
        zh = (
            f"两个输入都为{high}时结果为{high}，否则为{low}",
            f"至少有一个输入为{high}时结果为{high}，否则为{low}",
            f"两个输入不同时结果为{high}，相同时为{low}",
            f"把{high}变成{low}，把{low}变成{high}",
            f"两个输入都为{high}时结果为{low}，否则为{high}",
            f"两个输入都为{low}时结果为{high}，否则为{low}",
        )
        en = (
            f"{high} if both inputs are {high}, else {low}",
            f"{high} if at least one input is {high}, else {low}",
            f"{high} if the inputs differ, else {low}",
            f"turns {high} into {low} and {low} into {high}",
            f"{low} if both inputs are {high}, else {high}",
            f"{high} if both inputs are {low}, else {low}",
        )
        used = sorted({gate.op for gate in world.gates})
        if cast.scene % 10 in (1, 2):
            used = sorted({op if op < NAND else op - NAND for op in used} | ({NOT} if max(used) >= NAND else set()))
        cells = []
        for op in used:
            word = self._form(op, "x", "y", cast, voice).replace("(x, y)", "").replace("(x)", "")
            cells.append(voice.say(f"{word}：{zh[op]}", f"{word}: {en[op]}"))
        return voice.say("；", "; ").join(cells) + voice.say("。", ".")

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        if ask.kind == "bit":
            name = cast.wires[ask.args[0]]
            return voice.pick(
                [f"{name}的值是什么？", f"{name}等于多少？", f"最后得到的{name}是哪个值？"],
                [f"What is the value of {name}?", f"What does {name} come to?"],
            )
        if ask.kind == "is":
            name, bit = cast.wires[ask.args[0]], cast.bits[ask.args[1]]
            return voice.pick(
                [f"{name}的值是{bit}吗？", f"{name}是否等于{bit}？", f"“{name} = {bit}”对吗？"],
                [f"Is {name} equal to {bit}?", f"Does {name} come out as {bit}?"],
            )
        if ask.kind == "flip":
            name, flipped = (cast.wires[wire] for wire in ask.args)
            bit = cast.bits[1 - world.inputs[ask.args[1]]]
            return voice.pick(
                [
                    f"如果把{flipped}改为{bit}，其余输入不变，{name}的值是什么？",
                    f"假如{flipped} = {bit}（其他输入照旧），{name}等于多少？",
                    f"只把输入{flipped}换成{bit}，那么{name}是多少？",
                ],
                [
                    f"If {flipped} were {bit} and the other inputs stayed, what would {name} be?",
                    f"Change only {flipped} to {bit}: what is {name} then?",
                ],
            )
        if ask.kind == "last":
            names = voice.join(cast.wires[ask.args[0] : len(world.inputs) + len(world.gates)])
            return voice.pick(
                [f"{names}的值依次是什么？", f"{names}分别等于多少？", f"按顺序写出{names}的值。"],
                [f"What are {names}, in this order?", f"Which values do {names} take?"],
            )
        thing = voice.say(
            "门" if cast.scene == 0 else "计算得到的变量", "gates" if cast.scene == 0 else "computed variables"
        )
        if ask.kind == "count":
            return voice.pick(
                [
                    f"值为{cast.bits[1]}的{thing}有几个（不算输入）？",
                    f"所有{thing}中，有多少个等于{cast.bits[1]}（输入不算）？",
                ],
                [f"How many {thing} are {cast.bits[1]} (not counting inputs)?"],
            )
        bit = cast.bits[ask.args[0]]
        return voice.pick(
            [f"下面哪一个的值是{bit}？", f"以下哪个等于{bit}？", f"哪一个的结果为{bit}？"],
            [f"Which of these is {bit}?", f"Which of these comes out as {bit}?"],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind == "is":
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind == "count":
            return str(value)
        if ask.kind == "last":
            count = len(world.inputs) + len(world.gates) - ask.args[0]
            return ", ".join(cast.bits[value >> place & 1] for place in range(count))
        return cast.wires[value] if ask.kind == "which" else cast.bits[value]

    def _gate(self, world: World, wire: int, bits: list[int], cast: Cast, voice: Voice) -> str:
        """Work one gate out; a first input that settles AND, OR, NAND or NOR is enough."""
        op, one, two = world.gates[wire - len(world.inputs)]
        cells = [f"{cast.wires[one]}={cast.bits[bits[one]]}"]
        if op != NOT and not (op in (AND, NAND) and not bits[one] or op in (OR, NOR) and bits[one]):
            cells.append(f"{cast.wires[two]}={cast.bits[bits[two]]}")
        head = cast.wires[wire] + voice.say("：", ": ")
        bit = cast.bits[bits[wire]]
        end = f" {' '.join(cells)}→{bit}"
        if cast.scene % 10 in (0, 3):
            word = cast.words[op]
            if word in _MADE_UP:
                plain = voice.say("与 或 异或 非 与非 或非", "and or xor not nand nor").split()[op]
                word = f"{word}{voice.say('', ' ')}{plain}"
            return head + (word if word in _MADE_UP else word.removesuffix("门")) + end
        signs = _SYMBOLS[2] if cast.scene % 10 == 1 else _SYMBOLS[cast.scene // 10]
        if op in (NAND, NOR):
            return f"{head}{signs[3]} {signs[op - NAND]} {' '.join(cells)}→{cast.bits[1 - bits[wire]]}→{bit}"
        return head + signs[op] + end

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        width, flipped = len(world.inputs), ask.args[1] if ask.kind == "flip" else -1
        bits = _run(world, tuple(bit ^ (place == flipped) for place, bit in enumerate(world.inputs)))
        lines = [f"{cast.wires[flipped]}={cast.bits[bits[flipped]]}"] if flipped >= 0 else []
        goal = ask.args[0] if ask.kind in ("bit", "is", "flip") else len(bits) - 1
        count = 0
        for wire in range(width, goal + 1):
            lines.append(self._gate(world, wire, bits, cast, voice))
            if ask.kind == "count" and bits[wire]:
                count += 1
                lines[-1] += voice.say(f"，{count}个", f", number {count}")
        name, bit = cast.wires[goal], cast.bits[bits[goal]]
        if ask.kind == "count":
            lines.append(voice.say(f"共{count}个。", f"{count} in all."))
        elif ask.kind == "last":
            values = [f"{cast.wires[wire]}={cast.bits[bits[wire]]}" for wire in range(ask.args[0], len(bits))]
            lines.append(voice.say("，", ", ").join(values) + voice.say("。", "."))
        elif ask.kind == "which":
            for place, wire in enumerate(shown):
                fits = bits[wire] == ask.args[0]
                word = voice.say("符合" if fits else "不符", "fits" if fits else "no")
                lines.append(
                    f"{letter_of(place)} {cast.wires[wire]}={cast.bits[bits[wire]]}{voice.say('，', ', ')}{word}"
                )
                if fits:
                    break
        elif ask.kind == "is":
            same, want = bits[goal] == ask.args[1], cast.bits[ask.args[1]]
            if same:
                lines.append(voice.say(f"{name}是{want}，是。", f"{name} is {want}: yes."))
            else:
                lines.append(voice.say(f"{name}是{bit}，不是{want}，否。", f"{name} is {bit}, not {want}: no."))
        return "\n".join(lines)
