"""Rule books: prices, marks, games and leagues worked out from the rules as the text states them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

from synth.puzzles.family import Ask


def eligibility(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Final marks, discounts, prizes and tickets, each by its own rules."""
    exam, shop, award, ticket = range(4)
    rules, flags = world.rules, world.flags

    def outcome(row: tuple[int, ...]) -> Fraction:
        if world.kind == exam:
            kept = sorted(row)[0 if flags[0] else 1]
            return Fraction(sorted([kept, rules[0]])[1 if flags[1] else 0])
        if world.kind == shop:
            price, is_member = row
            reached = [
                (least, off)
                for least, off in zip(rules[:-1:2], rules[1:-1:2], strict=True)
                if price > least or price == least and not flags[0]
            ]
            return Fraction(price - (max(reached)[1] if reached else 0) - (rules[-1] if is_member else 0))
        if world.kind == award:
            *tiers, single = rules
            assert all(one > two for one, two in pairwise(tiers))
            none = len(tiers)
            if any(mark < single or (flags[1] and mark == single) for mark in row):
                return Fraction(none)
            for tier, least in enumerate(tiers):
                if sum(row) > least or (sum(row) == least and not flags[0]):
                    return Fraction(tier)
            return Fraction(none)
        assert world.kind == ticket
        child, senior, price, extra = rules
        age, is_student, is_weekend = row
        if age < child or (age == child and flags[0]):
            return Fraction(0)
        is_half = is_student or age > senior or (age == senior and not flags[1])
        return (Fraction(price, 2) if is_half else Fraction(price)) + (extra if is_weekend else 0)

    results = [outcome(row) for row in world.rows]
    assert all(one >= 0 and one.denominator == 1 for one in results)

    def fits(who: int, bound: int) -> bool:
        if world.kind == exam:
            return results[who] > rules[1] if flags[2] else results[who] >= rules[1]
        return results[who] == bound

    args = ask.args
    if ask.kind == "value":
        return lambda value: results[args[0]] == value
    if ask.kind == "is":
        return lambda value: fits(args[0], args[-1]) == value
    if ask.kind == "who":
        return lambda value: fits(value, args[-1])
    if ask.kind == "count":
        return lambda value: sum(fits(who, args[-1]) for who in range(len(results))) == value
    assert ask.kind == "best", ask.kind
    assert world.kind != award
    sign = -1 if world.kind == shop else 1
    marks = [sign * one for one in results]
    return lambda value: all(marks[value] > mark for who, mark in enumerate(marks) if who != value)


def pricing(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Bills written line by line."""

    def reaches(price: int, threshold: int) -> bool:
        return price > threshold or (world.is_inclusive and price == threshold)

    def bill(who: int) -> tuple[int, int, bool]:
        """Price to pay, what cut and membership took off, whether postage is free."""
        pieces, is_member, day = world.orders[who]
        one, bound, two = world.prices
        if world.base == 0:
            price = sum(one for _ in range(pieces))
        elif world.base == 1:
            price = sum(two if pieces >= bound else one for _ in range(pieces))
        else:
            price = one + sum(two for piece in range(1, pieces + 1) if piece > bound)
        cut = max(((threshold, off) for threshold, off in world.cuts if reaches(price, threshold)), default=(0, 0))[1]
        member = world.member if is_member else 0
        off = cut + member if world.combine == 0 else max(cut, member)
        price -= off
        if world.change and day == world.day:
            price += world.change
        assert price >= 0
        is_free = bool(world.post_fee) and reaches(price, world.post_from)
        return price + (0 if is_free else world.post_fee), off, is_free

    bills = [bill(who) for who in range(len(world.orders))]
    pays = [one[0] for one in bills]
    args = ask.args
    if ask.kind == "pay":
        return lambda value: pays[args[0]] == value
    if ask.kind == "is":
        return lambda value: (pays[args[0]] == args[1]) == value
    if ask.kind == "best":
        sign = 1 if args[0] else -1
        return lambda value: all(sign * pays[value] > sign * one for who, one in enumerate(pays) if who != value)
    if ask.kind == "free":
        return lambda value: bills[args[0]][2] == value
    if ask.kind == "how_many_free":
        return lambda value: [one[2] for one in bills].count(True) == value
    if ask.kind == "saved":
        return lambda value: bills[args[0]][1] == value
    if ask.kind == "more":
        return lambda value: (pays[args[0]] > pays[args[1]]) == value
    assert ask.kind == "gap", ask.kind
    return lambda value: abs(pays[args[0]] - pays[args[1]]) == value


def _round_winner(world: Any, cards: tuple[Any, ...]) -> int | None:
    """The player who wins a round, or None for a draw."""
    signs, duel = 0, 1
    numbers = [card.number if world.is_high else -card.number for card in cards]
    if world.game == signs:
        one, two = (card.kind for card in cards)
        if (one, two) in world.beats:
            assert (two, one) not in world.beats
            return 0
        return 1 if (two, one) in world.beats else None
    if world.game == duel:
        colour, bonus, low, high = world.special
        for player in (0, 1):
            if low and cards[player].number == low and cards[1 - player].number == high:
                return player
        counted = [card.number + (bonus if card.kind == colour else 0) for card in cards]
        if counted[0] == counted[1]:
            return None
        return counted.index(max(counted) if world.is_high else min(counted))
    trump = world.special[0]
    suit = trump if trump >= 0 and any(card.kind == trump for card in cards) else cards[0].kind
    able = [player for player, card in enumerate(cards) if card.kind == suit]
    best = max(numbers[player] for player in able)
    winners = [player for player in able if numbers[player] == best]
    assert len(winners) == 1, "two equal cards"
    return winners[0]


def card_rules(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Rounds by the rules of the game, then points."""
    winners = [_round_winner(world, cards) for cards in world.rounds]
    players = range(len(world.rounds[0]))

    def score(player: int) -> int:
        points = 0
        for at, winner in enumerate(winners):
            if winner == player:
                points += world.last if at == len(winners) - 1 else world.win
            elif winner is None:
                points += world.draw
        return points

    args = ask.args
    if ask.kind == "who":
        return lambda value: (-1 if winners[args[0]] is None else winners[args[0]]) == value
    if ask.kind == "did":
        return lambda value: (winners[args[0]] == args[1]) == value
    if ask.kind == "draws":
        return lambda value: winners.count(None) == value
    if ask.kind == "wins":
        return lambda value: winners.count(args[0]) == value
    if ask.kind == "score":
        return lambda value: score(args[0]) == value
    if ask.kind == "match":
        best = [player for player in players if score(player) == max(map(score, players))]
        return lambda value: (best[0] if len(best) == 1 else -1) == value
    assert ask.kind == "instead", ask.kind
    cards = world.rounds[args[0]]
    return lambda value: value != cards[-1] and _round_winner(world, (*cards[:-1], value)) == players[-1]


def league_table(world: Any, ask: Ask[Any]) -> Callable[[Any], bool]:
    """Each team's own list of results; who is ahead of whom pair by pair."""
    win, even, loss = world.points
    results: dict[int, list[tuple[int, int, int]]] = {team: [] for team in range(world.teams)}
    for match in world.matches:
        results[match.home].append((match.away, match.scored, match.conceded))
        results[match.away].append((match.home, match.conceded, match.scored))

    def points(team: int) -> int:
        total = 0
        for _, ours, theirs in results[team]:
            total += win if ours > theirs else even if ours == theirs else loss
            total += int(bool(world.margin) and ours - theirs >= world.margin)
        return total

    def tie_mark(team: int, other: int) -> int:
        if world.tie == 0:
            return sum(ours - theirs for _, ours, theirs in results[team])
        if world.tie == 1:
            return sum(ours for _, ours, _ in results[team])
        if world.tie == 2:
            return -sum(theirs for _, _, theirs in results[team])
        if world.tie == 3:
            return sum((ours > theirs) - (ours < theirs) for rival, ours, theirs in results[team] if rival == other)
        return sum(ours > theirs for _, ours, theirs in results[team])

    def is_ahead(team: int, other: int) -> bool:
        return (points(team), tie_mark(team, other)) > (points(other), tie_mark(other, team))

    def place(team: int) -> int:
        others = [other for other in results if other != team]
        assert all(is_ahead(team, other) != is_ahead(other, team) for other in others), "a tie is left open"
        return 1 + sum(is_ahead(other, team) for other in others)

    def places() -> list[int]:
        found = [place(team) for team in results]
        assert sorted(found) == list(range(1, world.teams + 1)), "the tie-break goes round in a circle"
        return found

    args = ask.args
    if ask.kind == "points":
        return lambda value: points(args[0]) == value
    if ask.kind == "rank":
        return lambda value: places()[args[0]] == value
    if ask.kind == "ahead":
        assert is_ahead(*args) != is_ahead(*args[::-1])
        return lambda value: is_ahead(*args) == bool(value)
    if ask.kind == "gap":
        return lambda value: points(args[0]) - points(args[1]) == value
    if ask.kind == "enough":
        return lambda value: (points(args[0]) >= args[1]) == bool(value)
    if ask.kind == "draws":
        return lambda value: sum(match.scored == match.conceded for match in world.matches) == value
    if ask.kind == "true":
        return lambda value: (points(value[0]) == value[1]) == bool(args[0])
    if ask.kind == "first":
        return lambda value: places()[value] == 1
    assert ask.kind == "last", ask.kind
    return lambda value: places()[value] == world.teams
