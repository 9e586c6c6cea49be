"""Facts and rules with variables, as in Prolog: what follows, for whom, how often, and which statement is true?

Facts are about people and things (``认识(小明, 小红)``, ``喜欢(小红, 苹果)``); two or three rules of changing
shape derive new relations from them; whatever cannot be derived is false. Told in words or in a Prolog-like notation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

Value = tuple[int, ...]
X, Y, Z = -1, -2, -3
NONE = -9
"""The second argument of a property."""


class Derived(NamedTuple):
    """One derived predicate."""

    shape: str
    """Which form the rule has, see ``_clauses``."""
    head: int
    parts: tuple[int, ...]
    """Predicates of the body; for ``const`` a predicate and two things."""
    sign: bool
    """False where the last condition is negated."""


class Literal(NamedTuple):
    """A condition of a rule."""

    predicate: int
    terms: tuple[int, ...]
    """Variables (negative) or entities."""
    sign: bool


class Clause(NamedTuple):
    """Head and conditions; with ``apart``, X and Y must differ."""

    head: Literal
    body: tuple[Literal, ...]
    apart: bool


@dataclass(frozen=True, slots=True)
class World:
    """People 0 to people - 1, then things; predicates with their kinds; facts and rules."""

    people: int
    things: int
    kinds: tuple[str, ...]
    """PP, PT, P (property of people) or T (property of things) for each predicate."""
    facts: tuple[tuple[int, int, int], ...]
    """(predicate, first, second or NONE) in the order told."""
    rules: tuple[Derived, ...]


class Cast(NamedTuple):
    """Names and notation."""

    names: tuple[str, ...]
    predicates: tuple[str, ...]
    notation: int
    """0 words, 1 Prolog, 2 logic arrows."""


def _clauses(rule: Derived) -> list[Clause]:
    """Spell a rule's shape out."""
    head, parts, sign = rule.head, rule.parts, rule.sign
    pair, one = Literal(head, (X, Y), True), Literal(head, (X,), True)
    if rule.shape == "join":
        body = (Literal(parts[0], (X, Y), True), Literal(parts[1], (Y, Z), True))
        return [Clause(Literal(head, (X, Z), True), body, False)]
    if rule.shape in ("first", "second"):
        who = X if rule.shape == "first" else Y
        return [Clause(pair, (Literal(parts[0], (X, Y), True), Literal(parts[1], (who,), sign)), False)]
    if rule.shape == "minus":
        return [Clause(pair, (Literal(parts[0], (X, Y), True), Literal(parts[1], (X, Y), sign)), False)]
    if rule.shape == "symmetric":
        return [Clause(pair, (Literal(parts[0], terms, True),), False) for terms in ((X, Y), (Y, X))]
    if rule.shape == "inverse":
        return [Clause(pair, (Literal(parts[0], (Y, X), True),), False)]
    if rule.shape == "mutual":
        return [Clause(pair, (Literal(parts[0], (X, Y), True), Literal(parts[0], (Y, X), True)), False)]
    if rule.shape == "shared":
        return [Clause(pair, (Literal(parts[0], (X, Z), True), Literal(parts[0], (Y, Z), True)), True)]
    if rule.shape == "has":
        return [Clause(one, (Literal(parts[0], (X, Y), True), Literal(parts[1], (Y,), True)), False)]
    if rule.shape == "both":
        return [Clause(one, (Literal(parts[0], (X,), True), Literal(parts[1], (X,), sign)), False)]
    body = (Literal(parts[0], (X, parts[1]), True), Literal(parts[0], (X, parts[2]), sign))
    return [Clause(one, body, False)]


@lru_cache(maxsize=4)
def _model(world: World) -> frozenset[tuple[int, ...]]:
    """Prover: all true atoms, by putting every entity for every variable, rule after rule."""
    true: set[tuple[int, ...]] = {
        (predicate, first) if second == NONE else (predicate, first, second) for predicate, first, second in world.facts
    }
    entities = range(world.people + world.things)
    for rule in world.rules:
        for clause in _clauses(rule):
            used = sorted({term for part in clause.body for term in part.terms if term < 0}, reverse=True)
            for values in product(entities, repeat=len(used)):
                put = dict(zip(used, values, strict=True))
                if clause.apart and put[X] == put[Y]:
                    continue
                if all(
                    ((part.predicate, *(put.get(term, term) for term in part.terms)) in true) == part.sign
                    for part in clause.body
                ):
                    true.add((clause.head.predicate, *(put[term] for term in clause.head.terms)))
    return frozenset(true)


class Trace:
    """Goal-directed derivation that writes its steps down; independent of ``_model``."""

    def __init__(self, world: World, cast: Cast | None = None, voice: Voice | None = None) -> None:
        self.world, self.cast, self.voice = world, cast, voice
        self.rules = {rule.head: rule for rule in world.rules}
        self.lines: list[str] = []
        self.steps = 0

    def _note(self, who: int, predicate: int, found: list[int]) -> None:
        if self.cast is not None and self.voice is not None:
            names = self.voice.join([self.cast.names[one] for one in found]) or self.voice.say("无", "none")
            gap = self.voice.say("", " ")
            self.lines.append(
                f"{self.cast.names[who]}{gap}{self.cast.predicates[predicate]}{self.voice.say('：', ': ')}{names}"
            )

    def _mark(self, who: int, predicate: int, is_so: bool) -> bool:
        if self.cast is not None:
            name = self.cast.predicates[predicate]
            self.lines.append(f"{name}({self.cast.names[who]})" + ("✓" if is_so else "✗"))
        return is_so

    def all_of(self, predicate: int, who: int) -> list[int]:
        """All second arguments for one first argument."""
        self.steps += 1
        rule = self.rules.get(predicate)
        if rule is None:
            found = [second for one, first, second in self.world.facts if (one, first) == (predicate, who)]
        else:
            found = list(dict.fromkeys(self._derive(rule, who)))
        self._note(who, predicate, found)
        return found

    def _derive(self, rule: Derived, who: int) -> list[int]:
        base, parts = rule.parts[0], rule.parts
        if rule.shape in ("inverse", "symmetric"):
            found = self.all_of(base, who) if rule.shape == "symmetric" else []
            return found + [one for one in range(self.world.people) if one != who and who in self.all_of(base, one)]
        if rule.shape == "shared":
            mine = self.all_of(base, who)
            others = [one for one in range(self.world.people) if one != who] if mine else []
            return [one for one in others if set(mine) & set(self.all_of(base, one))]
        found = self.all_of(base, who)
        if not found:
            return []
        if rule.shape == "join":
            return [last for middle in found for last in self.all_of(parts[1], middle)]
        if rule.shape == "first":
            return found if self.is_so(parts[1], who) == rule.sign else []
        if rule.shape == "second":
            return [one for one in found if self.is_so(parts[1], one) == rule.sign]
        if rule.shape == "minus":
            other = self.all_of(parts[1], who)
            return [one for one in found if (one in other) == rule.sign]
        return [one for one in found if who in self.all_of(base, one)]  # mutual

    def is_so(self, predicate: int, who: int) -> bool:
        """Decide a property of one person or thing."""
        self.steps += 1
        rule = self.rules.get(predicate)
        if rule is None:
            return self._mark(who, predicate, (predicate, who, NONE) in self.world.facts)
        first = rule.parts[0]
        if rule.shape == "both":
            result = self.is_so(first, who) and self.is_so(rule.parts[1], who) == rule.sign
        elif rule.shape == "has":
            result = any(self.is_so(rule.parts[1], one) for one in self.all_of(first, who))
        else:
            found = self.all_of(first, who)
            result = rule.parts[1] in found and (rule.parts[2] in found) == rule.sign
        return self._mark(who, predicate, result)

    def pair(self, predicate: int, first: int, second: int) -> bool:
        """Decide whether a relation holds, the shortest way that its rule allows."""
        rule = self.rules.get(predicate)
        if rule is not None and rule.shape == "inverse":
            return first in self.all_of(rule.parts[0], second)
        if rule is not None and rule.shape == "symmetric":
            return second in self.all_of(rule.parts[0], first) or first in self.all_of(rule.parts[0], second)
        if rule is not None and rule.shape == "shared":
            mine = self.all_of(rule.parts[0], first)
            return bool(set(mine) & set(self.all_of(rule.parts[0], second)))
        if rule is not None and rule.shape == "join":
            return any(second in self.all_of(rule.parts[1], middle) for middle in self.all_of(rule.parts[0], first))
        return second in self.all_of(predicate, first)

    def decide(self, atom: Value) -> bool:
        """Decide a property or a relation."""
        return self.is_so(atom[0], atom[1]) if len(atom) == 2 else self.pair(atom[0], atom[1], atom[2])


_SHAPES: tuple[tuple[str, str], ...] = (
    ("join", "PT"), ("join", "PP"), ("first", "PT"), ("first", "PP"), ("second", "PP"), ("second", "PT"),
    ("minus", "PT"), ("symmetric", "PP"), ("inverse", "PP"), ("mutual", "PP"), ("shared", "PP"),
    ("has", "P"), ("has", "P"), ("both", "P"), ("const", "P"), ("const", "P"),
)  # fmt: skip


class FactRules(Family[World, Value, Cast]):
    """Values: (1,) or (0,) for yes or no, (entity,), (count,), sorted entities, or an atom (predicate, first, …)."""

    name = "fact_rules"
    title = "facts and rules with variables, closed world"
    facts = ("rules",)
    order_free = ("facts",)
    changes = {"facts": "other"}

    def world(self, rng: Random, level: int) -> World:
        people, things = 3 + level // 3, 3 + level // 5
        # Base predicates: two relations among people, two to things, two properties of people, one of things.
        kinds = ["PP", "PP", "PT", "PT", "P", "P", "T"]
        base = len(kinds)
        rules: list[Derived] = []
        depth = [0] * base
        for _ in range(2 if level < 4 else 3):
            shape, kind = rng.choice(_SHAPES)
            parts = self._parts(shape, kind, kinds, depth, people, things, rng)
            rules.append(Derived(shape, len(kinds), parts, rng.random() < 0.4))
            depth.append(1 + max(depth[part] for part in (parts[:1] if shape == "const" else parts)))
            kinds.append(kind)
        used = {part for rule in rules for part in (rule.parts[:1] if rule.shape == "const" else rule.parts)}
        facts = self._facts(kinds[:base], used, people, things, level, rng)
        # Drop the predicates that occur nowhere.
        kept = [one for one in range(len(kinds)) if one >= base or one in used]
        place = {old: new for new, old in enumerate(kept)}
        return World(
            people,
            things,
            tuple(kinds[one] for one in kept),
            tuple((place[one], first, second) for one, first, second in facts),
            tuple(
                Derived(
                    rule.shape,
                    place[rule.head],
                    tuple(part if rule.shape == "const" and at else place[part] for at, part in enumerate(rule.parts)),
                    rule.sign,
                )
                for rule in rules
            ),
        )

    def _parts(
        self, shape: str, kind: str, kinds: list[str], depth: list[int], people: int, things: int, rng: Random
    ) -> tuple[int, ...]:
        """Choose the predicates of a rule's body: a derived one where that keeps the derivation short."""

        def choose(want: str, is_base: bool = False, but: int = -1) -> int:
            fits = [one for one, have in enumerate(kinds) if have == want and one != but and depth[one] < 2]
            fits = [one for one in fits if not (is_base and depth[one])]
            derived = [one for one in fits if depth[one]]
            return rng.choice(derived) if derived and rng.random() < 0.8 else rng.choice(fits)

        if shape == "join":
            first = choose("PP")
            return first, choose(kind, depth[first] > 0)
        if shape in ("first", "second"):
            first = choose(kind)
            return first, choose("P" if shape == "first" else kind[1], depth[first] > 0)
        if shape == "minus":
            first = choose(kind)
            return first, choose(kind, depth[first] > 0, first)
        if shape == "both":
            first = choose("P")
            return first, choose("P", depth[first] > 0, first)
        if shape == "has":
            want = rng.choice("PT")
            first = choose("P" + want)
            return first, choose(want, depth[first] > 0)
        if shape == "const":
            return (choose("PT"), *(people + one for one in rng.sample(range(things), 2)))
        return (choose("PT" if shape == "shared" else "PP", True),)

    def _facts(
        self, kinds: list[str], used: set[int], people: int, things: int, level: int, rng: Random
    ) -> list[tuple[int, int, int]]:
        facts: list[tuple[int, int, int]] = []
        for predicate in sorted(one for one in used if one < len(kinds)):
            kind = kinds[predicate]
            if len(kind) == 1:
                pool = range(people) if kind == "P" else range(people, people + things)
                chosen = rng.sample(pool, rng.randrange(1, len(pool)))
                facts += [(predicate, one, NONE) for one in sorted(chosen)]
                continue
            ends = range(people) if kind == "PP" else range(people, people + things)
            pairs = [(one, end) for one in range(people) for end in ends if one != end]
            chosen_pairs = rng.sample(pairs, min(len(pairs), people + rng.randrange(2) + level // 5))
            if rng.random() < 0.6:
                chosen_pairs.sort()
            facts += [(predicate, *pair) for pair in chosen_pairs]
        if rng.random() < 0.3:
            rng.shuffle(facts)
        return facts

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        heads = [rule.head for rule in world.rules]
        weights = [1 + 2 * place for place in range(len(heads))]

        def head() -> int:
            return rng.choices(heads, weights)[0]

        makers: list[Callable[[int], Ask[Value] | None]] = [
            lambda goal: self._holds_ask(world, goal, rng),
            lambda goal: self._who_ask(world, goal, rng),
            lambda goal: self._who_ask(world, goal, rng),
            lambda goal: self._all_ask(world, goal, rng),
            lambda goal: self._true_ask(world, rng),
        ]
        asks: list[Ask[Value]] = []
        for maker in rng.sample(makers, len(makers)):
            ask = maker(head())
            if ask is not None and all((one.kind, one.args) != (ask.kind, ask.args) for one in asks):
                asks.append(ask)
        return asks[:3]

    def _atoms(self, world: World, predicate: int) -> list[Value]:
        kind = world.kinds[predicate]
        if len(kind) == 1:
            return [(predicate, one) for one in range(world.people)]
        ends = range(world.people) if kind == "PP" else range(world.people, world.people + world.things)
        return [(predicate, one, end) for one in range(world.people) for end in ends if one != end]

    def _holds_ask(self, world: World, goal: int, rng: Random) -> Ask[Value]:
        atoms = self._atoms(world, goal)
        rng.shuffle(atoms)
        others = [atom for rule in world.rules for atom in self._atoms(world, rule.head) if rule.head != goal]
        trace, want = Trace(world), rng.random() < 0.54
        atom = next((atom for atom in [*atoms, *others] if trace.decide(atom) == want), atoms[0])
        right = int(trace.decide(atom))
        return Ask("holds", atom, (right,), ((1 - right,),))

    def _who_ask(self, world: World, goal: int, rng: Random) -> Ask[Value] | None:
        """Which of these people (has the property; stands in the relation to an entity), or which second argument."""
        trace, kind = Trace(world), world.kinds[goal]
        if len(kind) == 1:
            have = [one for one in range(world.people) if trace.is_so(goal, one)]
            lack = [one for one in range(world.people) if one not in have]
            args: Value = (goal,)
        elif rng.random() < 0.6:
            who = rng.randrange(world.people)
            ends = range(world.people) if kind == "PP" else range(world.people, world.people + world.things)
            have = trace.all_of(goal, who)
            lack = [one for one in ends if one not in have and one != who]
            args = (goal, who, NONE)
        else:
            ends = range(world.people) if kind == "PP" else range(world.people, world.people + world.things)
            end = rng.choice(ends)
            have = [one for one in range(world.people) if one != end and trace.pair(goal, one, end)]
            lack = [one for one in range(world.people) if one not in have and one != end]
            args = (goal, NONE, end)
        have = [one for one in have if one not in args[1:]]
        if not have or not lack:
            return None
        rng.shuffle(lack)
        return Ask("who", args, (rng.choice(have),), tuple((one,) for one in lack[:4]))

    def _all_ask(self, world: World, goal: int, rng: Random) -> Ask[Value] | None:
        """How many there are, or all of them."""
        trace, kind = Trace(world), world.kinds[goal]
        if len(kind) == 1:
            args: Value = (goal,)
            pool = list(range(world.people))
            have = [one for one in pool if trace.is_so(goal, one)]
        else:
            who = rng.randrange(world.people)
            args = (goal, who, NONE)
            ends = range(world.people) if kind == "PP" else range(world.people, world.people + world.things)
            pool = list(ends)
            have = sorted(trace.all_of(goal, who))
        if trace.steps > 14:
            return None  # too long to write down
        if rng.random() < 0.5:
            return Ask("count", args, (len(have),), tuple((one,) for one in around(len(have), 0, len(pool))))
        wrong: list[Value] = []
        for _ in range(12):
            flipped = set(have) ^ {rng.choice(pool)} if rng.random() < 0.7 else set(rng.sample(pool, len(have)))
            value = tuple(sorted(flipped))
            if value != tuple(have) and value not in wrong:
                wrong.append(value)
        return Ask("all", args, tuple(have), tuple(wrong[:4]))

    def _true_ask(self, world: World, rng: Random) -> Ask[Value] | None:
        """Which of these statements is true (or false)?"""
        atoms = [atom for rule in world.rules for atom in self._atoms(world, rule.head)]
        rng.shuffle(atoms)
        trace, sign = Trace(world), int(rng.random() < 0.65)
        yes: list[Value] = []
        no: list[Value] = []
        for atom in atoms[:24]:
            trace.steps = 0
            is_right = trace.decide(atom) == bool(sign)
            if trace.steps <= 5:
                (yes if is_right else no).append(atom)
        return Ask("true", (sign,), yes[0], tuple(no[:3])) if yes and no else None

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        true, args = _model(world), ask.args
        if ask.kind == "holds":
            return (args in true) == bool(value[0])
        if ask.kind == "true":
            return (value in true) == bool(args[0])
        if ask.kind == "who":
            return (args[0], *(value[0] if one == NONE else one for one in args[1:] or (NONE,))) in true
        atoms = (atom for atom in true if atom[: max(1, len(args) - 1)] == args[: max(1, len(args) - 1)])
        have = sorted(atom[-1] for atom in atoms)
        return value == ((len(have),) if ask.kind == "count" else tuple(have))

    def cast(self, world: World, voice: Voice) -> Cast:
        rng = voice.rng
        people = draw(voice, "person", world.people)
        while set(people) & {"X", "Y", "Z"}:
            people = draw(voice, "person", world.people)
        things = draw(voice, "thing", world.things)
        if rng.random() < 0.25:
            made_up = draw(voice, "coinage", len(world.kinds))
            verbs = [
                word + ("" if voice.zh else "s" if len(kind) == 2 else "")
                for word, kind in zip(made_up, world.kinds, strict=True)
            ]
            return Cast(people + things, tuple(verbs), int(rng.random() * 3))
        pools = {
            "PP": voice.say(
                "认识 信任 佩服 帮助过 关注 教过 采访过 邀请过 了解 支持 追随 羡慕 可以联系 尊敬 照顾 介绍过",
                "knows trusts admires helps follows teaches invites supports envies guides respects visits calls",
            ),
            "PT": voice.say(
                "喜欢 想要 买过 带来了 收藏 推荐 借过 能得到 可以用 领到 展示 选中 订购 送出",
                "likes wants buys brings collects gets borrows uses shows picks orders sends keeps",
            ),
            "P": voice.say(
                "会员 学生 志愿者 新人 组长 达人 候选人 贵宾 代表 评委 导师 顾问 队员 值日生",
                "member student helper captain expert candidate guest judge mentor adviser player winner",
            ),
            "T": voice.say("特价品 新品 限量品 热门货 样品 展品", "bargain novelty rarity sample souvenir treasure"),
        }
        bags = {kind: rng.sample(words.split(), len(words.split())) for kind, words in pools.items()}
        return Cast(people + things, tuple(bags[kind].pop() for kind in world.kinds), int(rng.random() * 3))

    def _literal(self, literal: Literal, cast: Cast, voice: Voice) -> str:
        terms = ["XYZ"[-1 - term] if term < 0 else cast.names[term] for term in literal.terms]
        name = cast.predicates[literal.predicate]
        if cast.notation:
            deny = "" if literal.sign else "not " if cast.notation == 1 else "¬"
            return f"{deny}{name}({', '.join(terms)})"
        if voice.zh:
            if len(terms) == 1:
                return f"{terms[0]}{'' if literal.sign else '不'}是{name}"
            return f"{'' if literal.sign else '并非'}{terms[0]}{name}{terms[1]}"
        if len(terms) == 1:
            return f"{terms[0]} is {'' if literal.sign else 'not '}a {name}".replace(" a a", " an a").replace(
                " a e", " an e"
            )
        return f"{'' if literal.sign else 'it is not true that '}{terms[0]} {name} {terms[1]}"

    def _atom(self, atom: Value, cast: Cast, voice: Voice) -> str:
        return self._literal(Literal(atom[0], atom[1:], True), cast, voice)

    def _rule(self, clause: Clause, form: str, cast: Cast, voice: Voice) -> str:
        body = [self._literal(part, cast, voice) for part in clause.body]
        if clause.apart:
            apart = (
                ("X和Y不是同一人", "X \\= Y", "X ≠ Y") if voice.zh else ("X and Y are different", "X \\= Y", "X ≠ Y")
            )
            body.append(apart[cast.notation])
        glue = (voice.say("，且", " and "), ", ", " ∧ ")[cast.notation]
        return form.format(glue.join(body), self._literal(clause.head, cast, voice))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        form = (
            voice.pick(["若{}，则{}", "如果{}，那么{}", "只要{}，就有{}"], ["if {}, then {}", "whenever {}, {}"]),
            "{1} :- {0}",
            voice.pick(["{} → {}", "{} ⇒ {}", "{1} ← {0}"], ["{} → {}", "{} => {}"]),
        )[cast.notation]
        rules = [self._rule(clause, form, cast, voice) for rule in world.rules for clause in _clauses(rule)]
        facts = [
            self._literal(Literal(one, (first,) if second == NONE else (first, second), True), cast, voice)
            for one, first, second in world.facts
        ]
        head = voice.pick(
            [
                "有一个小型知识库，包含下面的事实和规则。",
                "已知一些事实，并按规则推断新的关系。",
                "某推理系统中有如下事实与规则。",
            ],
            ["A small knowledge base holds facts and rules.", "New relations are derived from facts by rules."],
        )
        closed = voice.pick(
            ["没有列出也推不出的都不成立。", "凡推不出来的一律为假。", "采用封闭世界假设：推不出即为假。"],
            ["Whatever cannot be derived is false.", "Closed world: what does not follow is false."],
        )
        sign = (
            voice.say("规则中X、Y、Z代表任意对象。", "X, Y and Z stand for anyone or anything."),
            voice.say(
                "“结论 :- 条件1, 条件2”表示条件都成立时结论成立，not表示推不出，大写X、Y、Z是变量。",
                '"p :- q, r" means that p holds if q and r hold; not means "cannot be derived"; X, Y, Z are variables.',
            ),
            voice.say(
                "X、Y、Z是变量，箭头从条件指向结论，∧表示并且，¬表示不成立。",
                "X, Y, Z are variables; arrows lead from conditions to the conclusion; ∧ is and, ¬ is not.",
            ),
        )[cast.notation]
        if voice.rng.random() < 0.25 and cast.notation:
            told = voice.say("，", ", ").join(facts) + voice.say("。", ".")
        else:
            told = voice.listing(facts if voice.zh or cast.notation else [one[0].upper() + one[1:] for one in facts])
        if not voice.zh and not cast.notation:
            rules = [one[0].upper() + one[1:] for one in rules]
        parts = [
            voice.pick(["事实：", "已知事实：", "**事实**"], ["Facts:", "Known facts:"]) + "\n" + told,
            voice.pick(["规则：", "推理规则：", "**规则**"], ["Rules:", "Rules of inference:"])
            + "\n"
            + voice.listing(rules),
        ]
        if voice.rng.random() < 0.3:
            parts.reverse()
        gap = voice.say("", " ")
        return f"{head}{gap}{sign}{gap}{closed}\n" + "\n".join(parts)

    def _what(self, args: Value, cast: Cast, voice: Voice) -> str:
        """An open statement such as 小明喜欢？ or 会员(?)."""
        name = cast.predicates[args[0]]
        blank = voice.say("□", "?")
        terms = [blank if one == NONE else cast.names[one] for one in args[1:] or (NONE,)]
        if cast.notation:
            return f"{name}({', '.join(terms)})"
        if len(terms) == 1:
            return voice.say(f"□是{name}", f"? is a {name}")
        return voice.say("{}{}{}", "{} {} {}").format(terms[0], name, terms[1])

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        if ask.kind == "holds":
            said = self._atom(ask.args, cast, voice)
            return voice.pick(
                [f"能推出“{said}”吗？", f"“{said}”是否成立？", f"由以上内容，{said}，对吗？"],
                [f'Does "{said}" hold?', f'Can "{said}" be derived?'],
            )
        if ask.kind == "true":
            if ask.args[0]:
                return voice.pick(
                    ["下面哪一项成立？", "以下哪个结论能推出？", "下列说法正确的是哪一个？"],
                    ["Which of these holds?", "Which of these can be derived?"],
                )
            return voice.pick(
                ["下面哪一项不成立？", "以下哪个结论推不出？", "下列说法错误的是哪一个？"],
                ["Which of these does not hold?", "Which of these cannot be derived?"],
            )
        said = self._what(ask.args, cast, voice)
        mark = voice.say("□", "?")
        if ask.kind == "who":
            return voice.pick(
                [
                    f"要使“{said}”成立，{mark}里可以填下面哪一个？",
                    f"“{said}”中，{mark}里填以下哪一个，这句话才成立？",
                    f"把下面哪一个填进“{said}”的{mark}里，这句话成立？",
                ],
                [f'Which of these can stand for {mark} in "{said}"?', f'For which of these does "{said}" hold?'],
            )
        if ask.kind == "count":
            return voice.pick(
                [
                    f"能填进“{said}”的{mark}里使它成立的，一共有几个？",
                    f"“{said}”中的{mark}共有几种填法能使这句话成立？",
                ],
                [f'For how many values of {mark} does "{said}" hold?', f'How many answers does "{said}" have?'],
            )
        return voice.pick(
            [f"能填进“{said}”的{mark}里使它成立的，全部是哪些？", f"“{said}”中的{mark}里可以填哪些？请全部列出。"],
            [f'For whom or what exactly does "{said}" hold?', f'What are all answers to "{said}"?'],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if ask.kind == "holds":
            return voice.say("是" if value[0] else "否", "Yes" if value[0] else "No")
        if ask.kind == "true":
            return self._atom(value, cast, voice)
        if ask.kind == "count":
            return str(value[0])
        return voice.join([cast.names[one] for one in value]) or voice.say("没有", "none")

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        trace = Trace(world, cast, voice)
        args, kind, no = ask.args, ask.kind, voice.say("不成立", "false")
        so = voice.say("成立", "true")
        if kind == "holds":
            result = trace.decide(args)
            if len(args) == 2:
                return "\n".join(trace.lines)
            return "\n".join(
                [*trace.lines, f"{self._atom(args, cast, voice)}{voice.say('：', ': ')}{so if result else no}"]
            )
        if kind == "true" or (kind == "who" and (len(args) == 1 or args[1] == NONE)):
            want = kind == "who" or bool(args[0])
            for place, value in enumerate(shown):
                atom = value if kind == "true" else (args[0], value[0], *args[2:])
                trace.lines.append(f"{letter_of(place)} {self._atom(atom, cast, voice)}{voice.say('：', ':')}")
                result = trace.decide(atom)
                if len(atom) > 2:
                    trace.lines.append(so if result else no)
                if result == want:
                    break
            return "\n".join(trace.lines)
        if len(args) == 1:
            have = [one for one in range(world.people) if trace.is_so(args[0], one)]
        else:
            have = trace.all_of(args[0], args[1])
            if kind == "who":
                for place, value in enumerate(shown):
                    trace.lines.append(
                        f"{letter_of(place)} {cast.names[value[0]]}" + ("✓" if value[0] in have else "✗")
                    )
                    if value[0] in have:
                        break
                return "\n".join(trace.lines)
        numbered = [
            f"{number} {cast.names[one]}" for number, one in enumerate(sorted(have) if kind == "all" else have, 1)
        ]
        if kind == "all":
            numbered = [cast.names[one] for one in sorted(have)]
        trace.lines.append(voice.say("，", ", ").join(numbered) or voice.say("没有", "none"))
        if kind == "count":
            trace.lines[-1] += voice.say("，共", ", in all ") + str(len(have))
        return "\n".join(trace.lines)
