"""Prices by stated rules: tiers, thresholds, discounts that may or may not add up, days and postage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.distractors import around, near_misses
from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, Plan, claimed, whether, worked_out
from synth.puzzles.kinds.wordings import Telling
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
    """0 shop, 1 books, 2 tickets (FLAT, TIER); 3 parking, 4 taxi, 5 boat (METER)."""


Told = Telling[Cast]


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


def _is_free(world: World, order: Order) -> bool:
    return _reaches(world, _goods(world, order), world.post_from)


def _price(world: World, order: Order) -> int:
    return _goods(world, order) + (0 if _is_free(world, order) else world.post_fee)


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


def _slips(world: World, order: Order) -> list[int]:
    """Prices from rules misread."""
    base = _base(world, order.pieces)
    other = replace(world, is_inclusive=not world.is_inclusive)
    right = _price(world, order)
    slips = [_price(other, order), _price(replace(world, combine=1 - world.combine), order), _goods(world, order)]
    slips += [_price(world, order._replace(is_member=not order.is_member)), base, right + world.post_fee]
    slips += [right - world.change, right + world.change, right + world.prices[0]]
    return slips


def _prices(world: World) -> list[int]:
    return [_price(world, order) for order in world.orders]


def _pay(world: World, rng: Random, who: int, other: int) -> Ask[int]:
    price = _price(world, world.orders[who])
    return Ask("pay", (who,), price, near_misses(rng, price, _slips(world, world.orders[who]), low=1))


def _more(world: World, rng: Random, who: int, other: int) -> Ask[bool] | None:
    one, two = _price(world, world.orders[who]), _price(world, world.orders[other])
    return claimed("more", (who, other), one > two) if one != two and rng.random() < 0.7 else None


def _is(world: World, rng: Random, who: int, other: int) -> Ask[bool]:
    price = _price(world, world.orders[other])
    # A price above all that could be added up would be false at a glance.
    most = _base(world, world.orders[other].pieces) + max(world.change, 0) + world.post_fee
    slips = [slip for slip in _slips(world, world.orders[other]) if slip != price and 0 < slip <= most]
    named = price if rng.random() < 0.5 or not slips else slips[0]
    return claimed("is", (other, named), named == price)


def _best(world: World, rng: Random, people: Sequence[int]) -> Ask[int] | None:
    prices = _prices(world)
    best = max(prices) if rng.random() < 0.5 else min(prices)
    if prices.count(best) != 1 or len(set(prices)) == 1 or rng.random() >= 0.6:
        return None
    wrong = tuple(person for person in people if prices[person] != best)
    return Ask("best", (int(best == max(prices)),), prices.index(best), wrong[:4])


def _free(world: World, rng: Random, people: Sequence[int]) -> Ask[bool]:
    person = rng.choice(people)
    return claimed("free", (person,), _is_free(world, world.orders[person]))


def _how_many_free(world: World, rng: Random) -> Ask[int]:
    count = sum(_is_free(world, order) for order in world.orders)
    return Ask("how_many_free", (), count, around(count, 0, len(world.orders)))


def _saved(world: World, rng: Random, people: Sequence[int]) -> Ask[int]:
    person = rng.choice(people)
    saved = _off(world, world.orders[person], _base(world, world.orders[person].pieces))
    slips = [off for _, off in world.cuts] + [world.member, saved + world.member]
    return Ask("saved", (person,), saved, near_misses(rng, saved, slips))


def _gap(world: World, rng: Random, who: int, other: int) -> Ask[int] | None:
    gap = abs(_price(world, world.orders[who]) - _price(world, world.orders[other]))
    return Ask("gap", (who, other), gap, near_misses(rng, gap, low=0)) if gap and rng.random() < 0.7 else None


def _pays_best(world: World, args: Args, value: int) -> bool:
    sign, paid = (1 if args[0] else -1), [_proved(world, order)[0] for order in world.orders]
    return all(sign * (paid[value] - rival) >= 0 for rival in paid)


def _proved_gap(world: World, args: Args) -> int:
    """How much more the first pays than the second."""
    one, two = (_proved(world, world.orders[who])[0] for who in args)
    return one - two


def _rules(world: World, told: Told) -> list[str]:
    one, bound, two = world.prices
    base, rng = ("flat", "tier", "meter")[world.base], told.voice.rng
    span = told.say("span.one" if bound == 1 else "span.several", n=bound)
    rules = [told.pick(f"rule.{base}", one=one, bound=bound, two=two, span=span)]
    is_said = rng.random() < 0.5
    if world.is_inclusive and not is_said:
        rng.random()  # drawn once more, as long ago
    form = f"reach.{'from' if world.is_inclusive else 'over'}{'_said' if is_said else ''}"
    for threshold, off in sorted(world.cuts):
        rules.append(told.pick("rule.cut", reach=told.say(form, n=threshold), off=off))
    if len(world.cuts) > 1:
        rules[-1] += told.say("rule.one_cut")
    if world.member:
        rules.append(told.pick("rule.member", n=world.member))
        if world.cuts:
            rules[-1] += told.pick("rule.both" if world.combine == BOTH else "rule.larger")
    if world.change:
        rule = "rule.more" if world.change > 0 else "rule.less"
        rules.append(told.pick(rule, day=told.form("day", world.day), change=abs(world.change)))
    if world.post_fee:
        rules.append(told.pick("rule.post", fee=world.post_fee, reach=told.say(form, n=world.post_from)))
    return rules


def _order(world: World, who: int, is_bracketed: bool, told: Told) -> str:
    order, name = world.orders[who], told.cast.names[who]
    day = told.say("order.day", day=told.form("day", order.day))
    bought = told.say("order.bought", pieces=order.pieces)
    status = "member" if order.is_member else "stranger"
    said = [told.say(f"order.{status}")] * bool(world.member) + [day] * bool(world.change)
    if is_bracketed and said:
        return told.say("order.bracketed", name=name, said=told.say("comma").join(said), bought=bought)
    front = told.say("order.dated" if world.change else "order.plain", name=name, day=day, bought=bought)
    return told.say("comma").join([front, *[told.say(f"order.as_{status}")] * bool(world.member)])


def _compare(world: World, amount: int, threshold: int) -> str:
    if world.is_inclusive:
        return f"{amount}{'≥' if amount >= threshold else '<'}{threshold}"
    return f"{amount}{'>' if amount > threshold else '≤'}{threshold}"


def _goods_cells(world: World, who: int, told: Told) -> list[str]:
    """The price before any discount."""
    count, (one, bound, two) = world.orders[who].pieces, world.prices
    base, comma = _base(world, count), told.say("comma")
    if world.base == FLAT:
        return [f"{one}×{count}={base}"]
    if world.base == TIER:
        sign, price = ("≥", two) if count >= bound else ("<", one)
        return [f"{count}{sign}{bound}{comma}{price}×{count}={base}"]
    if count <= bound:
        return [f"{count}≤{bound}{comma}{one}"]
    rest = count - bound
    return [f"{count}-{bound}={rest}", f"{two}×{rest}={two * rest}", f"{one}+{two * rest}={base}"]


def _off_cells(world: World, who: int, told: Told) -> Iterator[str]:
    """The reductions by cut and membership, ending with their total where there are two."""
    order, comma = world.orders[who], told.say("comma")
    base, cut = _base(world, order.pieces), 0
    for threshold, off in world.cuts:
        is_cut = _reaches(world, base, threshold)
        said = told.say("chain.cut", off=off) if is_cut else told.say("chain.no_cut")
        yield f"{_compare(world, base, threshold)}{comma}{said}"
        if is_cut:
            cut = off
            break
    if not world.member:
        return
    amount = world.member if order.is_member else 0
    yield told.say("chain.member", off=amount) if amount else told.say("chain.stranger")
    if cut and amount:
        total = cut + amount
        yield f"{cut}+{amount}={total}" if world.combine == BOTH else told.say("chain.larger", total=max(cut, amount))


def _work(world: World, who: int, told: Told, *, has_post: bool = True) -> str:
    """All steps from the count to the price, with postage or up to the comparison that decides on it."""
    order, comma = world.orders[who], told.say("comma")
    cells = [*_goods_cells(world, who, told), *_off_cells(world, who, told)]
    base = _base(world, order.pieces)
    off = _off(world, order, base)
    now = base - off
    if off:
        cells.append(f"{base}-{off}={now}")
    if world.change:
        day = told.form("day", order.day)
        if order.day == world.day:
            sign, goods = "+" if world.change > 0 else "-", now + world.change
            cells.append(f"{day}{comma}{now}{sign}{abs(world.change)}={goods}")
            now = goods
        else:
            cells.append(told.say("chain.other_day", day=day))
    if world.post_fee:
        is_free = _reaches(world, now, world.post_from)
        said = told.say("chain.free" if is_free else "chain.not_free")
        cells.append(f"{_compare(world, now, world.post_from)}{comma}{said}")
        if has_post and not is_free:
            cells.append(f"{now}+{world.post_fee}={now + world.post_fee}")
    return told.cast.names[who] + told.say("colon") + told.say("semicolon").join(cells)


def _paid(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    return _work(world, ask.args[0], told) + told.say("stop")


def _is_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    price, named = _price(world, world.orders[ask.args[0]]), ask.args[1]
    return f"{_paid(world, ask, told, shown)}\n{price}{'=' if price == named else '≠'}{named}{told.say('stop')}"


def _best_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    lines, prices, best, sign = [], _prices(world), 0, 1 if ask.args[0] else -1
    for who, price in enumerate(prices):
        if sign * price > sign * prices[best]:
            best = who
        top = told.say("chain.most" if ask.args[0] else "chain.least", name=told.cast.names[best], price=prices[best])
        lines.append(_work(world, who, told) + told.say("semicolon") + top + told.say("stop"))
    return "\n".join(lines)


def _counted(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    lines, count = [], 0
    for who, order in enumerate(world.orders):
        count += _is_free(world, order)
        lines.append(_work(world, who, told, has_post=False) + told.say("chain.count", count=count) + told.say("stop"))
    return "\n".join(lines)


def _saved_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    who = ask.args[0]
    goods = _goods_cells(world, who, told) if world.cuts else []
    off = _off(world, world.orders[who], _base(world, world.orders[who].pieces))
    cells = [*goods, *_off_cells(world, who, told), told.say("chain.saved", off=off)]
    return told.cast.names[who] + told.say("colon") + told.say("semicolon").join(cells) + told.say("stop")


def _compared(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    one, two = (_price(world, world.orders[who]) for who in ask.args)
    lines = [_work(world, who, told) + told.say("stop") for who in ask.args]
    return "\n".join([*lines, f"{one}{'>' if one > two else '<'}{two}{told.say('stop')}"])


def _gap_chain(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    low, high = sorted(_price(world, world.orders[who]) for who in ask.args)
    compared = _compared(world, ask, told, shown).removesuffix(told.say("stop"))
    return f"{compared}{told.say('comma')}{high}-{low}={high - low}{told.say('stop')}"


def _named(args: Args, told: Told) -> dict[str, object]:
    return {"name": told.cast.names[args[0]]}


def _both_named(args: Args, told: Told) -> dict[str, object]:
    return {"name": told.cast.names[args[0]], "other": told.cast.names[args[1]]}


def _money(value: int, told: Told) -> str:
    return told.say("option.price", n=value)


KINDS: tuple[Kind[World, Cast], ...] = (
    worked_out(
        "pay",
        _pay,
        answer=lambda world, args: _proved(world, world.orders[args[0]])[0],
        chain=_paid,
        option=_money,
        slots=_named,
    ),
    whether("more", _more, is_so=lambda world, args: _proved_gap(world, args) > 0, chain=_compared, slots=_both_named),
    whether(
        "is",
        _is,
        is_so=lambda world, args: _proved(world, world.orders[args[0]])[0] == args[1],
        chain=_is_chain,
        slots=lambda args, told: {"name": told.cast.names[args[0]], "n": args[1]},
    ),
    Kind(
        "best",
        _best,
        holds=_pays_best,
        option=lambda value, told: told.cast.names[value],
        chain=_best_chain,
        variant=lambda args, told: "most" if args[0] else "least",
    ),
    whether(
        "free",
        _free,
        is_so=lambda world, args: _proved(world, world.orders[args[0]])[2],
        chain=lambda world, ask, told, shown: _work(world, ask.args[0], told, has_post=False) + told.say("stop"),
        slots=_named,
    ),
    worked_out(
        "how_many_free",
        _how_many_free,
        answer=lambda world, args: sum(_proved(world, order)[2] for order in world.orders),
        chain=_counted,
    ),
    worked_out(
        "saved",
        _saved,
        answer=lambda world, args: _proved(world, world.orders[args[0]])[1],
        chain=_saved_chain,
        option=_money,
        slots=_named,
        variant=lambda args, told: (
            "both" if told.world.cuts and told.world.member else "cuts" if told.world.cuts else "member"
        ),
    ),
    Kind(
        "gap",
        _gap,
        holds=lambda world, args, value: _proved_gap(world, args) in (value, -value),
        option=_money,
        chain=_gap_chain,
        slots=_both_named,
    ),
)


class Pricing(Family[World, Cast]):
    """Values: an amount of money, a person, a number of people, or yes/no."""

    name = "pricing"
    title = "prices, fees and discounts by stated rules"
    changes = {"prices": "more", "member": "more", "cuts": "more", "is_inclusive": "flip"}
    kinds = KINDS

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

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        people = rng.sample(range(len(world.orders)), len(world.orders))
        pair = people[:2]
        plans: list[Plan] = [("more", *pair), ("is", *pair), ("best", people), ("gap", *pair)]
        if world.post_fee:
            plans += [("free", people), ("how_many_free",)]
        if world.member or world.cuts:
            plans.append(("saved", people))
        asks = self.made("pay", world, rng, *pair) + self.first(plans, world, rng, may_be_two=may_be_two, most=2)
        rng.shuffle(asks)
        return asks

    def cast(self, world: World, voice: Voice) -> Cast:
        names = draw(voice, "person", len(world.orders))
        return Cast(names, voice.rng.randrange(3) + (3 if world.base == METER else 0))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, stop = self.told(cast, voice), voice.say("。", ". ")
        rules = [told.capital(rule) for rule in _rules(world, told)]
        is_bracketed = int(voice.rng.random() * 2) == 1
        orders = [_order(world, who, is_bracketed, told) for who in range(len(world.orders))]
        middle = told.pick("tell.middle")
        if voice.rng.random() < 0.4:
            return f"{stop.join(rules)}{stop.strip()}\n{middle}\n{voice.listing(orders)}"
        head, said = told.pick("tell.head"), told.say("semicolon").join(orders)
        return f"{head}\n{voice.listing(rules)}\n{middle}{told.say('space')}{said}{stop.strip()}"
