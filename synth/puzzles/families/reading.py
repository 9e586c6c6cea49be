"""Careful reading: which statements does a short text state, contradict or leave open, and about how many people?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

CITY, JOB, AGE, LIKE, OWN, VISIT = range(6)
SINGLE = (CITY, JOB, AGE)
"""Relations with exactly one value a person; of the others one may have several."""
STATED, DENIED, OPEN = range(3)

_POOLS = {CITY: "city", JOB: "job", LIKE: "food", OWN: "thing", VISIT: "place"}
_ZH_VERBS = {
    CITY: (("住在", "不住在"), ("家在", "家不在")),
    JOB: (("的职业是", "的职业不是"), ("是", "不是")),
    AGE: (("今年", "今年不是"), ("的年龄是", "的年龄不是")),
    LIKE: (("喜欢", "不喜欢"), ("爱吃", "不爱吃")),
    OWN: (("有", "没有"), ("带了", "没带")),
    VISIT: (("去过", "没去过"), ("到过", "没到过")),
}
_EN_VERBS = {
    CITY: ((" lives in ", " does not live in "),),
    JOB: (("'s job is ", "'s job is not "), (" works as ", " does not work as ")),
    AGE: ((" is ", " is not "),),
    LIKE: ((" likes ", " does not like "), (" eats ", " does not eat ")),
    OWN: ((" owns ", " does not own "), (" has ", " does not have ")),
    VISIT: ((" has been to ", " has not been to "), (" went to ", " did not go to ")),
}


_ONLY = {CITY: ("一个住处", "one home"), JOB: ("一种职业", "one job"), AGE: ("一个年龄", "one age")}


class Fact(NamedTuple):
    """One thing said about one person; also a statement to be judged."""

    who: int
    relation: int
    value: int
    """Index of the value among the relation's values."""
    sign: bool
    """False for a denial."""


@dataclass(frozen=True, slots=True)
class World:
    """What the text says."""

    people: int
    """Number of people."""
    width: int
    """Number of values of each relation."""
    relations: tuple[int, ...]
    """Which relations the text is about."""
    facts: tuple[Fact, ...]
    ages: tuple[int, ...]
    """Ages in years, one for each value of AGE."""
    is_closed: bool
    """True where the text says that what is not stated does not hold."""


class Cast(NamedTuple):
    """Names, verbs and the order of telling."""

    names: tuple[str, ...]
    values: dict[int, tuple[str, ...]]
    """For each relation the texts of its values."""
    verbs: dict[int, tuple[str, str]]
    """For each relation how to affirm and to deny it."""
    by_value: frozenset[int]
    """Relations told as "who has it" for each value; the others are told person by person."""
    answers: tuple[str, str, str]
    """The options' texts for stated, contradicted, and not mentioned."""


Value = int | Fact


def _status(world: World, statement: Fact) -> int:
    """Judge a statement by looking facts up."""
    who, relation, value, sign = statement
    if Fact(who, relation, value, True) in world.facts:
        status = STATED
    elif (
        world.is_closed
        or Fact(who, relation, value, False) in world.facts
        or (relation in SINGLE and any(fact[:2] == (who, relation) and fact.sign for fact in world.facts))
    ):
        status = DENIED
    else:
        status = OPEN
    return status if sign or status == OPEN else 1 - status


def _proved(world: World, statement: Fact) -> int:
    """Prover: judge a statement in all cases that agree with the facts about its person and relation."""
    known = [fact for fact in world.facts if fact.who == statement.who and fact.relation == statement.relation]
    # One value more stands for everything that the text never names.
    width = world.width + 1
    if statement.relation in SINGLE:
        cases = [tuple(place == chosen for place in range(width)) for chosen in range(width)]
        if world.is_closed and not any(fact.sign for fact in known):
            cases = [(False,) * width]
    else:
        cases = list(product((False, True), repeat=width))
    cases = [case for case in cases if all(case[fact.value] == fact.sign for fact in known)]
    if world.is_closed:
        cases = [min(cases, key=sum)]
    found = {case[statement.value] == statement.sign for case in cases}
    return OPEN if len(found) == 2 else STATED if True in found else DENIED


class Reading(Family[World, Value, Cast]):
    """Values: a status, yes/no, a person, a number, a value's index, or a statement."""

    name = "reading"
    title = "careful reading of a short text"
    order_free = ("facts",)

    def world(self, rng: Random, level: int) -> World:
        people, width = 3 + level // 3, 3 + (level > 3) + (level > 7)
        relations = [rng.choice(SINGLE), rng.choice((LIKE, OWN, VISIT))]
        if level > 3 or rng.random() < 0.3:
            relations.append(rng.choice([relation for relation in range(6) if relation not in relations]))
        rng.shuffle(relations)
        facts = []
        for relation in relations:
            for who in range(people):
                if relation in SINGLE:
                    if rng.random() < 0.8:
                        facts.append(Fact(who, relation, rng.randrange(width), True))
                    elif rng.random() < 0.3:
                        facts.append(Fact(who, relation, rng.randrange(width), False))
                    continue
                for value in range(width):
                    chance = rng.random()
                    if chance < 0.52:
                        facts.append(Fact(who, relation, value, chance < 0.4))
        facts = facts or [Fact(0, relations[0], 0, True)]
        ages = tuple(rng.sample(range(18, 70), width))
        return World(people, width, tuple(relations), tuple(facts), ages, rng.random() < 0.5)

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        every = [
            Fact(who, relation, value, True)
            for who in range(world.people)
            for relation in world.relations
            for value in range(world.width)
        ]
        every = [fact if rng.random() < 0.8 else fact._replace(sign=False) for fact in every]
        rng.shuffle(every)
        sorted_out: list[list[Fact]] = [[], [], []]
        for statement in every:
            sorted_out[_status(world, statement)].append(statement)
        asks: list[Ask[Value]] = []
        kinds = [kind for kind in range(3) if sorted_out[kind]]
        for kind in rng.sample(kinds, min(2, len(kinds))):
            statement = rng.choice(sorted_out[kind])
            if world.is_closed:
                right = kind == STATED
                asks.append(Ask("true", statement, right, (not right,)))
            else:
                wrong = tuple(other for other in range(3) if other != kind)
                asks.append(Ask("status", statement, kind, wrong))
        kind = rng.choice(kinds)
        others = [statement for statement in every if statement not in sorted_out[kind]]
        if others:
            asks.append(Ask("which", (kind,), sorted_out[kind][0], tuple(others[:4])))
        asks += self._counts(world, rng)
        rng.shuffle(asks)
        return asks[:3]

    def _counts(self, world: World, rng: Random) -> list[Ask[Value]]:
        held = {fact[:3] for fact in world.facts if fact.sign}
        asks: list[Ask[Value]] = []
        relation, value = rng.choice(world.relations), rng.randrange(world.width)
        sign = not world.is_closed or rng.random() < 0.7
        count = sum(((who, relation, value) in held) == sign for who in range(world.people))
        near = around(count, 0, world.people)
        asks.append(Ask("count", (relation, value, int(sign)), count, near))
        one, two = rng.sample(world.relations, 2)
        pairs = [(rng.randrange(world.width), rng.randrange(world.width)) for _ in range(6)]
        for first, second in pairs:
            fits = [who for who in range(world.people) if (who, one, first) in held and (who, two, second) in held]
            if len(fits) == 1:
                wrong = [who for who in range(world.people) if who != fits[0]]
                wrong.sort(key=lambda who: ((who, one, first) in held) + ((who, two, second) in held), reverse=True)
                asks.append(Ask("both", (one, first, two, second), fits[0], tuple(wrong[:4])))
                break
        single = [fact for fact in world.facts if fact.relation in SINGLE and fact.sign]
        if single:
            fact = rng.choice(single)
            wrong = [other for other in range(world.width) if other != fact.value]
            asks.append(Ask("value", (fact.who, fact.relation), fact.value, tuple(wrong[:4])))
        many = [relation for relation in world.relations if relation not in SINGLE]
        who, relation = rng.randrange(world.people), rng.choice(many)
        count = sum((who, relation, value) in held for value in range(world.width))
        near = around(count, 0, world.width)
        asks.append(Ask("size", (who, relation), count, near))
        return asks

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        if ask.kind in ("true", "status"):
            status = _proved(world, Fact(ask.args[0], ask.args[1], ask.args[2], bool(ask.args[3])))
            return (status == STATED) == value if ask.kind == "true" else status == value
        if isinstance(value, Fact):
            return _proved(world, value) == ask.args[0]
        args = ask.args
        if ask.kind == "count":
            wanted = STATED if args[2] else DENIED
            return value == len(
                [who for who in range(world.people) if _proved(world, Fact(who, args[0], args[1], True)) == wanted]
            )
        if ask.kind == "both":
            pairs = (args[:2], args[2:])
            return all(_proved(world, Fact(value, relation, what, True)) == STATED for relation, what in pairs)
        if ask.kind == "value":
            return _proved(world, Fact(args[0], args[1], value, True)) == STATED
        inside = [what for what in range(world.width) if _proved(world, Fact(args[0], args[1], what, True)) == STATED]
        return len(inside) == value

    def cast(self, world: World, voice: Voice) -> Cast:
        rng = voice.rng
        values: dict[int, tuple[str, ...]] = {}
        for relation in world.relations:
            if relation == AGE:
                values[AGE] = tuple(voice.say(f"{age}岁", f"{age} years old") for age in world.ages)
                continue
            drawn = draw(voice, _POOLS[relation], world.width)
            if not voice.zh and relation == VISIT:
                drawn = tuple(f"the {text}" for text in drawn)
            if not voice.zh and relation in (OWN, JOB):
                drawn = tuple(f"{'an' if text[0] in 'aeiou' else 'a'} {text}" for text in drawn)
            values[relation] = drawn
        verbs = {relation: rng.choice((_ZH_VERBS if voice.zh else _EN_VERBS)[relation]) for relation in world.relations}
        by_value = {relation for relation in world.relations if relation not in SINGLE and rng.random() < 0.35}
        if world.is_closed:
            pairs = [("是", "否", ""), ("正确", "错误", ""), ("对", "不对", "")] if voice.zh else [("Yes", "No", "")]
        elif voice.zh:
            pairs = [("正确", "错误", "无法确定"), ("是", "否", "不知道"), ("与文中一致", "与文中矛盾", "无法确定")]
        else:
            pairs = [("True", "False", "Unknown"), ("True", "False", "Cannot be determined")]
        names = draw(voice, "person", world.people)
        return Cast(names, values, verbs, frozenset(by_value), rng.choice(pairs))

    def _say(self, statement: Fact, cast: Cast) -> str:
        who, relation, value, sign = statement
        return f"{cast.names[who]}{cast.verbs[relation][0 if sign else 1]}{cast.values[relation][value]}"

    def _about(self, world: World, cast: Cast, who: int, relation: int, voice: Voice) -> list[str]:
        """What the text says about a person and a relation, without the name."""
        parts = []
        for sign in (True, False):
            told = [
                cast.values[relation][fact.value]
                for fact in world.facts
                if fact.who == who and fact.relation == relation and fact.sign == sign
            ]
            if told:
                parts.append(cast.verbs[relation][0 if sign else 1] + voice.join(told))
        return parts

    def _holders(self, world: World, cast: Cast, relation: int, value: int, sign: bool) -> list[str]:
        return [cast.names[fact.who] for fact in world.facts if fact[1:] == (relation, value, sign)]

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        rng, people = voice.rng, voice.join(cast.names)
        head = voice.pick(
            [
                f"关于{people}，有以下信息：",
                f"阅读下面这段关于{people}的文字：",
                f"{people}{world.people}人的情况如下：",
                f"下面是{people}的资料。",
            ],
            [f"Here is what we know about {people}:", f"Read this text about {people}:"],
        )
        sentences: list[str] = []
        comma, form = voice.say("，", ","), rng.random()
        rows = [
            [
                self._about(world, cast, who, relation, voice)
                for relation in world.relations
                if relation not in cast.by_value
            ]
            for who in range(world.people)
        ]
        if form < 0.45:
            for who, row in enumerate(rows):
                parts = [part for parts in row for part in parts]
                if parts:
                    sentences.append(cast.names[who] + comma.join(parts))
        else:
            columns = len(world.relations) - len(cast.by_value)
            groups = [(who, column) for column in range(columns) for who in range(world.people)]
            if form < 0.7:
                rng.shuffle(groups)
            sentences += [cast.names[who] + comma.join(rows[who][at]) for who, at in groups if rows[who][at]]
        for relation in world.relations:
            if relation in cast.by_value:
                for value, text in enumerate(cast.values[relation]):
                    for sign in (True, False):
                        holders = self._holders(world, cast, relation, value, sign)
                        verb = cast.verbs[relation][0 if sign else 1]
                        if holders:
                            sentences.append(
                                voice.say(
                                    f"{verb}{text}的有{voice.join(holders)}",
                                    f"{verb.strip()} {text}: {voice.join(holders)}",
                                )
                            )
        text = f"{head}\n{voice.listing(sentences)}\n"
        if world.is_closed:
            return text + voice.pick(
                ["没有写到的一律不成立。", "文中未提到的，都当作不成立。", "凡是上面没有说的，都视为不是事实。"],
                ["Whatever is not stated does not hold.", "What the text does not mention counts as false."],
            )
        single = [relation for relation in SINGLE if relation in world.relations]
        things = voice.join([voice.say(*_ONLY[relation]) for relation in single])
        only = voice.pick([f"每人只有{things}。", f"一个人只有{things}。"], [f"Everyone has just {things}."])
        yes, no, none = cast.answers
        return (
            text
            + (only if single else "")
            + voice.pick(
                [
                    f"只看文中所说：由文中可知的为“{yes}”，与文中矛盾的为“{no}”，从文中定不下来的为“{none}”。",
                    f"判断说法时，能由上文得知的是“{yes}”，与上文矛盾的是“{no}”，由上文定不下来的是“{none}”。",
                ],
                [
                    f' Go by the text alone: what follows from it is "{yes}", what conflicts with it is "{no}", '
                    f'what it leaves open is "{none}".'
                ],
            )
        )

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        args = ask.args
        if ask.kind in ("true", "status"):
            said = self._say(Fact(args[0], args[1], args[2], bool(args[3])), cast)
            return voice.pick(
                [f"“{said}”，对吗？", f"根据上文，{said}。这个说法：", f"判断：{said}。"],
                [f'Judge by the text: "{said}".', f"Is this so? {said}."],
            )
        if ask.kind == "which":
            kind = args[0]
            if world.is_closed:
                return voice.pick(
                    [f"下面哪句话{('成立', '不成立')[kind]}？", f"以下说法{('正确', '错误')[kind]}的是："],
                    [f"Which of these is {('true', 'false')[kind]}?"],
                )
            word = (("可由上文得知", "与上文矛盾", "上文没有提到") if voice.zh else ("true", "false", "left open"))[
                kind
            ]
            return voice.pick(
                [f"下面哪一项{word}？", f"以下说法应判断为“{cast.answers[kind]}”的是："],
                [f"Which of these is {word} by the text?"],
            )
        if ask.kind == "count":
            relation, value, sign = args
            what = cast.verbs[relation][0 if sign else 1] + cast.values[relation][value]
            what = what if not voice.zh else what.removeprefix("的")
            if world.is_closed:
                zh = [f"{what}的有几个人？", f"一共有几个人{what}？"]
                return voice.pick(zh, [f'Of how many people is it true that "X{what}"?'])
            zh = [f"文中说到{what}的有几个人？", f"文中明确提到{what}的人有几个？"]
            return voice.pick(zh, [f'Of how many people does the text say "X{what}"?'])
        if ask.kind == "both":
            one, two = (
                cast.verbs[relation][0] + cast.values[relation][value] for relation, value in (args[:2], args[2:])
            )
            two = two.removeprefix("的")
            return voice.pick(
                [f"谁{one}，并且{two}？", f"下面谁{one}，同时{two}？", f"哪一位{one}，又{two}？"],
                [f'Of whom are both so: "X{one}" and "X{two}"?'],
            )
        name, verb = cast.names[args[0]], cast.verbs[args[1]][0]
        if ask.kind == "value":
            what = {CITY: "哪里", JOB: "什么", AGE: "多少岁"}[args[1]]
            if args[1] == JOB:
                zh = [f"{name}的职业是什么？", f"根据文中信息，{name}从事什么职业？"]
            else:
                zh = [f"{name}{verb}{what}？", f"根据文中信息，{name}{verb}{what}？"]
            return voice.pick(zh, [f"Complete: {name}{verb}…", f"What does the text say: {name}{verb}…"])
        what = {LIKE: "种", OWN: "样", VISIT: "个地方"}[args[1]]
        what = "种食物" if what == "种" else "样东西" if what == "样" else what
        asked = "" if world.is_closed else "文中提到"
        return voice.pick(
            [f"{asked}{name}{verb}几{what}？", f"{asked}{name}一共{verb}几{what}？"],
            [f'How many things does the text name in "{name}{verb}…"?'],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if isinstance(value, Fact):
            return self._say(value, cast)
        if ask.kind == "true":
            return cast.answers[0 if value else 1]
        if ask.kind == "status":
            return cast.answers[value]
        if ask.kind == "both":
            return cast.names[value]
        return cast.values[ask.args[1]][value] if ask.kind == "value" else str(value)

    def _quote(self, world: World, cast: Cast, who: int, relation: int, value: int, voice: Voice) -> str:
        """Copy what the text says that bears on a statement: the person's values, or who has the value."""
        none = voice.say("无", "none")
        if relation not in cast.by_value:
            parts = self._about(world, cast, who, relation, voice)
            return (
                cast.names[who] + voice.say("，", ",").join(parts)
                if parts
                else f"{cast.names[who]}{cast.verbs[relation][0]}{none}"
            )
        parts = []
        for sign in (True, False):
            holders = self._holders(world, cast, relation, value, sign)
            verb = cast.verbs[relation][0 if sign else 1]
            if sign or holders:
                text = cast.values[relation][value]
                who_has = voice.join(holders) or none
                parts.append(voice.say(f"{verb}{text}的有{who_has}", f"{verb.strip()} {text}: {who_has}"))
        return voice.say("，", ", ").join(parts)

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        args, stop, comma, gap = ask.args, voice.say("。", "."), voice.say("，", ", "), voice.say("", " ")
        if ask.kind in ("true", "status"):
            statement = Fact(args[0], args[1], args[2], bool(args[3]))
            return self._judge(world, cast, statement, voice) + stop
        if ask.kind == "which":
            lines = []
            for place, value in enumerate(shown):
                assert isinstance(value, Fact)
                said = f"{letter_of(place)} {self._say(value, cast)}{voice.say('：', ': ')}"
                lines.append(said + self._judge(world, cast, value, voice) + stop)
                if _status(world, value) == args[0]:
                    break
            return "\n".join(lines)
        if ask.kind == "count":
            return self._count_chain(world, ask, cast, voice)
        if ask.kind == "both":
            lines = []
            yes, no = voice.say("符合", "yes"), voice.say("不符", "no")
            for who in range(world.people):
                line, fits = "", True
                for relation, value in (args[:2], args[2:]):
                    fits = fits and Fact(who, relation, value, True) in world.facts
                    line += self._quote(world, cast, who, relation, value, voice) + comma
                    line += (yes if fits else no) + voice.say("；", "; ")
                    if not fits:
                        break
                if args[0] in cast.by_value or args[2] in cast.by_value:
                    line = cast.names[who] + voice.say("：", ": ") + line
                lines.append(line.rstrip("； ;") + stop)
                if fits:
                    break
            return "\n".join(lines)
        if ask.kind == "value":
            return self._quote(world, cast, args[0], args[1], 0, voice) + stop
        who, relation = args
        if relation not in cast.by_value:
            told = [text for fact, text in self._texts(world, cast, relation) if fact.who == who and fact.sign]
            listed = voice.join([f"{text}{gap}{number}" for number, text in enumerate(told, 1)]) or voice.say(
                "无", "none"
            )
            return (
                f"{cast.names[who]}{cast.verbs[relation][0]}{listed}{comma}{voice.say('共', 'total ')}{len(told)}{stop}"
            )
        cells, count = [], 0
        for value in range(world.width):
            holders = self._holders(world, cast, relation, value, True)
            count += cast.names[who] in holders
            text = cast.values[relation][value]
            has = voice.say("有", "yes") if cast.names[who] in holders else voice.say("无", "no")
            listed = voice.join(holders) or voice.say("无人", "nobody")
            cells.append(
                f"{text}{voice.say('：', ': ')}{listed}{comma}{has}{cast.names[who]}{comma}{count}"
                if voice.zh
                else f"{text}: {listed}, {has}, {count}"
            )
        return voice.say("；", "; ").join(cells) + stop

    def _texts(self, world: World, cast: Cast, relation: int) -> list[tuple[Fact, str]]:
        return [(fact, cast.values[relation][fact.value]) for fact in world.facts if fact.relation == relation]

    def _judge(self, world: World, cast: Cast, statement: Fact, voice: Voice) -> str:
        """Quote and judge."""
        quote = self._quote(world, cast, *statement[:3], voice)
        return f"{quote}{voice.say('，', ', ')}{cast.answers[_status(world, statement)]}"

    def _count_chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        relation, value, sign = ask.args
        stop, comma, gap = voice.say("。", "."), voice.say("，", ", "), voice.say("", " ")
        if relation in cast.by_value:
            quote = self._quote(world, cast, 0, relation, value, voice)
            holders = self._holders(world, cast, relation, value, True)
            if sign:
                count = voice.join([f"{name}{gap}{number}" for number, name in enumerate(holders, 1)])
                total = voice.say("共", "total ") + str(len(holders))
                return f"{quote}{stop}\n{count or voice.say('无', 'none')}{comma}{total}{stop}"
            rest = [name for name in cast.names if name not in holders]
            count = voice.join([f"{name}{gap}{number}" for number, name in enumerate(rest, 1)])
            other = voice.say("其余", "the others: ")
            total = voice.say("共", "total ") + str(len(rest))
            return f"{quote}{stop}\n{other}{count or voice.say('无', 'none')}{comma}{total}{stop}"
        cells, found = [], 0
        for who in range(world.people):
            fits = (Fact(who, relation, value, True) in world.facts) == bool(sign)
            found += fits
            yes = voice.say("算", "yes") if fits else voice.say("不算", "no")
            cells.append(f"{self._quote(world, cast, who, relation, value, voice)}{comma}{yes}{comma}{found}")
        return voice.say("；", "; ").join(cells) + stop
