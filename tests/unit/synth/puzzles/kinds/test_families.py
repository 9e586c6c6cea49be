"""All families are made of kinds: what is asked is never compared, and every sentence stands in a table."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain
from random import Random

import pytest

from synth.puzzles.compose import draw, words
from synth.puzzles.families import FAMILIES
from synth.puzzles.families.reachability import World
from synth.puzzles.kinds.kind import Family
from synth.puzzles.options import is_two_valued
from tests.support.checkout import ROOT

FOLDER = ROOT / "synth" / "puzzles" / "families"
WORDED = {"holds", "question", "option", "chain"}
"""What a family leaves to its kinds."""


def uses_of_kind(source: str) -> Iterator[str]:
    """Yield every use of an ask's kind, except beside its arguments in a pair that says which question it is."""
    nodes = list(ast.walk(ast.parse(source)))
    pairs = [node.elts for node in nodes if isinstance(node, ast.Tuple)]
    named = {id(pair[0]) for pair in pairs if [ast.unparse(one) for one in pair] == ["ask.kind", "ask.args"]}
    for node in nodes:
        if isinstance(node, ast.Attribute) and id(node) not in named and ast.unparse(node).endswith("ask.kind"):
            yield f"line {node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_no_family_compares_kinds_and_each_has_its_table(family: Family[object, object]) -> None:
    assert isinstance(family, Family)
    assert (FOLDER / "wordings" / f"{family.name}.toml").exists()
    assert not WORDED & set(vars(type(family)))
    assert list(uses_of_kind((FOLDER / f"{family.name}.py").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('if ask.kind == "who":\n    pass', ["line 1: ask.kind"]),
        ("x = {}\ny = x[p.ask.kind]", ["line 2: p.ask.kind"]),
        ("match ask.kind:\n    case _:\n        pass", ["line 1: ask.kind"]),
        ("kind, args = ask.kind, ask.args[0]", ["line 1: ask.kind"]),
        ("{(ask.kind, ask.args): ask}\nworld.kind == 3", []),
    ],
)
def test_a_use_of_a_kind_is_seen(source: str, found: list[str]) -> None:
    assert list(uses_of_kind(source)) == found


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_kinds_that_always_have_two_values_say_so_and_are_left_out_where_none_may_have_two(
    family: Family[object, object],
) -> None:
    found = defaultdict[str, set[bool]](set)
    for seed in range(60):
        rng = Random(seed)
        world = family.world(rng, 1 + seed % 5)
        asked = [family.asks(world, rng) for _ in range(4)]
        assert all(len({(ask.kind, ask.args) for ask in asks}) == len(asks) for asks in asked), "asked twice"
        for ask in chain.from_iterable(asked):
            found[ask.kind].add(is_two_valued(ask))
        left = family.asks(world, rng, may_be_two=False)
        assert not any(family.kind(ask.kind).is_two_valued for ask in left)
    for kind, two in found.items():
        assert (two == {True}) == family.kind(kind).is_two_valued, kind


def test_every_kind_of_reading_is_kept_though_most_of_its_answers_need_one_fact() -> None:
    family = FAMILIES["reading"]
    kept = [one for seed in range(200) for one in draw(family, seed=seed, level=1 + seed % 5).asked]
    assert {one.ask.kind for one in kept} == {kind.name for kind in family.kinds}
    assert {one.needed for one in kept if one.ask.kind in ("true", "status")} == {0, 1}


def test_no_answer_about_reachability_is_an_edge_that_the_text_tells() -> None:
    family, asked = FAMILIES["reachability"], 0
    for seed in range(100):
        drawn = draw(family, seed=seed, level=1 + seed % 5)
        world = drawn.world
        assert isinstance(world, World)
        for one in drawn.asked:
            ask = one.ask
            goal = ask.right if ask.kind == "which" else ask.args[1] if ask.kind == "can" else None
            if goal is not None:
                assert (ask.args[0], goal) not in world.edges
                asked += 1
    assert asked > 20


def test_wrong_ways_to_flatten_a_list_open_other_brackets_and_change_nothing_else() -> None:
    family, seen = FAMILIES["list_operations"], 0
    for seed in range(100):
        for one in draw(family, seed=seed, level=3).asked:
            if one.ask.kind == "flatten":
                bare = {tuple(item for item in value if item >= 0) for value in one.values}
                assert bare == {tuple(item for item in one.ask.args if item >= 0)}
                assert {len(value) for value in one.values} == {len(one.ask.args) - 2}
                seen += 1
    assert seen > 5


def test_a_weekday_that_is_counted_in_a_month_comes_five_times_as_often_as_four() -> None:
    family = FAMILIES["calendar_days"]
    asked = [one for seed in range(800) for one in draw(family, seed=seed, level=1 + seed % 5).asked]
    counts = [one for one in asked if one.ask.kind == "count"]
    found = Counter(one.ask.right for one in counts)
    assert all(sorted(one.values) == [4, 5] for one in counts)
    assert sorted(found) == [4, 5]
    # A fair share of n is within 3 standard errors, 1.5 / sqrt(n), of a half.
    assert len(counts) >= 20
    assert abs(found[4] / len(counts) - 0.5) < 1.5 / len(counts) ** 0.5


# Instructions (stacks, strings, lists of operations) are no sentences, and nodes are named by small letters.
@pytest.mark.parametrize(
    "name",
    (
        "digits intervals ordering reachability reading scheduling sequences set_operations shortest_path "
        "state_machine taxonomy"
    ).split(),
)
def test_english_sentences_that_are_listed_begin_with_a_capital(name: str) -> None:
    family, seen = FAMILIES[name], 0
    for seed in range(120):
        text = words(family, draw(family, seed=seed, level=1 + seed % 5), "en").text
        for line in re.findall(r"^(?:\d+\. |\(\d+\) |- )(.+)", text, re.M):
            first = line.split()[0]
            assert first == first.capitalize() or not first.isalpha() or len(first) == 1 or first.isupper(), line
            seen += 1
    assert seen > 50


def test_one_of_what_is_counted_is_said_in_the_singular() -> None:
    family, seen = FAMILIES["accounts"], 0
    for seed in range(200):
        told = words(family, draw(family, seed=seed, level=1 + seed % 5), "en")
        ones = re.findall(r"\b1 ([a-z]+)", told.text)
        assert not [one for one in ones if one.endswith("s")]
        seen += len(ones)
    assert seen > 5
