"""Propositional entailment: if-then rules, either-or statements and facts. Is a proposition true, false or open?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

TRUE, FALSE, OPEN = range(3)
IF, OR = range(2)
Literal = tuple[int, bool]
"""A proposition and its sign."""


class Premise(NamedTuple):
    """``IF``: when all of ``body`` hold, ``head`` holds. ``OR``: the one of ``body`` or ``head`` holds (or both)."""

    form: int
    body: tuple[Literal, ...]
    head: Literal


@dataclass(frozen=True, slots=True)
class World:
    """Facts and rules."""

    size: int
    """Number of propositions."""
    facts: tuple[Literal, ...]
    """Given literals."""
    rules: tuple[Premise, ...]
    """In the order they are told."""


class Cast(NamedTuple):
    """Names of the propositions and their wording."""

    names: tuple[str, ...]
    scene: int
    """Index into the wordings below."""
    rule: str
    """A format of condition and consequence."""


_ZH = (
    ("{}灯亮", "{}灯不亮"),
    ("{}来", "{}不来"),
    ("{}成立", "{}不成立"),
    ("{}参赛", "{}不参赛"),
    ("阀门{}打开", "阀门{}关闭"),
)
_EN = (
    ("lamp {} is on", "lamp {} is off"),
    ("{} comes", "{} does not come"),
    ("{} holds", "{} does not hold"),
    ("{} takes part", "{} does not take part"),
    ("valve {} is open", "valve {} is shut"),
)


def _clause(rule: Premise) -> list[Literal]:
    """The rule as a disjunction."""
    return [(place, sign != (rule.form == IF)) for place, sign in rule.body] + [rule.head]


def _derive(world: World) -> tuple[dict[int, bool], list[tuple[Premise, Literal]]]:
    """Unit propagation: known signs, and the steps (rule, new literal), always the first rule that gives something."""
    known, steps, moved = dict(world.facts), [], True
    clauses = [(rule, _clause(rule)) for rule in world.rules]
    while moved:
        moved = False
        for rule, clause in clauses:
            if any(known.get(place) == sign for place, sign in clause):
                continue
            free = [literal for literal in clause if literal[0] not in known]
            if len(free) == 1:
                known[free[0][0]] = free[0][1]
                steps.append((rule, free[0]))
                moved = True
                break
    return known, steps


@lru_cache(maxsize=8)
def _models(world: World) -> tuple[int, ...]:
    """All assignments (bit masks of true propositions) that fit facts and rules, by brute force."""
    masks = [mask for mask in range(1 << world.size) if all((mask >> place & 1) == sign for place, sign in world.facts)]
    for form, body, head in world.rules:
        if form == IF:
            masks = [
                mask
                for mask in masks
                if (mask >> head[0] & 1) == head[1] or not all((mask >> place & 1) == sign for place, sign in body)
            ]
        else:
            one = body[0]
            masks = [mask for mask in masks if (mask >> one[0] & 1) == one[1] or (mask >> head[0] & 1) == head[1]]
    return tuple(masks)


def _status(world: World, place: int) -> int:
    bits = {mask >> place & 1 for mask in _models(world)}
    return -1 if not bits else OPEN if len(bits) == 2 else TRUE if bits == {1} else FALSE


class Entailment(Family[World, int, Cast]):
    """Values: 1/0 for yes/no, a status, a count, or a literal (2 * proposition + sign)."""

    name = "entailment"
    title = "propositional rules and what follows"
    order_free = ("facts", "rules")
    changes = {"facts": "flip"}

    def world(self, rng: Random, level: int) -> World:
        size = 4 + level // 2
        while True:
            truth = [rng.random() < 0.5 for _ in range(size)]
            order = rng.sample(range(size), size)
            rules: list[Premise] = []
            for place in range(1, size):
                new, old = order[place], order[place - 1 if rng.random() < 0.7 else rng.randrange(place)]
                one, other = (old, truth[old]), (new, truth[new])
                form = rng.random()
                if form < 0.35:
                    rules.append(Premise(IF, (one,), other))
                elif form < 0.5:
                    rules.append(Premise(IF, ((new, not truth[new]),), (old, not truth[old])))
                elif form < 0.65:
                    pair = [(old, not truth[old]), other]
                    rng.shuffle(pair)
                    rules.append(Premise(OR, (pair[0],), pair[1]))
                elif form < 0.8 and place > 1:
                    third = rng.choice([had for had in order[:place] if had != old])
                    rules.append(Premise(IF, (one, (third, truth[third])), other))
                else:
                    # A rule that only runs backwards (a fallacy if used): the new one stays open.
                    rules.append(Premise(IF, (other,), one))
            rng.shuffle(rules)
            facts = [(order[0], truth[order[0]])]
            world = World(size, tuple(facts), tuple(rules))
            known = _derive(world)[0]
            if len(known) >= max(3, size // 2) and all(
                (_status(world, place) == OPEN) == (place not in known) for place in range(size)
            ):
                return world

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        known, steps = _derive(world)
        derived = [literal[0] for _, literal in steps]
        hidden = [place for place in range(world.size) if place not in known]
        asks: list[Ask[int]] = []
        pools = {
            TRUE: [place for place in derived if known[place]],
            FALSE: [place for place in derived if not known[place]],
            OPEN: hidden,
        }
        used: set[int] = set()
        for _ in range(2):
            status = rng.choice([status for status, pool in pools.items() if set(pool) - used])
            place = rng.choice([place for place in pools[status] if place not in used])
            used.add(place)
            wrong = tuple(other for other in (TRUE, FALSE, OPEN) if other != status)
            asks.append(Ask("status", (place,), status, wrong))
        sign = rng.random() < 0.5
        right = rng.random() < 0.53
        pool = pools[TRUE if sign else FALSE] if right else pools[FALSE if sign else TRUE] + hidden
        place = rng.choice(pool or derived)
        is_right = known.get(place) == sign
        asks.append(Ask("must", (place, int(sign)), is_right, (not is_right,)))
        place = rng.choice(derived)
        literals = [2 * other + (not known[other]) for other in derived if other != place]
        literals += [2 * other + int(rng.random() < 0.5) for other in hidden]
        rng.shuffle(literals)
        literals = [*literals[:3], 2 * place + (not known[place])]
        asks.append(Ask("which", (), 2 * place + known[place], tuple(literals)))
        count = sum(known.values())
        wrong = around(count, 0, world.size)
        asks.append(Ask("count", (), count, wrong))
        rng.shuffle(asks)
        return asks[:3]

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        if ask.kind == "status":
            return _status(world, ask.args[0]) == value
        if ask.kind == "must":
            return (_status(world, ask.args[0]) == (TRUE if ask.args[1] else FALSE)) == bool(value)
        if ask.kind == "which":
            return _status(world, value // 2) == (TRUE if value % 2 else FALSE)
        return sum(_status(world, place) == TRUE for place in range(world.size)) == value

    def cast(self, world: World, voice: Voice) -> Cast:
        scene = int(voice.rng.random() * 5)
        names = draw(voice, "person", world.size) if scene in (1, 3) else tuple("ABCDEFGHJK"[: world.size])
        if scene in (0, 2, 4):
            names = tuple(voice.rng.sample(names if voice.rng.random() < 0.5 else tuple("PQRSTUVWXYZ"), world.size))
        rule = voice.pick(["如果{}，那么{}", "若{}，则{}", "当{}时，必然{}"], ["if {}, then {}", "whenever {}, {}"])
        return Cast(names, scene, rule)

    def _text(self, literal: Literal, cast: Cast, voice: Voice) -> str:
        words = (_ZH if voice.zh else _EN)[cast.scene]
        return words[0 if literal[1] else 1].format(cast.names[literal[0]])

    def _rule(self, rule: Premise, cast: Cast, voice: Voice) -> str:
        body = [self._text(literal, cast, voice) for literal in rule.body]
        head = self._text(rule.head, cast, voice)
        if rule.form == OR:
            return voice.say(f"{body[0]}或者{head}", f"{body[0]} or {head}")
        return cast.rule.format(voice.say("并且", " and ").join(body), head)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        head = voice.pick(
            [
                "已知以下条件全部成立：",
                "请根据下面的规则和事实进行推理（“或者”表示至少有一个成立）：",
                "关于这些情况，我们知道：",
            ],
            ["All of the following is true:", 'Reason from these rules and facts ("or" means at least one):'],
        )
        facts = [self._text(literal, cast, voice) for literal in world.facts]
        rules = [self._rule(rule, cast, voice) for rule in world.rules]
        form = int(voice.rng.random() * 3)
        said = [*rules, *facts] if form == 0 else [*facts, *rules] if form == 1 else rules
        text = f"{head}\n{voice.listing([line if voice.zh else line[0].upper() + line[1:] for line in said])}"
        if form == 2:
            given = voice.say("，", ", ").join(facts)
            text += voice.pick([f"\n现在已知：{given}。", f"\n事实：{given}。"], [f"\nFact: {given}."])
        if any(rule.form == OR for rule in world.rules) and "“" not in head and '"' not in head:
            text += voice.say(
                "\n（“或者”指两者至少有一个成立，也可以都成立。）", '\n("Or" means at least one of the two.)'
            )
        return text

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        if ask.kind == "status":
            said = self._text((ask.args[0], True), cast, voice)
            return voice.pick(
                [
                    f"“{said}”是真、是假，还是无法确定？",
                    f"根据以上信息判断：{said}。",
                    f"命题“{said}”的真假情况是哪一种？",
                ],
                [f'Is "{said}" true, false or undetermined?', f'What do we know of "{said}"?'],
            )
        if ask.kind == "must":
            said = self._text((ask.args[0], bool(ask.args[1])), cast, voice)
            return voice.pick(
                [f"能否必然推出“{said}”？", f"由上述条件可以断定{said}吗？", f"“{said}”一定为真吗？"],
                [f'Must "{said}" be true?', f'Does it follow that "{said}"?'],
            )
        if ask.kind == "which":
            return voice.pick(
                ["下面哪一项必然为真？", "由此可以推出哪个结论？", "以下哪一项一定成立？"],
                ["Which of these must be true?", "Which conclusion follows?"],
            )
        kind = (_ZH if voice.zh else _EN)[cast.scene][0].format(voice.say("某某", "X"))
        thing = voice.say(("灯", "人", "命题", "人", "阀门")[cast.scene], "")
        word = voice.say(kind.replace("某某灯", "").replace("阀门某某", "").replace("某某", ""), "")
        return voice.pick(
            [
                f"能确定{word}的{thing}有几{'个' if thing != '灯' else '盏'}？",
                f"一定{word}的{thing}共有多少{'个' if thing != '灯' else '盏'}（已知的也算）？",
            ],
            [
                f'For how many of {", ".join(cast.names)}, put in place of X, is it certain that "{kind}"?',
                f'Of how many, put in place of X, is it certain that "{kind}"?',
            ],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind == "status":
            return voice.say(("真", "假", "无法确定")[value], ("True", "False", "Undetermined")[value])
        if ask.kind == "must":
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind == "which":
            return self._text((value // 2, bool(value % 2)), cast, voice)
        return str(value)

    def _word(self, sign: bool, voice: Voice) -> str:
        return voice.say("真" if sign else "假", "true" if sign else "false")

    def _sign(self, literal: Literal, cast: Cast, voice: Voice) -> str:
        """What is known, in short: ``甲=真``."""
        return f"{cast.names[literal[0]]}={self._word(literal[1], voice)}"

    def _short(self, rule: Premise, cast: Cast, voice: Voice) -> str:
        """A rule in short: ``甲真、乙假→丙真``, ``甲真或乙真``."""
        space = voice.say("", " ")
        body, head = (
            [f"{cast.names[place]}{space}{self._word(sign, voice)}" for place, sign in literals]
            for literals in (rule.body, [rule.head])
        )
        if rule.form == OR:
            return body[0] + voice.say("或", " or ") + head[0]
        return f"{voice.join(body)}→{head[0]}"

    def _passes(self, world: World, goal: int, is_counted: bool, cast: Cast, voice: Voice) -> list[str]:
        """Go through the rules as told, again and again through those put off, until ``goal`` is known or none moves.

        A line a rule: ``甲真→乙假：甲=真→乙=假``. One that says nothing yet is put off (``？``) and not said again
        when its turn comes (``甲=真→乙=假``); one that is met anyway is dropped (``无``).
        """
        comma, none = voice.say("，", ", "), voice.say("无", "none")
        known, count, lines = dict(world.facts), sum(sign for _, sign in world.facts), []
        given = comma.join(self._sign(literal, cast, voice) for literal in world.facts)
        lines.append(given + (voice.say(f"，共{count}", f", count {count}") if is_counted else ""))
        left, is_first, moved = list(world.rules), True, True
        while left and moved and goal not in known:
            waiting, moved = [], is_first
            for rule in left:
                clause = _clause(rule)
                said = self._short(rule, cast, voice) + voice.say("：", ": ") if is_first else ""
                free = [literal for literal in clause if literal[0] not in known]
                if any(known.get(place) == sign for place, sign in clause):
                    if is_first:
                        lines.append(said + none)
                elif len(free) > 1:
                    waiting.append(rule)
                    if is_first:
                        lines.append(said + voice.say("？", "?"))
                else:
                    new, sign = free[0]
                    why = comma.join(self._sign((one, not was), cast, voice) for one, was in clause if one != new)
                    known[new], moved = sign, True
                    count += sign
                    tail = voice.say(f"，共{count}", f", count {count}") if is_counted and sign else ""
                    lines.append(f"{said}{why}→{self._sign(free[0], cast, voice)}{tail}")
                    if new == goal:
                        break
            left, is_first = waiting, False
        if goal >= 0 and goal not in known:
            # Nothing moves any more: the rules left that speak of the goal all have another unknown.
            for rule in left:
                if any(place == goal for place, _ in _clause(rule)):
                    other = next(place for place, _ in _clause(rule) if place != goal and place not in known)
                    said = self._short(rule, cast, voice) + voice.say("：", ": ")
                    lines.append(said + cast.names[other] + voice.say("=？", "=?"))
        return lines

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        known = _derive(world)[0]
        goal = ask.args[0] if ask.args else -1
        lines = self._passes(world, goal, ask.kind == "count", cast, voice)
        stop = voice.say("。", ".")
        if ask.kind == "count":
            count = sum(known.values())
            return "\n".join([*lines, voice.say(f"共{count}个。", f"{count} in all.")])
        if ask.kind == "which":
            for place, value in enumerate(shown):
                wanted = (value // 2, bool(value % 2))
                fits = known.get(wanted[0]) == wanted[1]
                lines.append(f"{letter_of(place)} {self._compare(wanted, known, cast, voice)}")
                if fits:
                    break
            return "\n".join(lines)
        if ask.kind == "must":
            lines.append(self._compare((goal, bool(ask.args[1])), known, cast, voice))
        else:
            lines.append(self._state(goal, known, cast, voice) + stop)
        return "\n".join(lines)

    def _state(self, place: int, known: dict[int, bool], cast: Cast, voice: Voice) -> str:
        if place in known:
            return self._sign((place, known[place]), cast, voice)
        return f"{cast.names[place]}={voice.say('？', '?')}"

    def _compare(self, wanted: Literal, known: dict[int, bool], cast: Cast, voice: Voice) -> str:
        """``甲真：甲=假，不符。``"""
        fits = known.get(wanted[0]) == wanted[1]
        asked = f"{cast.names[wanted[0]]}{voice.say('', ' ')}{self._word(wanted[1], voice)}"
        state = self._state(wanted[0], known, cast, voice)
        if voice.zh:
            return f"{asked}：{state}，{'符合' if fits else '不符'}。"
        return f"{asked}: {state}, {'fits' if fits else 'no'}."
