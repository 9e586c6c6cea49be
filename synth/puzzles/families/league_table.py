"""Small tournaments: results, points by a stated rule, a stated tie-break. Who leads, with how many points?

The rule changes from problem to problem (points for a win, a draw and a loss, a bonus for a clear win, the tie-break),
so that it has to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, claimed, tried, whether, worked_out, yes_or_no
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

DIFFERENCE, SCORED, CONCEDED, HEAD, WINS = range(5)
_TIES = ("difference", "scored", "conceded", "head", "wins")
FOOTBALL, CHESS, BASKETBALL = range(3)
Value = tuple[int, ...]


class Match(NamedTuple):
    """One match with its score; chess has 1:0, 0:1 or 0:0 for a draw."""

    home: int
    away: int
    scored: int
    conceded: int


@dataclass(frozen=True, slots=True)
class World:
    """Teams, rule and results."""

    scene: int
    teams: int
    points: tuple[int, int, int]
    """For a win, a draw, a loss."""
    margin: int
    """Least difference of goals that gives the winner one more point, or 0 without that rule."""
    tie: int
    """What decides between equal points."""
    matches: tuple[Match, ...]
    """In the order told."""


class Cast(NamedTuple):
    """Names and the wording of results."""

    names: tuple[str, ...]
    form: int
    scene: int


class Standings(NamedTuple):
    """What questions are made from."""

    order: list[int]
    """The teams at random."""
    total: list[int]
    ranking: list[int]


Told = Telling[Cast]


def _goals(match: Match, team: int) -> tuple[int, int] | None:
    """Goals for and against a team, or None when it did not play."""
    if team == match.home:
        return match.scored, match.conceded
    return (match.conceded, match.scored) if team == match.away else None


def _earned(world: World, mine: int, theirs: int) -> int:
    """Points for one match."""
    if mine > theirs:
        return world.points[0] + int(0 < world.margin <= mine - theirs)
    return world.points[1 if mine == theirs else 2]


def _table(world: World) -> list[int]:
    """Points of all teams, match by match."""
    total = [0] * world.teams
    for match in world.matches:
        total[match.home] += _earned(world, match.scored, match.conceded)
        total[match.away] += _earned(world, match.conceded, match.scored)
    return total


def _criterion(world: World, team: int, other: int) -> int:
    """The tie-break's number for a team against another one, greater is better."""
    games = [(match, goals) for match in world.matches if (goals := _goals(match, team)) is not None]
    if world.tie == DIFFERENCE:
        return sum(mine - theirs for _, (mine, theirs) in games)
    if world.tie == SCORED:
        return sum(mine for _, (mine, _) in games)
    if world.tie == CONCEDED:
        return -sum(theirs for _, (_, theirs) in games)
    if world.tie == WINS:
        return sum(mine > theirs for _, (mine, theirs) in games)
    return sum(mine > theirs for match, (mine, theirs) in games if other in match[:2])


def _is_ahead(world: World, total: list[int], one: int, other: int) -> bool:
    """Whether a team ranks before another."""
    if total[one] != total[other]:
        return total[one] > total[other]
    return _criterion(world, one, other) > _criterion(world, other, one)


def _ranking(world: World) -> list[int] | None:
    """Teams from the first to the last, or None where the rule leaves a tie."""
    total = _table(world)
    ahead = [sum(_is_ahead(world, total, other, one) for other in range(world.teams)) for one in range(world.teams)]
    if len(set(ahead)) < world.teams:
        return None
    if world.tie == HEAD and max(total.count(points) for points in total) > 2:
        return None
    return sorted(range(world.teams), key=lambda team: ahead[team])


def _score_key(world: World, team: int) -> tuple[int, int]:
    """Prover: points from the numbers of wins, draws and losses, and the tie-break's total."""
    wins = draws = losses = bonus = scored = conceded = 0
    for home, away, left, right in world.matches:
        if team not in (home, away):
            continue
        gap = (left - right) * (1 if team == home else -1)
        wins, draws, losses = wins + (gap > 0), draws + (gap == 0), losses + (gap < 0)
        bonus += bool(world.margin) and gap >= world.margin
        scored += left if team == home else right
        conceded += right if team == home else left
    points = sum(part * count for part, count in zip(world.points, (wins, draws, losses), strict=True)) + bonus
    return points, (scored - conceded, scored, -conceded, 0, wins)[world.tie]


def _place(world: World, team: int) -> int:
    """Prover: the rank of a team, 1 for the first; 0 where the rule leaves any two of them level."""
    keys = [_score_key(world, one) for one in range(world.teams)]
    place = 1 + sum(key > keys[team] for key in keys)
    if len(set(keys)) == len(keys):
        return place
    if world.tie != HEAD or max(keys.count(key) for key in keys) > 2:
        return 0
    for one, other in combinations(range(world.teams), 2):
        if keys[one] == keys[other]:
            won = [m for m in world.matches if {m.home, m.away} == {one, other} and m.scored != m.conceded]
            first = {m.home if m.scored > m.conceded else m.away for m in won}
            if len(first) != 1:
                return 0
            place += team in (one, other) and team not in first
    return place


def _points(world: World, rng: Random, found: Standings) -> Ask[int]:
    team, other = (found.total[one] for one in found.order[:2])
    return Ask("points", (found.order[0],), team, near_misses(rng, team, [other, team + 1, team - 1]))


def _first(world: World, rng: Random, found: Standings) -> Ask[int]:
    return Ask("first", (), found.ranking[0], tuple(found.ranking[1:5]))


def _last(world: World, rng: Random, found: Standings) -> Ask[int]:
    return Ask("last", (), found.ranking[-1], tuple(found.ranking[-2:-6:-1]))


def _rank(world: World, rng: Random, found: Standings) -> Ask[int]:
    place = found.ranking.index(found.order[1]) + 1
    places = rng.sample(range(1, world.teams + 1), world.teams)
    return Ask("rank", (found.order[1],), place, tuple(one for one in places if one != place))


def _ahead(world: World, rng: Random, found: Standings) -> Ask[bool]:
    one, other = rng.sample(found.ranking, 2)
    return claimed("ahead", (one, other), found.ranking.index(one) < found.ranking.index(other))


def _enough(world: World, rng: Random, found: Standings) -> Ask[bool] | None:
    has = found.total[found.order[2]]
    bound = has + rng.choice([0, 0, 1, 1, -1, 2])
    return claimed("enough", (found.order[2], bound), has >= bound) if bound > 0 else None


def _gap(world: World, rng: Random, found: Standings) -> Ask[int] | None:
    total = found.total
    high, low = sorted(found.order[:2], key=lambda one: -total[one])
    gap = total[high] - total[low]
    return Ask("gap", (high, low), gap, near_misses(rng, gap, [total[high], total[low], gap + 1])) if gap else None


def _true(world: World, rng: Random, found: Standings) -> Ask[Value] | None:
    order, total = found.order, found.total
    so: list[Value] = [(one, total[one]) for one in order]
    not_so: list[Value] = [
        (one, points)
        for one in order
        for points in rng.sample([*total, total[one] + 1, max(0, total[one] - 1)], 3)
        if points != total[one]
    ]
    sign = int(rng.random() < 0.6)
    right, rest = (so, not_so) if sign else (not_so, so)
    return Ask("true", (sign,), right[0], tuple(dict.fromkeys(rest))[:3]) if right and rest else None


def _draws(world: World, rng: Random, found: Standings) -> Ask[int] | None:
    if world.scene == BASKETBALL:
        return None
    draws = sum(match.scored == match.conceded for match in world.matches)
    return Ask("draws", (), draws, near_misses(rng, draws, [draws + 1, draws - 1, len(world.matches) - draws]))


def _has(world: World, team: int) -> int:
    """Prover: a team's points."""
    return _score_key(world, team)[0]


def _is_before(world: World, args: Args, value: int) -> bool:
    one, two = (_place(world, team) for team in args)
    return bool(one and two) and (one < two) == bool(value)


def _ending(mine: int, theirs: int) -> str:
    return "drawn" if mine == theirs else "won" if mine > theirs else "lost"


def _result(match: Match, told: Told) -> str:
    home, away, left, right = match
    names, entry = told.cast.names, f"result.{_ending(left, right)}"
    return told.form(entry, told.cast.form, home=names[home], away=names[away], left=left, right=right)


def _score(world: World, *goals: int) -> str:
    return "" if world.scene == CHESS else ":".join(map(str, goals))


def _cell(world: World, goals: tuple[int, int], total: int, told: Told) -> str:
    """One match of one team: result, points for it, and the new total."""
    gap, gain = goals[0] - goals[1], _earned(world, *goals)
    cell, added = told.say(f"chain.{_ending(*goals)}"), f"{total}+{gain}={total + gain}"
    if world.margin and gap > 0:
        cell += told.say("chain.by", gap=gap)
        if gap >= world.margin:
            cell += f"{gain - 1}+1={gain}"
            return f"{cell} {added}" if total else cell
    return cell + (added if total else str(gain))


def _sum(world: World, team: int, told: Told) -> str:
    """Points of one team, match by match."""
    total, cells, names = 0, [], told.cast.names
    for match in world.matches:
        goals = _goals(match, team)
        if goals is not None:
            rival = names[match.away if team == match.home else match.home]
            cells.append(f"{rival}{told.say('space')}{_score(world, *goals)}{_cell(world, goals, total, told)}")
            total += _earned(world, *goals)
    return f"{names[team]}{told.say('colon')}{told.say('comma').join(cells)}"


def _whole(world: World, told: Told) -> list[str]:
    """Points of all teams, match by match, with totals carried along."""
    total, lines = [0] * world.teams, []
    for match in world.matches:
        cells = []
        for team in (match.home, match.away):
            goals = _goals(match, team)
            assert goals is not None  # both play in it
            name = f"{told.cast.names[team]}{told.say('space')}{_score(world, goals[0])}"
            cells.append(f"{name}{_cell(world, goals, total[team], told)}")
            total[team] += _earned(world, *goals)
        lines.append(told.say("comma").join(cells))
    return lines


def _tied(world: World, one: int, other: int, told: Told) -> str:
    """The tie-break between two teams, worked out."""
    names, entry, sums = told.cast.names, f"chain.{_TIES[world.tie]}", []
    if world.tie == HEAD:
        match = next(match for match in world.matches if {match.home, match.away} == {one, other})
        home, away, score = names[match.home], names[match.away], (match.scored, match.conceded)
        mark = told.say(f"chain.{_ending(*score)}")
        return told.say(entry, home=home, score=_score(world, *score), mark=mark, away=away)
    for team in (one, other):
        games = [goals for match in world.matches if (goals := _goals(match, team)) is not None]
        parts = [(mine - theirs, mine, theirs, 0, int(mine > theirs))[world.tie] for mine, theirs in games]
        steps = [f"{part:+d}={sum(parts[: at + 1])}" if at else str(part) for at, part in enumerate(parts)]
        sums.append(f"{names[team]}{told.say('space')}{' '.join(steps)}")
    return told.say(entry, sums=told.say("comma").join(sums))


def _compare(world: World, total: list[int], one: int, other: int, told: Told) -> str:
    """Which of two teams is ahead: their points, and the tie-break where they are equal."""
    names, gap = told.cast.names, told.say("space")
    sign = ">" if total[one] > total[other] else "<" if total[one] < total[other] else "="
    said = f"{names[one]}{gap}{total[one]}{sign}{names[other]}{gap}{total[other]}"
    return told.say("comma").join([said, _tied(world, one, other, told)]) if sign == "=" else said


def _summed(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    """The points of the teams that are asked about."""
    return "\n".join(_sum(world, team, told) for team in ask.args)


def _enough_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    team, bound = ask.args
    return f"{_sum(world, team, told)}\n{_table(world)[team]}{'≥' if ask.right else '<'}{bound}"


def _gap_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    high, low = (_table(world)[team] for team in ask.args)
    return f"{_summed(world, ask, told, shown)}\n{high}-{low}={high - low}"


def _ahead_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    one, other = ask.args
    compared = _compare(world, _table(world), one, other, told)
    ahead = told.say("chain.ahead", name=told.cast.names[one if ask.right else other])
    return f"{_summed(world, ask, told, shown)}\n{compared}{told.say('comma')}{ahead}"


def _draws_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    seen, lines, names = 0, [], told.cast.names
    for home, away, *goals in world.matches:
        seen += goals[0] == goals[1]
        score = f" {_score(world, *goals)} ".replace("  ", " ")
        lines.append(f"{names[home]}{score}{names[away]} {told.say(f'chain.{_ending(*goals)}')} {seen}")
    return "\n".join(lines)


def _true_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    total, summed = _table(world), set[int]()

    def line(value: Value) -> str:
        team, points = value
        said = told.cast.names[team] if team in summed else _sum(world, team, told)
        summed.add(team)
        return f"{said}{told.say('comma')}{total[team]}{'=' if total[team] == points else '≠'}{points}"

    return "\n".join(
        tried(shown, lambda value: (total[value[0]] == value[1]) == bool(ask.args[0]), line, told, mark=" ")
    )


def _rank_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    (team,), total, place, lines = ask.args, _table(world), 1, _whole(world, told)
    for other in range(world.teams):
        if other != team:
            place += _is_ahead(world, total, other, team)
            compared = _compare(world, total, team, other, told)
            lines.append(f"{compared}{told.say('comma')}{told.say('chain.place', place=place)}")
    return "\n".join(lines)


def _ends(world: World, told: Told, entry: str, is_top: bool) -> str:
    """The points of all, and one after the other compared with the first (or the last) so far."""
    best, total, lines = 0, _table(world), _whole(world, told)
    for other in range(1, world.teams):
        compared = _compare(world, total, best, other, told)
        best = other if _is_ahead(world, total, other, best) == is_top else best
        lines.append(f"{compared}{told.say('comma')}{told.say(entry, name=told.cast.names[best])}")
    return "\n".join(lines)


def _name(value: int, told: Told) -> str:
    return told.cast.names[value]


def _plural(count: int) -> str:
    return "" if count == 1 else "s"


def _named(args: Args, told: Told) -> dict[str, object]:
    return dict(zip(("name", "other"), (told.cast.names[team] for team in args), strict=False))


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out("points", _points, lambda world, args: _has(world, args[0]), _summed, slots=_named),
    Kind(
        "first",
        _first,
        holds=lambda world, args, value: _place(world, value) == 1,
        option=_name,
        chain=lambda world, ask, told, shown: _ends(world, told, "chain.first", is_top=True),
    ),
    Kind(
        "last",
        _last,
        holds=lambda world, args, value: _place(world, value) == world.teams,
        option=_name,
        chain=lambda world, ask, told, shown: _ends(world, told, "chain.last", is_top=False),
    ),
    worked_out(
        "rank",
        _rank,
        lambda world, args: _place(world, args[0]),
        _rank_chain,
        option=lambda value, told: told.form("option.rank", value - 1, place=value),
        slots=_named,
    ),
    Kind("ahead", _ahead, holds=_is_before, option=yes_or_no, chain=_ahead_chain, slots=_named, is_two_valued=True),
    whether(
        "enough",
        _enough,
        lambda world, args: _has(world, args[0]) >= args[1],
        _enough_chain,
        slots=lambda args, told: {**_named(args[:1], told), "bound": args[1], "plural": _plural(args[1])},
    ),
    worked_out("gap", _gap, lambda world, args: _has(world, args[0]) - _has(world, args[1]), _gap_chain, slots=_named),
    worked_out(
        "draws",
        _draws,
        lambda world, args: [match.scored - match.conceded for match in world.matches].count(0),
        _draws_chain,
    ),
    Kind(
        "true",
        _true,
        holds=lambda world, args, value: (_has(world, value[0]) == value[1]) == bool(args[0]),
        option=lambda value, told: told.say(
            "option.true", name=told.cast.names[value[0]], points=value[1], plural=_plural(value[1])
        ),
        chain=_true_chain,
        variant=lambda args, told: "right" if args[0] else "wrong",
    ),
)


class LeagueTable(Family[World, Cast]):
    """Values: a number, a team, True/False or a statement (team, points)."""

    name = "league_table"
    title = "tournament results, points and tie-breaks"
    order_free = ("matches",)
    changes = {"margin": "more"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        teams = 3 if level < 3 else 4 if level < 7 else 5
        count = (3, 3, 4, 4, 5, 5, 6, 7, 8)[level - 1]
        pairs = [(one, two) for one in range(teams) for two in range(one + 1, teams)]
        while True:
            scene = rng.choice([FOOTBALL, FOOTBALL, CHESS, BASKETBALL])
            points = rng.choice(
                [(3, 1, 0), (3, 1, 0), (2, 1, 0), (5, 2, 0), (4, 2, 1), (3, 2, 1), (6, 3, 0), (4, 1, 0)]
            )
            if scene == BASKETBALL:
                points = rng.choice([(2, 0, 1), (3, 0, 1), (2, 0, 0), (5, 0, 2)])
            margin = (0, 0, 2, 3)[rng.randrange(4)] if scene == FOOTBALL else 0
            if scene == BASKETBALL and rng.random() < 0.3:
                margin = 10
            tie = rng.choice([HEAD, WINS] if scene == CHESS else [DIFFERENCE, DIFFERENCE, SCORED, CONCEDED, HEAD])
            chosen = rng.sample(pairs, min(count, len(pairs)))
            if len({team for pair in chosen for team in pair}) < teams:
                continue
            if rng.random() < 0.5:
                chosen.sort()
            matches = []
            for pair in chosen:
                home, away = pair if rng.random() < 0.7 else pair[::-1]
                if scene == CHESS:
                    left, right = rng.choice([(1, 0), (0, 1), (0, 0)])
                elif scene == FOOTBALL:
                    left, right = (rng.choice([0, 0, 1, 1, 2, 2, 3, 4]) for _ in range(2))
                else:
                    left = rng.randrange(60, 95)
                    right = left + rng.choice([-1, 1]) * rng.randrange(1, 16)
                matches.append(Match(home, away, left, right))
            world = World(scene, teams, points, margin, tie, tuple(matches))
            if _ranking(world) is not None:
                return world

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        ranking = _ranking(world)
        assert ranking is not None  # ``world`` saw to it
        found = Standings(rng.sample(range(world.teams), world.teams), _table(world), ranking)
        names = ("points", "first" if rng.random() < 0.6 else "last", "rank", "ahead", "enough", "gap", "true", "draws")
        return self.first([(name, found) for name in names], world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        kind = ("city", "person", "city")[world.scene]
        if kind == "city" and voice.rng.random() < 0.4:
            kind = "animal" if voice.rng.random() < 0.5 else "color"
        names = draw(voice, kind, world.teams)
        if kind in ("animal", "color") or (kind == "city" and voice.zh and voice.rng.random() < 0.6):
            told = self.told(Cast((), 0, world.scene), voice)
            names = tuple(told.say("side", name=told.capital(name)) for name in names)
        return Cast(names, int(voice.rng.random() * 3), world.scene)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, (win, even, loss) = self.told(cast, voice), world.points
        head = told.pick("tell.head", names=voice.join(cast.names), count=world.teams, matches=len(world.matches))
        points = told.pick("tell.points", win=win, even=even, loss=loss)
        points += told.say("tell.margin", margin=world.margin) if world.margin else ""
        tie = told.pick("tell.tie", rule=told.say(f"tie.{_TIES[world.tie]}"))
        rules = told.say("tell.rules", points=points, tie=tie)
        results = f"{told.pick('tell.results')}\n{voice.listing([_result(match, told) for match in world.matches])}"
        if voice.rng.random() < 0.5:
            return f"{head}\n{results}\n{rules}"
        return f"{head}{told.say('space')}{rules}\n{results}"
