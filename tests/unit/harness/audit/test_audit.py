"""Disputed keys from recorded votes and run folders; decisions laid over data."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.audit.decisions import agreement, apply_fixes, read_fixes, rescore, undecided
from harness.audit.label_audit import AuditArgs, audit
from harness.benchmarks.builtin import THIRD
from harness.cli import main
from harness.errors import RecordError
from harness.run.data import load_data
from harness.run.results import line_of
from solver.base.errors import InputError
from solver.base.places import BENCHMARK_2
from solver.problems.question import question_of
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Request
from solver.scheduling.outcome import outcome_of
from solver.scheduling.store import Store
from solver.voting.tally import verdict_of
from tests.support.scripted_sampler import a_sample

GOLD = "A"
N_PROBLEMS = 40


def data_file(folder: Path, *, name: str = "data.jsonl") -> Path:
    """40 problems of two questions, A right everywhere; the third option of each is a twin of the first."""
    path = folder / name
    lines = [
        {
            "id": f"p{number}",
            "problem": f"题目{number}",
            "questions": [
                {"question": f"问{place}", "options": ["甲", "乙", "甲"], "answer": GOLD, "chain": "答案是：A"}
                for place in range(2)
            ],
            "lang": "zh",
        }
        for number in range(N_PROBLEMS)
    ]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def votes_file(folder: Path, wrong: Sequence[str], **voters: str) -> Path:
    """Five good voters that answer A everywhere but on ``wrong`` questions; further voters answer as told, always."""
    path = folder / "votes.jsonl"
    rows = []
    for number in range(N_PROBLEMS):
        name = f"p{number}#0"
        samples = {f"good{place}": "BBB" if name in wrong else "AAA" for place in range(5)}
        rows.append({"qid": name, "gold": GOLD, "samples": {**samples, **voters}})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def written(path: Path, *rows: Mapping[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_keys_that_all_good_voters_deny_are_flagged_and_no_others(tmp_path: Path) -> None:
    found = audit(AuditArgs(sources=(votes_file(tmp_path, ["p3#0", "p7#0"]),), data=(data_file(tmp_path),)))
    assert sorted(one.question_id for one in found.disputes) == ["p3#0", "p7#0"]
    assert {(one.gold, one.proposed, one.grade) for one in found.disputes} == {("A", "B", "strong")}
    assert found.disputes[0].options == ("甲", "乙", "甲")
    assert found.n_questions == N_PROBLEMS


def test_a_voter_no_better_than_guessing_neither_flags_nor_hides(tmp_path: Path) -> None:
    path = votes_file(tmp_path, ["p3#0"], **{f"stubborn{place}": "BBBBB" for place in range(9)})
    args = AuditArgs(sources=(path,), data=(data_file(tmp_path),))
    assert [one.question_id for one in audit(args).disputes] == ["p3#0"]
    equal = AuditArgs(sources=(path,), data=args.data, equal=True)
    assert len(audit(equal).disputes) == N_PROBLEMS


def test_a_vote_for_a_twin_of_the_key_is_a_vote_for_the_key(tmp_path: Path) -> None:
    path = votes_file(tmp_path, [], twin1="CCC", twin2="CCC")
    assert audit(AuditArgs(sources=(path,), data=(data_file(tmp_path),), equal=True)).disputes == ()


def test_voters_can_be_left_out(tmp_path: Path) -> None:
    path = votes_file(tmp_path, ["p3#0"])
    with pytest.raises(RecordError, match="no question"):
        audit(AuditArgs(sources=(path,), data=(data_file(tmp_path),), leave_out=("good*",)))


def test_a_recorded_correction_does_not_hide_the_published_key(tmp_path: Path) -> None:
    row = {"qid": "p1#0", "gold": "A", "gold_fix": "B", "samples": {"m": "BBB", "n": "BB"}}
    found = audit(AuditArgs(sources=(written(tmp_path / "v.jsonl", row),)))
    assert [(one.gold, one.proposed) for one in found.disputes] == [("A", "B")]


def test_sources_over_different_data_are_refused(tmp_path: Path) -> None:
    rows = [{"qid": f"p{number}#0", "gold": "B", "samples": {"m": "B"}} for number in range(9)]
    other = written(tmp_path / "other.jsonl", *rows)
    with pytest.raises(RecordError, match="different data"):
        audit(AuditArgs(sources=(votes_file(tmp_path, []), other)))
    with pytest.raises(RecordError, match="different data"):
        audit(AuditArgs(sources=(other,), data=(data_file(tmp_path),)))


def run_folder(folder: Path, data: Path | str, votes: Mapping[str, Sequence[int]], *, model: str = "m") -> Path:
    """Write a run folder as ``eval`` leaves it."""
    folder.mkdir()
    questions = {one.id: one for problem in load_data([str(data)]).problems for one in problem.questions}
    lines = []
    sampling = Sampling(temperature=1.0, top_p=1.0, max_tokens=10)
    with Store(folder) as store:
        for name, classes in votes.items():
            samples = []
            for index, vote in enumerate(classes):
                request = Request(
                    question=questions[name],
                    model=model,
                    prompt="?",
                    sampling=sampling,
                    permutation=tuple(range(len(questions[name].options))),
                    index=index,
                    seed=None,
                )
                samples.append(a_sample(request, vote))
            asyncio.run(store.append(samples))
            lines.append(line_of(outcome_of(questions[name], verdict_of(name, classes, stop_reason="x"), samples)))
    (folder / "results.jsonl").write_text("".join(lines), encoding="utf-8")
    binding = {"data": [str(data)], "shuffle_options": True, "seed": 3, "asked_models": [model]}
    (folder / "config.json").write_text(json.dumps({"binding": binding}), encoding="utf-8")
    return folder


def test_a_run_of_the_built_in_benchmark_knows_its_texts(tmp_path: Path) -> None:
    one = load_data([THIRD]).problems[0].questions[0]
    assert one.gold is not None
    other = (one.gold + 1) % len(one.options)
    folder = run_folder(tmp_path / "run", THIRD, {one.id: [other, other, other]})
    (found,) = audit(AuditArgs(sources=(folder,), min_strength=0.1, equal=True)).disputes
    assert (found.question_id, found.problem, found.question) == (one.id, one.problem, one.text)


def test_what_comes_next_names_the_file_of_the_questions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one = load_data([THIRD]).problems[0].questions[0]
    assert one.gold is not None
    other = (one.gold + 1) % len(one.options)
    run = run_folder(tmp_path / "run", THIRD, {one.id: [other, other, other]})
    (run / "submission.jsonl").write_text('{"id": "p", "questions": []}\n', encoding="utf-8")
    assert main(["audit", str(run), "--equal", "-o", "disputed.jsonl"]) == 0
    assert f"next: python -m harness audit --apply disputed.jsonl {BENCHMARK_2} -o" in capsys.readouterr().err


def test_a_run_whose_data_is_gone_is_audited_by_its_own_keys(tmp_path: Path) -> None:
    data = data_file(tmp_path)
    folder = run_folder(tmp_path / "run", data, {"p0#0": [1, 1, 0, 1]})
    data.unlink()
    (found,) = audit(AuditArgs(sources=(folder,), min_strength=0.1)).disputes
    assert (found.question_id, found.problem) == ("p0#0", None)


def test_a_run_folder_gives_votes_texts_and_a_chain(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run", data_file(tmp_path), {"p0#0": [1, 1, 0, 1], "p1#0": [0, 0]})
    (found,) = audit(AuditArgs(sources=(folder,), min_strength=0.1)).disputes
    assert (found.question_id, found.problem, found.excerpt, found.excerpt_by) == (
        "p0#0",
        "题目0",
        "答案是：B",
        "run/m",
    )
    assert found.excerpt_order is not None
    assert sorted(found.excerpt_order) == [0, 1, 2]
    fixes = read_fixes(
        [written(tmp_path / "fixes.jsonl", {"id": "p0#0", "answer": "B"}, {"id": "p1#0", "answer": None})]
    )
    again = rescore(folder, fixes)
    assert again.before is not None
    assert again.after is not None
    assert (again.before.value, again.changed, again.dropped) == (0.5, 1, 1)
    assert (again.after.value, again.after.n) == (1.0, 1)


def test_runs_of_one_model_are_one_voter(tmp_path: Path) -> None:
    data, votes = data_file(tmp_path), {"p0#0": [1, 1, 1]}
    runs = [run_folder(tmp_path / name, data, votes) for name in ("one", "two")]
    other = run_folder(tmp_path / "three", data, votes, model="n")
    (same,) = audit(AuditArgs(sources=tuple(runs))).disputes
    (several,) = audit(AuditArgs(sources=(runs[0], other))).disputes
    assert [(voter.name, voter.cast) for voter in same.voters] == [("m", 6)]
    assert len(several.voters) == 2
    assert same.strength < several.strength


def test_all_three_forms_of_decisions_are_read(tmp_path: Path) -> None:
    path = written(
        tmp_path / "f.jsonl",
        {"id": "p0#0", "answer": "b"},
        {"question_id": "p1#0", "gold": "A", "proposed": "C", "decision": "drop"},
        {"question_id": "p2#0", "gold": "A", "decision": None},
        {"question_id": "p3#0", "gold": "A", "decision": "keep"},
        {"qid": "p4#0", "gold": "A", "gold_fix": "B", "kind": "changed"},
        {"qid": "p5#0", "gold": "A", "gold_fix": None},
    )
    found = {name: fix.letter for name, fix in read_fixes([path]).items()}
    assert found == {"p0#0": "B", "p1#0": None, "p4#0": "B", "p5#0": None}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"id": "p0#0"}, "answer"),
        ({"answer": "B"}, "id"),
        ({"id": "p0#0", "answer": "maybe"}, "a letter"),
        ({"id": "p0#0", "answer": 2}, "a letter"),
        ({"id": "p0#0", "answer": "C", "gold": "A"}, "decided differently"),
    ],
)
def test_bad_decisions_are_named_with_their_line(tmp_path: Path, row: dict[str, Any], told: str) -> None:
    path = written(tmp_path / "f.jsonl", {"id": "p0#0", "answer": "B"}, row)
    with pytest.raises(RecordError, match=rf"f\.jsonl:2.*{told}"):
        read_fixes([path])


def test_decisions_change_keys_and_nothing_else(tmp_path: Path) -> None:
    data = data_file(tmp_path)
    fixes = read_fixes([written(tmp_path / "f.jsonl", {"id": "p1#1", "answer": "B"}, {"id": "p2#0", "answer": "drop"})])
    text, changed, dropped = apply_fixes(data, fixes)
    assert (changed, dropped) == (1, 1)
    before = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    after = [json.loads(line) for line in text.splitlines()]
    assert [row for row in after if row["id"] not in ("p1", "p2")] == [
        row for row in before if row["id"] not in ("p1", "p2")
    ]
    assert after[1]["questions"][0] == before[1]["questions"][0]
    assert after[1]["questions"][1] == {
        "question": "问1",
        "options": ["甲", "乙", "甲"],
        "answer": "B",
        "answer_before": "A",
    }
    assert after[2]["questions"][0]["answer"] is None
    out = tmp_path / "out.jsonl"
    out.write_text(text, encoding="utf-8")
    assert apply_fixes(out, fixes) == (text, 0, 0)


def test_the_flat_form_keeps_the_ids_that_eval_gives_it(tmp_path: Path) -> None:
    data = written(tmp_path / "flat.jsonl", {"instruction": "题", "input": "问\nA: 甲; B: 乙", "output": "A"})
    fixes = read_fixes([written(tmp_path / "f.jsonl", {"id": "flat-00001#0", "answer": "B"})])
    text, *_ = apply_fixes(data, fixes)
    row = json.loads(text)
    assert (row["id"], row["questions"][0]["answer"]) == ("flat-00001", "B")


def test_every_form_is_mended_in_the_order_of_the_file(tmp_path: Path) -> None:
    flat = {"instruction": "题", "input": "问\nA: 甲; B: 乙", "output": "A"}
    own = {"id": "p", "problem": "题二", "level": 3, "questions": [{"question": "问", "options": ["甲", "乙"]}]}
    named = {"id": "r", "problem": "题三", "question": "问", "options": ["甲", "乙"], "answer": "A"}
    data = written(tmp_path / "d.jsonl", flat, named, own)
    text, changed, _ = apply_fixes(data, read_fixes([written(tmp_path / "f.jsonl", {"id": "r#0", "answer": "B"})]))
    rows = [json.loads(line) for line in text.splitlines()]
    assert [row["id"] for row in rows] == ["d-00001", "r", "p"]
    assert (changed, rows[1]["questions"][0]["answer"], rows[2]["level"]) == (1, "B", 3)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"id": "p99#0", "answer": "B"}, "no question"),
        ({"id": "p0#0", "answer": "D"}, "names none of the 3 options"),
        ({"id": "p0#0", "gold": "B", "answer": None}, "corrects B"),
    ],
)
def test_decisions_for_other_data_are_refused(tmp_path: Path, row: dict[str, Any], told: str) -> None:
    with pytest.raises(RecordError, match=told):
        apply_fixes(data_file(tmp_path), read_fixes([written(tmp_path / "f.jsonl", row)]))


def test_bad_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be used"):
        apply_fixes(written(tmp_path / "d.jsonl", {"id": "x", "problem": "?", "questions": []}), {})


def test_agreement_counts_only_audited_questions(tmp_path: Path) -> None:
    found = audit(AuditArgs(sources=(votes_file(tmp_path, ["p3#0", "p7#0"]),), data=(data_file(tmp_path),)))
    rows = [{"id": "p3#0", "answer": "B"}, {"id": "p5#0", "answer": "B"}, {"id": "p5#1", "answer": "B"}]
    compared = agreement(found.disputes, set(found.asked), read_fixes([written(tmp_path / "f.jsonl", *rows)]))
    assert compared.precision is not None
    assert compared.recall is not None
    assert compared.letters is not None
    assert (compared.precision.value, compared.precision.n) == (0.5, 2)
    assert (compared.recall.value, compared.recall.n) == (0.5, 2)
    assert (compared.letters.value, compared.letters.n) == (1.0, 1)


def test_the_command_writes_reads_and_applies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, votes, out = data_file(tmp_path), votes_file(tmp_path, ["p3#0"]), tmp_path / "disputed.jsonl"
    assert main(["audit", str(votes), "--data", str(data), "-o", str(out)]) == 0
    assert "1 disputed key of 40 questions" in capsys.readouterr().out
    row = json.loads(out.read_text(encoding="utf-8"))
    out.write_text(json.dumps({**row, "decision": "B"}) + "\n", encoding="utf-8")
    mended = tmp_path / "mended.jsonl"
    assert main(["audit", "--apply", str(out), str(data), "-o", str(mended), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"decisions": 1, "changed": 1, "dropped": 0}
    assert main(["audit", str(votes), "--data", str(mended), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["disputed"] == 0


@pytest.mark.parametrize(
    "words",
    [
        ["audit", "--apply", "x.jsonl", "data.jsonl"],
        ["audit", "--apply", "x.jsonl", "data.jsonl", "-o", "data.jsonl"],
        ["audit", "nowhere.jsonl"],
    ],
)
def test_bad_usage_ends_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_question_of_twins_is_what_the_data_file_assumes() -> None:
    assert question_of("p#0", problem="", text="", options=("甲", "乙", "甲")).classes == (0, 1, 0)


def test_a_flag_that_nobody_has_decided_is_neither_right_nor_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, votes, out = data_file(tmp_path), votes_file(tmp_path, ["p1#0", "p2#0"]), tmp_path / "disputed.jsonl"
    assert main(["audit", str(votes), "--data", str(data), "-o", str(out)]) == 0
    assert "harness: 2 disputed keys; to decide, set decision in each line\n" in capsys.readouterr().err
    found = audit(AuditArgs(sources=(votes,), data=(data,)))
    assert undecided([out]) == {"p1#0", "p2#0"}
    compared = agreement(found.disputes, set(found.asked), read_fixes([out]), undecided([out]))
    assert (compared.precision, compared.decided) == (None, 0)
    mended = tmp_path / "mended.jsonl"
    assert main(["audit", "--apply", str(out), str(data), "-o", str(mended)]) == 0
    told = capsys.readouterr().err
    assert f"harness: 0 keys changed, 0 dropped; no line of {out} decides anything yet\n" in told

    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    rows[0]["decision"] = "B"
    written(out, *rows)
    compared = agreement(found.disputes, set(found.asked), read_fixes([out]), undecided([out]))
    assert compared.precision is not None
    assert (compared.precision.value, compared.precision.n) == (1.0, 1)
    written(out, {"qid": "p2#0", "decision": None}, {"id": "p3#0", "decision": "keep"})
    assert undecided([out]) == {"p2#0"}


def test_where_nothing_is_disputed_nothing_is_to_be_decided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, votes = data_file(tmp_path), votes_file(tmp_path, [])
    assert main(["audit", str(votes), "--data", str(data), "-o", str(tmp_path / "disputed.jsonl")]) == 0
    assert "harness: 0 disputed keys\n" in capsys.readouterr().err
