"""Checking rows of training data: every kind of fault is planted and found, and clean data stays clean."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from solver.problems.letters import letter_of
from solver.training_rows import read_rows
from synth.check.card import card, to_json
from synth.check.data_set import CheckArgs, Report, check
from synth.check.row_faults import KINDS
from synth.cli import main
from synth.errors import CheckError
from synth.generate.bulk import generate
from synth.generate.order import Format, Order

TEMPLATE = "请一步一步推理，最后单独一行写出结论，格式为“答案是：A”。\n\n### 题目\n{}\n\n### 问题\n{}"
NAMES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
Row = dict[str, Any]


def problem(number: int) -> str:
    """A text of its own for every number: its characters depend on all of the number's digits."""
    return "，".join(
        f"{NAMES[(number * 7 + step * step * 3 + number // 11 * step) % 22]}站在第{number * 13 + step}排"
        for step in range(9)
    )


def row(number: int, **changes: object) -> Row:
    """A good row; its right letter goes round, and its options are of one length."""
    letter = letter_of(number % 3)
    asked = TEMPLATE.format(problem(number), f"谁在第{number}排？\nA. 小明\nB. 小红\nC. 小刚")
    chain = f"先看第{number}排的条件。\n由此只剩一人。\n答案是：{letter}"
    return {
        "id": f"p{number}#0",
        "messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": chain}],
        "answer": letter,
        **changes,
    }


def said(number: int, chain: str, **changes: object) -> Row:
    """A row with another chain."""
    one = row(number, **changes)
    one["messages"][1]["content"] = chain
    return one


def beside(number: int, **more: object) -> Row:
    """A row with more keys in its last message."""
    one = row(number)
    one["messages"][1].update(more)
    return one


def asked(number: int, change: Callable[[str], str], **changes: object) -> Row:
    """A row with another prompt."""
    one = row(number, **changes)
    one["messages"][0]["content"] = change(one["messages"][0]["content"])
    return one


def written(path: Path, *rows: Mapping[str, object] | str) -> Path:
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in rows]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def checked(path: Path, *more: Path, **changes: Any) -> Report:
    return check(CheckArgs(files=(path, *more), processes=1, **changes))


def kinds(report: Report) -> dict[str, int]:
    return {one.kind: one.rows for one in report.problems}


GOOD = [row(number) for number in range(90)]


def test_clean_rows_have_no_findings(tmp_path: Path) -> None:
    report = checked(written(tmp_path / "rows.jsonl", *GOOD))
    assert kinds(report) == {}
    assert report.notes == ()
    assert not report.is_serious
    assert (report.rows, report.with_chain, report.with_label) == (90, 90, 90)


PLANTED: list[tuple[str, Row | str]] = [
    ("malformed_row", "{not json"),
    ("malformed_row", '["a", "list"]'),
    ("malformed_row", {"text": "no known form"}),
    ("malformed_row", {"messages": [{"role": "user", "content": "?"}]}),
    ("not_learnt", beside(4, annotations=["x"])),
    ("not_learnt", beside(4, weight=0)),
    ("not_learnt", beside(4, loss=False)),
    ("not_learnt", row(4, weight=0.5)),
    ("label_out_of_range", row(5, answer="F")),
    ("label_out_of_range", row(5, answer="yes")),
    ("label_mismatch", row(4, answer="A")),
    ("no_conclusion", said(4, "先看第4排的条件。\n由此只剩")),
    ("no_conclusion", said(4, "先看条件。\n答案是：A 或 B")),
    ("answer_in_prompt", asked(4, lambda text: f"{text}\n（正确答案：B）")),
    ("answer_in_prompt", asked(4, lambda text: f"{text}\nThe correct answer is B.")),
    ("answer_in_prompt", asked(4, lambda text: text + '\n{"answer": "B"}')),
    ("special_tokens", said(4, "看条件。<|im_end|>\n答案是：B")),
    ("open_think", said(4, "<think>看条件。\n答案是：B")),
    ("looping", said(4, "由条件知道甲在乙的左边。\n" * 9 + "答案是：B")),
    ("told", said(4, "既然给定的正确答案是B，只须说明理由。\n答案是：B")),
    ("broken_text", said(4, "看\ufffd\ufffd条件，得到一人。\n答案是：B")),
    ("not_last", said(4, "看条件。\n答案是：B\n\n希望对你有帮助！")),
    ("answer_only", said(4, "答案是：B")),
]


@pytest.mark.parametrize(("kind", "bad"), PLANTED)
def test_a_planted_fault_is_found_where_it_is(tmp_path: Path, kind: str, bad: Row | str) -> None:
    path = written(tmp_path / "rows.jsonl", *GOOD[10:], bad)
    report = checked(path)
    assert kind in kinds(report), report.problems
    (found,) = (one for one in report.problems if one.kind == kind)
    assert found.rows == 1
    assert found.examples[0].where.startswith(f"{path}:81")
    assert found.is_serious == (KINDS[kind][0] * 81 < 1)


def test_what_an_sdk_writes_of_a_message_is_learnt(tmp_path: Path) -> None:
    rows = [*GOOD[10:], beside(4, refusal=None, annotations=None, tool_calls=None, audio=None, weight=1)]
    assert "not_learnt" not in kinds(checked(written(tmp_path / "rows.jsonl", *rows)))
    (learnt,) = read_rows(rows[-1])
    assert learnt.answer == rows[-1]["messages"][-1]["content"]


def test_an_example_of_the_wanted_form_is_no_leak(tmp_path: Path) -> None:
    # A third of GOOD has the label A, and every prompt says 格式为“答案是：A”.
    assert "answer_in_prompt" not in kinds(checked(written(tmp_path / "rows.jsonl", *GOOD)))
    other = [asked(number, lambda text: text.replace("格式为“答案是：A”", "答案：A")) for number in range(90)]
    assert "answer_in_prompt" not in kinds(checked(written(tmp_path / "other.jsonl", *other)))


def test_repeats_are_told_apart(tmp_path: Path) -> None:
    rows = [*GOOD, GOOD[3], said(4, "换一种想法。\n所以是小红。\n答案是：B"), said(5, "所以。\n答案是：A", answer="A")]
    found = kinds(checked(written(tmp_path / "rows.jsonl", *rows)))
    assert found == {"contradiction": 1, "duplicate": 1, "repeated_prompt": 2}


def test_near_duplicates_of_other_problems_are_found_and_rows_of_one_problem_are_not(tmp_path: Path) -> None:
    almost = asked(7, lambda text: text.replace("谁在第7排", "哪个人在第7排"), id="other#0")
    assert kinds(checked(written(tmp_path / "a.jsonl", *GOOD, almost))) == {"near_duplicate": 1}
    sibling = {**almost, "id": "p7#1"}
    assert kinds(checked(written(tmp_path / "b.jsonl", *GOOD, sibling))) == {}


def test_a_problem_in_two_files_is_serious(tmp_path: Path) -> None:
    train, dev = written(tmp_path / "train.jsonl", *GOOD[:80]), written(tmp_path / "dev.jsonl", *GOOD[80:])
    assert not checked(train, dev).is_serious
    leaky = written(tmp_path / "leaky.jsonl", *GOOD[80:], asked(7, lambda text: text.replace("谁在", "哪个人在")))
    report = checked(train, leaky)
    assert kinds(report) == {"across_files": 1}
    assert report.is_serious


def contest(number: int, *, shuffled: bool = False) -> Row:
    options = ["那个姓王的人", "那个姓李的老师", "他们两个都不在场"]
    options = options[::-1] if shuffled else options
    return {
        "id": f"b{number}",
        "problem": problem(number),
        "questions": [{"question": f"下面说得对的，第{number}排是谁？", "options": options, "answer": "A"}],
    }


@pytest.mark.parametrize("shuffled", [False, True])
def test_a_benchmark_question_is_found_in_a_longer_prompt(tmp_path: Path, shuffled: bool) -> None:
    bench = written(tmp_path / "bench.jsonl", *(contest(number) for number in range(500, 540)))
    assert kinds(checked(written(tmp_path / "rows.jsonl", *GOOD), against=(bench,))) == {}
    stolen = contest(507, shuffled=shuffled)
    (question,) = stolen["questions"]
    options = "\n".join(f"{letter_of(place)}. {text}" for place, text in enumerate(question["options"]))
    bad = asked(1, lambda _: TEMPLATE.format(stolen["problem"], f"{question['question']}\n{options}") + "仔细想。" * 40)
    report = checked(written(tmp_path / "bad.jsonl", *GOOD[9:], bad), against=(bench,))
    assert kinds(report) == {"benchmark_overlap": 1}
    assert report.is_serious
    assert "b507" in report.nearest.name


def test_a_benchmark_problem_with_another_question_is_told_apart(tmp_path: Path) -> None:
    bench = written(tmp_path / "bench.jsonl", *(contest(number) for number in range(500, 540)))
    bad = asked(1, lambda _: TEMPLATE.format(problem(507), "一共有几排站了不止一个人？\nA. 三\nB. 四\nC. 五"))
    assert kinds(checked(written(tmp_path / "bad.jsonl", *GOOD[9:], bad), against=(bench,))) == {"benchmark_problem": 1}


def test_a_letter_that_is_always_right_is_serious(tmp_path: Path) -> None:
    rows = [said(number, f"看第{number}排。\n所以小明。\n答案是：A", answer="A") for number in range(90)]
    report = checked(written(tmp_path / "rows.jsonl", *rows))
    assert [(note.name, note.is_serious) for note in report.notes] == [("letter_balance", True)]


def test_a_right_option_that_is_the_longest_is_serious(tmp_path: Path) -> None:
    rows = []
    for number in range(90):
        options = ["短句", "短语", "短词"]
        options[number % 3] = "这一个选项写得比别的选项都要长"
        rows.append(row(number, options=options))
    report = checked(written(tmp_path / "rows.jsonl", *rows))
    assert [(note.name, note.is_serious) for note in report.notes] == [("length_balance", True)]


@pytest.mark.parametrize("form", ["messages", "contest"])
def test_generated_puzzles_are_clean_in_both_forms(tmp_path: Path, form: Format) -> None:
    path = tmp_path / f"{form}.jsonl"
    generate(Order(count=60, seed=3, format=form), path, processes=1)
    report = checked(path)
    assert not report.is_serious, report.problems
    assert report.rows == report.with_label == report.with_chain


def test_alpaca_rows_with_and_without_a_chain_are_read(tmp_path: Path) -> None:
    flat = {"instruction": "题目一", "input": "谁？\nA: 甲; B: 乙", "output": "B"}
    full = {"instruction": "题目二\n谁？\nA. 甲\nB. 乙", "input": "", "output": "想一想。\n答案是：A", "answer": "A"}
    report = checked(written(tmp_path / "rows.jsonl", flat, full))
    assert (report.rows, report.with_chain, report.with_label) == (2, 1, 2)
    assert kinds(report) == {}


def test_gzip_with_a_byte_order_mark_and_blank_lines_is_the_same_data(tmp_path: Path) -> None:
    plain = written(tmp_path / "rows.jsonl", *GOOD, GOOD[0])
    packed = tmp_path / "rows.jsonl.gz"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + plain.read_bytes().replace(b"\n", b"\r\n\r\n")))
    one, other = checked(plain), checked(packed)
    assert (one.rows, kinds(one), one.letters) == (other.rows, kinds(other), other.letters)


def test_several_processes_find_the_same_as_one(tmp_path: Path) -> None:
    bad = [bad for _, bad in PLANTED]
    path = written(tmp_path / "rows.jsonl", *(row(number) for number in range(900)), *bad, *GOOD[:30])
    one, two = check(CheckArgs(files=(path,), processes=1)), check(CheckArgs(files=(path,), processes=2))
    assert one.problems == two.problems
    assert to_json(one) | {"seconds": 0} == to_json(two) | {"seconds": 0}


def test_rungs_costs_and_rejections_stand_on_the_card(tmp_path: Path) -> None:
    rows = [
        row(number, meta={"rung": "easy" if number % 2 else "hard", "cost": "0.001", "tokens": 7})
        for number in range(60)
    ]
    rejected = written(tmp_path / "rejected.jsonl", {"rung": "hard", "reason": "no agreement"}, {"reason": "a | b"})
    report = checked(written(tmp_path / "rows.jsonl", *rows), rejected=(rejected,), licences=(("(not said)", "CC0"),))
    text = card(report)
    assert (report.cost, report.tokens) == (Decimal("0.060"), 420)
    for line in (
        "| easy | 30 | 50.0% |",
        "| hard | no agreement | 1 |",
        "| - | a \\| b | 1 |",
        "| (not said) | 60 | CC0 |",
    ):
        assert line in text
    assert json.loads(json.dumps(to_json(report)))["traits"]["rung"] == {"easy": 30, "hard": 30}


def test_an_unknown_cost_stays_unknown(tmp_path: Path) -> None:
    rows = [row(0, meta={"cost": "0.5"}), row(1, meta={"cost": None})]
    report = checked(written(tmp_path / "rows.jsonl", *rows))
    assert (report.cost, report.known_cost, report.costed) == (None, Decimal("0.5"), 1)
    assert "Unknown: only 1 of 2 rows say it, 0.5 together" in card(report)


def test_the_command_tells_serious_by_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = (
        written(tmp_path / "good.jsonl", *GOOD),
        written(tmp_path / "bad.jsonl", *GOOD, row(4, answer="A", id="x")),
    )
    assert main(["check", str(good), "--processes", "1"]) == 0
    assert capsys.readouterr().out.startswith("# Data card\n")
    listed = tmp_path / "findings.jsonl"
    words = [
        "check",
        str(bad),
        "--processes",
        "1",
        "--json",
        "--findings",
        str(listed),
        "-o",
        str(tmp_path / "card.md"),
    ]
    assert main(words) == 1
    assert json.loads(capsys.readouterr().out)["findings"]["label_mismatch"]["rows"] == 1
    found = [json.loads(line) for line in listed.read_text(encoding="utf-8").splitlines()]
    assert {(one["kind"], one["line"]) for one in found} == {
        ("label_mismatch", 91),
        ("contradiction", 91),
        ("duplicate", 91),
    }
    allowed = ["--allow", "label_mismatch", "--allow", "contradiction=0.5", "--allow", "duplicate"]
    assert main(["check", str(bad), "--processes", "1", "--json", *allowed]) == 0


@pytest.mark.parametrize(
    "words",
    [
        ["nowhere.jsonl"],
        ["EMPTY"],
        ["TORN"],
        ["GOOD", "--against", "nowhere.jsonl"],
        ["GOOD", "--against", "EMPTY"],
        ["GOOD", "--allow", "nonsense"],
        ["GOOD", "--allow", "looping=7"],
        ["GOOD", "--source", "x"],
        ["GOOD", "--rejected", "GOOD"],
    ],
)
def test_bad_usage_is_one_line_and_ends_with_two(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    torn = tmp_path / "torn.jsonl.gz"
    torn.write_bytes(gzip.compress(b'{"id": "x"}\n' * 999)[:-12])
    places = {
        "EMPTY": written(tmp_path / "empty.jsonl"),
        "TORN": torn,
        "GOOD": written(tmp_path / "g.jsonl", *GOOD[:2]),
    }
    assert main(["check", *(str(places.get(word, word)) for word in words)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("rejected", "is_wrong"),
    [("乙在前。\n答案是：B", False), ("甲在前。\n答案是：A", True)],
)
def test_pairs_and_labelled_answers_are_checked_as_what_they_teach(
    tmp_path: Path, rejected: str, is_wrong: bool
) -> None:
    prompt = [{"role": "user", "content": "谁在前？\nA. 甲\nB. 乙"}]
    answers = ("甲在前，因为乙在后。\n答案是：A", rejected)
    turns = [[{"role": "assistant", "content": text}] for text in answers]
    pair = {"id": "p#0", "prompt": prompt, "chosen": turns[0], "rejected": turns[1], "answer": "A"}
    labelled = [
        {"id": "p#0", "prompt": prompt, "completion": turn, "label": label, "answer": "A"}
        for turn, label in zip(turns, (True, False), strict=True)
    ]
    for name, rows in (("pairs", [pair]), ("labels", labelled)):
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        report = check(CheckArgs(files=(path,), processes=1))
        assert report.rows == len(rows)
        assert ("malformed_row" in {one.kind for one in report.problems}) == is_wrong


def test_a_gzip_file_that_is_damaged_within_is_named(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(b'{"messages": []}\n' * 50))
    whole[12] ^= 0xFF
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(bytes(whole))
    with pytest.raises(CheckError, match=r"rows\.jsonl\.gz: not a whole gzip file"):
        check(CheckArgs(files=(path,), processes=1))


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "XLSX"])
def test_a_table_is_told_from_rows_to_learn_from(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"t.{ending}"
    path.write_text("question,A,B,answer\na?,x,y,B\n", encoding="utf-8")
    assert main(["check", str(path)]) == 2
    assert "a table, and rows to learn from are JSON lines; its questions are read by" in capsys.readouterr().err


def test_a_question_without_a_chain_is_told_how_it_gets_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "a?", "options": ["x", "y"], "answer": "B"}\n', encoding="utf-8")
    assert main(["check", str(path)]) == 1
    assert "a question without a chain, which synth distill or synth harvest makes" in capsys.readouterr().out
