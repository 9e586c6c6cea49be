"""Translation with a word list and one rule of word order, forward and back; the other language is invented."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from solver.problems.letters import letter_of
from synth.puzzles.family import Ask, Family
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

NOUN, VERB, ADJECTIVE = 0, 1, 2
KEEP, REVERSE, VERB_LAST, VERB_FIRST, ADJECTIVE_AFTER = range(5)
_POS = (("名词", "noun"), ("动词", "verb"), ("形容词", "adjective"))
_ZH_WORDS = (
    "猫 狗 鸟 鱼 马 孩子 老师 农夫 国王 医生 苹果 书 球 花 房子 船".split(),
    "看见 喜欢 追赶 寻找 拿走 画 买 帮助 害怕 记得".split(),
    "红 大 小 老 白 快乐 聪明 安静 漂亮 新 黑 高".split(),
)
_EN_WORDS = (
    "cat dog bird fish horse child teacher farmer king doctor apple book ball flower house boat".split(),
    "sees likes chases finds takes paints buys helps fears knows".split(),
    "red big small old white happy clever quiet pretty new black tall".split(),
)
_RULES = (
    (("单词逐个翻译，词序不变", "译文中各词的顺序与原文相同"), ("words are translated one by one, in the same order",)),
    (
        ("译文的词序与原文完全相反", "逐词翻译之后，要把整个词序颠倒过来"),
        ("the translation has the words in reverse order", "translate word by word, then reverse the order"),
    ),
    (
        ("译文中动词放在最后，其余的词顺序不变", "动词要移到句末，其他词的先后不变"),
        ("the verb moves to the end, the other words keep their order",),
    ),
    (
        ("译文中动词放在最前，其余的词顺序不变", "动词要移到句首，其他词的先后不变"),
        ("the verb moves to the front, the other words keep their order",),
    ),
    (
        ("译文中形容词放在它所修饰的名词后面，其余顺序不变", "每个形容词要移到紧跟其后的名词之后，其他词顺序不变"),
        ("each adjective moves behind the noun it stood before, all else keeps its order",),
    ),
)


@dataclass(frozen=True, slots=True)
class World:
    """A word list and a rule of order."""

    classes: tuple[int, ...]
    """For each word of the list its class: 0 noun, 1 verb, 2 adjective."""
    order: int
    """The rule: 0 keep, 1 reverse, 2 verb last, 3 verb first, 4 adjective after its noun."""
    length: int
    """Words in a sentence, where the rule does not ask for a grammatical one."""


class Cast(NamedTuple):
    """The words of both languages and the look of the list."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    language: str
    arrow: str


def _shift(world: World, sentence: tuple[int, ...]) -> tuple[int, ...]:
    """Put a source sentence into target order."""
    if world.order == KEEP:
        return sentence
    if world.order == REVERSE:
        return sentence[::-1]
    verb = [word for word in sentence if world.classes[word] == VERB]
    rest = [word for word in sentence if world.classes[word] != VERB]
    if world.order == VERB_LAST:
        return (*rest, *verb)
    if world.order == VERB_FIRST:
        return (*verb, *rest)
    words = list(sentence)
    for place in range(len(words) - 1):
        if world.classes[words[place]] == ADJECTIVE and world.classes[words[place + 1]] == NOUN:
            words[place], words[place + 1] = words[place + 1], words[place]
    return tuple(words)


def _obeys(world: World, source: tuple[int, ...], target: tuple[int, ...]) -> bool:
    """Prove by where each word stands that ``target`` is ``source`` translated (independent of ``_shift``)."""
    if sorted(source) != sorted(target) or len(set(source)) != len(source):
        return False
    size = len(source)
    for place, word in enumerate(source):
        kind = world.classes[word]
        verb = next((at for at, other in enumerate(source) if world.classes[other] == VERB), 0)
        if world.order == KEEP:
            goal = place
        elif world.order == REVERSE:
            goal = size - 1 - place
        elif world.order == VERB_LAST:
            goal = size - 1 if kind == VERB else place - (place > verb)
        elif world.order == VERB_FIRST:
            goal = 0 if kind == VERB else place + (place < verb)
        elif kind == ADJECTIVE:
            goal = place + 1
        else:
            goal = place - (kind == NOUN and place > 0 and world.classes[source[place - 1]] == ADJECTIVE)
        if not 0 <= goal < size or target[goal] != word:
            return False
    return True


class Translation(Family[World, tuple[int, ...], Cast]):
    """Values: tuples of word indices (a sentence, or one word), or (1,) and (0,) for right and wrong."""

    name = "translation"
    title = "translation with a word list"

    def world(self, rng: Random, level: int) -> World:
        order = rng.randrange(5)
        length = 3 + level // 2
        size = 6 + level
        nouns = 3 + level // 3
        verbs = 2 + level // 4
        classes = [NOUN] * nouns + [VERB] * verbs + [ADJECTIVE] * (size - nouns - verbs)
        rng.shuffle(classes)
        return World(tuple(classes), order, min(length, 6))

    def _sentence(self, world: World, rng: Random) -> tuple[int, ...]:
        """A sentence: any words where order does not look at classes, else [adjective] noun verb [adjective] noun."""
        if world.order in (KEEP, REVERSE):
            return tuple(rng.sample(range(len(world.classes)), world.length))
        pools: list[list[int]] = [[], [], []]
        for word, kind in enumerate(world.classes):
            pools[kind].append(word)
        one, two = rng.sample(pools[NOUN], 2)
        first, last = rng.sample(pools[ADJECTIVE], 2) if len(pools[ADJECTIVE]) > 1 else (pools[ADJECTIVE][0], -1)
        is_long = world.length >= 5 and last >= 0
        before = is_long or rng.random() < 0.5
        after = is_long and rng.random() < 0.7 or not before
        words = [first] * before + [one, rng.choice(pools[VERB])]
        words += [last if before else first] * after + [two]
        return tuple(words)

    def _near(
        self, world: World, words: tuple[int, ...], first: list[tuple[int, ...]], rng: Random
    ) -> list[tuple[int, ...]]:
        """Wrong sentences near a right one: ``first``, then one word changed, then two words swapped."""
        near = list(first)
        place = rng.randrange(len(words))
        others = [other for other in range(len(world.classes)) if other not in words]
        same = [other for other in others if world.classes[other] == world.classes[words[place]]] or others
        near.append((*words[:place], rng.choice(same), *words[place + 1 :]))
        one, two = sorted(rng.sample(range(len(words)), 2))
        swapped = list(words)
        swapped[one], swapped[two] = swapped[two], swapped[one]
        near.append(tuple(swapped))
        place = rng.randrange(len(words))
        near.append((*words[:place], rng.choice(others), *words[place + 1 :]))
        near.append((*words[1:], words[0]))
        rng.shuffle(near)
        return [wrong for wrong in dict.fromkeys(near) if wrong != words]

    def asks(self, world: World, rng: Random) -> list[Ask[tuple[int, ...]]]:
        asks: list[Ask[tuple[int, ...]]] = []
        source = self._sentence(world, rng)
        target = _shift(world, source)
        near = self._near(world, target, [source, target[::-1]], rng)
        asks.append(Ask("forward", source, target, tuple(near)))
        source = self._sentence(world, rng)
        target = _shift(world, source)
        near = self._near(world, source, [target, source[::-1]], rng)
        near = [wrong for wrong in near if not _obeys(world, wrong, target)]
        asks.append(Ask("backward", target, source, tuple(near)))
        source = self._sentence(world, rng)
        target = _shift(world, source)
        claim = target if rng.random() < 0.5 else self._near(world, target, [], rng)[0]
        right = claim == target
        asks.append(Ask("check", (*source, *claim), (int(right),), ((int(not right),),)))
        word, *others = rng.sample(range(len(world.classes)), 5)
        asks.append(Ask("word" if rng.random() < 0.5 else "word_back", (word,), (word,), tuple((o,) for o in others)))
        asks.pop(rng.choice((0, 1, 2, 2, 3, 3)))
        return asks

    def operations(self, world: World, ask: Ask[tuple[int, ...]]) -> int:
        return len(ask.args) // 2 if ask.kind == "check" else len(ask.args)

    def holds(self, world: World, ask: Ask[tuple[int, ...]], value: tuple[int, ...]) -> bool:
        if ask.kind == "forward":
            return _obeys(world, ask.args, value)
        if ask.kind == "backward":
            return _obeys(world, value, ask.args)
        if ask.kind == "check":
            half = len(ask.args) // 2
            return _obeys(world, ask.args[:half], ask.args[half:]) == (value == (1,))
        return value == ask.args

    def cast(self, world: World, voice: Voice) -> Cast:
        rng = voice.rng
        pools = [rng.sample(pool, len(pool)) for pool in (_ZH_WORDS if voice.zh else _EN_WORDS)]
        source = tuple(pools[kind].pop() for kind in world.classes)
        size = len(source)
        if rng.random() < 0.3:
            target = draw(voice, "coinage", size)
        else:
            words: dict[str, None] = {}
            while len(words) < size:
                count = 2 if rng.random() < 0.8 else 3
                words["".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(count))] = None
            target = tuple(words)
        language = voice.pick(
            ["塔拉语", "古岛语", "密语", "火星语", "外星语", "西塔语"],
            ["Talan", "Old Islandish", "Martian", "Zorbian"],
        )
        arrow = voice.pick(
            ["{} -> {}", "{}：{}", "“{}”译为“{}”", "{} = {}"], ["{} -> {}", "{}: {}", '"{}" becomes "{}"', "{} = {}"]
        )
        return Cast(source, target, language, arrow)

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        head = voice.pick(
            [
                f"下面是一份汉语到{cast.language}的词汇表：",
                f"{cast.language}的单词与汉语的对应关系如下：",
                f"一名翻译员用这张词表把汉语译成{cast.language}：",
            ],
            [
                f"Here is a word list from English to {cast.language}:",
                f"These English words have the following {cast.language} equivalents:",
            ],
        )
        with_class = world.order not in (KEEP, REVERSE)
        entries = []
        for source, target, kind in zip(cast.source, cast.target, world.classes, strict=True):
            tag = voice.say(f"（{_POS[kind][0]}）", f" ({_POS[kind][1]})") if with_class else ""
            entries.append(cast.arrow.format(source, target) + tag)
        rule = voice.pick(*_RULES[world.order])
        rules = voice.pick(
            [f"翻译规则：{rule}。", f"规则：{rule}。", f"语法规定：{rule}。"],
            [f"Rule: {rule}.", f"Rule of translation: {rule}."],
        )
        if with_class:
            rules += voice.say(
                "汉语句子的词序是：主语、动词、宾语，形容词放在名词前面。",
                " An English sentence here is: subject, verb, object; adjectives stand before their nouns.",
            )
        rules += voice.say("词与词之间用空格隔开。", "")
        form = voice.rng.random()
        if form < 0.5:
            body = "\n".join(f"{number}. {entry}" for number, entry in enumerate(entries, 1))
        elif form < 0.8:
            body = "\n".join(f"- {entry}" for entry in entries)
        else:
            body = voice.say("；", "; ").join(entries) + voice.say("。", ".")
        return f"{head}\n{body}\n{rules}"

    def question(self, world: World, ask: Ask[tuple[int, ...]], cast: Cast, voice: Voice) -> str:
        language, half = cast.language, len(ask.args) // 2
        if ask.kind == "forward":
            text = _words(cast.source, ask.args)
            return voice.pick(
                [
                    f"“{text}”翻译成{language}是：",
                    f"把“{text}”译成{language}，结果是哪一个？",
                    f"“{text}”用{language}怎么说？",
                ],
                [f'What is "{text}" in {language}?', f'Translate "{text}" into {language}.'],
            )
        if ask.kind == "backward":
            text = _words(cast.target, ask.args)
            return voice.pick(
                [
                    f"{language}的“{text}”对应的汉语原文是：",
                    f"“{text}”是由哪句汉语翻译来的？",
                    f"把“{text}”译回汉语，结果是：",
                ],
                [f'Which English sentence was translated as "{text}"?', f'What does "{text}" mean in English?'],
            )
        if ask.kind == "check":
            text, claim = _words(cast.source, ask.args[:half]), _words(cast.target, ask.args[half:])
            return voice.pick(
                [
                    f"“{text}”的译文是“{claim}”，对吗？",
                    f"有人把“{text}”译成“{claim}”，这样译正确吗？",
                    f"“{text}”应译为“{claim}”。这个说法正确吗？",
                ],
                [
                    f'Is "{claim}" the right translation of "{text}"?',
                    f'Someone translates "{text}" as "{claim}". Is that right?',
                ],
            )
        word = ask.args[0]
        if ask.kind == "word":
            return voice.pick(
                [
                    f"“{cast.source[word]}”用{language}怎么说？",
                    f"词表中“{cast.source[word]}”对应哪个词？",
                    f"“{cast.source[word]}”译为：",
                ],
                [f'What is "{cast.source[word]}" in {language}?', f'Which word stands for "{cast.source[word]}"?'],
            )
        return voice.pick(
            [
                f"“{cast.target[word]}”是什么意思？",
                f"词表中“{cast.target[word]}”对应的汉语词是：",
                f"{language}的“{cast.target[word]}”指的是：",
            ],
            [f'What does "{cast.target[word]}" mean?', f'Which English word is "{cast.target[word]}"?'],
        )

    def option(self, world: World, ask: Ask[tuple[int, ...]], value: tuple[int, ...], cast: Cast, voice: Voice) -> str:
        if ask.kind == "check":
            return voice.say("正确" if value == (1,) else "错误", "Right" if value == (1,) else "Wrong")
        return _words(cast.target if ask.kind in ("forward", "word") else cast.source, value)

    def chain(
        self, world: World, ask: Ask[tuple[int, ...]], cast: Cast, voice: Voice, shown: tuple[tuple[int, ...], ...]
    ) -> str:
        source, target = cast.source, cast.target
        stop = voice.say("。", ".")
        if ask.kind == "word":
            return f"{source[ask.args[0]]}→{target[ask.args[0]]}{stop}"
        if ask.kind == "word_back":
            # A small model finds what follows a word, not what stands before it: so down the list to the match.
            listed = [f"{source[word]}→{target[word]}" for word in range(ask.args[0] + 1)]
            return voice.say("，", ", ").join(listed) + voice.say("，找到。", ", found.")
        if ask.kind == "forward":
            return "".join(text for text, _ in self._walk(world, ask.args, cast, voice)).rstrip("，, ") + stop
        half = len(ask.args) // 2
        if ask.kind == "check":
            text, good = self._compared(world, ask.args[:half], ask.args[half:], cast, voice)
            return (
                self._counted(world, ask.args[half:], cast, voice)
                + text
                + voice.say("全部相同。" if good else "不同。", "all the same." if good else "they differ.")
            )
        # Going back is trying the options forward.
        lines = [head] if (head := self._counted(world, ask.args, cast, voice).strip()) else []
        for place, value in enumerate(shown):
            text, good = self._compared(world, value, ask.args, cast, voice)
            text += voice.say("全部相同。" if good else "不同。", "all the same." if good else "they differ.")
            lines.append(f"{letter_of(place)}{voice.say('：', ': ')}{text}")
            if good:
                break
        return "\n".join(lines)

    def _walk(self, world: World, words: tuple[int, ...], cast: Cast, voice: Voice) -> list[tuple[str, int]]:
        """The steps of a translation in the order of the translated words: (what is said before the word, the word).

        With the rule ``REVERSE`` the words are numbered first and then taken from the last number down.
        A word of -1 says that the source is no proper sentence.
        """
        comma = voice.say("，", ", ")

        def entry(word: int, lead: str = "") -> tuple[str, int]:
            return (f"{lead}{cast.source[word]}→{cast.target[word]}{comma}", word)

        def marked(word: int) -> str:
            return f"{cast.source[word]}{voice.say('', ' ')}{voice.say(*_POS[world.classes[word]])}{comma}"

        if world.order == KEEP:
            return [entry(word) for word in words]
        if world.order == REVERSE:
            lead = "".join(f"{number}{cast.source[word]}{comma}" for number, word in enumerate(words, 1))
            steps = [entry(word, str(number)) for number, word in reversed(list(enumerate(words, 1)))]
            return [(lead, -2), *steps]
        steps = []
        if world.order in (VERB_LAST, VERB_FIRST):
            place = next((at for at, word in enumerate(words) if world.classes[word] == VERB), -1)
            if place < 0:
                return [("".join(marked(word) for word in words), -1)]
            rest = [word for word in words if word != words[place]]
            if world.order == VERB_FIRST:
                lead = "".join(marked(word) for word in words[: place + 1])
                return [(lead, -2), entry(words[place]), *(entry(word) for word in rest)]
            steps = [entry(word, marked(words[place]) if at == place else "") for at, word in enumerate(rest)]
            if place == len(rest):
                steps.append((marked(words[place]), -2))
            return [*steps, entry(words[place])]
        at = 0
        while at < len(words):
            word, after = words[at], words[at + 1] if at + 1 < len(words) else -1
            if world.classes[word] != ADJECTIVE:
                steps.append(entry(word))
                at += 1
            elif after >= 0 and world.classes[after] == NOUN:
                steps += [entry(after, marked(word)), entry(word)]
                at += 2
            else:
                steps.append((marked(word) + (marked(after) if after >= 0 else ""), -1))
                return steps
        return steps

    def _counted(self, world: World, claim: tuple[int, ...], cast: Cast, voice: Voice) -> str:
        """Under the rule ``REVERSE`` a claimed translation is numbered before the comparison."""
        if world.order != REVERSE:
            return ""
        text = voice.say("，", ", ").join(f"{number}{cast.target[word]}" for number, word in enumerate(claim, 1))
        return text + voice.say("。\n", ".\n")

    def _compared(
        self, world: World, words: tuple[int, ...], claim: tuple[int, ...], cast: Cast, voice: Voice
    ) -> tuple[str, bool]:
        """Compare ``words`` translated with ``claim`` word by word up to the first difference.

        Each step reads ``claimed word：source word→its translation``.
        """
        text, target, size = "", cast.target, len(words)
        colon = voice.say("：", ": ")
        if world.order == REVERSE:
            # The source forward against the numbered claim from its last number down.
            for number, word in zip(range(size, 0, -1), words, strict=True):
                text += f"{number}{target[claim[number - 1]]}{colon}{cast.source[word]}→{target[word]}"
                text += voice.say("，", ", ")
                if claim[number - 1] != word:
                    return text, False
            return text, True
        place = 0
        for said, word in self._walk(world, words, cast, voice):
            if word == -2:
                text += said
                continue
            if word < 0:
                return text + said, False
            text += f"{target[claim[place]]}{colon}{said}"
            if claim[place] != word:
                return text, False
            place += 1
        return text, True


def _words(names: tuple[str, ...], sentence: tuple[int, ...]) -> str:
    return " ".join(names[word] for word in sentence)
