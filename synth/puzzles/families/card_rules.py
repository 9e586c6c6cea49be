"""Made-up games with stated rules: which sign beats which, trumps, higher or lower cards, points for a win."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around, near_misses
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, Plan, claimed, sign_of, tried, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

SIGNS, DUEL, TRICK = range(3)
NOBODY = -1


class Card(NamedTuple):
    """What a player shows in a round."""

    kind: int
    """Sign, colour or suit."""
    number: int
    """Its number, 0 for signs."""


@dataclass(frozen=True, slots=True)
class World:
    """The rules and what was played."""

    game: int
    """SIGNS: a stated relation decides. DUEL: numbers, with a bonus for a colour and one exception. TRICK: follow the
    first card's suit, with trumps."""
    kinds: int
    """Number of signs, colours or suits."""
    beats: tuple[tuple[int, int], ...]
    """SIGNS: (winner, loser) in the order told; pairs not told are draws."""
    special: tuple[int, int, int, int]
    """DUEL: colour, its bonus, low number that beats the high number, high number (0: none). TRICK: trump suit, 0, 0,
    0."""
    is_high: bool
    """True where greater numbers win."""
    win: int
    """Points for winning a round."""
    draw: int
    """Points for each player in a drawn round."""
    last: int
    """What a win in the last round is worth."""
    rounds: tuple[tuple[Card, ...], ...]
    """For each round the cards, in the order of the players."""


class Cast(NamedTuple):
    """Names of the players and of signs, colours or suits."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    form: int
    """How rounds are told."""
    scene: int
    """The game."""


Told = Telling[Cast]


def _better(world: World, one: Card, two: Card) -> int:
    """DUEL and SIGNS: 1 if the first wins, -1 if the second, 0 for a draw."""
    if world.game == SIGNS:
        return ((one.kind, two.kind) in world.beats) - ((two.kind, one.kind) in world.beats)
    low, high = world.special[2:]
    if low and {one.number, two.number} == {low, high}:
        return 1 if one.number == low else -1
    gap = _worth(world, one) - _worth(world, two)
    return (gap > 0) - (gap < 0) if world.is_high else (gap < 0) - (gap > 0)


def _worth(world: World, card: Card) -> int:
    return card.number + (world.special[1] if card.kind == world.special[0] else 0)


def _beats_best(world: World, best: Card, card: Card, lead: int) -> bool:
    """TRICK: does a later card take over from the best so far?"""
    trump = world.special[0]
    if card.kind == best.kind:
        return (card.number > best.number) == world.is_high
    return card.kind == trump


def _winner(world: World, cards: tuple[Card, ...]) -> int:
    if world.game != TRICK:
        result = _better(world, cards[0], cards[1])
        return NOBODY if result == 0 else 0 if result > 0 else 1
    best = 0
    for player in range(1, len(cards)):
        if _beats_best(world, cards[best], cards[player], cards[0].kind):
            best = player
    return best


def _proved(world: World, cards: tuple[Card, ...]) -> int:
    """Prover: rank the cards by a key, or look for the relation's pair, without running through the round."""
    if world.game == SIGNS:
        for winner, loser in world.beats:
            if (winner, loser) == (cards[0].kind, cards[1].kind):
                return 0
            if (loser, winner) == (cards[0].kind, cards[1].kind):
                return 1
        return NOBODY
    sign = 1 if world.is_high else -1
    if world.game == DUEL:
        colour, bonus, low, high = world.special
        numbers = [card.number for card in cards]
        if low and sorted(numbers) == sorted((low, high)):
            return numbers.index(low)
        keys = [sign * (card.number + bonus * int(card.kind == colour)) for card in cards]
        return NOBODY if keys[0] == keys[1] else keys.index(max(keys))
    ranks = [
        (2 if card.kind == world.special[0] else 1 if card.kind == cards[0].kind else 0, sign * card.number)
        for card in cards
    ]
    return ranks.index(max(ranks))


def _points(world: World, player: int, winner: int, is_last: bool) -> int:
    if winner == NOBODY:
        return world.draw
    return (world.last if is_last else world.win) if winner == player else 0


def _round(rng: Random, game: int, kinds: int, players: int, special: tuple[int, int, int, int]) -> tuple[Card, ...]:
    if game == SIGNS:
        return tuple(Card(rng.randrange(kinds), 0) for _ in range(players))
    if game == DUEL and special[2] and rng.random() < 0.3:
        cards = [Card(rng.randrange(kinds), special[2]), Card(rng.randrange(kinds), special[3])]
        rng.shuffle(cards)
        return tuple(cards)
    lead = rng.randrange(kinds)
    deck = [Card(kind, number) for kind in range(kinds) for number in range(1, 10)]
    cards = []
    for _ in range(players):
        pool = [card for card in deck if card.kind == lead] if game == TRICK and rng.random() < 0.4 else deck
        card = rng.choice(pool)
        cards.append(card)
        deck.remove(card)
    return tuple(cards)


def _scores(world: World, winners: list[int]) -> list[int]:
    last = len(winners) - 1
    return [
        sum(_points(world, player, winner, place == last) for place, winner in enumerate(winners))
        for player in range(len(world.rounds[0]))
    ]


def _who(world: World, rng: Random, winners: list[int], place: int) -> Ask[int]:
    everyone = [*range(len(world.rounds[0])), *([] if world.game == TRICK else [NOBODY])]
    others = [player for player in everyone if player != winners[place]]
    rng.shuffle(others)
    return Ask("who", (place,), winners[place], tuple(others))


def _did(world: World, rng: Random, winners: list[int], place: int) -> Ask[bool]:
    losers = [player for player in range(len(world.rounds[0])) if player != winners[place]]
    player = winners[place] if rng.random() < 0.57 and winners[place] >= 0 else rng.choice(losers)
    return claimed("did", (place, player), winners[place] == player)


def _wins(world: World, rng: Random, winners: list[int]) -> Ask[int]:
    player = rng.randrange(len(world.rounds[0]))
    count = winners.count(player)
    return Ask("wins", (player,), count, around(count, 0, len(winners)))


def _score(world: World, rng: Random, winners: list[int], wins: int) -> Ask[int] | None:
    """``wins``: how often somebody won, as a slip."""
    scores, player = _scores(world, winners), rng.randrange(len(world.rounds[0]))
    if world.win == world.last == 1:
        return None
    slips = [wins * world.win, scores[1 - player] if player < 2 else scores[0]]
    return Ask("score", (player,), scores[player], near_misses(rng, scores[player], slips))


def _match(world: World, rng: Random, winners: list[int]) -> Ask[int]:
    scores = _scores(world, winners)
    right = scores.index(max(scores)) if scores.count(max(scores)) == 1 else NOBODY
    return Ask("match", (), right, tuple(one for one in [*range(len(scores)), NOBODY] if one != right))


def _draws(world: World, rng: Random, winners: list[int]) -> Ask[int] | None:
    count = winners.count(NOBODY)
    return Ask("draws", (), count, around(count, 0, len(winners))) if count else None


def _instead(world: World, rng: Random) -> Ask[Card] | None:
    """Ask which card would have won for the last player of a round."""
    place = rng.randrange(len(world.rounds))
    cards = world.rounds[place]
    if world.game == SIGNS:
        pool = [Card(kind, 0) for kind in range(world.kinds)]
    else:
        pool = [Card(kind, number) for kind in range(world.kinds) for number in range(1, 10)]
        pool = [card for card in pool if card not in cards]
    if len(pool) > 10:
        pool = rng.sample(pool, 10)
    wins = [card for card in pool if _winner(world, (*cards[:-1], card)) == len(cards) - 1]
    fails = [card for card in pool if card not in wins]
    # "Something else" must not be what was played.
    if not wins or not fails or (right := rng.choice(wins)) == cards[-1]:
        return None
    rng.shuffle(fails)
    return Ask("instead", (place,), right, tuple(fails[:4]))


def _all_proved(world: World) -> list[int]:
    return [_proved(world, cards) for cards in world.rounds]


def _proved_scores(world: World) -> list[int]:
    found = _all_proved(world)
    scores = [0] * len(world.rounds[0])
    for place, winner in enumerate(found, 1):
        if winner == NOBODY:
            scores = [score + world.draw for score in scores]
        else:
            scores[winner] += world.last if place == len(found) else world.win
    return scores


def _is_best(world: World, args: Args, value: int) -> bool:
    scores = _proved_scores(world)
    ranked = sorted(scores)
    return ranked[-1] == ranked[-2] if value == NOBODY else scores[value] == ranked[-1] != ranked[-2]


def _would_win(world: World, args: Args, value: Card) -> bool:
    cards = world.rounds[args[0]]
    return _proved(world, (*cards[:-1], value)) == len(cards) - 1


def _card(card: Card, told: Told) -> str:
    kind = told.cast.kinds[card.kind]
    return f"{kind}{told.say('space')}{card.number}" if card.number else kind


def _work(world: World, cards: tuple[Card, ...], told: Told) -> str:
    """Decide a round, card after card."""
    cast, winner = told.cast, _winner(world, cards)
    wins = told.say("chain.draw") if winner == NOBODY else told.say("chain.wins", name=cast.names[winner])
    if world.game == TRICK:
        return _trick(world, cards, wins, told)
    one, two = (_card(card, told) for card in cards)
    if world.game == SIGNS:
        entry = ("chain.signs_first", "chain.signs_second", "chain.signs_draw")[winner]
        return told.say(entry, one=one, two=two, wins=wins)
    low, high = world.special[2:]
    if low and {cards[0].number, cards[1].number} == {low, high}:
        return told.say("chain.exception", one=one, two=two, low=low, high=high, wins=wins)
    cells = []
    for card in cards:
        added = f"{card.number}+{world.special[1]}={_worth(world, card)}"
        is_more = card.kind == world.special[0]
        cells.append(told.say("chain.counts", card=_card(card, told), sum=added) if is_more else _card(card, told))
    worths = [_worth(world, card) for card in cards]
    compared = f"{worths[0]}{sign_of(*worths)}{worths[1]}{told.say('comma')}{wins}"
    return f"{told.say('comma').join(cells)}{told.say('semicolon')}{compared}"


def _trick(world: World, cards: tuple[Card, ...], wins: str, told: Told) -> str:
    names, best, cells = told.cast.names, 0, list[str]()
    for player, card in enumerate(cards):
        text = f"{names[player]}{told.say('space')}{_card(card, told)}"
        if player:
            is_better = _beats_best(world, cards[best], card, cards[0].kind)
            if card.kind == cards[best].kind:
                why = f"{card.number}{sign_of(card.number, cards[best].number)}{cards[best].number}"
            else:
                why = told.say("chain.trump" if is_better else "chain.other_colour")
            best = player if is_better else best
            text = told.say("chain.best" if is_better else "chain.still", text=text, why=why, name=names[best])
        cells.append(text)
    return f"{told.say('semicolon').join(cells)}{told.say('comma')}{wins}"


def _one_round(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    return _work(world, world.rounds[ask.args[0]], told) + told.say("stop")


def _tried(world: World, ask: Ask[Any], told: Told, shown: Sequence[Card]) -> str:
    *cards, _ = world.rounds[ask.args[0]]

    def line(value: Card) -> str:
        return _work(world, (*cards, value), told) + told.say("stop")

    return "\n".join(tried(shown, lambda value: value == ask.right, line, told, mark=" "))


def _all_rounds(world: World, told: Told, note: Callable[[list[int]], str]) -> list[str]:
    """Decide every round, a line each; ``note(winners)`` says what the rounds so far come to."""
    lines, winners = list[str](), list[int]()
    for place, cards in enumerate(world.rounds, 1):
        winners.append(_winner(world, cards))
        lines.append(f"{place}{told.say('colon')}{_work(world, cards, told)}{note(winners)}{told.say('stop')}")
    return lines


def _gained(world: World, winners: list[int], player: int) -> list[int]:
    """What each round brings a player."""
    last = len(world.rounds)
    return [_points(world, player, winner, place == last) for place, winner in enumerate(winners, 1)]


def _counted(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    whom = ask.args[0] if ask.args else NOBODY
    return "\n".join(_all_rounds(world, told, lambda winners: told.say("chain.count", count=winners.count(whom))))


def _added(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    def note(winners: list[int]) -> str:
        *before, more = _gained(world, winners, ask.args[0])
        return f"{told.say('comma')}{sum(before)}+{more}={sum(before) + more}"

    return "\n".join(_all_rounds(world, told, note))


def _compared(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    """Carry all scores along, then compare them."""
    names, scores = told.cast.names, list[int]()

    def note(winners: list[int]) -> str:
        scores[:] = [sum(_gained(world, winners, player)) for player in range(len(names))]
        return told.say("comma") + ":".join(map(str, scores))

    lines = _all_rounds(world, told, note)
    cells = told.say("comma").join(
        f"{name}{told.say('space')}{score}" for name, score in zip(names, scores, strict=True)
    )
    top = [name for name, score in zip(names, scores, strict=True) if score == max(scores)]
    entry = "chain.highest" if len(top) == 1 else "chain.tied"
    return "\n".join([*lines, told.say(entry, cells=cells, names=told.voice.join(top))])


def _player(args: Args, told: Told) -> dict[str, object]:
    return {"name": told.cast.names[args[-1]], "place": args[0] + 1}


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "who",
        _who,
        answer=lambda world, args: _proved(world, world.rounds[args[0]]),
        option=lambda value, told: told.say("option.draw") if value == NOBODY else told.cast.names[value],
        chain=_one_round,
        slots=lambda args, told: {"place": args[0] + 1},
    ),
    whether(
        "did",
        _did,
        is_so=lambda world, args: _proved(world, world.rounds[args[0]]) == args[1],
        chain=_one_round,
        slots=_player,
    ),
    worked_out(
        "wins",
        _wins,
        answer=lambda world, args: _all_proved(world).count(args[0]),
        chain=_counted,
        slots=_player,
    ),
    worked_out(
        "score",
        _score,
        answer=lambda world, args: _proved_scores(world)[args[0]],
        option=lambda value, told: told.say("point" if value == 1 else "points", n=value),
        chain=_added,
        slots=_player,
    ),
    Kind(
        "match",
        _match,
        holds=_is_best,
        option=lambda value, told: told.say("option.tie") if value == NOBODY else told.cast.names[value],
        chain=_compared,
    ),
    worked_out("draws", _draws, answer=lambda world, args: _all_proved(world).count(NOBODY), chain=_counted),
    Kind(
        "instead",
        _instead,
        holds=_would_win,
        option=_card,
        chain=_tried,
        slots=lambda args, told: {"name": told.cast.names[-1], "place": args[0] + 1},
    ),
)


class CardRules(Family[World, Cast]):
    """Values: a player (or NOBODY), a number, a card, or yes/no."""

    name = "card_rules"
    title = "made-up games with stated rules"
    changes = {"is_high": "flip", "win": "more"}
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        game = rng.randrange(3)
        kinds = 3 + (level > 4) if game != SIGNS else 3 + level // 3
        beats: list[tuple[int, int]] = []
        special = (0, 0, 0, 0)
        players, count = 2, 2 + (level + 1) // 2
        if game == SIGNS:
            is_cycle = rng.random() < 0.6
            for one in range(kinds):
                for two in range(one + 1, kinds):
                    is_next = two - one in (1, kinds - 1)
                    if is_next if is_cycle else rng.random() < 0.75:
                        pair = (one, two) if (two - one == 1 if is_cycle else rng.random() < 0.5) else (two, one)
                        beats.append(pair)
            beats = beats or [(0, 1)]
            if rng.random() < 0.5:
                rng.shuffle(beats)
        elif game == DUEL:
            low = rng.randrange(1, 4) if rng.random() < 0.5 else 0
            bonus = rng.choice((1, 2, 3)) if rng.random() < 0.7 else 0
            special = (rng.randrange(kinds) if bonus else -1, bonus, low, rng.randrange(8, 10) if low else 0)
        else:
            players, count = 3 + (level > 5), 2 + level // 4
            special = (rng.randrange(kinds) if rng.random() < 0.8 else -1, 0, 0, 0)
        is_high = rng.random() < 0.6
        if game == DUEL and not is_high and special[2]:
            special = (special[0], special[1], special[3], special[2])
        rounds = tuple(_round(rng, game, kinds, players, special) for _ in range(count))
        win = rng.choice((1, 2, 3))
        last = win * 2 if level > 2 and rng.random() < 0.4 else win
        even = 0 if win == 1 else rng.choice((0, 1))
        return World(game, kinds, tuple(beats), special, is_high, win, even, last, rounds)

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        winners = [_winner(world, cards) for cards in world.rounds]
        one, two, *_ = rng.sample(range(len(winners)), len(winners))
        wins = winners.count(rng.randrange(len(world.rounds[0])))
        plans: list[Plan] = [("who", winners, one), ("did", winners, two), ("score", winners, wins), ("instead",)]
        plans += [(name, winners) for name in ("wins", "match", "draws")]
        return self.first(plans, world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        cast = Cast(draw(voice, "person", len(world.rounds[0])), (), 0, world.game)
        if world.game == SIGNS:
            pool = voice.rng.choice(self.told(cast, voice).all("signs")).split()
            kinds = tuple(voice.rng.sample(pool, world.kinds))
        else:
            kinds = draw(voice, "color", world.kinds)
        return cast._replace(kinds=kinds, form=voice.rng.randrange(2))

    @staticmethod
    def _rules(world: World, told: Told) -> list[str]:
        kinds, (suit, bonus, low, high), order = told.cast.kinds, world.special, "high" if world.is_high else "low"
        if world.game == SIGNS:
            beat = told.draw("rule.beats")
            pairs = told.say("comma").join(told.fill(beat, kinds[one], kinds[two]) for one, two in world.beats)
            return [pairs, told.pick("rule.rest")]
        if world.game == DUEL:
            rules = [told.pick("rule.compare", more=told.say(f"more.{order}"))]
            if bonus:
                rules.append(told.pick("rule.bonus", name=kinds[suit], bonus=bonus))
            return [*rules, told.pick("rule.exception", low=low, high=high)] if low else rules
        most = told.say(f"most.{order}")
        rules = [told.say("rule.order", names=told.voice.join(told.cast.names)), told.pick("rule.follow", most=most)]
        return [*rules, told.pick("rule.trump", name=kinds[suit], most=most)] if suit >= 0 else rules

    @staticmethod
    def _score_rule(world: World, told: Told) -> str:
        def points(n: int) -> str:
            return told.say("point" if n == 1 else "points", n=n)

        text = told.pick("score.win", points=points(world.win))
        if world.last != world.win:
            text += told.say("score.last", n=world.last)
        if world.game != TRICK:
            text += told.say("score.draw", points=points(world.draw)) if world.draw else told.say("score.no_draw")
        return text + told.say("score.end")

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told = self.told(cast, voice)
        head = told.pick("tell.head", names=voice.join(cast.names))
        rules = [told.capital(rule) for rule in (*self._rules(world, told), self._score_rule(world, told))]
        rounds = []
        for place, cards in enumerate(world.rounds, 1):
            cells = zip(cast.names, cards, strict=True)
            entry = "tell.shows" if cast.form else "tell.plays"
            played = told.say("comma").join(told.say(entry, name=name, card=_card(card, told)) for name, card in cells)
            rounds.append(told.say("tell.round", place=place, played=played))
        text = told.say("tell.apart" if voice.rng.random() < 0.5 else "tell.close").join(rounds)
        middle = told.pick("tell.middle")
        return f"{head}\n{voice.listing(rules)}\n{middle}\n{text}{told.say('stop')}"
