"""All families are made of kinds: what is asked is never compared, and every sentence stands in a table."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain
from random import Random
from typing import Any

import pytest

from synth.puzzles.compose import draw, words
from synth.puzzles.families import FAMILIES, moving_objects
from synth.puzzles.families.moving_objects import BOXES, CARRY, Step, _places_after
from synth.puzzles.families.reachability import World
from synth.puzzles.family import Ask
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


# Instructions (strings, lists of operations) are no sentences, and nodes are named by small letters.
@pytest.mark.parametrize(
    "name",
    (
        "block_world digits flights grid_walk intervals ordering reachability reading scheduling sequences "
        "set_operations shortest_path stack_queue state_machine table_lookup taxonomy"
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


def _worlds(name: str, count: int) -> Iterator[tuple[Any, list[Ask[Any]]]]:
    """Yield worlds of a family, of all levels, and what is asked about them before anything is refused."""
    family = FAMILIES[name]
    for seed in range(count):
        rng = Random(f"{name}/{seed}")
        world = family.world(rng, 1 + seed % 9)
        yield world, [ask for _ in range(3) for ask in family.asks(world, rng)]


@pytest.mark.parametrize("name", ["flights", "list_operations", "modular", "rotation"])
def test_a_line_that_begins_with_its_number_is_not_numbered_once_more(name: str) -> None:
    family, seen = FAMILIES[name], 0
    for seed in range(80):
        drawn = draw(family, seed=seed, level=1 + seed % 5)
        for lang in ("zh", "en"):
            lines = words(family, drawn, lang).text.splitlines()
            labelled = [
                line for line in lines if re.match(r"(?:\(?\d+[.)] ?)?(?:第|Move |F|f|航班|Flight )[123]", line)
            ]
            assert not [line for line in labelled if line[0] in "(123456789"], lines
            seen += bool(labelled)
    assert seen > 5


def test_where_all_things_stay_in_one_box_no_other_box_is_asked_for() -> None:
    carried = (Step(CARRY, 0, 0, 1), Step(CARRY, 1, 0, 0), Step(CARRY, 0, 0, 2))
    world = moving_objects.World(BOXES, 2, 3, (0, 0, 0), (0, 1), 0, True, carried)
    family, asked = FAMILIES["moving_objects"], (3, (0, 0, 0), [0, 1, 2])
    for seed in range(20):
        assert not family.made("where", world, Random(seed), *asked)
        assert all(ask.right is True for ask in family.made("is", world, Random(seed), *asked))


def test_nothing_is_asked_of_what_no_step_moves() -> None:
    asked = 0
    for world, asks in _worlds("moving_objects", 150):
        for ask in asks:
            if ask.kind not in ("where", "is"):
                continue
            count, thing = ask.args[:2]
            named = {place for at in range(len(world.steps) + 1) for place in _places_after(world, at)}
            assert {ask.args[2]} <= named if ask.kind == "is" else {ask.right, *ask.wrong} <= named
            tracks = list(zip(*(_places_after(world, at) for at in range(count + 1)), strict=True))
            if any(len(set(track)) > 1 for track in tracks):
                assert len(set(tracks[thing])) > 1
                asked += 1
    assert asked > 50


def test_a_block_is_asked_about_that_a_move_takes_and_a_stack_that_a_move_changes() -> None:
    asked = 0
    for world, asks in _worlds("block_world", 150):
        stacks, taken = [list(stack) for stack in world.stacks], set()
        for start, end in world.moves:
            taken.add(stacks[start][-1])
            stacks[end].append(stacks[start].pop())
        changed = {number for move in world.moves for number in move}
        for ask in asks:
            asked += 1
            if ask.kind in ("under", "where", "above"):
                assert ask.args[0] in taken
            elif ask.kind == "is_top":
                assert any(ask.args[0] in stacks[number] for number in changed)
            else:
                assert ask.args[0] in changed
    assert asked > 200


def test_a_tree_has_a_node_with_two_children() -> None:
    for world, _ in _worlds("binary_tree", 150):
        assert any(left >= 0 and right >= 0 for left, right in zip(world.left, world.right, strict=True))


def test_going_once_round_is_never_asked_for() -> None:
    asked = 0
    for world, asks in _worlds("rotation", 300):
        size = world.size - (world.out >= 0)
        assert size not in map(abs, world.moves)
        places = [abs(ask.args[1]) for ask in asks if ask.kind == "place"]
        assert not [far for far in places if far in (0, 1, size)]
        asked += len(places)
    assert asked > 50


def test_there_and_back_are_not_two_questions_where_roads_lead_both_ways() -> None:
    for world, asks in _worlds("shortest_path", 150):
        pairs = {ask.args[:2] for ask in asks if ask.kind != "length"}
        assert world.is_directed or not [pair for pair in pairs if pair[::-1] in pairs]


def test_a_false_price_is_one_that_could_be() -> None:
    claims = 0
    for world, asks in _worlds("pricing", 300):
        for ask in asks:
            if ask.kind == "is" and not ask.right:
                # What all pieces cost at the dearer price, and all that can be added.
                one, bound, two = world.prices
                pieces = world.orders[ask.args[0]].pieces
                dearest = one + max(0, pieces - bound) * two if world.base == 2 else one * pieces
                assert 0 < ask.args[1] <= dearest + max(0, world.change) + world.post_fee
                claims += 1
    for world, asks in _worlds("eligibility", 300):
        for ask in asks:
            if ask.kind == "is" and world.kind == 1:
                assert ask.args[1] <= world.rows[ask.args[0]][0]
                claims += 1
    assert claims > 50


def test_a_value_is_asked_of_someone_or_something_that_has_to_be_found() -> None:
    reading = [one for seed in range(150) for one in draw(FAMILIES["reading"], seed=seed, level=1 + seed % 5).asked]
    values = [one for one in reading if one.ask.kind == "value"]
    assert len(values) > 5
    assert all(one.needed == 2 for one in values)
    asked = 0
    for world, asks in _worlds("table_lookup", 100):
        for ask in (ask for ask in asks if ask.kind == "value"):
            ranked, sign, kind, column = ask.args
            rows = [row for row in world.rows if kind in (-1, row[0])]
            assert ask.right == (max if sign else min)(rows, key=lambda row: row[ranked])[column]
            assert len(rows) > 1
            assert ranked != column
            asked += 1
    assert asked > 20


def test_chinese_words_are_not_set_apart_and_what_is_no_sentence_is_not_called_one() -> None:
    family, rows = FAMILIES["translation"], 0
    for seed in range(60):
        drawn = draw(family, seed=seed, level=1 + seed % 5)
        for lang in ("zh", "en"):
            told = words(family, drawn, lang)
            is_row = drawn.world.order < 2
            for one, question, options in zip(drawn.asked, told.questions, told.options, strict=True):
                if one.ask.kind in ("forward", "backward"):
                    source = (question,) if one.ask.kind == "forward" else options
                    assert not [text for text in source if re.search(r"[\u4e00-\u9fff] [\u4e00-\u9fff]", text)]
                    assert ("sentence" not in question and "哪句" not in question) or not is_row
                    rows += is_row
    assert rows > 10


def test_how_far_away_something_is_is_asked_of_two_three_and_four_edges_and_from_where_it_is_reached_too() -> None:
    kept = Counter(
        (one.ask.kind, one.ask.right if one.ask.kind == "steps" else None)
        for seed in range(250)
        for one in draw(FAMILIES["reachability"], seed=seed, level=1 + seed % 5).asked
    )
    assert all(kept["steps", edges] > 0 for edges in (2, 3, 4))
    assert {kind for kind, _ in kept} == {"can", "which", "lost", "count", "steps", "source"}
    assert max(sum(n for (kind, _), n in kept.items() if kind == one) for one, _ in kept) < 0.55 * kept.total()
