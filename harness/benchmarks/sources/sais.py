"""The contest's two files."""

from __future__ import annotations

from dataclasses import replace

from harness.benchmarks.benchmark import Benchmark, SourceFile

_TRAIN = Benchmark(
    name="sais-train",
    help="the contest's first round, with answers",
    language="zh",
    repository="lihongqiang/llm_reason",
    revision="ddbfe5f2edd52fb7219e7e8eda847c33e3bd0c15",
    files=(
        SourceFile("data/round1_train_data.jsonl", "f2b51a9594a1f628418584dbcdb9ea137b68a47324d4040232ac38683c1142fd"),
    ),
    licence="none stated: for evaluation only",
    split="train",
    questions=1421,
    options={2: 464, 3: 8, 4: 942, 5: 7},
    citation="second world science intelligence competition, logic track (SAIS), 2024",
)
BENCHMARKS = (
    _TRAIN,
    replace(
        _TRAIN,
        name="sais-test",
        help="the contest's first round, without answers",
        files=(
            SourceFile(
                "data/round1_test_data.jsonl", "ee769fbd4f2184fd7ecfd7536e1c8e71869e0343a3304f62adee9268d713b0a5"
            ),
        ),
        split="test",
        questions=1328,
        options={2: 427, 3: 20, 4: 872, 5: 9},
    ),
)
