"""The board: what is replayed as arrays is what the rules do one by one, and what it says adds up."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

pytest.importorskip("numpy")
from harness import cli
from harness.board.allocation_replay import replay
from harness.board.board import Entry, joined, set_board
from harness.board.orders import Orders, shuffled
from harness.board.own_rule import own_rules
from harness.board.page import BEGIN, END, write_page
from harness.board.vote_sets import VoteSet, read_sets
from harness.errors import RecordError
from solver.base.errors import UsageError
from solver.voting.allocation import ALLOCATIONS, parse_policy
from solver.voting.rules import RULES, parse_rule
from solver.voting.tally import plurality
from tests.support.checkout import ROOT


def recorded(path: Path, n: int = 60, samples: int = 10, *, has_confidence: bool = True) -> Path:
    """Write votes of a model that is more often right where it is sure."""
    rng = random.Random(3)
    lines = []
    for question in range(n):
        answers: list[str | None] = []
        confidences: list[float | None] = []
        for _ in range(samples):
            is_sure = rng.random() < 0.5
            is_right = rng.random() < (0.8 if is_sure else 0.3)
            answers.append(rng.choice([None, "A"]) if is_right else rng.choice("BCD"))
            confidences.append(-0.01 if is_sure else -1.0)
        row: dict[str, object] = {
            "dataset": "made", "model": "m", "prompt": "p", "question_id": f"p{question // 2}#{question % 2}",
            "gold": "A", "n_options": 4, "answers": answers, "tokens": [rng.randrange(1, 400) for _ in answers],
        }  # fmt: skip
        lines.append(json.dumps(row | ({"lp_answer": confidences} if has_confidence else {})))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def votes(tmp_path_factory: pytest.TempPathFactory) -> VoteSet:
    return read_sets([recorded(tmp_path_factory.mktemp("votes") / "made.jsonl")], 8)[0]


@pytest.fixture(scope="module")
def orders(votes: VoteSet) -> Orders:
    return shuffled(votes, 3, 8)


@pytest.mark.parametrize("spec", [text for kind in RULES for text in (kind.example, *kind.grid(8))])
def test_arrays_stop_and_answer_as_the_rule_does_one_by_one(orders: Orders, spec: str) -> None:
    rule = parse_rule(spec)
    stops = orders.stops(rule, 8)
    for question in range(orders.shape[0]):
        for order in range(orders.shape[1]):
            row = [None if vote < 0 else vote for vote in orders.votes[question, order].tolist()]
            drawn = rule.stop_at(row, 8)
            assert stops[question, order] == drawn
            assert orders.right[question, order, drawn] == (plurality(row[:drawn]) == 0)
            assert orders.spent[question, order, drawn] == orders.tokens[question, order, :drawn].sum()


@pytest.mark.parametrize("spec", [text for kind in ALLOCATIONS for text in kind.grid])
def test_an_allocation_spends_its_budget_and_not_a_sample_more(orders: Orders, spec: str) -> None:
    total = float(orders.spent[:, 0, -1].sum())
    little, much, all_of_it = replay(parse_policy(spec), orders, 0, [0.2 * total, 0.6 * total, 2 * total], 8)
    longest = orders.tokens.max()
    assert little.tokens.sum() < 0.2 * total + longest
    assert much.tokens.sum() < 0.6 * total + longest
    assert (little.samples <= much.samples).all()
    assert (all_of_it.samples <= 8).all()
    assert all_of_it.tokens.sum() <= total


def test_weighing_votes_by_learned_confidence_pays_where_the_sure_are_right(votes: VoteSet) -> None:
    found = {entry.name: entry for entry in set_board(votes, 8, 3).entries}
    assert found["gain @ lead:3"].accuracy.value > found["gain:votes @ lead:3"].accuracy.value + 0.05
    assert found["gain @ lead:3"].tokens == pytest.approx(found["lead:3"].tokens, rel=0.02)


def test_the_front_holds_what_nothing_beats(votes: VoteSet) -> None:
    entries = set_board(votes, 8, 2).entries
    front = [entry for entry in entries if entry.is_on_front]
    assert front
    for entry in entries:
        beaten = any(_beats(other, entry) for other in entries)
        assert entry.is_on_front != beaten


def _beats(one: Entry, other: Entry) -> bool:
    mine, its = (one.tokens, -one.accuracy.value), (other.tokens, -other.accuracy.value)
    return mine != its and mine[0] <= its[0] and mine[1] <= its[1]


def test_sets_put_together_count_every_question_once(votes: VoteSet) -> None:
    board = set_board(votes, 8, 2)
    (one,) = [entry for entry in joined([board, board], "twice") if entry.name == "lead:3"]
    (alone,) = [entry for entry in board.entries if entry.name == "lead:3"]
    assert one.accuracy.n == 2 * alone.accuracy.n
    assert one.accuracy.n_clusters == alone.accuracy.n_clusters
    assert one.accuracy.value == pytest.approx(alone.accuracy.value)
    assert one.share_of_ten == pytest.approx(alone.share_of_ten)


def test_the_page_is_written_between_its_marks(votes: VoteSet, tmp_path: Path) -> None:
    page = tmp_path / "rules.md"
    page.write_text(f"before\n{BEGIN}\nwhat was here\n{END}\nafter\n", encoding="utf-8")
    write_page(page, [set_board(votes, 8, 1)], "the command", 1)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "what was here" not in text
    drawing = (tmp_path / "rules-0.svg").read_text(encoding="utf-8")
    assert drawing.startswith("<svg xmlns=")
    assert "var(" not in drawing
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(UsageError, match="between the lines"):
        write_page(page, [], "", 1)


def test_the_rule_of_one_s_own_in_the_docs_stands_on_the_board(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    own = tmp_path / "patient.py"
    own.write_text(code, encoding="utf-8")
    file = recorded(tmp_path / "made.jsonl")
    words = ("board", file, "--own", own, "--orders", 1, "--cap", 8, "--json", "-o", tmp_path / "rules.md")
    assert cli.main([str(word) for word in words]) == 0
    told = capsys.readouterr()
    assert '"name": "patient"' in told.out
    assert told.err.endswith(f"harness: next: python -m harness replay {file} --rule lead:3\n")
    assert "patient" not in RULES.names


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("rule.txt", "", "not a Python file"),
        ("rule.py", "1 / 0", "ZeroDivisionError"),
        ("rule.py", "KIND = 3", "must end with KIND"),
        ("rule.py", "from solver.voting.rules.lead import KIND", "give KIND another name"),
    ],
)
def test_a_file_that_is_no_rule_is_refused_in_one_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message), own_rules([tmp_path / name]):
        pass


def test_sets_without_enough_questions_are_left_out(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no set of at least 50 questions"):
        read_sets([recorded(tmp_path / "few.jsonl", n=20)], 8)
