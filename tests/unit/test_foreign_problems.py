"""What ``harness eval`` reads as problems, every command reads that takes problems: a spreadsheet's CSV in GBK too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.golden.command import good, ran
from tests.support.command import serving
from train.grpo.questions import choose
from train.grpo.recipe import GrpoData

ROWS = "".join(f"{number},第{number}题。甲在乙前，乙在丙前。谁在最前？,甲,乙,丙,A\n" for number in range(4))


FOREIGN = "frage,erste,zweite,loesung\n" + "".join(f"{number}. Wer ist da?,Anna,Otto,B\n" for number in range(4))
"""Names that no rule knows."""
MAP = "question=frage,options=erste+zweite,answer=loesung"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foreign")
    (folder / "题目.csv").write_bytes(("编号,题目,A,B,C,答案\n" + ROWS).encode("gbk"))
    (folder / "indexed.jsonl").write_text('{"stem": "谁在最前？", "choices": ["甲", "乙"], "answer_idx": 0}\n')
    (folder / "fragen.csv").write_text(FOREIGN, encoding="utf-8")
    (folder / "bad.csv").write_text("question,A,B,answer\n谁在最前？,甲,乙,C\n谁在最后？,甲,乙,A\n", encoding="utf-8")
    with serving() as server:
        words = ("题目.csv", "--endpoint", server.url, "--rule", "fixed:2", "--max-samples", 2, "--run", "run")
        good("harness", "eval", *words, folder=folder)
    return folder


def test_chains_are_harvested_over_it(folder: Path) -> None:
    good("synth", "harvest", "run", "--data", "题目.csv", "--out", "own", folder=folder)
    decided = (folder / "own/decisions.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(decided) == 4


@pytest.mark.parametrize("command", ["distill embedded", "augment augment"])
def test_models_are_asked_about_it(folder: Path, command: str) -> None:
    told = good("synth", *command.split(), "题目.csv", "--out", "asked", "--dry-run", folder=folder)
    assert "4 rows read as question=题目, options=A+B+C, answer=答案 (a letter), id=编号" in told.err


@pytest.mark.parametrize("data", ["题目.csv", "indexed.jsonl"])
def test_it_is_told_anew(folder: Path, data: str) -> None:
    told = ran("synth", "perturb", data, "--out", f"told-{data}", folder=folder)
    assert told.code in (0, 1), told.err
    left = folder / f"told-{data}"
    rows = [json.loads(line) for path in left.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    assert rows, told.err


def test_it_is_practised_on(folder: Path) -> None:
    found = choose([str(folder / "题目.csv")], GrpoData())
    assert [question.gold for question in found.questions] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("words", "has_flag"),
    [
        ("harness eval bad.csv --endpoint http://127.0.0.1:9/v1", True),
        ("solver answer bad.csv --endpoint http://127.0.0.1:9/v1", True),
        ("synth distill embedded bad.csv --out asked --dry-run", False),
        ("synth perturb bad.csv --out told", False),
        ("synth harvest run --data bad.csv --out own", False),
        ("harness export bad.csv --to evalscope -o task", False),
    ],
)
def test_a_flag_is_named_where_the_command_has_it(folder: Path, words: str, has_flag: bool) -> None:
    told = ran(*words.split(), folder=folder)
    assert (told.code, "1 of 2 lines cannot be used; fix them" in told.err) == (2, True), told.err
    assert ("--skip-bad" in told.err) is has_flag


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        ("solver answer fragen.csv --endpoint {url}", "--map"),
        ("solver terminal --open fragen.csv --endpoint {url}", "--map"),
        ("harness eval fragen.csv --endpoint {url} --rule fixed:1 --run run-{n}", "--map"),
        ("harness export fragen.csv --to evalscope -o task-{n}", "--map"),
        ("harness audit --apply fixes.jsonl fragen.csv -o mended.jsonl", "--map"),
        ("synth distill embedded fragen.csv --out asked --dry-run", "--map"),
        ("synth augment augment fragen.csv --out asked --dry-run", "--map"),
        ("synth perturb fragen.csv --out told-{n}", "--map"),
        ("synth harvest run --data fragen.csv --out own-{n}", "--map"),
        ("synth giveaways fragen.csv", "--map"),
        ("train plan embedded-grpo data.train=fragen.csv", "data.map="),
    ],
)
def test_every_command_that_takes_problems_takes_what_their_fields_are(folder: Path, words: str, flag: str) -> None:
    (folder / "fixes.jsonl").write_text('{"question_id": "fragen.csv-00002#0", "gold": "B", "decision": "A"}\n')
    with serving() as server:
        spelt = [word.format(url=server.url, n=words.split()[1]) for word in words.split()]
        told = ran(*spelt, folder=folder)
        assert (told.code, f"name it: {flag}{'' if flag.endswith('=') else ' '}question=FIELD" in told.err) == (2, True)
        found = ran(*spelt, *([f"{flag}{MAP}"] if flag.endswith("=") else [flag, MAP]), folder=folder)
    assert found.code in (0, 1), found.err
    says_it = not words.startswith("harness audit")
    assert ("4 rows read as question=frage, options=erste+zweite, answer=loesung (a letter)" in found.err) is says_it


def test_questions_to_practise_on_take_it_too(folder: Path) -> None:
    found = choose([str(folder / "fragen.csv")], GrpoData(map=MAP))
    assert [question.gold for question in found.questions] == [1, 1, 1, 1]
