"""Rows mixed by weight: as often as it says, the same for a seed, and nothing that no trainer takes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.cli import main
from synth.mixture import Part, mix


def rows(path: Path, name: str, count: int) -> Path:
    turns = [{"role": "user", "content": name}, {"role": "assistant", "content": "答案是：A"}]
    lines = [json.dumps({"id": f"{name}{place}", "messages": turns}) for place in range(count)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_rows_come_as_often_as_their_weight_says(tmp_path: Path) -> None:
    own, general = rows(tmp_path / "own.jsonl", "own", 10), rows(tmp_path / "general.jsonl", "general", 40)
    out = tmp_path / "mixed.jsonl"
    assert main(["mix", f"{own}=2", f"{general}=0.25", "--out", str(out)]) == 0
    found = Counter(json.loads(line)["id"] for line in out.read_text(encoding="utf-8").splitlines())
    assert {count for name, count in found.items() if name.startswith("own")} == {2}
    assert sum(count for name, count in found.items() if name.startswith("general")) == 10
    assert sum(found.values()) == 30


def test_a_total_is_shared_by_weight(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own, general = rows(tmp_path / "own.jsonl", "own", 10), rows(tmp_path / "general.jsonl", "general", 40)
    out = tmp_path / "mixed.jsonl"
    assert main(["mix", f"{own}=3", str(general), "--total", "41", "--out", str(out)]) == 0
    found = [json.loads(line)["id"] for line in out.read_text(encoding="utf-8").splitlines()]
    assert (len(found), sum(one.startswith("own") for one in found)) == (41, 31)
    told = capsys.readouterr().out.splitlines()
    assert told == [
        f"{own}: 10 rows; 31 in the mixture, 75.6 % of it",
        f"{general}: 40 rows; 10 in the mixture, 24.4 % of it",
    ]


def test_rows_that_stand_in_two_files_are_counted_by_the_file_they_came_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own, copy = rows(tmp_path / "own.jsonl", "own", 12), rows(tmp_path / "copy.jsonl", "own", 12)
    one = rows(tmp_path / "one.jsonl", "one", 1)
    out = tmp_path / "mixed.jsonl"
    assert main(["mix", str(own), f"{copy}=0.5", str(one), "--out", str(out)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{own}: 12 rows; 12 in the mixture, 63.2 % of it",
        f"{copy}: 12 rows; 6 in the mixture, 31.6 % of it",
        f"{one}: 1 row; 1 in the mixture, 5.3 % of it",
    ]


def test_the_mixture_depends_on_the_seed_alone(tmp_path: Path) -> None:
    own = rows(tmp_path / "own.jsonl", "own", 20)
    texts = []
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert main(["mix", f"{own}=0.5", "--seed", seed, "--out", str(tmp_path / name)]) == 0
        texts.append((tmp_path / name).read_text(encoding="utf-8"))
    assert texts[0] == texts[1] != texts[2]


@given(
    st.lists(st.tuples(st.integers(1, 30), st.floats(0.05, 4)), min_size=1, max_size=4),
    st.integers(0, 9),
    st.none() | st.integers(1, 90),
)
def test_no_row_comes_more_than_once_more_than_another_of_its_file(
    sizes: list[tuple[int, float]], seed: int, total: int | None
) -> None:
    parts = [
        Part(name=str(place), lines=tuple(f"{place}/{row}" for row in range(count)), weight=weight)
        for place, (count, weight) in enumerate(sizes)
    ]
    found = mix(parts, seed=seed, total=total)
    counts = Counter(found)
    assert total is None or len(found) == total
    for part in parts:
        often = [counts[line] for line in part.lines]
        assert max(often) - min(often) <= 1
        if total is None:
            assert sum(often) == round(part.weight * len(part.lines))


@pytest.mark.parametrize(
    ("lines", "words", "said"),
    [
        (['{"messages": []}', "nonsense"], [], "x.jsonl:2"),
        (
            ['{"question_id": "a#0", "answers": ["A"]}'],
            [],
            "x.jsonl:1: no row of training: it has question_id, answers",
        ),
        (["{}"], [], "x.jsonl:1: no row of training: it is empty"),
        (['{"chosen": []}', '{"completion": []}'], [], "labelled answers and pairs"),
        ([], [], "no rows"),
        (['{"messages": []}', '{"chosen": []}'], [], "pairs and rows"),
        (['{"questions": []}', '{"questions": [], "id": 1}'], ["--total", "5"], "more than once"),
    ],
)
def test_what_cannot_be_mixed_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str], words: list[str], said: str
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert main(["mix", str(path), *words, "--out", str(tmp_path / "out.jsonl")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize("weight", ["0", "-1", "nan", "inf", "much"])
def test_what_is_no_weight_is_refused(tmp_path: Path, weight: str, capsys: pytest.CaptureFixture[str]) -> None:
    own = rows(tmp_path / "own.jsonl", "own", 2)
    assert main(["mix", f"{own}={weight}", "--out", str(tmp_path / "out.jsonl")]) == 2
    assert "no weight" in capsys.readouterr().err


def test_a_file_that_is_named_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own, out = rows(tmp_path / "own.jsonl", "own", 2), tmp_path / "out.jsonl"
    assert main(["mix", str(own), f"{tmp_path}/./own.jsonl=2", "--out", str(out)]) == 2
    assert "mix was given the same file twice" in capsys.readouterr().err
    assert not out.exists()


def test_rows_and_pairs_are_not_mixed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own, pairs = rows(tmp_path / "own.jsonl", "own", 2), tmp_path / "pairs.jsonl"
    pairs.write_text('{"prompt": [], "chosen": [], "rejected": []}\n', encoding="utf-8")
    assert main(["mix", str(own), str(pairs), "--out", str(tmp_path / "out.jsonl")]) == 2
    assert "no trainer takes these together" in capsys.readouterr().err
