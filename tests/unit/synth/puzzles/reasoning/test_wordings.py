"""Tables of wordings are whole: both languages, every register, every named mistake, the same parts of a claim."""

from __future__ import annotations

import re

import pytest

from synth.puzzles.families import FAMILIES
from synth.puzzles.mistakes import mistake
from synth.puzzles.reasoning.registry import reasoner_of, reasoners
from synth.puzzles.reasoning.steps import REGISTERS
from synth.puzzles.reasoning.wordings import frames

SLOTS = {
    "goal": {"what"},
    "given": {"what"},
    "deduce": {"why", "what"},
    "next": {"why", "what"},
    "case": {"why", "what"},
    "then": {"what"},
    "suppose": {"what"},
    "contradict": {"why", "so"},
    "eliminated": {"why", "letter", "option"},
    "conclude": {"letter", "option"},
}
"""What each role of a sentence must say."""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("register", REGISTERS)
def test_every_register_has_every_role_and_says_all_that_it_must(lang: str, register: str) -> None:
    roles = frames()[lang][register]  # type: ignore[index]
    for role, wanted in SLOTS.items():
        assert len(roles[role]) >= 2, f"{role} always reads the same"
        for text in roles[role]:
            assert set(re.findall(r"{(\w+)}", text)) - {"option"} == wanted - {"option"}


PAIRS = (
    ("abcd", "dcba"),
    ("abcd", "bacd"),
    ("abcd", "badc"),
    ("abcd", "bcad"),
    ("abcd", "abce"),
    ("abcd", "abef"),
    ("abcd", "abc"),
    ("abcd", "ab"),
    ("abcd", "abcdd"),
    ("abcd", "abcdab"),
    (True, False),
    (4, 7),
)
"""Right and wrong values, one for each mistake that is no number."""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_said_of_a_wrong_option_is_a_named_mistake(lang: str) -> None:
    named = {mistake(*pair) for pair in PAIRS} | {mistake(9, 0, number=gap) for gap in (1, -1, 3, -3, 9, -9)}
    assert len(named) == len(PAIRS) + 6
    assert set(frames()[lang]["rejected"]) < named  # type: ignore[index]


def test_every_family_has_chains_in_words() -> None:
    assert set(reasoners().names) == set(FAMILIES.names)


@pytest.mark.parametrize("name", reasoners().names)
def test_clauses_name_the_same_parts_in_both_languages(name: str) -> None:
    told = reasoner_of(name)
    assert told is not None
    for kind, wordings in told.clauses.items():
        parts = [{part for part, _ in clause.slots} for lang in ("zh", "en") for clause in wordings[lang]]
        # What every wording of a claim must say; a part may be said once more, or hide in what is around it.
        assert all(-1 in one or -1 in parts[0] or one == parts[0] for one in parts), (kind, parts)
