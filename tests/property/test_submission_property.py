"""Whatever forms a file mixes, its submission holds the same rows, in the same form, order and with the same ids."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.run.config import EvalConfig
from harness.run.partial_submission import write_submission
from harness.run.run import run_of
from harness.run.submission import write
from solver.base.display.live import Screen
from solver.problems.shapes.load import load_inputs
from solver.voting.tally import verdict_of

Row = dict[str, object]
TEXTS = st.sampled_from(("甲比乙高。", "Three of them sit in a row.", "Ω is first;\u2028then …", "1 + 1"))
OPTIONS = st.lists(st.sampled_from(("甲", "乙", "yes", "no", "A. 丙", "10")), min_size=2, max_size=4, unique=True)
KEY = st.sampled_from((None, "A", "b"))
FURTHER: st.SearchStrategy[Row] = st.dictionaries(
    st.sampled_from(("note", "source", "qid")), st.one_of(st.integers(0, 9), TEXTS), max_size=2
)


@st.composite
def contest(draw: st.DrawFn) -> Row:
    questions = [
        {"question": draw(TEXTS), "options": draw(OPTIONS), "answer": draw(KEY), **draw(FURTHER)}
        for _ in range(draw(st.integers(1, 3)))
    ]
    return {"id": "", "problem": draw(TEXTS), "questions": questions, **draw(FURTHER)}


@st.composite
def flat(draw: st.DrawFn) -> Row:
    written = "; ".join(f"{letter}: {text}" for letter, text in zip("ABCD", draw(OPTIONS), strict=False))
    found = {"instruction": draw(TEXTS), "input": f"{draw(TEXTS)}\n{written}", **draw(FURTHER)}
    return found | ({"output": draw(KEY) or ""} if draw(st.booleans()) else {})


@st.composite
def row(draw: st.DrawFn) -> Row:
    found: Row = {"question": draw(TEXTS), "options": draw(OPTIONS), **draw(FURTHER)}
    found |= {"id": ""} if draw(st.booleans()) else {}
    found |= {"problem": draw(TEXTS)} if draw(st.booleans()) else {}
    return found | ({"answer": draw(KEY)} if draw(st.booleans()) else {})


MIXED = st.lists(st.one_of(contest(), flat(), row()), min_size=1, max_size=6)
ANSWERS = {"questions": "answer", "instruction": "output", "options": "answer"}


def bare(given: Mapping[str, object]) -> Row:
    """Return a row without its answers; of a contest row the contest's own fields."""
    if isinstance(questions := given.get("questions"), list):
        asked = [{"question": one["question"], "options": one["options"]} for one in questions]
        return {"id": given["id"], "problem": given["problem"], "questions": asked}
    return {name: value for name, value in given.items() if name not in ("answer", "output")}


def letters_of(given: Mapping[str, object]) -> list[object]:
    """Return a row's answers, from where its form keeps them."""
    if isinstance(questions := given.get("questions"), list):
        return [one["answer"] for one in questions]
    return [given["output" if "instruction" in given else "answer"]]


def named(rows: Sequence[Row]) -> list[Row]:
    """Give every row that has an id one of its own."""
    return [{**one, "id": f"row {place}"} if "id" in one else one for place, one in enumerate(rows)]


@settings(max_examples=30, deadline=None)
@given(MIXED, st.data())
def test_the_same_rows_ids_and_order_come_out_of_any_mixture_of_forms(rows: list[Row], data: st.DataObject) -> None:
    rows = named(rows)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)
        (folder / "in.jsonl").write_text(text, encoding="utf-8")
        run = run_of(
            EvalConfig.of(data=(str(folder / "in.jsonl"),), run=str(folder / "run")), Screen("none"), process_started=0
        )
        run.folder.path.mkdir()
        run.claim(has_samples=False)
        answers = [data.draw(st.sampled_from((None, 0, 1))) for _ in run.questions]
        write_submission(
            run,
            [
                verdict_of(question.id, () if answer is None else (answer,), stop_reason="rule")
                for question, answer in zip(run.questions, answers, strict=True)
            ],
        )
        written = write(run.folder.path, folder / "out.jsonl")
        assert (folder / "out.jsonl").read_bytes() == run.folder.submission.read_bytes()
        found = [json.loads(line) for line in run.folder.submission.read_text(encoding="utf-8").split("\n") if line]
        given_letters = dict(zip([one.id for one in run.questions], answers, strict=True))
        # The reader of the data reads the submission, and finds the answers for keys.
        again = load_inputs([str(folder / "out.jsonl")])
    assert [bare(one) for one in found] == [bare(one) for one in rows]
    expected = [
        [None if given_letters[name] is None else "AB"[given_letters[name] or 0] for name in one.question_ids]
        for one in run.loaded.rows
    ]
    assert [letters_of(one) for one in found] == expected
    assert written.questions == len(run.questions)
    assert written.empty.total() == answers.count(None)
    assert not again.bad
    keys = [one.gold for problem in again.problems for one in problem.questions]
    assert sorted(map(str, keys)) == sorted(map(str, answers))
