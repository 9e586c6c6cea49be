"""Syllogisms over invented classes: all, no and some statements; what must be true, must be false, or is open?

Only asks whose answer is the same with and without the assumption that every class has members are put.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.family import Ask, Family
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
    """Formats of the four forms."""


Literal = tuple[int, bool]
"""A class, and whether a thing is in it."""
Step = tuple[Statement, int, bool]
"""A premise used, and the class that follows with its sign."""


def _close(world: World, start: tuple[tuple[int, bool], ...]) -> tuple[dict[int, bool], list[Step]]:
    """What follows for one thing of which ``start`` holds: signs by class, and the steps."""
    signs, steps = dict(start), []
    moved = True
    while moved:
        moved = False
        for premise in world.premises:
            form, one, two = premise
            if form > NO or one < 0:
                continue
            for old, was, new, now in ((one, True, two, form == ALL), (two, form == NO, one, False)):
                if signs.get(old) == was and new not in signs:
                    signs[new] = now
                    steps.append((premise, new, now))
                    moved = True
    return signs, steps


def _witnesses(world: World) -> list[tuple[Statement, tuple[tuple[int, bool], ...]]]:
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
        sign = _close(world, start)[0].get(two)
        return (OPEN if sign is None else TRUE if sign == (form == ALL) else FALSE), premise
    sign = _close(world, ((one, True),))[0].get(two)
    if sign is not None:
        is_universal_true = sign == (form in (ALL, SOME))
        if is_universal_true == (form in (ALL, NO)):
            return (TRUE if is_universal_true else FALSE), None
    for premise, start in _witnesses(world):
        signs = _close(world, start)[0]
        if signs.get(one) and signs.get(two) == (form in (NO, SOME)):
            return (FALSE if form in (ALL, NO) else TRUE), premise
    return OPEN, None


@lru_cache(maxsize=8)
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


class Syllogism(Family[World, int, Cast]):
    """Values: 1/0 for yes/no, a status, or a statement as a number."""

    name = "syllogism"
    title = "syllogisms over invented classes"
    order_free = ("premises",)

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

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        told = {premise for premise in world.premises}
        told |= {Statement(form, two, one) for form, one, two in told if form in (NO, SOME) and one >= 0}
        by_status: dict[int, list[Statement]] = {TRUE: [], FALSE: [], OPEN: []}
        subjects = [-1, *range(world.size)] if any(premise[1] < 0 for premise in world.premises) else range(world.size)
        queries = [
            Statement(form, one, two)
            for one in subjects
            for two in range(world.size)
            if one != two
            for form in ((ALL, NO) if one < 0 else (ALL, NO, SOME, SOME_NOT))
        ]
        rng.shuffle(queries)
        # A few of each status are enough; the rarest kinds of statement come first where there is a choice.
        queries.sort(key=lambda query: query in told)
        for query in queries:
            if min(len(found) for found in by_status.values()) >= 3:
                break
            status = _decide(world, query)[0]
            if len(by_status[status]) < 5 and (status != OPEN or _prove(world, query) == OPEN):
                by_status[status].append(query)
        asks: list[Ask[int]] = []
        used: set[Statement] = set()
        for _ in range(2):
            status = rng.choice([status for status in by_status if by_status[status]])
            query = rng.choice(by_status[status])
            if query not in used:
                used.add(query)
                wrong = tuple(other for other in (TRUE, FALSE, OPEN) if other != status)
                asks.append(Ask("status", query, status, wrong))
        is_yes = rng.random() < 0.5
        pool = by_status[TRUE] if is_yes and by_status[TRUE] else by_status[FALSE] + by_status[OPEN]
        if pool:
            query = rng.choice(pool)
            right = query in by_status[TRUE]
            asks.append(Ask("follows", query, right, (not right,)))
        if by_status[TRUE] and rng.random() < 0.7:
            rng.shuffle(others := by_status[FALSE][:3] + by_status[OPEN])
            right_query = rng.choice(by_status[TRUE])
            if others:
                asks.append(Ask("which", (), self._code(right_query), tuple(self._code(query) for query in others[:4])))
        rng.shuffle(asks)
        return asks[:3]

    def _code(self, query: Statement) -> int:
        return query.form * 100 + (query.subject + 1) * 10 + query.predicate

    def _query(self, code: int) -> Statement:
        return Statement(code // 100, code // 10 % 10 - 1, code % 10)

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        if ask.kind == "which":
            return _prove(world, self._query(value)) == TRUE
        status = _prove(world, Statement(*ask.args))
        return status == value if ask.kind == "status" else status >= 0 and (status == TRUE) == bool(value)

    def cast(self, world: World, voice: Voice) -> Cast:
        forms = [
            voice.pick(["所有{}都是{}", "每个{}都是{}", "凡是{}都是{}"], ["all {} are {}", "every {} is {}"]),
            voice.pick(["没有{}是{}", "没有任何{}是{}", "所有{}都不是{}"], ["no {} is {}", "no {} are {}"]),
            voice.pick(["有些{}是{}", "至少有一个{}是{}"], ["some {} are {}", "some {} is {}"]),
            voice.pick(["有些{}不是{}", "至少有一个{}不是{}"], ["some {} are not {}", "some {} is not {}"]),
        ]
        names = draw(voice, "coinage", world.size)
        if not voice.zh:
            # One grammatical number for all forms, so that the names need no second shape.
            forms = ["all {}s are {}s", "no {}s are {}s", "some {}s are {}s", "some {}s are not {}s"]
            if voice.rng.random() < 0.4:
                forms[:2] = ["every {} is a {}", "no {} is a {}"]
        elif voice.rng.random() < 0.25:
            names = tuple(voice.rng.sample("ABCDEFGH", world.size))
        individual = voice.pick(["小乐", "阿福", "豆豆", "贝贝", "Max", "球球"], ["Max", "Rex", "Polly", "Fido"])
        return Cast(names, individual, (forms[0], forms[1], forms[2], forms[3]))

    def _text(self, statement: Statement, cast: Cast, voice: Voice) -> str:
        form, one, two = statement
        if one < 0:
            return self._of(cast.individual, two, form == ALL, cast, voice)
        return cast.forms[form].format(cast.names[one], cast.names[two])

    def _of(self, thing: str, two: int, sign: bool, cast: Cast, voice: Voice) -> str:
        name = cast.names[two]
        return voice.say(f"{thing}{'是' if sign else '不是'}{name}", f"{thing} is {'a' if sign else 'not a'} {name}")

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        head = voice.pick(
            [
                "已知下列陈述都是真的：",
                "请只根据以下前提进行推理（这些名词都是编造的）：",
                "在一个虚构的世界里，有这些事实：",
                "假定下面几句话全部为真：",
            ],
            [
                "Take these statements as true:",
                "The words below are made up; reason from these premises alone:",
                "In an imaginary world the following holds:",
            ],
        )
        said = [self._text(premise, cast, voice) for premise in world.premises]
        return f"{head}\n{voice.listing([text[0].upper() + text[1:] if not voice.zh else text for text in said])}"

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        if ask.kind == "which":
            return voice.pick(
                ["由此必然可以推出下面哪一项？", "以下哪个结论一定成立？", "根据前提，哪句话必定为真？"],
                ["Which of these must be true?", "Which conclusion follows?"],
            )
        query = self._text(Statement(*ask.args), cast, voice)
        if ask.kind == "status":
            return voice.pick(
                [
                    f"结论“{query}”是必然真、必然假，还是无法确定？",
                    f"根据以上信息，“{query}”这句话怎么样？",
                    f"如何判断下面这个说法：{query}？",
                ],
                [f'Is "{query}" certainly true, certainly false, or undetermined?', f'What can be said of: "{query}"?'],
            )
        return voice.pick(
            [f"能否必然推出“{query}”？", f"“{query}”一定成立吗？", f"从上述前提能不能得出结论：{query}？"],
            [f'Does it follow that "{query}"?', f'Must it be true that "{query}"?'],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind == "which":
            return self._text(self._query(value), cast, voice)
        if ask.kind == "status":
            return voice.say(("必然真", "必然假", "无法确定")[value], ("True", "False", "Undetermined")[value])
        return voice.say("是" if value else "否", "Yes" if value else "No")

    def _literal(self, two: int, sign: bool, cast: Cast, voice: Voice) -> str:
        """A class a thing is in or not, in short: ``甲``, ``非甲``."""
        return ("" if sign else voice.say("非", "not ")) + cast.names[two]

    def _table(self, world: World, cast: Cast, voice: Voice) -> str:
        """The universal premises in the order told, each as two arrows, so that every step reads forwards."""
        comma = voice.say("，", ", ")
        cells = []
        for premise in world.premises:
            if premise.form <= NO and premise.subject >= 0:
                cells.append(
                    comma.join(
                        f"{self._literal(*old, cast, voice)}→{self._literal(*new, cast, voice)}"
                        for old, new in _arrows(premise)
                    )
                )
        return "\n".join(cells)

    def _walk(
        self, world: World, start: tuple[Literal, ...], wanted: tuple[Literal, ...], cast: Cast, voice: Voice
    ) -> tuple[str, bool]:
        """Follow the arrows from what holds of one thing, until all that is wanted holds or fails.

        Returns:
            The steps with their outcome, and whether all that is wanted holds.
        """
        arrows = [
            arrow
            for premise in world.premises
            if premise.form <= NO and premise.subject >= 0
            for arrow in _arrows(premise)
        ]
        signs, queue, cells = dict(start), list(start), []
        comma, none = voice.say("，", ", "), voice.say("无", "none")

        def is_done() -> bool:
            return any(signs.get(two, sign) != sign for two, sign in wanted) or all(two in signs for two, _ in wanted)

        place = 0
        while place < len(queue) and not is_done():
            old, found = queue[place], []
            place += 1
            for source, new in arrows:
                if source == old:
                    found.append(self._literal(*new, cast, voice))
                    if new[0] not in signs:
                        signs[new[0]] = new[1]
                        queue.append(new)
                        if is_done():
                            break
            cells.append(f"{self._literal(*old, cast, voice)}→{voice.join(found) or none}")
        failed = [(two, not sign) for two, sign in wanted if signs.get(two, sign) != sign]
        holds = not failed and all(two in signs for two, _ in wanted)
        if failed:
            end = voice.say("有", "got ") + self._literal(*failed[0], cast, voice) + voice.say("，不符", ", no")
        elif holds:
            end = voice.say("有", "got ") + comma.join(self._literal(*literal, cast, voice) for literal in wanted)
        else:
            lacking = next(two for two, _ in wanted if two not in signs)
            end = voice.say(f"{cast.names[lacking]}未知", f"{cast.names[lacking]} unknown")
        return voice.say("；", "; ").join([*cells, end]), holds

    def _universal(self, world: World, query: Statement, sign: bool, cast: Cast, voice: Voice) -> tuple[str, bool]:
        """Whether all of the subject are (or are not) in the predicate."""
        steps, holds = self._walk(world, ((query.subject, True),), ((query.predicate, sign),), cast, voice)
        asked = f"{cast.names[query.subject]}→{self._literal(query.predicate, sign, cast, voice)}"
        return f"{asked}{voice.say('？', '? ')}{steps}", holds

    def _existence(
        self, world: World, query: Statement, sign: bool, cast: Cast, voice: Voice
    ) -> tuple[list[str], bool]:
        """Whether some of the subject are (or are not) in the predicate: try each thing that is told to be."""
        asked = ((query.subject, True), (query.predicate, sign))
        comma = voice.say("，", ", ")
        lines = [voice.say("有", "Some ") + comma.join(self._literal(*part, cast, voice) for part in asked)]
        lines[0] += voice.say("？", "?")
        for _, start in _witnesses(world):
            steps, holds = self._walk(world, start, asked, cast, voice)
            given = comma.join(self._literal(*literal, cast, voice) for literal in start)
            lines.append(f"{given}{voice.say('：', ': ')}{steps}")
            if holds:
                return lines, True
        return lines, False

    def _follows(self, world: World, query: Statement, cast: Cast, voice: Voice) -> tuple[list[str], bool]:
        """Lines that decide whether a statement follows."""
        sign = query.form in (ALL, SOME)
        if query.subject < 0:
            _, start = next(pair for pair in _witnesses(world) if pair[0].subject < 0)
            steps, holds = self._walk(world, start, ((query.predicate, sign),), cast, voice)
            given = self._literal(*start[0], cast, voice)
            asked = f"{cast.individual}→{self._literal(query.predicate, sign, cast, voice)}{voice.say('？', '? ')}"
            return [f"{asked}{cast.individual}→{given}{voice.say('；', '; ')}{steps}"], holds
        if query.form in (ALL, NO):
            line, holds = self._universal(world, query, sign, cast, voice)
            return [line], holds
        return self._existence(world, query, sign, cast, voice)

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        lines, stop = [self._table(world, cast, voice)], voice.say("。", ".")
        if ask.kind == "which":
            for place, value in enumerate(shown):
                query = self._query(value)
                found, holds = self._follows(world, query, cast, voice)
                end = voice.say("能推出" if holds else "推不出", "follows" if holds else "does not follow")
                lines += [f"{letter_of(place)} {found[0]}", *found[1:], end + stop]
                if holds:
                    break
            return "\n".join(lines)
        query = Statement(*ask.args)
        if ask.kind == "follows":
            found, holds = self._follows(world, query, cast, voice)
            end = voice.say("能推出" if holds else "推不出", "follows" if holds else "does not follow")
            return "\n".join([*lines, *found, end + stop])
        status, found = self._status(world, query, cast, voice)
        word = voice.say(("必然真", "必然假", "无法确定")[status], ("true", "false", "undetermined")[status])
        return "\n".join([*lines, *found, word + stop])

    def _status(self, world: World, query: Statement, cast: Cast, voice: Voice) -> tuple[int, list[str]]:
        """First what holds of the whole subject, then what holds of something in it."""
        sign = query.form in (ALL, SOME)
        if query.subject < 0:
            found, holds = self._follows(world, query, cast, voice)
            return _decide(world, query)[0], found
        is_universal = query.form in (ALL, NO)
        # All S are P is refuted by an S that is no P; some S are P is refuted where no S is P.
        line, holds = self._universal(world, query, sign if is_universal else not sign, cast, voice)
        if holds:
            return TRUE if is_universal else FALSE, [line]
        found, holds = self._existence(world, query, not sign if is_universal else sign, cast, voice)
        return (OPEN if not holds else FALSE if is_universal else TRUE), [line, *found]
