"""Finite automata and devices with states: where does an input lead, is it accepted, how often is a state visited?"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
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


_ZH_STATES = (
    ("q0 q1 q2 q3 q4 q5", "S0 S1 S2 S3 S4 S5", "S A B C D E"),
    ("待机 运行 暂停 报警 检修 休眠", "红灯 绿灯 黄灯 蓝灯 白灯 紫灯", "关闭 低档 中档 高档 自动 节能"),
    ("大厅 厨房 书房 卧室 花园 车库", "甲室 乙室 丙室 丁室 戊室 己室", "东厅 西厅 南厅 北厅 中厅 后厅"),
)
_EN_STATES = (
    ("q0 q1 q2 q3 q4 q5", "S0 S1 S2 S3 S4 S5", "S A B C D E"),
    ("idle running paused alarm service sleep", "red green yellow blue white violet"),
    ("hall kitchen study bedroom garden garage", "R1 R2 R3 R4 R5 R6"),
)
_ZH_SYMBOLS = (("0 1 2", "a b c", "x y z"), ("甲 乙 丙", "A B C", "+ - *"), ("红 蓝 绿", "左 右 前"))
_EN_SYMBOLS = (("0 1 2", "a b c", "x y z"), ("A B C", "+ - *"), ("red blue green", "left right ahead"))


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


class StateMachine(Family[World, Value, Cast]):
    """Values: one-tuples of a state, a count, or 1 and 0 for yes and no; or an input as a tuple of symbols."""

    name = "state_machine"
    title = "finite automata and devices with states"
    changes = {"moves": "digit", "accepting": "other"}

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

    def _word(self, world: World, rng: Random) -> Value:
        return tuple(rng.randrange(len(world.moves[0])) for _ in range(world.length))

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        asks: list[Ask[Value]] = []
        word = self._word(world, rng)
        states = _run(world, word)
        near = [states[-2], *rng.sample(range(len(world.moves)), len(world.moves))]
        wrong = tuple((state,) for state in dict.fromkeys(near) if state != states[-1])
        asks.append(Ask("end", word, (states[-1],), wrong[:4]))
        words = list(dict.fromkeys(self._word(world, rng) for _ in range(12)))
        taken = [word for word in words if _run(world, word)[-1] in world.accepting]
        left = [word for word in words if word not in taken]
        want = rng.random() < 0.5
        pool = taken if want and taken or not left else left
        word = pool[0]
        right = int(word in taken)
        asks.append(Ask("accepts", word, (right,), ((1 - right,),)))
        if taken[1:] and left[1:]:
            asks.append(Ask("which", (), taken[-1], tuple(left[1:5])))
        word = self._word(world, rng)
        states = _run(world, word)
        state = rng.choice(states[1:]) if rng.random() < 0.8 else rng.randrange(len(world.moves))
        count = states[1:].count(state)
        numbers = around(count)
        asks.append(Ask("visits", (state, *word), (count,), tuple((number,) for number in numbers)))
        rng.shuffle(asks)
        return asks[:3]

    def operations(self, world: World, ask: Ask[Value]) -> int:
        return world.length

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        if ask.kind == "end":
            return (_end(world, ask.args),) == value
        if ask.kind == "accepts":
            return (_end(world, ask.args) in world.accepting) == bool(value[0])
        if ask.kind == "which":
            return _end(world, value) in world.accepting
        state, *word = ask.args
        return sum(_end(world, tuple(word[:stop])) == state for stop in range(1, len(word) + 1)) == value[0]

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 3)
        states = voice.rng.choice((_ZH_STATES if voice.zh else _EN_STATES)[scene]).split()
        symbols = voice.rng.choice((_ZH_SYMBOLS if voice.zh else _EN_SYMBOLS)[scene]).split()
        kept = states[: len(world.moves)]
        if voice.rng.random() < 0.5:
            voice.rng.shuffle(kept)
        return Cast(tuple(kept), tuple(symbols[: len(world.moves[0])]), scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        states, symbols = cast.states, cast.symbols
        every, start = voice.join(states), states[0]
        final = self._final(world, cast, voice)
        alphabet = voice.join(symbols)
        if cast.scene == 0:
            head = voice.pick(
                [
                    f"有一个有限自动机，状态为{every}，输入符号为{alphabet}，初始状态是{start}，接受状态是{final}。"
                    "读完输入时处于接受状态，则输入被接受，否则被拒绝。",
                    f"一台状态机从{start}开始，逐个读入符号（{alphabet}）。读完后若停在{final}，就接受该输入，否则拒绝。",
                ],
                [
                    f"A finite automaton has the states {every}, the symbols {alphabet}, start state {start} and "
                    f"accepting: {final}. An input is accepted if it ends in an accepting state, else it is rejected.",
                    f"A machine starts in {start} and reads symbols ({alphabet}). It accepts if it ends in {final}.",
                ],
            )
            forms = (
                ["在{}读入{}，转到{}", "{}，输入{} -> {}", "δ({}, {}) = {}"],
                ["in {} reading {}, go to {}", "{}, input {} -> {}"],
            )
        elif cast.scene == 1:
            head = voice.pick(
                [
                    f"一台设备有这些状态：{every}。开机时处于{start}状态，按钮有{alphabet}。"
                    f"按完一串按钮后若处于{final}状态，这串操作就算成功，否则失败。",
                    f"某装置起初处于“{start}”，按钮（{alphabet}）会改变它的状态；"
                    f"最后停在{final}为成功，停在别的状态为失败。",
                ],
                [
                    f"A device has the states {every}; it starts in {start}. Its buttons are {alphabet}. A sequence of "
                    f"presses succeeds if the device ends in {final}, else it fails.",
                    f"A machine is at first in {start}. Pressing buttons ({alphabet}) changes its state; ending in "
                    f"{final} is a success, anything else a failure.",
                ],
            )
            forms = (
                ["处于{}时按{}，变为{}", "{}状态下按下{}键，进入{}", "{} + {} -> {}"],
                ["in {}, pressing {} leads to {}", "{}, press {} -> {}"],
            )
        else:
            head = voice.pick(
                [
                    f"一只机器人在几个房间（{every}）之间走动，起点是{start}，每一步从一扇门（{alphabet}）出去。最后停在{final}算完成任务，否则算失败。",
                    f"房间有{every}，每个房间都有几扇门：{alphabet}。探险者从{start}出发，终点在{final}才算成功，否则失败。",
                ],
                [
                    f"A robot walks between rooms ({every}), starting in {start}; at each step it takes a door "
                    f"({alphabet}). Ending in {final} is a success, anything else a failure."
                ],
            )
            forms = (
                ["从{}走{}门，到达{}", "{}的{}门通往{}", "在{}选{}门会进入{}"],
                ["from {} the {} door leads to {}", "{}, {} door -> {}"],
            )
        form = voice.pick(*forms)
        facts = [
            form.format(states[state], symbols[symbol], states[end])
            for state, row in enumerate(world.moves)
            for symbol, end in enumerate(row)
        ]
        if voice.rng.random() < 0.3:
            voice.rng.shuffle(facts)
        return f"{head}\n{voice.listing(facts)}"

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        zh_what, en_what = (("输入", "the input"), ("依次按", "pressing"), ("依次走", "taking the doors"))[cast.scene]
        word = self._show(ask.args[1:] if ask.kind == "visits" else ask.args, cast)
        kind = ("状态", "状态", "房间")[cast.scene]
        good_zh = ("被接受", "成功", "成功")[cast.scene]
        if ask.kind == "end":
            return voice.pick(
                [
                    f"{zh_what} {word} 之后，停在哪个{kind}？",
                    f"{zh_what} {word}，最后的{kind}是：",
                    f"从起点开始，{zh_what} {word}，最终在哪里？",
                ],
                [f"Where does it end after {en_what} {word}?", f"In which place or state does {word} end?"],
            )
        if ask.kind == "accepts":
            return voice.pick(
                [
                    f"{zh_what} {word}，会{good_zh}吗？",
                    f"{zh_what} {word}，最后会不会{good_zh}？",
                    f"{word} 会{good_zh}吗？",
                ],
                [f"Is {word} accepted (a success)?", f"Does {en_what} {word} end well (accepted, a success)?"],
            )
        if ask.kind == "which":
            return voice.pick(
                [f"下面哪一串会{good_zh}？", f"以下哪个序列能{good_zh}？", f"哪个选项会{good_zh}？"],
                ["Which of these sequences is accepted (a success)?", "Which sequence below succeeds (is accepted)?"],
            )
        state = cast.states[ask.args[0]]
        return voice.pick(
            [
                f"{zh_what} {word}，途中一共到达{state}几次（不算开始时）？",
                f"{zh_what} {word}，每走一步记一次所在{kind}，{state}被记了几次？",
                f"不计开始时刻，{zh_what} {word} 的过程中有几步走完后处于{state}？",
            ],
            [
                f"How many of the steps of {word} end in {state}?",
                f"After how many of the steps of {word} is it in {state}?",
            ],
        )

    def _show(self, word: Value, cast: Cast) -> str:
        return "[" + ", ".join(cast.symbols[symbol] for symbol in word) + "]"

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if ask.kind == "end":
            return cast.states[value[0]]
        if ask.kind == "accepts":
            return voice.say("会" if value[0] else "不会", "Yes" if value[0] else "No")
        return self._show(value, cast) if ask.kind == "which" else str(value[0])

    def _final(self, world: World, cast: Cast, voice: Voice) -> str:
        """The accepting states, named one by one or by those that are not."""
        if not world.is_told_by_rest:
            return voice.say("或", " or ").join(cast.states[state] for state in world.accepting)
        rest = [name for state, name in enumerate(cast.states) if state not in world.accepting]
        kind = voice.say("房间" if cast.scene == 2 else "状态", "room" if cast.scene == 2 else "state")
        names = voice.say("、", " and ").join(rest)
        return voice.say(f"除{names}外的{kind}", f"any {kind} but {names}")

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        final = voice.say("要求停在", "Must end in ") + self._final(world, cast, voice) + voice.say("。", ".")
        if ask.kind == "which":
            lines = [final]
            for place, value in enumerate(shown):
                text = letter_of(place) + voice.say("：", ": ") + self._passed(world, value, cast, voice)
                good = _run(world, value)[-1] in world.accepting
                lines.append(text + voice.say("，符合。" if good else "，不符。", ", fits." if good else ", no."))
                if good:
                    break
            return "\n".join(lines)
        if ask.kind == "visits":
            state, *word = ask.args
            passed = self._passed(world, tuple(word), cast, voice, state)
            return passed + voice.say(f"。共{ask.right[0]}次。", f". In all {ask.right[0]}.")
        passed = self._passed(world, ask.args, cast, voice) + voice.say("。", ".")
        if ask.kind == "end":
            return passed
        last = _run(world, ask.args)[-1]
        good = last in world.accepting
        verdict = voice.say("，符合。" if good else "，不符。", " fits." if good else " does not fit.")
        return f"{passed}\n{final}{voice.say('', ' ')}{cast.states[last]}{verdict}"

    def _passed(self, world: World, word: Value, cast: Cast, voice: Voice, target: int = -1) -> str:
        """``q0，a→q1，b→q2``; each arrival at ``target`` is numbered."""
        states = _run(world, word)
        parts, count = [cast.states[0]], 0
        for symbol, after in zip(word, states[1:], strict=True):
            count += after == target
            number = f"({count})" if after == target else ""
            parts.append(f"{cast.symbols[symbol]}→{cast.states[after]}{number}")
        return voice.say("，", ", ").join(parts)
