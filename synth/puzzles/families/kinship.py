"""Family relations: from who is whose father and mother, find grandparents, siblings, uncles, aunts and cousins."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.distractors import around
from synth.puzzles.family import Ask, Family
from synth.puzzles.voice import Voice

SIBLING, COUSIN, GRANDCHILD = 8, 9, 10
# (zh name, en name, zh definition, en definition); 0-3 are grandparents, 4-7 brothers and sisters of a parent.
_RELATIONS = (
    ("爷爷", "paternal grandfather", "父亲的父亲叫爷爷", "A father's father is a paternal grandfather"),
    ("奶奶", "paternal grandmother", "父亲的母亲叫奶奶", "A father's mother is a paternal grandmother"),
    ("外公", "maternal grandfather", "母亲的父亲叫外公", "A mother's father is a maternal grandfather"),
    ("外婆", "maternal grandmother", "母亲的母亲叫外婆", "A mother's mother is a maternal grandmother"),
    ("叔伯", "paternal uncle", "父亲的兄弟叫叔伯", "A father's brother is a paternal uncle"),
    ("姑姑", "paternal aunt", "父亲的姐妹叫姑姑", "A father's sister is a paternal aunt"),
    ("舅舅", "maternal uncle", "母亲的兄弟叫舅舅", "A mother's brother is a maternal uncle"),
    ("姨妈", "maternal aunt", "母亲的姐妹叫姨妈", "A mother's sister is a maternal aunt"),
    (
        "兄弟姐妹",
        "sibling",
        "父母相同的两个不同的人互为兄弟姐妹",
        "Two different people with the same parents are siblings",
    ),
    ("堂表亲", "cousin", "父母的兄弟姐妹的孩子叫堂表亲", "A child of a parent's sibling is a cousin"),
    ("孙辈", "grandchild", "孩子的孩子叫孙辈", "A child of a child is a grandchild"),
)
_ZH_MEN = "亚当 鲍勃 查理 大卫 弗兰克 亨利 杰克 利奥 尼克 彼得 约翰 汤姆 迈克 本杰明 维克多 萨姆".split()
_ZH_WOMEN = "爱丽丝 伊芙 格蕾丝 艾琳 凯特 玛丽 罗斯 蒂娜 温蒂 安娜 露西 艾玛 海伦 苏珊 黛西 莉莉".split()
_EN_MEN = "Adam Bob Carl David Frank Henry Jack Leo Nick Peter John Tom Mike Oscar Victor Sam".split()
_EN_WOMEN = "Alice Eve Grace Irene Kate Mary Rose Tina Wendy Anna Lucy Emma Helen Susan Daisy Lily".split()
_ZH_MADE_UP = "阿塔 贝卡 戈尼 努米 索拉 图恩 维洛 齐娅 洛米 卡尼 米多"
_EN_MADE_UP = "tavo neem rulo soka dima lupe gora bini wexa fomo tiru"
_ZH_PLAIN = tuple("小" + c for c in "明红刚丽强芳军静伟燕华梅林峰雪宇杰娜涛敏波琳磊")
_LETTERS = tuple("ABCDEFGHJKLMNPQRSTUVW")


@dataclass(frozen=True, slots=True)
class World:
    """A family over three generations; what is not told does not exist."""

    male: tuple[bool, ...]
    """For each person, whether male."""
    parents: tuple[tuple[int, int], ...]
    """For each person, father and mother, (-1, -1) where not told."""
    relations: tuple[int, ...]
    """The relations that the text defines and the questions use (indices of ``_RELATIONS``)."""


class Cast(NamedTuple):
    """Names and the layout of the facts."""

    names: tuple[str, ...]
    layout: int
    """0: one fact a child; 1: one fact a parent, sexes apart."""
    kin: tuple[str, ...]
    """Names of the relations."""
    is_made_up: bool
    """Whether these names are made-up ones that only the definitions explain."""


def _meaning(relation: int, voice: Voice) -> str:
    """What a relation is, without its name: ``母亲的父亲``."""
    if relation == SIBLING:
        return voice.say("父母相同的另一个人", "another person with the same parents")
    zh, en = _RELATIONS[relation][2:]
    return voice.say(zh.partition("叫")[0], "a" + en.partition(" is a ")[0][1:])


def _children(world: World, person: int) -> list[int]:
    return [child for child, pair in enumerate(world.parents) if person in pair]


def _siblings(world: World, person: int) -> list[int]:
    pair = world.parents[person]
    return [other for other, theirs in enumerate(world.parents) if theirs == pair and other != person and pair[0] >= 0]


def _find(world: World, relation: int, person: int) -> list[int]:
    """All people who are ``relation`` of ``person``, by walking the tree."""
    if relation == SIBLING:
        return _siblings(world, person)
    if relation == GRANDCHILD:
        return [low for child in _children(world, person) for low in _children(world, child)]
    if relation == COUSIN:
        uncles = [uncle for parent in world.parents[person] if parent >= 0 for uncle in _siblings(world, parent)]
        return [child for uncle in uncles for child in _children(world, uncle)]
    parent = world.parents[person][relation % 4 // 2]
    if parent < 0:
        return []
    if relation < 4:
        return [high for high in (world.parents[parent][relation % 2],) if high >= 0]
    return [other for other in _siblings(world, parent) if world.male[other] == (relation % 2 == 0)]


def _is(world: World, relation: int, person: int, other: int) -> bool:
    """Prove from the definitions, trying all people in between (independent of ``_find``)."""
    everyone = range(len(world.male))
    links = {(high, low) for low, pair in enumerate(world.parents) for high in pair if high >= 0}

    def siblings(one: int, two: int) -> bool:
        return one != two and sum((high, one) in links and (high, two) in links for high in everyone) == 2

    if relation == SIBLING:
        return siblings(person, other)
    if relation == GRANDCHILD:
        return any((person, mid) in links and (mid, other) in links for mid in everyone)
    if relation == COUSIN:
        high = [mid for mid in everyone if (mid, person) in links]
        uncle = [mid for mid in everyone if (mid, other) in links]
        return any(siblings(one, two) for one in high for two in uncle)
    if world.male[other] != (relation % 2 == 0):
        return False
    sided = [mid for mid in everyone if (mid, person) in links and world.male[mid] == (relation % 4 < 2)]
    return any((other, mid) in links if relation < 4 else siblings(mid, other) for mid in sided)


class Kinship(Family[World, int, Cast]):
    """Values: a person, a relation, a number, or True/False."""

    name = "kinship"
    title = "family relations"

    def world(self, rng: Random, level: int) -> World:
        male, parents = [True, False], [(-1, -1), (-1, -1)]

        def add(is_male: bool, pair: tuple[int, int]) -> int:
            male.append(is_male)
            parents.append(pair)
            return len(male) - 1

        children = [add(rng.random() < 0.5, (0, 1)) for _ in range(2 + (level >= 4) + (level >= 8))]
        if level >= 3 and rng.random() < 0.5:  # the second generation's spouse brings parents along
            father, mother = add(True, (-1, -1)), add(False, (-1, -1))
            first_pair = (father, mother)
        else:
            first_pair = (-1, -1)
        for place, child in enumerate(children[: 1 + (level >= 2) + (level >= 7)]):
            spouse = add(not male[child], first_pair if place == 0 else (-1, -1))
            pair = (child, spouse) if male[child] else (spouse, child)
            for _ in range(1 + int(rng.random() * (2 + level // 8))):
                add(rng.random() < 0.5, pair)
        world = World(tuple(male), tuple(parents), ())
        live = [k for k in range(len(_RELATIONS)) if any(_find(world, k, p) for p in range(len(male)))]
        chosen = rng.sample(live, min(3, len(live)))
        rest = [relation for relation in range(len(_RELATIONS)) if relation not in chosen]
        chosen += rng.sample(rest, 5 - len(chosen))
        return World(world.male, world.parents, tuple(sorted(chosen)))

    def asks(self, world: World, rng: Random) -> list[Ask[int]]:
        everyone = range(len(world.male))
        found = {(k, p): _find(world, k, p) for k in world.relations for p in everyone}
        full = [key for key, people in found.items() if people]
        rng.shuffle(full)
        asks: list[Ask[int]] = []
        relation, person = full[0]
        inside = found[full[0]]
        others = [other for other in everyone if other not in inside and other != person]
        near = {o for k in range(len(_RELATIONS)) for o in _find(world, k, person)} | set(world.parents[person])
        rng.shuffle(others)
        others.sort(key=lambda other: other not in near)
        asks.append(Ask("who", full[0], rng.choice(inside), tuple(others[:4])))
        relation, person = full[1 % len(full)]
        inside = found[relation, person]
        if rng.random() < 0.5:
            asks.append(Ask("is", (relation, person, rng.choice(inside)), True, (False,)))
        else:
            outside = [other for other in everyone if other not in inside and other != person]
            asks.append(Ask("is", (relation, person, rng.choice(outside)), False, (True,)))
        many = [key for key in full if key[0] >= SIBLING] or full
        key = rng.choice(many) if rng.random() < 0.9 else rng.choice(list(found))
        right = len(found[key])
        asks.append(Ask("count", key, right, around(right)))
        pairs = [(k, p) for k, p in full if k <= SIBLING]
        if pairs:
            relation, person = pairs[-1]
            other = rng.choice(found[relation, person])
            wrong = [k for k in world.relations if other not in found[k, person]]
            rng.shuffle(wrong)
            asks.append(Ask("kin", (person, other), relation, tuple(wrong)))
        if len(asks) == 4:
            asks.pop(rng.randrange(4))
        return asks

    def holds(self, world: World, ask: Ask[int], value: int) -> bool:
        if ask.kind == "who":
            return _is(world, ask.args[0], ask.args[1], value)
        if ask.kind == "is":
            relation, person, other = ask.args
            return _is(world, relation, person, other) == bool(value)
        if ask.kind == "kin":
            return _is(world, value, ask.args[0], ask.args[1])
        return sum(_is(world, ask.args[0], ask.args[1], other) for other in range(len(world.male))) == value

    def cast(self, world: World, voice: Voice) -> Cast:
        size, rng = len(world.male), voice.rng
        form = int(rng.random() * 3)
        if form == 0 or form == 1 and not voice.zh:
            men = rng.sample(_ZH_MEN if voice.zh else _EN_MEN, 16)
            women = rng.sample(_ZH_WOMEN if voice.zh else _EN_WOMEN, 16)
            names = tuple((men if is_male else women).pop() for is_male in world.male)
        else:
            names = tuple(rng.sample(_ZH_PLAIN if form == 1 else _LETTERS, size))
        kin = [voice.say(*relation[:2]) for relation in _RELATIONS]
        is_made_up = rng.random() < 0.25
        if is_made_up:
            kin = voice.say(_ZH_MADE_UP, _EN_MADE_UP).split()
            rng.shuffle(kin)
        return Cast(names, int(rng.random() * 2), tuple(kin), is_made_up)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        names = cast.names
        head = voice.pick(
            [
                "一个家族里有以下成员和关系：",
                "已知某家庭的成员关系如下：",
                "下面是一份家谱记录：",
                "关于一个大家庭，我们知道：",
            ],
            [
                "These are the members of a family:",
                "A family tree is given by these facts:",
                "We know this of a family:",
            ],
        )
        if cast.is_made_up:
            rules = [
                f"{cast.kin[relation]}{voice.say('指', ': ')}{_meaning(relation, voice)}"
                for relation in world.relations
            ]
        else:
            rules = [voice.say(*_RELATIONS[relation][2:]) for relation in world.relations]
        rules.append(
            voice.say("没有列出的人和亲子关系视为不存在", "People and parents that are not listed do not exist")
        )
        tail = voice.pick(["称呼的规定：", "有关定义：", "规则："], ["Definitions:", "Rules:"])
        facts = self._mixed(self._facts(world, names, cast.layout, voice), voice)
        return f"{head}\n{voice.listing(facts)}\n\n{tail}\n{voice.listing(rules)}"

    @staticmethod
    def _mixed(facts: list[tuple[tuple[int, int], str]], voice: Voice) -> list[str]:
        """Shuffle the facts, but keep brothers and sisters in their order, in which chains list them."""
        places = list(range(len(facts)))
        voice.rng.shuffle(places)
        mixed = [facts[place] for place in places]
        kept = {couple: [text for key, text in facts if key == couple] for couple, _ in facts if couple[0] >= 0}
        return [kept[couple].pop(0) if couple in kept else text for couple, text in mixed]

    def _facts(
        self, world: World, names: tuple[str, ...], layout: int, voice: Voice
    ) -> list[tuple[tuple[int, int], str]]:
        """The facts, each with the couple whose child it names, or (-1, -1)."""
        facts: list[tuple[tuple[int, int], str]] = []
        loose = (-1, -1)
        if layout == 0:
            form = voice.pick(
                ["{0}是{1}和{2}的{3}", "{1}和{2}有一个{3}叫{0}", "{0}是{3}，父亲是{1}，母亲是{2}"],
                ["{0} is the {3} of {1} and {2}", "{1} and {2} have a {3} called {0}"],
            )
            for child, (father, mother) in enumerate(world.parents):
                if father >= 0:
                    kind = voice.say("儿子", "son") if world.male[child] else voice.say("女儿", "daughter")
                    if form.startswith("{0}是{3}"):
                        kind = "男性" if world.male[child] else "女性"
                    facts.append(((father, mother), form.format(names[child], names[father], names[mother], kind)))
            for father, mother in dict.fromkeys(pair for pair in world.parents if pair[0] >= 0):
                text = voice.say(
                    f"{names[father]}是{names[mother]}的丈夫", f"{names[father]} is the husband of {names[mother]}"
                )
                facts.append((loose, text))
            return facts
        for person, is_male in enumerate(world.male):
            children = [names[child] for child in _children(world, person)]
            if children:
                kind = voice.say("父亲", "father") if is_male else voice.say("母亲", "mother")
                joined = voice.say("和", " and ").join(children) if len(children) < 3 else voice.join(children)
                text = voice.say(f"{names[person]}是{joined}的{kind}", f"{names[person]} is the {kind} of {joined}")
                facts.append((loose, text))
            else:
                kind = voice.say("男性", "male") if is_male else voice.say("女性", "female")
                facts.append((loose, voice.say(f"{names[person]}是{kind}", f"{names[person]} is {kind}")))
        return facts

    def question(self, world: World, ask: Ask[int], cast: Cast, voice: Voice) -> str:
        names = cast.names
        if ask.kind == "kin":
            one, two = (names[person] for person in ask.args)
            return voice.pick(
                [
                    f"{two}是{one}的什么人？",
                    f"{one}应该怎样称呼{two}（{two}是{one}的什么亲属）？",
                    f"{two}与{one}是什么关系？{two}是{one}的：",
                ],
                [f"How is {two} related to {one}? {two} is {one}'s:", f"What is {two} to {one}?"],
            )
        kin, one = cast.kin[ask.args[0]], names[ask.args[1]]
        if ask.kind == "who":
            return voice.pick(
                [f"以下哪一位是{one}的{kin}？", f"下列选项中，谁是{one}的{kin}？", f"谁是{one}的{kin}？"],
                [f"Which of these is a {kin} of {one}?", f"Who is a {kin} of {one}?"],
            )
        if ask.kind == "is":
            two = names[ask.args[2]]
            return voice.pick(
                [
                    f"{two}是{one}的{kin}吗？",
                    f"“{two}是{one}的{kin}”这一说法正确吗？",
                    f"根据以上关系，{two}是否为{one}的{kin}？",
                ],
                [f"Is {two} a {kin} of {one}?", f"Is it true that {two} is a {kin} of {one}?"],
            )
        many = "grandchildren" if kin == "grandchild" else f"{kin}s"
        return voice.pick(
            [f"{one}有几个{kin}？", f"{one}的{kin}一共有多少人？", f"{one}的{kin}有几位？"],
            [f"How many {many} does {one} have?", f"What is the number of {many} of {one}?"],
        ).replace("几个", "几位" if ask.args[0] != SIBLING else "几个")

    def option(self, world: World, ask: Ask[int], value: int, cast: Cast, voice: Voice) -> str:
        if ask.kind == "is":
            return voice.say("是" if value else "否", "Yes" if value else "No")
        if ask.kind == "kin":
            return cast.kin[value]
        return cast.names[value] if ask.kind == "who" else str(value)

    def chain(self, world: World, ask: Ask[int], cast: Cast, voice: Voice, shown: tuple[int, ...]) -> str:
        teller, names = _Teller(world, cast.names, voice), cast.names
        if ask.kind == "kin":
            person, other = ask.args
            lines = teller.search(person, other)
            if cast.is_made_up:
                for place, relation in enumerate(shown):
                    word = voice.say(
                        "符合" if relation == ask.right else "不符", "fits" if relation == ask.right else "no"
                    )
                    meaning, comma = _meaning(relation, voice), voice.say("，", ", ")
                    lines.append(
                        f"{letter_of(place)} {cast.kin[relation]}{voice.say('：', ': ')}{meaning}{comma}{word}"
                    )
                    if relation == ask.right:
                        break
            return "\n".join(lines)
        relation, person = ask.args[:2]
        kin = cast.kin[relation]
        found = _find(world, relation, person)
        meaning = voice.say(f"{kin}指{_meaning(relation, voice)}。", f"{kin}: {_meaning(relation, voice)}.")
        lines = [meaning] if cast.is_made_up else []
        lines += teller.derive(relation, person)
        if ask.kind == "count":
            numbered = voice.join([f"{number} {names[who]}" for number, who in enumerate(found, 1)])
            listed = numbered or voice.say("无", "none")
            tail = voice.say(f"，{len(found)}人。", f": {len(found)}.")
            return "\n".join([*lines, f"{kin}{voice.say('：', ': ')}{listed}{tail}"])
        lines.append(f"{kin}{voice.say('：', ': ')}{teller.people(found)}{voice.say('。', '.')}")
        if ask.kind == "is":
            two = names[ask.args[2]]
            lines.append(
                voice.say(
                    f"{two}{'在内，是' if ask.right else '不在内，否'}。",
                    f"{two} is {'there: yes' if ask.right else 'not there: no'}.",
                )
            )
        return "\n".join(lines)


class _Teller:
    """Words the steps of a chain."""

    def __init__(self, world: World, names: tuple[str, ...], voice: Voice) -> None:
        self.world, self.names, self.voice = world, names, voice

    def people(self, people: list[int]) -> str:
        return self.voice.join([self.names[person] for person in people]) or self.voice.say("无", "none")

    def parent(self, person: int, side: int) -> str:
        parent, name = self.world.parents[person][side], self.names[person]
        who = self.people([parent] if parent >= 0 else [])
        return self.voice.say(f"{name}的{'父母'[side]}亲：{who}。", f"{('father', 'mother')[side]} of {name}: {who}.")

    def siblings(self, person: int) -> str:
        """Find the siblings through the parents."""
        name, (father, mother) = self.names[person], self.world.parents[person]
        if father < 0:
            return self.voice.say(f"{name}的父母：无。", f"parents of {name}: none.")
        high, low = self.people([father, mother]), self.people(_children(self.world, father))
        rest = self.people(_siblings(self.world, person))
        return self.voice.say(
            f"{name}的父母：{high}，孩子：{low}，除{name}：{rest}。",
            f"parents of {name}: {high}, children: {low}, without {name}: {rest}.",
        )

    def children(self, person: int) -> str:
        low = self.people(_children(self.world, person))
        return self.voice.say(f"{self.names[person]}的孩子：{low}。", f"children of {self.names[person]}: {low}.")

    def derive(self, relation: int, person: int) -> list[str]:
        """The steps to everyone who is ``relation`` of ``person``."""
        world = self.world
        if relation == SIBLING:
            return [self.siblings(person)]
        if relation == GRANDCHILD:
            return [self.children(person), *(self.children(child) for child in _children(world, person))]
        if relation == COUSIN:
            lines = []
            for side, parent in enumerate(world.parents[person]):
                lines.append(self.parent(person, side))
                if parent >= 0:
                    lines.append(self.siblings(parent))
                    lines += [self.children(uncle) for uncle in _siblings(world, parent)]
            return lines
        side = relation % 4 // 2
        parent = world.parents[person][side]
        lines = [self.parent(person, side)]
        if parent < 0:
            return lines
        if relation < 4:
            return [*lines, self.parent(parent, relation % 2)]
        lines.append(self.siblings(parent))
        if _siblings(world, parent):
            sex = ("女", "男") if self.voice.zh else (" female", " male")
            sexes = [f"{self.names[other]}{sex[world.male[other]]}" for other in _siblings(world, parent)]
            lines.append(self.voice.join(sexes) + self.voice.say("。", "."))
        return lines

    def search(self, person: int, other: int) -> list[str]:
        """Look for ``other`` among the siblings, then the grandparents, then the parents' siblings of ``person``."""
        world = self.world
        lines = [self.siblings(person)]
        if other in _siblings(world, person):
            return lines
        for parent in world.parents[person]:
            high = [p for p in world.parents[parent] if p >= 0]
            if other in high or not high:
                lines.append(
                    self.voice.say(
                        f"{self.names[parent]}的父母：{self.people(high)}。",
                        f"parents of {self.names[parent]}: {self.people(high)}.",
                    )
                )
            else:
                lines.append(self.siblings(parent))
            if other in high or other in _siblings(world, parent):
                break
        side = (
            self.voice.say("父亲", "father") if parent == world.parents[person][0] else self.voice.say("母亲", "mother")
        )
        is_male = world.male[other]
        if other in world.parents[parent]:
            kind = self.voice.say("父亲", "father") if is_male else self.voice.say("母亲", "mother")
        else:
            kind = self.voice.say("兄弟", "brother") if is_male else self.voice.say("姐妹", "sister")
        lines.append(
            self.voice.say(
                f"{self.names[parent]}是{self.names[person]}的{side}，{self.names[other]}是{self.names[parent]}的{kind}。",
                f"{self.names[parent]} is the {side} of {self.names[person]}, {self.names[other]} a {kind} of "
                f"{self.names[parent]}.",
            )
        )
        return lines
