"""Small tournaments: results, points by a stated rule, a stated tie-break. Who leads, with how many points?

The rule changes from problem to problem (points for a win, a draw and a loss, a bonus for a clear win, the tie-break),
so that it has to be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import near_misses
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

DIFFERENCE, SCORED, CONCEDED, HEAD, WINS = range(5)
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


class LeagueTable(Family[World, Value, Cast]):
    """Values: (number,), (team,), (1,)/(0,) or a statement (team, points)."""

    name = "league_table"
    title = "tournament results, points and tie-breaks"
    order_free = ("matches",)
    changes = {"margin": "more"}

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

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        total, ranking = _table(world), _ranking(world)
        assert ranking is not None  # ``world`` saw to it
        order = rng.sample(range(world.teams), world.teams)
        asks: list[Ask[Value]] = []

        def number(kind: str, args: Value, right: int, slips: list[int]) -> None:
            wrong = near_misses(rng, right, slips)
            asks.append(Ask(kind, args, (right,), tuple((value,) for value in wrong)))

        team, other = order[0], order[1]
        number("points", (team,), total[team], [total[other], total[team] + 1, total[team] - 1])
        is_top = rng.random() < 0.6
        best = ranking if is_top else ranking[::-1]
        asks.append(Ask("first" if is_top else "last", (), (best[0],), tuple((one,) for one in best[1:5])))
        place = ranking.index(order[1]) + 1
        asks.append(
            Ask(
                "rank",
                (order[1],),
                (place,),
                tuple((one,) for one in rng.sample(range(1, world.teams + 1), world.teams) if one != place),
            )
        )
        pair = rng.sample(ranking, 2)
        ahead = int(ranking.index(pair[0]) < ranking.index(pair[1]))
        asks.append(Ask("ahead", tuple(pair), (ahead,), ((1 - ahead,),)))
        bound = total[order[2]] + rng.choice([0, 0, 1, 1, -1, 2])
        enough = int(total[order[2]] >= bound)
        if bound > 0:
            asks.append(Ask("enough", (order[2], bound), (enough,), ((1 - enough,),)))
        high, low = sorted(order[:2], key=lambda one: -total[one])
        if total[high] > total[low]:
            gap = total[high] - total[low]
            number("gap", (high, low), gap, [total[high], total[low], gap + 1])
        so: list[Value] = [(one, total[one]) for one in order]
        not_so: list[Value] = [
            (one, points)
            for one in order
            for points in rng.sample([*total, total[one] + 1, max(0, total[one] - 1)], 3)
            if points != total[one]
        ]
        sign = int(rng.random() < 0.6)
        right, rest = (so, not_so) if sign else (not_so, so)
        if right and rest:
            asks.append(Ask("true", (sign,), right[0], tuple(dict.fromkeys(rest))[:3]))
        if world.scene != BASKETBALL:
            draws = sum(match.scored == match.conceded for match in world.matches)
            number("draws", (), draws, [draws + 1, draws - 1, len(world.matches) - draws])
        return rng.sample(asks, 3)

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        args = ask.args
        points = [_score_key(world, team)[0] for team in range(world.teams)]
        if ask.kind in ("first", "last"):
            return _place(world, value[0]) == (1 if ask.kind == "first" else world.teams)
        if ask.kind == "true":
            return (points[value[0]] == value[1]) == bool(args[0])
        if ask.kind == "rank":
            return _place(world, args[0]) == value[0]
        if ask.kind == "ahead":
            one, two = (_place(world, team) for team in args)
            return bool(one and two) and (one < two) == bool(value[0])
        if ask.kind == "enough":
            return (points[args[0]] >= args[1]) == bool(value[0])
        if ask.kind == "points":
            return points[args[0]] == value[0]
        if ask.kind == "gap":
            return points[args[0]] - points[args[1]] == value[0]
        return [match.scored - match.conceded for match in world.matches].count(0) == value[0]

    def cast(self, world: World, voice: Voice) -> Cast:
        kind = ("city", "person", "city")[world.scene]
        if kind == "city" and voice.rng.random() < 0.4:
            kind = "animal" if voice.rng.random() < 0.5 else "color"
        names = draw(voice, kind, world.teams)
        if kind in ("animal", "color"):
            names = tuple(f"{name}队" if voice.zh else name.capitalize() for name in names)
        elif kind == "city" and voice.zh and voice.rng.random() < 0.6:
            names = tuple(f"{name}队" for name in names)
        return Cast(names, int(voice.rng.random() * 3))

    def _result(self, world: World, match: Match, cast: Cast, voice: Voice) -> str:
        home, away, left, right = cast.names[match.home], cast.names[match.away], match.scored, match.conceded
        zh = voice.zh
        if world.scene == CHESS:
            if left == right:
                draw_zh = (f"{home}与{away}战平", f"{home}对{away}：平局", f"{home}和{away}打平")
                draw_en = (f"{home} and {away} draw", f"{home} - {away}: draw", f"{home} draws with {away}")
                return (draw_zh if zh else draw_en)[cast.form]
            is_won = left > right
            winner = home if is_won else away
            if zh:
                verb = ("战胜" if is_won else "输给", "", "胜" if is_won else "负")[cast.form]
                return f"{home}{verb}{away}" if verb else f"{home}对{away}：{winner}胜"
            verb = "beats" if is_won else "loses to"
            return f"{home} - {away}: {winner} wins" if cast.form == 1 else f"{home} {verb} {away}"
        if cast.form == 0:
            return f"{home} {left}:{right} {away}"
        if cast.form == 1:
            return f"{home}对{away}，{left}:{right}" if zh else f"{home} - {away} {left}:{right}"
        if zh:
            verb = "战胜" if left > right else "战平" if left == right else "负于"
            return f"{home}{left}比{right}{verb}{away}"
        verb = "beat" if left > right else "drew with" if left == right else "lost to"
        return f"{home} {verb} {away} {left}:{right}"

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        names = voice.join(cast.names)
        count = world.teams
        kinds = (("足球", "支球队"), ("棋类", "名选手"), ("篮球", "支球队"))[world.scene]
        sport = ("football", "chess", "basketball")[world.scene]
        who = ("teams", "players", "teams")[world.scene]
        lines = [
            voice.pick(
                [
                    f"{names}参加一次{kinds[0]}比赛。",
                    f"一项{kinds[0]}联赛有{count}{kinds[1]}：{names}。",
                    f"某{kinds[0]}联赛中，{names}之间进行了{len(world.matches)}场比赛。",
                ],
                [f"{names} play in a {sport} tournament.", f"A {sport} league has {count} {who}: {names}."],
            )
        ]
        win, even, loss = world.points
        if world.scene == BASKETBALL:
            rule = voice.pick(
                [
                    f"胜一场得{win}分，负一场得{loss}分",
                    f"积分规则：胜{win}分，负{loss}分",
                    f"每场胜者积{win}分，败者积{loss}分",
                ],
                [f"A win gives {win} points and a loss {loss}", f"Points: win {win}, loss {loss}"],
            )
        else:
            rule = voice.pick(
                [
                    f"胜一场得{win}分，平一场得{even}分，负一场得{loss}分",
                    f"积分规则：胜{win}分，平{even}分，负{loss}分",
                    f"每场胜者积{win}分，败者积{loss}分，平局双方各积{even}分",
                ],
                [
                    f"A win gives {win} points, a draw {even} and a loss {loss}",
                    f"Points: win {win}, draw {even}, loss {loss}",
                ],
            )
        goal = "分" if world.scene == BASKETBALL else "球"
        if world.margin:
            rule += voice.say(
                f"；赢{world.margin}{goal}或更多的一方再加1分",
                f"; winning by {world.margin} or more gives 1 extra point",
            )
        ties = (
            (f"净胜{goal}（得{goal}减失{goal}之和）多者在前", "the better total of scored minus conceded ranks first"),
            (
                f"总{'得分' if world.scene == BASKETBALL else '进球'}多者在前",
                "the one that scored more in total ranks first",
            ),
            (f"总失{goal}少者在前", "the one that conceded less in total ranks first"),
            ("两者交手的胜者在前", "the winner of their own match ranks first"),
            ("胜场多者在前", "the one with more wins ranks first"),
        )[world.tie]
        tie = voice.pick([f"积分相同时，{ties[0]}", f"若积分相等，则{ties[0]}"], [f"On equal points, {ties[1]}"])
        lines.append(f"{rule}{voice.say('。', '. ')}{tie}{voice.say('。', '.')}")
        head = voice.pick(["比赛结果：", "各场结果如下：", "**赛果**"], ["Results:", "The matches ended like this:"])
        told = [self._result(world, match, cast, voice) for match in world.matches]
        body = voice.listing(told)
        if voice.rng.random() < 0.5:
            return f"{lines[0]}\n{head}\n{body}\n{lines[1]}"
        return f"{''.join(lines) if voice.zh else ' '.join(lines)}\n{head}\n{body}"

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        names = [cast.names[one] for one in ask.args] if ask.kind in ("points", "rank", "ahead", "gap") else []
        if ask.kind == "points":
            return voice.pick(
                [f"{names[0]}一共积多少分？", f"{names[0]}的总积分是多少？", f"{names[0]}得了几个积分？"],
                [f"How many points does {names[0]} have?", f"What is the total of points of {names[0]}?"],
            )
        if ask.kind == "rank":
            return voice.pick(
                [f"{names[0]}排第几名？", f"{names[0]}的名次是第几？"], [f"What place does {names[0]} take?"]
            )
        if ask.kind == "ahead":
            return voice.pick(
                [f"{names[0]}的排名在{names[1]}之前吗？", f"{names[0]}是否排在{names[1]}前面？"],
                [f"Does {names[0]} rank before {names[1]}?", f"Is {names[0]} ahead of {names[1]} in the table?"],
            )
        if ask.kind == "gap":
            return voice.pick(
                [f"{names[0]}比{names[1]}多积几分？", f"{names[0]}的积分比{names[1]}多多少？"],
                [f"How many more points does {names[0]} have than {names[1]}?"],
            )
        if ask.kind == "enough":
            name, bound = cast.names[ask.args[0]], ask.args[1]
            return voice.pick(
                [f"{name}的积分是否达到{bound}分？", f"{name}有没有至少{bound}个积分？"],
                [f"Does {name} have at least {bound} points?"],
            )
        if ask.kind == "draws":
            return voice.pick(
                ["一共有几场平局？", "以平局结束的比赛有几场？"],
                ["How many matches ended in a draw?", "How many draws were there?"],
            )
        if ask.kind == "true":
            if ask.args[0]:
                return voice.pick(["下面哪项说法正确？", "以下哪一条属实？"], ["Which statement is true?"])
            return voice.pick(["下面哪项说法错误？", "以下哪一条不属实？"], ["Which statement is false?"])
        if ask.kind == "first":
            return voice.pick(
                ["排名第一的是谁？", "谁获得冠军（排名第一）？", "最后谁居首位？"],
                ["Who comes first?", "Who leads the table?"],
            )
        return voice.pick(
            ["排名最后的是谁？", "谁垫底？", "最后一名是谁？"],
            ["Who comes last?", "Who is at the bottom of the table?"],
        )

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if ask.kind in ("ahead", "enough"):
            return voice.say("是" if value[0] else "否", "Yes" if value[0] else "No")
        if ask.kind in ("first", "last"):
            return cast.names[value[0]]
        if ask.kind == "true":
            return voice.say(f"{cast.names[value[0]]}积{value[1]}分", f"{cast.names[value[0]]}: {value[1]} points")
        if ask.kind == "rank":
            return voice.say(f"第{value[0]}名", f"place {value[0]}")
        return str(value[0])

    def _word(self, mine: int, theirs: int, voice: Voice) -> str:
        if mine == theirs:
            return voice.say("平", "D")
        return voice.say("胜", "W") if mine > theirs else voice.say("负", "L")

    def _cell(self, world: World, goals: tuple[int, int], total: int, voice: Voice) -> str:
        """One match of one team: result, points for it, and the new total."""
        gap = goals[0] - goals[1]
        gain = _earned(world, *goals)
        cell = self._word(*goals, voice)
        if world.margin and gap > 0:
            cell += voice.say(f"差{gap} ", f" by {gap} ")
            if gap >= world.margin:
                cell += f"{gain - 1}+1={gain}" + (" " if total else "")
                return cell + (f"{total}+{gain}={total + gain}" if total else "")
        return cell + (f"{total}+{gain}={total + gain}" if total else str(gain))

    def _sum(self, world: World, team: int, cast: Cast, voice: Voice) -> str:
        """Points of one team, match by match."""
        total = 0
        cells: list[str] = []
        for match in world.matches:
            goals = _goals(match, team)
            if goals is not None:
                rival = cast.names[match.away if team == match.home else match.home]
                score = "" if world.scene == CHESS else f"{goals[0]}:{goals[1]}"
                cells.append(f"{rival}{voice.say('', ' ')}{score}{self._cell(world, goals, total, voice)}")
                total += _earned(world, *goals)
        return f"{cast.names[team]}{voice.say('：', ': ')}{voice.say('，', ', ').join(cells)}"

    def _whole(self, world: World, cast: Cast, voice: Voice) -> list[str]:
        """Points of all teams, match by match, with totals carried along."""
        total = [0] * world.teams
        lines: list[str] = []
        for match in world.matches:
            cells = []
            for team in (match.home, match.away):
                goals = _goals(match, team)
                assert goals is not None  # both play in it
                score = "" if world.scene == CHESS else str(goals[0])
                name = f"{cast.names[team]}{voice.say('', ' ')}{score}"
                cells.append(f"{name}{self._cell(world, goals, total[team], voice)}")
                total[team] += _earned(world, *goals)
            lines.append(voice.say("，", ", ").join(cells))
        return lines

    def _tied(self, world: World, one: int, other: int, cast: Cast, voice: Voice) -> str:
        """The tie-break between two teams, worked out."""
        names, gap = cast.names, voice.say("", " ")
        if world.tie == HEAD:
            match = next(match for match in world.matches if {match.home, match.away} == {one, other})
            score = "" if world.scene == CHESS else f"{match.scored}:{match.conceded}"
            mark = self._word(match.scored, match.conceded, voice)
            home, away = names[match.home], names[match.away]
            return voice.say(f"交手{home}{score}{mark}{away}", f"their match: {home} {score} {mark} {away}")
        cells = []
        for team in (one, other):
            parts: list[int] = []
            for match in world.matches:
                goals = _goals(match, team)
                if goals is not None:
                    mine, theirs = goals
                    parts.append((mine - theirs, mine, theirs, 0, int(mine > theirs))[world.tie])
            steps, total = [], 0
            for at, part in enumerate(parts):
                total += part
                steps.append(f"{part:+d}={total}" if at else str(part))
            cells.append(f"{names[team]}{gap}{' '.join(steps)}")
        name = (("净胜", "difference"), ("得球", "scored"), ("失球", "conceded"), ("", ""), ("胜场", "wins"))[world.tie]
        if world.scene == BASKETBALL and world.tie in (SCORED, CONCEDED):
            name = (("得分", "scored"), ("失分", "conceded"))[world.tie - SCORED]
        return voice.say(f"{name[0]}{'，'.join(cells)}", f"{name[1]}: {', '.join(cells)}")

    def _compare(self, world: World, total: list[int], one: int, other: int, cast: Cast, voice: Voice) -> str:
        """Which of two teams is ahead: their points, and the tie-break where they are equal."""
        names, gap = cast.names, voice.say("", " ")
        sign = ">" if total[one] > total[other] else "<" if total[one] < total[other] else "="
        said = f"{names[one]}{gap}{total[one]}{sign}{names[other]}{gap}{total[other]}"
        return said + (voice.say("，", ", ") + self._tied(world, one, other, cast, voice) if sign == "=" else "")

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        args, total, names = ask.args, _table(world), cast.names
        comma = voice.say("，", ", ")
        if ask.kind in ("points", "enough"):
            line = self._sum(world, args[0], cast, voice)
            if ask.kind == "enough":
                line += f"\n{total[args[0]]}{'≥' if ask.right[0] else '<'}{args[1]}"
            return line
        if ask.kind in ("gap", "ahead"):
            lines = [self._sum(world, team, cast, voice) for team in args]
            if ask.kind == "gap":
                lines.append(f"{total[args[0]]}-{total[args[1]]}={total[args[0]] - total[args[1]]}")
            else:
                ahead = names[args[0 if ask.right[0] else 1]]
                lines.append(
                    self._compare(world, total, args[0], args[1], cast, voice)
                    + comma
                    + voice.say(f"{ahead}在前", f"{ahead} is ahead")
                )
            return "\n".join(lines)
        if ask.kind == "draws":
            seen, cells = 0, []
            for match in world.matches:
                seen += match.scored == match.conceded
                score = "" if world.scene == CHESS else f" {match.scored}:{match.conceded} "
                mark = self._word(match.scored, match.conceded, voice)
                cells.append(f"{names[match.home]}{score or ' '}{names[match.away]} {mark} {seen}")
            return "\n".join(cells)
        if ask.kind == "true":
            lines = []
            for place, value in enumerate(shown):
                is_so = total[value[0]] == value[1]
                mark = "=" if is_so else "≠"
                is_new = all(value[0] != before[0] for before in shown[:place])
                told = self._sum(world, value[0], cast, voice) if is_new else names[value[0]]
                lines.append(f"{letter_of(place)} {told}{comma}{total[value[0]]}{mark}{value[1]}")
                if is_so == bool(args[0]):
                    break
            return "\n".join(lines)
        lines = self._whole(world, cast, voice)
        if ask.kind == "rank":
            place = 1
            for other in range(world.teams):
                if other != args[0]:
                    place += _is_ahead(world, total, other, args[0])
                    lines.append(
                        self._compare(world, total, args[0], other, cast, voice)
                        + comma
                        + voice.say(f"第{place}", f"place {place}")
                    )
            return "\n".join(lines)
        best = 0
        for other in range(1, world.teams):
            said = self._compare(world, total, best, other, cast, voice)
            best = other if _is_ahead(world, total, other, best) == (ask.kind == "first") else best
            lines.append(
                said
                + comma
                + voice.say("前" if ask.kind == "first" else "后", "first " if ask.kind == "first" else "last ")
                + names[best]
            )
        return "\n".join(lines)
