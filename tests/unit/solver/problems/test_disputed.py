"""The record of a disputed key, and how strong a flag is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from solver.voting.label_errors import (
    Dispute,
    Voter,
    excerpt_of,
    proposed_by,
    strength_of,
    voter,
    write_disputes,
)


def dispute(name: str = "p#0", *voters: Voter, **changes: object) -> Dispute:
    fields = {"question_id": name, "source": "s", "gold": "A", "proposed": "B", "voters": voters, **changes}
    return Dispute(**fields)  # type: ignore[arg-type]


def test_a_lone_voter_never_makes_more_than_a_weak_flag() -> None:
    sure = voter("m", ["B"] * 50)
    assert strength_of((sure,), gold="A", proposed="B") < 0.5
    assert dispute("p#0", sure).grade == "weak"


def test_more_samples_of_one_model_count_less_than_more_models() -> None:
    one = (voter("m", ["B"] * 10),)
    five = tuple(voter(f"m{place}", ["B", "B"]) for place in range(5))
    assert strength_of(one, gold="A", proposed="B") < strength_of(five, gold="A", proposed="B")


def test_voters_who_agree_with_the_key_make_the_strength_negative() -> None:
    assert strength_of((voter("m", ["A", "A"]),), gold="A", proposed="B") < 0


def test_a_voter_without_reliability_changes_nothing() -> None:
    good, bad = voter("good", ["B"] * 4), voter("bad", ["A"] * 4, reliability=0.0)
    assert strength_of((good, bad), gold="A", proposed="B") == strength_of((good,), gold="A", proposed="B")


def test_the_key_is_never_proposed() -> None:
    assert proposed_by((voter("m", ["A", "A", "C"]),), gold="A") == "C"
    assert proposed_by((voter("m", ["A", None]),), gold="A") is None


def test_samples_without_an_answer_are_told_and_not_counted() -> None:
    found = voter("m", [None, "B", None])
    assert (found.cast, found.no_answer, found.share("B")) == (1, 2, 1.0)


def test_the_file_is_strongest_first_and_waits_for_a_decision(tmp_path: Path) -> None:
    weak = dispute("p#1", voter("m", ["B", "A", "B"]))
    strong = dispute("p#2", *(voter(f"m{place}", ["B"] * 5) for place in range(9)), options=("x", "y"))
    path = tmp_path / "new" / "disputed.jsonl"
    assert write_disputes(path, [weak, strong]) == 2
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["question_id"] for row in rows] == ["p#2", "p#1"]
    assert [row["decision"] for row in rows] == [None, None]
    assert rows[0]["grade"] == "strong"
    assert rows[0]["voters"]["m0"]["votes"] == {"B": 5}


def test_half_a_surrogate_pair_does_not_spoil_the_file(tmp_path: Path) -> None:
    write_disputes(tmp_path / "d.jsonl", [dispute("p#0", voter("m", ["B"]), excerpt="\ud83d")])
    assert json.loads((tmp_path / "d.jsonl").read_text(encoding="utf-8"))["question_id"] == "p#0"


@pytest.mark.parametrize("chars", [5, 20, 100])
def test_an_excerpt_keeps_the_end(chars: int) -> None:
    text = "\n".join(f"第{place}步，推出一个结论。" for place in range(30)) + "\n答案是：B"
    found = excerpt_of(text, chars)
    assert text.endswith(found.removeprefix("…"))
    assert len(found) <= chars + 1


def test_a_line_is_one_line(tmp_path: Path) -> None:
    write_disputes(tmp_path / "d.jsonl", [dispute("p#0", voter("m", ["B"]), excerpt="a\nb\u2028c")])
    assert (tmp_path / "d.jsonl").read_bytes().count(b"\n") == 1
