"""``synth harvest`` refuses what would do nothing."""

from __future__ import annotations

from pathlib import Path

from tests.golden.command import ran


def test_pairs_of_a_question_are_refused_where_no_pairs_are_written(tmp_path: Path) -> None:
    words = ("--data", "x.jsonl", "--out", "out", "--pairs-per-question", 1)
    ending = ran("synth", "harvest", "runs/a", *words, folder=tmp_path)
    assert (ending.code, "--format dpo" in ending.err) == (2, True), ending.err
