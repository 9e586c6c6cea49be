"""Ways through graphs, timetables, families and trees, step by step from where the question starts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from synth.puzzles.families import binary_tree, kinship
from synth.puzzles.families.flights import clock
from synth.puzzles.reasoning.arithmetic import compared, comparison, equation
from synth.puzzles.reasoning.computed import Computed
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.steps import Claim, Deduce, Given, Step


class Reachable(Computed):
    """A way to the goal; or all that can be reached, without the goal."""

    family = "reachability"
    told = frozenset(("edge", "onward"))
    answers = {"count": "count", "fewest": "steps"}
    verdicts = {"reaches": ("can", True), "cannot": ("can", False)}

    def steps(self, p: Puzzle) -> Iterable[Step]:
        if p.ask.kind == "steps":
            yield from self._nearest_first(p, *p.ask.args)
            return
        start = p.ask.args[0]
        is_counted = p.ask.kind == "count"
        goal = p.ask.args[1] if p.ask.kind == "can" else -1 if is_counted else p.ask.right
        if p.ask.kind == "source":
            start, goal = goal, start
        ways: dict[int, tuple[int, ...]] = {start: (start,)}
        queue = [start]
        for node in queue:
            for one, end in p.world.edges:
                if one == node and end not in ways:
                    ways[end] = (*ways[node], end)
                    queue.append(end)
        if goal in ways:
            known: list[Claim] = []
            for one, two in pairwise(ways[goal]):
                now = Claim("reaches", (start, two))
                yield Deduce(now, (*known, Claim("edge", (one, two))))
                known = [now]
            return
        found = []
        for node in queue:
            found.append(
                Claim("onward", (node, tuple(dict.fromkeys(end for one, end in p.world.edges if one == node))))
            )
            if len(queue) > 1:
                yield Given(found[-1])
        closed = Claim("only", (start, tuple(one for one in queue if one != start)))
        yield Deduce(closed, tuple(found))
        last = Claim("count", (start, len(queue) - 1)) if is_counted else Claim("cannot", (start, goal))
        yield Deduce(last, (closed,))

    def _nearest_first(self, p: Puzzle, start: int, goal: int) -> Iterable[Step]:
        """List what is in reach of ever more steps, up to where the goal is."""
        level, new, reached, known = 0, [start], [start], tuple[Claim, ...]()
        while goal not in reached:
            edges = [edge for node in new for edge in p.world.edges if edge[0] == node and edge[1] not in reached]
            new = list(dict.fromkeys(end for _, end in edges))
            reached, level = reached + new, level + 1
            if goal in new:
                edge = next(edge for edge in edges if edge[1] == goal)
                yield Deduce(Claim("fewest", (start, goal, level)), (*known, Claim("edge", edge)))
                return
            now = Claim("level", (start, level, tuple(reached[1:])))
            yield Deduce(now, (*known, *(Claim("edge", edge) for edge in edges)))
            known = (now,)

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind == "source":
            return Claim("cannot", (value, p.ask.args[0]))
        kind = {"which": "cannot", "lost": "reaches"}.get(p.ask.kind)
        return Claim(kind, (p.ask.args[0], value)) if kind else None

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        match kind:
            case "edge":
                return args in p.world.edges
            case "onward":
                return set(args[1]) == {end for one, end in p.world.edges if one == args[0]}
            case "level":
                start, level, nodes = args
                pairs = [((start, node), node in nodes) for node in range(p.world.size) if node != start]
                return all(any(p.proves("steps", pair, n + 1) for n in range(level)) == is_in for pair, is_in in pairs)
        others = (node for node in range(p.world.size) if node != args[0])
        return all(p.proves("can", (args[0], node), node in args[1]) for node in others)

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        names = p.cast.names
        if kind == "nodes":
            return p.voice.join([names[one] for one in value])
        if kind == "moves":
            return p.say(f"{value}步", f"{value} step{'s' if value > 1 else ''}")
        if kind == "onward":
            node, ends = value
            if not ends:
                return p.say(f"从{names[node]}哪里也去不了", f"nothing leads on from {names[node]}")
            listed = p.voice.join([names[one] for one in ends])
            return p.say(f"从{names[node]}只能直接到{listed}", f"{names[node]} leads directly to {listed}")
        if kind == "only":
            node, ends = value
            if not ends:
                return p.say(f"从{names[node]}出发哪里也到不了", f"nothing can be reached from {names[node]}")
            listed = p.voice.join([names[one] for one in ends])
            return p.say(
                f"从{names[node]}出发能到的只有{listed}", f"all that can be reached from {names[node]} is {listed}"
            )
        return str(names[value])


class Shortest(Computed):
    """Distances, nearest first, along the way asked about."""

    family = "shortest_path"
    absent = frozenset(("none",))
    told = frozenset(("road",))
    answers = {"distance": "distance"}

    def _roads(self, p: Puzzle) -> dict[tuple[int, int], int]:
        found = {}
        for one, two, length in p.world.edges:
            found[one, two] = length
            if not p.world.is_directed:
                found[two, one] = length
        return found

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right = p.ask.kind, p.ask.args, p.ask.right
        roads = self._roads(p)
        if kind == "length":
            legs = [Claim("road", (one, two, roads[one, two])) for one, two in pairwise(args)]
            figures = (equation("+".join(str(leg.args[2]) for leg in legs), right),) if len(legs) > 1 else ()
            yield Deduce(Claim("length", (args, right)), (*legs, *figures))
            return
        start, goal = args[:2]
        # Nearest first: each is settled from one that is nearer.
        settled: dict[int, tuple[int, int]] = {}
        waiting = {start: (0, -1)}
        while goal not in settled:
            node = min(waiting, key=lambda one: waiting[one])
            settled[node] = waiting.pop(node)
            for (one, two), length in roads.items():
                far = settled[node][0] + length
                if one == node and two not in settled and (two not in waiting or far < waiting[two][0]):
                    waiting[two] = (far, node)
        way = [goal]
        while way[-1] != start:
            way.append(settled[way[-1]][1])
        way.reverse()
        known: list[Claim] = []
        for one, two in pairwise(way):
            length, far = roads[one, two], settled[two][0]
            now = Claim("distance", (start, two, far))
            figures = (equation(f"{settled[one][0]}+{length}", far),) if known else ()
            rivals = tuple(
                Claim("longer", (start, other, two, settled[other][0] + roads[other, two]))
                for other in settled
                if other not in (one, two, goal)
                and (other, two) in roads
                and settled[other][0] + roads[other, two] > far
            )
            yield from (Deduce(rival) for rival in rivals[:2])
            # The rivals have just been said.
            yield Deduce(now, (*known, Claim("road", (one, two, length)), *figures))
            known = [now]
        if kind == "within":
            yield Deduce(compared(settled[goal][0], "≤" if right else ">", args[2]), tuple(known))
        elif kind == "path":
            yield Deduce(Claim("best", (right, settled[goal][0])), tuple(known))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind != "path":
            return None
        roads = self._roads(p)
        for one, two in pairwise(value):
            if (one, two) not in roads:
                return Claim("none", (one, two))
        return Claim("length", (value, sum(roads[leg] for leg in pairwise(value))))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        roads = self._roads(p)
        match kind:
            case "road":
                return bool(roads.get((args[0], args[1])) == args[2])
            case "none":
                return (args[0], args[1]) not in roads
            case "length":
                return bool(sum(roads.get(leg, 10**6) for leg in pairwise(args[0])) == args[1])
            case "longer":
                start, other, two, far = args
                before = next(n for n in range(far + 1) if other == start or p.proves("distance", (start, other), n))
                return bool((0 if other == start else before) + roads[other, two] == far)
        return p.proves("path", (args[0][0], args[0][-1]), args[0])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "path":
            return " -> ".join(p.cast.names[one] for one in value)
        if kind == "far":
            zh, en = ("", "公里", "分钟")[p.cast.scene], ("", " km", " minutes")[p.cast.scene]
            return f"{value}{p.say(zh, en)}"
        return str(p.cast.names[value])


class Journeys(Computed):
    """Direct flights, and pairs that fit or miss each other."""

    family = "flights"
    told = frozenset(("flight", "gap"))
    answers = {"count": "count", "cheapest": "cheapest", "earliest": "earliest", "latest": "latest"}

    def _pair(self, p: Puzzle, one: int, two: int) -> Claim:
        first, second = p.world.flights[one], p.world.flights[two]
        if first.end != second.start:
            return Claim("elsewhere", (one, two))
        return Claim("fits" if p.proves("connects", (one, two), True) else "misses", (one, two))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, flights = p.ask.kind, p.ask.args, p.ask.right, p.world.flights
        if kind == "connects":
            pair = self._pair(p, *args)
            if pair.kind != "elsewhere":
                # The rule is no reason of the times: it is told first.
                yield Given(Claim("gap", ()))
            yield Deduce(pair)
            return
        start, goal = args
        journeys: list[tuple[int, ...]] = []
        found: list[Claim] = []
        for one, first in enumerate(flights):
            if first.start != start:
                continue
            if first.end == goal:
                found.append(Claim("direct", (one,)))
                journeys.append((one,))
                yield Deduce(found[-1])
                continue
            seconds = [two for two, second in enumerate(flights) if second.start == first.end and second.end == goal]
            if not seconds:
                yield Deduce(Claim("dead", (one, goal)))
            for two in seconds:
                found.append(self._pair(p, one, two))
                if found[-1].kind == "fits":
                    journeys.append((one, two))
                yield Deduce(found[-1])
        found = [claim for claim in found if claim.kind != "misses"]
        if kind == "count":
            yield Deduce(Claim("count", (start, goal, right)), tuple(found))
        elif kind == "cheapest":
            costs = []
            for journey in journeys:
                costs.append(Claim("price", (journey, sum(flights[leg].price for leg in journey))))
                if len(journey) == 2:
                    prices = [flights[leg].price for leg in journey]
                    yield Deduce(
                        Claim("price", (journey, sum(prices))), (equation(f"{prices[0]}+{prices[1]}", sum(prices)),)
                    )
                else:
                    yield Deduce(Claim("price", (journey, flights[journey[0]].price)))
            yield Deduce(Claim("cheapest", (start, goal, right)), tuple(costs))
        else:
            times = []
            for journey in journeys:
                leg = flights[journey[-1] if kind == "earliest" else journey[0]]
                time = leg.arrives if kind == "earliest" else leg.departs
                times.append(Claim("arrives" if kind == "earliest" else "departs", (journey, time)))
                yield Deduce(times[-1])
            yield Deduce(Claim(kind, (start, goal, right)), tuple(times))

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        flights = p.world.flights
        match kind:
            case "flight" | "gap":
                return True
            case "fits" | "misses":
                return flights[args[0]].end == flights[args[1]].start and p.proves("connects", args, kind == "fits")
            case "elsewhere":
                return flights[args[0]].end != flights[args[1]].start and p.proves("connects", args, False)
            case "direct":
                return (flights[args[0]].start, flights[args[0]].end) == (0, 1)
            case "dead":
                return not any(one.start == flights[args[0]].end and one.end == args[1] for one in flights)
            case "price":
                return bool(sum(flights[leg].price for leg in args[0]) == args[1])
            case "arrives":
                return bool(flights[args[0][-1]].arrives == args[1])
        return bool(flights[args[0][0]].departs == args[1])

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        world, cast, told = p.world, p.cast, p.told
        if kind == "code":
            return str(cast.codes[value])
        if kind == "city":
            return str(cast.cities[value])
        if kind == "lands":
            return str(cast.cities[world.flights[value].end])
        if kind == "legs":
            return p.say("转", " and then ").join(cast.codes[leg] for leg in value)
        if kind == "in":
            return clock(world, world.flights[value].arrives, told)
        if kind == "out":
            return clock(world, world.flights[value].departs, told)
        if kind == "later":
            first, second = (world.flights[one] for one in value)
            minutes = second.departs - first.arrives
            if minutes <= 0:
                return p.say("正好同时", "at the same time") if not minutes else p.say("已经开走", "before that")
            if world.is_hourly:
                return p.say(f"相隔{minutes // 60}小时", f"{minutes // 60} h later")
            return p.say(f"相隔{minutes}分钟", f"{minutes} minutes later")
        if kind == "sayGap" and not world.gap:
            how = ("早于", "before") if world.is_strict else ("不晚于", "no later than")
            return p.say(f"前一班到达{how[0]}后一班起飞就能转机", f"the first must arrive {how[1]} the second departs")
        if kind == "sayGap":
            gap = f"{world.gap // 60}小时" if world.is_hourly else f"{world.gap}分钟"
            english = f"{world.gap // 60} h" if world.is_hourly else f"{world.gap} minutes"
            if p.voice.zh:
                return f"转机间隔要{'超过' if world.is_strict else '不少于'}{gap}"
            return f"{'more than' if world.is_strict else 'at least'} {english} are needed between them"
        if kind == "money":
            return p.say(f"{value}元", str(value))
        return clock(world, value, told)


class Kin(Computed):
    """From a person to the parents, and from there to whom is asked for."""

    family = "kinship"
    told = frozenset(("father", "mother", "man", "woman", "kids"))
    answers = {"count": "count"}
    verdicts = {"notKin": ("is", False)}

    def _siblings(self, p: Puzzle, who: int) -> tuple[int, ...]:
        return tuple(kinship._siblings(p.world, who))

    def _kids(self, p: Puzzle, who: int) -> Claim:
        return Claim("kids", (who, tuple(kinship._children(p.world, who))))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right = p.ask.kind, p.ask.args, p.ask.right
        relation, who = (right, args[0]) if kind == "kin" else args[:2]
        parents, male = p.world.parents, p.world.male
        grounds: list[Claim] = []
        if relation == kinship.GRANDCHILD:
            kids = self._kids(p, who)
            yield Given(kids)
            grounds = [kids, *(self._kids(p, one) for one in kids.args[1])]
        elif relation == kinship.SIBLING:
            grounds = [
                Claim(name, (who, one))
                for name, one in zip(("father", "mother"), parents[who], strict=True)
                if one >= 0
            ]
        elif relation == kinship.COUSIN:
            for name, one in zip(("father", "mother"), parents[who], strict=True):
                if one < 0:
                    continue
                yield Given(Claim(name, (who, one)))
                siblings = Claim("siblings", (one, self._siblings(p, one)))
                yield Deduce(siblings)
                grounds += [siblings, *(self._kids(p, other) for other in siblings.args[1])]
        else:
            side = relation % 4 // 2
            parent = parents[who][side]
            if parent >= 0:
                grounds.append(Claim(("father", "mother")[side], (who, parent)))
                yield Given(grounds[0])
                if relation < 4:
                    high = parents[parent][relation % 2]
                    if high >= 0:
                        grounds.append(Claim(("father", "mother")[relation % 2], (parent, high)))
                else:
                    siblings = Claim("siblings", (parent, self._siblings(p, parent)))
                    yield Deduce(siblings)
                    grounds = [siblings, *(Claim("man" if male[one] else "woman", (one,)) for one in siblings.args[1])]
        found = tuple(one for one in range(len(male)) if p.proves("is", (relation, who, one), True))
        claim = Claim("kin", (relation, who, found))
        yield Deduce(claim, tuple(grounds))
        if kind == "is" and not right:
            yield Deduce(Claim("notKin", args), (claim,))
        elif kind == "count":
            yield Deduce(Claim("count", (relation, who, right)), (claim,))

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind == "who":
            return Claim("notKin", (*p.ask.args, value))
        return Claim("notKin", (value, *p.ask.args)) if p.ask.kind == "kin" else None

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "father":
                return bool(world.parents[args[0]][0] == args[1])
            case "mother":
                return bool(world.parents[args[0]][1] == args[1])
            case "man" | "woman":
                return bool(world.male[args[0]] == (kind == "man"))
            case "kids":
                return bool(args[1] == tuple(one for one, pair in enumerate(world.parents) if args[0] in pair))
            case "siblings":
                everyone = range(len(world.male))
                return all(p.proves("is", (8, args[0], one), one in args[1]) for one in everyone)
        everyone = range(len(world.male))
        return all(p.proves("is", (*args[:2], one), one in args[2]) for one in everyone)

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        if kind == "relation":
            return str(p.cast.kin[value])
        if kind == "kin":
            relation, whose = p.cast.kin[value[0]], p.cast.names[value[1]]
            listed = p.voice.join([p.cast.names[one] for one in value[2]])
            if not listed:
                return p.say(f"{whose}没有{relation}", f"nobody is a {relation} of {whose}")
            english = (
                f"the {relation} of {whose} is {listed}"
                if len(value[2]) == 1
                else f"those who are a {relation} of {whose} are {listed}"
            )
            return p.say(f"{whose}的{relation}是{listed}", english)
        if kind in ("kids", "siblings"):
            who, found = p.cast.names[value[0]], p.voice.join([p.cast.names[one] for one in value[1]])
            if kind == "kids":
                if not found:
                    return p.say(f"{who}没有孩子", f"{who} has no children")
                return p.say(f"{who}的孩子有{found}", f"the children of {who} are {found}")
            if not found:
                return p.say(f"{who}没有兄弟姐妹", f"{who} has no siblings")
            return p.say(f"与{who}父母相同的有{found}", f"those with the same parents as {who} are {found}")
        if kind == "people":
            return p.voice.join([p.cast.names[one] for one in value]) or p.say("没有人", "nobody")
        return str(p.cast.names[value])


class Trees(Computed):
    """Up to the root, or from the parts to the whole."""

    family = "binary_tree"
    told = frozenset(("children",))
    answers = {"parent": "parent", "depth": "depth", "levels": "levels"}
    verdicts = {"within": ("ancestor", True), "without": ("ancestor", False)}

    def _children(self, p: Puzzle, node: int) -> Claim:
        return Claim("children", (node, p.world.left[node], p.world.right[node]))

    def _grown(self, p: Puzzle) -> Iterable[Step]:
        """Put the keys of a search tree in their places."""
        keys = p.world.keys
        parents = binary_tree._parents(p.world)
        for place in range(1, len(keys)):
            parent = parents[place]
            way = binary_tree._climb(p.world, place)
            figures = tuple(comparison(keys[place], keys[one]) for one in way[:0:-1])
            side = "under" if p.world.left[parent] == place else "over"
            yield Deduce(Claim(side, (place, parent)), figures)

    def steps(self, p: Puzzle) -> Iterable[Step]:
        kind, args, right, world = p.ask.kind, p.ask.args, p.ask.right, p.world
        if world.keys:
            yield from self._grown(p)
        nodes, climb = range(len(world.left)), partial(binary_tree._climb, world)
        if kind == "parent":
            yield Deduce(Claim("parent", (args[0], right)), self._told(p, right))
        elif kind == "ancestor":
            way = tuple(climb(args[1]))
            yield Deduce(Claim("way", (way,)), tuple(one for node in way[1:] for one in self._told(p, node)))
            yield Deduce(Claim("within" if right else "without", args), (Claim("way", (way,)),))
        elif kind in ("depth", "levels"):
            node = args[0] if kind == "depth" else max(nodes, key=lambda one: len(climb(one)))
            way = tuple(climb(node)[::-1])
            yield Deduce(Claim("down", (way,)), tuple(one for node in way[:-1] for one in self._told(p, node)))
            claim = Claim("depth", (node, len(way)))
            yield Deduce(claim, (Claim("down", (way,)),))
            if kind == "levels":
                yield Deduce(Claim("levels", (right,)))
        elif kind == "leaves":
            leaves = tuple(node for node in nodes if world.left[node] < 0 and world.right[node] < 0)
            yield Deduce(Claim("leaves", (leaves, right)))
        else:
            order = args[0]
            inner = [node for node in nodes if world.left[node] >= 0 or world.right[node] >= 0]
            for node in sorted(inner, key=lambda one: -len(climb(one))):
                yield Deduce(
                    Claim("order", (node, order, tuple(binary_tree._traverse(world, node, order)))), self._told(p, node)
                )

    def _told(self, p: Puzzle, node: int) -> tuple[Claim, ...]:
        """What the text says of a node's children; nothing where they were found."""
        return () if p.world.keys else (self._children(p, node),)

    def proven(self, p: Puzzle, kind: str, args: tuple[Any, ...]) -> bool:
        world = p.world
        match kind:
            case "children":
                return bool((world.left[args[0]], world.right[args[0]]) == args[1:])
            case "under" | "over":
                sides = world.left if kind == "under" else world.right
                return bool(sides[args[1]] == args[0]) and p.proves("parent", args[:1], args[1])
            case "way" | "down":
                way = args[0] if kind == "way" else args[0][::-1]
                return way[-1] == 0 and all(p.proves("parent", (low,), high) for low, high in pairwise(way))
            case "leaves":
                return len(args[0]) == args[1] and p.proves("leaves", (), args[1])
        node, order, nodes = args
        whole = next(
            way for way in (tuple(binary_tree._traverse(world, 0, order)),) if p.proves("order", (order,), way)
        )
        below = {one for one in nodes if one == node or p.proves("ancestor", (node, one), True)}
        every = {one for one in range(len(world.left)) if one == node or p.proves("ancestor", (node, one), True)}
        return below == every == set(nodes) and tuple(one for one in whole if one in below) == nodes

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        names = p.cast.names
        if kind == "children":
            node, left, right = value
            if left < 0 and right < 0:
                return p.say(f"{names[node]}没有子节点", f"{names[node]} has no children")
            if left >= 0 and right >= 0:
                return p.say(
                    f"{names[node]}的左子节点是{names[left]}，右子节点是{names[right]}",
                    f"the left child of {names[node]} is {names[left]} and the right one {names[right]}",
                )
            side, child = (("左", "left"), left) if left >= 0 else (("右", "right"), right)
            return p.say(
                f"{names[node]}只有{side[0]}子节点{names[child]}",
                f"{names[node]} has only a {side[1]} child, {names[child]}",
            )
        if kind == "nodes":
            return p.voice.join([names[one] for one in value])
        if kind == "up":
            return p.say("、", ", ").join(names[one] for one in value)
        if kind == "kind":
            return p.say(("先序", "中序", "后序")[value], ("preorder", "inorder", "postorder")[value])
        return str(names[value])
