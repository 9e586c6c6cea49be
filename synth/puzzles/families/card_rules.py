"""Made-up games with stated rules: which sign beats which, trumps, higher or lower cards, points for a win."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around, near_misses
from synth.puzzles.family import Ask, Family
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


Value = int | Card


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


_ZH_SIGNS = (
    tuple("金木水火土风雷云"),
    tuple("狼虎蛇鹰鼠象猫熊"),
    ("石人", "纸人", "布人", "草人", "冰人", "泥人", "铁人", "木人"),
    tuple("波姆 塔克 尼洛 扎普 维卡 莫比 鲁特 卡瓦".split()),
)
_EN_SIGNS = (
    tuple("metal wood water fire earth wind thunder cloud".split()),
    tuple("wolf tiger snake eagle mouse bear cat fox".split()),
    tuple("wump tark nilo zapp vika mobi rutt kava".split()),
)


class CardRules(Family[World, Value, Cast]):
    """Values: a player (or NOBODY), a number, a card, or yes/no."""

    name = "card_rules"
    title = "made-up games with stated rules"
    changes = {"is_high": "flip", "win": "more"}

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
        rounds = tuple(self._round(rng, game, kinds, players, special) for _ in range(count))
        win = rng.choice((1, 2, 3))
        last = win * 2 if level > 2 and rng.random() < 0.4 else win
        even = 0 if win == 1 else rng.choice((0, 1))
        return World(game, kinds, tuple(beats), special, is_high, win, even, last, rounds)

    def _round(
        self, rng: Random, game: int, kinds: int, players: int, special: tuple[int, int, int, int]
    ) -> tuple[Card, ...]:
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

    def asks(self, world: World, rng: Random) -> list[Ask[Value]]:
        rounds, players = world.rounds, len(world.rounds[0])
        winners = [_winner(world, cards) for cards in rounds]
        everyone = [*range(players), NOBODY] if world.game != TRICK else list(range(players))
        asks: list[Ask[Value]] = []
        order = rng.sample(range(len(rounds)), len(rounds))
        place = order[0]
        others = [player for player in everyone if player != winners[place]]
        rng.shuffle(others)
        asks.append(Ask("who", (place,), winners[place], tuple(others)))
        place = order[1]
        losers = [player for player in range(players) if player != winners[place]]
        player = winners[place] if rng.random() < 0.57 and winners[place] >= 0 else rng.choice(losers)
        right = winners[place] == player
        asks.append(Ask("did", (place, player), right, (not right,)))
        player = rng.randrange(players)
        count = winners.count(player)
        near = around(count, 0, len(rounds))
        asks.append(Ask("wins", (player,), count, near))
        scores = self._scores(world, winners)
        player = rng.randrange(players)
        if world.win > 1 or world.last > 1:
            slips = [count * world.win, scores[1 - player] if player < 2 else scores[0]]
            asks.append(Ask("score", (player,), scores[player], near_misses(rng, scores[player], slips)))
        top = [player for player in range(players) if scores[player] == max(scores)]
        right_match = top[0] if len(top) == 1 else NOBODY
        wrong = [player for player in [*range(players), NOBODY] if player != right_match]
        asks.append(Ask("match", (), right_match, tuple(wrong)))
        if world.game != TRICK and NOBODY in winners:
            count = winners.count(NOBODY)
            near = around(count, 0, len(rounds))
            asks.append(Ask("draws", (), count, near))
        for _ in range(2):
            instead = self._instead(world, rng)
            if instead is not None:
                asks.append(instead)
                break
        rng.shuffle(asks)
        # "Something else" must not be what was played; left out only here so that all other items keep their draws.
        played = [ask for ask in asks if ask.kind == "instead" and ask.right == rounds[ask.args[0]][-1]]
        return [ask for ask in asks if ask not in played][:3]

    def _instead(self, world: World, rng: Random) -> Ask[Value] | None:
        """Ask which card would have won for the last player of a round."""
        place = rng.randrange(len(world.rounds))
        cards = world.rounds[place]
        player = len(cards) - 1
        pool = [Card(kind, number) for kind in range(world.kinds) for number in range(1, 10)]
        if world.game == SIGNS:
            pool = [Card(kind, 0) for kind in range(world.kinds)]
        pool = [card for card in pool if card not in cards] if world.game != SIGNS else pool
        if len(pool) > 10:
            pool = rng.sample(pool, 10)
        wins = [card for card in pool if _winner(world, (*cards[:-1], card)) == player]
        fails = [card for card in pool if card not in wins]
        if not wins or not fails:
            return None
        rng.shuffle(fails)
        return Ask("instead", (place,), rng.choice(wins), tuple(fails[:4]))

    def _scores(self, world: World, winners: list[int]) -> list[int]:
        last = len(winners) - 1
        return [
            sum(_points(world, player, winner, place == last) for place, winner in enumerate(winners))
            for player in range(len(world.rounds[0]))
        ]

    def holds(self, world: World, ask: Ask[Value], value: Value) -> bool:
        args, players = ask.args, len(world.rounds[0])
        if isinstance(value, Card):
            cards = world.rounds[args[0]]
            return _proved(world, (*cards[:-1], value)) == len(cards) - 1
        if ask.kind == "who":
            return _proved(world, world.rounds[args[0]]) == value
        if ask.kind == "did":
            return (_proved(world, world.rounds[args[0]]) == args[1]) == bool(value)
        found = [_proved(world, cards) for cards in world.rounds]
        if ask.kind in ("wins", "draws"):
            return len([1 for winner in found if winner == (args[0] if args else NOBODY)]) == value
        scores = [0] * players
        for place, winner in enumerate(found, 1):
            if winner == NOBODY:
                scores = [score + world.draw for score in scores]
            else:
                scores[winner] += world.last if place == len(found) else world.win
        if ask.kind == "score":
            return scores[args[0]] == value
        ranked = sorted(scores)
        if value == NOBODY:
            return ranked[-1] == ranked[-2]
        return scores[value] == ranked[-1] != ranked[-2]

    def cast(self, world: World, voice: Voice) -> Cast:
        names = draw(voice, "person", len(world.rounds[0]))
        if world.game == SIGNS:
            pool = voice.rng.choice(_ZH_SIGNS if voice.zh else _EN_SIGNS)
            kinds = tuple(voice.rng.sample(pool, world.kinds))
        else:
            kinds = draw(voice, "color", world.kinds)
        return Cast(names, kinds, voice.rng.randrange(2))

    def _card(self, card: Card, cast: Cast, voice: Voice) -> str:
        return f"{cast.kinds[card.kind]}{voice.say('', ' ')}{card.number or ''}".strip()

    def _rules(self, world: World, cast: Cast, voice: Voice) -> list[str]:
        kinds, colour = cast.kinds, world.special[0]
        more = voice.say("大" if world.is_high else "小", "higher" if world.is_high else "lower")
        most = voice.say("最大" if world.is_high else "最小", "highest" if world.is_high else "lowest")
        if world.game == SIGNS:
            beat = voice.pick(["{}赢{}", "{}能打败{}", "{}克{}"], ["{} beats {}", "{} wins against {}"])
            rules = [voice.say("，", ", ").join(beat.format(kinds[one], kinds[two]) for one, two in world.beats)]
            rules.append(
                voice.pick(
                    ["其他情况（包括两人相同）算平局", "没有列出的组合都是平局"],
                    ["every other pair, equal signs too, is a draw", "pairs not listed are draws"],
                )
            )
        elif world.game == DUEL:
            rules = [
                voice.pick(
                    [f"每局各出一张牌，数字{more}的赢，相等为平局", f"比数字，谁的{more}谁赢，一样{more}就是平局"],
                    [f"each round both show a card; the {more} number wins, equal numbers draw"],
                )
            ]
            if world.special[1]:
                name, bonus = kinds[colour], world.special[1]
                rules.append(
                    voice.pick(
                        [f"{name}色牌的数字先加{bonus}再比", f"比较前，{name}色的牌加{bonus}"],
                        [f"a {name} card counts {bonus} more than its number"],
                    )
                )
            if world.special[2]:
                low, high = world.special[2:]
                rules.append(
                    voice.pick(
                        [f"例外：{low}遇到{high}时，不看颜色，{low}赢", f"但不论颜色，{low}总能赢{high}"],
                        [f"exception: number {low} always beats number {high}, whatever the colours"],
                    )
                )
        else:
            first = voice.join(cast.names)
            rules = [
                voice.say(
                    f"每局按{first}的顺序各出一张牌", f"in each round they play a card each, in the order {first}"
                ),
                voice.pick(
                    [
                        f"与第一张牌颜色相同的牌中，数字{most}的赢，其他颜色不能赢",
                        f"只有跟第一张同色的牌能赢，其中{most}的赢",
                    ],
                    [f"of the cards of the first card's colour the {most} wins; other colours cannot win"],
                ),
            ]
            if colour >= 0:
                name = kinds[colour]
                rules.append(
                    voice.pick(
                        [
                            f"但{name}色是王牌：有{name}色时，{name}色中数字{most}的赢",
                            f"例外：{name}牌为王牌，胜过别的颜色，几张王牌中{most}的赢",
                        ],
                        [f"but {name} is trump: if any {name} card is played, the {most} {name} card wins"],
                    )
                )
        return rules

    def _score_rule(self, world: World, voice: Voice) -> str:
        text = voice.pick(
            [f"赢一局得{world.win}分", f"每赢一局记{world.win}分"],
            [f"a round won is worth {world.win} point{'s' * (world.win > 1)}"],
        )
        if world.last != world.win:
            text += voice.say(f"，最后一局赢得{world.last}分", f", but the last round {world.last} points")
        if world.game != TRICK:
            text += voice.say(
                f"，平局各得{world.draw}分" if world.draw else "，平局不得分",
                f", a draw {world.draw} point{'s' * (world.draw > 1)} for both" if world.draw else ", a draw nothing",
            )
        return text + voice.say("，输了不得分；总分最高的获胜", ", a loss nothing; the highest total wins the match")

    def _rounds(self, world: World, cast: Cast, voice: Voice) -> list[str]:
        told = []
        for place, cards in enumerate(world.rounds, 1):
            shown = [(name, self._card(card, cast, voice)) for name, card in zip(cast.names, cards, strict=True)]
            if cast.form == 0:
                played = voice.say("，", ", ").join(
                    voice.say(f"{name}出{card}", f"{name} plays {card}") for name, card in shown
                )
            else:
                played = voice.say("，", ", ").join(f"{name}{voice.say('：', ': ')}{card}" for name, card in shown)
            told.append(voice.say(f"第{place}局{played}", f"Round {place}: {played}"))
        return told

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        people = voice.join(cast.names)
        head = voice.pick(
            [f"{people}在玩一种新游戏，规则如下：", "一种纸牌游戏的规则：" if world.game else "一种猜拳游戏的规则：",
             f"{people}按下面的规则比赛："],
            [f"{people} play a new game with these rules:", f"The rules of a game played by {people}:"],
        )  # fmt: skip
        rules = [*self._rules(world, cast, voice), self._score_rule(world, voice)]
        if not voice.zh:
            rules = [rule[0].upper() + rule[1:] for rule in rules]
        rounds = voice.say("；\n" if voice.rng.random() < 0.5 else "；", "\n").join(self._rounds(world, cast, voice))
        middle = voice.pick(["各局出牌：", "比赛过程：", "他们这样出："], ["What was played:", "The match:"])
        return f"{head}\n{voice.listing(rules)}\n{middle}\n{rounds}{voice.say('。', '.')}"

    def question(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice) -> str:
        place = ask.args[0] + 1 if ask.args else 0
        if ask.kind == "who":
            return voice.pick([f"第{place}局谁赢？", f"第{place}局的赢家是："], [f"Who wins round {place}?"])
        if ask.kind == "did":
            name = cast.names[ask.args[1]]
            return voice.pick(
                [f"第{place}局是{name}赢吗？", f"{name}赢了第{place}局，对吗？"], [f"Does {name} win round {place}?"]
            )
        if ask.kind == "draws":
            return voice.pick(["一共有几局是平局？", "平局有多少局？"], ["How many rounds are draws?"])
        if ask.kind == "match":
            return voice.pick(
                ["整场比赛谁获胜？", "总分最高的是谁？"], ["Who wins the match?", "Who has the highest total?"]
            )
        if ask.kind == "instead":
            name = cast.names[-1]
            return voice.pick(
                [
                    f"第{place}局如果{name}改出别的，其他人不变，出哪一个能赢这一局？",
                    f"假设第{place}局{name}换一张，其余不变，下面哪一张能让{name}赢？"
                    if world.game
                    else f"假设第{place}局{name}换一种，对手不变，下面哪一种能让{name}赢？",
                ],
                [f"If {name} had played something else in round {place}, with which of these would {name} win it?"],
            )
        name = cast.names[ask.args[0]]
        if ask.kind == "wins":
            return voice.pick([f"{name}一共赢了几局？", f"{name}赢了多少局？"], [f"How many rounds does {name} win?"])
        return voice.pick([f"{name}最后总分是多少？", f"{name}一共得多少分？"], [f"What is the total score of {name}?"])

    def option(self, world: World, ask: Ask[Value], value: Value, cast: Cast, voice: Voice) -> str:
        if isinstance(value, Card):
            return self._card(value, cast, voice)
        if ask.kind == "did":
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind in ("who", "match"):
            draw_text = voice.say(
                "平局" if ask.kind == "who" else "并列第一", "a draw" if ask.kind == "who" else "a tie"
            )
            return draw_text if value == NOBODY else cast.names[value]
        return voice.say(f"{value}分", f"{value} points") if ask.kind == "score" else str(value)

    def _work(self, world: World, cards: tuple[Card, ...], cast: Cast, voice: Voice) -> str:
        """Decide a round, card after card."""
        names, comma, semi = cast.names, voice.say("，", ", "), voice.say("；", "; ")
        winner = _winner(world, cards)
        wins = voice.say("平局", "draw")
        if winner != NOBODY:
            wins = voice.say(f"{names[winner]}赢", f"{names[winner]} wins")
        if world.game == SIGNS:
            one, two = (cast.kinds[card.kind] for card in cards)
            if winner == NOBODY:
                return voice.say(f"{one}对{two}，{wins}", f"{one} and {two}, {wins}")
            if winner == 1:
                return voice.say(f"{one}对{two}，{two}赢{one}，{wins}", f"{one} and {two}, {two} beats {one}, {wins}")
            return voice.say(f"{one}对{two}，{one}赢{two}，{wins}", f"{one} and {two}, {one} beats {two}, {wins}")
        if world.game == DUEL:
            low, high = world.special[2:]
            told = [self._card(card, cast, voice) for card in cards]
            if low and {cards[0].number, cards[1].number} == {low, high}:
                return voice.say(
                    f"{told[0]}对{told[1]}，例外{low}赢{high}，{wins}",
                    f"{told[0]} and {told[1]}, exception: {low} beats {high}, {wins}",
                )
            cells = [
                f"{text}{voice.say('算', ' is ')}{card.number}+{world.special[1]}={_worth(world, card)}"
                if card.kind == world.special[0]
                else text
                for text, card in zip(told, cards, strict=True)
            ]
            one_worth, two_worth = _worth(world, cards[0]), _worth(world, cards[1])
            sign = ">" if one_worth > two_worth else "<" if one_worth < two_worth else "="
            return f"{comma.join(cells)}{semi}{one_worth}{sign}{two_worth}{comma}{wins}"
        best, cells = 0, []
        for player, card in enumerate(cards):
            text = f"{names[player]}{voice.say('', ' ')}{self._card(card, cast, voice)}"
            if player:
                is_better = _beats_best(world, cards[best], card, cards[0].kind)
                if card.kind == cards[best].kind:
                    number = cards[best].number
                    word = f"{card.number}{'>' if card.number > number else '<'}{number}"
                else:
                    word = voice.say("王牌", "trump") if is_better else voice.say("异色", "other colour")
                best = player if is_better else best
                lead = voice.say("最好" if is_better else "仍", "best " if is_better else "still ")
                text += f"{comma}{word}{comma}{lead}{names[best]}"
            cells.append(text)
        return f"{semi.join(cells)}{comma}{wins}"

    def chain(self, world: World, ask: Ask[Value], cast: Cast, voice: Voice, shown: tuple[Value, ...]) -> str:
        stop, comma, colon = voice.say("。", "."), voice.say("，", ", "), voice.say("：", ": ")
        if ask.kind in ("who", "did"):
            return self._work(world, world.rounds[ask.args[0]], cast, voice) + stop
        lines = []
        if ask.kind == "instead":
            cards = world.rounds[ask.args[0]]
            for place, value in enumerate(shown):
                assert isinstance(value, Card)
                lines.append(f"{letter_of(place)} {self._work(world, (*cards[:-1], value), cast, voice)}{stop}")
                if value == ask.right:
                    break
            return "\n".join(lines)
        scores, count = [0] * len(cast.names), 0
        for place, cards in enumerate(world.rounds):
            winner, is_last = _winner(world, cards), place == len(world.rounds) - 1
            text = f"{place + 1}{colon}{self._work(world, cards, cast, voice)}"
            gained = [_points(world, player, winner, is_last) for player in range(len(scores))]
            count += winner == (ask.args[0] if ask.args else NOBODY)
            scores = [score + more for score, more in zip(scores, gained, strict=True)]
            if ask.kind in ("wins", "draws"):
                text += f"{comma}{voice.say('共', 'count ')}{count}"
            elif ask.kind == "score":
                player = ask.args[0]
                now, more = scores[player], gained[player]
                text += f"{comma}{now - more}+{more}={now}"
            else:
                text += comma + ":".join(map(str, scores))
            lines.append(text + stop)
        if ask.kind == "match":
            lines.append(self._match(scores, cast, voice))
        return "\n".join(lines)

    def _match(self, scores: list[int], cast: Cast, voice: Voice) -> str:
        """Compare the final scores one by one, carrying the best along."""
        gap = voice.say("", " ")
        cells, top = [], [0]
        for player, score in enumerate(scores):
            if player:
                top = [player] if score > scores[top[0]] else [*top, player] if score == scores[top[0]] else top
            cells.append(f"{cast.names[player]}{gap}{score}")
        first = voice.join([cast.names[player] for player in top])
        word = voice.say("最高", "highest: ") if len(top) == 1 else voice.say("并列最高", "tied: ")
        return voice.say(f"{'，'.join(cells)}，{word}{first}。", f"{', '.join(cells)}; {word}{first}.")
