"""Statements read closely: what a text says, what follows from all, no and some, or from rules with variables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from synth.puzzles.families import fact_rules, reading, syllogism, translation
from synth.puzzles.families.fact_rules import NONE
from synth.puzzles.families.reading import Fact
from synth.puzzles.families.syllogism import ALL, NO, OPEN, SOME, SOME_NOT, TRUE, Statement
from synth.puzzles.reasoning.computed import Computed, Told, each
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.steps import Claim, Deduce, Given, Step


class Dictionary(Computed):
    """Word by word, then the order."""

    family = "translation"
    told = frozenset(("entry", "order"))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        if kind in ("word", "word_back"):
            yield Given(Claim("entry", args))
            return
        half = len(args) // 2
        source = {"check": args[:half], "forward": args}.get(kind, right)
        claimed = args[half:] if kind == "check" else None
        target = translation._shift(world, source)
        words = Claim("words", (source, int(kind == "backward")))
        yield Deduce(words)
        if kind == "backward":
            yield Deduce(Claim("back", (target, source)), (words, Claim("order", (world.order,))))
            return
        made = Claim("made", (source, target))
        yield Deduce(made, (words, Claim("order", (world.order,))))
        if claimed is not None:
            yield Deduce(Claim("same" if target == claimed else "unlike", (target, claimed)), (made,))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        match kind:
            case "entry" | "words":
                return True
            case "order":
                return bool(p.world.order == args[0])
            case "made" | "back":
                return p.proves("forward" if kind == "made" else "backward", *args)
        return bool((args[0] == args[1]) == (kind == "same"))

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        source, target = p.cast.source, p.cast.target
        if kind == "pair":
            return p.say(f"“{source[value]}”对应“{target[value]}”", f'"{source[value]}" is "{target[value]}"')
        if kind == "pairs":
            words, is_back = value
            pairs = [(target[one], source[one]) if is_back else (source[one], target[one]) for one in words]
            return p.voice.join([p.say(f"{one}是{two}", f"{one} is {two}") for one, two in pairs])
        if kind == "source":
            return translation._source(value, p.family.told(p.cast, p.voice, p.world))
        if kind == "target":
            return " ".join(target[one] for one in value)
        rules = (
            ("词序不变", "the order stays"),
            ("词序整个倒过来", "the order is turned round"),
            ("动词放在最后", "the verb goes last"),
            ("动词放在最前", "the verb goes first"),
            ("形容词放在名词后面", "adjectives go after their nouns"),
        )
        return p.say(*rules[value])


class Read(Computed):
    """What the text says about those who matter."""

    family = "reading"
    absent = frozenset(("silent", "closed"))
    told = frozenset(("fact", "closed", "silent"))
    answers = {"size": "size"}

    def _said(self, p: Puzzle, who: int, relation: int, value: int) -> tuple[Claim, ...]:
        """Return what the text says that bears on a statement."""
        facts = [fact for fact in p.world.facts if fact.who == who and fact.relation == relation]
        direct = [fact for fact in facts if fact.value == value]
        if not direct and relation in reading.SINGLE:
            direct = [fact for fact in facts if fact.sign]
        return tuple(Claim("fact", tuple(fact)) for fact in direct)

    def _judge(self, p: Puzzle, statement: Fact) -> Told:
        status = reading._proved(p.world, statement)
        claim = Claim(("so", "notSo", "open")[status], tuple(statement))
        if statement in p.world.facts:
            # What is said in so many words needs no judging.
            claim = Claim("fact", tuple(statement))
            yield Given(claim)
            return claim
        said = self._said(p, *statement[:3])
        if said:
            yield Deduce(claim, said)
        elif status == OPEN:
            yield Deduce(claim)
        else:
            yield Deduce(claim, (Claim("silent", tuple(statement[:3])), Claim("closed", ())))
        return claim

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        if kind in ("true", "status"):
            yield from self._judge(p, Fact(args[0], args[1], args[2], bool(args[3])))
        elif kind == "which":
            yield from self._judge(p, right)
        elif kind == "both":
            for relation, value in (args[:2], args[2:]):
                yield from self._judge(p, Fact(right, relation, value, True))
        elif kind == "value":
            who = reading._only(world, *args[:2])
            yield Given(Claim("fact", (who, *args[:2], True)))
            yield Given(Claim("fact", (who, args[2], right, True)))
        elif kind == "count":
            relation, value, sign = args
            found = yield from each(self._judge(p, Fact(who, relation, value, True)) for who in range(world.people))
            wanted = ("so", "fact") if sign else ("notSo",)
            people = tuple(claim.args[0] for claim in found if claim.kind in wanted)
            yield Deduce(Claim("count", (*args, people, right)), tuple(found))
        else:
            held = tuple(fact for fact in world.facts if fact.sign and (fact.who, fact.relation) == args)
            claims = tuple(Claim("fact", tuple(fact)) for fact in held)
            yield Deduce(Claim("size", (*args, right)), claims or (Claim("silent", (*args, -1)),))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind == "which":
            return Claim(("so", "notSo", "open")[reading._proved(p.world, value)], tuple(value))
        if p.ask.kind == "both":
            args = p.ask.args
            for relation, what in (args[:2], args[2:]):
                statement = Fact(value, relation, what, True)
                status = reading._proved(p.world, statement)
                if status:
                    return Claim(("so", "notSo", "open")[status], tuple(statement))
        return None

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        match kind:
            case "fact":
                return Fact(*args) in p.world.facts
            case "closed":
                return bool(p.world.is_closed)
            case "silent":
                who, relation, value = args
                facts = [fact for fact in p.world.facts if (fact.who, fact.relation) == (who, relation)]
                return not any(fact.sign if value < 0 else fact.value == value for fact in facts)
            case "count":
                return len(args[3]) == args[4] and p.proves("count", args[:3], args[4])
        return ("so", "notSo", "open")[reading._proved(p.world, Fact(*args))] == kind

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "size":
            _, relation, count = value
            return f"{count}{p.family.told(p.cast, p.voice).say(f'things.{reading.RELATIONS[relation]}')}"
        if kind in ("say", "sayNot"):
            who, relation, what, sign = value
            # A denial of a denial is the plain statement.
            return reading.say(Fact(who, relation, what, sign == (kind == "say")), p.cast)
        if kind == "silent":
            who, relation, what = value
            if what < 0:
                verb = p.cast.verbs[relation][0].strip()
                return p.say(
                    f"没有写{p.cast.names[who]}{verb}什么", f"nothing is said of what {p.cast.names[who]} {verb}"
                )
            said = reading.say(Fact(who, relation, what, True), p.cast)
            return p.say(f"文中没有写{said}", f"the text does not say that {said}")
        return p.voice.join([p.cast.names[one] for one in value]) or p.say("没有人", "nobody")


class Classes(Computed):
    """One thing through the premises; a false statement by its opposite, which follows."""

    family = "syllogism"
    told = frozenset(("premise",))

    def _opposite(self, query: Statement) -> Statement:
        form = {ALL: SOME_NOT, NO: SOME, SOME: NO, SOME_NOT: ALL}[query.form]
        if query.subject < 0:
            form = NO if query.form == ALL else ALL
        return query._replace(form=form)

    def _proof(self, p: Puzzle, query: Statement) -> Iterable[Step]:
        """Lead to a statement that is true."""
        world = p.world
        sign = query.form in (ALL, SOME)
        if query.form in (ALL, NO) or query.subject < 0:
            begin: tuple[tuple[int, bool], ...] = ((query.subject, True),)
            grounds: list[Claim] = []
            if query.subject < 0:
                premise, begin = next(one for one in syllogism._witnesses(world) if one[0].subject < 0)
                grounds = [Claim("premise", tuple(premise))]
            way = self._way(p, begin, {(query.predicate, sign)})
            known = grounds
            for premise, new, now in way:
                claim = Claim("follows", (ALL if now else NO, query.subject, new))
                told = Claim("premise", tuple(premise))
                if not known and claim.args == told.args:
                    yield Given(told)
                    known = [told]
                    continue
                yield Deduce(claim, (*known, told))
                known = [claim]
            if not way:
                yield from (Given(one) for one in grounds)
            return
        wanted = {(query.subject, True), (query.predicate, sign)}
        premise, begin = next(
            (told, start)
            for told, start in syllogism._witnesses(world)
            if wanted <= set(syllogism._close(world, start)[0].items())
        )
        known = [Claim("premise", tuple(premise))]
        yield Given(known[0])
        literals = begin
        for step, new, now in self._way(p, begin, wanted):
            literals = (*literals, (new, now))
            claim = Claim("thing", (tuple(premise), literals))
            yield Deduce(claim, (*known, Claim("premise", tuple(step))))
            known = [claim]
        yield Deduce(Claim("follows", tuple(query)), tuple(known))

    def _way(self, p: Puzzle, begin: tuple[tuple[int, bool], ...], wanted: set[tuple[int, bool]]) -> list[Any]:
        """Return the premises that lead from what holds of a thing to what is wanted, and no others."""
        steps = syllogism._close(p.world, begin)[1]
        came: dict[tuple[int, bool], tuple[Any, tuple[int, bool]]] = {}
        for premise, new, now in steps:
            form, one, two = premise
            source = (one, True) if new == two else (two, form == NO)
            came[new, now] = ((premise, new, now), source)
        way: list[Any] = []
        for goal in sorted(wanted):
            path: list[Any] = []
            while goal in came and came[goal][0] not in way:
                step, goal = came[goal]
                path.append(step)
            way += path[::-1]
        return way

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right = p.ask.kind, p.ask.args, p.ask.right
        query = syllogism._query(right) if kind == "which" else Statement(*args)
        status = syllogism._prove(p.world, query)
        if status == TRUE:
            yield from self._proof(p, query)
        elif status == OPEN:
            yield Deduce(Claim("open", tuple(query)))
        else:
            opposite = self._opposite(query)
            steps = list(self._proof(p, opposite))
            yield from steps
            last = steps[-1]
            assert isinstance(last, (Given, Deduce))
            yield Deduce(Claim("false", tuple(query)), (last.claim,))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind != "which":
            return None
        query = syllogism._query(value)
        return Claim("open" if syllogism._prove(p.world, query) == OPEN else "false", tuple(query))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        if kind == "premise":
            return Statement(*args) in p.world.premises
        if kind == "thing":
            premise, literals = args
            form, one, two = premise
            kinds = syllogism._kinds(p.world)
            if one < 0:
                held = [kind for kind in kinds if (kind >> two & 1) == (form == ALL)]
            else:
                held = [kind for kind in kinds if kind >> one & 1 and (kind >> two & 1) == (form == SOME)]
            is_told = (one < 0 or form >= SOME) and Statement(*premise) in p.world.premises
            fits = all((kind >> place & 1) == sign for kind in held for place, sign in literals)
            return is_told and bool(held) and fits
        status = syllogism._prove(p.world, Statement(*args))
        if kind == "follows" and args[0] in (ALL, NO) and status != TRUE and args[1] >= 0:
            # Of a class that is asked about as a whole: no kind of thing may be otherwise.
            kinds = syllogism._kinds(p.world)
            return not any(kind >> args[1] & 1 and (kind >> args[2] & 1) != (args[0] == ALL) for kind in kinds)
        return bool(status == {"follows": TRUE, "open": OPEN}.get(kind, syllogism.FALSE))

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind in ("say", "text"):
            return syllogism.statement(Statement(*value), p.told)
        premise, literals = value
        names = p.cast.names
        who = p.cast.individual if premise[1] < 0 else p.say("至少有一个东西，它", "something")
        if p.voice.zh:
            said = [f"{'是' if sign else '不是'}{names[one]}" for one, sign in literals]
            return f"{who}{'、'.join(said)}"
        said = [f"{'a' if sign else 'not a'} {names[one]}" for one, sign in literals]
        return f"{who} is {', '.join(said[:-1])} and {said[-1]}"


class Knowledge(Computed):
    """From the goal back to the facts, by the rule for it."""

    family = "fact_rules"
    conditionals = frozenset(("rule",))
    absent = frozenset(("nofact",))
    told = frozenset(("fact", "rule", "nofact"))

    def _has(self, p: Puzzle, atom: tuple[int, ...]) -> bool:
        return atom in fact_rules._model(p.world)

    def _explain(self, p: Puzzle, atom: tuple[int, ...], seen: dict[tuple[int, ...], Claim]) -> Told:
        """Lead to an atom, or to that it does not hold."""
        if atom in seen:
            return seen[atom]
        world = p.world
        plain = (atom[0], atom[1], atom[2] if len(atom) > 2 else NONE)
        rules = [at for at, rule in enumerate(world.rules) if rule.head == atom[0]]
        if not rules:
            seen[atom] = Claim("fact", (atom,)) if plain in world.facts else Claim("nofact", (atom,))
            return seen[atom]
        claim = Claim("holds" if self._has(p, atom) else "fails", (atom,))
        seen[atom] = claim
        grounds: list[Claim] = []
        entities = range(world.people + world.things)
        for at in rules:
            for clause in fact_rules._clauses(world.rules[at]):
                put = dict(zip(clause.head.terms, atom[1:], strict=True))
                free = sorted({term for part in clause.body for term in part.terms if term < 0 and term not in put})
                for value in entities if free else (0,):
                    case = {**put, free[0]: value} if free else put
                    body = [
                        ((part.predicate, *(case.get(term, term) for term in part.terms)), part.sign)
                        for part in clause.body
                    ]
                    is_apart = not clause.apart or case[fact_rules.X] != case[fact_rules.Y]
                    if claim.kind == "holds" and is_apart and all(self._has(p, one) == sign for one, sign in body):
                        for one, _ in body:
                            grounds.append((yield from self._explain(p, one, seen)))
                        yield Deduce(
                            claim, (Claim("rule", (at, fact_rules._clauses(world.rules[at]).index(clause))), *grounds)
                        )
                        return claim
                    if claim.kind == "fails" and not free:
                        failing = next((one for one, sign in body if self._has(p, one) != sign), None)
                        if failing is not None:
                            grounds.append((yield from self._explain(p, failing, seen)))
                if claim.kind == "fails" and free:
                    part = clause.body[0]
                    who = put.get(part.terms[0], part.terms[0])
                    if who >= 0:
                        grounds.append((yield from self._listed(p, part.predicate, who, seen)))
                    other = clause.body[-1]
                    last = put.get(other.terms[0], other.terms[0])
                    if clause.apart and last >= 0:
                        grounds.append((yield from self._listed(p, other.predicate, last, seen)))
        rule = Claim("rule", (rules[0], 0))
        yield Deduce(claim, (rule, *dict.fromkeys(grounds)))
        return claim

    def _listed(self, p: Puzzle, predicate: int, who: int, seen: dict[tuple[int, ...], Claim]) -> Told:
        found = tuple(sorted(atom[2] for atom in fact_rules._model(p.world) if atom[:2] == (predicate, who)))
        claim = Claim("listed", (predicate, who, found))
        if claim not in seen.values():
            seen[-1, predicate, who] = claim
            yield Deduce(claim)
        return claim

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        seen: dict[tuple[int, ...], Claim] = {}
        if kind in ("count", "all"):
            ends = range(world.people)
            if len(world.kinds[args[0]]) == 2 and world.kinds[args[0]][1] == "T":
                ends = range(world.people, world.people + world.things)
            have = [value for value in ends if self._has(p, fact_rules._filled(args, value))]
            found = yield from each(self._explain(p, fact_rules._filled(args, value), seen) for value in have)
            yield Deduce(Claim("every", (args, tuple(have), len(have))), tuple(found))
            return
        atom = {"holds": args, "true": right}.get(kind) or fact_rules._filled(args, right)
        claim = yield from self._explain(p, atom, seen)
        if claim.kind in ("fact", "nofact"):
            yield Given(claim) if claim.kind == "fact" else Deduce(claim)

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind == "who":
            return Claim("fails", (fact_rules._filled(p.ask.args, value),))
        if p.ask.kind == "true":
            return Claim("fails" if p.ask.args[0] else "holds", (value,))
        return None

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "rule":
                return 0 <= int(args[0]) < len(world.rules)
            case "fact":
                return (*args[0], NONE)[:3] in world.facts
            case "nofact":
                return p.proves("holds", args[0], False)
            case "listed":
                everyone = range(world.people + world.things)
                return all(p.proves("holds", (args[0], args[1], one), one in args[2]) for one in everyone)
            case "every":
                asked, have, count = args
                return count == len(have) and p.proves("all", asked, have) and p.proves("count", asked, count)
        return p.proves("holds", args[0], kind == "holds")

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        told = p.told
        if kind == "sayRule":
            at, which = value
            form = p.say("如果{}，那么{}", "if {}, then {}")
            if p.cast.notation:
                form = p.say("由{}可得{}", "{} gives {}")
            return fact_rules.rule_of(fact_rules._clauses(p.world.rules[at])[which], form, told)
        if kind == "atom":
            return fact_rules.atom_of(value, told)
        if kind == "open":
            return fact_rules.what_of(value, told)
        if kind == "listed":
            predicate, who, found = value
            listed = p.voice.join([p.cast.names[one] for one in found]) or p.say("没有", "none")
            what = fact_rules.what_of((predicate, who, NONE), told)
            return p.say(f"使“{what}”成立的{'只有' if found else ''}{listed}", f'what fits "{what}" is {listed}')
        return p.voice.join([p.cast.names[one] for one in value]) or p.say("没有", "none")
