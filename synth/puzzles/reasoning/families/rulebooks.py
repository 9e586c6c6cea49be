"""Rules applied to cases: what follows of a person, who comes first, who earns what, which card wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from synth.puzzles.families import card_rules, closed_world, eligibility, league_table, sorting_rules, taxonomy
from synth.puzzles.families.card_rules import DUEL, NOBODY, SIGNS
from synth.puzzles.families.eligibility import AWARD, EXAM, SHOP
from synth.puzzles.reasoning.arithmetic import compared, comparison, equation
from synth.puzzles.reasoning.computed import Computed, Told, each
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.steps import Claim, Deduce, Given, Step

_CRITERIA = (
    ("净胜", "difference"),
    ("总得分", "total scored"),
    ("总失分", "total conceded"),
    ("交手胜场", "wins against each other"),
    ("胜场", "wins"),
)
"""What decides between equal points, as ``league_table`` numbers it."""


class Closed(Computed):
    """From the goal back to the facts; what has no proof is false."""

    family = "closed_world"
    conditionals = frozenset(("rule",))
    absent = frozenset(("unsaid",))
    told = frozenset(("fact", "rule"))
    verdicts = {"has": ("has", True), "lacks": ("has", False)}

    def _explain(self, p: Puzzle, who: int, trait: int, seen: dict[tuple[int, int], Claim]) -> Told:
        world = p.world
        if (who, trait) in world.facts:
            return Claim("fact", (who, trait))
        has = p.proves("has", (who, trait), True)
        if (who, trait) in seen:
            return seen[who, trait]
        rules = [at for at, rule in enumerate(world.rules) if rule.head == trait]
        claim = Claim("has" if has else "lacks" if rules else "unsaid", (who, trait))
        seen[who, trait] = claim
        if has:
            for at in rules:
                body = world.rules[at].body
                if all(p.proves("has", (who, part), sign) for part, sign in body):
                    grounds = yield from each(self._explain(p, who, part, seen) for part, _ in body)
                    yield Deduce(claim, (Claim("rule", (at,)), *grounds))
                    return claim
        grounds = []
        for at in rules:
            part = next(part for part, sign in world.rules[at].body if not p.proves("has", (who, part), sign))
            grounds += [Claim("rule", (at,)), (yield from self._explain(p, who, part, seen))]
        yield Deduce(claim, tuple(dict.fromkeys(grounds)))
        return claim

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right = p.ask.kind, p.ask.args, p.ask.right
        seen: dict[tuple[int, int], Claim] = {}
        if kind == "count":
            found = yield from each(self._explain(p, who, args[0], seen) for who in range(p.world.people))
            inside = tuple(claim.args[0] for claim in found if claim.kind in ("has", "fact"))
            yield Deduce(Claim("count", (args[0], inside, right)), tuple(found))
            return
        who, trait = {"has": args, "who": (right, args[0])}.get(kind, (args[0], right))
        claim = yield from self._explain(p, who, trait, seen)
        if claim.kind == "fact":
            yield Given(claim)

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind == "who":
            return Claim("lacks" if p.ask.args[1] else "has", (value, p.ask.args[0]))
        return Claim("lacks", (p.ask.args[0], value)) if p.ask.kind == "what" else None

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        match kind:
            case "fact":
                return args in p.world.facts
            case "rule":
                return 0 <= int(args[0]) < len(p.world.rules)
            case "unsaid":
                return p.proves("has", args, False) and not any(rule.head == args[1] for rule in p.world.rules)
        return len(args[1]) == args[2] and p.proves("count", args[:1], args[2])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "sayRule":
            return closed_world.sentence(p.world.rules[value], p.told)
        if kind == "trait":
            return closed_world.predicate(value, p.told)
        if kind == "people":
            return p.voice.join([p.cast.names[one] for one in value]) or p.say("没有人", "nobody")
        return closed_world.statement(value[0], value[1], p.told, kind == "yes")


class Kinds(Computed):
    """Up through the kinds to what is stated."""

    family = "taxonomy"
    absent = frozenset(("silent", "default"))
    told = frozenset(("member", "up", "stated", "silent", "default"))
    verdicts = {"isA": ("is_a", True), "isNot": ("is_a", False), "has": ("has", True), "lacks": ("has", False)}

    def _explain(self, p: Puzzle, one: int, trait: int) -> Told:
        world = p.world
        way = taxonomy._above(world.parents, world.members[one])
        said = {kind: has for kind, what, has in world.told if what == trait}
        grounds: list[Claim] = [Claim("member", (one, world.members[one]))]
        if world.is_highest_first:
            grounds += [Claim("up", pair) for pair in pairwise(way)]
            order = way[::-1]
        else:
            order = way
        top = next((kind for kind in order if kind in said), None)
        for at, kind in enumerate(order):
            if kind == top:
                break
            grounds.append(Claim("silent", (kind, trait)))
            if not world.is_highest_first and at + 1 < len(order):
                grounds.append(Claim("up", (kind, order[at + 1])))
        if top is not None:
            grounds.append(Claim("stated", (top, trait, said[top])))
        else:
            grounds.append(Claim("default", (world.default,)))
        has = p.proves("has", (one, trait), True)
        claim = Claim("has" if has else "lacks", (one, trait))
        for ground in grounds[:-2] if len(grounds) > 3 else ():
            yield Given(ground)
        yield Deduce(claim, tuple(grounds[-2:] if len(grounds) > 3 else grounds))
        return claim

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        if kind == "has":
            yield from self._explain(p, *args)
        elif kind == "which":
            yield from self._explain(p, args[0], right)
        elif kind == "who":
            yield from self._explain(p, right, args[0])
        elif kind == "count":
            found = yield from each(self._explain(p, one, args[0]) for one in range(len(world.members)))
            inside = tuple(claim.args[0] for claim in found if claim.kind == "has")
            yield Deduce(Claim("count", (args[0], inside, right)), tuple(found))
        else:
            one, goal = args
            way = taxonomy._above(world.parents, world.members[one])
            way = way[: way.index(goal) + 1] if goal in way else way
            grounds = [Claim("member", (one, world.members[one])), *(Claim("up", pair) for pair in pairwise(way))]
            if len(grounds) > 2:
                yield from (Given(ground) for ground in grounds[:-1])
                grounds = grounds[-1:]
            yield Deduce(Claim("isA" if right else "isNot", args), tuple(grounds))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind == "which":
            return Claim("lacks", (p.ask.args[0], value))
        return Claim("lacks", (value, p.ask.args[0])) if p.ask.kind == "who" else None

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "member":
                return bool(world.members[args[0]] == args[1])
            case "up":
                return bool(world.parents[args[0]] == args[1])
            case "stated":
                return args in world.told
            case "default":
                return bool(world.default == args[0])
            case "silent":
                return not any(one[:2] == args for one in world.told)
        return len(args[1]) == args[2] and p.proves("count", args[:1], args[2])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "kind":
            return str(p.cast.kinds[value])
        if kind == "who":
            return str(p.cast.members[value])
        if kind == "people":
            return p.voice.join([p.cast.members[one] for one in value]) or p.say("没有", "none")
        if kind == "default":
            return p.say(
                f"都没有说明就算{'有' if value else '没有'}", f"what is not stated is {'had' if value else 'lacking'}"
            )
        if kind == "stated":
            return taxonomy.trait_of(value[1], value[2], p.told)
        return taxonomy.trait_of(value, kind != "no", p.told)


class Queue(Computed):
    """Two compared by one rule after the other, until all are in order."""

    family = "sorting_rules"
    told = frozenset(("class", "number"))
    answers = {"kth": "kth", "order": "order", "last": "last"}
    verdicts = {"before": ("before", True), "in": ("quota", True), "out": ("quota", False)}

    def _before(self, p: Puzzle, one: int, two: int) -> Deduce:
        first, second = p.world.people[one], p.world.people[two]
        claim = Claim("before", (one, two))
        if first[0] != second[0]:
            return Deduce(claim, (Claim("class", (one, two)),))
        at = next(at for at in range(1, len(first)) if first[at] != second[at])
        return Deduce(claim, (Claim("number", (one, two, at)),))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right = p.ask.kind, p.ask.args, p.ask.right
        order = sorting_rules._sorted(p.world)
        if kind == "before":
            yield self._before(p, *(args if right else args[::-1]))
            return
        if kind in ("ahead", "quota"):
            who = args[0]
            ahead = [one for one in order[: order.index(who)]]
            behind = order[order.index(who) + 1 :]
            found = [self._before(p, one, who) for one in ahead] + [self._before(p, who, one) for one in behind]
            yield from found
            yield Deduce(Claim("ahead", (who, tuple(ahead), len(ahead))), tuple(step.claim for step in found))
            if kind == "quota":
                yield Deduce(Claim("in" if right else "out", args), (Claim("ahead", (who, tuple(ahead), len(ahead))),))
            return
        steps = [self._before(p, one, two) for one, two in pairwise(order)]
        yield from steps
        whole = Claim("order", (tuple(order),))
        yield Deduce(whole, tuple(step.claim for step in steps))
        if kind == "kth":
            yield Deduce(Claim("kth", (args[0], right)), (whole,))
        elif kind == "last":
            yield Deduce(Claim("last", (right,)), (whole,))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        people = p.world.people
        match kind:
            case "class":
                return people[args[0]][0] != people[args[1]][0] and p.proves("before", args, True)
            case "number":
                one, two, at = args
                return people[one][:at] == people[two][:at] and p.proves("before", (one, two), True)
        return len(args[1]) == args[2] and p.proves("ahead", args[:1], args[2])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        names, people = p.cast.names, p.world.people
        if kind == "classes":
            one, two = value
            kinds = [p.cast.classes[people[who][0]] for who in value]
            return p.say(
                f"{names[one]}是{kinds[0]}，{names[two]}是{kinds[1]}，{kinds[0]}在前",
                f"{names[one]} is {kinds[0]} and {names[two]} is {kinds[1]}, and {kinds[0]} goes first",
            )
        if kind == "numbers":
            one, two, at = value
            told, column = p.told, sorting_rules.columns(p.world)[at - 1]
            first = sorting_rules.first_word(column, p.world.is_up[at - 1], told)
            same = p.cast.classes[people[one][0]]
            left, right = (told.say(f"cell.{column}", n=people[who][at]) for who in (one, two))
            if p.voice.zh:
                shared = f"同是{same}" if at == 1 else "前面几项都相同"
                return f"{names[one]}和{names[two]}{shared}，{left}对{right}，{first}的在前"
            shared = f"are both {same}" if at == 1 else "are equal so far"
            return f"{names[one]} and {names[two]} {shared}, {left} is set against {right}, and the {first} goes first"
        if kind == "people":
            return p.voice.join([p.cast.names[one] for one in value]) or p.say("没有人", "nobody")
        if kind == "rank":
            return str(value + 1)
        return str(p.cast.names[value])


class League(Computed):
    """Match after match, then the rule for equal points."""

    family = "league_table"
    told = frozenset(("match",))
    answers = {"points": "points", "gap": "gap", "rank": "rank"}
    verdicts = {"ahead": ("ahead", True)}

    def _points(self, p: Puzzle, team: int) -> Told:
        world = p.world
        found, numbers = [], []
        for at, match in enumerate(world.matches):
            if team not in (match.home, match.away):
                continue
            mine, theirs = (match.scored, match.conceded) if team == match.home else (match.conceded, match.scored)
            earned = league_table._earned(world, mine, theirs)
            found.append(Claim("earns", (team, at, mine, theirs, earned)))
            numbers.append(earned)
            yield Deduce(found[-1])
        total = sum(numbers)
        claim = Claim("points", (team, total))
        figures = (equation("+".join(map(str, numbers)), total),) if len(numbers) > 1 else ()
        yield Deduce(claim, (*found, *figures))
        return claim

    def _tie(self, p: Puzzle, one: int, two: int) -> Step:
        mine, theirs = (league_table._criterion(p.world, a, b) for a, b in ((one, two), (two, one)))
        return Deduce(Claim("tie", (one, two, mine, theirs)))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        if kind == "draws":
            drawn = tuple(at for at, match in enumerate(world.matches) if match.scored == match.conceded)
            yield Deduce(Claim("draws", (drawn, right)))
        elif kind == "points":
            yield from self._points(p, args[0])
        elif kind == "true":
            claim = yield from self._points(p, right[0])
            if claim.args[1] != right[1]:
                yield Deduce(compared(claim.args[1], "≠", right[1]), (claim,))
        elif kind == "enough":
            claim = yield from self._points(p, args[0])
            yield Deduce(compared(claim.args[1], "≥" if right else "<", args[1]), (claim,))
        elif kind == "gap":
            one = yield from self._points(p, args[0])
            two = yield from self._points(p, args[1])
            yield Deduce(Claim("gap", (*args, right)), (one, two, equation(f"{one.args[1]}-{two.args[1]}", right)))
        else:
            teams = args if kind == "ahead" else tuple(range(world.teams))
            points = {}
            for team in teams:
                points[team] = yield from self._points(p, team)
            order = [team for team in league_table._ranking(world) or () if team in teams]
            for first, second in pairwise(order):
                if points[first].args[1] == points[second].args[1]:
                    yield self._tie(p, first, second)
            if kind == "ahead":
                yield Deduce(Claim("ahead", tuple(order)), tuple(points.values()))
            else:
                yield Deduce(Claim("order", (tuple(order),)), tuple(points[team] for team in order))
                team = args[0] if kind == "rank" else right
                yield Deduce(Claim("rank", (team, order.index(team) + 1)), (Claim("order", (tuple(order),)),))

    def asks_for_false(self, p: Puzzle) -> bool:
        return p.ask.kind == "true" and not p.ask.args[0]

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind == "true":
            number = next(n for n in range(200) if p.proves("points", value[:1], n))
            return Claim("points", (value[0], number))
        if p.ask.kind not in ("first", "last"):
            return None
        place = next(n for n in range(1, p.world.teams + 1) if p.proves("rank", (value,), n))
        return Claim("rank", (value, place))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "match":
                return 0 <= int(args[0]) < len(world.matches)
            case "earns":
                team, at, mine, theirs, earned = args
                game = world.matches[at]
                is_so = {(game.home, game.scored), (game.away, game.conceded)} >= {(team, mine)}
                return is_so and p.proves("points", (team,), earned, matches=(game,)) and theirs in game
            case "tie":
                return p.proves("ahead", args[:2], True) and bool(args[2] > args[3])
            case "draws":
                return len(args[0]) == args[1] and p.proves("draws", (), args[1])
        return all(p.proves("rank", (team,), at) for at, team in enumerate(args[0], 1))

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        world, names = p.world, p.cast.names
        if kind == "game":
            team, at, mine, theirs, earned = value
            match = world.matches[at]
            other = names[match.away if team == match.home else match.home]
            if p.voice.zh:
                how = "胜" if mine > theirs else "平" if mine == theirs else "负"
                score = "" if world.scene == league_table.CHESS else f"（{mine}:{theirs}）"
                verb = {"胜": "战胜", "平": "打平", "负": "负于"}[how]
                return f"{names[team]}{verb}{other}{score}，得{earned}分"
            verb = "beats" if mine > theirs else "draws with" if mine == theirs else "loses to"
            score = "" if world.scene == league_table.CHESS else f" {mine}:{theirs}"
            return f"{names[team]} {verb} {other}{score} and gets {earned}"
        if kind == "tie":
            one, two, mine, theirs = value
            what = _CRITERIA[world.tie]
            if world.tie == league_table.CONCEDED:
                mine, theirs = -mine, -theirs
            first, second = names[one], names[two]
            return p.say(
                f"{first}和{second}积分相同，比{what[0]}：{mine}对{theirs}，{first}在前",
                f"{first} and {second} have equal points, and by {what[1]} ({mine} to {theirs}) {first} is in front",
            )
        if kind == "teams":
            return p.voice.join([names[one] for one in value])
        return str(names[value])


class Cases(Computed):
    """One person's case through the rules."""

    family = "eligibility"
    told = frozenset(("row", "member", "stranger", "weekend", "weekday"))
    answers = {"best": "best", "result": "value"}
    verdicts = {"fits": ("is", True), "fails": ("is", False)}

    def _result(self, p: Puzzle, who: int) -> Told:
        world = p.world
        rules, row = world.rules, world.rows[who]
        value = eligibility._result(world, row)
        claim = Claim("result", (who, value))
        yield Given(told := Claim("row", (who,)))
        if world.kind == EXAM:
            base = eligibility._base(world, row)
            first = Claim("taken", (who, base))
            yield Deduce(first, (told, comparison(*row)))
            yield Deduce(claim, (first, comparison(base, rules[0])))
        elif world.kind == SHOP:
            figures: list[Claim] = []
            off = 0
            for at in range(0, len(rules) - 1, 2):
                reached = eligibility._reached(world, row[0], rules[at])
                sign = (">" if reached else "≤") if world.flags[0] else ("≥" if reached else "<")
                figures.append(compared(row[0], sign, rules[at]))
                if reached:
                    off = rules[at + 1]
                    break
            cut = Claim("cut", (row[0], off))
            yield Deduce(cut, tuple(figures))
            member = rules[-1] if row[1] else 0
            term = f"{row[0]}-{off}-{member}" if member and off else f"{row[0]}-{off or member}"
            yield Deduce(
                claim,
                (
                    Claim("member" if row[1] else "stranger", (who, rules[-1])),
                    *((equation(term, value),) if off or member else ()),
                ),
            )
        elif world.kind == AWARD:
            for mark in row:
                is_out = eligibility._is_out(world, mark)
                sign = ("≤" if is_out else ">") if world.flags[1] else ("<" if is_out else "≥")
                if is_out:
                    yield Deduce(claim, (told, compared(mark, sign, rules[-1])))
                    return claim
            total = sum(row)
            figures = [equation(f"{row[0]}+{row[1]}", total)]
            for least in rules[:-1]:
                reached = eligibility._reached(world, total, least)
                sign = (">" if reached else "≤") if world.flags[0] else ("≥" if reached else "<")
                figures.append(compared(total, sign, least))
                if reached:
                    break
            yield Deduce(Claim("fair", (who, rules[-1])), (told,))
            yield Deduce(claim, (Claim("fair", (who, rules[-1])), *figures))
        else:
            yield from self._ticket(p, who, value, told)
        return claim

    def _ticket(self, p: Puzzle, who: int, value: int, told: Claim) -> Iterable[Step]:
        world = p.world
        child, senior, price, extra = world.rules
        age, student, weekend = world.rows[who]
        claim = Claim("result", (who, value))
        if eligibility._is_child(world, age):
            yield Deduce(claim, (told, compared(age, "≤" if world.flags[0] else "<", child)))
            return
        is_senior = eligibility._is_senior(world, age)
        base = price // 2 if is_senior or student else price
        grounds: list[Claim] = [compared(age, ">" if world.flags[0] else "≥", child)]
        if is_senior:
            grounds.append(compared(age, ">" if world.flags[1] else "≥", senior))
        elif not student:
            grounds.append(compared(age, "≤" if world.flags[1] else "<", senior))
        if base != price:
            grounds.append(equation(f"{price}÷2", base))
        basic = Claim("basic", (who, base))
        yield Deduce(basic, (told, *grounds))
        more = (equation(f"{base}+{extra}", value),) if weekend else ()
        yield Deduce(claim, (basic, Claim("weekend" if weekend else "weekday", (who,)), *more))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        if kind == "value":
            yield from self._result(p, args[0])
        elif kind in ("is", "who"):
            claim = yield from self._result(p, args[0] if kind == "is" else right)
            yield Deduce(self._verdict(p, claim.args[0], args[-1]), (claim,))
        else:
            found = []
            for who in range(len(world.rows)):
                claim = yield from self._result(p, who)
                if kind == "count":
                    claim = self._verdict(p, who, args[0])
                    yield Deduce(claim, (Claim("result", (who, eligibility._result(world, world.rows[who]))),))
                found.append(claim)
            yield Deduce(Claim(kind, (right,)), tuple(found))

    def _verdict(self, p: Puzzle, who: int, bound: int) -> Claim:
        return Claim("fits" if p.proves("is", (who, bound), True) else "fails", (who, bound))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind not in ("who", "best"):
            return None
        return Claim("result", (value, eligibility._proved(p.world, p.world.rows[value])))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        if kind == "cut":
            pairs = [world.rules[at : at + 2] for at in range(0, len(world.rules) - 1, 2)]
            offs = [off for least, off in pairs if args[0] >= least + int(world.flags[0])]
            return bool((max(offs) if offs else 0) == args[1])
        if kind == "count":
            return p.proves("count", p.ask.args, args[0])
        row = world.rows[args[0]]
        match kind:
            case "row":
                return True
            case "taken":
                return bool(sorted(row)[1 - int(world.flags[0])] == args[1])
            case "member" | "stranger":
                return bool(bool(row[1]) == (kind == "member") and world.rules[-1] == args[1])
            case "fair":
                return bool(min(row) >= args[1] + int(world.flags[1]))
            case "basic":
                rows = tuple((*one[:2], 0) for one in world.rows)
                return p.proves("value", args[:1], args[1], rows=rows)
        return bool(bool(row[2]) == (kind == "weekend"))

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        world = p.world
        if kind == "sayRow":
            name, row = p.cast.names[value], world.rows[value]
            if world.kind == EXAM:
                return p.say(
                    f"{name}的期中是{row[0]}分、补考是{row[1]}分",
                    f"{name} has {row[0]} in the mid-term and {row[1]} in the resit",
                )
            if world.kind == SHOP:
                return p.say(f"{name}的原价是{row[0]}元", f"the total of {name} is {row[0]}")
            if world.kind == AWARD:
                return p.say(f"{name}两科是{row[0]}分和{row[1]}分", f"{name} has the marks {row[0]} and {row[1]}")
            student = ("是学生", "a student") if row[1] else ("不是学生", "no student")
            return p.say(f"{name}的年龄是{row[0]}岁，{student[0]}", f"{name} is {row[0]} years old and {student[1]}")
        if kind == "shown":
            return eligibility.shown(world, value, p.told)
        if kind == "final":
            who, result = value
            name = p.cast.names[who]
            shown = eligibility.shown(world, result, p.told)
            if world.kind == EXAM:
                return p.say(f"{name}的最终分数是{shown}", f"the final mark of {name} is {shown}")
            if world.kind == AWARD:
                return p.say(f"{name}{'' if '没有' in shown else '得'}{shown}", f"{name} gets {shown}")
            return p.say(f"{name}应付{shown}", f"{name} pays {shown}")
        if kind in ("yes", "no"):
            who, _bound = value
            name, is_yes = p.cast.names[who], kind == "yes"
            if world.kind == EXAM:
                return p.say(
                    f"{name}{'及格' if is_yes else '不及格'}", f"{name} {'passes' if is_yes else 'does not pass'}"
                )
            return p.say(
                f"{name}{'符合' if is_yes else '不符合'}所问的条件",
                f"{name} {'is' if is_yes else 'is not'} one of those asked for",
            )
        if kind == "taken":
            low = world.flags[0]
            return p.say(
                f"取较{'低' if low else '高'}的{value}", f"the {'lower' if low else 'higher'} one, {value}, is taken"
            )
        return str(p.cast.names[value])


class Cards(Computed):
    """Round after round."""

    family = "card_rules"
    told = frozenset(("played", "beats", "even", "alike", "exception", "counts"))
    answers = {"wins": "who", "would": "instead", "score": "score", "best": "match"}
    verdicts = {"notWon": ("did", False)}

    def _winner(self, p: Puzzle, place: int) -> int:
        everyone: tuple[int, ...] = (*range(len(p.world.rounds[0])), NOBODY)
        return next(one for one in everyone if p.proves("who", (place,), one))

    def _round(self, p: Puzzle, place: int) -> Told:
        world = p.world
        cards = world.rounds[place]
        winner = self._winner(p, place)
        yield Given(played := Claim("played", (place, cards)))
        claim = Claim("wins", (place, winner)) if winner != NOBODY else Claim("draw", (place,))
        yield Deduce(claim, (played, *self._why(p, cards)))
        return claim

    def _why(self, p: Puzzle, cards: tuple[Any, ...]) -> tuple[Claim, ...]:
        world = p.world
        if world.game == SIGNS:
            one, two = cards[0].kind, cards[1].kind
            pair = next(((a, b) for a, b in ((one, two), (two, one)) if (a, b) in world.beats), None)
            return (Claim("beats", pair),) if pair else (Claim("even" if one != two else "alike", (one, two)),)
        if world.game == DUEL:
            low, high = world.special[2:]
            if low and {cards[0].number, cards[1].number} == {low, high}:
                return (Claim("exception", (low, high)),)
            found: list[Claim] = []
            for card in cards:
                if world.special[1] and card.kind == world.special[0]:
                    found.append(equation(f"{card.number}+{world.special[1]}", card_rules._worth(world, card)))
            return (*found, comparison(card_rules._worth(world, cards[0]), card_rules._worth(world, cards[1])))
        trump, lead = world.special[0], cards[0].kind
        trumps = [card for card in cards if card.kind == trump]
        suit = trump if trumps else lead
        rivals = tuple(card for card in cards if card.kind == suit)
        return (Claim("counts", (suit, rivals, bool(trumps), cards)),)

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        if kind in ("who", "did"):
            claim = yield from self._round(p, args[0])
            if kind == "did" and not right:
                yield Deduce(Claim("notWon", args), (claim,))
            return
        if kind == "instead":
            cards = (*world.rounds[args[0]][:-1], right)
            yield Deduce(Claim("would", (args[0], right)), self._why(p, cards))
            return
        found = yield from each(self._round(p, place) for place in range(len(world.rounds)))
        won = [self._winner(p, place) for place in range(len(world.rounds))]
        if kind in ("wins", "draws"):
            places = tuple(place for place, who in enumerate(won) if who == (args[0] if args else NOBODY))
            yield Deduce(Claim("won" if args else "drawn", (*args, places, right)), tuple(found))
            return
        players = args if kind == "score" else tuple(range(len(world.rounds[0])))
        scores = []
        for who in players:
            last = len(won) - 1
            gains = [card_rules._points(world, who, one, place == last) for place, one in enumerate(won)]
            total = sum(gains)
            scores.append(Claim("score", (who, total)))
            yield Deduce(
                scores[-1], (*found, equation("+".join(map(str, gains)), total)) if len(gains) > 1 else tuple(found)
            )
        if kind == "match":
            yield Deduce(Claim("best", (right,)) if right != NOBODY else Claim("tied", ()), tuple(scores))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "played":
                return bool(world.rounds[args[0]] == args[1])
            case "beats":
                return args in world.beats
            case "even" | "alike":
                return (
                    (args[0] == args[1]) == (kind == "alike")
                    and args not in world.beats
                    and args[::-1] not in world.beats
                )
            case "exception":
                return bool(world.special[2:] == args)
            case "counts":
                suit, rivals, is_trump, cards = args
                trump = world.special[0]
                has_trump = any(card.kind == trump for card in cards)
                right_suit = trump if has_trump else cards[0].kind
                return bool(
                    suit == right_suit and is_trump == has_trump and rivals == tuple(c for c in cards if c.kind == suit)
                )
            case "draw":
                return p.proves("who", args, NOBODY)
            case "won":
                return len(args[1]) == args[2] and p.proves("wins", args[:1], args[2])
            case "drawn":
                return len(args[0]) == args[1] and p.proves("draws", (), args[1])
        return p.proves("match", (), NOBODY)

    def _card(self, p: Puzzle, card: Any) -> str:
        name = p.cast.kinds[card.kind]
        return name if p.world.game == SIGNS else p.say(f"{name}{card.number}", f"{name} {card.number}")

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        names, zh = p.cast.names, p.voice.zh
        if kind == "round":
            return str(value + 1)
        if kind == "cards":
            said = [
                f"{name}出{self._card(p, card)}" if zh else f"{name} plays {self._card(p, card)}"
                for name, card in zip(names, value, strict=True)
            ]
            return p.say("，", ", ").join(said)
        if kind == "kind":
            return str(p.cast.kinds[value])
        if kind == "card":
            return self._card(p, value)
        if kind == "last":
            return str(names[-1])
        if kind == "counts":
            suit, rivals, is_trump, _ = value
            listed = p.voice.join([self._card(p, card) for card in rivals])
            high = ("最大", "highest") if p.world.is_high else ("最小", "lowest")
            if zh:
                head = f"有王牌{p.cast.kinds[suit]}" if is_trump else f"没有王牌，跟牌的花色是{p.cast.kinds[suit]}"
                return f"{head}，其中有{listed}，{high[0]}的赢"
            head = (
                f"there are trumps ({p.cast.kinds[suit]})"
                if is_trump
                else f"there is no trump and {p.cast.kinds[suit]} was led"
            )
            return f"{head}, which makes {listed}, and the {high[1]} wins"
        if kind.lower().endswith("rounds"):
            listed = p.voice.join([str(one + 1) for one in value])
            if zh and kind == "wonRounds":
                return f"赢的是第{listed}局，共{len(value)}局" if value else "一局也没有赢"
            if zh:
                return f"平局的是第{listed}局，共{len(value)}局" if value else "没有一局是平局"
            return f"{len(value)} round{'s' * (len(value) > 1)} ({listed})" if value else "no round"
        return str(names[value])
