"""Translation with a word list and one rule of word order, forward and back; the other language is invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from synth.puzzles.family import Ask
from synth.puzzles.kinds.kind import Args, Family, Kind, Plan, claimed, tried, whether
from synth.puzzles.kinds.wordings import Telling
from synth.puzzles.names import draw
from synth.puzzles.voice import Voice

NOUN, VERB, ADJECTIVE = 0, 1, 2
KEEP, REVERSE, VERB_LAST, VERB_FIRST, ADJECTIVE_AFTER = range(5)
CLASSES = ("noun", "verb", "adjective")
RULES = ("keep", "reverse", "verb_last", "verb_first", "adjective_after")
"""Classes of words and rules of order, as the table of sentences calls them."""
Sentence = tuple[int, ...]


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


Told = Telling[Cast]


def _shift(world: World, sentence: Sentence) -> Sentence:
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


def _obeys(world: World, source: Sentence, target: Sentence) -> bool:
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


def _sentence(world: World, rng: Random) -> Sentence:
    """A sentence: any words where order does not look at classes, else [adjective] noun verb [adjective] noun."""
    if not _is_grammatical(world):
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


def _near(world: World, words: Sentence, first: list[Sentence], rng: Random) -> list[Sentence]:
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


def _forward(world: World, rng: Random) -> Ask[Sentence]:
    source = _sentence(world, rng)
    target = _shift(world, source)
    return Ask("forward", source, target, tuple(_near(world, target, [source, target[::-1]], rng)))


def _backward(world: World, rng: Random) -> Ask[Sentence]:
    source = _sentence(world, rng)
    target = _shift(world, source)
    near = _near(world, source, [target, source[::-1]], rng)
    return Ask("backward", target, source, tuple(wrong for wrong in near if not _obeys(world, wrong, target)))


def _check(world: World, rng: Random) -> Ask[bool]:
    source = _sentence(world, rng)
    target = _shift(world, source)
    claim = target if rng.random() < 0.5 else _near(world, target, [], rng)[0]
    return claimed("check", (*source, *claim), claim == target)


def _word(world: World, rng: Random, name: str, word: int, others: Sequence[int]) -> Ask[Sentence]:
    return Ask(name, (word,), (word,), tuple((other,) for other in others))


def _halves(args: Sentence) -> tuple[Sentence, Sentence]:
    """The sentence and the claimed translation of ``check``."""
    return args[: len(args) // 2], args[len(args) // 2 :]


def _source(words: Sentence, told: Told) -> str:
    names = [told.cast.source[word] for word in words]
    return ("" if _is_grammatical(told.world) else "、").join(names) if told.voice.zh else " ".join(names)


def _is_grammatical(world: World) -> bool:
    """Tell whether what is translated are sentences; else any words in a row."""
    return world.order not in (KEEP, REVERSE)


def _form(args: Args, told: Told) -> str:
    return "sentence" if _is_grammatical(told.world) else "row"


def _target(words: Sentence, told: Told) -> str:
    return " ".join(told.cast.target[word] for word in words)


def _translated(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    text = "".join(text for text, _ in _walk(world, ask.args, told))
    return text.removesuffix(told.say("comma")) + told.say("stop")


def _checked(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    source, claim = _halves(ask.args)
    return _counted(world, claim, told) + _compared(world, source, claim, told)[0]


def _tried(world: World, ask: Ask[Any], told: Told, shown: Sequence[Sentence]) -> str:
    """Going back is trying the options forward."""
    compared = {value: _compared(world, value, ask.args, told) for value in shown}
    lines = tried(shown, lambda value: compared[value][1], lambda value: compared[value][0], told)
    return _counted(world, ask.args, told) + "\n".join(lines)


def _looked_up(world: World, ask: Ask[Any], told: Told, shown: Sequence[Any]) -> str:
    # A small model finds what follows a word, not what stands before it: so down the list to the match.
    listed = [_entry(word, told) for word in range(ask.args[0] + 1)]
    return told.say("chain.found", listed=told.say("comma").join(listed))


def _entry(word: int, told: Told) -> str:
    return f"{told.cast.source[word]}→{told.cast.target[word]}"


def _walk(world: World, words: Sentence, told: Told) -> list[tuple[str, int]]:
    """The steps of a translation in the order of the translated words: (what is said before the word, the word).

    With the rule ``REVERSE`` the words are numbered first and then taken from the last number down.
    A word of -1 says that the source is no proper sentence.
    """
    cast, comma = told.cast, told.say("comma")

    def entry(word: int, lead: str = "") -> tuple[str, int]:
        return (f"{lead}{cast.source[word]}→{cast.target[word]}{comma}", word)

    def marked(word: int) -> str:
        kind = told.say(f"class.{CLASSES[world.classes[word]]}")
        return f"{cast.source[word]}{told.say('space')}{kind}{comma}"

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


def _counted(world: World, claim: Sentence, told: Told) -> str:
    """Under the rule ``REVERSE`` a claimed translation is numbered before the comparison."""
    if world.order != REVERSE:
        return ""
    text = told.say("comma").join(f"{number}{told.cast.target[word]}" for number, word in enumerate(claim, 1))
    return f"{text}{told.say('stop')}\n"


def _compared(world: World, words: Sentence, claim: Sentence, told: Told) -> tuple[str, bool]:
    """Compare ``words`` translated with ``claim`` word by word up to the first difference, and say the verdict.

    Each step reads ``claimed word：source word→its translation``.
    """
    text, good = _steps(world, words, claim, told)
    return text + told.say("chain.same" if good else "chain.differ"), good


def _steps(world: World, words: Sentence, claim: Sentence, told: Told) -> tuple[str, bool]:
    text, target, colon = "", told.cast.target, told.say("colon")
    if world.order == REVERSE:
        # The source forward against the numbered claim from its last number down.
        for number, word in zip(range(len(words), 0, -1), words, strict=True):
            text += f"{number}{target[claim[number - 1]]}{colon}{_entry(word, told)}{told.say('comma')}"
            if claim[number - 1] != word:
                return text, False
        return text, True
    place = 0
    for said, word in _walk(world, words, told):
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


KINDS: tuple[Kind[World, Cast], ...] = (
    Kind(
        "forward",
        _forward,
        holds=_obeys,
        option=_target,
        chain=_translated,
        variant=_form,
        slots=lambda args, told: {"text": _source(args, told), "language": told.cast.language},
        operations=lambda world, args: len(args),
    ),
    Kind(
        "backward",
        _backward,
        holds=lambda world, args, value: _obeys(world, value, args),
        option=_source,
        chain=_tried,
        variant=_form,
        slots=lambda args, told: {"text": _target(args, told), "language": told.cast.language},
        operations=lambda world, args: len(args),
    ),
    whether(
        "check",
        _check,
        is_so=lambda world, args: _obeys(world, *_halves(args)),
        chain=_checked,
        slots=lambda args, told: {
            "text": _source(_halves(args)[0], told),
            "claim": _target(_halves(args)[1], told),
        },
        operations=lambda world, args: len(args) // 2,
    ),
    Kind(
        "word",
        _word,
        holds=lambda world, args, value: value == args,
        option=_target,
        chain=lambda world, ask, told, shown: _entry(ask.args[0], told) + told.say("stop"),
        slots=lambda args, told: {"word": _source(args, told), "language": told.cast.language},
        operations=lambda world, args: 1,
    ),
    Kind(
        "word_back",
        _word,
        holds=lambda world, args, value: value == args,
        option=_source,
        chain=_looked_up,
        slots=lambda args, told: {"word": _target(args, told), "language": told.cast.language},
        operations=lambda world, args: 1,
    ),
)


class Translation(Family[World, Cast]):
    """Values: tuples of word indices (a sentence, or one word), or True/False."""

    name = "translation"
    title = "translation with a word list"
    kinds = KINDS

    def world(self, rng: Random, level: int) -> World:
        order = rng.randrange(5)
        length = 3 + level // 2
        size = 6 + level
        nouns = 3 + level // 3
        verbs = 2 + level // 4
        classes = [NOUN] * nouns + [VERB] * verbs + [ADJECTIVE] * (size - nouns - verbs)
        rng.shuffle(classes)
        return World(tuple(classes), order, min(length, 6))

    def asks(self, world: World, rng: Random, *, may_be_two: bool = True) -> list[Ask[Any]]:
        word, *others = rng.sample(range(len(world.classes)), 5)
        name = "word" if rng.random() < 0.5 else "word_back"
        plans: list[Plan] = [("forward",), ("backward",), ("check",), (name, name, word, others)]
        plans.pop(rng.choice((0, 1, 2, 2, 3, 3)))
        return self.first(plans, world, rng, may_be_two=may_be_two)

    def cast(self, world: World, voice: Voice) -> Cast:
        rng, told = voice.rng, self.told(Cast((), (), "", ""), voice)
        pools = [rng.sample(pool, len(pool)) for pool in (told.say(f"words.{kind}").split() for kind in CLASSES)]
        source = tuple(pools[kind].pop() for kind in world.classes)
        if rng.random() < 0.3:
            target = draw(voice, "coinage", len(source))
        else:
            words: dict[str, None] = {}
            while len(words) < len(source):
                count = 2 if rng.random() < 0.8 else 3
                words["".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(count))] = None
            target = tuple(words)
        return Cast(source, target, told.pick("language"), told.draw("tell.arrow"))

    def tell(self, world: World, cast: Cast, voice: Voice) -> str:
        told, entries = self.told(cast, voice), []
        head = told.pick("tell.head", language=cast.language)
        with_class = _is_grammatical(world)
        for source, target, kind in zip(cast.source, cast.target, world.classes, strict=True):
            tag = told.say("tell.tag", kind=told.say(f"class.{CLASSES[kind]}")) if with_class else ""
            entries.append(cast.arrow.format(source, target) + tag)
        rule = told.pick(f"rule.{RULES[world.order]}")
        rules = told.pick("tell.rule", rule=rule) + (told.say("tell.grammar") if with_class else "")
        rules += told.say("tell.blanks")
        form = voice.rng.random()
        if form < 0.5:
            body = "\n".join(f"{number}. {entry}" for number, entry in enumerate(entries, 1))
        elif form < 0.8:
            body = "\n".join(f"- {entry}" for entry in entries)
        else:
            body = told.say("semicolon").join(entries) + told.say("stop")
        return f"{head}\n{body}\n{rules}"
