"""Chains in words, of every family that has them: proven step by step, read rightly, and told like a person tells."""

from __future__ import annotations

import re
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.extraction.extract import extract
from solver.problems.letters import letter_of
from synth.generate.order import MAX_LEVEL
from synth.puzzles.compose import draw, words
from synth.puzzles.families import FAMILIES
from synth.puzzles.reasoning.chain import Chain, chain
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.registry import reasoner_of, reasoners
from synth.puzzles.reasoning.steps import LENGTHS, REGISTERS, Conclusion, Deduce, Given, Length, Manner, Register
from synth.puzzles.voice import Lang, Voice

NAMES = reasoners().names
REASON = {
    "zh": re.compile("因为|如果|那么|所以|因此|由于|故|可知|可以|于是|已知|这样|就是|推出|选"),
    "en": re.compile(
        r"\b(because|since|so|therefore|hence|given|follows|means|know|told|tells|stated|settles|gives|if|then|conclusion|concluded?)\b",
        re.I,
    ),
}
BROKEN = re.compile(
    r"[\x00-\x09\x0b-\x1f]|{(what|why|so|letter|option|(\d+|all):\w+)}"
    r"|\bNone\b(?! of)|。。|，。|  |，，|(?<!\.)\.\.(?!\.)"
)
"""Marks, slots and stops that no sentence may have."""
_SENTENCE = re.compile(r"(?<=[。！])|(?<=[.!?]) (?=[A-Z])|\n")


def chains(
    name: str, seed: int, level: int, lang: Lang, manner: Manner
) -> list[tuple[Puzzle, Chain, tuple[str, ...], str]]:
    """Return the chains of one problem, each with its puzzle, options and right letter."""
    family = FAMILIES[name]
    drawn = draw(family, seed=seed, level=level)
    told = words(family, drawn, lang)
    found = []
    for place, one in enumerate(drawn.asked):
        voice = Voice(lang, "full", Random(f"{seed}/{place}"))
        p = Puzzle(family=family, world=drawn.world, ask=one.ask, shown=one.values, cast=told.cast, voice=voice)
        made = chain(p, one, manner=manner, options=told.options[place], question=told.questions[place])
        found.append((p, made, told.options[place], letter_of(one.gold)))
    return found


@pytest.mark.parametrize("name", NAMES)
@given(
    seed=st.integers(0, 2**40),
    level=st.integers(1, MAX_LEVEL),
    lang=st.sampled_from(["zh", "en"]),
    register=st.sampled_from([None, *REGISTERS]),
    length=st.sampled_from([None, *LENGTHS]),
)
@settings(max_examples=12, deadline=None)
def test_every_chain_is_proven_and_read_and_gives_reasons(
    name: str, seed: int, level: int, lang: Lang, register: Register | None, length: Length | None
) -> None:
    for p, made, options, letter in chains(name, seed, level, lang, Manner(register=register, length=length)):
        lines = made.text.splitlines()
        assert lines[-1] == ("答案是：" if lang == "zh" else "The answer is: ") + letter
        assert extract(made.text, len(options), options=options).letter == letter
        # Whoever trains on the row may not know how many options there were.
        assert extract(made.text, 26).letter == letter
        if any(isinstance(step, Deduce) for step in made.steps):
            assert REASON[lang].search(made.text)
        assert not BROKEN.search(made.text)
        sentences = [one.strip() for one in _SENTENCE.split(made.text) if one.strip()]
        assert all(one != two for one, two in pairwise(sentences))
        assert isinstance(made.steps[-1], Conclusion)
        # What is claimed outside of a case is true of the puzzle as a whole, not only of the grounds that are named.
        found = reasoner_of(name)
        assert found is not None
        is_case = False
        for step in made.steps:
            is_case = type(step).__name__ == "Suppose" or (is_case and type(step).__name__ != "Contradiction")
            if isinstance(step, (Given, Deduce)) and not is_case and step.claim.kind not in ("equation", "compared"):
                assert found.reasoner.is_true(p, step.claim)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_chain_and_every_manner_another(name: str) -> None:
    told = set()
    for register in REGISTERS:
        for length in LENGTHS:
            manner = Manner(register=register, length=length)
            one, again = ([made.text for _, made, _, _ in chains(name, 7, 3, "zh", manner)] for _ in range(2))
            assert one == again
            told.add(one[0])
    assert len(told) > len(REGISTERS)
