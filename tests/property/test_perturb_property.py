"""Perturbed puzzles: proven ones against the second solvers, rules against the machinery of the families."""

from __future__ import annotations

import json
from itertools import islice
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.problems.letters import index_of
from synth.generate.item_lines import to_lines
from synth.generate.order import Order, items
from synth.perturb import world as perturb_world
from synth.perturb.order import Reordered, reordered
from synth.perturb.problems import perturbed
from synth.perturb.rename import Renamed, renamed
from synth.perturb.world import KINDS, Known, cast_of, known_of, perturb, rebuild
from synth.puzzles.families import FAMILIES
from synth.puzzles.voice import Lang, Voice, spaced
from tests.property.second_solver import SOLVERS

NAMES = sorted(FAMILIES.names)
ORDERED = (
    "accounts",
    "counting",
    "cups",
    "grid_walk",
    "stack_queue",
    "string_rewriting",
)
"""Families in which every list of lines is one of steps, or of rules whose order counts."""


def _known(name: str, seed: int, difficulty: int = 3, lang: Lang = "zh") -> Known:
    known = known_of(
        FAMILIES[name], seed=seed, difficulty=difficulty, lang=lang, style="full", item_id=f"{name}-0-{seed}"
    )
    assert known is not None
    return known


@pytest.mark.parametrize("form", ["generate", "benchmark", "stream"])
def test_every_row_that_this_package_writes_can_be_rebuilt(form: str) -> None:
    if form == "generate":
        lines = [to_lines(item, "contest") for item in items(Order(count=25, seed=4), range(25))]
    elif form == "benchmark":
        from synth.puzzles.benchmark import benchmark, line_of

        lines = [line_of(*made) for made in islice(benchmark(), 25)]
    else:
        from synth.puzzles.stream import training_problem

        lines = [to_lines(training_problem(3, index), "contest") for index in range(25)]
    for line in lines:
        row = json.loads(line)
        known = rebuild(row)
        assert known is not None, row["id"]
        row["problem"] += " "
        assert rebuild(row) is None  # edited rows are nobody's


@pytest.mark.parametrize("name", NAMES)
def test_rewording_and_renaming_keep_world_and_answers(name: str) -> None:
    for seed in range(4):
        known = _known(name, seed, lang="en" if seed == 3 else "zh")
        letters = [one.gold_letter for one in known.item.questions]
        for kind in ("reword", "rename"):
            made = perturb(known, kind, 0)
            if made is not None:
                assert made.problem_text != known.item.problem_text
                assert [one.gold_letter for one in made.questions] == letters
                assert perturb(known, kind, 0) == made  # the same bytes again
        renamed_item = perturb(known, "rename", 0)
        if renamed_item is not None:
            # Names alone differ: as many lines, and as many statements.
            assert len(renamed_item.problem_text.splitlines()) == len(known.item.problem_text.splitlines())


@pytest.mark.parametrize("name", [family.name for family in FAMILIES if family.order_free])
def test_reordering_keeps_the_facts_and_the_second_solver_agrees(name: str) -> None:
    made = 0
    for seed in range(8):
        known = _known(name, seed)
        item = perturb(known, "reorder", 0)
        if item is None:
            continue
        made += 1
        assert [one.gold_letter for one in item.questions] == [one.gold_letter for one in known.item.questions]
    assert made


@pytest.mark.parametrize("name", [family.name for family in FAMILIES if family.changes])
def test_changed_facts_have_the_answers_that_the_second_solver_finds(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[Any, Any]] = []
    original = perturb_world._told

    def noting(known: Known, item_id: str, world: Any, asked: Any, wording: Any) -> Any:
        told.append((world, [one.ask for one in asked]))
        return original(known, item_id, world, asked, wording)

    monkeypatch.setattr(perturb_world, "_told", noting)
    made = 0
    for seed in range(30):
        known = _known(name, seed, difficulty=1 + seed % 7, lang="en" if seed % 4 == 0 else "zh")
        item = perturb(known, "change", 0)
        if item is None:
            continue
        made += 1
        world, asks = told[-1]
        assert world != known.world
        before = {(one.ask.kind, one.ask.args): one.ask.right for one in known.drawn.asked}
        assert any(ask.right != before[ask.kind, ask.args] for ask in asks)
        for ask in asks:
            is_right = SOLVERS[name](world, ask)
            values = list(dict.fromkeys([ask.right, *ask.wrong]))
            assert [value for value in values if is_right(value)] == [ask.right], (seed, ask, world)
        for one in item.questions:
            assert one.question.gold == index_of(one.gold_letter)
        if made == 6:
            return
    assert made


def _mapped(value: Any, names: dict[str, str]) -> Any:
    """Put other names into a cast."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, tuple):
        parts = [_mapped(one, names) for one in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, dict):
        return {key: _mapped(one, names) for key, one in value.items()}
    return value


def _strings(value: Any) -> set[str]:
    """Return all strings in a cast."""
    if isinstance(value, str):
        return {value}
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return set().union(*map(_strings, parts))


@given(name=st.sampled_from(NAMES), seed=st.integers(0, 2**30), difficulty=st.integers(1, 6), choice=st.integers(0, 99))
@settings(max_examples=150, deadline=None)
def test_renaming_by_rule_is_what_the_family_tells_with_these_names(
    name: str, seed: int, difficulty: int, choice: int
) -> None:
    known = _known(name, seed, difficulty, "en" if choice % 4 == 0 else "zh")
    texts = [known.item.problem_text]
    texts += [text for one in known.item.questions for text in (one.question.text, *one.question.options)]
    found = renamed(texts, Random(choice))
    if not isinstance(found, Renamed):
        return
    told = _strings(cast_of(known))
    if not set(found.names) <= told or any(old in text != old for old in found.names for text in told):
        return  # a name that is no entity of the cast, or stands inside its sentences, is beyond the family
    cast = _mapped(cast_of(known), dict(found.names))
    voice = Voice(known.lang, "full", Random(f"{known.drawn.seed}/{known.lang}"))
    known.family.cast(known.world, voice)
    # The prover, which never sees a name, has proven this very telling.
    assert found.texts[0] == spaced(known.family.tell(known.world, cast, voice))


def test_renaming_by_rule_refuses_where_a_name_could_matter() -> None:
    for text in (
        "小明的名字有两个字。",
        "小红是他的妹妹。",
        "甲板上有乙醇。",
        "Alice is older than her brother Bob.",
        "1 + 1 = 2",
    ):
        assert not isinstance(renamed([text], Random(0)), Renamed), text


@given(name=st.sampled_from(sorted(ORDERED)), seed=st.integers(0, 2**30), difficulty=st.integers(1, 6))
@settings(max_examples=120, deadline=None)
@example(name="stack_queue", seed=3, difficulty=1)
def test_lists_whose_order_matters_are_never_reordered_by_rule(name: str, seed: int, difficulty: int) -> None:
    known = _known(name, seed, difficulty, "en" if seed % 3 == 0 else "zh")
    others = [text for one in known.item.questions for text in (one.question.text, *one.question.options)]
    found = reordered(known.item.problem_text, others, Random(seed))
    assert not isinstance(found, Reordered), known.item.problem_text


def test_perturbed_rows_say_how_they_are_known_to_be_right() -> None:
    row = json.loads(to_lines(next(iter(items(Order(count=1, seed=8, families=("ordering",)), range(1)))), "contest"))
    found = perturbed(row, KINDS, copies=2, seed=0)
    assert {one.kind for one in found.made} >= {"reword", "rename", "reorder"}
    assert {one.proof for one in found.made} == {"prover"}
    assert len({one.row["problem"] for one in found.made}) == len(found.made)
    foreign = {**row, "id": "foreign"}
    by_rule = perturbed(foreign, KINDS, copies=1, seed=0)
    assert "prover" not in {one.proof for one in by_rule.made}
    assert all("chain" not in question for one in by_rule.made for question in one.row["questions"])
    assert ("change", "needs a model") in {(one.kind, one.reason) for one in by_rule.missed}
