"""Giveaways: attacks find what gives answers away, and find nothing where nothing does."""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random

import pytest

from solver.base.intervals import Difference, t_quantile
from solver.problems.question import Problem, Question, question_of
from synth.cli import main
from synth.giveaways.looks import Look, contents_look, mentions_look, options_look, question_look, siblings_look
from synth.giveaways.threads import keep_to_one_thread

pytest.importorskip("numpy")

from synth.giveaways.choice_model import RIDGE, choices_of, fitted
from synth.giveaways.measure import BOUND, LEVEL, Attack, adjusted, giveaways


def _numbers(seed: int, *, rank: int | None, count: int = 240, family: str | None = None) -> list[Problem]:
    """Make problems with one question of four numbers; the right one has a rank, or any."""
    rng, problems = Random(seed), []
    for at in range(count):
        values = rng.sample(range(10, 99), 4)
        right = sorted(values)[rng.randrange(4) if rank is None else rank]
        question = question_of(
            f"{family}{seed}-{at}#0",
            problem="text",
            text="How many?",
            options=tuple(map(str, values)),
            gold_letter="ABCD"[values.index(right)],
            family=family,
        )
        problems.append(Problem(id=f"{family}{seed}-{at}", text="text", questions=(question,)))
    return problems


def _question(options: tuple[str, ...], *, problem: str = "text", text: str = "?") -> Question:
    return question_of("p#0", problem=problem, text=text, options=options, gold_letter="A")


def test_that_the_second_lowest_is_always_right_is_found_by_the_attack_and_named_as_a_habit() -> None:
    found = giveaways(_numbers(1, rank=1))
    options = found.attacks[0]
    assert options.look == "options"
    assert options.accuracy > 0.98
    assert options.is_giveaway
    assert found.is_open
    best = next(habit for habit in found.habits if habit.name == "rank 2 of 4")
    assert best.right == pytest.approx(1.0)
    assert best.chance == 0.25


def test_where_the_right_number_has_any_rank_no_attack_is_surely_above_chance() -> None:
    found = giveaways(_numbers(2, rank=None))
    assert not found.is_open
    assert all(abs(attack.excess.value) < 0.12 for attack in found.attacks)


def test_only_the_family_that_gives_itself_away_is_named() -> None:
    found = giveaways([*_numbers(3, rank=None, family="honest"), *_numbers(4, rank=0, family="lowest")])
    assert found.open_families == ("lowest",)


def _cells(rng: Random, *, excess: dict[int, float], families: int = 42, questions: int = 200) -> tuple[Attack, ...]:
    """Draw what four attacks find in families, each of three options on average: they see the same questions, so that
    they err alike (correlation .7)."""
    attacks, se = [], (0.3 * 0.7 / questions) ** 0.5
    half = t_quantile(0.975, questions // 2 - 1) * se
    for family in range(families):
        shared = rng.gauss(0, 1)
        for look in ("options", "question", "mentions", "siblings"):
            found = excess.get(family, 0.0) + se * (0.7**0.5 * shared + 0.3**0.5 * rng.gauss(0, 1))
            seen = Difference(found, found - half, found + half, se, 0.5, "t", questions, questions // 2)
            attacks.append(Attack(look=look, family=f"family {family}", chance=0.3, excess=seen))
    return adjusted(attacks)


def test_an_honest_set_passes_in_ninety_nine_of_a_hundred_cases_though_it_has_168_cells() -> None:
    rng = Random(8)
    sets = [_cells(rng, excess={}) for _ in range(200)]
    assert sum(any(cell.is_giveaway for cell in cells) for cells in sets) <= 2
    # Even where every family stands at the bound itself; by their own intervals many stand above it.
    sets = [_cells(rng, excess=dict.fromkeys(range(42), BOUND)) for _ in range(200)]
    assert sum(any(cell.is_giveaway for cell in cells) for cells in sets) <= 6
    assert sum(any(cell.excess.low > BOUND for cell in cells) for cells in sets) > 100


@pytest.mark.parametrize(
    ("points", "questions", "told", "over"), [(8, 200, 0.75, 0.0), (8, 2400, 0.95, 0.9), (22, 200, 0.97, 0.9)]
)
def test_a_family_that_gives_itself_away_is_told_and_called_over_where_its_questions_are_enough(
    points: int, questions: int, told: float, over: float
) -> None:
    rng, count = Random(9), 100
    sets = [_cells(rng, excess={3: points / 100}, questions=questions) for _ in range(count)]
    mine = [[cell for cell in cells if cell.family == "family 3"] for cells in sets]
    assert sum(any(cell.is_giveaway or cell.is_suspicion for cell in cells) for cells in mine) >= told * count
    assert sum(any(cell.is_giveaway for cell in cells) for cells in mine) >= over * count
    assert not any(cell.is_giveaway for cells in sets for cell in cells if cell.family != "family 3")


def test_p_values_are_adjusted_by_holm_s_method() -> None:
    cells = _cells(Random(3), excess={0: 0.2, 1: 0.15}, families=3)
    (alone,) = (adjusted([cell])[0].adjusted for cell in cells[:1])
    ranked = sorted(cells, key=lambda cell: -cell.excess.value)
    assert [cell.adjusted for cell in ranked] == sorted(cell.adjusted for cell in cells)
    for left, cell in zip(range(len(cells), 0, -1), ranked, strict=True):
        assert cell.adjusted >= min(1.0, left * adjusted([cell])[0].adjusted) - 1e-12
    assert ranked[0].adjusted == pytest.approx(12 * adjusted(ranked[:1])[0].adjusted)
    assert alone < LEVEL


def test_a_family_of_two_hundred_questions_that_is_eight_points_over_is_told_as_a_suspicion(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng, tilted = Random(12), list[Problem]()
    for lowest, other in zip(
        _numbers(20, rank=0, count=200, family="tilted"),
        _numbers(20, rank=None, count=200, family="tilted"),
        strict=True,
    ):
        tilted.append(lowest if rng.random() < 0.1 else other)
    honest = [one for at in range(3) for one in _numbers(30 + at, rank=None, count=200, family=f"honest {at}")]
    found = giveaways([*honest, *tilted])
    assert [cell.excess.value for cell in found.attacks if cell.family == "tilted"] == pytest.approx([0.08] * 4)
    assert found.open_families == ()
    assert "tilted" in found.suspected_families
    file = tmp_path / "set.jsonl"
    rows = [
        {"id": one.id, "problem": one.text, "family": one.questions[0].family, "questions": [_row(one.questions[0])]}
        for one in [*honest, *tilted]
    ]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    assert main(["giveaways", str(file)]) == 0
    said = capsys.readouterr().err
    assert "may be over" in said
    assert "tilted" in said
    assert "20 cells, adjusted for by Holm's method, 1%" in said


def _row(question: Question) -> dict[str, object]:
    return {
        "question": question.text,
        "options": list(question.options),
        "answer": "ABCD"[question.classes.index(question.gold or 0)],
    }


def test_an_attack_is_never_fitted_on_the_problem_that_it_answers() -> None:
    # Two questions of a problem share a right option that nothing else tells: who has seen one knows the other.
    rng, problems = Random(5), []
    for at in range(120):
        values = tuple(map(str, rng.sample(range(1000, 9999), 4)))
        right = "ABCD"[rng.randrange(4)]
        asked = [question_of(f"p{at}#{k}", problem="t", text="?", options=values, gold_letter=right) for k in range(2)]
        problems.append(Problem(id=f"p{at}", text="t", questions=tuple(asked)))
    assert not giveaways(problems).is_open


def test_looks_say_what_they_are_named_after() -> None:
    rows = options_look(_question(("3 items", "5 items", "4 items", "10 items")))
    assert [row["lowest"] for row in rows] == [1.0, 0.0, 0.0, 0.0]
    assert "rank 3 of 4" in rows[1]
    assert rows[3]["longest"] == 1.0
    assert options_look(_question(("是", "否")))[0]["yes of 2"] == 1.0
    assert question_look(_question(("Ann", "Bob"), text="Does Bob not win?"), ())[1]["named in question"] == 1.0
    assert mentions_look(_question(("Ann", "Bob"), problem="Bob and Bob met Ann."), ())[1]["mentioned most"] == 1.0
    sibling = _question(("Bob", "Cid"))
    assert siblings_look(_question(("Ann", "Bob")), (sibling,))[1]["offered by a sibling"] == 1.0


@pytest.mark.parametrize("start", [None, 1.5])
def test_a_fit_ends_where_the_likelihood_is_flat_wherever_it_begins(start: float | None) -> None:
    import numpy as np

    rng = np.random.default_rng(3)
    rows = [
        [{"a": float(rng.normal()), "b": float(rng.random() < 0.1)} for _ in range(2 + at % 4)] for at in range(400)
    ]
    right = [max(range(len(one)), key=lambda place: one[place]["a"] + 2 * rng.gumbel()) for one in rows]
    choices = choices_of(rows, right)
    weights = fitted(choices, None if start is None else np.full(2, start))
    expected = np.zeros(2)
    for begin, size in zip(choices.starts, choices.sizes, strict=True):
        looks = choices.looks[begin : begin + size]
        powers = np.exp(looks @ weights)
        expected += powers @ looks / powers.sum()
    assert choices.looks[choices.right].sum(axis=0) - expected - RIDGE * weights == pytest.approx(0, abs=1e-3)
    assert abs(weights[0]) > 0.2


@pytest.mark.parametrize("look", [contents_look, question_look, mentions_look, siblings_look])
def test_a_narrowed_look_says_of_a_name_what_the_whole_one_says_and_every_name_is_of_a_part(look: Look) -> None:
    siblings = (_question(("Bob", "Cid")), _question(("3", "9"), text="Is it 3?"))
    seen: set[str] = set()
    for options in (("3 pens", "4 pens", "9 pens"), ("Ann", "Bob and Ann", "Cid"), ("yes", "no"), ("不能确定", "不是")):
        question = _question(
            options, text="Is it not so that Ann has 3?", problem="Bob and Bob met Ann, who has 4 pens."
        )
        whole = look(question, siblings)
        for name in {name for row in whole for name in row}:
            rows = look.narrowed([name])(question, siblings)
            assert [row.get(name) for row in rows] == [row.get(name) for row in whole]
            seen.add(name)
    assert len(seen) >= 4
    assert look.narrowed(["place 1 of 2"]).parts == ()


def test_units_and_prefixes_do_not_hide_a_rank_but_different_sentences_have_none() -> None:
    assert "lowest" in options_look(_question(("共3人", "共5人")))[0]
    assert "lowest" not in options_look(_question(("3 men", "5 women")))[0]


def _write(path: Path, problems: list[Problem], *, with_answers: bool = True) -> None:
    with path.open("w") as file:
        for problem in problems:
            rows = [
                {"question": one.text, "options": list(one.options)}
                | ({"answer": "ABCD"[one.classes.index(one.gold or 0)]} if with_answers else {})
                for one in problem.questions
            ]
            file.write(json.dumps({"id": problem.id, "problem": problem.text, "questions": rows}) + "\n")


def test_the_command_ends_with_1_on_a_giveaway_and_with_0_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(tmp_path / "open.jsonl", _numbers(1, rank=1, count=100))
    assert main(["giveaways", str(tmp_path / "open.jsonl"), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["questions"] == 100
    assert any(attack["is_giveaway"] for attack in report["attacks"])
    _write(tmp_path / "fair.jsonl", _numbers(2, rank=None, count=200))
    assert main(["giveaways", str(tmp_path / "fair.jsonl")]) == 0
    assert "points over chance" in capsys.readouterr().out


def test_no_table_without_a_row_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path / "few.jsonl", _numbers(2, rank=None, count=12))
    assert main(["giveaways", str(tmp_path / "few.jsonl")]) == 0
    assert "one look alone" not in capsys.readouterr().out
    _write(tmp_path / "many.jsonl", _numbers(2, rank=None, count=200))
    assert main(["giveaways", str(tmp_path / "many.jsonl")]) == 0
    assert "one look alone" in capsys.readouterr().out


def test_a_file_without_answers_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path / "unanswered.jsonl", _numbers(1, rank=1, count=3), with_answers=False)
    assert main(["giveaways", str(tmp_path / "unanswered.jsonl")]) == 2
    assert "no question has a known answer" in capsys.readouterr().err


def test_attacks_take_one_thread_unless_the_environment_says_another_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {})
    keep_to_one_thread()
    assert os.environ["OMP_NUM_THREADS"] == "1"
    monkeypatch.setattr(os, "environ", {"OMP_NUM_THREADS": "4"})
    keep_to_one_thread()
    assert os.environ["OMP_NUM_THREADS"] == "4"


def test_a_fit_from_a_near_start_is_the_fit_from_nothing() -> None:
    import numpy as np

    rng = Random(5)
    rows = [[{"a": rng.random(), "b": rng.random()} for _ in range(rng.choice((2, 4, 5)))] for _ in range(60)]
    choices = choices_of(rows, [max(range(len(one)), key=lambda at: one[at]["a"]) for one in rows])
    fit = fitted(choices)
    assert fit[0] > 1 > abs(fit[1])
    assert np.allclose(fitted(choices, fit + 0.3), fit, atol=1e-6)
    half = choices.taken(np.arange(0, 60, 2))
    again = choices_of(rows[::2], [max(range(len(one)), key=lambda at: one[at]["a"]) for one in rows[::2]])
    assert np.allclose(fitted(half), fitted(again), atol=1e-6)
