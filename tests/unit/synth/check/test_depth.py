"""How deep questions are: what rows say, facts that no answer needs, clues that are not said again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from synth.check.depth import ALL, depths
from synth.cli import main
from synth.generate.item_lines import to_lines
from synth.generate.order import Order, items
from synth.puzzles import compose
from synth.puzzles.compose import Drawn, draw
from synth.puzzles.families import FAMILIES
from synth.puzzles.family import Ask
from synth.puzzles.hardness.needed import Stated, fields, is_of_clues

WITHOUT_FACTS = {
    "binary_tree",
    "calendar_days",
    "card_rules",
    "ciphers",
    "eligibility",
    "pricing",
    "recursion",
    "sequences",
    "translation",
}
"""Families that do not say what their facts are."""


def _row(*, level: int, needed: int, options: int = 4) -> dict[str, Any]:
    question = {"options": ["x"] * options, "needed": needed, "chain": "x" * level}
    return {"family": "f", "level": level, "lang": "zh", "questions": [question], "facts": 5, "idle": 2}


def test_levels_that_lengthen_chains_and_ask_for_more_facts_are_seen_as_such() -> None:
    whole, family = depths([_row(level=level, needed=level + 1) for level in (1, 2, 3)])
    assert (whole.family, family.family) == (ALL, "f")
    assert family.chain_by_level == family.needed_by_level == 1
    assert (family.facts, family.idle, family.level) == (5, 2, 2)


def test_a_questions_own_level_goes_before_that_of_an_older_row() -> None:
    row = _row(level=1, needed=2)
    row["questions"] = [{**row["questions"][0], "level": 6}, row["questions"][0]]
    assert depths([row])[0].level == 3.5


def test_where_the_level_does_nothing_there_is_no_correlation() -> None:
    assert depths([_row(level=level, needed=2) for level in (1, 2, 3)])[1].needed_by_level is None


def test_the_command_ends_with_1_where_the_whole_is_too_easy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "easy.jsonl"
    row = json.dumps(_row(level=1, needed=1, options=2)) + "\n"
    file.write_text(row * 40, encoding="utf-8")
    assert main(["families", "--of", str(file)]) == 1
    said = capsys.readouterr().err
    assert "two options: 100.0%" in said
    assert "three facts or more: 0.0%" in said
    assert "five options or more: 0.0%" in said


def test_a_few_questions_do_not_prove_that_a_set_is_too_easy(tmp_path: Path) -> None:
    file = tmp_path / "few.jsonl"
    rows = [_row(level=1, needed=3, options=5), *(_row(level=1, needed=1, options=4) for _ in range(3))]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert main(["families", "--of", str(file)]) == 0


def test_rows_of_others_are_refused_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "other.jsonl"
    file.write_text('{"questions": 3}\n', encoding="utf-8")
    assert main(["families", "--of", str(file)]) == 2
    assert "line 1: no problem as generate writes it" in capsys.readouterr().err


def test_of_a_mixed_set_a_third_needs_three_facts_and_a_fifth_has_two_options() -> None:
    rows = [json.loads(to_lines(item, "contest")) for item in items(Order(count=400, seed=1), range(400))]
    assert depths(rows)[0].misses == ()


@pytest.mark.parametrize("name", FAMILIES.names)
def test_what_a_problem_states_is_used_or_counted_as_idle_in_its_row(name: str) -> None:
    family = FAMILIES[name]
    for item in items(Order(count=6, seed=3, families=(name,)), range(6)):
        row = item.contest_row()
        if name in WITHOUT_FACTS:
            assert row["facts"] is row["idle"] is None
        else:
            assert 0 <= row["idle"] <= row["facts"]
    if name in WITHOUT_FACTS:
        return
    drawn = draw(family, seed=5, level=3)
    asks = [one.ask for one in drawn.asked]
    stated = Stated(family, drawn.world)
    found = stated.idle(asks)
    assert found is not None
    assert (drawn.facts, drawn.idle) == (stated.count, len(found))
    for field, at in found:
        if field in fields(family):
            facts = getattr(drawn.world, field)
            less = replace(drawn.world, **{field: facts[:at] + facts[at + 1 :]})
            assert all(family.holds(less, ask, ask.right) for ask in asks)


@pytest.mark.parametrize("name", [family.name for family in FAMILIES if is_of_clues(family)])
def test_no_question_says_a_clue_again_where_there_is_another(name: str) -> None:
    for seed in range(12):
        drawn = draw(FAMILIES[name], seed=seed, level=4)
        if len(drawn.asked) > 1:
            assert 1 not in [one.needed for one in drawn.asked]


def test_a_question_that_was_refused_is_not_asked_again_with_other_options(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str, tuple[int, ...]]] = []

    def refused(family: object, bare: Drawn, asks: Sequence[Ask[Any]], *_: object, may_be_two: bool) -> None:
        seen.extend((bare.seed, ask.kind, ask.args) for ask in asks)

    monkeypatch.setattr(compose, "_keep", refused)
    drawn = draw(FAMILIES["ordering"], seed=1, level=2)
    assert len(seen) == len(set(seen)) > 6
    assert len(drawn.asked) == 1


def test_a_day_after_the_last_one_is_no_answer_of_a_rota() -> None:
    family = FAMILIES["rotation"]
    for seed in range(400):
        world = family.world(Random(seed), 3)
        for ask in family.asks(world, Random(seed)):
            if ask.kind == "when":
                assert not family.holds(world, ask, 10**6)
                return
    raise AssertionError("no question of that kind")
