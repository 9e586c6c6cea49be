"""A question's level: told by its own proof, the same however the puzzle is told, on one scale over all families."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.problems.jsonl import load_problems
from synth.check.depth import correlation
from synth.generate.item_lines import to_lines
from synth.generate.order import Order, items
from synth.perturb.world import known_of, perturb, rebuild
from synth.puzzles.compose import compose, draw, tell
from synth.puzzles.families import FAMILIES
from synth.puzzles.hardness.level import level_of, words
from synth.puzzles.item import Item
from synth.puzzles.reasoning.steps import Manner


def _levels(item: Item) -> list[int]:
    return [one.level for one in item.questions]


@pytest.mark.parametrize("name", FAMILIES.names)
def test_a_puzzle_has_one_level_in_every_language_style_manner_and_wording(name: str) -> None:
    family = FAMILIES[name]
    drawn = draw(family, seed=11, level=4)

    def told(**how: object) -> list[int]:
        return _levels(tell(family, drawn, **{"difficulty": 4, "item_id": "x", "style": "full", "lang": "zh", **how}))  # type: ignore[arg-type]

    levels = told()
    assert all(1 <= level <= 9 for level in levels)
    assert told(lang="en") == told(style="brief") == told(lang="en", manner=Manner()) == levels
    known = known_of(family, seed=11, difficulty=4, lang="en", style="full", item_id="x")
    assert known is not None
    for kind in ("reword", "rename"):
        made = perturb(known, kind, 1)
        assert made is None or _levels(made) == levels


@given(
    proof=st.integers(50, 300),
    text=st.integers(50, 500),
    needed=st.integers(0, 9),
    options=st.integers(2, 6),
)
def test_more_to_read_to_prove_to_bring_together_or_to_choose_from_never_lowers_a_level(
    proof: int, text: int, needed: int, options: int
) -> None:
    def level(proof: int = proof, text: int = text, needed: int = needed, options: int = options) -> int:
        return level_of(proof="甲" * proof, text="乙" * text, needed=needed, options=options)

    # Each level is half as much work again, and all of these are twice as much.
    assert level(proof=2 * proof) >= min(9, level() + 1)
    assert level(text=2 * text) >= min(9, level() + 1)
    assert level(needed=4 * needed + 3) >= min(9, level() + 1)
    assert level(options=4 * options) >= min(9, level() + 1)
    assert level(proof=proof + 1) >= level()
    assert level(needed=needed + 1) >= level()


def test_the_scale_begins_at_1_and_ends_at_9() -> None:
    assert level_of(proof="甲", text="甲", needed=0, options=2) == 1
    assert level_of(proof="甲" * 1000, text="甲" * 1000, needed=9, options=6) == 9
    # The first step is at a work of 4,500.
    assert [level_of(proof="甲" * 45, text="甲" * text, needed=4, options=5) for text in (19, 20)] == [1, 2]


def test_names_in_foreign_letters_are_a_word_each() -> None:
    assert words("Frank有票，Bob没有。") == words("甲有票，乙没有。") == 8


def test_a_familys_questions_of_one_problem_differ_and_all_levels_occur() -> None:
    made = list(items(Order(count=400, seed=8), range(400)))
    differ = [len(set(_levels(item))) > 1 for item in made if len(item.questions) > 1]
    assert sum(differ) > len(differ) / 2
    counts = Counter(level for item in made for level in _levels(item))
    assert sorted(counts) == list(range(1, 10))
    assert min(counts.values()) > 0.01 * sum(counts.values())


def test_within_families_the_level_goes_with_the_proof_and_the_facts_it_needs_and_the_difficulty_hardly() -> None:
    chains: dict[str, list[float]] = {"level": [], "difficulty": []}
    for name in FAMILIES.names[::5]:
        asked = [
            (item.difficulty, one)
            for item in items(Order(count=40, seed=3, families=(name,), langs=("zh",), brief_share=0), range(40))
            for one in item.questions
        ]
        for kind, pairs in (
            ("level", [(one.level, len(one.chain)) for _, one in asked]),
            ("difficulty", [(difficulty, len(one.chain)) for difficulty, one in asked]),
        ):
            chains[kind].append(correlation(pairs) or 0.0)
    level, difficulty = (sum(found) / len(found) for found in (chains["level"], chains["difficulty"]))
    assert level > 0.6 > 0.4 > difficulty


def test_a_row_says_what_was_asked_for_and_of_each_question_how_hard_it_came_out(tmp_path: Path) -> None:
    item = compose(FAMILIES["seating"], seed=5, level=6, lang="zh", style="full", item_id="seating-0-5").item
    row = json.loads(to_lines(item, "contest"))
    assert row["difficulty"] == 6
    assert "level" not in row
    assert [one["level"] for one in row["questions"]] == _levels(item)
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(row), encoding="utf-8")
    (problem,) = load_problems([file]).problems
    assert [one.level for one in problem.questions] == _levels(item)


def test_rows_of_before_keep_their_problems_level_and_are_made_again(tmp_path: Path) -> None:
    item = compose(FAMILIES["seating"], seed=5, level=6, lang="zh", style="full", item_id="seating-0-5").item
    row = item.contest_row()
    row["level"] = row.pop("difficulty")
    for one in row["questions"]:
        del one["level"]
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(row), encoding="utf-8")
    (problem,) = load_problems([file]).problems
    assert {one.level for one in problem.questions} == {6}
    known = rebuild(row)
    assert known is not None
    assert known.item == item
