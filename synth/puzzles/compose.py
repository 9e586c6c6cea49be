"""From a family, a seed and a level to a proven item: a world, questions that give nothing away, words, chains.

``draw`` makes the structure: a world, its asks, the options of each in their order, every one proven. It depends on
(seed, family, level) alone. ``tell`` words it in a language. So the Chinese and the English telling of one seed are
about the same world with the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

from solver.problems.letters import letter_of
from solver.problems.question import Question, question_id_of, question_of
from synth.errors import FamilyError, ProofError
from synth.puzzles.balance import Asked, Draft, is_kept
from synth.puzzles.family import Ask
from synth.puzzles.hardness.level import level_of
from synth.puzzles.hardness.needed import Needed, Stated, is_of_clues
from synth.puzzles.item import Item, ItemQuestion
from synth.puzzles.kinds.kind import Family
from synth.puzzles.options import Shown, is_two_valued, mistakes_of, shown
from synth.puzzles.reasoning.chain import chain as chain_in_words
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.steps import Manner, Telling
from synth.puzzles.voice import Lang, Style, Voice, spaced

VERSION = 9
"""Raise it whenever the same seed gives other bytes; it is part of every seed. What is new in this version:

* nothing is asked of what never moves, nor what one sentence of a text or a table says; no claim is false at a glance;
* reachability asks how far away something is, and from where it is reached;
* wordings that blind readers found loose are mended.
"""
AnyFamily = Family[Any, Any]
Refusal = Callable[[Item], bool]
_Asked = tuple[str, tuple[int, ...]]
"""Kind and arguments of an ask: which question it is of its world."""
_STILL = Voice("zh", "full", Random(0))
"""In which options are worded while they are chosen, and proofs; nothing is drawn from it."""
ATTEMPTS, LAST, TURNS = 6, 60, 5
"""Worlds tried until ``ENOUGH`` questions about one give nothing away; until one does; how often each is asked about.
"""
REDRAWN = 100
"""Problems refused in a row before it is given up: a family whose every text stands in a benchmark."""
ENOUGH, MOST = 2, 5
"""Questions that a problem should have, and may have."""
TWO_VALUED = 0.4
"""Share of the problems that may have a question with two options, and no more than one: of no family more than some
fifth of the questions have two."""

NEEDED_KEPT = (0.5, 0.35, 0.7, 1.0)
"""Share of the questions that are kept, by the facts they need together: 0 (there are several ways, or nothing is
said), 1, 2, and more. Set by counting: a third of a mixed set needs three."""
CLUES_KEPT = (0.5, 0.0, 0.7, 1.0)
"""The same of families of clues, where one fact is a clue said again or denied."""


class Told(NamedTuple):
    """A problem in words, without chains."""

    cast: Any
    text: str
    questions: tuple[str, ...] = ()
    options: tuple[tuple[str, ...], ...] = ()


class Drawn(NamedTuple):
    """A problem as structure."""

    world: Any
    asked: tuple[Shown, ...]
    seed: str
    """What its words are drawn from."""
    chinese: Told | None = None
    """The Chinese telling as far as it was made already, the questions all or none, so that it is made once."""
    facts: int | None = None
    """How many facts are stated, where the family names them."""
    idle: int | None = None
    """How many of them no answer needs."""


class Composed(NamedTuple):
    """A problem, and what it was told of."""

    item: Item
    drawn: Drawn


def compose(
    family: AnyFamily,
    *,
    seed: int,
    level: int,
    lang: Lang,
    style: Style,
    item_id: str,
    manner: Manner | None = None,
    refuses: Refusal | None = None,
) -> Composed:
    """Make one item.

    Args:
        seed: any integer; the same seed, family, level, language and style give the same bytes anywhere.
        level: the difficulty that is asked for, 1 to 9; how hard each question came out is its own level.
        manner: how chains in words are told; without it chains are traces.
        refuses: tells of a finished item whether another has to take its place; all that makes rows to learn from
            gives ``synth.puzzles.refusal``.

    Raises:
        FamilyError: nothing but refused items is drawn.
        ProofError: the family's prover contradicts it (a bug in the family).
    """
    for turn in range(REDRAWN):
        drawn = draw(family, seed=seed, level=level, turn=turn)
        item = tell(family, drawn, difficulty=level, lang=lang, style=style, item_id=item_id, manner=manner)
        if refuses is None or not refuses(item):
            return Composed(replace(item, refused=turn) if turn else item, drawn)
    raise FamilyError(
        f"{family.name}, difficulty {level}: {REDRAWN} problems in a row stand in a benchmark; use another difficulty"
    )


def draw(family: AnyFamily, *, seed: int, level: int, turn: int = 0, is_balanced: bool = True) -> Drawn:
    """Make one problem as structure: the world of a seed, or where its questions give themselves away, the next one.

    Args:
        turn: another one gives another problem, for the place of one that is refused when it is told.
        is_balanced: False keeps all asks of the first world.

    Raises:
        ProofError: the family's prover contradicts it (a bug in the family).
    """
    best: tuple[Drawn, Stated] | None = None
    # Strings seed Random through SHA-512, so the stream does not depend on the platform or on PYTHONHASHSEED.
    place = f"{VERSION}/{family.name}/{level}/{seed}" + (f"/turn {turn}" if turn else "")
    may_be_two: bool | None = None
    for attempt in range(LAST):
        if best is not None and attempt >= ATTEMPTS:
            return _counted(*best)
        name = place + (f"/{attempt}" if attempt else "")
        rng = Random(name)
        world = family.world(rng, level)
        bare = Drawn(world, (), name, _scene(family, world, name, "zh"))
        if not is_balanced:
            return with_options(family, world, family.asks(world, rng), name, chinese=bare.chinese)
        if may_be_two is None:
            may_be_two = rng.random() < TWO_VALUED
        stated = Stated(family, world)
        kept: dict[Asked, Shown] = {}
        judged: dict[_Asked, Ask[Any]] = {}
        for _ in range(TURNS):
            # A question that was refused is not asked again with other options: it would pass in the end.
            is_free = may_be_two and all(len(one.values) > 2 for one in kept.values())
            asks = [ask for ask in family.asks(world, rng, may_be_two=is_free) if (ask.kind, ask.args) not in judged]
            judged.update(((ask.kind, ask.args), ask) for ask in asks)
            _keep(stated, bare, asks, rng, kept, may_be_two=is_free)
            if len(kept) >= ENOUGH:
                return _counted(_with_kept(bare, kept), stated)
        if kept and best is None:
            best = _with_kept(bare, kept), stated
    if best is None:
        asks = list(judged.values()) or family.asks(world, rng)
        best = bare._replace(asked=(_spare(stated, bare, asks, rng),)), stated
    return _counted(*best)


def _with_kept(bare: Drawn, kept: Mapping[Asked, Shown]) -> Drawn:
    """Add the questions that were kept, with their words."""
    assert bare.chinese is not None  # it was told before it was judged
    drafts = [one.question for one in kept]
    chinese = bare.chinese._replace(
        questions=tuple(one.text for one in drafts), options=tuple(one.options for one in drafts)
    )
    return bare._replace(asked=tuple(kept.values()), chinese=chinese)


def _counted(drawn: Drawn, stated: Stated) -> Drawn:
    """Count what is stated and what of it no answer needs."""
    found = stated.idle([one.ask for one in drawn.asked])
    return drawn._replace(facts=stated.count, idle=None if found is None else len(found))


def with_options(
    family: AnyFamily,
    world: Any,
    asks: Sequence[Ask[Any]],
    seed: str,
    *,
    chinese: Told | None = None,
) -> Drawn:
    """Choose the options of asks about a world, and prove each of them right or wrong.

    Args:
        chinese: the Chinese telling, where it is made already.

    Raises:
        ProofError: the family's prover contradicts it (a bug in the family).
    """
    drawn = Drawn(world, (), seed, chinese or _scene(family, world, seed, "zh"))
    asked = _with_options(family, drawn, asks, Random(f"{seed}/options"))
    return drawn._replace(asked=tuple(_proven(family, world, one) for one in asked))


def _with_options(family: AnyFamily, drawn: Drawn, asks: Sequence[Ask[Any]], rng: Random) -> list[Shown]:
    """Choose the options of asks; what was only chosen is not proven yet."""
    world = drawn.world
    assert drawn.chinese is not None  # whoever asks for options has told the problem
    cast, problem, *_ = drawn.chinese

    def chosen(ask: Ask[Any]) -> Shown:
        return shown(
            ask,
            rng,
            is_wrong=lambda value: not family.holds(world, ask, value),
            text=lambda value: family.option(world, ask, value, cast, _STILL),
            problem=problem,
        )

    return [chosen(ask) for ask in asks]


def _proven(family: AnyFamily, world: Any, one: Shown, needed: int | None = None) -> Shown:
    """Prove each option right or wrong, and name what leads to the wrong ones.

    Args:
        needed: facts of which none may be missing, where it is known.

    Raises:
        ProofError: the family's prover contradicts it (a bug in the family).
    """
    for place, value in enumerate(one.values):
        if family.holds(world, one.ask, value) != (place == one.gold):
            raise ProofError(
                f"{family.name}: {one.ask.kind}{one.ask.args}: option {value!r} refutes the proof; world {world!r}"
            )
    return one._replace(mistakes=mistakes_of(one), needed=needed)


def _scene(family: AnyFamily, world: Any, seed: str, lang: Lang, wording: Callable[[Voice], Any] | None = None) -> Told:
    """Return the cast of a telling, and its text."""
    voice = Voice(lang, "full", Random(f"{seed}/{lang}"))
    cast = wording(voice) if wording is not None else family.cast(world, voice)
    return Told(cast, spaced(family.tell(world, cast, voice)))


def _keep(
    stated: Stated,
    bare: Drawn,
    asks: Sequence[Ask[Any]],
    rng: Random,
    kept: dict[Asked, Shown],
    *,
    may_be_two: bool,
) -> None:
    """Add the questions that are hard enough and give nothing away, as the Chinese telling shows them.

    What costs least to find out comes first: most questions are left out before anything is said of them.

    Args:
        may_be_two: whether one more may have two options.
    """
    asks = [ask for ask in asks if may_be_two or not is_two_valued(ask)]
    if not asks:
        return
    family = stated.family
    shares = CLUES_KEPT if is_of_clues(family) else NEEDED_KEPT
    left: list[tuple[Ask[Any], float, Needed]] = []
    for ask in asks:
        found = stated.needed(ask)
        if found.is_known and not found.is_below(rng.random(), shares):
            continue
        left.append((ask, rng.random(), found))
    if not left:
        return
    drawn = bare._replace(asked=tuple(_with_options(family, bare, [ask for ask, _, _ in left], rng)))
    told = questions_of(family, drawn)
    for one, question, (ask, chance, found) in zip(drawn.asked, told, left, strict=True):
        judged = Asked(ask.kind, question, one.gold)
        is_two = len(one.values) == 2
        if len(kept) < MOST and (may_be_two or not is_two) and is_kept(judged, tuple(kept), chance):
            kept[judged] = _proven(family, bare.world, one, found.count)
            may_be_two = may_be_two and not is_two


def _spare(stated: Stated, bare: Drawn, asks: Sequence[Ask[Any]], rng: Random) -> Shown:
    """Return the question of a problem of which none was kept: one that says no clue again, where there is one."""
    family, counts = stated.family, [stated.needed(ask).count for ask in asks]
    at = next((at for at, count in enumerate(counts) if count != 1 or not is_of_clues(family)), 0)
    one = _with_options(family, bare, asks[at : at + 1], rng)[0]
    return _proven(family, bare.world, one, counts[at])


def questions_of(family: AnyFamily, drawn: Drawn) -> list[Draft]:
    """Return a problem's questions as the Chinese telling shows them; nobody has measured how hard they are."""
    told = words(family, drawn, "zh")
    return [Draft(family.name, told.text, *one) for one in zip(told.questions, told.options, strict=True)]


def words(
    family: AnyFamily, drawn: Drawn, lang: Lang, wording: Callable[[Voice], Any] | None = None, salt: str = ""
) -> Told:
    """Word a problem.

    Args:
        wording: returns the cast in place of the family; may draw from the voice with which the text is told.
        salt: another one gives the questions other wordings.
    """
    told = drawn.chinese if lang == "zh" and wording is None else None
    if told is None:
        told = _scene(family, drawn.world, drawn.seed, lang, wording)
    elif told.questions and not salt:
        return told
    questions, options = [], []
    for ask, values, _, texts, *_ in drawn.asked:
        aside = Voice(lang, "full", Random(f"{drawn.seed}/{lang}/{ask.kind}{ask.args}{salt}"))
        questions.append(spaced(family.question(drawn.world, ask, told.cast, aside)))
        if told is not drawn.chinese or not texts:
            texts = tuple(family.option(drawn.world, ask, value, told.cast, aside) for value in values)
        options.append(tuple(map(spaced, texts)))
    return told._replace(questions=tuple(questions), options=tuple(options))


def tell(
    family: AnyFamily,
    drawn: Drawn,
    *,
    difficulty: int,
    lang: Lang,
    style: Style,
    item_id: str,
    wording: Callable[[Voice], Any] | None = None,
    salt: str = "",
    manner: Manner | None = None,
) -> Item:
    """Word a problem, with chains.

    Args:
        wording: as of ``words``.
        salt: as of ``words``.
        manner: as of ``compose``.

    Raises:
        ProofError: two options of a question read the same (a bug in the family).
    """
    told = bare = words(family, drawn, lang, wording, salt)
    asides = Voice(lang, style, Random(f"{drawn.seed}/{lang}/numbers{salt}"))
    told = told._replace(questions=tuple(_numbered(text, at, asides) for at, text in enumerate(told.questions)))
    # What a question's level is told by is the same in every language and wording.
    plain, text, *_ = drawn.chinese or _scene(family, drawn.world, drawn.seed, "zh")
    is_plain = lang == "zh" and style == "full" and wording is None
    questions = []
    for position, one in enumerate(drawn.asked):
        options = told.options[position]
        if len(set(options)) != len(options):
            raise ProofError(f"{family.name}: two options read the same: {options} ({drawn.seed})")
        proof = _trace(family, drawn, one, plain, _STILL)
        if manner is not None:
            chain, telling = _in_words(family, drawn, one, bare, position, lang, manner)
        else:
            own = proof if is_plain else _trace(family, drawn, one, told.cast, asides)
            chain, telling = f"{own}\n{_verdict(options[one.gold], letter_of(one.gold), asides)}", None
        level = level_of(proof=proof, text=text, needed=one.needed, options=len(options))
        questions.append(
            ItemQuestion(
                question=_question(item_id, family, level, told, drawn.asked, position),
                gold_letter=letter_of(one.gold),
                chain=chain,
                telling=telling,
                mistakes=one.mistakes,
                needed=one.needed,
            )
        )
    return Item(
        id=item_id,
        family=family.name,
        difficulty=difficulty,
        lang=lang,
        style=style,
        problem_text=told.text,
        questions=tuple(questions),
        facts=drawn.facts,
        idle=drawn.idle,
    )


def _trace(family: AnyFamily, drawn: Drawn, one: Shown, cast: Any, voice: Voice) -> str:
    """Return a proof in shorthand, up to the value itself."""
    return spaced(family.chain(drawn.world, one.ask, cast, voice, one.values).strip())


def _in_words(
    family: AnyFamily, drawn: Drawn, one: Shown, told: Told, position: int, lang: Lang, manner: Manner
) -> tuple[str, Telling]:
    voice = Voice(lang, "full", Random(f"{drawn.seed}/{lang}/words/{position}"))
    puzzle = Puzzle(family=family, world=drawn.world, ask=one.ask, shown=one.values, cast=told.cast, voice=voice)
    options, question = told.options[position], told.questions[position]
    found = chain_in_words(puzzle, one, manner=manner, options=options, question=question)
    return spaced(found.text), found.telling


def _question(
    item_id: str, family: AnyFamily, level: int | None, told: Told, asked: Sequence[Shown], position: int
) -> Question:
    return question_of(
        question_id_of(item_id, position),
        problem=told.text,
        text=told.questions[position],
        options=told.options[position],
        gold_letter=letter_of(asked[position].gold),
        family=family.name,
        level=level,
    )


def _numbered(text: str, position: int, voice: Voice) -> str:
    """Head the question as puzzles in the wild do, or leave it bare."""
    form = int(voice.rng.random() * 4)
    number = position + 1
    if voice.zh:
        return (f"选择题 {number}：\n{text}", f"问题{number}：{text}", text, text)[form]
    return (f"Question {number}:\n{text}", f"Q{number}. {text}", text, text)[form]


def _verdict(option: str, letter: str, voice: Voice) -> str:
    """End a chain: the option's text first, then its letter, which is easier to find than the other way round."""
    if voice.zh:
        said = (f"“{option}”是选项{letter}。", f"即{option}，选项{letter}。")
        return f"{said[int(voice.rng.random() * 2)]}\n答案是：{letter}"
    return f'"{option}" is option {letter}.\nThe answer is: {letter}'
