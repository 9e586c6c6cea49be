"""From a family, a seed and a level to a proven item: proof of every option, balanced letters, chain and last line.

The world depends on (seed, family, level) alone; wording has its own randomness. So the Chinese and the English
telling of one seed are about the same world, and neither wording nor option order can change an answer.
"""

from __future__ import annotations

from random import Random
from typing import Any

from solver.problems.letters import letter_of
from solver.problems.question import question_id_of, question_of
from synth.errors import ProofError
from synth.puzzles.family import Ask, Family
from synth.puzzles.item import Item, ItemQuestion
from synth.puzzles.voice import Lang, Style, Voice

VERSION = 3
"""Raise it whenever the same seed gives other bytes; it is part of every seed."""
AnyFamily = Family[Any, Any, Any]


def compose(family: AnyFamily, *, seed: int, level: int, lang: Lang, style: Style, item_id: str) -> Item:
    """Make one item.

    Args:
        seed: any integer; the same seed, family, level, language and style give the same bytes anywhere.
        level: difficulty, 1 to 9.

    Raises:
        ProofError: the family's prover contradicts it (a bug in the family).
    """
    # Strings seed Random through SHA-512, so the stream does not depend on the platform or on PYTHONHASHSEED.
    world_rng = Random(f"{VERSION}/{family.name}/{level}/{seed}")
    world = family.world(world_rng, level)
    asks = family.asks(world, world_rng)
    letters_rng = Random(f"{VERSION}/{family.name}/{level}/{seed}/options")
    voice = Voice(lang, style, Random(f"{VERSION}/{family.name}/{level}/{seed}/{lang}/{style}"))
    cast = family.cast(world, voice)
    text = family.tell(world, cast, voice)
    questions = []
    for position, ask in enumerate(asks):
        values, gold = _arrange(ask, letters_rng)
        _prove(family, world, ask, values, gold)
        options = tuple(family.option(world, ask, value, cast, voice) for value in values)
        if len(set(options)) != len(options):
            raise ProofError(f"{family.name}: two options read the same: {options} (seed {seed}, level {level})")
        question = question_of(
            question_id_of(item_id, position),
            problem=text,
            text=_numbered(family.question(world, ask, cast, voice), position, voice),
            options=options,
            gold_letter=letter_of(gold),
            family=family.name,
            level=level,
        )
        aside = Voice(lang, style, Random(f"{VERSION}/{family.name}/{level}/{seed}/{lang}/{style}/chain/{position}"))
        chain = family.chain(world, ask, cast, aside, tuple(values)).strip()
        chain = f"{chain}\n{_verdict(options[gold], letter_of(gold), aside)}"
        questions.append(ItemQuestion(question=question, gold_letter=letter_of(gold), chain=chain))
    return Item(
        id=item_id,
        family=family.name,
        level=level,
        lang=lang,
        style=style,
        problem_text=text,
        questions=tuple(questions),
    )


def _arrange(ask: Ask[Any], rng: Random) -> tuple[list[Any], int]:
    """Choose the options of an ask and the place of the right one: 2 to 5 options, gold uniform over places."""
    if ask.is_fixed_order:
        # Natural order: the family lists the values in ``wrong`` + ``right`` and they are sorted by ``_natural``.
        values = sorted({ask.right, *ask.wrong}, key=_natural)
        return values, values.index(ask.right)
    distractors = [value for value in dict.fromkeys(ask.wrong) if value != ask.right]
    if not distractors:
        raise ProofError(f"ask {ask.kind} has no distractor")
    # Mostly four options, as in the contest.
    count = min(len(distractors), (3, 3, 3, 3, 3, 2, 4, 1)[int(rng.random() * 8)])
    chosen = distractors[:count]
    rng.shuffle(chosen)
    gold = int(rng.random() * (count + 1))
    return [*chosen[:gold], ask.right, *chosen[gold:]], gold


def _natural(value: Any) -> tuple[int, str]:
    """Order of values that must not be shuffled: True before False, numbers up, everything else as text."""
    if isinstance(value, bool):
        return (0 if value else 1, "")
    if isinstance(value, int):
        return (value, "")
    return (0, str(value))


def _prove(family: AnyFamily, world: Any, ask: Ask[Any], values: list[Any], gold: int) -> None:
    for place, value in enumerate(values):
        if family.holds(world, ask, value) != (place == gold):
            raise ProofError(
                f"{family.name}: {ask.kind}{ask.args}: option {value!r} refutes the proof; world {world!r}"
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
