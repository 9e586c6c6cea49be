"""Prices by stated rules: tiers, thresholds, discounts that may or may not add up, days and postage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from synth.puzzles.distractors import around, near_misses
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

FLAT, TIER, METER = range(3)
BOTH, LARGER = range(2)


class Order(NamedTuple):
    """What one customer buys."""

    pieces: int
    """Pieces, hours or kilometres."""
    is_member: bool
    day: int
    """0 to 6, Monday first."""


@dataclass(frozen=True, slots=True)
class World:
    """The rules' numbers, 0 or empty where a rule is absent, and the orders."""

    base: int
    """FLAT: one price each. TIER: all pieces cheaper from a count on. METER: a start price, then a price for each
    further piece."""
    prices: tuple[int, int, int]
    """FLAT: price, 0, 0. TIER: price, count, lower price. METER: start price, pieces it covers, price of each further
    one."""
    cuts: tuple[tuple[int, int], ...]
    """(threshold, amount off), highest threshold first; at most one applies."""
    is_inclusive: bool
    """True where reaching a threshold exactly is enough (of cuts and of free postage)."""
    member: int
    """Amount off for members."""
    combine: int
    """BOTH: cut and member's amount add up. LARGER: only the larger of the two."""
    day: int
    """The day with a special rule."""
    change: int
    """What that day adds to the price (negative: takes off), 0 for no rule."""
    post_from: int
    """The price after all discounts from which postage is free."""
    post_fee: int
    """Postage, 0 for no rule."""
    orders: tuple[Order, ...]


class Cast(NamedTuple):
    """Names and setting."""

    names: tuple[str, ...]
    scene: int
    """0 shop, 1 books, 2 tickets (FLAT, TIER); 0 parking, 1 taxi, 2 boat (METER)."""


def _reaches(world: World, amount: int, threshold: int) -> bool:
    return amount >= threshold if world.is_inclusive else amount > threshold


def _base(world: World, count: int) -> int:
    one, bound, two = world.prices
    if world.base == FLAT:
        return one * count
    if world.base == TIER:
        return (two if count >= bound else one) * count
    return one + max(0, count - bound) * two


def _off(world: World, order: Order, base: int) -> int:
    cut = next((off for threshold, off in world.cuts if _reaches(world, base, threshold)), 0)
    member = world.member if order.is_member else 0
    return cut + member if world.combine == BOTH else max(cut, member)


def _goods(world: World, order: Order) -> int:
    """The price before postage."""
    base = _base(world, order.pieces)
    return base - _off(world, order, base) + (world.change if order.day == world.day else 0)


def _price(world: World, order: Order) -> int:
    goods = _goods(world, order)
    return goods if _reaches(world, goods, world.post_from) else goods + world.post_fee


def _proved(world: World, order: Order) -> tuple[int, int, bool]:
    """Prover: (price, amount taken off by cuts and membership, is postage free), piece by piece, rule by rule."""
    one, bound, two = world.prices
    total = one if world.base == METER else 0
    for piece in range(1, order.pieces + 1):
        if world.base == METER:
            total += two if piece > bound else 0
        else:
            total += two if world.base == TIER and not order.pieces < bound else one
    need = 0 if world.is_inclusive else 1
    offers = [0]
    for threshold, off in sorted(world.cuts):
        if total - need >= threshold:
            offers = [off]
    offers.append(world.member * int(order.is_member))
    saved = sum(offers) if world.combine == BOTH else sorted(offers)[-1]
    total -= saved
    if order.day == world.day:
        total += world.change
    is_free = total - need >= world.post_from
    return total + world.post_fee * (not is_free), saved, is_free


_ZH_DAYS = "一二三四五六日"
_EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ZH_GOODS = (("一家小店卖杯子", "个杯子"), ("一家书店卖旧书", "本旧书"), ("一家剧场卖票", "张票"))
_EN_GOODS = (
    ("A shop sells cups", "cup"),
    ("A bookshop sells old books", "book"),
    ("A theatre sells tickets", "ticket"),
)
_ZH_METERS = (("一个停车场", "小时", "停了"), ("一种出租车", "公里", "坐了"), ("公园租船", "小时", "租了"))
_EN_METERS = (
    ("A car park", "hour", "parked for"),
    ("A taxi", "kilometre", "rode for"),
    ("A boat rental", "hour", "hired a boat for"),
)


class Pricing(Family[World, int, Cast]):
    """Values: an amount of money, a person, a number of people, or yes/no."""

    name = "pricing"
    title = "prices, fees and discounts by stated rules"
    changes = {"prices": "more", "member": "more", "cuts": "more", "is_inclusive": "flip"}

    def world(self, rng: Random, level: int) -> World:
        base = rng.randrange(3)
        most = 9
        if base == METER:
            prices = (rng.randrange(8, 16), rng.randrange(1, 4), rng.randrange(2, 7))
        else:
            one = rng.choice((5, 6, 7, 8, 9, 10, 11, 12, 15))
            prices = (one, rng.randrange(3, 7), one - rng.randrange(1, 3)) if base == TIER else (one, 0, 0)
        rules = ["member", "cut", "day"] if base == METER else ["member", "cut", "day", "post"]
        rules = rng.sample(rules, min(len(rules), 1 + (level + 1) // 3))
        draft = World(base, prices, (), rng.random() < 0.6, 0, BOTH, -1, 0, 0, 0, ())
        totals = [_base(draft, count) for count in range(2, most + 1)]
        cuts: tuple[tuple[int, int], ...] = ()
        if "cut" in rules:
            # A threshold is often exactly a price that occurs, so that inclusive and exclusive differ.
            threshold = max(10, rng.choice(totals[2:6]) if rng.random() < 0.6 else rng.choice(totals[2:6]) // 5 * 5)
            off = rng.randrange(2, 5 if base == METER else 8)
            cuts = ((threshold, min(off, threshold // 4)),)
            if level > 3 and rng.random() < 0.5:
                cuts = ((threshold + rng.choice((5, 10, 20)), off + rng.randrange(2, 4)), *cuts)
        member = rng.randrange(1, 5) if "member" in rules else 0
        day, change = -1, 0
        if "day" in rules:
            day, change = rng.randrange(7), rng.choice((-3, -2, -1, 1, 2, 3, 4, 5))
        post = (rng.choice(totals[1:6]), rng.randrange(2, 9)) if "post" in rules else (0, 0)
        size = 2 + (level + 1) // 4
        orders = tuple(
            Order(
                rng.randrange(2, most + 1),
                bool(member) and rng.random() < 0.55,
                day if day >= 0 and rng.random() < 0.45 else rng.randrange(7),
            )
            for _ in range(size)
        )
        combine = LARGER if cuts and member and rng.random() < 0.5 else BOTH
        return replace(
            draft, cuts=cuts, member=member, combine=combine, day=day, change=change, post_from=post[0],
            post_fee=post[1], orders=orders,
        )  # fmt: skip

    def _slips(self, world: World, order: Order) -> list[int]:
        """Prices from rules misread."""
        base = _base(world, order.pieces)
        other = replace(world, is_inclusive=not world.is_inclusive)
        right = _price(world, order)
        slips = [_price(other, order), _price(replace(world, combine=1 - world.combine), order), _goods(world, order)]
        slips += [_price(world, order._replace(is_member=not order.is_member)), base, right + world.post_fee]
        slips += [right - world.change, right + world.change, right + world.prices[0]]
        return slips

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        orders = world.orders
        prices = [_price(world, order) for order in orders]
        people = rng.sample(range(len(orders)), len(orders))
        who, other = people[:2]
        asks = [Ask("pay", (who,), prices[who], near_misses(rng, prices[who], self._slips(world, orders[who]), low=1))]
        more: list[Ask[int]] = []
        if prices[who] != prices[other] and rng.random() < 0.7:
            right = prices[who] > prices[other]
            more.append(Ask("more", (who, other), right, (not right,)))
        slips = [slip for slip in self._slips(world, orders[other]) if slip != prices[other] and slip > 0]
        named = prices[other] if rng.random() < 0.5 or not slips else slips[0]
        right = named == prices[other]
        more.append(Ask("is", (other, named), right, (not right,)))
        best = max(prices) if rng.random() < 0.5 else min(prices)
        if prices.count(best) == 1 and len(set(prices)) > 1 and rng.random() < 0.6:
            wrong = tuple(person for person in people if prices[person] != best)
            more.append(Ask("best", (int(best == max(prices)),), prices.index(best), wrong[:4]))
        if world.post_fee:
            free = [_reaches(world, _goods(world, order), world.post_from) for order in orders]
            person = rng.choice(people)
            more.append(Ask("free", (person,), free[person], (not free[person],)))
            near = around(sum(free), 0, len(orders))
            more.append(Ask("how_many_free", (), sum(free), tuple(near)))
        if world.member or world.cuts:
            person = rng.choice(people)
            base = _base(world, orders[person].pieces)
            saved = _off(world, orders[person], base)
            slips = [off for _, off in world.cuts] + [world.member, saved + world.member]
            more.append(Ask("saved", (person,), saved, near_misses(rng, saved, slips)))
        gap = prices[who] - prices[other]
        if gap and rng.random() < 0.7:
            more.append(Ask("gap", (who, other), abs(gap), near_misses(rng, abs(gap), low=0)))
        rng.shuffle(more)
        asks += more[:2]
        rng.shuffle(asks)
        return asks

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        found = [_proved(world, order) for order in world.orders]
        args = ask.args
        if ask.kind == "pay":
            return found[args[0]][0] == value
        if ask.kind == "more":
            return (found[args[0]][0] - found[args[1]][0] > 0) == bool(value)
        if ask.kind == "is":
            return (found[args[0]][0] == args[1]) == bool(value)
        if ask.kind == "best":
            sign = 1 if args[0] else -1
            return all(sign * (found[value][0] - rival[0]) >= 0 for rival in found)
        if ask.kind == "free":
            return found[args[0]][2] == bool(value)
        if ask.kind == "how_many_free":
            return len([1 for _, _, is_free in found if is_free]) == value
        if ask.kind == "saved":
            return found[args[0]][1] == value
        return found[args[0]][0] - found[args[1]][0] in (value, -value)

    def cast(self, world: World, voice: Voice) -> Cast:
        return Cast(draw(voice, "person", len(world.orders)), voice.rng.randrange(3))

    def _base_rule(self, world: World, cast: Cast, voice: Voice) -> str:
        one, bound, two = world.prices
        if world.base == METER:
            head, unit, _ = (_ZH_METERS if voice.zh else _EN_METERS)[cast.scene]
            plural = "" if bound == 1 else "s"
            return voice.pick(
                [
                    f"{head}这样收费：前{bound}{unit}共{one}元，以后每{unit}{two}元",
                    f"{head}的价格：{bound}{unit}以内（含）{one}元，超过部分每{unit}{two}元",
                    f"{head}起步价{one}元（含{bound}{unit}），之后每多1{unit}加{two}元",
                ],
                [
                    f"{head} charges {one} yuan for the first {bound} {unit}{plural}, {two} yuan per further {unit}",
                    f"{head}: {one} yuan up to {bound} {unit}{plural}, then {two} yuan per {unit} beyond",
                ],
            )
        head, unit = (_ZH_GOODS if voice.zh else _EN_GOODS)[cast.scene]
        if world.base == FLAT:
            return voice.pick(
                [f"{head}，每{unit[0]}{one}元", f"{head}，单价{one}元", f"{head}，{one}元一{unit[0]}"],
                [f"{head} at {one} yuan each", f"{head}; each costs {one} yuan"],
            )
        each = unit[0]
        return voice.pick(
            [
                f"{head}，每{each}{one}元；一次买{bound}{each}或更多，全部按每{each}{two}元算",
                f"{head}：不到{bound}{each}时每{each}{one}元，达到{bound}{each}时每{each}{two}元",
                f"{head}，{bound}{each}起每{each}{two}元（全部都按此价），不足{bound}{each}则每{each}{one}元",
            ],
            [
                f"{head} at {one} yuan each; who buys {bound} or more pays {two} yuan for each of them",
                f"{head}: {one} yuan each below {bound} pieces, {two} yuan each from {bound} pieces on",
            ],
        )

    def _rules(self, world: World, cast: Cast, voice: Voice) -> list[str]:
        rules = [self._base_rule(world, cast, voice)]
        zh_from, en_from = (
            ("达到{}元", "of {} yuan or more") if world.is_inclusive else ("超过{}元", "of more than {} yuan")
        )
        if world.is_inclusive and voice.rng.random() < 0.5:
            zh_from = "满{}元（含{}元）"
        elif voice.rng.random() < 0.5 and not world.is_inclusive:
            zh_from = "超过{}元（不含{}元）"

        def reach(amount: int) -> str:
            return (zh_from if voice.zh else en_from).replace("{}", str(amount))

        for threshold, off in sorted(world.cuts):
            rules.append(
                voice.pick(
                    [f"原价{reach(threshold)}减{off}元", f"原价{reach(threshold)}的，优惠{off}元"],
                    [f"a basic price {reach(threshold)} is cut by {off} yuan"],
                )
            )
        if len(world.cuts) > 1:
            rules[-1] += voice.say("，两档不同时用，取高的一档", "; only the higher of these two cuts applies")
        if world.member:
            rules.append(
                voice.pick(
                    [f"会员减{world.member}元", f"有会员卡的人少付{world.member}元"],
                    [f"members pay {world.member} yuan less"],
                )
            )
            if world.cuts:
                rules[-1] += (
                    voice.pick(["，可与满减同时享受", "，两种优惠可以叠加"], ["; this adds to any cut"])
                    if world.combine == BOTH
                    else voice.pick(
                        ["，但与满减只能用一种，取减得多的", "，两种优惠不能叠加，按较大的一种算"],
                        ["; not together with a cut: only the larger reduction counts"],
                    )
                )
        if world.change:
            day, change = voice.say(f"周{_ZH_DAYS[world.day]}", _EN_DAYS[world.day]), abs(world.change)
            word = voice.say("再加收" if world.change > 0 else "再减", "more" if world.change > 0 else "less")
            rules.append(
                voice.pick(
                    [f"{day}{word}{change}元", f"如果是{day}，{word}{change}元"],
                    [f"on a {day} one pays {change} yuan {word}"],
                )
            )
        if world.post_fee:
            rules.append(
                voice.pick(
                    [
                        f"邮费{world.post_fee}元，优惠后的价格{reach(world.post_from)}则免邮费",
                        f"按以上算出的货款{reach(world.post_from)}包邮，否则另付邮费{world.post_fee}元",
                    ],
                    [f"postage is {world.post_fee} yuan, free for a final price of goods {reach(world.post_from)}"],
                )
            )
        return rules

    def _order(self, world: World, cast: Cast, who: int, form: int, voice: Voice) -> str:
        order, name = world.orders[who], cast.names[who]
        day = voice.say(f"周{_ZH_DAYS[order.day]}", f"on {_EN_DAYS[order.day]}")
        if world.base == METER:
            _, unit, verb = (_ZH_METERS if voice.zh else _EN_METERS)[cast.scene]
            bought = voice.say(f"{verb}{order.pieces}{unit}", f"{verb} {order.pieces} {unit}s")
        else:
            unit = (_ZH_GOODS if voice.zh else _EN_GOODS)[cast.scene][1]
            bought = voice.say(f"买了{order.pieces}{unit}", f"bought {order.pieces} {unit}s")
        member = voice.say("是会员" if order.is_member else "不是会员", "member" if order.is_member else "not a member")
        parts = ([member] if world.member else []) + ([day] if world.change else [])
        if form == 0 or not parts:
            front = (day if world.change and voice.zh else "") + bought
            tail = [member] if world.member else []
            if not voice.zh and world.change:
                front += f" {day}"
            return voice.say("", " ").join([name, front]) + "".join(voice.say("，", ", ") + text for text in tail)
        return f"{name}{voice.say('（', ' (')}{voice.say('，', ', ').join(parts)}{voice.say('）', ') ')}{bought}"

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        rules = [rule[0].upper() + rule[1:] for rule in self._rules(world, cast, voice)]
        form, stop = int(voice.rng.random() * 2), voice.say("。", ". ")
        orders = [self._order(world, cast, who, form, voice) for who in range(len(world.orders))]
        middle = voice.pick(["顾客情况：", "有以下几位顾客：", "已知："], ["The customers:", "These customers came:"])
        if voice.rng.random() < 0.4:
            return f"{stop.join(rules)}{stop.strip()}\n{middle}\n{voice.listing(orders)}"
        head = voice.pick(
            ["价格规则如下：", "收费办法：", "请按下列规定算账："], ["The prices are made by these rules:", "Rules:"]
        )
        told = voice.say("；", "; ").join(orders) + stop.strip()
        return f"{head}\n{voice.listing(rules)}\n{middle}{voice.say('', ' ')}{told}"

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        names = [cast.names[who] for who in ask.args[:2] if who < len(cast.names)] or [""]
        name = names[0]
        if ask.kind == "pay":
            return voice.pick(
                [f"{name}一共要付多少元？", f"{name}应付多少钱？", f"{name}总共花了多少元？"],
                [f"How much does {name} pay in all?", f"What does {name} have to pay?"],
            )
        if ask.kind == "is":
            return voice.pick(
                [f"{name}要付{ask.args[1]}元，对吗？", f"{name}应付的钱是不是{ask.args[1]}元？"],
                [f"Does {name} pay {ask.args[1]} yuan?"],
            )
        if ask.kind == "best":
            top = voice.say("最多" if ask.args[0] else "最少", "most" if ask.args[0] else "least")
            return voice.pick([f"谁付的钱{top}？", f"付钱{top}的是："], [f"Who pays the {top}?"])
        if ask.kind == "free":
            return voice.pick(
                [f"{name}的订单免邮费吗？", f"{name}是否可以不付邮费？"], [f"Is postage free for {name}?"]
            )
        if ask.kind == "how_many_free":
            return voice.pick(["有几个人免邮费？", "一共有几位顾客不用付邮费？"], ["For how many is postage free?"])
        if ask.kind == "saved":
            rules = [("满减", "cuts")] * bool(world.cuts) + [("会员优惠", "membership")] * bool(world.member)
            what = voice.say("和".join(zh for zh, _ in rules), " and ".join(en for _, en in rules))
            return voice.pick(
                [f"{name}从{what}中省了多少元？", f"{what}让{name}少付多少元？"],
                [f"How many yuan does {name} save by {what}?"],
            )
        if ask.kind == "more":
            return voice.pick(
                [f"{name}付的钱比{names[1]}多吗？", f"{name}是否比{names[1]}付得多？"],
                [f"Does {name} pay more than {names[1]}?"],
            )
        return voice.pick(
            [f"{name}和{names[1]}付的钱相差多少元？", f"{name}与{names[1]}应付的钱相差多少元？"],
            [f"By how many yuan do the payments of {name} and {names[1]} differ?"],
        )

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind in ("more", "is", "free"):
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind == "best":
            return cast.names[value]
        if ask.kind == "how_many_free":
            return str(value)
        return voice.say(f"{value}元", f"{value} yuan")

    def _goods_cells(self, world: World, who: int, voice: Voice) -> list[str]:
        """The price before any discount."""
        count, (one, bound, two) = world.orders[who].pieces, world.prices
        base, comma = _base(world, count), voice.say("，", ", ")
        if world.base == FLAT:
            return [f"{one}×{count}={base}"]
        if world.base == TIER:
            sign, price = ("≥", two) if count >= bound else ("<", one)
            return [f"{count}{sign}{bound}{comma}{price}×{count}={base}"]
        if count <= bound:
            return [f"{count}≤{bound}{comma}{one}"]
        rest = count - bound
        return [f"{count}-{bound}={rest}", f"{two}×{rest}={two * rest}", f"{one}+{two * rest}={base}"]

    def _compare(self, world: World, amount: int, threshold: int) -> str:
        if world.is_inclusive:
            return f"{amount}{'≥' if amount >= threshold else '<'}{threshold}"
        return f"{amount}{'>' if amount > threshold else '≤'}{threshold}"

    def _off_cells(self, world: World, who: int, voice: Voice) -> list[str]:
        """The reductions by cut and membership, ending with their total where there are two."""
        order, comma = world.orders[who], voice.say("，", ", ")
        base, cut = _base(world, order.pieces), 0
        cells = []
        for threshold, off in world.cuts:
            if _reaches(world, base, threshold):
                cut = off
                cells.append(f"{self._compare(world, base, threshold)}{comma}{voice.say('减', 'off ')}{off}")
                break
            cells.append(f"{self._compare(world, base, threshold)}{comma}{voice.say('不减', 'no')}")
        if world.member:
            amount = world.member if order.is_member else 0
            word = voice.say("会员减", "member off ") if amount else voice.say("非会员", "no member")
            cells.append(f"{word}{amount or ''}")
            if world.cuts and cut and amount:
                total = cut + amount if world.combine == BOTH else max(cut, amount)
                cells.append(
                    f"{cut}+{amount}={total}"
                    if world.combine == BOTH
                    else voice.say(f"取大的{total}", f"larger {total}")
                )
        return cells

    def _work(self, world: World, who: int, voice: Voice, *, has_post: bool) -> list[str]:
        """All steps from the count to the price, with postage or up to the comparison that decides on it."""
        order, comma = world.orders[who], voice.say("，", ", ")
        cells = [*self._goods_cells(world, who, voice), *self._off_cells(world, who, voice)]
        base = _base(world, order.pieces)
        off = _off(world, order, base)
        now = base - off
        if off:
            cells.append(f"{base}-{off}={now}")
        if world.change:
            day = voice.say(f"周{_ZH_DAYS[order.day]}", _EN_DAYS[order.day])
            if order.day == world.day:
                sign, goods = "+" if world.change > 0 else "-", now + world.change
                cells.append(f"{day}{comma}{now}{sign}{abs(world.change)}={goods}")
                now = goods
            else:
                cells.append(voice.say(f"{day}不变", f"{day}, no change"))
        if world.post_fee:
            is_free = _reaches(world, now, world.post_from)
            word = voice.say("免邮", "free post") if is_free else voice.say("不免", "not free")
            cells.append(f"{self._compare(world, now, world.post_from)}{comma}{word}")
            if has_post and not is_free:
                cells.append(f"{now}+{world.post_fee}={now + world.post_fee}")
        return cells

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        names, stop, comma = cast.names, voice.say("。", "."), voice.say("，", ", ")
        gap, colon = voice.say("；", "; "), voice.say("：", ": ")
        if ask.kind == "saved":
            who = ask.args[0]
            goods = self._goods_cells(world, who, voice) if world.cuts else []
            off = _off(world, world.orders[who], _base(world, world.orders[who].pieces))
            cells = [*goods, *self._off_cells(world, who, voice), voice.say(f"省{off}", f"saved {off}")]
            return f"{names[who]}{colon}{gap.join(cells)}{stop}"
        people = range(len(names)) if ask.kind in ("best", "how_many_free") else ask.args[:2]
        if ask.kind in ("pay", "is", "free"):
            people = ask.args[:1]
        lines, best, count = [], -1, 0
        prices = [_price(world, order) for order in world.orders]
        is_post = ask.kind in ("free", "how_many_free")
        for who in people:
            line = names[who] + colon + gap.join(self._work(world, who, voice, has_post=not is_post))
            if ask.kind == "best":
                if best < 0 or (prices[who] > prices[best] if ask.args[0] else prices[who] < prices[best]):
                    best = who
                top = voice.say("最多" if ask.args[0] else "最少", "most " if ask.args[0] else "least ")
                line += f"{gap}{top}{names[best]}{voice.say('', ' ')}{prices[best]}"
            elif ask.kind == "how_many_free":
                count += _reaches(world, _goods(world, world.orders[who]), world.post_from)
                line += voice.say(f"，共{count}", f", count {count}")
            lines.append(line + stop)
        if ask.kind == "is":
            price, named = prices[ask.args[0]], ask.args[1]
            lines.append(f"{price}{'=' if price == named else '≠'}{named}{stop}")
        if ask.kind in ("more", "gap"):
            one, two = (prices[who] for who in ask.args)
            sign = ">" if one > two else "<"
            lines.append(
                f"{one}{sign}{two}{stop}"
                if ask.kind == "more"
                else f"{one}{sign}{two}{comma}{max(one, two)}-{min(one, two)}={abs(one - two)}{stop}"
            )
        return "\n".join(lines)
