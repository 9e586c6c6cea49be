"""Which questions are kept, what their answers need, and the gate."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from math import exp
from pathlib import Path

import pytest

from solver.problems.question import Problem, Question, question_of
from synth.cli import main
from synth.generate.order import Order, items
from synth.puzzles import balance
from synth.puzzles.balance import Asked
from synth.puzzles.compose import draw, questions_of
from synth.puzzles.families import FAMILIES
from synth.puzzles.families.ordering import World
from synth.puzzles.family import Ask
from synth.puzzles.hardness.needed import Needed, Stated, fields


def _numbers(values: tuple[str, ...], gold: str) -> Question:
    return question_of("p#0", problem="t", text="?", options=values, gold_letter=gold, family="f")


@pytest.mark.parametrize("weight", [2.0, -2.0, -9.0])
def test_each_of_the_same_options_is_as_often_right_among_the_questions_kept(
    monkeypatch: pytest.MonkeyPatch, weight: float
) -> None:
    monkeypatch.setattr(balance, "weights", lambda: {"f": {"k": {"lowest": weight, "nearest the mean": 0.5}}})
    questions = [_numbers(("1", "2", "5", "9"), letter) for letter in "ABCD"]
    score = {0: weight, 2: 0.5}
    kept = [balance.share_of(Asked("k", question, right), ()) for right, question in enumerate(questions)]
    # As often right as the attack knows, times as often kept: the same for all.
    together = [share * exp(score.get(right, 0.0)) for right, share in enumerate(kept)]
    assert together == pytest.approx([together[0]] * 4)
    assert max(kept) == 1


def test_what_a_question_says_of_those_kept_already_counts_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(balance, "weights", lambda: {"f": {"k": {"offered by a sibling": 1.0, "lowest": 0.7}}})
    offered, free = ("3", "7"), ("7", "9")
    pairs = [(first, second) for first in (0, 1) for second in (0, 1)]
    kept = {}
    for first, second in pairs:
        one, other = (
            Asked("k", _numbers(values, "AB"[right]), right) for values, right in ((offered, first), (free, second))
        )
        kept[first, second] = balance.share_of(one, ()) * balance.share_of(other, (one,))
    # 7 is offered by both, and is the highest of the first, the lowest of the second.
    known = {pair: exp((0.7, 1.0)[pair[0]] + (1.7, 0.0)[pair[1]]) for pair in pairs}
    together = [kept[pair] * known[pair] for pair in pairs]
    assert together == pytest.approx([together[0]] * 4)


def test_what_an_option_says_counts_where_it_looks_like_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt = {"says 必然真": 0.5, "says 必然真, negated": 0.3}
    monkeypatch.setattr(balance, "weights", lambda: {"f": {"k": learnt}})

    def kept(text: str) -> list[float]:
        questions = [
            question_of("p#0", problem="t", text=text, options=("必然真", "必然假"), gold_letter=letter, family="f")
            for letter in "AB"
        ]
        return [balance.share_of(Asked("k", question, right), ()) for right, question in enumerate(questions)]

    assert kept("甲是乙。") == pytest.approx([exp(-0.5), 1])
    assert kept("甲不是乙。") == pytest.approx([exp(-0.8), 1])


def test_words_that_few_options_of_a_kind_say_are_learnt_and_names_are_not() -> None:
    pytest.importorskip("numpy")
    from synth.puzzles.rebalance import FEW, learnt

    found = learnt(FAMILIES["syllogism"], 400, 0)
    said = {kind: {look for look in looks if look.startswith("says ")} for kind, looks in found.items()}
    assert {"says 必然真", "says 必然假", "says 无法确定", "says 必然真, negated"} <= said["status"]
    assert len({look.removesuffix(", negated") for look in said["status"]}) <= FEW
    assert not said["which"]


def test_a_kind_of_which_nothing_was_learnt_keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(balance, "weights", lambda: {"f": {"k": {"lowest": 2.0}}})
    assert balance.share_of(Asked("another", _numbers(("1", "2"), "A"), 0), ()) == 1


def test_a_question_is_kept_where_the_chance_is_below_its_share_and_looks_that_the_table_lacks_change_nothing() -> None:
    decided = set()
    for name in ("kinship", "matching", "pricing", "table_lookup", "syllogism"):
        for seed in range(30):
            drawn = draw(FAMILIES[name], seed=seed, level=3, is_balanced=False)
            drafts = questions_of(FAMILIES[name], drawn)
            asked = [Asked(one.ask.kind, draft, one.gold) for one, draft in zip(drawn.asked, drafts, strict=True)]
            table = balance.weights()[name].get(asked[0].kind, {})
            found = balance.rows_of(drafts[0], ())
            scores = [sum(value * table.get(look, 0.0) for look, value in row.items()) for row in found]
            assert balance.share_of(asked[0], ()) == pytest.approx(exp(min(scores) - scores[asked[0].right]))
            share = balance.share_of(asked[0], asked[1:])
            for chance in (0.0, 0.01, 0.3, 0.9, share * 0.999, share, share * 1.001):
                assert balance.is_kept(asked[0], asked[1:], chance) == (chance < share)
                decided.add(chance < share)
    assert decided == {True, False}


def test_the_table_is_of_families_that_there_are_and_of_looks_that_attacks_see() -> None:
    table = balance.weights()
    assert set(table) <= set(FAMILIES.names)
    assert not [
        look for kinds in table.values() for looks in kinds.values() for look in looks if look.startswith("place ")
    ]
    assert json.loads(balance.TABLE.read_text(encoding="utf-8")) == table


def _needed(one: int, two: int) -> Needed:
    """Facts that comparing two of four in a row needs."""
    world = World((0, 1, 2, 3), ((0, 0, 1), (0, 1, 2), (0, 2, 3)))
    return Stated(FAMILIES["ordering"], world).needed(Ask("compare", (one, two), True, (False,)))


def test_an_answer_needs_the_facts_without_which_it_is_open() -> None:
    assert _needed(0, 3).count == 3
    assert _needed(1, 2).count == 1


@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.7, 1.0), (0.9, 0.1), (0.4, 0.4, 0.4, 0.4, 0.4)])
def test_a_share_is_that_of_the_whole_count_however_few_facts_are_looked_at(shares: tuple[float, ...]) -> None:
    for pair in ((0, 3), (1, 2), (0, 2)):
        count = _needed(*pair).count
        assert count is not None
        for chance in (0.0, 0.2, 0.35, 0.6, 0.8, 0.95):
            facts = _needed(*pair)
            assert facts.is_below(chance, shares) == (chance < shares[min(count, len(shares) - 1)])
            assert facts.count == count


def test_an_answer_stays_without_a_fact_that_its_question_is_not_about() -> None:
    kinds = Counter[str]()
    for family in (one for one in FAMILIES if any(kind.about for kind in one.kinds)):
        for seed in range(90):
            drawn = draw(family, seed=seed, level=1 + seed % 9, is_balanced=False)
            for ask in (one.ask for one in drawn.asked):
                about = family.kind(ask.kind).about
                for field, facts in ((name, getattr(drawn.world, name)) for name in fields(family)):
                    for at, fact in enumerate(facts):
                        if about is not None and not about(ask, fact):
                            less = replace(drawn.world, **{field: facts[:at] + facts[at + 1 :]})
                            assert family.holds(less, ask, ask.right)
                            kinds[ask.kind] += 1
    assert min(kinds[name] for name in ("true", "status", "which", "count", "both", "value", "size")) > 50


def test_a_problem_has_one_to_five_different_questions_each_proven() -> None:
    for name in ("ordering", "matching", "cups"):
        family = FAMILIES[name]
        for seed in range(12):
            drawn = draw(family, seed=seed, level=3)
            asked = [(one.ask.kind, one.ask.args) for one in drawn.asked]
            assert 1 <= len(asked) == len(set(asked)) <= 5
            for one in drawn.asked:
                assert [family.holds(drawn.world, one.ask, value) for value in one.values].count(True) == 1


@pytest.mark.parametrize(("name", "kind"), [("seating", "between"), ("string_rewriting", "count")])
def test_how_many_is_as_often_the_greatest_number_as_the_least(name: str, kind: str) -> None:
    family, ends = FAMILIES[name], Counter[str]()
    for seed in range(1200):
        for one in draw(family, seed=seed, level=1 + seed % 5, is_balanced=False).asked:
            if one.ask.kind == kind:
                values = [int(value) for value in one.values]
                ends["least"] += int(one.ask.right) == min(values)
                ends["greatest"] += int(one.ask.right) == max(values)
    assert 0.4 < ends["greatest"] / ends["least"] < 2.5, ends


def test_no_option_of_what_must_hold_denies_the_right_one() -> None:
    family, seen = FAMILIES["entailment"], 0
    for seed in range(300):
        for one in draw(family, seed=seed, level=1 + seed % 5, is_balanced=False).asked:
            if one.ask.kind == "which":
                seen += 1
                assert one.ask.right ^ 1 not in one.values
    assert seen > 50


def test_a_mixed_set_has_few_questions_with_two_options_and_many_with_five() -> None:
    made = [one.question for item in items(Order(count=250, seed=1), range(250)) for one in item.questions]
    counts = Counter(len(question.options) for question in made)
    assert counts[2] / len(made) < 0.22
    assert (counts[5] + counts[6]) / len(made) > 0.18


@pytest.mark.parametrize("name", ["reachability", "flights", "taxonomy", "closed_world", "modular"])
def test_no_family_is_mostly_of_questions_with_two_options(name: str) -> None:
    made = items(Order(count=400, seed=1, families=(name,)), range(400))
    counts = [[len(one.question.options) for one in item.questions] for item in made]
    assert all(options.count(2) <= 1 for options in counts)
    share = sum(options.count(2) for options in counts) / sum(map(len, counts))
    assert 0.05 < share < 0.26, share  # a fifth, give or take what 650 questions leave open


def test_rows_say_what_mistake_an_option_is_and_what_the_answer_needs() -> None:
    item = next(iter(items(Order(count=1, seed=2, families=("ordering",)), range(1))))
    for row, one in zip(item.contest_row()["questions"], item.questions, strict=True):
        assert [said is None for said in row["mistakes"]] == [letter == one.gold_letter for letter in "ABCDEF"][
            : len(row["options"])
        ]
        assert isinstance(row["needed"], int)


def test_generate_ends_with_1_where_a_family_gives_itself_away_unless_told_not_to_look(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("numpy")
    monkeypatch.setattr(balance, "weights", dict)
    words = ["generate", "--family", "kinship", "--count", "500", "--processes", "1", "--no-check"]
    assert main([*words, "--out", str(tmp_path / "open.jsonl")]) == 1
    assert "answered without reading: all: " in capsys.readouterr().err
    assert "points over chance" in (tmp_path / "open.jsonl.card.md").read_text(encoding="utf-8")
    assert main([*words, "--no-gate", "--out", str(tmp_path / "untold.jsonl")]) == 0


def _problems(count: int, *, is_open: bool) -> list[Problem]:
    problems = []
    for at in range(count):
        gold = "A" if is_open else "ABCD"[at * 7 // 3 % 4]
        question = question_of(
            f"p{at}#0",
            problem="t",
            text="?",
            options=tuple(str(10 + at % 5 + step) for step in (0, 1, 2, 3)),
            gold_letter=gold,
            family="f",
        )
        problems.append(Problem(id=f"p{at}", text="t", questions=(question,)))
    return problems


def test_the_gate_names_the_family_and_the_habit_and_leaves_small_sets_alone() -> None:
    pytest.importorskip("numpy")
    from synth.giveaways.gate import gate

    assert gate(_problems(60, is_open=True)) is None
    passed = gate(_problems(200, is_open=True), fewest=100)
    assert passed is not None
    assert len(passed.faults) == 1
    assert "is right in 100%" in passed.faults[0]
